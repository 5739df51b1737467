package detect

import (
	"fmt"
	"strings"

	"evict"
)

var accessPolicyChanged = &Detector{
	ID: "access-policy-changed", Rev: 2, Scope: RecordScope, Seed: true, Item: "policy",
	Title: "Conditional access policy changed, switched off or deleted",
	Doc: `A conditional access policy was updated or deleted, or security defaults were switched off. It is the way to open the door for later: an exclusion, a trusted location, a policy in report-only mode.

Innocent causes: policies are tuned often; the record keeps the old and the new text, which shows what changed.

By hand: Entra admin center, Protection, Conditional Access, Policies; Audit logs, category Policy: compare old and new value.`,
	Symptoms: []int{8}, Techniques: []string{"T1556.009", "T1526", "T1556"},
	Needs:   []Need{{Any: []evict.Kind{evict.DirectoryAudit}}},
	Actions: []string{"require-mfa"},
	New:     func() Watcher { return EventFunc(seeAccessPolicy) },
}

func seeAccessPolicy(e *evict.Event, v *View) {
	c, ok := directoryChange(e)
	if !ok {
		return
	}
	op := operation(e)
	switch {
	case strings.Contains(op, "conditional access policy") && !strings.HasPrefix(op, "add"):
	case strings.Contains(op, "named location") && !strings.HasPrefix(op, "add"):
	case op == "update policy" || op == "delete policy" || op == "updated policy" || op == "deleted policy":
	case strings.Contains(op, "security defaults"):
	default:
		return
	}
	d := Draft{
		Subject: onTenant(e), Family: evict.Privilege, Grade: evict.Indicative, Cause: Because(e), Target: whom(e), Left: leftover(evict.LeftPolicy, "", whom(e), "", ""),
		Summary: fmt.Sprintf("%s: %s, policy %s%s", strings.TrimSuffix(e.Op, "."), actorName(e), quoted(whom(e)), from(e)),
	}
	if p, ok := c.Prop("ConditionalAccessPolicy"); ok && weaker(p.Old, p.New, strings.HasPrefix(op, "delete")) {
		d.Item, d.Grade = "G6", evict.Strong
		d.Summary += "; it was in force before and is not now"
	}
	v.Report(d)
}

// weaker reports that a policy's text was enabled before and is not now. Only
// a deleted policy has no text; elsewhere a missing one says nothing.
func weaker(before, now string, deleted bool) bool {
	on := func(s string) bool {
		s = strings.ToLower(strings.ReplaceAll(strings.ReplaceAll(s, " ", ""), "\\", ""))
		return strings.Contains(s, `"state":"enabled"`)
	}
	return on(before) && !on(now) && (deleted || plainValue(now) != "")
}
