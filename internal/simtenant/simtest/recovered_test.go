package simtest_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"evict"
	"evict/internal/app"
	"evict/internal/simtenant"
	"evict/internal/simtenant/scenarios"
)

// TestAttackersAreOutAndOwnersBackIn goes the whole way with each story that has
// an attacker: collect, investigate, plan, approve, apply, verify, a person's
// steps, the attacker tries everything again, collect anew, give back, and the
// owner works.
func TestAttackersAreOutAndOwnersBackIn(t *testing.T) {
	warm(t)
	names := []string{"phishing-wave", "admin-takeover", "synced-federated"}
	if heavy {
		names = nil
		for _, x := range scenarios.List {
			names = append(names, x.Name)
		}
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inSite(t, small(name, 1), func(s *site) { s.takenBack() })
		})
	}
}

// A crew are the people who take accounts back with evict, one case long.
type crew struct {
	*site
	tenants *app.Tenants
	dir     string
	victims []string
	begun   []simtenant.Foothold // what the attacker had at the beginning
	made    []string             // accounts that he made
	codes   map[string]string    // passwords that were handed over, by account
	more    []string             // guards whose words are typed besides
}

const crewName = "irene@contoso.example"

func (s *site) crew(victims []string) *crew {
	s.t.Helper()
	dir := s.t.TempDir()
	c := &crew{site: s, dir: filepath.Join(dir, "case"), victims: victims, codes: map[string]string{}}
	c.tenants = &app.Tenants{Folder: filepath.Join(dir, "profiles"), Transport: s.tenant.Transport()}
	for i, name := range []string{"collect", "respond"} {
		client := s.world.Clients[len(s.world.Clients)-2+i]
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(client.Secret), 0o600); err != nil {
			s.t.Fatal(err)
		}
		p := s.profile
		p.Name, p.Client, p.Secret = name, client.ID, "file:"+file
		if err := c.tenants.Add(p); err != nil {
			s.t.Fatal(err)
		}
	}
	return c
}

// takenBack is the whole way.
func (s *site) takenBack() {
	t := s.t
	before := s.tenant.Attack()
	victims := s.victims(before)
	if len(victims) == 0 {
		if len(before) > 0 {
			t.Fatalf("nobody is attacked, and yet %v", before)
		}
		return
	}
	began := time.Now()
	c := s.crew(victims)
	c.begun = before
	c.read(false)
	t.Logf("%d victims, %d footholds: %v", len(victims), len(before), before)
	response := c.plan(app.PlanOptions{})
	c.carryOut(response)
	c.out("after the response")
	c.made = madeAccounts(before)
	for _, v := range victims {
		if s.tenant.OwnerCanWork(v) == nil {
			t.Errorf("%s works while it is contained", v)
		}
	}
	time.Sleep(4 * time.Hour)
	c.read(true)
	if s.world.AuditOff {
		c.says("evicted")
	} else {
		c.says("quiet")
	}

	c.carryOut(c.plan(app.PlanOptions{Recover: true}))
	c.out("after the accounts were given back")
	for _, v := range victims {
		if err := s.tenant.OwnerCanWork(v); err != nil {
			t.Errorf("%v", err)
		}
		if code := c.codes[strings.ToLower(v)]; code != "" {
			if err := s.tenant.TryPassword(v, code); err != nil {
				t.Errorf("%s can't sign in with the password that was handed over: %v", v, err)
			}
		}
	}
	if !s.world.AuditOff {
		c.closes(response.Hash)
	}
	t.Logf("from the first question to the end %s", time.Since(began))
}

// closes looks again when it is due, and reads the logs on a last time: nobody came back, and the case may be closed.
func (c *crew) closes(plan string) {
	c.t.Helper()
	for _, due := range []time.Duration{time.Hour, 23 * time.Hour, 48 * time.Hour, 96 * time.Hour} {
		time.Sleep(due)
		if _, err := app.Recheck(c.t.Context(), app.ApplyOptions{Tenants: c.tenants, Profile: "respond", Case: c.dir, Plan: plan, Operator: crewName}); err != nil {
			c.t.Fatal(err)
		}
	}
	c.read(true)
	c.says("closed")
	c.out("a week later")
}

// victims are the accounts that attackers were in, without those that they made.
func (s *site) victims(footholds []simtenant.Foothold) []string {
	var out []string
	for _, e := range s.world.Expect {
		if slices.Contains(e.Verdicts, string(evict.Compromised)) {
			out = append(out, e.Account)
		}
	}
	for _, f := range footholds {
		if f.Kind == "session" && !slices.Contains(out, f.Account) { // of somebody whom no log accuses
			out = append(out, f.Account)
		}
	}
	return slices.DeleteFunc(out, func(account string) bool { return slices.Contains(madeAccounts(footholds), account) })
}

// madeAccounts are those that attackers made.
func madeAccounts(footholds []simtenant.Foothold) []string {
	var out []string
	for _, f := range footholds {
		if f.Kind == "account" {
			out = append(out, f.Account)
		}
	}
	return out
}

