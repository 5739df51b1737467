package report

import (
	"bufio"
	"io"
	"strings"

	"github.com/rivo/uniseg"
)

// A style is how a piece of text is shown where colour is on. It never
// carries meaning alone: a word and a symbol stand beside it. Blue, orange and
// purple stay apart for people who confuse red and green.
type style string

const (
	normal style = ""
	bold   style = "1"
	dim    style = "2"
	orange style = "1;38;5;208"
	purple style = "1;38;5;141"
	blue   style = "1;38;5;75"
	grey   style = "38;5;245"
)

// A span is text in one style; keep holds it on one line where it fits.
type span struct {
	text  string
	style style
	keep  bool
}

func s(text string) span               { return span{text: text} }
func in(st style, text string) span    { return span{text: text, style: st} }
func kept(st style, text string) span  { return span{text, st, true} }
func cell(text string) []span          { return []span{s(text)} }
func styled(st style, t string) []span { return []span{in(st, t)} }

// A layout writes styled text in lines of a given width. It is the one place
// of the terminal output where text from a tenant is made harmless.
type layout struct {
	w      *bufio.Writer
	width  int
	colour bool
	ascii  bool
}

func newLayout(w io.Writer, o TextOptions) *layout {
	width := o.Width
	if width <= 0 {
		width = 80
	}
	return &layout{w: bufio.NewWriter(w), width: max(width, 40), colour: o.Colour, ascii: !o.Unicode}
}

// A word is what stands between two blanks: pieces that are not parted.
type word struct {
	pieces []span
	width  int
}

// words makes the text harmless and splits it at blanks.
func (l *layout) words(spans []span) []word {
	var out []word
	var cur word
	end := func() {
		if len(cur.pieces) > 0 {
			out = append(out, cur)
			cur = word{}
		}
	}
	for _, sp := range spans {
		text := show(sp.text, l.ascii)
		if sp.keep {
			cur.pieces = append(cur.pieces, span{text: text, style: sp.style})
			cur.width += columns(text)
			continue
		}
		for text != "" {
			i := strings.IndexByte(text, ' ')
			if i == 0 {
				end()
				text = strings.TrimLeft(text, " ")
				continue
			}
			if i < 0 {
				i = len(text)
			}
			cur.pieces = append(cur.pieces, span{text: text[:i], style: sp.style})
			cur.width += columns(text[:i])
			text = text[i:]
		}
	}
	end()
	return out
}

// split parts a word that is wider than n columns.
func (wd word) split(n int) []word {
	if wd.width <= n {
		return []word{wd}
	}
	var out []word
	var cur word
	for _, p := range wd.pieces {
		g := uniseg.NewGraphemes(p.text)
		from, to := 0, 0
		flush := func() {
			if to > from {
				cur.pieces = append(cur.pieces, span{text: p.text[from:to], style: p.style})
				from = to
			}
		}
		for g.Next() {
			gw := g.Width()
			if cur.width+gw > n && cur.width > 0 {
				flush()
				out = append(out, cur)
				cur = word{}
			}
			_, to = g.Positions()
			cur.width += gw
		}
		flush()
	}
	return append(out, cur)
}

// A row is one line of words.
type row []word

func (r row) width() int {
	n := 0
	for i, wd := range r {
		if i > 0 {
			n++
		}
		n += wd.width
	}
	return n
}

// wrap fills lines: the first of the given width, the others of the second.
func (l *layout) wrap(spans []span, first, rest int) []row {
	var out []row
	var cur row
	used, room := 0, max(first, 1)
	for _, wd := range l.words(spans) {
		gap := min(len(cur), 1)
		if len(cur) > 0 && used+gap+wd.width > room {
			out = append(out, cur)
			cur, used, gap = nil, 0, 0
			room = max(rest, 1)
		}
		for i, part := range wd.split(min(room, max(rest, 1))) {
			if i > 0 {
				out = append(out, cur)
				cur, used, gap = nil, 0, 0
				room = max(rest, 1)
			}
			cur = append(cur, part)
			used += gap + part.width
		}
	}
	if len(cur) > 0 || len(out) == 0 {
		out = append(out, cur)
	}
	return out
}

