package simtenant

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// A shop is a small tenant with one operator at the Exchange endpoint.
type shop struct {
	*World
	t       *testing.T
	pages   cmdletPages
	by      operator
	purview bool
	header  http.Header
	query   string
	touched []touch
	now     time.Time
}

const (
	danaID   = "aaaaaaaa-0000-4000-8000-000000000001"
	lookID   = "aaaaaaaa-0000-4000-8000-000000000002"
	bossID   = "aaaaaaaa-0000-4000-8000-000000000003"
	sharedID = "aaaaaaaa-0000-4000-8000-000000000004"
	syncedID = "aaaaaaaa-0000-4000-8000-000000000005"
	appID    = "bbbbbbbb-0000-4000-8000-000000000001"
	spID     = "bbbbbbbb-0000-4000-8000-000000000002"
)

func shopWorld() *World {
	yes := true
	w := &World{ID: "cccccccc-0000-4000-8000-000000000001", Name: "Contoso", Domain: "contoso.example", Initial: "contoso.onmicrosoft.example", Now: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)}
	person := func(id, name, alias string) {
		upn := alias + "@contoso.example"
		w.Users = append(w.Users, &User{ID: id, UPN: upn, DisplayName: name, Mail: upn, Proxies: []string{"smtp:" + alias + ".old@contoso.example", "SMTP:" + upn}, Enabled: true, PUID: "10032000" + id[len(id)-8:]})
		w.Mailboxes = append(w.Mailboxes, &Mailbox{User: id, GUID: made("mailbox", id), Type: "UserMailbox", DisplayName: name, Folders: []*Folder{
			{ID: alias + "-root", WellKnown: "msgfolderroot", Name: "Top of Information Store"},
			{ID: alias + "-inbox", Parent: alias + "-root", WellKnown: "inbox", Name: "Boîte de réception"},
			{ID: alias + "-rss", Parent: alias + "-root", Name: "Flux RSS"},
			{ID: alias + "-sent", Parent: alias + "-root", WellKnown: "sentitems", Name: "Éléments envoyés"},
			{ID: alias + "-deleted", Parent: alias + "-root", WellKnown: "deleteditems", Name: "Éléments supprimés"},
			{ID: alias + "-junk", Parent: alias + "-root", WellKnown: "junkemail", Name: "Courrier indésirable"},
			{ID: alias + "-cal", Parent: alias + "-root", WellKnown: "calendar", Name: "Calendrier"},
			{ID: alias + "-dumpster", WellKnown: "recoverableitemsdeletions", Name: "Deletions", Hidden: true},
		}})
	}
	person(danaID, "Dana Reyes", "dana")
	person(lookID, "Dana Reyes", "dana.reyes")
	person(bossID, "Bo Ström", "bo")
	person(sharedID, "Accounts", "accounts")
	person(syncedID, "Sync Ed", "synced")
	w.Users[4].Synced = &yes
	w.Mailboxes[3].Type = "SharedMailbox"
	w.Recipients = []Object{{"Name": "Mallory Outside", "DisplayName": "Mallory", "RecipientTypeDetails": "MailContact", "ExternalEmailAddress": "SMTP:drop@evil.example", "PrimarySmtpAddress": "drop@evil.example"}}
	w.Principals = []*ServicePrincipal{{ID: spID, AppID: appID, Name: "evict respond", Enabled: true}}
	w.RoleGroups = []*RoleGroup{
		{Name: "Organization Management", Roles: slices.Clone(organizationManagement), Members: []string{bossID}},
		{Name: "Recipient Management", Roles: []string{"Mail Recipients", "Message Tracking"}, Members: []string{danaID}},
		{Name: "eDiscovery Manager", Purview: true, Roles: []string{"Compliance Search"}, Members: []string{danaID}},
	}
	return w
}

func newShop(t *testing.T) *shop {
	w := shopWorld()
	s := &shop{World: w, t: t, now: w.Now, header: http.Header{}}
	s.as("Exchange Administrator", "Global Administrator")
	return s
}

// as changes who asks: the application with these directory roles.
func (s *shop) as(roles ...string) {
	s.by = operator{App: appID, Principal: spID, Roles: s.cmdletRoles(s.purview, roles, spID, appID), Address: "192.0.2.10"}
}

func (s *shop) raw(body string) reply {
	u := &url.URL{Scheme: "https", Host: "outlook.office365.com", Path: "/adminapi/beta/" + s.ID + "/InvokeCommand", RawQuery: s.query}
	h := http.Header{"Content-Type": {"application/json; charset=utf-8"}, "X-Anchormailbox": {"APP:SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}@" + s.ID}}
	for k, v := range s.header {
		h[k] = v
	}
	r, touched := s.invoke(invocation{Purview: s.purview, URL: u, Header: h, Body: []byte(body), By: s.by, Now: s.now}, &s.pages)
	s.touched = append(s.touched, touched...)
	s.now = s.now.Add(time.Second)
	return r
}

