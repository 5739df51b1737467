package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"evict"
	"evict/internal/app"
	"evict/internal/report"
	"evict/internal/ui"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// planFlags are what plan and its kin share.
type planFlags struct {
	options  app.PlanOptions
	runbook  bool
	identity string
	device   string
}

func planCommand(out *ui.Streams, outcome *ui.Outcome) *cobra.Command {
	var f planFlags
	c := &cobra.Command{
		Use:   "plan [PATH...]",
		Short: "Propose how the attacker is thrown out; nothing is changed",
		Long: `Proposes, from what the investigation of a case found, how its accounts are taken
back: contain (block, revoke, reset), then evict (what the attacker left behind).
Every step shows what it changes, which finding it answers, who will notice, and
how it is undone. Only what an attacker did is taken away unasked; what nothing
shows to be his is listed beside the plan, to be added with --pick.

The plan is a file of the case, and its hash is what evict apply takes.

--contain needs no evidence: it is the first thing to do, and waits for nothing.
--runbook needs no tenant: it prints what a person clicks and types, step by step.
--recover makes the plan that gives the accounts back to their owners, once the
attacker is out.

  evict plan --case ./case --tenant contoso
  evict plan --case ./case --tenant contoso --contain --account dana@contoso.com
  evict plan --case ./case --tenant contoso --leave-out preserve --pick 5f9a5a52f05342db
  evict plan ./exports --runbook`,
		RunE: func(c *cobra.Command, args []string) error {
			if err := f.prepare(out, c, args); err != nil {
				return err
			}
			shown := func() {}
			if !f.options.Contain { // which reads no evidence
				progress := out.Progress()
				f.options.Progress, shown = progressOf(progress), progress.Done
			}
			p, err := app.MakePlan(c.Context(), f.options)
			shown()
			if err != nil {
				return err
			}
			outcome.Detailed = flag(c, "detailed-exitcode")
			outcome.Findings = len(p.Plan.Steps) > 0
			outcome.Refused = len(p.Refused()) > 0 || len(p.Plan.Steps) == 0 && slices.ContainsFunc(p.Plan.Skipped, func(s evict.Skipped) bool { return s.Guard != "" })
			if flag(c, "json") {
				return json.NewEncoder(out.Out).Encode(p)
			}
			return printPlan(out, p, f.runbook, c)
		},
	}
	o := &f.options
	fl := c.Flags()
	fl.StringVar(&o.Case, "case", "", "folder of the case")
	fl.StringVar(&o.Profile, "tenant", "", "profile of the tenant, of the application that responds (default: the only one)")
	fl.String("profiles", "", "folder of the profiles (default: this user's settings)")
	fl.BoolVar(&f.runbook, "runbook", false, "without the tenant: what a person does by hand")
	fl.StringSliceVar(&o.Accounts, "account", nil, "take back these accounts (default: those found compromised)")
	fl.BoolVar(&o.Contain, "contain", false, "only block sign-in, revoke sessions, reset the password; needs no evidence")
	fl.BoolVar(&o.Recover, "recover", false, "give the accounts back to their owners")
	fl.StringSliceVar(&o.Add, "pick", nil, "add what a finding left behind (its ID), or ACTION=ACCOUNT")
	fl.StringSliceVar(&o.LeaveOut, "leave-out", nil, "leave out a step or an action, by its ID")
	fl.StringSliceVar(&o.Guards.BreakGlass, "break-glass", nil, "account for emergencies, never to be touched")
	fl.StringSliceVar(&o.Guards.Service, "service-account", nil, "account that programs use, never to be touched")
	fl.IntVar(&o.Guards.Most, "most", 0, "accounts that one plan may take back (default 10)")
	fl.StringArrayVar(&o.Guards.Overrides, "override", nil, "the words that a refusal says to type, quoted")
	fl.StringVar(&o.Operator, "operator", "", "your own account, for the record and its guard (default: this system's user)")
	fl.StringVar(&f.identity, "identity-checked-by", "", "with --recover: who called the owner back, on a number from before")
	fl.StringVar(&f.device, "device-clean-by", "", "with --recover: who says that the owner's device is clean")
	fl.StringSliceVar(&o.Release.UsedProtocol, "used-protocol", nil, "with --recover: POP, IMAP or SMTP-AUTH, where the owner used it before")
	return c
}

