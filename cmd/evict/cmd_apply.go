package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"evict"
	"evict/internal/app"
	"evict/internal/report"
	"evict/internal/ui"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// applyFlags are what all commands about one plan share.
type applyFlags struct {
	options app.ApplyOptions
	sealTo  string
	sealed  string
	out     *ui.Streams
}

// plain are the flags of a command that only reads the case.
func (f *applyFlags) plain(c *cobra.Command) {
	fl := c.Flags()
	fl.StringVar(&f.options.Case, "case", "", "folder of the case")
	which := "hash of the plan, or its first characters (default: the latest plan)"
	if c.Name() == "apply" {
		which = "hash of the plan, or its first characters"
	}
	fl.StringVar(&f.options.Plan, "plan", "", which)
	fl.StringVar(&f.options.Operator, "operator", "", "who does it, for the record (default: this system's user)")
}

// live are the flags of a command that reaches the tenant.
func (f *applyFlags) live(c *cobra.Command) {
	f.plain(c)
	fl := c.Flags()
	fl.StringVar(&f.options.Profile, "tenant", "", "profile of the tenant, of the application that responds (default: the only one)")
	fl.String("profiles", "", "folder of the profiles (default: this user's settings)")
	fl.DurationVar(&f.options.Patience, "patience", 0, "how long reads may take to agree with what was sent (default 5m)")
}

// passwords are the flags of a command that may make new ones.
func (f *applyFlags) passwords(c *cobra.Command) {
	fl := c.Flags()
	fl.StringVar(&f.sealTo, "seal-to", "", "age recipient (age1…): seal new passwords to it instead of showing them once")
	fl.StringVar(&f.sealed, "sealed-file", "passwords.age", "with --seal-to: the new file that they are sealed into")
}

// sending are the flags of a command that sends what was approved.
func (f *applyFlags) sending(c *cobra.Command) {
	f.live(c)
	f.passwords(c)
	c.Flags().StringArrayVar(&f.options.Overrides, "override", nil, "the words that a refusal says to type, quoted")
}

// prepare checks what was typed and finds the profile.
func (f *applyFlags) prepare(c *cobra.Command, needsTenant bool) error {
	o := &f.options
	if o.Case == "" {
		return fmt.Errorf("%w: --case names the case", errUsage)
	}
	if o.Operator == "" {
		o.Operator = systemUser()
	}
	if !needsTenant {
		return nil
	}
	t, err := tenants(f.out, c)
	if err != nil {
		return err
	}
	o.Tenants = t
	o.Profile, err = theProfile(t, o.Profile, true)
	return err
}

// handover says where new passwords go: to a key, or to this terminal and nowhere else.
func (f *applyFlags) handover() error {
	if f.sealTo != "" {
		h, err := app.SealTo(f.sealTo, f.sealed)
		f.options.Secrets = h
		return err
	}
	if file, ok := f.out.Err.(*os.File); !ok || !term.IsTerminal(int(file.Fd())) {
		// The rest of the plan is not held up: containment waits for nothing.
		f.options.Secrets = app.Untaken{Why: "nobody would see the new password, for this is no terminal: run it in one, or say --seal-to with an age recipient"}
		return nil
	}
	f.options.Secrets = app.ShowOnce(func(account, password string) {
		f.out.Note(fmt.Sprintf("new password of %s, shown this once; say it on the telephone, never mail it to the account:\n%s", account, password))
	})
	return nil
}

const applyLong = `Carries a plan out, once you approve it: --plan names it by its hash, --confirm by
typing the account, or for several the words that evict plan ends with.
Before each request its intent is written to the case; after it the tenant is
read until two reads agree. Containment goes first and waits for nothing. Before
anything is evicted the case has to know what all that can be changed looks like:
what evict collect has not read of it is read beside the containment.

Steps that are verified already are not sent again, and an object that no longer
looks like the plan says is left alone. What fails does not stop what does not
need it. Interrupted, evict resume goes on.

A new password is shown once on this terminal when it is verified, or sealed with
--seal-to. It is in no file and in no mail.

Exit code 3: a step is not verified. 5: the plan is out of date. 7: refused.

  evict apply --case ./case --plan 3f9a1c2b77de --confirm dana@contoso.com
  evict apply --case ./case --plan 3f9a1c2b77de --confirm 'contoso.com 50 accounts' --seal-to age1…`

