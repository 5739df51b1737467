package timeline

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"math"
	"net/netip"
	"slices"
	"strings"
	"time"

	"evict"
	"evict/internal/detect"
	"evict/internal/verdict"
)

// Figures of the rules on strands (V5, V7).
const (
	strandSilence = 12 * time.Hour
	placeWithin   = 10 * time.Minute
	maxStrands    = 4096 // per account; acts in further ones are unplaced, and that is said
	maxTokens     = 64   // per strand
)

// A weaver builds the strands of one account from its events in time order.
// Woven twice over the same events it gives the same strands, so that the
// second read can follow the first.
type weaver struct {
	account  string
	strands  []*verdict.Strand
	open     map[netip.Prefix][]int32 // strands by network, latest last
	apps     map[string][]int32       // strands by application
	overflow bool
	minutes  []int64 // of each strand's latest sign-in
	again    bool    // the latest event added is a sign-in that stands in another log too
}

func newWeaver(account string) *weaver {
	return &weaver{account: account, open: map[netip.Prefix][]int32{}, apps: map[string][]int32{}}
}

// makesStrand reports whether the event, by the account itself, can stand in
// a strand of its own: it carries an address that is not Microsoft's (V7), or
// is the reading of a third-party application (V8), and is no failed sign-in (V9).
func makesStrand(e *evict.Event) (app string, ok bool) {
	if e.Flags&evict.Observed != 0 || !e.Time.Set {
		return "", false
	}
	if isLogin(e.Kind) && e.Outcome != evict.Success {
		return "", false
	}
	if e.Kind == evict.AlertLog || e.Kind == evict.RiskLog || e.Kind == evict.MessageTrace || e.Kind == evict.ClickLog {
		return "", false
	}
	if app := readerApp(e); app != "" {
		return app, true
	}
	return "", e.Origin.Addr.IsValid() && !foreignToNobody(e.Origin.Addr)
}

// readerApp is the third-party application that did a mailbox act or Graph
// call on the account's behalf, or "".
func readerApp(e *evict.Event) string {
	if e.Kind != evict.MailboxAudit && e.Kind != evict.GraphActivity {
		return ""
	}
	id := e.Origin.AppID
	if id == "" || detect.FirstParty(id) {
		return ""
	}
	switch e.Origin.Client.App {
	case "Outlook on the web", "Outlook desktop", "Outlook mobile":
		return ""
	}
	return id
}

// add places an event of the account itself that makes a strand, and returns
// the strand's index; -1 when the event makes none.
func (w *weaver) add(e *evict.Event) int32 {
	w.again = false
	app, ok := makesStrand(e)
	if !ok {
		return -1
	}
	if app != "" {
		return w.addApp(e, app)
	}
	net := e.Origin.Network()
	best, score := int32(-1), -1
	for _, i := range w.open[net] {
		s := w.strands[i]
		if e.Time.Sub(s.To) > strandSilence || !compatible(s, e) {
			continue
		}
		if n := likeness(s, e); n >= score { // the latest of equals
			best, score = i, n
		}
	}
	if best < 0 {
		if best = w.start(e, net.String()); best < 0 {
			return -1
		}
		w.strands[best].Prefix = net
		w.open[net] = append(prune(w.open[net], w.strands, e.Time), best)
	}
	w.note(best, e)
	return best
}

func (w *weaver) addApp(e *evict.Event, app string) int32 {
	is := w.apps[app]
	if n := len(is); n > 0 && e.Time.Sub(w.strands[is[n-1]].To) <= strandSilence {
		w.note(is[n-1], e)
		return is[n-1]
	}
	app = strings.Clone(app)
	i := w.start(e, "app:"+app)
	if i < 0 {
		return -1
	}
	w.strands[i].App = app
	w.apps[app] = append(w.apps[app], i)
	w.note(i, e)
	return i
}

func prune(is []int32, strands []*verdict.Strand, now evict.Time) []int32 {
	return slices.DeleteFunc(is, func(i int32) bool { return now.Sub(strands[i].To) > strandSilence })
}

