package detect

import (
	"fmt"
	"slices"
	"strings"

	"evict"
)

var ruleSendsMailOutside = &Detector{
	ID: "rule-sends-mail-outside", Rev: 1, Scope: AccountScope, Seed: true, Item: "G1",
	Title: "Inbox rule sends mail outside",
	Doc: `A rule, as it stands after the last change to it, forwards or redirects mail to an address outside the tenant's domains, or announces it to a telephone. It works on the server, and goes on after the password is changed.

Innocent causes: people forward to their own private mailbox, an assistant's service or a ticket system; an address that bears the owner's name, or that the owner wrote to before, weighs less until the owner answers. Recipients that are directory entries (X.500 addresses) are inside.

By hand: Outlook on the web, Settings, Mail, Rules; Exchange Online PowerShell: Get-InboxRule -Mailbox USER -IncludeHidden | Where-Object { $_.ForwardTo -or $_.RedirectTo -or $_.ForwardAsAttachmentTo } | Format-List Name, Enabled, ForwardTo, RedirectTo, ForwardAsAttachmentTo.`,
	Symptoms: []int{3, 9}, Techniques: []string{"T1114.003"},
	Needs:   []Need{{Any: []evict.Kind{evict.AdminAudit, evict.MailboxAudit, evict.RuleState}}},
	Actions: []string{"disable-inbox-rule", "delete-inbox-rule", "revoke-sessions", "reset-password", "contact-notices"},
	New:     func() Watcher { return &sendingRules{partners: partners{}} },
}

type sendingRules struct{ partners partners }

func (w *sendingRules) Event(e *evict.Event, v *View) {
	w.partners.add(e, v)
	now, before, ok := ruleNow(e, v)
	if !ok {
		return
	}
	inside := insideOf(e, v)
	how, to := sendsOutside(&now, inside)
	if how == "" {
		return
	}
	if was, _ := sendsOutside(&before, inside); was == how && before.Enabled != evict.No && e.Detail.(*evict.Rule).Change != evict.RuleMade {
		return // a re-sync, or a dump that repeats what a log told
	}
	name, box, own := mailbox(e, v)
	d := Draft{Family: evict.Persistence, Grade: evict.Strong, Cause: Because(e), Lifetime: &evict.Lifetime{From: e.Time}, NoHonestPurpose: junkName(now.Name) && now.Name != ""}
	if w.partners.all(to) {
		d.Grade = evict.Indicative
	}
	if m, _, ok := madeRule(v, box, now); ok && seen(e) {
		d.Context = []Evidence{m}
	}
	d.Summary = ruleHead(e, &now, name, own) + " " + how
	if c := conditions(&now); c != "" {
		d.Summary += " " + c
	}
	if own && !seen(e) {
		d.Question = fmt.Sprintf("Did you make the rule %s that %s?", quoted(now.Name), how)
	}
	d.Left = leftRule(&now, name)
	d = d.onMailbox(e, v)
	d.Target = to[0]
	v.Report(d)
}

func (w *sendingRules) End(*View) {}

// sendsOutside says where a rule sends mail, outside the tenant's domains.
func sendsOutside(r *evict.InboxRule, inside func(string) bool) (how string, to []string) {
	for _, x := range []struct {
		verb string
		to   []string
	}{{"redirects mail to ", r.Redirect}, {"forwards mail to ", slices.Concat(r.Forward, r.ForwardAttached)}, {"sends blind copies to ", r.BlindCopy}} {
		if out := outside(inside, x.to); len(out) > 0 {
			return x.verb + some(out), out
		}
	}
	if len(r.SMS) > 0 {
		return "announces mail to the telephone " + some(r.SMS), slices.Clone(r.SMS)
	}
	return "", nil
}

// all reports whether the account wrote to every one of the addresses before.
func (p partners) all(addresses []string) bool {
	for _, a := range addresses {
		if !p[strings.ToLower(a)] {
			return false
		}
	}
	return len(addresses) > 0
}

// ruleHead begins a sentence about a rule: who did what on whose mailbox.
func ruleHead(e *evict.Event, r *evict.InboxRule, box string, own bool) string {
	switch {
	case seen(e):
		return fmt.Sprintf("The rule %s of %s", quoted(r.Name), box)
	case own:
		return fmt.Sprintf("%s%s: the rule %s", e.Op, from(e), quoted(r.Name))
	}
	return fmt.Sprintf("%s%s by %s on the mailbox of %s: the rule %s", e.Op, from(e), actorName(e), box, quoted(r.Name))
}
