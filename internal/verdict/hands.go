package verdict

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"evict"
)

// What two strands of one hand share (C7).
const (
	linkSession = "session"
	linkToken   = "token"
	linkDevice  = "device"
	linkAddress = "address and client"
)

// Hands returns the account's attacker strands as other accounts see them, in
// the strands' order of ID. Attribute must have run.
func Hands(a *Account) []Hand {
	var out []Hand
	for _, s := range a.Strands {
		if s.Verdict != evict.ByAttacker {
			continue
		}
		out = append(out, Hand{
			Account: a.Name, Strand: s.ID, Prefix: s.Prefix, Client: s.ClientFamily, Device: s.DeviceID,
			Session: s.Session, Tokens: s.Tokens, From: s.From, To: s.To, Bursts: s.Bursts,
			App: s.App, ByAddress: s.byAddress,
		})
	}
	slices.SortFunc(out, func(a, b Hand) int { return strings.Compare(a.Strand, b.Strand) })
	return out
}

type netClient struct {
	net    netip.Prefix
	client evict.Client
}

// A handIndex finds hands by what they share. It is built when first asked for
// and again when the tenant's hands are others.
type handIndex struct {
	mu       sync.Mutex
	of       *Hand
	n        int
	sessions map[string][]int32
	tokens   map[string][]int32
	devices  map[string][]int32
	nets     map[netClient][]int32
}

func (t *Tenant) hands() *handIndex {
	x := &t.index
	x.mu.Lock()
	defer x.mu.Unlock()
	var first *Hand
	if len(t.Hands) > 0 {
		first = &t.Hands[0]
	}
	if x.sessions != nil && x.of == first && x.n == len(t.Hands) {
		return x
	}
	x.of, x.n = first, len(t.Hands)
	x.sessions, x.tokens, x.devices = map[string][]int32{}, map[string][]int32{}, map[string][]int32{}
	x.nets = map[netClient][]int32{}
	for i := range t.Hands {
		h, n := &t.Hands[i], int32(i)
		note(x.sessions, h.Session, n)
		note(x.devices, h.Device, n)
		for _, k := range h.Tokens {
			note(x.tokens, k, n)
		}
		if h.Prefix.IsValid() && h.Client != (evict.Client{}) && !h.ByAddress {
			k := netClient{h.Prefix, h.Client}
			x.nets[k] = append(x.nets[k], n)
		}
	}
	return x
}

func note(m map[string][]int32, k string, n int32) {
	if k != "" {
		m[k] = append(m[k], n)
	}
}

// sameHand finds strands that share something with another account's attacker (C7).
func (r *resolver) sameHand() {
	x := r.t.hands()
	if x.n == 0 {
		return
	}
	for _, s := range r.a.Strands {
		if s.Has(evict.A1, evict.A2) || s.App != "" {
			continue
		}
		h, link := r.handOf(x, s)
		if h == nil {
			continue
		}
		it := r.make(DetectorSameHand, "C7", evict.LinkFamily, evict.Conclusive, s, s.From, nil,
			"The same hand as in "+h.Account+" (strand "+h.Strand+"): the same "+link)
		it.link = link
		it.addCause(s.Record)
	}
}

func (r *resolver) handOf(x *handIndex, s *Strand) (*Hand, string) {
	for _, by := range []struct {
		link string
		at   []int32
	}{{linkSession, x.sessions[s.Session]}, {linkToken, r.byTokens(x, s)}, {linkDevice, x.devices[s.DeviceID]}, {linkAddress, r.byAddress(x, s)}} {
		var found *Hand
		for _, i := range by.at {
			h := &r.t.Hands[i]
			if strings.EqualFold(h.Account, r.a.Name) {
				continue
			}
			if found == nil || cmp.Or(strings.Compare(h.Account, found.Account), strings.Compare(h.Strand, found.Strand)) < 0 {
				found = h
			}
		}
		if found != nil {
			return found, by.link
		}
	}
	return nil, ""
}

func (r *resolver) byTokens(x *handIndex, s *Strand) []int32 {
	var out []int32
	for _, k := range s.Tokens {
		out = append(out, x.tokens[k]...)
	}
	return out
}

func (r *resolver) byAddress(x *handIndex, s *Strand) []int32 {
	at := x.nets[netClient{s.Prefix, s.ClientFamily}]
	if len(at) == 0 || !r.strangersNetwork(s) || r.maybeWorkplace(s) {
		return nil
	}
	var out []int32
	for _, i := range at {
		if h := &r.t.Hands[i]; near(h.From, h.To, s.From, s.To, linkWithin) {
			out = append(out, i)
		}
	}
	return out
}

