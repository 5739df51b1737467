package gate_test

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"evict"
	"evict/internal/gate"
)

// memory is a journal that can be told to fail.
type memory struct {
	entries []gate.Entry
	fail    error
	before  func(gate.Entry) // runs before an entry is kept: somebody else's chance
}

func (m *memory) Append(e gate.Entry) (gate.Entry, error) {
	if f := m.before; f != nil {
		m.before = nil
		f(e)
	}
	if m.fail != nil {
		return e, m.fail
	}
	e.Seq = len(m.entries) + 1
	m.entries = append(m.entries, e)
	return e, nil
}

func (m *memory) Entries() ([]gate.Entry, error) { return slices.Clone(m.entries), nil }

func (m *memory) count(kind string) int {
	n := 0
	for _, e := range m.entries {
		if e.Kind == kind {
			n++
		}
	}
	return n
}

const (
	tenant = "11111111-2222-3333-4444-555555555555"
	dana   = "aaaaaaaa-0000-0000-0000-000000000001"
	lee    = "aaaaaaaa-0000-0000-0000-000000000002"
)

var target = evict.Object{Account: dana, Name: "dana@contoso.example", Kind: "user"}

func made() evict.Plan {
	step := func(id string) evict.Step {
		return evict.Step{ID: id, Action: "block-sign-in", Revision: 1, Phase: evict.Contain, Target: target, Before: json.RawMessage(`{"accountEnabled":true}`), After: json.RawMessage(`{"accountEnabled":false}`)}
	}
	p := evict.Plan{Schema: evict.PlanSchema, Case: "one", Tenant: tenant, Kind: "respond", Accounts: []evict.Object{target}, Steps: []evict.Step{step("a"), step("b"), step("m"), step("u")}}
	p.Steps[1].Needs = []string{"a"}
	p.Steps[2].Manual = []string{"Click."}
	p.Steps[3].Before = json.RawMessage(`"unknown"`)
	return p
}

