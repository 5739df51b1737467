package simtenant

import (
	"slices"
	"strings"
)

// A builtInRole is a directory role of Microsoft's (learn.microsoft.com/entra:
// "Microsoft Entra built-in roles").
type builtInRole struct{ id, name string }

var builtInRoles = []builtInRole{
	{"62e90394-69f5-4237-9190-012177145e10", "Global Administrator"},
	{"e8611ab8-c189-46e8-94e1-60213ab1f814", "Privileged Role Administrator"},
	{"7be44c8a-adaf-4e2a-84d6-ab2649e08a13", "Privileged Authentication Administrator"},
	{"c4e39bd9-1100-46d3-8c65-fb160da0071f", "Authentication Administrator"},
	{"fe930be7-5e62-47db-91af-98c3a49a38b1", "User Administrator"},
	{"966707d0-3269-4727-9be2-8c3a10f19b9d", "Password Administrator"},
	{"729827e3-9c14-49f7-bb1b-9608f156bbb8", "Helpdesk Administrator"},
	{"194ae4cb-b126-40b2-bd5b-6091b380977d", "Security Administrator"},
	{"5d6b6bb7-de71-4623-b4af-96380a352509", "Security Reader"},
	{"f2ef992c-3afb-46b9-b7cf-a126ee74c451", "Global Reader"},
	{"29232cdf-9323-42fd-ade2-1d097af3e4de", "Exchange Administrator"},
	{"31392ffb-586c-42d1-9346-e59415a2cc4e", "Exchange Recipient Administrator"},
	{"f28a1f50-f6e7-4571-818b-6a12f2af6b6c", "SharePoint Administrator"},
	{"69091246-20e8-4a56-aa4d-066075b2a7a8", "Teams Administrator"},
	{"17315797-102d-40b4-93e0-432062caca18", "Compliance Administrator"},
	{"9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3", "Application Administrator"},
	{"158c047a-c907-4556-b7ef-446551a6b5f7", "Cloud Application Administrator"},
	{"b1be1c3e-b65d-4f19-8427-f6fa0d97feb9", "Conditional Access Administrator"},
	{"7698a772-787b-4ac8-901f-60d6b08affd2", "Cloud Device Administrator"},
	{"3a2c62db-5318-420d-8d74-23affee5d9d5", "Intune Administrator"},
	{"fdd7a751-b60b-444a-984c-02652fe8fa1c", "Groups Administrator"},
	{"8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2", "Hybrid Identity Administrator"},
	{"b0f54661-2d74-4c50-afa3-1ec803f12efe", "Billing Administrator"},
	{"4a5d8f65-41da-4de4-8968-e035b65339cf", "Reports Reader"},
	{"88d8e3e3-8f55-4a1e-953a-9b9898b8876b", "Directory Readers"},
	{"9360feb5-f418-4baa-8175-e2a00bac4301", "Directory Writers"},
	{"d29b2b05-8046-44ba-8758-1e26182fcf32", "Directory Synchronization Accounts"},
}

// roleName is the name of a role by its ID, or the ID where Microsoft's list ends.
func roleName(id string) string {
	for _, r := range builtInRoles {
		if strings.EqualFold(r.id, id) {
			return r.name
		}
	}
	return id
}

var (
	roleExpands        = map[string]func(*call, Object) any{"roleDefinition": expandRole, "principal": expandPrincipal}
	roleAssignmentKind = &kind{name: "unifiedRoleAssignment", props: "id appScopeId condition directoryScopeId principalId roleDefinitionId", beta: "principalOrganizationId resourceScope", expands: roleExpands}
	definitionKind     = &kind{name: "unifiedRoleDefinition", props: "id description displayName isBuiltIn isEnabled resourceScopes rolePermissions templateId version", beta: "allowedPrincipalTypes isPrivileged"}
	eligibilityKind    = &kind{name: "unifiedRoleEligibilitySchedule", props: "id appScopeId createdDateTime createdUsing directoryScopeId modifiedDateTime principalId roleDefinitionId status memberType scheduleInfo", expands: roleExpands}
	eligibleKind       = &kind{name: "unifiedRoleEligibilityScheduleInstance", props: "id appScopeId directoryScopeId principalId roleDefinitionId endDateTime memberType roleEligibilityScheduleId startDateTime", expands: roleExpands}
	scheduleKind       = &kind{name: "unifiedRoleAssignmentSchedule", props: "id appScopeId createdDateTime createdUsing directoryScopeId modifiedDateTime principalId roleDefinitionId status assignmentType memberType scheduleInfo", expands: roleExpands}
	instanceKind       = &kind{name: "unifiedRoleAssignmentScheduleInstance", props: "id appScopeId directoryScopeId principalId roleDefinitionId assignmentType endDateTime memberType roleAssignmentOriginId roleAssignmentScheduleId startDateTime", expands: roleExpands}
	groupEligibleKind  = &kind{name: "privilegedAccessGroupEligibilitySchedule", props: "id createdDateTime createdUsing modifiedDateTime scheduleInfo status accessId groupId memberType principalId"}
	directoryRoleKind  = &kind{name: "directoryRole", directory: true, props: "id deletedDateTime description displayName roleTemplateId"}
)

