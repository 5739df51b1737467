package respond

import (
	"context"
	"encoding/json"

	"evict"
)

// setting is an action that gives a mailbox's settings the values from before
// first trouble, or a fixed one.
func setting(a Action, get, set string, plan func(before, want json.RawMessage) (json.RawMessage, error), properties ...string) *Action {
	a.Inspect = func(ctx context.Context, r Reader, s evict.Step) (json.RawMessage, error) {
		return mailboxState(ctx, r, get, s.Target, properties...)
	}
	a.Plan, a.Apply, a.Repeatable = plan, setMailbox(set), true
	a.Ops = []string{"exchange:" + get, "exchange:" + set}
	return &a
}

// DisableAutoReply switches an automatic reply off.
var DisableAutoReply = setting(Action{
	ID: "disable-auto-reply", Rev: 1, Phase: evict.Evict,
	Title: "Switch the automatic reply off",
	Doc: `The texts stay, switched off.
By hand: Exchange admin center, Recipients, Mailboxes, the mailbox, Automatic replies.`,
	Shell:   "Set-MailboxAutoReplyConfiguration -Identity {account} -AutoReplyState Disabled",
	Noticed: []string{"the owner; who writes to the mailbox gets no answer"},
	Undo:    "the reply is switched on again with the recorded texts",
}, "Get-MailboxAutoReplyConfiguration", "Set-MailboxAutoReplyConfiguration", switchedOff, "AutoReplyState", "InternalMessage", "ExternalMessage", "ExternalAudience")

// switchedOff keeps the texts and disables.
func switchedOff(before, _ json.RawMessage) (json.RawMessage, error) {
	now := decoded(before)
	if now == nil || text(now, "AutoReplyState") == "Disabled" {
		return nil, ErrAlready
	}
	now["AutoReplyState"] = "Disabled"
	return state(now), nil
}

// signatureFromBefore is the one that is known, or none: an unknown one is switched off, for the intruder's goes out with every mail.
func signatureFromBefore(before, want json.RawMessage) (json.RawMessage, error) {
	now := decoded(before)
	if len(decoded(want)) > 0 || now == nil {
		return restored(before, want)
	}
	if now["AutoAddSignature"] != true && now["AutoAddSignatureOnReply"] != true {
		return nil, ErrAlready
	}
	now["AutoAddSignature"], now["AutoAddSignatureOnReply"] = false, false
	return state(now), nil
}

// RestoreSignature puts the signature from before first trouble back.
var RestoreSignature = setting(Action{
	ID: "restore-signature", Rev: 1, Phase: evict.Recover, Procedure: []string{"R7"},
	Title: "Restore the signature",
	Doc: `The signature from before first trouble, where a record has it; else the one that was found is switched off, and its text stays for the owner to look at.
Without effect where roaming signatures are on (the default): those have no interface, and the owner looks at his signature himself.
By hand: Outlook on the web of the mailbox, Settings, Mail, Compose and reply.`,
	Shell:   "Set-MailboxMessageConfiguration -Identity {account} -SignatureHtml … -AutoAddSignature $true",
	Noticed: []string{"the owner, and who gets his mail"},
	Undo:    "the signature that was found is set again",
	Wants:   "SignatureHtml, SignatureText, AutoAddSignature and AutoAddSignatureOnReply from before first trouble",
	Warn: func(evict.Step) []string {
		return []string{"without effect where roaming signatures are on, which is the default: the owner looks at his signature himself"}
	},
}, "Get-MailboxMessageConfiguration", "Set-MailboxMessageConfiguration", signatureFromBefore, "SignatureHtml", "SignatureText", "AutoAddSignature", "AutoAddSignatureOnReply")

// RestoreJunkSettings puts the lists of blocked and trusted senders back.
var RestoreJunkSettings = setting(Action{
	ID: "restore-junk-settings", Rev: 1, Phase: evict.Evict,
	Title: "Restore the lists of blocked and trusted senders",
	Doc: `Intruders block a colleague or the bank so that their mail is not seen.
By hand: Outlook on the web of the mailbox, Settings, Mail, Junk email.`,
	Shell:   "Set-MailboxJunkEmailConfiguration -Identity {account} -BlockedSendersAndDomains … -TrustedSendersAndDomains …",
	Noticed: []string{"the owner: mail of the blocked senders comes again"},
	Undo:    "the lists that were found are set again",
	Wants:   "Enabled, TrustedSendersAndDomains, BlockedSendersAndDomains and ContactsTrusted from before first trouble",
}, "Get-MailboxJunkEmailConfiguration", "Set-MailboxJunkEmailConfiguration", restored, "Enabled", "TrustedSendersAndDomains", "BlockedSendersAndDomains", "ContactsTrusted")

