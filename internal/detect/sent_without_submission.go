package detect

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"evict"
)

var sentWithoutSubmission = &Detector{
	ID: "sent-without-submission", Rev: 1, Scope: AccountScope, Seed: true, Item: "V19",
	Title: "Mail bears the account's address and was not submitted by it",
	Doc: `Message trace has mail with the account as sender that came from outside or has no record of submission, although the account's submissions are recorded. It may be Direct Send, a spoof or a bounce; it accuses nobody.

Innocent causes: scanners and programs that send with the user's address through a connector; a marketing service that sends in the user's name.

By hand: open one of the messages at a recipient and run evict investigate --message FILE.eml; Exchange admin center, Message trace, the message's details (FromIP, connector). PowerShell: Get-OrganizationConfig | Format-List RejectDirectSend.`,
	Symptoms: []int{2}, Techniques: []string{"T1656"},
	Needs:   []Need{{Any: []evict.Kind{evict.MessageTrace}}},
	Actions: []string{"contact-notices"},
	New:     func() Watcher { return &notSubmitted{traced: map[string]tracedMail{}, sent: map[string]bool{}} },
}

const watchedTraces = 20000

type notSubmitted struct {
	traced      map[string]tracedMail // by message ID
	sent        map[string]bool       // message IDs of submissions
	first, last evict.Time            // of submissions
}

type tracedMail struct {
	foreign bool // its message ID was made elsewhere
	at      evict.Time
	ev      Evidence
	subject string
}

func (w *notSubmitted) Event(e *evict.Event, v *View) {
	switch d := e.Detail.(type) {
	case *evict.Sent:
		if !v.Mine(e.Actor) || !e.Time.Set {
			return
		}
		if !w.first.Set {
			w.first = e.Time
		}
		w.last = e.Time
		if len(w.sent) < 10*watchedTraces {
			w.sent[messageKey(d.Message.ID)] = true
		} else {
			v.Overflow("more submissions than are remembered")
		}
	case *evict.Trace:
		if !v.Mine(evict.Principal{Kind: evict.UPN, ID: strings.ToLower(d.Sender)}) || d.Message.ID == "" || !e.Time.Set {
			return
		}
		k := messageKey(d.Message.ID)
		if _, known := w.traced[k]; known {
			return
		}
		if len(w.traced) >= watchedTraces {
			v.Overflow("more traced messages than are remembered")
			return
		}
		w.traced[k] = tracedMail{foreignID(d.Message.ID, v), e.Time, keepEvidence(e), strings.Clone(d.Message.Subject)}
	}
}

func messageKey(id string) string { return strings.ToLower(strings.Trim(id, "<> ")) }

// foreignID reports a message ID that neither Exchange Online nor a mail
// program of the tenant made.
func foreignID(id string, v *View) bool {
	host := evict.DomainOf(messageKey(id))
	return host != "" && !strings.HasSuffix(host, ".outlook.com") && !v.Facts.Internal("@"+host)
}

// End tells what was traced and not submitted: mail with a foreign message ID,
// and mail between the first and last submission on record that is none of
// them. Where submissions are not recorded, an ID of our own says nothing.
func (w *notSubmitted) End(v *View) {
	var out []tracedMail
	for _, k := range sortedKeys(w.traced) {
		t := w.traced[k]
		recorded := w.first.Set && !t.at.Before(w.first) && !w.last.Before(t.at)
		if !w.sent[k] && (t.foreign || recorded) {
			out = append(out, t)
		}
	}
	if len(out) == 0 {
		return
	}
	slices.SortStableFunc(out, func(a, b tracedMail) int { return cmp.Compare(a.at.Nano, b.at.Nano) })
	d := Draft{
		Family: evict.OtherControls, Grade: evict.Context, Placeless: true, Time: out[0].at, Total: len(out),
		Lifetime: &evict.Lifetime{From: out[0].at, To: out[len(out)-1].at},
		Summary:  fmt.Sprintf("%s with the address of %s in the message trace and no record of submission, the first with the subject %s", count(len(out), "message", "messages"), v.Account, quoted(out[0].subject)),
	}
	for _, t := range out[:min(len(out), evict.MaxEvidence)] {
		d.Cause = append(d.Cause, t.ev)
	}
	v.Report(d)
}
