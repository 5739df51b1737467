// Package verdict applies the rules by which strands are tied to their owner
// or to an attacker, evidence is graded, and an account is judged. It is pure:
// same input, same output, whatever the order of its slices.
package verdict

import (
	"net/netip"

	"evict"
	"evict/internal/detect"
)

// A Strand is a strand with the facts that anchors and attribution need.
type Strand struct {
	evict.Strand              // ID, From, To and counts are filled by the first read; Verdict, Anchors and Reasons by this package
	Prefix       netip.Prefix // the network; zero for an application's strand
	App          string       // application ID, for reading by a third-party application (V8); else ""
	ASN          uint32       // 0 when unknown
	Place        evict.Place  // last known
	ClientFamily evict.Client
	DeviceID     string
	DeviceTrust  bool         // a sign-in called the device compliant, managed or joined
	Tokens       []string     // unique token identifiers, sorted, capped
	Days         []int32      // days since 1970-01-01 UTC with an event, sorted
	StrongDays   []int32      // days on which a passkey, Windows Hello or certificate was used interactively
	Interactive  int          // successful interactive sign-ins
	Bulk         []evict.Time // submissions to BulkRecipients or more, in order, capped
	PasswordOnly int          // successful sign-ins with a password and no second factor asked for
	Trusted      bool         // a sign-in called the network a trusted named location
	Mailbox      int          // mailbox acts
	Bursts       []Burst      // times of activity, in order; gaps over 10 minutes part them
	Answer       *Answer      // the owner's word on this strand, if asked; Anchor takes it from Account.Answers too
	Record       evict.Ref    // one record of it, its first sign-in before others: the cause of findings made here (C7, C9); may be zero

	netOf     netip.Prefix // whose text netText is
	netText   string
	byAddress bool // an attacker's only because of a link by address, which is followed no further (C7)
}

// A Burst is a time of activity without a gap of more than 10 minutes.
type Burst struct{ From, To evict.Time }

// An Item is one piece of evidence: a finding with what the rules need beside it.
// Attribute sets the finding's item, grade, severity, strand and attribution.
type Item struct {
	*evict.Finding
	Strand          *Strand // nil when unplaced
	NoHonestPurpose bool
	Placeless       bool // about the account whoever's hand it was
	StateOnly       bool // rests on a dump alone: no record of its making
	Declared        bool // by a declared responder, partner or service, or by this program: no evidence (V21)
	// Sides are the other strands that cause records stand in, for evidence on
	// two strands (C1, C3, G11): the side that is least tied to the owner answers for it.
	Sides []*Strand
	// Origin is that of the first cause record; needed where failed sign-ins make no strand (G18). Nil when unknown.
	Origin *evict.Origin
	// StoppedBy says what kept a stranger with the right password out (V27); "" lets the summary's error number say it.
	StoppedBy string

	base   *proposal // item and grade as the detector gave them
	sides  []*Strand // Strand and Sides as first given
	excuse string    // why it does not count; "" when it does
	device bool      // only A1 or A2 excuses it, and nobody does it for a good reason (V23)
	ask    bool      // an anchor excuses it, and the owner is asked all the same (section 5)
	spare  bool      // a heavier item rests on the same record
	link   string    // for C7: what is shared
	made   bool      // made by Attribute, not by a detector
}

// A proposal is what a detector made of an act before anybody knew whose hand it was.
type proposal struct {
	item  string
	grade evict.Grade
}

// A Hand is an attacker's strand of some account, as other accounts see it (C7).
type Hand struct {
	Account  string
	Strand   string
	Prefix   netip.Prefix
	Client   evict.Client
	Device   string
	Session  string
	Tokens   []string
	From, To evict.Time
	Bursts   []Burst
	App      string // application ID, for reading by a third-party application
	// ByAddress marks a strand that is an attacker's only because it shares an
	// address with another one: such links are followed one step, not further.
	ByAddress bool
}

