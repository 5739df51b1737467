package simtenant

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// roles gives the client's application directory roles.
func (c *client) roles(names ...string) {
	c.tenant.world.Clients[0].Roles, c.tokens = names, map[string]string{}
}

func TestPatchUser(t *testing.T) {
	c, w := directory(t, "User.ReadWrite.All", "User.RevokeSessions.All")
	c.roles()
	dana, path := w.userByID(danaID), "/v1.0/users/"+danaID
	before := dana.SessionsValidFrom

	c.ask("PATCH", path, `{"city":"Leiden","businessPhones":["+31 15 555 0100"]}`).want(t, 204, "")
	if dana.Profile["city"] != "Leiden" {
		t.Errorf("profile %v", dana.Profile)
	}
	for body, code := range map[string]string{
		`{"cty":"Leiden"}`: "Request_BadRequest", `{"accountEnabled":"no"}`: "Request_BadRequest", `{"signInSessionsValidFromDateTime":"2026-11-20T09:00:00Z"}`: "Request_BadRequest",
		`{"businessPhones":["1","2"]}`: "Request_BadRequest", `{"userPrincipalName":"bo@contoso.example"}`: "Request_BadRequest", ``: "BadRequest",
	} {
		c.ask("PATCH", path, body).want(t, 400, code)
	}
	// A password wants its own permission or a role.
	good := `{"passwordProfile":{"password":"Vu7!kestrel-Basalt","forceChangePasswordNextSignIn":true}}`
	c.ask("PATCH", path, good).want(t, 403, "Authorization_RequestDenied")
	c.roles("User Administrator")
	for _, weak := range []string{"short1!", "alllowercaseonly", "P@ssw0rd1!", "Dana!23"} {
		r := c.ask("PATCH", path, `{"passwordProfile":{"password":"`+weak+`"}}`).want(t, 400, "Request_BadRequest")
		if !strings.Contains(string(r.raw), "does not comply with password complexity") {
			t.Errorf("%s", r.raw)
		}
	}
	w.Policies = map[string]Object{"Password Rule Settings": {"BannedPasswordList": "fabrikam\t!kestrel-basalt"}}
	c.ask("PATCH", path, good).want(t, 400, "Request_BadRequest")
	w.Policies = nil
	c.ask("PATCH", path, good).want(t, 204, "")
	if dana.Password != "Vu7!kestrel-Basalt" || !dana.SessionsValidFrom.After(before) || dana.PasswordChanged.IsZero() {
		t.Errorf("password %q, changed %v, sessions from %v", dana.Password, dana.PasswordChanged, dana.SessionsValidFrom)
	}
	// What is sensitive on an administrator wants a higher role.
	w.RoleHolders = []*RoleAssignment{{ID: "r", Role: builtInRoles[0].id, Principal: danaID}}
	c.ask("PATCH", path, good).want(t, 403, "Authorization_RequestDenied")
	c.ask("PATCH", path, `{"accountEnabled":false}`).want(t, 403, "Authorization_RequestDenied")
	c.ask("PATCH", path, `{"city":"Delft"}`).want(t, 204, "")
	c.roles("Privileged Authentication Administrator")
	c.ask("PATCH", path, `{"accountEnabled":false}`).want(t, 204, "")
	if dana.Enabled {
		t.Error("enabled")
	}
	if got := c.ask("POST", path+"/revokeSignInSessions", "").want(t, 200, "").body; got["value"] != true {
		t.Errorf("%v", got)
	}
	// Narrow permissions change their own properties.
	n, _ := directory(t, "User.EnableDisableAccount.All")
	n.ask("PATCH", path, `{"accountEnabled":false}`).want(t, 204, "")
	n.ask("PATCH", path, `{"city":"Leiden"}`).want(t, 403, "Authorization_RequestDenied")
}

func TestSyncedAccountsComeBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, w := directory(t, "User.ReadWrite.All")
		u, path := w.userByID(syncedID), "/v1.0/users/"+syncedID
		c.ask("PATCH", path, `{"city":"Leiden"}`).want(t, 400, "Request_BadRequest")
		c.ask("PATCH", path, `{"accountEnabled":false}`).want(t, 204, "")
		time.Sleep(syncEvery + time.Minute)
		if got := c.ask("GET", path+"?$select=accountEnabled", "").want(t, 200, "").body; got["accountEnabled"] != true {
			t.Error("the sync did not put it back")
		}
		u.DisabledOnPremises, c.tokens = true, map[string]string{}
		c.ask("PATCH", path, `{"accountEnabled":false}`).want(t, 204, "")
		time.Sleep(syncEvery + time.Minute)
		if got := c.ask("GET", path+"?$select=accountEnabled", "").want(t, 200, "").body; got["accountEnabled"] != false {
			t.Error("disabled on the premises, and enabled again")
		}
	})
}

