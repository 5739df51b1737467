package report

import (
	"bytes"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"evict"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	ghtml "github.com/yuin/goldmark/renderer/html"
	"golang.org/x/net/html"
)

// pageElements and pageAttributes are all that the page consists of.
var (
	pageElements = strings.Fields(`html head meta title style body a header p bdi span h1 h2 h3 main section ul ol li strong br table caption thead tbody tr th td
		details summary div svg rect circle path polygon text footer`)
	pageAttributes = strings.Fields(`lang charset http-equiv content name class href id aria-labelledby aria-label role scope data-label
		viewbox preserveaspectratio x y width height cx cy r d points text-anchor`)
)

// TestPageIsOnlyOurMarkup parses the page as a browser does: whatever a tenant
// writes, no element, attribute or link is there that is not ours.
func TestPageIsOnlyOurMarkup(t *testing.T) {
	all := payloads()
	if len(all) < 1000 {
		t.Errorf("only %d payloads", len(all))
	}
	n := 0
	inv := hostile(func() string {
		n++
		var b strings.Builder
		for i := range 8 {
			b.WriteString(withAddress(all[(n*8+i)%len(all)], "http://127.0.0.1:9/x"))
		}
		return b.String()
	})
	if n*8 < len(all) {
		t.Errorf("%d fields do not hold all payloads", n)
	}
	var b bytes.Buffer
	if err := HTML(&b, inv); err != nil {
		t.Fatal(err)
	}
	onlyOurMarkup(t, b.Bytes())
	b.Reset()
	if err := CaseHTML(&b, hostileCase(inv)); err != nil {
		t.Fatal(err)
	}
	onlyOurMarkup(t, b.Bytes())
}

func onlyOurMarkup(t *testing.T, page []byte) {
	t.Helper()
	doc, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for n := range doc.Descendants() {
		if n.Type == html.CommentNode {
			t.Errorf("a comment: %.60q", n.Data)
		}
		if n.Type != html.ElementNode {
			continue
		}
		if !slices.Contains(pageElements, n.Data) {
			t.Fatalf("element %q", n.Data)
		}
		for _, a := range n.Attr {
			if !slices.Contains(pageAttributes, strings.ToLower(a.Key)) {
				t.Fatalf("attribute %s=%.60q of %s", a.Key, a.Val, n.Data)
			}
			if a.Key == "href" && !strings.HasPrefix(a.Val, "#") {
				t.Fatalf("link to %.80q", a.Val)
			}
			if a.Key == "class" && !regexp.MustCompile(`^[a-z -]*$`).MatchString(a.Val) {
				t.Fatalf("class %q", a.Val)
			}
		}
	}
}

// TestMarkdownIsOnlyOurMarkup renders it with everything switched on that
// makes links and HTML: no link, image or element is there that is not ours.
// A bare mail address may become a mailto link; no dialect offers a way to stop that.
func TestMarkdownIsOnlyOurMarkup(t *testing.T) {
	all := payloads()
	n := 0
	inv := hostile(func() string { n++; return withAddress(all[n*3%len(all)], "http://127.0.0.1:9/x") })
	for shift := range 6 {
		n = shift * 211
		fillAgain := hostile(func() string { n++; return withAddress(all[n%len(all)], "http://127.0.0.1:9/x") })
		for _, x := range []*evict.Investigation{inv, fillAgain} {
			var b bytes.Buffer
			if err := Markdown(&b, x); err != nil {
				t.Fatal(err)
			}
			onlyOurMarkdown(t, b.Bytes())
			b.Reset()
			if err := CaseMarkdown(&b, hostileCase(x)); err != nil {
				t.Fatal(err)
			}
			onlyOurMarkdown(t, b.Bytes())
		}
	}
}

func onlyOurMarkdown(t *testing.T, source []byte) {
	t.Helper()
	var out bytes.Buffer
	md := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(ghtml.WithUnsafe()))
	if err := md.Convert(source, &out); err != nil {
		t.Fatal(err)
	}
	doc, err := html.Parse(&out)
	if err != nil {
		t.Fatal(err)
	}
	allowed := strings.Fields("html head body h1 h2 h3 p ul ol li strong table thead tbody tr th td a")
	for n := range doc.Descendants() {
		if n.Type == html.CommentNode {
			t.Fatalf("a comment: %.60q", n.Data)
		}
		if n.Type != html.ElementNode {
			continue
		}
		if !slices.Contains(allowed, n.Data) {
			t.Fatalf("element %q", n.Data)
		}
		for _, a := range n.Attr {
			if !(n.Data == "a" && a.Key == "href" && strings.HasPrefix(a.Val, "mailto:")) {
				t.Fatalf("attribute %s=%.80q of %s", a.Key, a.Val, n.Data)
			}
		}
	}
}

// TestMarkdownTablesKeepTheirColumns: no text adds a cell or a row.
func TestMarkdownTablesKeepTheirColumns(t *testing.T) {
	inv := hostile(func() string { return "a|b\\|c`|`\n| x |" })
	var b bytes.Buffer
	if err := CaseMarkdown(&b, hostileCase(inv)); err != nil { // with all of Markdown's
		t.Fatal(err)
	}
	columns := 0
	cell := regexp.MustCompile(`\\.|\|`)
	for _, line := range strings.Split(b.String(), "\n") {
		if !strings.HasPrefix(line, "|") {
			columns = 0
			continue
		}
		bars := 0
		for _, m := range cell.FindAllString(line, -1) {
			if m == "|" {
				bars++
			}
		}
		if columns != 0 && bars != columns {
			t.Fatalf("%d bars instead of %d: %q", bars, columns, line)
		}
		columns = bars
	}
}

