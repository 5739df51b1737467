package respond_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"evict"
	"evict/internal/casefile"
	"evict/internal/casefile/disk/crashdisk"
	"evict/internal/gate"
	"evict/internal/m365"
	. "evict/internal/respond"
	"evict/internal/simtenant"
)

// A wreck is a bench whose case lies on a disk that loses its power, at an operation of its own or at a send.
type wreck struct {
	*bench
	disk  *crashdisk.Disk
	sends int
	at    point
	told  string // password that was handed over last
	last  string
}

// A point is where the power goes: at a disk's operation, or at a write to the tenant: before it leaves, behind its
// effect without an answer, or once the answer came.
type point struct {
	op, send int
	how      string
}

var ways = []string{"before it leaves", "without an answer", "with an answer"}

func newWreck(t *testing.T, x trial) *wreck {
	t.Helper()
	w := &wreck{bench: newBench(t, x, simtenant.Options{}), disk: crashdisk.New()}
	c, err := casefile.Create(w.disk, "case", casefile.Meta{ID: caseID, Tenant: tenantID, Created: time.Now()}, "Jo")
	if err == nil {
		err = c.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *wreck) Password(_ evict.Object, _, password string) error { w.last = password; return nil }

func (w *wreck) Confirmed(evict.Object, string) error { w.told = w.last; return nil }

func (w *wreck) Digest(c m365.Call) (string, [32]byte, error) { return w.client.Digest(c) }

// Write sends, unless the power goes.
func (w *wreck) Write(ctx context.Context, c m365.Call, p *gate.Permit) (*m365.Response, error) {
	w.sends++
	if w.sends != w.at.send {
		return w.client.Write(ctx, c, p)
	}
	w.disk.CrashAt(1)
	none := &m365.Error{Op: c.Op, Kind: m365.Unavailable, Sent: true}
	if w.at.how == ways[0] {
		return nil, none
	}
	resp, err := w.client.Write(ctx, c, p)
	if w.at.how == ways[1] && err == nil {
		return nil, none
	}
	return resp, err
}

// run is one process that carries a plan out.
func (w *wreck) run(plan gate.Plan) (StepResult, error) {
	c, g, err := OpenApproved(w.disk, plan, 48*time.Hour)
	if err != nil {
		return StepResult{}, err
	}
	defer c.Close()
	w.last = "" // what a process holds is gone with it
	r := Runner{Reader: w.client.Reader(), Sender: w, Gate: g, Plan: plan, Secrets: w, Patience: w.wait}
	got, err := r.Apply(w.t.Context())
	if err != nil {
		return StepResult{}, err
	}
	return got.Steps[0], nil
}

func (w *wreck) entries() []gate.Entry {
	w.t.Helper()
	c, err := casefile.OpenReadOnly(w.disk, "case")
	if err != nil {
		w.t.Fatal(err)
	}
	all, err := c.Journal().Entries()
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

// planned is the trial's plan, or when it was carried out the one that undoes it; nil when it can't be undone.
func (w *wreck) planned(x trial, undo bool) *gate.Plan {
	w.t.Helper()
	s, err := w.plan(x)
	if err != nil {
		w.t.Fatal(err)
	}
	p := w.read(evict.Plan{Schema: evict.PlanSchema, Case: caseID, Tenant: tenantID, Kind: "respond", Steps: []evict.Step{s}})
	if !undo {
		return &p
	}
	if s.Undo == "" {
		return nil
	}
	if got, err := w.run(p); err != nil || got.State != Verified {
		w.t.Fatal(got.State, got.Why, err)
	}
	time.Sleep(time.Hour)
	back, err := Undo(Undoing{Plan: p, Entries: w.entries()})
	if err != nil || len(back.Steps) != 1 {
		w.t.Fatal(back.Skipped, err)
	}
	p = w.read(back)
	return &p
}

func (w *wreck) read(p evict.Plan) gate.Plan {
	w.t.Helper()
	file, err := json.Marshal(p)
	if err != nil {
		w.t.Fatal(err)
	}
	out, err := gate.Read(file)
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

// points of a plan, and how the tenant looks before and after it, by a run without a crash.
func pointsOf(t *testing.T, x trial, undo bool) (out []point, before, after string) {
	synctest.Test(t, func(t *testing.T) {
		w := newWreck(t, x)
		p := w.planned(x, undo)
		if p == nil {
			return
		}
		before = w.world()
		ops, sends := w.disk.Ops(), w.sends
		if got, err := w.run(*p); err != nil || got.State != Verified {
			t.Fatal(got.State, got.Why, err)
		}
		after = w.world()
		for n, what := range w.disk.Trace()[ops:] {
			if strings.HasSuffix(what, "journal.jsonl") || torture { // the other files of a case have tests of their own
				out = append(out, point{op: n + 1})
			}
		}
		for n := range w.sends - sends {
			for _, how := range ways {
				out = append(out, point{send: sends + n + 1, how: how})
			}
		}
	})
	return out, before, after
}

// TestCrashAtEveryEdgeOfEveryAction, in carrying out and in undoing: nothing reaches the tenant that the journal does not know, every
// intent has its end once the case was resumed, and the tenant looks as if nothing had crashed; or as before, where
// what may not be sent twice is in doubt.
func TestCrashAtEveryEdgeOfEveryAction(t *testing.T) {
	keeps := []crashdisk.Keep{crashdisk.Nothing, crashdisk.Everything, crashdisk.Torn(60)}
	points, ran, tested := 0, 0, map[evict.ActionID]bool{}
	for _, name := range slices.Sorted(maps.Keys(trials)) {
		x := trials[name]
		if tested[x.action.ID] && !torture {
			continue // one trial of each action; all of them in a torture
		}
		tested[x.action.ID] = true
		t.Run(name, func(t *testing.T) {
			ran++
			for _, undo := range []bool{false, true} {
				all, before, after := pointsOf(t, x, undo)
				for i, at := range all {
					kept := keeps[i%len(keeps) : i%len(keeps)+1]
					if torture {
						kept = keeps
					}
					for _, keep := range kept {
						points++
						if why := wrecked(t, x, undo, at, keep, before, after); why != "" {
							t.Errorf("undo %v, %+v: %s", undo, at, why)
						}
					}
				}
			}
		})
	}
	t.Logf("%d points", points)
	if points < 280 && ran == len(tested) {
		t.Errorf("only %d points", points)
	}
}

func wrecked(t *testing.T, x trial, undo bool, at point, keep crashdisk.Keep, before, after string) (why string) {
	synctest.Test(t, func(t *testing.T) {
		w := newWreck(t, x)
		p := *w.planned(x, undo)
		if w.at = at; at.op > 0 {
			w.disk.CrashAt(at.op)
		}
		_, _ = w.run(p)
		w.disk, w.at = w.disk.Restart(keep), point{}
		time.Sleep(time.Minute)
		got, err := w.run(p)
		if err != nil {
			why = "resume: " + err.Error()
			return
		}
		why = w.found(x, p, got, before, after)
	})
	return why
}

// found says what is wrong after a case was resumed.
func (w *wreck) found(x trial, p gate.Plan, got StepResult, before, after string) string {
	now := w.world()
	s := p.Plan().Steps[0]
	switch {
	case (got.State == Verified || got.State == Already) && now != after:
		return fmt.Sprintf("%s, and the tenant is not as it should be:\n%s", got.State, unlike(after, now))
	case got.State == InDoubt && !repeatable(x.action, s) && !x.action.Secret && now == before:
	case got.State != Verified && got.State != Already:
		return fmt.Sprintf("%s: %s", got.State, got.Why)
	}
	entries := w.entries()
	for step, st := range gate.Standing(entries, p.Hash()) {
		if st.Open {
			return "an intent of " + step + " has no end"
		}
	}
	if why := w.unknown(entries); why != "" {
		return why
	}
	if x.action.Secret {
		var has string
		w.tenant.Look(func(world *simtenant.World) {
			for _, u := range world.Users {
				if u.ID == s.Target.Account {
					has = u.Password
				}
			}
		})
		if w.told != has {
			return "the password that was handed over is not the account's"
		}
		for _, e := range entries {
			if strings.Contains(string(e.Detail), has) {
				return "the password is in the journal"
			}
		}
	}
	return ""
}

// unknown is a change that reached the tenant without an intent for its very bytes.
func (w *wreck) unknown(entries []gate.Entry) string {
	intended := map[string]bool{}
	for _, e := range entries {
		if i, ok := e.Intent(); ok {
			intended[i.Digest] = true
		}
	}
	requests := map[string]simtenant.Request{}
	for _, r := range w.tenant.Requests() {
		requests[r.RequestID] = r
	}
	for _, c := range w.tenant.Changes() {
		r := requests[c.RequestID]
		if !intended[fmt.Sprintf("%x", sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s", r.Method, r.URL, r.Body)))] {
			return fmt.Sprintf("%s of %s reached the tenant without an intent", c.Operation, c.Object)
		}
	}
	return ""
}
