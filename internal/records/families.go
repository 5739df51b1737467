package records

import (
	"slices"
	"strings"

	"evict"
)

// decodeFunc reads one record into an event; false when it is not what it looked like.
type decodeFunc = func(d *Decoder, v value, e *evict.Event) bool

// exports are the families beside the unified audit log. A record is told by
// the names of its own fields: files are joined, renamed and wrapped, so
// neither a file's name nor a record's neighbours count. They are tried in
// order: those that come by the million first, and a form that has the fields
// of another and more before that other.
var exports = []family{
	{"diagnostics", isDiagnostic, (*Decoder).decodeDiagnostic},
	{"graph-directory-audit", fields([][]string{{"activityDisplayName"}, {"activityDateTime", "initiatedBy", "targetResources"}}, []string{"riskEventType"}), (*Decoder).decodeDirectory},
	{"graph-sign-in", fields([][]string{{"createdDateTime"}, {"conditionalAccessStatus", "appliedConditionalAccessPolicies", "clientAppUsed", "isInteractive", "signInEventTypes"}}, nil), (*Decoder).decodeSignIn},
	{"graph-sign-in", fields([][]string{{"createdDateTime"}, {"status"}, {"ipAddress"}, {"appDisplayName", "appId"}}, nil), (*Decoder).decodeSignIn},
	{"log-analytics-sign-in", fields([][]string{{"ResultType"}, {"ConditionalAccessStatus", "AuthenticationDetails", "ClientAppUsed", "ServicePrincipalId"}, {"AppId", "AppDisplayName"}, {"IPAddress"}}, nil), (*Decoder).decodeSignIn},
	{"entra-portal-sign-in-steps", fields([][]string{{"Request ID"}, {"Authentication method"}, {"Succeeded", "Result detail"}}, []string{"IP address"}), (*Decoder).decodeAuthStep},
	{"entra-portal-sign-in", fields([][]string{{"Request ID"}, {"IP address"}, portalTime, slices.Concat(signInUPN, []string{signInDisplay}, signInService, signInServiceName, signInAppID)}, nil), (*Decoder).decodeSignIn},
	{"entra-portal-sign-in", fields([][]string{{"Request ID"}, portalTime, slices.Concat(signInService, signInServiceName)}, nil), (*Decoder).decodeSignIn},
	{"defender-sign-in", fields([][]string{{"LogonType", "ServicePrincipalName"}, {"ErrorCode"}, {"ApplicationId"}, tableTime}, nil), (*Decoder).decodeSignIn},
	{"entra-portal-audit", fields([][]string{{"Activity"}, {"ActorType", "ActorDisplayName", "ActorUserPrincipalName"}, {"Service", "Category"}}, nil), (*Decoder).decodeDirectory},
	{"graph-activity", fields([][]string{{"requestUri"}, {"requestMethod"}}, nil), (*Decoder).decodeGraphActivity},
	{"message-trace", fields([][]string{{"SenderAddress"}, {"RecipientAddress"}, slices.Concat(traceTime, traceStatus, []string{"MessageTraceId", "MessageId"})}, nil), (*Decoder).decodeTrace},
	{"message-trace-detailed", fields([][]string{{"date_time_utc"}, {"event_id", "message_id"}}, nil), (*Decoder).decodeTrace},
	{"message-trace-extended", fields([][]string{{"origin_timestamp_utc"}, {"recipient_status", "message_id"}}, nil), (*Decoder).decodeTrace},
	{"email-events", fields([][]string{{"NetworkMessageId"}, {"RecipientEmailAddress"}, {"SenderFromAddress", "DeliveryAction", "ActionType", "InternetMessageId"}}, nil), (*Decoder).decodeEmailEvents},
	{"url-click-events", fields([][]string{{"Url"}, {"IsClickedThrough", "UrlChain"}, {"AccountUpn"}}, nil), (*Decoder).decodeClick},
	{"cloud-app-events", fields([][]string{{"RawEventData"}}, nil), (*Decoder).decodeCloudApp},
	{"cloud-app-events", fields([][]string{{"ActionType"}, {"ApplicationId", "Application"}, {"AccountObjectId"}, tableTime}, nil), (*Decoder).decodeCloudApp},
	{"risk-detection", fields([][]string{riskType, slices.Concat(riskLevel, riskStateOf)}, nil), (*Decoder).decodeRisk},
	{"risky-user", fields([][]string{riskUpdated, slices.Concat(riskLevel, riskStateOf)}, nil), (*Decoder).decodeRisk},
	{"security-alert", fields([][]string{{"title"}, {"severity"}, {"serviceSource", "detectionSource", "alertPolicyId", "vendorInformation"}}, nil), (*Decoder).decodeAlert},
	{"security-alert", fields([][]string{{"AlertName"}, {"AlertSeverity"}}, nil), (*Decoder).decodeAlert},
	{"security-alert", fields([][]string{{"AlertId"}, {"EntityType", "DetectionSource", "ServiceSource"}}, nil), (*Decoder).decodeAlert},

	{"inbox-rules", fields([][]string{{"RuleIdentity"}, {"Name", "RuleName"}}, nil), (*Decoder).decodeRuleState},
	{"inbox-rules", fields([][]string{{"Name", "RuleName"}, {"StopProcessingRules"}, {"MoveToFolder", "ForwardTo", "DeleteMessage"}}, []string{"AuditData"}), (*Decoder).decodeRuleState},
	{"graph-message-rules", fields([][]string{{"displayName"}, {"isEnabled"}, {"actions", "conditions", "sequence"}}, []string{"grantControls"}), (*Decoder).decodeMessageRule},
	{"sweep-rules", fields([][]string{{"KeepForDays", "KeepLatest"}, {"DestinationFolder", "Sender", "RuleId"}}, nil), (*Decoder).decodeSweepRule},
	{"transport-rules", fields([][]string{{"Name"}, {"State", "Mode"}, {"RuleErrorAction", "SenderAddressLocation", "RuleVersion", "SetAuditSeverity", "BlindCopyTo", "RedirectMessageTo", "CreatedBy"}}, nil), (*Decoder).decodeTransportRule},
	{"mailboxes", fields([][]string{{"ForwardingSmtpAddress"}, {"DeliverToMailboxAndForward", "ForwardingAddress"}}, nil), ownedSettings(evict.MailboxState, "Get-Mailbox")},
	{"cas-mailboxes", fields([][]string{{"ImapEnabled"}, {"PopEnabled"}}, nil), ownedSettings(evict.ProtocolState, "Get-CASMailbox")},
	{"mailbox-permissions", fields([][]string{{"AccessRights"}, {"Trustee", "User", "Delegate", "GrantedTo"}}, nil), (*Decoder).decodeRight},
	{"mailbox-permissions", fields([][]string{{"FullAccessUsers"}, {"SendAsUsers"}}, nil), (*Decoder).decodeRights},
	{"auto-replies", fields([][]string{{"AutoReplyState"}}, nil), ownedSettings(evict.MailboxState, "Get-MailboxAutoReplyConfiguration")},
	{"mailbox-settings", fields([][]string{{"automaticRepliesSetting"}}, nil), ownedSettings(evict.MailboxState, "mailboxSettings")},
	{"junk-mail", fields([][]string{{"BlockedSendersAndDomains"}, {"TrustedSendersAndDomains"}}, nil), ownedSettings(evict.MailboxState, "Get-MailboxJunkEmailConfiguration")},
	{"message-configuration", fields([][]string{{"AutoAddSignature"}, {"SignatureHtml", "SignatureText", "SignatureName"}}, nil), ownedSettings(evict.MailboxState, "Get-MailboxMessageConfiguration")},
	{"mailbox-audit", fields([][]string{{"AuditEnabled"}, {"AuditBypassEnabled"}, {"UserPrincipalName"}}, nil), ownedSettings(evict.MailboxState, "Get-Mailbox")},
	{"audit-bypass", fields([][]string{{"AuditBypassEnabled"}}, nil), ownedSettings(evict.MailboxState, "Get-MailboxAuditBypassAssociation")},
	{"registration-details", fields([][]string{{"isMfaRegistered", "methodsRegistered", "Methods registered", "MFA registered"}, registered}, nil), (*Decoder).decodeRegistration},
	{"authentication-methods", fields([][]string{{"user"}, {"MFAstatus"}}, nil), (*Decoder).decodeMethods},
	{"licences", fields([][]string{{"skuPartNumber", "Sku"}, {"userPrincipalName", "servicePlans", "capabilityStatus", "Status"}}, nil), (*Decoder).decodeLicence},
	{"mobile-devices", fields([][]string{{"DeviceAccessState", "DeviceUserAgent"}, {"DeviceId"}}, nil), (*Decoder).decodeDevice},
	{"devices", fields([][]string{{"deviceId"}, {"trustType", "operatingSystem", "approximateLastSignInDateTime", "profileType"}}, nil), (*Decoder).decodeDevice},
	{"consents", fields([][]string{{"consentType"}, {"clientId", "ClientObjectId", "AppId"}}, nil), (*Decoder).decodeGrant},
	{"consents", fields([][]string{{"PermissionType"}, {"ClientObjectId"}}, nil), (*Decoder).decodeGrant},
	{"consents", fields([][]string{{"appRoleId"}, {"principalId"}, {"resourceId"}}, nil), (*Decoder).decodeGrant},
	{"applications", fields([][]string{{"appId"}, {"servicePrincipalType", "servicePrincipalNames", "signInAudience", "appOwnerOrganizationId", "publisherDomain"}}, nil), (*Decoder).decodeApplication},
	{"applications", fields([][]string{{"appId"}, {"displayName"}, {"createdDateTime"}, {"id"}}, []string{"ipAddress", "IPAddress", "status"}), (*Decoder).decodeApplication},
	{"roles", fields([][]string{{"roleDefinitionId"}, {"principalId"}}, nil), (*Decoder).decodeRole},
	{"roles", fields([][]string{{"Members"}, {"Roles", "RoleAssignments", "ManagedBy"}}, nil), (*Decoder).decodeRole},
	{"roles", fields([][]string{roleName, slices.Concat(roleHolder, roleMember)}, nil), (*Decoder).decodeRole},
	{"connectors", fields([][]string{{"ConnectorType"}, {"SenderDomains", "RecipientDomains", "SmartHosts", "ConnectorSource", "SenderIPAddresses"}}, nil), tenantSettings("Get-Connector")},
	{"journal-rules", fields([][]string{{"JournalEmailAddress"}}, nil), tenantSettings("Get-JournalRule")},
	{"remote-domains", fields([][]string{{"AutoForwardEnabled"}, {"DomainName"}}, nil), tenantSettings("Get-RemoteDomain")},
	{"outbound-policy", fields([][]string{{"AutoForwardingMode"}}, nil), tenantSettings("Get-HostedOutboundSpamFilterPolicy")},
	{"audit-configuration", fields([][]string{{"UnifiedAuditLogIngestionEnabled"}}, nil), tenantSettings("Get-AdminAuditLogConfig")},
	{"organization-configuration", fields([][]string{{"AuditDisabled"}, {"OrganizationId", "Name", "Identity"}}, nil), tenantSettings("Get-OrganizationConfig")},
	{"access-policies", fields([][]string{{"grantControls", "GrantOperator"}, {"conditions", "IncludeUsers"}, {"state"}}, nil), tenantSettings("conditionalAccess/policies")},
	{"accepted-domains", fields([][]string{{"DomainName"}, {"DomainType"}}, nil), tenantSettings("Get-AcceptedDomain")},
	{"domains", fields([][]string{{"authenticationType"}, {"isVerified"}}, nil), tenantSettings("domains")},
	{"federation", fields([][]string{{"issuerUri"}, {"passiveSignInUri", "signingCertificate"}}, nil), tenantSettings("federationConfiguration")},
	{"restricted-senders", fields([][]string{restrictedSender, {"Reason", "TemporaryBlock", "CreatedDatetime", "ChangedDatetime"}}, []string{"RecipientAddress"}), (*Decoder).decodeRestricted},
	{"smtp-auth-clients", fields([][]string{smtpSender, {"TLS 1.0", "TLS 1.2", "TLS1.0", "TLS version", "Messages", "Message count"}}, []string{"RecipientAddress", "Recipient address"}), (*Decoder).decodeSMTPClient},
	{"message-trace-summary", fields([][]string{traceSender, traceRecipient, traceStatus, {"Subject"}}, nil), (*Decoder).decodeTrace},
	{"authentication-methods", isMethod, (*Decoder).decodeMethod},
	{"mail", isMail, (*Decoder).decodeMail},
	{"users", fields([][]string{{"userPrincipalName"}, {"accountEnabled", "proxyAddresses", "userType", "lastPasswordChangeDateTime", "assignedLicenses", "onPremisesSyncEnabled", "createdDateTime", "mail", "mobilePhone"}}, nil), (*Decoder).decodeUser},
}

