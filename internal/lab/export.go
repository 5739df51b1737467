package lab

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"evict/internal/simtenant/scenarios"
)

// Form is how the audit log is written.
type Form string

// The forms.
const (
	NDJSON     Form = "ndjson"
	PurviewCSV Form = "purview-csv"
)

// Config says what tenant to make.
type Config = scenarios.Config

// An Export is a made tenant, to be written as files.
type Export struct{ *scenarios.Made }

// Make makes a tenant in memory.
func Make(cfg Config) (*Export, error) {
	made, err := scenarios.Make(cfg)
	if err != nil {
		return nil, err
	}
	return &Export{made}, nil
}

// Scenarios names the attacks that a tenant can be made with.
func Scenarios() []string {
	var out []string
	for _, s := range slices.Concat(scenarios.List, scenarios.Further) {
		out = append(out, s.Name)
	}
	return out
}

// Shuffled returns the same records in another order.
func (x *Export) Shuffled(seed uint64) *Export {
	y := x.copy()
	rng := rand.New(rand.NewPCG(seed, 1))
	for _, log := range y.Logs {
		rng.Shuffle(len(log), func(i, j int) { log[i], log[j] = log[j], log[i] })
	}
	return y
}

// Doubled returns every record twice, the second time apart from the first.
func (x *Export) Doubled() *Export {
	y := x.copy()
	for i, log := range y.Logs {
		y.Logs[i] = append(log, log...)
	}
	return y
}

func (x *Export) copy() *Export {
	y := *x.Made
	for i, log := range x.Logs {
		y.Logs[i] = slices.Clone(log)
	}
	return &Export{&y}
}

var logNames = [scenarios.LogCount]string{"audit", "signins", "signins-noninteractive", "directory-audits", "message-trace"}

// Write writes the export as a folder of files as an administrator would have
// it, each log in so many parts, and a coverage.json that says what each holds.
func (x *Export) Write(dir string, audit Form, parts int) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	var stated []map[string]any
	for log, records := range x.Logs {
		if x.Config.Bare && scenarios.Log(log) != scenarios.Audit {
			continue
		}
		for part := range parts {
			name := logNames[log]
			if parts > 1 {
				name += "-" + strconv.Itoa(part+1)
			}
			name += extension(scenarios.Log(log), audit)
			share := records[part*len(records)/parts : (part+1)*len(records)/parts]
			if err := writeFile(filepath.Join(dir, name), func(w *bufio.Writer) error { return writeLog(w, scenarios.Log(log), audit, share) }); err != nil {
				return err
			}
			stated = append(stated, map[string]any{"source": logNames[log], "file": name, "from": x.From.Format(time.RFC3339), "to": x.To.Format(time.RFC3339), "complete": true, "filtered": false})
		}
	}
	if !x.Config.Bare {
		if err := os.WriteFile(filepath.Join(dir, "inbox-rules.csv"), x.Rules, 0o644); err != nil {
			return err
		}
		stated = append(stated, map[string]any{"source": "inbox-rules", "file": "inbox-rules.csv", "from": x.To.Format(time.RFC3339), "to": x.To.Format(time.RFC3339), "complete": true, "filtered": false})
	}
	b, err := json.MarshalIndent(stated, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "coverage.json"), b, 0o644)
}

func extension(log scenarios.Log, audit Form) string {
	switch {
	case log == scenarios.Trace || log == scenarios.Audit && audit == PurviewCSV:
		return ".csv"
	case log == scenarios.Audit:
		return ".ndjson"
	}
	return ".json"
}

