package respond_test

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"testing"
	"time"

	"evict"
	"evict/internal/m365"
	. "evict/internal/respond"
	"evict/internal/simtenant"
)

// The people and things of the tenant that every action is tried in.
const (
	tenantID     = "7e4a0000-0000-4000-8000-000000000001"
	danaID       = "7e4a0000-0000-4000-8000-00000000da0a" // in the attacker's hands
	omarID       = "7e4a0000-0000-4000-8000-00000000003a" // a colleague
	sydID        = "7e4a0000-0000-4000-8000-0000000005c0" // synced from Active Directory
	adaID        = "7e4a0000-0000-4000-8000-0000000000ad"
	fakeID       = "7e4a0000-0000-4000-8000-000000000bad" // made by the attacker
	responderID  = "7e4a0000-0000-4000-8000-000000000e01" // evict's own application
	helpdeskRole = "729827e3-9c14-49f7-bb1b-9608f156bbb8" // role template: Helpdesk Administrator
	groupsRole   = "fdd7a751-b60b-444a-984c-02652fe8fa1c" // role template: Groups Administrator
	crmAppID     = "7e4a0000-0000-4000-8000-0000000c0a01" // application object
	crmID        = "7e4a0000-0000-4000-8000-0000000c0a03" // its service principal
	thiefID      = "7e4a0000-0000-4000-8000-000000071e01" // service principal of the attacker's application
	graphID      = "7e4a0000-0000-4000-8000-0000000a9101"
	laptopID     = "7e4a0000-0000-4000-8000-00000001a901" // device object
	groupID      = "7e4a0000-0000-4000-8000-000000096001"
)

var worldNow = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