// answered is a page of rows.
type answered struct {
	Value    []Object `json:"value"`
	Warnings []string `json:"@adminapi.warnings"`
	Next     string   `json:"@odata.nextLink"`
}

func (s *shop) send(name string, params Object) reply {
	s.t.Helper()
	if params == nil {
		params = Object{}
	}
	b, err := json.Marshal(Object{"CmdletInput": Object{"CmdletName": name, "Parameters": params}})
	if err != nil {
		s.t.Fatal(err)
	}
	return s.raw(string(b))
}

func (s *shop) run(name string, params Object) answered {
	s.t.Helper()
	r := s.send(name, params)
	if r.Status != 200 {
		s.t.Fatalf("%s %v: status %d: %s", name, params, r.Status, r.Body)
	}
	var a answered
	d := json.NewDecoder(bytes.NewReader(r.Body))
	d.UseNumber()
	if err := d.Decode(&a); err != nil {
		s.t.Fatal(err)
	}
	return a
}

func (s *shop) one(name string, params Object) Object {
	s.t.Helper()
	a := s.run(name, params)
	if len(a.Value) != 1 {
		s.t.Fatalf("%s %v: %d rows, want one", name, params, len(a.Value))
	}
	return a.Value[0]
}

// fails wants a refusal, and gives its innermost message.
func (s *shop) fails(status int, name string, params Object) string {
	s.t.Helper()
	r := s.send(name, params)
	if r.Status != status {
		s.t.Fatalf("%s %v: status %d, want %d: %s", name, params, r.Status, status, r.Body)
	}
	var e struct {
		Error struct {
			Message    string
			Details    []struct{ Message string }
			Innererror struct {
				Internalexception struct{ Message, Type string }
			}
		}
	}
	if err := json.Unmarshal(r.Body, &e); err != nil {
		s.t.Fatalf("%s: %v: %q", name, err, r.Body)
	}
	if e.Error.Message != "Invalid Operation" || len(e.Error.Details) != 1 || !strings.HasPrefix(e.Error.Details[0].Message, "|"+e.Error.Innererror.Internalexception.Type+"|") {
		s.t.Errorf("%s: error body %s", name, r.Body)
	}
	return e.Error.Innererror.Internalexception.Message
}

func (s *shop) lastRecord() (Record, Object) {
	s.t.Helper()
	if len(s.Log) == 0 {
		s.t.Fatal("no record")
	}
	r := slices.MaxFunc(s.Log, func(a, b Record) int { return a.Time.Compare(b.Time) })
	var o Object
	if err := json.Unmarshal(r.Body, &o); err != nil {
		s.t.Fatal(err)
	}
	return r, o
}

func TestUnknownCmdletAndParameter(t *testing.T) {
	s := newShop(t)
	for _, name := range []string{"Get-Secrets", "Search-Mailbox", "Get-ComplianceSearch"} {
		r := s.send(name, nil)
		if r.Status != 403 || r.Header.Get("Content-Encoding") != "gzip" || len(r.Body) == 0 || len(bytes.Trim(r.Body, "\x00")) != 0 {
			t.Errorf("%s: %d %v %q", name, r.Status, r.Header, r.Body)
		}
	}
	s.purview = true
	s.as("Global Administrator")
	if r := s.send("Get-Mailbox", nil); r.Status != 403 || !json.Valid(r.Body) {
		t.Errorf("compliance: %d %q", r.Status, r.Body)
	}
	if r := s.send("New-ComplianceSearch", nil); r.Status != 403 {
		t.Errorf("a content search by an application: %d", r.Status)
	}
	s.purview = false
	s.as("Global Administrator")
	if m := s.fails(400, "Get-InboxRule", Object{"Mailbox": danaID, "Hidden": true}); !strings.Contains(m, "matches parameter name 'Hidden'") {
		t.Error(m)
	}
	if m := s.fails(400, "Get-InboxRule", Object{"Mailbox": danaID, "IncludeHidden": "yes"}); !strings.Contains(m, "IncludeHidden") {
		t.Error(m)
	}
	if m := s.fails(400, "Set-Mailbox", Object{"DeliverToMailboxAndForward": false}); !strings.Contains(m, "Identity") {
		t.Error(m)
	}
	s.fails(404, "Get-Mailbox", Object{"Identity": "nobody@contoso.example"})
	for _, body := range []string{"", "{", `{"CmdletInput":{}}`, `{"CmdletInput":{"CmdletName":"Get-Mailbox"},"More":1}`, `{"CmdletInput":{"CmdletName":"Get-Mailbox"}}{}`} {
		if r := s.raw(body); r.Status != 400 {
			t.Errorf("%q: %d", body, r.Status)
		}
	}
	if r := s.raw(`{"CmdletInput":{"CmdletName":"get-mailbox","Parameters":{"identity":"` + danaID + `"}}}`); r.Status != 200 {
		t.Errorf("names in another case: %d %s", r.Status, r.Body)
	}
	s.query = "$filter=x"
	if r := s.send("Get-Mailbox", nil); r.Status != 400 {
		t.Errorf("a query option: %d", r.Status)
	}
}

