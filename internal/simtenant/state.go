package simtenant

import "time"

// A World is everything that a tenant holds at one moment, and its logs. The
// scenarios build it; the handler serves and changes it.
type World struct {
	ID            string // tenant GUID
	Name          string
	Domain        string   // default verified domain
	Initial       string   // the onmicrosoft.com domain
	Federated     []string // further verified domains whose sign-in lives elsewhere
	Plans         []string // service plans of the tenant: AAD_PREMIUM, AAD_PREMIUM_P2, EXCHANGE_S_ENTERPRISE, …
	AuditOff      bool     // unified audit log ingestion switched off
	Now           time.Time
	Users         []*User
	Groups        []*Group
	Mailboxes     []*Mailbox
	Devices       []*Device
	Applications  []*Application
	Principals    []*ServicePrincipal
	Grants        []*Grant
	AppRoles      []*AppRoleAssignment
	RoleHolders   []*RoleAssignment // directory roles, active and eligible
	RoleGroups    []*RoleGroup      // Exchange and Purview
	Transport     []Object          // Get-TransportRule's properties
	Journals      []Object          // Get-JournalRule's
	Inbound       []Object          // Get-InboundConnector's
	Outbound      []Object          // Get-OutboundConnector's
	RemoteDomains []Object
	Recipients    []Object            // Get-Recipient's properties of mail contacts and groups
	Lists         map[string][]Object // further objects by the noun of their cmdlet: QuarantineMessage, AuthenticationPolicy, ManagementRoleAssignment, …
	Restricted    []*Restricted       // barred from sending
	Policies      map[string]Object   // what differs from Microsoft's defaults, by the noun of its cmdlet or by Graph's name: OrganizationConfig, TransportConfig, HostedOutboundSpamFilterPolicy, …
	Risky         []*Risky
	Log           []Record // in the order of Available
	Clients       []*Client
	Expect        []Expect // ground truth, never served

	logs *logs   // made by the first call that reads a log
	due  []later // what will happen by itself
}

// An Expect says which verdicts on an account are right when all that this
// tenant's licence can show was read. Any other account may be clear or unknown.
type Expect struct {
	Account  string // UPN
	Verdicts []string
}

// An Object is a resource in Microsoft's own spelling, where nothing in the
// simulator needs to understand it.
type Object map[string]any

// A User is an account in the directory.
type User struct {
	ID, UPN, DisplayName, GivenName, Surname, Mail string
	Proxies                                        []string // proxyAddresses, "SMTP:" primary
	Enabled                                        bool
	Guest                                          bool
	Synced                                         *bool // onPremisesSyncEnabled: nil never, false was, true is
	ImmutableID                                    string
	PUID                                           string
	Created, PasswordChanged, SessionsValidFrom    time.Time
	DisabledOnPremises                             bool      // of a synced account: what the next sync makes of Enabled
	Synchronised                                   time.Time // when the account was last synced; zero: at the present of the scenario
	PasswordElsewhere                              time.Time // when the password was last changed on the premises since then
	Password                                       string    // known to the simulator only, to replay sign-ins
	Plans                                          []string
	Profile                                        Object // jobTitle, businessPhones, mobilePhone, postalCode, otherMails, …
	PerUserMFA                                     string // disabled, enabled, enforced (beta)
	AppPasswords                                   int    // no API lists or removes them
	Methods                                        []*Method
	DefaultMethod                                  string   // ID of the method that a second factor is asked of first; "": the oldest that can be it
	Former                                         []string // UPNs that it had before
	Deleted                                        time.Time
	Manager                                        string
}

// A Method is one authentication method. Type is Microsoft's @odata.type
// without "#microsoft.graph.".
type Method struct {
	ID, Type string
	Created  time.Time
	Props    Object // phoneNumber, displayName, deviceTag, …
	ByHand   string // "owner" or "attacker": ground truth
}

// A Group may be role-assignable.
type Group struct {
	ID, Name       string
	RoleAssignable bool
	Members        []string // user IDs
}

// A Mailbox is Exchange's side of an account.
type Mailbox struct {
	User                              string // directory object ID
	GUID                              string // ExchangeGuid
	Type                              string // RecipientTypeDetails: UserMailbox, SharedMailbox, …
	DisplayName                       string
	Props                             Object // Get-Mailbox's further properties
	ForwardingSMTP, ForwardingAddress string
	DeliverAndForward                 bool
	Audit                             Object // AuditEnabled, AuditOwner, AuditDelegate, AuditAdmin, AuditLogAgeLimit, DefaultAuditSet
	AuditBypass                       bool
	CAS                               Object // Get-CASMailbox's switches
	Folders                           []*Folder
	Rules                             []*InboxRule
	Sweep                             []Object
	Permissions                       []*Permission // full access and the like
	SendAs, SendOnBehalf              []string      // user IDs
	Signature                         Object        // Get-MailboxMessageConfiguration's
	AutoReply                         Object        // Get-MailboxAutoReplyConfiguration's
	Junk                              Object        // Get-MailboxJunkEmailConfiguration's
	Regional                          Object
	AddIns                            []Object // Get-App's
	Mobile                            []Object // Get-MobileDevice's
	Intruding                         []string // DeviceId of those that an attacker set up: ground truth
	OneDrive                          []Object // shared files, for sharing links
	Contacts, People, Focus           []Object // Graph's contact, person, inferenceClassificationOverride
	Calendar                          Object   // Get-CalendarProcessing's
}

