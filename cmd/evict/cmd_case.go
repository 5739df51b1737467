package main

import (
	"encoding/json"
	"fmt"

	"evict/internal/app"
	"evict/internal/report"
	"evict/internal/ui"

	"github.com/spf13/cobra"
)

func caseCommand(out *ui.Streams) *cobra.Command {
	c := &cobra.Command{
		Use:   "case",
		Short: "List cases, and prove one whole",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(caseList(out), caseAudit(out))
	for _, sub := range c.Commands() {
		check := sub.Args
		sub.Args = func(c *cobra.Command, args []string) error { return usage(check(c, args)) }
	}
	return c
}

func caseList(out *ui.Streams) *cobra.Command {
	return &cobra.Command{
		Use:   "list [FOLDER]",
		Short: "List the cases below a folder, the newest first (default: this one)",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			folder := "."
			if len(args) == 1 {
				folder = args[0]
			}
			list, err := app.Cases(folder)
			if err != nil {
				return err
			}
			if flag(c, "json") {
				return json.NewEncoder(out.Out).Encode(struct {
					Schema string            `json:"schema"`
					Cases  []app.CaseSummary `json:"cases"`
				}{"evict.cases/v1", list})
			}
			if len(list) == 0 {
				out.Note("no cases in " + folder + "; next: evict collect --help")
			}
			for _, s := range list {
				if s.Problem != "" {
					fmt.Fprintf(out.Out, "%s: %s\n", report.Clean(s.Folder), report.Clean(s.Problem))
					continue
				}
				fmt.Fprintf(out.Out, "%s  %s  tenant %s\n", s.Created.UTC().Format("2006-01-02 15:04Z"), report.Clean(s.Folder), report.Clean(s.Tenant))
				for _, a := range s.Accounts {
					name := a.UPN
					if name == "" {
						name = a.Asked
					}
					fmt.Fprintf(out.Out, "    %s\n", report.Clean(name))
				}
			}
			return nil
		},
	}
}

func caseAudit(out *ui.Streams) *cobra.Command {
	return &cobra.Command{
		Use:   "audit FOLDER",
		Short: "Prove that a case is whole: every hash and chain of it",
		Long: `Reads every file of the case and compares it with the manifest and the journal,
whose lines each hold the hash of the one before. A changed bit, a removed or a
reordered line is found. A tail that was cut off is found only against the last
hash, which this command prints: keep it elsewhere.

Exit code 1: the case is not whole.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			r, err := app.AuditCase(args[0])
			if err != nil {
				return err
			}
			if flag(c, "json") {
				if err := json.NewEncoder(out.Out).Encode(r); err != nil {
					return err
				}
			} else {
				printAudit(out, r)
			}
			if !r.Whole() {
				return fmt.Errorf("%w: %d problems", errDamagedCase, len(r.Problems))
			}
			return nil
		},
	}
}

func printAudit(out *ui.Streams, r app.CaseAudit) {
	w := out.Out
	fmt.Fprintf(w, "Case %s: %d answers in %d files (%d bytes), %d journal entries\n", report.Clean(r.Case), r.Items, r.Files, r.Bytes, r.Entries)
	fmt.Fprintf(w, "Last manifest line %s\nLast journal entry %s\n", r.Manifest, r.Journal)
	for _, n := range r.Notes {
		fmt.Fprintln(w, report.Clean("Note: "+n))
	}
	for _, p := range r.Problems {
		fmt.Fprintln(w, report.Clean("Problem: "+p.String()))
	}
	if r.Whole() {
		fmt.Fprintln(w, "The case is whole.")
	}
}
