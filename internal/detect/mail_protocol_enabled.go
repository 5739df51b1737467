package detect

import (
	"fmt"
	"strings"

	"evict"
)

var mailProtocolEnabled = &Detector{
	ID: "mail-protocol-enabled", Rev: 1, Scope: AccountScope, Seed: true, Item: "mail-protocol",
	Title: "Mail protocol switched on for a mailbox",
	Doc: `IMAP, POP or authenticated SMTP was switched on for a mailbox. By these a mail program copies or sends everything, and with basic authentication none of them asks for a second factor.

Innocent causes: a scanner, a line-of-business program or a telephone needs the protocol; an administrator opens it on request.

By hand: Microsoft 365 admin center, Users, the user, Mail, Manage email apps; PowerShell: Get-CASMailbox USER | Format-List ImapEnabled, PopEnabled, SmtpClientAuthenticationDisabled, OWAEnabled, EwsEnabled, ActiveSyncEnabled.`,
	Symptoms: []int{2, 9}, Techniques: []string{"T1114.002"},
	Needs:   []Need{{Any: []evict.Kind{evict.AdminAudit}}},
	Actions: []string{"disable-mail-protocols"},
	New:     func() Watcher { return EventFunc(mailProtocolEvent) },
}

func mailProtocolEvent(e *evict.Event, v *View) {
	d, ok := e.Detail.(*evict.Settings)
	if !ok || !acted(e) || !opIs(e.Op, "set-casmailbox") {
		return
	}
	var on []string
	for _, p := range []struct{ name, what string }{{"ImapEnabled", "IMAP"}, {"PopEnabled", "POP"}} {
		if s, ok := d.Get(p.name); ok && yes(s) {
			on = append(on, p.what)
		}
	}
	if s, ok := d.Get("SmtpClientAuthenticationDisabled"); ok && no(s) {
		on = append(on, "authenticated SMTP")
	}
	if len(on) == 0 {
		return
	}
	name, _, own := mailbox(e, v)
	box := ""
	if !own {
		box = " for the mailbox of " + name
	}
	v.Report(Draft{
		Family: evict.Persistence, Grade: evict.Indicative, Cause: Because(e), Left: leftover(evict.LeftProtocols, name, "", "", strings.Join(on, ", ")),
		Summary: fmt.Sprintf("%s%s by %s: %s switched on%s", e.Op, from(e), actorName(e), strings.Join(on, ", "), box),
	}.onMailbox(e, v))
}
