package verdict

import (
	"slices"
	"strings"

	"evict"
)

// rounds bounds how often attribution is repeated because an attacker's
// strand moved first trouble earlier and took anchors away. Each round can
// only find more of the attacker, so a handful settles every account.
const rounds = 8

// Attribute decides whose hand each act shows: it sets the strands' anchors,
// verdicts and reasons, and each item's grade, severity, strand and
// attribution. It may be called again with more items or a fuller Tenant.
func Attribute(a *Account, t *Tenant) {
	r := &resolver{a: a, t: t}
	r.reset()
	r.settle(FirstTrouble(a))
	// What an anchor explained is no trouble: look again from the later time,
	// with whoever was convicted on the fewer anchors set free.
	if later := firstTrouble(a, nil); later != r.trouble {
		r.release()
		r.settle(later)
	}
	for range rounds {
		earlier := FirstTrouble(a)
		if earlier == r.trouble || !earlier.Set || (r.trouble.Set && !earlier.Before(r.trouble)) {
			break
		}
		r.settle(earlier)
	}
	r.print()
}

type resolver struct {
	a        *Account
	t        *Tenant
	trouble  evict.Time
	baseline bool
	basis    []*Item             // what makes the account compromised
	in       map[*Strand][]*Item // own items by strand, spare ones left out
}

// reset takes back what an earlier call did, so that the result depends on the evidence alone.
func (r *resolver) reset() {
	a := r.a
	seen := map[string]bool{}
	a.Items = slices.DeleteFunc(a.Items, func(it *Item) bool { return it.made })
	slices.SortStableFunc(a.Items, heavierFirst)
	a.Items = slices.DeleteFunc(a.Items, func(it *Item) bool { // a finding told twice is one
		twice := it.Finding.ID != "" && seen[it.Finding.ID]
		seen[it.Finding.ID] = true
		return twice
	})
	for _, it := range a.Items {
		if it.base == nil {
			it.base = &proposal{it.Item, it.Grade}
			it.sides = it.Sides
			if it.Strand != nil {
				it.sides = append([]*Strand{it.Strand}, it.Sides...)
			}
		}
		it.asGiven()
	}
	r.release()
}

// release takes back every strand's verdict.
func (r *resolver) release() {
	for _, s := range r.a.Strands {
		s.Verdict, s.byAddress = evict.ByUnknown, false
	}
}

// asGiven takes back what attribution made of the item.
func (it *Item) asGiven() {
	it.Finding.Item, it.Grade = it.base.item, it.base.grade
	it.excuse, it.device, it.ask, it.spare = "", false, false, false
}

// settle anchors the strands as of the first trouble given, resolves every
// item and names the attacker's strands. Attackers found before stay.
func (r *resolver) settle(trouble evict.Time) {
	a := r.a
	a.Items = slices.DeleteFunc(a.Items, func(it *Item) bool { return it.made })
	r.trouble, r.baseline, r.in = trouble, baselineBefore(a, trouble), nil
	anchorAt(a, r.t, trouble)
	for _, it := range a.Items {
		if twoSided[it.base.item] && len(it.sides) > 0 {
			it.sides = r.bothSides(it)
			it.Strand = r.leastTied(it.sides)
		}
	}
	r.people()
	r.sameHand()
	r.madeByAttacker()
	for _, it := range a.Items {
		r.resolve(it)
	}
	r.spare()
	r.in = map[*Strand][]*Item{}
	for _, it := range a.Items {
		if a.owns(it) && !it.spare {
			r.in[it.Strand] = append(r.in[it.Strand], it)
		}
	}
	r.hiddenChanges()
	r.kinds()
	r.ground()
	r.convict()
	for _, it := range a.Items {
		if a.counted(it) && explainedRestriction(a, it) {
			r.explain(it, "bulk mail from the owner's own strand explains the bar on sending")
		}
	}
}

