package respond

import (
	"encoding/json"

	"evict"
)

// changedElsewhere stands in After for a password whose change the cloud is not told of.
const changedElsewhere = "changed where the domain signs in: a person's word"

// ResetOnPremisesPassword is the reset of a password that Active Directory keeps.
var ResetOnPremisesPassword = &Action{
	ID: "reset-on-premises-password", Rev: 1, Phase: evict.Contain, Procedure: []string{"R1"},
	Title: "Reset the password in Active Directory, twice",
	Doc: `A reset in the cloud is without effect on an account whose password is kept elsewhere, or lasts until the next sync. A person resets it in Active Directory, twice, so
that the previous one is not accepted by domain controllers that lag behind either, and starts a sync. Where passwords are synced the time of the last change is then read
in the cloud; with federation or pass-through authentication it does not move, and the person's word is all there is. The same password opens VPN and Wi-Fi.
By hand: Active Directory Users and Computers, the account, Reset Password; twice.`,
	Shell:   "1..2 | ForEach-Object { Set-ADAccountPassword -Identity (Get-ADUser -Filter ('UserPrincipalName -eq ' + [char]39 + {name} + [char]39)) -Reset -NewPassword (Read-Host -AsSecureString 'New password') }",
	NoUndo:  "a password can't be read, so the old one can't be put back, and must not be",
	Noticed: []string{"the owner: the old password no longer works, at his desk, in VPN and Wi-Fi too"},
	Minutes: 30,
	Ops:     []string{"get-user"},
	Inspect: inspectOnPremises,
	Wants:   `{"federated":true} where the account's domain signs in elsewhere`,
	Plan: func(before, want json.RawMessage) (json.RawMessage, error) {
		if decoded(want)["federated"] != true {
			return synced(row{"lastPasswordChangeDateTime": "later than before"})(before, want)
		}
		after, err := synced(row{"lastPasswordChangeDateTime": changedElsewhere})(before, want)
		if err == errNotSynced { // no sync shows anything
			return state(row{"lastPasswordChangeDateTime": changedElsewhere}), nil
		}
		return after, err
	},
	Instruct: func(s evict.Step) []string {
		if _, syncs := decoded(s.After)["onPremisesLastSyncDateTime"]; !syncs {
			return []string{
				"At the identity provider that " + who(s) + "'s domain signs in at, as an administrator there: reset the password, and end all sessions.",
				"At least 20 characters with upper and lower case, digits and special characters; not one of the last five. Never mail it: tell it to the owner on a number from before.",
			}
		}
		id := adAccount(s)
		out := []string{
			"Think of a password of at least 20 characters with upper and lower case, digits and special characters; not one of the last five. Never mail it: tell it to the owner on a number from before.",
			"On a domain controller, or a computer with the Active Directory module:",
			typed("Set-ADAccountPassword -Identity " + id + " -Reset -NewPassword (Read-Host -AsSecureString 'New password')"),
			"Type it a second time, with another password, which is the one that counts. Then:",
			typed("Set-ADUser -Identity " + id + " -ChangePasswordAtLogon $true"),
		}
		return append(append(out, deltaSync...), "If the domain signs in elsewhere (AD FS or another identity provider): end its sessions there as well.")
	},
	Confirm: Question{"Was the password reset where it is kept (in Active Directory twice), and has a sync run since?", "who did it and when; never the password"},
	Reached: func(s evict.Step, now json.RawMessage) bool {
		after := decoded(s.After)
		changed := after["lastPasswordChangeDateTime"] == changedElsewhere || laterThanBefore("lastPasswordChangeDateTime")(s, now)
		return changed && (after["onPremisesLastSyncDateTime"] == nil || laterThanBefore("onPremisesLastSyncDateTime")(s, now))
	},
	Fresh: anyState,
}
