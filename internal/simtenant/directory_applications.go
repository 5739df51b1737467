package simtenant

import (
	"slices"
	"strings"
)

var (
	principalKind = &kind{name: "servicePrincipal", directory: true,
		props: "id deletedDateTime accountEnabled addIns alternativeNames appDescription appDisplayName appId applicationTemplateId appOwnerOrganizationId appRoleAssignmentRequired appRoles customSecurityAttributes description disabledByMicrosoftStatus displayName homepage info keyCredentials loginUrl logoutUrl notes notificationEmailAddresses passwordCredentials preferredSingleSignOnMode preferredTokenSigningKeyThumbprint replyUrls samlSingleSignOnSettings servicePrincipalNames servicePrincipalType signInAudience tags tokenEncryptionKeyId verifiedPublisher",
		v1:    "oauth2PermissionScopes resourceSpecificApplicationPermissions",
		beta:  "createdByAppId errorUrl isDisabled publisherName samlMetadataUrl"}
	applicationKind = &kind{name: "application", directory: true,
		props: "id deletedDateTime addIns api appId applicationTemplateId appRoles certification createdDateTime description disabledByMicrosoftStatus displayName groupMembershipClaims identifierUris info isDeviceOnlyAuthSupported isFallbackPublicClient keyCredentials notes optionalClaims passwordCredentials publicClient publisherDomain requiredResourceAccess serviceManagementReference signInAudience spa tags uniqueName verifiedPublisher web",
		beta:  "createdByAppId isDisabled"}
	grantKind   = &kind{name: "oAuth2PermissionGrant", directory: true, props: "id clientId consentType principalId resourceId scope", beta: "expiryTime startTime"}
	appRoleKind = &kind{name: "appRoleAssignment", directory: true, v1: "createdDateTime", props: "id deletedDateTime appRoleId principalDisplayName principalId principalType resourceDisplayName resourceId", beta: "creationTimestamp"}
)

const (
	listApplicationsWith = "Application.Read.All Application.ReadWrite.OwnedBy Application.ReadWrite.All Directory.Read.All"
	applicationsOfPeople = "Application.Read.All Application.ReadWrite.All Directory.Read.All"
	readApplications     = "Application.Read.All Application.ReadWrite.OwnedBy Application.ReadWrite.All " + readDirectory
	writeApplications    = "Application.ReadWrite.All " + writeDirectory
	writeGrants          = "DelegatedPermissionGrant.ReadWrite.All " + writeDirectory
	writeAppRoles        = "AppRoleAssignment.ReadWrite.All"
)

// applicationsTable is applications and what they were given.
func applicationsTable() []row {
	owned := "User.Read.All User.ReadWrite.All " + readDirectory
	return []row{
		{"GET", "/servicePrincipals", "v1.0 beta", searchedQuery, "", listApplicationsWith, applicationsOfPeople, collection(principalKind, listPrincipals)},
		{"GET", "/servicePrincipals/{id}", "v1.0 beta", oneQuery, "", readApplications, applicationsOfPeople, single(principalKind, getPrincipal)},
		{"GET", "/servicePrincipals/{id}/appRoleAssignments", "v1.0 beta", listedQuery, "", readApplications, applicationsOfPeople, collection(appRoleKind, listAppRolesOfPrincipal)},
		{"GET", "/servicePrincipals/{id}/appRoleAssignedTo", "v1.0 beta", listedQuery, "", readApplications, applicationsOfPeople, collection(appRoleKind, listAssignees)},
		{"GET", "/servicePrincipals/{id}/oauth2PermissionGrants", "v1.0 beta", listedQuery, "", readDirectory, readDirectory, collection(grantKind, listGrantsOfPrincipal)},
		{"GET", "/servicePrincipals/{id}/owners", "v1.0 beta", listedQuery, "", readApplications, applicationsOfPeople, collection(memberKind, listOwners)},
		// learn.microsoft.com/graph/api/application-list and application-get
		{"GET", "/applications", "v1.0 beta", searchedQuery, "", readApplications, applicationsOfPeople, collection(applicationKind, listApplications)},
		{"GET", "/applications/{id}", "v1.0 beta", oneQuery, "", readApplications, applicationsOfPeople, single(applicationKind, getApplication)},
		{"GET", "/oauth2PermissionGrants", "v1.0 beta", "$select $filter $top", "", readDirectory + " DelegatedPermissionGrant.ReadWrite.All", readDirectory + " DelegatedPermissionGrant.ReadWrite.All", collection(grantKind, listGrants)},
		{"GET", "/oauth2PermissionGrants/{id}", "v1.0 beta", "$select", "", readDirectory + " DelegatedPermissionGrant.ReadWrite.All", readDirectory + " DelegatedPermissionGrant.ReadWrite.All", single(grantKind, getGrant)},
		{"GET", "/users/{id}/oauth2PermissionGrants", "v1.0 beta", "$select $filter $top", "", "Directory.Read.All DelegatedPermissionGrant.ReadWrite.All", "Directory.Read.All DelegatedPermissionGrant.ReadWrite.All", collection(grantKind, listGrantsOfUser)},
		{"GET", "/users/{id}/appRoleAssignments", "v1.0 beta", listedQuery, "", "Directory.Read.All " + writeAppRoles, "Directory.Read.All " + writeAppRoles, collection(appRoleKind, listAppRolesOfUser)},
		{"GET", "/users/{id}/ownedObjects", "v1.0 beta", listedQuery, "", owned, owned + " User.Read", collection(memberOfAnyType, listOwnedObjects)},
	}
}

