package scenarios

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestExportsAreStated: every file of every format has a line in coverage.json,
// which names no other, and the same tenant gives the same bytes.
func TestExportsAreStated(t *testing.T) {
	w, err := Build(Config{Seed: 3, Users: 8, Days: 9, Rate: 0.1, Scenario: "aitm-invoice"})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range Formats() {
		dir := t.TempDir()
		if f.Doc == "" {
			t.Errorf("%s says nothing of itself", f.Name)
		}
		if err := Export(w, dir, f.Name); err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		again := t.TempDir()
		if err := Export(w, again, f.Name); err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		for name, seen := range filesOf(t, dir) {
			if !seen {
				t.Errorf("%s: nothing is said of %s", f.Name, name)
			}
			a, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			if b, err := os.ReadFile(filepath.Join(again, name)); err != nil || !bytes.Equal(a, b) {
				t.Errorf("%s: %s is another the second time: %v", f.Name, name, err)
			}
		}
	}
	if err := Export(w, t.TempDir(), "papyrus"); err == nil {
		t.Error("exported in a format that nobody has")
	}
}

// filesOf lists a bundle's files, true where coverage.json names it.
func filesOf(t *testing.T, dir string) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && d.Name() != "coverage.json" {
			name, _ := filepath.Rel(dir, path)
			out[filepath.ToSlash(name)] = false
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range statedIn(t, dir) {
		if _, ok := out[s.File]; !ok || out[s.File] {
			t.Errorf("coverage.json names %q, which is not there or twice", s.File)
		}
		out[s.File] = true
	}
	return out
}

func statedIn(t *testing.T, dir string) []stated {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "coverage.json"))
	if err != nil {
		t.Fatal(err)
	}
	var list []stated
	if err := json.Unmarshal(b, &list); err != nil {
		t.Fatal(err)
	}
	return list
}

// TestWhatCantBeHadIsNotExported: a tenant whose audit log is off and whose
// licence keeps no sign-ins gives neither in any format, and each file says why.
func TestWhatCantBeHadIsNotExported(t *testing.T) {
	w := build(t, "audit-off")
	for _, f := range Formats() {
		dir := t.TempDir()
		if err := Export(w, dir, f.Name); err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		for _, s := range statedIn(t, dir) {
			log := strings.Contains(s.Source, "audit log") || strings.Contains(s.Source, "sign-ins")
			if log && (s.Rows > 0 || s.Complete || s.Why == "") {
				t.Errorf("%s: %+v", f.Name, s)
			}
			b, err := os.ReadFile(filepath.Join(dir, s.File))
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(b, []byte("UserLoggedIn")) || bytes.Contains(b, []byte("MailItemsAccessed\",\"OrganizationId")) {
				t.Errorf("%s: %s holds a record of a log that is off", f.Name, s.File)
			}
		}
	}
}
