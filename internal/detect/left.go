package detect

import (
	"cmp"
	"encoding/json"
	"strings"

	"evict"
)

// leftover is one thing left behind, as a list.
func leftover(kind, of, name, id, detail string) []evict.Leftover {
	return []evict.Leftover{{Kind: kind, Of: of, Name: name, ID: id, Detail: detail}}
}

// leftRule is the rule that an act made or changed in a mailbox.
func leftRule(r *evict.InboxRule, box string) []evict.Leftover {
	kind, detail := evict.LeftRule, ""
	if r.Sweep {
		kind = evict.LeftSweepRule
	}
	if r.Hidden {
		detail = "hidden"
	}
	id := r.ID
	if id == r.Name {
		id = "" // the object of a record ends in the name where the rule has no number yet
	}
	return leftover(kind, box, r.Name, id, detail)
}

// leftRight is a right over a mailbox or one of its folders: Name is the folder.
func leftRight(box, holder string, r *evict.Right) []evict.Leftover {
	return leftover(evict.LeftRight, box, r.Folder, holder, strings.Join(r.Rights, ", "))
}

// leftRole is the role that an act gave, by the log's words for it.
func leftRole(e *evict.Event, role, who string) []evict.Leftover {
	if c, ok := e.Detail.(*evict.Changes); ok {
		how := "active"
		if strings.Contains(operation(e), "eligible") {
			how = "eligible"
		}
		return leftover(evict.LeftRole, who, role, newValue(c, "Role.TemplateId", "Role.ObjectID"), how)
	}
	return leftover(evict.LeftRoleGroup, who, role, role, "")
}

// leftApp is an application that an act made, let in or changed.
func leftApp(kind string, e *evict.Event, c *evict.Changes, of, detail string) []evict.Leftover {
	name, id := appOf(e, c)
	if given := newValue(c, "AppId", "AppPrincipalId"); isGUID(given) {
		id = given
	}
	if kind == evict.LeftGrant {
		id = cmp.Or(e.Subject(evict.Application).Who.ID, id)
	}
	return leftover(kind, of, name, id, detail)
}

// leftSecrets are the keys that are in the new text of KeyDescription and not in the old.
// Its form is [KeyIdentifier=…,KeyType=…,KeyUsage=…,DisplayName=…].
func leftSecrets(e *evict.Event, c *evict.Changes) []evict.Leftover {
	p, _ := c.Prop("KeyDescription")
	var out []evict.Leftover
	for _, id := range keyIDs(p.New) {
		if !strings.Contains(p.Old, id) {
			l := leftApp(evict.LeftSecret, e, c, "", "")
			l[0].Detail, l[0].ID = l[0].ID, id
			out = append(out, l...)
		}
	}
	if out == nil {
		out = leftApp(evict.LeftSecret, e, c, "", "")
		out[0].Detail, out[0].ID = out[0].ID, ""
	}
	return out
}

func keyIDs(text string) []string {
	var out []string
	for {
		_, rest, ok := strings.Cut(text, "KeyIdentifier=")
		if !ok || len(out) == 100 {
			return out
		}
		id, more, _ := strings.Cut(rest, ",")
		if id != "" && id != more {
			out = append(out, id)
		}
		text = rest
	}
}

// leftProfile are the properties that a record changed, with their old values where it has them.
func leftProfile(e *evict.Event, whose string) []evict.Leftover {
	l := leftover(evict.LeftProfile, whose, "", "", "")
	c, ok := e.Detail.(*evict.Changes)
	if !ok {
		return l
	}
	for _, p := range c.Props {
		if profileFields[strings.TrimPrefix(fold(p.Name), "user.")] == 0 || bare(p.Old) == bare(p.New) {
			continue
		}
		if l[0].Was == nil {
			l[0].Was = map[string][]string{}
		}
		l[0].Was[p.Name] = values(p.Old)
	}
	return l
}

