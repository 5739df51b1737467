package respond

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"

	"evict"
	"evict/internal/gate"
)

// An Undoing says what of a carried-out plan is to be put back.
type Undoing struct {
	Plan     gate.Plan
	Entries  []gate.Entry
	Steps    []string        // IDs; nil: all
	Findings []evict.Finding // of the case: what they name is put back only when Steps names it
	Made     evict.Time
	Tool     string
}

// GuardFinding keeps what a finding names from being switched on again unasked.
const GuardFinding = "finding"

// Undo makes the plan that puts verified steps back, from the journal alone. What can't be put back, or has to be named
// for it, is among the skipped. The error is about a step that is not in the plan.
func Undo(u Undoing) (evict.Plan, error) { return undoing(u, Find) }

func undoing(u Undoing, find func(evict.ActionID) *Action) (evict.Plan, error) {
	done := u.Plan.Plan()
	for _, id := range u.Steps {
		if !slices.ContainsFunc(done.Steps, func(s evict.Step) bool { return s.ID == id }) {
			return evict.Plan{}, fmt.Errorf("plan %.12s has no step %s", u.Plan.Hash(), id)
		}
	}
	out := evict.Plan{Schema: evict.PlanSchema, Case: done.Case, Tenant: done.Tenant, Made: u.Made, Tool: u.Tool, Kind: "undo",
		Accounts: []evict.Object{}, Steps: []evict.Step{}, Skipped: []evict.Skipped{}, Notes: []string{}}
	standing := gate.Standing(u.Entries, u.Plan.Hash())
	for _, s := range slices.Backward(done.Steps) {
		st := standing[s.ID]
		if u.Steps != nil && !slices.Contains(u.Steps, s.ID) || st.Attempts == 0 && st.ByHand == "" {
			continue
		}
		if guard, why := u.refuses(&s, st, find(s.Action)); why != "" {
			out.Skipped = append(out.Skipped, evict.Skipped{Action: s.Action, Target: s.Target, Guard: guard, Why: why})
			continue
		}
		out.Steps = append(out.Steps, u.inverse(s, st, find(s.Action)))
	}
	inOrder(out.Steps, done.Steps)
	out.Accounts = concerned(done.Accounts, out.Steps)
	return out, nil
}

// refuses says why a step is not put back; "" when it is.
func (u *Undoing) refuses(s *evict.Step, st gate.StepState, a *Action) (guard, why string) {
	switch state := resultState(s, st); {
	case !st.Undone.IsZero():
		return "", "it was put back already"
	case state == Unverified || state == InDoubt:
		return "", fmt.Sprintf("it is %s: what it did must be known before it is put back", state)
	case state != Verified:
		return "", fmt.Sprintf("it is %s: there is nothing to put back", state)
	case s.Undo == "":
		return "", s.NoUndo
	case a == nil:
		return "", "this program has no such action"
	case len(s.Manual) == 0 && st.Before == nil:
		return "", "what the object looked like before is not in the journal"
	}
	if slices.Contains(u.Steps, s.ID) {
		return "", ""
	}
	if f := u.finding(s); f != "" {
		return GuardFinding, fmt.Sprintf("finding %s is why it was done: name the step %s to put it back all the same", f, s.ID)
	}
	return "", ""
}

// findingForm is what the ID of a finding looks like.
var findingForm = regexp.MustCompile(`^[0-9a-f]{16}$`)

// finding is one that a step answered; "" when none. An ID that no finding has today was one's when the plan was made.
func (u *Undoing) finding(s *evict.Step) string {
	for _, why := range s.Why {
		if findingForm.MatchString(why) || slices.ContainsFunc(u.Findings, func(f evict.Finding) bool { return f.ID == why }) {
			return why
		}
	}
	return ""
}

// inverse is the step that puts back what a step did.
func (u *Undoing) inverse(s evict.Step, st gate.StepState, a *Action) evict.Step {
	back := s.Inverse()
	if st.Before != nil {
		back.After = bytes.Clone(st.Before)
	}
	if st.Result.Seen != nil {
		back.Before = bytes.Clone(st.Result.Seen)
	}
	back.ID, back.UndoOf = undoID(s.ID), gate.Reverses(u.Plan.Hash(), s.ID)
	back.Phase, back.Procedure, back.Needs = evict.Recover, []string{}, []string{}
	back.Title, back.Undo = "Undo: "+s.Title, "the step is done again"
	back.Why = []string{fmt.Sprintf("it undoes step %s of plan %.12s", s.ID, u.Plan.Hash())}
	back.Noticed = []string{"whoever noticed the step: it is as it was before"}
	back.Warnings, back.ByHand, back.NoUndo = nil, nil, ""
	if s.NoUndo != "" {
		back.Warnings = append(back.Warnings, "not all of it comes back: "+s.NoUndo)
	}
	if a.Warn != nil {
		back.Warnings = append(back.Warnings, a.Warn(back)...)
	}
	if f := u.finding(&s); f != "" {
		back.Warnings = append(back.Warnings, "finding "+f+" is why it was done: what the attacker left may come back with it")
	}
	if len(s.Manual) > 0 && a.Instruct != nil {
		back.Manual = a.Instruct(back)
	}
	return back
}

func undoID(step string) string { return "undo-" + step }

// inOrder makes what was done last the first to be put back.
func inOrder(back, done []evict.Step) {
	at := map[string]int{}
	for i, s := range back {
		at[s.ID] = i
	}
	for _, s := range done {
		if _, ok := at[undoID(s.ID)]; !ok {
			continue
		}
		for _, needed := range s.Needs {
			if i, ok := at[undoID(needed)]; ok {
				back[i].Needs = append(back[i].Needs, undoID(s.ID))
			}
		}
	}
	for i := range back {
		slices.Sort(back[i].Needs)
	}
}

// concerned are the accounts that steps are about.
func concerned(accounts []evict.Object, steps []evict.Step) []evict.Object {
	out := []evict.Object{}
	for _, a := range accounts {
		if slices.ContainsFunc(steps, func(s evict.Step) bool { return s.Target.Account == a.Account }) {
			out = append(out, a)
		}
	}
	return out
}
