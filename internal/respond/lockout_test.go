package respond_test

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"evict"
	"evict/internal/gate"
	"evict/internal/m365"
	. "evict/internal/respond"
	"evict/internal/simtenant"
)

// TestTimeToLockOut: from approval until sign-in is blocked, sessions are revoked and the password is another, at 200 ms a
// call and with a warm token; one account and fifty, beside the same calls one after the other.
func TestTimeToLockOut(t *testing.T) {
	const call = 200 * time.Millisecond
	tests := []struct {
		accounts        int
		locked, settled time.Duration // at most
	}{
		{1, 2 * call, 3*call + 4*time.Second},
		// The service answers 16 calls of ours at once: 300 of them take 19 rounds.
		{50, 22 * call, 30*call + 4*time.Second},
	}
	for _, x := range tests {
		t.Run(fmt.Sprint(x.accounts), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, crowd(x.accounts), simtenant.Options{Latency: simtenant.Latency{Each: call}})
				steps := b.containment(x.accounts)
				warm := m365.Call{Op: "get-user", Args: map[string]string{"id": steps[0].Target.Account}, Query: map[string][]string{"$select": {"id"}}}
				if _, err := b.client.Reader().Do(t.Context(), warm); err != nil {
					t.Fatal(err)
				}
				p := b.approve(evict.Plan{Schema: evict.PlanSchema, Case: caseID, Tenant: tenantID, Kind: "respond", Steps: steps})
				start := time.Now()
				var verified time.Duration
				r := Runner{Reader: b.client.Reader(), Sender: b.client, Gate: b.gate, Plan: p, Secrets: b, Progress: func(p Progress) {
					if p.State == Verified {
						verified = time.Since(start)
					}
				}}
				got, err := r.Apply(t.Context())
				if err != nil || got.Count(Verified) != len(steps) {
					t.Fatal(got.Count(Verified), err)
				}
				var locked time.Duration
				for _, c := range b.tenant.Changes() {
					locked = max(locked, c.Time.Sub(start))
				}
				sequence := 2 * call * time.Duration(len(steps))
				t.Logf("%d accounts: locked out after %s, verified after %s; one after the other %s: %.1f times as long", x.accounts, locked, verified, sequence, float64(sequence)/float64(locked))
				if locked > x.locked || verified > x.settled {
					t.Errorf("locked out after %s, want %s; verified after %s, want %s", locked, x.locked, verified, x.settled)
				}
			})
		})
	}
}

// crowd is the small tenant with so many more users.
func crowd(n int) trial {
	return trial{action: BlockSignIn, also: []string{"revoke-sessions", "set-password", "list-sign-ins"}, set: func(w *simtenant.World) {
		for i := range n {
			u := *w.Users[0]
			u.ID, u.UPN, u.Mail, u.PUID = member(i), fmt.Sprintf("user%d@contoso.example", i), fmt.Sprintf("user%d@contoso.example", i), fmt.Sprintf("10032009%08d", i)
			u.Proxies, u.Methods = []string{"SMTP:" + u.Mail}, nil
			w.Users = append(w.Users, &u)
		}
	}}
}

func member(i int) string { return fmt.Sprintf("bbbbbbbb-0000-4000-8000-%012d", i) }

// containment blocks, revokes and resets each of the crowd.
func (b *bench) containment(accounts int) []evict.Step {
	b.t.Helper()
	var out []evict.Step
	for i := range accounts {
		for _, a := range []*Action{BlockSignIn, RevokeSessions, ResetPassword} {
			s, err := b.plan(trial{action: a, target: evict.Object{Account: member(i), Name: fmt.Sprintf("user%d@contoso.example", i), Kind: "user"}})
			if err != nil {
				b.t.Fatal(err)
			}
			s.ID = fmt.Sprintf("%s-%d", a.ID, i)
			out = append(out, s)
		}
	}
	return out
}

// approve keeps a decision on the plan.
func (b *bench) approve(p evict.Plan) gate.Plan {
	b.t.Helper()
	file, err := json.Marshal(p)
	if err != nil {
		b.t.Fatal(err)
	}
	plan, err := gate.Read(file)
	if err != nil {
		b.t.Fatal(err)
	}
	now := time.Now()
	if err := b.gate.Approve(plan, gate.Approval{Who: "tester", Time: now, Expires: now.Add(time.Hour), Confirmed: gate.Words(p)}); err != nil {
		b.t.Fatal(err)
	}
	return plan
}

// TestContainmentGoesFirst: while a collection has hundreds of calls in every queue, and the logs answer nothing but 429, an
// account is locked out about as soon as otherwise: a call waits for a free place once, and not for its turn.
func TestContainmentGoesFirst(t *testing.T) {
	const call = 200 * time.Millisecond
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, crowd(1), simtenant.Options{Latency: simtenant.Latency{Each: call}, Faults: []simtenant.Fault{{Kind: simtenant.ThrottleStorm, Operation: "GET /auditLogs/signIns"}}})
		steps := b.containment(1)
		p := b.approve(evict.Plan{Schema: evict.PlanSchema, Case: caseID, Tenant: tenantID, Kind: "respond", Steps: steps})
		ctx, stop := context.WithCancel(t.Context())
		var reads sync.WaitGroup
		for i := range 600 {
			c := m365.Call{Op: "get-user", Args: map[string]string{"id": member(0)}, Query: map[string][]string{"$select": {"id"}}, Lane: m365.Logs}
			if i%3 == 0 {
				c = m365.Call{Op: "list-sign-ins", Lane: m365.Logs}
			}
			reads.Go(func() { _, _ = b.client.Reader().Do(ctx, c) })
		}
		time.Sleep(time.Second)
		start := time.Now()
		r := Runner{Reader: b.client.Reader(), Sender: b.client, Gate: b.gate, Plan: p, Secrets: b}
		got, err := r.Apply(t.Context())
		if err != nil || got.Count(Verified) != len(steps) {
			t.Fatal(got, err)
		}
		var locked time.Duration
		for _, c := range b.tenant.Changes() {
			locked = max(locked, c.Time.Sub(start))
		}
		t.Logf("locked out after %s", locked)
		if locked > 4*call {
			t.Errorf("locked out after %s", locked)
		}
		stop()
		reads.Wait()
	})
}