// Preserve keeps deleted items for 30 days on every licence.
var Preserve = setting(Action{
	ID: "preserve", Rev: 1, Phase: evict.Evict,
	Title: "Keep deleted items for 30 days",
	Doc: `Deleted items stay recoverable for 30 days and single item recovery is on, on every licence. A litigation hold needs a plan that has it and up to 240 minutes;
it is set by hand where wanted. Containment never waits for this.
By hand: the admin centers have no page for it: Exchange Online PowerShell.`,
	Shell:   "Set-Mailbox -Identity {account} -RetainDeletedItemsFor 30.00:00:00 -SingleItemRecoveryEnabled $true",
	Noticed: []string{"nobody"},
	Undo:    "the retention of deleted items and single item recovery are set as they were found",
	Minutes: 240,
}, "Get-Mailbox", "Set-Mailbox", fixed(row{"RetainDeletedItemsFor": "30.00:00:00", "SingleItemRecoveryEnabled": true}), "RetainDeletedItemsFor", "SingleItemRecoveryEnabled")

// HoldMailbox keeps everything in a mailbox, where the licence has it.
var HoldMailbox = setting(Action{
	ID: "hold-mailbox", Rev: 1, Phase: evict.Evict,
	Title: "Put the mailbox on litigation hold",
	Doc: `Nothing can be deleted for good until the hold is lifted. It takes up to 240 minutes and needs a plan that has it; containment never waits for it. Who lifts it, and
when, is a lawyer's question.
By hand: Exchange admin center, Recipients, Mailboxes, the mailbox, Others, Manage litigation hold.`,
	Shell:   "Set-Mailbox -Identity {account} -LitigationHoldEnabled $true",
	Noticed: []string{"nobody"},
	Undo:    "the hold is lifted",
	Minutes: 240,
	Plans:   []string{"EXCHANGE_S_ENTERPRISE", "EXCHANGE_S_ARCHIVE"},
}, "Get-Mailbox", "Set-Mailbox", fixed(row{"LitigationHoldEnabled": true}), "LitigationHoldEnabled")

// RestoreListing shows a mailbox in the address lists again.
var RestoreListing = setting(Action{
	ID: "restore-listing", Rev: 1, Phase: evict.Recover, Procedure: []string{"R7"},
	Title: "Show the mailbox in the address lists again",
	Doc: `An intruder hides a mailbox so that colleagues do not find the true one beside his.
By hand: Exchange admin center, Recipients, Mailboxes, the mailbox, General, Hide from global address list.`,
	Shell:   "Set-Mailbox -Identity {account} -HiddenFromAddressListsEnabled $false",
	Noticed: []string{"everybody who looks the person up"},
	Undo:    "the mailbox is hidden again",
}, "Get-Mailbox", "Set-Mailbox", fixed(row{"HiddenFromAddressListsEnabled": false}), "HiddenFromAddressListsEnabled")

// RestoreMailProtocols opens the ways into a mailbox again that its owner uses.
var RestoreMailProtocols = setting(Action{
	ID: "restore-mail-protocols", Rev: 1, Phase: evict.Recover, Procedure: []string{"R5"},
	Title: "Enable the mail protocols that the owner uses",
	Doc: `Sets the switches as they were before containment, but for IMAP, POP and SMTP AUTH, which stay off unless the owner used them. It is no undo of disable-mail-protocols.
By hand: Exchange admin center, Recipients, Mailboxes, the mailbox, Manage email apps settings.`,
	Shell:   "Set-CASMailbox -Identity {account} -OWAEnabled $true -MAPIEnabled $true -EwsEnabled $true -ActiveSyncEnabled $true",
	Noticed: []string{"the owner: his clients open the mailbox again"},
	Undo:    "each switch is set as it was found",
	Minutes: 60,
	Wants:   "the switches by their names in Get-CASMailbox: those of the recorded state, with ImapEnabled and PopEnabled false and SmtpClientAuthenticationDisabled true unless the owner used them",
}, "Get-CASMailbox", "Set-CASMailbox", restored, protocols...)
