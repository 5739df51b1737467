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
			it.Strand = leastTied(it.sides)
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

// base codes, by what they need.
var (
	// needsStranger lists items that are such only in a strand without any anchor ("unanchored").
	needsStranger = set("C5", "C8", "G1", "G3", "G5", "G6", "G8", "G9", "G10")
	// twoSided lists items on two strands; the side least tied to the owner answers for them.
	twoSided = set("C1", "C3", "G11", "G13")
	// lasting lists items that the owner's word does not cancel (V26), beside fraud sent and security notices.
	lasting = set("C1", "C2", "C3", "C4", "C7")
	// fraud lists items on fraud sent.
	fraud = set("C8", "G7", "G15")
	// administration lists items that ordinary administration also does; they count as one family.
	administration = set("G5", "G6")
)

func set(words ...string) map[string]bool {
	m := map[string]bool{}
	for _, w := range words {
		m[w] = true
	}
	return m
}

// survivesWord reports whether the owner's "that was me" leaves the item standing (V26).
func (it *Item) survivesWord() bool {
	if lasting[it.base.item] || fraud[it.base.item] || it.Family == evict.PeopleFamily {
		return true
	}
	return it.NoHonestPurpose && (it.Family == evict.CoverUp || it.base.item == "C5" || it.base.item == "G2" || it.base.item == "G10")
}

// leastTied returns the side of a two-sided item that is least tied to the owner: of equals the one that began later.
func leastTied(sides []*Strand) *Strand {
	return slices.MaxFunc(sides, func(a, b *Strand) int {
		return cmp.Or(cmp.Compare(tie(b), tie(a)), byStart(a, b))
	})
}

// otherSide returns the other side of a two-sided item: that which is most tied to the owner; nil when only one is known.
func (it *Item) otherSide() *Strand {
	var other *Strand
	for _, s := range it.sides {
		if s != it.Strand && (other == nil || cmp.Or(cmp.Compare(tie(other), tie(s)), byStart(s, other)) < 0) {
			other = s
		}
	}
	return other
}

// tie says how firmly a strand is tied to its owner.
func tie(s *Strand) int {
	switch {
	case s.Has(evict.A1, evict.A2, evict.A5):
		return 3
	case s.Has(evict.A3):
		return 2
	case len(s.Anchors) > 0:
		return 1
	}
	return 0
}

// resolve weighs one item by whose strand it stands in (section 5). C5 waits for hiddenChanges.
func (r *resolver) resolve(it *Item) {
	if !r.a.owns(it) {
		return
	}
	it.asGiven()
	if it.Declared {
		it.Grade, it.excuse = evict.Context, "declared work"
		return
	}
	if it.Grade == evict.Context {
		return
	}
	code := it.base.item
	if it.Strand != nil {
		if why := r.oneHand(it); why != "" {
			it.Grade, it.excuse = evict.Context, why
			return
		}
	}
	s := it.Strand
	said := r.a.answer(itemQuestion(it))
	if said != nil && said.Mine && !it.survivesWord() {
		r.explain(it, "the owner says it was theirs")
		return
	}
	if code == "G18" {
		r.passwordKnown(it)
		if it.excuse != "" {
			return
		}
	}
	if s != nil && s.Has(evict.A1, evict.A2) {
		it.ask = it.Grade >= evict.Strong
		it.device = it.ask && (it.NoHonestPurpose || fraud[code] || it.Family == evict.PeopleFamily)
		r.explain(it, "done on the owner's own "+tool(s))
		return
	}
	if s != nil && s.Has(evict.A5) && said == nil && !it.survivesWord() {
		r.explain(it, "the owner recognises this sign-in")
		return
	}
	if code == "C4" && s != nil && (s.Has(evict.A3, evict.A4) || r.t.declared(s.Prefix)) {
		it.Grade, it.excuse = evict.Context, "the address is a workplace or a habit of the account"
		return
	}
	r.stateOnly(it)
	if code == "G1" && it.Grade == evict.Strong && carriesName(it.Target, r.a.Name) {
		it.Grade = evict.Indicative
	}
	if code == "G8" && !r.baseline {
		it.Grade = min(it.Grade, evict.Indicative)
	}
	if s != nil && len(s.Anchors) > 0 {
		r.weaklyAnchored(it)
	} else if code == "C5" {
		it.Finding.Item, it.Grade = "G2", min(it.Grade, evict.Strong)
	}
}

