package detect

import (
	"fmt"
	"strings"

	"evict"
)

var confirmedCompromised = &Detector{
	ID: "confirmed-compromised", Rev: 1, Scope: AccountScope, Seed: true, Item: "G17",
	Title: "A person confirmed the account as compromised",
	Doc: `The user's risk state, or a sign-in, is "confirmed compromised". It is a strong sign, and as good as its ground: with the ground in the evidence it becomes proof.

Innocent causes: somebody clicked it to force a reset. Set by this program's own response it is no evidence.

By hand: Entra admin center, Protection, Risky users, the user, History: who set it, when.`,
	Symptoms: []int{8}, Techniques: []string{"T1078.004"},
	Needs:   []Need{{Any: []evict.Kind{evict.RiskLog, evict.DirectoryAudit}}},
	Actions: []string{"revoke-sessions", "reset-password"},
	New:     func() Watcher { return EventFunc(seeConfirmed) },
}

func seeConfirmed(e *evict.Event, v *View) {
	r, ok := e.Detail.(*evict.Risk)
	if !ok || !strings.Contains(strings.ToLower(r.State), "confirmedcompromised") {
		return
	}
	v.Report(Draft{
		Family: evict.OtherControls, Grade: evict.Strong, Cause: Because(e), Placeless: true, Actor: v.Self(),
		Summary: fmt.Sprintf("The account's risk state is %s (detail %s)", quoted(r.State), quoted(r.Reason)),
	})
}