// compatible reports whether nothing that both the strand and the event
// record differs: client family, device, session. What one of them leaves
// out does not part them.
func compatible(s *verdict.Strand, e *evict.Event) bool {
	o := &e.Origin
	return agree(s.Session, o.Session) && agree(s.DeviceID, o.Device) && sameClient(s.ClientFamily, o.Client)
}

func agree(a, b string) bool { return a == "" || b == "" || a == b }

// sameClient compares client families where both record them. A browser and
// Outlook on the web are one family; so is an unnamed client.
func sameClient(a, b evict.Client) bool {
	return agree(clientClass(a.App), clientClass(b.App)) && agree(a.OS, b.OS) && agree(a.Browser, b.Browser)
}

func clientClass(app string) string {
	if strings.EqualFold(app, "browser") || strings.EqualFold(app, "Outlook on the web") {
		return ""
	}
	return app
}

func likeness(s *verdict.Strand, e *evict.Event) int {
	n := 0
	if e.Origin.Session != "" && s.Session == e.Origin.Session {
		n += 4
	}
	if e.Origin.Device != "" && s.DeviceID == e.Origin.Device {
		n += 2
	}
	if e.Origin.Client != (evict.Client{}) && s.ClientFamily == e.Origin.Client {
		n++
	}
	return n
}

func (w *weaver) start(e *evict.Event, network string) int32 {
	if len(w.strands) >= maxStrands {
		w.overflow = true
		return -1
	}
	s := &verdict.Strand{}
	s.Network = network
	s.From, s.To = e.Time, e.Time
	w.strands, w.minutes = append(w.strands, s), append(w.minutes, 0)
	return int32(len(w.strands) - 1)
}

// note adds the event's facts to the strand.
func (w *weaver) note(i int32, e *evict.Event) {
	s := w.strands[i]
	o := &e.Origin
	s.To = e.Time
	s.Events++
	if s.Session == "" && o.Session != "" && s.App == "" {
		s.Session = strings.Clone(o.Session)
	}
	if s.DeviceID == "" && o.Device != "" && s.App == "" {
		s.DeviceID = strings.Clone(o.Device)
		s.Device = s.DeviceID
	}
	fillClient(&s.ClientFamily, o.Client)
	if o.ASN != 0 && s.ASN == 0 {
		s.ASN = o.ASN
	}
	if o.Place != (evict.Place{}) && o.Place.Country != "" && s.Place.Country == "" {
		s.Place = clonePlace(o.Place)
	}
	if o.Token != "" && len(s.Tokens) < maxTokens {
		if at, found := slices.BinarySearch(s.Tokens, o.Token); !found {
			s.Tokens = slices.Insert(s.Tokens, at, strings.Clone(o.Token))
		}
	}
	day := int32(e.Time.Nano / int64(24*time.Hour))
	if n := len(s.Days); n == 0 || s.Days[n-1] != day {
		s.Days = append(s.Days, day)
	}
	if n := len(s.Bursts); n == 0 || e.Time.Sub(s.Bursts[n-1].To) > placeWithin {
		s.Bursts = append(s.Bursts, verdict.Burst{From: e.Time, To: e.Time})
	} else {
		s.Bursts[n-1].To = e.Time
	}
	switch e.Kind {
	case evict.MailboxAudit, evict.GraphActivity:
		s.Mailbox++
	}
	if in, ok := e.Detail.(*evict.SignIn); ok {
		w.noteSignIn(i, e, in, day)
	}
	if d, ok := e.Detail.(*evict.Sent); ok && max(d.Total, len(d.Recipients)) >= verdict.BulkRecipients && len(s.Bulk) < maxTokens {
		s.Bulk = append(s.Bulk, e.Time)
	}
}

