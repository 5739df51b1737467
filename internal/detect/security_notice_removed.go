package detect

import (
	"fmt"
	"strings"
	"time"

	"evict"
)

var securityNoticeRemoved = &Detector{
	ID: "security-notice-removed", Rev: 1, Scope: AccountScope, Item: "G10",
	Title: "Security notice or bounce removed by a hand that nothing ties to the owner",
	Doc: `A strand without any anchor deleted, or moved out of sight, mail that warns the owner: a new method, sign-in, password or device, a new rule, or the bounces and doubting answers that follow a wave of mail. It counts fully when the thing that the notice tells of happened in the account within a day before, or when several notices went; one alone is a reason to look.

Innocent causes: the owner, on the move, reads a notice of their own change and deletes it.

By hand: Search-UnifiedAuditLog -UserIds USER -Operations SoftDelete,HardDelete,MoveToDeletedItems,Move; AffectedItems has the subjects. Recover the messages: Outlook, Recover Deleted Items.`,
	Symptoms: []int{1, 8}, Techniques: []string{"T1070.008"},
	Needs:   []Need{{Any: []evict.Kind{evict.MailboxAudit}, Fields: []FieldNeed{NeedSubject, NeedAddress}}},
	Actions: []string{"return-hidden-mail", "revoke-sessions", "reset-password", "remove-authentication-method"},
	New:     func() Watcher { return &noticeRemovals{} },
}

// Figures of the detector.
const (
	noticeAfter  = 24 * time.Hour
	bouncesGone  = 3
	noticeWithin = time.Hour
)

type noticeRemovals struct {
	change  evict.Time // last change that such a notice tells of
	changed Evidence
	notices []readAt // removed within the hour
	bounces []readAt
}

func (w *noticeRemovals) Event(e *evict.Event, v *View) {
	if tellsOwner(e) {
		w.change, w.changed = e.Time, keepEvidence(e)
	}
	d, ok := e.Detail.(*evict.Moved)
	if !ok || !acted(e) || !e.Time.Set || !v.Unanchored() || !v.Mine(e.Actor) {
		return
	}
	how := removal(e, d)
	if how == "" || quietFolder(d.Folder) == "deleted items" {
		return // emptying the bin hides nothing more
	}
	for i := range d.Messages {
		m := &d.Messages[i]
		switch {
		case hasWord(m.Subject, noticeSubjects) != "":
			w.notice(e, v, m, how, d.Dest)
			return
		case hasWord(m.Subject, bounceSubjects) != "":
			w.bounce(e, v, m.Subject, how)
			return
		}
	}
}

func (w *noticeRemovals) End(*View) {}

func (w *noticeRemovals) notice(e *evict.Event, v *View, m *evict.Message, how, dest string) {
	subject := m.Subject
	w.notices = within(w.notices, e.Time, noticeWithin)
	w.notices = append(w.notices, readAt{e.Time, 1, keepEvidence(e)})
	d := Draft{
		Family: evict.CoverUp, Item: "notice-removed", Grade: evict.Indicative, Cause: Because(e), Left: leftover(evict.LeftHidden, v.Account, subject, m.ID, dest),
		Summary:  fmt.Sprintf("%s%s: the notice %s was %s", e.Op, from(e), quoted(subject), how),
		Question: "Did you delete the message " + quoted(subject) + "?",
	}
	if w.change.Set && e.Time.Sub(w.change) <= noticeAfter || len(w.notices) > 1 {
		d.Item, d.Grade, d.NoHonestPurpose = "G10", evict.Strong, true
		if w.change.Set && e.Time.Sub(w.change) <= noticeAfter {
			d.Context = []Evidence{w.changed}
			d.Summary += ", within a day after the change that it tells of"
		}
	}
	v.Report(d.onMailbox(e, v))
}

func (w *noticeRemovals) bounce(e *evict.Event, v *View, subject, how string) {
	w.bounces = within(w.bounces, e.Time, noticeWithin)
	w.bounces = append(w.bounces, readAt{e.Time, 1, keepEvidence(e)})
	if len(w.bounces) != bouncesGone {
		return
	}
	var cause []Evidence
	for _, b := range w.bounces {
		cause = append(cause, b.ev)
	}
	v.Report(Draft{
		Family: evict.CoverUp, Grade: evict.Strong, Cause: cause, NoHonestPurpose: true,
		Summary: fmt.Sprintf("%s%s: %d bounces or doubting answers like %s were %s within an hour", e.Op, from(e), bouncesGone, quoted(subject), how),
	}.onMailbox(e, v))
}

// within keeps what lies no longer back than d.
func within(list []readAt, now evict.Time, d time.Duration) []readAt {
	for len(list) > 0 && now.Sub(list[0].at) > d {
		list = list[1:]
	}
	return list
}

// tellsOwner reports a change of which a service mails the owner a notice.
func tellsOwner(e *evict.Event) bool {
	if !acted(e) || !e.Time.Set {
		return false
	}
	if d, ok := e.Detail.(*evict.Rule); ok {
		return !d.Transport && d.Change != evict.RuleRemoved
	}
	op := plainOp(e.Op)
	for _, w := range []string{"security info", "password", "strongauthentication", "strong authentication", "register device", "registered owner to device", "consent to application", "temporary access pass", "authentication method"} {
		if strings.Contains(op, w) {
			return true
		}
	}
	return opIs(e.Op, "new-inboxrule", "set-inboxrule") || opIs(e.Op, "set-mailbox") && setsForwarding(e)
}

func setsForwarding(e *evict.Event) bool {
	d, ok := e.Detail.(*evict.Settings)
	if !ok {
		return false
	}
	to, _ := forwardingSet(e, d)
	return len(to) > 0
}
