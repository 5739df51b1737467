package respond_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"evict"
	"evict/internal/gate"
	"evict/internal/m365"
	. "evict/internal/respond"
	"evict/internal/simtenant"
	"evict/internal/simtenant/simtest"
)

// A bench is the small tenant with evict's client in front of it, in a synctest
// bubble whose clock stands at the tenant's present.
type bench struct {
	t       *testing.T
	tenant  *simtenant.Tenant
	client  *m365.Client
	journal *memoryJournal
	gate    *gate.Gate
	told    []string // passwords that were handed over
	wait    time.Duration

	mu   sync.Mutex
	used map[string]bool // operations that were asked for

	transport m365.Transport
}

func newBench(t *testing.T, x trial, o simtenant.Options) *bench {
	t.Helper()
	time.Sleep(time.Until(worldNow))
	w := smallWorld()
	registerResponder(w, slices.Concat(x.action.Ops, x.also))
	if x.set != nil {
		x.set(w)
	}
	b := &bench{t: t, tenant: simtenant.New(w, o), journal: &memoryJournal{}, wait: x.wait}
	simtest.InContract(t, b.tenant)
	b.transport = b.tenant.Transport()
	b.connect()
	return b
}

// connect signs in and opens the gate.
func (b *bench) connect() {
	b.t.Helper()
	t := b.t
	credential, err := m365.Credential(m365.Profile{Cloud: m365.Worldwide, Tenant: tenantID, Client: responderID, Method: m365.ClientSecret}, []byte(responderSecret), nil, b.transport)
	if err != nil {
		t.Fatal(err)
	}
	if b.client, err = m365.New(m365.Config{Cloud: m365.Worldwide, Tenant: tenantID, Credential: credential, Transport: b.transport, Observe: b.observe}); err != nil {
		t.Fatal(err)
	}
	if b.gate, err = gate.Open(b.journal, tenantID, caseID); err != nil {
		t.Fatal(err)
	}
}

func (b *bench) observe(a m365.Attempt) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.used == nil {
		b.used = map[string]bool{}
	}
	b.used[a.Op] = true
}

// Password takes new passwords.
func (b *bench) Password(_ evict.Object, _, password string) error {
	b.told = append(b.told, password)
	return nil
}

// Confirmed is told that the last password counts.
func (b *bench) Confirmed(evict.Object, string) error { return nil }

// A memoryJournal is a journal of this process.
type memoryJournal struct {
	mu      sync.Mutex
	entries []gate.Entry
}

func (j *memoryJournal) Append(e gate.Entry) (gate.Entry, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	e.Seq = len(j.entries) + 1
	j.entries = append(j.entries, e)
	return e, nil
}

func (j *memoryJournal) Entries() ([]gate.Entry, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.entries), nil
}

// plan makes the step of a trial from what the tenant looks like.
func (b *bench) plan(x trial) (evict.Step, error) {
	want := json.RawMessage("null")
	if x.want != "" {
		want = json.RawMessage(x.want)
	}
	a := x.action
	s := evict.Step{ID: "s1", Action: a.ID, Revision: a.Rev, Phase: a.Phase, Target: x.target, Title: a.Title, After: want, Procedure: []string{}, Why: []string{}, Needs: []string{}, Noticed: a.Noticed}
	var err error
	if s.Before, err = a.Inspect(b.t.Context(), b.client.Reader(), s); err != nil {
		return s, err
	}
	s.Undo, s.NoUndo = a.Reversal(s)
	s.After, err = a.Plan(s.Before, want)
	return s, err
}

// carry approves a plan of one step and carries it out.
func (b *bench) carry(s evict.Step) (StepResult, gate.Plan) {
	b.t.Helper()
	return b.carryPlan(evict.Plan{Schema: evict.PlanSchema, Case: caseID, Tenant: tenantID, Tool: "test", Kind: "respond", Accounts: []evict.Object{}, Steps: []evict.Step{s}, Skipped: []evict.Skipped{}, Notes: []string{fmt.Sprint(len(b.journal.entries))}})
}

func (b *bench) carryPlan(p evict.Plan) (StepResult, gate.Plan) {
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
	if err := b.gate.Approve(plan, gate.Approval{Who: "tester", Time: now, Expires: now.Add(48 * time.Hour), Confirmed: gate.Words(p)}); err != nil {
		b.t.Fatal(err)
	}
	return b.again(plan), plan
}