func (w *weaver) noteSignIn(i int32, e *evict.Event, in *evict.SignIn, day int32) {
	if e.Outcome != evict.Success {
		return
	}
	s := w.strands[i]
	minute := e.Time.Nano / int64(time.Minute)
	if w.again = s.SignIns > 0 && w.minutes[i] == minute; !w.again { // two logs record one sign-in
		s.SignIns++
		w.minutes[i] = minute
	}
	if in.Compliant == evict.Yes || in.Managed == evict.Yes || joined(in.Trust) {
		s.DeviceTrust = true
	}
	s.Trusted = s.Trusted || in.TrustedLocation
	if in.Interactive != evict.No {
		s.Interactive++
		if in.Password == evict.Yes && in.MFA == evict.No {
			s.PasswordOnly++
		}
		if strongMethod(in.Method) {
			if n := len(s.StrongDays); n == 0 || s.StrongDays[n-1] != day {
				s.StrongDays = append(s.StrongDays, day)
			}
		}
	}
}

func joined(trust string) bool {
	t := strings.ToLower(trust)
	return strings.Contains(t, "joined") || t == "azuread" || t == "serverad" || t == "0" || t == "1"
}

func strongMethod(m string) bool {
	m = strings.ToLower(m)
	for _, w := range []string{"passkey", "fido", "windows hello", "certificate", "x.509", "platform credential"} {
		if strings.Contains(m, w) {
			return true
		}
	}
	return false
}

func fillClient(c *evict.Client, o evict.Client) {
	for _, f := range []struct {
		have *string
		new  string
	}{{&c.App, o.App}, {&c.OS, o.OS}, {&c.Browser, o.Browser}} {
		if *f.have == "" && f.new != "" {
			*f.have = strings.Clone(f.new)
		}
	}
}

func clonePlace(p evict.Place) evict.Place {
	p.Country, p.Region, p.City = strings.Clone(p.Country), strings.Clone(p.Region), strings.Clone(p.City)
	return p
}

// finish gives the strands their printed fields and identifiers.
func (w *weaver) finish() {
	seen := map[string]int{}
	for _, s := range w.strands {
		s.Client = clientText(s.ClientFamily)
		s.Places = []string{}
		if p := placeText(s.Place); p != "" {
			s.Places = append(s.Places, p)
		}
		if p := s.Place; p.Lat != 0 || p.Lon != 0 {
			s.Point = &evict.Point{Lat: float64(p.Lat) / 1e6, Lon: float64(p.Lon) / 1e6}
		}
		h := sha256.Sum256([]byte(strings.Join([]string{w.account, s.Network, s.Client, s.Device, s.Session, s.From.String()}, "\x00")))
		s.ID = hex.EncodeToString(h[:5])
		if n := seen[s.ID]; n > 0 {
			s.ID += "-" + string(rune('a'+n-1))
		}
		seen[s.ID]++
		s.Verdict, s.Anchors, s.Reasons = evict.ByUnknown, []evict.Anchor{}, []string{}
	}
}

func clientText(c evict.Client) string {
	var parts []string
	for _, p := range []string{c.App, c.Browser, c.OS} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, " / ")
}

func placeText(p evict.Place) string {
	var parts []string
	for _, s := range []string{p.City, p.Country} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, ", ")
}

// A spot is what places an event: kept with drafts of the first read until
// all strands are known.
type spot struct {
	own     int32 // strand that the event made or joined; -1 for none
	mine    bool  // the account itself acted
	time    evict.Time
	session string
	token   string
	net     netip.Prefix // where the act came from; zero when that says nothing
}

// spotOf is where an event stands when no weaver has placed it.
func spotOf(e *evict.Event, mine bool) spot {
	s := spot{own: -1, mine: mine, time: e.Time, session: e.Origin.Session, token: e.Origin.Token}
	if _, ok := makesStrand(e); ok {
		s.net = e.Origin.Network()
	}
	return s
}

// A placer puts events without an address of their own into finished strands.
type placer struct {
	strands   []*verdict.Strand
	bySession map[string][]int32
	byToken   map[string]int32
	until     []int64 // the latest end of this strand and all before it; strands stand by their beginning
}

