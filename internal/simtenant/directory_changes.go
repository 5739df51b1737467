package simtenant

import (
	"slices"
	"strings"
	"time"
)

// changesTable is what changes objects other than accounts: devices, consents,
// applications, roles and groups.
func changesTable() []row {
	const credential = "keyCredentials[]{keyId displayName type usage key customKeyIdentifier startDateTime:time endDateTime:time}"
	eligible := "RoleEligibilitySchedule.ReadWrite.Directory RoleManagement.ReadWrite.Directory"
	active := "RoleAssignmentSchedule.ReadWrite.Directory RoleManagement.ReadWrite.Directory"
	request := "action principalId roleDefinitionId directoryScopeId justification isValidationOnly:bool scheduleInfo{startDateTime:time expiration{type endDateTime:time duration}} ticketInfo{ticketNumber ticketSystem}"
	members := "GroupMember.ReadWrite.All Group.ReadWrite.All RoleManagement.ReadWrite.Directory " + writeDirectory
	owned := writeApplications + " Application.ReadWrite.OwnedBy"
	return []row{
		{"PATCH", "/devices/{id}", "v1.0 beta", "", "accountEnabled:bool", "Device.ReadWrite.All " + writeDirectory, "Directory.AccessAsUser.All", nothing(patchDevice)},
		{"DELETE", "/devices/{id}", "v1.0 beta", "", "", "Device.ReadWrite.All", "Directory.AccessAsUser.All", nothing(deleteDevice)},
		{"POST", "/oauth2PermissionGrants", "v1.0 beta", "", "clientId consentType principalId resourceId scope", writeGrants, writeGrants, created(grantKind, createGrant)},
		{"DELETE", "/oauth2PermissionGrants/{id}", "v1.0 beta", "", "", writeGrants, writeGrants, nothing(deleteGrant)},
		{"POST", "/users/{id}/appRoleAssignments", "v1.0 beta", "", "appRoleId principalId resourceId", writeAppRoles, writeAppRoles, created(appRoleKind, createAppRole)},
		{"DELETE", "/users/{id}/appRoleAssignments/{assignment}", "v1.0 beta", "", "", writeAppRoles, writeAppRoles, nothing(deleteAppRole)},
		{"PATCH", "/servicePrincipals/{id}", "v1.0 beta", "", "accountEnabled:bool " + credential, owned, writeApplications, nothing(patchPrincipal)},
		// learn.microsoft.com/graph/api/application-update, application-removepassword and serviceprincipal-removepassword
		{"PATCH", "/applications/{id}", "v1.0 beta", "", credential, owned, writeApplications, nothing(patchApplication)},
		{"POST", "/applications/{id}/removePassword", "v1.0 beta", "", "keyId", owned, writeApplications, nothing(removeApplicationPassword)},
		{"POST", "/servicePrincipals/{id}/removePassword", "v1.0 beta", "", "keyId", owned, writeApplications, nothing(removePrincipalPassword)},
		{"POST", "/roleManagement/directory/roleAssignments", "v1.0 beta", "", "principalId roleDefinitionId directoryScopeId appScopeId condition", writeRoles, writeRoles, created(roleAssignmentKind, createRoleAssignment)},
		{"DELETE", "/roleManagement/directory/roleAssignments/{assignment}", "v1.0 beta", "", "", writeRoles, writeRoles, nothing(deleteRoleAssignment)},
		{"POST", "/roleManagement/directory/roleEligibilityScheduleRequests", "v1.0 beta", "", request, eligible, eligible, created(roleRequestKind("unifiedRoleEligibilityScheduleRequest"), requestRole(true))},
		{"POST", "/roleManagement/directory/roleAssignmentScheduleRequests", "v1.0 beta", "", request, active, active, created(roleRequestKind("unifiedRoleAssignmentScheduleRequest"), requestRole(false))},
		{"POST", "/groups/{id}/members/$ref", "v1.0 beta", "", "?", members, members, nothing(addMember)},
		{"DELETE", "/groups/{id}/members/{member}/$ref", "v1.0 beta", "", "", members, members, nothing(removeMember)},
	}
}

// without is a list of its own that lacks one.
func without[T comparable](list []T, x T) []T {
	return slices.DeleteFunc(slices.Clone(list), func(y T) bool { return x == y })
}