// again carries an approved plan out, or on.
func (b *bench) again(plan gate.Plan) StepResult {
	b.t.Helper()
	r := Runner{Reader: b.client.Reader(), Sender: b.client, Gate: b.gate, Plan: plan, Secrets: b, Patience: b.wait}
	got, err := r.Apply(b.t.Context())
	if err != nil || len(got.Steps) != 1 {
		b.t.Fatalf("apply: %v, %d steps", err, len(got.Steps))
	}
	return got.Steps[0]
}

// undo puts a plan's step back.
func (b *bench) undo(plan gate.Plan) StepResult {
	b.t.Helper()
	got, _ := b.undoPlan(plan)
	return got
}

func (b *bench) undoPlan(plan gate.Plan) (StepResult, gate.Plan) {
	b.t.Helper()
	back, err := Undo(Undoing{Plan: plan, Entries: b.journal.entries, Tool: "test"})
	if err != nil || len(back.Steps) != 1 {
		b.t.Fatalf("undo: %v, %d steps, skipped %v", err, len(back.Steps), back.Skipped)
	}
	return b.carryPlan(back)
}

// caseID is the case of all trials.
const caseID = "case-1"

// world is the tenant's state as text, without logs and without what a server makes up.
func (b *bench) world() string {
	var out []string
	b.tenant.Look(func(w *simtenant.World) {
		c := *w
		c.Log, c.Now, c.Clients = nil, time.Time{}, nil
		for _, m := range w.Mailboxes {
			slices.SortFunc(m.Rules, func(a, b *simtenant.InboxRule) int { return a.Sequence - b.Sequence })
		}
		raw, err := json.Marshal(&c)
		if err != nil {
			b.t.Fatal(err)
		}
		var v any
		if err := json.Unmarshal(raw, &v); err != nil {
			b.t.Fatal(err)
		}
		out = lines("", "", v, out)
	})
	return strings.Join(out, "\n")
}

// lines puts a value into lines of path and leaf, lists sorted, without IDs that
// the server gives and times of a change.
func lines(path, field string, v any, out []string) []string {
	switch x := v.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(x)) {
			switch k {
			case "riskLastUpdatedDateTime", "activityDateTime", "detectedDateTime", "lastUpdatedDateTime", "SessionsValidFrom", "PasswordChanged", "Password", "WhenChanged", "WhenChangedUTC", "Modified", "Was", "ByHand", "Created", "Sequence":
				continue
			case "ID":
				if slices.Contains([]string{"Folders", "Rules", "Grants", "AppRoles", "RoleHolders"}, field) {
					continue
				}
			}
			out = lines(path+"."+k, k, x[k], out)
		}
		return out
	case []any:
		type item struct{ text, name string }
		var items []item
		for i, inner := range x {
			o, _ := inner.(map[string]any)
			if left, _ := o["Messages"].([]any); o["Name"] == "evict quarantine" && len(left) == 0 {
				continue // left behind, and said so
			}
			if field == "Rules" {
				out = append(out, fmt.Sprintf("%s order %d: %v", path, i, o["Name"]))
			}
			if field == "Messages" {
				items = append(items, item{fmt.Sprintf(" read %v", o["Read"]), nameOf(o)})
				continue
			}
			items = append(items, item{strings.Join(lines("", field, inner, nil), "\n"), nameOf(o)})
		}
		slices.SortFunc(items, func(a, b item) int { return strings.Compare(a.name+a.text, b.name+b.text) })
		for _, i := range items {
			for l := range strings.SplitSeq(i.text, "\n") {
				out = append(out, path+"["+i.name+"]"+l)
			}
		}
		return out
	case nil:
		return out
	}
	return append(out, fmt.Sprintf("%s = %v", path, v))
}

// nameOf is what a person knows an object by.
func nameOf(o map[string]any) string {
	for _, k := range []string{"InternetID", "UPN", "WellKnown", "Name", "User"} {
		if s, _ := o[k].(string); s != "" {
			return s
		}
	}
	return ""
}

// unlike is where two worlds differ, at most two dozen lines.
func unlike(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	missing := func(from, in []string, sign string) (out []string) {
		have := map[string]int{}
		for _, l := range in {
			have[l]++
		}
		for _, l := range from {
			if have[l]--; have[l] < 0 {
				out = append(out, sign+l)
			}
		}
		return out
	}
	out := append(missing(x, y, "- "), missing(y, x, "+ ")...)
	return strings.Join(out[:min(len(out), 24)], "\n")
}

