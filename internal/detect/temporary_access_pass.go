package detect

import (
	"fmt"
	"strings"

	"evict"
)

var temporaryAccessPass = &Detector{
	ID: "temporary-access-pass", Rev: 1, Scope: AccountScope, Seed: true, Item: "tap",
	Title: "Temporary Access Pass made for an account",
	Doc: `A Temporary Access Pass was created: whoever holds it signs in as that account with a strong method and can register others.

Innocent causes: the help desk enrols a new employee or a new telephone with it; this is its purpose.

By hand: Entra admin center, Audit logs: "Admin registered security info" with the reason Temporary Access Pass; Users, the user, Authentication methods.`,
	Symptoms: []int{8}, Techniques: []string{"T1098", "T1078.004"},
	Needs:   []Need{{Any: []evict.Kind{evict.DirectoryAudit}}},
	Actions: []string{"remove-authentication-method", "revoke-sessions"},
	New:     func() Watcher { return EventFunc(seePass) },
}

func seePass(e *evict.Event, v *View) {
	c, ok := e.Detail.(*evict.Changes)
	if !ok || e.Outcome == evict.Failure || !v.Mine(e.Actor) {
		return
	}
	said := e.Op
	for _, f := range c.Extra {
		said += " " + f.Value
	}
	said = strings.ToLower(said)
	if !strings.Contains(said, "temporary access pass") || strings.Contains(said, "delete") {
		return
	}
	whom := e.Subject(evict.Target).Who.ID
	v.Report(Draft{
		Family: evict.Persistence, Grade: evict.Indicative, Cause: Because(e), Target: whom, Left: leftover(evict.LeftPass, whom, "", "", ""),
		Summary: fmt.Sprintf("A Temporary Access Pass was made for %s%s", quoted(whom), from(e)),
	})
}
