package respond

import (
	"context"

	"evict"
)

// A DoneStep is one step of an earlier plan and how it ended.
type DoneStep struct {
	Plan     string // hash
	Step     evict.Step
	Verified bool
	Ended    evict.Time
}

// A Release says which conditions for giving an account back are met. What a
// person vouches for has his name.
type Release struct {
	LogsTo       evict.Time // the logs that were looked at since are complete up to here; unset: none were
	Hostile      []string   // what attackers' strands did since containment, in sentences; none is good
	Device       Vouched    // the owner's device is clean
	Identity     Vouched    // the owner was called back on a number from before
	Number       string     // that number, for the note
	Enrolled     Vouched    // new methods were enrolled under a one-time pass
	UsedProtocol []string   // POP, IMAP, SMTP AUTH: those that the owner used before
	Overrides    []Override
}

// Vouched is a person's word; By is "" when nobody gave it.
type Vouched struct {
	By string
	At evict.Time
}

// ProposeRecover makes the plan that gives accounts back: a plan of its own, and
// empty but for what its release gate still wants until that is met.
func ProposeRecover(ctx context.Context, r Reader, c Case, done []DoneStep, rel Release) (evict.Plan, error) {
	return newPlanner(r, c, "recover").plan, ctx.Err()
}
