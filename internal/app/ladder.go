package app

import (
	"context"
	"fmt"
	"time"

	"evict"
	"evict/internal/casefile"
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

// observe looks in the case's evidence for what the attacker did after the last revocation. It says nothing of times that
// the logs do not cover.
func observe(ctx context.Context, folder string, c *casefile.Case, since time.Time, accounts []evict.Object) (respond.Observation, error) {
	var o respond.Observation
	if since.IsZero() {
		return o, nil
	}
	cov, err := c.Coverage()
	if err != nil || len(cov) == 0 {
		return o, err
	}
	if o.To = coveredTo(cov, accounts); o.To.IsZero() || o.To.Before(since) {
		return o, nil
	}
	inv, err := Investigate(ctx, Options{Case: folder})
	if err != nil {
		return o, err
	}
	for _, a := range inv.Accounts {
		for _, s := range a.Strands {
			if s.Verdict == evict.ByAttacker && s.To.Std().After(since) {
				o.Hostile = append(o.Hostile, fmt.Sprintf("a strand of his from %s was active in %s until %s", s.Network, a.Account, s.To))
			}
		}
	}
	return o, nil
}

// coveredTo is the time up to which every log of every account is complete; zero when one is not.
func coveredTo(cov []casefile.Coverage, accounts []evict.Object) time.Time {
	var to time.Time
	for _, a := range accounts {
		for source, delay := range logsOf {
			at := time.Time{}
			for _, c := range cov {
				if c.Source == source && c.Account == a.Account && (c.State == "complete" || c.State == "empty") {
					at = c.Got.To.Add(-delay)
				}
			}
			if at.IsZero() {
				return at
			}
			if to.IsZero() || at.Before(to) {
				to = at
			}
		}
	}
	return to
}
