package detect

import (
	"fmt"
	"slices"
	"strings"

	"evict"
)

var mailboxRightGranted = &Detector{
	ID: "mailbox-right-granted", Rev: 1, Scope: RecordScope, Seed: true, Item: "right",
	Title: "Right on a mailbox or folder granted",
	Doc: `Somebody was given full access to a mailbox, the right to send as it or on its behalf, or a right on one of its folders. An outsider, everybody (Default, Anonymous) beyond free and busy times, or a look-alike account as receiver is a strong sign; otherwise it is a reason to look. The act says something of whoever granted it, and of the mailbox's exposure; nothing of its owner.

Innocent causes: assistants, shared mailboxes, vacation cover, migrations.

By hand: Exchange admin center, Mailboxes, Delegation; PowerShell: Get-MailboxPermission, Get-RecipientPermission, Get-MailboxFolderPermission -Identity USER:\Inbox.`,
	Symptoms: []int{2}, Techniques: []string{"T1098.002"},
	Needs:   []Need{{Any: []evict.Kind{evict.AdminAudit, evict.MailboxAudit, evict.RightState}}},
	Actions: []string{"remove-delegate"},
	New:     func() Watcher { return EventFunc(seeRight) },
}

func seeRight(e *evict.Event, v *View) {
	r, ok := e.Detail.(*evict.Right)
	if !ok || r.Removed || e.Outcome == evict.Failure || e.Actor.Kind == evict.Service {
		return
	}
	g := e.Subject(evict.Grantee)
	grantee := g.Who.ID
	if grantee == "" {
		grantee = g.Label
	}
	box := e.Subject(evict.Mailbox)
	name := box.Who.ID
	if name == "" {
		name = box.Label
	}
	if harmlessRight(r, grantee, name) {
		return
	}
	d := Draft{
		Subject: evict.FindingSubject{Kind: evict.OnMailbox, ID: name}, Target: name, Family: evict.Privilege, Grade: evict.Indicative, Cause: Because(e),
		Summary: fmt.Sprintf("%s gave %s the right %s on %s%s%s", actorName(e), quoted(grantee), some(r.Rights), quoted(name), inFolder(r.Folder), from(e)),
	}
	d.Left = leftRight(name, grantee, r)
	if seen(e) {
		d.Summary = fmt.Sprintf("%s has the right %s on %s%s", quoted(grantee), some(r.Rights), quoted(name), inFolder(r.Folder))
	}
	switch {
	case everybody(grantee):
		d.Item, d.Grade = "G5", evict.Strong
		d.Summary += "; that is everybody"
	case g.Who.Kind == evict.UPN && strings.Contains(g.Who.ID, "#ext#"), g.Who.Kind == evict.UPN && len(v.Facts.Domains) > 0 && !v.Facts.Internal(g.Who.ID):
		d.Item, d.Grade = "G5", evict.Strong
		d.Summary += "; the receiver is an outsider"
	case imitates(grantee) != "":
		d.Item, d.Grade, d.NoHonestPurpose = "G5", evict.Strong, true
		d.Summary += fmt.Sprintf("; the receiver's name only looks like %q", imitates(grantee))
	case seen(e):
		return // a right between colleagues that a dump shows says nothing by itself
	}
	if d.Item == "G5" {
		d.Family = evict.Persistence
	}
	v.Report(d)
}

func inFolder(f string) string {
	if f == "" {
		return ""
	}
	return ", folder " + quoted(f)
}

func everybody(grantee string) bool {
	switch strings.ToLower(grantee) {
	case "default", "anonymous", "everyone", "authenticated users":
		return true
	}
	return false
}

// harmlessRight reports rights that every tenant has: the owner's own, the
// system's, the discovery mailbox's, free and busy times.
func harmlessRight(r *evict.Right, grantee, mailbox string) bool {
	g := strings.ToLower(grantee)
	if g == "" || strings.HasPrefix(g, "nt authority") || g == "self" || strings.HasPrefix(g, "s-1-5-") && len(g) < 12 || strings.HasPrefix(strings.ToLower(mailbox), "discoverysearchmailbox") || strings.Contains(g, "discovery management") {
		return true
	}
	if strings.EqualFold(grantee, mailbox) {
		return true
	}
	harmless := []string{"availabilityonly", "limiteddetails", "none", "freebusytimeonly", "freebusytimeandsubjectandlocation", "free/busy"}
	for _, right := range r.Rights {
		if !slices.Contains(harmless, strings.ToLower(right)) {
			return false
		}
	}
	return true
}
