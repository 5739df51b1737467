package detect

import (
	"fmt"
	"strings"
	"time"

	"evict"
)

var disabledAccountTried = &Detector{
	ID: "disabled-account-tried", Rev: 1, Scope: OriginScope, Item: "disabled-tried",
	Title: "Sign-ins to a disabled account, and what the same network opened next",
	Doc: `One network tried to sign in to a disabled account three times or more within a day. When it also signed in to another account within a week, that account deserves a look: somebody who works from there knows names that the tenant no longer uses.

Innocent causes: the telephone of a former colleague goes on trying; an office where both worked. A network that three or more accounts use is left out.

By hand: Entra admin center, Sign-in logs: error 50057, then filter by that IP address.`,
	Symptoms: []int{8}, Techniques: []string{"T1078.004", "T1110"},
	Needs:   []Need{{Any: []evict.Kind{evict.SignIns, evict.TokenSignIns, evict.LoginAudit}, Fields: []FieldNeed{NeedAddress}}},
	Actions: []string{"revoke-sessions", "reset-password"},
	New:     func() Watcher { return &disabledTries{opened: map[string]*openedBy{}} },
}

const (
	disabledTriesMin = 3
	disabledReach    = 7 * 24 * time.Hour
	sharedBy         = 3 // accounts: then the network is a workplace or gateway
	maxOpenedBy      = 100
)

type disabledTries struct {
	first, last evict.Time
	who         string
	count       int
	cause       []Evidence
	opened      map[string]*openedBy
	order       []*openedBy
}

type openedBy struct {
	who   evict.Principal
	at    evict.Time
	cause []Evidence
}

func (w *disabledTries) Event(e *evict.Event, v *View) {
	in, ok := e.Detail.(*evict.SignIn)
	if !ok {
		return
	}
	if in.Error == 50057 {
		if w.count == 0 {
			w.first, w.who = e.Time, strings.Clone(e.Actor.ID)
		}
		w.count++
		w.last = e.Time
		if len(w.cause) < evict.MaxEvidence {
			w.cause = append(w.cause, keep(e))
		}
		return
	}
	if e.Outcome != evict.Success || !e.Actor.IsPerson() {
		return
	}
	o := w.opened[e.Actor.ID]
	if o == nil {
		if len(w.opened) >= maxOpenedBy {
			v.Overflow("more accounts from one network than are kept")
			return
		}
		o = &openedBy{who: evict.Principal{Kind: e.Actor.Kind, ID: strings.Clone(e.Actor.ID)}, at: e.Time}
		w.opened[o.who.ID] = o
		w.order = append(w.order, o)
	}
	if len(o.cause) < evict.MaxEvidence {
		o.cause = append(o.cause, keep(e))
	}
}

func (w *disabledTries) End(v *View) {
	if w.count < disabledTriesMin || len(w.opened) >= sharedBy {
		return
	}
	v.Report(Draft{
		Subject: evict.FindingSubject{Kind: evict.OnOrigin, ID: v.Network}, Target: w.who, Family: evict.AccessFamily, Grade: evict.Indicative,
		Time: w.first, Cause: w.cause, Total: w.count, Placeless: true,
		Summary: fmt.Sprintf("%s tried %d times to sign in to the disabled account %s", plainNetwork(v.Network), w.count, quoted(w.who)),
	})
	for _, o := range w.order {
		if o.at.Sub(w.last) > disabledReach || w.first.Sub(o.at) > disabledReach {
			continue
		}
		v.Report(Draft{
			Actor: o.who, Family: evict.LinkFamily, Grade: evict.Indicative, Item: "same-origin", Time: o.at, Cause: o.cause, Context: w.cause,
			Summary: fmt.Sprintf("Signed in from %s, which also tried the disabled account %s", plainNetwork(v.Network), quoted(w.who)),
		})
	}
}