// read collects the case, or reads its logs on.
func (c *crew) read(again bool) {
	c.t.Helper()
	_, err := app.Collect(c.t.Context(), app.CollectOptions{Tenants: c.tenants, Profile: "collect", Case: c.dir, Accounts: slices.Concat(c.made, c.victims), Depth: "standard", Again: again, Operator: crewName})
	if err != nil {
		c.t.Fatal(err)
	}
}

// typed are guards whose words somebody who knows this tenant types.
func (c *crew) typed() []string {
	if c.world.AuditOff { // no log will ever show anything
		return append([]string{"look-alike", "release-coverage"}, c.more...)
	}
	return append([]string{"look-alike"}, c.more...)
}

// decides says what an operator adds: each role that is to come back, and what the owner, asked, says is not his.
func (c *crew) decides(p *app.Planned, k evict.Skipped) bool {
	if k.Pick == "" || p.Plan.Kind == "recover" {
		return k.Pick != "" && strings.Contains(k.Why, "a role comes back by itself")
	}
	kind := map[evict.ActionID]string{"revoke-consent": "grant", "remove-sharing-link": "link", "remove-mobile-device": "mobile-device"}[k.Action]
	return slices.ContainsFunc(c.begun, func(f simtenant.Foothold) bool { return f.Kind == kind })
}

// plan makes a plan until there is nothing more to type or to decide.
func (c *crew) plan(o app.PlanOptions) *app.Planned {
	c.t.Helper()
	o.Tenants, o.Profile, o.Case, o.Operator, o.Accounts, o.Guards.Most = c.tenants, "respond", c.dir, crewName, c.victims, len(c.victims)
	for {
		p, err := app.MakePlan(c.t.Context(), o)
		if err != nil {
			c.t.Fatal(err)
		}
		more := false
		for _, k := range p.Plan.Skipped {
			switch {
			case slices.Contains(c.typed(), k.Guard) && !slices.Contains(o.Guards.Overrides, k.Word):
				o.Guards.Overrides, more = append(o.Guards.Overrides, k.Word), true
			case c.decides(p, k) && !slices.Contains(o.Add, k.Pick):
				o.Add, more = append(o.Add, k.Pick), true
			}
		}
		if more {
			continue
		}
		for _, k := range p.Plan.Skipped {
			c.t.Logf("%s plan skips %s %s %s: %s %s", p.Plan.Kind, k.Guard, k.Action, k.Target.Name, k.Pick, k.Why)
		}
		return p
	}
}

// carryOut approves a plan and applies it, and does what is a person's.
func (c *crew) carryOut(p *app.Planned) {
	c.t.Helper()
	o := app.ApplyOptions{Tenants: c.tenants, Profile: "respond", Case: c.dir, Plan: p.Hash, Confirm: app.ConfirmWord(&p.Plan), Operator: crewName,
		Secrets: app.ShowOnce(func(account, password string) { c.codes[strings.ToLower(account)] = password })}
	r, err := app.Apply(c.t.Context(), o)
	for err == nil {
		open := c.byHand(r)
		if len(open) == 0 {
			break
		}
		done := o
		done.Steps = open
		if _, err = app.Done(c.t.Context(), done, "done, as the step says"); err == nil {
			r, err = app.Resume(c.t.Context(), o)
		}
	}
	if err != nil {
		c.t.Errorf("%s plan: %v", p.Plan.Kind, err)
	}
	if r == nil {
		return
	}
	for _, x := range r.Steps {
		if x.State != "verified" && x.State != "already" {
			c.t.Errorf("%s plan: %s of %s (%s) is %s: %s", r.Kind, x.Step.Action, x.Step.Target.Name, x.Step.ID, x.State, x.Why)
		}
	}
}

// byHand does in the world what the open steps for a person say, and names them.
func (c *crew) byHand(r *app.PlanReport) []string {
	var out []string
	for _, x := range r.Steps {
		if x.State != "manual" {
			continue
		}
		out = append(out, x.Step.ID)
		c.person(x.Step)
	}
	if len(out) > 0 {
		time.Sleep(10 * time.Minute)
	}
	return out
}

// person does one step in the world, where it changes one.
func (c *crew) person(s evict.Step) {
	c.t.Helper()
	set := simtenant.Premises{}
	switch s.Action {
	case "disable-on-premises":
		set.Disable = true
	case "enable-on-premises":
		set.Enable = true
	case "reset-on-premises-password":
		set.Password = "Wickerwork-4417-fjord"
		c.codes[strings.ToLower(s.Target.Name)] = set.Password
	default:
		return
	}
	if err := c.tenant.OnPremises(s.Target.Name, set); err != nil {
		c.t.Error(err)
	}
}

// out fails the test for whatever of the attacker's still works.
func (c *crew) out(when string) {
	c.t.Helper()
	for _, f := range c.tenant.Attack() {
		c.t.Errorf("%s, %s still works", when, f)
	}
}

// says holds what may be claimed.
func (c *crew) says(ladder string) {
	c.t.Helper()
	r, err := app.Status(c.t.Context(), c.dir, "")
	if err != nil {
		c.t.Fatal(err)
	}
	if r.Ladder != ladder {
		c.t.Errorf("the ladder says %s, want %s: %s", r.Ladder, ladder, fmt.Sprint(r.Claim, r.Unseen))
	}
}
