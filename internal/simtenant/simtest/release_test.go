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
