// Command gen writes examples/contoso: five weeks in the life of a firm that
// does not exist, as the exports that an administrator would download.
//
// It uses nothing of evict, so that the sample is evidence and not an echo. The
// same run gives the same bytes; a test compares them with the files that ship.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	dir := filepath.Join("examples", "contoso")
	if len(os.Args) > 1 {
		dir = os.Args[1]
	}
	for name, text := range files() {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			fmt.Fprintln(os.Stderr, "error:", err)
			os.Exit(1)
		}
	}
}

// files returns the sample's evidence by file name.
func files() map[string][]byte {
	e := &export{ids: 1}
	everydayLife(e)
	journey(e)
	spray(e)
	attack(e)
	response(e)
	return map[string][]byte{
		"audit.csv":                   e.auditCSV(),
		"signins-interactive.json":    e.signInJSON(true),
		"signins-noninteractive.json": e.signInJSON(false),
		"message-trace-dana.csv":      e.traceCSV(),
		"inbox-rules-dana.csv":        inboxRules(),
		"coverage.json":               coverage(),
		"declared.json":               declared(),
	}
}