// diagnostic categories of Azure Monitor, by what their properties are.
var diagnostics = map[string]decodeFunc{
	"SignInLogs":                              (*Decoder).decodeSignIn,
	"NonInteractiveUserSignInLogs":            (*Decoder).decodeSignIn,
	"ServicePrincipalSignInLogs":              (*Decoder).decodeSignIn,
	"ManagedIdentitySignInLogs":               (*Decoder).decodeSignIn,
	"ADFSSignInLogs":                          (*Decoder).decodeSignIn,
	"AuditLogs":                               (*Decoder).decodeDirectory,
	"RiskyUsers":                              (*Decoder).decodeRisk,
	"UserRiskEvents":                          (*Decoder).decodeRisk,
	"RiskyServicePrincipals":                  (*Decoder).decodeRisk,
	"ServicePrincipalRiskEvents":              (*Decoder).decodeRisk,
	"MicrosoftGraphActivityLogs":              (*Decoder).decodeGraphActivity,
	"AdvancedHunting-EmailEvents":             unwrapped((*Decoder).decodeEmailEvents),
	"AdvancedHunting-UrlClickEvents":          unwrapped((*Decoder).decodeClick),
	"AdvancedHunting-CloudAppEvents":          unwrapped((*Decoder).decodeCloudApp),
	"AdvancedHunting-EmailPostDeliveryEvents": unwrapped((*Decoder).decodeEmailEvents),
	"AdvancedHunting-AlertInfo":               unwrapped((*Decoder).decodeAlert),
	"AdvancedHunting-AlertEvidence":           unwrapped((*Decoder).decodeAlert),
}