func read(t testing.TB, p evict.Plan) gate.Plan {
	t.Helper()
	b, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	out, err := gate.Read(b)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func open(t testing.TB, j gate.Journal) *gate.Gate {
	t.Helper()
	g, err := gate.Open(j, tenant, "one")
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func decision() gate.Approval {
	now := time.Now()
	return gate.Approval{Who: "Jo", Time: now, Expires: now.Add(time.Hour), Confirmed: "dana@contoso.example"}
}

func request() gate.Request {
	return gate.Request{Object: target, Before: json.RawMessage(`{"accountEnabled":true}`), Operation: "block-sign-in", Target: dana, Digest: sha256.Sum256([]byte("x"))}
}

func TestPermitNeedsEverything(t *testing.T) {
	expired := func(a *gate.Approval) {
		a.Time, a.Expires = a.Time.Add(-2*time.Hour), a.Time.Add(-time.Hour)
	}
	tests := []struct {
		name    string
		plan    func(*evict.Plan)
		approve func(*gate.Approval) // nil: as it should be
		nobody  bool
		step    string
		request func(*gate.Request)
		journal func(*memory)
		want    error // nil: a permit
	}{
		{name: "all is well"},
		{name: "nobody approved", nobody: true, want: gate.ErrUnapproved},
		{name: "the approval has expired", approve: expired, want: gate.ErrExpired},
		{name: "it covers another step", approve: func(a *gate.Approval) { a.Steps = []string{"b"} }, want: gate.ErrUnapproved},
		{name: "it covers this step", approve: func(a *gate.Approval) { a.Steps = []string{"a"} }},
		{name: "no step is covered", approve: func(a *gate.Approval) { a.Steps = []string{} }, want: gate.ErrUnapproved},
		{name: "no such step", step: "z", want: gate.ErrRefused},
		{name: "a step for a person", step: "m", want: gate.ErrRefused},
		{name: "a step whose before-state is unknown", step: "u", want: gate.ErrRefused},
		{name: "another object", request: func(r *gate.Request) { r.Object.Account = lee }, want: gate.ErrRefused},
		{name: "the wire names another object", request: func(r *gate.Request) { r.Target = lee }, want: gate.ErrRefused},
		{name: "the wire names no object", request: func(r *gate.Request) { r.Target = "" }},
		{name: "no before-state", request: func(r *gate.Request) { r.Before = nil }, want: gate.ErrRefused},
		{name: "a before-state that is none", request: func(r *gate.Request) { r.Before = json.RawMessage(`"unknown"`) }, want: gate.ErrRefused},
		{name: "a before-state cut off", request: func(r *gate.Request) { r.Before = json.RawMessage(`{"a":`) }, want: gate.ErrRefused},
		{name: "the object was not there", request: func(r *gate.Request) { r.Before = json.RawMessage(`null`) }},
		{name: "no operation", request: func(r *gate.Request) { r.Operation = "" }, want: gate.ErrRefused},
		{name: "no request", request: func(r *gate.Request) { r.Digest = [32]byte{} }, want: gate.ErrRefused},
		{name: "a plan for another tenant", plan: func(p *evict.Plan) { p.Tenant = "other" }, want: gate.ErrForeign},
		{name: "a plan for another case", plan: func(p *evict.Plan) { p.Case = "other" }, want: gate.ErrForeign},
		{name: "the journal fails", journal: func(m *memory) { m.fail = errDisk }, want: errDisk},
		{name: "an entry of a newer program", journal: func(m *memory) { m.entries = append(m.entries, gate.Entry{Kind: "revoked"}) }, want: gate.ErrUnknown},
		{name: "somebody else is faster", journal: func(m *memory) {
			m.before = func(e gate.Entry) { e.Seq = len(m.entries) + 1; m.entries = append(m.entries, e) }
		}, want: gate.ErrRefused},
		{name: "somebody else has sent it", journal: func(m *memory) {
			e := m.entries[0]
			m.entries = append(m.entries, gate.Entry{Seq: 2, Kind: gate.Intended, Plan: e.Plan, Step: "a", Attempt: 1})
		}, want: gate.ErrRefused},
		{name: "an attempt that nobody made", request: func(r *gate.Request) { r.After = 1 }, want: gate.ErrRefused},
	}
	for _, x := range tests {
		t.Run(x.name, func(t *testing.T) {
			m := &memory{}
			g := open(t, m)
			raw := made()
			if x.plan != nil {
				x.plan(&raw)
			}
			p := read(t, raw)
			if !x.nobody {
				a := decision()
				if x.approve != nil {
					x.approve(&a)
				}
				if err := g.Approve(p, a); err != nil && !errors.Is(err, x.want) {
					t.Fatal(err)
				}
			}
			if x.journal != nil {
				x.journal(m)
			}
			r := request()
			if x.request != nil {
				x.request(&r)
			}
			step := x.step
			if step == "" {
				step = "a"
			}
			permit, err := g.Intend(p, step, r)
			if !errors.Is(err, x.want) || (permit == nil) != (x.want != nil) {
				t.Fatalf("permit %v, error %v, want %v", permit != nil, err, x.want)
			}
			if permit == nil {
				if err := permit.Use(tenant, r.Operation, r.Target, r.Digest); !errors.Is(err, gate.ErrPermit) {
					t.Error("no permit could be used")
				}
				return
			}
			if m.count(gate.Intended) != 1 {
				t.Error("a permit without an intent in the journal")
			}
		})
	}
}

var errDisk = errors.New("no disk")

// TestPermitIsForOneSend: for one request, once.
func TestPermitIsForOneSend(t *testing.T) {
	r := request()
	other := sha256.Sum256([]byte("y"))
	uses := map[string]func(*gate.Permit) error{
		"another tenant":    func(p *gate.Permit) error { return p.Use("other", r.Operation, r.Target, r.Digest) },
		"another operation": func(p *gate.Permit) error { return p.Use(tenant, "update-user", r.Target, r.Digest) },
		"another target":    func(p *gate.Permit) error { return p.Use(tenant, r.Operation, lee, r.Digest) },
		"another request":   func(p *gate.Permit) error { return p.Use(tenant, r.Operation, r.Target, other) },
	}
	for name, use := range uses {
		p := permit(t)
		if !errors.Is(use(p), gate.ErrPermit) {
			t.Errorf("%s: it could be used", name)
		}
	}
	p := permit(t)
	if err := p.Use(tenant, r.Operation, r.Target, r.Digest); err != nil {
		t.Error(err)
	}
	if !errors.Is(p.Use(tenant, r.Operation, r.Target, r.Digest), gate.ErrPermit) {
		t.Error("it could be used twice")
	}
	if !errors.Is(new(gate.Permit).Use("", "", "", [32]byte{}), gate.ErrPermit) {
		t.Error("a permit that the gate did not make could be used")
	}
}

func permit(t *testing.T) *gate.Permit {
	t.Helper()
	g, p := open(t, &memory{}), read(t, made())
	if err := g.Approve(p, decision()); err != nil {
		t.Fatal(err)
	}
	out, err := g.Intend(p, "a", request())
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestApproval(t *testing.T) {
	tests := []struct {
		name   string
		change func(*gate.Approval)
		want   error
	}{
		{"as it should be", func(*gate.Approval) {}, nil},
		{"other case", func(a *gate.Approval) { a.Confirmed = " DANA@contoso.example" }, nil},
		{"without a name", func(a *gate.Approval) { a.Who = "" }, gate.ErrUnapproved},
		{"without words", func(a *gate.Approval) { a.Confirmed = "" }, gate.ErrWords},
		{"another account", func(a *gate.Approval) { a.Confirmed = "dan@contoso.example" }, gate.ErrWords},
		{"without an end", func(a *gate.Approval) { a.Expires = time.Time{} }, gate.ErrExpired},
		{"for ever", func(a *gate.Approval) { a.Expires = a.Time.AddDate(1, 0, 0) }, gate.ErrExpired},
		{"a step that is not there", func(a *gate.Approval) { a.Steps = []string{"z"} }, gate.ErrRefused},
	}
	for _, x := range tests {
		m := &memory{}
		g, a := open(t, m), decision()
		x.change(&a)
		if err := g.Approve(read(t, made()), a); !errors.Is(err, x.want) {
			t.Errorf("%s: %v", x.name, err)
		}
		if kept := m.count(gate.Approved) == 1; kept != (x.want == nil) {
			t.Errorf("%s: kept is %v", x.name, kept)
		}
	}
}

func TestOverridesAreKept(t *testing.T) {
	m := &memory{}
	g, p := open(t, m), read(t, made())
	if err := g.Override(p, "Jo", []gate.Override{{Guard: "break-glass", Target: "dana@contoso.example", Word: "break-glass dana@contoso.example"}}); err != nil {
		t.Fatal(err)
	}
	if err := g.Approve(p, decision()); err != nil {
		t.Fatal(err)
	}
	if len(m.entries) != 2 || m.entries[0].Kind != gate.Overridden || m.entries[0].Who != "Jo" || !strings.Contains(string(m.entries[0].Detail), "break-glass dana") {
		t.Errorf("%+v", m.entries)
	}
}

// TestApprovalOutlivesTheProcess: another gate over the same journal permits, until the approval ends.
func TestApprovalOutlivesTheProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, p := &memory{}, read(t, made())
		if err := open(t, m).Approve(p, decision()); err != nil {
			t.Fatal(err)
		}
		first, err := open(t, m).Intend(p, "a", request())
		if err != nil {
			t.Fatal(err)
		}
		r := request()
		r.After = 1
		second, err := open(t, m).Intend(p, "a", r)
		if err != nil || first.Attempt().Number != 1 || second.Attempt().Number != 2 {
			t.Errorf("%v %v %v", first.Attempt(), second.Attempt(), err)
		}
		time.Sleep(time.Hour)
		if _, err := open(t, m).Intend(p, "a", request()); !errors.Is(err, gate.ErrExpired) {
			t.Errorf("an hour later: %v", err)
		}
	})
}

