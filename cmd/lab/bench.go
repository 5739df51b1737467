package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"evict/internal/lab"

	"github.com/spf13/cobra"
)

func benchCommand() *cobra.Command {
	var counts []int
	var form, binary, dir string
	c := &cobra.Command{
		Use:   "bench",
		Short: "Measure evict on made records, beside a bare decode of the same file",
		Long: `Makes files of audit records and runs, each as a child process: a bare decode
with two workers (the floor), evict investigate with one and two workers, and
jq and DuckDB counting records by operation where they are installed.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return bench(c.Context(), counts, lab.Form(form), binary, dir)
		},
	}
	f := c.Flags()
	f.IntSliceVar(&counts, "records", []int{360_000, 3_600_000}, "records of each file")
	f.StringVar(&form, "format", string(lab.NDJSON), "ndjson or purview-csv")
	f.StringVar(&binary, "evict", "", "the program to measure (default: built here)")
	f.StringVar(&dir, "dir", "", "where the files go (default: a temporary folder, removed afterwards)")
	return c
}

// decodeCommand is the bare decode that bench runs as a child.
func decodeCommand() *cobra.Command {
	var workers int
	c := &cobra.Command{
		Use:   "decode FILE",
		Short: "Decode a file and do nothing with the events",
		Args:  cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			f, err := os.Open(args[0])
			if err != nil {
				return err
			}
			defer f.Close()
			decoded, rejected, err := lab.Decode(f, workers)
			fmt.Printf("%d records decoded, %d pieces rejected\n", decoded, rejected)
			return err
		},
	}
	c.Flags().IntVar(&workers, "workers", 2, "goroutines that decode")
	return c
}

func bench(ctx context.Context, counts []int, form lab.Form, binary, dir string) error {
	if dir == "" {
		made, err := os.MkdirTemp("", "evict-bench-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(made)
		dir = made
	}
	if binary == "" {
		binary = filepath.Join(dir, "evict-bench")
		build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", binary, "./cmd/evict")
		build.Stdout, build.Stderr = os.Stderr, os.Stderr
		if err := build.Run(); err != nil {
			return fmt.Errorf("building evict: %w", err)
		}
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	for _, n := range counts {
		file := filepath.Join(dir, strconv.Itoa(n)+"."+string(form))
		if m := lab.RunMeasured(ctx, "gen", io.Discard, self, "gen", "--records", strconv.Itoa(n), "--format", string(form), "--out", file); m.Err != nil {
			return m.Err
		}
		info, err := os.Stat(file)
		if err != nil {
			return err
		}
		fmt.Printf("%d records, %.0f MB of %s\n%s\n", n, float64(info.Size())/1e6, form, lab.MeasureHead)
		benchFile(ctx, n, info.Size(), file, form, self, binary)
		fmt.Println()
		if err := os.Remove(file); err != nil {
			return err
		}
	}
	return nil
}

func benchFile(ctx context.Context, n int, size int64, file string, form lab.Form, self, binary string) {
	floor := lab.RunMeasured(ctx, "bare decode, 2 workers", io.Discard, self, "decode", "--workers", "2", file)
	show := func(m lab.Measure) { fmt.Println(m.Row(n, size, floor)) }
	show(floor)
	show(accepted(lab.RunMeasured(ctx, "evict investigate, 2 workers", io.Discard, binary, "investigate", "--json", "--workers", "2", file)))
	show(accepted(lab.RunMeasured(ctx, "evict investigate, 1 worker", io.Discard, binary, "investigate", "--json", "--workers", "1", file)))
	if path, err := exec.LookPath("jq"); err == nil && form == lab.NDJSON {
		show(lab.RunMeasured(ctx, "jq, count by Operation", io.Discard, path, "-n", "reduce inputs as $r ({}; .[$r.Operation] += 1)", file))
	}
	if path, err := exec.LookPath("duckdb"); err == nil && form == lab.NDJSON {
		show(lab.RunMeasured(ctx, "DuckDB, count by Operation", io.Discard, path, "-c", "SELECT Operation, count(*) FROM read_ndjson_auto('"+file+"') GROUP BY 1"))
	} else if form == lab.NDJSON {
		fmt.Println("DuckDB is not installed here")
	}
}

// accepted takes evict's exit code 3, "done, evidence incomplete", for what it is.
func accepted(m lab.Measure) lab.Measure {
	if e, ok := m.Err.(*exec.ExitError); ok && e.ExitCode() == 3 {
		m.Err = nil
	}
	return m
}
