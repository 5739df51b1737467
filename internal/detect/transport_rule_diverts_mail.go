package detect

import (
	"fmt"
	"slices"
	"strings"

	"evict"
)

var transportRuleDivertsMail = &Detector{
	ID: "transport-rule-diverts-mail", Rev: 1, Scope: TenantScope, Item: "G1",
	Title: "Mail-flow rule copies, redirects or suppresses mail",
	Doc: `A rule of the tenant's mail flow copies or redirects mail to an address outside, adds an outside recipient, or deletes or quarantines mail that it picks by its words. It works for every mailbox at once, and no user sees it.

Innocent causes: archiving and journaling services, encryption gateways and ticket systems take copies by such rules, under a speaking name and for a domain that the firm knows; disclaimers and spam rules change or delete mail, too.

By hand: Exchange admin center, Mail flow, Rules; PowerShell: Get-TransportRule | Format-List Name, State, BlindCopyTo, CopyTo, RedirectMessageTo, AddToRecipients, DeleteMessage, WhenChanged. The making: Search-UnifiedAuditLog -Operations New-TransportRule,Set-TransportRule,Enable-TransportRule.`,
	Symptoms: []int{1, 9}, Techniques: []string{"T1114.003"},
	Needs:   []Need{{Any: []evict.Kind{evict.AdminAudit, evict.FlowState}}},
	Actions: []string{"disable-transport-rule", "revoke-sessions", "reset-password"},
	New:     func() Watcher { return &transportRules{rules: map[string]evict.InboxRule{}} },
}

const maxTransportRules = 5000

// transportRules follows the tenant's rules by name: a change names only some parameters.
type transportRules struct{ rules map[string]evict.InboxRule }

func (w *transportRules) Event(e *evict.Event, v *View) {
	d, ok := e.Detail.(*evict.Rule)
	if !ok || !d.Transport || e.Outcome == evict.Failure || e.Actor.Kind == evict.Service {
		return
	}
	key := strings.ToLower(d.Rule.Name)
	if key == "" {
		key = strings.ToLower(d.Rule.ID)
	}
	before := w.rules[key]
	now := d.Rule
	switch d.Change {
	case evict.RuleRemoved:
		delete(w.rules, key)
		return
	case evict.RuleChanged:
		now = AfterChange(before, d.Rule)
	case evict.RuleEnabled, evict.RuleDisabled:
		now = before
		now.Enabled = evict.No
		if d.Change == evict.RuleEnabled {
			now.Enabled = evict.Yes
		}
	}
	if now.Name == "" {
		now.Name = d.Rule.Name
	}
	w.keep(key, now, v)
	inside := insideOf(e, v)
	how, to, grade := diverts(&now, inside)
	if how == "" || now.Enabled == evict.No {
		return
	}
	if was, _, _ := diverts(&before, inside); was == how && before.Enabled != evict.No && d.Change != evict.RuleMade {
		return // a dump or change that adds nothing to what was told
	}
	out := Draft{
		Subject: evict.FindingSubject{Kind: evict.OnTenant, ID: string(e.Tenant)}, Actor: e.Actor, Target: to,
		Family: evict.Persistence, Grade: grade, Cause: Because(e), Lifetime: &evict.Lifetime{From: e.Time},
		Left:            leftover(evict.LeftTransportRule, "", now.Name, now.ID, ""),
		NoHonestPurpose: to != "" && (junkName(now.Name) || now.BlindCopy != nil && FreeMail(evict.DomainOf(to))),
	}
	if grade < evict.Strong {
		out.Item = "transport-rule"
	}
	act := fmt.Sprintf("%s%s by %s: the mail-flow rule", e.Op, from(e), actorName(e))
	if seen(e) {
		act = "The mail-flow rule"
	}
	out.Summary = fmt.Sprintf("%s %s %s", act, quoted(now.Name), how)
	if c := conditions(&now); c != "" {
		out.Summary += " " + c
	}
	v.Report(out)
}

func (w *transportRules) End(*View) {}

func (w *transportRules) keep(key string, r evict.InboxRule, v *View) {
	if _, known := w.rules[key]; !known && len(w.rules) >= maxTransportRules {
		v.Overflow("more mail-flow rules than are remembered")
		return
	}
	w.rules[strings.Clone(key)] = r.Clone()
}

// diverts says how a mail-flow rule takes mail away, and to whom.
func diverts(r *evict.InboxRule, inside func(string) bool) (how, to string, grade evict.Grade) {
	for _, x := range []struct {
		to   []string
		verb string
	}{{r.BlindCopy, "sends blind copies to "}, {r.Redirect, "redirects mail to "}, {r.Forward, "copies mail to "}} {
		if out := outside(inside, x.to); len(out) > 0 {
			return x.verb + some(out), out[0], evict.Strong
		}
	}
	words := slices.Concat(r.Subject, r.Body, r.SubjectOrBody, r.Header)
	if r.Delete == evict.Yes {
		for _, w := range words {
			if picks(w, securityWords) != "" || picks(w, moneyWords) != "" || picks(w, payrollWords) != "" {
				return "deletes mail about " + quoted(w), "", evict.Strong
			}
		}
		return "deletes mail", "", evict.Indicative
	}
	return "", "", 0
}
