package simtest_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"evict/internal/app"
	"evict/internal/collect"
	"evict/internal/simtenant"
)

// documented are a tenant's quotas and delays as they are published, at 200 ms a call.
func documented(users int) simtenant.Options {
	return simtenant.Options{Limits: simtenant.DocumentedLimits(users), Latency: simtenant.Latency{Each: 200 * time.Millisecond, Jitter: 50 * time.Millisecond}, Seed: 1}
}

// A whole collection is over no quota, and quick triage of an account takes at
// most 40 seconds.
func TestQuotas(t *testing.T) {
	t.Parallel()
	for _, depth := range []collect.Depth{collect.Quick, collect.Standard, collect.Full} {
		got := try(t, smallTenant, documented(7), depth)
		if got.err != nil {
			t.Fatal(got.err)
		}
		t.Logf("%s: %d requests, %s of the tenant's time", depth, len(got.requests), got.took.Round(100*time.Millisecond))
		if len(got.exceeded) > 0 {
			t.Errorf("%s: requests over a quota: %v", depth, got.exceeded)
		}
		if depth == collect.Quick && got.took > 40*time.Second {
			t.Errorf("quick triage takes %s", got.took)
		}
	}
}

// logSources begin the names of what is not configuration.
var logSources = []string{"sign-ins/", "audit/", "directory-audits/", "message-trace/", "messages/", "recoverable-items", "risk", "delegates/held"}

// Quick triage of one account of a busy tenant at documented limits and 200 ms a
// call takes at most 40 seconds of the tenant's time, and what an attacker may
// change in the next minute is read within 20.
func TestQuickTriage(t *testing.T) {
	t.Parallel()
	o := app.SimulateOptions{Scenario: "aitm-invoice", Users: 12, Days: 20, Seed: 4}
	if longRuns() {
		o.Users, o.Days = 100, 35
	}
	w, _, err := o.World()
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var configured time.Duration
		x := trialOf{world: w, options: documented(o.Users), depth: collect.Quick}
		start := time.Time{}
		x.progress = func(p collect.SourceProgress) {
			mu.Lock()
			defer mu.Unlock()
			if p.State != "" && !slices.ContainsFunc(logSources, func(s string) bool { return strings.HasPrefix(p.Source, s) }) {
				configured = max(configured, time.Since(start))
			}
		}
		time.Sleep(time.Until(w.Now))
		start = time.Now()
		got := x.run(t)
		if got.err != nil || len(got.exceeded) > 0 {
			t.Fatalf("%v, over quotas %v", got.err, got.exceeded)
		}
		t.Logf("%d users, %d records: quick triage of one account takes %.1f s of the tenant's time in %d requests, its configuration %.1f s", o.Users, len(w.Log), got.took.Seconds(), len(got.requests), configured.Seconds())
		if got.took > 40*time.Second || configured > 20*time.Second || configured == 0 {
			t.Errorf("at most 40 s, and 20 s for the configuration")
		}
	})
}
