package simtenant

import (
	"cmp"
	"slices"
	"strings"
)

// managementRoles are the roles of Exchange that this tenant's cmdlets ask for.
// "Mailbox Import Export" is in no role group until somebody puts it there
// (Microsoft: "Mailbox Import Export role").
var managementRoles = []string{
	"ApplicationImpersonation", "Audit Logs", "Journaling", "Mail Recipients", "Mailbox Import Export", "Message Tracking", "Organization Configuration", "Remote and Accepted Domains", "Reset Password",
	"Role Management", "Security Reader", "Transport Hygiene", "Transport Rules", "View-Only Audit Logs", "View-Only Configuration", "View-Only Recipients",
}

// roleGives are roles that include what another one reads.
var roleGives = map[string][]string{
	"Mail Recipients":             {"View-Only Recipients"},
	"Audit Logs":                  {"View-Only Audit Logs"},
	"Organization Configuration":  {"View-Only Configuration"},
	"Transport Rules":             {"View-Only Configuration"},
	"Remote and Accepted Domains": {"View-Only Configuration"},
	"Role Management":             {"View-Only Configuration"},
}

// directoryGives is what a directory role may do on the Exchange endpoint.
// A Global Reader sees configuration and recipients, but neither inbox rules
// nor the audit log (EXO: Get-InboxRule; Microsoft: "Microsoft Entra built-in roles").
var directoryGives = map[string][]string{
	"Global Administrator":             organizationManagement,
	"Exchange Administrator":           organizationManagement,
	"Exchange Recipient Administrator": {"Mail Recipients", "Message Tracking"},
	"Global Reader":                    {"View-Only Recipients", "View-Only Configuration", "Message Tracking"},
	"Security Reader":                  {"Security Reader", "View-Only Recipients", "View-Only Configuration"},
	"Security Administrator":           {"Security Reader", "View-Only Recipients", "View-Only Configuration", "Transport Hygiene"},
	"Compliance Administrator":         {"Audit Logs", "Journaling", "Transport Rules", "View-Only Recipients", "View-Only Configuration"},
	"Helpdesk Administrator":           {"Reset Password", "View-Only Recipients"},
}

var organizationManagement = slices.DeleteFunc(slices.Clone(managementRoles), func(s string) bool {
	return s == "Mailbox Import Export" || s == "ApplicationImpersonation"
})

// purviewGives is the same on the compliance endpoint.
var purviewGives = map[string][]string{
	"Global Administrator":     {"Role Management", "View-Only Configuration", "View-Only Audit Logs", "Compliance Search"},
	"Compliance Administrator": {"View-Only Configuration", "View-Only Audit Logs", "Compliance Search"},
	"Security Administrator":   {"View-Only Configuration", "View-Only Audit Logs"},
	"Security Reader":          {"View-Only Configuration", "View-Only Audit Logs"},
	"Global Reader":            {"View-Only Configuration"},
}

// templates are the built-in directory roles above by their template ID.
var templates = map[string]string{
	"62e90394-69f5-4237-9190-012177145e10": "Global Administrator",
	"29232cdf-9323-42fd-ade2-1d097af3e4de": "Exchange Administrator",
	"31392ffb-586c-42d1-9346-e59415a2cc4e": "Exchange Recipient Administrator",
	"f2ef992c-3afb-46b9-b7cf-a126ee74c451": "Global Reader",
	"5d6b6bb7-de71-4623-b4af-96380a352509": "Security Reader",
	"194ae4cb-b126-40b2-bd5b-6091b380977d": "Security Administrator",
	"17315797-102d-40b4-93e0-432062caca18": "Compliance Administrator",
	"729827e3-9c14-49f7-bb1b-9608f156bbb8": "Helpdesk Administrator",
}

