package respond

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"

	"evict"
)

// TestEverySubsetOfFailingSteps of a plan of eleven: a failed step stops those that need it and no other, and once what
// made them fail is gone the rest is carried out, each object changed once.
func TestEverySubsetOfFailingSteps(t *testing.T) {
	for subset := range 1 << 11 {
		synctest.Test(t, func(t *testing.T) {
			if err := failing(t, subset); err != nil {
				t.Fatalf("subset %011b: %v", subset, err)
			}
		})
	}
}

func failing(t *testing.T, subset int) error {
	on, j := newTenant(), &line{}
	p := sealed(t, eleven(on))
	steps := p.Plan().Steps
	bad := map[string]bool{}
	for i, s := range steps {
		bad[s.ID] = subset&(1<<i) != 0
	}
	on.fault = func(_, object string, _ int) fault {
		if bad[object] {
			return refuse
		}
		return well
	}
	s, err := approved(t, on, j, p).Apply(t.Context())
	if err != nil {
		return err
	}
	want := map[string]State{}
	for _, step := range steps {
		want[step.ID] = expected(step, want, bad)
	}
	for id, state := range states(s) {
		if state != want[id] {
			return fmt.Errorf("%s is %s, want %s", id, state, want[id])
		}
	}
	if err := on.witness(j.entries, p.Hash()); err != nil {
		return err
	}
	on.fault = nil
	if s, err = runnerOf(t, on, j, p).Apply(t.Context()); err != nil || s.Count(Verified) != 11 {
		return fmt.Errorf("resumed: %v %v", states(s), err)
	}
	for object, n := range on.changes {
		if n != 1 {
			return fmt.Errorf("%s was changed %d times", object, n)
		}
	}
	return on.witness(j.entries, p.Hash())
}

func expected(s evict.Step, so map[string]State, bad map[string]bool) State {
	needs := s.Needs
	if s.ID == "sender" {
		needs = []string{"block", "revoke", "reset", "forward", "rule1", "rule2"}
	}
	switch {
	case slices.ContainsFunc(needs, func(n string) bool { return so[n] != Verified }):
		return Blocked
	case bad[s.ID]:
		return Failed
	}
	return Verified
}