// Tenant is what is known across accounts.
type Tenant struct {
	*detect.Facts
	Hands         []Hand           // in (account, strand) order
	MadeAccounts  map[string]Made  // accounts made or first enabled in the evidence, by lower-cased name and object ID
	Declared      []netip.Prefix   // ranges that the operator calls a workplace or egress
	SharedHosting map[uint32]int   // accounts that use this provider on 3 or more days, by ASN
	TenantTrigger string           // the first open trigger of section 9, as a sentence; "" when none
	Crowds        map[string]int   // accounts that used each network, up to the number that makes a workplace: Workplaces.Crowds
	Firm          bool             // some account has a device or credential anchor, so that workplaces can be told: Workplaces.Firm
	Anchored      map[string]bool  // networks that an anchored strand of any account used: Workplaces.Anchored
	Exposed       map[string]bool  // mailboxes that others' hostile acts opened, by lower-cased name: Exposed
	Symptoms      map[string][]int // symptoms that each detector looks for, by detector ID

	index handIndex
}

// Made says by whom an account was made.
type Made struct {
	By, Strand string
	ByAttacker bool
	At         evict.Time
	Record     evict.Ref
}

// An Answer is what the owner, asked by a named person, said of a strand or finding.
type Answer struct {
	Question string     `json:"question"` // ID of the question
	Mine     bool       `json:"mine"`     // "that was me"
	By       string     `json:"by"`       // who asked
	Whom     string     `json:"whom"`
	How      string     `json:"how"`
	At       evict.Time `json:"at"`
	Note     string     `json:"note,omitempty"`
}

// Coverage is what was seen of one account, as section 7 needs it.
type Coverage struct {
	Window evict.Window
	// Kinds holds, for each kind that any source delivered, whether it is
	// stated, complete and unfiltered, and why not.
	Kinds    map[evict.Kind]KindCoverage
	Damaged  int      // damaged records of the account
	Rejects  int      // rejected pieces of its sources
	Licence  string   // "", "none", "P1", "P2": from service plans only
	AuditOff []string // evidence that audit was off, cut or bypassed in the window
	Aside    bool     // the evidence was asked for other accounts, and holds of this one only what touched them
}

// KindCoverage is how completely one kind of evidence was seen.
type KindCoverage struct {
	From, To evict.Time
	Events   int
	Stated   bool // coverage was asked or declared
	Complete bool
	Why      string // why not complete
}

// An Account is one account as the rules judge it.
type Account struct {
	Name, ID      string
	Tenant        evict.TenantID
	Strands       []*Strand
	Items         []*Item
	Coverage      Coverage
	AsOf          evict.Time
	FirstSeen     evict.Time // first event of the account
	LastSeen      evict.Time
	Reported      *evict.Reported // if the case began with a report on it
	Answers       []Answer
	Overrules     []evict.Overrule
	Failures      int  // failed sign-ins
	Successes     int  // successful sign-ins
	OnlyTarget    bool // only failures or others' acts; nothing done by the account
	Administrator bool // holds or held a directory or Exchange role
	Guest, Shared bool
	Activity      evict.Activity
	Checks        []Check        // of every detector that ran for this account
	Registered    []Registration // devices and methods registered in the evidence (A6, A2)
	OutsideReads  int            // messages that other accounts' attacker strands, delegates or applications opened in this mailbox
	Holders       []string       // for a shared mailbox: accounts with rights on it
	SignInBlocked evict.Tri      // for a shared mailbox: its own sign-in is blocked
}

// A Check says how far one detector could look, and since when.
type Check struct {
	evict.Check
	Log  evict.Kind // the log that reaches back least far; UnknownKind when it needs none
	From evict.Time // from when on that log was read
}

// A Registration is the making of a device or a strong method.
type Registration struct {
	Device string  // device ID; "" for a method
	Strand *Strand // that did it; nil when unplaced
	At     evict.Time
	Older  bool // approved with a method that existed before, as far as the record shows; a strand with A1 or A2 needs no such record
}
