package m365

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

const (
	tenant = "11111111-2222-3333-4444-555555555555"
	canary = "CANARY-secret-7f3a"
)

// far is Microsoft's side in memory: it answers and remembers when it was asked.
type far struct {
	mu     sync.Mutex
	asked  []time.Time
	busy   int
	most   int
	delay  time.Duration
	answer func(n int, r *http.Request) *http.Response // n from 1
}

func (f *far) RoundTrip(r *http.Request) (*http.Response, error) {
	f.mu.Lock()
	f.asked = append(f.asked, time.Now())
	n := len(f.asked)
	f.busy++
	f.most = max(f.most, f.busy)
	f.mu.Unlock()
	defer func() { f.mu.Lock(); f.busy--; f.mu.Unlock() }()
	select {
	case <-time.After(f.delay):
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
	resp := f.answer(n, r)
	if resp == nil {
		return nil, errors.New("connection reset, " + r.URL.String() + r.Header.Get("Authorization"))
	}
	resp.Request = r
	return resp, nil
}

func answer(status int, body string, header ...string) *http.Response {
	h := http.Header{}
	for i := 0; i+1 < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}
}

// issuer gives a new token each time.
type issuer struct {
	n    int
	life time.Duration
}

func (i *issuer) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	i.n++
	life := i.life
	if life == 0 {
		life = time.Hour
	}
	return azcore.AccessToken{Token: fmt.Sprintf("%s-%d", canary, i.n), ExpiresOn: time.Now().Add(life)}, nil
}

func client(t *testing.T, f *far) *Client {
	t.Helper()
	c, err := New(Config{Cloud: Worldwide, Tenant: tenant, Credential: &issuer{}, Transport: f})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func ok(body string) func(int, *http.Request) *http.Response {
	return func(int, *http.Request) *http.Response { return answer(200, body) }
}

func kind(t *testing.T, err error) *Error {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("error is %v, want an *Error", err)
	}
	return e
}

var user = Call{Op: "get-user", Args: map[string]string{"id": "guest#EXT#@contoso.example"}, Query: url.Values{"$select": {"id,mail"}}}

func TestReadSendsWhatTheTableSays(t *testing.T) {
	f := &far{answer: func(_ int, r *http.Request) *http.Response {
		if got, want := r.URL.String(), "https://graph.microsoft.com/v1.0/users/guest%23EXT%23@contoso.example?%24select=id%2Cmail"; got != want {
			t.Errorf("sent %s, want %s", got, want)
		}
		if r.Header.Get("client-request-id") == "" || !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer ") {
			t.Errorf("headers %v", r.Header)
		}
		return answer(200, `{"value":[],"@odata.nextLink":"https://graph.microsoft.com/v1.0/users?$skiptoken=x"}`, "Date", "Wed, 25 Nov 2026 10:00:00 GMT")
	}}
	resp, err := client(t, f).Reader().Do(t.Context(), user)
	if err != nil {
		t.Fatal(err)
	}
	if resp.Next == "" || resp.Server.Hour() != 10 || resp.Attempts != 1 {
		t.Errorf("response %+v", resp)
	}
}