// TestApprovalIsOfTheBytes: one blank more is another plan.
func TestApprovalIsOfTheBytes(t *testing.T) {
	b, err := json.Marshal(made())
	if err != nil {
		t.Fatal(err)
	}
	p, err := gate.Read(b)
	if err != nil {
		t.Fatal(err)
	}
	other, err := gate.Read(append(b, ' '))
	if err != nil {
		t.Fatal(err)
	}
	g := open(t, &memory{})
	if err := g.Approve(p, decision()); err != nil {
		t.Fatal(err)
	}
	if _, err := g.Intend(other, "a", request()); !errors.Is(err, gate.ErrUnapproved) {
		t.Errorf("%v", err)
	}
	// What a caller does to the plan that he was given changes nothing.
	q := p.Plan()
	q.Steps[0].Target.Account = lee
	r := request()
	r.Object.Account, r.Target = lee, lee
	if _, err := g.Intend(p, "a", r); !errors.Is(err, gate.ErrRefused) {
		t.Errorf("%v", err)
	}
}

func TestReadRefuses(t *testing.T) {
	good, err := json.Marshal(made())
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(string) string{
		"another form":          func(s string) string { return strings.Replace(s, "evict.plan/v1", "evict.plan/v2", 1) },
		"a member of a newer":   func(s string) string { return strings.Replace(s, `"schema"`, `"urgency":1,"schema"`, 1) },
		"two steps of one ID":   func(s string) string { return strings.Replace(s, `"id":"b"`, `"id":"a"`, 1) },
		"a step without an ID":  func(s string) string { return strings.Replace(s, `"id":"b"`, `"id":""`, 1) },
		"a need that is absent": func(s string) string { return strings.Replace(s, `"needs":["a"]`, `"needs":["q"]`, 1) },
		"a circle":              func(s string) string { return strings.Replace(s, `"needs":["a"]`, `"needs":["b"]`, 1) },
		"more behind it":        func(s string) string { return s + s },
		"half of it":            func(s string) string { return s[:len(s)/2] },
	} {
		changed := change(string(good))
		if changed == string(good) {
			t.Fatalf("%s: the test changes nothing", name)
		}
		if _, err := gate.Read([]byte(changed)); err == nil {
			t.Errorf("%s: it was read", name)
		}
	}
}

