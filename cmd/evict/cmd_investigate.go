package main

import (
	"context"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"evict"
	"evict/internal/app"
	"evict/internal/report"
	"evict/internal/timeline"
	"evict/internal/ui"

	"github.com/spf13/cobra"
)

// An investigateFlags is what investigate, ask and answer share on the command line.
type investigateFlags struct {
	options                                app.Options
	since, until, asOf, minimum            string
	brief                                  bool
	reported, reportedAt, reportedBy, note string
	workplaces                             []string
	markdown, html, csv                    string
	timelineFile                           string
	indicators                             string
	message                                string
	correspondents                         []string
	domains                                []string
}

func (f *investigateFlags) evidence(c *cobra.Command) {
	fl := c.Flags()
	fl.StringVar(&f.options.Case, "case", "", "folder of a case that 'evict collect' filled, instead of files or beside them")
	fl.StringSliceVar(&f.options.Accounts, "account", nil, "list these accounts too, whatever was found on them")
	fl.StringVar(&f.since, "since", "", "leave out findings before this time: RFC 3339, or a span back from the latest event such as 72h (what lies before is still the baseline)")
	fl.StringVar(&f.until, "until", "", "leave out events after this time (RFC 3339)")
	fl.StringVar(&f.asOf, "as-of", "", "judge as of this time (RFC 3339); default: the latest event")
	fl.StringVar(&f.reported, "reported", "", "symptoms reported at the start, such as S2,S7")
	fl.StringVar(&f.reportedAt, "reported-at", "", "when they were noticed (RFC 3339)")
	fl.StringVar(&f.reportedBy, "reported-by", "", "who reported them")
	fl.StringVar(&f.note, "note", "", "what was said")
	fl.StringSliceVar(&f.options.Responders, "responder", nil, "account whose acts are declared response work, and no evidence")
	fl.StringArrayVar(&f.options.Declare, "declare", nil, "what the files were asked for: 'SOURCE,from=T,to=T,complete' (a coverage.json beside them says it of each)")
	fl.StringSliceVar(&f.workplaces, "workplace", nil, "address range of your own offices, VPN or gateway, such as 203.0.113.0/24")
	fl.StringVar(&f.options.Licence, "licence", "", "none, P1 or P2, as read from the service plans of the accounts")
	fl.StringVar(&f.options.KnownBad, "known-bad", "", "indicators of another case, as --indicators writes them")
	fl.StringVar(&f.options.Answers, "answers", "", "file of answers that 'evict answer' wrote")
	fl.StringVar(&f.options.Places, "places", "", "your own place database (.mmdb); without it places are what the sign-in records say")
	fl.IntVar(&f.options.Workers, "workers", 0, "decode in so many threads (default: one per processor)")
	fl.StringVar(&f.options.Scratch, "scratch", "", "folder for spilled events (default: the system's temporary folder)")
}

// prepare turns the flags' text into options.
func (f *investigateFlags) prepare(paths []string) error {
	o := &f.options
	o.Paths, o.Stdin = paths, os.Stdin
	var err error
	set := func(t *evict.Time, s, flag string) {
		if s == "" || err != nil {
			return
		}
		v, e := time.Parse(time.RFC3339, s)
		if e != nil {
			err = fmt.Errorf("%w: --%s: %q is not a time such as 2026-11-20T21:00:00Z", errUsage, flag, s)
			return
		}
		*t = evict.At(v, evict.Second)
	}
	if d, e := time.ParseDuration(f.since); f.since != "" && e == nil {
		o.Back = d
	} else {
		set(&o.Since, f.since, "since")
	}
	set(&o.Until, f.until, "until")
	set(&o.AsOf, f.asOf, "as-of")
	if f.reported != "" || f.reportedAt != "" {
		o.Reported = &evict.Reported{By: f.reportedBy, Note: f.note}
		set(&o.Reported.At, f.reportedAt, "reported-at")
		if o.Reported.Symptoms, err = symptoms(f.reported, err); err != nil {
			return err
		}
	}
	for _, w := range f.workplaces {
		p, e := netip.ParsePrefix(w)
		if e != nil {
			return fmt.Errorf("%w: --workplace: %q is not a range such as 203.0.113.0/24", errUsage, w)
		}
		o.Workplaces = append(o.Workplaces, p.Masked())
	}
	if f.minimum != "" {
		s, ok := evict.ParseSeverity(f.minimum)
		if !ok {
			return fmt.Errorf("%w: --min-severity is info, low, medium, high or critical", errUsage)
		}
		o.Minimum = s
	}
	if o.Workers < 0 {
		return fmt.Errorf("%w: --workers is a number of threads", errUsage)
	}
	if o.Since.Set && o.Until.Set && o.Until.Before(o.Since) {
		return fmt.Errorf("%w: --until lies before --since", errUsage)
	}
	if err := f.writable(); err != nil {
		return err
	}
	switch o.Licence {
	case "", "none", "P1", "P2":
	default:
		return fmt.Errorf("%w: --licence is none, P1 or P2", errUsage)
	}
	return err
}