func TestRefusedBeforeSending(t *testing.T) {
	f := &far{answer: ok(`{}`)}
	c := client(t, f)
	for name, call := range map[string]Call{
		"unknown operation": {Op: "no-such"},
		"a write by reader": {Op: "update-user", Args: map[string]string{"id": "a"}},
		"a request":         {Op: "create-audit-query"},
		"a token":           {Op: "get-token"},
		"an unknown option": {Op: "get-user", Args: map[string]string{"id": "a"}, Query: url.Values{"$top": {"1"}}},
		"a missing id":      {Op: "get-user"},
		"a path up":         {Op: "get-user", Args: map[string]string{"id": ".."}},
		"a parameter":       {Op: "exchange:Get-Mailbox", Params: map[string]any{"Organization": "x"}},
		"next elsewhere":    {Op: "list-users", Next: "https://evil.example/v1.0/users"},
		"next by http":      {Op: "list-users", Next: "http://graph.microsoft.com/v1.0/users"},
		"next with name":    {Op: "list-users", Next: "https://u:p@graph.microsoft.com/v1.0/users"},
		"next to beta":      {Op: "list-users", Next: "https://graph.microsoft.com/beta/users"},
		"own authorization": {Op: "list-users", Header: http.Header{"Authorization": {"x"}}},
	} {
		_, err := c.Reader().Do(t.Context(), call)
		if err == nil {
			t.Errorf("%s: no error", name)
		} else if strings.HasPrefix(name, "next ") && kind(t, err).Kind != Malformed {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := c.Write(t.Context(), Call{Op: "revoke-sessions", Args: map[string]string{"id": "a"}}, nil); err == nil {
		t.Error("a write without a permit was sent")
	}
	if len(f.asked) != 0 {
		t.Errorf("%d requests left", len(f.asked))
	}
}

func TestGuardBelievesTheRequest(t *testing.T) {
	f := &far{answer: ok(`{}`)}
	g := newGuard(Worldwide, f)
	op, _ := OperationByID("get-user")
	p := &pass{op: &op, tenant: tenant, host: "graph.microsoft.com"}
	for _, target := range []string{"https://graph.microsoft.com/v1.0/users/a/revokeSignInSessions", "https://graph.microsoft.us/v1.0/users/a", "http://graph.microsoft.com/v1.0/users/a"} {
		for _, ctx := range []context.Context{t.Context(), context.WithValue(t.Context(), passKey{}, p)} {
			req, _ := http.NewRequestWithContext(ctx, "GET", target, nil)
			if _, err := g.RoundTrip(req); err == nil {
				t.Errorf("%s was sent", target)
			}
		}
	}
	req, _ := http.NewRequestWithContext(context.WithValue(t.Context(), passKey{}, p), "DELETE", "https://graph.microsoft.com/v1.0/users/a", nil)
	if _, err := g.RoundTrip(req); err == nil {
		t.Error("DELETE was sent as a read")
	}
	w, _ := OperationByID("revoke-sessions")
	req, _ = http.NewRequestWithContext(context.WithValue(t.Context(), passKey{}, &pass{op: &w, tenant: tenant, host: "graph.microsoft.com"}), "POST", "https://graph.microsoft.com/v1.0/users/a/revokeSignInSessions", nil)
	if _, err := g.RoundTrip(req); err == nil {
		t.Error("a write without a permit was sent")
	}
	if len(f.asked) != 0 {
		t.Errorf("%d requests left", len(f.asked))
	}
}

// TestNoQuotaIsExceeded asks far more than each quota allows and counts what arrives in any period.
func TestNoQuotaIsExceeded(t *testing.T) {
	for _, test := range []struct {
		call   Call
		n      int
		units  int
		period time.Duration
		atOnce int
	}{
		{Call{Op: "list-sign-ins"}, 23, 5, 10 * time.Second, 0},
		{Call{Op: "list-risk-detections"}, 9, 1, time.Second, 0},
		{Call{Op: "get-user", Args: map[string]string{"id": "a"}}, 2500, 3500 / 3, 10 * time.Second, 0},
		{Call{Op: "get-mailbox-settings", Args: map[string]string{"id": "a"}}, 10100, 10000, 10 * time.Minute, 4},
		{Call{Op: "exchange:Get-MessageTraceV2"}, 230, 100, 5 * time.Minute, 0},
		{Call{Op: "list-alerts"}, 400, 150, time.Minute, 0},
		{Call{Op: "get-audit-query", Args: map[string]string{"id": "q"}}, 60, 20, 10 * time.Second, 5},
		{Call{Op: "list-subscriptions"}, 2500, 2000, time.Minute, 0},
	} {
		t.Run(test.call.Op, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := &far{answer: ok(`{}`), delay: 20 * time.Millisecond}
				c := client(t, f)
				var wg sync.WaitGroup
				for range test.n {
					wg.Go(func() {
						if _, err := c.Reader().Do(t.Context(), test.call); err != nil {
							t.Error(err)
						}
					})
				}
				wg.Wait()
				if len(f.asked) != test.n {
					t.Fatalf("%d requests, want %d", len(f.asked), test.n)
				}
				for i := test.units; i < len(f.asked); i++ {
					if d := f.asked[i].Sub(f.asked[i-test.units]); d < test.period {
						t.Fatalf("requests %d to %d within %v", i-test.units, i, d)
					}
				}
				if test.atOnce > 0 && f.most > test.atOnce {
					t.Errorf("%d at once, allowed %d", f.most, test.atOnce)
				}
			})
		})
	}
}

func TestContainmentGoesFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var order []string
		f := &far{}
		f.answer = func(_ int, r *http.Request) *http.Response {
			order = append(order, r.Header.Get("Prefer"))
			return answer(200, `{}`)
		}
		c := client(t, f)
		var wg sync.WaitGroup
		for i, lane := range []Lane{Logs, Logs, Configuration, Containment} {
			wg.Go(func() {
				time.Sleep(time.Duration(i) * time.Millisecond)
				_, _ = c.Reader().Do(t.Context(), Call{Op: "list-risky-users", Lane: lane, Header: http.Header{"Prefer": {fmt.Sprint(lane)}}})
			})
		}
		wg.Wait()
		if got := strings.Join(order, " "); got != "2 0 1 2" {
			t.Errorf("lanes left in the order %s", got)
		}
	})
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		name, value string
		want        time.Duration
	}{
		{"Retry-After", "7", 7 * time.Second}, {"Retry-After", " 0.5 ", 500 * time.Millisecond}, {"Retry-After", "Wed, 25 Nov 2026 10:00:09 GMT", 9 * time.Second},
		{"Retry-After", "Wed, 25 Nov 2026 09:00:00 GMT", 0}, {"x-ms-retry-after-ms", "1500", 1500 * time.Millisecond}, {"Retry-After-Ms", "20", 20 * time.Millisecond},
		{"Retry-After", "soon", 0}, {"Retry-After", "-4", 0}, {"Retry-After", "NaN", 0}, {"Retry-After", "1e300", longest}, {"X", "1", 0},
	} {
		h := http.Header{}
		h.Set(test.name, test.value)
		if got := retryAfter(h, now); got != test.want {
			t.Errorf("%s: %q is %v, want %v", test.name, test.value, got, test.want)
		}
	}
	budget := http.Header{"Rate-Limit-Remaining": {"0"}, "Rate-Limit-Reset": {"2026-11-25T10:00:21.0000000Z"}}
	if got := retryAfter(budget, now); got != 21*time.Second {
		t.Errorf("a spent budget: %v", got)
	}
	budget.Set("Rate-Limit-Remaining", "7")
	if got := retryAfter(budget, now); got != 0 {
		t.Errorf("a budget with something left: %v", got)
	}
	wrong := http.Header{"Date": {"Wed, 25 Nov 2026 09:40:00 GMT"}, "Retry-After": {"Wed, 25 Nov 2026 09:40:09 GMT"}}
	if got := retryAfter(wrong, now); got != 9*time.Second {
		t.Errorf("by a clock that is behind: %v", got)
	}
}

