package detect

import (
	"fmt"
	"strings"

	"evict"
)

var otherMailboxOpened = &Detector{
	ID: "other-mailbox-opened", Rev: 1, Scope: AccountScope, Item: "other-mailbox",
	Title: "Another person's mailbox opened by an unknown hand",
	Doc: `A strand that nothing ties to the owner opened mail in somebody else's mailbox, through a delegation or role. That mailbox is exposed; its owner's identity is not in question.

Innocent causes: assistants and shared mailboxes, from the owner's own machines; that is not reported.

By hand: audit log: MailItemsAccessed with another MailboxOwnerUPN than UserId; Exchange admin center, the mailbox, Delegation.`,
	Symptoms: []int{1}, Techniques: []string{"T1114.002"},
	Needs:   []Need{{Any: []evict.Kind{evict.MailboxAudit}}},
	Actions: []string{"remove-delegate", "revoke-sessions"},
	New:     func() Watcher { return &otherMailboxes{boxes: map[string]*openedBox{}} },
}

const maxOpened = 1000 // other mailboxes per account

type otherMailboxes struct {
	boxes map[string]*openedBox
	order []*openedBox
}

type openedBox struct {
	name  string
	first evict.Time
	addr  string
	count int
	cause []Evidence
}

func (w *otherMailboxes) Event(e *evict.Event, v *View) {
	if e.Kind != evict.MailboxAudit || !v.Unanchored() || !v.Mine(e.Actor) {
		return
	}
	box := e.Subject(evict.Mailbox).Who
	if box.Kind != evict.UPN || v.Mine(box) {
		return
	}
	b := w.boxes[box.ID]
	if b == nil {
		if len(w.boxes) >= maxOpened {
			v.Overflow("more opened mailboxes than are kept")
			return
		}
		b = &openedBox{name: strings.Clone(box.ID), first: e.Time, addr: from(e)}
		w.boxes[b.name] = b
		w.order = append(w.order, b)
	}
	b.count++
	if len(b.cause) < evict.MaxEvidence {
		b.cause = append(b.cause, keep(e))
	}
}

func (w *otherMailboxes) End(v *View) {
	for _, b := range w.order {
		v.Report(Draft{
			Family: evict.Behaviour, Grade: evict.Indicative, Actor: v.Self(), Time: b.first, Cause: b.cause, Total: b.count, Target: b.name,
			Summary: fmt.Sprintf("The mailbox of %s was used in %s%s", quoted(b.name), count(b.count, "record", "records"), b.addr),
		})
	}
}
