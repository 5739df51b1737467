package verdict

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"evict"
)

// FirstTrouble is the earliest of the time reported, the first strong or
// conclusive item that is evidence against the account, and the first event of
// a strand that turned out to be the attacker's. Before Attribute has run,
// items weigh what their detectors say.
func FirstTrouble(a *Account) evict.Time { return firstTrouble(a, a.Strands) }

// firstTrouble leaves out attackers' strands other than those given.
func firstTrouble(a *Account, strands []*Strand) evict.Time {
	var first evict.Time
	note := func(t evict.Time) {
		if t.Set && (!first.Set || t.Nano < first.Nano) {
			first = t
		}
	}
	if a.Reported != nil {
		note(a.Reported.At)
	}
	for _, it := range a.Items {
		if !it.Declared && a.owns(it) && it.excuse == "" && it.Grade >= evict.Strong {
			note(it.Time)
		}
	}
	for _, s := range strands {
		if s.Verdict == evict.ByAttacker {
			note(s.From)
		}
	}
	return first
}

// Baseline reports whether 14 days of the account were seen before first
// trouble (V15). Without it nothing is "new for this user".
func Baseline(a *Account) bool { return baselineBefore(a, FirstTrouble(a)) }

func baselineBefore(a *Account, trouble evict.Time) bool {
	if a.Coverage.Aside {
		return false
	}
	end := trouble
	if !end.Set {
		end = a.LastSeen
	}
	return a.FirstSeen.Set && end.Set && end.Sub(a.FirstSeen) >= baselineDays*day
}

// Anchor sets the anchors of every strand by section 3, on the first trouble
// and the attackers known so far.
func Anchor(a *Account, t *Tenant) { anchorAt(a, t, FirstTrouble(a)) }

func anchorAt(a *Account, t *Tenant, trouble evict.Time) {
	takeAnswers(a)
	n := anchorer{account: a, tenant: t, trouble: trouble, hostile: hostileOrigins(a, t)}
	n.trusted, n.deviceDays = map[string]bool{}, map[string]days{}
	n.habits = map[habit]days{}
	n.strongUse = false
	for _, s := range a.Strands {
		n.learn(s)
	}
	settleDays(n.deviceDays)
	settleDays(n.habits)
	weak := baselineBefore(a, trouble)
	for _, s := range a.Strands {
		s.Anchors = n.direct(s, weak)
	}
	n.chain()
	if weak {
		n.continuity()
	}
	for _, s := range a.Strands {
		slices.Sort(s.Anchors)
		s.Anchors = slices.Compact(s.Anchors)
	}
}

// takeAnswers puts the owner's answers on the strands they are about; the latest counts.
func takeAnswers(a *Account) {
	for _, s := range a.Strands {
		if w := a.answer(strandQuestion(s)); w != nil {
			s.Answer = w
		}
	}
}

// answer returns the latest answer to a question, or nil. Of answers at one
// time a denial counts: it is the one that costs nothing to check.
func (a *Account) answer(question string) *Answer {
	var last *Answer
	for i := range a.Answers {
		w := &a.Answers[i]
		if w.Question != question {
			continue
		}
		if last == nil || last.At.Before(w.At) || (!w.At.Before(last.At) && !w.Mine) {
			last = w
		}
	}
	return last
}

type habit struct {
	provider string
	region   string
	client   evict.Client
}

// habitOf is what A4 compares: provider, region and client family. Where no
// provider is recorded, the address itself stands for it.
func habitOf(s *Strand) habit {
	provider := s.net()
	if s.ASN != 0 {
		provider = strconv.FormatUint(uint64(s.ASN), 10)
	}
	return habit{provider, s.Place.Country + "/" + s.Place.Region, s.ClientFamily}
}

// An anchorer holds what one account's strands say together.
type anchorer struct {
	account    *Account
	tenant     *Tenant
	trouble    evict.Time
	hostile    origins
	trusted    map[string]bool // devices that a sign-in called compliant, managed or joined
	deviceDays map[string]days // days before first trouble, by device
	habits     map[habit]days  // days before first trouble
	strongUse  bool            // a strong credential was used before first trouble
}

// before reports whether the whole day lies before first trouble.
func (n *anchorer) before(d int32) bool {
	return !n.trouble.Set || int64(d) < dayOf(n.trouble)
}

func dayOf(t evict.Time) int64 {
	d := t.Nano / int64(day)
	if t.Nano%int64(day) < 0 {
		d--
	}
	return d
}

func (n *anchorer) learn(s *Strand) {
	if s.DeviceTrust && s.DeviceID != "" {
		n.trusted[s.DeviceID] = true
	}
	before := s.Days
	if i := slices.IndexFunc(before, func(d int32) bool { return !n.before(d) }); i >= 0 {
		before = before[:i] // they are in order
	}
	if s.DeviceID != "" && len(before) > 0 {
		n.deviceDays[s.DeviceID] = append(n.deviceDays[s.DeviceID], before...)
	}
	if s.App == "" && len(before) > 0 {
		h := habitOf(s)
		n.habits[h] = append(n.habits[h], before...)
	}
	for _, d := range s.StrongDays {
		n.strongUse = n.strongUse || n.before(d)
	}
}

