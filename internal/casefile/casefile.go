// Package casefile keeps a case on disk: evidence, journal, plans and coverage, as plain files that can be zipped, handed
// on and proved whole. All its writes pass the package disk.
package casefile

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"evict"
	"evict/internal/casefile/disk"
	"evict/internal/gate"
)

// Format of the case folders that this program writes, and the newest that it can read.
const Format = 1

// Names in the folder of a case.
const (
	caseFile     = "case.json"
	coverageFile = "coverage.json"
	journalFile  = "journal.jsonl"
	progressFile = "progress.jsonl"
	evidenceDir  = "evidence"
	manifestName = "manifest.jsonl"
	plansDir     = "plans"
	locksDir     = "locks"
	reserveFile  = "reserve"
)

const manifestFile = evidenceDir + "/" + manifestName // as problems name it

// Derived are the files of a case that are made from the rest: they may be deleted, and no chain proves them.
var Derived = []string{"findings.json", "evidence.ndjson", "timeline.jsonl", "report.html", "index.db"}

// Meta is case.json.
type Meta struct {
	Format   int            `json:"format"` // of the folder
	Reader   int            `json:"reader"` // the least Format that a program must know to read it
	ID       string         `json:"id"`     // safe as a file name
	Tenant   evict.TenantID `json:"tenant"`
	Domain   string         `json:"domain"`
	Cloud    string         `json:"cloud"`
	Created  time.Time      `json:"created"`
	Operator string         `json:"operator"`
	Accounts []Account      `json:"accounts"`
	Reported evict.Reported `json:"reported"`
}

// An Account that the case is about.
type Account struct {
	ID    string `json:"id"` // object ID; "" until it is resolved
	UPN   string `json:"upn"`
	Asked string `json:"asked"` // as the operator wrote it
}

// A Case is open. Its methods may be called from several goroutines.
type Case struct {
	fs    disk.FS
	dir   string
	lease string    // "": for reading only
	lock  io.Closer // of the lease

	mu       sync.Mutex
	meta     Meta
	journal  chain[gate.Entry]
	manifest chain[Item]
	progress chain[step]
	places   map[string]int             // of items, by SHA256
	values   map[string]json.RawMessage // of the progress
	repairs  []Repair
}

// Leases: one process may have each at a time. Whoever responds need not wait until somebody has collected.
const (
	toCollect = "collect" // evidence, progress, coverage, case.json
	toRespond = "respond" // plans
)

// A Repair is what a crash had left of a last write, which was dropped when the case was opened. Nobody had been told that it was kept.
type Repair struct {
	File  string `json:"file"`
	Line  int    `json:"line,omitempty"` // 0: a file of evidence that has no line in the manifest; it stays
	Bytes int    `json:"bytes,omitempty"`
	Kept  bool   `json:"kept,omitempty"` // it was whole but for the end of its line
}

func (r Repair) String() string {
	switch {
	case r.Line == 0:
		return r.File + ": a crash came before its line of the manifest; it is no evidence of this case"
	case r.Kept:
		return fmt.Sprintf("%s: the last line, %d, had lost its end, and has it again", r.File, r.Line)
	}
	return fmt.Sprintf("%s: the last write, line %d, was cut off by a crash; its %d bytes were dropped", r.File, r.Line, r.Bytes)
}

// Errors of opening a case.
var (
	ErrExists   = errors.New("there is a case already")
	ErrReadOnly = errors.New("the case was not opened to write this")
)

// A NewerError means that a newer program wrote the case.
type NewerError struct{ Needs int }

func (e *NewerError) Error() string {
	return fmt.Sprintf("the case has format %d, and this program knows up to %d: use a newer evict", e.Needs, Format)
}

// A LockedError means that somebody else writes to the case.
type LockedError struct{ Holder string } // "" when it is not known

func (e *LockedError) Error() string {
	if e.Holder == "" {
		return "the case is open elsewhere"
	}
	return "the case is open elsewhere: " + e.Holder
}

// A DamagedError means that the case is not as it was written, and not because of a crash.
type DamagedError struct{ Problem }

func (e *DamagedError) Error() string { return e.Problem.String() }

