package respond

import (
	"cmp"
	"slices"
	"time"

	"evict"
	"evict/internal/gate"
)

// A StepResult is how a step stands after a run.
type StepResult struct {
	Plan   string // hash
	Step   evict.Step
	State  State
	Why    string
	Sent   int       // attempts, ever
	Ended  time.Time // zero: not
	Effect time.Time // from when on the service obeys it everywhere; zero: not known
	Undone time.Time // when it was put back; zero: it was not
	Back   bool      // it was given back to the owner: see GivenBack
	Lost   string    // why the last later look did not find it so; "" when it did, or nobody looked
	Read   bool      // it is no step: the plan read that it was so
}

// effect is when the service obeys a verified step everywhere, at the latest.
func (r *StepResult) effect() time.Time {
	if r.Ended.IsZero() || r.State != Verified && r.State != Already {
		return time.Time{}
	}
	return r.Ended.Add(time.Duration(r.Step.Minutes) * time.Minute)
}

// A Summary is how a plan stands.
type Summary struct {
	Steps []StepResult // in the plan's order
}

// Count the steps in one of the states.
func (s Summary) Count(states ...State) int {
	n := 0
	for _, r := range s.Steps {
		if slices.Contains(states, r.State) {
			n++
		}
	}
	return n
}

// Effect is when the service obeys all that is verified, at the latest; zero when nothing is.
func (s Summary) Effect() time.Time {
	var last time.Time
	for _, r := range s.Steps {
		if r.Effect.After(last) {
			last = r.Effect
		}
	}
	return last
}

func (n *run) summary() Summary {
	var out Summary
	for _, s := range n.plan.Steps {
		r := n.results[s.ID]
		r.Plan = n.Plan.Hash()
		r.Undone = n.standing[s.ID].Undone
		out.Steps = append(out.Steps, r)
	}
	return out
}

// Standing is how a plan stands from the journal alone.
func Standing(p gate.Plan, entries []gate.Entry) Summary {
	var out Summary
	standing, looks := gate.Standing(entries, p.Hash()), lastLooks(p, entries)
	for _, s := range p.Plan().Steps {
		st := standing[s.ID]
		r := StepResult{Plan: p.Hash(), Step: s, State: resultState(&s, st), Why: st.Result.Why, Sent: st.Attempts, Ended: st.Ended, Undone: st.Undone}
		if st.Result.Outcome == "" && st.ByHand != "" {
			r.Why, r.Ended = wordOf(st), st.Began
		}
		if l, ok := looks[s.ID]; ok && !l.Holds {
			r.Lost = cmp.Or(l.Why, "it no longer looks as the step left it")
		}
		r.Effect = r.effect()
		out.Steps = append(out.Steps, r)
	}
	out.Steps = append(out.Steps, alreadySo(p, entries)...)
	return out
}

// alreadySo are what an approved plan read to be as it wants it.
func alreadySo(p gate.Plan, entries []gate.Entry) []StepResult {
	if len(gate.Approvals(entries, p.Hash())) == 0 {
		return nil
	}
	plan := p.Plan()
	var out []StepResult
	for _, s := range plan.Already {
		r := StepResult{Plan: p.Hash(), Step: s, State: Already, Ended: plan.Made.Std(), Read: true}
		r.Effect = r.effect()
		out = append(out, r)
	}
	return out
}

// resultState is where a step is while no run works on it.
func resultState(s *evict.Step, st gate.StepState) State {
	switch {
	case st.Result.Outcome != "":
		return stateOf(st.Result)
	case st.Open:
		return InDoubt // until somebody looks
	case len(s.Manual) > 0 && st.ByHand == "":
		return ForPerson
	case len(s.Manual) > 0:
		return byWord(s)
	}
	return Waiting
}

// byWord is where a step is that a person says he did: verified where nothing
// but his word can show it, and else sent, until somebody looks.
func byWord(s *evict.Step) State {
	if a := Find(s.Action); a == nil || a.Inspect != nil {
		return Unverified
	}
	return Verified
}

func wordOf(st gate.StepState) string { return "the word of " + st.ByHand }

func stateOf(r gate.Result) State {
	switch r.Outcome {
	case gate.Verified:
		if r.Already {
			return Already
		}
		return Verified
	case gate.Unverified:
		return Unverified
	case gate.Failed:
		return Failed
	case gate.Skipped:
		return Stale
	}
	return InDoubt
}
