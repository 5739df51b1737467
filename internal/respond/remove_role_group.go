package respond

import (
	"evict"
	"evict/internal/m365"
)

// roleGroup is membership of a role group, of which Exchange and the compliance
// endpoint each have their own. The object's ID is the group's name.
func roleGroup(service string) removal {
	member := func(name string) func(evict.Object, row) m365.Call {
		return func(o evict.Object, _ row) m365.Call {
			return m365.Call{Op: service + ":" + name, Params: map[string]any{"Identity": o.ID, "Member": o.Account, "BypassSecurityGroupManagerCheck": true}}
		}
	}
	return removal{
		list: func(o evict.Object) m365.Call {
			return m365.Call{Op: service + ":Get-RoleGroupMember", Params: map[string]any{"Identity": o.ID}}
		},
		is:      func(o evict.Object, found row) bool { return text(found, "ExternalDirectoryObjectId") == o.Account },
		keep:    []string{"ExternalDirectoryObjectId"},
		remove:  member("Remove-RoleGroupMember"),
		restore: member("Add-RoleGroupMember"),
	}
}

// RemoveExchangeRoleGroup takes an account out of a role group of Exchange.
var RemoveExchangeRoleGroup = roleGroup("exchange").build(Action{
	ID: "remove-exchange-role-group", Rev: 1, Phase: evict.Evict, Procedure: []string{"R6"},
	Title:   "Remove from the Exchange role group",
	Doc:     "The account is no longer a member, and loses what the group's roles allow.\nBy hand: Exchange admin center, Roles, Admin roles, the role group, Assigned.",
	Shell:   "Remove-RoleGroupMember -Identity {id} -Member {account}",
	Noticed: []string{"the account: what it administered is closed to it"},
	Undo:    "the account is made a member again",
	Ops:     []string{"exchange:Get-RoleGroupMember", "exchange:Remove-RoleGroupMember", "exchange:Add-RoleGroupMember"},
})

// RemoveComplianceRoleGroup takes an account out of a role group of Defender or Purview.
var RemoveComplianceRoleGroup = roleGroup("compliance").build(Action{
	ID: "remove-compliance-role-group", Rev: 1, Phase: evict.Evict, Procedure: []string{"R6"},
	Title:   "Remove from the Defender or Purview role group",
	Doc:     "The account is no longer a member, and loses what the group's roles allow. Purview's groups and Exchange's know nothing of each other.\nBy hand: Microsoft Purview portal, Settings, Roles and scopes, Role groups.",
	Shell:   "Remove-RoleGroupMember -Identity {id} -Member {account} # after Connect-IPPSSession",
	Noticed: []string{"the account: what it administered is closed to it"},
	Undo:    "the account is made a member again",
	Ops:     []string{"compliance:Get-RoleGroupMember", "compliance:Remove-RoleGroupMember", "compliance:Add-RoleGroupMember"},
})
