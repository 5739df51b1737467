package records

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/text/encoding/unicode"

	"evict"
)

// ids decodes b and returns the IDs of its events with a ! behind a damaged
// one, and the reasons of its rejects.
func ids(t testing.TB, r io.Reader) (got, rejects []string) {
	t.Helper()
	s, err := Open(r)
	if err != nil {
		t.Fatal(err)
	}
	d := s.Decoder()
	for {
		b, err := s.Next()
		if errors.Is(err, io.EOF) {
			return got, rejects
		}
		if err != nil {
			t.Fatal(err)
		}
		st := d.Decode(b, 0, func(e *evict.Event) {
			id := strings.TrimLeft(string(e.ID[:8]), "0")
			if e.Flags&evict.Damaged != 0 {
				id += "!"
			}
			got = append(got, id)
		})
		for _, r := range st.Rejects {
			rejects = append(rejects, r.Reason)
		}
	}
}

func numbers(from, to int, but ...int) string {
	var out []string
	for i := from; i <= to; i++ {
		skip := false
		for _, b := range but {
			skip = skip || b == i
		}
		if !skip {
			out = append(out, fmt.Sprintf("%x", i))
		}
	}
	return strings.Join(out, " ")
}

func without(damaged []string) string {
	var out []string
	for _, s := range damaged {
		if !strings.HasSuffix(s, "!") {
			out = append(out, s)
		}
	}
	return strings.Join(out, " ")
}

// lines returns the records 1 to n.
func lines(n int) []string {
	var out []string
	for i := 1; i <= n; i++ {
		out = append(out, genRecord(i))
	}
	return out
}

func csvLines(n int) []string {
	l := strings.Split(strings.TrimSuffix(string(genCSV(n+1)), "\r\n"), "\r\n")
	return append(l[:1], l[2:]...) // header, then records 1 to n
}

// TestFramingAfterDamage: whatever is wrong with one record, the others are read.
func TestFramingAfterDamage(t *testing.T) {
	long := strings.Repeat("x", 17<<20)
	mangle := map[string]func(string) string{
		"whole":          func(s string) string { return s },
		"cut off":        func(s string) string { return s[:len(s)/2] },
		"quote missing":  func(s string) string { return strings.Replace(s, `"Operation"`, `"Operation`, 1) },
		"quote too many": func(s string) string { return strings.Replace(s, `"Operation":"`, `"Operation":""`, 1) },
		"brace missing":  func(s string) string { return s[:len(s)-1] },
		"brace too many": func(s string) string { return s + "}" },
		"NUL":            func(s string) string { return strings.Replace(s, "Operation", "Opera\x00tion", 1) },
		"invalid UTF-8":  func(s string) string { return strings.Replace(s, "Operation", "Opera\xfftion", 1) },
		"garbage":        func(string) string { return "WARNING: the operation has timed out" },
		"empty":          func(string) string { return "" },
		"too long":       func(s string) string { return strings.Replace(s, `"Version":1`, `"Version":"`+long+`"`, 1) },
		"too deep": func(s string) string {
			return strings.Replace(s, `"Version":1`, `"Version":`+strings.Repeat("[", 1e6), 1)
		},
		"many keys": func(s string) string {
			var b strings.Builder
			for i := range 200000 {
				fmt.Fprintf(&b, `,"k%d":1`, i)
			}
			return s[:len(s)-1] + b.String() + "}"
		},
	}
	for name, m := range mangle {
		t.Run("lines/"+name, func(t *testing.T) {
			l := lines(8)
			l[3] = m(l[3])
			got, rejects := ids(t, strings.NewReader(strings.Join(l, "\n")+"\n"))
			if name == "whole" && (len(got) != 8 || len(rejects) != 0) || without(got) != numbers(1, 8, 4) && without(got) != numbers(1, 8) {
				t.Error(got, rejects)
			}
			if name != "whole" && name != "empty" && len(rejects) == 0 && without(got) == strings.Join(got, " ") && name != "invalid UTF-8" {
				t.Error("nothing is said of the damage")
			}
		})
		for style, sep := range map[string]string{"array": ",", "array of lines": ",\n", "indented": ",\n  "} {
			t.Run(style+"/"+name, func(t *testing.T) {
				l := lines(8)
				l[3] = m(l[3])
				got, rejects := ids(t, strings.NewReader("["+strings.Join(l, sep)+"]\n"))
				switch {
				case name == "whole" && len(got) != 8:
					t.Error(got, rejects)
				// A quote or bracket that is missing inside one line hides where the record ends.
				case sep == "," && (name == "quote missing" || name == "cut off" || name == "quote too many"):
					if len(got) < 4 {
						t.Error(got, rejects)
					}
				case without(got) != numbers(1, 8, 4) && without(got) != numbers(1, 8):
					t.Error(got, rejects)
				}
			})
		}
	}
}