// put writes one row's words.
func (l *layout) put(r row) {
	for i, wd := range r {
		if i > 0 {
			l.w.WriteByte(' ')
		}
		for _, p := range wd.pieces {
			if !l.colour || p.style == normal {
				l.w.WriteString(p.text)
				continue
			}
			l.w.WriteString("\x1b[" + string(p.style) + "m" + p.text + "\x1b[0m")
		}
	}
}

// para writes a paragraph: its first line starts at column indent, the others at hang.
func (l *layout) para(indent, hang int, spans ...span) {
	for i, r := range l.wrap(spans, l.width-indent, l.width-hang) {
		pad := hang
		if i == 0 {
			pad = indent
		}
		l.pad(pad)
		l.put(r)
		l.w.WriteByte('\n')
	}
}

// verbatim writes a text on one line, however long: it is to be copied.
func (l *layout) verbatim(indent int, text string) {
	l.pad(indent)
	l.w.WriteString(show(text, l.ascii))
	l.w.WriteByte('\n')
}

func (l *layout) pad(n int) { l.w.WriteString(strings.Repeat(" ", max(n, 0))) }
func (l *layout) blank()    { l.w.WriteByte('\n') }

// labelled writes a label in its own column and the text beside it.
func (l *layout) labelled(indent, column int, label span, spans ...span) {
	text := show(label.text, l.ascii)
	lw := columns(text)
	if indent+lw+1 > column {
		l.para(indent, column, append([]span{label, s(" ")}, spans...)...)
		return
	}
	for i, r := range l.wrap(spans, l.width-column, l.width-column) {
		if i == 0 {
			l.pad(indent)
			l.put(row{{pieces: []span{{text: text, style: label.style}}, width: lw}})
			l.pad(column - indent - lw)
		} else {
			l.pad(column)
		}
		l.put(r)
		l.w.WriteByte('\n')
	}
}

// A column is one column of a table; the one with width 0 takes what is left.
type column struct {
	title string
	width int
	right bool
}

// tableHead writes the titles of a table; on a terminal too narrow for it they
// stand in the rows.
func (l *layout) tableHead(indent int, cols []column) {
	if l.narrow(indent, cols) {
		return
	}
	head := make([][]span, len(cols))
	for i, c := range cols {
		head[i] = styled(grey, c.title)
	}
	l.tableRow(indent, cols, head)
}

// tableRow writes one row, whose cells wrap inside their columns.
func (l *layout) tableRow(indent int, cols []column, cells [][]span) {
	if l.narrow(indent, cols) {
		for i, c := range cols {
			if i < len(cells) {
				l.para(indent, indent+2, append([]span{in(grey, c.title+" ")}, cells[i]...)...)
			}
		}
		return
	}
	cols = l.fit(indent, cols)
	lines := make([][]row, len(cols))
	n := 1
	for i := range cols {
		if i < len(cells) {
			lines[i] = l.wrap(cells[i], cols[i].width, cols[i].width)
		}
		n = max(n, len(lines[i]))
	}
	for k := range n {
		at, want := 0, indent
		for i, c := range cols {
			if k < len(lines[i]) && len(lines[i][k]) > 0 {
				r := lines[i][k]
				start := want
				if c.right {
					start += max(c.width-r.width(), 0)
				}
				l.pad(start - at)
				l.put(r)
				at = start + r.width()
			}
			want += c.width + 2
		}
		l.blank()
	}
}

// minFlex is the least width of the column that takes what is left.
const minFlex = 12

// narrow reports whether the columns do not fit beside each other.
func (l *layout) narrow(indent int, cols []column) bool {
	need := indent + 2*(len(cols)-1)
	for _, c := range cols {
		if c.width == 0 {
			need += minFlex
		}
		need += c.width
	}
	return need > l.width
}

// fit gives the column of width 0 what the others leave.
func (l *layout) fit(indent int, cols []column) []column {
	left := l.width - indent - 2*(len(cols)-1)
	for _, c := range cols {
		left -= c.width
	}
	out := append([]column(nil), cols...)
	for i := range out {
		if out[i].width == 0 {
			out[i].width = left
		}
	}
	return out
}

// columns is how many columns a text takes on a terminal.
func columns(s string) int { return uniseg.StringWidth(s) }
