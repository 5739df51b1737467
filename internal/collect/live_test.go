package collect

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

const sharedID = "8f6d0000-0000-4000-8000-000000000002"

// contoso is a small tenant: one account with a rule that hides mail, delegated to a shared mailbox. Bodies are as Microsoft's documentation has them.
type contoso struct {
	plans    []string
	auditOff bool
	former   string // Dana's name before
	cmdlets  []string
	rules    []string
	users    map[string]string // by object ID
	deny     func(a asked) (int, string)
	queries  map[string]map[string]any
	polls    map[string]int
	audit    []string // native records
}

func newContoso() *contoso {
	return &contoso{
		plans: []string{"AAD_PREMIUM", "EXCHANGE_S_ENTERPRISE"},
		users: map[string]string{
			danaID: `{"id":"` + danaID + `","userPrincipalName":"dana@contoso.example","displayName":"Dana Reyes","mail":"dana@contoso.example","proxyAddresses":["SMTP:dana@contoso.example","smtp:d.reyes@contoso.example"],
				"userType":"Member","accountEnabled":true,"createdDateTime":"2020-01-02T03:04:05Z","lastPasswordChangeDateTime":"2026-01-02T03:04:05Z"}`,
			sharedID: `{"id":"` + sharedID + `","userPrincipalName":"accounts@contoso.example","displayName":"Accounts","mail":"accounts@contoso.example","proxyAddresses":["SMTP:accounts@contoso.example"],
				"userType":"Member","accountEnabled":false,"createdDateTime":"2020-01-02T03:04:05Z"}`,
		},
		rules:   []string{`{"Name":"Junk E-mail Rule","RuleIdentity":"1","Identity":"Dana Reyes\\1","Enabled":true,"Priority":0,"StopProcessingRules":false,"MailboxOwnerId":"Dana Reyes"}`, `{"Name":".","RuleIdentity":"2","Identity":"Dana Reyes\\2","Enabled":true,"Priority":1,"SubjectOrBodyContainsWords":["invoice"],"MoveToFolder":"RSS Feeds","MarkAsRead":true,"StopProcessingRules":true,"MailboxOwnerId":"Dana Reyes"}`},
		queries: map[string]map[string]any{}, polls: map[string]int{},
		audit: []string{
			`{"CreationTime":"2026-11-20T21:12:40","Id":"a0000000-0000-4000-8000-000000000001","Operation":"New-InboxRule","OrganizationId":"` + tenantID + `","RecordType":1,"ResultStatus":"True","UserKey":"1003200012345678","UserType":2,"Version":1,"Workload":"Exchange","ClientIP":"203.0.113.7:51422","ObjectId":"dana\\.","UserId":"dana@contoso.example","Parameters":[{"Name":"Name","Value":"."},{"Name":"MoveToFolder","Value":"RSS Feeds"}]}`,
			`{"CreationTime":"2026-11-20T21:20:00","Id":"a0000000-0000-4000-8000-000000000002","Operation":"MailItemsAccessed","OrganizationId":"` + tenantID + `","RecordType":50,"ResultStatus":"Succeeded","UserKey":"1003200012345678","UserType":0,"Version":1,"Workload":"Exchange","UserId":"dana@contoso.example","ClientIPAddress":"203.0.113.7","MailboxGuid":"b0b00000-0000-4000-8000-000000000002","MailboxOwnerUPN":"accounts@contoso.example","LogonType":2,"OperationProperties":[{"Name":"MailAccessType","Value":"Bind"},{"Name":"IsThrottled","Value":"False"}],"Folders":[]}`,
		},
	}
}

