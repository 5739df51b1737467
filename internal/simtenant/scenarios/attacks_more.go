package scenarios

import (
	"fmt"
	"strings"
	"time"
)

// hybrid is a tenant whose accounts come from an on-premises directory, one of
// them in a domain that signs in elsewhere.
func hybrid(c *Config) { c.hybrid, c.federated, c.Users = true, 8, max(c.Users, 9) }

func syncedFederated(g *world, day int) {
	for i, u := range []*user{g.users[4], g.users[8]} {
		supplier, _ := g.money(u, g.between(day, 8, 8.2))
		t := g.between(day, 9.5, 10).Add(time.Duration(i) * 2 * time.Hour)
		s := g.proxied(u, t)
		g.browse(s, t.Add(20*time.Minute), 5)
		g.hide(s, t.Add(40*time.Minute))
		g.fraud(s, t.Add(50*time.Minute), supplier)
		g.registerMethod(s, t.Add(55*time.Minute))
	}
}

// enoughDays leaves the traveller a month at home, without which nothing could
// be called usual.
func enoughDays(c *Config) { c.Days = max(c.Days, 42) }

// traveller lives a journey of four days with the VPN on, and enrols a new
// telephone on its second evening, from the joined laptop in the hotel.
func traveller(g *world, day int) {
	u := g.users[4]
	from := g.cfg.Days - 13
	if day == 0 {
		u.tripFrom, u.tripTo, u.vpn = from, from+3, true
		u.trip = network{"198.18.220.44", asnHotel, lyon}
	}
	g.expect[u.upn] = Expect{Full: []string{"clear"}, Cut: []string{"clear", "unknown"}}
	if day != from+1 {
		return
	}
	t := g.between(day, 18, 18.3)
	s := g.atLaptop(u, g.vpn)
	g.signIn(s, t, login{interactive: true, method: "Password+Mobile app notification"})
	g.registerMethod(s, t.Add(4*time.Minute))
	phone := device{id: g.guid(), name: "PH-NEW", os: "Ios 18.6", browser: "Mobile Safari", agent: outlookIOS, trust: "Azure AD registered"}
	on := target{"Device", phone.id, phone.name, ""}
	u.phone, u.phoneSession = phone, g.guid()
	g.directory(s, t.Add(10*time.Minute), "Add device.", "Device", on, "DeviceId", "", `["`+phone.id+`"]`, "Device.DisplayName", "", `["PH-NEW"]`)
	g.directory(s, t.Add(10*time.Minute+time.Second), "Add registered owner to device.", "Device", u.target(), "Device.DisplayName", "", `["PH-NEW"]`, "Device.ObjectID", "", `["`+on.id+`"]`)
	u.owns(phone, t.Add(10*time.Minute), Owner)
	g.signIn(g.atPhone(u, u.trip), t.Add(12*time.Minute), login{interactive: true, method: "Password+Mobile app notification"})
}

// noLogs is a tenant without the licence for sign-ins, its audit log switched off.
func noLogs(c *Config) { c.plans, c.auditOff = []string{"EXCHANGE_S_STANDARD", "TEAMS1"}, true }

// unseen reads and defrauds, and leaves nothing that stands.
func unseen(g *world, day int) {
	noRule(g, day)
	g.expect[g.victim().upn] = Expect{Full: []string{"unknown"}, Cut: []string{"unknown"}}
}

// manyPeople makes room for fifty victims.
func manyPeople(c *Config) { c.Users = max(c.Users, 60) }

