package simtenant

import (
	"evict/internal/simtenant/contract"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestRisk(t *testing.T) {
	c := reporter(t, nil, "AAD_PREMIUM", "AAD_PREMIUM_P2")
	c.tenant.Look(func(w *World) {
		w.Clients[0].Permissions = append(w.Clients[0].Permissions, "IdentityRiskyUser.ReadWrite.All", "IdentityRiskEvent.ReadWrite.All")
		w.Risky = []*Risky{{User: danaID, Detection: true, Props: Object{"riskEventType": "anomalousToken", "riskLevel": "high", "riskState": "atRisk"}}, {User: bossID, Props: Object{"riskLevel": "low", "riskState": "atRisk"}}}
	})
	c.ask("GET", "/v1.0/identityProtection/riskyUsers/"+danaID, "").want(t, 404, "NotFound")
	c.ask("POST", "/v1.0/identityProtection/riskyUsers/confirmCompromised", `{"userIds":["nobody"]}`).want(t, 404, "NotFound")
	c.ask("POST", "/v1.0/identityProtection/riskyUsers/confirmCompromised", `{"userIds":["`+danaID+`"]}`).want(t, 204, "")
	got := c.ask("GET", "/v1.0/identityProtection/riskyUsers/"+danaID, "").want(t, 200, "").body
	if got["riskState"] != "confirmedCompromised" || got["userPrincipalName"] != "dana@contoso.example" {
		t.Errorf("%v", got)
	}
	filter := query("/v1.0/identityProtection/riskDetections", "$filter", "userId eq '"+danaID+"'")
	if d := c.ask("GET", filter, "").want(t, 200, "").rows(); len(d) != 2 || d[0]["riskState"] != "atRisk" || d[1]["riskEventType"] != "adminConfirmedUserCompromised" || d[1]["requestId"] != nil {
		t.Errorf("after the confirmation %v", d)
	}
	c.ask("POST", "/v1.0/identityProtection/riskyUsers/dismiss", `{"userIds":["`+danaID+`"]}`).want(t, 204, "")
	if h := c.ask("GET", "/v1.0/identityProtection/riskyUsers/"+danaID+"/history", "").want(t, 200, "").rows(); len(h) != 2 || h[1]["riskState"] != "dismissed" || h[0]["initiatedBy"] != c.tenant.world.principalOf(appID).ID {
		t.Errorf("history %v", h)
	}
	if n := len(c.tenant.Changes()); n != 2 {
		t.Errorf("%d changes", n)
	}
	if d := c.ask("GET", filter, "").want(t, 200, "").rows(); len(d) != 2 || d[0]["riskLevel"] != "high" || d[0]["riskState"] != "dismissed" || d[1]["riskState"] != "dismissed" {
		t.Errorf("after the dismissal %v", d)
	}
	var audits []string
	c.tenant.Look(func(w *World) {
		for _, r := range w.Log {
			if o := decoded(r.Body); r.Kind == DirectoryRecord && o["loggedByService"] == "Identity Protection" && o["category"] == "Other" && slices.Contains(r.Names, danaID) {
				audits = append(audits, r.Operation)
			}
		}
	})
	slices.Sort(audits)
	if !slices.Equal(audits, []string{"ConfirmAccountCompromised", "DismissUser"}) {
		t.Errorf("directory audits %v", audits)
	}
	c.tenant.Look(func(w *World) { w.Plans = []string{"AAD_PREMIUM"} })
	if d := c.ask("GET", filter, "").want(t, 200, "").rows(); len(d) != 2 || d[0]["riskLevel"] != "hidden" || d[0]["riskEventType"] != "generic" {
		t.Errorf("P1 sees %v", d)
	}
	c.ask("GET", "/v1.0/identityProtection/riskyUsers", "").want(t, 403, "Forbidden")
}

// traceAt is one recipient's row of message trace.
func traceAt(i int, at time.Time, to string) Record {
	id := fmt.Sprintf("%08d-1111-4000-8000-000000000000", i)
	body := fmt.Sprintf(`{"id":%q,"senderAddress":"dana@contoso.example","recipientAddress":%q,"messageId":"<m%d@contoso.example>","receivedDateTime":%q,"subject":"Invoice %d","size":10,"status":"delivered","fromIP":"192.0.2.1","toIP":""}`, id, to, i, at.Format(time.RFC3339), i)
	return Record{Kind: TraceRecord, ID: id, Time: at, Available: at, Body: []byte(body)}
}

func TestMessageTrace(t *testing.T) {
	var log []Record
	for i := range 30 {
		log = append(log, traceAt(i, present.Add(-time.Duration(30-i/3)*time.Hour), fmt.Sprintf("r%02d@fabrikam.example", i%3)))
	}
	old := traceAt(99, present.Add(-20*day), "old@fabrikam.example")
	log = append([]Record{old}, log...)
	c := reporter(t, log)
	filter := "senderAddress eq 'dana@contoso.example' and receivedDateTime ge 2026-11-18T10:00:00Z and receivedDateTime le 2026-11-20T09:00:00Z"
	got, pages := c.pagesOf(query("/v1.0/admin/exchange/tracing/messageTraces", "$filter", filter, "$top", "20"), "id")
	if len(got) != 30 || pages != 2 {
		t.Errorf("%d rows on %d pages", len(got), pages)
	}
	c.ask("GET", query("/v1.0/admin/exchange/tracing/messageTraces", "$filter", "receivedDateTime ge 2026-11-01T00:00:00Z"), "").want(t, 400, "BadRequest")
	c.ask("GET", "/v1.0/admin/exchange/tracing/messageTraces?$top=5001", "").want(t, 400, "Request_BadRequest")
	first := c.ask("GET", query("/v1.0/admin/exchange/tracing/messageTraces", "$filter", "recipientAddress eq 'r02@fabrikam.example'"), "").want(t, 200, "").rows()[0]
	details := c.ask("GET", "/v1.0/admin/exchange/tracing/messageTraces/"+textOf(first, "id")+"/getDetailsByRecipient(recipientAddress='r02%40fabrikam.example')", "").want(t, 200, "").rows()
	if len(details) != 2 || details[1]["event"] != "Deliver" {
		t.Errorf("details %v", details)
	}
	// The cmdlet goes on from the last row's time and recipient.
	run := func(more string) response {
		return c.at("https://outlook.office365.com", "POST", "/adminapi/beta/"+c.tenant.world.ID+"/InvokeCommand", `{"CmdletInput":{"CmdletName":"Get-MessageTraceV2","Parameters":{"SenderAddress":["dana@contoso.example"],"ResultSize":7`+more+`}}}`)
	}
	seen := map[string]bool{}
	r := run("").want(t, 200, "")
	for range 5 {
		rows := r.rows()
		for _, x := range rows {
			if id := textOf(x, "MessageTraceId"); seen[id] {
				t.Errorf("%s twice", id)
			} else {
				seen[id] = true
			}
		}
		if warned := strings.Contains(string(r.raw), "There are more results"); warned != (len(rows) == 7) {
			t.Errorf("%d rows, and more results is %v", len(rows), warned)
		}
		last := rows[len(rows)-1]
		r = run(`,"StartDate":"2026-11-18T10:00:00Z","EndDate":"`+textOf(last, "Received")+`","StartingRecipientAddress":"`+textOf(last, "RecipientAddress")+`"`).want(t, 200, "")
	}
	if len(seen) != 30 {
		t.Errorf("%d rows", len(seen))
	}
	run(`,"StartDate":"2026-11-01T00:00:00Z"`).want(t, 400, "BadRequest")
}

func TestFeed(t *testing.T) {
	var log []Record
	for i := range 2000 {
		r := auditAt(i, present.Add(time.Duration(i)*30*time.Second), auditBody)
		if i%2 == 0 {
			r.Workload = "OneDrive"
		}
		log = append(log, r)
	}
	c := reporter(t, log)
	feed := "/api/v1.0/" + c.tenant.world.ID + "/activity/feed"
	ask := func(method, path string) response { return c.at("https://manage.office.com", method, path, "") }
	ask("GET", feed+"/subscriptions/content?contentType=Audit.Exchange").want(t, 400, "AF20022")
	ask("POST", feed+"/subscriptions/start?contentType=Audit.Nothing").want(t, 400, "AF20020")
	ask("POST", "/api/v1.0/"+danaID+"/activity/feed/subscriptions/start?contentType=Audit.Exchange").want(t, 400, "AF20010")
	ask("POST", feed+"/subscriptions/start?contentType=Audit.Exchange").want(t, 200, "")
	ask("POST", feed+"/subscriptions/start?contentType=Audit.Exchange").want(t, 400, "AF20024")
	c.tenant.Look(func(w *World) { w.Now = w.Now.Add(20 * time.Hour); c.tokens = map[string]string{} })
	ask("GET", feed+"/subscriptions/content?contentType=Audit.Exchange&startTime=2026-11-19T00:00&endTime=2026-11-20T00:01").want(t, 400, "AF20055")
	path, blobs, records := feed+"/subscriptions/content?contentType=Audit.Exchange&startTime=2026-11-20T06:00:00&endTime=2026-11-21T06:00:00", 0, 0
	for path != "" {
		page := ask("GET", path).want(t, 200, "")
		for _, x := range list(t, page) {
			blobs++
			records += len(list(t, ask("GET", strings.TrimPrefix(textOf(x, "contentUri"), "https://manage.office.com")).want(t, 200, "")))
		}
		path = page.header.Get("NextPageUri")
		if u, err := url.Parse(path); err != nil || path != "" && u.Host != "manage.office.com" {
			t.Fatalf("next page %q", path)
		}
	}
	if records != 1000 || blobs <= feedPage {
		t.Errorf("%d records in %d blobs", records, blobs)
	}
	ask("GET", feed+"/audit/nonsense").want(t, 400, "AF20052")
	ask("POST", feed+"/subscriptions/stop?contentType=Audit.Exchange").want(t, 204, "")
	ask("GET", feed+"/subscriptions/content?contentType=Audit.Exchange").want(t, 400, "AF20023")
}

// list is a body that is a bare list.
func list(t *testing.T, r response) []Object {
	t.Helper()
	o := decoded(slices.Concat([]byte(`{"value":`), r.raw, []byte("}")))
	var out []Object
	for _, x := range items(o["value"]) {
		out = append(out, asObject(x))
	}
	return out
}

// TestLogRowsAgainstReference holds the table of the logs against Microsoft's contract.
func TestLogRowsAgainstReference(t *testing.T) {
	for _, version := range []string{"v1.0", "beta"} {
		var calls []struct {
			Method, Path string
			Query        []string
			Permissions  map[string]struct{ LeastPrivilege, AlsoWork []string }
		}
		contract.NeedFile(t, "graph-"+version+"-reduced.calls.json", &calls)
		for _, r := range logTable() {
			if r.in == "activity" {
				continue
			}
			found := false
			for _, c := range calls {
				if c.Method != r.method || pathValue.ReplaceAllString(c.Path, "{}") != pathValue.ReplaceAllString(r.path, "{}") {
					continue
				}
				found = true
				for _, q := range strings.Fields(r.query) {
					if !slices.Contains(c.Query, q) && !slices.Contains(c.Query, q+"*") {
						t.Errorf("%s: %s %s has no option %s", version, r.method, r.path, q)
					}
				}
				for kind, have := range map[string]string{"Application": r.app, "DelegatedWork": r.people} {
					p := c.Permissions[kind]
					for _, name := range p.LeastPrivilege {
						if !slices.Contains(strings.Fields(have), name) {
							t.Errorf("%s: %s %s: %s isn't enough", version, r.method, r.path, name)
						}
					}
				}
			}
			if !found {
				t.Errorf("%s: no %s %s", version, r.method, r.path)
			}
		}
	}
}

// TestLogsOfOtherClouds: some know no audit queries and no trace over Graph; in
// China the search runs and finds nothing.
func TestLogsOfOtherClouds(t *testing.T) {
	c := reporter(t, []Record{auditAt(0, present.Add(-time.Hour), auditBody)})
	for resource, login := range map[string]string{"graph.microsoft.us": "login.microsoftonline.us", "outlook.office365.us": "login.microsoftonline.us", "outlook.office365.cn": "login.chinacloudapi.cn"} {
		form := url.Values{"grant_type": {"client_credentials"}, "client_id": {c.id}, "client_secret": {c.secret}, "scope": {"https://" + resource + "/.default"}}
		r, err := http.NewRequest("POST", "https://"+login+"/"+c.tenant.world.ID+"/oauth2/v2.0/token", strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		c.tokens[resource] = textOf(c.do(r).want(t, 200, "").body, "access_token")
	}
	c.at("https://graph.microsoft.us", "GET", "/v1.0/security/auditLog/queries", "").want(t, 400, "BadRequest")
	c.at("https://graph.microsoft.us", "GET", "/v1.0/admin/exchange/tracing/messageTraces", "").want(t, 400, "BadRequest")
	for host, want := range map[string]int{"outlook.office365.us": 1, "outlook.office365.cn": 0} {
		got := c.at("https://"+host, "POST", "/adminapi/beta/"+c.tenant.world.ID+"/InvokeCommand", `{"CmdletInput":{"CmdletName":"Search-UnifiedAuditLog","Parameters":{`+lastWeek+`}}}`).want(t, 200, "")
		if len(got.rows()) != want {
			t.Errorf("%s: %d rows", host, len(got.rows()))
		}
	}
}

// TestQueryOfOneService: who may read one service's records sees no others.
func TestQueryOfOneService(t *testing.T) {
	entra := auditAt(1, present.Add(-time.Hour), []byte(`{"UserId":"dana@contoso.example"}`))
	entra.Workload, entra.RecordType = "AzureActiveDirectory", 15
	for permission, want := range map[string]string{"AuditLogsQuery.Read.All": "2", "AuditLogsQuery-Entra.Read.All": "1 azureActiveDirectoryStsLogon", "AuditLogsQuery-CRM.Read.All": "0"} {
		c := reporter(t, []Record{auditAt(0, present.Add(-2*time.Hour), auditBody), entra})
		c.tenant.Look(func(w *World) { w.Clients[0].Permissions = []string{permission} })
		made := c.ask("POST", "/v1.0/security/auditLog/queries", `{"filterStartDateTime":"2026-11-13T09:00:00Z","filterEndDateTime":"2026-11-20T09:00:00Z","userPrincipalNameFilters":["dana@contoso.example"]}`).want(t, 201, "")
		c.tenant.Look(func(w *World) { w.Now = w.Now.Add(30 * time.Minute) })
		rows := c.ask("GET", "/v1.0/security/auditLog/queries/"+textOf(made.body, "id")+"/records", "").want(t, 200, "").rows()
		got := fmt.Sprint(len(rows))
		if len(rows) == 1 {
			got += " " + textOf(rows[0], "auditLogRecordType")
		}
		if got != want {
			t.Errorf("%s sees %s, want %s", permission, got, want)
		}
	}
}