func TestOpenRefusesWhatItDoesNotKnow(t *testing.T) {
	if _, err := gate.Open(&memory{entries: []gate.Entry{{Kind: gate.Created}, {Kind: "revoked"}}}, tenant, "one"); !errors.Is(err, gate.ErrUnknown) {
		t.Errorf("%v", err)
	}
	if _, err := gate.Open(&memory{}, "", "one"); err == nil {
		t.Error("a gate without a tenant")
	}
}

func TestWords(t *testing.T) {
	p := made()
	if w := gate.Words(p); w != "dana@contoso.example" {
		t.Error(w)
	}
	p.Accounts = append(p.Accounts, evict.Object{Name: "lee@contoso.example"})
	if w := gate.Words(p); w != "contoso.example 2 accounts" {
		t.Error(w)
	}
	p.Accounts = append(p.Accounts, evict.Object{Name: "kim@fabrikam.example"})
	if w := gate.Words(p); w != tenant+" 3 accounts" {
		t.Error(w)
	}
	p.Accounts = nil
	if w := gate.Words(p); w != tenant {
		t.Error(w)
	}
}

// TestNoSequenceGetsAround: whatever is called in whatever order, a permit has an approval that holds, covers its step and
// was kept before it, an intent in the journal that says what it is for, and a number of its own.
func TestNoSequenceGetsAround(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		calls := rapid.SliceOfN(rapid.SliceOfN(rapid.IntRange(0, 999), 6, 6), 1, 25).Draw(rt, "calls")
		why := ""
		synctest.Test(t, func(t *testing.T) { why = sequence(t, calls) }) // the clock runs where the test says
		if why != "" {
			rt.Fatal(why)
		}
	})
}

