package evict

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
)

// ActionID names a kind of change, such as revoke-sessions.
type ActionID string

// Phase orders the response: contain stops the attacker, evict takes away what
// he left behind, recover gives the account back to its owner.
type Phase string

// The phases.
const (
	Contain Phase = "contain"
	Evict   Phase = "evict"
	Recover Phase = "recover"
)

// An Object is the one thing that a step changes. IDs, never names, address it.
type Object struct {
	Account string `json:"account,omitempty"` // object ID; "" for an object of the tenant
	Name    string `json:"name"`              // for people: UPN, or the object's own name
	Kind    string `json:"kind"`              // user, mailbox, inbox-rule, method, grant, …
	ID      string `json:"id,omitempty"`      // within its kind; "" where the account itself is the object
}

// A Step is one action on one target. Before is what the object looked like
// when the plan was made; a step whose object no longer looks like that is stale.
type Step struct {
	ID        string          `json:"id"`
	Action    ActionID        `json:"action"`
	Revision  int             `json:"revision"`
	Phase     Phase           `json:"phase"`
	Procedure []string        `json:"procedure"` // R1..R7 that it carries out
	Target    Object          `json:"target"`
	Title     string          `json:"title"` // what will be done, in one line
	Before    json.RawMessage `json:"before"`
	After     json.RawMessage `json:"after"`
	Why       []string        `json:"why"`              // IDs of findings, or what an operator wrote
	Needs     []string        `json:"needs"`            // IDs of steps that must be verified before
	Undo      string          `json:"undo"`             // how it is put back; "" when it can't be
	NoUndo    string          `json:"noUndo,omitempty"` // why it can't be; beside Undo, what of it does not come back
	Noticed   []string        `json:"noticed"`          // who will notice
	Minutes   int             `json:"effectiveMinutes"` // until the service obeys it everywhere; 0: at once
	Warnings  []string        `json:"warnings,omitempty"`
	Manual    []string        `json:"manual,omitempty"` // what a person does; the step then has no request of ours. A line that begins with four blanks is a command, to be typed as it is
	ByHand    []string        `json:"byHand,omitempty"` // how a person does it without this program: where to click, and commands as in Manual
	UndoOf    string          `json:"undoOf,omitempty"` // attempt that this step reverses: plan hash and step
	Others    []Object        `json:"others,omitempty"` // of a step that takes an administrator out: who else ruled the tenant, ID being the group that one does it through; it is sent only while one of them is seen able to
}

// A Skipped is a change that was called for and is not in the plan.
type Skipped struct {
	Action ActionID `json:"action"`
	Target Object   `json:"target"`
	Guard  string   `json:"guard,omitempty"` // that refused it; "" when an operator left it out
	Why    string   `json:"why"`
	Word   string   `json:"word,omitempty"` // to be typed to override the guard
	Pick   string   `json:"pick,omitempty"` // what an operator names to have it in the plan: a finding's ID, or ACTION=ACCOUNT
}

// Undecided reports whether somebody has to decide about it, for nothing shows whose hand it was.
func (k *Skipped) Undecided() bool {
	return k.Guard == "" && k.Pick != "" && !strings.Contains(k.Pick, "=")
}

// PlanSchema names the form of a plan's file.
const PlanSchema = "evict.plan/v1"

// A Plan is what will be changed in one tenant, and nothing else. It is data:
// it can be printed, reviewed, hashed and kept. Nothing in it can run.
type Plan struct {
	Schema   string    `json:"schema"`
	Case     string    `json:"case"`
	Tenant   TenantID  `json:"tenant"`
	Made     Time      `json:"made"`
	Tool     string    `json:"tool"`
	Kind     string    `json:"kind"` // respond, recover or undo
	Accounts []Object  `json:"accounts"`
	Steps    []Step    `json:"steps"`
	Skipped  []Skipped `json:"skipped"`
	Notes    []string  `json:"notes"`              // what an operator must know before he approves
	Already  []Step    `json:"already,omitempty"`  // what contains an account and was so when the plan was made: nothing is sent
	Declared []Object  `json:"declared,omitempty"` // accounts that nobody may touch, of kind break-glass or service-account: declared for the whole case, this plan and later ones
}

// PlanHash identifies a plan by the bytes of its file, which are never written anew.
func PlanHash(file []byte) string {
	h := sha256.Sum256(file)
	return hex.EncodeToString(h[:])
}

// Inverse is the step that puts the object back: before and after change places.
func (s Step) Inverse() Step {
	s.Before, s.After = s.After, s.Before
	return s
}

// Reversible reports whether the step can be undone, all of it.
func (s *Step) Reversible() bool { return s.Undo != "" && s.NoUndo == "" }
