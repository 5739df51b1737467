package respond

import (
	"context"
	"encoding/json"

	"evict"
)

// RemoveForwarding takes a mailbox's forwarding away, both kinds.
var RemoveForwarding = &Action{
	ID: "remove-forwarding", Rev: 1, Phase: evict.Evict, Procedure: []string{"R2"},
	Title: "Remove the mailbox's forwarding",
	Doc: `Clears the SMTP address, the directory recipient (which wins where both are set) and the deliver-and-forward flag. Forwarding by an inbox rule is another step.
By hand: Exchange admin center, Recipients, Mailboxes, the mailbox, Manage mail flow settings, Email forwarding.`,
	Shell:   "Set-Mailbox -Identity {account} -ForwardingAddress $null -ForwardingSmtpAddress $null -DeliverToMailboxAndForward $false",
	Noticed: []string{"whoever received the forwarded mail"},
	Undo:    "the recorded addresses are set again",
	Ops:     []string{"exchange:Get-Mailbox", "exchange:Set-Mailbox"},
	Inspect: func(ctx context.Context, r Reader, s evict.Step) (json.RawMessage, error) {
		return mailboxState(ctx, r, "Get-Mailbox", s.Target, "ForwardingAddress", "ForwardingSmtpAddress", "DeliverToMailboxAndForward")
	},
	Plan:       fixed(row{"ForwardingAddress": nil, "ForwardingSmtpAddress": nil, "DeliverToMailboxAndForward": false}),
	Apply:      setMailbox("Set-Mailbox"),
	Repeatable: true,
}
