package respond

import (
	"context"

	"evict"
)

// A Case is what a plan is made from.
type Case struct {
	ID          string
	Tenant      evict.TenantID
	Made        evict.Time // when, by the caller's clock
	Tool        string     // this program's version
	Accounts    []AccountFacts
	Findings    []evict.Finding // of those accounts and of the tenant, from the investigation
	ContainOnly bool            // block, revoke, reset, and nothing that needs a finding
	Picked      []Pick          // what the operator adds
	Dropped     []string        // what he leaves out: IDs of steps or of actions
	Guards      Guards
}

// AccountFacts are what a plan must know of an account. A caller gives UPN or ID and
// what the investigation says; with a tenant at hand, Propose reads the rest.
type AccountFacts struct {
	ID           string // object ID
	UPN          string
	Name         string   // display name
	Aliases      []string // other names by which findings know it
	Verdict      evict.Verdict
	Role         evict.Role
	FirstTrouble evict.Time
	Strands      []evict.Strand

	Read       bool   // what follows was read from the tenant or told by the operator; else it is unknown
	Kind       string // member, guest, service or sync
	Enabled    bool
	Synced     bool   // from Active Directory
	Federated  bool   // its domain's sign-in is somewhere else
	OnPremises string // its name in Active Directory (sAMAccountName), where synced
	Roles      []HeldRole
	RolesRead  bool
	Mailbox    bool
}

// A HeldRole is a role that an account holds, and how.
type HeldRole struct {
	Name     string
	Template string // Microsoft's ID of the role
	Object   evict.Object
	How      string // active, eligible, group, exchange or compliance
}

// A Pick is what an operator adds to a plan: everything that a finding left
// behind, or one action on one object.
type Pick struct {
	Finding string
	Action  evict.ActionID
	Target  evict.Object
	Why     string
}

// Propose makes the plan that contains the accounts of a case and evicts who was
// in them. Without a tenant at hand (r is nil) it is made from the findings alone:
// the before-state is unknown, and the plan is a runbook for a person.
func Propose(ctx context.Context, r Reader, c Case) (evict.Plan, error) {
	return newPlan(c, "respond"), ctx.Err()
}

func newPlan(c Case, kind string) evict.Plan {
	return evict.Plan{Schema: evict.PlanSchema, Case: c.ID, Tenant: c.Tenant, Made: c.Made, Tool: c.Tool, Kind: kind,
		Accounts: []evict.Object{}, Steps: []evict.Step{}, Skipped: []evict.Skipped{}, Notes: []string{}}
}