// A change shows in both logs after their delay, and not before.
func TestChangesAreLogged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, w := directory(t, "User.ReadWrite.All", "AuditLog.Read.All", "AuditLogsQuery.Read.All")
		c.ask("PATCH", "/v1.0/users/"+danaID, `{"accountEnabled":false}`).want(t, 204, "")
		audits := "/v1.0/auditLogs/directoryAudits?$filter=" + url.QueryEscape("targetResources/any(t:t/id eq '"+danaID+"')")
		time.Sleep(time.Minute)
		if rows := c.ask("GET", audits, "").want(t, 200, "").rows(); len(rows) != 0 {
			t.Errorf("after a minute: %v", rows)
		}
		time.Sleep(20 * time.Minute)
		var names []string
		for _, row := range c.ask("GET", audits, "").want(t, 200, "").rows() {
			names = append(names, textOf(row, "activityDisplayName"))
			if app := nested(nested(row, "initiatedBy"), "app"); app["appId"] != appID {
				t.Errorf("by %v", row["initiatedBy"])
			}
		}
		slices.Sort(names)
		if !slices.Equal(names, []string{"Disable account", "Update user"}) {
			t.Errorf("directory audits %v", names)
		}
		var twins []string
		for _, r := range w.Log {
			if r.Kind == AuditRecord {
				twins = append(twins, r.Operation)
				if !slices.Contains(r.Names, danaID) || r.RecordType != 8 || r.Available.Sub(r.Time) < 15*time.Minute {
					t.Errorf("%+v", r)
				}
			}
		}
		slices.Sort(twins)
		if !slices.Equal(twins, []string{"Disable account.", "Update user."}) {
			t.Errorf("audit log %v", twins)
		}
	})
}

// Refresh tokens from before a revocation, and those of a disabled account, give nothing.
func TestRevocationEndsSessions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, w := directory(t, "User.ReadWrite.All", "User.RevokeSessions.All")
		w.Clients = append(w.Clients, &Client{ID: "dddddddd-0000-4000-8000-00000000000d", Delegated: []string{"User.Read.All"}})
		token := "/" + w.ID + "/oauth2/v2.0/token"
		public := url.Values{"client_id": {"dddddddd-0000-4000-8000-00000000000d"}, "scope": {"https://graph.microsoft.com/.default offline_access"}}
		with := func(more ...string) url.Values {
			out := url.Values{}
			for k, v := range public {
				out[k] = v
			}
			for i := 0; i < len(more); i += 2 {
				out.Set(more[i], more[i+1])
			}
			return out
		}
		signIn := func() string {
			t.Helper()
			code := c.form("/"+w.ID+"/oauth2/v2.0/devicecode", public).want(t, 200, "").body
			if err := c.tenant.ConfirmDevice(textOf(code, "user_code"), "dana@contoso.example", true); err != nil {
				t.Fatal(err)
			}
			return textOf(c.form(token, with("grant_type", "urn:ietf:params:oauth:grant-type:device_code", "device_code", textOf(code, "device_code"))).body, "refresh_token")
		}
		old := signIn()
		time.Sleep(time.Second)
		c.form(token, with("grant_type", "refresh_token", "refresh_token", old)).want(t, 200, "")
		c.ask("POST", "/v1.0/users/"+danaID+"/revokeSignInSessions", "{}").want(t, 200, "")
		code := func(r response) any { return items(r.body["error_codes"])[0] }
		if r := c.form(token, with("grant_type", "refresh_token", "refresh_token", old)); r.status != 400 || code(r) != 50173.0 {
			t.Errorf("%s", r.raw)
		}
		time.Sleep(time.Second)
		fresh := signIn()
		time.Sleep(time.Second)
		c.form(token, with("grant_type", "refresh_token", "refresh_token", fresh)).want(t, 200, "")
		c.ask("PATCH", "/v1.0/users/"+danaID, `{"accountEnabled":false}`).want(t, 204, "")
		if r := c.form(token, with("grant_type", "refresh_token", "refresh_token", fresh)); r.status != 400 || code(r) != 50057.0 {
			t.Errorf("%s", r.raw)
		}
	})
}

