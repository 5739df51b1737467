package simtest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"evict"
	"evict/internal/casefile"
	"evict/internal/casefile/disk/crashdisk"
	"evict/internal/collect"
	"evict/internal/m365"
)

// onDisk collects into the case on a disk, made or opened, and sums up what came.
func (s *site) onDisk(d *crashdisk.Disk) (string, error) {
	c, err := casefile.Open(d, "case", "tester")
	if err != nil {
		c, err = casefile.Create(d, "case", casefile.Meta{Format: casefile.Format, Reader: casefile.Format, ID: "crash", Tenant: evict.TenantID(s.world.ID), Created: s.world.Now, Operator: "tester"}, "tester")
	}
	if err != nil {
		return "", err
	}
	defer c.Close()
	res, err := collect.Live(s.t.Context(), collect.LiveInput{Client: s.client, Cloud: m365.Worldwide.Name, Case: c, CaseID: "crash", Accounts: s.asked()[:1], Depth: collect.Quick, Requester: "tester"})
	var b strings.Builder
	for _, x := range res.Coverage {
		fmt.Fprintln(&b, x.Source, x.Account, x.State, x.Rows, x.Why)
	}
	return b.String(), err
}

// TestPowerCutsWhileCollecting takes the power away at operations of the case's
// disk, under a quick collection from the simulated tenant: the case opens, the
// collection goes on and ends as one that nothing stopped, and the case is whole.
func TestPowerCutsWhileCollecting(t *testing.T) {
	warm(t)
	o := small("hour-rule", 1)
	o.Days = 10
	ops, want := 0, ""
	inSite(t, o, func(s *site) {
		d := crashdisk.New()
		var err error
		if want, err = s.onDisk(d); err != nil {
			s.t.Fatal(err)
		}
		ops = d.Ops()
	})
	step := max(1, ops/8)
	if heavy {
		step = 3
	}
	for n := 3; n < ops; n += step {
		inSite(t, o, func(s *site) {
			d := crashdisk.New()
			d.CrashAt(n)
			if _, err := s.onDisk(d); err == nil && n < ops*9/10 {
				s.t.Errorf("operation %d of %d went well", n, ops)
			}
			d = d.Restart(crashdisk.Some(uint64(n)))
			time.Sleep(time.Minute) // as a machine that starts again
			got, err := s.onDisk(d)
			if err != nil || got != want {
				s.t.Errorf("operation %d: %v\ngot:\n%s\nwant:\n%s", n, err, got, want)
			}
			if report, err := casefile.Audit(d, "case"); err != nil || !report.Whole() {
				s.t.Errorf("operation %d: %v %v", n, report.Problems, err)
			}
		})
	}
	t.Logf("%d operations", ops)
}
