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

// TestChecksSpeakOfTheWindow: a check whose log begins within the window that
// the verdict speaks of is not done, and one of a log that begins with it is.
func TestChecksSpeakOfTheWindow(t *testing.T) {
	check := func(log evict.Kind, from evict.Time) Check {
		return Check{Check: evict.Check{Detector: "d", Status: evict.Done}, Log: log, From: from}
	}
	w := evict.Window{From: at(10, 8), To: at(60, 8)}
	for _, c := range []struct {
		check Check
		want  string
	}{
		{check(evict.SignIns, at(5, 0)), ""},
		{check(evict.SignIns, at(11, 0)), ""}, // the same day: a log is asked for by days
		{check(evict.SignIns, at(30, 0)), "sign-ins: begins only on " + when(at(30, 0))},
		{check(evict.UnknownKind, evict.Time{}), ""}, // a state
	} {
		got := reached([]Check{c.check}, w)[0]
		if got.Why != c.want || (got.Status == evict.Partial) != (c.want != "") {
			t.Errorf("from %s: %+v, want %q", when(c.check.From), got, c.want)
		}
	}
	if got := reached([]Check{check(evict.SignIns, at(30, 0))}, evict.Window{From: at(30, 0)})[0]; got.Status != evict.Done {
		t.Errorf("in a window that begins with the log: %+v", got)
	}
}
