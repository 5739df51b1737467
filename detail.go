package evict

import (
	"slices"
	"strings"
)

// Detail is what an event says beyond who, when and where. It is one of the
// pointer types of this file; Microsoft's parameters and properties are kept whole.
type Detail interface{ detail() }

// Field is one name and value, as recorded.
type Field struct{ Name, Value string }

// Change is one property with its value before and after, as recorded (often JSON text).
type Change struct{ Name, Old, New string }

// SignIn is one sign-in or sign-in attempt.
type SignIn struct {
	App, AppID           string // client application
	Resource, ResourceID string
	Error                int    // AADSTS number; 0 is success; -1 when the record has none
	Reason               string // LogonError or failure reason, as recorded
	Interactive          Tri
	Password             Tri    // a password was presented (not a token, cookie or refresh)
	MFA                  Tri    // multifactor required and satisfied, by whatever means
	Method               string // authentication methods used, as recorded
	Protocol             string // deviceCode, ropc, authTransfer, oAuth2, saml20 ... lower-cased
	Request              string // RequestType of the audit log: OAuth2:Authorize, Cmsi:Cmsi ...
	Token                string // incoming token type
	Risk, RiskState      string // during sign-in; low, medium, high, hidden ...
	RiskDetail           string
	RiskEvents           []string
	DeviceName, Trust    string // trust: Azure AD joined, Hybrid ..., as recorded
	Compliant, Managed   Tri
	ConditionalAccess    string
	CrossTenant          string // b2bCollaboration ..., "" or none at home
	HomeTenant           TenantID
	TrustedLocation      bool // the network is a trusted named location
	Legacy               bool // a protocol that cannot ask for a second factor
}

// Settings is one cmdlet with its parameters.
type Settings struct {
	Object string // ObjectId: what was changed, as recorded
	Params []Field
}

// Get returns the named parameter's value, names compared without case.
func (s *Settings) Get(name string) (string, bool) { return lookup(s.Params, name) }

// Changes is one directory change: properties with old and new values, and what else the record names.
type Changes struct {
	Object string
	Props  []Change
	Extra  []Field
}

// Prop returns the named property, names compared without case.
func (c *Changes) Prop(name string) (Change, bool) {
	for _, p := range c.Props {
		if equalFold(p.Name, name) {
			return p, true
		}
	}
	return Change{}, false
}

// InboxRule is what is known of an inbox, sweep or transport rule. In a
// partial change only the fields named in Set are meaningful.
type InboxRule struct {
	ID, Name                 string
	Enabled                  Tri
	From, SentTo             []string
	Subject, Body            []string
	SubjectOrBody            []string
	Header, Recipient        []string // header words, recipient or sender address words
	Other                    []Field  // any other condition or exception
	HasAttachment            Tri
	MinSize                  int64
	Delete, SoftDelete       Tri
	MoveTo, CopyTo           string // folder as recorded: name, path or ID
	Forward, ForwardAttached []string
	Redirect, BlindCopy      []string
	SMS                      []string
	MarkRead, Stop           Tri
	Sweep, Hidden            bool
	BodyKnown                bool     // false for a bare Modify: what the rule does is unknown
	Set                      []string // parameters that this change named; nil when the rule is complete
}

// Clone returns a copy that shares no memory with r.
func (r InboxRule) Clone() InboxRule {
	for _, s := range []*string{&r.ID, &r.Name, &r.MoveTo, &r.CopyTo} {
		*s = strings.Clone(*s)
	}
	for _, l := range []*[]string{&r.From, &r.SentTo, &r.Subject, &r.Body, &r.SubjectOrBody, &r.Header, &r.Recipient, &r.Forward, &r.ForwardAttached, &r.Redirect, &r.BlindCopy, &r.SMS, &r.Set} {
		*l = slices.Clone(*l)
		for i := range *l {
			(*l)[i] = strings.Clone((*l)[i])
		}
	}
	r.Other = slices.Clone(r.Other)
	for i, f := range r.Other {
		r.Other[i] = Field{Name: strings.Clone(f.Name), Value: strings.Clone(f.Value)}
	}
	return r
}

