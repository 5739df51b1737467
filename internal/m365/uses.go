package m365

import (
	"slices"
	"strings"
)

// A Use is a source of evidence or an action, with the operations that it needs.
type Use struct {
	Name string
	Ops  []string
	// Plans are the beginnings of service plans of which the tenant needs one; empty: none.
	Plans []string
	// Alternative names the use that gives the same where this one can't; "" for none.
	Alternative string
}

// Service plans by the beginnings of their names, since government clouds add endings. The foundation plan of Exchange has no mailbox.
// Source: https://learn.microsoft.com/entra/identity/users/licensing-service-plan-reference.
var (
	premium1 = []string{"AAD_PREMIUM"}
	premium2 = []string{"AAD_PREMIUM_P2"}
	mailPlan = []string{"EXCHANGE_S_"}
)

// hasPlan says whether one of the plans is there.
func hasPlan(plans, wanted []string) bool {
	return slices.ContainsFunc(plans, func(have string) bool {
		return have != "EXCHANGE_S_FOUNDATION" && slices.ContainsFunc(wanted, func(w string) bool { return strings.HasPrefix(have, w) })
	})
}

// Licensed says whether service plans are enough for the use.
func (u Use) Licensed(plans []string) bool { return len(u.Plans) == 0 || hasPlan(plans, u.Plans) }

// Sources of collection, by the names that coverage uses; each needs what resolving an account needs besides.
var Sources = []Use{
	{Name: "accounts", Ops: []string{"list-users", "get-user", "list-domains", "get-domain", "get-federation", "get-organization"}},
	{Name: "licences", Ops: []string{"list-skus", "list-licenses"}},
	{Name: "sign-ins", Ops: []string{"list-sign-ins", "list-sign-ins-beta"}, Plans: premium1},
	{Name: "directory-audits", Ops: []string{"list-directory-audits"}},
	{Name: "risk", Ops: []string{"list-risky-users", "get-risky-user", "list-risk-history", "list-risk-detections"}, Plans: premium2},
	{Name: "audit", Ops: []string{"create-audit-query", "get-audit-query", "list-audit-queries", "list-audit-records"}, Alternative: "audit by cmdlet"},
	{Name: "audit by cmdlet", Ops: []string{"exchange:Search-UnifiedAuditLog"}, Plans: mailPlan},
	{Name: "audit by feed", Ops: []string{"list-subscriptions", "start-subscription", "list-content", "get-content"}, Alternative: "audit"},
	{Name: "audit switches", Ops: []string{"exchange:Get-AdminAuditLogConfig", "exchange:Get-OrganizationConfig", "exchange:Get-MailboxAuditBypassAssociation"}, Plans: mailPlan},
	{Name: "message-trace", Ops: []string{"list-message-traces", "get-message-trace-details"}, Plans: mailPlan, Alternative: "message-trace by cmdlet"},
	{Name: "message-trace by cmdlet", Ops: []string{"exchange:Get-MessageTraceV2", "exchange:Get-MessageTraceDetailV2"}, Plans: mailPlan},
	{Name: "inbox-rules", Ops: []string{"list-message-rules", "exchange:Get-InboxRule", "exchange:Get-SweepRule"}, Plans: mailPlan},
	{Name: "mailbox", Ops: []string{"get-mailbox-settings", "exchange:Get-Mailbox", "exchange:Get-CASMailbox", "exchange:Get-MailboxJunkEmailConfiguration", "exchange:Get-MailboxAutoReplyConfiguration", "exchange:Get-MailboxMessageConfiguration", "exchange:Get-App", "exchange:Get-MobileDevice"}, Plans: mailPlan},
	{Name: "delegates", Ops: []string{"exchange:Get-MailboxPermission", "exchange:Get-RecipientPermission", "exchange:Get-MailboxFolderStatistics", "exchange:Get-MailboxFolderPermission", "exchange:Get-Recipient"}, Plans: mailPlan},
	{Name: "messages", Ops: []string{"list-mail-folders", "list-child-folders", "list-messages"}, Plans: mailPlan},
	{Name: "recoverable-items", Ops: []string{"exchange:Get-RecoverableItems"}, Plans: mailPlan, Alternative: "messages"},
	{Name: "methods", Ops: []string{"list-methods", "get-mfa-requirements", "get-sign-in-preferences", "get-registration-details"}},
	{Name: "devices", Ops: []string{"list-registered-devices", "list-owned-devices", "get-device"}},
	{Name: "consents", Ops: []string{"list-user-grants", "list-grants", "list-user-app-roles", "list-service-principals", "get-service-principal", "list-owned-objects"}},
	{Name: "directory roles", Ops: []string{"list-role-assignments", "list-role-definitions", "list-memberships"}},
	{Name: "eligible roles", Ops: []string{"list-role-eligibilities", "list-role-schedule-instances", "list-group-eligibilities"}, Plans: premium2},
	{Name: "exchange roles", Ops: []string{"exchange:Get-RoleGroup", "exchange:Get-RoleGroupMember", "exchange:Get-ManagementRoleAssignment"}, Plans: mailPlan},
	{Name: "compliance roles", Ops: []string{"compliance:Get-RoleGroup", "compliance:Get-RoleGroupMember"}},
	{Name: "mail flow", Ops: []string{"exchange:Get-TransportRule", "exchange:Get-InboundConnector", "exchange:Get-OutboundConnector", "exchange:Get-JournalRule", "exchange:Get-RemoteDomain", "exchange:Get-HostedOutboundSpamFilterPolicy", "exchange:Get-AcceptedDomain", "exchange:Get-TransportConfig"}, Plans: mailPlan},
	{Name: "restricted senders", Ops: []string{"exchange:Get-BlockedSenderAddress"}, Plans: mailPlan},
	{Name: "policies", Ops: []string{"list-conditional-access", "list-named-locations", "get-methods-policy", "get-authorization-policy", "get-security-defaults"}},
}

