package detect

import (
	"fmt"
	"strings"

	"evict"
)

var crossTenantTrustChanged = &Detector{
	ID: "cross-tenant-trust-changed", Rev: 1, Scope: RecordScope, Seed: true, Item: "cross-tenant",
	Title: "Trust in another tenant or partner added or changed",
	Doc: `Settings of cross-tenant access or synchronisation, a partner, or a domain of the tenant were added or changed. Each lets somebody in another organisation act here, whatever happens to the passwords.

Innocent causes: mergers, new partners, a new provider.

By hand: Entra admin center, External Identities, Cross-tenant access settings; Microsoft 365 admin center, Settings, Partner relationships; Custom domain names.`,
	Symptoms: []int{}, Techniques: []string{"T1484.002", "T1199"},
	Needs:   []Need{{Any: []evict.Kind{evict.DirectoryAudit}}},
	Actions: []string{"revoke-sessions"},
	New:     func() Watcher { return EventFunc(seeCrossTenant) },
}

func seeCrossTenant(e *evict.Event, v *View) {
	if _, ok := directoryChange(e); !ok {
		return
	}
	op := operation(e)
	switch {
	case strings.Contains(op, "cross-tenant") || strings.Contains(op, "crosstenant") || strings.Contains(op, "cross tenant"):
	case strings.HasPrefix(op, "add partner") || strings.HasPrefix(op, "set partnership") || strings.Contains(op, "delegated admin relationship"):
	case op == "add unverified domain" || op == "add verified domain" || op == "verify domain":
	default:
		return
	}
	v.Report(Draft{
		Subject: onTenant(e), Family: evict.Privilege, Grade: evict.Indicative, Cause: Because(e), Target: whom(e),
		Summary: fmt.Sprintf("%s: %s, %s%s", strings.TrimSuffix(e.Op, "."), actorName(e), quoted(whom(e)), from(e)),
	})
}
