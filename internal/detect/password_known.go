package detect

import (
	"fmt"

	"evict"
)

var passwordKnown = &Detector{
	ID: "password-known", Rev: 1, Scope: AccountScope, Seed: true, Item: "G18",
	Title: "The right password was given and entry was stopped later",
	Doc: `An interactive sign-in presented the right password and was stopped by what came after it: a second factor, a policy, an expired password. From an address that nothing ties to the owner, the password is known to a stranger. A token, cookie or refresh with the same error number says nothing about the password and is not reported.

Innocent causes: the owner meets these numbers every day (a prompt left open, a new telephone, an expired password). The verdict rules drop the finding where the strand is tied to the owner, and report it for nobody whose sign-in soon after succeeds from the same network.

By hand: Entra admin center, Users, the user, Sign-in logs, interactive: Status "Interrupted" or "Failure" with 50074, 50076, 50079, 50158, 53003 and their like; tab Authentication Details must name "Password" as succeeded.`,
	Symptoms: []int{8}, Techniques: []string{"T1078.004", "T1110"},
	Needs:   []Need{{Any: []evict.Kind{evict.SignIns, evict.LoginAudit}, Fields: []FieldNeed{NeedAddress}}},
	Actions: []string{"reset-password", "require-mfa", "revoke-sessions"},
	New:     func() Watcher { return &passwordsKnown{byNetwork: map[string]*stopped{}} },
}

const maxStopped = 2000 // networks with stopped sign-ins, per account

type passwordsKnown struct {
	byNetwork map[string]*stopped
	order     []*stopped
}

// stopped is what one network's stopped sign-ins show.
type stopped struct {
	draft   Draft
	entered bool // the same network signed in as well
	count   int
}

func (w *passwordsKnown) Event(e *evict.Event, v *View) {
	in, ok := e.Detail.(*evict.SignIn)
	if !ok || e.Kind == evict.TokenSignIns || e.Kind == evict.AppSignIns || !e.Origin.Addr.IsValid() || !v.Mine(e.Actor) {
		return
	}
	net := e.Origin.Network().String()
	s := w.byNetwork[net]
	if e.Outcome == evict.Success {
		if s == nil {
			s = w.network(net, v)
		}
		if s != nil {
			s.entered = true
		}
		return
	}
	if in.Interactive == evict.No || in.Password != evict.Yes || !rightThenStopped[in.Error] {
		return
	}
	if s == nil {
		if s = w.network(net, v); s == nil {
			return
		}
	}
	s.count++
	if s.draft.Summary == "" {
		s.draft = Draft{
			Family: evict.AccessFamily, Grade: evict.Strong, Actor: v.Self(), Time: e.Time,
			Summary: fmt.Sprintf("The right password was given from %s%s and entry was stopped (error %d)", e.Origin.Addr, inPlace(e.Origin.Place), in.Error),
		}
	}
	if len(s.draft.Cause) < evict.MaxEvidence {
		s.draft.Cause = append(s.draft.Cause, keep(e))
	}
	s.draft.Total = s.count
}

func (w *passwordsKnown) network(net string, v *View) *stopped {
	if len(w.byNetwork) >= maxStopped {
		v.Overflow("more networks with stopped sign-ins than are kept")
		return nil
	}
	s := &stopped{}
	w.byNetwork[net] = s
	w.order = append(w.order, s)
	return s
}

// End reports the networks that never got in: where one did, its strand is
// judged by what it did there.
func (w *passwordsKnown) End(v *View) {
	for _, s := range w.order {
		if s.count > 0 && !s.entered {
			v.Report(s.draft)
		}
	}
}

// inPlace names a place in brackets, or nothing.
func inPlace(p evict.Place) string {
	switch {
	case p.City != "" && p.Country != "":
		return " (" + p.City + ", " + p.Country + ")"
	case p.Country != "":
		return " (" + p.Country + ")"
	}
	return ""
}