// inBench runs f with a bench for each trial.
func inBench(t *testing.T, o simtenant.Options, f func(*testing.T, *bench, trial)) {
	for _, name := range slices.Sorted(maps.Keys(trials)) {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { f(t, newBench(t, trials[name], o), trials[name]) })
		})
	}
}

// TestEveryActionHasATrial finds the action that nobody tries.
func TestEveryActionHasATrial(t *testing.T) {
	for _, a := range Catalog {
		tried := a.Manual()
		for _, x := range trials {
			tried = tried || x.action == a
		}
		if !tried {
			t.Errorf("%s is tried by nothing: add a trial to conformance_world_test.go", a.ID)
		}
	}
}

// writesSent are the requests that changed something or wanted to, by the tenant's own book.
func (b *bench) writesSent() int { return len(b.tenant.Changes()) }

// TestConformance: plan, apply, verify, apply again, undo, state as before.
func TestConformance(t *testing.T) {
	var told sync.Map // what each trial changes, by its name
	used := map[*Action]map[string]bool{}
	defer goldenChanges(t, &told)
	defer operationsSaid(t, used)
	inBench(t, simtenant.Options{}, func(t *testing.T, b *bench, x trial) {
		before := b.world()
		defer func() {
			if used[x.action] == nil {
				used[x.action] = map[string]bool{}
			}
			maps.Copy(used[x.action], b.used)
		}()
		s, err := b.plan(x)
		if err != nil {
			t.Fatal("plan: ", err)
		}
		if !json.Valid(s.Before) || bytes.Equal(s.Before, s.After) {
			t.Fatalf("before %s, after %s", s.Before, s.After)
		}
		if n := b.writesSent(); n > 0 {
			t.Fatalf("planning changed the tenant %d times", n)
		}
		got, plan := b.carry(s)
		if got.State != Verified {
			t.Fatalf("apply: %s %s\nbefore %s\nafter  %s", got.State, got.Why, s.Before, s.After)
		}
		applied := b.world()
		if applied == before && !x.action.Witness {
			t.Error("the tenant is as before")
		}
		told.Store(t.Name(), unlike(before, applied))
		if x.check != nil {
			b.tenant.Look(func(w *simtenant.World) { x.check(t, b, w) })
		}
		b.witnesses()
		if !x.action.Witness {
			if _, err := b.plan(x); !errors.Is(err, ErrAlready) && !x.anew {
				t.Errorf("planned again: %v, want ErrAlready", err)
			}
			sent := b.writesSent()
			if got, _ := b.carry(s); got.State != Already || b.writesSent() != sent {
				t.Errorf("apply again: %s %s, %d new changes", got.State, got.Why, b.writesSent()-sent)
			}
		}
		b.keepsQuiet()
		if s.Undo == "" {
			return
		}
		if got := b.undo(plan); got.State != Verified {
			t.Fatalf("undo: %s %s", got.State, got.Why)
		}
		if now := b.world(); now != before {
			t.Errorf("after undo:\n%s", unlike(before, now))
		}
		b.witnesses()
		b.keepsQuiet()
	})
}

// keepsQuiet: no secret is in the journal.
func (b *bench) keepsQuiet() {
	b.t.Helper()
	for _, e := range b.journal.entries {
		for _, secret := range append(b.told, responderSecret, "s3cret-link") {
			if bytes.Contains(e.Detail, []byte(secret)) {
				b.t.Errorf("a secret is in the journal's entry %d (%s)", e.Seq, e.Kind)
			}
		}
	}
}

// operationsSaid holds what an action says that it asks for against what it asked.
func operationsSaid(t *testing.T, used map[*Action]map[string]bool) {
	for _, a := range Catalog {
		if a.Manual() {
			continue
		}
		for op := range used[a] {
			if !slices.Contains(a.Ops, op) && op != "compliance:discover" {
				t.Errorf("%s uses %s and does not say so", a.ID, op)
			}
		}
		for _, op := range a.Ops {
			if !used[a][op] && !strings.HasPrefix(op, "delete-") {
				t.Errorf("%s says that it uses %s, and no trial did", a.ID, op)
			}
		}
	}
}

