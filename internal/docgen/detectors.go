package main

import (
	"bytes"
	"fmt"
	"strings"

	"evict/internal/app"
)

// detectorsPage is the reference of all detectors, in the catalog's order.
func detectorsPage(all []app.Explanation) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# Detectors\n\nWritten by `make docs` from the catalog. %d detectors; `evict explain ID` says the same of one. Items and symptoms are those of [the rules of a verdict](rules.md).\n\n", len(all))
	b.WriteString("| detector | looks for | scope | item | symptoms | ATT&CK |\n|---|---|---|---|---|---|\n")
	for _, d := range all {
		fmt.Fprintf(&b, "| [%s](#%s) | %s | %s | %s | %s | %s |\n", d.ID, d.ID, cell(d.Title), d.Scope, cell(d.Item), strings.Join(d.Symptoms, " "), strings.Join(d.Techniques, ", "))
	}
	for _, d := range all {
		detectorSection(&b, d)
	}
	return b.Bytes()
}

func detectorSection(b *bytes.Buffer, d app.Explanation) {
	seed := ""
	if d.Seed {
		seed = ", a seed: it needs no attribution"
	}
	fmt.Fprintf(b, "\n## %s\n\n**%s**\n\n%s\n\n", d.ID, d.Title, d.Doc)
	fmt.Fprintf(b, "- Scope: %s%s. Revision %d.\n- Item: %s.\n", d.Scope, seed, d.Revision, d.Item)
	line(b, "Symptoms", d.Symptoms, ", ")
	line(b, "ATT&CK", links(d.Techniques), ", ")
	line(b, "Needs", d.Needs, "; and ")
	line(b, "Answered by", d.Actions, ", ")
}

// line writes one fact, unless there is nothing to say.
func line(b *bytes.Buffer, name string, values []string, sep string) {
	if len(values) > 0 {
		fmt.Fprintf(b, "- %s: %s.\n", name, strings.Join(values, sep))
	}
}

// cell makes text safe inside a table.
func cell(s string) string { return strings.NewReplacer("|", "\\|", "\n", " ").Replace(s) }

func links(techniques []string) []string {
	out := make([]string, len(techniques))
	for i, t := range techniques {
		out[i] = fmt.Sprintf("[%s](https://attack.mitre.org/techniques/%s/)", t, strings.ReplaceAll(t, ".", "/"))
	}
	return out
}
