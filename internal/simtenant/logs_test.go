package simtenant

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"
)

const graphHost = "https://graph.microsoft.com"

// reporter is an application that reads the logs of the shop's tenant.
func reporter(t *testing.T, records []Record, plans ...string) *client {
	c := newClient(t, "AuditLog.Read.All", "AuditLogsQuery.Read.All", "IdentityRiskyUser.Read.All", "IdentityRiskEvent.Read.All", "ExchangeMessageTrace.Read.All", "Exchange.ManageAsApp", "ActivityFeed.Read")
	c.tenant.Look(func(w *World) { w.Log, w.Plans = records, plans })
	c.header.Set("X-AnchorMailbox", "APP:SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}@"+c.tenant.world.ID)
	return c
}

// present is when the shop's tenant stands.
var present = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

// signInAt is a sign-in of Dana's.
func signInAt(i int, at time.Time, kind string) Record {
	id := fmt.Sprintf("5167-%06d", i)
	body := fmt.Sprintf(`{"id":%q,"createdDateTime":%q,"userId":%q,"userPrincipalName":"dana@contoso.example","riskLevelDuringSignIn":"hidden","sessionId":"s","signInEventTypes":[%q]}`, id, at.Format(time.RFC3339), danaID, kind)
	return Record{Kind: SignInRecord, ID: id, Time: at, Available: at.Add(5 * time.Minute), Body: []byte(body), User: danaID}
}

// pagesOf follows links to the end and gives the values of a property of all rows.
func (c *client) pagesOf(path, property string) (all []string, pages int) {
	c.t.Helper()
	for path != "" {
		got := c.ask("GET", path, "").want(c.t, 200, "")
		if got.status != 200 {
			c.t.FailNow()
		}
		pages++
		for _, r := range got.rows() {
			all = append(all, textOf(r, property))
		}
		path = textOf(got.body, "@odata.nextLink")
	}
	return all, pages
}

func query(path string, pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return path + "?" + q.Encode()
}