func (c *contoso) answer(a asked) (int, string) {
	if c.deny != nil {
		if status, body := c.deny(a); status != 0 {
			return status, body
		}
	}
	if a.cmdlet != "" {
		return c.run(a)
	}
	path, filter := a.op, a.query.Get("$filter")
	switch {
	case strings.HasPrefix(path, "GET /users/"):
		return c.user(a, strings.TrimPrefix(path, "GET /users/"))
	case path == "GET /users":
		var out []string
		for _, id := range sortedKeys(c.users) {
			if c.matches(c.users[id], filter) {
				out = append(out, c.users[id])
			}
		}
		return 200, pageText(out, "")
	case path == "GET /subscribedSkus":
		return 200, pageText([]string{c.sku("CONTOSO")}, "")
	case path == "GET /auditLogs/signIns":
		if !strings.Contains(filter, "interactiveUser") {
			return 200, pageText(nil, "")
		}
		return 200, pageText([]string{`{"id":"66ea54eb-6301-4ee5-be62-ff5a759b0100","createdDateTime":"2026-11-20T21:04:11Z","userPrincipalName":"dana@contoso.example","userId":"` + danaID + `","appId":"4765445b-32c6-49b0-83e6-1d93765276ca","appDisplayName":"OfficeHome","ipAddress":"203.0.113.7","clientAppUsed":"Browser","isInteractive":true,"conditionalAccessStatus":"notApplied","status":{"errorCode":0},"signInEventTypes":["interactiveUser"]}`}, "")
	case path == "GET /auditLogs/directoryAudits":
		if c.former == "" || !strings.Contains(filter, "t/id eq") {
			return 200, pageText(nil, "")
		}
		return 200, pageText([]string{`{"id":"Directory_1","category":"UserManagement","result":"success","activityDisplayName":"Update user","activityDateTime":"2026-11-10T08:00:00Z","loggedByService":"Core Directory","initiatedBy":{"user":{"id":"9","userPrincipalName":"admin@contoso.example"},"app":null},"targetResources":[{"id":"` + danaID + `","type":"User","userPrincipalName":"dana@contoso.example","modifiedProperties":[{"displayName":"UserPrincipalName","oldValue":"[\"` + c.former + `\"]","newValue":"[\"dana@contoso.example\"]"}]}]}`}, "")
	case strings.HasPrefix(path, "GET /identityProtection/riskyUsers/"):
		return 404, failure("Request_ResourceNotFound")
	case path == "GET /servicePrincipals":
		return 200, pageText([]string{`{"id":"5e000000-0000-4000-8000-000000000001","appId":"4765445b-32c6-49b0-83e6-1d93765276ca","displayName":"OfficeHome","servicePrincipalType":"Application","accountEnabled":true}`}, "")
	case path == "GET /oauth2PermissionGrants":
		return 200, pageText([]string{`{"id":"g1","clientId":"5e000000-0000-4000-8000-000000000001","consentType":"AllPrincipals","principalId":null,"resourceId":"5e000000-0000-4000-8000-000000000009","scope":" User.Read"}`}, "")
	case path == "GET /roleManagement/directory/roleAssignments":
		return 200, pageText([]string{`{"id":"ra1","principalId":"` + danaID + `","roleDefinitionId":"62e90394-69f5-4237-9190-012177145e10","directoryScopeId":"/","roleDefinition":{"id":"62e90394-69f5-4237-9190-012177145e10","displayName":"Global Administrator"}}`}, "")
	case strings.HasPrefix(path, "GET /roleManagement/"), strings.HasPrefix(path, "GET /identityGovernance/"), strings.HasPrefix(path, "GET /identityProtection/"),
		strings.HasPrefix(path, "GET /identity/"), path == "GET /domains", path == "GET /organization":
		return 200, pageText(nil, "")
	case strings.HasPrefix(path, "GET /policies/"):
		return 200, `{"id":"p"}`
	case strings.HasPrefix(path, "GET /reports/"):
		return 200, `{"id":"` + danaID + `","userPrincipalName":"dana@contoso.example","isMfaRegistered":true,"methodsRegistered":["mobilePhone"]}`
	case path == "GET /admin/exchange/tracing/messageTraces":
		return 200, pageText([]string{`{"id":"t1","senderAddress":"dana@contoso.example","recipientAddress":"kim@fabrikam.example","messageId":"<1@contoso.example>","receivedDateTime":"2026-11-20T21:30:00Z","subject":"New bank details","size":4000,"status":"delivered"}`}, "")
	case strings.Contains(path, "EXOModuleFile"):
		b, _ := json.Marshal(map[string]any{"value": []any{map[string]any{"exportedCmdlets": c.cmdlets}}})
		return 200, string(b)
	case strings.Contains(path, "EXOBanner"):
		return 501, failure("NotImplemented")
	case strings.HasPrefix(path, "POST /security/auditLog/queries"):
		id := fmt.Sprintf("q%d", len(c.queries)+1)
		c.queries[id] = a.body
		return 201, `{"id":"` + id + `","status":"notStarted"}`
	case strings.HasPrefix(path, "GET /security/auditLog/queries/"):
		return c.query(a, strings.TrimPrefix(path, "GET /security/auditLog/queries/"))
	}
	return 400, failure("unknown " + path)
}

// query answers about a job, which runs for three minutes.
func (c *contoso) query(a asked, rest string) (int, string) {
	id, tail, _ := strings.Cut(rest, "/")
	q := c.queries[id]
	if q == nil {
		return 404, failure("NotFound")
	}
	if tail == "" {
		if c.polls[id]++; c.polls[id] < 12 {
			return 200, `{"id":"` + id + `","status":"running"}`
		}
		return 200, `{"id":"` + id + `","status":"succeeded"}`
	}
	names, _ := q["userPrincipalNameFilters"].([]any)
	word, _ := q["keywordFilter"].(string)
	var rows []string
	for _, raw := range c.audit {
		if slices.ContainsFunc(names, func(n any) bool { return strings.Contains(raw, `"UserId":"`+n.(string)+`"`) }) || word != "" && strings.Contains(raw, word) {
			_, id, _ := strings.Cut(raw, `"Id":"`)
			rows = append(rows, `{"id":"`+id[:36]+`","auditData":`+raw+`}`)
		}
	}
	return 200, paged(a, rows)
}

