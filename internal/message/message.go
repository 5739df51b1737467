// Package message says of one fraudulent message whose account sent it:
// ours, the supplier's, or nobody's. It reads headers only and needs neither
// tenant nor log; what the sender could have forged never decides alone.
package message

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"evict"
	"evict/internal/records"
)

// Outcome says who sent the message.
type Outcome string

// The outcomes.
const (
	OwnAccount    Outcome = "own-account"   // the account in From, one of ours, submitted it
	Colleague     Outcome = "colleague"     // another account of ours submitted it under that name
	Application   Outcome = "application"   // a connector, scanner or service that may use our domain; no mailbox is shown
	Correspondent Outcome = "correspondent" // the correspondent's real domain sent it
	DirectSend    Outcome = "direct-send"   // handed to our own mail servers from outside with our address, without signing in
	Spoof         Outcome = "spoof"         // bears an address whose domain did not send it
	LookAlike     Outcome = "look-alike"    // a domain that only looks like ours or a correspondent's
	Bounce        Outcome = "bounce"        // a report on another message
	Outsider      Outcome = "outsider"      // somebody else's domain, unlike any that we know
	CannotTell    Outcome = "cannot-tell"
)

// Reason is one fact the verdict rests on, with the headers that say it.
type Reason struct {
	Text   string  `json:"text"`
	Fields []Field `json:"fields"`
}

// Field is a header by its name; Forgeable when the sender could have written it.
type Field struct {
	Name      string `json:"name"`
	Forgeable bool   `json:"forgeable"`
}

// MessageVerdict is whose account sent a message, and why.
type MessageVerdict struct {
	Outcome   Outcome  `json:"outcome"`
	Account   string   `json:"account"`            // address of the account that was used; "" when none is shown
	Manner    string   `json:"manner"`             // mailbox, SMTP AUTH, or ""
	Imitates  string   `json:"imitates,omitempty"` // the domain or address that it passes itself off as
	Reasons   []Reason `json:"reasons"`
	Warnings  []string `json:"warnings"`  // what to look at beside the sender: where answers go, what could not be read
	Forgeable []string `json:"forgeable"` // header names present that the sender could have written
}

// freeMail are providers where everybody can have an address: there only a
// whole address is known, never the domain.
var freeMail = map[string]bool{
	"gmail.com": true, "googlemail.com": true, "outlook.com": true, "hotmail.com": true, "live.com": true, "msn.com": true, "yahoo.com": true,
	"aol.com": true, "icloud.com": true, "me.com": true, "mac.com": true, "proton.me": true, "protonmail.com": true, "gmx.com": true, "gmx.de": true,
	"gmx.net": true, "web.de": true, "t-online.de": true, "mail.com": true, "zoho.com": true, "yandex.ru": true, "yandex.com": true, "mail.ru": true,
	"orange.fr": true, "free.fr": true, "laposte.net": true, "libero.it": true, "qq.com": true, "163.com": true, "tuta.com": true, "tutanota.com": true,
}

// A judge holds one message under judgement.
type judge struct {
	m              *records.Mail
	own            map[string]bool
	partners       map[string]bool // correspondents' domains, no free providers
	correspondents map[string]bool // whole addresses
	v              MessageVerdict
}

// Judge says who sent m. Domains are those of our own accounts; correspondents
// are addresses or domains of people that the account writes with. Both may
// be empty: then less can be told.
func Judge(m records.Mail, domains, correspondents []string) MessageVerdict {
	j := &judge{m: &m, own: map[string]bool{}, partners: map[string]bool{}, correspondents: map[string]bool{}}
	for _, d := range domains {
		j.own[unicodeDomain(d)] = true
	}
	for _, c := range correspondents {
		c = strings.ToLower(strings.TrimSpace(c))
		d := c
		if i := strings.LastIndexByte(c, '@'); i >= 0 {
			j.correspondents[c] = true
			d = c[i+1:]
		}
		if d = unicodeDomain(d); d != "" && !j.own[d] && !freeMail[d] {
			j.partners[d] = true
		}
	}
	j.decide()
	j.answers()
	for _, f := range m.Fields {
		if f.Forgeable && !slices.Contains(j.v.Forgeable, f.Name) {
			j.v.Forgeable = append(j.v.Forgeable, f.Name)
		}
	}
	if m.Truncated {
		j.v.Warnings = append(j.v.Warnings, "The headers are longer than is read; the rest was not looked at.")
	}
	return j.v
}

