package evict

import "slices"

// InvestigationSchema names the document that evict investigate --json prints. Fields are only ever added.
const InvestigationSchema = "evict.investigation/v1"

// Verdict is what the evidence says of one account.
type Verdict string

// The verdicts.
const (
	Compromised Verdict = "compromised"
	Suspected   Verdict = "suspected"
	Clear       Verdict = "clear"
	Unknown     Verdict = "unknown"
)

// Role is an account's part in the incident, apart from its verdict.
type Role string

// The roles; "" when the account has none.
const (
	TakenOver      Role = "taken-over"
	MadeByAttacker Role = "made-by-attacker"
	ActorRole      Role = "actor"
	TargetOnly     Role = "target-only"
	Impersonated   Role = "impersonated"
)

// Exposure is what is known of strangers reading the account's mail and files.
type Exposure string

// The exposures.
const (
	ExposureNone          Exposure = "none seen"
	ExposurePossible      Exposure = "possible"
	ExposureConfirmed     Exposure = "confirmed"
	ExposureNotMeasurable Exposure = "not measurable"
)

// An Investigation is the whole answer on one body of evidence.
type Investigation struct {
	Schema   string    `json:"schema"`
	Tool     Tool      `json:"tool"`
	Case     string    `json:"case"`
	Tenant   TenantID  `json:"tenant"`
	AsOf     Time      `json:"asOf"`
	Window   Window    `json:"window"`
	Headline string    `json:"headline"`
	Reported *Reported `json:"reported,omitempty"`
	Money    *Money    `json:"money,omitempty"`
	Sources  []Source  `json:"sources"`
	Accounts []Account `json:"accounts"`
	Findings []Finding `json:"findings"` // about the tenant, an application or an origin
	Summary  Summary   `json:"summary"`
	Rejected Rejected  `json:"rejected"`
	Methods  Methods   `json:"methods"`
}

// AllFindings are those about the tenant, an application or an origin, and then those of each account.
func (inv *Investigation) AllFindings() []Finding {
	out := slices.Clone(inv.Findings)
	for _, a := range inv.Accounts {
		out = append(out, a.Findings...)
	}
	return out
}

// Tool names the program that made the document.
type Tool struct {
	Version   string `json:"version"`
	Detectors int    `json:"detectors"`
}

// Window is a span of time, both ends inclusive.
type Window struct {
	From Time `json:"from"`
	To   Time `json:"to"`
}

// Reported is what a person said when the case began.
type Reported struct {
	Symptoms []int  `json:"symptoms"`
	At       Time   `json:"at"`
	By       string `json:"by,omitempty"`
	Note     string `json:"note,omitempty"`
}

// Source is one evidence item: what was read and how complete it is.
type Source struct {
	Name       string `json:"name"`
	SHA256     string `json:"sha256"`
	Bytes      int64  `json:"bytes"` // decompressed
	Kind       string `json:"kind"`
	Format     string `json:"format"`
	Records    int    `json:"records"`
	Events     int    `json:"events"`
	Duplicates int    `json:"duplicates"`
	Conflicts  int    `json:"conflicts"`
	Damaged    int    `json:"damaged"`
	Rejected   int    `json:"rejected"`
	From       Time   `json:"from"`
	To         Time   `json:"to"`
	Coverage   string `json:"coverage"` // asked, declared or unstated
	Complete   bool   `json:"complete"`
	Why        string `json:"why,omitempty"`
}

// Account is everything said of one account.
type Account struct {
	Account      string     `json:"account"` // name: the latest UPN, else the object ID
	ID           string     `json:"id"`
	Verdict      Verdict    `json:"verdict"`
	Window       Window     `json:"window"`
	Headline     string     `json:"headline"`
	Score        int        `json:"score"` // for sorting only
	Role         Role       `json:"role"`
	MadeBy       string     `json:"madeBy,omitempty"`
	Exposure     Exposure   `json:"exposure"`
	FirstTrouble Time       `json:"firstTrouble"`
	Entry        string     `json:"entry"` // how he came in, or "not established"
	Reasons      []Reason   `json:"reasons"`
	NotExcluded  []string   `json:"notExcluded"`
	NextSteps    []string   `json:"nextSteps"` // at most five
	Questions    []Question `json:"questions"` // at most seven
	Findings     []Finding  `json:"findings"`
	Checks       []Check    `json:"checks"`
	Symptoms     []Symptom  `json:"symptoms"`
	Strands      []Strand   `json:"strands"`
	StrandsTotal int        `json:"strandsTotal"`
	Activity     Activity   `json:"activity"`
	Overrules    []Overrule `json:"overrules,omitempty"`
}

