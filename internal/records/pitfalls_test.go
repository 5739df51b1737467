package records

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// TestPitfalls: each case of testdata/pitfalls is a way in which exports of the
// audit log are known to mislead (one number for one such way),
// or one kind of audit record; what it is, the export, and what is wanted.
func TestPitfalls(t *testing.T) {
	files, _ := filepath.Glob("testdata/pitfalls/*.txtar")
	if len(files) < 40 {
		t.Fatal("cases are missing")
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			a := txtar.Parse(b)
			got := readAll(t, part(a, "in"))
			if *update {
				setPart(a, "want", got)
				if err := os.WriteFile(name, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if want := part(a, "want"); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}
