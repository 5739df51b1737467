package records

import (
	"bufio"
	"bytes"
	"io"
	"mime"
	"net/mail"
	"net/netip"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"

	"evict"
)

// Mail is what the headers of one message say. A header can be written by
// anybody on the way, so what the verdict may rest on is told apart by Forgeable.
type Mail struct {
	From, Sender, ReplyTo, To []MailAddress
	ReturnPath                string // envelope sender as the last server wrote it; "<>" for a bounce, "" when absent
	Subject, ID               string
	Date                      evict.Time // the sender's clock
	Report                    bool       // multipart/report: a bounce or receipt
	Hops                      []Hop      // newest first
	// Handover is the index in Hops of the first hop that took the message from
	// a host outside the receiver's own servers; -1 when there is none.
	Handover  int
	Microsoft bool // received by Exchange Online
	Mapi      bool // a trusted hop says that a mailbox submitted it ("with mapi")
	Auth      Authentication
	AuthAs    string // X-MS-Exchange-Organization-AuthAs: Internal, Anonymous, Partner
	// CrossTenantAuthAs and CrossTenantID are what the Microsoft tenant that
	// sent or first took the message wrote of it.
	CrossTenantAuthAs, CrossTenantID string
	Fields                           []HeaderField // every header that matters, with its worth
	Truncated                        bool          // the headers did not end within the limit
}

// MailAddress is one address of a header, decoded; Address is lower-cased.
type MailAddress struct{ Name, Address string }

// Hop is one Received header.
type Hop struct {
	From, By string // host names as recorded, lower-cased
	Addr     netip.Addr
	With     string
	Time     evict.Time
	Trusted  bool // written by the receiver's own servers
}

// Authentication is the receiver's own judgement of SPF, DKIM and DMARC, each
// lower-cased: pass, fail, none ... with the domain that it is about.
type Authentication struct {
	SPF, SPFDomain     string
	DKIM               string
	DKIMDomains        []string // domains whose signature was right
	DMARC, DMARCDomain string
	Composite          string // compauth of Exchange Online
	Forgeable          bool   // not written by the receiver, as far as the headers show
}

// HeaderField is one header as recorded, and whether whoever sent the message could have written it himself.
type HeaderField struct {
	Name, Value string
	Forgeable   bool
}

// Field returns the first field of the name, compared without case.
func (m *Mail) Field(name string) (HeaderField, bool) {
	for _, f := range m.Fields {
		if strings.EqualFold(f.Name, name) {
			return f, true
		}
	}
	return HeaderField{}, false
}

const (
	maxHeaderBytes = 1 << 20
	maxHeaders     = 2000
)

// mattering are the headers that Mail.Fields keeps, besides every Received.
var mattering = map[string]bool{
	"from": true, "sender": true, "reply-to": true, "to": true, "return-path": true, "subject": true, "date": true, "message-id": true,
	"authentication-results": true, "authentication-results-original": true, "arc-authentication-results": true, "arc-seal": true, "received-spf": true, "dkim-signature": true,
	"x-ms-exchange-organization-authas": true, "x-ms-exchange-organization-authsource": true, "x-ms-exchange-organization-authmechanism": true,
	"x-ms-exchange-crosstenant-authas": true, "x-ms-exchange-crosstenant-authsource": true, "x-ms-exchange-crosstenant-id": true, "x-ms-exchange-crosstenant-fromentityheader": true,
	"x-ms-exchange-organization-messagedirectionality": true, "x-originating-ip": true, "x-mailer": true, "user-agent": true,
}

// ReadMessage reads the headers of a message saved as .eml. It fails on a read
// error, and on text in which no header can be found.
func ReadMessage(r io.Reader) (Mail, error) {
	fields, truncated, err := readHeaders(r)
	if err != nil {
		return Mail{}, err
	}
	m := Mail{Handover: -1, Truncated: truncated}
	for _, f := range fields {
		m.header(f.Name, f.Value)
	}
	m.trust()
	for _, f := range fields {
		if name := strings.ToLower(f.Name); mattering[name] || name == "received" {
			m.Fields = append(m.Fields, f)
		}
	}
	m.mark(fields)
	return m, nil
}

