package detect

import (
	"fmt"
	"strings"
	"time"

	"evict"
)

var mailHiddenByHand = &Detector{
	ID: "mail-hidden-by-hand", Rev: 1, Scope: AccountScope, Item: "G10",
	Title: "Mail hidden by hand, without a rule, by a hand that nothing ties to the owner",
	Doc: `A strand without any anchor moved messages to a folder that nobody moves mail to by hand (RSS feeds, conversation history, notes, sync issues, outbox), or took three or more messages about money out of sight within an hour. It does what a hiding rule does, and leaves no rule to find.

Innocent causes: a slip of the finger while dragging; clearing up an old project's invoices.

By hand: Search-UnifiedAuditLog -UserIds USER -Operations Move,MoveToDeletedItems,SoftDelete; look at DestFolder and the subjects in AffectedItems. Look into the folders themselves.`,
	Symptoms: []int{1}, Techniques: []string{"T1564.008"},
	Needs:   []Need{{Any: []evict.Kind{evict.MailboxAudit}, Fields: []FieldNeed{NeedAddress}}},
	Actions: []string{"return-hidden-mail", "revoke-sessions", "reset-password"},
	New:     func() Watcher { return &handHiding{strands: map[string]*handHidden{}} },
}

const moneyMailHidden = 3 // messages within an hour

type handHiding struct{ strands map[string]*handHidden }

type handHidden struct {
	money          []readAt
	left           []evict.Leftover
	quiet, counted bool // reported
}

func (w *handHiding) Event(e *evict.Event, v *View) {
	d, ok := e.Detail.(*evict.Moved)
	if !ok || !acted(e) || !e.Time.Set || !v.Unanchored() || !v.Mine(e.Actor) {
		return
	}
	how := removal(e, d)
	if how == "" || quietFolder(d.Folder) != "" {
		return
	}
	s := w.strands[v.Placed]
	if s == nil {
		if len(w.strands) >= watchedStrands {
			v.Overflow("more strands than are remembered")
			return
		}
		s = &handHidden{}
		w.strands[strings.Clone(v.Placed)] = s
	}
	subject := ""
	for i := range d.Messages {
		if MoneyWords(d.Messages[i].Subject) {
			subject = d.Messages[i].Subject
			if len(s.left) < evict.MaxEvidence {
				s.left = append(s.left, leftover(evict.LeftHidden, v.Account, subject, d.Messages[i].ID, d.Dest)[0].Clone())
			}
			s.money = append(within(s.money, e.Time, time.Hour), readAt{e.Time, 1, keepEvidence(e)})
		}
	}
	switch quietFolder(d.Dest) {
	case "RSS", "conversation history", "notes", "sync issues", "outbox", "journal", "quick step settings", "unnamed":
		if !s.quiet && plainOp(e.Op) == "move" {
			s.quiet = true
			first := subject
			if first == "" && len(d.Messages) > 0 {
				first = d.Messages[0].Subject
			}
			w.report(e, v, fmt.Sprintf("%s was %s by hand", quoted(first), how), Because(e), leftHidden(v.Account, d))
		}
	}
	if len(s.money) >= moneyMailHidden && !s.counted {
		s.counted = true
		var cause []Evidence
		for _, m := range s.money {
			cause = append(cause, m.ev)
		}
		w.report(e, v, fmt.Sprintf("%d messages about money, like %s, were taken out of sight within an hour", len(s.money), quoted(subject)), cause, s.left)
		s.money = nil
	}
}

func (w *handHiding) End(*View) {}

func (w *handHiding) report(e *evict.Event, v *View, what string, cause []Evidence, left []evict.Leftover) {
	v.Report(Draft{
		Family: evict.CoverUp, Grade: evict.Strong, Cause: cause, Left: left,
		Summary: fmt.Sprintf("%s%s: %s", e.Op, from(e), what),
	}.onMailbox(e, v))
}
