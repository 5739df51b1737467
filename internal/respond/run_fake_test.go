package respond

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"evict"
	"evict/internal/gate"
	"evict/internal/m365"
)

// A fault is what becomes of one send.
type fault int

const (
	well    fault = iota
	refuse        // 403, nothing happened
	busy          // 429, nothing happened
	lost          // no answer, and nothing happened
	unheard       // no answer, and it happened
	liar          // yes, and nothing happened
	expired       // 401, nothing happened
	nothing       // it did not leave
)

// A tenant is a map of objects with their history, behind the Reader and Sender that a Runner takes. It counts what
// changed it, as the second witness.
type tenant struct {
	mu       sync.Mutex
	history  map[string][]version
	sends    []string       // operation and object, of every request that reached it
	changes  map[string]int // by object
	digests  map[string]bool
	password string

	latency time.Duration
	fault   func(op, object string, n int) fault // n-th send about the object, from 1
	lag     func(read int) time.Duration         // how old what the n-th read sees is
	reads   int
	deny    func(object string) error // reads of an object
	before  func()                    // runs before a send has its effect, after its intent
	after   func()                    // runs when it had its effect, before its answer
}

type version struct {
	at    time.Time
	value string
}

func newTenant() *tenant {
	return &tenant{history: map[string][]version{}, changes: map[string]int{}, digests: map[string]bool{}}
}

func (t *tenant) put(object, value string) {
	t.history[object] = append(t.history[object], version{time.Now(), value})
}

func (t *tenant) now(object string) string { return t.at(object, time.Now()) }

func (t *tenant) at(object string, when time.Time) string {
	list := t.history[object]
	out := list[0].value // it was there long before
	for _, v := range list[1:] {
		if !v.at.After(when) {
			out = v.value
		}
	}
	return out
}

