package respond

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"evict"
	"evict/internal/gate"
)

// A Runner carries one approved plan out. All that it must know of earlier runs is in the journal.
type Runner struct {
	Reader   Reader
	Sender   Sender
	Gate     *gate.Gate
	Plan     gate.Plan
	Secrets  Secrets        // takes new passwords; nil where no step makes one
	Progress func(Progress) // never called at once from two goroutines; nil: nobody listens
	Patience time.Duration  // how long reads may take to agree; 0: five minutes
	Lag      time.Duration  // how old what a read shows may be; 0: five minutes
	// Snapshot sees to it that the case knows what all that can be changed looked like. Apply runs it beside the steps that contain,
	// and sends no step of phase evict before it has ended, nor when it ends with an error; nil: nothing waits. It runs only
	// where such a step is to be sent.
	Snapshot func(context.Context) error

	find func(evict.ActionID) *Action // nil: the catalog's
}

// A Progress is one step's news.
type Progress struct {
	Step   string // ID
	Title  string // what it does
	Object string // to what, for people: hostile text
	State  State
	Why    string // may hold the server's words: hostile text
	Time   time.Time
	Effect time.Time // from when on the service obeys it everywhere; zero while that is not known
}

// A State is where a step is in a run.
type State string

// States of a step. Those from Verified on stand in a Summary.
const (
	Waiting    State = "waiting" // for the steps that it needs
	Reading    State = "reading"
	Sending    State = "sending"
	Verifying  State = "verifying"
	Verified   State = "verified"
	Already    State = "already" // verified: the object was as wanted, and nothing was sent
	Unverified State = "sent-unverified"
	Failed     State = "failed"
	InDoubt    State = "in-doubt"
	Stale      State = "stale"    // the object no longer looks like the plan says: it was not touched
	Blocked    State = "blocked"  // a step that it needs is not verified
	ForPerson  State = "manual"   // a person has to do it, or to say that he did
	LeftOut    State = "left-out" // the approval does not cover it, or the run was ended before
)

// errEnded means that no new step was to be begun.
var errEnded = errors.New("the run was ended before")

// Apply carries out every approved step that is not verified yet. Open intents are settled first, by looking. A
// cancelled context stops new steps; what was sent is still settled. The error is about what keeps the run from
// going on, such as a journal that can't be written; how the steps ended is in the Summary, which is always whole.
func (r *Runner) Apply(ctx context.Context) (Summary, error) {
	return r.run(ctx, r.Snapshot, (*worker).carry)
}

// Verify looks again at what was sent and is not verified, and sends nothing.
func (r *Runner) Verify(ctx context.Context) (Summary, error) {
	return r.run(ctx, nil, (*worker).settle)
}

// A run is one pass over the plan.
type run struct {
	*Runner
	plan     evict.Plan
	standing map[string]gate.StepState
	done     map[string]chan struct{}
	stop     context.Context // no new step after it
	halt     context.CancelCauseFunc
	known    chan struct{} // closed when the snapshot has ended; nil: there is none
	unknown  error         // why it has failed, once it has ended

	mu      sync.Mutex
	results map[string]StepResult
	touched map[aspect][]touch
	cut     bool       // a step was not begun because the run was ended
	refused error      // why the gate lets a step not be sent
	guarded error      // why a guard, which looked again, does not
	ended   time.Time  // when the run was
	talk    sync.Mutex // of Progress
}

func (r *Runner) run(ctx context.Context, snapshot func(context.Context) error, do func(*worker)) (Summary, error) {
	entries, err := r.Gate.Entries()
	if err != nil {
		return Standing(r.Plan, nil), err
	}
	n := &run{Runner: r, plan: r.Plan.Plan(), standing: gate.Standing(entries, r.Plan.Hash()), done: map[string]chan struct{}{},
		results: map[string]StepResult{}, touched: touches(entries)}
	n.stop, n.halt = context.WithCancelCause(ctx)
	defer n.halt(nil)
	for _, s := range n.plan.Steps {
		n.done[s.ID] = make(chan struct{})
	}
	work := context.WithoutCancel(ctx) // what was sent is settled whatever happens
	if r.Secrets != nil {
		work = WithSecrets(work, r.Secrets)
	}
	var all sync.WaitGroup
	defer context.AfterFunc(n.stop, func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.ended = time.Now()
	})()
	if snapshot != nil && slices.ContainsFunc(n.plan.Steps, n.evicts) {
		n.known = make(chan struct{})
		all.Go(func() {
			defer close(n.known)
			n.unknown = snapshot(n.stop)
		})
	}
	for i := range n.plan.Steps {
		all.Go(func() {
			s := &n.plan.Steps[i]
			defer close(n.done[s.ID])
			do(n.worker(work, s))
		})
	}
	all.Wait()
	return n.summary(), n.err(ctx)
}