// days are distinct days, in order once settled.
type days []int32

// settleDays sorts every set of days.
func settleDays[K comparable](m map[K]days) {
	for k, d := range m {
		m[k] = sortedSet(d)
	}
}

// direct returns the anchors that need no other strand's: A1 to A5.
func (n *anchorer) direct(s *Strand, weak bool) []evict.Anchor {
	anchors := []evict.Anchor{}
	if s.App != "" { // V8: an application's reading is tied to the application, not to a person
		return n.person(s, anchors)
	}
	if n.trusted[s.DeviceID] && len(n.deviceDays[s.DeviceID]) >= deviceDays {
		anchors = append(anchors, evict.A1)
	}
	if len(s.StrongDays) > 0 && n.strongUse {
		anchors = append(anchors, evict.A2)
	}
	if (s.Trusted || n.tenant.workplace(s.net()) || n.tenant.declared(s.Prefix)) && !n.hostile.ownTools(s) {
		anchors = append(anchors, evict.A3)
	}
	if weak && n.habitual(s) && !n.hostile.met(s, n.tenant) {
		anchors = append(anchors, evict.A4)
	}
	return n.person(s, anchors)
}

func (n *anchorer) person(s *Strand, anchors []evict.Anchor) []evict.Anchor {
	if s.Answer != nil && s.Answer.Mine {
		anchors = append(anchors, evict.A5)
	}
	return anchors
}

func (n *anchorer) habitual(s *Strand) bool {
	on := n.habits[habitOf(s)]
	return len(on) >= habitDays && on[len(on)-1]-on[0]+1 >= habitSpread
}

// chain gives A6 to strands on a device that an anchored strand registered
// with an older method's approval, together with the anchor it came from. A
// device or credential known from before is itself such a method; a workplace
// or habit is not. A device can enrol the next one, so it runs until nothing is added.
func (n *anchorer) chain() {
	made := slices.Clone(n.account.Registered)
	slices.SortStableFunc(made, func(x, y Registration) int {
		return cmp.Or(cmp.Compare(x.At.Nano, y.At.Nano), cmp.Compare(x.Device, y.Device), cmp.Compare(x.Strand.id(), y.Strand.id()))
	})
	for added := true; added; {
		added = false
		for _, r := range made {
			if r.Device == "" || r.Strand == nil || len(r.Strand.Anchors) == 0 || !r.Older && !r.Strand.Has(evict.A1, evict.A2) {
				continue
			}
			for _, s := range n.account.Strands {
				if s.DeviceID != r.Device || s == r.Strand || s.App != "" || s.Has(evict.A6) || s.From.Before(r.At) {
					continue
				}
				from := strongestAnchor(r.Strand)
				if (from == evict.A3 || from == evict.A4) && n.hostile.met(s, n.tenant) {
					continue
				}
				s.Anchors = append(s.Anchors, evict.A6, from)
				added = true
			}
		}
	}
}

func strongestAnchor(s *Strand) evict.Anchor {
	for _, x := range []evict.Anchor{evict.A1, evict.A2, evict.A5, evict.A3, evict.A4} {
		if s.Has(x) {
			return x
		}
	}
	return evict.A7
}

// continuity gives A7 to strands of a session that began in an anchored
// strand, with its client family and device, and that overlap no other strand of it.
func (n *anchorer) continuity() {
	sessions := map[string][]*Strand{}
	for _, s := range n.account.Strands {
		if s.Session != "" && s.App == "" {
			sessions[s.Session] = append(sessions[s.Session], s)
		}
	}
	for _, in := range sessions {
		begin := slices.MinFunc(in, byStart)
		if len(begin.Anchors) == 0 {
			continue
		}
		for _, s := range in {
			if s == begin || s.ClientFamily != begin.ClientFamily || s.DeviceID != begin.DeviceID || n.hostile.met(s, n.tenant) {
				continue
			}
			if !slices.ContainsFunc(in, func(o *Strand) bool { return o != s && overlap(o, s) }) {
				s.Anchors = append(s.Anchors, evict.A7)
			}
		}
	}
}

func overlap(a, b *Strand) bool { return a.From.Nano <= b.To.Nano && b.From.Nano <= a.To.Nano }

func byStart(a, b *Strand) int {
	if a.From.Nano != b.From.Nano {
		if a.From.Nano < b.From.Nano {
			return -1
		}
		return 1
	}
	return strings.Compare(a.ID, b.ID)
}

func (s *Strand) id() string {
	if s == nil {
		return ""
	}
	return s.ID
}

// net is the key of the strand's network in the sets of networks; "" for an application's strand.
func (s *Strand) net() string {
	if !s.Prefix.IsValid() {
		return ""
	}
	if s.netOf != s.Prefix {
		s.netOf, s.netText = s.Prefix, s.Prefix.String()
	}
	return s.netText
}