// bothSides returns the strands of a two-sided item: those its records stand
// in, or, where only one is known, with it those that share its session or token near the item's time.
func (r *resolver) bothSides(it *Item) []*Strand {
	if len(it.sides) > 1 {
		return it.sides
	}
	s := it.sides[0]
	out := []*Strand{s}
	for _, o := range r.a.Strands {
		if o != s && sharesToken(o, s) && (!it.Time.Set || near(o.From, o.To, it.Time, it.Time, sideWithin)) {
			out = append(out, o)
		}
	}
	return out
}

func sharesToken(a, b *Strand) bool {
	return a.Session != "" && a.Session == b.Session || slices.ContainsFunc(a.Tokens, func(k string) bool { return slices.Contains(b.Tokens, k) })
}

// ItemOwnDevice is the item of an act that only the owner's device or
// credential excuses; ItemAdministration that of rights and secrets given from
// a workplace or by habit.
const (
	ItemOwnDevice      = "V23"
	ItemAdministration = "administration"
)

// explain takes an item out of the count: it stays as a low finding.
func (r *resolver) explain(it *Item, why string) {
	it.Grade, it.excuse = min(it.Grade, evict.Indicative), why
	switch {
	case it.device:
		it.Finding.Item = ItemOwnDevice
	case it.base.item == "C5": // which only a stranger's strand can hold
		it.Finding.Item = "G2"
	}
}

func tool(s *Strand) string {
	if s.Has(evict.A1) {
		return "device"
	}
	return "passkey or certificate"
}

// oneHand says why the two sides of a replay are one hand after all, or "".
func (r *resolver) oneHand(it *Item) string {
	if it.base.item != "C1" && it.base.item != "G11" {
		return ""
	}
	device := it.Strand.DeviceID
	for _, s := range it.sides {
		if r.t.declared(s.Prefix) {
			return "one side is a declared egress"
		}
		if s != it.Strand && device != "" && s.DeviceID == device {
			return "both sides carry the same device ID"
		}
		if it.base.item == "G11" && s == it.Strand && r.ownersEgress(s) {
			return "anchored strands of the account use the same egress"
		}
	}
	return ""
}

// ownersEgress reports whether another, anchored strand of the account uses the strand's network.
func (r *resolver) ownersEgress(s *Strand) bool {
	return slices.ContainsFunc(r.a.Strands, func(o *Strand) bool {
		return o != s && o.Prefix == s.Prefix && len(o.Anchors) > 0
	})
}

// passwordKnown applies V17: the same codes in a strand of the owner's say nothing.
func (r *resolver) passwordKnown(it *Item) {
	const why = "an everyday event of the owner: the sign-in is tied to them"
	if it.Strand != nil {
		if len(it.Strand.Anchors) > 0 {
			it.Grade, it.excuse = evict.Context, why
		}
		return
	}
	if it.Origin == nil {
		return
	}
	network := it.Origin.Network()
	for _, s := range r.a.Strands {
		if len(s.Anchors) == 0 {
			continue
		}
		if s.Prefix == network && network.IsValid() || it.Origin.Device != "" && s.DeviceID == it.Origin.Device {
			it.Grade, it.excuse = evict.Context, why
			return
		}
	}
	if network.IsValid() && (r.t.workplace(network.String()) || r.t.declared(network)) {
		it.Grade, it.excuse = evict.Context, why
	}
}

// stateOnly caps what rests on a dump alone: it can make an account suspected, not more (V21).
func (r *resolver) stateOnly(it *Item) {
	if !it.StateOnly {
		return
	}
	if it.base.item == "C5" {
		it.Finding.Item = "G2"
	}
	it.Grade = min(it.Grade, evict.Strong)
}

// weaklyAnchored weighs an item in a strand with a workplace, a habit or
// continuity, or in one that only the owner's word ties to them. Such an
// anchor explains the place and not the act (V13).
func (r *resolver) weaklyAnchored(it *Item) {
	code := it.base.item
	switch {
	case code == "C5":
		it.Finding.Item, it.Grade = "G2", min(it.Grade, evict.Strong)
	case code == "C8":
		it.Finding.Item, it.Grade = "G15", min(it.Grade, evict.Strong)
	case needsStranger[code] && !it.survivesWord():
		it.Grade = min(it.Grade, evict.Indicative)
		if administration[code] {
			it.Finding.Item = ItemAdministration
		}
	}
	if it.Grade == evict.Indicative && (it.Family == evict.AccessFamily || it.Family == evict.SessionFamily) {
		r.explain(it, "the place is the owner's: "+anchorWords(it.Strand))
	}
}

