package scenarios

import (
	"fmt"
	"time"
)

// live writes one day of one person.
func (g *world) live(u *user, day int) {
	date := g.cfg.Start.AddDate(0, 0, day)
	g.mailComes(u, day)
	weekend := date.Weekday() == time.Saturday || date.Weekday() == time.Sunday
	if weekend && !g.chance(0.3) {
		g.phoneDay(u, day, 1)
		return
	}
	g.phoneDay(u, day, 3)
	if weekend || g.chance(0.07) { // a day off
		return
	}
	g.renewSessions(u, day)
	n := g.place(u, day)
	g.laptopBlock(u, day, n, 8+g.rng.Float64(), 12.2)
	g.laptopBlock(u, day, n, 13+g.rng.Float64()/2, 17+g.rng.Float64())
	if g.chance(0.15) {
		g.laptopBlock(u, day, u.homeLine(g), 20, 21.5)
	}
	g.oddities(u, day, n)
}

func (g *world) mailComes(u *user, day int) {
	for range int(float64(4+g.rng.IntN(8)) * g.cfg.Rate) {
		g.receive(u, g.incoming(u), g.between(day, 6, 20), Owner)
	}
}

// renewSessions begins new Microsoft sessions now and then: a browser's every
// two weeks, the laptop's every two months.
func (g *world) renewSessions(u *user, day int) {
	if g.chance(1.0 / 14) {
		u.browserSession = g.guid()
		s := g.atLaptop(u, g.place(u, day))
		s.app, s.session = appHome, u.browserSession
		t := g.between(day, 7.9, 8)
		if g.chance(0.2) {
			g.signIn(s, t.Add(-30*time.Second), login{interactive: true, code: 50126, method: "Password"})
		}
		if g.chance(0.5) {
			g.signIn(s, t.Add(-10*time.Second), login{interactive: true, code: []int{50074, 50076}[g.rng.IntN(2)], method: "Password"})
		}
		g.signIn(s, t, login{interactive: true, method: "Password+Mobile app notification"})
		if g.chance(0.3) {
			g.signIn(s, t.Add(8*time.Second), login{interactive: true, code: 50140})
		}
	}
	if g.chance(1.0 / 60) {
		u.laptopSession = g.guid()
	}
}

// phoneDay reads mail on the telephone, at home, in the office and under way.
func (g *world) phoneDay(u *user, day, visits int) {
	for range visits {
		h := 7 + 14*g.rng.Float64()
		n := g.ring(u)
		switch {
		case h < 8 || h > 19:
			if g.chance(0.6) {
				n = u.homeLine(g)
			}
		case g.chance(0.4):
			n = g.office
		}
		s := g.atPhone(u, n)
		t := g.between(day, h, h+0.02)
		if day == 0 && s.token == "" {
			g.signIn(s, t, login{interactive: true, method: "Password+Mobile app notification"})
		} else {
			g.signIn(s, t, login{claim: true, incoming: "refreshToken"})
		}
		for i := range int(1 + 3*g.cfg.Rate) {
			g.bind(s, u, t.Add(time.Duration(20+i*130)*time.Second), g.some(u, 1+g.rng.IntN(3)))
		}
		if g.chance(0.25) {
			g.send(s, t.Add(9*time.Minute), "Re: "+g.subject(), g.colleagues(1), "")
		}
	}
}

func (g *world) colleagues(n int) []string {
	out := make([]string, 0, n)
	for range n {
		out = append(out, g.users[g.rng.IntN(len(g.users))].upn)
	}
	return out
}

// correspondents are whom the user writes to: colleagues and suppliers.
func (g *world) correspondents(u *user) []string {
	if g.chance(0.35) {
		return []string{u.partners[g.rng.IntN(len(u.partners))]}
	}
	return g.colleagues(1 + g.rng.IntN(3))
}

// laptopBlock is a stretch of work at the laptop.
func (g *world) laptopBlock(u *user, day int, n network, from, to float64) {
	s := g.atLaptop(u, n)
	tunnel := u.vpn && n != g.office && !g.cfg.Gateway
	begin := g.between(day, from, from+0.1)
	auth := *s
	if tunnel { // split tunnel: sign-in goes through the VPN, mail directly
		auth.net = g.vpn
	}
	if g.chance(0.2) {
		g.signIn(&auth, begin, login{interactive: true, claim: true, incoming: "primaryRefreshToken"})
	}
	for t := begin; t.Before(g.at(day, to)); t = t.Add(time.Duration(50+g.rng.IntN(80)) * time.Minute) {
		g.signIn(&auth, t.Add(time.Second), login{claim: true, incoming: "primaryRefreshToken"})
		s.token = auth.token
		if g.chance(0.5) {
			teams := auth
			teams.app = appTeams
			g.signIn(&teams, t.Add(4*time.Second), login{claim: true, incoming: "primaryRefreshToken"})
		}
		if g.cfg.Gateway {
			s.net = g.gateway[g.rng.IntN(len(g.gateway))]
			auth.net = s.net
		}
		g.work(s, t)
	}
}

