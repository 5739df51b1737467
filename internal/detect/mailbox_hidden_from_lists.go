package detect

import (
	"fmt"
	"strings"

	"evict"
)

var mailboxHiddenFromLists = &Detector{
	ID: "mailbox-hidden-from-lists", Rev: 1, Scope: RecordScope, Seed: true, Item: "hidden-mailbox",
	Title: "Mailbox hidden from the address list",
	Doc: `A mailbox was hidden from the Global Address List. Intruders hide the accounts that they made.

Innocent causes: former colleagues, rooms and technical mailboxes are hidden every day.

By hand: Exchange admin center, Mailboxes, the mailbox, Manage hide from address lists; PowerShell: Get-Mailbox -Filter "HiddenFromAddressListsEnabled -eq 'True'".`,
	Symptoms: []int{4}, Techniques: []string{"T1564"},
	Needs:   []Need{{Any: []evict.Kind{evict.AdminAudit}}},
	Actions: []string{"restore-profile"},
	New:     func() Watcher { return EventFunc(seeHiddenMailbox) },
}

func seeHiddenMailbox(e *evict.Event, v *View) {
	s, ok := e.Detail.(*evict.Settings)
	if !ok || seen(e) || e.Outcome == evict.Failure || e.Actor.Kind == evict.Service {
		return
	}
	if h, _ := s.Get("HiddenFromAddressListsEnabled"); !strings.EqualFold(h, "true") {
		return
	}
	name, _, _ := mailbox(e, v)
	v.Report(Draft{
		Family: evict.CoverUp, Grade: evict.Context, Cause: Because(e), Target: name, Left: leftover(evict.LeftHiddenMailbox, name, "", "", ""),
		Summary: fmt.Sprintf("%s: %s hid %s from the address list%s", e.Op, actorName(e), quoted(name), from(e)),
	})
}
