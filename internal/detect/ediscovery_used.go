package detect

import (
	"fmt"
	"strings"

	"evict"
)

var ediscoveryUsed = &Detector{
	ID: "ediscovery-used", Rev: 1, Scope: AccountScope, Item: "ediscovery",
	Title: "Content search or export by an unknown hand",
	Doc: `A content search, case or export of the compliance portal was made or started by a strand that nothing ties to the owner, or by a hand that the record does not place. It reaches every mailbox of the tenant at once.

Innocent causes: legal and compliance officers, from their own machines; that is not reported.

By hand: Purview portal, eDiscovery, Cases, and Content search: who made what when; audit log: SearchCreated, SearchStarted, SearchExportDownloaded, New-ComplianceSearchAction.`,
	Symptoms: []int{}, Techniques: []string{"T1114.002", "T1213"},
	Needs:   []Need{{Any: []evict.Kind{evict.AdminAudit, evict.OtherAudit}}},
	Actions: []string{"remove-compliance-role-group", "revoke-sessions"},
	New:     func() Watcher { return EventFunc(seeDiscovery) },
}

func seeDiscovery(e *evict.Event, v *View) {
	if e.Kind != evict.AdminAudit && e.Kind != evict.OtherAudit || e.Outcome == evict.Failure || !v.Mine(e.Actor) || v.Strand != nil && len(v.Strand.Anchors) > 0 {
		return
	}
	op := strings.ToLower(e.Op)
	switch {
	case strings.HasPrefix(op, "new-compliancesearch"), strings.HasPrefix(op, "start-compliancesearch"), strings.HasPrefix(op, "new-compliancecase"), strings.HasPrefix(op, "new-mailboxexportrequest"), strings.HasPrefix(op, "new-mailboxsearch"):
	case op == "searchcreated", op == "searchstarted", strings.HasPrefix(op, "searchexport"), strings.HasPrefix(op, "searchpreview"), op == "caseadded":
	default:
		return
	}
	v.Report(Draft{
		Family: evict.Behaviour, Grade: evict.Indicative, Cause: Because(e),
		Summary:  e.Op + from(e) + searched(e),
		Question: "Did you search or export mail in the compliance portal?",
	})
}

// searched is what was searched for, where the record says.
func searched(e *evict.Event) string {
	if s, ok := e.Detail.(*evict.Search); ok && s.Query != "" {
		return fmt.Sprintf(": a search for %s", quoted(s.Query))
	}
	return ""
}