func TestMethodChanges(t *testing.T) {
	c, w := directory(t, "UserAuthenticationMethod.ReadWrite.All", "Policy.ReadWrite.AuthenticationMethod")
	dana, path := w.userByID(danaID), "/v1.0/users/"+danaID+"/authentication/"
	dana.Methods = []*Method{
		{ID: passwordMethod, Type: "passwordAuthenticationMethod"}, {ID: phoneIDs["mobile"], Type: "phoneAuthenticationMethod", Created: w.Now.Add(-day)},
		{ID: "app1", Type: "microsoftAuthenticatorAuthenticationMethod", Created: w.Now}, {ID: "mail1", Type: "emailAuthenticationMethod"}, {ID: "qr", Type: "qrCodePinAuthenticationMethod"},
	}
	c.ask("DELETE", path+"emailMethods/mail1", "").want(t, 204, "")
	c.ask("DELETE", path+"emailMethods/mail1", "").want(t, 404, "resourceNotFound")
	c.ask("DELETE", path+"passwordMethods/"+passwordMethod, "").want(t, 400, "BadRequest")
	c.ask("DELETE", path+"phoneMethods/"+phoneIDs["mobile"], "").want(t, 400, "badRequest")
	c.ask("DELETE", path+"microsoftAuthenticatorMethods/app1", "").want(t, 204, "")
	c.ask("DELETE", path+"phoneMethods/"+phoneIDs["mobile"], "").want(t, 204, "")
	c.ask("DELETE", strings.Replace(path, "v1.0", "beta", 1)+"qrCodePinMethod", "").want(t, 204, "")
	c.ask("POST", path+"phoneMethods", `{"phoneNumber":"+1 2045550100","phoneType":"mobile"}`).want(t, 201, "")
	c.ask("POST", path+"phoneMethods", `{"phoneNumber":"+1 2045550101","phoneType":"mobile"}`).want(t, 400, "phoneNumberNotUnique")
	pass := c.ask("POST", path+"temporaryAccessPassMethods", `{"lifetimeInMinutes":60,"isUsableOnce":true}`).want(t, 201, "").body
	if textOf(pass, "temporaryAccessPass") == "" {
		t.Errorf("%v", pass)
	}
	if rows := c.ask("GET", path+"temporaryAccessPassMethods", "").want(t, 200, "").rows(); len(rows) != 1 || rows[0]["temporaryAccessPass"] != nil {
		t.Errorf("%v", rows)
	}
	c.ask("POST", path+"methods/"+passwordMethod+"/resetPassword", `{"newPassword":"Vu7!kestrel-Basalt"}`).want(t, 403, "accessDenied") // no application may

	dana.PerUserMFA, dana.AppPasswords = "enforced", 2
	c.ask("PATCH", "/beta/users/"+danaID+"/authentication/requirements", `{"perUserMfaState":"off"}`).want(t, 400, "badRequest")
	c.ask("PATCH", "/beta/users/"+danaID+"/authentication/requirements", `{"perUserMfaState":"disabled"}`).want(t, 204, "")
	if dana.PerUserMFA != "disabled" || dana.AppPasswords != 0 {
		t.Errorf("%s, %d app passwords", dana.PerUserMFA, dana.AppPasswords)
	}
	deleted := 0
	for _, r := range w.Log {
		if r.Operation == "Delete application password for user" {
			deleted++
		}
	}
	if deleted != 2 {
		t.Errorf("%d deletions in the log", deleted)
	}
}

