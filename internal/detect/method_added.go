package detect

import (
	"cmp"
	"fmt"
	"strings"

	"evict"
)

var methodAdded = &Detector{
	ID: "method-added", Rev: 1, Scope: AccountScope, Item: "G3",
	Title: "Sign-in method added by a hand that nothing ties to the owner",
	Doc: `An authenticator, telephone number, passkey or other method was registered for the account in a strand without any anchor, and the older ones stay. It survives a password reset: whoever registered it comes back.

Innocent causes: the owner's new telephone, enrolled from the known laptop: such a strand is anchored and the finding drops to a question. Without an address in the record the hand is unknown and the finding only a reason to look.

By hand: Entra admin center, Users, the user, Authentication methods; and Audit logs, activity "User registered security info" and "Update user" with StrongAuthentication in the modified properties.`,
	Symptoms: []int{8}, Techniques: []string{"T1556.006", "T1098.005"},
	Needs:   []Need{{Any: []evict.Kind{evict.DirectoryAudit}}},
	Actions: []string{"remove-authentication-method", "revoke-sessions", "reset-password"},
	New:     func() Watcher { return EventFunc(seeMethod) },
}

func seeMethod(e *evict.Event, v *View) {
	c, ok := e.Detail.(*evict.Changes)
	if !ok || e.Outcome == evict.Failure || !v.Mine(e.Actor) && !v.Mine(e.Subject(evict.Target).Who) {
		return
	}
	what := methodOf(e, c)
	if what == "" || v.Strand != nil && len(v.Strand.Anchors) > 0 && v.Strand.Verdict == evict.ByOwner {
		return
	}
	d := Draft{
		Family: evict.Persistence, Item: "method", Grade: evict.Indicative, Cause: Because(e),
		Summary:  fmt.Sprintf("%s: %s was added%s", strings.TrimSuffix(e.Op, "."), what, from(e)),
		Question: fmt.Sprintf("Did you add %s as a way to sign in on %s?", what, e.Time.Std().Format("2 January 15:04 UTC")),
	}
	d.Left = leftMethod(cmp.Or(e.Subject(evict.Target).Who.ID, v.Account), what)
	if v.Unanchored() {
		d.Item, d.Grade = "G3", evict.Strong
	}
	v.Report(d)
}

// methodOf names the method that a directory change adds, or "".
func methodOf(e *evict.Event, c *evict.Changes) string {
	op := strings.ToLower(e.Op)
	switch {
	case strings.HasPrefix(op, "user registered"), strings.HasPrefix(op, "admin registered"), strings.HasPrefix(op, "user started security info registration"):
		if strings.Contains(op, "started") {
			return ""
		}
		for _, f := range c.Extra {
			if strings.Contains(strings.ToLower(f.Name), "method") && f.Value != "" {
				return quoted(f.Value)
			}
		}
		return "security info"
	case strings.HasPrefix(op, "add passkey"), strings.Contains(op, "fido"):
		return "a passkey"
	case strings.HasPrefix(op, "update user"):
		for _, p := range c.Props {
			if !strings.HasPrefix(p.Name, "StrongAuthentication") || p.Name == "StrongAuthenticationRequirement" {
				continue
			}
			if longer(p.New, p.Old) {
				return methodProperty(p.Name)
			}
		}
	}
	return ""
}

// longer reports that a list of methods grew: the new text is not empty and holds more than the old.
func longer(now, before string) bool {
	now, before = strings.TrimSpace(now), strings.TrimSpace(before)
	return len(now) > 2 && len(now) > len(before)
}

func methodProperty(name string) string {
	switch {
	case strings.Contains(name, "PhoneApp"):
		return "an authenticator app"
	case strings.Contains(name, "UserDetails"), strings.Contains(name, "PhoneNumber"):
		return "a telephone number or address"
	}
	return "a sign-in method"
}
