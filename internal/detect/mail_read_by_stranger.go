package detect

import (
	"fmt"
	"strings"
	"time"

	"evict"
)

var mailReadByStranger = &Detector{
	ID: "mail-read-by-stranger", Rev: 1, Scope: AccountScope, Item: "G9",
	Title: "Mail read or synchronised from a strand that nothing ties to the owner",
	Doc: `A strand without any anchor synchronised a whole folder with a client that the account never used before, opened 100 or more messages within an hour, or opened so many that Microsoft stopped logging. "Sync" means that everything in the folder may have been copied; after throttling, all of the mailbox must be assumed read.

Innocent causes: a new computer or telephone of the owner copies the whole mailbox on its first day; a backup or customer-relations service reads on a schedule; a hotel's network makes a known client look new.

By hand: Search-UnifiedAuditLog -UserIds USER -Operations MailItemsAccessed -ResultSize 5000; in AuditData look at OperationProperties (MailAccessType, IsThrottled), ClientInfoString, ClientIPAddress and Folders.`,
	Symptoms: []int{1}, Techniques: []string{"T1114.002"},
	Needs:   []Need{{Any: []evict.Kind{evict.MailboxAudit}, Fields: []FieldNeed{NeedAddress}}},
	Actions: []string{"revoke-sessions", "reset-password", "disable-mail-protocols", "contact-notices"},
	New:     func() Watcher { return &strangerReads{strands: map[string]*strandReads{}} },
}

// Figures of G9.
const (
	readsInHour    = 100
	watchedStrands = 1000
)

type strangerReads struct{ strands map[string]*strandReads }

// strandReads counts what one strand opened within the last hour.
type strandReads struct {
	hour             []readAt
	opened           int
	bulk, sync, many bool // reported
}

type readAt struct {
	at evict.Time
	n  int
	ev Evidence
}

func (w *strangerReads) Event(e *evict.Event, v *View) {
	d, ok := e.Detail.(*evict.Access)
	if !ok || seen(e) || !v.Unanchored() || !v.Mine(e.Actor) {
		return
	}
	s := w.strands[v.Placed]
	if s == nil {
		if len(w.strands) >= watchedStrands {
			v.Overflow("more strands than are remembered")
			return
		}
		s = &strandReads{}
		w.strands[strings.Clone(v.Placed)] = s
	}
	switch {
	case d.Throttled && !s.many:
		s.many = true
		w.report(e, v, "so much mail was opened that Microsoft stopped logging it: all of the mailbox must be assumed read", Because(e), 1)
	case d.Sync && !s.sync && newClient(v):
		s.sync = true
		w.report(e, v, "the folder "+some(d.Folders)+" was synchronised as a whole", Because(e), 1)
	case !d.Sync:
		s.count(e, v, w, max(d.Count, len(d.Messages), 1))
	}
}

// newClient reports that the account did not use the client before first
// trouble; without a baseline every client of an unanchored strand is new.
func newClient(v *View) bool {
	if v.Habits == nil || !v.Habits.Valid {
		return true
	}
	return v.Habits.Clients[v.Strand.Client] == 0
}

func (s *strandReads) count(e *evict.Event, v *View, w *strangerReads, n int) {
	if s.bulk || !e.Time.Set {
		return
	}
	for len(s.hour) > 0 && e.Time.Sub(s.hour[0].at) > time.Hour {
		s.opened -= s.hour[0].n
		s.hour = s.hour[1:]
	}
	s.hour = append(s.hour, readAt{e.Time, n, keepEvidence(e)})
	s.opened += n
	if s.opened < readsInHour {
		return
	}
	s.bulk = true
	var cause []Evidence
	for _, r := range s.hour {
		cause = append(cause, r.ev)
	}
	w.report(e, v, fmt.Sprintf("%d messages were opened within an hour", s.opened), cause, len(cause))
	s.hour = nil
}

func (w *strangerReads) report(e *evict.Event, v *View, what string, cause []Evidence, total int) {
	name, _, own := mailbox(e, v)
	if !own {
		what += " in the mailbox of " + name
	}
	v.Report(Draft{
		Family: evict.Behaviour, Grade: evict.Strong, Cause: cause, Total: total,
		Summary: fmt.Sprintf("MailItemsAccessed%s: %s", from(e), what),
	}.onMailbox(e, v))
}

func (w *strangerReads) End(*View) {}
