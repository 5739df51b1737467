package scenarios

import (
	"bufio"
	"encoding/json"
	"errors"
	"net/url"
	"strings"

	"evict/internal/simtenant"
)

// A dump is one kind of state, asked of the tenant as collecting asks for it.
type dump struct {
	file, source string
	graph        string         // address, {id} and {upn} stand for the account's; "" for a cmdlet
	cmdlet       string         // of Exchange, or of Purview when it begins with "purview:"
	params       map[string]any // "{id}" and "{upn}" as above
	each         bool           // asked of each account, not of the tenant
	plan         string         // service plan of the tenant without which nobody asks
}

// userProperties are what a user is asked for: Graph gives few without being asked.
const userProperties = "id,userPrincipalName,displayName,givenName,surname,mail,proxyAddresses,otherMails,mailNickname,accountEnabled,userType,createdDateTime," +
	"lastPasswordChangeDateTime,signInSessionsValidFromDateTime,passwordPolicies,onPremisesSyncEnabled,onPremisesImmutableId,onPremisesLastSyncDateTime," +
	"onPremisesDomainName,onPremisesSamAccountName,showInAddressList,identities,assignedLicenses,assignedPlans,jobTitle,department,companyName,officeLocation," +
	"streetAddress,city,state,postalCode,country,usageLocation,businessPhones,mobilePhone,faxNumber,employeeId"

const principalProperties = "id,appId,displayName,appOwnerOrganizationId,verifiedPublisher,accountEnabled,replyUrls,servicePrincipalType,passwordCredentials,keyCredentials,tags"

type params = map[string]any

