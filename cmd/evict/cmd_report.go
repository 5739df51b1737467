package main

import (
	"fmt"
	"io"

	"evict"
	"evict/internal/app"
	"evict/internal/report"
	"evict/internal/ui"

	"github.com/spf13/cobra"
)

func reportCommand(out *ui.Streams, outcome *ui.Outcome) *cobra.Command {
	var f investigateFlags
	var money bool
	c := &cobra.Command{
		Use:   "report",
		Short: "Report a whole case: what happened, what was done about it, what may be claimed",
		Long: `Prints the whole of a case: whether the attacker is out and since when, what was
taken away and read back, what is open, who approved and did what, and then what
happened, with what could not be seen. It reads the case alone, asks the tenant
nothing, and can run beside any other command. No password is in it.

  evict report --case ./case
  evict report --case ./case --html report.html
  evict report --case ./case --markdown report.md --timeline timeline.jsonl
  evict report --case ./case --money`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if f.options.Case == "" {
				return fmt.Errorf("%w: --case names the case", errUsage)
			}
			if err := f.prepare(nil); err != nil {
				return err
			}
			r, err := f.report(c, out)
			if err != nil {
				return err
			}
			outcome.Judge(&r.Investigation, flag(c, "detailed-exitcode"))
			outcome.Incomplete = outcome.Incomplete || unproven(&r.Response)
			if err := f.writeReport(out, r); err != nil {
				return err
			}
			switch {
			case flag(c, "json"):
				return report.CaseJSON(out.Out, r)
			case money:
				return report.Money(out.Out, &r.Investigation, out.TextOptions())
			}
			return report.Case(out.Out, r, f.reportOptions(out, r))
		},
	}
	fl := c.Flags()
	fl.StringVar(&f.options.Case, "case", "", "folder of the case")
	fl.StringSliceVar(&f.options.Accounts, "account", nil, "list these accounts too, whatever was found on them")
	fl.StringVar(&f.options.Answers, "answers", "", "file of answers that 'evict answer' wrote")
	fl.StringVar(&f.options.Places, "places", "", "your own place database (.mmdb); without it places are what the sign-in records say")
	fl.IntVar(&f.options.Workers, "workers", 0, "decode in so many threads (default: one per processor)")
	fl.StringVar(&f.options.Scratch, "scratch", "", "folder for spilled events (default: the system's temporary folder)")
	fl.BoolVar(&f.brief, "brief", false, "print whether he is out, verdicts, what to do about money, and why; no more")
	fl.BoolVar(&money, "money", false, "print only what may still be stopped: payments, and whom to call")
	fl.StringVar(&f.html, "html", "", "also write a self-contained page to this file")
	fl.StringVar(&f.markdown, "markdown", "", "also write Markdown to this file")
	fl.StringVar(&f.csv, "csv", "", "also write the findings as CSV to this file")
	fl.StringVar(&f.timelineFile, "timeline", "", "also write every event of the listed accounts and every act of the response, for Timesketch: .jsonl, or .csv")
	return c
}

// report makes the report, with progress, and writes the timeline on the way.
func (f *investigateFlags) report(c *cobra.Command, out *ui.Streams) (r *evict.Report, err error) {
	err = f.withTimeline(out, func(rows *report.Timeline) error {
		if r, err = app.Report(c.Context(), f.options); err != nil || rows == nil {
			return err
		}
		for _, row := range report.ResponseRows(r) {
			if err := rows.Write(row); err != nil {
				return err
			}
		}
		return nil
	})
	return r, err
}

// unproven reports whether a step is neither read back nor a person's, is due, or holds no more.
func unproven(r *evict.Response) bool {
	for _, s := range r.Steps {
		if s.Lost != "" || s.Due {
			return true
		}
		switch s.State {
		case "verified", "already", "manual", "waiting":
		default:
			return true
		}
	}
	return false
}

// writeReport writes the files that were asked for.
func (f *investigateFlags) writeReport(out *ui.Streams, r *evict.Report) error {
	return writeFiles(out, []fileOutput{
		{f.html, func(w io.Writer) error { return report.CaseHTML(w, r) }},
		{f.markdown, func(w io.Writer) error { return report.CaseMarkdown(w, r) }},
		{f.csv, func(w io.Writer) error { return report.CSV(w, &r.Investigation) }},
	})
}

func (f *investigateFlags) reportOptions(out *ui.Streams, r *evict.Report) report.TextOptions {
	o := out.TextOptions()
	o.Brief = f.brief
	o.Next = "evict status --case " + report.Argument(f.options.Case)
	if len(r.Response.Plans) == 0 {
		o.Next = "evict plan --case " + report.Argument(f.options.Case)
	}
	return o
}
