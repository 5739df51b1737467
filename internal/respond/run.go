package respond

import (
	"context"
	"errors"
	"time"

	"evict"
	"evict/internal/gate"
	"evict/internal/m365"
)

// A Sender sends writes, each under a permit; *m365.Client is one.
type Sender interface {
	Digest(m365.Call) (target string, digest [32]byte, err error)
	Write(context.Context, m365.Call, *gate.Permit) (*m365.Response, error)
}

// A Runner carries one approved plan out. All that it must know of earlier runs is in the journal.
type Runner struct {
	Reader   Reader
	Sender   Sender
	Gate     *gate.Gate
	Plan     gate.Plan
	Secrets  Secrets        // takes new passwords; nil where no step makes one
	Progress func(Progress) // never called at once from two goroutines; nil: nobody listens
	Patience time.Duration  // how long reads may take to agree; 0: five minutes
}

// A Progress is one step's news.
type Progress struct {
	Step   string // ID
	State  State
	Why    string // may hold the server's words: hostile text
	Time   time.Time
	Effect time.Time // from when on the service obeys it everywhere; zero while that is not known
}

// A State is where a step is in a run.
type State string

// States of a step. Those that end a run's work on it stand in its Summary too.
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

// A StepResult is how a step stands after a run.
type StepResult struct {
	Step   evict.Step
	State  State
	Why    string
	Sent   int       // attempts, ever
	Ended  time.Time // zero: not
	Effect time.Time // from when on the service obeys it everywhere
}

// A Summary is how the plan stands after a run.
type Summary struct {
	Steps []StepResult // in the plan's order
}

// Count the steps in one of the states.
func (s Summary) Count(states ...State) int { return 0 }

// Apply carries out every approved step that is not verified yet. Open intents are settled first, by looking. A
// cancelled context stops new steps; what was sent is still settled. The error is about what keeps the run from
// going on, such as a journal that can't be written; how the steps ended is in the Summary, which is always whole.
func (r *Runner) Apply(ctx context.Context) (Summary, error) {
	return Summary{}, errors.New("not yet")
}

// Verify looks again at what was sent and is not verified, and sends nothing.
func (r *Runner) Verify(ctx context.Context) (Summary, error) {
	return Summary{}, errors.New("not yet")
}

// Recheck looks once more at every verified step, and keeps what it saw in the journal.
func (r *Runner) Recheck(ctx context.Context) (map[string]gate.Look, error) {
	return nil, errors.New("not yet")
}

// Standing is the summary of a plan from the journal alone.
func Standing(p gate.Plan, entries []gate.Entry) Summary { return Summary{} }

// A Check is one recheck that is due after a plan was carried out.
type Check struct {
	At   time.Time
	Done time.Time // zero: not yet
}

// Checks lists when a plan is looked at again: 1, 24 and 72 hours and 7 days after its last step was verified.
func Checks(p gate.Plan, entries []gate.Entry) []Check { return nil }

// An Undoing says what of a carried-out plan is to be put back.
type Undoing struct {
	Plan     gate.Plan
	Entries  []gate.Entry
	Steps    []string        // IDs; nil: all
	Findings []evict.Finding // of the case: what they name is put back only when Steps names it
	Made     evict.Time
	Tool     string
}

// Undo makes the plan that puts verified steps back, from the journal. What can't be put back, or must be named for it, is among the skipped.
func Undo(u Undoing) (evict.Plan, error) { return evict.Plan{}, errors.New("not yet") }
