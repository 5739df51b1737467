package detect

import (
	"fmt"
	"strings"

	"evict"
)

var impossibleTravel = &Detector{
	ID: "impossible-travel", Rev: 1, Scope: AccountScope, Item: "travel",
	Title: "Two successful sign-ins farther apart than anybody travels",
	Doc: `Two successful sign-ins, the later one in a strand that nothing ties to the owner, lie 500 km or more apart and need more than 1,000 km/h. It is one item of place, whatever else of the place is new, and only a reason to look: residential proxies beat it, and VPNs trip it.

Innocent causes: a VPN switched on, a telephone roaming through its home carrier, a wrong place for an address. Where the record has no coordinates nothing can be said.

By hand: Entra admin center, Users, the user, Sign-in logs, columns Location and IP address, by time.`,
	Symptoms: []int{8}, Techniques: []string{"T1078.004"},
	Needs:   []Need{{Any: []evict.Kind{evict.SignIns, evict.TokenSignIns}, Fields: []FieldNeed{NeedAddress, NeedPlace}}},
	Actions: []string{"revoke-sessions", "reset-password"},
	New:     func() Watcher { return &travels{told: map[string]bool{}} },
}

const maxTravels = 200

// travels keeps the latest placed sign-in.
type travels struct {
	last  evict.Time
	place evict.Place
	os    string
	cause Evidence
	told  map[string]bool
}

func (w *travels) Event(e *evict.Event, v *View) {
	_, ok := e.Detail.(*evict.SignIn)
	p := e.Origin.Place
	if !ok || e.Outcome != evict.Success || v.Strand == nil || p.Lat == 0 && p.Lon == 0 || !v.Mine(e.Actor) {
		return
	}
	net := e.Origin.Network().String()
	if w.last.Set && v.Unanchored() && !w.told[net] && len(w.told) < maxTravels {
		if how := journey(w.place, w.last, p, e.Time, evict.Place{}); how != "" && !(w.os == e.Origin.Client.OS && (w.os == "iOS" || w.os == "Android")) {
			w.told[net] = true
			v.Report(Draft{
				Family: evict.AccessFamily, Grade: evict.Indicative, Cause: Because(e), Context: []Evidence{w.cause},
				Summary:  fmt.Sprintf("Signed in from %s%s after%s: %s", e.Origin.Addr, inPlace(p), inPlace(w.place), how),
				Question: fmt.Sprintf("Were you at %s%s then?", e.Origin.Addr, inPlace(p)),
			})
		}
	}
	w.last, w.place, w.os, w.cause = e.Time, keepPlace(p), strings.Clone(e.Origin.Client.OS), keep(e)
}

func (*travels) End(*View) {}
