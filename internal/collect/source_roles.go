package collect

import (
	"encoding/json"
	"strings"
)

// roles reads what an account is entitled to: directory roles, those it may take up, and membership in groups that carry roles.
func (r *run) roles(a *Account) []*ask {
	mine := "principalId eq " + literal(a.ID)
	groups := present("roles/groups", a, "", graph("list-memberships", a.arg(), nil))
	groups.follow = func(rows []json.RawMessage) []*ask { return r.groupRoles(a, rows) }
	out := []*ask{
		present("roles/directory", a, "", graph("list-role-assignments", nil, options("$filter", mine, "$expand", "roleDefinition"))),
		groups,
		present("roles/eligible", a, "roles", graph("list-role-eligibilities", nil, options("$filter", mine, "$expand", "roleDefinition"))),
		present("roles/eligible", a, "instances", graph("list-role-schedule-instances", nil, options("$filter", mine, "$expand", "roleDefinition"))),
		present("roles/eligible", a, "groups", graph("list-group-eligibilities", nil, options("$filter", mine))),
	}
	if a.UPN != "" {
		x := present("roles/exchange", a, "", cmdlet("exchange:Get-ManagementRoleAssignment", nil, map[string]any{"RoleAssignee": a.UPN}))
		x.absent = "no management role is assigned"
		out = append(out, x)
	}
	return out
}

// groupRoles asks for the roles of groups that may carry some.
func (r *run) groupRoles(a *Account, rows []json.RawMessage) []*ask {
	var out []*ask
	for _, row := range rows {
		var g struct {
			ID                 string `json:"id"`
			IsAssignableToRole bool   `json:"isAssignableToRole"`
		}
		if json.Unmarshal(row, &g) == nil && g.IsAssignableToRole {
			filter := "principalId eq " + literal(strings.ToLower(g.ID))
			out = append(out, present("roles/directory", a, "group "+g.ID, graph("list-role-assignments", nil, options("$filter", filter, "$expand", "roleDefinition"))))
		}
	}
	return out
}

// tenantRoles reads who holds which role in the whole tenant, in all three places.
func (r *run) tenantRoles() []*ask {
	exchange := present("roles/exchange", nil, "", cmdlet("exchange:Get-RoleGroup", nil, map[string]any{"ResultSize": "Unlimited"}))
	exchange.follow = func(rows []json.RawMessage) []*ask {
		return r.groupMembers("roles/exchange-members", "exchange:Get-RoleGroupMember", rows)
	}
	compliance := present("roles/compliance", nil, "", cmdlet("compliance:Get-RoleGroup", nil, map[string]any{"ResultSize": "Unlimited"}))
	compliance.follow = func(rows []json.RawMessage) []*ask {
		return r.groupMembers("roles/compliance-members", "compliance:Get-RoleGroupMember", rows)
	}
	return []*ask{
		present("roles/directory", nil, "", graph("list-role-assignments", nil, options("$expand", "roleDefinition"))),
		exchange,
		compliance,
	}
}

// groupMembers asks who is in the role groups that are not said to be empty.
func (r *run) groupMembers(source, op string, rows []json.RawMessage) []*ask {
	var out []*ask
	for _, row := range rows {
		var g struct {
			Name    string
			Members *[]any
		}
		if json.Unmarshal(row, &g) != nil || g.Name == "" || g.Members != nil && len(*g.Members) == 0 {
			continue
		}
		x := present(source, nil, g.Name, cmdlet(op, nil, map[string]any{"Identity": g.Name, "ResultSize": "Unlimited"}))
		x.absent = "the role group is gone"
		out = append(out, x)
	}
	return out
}