const (
	readRoles  = "RoleManagement.Read.Directory RoleManagement.ReadWrite.Directory " + readDirectory
	roleQuery  = "$select $expand $filter $top $count $orderby"
	writeRoles = "RoleManagement.ReadWrite.Directory"
)

// rolesTable is who may administer.
func rolesTable() []row {
	eligible := "RoleEligibilitySchedule.Read.Directory RoleEligibilitySchedule.ReadWrite.Directory RoleManagement.Read.All RoleManagement.Read.Directory RoleManagement.ReadWrite.Directory"
	active := "RoleAssignmentSchedule.Read.Directory RoleAssignmentSchedule.ReadWrite.Directory RoleManagement.Read.All RoleManagement.Read.Directory RoleManagement.ReadWrite.Directory"
	groups := "PrivilegedEligibilitySchedule.Read.AzureADGroup PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup"
	return []row{
		{"GET", "/roleManagement/directory/roleAssignments", "v1.0 beta", roleQuery, "", readRoles, readRoles, collection(roleAssignmentKind, listRoleAssignments)},
		{"GET", "/roleManagement/directory/roleAssignments/{assignment}", "v1.0 beta", oneQuery, "", readRoles, readRoles, single(roleAssignmentKind, getRoleAssignment)},
		{"GET", "/roleManagement/directory/roleDefinitions", "v1.0 beta", roleQuery, "", readRoles, readRoles, collection(definitionKind, listDefinitions)},
		{"GET", "/roleManagement/directory/roleDefinitions/{id}", "v1.0 beta", oneQuery, "", readRoles, readRoles, single(definitionKind, getDefinition)},
		{"GET", "/roleManagement/directory/roleEligibilitySchedules", "v1.0 beta", roleQuery, "", eligible, eligible, collection(eligibilityKind, listSchedules(true, scheduleObject))},
		{"GET", "/roleManagement/directory/roleEligibilityScheduleInstances", "v1.0 beta", roleQuery, "", eligible, eligible, collection(eligibleKind, listSchedules(true, instanceObject))},
		{"GET", "/roleManagement/directory/roleAssignmentSchedules", "v1.0 beta", roleQuery, "", active, active, collection(scheduleKind, listSchedules(false, scheduleObject))},
		{"GET", "/roleManagement/directory/roleAssignmentScheduleInstances", "v1.0 beta", roleQuery, "", active, active, collection(instanceKind, listSchedules(false, instanceObject))},
		{"GET", "/identityGovernance/privilegedAccess/group/eligibilitySchedules", "v1.0 beta", "$select $filter $top $count $orderby", "", groups, groups, collection(groupEligibleKind, listGroupEligibilities)},
		{"GET", "/roleManagement/exchange/roleAssignments", "beta", roleQuery, "", "RoleManagement.Read.Exchange RoleManagement.ReadWrite.Exchange RoleManagement.Read.All", "RoleManagement.Read.Exchange RoleManagement.ReadWrite.Exchange RoleManagement.Read.All", collection(roleAssignmentKind, listExchangeRoles)},
		{"GET", "/directoryRoles", "v1.0 beta", "$select $filter $expand", "", readRoles, readRoles, collection(directoryRoleKind, listDirectoryRoles)},
		{"GET", "/directoryRoles/{id}/members", "v1.0 beta", listedQuery, "", readRoles, readRoles, collection(userKind, listRoleMembers)},
	}
}

func (r *RoleAssignment) object() Object {
	scope := r.Scope
	if scope == "" {
		scope = "/"
	}
	return Object{"id": r.ID, "principalId": r.Principal, "roleDefinitionId": r.Role, "directoryScopeId": scope, "appScopeId": nil}
}

func listRoleAssignments(c *call) ([]Object, error) {
	out := []Object{}
	for _, r := range c.world.RoleHolders {
		if !r.Eligible {
			o := r.object()
			delete(o, "appScopeId") // documented answers have it only where it says something
			out = append(out, o)
		}
	}
	return out, nil
}

// roleAssignment is the active one that the path names.
func (c *call) roleAssignment() (*RoleAssignment, error) {
	for _, r := range c.world.RoleHolders {
		if !r.Eligible && strings.EqualFold(r.ID, c.args["assignment"]) {
			return r, nil
		}
	}
	return nil, noObject(c.args["assignment"])
}

func getRoleAssignment(c *call) (Object, error) {
	r, err := c.roleAssignment()
	if err != nil {
		return nil, err
	}
	return r.object(), nil
}

// definition is a role as Graph describes it; its permissions are left out.
func definition(id string) Object {
	return Object{"id": id, "templateId": id, "displayName": roleName(id), "description": roleName(id), "isBuiltIn": true, "isEnabled": true, "resourceScopes": []string{"/"}, "rolePermissions": []any{}, "version": "1"}
}

func listDefinitions(c *call) ([]Object, error) {
	out := []Object{}
	for _, r := range builtInRoles {
		out = append(out, definition(r.id))
	}
	return out, nil
}

