package verdict

import (
	"cmp"
	"slices"
	"strings"

	"evict"
)

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

// leastTied returns the side of a two-sided item that is least tied to the
// owner. Of sides that nothing ties, a network that colleagues use or that the
// account used on more days is the owner's rather than the stranger's; of
// equals the one that began later answers.
func (r *resolver) leastTied(sides []*Strand) *Strand {
	return slices.MaxFunc(sides, func(a, b *Strand) int {
		return cmp.Or(
			cmp.Compare(tie(b), tie(a)),
			cmp.Compare(r.t.Crowds[b.net()], r.t.Crowds[a.net()]),
			cmp.Compare(r.daysAt(b), r.daysAt(a)),
			byStart(a, b))
	})
}

// daysAt counts the days on which the account used the strand's network.
func (r *resolver) daysAt(s *Strand) int {
	on := map[int32]bool{}
	for _, o := range r.a.Strands {
		if o.Prefix == s.Prefix && o.App == s.App {
			for _, d := range o.Days {
				on[d] = true
			}
		}
	}
	return len(on)
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
