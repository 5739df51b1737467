package detect

import (
	"fmt"

	"evict"
)

var deviceTokenRequested = &Detector{
	ID: "device-token-requested", Rev: 1, Scope: AccountScope, Item: "device-token",
	Title: "Broker asked for the device registration service by an unknown hand",
	Doc: `A strand that nothing ties to the owner signed in with the authentication broker to the device registration service. It is the step before a device is registered and its primary refresh token used, which outlives a password reset.

Innocent causes: a new computer or telephone of the owner's is set up; then the strand is soon anchored, or the owner says so.

By hand: Entra admin center, Sign-in logs: application "Microsoft Authentication Broker", resource "Device Registration Service"; then Devices, sorted by Registered.`,
	Symptoms: []int{8}, Techniques: []string{"T1528", "T1098.005"},
	Needs:   []Need{{Any: []evict.Kind{evict.SignIns, evict.TokenSignIns}}},
	Actions: []string{"revoke-sessions", "disable-device"},
	New:     func() Watcher { return &deviceTokens{told: map[string]bool{}} },
}

// deviceTokens tells each strand once.
type deviceTokens struct{ told map[string]bool }

func (w *deviceTokens) Event(e *evict.Event, v *View) {
	in, ok := e.Detail.(*evict.SignIn)
	if !ok || e.Outcome != evict.Success || !v.Unanchored() || !v.Mine(e.Actor) || w.told[v.Strand.ID] || len(w.told) >= maxTravels {
		return
	}
	if in.AppID != appBroker || in.ResourceID != appDeviceRegistration && in.Resource != "Device Registration Service" {
		return
	}
	w.told[v.Strand.ID] = true
	v.Report(Draft{
		Family: evict.SessionFamily, Grade: evict.Indicative, Cause: Because(e),
		Summary:  fmt.Sprintf("The authentication broker asked for the device registration service%s", from(e)),
		Question: "Did you set up a new computer or telephone then?",
	})
}

func (*deviceTokens) End(*View) {}
