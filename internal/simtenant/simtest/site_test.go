package simtest_test

import (
	"context"
	"fmt"
	"net/http"
	"sort"
	"testing"
	"testing/synctest"
	"time"

	"evict"
	"evict/internal/app"
	"evict/internal/m365"
	"evict/internal/simtenant"
	"evict/internal/simtenant/simtest"
)

// A site is a simulated tenant with evict in front of it. It lives inside a
// synctest bubble, whose clock stands at the tenant's present.
type site struct {
	t       *testing.T
	world   *simtenant.World
	tenant  *simtenant.Tenant
	collect app.Registration
	client  *m365.Client
	profile app.TenantProfile
}

// inSite runs f with a site in a bubble.
func inSite(t *testing.T, o app.SimulateOptions, f func(*site)) {
	t.Helper()
	w, _, err := o.World()
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) { f(newSite(t, w)) })
}

func newSite(t *testing.T, w *simtenant.World, options ...simtenant.Options) *site {
	t.Helper()
	time.Sleep(time.Until(w.Now))
	s := &site{t: t, world: w}
	s.collect = app.Register(w)[0]
	s.tenant = simtenant.New(w, append(options, simtenant.Options{})[0])
	simtest.InContract(t, s.tenant)
	s.profile = app.TenantProfile{Name: "sim", Tenant: w.ID, Cloud: m365.Worldwide.Name, Client: s.collect.Client, Method: string(m365.ClientSecret)}
	s.client = s.connect(s.tenant.Transport())
	return s
}

// connect signs in to the tenant as evict does.
func (s *site) connect(transport http.RoundTripper) *m365.Client {
	s.t.Helper()
	credential, err := m365.Credential(m365.Profile{Cloud: m365.Worldwide, Tenant: evict.TenantID(s.world.ID), Client: s.collect.Client, Method: m365.ClientSecret}, []byte(s.collect.Secret), nil, transport)
	if err != nil {
		s.t.Fatal(err)
	}
	c, err := m365.New(m365.Config{Cloud: m365.Worldwide, Tenant: evict.TenantID(s.world.ID), Credential: credential, Transport: transport})
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

// gather collects accounts into a new case.
func (s *site) gather(dir string, accounts ...string) *app.Collected {
	s.t.Helper()
	got, err := app.CollectFrom(s.t.Context(), s.client, s.profile, app.CollectOptions{Case: dir, Accounts: accounts, Depth: "standard", Operator: "tester"})
	if err != nil {
		s.t.Fatal(err)
	}
	return got
}

// expected are the accounts that the tenant's truth speaks of.
func (s *site) expected() []string {
	var out []string
	for _, e := range s.world.Expect {
		out = append(out, e.Account)
	}
	return out
}

// refusals are the calls that the tenant refused, each once with its count.
func (s *site) refusals() []string {
	count := map[string]int{}
	for _, r := range s.tenant.Requests() {
		if r.Status < 400 {
			continue
		}
		op := r.Operation
		if op == "" {
			op = r.Method + " (unknown) " + r.URL
		}
		count[fmt.Sprintf("%d %s %s", r.Status, r.Service, op)]++
	}
	var out []string
	for line, n := range count {
		out = append(out, fmt.Sprintf("%4d x %s", n, line))
	}
	sort.Strings(out)
	return out
}

func investigate(t *testing.T, dir string) *evict.Investigation {
	t.Helper()
	inv, err := app.Investigate(context.Background(), app.Options{Case: dir, Scratch: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	return inv
}
