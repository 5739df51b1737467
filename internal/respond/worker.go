package respond

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"evict"
	"evict/internal/gate"
	"evict/internal/m365"
)

// A worker carries out one step, from what the journal says of it to how it ended.
type worker struct {
	*run
	ctx     context.Context // of what must be settled: it does not end with the run
	step    *evict.Step     // as planned
	s       evict.Step      // as it goes: Before is what was captured
	st      gate.StepState  // when the run began
	a       *Action
	clear   time.Time // until then reads may show the time before an earlier step of ours on the same
	number  int       // last attempt, ever
	unclear bool      // an attempt may have had its effect, and its end is not known
	partly  bool      // the service said yes to an attempt
	good    bool      // and to all that the step sends

	toldEarly bool // why it waits was said
}

// again is how often a step is sent anew after an attempt whose end is not known.
const again = 3

// carry does all that the step needs.
func (w *worker) carry() {
	switch {
	case w.st.Result.Outcome == gate.Verified:
		w.standsAsIs()
		return
	case w.a == nil || w.a.Rev != w.s.Revision:
		w.stuck(Failed, "this program has no such action, or another revision of it: plan again")
		return
	case len(w.s.Manual) == 0 && w.begun() && w.settled():
		return // what was sent is settled before anything else, and waits for nothing
	}
	if state, why := w.wait(&w.s); state != "" {
		w.stuck(state, why)
		return
	}
	if len(w.s.Manual) > 0 {
		w.byHand()
		return
	}
	if err := w.Gate.Allowed(w.Plan, w.s.ID); err != nil {
		if w.a.Witness && w.begun() {
			err = fmt.Errorf("no look can tell whether what was sent was obeyed, and it may not be sent again: %w", err)
		}
		w.forbidden(err)
		return
	}
	w.send()
}

// stuck leaves a step that can't go on now. Of one that was begun it keeps what is known of it.
func (w *worker) stuck(state State, why string) {
	switch {
	case !w.begun():
		w.leave(state, why)
	case w.st.Open && w.a != nil:
		w.concluded(false, nil, why)
	default:
		w.leave(resultState(w.step, w.st), why)
	}
}

// begun reports whether something was sent that no look has settled for good.
func (w *worker) begun() bool {
	o := w.st.Result.Outcome
	return w.st.Open || o == gate.Unverified || o == gate.InDoubt
}

// settled settles what an earlier run sent, by looking, which needs no approval. It is false when the step has to be sent
// anew, and may be, or when no look can tell.
func (w *worker) settled() bool {
	w.recall()
	if !w.unclear && !w.partly {
		return false // every attempt was refused, or never left
	}
	if w.a.Secret {
		return false // the secret was in the memory of the process that sent it
	}
	if w.a.Witness && !w.good {
		return false // no look can tell
	}
	patience, anew := w.patience(), w.a.repeats(w.s) && w.Gate.Allowed(w.Plan, w.s.ID) == nil
	if w.unclear && anew {
		patience = 0
	}
	reached, now, why := w.look(patience)
	if !reached && anew {
		return false
	}
	w.concluded(reached, now, why)
	return true
}

// recall takes over what the journal knows of earlier attempts.
func (w *worker) recall() {
	w.unclear = w.st.Unclear || w.st.Result.Outcome == gate.InDoubt
	w.partly = w.st.Sent.End == gate.Done
	w.good = w.partly
	if w.st.Before != nil && !w.a.Secret {
		w.s.Before = w.st.Before
	}
}

