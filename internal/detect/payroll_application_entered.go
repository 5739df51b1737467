package detect

import (
	"fmt"

	"evict"
)

var payrollApplicationEntered = &Detector{
	ID: "payroll-application-entered", Rev: 1, Scope: AccountScope, Item: "payroll-app",
	Title: "Payroll, personnel, banking or accounting application entered by an unknown hand",
	Doc: `A strand that nothing ties to the owner signed in to an application for payroll, personnel, banking or accounting. There the bank details of salaries and suppliers are changed.

Innocent causes: the owner from a new place; ask first.

By hand: Entra admin center, Sign-in logs, filter Application; then the application's own log of changes.`,
	Symptoms: []int{}, Techniques: []string{"T1078.004", "T1657"},
	Needs:   []Need{{Any: []evict.Kind{evict.SignIns, evict.TokenSignIns}}},
	Actions: []string{"revoke-sessions", "contact-notices"},
	New:     func() Watcher { return EventFunc(seeMoneyApp) },
}

func seeMoneyApp(e *evict.Event, v *View) {
	in, ok := e.Detail.(*evict.SignIn)
	if !ok || e.Outcome != evict.Success || !v.Mine(e.Actor) || !v.Unanchored() || !MoneyApp(in.App, in.Resource) {
		return
	}
	v.Report(Draft{
		Family: evict.Behaviour, Grade: evict.Indicative, Cause: Because(e), Target: in.App, Left: leftover(evict.LeftService, v.Account, in.App, in.AppID, e.Time.String()),
		Summary:  fmt.Sprintf("Signed in to %s%s", quoted(in.App), from(e)),
		Question: fmt.Sprintf("Did you open %s then?", quoted(in.App)),
	})
}