// Create makes the folder of a new case and opens it to collect. who is told to others who meet its lock. A folder in
// which an earlier Create was cut off is used.
func Create(fs disk.FS, dir string, m Meta, who string) (*Case, error) {
	m.Format, m.Reader = Format, Format
	m.Created = m.Created.UTC()
	if err := m.check(); err != nil {
		return nil, err
	}
	for _, d := range []string{"", evidenceDir, plansDir} {
		if err := disk.MkdirAll(fs, filepath.Join(dir, d)); err != nil {
			return nil, err
		}
	}
	c, err := take(fs, dir, toCollect, who)
	if err != nil {
		return nil, err
	}
	c.meta = m
	if err := c.begin(who); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// begin writes a new case. Its journal comes first and case.json last, so that a folder with case.json has a journal.
func (c *Case) begin(who string) error {
	if err := c.unused(); err != nil {
		return err
	}
	for _, name := range []string{journalFile, manifestFile, progressFile} {
		if err := c.fs.Remove(c.path(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	c.fresh()
	if err := c.openEvidence(nil, nil); err != nil {
		return err
	}
	if _, err := c.append(gate.Entry{Time: time.Now(), Kind: gate.Created, Who: who}); err != nil {
		return err
	}
	return c.setMeta(c.meta)
}

// unused makes sure that the folder has nothing that somebody relies on.
func (c *Case) unused() error {
	if _, err := disk.ReadFile(c.fs, c.path(caseFile)); !errors.Is(err, fs.ErrNotExist) {
		if err == nil {
			err = ErrExists
		}
		return fmt.Errorf("%s: %w", c.dir, err)
	}
	for _, dir := range []string{"", evidenceDir, plansDir} {
		list, err := c.fs.ReadDir(c.path(dir))
		if err != nil {
			return err
		}
		for _, f := range list {
			ours := f.Dir || strings.HasSuffix(f.Name, disk.Temporary) || f.Size == 0 && (f.Name == manifestName || f.Name == progressFile)
			if f.Name == journalFile {
				b, err := disk.ReadFile(c.fs, c.path(journalFile))
				if err != nil {
					return err
				}
				ours = strings.Count(string(b), "\n") <= 2 // what begin writes before case.json
			}
			if !ours {
				return fmt.Errorf("%s: %s is there without %s: not the folder of a case, and not empty", c.dir, f.Name, caseFile)
			}
		}
	}
	return nil
}

// Open opens a case to collect, and drops what a crash left torn; Repairs says what. who is told to others who meet its lock.
func Open(fs disk.FS, dir, who string) (*Case, error) { return openAs(fs, dir, toCollect, who) }

// OpenToRespond opens a case to plan and to respond, also while somebody collects: evidence and coverage are those of
// now, and can't be written.
func OpenToRespond(fs disk.FS, dir, who string) (*Case, error) {
	return openAs(fs, dir, toRespond, who)
}

// OpenReadOnly opens a case without a lock, and changes nothing. What a writer has not finished is not seen.
func OpenReadOnly(fs disk.FS, dir string) (*Case, error) {
	c := &Case{fs: fs, dir: dir}
	t, err := c.load()
	if err != nil {
		return nil, err
	}
	if t.journal != nil {
		c.repairs = append(c.repairs, c.journal.repair(t.journal))
	}
	if t.manifest != nil {
		c.repairs = append(c.repairs, c.manifest.repair(t.manifest))
	}
	return c, nil
}

func openAs(fs disk.FS, dir, lease, who string) (*Case, error) {
	m, _, err := readMeta(fs, dir)
	if err != nil {
		return nil, err // before a lock is made in a folder that is none of ours
	}
	if m.Format > Format {
		return nil, &NewerError{m.Format}
	}
	c, err := take(fs, dir, lease, who)
	if err != nil {
		return nil, err
	}
	if err := c.resume(); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// fresh gives the case its chains, from their roots.
func (c *Case) fresh() {
	c.journal, c.manifest, c.progress = newJournal(c.meta.ID), newManifest(c.meta.ID), newProgress(c.meta.ID)
}

// A torn tail of each chained file, as it was found.
type tails struct{ journal, manifest, progress []byte }

// load reads everything but the evidence.
func (c *Case) load() (t tails, err error) {
	m, b, err := readMeta(c.fs, c.dir)
	if err != nil {
		return t, err
	}
	c.meta = m
	c.fresh()
	if t.journal, err = c.followJournal(); err != nil {
		return t, err
	}
	if len(c.journal.lines) == 0 {
		return t, &DamagedError{Problem{File: journalFile, Why: "it has no entry: it was cut or removed"}}
	}
	if _, err := proven(c.journal.lines, caseFile, b); err != nil {
		return t, err
	}
	if t.manifest, err = follow(c, &c.manifest); err != nil {
		return t, err
	}
	if t.progress, err = follow(c, &c.progress); err != nil {
		return t, err
	}
	c.index()
	return t, nil
}

// follow reads a chained file that one process writes.
func follow[T any](c *Case, ch *chain[T]) (torn []byte, err error) {
	b, err := optional(disk.ReadFile(c.fs, c.path(ch.file)))
	if err != nil {
		return nil, err
	}
	torn, problems := ch.follow(b)
	if len(problems) > 0 {
		return nil, &DamagedError{problems[0]}
	}
	return torn, nil
}

func (c *Case) index() {
	c.values, c.places = latest(c.progress.lines), map[string]int{}
	for n, i := range c.manifest.lines {
		c.places[i.SHA256] = n
	}
}

// optional takes a file that is not there for an empty one.
func optional(b []byte, err error) ([]byte, error) {
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return b, err
}

// resume opens the files of a case behind their last whole lines.
func (c *Case) resume() error {
	t, err := c.load()
	if err != nil {
		return err
	}
	if err := c.sweep(); err != nil {
		return err
	}
	if c.lease == toCollect {
		if t.manifest != nil {
			c.repairs = append(c.repairs, c.manifest.repair(t.manifest))
		}
		if t.progress != nil {
			c.repairs = append(c.repairs, c.progress.repair(t.progress))
		}
		if err := errors.Join(c.openEvidence(t.manifest, t.progress), c.orphan()); err != nil {
			return err
		}
	}
	evidence := slices.Clone(c.repairs)
	err = c.locked(func() error {
		if len(evidence) == 0 {
			return nil
		}
		return c.tellRepairs(evidence...)
	})
	if err != nil || c.lease != toCollect {
		return err
	}
	return c.settleFiles()
}

// openEvidence opens for writing what only whoever collects writes.
func (c *Case) openEvidence(manifest, progress []byte) error {
	if err := c.manifest.resume(c.fs, c.path(manifestFile), manifest); err != nil {
		return err
	}
	if err := c.progress.resume(c.fs, c.path(progressFile), progress); err != nil {
		return err
	}
	c.index()
	return nil
}

// orphan notes the one file of evidence that a crash can have left without its line. More were not left by a crash.
func (c *Case) orphan() error {
	explained, err := orphans(c.journal.lines)
	if err != nil {
		return err
	}
	list, err := c.fs.ReadDir(c.path(evidenceDir))
	if err != nil {
		return err
	}
	var found []Repair
	for _, f := range list {
		sha, ok := strings.CutSuffix(f.Name, ".zst")
		if _, known := c.places[sha]; ok && isHash(sha) && !known && !explained[storedName(sha)] {
			found = append(found, Repair{File: storedName(sha)})
		}
	}
	if len(found) == 1 {
		c.repairs = append(c.repairs, found...)
	}
	return nil
}

// sweep removes what a crash of the lease's last holder left unfinished.
func (c *Case) sweep() error {
	if err := c.release(); err != nil {
		return err
	}
	dirs := map[string][]string{toCollect: {"", evidenceDir}, toRespond: {plansDir}}[c.lease]
	for _, dir := range dirs {
		if err := disk.MkdirAll(c.fs, c.path(dir)); err != nil { // a folder without files gets lost when a case is zipped
			return err
		}
		list, err := c.fs.ReadDir(c.path(dir))
		if err != nil {
			return err
		}
		for _, f := range list {
			if of, ok := strings.CutSuffix(f.Name, disk.Temporary); ok && !slices.Contains(Derived, of) {
				if err := c.fs.Remove(c.path(filepath.Join(dir, f.Name))); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// take takes a lease and says who has it. The lock is the operating system's, and free when its process has ended.
func take(fs disk.FS, dir, lease, who string) (*Case, error) {
	c := &Case{fs: fs, dir: dir}
	if err := disk.MkdirAll(fs, c.path(locksDir)); err != nil {
		return nil, err
	}
	l, err := fs.Lock(c.path(locksDir + "/" + lease))
	if errors.Is(err, disk.ErrLocked) {
		time.Sleep(glance)
		l, err = fs.Lock(c.path(locksDir + "/" + lease))
	}
	if errors.Is(err, disk.ErrLocked) {
		holder, _ := disk.ReadFile(fs, c.holder(lease)) // only to tell
		return nil, &LockedError{strings.TrimSpace(string(holder))}
	}
	if err != nil {
		return nil, fmt.Errorf("lock the case: %w", err)
	}
	if err := disk.Replace(fs, c.holder(lease), []byte(who+", to "+lease+", since "+time.Now().UTC().Format(time.RFC3339)+"\n")); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	c.lease, c.lock = lease, l
	return c, nil
}

// glance is longer than Responding holds a lock.
const glance = 20 * time.Millisecond

// Responding is who has a case open to respond at this moment, in words for people; "" when nobody is known to have. Nothing
// is written. The name of the last holder outlives a crash, so the lock is tried.
func Responding(fs disk.FS, dir string) string {
	c := &Case{fs: fs, dir: dir}
	who, err := disk.ReadFile(fs, c.holder(toRespond))
	if err != nil {
		return ""
	}
	l, err := fs.Lock(c.path(locksDir + "/" + toRespond))
	switch {
	case errors.Is(err, disk.ErrLocked):
		return strings.TrimSpace(string(who))
	case err == nil:
		l.Close()
	}
	return ""
}

func (c *Case) holder(lease string) string { return c.path(locksDir + "/" + lease + ".holder") }

// Close gives the lease back.
func (c *Case) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	errs := []error{c.release(), c.journal.close(), c.manifest.close(), c.progress.close()}
	if c.lock != nil {
		c.fs.Remove(c.holder(c.lease)) // who has it is only told
		errs = append(errs, c.lock.Close())
		c.lock, c.lease = nil, ""
	}
	return errors.Join(errs...)
}

func (c *Case) path(name string) string { return filepath.Join(c.dir, filepath.FromSlash(name)) }

// Meta is what case.json says.
func (c *Case) Meta() Meta {
	c.mu.Lock()
	defer c.mu.Unlock()
	m := c.meta
	m.Accounts = slices.Clone(m.Accounts)
	return m
}

// Repairs are what was dropped since the case was opened; of a case open for reading, what would be.
func (c *Case) Repairs() []Repair {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.repairs)
}

// SetMeta changes the accounts, the domain and what was reported; the rest of a case never changes.
func (c *Case) SetMeta(m Meta) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	was := c.meta
	was.Accounts, was.Domain, was.Reported = m.Accounts, m.Domain, m.Reported
	return c.setMeta(was)
}

func (c *Case) setMeta(m Meta) error {
	b, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	if err := c.replace(caseFile, append(b, '\n')); err != nil {
		return err
	}
	c.meta = m
	return nil
}

func (m *Meta) check() error {
	switch {
	case m.ID == "" || SafeName(m.ID) != m.ID:
		return fmt.Errorf("%q is no ID for a case: small letters, digits, dots and dashes", m.ID)
	case m.Tenant == "":
		return errors.New("a case belongs to a tenant")
	case m.Created.IsZero():
		return errors.New("a case has a time at which it began")
	}
	return nil
}

func readMeta(d disk.FS, dir string) (m Meta, b []byte, err error) {
	b, err = disk.ReadFile(d, filepath.Join(dir, caseFile))
	if errors.Is(err, fs.ErrNotExist) {
		return m, nil, fmt.Errorf("%s is not the folder of a case: %w", dir, err)
	}
	if err != nil {
		return m, nil, err
	}
	if err := json.Unmarshal(b, &m); err != nil {
		return m, nil, &DamagedError{Problem{File: caseFile, Why: "it can't be read: " + err.Error()}}
	}
	if m.Reader > Format {
		return m, nil, &NewerError{m.Reader}
	}
	if err := m.check(); err != nil {
		return m, nil, &DamagedError{Problem{File: caseFile, Why: err.Error()}}
	}
	return m, b, nil
}
