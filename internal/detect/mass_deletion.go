package detect

import (
	"fmt"
	"strings"
	"time"

	"evict"
)

var massDeletion = &Detector{
	ID: "mass-deletion", Rev: 1, Scope: AccountScope, Item: "mass-deletion",
	Title: "Much mail deleted by a hand that nothing ties to the owner",
	Doc: `A strand without any anchor deleted, in one day, at least 50 messages and five times the account's own highest day before first trouble.

Innocent causes: spring cleaning; a mail program that empties folders after moving them to an archive; retention work (which the service does by itself).

By hand: Search-UnifiedAuditLog -UserIds USER -Operations HardDelete,SoftDelete,MoveToDeletedItems; Outlook, Folder, Recover Deleted Items; PowerShell: Get-RecoverableItems USER.`,
	Symptoms: []int{1}, Techniques: []string{"T1070.008"},
	Needs:   []Need{{Any: []evict.Kind{evict.MailboxAudit}, Fields: []FieldNeed{NeedAddress}}},
	Actions: []string{"return-hidden-mail", "preserve", "revoke-sessions", "reset-password"},
	New:     func() Watcher { return &massDeletions{days: map[string]*dayCount{}} },
}

// Figures of the detector.
const (
	deletedInDay   = 50
	deletedFactor  = 5
	deletedStrands = 1000
)

type massDeletions struct{ days map[string]*dayCount }

// dayCount counts what one strand did on one day.
type dayCount struct {
	day      int64
	n        int
	cause    []Evidence
	reported bool
}

func (w *massDeletions) Event(e *evict.Event, v *View) {
	d, ok := e.Detail.(*evict.Moved)
	if !ok || !acted(e) || !e.Time.Set || !v.Unanchored() || !v.Mine(e.Actor) {
		return
	}
	how := removal(e, d)
	if !strings.HasPrefix(how, "deleted") {
		return
	}
	c := w.days[v.Placed]
	if c == nil {
		if len(w.days) >= deletedStrands {
			v.Overflow("more strands than are remembered")
			return
		}
		c = &dayCount{}
		w.days[strings.Clone(v.Placed)] = c
	}
	if day := e.Time.Nano / int64(24*time.Hour); day != c.day {
		*c = dayCount{day: day}
	}
	c.n += max(d.Count, len(d.Messages), 1)
	if len(c.cause) < evict.MaxEvidence {
		c.cause = append(c.cause, keepEvidence(e))
	}
	most := 0
	if v.Habits != nil && v.Habits.Valid {
		most = v.Habits.MaxDeleted
	}
	if c.reported || c.n < max(deletedInDay, deletedFactor*most) {
		return
	}
	c.reported = true
	v.Report(Draft{
		Family: evict.CoverUp, Grade: evict.Indicative, Cause: c.cause,
		Summary: fmt.Sprintf("%s%s: %d messages deleted in a day, where the account's highest day had %d", e.Op, from(e), c.n, most),
	}.onMailbox(e, v))
}

func (w *massDeletions) End(*View) {}
