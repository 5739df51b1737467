package detect

import (
	"fmt"
	"strings"

	"evict"
)

var passwordChanged = &Detector{
	ID: "password-changed", Rev: 1, Scope: AccountScope, Item: "password",
	Title: "Password changed or reset by a hand that nothing ties to its owner",
	Doc: `A password was changed by the account itself, or reset for another account, in a strand without any anchor or from an address that places it nowhere. With declared response work (declared.json, --responder) it is no evidence.

Innocent causes: the help desk resets passwords all day; people change theirs. From the owner's own strands it is not reported, and of one hand that resets passwords of others only the first is told.

By hand: Entra admin center, Audit logs: "Reset user password", "Change user password", "Reset password (self-service)".`,
	Symptoms: []int{8}, Techniques: []string{"T1098"},
	Needs:   []Need{{Any: []evict.Kind{evict.DirectoryAudit}}},
	Actions: []string{"reset-password", "revoke-sessions"},
	New:     func() Watcher { return &passwordChanges{} },
}

// passwordChanges tells resets of other accounts once: who resets passwords
// again and again is the help desk.
type passwordChanges struct{ reset bool }

func (*passwordChanges) End(*View) {}

func (w *passwordChanges) Event(e *evict.Event, v *View) {
	if e.Kind != evict.DirectoryAudit || e.Outcome == evict.Failure || !v.Mine(e.Actor) || v.Strand != nil && len(v.Strand.Anchors) > 0 {
		return
	}
	op := operation(e)
	if !strings.HasPrefix(op, "reset user password") && !strings.HasPrefix(op, "change user password") && !strings.HasPrefix(op, "reset password (") && !strings.HasPrefix(op, "change password (") {
		return
	}
	who := whom(e)
	if who == "" {
		who = v.Account
	}
	d := Draft{
		Family: evict.Persistence, Grade: evict.Context, Cause: Because(e), Target: who,
		Summary:  fmt.Sprintf("%s for %s%s", strings.TrimSuffix(e.Op, "."), quoted(who), from(e)),
		Question: fmt.Sprintf("Did you change the password of %s?", quoted(who)),
	}
	if who != v.Account {
		d.Family = evict.Privilege
		if w.reset {
			return
		}
		w.reset = true
		d.Grade = evict.Indicative
	} else if v.Unanchored() {
		d.Grade = evict.Indicative
	}
	v.Report(d)
}
