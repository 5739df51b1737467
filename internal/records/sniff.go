package records

import (
	"bytes"
	"io"
	"strings"
	"unicode/utf8"

	"evict"
)

type encoding uint8

const (
	utf8Text encoding = iota
	utf16LE
	utf16BE
)

// encodingOf finds the encoding and the length of the byte order mark. UTF-16
// without a mark is told by where its NULs stand (exports of Exchange's
// historical search are so).
func encodingOf(b []byte) (enc encoding, bom int) {
	switch {
	case bytes.HasPrefix(b, []byte("\xef\xbb\xbf")):
		return utf8Text, 3
	case bytes.HasPrefix(b, []byte("\xff\xfe")):
		return utf16LE, 2
	case bytes.HasPrefix(b, []byte("\xfe\xff")):
		return utf16BE, 2
	}
	b = b[:min(len(b), 4096)&^1]
	var nul [2]int
	for i, c := range b {
		if c == 0 {
			nul[i&1]++
		}
	}
	half := len(b) / 2
	switch {
	case half < 4:
	case nul[1] > half*6/10 && nul[0] < half/20+1:
		return utf16LE, 0
	case nul[0] > half*6/10 && nul[1] < half/20+1:
		return utf16BE, 0
	}
	return utf8Text, 0
}

// sniff decides on the layout from what fill has read, and names the format
// after the first record that a family knows.
func (s *Source) sniff() {
	window := s.buf[:min(len(s.buf), sniffSize)]
	for _, l := range layoutsOf(window) {
		s.layout = l
		if name := s.probe(window); name != "" {
			s.format = name
			s.at = l.header
			return
		}
	}
	s.layout = layout{}
	if s.err == io.EOF && emptyAnswer(s.buf) {
		s.format, s.at = emptyFormat, len(s.buf)
		return
	}
	s.format = "not evidence"
	s.notice = &Reject{0, reasonOf(window)}
}

// reasonOf says why an item is no evidence.
func reasonOf(b []byte) string {
	switch b = bytes.TrimSpace(b); {
	case len(b) == 0:
		return "empty"
	case bytes.HasPrefix(b, []byte("PK\x03\x04")):
		return "a workbook or archive, not text: export it as CSV or JSON"
	case bytes.HasPrefix(b, []byte("<Objs")):
		return "PowerShell CLIXML: export it with ConvertTo-Json or Export-Csv"
	case bytes.HasPrefix(b, []byte("<")):
		return "XML or HTML: export it as CSV or JSON"
	case bytes.IndexByte(b, 0) >= 0 || !utf8.Valid(b[:validEnd(b)]):
		return "not text"
	}
	return "not evidence: no record of a known kind in it"
}

// validEnd leaves out a rune that the end of the window cuts in two.
func validEnd(b []byte) int {
	for n := len(b); n > len(b)-utf8.UTFMax && n > 0; n-- {
		if utf8.RuneStart(b[n-1]) {
			if !utf8.FullRune(b[n-1:]) {
				return n - 1
			}
			break
		}
	}
	return len(b)
}

// layoutsOf returns the layouts that an item may have, the likeliest first.
func layoutsOf(b []byte) []layout {
	text := bytes.TrimLeft(b, " \t\r\n\x1e")
	if len(text) == 0 {
		return nil
	}
	var out []layout
	switch {
	case text[0] == '{' || text[0] == '[':
		return append(out, layout{kind: jsonValues})
	case mailLike(text):
		out = append(out, layout{kind: mailText})
	}
	if l, ok := headerOf(b); ok {
		out = append(out, l)
	}
	// A text may stand before the first record: a PowerShell warning, a log line.
	return append(out, layout{kind: jsonValues})
}

// mailLike reports the headers of a message.
func mailLike(b []byte) bool {
	known := 0
	for range 60 {
		line, rest, _ := bytes.Cut(b, []byte("\n"))
		line = bytes.TrimRight(line, "\r")
		if len(line) == 0 {
			break
		}
		if line[0] != ' ' && line[0] != '\t' {
			name, _, ok := strings.Cut(string(line), ":")
			if !ok || strings.ContainsAny(name, " ,\"{") {
				return false
			}
			switch strings.ToLower(name) {
			case "received", "return-path", "from", "to", "subject", "message-id", "date", "mime-version", "authentication-results":
				known++
			}
		}
		b = rest
	}
	return known >= 3
}

// probe reads the window with the present layout; "" if no family knows a record of it.
func (s *Source) probe(window []byte) string {
	p := &Source{r: bytes.NewReader(nil), err: io.EOF, buf: bytes.Clone(window), at: s.layout.header, layout: s.layout}
	if s.layout.kind == mailText {
		return mailFormat
	}
	a := &arena{}
	format := ""
	var days dayEvidence
	for n := 0; n < 2000; {
		b, err := p.Next()
		if err != nil {
			break
		}
		for _, sp := range b.spans {
			n++
			a.reset()
			v, _ := p.value(b.text[sp.at:sp.at+sp.len], a)
			v = unwrap(v, a)
			f := familyOf(v)
			if f == nil {
				continue
			}
			if format == "" {
				format = formatOf(f, v, p.layout.kind)
			}
			days.see(v)
		}
	}
	s.order = days.order()
	if format != "" {
		s.first = p.first
	}
	return format
}

// formatOf names kind and container.
func formatOf(f *family, v value, k layoutKind) string {
	name := f.name
	csv := k == csvRows
	if name == "ual" {
		switch {
		case v.get("auditData").exists():
			return "graph-audit-json"
		case !v.find("AuditData").exists() && !csv:
			return "ual-json"
		case csv && v.has("_raw"):
			return "ual-csv-siem"
		case csv && v.has("RecordId"):
			return "ual-csv-portal"
		case csv && v.has("ResultIndex"):
			return "ual-csv-cmdlet"
		case csv && v.has("UserIds"):
			return "ual-csv-portal-old"
		case csv:
			return "ual-csv"
		}
		return "mes-json"
	}
	if csv {
		return name + "-csv"
	}
	return name + "-json"
}

// dayEvidence learns from a file's own dates whether it writes the day or the month first.
type dayEvidence struct{ day, month int }

func (d *dayEvidence) see(v value) {
	for _, x := range v.fields {
		if !x.isString() {
			continue
		}
		s := x.raw()
		if len(s) < 8 || len(s) > 40 || s[0]-'0' > 9 {
			continue
		}
		c := cursor{s: strings.TrimSpace(s)}
		a, w1 := c.digits()
		if w1 == 0 || w1 > 2 || !c.take('/') && !c.take('.') {
			continue
		}
		b, w2 := c.digits()
		if w2 == 0 || w2 > 2 || !c.take('/') && !c.take('.') {
			continue
		}
		switch {
		case a > 12 && a <= 31 && b <= 12:
			d.day++
		case b > 12 && b <= 31 && a <= 12:
			d.month++
		}
	}
}

// order is known only if the file does not contradict itself.
func (d *dayEvidence) order() dayOrder {
	switch {
	case d.day > 0 && d.month == 0:
		return dayFirst
	case d.month > 0 && d.day == 0:
		return monthFirst
	}
	return unknownOrder
}

// mailFormat is the format of a message saved as .eml.
const mailFormat = "mail-headers"

// rowTime reads a row's own date, which is only good where the record has none.
func (d *Decoder) rowTime(v value) evict.Time {
	return d.time(v.find("CreationDate", "createdDateTime", "TimeGenerated", "Date").str())
}
