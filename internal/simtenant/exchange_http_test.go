package simtenant

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func (s *shop) ask(e *exchangeService, method, host, path, body string, purview bool) reply {
	r := httptest.NewRequest(method, "https://"+host+path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-AnchorMailbox", "UPN:dana@contoso.example")
	out, touched := e.answer(s.World, exchangeRequest{Request: r, Content: []byte(body), By: s.by, Purview: purview, Discovered: strings.HasPrefix(host, complianceLabel+"."), Now: s.now})
	s.touched = append(s.touched, touched...)
	return out
}

func TestPathsOfExchange(t *testing.T) {
	s := newShop(t)
	var e exchangeService
	base := "/adminapi/beta/" + s.ID + "/"
	const get = `{"CmdletInput":{"CmdletName":"Get-Mailbox","Parameters":{"Identity":"dana"}}}`
	for _, c := range []struct {
		method, path, body string
		want               int
	}{
		{"POST", base + "InvokeCommand", get, 200},
		{"POST", "/adminapi/beta/contoso.example/InvokeCommand", get, 200},
		{"GET", base + "InvokeCommand", "", 405},
		{"POST", "/adminapi/beta/dddddddd-0000-4000-8000-000000000001/InvokeCommand", get, 404},
		{"POST", "/adminapi/v2.0/" + s.ID + "/Mailbox", get, 404},
		{"POST", base + "$batch", `{"requests":[{"id":"1","method":"POST","url":"` + base + `InvokeCommand","body":` + get + `}]}`, 200},
		{"GET", "/adminapi/v1.0/" + s.ID + "/EXOModuleFile?Version=3.9.2", "", 200},
		{"GET", base + "EXOBanner('AutogenSession')?Version=3.9.2", "", 200},
		{"GET", base + "Mailboxes", "", 404},
	} {
		if r := s.ask(&e, c.method, "outlook.office365.com", c.path, c.body, false); r.Status != c.want {
			t.Errorf("%s %s: %d, want %d: %s", c.method, c.path, r.Status, c.want, r.Body)
		}
	}
}

func TestComplianceIsDiscovered(t *testing.T) {
	s := newShop(t)
	s.purview = true
	s.as("Global Administrator")
	var e exchangeService
	path := "/adminapi/beta/" + s.ID + "/EXOBanner('AutogenSession')?Version=3.9.2"
	r := s.ask(&e, "GET", "ps.compliance.protection.outlook.com", path, "", true)
	if r.Status != 302 || !strings.HasPrefix(r.Header.Get("Location"), "https://nam12b.ps.compliance.protection.outlook.com/adminapi/") {
		t.Fatalf("%d %v", r.Status, r.Header)
	}
	body := `{"CmdletInput":{"CmdletName":"Get-RoleGroup","Parameters":{}}}`
	if r := s.ask(&e, "POST", "ps.compliance.protection.outlook.com", "/adminapi/beta/"+s.ID+"/InvokeCommand", body, true); r.Status != 302 {
		t.Errorf("the common host ran a cmdlet: %d", r.Status)
	}
	if r := s.ask(&e, "POST", "nam12b.ps.compliance.protection.outlook.com", "/adminapi/beta/"+s.ID+"/InvokeCommand", body, true); r.Status != 200 || !strings.Contains(string(r.Body), "eDiscovery Manager") {
		t.Errorf("%d %s", r.Status, r.Body)
	}
}

func TestRateHeaders(t *testing.T) {
	var c cmdletRate
	h := http.Header{}
	now := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	for range 3 {
		c.count(h, "a", now)
	}
	c.count(http.Header{}, "b", now)
	if h.Get("Rate-Limit-Remaining") != "1497" || h.Get("Rate-Limit-Reset") != "2026-11-20T09:05:00.0000000Z" {
		t.Errorf("%v", h)
	}
	c.count(h, "a", now.Add(cmdletWindow))
	if h.Get("Rate-Limit-Remaining") != "1499" {
		t.Errorf("in the next window: %v", h)
	}
}
