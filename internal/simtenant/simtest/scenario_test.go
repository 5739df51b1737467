package simtest_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"evict"
	"evict/internal/app"
	"evict/internal/collect"
	"evict/internal/simtenant/scenarios"
)

// heavy widens the tests that go through many cases.
var heavy = os.Getenv("EVICT_TORTURE") != ""

// small is a tenant of the scenario that is quick to build and has the quiet
// days before the attack that a verdict needs.
func small(name string, seed uint64) app.SimulateOptions {
	o := app.SimulateOptions{Scenario: name, Users: 7, Days: 22, Seed: seed}
	if heavy {
		o.Users, o.Days = 0, 0
	}
	return o
}

// TestScenarios collects the accounts of each story live: every call is let in,
// every source that the licence can hold is read in full, the verdicts are
// those of the tenant's truth, and nobody else is accused.
func TestScenarios(t *testing.T) {
	warm(t)
	seeds := []uint64{1}
	if heavy {
		seeds = []uint64{1, 2, 3, 4}
	}
	for _, x := range scenarios.List {
		for _, seed := range seeds {
			t.Run(x.Name, func(t *testing.T) {
				t.Parallel()
				inSite(t, small(x.Name, seed), func(s *site) {
					dir := filepath.Join(t.TempDir(), "case")
					s.whole(s.gather(dir, s.asked()...))
					inv := investigate(t, dir)
					s.judged(inv)
					s.fragments(inv)
					if s.world.AuditOff {
						s.blindFor(inv)
					}
				})
			})
		}
	}
}

// asked are the accounts that the story is about; of many, some.
func (s *site) asked() []string {
	list := s.expected()
	return list[:min(len(list), 3)]
}

// mayLack are states of a source in which a faultless tenant may leave it.
var mayLack = []string{collect.Complete, collect.Empty, collect.NotLicensed}

// licensed are the calls that a tenant without Entra ID P1 or P2 refuses.
var licensed = []string{"/identityProtection/", "/identityGovernance/", "ScheduleInstances", "roleEligibilitySchedules", "/conditionalAccess/", "/auditLogs/signIns", "userRegistrationDetails"}

// whole fails the test for calls that were refused for another reason than the
// licence, and for sources that were not read.
func (s *site) whole(got *app.Collected) {
	s.t.Helper()
	for _, line := range s.refusals() {
		if strings.Contains(line, " 404 ") && strings.Contains(line, "/identityProtection/riskyUsers/") {
			continue // of somebody who was never at risk
		}
		if !strings.Contains(line, " 403 ") || !slices.ContainsFunc(licensed, func(part string) bool { return strings.Contains(line, part) }) {
			s.t.Errorf("refused %s", line)
		}
	}
	for _, c := range got.Sources {
		if !slices.Contains(mayLack, c.State) && !(c.State == collect.SwitchedOff && s.world.AuditOff) {
			s.t.Errorf("%s %s is %s: %s", c.Source, c.Account, c.State, c.Why)
		}
	}
}

// judged holds the answer against the tenant's truth.
func (s *site) judged(inv *evict.Investigation) {
	s.t.Helper()
	got := map[string]*evict.Account{}
	for i, a := range inv.Accounts {
		got[strings.ToLower(a.Account)] = &inv.Accounts[i]
	}
	asked := s.asked()
	expected := map[string]bool{}
	for _, e := range s.world.Expect {
		name := strings.ToLower(e.Account)
		expected[name] = true
		a := got[name]
		switch {
		case a == nil && !slices.Contains(asked, e.Account):
		case a == nil:
			s.t.Errorf("%s is not in the answer", e.Account)
		case !slices.Contains(e.Verdicts, string(a.Verdict)) && (slices.Contains(asked, e.Account) || accused(a.Verdict)):
			s.t.Errorf("%s is %s, and right is %s\n%s", e.Account, a.Verdict, strings.Join(e.Verdicts, " or "), why(a))
		}
	}
	for name, a := range got {
		if !expected[name] && accused(a.Verdict) {
			s.t.Errorf("%s is %s, and nobody attacked it\n%s", name, a.Verdict, why(a))
		}
	}
}

func accused(v evict.Verdict) bool { return v == evict.Compromised || v == evict.Suspected }

// fragments holds that nobody is cleared whom the case was not collected for.
func (s *site) fragments(inv *evict.Investigation) {
	s.t.Helper()
	for i, a := range inv.Accounts {
		if a.Verdict == evict.Clear && !slices.Contains(s.asked(), a.Account) && a.Account != "info@"+s.world.Domain {
			s.t.Errorf("%s is clear, and was not asked for\n%s", a.Account, why(&inv.Accounts[i]))
		}
	}
}

// blindFor holds that an account that nothing could be seen of says what was missing.
func (s *site) blindFor(inv *evict.Investigation) {
	s.t.Helper()
	for i := range inv.Accounts {
		a := &inv.Accounts[i]
		if !slices.Contains(s.asked(), a.Account) {
			continue
		}
		text := strings.ToLower(strings.Join(a.NotExcluded, "\n"))
		if !strings.Contains(text, "the unified audit log is switched off") || !strings.Contains(text, "sign-ins were not available") {
			s.t.Errorf("%s is %s without the reasons:\n%s", a.Account, a.Verdict, why(a))
		}
	}
}

// why tells a verdict to the reader of a failed test.
func why(a *evict.Account) string {
	var b strings.Builder
	b.WriteString("  " + a.Headline + "\n")
	for _, r := range a.Reasons {
		b.WriteString("  " + string(r.Grade) + " " + r.Item + ": " + r.Text + "\n")
	}
	for _, n := range a.NotExcluded {
		b.WriteString("  not excluded: " + n + "\n")
	}
	return b.String()
}
