package scenarios

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// Config says what tenant to make. The same values make the same bytes.
type Config struct {
	Seed     uint64
	Users    int
	Days     int
	Start    time.Time // midnight UTC of the first day
	End      time.Time // of Build: the present, instead of Start; the last day ended eight hours before it at least
	Rate     float64   // acts per person, 1 is about 100 audit records a user-day with the background
	Scenario string    // one of List or Further, or "" for life without an attacker
	Gateway  bool      // the whole tenant leaves through one range of a hosting provider
	Heavy    bool      // one account's mail is read by an application all day: a tenth of all records
	Bare     bool      // only the unified audit log was exported
	LastDays int       // keep only the last days of what was made; 0 keeps all

	plans     []string // service plans; nil: Entra ID P1 and Exchange
	auditOff  bool
	federated int // number of the person whose domain signs in elsewhere; 0: none
	hybrid    bool
	whole     bool // a tenant is built, not only its records
}

// DefaultStart is the first day of a made tenant.
var DefaultStart = time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)

const (
	tenantID  = "7c1d4f0e-2b6a-4c55-9d0e-5f3a8b1c6d70"
	domain    = "contoso.example"
	onmicro   = "contoso.onmicrosoft.com"
	elsewhere = "west.contoso.example" // its sign-in is federated
	orgPrefix = "EURPR01A001.PROD.OUTLOOK.COM/Microsoft Exchange Hosted Organizations/" + onmicro + "/"
)

// A place is a city as a sign-in record names it.
type place struct {
	city, state, country string
	lat, lon             float64
}

var (
	rotterdam = &place{"Rotterdam", "Zuid-Holland", "NL", 51.92, 4.48}
	delft     = &place{"Delft", "Zuid-Holland", "NL", 52.01, 4.36}
	utrecht   = &place{"Utrecht", "Utrecht", "NL", 52.09, 5.12}
	amsterdam = &place{"Amsterdam", "Noord-Holland", "NL", 52.37, 4.9}
	groningen = &place{"Groningen", "Groningen", "NL", 53.22, 6.57}
	lyon      = &place{"Lyon", "Auvergne-Rhone-Alpes", "FR", 45.76, 4.84}
	porto     = &place{"Porto", "Porto", "PT", 41.15, -8.61}
	chicago   = &place{"Chicago", "Illinois", "US", 41.88, -87.63}
	bucharest = &place{"Bucharest", "Bucuresti", "RO", 44.43, 26.1}
	newark    = &place{"Newark", "New Jersey", "US", 40.74, -74.17}
)

// A network is where packets come from.
type network struct {
	addr string
	asn  int64
	at   *place
}

// Providers of the made world. The owners' are numbers for documentation
// (RFC 5398); hosting companies are real ones, so that what knows a host by
// its number is put to the test.
const (
	asnOffice  = 64496
	asnHome    = 64497
	asnCable   = 64498
	asnMobile  = 64499
	asnHotel   = 64500
	asnHomeTwo = 64501 // another home provider, which residential proxies use
	asnGateway = 62044
	asnHost    = 14061
	asnHostTwo = 9009
)

// A device is a computer or telephone.
type device struct {
	id, name, os string
	browser      string // as Entra names it
	trust        string
	compliant    bool
	agent        string // user agent of its browser or app
}

// A seat is a person, or somebody in a person's name, at one device on one
// network: what everything done from there has in common.
type seat struct {
	user    *user
	net     network
	dev     device
	session string
	token   string
	app     app    // the client application in use
	mail    string // ClientInfoString of mailbox access
	hand    Hand
	portal  bool // admin cmdlets run through a portal and carry Microsoft's address
}

type app struct{ id, name string }

var (
	appHome    = app{"4765445b-32c6-49b0-83e6-1d93765276ca", "OfficeHome"}
	appOffice  = app{"d3590ed6-52b3-4102-aeff-aad2292ab01c", "Microsoft Office"}
	appOWA     = app{"00000002-0000-0ff1-ce00-000000000000", "Office 365 Exchange Online"}
	appTeams   = app{"1fec8e78-bce4-4aaf-ab1b-5451cc387264", "Microsoft Teams"}
	appMobile  = app{"27922004-5251-4030-b22d-91ecd9a37ea4", "Outlook Mobile"}
	appBroker  = app{"29d9ed98-a469-4536-ade2-f981bc1d605e", "Microsoft Authentication Broker"}
	appShell   = app{"1b730954-1685-4b74-9bfd-dac224a7b894", "Azure Active Directory PowerShell"}
	appPortal  = app{"00000006-0000-0ff1-ce00-000000000000", "Microsoft Office 365 Portal"}
	resource   = app{"00000002-0000-0ff1-ce00-000000000000", "Office 365 Exchange Online"}
	appCRM     = app{"5e0c2f4a-91b7-4f0d-8a3e-0b6d7c1f2a93", "Northwind CRM Connector"}
	edgeOn     = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0"
	safariOn   = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15"
	chromeLin  = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
	firefoxWin = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0"
	outlookIOS = "Outlook-iOS/2.0"
	outlookAnd = "Outlook-Android/2.0"
)