// send applies the step, as often as it may, and settles it.
func (w *worker) send() {
	others := w.othersNow() // beside the look at the object: containment is three rounds long
	now, ok := w.ready()
	if !ok {
		return
	}
	if why := <-others; why != "" {
		w.forbidden(fmt.Errorf("%w: %s", errLast, why))
		return
	}
	switch {
	case w.a.Witness && movedJustNow(now):
		w.s.Before = w.step.Before // another step of the plan moved it: this one's own success is what it needs besides
	case w.a.Witness || !w.begun() || w.st.Before == nil: // else a part is done, and what it is measured by is what was before
		w.s.Before = now
	}
	for try := 1; ; try++ {
		w.tell(&w.s, Sending, "")
		out := &writer{Reader: w.Reader, of: w, before: now}
		err := w.a.Apply(w.ctx, out, w.s)
		w.good = err == nil
		switch {
		case errors.Is(err, errJournal):
			state := LeftOut
			if out.sent || w.begun() {
				state = InDoubt // whoever resumes will look
			}
			w.leave(state, err.Error())
			return
		case errors.Is(err, errEnded) && !w.unclear && !w.partly && !w.begun():
			if out.sent { // and refused
				w.end(gate.Result{Outcome: gate.Failed, Why: errEnded.Error()})
				return
			}
			w.leave(LeftOut, errEnded.Error())
			return
		case err == nil || errors.Is(err, errEnded):
			w.conclude(err)
			return
		case out.end == gate.Unclear:
			if try < again && w.mayRepeat() && w.stop.Err() == nil {
				if w.a.Witness {
					break
				}
				reached, now, why := w.look(0)
				if reached {
					w.concluded(true, now, why)
					return
				}
				break
			}
			w.conclude(err)
			return
		case renewable(err) && try == 1:
			_, _ = w.read() // a read gets a new token where the old one has ended
			continue
		case w.unclear || w.partly:
			w.conclude(err) // an earlier attempt may have done it, or a part
			return
		default:
			w.end(gate.Result{Outcome: gate.Failed, Why: err.Error()})
			return
		}
		sleep(w.stop, time.Second<<(try-1))
	}
}

// movedJustNow reports whether a time in a state is of the last minutes. Entra counts in whole seconds: what two steps move
// within one second looks as if only the first had.
func movedJustNow(now json.RawMessage) bool {
	for name := range decoded(now) {
		if t, ok := timeIn(now, name); ok && time.Since(t.Std()).Abs() < settling {
			return true
		}
	}
	return false
}

func (w *worker) mayRepeat() bool { return w.a.repeats(w.s) || w.a.Secret }

// renewable reports whether the service refused the token, not the request.
func renewable(err error) bool {
	var e *m365.Error
	return errors.As(err, &e) && e.Kind == m365.Unauthorized
}

// ready reads the object and says whether the step is to be sent. When it is not, it has ended.
func (w *worker) ready() (now json.RawMessage, ok bool) {
	w.tell(&w.s, Reading, "")
	now, err := w.read()
	switch {
	case err != nil && w.stop.Err() == nil && w.s.Phase == evict.Contain:
		return w.s.Before, true // what stops an attacker does not wait for a look: the plan has one
	case err != nil:
		w.unreadable(err)
		return nil, false
	case w.sendable(now):
		return now, true
	}
	return w.strange(now)
}

// sendable reports whether the object is as the step expects it. What we have begun is no longer as the plan says, and
// what a witness reads moves by itself.
func (w *worker) sendable(now json.RawMessage) bool {
	return w.a.Witness || !w.a.reached(w.s, now) && (w.begun() || w.fresh(now))
}

func (w *worker) unreadable(err error) {
	if w.stop.Err() != nil {
		w.stuck(LeftOut, errEnded.Error())
		return
	}
	w.concluded(false, nil, "the object could not be read: "+err.Error()) // it failed, unless an earlier attempt may have done it
}

// strange decides on an object that does not look like the plan says. Only reads that agree count, and while what we
// sent ourselves may not be seen everywhere, none that shows the time before it.
func (w *worker) strange(now json.RawMessage) (json.RawMessage, bool) {
	for last := now; ; last = now {
		sleep(w.stop, apart)
		var err error
		if now, err = w.read(); err != nil {
			w.unreadable(err)
			return nil, false
		}
		switch {
		case w.sendable(now):
			return now, true
		case !same(last, now) || w.early():
			continue
		case w.a.reached(w.s, now):
			w.end(gate.Result{Outcome: gate.Verified, Already: !w.begun(), Seen: now})
		default:
			w.end(gate.Result{Outcome: gate.Skipped, Stale: true, Seen: now, Why: "it no longer looks like the plan says: plan again"})
		}
		return nil, false
	}
}

// conclude settles what was sent in this run by looking until reads agree.
func (w *worker) conclude(err error) {
	patience := w.patience()
	if w.a.Witness && !w.good {
		patience = 0 // no look can tell
	}
	reached, now, why := w.look(patience)
	if err != nil {
		why = err.Error()
	}
	w.concluded(reached, now, why)
}

