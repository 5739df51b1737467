package evict

// ReportSchema names the document that evict report --json prints. Fields are only ever added.
const ReportSchema = "evict.report/v1"

// A Report is the whole of a case: what happened, and what was done about it.
type Report struct {
	Schema        string        `json:"schema"`
	Case          string        `json:"case"`
	Tenant        TenantID      `json:"tenant"`
	Investigation Investigation `json:"investigation"`
	Response      Response      `json:"response"`
}

// A Response is what was done about an incident, as the journal of its case tells it. It holds no password: none is ever
// written down.
type Response struct {
	AsOf      Time          `json:"asOf"`    // of the journal's last entry
	Entries   int           `json:"entries"` // of the journal
	Journal   string        `json:"journal"` // hash of the last one
	Ladder    string        `json:"ladder"`  // not contained, contained, evicted, quiet or closed
	Claim     string        `json:"claim"`   // what may be said, in a sentence
	Unseen    string        `json:"unseen,omitempty"`
	Contained []Containment `json:"contained"` // an account each, of the approved plans
	Steps     []StepRecord  `json:"steps"`     // those of the approved plans; one that stands in several is here once
	Plans     []PlanRecord  `json:"plans"`     // in the order in which they were kept, those that nobody approved too
	Log       []Act         `json:"log"`       // who did what, when
}

// Approved reports whether a person approved any plan.
func (r *Response) Approved() bool {
	for i := range r.Plans {
		if len(r.Plans[i].Approvals) > 0 {
			return true
		}
	}
	return false
}

// A Containment is how long an account was in other hands.
type Containment struct {
	Account  Object `json:"account"`
	Trouble  Time   `json:"firstTrouble"`
	Approved Time   `json:"approved"` // when somebody first approved to contain it
	At       Time   `json:"at"`       // when sign-in was blocked, sessions revoked and the password changed, all read back, for the first time; unset: it is not
}

// A StepRecord is one step of an approved plan, and how it stands.
type StepRecord struct {
	Plan   string `json:"plan"`             // hash
	Kind   string `json:"kind"`             // of the plan: respond, recover or undo
	Step   Step   `json:"step"`             // its Before is what was found at the first request; where none was sent, what the plan says
	State  string `json:"state"`            // verified, already, sent-unverified, failed, in-doubt, stale, blocked, manual or waiting
	Why    string `json:"why,omitempty"`    // it is not verified
	Sent   int    `json:"sent"`             // requests
	Began  Time   `json:"began"`            // first request, or a person's word
	Ended  Time   `json:"ended"`            // unset: it has not
	Effect Time   `json:"effect"`           // from when on the service obeys it everywhere
	Undone Time   `json:"undone"`           // when it was put back
	Back   bool   `json:"back,omitempty"`   // it was given back to the owner, by a plan for that
	Due    bool   `json:"due,omitempty"`    // it was approved, and has not ended
	Lost   string `json:"lost,omitempty"`   // why the last later look did not find it so
	ByHand string `json:"byHand,omitempty"` // who did it
	Answer string `json:"answer,omitempty"` // what that person said of it
}

// A PlanRecord is one plan of a case, without its steps.
type PlanRecord struct {
	Hash      string     `json:"hash"` // of its file
	Kind      string     `json:"kind"` // respond, recover or undo
	Made      Time       `json:"made"`
	Accounts  []Object   `json:"accounts"`
	Steps     int        `json:"steps"`
	Skipped   []Skipped  `json:"skipped"`
	Approvals []Decision `json:"approvals"` // none: nobody carried it out
	Checks    []Recheck  `json:"checks"`    // later looks that are due, and those that were made
}

// A Decision is a person's approval of a plan.
type Decision struct {
	Who     string   `json:"who"`
	Time    Time     `json:"time"`
	Expires Time     `json:"expires"`
	Steps   []string `json:"steps,omitempty"` // IDs; none: all
}

// A Recheck is one later look at what a plan did.
type Recheck struct {
	At   Time `json:"at"`   // due
	Done Time `json:"done"` // unset: not yet
}

// An Act is one thing that was done in the case.
type Act struct {
	Time   Time   `json:"time"`
	Who    string `json:"who,omitempty"`    // the person; "" where the program did what was approved
	What   string `json:"what"`             // case opened, log asked for, plan made, plan approved, guard overridden, step ended, done by hand, looked again
	Plan   string `json:"plan,omitempty"`   // hash
	Step   string `json:"step,omitempty"`   // ID
	Title  string `json:"title,omitempty"`  // of the step
	Object string `json:"object,omitempty"` // of the step: its name
	Result string `json:"result,omitempty"` // how the step ended, or what was seen
	Detail string `json:"detail,omitempty"`
}