// values are those of a recorded property: a JSON list of texts, or one text.
func values(s string) []string {
	var list []string
	if json.Unmarshal([]byte(s), &list) == nil {
		if list == nil {
			list = []string{}
		}
		return list
	}
	if s = bare(s); s != "" {
		return []string{s}
	}
	return []string{}
}

// leftAudit says which switch of recording was turned: the audit log, the
// organisation's mailbox audit, a mailbox's, or an account's exemption.
func leftAudit(e *evict.Event, d *evict.Settings) []evict.Leftover {
	of := ""
	detail := ""
	switch {
	case opIs(e.Op, "set-adminauditlogconfig"):
		detail = "audit-log"
	case opIs(e.Op, "set-organizationconfig"):
		detail = "organization-audit"
	case opIs(e.Op, "set-mailbox"):
		detail, of = "mailbox-audit", objectOf(d)
	case opIs(e.Op, "set-mailboxauditbypassassociation"):
		detail, of = "audit-bypass", objectOf(d)
	default:
		return nil // a retention policy: nothing puts it back
	}
	return leftover(evict.LeftAudit, of, objectOf(d), "", detail)
}

// leftMethod is the way to sign in that was added, by what the record says of it.
func leftMethod(whose, what string) []evict.Leftover {
	return leftover(evict.LeftMethod, whose, strings.Trim(what, `"`), "", "")
}

// leftDevice is the device that was registered: its object ID or device ID, and its name.
func leftDevice(e *evict.Event, c *evict.Changes, whose, name string) []evict.Leftover {
	id := newValue(c, "Device.DeviceId", "DeviceId", "Device.ObjectID", "DeviceObjectId")
	if s := e.Subject(evict.Target); id == "" && s.Who.Kind != evict.UPN && s.Who.Kind != evict.Name {
		id = s.Who.ID
	}
	return leftover(evict.LeftDevice, whose, name, cmp.Or(id, extra(c, "Device Id", "DeviceId")), "")
}

// leftConsent is the permission that an act gave an application: delegated by a
// person, or for everybody, or an application's own.
func leftConsent(e *evict.Event, c *evict.Changes, scopes []string, all bool) []evict.Leftover {
	kind := evict.LeftGrant
	if strings.HasPrefix(operation(e), "add app role assignment") {
		kind = evict.LeftAppRole
	}
	of := e.Actor.ID
	if all {
		of = ""
	}
	return leftApp(kind, e, c, of, strings.Join(scopes, " "))
}

// leftHidden are the messages that an act took out of sight.
func leftHidden(of string, d *evict.Moved) []evict.Leftover {
	var out []evict.Leftover
	for i := range d.Messages {
		if d.Messages[i].ID != "" && len(out) < evict.MaxEvidence {
			out = append(out, leftover(evict.LeftHidden, of, d.Messages[i].Subject, d.Messages[i].ID, d.Dest)...)
		}
	}
	return out
}

// mostRecipients of one message that a leftover names; the record has them all.
const mostRecipients = 500

// leftSent is a message that was sent. What it was about tells whom to call first.
func leftSent(of string, d *evict.Sent, about string) []evict.Leftover {
	l := leftover(evict.LeftSent, of, d.Message.Subject, d.Message.ID, about)
	l[0].List = d.Recipients[:min(len(d.Recipients), mostRecipients)]
	return l
}

// fileAddress is where a file lies, as the audit log's ObjectId has it: site, folder and name.
func fileAddress(f *evict.File) string {
	parts := []string{strings.TrimRight(f.Site, "/")}
	for _, p := range []string{f.Path, f.Name} {
		if p = strings.Trim(p, "/"); p != "" {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, "/")
}

// isGUID reports the form of an ID of the directory.
func isGUID(s string) bool {
	return len(s) == 36 && s[8] == '-' && s[13] == '-' && s[18] == '-' && s[23] == '-'
}