// smallWorld is a tenant with one of everything that can be taken away.
func smallWorld() *simtenant.World {
	yes := true
	w := &simtenant.World{
		ID: tenantID, Name: "Contoso", Domain: "contoso.example", Initial: "contoso.onmicrosoft.example", Now: worldNow,
		Plans: []string{"AAD_PREMIUM", "AAD_PREMIUM_P2", "EXCHANGE_S_ENTERPRISE", "MFA_PREMIUM"},
		Lists: map[string][]simtenant.Object{}, Policies: map[string]simtenant.Object{},
	}
	person := func(id, alias, name string) (*simtenant.User, *simtenant.Mailbox) {
		upn := alias + "@contoso.example"
		u := &simtenant.User{
			ID: id, UPN: upn, DisplayName: name, GivenName: alias, Surname: "Example", Mail: upn, Proxies: []string{"SMTP:" + upn}, Enabled: true, PUID: "1003200" + id[len(id)-9:], Plans: slices.Clone(w.Plans),
			Created: worldNow.AddDate(-2, 0, 0), PasswordChanged: worldNow.AddDate(0, -3, 0), SessionsValidFrom: worldNow.AddDate(0, -3, 0), Password: "Spring!2026" + alias, PerUserMFA: "disabled",
			Profile: simtenant.Object{"jobTitle": "Bookkeeper", "city": "Delft", "businessPhones": []string{"+31 15 555 0100"}, "mobilePhone": "+31 6 5550 0100"},
			Methods: []*simtenant.Method{{ID: "28c10230-6103-485e-b985-444c60001490", Type: "passwordAuthenticationMethod", Created: worldNow.AddDate(-2, 0, 0), ByHand: "owner"}},
		}
		m := &simtenant.Mailbox{
			User: id, GUID: guid("mailbox", id), Type: "UserMailbox", DisplayName: name,
			Folders: []*simtenant.Folder{
				{ID: alias + "-root", WellKnown: "msgfolderroot", Name: "Top of Information Store"}, {ID: alias + "-inbox", Parent: alias + "-root", WellKnown: "inbox", Name: "Inbox"},
				{ID: alias + "-rss", Parent: alias + "-root", Name: "RSS Feeds"}, {ID: alias + "-sent", Parent: alias + "-root", WellKnown: "sentitems", Name: "Sent Items"},
				{ID: alias + "-drafts", Parent: alias + "-root", WellKnown: "drafts", Name: "Drafts"}, {ID: alias + "-deleted", Parent: alias + "-root", WellKnown: "deleteditems", Name: "Deleted Items"},
				{ID: alias + "-junk", Parent: alias + "-root", WellKnown: "junkemail", Name: "Junk Email"}, {ID: alias + "-dumpster", WellKnown: "recoverableitemsdeletions", Name: "Deletions", Hidden: true},
			},
		}
		w.Users, w.Mailboxes = append(w.Users, u), append(w.Mailboxes, m)
		return u, m
	}
	u, box := person(danaID, "dana", "Dana Reyes")
	_, omars := person(omarID, "omar", "Omar Haddad")
	synced, _ := person(sydID, "syd", "Syd Sync")
	person(adaID, "ada", "Ada Admin")
	bad, _ := person(fakeID, "dana.reyes", "Dana Reyes")
	synced.Synced, synced.ImmutableID = &yes, "c3luY2Vk"
	bad.Created = worldNow.AddDate(0, 0, -2)
	u.Methods = append(u.Methods,
		&simtenant.Method{ID: "3179e48a-750b-4051-897c-87b9720928f7", Type: "phoneAuthenticationMethod", Created: worldNow.AddDate(-1, 0, 0), Props: simtenant.Object{"phoneNumber": "+31 6 5550 0100", "phoneType": "mobile"}, ByHand: "owner"},
		&simtenant.Method{ID: guid("authenticator"), Type: "microsoftAuthenticatorAuthenticationMethod", Created: worldNow.AddDate(0, 0, -3), Props: simtenant.Object{"displayName": "Pixel", "deviceTag": "SoftwareTokenActivated"}, ByHand: "attacker"})

	box.ForwardingSMTP, box.DeliverAndForward = "smtp:drop@evil.example", true
	box.CAS = simtenant.Object{"OWAEnabled": true, "MAPIEnabled": true, "EwsEnabled": true, "ActiveSyncEnabled": true, "ImapEnabled": true, "PopEnabled": true, "SmtpClientAuthenticationDisabled": nil}
	box.AutoReply = simtenant.Object{"AutoReplyState": "Enabled", "InternalMessage": "Please pay to the new account.", "ExternalMessage": "Please pay to the new account.", "ExternalAudience": "All"}
	box.Junk = simtenant.Object{"Enabled": true, "ContactsTrusted": false, "BlockedSendersAndDomains": []string{"bank.example"}, "TrustedSendersAndDomains": []string{"evil.example"}}
	box.Signature = simtenant.Object{"SignatureHtml": "<b>Cheap pills</b>", "SignatureText": "Cheap pills", "AutoAddSignature": true, "AutoAddSignatureOnReply": false}
	box.Audit = simtenant.Object{"AuditEnabled": false, "AuditOwner": []string{"HardDelete"}, "AuditDelegate": []string{"HardDelete"}, "AuditAdmin": []string{"HardDelete"}, "DefaultAuditSet": []string{}}
	box.AuditBypass = true
	box.Props = simtenant.Object{"HiddenFromAddressListsEnabled": true, "RetainDeletedItemsFor": "14.00:00:00", "SingleItemRecoveryEnabled": false, "LitigationHoldEnabled": false}
	box.Rules = []*simtenant.InboxRule{
		{ID: "9007199254740993001", Name: ".", Sequence: 1, Enabled: true, Conditions: simtenant.Object{"subjectContains": []any{"invoice"}}, Actions: simtenant.Object{"moveToFolder": "dana-rss", "markAsRead": true}, ByHand: "attacker"},
		{ID: "9007199254740993002", Name: "news", Sequence: 2, Enabled: true, Conditions: simtenant.Object{"senderContains": []any{"news"}}, Actions: simtenant.Object{"moveToFolder": "dana-junk"}, ByHand: "owner"},
		{ID: "9007199254740993003", Name: "..", Sequence: 3, Enabled: true, Hidden: true, Conditions: simtenant.Object{"subjectContains": []any{"wire"}}, Actions: simtenant.Object{"delete": true}, ByHand: "attacker"},
	}
	box.Sweep = []simtenant.Object{{"Name": "sweep", "RuleId": guid("sweep"), "Provider": "Exchange16", "Enabled": true, "Sender": "bank@bank.example", "DestinationFolder": "dana-deleted"}}
	box.Permissions = []*simtenant.Permission{{User: omarID, Rights: []string{"FullAccess"}, ByHand: "attacker"}}
	box.SendAs, box.SendOnBehalf = []string{omarID}, []string{omarID}
	boxFolder(box, "dana-inbox").Permissions = []*simtenant.Permission{{User: omarID, Rights: []string{"Editor"}, ByHand: "attacker"}}
	box.Folders = append(box.Folders, &simtenant.Folder{ID: "dana-calendar", Parent: "dana-root", WellKnown: "calendar", Name: "Calendar", Permissions: []*simtenant.Permission{{User: omarID, Rights: []string{"Editor"}, Flags: "Delegate, CanViewPrivateItems", ByHand: "attacker"}}})
	box.AddIns = []simtenant.Object{{"Name": "Mail Helper", "DisplayName": "Mail Helper", "AppId": guid("add-in"), "Enabled": true, "Type": "Private"}}
	box.Mobile = []simtenant.Object{{"DeviceId": "ABCDEF0123456789", "DeviceType": "Android", "FriendlyName": "Pixel"}}
	box.OneDrive = []simtenant.Object{{
		"url": fileAddress, "driveId": "b!drive-of-dana", "id": "01ITEMOFDANA", "name": "prices.xlsx",
		"permissions": []simtenant.Object{
			{"id": "perm-anonymous", "roles": []string{"read"}, "link": simtenant.Object{"scope": "anonymous", "type": "view", "webUrl": "https://contoso-my.sharepoint.example/:x:/s3cret-link"}},
			{"id": "perm-colleagues", "roles": []string{"read"}, "link": simtenant.Object{"scope": "organization", "type": "view"}},
		},
	}}
	mail := func(m *simtenant.Mailbox, folderID, internet, subject string) {
		f := boxFolder(m, folderID)
		f.Messages = append(f.Messages, &simtenant.Message{ID: guid(folderID, internet), InternetID: internet, Conversation: guid("thread", subject), Subject: subject, From: "supplier@fabrikam.example", To: []string{"dana@contoso.example"}, Sent: worldNow.Add(-30 * time.Hour), Received: worldNow.Add(-30 * time.Hour), Modified: worldNow.Add(-29 * time.Hour)})
	}
	mail(box, "dana-rss", "<answer-1@fabrikam.example>", "RE: Invoice 4711")
	mail(box, "dana-deleted", "<answer-2@fabrikam.example>", "RE: RE: Invoice 4711")
	mail(box, "dana-inbox", "<other@fabrikam.example>", "Lunch")
	mail(box, "dana-sent", "<phish@contoso.example>", "Shared document")
	mail(omars, "omar-inbox", "<phish@contoso.example>", "Shared document")
	mail(omars, "omar-dumpster", "<phish-2@contoso.example>", "Shared document, again")
	mail(omars, "omar-inbox", "<other-2@fabrikam.example>", "Lunch too")

	w.Restricted = []*simtenant.Restricted{{Address: "dana@contoso.example", Reason: "OutboundSpamLast24Hours", Since: worldNow.Add(-5 * time.Hour)}}
	w.Transport = []simtenant.Object{{"Name": "Copy invoices", "State": "Enabled", "Priority": 0, "BlindCopyTo": []string{"drop@evil.example"}}}
	w.Journals = []simtenant.Object{{"Name": "Journal", "Enabled": true, "JournalEmailAddress": "drop@evil.example"}}
	w.Inbound = []simtenant.Object{{"Name": "From afar", "Enabled": true, "SenderIPAddresses": []string{"203.0.113.9"}}}
	w.Outbound = []simtenant.Object{{"Name": "To afar", "Enabled": true, "SmartHosts": []string{"mx.evil.example"}}}
	w.RemoteDomains = []simtenant.Object{{"Name": "Evil", "DomainName": "evil.example", "AutoForwardEnabled": true}}
	w.Policies["HostedOutboundSpamFilterPolicy"] = simtenant.Object{"AutoForwardingMode": "On"}
	w.Policies["OrganizationConfig"] = simtenant.Object{"AuditDisabled": true}
	w.Groups = []*simtenant.Group{{ID: groupID, Name: "Tier 1", RoleAssignable: true, Members: []string{danaID, omarID}}}
	w.RoleHolders = []*simtenant.RoleAssignment{
		{ID: "role-active", Role: helpdeskRole, Principal: danaID, Scope: "/", ByHand: "attacker"}, {ID: "role-eligible", Role: groupsRole, Principal: danaID, Scope: "/", Eligible: true, ByHand: "attacker"},
		{ID: "role-of-group", Role: groupsRole, Principal: groupID, Scope: "/", ByHand: "owner"}, {ID: "role-of-admin", Role: "62e90394-69f5-4237-9190-012177145e10", Principal: adaID, Scope: "/", ByHand: "owner"},
	}
	w.RoleGroups = []*simtenant.RoleGroup{
		{Name: "Recipient Management", Roles: []string{"Mail Recipients"}, Members: []string{danaID, omarID}}, {Name: "eDiscoveryManager", Purview: true, Roles: []string{"Compliance Search"}, Members: []string{danaID, omarID}},
	}
	w.Applications = []*simtenant.Application{{
		ID: crmAppID, AppID: guid("crm"), Name: "CRM", Created: worldNow.AddDate(-1, 0, 0),
		Secrets: []simtenant.Object{{"keyId": guid("owner's secret"), "displayName": "nightly", "hint": "abc"}, {"keyId": guid("attacker's secret"), "displayName": "backup", "hint": "xyz"}},
		Keys:    []simtenant.Object{{"keyId": guid("owner's key"), "displayName": "CN=crm", "type": "AsymmetricX509Cert", "usage": "Verify", "key": "b3duZXI="}, {"keyId": guid("attacker's key"), "displayName": "CN=crm2", "type": "AsymmetricX509Cert", "usage": "Verify", "key": "YXR0YWNrZXI="}},
	}}
	w.Principals = []*simtenant.ServicePrincipal{
		{ID: crmID, AppID: guid("crm"), Name: "CRM", OwnerTenant: tenantID, Enabled: true, Secrets: []simtenant.Object{{"keyId": guid("principal's secret"), "displayName": "backup"}}, Keys: []simtenant.Object{{"keyId": guid("principal's key"), "displayName": "CN=crm3", "type": "AsymmetricX509Cert", "usage": "Verify", "key": "cHJpbmNpcGFs"}}},
		{ID: thiefID, AppID: guid("mail thief"), Name: "Mail Thief", OwnerTenant: guid("elsewhere"), Enabled: true, ByHand: "attacker"},
		{ID: graphID, AppID: "00000003-0000-0000-c000-000000000000", Name: "Microsoft Graph", Enabled: true},
	}
	w.Grants = []*simtenant.Grant{
		{ID: "grant-of-dana", Client: thiefID, Consent: "Principal", Principal: danaID, Resource: graphID, Scope: " Mail.Read offline_access", ByHand: "attacker"},
		{ID: "grant-of-all", Client: thiefID, Consent: "AllPrincipals", Resource: graphID, Scope: "User.Read", ByHand: "attacker"},
	}
	w.AppRoles = []*simtenant.AppRoleAssignment{{ID: "approle-of-dana", Role: "00000000-0000-0000-0000-000000000000", Principal: danaID, PrincipalType: "User", Resource: crmID, Created: worldNow.AddDate(0, 0, -3), ByHand: "attacker"}}
	w.Devices = []*simtenant.Device{{ID: laptopID, DeviceID: guid("device"), Name: "DESKTOP-EVIL", OS: "Windows", Trust: "AzureAd", Owner: danaID, Enabled: true, Registered: worldNow.AddDate(0, 0, -3), ByHand: "attacker"}}
	w.Risky = []*simtenant.Risky{{User: danaID, Props: simtenant.Object{"riskState": "atRisk", "riskLevel": "medium", "riskDetail": "none"}}}
	return w
}

