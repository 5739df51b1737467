package collect

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"evict"
)

// The two small files that may lie beside exported evidence.
const (
	coverageFile = "coverage.json"
	declaredFile = "declared.json"
)

// Declared is what coverage.json says of one file: what it was asked for.
type Declared struct {
	Source   string     `json:"source"` // free text
	File     string     `json:"file"`   // name, path from coverage.json on, or a pattern of these
	From     evict.Time `json:"from"`
	To       evict.Time `json:"to"`
	Complete bool       `json:"complete"`
	Filtered bool       `json:"filtered"`
	Why      string     `json:"why"` // it is not complete, in a person's words
}

// Work is one entry of declared.json: whose work in which time is no evidence.
type Work struct {
	By      string     `json:"by"`
	Account string     `json:"account"`
	From    evict.Time `json:"from"`
	To      evict.Time `json:"to"`
	What    string     `json:"what"`
	Kind    string     `json:"kind"` // responder, partner, service or hr
}

// coverage is one coverage.json with the folder that it speaks of.
type coverage struct {
	name, folder string
	entries      []Declared
	used         []bool
}

const maxStated = 16 << 20 // bytes of either file

// entries reads a list of objects, or one. Unknown fields are passed over, a
// wrong entry does not cost the others.
func (c *collector) entries(name string, open func() (io.ReadCloser, error), each func(json.RawMessage) error) {
	r, err := open()
	if err != nil {
		c.problem(name, reason(err))
		return
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, maxStated))
	if err != nil {
		c.problem(name, reason(err))
		return
	}
	b = bytes.TrimSpace(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")))
	var list []json.RawMessage
	if bytes.HasPrefix(b, []byte("{")) {
		list = []json.RawMessage{b}
	} else if err := json.Unmarshal(b, &list); err != nil {
		c.problem(name, "not a list of objects: "+err.Error())
		return
	}
	for i, raw := range list {
		if err := each(raw); err != nil {
			c.problem(name, fmt.Sprintf("entry %d is left out: %v", i+1, err))
		}
	}
}

// order checks a time span.
func order(from, to evict.Time) error {
	if from.Set && to.Set && to.Before(from) {
		return fmt.Errorf("it ends (%s) before it begins (%s)", to, from)
	}
	return nil
}

// unmarshal says how times are written where one is wrong.
func unmarshal(raw json.RawMessage, v any) error {
	if err := json.Unmarshal(raw, v); err != nil {
		if strings.Contains(err.Error(), "parsing time") {
			return fmt.Errorf("%w: write times as 2026-11-20T21:00:00Z", err)
		}
		return err
	}
	return nil
}

func (c *collector) readCoverage(name, folder string, open func() (io.ReadCloser, error)) {
	cov := coverage{name: name, folder: folder}
	c.entries(name, open, func(raw json.RawMessage) error {
		var d Declared
		if err := unmarshal(raw, &d); err != nil {
			return err
		}
		if d.File == "" {
			return fmt.Errorf(`it names no "file"`)
		}
		if err := order(d.From, d.To); err != nil {
			return err
		}
		cov.entries = append(cov.entries, d)
		return nil
	})
	cov.used = make([]bool, len(cov.entries))
	c.coverage = append(c.coverage, cov)
}

func (c *collector) readDeclared(name string, open func() (io.ReadCloser, error)) {
	c.entries(name, open, func(raw json.RawMessage) error {
		var w Work
		if err := unmarshal(raw, &w); err != nil {
			return err
		}
		switch w.Kind {
		case "responder", "partner", "service", "hr":
		default:
			return fmt.Errorf(`"kind" is %q: write responder, partner, service or hr`, w.Kind)
		}
		if w.By == "" {
			return fmt.Errorf(`it names nobody in "by"`)
		}
		if !w.From.Set || !w.To.Set {
			return fmt.Errorf(`it must say "from" and "to": work without times would excuse whatever was done in that name`)
		}
		if err := order(w.From, w.To); err != nil {
			return err
		}
		c.found.Work = append(c.found.Work, w)
		return nil
	})
}

// apply gives each item what a coverage.json in its folder, or in one above, says of it.
func (c *collector) apply() {
	slices.SortStableFunc(c.coverage, func(a, b coverage) int { return len(b.folder) - len(a.folder) }) // the nearest counts
	for i := range c.found.Items {
		at := c.places[i]
		for n := range c.coverage {
			cov := &c.coverage[n]
			rel, err := filepath.Rel(cov.folder, at.folder)
			rel = filepath.ToSlash(rel)
			if err != nil || at.folder == "" || strings.HasPrefix(rel, "..") {
				continue
			}
			for e := range cov.entries {
				if names(cov.entries[e].File, path.Join(rel, at.name)) {
					cov.used[e] = true
					if c.found.Items[i].Declared == nil {
						c.found.Items[i].Declared = &cov.entries[e]
					}
				}
			}
		}
	}
	for _, cov := range c.coverage {
		for e, used := range cov.used {
			if !used {
				c.problem(cov.name, fmt.Sprintf("names %q, and there is no such file", cov.entries[e].File))
			}
		}
	}
}

// names reports whether an entry's file means the item: its path, that without
// the compression's ending, the archive or folder that it is in, or a pattern.
func names(file, item string) bool {
	file = path.Clean(strings.ReplaceAll(file, `\`, "/"))
	for _, ending := range []string{"", ".gz", ".zst", ".bz2"} {
		bare, ok := strings.CutSuffix(item, ending)
		if !ok {
			continue
		}
		if strings.EqualFold(bare, file) {
			return true
		}
		if ok, err := path.Match(file, bare); err == nil && ok {
			return true
		}
	}
	return strings.HasPrefix(item, file+"/")
}
