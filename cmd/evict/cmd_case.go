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
		Short: "List cases, prove one whole, pack one to hand it over",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(caseList(out), caseAudit(out), caseExport(out))
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
	var against []string
	var sign, key, public string
	c := &cobra.Command{
		Use:   "audit FOLDER",
		Short: "Prove that a case is whole: every hash and chain of it",
		Long: `Reads every file of the case and compares it with the manifest and the journal,
whose lines each hold the hash of the one before. A changed bit, a removed or a
reordered line is found.

A tail that was cut off is found only against a checkpoint that was signed before:
--sign writes one. Keep it where nobody who can write to the case reaches it, with
the public key. The key that signs is made at the first use and lies in this user's
settings, for this user alone.

Exit code 1: the case is not whole, or a checkpoint's signature is not that key's.

  evict case audit ./case
  evict case audit ./case --sign /media/stick/case.checkpoint
  evict case audit ./case --checkpoint /media/stick/case.checkpoint`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			k, err := app.DefaultKey(systemUser())
			if key != "" {
				k.File, err = key, nil
			}
			if err != nil {
				return err
			}
			if public == "" {
				public = k.Public()
			}
			r, err := app.AuditCase(args[0], against, public)
			if err != nil {
				return err
			}
			if sign != "" {
				err = app.SignCheckpoint(args[0], &r, k, sign)
			}
			if err != nil && r.Whole() { // else the audit says why nothing was signed
				return err
			}
			return showAudit(out, c, r)
		},
	}
	fl := c.Flags()
	fl.StringArrayVar(&against, "checkpoint", nil, "signed checkpoint of the case, kept elsewhere, to find what was cut off since")
	fl.StringVar(&public, "public-key", "", "file of the key that proves its signature (default: your own)")
	fl.StringVar(&sign, "sign", "", "write a signed checkpoint to this new file, outside the case")
	fl.StringVar(&key, "key", "", "file of the key that signs, made when it is not there (default: in this user's settings)")
	return c
}

func showAudit(out *ui.Streams, c *cobra.Command, r app.CaseAudit) error {
	if flag(c, "json") {
		if err := json.NewEncoder(out.Out).Encode(r); err != nil {
			return err
		}
	} else {
		printAudit(out, r)
	}
	if !r.Whole() {
		return fmt.Errorf("%w: %d problems", app.ErrNotWhole, len(r.Problems))
	}
	return nil
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
		for _, p := range r.Checkpoints {
			fmt.Fprintf(w, "Nothing of what it held at %s was cut off: %d answers, %d journal entries (%s)\n", at(p.Time), p.Items, p.Entries, report.Clean(p.File))
		}
		if len(r.Checkpoints) == 0 {
			fmt.Fprintln(w, "Whether its end was cut off shows only against a signed checkpoint: evict case audit --help")
		}
	}
	if p := r.Signed; p != nil {
		fmt.Fprintf(w, "Signed: %s. Keep it outside the case, with the public key %s\n", report.Clean(p.File), report.Clean(p.Public))
	}
}

func caseExport(out *ui.Streams) *cobra.Command {
	return &cobra.Command{
		Use:   "export FOLDER FILE",
		Short: "Pack a case into a ZIP archive, to hand it over",
		Long: `Packs the case into a new ZIP archive. Unpacked anywhere it is the same case:
evict case audit proves it, evict report tells it. No secret and no password is in it.

Exit code 1: the case was packed as it is, and is not whole.

  evict case export ./case case.zip`,
		Args: cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			e, err := app.ExportCase(args[0], args[1])
			if err != nil {
				return err
			}
			if flag(c, "json") {
				err = json.NewEncoder(out.Out).Encode(e)
			} else {
				printAudit(out, e.Audit)
				_, err = fmt.Fprintf(out.Out, "%s: %d bytes, SHA-256 %s\n", report.Clean(e.File), e.Bytes, e.SHA256)
			}
			if err == nil && !e.Audit.Whole() {
				err = fmt.Errorf("%w: %d problems", app.ErrNotWhole, len(e.Audit.Problems))
			}
			return err
		},
	}
}
