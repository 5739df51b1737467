package respond

import (
	"time"

	"evict"
)

// ContainedAt is when each account was contained for the first time by plans of a case, by object ID: when sign-in was blocked,
// sessions were revoked and the password was changed, and each was read back. Zero: it is not.
func ContainedAt(plans ...Summary) map[string]time.Time {
	first := map[string]map[evict.ActionID]time.Time{} // by account and action; zero: not verified yet
	for _, p := range plans {
		for _, r := range p.Steps {
			if !contains(r.Step.Action) {
				continue
			}
			of := first[r.Step.Target.Account]
			if of == nil {
				of = map[evict.ActionID]time.Time{}
				first[r.Step.Target.Account] = of
			}
			switch at := of[r.Step.Action]; {
			case !verified(r):
				of[r.Step.Action] = at
			case at.IsZero() || r.Ended.Before(at):
				of[r.Step.Action] = r.Ended
			}
		}
	}
	out := map[string]time.Time{}
	for account, of := range first {
		out[account] = lastOf(of)
	}
	return out
}

// lastOf is when the last step of containment was verified; zero when one is not, or is in no plan.
func lastOf(steps map[evict.ActionID]time.Time) time.Time {
	var last time.Time
	had := map[evict.ActionID]bool{}
	for a, at := range steps {
		if at.IsZero() {
			return at
		}
		had[a] = true
		if at.After(last) {
			last = at
		}
	}
	if stillWanted(had) != "" {
		return time.Time{}
	}
	return last
}
