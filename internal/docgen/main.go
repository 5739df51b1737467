// Command docgen writes docs/detectors.md and docs/heuristics.md from the
// catalog of detectors, docs/actions.md from that of actions, docs/permissions.md from the table of operations and docs/simulator.md from the list of scenarios.
// With -check it only says whether they are true.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"evict/internal/app"
	"evict/internal/detect"
)

func main() {
	check := flag.Bool("check", false, "change nothing; fail when a file is not true")
	flag.Parse()
	if err := run("docs", *check); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// run writes the pages below dir, or compares them.
func run(dir string, check bool) error {
	for _, p := range []struct {
		name string
		text []byte
	}{
		{"detectors.md", detectorsPage(app.Explain(""))},
		{"heuristics.md", heuristicsPage(heuristics, detect.Catalog)},
		{"permissions.md", permissionsPage()},
		{"simulator.md", simulatorPage()},
		{"actions.md", actionsPage(app.ExplainAction(""))},
	} {
		path := filepath.Join(dir, p.name)
		if !check {
			if err := os.WriteFile(path, p.text, 0o644); err != nil {
				return err
			}
			continue
		}
		got, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if !bytes.Equal(got, p.text) {
			return fmt.Errorf("%s does not say what the code says\nhint: make docs", filepath.ToSlash(path))
		}
	}
	return nil
}
