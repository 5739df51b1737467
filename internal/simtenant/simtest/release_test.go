package simtest_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"evict"
	"evict/internal/app"
	"evict/internal/respond"
)

// TestNothingIsGivenBackOverWhatWasNeverTakenAway: an eviction that was planned and never carried out leaves every foothold
// in place.
func TestNothingIsGivenBackOverWhatWasNeverTakenAway(t *testing.T) {
	warm(t)
	inSite(t, small("admin-takeover", 1), func(s *site) {
		before := s.tenant.Attack()
		c := s.crew(s.victims(before))
		for _, f := range before {
			if f.Kind == "account" {
				c.victims = append(c.victims, f.Account)
			}
		}
		all := c.victims
		c.carryOut(c.plan(app.PlanOptions{Contain: true}))
		c.undoesWithoutEvidence()
		time.Sleep(4 * time.Hour)
		c.read(false)
		c.victims = nil
		c.plan(app.PlanOptions{})
		c.victims, c.more = all, []string{"release-coverage", "made-by-attacker"}
		p := c.plan(app.PlanOptions{Recover: true, Release: respond.Release{Identity: respond.Vouched{By: crewName}, Device: respond.Vouched{By: crewName}}})
		if slices.ContainsFunc(p.Plan.Steps, func(x evict.Step) bool { return x.Action == "unblock-sign-in" }) {
			t.Error("sign-in opens over what was never taken away, or for an account that the attacker made")
		}
		i := slices.IndexFunc(p.Plan.Skipped, func(k evict.Skipped) bool { return k.Guard == "release-footholds" })
		if i < 0 {
			t.Fatalf("no foothold is told: %+v", p.Plan.Skipped)
		}
		for _, w := range []string{"transport rule", "inbox rule", "Global Administrator"} {
			if !strings.Contains(p.Plan.Skipped[i].Why, w) {
				t.Errorf("%s is not told: %s", w, p.Plan.Skipped[i].Why)
			}
		}
	})
}

// undoesWithoutEvidence: whoever was contained at once can be given back, or the containment put back, before anything is
// collected.
func (c *crew) undoesWithoutEvidence() {
	c.t.Helper()
	back := func(p *app.Planned, err error, action evict.ActionID) {
		c.t.Helper()
		if err != nil {
			c.t.Fatal(err)
		}
		for _, v := range c.victims {
			if !slices.ContainsFunc(p.Plan.Steps, func(s evict.Step) bool { return s.Action == action && s.Target.Name == v }) &&
				!slices.ContainsFunc(p.Plan.Skipped, func(k evict.Skipped) bool { return k.Guard == "release-coverage" && k.Target.Name == v }) {
				c.t.Errorf("%s: no %s of %s: %+v", p.Plan.Kind, action, v, p.Plan.Skipped)
			}
		}
	}
	p, err := app.Undo(c.t.Context(), app.ApplyOptions{Case: c.dir, Operator: crewName})
	back(p, err, "block-sign-in")
	p, err = app.MakePlan(c.t.Context(), app.PlanOptions{Tenants: c.tenants, Profile: "respond", Case: c.dir, Operator: crewName, Recover: true})
	back(p, err, "unblock-sign-in")
}
