package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"evict/internal/app"
	"evict/internal/report"
	"evict/internal/ui"

	"github.com/spf13/cobra"
)

func explainCommand(out *ui.Streams) *cobra.Command {
	return &cobra.Command{
		Use:   "explain [ID]",
		Short: "Say what a detector, a number or an action means, and how to do it by hand",
		Long: `Without an ID, lists every detector and every action. With the ID of a
detector says what it means; with the ID of an action what it does, who
notices, and how it is undone. With a number that an answer cites, says what
it stands for: an item of the verdict rules (C5, G3), an anchor (A1), a rule
(V7), a symptom (S8) or a step of the response (R1).

  evict explain
  evict explain inbox-rule-hides-mail
  evict explain C5
  evict explain S8
  evict explain revoke-sessions`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			id := ""
			if len(args) == 1 {
				id = args[0]
			}
			rs, ds, as := app.ExplainRule(id), app.Explain(id), app.ExplainAction(id)
			if len(rs)+len(ds)+len(as) == 0 {
				return fmt.Errorf("%w: no detector, action, item, symptom or rule is called %q; 'evict explain' lists detectors and actions, docs/rules.md the numbers", errUsage, id)
			}
			if flag(c, "json") {
				return json.NewEncoder(out.Out).Encode(struct {
					Schema    string                  `json:"schema"`
					Rules     []app.RuleExplanation   `json:"rules"`
					Detectors []app.Explanation       `json:"detectors"`
					Actions   []app.ActionExplanation `json:"actions"`
				}{"evict.explain/v1", notNil(rs), notNil(ds), notNil(as)})
			}
			if id == "" {
				return listExplained(out, ds, as)
			}
			for _, r := range rs {
				printRule(out, r)
			}
			for i, d := range ds {
				if i+len(rs) > 0 {
					fmt.Fprintln(out.Out)
				}
				printExplanation(out, d)
			}
			for i, a := range as {
				if i+len(ds) > 0 {
					fmt.Fprintln(out.Out)
				}
				printAction(out, a)
			}
			return nil
		},
	}
}

// notNil keeps an empty list a list in JSON.
func notNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// printRule says what a number stands for, and who shows a symptom or carries a step out; the detectors of an item are explained after it.
func printRule(out *ui.Streams, r app.RuleExplanation) {
	fmt.Fprintln(out.Out, report.Wrap(r.ID+": "+r.Text, out.TextOptions().Width))
	if r.ID[0] == 'S' {
		fmt.Fprintln(out.Out, "\nShown by")
		for _, id := range r.Detectors {
			listDetectors(out, app.Explain(id))
		}
	}
	if len(r.Actions) > 0 {
		fmt.Fprintln(out.Out, "\nCarried out by")
		for _, id := range r.Actions {
			listActions(out, app.ExplainAction(id))
		}
	}
}

func listExplained(out *ui.Streams, ds []app.Explanation, as []app.ActionExplanation) error {
	fmt.Fprintln(out.Out, "Detectors")
	listDetectors(out, ds)
	fmt.Fprintln(out.Out, "\nActions")
	listActions(out, as)
	return nil
}

func listDetectors(out *ui.Streams, ds []app.Explanation) {
	for _, d := range ds {
		fmt.Fprintf(out.Out, "  %-36s %-6s %s\n", d.ID, d.Item, d.Title)
	}
}

func listActions(out *ui.Streams, as []app.ActionExplanation) {
	for _, a := range as {
		fmt.Fprintf(out.Out, "  %-36s %-8s %s\n", a.ID, a.Phase, a.Title)
	}
}

func printExplanation(out *ui.Streams, d app.Explanation) {
	fmt.Fprintf(out.Out, "%s (%s, revision %d)\n%s\n\n", d.ID, d.Scope, d.Revision, d.Title)
	fmt.Fprintln(out.Out, report.Wrap(d.Doc, out.TextOptions().Width))
	line := func(name string, values []string) {
		if len(values) > 0 {
			fmt.Fprintf(out.Out, "%-11s %s\n", name+":", strings.Join(values, ", "))
		}
	}
	fmt.Fprintln(out.Out)
	line("Item", []string{d.Item})
	line("Techniques", d.Techniques)
	line("Symptoms", d.Symptoms)
	line("Needs", d.Needs)
	line("Answered by", d.Actions)
}

func printAction(out *ui.Streams, a app.ActionExplanation) {
	who := ""
	if a.Manual {
		who = ", by a person"
	}
	fmt.Fprintf(out.Out, "%s (%s%s, revision %d)\n%s\n\n", a.ID, a.Phase, who, a.Revision, a.Title)
	if a.Doc != "" {
		fmt.Fprint(out.Out, report.Wrap(a.Doc, out.TextOptions().Width), "\n\n")
	}
	line := func(name string, values ...string) {
		if s := strings.Join(values, ", "); s != "" {
			wrapped := report.Wrap(s, max(out.TextOptions().Width-13, 40))
			fmt.Fprintf(out.Out, "%-12s %s\n", name+":", strings.ReplaceAll(wrapped, "\n", "\n"+strings.Repeat(" ", 13)))
		}
	}
	line("By hand", a.ByHand)
	if a.Shell != "" {
		fmt.Fprintf(out.Out, "%-12s %s\n", "PowerShell:", a.Shell) // on one line, to be copied
	}
	line("Asked", a.Question)
	line("Obeyed", map[bool]string{true: "at once", false: "after up to " + report.Minutes(a.Minutes)}[a.Minutes == 0])
	line("Noticed by", a.Noticed...)
	line("Undone", a.Undo)
	line("Not undone", a.NoUndo)
	line("Procedure", a.Procedure...)
	line("Needs", a.Permissions...)
	line("Answers", a.Answers...)
}
