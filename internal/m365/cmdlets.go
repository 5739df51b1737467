package m365

import "strings"

// cmdletRows: name, parameters that we may send (of those that the service knows), the least role, class, service.
var cmdletRows = []struct {
	name, params, role string
	class              Class
	service            Service
}{
	{"Get-AcceptedDomain", "ResultSize", "View-Only Configuration", Read, Exchange},
	{"Get-AdminAuditLogConfig", "", "View-Only Audit Logs", Read, Exchange},
	{"Get-App", "Mailbox", "View-Only Recipients", Read, Exchange},
	{"Get-ApplicationAccessPolicy", "", "View-Only Configuration", Read, Exchange},
	{"Get-AuthenticationPolicy", "Identity", "View-Only Configuration", Read, Exchange},
	{"Get-BlockedSenderAddress", "SenderAddress", "Transport Hygiene", Read, Exchange},
	{"Get-CASMailbox", "Identity ResultSize", "View-Only Recipients", Read, Exchange},
	{"Get-CalendarProcessing", "Identity", "View-Only Recipients", Read, Exchange},
	{"Get-HostedContentFilterPolicy", "Identity", "View-Only Configuration", Read, Exchange},
	{"Get-HostedOutboundSpamFilterPolicy", "Identity", "View-Only Configuration", Read, Exchange},
	{"Get-HostedOutboundSpamFilterRule", "Identity", "View-Only Configuration", Read, Exchange},
	{"Get-InboundConnector", "Identity ResultSize", "View-Only Configuration", Read, Exchange},
	{"Get-InboxRule", "Mailbox Identity IncludeHidden ResultSize", "Mail Recipients", Read, Exchange},
	{"Get-JournalRule", "Identity", "View-Only Configuration", Read, Exchange},
	{"Get-Mailbox", "Identity ResultSize Filter RecipientTypeDetails SoftDeletedMailbox IncludeInactiveMailbox", "View-Only Recipients", Read, Exchange},
	{"Get-MailboxAuditBypassAssociation", "Identity ResultSize", "View-Only Configuration", Read, Exchange},
	{"Get-MailboxAutoReplyConfiguration", "Identity", "View-Only Recipients", Read, Exchange},
	{"Get-MailboxFolderPermission", "Identity ResultSize User", "View-Only Recipients", Read, Exchange},
	{"Get-MailboxFolderStatistics", "Identity FolderScope IncludeOldestAndNewestItems ResultSize", "View-Only Recipients", Read, Exchange},
	{"Get-MailboxJunkEmailConfiguration", "Identity", "View-Only Recipients", Read, Exchange},
	{"Get-MailboxMessageConfiguration", "Identity SignatureName", "View-Only Recipients", Read, Exchange},
	{"Get-MailboxPermission", "Identity ResultSize User", "View-Only Recipients", Read, Exchange},
	{"Get-MailboxRegionalConfiguration", "Identity", "View-Only Recipients", Read, Exchange},
	{"Get-MailboxStatistics", "Identity", "View-Only Recipients", Read, Exchange},
	{"Get-ManagementRoleAssignment", "Identity RoleAssignee Role GetEffectiveUsers", "View-Only Configuration", Read, Exchange},
	{"Get-MessageTraceV2", "StartDate EndDate SenderAddress RecipientAddress MessageId MessageTraceId ResultSize StartingRecipientAddress Status Subject SubjectFilterType FromIP ToIP", "Message Tracking", Read, Exchange},
	{"Get-MessageTraceDetailV2", "MessageTraceId RecipientAddress", "Message Tracking", Read, Exchange},
	{"Get-MobileDevice", "Identity Mailbox ResultSize", "View-Only Recipients", Read, Exchange},
	{"Get-MobileDeviceStatistics", "Identity Mailbox", "View-Only Recipients", Read, Exchange},
	{"Get-OrganizationConfig", "", "View-Only Configuration", Read, Exchange},
	{"Get-OutboundConnector", "Identity ResultSize", "View-Only Configuration", Read, Exchange},
	{"Get-OwaMailboxPolicy", "Identity", "View-Only Configuration", Read, Exchange},
	{"Get-QuarantineMessage", "StartReceivedDate EndReceivedDate SenderAddress RecipientAddress Page PageSize", "Transport Hygiene", Read, Exchange},
	{"Get-Recipient", "Identity ResultSize Filter RecipientTypeDetails", "View-Only Recipients", Read, Exchange},
	{"Get-RecipientPermission", "Identity ResultSize Trustee", "View-Only Recipients", Read, Exchange},
	{"Get-RecoverableItems", "Identity SourceFolder FilterStartTime FilterEndTime FilterItemType ResultSize SubjectContains", "Mailbox Import Export", Read, Exchange},
	{"Get-RemoteDomain", "Identity ResultSize", "View-Only Configuration", Read, Exchange},
	{"Get-SweepRule", "Mailbox Identity Provider ResultSize", "Mail Recipients", Read, Exchange},
	{"Get-TenantAllowBlockListItems", "ListType Block Allow", "Transport Hygiene", Read, Exchange},
	{"Get-TransportConfig", "", "View-Only Configuration", Read, Exchange},
	{"Get-TransportRule", "Identity State ResultSize", "View-Only Configuration", Read, Exchange},
	{"Get-UnifiedGroup", "Identity ResultSize", "View-Only Recipients", Read, Exchange},
	{"Get-User", "Identity ResultSize", "View-Only Recipients", Read, Exchange},
	{"Search-UnifiedAuditLog", "StartDate EndDate UserIds ObjectIds Operations RecordType IPAddresses FreeText SessionId SessionCommand ResultSize HighCompleteness", "View-Only Audit Logs", Read, Exchange},
	{"Add-MailboxFolderPermission", "Identity User AccessRights SharingPermissionFlags", "Mail Recipients", Write, Exchange},
	{"Add-MailboxPermission", "Identity User AccessRights InheritanceType AutoMapping Deny Confirm", "Mail Recipients", Write, Exchange},
	{"Add-RecipientPermission", "Identity Trustee AccessRights Confirm", "Mail Recipients", Write, Exchange},
	{"Clear-MobileDevice", "Identity AccountOnly Cancel Confirm", "Mail Recipients", Write, Exchange},
	{"Disable-InboxRule", "Mailbox Identity AlwaysDeleteOutlookRulesBlob Force Confirm", "Mail Recipients", Write, Exchange},
	{"Disable-SweepRule", "Mailbox Identity Confirm", "Mail Recipients", Write, Exchange},
	{"Disable-TransportRule", "Identity Confirm", "Transport Rules", Write, Exchange},
	{"Disable-App", "Identity Mailbox Confirm", "Mail Recipients", Write, Exchange},
	{"Disable-JournalRule", "Identity Confirm", "Journaling", Write, Exchange},
	{"Enable-App", "Identity Mailbox Confirm", "Mail Recipients", Write, Exchange},
	{"Enable-InboxRule", "Mailbox Identity AlwaysDeleteOutlookRulesBlob Force Confirm", "Mail Recipients", Write, Exchange},
	{"Enable-JournalRule", "Identity Confirm", "Journaling", Write, Exchange},
	{"Enable-SweepRule", "Mailbox Identity Confirm", "Mail Recipients", Write, Exchange},
	{"Enable-TransportRule", "Identity Mode Confirm", "Transport Rules", Write, Exchange},
	{"New-InboxRule", "AlwaysDeleteOutlookRulesBlob AnyCategory ApplyCategory ApplySystemCategory AssignedCategories BodyContainsWords BulkCategory ClearCategories ClearFlag CompleteFlag Confirm CopyToFolder DeleteMessage DeleteSystemCategory DisplayAlert ExceptIfAnyCategory ExceptIfAssignedCategories ExceptIfBodyContainsWords ExceptIfBulkCategory ExceptIfFlaggedForAction ExceptIfFrom ExceptIfFromAddressContainsWords ExceptIfHasAttachment ExceptIfHasClassification ExceptIfHeaderContainsWords ExceptIfMessageTypeMatches ExceptIfMyNameInCcBox ExceptIfMyNameInToBox ExceptIfMyNameInToOrCcBox ExceptIfMyNameNotInToBox ExceptIfReceivedAfterDate ExceptIfReceivedBeforeDate ExceptIfRecipientAddressContainsWords ExceptIfSentOnlyToMe ExceptIfSentTo ExceptIfSubjectContainsWords ExceptIfSubjectOrBodyContainsWords ExceptIfWithImportance ExceptIfWithSensitivity ExceptIfWithinSizeRangeMaximum ExceptIfWithinSizeRangeMinimum FlagMessage FlaggedForAction Force ForwardAsAttachmentTo ForwardTo From FromAddressContainsWords HasAttachment HasClassification HeaderContainsWords Mailbox MarkAsRead MarkImportance MessageTypeMatches MoveToFolder MyNameInCcBox MyNameInToBox MyNameInToOrCcBox MyNameNotInToBox Name PermanentDelete PinMessage PlaySound Priority ReceivedAfterDate ReceivedBeforeDate RecipientAddressContainsWords RedirectTo SentOnlyToMe SentTo SoftDeleteMessage StopProcessingRules SubjectContainsWords SubjectOrBodyContainsWords WithImportance WithSensitivity WithinSizeRangeMaximum WithinSizeRangeMinimum", "Mail Recipients", Write, Exchange},
	{"New-ManagementRoleAssignment", "Name Role User SecurityGroup App Confirm", "Role Management", Write, Exchange},
	{"New-SweepRule", "Name Provider Mailbox Sender SystemCategory SourceFolder DestinationFolder KeepForDays KeepLatest Enabled Confirm", "Mail Recipients", Write, Exchange},
	{"Remove-BlockedSenderAddress", "SenderAddress Reason", "Transport Hygiene", Write, Exchange},
	{"Remove-InboxRule", "Mailbox Identity AlwaysDeleteOutlookRulesBlob Force Confirm", "Mail Recipients", Write, Exchange},
	{"Remove-MailboxFolderPermission", "Identity User Confirm Force", "Mail Recipients", Write, Exchange},
	{"Remove-MailboxPermission", "Identity User AccessRights InheritanceType Deny Confirm", "Mail Recipients", Write, Exchange},
	{"Remove-ManagementRoleAssignment", "Identity Force Confirm", "Role Management", Write, Exchange},
	{"Remove-MobileDevice", "Identity Confirm", "Mail Recipients", Write, Exchange},
	{"Remove-RecipientPermission", "Identity Trustee AccessRights Confirm", "Mail Recipients", Write, Exchange},
	{"Remove-SweepRule", "Mailbox Identity Confirm", "Mail Recipients", Write, Exchange},
	{"Restore-RecoverableItems", "Identity SourceFolder FilterStartTime FilterEndTime FilterItemType SubjectContains ResultSize", "Mailbox Import Export", Write, Exchange},
	{"Set-AdminAuditLogConfig", "UnifiedAuditLogIngestionEnabled Confirm", "Audit Logs", Write, Exchange},
	{"Set-CASMailbox", "Identity ActiveSyncEnabled OWAEnabled MAPIEnabled EwsEnabled ImapEnabled PopEnabled OWAforDevicesEnabled OutlookMobileEnabled UniversalOutlookEnabled OneWinNativeOutlookEnabled MacOutlookEnabled EwsAllowOutlook EwsAllowMacOutlook EwsAllowEntourage EwsApplicationAccessPolicy EwsAllowList EwsBlockList SmtpClientAuthenticationDisabled ActiveSyncAllowedDeviceIDs ActiveSyncBlockedDeviceIDs Confirm", "Mail Recipients", Write, Exchange},
	{"Set-HostedOutboundSpamFilterPolicy", "Identity AutoForwardingMode Confirm", "Transport Hygiene", Write, Exchange},
	{"Set-InboundConnector", "Identity Enabled Confirm", "Remote and Accepted Domains", Write, Exchange},
	{"Set-InboxRule", "AlwaysDeleteOutlookRulesBlob AnyCategory ApplyCategory ApplySystemCategory AssignedCategories BodyContainsWords BulkCategory ClearCategories ClearFlag CompleteFlag Confirm CopyToFolder DeleteMessage DeleteSystemCategory DisplayAlert ExceptIfAnyCategory ExceptIfAssignedCategories ExceptIfBodyContainsWords ExceptIfBulkCategory ExceptIfFlaggedForAction ExceptIfFrom ExceptIfFromAddressContainsWords ExceptIfHasAttachment ExceptIfHasClassification ExceptIfHeaderContainsWords ExceptIfMessageTypeMatches ExceptIfMyNameInCcBox ExceptIfMyNameInToBox ExceptIfMyNameInToOrCcBox ExceptIfMyNameNotInToBox ExceptIfReceivedAfterDate ExceptIfReceivedBeforeDate ExceptIfRecipientAddressContainsWords ExceptIfSentOnlyToMe ExceptIfSentTo ExceptIfSubjectContainsWords ExceptIfSubjectOrBodyContainsWords ExceptIfWithImportance ExceptIfWithSensitivity ExceptIfWithinSizeRangeMaximum ExceptIfWithinSizeRangeMinimum FlagMessage FlaggedForAction Force ForwardAsAttachmentTo ForwardTo From FromAddressContainsWords HasAttachment HasClassification HeaderContainsWords Identity Mailbox MarkAsRead MarkImportance MessageTypeMatches MoveToFolder MyNameInCcBox MyNameInToBox MyNameInToOrCcBox MyNameNotInToBox Name PermanentDelete PinMessage PlaySound Priority ReceivedAfterDate ReceivedBeforeDate RecipientAddressContainsWords RedirectTo SentOnlyToMe SentTo SoftDeleteMessage StopProcessingRules SubjectContainsWords SubjectOrBodyContainsWords WithImportance WithSensitivity WithinSizeRangeMaximum WithinSizeRangeMinimum", "Mail Recipients", Write, Exchange},
	{"Set-Mailbox", "Identity ForwardingAddress ForwardingSmtpAddress DeliverToMailboxAndForward AuditEnabled AuditOwner AuditDelegate AuditAdmin AuditLogAgeLimit DisplayName GrantSendOnBehalfTo HiddenFromAddressListsEnabled LitigationHoldEnabled LitigationHoldDuration SingleItemRecoveryEnabled RetainDeletedItemsFor MessageCopyForSentAsEnabled Confirm", "Mail Recipients", Write, Exchange},
	{"Set-MailboxAuditBypassAssociation", "Identity AuditBypassEnabled Confirm", "Organization Configuration", Write, Exchange},
	{"Set-MailboxAutoReplyConfiguration", "Identity AutoReplyState InternalMessage ExternalMessage ExternalAudience StartTime EndTime Confirm", "Mail Recipients", Write, Exchange},
	{"Set-MailboxFolderPermission", "Identity User AccessRights SharingPermissionFlags Confirm", "Mail Recipients", Write, Exchange},
	{"Set-MailboxJunkEmailConfiguration", "Identity Enabled TrustedSendersAndDomains BlockedSendersAndDomains ContactsTrusted TrustedListsOnly Confirm", "Mail Recipients", Write, Exchange},
	{"Set-MailboxMessageConfiguration", "Identity SignatureHtml SignatureText SignatureTextOnMobile SignatureName AutoAddSignature AutoAddSignatureOnReply AutoAddSignatureOnMobile DefaultSignature DefaultSignatureOnReply DeleteSignatureName UseDefaultSignatureOnMobile Confirm", "Mail Recipients", Write, Exchange},
	{"Set-OrganizationConfig", "AuditDisabled Confirm", "Organization Configuration", Write, Exchange},
	{"Set-OutboundConnector", "Identity Enabled Confirm", "Remote and Accepted Domains", Write, Exchange},
	{"Set-RemoteDomain", "Identity AutoForwardEnabled Confirm", "Remote and Accepted Domains", Write, Exchange},
	{"Set-User", "Identity DisplayName FirstName LastName Title Department Company Office Phone MobilePhone Fax HomePhone StreetAddress City StateOrProvince PostalCode CountryOrRegion Confirm", "Mail Recipients", Write, Exchange},
	{"Get-RoleGroup", "Identity ResultSize", "View-Only Configuration", Read, Exchange},
	{"Get-RoleGroup", "Identity ResultSize", "View-Only Configuration", Read, Compliance},
	{"Get-RoleGroupMember", "Identity ResultSize", "View-Only Configuration", Read, Exchange},
	{"Get-RoleGroupMember", "Identity ResultSize", "View-Only Configuration", Read, Compliance},
	{"Add-RoleGroupMember", "Identity Member BypassSecurityGroupManagerCheck Confirm", "Role Management", Write, Exchange},
	{"Add-RoleGroupMember", "Identity Member BypassSecurityGroupManagerCheck Confirm", "Role Management", Write, Compliance},
	{"Remove-RoleGroupMember", "Identity Member BypassSecurityGroupManagerCheck Confirm", "Role Management", Write, Exchange},
	{"Remove-RoleGroupMember", "Identity Member BypassSecurityGroupManagerCheck Confirm", "Role Management", Write, Compliance},
	{"Get-ComplianceSearch", "Identity ResultSize", "Compliance Search", Read, Compliance},
}