// A Folder holds messages. Name is localised; WellKnown is Graph's name, if any.
type Folder struct {
	ID, Parent, Name, WellKnown string
	Hidden                      bool
	Messages                    []*Message
	Permissions                 []*Permission
}

// A Message is mail without its body, but for what the simulator needs.
type Message struct {
	ID, InternetID, Conversation, Subject, Preview string
	From, Sender                                   string
	To, CC                                         []string
	Sent, Received, Modified                       time.Time
	Read, Draft, Attachments                       bool
	Was                                            string // ID of the folder that it was deleted from
	ByHand                                         string // "owner", "attacker" or "": ground truth
}

// An InboxRule is one rule as Exchange keeps it. Graph shows it unless it is
// hidden; a client-only rule is read-only there, and every write through
// Exchange destroys it.
type InboxRule struct {
	ID         string // RuleIdentity
	Name       string
	Sequence   int
	Enabled    bool
	Hidden     bool
	ClientOnly bool
	Conditions Object // Graph's spelling
	Exceptions Object
	Actions    Object // Graph's spelling; moveToFolder is a folder ID
	ByHand     string
}

// A Permission is what one user may do with a mailbox or folder.
type Permission struct {
	User      string // directory object ID, or Default, Anonymous
	Rights    []string
	Inherited bool
	ByHand    string
	Flags     string // SharingPermissionFlags of a calendar: Delegate, CanViewPrivateItems
}

// A Device is registered in Entra ID.
type Device struct {
	ID, DeviceID, Name, OS, Trust string
	Owner                         string
	Enabled, Managed, Compliant   bool
	Registered                    time.Time
	ByHand                        string
}

// An Application is one registered in this tenant.
type Application struct {
	ID, AppID, Name string
	Secrets         []Object // passwordCredentials
	Keys            []Object // keyCredentials
	Owners          []string
	Created         time.Time
}

// A ServicePrincipal is an application as it is known in this tenant.
type ServicePrincipal struct {
	ID, AppID, Name, OwnerTenant string
	Verified                     Object // verifiedPublisher
	Enabled                      bool
	Secrets, Keys                []Object
	Reply                        []string
	ByHand                       string
}

// A Grant is an oauth2PermissionGrant.
type Grant struct {
	ID, Client, Consent, Principal, Resource, Scope string
	ByHand                                          string
}

// An AppRoleAssignment gives an application role to a user, group or application.
type AppRoleAssignment struct {
	ID, Role, Principal, PrincipalType, Resource string
	Created                                      time.Time
	ByHand                                       string
}

// A RoleAssignment is a directory role held, or only eligible, by a user or group.
type RoleAssignment struct {
	ID, Role, Principal, Scope string // Role: the definition's ID, which is the template's
	Eligible                   bool   // PIM
	ByHand                     string
}

// A RoleGroup is one of Exchange or of Purview (the compliance endpoint).
type RoleGroup struct {
	Name    string
	Purview bool
	Roles   []string
	Members []string // user IDs
	ByHand  map[string]string
}

// Restricted is a sender who is barred from sending.
type Restricted struct {
	Address, Reason string
	Since           time.Time
	Unblocks        int // how often it was lifted; Microsoft allows few
}

// Risky is a risky user or one risk detection, in Graph's spelling.
type Risky struct {
	User      string
	Detection bool
	Props     Object
	History   []Object // of a user, the oldest first
}

// A Client is an application registration that may ask for tokens.
type Client struct {
	ID, Secret  string   // the secret is the operator's; tests look for it in every output
	Thumbprint  string   // x5t#S256 of a certificate, or ""
	Key         any      // its public key
	Permissions []string // granted application permissions
	Roles       []string // directory roles of its service principal
	Delegated   []string // granted delegated permissions, for device code
	Expired     bool
}

// Kinds of record, by the service that hands them out.
const (
	AuditRecord     = "audit"         // unified audit log: the native AuditData
	SignInRecord    = "sign-in"       // Graph signIn (beta shape, with signInEventTypes)
	DirectoryRecord = "directory"     // Graph directoryAudit
	TraceRecord     = "message-trace" // one recipient of one message
)

// A Record is one entry of one log, with the truth about it.
type Record struct {
	Kind       string
	ID         string
	Time       time.Time // when it happened
	Available  time.Time // when the log begins to show it
	Body       []byte    // JSON as the service hands it out
	User       string    // object ID of the actor, "" for services
	Names      []string  // everything by which a search finds it: actor's UPN, object ID, PUID; target and owner
	Operation  string
	Workload   string // audit: Exchange, AzureActiveDirectory, SharePoint, …
	RecordType int    // audit
	ByHand     string // "owner", "attacker" or "service": ground truth, never served
}
