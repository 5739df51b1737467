package simtenant

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// with is a client of a tenant with these options.
func with(t *testing.T, o Options, permissions ...string) *client {
	c := newClient(t, permissions...)
	c.tenant = New(c.tenant.world, o)
	return c
}

func (c *client) cmdlet(name, parameters string) response {
	c.t.Helper()
	c.header.Set("X-AnchorMailbox", "APP:SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}@"+c.tenant.world.ID)
	return c.at("https://outlook.office365.com", "POST", "/adminapi/beta/"+c.tenant.world.ID+"/InvokeCommand", `{"CmdletInput":{"CmdletName":"`+name+`","Parameters":{`+parameters+`}}}`)
}

// Five requests in ten seconds: the sixth is refused and told when to come back,
// and then comes through.
func TestReportsQuota(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := with(t, Options{Limits: DocumentedLimits(5)}, "AuditLog.Read.All")
		ask := func() response { return c.ask("GET", "/beta/auditLogs/signIns?$top=5", "") }
		for i := range 5 {
			if got := ask(); got.status == 429 {
				t.Fatalf("request %d is refused", i+1)
			}
			time.Sleep(time.Second)
		}
		got := ask()
		seconds, err := strconv.Atoi(got.header.Get("Retry-After"))
		if got.status != 429 || err != nil || seconds != 5 {
			t.Fatalf("the sixth: %d %v", got.status, got.header)
		}
		time.Sleep(time.Duration(seconds) * time.Second)
		if got := ask(); got.status == 429 {
			t.Error("refused after the wait that was asked for")
		}
		if got := ask(); got.status != 429 {
			t.Error("one place was free and two came in")
		}
		if want := map[string]int{"reports": 2}; !maps.Equal(c.tenant.Exceeded(), want) {
			t.Errorf("exceeded %v, want %v", c.tenant.Exceeded(), want)
		}
	})
}

// Identity protection never says how long to wait.
func TestProtectionQuota(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := with(t, Options{Limits: DocumentedLimits(5)}, "IdentityRiskyUser.Read.All")
		c.ask("GET", "/v1.0/identityProtection/riskyUsers", "")
		got := c.ask("GET", "/v1.0/identity/conditionalAccess/policies", "")
		if got.status != 429 || got.header.Get("Retry-After") != "" || got.code() != "TooManyRequests" {
			t.Errorf("%d %v %s", got.status, got.header, got.raw)
		}
		time.Sleep(time.Second)
		if got := c.ask("GET", "/v1.0/identityProtection/riskyUsers", ""); got.status == 429 {
			t.Error("refused in the next second")
		}
	})
}

// Four at once for a mailbox, under whichever name; another mailbox is another counter.
func TestMailboxConcurrency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := with(t, Options{Limits: DocumentedLimits(5), Latency: Latency{Each: time.Second}}, "MailboxSettings.Read")
		c.token("graph.microsoft.com")
		var wg sync.WaitGroup
		status := make([]int, 6)
		for i, who := range []string{danaID, danaID, "dana@contoso.example", danaID, "DANA@contoso.example", bossID} {
			wg.Go(func() {
				time.Sleep(time.Duration(i) * time.Millisecond)
				got := c.ask("GET", "/v1.0/users/"+who+"/mailboxSettings", "")
				status[i] = got.status
				if got.status == 429 && got.code() != "ApplicationThrottled" {
					t.Errorf("%s", got.raw)
				}
			})
		}
		wg.Wait()
		if got := fmt.Sprint(status); got != "[200 200 200 200 429 200]" {
			t.Error(got)
		}
		c.ask("GET", "/v1.0/users/"+danaID+"/mailboxSettings", "").want(t, 200, "")
	})
}

func TestDirectoryUnits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := DocumentedLimits(5)
		l[directoryLimit] = Quota{Units: 10, Period: 10 * time.Second}
		c := with(t, Options{Limits: l}, "Directory.Read.All")
		near := ""
		for range 20 {
			got := c.ask("GET", "/v1.0/users?$top=999", "")
			if got.status == 429 {
				if near == "" || !strings.HasPrefix(got.header.Get("X-Ms-Throttle-Scope"), "Tenant_Application/ReadWrite/"+appID) {
					t.Errorf("no warning before, or no scope: %q %v", near, got.header)
				}
				return
			}
			near = got.header.Get("X-Ms-Throttle-Limit-Percentage")
		}
		t.Error("never refused")
	})
}

func TestCmdletQuota(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := DocumentedLimits(5)
		l[cmdletsLimit] = Quota{Units: 2, Period: time.Minute}
		c := with(t, Options{Limits: l}, "Exchange.ManageAsApp")
		c.cmdlet("Get-OrganizationConfig", "").want(t, 200, "")
		c.cmdlet("Get-OrganizationConfig", "").want(t, 200, "")
		got := c.cmdlet("Get-OrganizationConfig", "").want(t, 429, "TooManyRequests")
		at, err := time.Parse(time.RFC3339Nano, got.header.Get("Rate-Limit-Reset"))
		if err != nil || got.header.Get("Rate-Limit-Remaining") != "0" || at.Sub(c.tenant.Now()) != time.Minute {
			t.Errorf("%v", got.header)
		}
	})
}

// Every spelling says the same time.
func TestSpellings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t)
		in := &call{t: c.tenant, http: &http.Request{Header: http.Header{}, URL: &url.URL{}}, service: activityService, now: c.tenant.Now()}
		for _, s := range spellings {
			h := in.throttled(feedLimit, 7*time.Second, s).Header
			after, ms, reset := h.Get("Retry-After"), h.Get("X-Ms-Retry-After-Ms"), h.Get("Rate-Limit-Reset")
			date, _ := http.ParseTime(after)
			ok := map[string]bool{inSeconds: after == "7", asDate: date.Equal(in.now.Add(8 * time.Second)), inMillis: ms == "7001", asReset: reset != "" && after == "", untold: after+ms+reset == ""}
			if !ok[s] {
				t.Errorf("%s: %v", s, h)
			}
		}
	})
}

// Latency is between what was set and the jitter more, and the same seed gives
// the same times.
func TestLatency(t *testing.T) {
	took := func(seed uint64) (out []time.Duration) {
		synctest.Test(t, func(t *testing.T) {
			c := with(t, Options{Seed: seed, Latency: Latency{Each: 200 * time.Millisecond, Jitter: 100 * time.Millisecond, More: map[string]time.Duration{"Get-OrganizationConfig": time.Minute}}}, "MailboxSettings.Read", "Exchange.ManageAsApp")
			c.token("graph.microsoft.com")
			c.token("outlook.office365.com")
			for range 5 {
				start := time.Now()
				c.ask("GET", "/v1.0/users/"+danaID+"/mailboxSettings", "").want(t, 200, "")
				out = append(out, time.Since(start))
			}
			start := time.Now()
			c.cmdlet("Get-OrganizationConfig", "").want(t, 200, "")
			if time.Since(start) < time.Minute {
				t.Errorf("a slow cmdlet took %s", time.Since(start))
			}
		})
		return out
	}
	one, same, other := took(1), took(1), took(2)
	for _, d := range one {
		if d < 200*time.Millisecond || d >= 300*time.Millisecond {
			t.Errorf("a call took %s", d)
		}
	}
	if fmt.Sprint(one) != fmt.Sprint(same) || fmt.Sprint(one) == fmt.Sprint(other) {
		t.Errorf("seeds 1, 1 and 2: %v %v %v", one, same, other)
	}
}
