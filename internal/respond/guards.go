package respond

// Guards are what a plan must not hit. Where the tenant is at hand, Propose reads
// the administrators and the own application's owners and secrets itself; what can't
// be read counts as forbidding.
type Guards struct {
	Operator   []string // the person at the keyboard: object ID, UPN
	OwnApp     OwnApp
	BreakGlass []string // accounts for emergencies, by object ID or UPN
	Service    []string // declared service accounts
	Most       int      // accounts in one plan; 0 means 10
	Overrides  []Override
}

// OwnApp is the application under which this program signs in.
type OwnApp struct {
	ClientID  string
	ServiceID string   // object ID of its service principal; "" when not known
	Owners    []string // declared owners, by object ID or UPN
	Keys      []string // key IDs of its own certificates and secrets
	// MayUnblock says that a preflight has just proven that the application can enable a
	// blocked account again: only then may the last Global Administrator be blocked.
	MayUnblock bool
}

// An Override is a person's typed word against one guard on one object.
type Override struct {
	Guard  string
	Target string // UPN or object ID
	Word   string
}
