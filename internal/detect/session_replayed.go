package detect

import (
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strings"
	"time"

	"evict"
)

var sessionReplayed = &Detector{
	ID: "session-replayed", Rev: 1, Scope: AccountScope, Seed: true, Item: "C1",
	Title: "One session or token used from two places by two clients",
	Doc: `One Microsoft session ID or token ID is used from two networks whose providers differ and whose operating system, browser or device differ too, by turns within an hour or farther apart than anybody travels. A browser session lives on one machine: a second machine in it holds a stolen token or cookie, as adversary-in-the-middle phishing and malware take them. With only one of the two differences it is a strong sign and no proof.

Innocent causes: a phone that changes between Wi-Fi and mobile network, a line with IPv4 and IPv6, a split tunnel, a privacy relay or a secure web gateway change the address, but neither operating system nor browser. Both sides with the same device ID are never reported. Records that name no client show one difference at most.

By hand: Entra admin center, Users, the user, Sign-in logs: add the columns Session ID, IP address, Operating system, Browser, Device ID and sort by session; look into the non-interactive sign-ins as well. In the audit log: AppAccessContext.AADSessionId and SessionId.`,
	Symptoms: []int{8}, Techniques: []string{"T1550.004", "T1539"},
	Needs: []Need{
		{Any: []evict.Kind{evict.SignIns, evict.TokenSignIns, evict.LoginAudit, evict.MailboxAudit}, Fields: []FieldNeed{NeedAddress, NeedSession, NeedAgent},
			Also: []Need{
				{Any: []evict.Kind{evict.SignIns}, Fields: []FieldNeed{NeedSession, NeedPlace}},
				{Any: []evict.Kind{evict.TokenSignIns}, Fields: []FieldNeed{NeedSession, NeedPlace}},
			}},
	},
	Actions: []string{"revoke-sessions", "reset-password", "block-sign-in", "confirm-compromised"},
	New:     func() Watcher { return &replays{sessions: map[string]*replaySession{}} },
}

// Figures of item C1.
const (
	replayOverlap = 60 * time.Minute
	replayKM      = 500
	replaySpeed   = 1000 // km/h
	maxSessions   = 20000
	maxSides      = 12 // per session
)

type replays struct {
	sessions map[string]*replaySession
	order    []*replaySession
}

// A replaySession is one session or token ID with the sides it was used from.
type replaySession struct {
	id    string
	token bool
	sides []*side
	best  map[[2]int]*replay // by pair of sides
}

// A side is one network and client in a session. Empty fields were not recorded.
type side struct {
	net         netip.Prefix
	asn         uint32
	os, browser string
	device      string
	managed     evict.Tri
	place       evict.Place
	last        evict.Time
	evidence    Evidence
}

// A replay is what two sides of one session show.
type replay struct {
	a, b     *side // as they were then
	cause    []Evidence
	at       evict.Time
	turns    bool
	travel   string
	provider bool
	clients  string
}

func (w *replays) Event(e *evict.Event, v *View) {
	if v.Placed == "" || !e.Origin.Addr.IsValid() {
		return
	}
	if e.Origin.Session != "" {
		w.use("s:"+e.Origin.Session, e, v)
	}
	if e.Origin.Token != "" {
		w.use("t:"+e.Origin.Token, e, v)
	}
}

func (w *replays) use(id string, e *evict.Event, v *View) {
	s := w.sessions[id]
	if s == nil {
		if len(w.sessions) >= maxSessions {
			v.Overflow("more sessions than are compared")
			return
		}
		id = strings.Clone(id)
		s = &replaySession{id: id[2:], token: id[0] == 't', best: map[[2]int]*replay{}}
		w.sessions[id] = s
		w.order = append(w.order, s)
	}
	i := s.side(e)
	if i < 0 {
		v.Overflow("more networks in one session than are compared")
		return
	}
	before := *s.sides[i]
	s.sides[i].see(e)
	for k := range s.sides {
		if k != i {
			s.compare(i, k, before, e)
		}
	}
}