const fileAddress = "https://contoso-my.sharepoint.example/personal/dana_contoso_example/Documents/prices.xlsx"

func boxFolder(m *simtenant.Mailbox, id string) *simtenant.Folder {
	i := slices.IndexFunc(m.Folders, func(f *simtenant.Folder) bool { return f.ID == id })
	return m.Folders[i]
}

// guid follows from its parts alone.
func guid(parts ...string) string {
	h := fmt.Sprintf("%x", sha256.Sum256(fmt.Appendf(nil, "%q", parts)))
	return h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-8" + h[17:20] + "-" + h[20:32]
}

// responderSecret is what evict's own application signs in with.
const responderSecret = "CANARY-secret-of-the-responder"

// registerResponder gives evict's own application what the table asks for these
// operations, the least of each, and nothing else.
func registerResponder(w *simtenant.World, ops []string) {
	c := &simtenant.Client{ID: responderID, Secret: responderSecret, Roles: []string{"Privileged Authentication Administrator"}}
	roles := map[m365.Service][]string{}
	for _, id := range ops {
		op, _ := m365.OperationByID(id)
		if len(op.Permission) > 0 {
			c.Permissions = append(c.Permissions, op.Permission[0])
		}
		roles[op.Service] = append(roles[op.Service], op.Roles...)
	}
	slices.Sort(c.Permissions)
	c.Permissions = slices.Compact(c.Permissions)
	principal := guid("principal of the responder")
	w.Clients = append(w.Clients, c)
	w.Principals = append(w.Principals, &simtenant.ServicePrincipal{ID: principal, AppID: responderID, Name: "evict respond", OwnerTenant: w.ID, Enabled: true})
	for service, list := range roles {
		if len(list) > 0 {
			w.RoleGroups = append(w.RoleGroups, &simtenant.RoleGroup{Name: "evict " + string(service), Purview: service == m365.Compliance, Roles: list, Members: []string{principal}})
		}
	}
}