func (j *judge) decide() {
	m := j.m
	from, name := "", ""
	if len(m.From) > 0 {
		from, name = m.From[0].Address, m.From[0].Name
	}
	if len(m.From) > 1 {
		j.v.Warnings = append(j.v.Warnings, "From names several addresses; programs show different ones.")
	}
	domain := unicodeDomain(evict.DomainOf(from))
	switch {
	case domain == "":
		j.end(CannotTell, "", "From names no address.", "From")
	case m.ReturnPath == "<>" && (m.Report || isDaemon(from)):
		j.end(Bounce, "", "It is a delivery report: the envelope names no sender, and a mail system wrote it. It shows that a message was sent in this name, not by whom.", "Return-Path", "From")
	case inDomains(domain, j.own):
		j.ours(from, domain)
	case j.correspondents[from] || inDomains(domain, j.partners):
		j.theirs(from, domain)
	default:
		j.stranger(from, name, domain)
	}
}

// ours judges a message whose From is of our own domains.
func (j *judge) ours(from, domain string) {
	m := j.m
	if !j.received() {
		return
	}
	authAs, byReceiver := j.trusted("X-MS-Exchange-Organization-AuthAs")
	crossAs, byTenant := j.trusted("X-MS-Exchange-CrossTenant-AuthAs")
	hop := j.handover()
	signed := j.signedBy(domain)
	switch {
	case byReceiver && strings.EqualFold(authAs, "Internal"):
		if hop != nil && !records.MicrosoftNetwork(hop.Addr) {
			if strings.Contains(hop.By, ".mail.protection.") {
				j.end(Application, "", fmt.Sprintf("Exchange Online counts it as internal, and it came in at the public gateway from %s: a connector, scanner or application of ours let it in. Which account, if any, is not in the headers.", hop.Addr), "X-MS-Exchange-Organization-AuthAs", "Received")
				return
			}
			j.v.Manner = "SMTP AUTH"
		} else if m.Mapi {
			j.v.Manner = "mailbox"
		}
		j.submitted(from, "Exchange Online, which took the message, authenticated the sender as internal.", "X-MS-Exchange-Organization-AuthAs")
	case byTenant && strings.EqualFold(crossAs, "Internal") && (signed || j.dmarcPass(domain)):
		if m.Mapi {
			j.v.Manner = "mailbox"
		}
		j.submitted(from, fmt.Sprintf("The sending Microsoft tenant (%s) authenticated the sender as internal, and the message passed the checks of %s.", m.CrossTenantID, domain), "X-MS-Exchange-CrossTenant-AuthAs", "X-MS-Exchange-CrossTenant-Id", "Authentication-Results")
	case signed && hop != nil && records.MicrosoftNetwork(hop.Addr):
		j.submitted(from, fmt.Sprintf("The message carries a right signature (DKIM) of %s and was handed over by Microsoft's servers.", domain), "Authentication-Results", "Received")
	case signed || j.dmarcPass(domain):
		j.end(Application, "", fmt.Sprintf("The receiver found the message allowed by %s, but no mailbox of ours is shown to have submitted it: a service that may send in our name.", domain), "Authentication-Results")
	case m.Auth.Forgeable && !byReceiver:
		j.end(CannotTell, "", "No header that the sender could not have written says whether the sender was authenticated.", "Authentication-Results")
	case byReceiver && strings.EqualFold(authAs, "Anonymous") || j.failed(domain):
		j.v.Imitates = from
		why := "The sender was not authenticated: " + j.checks() + "."
		if hop != nil && m.Microsoft && strings.Contains(hop.By, ".mail.protection.") && !records.MicrosoftNetwork(hop.Addr) && inDomains(unicodeDomain(evict.DomainOf(m.ReturnPath)), j.own) {
			j.end(DirectSend, "", why+fmt.Sprintf(" A host outside (%s) handed it straight to our own mail servers with our address as envelope sender. No account of ours was used.", hop.Addr), "X-MS-Exchange-Organization-AuthAs", "Authentication-Results", "Received")
			return
		}
		j.end(Spoof, "", why+" No account of ours is shown to have been used.", "X-MS-Exchange-Organization-AuthAs", "Authentication-Results")
	default:
		j.end(CannotTell, "", "The checks neither passed nor failed: "+j.checks()+".", "Authentication-Results")
	}
}

