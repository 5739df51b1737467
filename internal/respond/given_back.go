package respond

import (
	"slices"

	"evict"
)

// givers name, for an action, the one that gives its effect back. A role is given back by the action that took it.
var givers = map[evict.ActionID]evict.ActionID{
	"block-sign-in":          "unblock-sign-in",
	"disable-on-premises":    "enable-on-premises",
	"disable-mail-protocols": "restore-mail-protocols",
}

// GivenBack is how the plans that took accounts back stand after those that gave them back: what the owner got back is
// no longer expected to hold, and a session revoked once more was revoked then.
func GivenBack(s Summary, recovery ...Summary) Summary {
	out := Summary{Steps: slices.Clone(s.Steps)}
	for i := range out.Steps {
		r := &out.Steps[i]
		for _, plan := range recovery {
			for _, b := range plan.Steps {
				if !done(b) || b.Step.Target != r.Step.Target || !b.Ended.After(r.Ended) {
					continue
				}
				switch a := r.Step.Action; {
				case a == RevokeSessions.ID && b.Step.Action == a:
					r.Ended, r.Effect = b.Ended, b.Effect
				case b.Step.Action == givers[a], b.Step.Action == a && slices.Contains(roleActions, a):
					r.Back, r.Lost = true, ""
				}
			}
		}
	}
	return out
}
