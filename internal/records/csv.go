package records

import (
	"bytes"
	"io"
	"strings"
	"unicode/utf8"

	"evict"
)

// row is one scanned CSV row.
type row struct {
	end    int // behind its line end
	fields int
	stray  bool // a quoted field goes on behind a quote
	bare   bool // a quote stands in a field without quotes around it
	lines  bool // a field holds a line end
	open   bool // the text ended inside a quoted field, or without a line end
}

// scanRow finds the end of the row that begins at from. A quote inside a quoted
// field that is neither doubled nor at the field's end is taken as text.
func scanRow(b []byte, from int, comma byte) row {
	r := row{fields: 1}
	i := from
	for {
		if i < len(b) && b[i] == '"' {
			i++
			for {
				j := bytes.IndexByte(b[i:], '"')
				if j < 0 {
					r.end, r.open = len(b), true
					r.lines = r.lines || bytes.IndexByte(b[i:], '\n') >= 0
					return r
				}
				if !r.lines && bytes.IndexByte(b[i:i+j], '\n') >= 0 {
					r.lines = true
				}
				i += j + 1
				if i >= len(b) {
					r.end, r.open = i, true
					return r
				}
				c := b[i]
				if c == '"' {
					i++
					continue
				}
				if c == comma || c == '\n' || c == '\r' {
					break
				}
				r.stray = true
			}
		}
		for i < len(b) && b[i] != comma && b[i] != '\n' {
			r.bare = r.bare || b[i] == '"'
			i++
		}
		if i >= len(b) {
			r.end, r.open = i, true
			return r
		}
		i++
		if b[i-1] == '\n' {
			r.end = i
			return r
		}
		r.fields++
	}
}

// cutRow frames one CSV row. A row that a stray quote makes swallow the
// following ones is cut where a line looks like a row again.
func (s *Source) cutRow() (piece, error) {
	for {
		for s.at < len(s.buf) && (s.buf[s.at] == '\n' || s.buf[s.at] == '\r') {
			s.at++
		}
		if s.at < len(s.buf) {
			break
		}
		if !s.more() {
			return piece{}, io.EOF
		}
	}
	from := s.at
	r := scanRow(s.buf, from, s.layout.comma)
	for r.open && len(s.buf)-from < maxRecord && s.more() {
		// Rows are short: scanning anew costs less than keeping where one was.
		// A long one is read in ever larger steps.
		s.fill(2 * (len(s.buf) - from))
		r = scanRow(s.buf, from, s.layout.comma)
	}
	if r.lines && (r.stray || r.open || r.fields != len(s.layout.columns)) {
		if at := s.rowStart(from, r.end); at > 0 {
			s.at = at
			return piece{from: from, to: trimLine(s.buf, from, at), damaged: true}, nil
		}
	}
	if r.open && r.end-from >= maxRecord {
		return piece{}, s.skipFrom(from, skipRow)
	}
	s.at = r.end
	to := trimLine(s.buf, from, r.end)
	if to-from > maxRecord {
		return piece{from: from, to: to, reject: tooLong}, nil
	}
	return piece{from: from, to: to, damaged: r.stray || r.open && r.lines}, nil
}

// trimLine is the end of a line without its line end.
func trimLine(b []byte, from, to int) int {
	for to > from && (b[to-1] == '\n' || b[to-1] == '\r') {
		to--
	}
	return to
}

// rowStart finds the first line after from that is a whole and faultless row;
// -1 if there is none. What it may cost is bounded: then the piece is given up as one.
func (s *Source) rowStart(from, to int) int {
	budget := 4*(to-from) + 1<<20
	for i := from; ; {
		j := bytes.IndexByte(s.buf[i:to], '\n')
		if j < 0 || budget < 0 {
			return -1
		}
		i += j + 1
		if i >= to {
			return -1
		}
		// A line that begins like no first field is no row.
		if !s.likeFirst(s.buf[i:to]) {
			continue
		}
		r := scanRow(s.buf[:min(to, i+maxRow)], i, s.layout.comma)
		budget -= r.end - i
		if r.fields == len(s.layout.columns) && !r.stray && !r.bare && (!r.open || !r.lines && r.end == to) {
			return i
		}
	}
}

