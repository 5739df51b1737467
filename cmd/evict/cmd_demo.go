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
	"time"

	"evict"
	"evict/internal/app"
	"evict/internal/report"
	"evict/internal/ui"

	"github.com/spf13/cobra"
)

func demoCommand(out *ui.Streams, outcome *ui.Outcome) *cobra.Command {
	d := demo{out: out}
	c := &cobra.Command{
		Use:   "demo",
		Short: "Show the whole loop on a simulated tenant: attack, investigate, evict, prove, report",
		Long: `Simulates a tenant under attack on this machine and takes it back before your
eyes: collect, investigate, plan, apply, verify, report. Each part shows the
command that does the same by hand. It takes about a minute, sends nothing to
anybody and leaves a folder with the case and the report.

  evict demo
  evict demo --scenario consent
  evict demo --dir ./demo`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			err := d.run(c.Context())
			outcome.Incomplete = d.incomplete
			return err
		},
	}
	c.Flags().StringVar(&d.dir, "dir", "", "new folder for the case and the report (default: evict-demo and the time)")
	c.Flags().StringVar(&d.depth, "depth", "standard", "of the collection: quick, standard or full")
	simulated(c, &d.options)
	return c
}

// A demo is one run of the whole loop.
type demo struct {
	out        *ui.Streams
	options    app.SimulateOptions
	dir, depth string
	incomplete bool
	nobody     bool // is to be thrown out
	tenant     app.Simulated
	tenants    *app.Tenants
	suspected  []string // accounts, where none is compromised
	before     []string // what the attacker could do before anything was changed
}

func (d *demo) run(ctx context.Context) error {
	if d.dir == "" {
		d.dir = "evict-demo-" + time.Now().Format("20060102-150405")
	}
	if _, err := os.Stat(d.dir); err == nil {
		return fmt.Errorf("%w: %s exists; --dir names a new folder", errUsage, d.dir)
	}
	if err := os.MkdirAll(d.dir, 0o700); err != nil {
		return err
	}
	d.options.Present, d.options.Listen, d.options.Prompt = time.Now(), "127.0.0.1:0", true
	served, stop := context.WithCancel(ctx)
	defer stop()
	var failed error
	err := app.Simulate(served, d.options, func(s app.Simulated) error {
		d.tenant = s
		failed = d.loop(ctx)
		stop()
		return nil
	})
	return errors.Join(failed, err, os.RemoveAll(d.folder("profiles"))) // they lead to a tenant that is no more
}

