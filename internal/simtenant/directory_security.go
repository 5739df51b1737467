package simtenant

import "strings"

var (
	alertKind    = &kind{name: "security.alert", props: "id actorDisplayName additionalData alertPolicyId alertWebUrl assignedTo category classification comments createdDateTime customDetails description detectionSource detectorId determination evidence firstActivityDateTime incidentId incidentWebUrl investigationState lastActivityDateTime lastUpdateDateTime mitreTechniques productName providerAlertId recommendedActions resolvedDateTime serviceSource severity status systemTags tenantId threatDisplayName threatFamilyName title", beta: "categories"}
	incidentKind = &kind{name: "security.incident", page: 50, top: 50, props: "id alerts assignedTo classification comments createdDateTime customTags description determination displayName incidentWebUrl lastModifiedBy lastUpdateDateTime redirectIncidentId resolvingComment severity status summary systemTags tenantId"}
	manyRoleKind = &kind{name: "unifiedRoleAssignmentMultiple", beta: "id appScopeIds condition description directoryScopeIds displayName principalIds roleDefinitionId"}
)

// securityTable is Defender. The world's lists "alert" and "incident" hold what
// it found.
func securityTable() []row {
	roles := "RoleManagement.Read.Defender RoleManagement.ReadWrite.Defender RoleManagement.Read.All"
	alerts := "SecurityAlert.Read.All SecurityAlert.ReadWrite.All"
	incidents := "SecurityIncident.Read.All SecurityIncident.ReadWrite.All"
	return []row{
		{"GET", "/security/alerts_v2", "v1.0 beta", "$select $filter $top $orderby $count", "", alerts, alerts, collection(alertKind, held("alert"))},
		{"GET", "/security/incidents", "v1.0 beta", "$select $filter $top $orderby $count", "", incidents, incidents, collection(incidentKind, held("incident"))},
		{"POST", "/security/microsoft.graph.security.runHuntingQuery", "v1.0 beta", "", "query timespan", "ThreatHunting.Read.All", "ThreatHunting.Read.All", runHuntingQuery},
		{"GET", "/roleManagement/defender/roleAssignments", "beta", "$select $filter $top", "", roles, roles, collection(manyRoleKind, held("unifiedRoleAssignmentMultiple"))},
	}
}

// held is a list of the world's.
func held(name string) func(*call) ([]Object, error) {
	return func(c *call) ([]Object, error) { return objects(c.world.Lists[name]), nil }
}

// runHuntingQuery understands no query: a tenant with Defender answers with no
// rows, any other refuses (the words are unconfirmed).
func runHuntingQuery(c *call) reply {
	if !c.world.hasPlan("MTP", "WINDEFATP", "ATP_ENTERPRISE", "THREAT_INTELLIGENCE") {
		return c.failed(&graphError{403, "Forbidden", "The tenant is not licensed for advanced hunting."})
	}
	if strings.TrimSpace(textOf(c.body, "query")) == "" {
		return c.failed(badGraph("BadRequest", "The query is missing."))
	}
	return c.ok(200, Object{"@odata.context": c.context(), "schema": []Object{}, "results": []Object{}})
}
