package gate

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"evict"
)

// A Request is what a step is about to send. Its body stays out of the journal: it may
// hold a password. The digest binds the permit to it.
type Request struct {
	Object    evict.Object    // that it changes: the step's target
	Before    json.RawMessage // what the object looks like now; "null" when it is not there
	Operation string          // of the table of calls
	Target    string          // the object as the request names it; "" where only its body does
	Digest    [32]byte        // of the whole request
	After     int             // attempts of the step that the sender knows of: with more in the journal somebody else works on it
}

// An Intent is what the journal says of a request before it leaves.
type Intent struct {
	Action    evict.ActionID  `json:"action"`
	Object    evict.Object    `json:"object"`
	Before    json.RawMessage `json:"before"`
	Operation string          `json:"operation"`
	Target    string          `json:"target,omitempty"`
	Digest    string          `json:"digest"` // hex
}

// Intend keeps the intent to send a request of an approved step, and only when that would
// outlive a crash gives the permit to send it once.
func (g *Gate) Intend(p Plan, step string, r Request) (*Permit, error) {
	if err := g.mine(p); err != nil {
		return nil, err
	}
	s := p.step(step)
	if err := fits(s, r); err != nil {
		return nil, fmt.Errorf("step %s: %w", step, err)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	all, err := g.entries()
	if err != nil {
		return nil, err
	}
	now := time.Now()
	if err := allowed(all, p.hash, step, now); err != nil {
		return nil, fmt.Errorf("step %s: %w", step, err)
	}
	if attempts(all, p.hash, step) != r.After {
		return nil, fmt.Errorf("step %s: %w: somebody else has worked on it since", step, ErrRefused)
	}
	of := Attempt{Case: g.caseID, Plan: p.hash, Step: step, Number: r.After + 1}
	detail, err := json.Marshal(Intent{Action: s.Action, Object: r.Object, Before: r.Before, Operation: r.Operation, Target: r.Target, Digest: hex.EncodeToString(r.Digest[:])})
	if err != nil {
		return nil, err
	}
	kept, err := g.journal.Append(Entry{Time: now, Kind: Intended, Plan: of.Plan, Step: of.Step, Attempt: of.Number, Detail: detail})
	if err != nil {
		return nil, err
	}
	if err := g.first(kept, len(all)); err != nil {
		return nil, err
	}
	return &Permit{tenant: string(g.tenant), operation: r.Operation, target: r.Target, digest: r.Digest, of: of}, nil
}

// fits refuses a request that is not what the step is about.
func fits(s *evict.Step, r Request) error {
	switch {
	case s == nil:
		return fmt.Errorf("%w: it has no such step", ErrRefused)
	case len(s.Manual) > 0:
		return fmt.Errorf("%w: a person does this step", ErrRefused)
	case r.Object != s.Target:
		return fmt.Errorf("%w: the request is about another object than the step", ErrRefused)
	case r.Operation == "" || r.Digest == [32]byte{}:
		return fmt.Errorf("%w: there is no request", ErrRefused)
	case !captured(r.Before) || !captured(s.Before):
		return fmt.Errorf("%w: what the object looked like before is not known", ErrRefused)
	case r.Target != "" && !names(r.Target, s):
		return fmt.Errorf("%w: the request names another object than the step", ErrRefused)
	}
	return nil
}

// captured reports whether a before-state is one: an object, or null for none. A plan
// that was made without the tenant has a word in its place.
func captured(before json.RawMessage) bool {
	if !json.Valid(before) {
		return false
	}
	t := strings.TrimSpace(string(before))
	return t == "null" || strings.HasPrefix(t, "{") || strings.HasPrefix(t, "[")
}

// names reports whether a request's target names the step's object: by one of its own
// names, or by an ID that the server gave it, which its states have, or by what lies below that.
func names(target string, s *evict.Step) bool {
	target = strings.ToLower(target)
	for _, own := range []string{s.Target.Account, s.Target.ID, s.Target.Name} {
		if own != "" && strings.Contains(target, strings.ToLower(own)) {
			return true
		}
	}
	for _, state := range []json.RawMessage{s.Before, s.After} {
		var of struct{ ID string }
		if json.Unmarshal(state, &of) == nil && of.ID != "" && (strings.EqualFold(of.ID, target) || strings.HasPrefix(target, strings.ToLower(of.ID)+"/")) {
			return true
		}
	}
	return false
}

// attempts of a step that the journal knows.
func attempts(all []Entry, hash, step string) int {
	most := 0
	for _, e := range all {
		if e.Kind == Intended && e.Plan == hash && e.Step == step {
			most = max(most, e.Attempt)
		}
	}
	return most
}

// first makes sure that nobody else kept the same attempt since the entries were read, and before us: it is his.
func (g *Gate) first(kept Entry, read int) error {
	all, err := g.entries()
	if err != nil {
		return err
	}
	for _, e := range all[min(read, len(all)):] {
		if e.Kind == Intended && e.Plan == kept.Plan && e.Step == kept.Step && e.Seq < kept.Seq {
			return fmt.Errorf("step %s: %w: somebody else works on it at the same time", kept.Step, ErrRefused)
		}
	}
	return nil
}

// An Answer is what came of one attempt.
type Answer struct {
	Status  int    `json:"status,omitempty"`  // of HTTP; 0: none
	Request string `json:"request,omitempty"` // our ID of it
	Error   string `json:"error,omitempty"`   // the server's words: hostile text
	// End says what is known of the attempt: Done, Refused, NotSent or Unclear.
	End End `json:"end"`
}

// An End is what is known of an attempt from its answer alone.
type End string

// Ends.
const (
	Done    End = "done"     // the service says yes
	Refused End = "refused"  // the service says no: it changed nothing
	NotSent End = "not sent" // nothing left
	Unclear End = "unclear"  // it may have had its effect
)

// Responded keeps the answer to an attempt.
func (g *Gate) Responded(of Attempt, a Answer) error {
	return g.add(of, Responded, "", a)
}

// An Outcome is how a step stands.
type Outcome string

// The outcomes. Every intent ends with one.
const (
	Verified   Outcome = "verified"        // two agreeing reads show it
	Unverified Outcome = "sent-unverified" // the service said yes, and reads do not show it yet
	Failed     Outcome = "failed"          // it changed nothing
	Skipped    Outcome = "skipped"         // it was not sent
	InDoubt    Outcome = "in-doubt"        // it may have had its effect or not, and can't be sent again
)

// A Result is how a step ended, with all its attempts so far.
type Result struct {
	UndoOf  string          `json:"undoOf,omitempty"` // the step that it reverses: see Step.UndoOf
	Outcome Outcome         `json:"outcome"`
	Why     string          `json:"why,omitempty"` // may hold the server's words
	Already bool            `json:"already,omitempty"`
	Stale   bool            `json:"stale,omitempty"` // the object no longer looked like the plan says
	Seen    json.RawMessage `json:"seen,omitempty"`  // what it looked like at last
}

// Ended keeps how a step ended. Its number says which attempt was the last, 0 when none was sent; that one and those before are
// settled by it. An end that does not know of the last attempt settles nothing.
func (g *Gate) Ended(of Attempt, r Result) error {
	return g.add(of, Ended, "", r)
}

// A Deed is a person's word that he did a manual step.
type Deed struct {
	Answer string `json:"answer,omitempty"` // to the step's question
}

// ByHand keeps that a person did a manual step of an approved plan.
func (g *Gate) ByHand(p Plan, step, who string, d Deed) error {
	if err := g.mine(p); err != nil {
		return err
	}
	s := p.step(step)
	if s == nil || len(s.Manual) == 0 {
		return fmt.Errorf("step %s: %w: it is no step for a person", step, ErrRefused)
	}
	if who == "" {
		return fmt.Errorf("step %s: %w: whoever did it has a name", step, ErrRefused)
	}
	return g.add(Attempt{Case: g.caseID, Plan: p.hash, Step: step}, Manual, who, d)
}

// Rechecked keeps how a plan's verified steps looked later.
func (g *Gate) Rechecked(p Plan, looks map[string]Look) error {
	if err := g.mine(p); err != nil {
		return err
	}
	return g.add(Attempt{Case: g.caseID, Plan: p.hash}, Rechecked, "", looks)
}

// A Look is one step's object seen again.
type Look struct {
	Holds bool            `json:"holds"`
	Why   string          `json:"why,omitempty"` // it could not be read
	Seen  json.RawMessage `json:"seen,omitempty"`
}

func (g *Gate) add(of Attempt, kind, who string, detail any) error {
	if of.Case != g.caseID {
		return ErrForeign
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.keep(Entry{Time: time.Now(), Kind: kind, Plan: of.Plan, Step: of.Step, Attempt: of.Number, Who: who}, detail)
}
