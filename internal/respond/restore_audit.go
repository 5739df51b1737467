package respond

import (
	"context"
	"encoding/json"
	"fmt"

	"evict"
)

// Kinds of what an intruder switches off so that nothing is recorded. The
// object of a mailbox's kinds is the account; the others are the tenant's.
const (
	auditLog          = "audit-log"          // recording into the unified audit log
	organizationAudit = "organization-audit" // mailbox auditing of the whole organization
	mailboxAudit      = "mailbox-audit"      // what is recorded of one mailbox
	auditBypass       = "audit-bypass"       // an account whose acts in mailboxes are not recorded
)

// auditSwitch is where one kind is read and set, and what makes it record.
type auditSwitch struct {
	get, set string
	names    []string
	wholly   row // the properties that have one good value
}

var auditSwitches = map[string]auditSwitch{
	auditLog:          {"Get-AdminAuditLogConfig", "Set-AdminAuditLogConfig", []string{"UnifiedAuditLogIngestionEnabled"}, row{"UnifiedAuditLogIngestionEnabled": true}},
	organizationAudit: {"Get-OrganizationConfig", "Set-OrganizationConfig", []string{"AuditDisabled"}, row{"AuditDisabled": false}},
	mailboxAudit:      {"Get-Mailbox", "Set-Mailbox", []string{"AuditEnabled", "AuditOwner", "AuditDelegate", "AuditAdmin"}, row{"AuditEnabled": true}},
	auditBypass:       {"Get-MailboxAuditBypassAssociation", "Set-MailboxAuditBypassAssociation", []string{"AuditBypassEnabled"}, row{"AuditBypassEnabled": false}},
}

// RestoreAudit switches recording on again.
var RestoreAudit = &Action{
	ID: "restore-audit", Rev: 1, Phase: evict.Evict,
	Title: "Switch auditing on again",
	Doc: `The unified audit log, the organization's or a mailbox's auditing, or an account's exemption from it. What was done while nothing was recorded stays unknown.
The lists of recorded acts of a mailbox come back only where they are known from before.
By hand: Microsoft Purview portal, Audit, Start recording user and admin activity; a mailbox's and an account's have no page: PowerShell.`,
	Shell:   "Set-AdminAuditLogConfig -UnifiedAuditLogIngestionEnabled $true # mailbox: Set-Mailbox {account} -AuditEnabled $true; exemption: Set-MailboxAuditBypassAssociation {account} -AuditBypassEnabled $false",
	Undo:    "it is set as it was found",
	Noticed: []string{"nobody; administrators see it in the audit log"},
	Minutes: 60,
	Ops: []string{"exchange:Get-AdminAuditLogConfig", "exchange:Set-AdminAuditLogConfig", "exchange:Get-OrganizationConfig", "exchange:Set-OrganizationConfig", "exchange:Get-Mailbox",
		"exchange:Set-Mailbox", "exchange:Get-MailboxAuditBypassAssociation", "exchange:Set-MailboxAuditBypassAssociation"},
	Inspect: func(ctx context.Context, r Reader, s evict.Step) (json.RawMessage, error) {
		a, params, err := auditCall(s.Target)
		if err != nil {
			return nil, err
		}
		found, err := single(ctx, r, cmdlet(a.get, params))
		if err != nil || found == nil {
			return null, err
		}
		picked, err := pick(a.get, found, a.names...)
		return state(picked), err
	},
	Wants: "for a mailbox: AuditOwner, AuditDelegate and AuditAdmin from before first trouble, by these names",
	Plan: func(before, want json.RawMessage) (json.RawMessage, error) {
		after := decoded(before)
		old := decoded(want)
		for name := range after {
			for _, a := range auditSwitches {
				if good, ok := a.wholly[name]; ok {
					after[name] = good
				}
			}
			if value, ok := old[name]; ok && name != "AuditEnabled" {
				after[name] = value
			}
		}
		if same(before, state(after)) {
			return nil, ErrAlready
		}
		return state(after), nil
	},
	Apply: func(ctx context.Context, w Writer, s evict.Step) error {
		a, params, err := auditCall(s.Target)
		if err != nil {
			return err
		}
		for name, value := range changed(s) {
			params[name] = value
		}
		_, err = w.Write(ctx, cmdlet(a.set, params))
		return err
	},
	Repeatable: true,
}

// auditCall is the switch of an object and the parameters that name it.
func auditCall(o evict.Object) (auditSwitch, map[string]any, error) {
	a, ok := auditSwitches[o.Kind]
	if !ok {
		return a, nil, fmt.Errorf("auditing has no switch of the kind %q", o.Kind)
	}
	params := map[string]any{}
	if o.Account != "" {
		params["Identity"] = o.Account
	}
	return a, params, nil
}