// A trial is one action on one object of the small tenant.
type trial struct {
	action *Action
	target evict.Object
	want   string // JSON; "" for none
	set    func(*simtenant.World)
	check  func(*testing.T, *bench, *simtenant.World) // what the lines of a world do not show
	also   []string                                   // operations whose permission it needs besides those of its own
	anew   bool                                       // it can always be planned once more
	wait   time.Duration                              // for reads to agree, where they take longer than usual
}

func thing(account, kind, id string) evict.Object {
	return evict.Object{Account: account, Name: id, Kind: kind, ID: id}
}

func whole(account string) evict.Object {
	return evict.Object{Account: account, Name: account, Kind: "user"}
}

// graphRuleID is how Graph names a rule: Exchange's number in eight bytes.
func graphRuleID(n uint64) string {
	var b [8]byte
	for i := range b {
		b[i] = byte(n >> (8 * i))
	}
	return base64.URLEncoding.EncodeToString(b[:])
}

func sessionsEnded(t *testing.T, _ *bench, w *simtenant.World) {
	for _, u := range w.Users {
		if ended := !u.SessionsValidFrom.Before(worldNow); ended != (u.ID == danaID) {
			t.Errorf("%s: sessions valid from %s", u.UPN, u.SessionsValidFrom)
		}
	}
}

