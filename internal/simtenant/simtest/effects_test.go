package simtest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"evict"
	"evict/internal/app"
	"evict/internal/casefile"
	"evict/internal/casefile/disk"
	"evict/internal/gate"
	"evict/internal/simtenant"
)

// content is the body of an answer that went well.
func (s *site) content(resp *http.Response, err error) []byte {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode >= 300 {
		s.t.Fatalf("%s: %d %s %v", resp.Request.URL.Path, resp.StatusCode, b, err)
	}
	return b
}

// login posts a form to the sign-in service and gives a property of the answer.
func (s *site) login(endpoint, property string, form url.Values) string {
	s.t.Helper()
	client := http.Client{Transport: s.tenant.Transport()}
	var out map[string]any
	if err := json.Unmarshal(s.content(client.PostForm("https://login.microsoftonline.com/"+s.world.ID+"/oauth2/v2.0/"+endpoint, form)), &out); err != nil {
		s.t.Fatal(err)
	}
	value, _ := out[property].(string)
	return value
}

// enterCode signs a person in to an application with a device code.
func (s *site) enterCode(application, upn string) {
	s.t.Helper()
	client := http.Client{Transport: s.tenant.Transport()}
	var code struct {
		UserCode   string `json:"user_code"`
		DeviceCode string `json:"device_code"`
	}
	form := url.Values{"client_id": {application}, "scope": {"https://graph.microsoft.com/.default"}}
	if err := json.Unmarshal(s.content(client.PostForm("https://login.microsoftonline.com/"+s.world.ID+"/oauth2/v2.0/devicecode", form)), &code); err != nil {
		s.t.Fatal(err)
	}
	if err := s.tenant.ConfirmDevice(code.UserCode, upn, true); err != nil {
		s.t.Fatal(err)
	}
	s.login("token", "access_token", url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "client_id": {application}, "device_code": {code.DeviceCode}})
}