// Rule is the making, change, removal or sight of a rule.
type Rule struct {
	Change    RuleChange
	Transport bool // a rule of the tenant's mail flow, not of one mailbox
	Rule      InboxRule
	Params    []Field
}

// RuleChange is what happened to a rule.
type RuleChange uint8

// The changes.
const (
	RuleSeen RuleChange = iota // in a dump
	RuleMade
	RuleChanged
	RuleEnabled
	RuleDisabled
	RuleRemoved
)

// Right is a right on a mailbox or folder, given, changed, taken away or seen.
// The grantee is a subject of the event.
type Right struct {
	Rights  []string // FullAccess, SendAs, SendOnBehalf, or folder rights
	Folder  string   // "" for the whole mailbox
	Removed bool
	Params  []Field
}

// Message is what a record says of one mail.
type Message struct {
	ID          string // internet message ID, as recorded
	Subject     string
	Folder      string // parent folder path
	Attachments []string
	Size        int64
}

// Sent is a submission: Send, SendAs, SendOnBehalf.
type Sent struct {
	Message    Message
	As         string // address sent as or on behalf of, if another
	Recipients []string
	Total      int // recipients in all, when the list is capped
	SaveToSent Tri
}

// Access is MailItemsAccessed and its like: what was opened or synchronised.
type Access struct {
	Sync      bool // the whole folder may have been read
	Throttled bool // Microsoft stopped logging: assume all
	Folders   []string
	Messages  []Message
	Count     int // messages in all, when the list is capped
}

// Moved is mail deleted, moved, copied, created or updated.
type Moved struct {
	Folder, Dest string
	Messages     []Message
	Count        int
	Changed      []string // names of changed properties of an Update
}

// File is an act on a file, site or link.
type File struct {
	Name, Site, Path string
	SharedWith       string
	Link             string // anonymous, organization, specific people, as recorded
	Count            int
}

// Alert is an alert or detection by another control.
type Alert struct {
	Name, Category, Severity, Status string
	Entities                         []string
	Extra                            []Field
}

// Risk is a risk detection or a user's risk state.
type Risk struct {
	Type, Level, State, Reason string
	Activity                   string
	Extra                      []Field
}

// Trace is one row of message trace or EmailEvents.
type Trace struct {
	Message           Message
	Sender, Recipient string
	Status, Direction string
	Event             string // event ID of a detailed trace
	FromIP            string
	Connector         string
	Threats           string
	Extra             []Field
}

// Search is a search query or an eDiscovery search.
type Search struct {
	Query, Scope string
	Extra        []Field
}

// Call is one request of Microsoft Graph activity.
type Call struct {
	Method, URI string
	Status      int
	AppOnly     Tri
}

// Chat is a Teams act.
type Chat struct {
	Name     string
	Members  []string
	External Tri
	Text     string
	Links    []string
	Extra    []Field
}

func (*SignIn) detail()   {}
func (*Settings) detail() {}
func (*Changes) detail()  {}
func (*Rule) detail()     {}
func (*Right) detail()    {}
func (*Sent) detail()     {}
func (*Access) detail()   {}
func (*Moved) detail()    {}
func (*File) detail()     {}
func (*Alert) detail()    {}
func (*Risk) detail()     {}
func (*Trace) detail()    {}
func (*Search) detail()   {}
func (*Call) detail()     {}
func (*Chat) detail()     {}

func lookup(fields []Field, name string) (string, bool) {
	for _, f := range fields {
		if equalFold(f.Name, name) {
			return f.Value, true
		}
	}
	return "", false
}

// equalFold compares ASCII names without case.
func equalFold(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		x, y := a[i], b[i]
		if x == y {
			continue
		}
		if x|0x20 != y|0x20 || x|0x20 < 'a' || x|0x20 > 'z' {
			return false
		}
	}
	return true
}
