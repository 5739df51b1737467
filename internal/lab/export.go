package lab

import (
	"bufio"
	"bytes"
	"encoding/csv"
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
)

// Form is how the audit log is written.
type Form string

// The forms.
const (
	NDJSON     Form = "ndjson"
	PurviewCSV Form = "purview-csv"
)

// An Export is a made tenant: its records by log, in no particular order, with the truth.
type Export struct {
	Config   Config
	From, To time.Time
	Logs     [logCount][]Record
	Users    []string          // accounts of people, and those that the attacker made
	Expect   map[string]Expect // of accounts that an attack concerns; all others must be left alone
	rules    []byte
}

// Make makes a tenant in memory.
func Make(cfg Config) (*Export, error) {
	x := &Export{Config: cfg}
	g, err := generate(cfg, func(r Record) error {
		r.JSON = bytes.Clone(r.JSON)
		x.Logs[r.Log] = append(x.Logs[r.Log], r)
		return nil
	})
	if err != nil {
		return nil, err
	}
	x.From, x.To = g.cfg.Start, g.cfg.Start.AddDate(0, 0, cfg.Days)
	for _, u := range g.users {
		x.Users = append(x.Users, u.upn)
	}
	x.Users, x.Expect, x.rules = append(x.Users, g.made...), g.expect, g.ruleDump()
	if cfg.LastDays > 0 {
		x.cut(x.To.AddDate(0, 0, -cfg.LastDays))
	}
	return x, nil
}

// generate makes the tenant day by day. The record's bytes are valid until emit returns.
func generate(cfg Config, emit func(Record) error) (*world, error) {
	var attack Scenario
	if cfg.Scenario != "" {
		var ok bool
		if attack, ok = Find(cfg.Scenario); !ok {
			return nil, fmt.Errorf("no scenario is called %q", cfg.Scenario)
		}
		if attack.setUp != nil {
			attack.setUp(&cfg)
		}
		if cfg.Users < 7 || cfg.Days < 8 {
			return nil, fmt.Errorf("a scenario needs at least 7 users and 8 days, not %d and %d", cfg.Users, cfg.Days)
		}
	}
	if cfg.Users < 1 || cfg.Days < 1 {
		return nil, fmt.Errorf("a tenant needs users and days")
	}
	var failed error
	g := newWorld(cfg, func(r Record) {
		if failed == nil {
			failed = emit(r)
		}
	})
	for day := 0; day < g.cfg.Days && failed == nil; day++ {
		for _, u := range g.users {
			g.live(u, day)
		}
		g.integration(day)
		g.background(day)
		g.knocking(day)
		if attack.days != nil {
			attack.days(g, day)
		}
	}
	return g, failed
}

func (x *Export) cut(from time.Time) {
	x.From = from
	for i, log := range x.Logs {
		x.Logs[i] = slices.DeleteFunc(log, func(r Record) bool { return r.Time.Before(from) })
	}
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
	y := *x
	for i, log := range x.Logs {
		y.Logs[i] = slices.Clone(log)
	}
	return &y
}

var logNames = [logCount]string{"audit", "signins", "signins-noninteractive", "directory-audits", "message-trace"}