func writeFile(path string, fill func(*bufio.Writer) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	if err := fill(w); err != nil {
		f.Close()
		return err
	}
	if err := w.Flush(); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

func writeLog(w *bufio.Writer, log scenarios.Log, audit Form, records []scenarios.Record) error {
	sink := logSink(w, log, audit)
	for i := range records {
		if err := sink(&records[i], i); err != nil {
			return err
		}
	}
	if log != scenarios.Audit && log != scenarios.Trace {
		if len(records) == 0 {
			w.WriteString("[")
		}
		_, err := w.WriteString("]\n")
		return err
	}
	return nil
}

// logSink returns the writer of one record after another.
func logSink(w *bufio.Writer, log scenarios.Log, audit Form) func(*scenarios.Record, int) error {
	switch {
	case log == scenarios.Trace:
		w.WriteString("MessageTraceId,MessageId,Received,SenderAddress,RecipientAddress,Subject,Status,ToIP,FromIP,Size\r\n")
		return func(r *scenarios.Record, _ int) error { return traceRow(w, r) }
	case log == scenarios.Audit && audit == PurviewCSV:
		w.WriteString("RecordId,CreationDate,RecordType,Operation,UserId,AuditData,AssociatedAdminUnits,AssociatedAdminUnitsNames\r\n")
		return func(r *scenarios.Record, _ int) error { return purviewRow(w, r) }
	case log == scenarios.Audit:
		return func(r *scenarios.Record, _ int) error { w.Write(r.JSON); return w.WriteByte('\n') }
	}
	return func(r *scenarios.Record, i int) error {
		sep := ",\n"
		if i == 0 {
			sep = "["
		}
		w.WriteString(sep)
		_, err := w.Write(r.JSON)
		return err
	}
}

// traceRow writes a row of message trace as the Exchange admin center does.
func traceRow(w *bufio.Writer, r *scenarios.Record) error {
	var t struct {
		ID, MessageID, ReceivedDateTime, SenderAddress, RecipientAddress, Subject, FromIP, ToIP string
		Size                                                                                    int64
	}
	if err := json.Unmarshal(r.JSON, &t); err != nil {
		return err
	}
	for i, cell := range []string{t.ID, t.MessageID, t.ReceivedDateTime, t.SenderAddress, t.RecipientAddress, t.Subject, "Delivered", t.ToIP, t.FromIP, strconv.FormatInt(t.Size, 10)} {
		if i > 0 {
			w.WriteByte(',')
		}
		w.WriteByte('"')
		w.WriteString(strings.ReplaceAll(cell, `"`, `""`))
		w.WriteByte('"')
	}
	_, err := w.WriteString("\r\n")
	return err
}

// purviewRow writes a row as the Purview portal does.
func purviewRow(w *bufio.Writer, r *scenarios.Record) error {
	w.WriteString(r.ID)
	w.WriteByte(',')
	w.WriteString(r.Time.UTC().Format("2006-01-02T15:04:05.0000000Z"))
	w.WriteByte(',')
	w.WriteString(strconv.Itoa(r.Type))
	w.WriteByte(',')
	w.WriteString(r.Op)
	w.WriteByte(',')
	w.WriteString(r.User)
	w.WriteString(`,"`)
	for rest := r.JSON; ; {
		i := bytes.IndexByte(rest, '"')
		if i < 0 {
			w.Write(rest)
			break
		}
		w.Write(rest[:i+1])
		w.WriteByte('"')
		rest = rest[i+1:]
	}
	_, err := w.WriteString("\",,\r\n")
	return err
}

// Truth is what truly happened, for the file truth.json.
type Truth struct {
	Scenario string                      `json:"scenario"`
	Records  map[string]scenarios.Hand   `json:"records"`  // by record ID as the program names it, lower-cased
	Failed   map[string]bool             `json:"failed"`   // failed sign-ins among them
	Accounts []string                    `json:"accounts"` // every account of a person
	Expect   map[string]scenarios.Expect `json:"expect"`
}

// Truth returns the truth about the export.
func (x *Export) Truth() Truth {
	t := Truth{Scenario: x.Config.Scenario, Records: map[string]scenarios.Hand{}, Failed: map[string]bool{}, Accounts: x.Users, Expect: x.Expect}
	for _, log := range x.Logs {
		for i := range log {
			r := &log[i]
			id := r.Key()
			if id == "" {
				continue
			}
			t.Records[id] = r.Hand
			if r.Failed {
				t.Failed[id] = true
			}
		}
	}
	return t
}

// WriteTruth writes truth.json; it belongs beside the evidence folder, not in it.
func (x *Export) WriteTruth(path string) error {
	b, err := json.Marshal(x.Truth())
	if err != nil {
		return err
	}
	return os.WriteFile(path, b, 0o644)
}

// BulkAudit writes so many records of the unified audit log to w, in flat
// memory: 100 people, with as many days as it takes, and one account that an
// application reads all day. It returns how many bytes were written.
func BulkAudit(w io.Writer, records int, form Form, seed uint64) (int64, error) {
	count := &counter{w: w}
	out := bufio.NewWriterSize(count, 1<<20)
	sink := logSink(out, scenarios.Audit, form)
	n := 0
	cfg := Config{Seed: seed, Users: 100, Days: 1 << 20, Heavy: true}
	err := scenarios.Stream(cfg, func(r scenarios.Record) error {
		if r.Log != scenarios.Audit {
			return nil
		}
		if n == records {
			return errEnough
		}
		err := sink(&r, n)
		n++
		return err
	})
	if err != errEnough {
		return count.n, err
	}
	return count.n, out.Flush()
}

var errEnough = fmt.Errorf("enough records")

type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.n += int64(n)
	return n, err
}
