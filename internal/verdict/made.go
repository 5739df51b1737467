package verdict

import (
	"cmp"
	"slices"
	"strings"

	"evict"
)

// Items that Attribute itself makes, by their detector's name.
const (
	DetectorSameHand = "same-hand"        // C7
	DetectorKinds    = "hostile-kinds"    // C6
	DetectorMade     = "made-by-attacker" // C11
	DetectorDenied   = "owner-denies"     // C9, G16
)

// kinds finds strands with three hostile acts of three kinds in a day, one of
// them without honest purpose (C6).
func (r *resolver) kinds() {
	for _, s := range r.a.Strands {
		if s.Has(evict.A1, evict.A2, evict.A5) {
			continue
		}
		var acts []*Item
		for _, it := range r.in[s] {
			if hostileAct(it) && r.a.counted(it) {
				acts = append(acts, it)
			}
		}
		slices.SortFunc(acts, inTime)
		if three := threeKinds(acts); three != nil {
			r.make(DetectorKinds, "C6", evict.AnyFamily, evict.Conclusive, s, three[0].Time, three,
				"Three hostile acts of three kinds within a day by one hand: "+summaries(three))
		}
	}
}

// hostileAct reports whether the item is an act, not a place or somebody's word.
func hostileAct(it *Item) bool {
	switch it.Family {
	case evict.Persistence, evict.Privilege, evict.CoverUp, evict.Behaviour:
		return it.Time.Set && !it.StateOnly && !it.made
	}
	return false
}

// dishonest reports whether nobody does it for a good reason.
func dishonest(it *Item) bool {
	return it.NoHonestPurpose || it.base.item == "C5" || it.base.item == "G2"
}

// actKind is what C6 compares: the technique, so that two detectors on one
// kind of act count once; else the detector.
func actKind(it *Item) string {
	if len(it.Techniques) > 0 {
		return it.Techniques[0]
	}
	return it.Detector
}

func threeKinds(acts []*Item) []*Item {
	kinds := map[string]bool{}
	for _, it := range acts {
		kinds[actKind(it)] = true
	}
	if len(kinds) < kindsWanted {
		return nil
	}
	differ := func(a, b *Item) bool {
		return actKind(a) != actKind(b) && absTime(a.Time, b.Time) <= int64(kindsWithin) && !shareCause(a, b)
	}
	for i, a := range acts {
		for j := i + 1; j < len(acts) && acts[j].Time.Sub(a.Time) <= kindsWithin; j++ {
			if !differ(a, acts[j]) {
				continue
			}
			for k := j + 1; k < len(acts) && acts[k].Time.Sub(a.Time) <= kindsWithin; k++ {
				three := []*Item{a, acts[j], acts[k]}
				if differ(a, acts[k]) && differ(acts[j], acts[k]) && slices.ContainsFunc(three, dishonest) {
					return three
				}
			}
		}
	}
	return nil
}

func absTime(a, b evict.Time) int64 { return max(a.Nano-b.Nano, b.Nano-a.Nano) }

func shareCause(a, b *Item) bool {
	of := causesOf(b)
	return slices.ContainsFunc(causesOf(a), func(c evict.RecordID) bool { return slices.Contains(of, c) })
}

// ground raises a person's bare "confirmed compromised" when its ground is in the case (C10).
func (r *resolver) ground() {
	ground := slices.ContainsFunc(r.a.Items, func(it *Item) bool {
		return r.a.counted(it) && it.Grade >= evict.Strong && it.base.item != "G17" && !it.StateOnly
	})
	if !ground {
		return
	}
	for _, it := range r.a.Items {
		if it.base.item == "G17" && r.a.counted(it) && it.Grade == evict.Strong {
			it.Finding.Item, it.Grade = "C10", evict.Conclusive
		}
	}
}

// madeByAttacker applies C11.
func (r *resolver) madeByAttacker() {
	m, ok := r.a.madeBy(r.t)
	if !ok || !m.ByAttacker {
		return
	}
	it := r.make(DetectorMade, "C11", evict.LinkFamily, evict.Conclusive, nil, m.At, nil,
		"The account was made or first enabled by an attacker's strand of "+m.By)
	it.Placeless = true
	it.Finding.Actor = ""
	if m.Record.Record != "" {
		it.addCause(m.Record)
	}
}

