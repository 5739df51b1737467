package respond

import (
	"context"
	"encoding/json"
	"net/url"

	"evict"
	"evict/internal/m365"
)

// BlockSignIn stops every new sign-in of an account.
var BlockSignIn = &Action{
	ID: "block-sign-in", Rev: 1, Phase: evict.Contain, Procedure: []string{"R5"},
	Title: "Block sign-in",
	Doc: `Nobody gets a new token for the account until it is lifted. Tokens that were handed out live on until they end: revoke-sessions belongs to it.
A synced account is enabled again by the next sync unless it is disabled in Active Directory too.
By hand: Microsoft Entra admin center, Users, the user, Edit properties, Settings, Account enabled.`,
	Shell:   "Update-MgUser -UserId {account} -AccountEnabled:$false",
	Noticed: []string{"the owner, and the attacker: no new sign-in succeeds"},
	Undo:    "sign-in is allowed again",
	Minutes: 90,
	Ops:     []string{"get-user", "block-sign-in"},
	Inspect: func(ctx context.Context, r Reader, s evict.Step) (json.RawMessage, error) {
		return userState(ctx, r, s.Target.Account, "accountEnabled", "onPremisesSyncEnabled")
	},
	Plan: func(before, _ json.RawMessage) (json.RawMessage, error) { return signIn(before, false) },
	Apply: func(ctx context.Context, w Writer, s evict.Step) error {
		_, err := w.Write(ctx, m365.Call{Op: "block-sign-in", Args: user(s.Target.Account), Body: row{"accountEnabled": decoded(s.After)["accountEnabled"]}})
		return err
	},
	Reached: sameIn("accountEnabled"),
	Fresh:   sameBeforeIn("accountEnabled"),
	Warn: func(s evict.Step) []string {
		if decoded(s.Before)["onPremisesSyncEnabled"] != true {
			return nil
		}
		return []string{"synced from Active Directory: the next sync, within about 30 minutes, allows sign-in again unless the account is disabled there too"}
	},
	Repeatable: true,
}

// signIn plans an account's switch; one that is not there has none.
func signIn(before json.RawMessage, enabled bool) (json.RawMessage, error) {
	after := decoded(before)
	if after == nil || after["accountEnabled"] == enabled {
		return nil, ErrAlready
	}
	after["accountEnabled"] = enabled
	return state(after), nil
}

// sameIn compares what was read with the step's After in some properties alone;
// the others are there for people to see.
func sameIn(names ...string) func(evict.Step, json.RawMessage) bool {
	return func(s evict.Step, now json.RawMessage) bool { return alikeIn(s.After, now, names) }
}

// sameBeforeIn does so with Before.
func sameBeforeIn(names ...string) func(evict.Step, json.RawMessage) bool {
	return func(s evict.Step, now json.RawMessage) bool { return alikeIn(s.Before, now, names) }
}

func alikeIn(a, b json.RawMessage, names []string) bool {
	x, y := decoded(a), decoded(b)
	if x == nil || y == nil {
		return x == nil && y == nil
	}
	for _, n := range names {
		if !same(state(x[n]), state(y[n])) {
			return false
		}
	}
	return true
}

// user is the path's value for an account, by its object ID.
func user(id string) map[string]string { return map[string]string{"id": id} }

// userState reads properties of an account.
func userState(ctx context.Context, r Reader, id string, names ...string) (json.RawMessage, error) {
	var u row
	err := fetch(ctx, r, m365.Call{Op: "get-user", Args: user(id), Query: selecting(names...)}, &u)
	if missing(err) {
		return null, nil
	}
	if err != nil {
		return nil, err
	}
	picked, err := pick("get-user", u, names...)
	if err != nil {
		return nil, err
	}
	return state(picked), nil
}

// selecting is $select for these properties and the ID.
func selecting(names ...string) url.Values {
	list := "id"
	for _, n := range names {
		list += "," + n
	}
	return url.Values{"$select": {list}}
}
