package simtenant

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// tenantList is a cmdlet that lists objects of the tenant.
func tenantList(held func(*World) []Object, defaults Object) func(*command) ([]Object, error) {
	return func(c *command) ([]Object, error) {
		list := held(c.world)
		if c.has("Identity") {
			o, err := c.world.objectBy(list, c.text("Identity"))
			if err != nil {
				return nil, err
			}
			list = []Object{o}
		}
		var rows []Object
		for _, o := range list {
			rows = append(rows, c.tenantRow(o, defaults))
		}
		return rows, nil
	}
}

func (c *command) tenantRow(o, defaults Object) Object {
	name := textOf(o, "Name")
	row := over(Object{"Identity": name, "Id": name, "Guid": made(c.world.ID, "object", name), "IsValid": true, "ObjectState": "Unchanged"}, defaults, o)
	return row
}

// noun is the further list of that noun.
func noun(name string) func(*World) []Object {
	return func(w *World) []Object { return w.Lists[name] }
}

// tenantSwitch is a cmdlet that sets one property of an object of the tenant.
func tenantSwitch(held func(*World) []Object, property string, value func(*command) (any, bool)) func(*command) ([]Object, error) {
	return func(c *command) ([]Object, error) {
		o, err := c.world.objectBy(held(c.world), c.text("Identity"))
		if err != nil {
			return nil, err
		}
		if v, ok := value(c); ok {
			o[property] = v
		}
		o["WhenChanged"], o["WhenChangedUTC"] = c.now, c.now
		c.doneTenant(textOf(o, "Name"))
		return nil, nil
	}
}

func always(v any) func(*command) (any, bool) { return func(*command) (any, bool) { return v, true } }

func theFlag(name string) func(*command) (any, bool) {
	return func(c *command) (any, bool) { return c.flag(name), c.has(name) }
}

func transportRules(w *World) []Object { return w.Transport }

var transportDefaults = Object{
	"State": "Enabled", "Mode": "Enforce", "Priority": 0, "Comments": "", "From": []string{}, "SentTo": []string{}, "FromScope": nil, "SentToScope": nil, "SubjectContainsWords": []string{},
	"SubjectOrBodyContainsWords": []string{}, "RedirectMessageTo": []string{}, "BlindCopyTo": []string{}, "CopyTo": []string{}, "AddToRecipients": []string{}, "DeleteMessage": false, "SetSCL": nil,
	"ModerateMessageByUser": []string{}, "StopRuleProcessing": false, "RouteMessageOutboundConnector": nil, "SenderDomainIs": []string{}, "RecipientAddressContainsWords": []string{}, "HeaderContainsWords": []string{},
}

func getTransportRule(c *command) ([]Object, error) {
	rows, err := tenantList(transportRules, transportDefaults)(c)
	if err != nil {
		return nil, err
	}
	if err := c.oneOf("State", "Enabled", "Disabled"); err != nil {
		return nil, err
	}
	if c.has("State") {
		rows = slices.DeleteFunc(rows, func(o Object) bool { return textOf(o, "State") != c.text("State") })
	}
	slices.SortStableFunc(rows, func(a, b Object) int {
		x, _ := numberOf(a["Priority"])
		y, _ := numberOf(b["Priority"])
		return cmp.Compare(x, y)
	})
	return rows, nil
}

func enableTransportRule(c *command) ([]Object, error) {
	if err := c.oneOf("Mode", "Audit", "AuditAndNotify", "Enforce"); err != nil {
		return nil, err
	}
	o, err := c.world.objectBy(c.world.Transport, c.text("Identity"))
	if err != nil {
		return nil, err
	}
	if c.has("Mode") {
		o["Mode"] = c.text("Mode")
	}
	return tenantSwitch(transportRules, "State", always("Enabled"))(c)
}

func inbound(w *World) []Object  { return w.Inbound }
func outbound(w *World) []Object { return w.Outbound }
func journals(w *World) []Object { return w.Journals }

