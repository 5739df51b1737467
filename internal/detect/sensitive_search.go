package detect

import (
	"fmt"
	"strings"

	"evict"
)

var sensitiveSearch = &Detector{
	ID: "sensitive-search", Rev: 2, Scope: AccountScope, Item: "G9",
	Title: "Search for money or passwords by an unknown hand",
	Doc: `A strand that nothing ties to the owner searched mail or files for words about money or passwords, or asked Copilot.

Innocent causes: bookkeepers search for invoices all day, from their own machines; that is not reported. Searches are logged only where they were switched on for the mailbox: without them this check sees nothing.

By hand: audit log: SearchQueryInitiatedExchange, SearchQueryInitiatedSharePoint, CopilotInteraction; PowerShell: Get-Mailbox USER | Select AuditOwner.`,
	Symptoms: []int{}, Techniques: []string{"T1213", "T1114.002"},
	Needs:   []Need{{Any: []evict.Kind{evict.OtherAudit, evict.MailboxAudit, evict.FileAudit}}},
	Actions: []string{"revoke-sessions", "contact-notices"},
	New:     func() Watcher { return EventFunc(seeSearch) },
}

func seeSearch(e *evict.Event, v *View) {
	if !v.Unanchored() || !v.Mine(e.Actor) || strings.Contains(strings.ToLower(e.Op), "compliance") {
		return
	}
	d := Draft{Family: evict.Behaviour, Grade: evict.Strong, Cause: Because(e)}
	s, ok := e.Detail.(*evict.Search)
	switch {
	case strings.HasPrefix(e.Op, "CopilotInteraction"): // its record holds no query
		d.Item, d.Grade = "copilot", evict.Indicative
		d.Summary = fmt.Sprintf("Copilot was used%s", from(e))
	case !ok:
		return
	case hasWord(s.Query, moneyWords) != "" || hasWord(s.Query, payrollWords) != "" || strings.Contains(strings.ToLower(s.Query), "password"):
		d.Summary = fmt.Sprintf("%s: a search for %s%s", e.Op, quoted(s.Query), from(e))
	default:
		return
	}
	v.Report(d)
}
