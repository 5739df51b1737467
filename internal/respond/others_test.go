package respond_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"evict"
	"evict/internal/gate"
	. "evict/internal/respond"
	"evict/internal/simtenant"
)

const ruler = "62e90394-69f5-4237-9190-012177145e10" // role template: Global Administrator

// twoRulers is the small tenant with two Global Administrators, one of them by a group.
func twoRulers() trial {
	x := crowd(2)
	x.also = append(x.also, "list-users", "list-skus", "list-domains", "list-role-assignments", "list-role-eligibilities", "list-memberships", "list-group-members", "list-service-principals", "list-applications")
	more := x.set
	x.set = func(w *simtenant.World) {
		more(w)
		w.Groups = append(w.Groups, &simtenant.Group{ID: "bbbbbbbb-0000-4000-8000-00000000aaaa", Name: "Tier 0", RoleAssignable: true, Members: []string{member(1)}})
		w.RoleHolders = []*simtenant.RoleAssignment{
			{ID: "role-of-one", Role: ruler, Principal: member(0), Scope: "/", ByHand: "owner"},
			{ID: "role-of-tier", Role: ruler, Principal: "bbbbbbbb-0000-4000-8000-00000000aaaa", Scope: "/", ByHand: "owner"}}
	}
	return x
}

// TestTheLastAdministratorIsLookedForAgain: two plans were made while two administrators could sign in. The second one
// does not block the last, which is seen beside the look at the object, and still revokes and resets.
func TestTheLastAdministratorIsLookedForAgain(t *testing.T) {
	const call = 200 * time.Millisecond
	for _, first := range []int{0, 1} {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t, twoRulers(), simtenant.Options{Latency: simtenant.Latency{Each: call}})
			contain := func(i int, typed ...Override) gate.Plan {
				p, err := Propose(t.Context(), b.client.Reader(), Case{ID: caseID, Tenant: tenantID, ContainOnly: true,
					Accounts: []AccountFacts{{ID: member(i), Certain: true}}, Guards: Guards{OwnApp: OwnApp{ClientID: responderID}, Overrides: typed}})
				if err != nil || len(p.Steps) != 3 {
					t.Fatal(len(p.Steps), p.Skipped, err)
				}
				return b.approve(p)
			}
			plans := []gate.Plan{contain(first), contain(1 - first)}
			apply := func(p gate.Plan) (Summary, time.Duration, error) {
				start, began := time.Now(), len(b.tenant.Changes())
				r := Runner{Reader: b.client.Reader(), Sender: b.client, Gate: b.gate, Plan: p, Secrets: b}
				got, err := r.Apply(t.Context())
				var locked time.Duration
				for _, c := range b.tenant.Changes()[began:] {
					locked = max(locked, c.Time.Sub(start))
				}
				return got, locked, err
			}
			got, locked, err := apply(plans[0])
			if err != nil || got.Count(Verified) != 3 || locked > 2*call {
				t.Errorf("one of two: %d verified, locked out after %s: %v", got.Count(Verified), locked, err)
			}
			got, _, err = apply(plans[1])
			if !errors.Is(err, gate.ErrRefused) || got.Count(Verified) != 2 || got.Count(Blocked) != 1 {
				t.Errorf("the last one: %d verified, %d blocked: %v", got.Count(Verified), got.Count(Blocked), err)
			}
			for _, s := range got.Steps {
				if s.Step.Action == "block-sign-in" && (s.State != Blocked || s.Sent > 0 || !strings.Contains(s.Why, "last one who can sign in")) {
					t.Errorf("the block is %s after %d requests: %s", s.State, s.Sent, s.Why)
				}
			}
			name := "user" + string(rune('0'+1-first)) + "@contoso.example"
			typed := contain(1-first, Override{Guard: GuardLastAdmin, Target: name, Word: Word(GuardLastAdmin, name)})
			if got, _, err := apply(typed); err != nil || got.Count(Verified) != 3 {
				t.Errorf("typed words do not count: %d verified: %v", got.Count(Verified), err)
			}
		})
	}
}

// TestWhoElseRulesCouldNotBeRead: then it may be the last one.
func TestWhoElseRulesCouldNotBeRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, twoRulers(), simtenant.Options{Faults: []simtenant.Fault{{Kind: simtenant.ConsentGone, Operation: "GET /roleManagement/directory/roleAssignments"}}})
		s := b.containment(1)[:1]
		s[0].Others = []evict.Object{{Account: member(1), Name: member(1), Kind: "user"}}
		p := b.approve(evict.Plan{Schema: evict.PlanSchema, Case: caseID, Tenant: tenantID, Kind: "respond", Steps: s})
		r := Runner{Reader: b.client.Reader(), Sender: b.client, Gate: b.gate, Plan: p, Secrets: b}
		if got, err := r.Apply(t.Context()); !errors.Is(err, gate.ErrRefused) || got.Count(Blocked) != 1 || len(b.tenant.Changes()) > 0 {
			t.Errorf("it was sent: %+v %v", got, err)
		}
	})
}
