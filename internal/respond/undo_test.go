package respond

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"evict"
	"evict/internal/gate"
	"evict/internal/m365"
)

// carriedOut is a plan that was carried out.
func carriedOut(t *testing.T, on *tenant, j *line, p evict.Plan) gate.Plan {
	t.Helper()
	plan := sealed(t, p)
	if _, err := approved(t, on, j, plan).Apply(t.Context()); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Hour)
	return plan
}

// TestUndoPutsBack what was, in the reverse order, as a plan like any other.
func TestUndoPutsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		on, j := newTenant(), &line{}
		plan := eleven(on)
		on.put("device", "1") // as the plan says; what counts is what is captured
		p := carriedOut(t, on, j, plan)
		back, err := undoing(Undoing{Plan: p, Entries: j.entries, Tool: "test"}, findFake)
		if err != nil {
			t.Fatal(err)
		}
		if back.Kind != "undo" || len(back.Steps) != 9 || len(back.Accounts) != 1 {
			t.Errorf("%s with %d steps", back.Kind, len(back.Steps))
		}
		for _, s := range back.Skipped {
			if s.Why != "it can't be" {
				t.Errorf("%s is skipped: %s", s.Action, s.Why)
			}
		}
		at := map[string]evict.Step{}
		for _, s := range back.Steps {
			at[s.ID] = s
		}
		if need := at["undo-block"].Needs; !slices.Contains(need, "undo-forward") || !slices.Contains(need, "undo-device") {
			t.Errorf("sign-in is allowed again before what needed the block is put back: %v", need)
		}
		sent := len(on.sends)
		q := sealed(t, back)
		if _, err := runnerOf(t, on, j, q).Apply(t.Context()); !errors.Is(err, gate.ErrUnapproved) || len(on.sends) != sent {
			t.Errorf("an undo that nobody approved: %v", err)
		}
		s, err := approved(t, on, j, q).Apply(t.Context())
		if err != nil || s.Count(Verified) != 9 {
			t.Fatal(states(s), err)
		}
		for _, step := range p.Plan().Steps {
			if want := string(state(decoded(step.Before)["v"])); step.Undo != "" && on.now(step.ID) != want {
				t.Errorf("%s is %s, want %s", step.ID, on.now(step.ID), want)
			}
		}
		for _, r := range Standing(p, j.entries).Steps {
			if r.Undone.IsZero() != (r.Step.Undo == "") {
				t.Errorf("%s undone: %v", r.Step.ID, r.Undone)
			}
		}
		again, err := undoing(Undoing{Plan: p, Entries: j.entries}, findFake)
		if err != nil || len(again.Steps) != 0 {
			t.Errorf("undone twice: %v %v", again.Steps, err)
		}
		// An undo can be undone.
		time.Sleep(time.Hour)
		redo, err := undoing(Undoing{Plan: q, Entries: j.entries}, findFake)
		if err != nil || len(redo.Steps) != 9 {
			t.Fatal(redo.Skipped, err)
		}
		if s, err = approved(t, on, j, sealed(t, redo)).Apply(t.Context()); err != nil || s.Count(Verified) != 9 || on.now("forward") != "0" {
			t.Error(states(s), err)
		}
	})
}

// TestUndoTakesTheCapturedState, not the one that the plan was made from.
func TestUndoTakesTheCapturedState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		on, j := newTenant(), &line{}
		plan := planOf(stepOf(on, "set", "a", "5", "1"))
		loose := *findFake("set")
		loose.Fresh = anyState
		on.put("a", "7")
		p := sealed(t, plan)
		r := approved(t, on, j, p)
		r.find = func(evict.ActionID) *Action { return &loose }
		if s, err := r.Apply(t.Context()); err != nil || s.Count(Verified) != 1 {
			t.Fatal(states(s), err)
		}
		back, err := undoing(Undoing{Plan: p, Entries: j.entries}, findFake)
		if err != nil || string(back.Steps[0].After) != `{"v":7}` || string(back.Steps[0].Before) != `{"v":1}` {
			t.Errorf("%s -> %s, %v", back.Steps[0].Before, back.Steps[0].After, err)
		}
	})
}

