package verdict

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"evict"
	"evict/internal/detect"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// at is the time after so many days and hours of the sample life.
func at(days int, hours float64) evict.Time {
	return evict.At(start.Add(time.Duration(days)*day+time.Duration(hours*float64(time.Hour))), evict.Second)
}

// A world is one account under test and the tenant around it.
type world struct {
	a *Account
	t *Tenant
	n int
}

// newWorld is alice, seen for 60 days with complete logs under a P1 licence.
func newWorld() *world {
	w := &world{
		a: &Account{Name: "alice.smith@contoso.example", ID: "0a", FirstSeen: at(0, 8), LastSeen: at(60, 0), AsOf: at(64, 0)},
		t: &Tenant{Facts: &detect.Facts{Workplaces: map[string]bool{}, Applications: map[string]bool{}}, Symptoms: map[string][]int{}},
	}
	w.a.Coverage = Coverage{Window: evict.Window{From: at(0, 0), To: at(64, 0)}, Licence: "P1", Kinds: map[evict.Kind]KindCoverage{}}
	for _, k := range slices.Concat(auditKinds, stateKinds, []evict.Kind{evict.SignIns, evict.TokenSignIns, evict.MessageTrace}) {
		w.a.Coverage.Kinds[k] = KindCoverage{From: at(0, 0), To: at(64, 0), Events: 10, Stated: true, Complete: true}
	}
	return w
}

// strand adds a strand at the address on the days, four hours each.
func (w *world) strand(address string, c evict.Client, days ...int) *Strand {
	w.n++
	s := &Strand{ClientFamily: c, ASN: 64500 + uint32(netip.MustParseAddr(address).As4()[0])}
	s.Prefix, _ = netip.MustParseAddr(address).Prefix(32)
	s.ID, s.Network = fmt.Sprintf("s%02d", w.n), s.Prefix.String()
	s.Client = strings.Trim(c.App+" / "+c.Browser+" / "+c.OS, " /")
	s.From, s.To = at(days[0], 9), at(days[len(days)-1], 13)
	for _, d := range days {
		s.Days = append(s.Days, int32(dayOf(at(d, 0))))
		s.Bursts = append(s.Bursts, Burst{at(d, 9), at(d, 13)})
	}
	s.Events, s.SignIns, s.Interactive = 3*len(days), len(days), 1
	s.Record = evict.Ref{Source: "sign-ins", Record: evict.RecordID("first-of-" + s.ID)}
	s.Place = evict.Place{Country: "DE", Region: "BE", City: "Berlin"}
	s.Places = []string{"Berlin, DE"}
	w.a.Strands = append(w.a.Strands, s)
	return s
}

func (s *Strand) on(device string) *Strand {
	s.DeviceID, s.Device, s.DeviceTrust = device, device, true
	return s
}

func (s *Strand) in(session string) *Strand { s.Session = session; return s }