// errNoHeaders says that the text is no mail.
type errNoHeaders struct{}

func (errNoHeaders) Error() string { return "no mail headers found" }

// readHeaders splits the header block. Lines that are no header are skipped,
// as mail servers do; folded lines are joined by one blank.
func readHeaders(r io.Reader) (fields []HeaderField, truncated bool, err error) {
	br := bufio.NewReader(io.LimitReader(r, maxHeaderBytes))
	read := 0
	for {
		line, err := br.ReadBytes('\n')
		read += len(line)
		if read == len(line) {
			line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
		}
		text := strings.TrimRight(string(line), "\r\n")
		switch {
		case text == "" && len(fields) > 0 && len(line) > 0:
			return fields, false, nil
		case text == "":
		case (text[0] == ' ' || text[0] == '\t') && len(fields) > 0:
			f := &fields[len(fields)-1]
			f.Value += " " + strings.TrimSpace(text)
		default:
			name, value, ok := strings.Cut(text, ":")
			if name = strings.TrimRight(name, " \t"); ok && name != "" && !strings.ContainsAny(name, " \t<>\"") && len(fields) < maxHeaders {
				fields = append(fields, HeaderField{Name: name, Value: strings.TrimSpace(value)})
			}
		}
		if err == io.EOF {
			if len(fields) == 0 {
				return nil, false, errNoHeaders{}
			}
			return fields, read >= maxHeaderBytes, nil
		}
		if err != nil {
			return nil, false, err
		}
	}
}

// header takes one header into m. The first of a kind counts: later ones stand
// lower in the message and were there before.
func (m *Mail) header(name, value string) {
	first := func(p *string) {
		if *p == "" {
			*p = value
		}
	}
	list := func(p *[]MailAddress) { *p = append(*p, parseAddresses(value)...) }
	switch strings.ToLower(name) {
	case "from":
		list(&m.From)
	case "sender":
		list(&m.Sender)
	case "reply-to":
		list(&m.ReplyTo)
	case "to":
		list(&m.To)
	case "return-path":
		if m.ReturnPath == "" {
			if m.ReturnPath = strings.ToLower(strings.Trim(value, "<> ")); m.ReturnPath == "" {
				m.ReturnPath = "<>"
			}
		}
	case "subject":
		if m.Subject == "" {
			m.Subject = decodeWords(value)
		}
	case "message-id":
		first(&m.ID)
	case "date":
		if t, err := mail.ParseDate(value); err == nil && !m.Date.Set {
			m.Date = evict.At(t.UTC(), evict.Second)
		}
	case "content-type":
		m.Report = m.Report || strings.HasPrefix(strings.ToLower(value), "multipart/report")
	case "received":
		m.Hops = append(m.Hops, parseReceived(value))
	case "x-ms-exchange-organization-authas":
		first(&m.AuthAs)
	case "x-ms-exchange-crosstenant-authas":
		first(&m.CrossTenantAuthAs)
	case "x-ms-exchange-crosstenant-id":
		first(&m.CrossTenantID)
	}
}

// trust walks the Received headers from the newest and stops where the message
// came from a host that is not the receiver's: what stands below is the sender's word.
func (m *Mail) trust() {
	if len(m.Hops) == 0 {
		return
	}
	m.Microsoft = microsoftHost(m.Hops[0].By)
	for i := range m.Hops {
		h := &m.Hops[i]
		if i > 0 && !m.own(h.By) {
			return
		}
		h.Trusted = true
		m.Mapi = m.Mapi || strings.HasPrefix(h.With, "mapi")
		if h.From == "" && !h.Addr.IsValid() {
			continue // handed on inside one server
		}
		if !m.internal(h) {
			m.Handover = i
			return
		}
	}
}

