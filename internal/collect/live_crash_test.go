package collect

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"evict/internal/casefile"
	"evict/internal/casefile/disk/crashdisk"
)

// onDisk collects into the case on a disk, made or opened, and sums up.
func onDisk(t *testing.T, d *crashdisk.Disk, f *far) (string, error) {
	t.Helper()
	c, err := casefile.Open(d, "case", "pat")
	if err != nil {
		c, err = casefile.Create(d, "case", casefile.Meta{Format: casefile.Format, Reader: casefile.Format, ID: "c1", Tenant: tenantID, Created: now, Operator: "pat"}, "pat")
	}
	if err != nil {
		return "", err
	}
	defer c.Close()
	in := liveInput(t, f, nil)
	in.Case = c
	res, err := Live(context.Background(), in)
	var b strings.Builder
	for _, c := range res.Coverage {
		fmt.Fprintln(&b, c.Source, c.Account, c.State, c.Rows, c.Why)
	}
	return b.String(), err
}

// warm makes what casefile's compressor keeps for good, outside of all bubbles: a channel of one bubble is none of the next.
func warm(t *testing.T) {
	t.Helper()
	c, err := casefile.Create(crashdisk.New(), "case", casefile.Meta{Format: casefile.Format, Reader: casefile.Format, ID: "warm", Tenant: tenantID, Created: now, Operator: "pat"}, "pat")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	it, err := c.Put(Evidence{Source: "mailbox", Query: "Get-Mailbox", Local: now}, []byte("{}"))
	if err == nil {
		_, err = c.Read(it)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// The power goes at an operation of the disk, with whatever of the unsynced that leaves: the case opens, the collection goes on and ends as
// one that nothing stopped, and the case is whole.
func TestPowerCuts(t *testing.T) {
	warm(t)
	want, ops := "", 0
	synctest.Test(t, func(t *testing.T) {
		d := crashdisk.New()
		var err error
		if want, err = onDisk(t, d, &far{answer: newContoso().answer}); err != nil {
			t.Fatal(err)
		}
		ops = d.Ops()
	})
	step := 7
	if testing.Short() {
		step = 101
	}
	for n := 3; n < ops; n += step {
		synctest.Test(t, func(t *testing.T) {
			d := crashdisk.New()
			f := &far{answer: newContoso().answer}
			d.CrashAt(n)
			if _, err := onDisk(t, d, f); err == nil && n < ops*9/10 {
				t.Fatalf("operation %d of %d went well", n, ops)
			}
			d = d.Restart(crashdisk.Some(uint64(n)))
			got, err := onDisk(t, d, f)
			if err != nil || got != want {
				t.Errorf("operation %d: %v\n%s", n, err, diff(want, got))
			}
			report, err := casefile.Audit(d, "case")
			if err != nil || len(report.Problems) > 0 {
				t.Errorf("operation %d: %v %v", n, report.Problems, err)
			}
		})
		if t.Failed() {
			return
		}
	}
	t.Logf("%d operations", ops)
}
