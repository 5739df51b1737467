package simtest_test

import (
	"context"
	"encoding/json"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"evict"
	"evict/internal/app"
	"evict/internal/simtenant"
	"evict/internal/simtenant/scenarios"
)

// some of the scenarios are gone through always; all of them under EVICT_TORTURE.
func some(names ...string) []string {
	if !heavy {
		return names
	}
	var out []string
	for _, x := range scenarios.List {
		out = append(out, x.Name)
	}
	return out
}

// world makes the tenant anew: what was served may have changed.
func world(t *testing.T, o app.SimulateOptions) *simtenant.World {
	t.Helper()
	w, _, err := o.World()
	if err != nil {
		t.Fatal(err)
	}
	app.Register(w)
	return w
}

// exported writes the tenant in a format and investigates the files, as of the
// time and under the licence that a collection would have read.
func exported(t *testing.T, w *simtenant.World, format string, accounts []string, asOf evict.Time) *evict.Investigation {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "exports")
	if err := scenarios.Export(w, dir, format); err != nil {
		t.Fatal(err)
	}
	licence := "none"
	switch {
	case slices.Contains(w.Plans, "AAD_PREMIUM_P2"):
		licence = "P2"
	case slices.Contains(w.Plans, "AAD_PREMIUM"):
		licence = "P1"
	}
	inv, err := app.Investigate(context.Background(), app.Options{Paths: []string{dir}, Scratch: t.TempDir(), Licence: licence, AsOf: asOf, Accounts: accounts})
	if err != nil {
		t.Fatal(err)
	}
	return inv
}

var sourceOf = regexp.MustCompile(`"source": "[^"]*"`)

// whyNot are sentences that repeat why a source is not complete: a collection
// and a coverage.json have words of their own for that.
var whyNot = regexp.MustCompile(`(?s)"(why|headline)": "[^"\n]*"|"(notExcluded|nextSteps)": \[.*?\]`)

// answer is what was found, without the names of the files that show it.
func answer(t *testing.T, inv *evict.Investigation) string {
	t.Helper()
	b, err := json.MarshalIndent(map[string]any{"accounts": inv.Accounts, "findings": inv.Findings}, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	b = sourceOf.ReplaceAll(b, []byte(`"source": ""`))
	if slices.ContainsFunc(inv.Sources, func(s evict.Source) bool { return strings.Contains(s.Why, "switched off") }) {
		b = whyNot.ReplaceAll(b, nil)
	}
	return string(b)
}

// TestLiveIsAsExported collects everybody live: the answer is that of the
// lossless exports of the same tenant, byte for byte.
func TestLiveIsAsExported(t *testing.T) {
	warm(t)
	for _, name := range some("aitm-invoice") {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := small(name, 1)
			var live *evict.Investigation
			inSite(t, o, func(s *site) {
				dir := filepath.Join(t.TempDir(), "case")
				// As far back as the export: what a collection asks for by itself depends on the trouble that it finds.
				_, err := app.CollectFrom(s.t.Context(), s.client, s.profile, app.CollectOptions{Case: dir, Accounts: s.everybody(), Depth: "standard", Operator: "tester", Since: s.world.Now.AddDate(0, 0, -60)})
				if err != nil {
					t.Fatal(err)
				}
				live = investigate(t, dir)
			})
			var accounts []string
			for _, a := range live.Accounts {
				accounts = append(accounts, a.Account)
			}
			want := answer(t, live)
			for _, f := range scenarios.Formats() {
				if !f.Lossless {
					continue
				}
				if got := answer(t, exported(t, world(t, o), f.Name, accounts, live.AsOf)); got != want {
					t.Errorf("%s differs from live:\n%s", f.Name, firstDifference(got, want))
				}
			}
		})
	}
}

// everybody is who can be asked for.
func (s *site) everybody() []string {
	var out []string
	for _, u := range s.world.Users {
		if !u.Guest && u.Deleted.IsZero() {
			out = append(out, u.ID)
		}
	}
	return out
}

func firstDifference(got, want string) string {
	a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range a {
		if i >= len(b) || a[i] != b[i] {
			from := max(0, i-12)
			return "exported:\n" + strings.Join(a[from:min(i+4, len(a))], "\n") + "\nlive:\n" + strings.Join(b[min(from, len(b)):min(i+4, len(b))], "\n")
		}
	}
	return "the exported answer ends early"
}

// TestLossyFormatsSayWhatTheyLack: a finding that another format shows and this
// one does not has a check that says partial or blind. What is only context
// depends on where an act is placed and weighs nothing.
func TestLossyFormatsSayWhatTheyLack(t *testing.T) {
	for _, name := range some("consent") {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := small(name, 1)
			w := world(t, o)
			asOf := evict.At(w.Now, evict.Second)
			var accounts []string
			for _, u := range w.Users {
				if !u.Guest && u.Deleted.IsZero() {
					accounts = append(accounts, u.UPN)
				}
			}
			whole := exported(t, w, "api", accounts, asOf)
			for _, f := range scenarios.Formats() {
				if !f.Lossless {
					lacks(t, f.Name, whole, exported(t, world(t, o), f.Name, accounts, asOf))
				}
			}
		})
	}
}

func lacks(t *testing.T, format string, whole, got *evict.Investigation) {
	t.Helper()
	for i := range whole.Accounts {
		want := &whole.Accounts[i]
		k := slices.IndexFunc(got.Accounts, func(a evict.Account) bool {
			return strings.EqualFold(a.Account, want.Account) || a.ID != "" && a.ID == want.ID
		})
		for _, f := range want.Findings {
			// Where fewer strands are seen, an administrator's act that nobody's hand was tied to may stand in the only one there is.
			if k < 0 || f.Severity == evict.Info || f.Attribution == evict.Unplaced && f.Family == evict.Privilege {
				continue
			}
			have := &got.Accounts[k]
			if f.Time.Set && f.Time.Before(have.Window.From) {
				continue // the answer does not speak of that time, and says so
			}
			if slices.ContainsFunc(have.Findings, func(x evict.Finding) bool { return x.Detector == f.Detector }) {
				continue
			}
			// What is concluded from several findings has no check of its own.
			own := slices.ContainsFunc(have.Checks, func(c evict.Check) bool { return c.Detector == f.Detector })
			if !slices.ContainsFunc(have.Checks, func(c evict.Check) bool { return c.Status != evict.Done && (c.Detector == f.Detector || !own) }) {
				t.Errorf("%s: %s of %s is missing, and its check is done: %s", format, f.Detector, want.Account, f.Summary)
			}
		}
		if k >= 0 && got.Accounts[k].Verdict == evict.Clear && want.Verdict != evict.Clear {
			t.Errorf("%s: %s is clear, and %s with all there is", format, want.Account, want.Verdict)
		}
	}
}