// plus is a list of its own that has one more.
func plus[T any](list []T, x T) []T { return append(slices.Clone(list), x) }

func patchDevice(c *call) error {
	d, err := c.ofDevice()
	if err != nil {
		return err
	}
	if v, ok := c.body["accountEnabled"].(bool); ok && v != d.Enabled {
		d.Enabled = v
		c.changed(d.ID, "accountEnabled")
		c.directory("Update device", "Device", d.subject(), moved("AccountEnabled", !v, v))
	}
	return nil
}

func deleteDevice(c *call) error {
	d, err := c.ofDevice()
	if err != nil {
		return err
	}
	c.world.Devices = without(c.world.Devices, d)
	c.changed(d.ID, "deleted")
	c.directory("Delete device", "Device", d.subject())
	return nil
}

func (c *call) logGrant(name string, g *Grant) {
	c.directory(name, "ApplicationManagement", c.world.subjectOf(g.Resource), moved("DelegatedPermissionGrant.Scope", nil, g.Scope), moved("DelegatedPermissionGrant.ConsentType", nil, g.Consent), moved("ServicePrincipal.ObjectID", nil, g.Client))
}

func createGrant(c *call) (Object, error) {
	g := &Grant{Client: textOf(c.body, "clientId"), Consent: textOf(c.body, "consentType"), Principal: textOf(c.body, "principalId"), Resource: textOf(c.body, "resourceId"), Scope: textOf(c.body, "scope"), ByHand: "owner"}
	w := c.world
	switch {
	case g.Consent != "Principal" && g.Consent != "AllPrincipals" || (g.Consent == "Principal") == (g.Principal == ""):
		return nil, badGraph("Request_BadRequest", "Invalid value specified for property 'consentType' of resource 'OAuth2PermissionGrant'.")
	case w.principalByID(g.Client) == nil:
		return nil, noObject(g.Client)
	case w.principalByID(g.Resource) == nil:
		return nil, noObject(g.Resource)
	case g.Principal != "" && w.userByID(g.Principal) == nil:
		return nil, noObject(g.Principal)
	case slices.ContainsFunc(w.Grants, func(x *Grant) bool {
		return x.Client == g.Client && x.Consent == g.Consent && x.Principal == g.Principal && x.Resource == g.Resource
	}):
		return nil, &graphError{409, "Request_MultipleObjectsWithSameKeyValue", "Permission entry already exists."}
	}
	g.ID = made(c.id, "grant")
	w.Grants = plus(w.Grants, g)
	c.changed(g.ID, "created")
	c.logGrant("Add delegated permission grant", g)
	return g.shown(c), nil
}

func deleteGrant(c *call) error {
	g, err := c.grant()
	if err != nil {
		return err
	}
	c.world.Grants = without(c.world.Grants, g)
	c.changed(g.ID, "deleted")
	c.logGrant("Remove delegated permission grant", g)
	return nil
}

func (c *call) logAppRole(name string, a *AppRoleAssignment) {
	c.directory(name, "UserManagement", c.world.subjectOf(a.Resource), moved("AppRole.Id", nil, a.Role), moved("User.ObjectID", nil, a.Principal))
}

func createAppRole(c *call) (Object, error) {
	u, err := c.ofUser()
	if err != nil {
		return nil, err
	}
	a := &AppRoleAssignment{ID: made(c.id, "app role"), Role: textOf(c.body, "appRoleId"), Principal: textOf(c.body, "principalId"), PrincipalType: "User", Resource: textOf(c.body, "resourceId"), Created: c.now.UTC(), ByHand: "owner"}
	switch {
	case !strings.EqualFold(a.Principal, u.ID):
		return nil, badGraph("Request_BadRequest", "Invalid value specified for property 'principalId' of resource 'AppRoleAssignment'.")
	case c.world.principalByID(a.Resource) == nil:
		return nil, noObject(a.Resource)
	case slices.ContainsFunc(c.world.AppRoles, func(x *AppRoleAssignment) bool {
		return x.Role == a.Role && x.Principal == a.Principal && x.Resource == a.Resource
	}):
		return nil, badGraph("Request_BadRequest", "Permission being assigned already exists on the object")
	}
	c.world.AppRoles = plus(c.world.AppRoles, a)
	c.changed(a.ID, "created")
	c.logAppRole("Add app role assignment grant to user", a)
	return c.world.appRole(a), nil
}

