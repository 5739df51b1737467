package records

import (
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"
)

const (
	batchSize = 256 << 10
	maxRecord = 16 << 20 // bytes of one record; what is longer is rejected
	sniffSize = 1 << 20
	readSize  = 256 << 10
)

const tooLong = "longer than 16 MiB"

// A Source cuts one evidence item into records. One goroutine calls Next;
// its Decoders may be used at the same time by others.
type Source struct {
	// Owner names whose account or mailbox the records are about, for those that name nobody themselves; set before the
	// first Next. It goes before what a wrapper around the records names.
	Owner string

	r      io.Reader
	format string
	layout layout
	order  dayOrder
	err    error // of the reader; io.EOF at the end

	buf  []byte
	at   int   // in buf: what stands before is cut
	base int64 // offset in the item of buf[0], in bytes of the item
	wide bool  // the item is UTF-16 and buf its translation to UTF-8

	stack  []byte // JSON containers that are open around the records
	owner  string // whom the wrapper around the records names, in its address
	first  string // first key of the first JSON record: how a record begins
	skip   skipMode
	notice *Reject // to be reported with the next batch
}

// layout is how an item holds its records.
type layout struct {
	kind    layoutKind
	comma   byte     // CSV: what parts the fields
	columns []string // CSV: names of the fields, trimmed
	header  int      // CSV: bytes before the first row
}

type layoutKind uint8

const (
	noEvidence layoutKind = iota
	csvRows
	jsonLines
	jsonValues
	mailText
)

type skipMode uint8

const (
	noSkip   skipMode = iota
	skipLine          // drop everything to the end of the line
	skipText          // drop everything to where a JSON record begins
	skipRow           // drop everything to a whole and faultless CSV row
)

// A Batch holds whole records of a Source, in order.
type Batch struct {
	text    string
	spans   []span
	rejects []Reject
	order   dayOrder
}

// span is one record in a batch's text.
type span struct {
	at, len int
	offset  int64 // in the item
	rawLen  int32 // in the item
	damaged bool
	owner   string // whom the wrapper around it names
}

// Open finds out by its content what r holds. It fails only on a read error:
// what is no evidence gives a Source of one reject.
func Open(r io.Reader) (*Source, error) {
	window, err := io.ReadAll(io.LimitReader(r, sniffSize))
	if err != nil {
		return nil, err
	}
	s := &Source{r: io.MultiReader(bytes.NewReader(window), r)}
	switch enc, bom := encodingOf(window); enc {
	case utf16LE:
		s.wide, s.base = true, int64(bom)
		s.r = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewDecoder().Reader(dropped(s.r, bom))
	case utf16BE:
		s.wide, s.base = true, int64(bom)
		s.r = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewDecoder().Reader(dropped(s.r, bom))
	default:
		s.base = int64(bom)
		s.r = dropped(s.r, bom)
	}
	if err := s.fill(sniffSize); err != nil && err != io.EOF {
		return nil, err
	}
	s.sniff()
	return s, nil
}

func dropped(r io.Reader, n int) io.Reader {
	io.CopyN(io.Discard, r, int64(n)) // from the window: cannot fail
	return r
}

// Format names what was found: the kind of record and its container; "not evidence" for anything else.
func (s *Source) Format() string { return s.format }

// Decoder returns a new decoder for the source's batches.
func (s *Source) Decoder() *Decoder { return &Decoder{src: s, arena: &arena{}} }

// fill reads until buf holds n bytes behind at, or to the end.
func (s *Source) fill(n int) error {
	for len(s.buf)-s.at < n && s.err == nil {
		have := len(s.buf)
		if cap(s.buf)-have < readSize {
			grown := make([]byte, have, 2*cap(s.buf)+readSize)
			copy(grown, s.buf)
			s.buf = grown
		}
		m, err := s.r.Read(s.buf[have : have+readSize])
		s.buf = s.buf[:have+m]
		s.err = err
	}
	return s.err
}

// more reads on; false at the end of the item.
func (s *Source) more() bool {
	have := len(s.buf)
	s.fill(have - s.at + 1)
	return len(s.buf) > have
}

// drop forgets what stands before at.
func (s *Source) drop() {
	s.base += s.itemLen(s.buf[:s.at])
	n := copy(s.buf, s.buf[s.at:])
	if cap(s.buf) > 4<<20 && n < 1<<20 { // one long record need not be paid for to the end
		s.buf = append(make([]byte, 0, n+2*readSize), s.buf[:n]...)
	}
	s.buf, s.at = s.buf[:n], 0
}

// itemLen is how many bytes of the item b was.
func (s *Source) itemLen(b []byte) int64 {
	if !s.wide {
		return int64(len(b))
	}
	units := utf8.RuneCount(b)
	for _, c := range b {
		if c >= 0xf0 { // a pair of surrogates
			units++
		}
	}
	return 2 * int64(units)
}