// A message is one mail as the logs show it.
type message struct {
	id, subject, from string
	size              int64
}

// A rule is an inbox rule that stands at the end, for the dump.
type rule struct {
	name, id         string
	moveTo, forward  string
	words, from      string
	read, stop, wipe bool
}

type user struct {
	first, last, upn, oid, puid, sid, mailbox string
	admin, vpn, web, ipv6                     bool
	marketing                                 bool
	home                                      network
	home6                                     string // /64 of the home line; "" when it has none
	laptop, phone                             device
	second                                    device // another telephone, or none
	secondSession                             string
	laptopSession, browserSession             string
	phoneSession                              string
	carrier                                   network
	recent                                    []message
	partners                                  []string
	tripFrom, tripTo                          int
	trip                                      network
	rules                                     []rule
	forward                                   string
	earlier                                   []message // mail from before the first day
	former                                    []string  // UPNs that it had before
	devices                                   []owned
}

// An owned device is registered to a user since some time: the zero time is long before.
type owned struct {
	device
	since time.Time
	hand  Hand
}

// owns notes a device that is registered to the user.
func (u *user) owns(d device, since time.Time, hand Hand) {
	if d.id != "" {
		u.devices = append(u.devices, owned{d, since, hand})
	}
}

func (u *user) name() string { return u.first + " " + u.last }

// alias is the mailbox's name in Exchange identities.
func (u *user) alias() string {
	name, _, _ := strings.Cut(u.upn, "@")
	return name
}

// A world is a tenant in the making.
type world struct {
	cfg     Config
	rng     *rand.Rand
	users   []*user
	office  network
	vpn     network
	gateway []network
	emit    func(Record)
	w       buf
	rt      int
	made    []string          // accounts that the attacker made
	later   []*user           // the same, for what a whole tenant has beside
	temps   bool              // two accounts had one name after the other
	expect  map[string]Expect // of accounts that the attack concerns
}

// An Expect says what verdicts on an account are right.
type Expect struct {
	Full []string `json:"full"` // with everything at hand
	Cut  []string `json:"cut"`  // with the last days only
}

var (
	wantCompromised = Expect{[]string{"compromised"}, []string{"compromised", "suspected"}}
	wantSuspected   = Expect{[]string{"compromised", "suspected"}, []string{"compromised", "suspected"}}
	wantLeftAlone   = Expect{[]string{"clear", "unknown"}, []string{"clear", "unknown"}}
)

var firsts = strings.Fields("Dana Bram Carla Dirk Els Femke Gijs Hanna Ivo Joris Karin Lars Mila Niek Olga Pim Quinten Roos Sven Tess Uma Victor Wilma Xander Yara Zeno Anouk Bas Cees Daan Esra Floor Guus Hugo Ilse Jaap Koen Lotte Marit Noor")
var lasts = strings.Fields("Visser Bakker Smit Meijer Mulder Bos Vos Peters Hendriks Dekker Dijkstra Kok Jacobs Vermeer Groot Kuiper Willems Prins Blom Huisman Postma Schouten Maas Verhoeven Koster Prinsen Wolters Timmer Evers Brouwer")
var suppliers = strings.Fields("billing@fabrikam.example orders@northwind.example sales@tailspin.example accounts@adatum.example projects@litware.example service@wingtip.example press@proseware.example legal@lucerne.example")
var letters = strings.Fields("news@tradeweekly.example offers@travelclub.example digest@devnotes.example events@chamber.example")

func newWorld(cfg Config, emit func(Record)) *world {
	if cfg.Rate == 0 {
		cfg.Rate = 1
	}
	if cfg.Start.IsZero() {
		cfg.Start = DefaultStart
	}
	g := &world{cfg: cfg, rng: rand.New(rand.NewPCG(cfg.Seed, 0x9e3779b97f4a7c15)), emit: emit, expect: map[string]Expect{}}
	g.office = network{"192.0.2.10", asnOffice, rotterdam}
	g.vpn = network{"192.0.2.33", asnOffice, amsterdam}
	for i := range 12 {
		g.gateway = append(g.gateway, network{fmt.Sprintf("192.0.2.%d", 128+i), asnGateway, amsterdam})
	}
	for i := range cfg.Users {
		g.users = append(g.users, g.newUser(i))
	}
	return g
}