// side finds the side of the event's network whose client does not differ, or adds one.
func (s *replaySession) side(e *evict.Event) int {
	net := e.Origin.Network()
	for i, x := range s.sides {
		if x.net == net && same(x.os, e.Origin.Client.OS) && same(x.browser, e.Origin.Client.Browser) {
			return i
		}
	}
	if len(s.sides) >= maxSides {
		return -1
	}
	s.sides = append(s.sides, &side{net: net})
	return len(s.sides) - 1
}

func same(a, b string) bool { return a == "" || b == "" || a == b }

func (x *side) see(e *evict.Event) {
	o := &e.Origin
	fill := func(have *string, now string) {
		if *have == "" && now != "" {
			*have = strings.Clone(now)
		}
	}
	fill(&x.os, o.Client.OS)
	fill(&x.browser, o.Client.Browser)
	fill(&x.device, o.Device)
	if x.asn == 0 {
		x.asn = o.ASN
	}
	if x.place.Country == "" && o.Place.Country != "" {
		x.place = o.Place
		x.place.Country, x.place.Region, x.place.City = strings.Clone(o.Place.Country), strings.Clone(o.Place.Region), strings.Clone(o.Place.City)
	}
	if in, ok := e.Detail.(*evict.SignIn); ok && x.managed == evict.Unset {
		x.managed = max(in.Managed, in.Compliant)
		if in.Managed == evict.Yes || in.Compliant == evict.Yes {
			x.managed = evict.Yes
		}
	}
	x.last = e.Time
	x.evidence = keep(e)
}

// compare looks at side i, just used, with side k: before is i as it was until then.
func (s *replaySession) compare(i, k int, before side, e *evict.Event) {
	a, b := s.sides[i], s.sides[k]
	if a.device != "" && a.device == b.device || !b.last.Set {
		return
	}
	r := &replay{a: a, b: b, at: e.Time, provider: providersDiffer(a, b), clients: clientsDiffer(a, b)}
	if before.last.Set && before.last.Before(b.last) && b.last.Before(e.Time) && e.Time.Sub(before.last) <= replayOverlap {
		r.turns = true
		r.cause = []Evidence{before.evidence, b.evidence, a.evidence}
	}
	if t := journey(b.place, b.last, a.place, e.Time, e.Origin.Place); t != "" {
		r.travel = t
		if r.cause == nil {
			r.cause = []Evidence{b.evidence, a.evidence}
		}
	}
	if r.cause == nil || r.weight() == 0 {
		return
	}
	pair := [2]int{min(i, k), max(i, k)}
	if have := s.best[pair]; have == nil || r.weight() > have.weight() {
		ca, cb := *a, *b
		r.a, r.b = &ca, &cb
		s.best[pair] = r
	}
}

// weight is 2 for C1, 1 for G11, 0 for neither.
func (r *replay) weight() int {
	switch {
	case r.provider && r.clients != "":
		return 2
	case r.clients != "" && strings.Contains(r.clients, "operating system"):
		return 1
	case r.provider && r.travel != "" && !phones(r.a, r.b):
		return 1
	}
	return 0
}

// phones reports whether both sides are the same kind of phone: roaming
// through the home carrier beside a hotel's Wi-Fi looks like travel.
func phones(a, b *side) bool {
	return a.os == b.os && (a.os == "iOS" || a.os == "Android")
}

// providersDiffer compares the networks' providers: by number where both are
// recorded, else by the first 16 bits of an IPv4 or 32 of an IPv6 address.
func providersDiffer(a, b *side) bool {
	if a.asn != 0 && b.asn != 0 {
		return a.asn != b.asn
	}
	x, y := a.net.Addr(), b.net.Addr()
	if x.Is4() != y.Is4() {
		return false // one line often has both
	}
	bits := 16
	if x.Is6() {
		bits = 32
	}
	p, _ := x.Prefix(bits)
	return !p.Contains(y)
}