// cmdletRoles are the roles that somebody holds on an endpoint: by directory
// role, given by name or template ID, and by role groups that name one of the IDs.
func (w *World) cmdletRoles(purview bool, directory []string, ids ...string) map[string]bool {
	have := map[string]bool{}
	give := func(roles []string) {
		for _, r := range roles {
			have[r] = true
			for _, more := range roleGives[r] {
				have[more] = true
			}
		}
	}
	gives := directoryGives
	if purview {
		gives = purviewGives
	}
	for _, r := range directory {
		give(gives[cmp.Or(templates[strings.ToLower(r)], r)])
	}
	for _, g := range w.RoleGroups {
		if g.Purview == purview && slices.ContainsFunc(g.Members, func(m string) bool { return slices.Contains(ids, m) }) {
			give(g.Roles)
		}
	}
	if !purview {
		for _, a := range w.Lists["ManagementRoleAssignment"] {
			if slices.Contains(ids, textOf(a, "RoleAssignee")) {
				give([]string{textOf(a, "Role")})
			}
		}
	}
	return have
}

// may says whether the operator may run the cmdlet.
func (c *cmdlet) may(o operator) bool {
	if c.denied && o.User == nil {
		return false
	}
	return slices.ContainsFunc(strings.Split(c.roles, "|"), func(r string) bool { return o.Roles[r] })
}