func (c *contoso) sku(name string) string {
	var plans []string
	for _, p := range c.plans {
		plans = append(plans, `{"servicePlanName":"`+p+`","provisioningStatus":"Success"}`)
	}
	return `{"skuPartNumber":"` + name + `","capabilityStatus":"Enabled","servicePlans":[` + strings.Join(plans, ",") + `]}`
}

// matches understands the filters on users that are sent.
func (c *contoso) matches(user, filter string) bool {
	value := filter[strings.IndexByte(filter, '\'')+1 : strings.LastIndexByte(filter, '\'')]
	switch {
	case strings.HasPrefix(filter, "startswith(userPrincipalName"):
		return strings.HasPrefix(strings.ToLower(text([]byte(user), "userPrincipalName")), strings.ToLower(value))
	case strings.HasPrefix(filter, "startswith(displayName"):
		return strings.HasPrefix(strings.ToLower(text([]byte(user), "displayName")), strings.ToLower(value))
	case strings.HasPrefix(filter, "displayName eq"):
		return text([]byte(user), "displayName") == value
	case strings.HasPrefix(filter, "mail eq"):
		return text([]byte(user), "mail") == value
	}
	return strings.Contains(strings.ToLower(user), `"`+value+`"`)
}

func (c *contoso) user(a asked, rest string) (int, string) {
	name, tail, _ := strings.Cut(rest, "/")
	user := c.users[name]
	for _, u := range c.users {
		if strings.EqualFold(text([]byte(u), "userPrincipalName"), name) {
			user = u
		}
	}
	if user == "" {
		return 404, failure("Request_ResourceNotFound")
	}
	of := func(path string, rows ...string) (int, string) {
		return 200, strings.Replace(pageText(rows, ""), `"x"`, `"https://graph.microsoft.com/v1.0/$metadata#users('`+text([]byte(user), "id")+`')/`+path+`"`, 1)
	}
	switch {
	case tail == "":
		return 200, user
	case tail == "licenseDetails":
		return of(tail, c.sku("CONTOSO"))
	case tail == "mailboxSettings":
		return 200, `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users('` + text([]byte(user), "id") + `')/mailboxSettings","automaticRepliesSetting":{"status":"disabled"},"timeZone":"UTC"}`
	case tail == "authentication/methods":
		return of(tail, `{"@odata.type":"#microsoft.graph.phoneAuthenticationMethod","id":"3179e48a-750b-4051-897c-87b9720928f7","phoneNumber":"+1 2045550100","phoneType":"mobile"}`)
	case tail == "mailFolders/inbox/messageRules":
		return of(tail, `{"id":"AQAA1","displayName":".","sequence":1,"isEnabled":true,"conditions":{"bodyOrSubjectContains":["invoice"]},"actions":{"moveToFolder":"f1","markAsRead":true,"stopProcessingRules":true}}`)
	case tail == "oauth2PermissionGrants":
		return of(tail, `{"id":"g2","clientId":"5e000000-0000-4000-8000-000000000001","consentType":"Principal","principalId":"`+danaID+`","resourceId":"5e000000-0000-4000-8000-000000000009","scope":" Mail.Read offline_access"}`)
	case tail == "registeredDevices":
		return of(tail, `{"@odata.type":"#microsoft.graph.device","id":"de000000-0000-4000-8000-000000000001","deviceId":"de000000-0000-4000-8000-00000000000d","displayName":"DANA-PC","operatingSystem":"Windows","trustType":"AzureAd","accountEnabled":true}`)
	case tail == "authentication/requirements":
		return 200, `{"perUserMfaState":"disabled"}`
	case tail == "authentication/signInPreferences":
		return 200, `{"isSystemPreferredAuthenticationMethodEnabled":true}`
	}
	return of(tail)
}