func sequence(t *testing.T, calls [][]int) string {
	m := &memory{}
	g := open(t, m)
	plans := []gate.Plan{read(t, made())}
	second := made()
	second.Kind = "recover"
	foreign := made()
	foreign.Tenant = "other"
	plans = append(plans, read(t, second), read(t, foreign))
	steps := []string{"a", "b", "m", "u", "z"}
	type approval struct {
		steps []string
		until time.Time
	}
	approved := map[string][]approval{}
	seen := map[gate.Attempt]bool{}
	for _, c := range calls {
		p := plans[c[0]%3]
		step := steps[c[1]%5]
		switch c[2] % 7 {
		case 0:
			a := decision()
			a.Expires = a.Time.Add(time.Duration(c[3]%180-40) * time.Minute)
			if c[4]%8 == 0 {
				a.Confirmed = "yes"
			}
			if c[5]%2 == 0 {
				a.Steps = slices.Clone(steps[:c[5]%4])
			}
			if g.Approve(p, a) == nil {
				approved[p.Hash()] = append(approved[p.Hash()], approval{a.Steps, a.Expires})
			}
		case 1:
			time.Sleep(time.Duration(1+c[3]%60) * time.Minute)
		case 2:
			g = open(t, m) // another process
		case 3:
			m.fail = errDisk
		case 4:
			m.fail = nil
		default:
			r := request()
			r.After = gate.Standing(m.entries, p.Hash())[step].Attempts
			if c[4]%10 == 0 {
				r.After = c[5] % 3
			}
			if c[3]%5 == 0 {
				r.Object, r.Target = evict.Object{Account: lee, Kind: "user"}, lee
			}
			n := m.count(gate.Intended)
			permit, err := g.Intend(p, step, r)
			if err != nil {
				if permit != nil || m.count(gate.Intended) != n {
					return fmt.Sprintf("refused (%v), and yet there is a permit or an intent", err)
				}
				continue
			}
			covered := slices.ContainsFunc(approved[p.Hash()], func(a approval) bool {
				return time.Now().Before(a.until) && (a.steps == nil || slices.Contains(a.steps, step))
			})
			if !covered || r.Object != target || p.Plan().Tenant != tenant || m.fail != nil || step == "m" || step == "u" || step == "z" {
				return fmt.Sprintf("a permit for %s of %.6s: covered %v, %+v", step, p.Hash(), covered, r)
			}
			if seen[permit.Attempt()] {
				return fmt.Sprintf("%+v twice", permit.Attempt())
			}
			seen[permit.Attempt()] = true
			last := m.entries[len(m.entries)-1]
			if i, ok := last.Intent(); !ok || last.Attempt != permit.Attempt().Number || last.Step != step || last.Plan != p.Hash() || i.Object != target || i.Digest != fmt.Sprintf("%x", r.Digest) {
				return fmt.Sprintf("the journal says %+v", last)
			}
		}
	}
	return ""
}

