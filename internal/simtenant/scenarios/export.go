package scenarios

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"evict/internal/simtenant"
)

// A Format is what a responder has who got the tenant's evidence by one tool or
// from one portal: a folder of files.
type Format struct {
	Name     string
	Lossless bool   // holds all that collecting from the live tenant holds
	Doc      string // the tool, and what its files lack
	write    func(*exporter) error
}

// Formats are all formats, by name.
func Formats() []Format {
	return []Format{
		{Name: "api", Lossless: true, Doc: "answers of the services as they came: Management Activity API, Graph, Exchange's cmdlets", write: exportAPI},
		{Name: "graph", Lossless: true, Doc: "the same, the audit log by an audit query of Graph's", write: exportGraph},
		{Name: "purview-csv", Doc: "the Purview portal's export of a search: the audit log alone, 50,000 rows at most", write: exportPurview},
		{Name: "purview-csv-old", Doc: "the Purview portal's export as it was: four columns, times as Americans write them", write: exportPurviewOld},
		{Name: "powershell", Doc: "Exchange's and Graph's PowerShell modules: rows of searches, state as JSON; sign-ins without how they went", write: exportPowerShell},
		{Name: "extractor-csv", Doc: "the Microsoft Extractor Suite, the audit log as CSV; no hidden rules", write: extractor("csv")},
		{Name: "extractor-json", Doc: "the Microsoft Extractor Suite, the audit log as JSON values one after the other", write: extractor("json")},
		{Name: "extractor-jsonl", Doc: "the Microsoft Extractor Suite, the audit log as a JSON object in each line", write: extractor("jsonl")},
		{Name: "hawk", Doc: "Hawk's investigation of single accounts: their records of the audit log, settings and rules without their lists", write: exportHawk},
		{Name: "search-default", Doc: "Search-UnifiedAuditLog | Export-Csv by somebody who did not know of its limit: the newest 100 rows of all", write: exportHundred},
		{Name: "siem-csv", Doc: "a search in a SIEM that keeps the audit log's rows, saved as CSV", write: exportSIEM},
		{Name: "entra-csv", Doc: "the Entra portal's downloads: sign-ins of both kinds, their steps, directory audits", write: exportEntraCSV},
		{Name: "entra-csv-old", Doc: "the Entra portal's downloads as they were: no sessions, no tokens, no sign-ins but the interactive", write: exportEntraOld},
		{Name: "entra-json", Doc: "the Entra portal's downloads as JSON", write: exportEntraJSON},
		{Name: "log-analytics", Doc: "tables of a Log Analytics workspace saved as CSV: no record of Entra ID in OfficeActivity", write: exportAnalytics},
		{Name: "diagnostics", Doc: "Entra ID's logs in a storage account, as diagnostic settings write them", write: exportDiagnostics},
		{Name: "defender", Doc: "tables of advanced hunting saved as CSV: 30 days, few columns", write: exportDefender},
		{Name: "message-trace", Doc: "Get-MessageTraceV2 | Export-Csv", write: exportTrace},
		{Name: "message-trace-summary", Doc: "the Exchange admin center's download of a list: no IDs, no addresses", write: exportTraceSummary},
		{Name: "message-trace-detail", Doc: "the Exchange admin center's enhanced report: UTF-16, a row for each event on a message's way", write: exportTraceDetail},
	}
}

// Export writes the tenant at its present moment into dir as files of one
// format, and beside them a coverage.json that says what each was asked for.
// Files of that name are overwritten; the world stays as it is, and it must not
// be served meanwhile.
func Export(w *simtenant.World, dir, format string) error {
	for _, f := range Formats() {
		if f.Name != format {
			continue
		}
		x := &exporter{w: w, view: simtenant.NewView(w), dir: dir, logs: map[string]simtenant.LogView{}}
		if err := f.write(x); err != nil {
			return err
		}
		return x.coverage()
	}
	return fmt.Errorf("no export format is called %q", format)
}

// An exporter writes one bundle.
type exporter struct {
	w      *simtenant.World
	view   *simtenant.View
	dir    string
	logs   map[string]simtenant.LogView
	stated []stated
}

