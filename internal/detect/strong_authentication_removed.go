package detect

import (
	"fmt"
	"strings"

	"evict"
)

var strongAuthenticationRemoved = &Detector{
	ID: "strong-authentication-removed", Rev: 1, Scope: AccountScope, Seed: true, Item: "mfa-removed",
	Title: "Multifactor authentication switched off or a method removed",
	Doc: `Per-user multifactor authentication was switched off for an account, or one of its sign-in methods was deleted. After that a password alone may be enough.

Innocent causes: the administrator resets a lost telephone; the firm moves from per-user settings to policies, and the same record then comes for many accounts in minutes; the owner replaces an old method.

By hand: Entra admin center, Audit logs: "Disable Strong Authentication", "User deleted security info", "Admin deleted security info"; Users, Per-user MFA.`,
	Symptoms: []int{8}, Techniques: []string{"T1556.006", "T1556"},
	Needs:   []Need{{Any: []evict.Kind{evict.DirectoryAudit}}},
	Actions: []string{"require-mfa", "remove-authentication-method", "revoke-sessions"},
	New:     func() Watcher { return EventFunc(seeMethodGone) },
}

func seeMethodGone(e *evict.Event, v *View) {
	c, ok := e.Detail.(*evict.Changes)
	// The service that keeps the methods writes the record when the owner acts.
	byOwner := !e.Actor.IsPerson() && v.Mine(e.Subject(evict.Target).Who)
	if !ok || e.Outcome == evict.Failure || !v.Mine(e.Actor) && !byOwner {
		return
	}
	op := strings.TrimSuffix(strings.ToLower(e.Op), ".")
	removed := op == "disable strong authentication" || strings.Contains(op, "deleted security info") || strings.Contains(op, "delete security info")
	if op == "update user" {
		for _, name := range []string{"StrongAuthenticationRequirement", "StrongAuthenticationMethod"} {
			p, ok := c.Prop(name)
			removed = removed || ok && len(strings.TrimSpace(p.Old)) > 2 && len(strings.TrimSpace(p.New)) <= 2
		}
	}
	if !removed {
		return
	}
	whom := e.Subject(evict.Target).Who.ID
	d := Draft{
		Family: evict.Persistence, Grade: evict.Indicative, Cause: Because(e), Target: whom,
		Summary: fmt.Sprintf("%s for %s%s", strings.TrimSuffix(e.Op, "."), quoted(whom), from(e)),
	}
	if op == "update user" {
		d.Summary = fmt.Sprintf("Update user: the last sign-in method of %s was removed%s", quoted(whom), from(e))
	}
	v.Report(d)
}
