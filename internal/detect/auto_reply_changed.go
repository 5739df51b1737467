package detect

import (
	"fmt"

	"evict"
)

var autoReplyChanged = &Detector{
	ID: "auto-reply-changed", Rev: 1, Scope: AccountScope, Item: "auto-reply",
	Title: "Automatic reply switched on by a hand that nothing ties to the owner",
	Doc: `A strand without any anchor switched on the automatic reply or wrote its text. Intruders use it to send their message to everybody who writes, or to keep people waiting.

Innocent causes: the owner goes on holiday and sets it from the hotel.

By hand: Outlook on the web, Settings, Mail, Automatic replies; PowerShell: Get-MailboxAutoReplyConfiguration USER | Format-List AutoReplyState, ExternalMessage, InternalMessage.`,
	Symptoms: []int{2}, Techniques: []string{"T1098"},
	Needs:   []Need{{Any: []evict.Kind{evict.AdminAudit}, Fields: []FieldNeed{NeedAddress}}},
	Actions: []string{"disable-auto-reply"},
	New:     func() Watcher { return EventFunc(autoReplyEvent) },
}

func autoReplyEvent(e *evict.Event, v *View) {
	d, ok := e.Detail.(*evict.Settings)
	if !ok || !acted(e) || !opIs(e.Op, "set-mailboxautoreplyconfiguration") || !v.Mine(e.Actor) || !v.Unanchored() {
		return
	}
	state, _ := d.Get("AutoReplyState")
	text := ""
	for _, n := range []string{"ExternalMessage", "InternalMessage"} {
		if s, ok := d.Get(n); ok && s != "" {
			text = s
			break
		}
	}
	if fold(state) == "disabled" || state == "" && text == "" {
		return
	}
	out := Draft{
		Family: evict.Behaviour, Grade: evict.Indicative, Cause: Because(e), Question: "Did you switch on your automatic reply?",
		Summary: fmt.Sprintf("%s%s: the automatic reply was switched on", e.Op, from(e)),
	}
	name, _, _ := mailbox(e, v)
	out.Left = leftover(evict.LeftAutoReply, name, "", "", "")
	if text != "" {
		out.Summary += " with the text " + quoted(plainText(text))
	}
	v.Report(out.onMailbox(e, v))
}