// Do answers reads: an object by its name.
func (t *tenant) Do(ctx context.Context, c m365.Call) (*m365.Response, error) {
	if t.latency > 0 {
		sleep(ctx, t.latency)
	}
	if ctx.Err() != nil {
		return nil, &m365.Error{Op: c.Op, Kind: m365.Cancelled}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.reads++
	object := c.Args["id"]
	if t.deny != nil {
		if err := t.deny(object); err != nil {
			return nil, err
		}
	}
	var age time.Duration
	if t.lag != nil {
		age = t.lag(t.reads)
	}
	return &m365.Response{Status: 200, Body: []byte(`{"v":` + t.at(object, time.Now().Add(-age)) + `}`)}, nil
}

func (t *tenant) Digest(c m365.Call) (string, [32]byte, error) {
	b, err := json.Marshal([]any{c.Op, c.Args, c.Body})
	return c.Args["id"], sha256.Sum256(b), err
}

// Write is strict about permits, as the client's guard is.
func (t *tenant) Write(_ context.Context, c m365.Call, p *gate.Permit) (*m365.Response, error) {
	target, digest, err := t.Digest(c)
	if err != nil {
		return nil, err
	}
	if err := p.Use(fakeTenant, c.Op, target, digest); err != nil {
		return nil, err
	}
	time.Sleep(t.latency)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.before != nil {
		t.before()
	}
	n := 1
	for _, s := range t.sends {
		if strings.HasSuffix(s, " "+target) {
			n++
		}
	}
	f := well
	if t.fault != nil {
		f = t.fault(c.Op, target, n)
	}
	fail := &m365.Error{Op: c.Op, Kind: m365.Unavailable, Status: 503, Sent: true}
	if f == nothing {
		fail.Sent = false
		return nil, fail
	}
	t.sends = append(t.sends, c.Op+" "+target)
	t.digests[fmt.Sprintf("%x", digest)] = true
	switch f {
	case refuse:
		return nil, &m365.Error{Op: c.Op, Kind: m365.Forbidden, Status: 403, Sent: true}
	case expired:
		return nil, &m365.Error{Op: c.Op, Kind: m365.Unauthorized, Status: 401, Sent: true}
	case busy:
		return nil, &m365.Error{Op: c.Op, Kind: m365.Throttled, Status: 429, Sent: true, RetryAfter: 2 * time.Second}
	case lost:
		return nil, fail
	case liar:
		return &m365.Response{Status: 204}, nil
	}
	t.change(c, target)
	if t.after != nil {
		t.after()
	}
	if f == unheard {
		return nil, fail
	}
	return &m365.Response{Status: 204}, nil
}

// change has the request's effect.
func (t *tenant) change(c m365.Call, object string) {
	t.changes[object]++
	value := fmt.Sprint(c.Body)
	switch c.Op {
	case "make", "unmake": // one more, or one less, every time
		n, err := strconv.Atoi(t.now(object))
		if err != nil {
			panic(err)
		}
		value = fmt.Sprint(n + map[string]int{"make": 1, "unmake": -1}[c.Op])
	case "stamp":
		value = stampOf(time.Now())
	case "secret":
		value, t.password = stampOf(time.Now()), fmt.Sprint(c.Body)
	}
	t.put(object, value)
}

func stampOf(at time.Time) string { return fmt.Sprint(at.UnixMilli()) }

// inspect reads the step's object.
func inspectFake(ctx context.Context, r Reader, s evict.Step) (json.RawMessage, error) {
	var got row
	if err := fetch(ctx, r, m365.Call{Op: "read", Args: user(s.Target.ID)}, &got); err != nil {
		return nil, err
	}
	return state(got), nil
}

// sends is an Apply that sends one request.
func sendsFake(op string, body func(evict.Step) any) func(context.Context, Writer, evict.Step) error {
	return func(ctx context.Context, w Writer, s evict.Step) error {
		var b any
		if body != nil {
			b = body(s)
		}
		_, err := w.Write(ctx, m365.Call{Op: op, Args: user(s.Target.ID), Body: b})
		return err
	}
}

func laterFake(s evict.Step, now json.RawMessage) bool {
	n := func(raw json.RawMessage) (v int64) {
		_ = json.Unmarshal(state(decoded(raw)["v"]), &v)
		return v
	}
	return n(now) > n(s.Before)
}

var fakeActions = []*Action{
	{ID: "set", Rev: 1, Inspect: inspectFake, Apply: sendsFake("set", func(s evict.Step) any { return decoded(s.After)["v"] }), Repeatable: true},
	{ID: "make", Rev: 1, Inspect: inspectFake, Apply: func(ctx context.Context, w Writer, s evict.Step) error {
		op := "make"
		if same(s.After, state(row{"v": 0})) {
			op = "unmake"
		}
		return sendsFake(op, nil)(ctx, w, s)
	}},
	{ID: "stamp", Rev: 1, Inspect: inspectFake, Apply: sendsFake("stamp", nil), Reached: laterFake, Fresh: anyState, Witness: true, Repeatable: true},
	{ID: "secret", Rev: 1, Inspect: inspectFake, Reached: laterFake, Fresh: anyState, Witness: true, Secret: true,
		Apply: func(ctx context.Context, w Writer, s evict.Step) error {
			p := fmt.Sprintf("secret of %s at %d", s.ID, time.Now().UnixNano())
			if err := ctx.Value(secretsKey{}).(Secrets).Password(s.Target, s.ID, p); err != nil {
				return err
			}
			_, err := w.Write(ctx, m365.Call{Op: "secret", Args: user(s.Target.ID), Body: p})
			return err
		}},
	{ID: "several", Rev: 1, Inspect: func(ctx context.Context, r Reader, s evict.Step) (json.RawMessage, error) {
		out := row{}
		for _, part := range []string{"1", "2", "3"} {
			var got row
			if err := fetch(ctx, r, m365.Call{Op: "read", Args: user(s.Target.ID + part)}, &got); err != nil {
				return nil, err
			}
			out[part] = got["v"]
		}
		return state(out), nil
	}, Apply: func(ctx context.Context, w Writer, s evict.Step) error {
		for _, part := range []string{"1", "2", "3"} {
			if _, err := w.Write(ctx, m365.Call{Op: "set", Args: user(s.Target.ID + part), Body: "1"}); err != nil {
				return err
			}
		}
		return nil
	}, Repeatable: true},
}

func findFake(id evict.ActionID) *Action {
	for _, a := range fakeActions {
		if a.ID == id {
			return a
		}
	}
	return nil
}

// A handed is who takes passwords over, and shows only what was confirmed.
type handed struct {
	mu    sync.Mutex
	last  map[string]string
	shown string
	fail  error
}

func (h *handed) Password(_ evict.Object, step, password string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.last == nil {
		h.last = map[string]string{}
	}
	h.last[step] = password
	return nil
}

func (h *handed) Confirmed(_ evict.Object, step string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.fail != nil {
		return h.fail
	}
	h.shown = h.last[step]
	return nil
}

const (
	fakeTenant = "11111111-2222-3333-4444-555555555555"
	fakeCase   = "one"
	fakeUser   = "aaaaaaaa-0000-0000-0000-000000000001"
)

// stepOf is one step of a plan for the fake tenant, on an object of its own.
func stepOf(t *tenant, action evict.ActionID, object, before, after string, needs ...string) evict.Step {
	t.put(object, before)
	s := evict.Step{ID: object, Action: action, Revision: 1, Phase: evict.Evict, Procedure: []string{}, Target: evict.Object{Account: fakeUser, Name: "dana@contoso.example", Kind: "thing", ID: object},
		Before: json.RawMessage(`{"v":` + before + `}`), After: json.RawMessage(`{"v":` + after + `}`), Undo: "it is put back", Needs: append([]string{}, needs...)}
	if action == "stamp" || action == "secret" {
		s.Undo, s.NoUndo = "", "it can't be"
	}
	return s
}

// eleven is a plan as an account needs it: three that contain, then what evicts, then the sender.
func eleven(t *tenant) evict.Plan {
	old := stampOf(time.Now().Add(-time.Hour))
	p := planOf(
		stepOf(t, "set", "block", "1", "0"),
		stepOf(t, "stamp", "revoke", old, "0"),
		stepOf(t, "secret", "reset", old, "0"),
		stepOf(t, "set", "forward", "1", "0", "block", "revoke"),
		stepOf(t, "set", "rule1", "1", "0", "block", "revoke"),
		stepOf(t, "make", "rule2", "0", "1", "block", "revoke"),
		stepOf(t, "make", "role", "0", "1", "block", "revoke"),
		stepOf(t, "set", "grant", "1", "0", "block", "revoke"),
		stepOf(t, "set", "device", "1", "0", "block"),
		stepOf(t, "make", "keep", "0", "1"),
		stepOf(t, "make", "sender", "0", "1"),
	)
	for i := range 3 {
		p.Steps[i].Phase, p.Steps[i].Procedure = evict.Contain, []string{"R1"}
	}
	for i := 3; i < 6; i++ {
		p.Steps[i].Procedure = []string{"R2", "R3"}
	}
	p.Steps[10].Procedure, p.Steps[10].Phase = []string{"R4"}, evict.Recover
	return p
}

func planOf(steps ...evict.Step) evict.Plan {
	return evict.Plan{Schema: evict.PlanSchema, Case: fakeCase, Tenant: fakeTenant, Kind: "respond",
		Accounts: []evict.Object{{Account: fakeUser, Name: "dana@contoso.example", Kind: "user"}}, Steps: steps}
}

// A line is a journal in memory.
type line struct {
	mu      sync.Mutex
	entries []gate.Entry
	fail    func(gate.Entry) error
}

func (l *line) Append(e gate.Entry) (gate.Entry, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fail != nil {
		if err := l.fail(e); err != nil {
			return e, err
		}
	}
	e.Seq = len(l.entries) + 1
	l.entries = append(l.entries, e)
	return e, nil
}

func (l *line) Entries() ([]gate.Entry, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.entries), nil
}

