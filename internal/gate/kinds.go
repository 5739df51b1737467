package gate

import "slices"

// The kinds of journal entries.
const (
	Created    = "created"   // the case
	Repaired   = "repaired"  // what a crash had torn was dropped
	Writing    = "writing"   // a file of the case, about to be written
	Written    = "written"   // it was
	Planned    = "planned"   // a plan was kept
	Note       = "note"      // a person's
	Requested  = "requested" // a job or subscription of ours in the tenant, about to be
	Declared   = "declared"  // work that is no evidence
	Answered   = "answered"  // the owner's answer to a question
	Approved   = "approved"  // a plan, by a person
	Overridden = "override"  // a guard, by a person's typed word
	Intended   = "intended"  // a write, about to be sent
	Responded  = "responded" // what the service answered
	Ended      = "ended"     // how a step or an attempt of it ended
	Manual     = "manual"    // a step that a person did
	Rechecked  = "rechecked" // how the tenant looked later
)

var kinds = []string{Created, Repaired, Writing, Written, Planned, Note, Requested, Declared, Answered, Approved, Overridden, Intended, Responded, Ended, Manual, Rechecked}

// Unknown are the entries of kinds that this program does not know: a newer one wrote them. They can be read, and nothing may be applied.
func Unknown(entries []Entry) []Entry {
	var out []Entry
	for _, e := range entries {
		if !slices.Contains(kinds, e.Kind) {
			out = append(out, e)
		}
	}
	return out
}