// prepare checks what was typed before anything is read.
func (f *planFlags) prepare(out *ui.Streams, c *cobra.Command, args []string) error {
	o := &f.options
	o.Evidence.Paths = args
	if o.Operator == "" {
		o.Operator = systemUser()
	}
	if o.Case == "" && len(args) == 0 {
		return fmt.Errorf("%w: --case names the case; or give exported files and --runbook", errUsage)
	}
	if o.Case == "" && !f.runbook {
		return fmt.Errorf("%w: without a case a plan can't be kept; say --runbook to see what a person would do", errUsage)
	}
	if o.Contain && o.Recover {
		return fmt.Errorf("%w: --contain and --recover are two plans", errUsage)
	}
	now := evict.At(time.Now().UTC(), evict.Second)
	for _, v := range []struct {
		by string
		to *app.Vouched
	}{{f.identity, &o.Release.Identity}, {f.device, &o.Release.Device}} {
		if v.by != "" {
			v.to.By, v.to.At = v.by, now
		}
	}
	if f.runbook {
		if o.Profile != "" {
			return fmt.Errorf("%w: --runbook is without the tenant", errUsage)
		}
		return nil
	}
	t, err := tenants(out, c)
	if err != nil {
		return err
	}
	o.Tenants = t
	o.Profile, err = theProfile(t, o.Profile, true)
	return err
}

// printPlan writes a plan that command c made, and what to type next.
func printPlan(out *ui.Streams, p *app.Planned, runbook bool, c *cobra.Command) error {
	w, tenant := out.Out, sameTenant(c)
	o := report.PlanOptions{TextOptions: out.TextOptions(), Hash: p.Hash, Runbook: runbook, Signs: p.Signs}
	if p.Folder != "" {
		o.Findings = "evict investigate --case " + report.Argument(p.Folder)
	}
	if c.Flags().Lookup("pick") != nil {
		o.Pick = asTyped(c) + " --pick"
	}
	if err := report.Plan(w, &p.Plan, o); err != nil {
		return err
	}
	if p.Hash == "" || len(p.Plan.Steps) == 0 || runbook {
		return nil
	}
	if left := p.Refused(); len(left) > 0 {
		fmt.Fprintf(w, "\nA guard refused what was asked for, in whole or in part: %s. What follows leaves that out.\n", report.Clean(strings.Join(left, ", ")))
	}
	fmt.Fprintf(w, "\nNext: evict apply --case %s --plan %s%s --confirm %s\n", report.Argument(p.Folder), p.Hash[:12], tenant, report.Argument(confirmWord(&p.Plan)))
	return nil
}

// confirmWord is what has to be typed to approve a plan.
func confirmWord(p *evict.Plan) string { return strings.TrimSpace(app.ConfirmWord(p)) }

// asTyped is a command with its arguments and the flags that were given, to be typed once more with another.
func asTyped(c *cobra.Command) string {
	out := c.CommandPath()
	for _, a := range c.Flags().Args() {
		out += " " + report.Argument(a)
	}
	c.Flags().Visit(func(f *pflag.Flag) {
		values := []string{f.Value.String()}
		if list, ok := f.Value.(pflag.SliceValue); ok {
			values = list.GetSlice()
		}
		for _, v := range values {
			if f.Value.Type() == "bool" {
				out += " --" + f.Name
				continue
			}
			out += " --" + f.Name + " " + report.Argument(v)
		}
	})
	return out
}
