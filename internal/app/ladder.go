package app

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"evict"
	"evict/internal/casefile"
	"evict/internal/gate"
	"evict/internal/respond"
)

// logsOf are the sources of a case whose completeness bounds what can be said of the time after the last revocation, and
// how late they show what happened.
var logsOf = map[string]time.Duration{"sign-ins/interactive": signInDelay, "sign-ins/non-interactive": signInDelay, "audit/actor": auditDelay}

// Delays of Microsoft's logs as documented: sign-ins within 15 minutes, the audit log typically within 60 to 90 (learn.microsoft.com,
// "Audit log activities": no time is guaranteed).
const (
	signInDelay = 15 * time.Minute
	auditDelay  = 90 * time.Minute
)

// A claim is how far the attacker is out, and what may be said of it.
type claim struct {
	ladder, says, unseen string
}

// claimed says how far the attacker is out by all that was approved in the case, whichever plan is asked about. It investigates
// only where the logs cover the time since.
func claimed(ctx context.Context, kept *casefile.Case, approved []gate.Plan, entries []gate.Entry, investigate func(context.Context) (*evict.Investigation, error)) (claim, error) {
	var accounts []evict.Object
	var checks []respond.Check
	for _, p := range approved {
		if plan := p.Plan(); plan.Kind == "respond" {
			accounts = append(accounts, held(plan.Accounts)...)
			if c := respond.Checks(p, entries); c != nil {
				checks = c // of the last one
			}
		}
	}
	var out claim
	given := summaries(approved, "recover", entries)
	sum := respond.GivenBack(respond.Join(summaries(approved, "respond", entries)...), given...)
	seen, err := observe(ctx, kept, respond.LastRevocation(sum), accounts, investigate)
	if err != nil {
		out.unseen = err.Error()
	}
	rung, says := respond.Ladder(sum, seen, checks, slices.ContainsFunc(given, respond.Summary.Whole))
	out.ladder, out.says = rung.String(), says
	return out, nil
}

// held are the accounts of a plan that the attacker was in, or made. Of one that its steps only touch, to take a right of his away, no log
// has to show that he is gone.
func held(accounts []evict.Object) []evict.Object {
	return slices.DeleteFunc(slices.Clone(accounts), func(a evict.Object) bool { return a.Kind == "touched" })
}

// approvedOf are the plans of a case that a person approved, the earliest first.
func approvedOf(all []gate.Plan, entries []gate.Entry) []gate.Plan {
	return slices.DeleteFunc(slices.Clone(all), func(p gate.Plan) bool { return len(gate.Approvals(entries, p.Hash())) == 0 })
}

// summaries are how the plans of a kind stand.
func summaries(plans []gate.Plan, kind string, entries []gate.Entry) []respond.Summary {
	var out []respond.Summary
	for _, p := range plans {
		if p.Plan().Kind == kind {
			out = append(out, respond.Standing(p, entries))
		}
	}
	return out
}

// observe looks in the case's evidence for what the attacker did after the last revocation. It says nothing of times that
// the logs do not cover, and reads no evidence for them.
func observe(ctx context.Context, c *casefile.Case, since time.Time, accounts []evict.Object, investigate func(context.Context) (*evict.Investigation, error)) (respond.Observation, error) {
	to, lacks, err := seenTo(c, since, accounts)
	if err != nil || to.Before(since) || to.IsZero() {
		return respond.Observation{To: to, Lacks: lacks}, err
	}
	inv, err := investigate(ctx)
	if err != nil {
		return respond.Observation{}, err
	}
	return respond.Observation{To: to, Hostile: hostileSince(inv, since)}, nil
}

// seenTo is the time up to which the case's logs of all the accounts are complete; zero when nothing was revoked, or one is not: lacks says which.
func seenTo(c *casefile.Case, since time.Time, accounts []evict.Object) (to time.Time, lacks string, err error) {
	if since.IsZero() {
		return since, "", nil
	}
	cov, err := c.Coverage()
	to, lacks = coveredTo(cov, accounts)
	return to, lacks, err
}

// hostileSince are the attacker's strands that were active after a time, in sentences.
func hostileSince(inv *evict.Investigation, since time.Time) []string {
	var out []string
	for _, a := range inv.Accounts {
		for _, s := range a.Strands {
			if s.Verdict == evict.ByAttacker && s.To.Std().After(since) {
				out = append(out, fmt.Sprintf("a strand of his from %s was active in %s until %s", s.Network, a.Account, s.To))
			}
		}
	}
	return out
}

// coveredTo is the time up to which every log of every account is complete; zero when one is not, which lacks names.
func coveredTo(cov []casefile.Coverage, accounts []evict.Object) (to time.Time, lacks string) {
	for _, a := range accounts {
		for _, source := range slices.Sorted(maps.Keys(logsOf)) {
			at := time.Time{}
			for _, c := range cov {
				if c.Source == source && c.Account == a.Account && (c.State == "complete" || c.State == "empty") {
					at = c.Got.To.Add(-logsOf[source])
				}
			}
			if at.IsZero() {
				return at, source + " of " + cmp.Or(a.Name, a.Account)
			}
			if to.IsZero() || at.Before(to) {
				to = at
			}
		}
	}
	return to, ""
}
