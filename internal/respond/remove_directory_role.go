package respond

import (
	"maps"
	"net/url"

	"evict"
	"evict/internal/m365"
)

// holder is the list of what one principal holds.
func holder(op string) func(evict.Object) m365.Call {
	return func(o evict.Object) m365.Call {
		return m365.Call{Op: op, Query: url.Values{"$filter": {"principalId eq '" + o.Account + "'"}}}
	}
}

// RemoveDirectoryRole takes an active role in Entra ID away.
var RemoveDirectoryRole = removal{
	list: holder("list-role-assignments"),
	is:   hasID,
	keep: []string{"principalId", "roleDefinitionId", "directoryScopeId"},
	remove: func(_ evict.Object, before row) m365.Call {
		return m365.Call{Op: "delete-role-assignment", Args: map[string]string{"assignment": text(before, "id")}}
	},
	restore: func(_ evict.Object, kept row) m365.Call {
		body := maps.Clone(kept)
		body["@odata.type"] = "#microsoft.graph.unifiedRoleAssignment"
		return m365.Call{Op: "create-role-assignment", Body: body}
	},
}.build(Action{
	ID: "remove-directory-role", Rev: 1, Phase: evict.Evict, Procedure: []string{"R6"},
	Title: "Remove the directory role",
	Doc: `Takes an active assignment in Entra ID away. A role that comes through a group, or that the account is only eligible for, is a step of its own.
By hand: Microsoft Entra admin center, Roles and administrators, the role, Assignments.`,
	Shell:   "Remove-MgRoleManagementDirectoryRoleAssignment -UnifiedRoleAssignmentId {id}",
	Noticed: []string{"the account: what it administered is closed to it"},
	Undo:    "the role is assigned again, under a new ID",
	Ops:     []string{"list-role-assignments", "delete-role-assignment", "create-role-assignment"},
})

// RemoveEligibleRole takes eligibility for a role in Entra ID (PIM) away.
var RemoveEligibleRole = removal{
	list: holder("list-role-eligibilities"),
	is:   hasID,
	keep: []string{"principalId", "roleDefinitionId", "directoryScopeId"},
	also: []string{"scheduleInfo"},
	remove: func(_ evict.Object, before row) m365.Call {
		return m365.Call{Op: "request-role-eligibility", Body: eligibility("adminRemove", before)}
	},
	restore: func(_ evict.Object, kept row) m365.Call {
		body := eligibility("adminAssign", kept)
		body["scheduleInfo"] = row{"expiration": until(kept)}
		return m365.Call{Op: "request-role-eligibility", Body: body}
	},
}.build(Action{
	ID: "remove-eligible-role", Rev: 1, Phase: evict.Evict, Procedure: []string{"R6"},
	Title: "Remove eligibility for the directory role",
	Doc: `Takes away that the account may activate a role (Privileged Identity Management). An activation that runs is an active assignment, and a step of its own.
By hand: Microsoft Entra admin center, Identity Governance, Privileged Identity Management, Microsoft Entra roles, Assignments, Eligible.`,
	Shell:   "New-MgRoleManagementDirectoryRoleEligibilityScheduleRequest -Action adminRemove -PrincipalId {account} -RoleDefinitionId (Get-MgRoleManagementDirectoryRoleEligibilitySchedule -UnifiedRoleEligibilityScheduleId {id}).RoleDefinitionId -DirectoryScopeId '/'",
	Noticed: []string{"the account: it can no longer activate the role"},
	Undo:    "the account is made eligible again, from now until the end that it had",
	Ops:     []string{"list-role-eligibilities", "request-role-eligibility"},
})

// until is the end that an eligibility had: it never comes back for longer.
func until(held row) row {
	out := row{"type": "noExpiration"}
	schedule, _ := held["scheduleInfo"].(row)
	end, _ := schedule["expiration"].(row)
	for name, value := range end {
		if value != nil {
			out[name] = value
		}
	}
	return out
}

func eligibility(action string, held row) row {
	return row{"action": action, "principalId": held["principalId"], "roleDefinitionId": held["roleDefinitionId"], "directoryScopeId": held["directoryScopeId"],
		"justification": "evict: response to a compromised account"}
}
