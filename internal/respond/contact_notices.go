package respond

import (
	"encoding/json"
	"fmt"
	"strings"

	"evict"
)

// noticeGroups are the groups of contacts, in the order in which they are told,
// with the draft for each.
var noticeGroups = []struct {
	id, name, subject string
	body              []string
}{
	{"bank", "bank or accounts payable", "Payment details: please call before you pay", []string{
		"the mailbox of {who} was in the hands of a stranger for a time. Please pay nothing on the word of a mail from this address, and change no account details.",
		"If you received new payment details or paid since, call us at once, on a number that you had before: a recall is a matter of hours.",
	}},
	{"customers", "customers and suppliers", "Mail from {who}: please be careful", []string{
		"the mailbox of {who} was in the hands of a stranger for a time, and messages were sent from it that are not ours.",
		"Please open no link or attachment of them, enter no password, and trust no changed payment details. If you did, tell your own administrator.",
		"To make sure that a message is ours, call us on a number that you had before.",
	}},
	{"internal", "colleagues", "Messages from {who} that are not genuine", []string{
		"somebody else wrote from the account of {who}, by mail or Teams. Delete such messages unopened.",
		"Whoever opened a link, signed in there or approved a prompt: tell the help desk now, by telephone. Nobody is blamed.",
	}},
}

// ContactNotices tells those who got something from the attacker. A person does,
// from another mailbox: this program sends nothing.
var ContactNotices = &Action{
	ID: "contact-notices", Rev: 1, Phase: evict.Recover, Procedure: []string{"R7"},
	Title: "Tell the contacts",
	Doc: `The recipients of what the attacker sent, shared or wrote in Teams, in three groups, with a draft for each. This program sends no message. Never from the affected
mailbox, and after containment only: he reads along. Addresses that the attacker controls are left out; look through the list before sending.
By hand: from another mailbox, recipients in Bcc; the bank, payer and payroll by telephone first.`,
	NoUndo:  "a message can't be taken back",
	Noticed: []string{"the contacts"},
	Wants:   `{"internal":[addresses],"customers":[addresses],"bank":[addresses],"subjects":[of what he sent]}`,
	Plan: func(before, want json.RawMessage) (json.RawMessage, error) {
		for _, g := range noticeGroups {
			if len(texts(decoded(want), g.id)) > 0 {
				return noted(before, want)
			}
		}
		return nil, errNothingKnown
	},
	Instruct: func(s evict.Step) []string {
		known := decoded(s.After)
		out := []string{"From another mailbox than " + who(s) + ", recipients in Bcc. This program sends nothing."}
		for _, g := range noticeGroups {
			to := texts(known, g.id)
			if len(to) == 0 {
				continue
			}
			name := strings.NewReplacer("{who}", who(s))
			out = append(out, fmt.Sprintf("To %s (%d): %s", g.name, len(to), strings.Join(to, "; ")), "  Subject: "+name.Replace(g.subject), "  Good day,")
			for _, l := range g.body {
				out = append(out, "  "+name.Replace(l))
			}
		}
		if subjects := texts(known, "subjects"); len(subjects) > 0 {
			out = append(out, "Subjects of what he sent, so that it can be found: "+strings.Join(subjects, " | "))
		}
		return out
	},
	Confirm: Question{"Were the contacts told, the bank by telephone?", "who told which group and when"},
}