// torture asks for the long runs too.
var torture = os.Getenv("EVICT_TORTURE") != ""

var update = flag.Bool("update", false, "write the golden files anew")

// goldenChanges holds what each action changes, in the tenant's own terms, against
// a file that a person has read: no more than it should, and no less.
func goldenChanges(t *testing.T, told *sync.Map) {
	const file = "testdata/changes.txt"
	var out strings.Builder
	for _, name := range slices.Sorted(maps.Keys(trials)) {
		if change, ok := told.Load(t.Name() + "/" + strings.ReplaceAll(name, " ", "_")); ok {
			fmt.Fprintf(&out, "%s\n%s\n\n", name, change)
		}
	}
	if *update {
		if err := os.WriteFile(file, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := unlike(string(want), out.String()); diff != "" {
		t.Errorf("%s says otherwise (go test -run TestConformance -update writes it anew; read it before it is believed):\n%s", file, diff)
	}
}

// witnesses compares what reached the tenant, by its own book, with the journal:
// each change came by a request whose very bytes an intent had named before, and
// each intent but those that were refused or got lost made one.
func (b *bench) witnesses() {
	b.t.Helper()
	intended, digests := map[string]int{}, map[string]string{}
	for _, e := range b.journal.entries {
		attempt := fmt.Sprint(e.Plan, e.Step, e.Attempt)
		if i, ok := e.Intent(); ok {
			intended[i.Digest]++
			digests[attempt] = i.Digest
		}
		var a gate.Answer
		if e.Kind == gate.Responded && json.Unmarshal(e.Detail, &a) == nil && a.End == gate.Refused {
			intended[digests[attempt]]--
		}
	}
	requests := map[string]simtenant.Request{}
	for _, r := range b.tenant.Requests() {
		requests[r.RequestID] = r
	}
	seen := map[string]bool{}
	for _, c := range b.tenant.Changes() {
		if seen[c.RequestID] {
			continue // one request may change several things
		}
		seen[c.RequestID] = true
		r := requests[c.RequestID]
		digest := fmt.Sprintf("%x", sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s", r.Method, r.URL, r.Body)))
		if intended[digest]--; intended[digest] < 0 {
			b.t.Errorf("%s of %s reached the tenant without an intent", c.Operation, c.Object)
		}
	}
	for _, n := range intended {
		if n > 0 {
			b.t.Errorf("%d intents changed nothing", n)
		}
	}
}

func repeatable(a *Action, s evict.Step) bool {
	return a.Repeatable || a.Repeats != nil && a.Repeats(s)
}

// A turn is one way in which a request goes wrong.
type turn struct {
	name, kind string
	seed       uint64
}

// turns: the service fails, is busy, or the connection breaks before or after the effect.
var turns = []turn{{"server error", simtenant.ServerError, 1}, {"another server error", simtenant.ServerError, 7}, {"throttled", simtenant.ThrottleStorm, 3}, {"cut before", simtenant.ResetConnection, 0}, {"cut after", simtenant.LostResponse, 0}}

func reads(r simtenant.Request) bool {
	return r.Method == "GET" || strings.HasPrefix(r.Operation, "Get-")
}

// TestEachRequestFailsInTurn: whatever request of a step goes wrong, nothing is called
// verified that is not, nothing failed that has happened, and once the service is
// well again the step ends as it would have, or says what a person must look at.
func TestEachRequestFailsInTurn(t *testing.T) {
	inBench(t, simtenant.Options{}, func(t *testing.T, b *bench, x trial) {
		before := b.world()
		s, err := b.plan(x)
		if err != nil {
			t.Fatal(err)
		}
		asked := len(b.tenant.Requests())
		if got, _ := b.carry(s); got.State != Verified {
			t.Fatalf("without a fault: %s %s", got.State, got.Why)
		}
		applied, changes := b.world(), b.writesSent()
		requests := b.tenant.Requests()[asked:]
		for i, f := range turns {
			for n := 1; n <= len(requests); n++ {
				// Reads are all asked in one way: each is spoilt once, and each write in every way.
				if !torture && (n > 12 || reads(requests[n-1]) && n%len(turns) != i) {
					continue
				}
				b := newBench(t, x, simtenant.Options{})
				s, err := b.plan(x)
				if err != nil {
					t.Fatal(err)
				}
				b.tenant.Fail(simtenant.Fault{Kind: f.kind, Seed: f.seed, Nth: n})
				say := func(format string, args ...any) {
					t.Helper()
					t.Errorf("request %d %s: %s", n, f.name, fmt.Sprintf(format, args...))
				}
				got, plan := b.carry(s)
				b.tenant.Heal()
				now := b.world()
				switch got.State {
				case Verified, Already:
					if now != applied {
						say("%s, and it is not so:\n%s", got.State, unlike(applied, now))
					}
				case Failed:
					if now != before {
						say("failed (%s), and something happened:\n%s", got.Why, unlike(before, now))
					}
				case InDoubt, Unverified:
				default:
					say("%s %s", got.State, got.Why)
				}
				if got.State == Verified {
					continue
				}
				then := b.again(plan)
				if now := b.world(); then.State == Verified && now != applied {
					say("then %s, and it is not so:\n%s", then.State, unlike(applied, now))
				}
				if then.State != Verified && (repeatable(x.action, s) || then.State != InDoubt || b.world() != before) {
					say("%s (%s), then %s (%s)", got.State, got.Why, then.State, then.Why)
				}
				if sent := b.writesSent(); sent > changes && !repeatable(x.action, s) && !x.action.Secret {
					say("%d changes instead of %d", sent, changes)
				}
			}
		}
	})
}

// TestEachWriteOfAnUndoFailsInTurn: what is put back is put back once.
func TestEachWriteOfAnUndoFailsInTurn(t *testing.T) {
	inBench(t, simtenant.Options{}, func(t *testing.T, b *bench, x trial) {
		before := b.world()
		for n, most := 1, 1; n <= most; n++ {
			for _, kind := range []string{simtenant.ResetConnection, simtenant.LostResponse} {
				b := newBench(t, x, simtenant.Options{})
				s, err := b.plan(x)
				if err != nil {
					t.Fatal(err)
				}
				if s.Undo == "" {
					return
				}
				_, plan := b.carry(s)
				most = b.writesSent()
				b.tenant.FailNthWrite(n, kind)
				got, back := b.undoPlan(plan)
				b.tenant.Heal()
				if got.State != Verified {
					got = b.again(back)
				}
				now := b.world()
				if got.State == Verified && now != before || got.State != Verified && got.State != InDoubt {
					t.Errorf("write %d %s: %s %s\n%s", n, kind, got.State, got.Why, unlike(before, now))
				}
			}
		}
	})
}

// TestATenantThatOnlySaysYes: success without effect is never called verified.
func TestATenantThatOnlySaysYes(t *testing.T) {
	inBench(t, simtenant.Options{}, func(t *testing.T, b *bench, x trial) {
		before := b.world()
		s, err := b.plan(x)
		if err != nil {
			t.Fatal(err)
		}
		b.tenant.Fail(simtenant.Fault{Kind: simtenant.NoEffect})
		got, _ := b.carry(s)
		if got.State != Unverified && got.State != Failed || b.world() != before {
			t.Errorf("%s %s\n%s", got.State, got.Why, unlike(before, b.world()))
		}
	})
}

// TestWithoutAPermissionNothingIsHalfDone: one that is missing is told, and nothing has changed.
func TestWithoutAPermissionNothingIsHalfDone(t *testing.T) {
	inBench(t, simtenant.Options{}, func(t *testing.T, b *bench, x trial) {
		before := b.world()
		var all []string
		b.tenant.Look(func(w *simtenant.World) { all = slices.Clone(w.Clients[0].Permissions) })
		for i, missing := range all {
			b := newBench(t, x, simtenant.Options{})
			b.tenant.Look(func(w *simtenant.World) { w.Clients[0].Permissions = slices.Delete(slices.Clone(all), i, i+1) })
			s, err := b.plan(x)
			why := fmt.Sprint(err)
			if err == nil {
				got, _ := b.carry(s)
				if why = got.Why; got.State == Verified {
					continue // another permission covers it
				}
			}
			if now := b.world(); now != before || !strings.Contains(why, string(m365.Forbidden)) && !strings.Contains(why, string(m365.Unauthorized)) {
				t.Errorf("without %s: %s\n%s", missing, why, unlike(before, now))
			}
		}
	})
}

// TestReadsLagAndFlap: replicas show what was before for a while, some by turns.
func TestReadsLagAndFlap(t *testing.T) {
	seeds := uint64(1)
	if torture {
		seeds = 25
	}
	for _, lag := range []time.Duration{40 * time.Second, 400 * time.Second} {
		for seed := range seeds {
			t.Run(fmt.Sprintf("%s %d", lag, seed), func(t *testing.T) {
				delay := simtenant.Delay{Least: lag / 8, Most: lag, Flaps: true}
				inBench(t, simtenant.Options{Seed: seed, Staleness: simtenant.Staleness{Directory: delay, Exchange: delay}}, func(t *testing.T, b *bench, x trial) {
					before := b.world()
					s, err := b.plan(x)
					if err != nil {
						t.Fatal(err)
					}
					got, plan := b.carry(s)
					if got.State != Verified && got.State != Unverified {
						t.Fatalf("%s %s", got.State, got.Why)
					}
					if b.world() == before && !x.action.Witness {
						t.Fatalf("%s, and the tenant is as before", got.State)
					}
					time.Sleep(lag)
					if then := b.again(plan); then.State != Verified {
						t.Errorf("later: %s %s", then.State, then.Why)
					}
				})
			})
		}
	}
}

// TestAPersonsWordIsHeldAgainstTheNextSync: a step in Active Directory counts once a
// person says so and the cloud, read after a sync, does not say otherwise.
func TestAPersonsWordIsHeldAgainstTheNextSync(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := trial{action: DisableOnPremises, target: whole(sydID)}
		b := newBench(t, x, simtenant.Options{})
		s, err := b.plan(x)
		if err != nil {
			t.Fatal(err)
		}
		s.Manual = x.action.Instruct(s)
		got, plan := b.carry(s)
		if got.State != ForPerson {
			t.Fatalf("before anybody did it: %s %s", got.State, got.Why)
		}
		if err := b.gate.ByHand(plan, s.ID, "A. Person", gate.Deed{Answer: "yes"}); err != nil {
			t.Fatal(err)
		}
		if got := b.again(plan); got.State != Unverified {
			t.Errorf("a word without a sync: %s %s", got.State, got.Why)
		}
		b.tenant.Look(func(w *simtenant.World) {
			w.Now = w.Now.Add(30 * time.Minute)
			for _, u := range w.Users {
				u.Enabled = u.Enabled && u.ID != sydID
			}
		})
		if got := b.again(plan); got.State != Verified {
			t.Errorf("after the sync: %s %s", got.State, got.Why)
		}
		if n := b.writesSent(); n > 0 {
			t.Errorf("we changed the tenant %d times", n)
		}
	})
}

// refusing answers the first password resets as a tenant does whose policy does not take them.
type refusing struct {
	m365.Transport
	times int
}

func (r *refusing) RoundTrip(q *http.Request) (*http.Response, error) {
	if q.Method != http.MethodPatch || r.times == 0 {
		return r.Transport.RoundTrip(q)
	}
	r.times--
	body := `{"error":{"code":"Request_BadRequest","message":"The specified password does not comply with password complexity requirements. Please provide a different password."}}`
	return &http.Response{StatusCode: 400, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: q}, nil
}

// TestARefusedPasswordIsFollowedByAnother: a tenant may forbid words that nobody knows of.
func TestARefusedPasswordIsFollowedByAnother(t *testing.T) {
	for times, want := range map[int]State{1: Verified, 2: Verified, 3: Failed} {
		synctest.Test(t, func(t *testing.T) {
			x := trials["reset-password"]
			b := newBench(t, x, simtenant.Options{})
			b.transport = &refusing{b.transport, times}
			b.connect()
			s, err := b.plan(x)
			if err != nil {
				t.Fatal(err)
			}
			got, _ := b.carry(s)
			if got.State != want || len(b.told) != min(times+1, 3) || slices.Contains(b.told[:len(b.told)-1], b.told[len(b.told)-1]) {
				t.Errorf("%d refusals: %s %s, %d passwords", times, got.State, got.Why, len(b.told))
			}
			if want == Verified {
				b.tenant.Look(func(w *simtenant.World) { passwordHandedOver(t, b, w) })
			} else if !strings.Contains(got.Why, "complexity") {
				t.Errorf("it does not say why: %s", got.Why)
			}
		})
	}
}
