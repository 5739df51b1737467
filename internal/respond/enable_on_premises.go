package respond

import (
	"encoding/json"

	"evict"
)

// EnableOnPremises gives a synced account back where it comes from.
var EnableOnPremises = &Action{
	ID: "enable-on-premises", Rev: 1, Phase: evict.Recover, Procedure: []string{"R5"},
	Title: "Enable the account in Active Directory again",
	Doc: `A synced account that was disabled in Active Directory stays blocked in the cloud whatever is set there. A person enables it, once the release gate is met, and starts a
sync; then the cloud is read.
By hand: Active Directory Users and Computers, the account, Enable Account.`,
	Shell:   "Enable-ADAccount -Identity (Get-ADUser -Filter ('UserPrincipalName -eq ' + [char]39 + {name} + [char]39))",
	Undo:    "the account is disabled in Active Directory again, by a person",
	Noticed: []string{"the owner: he can sign in at his desk again"},
	Minutes: 30,
	Ops:     []string{"get-user"},
	Inspect: inspectOnPremises,
	Plan:    synced(row{"accountEnabled": true}),
	Instruct: func(s evict.Step) []string {
		id := adAccount(s)
		out := []string{
			"On a domain controller, or a computer with the Active Directory module, as an administrator of " + said(decoded(s.Before), "onPremisesDomainName", "the domain") + ":",
			typed("Enable-ADAccount -Identity " + id),
			typed("Get-ADUser -Identity " + id + " -Properties Enabled | Select-Object SamAccountName, Enabled"),
		}
		return append(out, deltaSync...)
	},
	Confirm: Question{"Is the account enabled in Active Directory, and has a sync run since?", "who did it, when, and on which domain controller"},
	Reached: func(s evict.Step, now json.RawMessage) bool {
		return decoded(now)["accountEnabled"] == true && laterThanBefore("onPremisesLastSyncDateTime")(s, now)
	},
	Fresh: anyState,
}
