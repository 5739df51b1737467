package app

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"evict"
	"evict/internal/casefile"
	"evict/internal/casefile/disk"
	"evict/internal/gate"

	"github.com/google/go-cmp/cmp"
)

// A told case is one on disk whose journal says what a test tells.
type told struct {
	t    *testing.T
	c    *casefile.Case
	at   time.Time
	plan string
}

func (x *told) keep(e gate.Entry, detail any) {
	x.t.Helper()
	raw, err := json.Marshal(detail)
	if err != nil {
		x.t.Fatal(err)
	}
	x.at = x.at.Add(time.Minute)
	e.Time, e.Plan, e.Detail = x.at, x.plan, raw
	if _, err := x.c.Journal().Append(e); err != nil {
		x.t.Fatal(err)
	}
}

func (x *told) ended(step string, o gate.Outcome, why string) {
	x.t.Helper()
	x.keep(gate.Entry{Kind: gate.Intended, Step: step, Attempt: 1}, gate.Intent{Before: json.RawMessage(`{"found":"before"}`)})
	x.keep(gate.Entry{Kind: gate.Ended, Step: step, Attempt: 1}, gate.Result{Outcome: o, Why: why})
}

// TestReportAndStatusAgree: the report of a case says of each step and of the attacker what status says, and when whom was contained.
func TestReportAndStatusAgree(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "case")
	began := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	c, err := casefile.Create(disk.OS{}, folder, casefile.Meta{ID: "one", Tenant: "tenant-1", Created: began, Operator: "Jo", Reported: evict.Reported{Symptoms: []int{3}}}, "Jo at desk")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if c, err = casefile.OpenToRespond(disk.OS{}, folder, "Jo"); err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	dana := evict.Object{Account: "d", Name: "dana@contoso.example", Kind: "user"}
	plan := evict.Plan{Schema: evict.PlanSchema, Case: "one", Tenant: "tenant-1", Kind: "respond", Accounts: []evict.Object{dana}, Skipped: []evict.Skipped{{Action: "disable-device", Target: evict.Object{Name: "laptop", Kind: "device", ID: "7"}, Why: "nothing shows whose it is"}}}
	for _, a := range []evict.ActionID{"block-sign-in", "revoke-sessions", "reset-password", "disable-inbox-rule", "app-passwords"} {
		s := evict.Step{ID: string(a) + "-1", Action: a, Phase: evict.Contain, Target: dana, Title: string(a), Before: json.RawMessage("null"), After: json.RawMessage("null"), Minutes: 90}
		if len(plan.Steps) > 2 {
			s.Phase = evict.Evict
		}
		if a == "app-passwords" {
			s.Manual = []string{"Click."}
		}
		plan.Steps = append(plan.Steps, s)
	}
	kept, err := keepPlan(c, folder, plan, "Jo", nil)
	if err != nil {
		t.Fatal(err)
	}
	x := &told{t: t, c: c, at: began, plan: kept.Hash}
	agree := func(ladder string) *evict.Report {
		t.Helper()
		status, err := Status(t.Context(), folder, "")
		if err != nil {
			t.Fatal(err)
		}
		r, err := Report(t.Context(), Options{Case: folder})
		if err != nil {
			t.Fatal(err)
		}
		if r.Response.Ladder != ladder || r.Response.Ladder != status.Ladder || r.Response.Claim != status.Claim || r.Response.Unseen != status.Unseen {
			t.Errorf("want %s; status %q %q %q, report %q %q %q", ladder, status.Ladder, status.Claim, status.Unseen, r.Response.Ladder, r.Response.Claim, r.Response.Unseen)
		}
		said := map[string][]string{}
		for _, s := range status.Steps {
			said[s.Step.ID] = []string{s.State, s.Why, s.ByHand, s.Ended.String(), s.Effect.String(), s.Lost, fmt.Sprint(s.Due, s.Back)}
		}
		told := map[string][]string{}
		for _, s := range r.Response.Steps {
			told[s.Step.ID] = []string{s.State, s.Why, s.ByHand, s.Ended.String(), s.Effect.String(), s.Lost, fmt.Sprint(s.Due, s.Back)}
		}
		if len(status.Approved) == 0 {
			said = map[string][]string{}
		}
		if d := cmp.Diff(said, told); d != "" {
			t.Errorf("status and report differ: %s", d)
		}
		return r
	}

	r := agree("not contained")
	if r.Response.Approved() || len(r.Response.Steps) > 0 || !strings.HasPrefix(r.Investigation.Headline, "Nothing was investigated") || len(r.Investigation.Summary.Incomplete) != 1 || r.Investigation.Reported == nil {
		t.Errorf("%+v", r)
	}
	x.keep(gate.Entry{Kind: gate.Approved, Who: "Irene"}, gate.Approval{Expires: began.Add(24 * time.Hour), Confirmed: dana.Name})
	x.ended("block-sign-in-1", gate.Verified, "")
	x.ended("revoke-sessions-1", gate.Verified, "")
	x.ended("reset-password-1", gate.Failed, "the tenant's policy refused it")
	if r = agree("not contained"); len(r.Response.Contained) != 1 || r.Response.Contained[0].At.Set {
		t.Errorf("%+v", r.Response.Contained)
	}
	x.keep(gate.Entry{Kind: gate.Intended, Step: "reset-password-1", Attempt: 2}, gate.Intent{Before: json.RawMessage(`{"found":"later"}`)})
	agree("not contained") // it is in doubt
	x.keep(gate.Entry{Kind: gate.Ended, Step: "reset-password-1", Attempt: 2}, gate.Result{Outcome: gate.Verified})
	contained := x.at
	x.keep(gate.Entry{Kind: gate.Manual, Step: "app-passwords-1", Who: "Irene"}, gate.Deed{Answer: "none were left"})
	r = agree("contained")
	want := evict.Containment{Account: dana, Approved: evict.At(began.Add(time.Minute), evict.Second), At: evict.At(contained, evict.Second)}
	if d := cmp.Diff([]evict.Containment{want}, r.Response.Contained); d != "" {
		t.Error(d)
	}
	if got := string(r.Response.Steps[0].Step.Before); got != `{"found":"before"}` {
		t.Errorf("before the first request it was %s", got)
	}
	x.ended("disable-inbox-rule-1", gate.Verified, "")
	x.keep(gate.Entry{Kind: gate.Rechecked}, map[string]gate.Look{"disable-inbox-rule-1": {Holds: false}, "block-sign-in-1": {Holds: true}})
	if r = agree("contained"); r.Response.Steps[3].Lost == "" {
		t.Error("the report does not say that the rule is back")
	}
	var log []string
	for _, a := range r.Response.Log {
		log = append(log, strings.Join(append([]string{a.Who, a.What}, strings.Fields(a.Title+" "+a.Result+" "+a.Detail)...), " "))
	}
	wantLog := []string{"Jo at desk case opened", " plan made", "Irene plan approved until 2026-03-03T09:00:00Z", " step ended block-sign-in verified", " step ended revoke-sessions verified",
		" step ended reset-password failed the tenant's policy refused it", " step ended reset-password verified", "Irene done by hand app-passwords none were left", " step ended disable-inbox-rule verified", " looked again 1 of 2 steps hold not: disable-inbox-rule-1"}
	if d := cmp.Diff(wantLog, log); d != "" {
		t.Error(d)
	}
	entries, err := c.Journal().Entries()
	if err != nil {
		t.Fatal(err)
	}
	if last := entries[len(entries)-1]; r.Response.Entries != last.Seq || r.Response.Journal != last.Hash || r.Response.AsOf != evict.At(last.Time, evict.Second) {
		t.Errorf("told from %d entries, the last %s of %s", r.Response.Entries, r.Response.Journal, r.Response.AsOf)
	}
}
