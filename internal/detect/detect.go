// Package detect finds signs that an account or a tenant is compromised.
//
// Each detector is one file that declares one [Detector] value; all are listed
// in catalog.go. A detector sees events in time order through a [Watcher] and
// reports through a [View]; it cannot reach a tenant, a file or the clock.
package detect

import (
	"net/netip"
	"strings"

	"evict"
)

// Scope says over which events one watcher runs.
type Scope uint8

// The scopes.
const (
	RecordScope  Scope = iota // each record by itself; one watcher may see all or some of them, in any order
	AccountScope              // the history of one account, in time order
	OriginScope               // the acts from one network, in time order
	TenantScope               // changes of tenant settings, in time order, after every account
)

var scopes = [...]string{"record", "account", "origin", "tenant"}

func (s Scope) String() string { return scopes[s] }

// A Need is evidence without which a detector cannot look: at least one of
// the kinds, and in it the fields. Every need of a detector must be met.
type Need struct {
	Any    []evict.Kind
	Fields []FieldNeed // each must occur in at least one event of those kinds
	Also   []Need      // where the sign shows too: one of them that is not met in full leaves the check partial
}

// each is a need of every one of the kinds.
func each(kinds ...evict.Kind) []Need {
	out := make([]Need, len(kinds))
	for i, k := range kinds {
		out[i].Any = []evict.Kind{k}
	}
	return out
}

// FieldNeed names a field that some exports leave out.
type FieldNeed string

// The fields that needs can name. The runner counts their presence by kind.
const (
	NeedAddress  FieldNeed = "address"
	NeedSession  FieldNeed = "session"
	NeedDevice   FieldNeed = "device"
	NeedAgent    FieldNeed = "user agent"
	NeedPlace    FieldNeed = "place with coordinates"
	NeedProtocol FieldNeed = "protocol"
	NeedSubject  FieldNeed = "mail subject"
	NeedOutcome  FieldNeed = "result" // whether it succeeded
	NeedProvider FieldNeed = "provider's number"
	NeedRisk     FieldNeed = "risk level"                   // a word or number that is not "hidden"
	NeedBaseline FieldNeed = "14 days before first trouble" // met by time, not by a field
)

// A Detector looks for one sign.
type Detector struct {
	ID         string // kebab-case; file ID with underscores, variable its camelCase, testdata/ID
	Rev        int    // raised when its findings change
	Scope      Scope
	Seed       bool     // needs no attribution; runs in the first read
	Item       string   // default item of the rules (C5, G1; docs/rules.md, section 5) or a word for indicative items
	Title      string   // one line, as a report shows it
	Doc        string   // what it means, "Innocent causes: ...", "By hand: ..."
	Symptoms   []int    // 1 to 10; docs/rules.md lists them
	Techniques []string // of MITRE ATT&CK
	Needs      []Need
	Actions    []string // IDs of the actions that answer it, for people; a plan goes by Draft.Left
	New        func() Watcher
}

// A Watcher looks at one scope's events in order. State per key is bounded;
// on overflow it calls View.Overflow.
type Watcher interface {
	Event(*evict.Event, *View)
	End(*View)
}

// EventFunc adapts a function to a Watcher that keeps nothing between events.
type EventFunc func(*evict.Event, *View)

// Event implements Watcher.
func (f EventFunc) Event(e *evict.Event, v *View) { f(e, v) }

// End implements Watcher.
func (EventFunc) End(*View) {}

// A Draft is a finding as a detector reports it; the runner adds identity,
// attribution and severity.
type Draft struct {
	Subject    evict.FindingSubject // zero: the view's account, or the actor for a record
	Actor      evict.Principal      // whose identity it concerns; zero: the cause's actor
	Target     string               // other account or object touched
	Item       string               // zero: the detector's
	Grade      evict.Grade          // grade when nothing ties the act to the owner
	Family     evict.Family
	Techniques []string // zero: the detector's
	Symptoms   []int    // zero: the detector's
	Time       evict.Time
	Lifetime   *evict.Lifetime
	Summary    string // one sentence: what, on whom, with the recorded values; never a conclusion about the person
	Question   string // for the owner, if an anchored strand did it
	Cause      []Evidence
	Context    []Evidence
	Total      int              // records in all, when Cause is a sample; zero: len(Cause)+len(Context)
	Left       []evict.Leftover // what the act left behind
	// NoHonestPurpose marks an act that nobody does for a good reason (hiding
	// security notices, weakened audit, look-alike name, removal of own traces).
	NoHonestPurpose bool
	// Placeless marks evidence that is about the account whoever's hand it was
	// (an alert, a risk state, a received lure).
	Placeless bool
}

// Evidence is one record that a draft rests on.
type Evidence struct {
	ID  evict.RecordID
	Ref evict.RawRef
	// Where and when the act was, so that the runner can say whose strand it
	// stands in.
	At             evict.Time
	Network        netip.Prefix
	Session, Token string
}

// Because returns the events as evidence.
func Because(events ...*evict.Event) []Evidence {
	out := make([]Evidence, len(events))
	for i, e := range events {
		out[i] = Evidence{e.ID, e.Ref, e.Time, e.Origin.Network(), e.Origin.Session, e.Origin.Token}
	}
	return out
}