// run answers a cmdlet.
func (c *contoso) run(a asked) (int, string) {
	who, _ := a.params["Identity"].(string)
	if who == "" {
		who, _ = a.params["Mailbox"].(string)
	}
	mailbox := func(id, guid, upn, name, kind string) string {
		return `{"ExternalDirectoryObjectId":"` + id + `","ExchangeGuid":"` + guid + `","UserPrincipalName":"` + upn + `","PrimarySmtpAddress":"` + upn + `","DisplayName":"` + name + `","RecipientTypeDetails":"` + kind +
			`","ForwardingAddress":null,"ForwardingSmtpAddress":null,"DeliverToMailboxAndForward":false,"AuditEnabled":true,"Identity":"` + name + `"}`
	}
	var rows []string
	switch a.cmdlet {
	case "Get-Mailbox":
		switch {
		case who == danaID:
			rows = []string{mailbox(danaID, boxGUID, "dana@contoso.example", "Dana Reyes", "UserMailbox")}
		default:
			rows = []string{mailbox(sharedID, "b0b00000-0000-4000-8000-000000000002", "accounts@contoso.example", "Accounts", "SharedMailbox")}
		}
	case "Get-InboxRule":
		if who == danaID {
			rows = c.rules
		}
	case "Get-CASMailbox":
		address := map[string]string{danaID: "dana@contoso.example", sharedID: "accounts@contoso.example"}[who]
		rows = []string{`{"Identity":"` + who + `","PrimarySmtpAddress":"` + address + `","ImapEnabled":true,"PopEnabled":false,"OWAEnabled":true,"MAPIEnabled":true,"ActiveSyncEnabled":true,"EwsEnabled":true}`}
	case "Get-MailboxJunkEmailConfiguration":
		rows = []string{`{"Identity":"Dana Reyes","MailboxOwnerId":"Dana Reyes","Enabled":true,"TrustedSendersAndDomains":[],"BlockedSendersAndDomains":["fabrikam.example"],"ContactsTrusted":false}`}
	case "Get-MailboxAutoReplyConfiguration":
		rows = []string{`{"Identity":"Dana Reyes","MailboxOwnerId":"Dana Reyes","AutoReplyState":"Disabled","InternalMessage":"","ExternalMessage":""}`}
	case "Get-MailboxMessageConfiguration":
		rows = []string{`{"Identity":"Dana Reyes","MailboxOwnerId":"Dana Reyes","AutoAddSignature":false,"SignatureText":"","SignatureHtml":""}`}
	case "Get-MailboxAuditBypassAssociation":
		rows = []string{`{"Identity":"Dana Reyes","ObjectId":"` + who + `","AuditBypassEnabled":false}`}
	case "Get-MailboxPermission":
		if a.params["User"] != nil {
			rows = []string{`{"Identity":"Accounts","User":"dana@contoso.example","AccessRights":["FullAccess"],"IsInherited":false,"Deny":false}`}
		} else {
			rows = []string{`{"Identity":"Dana Reyes","User":"NT AUTHORITY\\SELF","AccessRights":["FullAccess","ReadPermission"],"IsInherited":false,"Deny":false}`, `{"Identity":"Dana Reyes","User":"kim@contoso.example","AccessRights":["FullAccess"],"IsInherited":false,"Deny":false}`}
		}
	case "Get-RecipientPermission":
		if a.params["Trustee"] == nil {
			rows = []string{`{"Identity":"Dana Reyes","Trustee":"NT AUTHORITY\\SELF","AccessRights":["SendAs"],"AccessControlType":"Allow","IsInherited":false}`}
		}
	case "Get-MailboxFolderStatistics":
		rows = []string{`{"Name":"Inbox","FolderPath":"/Inbox","FolderType":"Inbox","ItemsInFolder":10}`, `{"Name":"Audits","FolderPath":"/Audits","FolderType":"Audits","ItemsInFolder":10}`}
	case "Get-MailboxFolderPermission":
		rows = []string{`{"Identity":"` + strings.ReplaceAll(who, `\`, `\\`) + `","FolderName":"Inbox","User":{"DisplayName":"Default","UserType":{"Value":"Default"}},"AccessRights":["None"]}`}
	case "Get-TransportRule":
		rows = []string{`{"Name":"Disclaimer","State":"Enabled","Guid":"7e000000-0000-4000-8000-000000000001","Priority":0,"RuleErrorAction":"Ignore","RedirectMessageTo":null,"BlindCopyTo":null}`}
	case "Get-AdminAuditLogConfig":
		rows = []string{fmt.Sprintf(`{"Name":"Default","UnifiedAuditLogIngestionEnabled":%v,"Identity":"Default"}`, !c.auditOff)}
	case "Get-OrganizationConfig":
		rows = []string{`{"Name":"contoso","AuditDisabled":false,"Identity":"contoso"}`}
	case "Get-RoleGroup":
		rows = []string{`{"Name":"Organization Management","Identity":"Organization Management","Members":["admin"],"Roles":["Mail Recipients"]}`}
	case "Get-RemoteDomain":
		rows = []string{`{"Name":"Default","DomainName":"*","AutoForwardEnabled":true,"Identity":"Default"}`}
	case "Get-HostedOutboundSpamFilterPolicy":
		rows = []string{`{"Name":"Default","AutoForwardingMode":"Automatic","Identity":"Default"}`}
	case "Search-UnifiedAuditLog":
		for i, raw := range c.audit {
			s, _ := json.Marshal(raw)
			rows = append(rows, fmt.Sprintf(`{"Identity":"%s","ResultIndex":%d,"ResultCount":%d,"RecordType":"ExchangeAdmin","CreationDate":"%s","UserIds":"dana@contoso.example","Operations":"%s","AuditData":%s}`, text([]byte(raw), "Id"), i+1, len(c.audit), text([]byte(raw), "CreationTime"), text([]byte(raw), "Operation"), s))
		}
	}
	return 200, pageText(rows, "")
}

// now of the fictional case: fake clocks start in the year 2000.
var now = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// clock is the tenant's; the machine's is 26 years behind, and must not count.
func clock() func() time.Time {
	begun := time.Now()
	return func() time.Time { return now.Add(time.Since(begun)) }
}

func liveInput(t *testing.T, f *far, m *memory) LiveInput {
	f.now = clock()
	return LiveInput{Client: client(t, f), Case: m, CaseID: "c1", Accounts: []string{"Dana@contoso.example"}, Requester: "pat@responder.example"}
}

func coverageOf(t *testing.T, res LiveResult, source, account string) Coverage {
	t.Helper()
	for _, c := range res.Coverage {
		if c.Source == source && c.Account == account {
			return c
		}
	}
	t.Fatalf("no coverage of %s", source)
	return Coverage{}
}

func TestLive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newContoso()
		f, m := &far{answer: c.answer, delay: 200 * time.Millisecond}, &memory{}
		res, err := Live(context.Background(), liveInput(t, f, m))
		if err != nil {
			t.Fatal(err)
		}
		for _, cov := range res.Coverage {
			t.Logf("%-28s %-9.9s %-12s rows %d %s %v", cov.Source, cov.Account, cov.State, cov.Rows, cov.Why, cov.Errors)
		}
		for source, want := range map[string]string{
			"sign-ins/interactive": Complete, "sign-ins/non-interactive": Empty, "audit/actor": Complete, "audit/owner": Complete, "audit/target": Empty,
			"inbox-rules": Complete, "inbox-rules/graph": Complete, "mailbox": Complete, "delegates/folders": Complete, "risk/user": NotLicensed, "roles/eligible": NotLicensed,
			"message-trace/sent": Complete, "messages/sent": Empty,
		} {
			if got := coverageOf(t, res, source, danaID); got.State != want {
				t.Errorf("%s is %s (%s), want %s", source, got.State, got.Why, want)
			}
		}
		if c := coverageOf(t, res, "audit/owner", sharedID); c.State != Complete || c.Rows == 0 {
			t.Errorf("the shared mailbox that was opened: %+v", c)
		}
		if len(res.Accounts) != 2 || res.Accounts[0].PUID != "1003200012345678" || !res.Accounts[1].Opened {
			t.Errorf("accounts %+v", res.Accounts)
		}
		if res.Complete {
			t.Error("complete, though the compliance roles could not be read")
		}
		before := len(f.log)
		again, err := Live(context.Background(), liveInput(t, f, m))
		if err != nil || len(f.log) != before {
			t.Errorf("a second call asked %d times: %v", len(f.log)-before, err)
		}
		if a, b := fmt.Sprint(res.Coverage), fmt.Sprint(again.Coverage); a != b {
			t.Errorf("the second call says\n%s\nthe first said\n%s", b, a)
		}
	})
}

