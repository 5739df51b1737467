package simtenant

import (
	"net/url"
	"strings"
	"testing"
)

// directory is a client with these permissions, and its tenant's world.
func directory(t *testing.T, permissions ...string) (*client, *World) {
	c := newClient(t, permissions...)
	return c, c.tenant.world
}

func TestUsers(t *testing.T) {
	c, w := directory(t, "User.Read.All", "LicenseAssignment.Read.All")
	w.Users[0].Plans, w.Plans = []string{"EXCHANGE_S_STANDARD"}, []string{"AAD_PREMIUM", "EXCHANGE_S_ENTERPRISE"}
	w.Users = append(w.Users, &User{ID: made("guest"), UPN: "g_fabrikam.example#EXT#@contoso.onmicrosoft.example", Guest: true, Enabled: true}, &User{ID: made("gone"), UPN: "gone@contoso.example", Deleted: w.Now.Add(-day)})

	got := c.ask("GET", "/v1.0/users/dana@contoso.example", "").want(t, 200, "").body
	if got["id"] != danaID || got["accountEnabled"] != nil || len(got) != 12 {
		t.Errorf("default properties: %v", got)
	}
	got = c.ask("GET", "/v1.0/users/"+danaID+"?$select=id,accountEnabled,onPremisesSyncEnabled", "").want(t, 200, "").body
	if v, ok := got["onPremisesSyncEnabled"]; got["accountEnabled"] != true || !ok || v != nil {
		t.Errorf("selected: %v", got)
	}
	c.ask("GET", "/v1.0/users/"+url.PathEscape("g_fabrikam.example#EXT#@contoso.onmicrosoft.example"), "").want(t, 200, "")
	c.ask("GET", "/v1.0/users/gone@contoso.example", "").want(t, 404, "Request_ResourceNotFound")
	c.ask("GET", "/v1.0/users/"+danaID+"?$select=nothing", "").want(t, 400, "BadRequest")
	if rows := c.ask("GET", "/v1.0/directory/deletedItems/microsoft.graph.user", "").want(t, 200, "").rows(); len(rows) != 1 || rows[0]["userPrincipalName"] != "gone@contoso.example" {
		t.Errorf("deleted: %v", rows)
	}
	for filter, n := range map[string]int{
		"startswith(userPrincipalName,'dan')": 2, "displayName eq 'Dana Reyes'": 2, "proxyAddresses/any(p:p eq 'smtp:dana.old@contoso.example')": 1, "mail eq 'bo@contoso.example'": 1, "userType eq 'Guest'": 1,
	} {
		if rows := c.ask("GET", "/v1.0/users?$filter="+url.QueryEscape(filter), "").want(t, 200, "").rows(); len(rows) != n {
			t.Errorf("%s: %d users, want %d", filter, len(rows), n)
		}
	}
	c.ask("GET", "/v1.0/users?$filter="+url.QueryEscape("endswith(mail,'contoso.example')"), "").want(t, 400, "Request_UnsupportedQuery")
	c.header.Set("ConsistencyLevel", "eventual")
	if rows := c.ask("GET", "/v1.0/users?$count=true&$filter="+url.QueryEscape("endswith(mail,'contoso.example')"), "").want(t, 200, "").rows(); len(rows) != 5 {
		t.Errorf("%d users", len(rows))
	}
	if rows := c.ask("GET", "/v1.0/users?$search="+url.QueryEscape(`"displayName:reyes"`), "").want(t, 200, "").rows(); len(rows) != 2 {
		t.Errorf("search: %v", rows)
	}

	if rows := c.ask("GET", "/v1.0/subscribedSkus", "").want(t, 200, "").rows(); len(rows) != 2 || rows[0]["skuPartNumber"] != "SPB" || rows[1]["consumedUnits"] != 1.0 {
		t.Errorf("skus: %v", rows)
	}
	if rows := c.ask("GET", "/v1.0/users/"+danaID+"/licenseDetails", "").want(t, 200, "").rows(); len(rows) != 1 || !strings.Contains(string(mustJSON(rows)), "EXCHANGE_S_STANDARD") {
		t.Errorf("licences: %v", rows)
	}

	basic, _ := directory(t, "User.ReadBasic.All")
	got = basic.ask("GET", "/v1.0/users/"+danaID+"?$select=id,displayName,accountEnabled", "").want(t, 200, "").body
	if _, shown := got["accountEnabled"]; shown || got["displayName"] != "Dana Reyes" {
		t.Errorf("basic: %v", got)
	}
	none, _ := directory(t, "Mail.Read")
	none.ask("GET", "/v1.0/users/"+danaID, "").want(t, 403, "Authorization_RequestDenied")
}

func TestMethods(t *testing.T) {
	c, w := directory(t, "UserAuthenticationMethod.Read.All", "Policy.Read.All", "AuditLog.Read.All")
	w.Plans = []string{"AAD_PREMIUM"}
	dana := w.userByID(danaID)
	dana.PerUserMFA = "enforced"
	dana.Methods = []*Method{
		{ID: passwordMethod, Type: "passwordAuthenticationMethod", Created: w.Now},
		{ID: "m1", Type: "microsoftAuthenticatorAuthenticationMethod", Created: w.Now.Add(-day), Props: Object{"displayName": "Pixel"}},
		{ID: "h1", Type: "hardwareOathAuthenticationMethod", Created: w.Now, Props: Object{"device": Object{"serialNumber": "7"}}},
	}
	path := "/users/" + danaID + "/authentication/"
	if rows := c.ask("GET", "/v1.0"+path+"methods", "").want(t, 200, "").rows(); len(rows) != 2 || rows[1]["@odata.type"] != "#microsoft.graph.microsoftAuthenticatorAuthenticationMethod" || rows[1]["displayName"] != "Pixel" {
		t.Errorf("methods: %v", rows)
	}
	if rows := c.ask("GET", "/beta"+path+"methods", "").want(t, 200, "").rows(); len(rows) != 3 {
		t.Errorf("methods of beta: %v", rows)
	}
	c.ask("GET", "/v1.0"+path+"hardwareOathMethods", "").want(t, 400, "BadRequest")
	if rows := c.ask("GET", "/beta"+path+"hardwareOathMethods", "").want(t, 200, "").rows(); len(rows) != 1 {
		t.Errorf("tokens: %v", rows)
	}
	if got := c.ask("GET", "/beta"+path+"requirements", "").want(t, 200, "").body; got["perUserMfaState"] != "enforced" {
		t.Errorf("requirements: %v", got)
	}
	c.ask("GET", "/v1.0"+path+"requirements", "").want(t, 400, "BadRequest")
	if got := c.ask("GET", "/beta"+path+"signInPreferences", "").want(t, 200, "").body; got["userPreferredMethodForSecondaryAuthentication"] != "push" {
		t.Errorf("preferences: %v", got)
	}
	if got := c.ask("GET", "/v1.0/reports/authenticationMethods/userRegistrationDetails/"+danaID, "").want(t, 200, "").body; got["isMfaRegistered"] != true {
		t.Errorf("registration: %v", got)
	}
	w.Plans = nil
	c.ask("GET", "/v1.0/reports/authenticationMethods/userRegistrationDetails/"+danaID, "").want(t, 403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant")
}
