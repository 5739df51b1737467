package main

import (
	"encoding/json"
	"fmt"
	"os/user"
	"slices"
	"time"

	"evict"
	"evict/internal/app"
	"evict/internal/report"
	"evict/internal/ui"

	"github.com/spf13/cobra"
)

func collectCommand(out *ui.Streams, outcome *ui.Outcome) *cobra.Command {
	var o app.CollectOptions
	var since, reported, reportedAt, reportedBy, note string
	c := &cobra.Command{
		Use:   "collect",
		Short: "Gather the evidence on accounts of a live tenant into a case",
		Long: `Reads logs and settings of the accounts, and of what they can reach, through the
profile of a tenant, and keeps every answer as it came: hashed, with the query
and the time. Nothing in the tenant is changed, but that audit searches are
asked for. Interrupted, the same command goes on where it was. --again reads the
logs of a case on to the present, after a response to see that it is quiet, and
accounts that are named besides are added to those of the case.

quick takes the settings that perish and one look at each log; standard all that
a verdict needs; full also every mailbox of the tenant that the account may open.

Exit code 3: some source is not complete; the list says which, and why.

  evict collect --tenant contoso --account dana@contoso.com --case ./case
  evict collect --tenant contoso --account dana@contoso.com --case ./case --depth full
  evict collect --tenant contoso --case ./case --again
  evict investigate --case ./case`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := collectInput(&o, since, reported, reportedAt, reportedBy, note); err != nil {
				return err
			}
			t, err := tenants(out, c)
			if err != nil {
				return err
			}
			o.Tenants = t
			if o.Profile, err = theProfile(t, o.Profile, false); err != nil {
				return err
			}
			lines := sourceLines{out: out, said: map[string]string{}}
			o.Progress = func(p app.SourceProgress) { lines.say(p) }
			got, err := app.Collect(c.Context(), o)
			if err != nil {
				return err
			}
			outcome.Incomplete = !got.Complete
			if flag(c, "json") {
				return json.NewEncoder(out.Out).Encode(got)
			}
			printCollected(out, got)
			return nil
		},
	}
	f := c.Flags()
	f.String("profiles", "", "folder of the profiles (default: this user's settings)")
	f.StringVar(&o.Profile, "tenant", "", "profile of the tenant (default: the only one)")
	f.StringSliceVar(&o.Accounts, "account", nil, "account to collect: UPN, address or object ID")
	f.StringVar(&o.Case, "case", "", "folder of the case; made when it is not there")
	f.BoolVar(&o.Again, "again", false, "read the logs of the case on to the present")
	f.StringVar(&since, "since", "", "read logs from this time (RFC 3339), or a span back such as 720h; default: 30 days before the report, further back while trouble begins early")
	f.StringVar(&o.Depth, "depth", "standard", "quick, standard or full")
	f.StringVar(&o.Operator, "operator", "", "who asks, for the case's record (default: this system's user)")
	f.StringVar(&reported, "reported", "", "symptoms reported at the start, such as S2,S7")
	f.StringVar(&reportedAt, "reported-at", "", "when they were noticed (RFC 3339)")
	f.StringVar(&reportedBy, "reported-by", "", "who reported them")
	f.StringVar(&note, "note", "", "what was said")
	return c
}

// collectInput checks what was typed before anything is asked.
func collectInput(o *app.CollectOptions, since, reported, reportedAt, reportedBy, note string) error {
	if len(o.Accounts) == 0 && !o.Again || o.Case == "" {
		return fmt.Errorf("%w: --account names whom to collect, --case the folder for it", errUsage)
	}
	if o.Depth != "quick" && o.Depth != "standard" && o.Depth != "full" {
		return fmt.Errorf("%w: --depth is quick, standard or full", errUsage)
	}
	if o.Operator == "" {
		o.Operator = systemUser()
	}
	if since != "" {
		if d, err := time.ParseDuration(since); err == nil {
			o.Since = time.Now().Add(-d)
		} else if o.Since, err = time.Parse(time.RFC3339, since); err != nil {
			return fmt.Errorf("%w: --since: %q is neither a time such as 2026-11-20T21:00:00Z nor a span such as 72h", errUsage, since)
		}
	}
	if reported == "" && reportedAt == "" {
		return nil
	}
	list, err := symptoms(reported, nil)
	if err != nil {
		return err
	}
	o.Reported = &evict.Reported{By: reportedBy, Note: note, Symptoms: list}
	if reportedAt != "" {
		at, err := time.Parse(time.RFC3339, reportedAt)
		if err != nil {
			return fmt.Errorf("%w: --reported-at: %q is not a time such as 2026-11-20T21:00:00Z", errUsage, reportedAt)
		}
		o.Reported.At = evict.At(at, evict.Second)
	}
	return nil
}