// TestPageKeepsEveryFinding at a size that is folded, and loses no text.
func TestPageKeepsEveryFinding(t *testing.T) {
	inv := manyFindings(t, 10000)
	var b bytes.Buffer
	if err := HTML(&b, inv); err != nil {
		t.Fatal(err)
	}
	on := map[string]bool{}
	for _, id := range regexp.MustCompile(`id="f-(many[0-9]{5})"`).FindAllStringSubmatch(b.String(), -1) {
		on[id[1]] = true
	}
	if len(on) != 10000 {
		t.Errorf("%d of 10000 findings are on the page", len(on))
	}
	folded := strings.Index(b.String(), "Findings 51 to 550 of 10,009")
	if folded < 0 || strings.Count(b.String()[:folded], `id="f-`) != maxPageFindings {
		t.Error("not the first 50 are open")
	}
	t.Logf("%d findings: %d KiB", 10000, b.Len()>>10)
}

func manyFindings(t testing.TB, n int) *evict.Investigation {
	inv := sample(t)
	f := inv.Accounts[0].Findings[2]
	for i := range n {
		f.ID = fmt.Sprintf("many%05d", i)
		f.Severity = evict.Severity(i % 5)
		f.Time = f.Time.Add(1e9)
		inv.Accounts[0].Findings = append(inv.Accounts[0].Findings, f)
	}
	return inv
}

// TestContrast computes WCAG's ratio for every colour of text on each
// background, in both schemes: 4.5 is asked (AA).
func TestContrast(t *testing.T) {
	schemes := regexp.MustCompile(`:root\{[^}]*\}`).FindAllString(styleSource, -1)
	if len(schemes) != 3 { // light, dark, print
		t.Fatalf("%d schemes", len(schemes))
	}
	variable := regexp.MustCompile(`--([a-z]+):#([0-9a-f]+)`)
	for _, s := range schemes {
		c := map[string]float64{}
		for _, m := range variable.FindAllStringSubmatch(s, -1) {
			c[m[1]] = luminance(t, m[2])
		}
		for _, fg := range []string{"fg", "muted", "orange", "purple", "blue"} {
			for _, bg := range []string{"bg", "card"} {
				hi, lo := max(c[fg], c[bg]), min(c[fg], c[bg])
				if ratio := (hi + 0.05) / (lo + 0.05); ratio < 4.5 {
					t.Errorf("%s on %s: %.2f in %s", fg, bg, ratio, s)
				}
			}
		}
	}
}

func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	if len(hex) == 3 {
		hex = string([]byte{hex[0], hex[0], hex[1], hex[1], hex[2], hex[2]})
	}
	v, err := strconv.ParseUint(hex, 16, 32)
	if err != nil {
		t.Fatal(err)
	}
	part := func(shift uint) float64 {
		c := float64(v>>shift&0xff) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*part(16) + 0.7152*part(8) + 0.0722*part(0)
}

func FuzzShow(f *testing.F) {
	for _, s := range sequences() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		harmlessBytes(t, "show", []byte(strings.ReplaceAll(show(s, false), "\n", "\x00")))
		harmlessBytes(t, "ascii", []byte(strings.ReplaceAll(show(s, true), "\n", "\x00")))
	})
}

func FuzzCSVCell(f *testing.F) {
	for _, s := range formulas {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, part := range strings.Split(csvCell(s), ";") {
			if formula(part) && !strings.HasPrefix(part, "'") {
				t.Errorf("%q keeps the formula %q", s, part)
			}
		}
	})
}

func FuzzMarkdown(f *testing.F) {
	for i, p := range payloads() {
		if i%7 == 0 {
			f.Add(withAddress(p, "http://127.0.0.1:9/x"))
		}
	}
	f.Fuzz(func(t *testing.T, s string) {
		m := md(s)
		onlyOurMarkdown(t, []byte("# "+m+"\n\n- "+m+"\n- "+strong(s)+"\n1. "+m+"\n\n"+"x "+m+"\n\n| h |\n| --- |\n| "+m+" |\n"))
	})
}

func FuzzPage(f *testing.F) {
	for i, p := range payloads() {
		if i%50 == 0 {
			f.Add(withAddress(p, "http://127.0.0.1:9/x"))
		}
	}
	f.Fuzz(func(t *testing.T, s string) {
		var b bytes.Buffer
		if err := HTML(&b, hostile(func() string { return s })); err != nil {
			t.Fatal(err)
		}
		onlyOurMarkup(t, b.Bytes())
	})
}

func FuzzWidth(f *testing.F) {
	for _, s := range sequences() {
		f.Add(s, 40)
	}
	f.Fuzz(func(t *testing.T, s string, width int) {
		width = 40 + max(width, 0)%80
		var b bytes.Buffer
		l := newLayout(&b, TextOptions{Width: width, Unicode: true})
		l.para(2, 4, in(bold, s), span{text: " " + s})
		l.tableRow(2, []column{{"A", 10, false}, {"B", 0, false}, {"C", 6, true}}, [][]span{cell(s), cell(s), cell(s)})
		l.w.Flush()
		for _, line := range strings.Split(b.String(), "\n") {
			if columns(line) > width {
				t.Errorf("%d columns of %d: %q", columns(line), width, line)
			}
		}
	})
}
