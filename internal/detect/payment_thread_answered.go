package detect

import (
	"fmt"

	"evict"
)

var paymentThreadAnswered = &Detector{
	ID: "payment-thread-answered", Rev: 1, Scope: AccountScope, Item: "G7",
	Title: "A conversation about payment answered by a stranger's strand",
	Doc: `A strand that is an attacker's by other evidence, or one without any anchor against a valid baseline, answered a conversation about payment. The first is how invoices are diverted: the answer comes from the true mailbox, inside the true thread, with other payment details. Whether details were changed shows only in the bodies, which logs do not hold.

Innocent causes: the owner answers a supplier from a new place.

By hand: read the message in Sent Items or, if it is gone, at the recipient; compare account numbers with an older invoice, and call the recipient on a number known from before. Search-UnifiedAuditLog -UserIds USER -Operations Send.`,
	Symptoms: []int{2, 6}, Techniques: []string{"T1534", "T1657"},
	Needs:   []Need{{Any: []evict.Kind{evict.MailboxAudit}, Fields: []FieldNeed{NeedSubject, NeedAddress}}},
	Actions: []string{"contact-notices", "revoke-sessions", "reset-password"},
	New:     func() Watcher { return &paymentThreads{told: map[string]bool{}} },
}

type paymentThreads struct{ told map[string]bool } // strand and thread

func (w *paymentThreads) Event(e *evict.Event, v *View) {
	d, ok := e.Detail.(*evict.Sent)
	if !ok || !acted(e) || !v.Unanchored() || !v.Mine(e.Actor) || !isReply(d.Message.Subject) || !MoneyWords(d.Message.Subject) {
		return
	}
	if !v.ByAttacker() && (v.Habits == nil || !v.Habits.Valid) {
		return // without a baseline every strand lacks anchors
	}
	key := v.Placed + "\x00" + subjectBase(d.Message.Subject)
	if w.told[key] {
		return
	}
	if len(w.told) >= watchedWaves {
		v.Overflow("more conversations than are remembered")
		return
	}
	w.told[key] = true
	out := Draft{
		Item: "payment-thread", Family: evict.Behaviour, Grade: evict.Context, Cause: Because(e), Left: leftSent(v.Account, d, "payment"),
		Summary:  fmt.Sprintf("%s%s: the conversation %s was answered", e.Op, from(e), quoted(d.Message.Subject)),
		Question: "Did you answer " + quoted(d.Message.Subject) + "?",
	}
	if to := outside(insideOf(e, v), d.Recipients); len(to) > 0 {
		out.Summary += " to " + some(to)
	}
	if len(d.Message.Attachments) > 0 {
		out.Summary += ", with " + some(d.Message.Attachments)
	}
	if v.ByAttacker() {
		out.Item, out.Grade = "G7", evict.Strong
	}
	v.Report(out)
}

func (w *paymentThreads) End(*View) {}