func TestQuickIsQuick(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newContoso()
		f, m := &far{answer: c.answer, delay: 200 * time.Millisecond}, &memory{}
		in := liveInput(t, f, m)
		in.Depth = Quick
		begun := time.Now()
		res, err := Live(context.Background(), in)
		if err != nil {
			t.Fatal(err)
		}
		if d := time.Since(begun); d > 40*time.Second {
			t.Errorf("it took %s", d)
		} else {
			t.Logf("%s, %d requests", d, len(f.log))
		}
		for _, it := range m.items {
			info := sources[it.Source]
			if strings.HasSuffix(info.kind, "-state") && it.Local.Sub(begun) > 20*time.Second {
				t.Errorf("%s was read after %s", it.Source, it.Local.Sub(begun))
			}
		}
		if c := coverageOf(t, res, "sign-ins/interactive", danaID); c.State != Incomplete {
			t.Errorf("logs that were read once are %s", c.State)
		}
		if c := coverageOf(t, res, "recoverable-items", danaID); c.State != NotAsked {
			t.Errorf("not asked is %s", c.State)
		}
	})
}

func TestAccountsAreToldApart(t *testing.T) {
	guest := `{"id":"8f6d0000-0000-4000-8000-000000000003","userPrincipalName":"kim_fabrikam.example#EXT#@contoso.example","displayName":"Kim","mail":"kim@fabrikam.example","proxyAddresses":[],"userType":"Guest"}`
	second := `{"id":"8f6d0000-0000-4000-8000-000000000004","userPrincipalName":"kim@contoso.example","displayName":"Kim","mail":"kim@fabrikam.example","proxyAddresses":[],"userType":"Member"}`
	twin := `{"id":"8f6d0000-0000-4000-8000-000000000005","userPrincipalName":"danna@contoso.example","displayName":"D","userType":"Member"}`
	for _, x := range []struct {
		name, asked string
		users       []string
		id          string // "": refused
		candidates  int
	}{
		{"by name", "dana@contoso.example", nil, danaID, 0},
		{"by object ID", strings.ToUpper(danaID), nil, danaID, 0},
		{"by an alias", "d.reyes@contoso.example", nil, danaID, 0},
		{"a guest by the address", "kim@fabrikam.example", []string{guest}, "8f6d0000-0000-4000-8000-000000000003", 0},
		{"two with one address", "kim@fabrikam.example", []string{guest, second}, "", 2},
		{"nobody", "dan@contoso.example", nil, "", 1},
		{"no address", "Dana", nil, "", 1},
	} {
		t.Run(x.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newContoso()
				for _, u := range append(x.users, twin) {
					if x.name == "nobody" || x.name == "no address" {
						break
					}
					c.users[text([]byte(u), "id")] = u
				}
				c.users[strings.ToUpper(danaID)] = c.users[danaID]
				f, m := &far{answer: c.answer}, &memory{}
				in := liveInput(t, f, m)
				in.Accounts = []string{x.asked}
				r, err := newRun(in)
				if err != nil {
					t.Fatal(err)
				}
				err = r.resolve(context.Background())
				var refused *AccountError
				switch {
				case x.id == "" && (!errors.As(err, &refused) || len(refused.Candidates) != x.candidates):
					t.Errorf("got %v, want a refusal with %d candidates", err, x.candidates)
				case x.id != "" && (err != nil || r.accounts[0].ID != x.id):
					t.Errorf("got %v, %v", r.accounts, err)
				case x.name == "by name" && !slices.Equal(r.accounts[0].LookAlikes, []string{"danna@contoso.example"}):
					t.Errorf("look-alikes are %v", r.accounts[0].LookAlikes)
				case x.name == "a guest by the address" && !r.accounts[0].Guest:
					t.Error("not told as a guest")
				}
			})
		})
	}
}

