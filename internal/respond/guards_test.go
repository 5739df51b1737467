package respond

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"evict"
	"evict/internal/m365"
)

const (
	targetID = "aaaaaaaa-0000-4000-8000-000000000001"
	ourApp   = "cccccccc-0000-4000-8000-000000000001"
	ourSP    = "cccccccc-0000-4000-8000-000000000002"
)

// nobody answers nothing: the table's facts are given, not read.
type nobody struct{}

func (nobody) Do(context.Context, m365.Call) (*m365.Response, error) { panic("read") }

// TestGuards holds the guards against a table that was written from their
// description. A guard that says nothing where it must, or refuses where it
// must not, fails here.
func TestGuards(t *testing.T) {
	b, err := os.ReadFile("testdata/guards.tsv")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")[1:]
	if len(lines) < 500 {
		t.Fatalf("only %d rows", len(lines))
	}
	for i, line := range lines {
		c := strings.Split(line, "\t")
		p, s := guardCase(t, c)
		var got []string
		for _, r := range p.refusals(s) {
			if !p.overridden(r) {
				got = append(got, r.guard)
			}
		}
		slices.Sort(got)
		if want := strings.ReplaceAll(c[9], "-", ""); strings.ReplaceAll(strings.Join(got, ","), "-", "") != want {
			t.Errorf("row %d: %s\n\trefused by %v", i+2, strings.Join(c, " | "), got)
		}
		p.plan.Steps = []evict.Step{s}
		p.guard()
		if kept := len(p.plan.Steps) == 1; kept != (c[9] == "-") || kept == (len(p.plan.Skipped) == 1) {
			t.Errorf("row %d: %s\n\tkept %v, skipped %v", i+2, line, kept, p.plan.Skipped)
		}
		for _, k := range p.plan.Skipped {
			if k.Guard == "" || k.Why == "" || !strings.HasPrefix(k.Word, k.Guard+" ") {
				t.Errorf("row %d: a refusal without its reason or word: %+v", i+2, k)
			}
		}
	}
}

// guardCase makes the planner and the step of a row.
func guardCase(t *testing.T, c []string) (*planner, evict.Step) {
	t.Helper()
	n, err := strconv.Atoi(c[6])
	if err != nil {
		t.Fatal(err)
	}
	target := AccountFacts{ID: targetID, UPN: "dana.roe@contoso.example", Kind: "member", Enabled: true, RolesRead: true}
	kase := Case{Tenant: "t", Accounts: []AccountFacts{}}
	kase.Guards.OwnApp.ClientID = ourApp
	guardWho(&target, &kase.Guards, c[0])
	switch c[1] {
	case "active", "eligible", "group":
		target.Roles = append(target.Roles, HeldRole{Name: "Global Administrator", Template: globalAdministrator, ID: "role-1", How: c[1]})
	case "helpdesk":
		target.Roles = append(target.Roles, HeldRole{Name: "Helpdesk Administrator", Template: "729827e3-9c14-49f7-bb1b-9608f156bbb8", ID: "role-2", How: Active})
	case "unread":
		target.RolesRead = false
	}
	kase.Guards.OwnApp.MayUnblock = c[4] == "yes"
	if c[5] != "none" {
		target.LookAlikes = []string{"dana.rose@contoso.example"}
		target.Certain = c[5] == "certain"
	}
	kase.Accounts = append(kase.Accounts, target)
	for i := range n - 1 {
		kase.Accounts = append(kase.Accounts, AccountFacts{ID: fmt.Sprint("other-", i), UPN: fmt.Sprintf("other%d@contoso.example", i), Kind: "member", RolesRead: true})
	}
	p := newPlanner(nobody{}, kase, "respond")
	guardOthers(p, c[2], c[1])
	guardApp(p, c[7])
	o := evict.Object{Account: targetID, Name: target.UPN, Kind: "user"}
	switch c[3] {
	case "disable-application":
		o = evict.Object{Name: "an application", Kind: "service-principal", ID: "dddddddd-0000-4000-8000-000000000001"}
		if c[7] == "is the target" {
			o.ID = ourSP
		}
	case "remove-directory-role", "remove-eligible-role", "remove-group-member":
		o.Kind, o.ID = "role", "role-2"
		if how := map[string]string{"remove-directory-role": "active", "remove-eligible-role": "eligible", "remove-group-member": "group"}[c[3]]; how == c[1] || c[1] == "unread" {
			o.ID = "role-1"
		}
	case "disable-inbox-rule":
		o.Kind, o.ID = visibleRule, "rule-1"
	}
	a := Find(evict.ActionID(c[3]))
	s := newStep(wanted{action: a, target: o})
	guardOverride(p, s, c[8])
	return p, s
}

func guardWho(a *AccountFacts, g *Guards, who string) {
	switch who {
	case "operator by ID":
		g.Operator = []string{strings.ToUpper(a.ID)}
	case "operator by UPN":
		g.Operator = []string{"Dana.Roe@Contoso.example"}
	case "break-glass by ID":
		g.BreakGlass = []string{a.ID}
	case "break-glass by UPN":
		g.BreakGlass = []string{a.UPN}
	case "declared service":
		g.Service = []string{a.UPN}
	case "sync by role", "sync by name":
		a.Kind = "sync"
	}
}

func guardOthers(p *planner, others, own string) {
	p.tenant.adminsRead = others != "unread"
	if own == "active" || own == "group" {
		p.tenant.admins = append(p.tenant.admins, targetID)
	}
	switch others {
	case "1":
		p.tenant.admins = append(p.tenant.admins, "admin-1")
	case "2":
		p.tenant.admins = append(p.tenant.admins, "admin-1", "admin-2")
	case "contained too":
		p.tenant.admins = append(p.tenant.admins, "admin-1")
		p.want(BlockSignIn, evict.Object{Account: "admin-1", Kind: "user"})
	}
}

func guardApp(p *planner, app string) {
	p.tenant.own = ownFacts{look: OwnLook{Known: true}, id: ourSP}
	switch app {
	case "foreign key", "foreign owner", "signed in elsewhere":
		p.tenant.own.look.Strange = []string{app}
	case "unread":
		p.tenant.own = ownFacts{}
	}
}

func guardOverride(p *planner, s evict.Step, override string) {
	for i, r := range p.refusals(s) {
		o := Override{Guard: r.guard, Target: r.target, Word: Word(r.guard, r.target)}
		switch override {
		case "none":
			return
		case "wrong word":
			o.Word = "yes"
		case "word for another account":
			o.Target, o.Word = "other0@contoso.example", Word(r.guard, "other0@contoso.example")
		case "right word for the first":
			first := slices.MinFunc(p.refusals(s), func(a, b refusal) int { return strings.Compare(a.guard, b.guard) })
			if i > 0 {
				return
			}
			o = Override{Guard: first.guard, Target: first.target, Word: Word(first.guard, first.target)}
		}
		p.c.Guards.Overrides = append(p.c.Guards.Overrides, o)
	}
}