func (g *world) at(day int, hour float64) time.Time {
	return g.cfg.Start.AddDate(0, 0, day).Add(time.Duration(hour * float64(time.Hour)))
}

var names = []string{"Planning 2026.xlsx", "Offer.docx", "Minutes.docx", "Budget.xlsx", "Drawing A3.pdf", "Photos.zip", "Contract draft.docx", "Price list.xlsx"}

// work is about an hour at the laptop.
func (g *world) work(s *seat, t time.Time) {
	u := s.user
	after := func(minutes float64) time.Time {
		return t.Add(time.Duration(minutes * float64(time.Minute))).Truncate(time.Second)
	}
	some := func(mean float64) int { return int(mean*g.cfg.Rate*2*g.rng.Float64() + 0.5) }
	if s.app == appOWA {
		for range 1 + some(2) {
			g.bind(s, u, after(1+40*g.rng.Float64()), g.some(u, 1+g.rng.IntN(5)))
		}
	} else {
		for range 1 + some(1) {
			g.sync(s, u, after(1+40*g.rng.Float64()), `\Inbox`)
		}
	}
	for range some(1) {
		at := after(3 + 40*g.rng.Float64())
		attachment := ""
		if g.chance(0.2) {
			attachment = names[g.rng.IntN(len(names))] + " (48213b)"
		}
		m := g.send(s, at, g.subject(), g.correspondents(u), attachment)
		if g.chance(0.5) {
			g.item(s, at.Add(-2*time.Minute), "Create", m, `\Drafts`)
		}
	}
	for range some(0.6) {
		switch g.rng.IntN(4) {
		case 0:
			g.move(s, after(45*g.rng.Float64()), "Move", g.some(u, 1), `\Inbox`, `\Inbox\Projects`)
		case 1:
			g.move(s, after(45*g.rng.Float64()), "SoftDelete", g.some(u, 1), `\Deleted Items`, "")
		default:
			g.move(s, after(45*g.rng.Float64()), "MoveToDeletedItems", g.some(u, 1+g.rng.IntN(3)), `\Inbox`, `\Deleted Items`)
		}
	}
	for range some(1.5) {
		op := []string{"FileAccessed", "FileAccessed", "FileModified", "FilePreviewed", "FileDownloaded"}[g.rng.IntN(5)]
		g.file(s, after(45*g.rng.Float64()), op, names[g.rng.IntN(len(names))])
	}
}

