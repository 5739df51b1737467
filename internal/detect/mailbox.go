package detect

import (
	"strings"

	"evict"
)

// mailbox says whose mailbox an act concerns: its name for a sentence, the
// principal for the state, and whether it is the actor's own. Exchange writes
// an alias, a GUID or a path where it means the actor's own mailbox; a
// "Mailbox" parameter names another's.
func mailbox(e *evict.Event, v *View) (name string, box evict.Principal, own bool) {
	s := e.Subject(evict.Mailbox)
	switch {
	case seen(e) && s.Who.Kind != evict.NoPrincipal:
		if v.Mine != nil && v.Mine(s.Who) { // a dump may have the object ID alone
			return v.Account, s.Who, true
		}
		return s.Who.ID, s.Who, true
	case s.Who.Kind == evict.NoPrincipal:
		return e.Actor.ID, e.Actor, true
	case s.Who == e.Actor || v.Same != nil && v.Same(s.Who, e.Actor):
		return e.Actor.ID, s.Who, true
	}
	for _, a := range append(s.Aliases, e.ActorAliases...) {
		if a == e.Actor || a == s.Who {
			return e.Actor.ID, s.Who, true
		}
	}
	if s.Who.Kind == evict.Name && aliasOf(s.Who.ID, e.Actor) || ownRule(e) {
		return e.Actor.ID, s.Who, true
	}
	return s.Who.ID, s.Who, false
}

// ownRule reports a rule that was made without naming a mailbox: then it is in
// the caller's own, whatever GUID stands in the object's path.
func ownRule(e *evict.Event) bool {
	d, ok := e.Detail.(*evict.Rule)
	if !ok || !opIs(e.Op, "new-inboxrule") {
		return false
	}
	for _, p := range d.Params {
		if strings.EqualFold(p.Name, "Mailbox") {
			return false
		}
	}
	return true
}

// aliasOf reports whether a mailbox alias is that of the principal: the part
// before the @, alone or with the random ending that Exchange gives it.
func aliasOf(alias string, p evict.Principal) bool {
	if p.Kind != evict.UPN {
		return false
	}
	local, _, _ := strings.Cut(p.ID, "@")
	alias = strings.ToLower(alias)
	return alias == local || strings.HasPrefix(alias, local+"_")
}

// onMailbox fills the draft's subject: the account itself, or the other's
// mailbox that it acted on, which tells of the actor's identity and the
// mailbox's exposure (V20).
func (d Draft) onMailbox(e *evict.Event, v *View) Draft {
	name, _, own := mailbox(e, v)
	if own {
		if seen(e) && v.Account == "" {
			d.Subject = evict.FindingSubject{Kind: evict.OnMailbox, ID: name}
		}
		return d
	}
	d.Actor = e.Actor
	d.Subject = evict.FindingSubject{Kind: evict.OnMailbox, ID: name}
	d.Target = name
	return d
}
