package simtest_test

import (
	"errors"
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
		c.declares("carla.groot@contoso.example")
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

// declares: what is said of an account once holds for every later plan of the case, and for one that was made before.
func (c *crew) declares(who string) {
	c.t.Helper()
	contain := func(glass ...string) *app.Planned {
		p, err := app.MakePlan(c.t.Context(), app.PlanOptions{Tenants: c.tenants, Profile: "respond", Case: c.dir, Operator: crewName, Contain: true, Accounts: []string{who}, Guards: app.PlanGuards{BreakGlass: glass}})
		if err != nil {
			c.t.Fatal(err)
		}
		return p
	}
	before, told, later := contain(), contain(who), contain()
	if len(before.Plan.Steps) == 0 || len(told.Plan.Steps) > 0 || len(later.Plan.Steps) > 0 || len(later.Refused()) != 1 {
		c.t.Errorf("%d steps before, %d when it is told, %d later", len(before.Plan.Steps), len(told.Plan.Steps), len(later.Plan.Steps))
	}
	changes := len(c.tenant.Changes())
	_, err := app.Apply(c.t.Context(), app.ApplyOptions{Tenants: c.tenants, Profile: "respond", Case: c.dir, Plan: before.Hash, Confirm: app.ConfirmWord(&before.Plan), Operator: crewName})
	if !errors.Is(err, app.ErrRefused) || len(c.tenant.Changes()) != changes {
		c.t.Errorf("the plan from before is carried out: %v", err)
	}
}
