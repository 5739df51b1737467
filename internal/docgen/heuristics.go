package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"evict/internal/detect"
)

// A heuristic is one row of the catalogue that was gathered from public tools:
// what it looks for, in our words, and what became of it here.
type heuristic struct {
	id    string
	about string
	by    string // detectors, apart by blanks; "" for none
	why   string // of none: the reason; beside detectors: how the row lives on in them
}

// fate is covered, merged, refused, or open: named for a detector that is not built yet.
func (h heuristic) fate(built map[string]bool) string {
	some := slices.ContainsFunc(strings.Fields(h.by), func(id string) bool { return built[id] })
	switch {
	case h.by == "":
		return "refused"
	case !some:
		return "open"
	case h.why != "":
		return "merged"
	}
	return "covered"
}

// groups are the headings of the catalogue, by the letter of its rows.
var groups = map[byte]string{
	'R': "Inbox rules", 'F': "Forwarding and mail flow", 'M': "Missing mail, covering tracks", 'S': "Sending", 'L': "Sign-ins and places", 'T': "Proxied sign-in, stolen tokens",
	'C': "Device code, direct password, client applications", 'A': "Methods and passwords", 'V': "Devices", 'O': "Consent and applications", 'P': "Delegates, roles, directory",
	'X': "Access and exfiltration", 'I': "Lures received", 'G': "Profile", 'W': "Weights",
}

// heuristicsPage is the table of all rows by group.
func heuristicsPage(rows []heuristic, catalog []*detect.Detector) []byte {
	var b bytes.Buffer
	built, count := map[string]bool{}, map[string]int{}
	for _, d := range catalog {
		built[d.ID] = true
	}
	for _, h := range rows {
		count[h.fate(built)]++
	}
	fmt.Fprintf(&b, "# Heuristics of other tools, and what became of them\n\nWritten by `make docs`. %d rows gathered from public tools and rules: %d covered by a detector of their own kind, %d merged into a wider one, %d refused with a reason, %d open: their detector is not built yet.\n",
		len(rows), count["covered"], count["merged"], count["refused"], count["open"])
	var last byte
	for _, h := range rows {
		if h.id[0] != last {
			last = h.id[0]
			fmt.Fprintf(&b, "\n## %s\n\n| row | looks for | | detectors | note |\n|---|---|---|---|---|\n", groups[last])
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", h.id, cell(h.about), h.fate(built), detectorLinks(h.by, built), cell(h.why))
	}
	beyond(&b, rows, catalog)
	return b.Bytes()
}

// beyond lists the detectors that answer no row: what the catalogue lacks.
func beyond(b *bytes.Buffer, rows []heuristic, catalog []*detect.Detector) {
	var used, out []string
	for _, h := range rows {
		used = append(used, strings.Fields(h.by)...)
	}
	for _, d := range catalog {
		if !slices.Contains(used, d.ID) {
			out = append(out, d.ID)
		}
	}
	if len(out) > 0 {
		fmt.Fprintf(b, "\n## Beyond the catalogue\n\nDetectors that answer none of these rows: %s.\n", detectorLinks(strings.Join(out, " "), nil))
	}
}

// detectorLinks links those that are built; nil stands for all.
func detectorLinks(by string, built map[string]bool) string {
	ids := strings.Fields(by)
	for i, id := range ids {
		if built == nil || built[id] {
			ids[i] = fmt.Sprintf("[%s](detectors.md#%s)", id, id)
		} else {
			ids[i] = id + " (not built)"
		}
	}
	return strings.Join(ids, ", ")
}