var (
	inboundDefaults = Object{
		"Enabled": true, "ConnectorType": "OnPremises", "ConnectorSource": "Default", "SenderIPAddresses": []string{}, "SenderDomains": []string{"smtp:*;1"}, "TlsSenderCertificateName": nil, "RequireTls": false,
		"RestrictDomainsToIPAddresses": false, "RestrictDomainsToCertificate": false, "CloudServicesMailEnabled": false, "TreatMessagesAsInternal": false, "Comment": "",
	}
	outboundDefaults = Object{
		"Enabled": true, "ConnectorType": "Partner", "ConnectorSource": "Default", "UseMXRecord": false, "SmartHosts": []string{}, "RecipientDomains": []string{"*"}, "TlsDomain": nil, "TlsSettings": nil,
		"IsTransportRuleScoped": false, "RouteAllMessagesViaOnPremises": false, "CloudServicesMailEnabled": false, "AllAcceptedDomains": false, "Comment": "",
	}
	journalDefaults      = Object{"Enabled": true, "Scope": "Global", "Recipient": nil, "JournalEmailAddress": nil}
	remoteDomainDefaults = Object{"DomainName": "*", "IsInternal": false, "AllowedOOFType": "External", "AutoReplyEnabled": true, "AutoForwardEnabled": true, "DeliveryReportEnabled": true, "NDREnabled": true}
)

// remoteDomains has the Default one, which no tenant can remove.
func remoteDomains(w *World) []Object {
	if slices.ContainsFunc(w.RemoteDomains, func(o Object) bool { return textOf(o, "Name") == "Default" }) {
		return w.RemoteDomains
	}
	return append([]Object{{"Name": "Default"}}, w.RemoteDomains...)
}

func acceptedDomains(w *World) []Object {
	var out []Object
	for _, d := range append([]string{w.Domain, w.Initial}, w.Federated...) {
		if d != "" {
			out = append(out, Object{"Name": d, "DomainName": d, "DomainType": "Authoritative", "Default": d == w.Domain, "InitialDomain": d == w.Initial, "AuthenticationType": authenticationType(w, d), "MatchSubDomains": false})
		}
	}
	return out
}

func authenticationType(w *World, domain string) string {
	if slices.Contains(w.Federated, domain) {
		return "Federated"
	}
	return "Managed"
}

// policyList is the Default policy of a noun with what the tenant changed, and
// the further ones.
func policyList(name, defaultName string) func(*World) []Object {
	return func(w *World) []Object {
		return append([]Object{over(Object{"Name": defaultName, "IsDefault": true}, w.Policies[name])}, w.Lists[name]...)
	}
}

// AutoForwardingMode Automatic acts as Off (Microsoft: "Control automatic external email forwarding").
var outboundSpamDefaults = Object{
	"AutoForwardingMode": "Automatic", "RecipientLimitExternalPerHour": 0, "RecipientLimitInternalPerHour": 0, "RecipientLimitPerDay": 0, "ActionWhenThresholdReached": "BlockUserForToday",
	"NotifyOutboundSpam": false, "NotifyOutboundSpamRecipients": []string{}, "BccSuspiciousOutboundMail": false, "BccSuspiciousOutboundAdditionalRecipients": []string{}, "Enabled": true, "IsDefault": false,
}

var contentFilterDefaults = Object{
	"AllowedSenders": []string{}, "AllowedSenderDomains": []string{}, "BlockedSenders": []string{}, "BlockedSenderDomains": []string{}, "SpamAction": "MoveToJmf", "HighConfidenceSpamAction": "MoveToJmf",
	"PhishSpamAction": "MoveToJmf", "HighConfidencePhishAction": "Quarantine", "BulkThreshold": 7, "IsDefault": false,
}