// TestRowsAfterDamage: a stray quote costs its own row and no other.
func TestRowsAfterDamage(t *testing.T) {
	cases := map[string]func(string) string{
		"whole":               func(s string) string { return s },
		"quote opens a field": func(s string) string { return strings.Replace(s, ",user", `,"user`, 1) },
		"quote opens the row": func(s string) string { return `"` + s },
		"quote not closed":    func(s string) string { return strings.Replace(s, `}",,`, `},,`, 1) },
		"quote doubled once more at the end": func(s string) string {
			return strings.Replace(s, `}",,`, `}""`, 1)
		},
		"quote in a bare field":  func(s string) string { return strings.Replace(s, ",user", `,us"er`, 1) },
		"quotes not doubled":     func(s string) string { return strings.ReplaceAll(s, `""`, `"`) },
		"cut off":                func(s string) string { return s[:len(s)/2] },
		"line break in the text": func(s string) string { return strings.Replace(s, `,""Workload`, ",\r\n\"\"Workload", 1) },
		"too few fields":         func(s string) string { return s[:len(s)-2] },
		"too many fields":        func(s string) string { return s + ",,," },
		"NUL":                    func(s string) string { return strings.Replace(s, "Operation", "Opera\x00tion", 1) },
		"too long":               func(s string) string { return strings.Replace(s, "Version", strings.Repeat("x", 17<<20), 1) },
		"too long, no quote": func(s string) string {
			return strings.Replace(s, ",user", ","+strings.Repeat("x", 40<<20), 1)
		},
	}
	for name, m := range cases {
		t.Run(name, func(t *testing.T) {
			l := csvLines(8)
			l[4] = m(l[4])
			got, rejects := ids(t, strings.NewReader(strings.Join(l, "\r\n")+"\r\n"))
			want := numbers(1, 8)
			have := strings.ReplaceAll(strings.Join(got, " "), "!", "")
			if have != want && have != numbers(1, 8, 4) {
				t.Errorf("got %q (%q)", got, rejects)
			}
			switch name {
			case "whole", "line break in the text", "too few fields", "too many fields", "quote in a bare field":
				if have != want {
					t.Errorf("got %q", got)
				}
			}
		})
	}
}

// TestOffsets: what an event's reference points at is its record, in any encoding.
func TestOffsets(t *testing.T) {
	l := lines(5)
	for i := range l {
		l[i] = strings.Replace(l[i], "contoso", "çøñtøsö𝄞", 1)
	}
	texts := map[string]string{
		"lines": strings.Join(l, "\n"), "array": "[\n" + strings.Join(l, ",\n") + "\n]", "csv": string(genCSV(5)),
	}
	for name, text := range texts {
		for _, enc := range []string{"utf8", "bom", "utf16le", "utf16be", "utf16le bom"} {
			b := []byte(text)
			decode := func(b []byte) string { return string(b) }
			if strings.HasPrefix(enc, "utf16") {
				order := unicode.LittleEndian
				if enc == "utf16be" {
					order = unicode.BigEndian
				}
				u := unicode.UTF16(order, unicode.IgnoreBOM)
				b, _ = u.NewEncoder().Bytes(b)
				decode = func(b []byte) string { s, _ := u.NewDecoder().Bytes(b); return string(s) }
			}
			switch enc {
			case "bom":
				b = append([]byte("\xef\xbb\xbf"), b...)
			case "utf16le bom":
				b = append([]byte("\xff\xfe"), b...)
			}
			n := 0
			_, st := all(t, b, func(e *evict.Event) {
				n++
				raw := decode(b[e.Ref.Offset : e.Ref.Offset+int64(e.Ref.Length)])
				if !strings.Contains(raw, string(e.ID)) || strings.Count(raw, "CreationTime") != 1 || strings.HasSuffix(raw, "\n") {
					t.Errorf("%s in %s: %.80q is not record %s", name, enc, raw, e.ID)
				}
			})
			if n != 5 || len(st.Rejects) > 0 {
				t.Errorf("%s in %s: %d events, %v", name, enc, n, st.Rejects)
			}
		}
	}
}

// repeat gives n bytes of text over and over, and counts what memory the heap holds meanwhile.
type repeat struct {
	text string
	n    int64
	peak *uint64
	seen int64
}

func (r *repeat) Read(b []byte) (int, error) {
	if r.n == 0 {
		return 0, io.EOF
	}
	n := copy(b[:min(int64(len(b)), r.n, 1<<20)], r.text)
	r.n -= int64(n)
	if r.seen += int64(n); r.seen > 8<<20 {
		r.seen = 0
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		*r.peak = max(*r.peak, m.HeapAlloc)
	}
	return n, nil
}

