package collect

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"evict/internal/m365"
)

// A question to the audit log. Only one of the filters is set.
type question struct {
	names      []string // actors
	objects    []string // what was acted upon
	text       string   // anywhere in the record
	operations []string
}

// dangerous are operations by which attackers stay, hide and read, in the whole tenant: what the detectors look for (a test of archtest holds
// it to that), but everyday acts. The names are Microsoft's, with their full stops and dashes; a name of another service than the core directory is
// there with and without the full stop, since none of Microsoft's pages tells which the audit log writes.
// Source: https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities and https://learn.microsoft.com/purview/audit-log-activities.
var dangerous = []string{
	"New-InboxRule", "Set-InboxRule", "Enable-InboxRule", "Remove-InboxRule", "UpdateInboxRules", "New-SweepRule", "Set-SweepRule", "Enable-SweepRule",
	"New-Mailbox", "Enable-Mailbox", "New-MailUser", "Set-User", "Set-MailUser",
	"Set-Mailbox", "Set-CASMailbox", "Add-MailboxPermission", "Add-RecipientPermission", "Add-MailboxFolderPermission", "Set-MailboxFolderPermission",
	"AddFolderPermissions", "ModifyFolderPermissions", "UpdateFolderPermissions", "UpdateCalendarDelegation",
	"Set-MailboxJunkEmailConfiguration", "Set-MailboxAutoReplyConfiguration", "Set-MailboxMessageConfiguration", "New-App",
	"New-TransportRule", "Set-TransportRule", "Enable-TransportRule", "Remove-TransportRule", "New-InboundConnector", "Set-InboundConnector", "New-OutboundConnector", "Set-OutboundConnector",
	"New-JournalRule", "Set-JournalRule", "Enable-JournalRule", "New-RemoteDomain", "Set-RemoteDomain", "New-HostedOutboundSpamFilterPolicy", "Set-HostedOutboundSpamFilterPolicy", "Set-TransportConfig",
	"New-ManagementRoleAssignment", "Add-RoleGroupMember", "Update-RoleGroupMember",
	"Set-AdminAuditLogConfig", "Set-MailboxAuditBypassAssociation", "Set-OrganizationConfig", "New-UnifiedAuditLogRetentionPolicy", "Set-UnifiedAuditLogRetentionPolicy", "Remove-UnifiedAuditLogRetentionPolicy",
	"New-ComplianceSearch", "Start-ComplianceSearch", "New-ComplianceSearchAction", "New-ComplianceCase", "New-MailboxSearch", "CaseAdded", "SearchCreated", "SearchStarted", "SearchPreviewed", "SearchExported", "SearchExportDownloaded",
	"Consent to application.", "Add app role assignment grant to user.", "Add app role assignment to service principal.", "Add delegated permission grant.", "Add OAuth2PermissionGrant.",
	"Add application.", "Update application.", "Add service principal.", "Add service principal credentials.", "Add owner to application.", "Add owner to service principal.", "Update application – Certificates and secrets management ",
	"Add member to role.", "Add eligible member to role.", "Add member to group.", "Add user.", "Delete user.", "Hard Delete user.", "Invite external user.", "Disable account.", "Enable account.",
	"Reset user password.", "Change user password.", "Reset password (by admin)", "Reset password (by admin).", "Reset password (self-service)", "Reset password (self-service).", "Change password (self-service)", "Change password (self-service).",
	"Update user.", "Disable Strong Authentication.", "Create application password for user.",
	"User registered security info", "User registered security info.", "User deleted security info", "User deleted security info.", "Admin registered security info", "Admin registered security info.", "Admin deleted security info", "Admin deleted security info.",
	"Add FIDO2 security key", "Add FIDO2 security key.",
	"Add device.", "Add registered owner to device.", "Register device.", "Set domain authentication.", "Set federation settings on domain.", "Add unverified domain.", "Add verified domain.", "Verify domain.",
	"Add conditional access policy.", "Update conditional access policy.", "Delete conditional access policy.", "Update policy.", "Delete policy.",
	"Update named location", "Update named location.", "Delete named location", "Delete named location.", "Update security defaults", "Update security defaults.",
	"Authentication Methods Policy Update", "Authentication Methods Policy Update.",
	"Add a partner to cross-tenant access setting.", "Update a partner cross-tenant access setting.", "Update the company default cross-tenant access setting.", "Create a partner cross-tenant identity sync setting.", "Update a partner cross-tenant identity sync setting.",
	"Set Company Information.", "Add partner to company.", "Set Partnership.",
	"Event Listed", "Event Delisted",
}

