package app_test

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"evict"
	"evict/internal/app"
)

// However short the export, colleagues who share the victim's office and
// browser are not accused with the victim: without a baseline and without
// devices nobody can tell an office from a stranger's host.
func TestShortExportAccusesNobodyElse(t *testing.T) {
	f, err := os.Open(filepath.Join("..", "..", "examples", "contoso", "audit.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := slices.Index(rows[0], "AuditData")
	for _, from := range []string{"2026-09-14", "2026-09-24", "2026-09-29", "2026-10-05", "2026-10-12", "2026-10-13", "2026-10-14"} {
		t.Run(from, func(t *testing.T) {
			dir := t.TempDir()
			out, err := os.Create(filepath.Join(dir, "audit.csv"))
			if err != nil {
				t.Fatal(err)
			}
			w := csv.NewWriter(out)
			for i, r := range rows {
				var head struct{ CreationTime string }
				if i > 0 {
					if err := json.Unmarshal([]byte(r[column]), &head); err != nil {
						t.Fatal(err)
					}
				}
				if i == 0 || head.CreationTime >= from {
					if err := w.Write(r); err != nil {
						t.Fatal(err)
					}
				}
			}
			w.Flush()
			if err := out.Close(); err != nil {
				t.Fatal(err)
			}
			inv, err := app.Investigate(t.Context(), app.Options{Paths: []string{dir}, Workers: 1, Scratch: t.TempDir()})
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range inv.Accounts {
				if (a.Verdict == evict.Compromised || a.Verdict == evict.Suspected) && a.Account != "dana@contoso.example" {
					t.Errorf("%s is %s: %s", a.Account, a.Verdict, a.Headline)
				}
			}
		})
	}
}
