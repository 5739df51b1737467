// Command lab is the developers' workbench: it makes evidence whose truth is
// known, scores the program on it and on labelled cases, and measures it. It
// is no part of a release.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"

	"evict/internal/lab"

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	root := &cobra.Command{Use: "lab", Short: "Make evidence, score the program, measure it", SilenceUsage: true, SilenceErrors: true}
	root.AddCommand(genCommand(), evalCommand(), benchCommand(), decodeCommand(), profileCommand())
	if err := root.ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func genCommand() *cobra.Command {
	var cfg lab.Config
	var out, form string
	var bulk, parts int
	c := &cobra.Command{
		Use:   "gen",
		Short: "Make a tenant's exports with the truth beside them, or many audit records",
		Long: `Makes a folder DIR with the exports of one tenant in DIR/evidence and the truth
in DIR/truth.json; or, with --records, one file of the unified audit log.

  lab gen --scenario aitm-invoice --out DIR
  lab gen --records 3600000 --format purview-csv --out FILE`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if out == "" {
				return errors.New("--out says where to write")
			}
			if form != string(lab.NDJSON) && form != string(lab.PurviewCSV) {
				return fmt.Errorf("--format is %s or %s", lab.NDJSON, lab.PurviewCSV)
			}
			if bulk > 0 {
				return genBulk(out, bulk, lab.Form(form), cfg.Seed)
			}
			x, err := lab.Make(cfg)
			if err != nil {
				return err
			}
			if err := x.Write(out+"/evidence", lab.Form(form), parts); err != nil {
				return err
			}
			return x.WriteTruth(out + "/truth.json")
		},
	}
	f := c.Flags()
	f.StringVar(&out, "out", "", "folder, or with --records the file, to write")
	f.StringVar(&form, "format", string(lab.NDJSON), "of the unified audit log: ndjson or purview-csv")
	f.IntVar(&bulk, "records", 0, "write so many audit records instead, in flat memory")
	f.StringVar(&cfg.Scenario, "scenario", "", "attack: "+strings.Join(lab.Scenarios(), ", "))
	f.Uint64Var(&cfg.Seed, "seed", 1, "the same seed makes the same bytes")
	f.IntVar(&cfg.Users, "users", 12, "people")
	f.IntVar(&cfg.Days, "days", 35, "days of life")
	f.IntVar(&cfg.LastDays, "last", 0, "keep only the last days")
	f.Float64Var(&cfg.Rate, "rate", 0.5, "acts per person and day; 1 is about 130 audit records with the background")
	f.IntVar(&parts, "parts", 1, "files per log")
	return c
}

func genBulk(path string, records int, form lab.Form, seed uint64) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if _, err := lab.BulkAudit(f, records, form, seed); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
