package simtenant

import (
	"net/url"
	"testing"
)

func TestTenantAndPolicies(t *testing.T) {
	c, w := directory(t, "Organization.Read.All", "Domain.Read.All", "Domain-InternalFederation.Read.All", "Policy.Read.All")
	w.Plans, w.Federated = []string{"AAD_PREMIUM"}, []string{"west.contoso.example"}
	w.Lists = map[string][]Object{"conditionalAccessPolicy": {{"id": "p1", "displayName": "MFA for all", "state": "enabled"}}}
	w.Policies = map[string]Object{"authorizationPolicy": {"allowInvitesFrom": "none"}}
	if rows := c.ask("GET", "/v1.0/organization", "").want(t, 200, "").rows(); len(rows) != 1 || rows[0]["onPremisesSyncEnabled"] != true || len(items(rows[0]["verifiedDomains"])) != 3 {
		t.Errorf("organization: %v", rows)
	}
	if got := c.ask("GET", "/v1.0/domains/west.contoso.example", "").want(t, 200, "").body; got["authenticationType"] != "Federated" {
		t.Errorf("domain: %v", got)
	}
	if rows := c.ask("GET", "/v1.0/domains/west.contoso.example/federationConfiguration", "").want(t, 200, "").rows(); len(rows) != 1 || textOf(rows[0], "issuerUri") == "" {
		t.Errorf("federation: %v", rows)
	}
	c.ask("GET", "/v1.0/domains/fabrikam.example", "").want(t, 404, "Request_ResourceNotFound")
	if rows := c.ask("GET", "/v1.0/identity/conditionalAccess/policies", "").want(t, 200, "").rows(); len(rows) != 1 {
		t.Errorf("policies: %v", rows)
	}
	if got := c.ask("GET", "/v1.0/policies/authorizationPolicy", "").want(t, 200, "").body; got["allowInvitesFrom"] != "none" {
		t.Errorf("authorization policy: %v", got)
	}
	if got := c.ask("GET", "/v1.0/policies/identitySecurityDefaultsEnforcementPolicy", "").want(t, 200, "").body; got["isEnabled"] != false {
		t.Errorf("defaults: %v", got)
	}
	w.Plans = nil
	c.ask("GET", "/v1.0/identity/conditionalAccess/policies", "").want(t, 403, "AccessDenied")
}

func TestRolesAndGroups(t *testing.T) {
	c, w := directory(t, "RoleManagement.Read.Directory", "User.Read.All", "GroupMember.Read.All")
	admin, helpdesk := builtInRoles[0].id, "729827e3-9c14-49f7-bb1b-9608f156bbb8"
	w.RoleHolders = []*RoleAssignment{{ID: "r1", Role: admin, Principal: bossID, Scope: "/"}, {ID: "r2", Role: helpdesk, Principal: danaID, Eligible: true}, {ID: "r3", Role: helpdesk, Principal: "g1"}}
	w.Groups = []*Group{{ID: "g1", Name: "Helpdesk", RoleAssignable: true, Members: []string{danaID}}}
	query := func(path, filter string) string {
		return path + "?$expand=roleDefinition&$filter=" + url.QueryEscape(filter)
	}
	roles := "/v1.0/roleManagement/directory/"
	rows := c.ask("GET", query(roles+"roleAssignments", "principalId eq '"+bossID+"'"), "").want(t, 200, "").rows()
	if len(rows) != 1 || nested(rows[0], "roleDefinition")["displayName"] != "Global Administrator" || rows[0]["directoryScopeId"] != "/" {
		t.Errorf("roles: %v", rows)
	}
	c.ask("GET", query(roles+"roleEligibilitySchedules", "principalId eq '"+danaID+"'"), "").want(t, 403, "AadPremiumLicenseRequired")
	w.Plans = []string{"AAD_PREMIUM_P2"}
	if rows := c.ask("GET", query(roles+"roleEligibilitySchedules", "principalId eq '"+danaID+"'"), "").want(t, 200, "").rows(); len(rows) != 1 || rows[0]["id"] != "r2" {
		t.Errorf("eligible: %v", rows)
	}
	if rows := c.ask("GET", query(roles+"roleAssignmentScheduleInstances", "principalId eq '"+bossID+"'"), "").want(t, 200, "").rows(); len(rows) != 1 || rows[0]["assignmentType"] != "Assigned" {
		t.Errorf("instances: %v", rows)
	}
	rows = c.ask("GET", "/v1.0/users/"+danaID+"/transitiveMemberOf?$top=999", "").want(t, 200, "").rows()
	if len(rows) != 1 || rows[0]["@odata.type"] != "#microsoft.graph.group" || rows[0]["isAssignableToRole"] != true {
		t.Errorf("memberships: %v", rows)
	}
	rows = c.ask("GET", "/v1.0/users/"+bossID+"/transitiveMemberOf", "").want(t, 200, "").rows()
	if len(rows) != 1 || rows[0]["roleTemplateId"] != admin {
		t.Errorf("memberships: %v", rows)
	}
	c.ask("GET", "/v1.0/users/"+bossID+"/transitiveMemberOf/graph.directoryRole", "").want(t, 200, "")
	if rows := c.ask("GET", "/v1.0/groups/g1/members?$top=999&$select=id", "").want(t, 200, "").rows(); len(rows) != 1 || rows[0]["id"] != danaID || rows[0]["displayName"] != nil {
		t.Errorf("members: %v", rows)
	}
	role := c.ask("GET", "/v1.0/directoryRoles", "").want(t, 200, "").rows()[1]
	if rows := c.ask("GET", "/v1.0/directoryRoles/"+textOf(role, "id")+"/members", "").want(t, 200, "").rows(); len(rows) != 1 {
		t.Errorf("members of a role: %v", rows)
	}
}