func fiftyAccounts(g *world, day int) {
	t := g.between(day, 2, 2.2)
	script := device{os: "", browser: "", agent: "axios/1.7.9"}
	n := network{"203.0.113.200", asnHost, newark}
	opened := 0
	for i, u := range g.users {
		s := &seat{user: u, net: n, dev: script, app: appHome, mail: "Client=REST;;", hand: Attacker}
		at := t.Add(time.Duration(i*90) * time.Second)
		if i%7 == 0 || opened == 50 || u.admin {
			g.signIn(s, at, login{interactive: true, code: 50126, method: "Password"})
			continue
		}
		opened++
		g.signIn(s, at, login{interactive: true, method: "Password"})
		s.app = appOWA
		for k := range 2 {
			g.bind(s, u, at.Add(time.Duration(40+k*6)*time.Minute), g.some(u, 4))
		}
		g.take(u)
	}
}

// profileChanged makes the account somebody else's: telephone, address and
// signature, and the passwords of other services.
func profileChanged(g *world, day int) {
	u := g.victim()
	t := g.between(day, 11, 11.5)
	s := g.proxied(u, t)
	g.browse(s, t.Add(20*time.Minute), 4)
	g.directory(s, t.Add(32*time.Minute), "Update user.", "UserManagement", u.target(),
		"DisplayName", `["`+u.name()+`"]`, `["`+u.name()+` (Finance)"]`, "TelephoneNumber", `["+31 10 555 0104"]`, `["+40 21 555 0199"]`, "Mobile", `["+31 6 5550 0104"]`, `["+40 721 555 019"]`,
		"PostalCode", `["3011 AA"]`, `["010101"]`, "Included Updated Properties", "", `"DisplayName, TelephoneNumber, Mobile, PostalCode"`)
	sign := "Kind regards, " + u.name() + ". Our bank details have changed: IBAN RO49 AAAA 1B31 0075 9384 0000, Example Bank"
	g.cmdlet(s, t.Add(36*time.Minute), "Set-MailboxMessageConfiguration", orgPrefix+u.alias(), "Identity", u.upn, "AutoAddSignature", "True", "SignatureText", sign, "SignatureHtml", "<p>"+sign+"</p>")
	for i, from := range []string{"no-reply@payroll.example", "security@webshop.example", "no-reply@cloudbox.example"} {
		at := t.Add(time.Duration(45+i*6) * time.Minute)
		m := message{id: g.messageID(), subject: "Reset your password", from: from, size: 9000}
		g.receive(u, m, at, Attacker)
		g.bind(s, u, at.Add(time.Minute), []message{m})
		g.move(s, at.Add(2*time.Minute), "HardDelete", []message{m}, `\Inbox`, "")
		done := message{id: g.messageID(), subject: "Your password was changed", from: from, size: 8000}
		g.receive(u, done, at.Add(3*time.Minute), Attacker)
		g.move(s, at.Add(4*time.Minute), "HardDelete", []message{done}, `\Inbox`, "")
	}
}

// info is the shared mailbox of every made tenant; nobody signs in as it.
var info = &user{first: "Contoso", last: "Info", upn: "info@" + domain, oid: "0d3c8a51-6c1e-4b7a-9f44-2f3b1c5d7e90", puid: "10032000C0FFEE01",
	sid: "S-1-5-21-1376570662-3565232716-1187618197-4980001", mailbox: "b1c7d2e3-4f50-4a61-8b72-93a4b5c6d7e8"}

// sharedMailbox enters the clerk's account and reads what the clerk may read:
// info@, to which the clerk and two others have rights.
func sharedMailbox(g *world, day int) {
	clerk := g.victim()
	t := g.between(day, 21, 21.5)
	var mail []message
	for i := range 18 {
		m := message{id: g.messageID(), subject: fmt.Sprintf("Order %d", 7000+i), from: suppliers[i%len(suppliers)], size: 22000}
		g.trace(m, info.upn, g.between(day-1, 7, 19), "198.18.250.25", Owner)
		mail = append(mail, m)
	}
	own := g.atLaptop(clerk, g.office)
	own.app, own.mail = appOWA, "Client=OWA;"+clerk.laptop.agent+";"
	g.signInQuietly(own, g.at(day, 9))
	g.bind(own, info, g.at(day, 9.1), mail[:6])
	s := g.proxied(clerk, t)
	g.browse(s, t.Add(20*time.Minute), 2)
	for i := range 6 {
		g.bind(s, info, t.Add(time.Duration(26+i*3)*time.Minute), mail[i*3:i*3+3])
	}
	g.hide(s, t.Add(60*time.Minute))
	g.expect[info.upn] = wantLeftAlone
}