// prepareEvidence is prepare for a command that reads files, a case, or both.
func (f *investigateFlags) prepareEvidence(paths []string) error {
	if len(paths) == 0 && f.options.Case == "" {
		return fmt.Errorf("%w: give at least one file or folder of evidence, or --case", errUsage)
	}
	return f.prepare(paths)
}

// writable refuses files that could not be written before any evidence is read.
func (f *investigateFlags) writable() error {
	if t := strings.ToLower(f.timelineFile); t != "" && !strings.HasSuffix(t, ".jsonl") && !strings.HasSuffix(t, ".csv") {
		return fmt.Errorf("%w: --timeline writes .jsonl or .csv, not %q", errUsage, f.timelineFile)
	}
	for _, path := range []string{f.html, f.markdown, f.csv, f.indicators, f.timelineFile} {
		if path == "" {
			continue
		}
		if info, err := os.Stat(filepath.Dir(path)); err != nil || !info.IsDir() {
			return fmt.Errorf("cannot write %s: there is no folder %s", path, filepath.Dir(path))
		}
	}
	return nil
}

func symptoms(s string, before error) ([]int, error) {
	out := []int{}
	if before != nil || s == "" {
		return out, before
	}
	for _, w := range strings.Split(s, ",") {
		n, err := strconv.Atoi(strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(w)), "S"))
		if err != nil || n < 1 || n > 10 {
			return nil, fmt.Errorf("%w: --reported takes symptoms S1 to S10, not %q", errUsage, w)
		}
		out = append(out, n)
	}
	return out, nil
}

func investigateCommand(out *ui.Streams, outcome *ui.Outcome) *cobra.Command {
	var f investigateFlags
	c := &cobra.Command{
		Use:   "investigate [PATH...]",
		Short: "Say, per account, whether somebody else used it, from exported files or a case",
		Long: `Reads exported evidence (files, folders, globs, zip, gz, zst, or - for standard
input) and prints a verdict per account: compromised, suspected, clear or
unknown, with the findings, the attacker's activity apart from the owner's, and
what could not be seen. Formats are recognised by content, never by file name.

A coverage.json beside the files says what each was asked for; declared.json
says whose work in which time was the response itself. Without stated coverage
no account is ever called clear.

  evict investigate ./exports
  evict investigate audit.csv signins.json --account dana@contoso.com
  evict investigate ./exports --html report.html --timeline timeline.jsonl
  evict investigate --case ./case
  evict investigate --message invoice.eml --domain contoso.com

What was done about a case stands in evict report.`,
		RunE: func(c *cobra.Command, args []string) error {
			if f.message != "" {
				return judgeMessage(out, c, &f)
			}
			if err := f.prepareEvidence(args); err != nil {
				return err
			}
			inv, err := f.run(c.Context(), out)
			if err != nil {
				return err
			}
			if inv.AsOf.Before(inv.Window.To) {
				out.Note("the evidence goes on after --as-of, until " + inv.Window.To.String() + "; it was all read")
			}
			outcome.Judge(inv, flag(c, "detailed-exitcode"))
			return f.print(out, c, inv)
		},
	}
	f.evidence(c)
	fl := c.Flags()
	fl.StringVar(&f.minimum, "min-severity", "", "leave out findings below: info, low, medium, high, critical")
	fl.BoolVar(&f.brief, "brief", false, "print verdicts, what to do about money, and why; no more")
	fl.StringVar(&f.html, "html", "", "also write a self-contained page to this file")
	fl.StringVar(&f.markdown, "markdown", "", "also write Markdown to this file")
	fl.StringVar(&f.csv, "csv", "", "also write the findings as CSV to this file")
	fl.StringVar(&f.timelineFile, "timeline", "", "also write every event of the listed accounts, for Timesketch: .jsonl, or .csv")
	fl.StringVar(&f.indicators, "indicators", "", "also write what the attacker used, for --known-bad in another case")
	fl.StringVar(&f.message, "message", "", "judge one mail (.eml) by its headers instead: who really sent it")
	fl.StringSliceVar(&f.domains, "domain", nil, "with --message: your own domains")
	fl.StringSliceVar(&f.correspondents, "correspondent", nil, "with --message: domains you correspond with")
	return c
}

