package detect

import (
	"fmt"
	"strings"
	"time"

	"evict"
)

var bulkSending = &Detector{
	ID: "bulk-sending", Rev: 1, Scope: AccountScope, Item: "G8",
	Title: "One message to many recipients within an hour",
	Doc: `The account sent mail of one subject to 50 or more recipients within an hour, and to at least five times as many as in its highest hour before first trouble. Without a baseline of 14 days the comparison is missing, and it weighs less.

Innocent causes: a newsletter, an invitation, the monthly invoices. From the owner's own strand it explains a bar on sending.

By hand: Exchange admin center, Mail flow, Message trace for the sender; PowerShell: Get-MessageTraceV2 -SenderAddress USER | Group-Object Subject; Search-UnifiedAuditLog -UserIds USER -Operations Send,SendAs,SendOnBehalf.`,
	Symptoms: []int{2, 5, 6}, Techniques: []string{"T1534"},
	Needs:   []Need{{Any: []evict.Kind{evict.MailboxAudit}}},
	Actions: []string{"contact-notices", "recall-internal-phish", "revoke-sessions", "reset-password"},
	New:     func() Watcher { return &bulkMail{waves: map[string]*wave{}} },
}

// Figures of G8.
const (
	bulkRecipients = 50
	bulkFactor     = 5
	watchedWaves   = 5000
)

type bulkMail struct{ waves map[string]*wave }

// A wave is the mail of one subject within the last hour.
type wave struct {
	sent        []readAt
	left        []evict.Leftover
	kept        int // recipients in left
	recipients  int
	attachments bool
	reported    bool
}

func (w *bulkMail) Event(e *evict.Event, v *View) {
	d, ok := e.Detail.(*evict.Sent)
	if !ok || !acted(e) || !e.Time.Set || !v.Mine(e.Actor) {
		return
	}
	key := subjectBase(d.Message.Subject)
	g := w.waves[key]
	if g == nil {
		if len(w.waves) >= watchedWaves {
			w.expire(e.Time)
		}
		if len(w.waves) >= watchedWaves {
			v.Overflow("more subjects within an hour than are remembered")
			return
		}
		g = &wave{}
		w.waves[strings.Clone(key)] = g
	}
	g.expire(e.Time)
	n := max(d.Total, len(d.Recipients), 1)
	g.sent = append(g.sent, readAt{e.Time, n, keepEvidence(e)})
	g.recipients += n
	g.keep(v.Account, d)
	g.attachments = g.attachments || len(d.Message.Attachments) > 0
	most := 0
	if v.Habits != nil && v.Habits.Valid {
		most = v.Habits.MaxRcptHour
	}
	if g.reported || g.recipients < max(bulkRecipients, bulkFactor*most) {
		return
	}
	g.reported = true
	with := ""
	if g.attachments {
		with = " with attachments"
	}
	var cause []Evidence
	for _, s := range g.sent {
		if len(cause) < evict.MaxEvidence {
			cause = append(cause, s.ev)
		}
	}
	v.Report(Draft{
		Family: evict.Behaviour, Grade: evict.Strong, Cause: cause, Total: len(g.sent), Left: g.left,
		Summary:  fmt.Sprintf("%s%s: mail with the subject %s%s to %d recipients within an hour, where the account's highest hour had %d", e.Op, from(e), quoted(d.Message.Subject), with, g.recipients, most),
		Question: "Did you send " + quoted(d.Message.Subject) + " to many recipients?",
	})
}

func (w *bulkMail) End(*View) {}

// keptRecipients of one wave before it is reported: who received it is in the records.
const keptRecipients = 100

// keep notes whom a message of the wave went to, until it is reported.
func (g *wave) keep(account string, d *evict.Sent) {
	if len(g.sent) == 1 {
		g.left, g.kept = nil, 0
	}
	if g.reported || g.kept >= keptRecipients {
		return
	}
	l := leftSent(account, d, "")[0]
	if g.recipients < bulkRecipients { // the message that makes it a wave is kept with all of them
		l.List = l.List[:min(len(l.List), keptRecipients-g.kept)]
	}
	g.kept += len(l.List)
	g.left = append(g.left, l.Clone())
}

func (w *bulkMail) expire(now evict.Time) {
	for k, g := range w.waves {
		if g.expire(now); len(g.sent) == 0 {
			delete(w.waves, k)
		}
	}
}

func (g *wave) expire(now evict.Time) {
	for len(g.sent) > 0 && now.Sub(g.sent[0].at) > time.Hour {
		g.recipients -= g.sent[0].n
		g.sent = g.sent[1:]
	}
}
