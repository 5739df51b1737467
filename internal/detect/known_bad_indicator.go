package detect

import (
	"fmt"
	"strings"

	"evict"
)

var knownBadIndicator = &Detector{
	ID: "known-bad-indicator", Rev: 1, Scope: AccountScope, Seed: true, Item: "known-bad",
	Title: "Network, device, session or application of another case",
	Doc: `An act of the account came from a network, device, session or application that the indicators of another case (--known-bad) name. It links the cases: the same hand, or the same rented machine.

Innocent causes: shared VPN exits and hosting addresses pass from hand to hand; look at the dates in the indicator file.

By hand: compare the two cases' sign-in logs by address and user agent.`,
	Symptoms: []int{8}, Techniques: []string{"T1078.004"},
	Needs:   []Need{{Any: []evict.Kind{evict.SignIns, evict.TokenSignIns, evict.LoginAudit, evict.MailboxAudit}}},
	Actions: []string{"revoke-sessions", "reset-password"},
	New:     func() Watcher { return &knownBad{told: map[string]bool{}} },
}

const maxKnown = 200

type knownBad struct{ told map[string]bool }

func (w *knownBad) Event(e *evict.Event, v *View) {
	known := v.Facts.Known
	if known == nil || v.Placed == "" {
		return
	}
	o := &e.Origin
	net := o.Network().String()
	for _, c := range []struct {
		what, value string
		list        []evict.Indicator
	}{
		{"network", net, known.Networks}, {"network", strings.TrimSuffix(strings.TrimSuffix(net, "/32"), "/64"), known.Networks},
		{"device", o.Device, known.Devices}, {"session", o.Session, known.Sessions}, {"application", o.AppID, known.Apps},
	} {
		key := c.what + c.value
		if !evict.Holds(c.list, c.value) || w.told[key] || len(w.told) >= maxKnown {
			continue
		}
		w.told[strings.Clone(key)] = true
		v.Report(Draft{
			Family: evict.LinkFamily, Grade: evict.Strong, Cause: Because(e),
			Summary: fmt.Sprintf("%s by the %s %s, which the indicators of another case name", e.Op, c.what, quoted(c.value)),
		})
	}
}

func (*knownBad) End(*View) {}
