package detect

import (
	"fmt"
	"strings"

	"evict"
)

var accountMade = &Detector{
	ID: "account-made", Rev: 2, Scope: RecordScope, Seed: true, Item: "account",
	Title: "Account created",
	Doc: `An account was created. A name that only looks like an administrator, a department or a product (ITCornpany, rnicrosoft, 0ffice365) is what intruders choose for an account of their own; nobody does that for a good reason.

Innocent causes: new colleagues. Without a look-alike name the finding is only a reason to look.

By hand: Entra admin center, Users, sort by Creation time; Audit logs, activity "Add user".`,
	Symptoms: []int{8}, Techniques: []string{"T1136.003"},
	Needs:   []Need{{Any: []evict.Kind{evict.DirectoryAudit, evict.AdminAudit}}},
	Actions: []string{"block-account", "revoke-sessions", "remove-directory-role"},
	New:     func() Watcher { return EventFunc(seeAccount) },
}

func seeAccount(e *evict.Event, v *View) {
	if e.Outcome == evict.Failure || e.Actor.Kind == evict.Service {
		return
	}
	switch operation(e) {
	case "add user", "new-mailbox", "new-mailuser":
	default:
		return
	}
	name, label := madeName(e)
	d := Draft{
		Family: evict.Privilege, Grade: evict.Indicative, Cause: Because(e), Target: name, Left: leftover(evict.LeftAccount, name, label, "", ""),
		Summary: fmt.Sprintf("%s created the account %s%s", actorName(e), quoted(name), from(e)),
	}
	if name == "" {
		d.Summary = fmt.Sprintf("%s created an account whose name the record does not keep%s", actorName(e), from(e))
	}
	local := name
	if p := (evict.Principal{Kind: evict.UPN, ID: name}); p.Domain() != "" {
		local = name[:len(name)-len(p.Domain())-1]
	}
	if term := imitates(local + " " + label); term != "" {
		d.Item, d.Grade, d.NoHonestPurpose = "look-alike-account", evict.Strong, true
		d.Techniques = []string{"T1136.003", "T1036.005"}
		d.Summary += fmt.Sprintf(", a name that only looks like %q", term)
	}
	v.Report(d)
}

// madeName returns the address and the display name of the account made.
// Exchange keeps them in the parameters of its cmdlet.
func madeName(e *evict.Event) (name, label string) {
	name, label = whom(e), e.Subject(evict.Target).Label
	s, ok := e.Detail.(*evict.Settings)
	if !ok {
		return name, label
	}
	for _, p := range []string{"MicrosoftOnlineServicesID", "UserPrincipalName", "PrimarySmtpAddress", "Alias", "Name"} {
		if v, _ := s.Get(p); v != "" && name == "" {
			name = strings.ToLower(v)
		}
	}
	if v, _ := s.Get("DisplayName"); v != "" {
		return name, v
	}
	v, _ := s.Get("Name")
	return name, v
}
