package respond

import (
	"context"
	"encoding/json"
	"errors"

	"evict"
)

// onPremises are the properties of an account that a directory of the owner's own masters.
var onPremises = []string{"accountEnabled", "lastPasswordChangeDateTime", "onPremisesDomainName", "onPremisesLastSyncDateTime", "onPremisesSamAccountName", "onPremisesSyncEnabled"}

var errNotSynced = errors.New("the account is not synced from Active Directory")

func inspectOnPremises(ctx context.Context, r Reader, s evict.Step) (json.RawMessage, error) {
	return userState(ctx, r, s.Target.Account, onPremises...)
}

// synced plans a step in Active Directory: what shall be read after the next sync.
func synced(what row) func(before, _ json.RawMessage) (json.RawMessage, error) {
	return func(before, _ json.RawMessage) (json.RawMessage, error) {
		after := decoded(before)
		if len(after) > 0 && after["onPremisesSyncEnabled"] != true {
			return nil, errNotSynced
		}
		if after == nil { // planned without a tenant
			after = row{}
		}
		after["onPremisesLastSyncDateTime"] = "later than before"
		for name, value := range what {
			after[name] = value
		}
		return state(after), nil
	}
}

// account is the name in Active Directory as a literal of PowerShell.
func adAccount(s evict.Step) string {
	if name := text(decoded(s.Before), "onPremisesSamAccountName"); name != "" {
		return "'" + quotes.Replace(plain(name)) + "'"
	}
	return "(Get-ADUser -Filter \"UserPrincipalName -eq '" + quotes.Replace(who(s)) + "'\")"
}

// deltaSync starts a synchronisation by hand.
var deltaSync = []string{
	"On the server with Microsoft Entra Connect (with cloud sync: wait 2 to 5 minutes, or Provision on demand in the Entra admin center):",
	typed("Start-ADSyncSyncCycle -PolicyType Delta"),
}
