package lab

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"evict"
	"evict/internal/records"
	"evict/internal/simtenant"
	"evict/internal/simtenant/scenarios"
)

// A read is what the program's parser made of one exported file.
type read struct {
	format                  string
	records, damaged, holes int
	rejects                 []string
	kinds                   map[string]int
}

// readFile reads one exported file as the program does.
func readFile(t *testing.T, path string, each func(*evict.Event)) read {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	src, err := records.Open(f)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	out := read{format: src.Format(), kinds: map[string]int{}}
	d := src.Decoder()
	for {
		b, err := src.Next()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		st := d.Decode(b, 0, func(e *evict.Event) {
			out.kinds[e.Kind.String()]++
			if !e.Time.Set && e.Flags&evict.Observed == 0 {
				out.holes++
			}
			if each != nil {
				each(e)
			}
		})
		out.records += st.Records
		out.damaged += st.Damaged
		for _, r := range st.Rejects {
			out.rejects = append(out.rejects, r.Reason)
		}
	}
}

// TestFormatsAreRead: every file of every format is read to its last record,
// none is rejected, damaged or without its time, and there are as many as were
// written. What the services answer is tested of every scenario, the rest of two.
func TestFormatsAreRead(t *testing.T) {
	for _, s := range scenarios.List {
		t.Run(s.Name, func(t *testing.T) {
			cfg := scenarios.Config{Seed: 5, Users: 9, Days: 18, Rate: 0.15, Scenario: s.Name}
			if s.Name == "fifty-accounts" {
				cfg.Days = 9
			}
			w, err := scenarios.Build(cfg)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range scenarios.Formats() {
				if f.Name != "api" && s.Name != "admin-takeover" && s.Name != "audit-off" {
					continue
				}
				dir := t.TempDir()
				if err := scenarios.Export(w, dir, f.Name); err != nil {
					t.Fatalf("%s: %v", f.Name, err)
				}
				checkBundle(t, f, w, dir)
			}
		})
	}
}

func checkBundle(t *testing.T, f scenarios.Format, w *simtenant.World, dir string) {
	t.Helper()
	var list []struct {
		File string
		Rows int
	}
	b, err := os.ReadFile(filepath.Join(dir, "coverage.json"))
	if err == nil {
		err = json.Unmarshal(b, &list)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range list {
		got := readFile(t, filepath.Join(dir, filepath.FromSlash(s.File)), nil)
		if got.records != s.Rows || got.damaged > 0 || got.holes > 0 || len(got.rejects) > 0 {
			t.Errorf("%s: %s (%s): %d of %d records, %d damaged, %d without a time, %d rejected: %.3q; %v", f.Name, s.File, got.format, got.records, s.Rows, got.damaged, got.holes, len(got.rejects), got.rejects, got.kinds)
		}
	}
}
