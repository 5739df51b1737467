package evict

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"sort"
	"strconv"
)

// Grade is the weight of one piece of evidence (docs/rules.md, section 5).
type Grade uint8

// The grades, lightest first.
const (
	Context Grade = iota
	Indicative
	Strong
	Conclusive
)

var grades = [...]string{"context", "indicative", "strong", "conclusive"}

func (g Grade) String() string { return grades[g] }

// MarshalText writes String.
func (g Grade) MarshalText() ([]byte, error) { return []byte(g.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (g *Grade) UnmarshalText(b []byte) error {
	i := slices.Index(grades[:], string(b))
	if i < 0 {
		return errors.New("unknown grade " + strconv.Quote(string(b)))
	}
	*g = Grade(i)
	return nil
}

// Severity orders findings by how soon somebody must look.
type Severity uint8

// The severities.
const (
	Info Severity = iota
	Low
	Medium
	High
	Critical
)

var severities = [...]string{"info", "low", "medium", "high", "critical"}

func (s Severity) String() string { return severities[s] }

// MarshalText writes String.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (s *Severity) UnmarshalText(b []byte) error {
	v, ok := ParseSeverity(string(b))
	if !ok {
		return errors.New("unknown severity " + strconv.Quote(string(b)))
	}
	*s = v
	return nil
}

// ParseSeverity reads one of the severities' words.
func ParseSeverity(s string) (Severity, bool) {
	for i, w := range severities {
		if w == s {
			return Severity(i), true
		}
	}
	return 0, false
}

// Family groups evidence so that one fact is not counted twice.
type Family string

// The families.
const (
	AccessFamily  Family = "access" // address, place, client, method, risk
	SessionFamily Family = "session"
	Persistence   Family = "persistence"
	Behaviour     Family = "behaviour"
	CoverUp       Family = "cover-up"
	Privilege     Family = "privilege"
	PeopleFamily  Family = "people"
	OtherControls Family = "other controls"
	LinkFamily    Family = "link"
	AnyFamily     Family = "any"
)

// SubjectKind says what a finding is about.
type SubjectKind string

// The kinds of subject.
const (
	OnAccount     SubjectKind = "account"
	OnMailbox     SubjectKind = "mailbox"
	OnApplication SubjectKind = "application"
	OnOrigin      SubjectKind = "origin"
	OnTenant      SubjectKind = "tenant"
)

// FindingSubject is whom or what a finding is about.
type FindingSubject struct {
	Kind SubjectKind `json:"kind"`
	ID   string      `json:"id"` // account's name, application ID, address, tenant ID
}

// Attribution is whose hand an act shows.
type Attribution string

// The attributions.
const (
	ByOwner     Attribution = "owner"
	ByAttacker  Attribution = "attacker"
	ByUnknown   Attribution = "unknown"
	Unplaced    Attribution = "unplaced"
	ByResponder Attribution = "responder"
)

// Ref names one record as evidence.
type Ref struct {
	Source string   `json:"source"` // name of the evidence item
	Record RecordID `json:"record"`
	Role   string   `json:"role"` // cause or context
}

// Lifetime is when the thing found existed; an unknown To is "still there or not known".
type Lifetime struct {
	From Time `json:"from"`
	To   Time `json:"to"`
}

// MaxEvidence is how many records one finding names; EvidenceTotal counts all.
const MaxEvidence = 100

// A Finding is a claim about one subject, with the records that are its cause
// and, apart from them, context.
type Finding struct {
	ID            string         `json:"id"`
	Detector      string         `json:"detector"`
	Revision      int            `json:"revision"`
	Subject       FindingSubject `json:"subject"`
	Actor         string         `json:"actor,omitempty"`  // account whose identity the evidence concerns
	Target        string         `json:"target,omitempty"` // other account or object touched
	Symptoms      []int          `json:"symptoms"`
	Techniques    []string       `json:"techniques"`
	Severity      Severity       `json:"severity"`
	Time          Time           `json:"time"`
	Lifetime      *Lifetime      `json:"lifetime,omitempty"`
	Summary       string         `json:"summary"`
	Item          string         `json:"item"` // C5, G1 ..., or a word for indicative items
	Grade         Grade          `json:"grade"`
	Family        Family         `json:"family"`
	Strand        string         `json:"strand,omitempty"`
	Attribution   Attribution    `json:"attribution"`
	Actions       []string       `json:"actions,omitempty"`  // IDs of the actions that answer it
	Question      string         `json:"question,omitempty"` // for the owner
	Evidence      []Ref          `json:"evidence"`
	EvidenceTotal int            `json:"evidenceTotal"`
	// Left is what the act left behind, for whoever plans the eviction.
	Left []Leftover `json:"left,omitempty"`
}

// FindingID is a hash of detector, subject and cause records, whatever their order.
func FindingID(detector string, subject FindingSubject, cause []RecordID) string {
	ids := make([]string, len(cause))
	for i, c := range cause {
		ids[i] = string(c)
	}
	sort.Strings(ids)
	b, err := json.Marshal([]any{detector, subject.Kind, subject.ID, ids})
	if err != nil {
		panic(err) // unreachable: strings always encode
	}
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:8])
}

// CheckStatus is how far one detector could look.
type CheckStatus string

// The statuses of a check.
const (
	Done    CheckStatus = "done"
	Partial CheckStatus = "partial" // some needed evidence was incomplete
	Blind   CheckStatus = "blind"   // needed evidence was missing
)

// A Check says how far one detector could look at one account.
type Check struct {
	Detector string      `json:"detector"`
	Status   CheckStatus `json:"status"`
	Why      string      `json:"why,omitempty"`
}
