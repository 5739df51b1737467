package simtenant

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// try is one request without failing the test, with what came of it.
func (c *client) try(method, path, body string) (status int, text string, err error) {
	base := "https://graph.microsoft.com"
	r, err := http.NewRequest(method, base+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+c.token("graph.microsoft.com"))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	h := c.http()
	h.Timeout = time.Minute
	resp, err := h.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(b), err
}

// What each kind of fault does to a list, seen by a client.
func TestFaultKinds(t *testing.T) {
	const path = "/v1.0/users/" + danaID + "/mailFolders?$top=3&$select=displayName"
	rows := func(text string) (n int, next string) {
		var l struct {
			Value []any
			Next  string `json:"@odata.nextLink"`
		}
		_ = json.Unmarshal([]byte(text), &l)
		return len(l.Value), l.Next
	}
	want := map[string]func(c *client, status int, text string, err error) bool{
		ThrottleStorm: func(_ *client, status int, _ string, _ error) bool { return status == 429 },
		ServerError: func(_ *client, status int, text string, _ error) bool {
			return status >= 500 && strings.Contains(text, `"error"`)
		},
		TimeOut: func(_ *client, _ int, _ string, err error) bool {
			return errors.Is(err, context.DeadlineExceeded)
		},
		CutBody: func(_ *client, status int, text string, err error) bool {
			return status == 200 && err == io.ErrUnexpectedEOF && len(text) > 0 && !json.Valid([]byte(text))
		},
		HTMLError:    func(_ *client, _ int, text string, _ error) bool { return strings.HasPrefix(text, "<!DOCTYPE html>") },
		ExpiredToken: nil, // has no token here
		LoopingLink: func(c *client, _ int, text string, _ error) bool {
			n, next := rows(text)
			_, again, _ := c.try("GET", strings.TrimPrefix(next, "https://graph.microsoft.com"), "")
			m, _ := rows(again)
			return n == 3 && m == 3 && again[strings.Index(again, `"value"`):] == text[strings.Index(text, `"value"`):]
		},
		ShortPage: func(c *client, _ int, text string, _ error) bool {
			n, next := rows(text)
			_, rest, _ := c.try("GET", strings.TrimPrefix(next, "https://graph.microsoft.com"), "")
			m, more := rows(rest)
			return n < 3 && n+m == 3 && more != "" && more != next
		},
		MissingRows:     func(_ *client, _ int, text string, _ error) bool { n, next := rows(text); return n == 2 && next != "" },
		LostLink:        func(_ *client, _ int, text string, _ error) bool { n, next := rows(text); return n == 3 && next == "" },
		DuplicateRows:   func(_ *client, _ int, text string, _ error) bool { n, _ := rows(text); return n == 4 },
		TokenExpiry:     func(_ *client, status int, _ string, _ error) bool { return status == 401 },
		ConsentGone:     func(_ *client, status int, text string, _ error) bool { return status == 403 },
		NoEffect:        nil, // of writes
		ClockSkew:       func(_ *client, status int, _ string, _ error) bool { return status == 200 },
		LostResponse:    func(_ *client, status int, _ string, err error) bool { return status == 0 && err != nil },
		ResetConnection: func(_ *client, status int, _ string, err error) bool { return status == 0 && err != nil },
	}
	for _, kind := range Kinds {
		synctest.Test(t, func(t *testing.T) {
			c := with(t, Options{}, "Mail.ReadBasic.All")
			c.token("graph.microsoft.com")
			c.tenant.FailNth(2, kind)
			if status, _, err := c.try("GET", path, ""); status != 200 || err != nil {
				t.Fatalf("%s: the first request: %d %v", kind, status, err)
			}
			status, text, err := c.try("GET", path, "")
			see, known := want[kind]
			if !known {
				t.Fatalf("no test of %s", kind)
			}
			if see == nil {
				if len(c.tenant.FaultsFired()) != 0 || status != 200 {
					t.Errorf("%s fired: %v", kind, c.tenant.FaultsFired())
				}
				return
			}
			if !see(c, status, text, err) {
				t.Errorf("%s: %d %v %s", kind, status, err, text)
			}
			if fired := c.tenant.FaultsFired(); len(fired) != 1 || fired[0].Kind != kind || fired[0].Operation != "GET /users/{id}/mailFolders" {
				t.Errorf("%s fired: %+v", kind, fired)
			}
			c.tenant.Heal()
			if status, _, err := c.try("GET", path, ""); status != 200 || err != nil {
				t.Errorf("%s: afterwards: %d %v", kind, status, err)
			}
		})
	}
}

func TestExpiredSkipToken(t *testing.T) {
	c := with(t, Options{Faults: []Fault{{Kind: ExpiredToken}}}, "Mail.ReadBasic.All")
	got := c.ask("GET", "/v1.0/users/"+danaID+"/mailFolders?$top=3", "").want(t, 200, "")
	c.ask("GET", textOf(got.body, "@odata.nextLink"), "").want(t, 400, "BadRequest")
}

