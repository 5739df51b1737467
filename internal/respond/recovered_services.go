package respond

import (
	"fmt"

	"evict"
)

// RecoveredServices are other services that the attacker could enter from the mailbox.
var RecoveredServices = &Action{
	ID: "recovered-services", Rev: 1, Phase: evict.Recover, Procedure: []string{"R7"},
	Title: "Secure the other services of this mailbox",
	Doc: `Whoever holds a mailbox resets the passwords of the services that know it as recovery address. The list comes from their password-reset and welcome mails, and from the
single sign-on applications that an attacker's strand entered. It can't be complete: ask the owner.
By hand: in each service: change the password, end all sessions, look at recovery address, telephone, second factor, forwarding and payment details.`,
	NoUndo:  "nothing is changed in the tenant",
	Noticed: []string{"the owner, in each service"},
	Wants:   `{"services":[{"name","at","why"}]}`,
	Plan:    notedList("services"),
	Instruct: func(s evict.Step) []string {
		list := entries(s, "services")
		out := []string{fmt.Sprintf("The owner of %s, with somebody beside him, from a clean computer, in each of these %d services: change the password, end all sessions, look at recovery address, telephone, second factor and payment details.", who(s), len(list))}
		for _, x := range list {
			out = append(out, "  "+said(x, "name", "unknown")+" ("+said(x, "at", "time unknown")+"): "+said(x, "why", "known to this mailbox"))
		}
		return append(out, "Banks, payroll, accounting and domain registrars first, by telephone. Then ask: which others have this address?")
	},
	Confirm: Question{"Was every service secured?", "who did which service, when, and what had been changed there"},
}
