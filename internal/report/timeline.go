package report

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"evict"
)

// A TimelineRow is one event of a listed account, as Timesketch takes it.
type TimelineRow struct {
	Message     string
	Time        evict.Time // a row without one cannot stand on a timeline
	Kind        string     // kind of evidence
	Account     string
	Actor       string
	Operation   string
	Outcome     string
	Record      string // record ID
	Source      string // name of the evidence item
	Network     string
	Address     string
	Strand      string
	Attribution string // owner, attacker, unknown, unplaced or responder
	Findings    []string
}

// ResponseRows are the acts of a case's response, in the responder's lane.
func ResponseRows(r *evict.Report) []TimelineRow {
	var out []TimelineRow
	for _, a := range r.Response.Log {
		out = append(out, TimelineRow{Message: actWords(a), Time: a.Time, Kind: "response", Actor: cmp.Or(a.Who, "evict"), Operation: a.What, Outcome: a.Result,
			Source: "journal of the case", Attribution: "responder"})
	}
	return out
}

// timelineFields are the names of a row's fields, in order. Timesketch needs
// the first three (https://timesketch.org/guides/user/import-from-json-csv/).
var timelineFields = []string{"message", "datetime", "timestamp_desc", "account", "actor", "operation", "outcome",
	"record", "source", "network", "address", "strand", "attribution", "findings"}

// maxField is the most bytes of one field: Timesketch finds nothing by
// keyword in a field of more than 32,766.
const maxField = 32000

// A Timeline writes rows one by one, in the order given, without keeping any.
type Timeline struct {
	w       *bufio.Writer
	csv     bool
	begun   bool
	skipped int
}

// TimelineJSONL writes one JSON object a line.
func TimelineJSONL(w io.Writer) *Timeline { return &Timeline{w: bufio.NewWriterSize(w, 1<<16)} }

// TimelineCSV writes a header and one row a line, safe for spreadsheets.
func TimelineCSV(w io.Writer) *Timeline {
	return &Timeline{w: bufio.NewWriterSize(w, 1<<16), csv: true}
}

// Write writes one row. A row without a time is counted and left out.
func (t *Timeline) Write(r TimelineRow) error {
	if t.csv && !t.begun {
		t.begun = true
		if err := (csvWriter{t.w}).row(timelineFields...); err != nil {
			return err
		}
	}
	if !r.Time.Set {
		t.skipped++
		return nil
	}
	desc := "recorded"
	if r.Kind != "" {
		desc = r.Kind
	}
	values := [...]string{r.Message, isoTime(r.Time), desc, r.Account, r.Actor, r.Operation, r.Outcome,
		r.Record, r.Source, r.Network, r.Address, r.Strand, r.Attribution}
	for i := range values {
		values[i] = clip(values[i])
	}
	if t.csv {
		return csvWriter{t.w}.row(append(values[:], strings.Join(r.Findings, " "))...)
	}
	findings := r.Findings
	if findings == nil {
		findings = []string{}
	}
	for i := range timelineFields {
		lead := byte(',')
		if i == 0 {
			lead = '{'
		}
		t.w.WriteByte(lead)
		fmt.Fprintf(t.w, "%q:", timelineFields[i])
		var v any = findings
		if i < len(values) {
			v = values[i]
		}
		b, err := json.Marshal(v)
		if err != nil {
			return err
		}
		t.w.Write(visible(b))
	}
	_, err := t.w.WriteString("}\n")
	return err
}

// Skipped is how many rows had no time.
func (t *Timeline) Skipped() int { return t.skipped }

// Flush writes what is still in memory, and for an empty CSV its header.
func (t *Timeline) Flush() error {
	if t.csv && !t.begun {
		t.begun = true
		if err := (csvWriter{t.w}).row(timelineFields...); err != nil {
			return err
		}
	}
	return t.w.Flush()
}

// clip cuts a field that Timesketch could not search, and says so; the record has it whole.
func clip(s string) string {
	if len(s) <= maxField {
		return s
	}
	n := maxField
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return fmt.Sprintf("%s …(+%s bytes in the record)", s[:n], thousands(len(s)-n))
}
