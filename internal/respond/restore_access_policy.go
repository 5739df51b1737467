package respond

import "evict"

// RestoreAccessPolicy puts a policy of access or authentication back.
var RestoreAccessPolicy = &Action{
	ID: "restore-access-policy", Rev: 1, Phase: evict.Evict,
	Title: "Restore the policy",
	Doc: `An exception in a conditional access policy, a trusted network, a loosened methods policy or trust in another tenant lets the attacker in again. A wrong policy locks
everybody out, so a person sets it, with the values from before, and keeps an emergency account excluded.
By hand: Microsoft Entra admin center, Protection, Conditional Access (or Authentication methods, or External Identities, Cross-tenant access settings), the policy; Audit logs of the policy show old and new values.`,
	Shell:   "Get-MgIdentityConditionalAccessPolicy -ConditionalAccessPolicyId {id} | ConvertTo-Json -Depth 9 # then Update-MgIdentityConditionalAccessPolicy",
	Undo:    "the policy is set as it was found, by a person",
	Noticed: []string{"everybody whom the policy covers"},
	Minutes: 120,
	Plan:    noted,
	Instruct: func(s evict.Step) []string {
		out := lines("Save the policy {who} as it is now. In its audit records of since first trouble, look at old and new values, and set the old ones.",
			"Before saving: an emergency account stays excluded, and What If shows that the owner is asked for a second factor.")(s)
		if was := decoded(s.After); was != nil {
			out = append(out, "From before: "+plain(string(state(was))))
		}
		return out
	},
	Confirm: Question{"Is the policy as it was before first trouble?", "who compared it with which record, and when"},
}
