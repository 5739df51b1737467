package detect

import (
	"fmt"
	"slices"
	"strings"

	"evict"
)

var mailboxForwardsOutside = &Detector{
	ID: "mailbox-forwards-outside", Rev: 1, Scope: AccountScope, Seed: true, Item: "G1",
	Title: "Mailbox forwards to an address outside",
	Doc: `The mailbox's own forwarding (ForwardingSmtpAddress, or ForwardingAddress to a directory recipient) sends every message to an address outside the tenant's domains. It needs no rule, and it stays after the password is changed.

Innocent causes: people who left or share two firms have their mail forwarded by an administrator; some forward to their own private mailbox (an address with the owner's name, or one the owner wrote to, weighs less until the owner answers). A directory recipient can be a colleague or a contact outside: the name alone does not tell.

By hand: Microsoft 365 admin center, Users, the user, Mail, Manage email forwarding; Exchange Online PowerShell: Get-Mailbox USER | Format-List ForwardingAddress, ForwardingSmtpAddress, DeliverToMailboxAndForward. The making: Search-UnifiedAuditLog -Operations Set-Mailbox.`,
	Symptoms: []int{9}, Techniques: []string{"T1114.003"},
	Needs:   []Need{{Any: []evict.Kind{evict.AdminAudit, evict.MailboxState}}},
	Actions: []string{"remove-forwarding", "revoke-sessions", "reset-password", "contact-notices"},
	New:     func() Watcher { return &forwards{partners: partners{}} },
}

type forwards struct{ partners partners }

func (w *forwards) Event(e *evict.Event, v *View) {
	w.partners.add(e, v)
	d, ok := e.Detail.(*evict.Settings)
	if !ok || e.Outcome == evict.Failure || e.Actor.Kind == evict.Service {
		return
	}
	to, set := forwardingSet(e, d)
	if !set || len(to) == 0 {
		return
	}
	name, box, own := mailbox(e, v)
	if v.State != nil && seen(e) {
		if before, known := v.State.Forwarding(box); known && sameAddresses(before, to) {
			return // the log told of it
		}
	}
	out := outside(insideOf(e, v), to)
	f := Draft{Family: evict.Persistence, Grade: evict.Strong, Cause: Because(e), Lifetime: &evict.Lifetime{From: e.Time}}
	switch {
	case len(out) > 0 && w.partners.all(out):
		f.Grade = evict.Indicative
	case len(out) == 0 && address(to[0]) != "":
		return // a colleague
	case len(out) == 0:
		f.Item, f.Grade, out = "forwarding", evict.Indicative, to
	}
	keeps := " and keeps no copy"
	if s, ok := d.Get("DeliverToMailboxAndForward"); !ok {
		keeps = ""
	} else if yes(s) {
		keeps = " and keeps a copy"
	}
	what := "the mailbox forwards"
	if !own {
		what = "the mailbox of " + name + " forwards"
	}
	f.Summary = fmt.Sprintf("%s%s by %s: %s to %s%s", e.Op, from(e), actorName(e), what, some(out), keeps)
	if seen(e) {
		f.Summary = fmt.Sprintf("The mailbox of %s forwards to %s%s", name, some(out), keeps)
	}
	if own && !seen(e) {
		f.Question = "Do you have your mail forwarded to " + some(out) + "?"
	}
	f.Left = leftover(evict.LeftForwarding, name, "", strings.Join(to, ", "), "")
	f = f.onMailbox(e, v)
	f.Target = out[0]
	v.Report(f)
}

func (w *forwards) End(*View) {}

// sameAddresses reports whether the recorded lists name the same recipients.
func sameAddresses(a, b []string) bool {
	plain := func(in []string) []string {
		var out []string
		for _, s := range in {
			if x := address(s); x != "" {
				s = x
			}
			out = append(out, fold(s))
		}
		slices.Sort(out)
		return slices.Compact(out)
	}
	return slices.Equal(plain(a), plain(b))
}
