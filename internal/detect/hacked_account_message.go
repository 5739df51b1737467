package detect

import (
	"fmt"
	"strings"

	"evict"
)

var hackedAccountMessage = &Detector{
	ID: "hacked-account-message", Rev: 1, Scope: AccountScope, Item: "hacked-message",
	Title: "A common message of hacked accounts was sent by a hand that nothing ties to the owner",
	Doc: `A strand without any anchor sent mail whose subject is one of those that stolen accounts send: stranded abroad, gift cards, "are you available", a shared or encrypted document, a voice message. Only subjects are in the log; without bodies the check is never complete.

Innocent causes: people do ask whether a colleague is available, and do share documents.

By hand: read Sent Items and Deleted Items (also Recover Deleted Items); PowerShell: Get-MessageTraceV2 -SenderAddress USER | Group-Object Subject.`,
	Symptoms: []int{6}, Techniques: []string{"T1534"},
	Needs:   []Need{{Any: []evict.Kind{evict.MailboxAudit}, Fields: []FieldNeed{NeedSubject}}},
	Actions: []string{"contact-notices", "recall-internal-phish", "revoke-sessions", "reset-password"},
	New:     func() Watcher { return &hackedMessages{told: map[string]bool{}} },
}

type hackedMessages struct{ told map[string]bool } // strand and subject

func (w *hackedMessages) Event(e *evict.Event, v *View) {
	d, ok := e.Detail.(*evict.Sent)
	if !ok || !acted(e) || !v.Unanchored() || !v.Mine(e.Actor) || isReply(d.Message.Subject) || hasWord(d.Message.Subject, hackedSubjects) == "" {
		return
	}
	key := v.Placed + "\x00" + strings.ToLower(d.Message.Subject)
	if w.told[key] {
		return
	}
	if len(w.told) >= watchedWaves {
		v.Overflow("more subjects than are remembered")
		return
	}
	w.told[key] = true
	v.Report(Draft{
		Family: evict.Behaviour, Grade: evict.Indicative, Cause: Because(e), Left: leftSent(v.Account, d, ""),
		Summary:  fmt.Sprintf("%s%s: a message with the subject %s was sent", e.Op, from(e), quoted(d.Message.Subject)),
		Question: "Did you send " + quoted(d.Message.Subject) + "?",
	})
}

func (w *hackedMessages) End(*View) {}