// raw sends one request as the registration that responds, with a client of its own.
func (s *site) raw(r app.Registration, method, path, body string) {
	s.t.Helper()
	client := http.Client{Transport: s.tenant.Transport()}
	token := s.login("token", "access_token", url.Values{"grant_type": {"client_credentials"}, "client_id": {r.Client}, "client_secret": {r.Secret}, "scope": {"https://graph.microsoft.com/.default"}})
	request, err := http.NewRequest(method, "https://graph.microsoft.com"+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	s.content(client.Do(request))
}

// told collects and investigates, and says the verdicts, what was found of the
// time since or without a time, and how many directory audits about the accounts there are.
func (s *site) told(dir string, since time.Time, accounts ...string) (string, int) {
	s.t.Helper()
	audits := 0
	for _, c := range s.gather(dir, accounts...).Sources {
		if c.Source == "directory-audits/target" {
			audits += c.Rows
		}
	}
	inv := investigate(s.t, dir)
	if inv.Rejected.Count > 0 || inv.Summary.Damaged > 0 {
		s.t.Errorf("rejected %+v, %d damaged", inv.Rejected, inv.Summary.Damaged)
	}
	var out []string
	for _, a := range inv.Accounts {
		out = append(out, a.Account+" is "+string(a.Verdict))
		for _, f := range slices.Concat(a.Findings, inv.Findings) {
			if !f.Time.Set || f.Time.Nano >= since.UnixNano() {
				out = append(out, a.Account+": "+f.Detector+" "+f.Time.String())
			}
		}
	}
	slices.Sort(out)
	return strings.Join(out, "\n"), audits
}

// TestResponseIsReadBack: what a response leaves in the tenant's logs is read by
// the same program, all of it, and accuses nobody.
func TestResponseIsReadBack(t *testing.T) {
	warm(t)
	inSite(t, app.SimulateOptions{Scenario: "aitm-invoice", Users: 8, Days: 12, Seed: 3}, func(s *site) {
		registered := s.world.Clients[len(s.world.Clients)-1]
		responder := app.Registration{Client: registered.ID, Secret: registered.Secret}
		victim := s.expected()[0]
		began := s.tenant.Now()
		before, few := s.told(filepath.Join(s.t.TempDir(), "before"), began, victim)
		user := "/v1.0/users/" + victim
		s.raw(responder, "PATCH", user, `{"accountEnabled":false}`)
		s.raw(responder, "POST", user+"/revokeSignInSessions", `{}`)
		s.raw(responder, "PATCH", user, `{"passwordProfile":{"password":"Vu7!kestrel-Basalt","forceChangePasswordNextSignIn":true}}`)
		s.raw(responder, "PATCH", "/beta/users/"+victim+"/authentication/requirements", `{"perUserMfaState":"enforced"}`)
		s.raw(responder, "PATCH", user, `{"accountEnabled":true}`)
		time.Sleep(3 * time.Hour)
		after, more := s.told(filepath.Join(s.t.TempDir(), "after"), began, victim)
		if more < few+9 {
			s.t.Errorf("%d directory audits before the response, %d after it", few, more)
		}
		if before != after {
			s.t.Errorf("before the response:\n%s\nafter it:\n%s", before, after)
		}
	})
}

// TestOwnRiskIsNoEvidence: Microsoft's records of a risk that this program set
// don't say who set it. The journal does: then they accuse nobody.
func TestOwnRiskIsNoEvidence(t *testing.T) {
	warm(t)
	inSite(t, app.SimulateOptions{Scenario: "admin-takeover", Users: 8, Days: 12, Seed: 3}, func(s *site) {
		registered := s.world.Clients[len(s.world.Clients)-1]
		account := s.everybody()[len(s.everybody())-1]
		s.raw(app.Registration{Client: registered.ID, Secret: registered.Secret}, "POST", "/v1.0/identityProtection/riskyUsers/confirmCompromised", `{"userIds":["`+account+`"]}`)
		sent := time.Now()
		time.Sleep(time.Hour)
		dir := filepath.Join(s.t.TempDir(), "case")
		s.gather(dir, account)
		told := func() int {
			n := 0
			for _, a := range investigate(s.t, dir).Accounts {
				for _, f := range a.Findings {
					if f.Detector == "confirmed-compromised" || f.Detector == "risk-detected" && strings.Contains(f.Summary, "adminConfirmed") {
						n++
					}
				}
			}
			return n
		}
		if told() == 0 {
			s.t.Error("what somebody else said of a risk is not told")
		}
		c, err := casefile.Open(disk.OS{}, dir, "tester")
		if err != nil {
			s.t.Fatal(err)
		}
		defer c.Close()
		detail, err := json.Marshal(gate.Intent{Action: "confirm-compromised", Operation: "confirm-compromised", Object: evict.Object{Account: account, Kind: "user"}})
		if err == nil {
			_, err = c.Journal().Append(gate.Entry{Time: sent, Kind: gate.Intended, Detail: detail})
		}
		if err != nil {
			s.t.Fatal(err)
		}
		if n := told(); n != 0 {
			s.t.Errorf("%d findings of what the case itself set", n)
		}
	})
}

// TestOwnSignInIsNoEvidence: an operator who confirms this program's device code
// leaves a sign-in such as an attacker talks people into. To this program, when
// it asked, it is no evidence; to another application it is.
func TestOwnSignInIsNoEvidence(t *testing.T) {
	warm(t)
	const another = "dddddddd-0000-4000-8000-00000000000d"
	for _, own := range []bool{true, false} {
		inSite(t, app.SimulateOptions{Scenario: "traveller", Users: 7, Days: 22, Seed: 1}, func(s *site) {
			operator := s.world.Users[len(s.world.Users)-1]
			application := another
			s.tenant.Look(func(w *simtenant.World) {
				w.Clients = append(w.Clients, &simtenant.Client{ID: another, Delegated: []string{"User.Read.All"}})
				for _, c := range w.Clients {
					if own && c.ID == s.collect.Client {
						application, c.Delegated = c.ID, []string{"User.Read.All"}
					}
				}
			})
			s.enterCode(application, operator.UPN)
			time.Sleep(20 * time.Minute)
			dir := filepath.Join(s.t.TempDir(), "case")
			s.gather(dir, operator.ID)
			told := 0
			for _, a := range investigate(s.t, dir).Accounts {
				for _, f := range a.Findings {
					if f.Detector == "borrowed-flow" {
						told++
					}
				}
			}
			if own == (told > 0) {
				s.t.Errorf("own: %v: %d findings", own, told)
			}
		})
	}
}
