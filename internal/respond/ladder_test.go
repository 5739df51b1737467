package respond

import (
	"strings"
	"testing"
	"time"

	"evict"
)

func TestLadder(t *testing.T) {
	revoked := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	step := func(action evict.ActionID, phase evict.Phase, state State) StepResult {
		return StepResult{Step: evict.Step{ID: string(action), Action: action, Phase: phase, Title: string(action), Target: evict.Object{Account: "1", Name: "dana@contoso.example"}}, State: state, Ended: revoked}
	}
	contained := []StepResult{step("block-sign-in", evict.Contain, Verified), step("revoke-sessions", evict.Contain, Verified), step("reset-password", evict.Contain, Already)}
	with := func(more ...StepResult) Summary {
		return Summary{Steps: append(append([]StepResult{}, contained...), more...)}
	}
	rule := step("disable-inbox-rule", evict.Evict, Verified)
	for _, c := range []struct {
		name      string
		s         Summary
		o         Observation
		checks    []Check
		recovered bool
		want      Rung
		says      string
	}{
		{"nothing was planned", Summary{}, Observation{}, nil, false, NotContained, "contains no account"},
		{"no reset", Summary{Steps: contained[:2]}, Observation{}, nil, false, NotContained, "reset-password is not part"},
		{"a reset that no read shows", Summary{Steps: append(append([]StepResult{}, contained[:2]...), step("reset-password", evict.Contain, Unverified))}, Observation{}, nil, false, NotContained, "sent-unverified"},
		{"reset on premises, by a person", Summary{Steps: append(append([]StepResult{}, contained[:2]...), step("reset-on-premises-password", evict.Contain, Verified))}, Observation{}, nil, false, Evicted, "not yet observed"},
		{"reset on premises, not yet done", Summary{Steps: append(append([]StepResult{}, contained[:2]...), step("reset-on-premises-password", evict.Contain, ForPerson))}, Observation{}, nil, false, NotContained, "manual"},
		{"a call that nobody made yet", with(rule, step("call-about-money", evict.Contain, ForPerson)), Observation{}, nil, false, Evicted, "not yet observed"},
		{"disabled on premises, not yet", with(rule, step("disable-on-premises", evict.Contain, ForPerson)), Observation{}, nil, false, NotContained, "manual"},
		{"a rule stands", with(step("disable-inbox-rule", evict.Evict, Failed)), Observation{}, nil, false, Contained, "failed"},
		{"a rule's end is in doubt", with(step("disable-inbox-rule", evict.Evict, InDoubt)), Observation{}, nil, false, Contained, "in-doubt"},
		{"no logs", with(rule), Observation{}, nil, false, Evicted, "10:30 UTC"},
		{"a person's step is open", with(rule, step("app-passwords", evict.Evict, ForPerson)), Observation{}, nil, false, Evicted, "One step for a person is open"},
		{"logs that end too soon", with(rule), Observation{To: revoked.Add(89 * time.Minute)}, nil, false, Evicted, "not yet observed"},
		{"he is still there", with(rule), Observation{To: revoked.Add(5 * time.Hour), Hostile: []string{"he read mail"}}, nil, true, Evicted, "he read mail"},
		{"quiet", with(rule), Observation{To: revoked.Add(90 * time.Minute)}, nil, false, Quiet, "He is out"},
		{"quiet, the last look is due", with(rule), Observation{To: revoked.Add(5 * time.Hour)}, []Check{{At: revoked.Add(time.Hour), Done: revoked.Add(2 * time.Hour)}, {At: revoked.Add(7 * 24 * time.Hour)}}, true, Quiet, "due at 2026-03-09"},
		{"closed", with(rule), Observation{To: revoked.Add(200 * time.Hour)}, []Check{{At: revoked.Add(time.Hour), Done: revoked.Add(2 * time.Hour)}}, true, Closed, "Closed"},
		{"all looks, but the owner is not back", with(rule), Observation{To: revoked.Add(200 * time.Hour)}, []Check{{At: revoked.Add(time.Hour), Done: revoked.Add(2 * time.Hour)}}, false, Quiet, "He is out"},
	} {
		got, says := Ladder(c.s, c.o, c.checks, c.recovered)
		if got != c.want || !strings.Contains(says, c.says) {
			t.Errorf("%s: %s, %q; want %s, with %q", c.name, got, says, c.want, c.says)
		}
		if (strings.Contains(says, "He is out") || strings.Contains(says, "Closed:")) && got < Quiet {
			t.Errorf("%s: says that he is out on rung %s: %q", c.name, got, says)
		}
	}
}
