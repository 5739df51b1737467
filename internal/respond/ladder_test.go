package respond

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"evict"
	"evict/internal/gate"
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
	contained = contained[:3:3]
	rule := step("disable-inbox-rule", evict.Evict, Verified)
	undone := contained[0]
	undone.Undone = revoked.Add(time.Hour)
	made := func(action evict.ActionID, state State) StepResult {
		r := step(action, evict.Contain, state)
		r.Step.ID, r.Step.Target = "made-"+string(action), evict.Object{Account: "2", Name: "it.supp0rt@contoso.example"}
		return r
	}
	touched := step("remove-delegate", evict.Evict, Verified)
	touched.Step.Target = evict.Object{Account: "3", Name: "kim@contoso.example"}
	lost := func(r StepResult) StepResult { r.Lost = "it no longer looks as the step left it"; return r }
	unblocked := step("unblock-sign-in", evict.Recover, Verified)
	unblocked.Ended = revoked.Add(3 * time.Hour)
	back := Summary{Steps: []StepResult{unblocked}}
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
		{"reset on premises, by a person", Summary{Steps: append(append([]StepResult{}, contained[:2]...), step("reset-on-premises-password", evict.Contain, Verified), rule)}, Observation{}, nil, false, Evicted, "not yet observed"},
		{"reset on premises, not yet done", Summary{Steps: append(append([]StepResult{}, contained[:2]...), step("reset-on-premises-password", evict.Contain, ForPerson))}, Observation{}, nil, false, NotContained, "manual"},
		{"a call that nobody made yet", with(rule, step("call-about-money", evict.Contain, ForPerson)), Observation{}, nil, false, Evicted, "not yet observed"},
		{"disabled on premises, not yet", with(rule, step("disable-on-premises", evict.Contain, ForPerson)), Observation{}, nil, false, NotContained, "manual"},
		{"containment alone", with(), Observation{To: revoked.Add(5 * time.Hour)}, nil, true, Contained, "No plan that takes away"},
		{"sign-in was given back by an undo", Summary{Steps: append([]StepResult{undone}, append(contained[1:], rule)...)}, Observation{To: revoked.Add(5 * time.Hour)}, nil, false, NotContained, "was put back on 2026-03-02 10:00"},
		{"the rule is back", with(lost(rule)), Observation{To: revoked.Add(5 * time.Hour)}, nil, true, Contained, "no longer looks"},
		{"the block is gone", Summary{Steps: append([]StepResult{lost(contained[0])}, append(contained[1:], rule)...)}, Observation{To: revoked.Add(5 * time.Hour)}, nil, false, NotContained, "no longer looks"},
		{"the block is gone, for the owner is back", GivenBack(Summary{Steps: append([]StepResult{lost(contained[0])}, append(contained[1:], rule)...)}, back), Observation{To: revoked.Add(5 * time.Hour)}, nil, true, Quiet, "He is out"},
		{"the rule is back, and so is the owner", GivenBack(with(lost(rule)), back), Observation{To: revoked.Add(5 * time.Hour)}, nil, true, Contained, "sign-in is allowed again. Not evicted"},
		{"a rule stands", with(step("disable-inbox-rule", evict.Evict, Failed)), Observation{}, nil, false, Contained, "failed"},
		{"a rule's end is in doubt", with(step("disable-inbox-rule", evict.Evict, InDoubt)), Observation{}, nil, false, Contained, "in-doubt"},
		{"no logs", with(rule), Observation{}, nil, false, Evicted, "10:30 UTC"},
		{"a person's step is open", with(rule, step("app-passwords", evict.Evict, ForPerson)), Observation{}, nil, false, Evicted, "One step for a person is open"},
		{"an account that he made, blocked", with(rule, made("block-account", Verified), made("revoke-sessions", Verified)), Observation{To: revoked.Add(5 * time.Hour)}, nil, false, Quiet, "He is out"},
		{"an account that he made, not blocked", with(rule, made("block-account", Failed), made("revoke-sessions", Verified)), Observation{To: revoked.Add(5 * time.Hour)}, nil, false, NotContained, "failed"},
		{"an account that he made, with its sessions", with(rule, made("block-account", Verified)), Observation{To: revoked.Add(5 * time.Hour)}, nil, false, NotContained, "revoke-sessions is not part"},
		{"an account that a step touches", with(rule, touched), Observation{To: revoked.Add(5 * time.Hour)}, nil, false, Quiet, "He is out"},
		{"a log that is missing", with(rule), Observation{Lacks: "audit/actor of it.supp0rt@contoso.example"}, nil, false, Evicted, "So far audit/actor of it.supp0rt@contoso.example is not."},
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