// cmdletOperations are the rows as operations. IDs are "exchange:Get-Mailbox" and "compliance:Get-RoleGroup".
// The gateway is what Microsoft's own module speaks, and no published contract; each cmdlet's page is.
func cmdletOperations() []Operation {
	out := []Operation{
		{ID: "compliance:discover", Service: Compliance, Method: "GET", Path: "/adminapi/beta/{tenant}/EXOBanner('AutogenSession')", Query: []string{"Version"}, Permission: []string{"Exchange.ManageAsApp"}, Throttle: Cmdlets, Doc: "https://learn.microsoft.com/powershell/exchange/connect-to-scc-powershell"},
		{ID: "exchange:discover", Service: Exchange, Method: "GET", Path: "/adminapi/v1.0/{tenant}/EXOModuleFile", Query: []string{"Version"}, Permission: []string{"Exchange.ManageAsApp"}, Throttle: Cmdlets, Doc: "https://learn.microsoft.com/powershell/exchange/app-only-auth-powershell-v2"},
	}
	for _, r := range cmdletRows {
		throttle := Cmdlets
		switch {
		case strings.HasPrefix(r.name, "Get-MessageTrace"):
			throttle = Trace
		case r.name == "Search-UnifiedAuditLog":
			throttle = AuditSearch
		}
		out = append(out, Operation{
			ID: string(r.service) + ":" + r.name, Service: r.service, Method: "POST", Path: "/adminapi/beta/{tenant}/InvokeCommand", Cmdlet: r.name,
			Query: []string{"$select"}, Params: strings.Fields(r.params), Class: r.class, Permission: []string{"Exchange.ManageAsApp"}, Roles: []string{r.role},
			Throttle: throttle, Doc: "https://learn.microsoft.com/powershell/module/exchangepowershell/" + strings.ToLower(r.name),
		})
	}
	return out
}
