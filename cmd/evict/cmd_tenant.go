package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"evict/internal/app"
	"evict/internal/report"
	"evict/internal/ui"

	"github.com/spf13/cobra"
)

func tenantCommand(out *ui.Streams, outcome *ui.Outcome) *cobra.Command {
	c := &cobra.Command{
		Use:   "tenant",
		Short: "Connection profiles, and what each will be able to see and do",
		Long: `A profile says how to reach a tenant: its ID, cloud, application and way to sign
in. It never holds a secret: that is in the keychain of this system, a file, an
environment variable, or comes on standard input.

  evict tenant add contoso --tenant contoso.com --client ID --secret keychain < secret
  evict tenant check contoso
  evict tenant list`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.PersistentFlags().String("profiles", "", "folder of the profiles (default: this user's settings)")
	c.AddCommand(tenantAdd(out), tenantList(out), tenantCheck(out, outcome), tenantOwn(out, outcome), tenantRemove(out))
	for _, sub := range c.Commands() {
		if check := sub.Args; check != nil {
			sub.Args = func(c *cobra.Command, args []string) error { return usage(check(c, args)) }
		}
	}
	return c
}

// tenants are the profiles that the flags name, with this terminal for device codes.
func tenants(out *ui.Streams, c *cobra.Command) (*app.Tenants, error) {
	dir, err := c.Flags().GetString("profiles")
	if err != nil || dir == "" {
		if dir, err = app.DefaultTenants(); err != nil {
			return nil, err
		}
	}
	return &app.Tenants{Folder: dir, Stdin: os.Stdin, Prompt: out.Note, Notice: out.Note}, nil
}

func tenantAdd(out *ui.Streams) *cobra.Command {
	var p app.TenantProfile
	var own app.OwnApplication
	var simulator, authority string
	c := &cobra.Command{
		Use:   "add NAME",
		Short: "Add a profile",
		Long: `Add a profile. docs/permissions.md has the commands that register the two
applications: one that only reads, one that responds.

  evict tenant add contoso --tenant contoso.com --client ID --secret keychain < secret
  evict tenant add contoso-respond --responds --tenant contoso.com --client ID --secret keychain < secret
  evict tenant add fabrikam --tenant ID --client ID --method certificate --secret file:cert.pem
  evict tenant add lab --tenant ID --client ID --method device-code`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			t, err := tenants(out, c)
			if err != nil {
				return err
			}
			p.Name = args[0]
			if len(own.Keys)+len(own.Owners)+len(own.Networks) > 0 {
				p.Own = &own
			}
			if simulator != "" {
				p.Simulator = &app.Simulator{Address: simulator, Authority: authority}
			}
			if err := t.Add(p); err != nil {
				return err
			}
			out.Note(fmt.Sprintf("profile %s is added; next: evict tenant check %s", p.Name, p.Name))
			return nil
		},
	}
	f := c.Flags()
	f.StringVar(&p.Tenant, "tenant", "", "the tenant's ID or one of its verified domains")
	f.StringVar(&p.Cloud, "cloud", "worldwide", strings.Join(app.Clouds(), ", "))
	f.StringVar(&p.Client, "client", "", "application (client) ID")
	f.StringVar(&p.Method, "method", "client-secret", strings.Join(app.Methods(), ", "))
	f.StringVar(&p.Secret, "secret", "", "where the secret or certificate is: keychain, file:PATH, env:NAME, stdin")
	f.StringVar(&p.Password, "password", "", "where the certificate's password is: file:PATH, env:NAME, stdin")
	f.StringVar(&p.TokenFile, "token-file", "", "token of a workload identity (default: what the environment says)")
	f.BoolVar(&p.Responds, "responds", false, "it is of the application that may change the tenant: plan, apply and the like take it unasked, collect does not")
	f.StringSliceVar(&own.Keys, "own-key", nil, "ID of a key of the application that is yours (see evict tenant own)")
	f.StringSliceVar(&own.Owners, "own-owner", nil, "account that owns the application, and may")
	f.StringSliceVar(&own.Networks, "own-network", nil, "address or network from which the application signs in")
	f.StringVar(&simulator, "simulator", "", "address of a simulated tenant, such as 127.0.0.1:8443, instead of Microsoft's")
	f.StringVar(&authority, "authority", "", "file with the simulator's certificate authority")
	c.MarkFlagsRequiredTogether("simulator", "authority")
	return c
}

