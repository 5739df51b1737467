package simtenant

import (
	"regexp"
	"slices"
	"strings"
)

// settings tries what an attacker's cmdlets made of a mailbox's settings: sweep
// rules, blocked senders, add-ins, a reply; a signature goes out with the mail of
// somebody who can sign in.
func (a *attacker) settings() {
	for _, act := range a.acts {
		m := a.mailboxOf(act)
		if act.kind != AuditRecord || m == nil {
			continue
		}
		u := a.w.userByID(m.User)
		switch act.op {
		case "New-SweepRule":
			for _, o := range m.Sweep {
				if textOf(o, "Name") == act.params["Name"] && o["Enabled"] != false {
					a.has("sweep-rule", u, textOf(o, "RuleId"))
				}
			}
		case "New-App":
			for _, o := range m.AddIns {
				if textOf(o, "DisplayName") == act.params["DisplayName"] && o["Enabled"] != false {
					a.has("add-in", u, textOf(o, "AppId"))
				}
			}
		case "Set-MailboxJunkEmailConfiguration":
			for address := range strings.SplitSeq(act.params["BlockedSendersAndDomains"], ";") {
				if address != "" && containsFold(listOf(m.Junk["BlockedSendersAndDomains"]), address) {
					a.has("junk-list", u, address)
				}
			}
		case "Set-MailboxAutoReplyConfiguration":
			state := textOf(m.AutoReply, "AutoReplyState")
			if (state == "Enabled" || state == "Scheduled") && textOf(m.AutoReply, "ExternalMessage") == act.params["ExternalMessage"] {
				a.has("auto-reply", u, "")
			}
		case "Set-MailboxMessageConfiguration":
			on := m.Signature["AutoAddSignature"] == true || m.Signature["AutoAddSignatureOnReply"] == true
			if on && u.usable() && textOf(m.Signature, "SignatureText") == act.params["SignatureText"] {
				a.has("signature", u, "")
			}
		}
	}
}

// mailboxOf is the mailbox that a cmdlet was run on; nil when it names none.
func (a *attacker) mailboxOf(act hostileAct) *Mailbox {
	for _, m := range a.w.Mailboxes {
		u := a.w.userByID(m.User)
		if u == nil {
			continue
		}
		for _, name := range []string{act.params["Mailbox"], act.params["Identity"], act.object} {
			if name != "" && a.w.names(m, u, name) {
				return m
			}
		}
	}
	return nil
}

// telephones tries the devices that an attacker set up with the owner's mailbox.
func (a *attacker) telephones() {
	for _, m := range a.w.Mailboxes {
		u := a.w.userByID(m.User)
		for _, o := range m.Mobile {
			if containsFold(m.Intruding, textOf(o, "DeviceId")) && u.usable() && m.CAS["ActiveSyncEnabled"] != false {
				a.has("mobile-device", u, textOf(o, "DeviceId"))
			}
		}
	}
}

// links opens the files that an attacker made links to for anybody.
func (a *attacker) links() {
	for _, act := range a.acts {
		if act.kind != AuditRecord || !strings.HasPrefix(act.op, "AnonymousLink") {
			continue
		}
		m, f := a.w.file(func(o Object) bool { return act.object != "" && strings.EqualFold(textOf(o, "url"), act.object) })
		if f != nil && slices.ContainsFunc(permissionsOf(f), func(p Object) bool { return textOf(asObject(p["link"]), "scope") == "anonymous" }) {
			a.has("link", a.w.userByID(m.User), textOf(f, "url"))
		}
	}
}

// keyDescription finds the IDs of an application's keys, as the audit log writes
// them before and after an act.
var keyDescription = regexp.MustCompile(`KeyIdentifier=([0-9a-fA-F-]+)`)

// secrets signs in with the keys that an attacker added to applications.
func (a *attacker) secrets() {
	for _, act := range a.acts {
		keys := act.moved["KeyDescription"]
		for _, found := range keyDescription.FindAllStringSubmatch(keys[1], -1) {
			if id := found[1]; act.kind == AuditRecord && !strings.Contains(keys[0], id) {
				a.key(id)
			}
		}
	}
}

// key signs in with one key, to an application that is switched on.
func (a *attacker) key(id string) {
	is := func(o Object) bool { return strings.EqualFold(textOf(o, "keyId"), id) }
	for _, p := range a.w.Principals {
		held := slices.Concat(p.Secrets, p.Keys)
		for _, x := range a.w.Applications {
			if x.AppID == p.AppID {
				held = slices.Concat(held, x.Secrets, x.Keys)
			}
		}
		if p.Enabled && slices.ContainsFunc(held, is) {
			a.has("secret", nil, p.Name+" "+id)
		}
	}
}