// loop is what a responder does, in his order.
func (d *demo) loop(ctx context.Context) error {
	for _, part := range []func(context.Context) error{d.begin, d.collect, d.investigate, d.respond, d.report} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (d *demo) folder(name string) string { return filepath.Join(d.dir, name) }

// title heads a part, and shows the command that does the same.
func (d *demo) title(text, command string) {
	w := d.out.Out
	o := d.out.TextOptions()
	line := "="
	if o.Unicode {
		line = "━"
	}
	fmt.Fprintf(w, "\n%s %s\n", text, strings.Repeat(line, max(0, o.Width-len([]rune(text))-1)))
	if command != "" {
		fmt.Fprintf(w, "$ evict %s\n\n", command)
	}
}

func (d *demo) begin(context.Context) error {
	s := d.tenant
	d.before = s.Attack()
	d.title("1 · A tenant under attack", "sim --scenario "+s.Scenario.Name)
	text := fmt.Sprintf("%s is a firm that does not exist, on %s of this machine. What happened there: %s. Nobody knows yet; somebody only says that %s behaves strangely.",
		s.Domain, s.Address, s.Scenario.Story, s.Accounts[0])
	fmt.Fprintln(d.out.Out, report.Wrap(text, d.out.TextOptions().Width))
	d.tenants = &app.Tenants{Folder: d.folder("profiles")}
	for _, p := range s.Profiles {
		err := d.tenants.Add(app.TenantProfile{Name: p.Name, Tenant: s.Tenant, Cloud: app.Clouds()[0], Client: p.Client, Method: "client-secret",
			Secret: "file:" + p.SecretFile, Simulator: &app.Simulator{Address: s.Address, Authority: s.Authority}})
		if err != nil {
			return err
		}
	}
	return nil
}

func (d *demo) collect(ctx context.Context) error {
	d.title("2 · Collect", fmt.Sprintf("collect --tenant collect --account %s --case %s --depth %s", strings.Join(d.concerned(), ","), d.folder("case"), d.depth))
	progress := d.out.Progress()
	defer progress.Done()
	got, err := app.Collect(ctx, app.CollectOptions{Tenants: d.tenants, Profile: "collect", Case: d.folder("case"), Accounts: d.concerned(), Depth: d.depth, Operator: systemUser(),
		Progress: func(p app.SourceProgress) { progress.Update("collecting", p.Source, 0, 0, p.Done, p.Windows) }})
	if err != nil {
		return err
	}
	progress.Done()
	rows := 0
	for _, s := range got.Sources {
		rows += s.Rows
	}
	text := fmt.Sprintf("%d sources, %d rows, each answer kept as it came and hashed.", len(got.Sources), rows)
	if d.depth == "quick" {
		text += " A quick look asks each log once; a case that matters is collected with --depth standard."
	}
	fmt.Fprintln(d.out.Out, report.Wrap(text, d.out.TextOptions().Width))
	return nil
}

// concerned are the accounts that the demonstration looks at: those of the story, and not more than a plan takes.
func (d *demo) concerned() []string { return d.tenant.Accounts[:min(10, len(d.tenant.Accounts))] }

func (d *demo) investigate(ctx context.Context) error {
	d.title("3 · Investigate", "investigate --case "+d.folder("case")+" --brief")
	inv, err := app.Investigate(ctx, app.Options{Case: d.folder("case")})
	if err != nil {
		return err
	}
	for _, a := range inv.Accounts {
		if inv.Summary.Compromised == 0 && a.Verdict == evict.Suspected {
			d.suspected = append(d.suspected, a.Account)
		}
	}
	o := d.out.TextOptions()
	o.Brief, o.Next = true, "evict plan --case "+d.folder("case")
	return report.Text(d.out.Out, inv, o)
}

// respond plans, approves, applies, and says what may be claimed.
func (d *demo) respond(ctx context.Context) error {
	d.title("4 · Plan", "plan --tenant respond --case "+d.folder("case"))
	o := app.PlanOptions{Tenants: d.tenants, Profile: "respond", Case: d.folder("case"), Operator: systemUser(), Accounts: d.suspected}
	if len(d.suspected) > 0 {
		fmt.Fprintln(d.out.Out, report.Wrap("An account that is only suspected is taken back when somebody names it with --account; here somebody does.", d.out.TextOptions().Width))
	}
	p, err := app.MakePlan(ctx, o)
	if errors.Is(err, app.ErrNobodyToEvict) {
		d.nobody = true
		fmt.Fprintln(d.out.Out, report.Wrap("Nobody is compromised or suspected by this evidence, so there is nobody to throw out.", d.out.TextOptions().Width))
		return nil
	}
	if err != nil {
		return err
	}
	if err := report.Plan(d.out.Out, &p.Plan, report.PlanOptions{TextOptions: d.out.TextOptions(), Hash: p.Hash, Signs: p.Signs}); err != nil {
		return err
	}
	word := app.ConfirmWord(&p.Plan)
	d.title("5 · Approve and apply", fmt.Sprintf("apply --tenant respond --case %s --plan %.12s --confirm %s", d.folder("case"), p.Hash, report.Argument(word)))
	run := app.ApplyOptions{Tenants: d.tenants, Profile: "respond", Case: d.folder("case"), Plan: p.Hash, Confirm: word, Operator: systemUser(), Patience: 30 * time.Second}
	run.Secrets = app.ShowOnce(func(account, _ string) {
		d.out.Note("new password of " + account + " is ready; a real run shows it here once, or seals it to a key")
	})
	run.Progress = stepLines(d.out, false)
	r, err := app.Apply(ctx, run)
	if err != nil {
		return err
	}
	d.title("6 · Where it stands", "status --case "+d.folder("case"))
	printStatus(d.out, r)
	for _, line := range nextAfter(r, "") {
		fmt.Fprintln(d.out.Out, line)
	}
	fmt.Fprintln(d.out.Out, report.Wrap("(The commands above are those for a real tenant: this one is gone when the demonstration ends.)", d.out.TextOptions().Width))
	d.incomplete = r.Ladder == "not contained"
	return nil
}

// report writes the report of the whole case, and ends with the proof that no real tenant can give.
func (d *demo) report(ctx context.Context) error {
	d.title("7 · Report", "report --case "+d.folder("case")+" --html "+d.folder("report.html"))
	r, err := app.Report(ctx, app.Options{Case: d.folder("case")})
	if err != nil {
		return err
	}
	if err := toFile(d.folder("report.html"), func(w io.Writer) error { return report.CaseHTML(w, r) }); err != nil {
		return err
	}
	text := "What happened, what was done about it and read back, who approved it, what is open, and what may be claimed, on one page that needs nothing else: " + d.folder("report.html")
	fmt.Fprintln(d.out.Out, report.Wrap(report.Clean(text), d.out.TextOptions().Width))
	if !d.nobody {
		d.prove()
	}
	fmt.Fprintf(d.out.Out, "\nNext: evict status --case %s, and evict sim for a tenant of your own to train on\n", report.Argument(d.folder("case")))
	return nil
}

// prove lets the simulated attacker try everything again. Only a simulated tenant can be asked that.
func (d *demo) prove() {
	d.title("8 · The attacker tries again", "")
	w, width := d.out.Out, d.out.TextOptions().Width
	left := d.tenant.Attack()
	fmt.Fprintln(w, report.Wrap("Everything that he had or made is tried. Not simulated: the minutes for which a service still honours what was revoked, and app passwords.", width))
	fmt.Fprintln(w)
	for _, before := range d.before {
		verdict := "no longer works"
		if slices.Contains(left, before) {
			verdict = "STILL WORKS"
		}
		fmt.Fprintln(w, strings.ReplaceAll(report.Wrap(report.Clean(verdict+": "+before), width-4), "\n", "\n    "))
	}
	d.incomplete = d.incomplete || len(left) > 0
	fmt.Fprintf(w, "\n%d of %d ways in still work.\n", len(left), len(d.before))
}
