package detect

import (
	"fmt"

	"evict"
)

var addInInstalled = &Detector{
	ID: "add-in-installed", Rev: 1, Scope: AccountScope, Item: "add-in",
	Title: "Outlook add-in installed by an unknown hand",
	Doc: `An Outlook add-in was installed by a strand that nothing ties to the owner, or whose hand is not known. An add-in can read the messages that the owner opens.

Innocent causes: people install add-ins from the store; Outlook sets some up by itself.

By hand: Outlook, Get add-ins, My add-ins; PowerShell: Get-App -Mailbox USER.`,
	Symptoms: []int{}, Techniques: []string{"T1137.006"},
	Needs:   []Need{{Any: []evict.Kind{evict.AdminAudit}}},
	Actions: []string{"remove-add-in"},
	New:     func() Watcher { return EventFunc(seeAddIn) },
}

func seeAddIn(e *evict.Event, v *View) {
	s, ok := e.Detail.(*evict.Settings)
	if !ok || operation(e) != "new-app" || e.Outcome == evict.Failure || !v.Mine(e.Actor) || !v.Unanchored() {
		return
	}
	name, _ := s.Get("DisplayName")
	v.Report(Draft{
		Family: evict.Persistence, Grade: evict.Indicative, Cause: Because(e), Target: s.Object, Left: leftover(evict.LeftAddIn, e.Actor.ID, name, s.Object, ""),
		Summary:  fmt.Sprintf("New-App: an add-in was installed%s", from(e)),
		Question: "Did you install an add-in in Outlook?",
	})
}