// stated is what coverage.json says of one file.
type stated struct {
	Source   string    `json:"source"`
	File     string    `json:"file"`
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`
	Complete bool      `json:"complete"`
	Filtered bool      `json:"filtered"`
	Why      string    `json:"why,omitempty"` // it is not complete
	Rows     int       `json:"rows"`          // records that were written; the reader counts for itself
}

// log is what one log shows.
func (x *exporter) log(kind string) simtenant.LogView {
	v, ok := x.logs[kind]
	if !ok {
		v = x.view.Log(kind)
		x.logs[kind] = v
	}
	return v
}

// part is a log of which only some records are meant.
func part(v simtenant.LogView, keep func(*simtenant.Record) bool) simtenant.LogView {
	out := simtenant.LogView{From: v.From, Why: v.Why}
	for i := range v.Records {
		if keep(&v.Records[i]) {
			out.Records = append(out.Records, v.Records[i])
		}
	}
	return out
}

func interactive(r *simtenant.Record) bool {
	return bytes.Contains(r.Body, []byte(`"signInEventTypes":["interactiveUser"]`))
}

func notInteractive(r *simtenant.Record) bool { return !interactive(r) }

// write writes one file and says what it was asked for. A log that can't be had
// gives an empty file which nobody calls complete.
func (x *exporter) write(name string, s stated, fill func(*bufio.Writer) error) error {
	path := filepath.Join(x.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(f, 1<<18)
	err = fill(out)
	if flushed := out.Flush(); err == nil {
		err = flushed
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	s.File = name
	x.stated = append(x.stated, s)
	return err
}

// ofLog is the statement on a log.
func (x *exporter) ofLog(source string, v simtenant.LogView) stated {
	s := stated{Source: source, From: v.From, To: x.w.Now.UTC().Truncate(time.Second), Complete: v.Why == "", Why: v.Why, Rows: len(v.Records)}
	return s
}

// ofState is the statement on what stands now.
func (x *exporter) ofState(source string) stated {
	now := x.w.Now.UTC().Truncate(time.Second)
	return stated{Source: source, From: now, To: now, Complete: true}
}

func (x *exporter) coverage() error {
	b, err := json.MarshalIndent(x.stated, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(x.dir, "coverage.json"), append(b, '\n'), 0o644)
}

// list writes a JSON array, one member a line.
func list[T any](out *bufio.Writer, rows []T, body func(*T) []byte) {
	out.WriteByte('[')
	for i := range rows {
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteByte('\n')
		out.Write(body(&rows[i]))
	}
	out.WriteString("\n]")
}

func bodyOf(r *simtenant.Record) []byte { return r.Body }

// page writes rows as a page of Graph's, which names whose they are.
func page(out *bufio.Writer, context string, rows []json.RawMessage) {
	out.WriteString(`{"@odata.context":`)
	out.Write(quoted(context))
	out.WriteString(`,"value":`)
	list(out, rows, func(r *json.RawMessage) []byte { return *r })
	out.WriteString("}\n")
}

func quoted(s string) []byte {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // unreachable: strings always encode
	}
	return b
}

// array writes a log as a JSON array.
func (x *exporter) array(name, source string, v simtenant.LogView) error {
	return x.write(name, x.ofLog(source, v), func(out *bufio.Writer) error {
		list(out, v.Records, bodyOf)
		return out.WriteByte('\n')
	})
}

// graphPage writes a log as a page of Graph's.
func (x *exporter) graphPage(name, source, resource string, v simtenant.LogView) error {
	return x.write(name, x.ofLog(source, v), func(out *bufio.Writer) error {
		out.WriteString(`{"@odata.context":"https://graph.microsoft.com/beta/$metadata#` + resource + `","value":`)
		list(out, v.Records, bodyOf)
		_, err := out.WriteString("}\n")
		return err
	})
}

// entraLogs writes sign-ins and directory audits as Graph hands them out.
func (x *exporter) entraLogs() error {
	signIns := x.log(simtenant.SignInRecord)
	if err := x.graphPage("sign-ins.json", "sign-ins", "auditLogs/signIns", part(signIns, interactive)); err != nil {
		return err
	}
	if err := x.graphPage("sign-ins-non-interactive.json", "non-interactive sign-ins", "auditLogs/signIns", part(signIns, notInteractive)); err != nil {
		return err
	}
	return x.graphPage("directory-audits.json", "directory audits", "auditLogs/directoryAudits", x.log(simtenant.DirectoryRecord))
}

// exportAPI keeps the answers of the services as they came.
func exportAPI(x *exporter) error {
	if err := x.array("audit.json", "unified audit log", x.log(simtenant.AuditRecord)); err != nil {
		return err
	}
	return x.rest()
}

// exportGraph has the audit log from where collecting has it.
func exportGraph(x *exporter) error {
	if err := x.graphAudit("audit.json"); err != nil {
		return err
	}
	return x.rest()
}

// rest is all but the audit log.
func (x *exporter) rest() error {
	if err := x.entraLogs(); err != nil {
		return err
	}
	if err := x.graphPage("message-trace.json", "message trace", "admin/exchange/tracing/messageTraces", x.log(simtenant.TraceRecord)); err != nil {
		return err
	}
	return x.states()
}

// fileOf makes a name that every file system takes.
func fileOf(name string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(`<>:"/\|?*#`, r) || r < ' ' {
			return '_'
		}
		return r
	}, name)
}
