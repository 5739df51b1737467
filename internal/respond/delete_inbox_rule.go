package respond

import (
	"maps"

	"evict"
	"evict/internal/m365"
)

// DeleteInboxRule takes one visible rule away; the record keeps it whole.
var DeleteInboxRule = removal{
	list: func(o evict.Object) m365.Call {
		return m365.Call{Op: "list-message-rules", Args: map[string]string{"id": o.Account, "folder": "inbox"}}
	},
	is:   hasID,
	keep: []string{"displayName", "sequence", "isEnabled", "conditions", "actions", "exceptions"},
	remove: func(o evict.Object, _ row) m365.Call {
		return m365.Call{Op: "delete-message-rule", Args: ruleArgs(o)}
	},
	restore: func(o evict.Object, kept row) m365.Call {
		return m365.Call{Op: "create-message-rule", Args: map[string]string{"id": o.Account, "folder": "inbox"}, Body: maps.Clone(kept)}
	},
}.build(Action{
	ID: "delete-inbox-rule", Rev: 1, Phase: evict.Evict, Procedure: []string{"R3"},
	Title: "Delete the inbox rule",
	Doc: `The rule is recorded whole and deleted through Graph, which leaves rules that only Outlook runs alone. Disabling it does as much and keeps it as evidence.
By hand: Outlook on the web of the mailbox, Settings, Mail, Rules.`,
	Shell:   "Remove-InboxRule -Mailbox {account} -Identity {id}",
	Noticed: []string{"the owner, if the rule was his; the attacker, when he looks for mail that no longer comes"},
	Undo:    "the recorded rule is made again, under a new ID; other rules' order may shift",
	Ops:     []string{"list-message-rules", "delete-message-rule", "create-message-rule"},
})