func deleteAppRole(c *call) error {
	u, err := c.ofUser()
	if err != nil {
		return err
	}
	for _, a := range c.world.AppRoles {
		if a.ID == c.args["assignment"] && strings.EqualFold(a.Principal, u.ID) {
			c.world.AppRoles = without(c.world.AppRoles, a)
			c.changed(a.ID, "deleted")
			c.logAppRole("Remove app role assignment from user", a)
			return nil
		}
	}
	return noObject(c.args["assignment"])
}

// mayChangeApplication: with OwnedBy alone an application changes those that it owns.
func (c *call) mayChangeApplication(appID string) error {
	if slices.ContainsFunc(strings.Fields(writeApplications), func(p string) bool { return slices.Contains(c.by.Permissions, p) }) {
		return nil
	}
	for _, a := range c.world.Applications {
		if a.AppID == appID && containsFold(a.Owners, c.by.Principal) {
			return nil
		}
	}
	return denied
}

func (c *call) changeablePrincipal() (*ServicePrincipal, error) {
	p, err := c.ofPrincipal()
	if err == nil {
		err = c.mayChangeApplication(p.AppID)
	}
	return p, err
}

func (c *call) changeableApplication() (*Application, error) {
	a, err := c.ofApplication()
	if err == nil {
		err = c.mayChangeApplication(a.AppID)
	}
	return a, err
}

func patchPrincipal(c *call) error {
	p, err := c.changeablePrincipal()
	if err != nil {
		return err
	}
	if v, ok := c.body["accountEnabled"].(bool); ok && v != p.Enabled {
		p.Enabled = v
		c.changed(p.ID, "accountEnabled")
		c.directory("Update service principal", "ApplicationManagement", p.subject(), moved("AccountEnabled", !v, v))
	}
	if _, given := c.body["keyCredentials"]; given {
		if p.Keys, err = c.keysOf(p.Keys); err != nil {
			return err
		}
		c.changed(p.ID, "keyCredentials")
		c.directory("Update service principal", "ApplicationManagement", p.subject(), property{"KeyDescription", "", ""})
	}
	return nil
}

// certificates is how the log names a change of an application's credentials,
// with its dash and the blank behind it.
const certificates = "Update application \u2013 Certificates and secrets management "

func patchApplication(c *call) error {
	a, err := c.changeableApplication()
	if err != nil {
		return err
	}
	if _, given := c.body["keyCredentials"]; given {
		if a.Keys, err = c.keysOf(a.Keys); err != nil {
			return err
		}
		c.changed(a.ID, "keyCredentials")
		c.directory(certificates, "ApplicationManagement", a.subject(), property{"KeyDescription", "", ""})
	}
	return nil
}

// keysOf are the certificates of the body. One that is held already is given by
// its keyId and may come without its key; a new one needs it.
func (c *call) keysOf(held []Object) ([]Object, error) {
	out := []Object{}
	for _, x := range items(c.body["keyCredentials"]) {
		k := asObject(x)
		i := slices.IndexFunc(held, func(h Object) bool { return strings.EqualFold(textOf(h, "keyId"), textOf(k, "keyId")) })
		switch {
		case i >= 0:
			out = append(out, held[i])
		case textOf(k, "key") == "":
			return held, badGraph("Request_BadRequest", "The value for the property 'key' is missing for a new key credential.")
		default:
			out = append(out, over(Object{"keyId": made(c.id, "key", len(out))}, k))
		}
	}
	return out, nil
}

// lessSecret is the passwords without the one that the body names.
func (c *call) lessSecret(held []Object) ([]Object, error) {
	id := textOf(c.body, "keyId")
	out := slices.DeleteFunc(slices.Clone(held), func(o Object) bool { return strings.EqualFold(textOf(o, "keyId"), id) })
	if len(out) == len(held) {
		return held, badGraph("Request_BadRequest", "No password credential found with keyId: "+id)
	}
	return out, nil
}