// clientsDiffer names what the sides' clients differ in, or "".
func clientsDiffer(a, b *side) string {
	var d []string
	if a.os != "" && b.os != "" && a.os != b.os {
		d = append(d, "operating system")
	}
	if a.browser != "" && b.browser != "" && a.browser != b.browser {
		d = append(d, "browser")
	}
	if a.device != "" && b.device != "" || a.managed == evict.Yes && b.managed == evict.No || a.managed == evict.No && b.managed == evict.Yes {
		if a.device != b.device {
			d = append(d, "device")
		}
	}
	return strings.Join(d, ", ")
}

// journey says how far and fast one would have travelled, or "" when that is possible.
func journey(from evict.Place, left evict.Time, to evict.Place, came evict.Time, now evict.Place) string {
	if now.Lat != 0 || now.Lon != 0 {
		to = now
	}
	if from.Lat == 0 && from.Lon == 0 || to.Lat == 0 && to.Lon == 0 {
		return ""
	}
	km := kilometres(from, to)
	hours := math.Abs(came.Sub(left).Hours())
	if km < replayKM || hours > 0 && km/hours <= replaySpeed {
		return ""
	}
	return fmt.Sprintf("%.0f km in %.0f minutes", km, hours*60)
}

// kilometres is the great-circle distance.
func kilometres(a, b evict.Place) float64 {
	rad := func(micro int32) float64 { return float64(micro) / 1e6 * math.Pi / 180 }
	lat1, lat2 := rad(a.Lat), rad(b.Lat)
	dlat, dlon := lat2-lat1, rad(b.Lon)-rad(a.Lon)
	h := math.Pow(math.Sin(dlat/2), 2) + math.Cos(lat1)*math.Cos(lat2)*math.Pow(math.Sin(dlon/2), 2)
	return 2 * 6371 * math.Asin(math.Min(1, math.Sqrt(h)))
}

// End reports each pair of sides once. A token's pair that its session showed already is left out.
func (w *replays) End(v *View) {
	told := map[evict.RecordID]bool{}
	for _, tokens := range []bool{false, true} {
		for _, s := range w.order {
			if s.token != tokens {
				continue
			}
			pairs := make([][2]int, 0, len(s.best))
			for p := range s.best {
				pairs = append(pairs, p)
			}
			slices.SortFunc(pairs, func(a, b [2]int) int { return slices.Compare(a[:], b[:]) })
			for _, p := range pairs {
				r := s.best[p]
				if tokens && told[r.cause[len(r.cause)-1].ID] {
					continue
				}
				for _, c := range r.cause {
					told[c.ID] = true
				}
				v.Report(r.draft(s, v))
			}
		}
	}
}

func (r *replay) draft(s *replaySession, v *View) Draft {
	d := Draft{Family: evict.SessionFamily, Item: "C1", Grade: evict.Conclusive, Time: r.at, Cause: r.cause}
	if r.weight() == 1 {
		d.Item, d.Grade = "G11", evict.Strong
	}
	d.Actor = v.Self()
	what := "session"
	if s.token {
		what = "token"
	}
	how := r.travel
	if r.turns {
		how = "by turns within an hour"
	}
	differ := r.clients
	if r.provider && differ != "" {
		differ = "provider, " + differ
	} else if r.provider {
		differ = "provider"
	}
	d.Summary = fmt.Sprintf("One %s was used from %s and from %s, %s; %s differ", what, r.b.text(), r.a.text(), how, differ)
	return d
}

func (x *side) text() string {
	parts := []string{x.net.Addr().String()}
	var in []string
	for _, s := range []string{x.browser, x.os, x.place.City, x.place.Country} {
		if s != "" {
			in = append(in, s)
		}
	}
	if len(in) > 0 {
		parts = append(parts, "("+strings.Join(in, ", ")+")")
	}
	return strings.Join(parts, " ")
}