// TestUndoRefuses what a finding names unless it is named, what nobody verified, and what was never sent.
func TestUndoRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		on, j := newTenant(), &line{}
		plan := planOf(stepOf(on, "set", "named", "1", "0"), stepOf(on, "set", "free", "1", "0"), stepOf(on, "make", "doubt", "0", "1"),
			stepOf(on, "set", "failed", "1", "0"), stepOf(on, "set", "already", "1", "0"), stepOf(on, "secret", "reset", "0", "1"))
		plan.Steps[0].Why = []string{"finding-1"}
		plan.Steps[1].Why = []string{"the operator wanted it"}
		plan.Steps = append(plan.Steps, stepOf(on, "set", "forgotten", "1", "0"))
		plan.Steps[6].Why = []string{"0123456789abcdef"} // a finding of then, which is none of today's
		on.put("already", "0")
		on.fault = func(_, object string, _ int) fault { return map[string]fault{"doubt": lost, "failed": refuse}[object] }
		p := carriedOut(t, on, j, plan)
		u := Undoing{Plan: p, Entries: j.entries, Findings: []evict.Finding{{ID: "finding-1"}, {ID: "finding-2"}}}
		back, err := undoing(u, findFake)
		if err != nil || len(back.Steps) != 1 || back.Steps[0].ID != "undo-free" {
			t.Errorf("%v %v", back.Steps, err)
		}
		want := map[string]string{"named": "finding-1", "doubt": "in-doubt", "failed": "failed", "reset": "can't be", "forgotten": "0123456789abcdef"}
		for _, s := range back.Skipped {
			if why := want[s.Target.ID]; why == "" || !strings.Contains(s.Why, why) {
				t.Errorf("%s is skipped: %s", s.Target.ID, s.Why)
			}
			if (s.Guard == GuardFinding) != (s.Target.ID == "named" || s.Target.ID == "forgotten") {
				t.Errorf("%s is guarded by %q", s.Target.ID, s.Guard)
			}
			delete(want, s.Target.ID)
		}
		if len(want) > 0 {
			t.Errorf("not said: %v", want)
		}
		u.Steps = []string{"named"}
		if back, err = undoing(u, findFake); err != nil || len(back.Steps) != 1 || back.Steps[0].ID != "undo-named" || len(back.Skipped) != 0 {
			t.Errorf("named: %v %v %v", back.Steps, back.Skipped, err)
		}
		u.Steps = []string{"reset"}
		if back, err = undoing(u, findFake); err != nil || len(back.Steps) != 0 || len(back.Skipped) != 1 {
			t.Errorf("what can't be undone, named: %v %v", back.Steps, err)
		}
		u.Steps = []string{"nothing"}
		if _, err = undoing(u, findFake); err == nil {
			t.Error("a step that is not there")
		}
	})
}

// TestUndoIsStaleToo: somebody has changed since what we changed.
func TestUndoIsStaleToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		on, j := newTenant(), &line{}
		p := carriedOut(t, on, j, planOf(stepOf(on, "set", "a", "1", "0")))
		on.put("a", "9")
		back, err := undoing(Undoing{Plan: p, Entries: j.entries}, findFake)
		if err != nil {
			t.Fatal(err)
		}
		s, err := approved(t, on, j, sealed(t, back)).Apply(t.Context())
		if err != nil || s.Steps[0].State != Stale || on.now("a") != "9" {
			t.Errorf("%v %v, the tenant has %s", states(s), err, on.now("a"))
		}
	})
}