func removeApplicationPassword(c *call) error {
	a, err := c.changeableApplication()
	if err != nil {
		return err
	}
	if a.Secrets, err = c.lessSecret(a.Secrets); err != nil {
		return err
	}
	c.changed(a.ID, "passwordCredentials")
	c.directory(certificates, "ApplicationManagement", a.subject(), property{"KeyDescription", "", ""})
	return nil
}

func removePrincipalPassword(c *call) error {
	p, err := c.changeablePrincipal()
	if err != nil {
		return err
	}
	if p.Secrets, err = c.lessSecret(p.Secrets); err != nil {
		return err
	}
	c.changed(p.ID, "passwordCredentials")
	c.directory("Remove service principal credentials", "ApplicationManagement", p.subject(), property{"KeyDescription", "", ""})
	return nil
}

// logRole names the role beside the one who holds it, as the directory does.
func (c *call) logRole(name, principal, role string, gone bool) {
	var props []property
	for _, p := range [][2]string{{"Role.DisplayName", roleName(role)}, {"Role.TemplateId", role}, {"Role.ObjectID", made(c.world.ID, "directory role", role)}} {
		old, new := any(nil), any(p[1])
		if gone {
			old, new = new, old
		}
		props = append(props, moved(p[0], old, new))
	}
	c.directory(name, "RoleManagement", c.world.subjectOf(principal), props...)
}

// holder checks who shall have which role.
func (c *call) holder() (principal, role, scope string, err error) {
	principal, role, scope = textOf(c.body, "principalId"), strings.ToLower(textOf(c.body, "roleDefinitionId")), textOf(c.body, "directoryScopeId")
	switch g := c.world.group(principal); {
	case c.principal(principal) == nil:
		err = noObject(principal)
	case g != nil && !g.RoleAssignable:
		err = badGraph("Request_BadRequest", "The group must be role-assignable.")
	case roleName(role) == role:
		err = noObject(role)
	case scope == "":
		err = badGraph("Request_BadRequest", "A scope must be given: directoryScopeId or appScopeId.")
	}
	return principal, role, scope, err
}

// roleHeld is who has a role how, nil for nobody.
func (w *World) roleHeld(principal, role string, eligible bool) *RoleAssignment {
	i := slices.IndexFunc(w.RoleHolders, func(r *RoleAssignment) bool {
		return r.Eligible == eligible && strings.EqualFold(r.Principal, principal) && strings.EqualFold(r.Role, role)
	})
	if i < 0 {
		return nil
	}
	return w.RoleHolders[i]
}

func createRoleAssignment(c *call) (Object, error) {
	principal, role, scope, err := c.holder()
	if err != nil {
		return nil, err
	}
	if c.world.roleHeld(principal, role, false) != nil {
		return nil, badGraph("Request_BadRequest", "A conflicting object with one or more of the specified property values is present in the directory.")
	}
	r := &RoleAssignment{ID: strings.ReplaceAll(made(c.id, "role"), "-", "") + "-1", Role: role, Principal: principal, Scope: scope, ByHand: "owner"}
	c.world.RoleHolders = plus(c.world.RoleHolders, r)
	c.changed(r.ID, "created")
	c.logRole("Add member to role", principal, role, false)
	return r.object(), nil
}

// deleteRoleAssignment keeps the last Global Administrator (from memory).
func deleteRoleAssignment(c *call) error {
	r, err := c.roleAssignment()
	if err != nil {
		return err
	}
	others := slices.ContainsFunc(c.world.RoleHolders, func(x *RoleAssignment) bool { return !x.Eligible && x.Role == r.Role && x != r })
	if roleName(r.Role) == "Global Administrator" && !others {
		return badGraph("Request_BadRequest", "The last Global Administrator can't be removed.")
	}
	c.world.RoleHolders = without(c.world.RoleHolders, r)
	c.changed(r.ID, "deleted")
	c.logRole("Remove member from role", r.Principal, r.Role, true)
	return nil
}

func roleRequestKind(name string) *kind {
	return &kind{name: name, props: "id approvalId completedDateTime createdBy createdDateTime customData status action appScopeId directoryScopeId isValidationOnly justification principalId roleDefinitionId scheduleInfo targetScheduleId ticketInfo"}
}