// Actions of the response: what the preflight tries and the registration grants. Each operation of package respond's actions belongs here, or into Recalls.
var Actions = []Use{
	{Name: "block sign-in", Ops: []string{"get-user", "block-sign-in"}},
	{Name: "revoke sessions", Ops: []string{"get-user", "revoke-sessions"}},
	{Name: "reset password", Ops: []string{"get-user", "get-domain", "set-password"}},
	{Name: "delete methods", Ops: []string{"list-methods", "set-sign-in-preferences", "delete-email-method", "delete-external-method", "delete-fido2-method", "delete-microsoft-authenticator-method", "delete-phone-method", "delete-platform-credential-method", "delete-software-oath-method", "delete-temporary-access-pass-method", "delete-windows-hello-for-business-method", "delete-hardware-oath-method", "delete-qr-code-pin-method"}},
	{Name: "delete app passwords", Ops: []string{"get-mfa-requirements", "set-mfa-requirements", "list-directory-audits"}},
	{Name: "require second factor", Ops: []string{"get-mfa-requirements", "set-mfa-requirements", "list-conditional-access", "get-security-defaults", "list-memberships"}},
	{Name: "remove forwarding", Ops: []string{"exchange:Get-Mailbox", "exchange:Set-Mailbox"}, Plans: mailPlan},
	{Name: "restore outbound policy", Ops: []string{"exchange:Get-HostedOutboundSpamFilterPolicy", "exchange:Set-HostedOutboundSpamFilterPolicy", "exchange:Get-RemoteDomain", "exchange:Set-RemoteDomain"}, Plans: mailPlan},
	{Name: "disable and delete rules", Ops: []string{"list-message-rules", "update-message-rule", "delete-message-rule", "create-message-rule", "exchange:Get-InboxRule", "exchange:Disable-InboxRule", "exchange:Enable-InboxRule", "exchange:Remove-InboxRule", "exchange:Get-SweepRule", "exchange:Disable-SweepRule", "exchange:Enable-SweepRule"}, Plans: mailPlan},
	{Name: "block protocols", Ops: []string{"exchange:Get-CASMailbox", "exchange:Set-CASMailbox"}, Plans: mailPlan},
	{Name: "remove delegates", Ops: []string{"exchange:Get-Mailbox", "exchange:Set-Mailbox", "exchange:Get-MailboxPermission", "exchange:Remove-MailboxPermission", "exchange:Add-MailboxPermission", "exchange:Get-RecipientPermission", "exchange:Remove-RecipientPermission", "exchange:Add-RecipientPermission", "exchange:Get-MailboxFolderPermission", "exchange:Remove-MailboxFolderPermission", "exchange:Add-MailboxFolderPermission"}, Plans: mailPlan},
	{Name: "restore mailbox settings", Ops: []string{"exchange:Get-MailboxJunkEmailConfiguration", "exchange:Set-MailboxJunkEmailConfiguration", "exchange:Get-MailboxAutoReplyConfiguration", "exchange:Set-MailboxAutoReplyConfiguration", "exchange:Get-MailboxMessageConfiguration", "exchange:Set-MailboxMessageConfiguration"}, Plans: mailPlan},
	{Name: "switch add-ins off", Ops: []string{"exchange:Get-App", "exchange:Disable-App", "exchange:Enable-App"}, Plans: mailPlan},
	{Name: "remove directory roles", Ops: []string{"list-role-assignments", "delete-role-assignment", "create-role-assignment"}},
	{Name: "remove eligible roles", Ops: []string{"list-role-eligibilities", "request-role-eligibility"}, Plans: premium2},
	// A group that bears a role wants the permission of role assignments as well. Source: group-delete-members.
	{Name: "remove group membership", Ops: []string{"list-group-members", "remove-group-member", "add-group-member", "delete-role-assignment"}},
	{Name: "remove exchange roles", Ops: []string{"exchange:Get-RoleGroupMember", "exchange:Remove-RoleGroupMember", "exchange:Add-RoleGroupMember"}, Plans: mailPlan},
	{Name: "remove compliance roles", Ops: []string{"compliance:Get-RoleGroupMember", "compliance:Remove-RoleGroupMember", "compliance:Add-RoleGroupMember"}},
	{Name: "remove consents", Ops: []string{"list-user-grants", "list-grants", "delete-grant", "create-grant", "list-user-app-roles", "delete-user-app-role", "create-user-app-role"}},
	{Name: "disable application", Ops: []string{"get-service-principal", "update-service-principal"}},
	{Name: "remove application secrets", Ops: []string{"get-application", "update-application", "remove-application-password", "get-service-principal", "update-service-principal", "remove-principal-password"}},
	{Name: "remove sharing links", Ops: []string{"get-shared-item", "list-item-permissions", "delete-item-permission"}},
	{Name: "disable device", Ops: []string{"get-device", "update-device"}},
	{Name: "remove mobile device", Ops: []string{"exchange:Get-MobileDevice", "exchange:Remove-MobileDevice"}, Plans: mailPlan},
	{Name: "disable mail flow rule", Ops: []string{"exchange:Get-TransportRule", "exchange:Disable-TransportRule", "exchange:Enable-TransportRule", "exchange:Get-JournalRule", "exchange:Disable-JournalRule", "exchange:Enable-JournalRule"}, Plans: mailPlan},
	{Name: "disable connector", Ops: []string{"exchange:Get-InboundConnector", "exchange:Set-InboundConnector", "exchange:Get-OutboundConnector", "exchange:Set-OutboundConnector"}, Plans: mailPlan},
	{Name: "restore auditing", Ops: []string{"exchange:Get-AdminAuditLogConfig", "exchange:Set-AdminAuditLogConfig", "exchange:Get-OrganizationConfig", "exchange:Set-OrganizationConfig", "exchange:Get-Mailbox", "exchange:Set-Mailbox", "exchange:Get-MailboxAuditBypassAssociation", "exchange:Set-MailboxAuditBypassAssociation"}, Plans: mailPlan},
	{Name: "unblock sending", Ops: []string{"exchange:Get-BlockedSenderAddress", "exchange:Remove-BlockedSenderAddress"}, Plans: mailPlan},
	{Name: "return hidden mail", Ops: []string{"get-mail-folder", "find-messages", "list-messages", "move-message"}, Plans: mailPlan},
	{Name: "restore profile", Ops: []string{"get-user", "update-user"}},
	{Name: "confirm compromised", Ops: []string{"get-risky-user", "confirm-compromised", "dismiss-risk"}, Plans: premium2},
}

// Recalls are what moves mail in mailboxes of people who are in nobody's hands: for a
// registration of its own, which Exchange's role-based access control for applications limits to those mailboxes.
var Recalls = []Use{
	{Name: "recall internal phish", Ops: []string{"list-mail-folders", "get-mail-folder", "find-messages", "list-messages", "create-mail-folder", "move-message"}, Plans: mailPlan},
}

// Resource of a service: the application that its permissions belong to.
func (s Service) Resource() string {
	switch s {
	case GraphV1, GraphBeta:
		return "00000003-0000-0000-c000-000000000000" // Microsoft Graph
	case Exchange, Compliance:
		return "00000002-0000-0ff1-ce00-000000000000" // Office 365 Exchange Online
	case Activity:
		return "c5393580-f805-4401-95e8-94b7a6ef2fc2" // Office 365 Management APIs
	}
	return ""
}