// Contained first and evicted by a later plan, an account is evicted; and what a later plan did again counts.
func TestPlansStandTogether(t *testing.T) {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	step := func(action evict.ActionID, phase evict.Phase, state State, ended time.Time) StepResult {
		return StepResult{Step: evict.Step{ID: string(action), Action: action, Phase: phase, Title: string(action), Target: evict.Object{Account: "1"}}, State: state, Ended: ended}
	}
	first := Summary{Steps: []StepResult{step("block-sign-in", evict.Contain, Verified, at), step("revoke-sessions", evict.Contain, Verified, at), step("reset-password", evict.Contain, Failed, at)}}
	second := Summary{Steps: []StepResult{step("revoke-sessions", evict.Contain, Waiting, time.Time{}), step("reset-password", evict.Contain, Verified, at.Add(time.Hour)), step("disable-inbox-rule", evict.Evict, Verified, at.Add(time.Hour))}}
	if got, says := Ladder(first, Observation{}, nil, false); got != NotContained {
		t.Errorf("the first alone: %s, %s", got, says)
	}
	if got, says := Ladder(second, Observation{}, nil, false); got != NotContained {
		t.Errorf("the second alone: %s, %s", got, says)
	}
	both := Join(first, second)
	if got, says := Ladder(both, Observation{}, nil, false); got != Evicted {
		t.Errorf("both: %s, %s", got, says)
	}
	if n := len(both.Steps); n != 4 || both.Steps[1].State != Verified {
		t.Errorf("%d steps, the revocation is %s", n, both.Steps[1].State)
	}
}