func applyCommand(out *ui.Streams, outcome *ui.Outcome) *cobra.Command {
	f := applyFlags{out: out}
	c := &cobra.Command{
		Use: "apply", Short: "Carry out an approved plan, and read back that it worked", Long: applyLong, Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if f.options.Plan == "" || f.options.Confirm == "" {
				return fmt.Errorf("%w: --plan names the plan by its hash and --confirm by what it takes back; evict plan ends with the whole command", errUsage)
			}
			return f.carryOut(c, outcome, app.Apply)
		},
	}
	f.sending(c)
	c.Flags().StringVar(&f.options.Confirm, "confirm", "", "the account that the plan takes back, typed")
	c.Flags().StringSliceVar(&f.options.Steps, "step", nil, "approve only these steps")
	c.Flags().Float64Var(&f.options.Hours, "hours", 24, "how long the approval holds")
	return c
}

func resumeCommand(out *ui.Streams, outcome *ui.Outcome) *cobra.Command {
	f := applyFlags{out: out}
	c := &cobra.Command{
		Use: "resume", Short: "Go on with a plan that was interrupted",
		Long: `Settles what was sent before the interruption by looking, never by sending it
blindly again, and then carries out the rest of what was approved.

  evict resume --case ./case`, Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return f.carryOut(c, outcome, app.Resume) },
	}
	f.sending(c)
	return c
}

func verifyCommand(out *ui.Streams, outcome *ui.Outcome) *cobra.Command {
	f := applyFlags{out: out}
	var recheck bool
	c := &cobra.Command{
		Use: "verify", Short: "Look again at what a plan changed; nothing is sent",
		Long: `Reads again every step that was sent and is not verified. --recheck reads the
verified ones too: due 1, 24 and 72 hours and 7 days after a plan was carried out,
for an attacker who comes back changes things back.

  evict verify --case ./case
  evict verify --case ./case --recheck`, Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if recheck {
				return f.carryOut(c, outcome, app.Recheck)
			}
			return f.carryOut(c, outcome, app.Verify)
		},
	}
	f.live(c)
	c.Flags().BoolVar(&recheck, "recheck", false, "also what is verified already")
	return c
}

func statusCommand(out *ui.Streams, outcome *ui.Outcome) *cobra.Command {
	f := applyFlags{out: out}
	c := &cobra.Command{
		Use: "status", Short: "Say how a plan stands: what was done, what is open, whether he is out",
		Long: `Reads the case alone, asks the tenant nothing, and can run beside any other command.

  evict status --case ./case
  evict status --case ./case --plan 3f9a1c2b77de --json`, Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := f.prepare(c, false); err != nil {
				return err
			}
			r, err := app.Status(c.Context(), f.options.Case, f.options.Plan)
			if err != nil {
				return err
			}
			return f.print(c, outcome, r)
		},
	}
	f.plain(c)
	return c
}

func doneCommand(out *ui.Streams, outcome *ui.Outcome) *cobra.Command {
	f := applyFlags{out: out}
	var answer string
	c := &cobra.Command{
		Use: "done STEP...", Short: "Say that you did a step that only a person can do",
		Long: `Keeps, with your name and the time, that a manual step was done, and your answer
to the question that it asks.

  evict done --case ./case app-passwords-3f9a --answer 'none were left'`, Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := f.prepare(c, false); err != nil {
				return err
			}
			f.options.Steps = args
			r, err := app.Done(c.Context(), f.options, answer)
			if err != nil {
				return err
			}
			return f.print(c, outcome, r)
		},
	}
	f.plain(c)
	c.Flags().StringVar(&answer, "answer", "", "to the step's question")
	return c
}