// A write without effect is answered as one with, and is in no list of changes.
// One whose answer was lost is.
func TestWritesUnderFaults(t *testing.T) {
	const rule = `{"displayName":"x","sequence":1,"isEnabled":true,"actions":{"delete":true}}`
	const path = "/v1.0/users/" + danaID + "/mailFolders/inbox/messageRules"
	c := with(t, Options{}, "MailboxSettings.ReadWrite", "MailboxSettings.Read")
	count := func() int { return len(c.ask("GET", path, "").want(t, 200, "").rows()) }
	c.tenant.FailNthWrite(1, NoEffect)
	count() // its token leaves a record too
	log := len(c.tenant.world.Log)
	c.ask("POST", path, rule).want(t, 201, "")
	if n := count(); n != 0 || len(c.tenant.Changes()) != 0 || len(c.tenant.world.Log) != log {
		t.Errorf("%d rules, changes %v, %d records", n, c.tenant.Changes(), len(c.tenant.world.Log)-log)
	}
	c.tenant.FailNthWrite(2, LostResponse)
	c.ask("POST", path, rule).want(t, 201, "")
	if status, _, err := c.try("POST", path, rule); status != 0 || err == nil {
		t.Errorf("an answer came: %d %v", status, err)
	}
	if n := count(); n != 2 || len(c.tenant.Changes()) != 2 {
		t.Errorf("%d rules, changes %v", n, c.tenant.Changes())
	}
}

// A token that was declared over stays so; a new one works.
func TestTokenExpiryFault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := with(t, Options{Faults: []Fault{{Kind: TokenExpiry, Nth: 1}}}, "Mail.ReadBasic.All")
		c.ask("GET", "/v1.0/users/"+danaID+"/mailFolders", "").want(t, 401, "InvalidAuthenticationToken")
		c.ask("GET", "/v1.0/users/"+danaID+"/mailFolders", "").want(t, 401, "InvalidAuthenticationToken")
		clear(c.tokens)
		time.Sleep(time.Second) // tokens have times in seconds
		c.ask("GET", "/v1.0/users/"+danaID+"/mailFolders", "").want(t, 200, "")
	})
}

// A consent is gone for all that needed it, and only for that.
func TestConsentFault(t *testing.T) {
	c := with(t, Options{Faults: []Fault{{Kind: ConsentGone, Operation: "GET /users/{id}/mailFolders"}}}, "Mail.ReadBasic.All", "MailboxSettings.Read", "Exchange.ManageAsApp")
	c.ask("GET", "/v1.0/users/"+danaID+"/mailboxSettings", "").want(t, 200, "")
	c.ask("GET", "/v1.0/users/"+danaID+"/mailFolders", "").want(t, 403, "ErrorAccessDenied")
	c.ask("GET", "/v1.0/users/"+danaID+"/mailFolders/inbox/messages", "").want(t, 403, "ErrorAccessDenied")
	c.ask("GET", "/v1.0/users/"+danaID+"/mailboxSettings", "").want(t, 200, "")
	c.cmdlet("Get-OrganizationConfig", "").want(t, 200, "")
}

func TestClockSkewFault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := with(t, Options{Faults: []Fault{{Kind: ClockSkew, Skew: -7 * time.Minute}}}, "Mail.ReadBasic.All")
		got := c.ask("GET", "/v1.0/users/"+danaID+"/mailFolders", "").want(t, 200, "")
		if at, _ := http.ParseTime(got.header.Get("Date")); !at.Equal(c.tenant.Now().Add(-7 * time.Minute)) {
			t.Errorf("it is %s and the answer says %s", c.tenant.Now(), at)
		}
	})
}

// A schedule is data: it can be printed, read back and made again from its seed.
func TestSchedule(t *testing.T) {
	kinds := map[string]bool{}
	for seed := range uint64(50) {
		list := Schedule(seed, 8)
		if !reflect.DeepEqual(list, Schedule(seed, 8)) || reflect.DeepEqual(list, Schedule(seed+1, 8)) {
			t.Fatalf("seed %d: not the same, or the same as the next", seed)
		}
		for _, f := range list {
			kinds[f.Kind] = true
			var back Fault
			if err := json.Unmarshal([]byte(f.String()), &back); err != nil || back != f {
				t.Fatalf("%s comes back as %s: %v", f, back, err)
			}
		}
	}
	if len(kinds) != len(Kinds) {
		t.Errorf("%d of %d kinds ever come", len(kinds), len(Kinds))
	}
}

// The same schedule does the same to the same requests, in whatever order they come.
func TestReplay(t *testing.T) {
	run := func(backwards bool) string {
		var out []string
		synctest.Test(t, func(t *testing.T) {
			c := with(t, Options{Faults: []Fault{{Kind: ServerError, Seed: 5, OneIn: 3}, {Kind: DuplicateRows, Seed: 6, OneIn: 2}}}, "Mail.ReadBasic.All")
			c.token("graph.microsoft.com")
			got := map[string]string{}
			for i := range 20 {
				if backwards {
					i = 19 - i
				}
				path := fmt.Sprintf("/v1.0/users/%s/mailFolders?$top=%d&$select=displayName", danaID, i+1)
				status, text, _ := c.try("GET", path, "")
				got[path] = fmt.Sprint(status, strings.Count(text, "displayName"))
			}
			if len(c.tenant.FaultsFired()) < 5 {
				t.Errorf("only %d faults", len(c.tenant.FaultsFired()))
			}
			for i := range 20 {
				out = append(out, got[fmt.Sprintf("/v1.0/users/%s/mailFolders?$top=%d&$select=displayName", danaID, i+1)])
			}
		})
		return strings.Join(out, " ")
	}
	if a, b := run(false), run(true); a != b {
		t.Errorf("forwards %s, backwards %s", a, b)
	}
}
