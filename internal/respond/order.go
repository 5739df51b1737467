package respond

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"

	"evict"
)

// stepID names a step by what it does to what, so that a plan made again has the
// same IDs and an operator can leave a step out by its name.
func stepID(action evict.ActionID, o evict.Object) string {
	b, err := json.Marshal([]string{string(action), o.Account, o.Kind, o.ID, o.Name})
	if err != nil {
		panic(err) // unreachable: strings always encode
	}
	sum := sha256.Sum256(b)
	return string(action) + "-" + hex.EncodeToString(sum[:4])
}

var phases = []evict.Phase{evict.Contain, evict.Evict, evict.Recover}

// order sorts the steps and says which must be verified before which; what is not
// bound goes side by side.
func (p *planner) order() {
	place := map[string]int{}
	for i, a := range p.accounts {
		place[a.ID], place[a.name()] = i+1, i+1
	}
	catalog := places()
	of := func(s evict.Step) int { return max(place[s.Target.Account], accountPlace(s, place)) }
	slices.SortStableFunc(p.plan.Steps, func(a, b evict.Step) int {
		return cmp.Or(cmp.Compare(slices.Index(phases, a.Phase), slices.Index(phases, b.Phase)), cmp.Compare(of(a), of(b)),
			cmp.Compare(catalog[a.Action], catalog[b.Action]), cmp.Compare(a.Target.Name, b.Target.Name), cmp.Compare(a.ID, b.ID))
	})
	for i := range p.plan.Steps {
		s := &p.plan.Steps[i]
		s.Needs = append(s.Needs, slices.DeleteFunc(needs(*s, p.plan.Steps), func(id string) bool { return s.Phase == evict.Evict && slices.Contains(p.again, id) })...)
		slices.Sort(s.Needs)
		s.Needs = slices.Compact(s.Needs)
	}
	p.settle()
	p.plan.Steps = afterNeeds(p.plan.Steps)
}

// afterNeeds puts every step behind those that it needs, and else keeps the order.
func afterNeeds(steps []evict.Step) []evict.Step {
	out := make([]evict.Step, 0, len(steps))
	placed := map[string]bool{}
	left := slices.Clone(steps)
	for len(left) > 0 {
		i := slices.IndexFunc(left, func(s evict.Step) bool {
			return !slices.ContainsFunc(s.Needs, func(id string) bool { return !placed[id] })
		})
		if i < 0 {
			return append(out, left...) // a circle, which the gate refuses
		}
		placed[left[i].ID] = true
		out = append(out, left[i])
		left = slices.Delete(left, i, i+1)
	}
	return out
}

// settle takes needs away that are no steps of the plan, and sorts what is not in it.
func (p *planner) settle() {
	catalog := places()
	for i := range p.plan.Steps {
		s := &p.plan.Steps[i]
		s.Needs = slices.DeleteFunc(s.Needs, func(id string) bool {
			return !slices.ContainsFunc(p.plan.Steps, func(o evict.Step) bool { return o.ID == id })
		})
	}
	slices.SortStableFunc(p.plan.Skipped, func(a, b evict.Skipped) int {
		return cmp.Or(cmp.Compare(skippedRank(a), skippedRank(b)), cmp.Compare(a.Guard, b.Guard), cmp.Compare(a.Target.Account, b.Target.Account),
			cmp.Compare(catalog[a.Action], catalog[b.Action]), cmp.Compare(a.Target.Name, b.Target.Name), cmp.Compare(a.Target.ID, b.Target.ID), cmp.Compare(a.Pick, b.Pick))
	})
}

// places are those of the actions in the catalog.
func places() map[evict.ActionID]int {
	out := map[evict.ActionID]int{}
	for i, a := range Catalog {
		out[a.ID] = i
	}
	return out
}

func accountPlace(s evict.Step, place map[string]int) int {
	if s.Target.Account == "" && s.Target.Kind == "user" {
		return place[s.Target.Name]
	}
	return 0
}

// skippedRank puts a guard's refusal first, then what somebody must decide.
func skippedRank(k evict.Skipped) int {
	switch {
	case k.Guard != "":
		return 0
	case k.Undecided():
		return 1
	}
	return 2
}

// stops are the steps that keep the attacker from undoing what follows. A reset is
// not among them: nobody signs in to a blocked account, and a person may have to do it.
var stops = []evict.ActionID{"block-sign-in", "revoke-sessions", "block-account"}

// needs are the steps that must be verified before s: evict waits until the account
// is blocked and its sessions are revoked, and what belongs to no account of the plan
// waits for all of them, for from any the attacker could make it anew; sending is
// unblocked last, after everything of R1 to R3. A person's work waits for nothing.
func needs(s evict.Step, all []evict.Step) []string {
	var out []string
	own := slices.ContainsFunc(all, func(a evict.Step) bool { return stopping(a) && together(a, s) })
	for _, a := range all {
		switch {
		case a.ID == s.ID:
		case s.Action == UnblockSending.ID:
			if together(a, s) && beforeSending(a.Procedure) {
				out = append(out, a.ID)
			}
		case len(s.Manual) == 0 && s.Phase == evict.Evict && stopping(a) && (together(a, s) || !own):
			out = append(out, a.ID)
		}
	}
	return out
}

func stopping(s evict.Step) bool { return s.Phase == evict.Contain && slices.Contains(stops, s.Action) }

// together reports whether two steps are about one account.
func together(a, b evict.Step) bool {
	return a.Target.Account != "" && a.Target.Account == b.Target.Account || a.Target.Account == "" && b.Target.Account == "" && a.Target.Name == b.Target.Name
}

func beforeSending(procedure []string) bool {
	return slices.ContainsFunc(procedure, func(r string) bool { return r == "R1" || r == "R2" || r == "R3" })
}