var (
	edge    = evict.Client{App: "Outlook on the web", OS: "Windows", Browser: "Edge"}
	chrome  = evict.Client{App: "Outlook on the web", OS: "Linux", Browser: "Chrome"}
	phone   = evict.Client{App: "Outlook mobile", OS: "iOS"}
	script  = evict.Client{App: "python-requests"}
	laptop  = "d0000001"
	office  = "192.0.2.10"
	home    = "192.0.2.77"
	hotel   = "198.51.100.5"
	host    = "203.0.113.66"
	details = map[string]struct {
		grade  evict.Grade
		family evict.Family
		tech   string
	}{
		"C1": {evict.Conclusive, evict.SessionFamily, "T1550.004"}, "C2": {evict.Conclusive, evict.SessionFamily, "T1557"},
		"C3": {evict.Conclusive, evict.SessionFamily, "T1528"}, "C4": {evict.Conclusive, evict.AccessFamily, "T1110.003"},
		"C5": {evict.Conclusive, evict.CoverUp, "T1564.008"}, "C8": {evict.Conclusive, evict.Behaviour, "T1534"},
		"C10": {evict.Conclusive, evict.OtherControls, "T1557"},
		"G1":  {evict.Strong, evict.Persistence, "T1114.003"}, "G3": {evict.Strong, evict.Persistence, "T1098.005"},
		"G4": {evict.Strong, evict.Persistence, "T1528"}, "G5": {evict.Strong, evict.Persistence, "T1098.002"},
		"G6": {evict.Strong, evict.Privilege, "T1098.001"}, "G7": {evict.Strong, evict.Behaviour, "T1534"},
		"G8": {evict.Strong, evict.Behaviour, "T1534"}, "G9": {evict.Strong, evict.Behaviour, "T1114.002"},
		"G10": {evict.Strong, evict.CoverUp, "T1070.008"}, "G11": {evict.Strong, evict.SessionFamily, "T1550.004"},
		"G12": {evict.Strong, evict.AccessFamily, "T1078.004"}, "G14": {evict.Strong, evict.OtherControls, "T1078.004"},
		"G17": {evict.Strong, evict.OtherControls, "T1078.004"}, "G18": {evict.Strong, evict.AccessFamily, "T1110"},
		"new-country": {evict.Indicative, evict.AccessFamily, "T1078.004"}, "new-provider": {evict.Indicative, evict.AccessFamily, "T1078.004"},
		"role-granted": {evict.Indicative, evict.Privilege, "T1098.003"}, "account-made": {evict.Indicative, evict.Privilege, "T1136.003"},
		"signature": {evict.Indicative, evict.Behaviour, "T1098"}, "new-method": {evict.Indicative, evict.Persistence, "T1098.005"},
		"bulk-mail": {evict.Indicative, evict.Behaviour, "T1534"}, "restricted": {evict.Strong, evict.OtherControls, "T1534"},
	}
)

// item adds an item in the strand (nil: unplaced) at the time.
func (w *world) item(code string, s *Strand, t evict.Time, summary string) *Item {
	w.n++
	d := details[code]
	rec := evict.RecordID(fmt.Sprintf("r%02d", w.n))
	f := &evict.Finding{
		Detector: "d-" + strings.ToLower(code), Item: code, Grade: d.grade, Family: d.family, Techniques: []string{d.tech}, Symptoms: []int{},
		Subject: evict.FindingSubject{Kind: evict.OnAccount, ID: w.a.Name}, Actor: w.a.Name, Time: t, Summary: summary,
		Evidence: []evict.Ref{{Source: "audit", Record: rec, Role: "cause"}}, EvidenceTotal: 1,
	}
	f.ID = evict.FindingID(f.Detector, f.Subject, []evict.RecordID{rec})
	it := &Item{Finding: f, Strand: s}
	w.a.Items = append(w.a.Items, it)
	return it
}

func (w *world) judge() evict.Account {
	Attribute(w.a, w.t)
	return Decide(w.a, w.t)
}

func every(from, to, step int) []int {
	var out []int
	for d := from; d <= to; d += step {
		out = append(out, d)
	}
	return out
}

// week cuts the account's logs to the last seven days.
func (w *world) week() {
	for k, c := range w.a.Coverage.Kinds {
		c.From = at(57, 0)
		w.a.Coverage.Kinds[k] = c
	}
	w.a.Coverage.Window.From, w.a.FirstSeen = at(57, 0), at(57, 8)
}

func wantVerdict(t *testing.T, got evict.Account, v evict.Verdict) {
	t.Helper()
	if got.Verdict != v {
		t.Errorf("verdict %s, want %s\nheadline: %s", got.Verdict, v, got.Headline)
		for _, r := range got.Reasons {
			t.Logf("reason %s %s: %s", r.Item, r.Grade, r.Text)
		}
		for _, s := range got.NotExcluded {
			t.Logf("not excluded: %s", s)
		}
	}
}

func wantText(t *testing.T, what, text, part string) {
	t.Helper()
	if !strings.Contains(text, part) {
		t.Errorf("%s lacks %q:\n%s", what, part, text)
	}
}