func undoCommand(out *ui.Streams, outcome *ui.Outcome) *cobra.Command {
	f := applyFlags{out: out}
	c := &cobra.Command{
		Use: "undo", Short: "Propose the plan that puts back what a plan changed",
		Long: `Makes the inverse plan from the journal: what each verified step found before it
changed anything. What a finding names comes back only when --step names it. The
plan is approved and carried out like any other, with evict apply.

  evict undo --case ./case --plan 3f9a1c2b77de
  evict undo --case ./case --plan 3f9a1c2b77de --step block-sign-in-07aa`, Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := f.prepare(c, false); err != nil {
				return err
			}
			p, err := app.Undo(c.Context(), f.options)
			if err != nil {
				return err
			}
			outcome.Detailed = flag(c, "detailed-exitcode")
			outcome.Findings = len(p.Plan.Steps) > 0
			if flag(c, "json") {
				return json.NewEncoder(out.Out).Encode(p)
			}
			return printPlan(out, p, false, c)
		},
	}
	f.plain(c)
	c.Flags().StringSliceVar(&f.options.Steps, "step", nil, "put back only these steps, also what a finding names")
	return c
}

// carryOut runs one of the methods that reach the tenant, tells each step's news, and prints how the plan stands.
func (f *applyFlags) carryOut(c *cobra.Command, outcome *ui.Outcome, do func(context.Context, app.ApplyOptions) (*app.PlanReport, error)) error {
	if err := f.prepare(c, true); err != nil {
		return err
	}
	if err := f.handover(); err != nil {
		return err
	}
	f.options.Progress = stepLines(f.out, flag(c, "json"))
	r, err := do(c.Context(), f.options)
	if r != nil && (r.Ran || !errors.Is(err, app.ErrUsage) && !errors.Is(err, app.ErrRefused)) { // else nothing was done, and how it stood before would read as what came of it
		if printed := f.print(c, outcome, r); err == nil {
			err = printed
		}
	}
	return err
}

// stepLines tells each step's news on standard error: a line for a person, or with --json a line of JSON.
func stepLines(out *ui.Streams, asJSON bool) func(app.StepProgress) {
	return func(p app.StepProgress) {
		if asJSON {
			b, err := json.Marshal(struct {
				Schema string    `json:"schema"`
				Step   string    `json:"step"`
				State  string    `json:"state"`
				Why    string    `json:"why,omitempty"`
				Time   time.Time `json:"time"`
				Effect time.Time `json:"effect,omitzero"`
			}{"evict.progress/v1", p.Step, string(p.State), p.Why, p.Time, p.Effect})
			if err == nil {
				out.Note(string(b))
			}
			return
		}
		line := fmt.Sprintf("%s  %-15s %s", p.Time.UTC().Format("15:04:05"), p.State, report.StepName(p.Title, p.Object))
		if p.Why != "" {
			line += " (" + p.Why + ")"
		}
		out.Note(line)
	}
}

func (f *applyFlags) print(c *cobra.Command, outcome *ui.Outcome, r *app.PlanReport) error {
	outcome.Detailed = flag(c, "detailed-exitcode")
	outcome.Incomplete = outcome.Incomplete || len(r.Lost) > 0
	for _, s := range r.Steps {
		outcome.Incomplete = outcome.Incomplete || s.Lost != "" || s.Due
		switch s.State {
		case "verified", "already", "manual":
		case "stale":
			outcome.Stale = true
		case "left-out", "waiting":
			outcome.Findings = true
		default:
			outcome.Incomplete = true
		}
	}
	if flag(c, "json") {
		return json.NewEncoder(f.out.Out).Encode(r)
	}
	printStatus(f.out, r)
	for _, line := range nextAfter(r, sameTenant(c)) {
		fmt.Fprintln(f.out.Out, line)
	}
	return nil
}

