package respond

import (
	"context"
	"encoding/json"

	"evict"
)

// DisableTransportRule switches a mail flow rule of the organisation off.
var DisableTransportRule = &Action{
	ID: "disable-transport-rule", Rev: 1, Phase: evict.Evict,
	Title: "Disable the transport rule",
	Doc: `The rule stays, switched off, as evidence.
By hand: Exchange admin center, Mail flow, Rules.`,
	Shell:   "Disable-TransportRule -Identity {id}",
	Noticed: []string{"whoever the rule's mail went to; administrators"},
	Undo:    "the rule is enabled again", Minutes: 60,
	Ops: []string{"exchange:Get-TransportRule", "exchange:Disable-TransportRule", "exchange:Enable-TransportRule"},
	Inspect: func(ctx context.Context, r Reader, s evict.Step) (json.RawMessage, error) {
		return named(ctx, r, "Get-TransportRule", s.Target, "State")
	},
	Plan: fixed(row{"State": "Disabled"}),
	Apply: func(ctx context.Context, w Writer, s evict.Step) error {
		name := "Disable-TransportRule"
		if text(decoded(s.After), "State") == "Enabled" {
			name = "Enable-TransportRule"
		}
		_, err := w.Write(ctx, cmdlet(name, map[string]any{"Identity": s.Target.ID}))
		return err
	},
	Repeatable: true,
}
