package verdict

import (
	"strings"
	"testing"

	"evict"
)

// TestAside holds decision 0009: of an account that a case was not collected
// for, only fragments were read. They neither clear it nor, where habits could
// explain them, suspect it; proof stays proof.
func TestAside(t *testing.T) {
	aside := func() *world {
		w := newWorld()
		w.strand(office, edge, every(1, 59, 2)...).on(laptop)
		w.a.Coverage.Aside = true
		return w
	}
	got := aside().judge()
	wantVerdict(t, got, evict.Unknown)
	wantText(t, "not excluded", strings.Join(got.NotExcluded, "\n"), "collected for other accounts")
	wantText(t, "next steps", strings.Join(got.NextSteps, "\n"), "Collect this account too")

	three := func(w *world) {
		s := w.strand(hotel, chrome, 50)
		w.item("new-country", s, at(50, 9), "country")
		w.item("signature", s, at(50, 10), "signature")
		w.item("new-method", nil, at(50, 11), "method")
	}
	w := aside()
	three(w)
	wantVerdict(t, w.judge(), evict.Unknown)
	w = newWorld()
	three(w)
	wantVerdict(t, w.judge(), evict.Suspected) // were it asked for, they would

	w = aside()
	w.item("G1", w.strand(host, script, 50), at(50, 9), "forwarding")
	wantVerdict(t, w.judge(), evict.Suspected)
	w = aside()
	w.item("C4", w.strand(host, script, 50), at(50, 9), "sprayed open")
	wantVerdict(t, w.judge(), evict.Compromised)
}
