package respond

import (
	"context"
	"encoding/json"

	"evict"
	"evict/internal/m365"
)

// RevokeSessions ends the refresh tokens and session cookies of an account.
var RevokeSessions = &Action{
	ID: "revoke-sessions", Rev: 1, Phase: evict.Contain, Procedure: []string{"R1"},
	Title: "Revoke all sessions",
	Doc: `Refresh tokens and browser sessions of the account end within minutes. Access tokens that were handed out before live until they end:
up to 90 minutes, 15 where access is evaluated continuously. Sessions of a guest in his home tenant are not touched.
By hand: Microsoft Entra admin center, Users, the user, Revoke sessions.`,
	Shell:   "Revoke-MgUserSignInSession -UserId {account}",
	Noticed: []string{"the owner and the attacker: both are asked to sign in again"},
	NoUndo:  "sessions that were ended can't be given back; the owner signs in again",
	Minutes: 90,
	Ops:     []string{"get-user", "revoke-sessions"},
	Inspect: func(ctx context.Context, r Reader, s evict.Step) (json.RawMessage, error) {
		return userState(ctx, r, s.Target.Account, "signInSessionsValidFromDateTime")
	},
	Plan: func(before, _ json.RawMessage) (json.RawMessage, error) {
		return state(row{"signInSessionsValidFromDateTime": "later than before"}), nil
	},
	Apply: func(ctx context.Context, w Writer, s evict.Step) error {
		_, err := w.Write(ctx, m365.Call{Op: "revoke-sessions", Args: user(s.Target.Account)})
		return err
	},
	Reached:    laterThanBefore("signInSessionsValidFromDateTime"),
	Fresh:      anyState,
	Witness:    true,
	Repeatable: true,
}

// laterThanBefore compares a time of the object with the same before the step.
func laterThanBefore(name string) func(evict.Step, json.RawMessage) bool {
	return func(s evict.Step, now json.RawMessage) bool {
		before, _ := timeIn(s.Before, name)
		present, ok := timeIn(now, name)
		return ok && (!before.Set || before.Before(present))
	}
}

// timeIn is a time among an object's properties; false when it has none.
func timeIn(raw json.RawMessage, name string) (evict.Time, bool) {
	var t evict.Time
	value := state(decoded(raw)[name])
	return t, json.Unmarshal(value, &t) == nil && t.Set
}

// anyState lets a step run whatever the object looks like: what stops an
// attacker does not wait because something changed.
func anyState(evict.Step, json.RawMessage) bool { return true }
