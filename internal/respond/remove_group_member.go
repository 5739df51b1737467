package respond

import (
	"net/url"

	"evict"
	"evict/internal/m365"
)

// RemoveGroupMember takes an account out of a group that bears a role. The
// object's ID is the group's.
var RemoveGroupMember = removal{
	list: func(o evict.Object) m365.Call {
		return m365.Call{Op: "list-group-members", Args: user(o.ID), Query: url.Values{"$top": {"999"}, "$select": {"id"}}}
	},
	is:   func(o evict.Object, found row) bool { return text(found, "id") == o.Account },
	keep: []string{"id"},
	remove: func(o evict.Object, _ row) m365.Call {
		return m365.Call{Op: "remove-group-member", Args: map[string]string{"id": o.ID, "member": o.Account}}
	},
	restore: func(o evict.Object, _ row) m365.Call {
		return m365.Call{Op: "add-group-member", Args: user(o.ID), Body: row{"@odata.id": "https://graph.microsoft.com/v1.0/directoryObjects/" + o.Account}}
	},
}.build(Action{
	ID: "remove-group-member", Rev: 1, Phase: evict.Evict, Procedure: []string{"R6"},
	Title: "Remove from the group that bears the role",
	Doc: `A role that comes through a role-assignable group ends with the membership, and everything else that the group gives ends with it.
Such a group wants RoleManagement.ReadWrite.Directory besides the permissions below.
By hand: Microsoft Entra admin center, Groups, the group, Members.`,
	Shell:   "Remove-MgGroupMemberDirectoryObjectByRef -GroupId {id} -DirectoryObjectId {account}",
	Noticed: []string{"the account: what the group gives is closed to it"},
	Undo:    "the account is made a member again",
	Ops:     []string{"list-group-members", "remove-group-member", "add-group-member"},
})