// A View is what a watcher may know beside the event, and where it reports.
// The runner fills it; fields that do not apply to the scope are zero.
type View struct {
	Tenant  evict.TenantID
	Account string // the account's name; "" outside account scope
	Network string // the origin's network; "" outside origin scope

	// Mine reports whether a principal is the view's account, by any of its aliases.
	Mine func(evict.Principal) bool
	// Same reports whether two principals are known to be one account.
	Same func(a, b evict.Principal) bool
	// Strand is that of the current event: nil when it is unplaced, and always
	// nil for seeds. Its verdict and anchors are those of the first read.
	Strand *evict.Strand
	// Placed reports, for seeds too, the key of the strand that the current
	// event belongs to; "" when it has none.
	Placed string
	Facts  *Facts
	Habits *Habits
	State  State

	Report   func(Draft)
	Overflow func(why string) // the watcher's bounded state is full, or it saw too little to tell: its check is partial
}

// Self is the view's account as a principal.
func (v *View) Self() evict.Principal {
	if strings.Contains(v.Account, "@") {
		return evict.Principal{Kind: evict.UPN, ID: v.Account}
	}
	return evict.Principal{Kind: evict.ObjectID, ID: v.Account}
}

// Unanchored reports whether the current event is placed in a strand that no anchor ties to the owner.
func (v *View) Unanchored() bool { return v.Strand != nil && len(v.Strand.Anchors) == 0 }

// ByAttacker reports whether the current event is placed in an attacker's strand.
func (v *View) ByAttacker() bool { return v.Strand != nil && v.Strand.Verdict == evict.ByAttacker }

// Facts are what is known about the tenant as a whole after the first read.
// Nil maps are empty.
type Facts struct {
	Domains        map[string]bool   // accepted: domains of the tenant's own accounts
	DefaultNames   map[string]bool   // local parts and display names of the tenant's administrators, lower-cased
	Workplaces     map[string]bool   // networks that count as A3
	Hostile        map[string]string // networks of seeds that are conclusive, with the reason
	Sprayers       map[string]string // networks that sprayed, with the first record
	ForwardTargets map[string]int    // outside addresses by number of accounts that forward there
	Applications   map[string]bool   // application IDs used by 3 or more accounts before first trouble
	Known          *evict.Indicators // of another case; nil when none were given
}

// Internal reports whether the address belongs to an accepted domain or its subdomain.
func (f *Facts) Internal(address string) bool {
	if f == nil {
		return false
	}
	return InDomains(evict.DomainOf(address), f.Domains)
}

// Habits are what the account did before first trouble. Valid is false with
// fewer than 14 days of it: then nothing is "new for this user".
type Habits struct {
	Valid        bool
	FirstTrouble evict.Time
	Networks     map[string]int  // days seen, by network
	Providers    map[uint32]int  // days seen, by ASN
	Countries    map[string]int  // days seen, by country
	Clients      map[string]int  // days seen, by client family
	Apps         map[string]int  // days seen, by application ID
	MaxSentDay   int             // most messages on one day
	MaxRcptHour  int             // most recipients in one hour
	MaxDeleted   int             // most deletions on one day
	Partners     map[string]bool // addresses corresponded with, lower-cased; capped
}

// State is what objects looked like at the current event's time.
type State interface {
	// Rule returns the rule as it was just before the event; false when unknown.
	Rule(mailbox evict.Principal, id string) (evict.InboxRule, bool)
	// Forwarding returns the mailbox's forwarding addresses just before the event.
	Forwarding(mailbox evict.Principal) (to []string, known bool)
	// RuleMade and ForwardingMade return the record that made the present rule or
	// forwarding, and its time; false when no log has it.
	RuleMade(mailbox evict.Principal, id string) (Evidence, evict.Time, bool)
	ForwardingMade(mailbox evict.Principal) (Evidence, evict.Time, bool)
	// Made returns the record that made or first enabled the object, if a log has it.
	Made(object string) (Evidence, bool)
}

// InDomains reports whether the domain or one of its parents is in the set.
func InDomains(domain string, set map[string]bool) bool {
	for domain != "" {
		if set[domain] {
			return true
		}
		i := 0
		for i < len(domain) && domain[i] != '.' {
			i++
		}
		if i == len(domain) {
			return false
		}
		domain = domain[i+1:]
	}
	return false
}

// keep is the event as evidence that outlasts the call it was shown in, with its
// own place, so that a finding on two strands names both.
func keep(e *evict.Event) Evidence {
	ev := Because(e)[0]
	ev.ID = evict.RecordID(strings.Clone(string(ev.ID)))
	ev.Session, ev.Token = strings.Clone(ev.Session), strings.Clone(ev.Token)
	return ev
}

// keepPlace is a place that outlasts the call it was shown in.
func keepPlace(p evict.Place) evict.Place {
	p.Country, p.Region, p.City = strings.Clone(p.Country), strings.Clone(p.Region), strings.Clone(p.City)
	return p
}