// setRemoteDomain keeps the Default domain's own settings once it has some.
func setRemoteDomain(c *command) ([]Object, error) {
	w := c.world
	if !slices.ContainsFunc(w.RemoteDomains, func(o Object) bool { return textOf(o, "Name") == "Default" }) && strings.EqualFold(c.text("Identity"), "Default") {
		w.RemoteDomains = append(w.RemoteDomains, Object{"Name": "Default"})
	}
	return tenantSwitch(func(w *World) []Object { return w.RemoteDomains }, "AutoForwardEnabled", theFlag("AutoForwardEnabled"))(c)
}

// setOutboundSpamPolicy changes the default policy, or a further one.
func setOutboundSpamPolicy(c *command) ([]Object, error) {
	if err := c.oneOf("AutoForwardingMode", "Automatic", "Off", "On"); err != nil {
		return nil, err
	}
	const name = "HostedOutboundSpamFilterPolicy"
	if strings.EqualFold(c.text("Identity"), "Default") {
		c.setPolicy(name, "AutoForwardingMode")
		return nil, nil
	}
	return tenantSwitch(noun(name), "AutoForwardingMode", func(c *command) (any, bool) { return c.text("AutoForwardingMode"), c.has("AutoForwardingMode") })(c)
}

func setOrganizationConfig(c *command) ([]Object, error) {
	c.setPolicy("OrganizationConfig", "AuditDisabled")
	return nil, nil
}

// setPolicy keeps the sent parameters as what the tenant changed of Microsoft's defaults.
func (c *command) setPolicy(name string, properties ...string) {
	if c.world.Policies == nil {
		c.world.Policies = map[string]Object{}
	}
	next := over(Object{}, c.world.Policies[name])
	c.set(next, properties...)
	c.world.Policies[name] = next
	c.doneTenant(name)
}

// tenantObject is a cmdlet that reads the one object of its noun.
func tenantObject(name string, defaults Object) func(*command) ([]Object, error) {
	return func(c *command) ([]Object, error) {
		return []Object{over(Object{"Identity": c.world.Initial, "Name": c.world.Initial, "Guid": made(c.world.ID, name), "IsValid": true, "ObjectState": "Unchanged"}, defaults, c.world.Policies[name])}, nil
	}
}

var organizationDefaults = Object{
	"AuditDisabled": false, "EwsEnabled": nil, "EwsApplicationAccessPolicy": nil, "EwsAllowList": nil, "EwsBlockList": nil, "OAuth2ClientProfileEnabled": true, "DefaultAuthenticationPolicy": nil,
	"PostponeRoamingSignaturesUntilLater": false, "MailTipsExternalRecipientsTipsEnabled": false, "IsDehydrated": false, "CustomerLockboxEnabled": false, "RejectDirectSend": false,
}

var transportConfigDefaults = Object{"SmtpClientAuthenticationDisabled": true, "AllowLegacyTLSClients": nil, "JournalingReportNdrTo": "<>", "ExternalPostmasterAddress": nil, "ClearCategories": true}

var owaDefaults = Object{"IsDefault": true, "ThirdPartyFileProvidersEnabled": false, "WacExternalServicesEnabled": true, "AdditionalStorageProvidersAvailable": true, "ConditionalAccessPolicy": "Off"}

// getAdminAuditLogConfig: the compliance endpoint always says False, whatever
// holds (Microsoft: "Turn auditing on or off").
func getAdminAuditLogConfig(c *command) ([]Object, error) {
	return []Object{over(Object{
		"Identity": "Admin Audit Log Settings", "Name": "Admin Audit Log Settings", "AdminAuditLogEnabled": true, "AdminAuditLogCmdlets": []string{"*"}, "AdminAuditLogParameters": []string{"*"},
		"AdminAuditLogExcludedCmdlets": []string{}, "AdminAuditLogAgeLimit": "90.00:00:00", "LogLevel": "None", "TestCmdletLoggingEnabled": false, "UnifiedAuditLogFirstOptInDate": nil, "IsValid": true,
	}, c.world.Policies["AdminAuditLogConfig"], Object{"UnifiedAuditLogIngestionEnabled": !c.row.purview && !c.world.AuditOff})}, nil
}

