package respond

import (
	"context"
	"encoding/json"
	"strings"

	"evict"
)

// RemoveAddIn switches an Outlook add-in off in one mailbox. The object's ID is
// the add-in's application ID.
var RemoveAddIn = &Action{
	ID: "remove-add-in", Rev: 1, Phase: evict.Evict,
	Title: "Switch the add-in off in the mailbox",
	Doc: `The add-in no longer runs in this mailbox; it stays installed as evidence, and can be switched on again. One that an administrator deployed comes
back through the deployment: remove it there.
By hand: Outlook on the web of the mailbox, Get add-ins, My add-ins, the add-in, Remove; deployed ones: Microsoft 365 admin center, Settings, Integrated apps.`,
	Shell:   "Disable-App -Identity {id} -Mailbox {account}",
	Undo:    "the add-in is switched on again",
	Noticed: []string{"the owner, if he uses the add-in"},
	Minutes: 60,
	Ops:     []string{"exchange:Get-App", "exchange:Disable-App", "exchange:Enable-App"},
	Inspect: func(ctx context.Context, r Reader, s evict.Step) (json.RawMessage, error) {
		list, err := rows(ctx, r, cmdlet("Get-App", map[string]any{"Mailbox": s.Target.Account}))
		if missing(err) {
			return null, nil
		}
		if err != nil {
			return nil, err
		}
		for _, found := range list {
			if strings.EqualFold(text(found, "AppId"), s.Target.ID) {
				picked, err := pick("Get-App", found, "Enabled")
				return state(picked), err
			}
		}
		return null, nil
	},
	Plan: fixed(row{"Enabled": false}),
	Apply: func(ctx context.Context, w Writer, s evict.Step) error {
		name := "Disable-App"
		if decoded(s.After)["Enabled"] == true {
			name = "Enable-App"
		}
		_, err := w.Write(ctx, cmdlet(name, map[string]any{"Identity": s.Target.ID, "Mailbox": s.Target.Account}))
		return err
	},
	Repeatable: true,
}
