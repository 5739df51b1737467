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
		return userState(ctx, r, s.Target.Account, "accountEnabled")
	},
	Plan: func(before, _ json.RawMessage) (json.RawMessage, error) {
		after := state(row{"accountEnabled": false})
		if same(before, after) {
			return nil, ErrAlready
		}
		return after, nil
	},
	Apply: func(ctx context.Context, w Writer, s evict.Step) error {
		_, err := w.Write(ctx, m365.Call{Op: "block-sign-in", Args: user(s.Target.Account), Body: s.After})
		return err
	},
	Repeatable: true,
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
