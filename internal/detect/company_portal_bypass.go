package detect

import (
	"fmt"
	"time"

	"evict"
)

var companyPortalBypass = &Detector{
	ID: "company-portal-bypass", Rev: 1, Scope: AccountScope, Seed: true, Item: "ca-bypass",
	Title: "Company Portal sign-in after a policy stopped another",
	Doc: `A conditional access policy stopped a sign-in, and within ten minutes a sign-in to the Intune Company Portal from the same network succeeded: that application is exempt from the demand for a compliant device, and its token opens more than it should.

Innocent causes: somebody enrols a new device; then the order is the same, once, from the owner's own network.

By hand: Entra admin center, Sign-in logs: application "Microsoft Intune Company Portal", and the failures (53000 to 53003) just before.`,
	Symptoms: []int{8}, Techniques: []string{"T1078.004", "T1556.009"},
	Needs:   []Need{{Any: []evict.Kind{evict.SignIns, evict.TokenSignIns}, Fields: []FieldNeed{NeedAddress}}},
	Actions: []string{"revoke-sessions", "disable-device"},
	New:     func() Watcher { return &portalBypass{} },
}

type portalBypass struct {
	stopped evict.Time
	network string
	cause   Evidence
}

func (w *portalBypass) Event(e *evict.Event, v *View) {
	in, ok := e.Detail.(*evict.SignIn)
	if !ok || !v.Mine(e.Actor) || !e.Origin.Addr.IsValid() {
		return
	}
	net := e.Origin.Network().String()
	if in.Error >= 53000 && in.Error <= 53004 {
		w.stopped, w.network, w.cause = e.Time, net, keep(e)
		return
	}
	if e.Outcome != evict.Success || in.AppID != appCompanyPortal || !w.stopped.Set || net != w.network || e.Time.Sub(w.stopped) > 10*time.Minute {
		return
	}
	v.Report(Draft{
		Family: evict.AccessFamily, Grade: evict.Indicative, Cause: append([]Evidence{w.cause}, Because(e)...),
		Summary: fmt.Sprintf("A policy stopped a sign-in and %.0f minutes later the Company Portal was entered%s", e.Time.Sub(w.stopped).Minutes(), from(e)),
	})
	w.stopped = evict.Time{}
}

func (*portalBypass) End(*View) {}