const ownLong = `Before anything is evicted, a plan looks whether others have a hand in the
application under which evict works: secrets and certificates, owners, sign-ins.
One key and no owner pass unasked. With more, say here which of them are yours;
what is found besides then keeps every step back that evicts, whoever added it.
Key IDs are no secrets.

Without flags it shows what the tenant has, and the command that declares all of
it. With flags it replaces what was declared before.

  evict tenant own respond
  evict tenant own respond --key 11111111-2222-3333-4444-555555555555 --owner ann@contoso.com
  evict tenant own respond --network 192.0.2.0/24

Exit code 3: there is something that nobody declared. 4: no sign-in.`

func tenantOwn(out *ui.Streams, outcome *ui.Outcome) *cobra.Command {
	var own app.OwnApplication
	c := &cobra.Command{
		Use: "own NAME", Short: "Show and declare what belongs to evict's own application in the tenant", Long: ownLong, Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			t, err := tenants(out, c)
			if err != nil {
				return err
			}
			if f := c.Flags(); f.Changed("key") || f.Changed("owner") || f.Changed("network") {
				if err := t.Declare(args[0], own); err != nil {
					return err
				}
				out.Note(fmt.Sprintf("declared; next: evict tenant own %s shows what the tenant has besides", args[0]))
				return nil
			}
			s, err := t.Own(c.Context(), args[0])
			if err != nil {
				return err
			}
			outcome.Incomplete = !s.Known || len(s.Strange) > 0
			if flag(c, "json") {
				return json.NewEncoder(out.Out).Encode(s)
			}
			printOwn(out, s)
			return nil
		},
	}
	f := c.Flags()
	f.StringSliceVar(&own.Keys, "key", nil, "ID of a secret or certificate that is yours")
	f.StringSliceVar(&own.Owners, "owner", nil, "account that owns the application, and may")
	f.StringSliceVar(&own.Networks, "network", nil, "address or network from which the application signs in")
	return c
}

func printOwn(out *ui.Streams, s *app.OwnState) {
	w, width := out.Out, out.TextOptions().Width
	if !s.Known {
		fmt.Fprintln(w, report.Wrap("The application could not be looked at, so others may have a hand in it: nothing would be evicted.", width))
		return
	}
	command := "evict tenant own " + report.Argument(s.Profile)
	for _, k := range s.Keys {
		fmt.Fprintf(w, "key    %s %s, valid from %s\n", report.Clean(k.ID), report.Clean(k.Name), report.Clean(k.From))
		command += " --key " + report.Argument(k.ID)
	}
	for _, o := range s.Owners {
		fmt.Fprintf(w, "owner  %s\n", report.Clean(o))
		command += " --owner " + report.Argument(o)
	}
	for _, n := range s.Declared.Networks {
		command += " --network " + report.Argument(n)
	}
	for _, x := range s.Strange {
		fmt.Fprintln(w, report.Wrap("Nobody declared: "+report.Clean(x), width))
	}
	switch {
	case s.Unseen != "":
		fmt.Fprintln(w, report.Wrap("Its sign-ins are not judged: "+report.Clean(s.Unseen)+".", width))
	case len(s.Strange) == 0:
		fmt.Fprintln(w, "Its sign-ins are those of what is declared.")
	}
	if len(s.Strange) > 0 {
		fmt.Fprintf(w, "\nIf all keys and owners are yours: %s\n", command)
	}
}