// submitted ends with the account of ours that submitted the message.
func (j *judge) submitted(from, why string, fields ...string) {
	if other := j.otherSubmitter(from); other != "" {
		j.end(Colleague, other, why+" The envelope or Sender names another of our addresses than From: that account acted under this name.", append(fields, "Return-Path", "Sender")...)
		return
	}
	if j.v.Manner != "" {
		why += " It was submitted by " + map[string]string{"mailbox": "a mailbox.", "SMTP AUTH": "a mail program with a password (SMTP AUTH)."}[j.v.Manner]
	}
	j.end(OwnAccount, from, why, fields...)
}

// otherSubmitter is the address of ours, other than From, that Sender or the envelope names.
func (j *judge) otherSubmitter(from string) string {
	var candidates []string
	for _, a := range j.m.Sender {
		candidates = append(candidates, a.Address)
	}
	for _, c := range append(candidates, j.m.ReturnPath) {
		if c != from && inDomains(unicodeDomain(evict.DomainOf(c)), j.own) {
			return c
		}
	}
	return ""
}

// theirs judges a message whose From is a correspondent's.
func (j *judge) theirs(from, domain string) {
	if !j.received() {
		return
	}
	switch {
	case j.signedBy(domain) || j.dmarcPass(domain):
		j.end(Correspondent, from, fmt.Sprintf("The receiver found the message allowed by %s, the domain that you know: it was sent with the correspondent's real account or systems, whoever did it.", domain), "Authentication-Results")
	case j.m.Auth.Forgeable:
		j.end(CannotTell, "", "No header that the sender could not have written says whether the sender was authenticated.", "Authentication-Results")
	case j.failed(domain):
		j.v.Imitates = from
		j.end(Spoof, "", "The message bears the correspondent's address, but "+j.checks()+".", "Authentication-Results")
	default:
		j.end(CannotTell, "", "The checks neither passed nor failed: "+j.checks()+".", "Authentication-Results")
	}
}

// stranger judges a message from a domain that is neither ours nor a correspondent's.
func (j *judge) stranger(from, name, domain string) {
	if known, how := j.resembles(domain); known != "" {
		j.v.Imitates = known
		why := fmt.Sprintf("The sender's domain %s is not %s: %s. No account of %s was used.", domain, known, how, known)
		if j.signedBy(domain) || j.dmarcPass(domain) {
			why += " It was sent with the rights of that other domain."
		}
		j.end(LookAlike, "", why, "From")
		return
	}
	for _, a := range j.m.ReplyTo {
		if known, how := j.resembles(unicodeDomain(evict.DomainOf(a.Address))); known != "" {
			j.v.Imitates = known
			j.end(LookAlike, "", fmt.Sprintf("Answers go to %s, whose domain is not %s: %s.", a.Address, known, how), "Reply-To")
			return
		}
	}
	if known := j.namedIn(name); known != "" {
		j.v.Imitates = known
		j.end(Outsider, "", fmt.Sprintf("The shown name contains %s, but the address is %s. No account of %s was used.", known, from, known), "From")
		return
	}
	j.end(Outsider, "", fmt.Sprintf("The address %s belongs to none of the domains given, and looks like none of them.", from), "From")
}

// received ends with "cannot tell" when the receiver's headers are missing.
func (j *judge) received() bool {
	if len(j.m.Hops) == 0 {
		j.end(CannotTell, "", "There is no Received header: this is a draft, a sent copy or a forward, not the message as it arrived. Save the original from the recipient's mailbox.", "Received")
		return false
	}
	return true
}

// resembles returns the known domain that the domain imitates.
func (j *judge) resembles(domain string) (known, how string) {
	if domain == "" || inDomains(domain, j.own) || inDomains(domain, j.partners) {
		return "", ""
	}
	for _, set := range []map[string]bool{j.own, j.partners} {
		for _, k := range sortedKeys(set) {
			if how := Resembles(domain, k); how != "" {
				return k, how
			}
		}
	}
	return "", ""
}