// memberOfAnyType is memberKind with applications too.
var memberOfAnyType = &kind{name: "directoryObject", directory: true, props: memberKind.props + " " + principalKind.props + " " + applicationKind.props}

func (p *ServicePrincipal) object() Object {
	return Object{
		"id": p.ID, "deletedDateTime": nil, "appId": p.AppID, "displayName": p.Name, "appDisplayName": p.Name, "appOwnerOrganizationId": orNull(p.OwnerTenant), "accountEnabled": p.Enabled, "servicePrincipalType": "Application", "disabledByMicrosoftStatus": nil,
		"verifiedPublisher": over(Object{"displayName": nil, "verifiedPublisherId": nil, "addedDateTime": nil}, p.Verified), "replyUrls": nonNil(p.Reply), "passwordCredentials": objects(p.Secrets), "keyCredentials": objects(p.Keys), "servicePrincipalNames": []string{p.AppID},
		"tags": []string{"WindowsAzureActiveDirectoryIntegratedApp"}, "appRoleAssignmentRequired": false, "appRoles": []any{}, "oauth2PermissionScopes": []any{}, "signInAudience": "AzureADMultipleOrgs", "homepage": nil, "isDisabled": nil,
	}
}

// objects is a list that is never null.
func objects(list []Object) []Object { return append([]Object{}, list...) }

func (a *Application) object() Object {
	return Object{
		"id": a.ID, "deletedDateTime": nil, "appId": a.AppID, "displayName": a.Name, "createdDateTime": orNever(a.Created), "passwordCredentials": objects(a.Secrets), "keyCredentials": objects(a.Keys), "signInAudience": "AzureADMyOrg", "identifierUris": []string{},
		"requiredResourceAccess": []any{}, "appRoles": []any{}, "publisherDomain": nil, "tags": []string{}, "web": Object{"redirectUris": []string{}}, "disabledByMicrosoftStatus": nil,
	}
}

// principalByID is a service principal by its object ID, or by appId='…'; nil for none.
func (w *World) principalByID(id string) *ServicePrincipal {
	i := slices.IndexFunc(w.Principals, func(p *ServicePrincipal) bool {
		return strings.EqualFold(p.ID, id) || strings.EqualFold("appId='"+p.AppID+"'", id)
	})
	if i < 0 {
		return nil
	}
	return w.Principals[i]
}

func (c *call) ofPrincipal() (*ServicePrincipal, error) {
	if p := c.world.principalByID(c.args["id"]); p != nil {
		return p, nil
	}
	return nil, noObject(c.args["id"])
}

// ofApplication is the application that the path names.
func (c *call) ofApplication() (*Application, error) {
	for _, a := range c.world.Applications {
		if strings.EqualFold(a.ID, c.args["id"]) || strings.EqualFold("appId='"+a.AppID+"'", c.args["id"]) {
			return a, nil
		}
	}
	return nil, noObject(c.args["id"])
}

func listPrincipals(c *call) ([]Object, error) {
	out := []Object{}
	for _, p := range c.world.Principals {
		out = append(out, p.object())
	}
	return out, nil
}

func getPrincipal(c *call) (Object, error) {
	p, err := c.ofPrincipal()
	if err != nil {
		return nil, err
	}
	return p.object(), nil
}

func listApplications(c *call) ([]Object, error) {
	out := []Object{}
	for _, a := range c.world.Applications {
		out = append(out, a.object())
	}
	return out, nil
}

func getApplication(c *call) (Object, error) {
	a, err := c.ofApplication()
	if err != nil {
		return nil, err
	}
	return a.object(), nil
}

