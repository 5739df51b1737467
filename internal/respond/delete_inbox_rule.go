package respond

import (
	"context"
	"encoding/json"
	"maps"

	"evict"
	"evict/internal/m365"
)

// visibleDeletion takes away what Graph shows, and can make it again.
var visibleDeletion = removal{
	list: func(o evict.Object) m365.Call {
		return m365.Call{Op: "list-message-rules", Args: map[string]string{"id": o.Account, "folder": "inbox"}}
	},
	is:   hasID,
	keep: []string{"displayName", "sequence", "isEnabled", "conditions", "actions", "exceptions"},
	remove: func(o evict.Object, before row) m365.Call {
		gone := o
		gone.ID = text(before, "id") // one that an undo made again has another
		return m365.Call{Op: "delete-message-rule", Args: ruleArgs(gone)}
	},
	restore: func(o evict.Object, kept row) m365.Call {
		return m365.Call{Op: "create-message-rule", Args: map[string]string{"id": o.Account, "folder": "inbox"}, Body: maps.Clone(kept)}
	},
}

// hiddenDeletion takes away what only Exchange shows. Nothing makes a hidden rule again.
var hiddenDeletion = removal{
	list: func(o evict.Object) m365.Call {
		return cmdlet("Get-InboxRule", map[string]any{"Mailbox": o.Account, "IncludeHidden": true})
	},
	is:   ruleIs,
	keep: []string{"Name", "RuleIdentity", "Enabled", "Priority", "Description"},
	remove: func(o evict.Object, _ row) m365.Call {
		return cmdlet("Remove-InboxRule", map[string]any{"Mailbox": o.Account, "Identity": o.ID, "AlwaysDeleteOutlookRulesBlob": true, "Force": true, "Confirm": false})
	},
}

// deletion is the one for the object's kind.
func deletion(o evict.Object) removal {
	if o.Kind == hiddenRule {
		return hiddenDeletion
	}
	return visibleDeletion
}

// DeleteInboxRule takes one rule away; the record keeps it whole.
var DeleteInboxRule = &Action{
	ID: "delete-inbox-rule", Rev: 3, Phase: evict.Evict, Procedure: []string{"R3"},
	Title: "Delete the inbox rule",
	Doc: `The rule is recorded whole and deleted: a visible one through Graph, which leaves rules that only Outlook runs alone; a hidden one through Exchange, which destroys
them. Disabling it does as much and keeps it as evidence.
By hand: Outlook on the web of the mailbox, Settings, Mail, Rules; a hidden one has no page: PowerShell.`,
	Shell:   "Remove-InboxRule -Mailbox {account} -Identity {id}",
	Noticed: []string{"the owner, if the rule was his; the attacker, when he looks for mail that no longer comes"},
	Undo:    "the recorded rule is made again, under a new ID; other rules' order may shift",
	Ops:     []string{"list-message-rules", "delete-message-rule", "create-message-rule", "exchange:Get-InboxRule", "exchange:Remove-InboxRule"},
	Inspect: func(ctx context.Context, r Reader, s evict.Step) (json.RawMessage, error) {
		now, err := deletion(s.Target).inspect(ctx, r, s)
		if err != nil {
			return nil, err
		}
		return withOutlookOnly(ctx, r, s.Target, now)
	},
	Plan:    removal{}.plan,
	Apply:   func(ctx context.Context, w Writer, s evict.Step) error { return deletion(s.Target).apply(ctx, w, s) },
	Reached: func(s evict.Step, now json.RawMessage) bool { return deletion(s.Target).reached(s, now) },
	Fresh:   func(s evict.Step, now json.RawMessage) bool { return deletion(s.Target).fresh(s, now) },
	Warn:    warnOfExchange,
	Partly:  outlookOnlyLost,
	Repeats: func(s evict.Step) bool { return same(s.After, null) }, // a rule that is made twice is there twice
	Final: func(o evict.Object) string {
		if o.Kind == hiddenRule {
			return "no interface makes a hidden rule: it is in the record, and can be made again as a visible one by hand"
		}
		return ""
	},
}
