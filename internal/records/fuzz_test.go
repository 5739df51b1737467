package records

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/tools/txtar"

	"evict"
)

// tokens writes a parsed value as a list of tokens.
func tokens(v value, out *strings.Builder) {
	switch v.kind() {
	case objectNode:
		out.WriteString("{\n")
		for k, x := range v.fields {
			fmt.Fprintf(out, "%q\n", valid(k))
			tokens(x, out)
		}
		out.WriteString("}\n")
	case arrayNode:
		out.WriteString("[\n")
		for i, end := v.i+1, v.a.nodes[v.i].next; i < end; i = v.a.nodes[i].next {
			tokens(value{v.a, i}, out)
		}
		out.WriteString("]\n")
	case stringNode:
		fmt.Fprintf(out, "%q\n", valid(v.str()))
	default:
		out.WriteString(v.raw() + "\n")
	}
}

// valid replaces each invalid byte, as jsontext does.
func valid(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return string([]rune(s))
}

// jsontextTokens reads the text with the other parser.
func jsontextTokens(s string) (out string, depth int, err error) {
	d := jsontext.NewDecoder(strings.NewReader(s), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	var b strings.Builder
	for {
		t, err := d.ReadToken()
		if errors.Is(err, io.EOF) {
			return b.String(), depth, nil
		}
		if err != nil {
			return "", depth, err
		}
		depth = max(depth, d.StackDepth())
		switch t.Kind() {
		case '"':
			fmt.Fprintf(&b, "%q\n", t.String())
		default:
			b.WriteString(t.String() + "\n")
		}
	}
}

// FuzzJSON: the same texts are JSON to us as to another parser, and of the same tokens.
func FuzzJSON(f *testing.F) {
	for _, s := range []string{`{}`, `[1,-0.5e+7,true,false,null,"x"]`, `{"a":{"a":1,"A":2,"a":3}}`, `"\ud83d\ude00 \ud800 \u00e9\/\b\f\n\r\t\\\""`, "\"\xff\xc3\"", `[[[[]]]]`, `{"a":01}`, "\"a\nb\"", `tru`, `1 2`, ` {"x" : [ ] } `, genRecord(0), genRecord(3)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a := &arena{}
		v, flags, err := parse(s, a)
		want, depth, wantErr := jsontextTokens(s)
		if wantErr == nil && strings.Count(want, "\n") == 0 {
			wantErr = io.ErrUnexpectedEOF // no value at all
		}
		if err == nil {
			var got strings.Builder
			tokens(v, &got)
			if wantErr != nil {
				t.Fatalf("%q is no JSON: %v", s, wantErr)
			}
			if g, w := got.String(), want; g != w && string([]rune(g)) != string([]rune(w)) {
				t.Fatalf("%q\ngot\n%s\nwant\n%s", s, g, w)
			}
			if !utf8.ValidString(s) && flags&evict.InvalidUTF8 == 0 {
				t.Fatalf("%q: invalid UTF-8 is not flagged", s)
			}
			strict := jsontext.NewDecoder(strings.NewReader(s))
			_, strictErr := strict.ReadValue()
			if dup := flags&evict.DuplicateKey != 0; dup && strictErr == nil {
				t.Fatalf("%q: no key is there twice", s)
			}
			if flags&(evict.DuplicateKey|evict.InvalidUTF8) == 0 && strictErr != nil {
				t.Fatalf("%q: not flagged: %v", s, strictErr)
			}
		} else if wantErr == nil && depth <= maxDepth && len(s) < 4*maxKeys {
			// Several values one after the other are one text to jsontext, and none to us.
			d := jsontext.NewDecoder(strings.NewReader(s), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
			d.ReadValue()
			if _, err2 := d.ReadToken(); errors.Is(err2, io.EOF) {
				t.Fatalf("%q: %v", s, err)
			}
		}
		b := &arena{}
		if x, _ := salvage(s, b); x.exists() { // must hold together
			var out strings.Builder
			tokens(x, &out)
			x.hash()
		}
	})
}

// FuzzRows: what encoding/csv reads without an error, we read alike.
func FuzzRows(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "a,b\r\n\"x\"\"y\",\"1\r\n2\"\r\n", "a,b\n\"x\n", "a,b\n1\"2,3\n\"4\",5\n", string(genCSV(2))} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		l, ok := headerOf([]byte(s))
		if !ok || l.comma != ',' || strings.Contains(s, "\r") && strings.Count(s, "\r") != strings.Count(s, "\r\n") {
			return
		}
		src := &Source{r: bytes.NewReader(nil), err: io.EOF, buf: []byte(s), at: l.header, layout: l}
		var got [][]string
		a := &arena{}
		covered := l.header
		for {
			p, err := src.cut()
			if err != nil {
				break
			}
			if p.from < covered || p.to < p.from || p.to > len(s) {
				t.Fatalf("pieces overlap: %+v", p)
			}
			covered = p.to
			a.reset()
			raw := s[p.from:p.to]
			l.row(raw, a)
			var fields []string
			for i := 0; i >= 0; {
				text, code, next, _ := field(raw, i, ',')
				if code == csvText {
					text = a.undouble(text)
				}
				fields = append(fields, strings.ReplaceAll(text, "\r\n", "\n"))
				i = next
			}
			got = append(got, fields)
		}
		r := csv.NewReader(strings.NewReader(s[l.header:]))
		r.FieldsPerRecord = -1
		want, err := r.ReadAll()
		if err != nil {
			return
		}
		for _, row := range want {
			if len(row) != len(l.columns) {
				return // then we may look for where the damage ends
			}
			for i := range row {
				row[i] = strings.ReplaceAll(row[i], "\r\n", "\n")
			}
		}
		if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
			t.Fatalf("%q\ngot  %q\nwant %q", s, got, want)
		}
	})
}