func TestHeadersOfExchange(t *testing.T) {
	for anchor, want := range map[string]int{
		"": 400, "dana@contoso.example": 400, "UPN:dana@contoso.example": 200, "UPN:nobody@contoso.example": 404,
		"UPN:SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}@contoso.onmicrosoft.example":          200,
		"APP:SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}@dddddddd-0000-4000-8000-000000000001": 400,
		"OID:" + danaID + "@cccccccc-0000-4000-8000-000000000001":                                      200,
	} {
		s := newShop(t)
		s.header["X-Anchormailbox"] = []string{anchor}
		if r := s.send("Get-Mailbox", nil); r.Status != want {
			t.Errorf("%q: %d, want %d: %s", anchor, r.Status, want, r.Body)
		}
	}
	s := newShop(t)
	s.header["Content-Type"] = []string{"text/plain"}
	if r := s.send("Get-Mailbox", nil); r.Status != 415 {
		t.Errorf("text: %d", r.Status)
	}
}

func TestRoles(t *testing.T) {
	s := newShop(t)
	may := func(want bool, name string, params Object, roles ...string) {
		t.Helper()
		s.as(roles...)
		if got := s.send(name, params).Status; (got != 403) != want {
			t.Errorf("%v: %s: status %d", roles, name, got)
		}
	}
	may(true, "Get-Mailbox", nil, "Global Reader")
	may(false, "Get-InboxRule", Object{"Mailbox": danaID}, "Global Reader")
	may(false, "Get-SweepRule", Object{"Mailbox": danaID}, "Global Reader")
	may(false, "Set-Mailbox", Object{"Identity": danaID}, "Global Reader")
	may(true, "Get-InboxRule", Object{"Mailbox": danaID}, "31392ffb-586c-42d1-9346-e59415a2cc4e")
	may(false, "Get-TransportRule", nil, "Exchange Recipient Administrator")
	may(false, "Get-RecoverableItems", Object{"Identity": danaID}, "Exchange Administrator")
	may(false, "Get-Mailbox", nil)
	s.RoleGroups = append(s.RoleGroups, &RoleGroup{Name: "evict", Roles: []string{"Mail Recipients", "Mailbox Import Export"}, Members: []string{spID}})
	may(true, "Get-InboxRule", Object{"Mailbox": danaID}, "Global Reader")
	may(true, "Get-RecoverableItems", Object{"Identity": danaID})

	s.as("Global Reader")
	var out struct {
		Value []struct{ ExportedCmdlets []string } `json:"value"`
	}
	if err := json.Unmarshal(moduleFile(operator{Roles: s.cmdletRoles(false, []string{"Global Reader"})}).Body, &out); err != nil {
		t.Fatal(err)
	}
	list := out.Value[0].ExportedCmdlets
	if !slices.Contains(list, "Get-Mailbox") || slices.Contains(list, "Get-InboxRule") || slices.Contains(list, "Set-Mailbox") {
		t.Errorf("module of a Global Reader: %v", list)
	}
}

func TestIdentities(t *testing.T) {
	s := newShop(t)
	for _, id := range []string{danaID, s.mailboxOf(danaID).GUID, "DANA@contoso.example", "dana.old@contoso.example", "dana"} {
		if got := s.one("Get-Mailbox", Object{"Identity": id})["ExternalDirectoryObjectId"]; got != danaID {
			t.Errorf("%s is %v", id, got)
		}
	}
	if m := s.fails(400, "Get-Mailbox", Object{"Identity": "Dana Reyes"}); !strings.Contains(m, "multiple entries") {
		t.Error(m)
	}
	s.Users[1].Deleted = s.Now
	if got := s.one("Get-Mailbox", Object{"Identity": "Dana Reyes"})["ExternalDirectoryObjectId"]; got != danaID {
		t.Errorf("with the look-alike gone: %v", got)
	}
	if a := s.run("Get-Mailbox", Object{"SoftDeletedMailbox": true}); len(a.Value) != 1 || a.Value[0]["ExternalDirectoryObjectId"] != lookID {
		t.Errorf("soft-deleted: %v", a.Value)
	}
}

