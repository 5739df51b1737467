package respond

import (
	"encoding/json"

	"evict"
)

// DisableOnPremises is the block of an account that Active Directory masters.
var DisableOnPremises = &Action{
	ID: "disable-on-premises", Rev: 1, Phase: evict.Contain, Procedure: []string{"R1", "R5"},
	Title: "Disable the account in Active Directory",
	Doc: `For a synced account the block in the cloud lasts only until the next sync. A person disables the account in Active Directory and starts a sync; then the cloud is read.
It keeps the password out of VPN, Wi-Fi and file servers too. Tickets that were handed out live on for up to 10 hours: sign the account's machines off.
By hand: Active Directory Users and Computers, the account, Disable Account.`,
	Shell:   "Disable-ADAccount -Identity (Get-ADUser -Filter ('UserPrincipalName -eq ' + [char]39 + {name} + [char]39))",
	Undo:    "the account is enabled in Active Directory, by a person",
	Noticed: []string{"the owner: he can't sign in at his desk either"},
	Minutes: 30,
	Ops:     []string{"get-user"},
	Inspect: inspectOnPremises,
	Plan:    synced(row{"accountEnabled": false}),
	Instruct: func(s evict.Step) []string {
		id := adAccount(s)
		out := []string{
			"On a domain controller, or a computer with the Active Directory module, as an administrator of " + said(decoded(s.Before), "onPremisesDomainName", "the domain") + ":",
			typed("Disable-ADAccount -Identity " + id),
			typed("Get-ADUser -Identity " + id + " -Properties Enabled | Select-Object SamAccountName, Enabled"),
		}
		return append(append(out, deltaSync...), "The same account opens VPN, Wi-Fi and file servers: end its connections there.")
	},
	Confirm: Question{"Is the account disabled in Active Directory, and has a sync run since?", "who did it, when, and on which domain controller"},
	Reached: func(s evict.Step, now json.RawMessage) bool {
		return decoded(now)["accountEnabled"] == false && laterThanBefore("onPremisesLastSyncDateTime")(s, now)
	},
	Fresh: anyState,
}
