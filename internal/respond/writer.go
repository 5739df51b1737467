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

// A Sender sends writes, each under a permit; *m365.Client is one.
type Sender interface {
	Digest(m365.Call) (target string, digest [32]byte, err error)
	Write(context.Context, m365.Call, *gate.Permit) (*m365.Response, error)
}

// A writer is what one step's Apply sends through. Each send is an attempt of its own: an intent that is kept, a permit
// for it, and what came of it.
type writer struct {
	Reader
	of     *worker
	before json.RawMessage // what the object looked like
	sent   bool            // something left
	end    gate.End        // of the last attempt; "" when none was made
}

// Waits for a service that is busy: it says no, so nothing has happened and the same request may be sent again.
const (
	busyTries = 8
	busyMost  = 5 * time.Minute
)

// Write sends one request of the step.
func (w *writer) Write(ctx context.Context, call m365.Call) (*m365.Response, error) {
	call.Lane = m365.Configuration
	if w.of.s.Phase == evict.Contain {
		call.Lane = m365.Containment
	}
	var waited time.Duration
	for try := 1; ; try++ {
		if w.of.stop.Err() != nil {
			return nil, errEnded
		}
		resp, err := w.once(ctx, call)
		var e *m365.Error
		if !errors.As(err, &e) || e.Kind != m365.Throttled || try == busyTries || waited >= busyMost {
			return resp, err
		}
		pause := max(e.RetryAfter, time.Second<<min(try-1, 5))
		w.of.tell(&w.of.s, Sending, fmt.Sprintf("the service is busy; again in %s", pause.Round(time.Second)))
		sleep(w.of.stop, pause)
		waited += pause
	}
}

// once is one attempt.
func (w *writer) once(ctx context.Context, call m365.Call) (*m365.Response, error) {
	o := w.of
	target, digest, err := o.Sender.Digest(call)
	if err != nil {
		return nil, err
	}
	permit, err := o.Gate.Intend(o.Plan, o.s.ID, gate.Request{Object: o.s.Target, Before: w.before, Operation: call.Op, Target: target, Digest: digest, After: o.number})
	if err != nil {
		return nil, o.broken(err)
	}
	o.number = permit.Attempt().Number
	resp, err := o.Sender.Write(ctx, call, permit)
	a := answered(resp, err)
	w.end, w.sent = a.End, w.sent || a.End != gate.NotSent
	o.unclear = o.unclear || a.End == gate.Unclear
	o.partly = o.partly || a.End == gate.Done
	if err := o.Gate.Responded(permit.Attempt(), a); err != nil {
		return nil, o.broken(err)
	}
	return resp, err
}

// answered says what is known of an attempt.
func answered(resp *m365.Response, err error) gate.Answer {
	if err == nil {
		return gate.Answer{Status: resp.Status, Request: resp.RequestID, End: gate.Done}
	}
	var e *m365.Error
	if !errors.As(err, &e) {
		return gate.Answer{Error: err.Error(), End: gate.Unclear}
	}
	a := gate.Answer{Status: e.Status, Request: e.RequestID, Error: e.Error(), End: gate.Unclear}
	switch {
	case !e.Sent:
		a.End = gate.NotSent
	case e.Status >= 300 && e.Status < 500 && e.Kind != m365.Unavailable && e.Kind != m365.Malformed && e.Kind != m365.Cancelled:
		a.End = gate.Refused
	}
	return a
}

// sleep waits, or until the context ends.
func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