// Reason is one sentence of a verdict with its item, grade and family.
type Reason struct {
	Item    string `json:"item"`
	Grade   Grade  `json:"grade"`
	Family  Family `json:"family"`
	Finding string `json:"finding"` // finding's ID
	Strand  string `json:"strand,omitempty"`
	Text    string `json:"text"`
}

// Question is one fact for the owner to confirm or deny, to be read out on the telephone.
type Question struct {
	ID      string `json:"id"`
	Text    string `json:"text"`
	Finding string `json:"finding,omitempty"`
	Strand  string `json:"strand,omitempty"`
}

// Symptom answers one of the ten symptoms.
type Symptom struct {
	Number   int      `json:"number"`
	Status   string   `json:"status"` // seen, not seen, cannot see
	Findings []string `json:"findings"`
	Why      string   `json:"why,omitempty"`
}

// Activity counts what was done in the account, by whose hand.
type Activity struct {
	Attacker ActivityCounts `json:"attacker"`
	Owner    int            `json:"owner"`
	Unknown  int            `json:"unknown"`
	Unplaced int            `json:"unplaced"`
}

// ActivityCounts are acts of an attacker's strands.
type ActivityCounts struct {
	Events     int            `json:"events"`
	SignIns    int            `json:"signIns"`
	Opened     int            `json:"opened"`    // messages bound
	Synced     []string       `json:"synced"`    // whole folders
	Throttled  bool           `json:"throttled"` // logging stopped: assume all
	Sent       int            `json:"sent"`
	Deleted    int            `json:"deleted"`
	MovedMail  int            `json:"moved"`
	Rules      int            `json:"rules"`
	Files      int            `json:"files"`
	Shared     int            `json:"shared"`
	Consents   int            `json:"consents"`
	Changes    int            `json:"changes"`   // directory and setting changes
	Mailboxes  []string       `json:"mailboxes"` // other mailboxes touched
	Operations map[string]int `json:"operations"`
}

// Overrule is an operator's own view, kept beside the computed verdict.
type Overrule struct {
	By      string  `json:"by"`
	At      Time    `json:"at"`
	Verdict Verdict `json:"verdict"`
	Note    string  `json:"note"`
}

// Money is the card about payments: what an attacker's strand touched and whom to call.
type Money struct {
	Threads      []Thread `json:"threads"`
	Applications []string `json:"applications"` // payroll, banking and HR applications entered
	LookAlikes   []string `json:"lookAlikes"`   // domains that resemble ours or a correspondent's
	Calls        []string `json:"calls"`        // to make now, by telephone
}

// Thread is one conversation about payment that an attacker's strand touched.
type Thread struct {
	Account   string   `json:"account"`
	Subject   string   `json:"subject"`
	Acts      []string `json:"acts"` // opened, answered, moved, hidden, deleted
	Outsiders []string `json:"outsiders"`
	First     Time     `json:"first"`
	Last      Time     `json:"last"`
}

// Summary counts accounts and events.
type Summary struct {
	Accounts    int            `json:"accounts"` // in the evidence, listed or not
	Listed      int            `json:"listed"`
	Compromised int            `json:"compromised"`
	Suspected   int            `json:"suspected"`
	Clear       int            `json:"clear"`
	Unknown     int            `json:"unknown"`
	Records     int            `json:"records"`
	Events      int            `json:"events"`
	Duplicates  int            `json:"duplicates"`
	Conflicts   int            `json:"conflicts"`
	Damaged     int            `json:"damaged"`
	Service     int            `json:"service"` // events of Microsoft's own work, counted only
	Unplaced    int            `json:"unplaced"`
	Findings    map[string]int `json:"findings"`   // by severity
	Incomplete  []string       `json:"incomplete"` // what could not be seen, in sentences
}

// Rejected is what could not be read.
type Rejected struct {
	Count int         `json:"count"`
	First []Rejection `json:"first"`
}

// Rejection is one piece of a source that could not be read.
type Rejection struct {
	Source string `json:"source"`
	Offset int64  `json:"offset"`
	Reason string `json:"reason"`
}

// Methods states the figures and lists that the answer rests on.
type Methods struct {
	Thresholds []Threshold `json:"thresholds"`
	Places     string      `json:"places"`     // where places come from
	Unverified []string    `json:"unverified"` // assumptions about Microsoft's formats that nobody confirmed
}

// Threshold is one default figure of the verdict rules.
type Threshold struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Rule  string `json:"rule"`
}
