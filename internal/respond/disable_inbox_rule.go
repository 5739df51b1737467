package respond

import (
	"encoding/json"

	"evict"
)

// DisableInboxRule switches one rule off and keeps it for the record.
var DisableInboxRule = &Action{
	ID: "disable-inbox-rule", Rev: 2, Phase: evict.Evict, Procedure: []string{"R3"},
	Title: "Disable the inbox rule",
	Doc: `The rule stays in the mailbox, switched off, as evidence. A hidden rule can only be written through Exchange, which destroys every rule that only
Outlook runs: the step records them, and the plan says that they do not come back.
By hand: Outlook on the web of the mailbox, Settings, Mail, Rules; a hidden one is in no list there, and only the command reaches it.`,
	Shell:      "Disable-InboxRule -Mailbox {account} -Identity {id}",
	Noticed:    []string{"the owner, if the rule was his; the attacker, when he looks for mail that no longer comes"},
	Undo:       "the rule is switched on again",
	Ops:        []string{"list-message-rules", "update-message-rule", "exchange:Get-InboxRule", "exchange:Disable-InboxRule", "exchange:Enable-InboxRule"},
	Inspect:    inspectRuleSwitch,
	Plan:       fixed(row{"enabled": false}),
	Apply:      applyRuleSwitch,
	Warn:       warnOfExchange,
	Partly:     outlookOnlyLost,
	Reached:    func(s evict.Step, now json.RawMessage) bool { return enabledAs(s.After, now) },
	Fresh:      func(s evict.Step, now json.RawMessage) bool { return enabledAs(s.Before, now) },
	Repeatable: true,
}
