package respond

import (
	"context"
	"slices"

	"evict"
)

// leftNow are the footholds that nothing shows to be gone: what a plan made today would still take away, whatever was
// approved before, and the steps of eviction that a plan wanted and nobody carried out.
func (g *giving) leftNow(ctx context.Context) []string {
	p := g.respondAgain()
	p.warm(ctx)
	for _, f := range p.c.Findings {
		p.answer(ctx, f)
	}
	p.wanted = merged(p.wanted)
	out := make([]string, len(p.wanted))
	parallel(len(p.wanted), func(i int) { out[i] = g.stillThere(ctx, p, p.wanted[i]) })
	for _, k := range p.plan.Skipped { // it could not be looked up, or nobody can say which object it is
		if !slices.ContainsFunc(g.done, func(d DoneStep) bool {
			return d.Verified && d.Step.Phase == evict.Evict && slices.Contains(d.Step.Why, k.Pick)
		}) {
			out = append(out, unsure(k))
		}
	}
	for _, d := range g.done {
		if d.Proposed && d.Step.Phase == evict.Evict && !g.settled(d.Step) && !g.innocent(d.Step) && !g.shows(ctx, d.Step) {
			out = append(out, foothold(d.Step))
		}
	}
	out = slices.DeleteFunc(out, func(s string) bool { return s == "" })
	slices.Sort(out)
	return slices.Compact(out)
}

// respondAgain is the planner of a plan that takes the same accounts back, as of now.
func (g *giving) respondAgain() *planner {
	c := g.c
	c.Accounts, c.Picked = nil, nil
	p := newPlanner(g.r, c, "respond")
	p.tenant, p.taken = g.tenant, g.taken
	for _, a := range g.accounts {
		own := *a
		p.accounts = append(p.accounts, &own)
		if slices.Contains(g.made, a) {
			p.made = append(p.made, &own)
		}
	}
	return p
}

// stillThere names what one change of today's plan would take away; "" when it is gone. What can't be read is not gone.
func (g *giving) stillThere(ctx context.Context, p *planner, w wanted) string {
	s := newStep(w)
	switch {
	case s.Phase != evict.Evict && s.Action != blockMade:
		return "" // containment, which the gate looks at by itself
	case (!g.live() || w.action.Manual()) && g.settled(s):
		return "" // nothing but the word of the journal can show it
	}
	step, skipped, _ := p.look(ctx, w)
	switch {
	case step != nil:
		return foothold(*step)
	case skipped != nil:
		return unsure(*skipped)
	}
	return ""
}

// shows reports whether the object looks today as the step wanted it, or is not there any more.
func (g *giving) shows(ctx context.Context, s evict.Step) bool {
	a := Find(s.Action)
	if !g.live() || a == nil || a.Inspect == nil {
		return false
	}
	now, err := a.Inspect(ctx, g.r, s)
	return err == nil && (a.reached(s, now) || same(now, null))
}

// innocent reports whether all that a step answers turned out to be the owner's work, or that of whoever responds.
func (g *giving) innocent(s evict.Step) bool {
	return len(s.Why) > 0 && !slices.ContainsFunc(s.Why, func(why string) bool {
		return !slices.ContainsFunc(g.c.Findings, func(f evict.Finding) bool {
			return f.ID == why && (f.Attribution == evict.ByOwner || f.Attribution == evict.ByResponder)
		})
	})
}

func foothold(s evict.Step) string { return s.Title + " (" + s.Target.Name + ")" }

func unsure(k evict.Skipped) string {
	return titleOf(k.Action) + " (" + k.Target.Name + ": " + k.Why + ")"
}

func titleOf(action evict.ActionID) string {
	if a := Find(action); a != nil {
		return a.Title
	}
	return string(action)
}
