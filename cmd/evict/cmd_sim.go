package main

import (
	"encoding/json"
	"fmt"
	"time"

	"evict/internal/app"
	"evict/internal/report"
	"evict/internal/ui"

	"github.com/spf13/cobra"
)

func simCommand(out *ui.Streams, outcome *ui.Outcome) *cobra.Command {
	var o app.SimulateOptions
	c := &cobra.Command{
		Use:   "sim",
		Short: "Simulate a tenant under attack on this machine, to train and to try evict on",
		Long: `Makes a tenant with people, their everyday life and one of the scenarios in it,
and serves it as Microsoft's services would, over TLS, to this machine alone. It
prints the commands that connect to it; they are those of a real tenant, but for
the address and the certificate. Nothing leaves the machine, and nothing of it
stays: Ctrl-C ends the tenant and removes its certificate and secrets.

The same scenario, users, days and seed make the same tenant, dated so that its
present is now.

  evict sim --list                        the scenarios
  evict sim                               the first of them
  evict sim --scenario consent --seed 7
  evict sim export ./exports --scenario 3 the same tenant as exported files`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if flag(c, "list") {
				return listScenarios(out, flag(c, "json"))
			}
			o.Present, o.Prompt = time.Now(), !flag(c, "waits")
			outcome.Served = true
			return app.Simulate(c.Context(), o, func(s app.Simulated) error {
				if flag(c, "json") {
					return json.NewEncoder(out.Out).Encode(s)
				}
				printSimulated(out, s)
				return nil
			})
		},
	}
	f := c.Flags()
	f.Bool("list", false, "list the scenarios and end")
	f.Bool("waits", false, "let searches of the audit log take minutes, as Microsoft's do")
	f.StringVar(&o.Listen, "listen", "127.0.0.1:0", "address of this machine to serve on; port 0 takes a free one")
	f.StringVar(&o.Folder, "dir", "", "folder for the certificate authority and the secrets (default: a new one that only this user can read)")
	simulated(c, &o)
	c.AddCommand(simExport(out))
	for _, sub := range c.Commands() {
		check := sub.Args
		sub.Args = func(c *cobra.Command, args []string) error { return usage(check(c, args)) }
	}
	return c
}

func simExport(out *ui.Streams) *cobra.Command {
	var o app.SimulateOptions
	var format string
	c := &cobra.Command{
		Use:   "export DIR",
		Short: "Write a simulated tenant as exported files instead",
		Long: `Writes the files that a responder would have got from the tenant with one tool or
portal, and a coverage.json that says what each was asked for. DIR must be empty
or not there yet.

  evict sim export --list
  evict sim export ./exports --scenario consent
  evict sim export ./exports --scenario consent --format api
  evict investigate ./exports`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if flag(c, "list") {
				return listFormats(out, flag(c, "json"))
			}
			if len(args) != 1 {
				return fmt.Errorf("%w: name the folder to write to", errUsage)
			}
			o.Present = time.Now()
			got, err := app.ExportSimulated(o, args[0], format)
			if err != nil {
				return err
			}
			if flag(c, "json") {
				return json.NewEncoder(out.Out).Encode(got)
			}
			fmt.Fprintf(out.Out, "Scenario %d, %s, is written to %s.\n", got.Scenario.Number, got.Scenario.Name, report.Clean(got.Folder))
			fmt.Fprintf(out.Out, "\nNext: evict investigate %s\n", report.Argument(got.Folder))
			return nil
		},
	}
	c.Flags().Bool("list", false, "list the formats and end")
	c.Flags().StringVar(&format, "format", app.ExportFormats()[0].Name, "one of the formats of --list")
	simulated(c, &o)
	return c
}

func listFormats(out *ui.Streams, asJSON bool) error {
	list := app.ExportFormats()
	if asJSON {
		return json.NewEncoder(out.Out).Encode(struct {
			Schema  string             `json:"schema"`
			Formats []app.ExportFormat `json:"formats"`
		}{"evict.export-formats/v1", list})
	}
	for _, f := range list {
		kind := "less than live"
		if f.Lossless {
			kind = "as live"
		}
		fmt.Fprintf(out.Out, "%-16s %-15s %s\n", f.Name, kind, f.Doc)
	}
	return nil
}

// simulated adds the flags that say which tenant to make.
func simulated(c *cobra.Command, o *app.SimulateOptions) {
	f := c.Flags()
	f.StringVar(&o.Scenario, "scenario", "1", "scenario by its name or number")
	f.IntVar(&o.Users, "users", 0, "people in the tenant (default: as many as suit the scenario)")
	f.IntVar(&o.Days, "days", 0, "days of life before the present (default: as many as suit the scenario)")
	f.Uint64Var(&o.Seed, "seed", 1, "makes another tenant with the same story")
}

func listScenarios(out *ui.Streams, asJSON bool) error {
	list := app.Scenarios()
	if asJSON {
		return json.NewEncoder(out.Out).Encode(struct {
			Schema    string         `json:"schema"`
			Scenarios []app.Scenario `json:"scenarios"`
		}{"evict.scenarios/v1", list})
	}
	for _, s := range list {
		fmt.Fprintf(out.Out, "%2d  %-16s %s\n", s.Number, s.Name, s.Story)
	}
	return nil
}

// shownAccounts is how many accounts the command to type names.
const shownAccounts = 3

// printSimulated says how to reach the tenant.
func printSimulated(out *ui.Streams, s app.Simulated) {
	w := out.Out
	fmt.Fprintf(w, "Scenario %d, %s: %s\n", s.Scenario.Number, s.Scenario.Name, s.Scenario.Story)
	fmt.Fprintf(w, "Tenant %s is simulated on %s; for it, it is %s.\n\nIn another terminal:\n\n", s.Domain, s.Address, s.Now.UTC().Format("2006-01-02 15:04Z"))
	add := func(name, flags string, e app.SimEntry) {
		fmt.Fprintf(w, "  evict tenant add %s%s --tenant %s --client %s --secret %s --simulator %s --authority %s\n",
			name, flags, s.Tenant, e.Client, report.Argument("file:"+e.SecretFile), s.Address, report.Argument(s.Authority))
	}
	add("sim", "", s.Profiles[0])
	fmt.Fprint(w, "  evict collect")
	for _, a := range s.Accounts[:min(shownAccounts, len(s.Accounts))] {
		fmt.Fprintf(w, " --account %s", report.Clean(a))
	}
	fmt.Fprintf(w, " --case sim-case\n  evict investigate --case sim-case\n")
	add("sim-respond", " --responds", s.Profiles[1])
	fmt.Fprintf(w, "  evict plan --case sim-case\n  evict tenant remove sim\n  evict tenant remove sim-respond\n\n")
	if more := len(s.Accounts) - shownAccounts; more > 0 {
		fmt.Fprintf(w, "The story is about %d more accounts; 'evict sim --json' names them.\n", more)
	}
	fmt.Fprintf(w, "Ctrl-C ends it, and removes the certificate and the secrets in %s.\n", report.Clean(s.Folder))
}
