package evict

import "net/netip"

// RecordID is the log's own Id, lower-cased, or "sha256:" and the hex hash of the raw record.
type RecordID string

// RawRef points at the bytes of a record: item indexes the run's evidence
// items, offset and length count bytes of the decompressed item.
type RawRef struct {
	Item   int32
	Length int32
	Offset int64
}

// Kind is the kind of evidence that an event comes from. Coverage and the
// needs of detectors are counted in kinds.
type Kind uint8

// The kinds of evidence: logs first, then states (dumps of what an object looks like).
const (
	UnknownKind     Kind = iota
	AdminAudit           // Exchange and compliance cmdlets in the unified audit log
	MailboxAudit         // mailbox audit records in the unified audit log
	DirectoryAudit       // Entra audit, from the unified audit log or directoryAudits
	LoginAudit           // UserLoggedIn and UserLoginFailed of the unified audit log
	FileAudit            // SharePoint and OneDrive
	TeamsAudit           // Teams
	OtherAudit           // any other record of the unified audit log
	AlertLog             // alerts of Defender, Purview and Entra
	SignIns              // interactive sign-ins
	TokenSignIns         // non-interactive user sign-ins
	AppSignIns           // service principal and managed identity sign-ins
	RiskLog              // risky users and risk detections
	MessageTrace         // message trace and EmailEvents
	GraphActivity        // MicrosoftGraphActivityLogs
	ClickLog             // UrlClickEvents
	RuleState            // Get-InboxRule, messageRules, Get-SweepRule
	MailboxState         // Get-Mailbox: forwarding, audit, hold
	ProtocolState        // Get-CASMailbox
	RightState           // mailbox, SendAs, folder permissions
	MethodState          // authentication methods, registration details
	DeviceState          // registered devices, mobile devices
	ConsentState         // OAuth grants, applications, add-ins
	RoleState            // directory roles, PIM, role groups
	UserState            // directory profile
	FlowState            // transport rules, connectors, remote domains, outbound policy
	RestrictedState      // restricted senders
	MailContent          // message headers and bodies
	KindCount
)

var kinds = [...]string{"unknown", "admin-audit", "mailbox-audit", "directory-audit", "login-audit", "file-audit", "teams-audit", "other-audit", "alerts", "sign-ins", "token-sign-ins", "app-sign-ins", "risk", "message-trace", "graph-activity", "clicks", "rule-state", "mailbox-state", "protocol-state", "right-state", "method-state", "device-state", "consent-state", "role-state", "user-state", "flow-state", "restricted-state", "mail-content"}

func (k Kind) String() string { return kinds[k] }

// Outcome is whether the act succeeded, from operation and error number, never from ResultStatus alone.
type Outcome uint8

// The outcomes.
const (
	OutcomeUnknown Outcome = iota
	Success
	Failure
	Interrupted // first factor right, or a prompt in between; nothing was entered
)

var outcomes = [...]string{"unknown", "success", "failure", "interrupted"}

func (o Outcome) String() string { return outcomes[o] }

// Flags mark what is odd about a record.
type Flags uint16

// The flags.
const (
	Damaged        Flags = 1 << iota // the record was cut off or empty; fields were salvaged
	DuplicateKey                     // an object names one key twice
	CaseTwin                         // an object has two keys that differ only in case
	InvalidUTF8                      // a string is not valid UTF-8
	Conflict                         // another record with the same Id has different content
	Observed                         // a state seen in a dump, not an act in a log
	ServiceNoise                     // Microsoft's own work that touches no right, rule or forwarding
	MismatchedRow                    // the row's columns contradict the record they wrap
	ForeignTenant                    // the record names another tenant than the rest of its file
	ServiceAddress                   // the address is one of Microsoft's own services, and nobody's origin (V7)
)

// Tri is a truth value that a record may leave out.
type Tri uint8

// The truth values.
const (
	Unset Tri = iota
	Yes
	No
)

// Client is the client family of an act: versions dropped.
type Client struct {
	App     string // Outlook on the web, Outlook desktop, EWS, IMAP, browser, an application's name ...
	OS      string // Windows, macOS, iOS, Android, Linux or as recorded
	Browser string // Edge, Chrome, Firefox, Safari or as recorded
}

// Place is what the sign-in record or an operator's database says of an address.
type Place struct {
	Country, Region, City string // country as ISO 3166-1 alpha-2 where the source has it
	Lat, Lon              int32  // microdegrees; both 0 when unknown
}

// Origin is where an act came from. Empty fields were not recorded.
type Origin struct {
	Addr      netip.Addr // port dropped, 4-in-6 unmapped
	ASN       uint32
	Place     Place
	Session   string // Microsoft's session ID, case kept
	Token     string // unique token identifier, case kept
	Device    string // device ID, lower-cased
	AppID     string // client application ID, lower-cased
	UserAgent string // user agent or client info string, as recorded
	Client    Client
}

// Network is the unit of comparison of addresses: the IPv4 address, or the
// IPv6 /64. The zero Prefix when there is no address.
func (o *Origin) Network() netip.Prefix {
	if !o.Addr.IsValid() {
		return netip.Prefix{}
	}
	bits := 32
	if o.Addr.Is6() {
		bits = 64
	}
	p, _ := o.Addr.WithZone("").Prefix(bits)
	return p
}

// An Event is one thing that one log recorded, normalised. It joins the
// history of its actor and of every subject that is an account.
type Event struct {
	ID      RecordID
	Tenant  TenantID
	Kind    Kind
	Op      string // Microsoft's own name, blanks trimmed, otherwise verbatim
	Time    Time
	Outcome Outcome
	Actor   Principal
	// ActorAliases are other names that this record pairs with the actor.
	ActorAliases []Principal
	Subjects     []Subject
	Origin       Origin
	Detail       Detail // may be nil
	Ref          RawRef
	Flags        Flags
	Hash         uint64 // of the record's content, for telling conflicts from duplicates
}

// Subject returns the first subject with the part, or a zero Subject.
func (e *Event) Subject(p Part) Subject {
	for i := range e.Subjects {
		if e.Subjects[i].Part == p {
			return e.Subjects[i]
		}
	}
	return Subject{}
}