// audit asks three ways for each account, unfiltered by activity: as actor under all its names, as target, and as owner of the mailbox;
// and for the tenant, which operations were dangerous.
func (r *run) audit() []*ask {
	var out []*ask
	for _, a := range r.accounts {
		out = append(out, r.auditOf(a)...)
	}
	if r.in.Depth != Quick {
		out = append(out, r.auditAsk("audit/dangerous", nil, "", question{operations: dangerous}))
	}
	return out
}

func (r *run) auditOf(a *Account) []*ask {
	r.mu.Lock()
	of := *a
	of.Former, of.Aliases = slices.Clone(a.Former), slices.Clone(a.Aliases)
	r.mu.Unlock()
	var out []*ask
	if !of.Opened {
		names := of.names()
		out = append(out,
			r.auditAsk("audit/actor", a, "", question{names: names}),
			r.auditAsk("audit/target", a, "objects", question{objects: names}),
			r.auditAsk("audit/target", a, "text", question{text: of.ID}))
	}
	// A mailbox record names its owner by address and by the mailbox's own GUID; neither can be filtered but as text.
	for _, t := range slices.Concat([]string{of.MailboxGUID, of.UPN}, of.Former) {
		if t != "" {
			out = append(out, r.auditAsk("audit/owner", a, t, question{text: t}))
		}
	}
	return out
}

// auditMore asks again for names that came up after the first questions were put.
func (r *run) auditMore(before map[string][]string) []*ask {
	var out []*ask
	for _, a := range r.accounts {
		var late []string
		for _, n := range a.names() {
			if !slices.Contains(before[a.ID], n) {
				late = append(late, n)
			}
		}
		if len(late) == 0 || a.Opened {
			continue
		}
		out = append(out, r.auditAsk("audit/actor", a, "late "+strings.Join(late, " "), question{names: late}))
		for _, n := range late {
			if !strings.Contains(n, "@") {
				continue // a PUID names no owner
			}
			out = append(out, r.auditAsk("audit/owner", a, n, question{text: n}))
		}
	}
	return out
}

func (r *run) auditAsk(source string, of *Account, what string, q question) *ask {
	a := r.log(source, of, what, r.keptAudit())
	a.ways = []way{r.auditQuery(a, q), r.auditSearch(q)}
	if r.in.Cloud == m365.China.Name {
		a.doubted = func(rows int) string {
			if rows == 0 {
				return "in this cloud the search answers, and with nothing"
			}
			return ""
		}
	}
	if r.in.Depth == Quick {
		a.ways = a.ways[1:] // a query takes minutes
		if week := r.to.Add(-quickAudit); a.from.Before(week) {
			a.from = week
		}
	}
	if source == "audit/actor" {
		a.follow = func(rows []json.RawMessage) []*ask {
			r.learnFromAudit(of, rows)
			return nil
		}
	}
	return a
}

const quickAudit = 7 * 24 * time.Hour

// keptAudit is how long the tenant's plans keep audit records.
func (r *run) keptAudit() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	if slices.ContainsFunc(slices.Concat(r.ownPlans, r.plans), func(p string) bool { return strings.HasPrefix(p, "M365_ADVANCED_AUDITING") }) {
		return keptAuditLonger
	}
	return keptAudit
}

// An auditRow is as much of an audit record as collecting follows.
type auditRow struct{ UserID, UserKey, MailboxOwnerUPN, MailboxGUID string }

// auditData finds the native record in a row of either interface: an object, or a text that holds one.
func auditData(row json.RawMessage) (out auditRow) {
	var top map[string]json.RawMessage
	if json.Unmarshal(row, &top) != nil {
		return out
	}
	data := top["auditData"]
	var s string
	if json.Unmarshal(top["AuditData"], &s) == nil && s != "" {
		data = json.RawMessage(s)
	}
	_ = json.Unmarshal(data, &out)
	return out
}

// learnFromAudit learns the PUID of the account, and which other mailboxes it was in.
func (r *run) learnFromAudit(of *Account, rows []json.RawMessage) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, row := range rows {
		d := auditData(row)
		key, _, _ := strings.Cut(d.UserKey, "@")
		if strings.EqualFold(d.UserID, of.UPN) && isPUID(key) && of.PUID == "" {
			of.PUID = key
		}
		guid := strings.ToLower(d.MailboxGUID)
		mine := slices.ContainsFunc(of.names(), func(n string) bool { return strings.EqualFold(n, d.MailboxOwnerUPN) }) || guid != "" && guid == of.MailboxGUID
		if strings.Contains(d.MailboxOwnerUPN, "@") && !mine {
			r.opened[strings.ToLower(d.MailboxOwnerUPN)] = true
		}
	}
}

// isPUID reports the 16 digits by which older parts of the service name a user.
func isPUID(s string) bool {
	if len(s) != 16 || !strings.HasPrefix(s, "100") {
		return false
	}
	for _, c := range s {
		if (c < '0' || c > '9') && (c < 'A' || c > 'F') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}