func (g *world) newUser(i int) *user {
	u := &user{first: firsts[i%len(firsts)], last: lasts[(i*7+i/len(firsts))%len(lasts)]}
	u.upn = strings.ToLower(u.first + "." + u.last)
	if n := i / len(firsts); n > 0 {
		u.upn += fmt.Sprint(n + 1)
	}
	u.upn += "@" + domain
	if i > 0 && i == g.cfg.federated {
		u.upn = strings.Replace(u.upn, domain, elsewhere, 1)
	}
	u.oid, u.mailbox = g.guid(), g.guid()
	u.puid = fmt.Sprintf("1003%012X", g.rng.Uint64()&0xffffffffffff)
	u.sid = fmt.Sprintf("S-1-5-21-1376570662-3565232716-1187618197-%d", 4000000+i*37)
	u.admin = i == 1 || (i > 0 && i%25 == 0)
	u.marketing = i%12 == 5
	u.vpn = i%3 == 2
	u.web = i%4 == 0
	u.ipv6 = i%5 == 1
	towns := []*place{rotterdam, delft, utrecht, rotterdam, amsterdam}
	asn := int64(asnHome)
	if i%2 == 1 {
		asn = asnCable
	}
	u.home = network{fmt.Sprintf("198.18.%d.%d", i%200, 10+i/200), asn, towns[i%len(towns)]}
	if u.ipv6 {
		u.home6 = fmt.Sprintf("2001:db8:%x:1:", 0x1000+i)
	}
	u.laptop = device{id: g.guid(), name: fmt.Sprintf("LT-%04d", 1200+i), os: "Windows10", browser: "Edge 141.0.0", trust: "Azure AD joined", compliant: true, agent: edgeOn}
	if i%6 == 5 {
		u.laptop.os, u.laptop.browser, u.laptop.agent, u.laptop.name = "MacOs", "Safari 18.6", safariOn, fmt.Sprintf("MB-%04d", 1200+i)
	}
	u.phone = g.newPhone(i)
	u.laptopSession, u.browserSession, u.phoneSession = g.guid(), g.guid(), g.guid()
	if i%6 == 2 {
		u.second, u.secondSession = g.newPhone(i+1), g.guid()
	}
	for range 3 {
		u.partners = append(u.partners, suppliers[g.rng.IntN(len(suppliers))])
	}
	u.tripFrom, u.tripTo = -1, -1
	if i%4 == 3 && g.cfg.Days > 12 {
		u.tripFrom = 5 + g.rng.IntN(g.cfg.Days-10)
		u.tripTo = u.tripFrom + 1 + g.rng.IntN(4)
		u.trip = network{fmt.Sprintf("198.18.220.%d", 5+i%200), asnHotel, []*place{lyon, porto, chicago, groningen}[g.rng.IntN(4)]}
	}
	for range 24 {
		u.recent = append(u.recent, g.incoming(u))
	}
	u.earlier = append(u.earlier, u.recent...)
	u.owns(u.laptop, time.Time{}, Owner)
	u.owns(u.phone, time.Time{}, Owner)
	u.owns(u.second, time.Time{}, Owner)
	return u
}

func (g *world) newPhone(i int) device {
	d := device{os: "Ios 18.6", browser: "Mobile Safari", agent: outlookIOS}
	if i%3 == 0 {
		d.os, d.browser, d.agent = "Android 15", "Chrome Mobile", outlookAnd
	}
	if i%2 == 0 { // enrolled telephones carry a device ID
		d.id, d.name, d.trust = g.guid(), fmt.Sprintf("PH-%04d", 3000+i), "Azure AD registered"
	}
	return d
}

// ring moves the user's telephone to another address of the carrier.
func (g *world) ring(u *user) network {
	if g.rng.IntN(3) > 0 && u.carrier.addr != "" {
		return u.carrier
	}
	at := amsterdam // carriers' exits are few, whatever the subscriber's town
	if u.ipv6 {
		u.carrier = network{fmt.Sprintf("2001:db8:a%03x:%x::%x", g.rng.IntN(0x400), g.rng.IntN(0xffff), 1+g.rng.IntN(0xffff)), asnMobile, at}
	} else {
		u.carrier = network{fmt.Sprintf("198.19.%d.%d", g.rng.IntN(64), 1+g.rng.IntN(250)), asnMobile, at}
	}
	return u.carrier
}

