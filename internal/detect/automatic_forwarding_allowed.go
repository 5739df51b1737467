package detect

import (
	"fmt"

	"evict"
)

var automaticForwardingAllowed = &Detector{
	ID: "automatic-forwarding-allowed", Rev: 1, Scope: TenantScope, Item: "protection",
	Title: "Automatic forwarding to outside allowed for the tenant",
	Doc: `The protection that stops forwarding to outside by itself was lifted: a remote domain may be auto-forwarded to, or the outbound spam policy lets all forwarding pass. It is the step before forwarding that would otherwise bounce.

Innocent causes: an administrator lifts it for one department's forwarding; then the policy is bound to that group.

By hand: Defender portal, Policies, Anti-spam, outbound policy, Automatic forwarding; PowerShell: Get-HostedOutboundSpamFilterPolicy | Format-List Name, AutoForwardingMode; Get-RemoteDomain | Format-List DomainName, AutoForwardEnabled.`,
	Symptoms: []int{9}, Techniques: []string{"T1562.001"},
	Needs:   []Need{{Any: []evict.Kind{evict.AdminAudit}}},
	Actions: []string{"restore-outbound-policy", "remove-forwarding"},
	New:     func() Watcher { return EventFunc(forwardingAllowedEvent) },
}

func forwardingAllowedEvent(e *evict.Event, v *View) {
	d, ok := e.Detail.(*evict.Settings)
	if !ok || !acted(e) {
		return
	}
	how, kind := "", "remote-domain"
	switch {
	case opIs(e.Op, "set-remotedomain", "new-remotedomain"):
		if s, ok := d.Get("AutoForwardEnabled"); ok && yes(s) {
			how = "mail may be forwarded automatically to the remote domain " + quoted(objectOf(d))
		}
	case opIs(e.Op, "set-hostedoutboundspamfilterpolicy", "new-hostedoutboundspamfilterpolicy"):
		if s, ok := d.Get("AutoForwardingMode"); ok && fold(s) == "on" {
			kind = "outbound-spam-policy"
			how = "the outbound policy " + quoted(objectOf(d)) + " lets automatic forwarding pass"
		}
	}
	if how == "" {
		return
	}
	v.Report(Draft{
		Subject: evict.FindingSubject{Kind: evict.OnTenant, ID: string(e.Tenant)}, Actor: e.Actor, Target: objectOf(d),
		Family: evict.Privilege, Grade: evict.Indicative, Cause: Because(e), Left: leftover(evict.LeftOutboundPolicy, "", objectOf(d), objectOf(d), kind),
		Summary: fmt.Sprintf("%s%s by %s: %s", e.Op, from(e), actorName(e), how),
	})
}