// own reports whether the host is one of the receiver's servers by its name.
func (m *Mail) own(host string) bool {
	if m.Microsoft {
		return microsoftHost(host)
	}
	a, b := organisation(m.Hops[0].By), organisation(host)
	return a != "" && a == b
}

// internal reports whether the hop's sending side is one of the receiver's
// servers: its name, which the other side gives, and its address, which it cannot choose.
func (m *Mail) internal(h *Hop) bool {
	if !m.own(h.From) {
		return false
	}
	if !h.Addr.IsValid() {
		return true
	}
	a := h.Addr
	return a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() || m.Microsoft && MicrosoftNetwork(a)
}

// microsoftHost reports whether the name is one of Exchange Online's servers.
func microsoftHost(host string) bool {
	for _, suffix := range []string{".outlook.com", ".office365.us", ".outlook.office365.us", ".partner.outlook.cn"} {
		if strings.HasSuffix(host, suffix) {
			return true
		}
	}
	return false
}

// organisation is the registrable domain of a host name, "" for an address or a bare name.
func organisation(host string) string {
	if _, err := netip.ParseAddr(host); err == nil {
		return ""
	}
	d, err := publicsuffix.EffectiveTLDPlusOne(strings.TrimSuffix(host, "."))
	if err != nil {
		return ""
	}
	return d
}

// mark decides which of the headers the sender could have written, and takes
// the receiver's authentication results.
func (m *Mail) mark(all []HeaderField) {
	handedOver := m.handoverPosition(all)
	atFirst := map[string]int{} // position of the first of a name
	for i, f := range all {
		name := strings.ToLower(f.Name)
		if _, seen := atFirst[name]; !seen {
			atFirst[name] = i
		}
	}
	results, ok := atFirst["authentication-results"]
	m.Auth.Forgeable = true
	if ok {
		server := m.Auth.parse(all[results].Value)
		switch {
		case len(m.Hops) == 0:
		case m.Microsoft:
			// Exchange Online renames results that come from outside to
			// Authentication-Results-Original, and names no server or its own.
			m.Auth.Forgeable = server != "" && !microsoftHost(server) && server != "mx.microsoft.com"
		default:
			m.Auth.Forgeable = !m.own(server) || results > handedOver
		}
	}
	// Exchange Online takes X-MS-Exchange-Organization-* away from mail that
	// comes from outside. X-MS-Exchange-CrossTenant-* is written by the tenant
	// that sends; it is as good as the handover: only Microsoft's servers keep it true.
	fromMicrosoft := m.Handover >= 0 && MicrosoftNetwork(m.Hops[m.Handover].Addr) || m.Handover < 0 && m.Microsoft
	hop, seen := 0, map[string]bool{}
	for i := range m.Fields {
		f := &m.Fields[i]
		name := strings.ToLower(f.Name)
		firstOfName := !seen[name]
		seen[name] = true
		switch {
		case name == "received":
			f.Forgeable = !m.Hops[hop].Trusted
			hop++
		case name == "authentication-results":
			f.Forgeable = m.Auth.Forgeable || !firstOfName
		case strings.HasPrefix(name, "x-ms-exchange-organization-"):
			f.Forgeable = !m.Microsoft || !firstOfName
		case strings.HasPrefix(name, "x-ms-exchange-crosstenant-"):
			f.Forgeable = !fromMicrosoft && !m.Microsoft || !firstOfName
		default:
			f.Forgeable = true
		}
	}
}

// handoverPosition is the index among all headers of the Received at the
// handover; -1 when there is none.
func (m *Mail) handoverPosition(all []HeaderField) int {
	hop := -1
	for i, f := range all {
		if strings.EqualFold(f.Name, "received") {
			if hop++; hop == m.Handover {
				return i
			}
		}
	}
	return -1
}