// place returns the network where the user works on that day.
func (g *world) place(u *user, day int) network {
	switch {
	case day >= u.tripFrom && day <= u.tripTo && u.tripFrom >= 0:
		return u.trip
	case g.rng.IntN(10) < 6:
		return g.office
	}
	return u.homeLine(g)
}

// homeLine is the home network; a dual-stack line shows either of its two addresses.
func (u *user) homeLine(g *world) network {
	n := u.home
	if u.home6 != "" && g.rng.IntN(2) == 0 {
		n.addr = u.home6 + fmt.Sprintf("%x:%x:%x:%x", g.rng.IntN(0xffff), g.rng.IntN(0xffff), g.rng.IntN(0xffff), 1+g.rng.IntN(0xfffe))
	}
	return n
}

// atLaptop is the user at the laptop; through the gateway when the tenant has one.
func (g *world) atLaptop(u *user, n network) *seat {
	if g.cfg.Gateway {
		n = g.gateway[g.rng.IntN(len(g.gateway))]
	}
	s := &seat{user: u, net: n, dev: u.laptop, session: u.laptopSession, app: appOffice, mail: "Client=MSExchangeRPC", hand: Owner}
	if u.web {
		s.session, s.app, s.mail = u.browserSession, appOWA, "Client=OWA;"+u.laptop.agent+";"
	}
	return s
}

func (g *world) atPhone(u *user, n network) *seat {
	dev, session := u.phone, u.phoneSession
	if u.secondSession != "" && g.chance(0.4) {
		dev, session = u.second, u.secondSession
	}
	os := "iOS"
	if dev.agent == outlookAnd {
		os = "Android"
	}
	return &seat{user: u, net: n, dev: dev, session: session, app: appMobile, mail: "Client=OutlookService;Outlook-" + os + "/2.0;", hand: Owner}
}

func (g *world) guid() string {
	a, b := g.rng.Uint64(), g.rng.Uint64()
	return fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", a>>32, a>>16&0xffff, 0x4000|a&0xfff, 0x8000|b>>52&0x3fff, b&0xffffffffffff)
}

var topics = strings.Fields("Planning Contract Agenda Delivery Quote Budget Minutes Training Invoice Roadmap Holiday Website Audit Order Shipment Review")

func (g *world) subject() string {
	s := topics[g.rng.IntN(len(topics))]
	if g.rng.IntN(3) == 0 {
		s = "Re: " + s
	}
	return fmt.Sprintf("%s %d", s, 1000+g.rng.IntN(9000))
}

// incoming makes a mail to the user and keeps it among the recent ones.
func (g *world) incoming(u *user) message {
	m := message{id: g.messageID(), subject: g.subject(), size: int64(8000 + g.rng.IntN(60000))}
	switch r := g.rng.IntN(10); {
	case r < 5 && len(g.users) > 0:
		i := g.rng.IntN(len(g.users))
		m.from = g.users[i].upn
		if g.cfg.whole { // a colleague's mail there has the record of its sending, and comes by send
			m.from = suppliers[i%len(suppliers)]
		}
	case r < 8 && len(u.partners) > 0:
		m.from = u.partners[g.rng.IntN(len(u.partners))]
	default:
		m.from, m.subject = letters[g.rng.IntN(len(letters))], "Newsletter "+fmt.Sprint(1+g.rng.IntN(400))
	}
	return m
}

func (g *world) messageID() string {
	return fmt.Sprintf("<DB1PR01MB%04d%016X%08X@DB1PR01MB%04d.eurprd01.prod.outlook.com>", g.rng.IntN(9999), g.rng.Uint64(), g.rng.Uint32(), g.rng.IntN(9999))
}

// receive delivers a mail: a row of trace and one more recent message.
func (g *world) receive(u *user, m message, t time.Time, hand Hand) {
	if len(u.recent) >= 48 {
		u.recent = append(u.recent[:0], u.recent[24:]...)
	}
	u.recent = append(u.recent, m)
	g.trace(m, u.upn, t, "198.18.250.25", hand)
}

// some returns up to n of the user's recent messages.
func (g *world) some(u *user, n int) []message {
	out := make([]message, 0, n)
	for range n {
		out = append(out, u.recent[g.rng.IntN(len(u.recent))])
	}
	return out
}

// chance is true in p of all cases.
func (g *world) chance(p float64) bool { return g.rng.Float64() < p }

// between returns a time in the hours from and to of the day.
func (g *world) between(day int, from, to float64) time.Time {
	return g.cfg.Start.AddDate(0, 0, day).Add(time.Duration((from + (to-from)*g.rng.Float64()) * float64(time.Hour))).Truncate(time.Second)
}
