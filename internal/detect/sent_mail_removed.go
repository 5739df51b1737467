package detect

import (
	"fmt"
	"strings"
	"time"

	"evict"
)

var sentMailRemoved = &Detector{
	ID: "sent-mail-removed", Rev: 1, Scope: AccountScope, Item: "G10",
	Title: "Own sent message removed, or sent without a copy, by a hand that nothing ties to the owner",
	Doc: `A strand without any anchor sent a message and, within 15 minutes, deleted or moved the copy in Sent Items; or it sent without keeping a copy. The recipients have mail that the owner cannot find.

Innocent causes: somebody corrects a message sent too early, and deletes the first; programs that send through the account (invoicing, scanners) are often told to keep no copy.

By hand: Search-UnifiedAuditLog -UserIds USER -Operations Send,SendAs,SoftDelete,HardDelete,MoveToDeletedItems; match InternetMessageId. What was sent: message trace for the sender.`,
	Symptoms: []int{2, 6}, Techniques: []string{"T1070.008"},
	Needs:   []Need{{Any: []evict.Kind{evict.MailboxAudit}, Fields: []FieldNeed{NeedAddress}}},
	Actions: []string{"contact-notices", "return-hidden-mail", "revoke-sessions", "reset-password"},
	New:     func() Watcher { return &sentRemovals{sent: map[string]sentMail{}} },
}

// Figures of G10.
const (
	sentGoneWithin = 15 * time.Minute
	watchedSent    = 5000
)

type sentRemovals struct {
	sent    map[string]sentMail // by message ID
	unsaved map[string]bool     // strands reported
}

type sentMail struct {
	at      evict.Time
	ev      Evidence
	subject string
}

func (w *sentRemovals) Event(e *evict.Event, v *View) {
	if !acted(e) || !e.Time.Set || !v.Unanchored() || !v.Mine(e.Actor) {
		return
	}
	switch d := e.Detail.(type) {
	case *evict.Sent:
		w.send(e, v, d)
	case *evict.Moved:
		how := removal(e, d)
		if how == "" {
			return
		}
		for i := range d.Messages {
			w.remove(e, v, &d.Messages[i], how, d.Folder)
		}
	}
}

func (w *sentRemovals) End(*View) {}

func (w *sentRemovals) send(e *evict.Event, v *View, d *evict.Sent) {
	if d.SaveToSent == evict.No && !w.unsaved[v.Placed] {
		if w.unsaved == nil {
			w.unsaved = map[string]bool{}
		}
		if len(w.unsaved) < watchedStrands {
			w.unsaved[strings.Clone(v.Placed)] = true
		}
		v.Report(Draft{
			Item: "sent-unsaved", Family: evict.CoverUp, Grade: evict.Indicative, Cause: Because(e),
			Summary: fmt.Sprintf("%s%s: %s was sent without a copy in Sent Items", e.Op, from(e), quoted(d.Message.Subject)),
		}.onMailbox(e, v))
	}
	if d.Message.ID == "" {
		return
	}
	if len(w.sent) >= watchedSent {
		for k, s := range w.sent {
			if e.Time.Sub(s.at) > sentGoneWithin {
				delete(w.sent, k)
			}
		}
		if len(w.sent) >= watchedSent {
			v.Overflow("more messages in 15 minutes than are remembered")
			return
		}
	}
	w.sent[strings.Clone(d.Message.ID)] = sentMail{e.Time, keepEvidence(e), strings.Clone(d.Message.Subject)}
}

func (w *sentRemovals) remove(e *evict.Event, v *View, m *evict.Message, how, folder string) {
	s, ok := w.sent[m.ID]
	if !ok || m.ID == "" || e.Time.Sub(s.at) > sentGoneWithin {
		return
	}
	if f := firstText(m.Folder, folder); f != "" && !sentFolder(f) {
		return // a copy that came back, or a draft
	}
	delete(w.sent, m.ID)
	v.Report(Draft{
		Family: evict.CoverUp, Grade: evict.Strong, Cause: append(Because(e), s.ev), NoHonestPurpose: true,
		Summary: fmt.Sprintf("%s%s: %s was %s %s after it was sent", e.Op, from(e), quoted(s.subject), how, lasted(e.Time.Sub(s.at))),
	}.onMailbox(e, v))
}

func firstText(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