// FuzzOpen: nothing panics, no record is outside the item, and the same bytes
// give the same answer however they arrive.
func FuzzOpen(f *testing.F) {
	for _, glob := range []string{"testdata/pitfalls/*.txtar", "testdata/exports/*.txtar"} {
		names, _ := filepath.Glob(glob)
		for _, n := range names {
			if b, err := os.ReadFile(n); err == nil {
				f.Add([]byte(part(txtar.Parse(b), "in")))
			}
		}
	}
	f.Add([]byte("\xff\xfe{\x00}\x00"))
	f.Add(genCSV(3))
	f.Add(genArray(3))
	f.Fuzz(func(t *testing.T, b []byte) {
		run := func(r io.Reader) string {
			var out strings.Builder
			s, err := Open(r)
			if err != nil {
				t.Fatal(err)
			}
			d := s.Decoder()
			for n := 0; ; n++ {
				batch, err := s.Next()
				if err == io.EOF {
					return s.Format() + out.String()
				}
				if err != nil {
					t.Fatal(err)
				}
				if n > len(b)+2 {
					t.Fatal("does not end")
				}
				st := d.Decode(batch, 7, func(e *evict.Event) {
					if e.Ref.Offset < 0 || e.Ref.Offset+int64(e.Ref.Length) > int64(len(b))+2 || e.Ref.Item != 7 || e.ID == "" {
						t.Fatalf("reference %+v outside %d bytes", e.Ref, len(b))
					}
					fmt.Fprintln(&out, e.ID, e.Op, e.Time, e.Hash, e.Flags, e.Ref)
				})
				for _, r := range st.Rejects {
					if r.Reason == "" || r.Offset < 0 || r.Offset > int64(len(b))+2 {
						t.Fatalf("reject %+v", r)
					}
					fmt.Fprintln(&out, r)
				}
			}
		}
		whole := run(bytes.NewReader(b))
		if len(b) < 1<<14 {
			if pieces := run(oneByte{bytes.NewReader(b)}); pieces != whole {
				t.Fatalf("in one piece\n%s\nbyte by byte\n%s", whole, pieces)
			}
		}
	})
}

// FuzzTime: what RFC 3339 reads, we read alike; nothing else panics, or gives a time outside of two centuries.
func FuzzTime(f *testing.F) {
	for _, s := range []string{"2026-11-20T21:12:40", "2026-11-20T21:12:40.0000000Z ", "2026-11-20T21:12:40+01:00", "9/26/2023 1:51:34 AM", "18/05/2021 21:13:33", "/Date(1621372413000)/", `{"value":"/Date(1621372413000)/"}`, "12/4/2025, 8:19:41 AM", "4/28/2021, 2:19:28.000 PM", "2022-12-12 22:19:00", "1621372413"} {
		f.Add(s, uint8(0))
	}
	f.Fuzz(func(t *testing.T, s string, order uint8) {
		got := parseTime(s, dayOrder(order%3))
		if got.Set && (got.Std().Year() < 1669 || got.Std().Year() > 2264) {
			t.Fatalf("%q is %v", s, got)
		}
		want, err := time.Parse(time.RFC3339Nano, s)
		if err == nil && want.Year() >= 1900 && want.Year() <= 2200 && (!got.Set || got.Nano != want.UnixNano()) {
			t.Fatalf("%q: got %v, want %v", s, got, want)
		}
	})
}

// FuzzAddress: what netip reads, we read alike, without its zone and unmapped.
func FuzzAddress(f *testing.F) {
	for _, s := range []string{"192.0.2.1", "192.0.2.1:80", "[2001:db8::1]:443", "::ffff:192.0.2.1", "fe80::1%5", "SERVER (192.0.2.1)", "a, b", "[", "::"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := parseAddress(s)
		if got.Zone() != "" || got.Is4In6() {
			t.Fatalf("%q: %v", s, got)
		}
		if want, err := netip.ParseAddr(s); err == nil && got != want.WithZone("").Unmap() {
			t.Fatalf("%q: got %v, want %v", s, got, want)
		}
		if want, err := netip.ParseAddrPort(s); err == nil && got != want.Addr().WithZone("").Unmap() {
			t.Fatalf("%q: got %v, want %v", s, got, want)
		}
	})
}