// A former name is learnt from the directory's audit and then asked for too.
func TestFormerNames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newContoso()
		c.former = "dana.smith@contoso.example"
		f, m := &far{answer: c.answer}, &memory{}
		res, err := Live(context.Background(), liveInput(t, f, m))
		if err != nil || !slices.Equal(res.Accounts[0].Former, []string{"dana.smith@contoso.example"}) {
			t.Fatalf("%v, %v", res.Accounts, err)
		}
		found := false
		for _, q := range c.queries {
			names, _ := q["userPrincipalNameFilters"].([]any)
			found = found || slices.Contains(names, any("dana.smith@contoso.example"))
		}
		if !found {
			t.Error("the audit log was not asked for it")
		}
	})
}

func TestAuditSwitchedOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newContoso()
		c.auditOff = true
		f, m := &far{answer: c.answer}, &memory{}
		res, err := Live(context.Background(), liveInput(t, f, m))
		if err != nil {
			t.Fatal(err)
		}
		if c := coverageOf(t, res, "audit/actor", danaID); c.State != SwitchedOff || c.Rows < 2 {
			t.Errorf("%s, %d rows", c.State, c.Rows)
		}
	})
}

// Where no query may be made, the cmdlet gives the same records.
func TestAuditBySearch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newContoso()
		c.deny = func(a asked) (int, string) {
			if strings.Contains(a.op, "auditLog") {
				return 403, failure("Forbidden")
			}
			return 0, ""
		}
		f, m := &far{answer: c.answer}, &memory{}
		res, err := Live(context.Background(), liveInput(t, f, m))
		if err != nil {
			t.Fatal(err)
		}
		if c := coverageOf(t, res, "audit/actor", danaID); c.State != Complete || c.Rows < 2 {
			t.Errorf("%s, %d rows: %s", c.State, c.Rows, c.Why)
		}
		if n := f.count("POST /security/auditLog/queries"); n > 7 { // those that were on their way together
			t.Errorf("%d queries were tried after the refusal", n)
		}
	})
}

// An empty list of rules under a role that can't see rules is no empty list.
func TestNoRulesUnderAReadersRole(t *testing.T) {
	for _, x := range []struct {
		cmdlets []string
		want    string
	}{{nil, Incomplete}, {[]string{"Get-Mailbox"}, Incomplete}, {[]string{"Get-InboxRule"}, Empty}} {
		synctest.Test(t, func(t *testing.T) {
			c := newContoso()
			c.rules, c.cmdlets = nil, x.cmdlets
			f, m := &far{answer: c.answer}, &memory{}
			res, err := Live(context.Background(), liveInput(t, f, m))
			if err != nil {
				t.Fatal(err)
			}
			if c := coverageOf(t, res, "inbox-rules", danaID); c.State != x.want {
				t.Errorf("with %v: %s", x.cmdlets, c.State)
			}
		})
	}
}

