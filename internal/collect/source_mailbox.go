package collect

import (
	"encoding/json"
	"strings"
)

// noMailbox is what it means that a mailbox's object is not found.
const noMailbox = "the account has no mailbox here"

// mailbox reads the settings of a mailbox that an attacker changes and the response can set back.
func (r *run) mailbox(a *Account) []*ask {
	box := func(source, op string) *ask {
		x := present(source, a, strings.TrimPrefix(op, "exchange:"), cmdlet(op, a, map[string]any{"Identity": a.ID}))
		x.absent = noMailbox
		return x
	}
	of := func(source, op string) *ask {
		x := present(source, a, "", cmdlet(op, a, map[string]any{"Mailbox": a.ID}))
		x.absent = noMailbox
		return x
	}
	own := box("mailbox", "exchange:Get-Mailbox")
	own.follow = func(rows []json.RawMessage) []*ask {
		r.learnMailbox(a, rows)
		return nil
	}
	settings := present("mailbox-settings", a, "", graph("get-mailbox-settings", a.arg(), nil))
	settings.absent = noMailbox
	return []*ask{
		own,
		box("protocols", "exchange:Get-CASMailbox"),
		box("audit-switches", "exchange:Get-MailboxAuditBypassAssociation"),
		box("junk", "exchange:Get-MailboxJunkEmailConfiguration"),
		box("auto-reply", "exchange:Get-MailboxAutoReplyConfiguration"),
		box("signature", "exchange:Get-MailboxMessageConfiguration"),
		of("add-ins", "exchange:Get-App"),
		of("mobile-devices", "exchange:Get-MobileDevice"),
		settings,
	}
}

// learnMailbox takes from Get-Mailbox the names by which its records call the mailbox and its owner.
func (r *run) learnMailbox(a *Account, rows []json.RawMessage) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, row := range rows {
		if s := strings.ToLower(text(row, "ExchangeGuid")); isGUID(s) {
			a.MailboxGUID = s
		}
		if s := text(row, "NetID"); s != "" {
			a.PUID = s
		}
		if a.UPN == "" {
			a.UPN = text(row, "UserPrincipalName")
		}
	}
}
