package detect_test

import (
	"context"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"evict"
	"evict/internal/app"
	"evict/internal/detect"

	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "rewrite the want sections of the cases")

func TestCatalogIsValid(t *testing.T) {
	if err := detect.Validate(detect.Catalog); err != nil {
		t.Error(err)
	}
}

// TestCases runs each testdata/<detector>/*.txtar through the whole program:
// a sentence of story, evidence files as they are exported, and in "want" one
// line for each finding of that detector: severity, item, subject, a part of
// the summary in quotes, and the records that are its cause. An "options"
// section names workplaces and responders, a "known-bad" section holds the
// indicators of another case. A "check" section says, for an account, how far
// the detector could look and a part of the reason.
func TestCases(t *testing.T) {
	files, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, file := range files {
		t.Run(filepath.ToSlash(strings.TrimSuffix(strings.TrimPrefix(file, "testdata"+string(filepath.Separator)), ".txtar")), func(t *testing.T) {
			t.Parallel()
			runCase(t, file, filepath.Base(filepath.Dir(file)))
		})
	}
}

func runCase(t *testing.T, file, detector string) {
	a, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if strings.TrimSpace(string(a.Comment)) == "" {
		t.Error("no story")
	}
	dir := t.TempDir()
	o := app.Options{Paths: []string{dir}, Workers: 1, Scratch: t.TempDir()}
	want, check := -1, ""
	for i, f := range a.Files {
		switch f.Name {
		case "want":
			want = i
		case "check":
			check = strings.TrimSpace(string(f.Data))
		case "known-bad":
			o.KnownBad = filepath.Join(t.TempDir(), "known-bad.json")
			if err := os.WriteFile(o.KnownBad, f.Data, 0o600); err != nil {
				t.Fatal(err)
			}
		case "options":
			options(t, &o, string(f.Data))
		default:
			if err := os.WriteFile(filepath.Join(dir, filepath.Base(f.Name)), f.Data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	if want < 0 {
		t.Fatal("no section want")
	}
	inv, err := app.Investigate(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	if inv.Rejected.Count > 0 {
		t.Errorf("rejected %d records, first %+v", inv.Rejected.Count, inv.Rejected.First)
	}
	looked(t, inv, detector, check)
	got := findings(inv, detector)
	if *update {
		var b strings.Builder
		for _, f := range got {
			b.WriteString(line(f) + "\n")
		}
		a.Files[want].Data = []byte(b.String())
		if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	compare(t, got, string(a.Files[want].Data))
}

// looked compares the detector's check of an account with what the case says of it.
func looked(t *testing.T, inv *evict.Investigation, detector, want string) {
	t.Helper()
	if want == "" {
		return
	}
	account, rest, _ := strings.Cut(want, " ")
	status, why, _ := strings.Cut(rest, " ")
	for _, a := range inv.Accounts {
		for _, c := range a.Checks {
			if a.Account != account || c.Detector != detector {
				continue
			}
			if string(c.Status) != status || !strings.Contains(c.Why, why) {
				t.Errorf("the check is %s (%s), want %s", c.Status, c.Why, rest)
			}
			return
		}
	}
	t.Errorf("no check of %s", account)
}

func compare(t *testing.T, got []evict.Finding, want string) {
	t.Helper()
	for _, w := range strings.Split(strings.TrimSpace(want), "\n") {
		if w == "" {
			continue
		}
		i := slices.IndexFunc(got, func(f evict.Finding) bool { return matches(t, f, w) })
		if i < 0 {
			t.Errorf("no finding like\n\t%s", w)
			continue
		}
		got = slices.Delete(got, i, i+1)
	}
	for _, f := range got {
		t.Errorf("a finding that nobody wants\n\t%s", line(f))
	}
}

// matches reports whether a finding is what a line of want says: the summary
// holds the quoted part, and the records named are all its causes.
func matches(t *testing.T, f evict.Finding, want string) bool {
	t.Helper()
	head, rest, ok := strings.Cut(want, ` "`)
	if !ok {
		t.Fatalf("want line without a quoted summary: %s", want)
	}
	prefix, err := strconv.QuotedPrefix(`"` + rest)
	if err != nil {
		t.Fatalf("want line: %v: %s", err, want)
	}
	part, err := strconv.Unquote(prefix)
	if err != nil {
		t.Fatal(err)
	}
	records := strings.Fields((`"` + rest)[len(prefix):])
	return head == fmt.Sprintf("%s %s %s %s", f.Severity, f.Item, f.Subject.Kind, f.Subject.ID) &&
		strings.Contains(f.Summary, part) && (len(records) == 0 || slices.Equal(records, causes(f)))
}

func line(f evict.Finding) string {
	return fmt.Sprintf("%s %s %s %s %q %s", f.Severity, f.Item, f.Subject.Kind, f.Subject.ID, f.Summary, strings.Join(causes(f), " "))
}

func causes(f evict.Finding) []string {
	var out []string
	for _, e := range f.Evidence {
		if e.Role == "cause" {
			out = append(out, string(e.Record))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// findings are those of one detector, in the order of time.
func findings(inv *evict.Investigation, detector string) []evict.Finding {
	var out []evict.Finding
	take := func(list []evict.Finding) {
		for _, f := range list {
			if f.Detector == detector {
				out = append(out, f)
			}
		}
	}
	take(inv.Findings)
	for _, a := range inv.Accounts {
		take(a.Findings)
	}
	slices.SortStableFunc(out, func(a, b evict.Finding) int { return strings.Compare(a.Time.String(), b.Time.String()) })
	return out
}

func options(t *testing.T, o *app.Options, text string) {
	t.Helper()
	for _, l := range strings.Split(strings.TrimSpace(text), "\n") {
		name, value, _ := strings.Cut(l, " ")
		switch name {
		case "workplace":
			p, err := netip.ParsePrefix(value)
			if err != nil {
				t.Fatal(err)
			}
			o.Workplaces = append(o.Workplaces, p)
		case "responder":
			o.Responders = append(o.Responders, value)
		default:
			t.Fatalf("unknown option %s", l)
		}
	}
}
