package respond

import (
	"context"
	"encoding/json"

	"evict"
)

// DisableJournalRule switches a journal rule off, which copies mail to an address.
var DisableJournalRule = &Action{
	ID: "disable-journal-rule", Rev: 1, Phase: evict.Evict,
	Title: "Disable the journal rule",
	Doc: `The rule stays, switched off, as evidence. Some journal rules are there by law: ask before.
By hand: Microsoft Purview portal, Data lifecycle management, Exchange (legacy), Journal rules.`,
	Shell: "Disable-JournalRule -Identity {id}",
	Undo:  "the rule is enabled again", Minutes: 60,
	Noticed: []string{"whoever receives the journal; administrators"},
	Ops:     []string{"exchange:Get-JournalRule", "exchange:Disable-JournalRule", "exchange:Enable-JournalRule"},
	Inspect: func(ctx context.Context, r Reader, s evict.Step) (json.RawMessage, error) {
		return named(ctx, r, "Get-JournalRule", s.Target, "Enabled")
	},
	Plan: fixed(row{"Enabled": false}),
	Apply: func(ctx context.Context, w Writer, s evict.Step) error {
		name := "Disable-JournalRule"
		if decoded(s.After)["Enabled"] == true {
			name = "Enable-JournalRule"
		}
		_, err := w.Write(ctx, cmdlet(name, map[string]any{"Identity": s.Target.ID}))
		return err
	},
	Repeatable: true,
}
