package respond

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"evict"
	"evict/internal/casefile"
	"evict/internal/casefile/disk"
	"evict/internal/casefile/disk/crashdisk"
	"evict/internal/gate"
)

// A scene is one tenant that outlives crashes, and the disk of the case that may not.
type scene struct {
	t     *testing.T
	on    *tenant
	disk  *crashdisk.Disk
	plan  gate.Plan
	undo  gate.Plan
	shown string // password that a person was shown last
}

func newScene(t *testing.T) *scene {
	s := &scene{t: t, on: newTenant(), disk: crashdisk.New()}
	c, err := casefile.Create(s.disk, "case", casefile.Meta{ID: fakeCase, Tenant: fakeTenant, Created: time.Now()}, "Jo")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	s.plan = s.add(eleven(s.on))
	return s
}

// add keeps a plan in the case.
func (s *scene) add(p evict.Plan) gate.Plan {
	s.t.Helper()
	b, err := json.Marshal(p)
	if err != nil {
		s.t.Fatal(err)
	}
	c, err := casefile.OpenToRespond(s.disk, "case", "Jo")
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := c.AddPlan(b); err != nil {
		s.t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		s.t.Fatal(err)
	}
	return sealed(s.t, p)
}

// OpenApproved opens the case on a disk as one process does, and approves the plan unless somebody has.
func OpenApproved(d disk.FS, p gate.Plan, holds time.Duration) (*casefile.Case, *gate.Gate, error) {
	c, err := casefile.OpenToRespond(d, "case", "Jo")
	if err != nil {
		return nil, nil, err
	}
	plan := p.Plan()
	g, err := gate.Open(c.Journal(), plan.Tenant, plan.Case)
	if err == nil && errors.Is(g.Allowed(p, plan.Steps[0].ID), gate.ErrUnapproved) {
		now := time.Now()
		err = g.Approve(p, gate.Approval{Who: "Jo", Time: now, Expires: now.Add(holds), Confirmed: gate.Words(plan)})
	}
	if err != nil {
		c.Close()
		return nil, nil, err
	}
	return c, g, nil
}

// run is one process: it opens the case, approves the plan unless somebody has, and applies it.
func (s *scene) run(p gate.Plan) (Summary, error) {
	c, g, err := OpenApproved(s.disk, p, gate.Longest)
	if err != nil {
		return Summary{}, err
	}
	defer c.Close()
	hands := &handed{} // what it holds is gone with the process
	r := &Runner{Reader: s.on, Sender: s.on, Gate: g, Plan: p, Secrets: hands, find: findFake}
	sum, err := r.Apply(s.t.Context())
	if hands.shown != "" {
		s.shown = hands.shown
	}
	return sum, err
}

// survive resumes after a crash until a run comes to its end, and holds what was done against the journal.
func (s *scene) survive(p gate.Plan) error {
	s.on.fault = nil
	var sum Summary
	var err error
	if sum, err = s.run(p); err != nil {
		return fmt.Errorf("resume: %w", err)
	}
	doubt := map[string]bool{}
	for _, r := range sum.Steps {
		value, made := s.on.now(r.Step.Target.ID), r.Step.Action == "make"
		switch {
		case made && value != "0" && value != "1":
			return fmt.Errorf("%s was done twice: %s", r.Step.ID, value)
		case made && r.State == InDoubt && string(state(decoded(r.Step.Before)["v"])) == value:
			doubt[r.Step.ID] = true // it may not be sent again
		case r.State == Blocked && needsAny(r.Step, doubt):
		case r.State == Verified || r.State == Already:
			if r.Step.Reversible() && string(state(decoded(r.Step.After)["v"])) != value {
				return fmt.Errorf("%s is called %s, and the tenant has %s", r.Step.ID, r.State, value)
			}
		default:
			return fmt.Errorf("%s is %s: %s", r.Step.ID, r.State, r.Why)
		}
	}
	if s.shown != s.on.password {
		return fmt.Errorf("handed over %q, and the tenant has %q", s.shown, s.on.password)
	}
	c, err := casefile.OpenReadOnly(s.disk, "case")
	if err != nil {
		return err
	}
	entries, err := c.Journal().Entries()
	if err != nil {
		return err
	}
	if err := s.on.witness(entries, s.plan.Hash(), s.undo.Hash()); err != nil {
		return err
	}
	rep, err := casefile.Audit(s.disk, "case")
	if err == nil && !rep.Whole() {
		err = fmt.Errorf("audit: %v", rep.Problems)
	}
	return err
}

func needsAny(s evict.Step, of map[string]bool) bool {
	for _, n := range s.Needs {
		if of[n] {
			return true
		}
	}
	return s.ID == "sender" && of["rule2"]
}

// toUndo carries the plan out and makes the one that undoes it.
func (s *scene) toUndo() {
	s.t.Helper()
	if sum, err := s.run(s.plan); err != nil || sum.Count(Verified) != 11 {
		s.t.Fatal(states(sum), err)
	}
	time.Sleep(time.Hour)
	c, err := casefile.OpenReadOnly(s.disk, "case")
	if err != nil {
		s.t.Fatal(err)
	}
	entries, err := c.Journal().Entries()
	if err != nil {
		s.t.Fatal(err)
	}
	p, err := undoing(Undoing{Plan: s.plan, Entries: entries}, findFake)
	if err != nil || len(p.Steps) != 9 || len(p.Skipped) != 2 {
		s.t.Fatal(len(p.Steps), p.Skipped, err)
	}
	s.undo = s.add(p)
}