// piece is what framing found next: a record, or the reason why it is none.
type piece struct {
	from, to int // in buf
	damaged  bool
	reject   string
	owner    string
}

// errSkip ends a batch: what follows is to be dropped without being kept.
var errSkip = errors.New("skip")

// Next returns the next batch, io.EOF at the end, or a read error.
func (s *Source) Next() (*Batch, error) {
	b := &Batch{order: s.order}
	s.drop()
	if s.notice != nil {
		b.rejects = append(b.rejects, *s.notice)
		s.notice = nil
	}
	if err := s.skipping(); err != nil {
		return s.end(b, err)
	}
	var pieces []piece
	var end error
	for s.at < batchSize {
		p, err := s.cut()
		if err != nil {
			end = err
			break
		}
		if p.owner = s.Owner; p.owner == "" {
			p.owner = s.owner
		}
		pieces = append(pieces, p)
	}
	s.keep(b, pieces)
	if end == errSkip || end == nil {
		return b, nil
	}
	return s.end(b, end)
}

// end gives out what is in the batch before the end is said.
func (s *Source) end(b *Batch, err error) (*Batch, error) {
	if len(b.spans) > 0 || len(b.rejects) > 0 {
		return b, nil
	}
	if err == io.EOF && s.err != nil && s.err != io.EOF {
		err = s.err
	}
	return nil, err
}

// keep copies the pieces into the batch.
func (s *Source) keep(b *Batch, pieces []piece) {
	if len(pieces) == 0 {
		return
	}
	start := pieces[0].from
	b.text = string(s.buf[start:pieces[len(pieces)-1].to])
	b.spans = make([]span, 0, len(pieces))
	offset, done := s.base, 0
	for _, p := range pieces {
		offset += s.itemLen(s.buf[done:p.from])
		n := s.itemLen(s.buf[p.from:p.to])
		done = p.to
		if p.reject != "" {
			b.rejects = append(b.rejects, Reject{offset, p.reject})
		} else {
			b.spans = append(b.spans, span{p.from - start, p.to - p.from, offset, int32(n), p.damaged, p.owner})
		}
		offset += n
	}
}

// cut finds the next piece and moves at behind it.
func (s *Source) cut() (piece, error) {
	switch s.layout.kind {
	case csvRows:
		return s.cutRow()
	case jsonLines:
		return s.cutLine()
	case jsonValues:
		return s.cutValue()
	case mailText:
		return s.cutAll()
	}
	// Read to the end all the same: the item's hash is over all of it.
	io.Copy(io.Discard, s.r)
	s.at, s.err = len(s.buf), io.EOF
	return piece{}, io.EOF
}

// skipFrom begins to skip what does not fit into a record.
func (s *Source) skipFrom(from int, mode skipMode) error {
	s.skip = mode
	s.notice = &Reject{s.base + s.itemLen(s.buf[:from]), tooLong}
	s.at = len(s.buf)
	return errSkip
}

// skipping drops what was found to be too long.
func (s *Source) skipping() error {
	for s.skip != noSkip {
		if len(s.buf) == 0 && !s.more() {
			return io.EOF
		}
		at := -1
		keep := 0
		switch s.skip {
		case skipLine:
			at = bytes.IndexByte(s.buf, '\n')
			if at >= 0 {
				at++
			}
		case skipText:
			at = s.recordStart(0)
			keep = len(s.first) + 64 // a beginning may be cut in two
		case skipRow:
			at, keep = s.rowAfter()
		}
		if at >= 0 {
			s.at, s.skip = at, noSkip
			s.drop()
			return nil
		}
		if s.err != nil {
			keep = 0
		}
		s.at = max(0, len(s.buf)-keep)
		s.drop()
		if !s.more() {
			s.at = len(s.buf)
			return io.EOF
		}
	}
	return nil
}

// cutAll takes the whole item as one record, at most maxRecord of it.
func (s *Source) cutAll() (piece, error) {
	if s.at > 0 || s.fill(1) != nil && len(s.buf) == 0 {
		io.Copy(io.Discard, s.r)
		return piece{}, io.EOF
	}
	s.fill(maxRecord)
	s.at = min(len(s.buf), maxRecord)
	p := piece{from: 0, to: s.at}
	return p, nil
}

// value reads one record; why says what is wrong with it.
func (s *Source) value(raw string, a *arena) (v value, why string) {
	switch s.layout.kind {
	case csvRows:
		return s.layout.row(raw, a)
	case jsonLines, jsonValues:
		v, _, err := parse(raw, a)
		if err != nil {
			a.reset()
			v, _ = salvage(raw, a)
			return v, err.Error()
		}
		return v.embedded(a), ""
	case mailText:
		return mailValue(raw, a), ""
	}
	return value{}, "not evidence"
}