// nextAfter is what to type after a look at a plan; tenant are the flags that name its profile.
func nextAfter(r *app.PlanReport, tenant string) []string {
	of := " --case " + report.Argument(r.Folder)
	plan := fmt.Sprintf("%s --plan %.12s", of, r.Hash)
	if r.Running != "" {
		return []string{"To look again: evict status" + plan}
	}
	open, unread, lost, hand := false, false, len(r.Lost) > 0, ""
	for _, s := range r.Steps {
		lost = lost || s.Lost != ""
		switch {
		case s.State == "manual" && hand == "":
			hand = s.Step.ID
		case s.State == "sent-unverified" && s.Step.Action == "reset-password": // only who made a password can hand it over
			open = true
		case s.State == "sent-unverified":
			unread = true
		case s.State == "stale":
			return []string{"Next: evict plan" + of + tenant + " (what it was made for looks otherwise now)"}
		case s.State != "verified" && s.State != "already" && s.State != "manual" && s.State != "left-out":
			open = true
		}
	}
	var out []string
	switch {
	case len(r.Approved) == 0 && len(r.Steps) > 0:
		return []string{"Next: evict apply" + plan + tenant + " --confirm " + report.Argument(confirmWord(&r.Plan))}
	case open && expired(r):
		return []string{"Next, for the approval has ended: evict apply" + plan + tenant + " --confirm " + report.Argument(confirmWord(&r.Plan))}
	case open:
		out = append(out, "Next: evict resume"+plan+tenant)
	case unread:
		out = append(out, "Next, to look again without sending anything: evict verify"+plan+tenant)
	case lost:
		out = append(out, "Next: evict collect"+of+accountFlags(r.Accounts)+" --again, then evict plan"+of+tenant+" (he, or somebody else, changed it back)")
	case r.Newer != "":
		out = append(out, fmt.Sprintf("Next: plan %.12s was made since, and nobody approved it: evict status%s --plan %.12s", r.Newer, of, r.Newer))
	case r.Kind == "respond" && r.Ladder == "contained":
		out = append(out, "Next: evict collect"+of+accountFlags(r.Accounts)+", then evict investigate"+of+", then evict plan"+of+tenant)
	case r.Kind == "respond" && r.Ladder == "evicted":
		made := slices.DeleteFunc(slices.Clone(r.Accounts), func(a evict.Object) bool { return a.Kind != "made-by-attacker" })
		out = append(out, "Hours later, to see that it is quiet: evict collect"+of+accountFlags(made)+" --again")
	case r.Kind == "respond" && r.Ladder == "quiet":
		out = append(out, "To give back: evict plan"+of+tenant+" --recover")
	}
	if hand != "" {
		out = append(out, "When you did it: evict done"+plan+" "+hand+" --answer '…'")
	}
	for _, c := range r.Checks {
		if c.Done.IsZero() && r.Ladder != "not contained" {
			return append(out, "Next look: evict verify"+plan+tenant+" --recheck, due "+at(c.At))
		}
	}
	return out
}

// expired reports whether no decision on the plan holds any more.
func expired(r *app.PlanReport) bool {
	return !slices.ContainsFunc(r.Approved, func(a app.ApprovalReport) bool { return time.Now().Before(a.Expires) })
}

// accountFlags name accounts for a command; many are more than a line holds.
func accountFlags(list []evict.Object) string {
	out := ""
	for i, a := range list {
		if i == 5 {
			return out + " …"
		}
		out += " --account " + report.Argument(a.Name)
	}
	return out
}

// marks of the states of steps.
var marks = map[string][2]string{"verified": {"✓", "+"}, "already": {"✓", "+"}, "failed": {"✗", "x"}, "in-doubt": {"?", "?"}, "sent-unverified": {"?", "?"},
	"stale": {"!", "!"}, "blocked": {"·", "."}, "manual": {"☐", "o"}, "left-out": {"·", "."}, "waiting": {"·", "."}, "under way": {"…", "~"},
	"lost": {"✗", "x"}, "put back": {"↶", "<"}, "given back": {"↶", "<"}}