func systemUser() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	return "operator"
}

// theProfile is the one that was named, or the only one; of several, the only
// one that responds, or the only one that does not.
func theProfile(t *app.Tenants, name string, responds bool) (string, error) {
	if name != "" {
		return name, nil
	}
	list, err := t.List()
	if err != nil {
		return "", err
	}
	if len(list) > 1 {
		list = slices.DeleteFunc(list, func(p app.TenantProfile) bool { return p.Responds != responds })
	}
	if len(list) != 1 {
		return "", fmt.Errorf("%w: of the profiles, %d can be meant; --tenant names the one to use ('evict tenant list')", errUsage, len(list))
	}
	return list[0].Name, nil
}

// sameTenant are the flags with which c was told its profile, for the next command.
func sameTenant(c *cobra.Command) string {
	out := ""
	for _, name := range []string{"tenant", "profiles"} {
		if f := c.Flags().Lookup(name); f != nil && f.Changed {
			out += " --" + name + " " + report.Argument(f.Value.String())
		}
	}
	return out
}

// sourceLines says each source once when it has ended, and when it waits.
type sourceLines struct {
	out  *ui.Streams
	said map[string]string
}

func (l *sourceLines) say(p app.SourceProgress) {
	key := p.Source + " " + p.Account
	line := ""
	switch {
	case p.State != "":
		line = fmt.Sprintf("%-28s %-13s %7d rows", key, p.State, p.Rows)
		if p.Waited >= time.Second {
			line += fmt.Sprintf(", waited %s for the service", p.Waited.Round(time.Second))
		}
	case p.Waited >= 10*time.Second:
		line = fmt.Sprintf("%-28s waiting for the service's quota; window %d of %d, %d rows so far", key, p.Done+1, p.Windows, p.Rows)
	}
	if line != "" && l.said[key] != line {
		l.said[key] = line
		l.out.Note(line)
	}
}

func printCollected(out *ui.Streams, c *app.Collected) {
	w := out.Out
	fmt.Fprintf(w, "Case %s in %s\n", c.Case, report.Clean(c.Folder))
	for _, a := range c.Accounts {
		fmt.Fprintf(w, "  %s (%s)\n", report.Clean(a.UPN), report.Clean(a.ID))
	}
	fmt.Fprintf(w, "Logs from %s to %s\n\n", c.Window.From.UTC().Format(time.RFC3339), c.Window.To.UTC().Format(time.RFC3339))
	states := map[string]int{}
	for _, s := range c.Sources {
		states[s.State]++
	}
	fmt.Fprintf(w, "%d sources: %d complete, %d empty, %d not complete, %d refused, %d not licensed, %d switched off, %d not asked\n",
		len(c.Sources), states["complete"], states["empty"], states["incomplete"], states["refused"], states["not-licensed"], states["switched-off"], states["not-asked"])
	for _, s := range c.Sources {
		if s.State == "complete" || s.State == "empty" {
			continue
		}
		line := "  " + s.Source
		if s.Account != "" {
			line += " of " + s.Account
		}
		line += ": " + s.State
		if s.Why != "" {
			line += ": " + s.Why
		}
		fmt.Fprintln(w, report.Wrap(report.Clean(line), out.TextOptions().Width))
	}
	fmt.Fprintf(w, "\nNext: evict investigate --case %s\n", report.Argument(c.Folder))
}
