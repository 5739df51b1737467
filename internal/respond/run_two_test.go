package respond

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"evict/internal/casefile"
	"evict/internal/gate"
)

// TestTwoOperators at one case: the lock of the case lets one respond at a time, and the other finds what was done.
func TestTwoOperators(t *testing.T) {
	for seed := range uint64(500) {
		synctest.Test(t, func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 3))
			s := newScene(t)
			s.on.latency = time.Duration(r.IntN(2000)) * time.Millisecond
			var both sync.WaitGroup
			for range 2 {
				late := time.Duration(r.IntN(20_000)) * time.Millisecond
				both.Go(func() {
					time.Sleep(late)
					for {
						var locked *casefile.LockedError
						sum, err := s.run(s.plan)
						if errors.As(err, &locked) {
							time.Sleep(time.Second)
							continue
						}
						if err != nil || sum.Count(Verified) != 11 {
							t.Errorf("seed %d: %v %v", seed, states(sum), err)
						}
						return
					}
				})
			}
			both.Wait()
			if err := s.once(); err != nil {
				t.Errorf("seed %d: %v", seed, err)
			}
		})
	}
}

// once is an error unless each object was changed once, and the journal knows of every request.
func (s *scene) once() error {
	for object, n := range s.on.changes {
		if n != 1 {
			return fmt.Errorf("%s was changed %d times", object, n)
		}
	}
	return s.survive(s.plan)
}

// TestTwoOperatorsWithoutALock: a journal that both write at once, as a server's could be. The gate itself lets each attempt be only
// one's.
func TestTwoOperatorsWithoutALock(t *testing.T) {
	var met atomic.Int32
	for seed := range uint64(500) {
		synctest.Test(t, func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 4))
			on, j := newTenant(), &line{}
			p := sealed(t, eleven(on))
			slow := &sync.Mutex{}
			var both sync.WaitGroup
			for range 2 {
				run := approved(t, on, &slowly{line: j, mu: slow, r: r}, p)
				both.Go(func() {
					sum, err := run.Apply(t.Context())
					if err != nil {
						t.Errorf("seed %d: %v", seed, err)
					}
					met.Add(int32(sum.Count(Failed)))
				})
			}
			both.Wait()
			sum, err := runnerOf(t, on, j, p).Apply(t.Context())
			if err != nil || sum.Count(Verified, Already) != 11 {
				t.Errorf("seed %d: %v %v", seed, states(sum), err)
			}
			for _, step := range p.Plan().Steps {
				if n := on.changes[step.ID]; n != 1 && step.Action == "make" {
					t.Errorf("seed %d: %s was made %d times", seed, step.ID, n)
				}
			}
			if err := on.witness(j.entries, p.Hash()); err != nil {
				t.Errorf("seed %d: %v", seed, err)
			}
		})
	}
	if met.Load() == 0 {
		t.Error("they never met")
	}
}

// slowly is one operator's way to a journal that others write too: it takes its time, before and after.
type slowly struct {
	*line
	mu *sync.Mutex
	r  *rand.Rand
}

func (s *slowly) wait() {
	s.mu.Lock()
	n := s.r.IntN(30)
	s.mu.Unlock()
	for range n { // no sleep: the gate holds its lock, and in a bubble no time passes while somebody waits for one
		runtime.Gosched()
	}
}

func (s *slowly) Append(e gate.Entry) (gate.Entry, error) {
	s.wait()
	defer s.wait()
	return s.line.Append(e)
}

func (s *slowly) Entries() ([]gate.Entry, error) {
	s.wait()
	return s.line.Entries()
}
