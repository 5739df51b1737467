package detect

import (
	"fmt"
	"strings"

	"evict"
)

var junkListsChanged = &Detector{
	ID: "junk-lists-changed", Rev: 1, Scope: AccountScope, Item: "junk-lists",
	Title: "Junk filter's lists changed by a hand that nothing ties to the owner",
	Doc: `A strand without any anchor changed the lists of the junk filter. Blocking people whom the owner writes to, or the own domain, hides their answers like a rule does; trusting a foreign domain lets the next lure in.

Innocent causes: the owner marks a sender as safe or as junk from a new place.

By hand: Outlook on the web, Settings, Mail, Junk email; PowerShell: Get-MailboxJunkEmailConfiguration USER | Format-List TrustedSendersAndDomains, BlockedSendersAndDomains.`,
	Symptoms: []int{1}, Techniques: []string{"T1562.001"},
	Needs:   []Need{{Any: []evict.Kind{evict.AdminAudit}, Fields: []FieldNeed{NeedAddress}}},
	Actions: []string{"restore-junk-settings", "return-hidden-mail"},
	New:     func() Watcher { return &junkLists{partners: partners{}} },
}

type junkLists struct{ partners partners }

func (w *junkLists) Event(e *evict.Event, v *View) {
	w.partners.add(e, v)
	d, ok := e.Detail.(*evict.Settings)
	if !ok || !acted(e) || !opIs(e.Op, "set-mailboxjunkemailconfiguration") || !v.Mine(e.Actor) || !v.Unanchored() {
		return
	}
	out := Draft{Family: evict.CoverUp, Grade: evict.Indicative, Cause: Because(e)}
	blocked, _ := d.Get("BlockedSendersAndDomains")
	trusted, _ := d.Get("TrustedSendersAndDomains")
	var hidden []string
	for _, s := range strings.FieldsFunc(blocked, listBreak) {
		a := strings.ToLower(strings.TrimSpace(s))
		if w.partners[a] || v.Habits != nil && v.Habits.Partners[a] || insideOf(e, v)(a) || insideOf(e, v)("@"+a) {
			hidden = append(hidden, a)
		}
	}
	switch {
	case len(hidden) > 0:
		out.Item, out.Grade, out.NoHonestPurpose = "G10", evict.Strong, true
		out.Summary = fmt.Sprintf("%s%s: mail from %s, whom the account corresponds with, was blocked", e.Op, from(e), some(hidden))
	case blocked != "":
		out.Summary = fmt.Sprintf("%s%s: blocked senders %s", e.Op, from(e), quoted(blocked))
	case trusted != "":
		out.Summary = fmt.Sprintf("%s%s: trusted senders %s", e.Op, from(e), quoted(trusted))
	default:
		return
	}
	name, _, _ := mailbox(e, v)
	out.Left = leftover(evict.LeftJunkLists, name, "", "", "BlockedSendersAndDomains")
	out.Left[0].List = strings.FieldsFunc(blocked, listBreak)
	if blocked == "" {
		out.Left[0].Detail, out.Left[0].List = "TrustedSendersAndDomains", strings.FieldsFunc(trusted, listBreak)
	}
	v.Report(out.onMailbox(e, v))
}

func (w *junkLists) End(*View) {}

func listBreak(r rune) bool { return strings.ContainsRune(";,{}()[]\"'= ", r) }
