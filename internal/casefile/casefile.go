// Package casefile keeps a case on disk: evidence, journal, plans and coverage, as plain files that can be zipped, handed
// on and proved whole. All its writes pass the package disk.
package casefile

import (
	"encoding/json"
	"errors"
	"time"

	"evict"
	"evict/internal/casefile/disk"
	"evict/internal/gate"
)

// Format of the case folders that this program writes, and the newest that it can read.
const Format = 1

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

// An Item is one line of evidence/manifest.jsonl: what was asked, and what came. Put fills Seq, the hashes and the sizes.
type Item struct {
	Seq          int       `json:"seq"`          // from 1, without a gap
	SHA256       string    `json:"sha256"`       // of the bytes as received; names the file
	StoredSHA256 string    `json:"storedSHA256"` // of the file, which is compressed
	Bytes        int64     `json:"bytes"`
	Stored       int64     `json:"stored"`
	Source       string    `json:"source"`
	Account      string    `json:"account,omitempty"` // object ID; "" for the tenant
	Query        string    `json:"query"`             // enough to ask again; no secret
	Page         int       `json:"page"`
	From         time.Time `json:"from,omitzero"` // asked window
	To           time.Time `json:"to,omitzero"`
	Local        time.Time `json:"local"` // clock of the machine that asked
	Server       time.Time `json:"server,omitzero"`
	Requester    string    `json:"requester"`
	Operation    string    `json:"operation"`
	RequestID    string    `json:"requestID,omitempty"`
	Attempts     int       `json:"attempts"`
	Prev         string    `json:"prev"` // hash of the line before
	Hash         string    `json:"hash,omitempty"`
}

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

// A Case is open, for its one writer or for reading.
type Case struct{ meta Meta }

var errSkeleton = errors.New("casefile: not built yet")

// Create makes the folder of a new case and opens it. who is told to others who meet its lock.
func Create(fs disk.FS, dir string, m Meta, who string) (*Case, error) { return nil, errSkeleton }

// Open opens a case for its one writer, and mends what a crash left torn. who is told to others who meet its lock.
func Open(fs disk.FS, dir, who string) (*Case, error) { return nil, errSkeleton }

// OpenReadOnly opens a case without its lock, and changes nothing.
func OpenReadOnly(fs disk.FS, dir string) (*Case, error) { return nil, errSkeleton }

// Close frees the lock.
func (c *Case) Close() error { return nil }

// Meta is what case.json says.
func (c *Case) Meta() Meta { return c.meta }

// SetMeta changes the accounts and what was reported; the rest of a case never changes.
func (c *Case) SetMeta(m Meta) error { return errSkeleton }

// Put keeps evidence and returns its line of the manifest, once both would outlive a crash.
func (c *Case) Put(i Item, body []byte) (Item, error) { return i, errSkeleton }

// Items are the lines of the manifest, in their order.
func (c *Case) Items() []Item { return nil }

// Read returns the bytes of an item as they were received, or an error when they are no longer those.
func (c *Case) Read(i Item) ([]byte, error) { return nil, errSkeleton }

// Journal of the case.
func (c *Case) Journal() gate.Journal { return nil }

// Progress is what the collection needs to go on after a stop.
func (c *Case) Progress() (map[string]json.RawMessage, error) { return nil, errSkeleton }

// SetProgress keeps one value of the progress, and returns once it would outlive a crash.
func (c *Case) SetProgress(key string, v json.RawMessage) error { return errSkeleton }

// SetCoverage writes coverage.json.
func (c *Case) SetCoverage(cov []Coverage) error { return errSkeleton }

// Coverage reads coverage.json; none was written: nil.
func (c *Case) Coverage() ([]Coverage, error) { return nil, errSkeleton }

// AddPlan keeps the bytes of a plan's file, and returns its hash.
func (c *Case) AddPlan(file []byte) (hash string, err error) { return "", errSkeleton }

// Plan returns the bytes of a plan's file, or an error when they no longer have that hash.
func (c *Case) Plan(hash string) ([]byte, error) { return nil, errSkeleton }

// An AuditReport says whether a case is whole.
type AuditReport struct {
	Case     string
	Items    int
	Entries  int
	Problems []Problem
}

// A Problem is one thing that is not as the case's chains say.
type Problem struct {
	File string
	Line int // 0: the whole file
	Why  string
}

// Audit proves a case whole, or says what is not.
func Audit(fs disk.FS, dir string) (AuditReport, error) { return AuditReport{}, errSkeleton }
