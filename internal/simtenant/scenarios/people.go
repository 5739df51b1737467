package scenarios

import (
	"fmt"
	"strings"
	"time"

	"evict/internal/simtenant"
)

// people makes the directory's accounts and their mailboxes as they were before
// the first day: those that live, and those of every tenant beside them.
func (b *builder) people() {
	long := b.g.cfg.Start.AddDate(0, -14, 0)
	for i, u := range b.g.users {
		a := b.account(u, long.AddDate(0, 0, i))
		a.Profile["jobTitle"] = []string{"Account manager", "Controller", "Engineer", "Planner", "Buyer"}[i%5]
		if u.admin {
			a.Profile["jobTitle"] = "System administrator"
		}
		b.methods(a, u, i)
		licences(a, i)
		m := b.mailbox(u, "UserMailbox")
		b.settings(m, u, i)
		for _, name := range u.former {
			alias, _, _ := strings.Cut(name, "@")
			a.Former = append(a.Former, name)
			a.Proxies = append(a.Proxies, "smtp:"+name)
			b.users[name], b.boxes[name], b.boxes[alias] = a, m, m
		}
		for k, msg := range u.earlier {
			at := b.g.cfg.Start.Add(-time.Duration(k+1) * 9 * time.Hour)
			b.deliver(m, mail{id: msg.id, subject: msg.subject, from: msg.from, to: []string{u.upn}, at: at}).Read = true
		}
		for _, d := range u.devices {
			b.device(a, d, i)
		}
		if i%5 == 3 { // kept in Outlook alone; Exchange can show it and not run it
			m.Rules = append(m.Rules, &simtenant.InboxRule{
				ID: ruleNumber(u.oid, "flag"), Name: "Flag the manager's mail", Sequence: 1, Enabled: true, ClientOnly: true, ByHand: "owner",
				Conditions: simtenant.Object{"fromAddresses": graphPeople(b.g.users[0].upn)}, Actions: simtenant.Object{"DisplayAlert": "From the manager"},
			})
		}
	}
	b.others(long)
	if b.g.temps {
		b.temporaries(long)
	}
}

// account is a person's account in the directory.
func (b *builder) account(u *user, created time.Time) *simtenant.User {
	a := &simtenant.User{
		ID: u.oid, UPN: u.upn, DisplayName: u.name(), GivenName: u.first, Surname: u.last, Mail: u.upn, Proxies: []string{"SMTP:" + u.upn, "smtp:" + u.alias() + "@" + onmicro},
		Enabled: true, PUID: u.puid, Created: created, PasswordChanged: created.AddDate(0, 9, 3), SessionsValidFrom: created.AddDate(0, 9, 3),
		Password: "Correct-" + made("password", u.oid)[:8], Plans: b.w.Plans, PerUserMFA: "disabled",
		Profile: simtenant.Object{
			"officeLocation": "Rotterdam", "businessPhones": []string{fmt.Sprintf("+31 10 555 %04d", 100+len(b.w.Users))}, "mobilePhone": fmt.Sprintf("+31 6 5550 %04d", 100+len(b.w.Users)),
			"postalCode": "3011 AA", "city": "Rotterdam", "country": "Netherlands", "companyName": "Contoso",
		},
	}
	if b.g.cfg.hybrid {
		yes := true
		a.Synced, a.ImmutableID = &yes, strings.ReplaceAll(made("immutable", u.oid), "-", "")[:22]+"=="
	}
	b.users[strings.ToLower(a.UPN)], b.users[a.ID] = a, a
	b.w.Users = append(b.w.Users, a)
	return a
}

// methods are what the owner signs in with, since before the first day.
func (b *builder) methods(a *simtenant.User, u *user, i int) {
	phone := "iPhone 15"
	if u.phone.agent == outlookAnd {
		phone = "Pixel 8"
	}
	a.Methods = append(a.Methods,
		&simtenant.Method{ID: "28c10230-6103-485e-b985-444c60001490", Type: "passwordAuthenticationMethod", Created: a.PasswordChanged, ByHand: "owner"},
		&simtenant.Method{ID: made("authenticator", a.ID), Type: "microsoftAuthenticatorAuthenticationMethod", Created: a.Created.AddDate(0, 1, 2), ByHand: "owner",
			Props: simtenant.Object{"displayName": phone, "deviceTag": "SoftwareTokenActivated", "phoneAppVersion": "6.8.11"}})
	if i%2 == 0 {
		a.Methods = append(a.Methods, &simtenant.Method{ID: "3179e48a-750b-4051-897c-87b9720928f7", Type: "phoneAuthenticationMethod", Created: a.Created.AddDate(0, 1, 2), ByHand: "owner",
			Props: simtenant.Object{"phoneNumber": fmt.Sprintf("+31 6%08d", 55500000+i), "phoneType": "mobile"}})
	}
}

