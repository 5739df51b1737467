package simtenant

import (
	"slices"
	"strings"
	"time"
)

var userKind = &kind{
	name: "user", directory: true,
	defaults: "businessPhones displayName givenName id jobTitle mail mobilePhone officeLocation preferredLanguage surname userPrincipalName",
	props: "id deletedDateTime aboutMe accountEnabled ageGroup assignedLicenses assignedPlans birthday businessPhones city companyName consentProvidedForMinor country createdDateTime creationType customSecurityAttributes department displayName " +
		"employeeHireDate employeeId employeeLeaveDateTime employeeOrgData employeeType externalUserState externalUserStateChangeDateTime faxNumber givenName hireDate identities imAddresses interests isManagementRestricted isResourceAccount jobTitle " +
		"lastPasswordChangeDateTime legalAgeGroupClassification licenseAssignmentStates mail mailNickname mobilePhone mySite officeLocation onPremisesDistinguishedName onPremisesDomainName onPremisesExtensionAttributes onPremisesImmutableId " +
		"onPremisesLastSyncDateTime onPremisesProvisioningErrors onPremisesSamAccountName onPremisesSecurityIdentifier onPremisesSyncEnabled onPremisesUserPrincipalName otherMails passwordPolicies passwordProfile pastProjects postalCode " +
		"preferredDataLocation preferredLanguage preferredName provisionedPlans proxyAddresses responsibilities schools securityIdentifier serviceProvisioningErrors showInAddressList signInActivity signInSessionsValidFromDateTime skills state streetAddress surname usageLocation userPrincipalName userType",
	expands: map[string]func(*call, Object) any{"manager": func(c *call, o Object) any { return c.managerOf(textOf(o, "id")) }},
	beta:    "deviceKeys identityParentId infoCatalogs isLicenseReconciliationNeeded onPremisesSipInfo refreshTokensValidFromDateTime",
}

// basicUser is what User.ReadBasic.All shows.
var basicUser = strings.Fields("id displayName givenName mail surname userPrincipalName")

const readUsers = "User.Read.All User.ReadWrite.All User.ReadBasic.All " + readDirectory

// usersTable is accounts. Deleted ones: learn.microsoft.com/graph/api/directory-deleteditems-list.
func usersTable() []row {
	return []row{
		{"GET", "/users", "v1.0 beta", searchedQuery, "", readUsers, readUsers, collection(userKind, listUsers)},
		{"GET", "/users/{id}", "v1.0 beta", oneQuery, "", readUsers, readUsers + " User.Read", single(userKind, graphUser)},
		{"GET", "/users/{id}/manager", "v1.0 beta", oneQuery, "", readUsers, readUsers, single(userKind, getManager)},
		{"GET", "/directory/deletedItems/microsoft.graph.user", "v1.0 beta", listedQuery, "", "User.Read.All " + readDirectory, "User.Read.All " + readDirectory, collection(userKind, listDeletedUsers)},
	}
}

// userNamed is the living account with that object ID or principal name.
func (w *World) userNamed(name string) *User {
	i := slices.IndexFunc(w.Users, func(u *User) bool {
		return u.Deleted.IsZero() && (strings.EqualFold(u.ID, name) || strings.EqualFold(u.UPN, name))
	})
	if i < 0 {
		return nil
	}
	return w.Users[i]
}

// ofUser is the account that the path names.
func (c *call) ofUser() (*User, error) {
	if u := c.world.userNamed(c.args["id"]); u != nil {
		return u, nil
	}
	return nil, noObject(c.args["id"])
}

func listUsers(c *call) ([]Object, error) {
	out := []Object{}
	for _, u := range c.world.Users {
		if u.Deleted.IsZero() {
			out = append(out, c.user(u))
		}
	}
	return out, nil
}

func listDeletedUsers(c *call) ([]Object, error) {
	out := []Object{}
	for _, u := range c.world.Users {
		if !u.Deleted.IsZero() && c.now.Sub(u.Deleted) < 30*day {
			out = append(out, c.user(u))
		}
	}
	return out, nil
}