// groups are the role groups of the endpoint that the command runs on.
func (c *command) groups() []*RoleGroup {
	var out []*RoleGroup
	for _, g := range c.world.RoleGroups {
		if g.Purview == c.row.purview {
			out = append(out, g)
		}
	}
	slices.SortStableFunc(out, func(a, b *RoleGroup) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

func (c *command) groupNamed(identity string) (*RoleGroup, error) {
	return best(c.groups(), identity, func(g *RoleGroup) int {
		switch {
		case strings.EqualFold(identity, made(c.world.ID, "role group", g.Purview, g.Name)):
			return 2
		case strings.EqualFold(identity, g.Name):
			return 1
		}
		return 0
	})
}

func getRoleGroup(c *command) ([]Object, error) {
	list := c.groups()
	if c.has("Identity") {
		g, err := c.groupNamed(c.text("Identity"))
		if err != nil {
			return nil, err
		}
		list = []*RoleGroup{g}
	}
	var rows []Object
	for _, g := range list {
		assignments := []string{}
		for _, r := range g.Roles {
			assignments = append(assignments, r+"-"+g.Name)
		}
		rows = append(rows, Object{
			"Identity": g.Name, "Name": g.Name, "DisplayName": g.Name, "Guid": made(c.world.ID, "role group", g.Purview, g.Name), "Members": nonNil(g.Members), "Roles": nonNil(g.Roles), "RoleAssignments": assignments,
			"ManagedBy": []string{"Organization Management"}, "Description": "", "RoleGroupType": "Standard", "IsValid": true, "ObjectState": "Unchanged",
		})
	}
	return rows, nil
}

func getRoleGroupMember(c *command) ([]Object, error) {
	g, err := c.groupNamed(c.text("Identity"))
	if err != nil {
		return nil, err
	}
	var rows []Object
	for _, id := range g.Members {
		row := Object{"Identity": id, "Id": id, "Name": id, "ExternalDirectoryObjectId": id, "Guid": made(c.world.ID, "recipient", id), "DisplayName": id, "RecipientType": "User", "RecipientTypeDetails": "User", "IsValid": true}
		if u := c.world.userByID(id); u != nil {
			row["DisplayName"], row["PrimarySmtpAddress"], row["WindowsLiveID"] = u.DisplayName, c.world.primary(u), u.UPN
			if m := c.world.mailboxOf(id); m != nil {
				row["RecipientType"], row["RecipientTypeDetails"], row["Alias"] = "UserMailbox", cmp.Or(m.Type, "UserMailbox"), c.world.alias(m)
			}
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// memberIn reads what Add- and Remove-RoleGroupMember share. A member may be an
// application that has no account.
func (c *command) memberIn() (*RoleGroup, string, error) {
	g, err := c.groupNamed(c.text("Identity"))
	if err != nil {
		return nil, "", err
	}
	if u, err := c.world.userBy(c.text("Member")); err == nil {
		return g, u.ID, nil
	} else if e := err.(*cmdletError); e.Status != 404 {
		return nil, "", err
	}
	for _, p := range c.world.Principals {
		if strings.EqualFold(p.ID, c.text("Member")) || strings.EqualFold(p.AppID, c.text("Member")) || p.Name == c.text("Member") {
			return g, p.ID, nil
		}
	}
	return nil, "", notFound(c.text("Member"))
}

func addRoleGroupMember(c *command) ([]Object, error) {
	g, id, err := c.memberIn()
	if err != nil {
		return nil, err
	}
	if slices.Contains(g.Members, id) {
		return nil, &cmdletError{400, "Microsoft.Exchange.Management.RecipientTasks.MemberAlreadyExistsException", "The recipient \"" + id + "\" is already a member of the group \"" + g.Name + "\"."}
	}
	g.Members = append(g.Members, id)
	c.doneTenant(g.Name, id)
	return nil, nil
}

func removeRoleGroupMember(c *command) ([]Object, error) {
	g, id, err := c.memberIn()
	if err != nil {
		return nil, err
	}
	if !slices.Contains(g.Members, id) {
		return nil, &cmdletError{400, "Microsoft.Exchange.Management.RecipientTasks.MemberNotFoundException", "The recipient \"" + id + "\" isn't a member of the group \"" + g.Name + "\"."}
	}
	g.Members = slices.DeleteFunc(slices.Clone(g.Members), func(m string) bool { return m == id })
	c.doneTenant(g.Name, id)
	return nil, nil
}

// assignments are the management role assignments: those made directly, and one
// for each role of each group.
func (c *command) assignments() []Object {
	out := slices.Clone(c.world.Lists["ManagementRoleAssignment"])
	for _, g := range c.groups() {
		for _, r := range g.Roles {
			out = append(out, Object{"Name": r + "-" + g.Name, "Role": r, "RoleAssignee": g.Name, "RoleAssigneeType": "RoleGroup"})
		}
	}
	slices.SortStableFunc(out, func(a, b Object) int { return cmp.Compare(textOf(a, "Name"), textOf(b, "Name")) })
	return out
}

// effective are the accounts that an assignment reaches, each with the way.
func (c *command) effective(a Object) [][2]string {
	if textOf(a, "RoleAssigneeType") == "RoleGroup" {
		g, err := c.groupNamed(textOf(a, "RoleAssignee"))
		if err != nil {
			return nil
		}
		var out [][2]string
		for _, id := range g.Members {
			out = append(out, [2]string{id, "RoleGroup"})
		}
		return out
	}
	return [][2]string{{textOf(a, "RoleAssignee"), "Direct"}}
}

func getManagementRoleAssignment(c *command) ([]Object, error) {
	assignee := ""
	if c.has("RoleAssignee") {
		if u, err := c.world.userBy(c.text("RoleAssignee")); err == nil {
			assignee = u.ID
		} else if g, err := c.groupNamed(c.text("RoleAssignee")); err == nil {
			assignee = g.Name
		} else {
			return nil, notFound(c.text("RoleAssignee"))
		}
	}
	var rows []Object
	for _, a := range c.assignments() {
		if c.has("Identity") && !strings.EqualFold(textOf(a, "Name"), c.text("Identity")) || c.has("Role") && !strings.EqualFold(textOf(a, "Role"), c.text("Role")) {
			continue
		}
		reaches := c.effective(a)
		if assignee != "" && textOf(a, "RoleAssignee") != assignee && !slices.ContainsFunc(reaches, func(r [2]string) bool { return r[0] == assignee }) {
			continue
		}
		row := over(Object{
			"Identity": textOf(a, "Name"), "Guid": made(c.world.ID, "assignment", textOf(a, "Name")), "RoleAssigneeName": c.world.trustee(textOf(a, "RoleAssignee")), "RoleAssigneeType": "User", "AssignmentMethod": "Direct",
			"EffectiveUserName": "All Group Members", "RoleAssignmentDelegationType": "Regular", "Enabled": true, "RecipientWriteScope": "Organization", "ConfigWriteScope": "OrganizationConfig", "IsValid": true,
		}, a)
		if !c.flag("GetEffectiveUsers") {
			if textOf(row, "RoleAssigneeType") == "User" {
				row["EffectiveUserName"] = row["RoleAssigneeName"]
			}
			rows = append(rows, row)
			continue
		}
		for _, r := range reaches {
			if assignee == "" || r[0] == assignee || textOf(a, "RoleAssignee") == assignee {
				rows = append(rows, over(row, Object{"EffectiveUserName": c.world.trustee(r[0]), "AssignmentMethod": r[1]}))
			}
		}
	}
	if c.has("Identity") && len(rows) == 0 {
		return nil, notFound(c.text("Identity"))
	}
	return rows, nil
}

func newManagementRoleAssignment(c *command) ([]Object, error) {
	i := slices.IndexFunc(managementRoles, func(r string) bool { return strings.EqualFold(r, c.text("Role")) })
	if i < 0 {
		return nil, notFound(c.text("Role"))
	}
	role := managementRoles[i]
	a := Object{"Role": role, "RoleAssigneeType": "User"}
	switch {
	case c.has("User"):
		u, err := c.grantee("User")
		if err != nil {
			return nil, err
		}
		a["RoleAssignee"] = u.ID
		a["Name"] = cmp.Or(c.text("Name"), role+"-"+u.UPN)
	case c.has("SecurityGroup"):
		g, err := c.groupNamed(c.text("SecurityGroup"))
		if err != nil {
			return nil, err
		}
		if slices.Contains(g.Roles, role) {
			return nil, invalid("The management role assignment \"%s\" already exists.", role+"-"+g.Name)
		}
		g.Roles = append(g.Roles, role)
		c.doneTenant(role + "-" + g.Name)
		return nil, nil
	case c.has("App"):
		p := slices.IndexFunc(c.world.Principals, func(p *ServicePrincipal) bool {
			return strings.EqualFold(p.ID, c.text("App")) || strings.EqualFold(p.AppID, c.text("App"))
		})
		if p < 0 {
			return nil, notFound(c.text("App"))
		}
		a["RoleAssignee"], a["RoleAssigneeType"] = c.world.Principals[p].ID, "ServicePrincipal"
		a["Name"] = cmp.Or(c.text("Name"), role+"-"+c.world.Principals[p].ID)
	default:
		return nil, unbindable("Parameter set cannot be resolved using the specified named parameters.")
	}
	if slices.ContainsFunc(c.assignments(), func(o Object) bool { return strings.EqualFold(textOf(o, "Name"), textOf(a, "Name")) }) {
		return nil, invalid("The management role assignment \"%s\" already exists.", textOf(a, "Name"))
	}
	if c.world.Lists == nil {
		c.world.Lists = map[string][]Object{}
	}
	c.world.Lists["ManagementRoleAssignment"] = append(c.world.Lists["ManagementRoleAssignment"], a)
	c.doneTenant(textOf(a, "Name"), textOf(a, "RoleAssignee"))
	return nil, nil
}

func removeManagementRoleAssignment(c *command) ([]Object, error) {
	for _, a := range c.assignments() {
		name := textOf(a, "Name")
		if !strings.EqualFold(name, c.text("Identity")) && !strings.EqualFold(made(c.world.ID, "assignment", name), c.text("Identity")) {
			continue
		}
		if textOf(a, "RoleAssigneeType") == "RoleGroup" {
			g, err := c.groupNamed(textOf(a, "RoleAssignee"))
			if err != nil {
				return nil, err
			}
			g.Roles = slices.DeleteFunc(slices.Clone(g.Roles), func(r string) bool { return r == textOf(a, "Role") })
		} else {
			c.world.Lists["ManagementRoleAssignment"] = slices.DeleteFunc(c.world.Lists["ManagementRoleAssignment"], func(o Object) bool { return textOf(o, "Name") == name })
		}
		c.doneTenant(name, textOf(a, "RoleAssignee"))
		return nil, nil
	}
	return nil, notFound(c.text("Identity"))
}
