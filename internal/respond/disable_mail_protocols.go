package respond

import (
	"context"
	"encoding/json"

	"evict"
)

// protocols are the ways into a mailbox that the source procedure names, and
// SMTP AUTH, whose switch is turned the other way: true disables it.
var protocols = []string{"OWAEnabled", "MAPIEnabled", "EwsEnabled", "ActiveSyncEnabled", "ImapEnabled", "PopEnabled", "SmtpClientAuthenticationDisabled"}

// DisableMailProtocols closes every way into a mailbox.
var DisableMailProtocols = &Action{
	ID: "disable-mail-protocols", Rev: 1, Phase: evict.Contain, Procedure: []string{"R5"},
	Title: "Disable the mail protocols",
	Doc: `Outlook on the web, MAPI, Exchange Web Services, ActiveSync, IMAP, POP and SMTP AUTH are switched off for the mailbox. An SMTP AUTH setting that
follows the organisation's (null) is recorded as such and comes back as such. Takes up to 60 minutes.
By hand: Exchange admin center, Recipients, Mailboxes, the mailbox, Manage email apps settings.`,
	Shell:   "Set-CASMailbox -Identity {account} -OWAEnabled $false -MAPIEnabled $false -EwsEnabled $false -ActiveSyncEnabled $false -ImapEnabled $false -PopEnabled $false -SmtpClientAuthenticationDisabled $true",
	Noticed: []string{"the owner: no client opens the mailbox; scanners and scripts that send in its name"},
	Undo:    "each switch is set as it was",
	Minutes: 60,
	Ops:     []string{"exchange:Get-CASMailbox", "exchange:Set-CASMailbox"},
	Inspect: func(ctx context.Context, r Reader, s evict.Step) (json.RawMessage, error) {
		return mailboxState(ctx, r, "Get-CASMailbox", s.Target, protocols...)
	},
	Plan:       fixed(row{"OWAEnabled": false, "MAPIEnabled": false, "EwsEnabled": false, "ActiveSyncEnabled": false, "ImapEnabled": false, "PopEnabled": false, "SmtpClientAuthenticationDisabled": true}),
	Apply:      setMailbox("Set-CASMailbox"),
	Repeatable: true,
}