// The window moves back until 14 quiet days precede the first hostile event.
func TestWindowMovesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newContoso()
		f, m := &far{answer: c.answer}, &memory{}
		in := liveInput(t, f, m)
		troubles := []time.Time{now.Add(-20 * 24 * time.Hour), now.Add(-40 * 24 * time.Hour), now.Add(-40 * 24 * time.Hour)}
		asked := 0
		in.Trouble = func(context.Context) (time.Time, bool, error) {
			asked++
			if found, err := ReadCase(m); err != nil || len(found.Accounts) == 0 || !found.Items[0].Asked.Complete {
				t.Errorf("what trouble looks at: %+v, %v", found, err)
			}
			return troubles[min(asked, len(troubles))-1], true, nil
		}
		res, err := Live(context.Background(), in)
		if err != nil {
			t.Fatal(err)
		}
		want := now.Add(-54 * 24 * time.Hour)
		if !res.Window.From.Equal(want) || asked != 3 {
			t.Errorf("the window begins %s after %d looks, want %s", res.Window.From, asked, want)
		}
		if c := coverageOf(t, res, "audit/actor", danaID); !c.Got.From.Equal(want) || c.State != Complete {
			t.Errorf("audit from %s: %s %s", c.Got.From, c.State, c.Why)
		}
		if c := coverageOf(t, res, "sign-ins/interactive", danaID); !c.Got.From.Equal(now.Add(-keptSignIns)) {
			t.Errorf("sign-ins from %s, which are kept for 30 days", c.Got.From)
		}
	})
}

// Stopped at any write, a whole collection goes on and ends with the same evidence and coverage.
func TestLiveResumes(t *testing.T) {
	summary := func(m *memory, res LiveResult) string {
		var b strings.Builder
		for _, c := range res.Coverage {
			fmt.Fprintln(&b, c.Source, c.Account, c.State, c.Rows, c.Why)
		}
		return b.String()
	}
	want, writes := "", 0
	synctest.Test(t, func(t *testing.T) {
		f, m := &far{answer: newContoso().answer}, &memory{}
		res, err := Live(context.Background(), liveInput(t, f, m))
		if err != nil {
			t.Fatal(err)
		}
		want, writes = summary(m, res), m.writes
	})
	step := 1
	if testing.Short() {
		step = 23
	}
	for kill := 1; kill < writes; kill += step {
		synctest.Test(t, func(t *testing.T) {
			c := newContoso()
			f, m := &far{answer: c.answer}, &memory{fail: kill}
			if _, err := Live(context.Background(), liveInput(t, f, m)); !errors.Is(err, errKilled) {
				t.Fatalf("killed at write %d: %v", kill, err)
			}
			m.fail = 0
			res, err := Live(context.Background(), liveInput(t, f, m))
			if err != nil {
				t.Fatal(err)
			}
			if got := summary(m, res); got != want {
				t.Errorf("killed at write %d:\n%s", kill, diff(want, got))
			}
		})
		if t.Failed() {
			return
		}
	}
}

func diff(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	var out []string
	for _, line := range g {
		if !slices.Contains(w, line) {
			out = append(out, "+ "+line)
		}
	}
	for _, line := range w {
		if !slices.Contains(g, line) {
			out = append(out, "- "+line)
		}
	}
	return strings.Join(out, "\n")
}

// What was read once is read again when a collection goes deeper; what was complete stays.
func TestDeeper(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newContoso()
		f, m := &far{answer: c.answer}, &memory{}
		in := liveInput(t, f, m)
		in.Depth = Quick
		if _, err := Live(context.Background(), in); err != nil {
			t.Fatal(err)
		}
		rules := f.count("Get-InboxRule")
		in.Depth = Standard
		res, err := Live(context.Background(), in)
		if err != nil {
			t.Fatal(err)
		}
		for _, source := range []string{"sign-ins/interactive", "audit/actor", "message-trace/sent", "inbox-rules"} {
			if c := coverageOf(t, res, source, danaID); c.State != Complete {
				t.Errorf("%s is %s (%s)", source, c.State, c.Why)
			}
		}
		if n := f.count("Get-InboxRule"); n != rules+2 { // of the shared mailbox that came up
			t.Errorf("rules were read %d times, %d before", n, rules)
		}
		in.Depth = Quick
		before := len(f.log)
		if res, err = Live(context.Background(), in); err != nil || coverageOf(t, res, "sign-ins/interactive", danaID).State != Complete || len(f.log) != before {
			t.Errorf("asked for less, it asked %d times: %v", len(f.log)-before, err)
		}
	})
}

// Every query that is made in the tenant is in the journal before it is sent, and the evidence says what was asked.
// A collection that came to its end is read on, by the tenant's clock, from a day before that end: logs show late. Its accounts need no naming.
func TestAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newContoso()
		f, m := &far{answer: c.answer}, &memory{}
		in := liveInput(t, f, m)
		first, err := Live(context.Background(), in)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Hour)
		before, rules := len(f.log), f.count("Get-InboxRule")
		in.Accounts, in.Again = nil, true
		res, err := Live(context.Background(), in)
		if err != nil {
			t.Fatal(err)
		}
		for _, source := range []string{"sign-ins/interactive", "audit/actor"} {
			a, b := coverageOf(t, first, source, danaID), coverageOf(t, res, source, danaID)
			if b.State != Complete || b.Rows != a.Rows || b.Got.From != a.Got.From || b.Got.To.Sub(a.Got.To) < 5*time.Hour {
				t.Errorf("%s: first %+v, then %+v", source, a, b)
			}
		}
		if late := "ge%20" + url.QueryEscape(stamp(first.Window.To.Add(-shownLate))); !slices.ContainsFunc(f.log[before:], func(asked string) bool { return strings.Contains(asked, late) }) {
			t.Errorf("no question begins a day before, with %s: %q", late, f.log[before:])
		}
		if n := f.count("Get-InboxRule"); n != rules {
			t.Errorf("rules were read %d times, %d before", n, rules)
		}
	})
}

