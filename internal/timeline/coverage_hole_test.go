package timeline

import (
	"testing"
	"time"

	"evict"
	"evict/internal/verdict"
)

// Two complete exports with a hole between them never claim the hole.
func TestHoleBetweenExportsIsNotCovered(t *testing.T) {
	day := func(n int) evict.Time { return evict.At(time.Date(2026, 1, n, 0, 0, 0, 0, time.UTC), 0) }
	span := func(from, to int) verdict.KindCoverage {
		return verdict.KindCoverage{From: day(from), To: day(to), Complete: true, Stated: true}
	}
	for _, c := range [][2]verdict.KindCoverage{{span(1, 5), span(20, 25)}, {span(20, 25), span(1, 5)}} {
		if got := joinCoverage(c[0], c[1]); got.From != day(20) || got.To != day(25) {
			t.Errorf("got %s to %s, want the later span alone", got.From, got.To)
		}
	}
	if got := joinCoverage(span(1, 5), span(5, 25)); got.From != day(1) || got.To != day(25) {
		t.Errorf("touching spans: %s to %s", got.From, got.To)
	}
}
