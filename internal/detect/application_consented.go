package detect

import (
	"fmt"
	"strings"

	"evict"
)

var applicationConsented = &Detector{
	ID: "application-consented", Rev: 1, Scope: RecordScope, Seed: true, Item: "consent",
	Title: "Consent to an application",
	Doc: `An application was granted permissions by a user or, for everybody, by an administrator. Mail, files or lasting access for an application that is on the lists of abused ones, whose name imitates another, or whose permissions reach into the directory is a strong sign. The grant outlives a password reset.

Innocent causes: people and administrators consent to useful applications every day; the abused ones (eM Client, rclone and others) have honest users as well.

By hand: Entra admin center, Enterprise applications, the application, Permissions, User consent and Admin consent; Audit logs: "Consent to application", "Add delegated permission grant", "Add app role assignment".`,
	Symptoms: []int{8}, Techniques: []string{"T1528", "T1098.003"},
	Needs:   []Need{{Any: []evict.Kind{evict.DirectoryAudit, evict.ConsentState}}},
	Actions: []string{"revoke-consent", "disable-application", "remove-app-role-assignment"},
	New:     func() Watcher { return EventFunc(seeConsent) },
}

func seeConsent(e *evict.Event, v *View) {
	c, ok := directoryChange(e)
	if !ok {
		return
	}
	switch operation(e) {
	case "consent to application", "add delegated permission grant", "add oauth2permissiongrant", "add app role assignment to service principal", "add app role assignment grant to user":
	default:
		return
	}
	name, id := appOf(e, c)
	scopes := scopesOf(c)
	reach := reachOf(scopes)
	if operation(e) == "add app role assignment grant to user" && reach == "" && imitates(name) == "" && abusedApp(id, name) == "" {
		return // an application assigned to a user: everyday
	}
	d := Draft{
		Subject: onApp(name, id), Target: name, Family: evict.Persistence, Grade: evict.Indicative, Cause: Because(e),
		Summary: fmt.Sprintf("%s: %s granted %s %s%s", strings.TrimSuffix(e.Op, "."), actorName(e), quoted(name), permissions(scopes), from(e)),
	}
	all := strings.EqualFold(newValue(c, "ConsentContext.IsAdminConsent"), "true") || textOf(c).contains("allprincipals")
	if all {
		d.Summary += ", for every user"
	}
	d.Left = leftConsent(e, c, scopes, all)
	switch {
	case imitates(name) != "":
		d.Item, d.Grade, d.NoHonestPurpose = "G4", evict.Strong, true
		d.Summary += fmt.Sprintf("; its name only looks like %q", imitates(name))
	case reach == "":
	case abusedApp(id, name) != "":
		d.Item, d.Grade = "G4", evict.Strong
		d.Summary += "; it is on the list of abused applications (" + abusedApp(id, name) + ")"
	case junkName(name) && name != "":
		d.Item, d.Grade = "G4", evict.Strong
		d.Summary += "; its name says nothing"
	}
	v.Report(d)
}

// scopesOf lists the permissions that a grant names: in the consent's text
// (Scope: Mail.Read offline_access), or in properties of their own.
func scopesOf(c *evict.Changes) []string {
	var out []string
	add := func(list string) {
		for _, s := range strings.FieldsFunc(list, func(r rune) bool { return r == ' ' || r == ',' || r == ';' }) {
			if s = plainValue(s); s != "" && len(out) < 200 {
				out = append(out, s)
			}
		}
	}
	for _, p := range c.Props {
		switch p.Name {
		case "DelegatedPermissionGrant.Scope", "AppRole.Value", "Scope":
			add(plainValue(p.New))
		case "ConsentAction.Permissions":
			now := p.New
			if _, after, ok := strings.Cut(now, "=>"); ok {
				now = after
			}
			for rest := now; ; {
				_, after, ok := strings.Cut(rest, "Scope:")
				if !ok {
					break
				}
				list, more, _ := strings.Cut(after, ",")
				list, _, _ = strings.Cut(list, "]")
				add(list)
				rest = more
			}
		}
	}
	return out
}

// reachOf says what the permissions open, the gravest first; "" for harmless ones.
func reachOf(scopes []string) string {
	found := map[string]bool{}
	for _, s := range scopes {
		if r := dangerousScope(s); r != "" {
			found[r] = true
		}
	}
	for _, r := range []string{"directory", "mail", "files", "chats", "contacts"} {
		if found[r] {
			return r
		}
	}
	return ""
}

func permissions(scopes []string) string {
	if len(scopes) == 0 {
		return "permissions that the record does not name"
	}
	return some(scopes)
}