// An edge is where the power goes: at a disk's operation, or at a send: before it leaves, when it had its effect and
// no answer came, when the answer came.
type edge struct {
	op   int // of the disk, from the start of the run; 0: none
	send int // n-th; 0: none
	how  fault
}

// at lets the power go at an edge.
func (s *scene) at(e edge) {
	if e.op > 0 {
		s.disk.CrashAt(e.op)
		return
	}
	n := 0
	s.on.fault = func(string, string, int) fault {
		if n++; n != e.send {
			return well
		}
		s.disk.CrashAt(1)
		return e.how
	}
}

// keptBy names what a crash may leave of what was not synced.
var keptBy = map[string]crashdisk.Keep{"nothing": crashdisk.Nothing, "everything": crashdisk.Everything, "torn": crashdisk.Torn(60)}

// TestCrashAtEveryEdge of carrying a plan out, and of undoing it: no intent is lost, nothing that must not be done twice is, and every
// case goes on to its end.
func TestCrashAtEveryEdge(t *testing.T) {
	points := 0
	for _, undo := range []bool{false, true} {
		edges := edgesOf(t, undo)
		for _, e := range edges {
			for name, keep := range keptBy {
				points++
				if err := crashed(t, undo, e, keep); err != nil {
					t.Errorf("undo %v, %+v, kept %s: %v", undo, e, name, err)
				}
			}
		}
	}
	if points < 280 {
		t.Errorf("only %d points", points)
	}
	t.Logf("%d points", points)
}

// edgesOf counts by a run without a crash.
func edgesOf(t *testing.T, undo bool) (edges []edge) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		p := s.plan
		if undo {
			s.toUndo()
			p = s.undo
		}
		ops, sends := s.disk.Ops(), len(s.on.sends)
		if sum, err := s.run(p); err != nil || sum.Count(Verified) != len(sum.Steps) {
			t.Fatal(states(sum), err)
		}
		for n := range s.disk.Ops() - ops {
			edges = append(edges, edge{op: n + 1})
		}
		for n := range len(s.on.sends) - sends {
			for _, how := range []fault{lost, unheard, well} {
				edges = append(edges, edge{send: n + 1, how: how})
			}
		}
	})
	return edges
}

func crashed(t *testing.T, undo bool, e edge, keep crashdisk.Keep) (err error) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		p := s.plan
		if undo {
			s.toUndo()
			p = s.undo
		}
		s.at(e)
		_, _ = s.run(p) // it may end in the crash, or just before
		s.disk = s.disk.Restart(keep)
		time.Sleep(time.Minute)
		err = s.survive(p)
	})
	return err
}

// TestTornByChance: points, faults and what is left, all by chance; ten thousand in a torture.
func TestTornByChance(t *testing.T) {
	n := 150
	if os.Getenv("EVICT_TORTURE") != "" {
		n = 10_000
	}
	apply, undo := edgesOf(t, false), edgesOf(t, true)
	for seed := range uint64(n) {
		r := rand.New(rand.NewPCG(seed, 2))
		undoing, edges := r.IntN(2) == 1, apply
		if undoing {
			edges = undo
		}
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t)
			p := s.plan
			if undoing {
				s.toUndo()
				p = s.undo
			}
			for range 1 + r.IntN(4) { // it may crash again while it resumes
				s.at(edges[r.IntN(len(edges))])
				_, _ = s.run(p)
				s.disk = s.disk.Restart(crashdisk.Some(r.Uint64()))
				s.on.fault = nil
				time.Sleep(time.Duration(r.IntN(600)) * time.Second)
			}
			if err := s.survive(p); err != nil {
				t.Errorf("seed %d: %v", seed, err)
			}
		})
	}
}

// TestEveryFailureOfTheDisk: the N-th operation fails, for all N. Nothing is sent that the journal does not know, and the
// case goes on once the disk is well.
func TestEveryFailureOfTheDisk(t *testing.T) {
	for _, undo := range []bool{false, true} {
		for _, e := range edgesOf(t, undo) {
			if e.op == 0 {
				continue
			}
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t)
				p := s.plan
				if undo {
					s.toUndo()
					p = s.undo
				}
				s.disk.FailAt(e.op, errors.New("input/output error"))
				_, _ = s.run(p)
				s.disk = s.disk.Restart(crashdisk.Everything)
				time.Sleep(time.Minute)
				if err := s.survive(p); err != nil {
					t.Errorf("undo %v, operation %d: %v", undo, e.op, err)
				}
			})
		}
	}
}

// TestResumeDoesNotSendBlindly: the answer got lost in a crash, and reads do not show the effect yet. What can't be done twice waits; what can be is sent
// again, and a password is another.
func TestResumeDoesNotSendBlindly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.on.fault = func(string, string, int) fault { return unheard }
		sends := 0
		s.on.after = func() {
			if sends++; sends == 4 {
				s.disk.CrashAt(1)
			}
		}
		late := time.Now().Add(20 * time.Minute)
		s.on.lag = func(int) time.Duration {
			if time.Now().Before(late) {
				return time.Hour
			}
			return 0
		}
		_, _ = s.run(s.plan)
		s.disk, s.on.after, s.on.fault = s.disk.Restart(crashdisk.Nothing), nil, nil
		sum, err := s.run(s.plan)
		if got := states(sum); err != nil || got["keep"] != InDoubt || got["block"] != Unverified || got["forward"] != Blocked {
			t.Errorf("while reads are behind: %v %v", got, err)
		}
		time.Sleep(time.Until(late))
		if err := s.survive(s.plan); err != nil {
			t.Error(err)
		}
		if n := s.on.changes["keep"]; n != 1 {
			t.Errorf("made %d times", n)
		}
	})
}