func TestApplicationsAndDevices(t *testing.T) {
	c, w := directory(t, "Application.Read.All", "Directory.Read.All", "User.Read.All", "Device.Read.All")
	w.Principals = append(w.Principals, &ServicePrincipal{ID: "sp-graph", AppID: "00000003-0000-0000-c000-000000000000", Name: "Microsoft Graph", Enabled: true})
	w.Applications = []*Application{{ID: "app1", AppID: appID, Name: "evict respond", Owners: []string{danaID}, Secrets: []Object{{"keyId": "k1", "hint": "abc", "secretText": nil}}}}
	w.Grants = []*Grant{{ID: "grant1", Client: spID, Consent: "Principal", Principal: danaID, Resource: "sp-graph", Scope: " Mail.Read"}, {ID: "grant2", Client: spID, Consent: "AllPrincipals", Resource: "sp-graph", Scope: "User.Read"}}
	w.AppRoles = []*AppRoleAssignment{{ID: "ar1", Role: "x", Principal: danaID, PrincipalType: "User", Resource: spID}, {ID: "ar2", Role: "y", Principal: spID, PrincipalType: "ServicePrincipal", Resource: "sp-graph"}}
	w.Devices = []*Device{{ID: "d1", DeviceID: "dd1", Name: "LT-1", OS: "Windows", Trust: "AzureAd", Owner: danaID, Enabled: true}}
	count := func(path string, n int) []Object {
		t.Helper()
		rows := c.ask("GET", "/v1.0"+path, "").want(t, 200, "").rows()
		if len(rows) != n {
			t.Errorf("%s: %d rows, want %d", path, len(rows), n)
		}
		return rows
	}
	count("/servicePrincipals?$top=999&$select=id,appId,displayName,verifiedPublisher,replyUrls,passwordCredentials,keyCredentials,tags", 2)
	c.ask("GET", "/v1.0/servicePrincipals(appId='"+appID+"')", "").want(t, 200, "")
	if rows := count("/servicePrincipals?$filter="+url.QueryEscape("appId eq '"+appID+"'"), 1); rows[0]["id"] != spID {
		t.Errorf("principal: %v", rows)
	}
	count("/servicePrincipals/"+spID+"/owners", 1)
	count("/servicePrincipals/"+spID+"/appRoleAssignments", 1)
	count("/servicePrincipals/"+spID+"/appRoleAssignedTo", 1)
	count("/users/"+danaID+"/appRoleAssignments", 1)
	count("/users/"+danaID+"/ownedObjects", 2)
	if rows := count("/users/"+danaID+"/oauth2PermissionGrants", 1); rows[0]["scope"] != " Mail.Read" || rows[0]["startTime"] != nil {
		t.Errorf("grant: %v", rows)
	}
	count("/oauth2PermissionGrants?$filter="+url.QueryEscape("consentType eq 'AllPrincipals'"), 1)
	count("/applications", 1)
	c.ask("GET", "/v1.0/applications/app1?$select=id,passwordCredentials", "").want(t, 200, "")
	if rows := count("/users/"+danaID+"/registeredDevices", 1); rows[0]["@odata.type"] != "#microsoft.graph.device" || rows[0]["trustType"] != "AzureAd" {
		t.Errorf("device: %v", rows)
	}
	c.ask("GET", "/v1.0/devices/d1", "").want(t, 200, "")
	c.ask("GET", "/v1.0/devices/dd1", "").want(t, 404, "Request_ResourceNotFound")
}
