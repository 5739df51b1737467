package detect

import (
	"fmt"
	"slices"
	"strings"

	"evict"
	"evict/internal/message"
)

var lookAlikeDomain = &Detector{
	ID: "look-alike-domain", Rev: 1, Scope: AccountScope, Item: "look-alike",
	Title: "Mail with a domain that only looks like ours or a correspondent's",
	Doc: `The account exchanged mail with a domain that differs by a letter or two, or by letters that look alike, from the tenant's own or from that of somebody it corresponded with before first trouble. The fraud goes on there, outside the tenant, after every password is changed.

Innocent causes: sister companies with similar names; a domain under another ending that the partner owns.

By hand: Exchange admin center, Mail flow, Message trace: sender or recipient domain; ask the partner on a number known from before.`,
	Symptoms: []int{2}, Techniques: []string{"T1583.001", "T1656"},
	Needs:   []Need{{Any: []evict.Kind{evict.MessageTrace, evict.MailboxAudit}, Also: each(evict.MessageTrace, evict.MailboxAudit)}},
	Actions: []string{"contact-notices"},
	New:     func() Watcher { return &lookAlikes{seen: map[string]bool{}} },
}

const maxDomains = 3000 // per account

// lookAlikes learns the domains that the account writes with.
type lookAlikes struct {
	seen  map[string]bool
	order []string // those that resembled none, as they came
}

func (w *lookAlikes) Event(e *evict.Event, v *View) {
	switch d := e.Detail.(type) {
	case *evict.Sent:
		for _, r := range d.Recipients {
			w.domain(evict.DomainOf(r), "sent to", e, v)
		}
	case *evict.Trace:
		if v.Mine(evict.Principal{Kind: evict.UPN, ID: strings.ToLower(d.Sender)}) {
			w.domain(evict.DomainOf(d.Recipient), "sent to", e, v)
		} else {
			w.domain(evict.DomainOf(d.Sender), "received from", e, v)
		}
	}
}

func (w *lookAlikes) domain(domain, how string, e *evict.Event, v *View) {
	if domain == "" || w.seen[domain] || FreeMail(domain) || InDomains(domain, v.Facts.Domains) {
		return
	}
	if len(w.seen) >= maxDomains {
		v.Overflow("more domains than are compared")
		return
	}
	domain = strings.Clone(domain)
	w.seen[domain] = true
	if of, why := w.resembles(domain, v); why != "" {
		v.Report(Draft{
			Family: evict.OtherControls, Grade: evict.Indicative, Cause: Because(e), Target: domain, Placeless: true, Actor: v.Self(),
			Summary:  fmt.Sprintf("%s: mail %s %s, which resembles %s: %s", e.Op, how, quoted(domain), quoted(of), why),
			Question: fmt.Sprintf("Do you know %s as somebody other than %s?", quoted(domain), quoted(of)),
		})
		return
	}
	w.order = append(w.order, domain)
}

// resembles compares a domain met for the first time with ours and those met before.
func (w *lookAlikes) resembles(domain string, v *View) (of, why string) {
	ours := make([]string, 0, len(v.Facts.Domains))
	for d := range v.Facts.Domains {
		ours = append(ours, d)
	}
	slices.Sort(ours)
	for _, list := range [][]string{ours, w.order} {
		for _, d := range list {
			if why := message.Resembles(domain, d); why != "" {
				return d, why
			}
		}
	}
	return "", ""
}

func (*lookAlikes) End(*View) {}
