package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"evict"
)

// TestNothingSteersATerminal puts each of several hundred sequences into every
// text field: none of them may reach any form of output.
func TestNothingSteersATerminal(t *testing.T) {
	seqs := sequences()
	if len(seqs) < 200 {
		t.Fatalf("only %d sequences", len(seqs))
	}
	for round := range 12 { // so that every field meets many of them
		n := round * 31
		inv := hostile(func() string {
			n++
			return "a" + seqs[n%len(seqs)] + "b" + seqs[n*7%len(seqs)] + "c"
		})
		for name, print := range printers() {
			var b bytes.Buffer
			if err := print(&b, inv); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			harmlessBytes(t, name, b.Bytes())
		}
	}
}

// TestEverySequenceIsStopped tries each sequence by itself, in one field.
func TestEverySequenceIsStopped(t *testing.T) {
	for _, seq := range sequences() {
		inv := hostile(func() string { return "x" + seq + "y" })
		for name, print := range printers() {
			if strings.HasSuffix(name, "html") || name == "wide" || strings.HasSuffix(name, "narrow") {
				continue // the round above has them; these are slow
			}
			var b bytes.Buffer
			if err := print(&b, inv); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			harmlessBytes(t, name, b.Bytes())
		}
	}
}

// steers says so in other words than the code under test.
func steers(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp, unicode.Variation_Selector) ||
		unicode.Is(unicode.Zs, r) && r != ' ' && r != 0x3000 || strings.ContainsRune("\u115f\u1160\u3164\uffa0\u2800\u034f", r)
}

func harmlessBytes(t *testing.T, name string, out []byte) {
	t.Helper()
	isJSON := strings.HasSuffix(name, "json") || name == "bad" || name == "timeline.jsonl" // keeps the text, so marks too
	marks := 0
	for i := 0; i < len(out); {
		r, n := utf8.DecodeRune(out[i:])
		if unicode.Is(unicode.Mn, r) {
			marks++
		} else {
			marks = 0
		}
		if r == utf8.RuneError && n == 1 || r != '\n' && steers(r) || marks > maxMarks && !isJSON {
			t.Fatalf("%s: %U at byte %d of %q", name, r, i, out[max(0, i-40):min(len(out), i+20)])
		}
		if strings.HasSuffix(name, "ascii") && r >= utf8.RuneSelf {
			t.Fatalf("ascii: %U in %q", r, out[max(0, i-40):min(len(out), i+20)])
		}
		i += n
	}
}

// TestColourAddsOnlyOurSequences: without our own sequences the coloured text is the plain one.
func TestColourAddsOnlyOurSequences(t *testing.T) {
	n := 0
	seqs := sequences()
	inv := hostile(func() string { n++; return seqs[n%len(seqs)] + "\x1b[31mred\x1b[0m" })
	var plain, colour bytes.Buffer
	if err := Text(&plain, inv, TextOptions{Width: 80, Unicode: true}); err != nil {
		t.Fatal(err)
	}
	if err := Text(&colour, inv, TextOptions{Width: 80, Unicode: true, Colour: true}); err != nil {
		t.Fatal(err)
	}
	ours := regexp.MustCompile(`\x1b\[(0|1|2|1;38;5;(208|141|75)|38;5;245)m`)
	if got := ours.ReplaceAllString(colour.String(), ""); got != plain.String() {
		t.Error("colour adds something else than colour")
	}
}

// TestNoLineIsForged: a tenant's line break begins no line of the terminal output.
func TestNoLineIsForged(t *testing.T) {
	inv := hostile(func() string { return "x\nerror: forged\r\nNext: rm -rf" })
	for _, name := range []string{"text", "narrow", "ascii", "wide", "questions", "markdown", "csv", "wrap", "case", "case narrow", "case ascii", "case markdown", "money"} {
		var b bytes.Buffer
		if err := printers()[name](&b, inv); err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(b.String(), "\n") {
			if strings.HasPrefix(line, "error:") || strings.HasPrefix(line, "Next: rm") {
				t.Errorf("%s: forged line %q", name, line)
			}
		}
	}
}

// TestWidthIsKept: no line is wider than the terminal, whatever the texts.
func TestWidthIsKept(t *testing.T) {
	inv := hostile(func() string { return strings.Repeat("wide漢字x", 30) + " and some words " + strings.Repeat("a", 90) })
	for _, o := range []TextOptions{{Width: 40, Unicode: true}, {Width: 80, Unicode: true}, {Width: 80}, {Width: 133, Unicode: true}} {
		for _, x := range []*evict.Investigation{inv, sample(t)} {
			var b bytes.Buffer
			if err := Text(&b, x, o); err != nil {
				t.Fatal(err)
			}
			for _, line := range strings.Split(b.String(), "\n") {
				if w := columns(line); w > o.Width {
					t.Fatalf("width %d: line of %d columns: %q", o.Width, w, line)
				}
			}
		}
	}
}

