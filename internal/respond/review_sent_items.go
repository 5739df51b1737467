package respond

import (
	"fmt"

	"evict"
)

// ReviewSentItems has the owner look through what was sent in his name.
var ReviewSentItems = &Action{
	ID: "review-sent-items", Rev: 1, Phase: evict.Recover, Procedure: []string{"R7"},
	Title: "Look through what was sent",
	Doc: `What the attacker's strands sent, and what could not be placed. The owner says which messages are his. What was deleted from Sent Items is in the list too, by the logs.
By hand: Outlook of the mailbox: Sent Items, Deleted Items, Recover items deleted from this folder; Exchange admin center, Mail flow, Message trace.`,
	NoUndo:  "nothing is changed",
	Noticed: []string{"the owner, who is asked"},
	Wants:   `{"messages":[{"at","to","subject","internetMessageId"}]}`,
	Plan:    notedList("messages"),
	Instruct: func(s evict.Step) []string {
		list := entries(s, "messages")
		out := []string{fmt.Sprintf("With the owner of %s, on the telephone: which of these %d messages did he send himself?", who(s), len(list))}
		for _, m := range list {
			out = append(out, "  "+said(m, "at", "time unknown")+"  to "+said(m, "to", "unknown")+": "+said(m, "subject", "(no subject)"))
		}
		return append(out, "For each that is not his: who received it, is money or a password asked for in it, and was it answered?")
	},
	Confirm: Question{"Was every message looked at with the owner?", "who looked, when, and which messages are not the owner's"},
}
