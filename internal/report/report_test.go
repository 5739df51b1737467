package report

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

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
