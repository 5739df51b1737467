package respond

import (
	"context"
	"encoding/json"
	"maps"
	"sync"
	"time"

	"evict/internal/gate"
)

// A Check is one look that is due after a plan was carried out.
type Check struct {
	At   time.Time
	Done time.Time // zero: not yet
}

// later is when a plan is looked at again, after the last step that this program carried out was verified.
var later = []time.Duration{time.Hour, 24 * time.Hour, 72 * time.Hour, 7 * 24 * time.Hour}

// Checks lists when a plan is looked at again: 1, 24 and 72 hours and 7 days after the last step that this program carried out was verified; none while nothing is.
func Checks(p gate.Plan, entries []gate.Entry) []Check {
	var last, others time.Time // of what this program did; of what people did, which may come days later and moves no look
	standing := gate.Standing(entries, p.Hash())
	for _, s := range p.Plan().Steps {
		st := standing[s.ID]
		switch {
		case st.Result.Outcome != gate.Verified:
		case len(s.Manual) > 0 && st.Ended.After(others):
			others = st.Ended
		case len(s.Manual) == 0 && st.Ended.After(last):
			last = st.Ended
		}
	}
	if last.IsZero() {
		last = others
	}
	if last.IsZero() {
		return nil
	}
	var out []Check
	for _, d := range later {
		c := Check{At: last.Add(d)}
		for _, e := range entries {
			if e.Kind == gate.Rechecked && e.Plan == p.Hash() && !e.Time.Before(c.At) {
				c.Done = e.Time
				break
			}
		}
		out = append(out, c)
	}
	return out
}

// lastLooks are what the last look at a plan saw, by step, where the step was not carried out anew since.
func lastLooks(p gate.Plan, entries []gate.Entry) map[string]gate.Look {
	looks := map[string]gate.Look{}
	for _, e := range entries {
		switch {
		case e.Plan != p.Hash():
		case e.Kind == gate.Ended:
			delete(looks, e.Step)
		case e.Kind == gate.Rechecked:
			var seen map[string]gate.Look
			if json.Unmarshal(e.Detail, &seen) == nil {
				maps.Copy(looks, seen)
			}
		}
	}
	return looks
}

// Recheck looks once more at every verified step that was not put back, and keeps what it saw in the journal. It sends nothing.
func (r *Runner) Recheck(ctx context.Context) (map[string]gate.Look, error) {
	entries, err := r.Gate.Entries()
	if err != nil {
		return nil, err
	}
	n := &run{Runner: r, plan: r.Plan.Plan(), standing: gate.Standing(entries, r.Plan.Hash()), stop: ctx}
	looks := map[string]gate.Look{}
	var mu sync.Mutex
	var all sync.WaitGroup
	for i := range n.plan.Steps {
		w := n.worker(ctx, &n.plan.Steps[i])
		if w.st.Result.Outcome != gate.Verified || !w.st.Undone.IsZero() || w.a == nil || w.a.Inspect == nil {
			continue
		}
		all.Go(func() {
			l := w.holds()
			mu.Lock()
			defer mu.Unlock()
			looks[w.s.ID] = l
		})
	}
	all.Wait()
	if err := ctx.Err(); err != nil {
		return looks, err
	}
	return looks, r.Gate.Rechecked(r.Plan, looks)
}

// holds reports whether the object is still as the step made it. That it is not counts when two reads agree.
func (w *worker) holds() gate.Look {
	if w.st.Before != nil {
		w.s.Before = w.st.Before
	}
	var l gate.Look
	for n := range 2 {
		if n > 0 {
			sleep(w.ctx, apart)
		}
		seen, err := w.a.Inspect(w.ctx, w.Reader, w.s)
		if err != nil {
			l.Why = "it could not be read: " + err.Error()
			continue
		}
		l = gate.Look{Holds: w.a.reached(w.s, seen), Seen: seen}
		if l.Holds {
			break
		}
	}
	return l
}
