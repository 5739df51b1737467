package scenarios

import (
	"strings"
	"time"

	"evict/internal/simtenant"
)

// What the stories have only in a whole tenant, where the state it leads to can
// be seen: the evaluation's records stay as they are.

// withRisk is a tenant whose licence knows risk and eligible roles.
func withRisk(c *Config) {
	c.plans = []string{"AAD_PREMIUM", "AAD_PREMIUM_P2", "EXCHANGE_S_ENTERPRISE", "MFA_PREMIUM", "SHAREPOINTENTERPRISE", "TEAMS1"}
}

// muteWarnings lets a sweep rule and the list of blocked senders keep from the
// owner what colleagues write about the wave, and adds an add-in that reads along.
func muteWarnings(g *world, day int) {
	u := g.victim()
	t := g.between(day, 14.5, 14.8)
	s := intruder(u, workstation, windowsFirefox)
	g.signIn(s, t, login{claim: true})
	s.app = appOWA
	g.cmdlet(s, t.Add(2*time.Minute), "New-SweepRule", orgPrefix+u.alias(), "Mailbox", u.upn, "Name", "...", "Provider", "Exchange16", "Sender", "helpdesk@"+domain, "DestinationFolder", "Deleted Items", "Enabled", "True")
	g.cmdlet(s, t.Add(4*time.Minute), "Set-MailboxJunkEmailConfiguration", orgPrefix+u.alias(), "Identity", u.upn, "BlockedSendersAndDomains", "helpdesk@"+domain+";security@"+domain)
	g.cmdlet(s, t.Add(6*time.Minute), "New-App", orgPrefix+u.alias(), "Mailbox", u.upn, "Url", "https://addin.mailbackup.example/manifest.xml", "DisplayName", "Mail Archive Helper")
}

// forLater gives the look-alike a role to take up later, and an application a
// second secret.
func forLater(g *world, day int) {
	u := g.users[1]
	t := g.between(day, 22, 22.2)
	s := intruder(u, workstation, windowsFirefox)
	g.signIn(s, t, login{claim: true})
	s.portal = true
	for _, made := range g.later {
		g.directory(s, t.Add(3*time.Minute), "Add eligible member to role.", "RoleManagement", made.target(), "Role.DisplayName", "", `["User Administrator"]`, "Role.TemplateId", "", `["fe930be7-5e62-47db-91af-98c3a49a38b1"]`)
	}
	ownSecret(g, t.Add(9*time.Minute), s)
}

// ownSecret adds a secret to an application of the tenant, which opens it without
// any account.
func ownSecret(g *world, t time.Time, s *seat) {
	had, his := made("secret", "own"), made("secret", "stranger")
	key := func(id, name string) string {
		return `\"[KeyIdentifier=` + id + `,KeyType=Password,KeyUsage=Verify,DisplayName=` + name + `]\"`
	}
	plain := strings.NewReplacer(`\"`, `"`)
	g.directory(s, t, "Update application \u2013 Certificates and secrets management ", "ApplicationManagement", target{"Application", intranetID, intranetName, ""},
		"KeyDescription", plain.Replace("["+key(had, "deployment")+"]"), plain.Replace("["+key(had, "deployment")+","+key(his, "backup")+"]"))
}

// shareAndSync makes a link for anybody to a file of the owner's, and sets up a
// telephone with the mailbox.
func shareAndSync(g *world, day int) {
	u := g.victim()
	t := g.between(day, 3, 3.2)
	s := intruder(u, workstation, windowsFirefox)
	g.signIn(s, t, login{claim: true})
	g.file(s, t.Add(4*time.Minute), "AnonymousLinkCreated", "Supplier bank details.xlsx")
}

// strangersTelephone is the telephone, which no log tells of.
func strangersTelephone(b *builder) {
	u := b.g.victim()
	m := b.boxes[strings.ToLower(u.upn)]
	id := strings.ToUpper(strings.ReplaceAll(made("mobile", u.oid, "stranger"), "-", ""))
	at := b.g.at(b.g.cfg.Days-3, 3.3)
	m.Mobile = append(m.Mobile, simtenant.Object{"DeviceId": id, "DeviceType": "Android", "DeviceModel": "SM-S911B", "DeviceOS": "Android 14", "FriendlyName": "Galaxy", "ClientType": "EAS", "FirstSyncTime": at, "WhenCreated": at})
	m.Intruding = append(m.Intruding, id)
}

// answering has the mailbox tell everybody who writes about the new account.
func answering(g *world, day int) {
	u := g.victim()
	t := g.between(day, 13, 13.2)
	s := intruder(u, workstation, windowsFirefox)
	g.signIn(s, t, login{claim: true})
	s.app = appOWA
	text := "Thank you for your mail. Please note that our bank details have changed."
	g.cmdlet(s, t.Add(3*time.Minute), "Set-MailboxAutoReplyConfiguration", orgPrefix+u.alias(), "Identity", u.upn, "AutoReplyState", "Enabled", "InternalMessage", text, "ExternalMessage", text, "ExternalAudience", "All")
}

// renamed: a colleague married, and has another name since.
func renamed(g *world, day int) {
	u, admin := g.users[3], g.users[1]
	s := g.atLaptop(admin, g.office)
	t := g.between(day, 15, 15.2)
	g.signInQuietly(s, t.Add(-time.Minute))
	s.portal = true
	before, on := u.upn, u.target()
	u.former, u.last = append(u.former, before), "Lindqvist"
	u.upn = strings.ToLower(u.first) + ".lindqvist@" + domain
	g.directory(s, t, "Update user.", "UserManagement", on, "UserPrincipalName", `["`+before+`"]`, `["`+u.upn+`"]`, "DisplayName", `["`+on.name+`"]`, `["`+u.name()+`"]`, "Included Updated Properties", "", `"UserPrincipalName, DisplayName"`)
}

// remade: an administrator deletes the account of a temporary and makes one of
// the same name for the next.
func remade(g *world, day int) {
	admin := g.users[1]
	s := g.atLaptop(admin, g.office)
	t := g.between(day, 10, 10.2)
	g.signInQuietly(s, t.Add(-time.Minute))
	s.portal = true
	g.temps = true
	g.directory(s, t, "Delete user.", "UserManagement", temporary("first").target(), "Is Hard Deleted", "", `["False"]`)
	second := temporary("second")
	g.directory(s, t.Add(4*time.Minute), "Add user.", "UserManagement", second.target(), "AccountEnabled", "[]", "[true]", "UserPrincipalName", "[]", `["`+second.upn+`"]`, "DisplayName", "[]", `["Temp Desk"]`)
}

const temporaryName = "temp.desk@" + domain

// temporary is one of two accounts that had one name after the other.
func temporary(which string) *user {
	return &user{first: "Temp", last: "Desk", upn: temporaryName, oid: made("temporary", which), mailbox: made("temporary mailbox", which)}
}

// temporaries puts the first of the two into the directory; the name is the
// other's from when that was made.
func (b *builder) temporaries(long time.Time) {
	a := b.account(temporary("first"), long.AddDate(0, 9, 0))
	a.PUID, a.Plans, a.Profile = "1003BFFD00C0FFEE", nil, simtenant.Object{}
	delete(b.users, temporaryName)
}