func graphUser(c *call) (Object, error) {
	u, err := c.ofUser()
	if err != nil {
		return nil, err
	}
	return c.user(u), nil
}

func getManager(c *call) (Object, error) {
	u, err := c.ofUser()
	if err != nil {
		return nil, err
	}
	if m := c.managerOf(u.ID); m != nil {
		return asObject(m), nil
	}
	return nil, noObject("manager")
}

func (c *call) managerOf(id string) any {
	u := c.world.userByID(id)
	if u == nil {
		return nil
	}
	if m := c.world.userByID(u.Manager); m != nil {
		return typed("user", c.user(m))
	}
	return nil
}

// user is an account as Graph shows it to this caller.
func (c *call) user(u *User) Object {
	o := c.world.userObject(u)
	full := slices.ContainsFunc(c.by.Permissions, func(p string) bool {
		return strings.HasPrefix(p, "User.Read") && p != "User.ReadBasic.All" || strings.HasPrefix(p, "Directory.")
	})
	if c.by.Permissions != nil && !full {
		for name := range o {
			if !slices.Contains(basicUser, name) {
				delete(o, name)
			}
		}
	}
	return o
}

// userObject is an account with all properties that this tenant keeps.
func (w *World) userObject(u *User) Object {
	nick, _, _ := strings.Cut(u.UPN, "@")
	kind := "Member"
	if u.Guest {
		kind = "Guest"
	}
	o := Object{
		"id": u.ID, "userPrincipalName": u.UPN, "displayName": u.DisplayName, "givenName": orNull(u.GivenName), "surname": orNull(u.Surname), "mail": orNull(u.Mail), "mailNickname": nick,
		"proxyAddresses": nonNil(u.Proxies), "otherMails": []string{}, "accountEnabled": u.Enabled, "userType": kind, "createdDateTime": orNever(u.Created), "deletedDateTime": orNever(u.Deleted),
		"lastPasswordChangeDateTime": orNever(u.PasswordChanged), "signInSessionsValidFromDateTime": orNever(u.SessionsValidFrom), "refreshTokensValidFromDateTime": orNever(u.SessionsValidFrom),
		"passwordPolicies": nil, "passwordProfile": nil, "onPremisesSyncEnabled": nil, "onPremisesImmutableId": orNull(u.ImmutableID), "onPremisesLastSyncDateTime": nil, "onPremisesDomainName": nil, "onPremisesSamAccountName": nil,
		"onPremisesSecurityIdentifier": nil, "onPremisesDistinguishedName": nil, "onPremisesUserPrincipalName": nil, "onPremisesProvisioningErrors": []any{}, "showInAddressList": nil,
		"identities":       []Object{{"signInType": "userPrincipalName", "issuer": w.Initial, "issuerAssignedId": u.UPN}},
		"assignedLicenses": w.assignedLicences(u), "assignedPlans": w.assignedPlans(u), "imAddresses": []string{}, "businessPhones": []string{},
		"creationType": nil, "externalUserState": nil, "ageGroup": nil, "preferredLanguage": nil,
	}
	for _, name := range strings.Fields("jobTitle department companyName officeLocation streetAddress city state postalCode country usageLocation mobilePhone faxNumber employeeId employeeType") {
		o[name] = nil
	}
	if u.Synced != nil {
		o["onPremisesSyncEnabled"] = *u.Synced
		o["onPremisesDomainName"], o["onPremisesSamAccountName"], o["onPremisesUserPrincipalName"] = w.Domain, nick, u.UPN
		o["onPremisesLastSyncDateTime"] = stamp(latest(u.Synchronised, w.Now.Truncate(syncEvery)))
	}
	if u.Guest {
		o["externalUserState"], o["creationType"] = "Accepted", "Invitation"
	}
	for name, v := range u.Profile {
		o[name] = v
	}
	return o
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// orNever is null for no time.
func orNever(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return stamp(t)
}
