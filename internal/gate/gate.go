package gate

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"evict"
)

// A Gate makes the permits of one case. Its methods may be called from several goroutines.
type Gate struct {
	journal Journal
	tenant  evict.TenantID
	caseID  string

	mu sync.Mutex // no two intents at once: attempts are counted from the journal
}

// Errors of the gate. Each means that nothing was sent.
var (
	ErrUnknown    = errors.New("the journal has entries that this program does not know: a newer one wrote them")
	ErrForeign    = errors.New("the plan is for another tenant or case")
	ErrUnapproved = errors.New("nobody has approved it")
	ErrExpired    = errors.New("the approval has expired")
	ErrWords      = errors.New("the typed words do not name what the plan changes")
	ErrRefused    = errors.New("the plan does not allow this")
)

// Open makes the gate of a case. It refuses a journal with entries of kinds that this program does not know.
func Open(j Journal, tenant evict.TenantID, caseID string) (*Gate, error) {
	if tenant == "" || caseID == "" {
		return nil, errors.New("a gate belongs to one case of one tenant")
	}
	g := &Gate{journal: j, tenant: tenant, caseID: caseID}
	_, err := g.entries()
	return g, err
}

// entries are the journal, when this program knows all of it.
func (g *Gate) entries() ([]Entry, error) {
	all, err := g.journal.Entries()
	if err != nil {
		return nil, err
	}
	if u := Unknown(all); len(u) > 0 {
		return nil, fmt.Errorf("%w (entry %d is %q)", ErrUnknown, u[0].Seq, u[0].Kind)
	}
	return all, nil
}

// Entries of the case's journal, in their order.
func (g *Gate) Entries() ([]Entry, error) { return g.entries() }

// An Approval is a person's decision on one plan.
type Approval struct {
	Who       string    `json:"-"` // the entry has it
	Time      time.Time `json:"-"` // likewise
	Expires   time.Time `json:"expires"`
	Confirmed string    `json:"confirmed"` // what he typed: see Words
	Steps     []string  `json:"steps"`     // IDs; nil, not empty: all
}

// An Override is a person's typed word against one guard.
type Override struct {
	Guard  string `json:"guard"`
	Target string `json:"target"` // UPN or object ID of the account; "" for a guard on the plan as a whole
	Word   string `json:"word"`
}

// Longest is how long an approval may hold.
const Longest = 7 * 24 * time.Hour

// Words are what a person types to confirm a plan: the account's name, or how many
// accounts of which domain.
func Words(p evict.Plan) string {
	switch len(p.Accounts) {
	case 0:
		return string(p.Tenant)
	case 1:
		return p.Accounts[0].Name
	}
	_, domain, _ := strings.Cut(p.Accounts[0].Name, "@")
	for _, a := range p.Accounts {
		if _, d, _ := strings.Cut(a.Name, "@"); !strings.EqualFold(d, domain) || d == "" {
			domain = string(p.Tenant)
			break
		}
	}
	return fmt.Sprintf("%s %d accounts", domain, len(p.Accounts))
}

// Approve keeps a decision. It holds for any process that opens the case, until it expires.
func (g *Gate) Approve(p Plan, a Approval) error {
	if err := g.mine(p); err != nil {
		return err
	}
	switch {
	case a.Who == "":
		return fmt.Errorf("%w: an approval has a name", ErrUnapproved)
	case a.Time.IsZero() || !a.Expires.After(a.Time) || a.Expires.Sub(a.Time) > Longest:
		return fmt.Errorf("%w: an approval holds from its time for at most %s", ErrExpired, Longest)
	case !strings.EqualFold(strings.TrimSpace(a.Confirmed), Words(p.plan)):
		return fmt.Errorf("%w: type %q", ErrWords, Words(p.plan))
	}
	for _, id := range a.Steps {
		if p.step(id) == nil {
			return fmt.Errorf("%w: it has no step %s", ErrRefused, id)
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if _, err := g.entries(); err != nil {
		return err
	}
	return g.keep(Entry{Time: a.Time, Kind: Approved, Plan: p.hash, Who: a.Who}, a)
}

// Override keeps the words that a person typed against guards when the plan was made.
func (g *Gate) Override(p Plan, who string, list []Override) error {
	if err := g.mine(p); err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, o := range list {
		if err := g.keep(Entry{Time: time.Now(), Kind: Overridden, Plan: p.hash, Who: who}, o); err != nil {
			return err
		}
	}
	return nil
}

// mine refuses a plan of another tenant or case.
func (g *Gate) mine(p Plan) error {
	if p.hash == "" || p.plan.Tenant != g.tenant || p.plan.Case != g.caseID {
		return ErrForeign
	}
	return nil
}

// keep appends an entry with a detail.
func (g *Gate) keep(e Entry, detail any) error {
	raw, err := json.Marshal(detail)
	if err != nil {
		return err
	}
	e.Detail = raw
	_, err = g.journal.Append(e)
	return err
}

// Approvals are the decisions on a plan, whether they still hold or not, in their order.
func Approvals(entries []Entry, hash string) []Approval {
	var out []Approval
	for _, e := range entries {
		var a Approval
		if e.Kind != Approved || e.Plan != hash || e.Who == "" || json.Unmarshal(e.Detail, &a) != nil {
			continue
		}
		a.Who, a.Time = e.Who, e.Time
		out = append(out, a)
	}
	return out
}

// Covers reports whether the decision is about the step.
func (a Approval) Covers(step string) bool { return a.Steps == nil || slices.Contains(a.Steps, step) }

// allowed finds a decision on the plan that holds now and covers the step.
func allowed(entries []Entry, hash, step string, now time.Time) error {
	err := ErrUnapproved
	for _, a := range Approvals(entries, hash) {
		if !a.Covers(step) {
			continue
		}
		if now.Before(a.Expires) {
			return nil
		}
		err = ErrExpired
	}
	return err
}

// Allowed says whether a decision that holds now covers a step of the plan.
func (g *Gate) Allowed(p Plan, step string) error {
	all, err := g.entries()
	if err != nil {
		return err
	}
	return allowed(all, p.hash, step, time.Now())
}