// carriesName reports whether the address outside bears the owner's name: then it
// may be their own (G1).
func carriesName(target, owner string) bool {
	local, _, ok := strings.Cut(strings.ToLower(target), "@")
	if !ok {
		return false
	}
	owner, _, _ = strings.Cut(strings.ToLower(owner), "@")
	local = strings.TrimPrefix(local, "smtp:")
	found := false
	for _, w := range strings.FieldsFunc(owner, func(c rune) bool { return strings.ContainsRune("._-+0123456789 ", c) }) {
		if len(w) < 3 {
			continue
		}
		if !strings.Contains(local, w) {
			return false
		}
		found = true
	}
	return found
}

// spare takes out of the count what rests on a record that a heavier item of
// the same family already rests on, and alerts on a record that is an item itself (V21, section 5).
func (r *resolver) spare() {
	type use struct {
		record evict.RecordID
		family evict.Family
	}
	items := slices.Clone(r.a.Items)
	slices.SortStableFunc(items, heavierFirst)
	taken := map[use]bool{}
	any := map[evict.RecordID]bool{}
	for _, it := range items {
		if !r.a.counted(it) || it.made {
			continue
		}
		causes := causesOf(it)
		shared := false
		for _, c := range causes {
			shared = shared || taken[use{c, it.Family}]
			if it.Family != evict.OtherControls {
				any[c] = true
			}
		}
		if shared {
			it.spare = true
			continue
		}
		for _, c := range causes {
			taken[use{c, it.Family}] = true
		}
	}
	for _, it := range items {
		if r.a.counted(it) && it.Family == evict.OtherControls && it.Grade < evict.Conclusive &&
			slices.ContainsFunc(it.Evidence, func(e evict.Ref) bool { return any[e.Record] }) {
			it.spare = true
		}
	}
}

func causesOf(it *Item) []evict.RecordID {
	var out []evict.RecordID
	for _, e := range it.Evidence {
		if e.Role == "cause" {
			out = append(out, e.Record)
		}
	}
	return out
}

// heavierFirst orders items by weight, then by what does not depend on the input's order.
func heavierFirst(a, b *Item) int {
	return cmp.Or(cmp.Compare(b.Grade, a.Grade), inTime(a, b))
}

func inTime(a, b *Item) int {
	return cmp.Or(
		cmp.Compare(boolInt(!a.Time.Set), boolInt(!b.Time.Set)),
		cmp.Compare(a.Time.Nano, b.Time.Nano),
		cmp.Compare(a.Finding.Item, b.Finding.Item),
		cmp.Compare(a.Detector, b.Detector),
		cmp.Compare(a.Finding.ID, b.Finding.ID),
		cmp.Compare(a.Summary, b.Summary),
		cmp.Compare(a.Strand.id(), b.Strand.id()))
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// hiddenChanges raises a hiding rule to C5 where its strand is a stranger's and
// has an access or session item of its own against a valid baseline.
func (r *resolver) hiddenChanges() {
	if !r.baseline {
		return
	}
	for _, it := range r.a.Items {
		if it.base.item != "C5" || it.Finding.Item != "G2" || it.StateOnly || it.Strand == nil || len(it.Strand.Anchors) > 0 || !r.a.counted(it) {
			continue
		}
		if r.a.placeItem(it) != nil {
			it.Finding.Item, it.Grade = "C5", it.base.grade
		}
	}
}

// placeItem returns the strand's own access or session item that makes a hiding rule C5, or nil.
func (a *Account) placeItem(rule *Item) *Item {
	var found *Item
	for _, it := range a.Items {
		if it == rule || it.Strand != rule.Strand || !a.counted(it) {
			continue
		}
		if it.Family != evict.AccessFamily && it.Family != evict.SessionFamily {
			continue
		}
		if found == nil || heavierFirst(it, found) < 0 {
			found = it
		}
	}
	return found
}

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

// severity follows section 5. An item that an anchor or answer explains is low.
func severity(it *Item) evict.Severity {
	switch {
	case it.Grade == evict.Conclusive:
		return evict.Critical
	case it.Grade == evict.Strong && it.excuse == "" && (it.Strand != nil || it.Placeless && !it.StateOnly):
		return evict.High
	case it.Grade == evict.Strong && it.excuse == "":
		return evict.Medium
	case it.Grade >= evict.Indicative:
		return evict.Low
	}
	return evict.Info
}