// evicts reports whether a step of phase evict is to be sent.
func (n *run) evicts(s evict.Step) bool {
	return s.Phase == evict.Evict && len(s.Manual) == 0 && n.standing[s.ID].Result.Outcome != gate.Verified && n.Gate.Allowed(n.Plan, s.ID) == nil
}

// err is what kept the run from going on; nil when it came to its end.
func (n *run) err(ctx context.Context) error {
	switch cause := context.Cause(n.stop); {
	case errors.Is(cause, errJournal):
		return cause
	case n.cut:
		return ctx.Err()
	case n.guarded != nil:
		return n.guarded
	}
	for _, s := range n.results {
		if n.refused == nil || s.State != LeftOut && s.State != Blocked && s.State != ForPerson {
			return nil
		}
	}
	return n.refused // not one step was allowed
}

// An aspect is what one action changes of an object.
type aspect struct {
	action evict.ActionID
	object evict.Object
}

// A touch is one send about an aspect.
type touch struct {
	plan, step string
	at         time.Time
}

// touches are all that the case ever sent.
func touches(entries []gate.Entry) map[aspect][]touch {
	out, of := map[aspect][]touch{}, map[string]aspect{}
	for _, e := range entries {
		step := e.Plan + "/" + e.Step
		if i, ok := e.Intent(); ok {
			of[step] = aspect{i.Action, i.Object}
		}
		if a, ok := of[step]; ok && (e.Kind == gate.Intended || e.Kind == gate.Responded) {
			out[a] = append(out[a], touch{e.Plan, e.Step, e.Time})
		}
	}
	return out
}

// clear is from when on no read can show the time before an earlier step of ours on the same.
func (n *run) clear(s *evict.Step) time.Time {
	var last time.Time
	for _, t := range n.touched[aspect{s.Action, s.Target}] {
		if (t.plan != n.Plan.Hash() || t.step != s.ID) && t.at.After(last) {
			last = t.at
		}
	}
	return last.Add(n.lag())
}

func (n *run) action(id evict.ActionID) *Action {
	if n.find != nil {
		return n.find(id)
	}
	return Find(id)
}

func (n *run) worker(ctx context.Context, s *evict.Step) *worker {
	return &worker{run: n, ctx: ctx, step: s, s: *s, clear: n.clear(s), st: n.standing[s.ID], a: n.action(s.Action), number: n.standing[s.ID].Attempts}
}

// tell passes a step's news on.
func (n *run) tell(s *evict.Step, state State, why string) {
	n.report(s, Progress{State: state, Why: why})
}

func (n *run) report(s *evict.Step, p Progress) {
	if n.Progress == nil {
		return
	}
	p.Step, p.Title, p.Object, p.Time = s.ID, s.Title, s.Target.Name, time.Now()
	n.talk.Lock()
	defer n.talk.Unlock()
	n.Progress(p)
}

// needs are the steps that must be verified before s. Sending is unblocked after everything of R1 to R3 on its account,
// whatever the plan says.
func (n *run) needs(s *evict.Step) []string {
	out := slices.Clone(s.Needs)
	if !slices.Contains(s.Procedure, "R4") {
		return out
	}
	for _, o := range n.plan.Steps {
		if o.ID != s.ID && together(o, *s) && beforeSending(o.Procedure) && !n.waitsFor(&o, s.ID) {
			out = append(out, o.ID)
		}
	}
	return out
}

// waitsFor reports whether a step needs another, or needs one that does.
func (n *run) waitsFor(s *evict.Step, other string) bool {
	for i := range n.plan.Steps {
		if o := &n.plan.Steps[i]; slices.Contains(s.Needs, o.ID) && (o.ID == other || n.waitsFor(o, other)) {
			return true
		}
	}
	return false
}

// wait waits for the steps that s needs, and says why it can't begin.
func (n *run) wait(s *evict.Step) (State, string) {
	told := false
	for _, id := range n.needs(s) {
		select {
		case <-n.done[id]:
		default:
			if !told {
				n.tell(s, Waiting, "for "+id)
				told = true
			}
			<-n.done[id] // after the end of the run it ends soon
		}
		n.mu.Lock()
		got := n.results[id].State
		n.mu.Unlock()
		if got != Verified && got != Already {
			return Blocked, fmt.Sprintf("it needs %s, which is %s", id, got)
		}
	}
	failed := n.waitKnown(s)
	switch {
	case n.stop.Err() != nil:
		return LeftOut, errEnded.Error()
	case failed != nil:
		return Blocked, failed.Error()
	}
	return "", ""
}

// waitKnown waits for the snapshot, where the step may take away what nobody has seen yet, and says why there is none.
func (n *run) waitKnown(s *evict.Step) error {
	if n.known == nil || s.Phase != evict.Evict || len(s.Manual) > 0 {
		return nil
	}
	select {
	case <-n.known:
	default:
		n.tell(s, Waiting, "for the snapshot of what can be changed")
		<-n.known // after the end of the run it ends soon
	}
	return n.unknown
}
