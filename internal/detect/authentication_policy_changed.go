package detect

import (
	"fmt"
	"strings"

	"evict"
)

var authenticationPolicyChanged = &Detector{
	ID: "authentication-policy-changed", Rev: 1, Scope: RecordScope, Seed: true, Item: "G6",
	Title: "External identity provider or sign-in method allowed for the tenant",
	Doc: `The tenant's policy of authentication methods was changed so that another party vouches for a second factor (an external method, an OpenID Connect discovery address). Whoever runs that party can pass multifactor authentication for anybody.

Innocent causes: the firm takes up an external provider for its second factor, once, by plan. Other changes of the policy are not reported.

By hand: Entra admin center, Protection, Authentication methods, Policies; Audit logs: "Authentication Methods Policy Update".`,
	Symptoms: []int{8}, Techniques: []string{"T1556.009", "T1556"},
	Needs:   []Need{{Any: []evict.Kind{evict.DirectoryAudit}}},
	Actions: []string{"require-mfa"},
	New:     func() Watcher { return EventFunc(seeAuthenticationPolicy) },
}

func seeAuthenticationPolicy(e *evict.Event, v *View) {
	c, ok := directoryChange(e)
	if !ok || !strings.Contains(operation(e), "authentication methods policy") && !strings.Contains(operation(e), "external authentication method") {
		return
	}
	for _, p := range c.Props {
		name := strings.ToLower(p.Name + p.New)
		if p.Old == p.New || !strings.Contains(name, "openidconnect") && !strings.Contains(name, "discoveryurl") && !strings.Contains(name, "externalauthenticationmethod") {
			continue
		}
		v.Report(Draft{
			Subject: onTenant(e), Family: evict.Privilege, Grade: evict.Strong, Cause: Because(e), Target: whom(e),
			Summary: fmt.Sprintf("%s: %s changed %s to %s%s", strings.TrimSuffix(e.Op, "."), actorName(e), quoted(p.Name), quoted(discovery(p.New)), from(e)),
		})
		return
	}
}

// discovery returns the address of the other party in a policy's text, which
// is long; the text itself where it names none.
func discovery(text string) string {
	i := strings.Index(strings.ToLower(text), "discoveryurl")
	if i < 0 {
		return text
	}
	url := strings.TrimLeft(text[i+len("discoveryurl"):], "\\\": ")
	if end := strings.IndexAny(url, "\\\","); end >= 0 {
		url = url[:end]
	}
	if url == "" {
		return text
	}
	return url
}
