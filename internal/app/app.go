// Package app has one method per thing that a person can ask. The command
// line and later the console call it. It knows no terminal: progress leaves
// through a function, refusals are typed errors.
package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"runtime"
	"strings"
	"time"

	"evict"
	"evict/internal/casefile"
	"evict/internal/casefile/disk"
	"evict/internal/collect"
	"evict/internal/detect"
	"evict/internal/timeline"
	"evict/internal/verdict"
)

// Version is set by the release build.
var Version = "dev"

// Options are what a person says beside the evidence.
type Options struct {
	Paths []string  // files, folders, globs; "-" is standard input
	Stdin io.Reader // for "-"
	Case  string    // folder of a collected case, beside or instead of paths

	AsOf         evict.Time
	Since, Until evict.Time
	Back         time.Duration // Since, as a span back from the time judged as of
	Accounts     []string
	Minimum      evict.Severity
	Reported     *evict.Reported
	Responders   []string       // accounts whose acts are declared work
	Declare      []string       // "SOURCE[,from=T][,to=T][,complete][,filtered]": what all files were asked for
	Workplaces   []netip.Prefix // ranges that the operator calls a workplace or egress
	Licence      string         // none, P1 or P2, as read from service plans
	KnownBad     string         // file of indicators of another case
	Answers      string         // file of answers that evict answer wrote
	Places       string         // operator's place database (.mmdb)

	Workers  int    // 0: one per processor
	Scratch  string // folder for spilled events; "": the system's
	Progress func(timeline.Progress)
	Timeline func(timeline.Row) error
}

// ErrUsage marks an error in what was asked, not in the evidence.
var ErrUsage = errors.New("wrong usage")

// Investigate reads exported evidence and answers per account.
func Investigate(ctx context.Context, o Options) (*evict.Investigation, error) {
	in, close, err := o.input()
	if err != nil {
		return nil, err
	}
	defer close()
	return timeline.Run(ctx, in)
}

func (o *Options) input() (timeline.Input, func(), error) {
	if o.Case == "" {
		return o.inputOf(nil)
	}
	c, err := casefile.OpenReadOnly(disk.OS{}, o.Case)
	if err != nil {
		return timeline.Input{}, nil, err
	}
	return o.inputOf(c)
}

// inputOf is what the passes get, from the paths and from a case that may be nil.
func (o *Options) inputOf(c *casefile.Case) (timeline.Input, func(), error) {
	in := timeline.Input{
		Detectors: detect.Catalog, Version: Version,
		AsOf: o.AsOf, Since: o.Since, Back: o.Back, Until: o.Until, Accounts: o.Accounts, Minimum: o.Minimum, Reported: o.Reported,
		Workplaces: o.Workplaces, Licence: o.Licence, Workers: o.Workers, Scratch: o.Scratch, Progress: o.Progress, Timeline: o.Timeline,
	}
	if in.Workers == 0 {
		in.Workers = runtime.GOMAXPROCS(0)
	}
	for _, r := range o.Responders {
		in.Work = append(in.Work, timeline.Work{By: r, What: "named as responder", Kind: "responder"})
	}
	if err := o.gather(&in); err != nil {
		return in, nil, err
	}
	if c != nil {
		if err := gatherCase(&in, c); err != nil {
			return in, nil, err
		}
	}
	if o.KnownBad != "" {
		in.Known = &evict.Indicators{}
		if err := readJSON(o.KnownBad, in.Known); err != nil {
			return in, nil, err
		}
	}
	if o.Answers != "" {
		a, err := readAnswers(o.Answers)
		if err != nil {
			return in, nil, err
		}
		in.Answers, in.Overrules = byAccount(a)
	}
	done := func() {}
	if o.Places != "" {
		db, err := openPlaces(o.Places)
		if err != nil {
			return in, nil, err
		}
		in.Places, in.PlacesName, done = db.place, db.name, db.close
	}
	return in, done, nil
}

