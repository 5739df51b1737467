package respond

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"evict"
)

// byHand makes the step of a plan without a tenant: nothing is known of the object's
// present, and a person does it and says so.
func (p *planner) byHand(w wanted, s evict.Step) *evict.Step {
	s.Before = Unread
	after, err := w.after(Unread)
	if errors.Is(err, ErrAlready) || err != nil {
		after = Unread
	}
	s.After = after
	w.reversal(&s)
	if w.action.Manual() && w.action.Instruct != nil {
		s.Manual = w.action.Instruct(s)
		return &s
	}
	if slices.Contains(locksOut, s.Action) {
		s.Warnings = append(s.Warnings, "look first that another Global Administrator can sign in: without the tenant this program can't")
	}
	a := *w.action
	if s.Target.ID == "" && strings.Contains(a.Shell, "{id}") {
		a.Shell = "" // a command without its object would be worse than none
	}
	if w.action.Warn != nil {
		s.Warnings = append(s.Warnings, w.action.Warn(s)...)
	}
	s.Manual = a.ByHand(s)
	if len(s.Manual) == 0 {
		s.Manual = []string{s.Title}
	}
	return &s
}

// password wants a new password: in the cloud, or where the account comes from.
func (p *planner) password(a *AccountFacts, why []string) {
	if !a.Synced && !a.Federated {
		p.want(ResetPassword, a.object(), why...)
		return
	}
	if a.Synced {
		p.want(DisableOnPremises, a.object(), why...)
	}
	w := wanted{action: ResetOnPremisesPassword, target: a.object(), why: why}
	if a.Federated {
		w.want = state(row{"federated": true})
	}
	p.wanted = append(p.wanted, w)
	p.note("%s", onPremisesNote(a))
}

func onPremisesNote(a *AccountFacts) string {
	from := "comes from Active Directory"
	if !a.Synced {
		from = "signs in at another identity provider (its domain is federated)"
	}
	return fmt.Sprintf("%s %s: a reset here is without effect or undone. Disable it and reset the password twice there, then start a sync; until then the block here is undone by the next sync. "+
		"The same password opens VPN and Wi-Fi.", a.name(), from)
}

// standing wants what belongs to every eviction, whatever was found.
func (p *planner) standing(a *AccountFacts) {
	for _, id := range standing {
		if act := Find(id); act != nil {
			p.wanted = append(p.wanted, wanted{action: act, target: a.object(), why: []string{strings.TrimSuffix("part of every eviction: "+strings.Join(act.Procedure, ", "), ": ")}, quiet: true})
		}
	}
}

// standing are the actions of every eviction, where this program has them.
var standing = []evict.ActionID{"preserve", "app-passwords"}
