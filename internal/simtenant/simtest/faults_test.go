package simtest_test

import (
	"testing"
	"time"

	"evict/internal/collect"
	"evict/internal/simtenant"
)

// Whatever goes wrong, the evidence is that of the faultless run, or the source
// says that it is incomplete: never a shorter "complete".
func TestFaultSchedules(t *testing.T) {
	want := faultless(t, smallTenant, collect.Standard)
	t.Logf("%d requests, %d sources", len(want.requests), len(want.result.Coverage))
	seeds := 25
	if longRuns() {
		seeds = 1000
	}
	var whole, open, failed, fired int
	for seed := range uint64(seeds) {
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
	t.Logf("%d schedules with %d faults that hit: %d whole, %d incomplete, %d failed, no shorter \"complete\"", seeds, fired, whole, open, failed)
}

// A token may end at any request: nothing is lost by it.
func TestTokenExpiresAnywhere(t *testing.T) {
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
