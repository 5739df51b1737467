package records

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/tools/txtar"

	"evict"
)

var update = flag.Bool("update", false, "write what the exports' cases give into their files, to be read before it is believed")

// Each case of testdata/exports is a story, an export and the events wanted,
// every field of them that is set. The same export in UTF-16 gives the same.
func TestExports(t *testing.T) {
	files, _ := filepath.Glob("testdata/exports/*.txtar")
	if len(files) == 0 {
		t.Fatal("no cases found")
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			a := txtar.Parse(b)
			in, want := part(a, "in"), part(a, "want")
			got := readAll(t, in)
			if *update {
				setPart(a, "want", got)
				if err := os.WriteFile(name, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			wide, err := unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewEncoder().String(in)
			if err != nil {
				t.Fatal(err)
			}
			if got := readAll(t, wide); got != want {
				t.Errorf("in UTF-16 without a mark: got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func part(a *txtar.Archive, name string) string {
	for _, f := range a.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

func setPart(a *txtar.Archive, name, data string) {
	for i := range a.Files {
		if a.Files[i].Name == name {
			a.Files[i].Data = []byte(data)
			return
		}
	}
	a.Files = append(a.Files, txtar.File{Name: name, Data: []byte(data)})
}

// readAll decodes an item and prints its format, events and rejects.
func readAll(t testing.TB, item string) string {
	t.Helper()
	src, err := Open(strings.NewReader(item))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, "format %s\n", src.Format())
	d := src.Decoder()
	for {
		b, err := src.Next()
		if errors.Is(err, io.EOF) {
			return out.String()
		}
		if err != nil {
			t.Fatal(err)
		}
		st := d.Decode(b, 0, func(e *evict.Event) { out.WriteString(show(e)) })
		for _, r := range st.Rejects {
			fmt.Fprintf(&out, "reject: %s\n", r.Reason)
		}
	}
}

// show prints every field of an event that is set, but its place in the file.
func show(e *evict.Event) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n%s, %s: %s", e.Kind, e.Outcome, e.Op)
	if e.Time.Set {
		fmt.Fprintf(&b, "\n  at %s", e.Time.Std().Format(time.RFC3339Nano))
		if e.Time.Prec > evict.Second {
			fmt.Fprintf(&b, " (%s)", [...]string{"sub-second", "second", "two minutes", "day", "ambiguous"}[e.Time.Prec])
		}
	}
	if !strings.HasPrefix(string(e.ID), "sha256:") {
		fmt.Fprintf(&b, "\n  id %s", e.ID)
	}
	if e.Tenant != "" {
		fmt.Fprintf(&b, "\n  tenant %s", e.Tenant)
	}
	name := func(p evict.Principal) string { return p.Kind.String() + " " + p.ID }
	if e.Actor.Kind != evict.NoPrincipal {
		fmt.Fprintf(&b, "\n  actor %s", name(e.Actor))
		for _, a := range e.ActorAliases {
			fmt.Fprintf(&b, " = %s", name(a))
		}
	}
	for _, s := range e.Subjects {
		fmt.Fprintf(&b, "\n  %s %s", s.Part, name(s.Who))
		for _, a := range s.Aliases {
			fmt.Fprintf(&b, " = %s", name(a))
		}
		if s.Label != "" {
			fmt.Fprintf(&b, " (%s)", s.Label)
		}
	}
	if e.Origin != (evict.Origin{}) {
		fmt.Fprintf(&b, "\n  from%s", set(reflect.ValueOf(e.Origin)))
	}
	if e.Flags != 0 {
		fmt.Fprintf(&b, "\n  flags %b", e.Flags)
	}
	if e.Detail != nil {
		v := reflect.ValueOf(e.Detail).Elem()
		fmt.Fprintf(&b, "\n  %s%s", v.Type().Name(), set(v))
	}
	return b.String() + "\n"
}

// set prints the fields of a struct that are not zero.
func set(v reflect.Value) string {
	var b strings.Builder
	for i := range v.NumField() {
		f := v.Field(i)
		if f.IsZero() {
			continue
		}
		if f.Type().Name() == "" && f.Kind() == reflect.Slice && f.Len() == 0 {
			continue
		}
		fmt.Fprintf(&b, " %s=%s", v.Type().Field(i).Name, text(f))
	}
	return b.String()
}

func text(v reflect.Value) string {
	switch x := v.Interface().(type) {
	case netip.Addr:
		return x.String()
	case evict.Tri:
		return [...]string{"?", "yes", "no"}[x]
	case evict.Change:
		return fmt.Sprintf("%s: %q -> %q", x.Name, x.Old, x.New)
	case evict.Field:
		return fmt.Sprintf("%s=%q", x.Name, x.Value)
	}
	switch v.Kind() {
	case reflect.Struct:
		return "{" + strings.TrimSpace(set(v)) + "}"
	case reflect.Slice:
		var parts []string
		for i := range v.Len() {
			parts = append(parts, text(v.Index(i)))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case reflect.String:
		return fmt.Sprintf("%q", v.String())
	}
	return fmt.Sprint(v.Interface())
}

// TestEvidence reads real exports where EVICT_EVIDENCE names a folder of them:
// it counts what came of each kind. In what is evidence nothing may be rejected.
func TestEvidence(t *testing.T) {
	root := os.Getenv("EVICT_EVIDENCE")
	if root == "" {
		t.Skip("EVICT_EVIDENCE is not set")
	}
	counts := map[string]int{}
	err := filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		src, err := Open(f)
		if err != nil {
			return err
		}
		d := src.Decoder()
		for {
			b, err := src.Next()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			st := d.Decode(b, 0, func(e *evict.Event) { counts[src.Format()+"\t"+e.Kind.String()+"\t"+e.Op]++ })
			for _, r := range st.Rejects {
				if src.Format() == "not evidence" {
					t.Logf("%s: %s", path, r.Reason)
					continue
				}
				t.Errorf("%s at %d: %s", path, r.Offset, r.Reason)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	keys := make([]string, 0, len(counts))
	for k := range counts {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		t.Logf("%6d %s", counts[k], k)
	}
}
