package detect

import (
	"fmt"
	"strings"

	"evict"
)

var alertRaised = &Detector{
	ID: "alert-raised", Rev: 1, Scope: RecordScope, Seed: true, Item: "alert",
	Title: "Alert of Defender, Purview or Entra",
	Doc: `Another control raised an alert. Automatic attack disruption and an adversary-in-the-middle detection are proof; a high one that is still open is a strong sign; the rest is a reason to look. An alert adds nothing to the record that it was raised on.

Innocent causes: alerts are tuned to be sensitive; resolved and informational ones are shown as context.

By hand: Defender portal, Incidents and alerts; Purview portal, Alerts.`,
	Symptoms: []int{}, Techniques: []string{"T1078.004", "T1114.003", "T1110"},
	Needs:   []Need{{Any: []evict.Kind{evict.AlertLog}}},
	Actions: []string{"revoke-sessions"},
	New:     func() Watcher { return EventFunc(seeAlert) },
}

func seeAlert(e *evict.Event, v *View) {
	a, ok := e.Detail.(*evict.Alert)
	if !ok || a.Name == "" {
		return
	}
	name, severity, status := strings.ToLower(a.Name), strings.ToLower(a.Severity), strings.ToLower(a.Status)
	d := Draft{
		Family: evict.OtherControls, Grade: evict.Context, Placeless: true, Cause: Because(e),
		Summary: fmt.Sprintf("Alert %s, severity %s, status %s", quoted(a.Name), quoted(a.Severity), quoted(a.Status)),
	}
	d.Actor = e.Actor
	if !d.Actor.IsPerson() {
		d.Actor = e.Subject(evict.Target).Who
	}
	if !d.Actor.IsPerson() {
		d.Subject = onTenant(e)
	}
	open := status != "resolved" && status != "dismissed" && severity != "informational"
	switch {
	case !open:
	case strings.Contains(name, "attack disruption"), strings.Contains(name, "adversary-in-the-middle"), strings.Contains(name, "aitm"):
		d.Item, d.Grade = "C10", evict.Conclusive
	case severity == "high" && e.Kind == evict.AlertLog:
		d.Item, d.Grade = "G14", evict.Strong
	case severity == "medium", severity == "high", severity == "low":
		d.Grade = evict.Indicative
	}
	v.Report(d)
}
