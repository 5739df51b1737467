package detect

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"evict"
)

var auditWeakened = &Detector{
	ID: "audit-weakened", Rev: 1, Scope: RecordScope, Seed: true, Item: "G6",
	Title: "Audit switched off, bypassed or cut down",
	Doc: `The unified audit log was switched off, an account's mailbox acts were exempted from audit, mailbox audit was switched off, its set of actions or its age cut, or a retention policy removed. From then on acts leave no record, and nothing found in that time means nothing.

Innocent causes: a migration tool or backup service account is exempted from audit on the vendor's advice; a mailbox's retention is set to a company standard. Both are done by a named administrator and stand in a change record.

By hand: Purview portal, Audit (a banner says when recording is off); Exchange Online PowerShell: Get-AdminAuditLogConfig | Format-List UnifiedAuditLogIngestionEnabled; Get-MailboxAuditBypassAssociation -ResultSize Unlimited | Where-Object AuditBypassEnabled; Get-Mailbox -ResultSize Unlimited | Where-Object { -not $_.AuditEnabled }; Get-OrganizationConfig | Format-List AuditDisabled.`,
	Symptoms: []int{1}, Techniques: []string{"T1562.008"},
	Needs:   []Need{{Any: []evict.Kind{evict.AdminAudit}}},
	Actions: []string{"restore-audit", "revoke-sessions", "reset-password"},
	New:     func() Watcher { return EventFunc(auditWeakenedEvent) },
}

func auditWeakenedEvent(e *evict.Event, v *View) {
	d, ok := e.Detail.(*evict.Settings)
	if !ok || !acted(e) {
		return
	}
	how, grade, tenant := weakens(e, d)
	if how == "" {
		return
	}
	out := Draft{
		Actor: e.Actor, Family: evict.CoverUp, Grade: grade, Cause: Because(e), NoHonestPurpose: grade == evict.Strong,
		Summary: fmt.Sprintf("%s%s by %s: %s", e.Op, from(e), actorName(e), how),
	}
	out.Left = leftAudit(e, d)
	if tenant {
		out.Subject = evict.FindingSubject{Kind: evict.OnTenant, ID: string(e.Tenant)}
	} else if name, _, own := mailbox(e, v); !own {
		out.Subject, out.Target = evict.FindingSubject{Kind: evict.OnMailbox, ID: name}, name
	}
	v.Report(out)
}

// weakens says how a cmdlet cuts the audit down, how heavily that weighs, and
// whether it does so for the whole tenant.
func weakens(e *evict.Event, d *evict.Settings) (how string, grade evict.Grade, tenant bool) {
	has := func(name string, is func(string) bool) bool {
		v, ok := d.Get(name)
		return ok && is(v)
	}
	switch {
	case opIs(e.Op, "set-adminauditlogconfig"):
		if has("UnifiedAuditLogIngestionEnabled", no) {
			return "the unified audit log was switched off", evict.Strong, true
		}
		if has("AdminAuditLogEnabled", no) {
			return "the audit of administrators was switched off", evict.Strong, true
		}
	case opIs(e.Op, "set-mailboxauditbypassassociation"):
		if has("AuditBypassEnabled", yes) {
			return "the acts of " + quoted(objectOf(d)) + " in mailboxes are no longer recorded", evict.Strong, false
		}
	case opIs(e.Op, "set-organizationconfig"):
		if has("AuditDisabled", yes) {
			return "mailbox audit was switched off for the organisation", evict.Strong, true
		}
	case opIs(e.Op, "set-mailbox"):
		how, grade = mailboxAuditCut(d)
		return how, grade, false
	case opIs(e.Op, "remove-unifiedauditlogretentionpolicy"):
		return "the audit retention policy " + quoted(objectOf(d)) + " was removed", evict.Indicative, true
	case opIs(e.Op, "set-unifiedauditlogretentionpolicy", "new-unifiedauditlogretentionpolicy"):
		if r, ok := d.Get("RetentionDuration"); ok && shortRetention[fold(r)] {
			return "an audit retention policy keeps records for " + quoted(r), evict.Indicative, true
		}
	}
	return "", 0, false
}

// shortRetention are the durations of a retention policy below the 180 days that records live without one.
var shortRetention = setOf("sevendays onemonth threemonths thirtydays ninetydays")

// mailboxAuditCut reads Set-Mailbox: audit off, age limit below the default of
// 90 days, or a set of actions from which acts are taken away.
func mailboxAuditCut(d *evict.Settings) (string, evict.Grade) {
	box := quoted(objectOf(d))
	if s, ok := d.Get("AuditEnabled"); ok && no(s) {
		return "mailbox audit of " + box + " was switched off", evict.Strong
	}
	if s, ok := d.Get("AuditLogAgeLimit"); ok {
		if days, ok := spanDays(s); ok && days < 90 {
			return fmt.Sprintf("audit records of %s are kept for %s only", box, count(days, "day", "days")), evict.Strong
		}
	}
	for _, name := range []string{"AuditOwner", "AuditDelegate", "AuditAdmin"} {
		s, ok := d.Get(name)
		if !ok {
			continue
		}
		if t := strings.TrimSpace(fold(s)); t == "" || t == "none" || t == "$null" || strings.Contains(t, "remove") {
			return fmt.Sprintf("%s of %s was cut to %s", name, box, quoted(s)), evict.Strong
		}
	}
	return "", 0
}

// spanForm is a .NET time span: [days.]hours:minutes:seconds.
var spanForm = regexp.MustCompile(`^(?:([0-9]{1,6})\.)?[0-9]{1,2}:[0-9]{2}:[0-9]{2}`)

// spanDays returns the whole days of a time span; a bare number counts days.
func spanDays(s string) (int, bool) {
	s = strings.TrimSpace(s)
	if n, err := strconv.Atoi(s); err == nil {
		return n, true
	}
	m := spanForm.FindStringSubmatch(s)
	if m == nil {
		return 0, false
	}
	n, _ := strconv.Atoi(m[1]) // no days: 0
	return n, true
}

// objectOf names what a cmdlet changed: the Identity given, else the object recorded.
func objectOf(d *evict.Settings) string {
	if s, ok := d.Get("Identity"); ok && s != "" {
		return s
	}
	return d.Object
}
