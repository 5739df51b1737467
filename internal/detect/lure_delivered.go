package detect

import (
	"fmt"
	"strings"

	"evict"
)

var lureDelivered = &Detector{
	ID: "lure-delivered", Rev: 1, Scope: AccountScope, Seed: true, Item: "lure",
	Title: "Mail with a threat was delivered, or its link opened",
	Doc: `Defender found a threat in a mail that was delivered to the account, or the account opened a link that was judged malicious. A received lure proves nothing against the account; it tells how somebody may have come in.

Innocent causes: delivered lures are everyday; opened ones are often clicked by scanners.

By hand: Defender portal, Email and collaboration, Explorer: recipient, threats; Hunting: EmailEvents, UrlClickEvents.`,
	Symptoms: []int{}, Techniques: []string{"T1566"},
	Needs:   []Need{{Any: []evict.Kind{evict.MessageTrace, evict.ClickLog}}},
	Actions: []string{"recall-internal-phish"},
	New:     func() Watcher { return EventFunc(seeLure) },
}

func seeLure(e *evict.Event, v *View) {
	d, ok := e.Detail.(*evict.Trace)
	if !ok || d.Threats == "" || !strings.EqualFold(d.Recipient, v.Account) && !v.Mine(e.Actor) {
		return
	}
	status := strings.ToLower(d.Status)
	if strings.Contains(status, "block") || strings.Contains(status, "quarantine") || strings.Contains(status, "fail") {
		return
	}
	v.Report(Draft{
		Family: evict.PeopleFamily, Grade: evict.Context, Cause: Because(e), Placeless: true, Actor: v.Self(), Target: d.Sender,
		Summary: fmt.Sprintf("%s: %s from %s, threats %s, %s", e.Op, quoted(d.Message.Subject), quoted(d.Sender), quoted(d.Threats), quoted(d.Status)),
	})
}
