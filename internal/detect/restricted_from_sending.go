package detect

import (
	"fmt"
	"strings"

	"evict"
)

var restrictedFromSending = &Detector{
	ID: "restricted-from-sending", Rev: 1, Scope: AccountScope, Seed: true, Item: "restricted",
	Title: "Account barred from sending",
	Doc: `Microsoft barred the account from sending, for outbound spam or for exceeding the limits; or its mail was refused because the tenant as a whole is barred (5.7.705, 5.7.750), which unblocking one user does not lift.

Innocent causes: the owner's own newsletter or invitation met the limit; then mail of one subject to many recipients from the owner's own strand explains it.

By hand: Defender portal, Email & collaboration, Review, Restricted entities; PowerShell: Get-BlockedSenderAddress. Bounces with 5.1.8, 5.7.705 or 5.7.750 in the message trace.`,
	Symptoms: []int{5}, Techniques: []string{"T1534"},
	Needs:   []Need{{Any: []evict.Kind{evict.AlertLog, evict.OtherAudit, evict.RestrictedState, evict.MessageTrace}}},
	Actions: []string{"unblock-sending", "revoke-sessions", "reset-password"},
	New:     func() Watcher { return &restrictions{told: map[string]bool{}} },
}

type restrictions struct{ told map[string]bool } // kinds of sign told

func (w *restrictions) Event(e *evict.Event, v *View) {
	what := barred(e)
	if what == "" || w.told[what] && e.Kind == evict.MessageTrace {
		return
	}
	w.told[what] = true
	v.Report(Draft{
		Family: evict.OtherControls, Grade: evict.Strong, Placeless: true, Cause: Because(e), Left: leftover(evict.LeftRestriction, v.Account, "", v.Account, ""),
		Summary: fmt.Sprintf("%s: %s", v.Account, what),
	})
}

func (w *restrictions) End(*View) {}

// barred says how the record shows a bar on sending, or "".
func barred(e *evict.Event) string {
	switch d := e.Detail.(type) {
	case *evict.Alert:
		n := fold(d.Name)
		if strings.Contains(n, "restricted from sending") || strings.Contains(n, "email sending limit exceeded") || strings.Contains(n, "suspicious email sending patterns") {
			return "alert " + quoted(d.Name)
		}
	case *evict.Trace:
		for _, f := range append(d.Extra, evict.Field{Value: d.Status}, evict.Field{Value: d.Event}) {
			for _, code := range []string{"5.1.8", "5.7.705", "5.7.750", "5.1.90"} {
				if strings.Contains(f.Value, code) {
					return "mail was refused with " + code
				}
			}
		}
	}
	switch {
	case e.Kind == evict.RestrictedState:
		return "listed among the restricted senders"
	case opIs(e.Op, "event listed"):
		return "listed by outbound spam protection"
	}
	return ""
}