func flag(c *cobra.Command, name string) bool {
	v, _ := c.Flags().GetBool(name)
	return v
}

// run investigates, with progress, and writes the timeline on the way.
func (f *investigateFlags) run(ctx context.Context, out *ui.Streams) (inv *evict.Investigation, err error) {
	err = f.withTimeline(out, func(*report.Timeline) error {
		inv, err = app.Investigate(ctx, f.options)
		return err
	})
	return inv, err
}

// withTimeline shows the progress of what investigates, and has it write the timeline where one is wanted; else it gets nil.
func (f *investigateFlags) withTimeline(out *ui.Streams, investigate func(*report.Timeline) error) error {
	p := out.Progress()
	defer p.Done()
	f.options.Progress = progressOf(p)
	if f.timelineFile == "" {
		return investigate(nil)
	}
	return toFile(f.timelineFile, func(w io.Writer) error {
		rows := report.TimelineJSONL(w)
		if strings.HasSuffix(strings.ToLower(f.timelineFile), ".csv") {
			rows = report.TimelineCSV(w)
		}
		f.options.Timeline = func(r timeline.Row) error { return rows.Write(timelineRow(r)) }
		if err := investigate(rows); err != nil {
			return err
		}
		if n := rows.Skipped(); n > 0 {
			out.Note(fmt.Sprintf("%d events have no time and are not in the timeline", n))
		}
		return rows.Flush()
	})
}

// progressOf shows how far the passes are.
func progressOf(p *ui.Progress) func(timeline.Progress) {
	return func(t timeline.Progress) { p.Update(t.Phase, t.Source, t.Bytes, t.Of, t.Done, t.Total) }
}

func timelineRow(r timeline.Row) report.TimelineRow {
	return report.TimelineRow{
		Message: r.Message, Time: r.Time, Kind: r.Kind, Account: r.Account, Actor: r.Actor, Operation: r.Op, Outcome: r.Outcome,
		Record: string(r.Record), Source: r.Source, Network: r.Network, Address: r.Address, Strand: r.Strand,
		Attribution: string(r.Attribution), Findings: r.Findings,
	}
}

// A fileOutput is one form of an answer and the file that it goes to; none when the path is "".
type fileOutput struct {
	path  string
	write func(io.Writer) error
}

func writeFiles(out *ui.Streams, files []fileOutput) error {
	for _, file := range files {
		if file.path == "" {
			continue
		}
		if err := toFile(file.path, file.write); err != nil {
			return err
		}
		out.Note("wrote " + file.path)
	}
	return nil
}

func (f *investigateFlags) print(out *ui.Streams, c *cobra.Command, inv *evict.Investigation) error {
	err := writeFiles(out, []fileOutput{
		{f.html, func(w io.Writer) error { return report.HTML(w, inv) }},
		{f.markdown, func(w io.Writer) error { return report.Markdown(w, inv) }},
		{f.csv, func(w io.Writer) error { return report.CSV(w, inv) }},
		{f.indicators, func(w io.Writer) error { return report.Indicators(w, inv) }},
	})
	if err != nil {
		return err
	}
	if flag(c, "json") {
		return report.JSON(out.Out, inv)
	}
	o := out.TextOptions()
	o.Brief = f.brief
	if f.options.Case != "" && inv.Summary.Compromised > 0 {
		o.Next = "evict plan --case " + report.Argument(f.options.Case)
	}
	return report.Text(out.Out, inv, o)
}

// toFile writes a whole file: to a temporary name first, so that a failure
// leaves no half of it behind.
func toFile(path string, write func(io.Writer) error) error {
	tmp := path + ".partial"
	f, err := os.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	err = write(f)
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		os.Remove(tmp)
		return err
	}
	return os.Rename(tmp, path)
}