// oddities are what honest people do rarely, and what resembles an attack.
func (g *world) oddities(u *user, day int, n network) {
	s := g.atLaptop(u, n)
	g.signInQuietly(s, g.between(day, 9.4, 9.5))
	t := g.between(day, 9.5, 16)
	if g.chance(1.0 / 45) {
		g.newsletterRule(s, t)
	}
	if g.chance(1.0 / 40) { // a clean-up
		for i := range 6 + g.rng.IntN(10) {
			g.move(s, t.Add(time.Duration(i*20)*time.Second), "MoveToDeletedItems", g.some(u, 4), `\Inbox`, `\Deleted Items`)
		}
	}
	if g.chance(1.0 / 120) {
		g.changePassword(s, t)
	}
	if g.chance(1.0 / 400) {
		g.newTelephone(u, s, t)
	}
	if g.chance(1.0 / 60) {
		g.cmdlet(s, t, "Set-MailboxAutoReplyConfiguration", orgPrefix+u.alias(), "Identity", u.upn, "AutoReplyState", "Scheduled", "InternalMessage", "I am away and read mail again on Monday.", "ExternalMessage", "I am away and read mail again on Monday.")
	}
	if g.chance(1.0 / 80) {
		g.file(s, t, "SharingSet", names[g.rng.IntN(len(names))], "TargetUserOrGroupName", g.colleagues(1)[0], "TargetUserOrGroupType", "Member")
	}
	if u.marketing && day%28 == 9 {
		g.newsletter(s, t)
	}
	if u.admin {
		g.administer(u, day)
	}
	if g.chance(1.0 / 150) { // once at somebody else's computer
		other := &seat{user: u, net: network{fmt.Sprintf("198.18.201.%d", 1+g.rng.IntN(250)), asnCable, utrecht}, dev: device{os: "Windows10", browser: "Chrome 141.0.0", agent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"}, app: appHome, mail: "Client=OWA;Mozilla/5.0;", hand: Owner}
		at := g.between(day, 18, 20)
		g.signIn(other, at, login{interactive: true, method: "Password+Mobile app notification"})
		other.app = appOWA
		g.bind(other, u, at.Add(2*time.Minute), g.some(u, 3))
	}
}

// signInQuietly gives the seat a token, so that its acts carry one.
func (g *world) signInQuietly(s *seat, t time.Time) {
	g.signIn(s, t, login{claim: true, incoming: "primaryRefreshToken"})
}

func (g *world) newsletterRule(s *seat, t time.Time) {
	u := s.user
	from := letters[g.rng.IntN(len(letters))]
	r := rule{name: "Newsletters " + fmt.Sprint(len(u.rules)+1), id: fmt.Sprint(1e18 + g.rng.Float64()*1e18), moveTo: "Newsletters", from: from}
	u.rules = append(u.rules, r)
	g.cmdlet(s, t, "New-InboxRule", orgPrefix+u.alias()+`\`+r.name, "AlwaysDeleteOutlookRulesBlob", "False", "Force", "False", "From", from, "Name", r.name, "MoveToFolder", "Newsletters")
}

func (g *world) changePassword(s *seat, t time.Time) {
	u := s.user
	g.directory(s, t, "Change user password.", "UserManagement", u.target())
	g.directory(s, t.Add(time.Second), "Update StsRefreshTokenValidFrom Timestamp.", "UserManagement", u.target(), "StsRefreshTokensValidFrom", `["`+t.Add(-time.Hour).Format(time.RFC3339)+`"]`, `["`+t.Format(time.RFC3339)+`"]`)
	u.laptopSession, u.browserSession, u.phoneSession = g.guid(), g.guid(), g.guid()
	g.signIn(g.atLaptop(u, s.net), t.Add(time.Minute), login{interactive: true, method: "Password+Mobile app notification"})
	g.signIn(g.atPhone(u, g.ring(u)), t.Add(4*time.Minute), login{interactive: true, method: "Password+Mobile app notification"})
}

const oneMethod = `[{"MethodType":6,"Default":true}]`
const twoMethods = `[{"MethodType":6,"Default":true},{"MethodType":7,"Default":false}]`

// registerMethod adds a second factor: the directory audit names it, the audit
// log only says that the user was updated.
func (g *world) registerMethod(s *seat, t time.Time) {
	u := s.user
	props := []string{"StrongAuthenticationMethod", oneMethod, twoMethods, "Included Updated Properties", "", `"StrongAuthenticationMethod"`}
	g.auditDirectory(s, t, "Update user.", u.target(), props)
	g.entraDirectory(s, t, "Update user", "UserManagement", u.target(), props)
	g.entraDirectory(s, t, "User registered security info", "UserManagement", u.target(), nil)
}

// newTelephone enrols another telephone from the laptop.
func (g *world) newTelephone(u *user, s *seat, t time.Time) {
	g.registerMethod(s, t)
	u.phone = g.newPhone(g.rng.IntN(6))
	u.phoneSession = g.guid()
	u.owns(u.phone, t.Add(5*time.Minute), Owner)
	g.signIn(g.atPhone(u, s.net), t.Add(5*time.Minute), login{interactive: true, method: "Password+Mobile app notification"})
}

// newsletter goes from the marketing people's own laptop to many readers.
func (g *world) newsletter(s *seat, t time.Time) {
	for part := range 3 {
		to := make([]string, 0, 60)
		for i := range 60 {
			to = append(to, fmt.Sprintf("reader%03d@customers.example", part*60+i))
		}
		g.send(s, t.Add(time.Duration(part)*time.Minute), "Contoso news", to, "")
	}
}

// administer is the ordinary work of an administrator, through the portal.
func (g *world) administer(u *user, day int) {
	s := g.atLaptop(u, g.office)
	s.portal = true
	t := g.between(day, 10, 15)
	other := g.users[g.rng.IntN(len(g.users))]
	if g.chance(0.2) {
		g.cmdlet(s, t, "Set-Mailbox", orgPrefix+other.alias(), "Identity", other.upn, "CustomAttribute1", "desk "+fmt.Sprint(g.rng.IntN(90)))
	}
	if g.chance(1.0 / 20) {
		g.directory(s, t.Add(3*time.Minute), "Add member to group.", "GroupManagement", other.target(), "Group.DisplayName", "", `["Project `+fmt.Sprint(g.rng.IntN(40))+`"]`)
	}
	if g.chance(1.0 / 20) {
		g.directory(s, t.Add(6*time.Minute), "Reset user password.", "UserManagement", other.target())
	}
	if g.chance(1.0 / 40) {
		g.cmdlet(s, t.Add(9*time.Minute), "Add-MailboxPermission", "info", "Identity", orgPrefix+"info", "User", orgPrefix+other.alias(), "AccessRights", "FullAccess")
	}
	if g.chance(1.0 / 60) {
		n := fmt.Sprintf("starter%d@%s", day, domain)
		g.directory(s, t.Add(12*time.Minute), "Add user.", "UserManagement", target{"User", g.guid(), "New starter", n}, "AccountEnabled", "[]", "[true]", "UserPrincipalName", "[]", `["`+n+`"]`)
	}
	if g.chance(1.0 / 120) {
		g.directory(s, t.Add(15*time.Minute), "Add member to role.", "RoleManagement", other.target(), "Role.DisplayName", "", `["Helpdesk Administrator"]`, "Role.TemplateId", "", `["729827e3-9c14-49f7-bb1b-9608f156bbb8"]`)
	}
}