// workplace reports whether the network counts as A3 by use.
func (t *Tenant) workplace(network string) bool { return t.Facts != nil && t.Workplaces[network] }

// declared reports whether the operator called the range a workplace or egress.
func (t *Tenant) declared(p netip.Prefix) bool {
	return p.IsValid() && slices.ContainsFunc(t.Declared, func(d netip.Prefix) bool {
		return d.Bits() <= p.Bits() && d.Contains(p.Addr())
	})
}

// Origins are the networks, devices and applications of attackers' strands (V14).
type origins struct {
	networks map[netip.Prefix]bool
	devices  map[string]bool
	apps     map[string]bool
}

// hostileOrigins gathers them from this account's attackers and, by Hands, from the others'.
func hostileOrigins(a *Account, t *Tenant) origins {
	o := origins{map[netip.Prefix]bool{}, map[string]bool{}, map[string]bool{}}
	add := func(p netip.Prefix, device, app string) {
		if p.IsValid() {
			o.networks[p] = true
		}
		if device != "" {
			o.devices[device] = true
		}
		if app != "" {
			o.apps[app] = true
		}
	}
	for i := range t.Hands {
		if h := &t.Hands[i]; !strings.EqualFold(h.Account, a.Name) {
			add(h.Prefix, h.Device, h.App)
		}
	}
	for _, s := range a.Strands {
		if s.Verdict == evict.ByAttacker {
			add(s.Prefix, s.DeviceID, s.App)
		}
	}
	return o
}

// ownTools reports whether the strand's device or application is an attacker's too.
func (o origins) ownTools(s *Strand) bool { return o.devices[s.DeviceID] || o.apps[s.App] }

// met reports whether an attacker's strand shares the address, outside a workplace, or the tools.
func (o origins) met(s *Strand, t *Tenant) bool {
	if o.ownTools(s) {
		return true
	}
	return o.networks[s.Prefix] && !t.workplace(s.net()) && !t.declared(s.Prefix)
}

// Workplaces gathers, account by account and in any order, the networks that
// count as workplaces (A3) and those that anchored strands used (C7). The
// strands must have their anchors. The zero value is ready.
type Workplaces struct {
	users    map[string]int
	crowds   map[string]int
	firm     bool
	anchored map[string]bool
	Full     bool // more networks than it remembers: some workplaces may be missed
}

// Add notes one account, once. The order of accounts does not matter unless Full is set.
func (w *Workplaces) Add(_ string, strands []*Strand) {
	if w.users == nil {
		w.users, w.crowds, w.anchored = map[string]int{}, map[string]int{}, map[string]bool{}
	}
	w.crowd(strands)
	used := map[string]days{}
	for _, s := range strands {
		if s.net() == "" || len(s.Anchors) == 0 {
			continue
		}
		w.note(s.net())
		if s.Has(evict.A1, evict.A2) {
			w.firm = true
			used[s.net()] = append(used[s.net()], s.Days...)
		}
	}
	settleDays(used)
	for network, on := range used {
		if len(on) >= workplaceDays && w.anchored[network] {
			w.users[network]++
		}
	}
}

// crowd counts the account once for each network that it used, anchored or not.
func (w *Workplaces) crowd(strands []*Strand) {
	met := map[string]bool{}
	for _, s := range strands {
		n := s.net()
		if n == "" || met[n] || len(met) >= maxWorkplaceNets {
			continue
		}
		met[n] = true
		if have, ok := w.crowds[n]; ok && have < workplaceAccounts {
			w.crowds[n] = have + 1
		} else if !ok && len(w.crowds) < maxWorkplaceNets {
			w.crowds[strings.Clone(n)] = 1
		} else if !ok {
			w.Full = true
		}
	}
}

// Crowds returns how many accounts used each network, counted up to the number
// that makes a workplace, for Tenant.Crowds.
func (w *Workplaces) Crowds() map[string]int { return w.crowds }

// Firm reports whether any account has a device or credential anchor, for
// Tenant.Firm. Without one nobody can tell a workplace from a stranger's host.
func (w *Workplaces) Firm() bool { return w.firm }

func (w *Workplaces) note(network string) {
	if w.anchored[network] {
		return
	}
	if len(w.anchored) >= maxWorkplaceNets {
		w.Full = true
		return
	}
	w.anchored[strings.Clone(network)] = true
}

// Networks returns the workplaces, for Facts.Workplaces.
func (w *Workplaces) Networks() map[string]bool {
	out := map[string]bool{}
	for network, n := range w.users {
		if n >= workplaceAccounts {
			out[network] = true
		}
	}
	return out
}

// Anchored returns the networks that an anchored strand of any account used, for Tenant.Anchored.
func (w *Workplaces) Anchored() map[string]bool {
	if w.anchored == nil {
		return map[string]bool{}
	}
	return w.anchored
}

// near reports whether two spans lie within d of each other.
func near(aFrom, aTo, bFrom, bTo evict.Time, d time.Duration) bool {
	return aFrom.Nano <= bTo.Nano+int64(d) && bFrom.Nano <= aTo.Nano+int64(d)
}