func setAdminAuditLogConfig(c *command) ([]Object, error) {
	if !c.has("UnifiedAuditLogIngestionEnabled") {
		return nil, nil
	}
	on := c.flag("UnifiedAuditLogIngestionEnabled")
	c.world.AuditOff = false // switching it off is the last thing that it records
	c.doneTenant("Admin Audit Log Settings")
	c.world.AuditOff = !on
	c.warn("The admin audit log configuration change might take up to 60 minutes to take effect.")
	return nil, nil
}

func getAuditBypass(c *command) ([]Object, error) {
	list, err := c.mailboxes(c.text("Identity"))
	if err != nil {
		return nil, err
	}
	var rows []Object
	for _, m := range list {
		rows = append(rows, Object{"Identity": m.User, "Id": m.User, "Name": m.User, "ObjectId": made(c.world.ID, "recipient", m.User), "ExternalDirectoryObjectId": m.User, "AuditBypassEnabled": m.AuditBypass, "IsValid": true})
	}
	return rows, nil
}

func setAuditBypass(c *command) ([]Object, error) {
	m, err := c.one("Identity")
	if err != nil {
		return nil, err
	}
	if c.has("AuditBypassEnabled") {
		m.AuditBypass = c.flag("AuditBypassEnabled")
	}
	c.done(m, "")
	return nil, nil
}

// unblocks is how often a sender may be let out again; Microsoft says "limited"
// and gives no number, so this one is ours (unconfirmed).
const unblocks = 3

// getBlockedSenderAddress: its properties are not documented; these are as
// third parties report them (unconfirmed).
func getBlockedSenderAddress(c *command) ([]Object, error) {
	var rows []Object
	for _, r := range c.world.Restricted {
		if r.Since.IsZero() || c.has("SenderAddress") && !strings.EqualFold(c.text("SenderAddress"), r.Address) {
			continue
		}
		rows = append(rows, Object{"SenderAddress": r.Address, "Reason": r.Reason, "CreatedDatetime": r.Since, "ChangedDatetime": r.Since, "TemporaryBlock": false})
	}
	slices.SortStableFunc(rows, func(a, b Object) int { return cmp.Compare(textOf(a, "SenderAddress"), textOf(b, "SenderAddress")) })
	return rows, nil
}

// removeBlockedSenderAddress lifts a restriction. The sender's count of unblocks stays.
func removeBlockedSenderAddress(c *command) ([]Object, error) {
	for _, r := range c.world.Restricted {
		if r.Since.IsZero() || !strings.EqualFold(c.text("SenderAddress"), r.Address) {
			continue
		}
		if r.Unblocks >= unblocks {
			return nil, invalid("The sender address '%s' has reached the maximum number of times it can be unblocked. Contact support.", r.Address)
		}
		r.Unblocks++
		user := &User{UPN: r.Address}
		if u, err := c.world.userBy(r.Address); err == nil {
			user = u
		}
		c.doneTenant(r.Address)
		c.world.logLater("HygieneEvent", 51, c.now, user.ID, []string{r.Address, user.UPN, user.ID}, Object{
			"Workload": "Exchange", "ResultStatus": "Succeeded", "UserId": "NT AUTHORITY\\SYSTEM", "UserKey": "NT AUTHORITY\\SYSTEM", "UserType": 4, "ObjectId": r.Address,
			"Event": "Delisted", "EventValue": r.Address, "Reason": cmp.Or(c.text("Reason"), r.Reason), "Audit": "Delisted by administrator",
		})
		r.Since = time.Time{}
		return nil, nil
	}
	return nil, notFound(c.text("SenderAddress"))
}