// TestNothingIsCut: whatever the width, every word of a long value is printed.
func TestNothingIsCut(t *testing.T) {
	inv := sample(t)
	long := strings.Repeat("0123456789", 40)
	inv.Accounts[0].Findings[0].Summary = long
	inv.Accounts[0].Strands[0].Network = long
	inv.Sources[0].Name = long
	var b bytes.Buffer
	if err := Text(&b, inv, TextOptions{Width: 80, Unicode: true}); err != nil {
		t.Fatal(err)
	}
	// Cells wrap beside each other: the digits of one cell still come in order.
	digits := regexp.MustCompile(`[0-9]{12,}`)
	n := 0
	for _, d := range digits.FindAllString(b.String(), -1) {
		n += len(d)
	}
	if n < 3*len(long)*9/10 {
		t.Errorf("%d of %d digits are left", n, 3*len(long))
	}
}

// TestLongListsAreCounted: what the terminal leaves out is said with its number.
func TestLongListsAreCounted(t *testing.T) {
	inv := sample(t)
	f := inv.Accounts[0].Findings[0]
	for range 1000 {
		inv.Accounts[0].Findings = append(inv.Accounts[0].Findings, f)
	}
	var b bytes.Buffer
	if err := Text(&b, inv, TextOptions{Width: 80, Unicode: true}); err != nil {
		t.Fatal(err)
	}
	if want := "…(+969 more findings"; !strings.Contains(b.String(), want) {
		t.Errorf("no %q", want)
	}
}

// formulas are cells that some spreadsheet runs (OWASP ASVS 5, 1.2.10).
var formulas = []string{
	"=1+1", "=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "   +1", "\u00a0=1", "\ufeff=1", "\u3000=1", "\x00=1",
	"＝1+1", "＋1", "－1", "＠x", `"=1`, `'=1`, ` "=1`, "x;=1", "x;\t=1", `x;"=1"`, "x; +1", "=HYPERLINK(\"http://evil.example\")", "\u200b=1", "\u202e=1", "−1",
}

// TestNoFormulaInCSV reads the files back with each separator that a
// spreadsheet may expect: no cell begins like a formula.
func TestNoFormulaInCSV(t *testing.T) {
	cells := 0
	for round := range 28 {
		n := round
		inv := hostile(func() string { n++; return formulas[n%len(formulas)] })
		for _, name := range []string{"csv", "timeline.csv"} {
			var b bytes.Buffer
			if err := printers()[name](&b, inv); err != nil {
				t.Fatal(err)
			}
			for _, sep := range []rune{',', ';', '\t'} {
				r := csv.NewReader(bytes.NewReader(b.Bytes()))
				r.Comma, r.LazyQuotes, r.FieldsPerRecord = sep, true, -1
				for {
					row, err := r.Read()
					if err == io.EOF {
						break
					}
					if err != nil {
						t.Fatalf("%s by %q: %v", name, sep, err)
					}
					for _, c := range row {
						cells++
						c = strings.TrimLeftFunc(c, func(r rune) bool { return unicode.IsSpace(r) || r == '"' || r == 0xfeff || r == 0 })
						if first, _ := utf8.DecodeRuneInString(c); strings.ContainsRune("=+-@＝＋－＠", first) {
							t.Fatalf("%s by %q: cell %q", name, sep, c)
						}
					}
				}
			}
		}
	}
	if cells < 10000 {
		t.Errorf("only %d cells", cells)
	}
}

func TestCSVKeepsHonestCells(t *testing.T) {
	for _, c := range []string{"dana@contoso.example", "2026-11-20T21:12:40+00:00", "a; b", "it's = fine", "José", "株式会社"} {
		if got := csvCell(c); got != c {
			t.Errorf("%q became %q", c, got)
		}
	}
}

func TestShow(t *testing.T) {
	for in, want := range map[string]string{
		"plain text": "plain text",
		"José 株式会社 Ωμέγα Привет":          "José 株式会社 Ωμέγα Привет",
		"p\u0430ypal.example":             `p\u{430}ypal.example`,
		"invoice\u202Efdp.exe":            `invoice\u{202E}fdp.exe`,
		"a\u200bb":                        `a\u{200B}b`,
		"\x1b[31m":                        `\u{1B}[31m`,
		"\xff\xfe":                        `\x{FF}\x{FE}`,
		"\u0085":                          `\u{85}`,
		"a\rb\n":                          `a\u{D}b\u{A}`,
		"e\u0301":                         "e\u0301",
		"\u00a0":                          `\u{A0}`,
		"\U000e0041":                      `\u{E0041}`,
		`C:\temp`:                         `C:\temp`,
		"e\u0301\u0301\u0301\u0301\u0301": "e\u0301\u0301\u0301\u0301" + `\u{301}`,
	} {
		if got := show(in, false); got != want {
			t.Errorf("show(%q) = %q, want %q", in, got, want)
		}
	}
	if got, want := show("José", true), `Jos\u{E9}`; got != want {
		t.Errorf("in ASCII: %q, want %q", got, want)
	}
}

// TestJSONKeepsTheText: what JSON writes is read back as it was.
func TestJSONKeepsTheText(t *testing.T) {
	for _, s := range sequences() {
		if !utf8.ValidString(s) {
			continue
		}
		inv := sample(t)
		inv.Headline = "x" + s + "y"
		var b bytes.Buffer
		if err := JSON(&b, inv); err != nil {
			t.Fatal(err)
		}
		var back evict.Investigation
		if err := json.Unmarshal(b.Bytes(), &back); err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		if back.Headline != inv.Headline {
			t.Errorf("%q became %q", inv.Headline, back.Headline)
		}
	}
}
