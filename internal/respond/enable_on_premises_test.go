package respond

import (
	"slices"
	"testing"
	"time"

	"evict"
)

// TestASyncedAccountIsEnabledWhereItComesFrom before sign-in opens in the cloud.
func TestASyncedAccountIsEnabledWhereItComesFrom(t *testing.T) {
	d := blocked()
	u := d.one["get-user "+danaID]
	u["onPremisesSyncEnabled"], u["onPremisesSamAccountName"], u["onPremisesDomainName"], u["onPremisesLastSyncDateTime"] = true, "dana", "corp.contoso.example", "2026-11-20T08:30:00Z"
	u["lastPasswordChangeDateTime"] = "2026-11-20T08:30:00Z"
	disabled := DoneStep{Plan: "hash", Verified: true, Ended: since(time.Minute), Step: evict.Step{ID: "d", Action: DisableOnPremises.ID, Target: evict.Object{Account: danaID, Name: danaUPN, Kind: "user"}}}
	p, err := ProposeRecover(t.Context(), d, caseOfDana(), append(responded(t), disabled), Release{LogsTo: since(3 * time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	enable := step(t, p, "enable-on-premises")
	if len(enable.Manual) == 0 || !slices.Contains(step(t, p, "unblock-sign-in").Needs, enable.ID) {
		t.Errorf("%q; sign-in waits for %v", enable.Manual, step(t, p, "unblock-sign-in").Needs)
	}
}
