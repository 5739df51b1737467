package main

import (
	"fmt"
	"time"
)

// everydayLife is what an ordinary five weeks leave in the logs.
func everydayLife(e *export) {
	for day := firstDay; !day.After(lastDay); day = day.AddDate(0, 0, 1) {
		background(e, day)
		if day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
			continue
		}
		for _, p := range staff {
			workday(e, p, day)
		}
	}
	ordinaryRule(e)
	payments(e)
}

// workday is one day of one person.
func workday(e *export, p person, day time.Time) {
	morning := day.Add(7*time.Hour + 30*time.Minute + time.Duration(p.n*4)*time.Minute)
	at, session := office, p.session(day)
	if day.Weekday() == time.Friday {
		at = p.home()
	}
	if away(p, day) {
		return
	}
	switch day.Weekday() {
	case time.Monday:
		s := e.signIn(p, morning, at, p.onLaptop(), officeHome, session)
		s.interactive = true
		e.loggedIn(p, s)
	default:
		e.signIn(p, morning, at, p.onLaptop(), webMail, session)
	}
	if (day.YearDay()+p.n)%4 == 0 {
		e.signIn(p, morning.Add(10*time.Hour), p.mobile(), p.onPhone(), phoneMail, guid(0x6, p.n))
	}
	if (day.YearDay()+p.n)%5 == 0 {
		e.read(p, morning.Add(20*time.Minute), at, p.onLaptop(), session, "\\Inbox", fmt.Sprintf("<note-%d-%d@%s>", p.n, day.YearDay(), domain))
	}
	if (day.YearDay()+p.n)%7 == 0 {
		e.file(p, morning.Add(2*time.Hour), at, p.onLaptop(), "Shared Documents/Plan.xlsx")
	}
}

// background is what Exchange and SharePoint do by themselves.
func background(e *export, day time.Time) {
	e.service(day.Add(3*time.Hour), "Set-Mailbox", "NT AUTHORITY\\SYSTEM (Microsoft.Exchange.ServiceHost)",
		param{"Identity", staff[day.YearDay()%len(staff)].upn()}, param{"RecoverableItemsQuota", "30 GB (32,212,254,720 bytes)"}, param{"Force", "True"})
	if day.Weekday() == time.Sunday {
		e.service(day.Add(4*time.Hour), "Set-ConditionalAccessPolicy", "NT AUTHORITY\\SYSTEM (Microsoft.Exchange.AdminApi.NetCore)",
			param{"Identity", "Default"})
	}
}

// ordinaryRule is a rule as people make them.
func ordinaryRule(e *export) {
	p := staff[9]
	e.rule(p, firstDay.Add(8*24*time.Hour+9*time.Hour), office, p.onLaptop(), p.session(firstDay.AddDate(0, 0, 8)), "Newsletters",
		param{"From", "news@tailspin.example"}, param{"MoveToFolder", "Newsletters"})
}

// payments is the thread with a customer that the intruder will step into.
func payments(e *export) {
	for _, d := range []struct{ day, hour int }{{8, 10}, {17, 11}, {24, 9}, {28, 15}} {
		at := firstDay.AddDate(0, 0, d.day).Add(time.Duration(d.hour) * time.Hour)
		from := office
		if at.Weekday() == time.Friday {
			from = dana.home()
		}
		e.send(dana, at, from, dana.onLaptop(), dana.session(at), "RE: Invoice 4471 - October delivery", "accounts@fabrikam.example")
		e.mail(at.Add(95*time.Minute), "accounts@fabrikam.example", dana.upn(), "RE: Invoice 4471 - October delivery", "203.0.113.90")
	}
	for i := range 10 {
		at := time.Date(2026, 10, 9+i, 8, 5*i, 0, 0, time.UTC)
		e.mail(at, "news@tailspin.example", dana.upn(), fmt.Sprintf("Offers of the week %d", i+1), "203.0.113.80")
		e.mail(at.Add(3*time.Hour), staff[3].upn(), dana.upn(), "Cash position", "203.0.113.10")
	}
}

// away says who travels, so that the office does not see them.
func away(p person, day time.Time) bool {
	return p == lena && day.Month() == time.October && day.Day() >= 5 && day.Day() <= 8
}