func TestStanding(t *testing.T) {
	m := &memory{}
	g, p := open(t, m), read(t, made())
	if err := g.Approve(p, decision()); err != nil {
		t.Fatal(err)
	}
	state := func() gate.StepState { return gate.Standing(m.entries, p.Hash())["a"] }
	if s := state(); s.Attempts != 0 || s.Open {
		t.Errorf("before anything: %+v", s)
	}
	send := func(a *gate.Answer) gate.Attempt {
		r := request()
		r.After = gate.Standing(m.entries, p.Hash())["a"].Attempts
		permit, err := g.Intend(p, "a", r)
		if err != nil {
			t.Fatal(err)
		}
		if a != nil {
			if err := g.Responded(permit.Attempt(), *a); err != nil {
				t.Fatal(err)
			}
		}
		return permit.Attempt()
	}
	send(nil)
	if s := state(); s.Attempts != 1 || !s.Open || !s.Unclear || s.Sent.End != gate.Unclear || string(s.Before) != `{"accountEnabled":true}` {
		t.Errorf("sent, and no answer: %+v", s)
	}
	send(&gate.Answer{Status: 403, End: gate.Refused})
	if s := state(); s.Attempts != 2 || !s.Open || !s.Unclear || s.Sent.End != gate.Refused {
		t.Errorf("the second was refused, and the first is unclear still: %+v", s)
	}
	third := send(&gate.Answer{Status: 204, End: gate.Done})
	if err := g.Ended(third, gate.Result{Outcome: gate.Unverified}); err != nil {
		t.Fatal(err)
	}
	if s := state(); s.Attempts != 3 || s.Open || s.Unclear || s.Result.Outcome != gate.Unverified {
		t.Errorf("ended: %+v", s)
	}
	if err := g.Ended(gate.Attempt{Case: "one", Plan: p.Hash(), Step: "a", Number: 2}, gate.Result{Outcome: gate.Verified}); err != nil {
		t.Fatal(err)
	}
	if s := state(); s.Result.Outcome != gate.Unverified {
		t.Errorf("somebody who did not know of the third attempt ended it: %+v", s)
	}
	fourth := send(&gate.Answer{Status: 403, End: gate.Refused})
	if s := state(); !s.Open || s.Unclear || s.Result.Outcome != "" {
		t.Errorf("refused: %+v", s)
	}
	if err := g.Ended(fourth, gate.Result{Outcome: gate.Verified}); err != nil {
		t.Fatal(err)
	}
	if s := state(); s.Open || s.Result.Outcome != gate.Verified || s.Ended.IsZero() {
		t.Errorf("verified: %+v", s)
	}
	// Another plan's step that reverses it.
	back := made()
	back.Kind = "undo"
	q := read(t, back)
	if err := g.Ended(gate.Attempt{Case: "one", Plan: q.Hash(), Step: "a"}, gate.Result{Outcome: gate.Failed, UndoOf: gate.Reverses(p.Hash(), "a")}); err != nil {
		t.Fatal(err)
	}
	if s := state(); !s.Undone.IsZero() {
		t.Error("an undo that failed undid it")
	}
	if err := g.Ended(gate.Attempt{Case: "one", Plan: q.Hash(), Step: "a"}, gate.Result{Outcome: gate.Verified, UndoOf: gate.Reverses(p.Hash(), "a")}); err != nil {
		t.Fatal(err)
	}
	if s := state(); s.Undone.IsZero() || s.Result.Outcome != gate.Verified {
		t.Errorf("undone: %+v", s)
	}
	if err := g.ByHand(p, "a", "Jo", gate.Deed{}); !errors.Is(err, gate.ErrRefused) {
		t.Errorf("a step of ours, done by hand: %v", err)
	}
	if err := g.ByHand(p, "m", "Jo", gate.Deed{Answer: "yes"}); err != nil {
		t.Fatal(err)
	}
	if s := gate.Standing(m.entries, p.Hash())["m"]; s.ByHand != "Jo" || s.Answer != "yes" {
		t.Errorf("%+v", s)
	}
	if err := g.Ended(gate.Attempt{Case: "other", Plan: p.Hash(), Step: "a"}, gate.Result{}); !errors.Is(err, gate.ErrForeign) {
		t.Errorf("an attempt of another case: %v", err)
	}
}