// sealed is a plan as its file is read.
func sealed(t testing.TB, p evict.Plan) gate.Plan {
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

// approved is a runner for the plan, whom a person let go.
func approved(t testing.TB, on *tenant, j gate.Journal, p gate.Plan) *Runner {
	t.Helper()
	r := runnerOf(t, on, j, p)
	now := time.Now()
	if err := r.Gate.Approve(p, gate.Approval{Who: "Jo", Time: now, Expires: now.Add(gate.Longest), Confirmed: gate.Words(p.Plan())}); err != nil {
		t.Fatal(err)
	}
	return r
}

func runnerOf(t testing.TB, on *tenant, j gate.Journal, p gate.Plan) *Runner {
	t.Helper()
	g, err := gate.Open(j, fakeTenant, fakeCase)
	if err != nil {
		t.Fatal(err)
	}
	return &Runner{Reader: on, Sender: on, Gate: g, Plan: p, Secrets: &handed{}, find: findFake}
}

// states of a summary, by step.
func states(s Summary) map[string]State {
	out := map[string]State{}
	for _, r := range s.Steps {
		out[r.Step.ID] = r.State
	}
	return out
}

// witness holds the journal against what reached the tenant: an intent for every request, an end for every intent.
func (t *tenant) witness(entries []gate.Entry, hashes ...string) error {
	intended := map[string]bool{}
	for _, e := range entries {
		if i, ok := e.Intent(); ok {
			intended[i.Digest] = true
		}
	}
	for d := range t.digests {
		if !intended[d] {
			return errors.New("a request reached the tenant without an intent in the journal")
		}
	}
	for _, hash := range hashes {
		for step, st := range gate.Standing(entries, hash) {
			if st.Open {
				return fmt.Errorf("an intent of %s has no end", step)
			}
		}
	}
	return nil
}
