package detect

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"evict"
)

var ruleMadeAndRemoved = &Detector{
	ID: "rule-made-and-removed", Rev: 1, Scope: AccountScope, Seed: true, Item: "G10",
	Title: "Rule or forwarding made and removed within a day",
	Doc: `The same hand made a rule that hides or diverts mail, or a forwarding to outside, and removed it within 24 hours. Nothing of it is left in the mailbox; only the log tells, with the time it worked.

Innocent causes: somebody tries out a rule and thinks better of it; a forwarding for a day off.

By hand: Search-UnifiedAuditLog -UserIds USER -Operations New-InboxRule,Remove-InboxRule,Set-Mailbox,UpdateInboxRules; pair the records by the rule's name or ID in ObjectId.`,
	Symptoms: []int{1, 3, 9}, Techniques: []string{"T1070.008"},
	Needs:   []Need{{Any: []evict.Kind{evict.AdminAudit, evict.MailboxAudit}}},
	Actions: []string{"return-hidden-mail", "revoke-sessions", "reset-password"},
	New:     func() Watcher { return &shortLived{made: map[string]*shortLife{}} },
}

// Figures of G10.
const (
	shortLifetime = 24 * time.Hour
	watchedRules  = 5000
)

// shortLived remembers what was made, by mailbox and name or ID.
type shortLived struct{ made map[string]*shortLife }

type shortLife struct {
	at    evict.Time
	by    evict.Principal
	ev    Evidence
	what  string
	names []string // the keys under which it is remembered
}

func (w *shortLived) Event(e *evict.Event, v *View) {
	if !acted(e) {
		return
	}
	_, box, _ := mailbox(e, v)
	switch d := e.Detail.(type) {
	case *evict.Rule:
		if d.Transport {
			return
		}
		if d.Change == evict.RuleRemoved || d.Change == evict.RuleDisabled {
			w.gone(e, v, box, d.Rule.ID, d.Rule.Name)
			return
		}
		if now, _, ok := ruleNow(e, v); ok {
			w.note(e, v, box, shortRule(&now, insideOf(e, v)), cmp.Or(now.ID, d.Rule.ID), cmp.Or(now.Name, d.Rule.Name))
		}
	case *evict.Settings:
		if to, set := forwardingSet(e, d); set {
			out := outside(insideOf(e, v), to)
			if len(out) == 0 {
				w.gone(e, v, box, "\x00forwarding", "")
				return
			}
			w.note(e, v, box, "the forwarding to "+some(out), "\x00forwarding", "")
		}
	}
}

func (w *shortLived) End(*View) {}

// shortRule says what a rule was good for, or "" when it harmed nobody.
func shortRule(r *evict.InboxRule, inside func(string) bool) string {
	how, _ := sendsOutside(r, inside)
	if how == "" {
		h := judgeRule(r, nil)
		if item, _ := h.item(); item == "rule" && !h.junk {
			return ""
		}
		how = h.how
	}
	if how == "" {
		return ""
	}
	return "the rule " + quoted(r.Name) + ", which " + how + ","
}

func (w *shortLived) note(e *evict.Event, v *View, box evict.Principal, what string, names ...string) {
	if what == "" {
		return
	}
	if len(w.made) >= watchedRules {
		v.Overflow("more rules than are remembered")
		return
	}
	s := &shortLife{at: e.Time, by: evict.Principal{Kind: e.Actor.Kind, ID: strings.Clone(e.Actor.ID)}, ev: keepEvidence(e), what: strings.Clone(what)}
	for _, n := range names {
		if n == "" {
			continue
		}
		k := strings.ToLower(box.ID + "\x00" + n)
		if _, known := w.made[k]; known && n != "\x00forwarding" {
			continue // changed, not made
		}
		s.names = append(s.names, k)
		w.made[k] = s
	}
}

func (w *shortLived) gone(e *evict.Event, v *View, box evict.Principal, names ...string) {
	for _, n := range names {
		if n == "" {
			continue
		}
		s := w.made[strings.ToLower(box.ID+"\x00"+n)]
		if s == nil {
			continue
		}
		for _, k := range s.names {
			delete(w.made, k)
		}
		if e.Time.Sub(s.at) > shortLifetime || s.by != e.Actor && !v.Same(s.by, e.Actor) {
			return
		}
		v.Report(Draft{
			Family: evict.CoverUp, Grade: evict.Strong, Cause: append(Because(e), s.ev), NoHonestPurpose: true,
			Lifetime: &evict.Lifetime{From: s.at, To: e.Time},
			Summary:  fmt.Sprintf("%s%s: %s was removed %s after it was made", e.Op, from(e), s.what, lasted(e.Time.Sub(s.at))),
		}.onMailbox(e, v))
		return
	}
}