// owns reports whether the item is evidence about this account's identity: an
// act by somebody else on its mailbox is evidence about that one (V20).
func (a *Account) owns(it *Item) bool {
	return it.Actor == "" || strings.EqualFold(it.Actor, a.Name) || (a.ID != "" && strings.EqualFold(it.Actor, a.ID))
}

// counted reports whether the item weighs in the verdict.
func (a *Account) counted(it *Item) bool {
	return a.owns(it) && it.excuse == "" && !it.spare && it.Grade >= evict.Indicative
}

// convict names the attacker's strands (V10): those that hold a conclusive
// item, those tied to one by a hard link, and those that supplied the items by
// which the account is compromised.
func (r *resolver) convict() {
	a := r.a
	r.basis = compromising(a)
	for _, it := range r.basis {
		if it.Strand != nil {
			it.Strand.Verdict = evict.ByAttacker
			it.Strand.byAddress = (it.link == linkAddress) && !slices.ContainsFunc(r.basis, func(o *Item) bool {
				return o.Strand == it.Strand && !(o.link == linkAddress)
			})
		}
	}
	for _, it := range r.basis {
		for _, s := range it.sides {
			if it.Grade == evict.Conclusive && s != it.Strand && r.holdsToo(it, s) {
				s.Verdict = evict.ByAttacker
			}
		}
	}
	if slices.ContainsFunc(r.basis, func(it *Item) bool { return it.base.item == "C11" }) {
		for _, s := range a.Strands {
			if tie(s) < 2 {
				s.Verdict = evict.ByAttacker
			}
		}
	}
	r.spread()
	for _, s := range a.Strands {
		if s.Verdict == evict.ByAttacker {
			continue
		}
		s.Verdict = evict.ByUnknown
		if len(s.Anchors) > 0 && !r.contradicted(s) {
			s.Verdict = evict.ByOwner
		}
	}
}

// holdsToo reports whether a conclusive item on several strands convicts this
// one beside the strand that answers for it. Of a replay or borrowed flow that
// is only another client at the same stranger's address, or the proxy through
// which the owner signed in (V11): a strand that began the replayed session
// and lacks the device or credential by which the owner is known.
func (r *resolver) holdsToo(it *Item, s *Strand) bool {
	if len(s.Anchors) > 0 {
		return false
	}
	if !twoSided[it.base.item] || s.Prefix == it.Strand.Prefix && r.strangersNetwork(s) {
		return true
	}
	return it.base.item == "C1" && r.proxy(it, s) &&
		slices.ContainsFunc(r.a.Strands, func(o *Strand) bool { return bound(o) && o.From.Before(s.From) })
}

// bound reports whether a sign-in of the strand carried a managed device or a
// strong credential, which a proxy cannot pass on.
func bound(s *Strand) bool { return s.DeviceTrust || len(s.StrongDays) > 0 }

// proxy reports whether the strand began the replayed session with an
// interactive sign-in that is not the owner's, within a day before the replay.
func (r *resolver) proxy(it *Item, s *Strand) bool {
	return s.Interactive > 0 && !bound(s) && len(s.Anchors) == 0 && s.Session != "" && r.began(s) &&
		!s.From.Before(it.Time.Add(-proxiedWithin)) && !it.Time.Before(s.From)
}

// contradicted reports whether something hostile stands in the strand.
func (r *resolver) contradicted(s *Strand) bool {
	return slices.ContainsFunc(r.in[s], func(it *Item) bool { return r.a.counted(it) && it.Grade >= evict.Strong })
}

// print writes severities, attributions and the reasons of the strands.
func (r *resolver) print() {
	a := r.a
	for _, it := range a.Items {
		if !a.owns(it) {
			continue
		}
		it.Severity = severity(it)
		it.Finding.Strand, it.Attribution = "", evict.Unplaced
		if it.Strand != nil {
			it.Finding.Strand, it.Attribution = it.Strand.ID, it.Strand.Verdict
		}
		if it.Declared {
			it.Attribution = evict.ByResponder
		}
	}
	slices.SortStableFunc(a.Items, heavierFirst)
	for _, s := range a.Strands {
		s.Reasons = r.reasons(s)
	}
}
