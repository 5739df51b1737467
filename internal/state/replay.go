// Package state says what rules, forwarding, rights, roles, consents, methods
// and devices looked like at any moment of one account's history.
//
// A log names changes and a dump names values: both are replayed in time
// order. A change that names only some settings leaves the others as they
// were; a change without its values makes them unknown, not absent.
package state

import (
	"slices"
	"strings"

	"evict"
	"evict/internal/detect"
)

// Limits of what one account's replay keeps; beyond them it says Full.
const (
	maxBoxes  = 2000
	maxRules  = 1000 // of one mailbox
	maxThings = 20000
)

// A Replay is the state of everything that one account's history touches, as
// of the last event applied. It implements detect.State.
type Replay struct {
	person func(evict.Principal) evict.Principal
	names  map[evict.Principal]*box
	boxes  int
	things map[string]*thing
	order  []*thing // in order of making
	born   map[string]*thing
	full   bool
}

// A box is one mailbox.
type box struct {
	rules        []*rule
	smtp, direct []string // ForwardingSmtpAddress, ForwardingAddress
	known        bool     // the forwarding is, for a record or dump named it
	forward      *thing
}

type rule struct {
	evict.InboxRule
	life *thing
}

// A thing is something that was made and may have been removed.
type thing struct {
	Lifetime
	key string
}

// A Lifetime is when something existed, as far as the evidence shows.
type Lifetime struct {
	Kind    string // rule, forwarding, right, role, consent, device, method, object
	Owner   string // mailbox, member, account
	Name    string // of the rule; address; right; role; application
	Made    detect.Evidence
	Removed detect.Evidence
	evict.Lifetime
}

// New returns a replay of nothing. A name stands for the person that it is of
// at the time of the present event: one log has the UPN, and a dump the object
// ID alone. Without that, only names that one event pairs are the same.
func New(person func(evict.Principal) evict.Principal) *Replay {
	if person == nil {
		person = func(p evict.Principal) evict.Principal { return p }
	}
	return &Replay{person: person, names: map[evict.Principal]*box{}, things: map[string]*thing{}, born: map[string]*thing{}}
}

// Full reports whether a limit was met: then the state is incomplete.
func (r *Replay) Full() bool { return r.full }

// Apply takes the next event in time order. Nothing of it is kept by reference.
func (r *Replay) Apply(e *evict.Event) {
	if e.Outcome == evict.Failure || e.Outcome == evict.Interrupted {
		return
	}
	switch d := e.Detail.(type) {
	case *evict.Rule:
		r.rule(e, d)
	case *evict.Settings:
		r.settings(e, d)
	case *evict.Right:
		r.right(e, d)
	}
	r.objects(e)
}

// Rule returns the rule as it was just before the next event, found by its ID
// or name; false when it is not known.
func (r *Replay) Rule(mailbox evict.Principal, id string) (evict.InboxRule, bool) {
	if b := r.names[r.person(mailbox)]; b != nil {
		if x := b.find(id, id); x != nil {
			return x.InboxRule, true
		}
	}
	return evict.InboxRule{}, false
}

// RuleMade returns the record that made the rule, and its time.
func (r *Replay) RuleMade(mailbox evict.Principal, id string) (detect.Evidence, evict.Time, bool) {
	if b := r.names[r.person(mailbox)]; b != nil {
		if x := b.find(id, id); x != nil && x.life != nil {
			return x.life.Made, x.life.From, true
		}
	}
	return detect.Evidence{}, evict.Time{}, false
}

// Forwarding returns where the mailbox forwards to just before the next event.
func (r *Replay) Forwarding(mailbox evict.Principal) (to []string, known bool) {
	b := r.names[r.person(mailbox)]
	if b == nil {
		return nil, false
	}
	return slices.Concat(b.smtp, b.direct), b.known
}

// ForwardingMade returns the record that set the present forwarding, and its time.
func (r *Replay) ForwardingMade(mailbox evict.Principal) (detect.Evidence, evict.Time, bool) {
	if b := r.names[r.person(mailbox)]; b != nil && b.forward != nil {
		return b.forward.Made, b.forward.From, true
	}
	return detect.Evidence{}, evict.Time{}, false
}

// Made returns the record that made or first enabled the object, found by any
// of its names: an ID, an address, a rule's or an application's name.
func (r *Replay) Made(object string) (detect.Evidence, bool) {
	if t := r.born[strings.ToLower(object)]; t != nil {
		return t.Lifetime.Made, true
	}
	return detect.Evidence{}, false
}

