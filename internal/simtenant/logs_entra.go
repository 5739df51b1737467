package simtenant

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// signInKind is Graph's signIn: what v1.0 shows, and what beta adds.
var signInKind = &kind{
	name: "signIn", page: 1000, top: 1000,
	props: "id createdDateTime userDisplayName userPrincipalName userId appId appDisplayName ipAddress clientAppUsed correlationId conditionalAccessStatus appliedConditionalAccessPolicies isInteractive riskDetail riskLevelAggregated riskLevelDuringSignIn riskState riskEventTypes_v2 resourceDisplayName resourceId status deviceDetail location",
	v1:    "riskEventTypes",
	beta:  "appliedEventListeners appOwnerTenantId appTokenProtectionStatus authenticationAppDeviceDetails authenticationAppPolicyEvaluationDetails authenticationContextClassReferences authenticationDetails authenticationMethodsUsed authenticationProcessingDetails authenticationProtocol authenticationRequirement authenticationRequirementPolicies autonomousSystemNumber azureResourceId clientCredentialType clientSessionId conditionalAccessAudiences crossTenantAccessType federatedCredentialId flaggedForReview globalSecureAccessIpAddress homeTenantId homeTenantName incomingTokenType ipAddressFromResourceProvider isTenantRestricted isThroughGlobalSecureAccess managedServiceIdentity mfaDetail networkLocationDetails originalRequestId originalTransferMethod privateLinkDetails processingTimeInMilliseconds resourceOwnerTenantId resourceServicePrincipalId resourceTenantId servicePrincipalCredentialKeyId servicePrincipalCredentialThumbprint servicePrincipalId servicePrincipalName sessionId sessionLifetimePolicies signInEventTypes signInIdentifier signInIdentifierType signInTokenProtectionStatus tokenIssuerName tokenIssuerType tokenProtectionStatusDetails uniqueTokenIdentifier userAgent userType",
	// What $filter may look at, after the tables of the resource's pages.
	filters: "appDisplayName appId authenticationRequirement clientAppUsed clientCredentialType conditionalAccessStatus correlationId createdDateTime deviceDetail id ipAddress isInteractive location originalRequestId resourceDisplayName resourceId riskDetail riskEventTypes riskEventTypes_v2 riskLevelAggregated riskLevelDuringSignIn riskState servicePrincipalId servicePrincipalName sessionId signInEventTypes status uniqueTokenIdentifier userDisplayName userId userPrincipalName userType",
}

var directoryAuditKind = &kind{
	name: "directoryAudit", page: 1000, top: 1000,
	props:   "id category correlationId result resultReason activityDisplayName activityDateTime loggedByService operationType initiatedBy targetResources additionalDetails",
	beta:    "performedBy userAgent",
	filters: "id activityDateTime activityDisplayName category correlationId initiatedBy loggedByService result targetResources",
}

var signInLog = &graphLog{
	kind: signInKind, record: SignInRecord, time: "createdDateTime", kept: keptReports,
	may: mayReadSignIns, only: interactiveOnly, row: signInRow,
}

var directoryLog = &graphLog{kind: directoryAuditKind, record: DirectoryRecord, time: "activityDateTime", kept: keptReports}

// logTable is every call about the logs.
func logTable() []row {
	const report = "$select $filter $orderby $top"
	return slices.Concat(riskTable(), traceTable(), feedTable(), []row{
		{"GET", "/auditLogs/signIns", "v1.0 beta", report, "", "AuditLog.Read.All", "AuditLog.Read.All", listLog(signInLog)},
		{"GET", "/auditLogs/directoryAudits", "v1.0 beta", report, "", "AuditLog.Read.All Directory.Read.All", "AuditLog.Read.All Directory.Read.All", listLog(directoryLog)},
		{"GET", "/security/auditLog/queries", "v1.0 beta", "$select $filter $top", "", auditPermissions, auditPermissions, collection(auditQueryKind, listAuditQueries)},
		{"POST", "/security/auditLog/queries", "v1.0 beta", "", auditQueryBody, auditPermissions, auditPermissions, createAuditQuery},
		{"GET", "/security/auditLog/queries/{id}", "v1.0 beta", "$select", "", auditPermissions, auditPermissions, single(auditQueryKind, getAuditQuery)},
		{"GET", "/security/auditLog/queries/{id}/records", "v1.0 beta", "$select $filter $top", "", auditPermissions, auditPermissions, listAuditRecords},
	})
}

// mayReadSignIns: no tenant without Entra ID P1 gets any over Graph
// (learn.microsoft.com/graph/api/resources/signin). The words of the refusal are
// from memory.
func mayReadSignIns(c *call) error {
	if c.world.hasPlan("AAD_PREMIUM") {
		return nil
	}
	return &graphError{403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant", "Neither tenant is B2C or tenant doesn't have premium license"}
}

// interactiveOnly: without a filter on the kind of sign-in, and always on v1.0,
// only those of people at a screen come.
func interactiveOnly(c *call, filter string) func(Object) bool {
	if strings.Contains(strings.ToLower(filter), "signineventtypes") {
		return nil
	}
	return func(o Object) bool {
		return slices.ContainsFunc(items(o["signInEventTypes"]), func(x any) bool { return x == "interactiveUser" })
	}
}

// signInRow is a sign-in without what the version doesn't have, and without
// risk where the tenant has no P2: "hidden" is how Graph says that.
func signInRow(c *call, r *logged) (any, error) {
	hide := !c.world.hasPlan("AAD_PREMIUM_P2") && !bytes.Contains(r.Body, []byte(`"riskLevelDuringSignIn":"hidden"`))
	if c.version == "beta" && !hide {
		return json.RawMessage(r.Body), nil
	}
	o := decoded(r.Body)
	for name := range o {
		if c.version == "v1.0" && !signInProps[name] {
			delete(o, name)
		} else if hide && (name == "riskLevelDuringSignIn" || name == "riskLevelAggregated") {
			o[name] = "hidden"
		}
	}
	return o, nil
}

// signInProps are the properties of v1.0.
var signInProps = func() map[string]bool {
	out := map[string]bool{}
	for name := range strings.FieldsSeq(signInKind.props) {
		out[name] = true
	}
	return out
}()