func TestSignIns(t *testing.T) {
	risky := signInAt(6, present.Add(-4*time.Hour), "servicePrincipal")
	risky.Body = []byte(strings.Replace(string(risky.Body), `"hidden"`, `"high"`, 1))
	log := []Record{
		risky, signInAt(1, present.Add(-31*day), "interactiveUser"), signInAt(2, present.Add(-29*day), "interactiveUser"),
		signInAt(3, present.Add(-2*time.Hour), "nonInteractiveUser"), signInAt(4, present.Add(-time.Hour), "interactiveUser"), signInAt(5, present.Add(-time.Minute), "interactiveUser"),
	}
	c := reporter(t, log, "AAD_PREMIUM")
	for _, x := range []struct{ version, filter, want string }{
		{"v1.0", "", "5167-000004 5167-000002"},
		{"beta", "", "5167-000004 5167-000002"},
		{"beta", "signInEventTypes/any(t: t eq 'nonInteractiveUser') and userId eq '" + danaID + "'", "5167-000003"},
		{"beta", "signInEventTypes/any(t:t eq 'interactiveUser' or t eq 'nonInteractiveUser')", "5167-000004 5167-000003 5167-000002"},
		{"v1.0", "userId eq '" + danaID + "' and createdDateTime ge 2026-11-20T00:00:00Z and createdDateTime le 2026-11-20T08:00:00Z", "5167-000004"},
		{"v1.0", "userId eq '" + danaID + "' and createdDateTime lt 2026-11-20T08:00:00Z", "5167-000002"},
		{"v1.0", "userId eq '" + bossID + "'", ""},
	} {
		got, _ := c.pagesOf(query("/"+x.version+"/auditLogs/signIns", "$filter", x.filter), "id")
		if strings.Join(got, " ") != x.want {
			t.Errorf("%s %s: %v, want %s", x.version, x.filter, got, x.want)
		}
	}
	row := c.ask("GET", "/v1.0/auditLogs/signIns?$top=1", "").want(t, 200, "").rows()[0]
	if row["sessionId"] != nil || row["riskLevelDuringSignIn"] != "hidden" {
		t.Errorf("v1.0 without P2 shows %v", row)
	}
	row = c.ask("GET", "/beta/auditLogs/signIns?$top=1&$orderby=createdDateTime%20asc&$select=id,sessionId", "").want(t, 200, "").rows()[0]
	if len(row) != 2 || row["sessionId"] != "s" || row["id"] != "5167-000002" {
		t.Errorf("beta shows %v", row)
	}
	service := query("/beta/auditLogs/signIns", "$filter", "signInEventTypes/any(t: t eq 'servicePrincipal')")
	if row := c.ask("GET", service, "").want(t, 200, "").rows()[0]; row["riskLevelDuringSignIn"] != "hidden" {
		t.Errorf("without P2 beta shows %v", row)
	}
	c.tenant.Look(func(w *World) { w.Plans = []string{"AAD_PREMIUM_P2"} })
	if row := c.ask("GET", service, "").want(t, 200, "").rows()[0]; row["riskLevelDuringSignIn"] != "high" {
		t.Errorf("with P2 beta shows %v", row)
	}
	c.ask("GET", "/v1.0/auditLogs/signIns?$top=1001", "").want(t, 400, "Request_BadRequest")
	c.ask("GET", "/v1.0/auditLogs/signIns?$orderby=userId", "").want(t, 400, "BadRequest")
	c.ask("GET", query("/v1.0/auditLogs/signIns", "$filter", "signInEventTypes/any(t: t eq 'nonInteractiveUser')"), "").want(t, 400, "BadRequest")
	c.ask("GET", "/v1.0/auditLogs/signIns?$skiptoken=x", "").want(t, 400, "BadRequest")
	none := reporter(t, log)
	none.ask("GET", "/beta/auditLogs/signIns", "").want(t, 403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant")
}

func TestDirectoryAudits(t *testing.T) {
	var log []Record
	for i, age := range []time.Duration{31 * day, 8 * day, time.Hour} {
		at := present.Add(-age)
		body := fmt.Sprintf(`{"id":"d%d","activityDateTime":%q,"activityDisplayName":"Update user","initiatedBy":{"user":{"id":%q}},"targetResources":[{"id":%q}]}`, i, at.Format(time.RFC3339), bossID, danaID)
		log = append(log, Record{Kind: DirectoryRecord, ID: fmt.Sprint("d", i), Time: at, Available: at.Add(time.Minute), Body: []byte(body)})
	}
	for plan, want := range map[string]string{"AAD_PREMIUM": "d2 d1", "AAD_BASIC": "d2"} {
		c := reporter(t, log, plan)
		for _, filter := range []string{"", "targetResources/any(t: t/id eq '" + danaID + "')", "initiatedBy/user/id eq '" + bossID + "' and activityDateTime ge 2026-01-01T00:00:00Z"} {
			got, _ := c.pagesOf(query("/v1.0/auditLogs/directoryAudits", "$filter", filter), "id")
			if strings.Join(got, " ") != want {
				t.Errorf("%s %s: %v, want %s", plan, filter, got, want)
			}
		}
	}
}

// auditAt is a record of Dana's in the audit log, all with one body.
func auditAt(i int, at time.Time, body []byte) Record {
	return Record{Kind: AuditRecord, ID: fmt.Sprintf("%08d-0000-4000-8000-000000000000", i), Time: at, Available: at.Add(30 * time.Minute), Body: body, Operation: "New-InboxRule", Workload: "Exchange", RecordType: 1, User: danaID}
}

var auditBody = []byte(`{"Operation":"New-InboxRule","UserId":"Dana@contoso.example","ClientIP":"[2001:db8::7]:443","ObjectId":"dana\\rule","Workload":"Exchange","RecordType":1,"UserType":2}`)

// search runs Search-UnifiedAuditLog once, its pages included.
func (c *client) search(params string) []Object {
	c.t.Helper()
	body := `{"CmdletInput":{"CmdletName":"Search-UnifiedAuditLog","Parameters":{` + params + `}}}`
	path := "/adminapi/beta/" + c.tenant.world.ID + "/InvokeCommand"
	var rows []Object
	for path != "" {
		got := c.at("https://outlook.office365.com", "POST", path, body).want(c.t, 200, "")
		rows = append(rows, got.rows()...)
		path = textOf(got.body, "@odata.nextLink")
	}
	return rows
}

const lastWeek = `"StartDate":"2026-11-13T09:00:00Z","EndDate":"2026-11-20T09:00:00Z"`

func TestSearchUnifiedAuditLog(t *testing.T) {
	var log []Record
	for i := range 240 {
		log = append(log, auditAt(i, present.Add(-time.Duration(i)*time.Minute), auditBody))
	}
	c := reporter(t, log)
	first := c.search(lastWeek)
	if len(first) != 100 || first[0]["Identity"] != log[30].ID || first[0]["ResultCount"] != 100.0 || first[0]["UserIds"] != "Dana@contoso.example" || first[0]["RecordType"] != "ExchangeAdmin" {
		t.Errorf("%d rows, the first %v", len(first), first[0])
	}
	if s, ok := first[0]["AuditData"].(string); !ok || s != string(auditBody) {
		t.Errorf("AuditData is %v", first[0]["AuditData"])
	}
	for params, want := range map[string]int{
		`,"UserIds":["DANA@contoso.example"]`: 100, `,"UserIds":["dana@other.example"]`: 0, `,"Operations":["new-inboxrule","Set-Mailbox"]`: 100, `,"Operations":["Set-Mailbox"]`: 0,
		`,"IPAddresses":["2001:db8::7"]`: 100, `,"IPAddresses":["192.0.2.1"]`: 0, `,"ObjectIds":["dana\\*"]`: 100, `,"ObjectIds":["dana"]`: 0, `,"FreeText":"CONTOSO.example"`: 100, `,"FreeText":"fabrikam"`: 0,
		`,"RecordType":"ExchangeAdmin"`: 100, `,"RecordType":"ExchangeItem"`: 0,
	} {
		if got := c.search(lastWeek + params); len(got) != want {
			t.Errorf("%s: %d rows, want %d", params, len(got), want)
		}
	}
	session := lastWeek + `,"SessionId":"a","SessionCommand":"ReturnLargeSet","ResultSize":90`
	index := map[any]bool{}
	total := 0
	for range 4 {
		for _, r := range c.search(session) {
			index[r["ResultIndex"]] = true
			total++
			if r["ResultCount"] != 210.0 {
				t.Fatalf("ResultCount %v", r["ResultCount"])
			}
		}
	}
	if len(index) != 210 || total < 210 || total > 212 || len(c.search(session)) != 0 {
		t.Errorf("%d rows, %d of them different", total, len(index))
	}
	c.tenant.Look(func(w *World) { w.AuditOff = true })
	if got := c.search(lastWeek); len(got) != 0 {
		t.Errorf("%d rows of a log that is off", len(got))
	}
}

func TestAuditQuery(t *testing.T) {
	var log []Record
	for i := range 400 {
		log = append(log, auditAt(i, present.Add(-time.Duration(i)*time.Hour), auditBody))
	}
	c := reporter(t, log)
	const window = `{"filterStartDateTime":"2026-11-13T09:00:00Z","filterEndDateTime":"2026-11-20T09:00:00Z","displayName":"q"`
	made := c.ask("POST", "/v1.0/security/auditLog/queries", window+`,"userPrincipalNameFilters":["dana@contoso.example"]}`).want(t, 201, "")
	path := "/v1.0/security/auditLog/queries/" + textOf(made.body, "id")
	if s := textOf(made.body, "status"); s != "notStarted" {
		t.Errorf("status %q", s)
	}
	if got := c.ask("GET", path+"/records", "").want(t, 200, "").rows(); len(got) != 0 {
		t.Errorf("%d records of a query that has not ended", len(got))
	}
	c.tenant.Look(func(w *World) { w.Now = w.Now.Add(20 * time.Minute) })
	if got := c.ask("GET", path, "").want(t, 200, "").body; got["status"] != "succeeded" || got["approximateReturnedRecordCount"] != 168.0 {
		t.Errorf("%v", got)
	}
	got, pages := c.pagesOf(path+"/records?$top=100", "id")
	if len(got) != 168 || pages != 2 {
		t.Errorf("%d records on %d pages", len(got), pages)
	}
	row := c.ask("GET", path+"/records", "").rows()[0]
	if row["auditLogRecordType"] != "exchangeAdmin" || textOf(asObject(row["auditData"]), "UserId") != "Dana@contoso.example" || row["userType"] != "admin" {
		t.Errorf("%v", row)
	}
	if list := c.ask("GET", "/beta/security/auditLog/queries", "").want(t, 200, "").rows(); len(list) != 1 || list[0]["displayName"] != "q" {
		t.Errorf("%v", list)
	}
	c.ask("POST", "/v1.0/security/auditLog/queries", window+`,"recordTypeFilters":["nonsense"]}`).want(t, 400, "BadRequest")
	c.ask("POST", "/v1.0/security/auditLog/queries", window+`,"serviceFilter":"Exchange"}`).want(t, 400, "Request_BadRequest")
	c.ask("POST", "/v1.0/security/auditLog/queries", window+`}`).want(t, 201, "")
	if r := c.ask("POST", "/v1.0/security/auditLog/queries", window+`}`).want(t, 429, "TooManyRequests"); r.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	for range queriesAtOnce - 1 {
		c.ask("POST", "/v1.0/security/auditLog/queries", window+`,"keywordFilter":"x"}`).want(t, 201, "")
	}
	c.ask("POST", "/v1.0/security/auditLog/queries", window+`,"keywordFilter":"x"}`).want(t, 429, "TooManyRequests")
}
