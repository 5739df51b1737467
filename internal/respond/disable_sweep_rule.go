package respond

import (
	"context"
	"encoding/json"

	"evict"
)

// DisableSweepRule switches one sweep rule off.
var DisableSweepRule = &Action{
	ID: "disable-sweep-rule", Rev: 1, Phase: evict.Evict, Procedure: []string{"R3"},
	Title: "Disable the sweep rule",
	Doc: `Sweep rules clear out the mail of one sender, and are not among the inbox rules.
By hand: Outlook on the web, Settings, Mail, Sweep.`,
	Shell:   "Disable-SweepRule -Mailbox {account} -Identity {id}",
	Noticed: []string{"the owner, if the rule was his"},
	Undo:    "the rule is switched on again",
	Ops:     []string{"exchange:Get-SweepRule", "exchange:Disable-SweepRule", "exchange:Enable-SweepRule"},
	Inspect: func(ctx context.Context, r Reader, s evict.Step) (json.RawMessage, error) {
		list, err := rows(ctx, r, cmdlet("Get-SweepRule", map[string]any{"Mailbox": s.Target.Account}))
		if err != nil {
			return nil, err
		}
		for _, rule := range list {
			if text(rule, "RuleId") == s.Target.ID {
				picked, err := pick("Get-SweepRule", rule, "Enabled")
				if err != nil {
					return nil, err
				}
				return state(row{"enabled": picked["Enabled"]}), nil
			}
		}
		return null, nil
	},
	Plan: fixed(row{"enabled": false}),
	Apply: func(ctx context.Context, w Writer, s evict.Step) error {
		name := "Disable-SweepRule"
		if same(s.After, state(row{"enabled": true})) {
			name = "Enable-SweepRule"
		}
		_, err := w.Write(ctx, cmdlet(name, map[string]any{"Mailbox": s.Target.Account, "Identity": s.Target.ID}))
		return err
	},
	Repeatable: true,
}
