// Command evict takes a compromised Microsoft 365 account back. See README.md.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"

	"evict/internal/app"
	"evict/internal/timeline"
	"evict/internal/ui"

	"github.com/spf13/cobra"
)

// memoryGoal makes the collector work harder before the process grows past it.
// What the passes keep is bounded below it.
const memoryGoal = 400 << 20

func main() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryGoal)
	}
	os.Exit(run(os.Args[1:]))
}

// run is main without the exit, so that script tests can call it.
func run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	out := ui.Open(os.Stdout, os.Stderr)
	var outcome ui.Outcome
	root := rootCommand(out, &outcome)
	root.SetArgs(args)
	defer context.AfterFunc(ctx, func() {
		if c, _, err := root.Find(args); err == nil && heard[c.Name()] != "" {
			out.Note("Ctrl-C was heard: " + heard[c.Name()])
		}
	})()
	command, err := root.ExecuteContextC(ctx)
	switch {
	case ctx.Err() != nil:
		outcome.Interrupted = !outcome.Served || err != nil
	case errors.Is(err, app.ErrUsage) || errors.Is(err, errUsage):
		outcome.Usage = true
	case errors.Is(err, app.ErrSignIn):
		outcome.SignIn = true
	case errors.Is(err, app.ErrLocked):
		outcome.Locked = true
	case errors.Is(err, app.ErrRefused):
		outcome.Refused = true
	case err != nil:
		outcome.Failed = true
	}
	switch {
	case err != nil && ctx.Err() == nil:
		out.Error(err, hintFor(command, err))
	case outcome.Interrupted && goesOn[command.Name()]:
		out.Note("interrupted; the same command goes on where it was: " + asTyped(command))
	}
	return outcome.Code()
}

// heard is what a command still does after Ctrl-C, where that takes a while.
var heard = map[string]string{
	"apply":   "no new step is begun; what was sent is read back first, for 15 seconds at most. The new passwords are still handed over. evict resume goes on later.",
	"resume":  "no new step is begun; what was sent is read back first, for 15 seconds at most. The new passwords are still handed over. evict resume goes on later.",
	"verify":  "nothing more is looked at.",
	"collect": "nothing more is asked for, and what has come is kept.",
}

// goesOn are the commands that are typed once more after an interruption. After evict apply it is evict resume, which the
// plan's standing says.
var goesOn = map[string]bool{"collect": true, "verify": true, "investigate": true}

var errUsage = errors.New("wrong usage")

// hintFor names the command to type next.
func hintFor(c *cobra.Command, err error) string {
	var h interface{ Hint() string }
	if errors.As(err, &h) {
		return h.Hint()
	}
	if errors.Is(err, timeline.ErrNoEvidence) {
		return "evict investigate --help"
	}
	if errors.Is(err, app.ErrUsage) || errors.Is(err, errUsage) {
		return c.CommandPath() + " --help"
	}
	return ""
}

func rootCommand(out *ui.Streams, outcome *ui.Outcome) *cobra.Command {
	root := &cobra.Command{
		Use:   "evict",
		Short: "Take a compromised Microsoft 365 account back",
		Long: `evict collects the evidence on Microsoft 365 accounts, or reads exported files, and
says per account whether somebody else used it, how that is known, and what could
not be seen; it plans how the attacker is thrown out, carries the plan out once
you approve it, and reads back that it worked.

  evict demo                             the whole loop, on a simulated tenant
  evict investigate ./exports            a verdict per account, from exported files
  evict plan --contain --account UPN     the first thing to do: block, revoke, reset
  evict explain inbox-rule-hides-mail    what a finding or an action is, and how by hand

Exit codes: 0 done, evidence complete; 1 failed; 2 wrong usage; 3 done, but evidence
is incomplete or a step is not verified (open steps for a person do not count);
4 no sign-in or consent; 5 the plan is out of date; 6 somebody else has the case;
7 refused by a guard; 130 interrupted. Errors are text, also with --json.`,
		Version:       app.Version,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetOut(out.Out)
	root.SetErr(out.Err)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usage(err) })
	root.Args = cobra.NoArgs
	root.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
	root.PersistentFlags().Bool("json", false, "print one JSON document instead of text")
	root.PersistentFlags().Bool("detailed-exitcode", false, "exit 10 for findings, 13 for findings on incomplete evidence")
	root.AddCommand(demoCommand(out, outcome), investigateCommand(out, outcome), askCommand(out, outcome), answerCommand(out, outcome), explainCommand(out), tenantCommand(out, outcome), collectCommand(out, outcome), planCommand(out, outcome), applyCommand(out, outcome), statusCommand(out, outcome), resumeCommand(out, outcome), verifyCommand(out, outcome), undoCommand(out, outcome), doneCommand(out, outcome), reportCommand(out, outcome), caseCommand(out), simCommand(out, outcome))
	for _, c := range append(root.Commands(), root) {
		if check := c.Args; check != nil {
			c.Args = func(c *cobra.Command, args []string) error { return usage(check(c, args)) }
		}
	}
	return root
}

// usage marks what cobra refuses as wrong usage.
func usage(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", errUsage, err)
}
