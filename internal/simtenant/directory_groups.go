package simtenant

import (
	"slices"
	"strings"
)

var groupKind = &kind{name: "group", directory: true,
	props: "id deletedDateTime classification createdDateTime description displayName expirationDateTime groupTypes isAssignableToRole isManagementRestricted mail mailEnabled mailNickname membershipRule membershipRuleProcessingState onPremisesLastSyncDateTime onPremisesSecurityIdentifier onPremisesSyncEnabled proxyAddresses renewedDateTime securityEnabled securityIdentifier uniqueName visibility"}

// memberKind is an object of the directory of any type.
var memberKind = &kind{name: "directoryObject", directory: true, props: userKind.props + " " + groupKind.props + " " + deviceKind.props + " roleTemplateId"}

const readMembers = "GroupMember.Read.All Group.Read.All GroupMember.ReadWrite.All Group.ReadWrite.All Directory.Read.All"

// groupsTable is groups and who is in them.
func groupsTable() []row {
	memberships := "User.Read.All " + readDirectory
	return []row{
		{"GET", "/groups", "v1.0 beta", searchedQuery, "", readMembers, readMembers, collection(groupKind, listGroups)},
		{"GET", "/groups/{id}", "v1.0 beta", oneQuery, "", readMembers, readMembers, single(groupKind, getGroup)},
		{"GET", "/groups/{id}/members", "v1.0 beta", searchedQuery, "", readMembers + " GroupMember.ReadBasic.All", readMembers + " GroupMember.ReadBasic.All", collection(memberKind, listGroupMembers)},
		{"GET", "/users/{id}/memberOf", "v1.0 beta", searchedQuery, "", readDirectory, readDirectory + " User.Read", collection(memberKind, listMemberships)},
		{"GET", "/users/{id}/transitiveMemberOf", "v1.0 beta", searchedQuery, "", memberships, memberships + " User.Read", collection(memberKind, listMemberships)},
		{"GET", "/users/{id}/transitiveMemberOf/microsoft.graph.directoryRole", "v1.0 beta", searchedQuery, "", memberships, memberships + " User.Read", collection(directoryRoleKind, listRolesOf)},
	}
}

func (g *Group) object() Object {
	return Object{
		"id": g.ID, "deletedDateTime": nil, "displayName": g.Name, "description": nil, "createdDateTime": "2025-03-03T10:00:00Z", "groupTypes": []string{}, "isAssignableToRole": g.RoleAssignable,
		"mail": nil, "mailEnabled": false, "mailNickname": strings.ReplaceAll(g.Name, " ", ""), "securityEnabled": true, "onPremisesSyncEnabled": nil, "proxyAddresses": []string{}, "visibility": "Private", "membershipRule": nil,
	}
}

// group is one by its ID, or nil.
func (w *World) group(id string) *Group {
	i := slices.IndexFunc(w.Groups, func(g *Group) bool { return strings.EqualFold(g.ID, id) })
	if i < 0 {
		return nil
	}
	return w.Groups[i]
}

func (c *call) ofGroup() (*Group, error) {
	if g := c.world.group(c.args["id"]); g != nil {
		return g, nil
	}
	return nil, noObject(c.args["id"])
}

func listGroups(c *call) ([]Object, error) {
	out := []Object{}
	for _, g := range c.world.Groups {
		out = append(out, g.object())
	}
	return out, nil
}

func getGroup(c *call) (Object, error) {
	g, err := c.ofGroup()
	if err != nil {
		return nil, err
	}
	return g.object(), nil
}

func listGroupMembers(c *call) ([]Object, error) {
	g, err := c.ofGroup()
	if err != nil {
		return nil, err
	}
	out := []Object{}
	for _, id := range g.Members {
		if o := c.principal(id); o != nil {
			out = append(out, o)
		}
	}
	return out, nil
}

// principal is whoever may hold something, with its type: nil when it is gone.
func (c *call) principal(id string) Object {
	if u := c.world.userByID(id); u != nil && u.Deleted.IsZero() {
		return typed("user", c.user(u))
	}
	if g := c.world.group(id); g != nil {
		return typed("group", g.object())
	}
	if p := c.world.principalByID(id); p != nil {
		return typed("servicePrincipal", p.object())
	}
	return nil
}

// listMemberships are an account's groups and directory roles. Groups of this
// tenant are in no other, so both lists of Graph's are the same but for roles
// that come through a group, which both leave out.
func listMemberships(c *call) ([]Object, error) {
	u, err := c.ofUser()
	if err != nil {
		return nil, err
	}
	out := []Object{}
	for _, g := range c.world.Groups {
		if containsFold(g.Members, u.ID) {
			out = append(out, typed("group", g.object()))
		}
	}
	for _, id := range c.world.directoryRoles() {
		if slices.ContainsFunc(c.world.RoleHolders, func(r *RoleAssignment) bool {
			return !r.Eligible && r.Role == id && strings.EqualFold(r.Principal, u.ID)
		}) {
			out = append(out, typed("directoryRole", c.world.directoryRole(id)))
		}
	}
	return out, nil
}

func listRolesOf(c *call) ([]Object, error) {
	all, err := listMemberships(c)
	out := []Object{}
	for _, o := range all {
		if o["@odata.type"] == "#microsoft.graph.directoryRole" {
			delete(o, "@odata.type")
			out = append(out, o)
		}
	}
	return out, err
}