// Write writes the export as a folder of files as an administrator would have
// it, each log in so many parts, and a coverage.json that says what each holds.
func (x *Export) Write(dir string, audit Form, parts int) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	var stated []map[string]any
	for log, records := range x.Logs {
		if x.Config.Bare && Log(log) != Audit {
			continue
		}
		for part := range parts {
			name := logNames[log]
			if parts > 1 {
				name += "-" + strconv.Itoa(part+1)
			}
			name += extension(Log(log), audit)
			share := records[part*len(records)/parts : (part+1)*len(records)/parts]
			if err := writeFile(filepath.Join(dir, name), func(w *bufio.Writer) error { return writeLog(w, Log(log), audit, share) }); err != nil {
				return err
			}
			stated = append(stated, map[string]any{"source": logNames[log], "file": name, "from": x.From.Format(time.RFC3339), "to": x.To.Format(time.RFC3339), "complete": true, "filtered": false})
		}
	}
	if !x.Config.Bare {
		if err := os.WriteFile(filepath.Join(dir, "inbox-rules.csv"), x.rules, 0o644); err != nil {
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

func extension(log Log, audit Form) string {
	switch {
	case log == Trace || log == Audit && audit == PurviewCSV:
		return ".csv"
	case log == Audit:
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

func writeLog(w *bufio.Writer, log Log, audit Form, records []Record) error {
	sink := logSink(w, log, audit)
	for i := range records {
		if err := sink(&records[i], i); err != nil {
			return err
		}
	}
	if log != Audit && log != Trace {
		if len(records) == 0 {
			w.WriteString("[")
		}
		_, err := w.WriteString("]\n")
		return err
	}
	return nil
}

// logSink returns the writer of one record after another.
func logSink(w *bufio.Writer, log Log, audit Form) func(*Record, int) error {
	switch {
	case log == Trace:
		w.WriteString("MessageTraceId,MessageId,Received,SenderAddress,RecipientAddress,Subject,Status,ToIP,FromIP,Size\r\n")
		return func(r *Record, _ int) error { w.Write(r.JSON); _, err := w.WriteString("\r\n"); return err }
	case log == Audit && audit == PurviewCSV:
		w.WriteString("RecordId,CreationDate,RecordType,Operation,UserId,AuditData,AssociatedAdminUnits,AssociatedAdminUnitsNames\r\n")
		return func(r *Record, _ int) error { return purviewRow(w, r) }
	case log == Audit:
		return func(r *Record, _ int) error { w.Write(r.JSON); return w.WriteByte('\n') }
	}
	return func(r *Record, i int) error {
		sep := ",\n"
		if i == 0 {
			sep = "["
		}
		w.WriteString(sep)
		_, err := w.Write(r.JSON)
		return err
	}
}

// purviewRow writes a row as the Purview portal does.
func purviewRow(w *bufio.Writer, r *Record) error {
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

// ruleDump is what the Extractor Suite's rule export would show at the end.
func (g *world) ruleDump() []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Write(strings.Split("UserName,RuleName,Enabled,Priority,RuleIdentity,StopProcessingRules,CopyToFolder,MoveToFolder,RedirectTo,ForwardTo,ForwardAsAttachmentTo,ApplyCategory,MarkImportance,MarkAsRead,DeleteMessage,SoftDeleteMessage,From,SubjectContainsWords,SubjectOrBodyContainsWords,BodyContainsWords,HasAttachment,Description,InError,ErrorType", ","))
	for _, u := range g.users {
		for i, r := range u.rules {
			w.Write([]string{u.upn, r.name, "True", strconv.Itoa(i + 1), u.alias() + `\` + r.id, title(r.stop), "", r.moveTo, "", r.forward, "", "", "", title(r.read), title(r.wipe), "False", r.from, "", r.words, "", "False", "", "False", ""})
		}
	}
	w.Flush() // to memory: cannot fail
	return b.Bytes()
}

// Truth is what truly happened, for the file truth.json.
type Truth struct {
	Scenario string            `json:"scenario"`
	Records  map[string]Hand   `json:"records"`  // by record ID as the program names it, lower-cased
	Failed   map[string]bool   `json:"failed"`   // failed sign-ins among them
	Accounts []string          `json:"accounts"` // every account of a person
	Expect   map[string]Expect `json:"expect"`
}

// key is the record's ID as the program names it: a sign-in and its twin in the
// audit log have one ID and are two records. It is "" for a row without an ID.
func (r *Record) key() string {
	if r.ID != "" && (r.Log == SignIns || r.Log == TokenSignIns) {
		return "sign-in:" + strings.ToLower(r.ID)
	}
	return strings.ToLower(r.ID)
}

// Truth returns the truth about the export.
func (x *Export) Truth() Truth {
	t := Truth{Scenario: x.Config.Scenario, Records: map[string]Hand{}, Failed: map[string]bool{}, Accounts: x.Users, Expect: x.Expect}
	for _, log := range x.Logs {
		for i := range log {
			r := &log[i]
			id := r.key()
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
	sink := logSink(out, Audit, form)
	n := 0
	cfg := Config{Seed: seed, Users: 100, Days: 1 << 20, Heavy: true}
	_, err := generate(cfg, func(r Record) error {
		if r.Log != Audit {
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
