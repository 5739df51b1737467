package contract

import (
	"testing"
)

func TestCheck(t *testing.T) {
	c := Need(t)
	const graph, exchange = "https://graph.microsoft.com", "https://outlook.office365.com/adminapi/beta/3b6e/InvokeCommand"
	right := [][3]string{
		{"GET", graph + "/v1.0/users/8f6d?$select=id,accountEnabled", ""},
		{"GET", graph + "/v1.0/users('dana%40contoso.example')/mailFolders/inbox/messageRules", ""},
		{"GET", graph + "/v1.0/servicePrincipals(appId='8f6d')", ""},
		{"PATCH", graph + "/v1.0/users/8f6d", `{"accountEnabled":false,"passwordProfile":{"password":"x","forceChangePasswordNextSignIn":true}}`},
		{"POST", graph + "/v1.0/users/8f6d/revokeSignInSessions", ""},
		{"DELETE", graph + "/beta/users/8f6d/authentication/hardwareOathMethods/1", ""},
		{"GET", graph + "/v1.0/users/8f6d/transitiveMemberOf/microsoft.graph.directoryRole", ""},
		{"POST", graph + "/v1.0/users/8f6d/messages/x/move", `{"destinationId":"junkemail"}`},
		{"POST", graph + "/v1.0/applications/8f6d/removePassword", `{"keyId":"1"}`},
		{"POST", exchange, `{"CmdletInput":{"CmdletName":"Get-InboxRule","Parameters":{"Mailbox":"x","IncludeHidden":true}}}`},
		{"GET", "https://ps.compliance.protection.outlook.com/adminapi/beta/3b6e/EXOBanner('AutogenSession')?Version=3.9.2", ""},
		{"POST", "https://login.microsoftonline.com/3b6e/oauth2/v2.0/token", "grant_type=client_credentials"},
		{"GET", "https://manage.office.com/api/v1.0/3b6e/activity/feed/subscriptions/content?contentType=Audit.Exchange", ""},
	}
	for _, r := range right {
		if bad := c.Check(r[0], r[1], []byte(r[2])); len(bad) > 0 {
			t.Errorf("%s %s: %v", r[0], r[1], bad)
		}
	}
	wrong := [][3]string{
		{"GET", graph + "/v1.0/nothing", ""},
		{"GET", graph + "/v1.0/users/8f6d/authentication/hardwareOathMethods", ""},
		{"POST", graph + "/v1.0/users/8f6d", `{}`},
		{"GET", graph + "/v1.0/users/8f6d?$top=5", ""},
		{"PATCH", graph + "/v1.0/users/8f6d", `{"accountIsEnabled":false}`},
		{"PATCH", graph + "/v1.0/users/8f6d", `{"passwordProfile":{"secret":"x"}}`},
		{"POST", graph + "/v1.0/security/auditLog/queries", ""},
		{"POST", graph + "/v1.0/applications/8f6d/removePassword", `{"key":"1"}`},
		{"POST", exchange, `{"CmdletInput":{"CmdletName":"Get-InboxRule","Parameters":{"Mailbocks":"x"}}}`},
		{"POST", exchange, `{"CmdletInput":{"CmdletName":"Get-Nothing","Parameters":{}}}`},
		{"GET", "https://login.microsoftonline.com/3b6e/oauth2/somewhere", ""},
	}
	for _, r := range wrong {
		if len(c.Check(r[0], r[1], []byte(r[2]))) == 0 {
			t.Errorf("%s %s passes", r[0], r[1])
		}
	}
}
