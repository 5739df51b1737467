package detect

import (
	"fmt"

	"evict"
)

var journalRuleDivertsMail = &Detector{
	ID: "journal-rule-diverts-mail", Rev: 1, Scope: TenantScope, Item: "G1",
	Title: "Journal rule sends copies of mail outside",
	Doc: `A journal rule of the tenant sends a copy of every message, or of one person's, to an address outside the tenant's domains. No user sees it.

Innocent causes: archiving services take journals by contract; the address then belongs to the service and the rule was made in a planned change.

By hand: Purview portal, Data lifecycle management, Exchange (legacy), Journal rules; PowerShell: Get-JournalRule | Format-List Name, Enabled, JournalEmailAddress, Recipient, Scope.`,
	Symptoms: []int{9}, Techniques: []string{"T1114.003"},
	Needs:   []Need{{Any: []evict.Kind{evict.AdminAudit, evict.FlowState}}},
	Actions: []string{"disable-journal-rule", "revoke-sessions", "reset-password"},
	New:     func() Watcher { return EventFunc(journalRuleEvent) },
}

func journalRuleEvent(e *evict.Event, v *View) {
	d, ok := e.Detail.(*evict.Settings)
	if !ok || !seen(e) && !acted(e) || !opIs(e.Op, "new-journalrule", "set-journalrule", "enable-journalrule", "get-journalrule") {
		return
	}
	to, _ := d.Get("JournalEmailAddress")
	if a := address(to); a == "" || insideOf(e, v)(a) {
		return
	}
	if s, ok := d.Get("Enabled"); ok && no(s) {
		return
	}
	name := objectOf(d)
	if n, ok := d.Get("Name"); ok {
		name = n
	}
	out := Draft{
		Subject: evict.FindingSubject{Kind: evict.OnTenant, ID: string(e.Tenant)}, Actor: e.Actor, Target: address(to),
		Family: evict.Persistence, Grade: evict.Strong, Cause: Because(e), Lifetime: &evict.Lifetime{From: e.Time},
		NoHonestPurpose: FreeMail(evict.DomainOf(address(to))), Left: leftover(evict.LeftJournalRule, "", name, objectOf(d), ""),
		Summary: fmt.Sprintf("%s%s by %s: the journal rule %s sends copies to %s", e.Op, from(e), actorName(e), quoted(name), quoted(address(to))),
	}
	if seen(e) {
		out.Summary = fmt.Sprintf("The journal rule %s sends copies to %s", quoted(name), quoted(address(to)))
	}
	v.Report(out)
}