// unwrapped decodes the properties of a streamed record.
func unwrapped(f decodeFunc) decodeFunc {
	return func(d *Decoder, v value, e *evict.Event) bool { return f(d, d.nested(v, "properties"), e) }
}

// isDiagnostic reports a record of Azure Monitor's diagnostic settings or
// Defender's streaming: {time, category, operationName, properties}.
func isDiagnostic(v value) bool {
	return v.has("category", "properties") && (v.find("operationName").exists() || v.find("time").exists())
}

// decodeDiagnostic decodes by category; one that is not known is told by what
// its properties hold, for some collectors write the audit's own category there.
func (d *Decoder) decodeDiagnostic(v value, e *evict.Event) bool {
	if f := diagnostics[pick(v, "category")]; f != nil {
		return f(d, v, e)
	}
	p := d.nested(v, "properties")
	switch {
	case p.has("activityDisplayName"), p.has("initiatedBy"):
		return d.decodeDirectory(v, e)
	case p.has("createdDateTime", "appId"), p.has("conditionalAccessStatus"):
		return d.decodeSignIn(v, e)
	case p.has("requestUri", "requestMethod"):
		return d.decodeGraphActivity(v, e)
	case p.has("riskEventType"), p.has("riskState", "riskLevel"):
		return d.decodeRisk(v, e)
	}
	return false
}

// isMethod reports a Graph authenticationMethod, which a collector may have
// given its owner's name and so the looks of a user.
func isMethod(v value) bool {
	return strings.HasSuffix(v.find("@odata.type").str(), "AuthenticationMethod") && v.find("id").exists()
}

// fields makes a test for records: of each list of all one field is present,
// and none of none.
func fields(all [][]string, none []string) func(value) bool {
	return func(v value) bool {
		for _, names := range all {
			if !v.find(names...).exists() {
				return false
			}
		}
		for _, name := range none {
			if v.find(name).exists() {
				return false
			}
		}
		return true
	}
}
