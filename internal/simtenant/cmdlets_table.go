package simtenant

// cmdlets is every cmdlet that the endpoints run, with the parameters that this
// tenant understands of those that Microsoft documents
// (learn.microsoft.com/powershell/module/exchangepowershell).
var cmdlets = prepare([]cmdlet{
	// Recipients and mailboxes.
	{name: "Get-Mailbox", params: "Identity ResultSize:size Filter RecipientTypeDetails:list SoftDeletedMailbox:switch IncludeInactiveMailbox:switch", roles: "View-Only Recipients", run: getMailbox},
	{name: "Set-Mailbox", params: "Identity! ForwardingAddress ForwardingSmtpAddress DeliverToMailboxAndForward:bool AuditEnabled:bool AuditOwner:list AuditDelegate:list AuditAdmin:list AuditLogAgeLimit:span DisplayName GrantSendOnBehalfTo:list HiddenFromAddressListsEnabled:bool LitigationHoldEnabled:bool LitigationHoldDuration SingleItemRecoveryEnabled:bool RetainDeletedItemsFor:span MessageCopyForSentAsEnabled:bool Confirm:switch", roles: "Mail Recipients", run: setMailbox, write: true},
	{name: "Get-CASMailbox", params: "Identity ResultSize:size", roles: "View-Only Recipients", run: getCASMailbox},
	{name: "Set-CASMailbox", params: "Identity! ActiveSyncEnabled:bool OWAEnabled:bool MAPIEnabled:bool EwsEnabled:bool? ImapEnabled:bool PopEnabled:bool OWAforDevicesEnabled:bool OutlookMobileEnabled:bool UniversalOutlookEnabled:bool OneWinNativeOutlookEnabled:bool MacOutlookEnabled:bool EwsAllowOutlook:bool? EwsAllowMacOutlook:bool? EwsAllowEntourage:bool? EwsApplicationAccessPolicy EwsAllowList:list EwsBlockList:list SmtpClientAuthenticationDisabled:bool? ActiveSyncAllowedDeviceIDs:list ActiveSyncBlockedDeviceIDs:list Confirm:switch", roles: "Mail Recipients", run: setCASMailbox, write: true},
	{name: "Get-User", params: "Identity ResultSize:size", roles: "View-Only Recipients", run: getUser},
	{name: "Set-User", params: "Identity! DisplayName FirstName LastName Title Department Company Office Phone MobilePhone Fax HomePhone StreetAddress City StateOrProvince PostalCode CountryOrRegion Confirm:switch", roles: "Mail Recipients", run: setUser, write: true},
	{name: "Get-Recipient", params: "Identity ResultSize:size Filter RecipientTypeDetails:list", roles: "View-Only Recipients", run: getRecipient},
	{name: "Get-UnifiedGroup", params: "Identity ResultSize:size", roles: "View-Only Recipients", run: getUnifiedGroup},
	{name: "Get-MailboxStatistics", params: "Identity!", roles: "View-Only Recipients", run: getMailboxStatistics},
	{name: "Get-MailboxFolderStatistics", params: "Identity! FolderScope IncludeOldestAndNewestItems:switch ResultSize:size", roles: "View-Only Recipients", run: getMailboxFolderStatistics},

	// Rules. A Global Reader reads none (EXO: Get-InboxRule).
	{name: "Get-InboxRule", params: "Mailbox! Identity IncludeHidden:switch ResultSize:size", roles: "Mail Recipients", run: getInboxRule},
	{name: "New-InboxRule", params: "Mailbox! Name! Priority:int Force:switch AlwaysDeleteOutlookRulesBlob:switch Confirm:switch" + ruleParams, roles: "Mail Recipients", run: newInboxRule, write: true},
	{name: "Set-InboxRule", params: "Mailbox! Identity! Name Priority:int Force:switch AlwaysDeleteOutlookRulesBlob:switch Confirm:switch" + ruleParams, roles: "Mail Recipients", run: setInboxRule, write: true},
	{name: "Enable-InboxRule", params: "Mailbox! Identity! Force:switch AlwaysDeleteOutlookRulesBlob:switch Confirm:switch", roles: "Mail Recipients", run: switchRule(true), write: true},
	{name: "Disable-InboxRule", params: "Mailbox! Identity! Force:switch AlwaysDeleteOutlookRulesBlob:switch Confirm:switch", roles: "Mail Recipients", run: switchRule(false), write: true},
	{name: "Remove-InboxRule", params: "Mailbox! Identity! Force:switch AlwaysDeleteOutlookRulesBlob:switch Confirm:switch", roles: "Mail Recipients", run: removeInboxRule, write: true},
	{name: "Get-SweepRule", params: "Mailbox Identity Provider ResultSize:size", roles: "Mail Recipients", run: getSweepRule},
	{name: "New-SweepRule", params: "Name! Provider! Mailbox! Sender SystemCategory SourceFolder DestinationFolder KeepForDays:int KeepLatest:int Enabled:bool Confirm:switch", roles: "Mail Recipients", run: newSweepRule, write: true},
	{name: "Enable-SweepRule", params: "Identity! Mailbox Confirm:switch", roles: "Mail Recipients", run: switchSweep(true), write: true},
	{name: "Disable-SweepRule", params: "Identity! Mailbox Confirm:switch", roles: "Mail Recipients", run: switchSweep(false), write: true},
	{name: "Remove-SweepRule", params: "Identity! Mailbox Confirm:switch", roles: "Mail Recipients", run: removeSweepRule, write: true},

	// Permissions.
	{name: "Get-MailboxPermission", params: "Identity! User ResultSize:size", roles: "View-Only Recipients", run: getMailboxPermission},
	{name: "Add-MailboxPermission", params: "Identity! User! AccessRights:list InheritanceType AutoMapping:bool Deny:switch Confirm:switch", roles: "Mail Recipients", run: addMailboxPermission, write: true},
	{name: "Remove-MailboxPermission", params: "Identity! User! AccessRights:list InheritanceType Deny:switch Confirm:switch", roles: "Mail Recipients", run: removeMailboxPermission, write: true},
	{name: "Get-RecipientPermission", params: "Identity Trustee ResultSize:size", roles: "View-Only Recipients", run: getRecipientPermission},
	{name: "Add-RecipientPermission", params: "Identity! Trustee! AccessRights:list Confirm:switch", roles: "Mail Recipients", run: addRecipientPermission, write: true},
	{name: "Remove-RecipientPermission", params: "Identity! Trustee! AccessRights:list Confirm:switch", roles: "Mail Recipients", run: removeRecipientPermission, write: true},
	{name: "Get-MailboxFolderPermission", params: "Identity! User ResultSize:size", roles: "View-Only Recipients", run: getMailboxFolderPermission},
	{name: "Add-MailboxFolderPermission", params: "Identity! User! AccessRights:list SharingPermissionFlags Confirm:switch", roles: "Mail Recipients", run: addMailboxFolderPermission, write: true},
	{name: "Set-MailboxFolderPermission", params: "Identity! User! AccessRights:list SharingPermissionFlags Confirm:switch", roles: "Mail Recipients", run: setMailboxFolderPermission, write: true},
	{name: "Remove-MailboxFolderPermission", params: "Identity! User! Force:switch Confirm:switch", roles: "Mail Recipients", run: removeMailboxFolderPermission, write: true},

	// A mailbox's settings.
	{name: "Get-MailboxMessageConfiguration", params: "Identity! SignatureName", roles: "View-Only Recipients", run: ownSettings(signatureDefaults, func(m *Mailbox) Object { return m.Signature })},
	{name: "Set-MailboxMessageConfiguration", params: "Identity! SignatureHtml SignatureText SignatureTextOnMobile SignatureName AutoAddSignature:bool AutoAddSignatureOnReply:bool AutoAddSignatureOnMobile:bool DefaultSignature DefaultSignatureOnReply DeleteSignatureName UseDefaultSignatureOnMobile:bool Confirm:switch", roles: "Mail Recipients", run: setSettings(func(m *Mailbox) *Object { return &m.Signature }, checkSignature), write: true},
	{name: "Get-MailboxAutoReplyConfiguration", params: "Identity!", roles: "View-Only Recipients", run: ownSettings(replyDefaults, func(m *Mailbox) Object { return m.AutoReply })},
	{name: "Set-MailboxAutoReplyConfiguration", params: "Identity! AutoReplyState InternalMessage ExternalMessage ExternalAudience StartTime:date EndTime:date Confirm:switch", roles: "Mail Recipients", run: setSettings(func(m *Mailbox) *Object { return &m.AutoReply }, checkReply), write: true},
	{name: "Get-MailboxJunkEmailConfiguration", params: "Identity!", roles: "View-Only Recipients", run: ownSettings(junkDefaults, func(m *Mailbox) Object { return m.Junk })},
	{name: "Set-MailboxJunkEmailConfiguration", params: "Identity! Enabled:bool TrustedSendersAndDomains:list BlockedSendersAndDomains:list ContactsTrusted:bool TrustedListsOnly:bool Confirm:switch", roles: "Mail Recipients", run: setSettings(func(m *Mailbox) *Object { return &m.Junk }, checkJunk), write: true},
	{name: "Get-MailboxRegionalConfiguration", params: "Identity!", roles: "View-Only Recipients", run: ownSettings(regionalDefaults, func(m *Mailbox) Object { return m.Regional })},
	{name: "Get-CalendarProcessing", params: "Identity!", roles: "View-Only Recipients", run: ownSettings(calendarDefaults, func(m *Mailbox) Object { return m.Calendar })},
	{name: "Get-App", params: "Mailbox!", roles: "View-Only Recipients", run: getApp},
	{name: "Enable-App", params: "Identity! Mailbox Confirm:switch", roles: "Mail Recipients", run: switchApp(true), write: true},
	{name: "Disable-App", params: "Identity! Mailbox Confirm:switch", roles: "Mail Recipients", run: switchApp(false), write: true},
	{name: "Get-MobileDevice", params: "Identity Mailbox ResultSize:size", roles: "View-Only Recipients", run: getMobileDevice},
	{name: "Get-MobileDeviceStatistics", params: "Identity Mailbox", roles: "View-Only Recipients", run: getMobileDeviceStatistics},
	{name: "Clear-MobileDevice", params: "Identity! AccountOnly:switch Cancel:switch Confirm:switch", roles: "Mail Recipients", run: clearMobileDevice, write: true},
	{name: "Remove-MobileDevice", params: "Identity! Confirm:switch", roles: "Mail Recipients", run: removeMobileDevice, write: true},
	{name: "Get-RecoverableItems", params: "Identity! SourceFolder FilterStartTime:date FilterEndTime:date FilterItemType ResultSize:size SubjectContains", roles: "Mailbox Import Export", run: getRecoverableItems},
	{name: "Restore-RecoverableItems", params: "Identity! SourceFolder FilterStartTime:date FilterEndTime:date FilterItemType ResultSize:size SubjectContains", roles: "Mailbox Import Export", run: restoreRecoverableItems, write: true},

	// The tenant's mail flow and policies.
	{name: "Get-TransportRule", params: "Identity State ResultSize:size", roles: "View-Only Configuration", run: getTransportRule},
	{name: "Enable-TransportRule", params: "Identity! Mode Confirm:switch", roles: "Transport Rules", run: enableTransportRule, write: true},
	{name: "Disable-TransportRule", params: "Identity! Confirm:switch", roles: "Transport Rules", run: tenantSwitch(transportRules, "State", always("Disabled")), write: true},
	{name: "Get-InboundConnector", params: "Identity ResultSize:size", roles: "View-Only Configuration", run: tenantList(inbound, inboundDefaults)},
	{name: "Set-InboundConnector", params: "Identity! Enabled:bool Confirm:switch", roles: "Remote and Accepted Domains", run: tenantSwitch(inbound, "Enabled", theFlag("Enabled")), write: true},
	{name: "Get-OutboundConnector", params: "Identity ResultSize:size", roles: "View-Only Configuration", run: tenantList(outbound, outboundDefaults)},
	{name: "Set-OutboundConnector", params: "Identity! Enabled:bool Confirm:switch", roles: "Remote and Accepted Domains", run: tenantSwitch(outbound, "Enabled", theFlag("Enabled")), write: true},
	{name: "Get-JournalRule", params: "Identity", roles: "View-Only Configuration", run: tenantList(journals, journalDefaults)},
	{name: "Enable-JournalRule", params: "Identity! Confirm:switch", roles: "Journaling", run: tenantSwitch(journals, "Enabled", always(true)), write: true},
	{name: "Disable-JournalRule", params: "Identity! Confirm:switch", roles: "Journaling", run: tenantSwitch(journals, "Enabled", always(false)), write: true},
	{name: "Get-RemoteDomain", params: "Identity ResultSize:size", roles: "View-Only Configuration", run: tenantList(remoteDomains, remoteDomainDefaults)},
	{name: "Set-RemoteDomain", params: "Identity! AutoForwardEnabled:bool Confirm:switch", roles: "Remote and Accepted Domains", run: setRemoteDomain, write: true},
	{name: "Get-AcceptedDomain", params: "Identity ResultSize:size", roles: "View-Only Configuration", run: tenantList(acceptedDomains, nil)},
	{name: "Get-HostedOutboundSpamFilterPolicy", params: "Identity!", roles: "View-Only Configuration", run: tenantList(policyList("HostedOutboundSpamFilterPolicy", "Default"), outboundSpamDefaults)},
	{name: "Set-HostedOutboundSpamFilterPolicy", params: "Identity! AutoForwardingMode Confirm:switch", roles: "Transport Hygiene", run: setOutboundSpamPolicy, write: true},
	{name: "Get-HostedOutboundSpamFilterRule", params: "Identity", roles: "View-Only Configuration", run: tenantList(noun("HostedOutboundSpamFilterRule"), nil)},
	{name: "Get-HostedContentFilterPolicy", params: "Identity", roles: "View-Only Configuration", run: tenantList(policyList("HostedContentFilterPolicy", "Default"), contentFilterDefaults)},
	{name: "Get-OrganizationConfig", roles: "View-Only Configuration", run: tenantObject("OrganizationConfig", organizationDefaults)},
	{name: "Set-OrganizationConfig", params: "AuditDisabled:bool Confirm:switch", roles: "Organization Configuration", run: setOrganizationConfig, write: true},
	{name: "Get-TransportConfig", roles: "View-Only Configuration", run: tenantObject("TransportConfig", transportConfigDefaults)},
	{name: "Get-AuthenticationPolicy", params: "Identity", roles: "View-Only Configuration", run: tenantList(noun("AuthenticationPolicy"), nil)},
	{name: "Get-OwaMailboxPolicy", params: "Identity", roles: "View-Only Configuration", run: tenantList(policyList("OwaMailboxPolicy", "OwaMailboxPolicy-Default"), owaDefaults)},
	{name: "Get-ApplicationAccessPolicy", params: "Identity", roles: "View-Only Configuration", run: tenantList(noun("ApplicationAccessPolicy"), nil)},
	{name: "Get-TenantAllowBlockListItems", params: "ListType! Block:switch Allow:switch", roles: "Transport Hygiene|Security Reader", run: getTenantAllowBlockListItems},
	{name: "Get-QuarantineMessage", params: "StartReceivedDate:date EndReceivedDate:date SenderAddress:list RecipientAddress:list Page:int PageSize:int", roles: "Transport Hygiene|Security Reader", run: getQuarantineMessage},
	{name: "Get-BlockedSenderAddress", params: "SenderAddress", roles: "Transport Hygiene", run: getBlockedSenderAddress},
	{name: "Remove-BlockedSenderAddress", params: "SenderAddress! Reason", roles: "Transport Hygiene", run: removeBlockedSenderAddress, write: true},

	// Message trace. Get-MessageTrace, which these follow, is gone.
	{name: "Get-MessageTraceV2", params: "StartDate:date EndDate:date SenderAddress:list RecipientAddress:list MessageId:list MessageTraceId Status:list Subject SubjectFilterType FromIP ToIP StartingRecipientAddress ResultSize:int", roles: "Message Tracking|View-Only Recipients", run: getMessageTrace, own: true},
	{name: "Get-MessageTraceDetailV2", params: "MessageTraceId! RecipientAddress!", roles: "Message Tracking|View-Only Recipients", run: getMessageTraceDetail},

	// Auditing.
	{name: "Search-UnifiedAuditLog", params: "StartDate!:date EndDate!:date RecordType Operations:list UserIds:list IPAddresses:list ObjectIds:list FreeText SessionId SessionCommand ResultSize:int Formatted:switch HighCompleteness:switch", roles: "View-Only Audit Logs|Audit Logs", run: searchAudit, own: true},
	{name: "Get-AdminAuditLogConfig", roles: "View-Only Audit Logs|View-Only Configuration", run: getAdminAuditLogConfig},
	{name: "Set-AdminAuditLogConfig", params: "UnifiedAuditLogIngestionEnabled:bool Confirm:switch", roles: "Audit Logs", run: setAdminAuditLogConfig, write: true},
	{name: "Get-MailboxAuditBypassAssociation", params: "Identity ResultSize:size", roles: "View-Only Configuration", run: getAuditBypass},
	{name: "Set-MailboxAuditBypassAssociation", params: "Identity! AuditBypassEnabled!:bool Confirm:switch", roles: "Organization Configuration", run: setAuditBypass, write: true},

	// Roles, on both endpoints: two lists that know nothing of each other.
	{name: "Get-RoleGroup", params: "Identity ResultSize:size", roles: "View-Only Configuration", run: getRoleGroup},
	{name: "Get-RoleGroupMember", params: "Identity! ResultSize:size", roles: "View-Only Configuration", run: getRoleGroupMember},
	{name: "Add-RoleGroupMember", params: "Identity! Member! BypassSecurityGroupManagerCheck:switch Confirm:switch", roles: "Role Management", run: addRoleGroupMember, write: true},
	{name: "Remove-RoleGroupMember", params: "Identity! Member! BypassSecurityGroupManagerCheck:switch Confirm:switch", roles: "Role Management", run: removeRoleGroupMember, write: true},
	{name: "Get-ManagementRoleAssignment", params: "Identity RoleAssignee Role GetEffectiveUsers:switch", roles: "View-Only Configuration", run: getManagementRoleAssignment},
	{name: "New-ManagementRoleAssignment", params: "Name Role! User SecurityGroup App Confirm:switch", roles: "Role Management", run: newManagementRoleAssignment, write: true},
	{name: "Remove-ManagementRoleAssignment", params: "Identity! Force:switch Confirm:switch", roles: "Role Management", run: removeManagementRoleAssignment, write: true},

	// The compliance endpoint.
	{name: "Get-RoleGroup", purview: true, params: "Identity ResultSize:size", roles: "View-Only Configuration", run: getRoleGroup},
	{name: "Get-RoleGroupMember", purview: true, params: "Identity! ResultSize:size", roles: "View-Only Configuration", run: getRoleGroupMember},
	{name: "Add-RoleGroupMember", purview: true, params: "Identity! Member! BypassSecurityGroupManagerCheck:switch Confirm:switch", roles: "Role Management", run: addRoleGroupMember, write: true},
	{name: "Remove-RoleGroupMember", purview: true, params: "Identity! Member! BypassSecurityGroupManagerCheck:switch Confirm:switch", roles: "Role Management", run: removeRoleGroupMember, write: true},
	{name: "Get-AdminAuditLogConfig", purview: true, roles: "View-Only Audit Logs|View-Only Configuration", run: getAdminAuditLogConfig},
	{name: "Get-ComplianceSearch", purview: true, params: "Identity ResultSize:size", roles: "Compliance Search", run: tenantList(noun("ComplianceSearch"), nil)},
	{name: "New-ComplianceSearch", purview: true, denied: true, roles: "Compliance Search", run: noRun},
	{name: "Start-ComplianceSearch", purview: true, denied: true, roles: "Compliance Search", run: noRun},
	{name: "Remove-ComplianceSearch", purview: true, denied: true, roles: "Compliance Search", run: noRun},
	{name: "New-ComplianceSearchAction", purview: true, denied: true, roles: "Compliance Search", run: noRun},
	{name: "Get-ComplianceSearchAction", purview: true, denied: true, roles: "Compliance Search", run: noRun},
})

// noRun stands for what this tenant does for nobody: searches and purges of content.
func noRun(c *command) ([]Object, error) {
	return nil, invalid("%s isn't available in this session.", c.row.name)
}
