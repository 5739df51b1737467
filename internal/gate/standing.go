package gate

import (
	"encoding/json"
	"strings"
	"time"
)

// A StepState is how a step stands, from the journal alone.
type StepState struct {
	Attempts int             // sends so far
	Open     bool            // an attempt's end is not told: a crash came
	Sent     Answer          // to the last attempt; End is Unclear where the journal has none
	Unclear  bool            // an attempt since the last end may have had its effect
	Before   json.RawMessage // captured before the first attempt; of a step that ended without one, nil
	Result   Result          // Outcome "" while it has not ended
	ByHand   string          // who did it, for a manual step
	Answer   string          // to its question
	Began    time.Time       // first intent, or a person's word; zero: not begun
	Ended    time.Time
	Undone   time.Time // when a later plan's step that reverses it was verified; zero: never

	earlier bool // an attempt before the last may have had its effect, and no end settled it
}

// Standing says how each step of a plan stands that was begun or ended.
func Standing(entries []Entry, hash string) map[string]StepState {
	out := map[string]StepState{}
	for _, e := range entries {
		if of, ok := undone(e, hash); ok {
			s := out[of]
			s.Undone = e.Time
			out[of] = s
			continue
		}
		if e.Plan != hash || e.Step == "" {
			continue
		}
		s, touched := out[e.Step], true
		switch e.Kind {
		case Intended:
			s.intended(e)
		case Responded:
			s.responded(e)
		case Ended:
			s.ended(e)
		case Manual:
			var d Deed
			_ = json.Unmarshal(e.Detail, &d) // whose word it is counts
			s.ByHand, s.Answer = e.Who, d.Answer
			if s.Began.IsZero() {
				s.Began = e.Time
			}
		default:
			touched = false
		}
		if touched {
			out[e.Step] = s
		}
	}
	return out
}

func (s *StepState) intended(e Entry) {
	i, _ := e.Intent()                                                                // unreadable: open and unclear all the same
	if s.Before == nil || s.Result.Outcome == Failed || s.Result.Outcome == Skipped { // what was sent so far changed nothing
		s.Before = i.Before
	}
	if s.Began.IsZero() {
		s.Began = e.Time
	}
	s.Attempts = max(s.Attempts, e.Attempt)
	s.earlier = s.earlier || s.Open && s.Sent.End != Refused && s.Sent.End != NotSent
	s.Open, s.Unclear = true, true
	s.Sent = Answer{End: Unclear}
	s.Result, s.Ended = Result{}, time.Time{}
}

func (s *StepState) responded(e Entry) {
	var a Answer
	if json.Unmarshal(e.Detail, &a) != nil || e.Attempt != s.Attempts {
		return
	}
	s.Sent = a
	s.Unclear = s.earlier || a.End == Unclear
}

func (s *StepState) ended(e Entry) {
	var r Result
	if e.Attempt < s.Attempts || json.Unmarshal(e.Detail, &r) != nil || r.Outcome == "" {
		return
	}
	s.Result, s.Ended = r, e.Time
	s.Open, s.Unclear, s.earlier = false, false, false
}

// Reverses is what a step that reverses another says in its UndoOf.
func Reverses(hash, step string) string { return hash + "/" + step }

// undone names the step of the plan that an entry says is reversed.
func undone(e Entry, hash string) (step string, ok bool) {
	if e.Kind != Ended || e.Plan == hash {
		return "", false
	}
	var r Result
	if json.Unmarshal(e.Detail, &r) != nil || r.Outcome != Verified {
		return "", false
	}
	return strings.CutPrefix(r.UndoOf, hash+"/")
}