// Accounts that a case was collected for stay in it when it is collected for others.
func TestMoreAccounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newContoso()
		f, m := &far{answer: c.answer}, &memory{}
		in := liveInput(t, f, m)
		if _, err := Live(context.Background(), in); err != nil {
			t.Fatal(err)
		}
		in.Accounts = []string{sharedID}
		res, err := Live(context.Background(), in)
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{danaID, sharedID} {
			if c := coverageOf(t, res, "audit/actor", id); c.State != Complete && c.State != Empty {
				t.Errorf("the log of %s is %s", id, c.State)
			}
		}
	})
}

func TestQueriesAreJournalled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newContoso()
		f, m := &far{answer: c.answer}, &memory{}
		in := liveInput(t, f, m)
		var mu sync.Mutex
		journal := 0
		in.Journal = func(op, _ string) error {
			mu.Lock()
			defer mu.Unlock()
			if journal++; journal < f.count("POST /security/auditLog/queries") {
				t.Error("sent before it was written down")
			}
			return nil
		}
		if _, err := Live(context.Background(), in); err != nil {
			t.Fatal(err)
		}
		if n := f.count("POST /security/auditLog/queries"); n == 0 || n != journal {
			t.Errorf("%d queries, %d entries", n, journal)
		}
		for _, it := range m.items {
			if it.Source == "audit/actor" && !strings.Contains(it.Query, `"userPrincipalNameFilters":["dana@contoso.example"`) && !strings.Contains(it.Query, "1003200012345678") {
				t.Errorf("asked was %s", it.Query)
			}
		}
	})
}

// A query that fails is asked by the cmdlet; one that was made before a stop is found again and not made twice.
func TestQueriesThatFail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newContoso()
		c.deny = func(a asked) (int, string) {
			if strings.HasPrefix(a.op, "GET /security/auditLog/queries/") {
				return 200, `{"id":"q","status":"failed"}`
			}
			return 0, ""
		}
		f, m := &far{answer: c.answer}, &memory{}
		res, err := Live(context.Background(), liveInput(t, f, m))
		if err != nil {
			t.Fatal(err)
		}
		if c := coverageOf(t, res, "audit/actor", danaID); c.State != Complete || c.Rows < 2 || len(c.Errors) == 0 {
			t.Errorf("%s, %d rows: %v", c.State, c.Rows, c.Errors)
		}
	})
}

func TestAuditSetCutDown(t *testing.T) {
	for row, want := range map[string]int{
		`{"DefaultAuditSet":["Admin","Delegate","Owner"],"AuditOwner":["Update"],"AuditDelegate":[]}`:                                                                      0,
		`{"DefaultAuditSet":["Admin","Delegate"],"AuditOwner":["Update","HardDelete","SoftDelete","MoveToDeletedItems"],"AuditDelegate":[]}`:                               1,
		`{"DefaultAuditSet":"","AuditOwner":"UpdateInboxRules, HardDelete, SoftDelete, MoveToDeletedItems","AuditDelegate":"SendAs"}`:                                      1,
		`{"DefaultAuditSet":["Admin","Delegate"],"AuditOwner":["UpdateInboxRules","HardDelete","SoftDelete","MoveToDeletedItems","MailItemsAccessed"],"AuditDelegate":[]}`: 0,
		`{"AuditEnabled":true}`: 0,
	} {
		if got := cutSets([]byte(row)); len(got) != want {
			t.Errorf("%s: %v", row, got)
		}
	}
}

// A person's stop is an error, and what was read stays.
func TestStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newContoso()
		f, m := &far{answer: c.answer, delay: 200 * time.Millisecond}, &memory{}
		stop := errors.New("stopped by pat")
		ctx, cancel := context.WithCancelCause(context.Background())
		time.AfterFunc(5*time.Second, func() { cancel(stop) })
		res, err := Live(ctx, liveInput(t, f, m))
		if !errors.Is(err, stop) {
			t.Errorf("got %v", err)
		}
		if c := coverageOf(t, res, "audit/actor", danaID); c.State != Incomplete && c.State != NotAsked {
			t.Errorf("audit is %s", c.State)
		}
		if len(m.items) == 0 || len(m.cover) == 0 || res.Complete {
			t.Errorf("%d items, coverage of %d sources, complete %v", len(m.items), len(m.cover), res.Complete)
		}
	})
}
