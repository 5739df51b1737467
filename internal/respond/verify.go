package respond

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// How a step is verified. Entra ID promises no read after a write: replicas lag, and may answer by turns.
const (
	apart    = 3 * time.Second  // between two reads that agree
	settling = 5 * time.Minute  // until what was written may be expected to be read everywhere
	farewell = 15 * time.Second // to settle what was sent, once the run is ended
)

// pauses between reads; the last one repeats.
var pauses = []time.Duration{apart, apart, 5 * time.Second, 8 * time.Second, 13 * time.Second, 20 * time.Second, 30 * time.Second}

func (r *Runner) patience() time.Duration {
	if r.Patience > 0 {
		return r.Patience
	}
	return settling
}

func (r *Runner) lag() time.Duration {
	if r.Lag > 0 {
		return r.Lag
	}
	return settling
}

// read reads the step's object now.
func (w *worker) read() (json.RawMessage, error) { return w.a.Inspect(w.stop, w.Reader, w.s) }

func (w *worker) fresh(now json.RawMessage) bool {
	if w.a.Fresh != nil {
		return w.a.Fresh(w.s, now)
	}
	return same(w.s.Before, now)
}

// look reads until two reads in a row, some seconds apart, show what the step wants, or patience is spent. A first read
// that shows it is always followed by a second.
func (w *worker) look(patience time.Duration) (reached bool, now json.RawMessage, why string) {
	w.tell(&w.s, Verifying, "")
	start, agreeing := time.Now(), 0
	why = "reads do not show it"
	for n := 0; ; n++ {
		limit := w.until(start, patience)
		seen, err := w.readBy(limit)
		switch {
		case err != nil:
			why = "it could not be read back: " + err.Error()
		case !w.a.reached(w.s, seen):
			agreeing, now, why = 0, seen, "reads do not show it"
		case w.early():
			agreeing, now, why = 0, seen, "reads may still show the time before"
		default:
			agreeing, now, why = agreeing+1, seen, "only one read shows it"
		}
		if agreeing == 2 {
			return true, now, ""
		}
		pause := pauses[min(n, len(pauses)-1)]
		if agreeing == 1 {
			pause, limit = apart, limit.Add(2*apart) // so near to the end, the second read is still worth its wait
		}
		if time.Now().Add(pause).After(limit) {
			return false, now, why
		}
		w.pause(pause)
	}
}

// early reports whether a read may still show the time before an earlier step of ours on the same. The first time it says
// until when: the wait is long, and nothing moves.
func (w *worker) early() bool {
	if !time.Now().Before(w.clear) {
		return false
	}
	if !w.toldEarly {
		w.toldEarly = true
		w.tell(&w.s, Verifying, fmt.Sprintf("waits until %s, so that a read which is older can't be taken for this change: the same was changed a few minutes ago", w.clear.UTC().Format("15:04:05 UTC")))
	}
	return true
}

// pause waits, less long once the run is ended; two reads are always apart.
func (w *worker) pause(d time.Duration) {
	if w.stop.Err() != nil {
		time.Sleep(min(d, apart))
		return
	}
	start := time.Now()
	sleep(w.stop, d)
	time.Sleep(time.Until(start.Add(apart)))
}

// until is the end of the run's patience, which began at a time.
func (w *worker) until(start time.Time, patience time.Duration) time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	limit := start.Add(patience)
	if patience > 0 && limit.Before(w.clear.Add(2*pauses[len(pauses)-1])) {
		limit = w.clear.Add(2 * pauses[len(pauses)-1]) // reads count only from then on
	}
	if !w.ended.IsZero() && w.ended.Add(farewell).Before(limit) {
		limit = w.ended.Add(farewell)
	}
	return limit
}

// readBy reads what was sent, and does not wait for it much longer than the limit.
func (w *worker) readBy(limit time.Time) (json.RawMessage, error) {
	ctx, cancel := context.WithTimeout(w.ctx, max(time.Until(limit), 2*apart))
	defer cancel()
	return w.a.Inspect(ctx, w.Reader, w.s)
}
