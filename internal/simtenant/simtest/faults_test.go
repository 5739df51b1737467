package simtest_test

import (
	"slices"
	"testing"
	"time"

	"evict/internal/collect"
	"evict/internal/simtenant"
)

// foundSomething are seeds that once showed a shorter "complete".
var foundSomething = []uint64{
	69, // sign-ins from v1.0, which says less of each
	47, // folders that were not all known, and the rights on those that were called all
}

// Whatever goes wrong, the evidence is that of the faultless run, or the source
// says that it is incomplete: never a shorter "complete".
func TestFaultSchedules(t *testing.T) {
	t.Parallel()
	want := faultless(t, smallTenant, collect.Standard)
	t.Logf("%d requests, %d sources", len(want.requests), len(want.result.Coverage))
	seeds := slices.Clone(foundSomething)
	for seed := range uint64(1000) {
		if longRuns() || len(seeds) < 25 {
			seeds = append(seeds, seed)
		}
	}
	var whole, open, failed, fired int
	for _, seed := range seeds {
		schedule := simtenant.Schedule(seed, 8)
		got := try(t, smallTenant, simtenant.Options{PageSize: 10, Faults: schedule, Seed: seed, Latency: simtenant.Latency{Each: 100 * time.Millisecond, Jitter: 100 * time.Millisecond}}, collect.Standard)
		fired += len(got.fired)
		if lie := got.shorter(want); lie != "" {
			t.Fatalf("seed %d: %s\nschedule %v\nfired %+v", seed, lie, schedule, got.fired)
		}
		switch {
		case got.err != nil:
			failed++
			t.Logf("seed %d: %v", seed, got.err)
		case got.open() > want.open():
			open++
		default:
			whole++
		}
	}
	t.Logf("%d schedules with %d faults that hit: %d whole, %d incomplete, %d failed, no shorter \"complete\"", len(seeds), fired, whole, open, failed)
}

// A token may end at any request: nothing is lost by it.
func TestTokenExpiresAnywhere(t *testing.T) {
	t.Parallel()
	depth, step := collect.Quick, 12
	if longRuns() {
		depth, step = collect.Standard, 1
	}
	want := faultless(t, smallTenant, depth)
	var runs int
	for n := 1; n <= len(want.requests); n += step {
		got := try(t, smallTenant, simtenant.Options{Faults: []simtenant.Fault{{Kind: simtenant.TokenExpiry, Nth: n}}}, depth)
		if got.err != nil {
			t.Fatalf("at request %d: %v", n, got.err)
		}
		if lie := got.shorter(want); lie != "" || got.open() != want.open() {
			t.Fatalf("at request %d: %d sources are open, without it %d: %s\nfired %+v", n, got.open(), want.open(), lie, got.fired)
		}
		runs++
	}
	t.Logf("%d runs, %d requests each", runs, len(want.requests))
}