func TestPassingFailures(t *testing.T) {
	nul := strings.Repeat("\x00", 40)
	for name, first := range map[string]func() *http.Response{
		"429":           func() *http.Response { return answer(429, `{}`, "Retry-After", "3") },
		"429 bare":      func() *http.Response { return answer(429, ``) },
		"503 html":      func() *http.Response { return answer(503, `<html>`) },
		"no answer":     func() *http.Response { return nil },
		"cut by length": func() *http.Response { r := answer(200, `{"value":[]}`); r.ContentLength = 400; return r },
		"cut json":      func() *http.Response { return answer(200, `{"value":[{"id"`) },
		"empty":         func() *http.Response { return answer(200, ``) },
		"busy as 400": func() *http.Response {
			return answer(400, `{"error":{"code":"BadRequest","details":[{"code":"x","message":"|Microsoft.Exchange.Data.Storage.ServerBusyException|no"}]}}`)
		},
		"activity's retry": func() *http.Response { return answer(400, `{"error":{"code":"AF50000","message":"retry"}}`) },
		"token too old":    func() *http.Response { return answer(401, `{"error":{"code":"InvalidAuthenticationToken"}}`) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := &far{answer: func(n int, _ *http.Request) *http.Response {
					if n == 1 {
						return first()
					}
					return answer(200, `{"value":[]}`)
				}}
				resp, err := client(t, f).Reader().Do(t.Context(), Call{Op: "list-users"})
				if err != nil || resp.Attempts != 2 {
					t.Fatalf("%+v, %v", resp, err)
				}
				if d := f.asked[1].Sub(f.asked[0]); name == "429" && d < 3*time.Second {
					t.Errorf("came back after %v", d)
				}
			})
		})
	}
	for _, test := range []struct {
		name   string
		op     string
		answer *http.Response
		next   string
		want   ErrorKind
		say    string
	}{
		{"no licence", "list-sign-ins", answer(403, `{"error":{"code":"Authentication_RequestFromNonPremiumTenantOrB2CTenant","message":"x"}}`), "", NotLicensed, ""},
		{"no permission", "list-users", answer(403, `{"error":{"code":"Authorization_RequestDenied","message":"x"}}`), "", Forbidden, ""},
		{"no cmdlet", "exchange:Get-Mailbox", answer(403, nul, "Content-Encoding", "gzip"), "", Forbidden, "a role is missing"},
		{"no object", "exchange:Get-Mailbox", answer(404, `{"error":{"code":"NotFound","message":"Invalid Operation","details":[{"message":"|M.ManagementObjectNotFoundException|no object 'x'"}]}}`), "", NotFound, "no object 'x'"},
		{"page too old", "list-users", answer(400, `{"error":{"code":"Directory_ExpiredPageToken"}}`), "https://graph.microsoft.com/v1.0/users?$skiptoken=x", TokenExpired, ""},
		{"challenge", "list-users", answer(401, `{}`, "WWW-Authenticate", `Bearer error="insufficient_claims", claims="e30="`), "", Unauthorized, "fresh sign-in"},
		{"redirect", "list-users", answer(302, ``, "Location", "https://evil.example/"), "", BadRequest, "not followed"},
		{"page of html", "list-users", answer(200, `<html>sign in</html>`), "", Malformed, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				body, _ := io.ReadAll(test.answer.Body)
				f := &far{answer: func(int, *http.Request) *http.Response {
					r := *test.answer
					r.Body = io.NopCloser(bytes.NewReader(body))
					return &r
				}}
				_, err := client(t, f).Reader().Do(t.Context(), Call{Op: test.op, Next: test.next})
				if e := kind(t, err); e.Kind != test.want || !strings.Contains(e.Message, test.say) {
					t.Errorf("%+v, want %s %q", e, test.want, test.say)
				}
			})
		})
	}
}

func TestStormEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &far{answer: func(int, *http.Request) *http.Response { return answer(429, `{}`) }}
		_, err := client(t, f).Reader().Do(t.Context(), Call{Op: "list-risky-users"})
		if e := kind(t, err); e.Kind != Throttled || e.Attempts != maxAttempts {
			t.Errorf("%+v", e)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		start := time.Now()
		_, err = client(t, f).Reader().Do(ctx, Call{Op: "list-risky-users"})
		if e := kind(t, err); e.Kind != Cancelled || time.Since(start) > 2*time.Second {
			t.Errorf("%+v after %v", e, time.Since(start))
		}
	})
}

func TestGzip(t *testing.T) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(`{"value":[1]}`))
	_ = z.Close()
	f := &far{answer: func(int, *http.Request) *http.Response { return answer(200, b.String(), "Content-Encoding", "gzip") }}
	resp, err := client(t, f).Reader().Do(t.Context(), Call{Op: "list-users"})
	if err != nil || string(resp.Body) != `{"value":[1]}` {
		t.Errorf("%v %v", resp, err)
	}
}

