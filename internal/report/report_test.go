package report

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"evict"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// sample is an invented case: one account compromised, one suspected, one
// clear, two unknown, with what was reported and money at risk.
func sample(t testing.TB) *evict.Investigation {
	t.Helper()
	b, err := os.ReadFile("testdata/sample.json")
	if err != nil {
		t.Fatal(err)
	}
	inv := new(evict.Investigation)
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(inv); err != nil {
		t.Fatal(err)
	}
	return inv
}

// golden compares with the file of that name, or writes it with -update.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Errorf("%s differs (-want +got); go test -update writes it anew:\n%s", name, d)
	}
}

func TestJSONIsTheSample(t *testing.T) {
	var b bytes.Buffer
	if err := JSON(&b, sample(t)); err != nil {
		t.Fatal(err)
	}
	golden(t, "sample.json", b.Bytes())
}

func TestJSONHasNoNullLists(t *testing.T) {
	var b bytes.Buffer
	if err := JSON(&b, &evict.Investigation{Accounts: []evict.Account{{}}, Findings: []evict.Finding{{}}}); err != nil {
		t.Fatal(err)
	}
	var doc any
	if err := json.Unmarshal(b.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	times := map[string]bool{"asOf": true, "from": true, "to": true, "firstTrouble": true, "time": true}
	var walk func(path, key string, v any)
	walk = func(path, key string, v any) {
		switch v := v.(type) {
		case nil:
			if !times[key] {
				t.Errorf("%s is null", path)
			}
		case map[string]any:
			for k, x := range v {
				walk(path+"."+k, k, x)
			}
		case []any:
			for _, x := range v {
				walk(path+"[]", "", x)
			}
		}
	}
	walk("", "", doc)
}

func TestText(t *testing.T) {
	for name, o := range map[string]TextOptions{
		"text80.txt":    {Width: 80, Unicode: true, Next: "evict ask --account rowan.hale@contoso.example exports/"},
		"text120.txt":   {Width: 120, Unicode: true},
		"text80.ascii":  {Width: 80},
		"text80.colour": {Width: 80, Unicode: true, Colour: true},
	} {
		var b bytes.Buffer
		if err := Text(&b, sample(t), o); err != nil {
			t.Fatal(err)
		}
		golden(t, name, b.Bytes())
	}
}

func TestHTML(t *testing.T) {
	var b bytes.Buffer
	if err := HTML(&b, sample(t)); err != nil {
		t.Fatal(err)
	}
	golden(t, "page.html", b.Bytes())
}

func TestMarkdown(t *testing.T) {
	var b bytes.Buffer
	if err := Markdown(&b, sample(t)); err != nil {
		t.Fatal(err)
	}
	golden(t, "report.md", b.Bytes())
}

func TestCSV(t *testing.T) {
	var b bytes.Buffer
	if err := CSV(&b, sample(t)); err != nil {
		t.Fatal(err)
	}
	golden(t, "findings.csv", b.Bytes())
}

func TestIndicators(t *testing.T) {
	var b bytes.Buffer
	if err := Indicators(&b, sample(t)); err != nil {
		t.Fatal(err)
	}
	golden(t, "indicators.json", b.Bytes())
}

func TestQuestions(t *testing.T) {
	var b bytes.Buffer
	if err := Questions(&b, sample(t), TextOptions{Width: 80, Unicode: true}); err != nil {
		t.Fatal(err)
	}
	golden(t, "questions.txt", b.Bytes())
}

func TestWrap(t *testing.T) {
	for in, want := range map[string]string{
		"one\ntwo\n\nthree":                  "one two\n\nthree",
		"- a " + strings.Repeat("word ", 12): "- a word word word word word word word\n  word word word word word",
		"- a\n\nforged":                      "- a\n\n  forged",
		"a\x1b[2Jb":                          `a\u{1B}[2Jb`,
	} {
		if got := Wrap(in, 40); got != want {
			t.Errorf("Wrap(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestTimeline(t *testing.T) {
	rows := []TimelineRow{
		{Message: "New-InboxRule: \"..\"", Time: evict.At(time.Date(2026, 11, 20, 21, 12, 40, 0, time.UTC), evict.Second), Kind: "admin-audit", Account: "rowan.hale@contoso.example",
			Actor: "rowan.hale@contoso.example", Operation: "New-InboxRule", Outcome: "success", Record: "7f3e", Source: "audit.csv", Network: "203.0.113.77/32", Address: "203.0.113.77",
			Strand: "s-7f21", Attribution: "attacker", Findings: []string{"ac20", "7369"}},
		{Message: "to a tenth of a second", Time: evict.At(time.Date(2026, 11, 20, 21, 12, 40, 1e8, time.UTC), evict.SubSecond)},
		{Message: "no time"},
		{Message: strings.Repeat("é", 20000), Time: evict.At(time.Unix(0, 0), evict.Second)},
	}
	var lines, table bytes.Buffer
	for w, b := range map[*Timeline]*bytes.Buffer{TimelineJSONL(&lines): &lines, TimelineCSV(&table): &table} {
		for _, r := range rows {
			if err := w.Write(r); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		if w.Skipped() != 1 {
			t.Errorf("%d rows left out, want 1", w.Skipped())
		}
		if n := strings.Count(b.String(), "\n"); b == &lines && n != 3 || b == &table && n != 4 {
			t.Errorf("%d lines", n)
		}
	}
	want := `{"message":"New-InboxRule: \"..\"","datetime":"2026-11-20T21:12:40+00:00","timestamp_desc":"admin-audit","account":"rowan.hale@contoso.example",` +
		`"actor":"rowan.hale@contoso.example","operation":"New-InboxRule","outcome":"success","record":"7f3e","source":"audit.csv","network":"203.0.113.77/32",` +
		`"address":"203.0.113.77","strand":"s-7f21","attribution":"attacker","findings":["ac20","7369"]}`
	got := strings.Split(lines.String(), "\n")
	if got[0] != want {
		t.Errorf("got  %s\nwant %s", got[0], want)
	}
	if !strings.Contains(got[1], `"datetime":"2026-11-20T21:12:40.1+00:00"`) {
		t.Errorf("fractions: %s", got[1])
	}
	var long struct{ Message string }
	if err := json.Unmarshal([]byte(got[2]), &long); err != nil {
		t.Fatal(err)
	}
	if len(long.Message) > 32766 || !strings.HasSuffix(long.Message, "…(+8,000 bytes in the record)") {
		t.Errorf("a long field: %d bytes, end %q", len(long.Message), long.Message[len(long.Message)-60:])
	}
	if !strings.HasPrefix(table.String(), `"message","datetime","timestamp_desc","account","actor"`) {
		t.Errorf("header: %.80s", table.String())
	}
}

// TestEmptyTimelineHasAHeader, so that an importer can tell it from a failure.
func TestEmptyTimelineHasAHeader(t *testing.T) {
	var b bytes.Buffer
	if err := TimelineCSV(&b).Flush(); err != nil || !strings.HasPrefix(b.String(), `"message"`) {
		t.Errorf("%v, %q", err, b.String())
	}
}

// TestPrintersDoNotChangeTheAnswer: an answer may be printed in every form, one after the other.
func TestPrintersDoNotChangeTheAnswer(t *testing.T) {
	inv := sample(t)
	for name, print := range printers() {
		var a, b bytes.Buffer
		if err := print(&a, inv); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(sample(t), inv); d != "" {
			t.Fatalf("%s changed the answer:\n%s", name, d)
		}
		if err := print(&b, inv); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a.Bytes(), b.Bytes()) {
			t.Errorf("%s prints twice, differently", name)
		}
	}
}

// TestEmptyAnswer: nothing found in nothing is still said in every form.
func TestEmptyAnswer(t *testing.T) {
	for name, print := range printers() {
		var b bytes.Buffer
		if err := print(&b, &evict.Investigation{Reported: &evict.Reported{Symptoms: []int{3, 99}}, Money: &evict.Money{}, Accounts: make([]evict.Account, 3)}); err != nil && !strings.HasPrefix(name, "timeline") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
