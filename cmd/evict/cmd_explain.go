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
		Short: "Say what a detector means, its innocent causes, and how to check by hand",
		Long: `Without an ID, lists every detector. With the ID of a detector, or an item of
the verdict rules such as C5, says what it means.

  evict explain
  evict explain inbox-rule-hides-mail
  evict explain C5`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			id := ""
			if len(args) == 1 {
				id = args[0]
			}
			ds := app.Explain(id)
			if len(ds) == 0 {
				return fmt.Errorf("%w: no detector or item is called %q; 'evict explain' lists them", errUsage, id)
			}
			if flag(c, "json") {
				return json.NewEncoder(out.Out).Encode(struct {
					Schema    string            `json:"schema"`
					Detectors []app.Explanation `json:"detectors"`
				}{"evict.explain/v1", ds})
			}
			if id == "" {
				return listDetectors(out, ds)
			}
			for i, d := range ds {
				if i > 0 {
					fmt.Fprintln(out.Out)
				}
				printExplanation(out, d)
			}
			return nil
		},
	}
}

func listDetectors(out *ui.Streams, ds []app.Explanation) error {
	for _, d := range ds {
		fmt.Fprintf(out.Out, "%-36s %-6s %s\n", d.ID, d.Item, d.Title)
	}
	return nil
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