// Lifetimes returns everything of which a record of its making or removal was
// seen, in order of first sight.
func (r *Replay) Lifetimes() []Lifetime {
	out := make([]Lifetime, len(r.order))
	for i, t := range r.order {
		out[i] = t.Lifetime
	}
	return out
}

// mailbox returns the box that the event is about: the mailbox named, else the actor's own.
func (r *Replay) mailbox(e *evict.Event) (*box, string) {
	s := e.Subject(evict.Mailbox)
	names := append([]evict.Principal{s.Who}, s.Aliases...)
	if s.Who.Kind == evict.NoPrincipal {
		s.Who = e.Actor
		names = append([]evict.Principal{e.Actor}, e.ActorAliases...)
	}
	return r.box(names), s.Who.ID
}

// box returns the box of all the names, joined if some were known apart.
func (r *Replay) box(names []evict.Principal) *box {
	var b *box
	for i, n := range names {
		n = r.person(n)
		names[i] = n
		if have := r.names[n]; have != nil && b == nil {
			b = have
		}
	}
	if b == nil {
		if r.boxes >= maxBoxes {
			r.full = true
			return &box{}
		}
		r.boxes++
		b = &box{}
	}
	for _, n := range names {
		switch have := r.names[n]; {
		case have == nil:
			r.names[evict.Principal{Kind: n.Kind, ID: strings.Clone(n.ID)}] = b
		case have != b:
			b.join(have)
			for k, v := range r.names {
				if v == have {
					r.names[k] = b
				}
			}
		}
	}
	return b
}

func (b *box) join(o *box) {
	b.rules = append(b.rules, o.rules...)
	if !b.known {
		b.smtp, b.direct, b.known, b.forward = o.smtp, o.direct, o.known, o.forward
	}
}

// find looks for a rule by ID, then by name.
func (b *box) find(id, name string) *rule {
	for _, x := range b.rules {
		if id != "" && x.ID != "" && strings.EqualFold(x.ID, id) {
			return x
		}
	}
	for _, x := range b.rules {
		if name != "" && strings.EqualFold(x.Name, name) {
			return x
		}
	}
	return nil
}

// settings follows a mailbox's forwarding, and what else cmdlets make and remove.
func (r *Replay) settings(e *evict.Event, s *evict.Settings) {
	if e.Kind != evict.MailboxState && !strings.EqualFold(e.Op, "Set-Mailbox") {
		return
	}
	smtp, hasSMTP := s.Get("ForwardingSmtpAddress")
	direct, hasDirect := s.Get("ForwardingAddress")
	if !hasSMTP && !hasDirect {
		return
	}
	b, owner := r.mailbox(e)
	before := len(b.smtp)+len(b.direct) > 0
	b.known = true
	if hasSMTP {
		b.smtp = addresses(smtp)
	}
	if hasDirect {
		b.direct = addresses(direct)
	}
	after := len(b.smtp)+len(b.direct) > 0
	switch {
	case !after && before && b.forward != nil:
		r.end(b.forward, e)
		b.forward = nil
	case after && e.Flags&evict.Observed == 0:
		if b.forward != nil {
			r.end(b.forward, e)
		}
		b.forward = r.start("forwarding", owner, strings.Join(slices.Concat(b.smtp, b.direct), ", "), e)
	}
}

// addresses reads a forwarding value; nothing, $null and None are no address.
func addresses(v string) []string {
	v = strings.TrimSpace(v)
	if v == "" || strings.EqualFold(v, "$null") || strings.EqualFold(v, "null") || strings.EqualFold(v, "None") {
		return nil
	}
	if len(v) > 5 && strings.EqualFold(v[:5], "smtp:") {
		v = v[5:]
	}
	return []string{strings.Clone(v)}
}

func (r *Replay) right(e *evict.Event, d *evict.Right) {
	if e.Flags&evict.Observed != 0 {
		return
	}
	owner, grantee := e.Subject(evict.Mailbox), e.Subject(evict.Grantee)
	who := grantee.Who.ID
	if who == "" {
		who = grantee.Label
	}
	for _, right := range d.Rights {
		name := strings.Trim(right+" "+d.Folder, " ") + " for " + who
		r.change("right", owner.Who.ID, name, d.Removed, e)
	}
}