func TestPagesByPostingAgain(t *testing.T) {
	s := newShop(t)
	for i := range 2500 {
		s.Mailboxes = append(s.Mailboxes, &Mailbox{User: fmt.Sprintf("eeeeeeee-0000-4000-8000-%012d", i), GUID: made("m", i), DisplayName: fmt.Sprint("User ", i)})
	}
	if a := s.run("Get-Mailbox", nil); len(a.Value) != 1000 || a.Next != "" || len(a.Warnings) != 1 || !strings.Contains(a.Warnings[0], "ResultSize") {
		t.Errorf("without ResultSize: %d rows, next %q, %v", len(a.Value), a.Next, a.Warnings)
	}
	if a := s.run("Get-Mailbox", Object{"ResultSize": 7}); len(a.Value) != 7 || len(a.Warnings) != 1 {
		t.Errorf("7: %d rows, %v", len(a.Value), a.Warnings)
	}
	seen := map[any]bool{}
	all := Object{"ResultSize": "Unlimited"}
	a := s.run("Get-Mailbox", all)
	pages := 1
	for ; ; pages++ {
		for _, o := range a.Value {
			seen[o["Identity"]] = true
		}
		if a.Next == "" {
			break
		}
		u, err := url.Parse(a.Next)
		if err != nil || u.Host != "outlook.office365.com" {
			t.Fatalf("next %q", a.Next)
		}
		s.query = u.RawQuery
		if pages == 1 {
			if r := s.send("Get-Mailbox", Object{"ResultSize": 5}); r.Status != 400 {
				t.Errorf("another body at the same link: %d", r.Status)
			}
		}
		a = s.run("Get-Mailbox", all)
	}
	if len(seen) != 2505 || pages != 3 {
		t.Errorf("%d mailboxes in %d pages", len(seen), pages)
	}
	s.query = ""
	s.header["Prefer"] = []string{"odata.maxpagesize=2"}
	if a := s.run("Get-Mailbox", Object{"ResultSize": 5}); len(a.Value) != 2 || a.Next == "" {
		t.Errorf("pages of two: %d rows, next %q", len(a.Value), a.Next)
	}
}

func TestSelectAndTwins(t *testing.T) {
	s := newShop(t)
	s.query = "$select=Guid,EmailAddresses,WhenCreatedUTC"
	s.Users[0].Created = s.Now
	o := s.one("Get-Mailbox", Object{"Identity": danaID})
	want := Object{"Guid": o["Guid"], "Guid@data.type": "System.Guid", "EmailAddresses": o["EmailAddresses"], "EmailAddresses@odata.type": "#Collection(String)", "WhenCreatedUTC": "2026-11-20T09:00:00Z", "WhenCreatedUTC@data.type": "System.DateTime"}
	if fmt.Sprint(o) != fmt.Sprint(want) {
		t.Errorf("got %v\nwant %v", o, want)
	}
}

func TestBatch(t *testing.T) {
	s := newShop(t)
	in := invocation{URL: &url.URL{Scheme: "https", Host: "outlook.office365.com", Path: "/adminapi/beta/" + s.ID + "/$batch"}, By: s.by, Now: s.now,
		Header: http.Header{"X-Anchormailbox": {"UPN:dana@contoso.example"}}}
	ask := func(n int) reply {
		var list []Object
		for i := range n {
			name := "Get-Mailbox"
			if i == 1 {
				name = "Get-Nothing"
			}
			list = append(list, Object{"id": fmt.Sprint(i), "method": "POST", "url": "/adminapi/beta/" + s.ID + "/InvokeCommand", "body": Object{"CmdletInput": Object{"CmdletName": name, "Parameters": Object{"Identity": danaID}}}})
		}
		in.Body, _ = json.Marshal(Object{"requests": list})
		r, _ := s.batch(in, &s.pages)
		return r
	}
	var out struct {
		Responses []struct {
			ID     string
			Status int
			Body   answered
		}
	}
	if r := ask(3); r.Status != 200 || json.Unmarshal(r.Body, &out) != nil || len(out.Responses) != 3 {
		t.Fatalf("%d %s", r.Status, r.Body)
	}
	if r := out.Responses; r[0].Status != 200 || r[1].Status != 403 || r[2].ID != "2" || len(r[2].Body.Value) != 1 {
		t.Errorf("%+v", r)
	}
	if r := ask(11); r.Status != 400 {
		t.Errorf("eleven: %d", r.Status)
	}
}

func TestPassingFailuresComeAsBadRequests(t *testing.T) {
	for _, e := range passingFailures {
		r := exchangeFailure(e)
		if short := e.Kind[strings.LastIndexByte(e.Kind, '.')+1:]; r.Status != 400 || !strings.Contains(string(r.Body), `"code":"`+short+`"`) {
			t.Errorf("%s: %d %s", e.Kind, r.Status, r.Body)
		}
	}
}