// concluded ends a step of which something was sent, by what was seen.
func (w *worker) concluded(reached bool, now json.RawMessage, why string) {
	switch {
	case reached && (w.good || !w.a.Witness):
		w.handOver(now)
	case w.good || w.partly && !w.unclear:
		w.end(gate.Result{Outcome: gate.Unverified, Why: why, Seen: now})
	case w.unclear:
		w.end(gate.Result{Outcome: gate.InDoubt, Why: why, Seen: now})
	default:
		w.end(gate.Result{Outcome: gate.Failed, Why: why, Seen: now})
	}
}

// handOver ends a verified step; a new password first reaches whoever takes it, since only this process has it.
func (w *worker) handOver(now json.RawMessage) {
	if w.a.Secret && w.Secrets != nil {
		if err := w.Secrets.Confirmed(w.s.Target, w.s.ID); err != nil {
			w.end(gate.Result{Outcome: gate.Unverified, Seen: now, Why: "the new password could not be handed over: " + err.Error()})
			return
		}
	}
	why := ""
	if w.a.Secret && w.st.Attempts > 0 {
		why = "a password from before the interruption, sealed or not, no longer works: the one of this run does"
	}
	w.end(gate.Result{Outcome: gate.Verified, Seen: now, Why: why})
}

// byHand ends a step that a person did, once he says so and reads do not say otherwise.
func (w *worker) byHand() {
	if w.st.ByHand == "" {
		w.leave(ForPerson, "")
		return
	}
	word := wordOf(w.st)
	if w.a.Inspect == nil {
		w.end(gate.Result{Outcome: gate.Verified, Why: word})
		return
	}
	reached, now, why := w.look(w.patience())
	if !reached {
		w.end(gate.Result{Outcome: gate.Unverified, Seen: now, Why: word + "; " + why})
		return
	}
	w.end(gate.Result{Outcome: gate.Verified, Seen: now, Why: word})
}

// settle looks again at what was sent, and sends nothing.
func (w *worker) settle() {
	said := len(w.s.Manual) > 0 && w.st.ByHand != "" && w.st.Result.Outcome != gate.Verified
	switch {
	case w.a == nil || !w.begun() && !said:
		w.standsAsIs()
	case said:
		w.byHand()
	case w.a.Secret:
		w.leave(resultState(w.step, w.st), "the new password was not handed over: resume makes another")
	default:
		w.recall()
		w.conclude(nil)
	}
}

// end keeps how the step ended.
func (w *worker) end(r gate.Result) {
	r.UndoOf = w.s.UndoOf
	err := w.Gate.Ended(gate.Attempt{Case: w.plan.Case, Plan: w.Plan.Hash(), Step: w.s.ID, Number: w.number}, r)
	if err != nil {
		err = w.broken(err)
		w.leave(InDoubt, err.Error())
		return
	}
	w.result(stateOf(r), r.Why, time.Now())
}

// leave ends the run's work on the step without a word in the journal.
func (w *worker) leave(state State, why string) { w.result(state, why, time.Time{}) }

// standsAsIs repeats what the journal says.
func (w *worker) standsAsIs() {
	w.result(resultState(w.step, w.st), w.st.Result.Why, w.st.Ended)
}

func (w *worker) result(state State, why string, ended time.Time) {
	r := StepResult{Step: *w.step, State: state, Why: why, Sent: w.number, Ended: ended}
	r.Effect = r.effect()
	w.mu.Lock()
	w.results[w.s.ID] = r
	w.cut = w.cut || why == errEnded.Error()
	w.mu.Unlock()
	w.report(&w.s, Progress{State: state, Why: why, Effect: r.Effect})
}

// forbidden leaves a step that no decision covers.
func (w *worker) forbidden(err error) {
	w.mu.Lock()
	state := LeftOut
	if errors.Is(err, errLast) {
		w.guarded, state = err, Blocked
	} else {
		w.refused = err
	}
	w.mu.Unlock()
	w.stuck(state, err.Error())
}

// errJournal means that the journal can't be written, so nothing may be sent.
var errJournal = errors.New("the journal can't be written, so nothing more is sent")

// broken ends the run: without the journal nothing may be sent.
func (w *worker) broken(err error) error {
	if errors.Is(err, gate.ErrRefused) || errors.Is(err, gate.ErrExpired) || errors.Is(err, gate.ErrUnapproved) || errors.Is(err, gate.ErrForeign) {
		return err
	}
	err = fmt.Errorf("%w: %w", errJournal, err)
	w.halt(err)
	return err
}