// dumps are all states from which verdicts follow.
var dumps = []dump{
	{file: "users", source: "users", graph: "/v1.0/users/{upn}?$select=" + userProperties, each: true},
	{file: "risky-users", source: "risk", graph: "/v1.0/identityProtection/riskyUsers/{id}", each: true, plan: "AAD_PREMIUM_P2"},
	{file: "risk-history", source: "risk", graph: "/v1.0/identityProtection/riskyUsers/{id}/history", each: true, plan: "AAD_PREMIUM_P2"},
	{file: "risk-detections", source: "risk", graph: "/v1.0/identityProtection/riskDetections?$filter=userId eq '{id}'&$top=500", each: true, plan: "AAD_PREMIUM_P2"},
	{file: "inbox-rules", source: "inbox rules", cmdlet: "Get-InboxRule", params: params{"Mailbox": "{id}", "IncludeHidden": true}, each: true},
	{file: "message-rules", source: "inbox rules", graph: "/v1.0/users/{id}/mailFolders/inbox/messageRules", each: true},
	{file: "sweep-rules", source: "sweep rules", cmdlet: "Get-SweepRule", params: params{"Mailbox": "{id}"}, each: true},
	{file: "mailboxes", source: "mailboxes", cmdlet: "Get-Mailbox", params: params{"Identity": "{id}"}, each: true},
	{file: "cas-mailboxes", source: "protocols", cmdlet: "Get-CASMailbox", params: params{"Identity": "{id}"}, each: true},
	{file: "audit-bypass", source: "mailbox switches", cmdlet: "Get-MailboxAuditBypassAssociation", params: params{"Identity": "{id}"}, each: true},
	{file: "junk", source: "mailbox junk settings", cmdlet: "Get-MailboxJunkEmailConfiguration", params: params{"Identity": "{id}"}, each: true},
	{file: "auto-replies", source: "mailbox auto-replies", cmdlet: "Get-MailboxAutoReplyConfiguration", params: params{"Identity": "{id}"}, each: true},
	{file: "signatures", source: "mailbox signatures", cmdlet: "Get-MailboxMessageConfiguration", params: params{"Identity": "{id}"}, each: true},
	{file: "mobile-devices", source: "devices", cmdlet: "Get-MobileDevice", params: params{"Mailbox": "{id}"}, each: true},
	{file: "mailbox-settings", source: "mailbox settings", graph: "/v1.0/users/{id}/mailboxSettings", each: true},
	{file: "mailbox-permissions", source: "mailbox permissions", cmdlet: "Get-MailboxPermission", params: params{"Identity": "{id}", "ResultSize": "Unlimited"}, each: true},
	{file: "send-as", source: "send-as permissions", cmdlet: "Get-RecipientPermission", params: params{"Identity": "{id}", "ResultSize": "Unlimited"}, each: true},
	{file: "methods", source: "authentication methods", graph: "/v1.0/users/{id}/authentication/methods", each: true},
	{file: "registration", source: "authentication methods", graph: "/v1.0/reports/authenticationMethods/userRegistrationDetails/{id}", each: true},
	{file: "registered-devices", source: "devices", graph: "/v1.0/users/{id}/registeredDevices", each: true},
	{file: "owned-devices", source: "devices", graph: "/v1.0/users/{id}/ownedDevices", each: true},
	{file: "user-consents", source: "consents", graph: "/v1.0/users/{id}/oauth2PermissionGrants", each: true},
	{file: "app-roles", source: "consents", graph: "/v1.0/users/{id}/appRoleAssignments", each: true},
	{file: "roles", source: "directory roles", graph: "/v1.0/roleManagement/directory/roleAssignments?$filter=principalId eq '{id}'&$expand=roleDefinition", each: true},
	{file: "eligible-roles", source: "eligible roles", graph: "/v1.0/roleManagement/directory/roleEligibilitySchedules?$filter=principalId eq '{id}'&$expand=roleDefinition", each: true},
	{file: "role-instances", source: "eligible roles", graph: "/v1.0/roleManagement/directory/roleAssignmentScheduleInstances?$filter=principalId eq '{id}'&$expand=roleDefinition", each: true},
	{file: "eligible-groups", source: "eligible roles", graph: "/v1.0/identityGovernance/privilegedAccess/group/eligibilitySchedules?$filter=principalId eq '{id}'", each: true},
	{file: "management-roles", source: "exchange roles", cmdlet: "Get-ManagementRoleAssignment", params: params{"RoleAssignee": "{upn}"}, each: true},

	{file: "all-roles", source: "directory roles", graph: "/v1.0/roleManagement/directory/roleAssignments?$expand=roleDefinition"},
	{file: "exchange-roles", source: "exchange roles", cmdlet: "Get-RoleGroup", params: params{"ResultSize": "Unlimited"}},
	{file: "purview-roles", source: "compliance role groups", cmdlet: "purview:Get-RoleGroup", params: params{"ResultSize": "Unlimited"}},
	{file: "tenant-consents", source: "consents", graph: "/v1.0/oauth2PermissionGrants?$filter=consentType eq 'AllPrincipals'"},
	{file: "applications", source: "applications", graph: "/v1.0/servicePrincipals?$select=" + principalProperties + "&$top=999"},
	{file: "transport-rules", source: "transport rules", cmdlet: "Get-TransportRule", params: params{"ResultSize": "Unlimited"}},
	{file: "inbound-connectors", source: "connectors", cmdlet: "Get-InboundConnector", params: params{"ResultSize": "Unlimited"}},
	{file: "outbound-connectors", source: "connectors", cmdlet: "Get-OutboundConnector", params: params{"ResultSize": "Unlimited"}},
	{file: "journal-rules", source: "mail flow: journal rules", cmdlet: "Get-JournalRule"},
	{file: "remote-domains", source: "mail flow: remote domains", cmdlet: "Get-RemoteDomain", params: params{"ResultSize": "Unlimited"}},
	{file: "outbound-policy", source: "mail flow: outbound policy", cmdlet: "Get-HostedOutboundSpamFilterPolicy", params: params{"Identity": "Default"}},
	{file: "audit-switch", source: "mail flow: audit switches", cmdlet: "Get-AdminAuditLogConfig"},
	{file: "organization", source: "mail flow: organization", cmdlet: "Get-OrganizationConfig"},
	{file: "restricted-senders", source: "restricted senders", cmdlet: "Get-BlockedSenderAddress"},
}

// states writes all state, a file for each kind.
func (x *exporter) states() error {
	for _, d := range dumps {
		if err := x.state(d); err != nil {
			return err
		}
	}
	return x.folderRights()
}

// whom are the accounts of the directory, in its order.
func (x *exporter) whom() []*simtenant.User {
	var out []*simtenant.User
	for _, u := range x.w.Users {
		if u.Deleted.IsZero() {
			out = append(out, u)
		}
	}
	return out
}

// A owned page is an answer about one account, or about the tenant ("").
type ownedPage struct {
	upn  string
	rows []json.RawMessage
}

// state writes one kind of state as pages, one for each account, each with its
// owner's name where Graph's pages have it: a rule names no mailbox.
func (x *exporter) state(d dump) error {
	pages, refused, err := x.asked(d)
	if err != nil {
		return err
	}
	return x.pages("state/"+d.file+".json", d.source, d.file, pages, refused)
}