// parse reads an Authentication-Results value and returns the server that it names, if any.
func (a *Authentication) parse(value string) (server string) {
	for i, part := range strings.Split(dropComments(value), ";") {
		words := strings.Fields(strings.ToLower(part))
		if len(words) == 0 {
			continue
		}
		method, result, ok := strings.Cut(words[0], "=")
		if !ok {
			if i == 0 {
				server = words[0]
			}
			continue
		}
		switch method {
		case "spf":
			if a.SPF == "" {
				a.SPF, a.SPFDomain = result, domainPart(property(words, "smtp.mailfrom", "smtp.helo"))
			}
		case "dkim":
			if a.DKIM == "" || result == "pass" {
				a.DKIM = result
			}
			if d := domainPart(property(words, "header.d", "header.i")); result == "pass" && d != "" {
				a.DKIMDomains = append(a.DKIMDomains, d)
			}
		case "dmarc":
			if a.DMARC == "" {
				a.DMARC, a.DMARCDomain = result, domainPart(property(words, "header.from"))
			}
		case "compauth":
			a.Composite = result
		}
	}
	return server
}

// property returns the value of the first of the names among the words "name=value".
func property(words []string, names ...string) string {
	for _, name := range names {
		for _, w := range words {
			if v, ok := strings.CutPrefix(w, name+"="); ok {
				return v
			}
		}
	}
	return ""
}

func domainPart(s string) string {
	if i := strings.LastIndexByte(s, '@'); i >= 0 {
		s = s[i+1:]
	}
	return strings.Trim(s, "<>.")
}

// dropComments removes what stands in parentheses, nested ones too.
func dropComments(s string) string {
	var b strings.Builder
	depth := 0
	for _, c := range s {
		switch {
		case c == '(':
			depth++
		case c == ')' && depth > 0:
			depth--
		case depth == 0:
			b.WriteRune(c)
		}
	}
	return b.String()
}

// parseReceived reads one Received value: from HOST (... [ADDR]) by HOST ... with PROTOCOL ...; TIME.
func parseReceived(value string) Hop {
	var h Hop
	clauses := value
	if i := strings.LastIndexByte(value, ';'); i >= 0 {
		clauses = value[:i]
		if t, err := mail.ParseDate(strings.TrimSpace(dropComments(value[i+1:]))); err == nil {
			h.Time = evict.At(t.UTC().Truncate(time.Second), evict.Second)
		}
	}
	rest, by, hasBy := cutWord(clauses, "by")
	if from, ok := strings.CutPrefix(strings.TrimSpace(rest), "from "); ok {
		h.From = hostWord(from)
		h.Addr = bracketAddr(from)
	} else if !hasBy {
		return h
	}
	h.By = hostWord(by)
	if _, with, ok := cutWord(by, "with"); ok {
		h.With = strings.ToLower(strings.TrimSpace(with))
	}
	return h
}

// cutWord cuts s around the first occurrence of the word outside parentheses.
func cutWord(s, word string) (before, after string, found bool) {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '(':
			depth++
		case ')':
			if depth > 0 {
				depth--
			}
		default:
			end := i + len(word)
			if depth == 0 && (i == 0 || s[i-1] == ' ') && end < len(s) && s[end] == ' ' && strings.EqualFold(s[i:end], word) {
				return s[:i], s[end+1:], true
			}
		}
	}
	return s, "", false
}

func hostWord(s string) string {
	words := strings.Fields(s)
	if len(words) == 0 {
		return ""
	}
	return strings.ToLower(strings.Trim(words[0], "[]();,."))
}

