package simtenant

import (
	"slices"
	"strings"
	"time"
)

var (
	organizationKind = &kind{name: "organization", directory: true,
		props: "id deletedDateTime assignedPlans businessPhones city country countryLetterCode createdDateTime defaultUsageLocation displayName marketingNotificationEmails mobileDeviceManagementAuthority onPremisesLastSyncDateTime onPremisesSyncEnabled partnerTenantType postalCode preferredLanguage privacyProfile provisionedPlans securityComplianceNotificationMails securityComplianceNotificationPhones state street technicalNotificationMails tenantType verifiedDomains",
		beta:  "directorySizeQuota isMultipleDataLocationsForServicesEnabled onPremisesLastPasswordSyncDateTime"}
	domainKind = &kind{name: "domain", directory: true,
		props: "id authenticationType availabilityStatus isAdminManaged isDefault isInitial isRoot isVerified passwordNotificationWindowInDays passwordValidityPeriodInDays state supportedServices", v1: "manufacturer model"}
	federationKind = &kind{name: "internalDomainFederation",
		props: "id displayName issuerUri metadataExchangeUri passiveSignInUri preferredAuthenticationProtocol signingCertificate activeSignInUri federatedIdpMfaBehavior isSignedAuthenticationRequestRequired nextSigningCertificate passwordResetUri promptLoginBehavior signingCertificateUpdateStatus signOutUri",
		beta:  "defaultInteractiveAuthenticationMethod openIdConnectDiscoveryEndpoint passwordChangeUri"}
)

// tenantTable is the tenant itself and its domains.
func tenantTable() []row {
	organization := "Organization.Read.All Organization.ReadWrite.All " + readDirectory
	domain := "Domain.Read.All Domain.ReadWrite.All Directory.Read.All"
	federation := "Domain-InternalFederation.Read.All Domain-InternalFederation.ReadWrite.All"
	return []row{
		{"GET", "/organization", "v1.0 beta", listedQuery, "", organization, organization, collection(organizationKind, listOrganization)},
		{"GET", "/domains", "v1.0 beta", listedQuery, "", domain, domain, collection(domainKind, listDomains)},
		{"GET", "/domains/{id}", "v1.0 beta", "$select", "", domain, domain, single(domainKind, getDomain)},
		{"GET", "/domains/{id}/federationConfiguration", "v1.0 beta", "$select $filter $top", "", federation, federation, collection(federationKind, listFederation)},
	}
}

// domains are the verified ones: the default, the federated, and the initial one.
func (w *World) domains() []Object {
	var out []Object
	for _, name := range slices.Concat([]string{w.Domain}, w.Federated, []string{w.Initial}) {
		kind := "Managed"
		if slices.Contains(w.Federated, name) {
			kind = "Federated"
		}
		out = append(out, Object{
			"id": name, "authenticationType": kind, "availabilityStatus": nil, "isAdminManaged": true, "isDefault": name == w.Domain, "isInitial": name == w.Initial, "isRoot": !slices.ContainsFunc([]string{w.Domain}, func(d string) bool { return strings.HasSuffix(name, "."+d) }),
			"isVerified": true, "passwordNotificationWindowInDays": 14, "passwordValidityPeriodInDays": 2147483647, "state": nil, "supportedServices": []string{"Email", "OfficeCommunicationsOnline"},
		})
	}
	return out
}

func listDomains(c *call) ([]Object, error) { return c.world.domains(), nil }

func getDomain(c *call) (Object, error) {
	for _, d := range c.world.domains() {
		if strings.EqualFold(textOf(d, "id"), c.args["id"]) {
			return d, nil
		}
	}
	return nil, noObject(c.args["id"])
}

// listFederation is where a domain's sign-in lives. A managed one has none. The
// world's policy "federation <domain>" says what differs from a plain one.
func listFederation(c *call) ([]Object, error) {
	d, err := getDomain(c)
	if err != nil || d["authenticationType"] != "Federated" {
		return []Object{}, err
	}
	name := textOf(d, "id")
	at := "https://sts." + name + "/adfs"
	return []Object{over(Object{
		"@odata.type": "#microsoft.graph.internalDomainFederation", "id": made("federation", name), "displayName": c.world.Name, "issuerUri": "http://sts." + name + "/adfs/services/trust", "passiveSignInUri": at + "/ls/", "activeSignInUri": at + "/services/trust/2005/usernamemixed", "metadataExchangeUri": at + "/services/trust/mex",
		"signOutUri": at + "/ls/", "preferredAuthenticationProtocol": "wsFed", "signingCertificate": "MIIC" + strings.ReplaceAll(made("certificate", name), "-", ""), "nextSigningCertificate": nil, "federatedIdpMfaBehavior": "acceptIfMfaDoneByFederatedIdp",
		"isSignedAuthenticationRequestRequired": nil, "promptLoginBehavior": nil, "passwordResetUri": nil, "signingCertificateUpdateStatus": nil,
	}, c.world.Policies["federation "+name])}, nil
}

func listOrganization(c *call) ([]Object, error) {
	w := c.world
	plans := []Object{}
	for _, p := range slices.Sorted(slices.Values(w.Plans)) {
		plans = append(plans, Object{"assignedDateTime": "2024-01-15T09:00:00Z", "capabilityStatus": "Enabled", "service": planService(p), "servicePlanId": planID(p)})
	}
	verified := []Object{}
	for _, d := range w.domains() {
		verified = append(verified, Object{"name": d["id"], "type": d["authenticationType"], "isDefault": d["isDefault"], "isInitial": d["isInitial"], "capabilities": "Email, OfficeCommunicationsOnline"})
	}
	var synced, last any
	if slices.ContainsFunc(w.Users, func(u *User) bool { return u.Synced != nil && *u.Synced }) {
		synced, last = true, stamp(w.Now.Truncate(30*time.Minute))
	}
	return []Object{{
		"id": w.ID, "displayName": w.Name, "tenantType": "AAD", "assignedPlans": plans, "verifiedDomains": verified, "onPremisesSyncEnabled": synced, "onPremisesLastSyncDateTime": last,
		"createdDateTime": "2019-05-20T08:00:00Z", "countryLetterCode": "NL", "technicalNotificationMails": []string{}, "securityComplianceNotificationMails": []string{}, "businessPhones": []string{}, "partnerTenantType": nil,
	}}, nil
}
