package lab

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"evict"
)

// A Case is one line of cases.jsonl: labelled records and what is expected of them.
type Case struct {
	ID       string `json:"id"`
	File     string `json:"file"`
	Selector struct {
		Type   string   `json:"type"` // auditdata-id, whole-file, directory
		IDs    []string `json:"ids"`
		Sample []string `json:"ids_sample"`
		Count  int      `json:"count"`
		How    string   `json:"how"`
	} `json:"selector"`
	Expected  string          `json:"expected"` // malicious, benign, unlabelled
	Technique string          `json:"technique"`
	Symptom   string          `json:"symptom"`
	Accounts  json.RawMessage `json:"accounts"`
	Quality   string          `json:"label_quality"`
	Note      string          `json:"note"`
}

// Required reports whether the label is of quality A or B, so that a miss counts.
func (c *Case) Required() bool {
	return c.Expected != "unlabelled" && (strings.HasPrefix(c.Quality, "A") || strings.HasPrefix(c.Quality, "B"))
}

// A CaseResult is how a program did on one case.
type CaseResult struct {
	Case      *Case
	Good      bool            // found, or quiet; true for an unlabelled case
	Word      string          // found, missed, quiet, noisy, read, failed
	By        []evict.Finding // that decided it
	Low       int             // findings of low severity on a benign case
	Excuse    string          // why a case that is not good does not count; "" when it counts
	Mistakes  []string        // of a scenario's accounts
	Err       error
	Wandering []evict.Finding // findings on the records of another technique: a hint why a case was missed
}

// ReadCases reads cases.jsonl of the folder.
func ReadCases(dir string) ([]*Case, error) {
	f, err := os.Open(filepath.Join(dir, "cases.jsonl"))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var out []*Case
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		c := &Case{}
		if err := json.Unmarshal(lines.Bytes(), c); err != nil {
			return nil, fmt.Errorf("cases.jsonl line %d: %w", len(out)+1, err)
		}
		out = append(out, c)
	}
	return out, lines.Err()
}

// Score runs the program over each file that the cases name, one at a time,
// and judges every case.
func Score(ctx context.Context, dir string, cases []*Case, program Program) []CaseResult {
	runs := map[string]*evict.Investigation{}
	failures := map[string]error{}
	out := make([]CaseResult, len(cases))
	for i, c := range cases {
		if _, done := runs[c.File]; !done {
			paths, err := expand(filepath.Join(dir, c.File))
			if err == nil {
				runs[c.File], err = program(ctx, Query{Paths: paths})
			}
			failures[c.File] = err
			if err != nil {
				runs[c.File] = &evict.Investigation{}
			}
		}
		out[i] = judge(c, dir, runs[c.File], failures[c.File])
	}
	return out
}

func expand(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil || !info.IsDir() {
		return []string{path}, err
	}
	return filepath.Glob(filepath.Join(path, "*"))
}

func judge(c *Case, dir string, inv *evict.Investigation, failure error) CaseResult {
	r := CaseResult{Case: c, Err: failure, Word: "failed"}
	if failure != nil {
		return r
	}
	wanted, err := selected(c, dir)
	if err != nil {
		r.Err = err
		return r
	}
	for _, f := range findings(inv) {
		if !touches(f, wanted) {
			continue
		}
		switch {
		case c.Expected == "benign" && f.Severity >= evict.Medium:
			r.By = append(r.By, f)
		case c.Expected == "benign" && f.Severity == evict.Low:
			r.Low++
		case c.Expected == "malicious" && f.Severity >= evict.Low && Agrees(c.Technique, f.Techniques):
			r.By = append(r.By, f)
		case c.Expected == "malicious":
			r.Wandering = append(r.Wandering, f)
		case c.Expected == "unlabelled":
			r.By = append(r.By, f)
		}
	}
	r.Mistakes = accountMistakes(c, inv)
	switch c.Expected {
	case "malicious":
		r.Good, r.Word = len(r.By) > 0 && len(r.Mistakes) == 0, "missed"
		if len(r.By) > 0 {
			r.Word = "found"
		}
	case "benign":
		r.Good, r.Word = len(r.By) == 0, "quiet"
		if !r.Good {
			r.Word = "noisy"
		}
	default:
		r.Good, r.Word = true, "read"
	}
	if !r.Good {
		r.Excuse = excused(&r)
	}
	return r
}

// touches reports whether one of the finding's causes is wanted; nil wants any.
func touches(f evict.Finding, wanted map[string]bool) bool {
	for _, e := range f.Evidence {
		if e.Role == "cause" && (wanted == nil || wanted[strings.ToLower(string(e.Record))]) {
			return true
		}
	}
	return false
}

