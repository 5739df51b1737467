package simtest_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"evict"
	"evict/internal/app"
	"evict/internal/casefile"
	"evict/internal/casefile/disk"
	"evict/internal/gate"
	"evict/internal/simtenant"
)

// A responder works on one case of a site as a person does, by way of app.
type responder struct {
	*site
	tenants *app.Tenants
	dir     string
	victim  string
}

func (s *site) responder() *responder {
	s.t.Helper()
	respond := s.world.Clients[len(s.world.Clients)-1]
	dir := s.t.TempDir()
	secret := filepath.Join(dir, "secret")
	if err := os.WriteFile(secret, []byte(respond.Secret), 0o600); err != nil {
		s.t.Fatal(err)
	}
	r := &responder{site: s, tenants: &app.Tenants{Folder: filepath.Join(dir, "profiles"), Transport: s.tenant.Transport()}, dir: filepath.Join(dir, "case"), victim: s.expected()[0]}
	if err := r.tenants.Add(app.TenantProfile{Name: "respond", Tenant: s.world.ID, Cloud: s.profile.Cloud, Client: respond.ID, Method: "client-secret", Secret: "file:" + secret}); err != nil {
		s.t.Fatal(err)
	}
	return r
}

// plan contains the account and adds what is picked; look-alikes are overridden.
func (r *responder) plan(picked ...string) *app.Planned {
	r.t.Helper()
	o := app.PlanOptions{Tenants: r.tenants, Profile: "respond", Case: r.dir, Accounts: []string{r.victim}, Contain: true, Operator: "tester"}
	for _, p := range picked {
		o.Add = append(o.Add, p+"="+r.victim)
	}
	p, err := app.MakePlan(r.t.Context(), o)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, k := range p.Plan.Skipped {
		if k.Word != "" && !slices.Contains(o.Guards.Overrides, k.Word) {
			o.Guards.Overrides = append(o.Guards.Overrides, k.Word)
		}
	}
	if len(o.Guards.Overrides) == 0 {
		return p
	}
	if p, err = app.MakePlan(r.t.Context(), o); err != nil {
		r.t.Fatal(err)
	}
	return p
}

func (r *responder) options(p *app.Planned) app.ApplyOptions {
	return app.ApplyOptions{Tenants: r.tenants, Profile: "respond", Case: r.dir, Plan: p.Hash, Confirm: app.ConfirmWord(&p.Plan), Operator: "tester", Secrets: app.ShowOnce(func(string, string) {})}
}

// journal of the case.
func (r *responder) journal() []gate.Entry {
	r.t.Helper()
	c, err := casefile.OpenReadOnly(disk.OS{}, r.dir)
	if err != nil {
		r.t.Fatal(err)
	}
	all, err := c.Journal().Entries()
	if err != nil {
		r.t.Fatal(err)
	}
	return all
}

// snapshotEnded is when the coverage of the last collection was kept; zero: never.
func (r *responder) snapshotEnded() (at time.Time) {
	r.t.Helper()
	for _, e := range r.journal() {
		var of struct{ Name string }
		if e.Kind == gate.Written && json.Unmarshal(e.Detail, &of) == nil && of.Name == "coverage.json" {
			at = e.Time
		}
	}
	return at
}

// phases are when the first and the last of the tenant's changes of a phase came.
func (r *responder) phases(p *app.Planned) map[evict.Phase][2]time.Time {
	r.t.Helper()
	phase := map[string]evict.Phase{}
	for _, s := range p.Plan.Steps {
		phase[s.ID] = s.Phase
	}
	out := map[evict.Phase][2]time.Time{}
	for _, e := range r.journal() {
		if e.Kind != gate.Intended || e.Plan != p.Hash {
			continue
		}
		span, ok := out[phase[e.Step]]
		if !ok {
			span[0] = e.Time
		}
		span[1] = e.Time
		out[phase[e.Step]] = span
	}
	return out
}

func inSlowSite(t *testing.T, f func(*site)) {
	t.Helper()
	w, _, err := small("aitm-invoice", 1).World()
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		f(newSite(t, w, simtenant.Options{Latency: simtenant.Latency{Each: time.Second}}))
	})
}

func states(r *app.PlanReport, phase evict.Phase) []string {
	var out []string
	for _, s := range r.Steps {
		if s.Step.Phase == phase {
			out = append(out, s.State)
		}
	}
	return out
}

func all(states []string, want ...string) bool {
	return len(states) > 0 && !slices.ContainsFunc(states, func(s string) bool { return !slices.Contains(want, s) })
}