func printStatus(out *ui.Streams, r *app.PlanReport) {
	w, o := out.Out, out.TextOptions()
	fmt.Fprintf(w, "Plan %.12s (%s) of case %s\n", r.Hash, r.Kind, report.Clean(r.Case))
	if len(r.Approved) == 0 {
		fmt.Fprintln(w, "Nobody has approved it.")
	}
	for _, a := range r.Approved {
		fmt.Fprintln(w, report.Wrap(fmt.Sprintf("Approved by %s at %s, until %s", report.Clean(a.Who), at(a.Time), at(a.Expires)), o.Width))
	}
	switch {
	case r.Running != "":
		fmt.Fprintln(w, report.Wrap("The case is open to respond at this moment: "+report.Clean(r.Running), o.Width))
	case r.Interrupted():
		fmt.Fprintln(w, report.Wrap("Interrupted: approved steps have not ended, and nobody is carrying them out. evict resume looks at what was sent, and goes on.", o.Width))
	}
	var phase evict.Phase
	for _, s := range r.Steps {
		if s.Due && s.State == "in-doubt" && r.Running != "" {
			s.State, s.Why = "under way", "being carried out now"
		}
		if s.Step.Phase != phase {
			phase = s.Step.Phase
			fmt.Fprintf(w, "\n%s\n", phase)
		}
		printStep(w, o, s)
	}
	if r.Snapshot != "" {
		fmt.Fprintf(w, "\n%s\n", report.Wrap(report.Clean(r.Snapshot), o.Width))
	}
	for _, l := range r.Renamed {
		fmt.Fprintf(w, "\n%s\n", report.Wrap("Another name: "+report.Clean(l)+".", o.Width))
	}
	if r.Lacking != "" {
		fmt.Fprintf(w, "\n%s\n", report.Wrap(report.Clean(r.Lacking), o.Width))
	}
	for _, l := range r.Lost {
		fmt.Fprintf(w, "\n%s\n", report.Wrap("No longer so: "+report.Clean(l), o.Width))
	}
	fmt.Fprintf(w, "\n%s\n", report.Wrap(report.Clean(r.Claim), o.Width))
	if r.Unseen != "" {
		fmt.Fprintln(w, report.Wrap("The logs since could not be looked at: "+report.Clean(r.Unseen), o.Width))
	}
}

// statusIndent is how far a step's text stands from the left: behind its mark and state.
const statusIndent = 20

func printStep(w io.Writer, o report.TextOptions, s app.StepReport) {
	state := s.State
	switch {
	case s.Lost != "":
		state = "lost"
	case s.Undone.Set:
		state = "put back"
	case s.Back:
		state = "given back"
	}
	mark := marks[state][1]
	if o.Unicode {
		mark = marks[state][0]
	}
	line := report.StepName(s.Step.Title, s.Step.Target.Name)
	switch {
	case s.ByHand != "":
		line += ", by " + report.Clean(s.ByHand)
	case s.State == "manual":
		line += " (step " + report.Clean(s.Step.ID) + ")"
	}
	switch {
	case s.Lost != "":
		line += ": " + report.Clean(s.Lost)
	case s.Undone.Set:
		line += ", on " + at(s.Undone.Std())
	case s.Why != "":
		line += ": " + report.Clean(s.Why)
	}
	first := fmt.Sprintf("  %s %-15s ", mark, state)
	fmt.Fprint(w, first, strings.ReplaceAll(report.Wrap(line, o.Width-statusIndent), "\n", "\n"+strings.Repeat(" ", statusIndent)), "\n")
	if state == s.State && s.Effect.Set && s.Effect.Std().After(time.Now()) {
		fmt.Fprintf(w, "%sobeyed everywhere in about %s, at %s\n", strings.Repeat(" ", statusIndent), report.Minutes(int(time.Until(s.Effect.Std()).Minutes()+0.5)), at(s.Effect.Std()))
	}
}

func at(t time.Time) string { return t.UTC().Format("2006-01-02 15:04Z") }
