package detect

import (
	"fmt"
	"strings"

	"evict"
)

var guestInvited = &Detector{
	ID: "guest-invited", Rev: 2, Scope: RecordScope, Seed: true, Item: "guest",
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
	guest = homeAddress(guest)
	if d := evict.DomainOf(guest); d != "" && (v.Facts.Internal(guest) || d == evict.DomainOf(e.Actor.ID)) {
		return
	}
	v.Report(Draft{
		Family: evict.Persistence, Grade: evict.Indicative, Cause: Because(e), Target: guest, Left: leftover(evict.LeftAccount, whom(e), guest, "", "guest"),
		Summary: fmt.Sprintf("%s invited %s as a guest%s", actorName(e), quoted(guest), from(e)),
	})
}

// homeAddress is a guest's address at home: the account made for him here,
// eve_fabrikam.example#EXT#@contoso.example, is in the tenant's own domain.
func homeAddress(guest string) string {
	guest = strings.ToLower(guest)
	home, _, ok := strings.Cut(guest, "#ext#")
	if i := strings.LastIndexByte(home, '_'); ok && i > 0 {
		return home[:i] + "@" + home[i+1:]
	}
	return guest
}
