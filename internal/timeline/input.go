package timeline

import (
	"io"
	"net/netip"
	"time"

	"evict"
	"evict/internal/detect"
	"evict/internal/verdict"
)

// Input is everything that the answer depends on. The clock is not among it.
type Input struct {
	Items     []Item
	Problems  []evict.Rejection // what could not even be opened
	Detectors []*detect.Detector
	Version   string
	Case      string

	AsOf         evict.Time    // zero: the latest event
	Since, Until evict.Time    // findings outside are left out; what lies before Since is still the baseline
	Back         time.Duration // Since, as a span back from AsOf; 0: none
	Accounts     []string      // list these whatever was found
	Asked        []string      // accounts that the evidence was asked for, by UPN or ID: of all others it holds only what touched these; nil: it holds everybody's
	Opened       []string      // mailboxes whose own side was asked for besides
	Minimum      evict.Severity
	Reported     *evict.Reported
	Work         []Work // declared work: no evidence
	Workplaces   []netip.Prefix
	Licence      string // "", "none", "P1" or "P2"
	Known        *evict.Indicators
	Answers      map[string][]verdict.Answer  // by lower-cased account
	Overrules    map[string][]evict.Overrule  // by lower-cased account
	Places       func(netip.Addr) evict.Place // nil: places come from the records
	PlacesName   string

	Workers  int    // at least 1
	Scratch  string // folder for spilled events; "": the system's
	Memory   int64  // bytes of spill kept in memory; 0: the default
	Progress func(Progress)
	// Timeline receives every event of the listed accounts, by account and time. It may be nil.
	Timeline func(Row) error
}

// An Item is one evidence item: a name for the report and its bytes, decompressed.
type Item struct {
	Name     string
	Size     int64 // -1 when unknown
	Open     func() (io.ReadCloser, error)
	Coverage *Coverage // nil: unstated
	Owner    string    // whose account or mailbox it was asked of, for records that name nobody; "" when it is nobody's
}

// Coverage is what a file was asked for.
type Coverage struct {
	How      string // asked or declared
	Source   string // free text
	From, To evict.Time
	Complete bool
	Filtered bool
	Why      string
}

// Work is declared work of a responder, partner, service or HR: who worked, on
// which account ("" for any), when, and what. It is no evidence.
type Work struct {
	By         string // account; ID of an application or of its service principal; or a person's name
	Account    string
	From, To   evict.Time
	What, Kind string
	SignIns    bool // sign-ins to the application By alone, whoever's
	Risk       bool // it set the account's risk: what Microsoft says of that then names nobody, and is of this work
}

// Progress tells how far a run is.
type Progress struct {
	Phase   string // reading, sorting, judging
	Source  string
	Bytes   int64
	Of      int64 // bytes in all; 0 when unknown
	Records int64
	Done    int // units done of this phase
	Total   int
}

// A Row is one event on the timeline of a listed account.
type Row struct {
	Account, Actor string
	Time           evict.Time
	Op, Kind       string
	Outcome        string
	Record         evict.RecordID
	Source         string
	Network        string
	Address        string
	Strand         string
	Attribution    evict.Attribution
	Findings       []string
	Message        string
}