// namedIn returns a known address or domain that a display name pretends to be.
func (j *judge) namedIn(name string) string {
	name = strings.ToLower(name)
	for _, set := range []map[string]bool{j.correspondents, j.own, j.partners} {
		for _, k := range sortedKeys(set) {
			if strings.Contains(name, k) {
				return k
			}
		}
	}
	return ""
}

// answers warns when answers go somewhere else than to the shown sender.
func (j *judge) answers() {
	if len(j.m.From) == 0 {
		return
	}
	from := j.m.From[0].Address
	for _, a := range j.m.ReplyTo {
		if a.Address == "" || a.Address == from {
			continue
		}
		d := unicodeDomain(evict.DomainOf(a.Address))
		switch known, how := j.resembles(d); {
		case known != "":
			j.v.Warnings = append(j.v.Warnings, fmt.Sprintf("Answers go to %s: its domain only looks like %s (%s).", a.Address, known, how))
		case !sameOrganisation(d, unicodeDomain(evict.DomainOf(from))):
			j.v.Warnings = append(j.v.Warnings, fmt.Sprintf("Answers go to %s, another domain than the sender's.", a.Address))
		}
	}
}

// end sets the outcome with its reason and those of the fields that are present.
func (j *judge) end(o Outcome, account, why string, fields ...string) {
	j.v.Outcome, j.v.Account = o, account
	r := Reason{Text: why}
	for _, name := range fields {
		if f, ok := j.m.Field(name); ok {
			r.Fields = append(r.Fields, Field{f.Name, f.Forgeable})
		}
	}
	j.v.Reasons = append(j.v.Reasons, r)
}

// trusted returns the header's value and whether its writer is not the sender.
func (j *judge) trusted(name string) (string, bool) {
	f, ok := j.m.Field(name)
	return f.Value, ok && !f.Forgeable
}

func (j *judge) handover() *records.Hop {
	if j.m.Handover < 0 {
		return nil
	}
	return &j.m.Hops[j.m.Handover]
}

// signedBy reports a right signature of the domain's organisation, as the receiver found.
func (j *judge) signedBy(domain string) bool {
	return !j.m.Auth.Forgeable && slices.ContainsFunc(j.m.Auth.DKIMDomains, func(d string) bool { return sameOrganisation(unicodeDomain(d), domain) })
}

func (j *judge) dmarcPass(domain string) bool {
	return !j.m.Auth.Forgeable && j.m.Auth.DMARC == "pass" && sameOrganisation(unicodeDomain(j.m.Auth.DMARCDomain), domain)
}

// failed reports that the receiver looked, and found neither a right signature nor an allowed server of the domain.
func (j *judge) failed(domain string) bool {
	a := &j.m.Auth
	if a.Forgeable || a.SPF == "" && a.DKIM == "" && a.DMARC == "" {
		return false
	}
	spf := a.SPF == "pass" && sameOrganisation(unicodeDomain(a.SPFDomain), domain)
	return !spf && !j.signedBy(domain) && a.DMARC != "pass" && a.DMARC != "bestguesspass"
}

// checks words the receiver's results.
func (j *judge) checks() string {
	a := &j.m.Auth
	word := func(s string) string {
		if s == "" {
			return "not recorded"
		}
		return s
	}
	return fmt.Sprintf("SPF %s, DKIM %s, DMARC %s", word(a.SPF), word(a.DKIM), word(a.DMARC))
}

func isDaemon(address string) bool {
	local, _, _ := strings.Cut(address, "@")
	return local == "postmaster" || local == "mailer-daemon" || strings.HasPrefix(local, "microsoftexchange")
}

func sortedKeys(set map[string]bool) []string {
	keys := make([]string, 0, len(set))
	for k := range set {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func inDomains(domain string, set map[string]bool) bool {
	for domain != "" {
		if set[domain] {
			return true
		}
		_, domain, _ = strings.Cut(domain, ".")
	}
	return false
}

// HandoverAddress is the address from which the receiver's servers took the
// message: the only one in it that the sender cannot invent. Invalid when the
// message never left the receiver's servers or has no Received header.
func HandoverAddress(m records.Mail) netip.Addr {
	if m.Handover < 0 {
		return netip.Addr{}
	}
	return m.Hops[m.Handover].Addr
}
