package casefile

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"evict/internal/casefile/disk"
	"evict/internal/gate"
)

// An AuditReport says whether a case is whole.
type AuditReport struct {
	Case     string    `json:"case"`
	Items    int       `json:"items"`   // lines of the manifest
	Files    int       `json:"files"`   // of evidence, proven
	Bytes    int64     `json:"bytes"`   // of them, as received
	Entries  int       `json:"entries"` // of the journal
	Manifest string    `json:"manifest"`
	Journal  string    `json:"journal"` // hashes of the last lines
	Problems []Problem `json:"problems"`
	Notes    []string  `json:"notes"` // what is no problem, and to be known
}

// A Problem is one thing that is not as the case's chains say.
type Problem struct {
	File string `json:"file"`
	Line int    `json:"line,omitempty"` // 0: the whole file
	Why  string `json:"why"`
}

func (p Problem) String() string { return p.File + ": " + p.Why }

// Whole reports whether the case is as it was written. A tail that was cut off is found only against a checkpoint.
func (r *AuditReport) Whole() bool { return len(r.Problems) == 0 }

// Audit proves a case whole, or says what is not; against checkpoints that were kept elsewhere also that nothing was cut
// off. It changes nothing. An error means that it could not look.
func Audit(d disk.FS, dir string, against ...Checkpoint) (AuditReport, error) {
	a := auditor{fs: d, c: &Case{fs: d, dir: dir}}
	m, b, err := readMeta(d, dir)
	var damaged *DamagedError
	if errors.As(err, &damaged) {
		a.r.Problems = append(a.r.Problems, damaged.Problem)
		return a.r, nil // without its ID no chain can be followed
	}
	if err != nil {
		return a.r, err
	}
	a.r.Case = m.ID
	a.c.meta = m
	a.c.fresh()
	for _, look := range []func() error{a.chains, func() error { return a.written(caseFile, b) }, a.coverage, a.evidence, a.plans, a.strangers} {
		if err := look(); errors.As(err, &damaged) {
			a.r.Problems = append(a.r.Problems, damaged.Problem)
		} else if err != nil {
			return a.r, err
		}
	}
	for _, p := range against {
		a.against(p)
	}
	return a.r, nil
}

type auditor struct {
	fs disk.FS
	c  *Case
	r  AuditReport
}

func (a *auditor) problem(file string, line int, format string, args ...any) {
	a.r.Problems = append(a.r.Problems, Problem{File: file, Line: line, Why: fmt.Sprintf(format, args...)})
}

func (a *auditor) note(format string, args ...any) {
	a.r.Notes = append(a.r.Notes, fmt.Sprintf(format, args...))
}

func (a *auditor) chains() error {
	if err := auditChain(a, &a.c.journal); err != nil {
		return err
	}
	if err := auditChain(a, &a.c.manifest); err != nil {
		return err
	}
	if err := auditChain(a, &a.c.progress); err != nil {
		return err
	}
	if len(a.c.journal.lines) == 0 {
		a.problem(journalFile, 0, "it has no entry: it was cut or removed")
	}
	if unknown := gate.Unknown(a.c.journal.lines); len(unknown) > 0 {
		a.note("%s: %d entries are of kinds that this program does not know", journalFile, len(unknown))
	}
	a.r.Items, a.r.Manifest = len(a.c.manifest.lines), a.c.manifest.head
	a.r.Entries, a.r.Journal = len(a.c.journal.lines), a.c.journal.head
	return nil
}

func auditChain[T any](a *auditor, ch *chain[T]) error {
	b, err := optional(disk.ReadFile(a.fs, a.c.path(ch.file)))
	if err != nil {
		return err
	}
	torn, problems := ch.follow(b)
	a.r.Problems = append(a.r.Problems, problems...)
	if torn != nil {
		a.problem(ch.file, len(ch.lines)+1, "line %d is cut off: a write goes on, or a crash tore it, which opening the case mends", len(ch.lines)+1)
	}
	return nil
}

// written proves a file that the journal has the hash of, and the manifest as it was then.
func (a *auditor) written(name string, b []byte) error {
	cut, err := proven(a.c.journal.lines, name, b)
	if err != nil {
		return err
	}
	if cut {
		a.note("%s: its last write was cut off; it is as before, or as it should be", name)
	}
	list, err := versions(a.c.journal.lines, name)
	if err != nil {
		return err
	}
	for _, v := range list {
		if !reaches(&a.c.manifest, v.Items, v.Head, func(i Item) (int, string) { return i.Seq, i.Hash }) {
			a.problem(manifestFile, 0, "when %s was written, it had %d lines, of which the last is no longer there", name, v.Items)
		}
	}
	return nil
}

// reaches reports whether a chain once had so many lines, and that head.
func reaches[T any](ch *chain[T], n int, head string, at func(T) (int, string)) bool {
	return n == 0 || slices.ContainsFunc(ch.lines, func(v T) bool {
		seq, hash := at(v)
		return seq == n && hash == head
	})
}

func (a *auditor) coverage() error {
	b, err := optional(disk.ReadFile(a.fs, a.c.path(coverageFile)))
	if err != nil {
		return err
	}
	return a.written(coverageFile, b)
}

