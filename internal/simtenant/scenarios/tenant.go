package scenarios

import (
	"time"

	"evict/internal/simtenant"
)

// roleTemplates are the built-in directory roles of these tenants (Microsoft:
// "Microsoft Entra built-in roles").
var roleTemplates = map[string]string{
	"Global Administrator":                    "62e90394-69f5-4237-9190-012177145e10",
	"Exchange Administrator":                  "29232cdf-9323-42fd-ade2-1d097af3e4de",
	"Privileged Authentication Administrator": "7be44c8a-adaf-4e2a-84d6-ab2649e08a13",
	"Helpdesk Administrator":                  "729827e3-9c14-49f7-bb1b-9608f156bbb8",
	"User Administrator":                      "fe930be7-5e62-47db-91af-98c3a49a38b1",
	"Global Reader":                           "f2ef992c-3afb-46b9-b7cf-a126ee74c451",
	"Directory Synchronization Accounts":      "d29b2b05-8046-44ba-8758-1e26182fcf32",
}

// Object IDs of applications that every tenant has.
const (
	graphPrincipal = "c6de1beb-148e-43f6-8c73-29d84232e699"
	crmPrincipal   = "9d7b1c52-0f3e-4a86-b1c4-5e6f7a8b9c0d"
)

// The one application that the tenant has registered itself.
const intranetName = "Contoso Intranet"

var intranetID = made("application object", "intranet")

// secret is a password of an application as Graph shows it.
func secret(id, name string, since time.Time) simtenant.Object {
	return simtenant.Object{"keyId": id, "displayName": name, "hint": id[:3], "secretText": nil, "customKeyIdentifier": nil, "startDateTime": since, "endDateTime": since.AddDate(1, 0, 0)}
}

// tenant makes what is the tenant's own before the first day: roles, role
// groups, applications and their consents, mail flow, the clients of evict.
func (b *builder) tenant() {
	w := b.w
	role := func(name, principal string, eligible bool) {
		if principal != "" {
			id := roleTemplates[name]
			w.RoleHolders = append(w.RoleHolders, &simtenant.RoleAssignment{ID: made("role", principal, id, map[bool]string{true: "eligible"}[eligible]), Role: id, Principal: principal, Scope: "/", Eligible: eligible, ByHand: "owner"})
		}
	}
	person := func(i int) string {
		if i < len(b.g.users) {
			return b.g.users[i].oid
		}
		return ""
	}
	role("Global Administrator", b.users[breakGlass].ID, false)
	role("Directory Synchronization Accounts", directorySyncer().oid, false)
	role("Global Administrator", person(1), false)
	role("Exchange Administrator", person(1), false)
	role("Helpdesk Administrator", person(5), false)
	role("Exchange Administrator", person(6), true)
	for i, u := range b.g.users {
		if u.admin && i != 1 {
			role("User Administrator", u.oid, false)
		}
	}
	group := func(name string, purview bool, roles []string, members ...string) {
		g := &simtenant.RoleGroup{Name: name, Purview: purview, Roles: roles, ByHand: map[string]string{}}
		for _, m := range members {
			if m != "" {
				g.Members = append(g.Members, m)
				g.ByHand[m] = "owner"
			}
		}
		w.RoleGroups = append(w.RoleGroups, g)
	}
	group("Organization Management", false, []string{"Audit Logs", "Journaling", "Mail Recipients", "Message Tracking", "Organization Configuration", "Remote and Accepted Domains", "Reset Password", "Role Management", "Security Reader", "Transport Hygiene", "Transport Rules"}, person(1))
	group("Recipient Management", false, []string{"Mail Recipients", "Message Tracking", "Reset Password"}, person(6))
	group("View-Only Organization Management", false, []string{"View-Only Configuration", "View-Only Recipients"})
	group("Help Desk", false, []string{"Reset Password", "View-Only Recipients"}, person(5))
	group("OrganizationManagement", true, []string{"Role Management", "View-Only Audit Logs", "Compliance Search"}, person(1))
	group("eDiscoveryManager", true, []string{"Compliance Search", "Search And Purge"}, person(2))
	group("SecurityReader", true, []string{"View-Only Audit Logs"})

	principal := func(id, appID, name, owner string) *simtenant.ServicePrincipal {
		p := &simtenant.ServicePrincipal{ID: id, AppID: appID, Name: name, OwnerTenant: owner, Enabled: true}
		w.Principals = append(w.Principals, p)
		return p
	}
	const microsoft = "f8cdef31-a31e-4b4a-93e4-5f571e91255a"
	principal(graphPrincipal, "00000003-0000-0000-c000-000000000000", "Microsoft Graph", microsoft)
	principal(made("principal", resource.id), resource.id, resource.name, microsoft)
	crm := principal(crmPrincipal, appCRM.id, appCRM.name, made("tenant of", appCRM.id))
	crm.Verified = simtenant.Object{"displayName": "Northwind Software", "verifiedPublisherId": "6041822", "addedDateTime": "2024-02-11T09:00:00Z"}
	crm.Reply = []string{"https://crm.northwind.example/signin"}
	intranet := principal(made("principal", "intranet"), made("application", "intranet"), intranetName, tenantID)
	w.Applications = append(w.Applications, &simtenant.Application{ID: intranetID, AppID: intranet.AppID, Name: intranetName, Owners: []string{person(1)}, Created: b.g.cfg.Start.AddDate(-2, 0, 0),
		Secrets: []simtenant.Object{secret(made("secret", "own"), "deployment", b.g.cfg.Start.AddDate(0, -4, 0))}})
	w.Grants = append(w.Grants, &simtenant.Grant{ID: made("grant", "crm"), Client: crmPrincipal, Consent: "AllPrincipals", Resource: graphPrincipal, Scope: "User.Read Contacts.Read", ByHand: "owner"})
	w.AppRoles = append(w.AppRoles, &simtenant.AppRoleAssignment{ID: made("approle", "crm"), Role: "810c84a8-4a9e-49e6-bf7d-12d183f40d01", Principal: crmPrincipal, PrincipalType: "ServicePrincipal", Resource: graphPrincipal, Created: b.g.cfg.Start.AddDate(0, -10, 0), ByHand: "owner"})

	w.Transport = []simtenant.Object{{"Name": "External mail banner", "Priority": 0, "State": "Enabled", "FromScope": "NotInOrganization", "WhenChanged": b.g.cfg.Start.AddDate(-1, 0, 0)}}
	w.Outbound = []simtenant.Object{{"Name": "To the partner's gateway", "ConnectorType": "Partner", "RecipientDomains": []string{"fabrikam.example"}, "SmartHosts": []string{"mail.fabrikam.example"}, "WhenCreated": b.g.cfg.Start.AddDate(-1, 0, 0)}}
}