var technique = regexp.MustCompile(`\bT\d{4}`)

// Agrees reports whether one of the finding's techniques is one of the label's,
// sub-techniques alike. A label that names no technique agrees with any.
func Agrees(label string, found []string) bool {
	want := technique.FindAllString(label, -1)
	if len(want) == 0 {
		return true
	}
	for _, f := range found {
		for _, w := range want {
			if strings.HasPrefix(f, w) {
				return true
			}
		}
	}
	return false
}

// selected returns the record IDs that the case is about; nil means every
// record of its file.
func selected(c *Case, dir string) (map[string]bool, error) {
	if c.Selector.Type != "auditdata-id" {
		return nil, nil
	}
	out := map[string]bool{}
	for _, list := range [][]string{c.Selector.IDs, c.Selector.Sample} {
		for _, id := range list {
			out[strings.ToLower(id)] = true
		}
	}
	if c.Selector.Count <= len(out) {
		return out, nil
	}
	return wholeSelection(c, filepath.Join(dir, c.File), out)
}

type auditHead struct{ Id, UserId, ClientInfoString string }

// wholeSelection widens a sample to all the records that the case counts: those
// whose UserId begins as its note says, else those with the client of the
// sample. It is used when it finds exactly as many as the case says; it reads
// the file with other code than the program's.
func wholeSelection(c *Case, path string, sample map[string]bool) (map[string]bool, error) {
	heads, err := auditHeads(path)
	if err != nil {
		return nil, err
	}
	prefix, byName := "", false
	for _, s := range []string{c.Selector.How, c.Note} {
		if _, p, ok := strings.Cut(s, "UserId begins "); ok {
			prefix, byName = p, true
		}
	}
	client := ""
	for _, h := range heads {
		if sample[strings.ToLower(h.Id)] {
			client = h.ClientInfoString
		}
	}
	out := map[string]bool{}
	for _, h := range heads {
		if byName && strings.HasPrefix(h.UserId, prefix) || !byName && client != "" && h.ClientInfoString == client {
			out[strings.ToLower(h.Id)] = true
		}
	}
	if len(out) != c.Selector.Count {
		return nil, fmt.Errorf("the selection has %d records, the case says %d", len(out), c.Selector.Count)
	}
	return out, nil
}

func auditHeads(path string) ([]auditHead, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := csv.NewReader(bufio.NewReaderSize(f, 1<<20))
	r.FieldsPerRecord = -1
	header, err := r.Read()
	if err != nil {
		return nil, err
	}
	column := -1
	for i, h := range header {
		if h == "AuditData" {
			column = i
		}
	}
	var out []auditHead
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		var h auditHead
		if column < 0 || column >= len(row) || json.Unmarshal([]byte(row[column]), &h) != nil {
			continue // a damaged row: it has no Id to select
		}
		out = append(out, h)
	}
}

// accountMistakes checks the verdicts that a scenario case names.
func accountMistakes(c *Case, inv *evict.Investigation) []string {
	var want struct{ Compromised, Clean []string }
	if len(c.Accounts) == 0 || c.Accounts[0] != '{' || json.Unmarshal(c.Accounts, &want) != nil {
		return nil
	}
	var out []string
	for _, name := range want.Compromised {
		if a := accountNamed(inv, name); a == nil || a.Verdict != evict.Compromised {
			out = append(out, fmt.Sprintf("%s is %s, not compromised", name, verdictOf(a)))
		}
	}
	for _, name := range want.Clean {
		a := accountNamed(inv, name)
		if a == nil || a.Verdict == evict.Clear || a.Verdict == evict.Unknown || a.Verdict == evict.Suspected && hasStrong(a) {
			continue
		}
		out = append(out, fmt.Sprintf("%s is %s, and nothing should accuse it", name, verdictOf(a)))
	}
	return out
}

func accountNamed(inv *evict.Investigation, local string) *evict.Account {
	for i := range inv.Accounts {
		name, _, _ := strings.Cut(inv.Accounts[i].Account, "@")
		if strings.EqualFold(name, local) {
			return &inv.Accounts[i]
		}
	}
	return nil
}

func verdictOf(a *evict.Account) string {
	if a == nil {
		return "not listed"
	}
	return string(a.Verdict)
}

func hasStrong(a *evict.Account) bool {
	for _, r := range a.Reasons {
		if r.Grade >= evict.Strong {
			return true
		}
	}
	return false
}
