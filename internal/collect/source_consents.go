package collect

// principalProperties tell a known publisher's application from anybody's.
const principalProperties = "id,appId,displayName,appOwnerOrganizationId,verifiedPublisher,accountEnabled,replyUrls,servicePrincipalType,passwordCredentials,keyCredentials,tags"

// consents reads what applications may do in an account's name.
func (r *run) consents(a *Account) []*ask {
	return []*ask{
		present("consents/user", a, "", graph("list-user-grants", a.arg(), nil)),
		present("consents/app-roles", a, "", graph("list-user-app-roles", a.arg(), nil)),
		present("consents/owned", a, "", graph("list-owned-objects", a.arg(), nil)),
	}
}

// applications reads the tenant's own: grants for everybody, and who the applications are.
func (r *run) applications() []*ask {
	return []*ask{
		present("consents/tenant", nil, "", graph("list-grants", nil, options("$filter", "consentType eq 'AllPrincipals'"))),
		present("applications", nil, "", graph("list-service-principals", nil, options("$select", principalProperties, "$top", "999"))),
	}
}