// TestRecheck looks again at what is verified, says what does not hold, and when it is due.
func TestRecheck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		on, j := newTenant(), &line{}
		if c := Checks(sealed(t, eleven(on)), nil); c != nil {
			t.Errorf("due before anything was done: %v", c)
		}
		on = newTenant()
		p := sealed(t, planOf(stepOf(on, "set", "a", "1", "0"), stepOf(on, "set", "b", "1", "0"), stepOf(on, "stamp", "c", "0", "1"), stepOf(on, "set", "d", "1", "0"), stepOf(on, "set", "e", "1", "0")))
		on.fault = func(_, object string, _ int) fault { return map[string]fault{"e": refuse}[object] }
		r := approved(t, on, j, p)
		if _, err := r.Apply(t.Context()); err != nil {
			t.Fatal(err)
		}
		due := Checks(p, j.entries)
		if len(due) != 4 || due[3].At.Sub(due[0].At) != 7*24*time.Hour-time.Hour || !due[0].Done.IsZero() {
			t.Errorf("%v", due)
		}
		time.Sleep(25 * time.Hour)
		on.put("b", "1") // the attacker is back
		on.deny = func(object string) error {
			if object == "d" {
				return &m365.Error{Kind: m365.Forbidden, Status: 403}
			}
			return nil
		}
		sent := len(on.sends)
		looks, err := r.Recheck(t.Context())
		if err != nil || len(looks) != 4 || len(on.sends) != sent {
			t.Fatal(looks, err)
		}
		if !looks["a"].Holds || looks["b"].Holds || looks["b"].Why != "" || !looks["c"].Holds || looks["d"].Holds || looks["d"].Why == "" {
			t.Errorf("%+v", looks)
		}
		due = Checks(p, j.entries)
		if due[0].Done.IsZero() || due[1].Done.IsZero() || !due[2].Done.IsZero() {
			t.Errorf("after 25 hours: %v", due)
		}
		var kept map[string]gate.Look
		last := j.entries[len(j.entries)-1]
		if json.Unmarshal(last.Detail, &kept) != nil || last.Kind != gate.Rechecked || kept["b"].Holds {
			t.Errorf("the journal says %s", last.Detail)
		}
	})
}

// TestEffect: verified is not effective.
func TestEffect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		on, j := newTenant(), &line{}
		plan := planOf(stepOf(on, "set", "a", "1", "0"), stepOf(on, "set", "b", "1", "0"))
		plan.Steps[0].Minutes, plan.Steps[1].Minutes = 90, 240
		on.fault = func(_, object string, _ int) fault { return map[string]fault{"b": liar}[object] }
		p := sealed(t, plan)
		s, err := approved(t, on, j, p).Apply(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		a, b := s.Steps[0], s.Steps[1]
		if a.Effect.Sub(a.Ended) != 90*time.Minute || !b.Effect.IsZero() || !s.Effect().Equal(a.Effect) {
			t.Errorf("%v %v %v", a.Effect, b.Effect, s.Effect())
		}
		if told := Standing(p, j.entries).Steps[0]; !told.Effect.Round(time.Second).Equal(a.Effect.Round(time.Second)) {
			t.Errorf("from the journal %v", told.Effect)
		}
	})
}

// TestAPersonsStepMovesNoLook: what somebody did by hand days later does not put the looks off.
func TestAPersonsStepMovesNoLook(t *testing.T) {
	on := newTenant()
	plan := planOf(stepOf(on, "set", "a", "1", "0"), stepOf(on, "set", "m", "1", "0"))
	plan.Steps[1].Manual = []string{"Do it."}
	p := sealed(t, plan)
	start := time.Date(2026, 11, 20, 21, 0, 0, 0, time.UTC)
	ended := func(step string, at time.Time) gate.Entry {
		return gate.Entry{Kind: gate.Ended, Plan: p.Hash(), Step: step, Time: at, Detail: state(gate.Result{Outcome: gate.Verified})}
	}
	due := Checks(p, []gate.Entry{ended("a", start), ended("m", start.Add(48*time.Hour))})
	if len(due) != 4 || !due[0].At.Equal(start.Add(time.Hour)) {
		t.Errorf("due: %v", due)
	}
	if due := Checks(p, []gate.Entry{ended("m", start)}); len(due) != 4 || !due[0].At.Equal(start.Add(time.Hour)) {
		t.Errorf("due where a person did all: %v", due)
	}
}
