package detect

import (
	"fmt"
	"strings"

	"evict"
)

var inboxRuleHidesMail = &Detector{
	ID: "inbox-rule-hides-mail", Rev: 1, Scope: AccountScope, Seed: true, Item: "C5",
	Title: "Inbox rule hides mail",
	Doc: `A rule, as it stands after the last change to it, deletes mail or moves it to a folder that nobody reads, in any of a dozen languages. With a selection (words about security, money or payroll, a payroll service, everything, one correspondent) and a cover mark (a name of punctuation, marked as read, no further rules, deletion) it is what intruders make to keep replies and warnings from the owner. With only one of the two it is a reason to look.

Innocent causes: people delete newsletters and notices by rule, and file mail into the archive; Outlook on the web ticks "stop processing more rules" by itself; an assistant or administrator may have made it, and the actor is named apart from the mailbox.

By hand: Outlook on the web, Settings, Mail, Rules; or Exchange Online PowerShell: Get-InboxRule -Mailbox USER -IncludeHidden | Format-List, and Get-SweepRule -Mailbox USER. The making: Search-UnifiedAuditLog -Operations New-InboxRule,Set-InboxRule,UpdateInboxRules -UserIds USER.`,
	Symptoms: []int{1, 3}, Techniques: []string{"T1564.008"},
	Needs:   []Need{{Any: []evict.Kind{evict.AdminAudit, evict.MailboxAudit, evict.RuleState}, Also: each(evict.AdminAudit, evict.MailboxAudit, evict.RuleState)}},
	Actions: []string{"disable-inbox-rule", "delete-inbox-rule", "disable-sweep-rule", "return-hidden-mail", "revoke-sessions", "reset-password"},
	New:     func() Watcher { return &hidingRules{partners: partners{}} },
}

// hidingRules remembers whom the account writes to: a rule that hides one of
// them hides an answer.
type hidingRules struct{ partners partners }

func (w *hidingRules) Event(e *evict.Event, v *View) {
	w.partners.add(e, v)
	now, before, ok := ruleNow(e, v)
	if !ok {
		return
	}
	h := judgeRule(&now, w.partners)
	if h.how == "" || seenBefore(e, v, h, judgeRule(&before, w.partners)) {
		return
	}
	name, box, own := mailbox(e, v)
	d := Draft{Family: evict.CoverUp, Cause: Because(e), Lifetime: &evict.Lifetime{From: e.Time}, NoHonestPurpose: h.dishonest()}
	d.Item, d.Grade = h.item()
	d.Left = leftRule(&now, name)
	if m, _, ok := madeRule(v, box, now); ok && seen(e) {
		d.Context = []Evidence{m}
	}
	d.Summary = h.sentence(e, &now, name, own)
	if own && !seen(e) {
		d.Question = fmt.Sprintf("Did you make the rule %s that %s?", quoted(now.Name), h.how)
	}
	v.Report(d.onMailbox(e, v))
}

func (w *hidingRules) End(*View) {}

// seenBefore reports whether the rule hid as much before: a re-sync by
// Outlook, or a dump that repeats what a log told.
func seenBefore(e *evict.Event, v *View, now, before hiding) bool {
	d := e.Detail.(*evict.Rule)
	if d.Change == evict.RuleEnabled || d.Change == evict.RuleMade {
		return false
	}
	return before.how == now.how && before.selects == now.selects && len(before.cover) >= len(now.cover)
}

func madeRule(v *View, box evict.Principal, r evict.InboxRule) (Evidence, evict.Time, bool) {
	if v.State == nil {
		return Evidence{}, evict.Time{}, false
	}
	if r.ID != "" {
		if e, t, ok := v.State.RuleMade(box, r.ID); ok {
			return e, t, true
		}
	}
	return v.State.RuleMade(box, r.Name)
}

