package casefile

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"evict"
	"evict/internal/casefile/disk"
	"evict/internal/gate"
)

// A Window is a span of time.
type Window struct {
	From time.Time `json:"from,omitzero"`
	To   time.Time `json:"to,omitzero"`
}

// Coverage is what was asked of one source, and what came.
type Coverage struct {
	Source  string        `json:"source"`
	Account string        `json:"account,omitempty"`
	Asked   Window        `json:"asked"`
	Got     Window        `json:"got"`
	Rows    int           `json:"rows"`
	Pages   int           `json:"pages"`
	Caps    []string      `json:"caps,omitempty"`
	State   string        `json:"state"` // complete, incomplete, empty, not-asked, refused, not-licensed, switched-off
	Why     string        `json:"why,omitempty"`
	Licence string        `json:"licence,omitempty"`
	Errors  []string      `json:"errors,omitempty"`
	Retries int           `json:"retries,omitempty"`
	Waited  time.Duration `json:"waitedNanoseconds,omitempty"`
}

// coverageDocument is coverage.json of a case.
type coverageDocument struct {
	Schema  string     `json:"schema"`
	Sources []Coverage `json:"sources"`
}

const coverageSchema = "evict.case-coverage/v1"

// SetCoverage writes coverage.json.
func (c *Case) SetCoverage(cov []Coverage) error {
	b, err := json.MarshalIndent(coverageDocument{coverageSchema, cov}, "", "  ")
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.replace(coverageFile, append(b, '\n'))
}

// Coverage reads coverage.json; none was written: nil.
func (c *Case) Coverage() ([]Coverage, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	b, err := optional(disk.ReadFile(c.fs, c.path(coverageFile)))
	if err != nil {
		return nil, err
	}
	if _, err := c.followJournal(); err != nil {
		return nil, err
	}
	if _, err := proven(c.journal.lines, coverageFile, b); err != nil || b == nil {
		return nil, err
	}
	var d coverageDocument
	if err := json.Unmarshal(b, &d); err != nil {
		return nil, &DamagedError{Problem{File: coverageFile, Why: err.Error()}}
	}
	return d.Sources, nil
}

// A version is the detail of a journal entry about a file that is written anew from time to time.
type version struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"` // "" for a file that is not there
	Items  int    `json:"items"`  // lines of the manifest at that time, and the hash of the last
	Head   string `json:"head"`
	done   bool
}

// replace writes a file that the journal proves, between two entries: cut off between them, the file may be either version.
func (c *Case) replace(name string, b []byte) error {
	if c.lease != toCollect {
		return ErrReadOnly
	}
	if err := c.tellVersion(gate.Writing, name, b); err != nil {
		return err
	}
	if err := disk.Replace(c.fs, c.path(name), b); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return c.tellVersion(gate.Written, name, b)
}

func (c *Case) tellVersion(kind, name string, b []byte) error {
	detail, err := json.Marshal(version{Name: name, SHA256: fileSum(b), Items: len(c.manifest.lines), Head: c.manifest.head})
	if err != nil {
		return err
	}
	_, err = c.append(gate.Entry{Time: time.Now(), Kind: kind, Detail: detail})
	return err
}

// fileSum is the hash of a file, "" of one that is not there.
func fileSum(b []byte) string {
	if b == nil {
		return ""
	}
	return sum(b)
}

// settleFiles writes down which version there is of a file whose last write was cut off.
func (c *Case) settleFiles() error {
	for _, name := range []string{caseFile, coverageFile} {
		b, err := optional(disk.ReadFile(c.fs, c.path(name)))
		if err != nil {
			return err
		}
		if cut, err := proven(c.journal.lines, name, b); err == nil && cut {
			if err := c.tellVersion(gate.Written, name, b); err != nil {
				return err
			}
		}
	}
	return nil
}

// versions of a file, oldest first.
func versions(entries []gate.Entry, name string) ([]version, error) {
	var out []version
	for _, e := range entries {
		if e.Kind != gate.Writing && e.Kind != gate.Written {
			continue
		}
		v := version{done: e.Kind == gate.Written}
		if err := json.Unmarshal(e.Detail, &v); err != nil {
			return nil, &DamagedError{Problem{File: journalFile, Line: e.Seq, Why: fmt.Sprintf("line %d can't be read: %v", e.Seq, err)}}
		}
		if v.Name == name {
			out = append(out, v)
		}
	}
	return out, nil
}

// proven makes sure that a file, nil when it is not there, is as it was last written. cut: its last write was cut off, and
// it is as it was before or as it should be.
func proven(entries []gate.Entry, name string, b []byte) (cut bool, err error) {
	list, err := versions(entries, name)
	if err != nil {
		return false, err
	}
	is, may := "", []string{}
	for _, v := range list {
		if v.done {
			is, may = v.SHA256, nil
		} else {
			may = append(may, v.SHA256)
		}
	}
	switch got := fileSum(b); {
	case got == is, slices.Contains(may, got):
		return len(may) > 0, nil
	case got == "":
		return false, &DamagedError{Problem{File: name, Why: "it was removed"}}
	}
	return false, &DamagedError{Problem{File: name, Why: "it is not as the journal says: it was changed"}}
}

// AddPlan keeps the bytes of a plan's file, and returns its hash. The bytes are never written anew.
func (c *Case) AddPlan(file []byte) (hash string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.lease != toRespond {
		return "", ErrReadOnly
	}
	hash = evict.PlanHash(file)
	if err := disk.Replace(c.fs, c.path(planName(hash)), file); err != nil {
		return "", fmt.Errorf("keep the plan: %w", err)
	}
	_, err = c.append(gate.Entry{Time: time.Now(), Kind: gate.Planned, Plan: hash})
	return hash, err
}

func planName(hash string) string { return plansDir + "/" + hash + ".json" }

// Plan returns the bytes of a plan's file, or a *DamagedError when they no longer have that hash.
func (c *Case) Plan(hash string) ([]byte, error) {
	if !isHash(hash) {
		return nil, fmt.Errorf("%q is no hash of a plan", hash)
	}
	b, err := disk.ReadFile(c.fs, c.path(planName(hash)))
	if err != nil {
		return nil, fmt.Errorf("plan %.8s: %w", hash, err)
	}
	if evict.PlanHash(b) != hash {
		return nil, &DamagedError{Problem{File: planName(hash), Why: "it does not have the hash that names it"}}
	}
	return b, nil
}

// Plans are the hashes of the plans that are kept, sorted.
func (c *Case) Plans() ([]string, error) {
	list, err := c.fs.ReadDir(c.path(plansDir))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var out []string
	for _, f := range list {
		if hash, ok := strings.CutSuffix(f.Name, ".json"); ok && isHash(hash) {
			out = append(out, hash)
		}
	}
	return out, nil
}