// journey is the sales trip to Lisbon: a new country and a hotel's network, on
// the laptop that she has had all along.
func journey(e *export) {
	for d := 5; d <= 8; d++ {
		at := time.Date(2026, 10, d, 21, 10+d, 0, 0, time.UTC)
		s := e.signIn(lena, at, hotel, lena.onLaptop(), officeHome, lena.session(at))
		s.interactive = d == 5
		if s.interactive {
			e.loggedIn(lena, s)
		}
		e.read(lena, at.Add(6*time.Minute), hotel, lena.onLaptop(), lena.session(at), "\\Inbox", fmt.Sprintf("<trip-%d@%s>", d, domain))
	}
}

// spray is one night of guessing that opened nothing.
func spray(e *export) {
	start := time.Date(2026, 10, 6, 2, 10, 0, 0, time.UTC)
	n := 0
	for _, i := range []int{2, 3, 4, 5, 6, 7} {
		tries := 2
		if i == 2 {
			tries = 12
		}
		for range tries {
			n++
			s := e.signIn(staff[i], start.Add(time.Duration(n*70)*time.Second), sprayer, device{agent: "python-requests/2.32.4"}, officeHome, "")
			s.interactive, s.errorCode, s.reason = true, 50126, "Error validating credentials due to invalid username or password."
		}
	}
}

// attack is Tuesday the 13th and the morning after: Dana's browser session
// appears on a rented machine in another country while she works on.
func attack(e *export) {
	day := time.Date(2026, 10, 13, 0, 0, 0, 0, time.UTC)
	session := dana.session(day)
	clock := func(h, m int) time.Time { return day.Add(time.Duration(h)*time.Hour + time.Duration(m)*time.Minute) }
	thief := func(at time.Time, a app) { e.signIn(dana, at, hosting, onLinux, a, session) }
	owner := func(at time.Time) { e.signIn(dana, at, office, dana.onLaptop(), webMail, session) }

	e.mail(clock(8, 41), "scans@northwind-share.example", dana.upn(), "Dana, a document has been shared with you", "198.51.100.40")
	owner(clock(8, 52))
	thief(clock(9, 6), officeHome)
	thief(clock(9, 7), webMail)
	owner(clock(9, 19))
	e.read(dana, clock(9, 21), office, dana.onLaptop(), session, "\\Inbox", "<plan-1@contoso.example>")

	for i := range 6 {
		e.read(dana, clock(9, 10+2*i), hosting, onLinux, session, "\\Inbox", fmt.Sprintf("<inv-%d-a@fabrikam.example>", i), fmt.Sprintf("<inv-%d-b@fabrikam.example>", i))
	}
	e.rule(dana, clock(9, 24), hosting, onLinux, session, ".",
		param{"SubjectOrBodyContainsWords", "invoice;payment;bank;fabrikam"}, param{"MoveToFolder", "RSS Feeds"}, param{"MarkAsRead", "True"}, param{"StopProcessingRules", "True"})
	thief(clock(10, 2), webMail)
	first := e.send(dana, clock(10, 4), hosting, onLinux, session, "RE: Invoice 4471 - October delivery", "accounts@fabrikam.example", "dana@contosso.example")
	owner(clock(10, 15))
	e.hardDelete(dana, clock(10, 9), hosting, onLinux, session, first, "RE: Invoice 4471 - October delivery")

	thief(clock(11, 48), mySignIns)
	e.newMethod(dana, clock(11, 51))
	owner(clock(13, 10))

	day = day.AddDate(0, 0, 1)
	thief(clock(8, 2), webMail)
	e.read(dana, clock(8, 4), hosting, onLinux, session, "\\RSS Feeds", "<inv-reply@fabrikam.example>")
	e.mail(clock(7, 31), "accounts@fabrikam.example", dana.upn(), "RE: Invoice 4471 - October delivery", "203.0.113.90")
	e.send(dana, clock(8, 11), hosting, onLinux, session, "RE: Invoice 4471 - October delivery", "accounts@fabrikam.example", "dana@contosso.example")
	owner(clock(8, 30))
}

// response is what the administrator did on Thursday, after a telephone call
// from Fabrikam; declared.json says so. The rule and the new method are still there.
func response(e *export) {
	at := reset
	e.directory(ruth, at, "Reset user password.", dana, nil)
	e.directory(ruth, at.Add(time.Minute), "Update StsRefreshTokenValidFrom Timestamp.", dana, nil)
	s := e.signIn(dana, at.Add(25*time.Minute), office, dana.onLaptop(), officeHome, afterReset)
	s.interactive = true
	e.loggedIn(dana, s)
	late := e.signIn(dana, at.Add(18*time.Hour), hosting, onLinux, webMail, dana.session(at))
	late.errorCode, late.reason = 50173, "The provided grant has expired due to it being revoked, a fresh auth token is needed."
}