// An account is contained when the last of its three steps was verified for the first time, in whichever plan.
func TestContainedAt(t *testing.T) {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	step := func(action evict.ActionID, state State, minutes int) StepResult {
		return StepResult{Step: evict.Step{Action: action, Target: evict.Object{Account: "1"}}, State: state, Ended: at.Add(time.Duration(minutes) * time.Minute)}
	}
	of := func(list ...StepResult) Summary { return Summary{Steps: list} }
	first := of(step("block-sign-in", Verified, 1), step("revoke-sessions", Verified, 2), step("reset-password", Failed, 3))
	for name, c := range map[string]struct {
		plans []Summary
		want  time.Time
	}{
		"a reset that failed":        {[]Summary{first}, time.Time{}},
		"by the second plan":         {[]Summary{first, of(step("block-sign-in", Already, 60), step("reset-password", Verified, 30))}, at.Add(30 * time.Minute)},
		"a block is in no plan":      {[]Summary{of(step("revoke-sessions", Verified, 2), step("reset-password", Verified, 3))}, time.Time{}},
		"the password is not ours":   {[]Summary{of(first.Steps[0], first.Steps[1], step("reset-on-premises-password", Verified, 9))}, at.Add(9 * time.Minute)},
		"and not yet changed there":  {[]Summary{of(first.Steps[0], first.Steps[1], step("reset-on-premises-password", ForPerson, 9))}, time.Time{}},
		"not yet disabled there":     {[]Summary{of(first.Steps[0], first.Steps[1], step("reset-password", Verified, 3), step("disable-on-premises", ForPerson, 0))}, time.Time{}},
		"the attacker made it":       {[]Summary{of(step("block-account", Verified, 4), step("revoke-sessions", Verified, 5))}, at.Add(5 * time.Minute)},
		"made, and not blocked":      {[]Summary{of(step("block-account", Failed, 4), step("revoke-sessions", Verified, 5))}, time.Time{}},
		"what was done again counts": {[]Summary{of(first.Steps[0], step("revoke-sessions", Verified, 5), step("reset-password", Verified, 3)), of(step("revoke-sessions", Verified, 90))}, at.Add(5 * time.Minute)},
	} {
		if got := ContainedAt(c.plans...)["1"]; !got.Equal(c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestGivenBack(t *testing.T) {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	step := func(action evict.ActionID, account string, state State, ended time.Time) StepResult {
		return StepResult{Step: evict.Step{ID: string(action), Action: action, Target: evict.Object{Account: account, Kind: "user"}}, State: state, Ended: ended}
	}
	lost := func(r StepResult) StepResult { r.Lost = "it no longer looks as the step left it"; return r }
	taken := Summary{Steps: []StepResult{lost(step("block-sign-in", "1", Verified, at)), lost(step("remove-directory-role", "1", Verified, at)), lost(step("disable-inbox-rule", "1", Verified, at)), step("revoke-sessions", "1", Verified, at)}}
	later := at.Add(time.Hour)
	for _, c := range []struct {
		name    string
		given   StepResult
		of      int // the step of taken that it is about
		back    bool
		revoked time.Time
	}{
		{"sign-in", step("unblock-sign-in", "1", Verified, later), 0, true, at},
		{"sign-in of somebody else", step("unblock-sign-in", "2", Verified, later), 0, false, at},
		{"sign-in, not verified", step("unblock-sign-in", "1", Unverified, later), 0, false, at},
		{"sign-in, before it was blocked again", step("unblock-sign-in", "1", Verified, at.Add(-time.Hour)), 0, false, at},
		{"sign-in, put back", func() StepResult { r := step("unblock-sign-in", "1", Verified, later); r.Undone = later; return r }(), 0, false, at},
		{"a role", step("remove-directory-role", "1", Verified, later), 1, true, at},
		{"a rule is never", step("disable-inbox-rule", "1", Verified, later), 2, false, at},
		{"sessions, once more", step("revoke-sessions", "1", Verified, later), 3, false, later},
	} {
		got := GivenBack(taken, Summary{Steps: []StepResult{c.given}}).Steps
		if r := got[c.of]; r.Back != c.back || c.of < 3 && (r.Lost == "") != c.back {
			t.Errorf("%s: given back %v, lost %q", c.name, r.Back, r.Lost)
		}
		if got[3].Ended != c.revoked {
			t.Errorf("%s: revoked at %s", c.name, got[3].Ended)
		}
	}
	if taken.Steps[0].Back || taken.Steps[0].Lost == "" {
		t.Error("the summary that was given is changed")
	}
}

// TestWhatWasSoBeforeCounts: an account that somebody else had blocked is contained when the rest is done.
func TestWhatWasSoBeforeCounts(t *testing.T) {
	d := tenantOfDana()
	d.one["get-user "+danaID]["accountEnabled"] = false
	c := caseOfDana()
	c.ContainOnly = true
	plan := propose(t, d, c)
	if len(plan.Already) != 1 || plan.Already[0].Action != "block-sign-in" || has(plan, "block-sign-in") {
		t.Fatalf("the plan has %+v, and %v", plan.Already, actions(plan))
	}
	p := sealed(t, plan)
	if s := Standing(p, nil); len(s.Steps) != len(plan.Steps) {
		t.Error("what nobody approved counts")
	}
	s := Standing(p, []gate.Entry{{Kind: gate.Approved, Plan: p.Hash(), Who: "Jo", Detail: json.RawMessage(`{}`)}})
	for i := range s.Steps {
		if !s.Steps[i].Read {
			s.Steps[i].State, s.Steps[i].Ended = Verified, hour.Std()
		}
	}
	if rung, says := Ladder(s, Observation{}, nil, false); rung != Contained {
		t.Errorf("%s: %s", rung, says)
	}
	s.Steps = slices.DeleteFunc(s.Steps, func(r StepResult) bool { return r.Read })
	if rung, _ := Ladder(s, Observation{}, nil, false); rung != NotContained {
		t.Error("without it the account counts as contained")
	}
}