// strangersNetwork reports whether the strand's network can link it to others:
// no workplace, no declared egress, and used by no anchored strand.
func (r *resolver) strangersNetwork(s *Strand) bool {
	return s.Prefix.IsValid() && !r.t.workplace(s.net()) && !r.t.declared(s.Prefix) && !r.t.Anchored[s.net()] &&
		!slices.ContainsFunc(r.a.Strands, func(o *Strand) bool { return o.Prefix == s.Prefix && len(o.Anchors) > 0 })
}

// maybeWorkplace reports a network that may be everybody's office for all that
// is known: several accounts use it, and no account of the case has an anchor
// by which workplaces are told. There a shared address is no link.
func (r *resolver) maybeWorkplace(s *Strand) bool {
	return !r.t.Firm && r.t.Crowds[s.net()] >= workplaceAccounts
}

// spread follows hard links inside the account from the attacker's strands to
// others that nothing ties to the owner: device, session and application as
// far as they go, an address one step.
func (r *resolver) spread() {
	r.follow(func(o, s *Strand) bool { return !o.byAddress && r.hardLink(o, s) }, false)
	var reached []*Strand
	for _, s := range r.a.Strands {
		if s.Verdict != evict.ByAttacker && len(s.Anchors) == 0 && r.linkedBy(s, r.addressLink) != nil {
			reached = append(reached, s)
		}
	}
	for _, s := range reached {
		s.Verdict, s.byAddress = evict.ByAttacker, true
	}
	r.follow(r.hardLink, true) // what hangs on an address link alone stays marked so
}

// follow marks what the link reaches until nothing is added.
func (r *resolver) follow(link func(attacker, s *Strand) bool, byAddress bool) {
	for grown := true; grown; {
		grown = false
		for _, s := range r.a.Strands {
			known := s.Verdict == evict.ByAttacker && (byAddress || !s.byAddress)
			if !known && len(s.Anchors) == 0 && r.linkedBy(s, link) != nil {
				s.Verdict, s.byAddress, grown = evict.ByAttacker, byAddress, true
			}
		}
	}
}

// linkedBy returns the attacker's strand to which the link ties s: the
// earliest, and one that is no address link's before others.
func (r *resolver) linkedBy(s *Strand, link func(attacker, s *Strand) bool) *Strand {
	var by *Strand
	for _, o := range r.a.Strands {
		if o == s || o.Verdict != evict.ByAttacker || !link(o, s) {
			continue
		}
		if by == nil || cmp.Or(cmp.Compare(boolInt(o.byAddress), boolInt(by.byAddress)), byStart(o, by)) < 0 {
			by = o
		}
	}
	return by
}

// hardLink reports whether device, application grant or session tie s to the
// attacker's strand. A session alone convicts nobody, because after a theft the
// owner and the attacker share it; it does where the attacker's strand began it
// with a sign-in, or from the attacker's own address.
func (r *resolver) hardLink(attacker, s *Strand) bool {
	if s.App != "" {
		return attacker.App == s.App || r.granted(attacker, s.App)
	}
	if s.DeviceID != "" && s.DeviceID == attacker.DeviceID {
		return true
	}
	if s.Session == "" || s.Session != attacker.Session {
		return false
	}
	return s.Prefix.IsValid() && s.Prefix == attacker.Prefix || attacker.Interactive > 0 && r.began(attacker)
}

// addressLink reports whether address and client tie s to the attacker's strand within a day.
func (r *resolver) addressLink(attacker, s *Strand) bool {
	return s.Prefix == attacker.Prefix && s.ClientFamily == attacker.ClientFamily && s.ClientFamily != (evict.Client{}) &&
		!attacker.byAddress && near(attacker.From, attacker.To, s.From, s.To, linkWithin) && r.strangersNetwork(s)
}

// began reports whether the strand is the first of its session.
func (r *resolver) began(s *Strand) bool {
	return !slices.ContainsFunc(r.a.Strands, func(o *Strand) bool { return o.Session == s.Session && byStart(o, s) < 0 })
}

// granted reports whether the attacker's strand consented to the application.
func (r *resolver) granted(attacker *Strand, app string) bool {
	return slices.ContainsFunc(r.a.Items, func(it *Item) bool {
		return it.Strand == attacker && it.base.item == "G4" && (strings.EqualFold(it.Target, app) || it.Subject.Kind == evict.OnApplication && strings.EqualFold(it.Subject.ID, app))
	})
}