// TestHugePieces: a line of a gigabyte is a reject in bounded memory, and what follows is read.
func TestHugePieces(t *testing.T) {
	size := int64(1 << 30)
	if testing.Short() {
		size = 64 << 20
	}
	first, last := genRecord(1), genRecord(2)
	for name, c := range map[string]struct{ before, huge, after string }{
		"line":               {first + "\n" + `{"x":"`, strings.Repeat("x", 1<<20), "\"}\n" + last + "\n"},
		"string in an array": {"[" + first + `,{"x":"`, strings.Repeat("x", 1<<20), `"},` + last + "]"},
		"nested arrays":      {first + "\n" + `{"x":`, strings.Repeat("[", 1<<20), "\n" + last + "\n"},
		"quoted field":       {strings.Join(csvLines(1), "\r\n") + "\r\n" + `"`, strings.Repeat(strings.Repeat("x", 1023)+"\n", 1<<10), "\r\n" + csvLines(2)[2] + "\r\n"},
		"bare field":         {strings.Join(csvLines(1), "\r\n") + "\r\n", strings.Repeat("x", 1<<20), "\r\n" + csvLines(2)[2] + "\r\n"},
	} {
		t.Run(name, func(t *testing.T) {
			runtime.GC()
			var peak uint64
			r := io.MultiReader(strings.NewReader(c.before), &repeat{text: c.huge, n: size, peak: &peak}, strings.NewReader(c.after))
			got, rejects := ids(t, r)
			if len(got) < 2 || got[len(got)-1] != "2" {
				t.Errorf("got %q, rejects %.10q", got, rejects)
			}
			if len(rejects) == 0 || len(rejects) > 100 {
				t.Errorf("%d rejects", len(rejects))
			}
			t.Logf("peak %d MiB, %d rejects", peak>>20, len(rejects))
			if peak > 200<<20 {
				t.Errorf("heap of %d MiB", peak>>20)
			}
		})
	}
}

// oneByte gives its text a byte at a time.
type oneByte struct{ r io.Reader }

func (o oneByte) Read(b []byte) (int, error) { return o.r.Read(b[:min(1, len(b))]) }

// TestChunking: how the bytes arrive makes no difference.
func TestChunking(t *testing.T) {
	for name, b := range map[string][]byte{"lines": genNDJSON(300), "array": genArray(300), "csv": genCSV(300)} {
		whole, _ := ids(t, bytes.NewReader(b))
		pieces, _ := ids(t, oneByte{bytes.NewReader(b)})
		if strings.Join(whole, " ") != strings.Join(pieces, " ") || len(whole) != 300 {
			t.Error(name, len(whole), len(pieces))
		}
	}
}

// TestNotEvidence: what is no evidence is one reject with a reason, and read to its end.
func TestNotEvidence(t *testing.T) {
	for _, c := range []struct{ text, why string }{
		{"", "empty"},
		{"\xef\xbb\xbf", "empty"},
		{"# Notes\n\nCall Dana, then the bank.\n", "no record of a known kind"},
		{"name,colour\nx,red\n", "no record of a known kind"},
		{`{"name":"x"}`, "no record of a known kind"},
		{`<?xml version="1.0"?><a/>`, "XML"},
		{"<Objs Version=\"1.1.0.1\"></Objs>", "CLIXML"},
		{"PK\x03\x04aaaa", "workbook"},
		{"\x00\x01\x02\x03\xff\xfe\xfd" + strings.Repeat("\x00\x07", 4000), "not"},
		{strings.Repeat("[", 1e6), "no record of a known kind"},
	} {
		r := strings.NewReader(c.text + strings.Repeat(" ", 3<<20))
		s, err := Open(r)
		if err != nil {
			t.Fatal(err)
		}
		b, err := s.Next()
		if err != nil || len(b.rejects) != 1 || !strings.Contains(b.rejects[0].Reason, c.why) || s.Format() != "not evidence" {
			t.Errorf("%.20q: %v %v %q", c.text, b, err, s.Format())
		}
		if _, err := s.Next(); err != io.EOF {
			t.Errorf("%.20q: %v", c.text, err)
		}
		if r.Len() != 0 {
			t.Errorf("%.20q: %d bytes are not read", c.text, r.Len())
		}
	}
}

// failing breaks after its text.
type failing struct{ r io.Reader }

var errDisk = errors.New("input/output error")

func (f failing) Read(b []byte) (int, error) {
	n, err := f.r.Read(b)
	if err == io.EOF {
		err = errDisk
	}
	return n, err
}

// TestReadError: what was read before an error counts, and the error is said.
func TestReadError(t *testing.T) {
	for name, data := range map[string][]byte{"lines": genNDJSON(2000), "csv": genCSV(2000), "array": genArray(2000)} {
		s, err := Open(failing{bytes.NewReader(data)})
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		d := s.Decoder()
		for {
			b, err := s.Next()
			if err == errDisk {
				break
			}
			if err != nil {
				t.Fatal(name, err)
			}
			n += d.Decode(b, 0, func(*evict.Event) {}).Records
		}
		if n != 2000 {
			t.Error(name, n)
		}
	}
}
