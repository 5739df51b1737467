package respond

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"evict"
)

// timed is a run over a plan of eleven steps beside a snapshot, and when each step had its end.
func timed(t *testing.T, r *Runner) (Summary, map[string]time.Duration) {
	t.Helper()
	start, at := time.Now(), map[string]time.Duration{}
	r.Progress = func(p Progress) { at[p.Step] = p.Time.Sub(start) }
	s, err := r.Apply(t.Context())
	if err != nil && !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	return s, at
}

// TestEvictionWaitsForTheSnapshot: what contains is sent and verified meanwhile, what evicts only afterwards.
func TestEvictionWaitsForTheSnapshot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const long = 10 * time.Minute
		on, j := newTenant(), &line{}
		on.latency = 200 * time.Millisecond
		p := sealed(t, eleven(on))
		r := approved(t, on, j, p)
		taken := 0
		r.Snapshot = func(context.Context) error {
			taken++
			time.Sleep(long)
			if n := len(on.sends); n != 3 {
				t.Errorf("%d requests were sent before the snapshot ended: %v", n, on.sends)
			}
			return nil
		}
		s, at := timed(t, r)
		if s.Count(Verified) != len(s.Steps) {
			t.Fatal(states(s))
		}
		for _, x := range s.Steps {
			switch end := at[x.Step.ID]; {
			case x.Step.Phase == evict.Contain && end > 30*time.Second:
				t.Errorf("%s was verified after %s: containment waited", x.Step.ID, end)
			case x.Step.Phase == evict.Evict && end < long:
				t.Errorf("%s was verified after %s, and the snapshot took %s", x.Step.ID, end, long)
			}
		}
		if s, _ = timed(t, r); s.Count(Verified) != len(s.Steps) || taken != 1 {
			t.Errorf("with nothing to evict the snapshot was taken %d times", taken)
		}
	})
}

// TestNothingIsEvictedWithoutTheSnapshot: neither when it fails, nor when the run ends before it; containment goes on.
func TestNothingIsEvictedWithoutTheSnapshot(t *testing.T) {
	for name, snapshot := range map[string]func(stop context.CancelFunc) func(context.Context) error{
		"it fails": func(context.CancelFunc) func(context.Context) error {
			return func(context.Context) error { return errors.New("the rules could not be read") }
		},
		"the run ends": func(stop context.CancelFunc) func(context.Context) error {
			return func(ctx context.Context) error {
				time.Sleep(time.Minute)
				stop()
				<-ctx.Done()
				return ctx.Err()
			}
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			on, j := newTenant(), &line{}
			p := sealed(t, eleven(on))
			r := approved(t, on, j, p)
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			r.Snapshot = snapshot(stop)
			s, _ := r.Apply(ctx)
			for _, x := range s.Steps {
				switch {
				case x.Step.Phase == evict.Contain && x.State != Verified:
					t.Errorf("%s: %s is %s: %s", name, x.Step.ID, x.State, x.Why)
				case x.Step.Phase == evict.Evict && (x.State != Blocked && x.State != LeftOut || x.Sent > 0):
					t.Errorf("%s: %s is %s, sent %d times", name, x.Step.ID, x.State, x.Sent)
				case x.State == Blocked && !strings.Contains(x.Why, "rules could not be read") && !strings.Contains(x.Why, "it needs"):
					t.Errorf("%s: %s does not say why: %s", name, x.Step.ID, x.Why)
				}
			}
			if len(on.sends) != 3 {
				t.Errorf("%s: sent %v", name, on.sends)
			}
			// Looking again takes no snapshot and sends nothing; with one the rest is done.
			r.Snapshot = func(context.Context) error { return nil }
			if _, err := r.Verify(t.Context()); err != nil || len(on.sends) != 3 {
				t.Error(name, err, on.sends)
			}
			if s, err := r.Apply(t.Context()); err != nil || s.Count(Verified) != len(s.Steps) {
				t.Errorf("%s: %v %v", name, states(s), err)
			}
		})
	}
}

// TestNoSnapshotForContainmentAlone: a run that evicts nothing takes none.
func TestNoSnapshotForContainmentAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		on := newTenant()
		whole := eleven(on)
		r := approved(t, on, &line{}, sealed(t, planOf(whole.Steps[:3]...)))
		r.Snapshot = func(context.Context) error {
			t.Error("a snapshot was taken")
			return nil
		}
		if s, err := r.Apply(t.Context()); err != nil || s.Count(Verified) != 3 {
			t.Error(states(s), err)
		}
	})
}