// requestRole is Privileged Identity Management's way to give and take a role.
func requestRole(eligible bool) func(*call) (Object, error) {
	return func(c *call) (Object, error) {
		if err := c.mayManage(); err != nil {
			return nil, err
		}
		principal, role, scope, err := c.holder()
		if err != nil {
			return nil, err
		}
		action, status, target := textOf(c.body, "action"), "Provisioned", made(c.id, "schedule")
		held := c.world.roleHeld(principal, role, eligible)
		words := map[bool]string{true: "eligible member", false: "member"}[eligible]
		switch {
		case action == "adminRemove" && held == nil:
			return nil, badGraph("RoleAssignmentDoesNotExist", "The Role assignment does not exist.")
		case action == "adminRemove":
			status, target = "Revoked", held.ID
			c.world.RoleHolders = without(c.world.RoleHolders, held)
			c.changed(held.ID, "deleted")
			c.logRole("Remove "+words+" from role", principal, role, true)
		case action == "adminAssign" && held != nil:
			return nil, badGraph("RoleAssignmentExists", "The Role assignment already exists.")
		case action == "adminAssign" && nested(c.body, "scheduleInfo") == nil:
			return nil, badGraph("InvalidRoleAssignmentRequest", "The schedule is missing.")
		case action == "adminAssign":
			c.world.RoleHolders = plus(c.world.RoleHolders, &RoleAssignment{ID: target, Role: role, Principal: principal, Scope: scope, Eligible: eligible, ByHand: "owner"})
			c.changed(target, "created")
			c.logRole("Add "+words+" to role", principal, role, false)
		default:
			return nil, badGraph("InvalidRoleAssignmentRequest", "The action '"+action+"' is not supported.")
		}
		now := c.now.UTC().Format(time.RFC3339)
		return over(Object{
			"id": made(c.id, "request"), "status": status, "createdDateTime": now, "completedDateTime": now, "approvalId": nil, "customData": nil, "appScopeId": nil,
			"isValidationOnly": false, "targetScheduleId": target, "createdBy": Object{"application": Object{"id": c.by.App, "displayName": c.by.AppName}},
		}, withoutAnnotations(c.body)), nil
	}
}

// withoutAnnotations leaves the type's name out.
func withoutAnnotations(o Object) Object {
	out := Object{}
	for name, v := range o {
		if !strings.Contains(name, "@odata.") {
			out[name] = v
		}
	}
	return out
}

// changeableGroup: a role-assignable group wants its own permission.
func (c *call) changeableGroup() (*Group, error) {
	g, err := c.ofGroup()
	if err == nil && g.RoleAssignable && !slices.Contains(c.by.Permissions, "RoleManagement.ReadWrite.Directory") {
		err = denied
	}
	return g, err
}

func addMember(c *call) error {
	g, err := c.changeableGroup()
	if err != nil {
		return err
	}
	at := textOf(c.body, "@odata.id")
	id := at[strings.LastIndexByte(at, '/')+1:]
	switch {
	case !strings.Contains(at, "/directoryObjects/") && !strings.Contains(at, "/users/"):
		return badGraph("Request_BadRequest", "The property '@odata.id' is missing or invalid.")
	case c.principal(id) == nil:
		return noObject(id)
	case containsFold(g.Members, id):
		return badGraph("Request_BadRequest", "One or more added object references already exist for the following modified properties: 'members'.")
	}
	g.Members = plus(g.Members, id)
	c.changed(g.ID, "members")
	c.directory("Add member to group", "GroupManagement", c.world.subjectOf(id), moved("Group.ObjectID", nil, g.ID), moved("Group.DisplayName", nil, g.Name))
	return nil
}

func removeMember(c *call) error {
	g, err := c.changeableGroup()
	if err != nil {
		return err
	}
	i := slices.IndexFunc(g.Members, func(m string) bool { return strings.EqualFold(m, c.args["member"]) })
	if i < 0 {
		return noObject(c.args["member"])
	}
	id := g.Members[i]
	g.Members = without(g.Members, id)
	c.changed(g.ID, "members")
	c.directory("Remove member from group", "GroupManagement", c.world.subjectOf(id), moved("Group.ObjectID", g.ID, nil), moved("Group.DisplayName", g.Name, nil))
	return nil
}
