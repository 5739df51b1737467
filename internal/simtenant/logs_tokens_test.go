package simtenant

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// Every request for a token is in the sign-in log of its kind after some
// minutes, and a person's also in the audit log; polls and malformed requests are not.
func TestTokenRequestsAreSignIns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const public = "dddddddd-0000-4000-8000-00000000000d"
		c, w := directory(t, "AuditLog.Read.All", "User.RevokeSessions.All")
		w.Plans = []string{"AAD_PREMIUM"}
		w.Clients = append(w.Clients, &Client{ID: public, Delegated: []string{"User.Read.All"}})
		token := "/" + w.ID + "/oauth2/v2.0/token"
		scope := "https://graph.microsoft.com/.default offline_access"
		ask := func(path string, pairs ...string) response {
			form := url.Values{}
			for i := 0; i < len(pairs); i += 2 {
				form.Set(pairs[i], pairs[i+1])
			}
			return c.form(path, form)
		}
		ask(token, "grant_type", "client_credentials", "client_id", appID, "client_secret", "wrong", "scope", "https://graph.microsoft.com/.default").want(t, 401, "")
		ask(token, "grant_type", "client_credentials", "client_id", appID, "client_secret", testSecret, "scope", "nonsense").want(t, 400, "")
		code := ask("/"+w.ID+"/oauth2/v2.0/devicecode", "client_id", public, "scope", scope).want(t, 200, "").body
		poll := func() response {
			return ask(token, "grant_type", "urn:ietf:params:oauth:grant-type:device_code", "client_id", public, "device_code", textOf(code, "device_code"))
		}
		poll().want(t, 400, "")
		if err := c.tenant.ConfirmDevice(textOf(code, "user_code"), "dana@contoso.example", true); err != nil {
			t.Fatal(err)
		}
		refresh := textOf(poll().want(t, 200, "").body, "refresh_token")
		time.Sleep(time.Second)
		again := func() response {
			return ask(token, "grant_type", "refresh_token", "client_id", public, "refresh_token", refresh)
		}
		again().want(t, 200, "")
		c.ask("POST", "/v1.0/users/"+danaID+"/revokeSignInSessions", "{}").want(t, 200, "")
		again().want(t, 400, "")

		log := func() (all []string) {
			for _, kind := range []string{"interactiveUser", "nonInteractiveUser", "servicePrincipal"} {
				filter := query("/beta/auditLogs/signIns", "$filter", "signInEventTypes/any(t: t eq '"+kind+"')")
				for _, r := range c.ask("GET", filter, "").want(t, 200, "").rows() {
					who := textOf(r, "userPrincipalName") + textOf(r, "servicePrincipalId")
					all = append(all, strings.Join([]string{kind, who, textOf(r, "authenticationProtocol"), textOf(r, "clientCredentialType"), string(mustJSON(nested(r, "status")["errorCode"]))}, " "))
				}
			}
			slices.Sort(all)
			return all
		}
		if early := log(); len(early) != 0 {
			t.Errorf("at once there are %q", early)
		}
		time.Sleep(15 * time.Minute)
		app := w.principalOf(appID).ID
		want := []string{
			"interactiveUser dana@contoso.example deviceCode  0",
			"nonInteractiveUser dana@contoso.example none  0",
			"nonInteractiveUser dana@contoso.example none  50173",
			"servicePrincipal " + app + " none clientSecret 0",
			"servicePrincipal " + app + " none clientSecret 7000215",
		}
		if got := log(); !slices.Equal(got, want) {
			t.Errorf("sign-ins\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		var twins []string
		sessions := map[string]bool{}
		for _, r := range w.Log {
			o := decoded(r.Body)
			if r.Kind == AuditRecord && r.RecordType == 15 {
				twins = append(twins, r.Operation)
			}
			if r.Kind == SignInRecord && r.User == danaID {
				sessions[textOf(o, "sessionId")] = true
			}
		}
		slices.Sort(twins)
		if !slices.Equal(twins, []string{"UserLoggedIn", "UserLoginFailed"}) {
			t.Errorf("audit log %q", twins)
		}
		if len(sessions) != 1 || sessions[""] {
			t.Errorf("one session is %v", sessions)
		}
	})
}
