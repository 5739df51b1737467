package respond_test

import (
	"testing"

	. "evict/internal/respond"
	"evict/internal/simtenant"
)

// TestEveryPageIsRead: with one row on a page, each action finds its object, and sees that it is gone or set.
func TestEveryPageIsRead(t *testing.T) {
	inBench(t, simtenant.Options{PageSize: 1}, func(t *testing.T, b *bench, x trial) {
		s, err := b.plan(x)
		if err != nil {
			t.Fatal("plan: ", err)
		}
		if got, _ := b.carry(s); got.State != Verified {
			t.Errorf("%s: %s", got.State, got.Why)
		}
	})
}
