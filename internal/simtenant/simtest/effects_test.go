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
)

// raw sends one request as the registration that responds, with a client of its own.
func (s *site) raw(r app.Registration, method, path, body string) {
	s.t.Helper()
	client := http.Client{Transport: s.tenant.Transport()}
	read := func(resp *http.Response, err error) []byte {
		s.t.Helper()
		if err != nil {
			s.t.Fatal(err)
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode >= 300 {
			s.t.Fatalf("%s: %d %s %v", path, resp.StatusCode, b, err)
		}
		return b
	}
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {r.Client}, "client_secret": {r.Secret}, "scope": {"https://graph.microsoft.com/.default"}}
	var token struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal(read(client.PostForm("https://login.microsoftonline.com/"+s.world.ID+"/oauth2/v2.0/token", form)), &token); err != nil {
		s.t.Fatal(err)
	}
	request, err := http.NewRequest(method, "https://graph.microsoft.com"+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token.AccessToken)
	request.Header.Set("Content-Type", "application/json")
	read(client.Do(request))
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
