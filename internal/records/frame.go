package records

import (
	"bytes"
	"io"
)

// cutLine frames one line of NDJSON. A line that is not one whole object or
// array makes the rest of the item be framed by brackets, unless the next line
// begins an object again: then only this line is broken.
func (s *Source) cutLine() (piece, error) {
	if !s.blanks() {
		return piece{}, io.EOF
	}
	from := s.at
	n := from
	end := -1
	for end < 0 {
		if i := bytes.IndexByte(s.buf[n:], '\n'); i >= 0 {
			end = n + i
			break
		}
		n = len(s.buf)
		if n-from > maxRecord {
			return piece{}, s.skipFrom(from, skipLine)
		}
		if !s.more() {
			end = len(s.buf)
		}
	}
	if end-from > maxRecord {
		s.at = end
		return piece{from: from, to: end, reject: tooLong}, nil
	}
	line := bytes.TrimRight(s.buf[from:end], " \t\r")
	if c, last := line[0], line[len(line)-1]; c == '[' || c == '{' && last != '}' && !s.objectAt(end) || c == '}' || c == ']' {
		s.layout.kind = jsonValues
		return s.cutValue()
	}
	s.at = end
	if line[0] != '{' {
		return piece{from: from, to: from + len(line), reject: "not a JSON object"}, nil
	}
	return piece{from: from, to: from + len(line)}, nil
}

// objectAt reports whether the line behind end begins an object, or there is none.
func (s *Source) objectAt(end int) bool {
	for i := end; ; i++ {
		if i >= len(s.buf) && !s.more() {
			return true
		}
		switch s.buf[i] {
		case '\n', '\r':
		default:
			return s.buf[i] == '{'
		}
	}
}

// blanks moves to the next byte that is none; false at the end.
func (s *Source) blanks() bool {
	for {
		for s.at < len(s.buf) {
			switch s.buf[s.at] {
			case ' ', '\t', '\n', '\r', 0x1e: // 0x1e parts the texts of a JSON sequence
				s.at++
			default:
				return true
			}
		}
		if !s.more() {
			return false
		}
	}
}

// maxOpen bounds how deep records may lie in arrays and wrappers.
const maxOpen = 64

// cutValue frames the next object of a JSON text, in arrays and in the
// wrappers {"value":[...]}, {"records":[...]}, {"results":[...]} or bare, with
// as many such texts one after the other as there are.
func (s *Source) cutValue() (piece, error) {
	for {
		if !s.blanks() {
			return piece{}, io.EOF
		}
		switch c := s.buf[s.at]; c {
		case '[':
			if len(s.stack) >= maxOpen {
				return s.cutJunk("arrays nested too deep")
			}
			s.stack = append(s.stack, '[')
			s.at++
		case ']', '}':
			if n := len(s.stack); n > 0 {
				s.stack = s.stack[:n-1]
			}
			if len(s.stack) == 0 {
				s.owner = ""
			}
			s.at++
		case ',':
			s.at++
		case '{':
			p, again, err := s.cutObject()
			if !again {
				return p, err
			}
		case '"':
			// In an array, a string may hold a record; in a wrapper it is the
			// key of something beside the records.
			if n := len(s.stack); n > 0 && s.stack[n-1] == '[' {
				return s.cutString()
			}
			if p, again, err := s.passMember(); !again {
				return p, err
			}
		default:
			return s.cutJunk("not JSON")
		}
	}
}

// cutString frames a string of an array: a record as JSON text, it may be.
func (s *Source) cutString() (piece, error) {
	from := s.at
	end, ok := s.stringEnd(from)
	if !ok {
		return s.cutJunk("a string does not end")
	}
	s.at = end
	return piece{from: from, to: end}, nil
}

// passMember goes over one key and value beside a wrapper's records.
func (s *Source) passMember() (p piece, again bool, err error) {
	end, ok := s.stringEnd(s.at)
	if !ok {
		p, err = s.cutJunk("a string does not end")
		return p, false, err
	}
	key := string(bytes.Trim(s.buf[s.at:end], `"`))
	s.at = end
	if !s.blanks() || s.buf[s.at] != ':' {
		return p, true, nil
	}
	s.at++
	if !s.blanks() {
		return p, false, io.EOF
	}
	switch s.buf[s.at] {
	case '[':
		if wrapping(key) {
			return p, true, nil
		}
		fallthrough
	case '{':
		o := s.scanObject(s.at, false)
		if o.open {
			p, err = s.cutJunk("cut off")
			return p, false, err
		}
		s.at = o.end
	case '"':
		if end, ok := s.stringEnd(s.at); ok {
			s.at = end
		} else {
			p, err = s.cutJunk("a string does not end")
			return p, false, err
		}
	default:
		for s.at < len(s.buf) || s.more() {
			if c := s.buf[s.at]; c == ',' || c == '}' || c == ']' || c == '\n' {
				break
			}
			s.at++
		}
	}
	return p, true, nil
}

// stringEnd is the index behind the string whose quote is at from. A string ends with its line.
func (s *Source) stringEnd(from int) (end int, ok bool) {
	for i := from + 1; ; i++ {
		if i >= len(s.buf) && (i-from > maxRecord || !s.more()) {
			return i, false
		}
		switch s.buf[i] {
		case '\\':
			i++
		case '"':
			return i + 1, true
		case '\n':
			return i, false
		}
	}
}

// cutJunk rejects what is no record, to the end of its line or to the next object.
func (s *Source) cutJunk(why string) (piece, error) {
	from := s.at
	for i := from + 1; ; i++ {
		if i-from > maxRecord {
			return piece{}, s.skipFrom(from, skipLine)
		}
		if i >= len(s.buf) && !s.more() {
			s.at = len(s.buf)
			return piece{from: from, to: s.at, reject: why}, nil
		}
		if c := s.buf[i]; c == '\n' || c == '{' {
			s.at = i
			return piece{from: from, to: i, reject: why}, nil
		}
	}
}

