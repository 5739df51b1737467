package detect

import (
	"fmt"
	"strings"

	"evict"
)

var guestInvited = &Detector{
	ID: "guest-invited", Rev: 1, Scope: RecordScope, Seed: true, Item: "guest",
	Title: "Guest of another organisation invited",
	Doc: `Somebody outside was invited as a guest. A guest keeps access to what is shared with him after every password is changed.

Innocent causes: everyday work with partners.

By hand: Entra admin center, Users, filter User type Guest, sort by Creation time; Audit logs: "Invite external user".`,
	Symptoms: []int{}, Techniques: []string{"T1136.003", "T1078"},
	Needs:   []Need{{Any: []evict.Kind{evict.DirectoryAudit}}},
	Actions: []string{"block-account"},
	New:     func() Watcher { return EventFunc(seeGuest) },
}

func seeGuest(e *evict.Event, v *View) {
	c, ok := directoryChange(e)
	if !ok || operation(e) != "invite external user" || e.Outcome != evict.Success {
		return
	}
	guest := extra(c, "invitedUserEmailAddress")
	if guest == "" {
		guest = whom(e)
	}
	if d := evict.DomainOf(guest); d != "" && (v.Facts.Internal(guest) || d == evict.DomainOf(e.Actor.ID)) {
		return
	}
	v.Report(Draft{
		Family: evict.Persistence, Grade: evict.Indicative, Cause: Because(e), Target: guest,
		Summary: fmt.Sprintf("%s invited %s as a guest%s", actorName(e), quoted(strings.ToLower(guest)), fromAddress(e)),
	})
}