// listOwners are the owners of the application behind a service principal.
func listOwners(c *call) ([]Object, error) {
	p, err := c.ofPrincipal()
	if err != nil {
		return nil, err
	}
	out := []Object{}
	for _, a := range c.world.Applications {
		for _, id := range a.Owners {
			if o := c.principal(id); strings.EqualFold(a.AppID, p.AppID) && o != nil {
				out = append(out, o)
			}
		}
	}
	return out, nil
}

func listOwnedObjects(c *call) ([]Object, error) {
	u, err := c.ofUser()
	if err != nil {
		return nil, err
	}
	out := []Object{}
	for _, a := range c.world.Applications {
		if containsFold(a.Owners, u.ID) {
			out = append(out, typed("application", a.object()))
			if p := c.world.principalOf(a.AppID); p != nil {
				out = append(out, typed("servicePrincipal", p.object()))
			}
		}
	}
	return out, nil
}

func (g *Grant) object() Object {
	return Object{"id": g.ID, "clientId": g.Client, "consentType": g.Consent, "principalId": orNull(g.Principal), "resourceId": g.Resource, "scope": g.Scope, "startTime": "0001-01-01T00:00:00Z", "expiryTime": "9999-12-31T23:59:59.9999999Z"}
}

func (g *Grant) shown(c *call) Object {
	o := g.object()
	if c.version != "beta" {
		delete(o, "startTime")
		delete(o, "expiryTime")
	}
	return o
}

func (c *call) grants(which func(*Grant) bool) []Object {
	out := []Object{}
	for _, g := range c.world.Grants {
		if which(g) {
			out = append(out, g.shown(c))
		}
	}
	return out
}

func listGrants(c *call) ([]Object, error) {
	return c.grants(func(*Grant) bool { return true }), nil
}

// grant is the one that the path names.
func (c *call) grant() (*Grant, error) {
	for _, g := range c.world.Grants {
		if g.ID == c.args["id"] {
			return g, nil
		}
	}
	return nil, noObject(c.args["id"])
}

func getGrant(c *call) (Object, error) {
	g, err := c.grant()
	if err != nil {
		return nil, err
	}
	return g.shown(c), nil
}

func listGrantsOfUser(c *call) ([]Object, error) {
	u, err := c.ofUser()
	if err != nil {
		return nil, err
	}
	return c.grants(func(g *Grant) bool { return strings.EqualFold(g.Principal, u.ID) }), nil
}

func listGrantsOfPrincipal(c *call) ([]Object, error) {
	p, err := c.ofPrincipal()
	if err != nil {
		return nil, err
	}
	return c.grants(func(g *Grant) bool { return strings.EqualFold(g.Client, p.ID) }), nil
}

func (w *World) appRole(a *AppRoleAssignment) Object {
	o := Object{"id": a.ID, "deletedDateTime": nil, "appRoleId": a.Role, "createdDateTime": orNever(a.Created), "principalId": a.Principal, "principalType": a.PrincipalType, "principalDisplayName": nil, "resourceId": a.Resource, "resourceDisplayName": nil}
	if p := w.principalByID(a.Resource); p != nil {
		o["resourceDisplayName"] = p.Name
	}
	switch {
	case w.userByID(a.Principal) != nil:
		o["principalDisplayName"] = w.userByID(a.Principal).DisplayName
	case w.group(a.Principal) != nil:
		o["principalDisplayName"] = w.group(a.Principal).Name
	case w.principalByID(a.Principal) != nil:
		o["principalDisplayName"] = w.principalByID(a.Principal).Name
	}
	return o
}

func (c *call) appRoles(which func(*AppRoleAssignment) bool) []Object {
	out := []Object{}
	for _, a := range c.world.AppRoles {
		if which(a) {
			out = append(out, c.world.appRole(a))
		}
	}
	return out
}

// listAppRolesOfUser includes those of the account's groups.
func listAppRolesOfUser(c *call) ([]Object, error) {
	u, err := c.ofUser()
	if err != nil {
		return nil, err
	}
	return c.appRoles(func(a *AppRoleAssignment) bool {
		return strings.EqualFold(a.Principal, u.ID) || c.world.inGroup(a.Principal, u.ID)
	}), nil
}

func listAppRolesOfPrincipal(c *call) ([]Object, error) {
	p, err := c.ofPrincipal()
	if err != nil {
		return nil, err
	}
	return c.appRoles(func(a *AppRoleAssignment) bool { return strings.EqualFold(a.Principal, p.ID) }), nil
}

func listAssignees(c *call) ([]Object, error) {
	p, err := c.ofPrincipal()
	if err != nil {
		return nil, err
	}
	return c.appRoles(func(a *AppRoleAssignment) bool { return strings.EqualFold(a.Resource, p.ID) }), nil
}
