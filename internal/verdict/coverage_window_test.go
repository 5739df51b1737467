package verdict

import (
	"testing"

	"evict"
)

// Logs that end before the window begins clear nobody.
func TestLogsOfAnotherTimeClearNobody(t *testing.T) {
	w := newWorld()
	for k, c := range w.a.Coverage.Kinds {
		c.From, c.To = at(-400, 0), at(-300, 0)
		w.a.Coverage.Kinds[k] = c
	}
	if got := w.judge(); got.Verdict != evict.Unknown {
		t.Errorf("%s from %s to %s, want unknown", got.Verdict, got.Window.From, got.Window.To)
	}
}