func (x *exporter) pages(file, source, resource string, pages []ownedPage, refused string) error {
	s := x.ofState(source)
	if source == "risk" {
		s = x.ofRisk()
	}
	if refused != "" {
		s.Complete, s.Why = false, refused
	}
	for _, p := range pages {
		s.Rows += len(p.rows)
	}
	return x.write(file, s, func(out *bufio.Writer) error {
		if len(pages) == 0 {
			pages = []ownedPage{{}}
		}
		for _, p := range pages {
			context := "https://graph.microsoft.com/v1.0/$metadata#" + resource
			if p.upn != "" {
				context = "https://graph.microsoft.com/v1.0/$metadata#users('" + url.PathEscape(p.upn) + "')/" + resource
			}
			page(out, context, p.rows)
		}
		return nil
	})
}

const noLicence = "not licensed: the tenant's service plans can't hold it" // as a collection says it

// asked asks the tenant for one kind of state. What it says it hasn't gives an
// empty page; what it may not say is refused, for want of a licence.
func (x *exporter) asked(d dump) (pages []ownedPage, refused string, err error) {
	if d.plan != "" && !x.licensed(d.plan) {
		return nil, noLicence, nil
	}
	whom := []*simtenant.User{nil}
	if d.each {
		whom = x.whom()
	}
	for _, u := range whom {
		rows, err := x.ask(d, u)
		var r *simtenant.Refusal
		switch {
		case err == nil:
		case errors.As(err, &r) && r.Status == 404:
		case errors.As(err, &r) && r.Status == 501:
			refused = "not asked"
		case errors.As(err, &r) && r.Status == 403:
			refused = noLicence
		default:
			return nil, "", err
		}
		p := ownedPage{rows: rows}
		if u != nil {
			p.upn = u.UPN
		}
		if len(rows) > 0 {
			pages = append(pages, p)
		}
	}
	return pages, refused, nil
}

// ask puts one question about one account, or about the tenant (nil).
func (x *exporter) ask(d dump, u *simtenant.User) ([]json.RawMessage, error) {
	id, upn := "", ""
	if u != nil {
		id, upn = u.ID, u.UPN
	}
	if d.graph != "" {
		path, query, _ := strings.Cut(d.graph, "?")
		path = strings.NewReplacer("{id}", url.PathEscape(id), "{upn}", url.PathEscape(upn)).Replace(path)
		q := url.Values{}
		for option := range strings.SplitSeq(query, "&") {
			if name, value, ok := strings.Cut(option, "="); ok {
				q.Set(name, strings.ReplaceAll(value, "{id}", id))
			}
		}
		if len(q) > 0 {
			path += "?" + q.Encode()
		}
		return x.view.Graph(path)
	}
	name, purview := strings.CutPrefix(d.cmdlet, "purview:")
	given := params{}
	for k, v := range d.params {
		if s, ok := v.(string); ok {
			v = strings.NewReplacer("{id}", id, "{upn}", upn).Replace(s)
		}
		given[k] = v
	}
	return x.view.Cmdlet(purview, name, given)
}

// plainFolders are types of folder that hold people's mail and dates; the rest is Exchange's own.
var plainFolders = map[string]bool{
	"Root": true, "Inbox": true, "SentItems": true, "DeletedItems": true, "Drafts": true, "JunkEmail": true, "Archive": true, "Calendar": true, "Contacts": true,
	"Notes": true, "Tasks": true, "RssFeeds": true, "RssSubscription": true, "User Created": true, "ConversationHistory": true, "CommunicatorHistory": true, "Clutter": true, "Outbox": true, "": true,
}

// folderRights writes who may do what in which folder.
func (x *exporter) folderRights() error {
	var pages []ownedPage
	for _, u := range x.whom() {
		rows, err := x.ask(dump{cmdlet: "Get-MailboxFolderStatistics", params: params{"Identity": "{id}"}}, u)
		if simtenant.IsAbsent(err) {
			continue
		}
		if err != nil {
			return err
		}
		p := ownedPage{upn: u.UPN}
		for _, row := range rows {
			var f struct{ FolderPath, FolderType string }
			if err := json.Unmarshal(row, &f); err != nil {
				return err
			}
			if !plainFolders[f.FolderType] {
				continue
			}
			identity := u.ID + ":" + strings.NewReplacer("/", `\`, "\uf8ff", "/").Replace(f.FolderPath)
			if f.FolderType == "Root" {
				identity = u.ID + `:\`
			}
			rights, err := x.view.Cmdlet(false, "Get-MailboxFolderPermission", params{"Identity": identity})
			if err != nil {
				return err
			}
			p.rows = append(p.rows, rights...)
		}
		pages = append(pages, p)
	}
	return x.pages("state/folder-permissions.json", "folder permissions", "folder-permissions", pages, "")
}