func tenantList(out *ui.Streams) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the profiles",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			t, err := tenants(out, c)
			if err != nil {
				return err
			}
			list, err := t.List()
			if err != nil {
				return err
			}
			if flag(c, "json") {
				return json.NewEncoder(out.Out).Encode(struct {
					Schema   string              `json:"schema"`
					Profiles []app.TenantProfile `json:"profiles"`
				}{"evict.tenants/v1", list})
			}
			if len(list) == 0 {
				out.Note("no profiles; next: evict tenant add --help")
				return nil
			}
			fmt.Fprintf(out.Out, "%-16s %-38s %-10s %s\n", "NAME", "TENANT", "CLOUD", "SIGN-IN")
			for _, p := range list {
				where := p.Cloud
				if p.Simulator != nil {
					where = "simulated"
				}
				fmt.Fprintf(out.Out, "%-16s %-38s %-10s %s\n", report.Clean(p.Name), report.Clean(p.Tenant), where, p.Method)
			}
			return nil
		},
	}
}

func tenantRemove(out *ui.Streams) *cobra.Command {
	return &cobra.Command{
		Use:   "remove NAME",
		Short: "Remove a profile, and its secret from the keychain",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			t, err := tenants(out, c)
			if err != nil {
				return err
			}
			if err := t.Remove(args[0]); err != nil {
				return err
			}
			out.Note("profile " + args[0] + " is removed")
			return nil
		},
	}
}

func tenantCheck(out *ui.Streams, outcome *ui.Outcome) *cobra.Command {
	return &cobra.Command{
		Use:   "check NAME",
		Short: "Ask a tenant what the application may read and do, and what will stay unknown",
		Long: `Sign in and compare what the application is granted with what each source of
evidence and each action needs: permissions, roles, licences, the audit switch,
the clock. Nothing is changed.

Exit code 3: something that collection needs is missing. 4: no sign-in.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			t, err := tenants(out, c)
			if err != nil {
				return err
			}
			check, err := t.Check(c.Context(), args[0])
			if err != nil {
				return err
			}
			outcome.Incomplete = !check.Ready()
			if flag(c, "json") {
				return json.NewEncoder(out.Out).Encode(check)
			}
			printCheck(out, check)
			return nil
		},
	}
}

func printCheck(out *ui.Streams, c *app.TenantCheck) {
	w := out.Out
	fmt.Fprintf(w, "Tenant %s, application %s\n", report.Clean(c.Tenant), report.Clean(c.Application))
	fmt.Fprintf(w, "Audit log: %s. Clock: the server's is %+d s from ours.\n", c.Audit, c.ClockSeconds)
	printUses(out, "To collect", c.Sources)
	printUses(out, "To respond", c.Actions)
	if !c.Over {
		fmt.Fprintln(w, report.Wrap("Accounts of administrators can't be blocked or reset with it: that needs the Entra role Privileged Authentication Administrator.", out.TextOptions().Width))
	}
	for _, u := range c.Unknown {
		fmt.Fprintln(w, report.Wrap("Not known: "+report.Clean(u), out.TextOptions().Width))
	}
	if len(c.Excess) > 0 {
		fmt.Fprintln(w, report.Wrap("Granted and not needed, and able to change the tenant: "+report.Clean(strings.Join(c.Excess, ", ")), out.TextOptions().Width))
	}
}

func printUses(out *ui.Streams, title string, list []app.UseTest) {
	ready := 0
	for _, u := range list {
		if u.State == "ready" {
			ready++
		}
	}
	fmt.Fprintf(out.Out, "\n%s: %d of %d ready\n", title, ready, len(list))
	for _, u := range list {
		if u.State == "ready" {
			continue
		}
		line := fmt.Sprintf("  %-26s %s", u.Name, u.State)
		if len(u.Missing) > 0 {
			line += ": " + strings.Join(u.Missing, ", ")
		}
		fmt.Fprintln(out.Out, report.Clean(line))
	}
}