// hiding is what a rule does to hide mail.
type hiding struct {
	how     string   // "deletes mail", "moves mail to ..."; "" when it hides nothing
	folder  string   // kind of the folder
	selects string   // what it picks, as a phrase; "" for nothing that speaks
	kind    string   // security, money, payroll, everything, person
	cover   []string // cover marks
	junk    bool     // the name is one
	bulk    bool     // it picks newsletters and notices
	one     bool     // it picks one sender
}

func judgeRule(r *evict.InboxRule, p partners) hiding {
	var h hiding
	h.folder = quietFolder(r.MoveTo)
	switch {
	case r.SoftDelete == evict.Yes:
		h.how = "deletes mail beyond the Deleted Items folder"
	case r.Delete == evict.Yes:
		h.how = "deletes mail"
	case h.folder != "":
		h.how = "moves mail to " + quoted(r.MoveTo)
	default:
		return h
	}
	h.kind, h.selects = selection(r, p)
	h.junk = junkName(r.Name) && r.Name != ""
	h.one = len(r.From) == 1 && address(r.From[0]) != ""
	h.bulk = hasWord(strings.Join(r.From, " ")+" "+strings.Join(r.Recipient, " ")+" "+strings.Join(r.Header, " ")+" "+strings.Join(r.Subject, " ")+" "+r.Name, bulkWords) != ""
	for _, m := range []struct {
		is   bool
		mark string
	}{
		{h.junk, "its name " + quoted(r.Name) + " says nothing"}, {r.MarkRead == evict.Yes, "it marks them as read"},
		{r.Delete == evict.Yes || r.SoftDelete == evict.Yes, "it deletes"}, {r.Stop == evict.Yes, "it stops further rules"}, {r.Hidden, "it is hidden from clients"},
	} {
		if m.is {
			h.cover = append(h.cover, m.mark)
		}
	}
	return h
}

// bulkWords mark senders and lists that people filter away every day.
var bulkWords = []string{"newsletter", "no-reply", "noreply", "no_reply", "donotreply", "do-not-reply", "unsubscribe", "marketing", "promo", "digest", "notification", "linkedin", "facebook", "twitter", "instagram", "list-unsubscribe", "mailing list", "werbung", "publicidad", "publicite"}

// covered reports a cover mark that weighs: to file mail into the archive and
// stop is what Outlook on the web writes for any filing rule.
func (h hiding) covered() bool {
	switch h.folder {
	case "archive", "notes", "journal":
		return len(h.cover) > 1 || len(h.cover) == 1 && h.cover[0] != "it stops further rules"
	}
	return len(h.cover) > 0
}

func (h hiding) item() (string, evict.Grade) {
	switch {
	case h.kind != "" && h.covered():
		return "C5", evict.Conclusive
	case h.junk && h.one: // one sender under a name that says nothing
		return "G2", evict.Strong
	case h.kind == "" && !h.junk && h.bulk:
		return "rule", evict.Context
	}
	return "rule", evict.Indicative
}

// dishonest reports what nobody does for a good reason: hiding security
// notices, or hiding a selection under a name of punctuation.
func (h hiding) dishonest() bool {
	return h.covered() && (h.kind == "security" || h.junk && (h.kind != "" || h.one))
}

func (h hiding) sentence(e *evict.Event, r *evict.InboxRule, box string, own bool) string {
	var b strings.Builder
	b.WriteString(ruleHead(e, r, box, own))
	b.WriteString(" " + h.how)
	if h.selects != "" {
		b.WriteString(" " + h.selects)
	} else if c := conditions(r); c != "" {
		b.WriteString(" " + c)
	}
	if len(h.cover) > 0 {
		b.WriteString("; " + strings.Join(h.cover, ", "))
	}
	return b.String()
}