func TestCmdletPagesByPostingAgain(t *testing.T) {
	var bodies []string
	f := &far{}
	f.answer = func(n int, r *http.Request) *http.Response {
		b, _ := io.ReadAll(r.Body)
		bodies = append(bodies, r.Method+string(b))
		return answer(200, `{"@adminapi.warnings":["more results"],"value":[],"@odata.nextLink":"https://outlook.office365.com/adminapi/beta/`+tenant+`/InvokeCommand?$skiptoken=2"}`)
	}
	c := client(t, f)
	call := Call{Op: "exchange:Get-Mailbox", Params: map[string]any{"ResultSize": "Unlimited"}}
	resp, err := c.Reader().Do(t.Context(), call)
	if err != nil || len(resp.Warnings) != 1 {
		t.Fatalf("%+v, %v", resp, err)
	}
	call.Next = resp.Next
	if _, err := c.Reader().Do(t.Context(), call); err != nil {
		t.Fatal(err)
	}
	if want := `POST{"CmdletInput":{"CmdletName":"Get-Mailbox","Parameters":{"ResultSize":"Unlimited"}}}`; bodies[0] != want || bodies[1] != want {
		t.Errorf("sent %q", bodies)
	}
}

func TestComplianceHostIsDiscovered(t *testing.T) {
	var hosts []string
	f := &far{answer: func(_ int, r *http.Request) *http.Response {
		hosts = append(hosts, r.Method+" "+r.URL.Host)
		if r.Method == "GET" {
			return answer(302, "", "Location", "https://nam12b.elsewhere.example/x")
		}
		return answer(200, `{"value":[]}`)
	}}
	c := client(t, f)
	for range 2 {
		if _, err := c.Reader().Do(t.Context(), Call{Op: "compliance:Get-RoleGroup"}); err != nil {
			t.Fatal(err)
		}
	}
	if got := strings.Join(hosts, ","); got != "GET ps.compliance.protection.outlook.com,POST nam12b.ps.compliance.protection.outlook.com,POST nam12b.ps.compliance.protection.outlook.com" {
		t.Error(got)
	}
}

func TestRequestLooksBeforeItRepeats(t *testing.T) {
	for _, made := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			posts := 0
			f := &far{answer: func(_ int, r *http.Request) *http.Response {
				if r.Method == "GET" {
					if made {
						return answer(200, `{"value":[{"id":"q1","displayName":"ours 1/1"}]}`)
					}
					return answer(200, `{"value":[]}`)
				}
				if posts++; posts == 1 {
					return nil
				}
				return answer(201, `{"id":"q2"}`)
			}}
			resp, err := client(t, f).Request(t.Context(), Call{Op: "create-audit-query", Body: map[string]any{"displayName": "ours 1/1"}})
			if err != nil || made != strings.Contains(string(resp.Body), "q1") || made == (posts == 2) {
				t.Errorf("made %v: %d posts, %+v, %v", made, posts, resp, err)
			}
		})
	}
}

// TestNoSecretComesBack has a server that quotes everything that it was sent.
func TestNoSecretComesBack(t *testing.T) {
	var told strings.Builder
	f := &far{answer: func(_ int, r *http.Request) *http.Response {
		b, _ := io.ReadAll(r.Body)
		return answer(400, fmt.Sprintf(`{"error":{"code":"X","message":%q}}`, r.Header.Get("Authorization")+" "+string(b)+" client_secret="+canary+" eyJhbGciOi."+canary))
	}}
	c, _ := New(Config{Cloud: Worldwide, Tenant: tenant, Credential: &issuer{}, Transport: f, Observe: func(a Attempt) { fmt.Fprintf(&told, "%+v", a) }})
	_, err := c.Reader().Do(t.Context(), Call{Op: "run-hunting-query", Body: map[string]any{"query": "x", "password": canary}})
	fmt.Fprintf(&told, "%v %+v", err, kind(t, err).Message)
	if strings.Contains(told.String(), canary) {
		t.Errorf("a secret came back: %s", told.String())
	}
	f.answer = func(int, *http.Request) *http.Response { return nil }
	synctest.Test(t, func(t *testing.T) {
		c := client(t, f)
		if _, err := c.Reader().Do(t.Context(), user); strings.Contains(err.Error(), canary) {
			t.Error(err)
		}
	})
}