func (a *Account) madeBy(t *Tenant) (Made, bool) {
	if m, ok := t.MadeAccounts[strings.ToLower(a.Name)]; ok {
		return m, true
	}
	m, ok := t.MadeAccounts[strings.ToLower(a.ID)]
	return m, ok
}

// people turns the owner's denials into items (C9, G16).
func (r *resolver) people() {
	a := r.a
	for _, s := range a.Strands {
		if w := a.answer(strandQuestion(s)); w != nil && !w.Mine {
			r.denied(s, w)
		}
	}
	for _, it := range slices.Clone(a.Items) {
		w := a.answer(itemQuestion(it))
		if w == nil || w.Mine || it.made || it.Declared || !a.owns(it) {
			continue
		}
		item, family, grade := "G16", evict.PeopleFamily, evict.Strong
		if fraud[it.base.item] && it.Strand != nil && len(it.Strand.Anchors) == 0 {
			item, family, grade = "C8", evict.Behaviour, evict.Conclusive
		}
		n := r.make(DetectorDenied, item, family, grade, it.Strand, it.Time, []*Item{it},
			"The owner, asked by "+w.By+" ("+w.How+"), denies: "+trimStop(it.Summary))
		n.NoHonestPurpose = it.NoHonestPurpose
	}
}

func (r *resolver) denied(s *Strand, w *Answer) {
	item, grade := "C9", evict.Conclusive
	if r.a.Shared { // somebody else is known to use it
		item, grade = "G16", evict.Strong
	}
	it := r.make(DetectorDenied, item, evict.PeopleFamily, grade, s, s.From, nil,
		"The owner, asked by "+w.By+" ("+w.How+"), denies this sign-in and what was done in it")
	it.addCause(s.Record)
}

// make adds an item that no detector reports: it follows from links, answers or other items.
func (r *resolver) make(detector, item string, family evict.Family, grade evict.Grade, s *Strand, at evict.Time, from []*Item, summary string) *Item {
	f := &evict.Finding{
		Detector: detector, Revision: 1, Actor: r.a.Name,
		Subject:  evict.FindingSubject{Kind: evict.OnAccount, ID: r.a.Name},
		Symptoms: []int{}, Techniques: []string{}, Evidence: []evict.Ref{},
		Time: at, Summary: summary + ".", Item: item, Grade: grade, Family: family,
	}
	it := &Item{Finding: f, Strand: s, base: &proposal{item, grade}, made: true}
	if s != nil {
		it.sides = []*Strand{s}
	}
	for _, x := range from {
		f.Techniques = append(f.Techniques, x.Techniques...)
		f.Symptoms = append(f.Symptoms, x.Symptoms...)
		f.Actions = append(f.Actions, x.Actions...)
		for _, e := range x.Evidence {
			if e.Role == "cause" {
				it.addCause(e)
			}
		}
	}
	f.Techniques, f.Symptoms, f.Actions = sortedSet(f.Techniques), sortedSet(f.Symptoms), sortedSet(f.Actions)
	it.identify()
	r.a.Items = append(r.a.Items, it)
	if r.in != nil {
		r.in[s] = append(r.in[s], it)
	}
	return it
}

func sortedSet[T cmp.Ordered](in []T) []T {
	slices.Sort(in)
	return slices.Compact(in)
}

func (it *Item) addCause(e evict.Ref) {
	if e.Record == "" || slices.ContainsFunc(it.Evidence, func(h evict.Ref) bool { return h.Record == e.Record }) {
		return
	}
	e.Role = "cause"
	it.Evidence = append(it.Evidence, e)
	it.EvidenceTotal = len(it.Evidence)
	it.identify()
}

// identify gives a made item its ID. Two of one kind can lack records of
// their own, so that strand and item speak for them.
func (it *Item) identify() {
	cause := causesOf(it)
	if it.Strand != nil {
		cause = append(cause, evict.RecordID("strand:"+it.Strand.ID))
	}
	it.Finding.ID = evict.FindingID(it.Detector+"/"+it.base.item, it.Subject, cause)
}
