package evict

import "strings"

// TenantID is Microsoft's organization ID, lower-cased; "" when the evidence names none.
type TenantID string

// PrincipalKind says what a Principal's ID is.
type PrincipalKind uint8

// The kinds of names under which logs know somebody or something.
const (
	NoPrincipal        PrincipalKind = iota
	UPN                              // user principal name or SMTP address, lower-cased
	ObjectID                         // Entra object ID of a user or group, lower-cased GUID
	PUID                             // passport unique ID, 16 hex digits, upper-cased
	SID                              // security identifier
	AppID                            // application (client) ID, lower-cased GUID
	ServicePrincipalID               // object ID of a service principal, lower-cased GUID
	Service                          // NT AUTHORITY\..., app@sharepoint and other identities of Microsoft's own
	Name                             // free text that no rule above fits: display names, "Not Available", typed nonsense
)

var principalKinds = [...]string{"none", "upn", "object-id", "puid", "sid", "app-id", "service-principal", "service", "name"}

func (k PrincipalKind) String() string { return principalKinds[k] }

// A Principal is one name of a user, service or application, as one source writes it.
type Principal struct {
	Kind PrincipalKind
	ID   string
}

// IsPerson reports whether the principal can name an account: a UPN, object ID, PUID or SID.
func (p Principal) IsPerson() bool {
	return p.Kind == UPN || p.Kind == ObjectID || p.Kind == PUID || p.Kind == SID
}

// Domain is the part after the last @ of a UPN, else "".
func (p Principal) Domain() string {
	if p.Kind != UPN {
		return ""
	}
	return DomainOf(p.ID)
}

// DomainOf returns the lower-cased part after the last @ of an address, else "".
func DomainOf(address string) string {
	i := strings.LastIndexByte(address, '@')
	if i < 0 {
		return ""
	}
	return strings.ToLower(address[i+1:])
}

// AccountID is a tenant's account: (tenant, object ID), else (tenant, lower-cased UPN).
type AccountID struct {
	Tenant TenantID
	ID     string
}

// Part is the role of a subject in an event.
type Part uint8

// The parts.
const (
	Target      Part = iota // the account, group, rule owner or object that was changed
	Mailbox                 // the mailbox that was touched
	Grantee                 // who received a right, role or membership
	Application             // the application or service principal concerned
	Recipient               // who was sent something
)

var parts = [...]string{"target", "mailbox", "grantee", "application", "recipient"}

func (p Part) String() string { return parts[p] }

// A Subject is somebody or something that an event is about.
type Subject struct {
	Part    Part
	Who     Principal
	Aliases []Principal // other names that the same record pairs with Who
	Label   string      // display name or free text, as recorded
}