// cutObject frames the object at s.at, or goes into it if it is a wrapper (again).
func (s *Source) cutObject() (p piece, again bool, err error) {
	from := s.at
	o := s.scanObject(from, true)
	if o.records > 0 {
		s.stack = append(s.stack, '{')
		s.owner = ownerIn(s.buf[from:o.records])
		s.at = o.records
		return p, true, nil
	}
	if s.first == "" && o.key != "" {
		s.first = `"` + o.key + `"`
	}
	if o.open || o.broken {
		// A bracket or quote is missing, or the item is cut off: where this
		// record ends shows only by where the next one begins.
		if at := s.recordStart(from + 1); at > 0 {
			s.at = at
			return piece{from: from, to: trimComma(s.buf, from, at), damaged: true}, false, nil
		}
		if o.open && len(s.buf)-from >= maxRecord {
			return p, false, s.skipFrom(from, skipText)
		}
	}
	s.at = o.end
	s.linesFollow()
	return piece{from: from, to: o.end, damaged: o.open || o.broken}, false, nil
}

// linesFollow changes to framing by lines where a text turns out to be NDJSON: it is ten times as fast.
func (s *Source) linesFollow() {
	if len(s.stack) > 0 || s.layout.kind != jsonValues {
		return
	}
	i := s.at
	for i < len(s.buf) && (s.buf[i] == '\r' || s.buf[i] == ' ') {
		i++
	}
	if i+2 < len(s.buf) && s.buf[i] == '\n' && s.buf[i+1] == '{' && s.buf[i+2] == '"' {
		s.layout.kind = jsonLines
	}
}

func trimComma(b []byte, from, to int) int {
	for to > from {
		switch b[to-1] {
		case ' ', '\t', '\r', '\n', ',':
			to--
		default:
			return to
		}
	}
	return to
}

// recordStart finds where a record begins as the first one did, from i on; -1 if nowhere.
func (s *Source) recordStart(i int) int {
	if s.first == "" {
		return -1
	}
	for i < len(s.buf) {
		j := bytes.Index(s.buf[i:], []byte(s.first))
		if j < 0 {
			return -1
		}
		j += i
		k := j - 1
		for k >= i && (s.buf[k] == ' ' || s.buf[k] == '\n' || s.buf[k] == '\r' || s.buf[k] == '\t') {
			k--
		}
		if k >= i && s.buf[k] == '{' {
			return k
		}
		i = j + len(s.first)
	}
	return -1
}

// object is what scanning an object found.
type object struct {
	end     int
	open    bool   // it does not end in the item, or within maxRecord
	broken  bool   // a string goes over the end of its line, or brackets do not fit
	key     string // its first key
	records int    // it is a wrapper: where its array begins
}

// scanObject finds the end of the object or array at from by its brackets and
// strings; and, if asked, whether it is only a wrapper around records.
func (s *Source) scanObject(from int, wrapper bool) (o object) {
	depth := 0
	var square [maxDepth / 64]uint64 // which of the open brackets are square
	var key []byte                   // last string at depth 1
	keys, recordLike := 0, false
	for i := from; ; i++ {
		if i >= len(s.buf) {
			if i-from > maxRecord || !s.more() {
				o.end, o.open = min(i, len(s.buf)), true
				return o
			}
		}
		switch s.buf[i] {
		case '{', '[':
			if depth == 1 && wrapper && s.buf[i] == '[' && !recordLike && keys <= 16 && wrapping(string(key)) && s.objectIn(i) {
				o.records = i
				return o
			}
			if depth < maxDepth {
				bit := uint64(1) << (depth & 63)
				if square[depth>>6] &^= bit; s.buf[i] == '[' {
					square[depth>>6] |= bit
				}
			}
			depth++
		case '}', ']':
			depth--
			if depth < maxDepth && (square[depth>>6]>>(depth&63)&1 == 1) != (s.buf[i] == ']') {
				o.broken = true
			}
			if depth <= 0 {
				o.end = i + 1
				return o
			}
		case '"':
			start := i + 1
			for i++; ; i++ {
				if i >= len(s.buf) {
					if i-from > maxRecord || !s.more() {
						o.end, o.open = len(s.buf), true
						return o
					}
				}
				if c := s.buf[i]; c == '"' {
					break
				} else if c == '\\' {
					i++
				} else if c == '\n' {
					o.broken = true
					break
				}
			}
			if depth == 1 && wrapper {
				key = s.buf[start:i]
				if o.key == "" && keys == 0 && len(key) <= 128 {
					o.key = string(key)
				}
			}
		case ':':
			if depth == 1 {
				keys++
				recordLike = recordLike || ofRecord(string(key))
			}
		}
	}
}

// objectIn reports whether the array at i holds objects, or nothing.
func (s *Source) objectIn(i int) bool {
	for i++; i < len(s.buf) || s.more(); i++ {
		switch s.buf[i] {
		case ' ', '\t', '\r', '\n':
		case '{', ']':
			return true
		default:
			return false
		}
	}
	return false
}

// wrapping reports a key under which exports put their records.
func wrapping(key string) bool {
	switch key {
	case "value", "records", "results", "Value", "Records", "Results":
		return true
	}
	return false
}

// ofRecord reports a key that no wrapper has.
func ofRecord(key string) bool {
	switch key {
	case "id", "Id", "Identity", "operation", "Operation", "CreationTime", "createdDateTime", "RecordType", "activityDateTime", "AuditData", "auditData", "time", "TimeGenerated":
		return true
	}
	return false
}