// TestContainmentBesideTheSnapshot: what stops the attacker is sent while the state of everything is still being read, what
// takes things away only afterwards; a case that has it reads nothing again.
func TestContainmentBesideTheSnapshot(t *testing.T) {
	warm(t)
	inSlowSite(t, func(s *site) {
		r := s.responder()
		p := r.plan("preserve", "remove-forwarding", "disable-mail-protocols")
		if !r.snapshotEnded().IsZero() {
			s.t.Fatal("a snapshot before anything was applied")
		}
		began := time.Now()
		got, err := app.Apply(s.t.Context(), r.options(p))
		if err != nil {
			s.t.Fatal(err)
		}
		if c, e := states(got, evict.Contain), states(got, evict.Evict); !all(c, "verified", "already") || !all(e, "verified", "already") || got.Snapshot != "" {
			s.t.Errorf("containment %v, eviction %v, %s", c, e, got.Snapshot)
		}
		end, at := r.snapshotEnded(), r.phases(p)
		s.t.Logf("contained within %s, snapshot after %s, first eviction after %s", at[evict.Contain][1].Sub(began), end.Sub(began), at[evict.Evict][0].Sub(began))
		if end.IsZero() || !at[evict.Contain][1].Before(end) || at[evict.Contain][1].Sub(began) > 6*time.Second {
			s.t.Errorf("containment was sent until %s, and the snapshot ended %s", at[evict.Contain][1].Sub(began), end.Sub(began))
		}
		if at[evict.Evict][0].Before(end) {
			s.t.Errorf("eviction began %s before the snapshot had ended", end.Sub(at[evict.Evict][0]))
		}
		if report, err := casefile.Audit(disk.OS{}, r.dir); err != nil || !report.Whole() {
			s.t.Errorf("the case: %v %v", report.Problems, err)
		}

		again := r.plan("hold-mailbox")
		if got, err = app.Apply(s.t.Context(), r.options(again)); err != nil || !all(states(got, evict.Evict), "verified", "already") {
			s.t.Error(states(got, evict.Evict), err)
		}
		if !r.snapshotEnded().Equal(end) {
			s.t.Error("what the case has was read again")
		}
	})
}

// TestBrokenSnapshotKeepsEvictionBack: where the state can't be read nothing is taken away; the account is contained all the
// same. A typed word, which the journal keeps, lets the eviction go.
func TestBrokenSnapshotKeepsEvictionBack(t *testing.T) {
	warm(t)
	inSlowSite(t, func(s *site) {
		r := s.responder()
		p := r.plan("preserve")
		s.tenant.Fail(simtenant.Fault{Kind: simtenant.ServerError, Operation: "Get-CASMailbox"}) // the plan's eviction is of its source
		o := r.options(p)
		got, err := app.Apply(s.t.Context(), o)
		if err != nil {
			s.t.Fatal(err)
		}
		if c, e := states(got, evict.Contain), states(got, evict.Evict); !all(c, "verified", "already") || !all(e, "blocked") {
			s.t.Errorf("containment %v, eviction %v", c, e)
		}
		word := "snapshot " + r.victim
		if !strings.Contains(got.Snapshot, "protocols") || !strings.Contains(got.Snapshot, "--override '"+word+"'") {
			s.t.Errorf("it says: %s", got.Snapshot)
		}
		if at, sent := r.phases(p)[evict.Evict]; sent {
			s.t.Errorf("eviction was sent at %s", at[0])
		}
		o.Overrides = []string{"snapshot"}
		if _, err = app.Resume(s.t.Context(), o); !errors.Is(err, app.ErrUsage) || !strings.Contains(err.Error(), word) {
			s.t.Errorf("another word: %v", err)
		}
		o.Overrides = nil
		if got, err = app.Resume(s.t.Context(), o); err != nil || !all(states(got, evict.Evict), "blocked") {
			s.t.Errorf("without the word: %v %v", states(got, evict.Evict), err)
		}
		o.Overrides = []string{word}
		if got, err = app.Resume(s.t.Context(), o); err != nil || !all(states(got, evict.Evict), "verified") {
			s.t.Errorf("with the word: %v %v", states(got, evict.Evict), err)
		}
		if !slices.ContainsFunc(r.journal(), func(e gate.Entry) bool {
			return e.Kind == gate.Overridden && e.Who == "tester" && strings.Contains(string(e.Detail), word)
		}) {
			s.t.Error("the journal does not keep the word")
		}
	})
}

// TestEvictionWaitsForAnotherCollection: who collects into the case at the same time is waited for until he has the state,
// not until he has the logs, and nothing is read twice.
func TestEvictionWaitsForAnotherCollection(t *testing.T) {
	warm(t)
	depth := "quick"
	if heavy {
		depth = "standard"
	}
	inSlowSite(t, func(s *site) {
		r := s.responder()
		p := r.plan("preserve")
		collected := make(chan time.Time)
		go func() {
			_, err := app.Collect(s.t.Context(), app.CollectOptions{Tenants: r.tenants, Profile: "respond", Case: r.dir, Accounts: []string{r.victim}, Depth: depth, Operator: "colleague"})
			if err != nil {
				s.t.Error(err)
			}
			collected <- time.Now()
		}()
		time.Sleep(10 * time.Millisecond)
		got, err := app.Apply(s.t.Context(), r.options(p))
		if err != nil || !all(states(got, evict.Evict), "verified") || !all(states(got, evict.Contain), "verified") {
			s.t.Errorf("%v %v %v %s", err, states(got, evict.Contain), states(got, evict.Evict), got.Snapshot)
		}
		end, at := <-collected, r.phases(p)
		s.t.Logf("evicted from %s before the collection's end on", end.Sub(at[evict.Evict][0]))
		if heavy && !at[evict.Evict][0].Before(end) {
			s.t.Error("the eviction waited for the logs of the collection")
		}
		rules := 0
		for _, q := range s.tenant.Requests() {
			if q.Operation == "Get-InboxRule" {
				rules++
			}
		}
		if !heavy && rules != 2 { // a standard collection reads those of mailboxes that came up, too
			s.t.Errorf("rules were read %d times", rules)
		}
	})
}
