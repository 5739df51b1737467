package main

import (
	"fmt"
	"time"
)

const (
	domain   = "contoso.example"
	tenantID = "c0a10500-0000-4000-8000-00000000c0de"
)

var (
	firstDay = time.Date(2026, 9, 14, 0, 0, 0, 0, time.UTC) // a Monday
	lastDay  = time.Date(2026, 10, 18, 0, 0, 0, 0, time.UTC)
)

// A person works at Contoso in Leeds: a joined laptop in the office, at home
// on Fridays, a telephone on the way.
type person struct {
	n           int
	name, title string
}

var staff = []person{
	{1, "Dana Whitfield", "Accounts receivable"},
	{2, "Lena Brandt", "Sales"},
	{3, "Oscar Lindqvist", "Warehouse"},
	{4, "Priya Raman", "Finance director"},
	{5, "Tom Okafor", "Sales"},
	{6, "Marta Nowak", "Purchasing"},
	{7, "Ivan Petrov", "Engineering"},
	{8, "Grace Adeyemi", "Human resources"},
	{9, "Sam Carter", "Engineering"},
	{10, "Yuki Tanaka", "Marketing"},
	{11, "Elif Demir", "Customer service"},
	{12, "Ruth Ops", "IT administrator"},
}

var dana, lena, ruth = staff[0], staff[1], staff[11]

func (p person) upn() string {
	if p == ruth {
		return "ops@" + domain
	}
	return lower(firstWord(p.name)) + "@" + domain
}

func (p person) id() string     { return guid(0xa, p.n) }
func (p person) puid() string   { return fmt.Sprintf("1003200100%06X", p.n) }
func (p person) laptop() string { return guid(0xd, p.n) }

// reset is when Ruth reset Dana's password; afterReset is the session that Dana
// began with the new one.
var (
	reset      = time.Date(2026, 10, 15, 14, 5, 0, 0, time.UTC)
	afterReset = guid(0x5, 199)
)

// session is the session ID of the week's sign-in.
func (p person) session(day time.Time) string {
	if p == dana && day.After(reset) {
		return afterReset
	}
	week := int(day.Sub(firstDay).Hours()) / (7 * 24)
	return guid(0x5, p.n*10+week)
}

// A place is a network and where sign-in logs put it.
type place struct {
	addr          string
	asn           int
	city, country string
	lat, lon      float64
}

var (
	office  = place{"203.0.113.10", 64496, "Leeds", "GB", 53.80, -1.55}
	hotel   = place{"203.0.113.201", 64499, "Lisbon", "PT", 38.72, -9.14}
	hosting = place{"198.51.100.23", 64510, "Bucharest", "RO", 44.43, 26.10} // the intruder's
	sprayer = place{"198.51.100.77", 64511, "Sao Paulo", "BR", -23.55, -46.63}
)

func (p person) home() place {
	return place{fmt.Sprintf("192.0.2.%d", 20+p.n), 64497, "Leeds", "GB", 53.80, -1.55}
}

func (p person) mobile() place {
	return place{fmt.Sprintf("2001:db8:%x:1::7", p.n), 64498, "Leeds", "GB", 53.80, -1.55}
}

// A device is what a sign-in log says of the client.
type device struct {
	id, name, os, browser, agent, trust string
	compliant                           bool
}

func (p person) onLaptop() device {
	return device{p.laptop(), fmt.Sprintf("CONTOSO-L%02d", p.n), "Windows11", "Edge 140.0.0",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0", "Azure AD joined", true}
}

func (p person) onPhone() device {
	return device{guid(0xe, p.n), fmt.Sprintf("iPhone of %s", firstWord(p.name)), "iOS 26.0", "", "Outlook-iOS/5.2638.0", "Azure AD registered", true}
}

// onLinux is the intruder's machine: no device ID, another system and browser.
var onLinux = device{"", "", "Linux", "Chrome 139.0.0",
	"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36", "", false}

// An app is a client application of Microsoft's own.
type app struct{ id, name string }

var (
	officeHome = app{"4765445b-32c6-49b0-83e6-1d93765276ca", "OfficeHome"}
	webMail    = app{"9199bf20-a13f-4107-85dc-02114787ef48", "One Outlook Web"}
	phoneMail  = app{"27922004-5251-4030-b22d-91ecd9a37ea4", "Outlook Mobile"}
	mySignIns  = app{"19db86c3-b2b9-44cc-b339-36da233a3be2", "My Signins"}
)

// guid is readable on purpose: a kind and a number.
func guid(kind, n int) string {
	return fmt.Sprintf("%08x-0000-4000-8000-%012x", kind<<28, n)
}
