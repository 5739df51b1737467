package respond

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"

	"evict"
	"evict/internal/m365"
)

// appPasswordDeleted is how the audit log names the deletion; the unified audit
// log adds a full stop.
const appPasswordDeleted = "Delete application password for user"

// RemoveAppPasswords deletes app passwords by the way round per-user MFA.
var RemoveAppPasswords = &Action{
	ID: "remove-app-passwords", Rev: 1, Phase: evict.Evict, Procedure: []string{"R1"},
	Title: "Delete the app passwords by switching per-user MFA off and on",
	Doc: `No interface lists or deletes app passwords. Switching per-user MFA off deletes them in the same second, as audit records of real tenants show; Microsoft documents it
nowhere, so this is unconfirmed, and it counts as done only when the record of the deletion is read. Only while sign-in is blocked: in between, no second factor is asked for.
Offered where per-user MFA is on; else app-passwords, the step for a person, is all there is.
By hand: Microsoft Entra admin center, Users, Per-user MFA, the user, Disable MFA, then Enforce; look in Audit logs for "Delete application password for user".`,
	Shell:   "Invoke-MgGraphRequest -Method PATCH -Uri ('https://graph.microsoft.com/beta/users/' + {account} + '/authentication/requirements') -Body @{ perUserMfaState = 'disabled' } # then the state from before",
	NoUndo:  "an app password can't be read, so it can't be put back, and must not be",
	Noticed: []string{"the owner: applications with an app password no longer sign in"},
	Ops:     []string{"get-mfa-requirements", "list-directory-audits", "set-mfa-requirements"},
	Inspect: func(ctx context.Context, r Reader, s evict.Step) (json.RawMessage, error) {
		own := row{}
		if err := fetch(ctx, r, m365.Call{Op: "get-mfa-requirements", Args: user(s.Target.Account)}, &own); err != nil {
			return nil, err
		}
		now, err := pick("get-mfa-requirements", own, "perUserMfaState")
		if err != nil {
			return nil, err
		}
		if now["lastDeleted"], err = lastDeletion(ctx, r, s.Target.Account); err != nil {
			return nil, err
		}
		return state(now), nil
	},
	Plan: func(before, _ json.RawMessage) (json.RawMessage, error) {
		after := decoded(before)
		if mode := text(after, "perUserMfaState"); mode != "enabled" && mode != "enforced" {
			return nil, ErrAlready
		}
		after["lastDeleted"] = "later than before"
		return state(after), nil
	},
	Apply: func(ctx context.Context, w Writer, s evict.Step) error {
		for _, mode := range []any{"disabled", decoded(s.After)["perUserMfaState"]} {
			_, err := w.Write(ctx, m365.Call{Op: "set-mfa-requirements", Args: user(s.Target.Account), Body: row{"perUserMfaState": mode}})
			if err != nil {
				return err
			}
		}
		return nil
	},
	Reached: func(s evict.Step, now json.RawMessage) bool {
		return alikeIn(s.After, now, []string{"perUserMfaState"}) && laterThanBefore("lastDeleted")(s, now)
	},
	Fresh: sameBeforeIn("perUserMfaState"),
	Warn: func(evict.Step) []string {
		return []string{"unconfirmed: Microsoft documents this nowhere; without the audit record of the deletion it counts as not verified"}
	},
	Repeatable: true,
}

// lastDeletion is when the last app password of the account was deleted, by the
// audit records about it; "" when none says so.
func lastDeletion(ctx context.Context, r Reader, account string) (string, error) {
	q := url.Values{"$filter": {"targetResources/any(t:t/id eq '" + account + "')"}, "$top": {"100"}}
	list, err := rows(ctx, r, m365.Call{Op: "list-directory-audits", Query: q})
	if err != nil {
		return "", err
	}
	last := ""
	for _, a := range list {
		if at := text(a, "activityDateTime"); strings.HasPrefix(text(a, "activityDisplayName"), appPasswordDeleted) && at > last {
			last = at
		}
	}
	return last, nil
}
