package detect

import (
	"fmt"
	"strings"

	"evict"
)

var sendsAsAnother = &Detector{
	ID: "sends-as-another", Rev: 1, Scope: AccountScope, Item: "sends-as",
	Title: "Mail sent as or on behalf of another, by a hand that nothing ties to the owner",
	Doc: `A strand without any anchor sent mail as another mailbox, or on its behalf. The mail shows the other's name; the record shows whose identity was used. It accuses the sender's account, and exposes the other.

Innocent causes: an assistant sends for a manager, or a team from its shared mailbox, from a new place.

By hand: Search-UnifiedAuditLog -Operations SendAs,SendOnBehalf -UserIds USER; PowerShell: Get-RecipientPermission -Trustee USER, and Get-Mailbox OTHER | Format-List GrantSendOnBehalfTo.`,
	Symptoms: []int{2}, Techniques: []string{"T1534"},
	Needs:   []Need{{Any: []evict.Kind{evict.MailboxAudit}, Fields: []FieldNeed{NeedAddress}}},
	Actions: []string{"remove-delegate", "contact-notices", "revoke-sessions", "reset-password"},
	New:     func() Watcher { return &sendsAs{told: map[string]bool{}} },
}

type sendsAs struct{ told map[string]bool } // strand and mailbox

func (w *sendsAs) Event(e *evict.Event, v *View) {
	d, ok := e.Detail.(*evict.Sent)
	if !ok || !acted(e) || !opIs(e.Op, "sendas", "sendonbehalf") || !v.Unanchored() || !v.Mine(e.Actor) {
		return
	}
	as := d.As
	if as == "" {
		as, _, _ = mailbox(e, v)
	}
	key := v.Placed + "\x00" + strings.ToLower(as)
	if w.told[key] {
		return
	}
	if len(w.told) >= watchedStrands {
		v.Overflow("more senders than are remembered")
		return
	}
	w.told[key] = true
	v.Report(Draft{
		Actor: e.Actor, Target: as, Family: evict.Behaviour, Grade: evict.Indicative, Cause: Because(e), Left: leftSent(v.Account, d, ""),
		Summary: fmt.Sprintf("%s%s: %s was sent as %s", e.Op, from(e), quoted(d.Message.Subject), quoted(as)),
	})
}

func (w *sendsAs) End(*View) {}