func TestObjectChanges(t *testing.T) {
	c, w := directory(t, "DelegatedPermissionGrant.ReadWrite.All", "AppRoleAssignment.ReadWrite.All", "Application.ReadWrite.All", "Device.ReadWrite.All", "GroupMember.ReadWrite.All", "RoleEligibilitySchedule.ReadWrite.Directory")
	w.Plans = []string{"AAD_PREMIUM_P2"}
	w.Principals = append(w.Principals, &ServicePrincipal{ID: "sp-graph", AppID: "00000003-0000-0000-c000-000000000000", Enabled: true})
	w.Applications = []*Application{{ID: "app1", AppID: appID, Secrets: []Object{{"keyId": "k1"}, {"keyId": "k2"}}, Keys: []Object{{"keyId": "c1", "key": "x"}, {"keyId": "c2", "key": "y"}}}}
	w.Devices = []*Device{{ID: "d1", Owner: danaID, Enabled: true}}
	w.Groups = []*Group{{ID: "g1", Members: []string{danaID}}, {ID: "g2", RoleAssignable: true, Members: []string{danaID}}}
	helpdesk, global := "729827e3-9c14-49f7-bb1b-9608f156bbb8", builtInRoles[0].id
	w.RoleHolders = []*RoleAssignment{{ID: "r1", Role: global, Principal: bossID, Scope: "/"}, {ID: "r2", Role: helpdesk, Principal: danaID, Scope: "/", Eligible: true}}

	grant := `{"clientId":"` + spID + `","consentType":"Principal","principalId":"` + danaID + `","resourceId":"sp-graph","scope":"Mail.Read"}`
	id := textOf(c.ask("POST", "/v1.0/oauth2PermissionGrants", grant).want(t, 201, "").body, "id")
	c.ask("POST", "/v1.0/oauth2PermissionGrants", grant).want(t, 409, "Request_MultipleObjectsWithSameKeyValue")
	c.ask("POST", "/v1.0/oauth2PermissionGrants", strings.Replace(grant, danaID, "nobody", 1)).want(t, 404, "Request_ResourceNotFound")
	c.ask("DELETE", "/v1.0/oauth2PermissionGrants/"+id, "").want(t, 204, "")
	c.ask("DELETE", "/v1.0/oauth2PermissionGrants/"+id, "").want(t, 404, "Request_ResourceNotFound")

	role := c.ask("POST", "/v1.0/users/"+danaID+"/appRoleAssignments", `{"appRoleId":"00000000-0000-0000-0000-000000000000","principalId":"`+danaID+`","resourceId":"`+spID+`"}`).want(t, 201, "").body
	c.ask("DELETE", "/v1.0/users/"+bossID+"/appRoleAssignments/"+textOf(role, "id"), "").want(t, 404, "Request_ResourceNotFound")
	c.ask("DELETE", "/v1.0/users/"+danaID+"/appRoleAssignments/"+textOf(role, "id"), "").want(t, 204, "")

	c.ask("PATCH", "/v1.0/servicePrincipals/"+spID, `{"accountEnabled":false}`).want(t, 204, "")
	if got := c.form("/"+w.ID+"/oauth2/v2.0/token", url.Values{"grant_type": {"client_credentials"}, "client_id": {appID}, "client_secret": {testSecret}, "scope": {"https://graph.microsoft.com/.default"}}); got.status != 400 {
		t.Errorf("a disabled application signs in: %s", got.raw)
	}
	c.ask("POST", "/v1.0/applications/app1/removePassword", `{"keyId":"k2"}`).want(t, 204, "")
	c.ask("POST", "/v1.0/applications/app1/removePassword", `{"keyId":"k2"}`).want(t, 400, "Request_BadRequest")
	c.ask("PATCH", "/v1.0/applications/app1", `{"keyCredentials":[{"keyId":"c1"}]}`).want(t, 204, "")
	c.ask("PATCH", "/v1.0/applications/app1", `{"keyCredentials":[{"keyId":"c3"}]}`).want(t, 400, "Request_BadRequest")
	if a := w.Applications[0]; len(a.Secrets) != 1 || len(a.Keys) != 1 || a.Keys[0]["key"] != "x" {
		t.Errorf("%+v", a)
	}
	c.ask("PATCH", "/v1.0/devices/d1", `{"accountEnabled":false}`).want(t, 204, "")
	c.ask("DELETE", "/v1.0/devices/d1", "").want(t, 204, "")
	if len(w.Devices) != 0 {
		t.Error("the device is there")
	}
	c.ask("DELETE", "/v1.0/groups/g1/members/"+danaID+"/$ref", "").want(t, 204, "")
	c.ask("POST", "/v1.0/groups/g1/members/$ref", `{"@odata.id":"https://graph.microsoft.com/v1.0/directoryObjects/`+danaID+`"}`).want(t, 204, "")
	c.ask("DELETE", "/v1.0/groups/g2/members/"+danaID+"/$ref", "").want(t, 403, "Authorization_RequestDenied")

	request := `{"action":"adminRemove","principalId":"` + danaID + `","roleDefinitionId":"` + helpdesk + `","directoryScopeId":"/","justification":"gone"}`
	if got := c.ask("POST", "/v1.0/roleManagement/directory/roleEligibilityScheduleRequests", request).want(t, 201, "").body; got["status"] != "Revoked" {
		t.Errorf("%v", got)
	}
	c.ask("POST", "/v1.0/roleManagement/directory/roleEligibilityScheduleRequests", request).want(t, 400, "RoleAssignmentDoesNotExist")

	r, w := directory(t, "RoleManagement.ReadWrite.Directory")
	w.RoleHolders = []*RoleAssignment{{ID: "r1", Role: global, Principal: bossID, Scope: "/"}}
	r.ask("DELETE", "/v1.0/roleManagement/directory/roleAssignments/r1", "").want(t, 400, "Request_BadRequest")
	body := `{"@odata.type":"#microsoft.graph.unifiedRoleAssignment","principalId":"` + danaID + `","roleDefinitionId":"` + global + `","directoryScopeId":"/"}`
	r.ask("POST", "/v1.0/roleManagement/directory/roleAssignments", body).want(t, 201, "")
	r.ask("POST", "/v1.0/roleManagement/directory/roleAssignments", body).want(t, 400, "Request_BadRequest")
	r.ask("DELETE", "/v1.0/roleManagement/directory/roleAssignments/r1", "").want(t, 204, "")
	if len(w.RoleHolders) != 1 || w.RoleHolders[0].Principal != danaID {
		t.Errorf("%+v", w.RoleHolders)
	}
}
