package app_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"

	"evict"
	"evict/internal/app"
	"evict/internal/lab"
	"evict/internal/simtenant/scenarios"
)

// answer is what must not depend on the order, number of copies or files, or
// the number of workers: accounts and findings. File names are left out,
// as a record's copy may stand in any file.
func answer(t *testing.T, dir string, workers int) string {
	t.Helper()
	inv, err := app.Investigate(t.Context(), app.Options{Paths: []string{dir}, Workers: workers, Scratch: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	blank := func(fs []evict.Finding) {
		for i := range fs {
			for k := range fs[i].Evidence {
				fs[i].Evidence[k].Source = ""
			}
		}
	}
	blank(inv.Findings)
	for i := range inv.Accounts {
		blank(inv.Accounts[i].Findings)
	}
	if len(inv.Accounts) == 0 {
		t.Fatal("no account was listed: the comparison would show nothing")
	}
	b, err := json.MarshalIndent([]any{inv.Accounts, inv.Findings, inv.Headline, inv.AsOf}, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// A file of exactly 100 records is taken for one that was cut off, so that how
// records are shared out over files can show in the coverage: the seed makes no such file.
func TestAnswerDoesNotDependOnOrder(t *testing.T) {
	for _, scenario := range lab.Scenarios() {
		t.Run(scenario, func(t *testing.T) {
			t.Parallel()
			x, err := lab.Make(scenarios.Config{Seed: 12, Users: 9, Days: 20, Start: scenarios.DefaultStart, Rate: 0.3, Scenario: scenario})
			if err != nil {
				t.Fatal(err)
			}
			write := func(x *lab.Export, form lab.Form, files int) string {
				dir := t.TempDir()
				if err := x.Write(dir, form, files); err != nil {
					t.Fatal(err)
				}
				return dir
			}
			plain := write(x, lab.NDJSON, 1)
			want := answer(t, plain, 1)
			for name, got := range map[string]func() string{
				"two workers": func() string { return answer(t, plain, 2) },
				"shuffled":    func() string { return answer(t, write(x.Shuffled(3), lab.NDJSON, 1), 2) },
				"doubled":     func() string { return answer(t, write(x.Doubled().Shuffled(4), lab.NDJSON, 1), 2) },
				"five files":  func() string { return answer(t, write(x.Shuffled(5), lab.NDJSON, 5), 2) },
				"as CSV":      func() string { return answer(t, write(x, lab.PurviewCSV, 1), 1) },
			} {
				if g := got(); g != want {
					t.Errorf("%s: the answer differs: %s", name, firstDifference(want, g))
				}
			}
		})
	}
}

func firstDifference(a, b string) string {
	x, y := bytes.Split([]byte(a), []byte("\n")), bytes.Split([]byte(b), []byte("\n"))
	for i := range min(len(x), len(y)) {
		if !bytes.Equal(x[i], y[i]) {
			return fmt.Sprintf("line %d\n- %s\n+ %s", i+1, x[i], y[i])
		}
	}
	return fmt.Sprintf("%d lines against %d", len(x), len(y))
}
