package detect

import (
	"fmt"
	"strings"

	"evict"
)

var federationChanged = &Detector{
	ID: "federation-changed", Rev: 1, Scope: RecordScope, Seed: true, Item: "G6",
	Title: "Federation of a domain added or changed",
	Doc: `A domain was made federated, or its federation settings were changed. Whoever holds the signing certificate of the other side can sign in as anybody in the tenant, with any claim, MFA included.

Innocent causes: a planned change of the identity provider, renewal of its certificate.

By hand: Entra admin center, Custom domain names, the domain; PowerShell: Get-MgDomainFederationConfiguration; Audit logs: "Set domain authentication", "Set federation settings on domain".`,
	Symptoms: []int{8}, Techniques: []string{"T1484.002", "T1556"},
	Needs:   []Need{{Any: []evict.Kind{evict.DirectoryAudit}}},
	Actions: []string{"revoke-sessions"},
	New:     func() Watcher { return EventFunc(seeFederation) },
}

func seeFederation(e *evict.Event, v *View) {
	c, ok := directoryChange(e)
	if !ok {
		return
	}
	op := operation(e)
	switch {
	case strings.HasPrefix(op, "set federation settings"), strings.Contains(op, "federation configuration") && !strings.HasPrefix(op, "delete"):
	case op == "set domain authentication" && textOf(c).contains("federat", "issueruri", "signingcertificate"):
	default:
		return
	}
	v.Report(Draft{
		Subject: onTenant(e), Family: evict.Privilege, Grade: evict.Strong, Cause: Because(e), Target: whom(e), Left: leftover(evict.LeftFederation, "", whom(e), whom(e), ""),
		Summary: fmt.Sprintf("%s: %s, domain %s%s", strings.TrimSuffix(e.Op, "."), actorName(e), quoted(whom(e)), from(e)),
	})
}