// gather lists the evidence items with what is stated of their coverage.
func (o *Options) gather(in *timeline.Input) error {
	stated, err := parseDeclare(o.Declare)
	if err != nil {
		return err
	}
	found := collect.Files(o.Paths, o.Stdin)
	for _, it := range found.Items {
		item := timeline.Item{Name: it.Name, Size: it.Size, Open: it.Open, Coverage: stated}
		if d := it.Declared; d != nil {
			item.Coverage = &timeline.Coverage{How: "declared", Source: d.Source, From: d.From, To: d.To, Complete: d.Complete, Filtered: d.Filtered, Why: d.Why}
		}
		in.Items = append(in.Items, item)
	}
	for _, w := range found.Work {
		in.Work = append(in.Work, timeline.Work{By: w.By, Account: w.Account, From: w.From, To: w.To, What: w.What, Kind: w.Kind})
	}
	in.Problems = found.Problems
	return nil
}

// gatherCase adds what a case holds. What a person says on the command line goes before what the case says.
func gatherCase(in *timeline.Input, c *casefile.Case) error {
	held, err := collect.ReadCase(c)
	if err != nil {
		return err
	}
	for _, it := range held.Items {
		item := timeline.Item{Name: it.Name, Size: it.Size, Open: it.Open, Owner: it.Owner}
		if a := it.Asked; a != nil {
			item.Coverage = &timeline.Coverage{How: "asked", Source: a.Source, From: a.From, To: a.To, Complete: a.Complete, Why: a.Why}
		}
		in.Items = append(in.Items, item)
	}
	entries, err := c.Journal().Entries()
	if err != nil {
		return err
	}
	in.Work = append(append(in.Work, ownWorks(entries)...), ownSignIns(held.Asking)...)
	in.Accounts = append(in.Accounts, held.Accounts...)
	in.Asked, in.Opened = held.Accounts, held.Opened
	if in.Licence == "" {
		in.Licence = held.Licence
	}
	if !in.AsOf.Set {
		in.AsOf = held.AsOf
	}
	if r := c.Meta().Reported; in.Reported == nil && (r.At.Set || len(r.Symptoms) > 0) {
		in.Reported = &r
	}
	return nil
}

// parseDeclare reads --declare: what every file that no coverage.json names was asked for.
func parseDeclare(declared []string) (*timeline.Coverage, error) {
	if len(declared) == 0 {
		return nil, nil
	}
	if len(declared) > 1 {
		return nil, fmt.Errorf("%w: --declare is given once; write a coverage.json beside the files to say it of each", ErrUsage)
	}
	c := &timeline.Coverage{How: "declared"}
	for i, p := range strings.Split(declared[0], ",") {
		key, value, _ := strings.Cut(strings.TrimSpace(p), "=")
		var err error
		switch {
		case i == 0 && value == "" && key != "complete" && key != "filtered":
			c.Source = key
		case key == "complete" && value == "":
			c.Complete = true
		case key == "filtered" && value == "":
			c.Filtered = true
		case key == "from":
			c.From, err = parseTime(value)
		case key == "to":
			c.To, err = parseTime(value)
		default:
			err = fmt.Errorf("%w: --declare does not know %q", ErrUsage, p)
		}
		if err != nil {
			return nil, err
		}
	}
	if c.Source != "" && !timeline.KnowsSource(c.Source) {
		return nil, fmt.Errorf("%w: --declare: %q names no kind of evidence; write such as 'unified audit log', 'sign-ins' or 'inbox rules'", ErrUsage, c.Source)
	}
	return c, nil
}

func parseTime(s string) (evict.Time, error) {
	var t evict.Time
	b, _ := json.Marshal(s)
	if err := t.UnmarshalJSON(b); err != nil || !t.Set {
		return t, fmt.Errorf("%w: %q is not a time such as 2026-11-20T21:00:00Z", ErrUsage, s)
	}
	return t, nil
}

func readJSON(path string, v any) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, v); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// byAccount sorts what the answers file holds by account.
func byAccount(entries []AnswerEntry) (map[string][]verdict.Answer, map[string][]evict.Overrule) {
	answers, overrules := map[string][]verdict.Answer{}, map[string][]evict.Overrule{}
	for _, e := range entries {
		k := strings.ToLower(e.Account)
		if e.Overrule != nil {
			overrules[k] = append(overrules[k], *e.Overrule)
			continue
		}
		answers[k] = append(answers[k], e.Answer)
	}
	return answers, overrules
}
