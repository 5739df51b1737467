package respond

import (
	"fmt"
	"slices"
	"strings"

	"evict"
)

// lastDone is the last verified step of an action on an account; nil when there is none.
func lastDone(done []DoneStep, action evict.ActionID, account string) *DoneStep {
	var last *DoneStep
	for i := range done {
		d := &done[i]
		if d.Verified && d.Step.Action == action && d.Step.Target.Account == account && (last == nil || last.Ended.Before(d.Ended)) {
			last = d
		}
	}
	return last
}

// onceEnough are the actions that are not done a second time for nothing: a new password makes the one void that the
// owner was just told, and a person does not go to the domain controller twice.
var onceEnough = []evict.ActionID{ResetPassword.ID, ResetOnPremisesPassword.ID, DisableOnPremises.ID}

// doneBefore takes out what an earlier plan of the case did after the last hostile act that is known, and says of what
// stays that it is done once more, and why.
func (p *planner) doneBefore() {
	if p.plan.Kind != "respond" {
		return
	}
	p.plan.Steps = slices.DeleteFunc(p.plan.Steps, func(s evict.Step) bool {
		d := lastDone(p.c.Done, s.Action, s.Target.Account)
		if d == nil || !slices.Contains(onceEnough, s.Action) || p.whyAgain(s, d) != "" {
			return false
		}
		p.plan.Skipped = append(p.plan.Skipped, evict.Skipped{Action: s.Action, Target: s.Target, Pick: string(s.Action) + "=" + s.Target.Name,
			Why: doneAt(d) + ", and nothing of the attacker's is known since"})
		return true
	})
	for i := range p.plan.Steps {
		s := &p.plan.Steps[i]
		d := lastDone(p.c.Done, s.Action, s.Target.Account)
		switch {
		case d == nil:
		case slices.Contains(onceEnough, s.Action):
			s.Warnings = append(s.Warnings, fmt.Sprintf("%s; again, for %s: a password that was told then works no more", doneAt(d), p.whyAgain(*s, d)))
		case s.Action == RevokeSessions.ID:
			s.Warnings = append(s.Warnings, doneAt(d)+"; once more costs the owner nothing that he still has")
			if p.whyAgain(*s, d) == "" {
				p.again = append(p.again, s.ID)
			}
		}
	}
}

// whyAgain says why a step is done once more; "" when there is no reason.
func (p *planner) whyAgain(s evict.Step, d *DoneStep) string {
	changed, _ := timeIn(s.Before, "lastPasswordChangeDateTime")
	hostile := p.hostileUntil(s.Target.Account)
	switch {
	case p.c.ContainOnly: // waits for no evidence, and nobody knows what was since
		return "containment was asked for once more"
	case slices.ContainsFunc(p.c.Picked, func(k Pick) bool {
		return k.Action == s.Action && (k.Target.Account == s.Target.Account || strings.EqualFold(k.Target.Name, s.Target.Name))
	}):
		return "it was picked"
	case d.Ended.Before(hostile):
		return "the attacker was seen after it, at " + hostile.String()
	case s.Action == DisableOnPremises.ID && decoded(s.Before)["accountEnabled"] != false:
		return "the account is enabled"
	case d.Ended.Before(changed):
		return "the password was changed since, at " + changed.String()
	}
	return ""
}

// hostileUntil is the time of the last act on an account that is known to be an attacker's; unset when none is.
func (p *planner) hostileUntil(account string) evict.Time {
	var last evict.Time
	later := func(t evict.Time) {
		if t.Set && (!last.Set || last.Before(t)) {
			last = t
		}
	}
	for _, a := range p.accounts {
		if a.ID != account {
			continue
		}
		for _, x := range a.Strands {
			if x.Verdict == evict.ByAttacker {
				later(x.To)
			}
		}
		for _, f := range p.c.Findings {
			if f.Attribution == evict.ByAttacker && (a.is(f.Actor) || a.is(f.Subject.ID)) {
				later(f.Time)
			}
		}
	}
	return last
}

func doneAt(d *DoneStep) string {
	return fmt.Sprintf("done at %s by plan %.12s", d.Ended, d.Plan)
}
