package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"evict"
	"evict/internal/lab"

	"github.com/spf13/cobra"
)

func evalCommand() *cobra.Command {
	var verbose, casesOnly, tenantsOnly bool
	var only string
	var seed uint64
	c := &cobra.Command{
		Use:   "eval [EVIDENCE_DIR]",
		Short: "Score the program on labelled cases and on made tenants",
		Long: `Scores the program, and beside it a program without analysis, on the cases of
EVIDENCE_DIR/cases.jsonl, and the program on tenants that are made here. Exits 1
when a bar is missed: a malicious case of quality A or B not found, a benign one
not quiet, a scenario's account misjudged, the program without analysis passing,
noise on life without an attacker.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			var failed []string
			if len(args) == 1 && !tenantsOnly {
				f, err := evalCases(c.Context(), os.Stdout, args[0], verbose)
				if err != nil {
					return err
				}
				failed = append(failed, f...)
			}
			if !casesOnly {
				f, err := evalTenants(c.Context(), os.Stdout, seed, only, verbose)
				if err != nil {
					return err
				}
				failed = append(failed, f...)
			}
			if len(failed) > 0 {
				return errors.New("bars missed:\n  " + strings.Join(failed, "\n  "))
			}
			fmt.Println("\nEvery bar is met.")
			return nil
		},
	}
	f := c.Flags()
	f.BoolVar(&verbose, "verbose", false, "print the findings, and some of the records that were missed or wrongly attributed")
	f.BoolVar(&casesOnly, "cases", false, "only the labelled cases")
	f.BoolVar(&tenantsOnly, "tenants", false, "only the made tenants")
	f.StringVar(&only, "only", "", "only made tenants whose name contains this")
	f.Uint64Var(&seed, "seed", 1, "of the made tenants")
	return c
}

// evalCases prints the table of cases and returns the bars that were missed.
func evalCases(ctx context.Context, out io.Writer, dir string, verbose bool) ([]string, error) {
	cases, err := lab.ReadCases(dir)
	if err != nil {
		return nil, err
	}
	results := lab.Score(ctx, dir, cases, evictProgram)
	fmt.Fprintf(out, "Labelled cases: %d\n\n", len(cases))
	fmt.Fprintf(out, "%-8s %-44s %-7s %-46s %s\n", "answer", "case", "quality", "symptom", "by")
	for i := range results {
		printCase(out, &results[i], verbose)
	}
	fmt.Fprintln(out)
	printSources(out, "evict", results)
	null := lab.Score(ctx, dir, cases, lab.Null)
	fmt.Fprintln(out)
	printSources(out, "a program without analysis", null)

	failed := missed(results)
	for _, id := range lab.StaleExcuses(results) {
		failed = append(failed, id+": is excused and needs no excuse")
	}
	if len(missed(null)) == 0 {
		failed = append(failed, "the program without analysis passes: the measure is worth nothing")
	} else {
		fmt.Fprintf(out, "\nThe program without analysis misses %d of the bars.\n", len(missed(null)))
	}
	return failed, nil
}

func missed(results []lab.CaseResult) []string {
	var out []string
	for _, r := range results {
		if r.Case.Required() && !r.Good && r.Excuse == "" {
			out = append(out, r.Case.ID+": "+r.Word+strings.Join(append([]string{""}, r.Mistakes...), "; "))
		}
	}
	return out
}

func printCase(out io.Writer, r *lab.CaseResult, verbose bool) {
	word := r.Word
	if !r.Good {
		word = strings.ToUpper(word)
	}
	fmt.Fprintf(out, "%-8s %-44s %-7s %-46s %s\n", word, clip(r.Case.ID, 44), clip(strings.Fields(r.Case.Quality + " -")[0], 7), clip(r.Case.Symptom, 46), deciders(r))
	if r.Err != nil {
		fmt.Fprintf(out, "         %v\n", r.Err)
	}
	for _, m := range r.Mistakes {
		fmt.Fprintf(out, "         %s\n", m)
	}
	if r.Excuse != "" {
		fmt.Fprintf(out, "         excused: %s\n", r.Excuse)
	}
	if !verbose {
		return
	}
	for _, f := range r.By {
		fmt.Fprintf(out, "         %s %s %v: %s\n", f.Severity, f.Detector, f.Techniques, clip(f.Summary, 140))
	}
	if !r.Good {
		for _, f := range r.Wandering {
			fmt.Fprintf(out, "         other technique or severity: %s %s %v: %s\n", f.Severity, f.Detector, f.Techniques, clip(f.Summary, 140))
		}
	}
}

// deciders names the detectors behind an answer, each once.
func deciders(r *lab.CaseResult) string {
	var ids []string
	for _, f := range r.By {
		if s := f.Detector + " (" + f.Severity.String() + ")"; !slices.Contains(ids, s) {
			ids = append(ids, s)
		}
	}
	slices.Sort(ids)
	if len(ids) > 3 {
		ids = append(ids[:3], fmt.Sprintf("and %d more", len(ids)-3))
	}
	s := strings.Join(ids, ", ")
	if r.Low > 0 {
		s += fmt.Sprintf(" %d low", r.Low)
	}
	return s
}

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

// printSources prints how many cases of each source were answered as labelled.
func printSources(out io.Writer, who string, results []lab.CaseResult) {
	type row struct{ malicious, found, benign, quiet, low, excused int }
	rows := map[string]*row{}
	for i := range results {
		r := &results[i]
		for _, key := range []string{sourceOf(r.Case.File), "all"} {
			if rows[key] == nil {
				rows[key] = &row{}
			}
			x := rows[key]
			if r.Excuse != "" {
				x.excused++
			}
			x.low += r.Low
			switch r.Case.Expected {
			case "malicious":
				x.malicious++
				if r.Good {
					x.found++
				}
			case "benign":
				x.benign++
				if r.Good {
					x.quiet++
				}
			}
		}
	}
	fmt.Fprintf(out, "By source, %s:\n%-24s %-12s %-12s %-8s %s\n", who, "source", "found", "quiet", "low", "excused")
	for _, key := range sorted(rows) {
		x := rows[key]
		fmt.Fprintf(out, "%-24s %-12s %-12s %-8d %d\n", key, fmt.Sprintf("%d of %d", x.found, x.malicious), fmt.Sprintf("%d of %d", x.quiet, x.benign), x.low, x.excused)
	}
}

func sorted[T any](m map[string]T) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b string) int {
		if (a == "all") != (b == "all") {
			if a == "all" {
				return 1
			}
			return -1
		}
		return strings.Compare(a, b)
	})
	return keys
}

func sourceOf(file string) string {
	if s, _, ok := strings.Cut(file, "/"); ok {
		return s
	}
	return strings.TrimSuffix(file, filepath.Ext(file))
}

// evalTenants makes tenants, scores the program on them, and returns the bars that were missed.
func evalTenants(ctx context.Context, out io.Writer, seed uint64, only string, verbose bool) ([]string, error) {
	dir, err := os.MkdirTemp("", "evict-lab-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	var failed []string
	var sum, hard lab.TenantResult
	fmt.Fprintf(out, "\nMade tenants. Of the attacker's events (failed sign-ins left out, they make no strand):\n%-16s %4s %8s  %9s %6s %6s %7s %8s %6s  %s\n", "tenant", "days", "records", "precision", "recall", "owner's", "unknown", "unplaced", "absent", "verdicts")
	var life []lab.TenantResult
	for _, tr := range lab.Trials(seed) {
		if !strings.Contains(tr.Name, only) {
			continue
		}
		r, err := tr.Run(ctx, dir, evictProgram)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", tr.Name, err)
		}
		if tr.Config.Scenario == "" {
			life = append(life, r)
			continue
		}
		add(&sum, r)
		if r.Hard {
			add(&hard, r)
		}
		printTenant(out, &r, verbose)
		if len(r.Accused) > 0 {
			failed = append(failed, fmt.Sprintf("%s, %d days: also accused %s", r.Name, r.Days, strings.Join(r.Accused, ", ")))
		}
	}
	fmt.Fprintf(out, "%-30s  %9.3f %6.3f\n", "all", sum.Precision(), sum.Recall())
	fmt.Fprintf(out, "%-30s  %9.3f %6.3f\n", "hard pairs", hard.Precision(), hard.Recall())

	fmt.Fprintf(out, "\nLife without an attacker:\n%-16s %4s %8s %9s  %7s %5s %12s  %s\n", "tenant", "days", "records", "user-days", "medium+", "low", "low per 100", "accused")
	for i := range life {
		failed = append(failed, printLife(out, &life[i], verbose)...)
	}
	return append(failed, noise(out, life)...), nil
}

// noise holds the bar on low findings over all tenants together: in one small
// tenant a single finding is more than the bar.
func noise(out io.Writer, life []lab.TenantResult) []string {
	low, days := 0, 0
	for i := range life {
		low += life[i].Low
		days += life[i].UserDays
	}
	if days == 0 {
		return nil
	}
	per := float64(low) * 100 / float64(days)
	fmt.Fprintf(out, "%-25s %14d  %7s %5d %12.2f\n", "all", days, "", low, per)
	if per > 1 {
		return []string{fmt.Sprintf("%.2f low findings per 100 user-days", per)}
	}
	return nil
}

func add(to *lab.TenantResult, r lab.TenantResult) {
	to.Right += r.Right
	to.Wrong += r.Wrong
	to.ToOwner += r.ToOwner
	to.Undecided += r.Undecided
	to.Unplaced += r.Unplaced
	to.Absent += r.Absent
}

func printTenant(out io.Writer, r *lab.TenantResult, verbose bool) {
	verdicts := strings.Join(r.Verdicts, ", ")
	if len(r.Mistakes) > 0 {
		verdicts += " WRONG: " + strings.Join(r.Mistakes, "; ")
	}
	if len(r.Accused) > 0 {
		verdicts += " ALSO ACCUSED: " + strings.Join(r.Accused, ", ")
	}
	fmt.Fprintf(out, "%-16s %4d %8d  %9.3f %6.3f %6d %7d %8d %6d  %s\n", r.Name, r.Days, r.Records, r.Precision(), r.Recall(), r.ToOwner, r.Undecided, r.Unplaced, r.Absent, verdicts)
	if verbose {
		for _, s := range r.WrongShown {
			fmt.Fprintf(out, "    not his:  %s\n", s)
		}
		for _, s := range r.MissShown {
			fmt.Fprintf(out, "    his:      %s\n", s)
		}
		for _, s := range r.Grounds {
			fmt.Fprintf(out, "    ground:   %s\n", clip(s, 240))
		}
	}
}

func printLife(out io.Writer, r *lab.TenantResult, verbose bool) []string {
	per := float64(r.Low) * 100 / float64(r.UserDays)
	fmt.Fprintf(out, "%-16s %4d %8d %9d  %7d %5d %12.2f  %s\n", r.Name, r.Days, r.Records, r.UserDays, r.MediumUp, r.Low, per, strings.Join(r.Accused, ", "))
	if verbose {
		count := map[string]int{}
		for _, f := range r.Noise {
			count[f.Severity.String()+" "+f.Detector]++
			if f.Severity >= evict.Medium {
				fmt.Fprintf(out, "    %s %s on %s: %s\n", f.Severity, f.Detector, f.Subject.ID, clip(f.Summary, 140))
			}
		}
		for _, s := range r.Grounds {
			fmt.Fprintf(out, "    ground:   %s\n", clip(s, 240))
		}
		for _, k := range sorted(count) {
			fmt.Fprintf(out, "    %4d %s\n", count[k], k)
		}
	}
	var failed []string
	name := fmt.Sprintf("%s, %d days: ", r.Name, r.Days)
	if r.MediumUp > 0 {
		failed = append(failed, name+fmt.Sprintf("%d findings of medium or higher on honest life", r.MediumUp))
	}
	if len(r.Accused) > 0 {
		failed = append(failed, name+"accused "+strings.Join(r.Accused, ", "))
	}
	return failed
}
