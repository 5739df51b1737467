package detect

import (
	"fmt"
	"strings"

	"evict"
)

var teamsHelpDeskLure = &Detector{
	ID: "teams-help-desk-lure", Rev: 1, Scope: AccountScope, Seed: true, Item: "lure",
	Title: "Teams chat from outside under a help desk's name",
	Doc: `Somebody outside the tenant opened a one-to-one chat under a name such as Help Desk or IT Support. It is how callers talk people into device codes and remote help. A received lure proves nothing against the account.

Innocent causes: a real provider's support from its own tenant.

By hand: audit log: ChatCreated, MessageSent with an external participant; Teams admin center, External access.`,
	Symptoms: []int{}, Techniques: []string{"T1566.003"},
	Needs:   []Need{{Any: []evict.Kind{evict.TeamsAudit}}},
	Actions: []string{},
	New:     func() Watcher { return EventFunc(seeChat) },
}

var helpDeskNames = []string{"help desk", "helpdesk", "service desk", "servicedesk", "it support", "it-support", "microsoft support", "microsoft security", "technical support", "tech support", "it department", "it help"}

func seeChat(e *evict.Event, v *View) {
	c, ok := e.Detail.(*evict.Chat)
	if !ok || v.Mine(e.Actor) {
		return
	}
	said := c.Name
	for i := range e.Subjects {
		said += " " + e.Subjects[i].Label
	}
	said = strings.ToLower(said)
	name := firstIn(said, helpDeskNames)
	outside := c.External == evict.Yes || e.Actor.Kind == evict.UPN && len(v.Facts.Domains) > 0 && !v.Facts.Internal(e.Actor.ID)
	if name == "" || !outside {
		return
	}
	v.Report(Draft{
		Family: evict.PeopleFamily, Grade: evict.Context, Cause: Because(e), Placeless: true, Actor: v.Self(), Target: e.Actor.ID,
		Summary:  fmt.Sprintf("%s outside the tenant opened a chat under the name %s", quoted(e.Actor.ID), quoted(name)),
		Question: "Did somebody who called himself the help desk write to you in Teams or ring you up?",
	})
}