// cleanUp is what an administrator does on a quiet afternoon, from the office.
func cleanUp(g *world, day int) {
	admin := g.users[1]
	s := g.atLaptop(admin, g.office)
	s.portal = true
	t := g.between(day, 14, 14.3)
	g.signInQuietly(s, t.Add(-time.Minute))
	minute := func(n int) time.Time { return t.Add(time.Duration(n) * time.Minute) }
	box := func(i int) string { return orgPrefix + g.users[i].alias() }
	g.cmdlet(s, minute(2), "Remove-InboxRule", box(3)+`\Old project`, "Identity", g.users[3].upn+`\Old project`, "Force", "True")
	g.cmdlet(s, minute(5), "Set-Mailbox", box(6), "Identity", g.users[6].upn, "ForwardingSmtpAddress", "", "DeliverToMailboxAndForward", "False")
	g.cmdlet(s, minute(8), "Remove-MailboxPermission", g.users[2].alias(), "Identity", box(2), "User", box(5), "AccessRights", "FullAccess")
	g.cmdlet(s, minute(11), "Remove-TransportRule", "Old disclaimer", "Identity", "Old disclaimer", "Confirm", "False")
	for i, n := range []int{3, 4, 6} {
		u := g.users[n]
		at := minute(15 + 3*i)
		g.directory(s, at, "Reset user password.", "UserManagement", u.target())
		g.directory(s, at.Add(time.Second), "Update StsRefreshTokenValidFrom Timestamp.", "UserManagement", u.target(), "StsRefreshTokensValidFrom", `["`+at.Add(-time.Hour).Format(time.RFC3339)+`"]`, `["`+at.Format(time.RFC3339)+`"]`)
		u.laptopSession, u.browserSession, u.phoneSession = g.guid(), g.guid(), g.guid()
		g.signIn(g.atLaptop(u, g.office), at.Add(20*time.Minute), login{interactive: true, method: "Password+Mobile app notification"})
	}
	g.directory(s, minute(30), "Remove member from role.", "RoleManagement", g.users[5].target(), "Role.DisplayName", `["Helpdesk Administrator"]`, "", "Role.TemplateId", `["729827e3-9c14-49f7-bb1b-9608f156bbb8"]`, "")
	g.directory(s, minute(34), "Disable account.", "UserManagement", leaver, "AccountEnabled", "[true]", "[false]", "Included Updated Properties", "", `"AccountEnabled"`)
	for _, i := range []int{1, 2, 3, 4, 5, 6} {
		g.expect[g.users[i].upn] = wantLeftAlone
	}
}

// leaver is somebody who left and whose account stood open.
var leaver = target{"User", "4e6d1b20-8a3c-4f5e-9d17-aa00bb11cc22", "Jan Leaver", "jan.leaver@" + domain}

// directSend hands mail in at the tenant's own front door, with an account's
// name on it: rows of trace, and no submission.
func directSend(g *world, day int) {
	u := g.victim()
	for part := range 3 {
		t := g.between(day, 9+float64(part), 9.2+float64(part))
		m := message{id: strings.Replace(g.messageID(), "prod.outlook.com", "mailer.example", 1), subject: "Voice message from " + u.name(), from: u.upn, size: 24000}
		for i, to := range g.users {
			if i%2 == part%2 {
				g.trace(m, to.upn, t.Add(time.Duration(i)*time.Second), "203.0.113.77", Attacker)
			}
		}
	}
	g.expect[u.upn] = wantLeftAlone
}