// device registers a device to its owner.
func (b *builder) device(a *simtenant.User, d owned, i int) {
	since := d.since
	if since.IsZero() {
		since = a.Created.AddDate(0, 2, i)
	}
	trust := map[string]string{"Azure AD joined": "AzureAd", "Azure AD registered": "Workplace"}[d.trust]
	b.w.Devices = append(b.w.Devices, &simtenant.Device{
		ID: made("device", d.id), DeviceID: d.id, Name: d.name, OS: strings.Fields(d.os + " x")[0], Trust: trust, Owner: a.ID, Enabled: true, Managed: d.compliant, Compliant: d.compliant,
		Registered: since, ByHand: b.hands[d.hand],
	})
}

// others are accounts that nobody lives: the shared mailbox, a namesake at a
// partner's, the account for emergencies, those of services.
func (b *builder) others(long time.Time) {
	shared := b.account(info, long)
	shared.Enabled, shared.Plans, shared.Profile = false, nil, simtenant.Object{}
	m := b.mailbox(info, "SharedMailbox")
	for _, i := range []int{4, 2, 5} {
		if i < len(b.g.users) {
			m.Permissions = append(m.Permissions, &simtenant.Permission{User: b.g.users[i].oid, Rights: []string{"FullAccess"}})
			m.SendAs = append(m.SendAs, b.g.users[i].oid)
		}
	}
	plain := func(name, upn, id string) *simtenant.User {
		a := &simtenant.User{ID: id, UPN: upn, DisplayName: name, Enabled: true, Created: long, PasswordChanged: long, SessionsValidFrom: long, PUID: "1003" + strings.ToUpper(strings.ReplaceAll(made("puid", upn), "-", "")[:12]), PerUserMFA: "disabled", Profile: simtenant.Object{}}
		b.users[strings.ToLower(upn)], b.users[a.ID] = a, a
		b.w.Users = append(b.w.Users, a)
		return a
	}
	plain("Break glass", breakGlass, made("account", breakGlass))
	plain("Reception scanner", "scanner@"+domain, made("account", "scanner")).Plans = []string{"EXCHANGE_S_STANDARD"}
	plain("Jan Leaver", leaver.upn, leaver.id)
	sync := directorySyncer()
	plain(sync.name(), sync.upn, sync.oid).PUID = sync.puid
	if len(b.g.users) > 4 {
		u := b.g.users[4]
		guest := plain(u.name(), u.alias()+"_litware.example#EXT#@"+onmicro, made("account", "guest"))
		guest.Guest, guest.Mail = true, u.alias()+"@litware.example"
	}
}

const breakGlass = "breakglass@" + onmicro

// mailbox is an empty mailbox with the folders of every mailbox.
func (b *builder) mailbox(u *user, kind string) *simtenant.Mailbox {
	m := &simtenant.Mailbox{User: u.oid, GUID: u.mailbox, Type: kind, DisplayName: u.name(), Props: simtenant.Object{"WhenCreatedUTC": b.users[u.oid].Created}}
	s := &shelf{at: map[string][]spot{}, got: map[string]bool{}, paths: map[string]*simtenant.Folder{}}
	b.index[m], b.boxes[strings.ToLower(u.upn)], b.boxes[strings.ToLower(u.alias())] = s, m, m
	b.w.Mailboxes = append(b.w.Mailboxes, m)
	root := s.add(m, "", "Top of Information Store", "msgfolderroot", "")
	dumpster := s.add(m, "", "Recoverable Items", "recoverableitemsroot", "?recoverable")
	for _, f := range [][2]string{
		{"Inbox", "inbox"}, {"Drafts", "drafts"}, {"Sent Items", "sentitems"}, {"Deleted Items", "deleteditems"}, {"Junk Email", "junkemail"}, {"Archive", "archive"}, {"Outbox", "outbox"},
		{"Conversation History", "conversationhistory"}, {"Notes", "notes"}, {"RSS Feeds", "rssfeeds"}, {"Calendar", "calendar"}, {"Contacts", "contacts"},
	} {
		s.add(m, root.ID, f[0], f[1], `\`+f[0])
	}
	for _, f := range [][2]string{{"Deletions", "recoverableitemsdeletions"}, {"Purges", "recoverableitemspurges"}, {"Versions", "recoverableitemsversions"}} {
		s.add(m, dumpster.ID, f[0], f[1], `?recoverable\`+f[0])
	}
	if cal := s.paths[`\Calendar`]; cal != nil {
		cal.Permissions = []*simtenant.Permission{{User: "Default", Rights: []string{"AvailabilityOnly"}}, {User: "Anonymous", Rights: []string{"None"}}}
	}
	return m
}
