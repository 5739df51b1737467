package simtenant

// The tenant's policies. A World holds what differs from Microsoft's defaults:
// in Policies by the type's name, and whole lists in Lists by the type's name.

var (
	accessPolicyKind = &kind{name: "conditionalAccessPolicy", props: "id conditions createdDateTime description displayName grantControls modifiedDateTime sessionControls state", v1: "templateId", beta: "deletedDateTime"}
	locationKind     = &kind{name: "namedLocation", props: "id createdDateTime displayName modifiedDateTime", beta: "deletedDateTime"}
	methodsPolicy    = &kind{name: "authenticationMethodsPolicy", props: "id authenticationMethodConfigurations description displayName lastModifiedDateTime policyMigrationState policyVersion reconfirmationInDays registrationEnforcement",
		beta: "microsoftAuthenticatorPlatformSettings reportSuspiciousActivitySettings systemCredentialPreferences"}
	authorizationKind = &kind{name: "authorizationPolicy", props: "id deletedDateTime description displayName allowedToSignUpEmailBasedSubscriptions allowedToUseSSPR allowEmailVerifiedUsersToJoinOrganization allowInvitesFrom allowUserConsentForRiskyApps blockMsolPowerShell defaultUserRolePermissions guestUserRoleId",
		beta: "defaultUserRoleOverrides enabledPreviewFeatures permissionGrantPolicyIdsAssignedToDefaultUserRole"}
	defaultsKind = &kind{name: "identitySecurityDefaultsEnforcementPolicy", props: "id deletedDateTime description displayName isEnabled"}
)

func policiesTable() []row {
	read, methods := "Policy.Read.All", "Policy.Read.AuthenticationMethod Policy.Read.All Policy.ReadWrite.AuthenticationMethod"
	access := "Policy.Read.All"
	return []row{
		{"GET", "/identity/conditionalAccess/policies", "v1.0 beta", "$select $filter $orderby $top $count", "", access, access, collection(accessPolicyKind, licensedList("conditionalAccessPolicy"))},
		{"GET", "/identity/conditionalAccess/namedLocations", "v1.0 beta", "$select $filter $orderby $top $count", "", access, access, collection(locationKind, licensedList("namedLocation"))},
		{"GET", "/policies/authenticationMethodsPolicy", "v1.0 beta", "$select", "", methods, methods, single(methodsPolicy, policy("authenticationMethodsPolicy", Object{
			"id": "authenticationMethodsPolicy", "displayName": "Authentication Methods Policy", "description": "The tenant-wide policy that controls which authentication methods are allowed in the tenant", "policyVersion": "1.5", "policyMigrationState": "migrationComplete", "reconfirmationInDays": nil,
			"authenticationMethodConfigurations": []Object{
				{"@odata.type": "#microsoft.graph.fido2AuthenticationMethodConfiguration", "id": "Fido2", "state": "enabled"}, {"@odata.type": "#microsoft.graph.microsoftAuthenticatorAuthenticationMethodConfiguration", "id": "MicrosoftAuthenticator", "state": "enabled"},
				{"@odata.type": "#microsoft.graph.smsAuthenticationMethodConfiguration", "id": "Sms", "state": "enabled"}, {"@odata.type": "#microsoft.graph.temporaryAccessPassAuthenticationMethodConfiguration", "id": "TemporaryAccessPass", "state": "enabled"},
				{"@odata.type": "#microsoft.graph.softwareOathAuthenticationMethodConfiguration", "id": "SoftwareOath", "state": "enabled"}, {"@odata.type": "#microsoft.graph.emailAuthenticationMethodConfiguration", "id": "Email", "state": "enabled"},
			},
		}))},
		{"GET", "/policies/authorizationPolicy", "v1.0 beta", "$select", "", read + " Policy.ReadWrite.Authorization", read + " Policy.ReadWrite.Authorization", single(authorizationKind, policy("authorizationPolicy", Object{
			"id": "authorizationPolicy", "displayName": "Authorization Policy", "description": "Used to manage authorization related settings across the company.", "allowInvitesFrom": "everyone", "allowedToSignUpEmailBasedSubscriptions": true, "allowedToUseSSPR": true,
			"allowEmailVerifiedUsersToJoinOrganization": false, "allowUserConsentForRiskyApps": nil, "blockMsolPowerShell": false, "guestUserRoleId": "10dae51f-b6af-4016-8d66-8c2a99b929b3", "deletedDateTime": nil,
			"defaultUserRolePermissions": Object{"allowedToCreateApps": true, "allowedToCreateSecurityGroups": true, "allowedToCreateTenants": true, "allowedToReadBitlockerKeysForOwnedDevice": true, "allowedToReadOtherUsers": true, "permissionGrantPoliciesAssigned": []string{"ManagePermissionGrantsForSelf.microsoft-user-default-legacy"}},
		}))},
		{"GET", "/policies/identitySecurityDefaultsEnforcementPolicy", "v1.0 beta", "$select", "", read + " Policy.ReadWrite.SecurityDefaults", read + " Policy.ReadWrite.SecurityDefaults", single(defaultsKind, policy("identitySecurityDefaultsEnforcementPolicy", Object{
			"id": "00000000-0000-0000-0000-000000000005", "displayName": "Security Defaults", "description": "Security defaults is a set of basic identity security mechanisms recommended by Microsoft.", "isEnabled": false, "deletedDateTime": nil,
		}))},
	}
}

// policy is one of which a tenant has exactly one.
func policy(name string, defaults Object) func(*call) (Object, error) {
	return func(c *call) (Object, error) { return over(defaults, c.world.Policies[name]), nil }
}

// licensedList is a list of Conditional Access. Without Entra ID P1 it is
// refused; the words are from memory (unconfirmed).
func licensedList(name string) func(*call) ([]Object, error) {
	return func(c *call) ([]Object, error) {
		if !c.world.hasPlan("AAD_PREMIUM") {
			return nil, &graphError{403, "AccessDenied", "Your tenant is not licensed for this feature: an Entra ID premium license is required."}
		}
		return append([]Object{}, c.world.Lists[name]...), nil
	}
}
