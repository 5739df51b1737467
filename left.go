package evict

import (
	"slices"
	"strings"
)

// A Leftover is one thing that an act left behind and that can be taken away,
// or a value that it changed and that can be put back. It says what the record
// or the dump says; the object's own ID is often not among it, and whoever plans
// looks the object up by what is there.
type Leftover struct {
	Kind   string              `json:"kind"`             // one of the Left constants
	Of     string              `json:"of,omitempty"`     // account or mailbox that it is of, as recorded; "" for the tenant's own
	Name   string              `json:"name,omitempty"`   // its name for people: a rule's, a role's, an application's
	ID     string              `json:"id,omitempty"`     // within its kind, as recorded: RuleIdentity, key ID, client ID, address, holder
	Detail string              `json:"detail,omitempty"` // the right, the folder, the permissions, eligible or active, the method's type
	List   []string            `json:"list,omitempty"`   // recipients of a message; entries that were set in a list
	Was    map[string][]string `json:"was,omitempty"`    // values from before, where the record has them, by Microsoft's property names; empty: there was none
}

// Clone returns a copy that shares no memory with l.
func (l Leftover) Clone() Leftover {
	for _, s := range []*string{&l.Kind, &l.Of, &l.Name, &l.ID, &l.Detail} {
		*s = strings.Clone(*s)
	}
	l.List = slices.Clone(l.List)
	for i := range l.List {
		l.List[i] = strings.Clone(l.List[i])
	}
	was := l.Was
	l.Was = nil
	for name, values := range was {
		if l.Was == nil {
			l.Was = map[string][]string{}
		}
		kept := make([]string, len(values))
		for i, v := range values {
			kept[i] = strings.Clone(v)
		}
		l.Was[strings.Clone(name)] = kept
	}
	return l
}

// The kinds of leftovers.
const (
	LeftRule           = "inbox-rule"
	LeftSweepRule      = "sweep-rule"
	LeftForwarding     = "forwarding"
	LeftRight          = "mailbox-right"  // ID: holder; Detail: FullAccess, SendAs, SendOnBehalf, or rights and folder
	LeftGrant          = "consent"        // ID: client application or the grant; Name: the application
	LeftAppRole        = "app-role"       // assignment of an account to an application
	LeftApplication    = "application"    // made or let in: ID: application (client) ID
	LeftSecret         = "secret"         // ID: key ID; Name: the application; Detail: its ID
	LeftRole           = "directory-role" // ID: template ID; Detail: eligible or active
	LeftRoleGroup      = "role-group"     // of Exchange, Defender or Purview; ID: its name
	LeftMethod         = "method"         // a way to sign in; ID or Detail: what the record says of it
	LeftPass           = "access-pass"
	LeftAppPassword    = "app-password"
	LeftDevice         = "device" // registered or joined in Entra ID
	LeftTransportRule  = "transport-rule"
	LeftJournalRule    = "journal-rule"
	LeftConnector      = "connector"
	LeftAutoReply      = "auto-reply"
	LeftJunkLists      = "junk-lists"
	LeftSignature      = "signature"
	LeftProfile        = "profile"      // Was: the old values
	LeftProtocols      = "protocols"    // switched on; Was: as they were
	LeftAccount        = "account"      // made, or a guest invited
	LeftAddIn          = "add-in"       // ID: its application ID
	LeftLink           = "sharing-link" // Of: the file's owner; ID: the file's address
	LeftAudit          = "audit"        // weakened; Detail: which switch
	LeftOutboundPolicy = "outbound-policy"
	LeftRestriction    = "restricted-sender" // ID: the address
	LeftHiddenMailbox  = "hidden-mailbox"    // taken off the address lists
	LeftFederation     = "federation"        // ID: domain
	LeftPolicy         = "policy"            // of access or authentication
	LeftHidden         = "hidden-mail"       // taken out of the owner's sight; ID: internet message ID, Detail: folder
	LeftSent           = "sent-mail"         // ID: internet message ID, Name: subject, Detail: payment where it is about money
	LeftService        = "service"           // application that was entered
)
