package detect

import (
	"fmt"
	"slices"
	"strings"

	"evict"
)

var connectorChanged = &Detector{
	ID: "connector-changed", Rev: 1, Scope: TenantScope, Item: "connector",
	Title: "Mail connector made, changed or switched on",
	Doc: `A connector was made or changed. An inbound one lets a foreign server hand in mail as if it came from inside, past the filters; an outbound one takes all mail through a foreign server. Used for spam through a stolen tenant and for reading mail on its way.

Innocent causes: scanners and printers, mail gateways, archiving and signature services, and hybrid set-ups need connectors; the change is planned and names a known service.

By hand: Exchange admin center, Mail flow, Connectors; PowerShell: Get-InboundConnector | Format-List Name, Enabled, SenderIPAddresses, SenderDomains, RestrictDomainsToIPAddresses, WhenChanged; Get-OutboundConnector | Format-List Name, Enabled, SmartHosts, RecipientDomains.`,
	Symptoms: []int{2, 9}, Techniques: []string{"T1071.003"},
	Needs:   []Need{{Any: []evict.Kind{evict.AdminAudit}}},
	Actions: []string{"disable-connector", "revoke-sessions", "reset-password"},
	New:     func() Watcher { return EventFunc(connectorEvent) },
}

func connectorEvent(e *evict.Event, v *View) {
	d, ok := e.Detail.(*evict.Settings)
	if !ok || !acted(e) || !opIs(e.Op, "new-inboundconnector", "set-inboundconnector", "new-outboundconnector", "set-outboundconnector") {
		return
	}
	if s, ok := d.Get("Enabled"); ok && no(s) {
		return
	}
	name := objectOf(d)
	if n, ok := d.Get("Name"); ok {
		name = n
	}
	direction := "inbound"
	if strings.Contains(operation(e), "outbound") {
		direction = "outbound"
	}
	var through []string
	for _, p := range []string{"SenderIPAddresses", "SenderDomains", "SmartHosts", "RecipientDomains"} {
		if s, ok := d.Get(p); ok && s != "" {
			through = append(through, strings.Split(s, ";")...)
		}
	}
	out := Draft{
		Subject: evict.FindingSubject{Kind: evict.OnTenant, ID: string(e.Tenant)}, Actor: e.Actor, Target: name,
		Family: evict.Persistence, Grade: evict.Indicative, Cause: Because(e), NoHonestPurpose: junkName(name) && name != "",
		Left:    leftover(evict.LeftConnector, "", name, objectOf(d), direction),
		Summary: fmt.Sprintf("%s%s by %s: the connector %s", e.Op, from(e), actorName(e), quoted(name)),
	}
	if len(through) > 0 {
		out.Summary += " for " + some(slices.Compact(through))
	}
	v.Report(out)
}
