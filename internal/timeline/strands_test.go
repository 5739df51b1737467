package timeline

import (
	"net/netip"
	"testing"
	"time"

	"evict"
)

func from(t evict.Time, addr, session, os, browser string) *evict.Event {
	e := act(t, upn("dana@contoso.example"))
	e.Origin.Addr = netip.MustParseAddr(addr)
	e.Origin.Session = session
	e.Origin.Client = evict.Client{OS: os, Browser: browser}
	return e
}

func weave(events ...*evict.Event) (*weaver, []int32) {
	w := newWeaver("dana@contoso.example")
	var at []int32
	for _, e := range events {
		at = append(at, w.add(e))
	}
	w.finish()
	return w, at
}

func TestOneSessionTwoHandsAreTwoStrands(t *testing.T) { // V6
	_, at := weave(
		from(day(1), "203.0.113.5", "s1", "Windows", "Edge"),
		from(day(1).Add(time.Minute), "198.51.100.7", "s1", "Linux", "Chrome"),
		from(day(1).Add(2*time.Minute), "203.0.113.5", "s1", "Windows", "Edge"),
	)
	if at[0] == at[1] || at[0] != at[2] {
		t.Errorf("strands %v", at)
	}
}

func TestSilenceEndsAStrand(t *testing.T) { // V5
	_, at := weave(
		from(day(1), "203.0.113.5", "s1", "Windows", "Edge"),
		from(day(1).Add(12*time.Hour), "203.0.113.5", "s1", "Windows", "Edge"),
		from(day(1).Add(24*time.Hour+time.Second), "203.0.113.5", "s1", "Windows", "Edge"),
	)
	if at[0] != at[1] || at[1] == at[2] {
		t.Errorf("strands %v", at)
	}
}

func TestWhatIsNotRecordedDoesNotPartStrands(t *testing.T) {
	_, at := weave(
		from(day(1), "203.0.113.5", "", "Windows", "Edge"),
		from(day(1).Add(time.Minute), "203.0.113.5", "s1", "", ""), // a cmdlet: session, no client
		from(day(1).Add(2*time.Minute), "203.0.113.5", "s2", "", ""),
		from(day(1).Add(3*time.Minute), "203.0.113.5", "s2", "Linux", "Chrome"),
	)
	if at[0] != at[1] || at[1] == at[2] || at[2] != at[3] {
		t.Errorf("strands %v", at)
	}
}

func TestIPv6GoesBySlash64(t *testing.T) {
	_, at := weave(from(day(1), "2001:db8:1:2::1", "", "", ""), from(day(1), "2001:db8:1:2:ffff::9", "", "", ""), from(day(1), "2001:db8:1:3::1", "", "", ""))
	if at[0] != at[1] || at[0] == at[2] {
		t.Errorf("strands %v", at)
	}
}

func TestMicrosoftAddressMakesNoStrand(t *testing.T) { // V7
	_, at := weave(from(day(1), "20.190.129.4", "", "", ""), from(day(1), "2a01:111:f400::1", "", "", ""), from(day(1), "::1", "", "", ""), from(day(1), "10.0.0.4", "", "", ""))
	for i, x := range at {
		if x != -1 {
			t.Errorf("event %d made strand %d", i, x)
		}
	}
}

func TestFailedSignInMakesNoStrand(t *testing.T) { // V9
	e := from(day(1), "203.0.113.5", "", "", "")
	e.Kind, e.Outcome = evict.SignIns, evict.Failure
	if _, at := weave(e); at[0] != -1 {
		t.Errorf("strand %d", at[0])
	}
}

func TestPlacing(t *testing.T) { // V7
	w, _ := weave(
		from(day(1), "203.0.113.5", "s1", "Windows", "Edge"),
		from(day(1).Add(time.Hour), "203.0.113.5", "s1", "Windows", "Edge"),
		from(day(1).Add(time.Hour), "198.51.100.7", "s2", "Linux", "Chrome"),
	)
	p := newPlacer(w.strands)
	for name, c := range map[string]struct {
		at   spot
		want int // -1: unplaced
	}{
		"by session":               {spot{own: -1, mine: true, session: "s2", time: day(9)}, 1},
		"only active strand":       {spot{own: -1, mine: true, time: day(1).Add(9 * time.Minute)}, 0},
		"before the strand begins": {spot{own: -1, mine: true, time: day(1).Add(-9 * time.Minute)}, 0},
		"nobody is active":         {spot{own: -1, mine: true, time: day(1).Add(11 * time.Minute)}, -1},
		"two are active":           {spot{own: -1, mine: true, time: day(1).Add(time.Hour)}, -1},
		"somebody else's act":      {spot{own: -1, session: "s1", time: day(1)}, -1},
		"by its own network":       {spot{own: -1, mine: true, net: netip.MustParsePrefix("198.51.100.7/32"), time: day(1).Add(time.Hour)}, 1},
	} {
		got := p.place(c.at)
		switch {
		case c.want < 0 && got != nil, c.want >= 0 && got != w.strands[max(c.want, 0)]:
			t.Errorf("%s: placed in %v, want %d", name, got, c.want)
		}
	}
}
