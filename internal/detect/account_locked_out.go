package detect

import (
	"fmt"
	"strings"

	"evict"
)

var accountLockedOut = &Detector{
	ID: "account-locked-out", Rev: 1, Scope: OriginScope, Item: "lockout",
	Title: "Account locked out by wrong passwords",
	Doc: `Smart lockout answered sign-ins with error 50053: the account was tried too often, or the address is known for attacks. It says nothing of the password, and proves nothing against the account. From a script client it is a reason to look; otherwise it is shown as context.

Innocent causes: an old telephone with an old password.

By hand: Entra admin center, Sign-in logs, error 50053, by address.`,
	Symptoms: []int{8}, Techniques: []string{"T1110"},
	Needs:   []Need{{Any: []evict.Kind{evict.SignIns, evict.TokenSignIns, evict.LoginAudit}}},
	Actions: []string{"reset-password"},
	New:     func() Watcher { return &lockouts{} },
}

// lockouts collects the locked sign-ins of one network, whoever was tried: a
// name that only ever failed is no account.
type lockouts struct {
	who    string
	first  evict.Time
	script string
	cause  []Evidence
	count  int
}

func (w *lockouts) Event(e *evict.Event, v *View) {
	in, ok := e.Detail.(*evict.SignIn)
	if !ok || classOf(in.Error) != lockedOut {
		return
	}
	if w.count == 0 {
		w.first, w.who = e.Time, strings.Clone(e.Actor.ID)
	}
	if s := scriptClient(e.Origin.UserAgent); s != "" {
		w.script = s
	}
	w.count++
	if len(w.cause) < evict.MaxEvidence {
		w.cause = append(w.cause, keep(e))
	}
}

func (w *lockouts) End(v *View) {
	if w.count == 0 {
		return
	}
	d := Draft{
		Family: evict.AccessFamily, Grade: evict.Context, Placeless: true, Time: w.first, Cause: w.cause, Total: w.count, Target: w.who,
		Subject: evict.FindingSubject{Kind: evict.OnOrigin, ID: v.Network},
		Summary: fmt.Sprintf("%s locked out %s by wrong passwords in %d records", plainNetwork(v.Network), quoted(w.who), w.count),
	}
	if w.script != "" {
		d.Grade = evict.Indicative
		d.Summary += ", tried by " + w.script
	}
	v.Report(d)
}