// passwordHandedOver: what the person was told is what signs in, and nobody else's changed.
func passwordHandedOver(t *testing.T, b *bench, w *simtenant.World) {
	if len(b.told) == 0 || len(b.told[len(b.told)-1]) < 20 || w.Users[0].Password != b.told[len(b.told)-1] {
		t.Errorf("%d passwords were told, and none is the account's", len(b.told))
	}
	for _, u := range w.Users[1:] {
		if u.PasswordChanged.After(worldNow) {
			t.Errorf("%s: password changed", u.UPN)
		}
	}
}

// trials are at least one for each action that is not manual.
var trials = map[string]trial{
	"block-sign-in":                {action: BlockSignIn, target: whole(danaID)},
	"block-account":                {action: BlockAccount, target: whole(fakeID)},
	"unblock-sign-in":              {action: UnblockSignIn, target: whole(danaID), set: func(w *simtenant.World) { w.Users[0].Enabled = false }},
	"revoke-sessions":              {action: RevokeSessions, target: whole(danaID), check: sessionsEnded},
	"reset-password":               {action: ResetPassword, target: whole(danaID), check: passwordHandedOver},
	"confirm-compromised":          {action: ConfirmCompromised, target: whole(danaID)},
	"dismiss-risk":                 {action: DismissRisk, target: whole(danaID), set: func(w *simtenant.World) { w.Risky[0].Props["riskState"] = "confirmedCompromised" }},
	"disable-mail-protocols":       {action: DisableMailProtocols, target: whole(danaID)},
	"restore-mail-protocols":       {action: RestoreMailProtocols, target: whole(danaID), want: `{"OWAEnabled":true,"ImapEnabled":false,"PopEnabled":false}`, set: func(w *simtenant.World) { w.Mailboxes[0].CAS["OWAEnabled"] = false }},
	"remove-authentication-method": {action: RemoveAuthenticationMethod, target: thing(danaID, "microsoftAuthenticatorAuthenticationMethod", guid("authenticator"))},
	"remove-authentication-method default": {action: RemoveAuthenticationMethod, target: thing(danaID, "microsoftAuthenticatorAuthenticationMethod", guid("authenticator")), set: func(w *simtenant.World) {
		w.Users[0].DefaultMethod = guid("authenticator")
	}},
	"remove-app-passwords":                    {action: RemoveAppPasswords, target: whole(danaID), anew: true, wait: 20 * time.Minute, set: func(w *simtenant.World) { w.Users[0].PerUserMFA, w.Users[0].AppPasswords = "enforced", 1 }},
	"require-mfa":                             {action: RequireMfa, target: whole(danaID)},
	"remove-forwarding":                       {action: RemoveForwarding, target: whole(danaID)},
	"restore-outbound-policy":                 {action: RestoreOutboundPolicy, target: thing("", "outbound-spam-policy", "Default"), want: `{"AutoForwardingMode":"Automatic"}`},
	"restore-outbound-policy remote":          {action: RestoreOutboundPolicy, target: thing("", "remote-domain", "Evil"), want: `{"AutoForwardEnabled":false}`},
	"disable-inbox-rule":                      {action: DisableInboxRule, target: thing(danaID, "inbox-rule", graphRuleID(9007199254740993001))},
	"disable-inbox-rule hidden":               {action: DisableInboxRule, target: thing(danaID, "hidden-inbox-rule", "9007199254740993003")},
	"delete-inbox-rule":                       {action: DeleteInboxRule, target: thing(danaID, "inbox-rule", graphRuleID(9007199254740993001))},
	"delete-inbox-rule hidden":                {action: DeleteInboxRule, target: thing(danaID, "hidden-inbox-rule", "9007199254740993003")},
	"disable-sweep-rule":                      {action: DisableSweepRule, target: thing(danaID, "sweep-rule", guid("sweep"))},
	"remove-directory-role":                   {action: RemoveDirectoryRole, target: thing(danaID, "directory-role", "role-active")},
	"remove-eligible-role":                    {action: RemoveEligibleRole, target: thing(danaID, "eligible-role", "role-eligible")},
	"remove-group-member":                     {action: RemoveGroupMember, also: []string{"delete-role-assignment"}, target: thing(danaID, "group-membership", groupID)},
	"remove-exchange-role-group":              {action: RemoveExchangeRoleGroup, target: thing(danaID, "role-group", "Recipient Management")},
	"remove-compliance-role-group":            {action: RemoveComplianceRoleGroup, target: thing(danaID, "compliance-group", "eDiscoveryManager")},
	"revoke-consent":                          {action: RevokeConsent, target: thing(danaID, "grant", "grant-of-dana")},
	"revoke-consent for all":                  {action: RevokeConsent, target: thing("", "grant", "grant-of-all")},
	"remove-app-role-assignment":              {action: RemoveAppRoleAssignment, target: thing(danaID, "app-role", "approle-of-dana")},
	"disable-application":                     {action: DisableApplication, target: thing("", "service-principal", thiefID)},
	"remove-application-secret":               {action: RemoveApplicationSecret, target: thing("", "application-secret", crmAppID+"/"+guid("attacker's secret"))},
	"remove-application-secret certificate":   {action: RemoveApplicationSecret, target: thing("", "application-secret", crmAppID+"/"+guid("attacker's key"))},
	"remove-application-secret principal":     {action: RemoveApplicationSecret, target: thing("", "principal-secret", crmID+"/"+guid("principal's secret"))},
	"remove-application-secret principal key": {action: RemoveApplicationSecret, target: thing("", "principal-secret", crmID+"/"+guid("principal's key"))},
	"remove-delegate full access":             {action: RemoveDelegate, target: thing(danaID, "mailbox-permission", "omar@contoso.example")},
	"remove-delegate send as":                 {action: RemoveDelegate, target: thing(danaID, "send-as", "omar@contoso.example")},
	"remove-delegate on behalf":               {action: RemoveDelegate, target: thing(danaID, "send-on-behalf", omarID)},
	"remove-delegate folder":                  {action: RemoveDelegate, target: evict.Object{Account: danaID, Kind: "folder-permission", ID: "Omar Haddad", Name: `\Inbox`}},
	"remove-delegate calendar":                {action: RemoveDelegate, target: evict.Object{Account: danaID, Kind: "folder-permission", ID: "Omar Haddad", Name: `\Calendar`}},
	"disable-transport-rule":                  {action: DisableTransportRule, target: thing("", "transport-rule", "Copy invoices")},
	"disable-journal-rule":                    {action: DisableJournalRule, target: thing("", "journal-rule", "Journal")},
	"disable-connector inbound":               {action: DisableConnector, target: thing("", "inbound-connector", "From afar")},
	"disable-connector outbound":              {action: DisableConnector, target: thing("", "outbound-connector", "To afar")},
	"disable-device":                          {action: DisableDevice, target: thing("", "device", laptopID)},
	"remove-mobile-device":                    {action: RemoveMobileDevice, target: thing(danaID, "mobile-device", danaID+`\ExchangeActiveSyncDevices\Hx§Android§ABCDEF0123456789`)},
	"remove-add-in":                           {action: RemoveAddIn, target: thing(danaID, "add-in", guid("add-in"))},
	"remove-sharing-link":                     {action: RemoveSharingLink, target: thing("", "sharing-link", fileAddress)},
	"disable-auto-reply":                      {action: DisableAutoReply, target: whole(danaID)},
	"restore-junk-settings":                   {action: RestoreJunkSettings, target: whole(danaID), want: `{"BlockedSendersAndDomains":[],"TrustedSendersAndDomains":[]}`},
	"restore-signature":                       {action: RestoreSignature, target: whole(danaID), want: `{"SignatureHtml":"<p>Dana</p>","SignatureText":"Dana"}`},
	"restore-audit log":                       {action: RestoreAudit, target: thing("", "audit-log", "Admin Audit Log Settings"), set: func(w *simtenant.World) { w.AuditOff = true }},
	"restore-audit organization":              {action: RestoreAudit, target: thing("", "organization-audit", "OrganizationConfig")},
	"restore-audit mailbox":                   {action: RestoreAudit, target: thing(danaID, "mailbox-audit", ""), want: `{"AuditOwner":["HardDelete","MailItemsAccessed"]}`},
	"restore-audit bypass":                    {action: RestoreAudit, target: thing(danaID, "audit-bypass", "")},
	"preserve":                                {action: Preserve, target: whole(danaID)},
	"hold-mailbox":                            {action: HoldMailbox, target: whole(danaID)},
	"restore-listing":                         {action: RestoreListing, target: whole(danaID)},
	"restore-profile":                         {action: RestoreProfile, target: whole(danaID), want: `{"city":"Leiden","jobTitle":"Controller"}`},
	"return-hidden-mail":                      {action: ReturnHiddenMail, target: whole(danaID), want: `{"messages":[{"internetMessageId":"<answer-1@fabrikam.example>"},{"internetMessageId":"<answer-2@fabrikam.example>"},{"internetMessageId":"<gone@fabrikam.example>"}]}`},
	"recall-internal-phish":                   {action: RecallInternalPhish, target: whole(omarID), want: `{"messages":[{"internetMessageId":"<phish@contoso.example>"}]}`},
	"recall-internal-phish recoverable":       {action: RecallInternalPhish, target: whole(omarID), want: `{"messages":[{"internetMessageId":"<phish-2@contoso.example>"}]}`},
	"unblock-sending":                         {action: UnblockSending, target: thing(danaID, "restricted-sender", "dana@contoso.example")},
}
