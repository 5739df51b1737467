package respond

import (
	"maps"

	"evict"
	"evict/internal/m365"
)

// RemoveAppRoleAssignment takes an account's assignment to an application away.
var RemoveAppRoleAssignment = removal{
	list: func(o evict.Object) m365.Call {
		return m365.Call{Op: "list-user-app-roles", Args: user(o.Account)}
	},
	is:   hasID,
	keep: []string{"appRoleId", "principalId", "resourceId"},
	remove: func(o evict.Object, before row) m365.Call {
		return m365.Call{Op: "delete-user-app-role", Args: map[string]string{"id": o.Account, "assignment": text(before, "id")}}
	},
	restore: func(o evict.Object, kept row) m365.Call {
		return m365.Call{Op: "create-user-app-role", Args: user(o.Account), Body: maps.Clone(kept)}
	},
}.build(Action{
	ID: "remove-app-role-assignment", Rev: 1, Phase: evict.Evict,
	Title: "Remove the assignment to the application",
	Doc: `The account is no longer assigned to the application.
By hand: Microsoft Entra admin center, Enterprise applications, the application, Users and groups.`,
	Shell:   "Remove-MgUserAppRoleAssignment -UserId {account} -AppRoleAssignmentId {id}",
	Noticed: []string{"the account, when it opens the application"},
	Undo:    "the assignment is made again, under a new ID",
	Ops:     []string{"list-user-app-roles", "delete-user-app-role", "create-user-app-role"},
})