func getDefinition(c *call) (Object, error) {
	if id := strings.ToLower(c.args["id"]); roleName(id) != id {
		return definition(id), nil
	}
	return nil, noObject(c.args["id"])
}

func expandRole(_ *call, o Object) any { return definition(textOf(o, "roleDefinitionId")) }

func expandPrincipal(c *call, o Object) any {
	id := textOf(o, "principalId")
	switch {
	case c.world.userByID(id) != nil:
		return typed("user", c.user(c.world.userByID(id)))
	case c.world.group(id) != nil:
		return typed("group", c.world.group(id).object())
	}
	return nil
}

// mayManage: Privileged Identity Management wants P2. The words are from memory.
func (c *call) mayManage() error {
	if c.world.hasPlan("AAD_PREMIUM_P2") {
		return nil
	}
	return &graphError{403, "AadPremiumLicenseRequired", "The tenant needs to have Microsoft Entra ID P2 or Microsoft Entra ID Governance license."}
}

// listSchedules is Privileged Identity Management's view of who holds, or may
// take, a role.
func listSchedules(eligible bool, object func(*RoleAssignment) Object) func(*call) ([]Object, error) {
	return func(c *call) ([]Object, error) {
		if err := c.mayManage(); err != nil {
			return nil, err
		}
		out := []Object{}
		for _, r := range c.world.RoleHolders {
			if r.Eligible == eligible {
				out = append(out, object(r))
			}
		}
		return out, nil
	}
}

func scheduleObject(r *RoleAssignment) Object {
	o := r.object()
	o["createdUsing"], o["status"], o["memberType"] = r.ID, "Provisioned", "Direct"
	o["createdDateTime"], o["modifiedDateTime"] = "2026-01-12T08:00:00Z", nil
	o["scheduleInfo"] = Object{"startDateTime": "2026-01-12T08:00:00Z", "recurrence": nil, "expiration": Object{"type": "noExpiration", "endDateTime": nil, "duration": nil}}
	if !r.Eligible {
		o["assignmentType"] = "Assigned"
	}
	return o
}

func instanceObject(r *RoleAssignment) Object {
	o := r.object()
	o["memberType"], o["startDateTime"], o["endDateTime"] = "Direct", "2026-01-12T08:00:00Z", nil
	if r.Eligible {
		o["roleEligibilityScheduleId"] = r.ID
	} else {
		o["assignmentType"], o["roleAssignmentScheduleId"], o["roleAssignmentOriginId"] = "Assigned", r.ID, r.ID
	}
	return o
}

// listGroupEligibilities: without a filter on a group or principal it is refused
// (learn.microsoft.com/graph/api/privilegedaccessgroup-list-eligibilityschedules).
// The world's list "privilegedAccessGroupEligibilitySchedule" holds them.
func listGroupEligibilities(c *call) ([]Object, error) {
	if err := c.mayManage(); err != nil {
		return nil, err
	}
	if f := strings.ToLower(c.query.Get("$filter")); !strings.Contains(f, "groupid eq") && !strings.Contains(f, "principalid eq") {
		return nil, badGraph("MissingParameters", "The required parameters GroupId or PrincipalId is missing.")
	}
	return append([]Object{}, c.world.Lists["privilegedAccessGroupEligibilitySchedule"]...), nil
}

// listExchangeRoles shows the members of Exchange's role groups by their roles.
func listExchangeRoles(c *call) ([]Object, error) {
	out := []Object{}
	for _, g := range c.world.RoleGroups {
		for _, role := range g.Roles {
			for _, m := range g.Members {
				if !g.Purview {
					out = append(out, Object{"id": made("exchange role", g.Name, role, m), "principalId": "/Users/" + m, "roleDefinitionId": made("exchange role", role), "directoryScopeId": "/", "appScopeId": nil})
				}
			}
		}
	}
	return out, nil
}

// directoryRoles are those that somebody holds: a role comes to be with its
// first member.
func (w *World) directoryRoles() []string {
	var out []string
	for _, r := range w.RoleHolders {
		if !r.Eligible && !slices.Contains(out, r.Role) {
			out = append(out, r.Role)
		}
	}
	slices.Sort(out)
	return out
}

func (w *World) directoryRole(template string) Object {
	return Object{"id": made(w.ID, "directory role", template), "deletedDateTime": nil, "description": roleName(template), "displayName": roleName(template), "roleTemplateId": template}
}

func listDirectoryRoles(c *call) ([]Object, error) {
	out := []Object{}
	for _, id := range c.world.directoryRoles() {
		out = append(out, c.world.directoryRole(id))
	}
	return out, nil
}

func listRoleMembers(c *call) ([]Object, error) {
	for _, id := range c.world.directoryRoles() {
		if !strings.EqualFold(c.args["id"], made(c.world.ID, "directory role", id)) && !strings.EqualFold(c.args["id"], "roleTemplateId='"+id+"'") {
			continue
		}
		out := []Object{}
		for _, r := range c.world.RoleHolders {
			if o := c.principal(r.Principal); !r.Eligible && r.Role == id && o != nil {
				out = append(out, o)
			}
		}
		return out, nil
	}
	return nil, noObject(c.args["id"])
}