// rowAfter finds a row in what follows a piece that was too long, and says how
// much of the buffer to keep if there is none yet: the last line may be the beginning of one.
func (s *Source) rowAfter() (at, keep int) {
	if at = s.rowStart(0, len(s.buf)); at >= 0 {
		return at, 0
	}
	keep = len(s.buf) - 1 - bytes.LastIndexByte(s.buf, '\n')
	if keep > maxRow || keep == len(s.buf) {
		return -1, 0
	}
	return -1, keep + 1 // with the line end before it
}

// maxRow bounds how far a row is looked at to say that it is one.
const maxRow = 1 << 20

// likeFirst reports whether a line can be the beginning of a row.
func (s *Source) likeFirst(line []byte) bool {
	if len(line) == 0 || line[0] == s.layout.comma || line[0] == '}' || line[0] == ' ' || line[0] == '\t' {
		return false
	}
	return true
}

// row presents a CSV row as an object of strings. Fields beyond the header have no name and are left out.
func (l *layout) row(raw string, a *arena) (value, string) {
	why := ""
	self := uint32(len(a.nodes))
	a.nodes = append(a.nodes, node{text: raw, kind: objectNode})
	i, n := 0, 0
	for {
		text, code, next, ok := field(raw, i, l.comma)
		if !ok && why == "" {
			why = "a quoted field does not end"
		}
		if n < len(l.columns) && l.columns[n] != "" {
			a.nodes = append(a.nodes, node{text: l.columns[n], kind: stringNode, next: foldedHash(l.columns[n])})
			a.nodes = append(a.nodes, node{text: text, kind: stringNode, code: code, next: uint32(len(a.nodes) + 1)})
		}
		n++
		if next < 0 {
			break
		}
		i = next
	}
	a.nodes[self].next = uint32(len(a.nodes))
	if !utf8.ValidString(raw) {
		a.flags |= evict.InvalidUTF8
	}
	return value{a, self}, why
}

// field reads the field at i; next is where the following one begins, -1 after the last.
func field(s string, i int, comma byte) (text string, code uint8, next int, ok bool) {
	if i >= len(s) || s[i] != '"' {
		j := strings.IndexByte(s[i:], comma)
		if j < 0 {
			return s[i:], plainText, -1, true
		}
		return s[i : i+j], plainText, i + j + 1, true
	}
	i++
	start := i
	for {
		j := strings.IndexByte(s[i:], '"')
		if j < 0 {
			return s[start:], code, -1, false
		}
		i += j + 1
		if i >= len(s) {
			return s[start : i-1], code, -1, true
		}
		switch c := s[i]; c {
		case '"':
			code = csvText
			i++
		case comma:
			return s[start : i-1], code, i + 1, true
		case '\r', '\n':
			return s[start : i-1], code, -1, true
		default:
			code = csvText
		}
	}
}

// headerOf reads the header line of a CSV item: the columns, and how many
// bytes stand before the first row. PowerShell's "#TYPE" and Excel's "sep="
// lines may come before it.
func headerOf(b []byte) (layout, bool) {
	l := layout{kind: csvRows}
	at := 0
	for at < len(b) {
		end := bytes.IndexByte(b[at:], '\n')
		if end < 0 {
			end = len(b)
		} else {
			end += at + 1
		}
		line := bytes.TrimSpace(b[at:end])
		if len(line) == 0 || bytes.HasPrefix(line, []byte("#TYPE")) {
			at = end
			continue
		}
		if len(line) == 5 && bytes.EqualFold(line[:4], []byte("sep=")) {
			l.comma = line[4]
			at = end
			continue
		}
		if len(line) > 64<<10 || bytes.IndexByte(line, 0) >= 0 {
			return l, false
		}
		if l.comma == 0 {
			l.comma = commaOf(line)
		}
		for i := 0; i >= 0; {
			text, code, next, ok := field(string(line), i, l.comma)
			if !ok {
				return l, false
			}
			if code == csvText {
				text = strings.ReplaceAll(text, `""`, `"`)
			}
			l.columns = append(l.columns, strings.Join(strings.Fields(text), " "))
			i = next
		}
		l.header = end
		return l, len(l.columns) > 1 || strings.EqualFold(l.columns[0], "AuditData")
	}
	return l, false
}

// commaOf finds what parts the fields of a header: what occurs most often outside quotes.
func commaOf(line []byte) byte {
	best, most := byte(','), 0
	for _, c := range []byte{',', ';', '\t', '|'} {
		n, quoted := 0, false
		for _, b := range line {
			if b == '"' {
				quoted = !quoted
			} else if b == c && !quoted {
				n++
			}
		}
		if n > most {
			best, most = c, n
		}
	}
	return best
}