// evidence proves every stored file, raw and as stored, and that there is no other.
func (a *auditor) evidence() error {
	wanted := map[string]Item{manifestName: {}}
	for _, i := range a.c.manifest.lines {
		name := i.SHA256 + ".zst"
		had, again := wanted[name]
		wanted[name] = i
		switch {
		case !isHash(i.SHA256):
			a.problem(manifestFile, i.Seq, "line %d names no file", i.Seq)
		case again && (had.StoredSHA256 != i.StoredSHA256 || had.Bytes != i.Bytes):
			a.problem(manifestFile, i.Seq, "line %d says of %s other than line %d", i.Seq, name, had.Seq)
		case !again:
			if err := a.item(i); err != nil {
				return err
			}
		}
	}
	explained, err := orphans(a.c.journal.lines)
	if err != nil {
		return err
	}
	for _, f := range a.list(evidenceDir) {
		_, ok := wanted[f.Name]
		file := evidenceDir + "/" + f.Name
		switch {
		case ok:
		case explained[file]:
			a.note("%s was kept when a crash came before its line of the manifest", file)
		default:
			a.extra(file)
		}
	}
	return nil
}

func (a *auditor) item(i Item) error {
	file := storedName(i.SHA256)
	stored, err := disk.ReadFile(a.fs, a.c.path(file))
	if errors.Is(err, fs.ErrNotExist) {
		a.problem(file, 0, "it is missing: item %d, %s", i.Seq, i.Source)
		return nil
	}
	if err != nil {
		return err
	}
	b, err := unpack(i, stored)
	if err != nil || int64(len(b)) != i.Bytes || int64(len(stored)) != i.Stored {
		a.problem(file, 0, "it was changed: item %d, %s", i.Seq, i.Source)
		return nil
	}
	a.r.Files++
	a.r.Bytes += i.Bytes
	return nil
}

// plans proves that plans have the hashes that name them, and that none is missing.
func (a *auditor) plans() error {
	there := map[string]bool{}
	for _, f := range a.list(plansDir) {
		hash, ok := strings.CutSuffix(f.Name, ".json")
		if !ok || !isHash(hash) {
			a.extra(plansDir + "/" + f.Name)
			continue
		}
		there[hash] = true
		_, err := a.c.Plan(hash)
		var damaged *DamagedError
		if errors.As(err, &damaged) {
			a.r.Problems = append(a.r.Problems, damaged.Problem)
		} else if err != nil {
			return err
		}
	}
	kept := map[string]bool{}
	for _, e := range a.c.journal.lines {
		if e.Kind == gate.Planned || e.Kind == gate.Approved {
			kept[e.Plan] = true
		}
	}
	for _, hash := range slices.Sorted(maps.Keys(kept)) {
		if !there[hash] {
			a.problem(planName(hash), 0, "it is missing")
		}
	}
	for _, hash := range slices.Sorted(maps.Keys(there)) {
		if !kept[hash] {
			a.note("%s was kept, and a crash came before the journal said so", planName(hash))
		}
	}
	return nil
}

// strangers are files that no case has.
func (a *auditor) strangers() error {
	known := []string{caseFile, coverageFile, journalFile, progressFile, evidenceDir, plansDir, locksDir, reserveFile}
	derived := 0
	for _, f := range a.list("") {
		switch {
		case slices.Contains(known, f.Name):
		case slices.Contains(Derived, f.Name):
			derived++
		default:
			a.extra(f.Name)
		}
	}
	if derived > 0 {
		a.note("%d files are made from the rest, and no chain proves them", derived)
	}
	return nil
}

func (a *auditor) extra(file string) {
	if strings.HasSuffix(file, disk.Temporary) {
		a.note("%s is what an interrupted write left", file)
		return
	}
	a.problem(file, 0, "it does not belong to the case")
}

func (a *auditor) list(dir string) []disk.Info {
	list, err := a.fs.ReadDir(filepath.Join(a.c.dir, dir))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		a.problem(dir, 0, "it can't be listed: %v", err)
	}
	return list
}

func (a *auditor) against(p Checkpoint) {
	if p.Case != a.r.Case {
		a.problem(caseFile, 0, "the checkpoint of %s is one of case %q", p.Time.Format(timeForm), p.Case)
		return
	}
	if !reaches(&a.c.manifest, p.Items, p.Manifest, func(i Item) (int, string) { return i.Seq, i.Hash }) {
		a.problem(manifestFile, 0, "the checkpoint of %s has %d lines, of which the last is not there: lines were cut off, or it was written anew", p.Time.Format(timeForm), p.Items)
	}
	if !reaches(&a.c.journal, p.Entries, p.Journal, func(e gate.Entry) (int, string) { return e.Seq, e.Hash }) {
		a.problem(journalFile, 0, "the checkpoint of %s has %d entries, of which the last is not there: entries were cut off, or it was written anew", p.Time.Format(timeForm), p.Entries)
	}
}

// orphans are the files of evidence that the journal explains: a crash came before their line.
func orphans(entries []gate.Entry) (map[string]bool, error) {
	out := map[string]bool{}
	for _, e := range entries {
		if e.Kind != gate.Repaired {
			continue
		}
		var list []Repair
		if err := json.Unmarshal(e.Detail, &list); err != nil {
			return nil, &DamagedError{Problem{File: journalFile, Line: e.Seq, Why: fmt.Sprintf("line %d can't be read: %v", e.Seq, err)}}
		}
		for _, r := range list {
			if r.Line == 0 {
				out[r.File] = true
			}
		}
	}
	return out, nil
}
