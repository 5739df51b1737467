package respond

import (
	"slices"
	"testing"

	"evict"
)

// A role that is taken anyway is no question besides, and a right says whose it is.
func TestWhatIsDoneIsNoQuestion(t *testing.T) {
	c := caseOfDana()
	c.Findings = append(c.Findings, left("r1", evict.ByUnknown, evict.Leftover{Kind: evict.LeftRole, Of: danaUPN, Name: "Exchange Administrator"}),
		left("r2", evict.ByUnknown, evict.Leftover{Kind: evict.LeftRole, Of: danaUPN, Name: "Reports Reader"}))
	p := propose(t, tenantOfDana(), c)
	step(t, p, "remove-directory-role")
	asked := func(id string) bool {
		return slices.ContainsFunc(p.Skipped, func(k evict.Skipped) bool { return k.Pick == id })
	}
	if asked("r1") || !asked("r2") {
		t.Errorf("asked about the role that is taken: %v, about the other: %v", asked("r1"), asked("r2"))
	}
	s := newStep(wanted{action: RemoveDelegate, target: evict.Object{Account: danaID, Name: danaUPN, Kind: fullAccess, ID: "omar@contoso.example"}})
	if s.Title != "Remove the right of omar@contoso.example over the mailbox" {
		t.Errorf("whose right? %q", s.Title)
	}
}