func newPlacer(strands []*verdict.Strand) *placer {
	p := &placer{strands: strands, bySession: map[string][]int32{}, byToken: map[string]int32{}}
	latest := int64(math.MinInt64)
	for i, s := range strands {
		latest = max(latest, s.To.Nano)
		p.until = append(p.until, latest)
		if s.Session != "" {
			p.bySession[s.Session] = append(p.bySession[s.Session], int32(i))
		}
		for _, t := range s.Tokens {
			if _, taken := p.byToken[t]; taken {
				p.byToken[t] = -1 // shared by two strands: it places nothing
			} else {
				p.byToken[t] = int32(i)
			}
		}
	}
	return p
}

// place returns the strand of an act by the account (V7): its own; else by
// token or session ID; else the account's only strand active within 10
// minutes; else nil.
func (p *placer) place(s spot) *verdict.Strand {
	if !s.mine {
		return nil
	}
	if s.own >= 0 {
		return p.strands[s.own]
	}
	if s.net.IsValid() {
		return p.at(s)
	}
	if i, ok := p.byToken[s.token]; ok && s.token != "" && i >= 0 {
		return p.strands[i]
	}
	if s.session != "" {
		if is := p.bySession[s.session]; len(is) > 0 {
			return p.onlyActive(is, s.time)
		}
	}
	return p.onlyActive(nil, s.time)
}

// at returns the strand of the spot's network that was active then; with
// several, the one of its session, else the first.
func (p *placer) at(s spot) *verdict.Strand {
	var found *verdict.Strand
	for _, x := range p.around(s.time) {
		if x.Prefix != s.net || !active(x, s.time) {
			continue
		}
		if s.session != "" && x.Session == s.session {
			return x
		}
		if found == nil {
			found = x
		}
	}
	return found
}

// onlyActive returns the single strand, of those given or of all, that was
// active within 10 minutes of t; nil when there are none or several. A single
// strand of a session needs no activity so near.
func (p *placer) onlyActive(among []int32, t evict.Time) *verdict.Strand {
	if len(among) == 1 {
		return p.strands[among[0]]
	}
	var found *verdict.Strand
	check := func(s *verdict.Strand) bool {
		if !active(s, t) {
			return true
		}
		if found != nil {
			found = nil
			return false
		}
		found = s
		return true
	}
	if among != nil {
		for _, i := range among {
			if !check(p.strands[i]) {
				break
			}
		}
		return found
	}
	for _, s := range p.around(t) {
		if s.App == "" && !check(s) {
			break
		}
	}
	return found
}

// attackers returns the first of the strands active within 10 minutes of t
// when all of them are the attacker's: then an act that fits several was his,
// whichever it was. Nil otherwise.
func (p *placer) attackers(t evict.Time) *verdict.Strand {
	var first *verdict.Strand
	for _, s := range p.around(t) {
		if s.App != "" || !active(s, t) {
			continue
		}
		if s.Verdict != evict.ByAttacker {
			return nil
		}
		if first == nil {
			first = s
		}
	}
	return first
}

// around returns the strands that can have been active within 10 minutes of t,
// and perhaps others: those begun by then, back to where none reaches so far.
func (p *placer) around(t evict.Time) []*verdict.Strand {
	end, _ := slices.BinarySearchFunc(p.strands, t.Add(placeWithin).Nano+1, func(s *verdict.Strand, n int64) int { return cmp.Compare(s.From.Nano, n) })
	begin := end
	for begin > 0 && p.until[begin-1] >= t.Add(-placeWithin).Nano {
		begin--
	}
	return p.strands[begin:end]
}

// active reports whether the strand has an event within 10 minutes of t.
func active(s *verdict.Strand, t evict.Time) bool {
	i, _ := slices.BinarySearchFunc(s.Bursts, t, func(b verdict.Burst, t evict.Time) int {
		return cmp.Compare(b.To.Nano, t.Add(-placeWithin).Nano)
	})
	return i < len(s.Bursts) && s.Bursts[i].From.Nano <= t.Add(placeWithin).Nano
}
