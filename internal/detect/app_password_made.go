package detect

import (
	"fmt"
	"strings"

	"evict"
)

var appPasswordMade = &Detector{
	ID: "app-password-made", Rev: 1, Scope: AccountScope, Seed: true, Item: "G3",
	Title: "App password created",
	Doc: `An app password was created for the account. It signs in by old protocols without a second factor, and neither a password reset nor a revocation of sessions ends it.

Innocent causes: the owner sets up an old mail program. Tenants with security defaults do not have app passwords at all.

By hand: Entra admin center, Audit logs: "Create application password for user"; the owner sees the list under mysignins, Security info. No interface lists or deletes them for an administrator; disabling per-user multifactor authentication deletes them (seen in records, unverified).`,
	Symptoms: []int{8}, Techniques: []string{"T1098", "T1556"},
	Needs:   []Need{{Any: []evict.Kind{evict.DirectoryAudit}}},
	Actions: []string{"reset-password", "disable-mail-protocols", "require-mfa"},
	New:     func() Watcher { return EventFunc(seeAppPassword) },
}

func seeAppPassword(e *evict.Event, v *View) {
	if e.Kind != evict.DirectoryAudit {
		return
	}
	op := strings.ToLower(e.Op)
	if e.Outcome == evict.Failure || !strings.Contains(op, "application password") || !strings.HasPrefix(op, "create") {
		return
	}
	if !v.Mine(e.Actor) {
		return
	}
	whom := e.Subject(evict.Target).Who.ID
	if whom == "" {
		whom = v.Account
	}
	v.Report(Draft{
		Family: evict.Persistence, Grade: evict.Strong, Cause: Because(e), Target: whom, Left: leftover(evict.LeftAppPassword, whom, "", "", ""),
		Summary:  fmt.Sprintf("An app password was created for %s%s", quoted(whom), from(e)),
		Question: "Did you make an app password for a mail program?",
	})
}