// bracketAddr finds the address that the receiving server recorded: in
// brackets, else the first one in parentheses. The last bracketed one counts,
// because a greeting may hold brackets of its own.
func bracketAddr(s string) netip.Addr {
	var found netip.Addr
	comment := ""
	if i := strings.IndexByte(s, '('); i >= 0 {
		comment = s[i:]
	}
	for _, word := range strings.FieldsFunc(comment, func(r rune) bool { return strings.ContainsRune("()[] ,", r) }) {
		word = strings.TrimPrefix(strings.TrimPrefix(word, "IPv6:"), "ip=")
		if a, err := netip.ParseAddr(word); err == nil {
			found = a.Unmap().WithZone("")
		}
	}
	if !found.IsValid() {
		if a, err := netip.ParseAddr(strings.TrimPrefix(hostWord(s), "ipv6:")); err == nil {
			found = a.Unmap().WithZone("")
		}
	}
	return found
}

// parseAddresses reads an address list, tolerant of what the mail grammar forbids.
func parseAddresses(value string) []MailAddress {
	parser := mail.AddressParser{WordDecoder: &wordDecoder}
	if list, err := parser.ParseList(value); err == nil {
		out := make([]MailAddress, len(list))
		for i, a := range list {
			out[i] = MailAddress{a.Name, strings.ToLower(a.Address)}
		}
		return out
	}
	var out []MailAddress
	for _, part := range strings.Split(value, ",") {
		a := MailAddress{Address: strings.TrimSpace(part)}
		if i, j := strings.LastIndexByte(part, '<'), strings.LastIndexByte(part, '>'); i >= 0 && j > i {
			a = MailAddress{decodeWords(strings.Trim(part[:i], `" `)), strings.TrimSpace(part[i+1 : j])}
		}
		if a.Address = strings.ToLower(a.Address); strings.Contains(a.Address, "@") || a.Name != "" {
			out = append(out, a)
		}
	}
	return out
}

var wordDecoder = mime.WordDecoder{CharsetReader: func(_ string, r io.Reader) (io.Reader, error) { return r, nil }}

func decodeWords(s string) string {
	if d, err := wordDecoder.DecodeHeader(s); err == nil {
		return d
	}
	return s
}

// mailKey is the field under which a whole message is presented as a record.
const mailKey = "message/rfc822"

// mailValue presents the text of a message as a record with one field.
func mailValue(raw string, a *arena) value {
	self := uint32(len(a.nodes))
	a.nodes = append(a.nodes,
		node{text: raw, kind: objectNode, next: self + 3},
		node{text: mailKey, kind: stringNode, next: foldedHash(mailKey)},
		node{text: raw, kind: stringNode, next: self + 3})
	return value{a, self}
}

func isMail(v value) bool { return v.get(mailKey).exists() }

// decodeMail makes a message saved as .eml an event of those whose addresses
// it bears. Who really sent it is for package message to judge.
func (d *Decoder) decodeMail(v value, e *evict.Event) bool {
	m, err := ReadMessage(strings.NewReader(v.get(mailKey).str()))
	if err != nil {
		return false
	}
	e.Kind, e.Op = evict.MailContent, "Message"
	e.Flags |= evict.Observed
	e.Time = m.Date
	if len(m.Hops) > 0 && m.Hops[0].Time.Set {
		e.Time = m.Hops[0].Time // the receiver's clock, not the sender's
	}
	t := &evict.Trace{Message: evict.Message{ID: m.ID, Subject: m.Subject}}
	if len(m.From) > 0 {
		t.Sender = m.From[0].Address
	}
	var to []string
	for _, a := range m.To {
		to = append(to, a.Address)
	}
	if len(to) == 1 {
		t.Recipient = to[0]
	}
	if m.Handover >= 0 {
		e.Origin.Addr = m.Hops[m.Handover].Addr
		t.FromIP = e.Origin.Addr.String()
	}
	for _, f := range m.Fields {
		name := f.Name
		if f.Forgeable {
			name += " (forgeable)"
		}
		t.Extra = append(t.Extra, evict.Field{Name: name, Value: f.Value})
	}
	e.Detail = t
	d.mailParties(e, t.Sender, strings.Join(to, ";"))
	return len(e.Subjects) > 0
}