// conditions says what a rule picks, as recorded.
func conditions(r *evict.InboxRule) string {
	words := append(append(append([]string{}, r.Subject...), r.Body...), r.SubjectOrBody...)
	switch {
	case len(r.From) > 0:
		return "from " + some(r.From)
	case len(words) > 0:
		return "with " + some(words)
	case len(r.Recipient) > 0:
		return "with the address words " + some(r.Recipient)
	case len(r.Header) > 0:
		return "with the header words " + some(r.Header)
	}
	return ""
}

// selection says what a hiding rule picks that an intruder would pick.
func selection(r *evict.InboxRule, p partners) (kind, phrase string) {
	words := append(append(append(append([]string{}, r.Subject...), r.Body...), r.SubjectOrBody...), r.Header...)
	plain := words
	for _, f := range r.Other {
		if f.Name == "RuleCondition" { // MAPI's own text, of a rule that Outlook wrote
			words = append(words, f.Value)
		}
	}
	senders := append(append([]string{}, r.From...), r.Recipient...)
	for _, l := range []struct {
		kind, phrase string
		list         []string
	}{{"security", "about security", securityWords}, {"payroll", "about pay", payrollWords}, {"money", "about money", moneyWords}} {
		for i, text := range append(append([]string{}, words...), senders...) {
			list := l.list
			if i >= len(words) && l.kind == "security" {
				list = securitySenders // monitoring mail comes from alerts@ and is filtered honestly
			}
			if picks(text, list) != "" {
				return l.kind, l.phrase + " (" + quoted(text) + ")"
			}
		}
	}
	for _, s := range senders {
		a := strings.TrimPrefix(strings.ToLower(strings.TrimSpace(s)), "@")
		d := a
		if i := strings.LastIndexByte(a, '@'); i >= 0 {
			d = a[i+1:]
		}
		if InDomains(d, payrollDomains) {
			return "payroll", "of a payroll or payment service (" + quoted(s) + ")"
		}
	}
	if everything(r, plain) {
		return "everything", "of everybody"
	}
	for _, s := range r.From {
		if a := address(s); p[a] {
			return "person", "from the correspondent " + quoted(a)
		}
	}
	return "", ""
}

var payrollDomains = setOf(strings.Join(payrollSenders, " "))

// everything reports a rule without a condition, or with one that every mail
// meets: a size of less than a kilobyte, a word of one character, the owner as
// recipient, the existence of a class.
func everything(r *evict.InboxRule, words []string) bool {
	for _, w := range append(append([]string{}, words...), r.Recipient...) {
		if len([]rune(strings.TrimSpace(w))) > 1 {
			return false
		}
	}
	if len(r.From)+len(r.SentTo) > 0 || r.HasAttachment == evict.Yes || r.MinSize > 1023 || !r.BodyKnown {
		return false
	}
	for _, f := range r.Other {
		if narrows(f) {
			return false
		}
	}
	return true
}

// narrows reports a further parameter that leaves some mail out.
func narrows(f evict.Field) bool {
	switch n := strings.ToLower(f.Name); {
	case strings.HasPrefix(n, "exceptif"), n == "exceptions", strings.HasPrefix(n, "mynamein"), n == "withinsizerangeminimum":
		return false
	case n == "applycategory", n == "markimportance", n == "applysystemcategory", n == "deletesystemcategory", n == "pinmessage", n == "rulecomments", n == "priority":
		return false
	case n == "rulecondition":
		return !strings.EqualFold(strings.Trim(f.Value, "{}() "), "Exists(ItemClass")
	}
	return true
}

// partners are the addresses that the account wrote to.
type partners map[string]bool

const maxWatchedPartners = 5000

func (p partners) add(e *evict.Event, v *View) {
	d, ok := e.Detail.(*evict.Sent)
	if !ok {
		return
	}
	for _, r := range d.Recipients {
		a := address(r)
		if a == "" || p[a] {
			continue
		}
		if len(p) >= maxWatchedPartners {
			v.Overflow("more correspondents than are remembered")
			return
		}
		p[strings.Clone(a)] = true
	}
}