func TestTokenIsKeptAndRenewed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		i := &issuer{}
		c, _ := New(Config{Cloud: Worldwide, Tenant: tenant, Credential: i, Transport: &far{answer: ok(`{}`)}})
		for range 3 {
			_, _ = c.Reader().Do(t.Context(), Call{Op: "list-users"})
		}
		if i.n != 1 {
			t.Errorf("%d tokens for three calls", i.n)
		}
		time.Sleep(56 * time.Minute)
		_, _ = c.Reader().Do(t.Context(), Call{Op: "list-users"})
		if i.n != 2 {
			t.Errorf("%d tokens when the first has less than 5 minutes left", i.n)
		}
	})
}

func TestSecretCredentialThroughTheGuard(t *testing.T) {
	f := &far{answer: func(_ int, r *http.Request) *http.Response {
		switch {
		case strings.HasSuffix(r.URL.Path, "/openid-configuration"):
			base := "https://login.microsoftonline.com/" + tenant
			return answer(200, `{"issuer":"`+base+`/v2.0","authorization_endpoint":"`+base+`/oauth2/v2.0/authorize","token_endpoint":"`+base+`/oauth2/v2.0/token"}`, "Content-Type", "application/json")
		case strings.HasSuffix(r.URL.Path, "/token"):
			return answer(401, `{"error":"invalid_client","error_description":"AADSTS7000215: `+canary+`","error_codes":[7000215]}`, "Content-Type", "application/json")
		}
		t.Errorf("sent %s", r.URL)
		return answer(500, ``)
	}}
	cred, err := Credential(Profile{Cloud: Worldwide, Tenant: tenant, Client: "app", Method: ClientSecret}, []byte(canary), nil, f)
	if err != nil {
		t.Fatal(err)
	}
	c, _ := New(Config{Cloud: Worldwide, Tenant: tenant, Credential: cred, Transport: f})
	_, err = c.Reader().Do(t.Context(), Call{Op: "list-users"})
	if e := kind(t, err); e.Kind != Unauthorized || e.Message != "the client secret is wrong" || strings.Contains(err.Error(), canary) {
		t.Errorf("%+v", e)
	}
}

// TestRefusedTokenIsReplaced: the service refuses a token before its end, and the credential's own cache must not hand it out again.
func TestRefusedTokenIsReplaced(t *testing.T) {
	tokens := 0
	f := &far{answer: func(_ int, r *http.Request) *http.Response {
		switch {
		case strings.HasSuffix(r.URL.Path, "/openid-configuration"):
			base := "https://login.microsoftonline.com/" + tenant
			return answer(200, `{"issuer":"`+base+`/v2.0","authorization_endpoint":"`+base+`/oauth2/v2.0/authorize","token_endpoint":"`+base+`/oauth2/v2.0/token"}`, "Content-Type", "application/json")
		case strings.HasSuffix(r.URL.Path, "/token"):
			tokens++
			return answer(200, fmt.Sprintf(`{"token_type":"Bearer","expires_in":3599,"access_token":"token-%d"}`, tokens), "Content-Type", "application/json")
		case r.Header.Get("Authorization") == "Bearer token-1":
			return answer(401, `{"error":{"code":"InvalidAuthenticationToken"}}`)
		}
		return answer(200, `{"value":[]}`)
	}}
	cred, err := Credential(Profile{Cloud: Worldwide, Tenant: tenant, Client: "app", Method: ClientSecret}, []byte(canary), nil, f)
	if err != nil {
		t.Fatal(err)
	}
	c, _ := New(Config{Cloud: Worldwide, Tenant: tenant, Credential: cred, Transport: f})
	if _, err = c.Reader().Do(t.Context(), Call{Op: "list-users"}); err != nil || tokens != 2 {
		t.Errorf("%d tokens, %v", tokens, err)
	}
}
