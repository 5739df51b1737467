package respond

import (
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"evict/internal/gate"
)

// TestStaleAndFlappingReads: reads that are up to 300 seconds old, or come from replicas by turns, in 1,000 schedules. What
// is called verified is so, and what happened is never called failed.
func TestStaleAndFlappingReads(t *testing.T) {
	count, undone := map[State]int{}, map[State]int{}
	for seed := range uint64(1000) {
		synctest.Test(t, func(t *testing.T) { schedule(t, seed, count, undone) })
	}
	if count[Verified] < 1000 || count[Unverified] < 100 {
		t.Errorf("the schedules try too little: %v", count)
	}
	if undone[Verified] < 100 || undone[Unverified] < 50 {
		t.Errorf("too little is undone: %v", undone)
	}
}

func schedule(t *testing.T, seed uint64, count, undone map[State]int) {
	r := rand.New(rand.NewPCG(seed, 1))
	on, j := newTenant(), &line{}
	on.lag = lagging(r)
	faults := []fault{well, well, well, refuse, lost, unheard, liar}
	chosen := map[string]fault{}
	for _, object := range []string{"a", "b", "c", "d"} {
		chosen[object] = faults[r.IntN(len(faults))]
	}
	on.fault = func(_, object string, n int) fault {
		if n > 1 && chosen[object] != liar {
			return well
		}
		return chosen[object]
	}
	p := sealed(t, planOf(stepOf(on, "set", "a", "0", "1"), stepOf(on, "make", "b", "0", "1"),
		stepOf(on, "stamp", "c", "0", "1"), stepOf(on, "secret", "d", "0", "1")))
	time.Sleep(10 * time.Minute)
	run := approved(t, on, j, p)
	run.Patience = time.Duration(1+r.IntN(6)) * time.Minute
	s, err := run.Apply(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	truth := func(s StepResult) bool { return on.changes[s.Step.ID] > 0 }
	for _, s := range s.Steps {
		count[s.State]++
		switch {
		case (s.State == Verified || s.State == Already) && !truth(s):
			t.Errorf("seed %d: %s is called %s, and nothing happened", seed, s.Step.ID, s.State)
		case s.State == Failed && truth(s):
			t.Errorf("seed %d: %s is called failed, and it happened", seed, s.Step.ID)
		case s.Step.Action == "make" && on.changes[s.Step.ID] > 1:
			t.Errorf("seed %d: %s was made %d times", seed, s.Step.ID, on.changes[s.Step.ID])
		case s.State == Already || s.State == Stale:
			t.Errorf("seed %d: %s is %s, and nobody else changed it", seed, s.Step.ID, s.State)
		}
	}
	if err := on.witness(j.entries, p.Hash()); err != nil {
		t.Errorf("seed %d: %v", seed, err)
	}
	undoAtOnce(t, seed, on, j, run, undone)
}

// undoAtOnce puts back what was set, while reads may still show the time before: they must not be believed.
func undoAtOnce(t *testing.T, seed uint64, on *tenant, j *line, run *Runner, undone map[State]int) {
	entries, _ := j.Entries()
	back, err := undoing(Undoing{Plan: run.Plan, Entries: entries}, findFake)
	if err != nil {
		t.Fatal(err)
	}
	chosen := []fault{well, well, liar, refuse, lost}[seed%5]
	on.fault = func(string, string, int) fault { return chosen }
	if len(back.Steps) == 0 {
		return // what is not verified is not put back
	}
	p := sealed(t, back)
	s, err := approved(t, on, j, p).Apply(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range s.Steps {
		undone[s.State]++
		want := string(state(decoded(s.Step.After)["v"]))
		if got := on.now(s.Step.Target.ID); (s.State == Verified || s.State == Already) && got != want {
			t.Errorf("seed %d: the undo of %s is called %s, and the tenant has %s, not %s", seed, s.Step.ID, s.State, got, want)
		}
	}
}

// lagging is one way in which reads are behind: all by as much, each by chance, or two replicas of which one lags.
func lagging(r *rand.Rand) func(int) time.Duration {
	most := time.Duration(r.IntN(301)) * time.Second
	switch r.IntN(3) {
	case 0:
		return func(int) time.Duration { return most }
	case 1:
		return func(int) time.Duration { return time.Duration(r.Int64N(int64(most) + 1)) }
	}
	return func(n int) time.Duration { return most * time.Duration(n%2) }
}

// TestReadsAgreeInARow: while two replicas answer by turns, and one is behind, nothing is verified.
func TestReadsAgreeInARow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		on := newTenant()
		on.lag = func(n int) time.Duration { return time.Minute * time.Duration(n%2) }
		p := sealed(t, planOf(stepOf(on, "set", "a", "0", "1")))
		time.Sleep(time.Hour)
		start := time.Now()
		s, err := approved(t, on, &line{}, p).Apply(t.Context())
		if took := s.Steps[0].Ended.Sub(start); err != nil || s.Steps[0].State != Verified || took < time.Minute {
			t.Errorf("%s after %s: %v", s.Steps[0].State, took, err)
		}
	})
}

// TestAWaitForTimeIsSaid: what was changed minutes ago is not verified before an older read can't be meant, and once, at the
// beginning, it is said until when.
func TestAWaitForTimeIsSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		on, j := newTenant(), &line{}
		time.Sleep(time.Hour)
		first := sealed(t, planOf(stepOf(on, "set", "a", "0", "1")))
		if _, err := approved(t, on, j, first).Apply(t.Context()); err != nil {
			t.Fatal(err)
		}
		entries, _ := j.Entries()
		back, err := undoing(Undoing{Plan: first, Entries: entries}, findFake)
		if err != nil {
			t.Fatal(err)
		}
		run := approved(t, on, j, sealed(t, back))
		var said []string
		run.Progress = func(p Progress) {
			if strings.HasPrefix(p.Why, "waits until ") {
				said = append(said, p.Why)
			}
		}
		start := time.Now()
		s, err := run.Apply(t.Context())
		if err != nil || s.Steps[0].State != Verified || s.Steps[0].Ended.Sub(start) < 4*time.Minute {
			t.Errorf("%s after %s: %v", s.Steps[0].State, s.Steps[0].Ended.Sub(start), err)
		}
		if until := "waits until " + lastSent(entries).Add(settling).UTC().Format("15:04:05 UTC"); len(said) != 1 || !strings.HasPrefix(said[0], until) {
			t.Errorf("said: %q, want once %q", said, until)
		}
	})
}

// lastSent is when the last request was answered.
func lastSent(entries []gate.Entry) time.Time {
	var last time.Time
	for _, e := range entries {
		if e.Kind == gate.Responded {
			last = e.Time
		}
	}
	return last
}
