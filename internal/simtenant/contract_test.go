package simtenant

import (
	"slices"
	"strings"
	"testing"

	"evict/internal/simtenant/contract"
)

// TestTableAgreesWithTheContract: each call of the table is Microsoft's, with its
// options, the properties of its body, and permissions that let it in there.
func TestTableAgreesWithTheContract(t *testing.T) {
	c := contract.Need(t)
	for _, table := range tables() {
		for i := range table {
			r := &table[i]
			for _, version := range strings.Fields(r.in) {
				if version == "activity" {
					continue
				}
				at := version + " " + r.method + " " + r.path
				p := pathValue.ReplaceAllString(r.path, "x")
				if !c.Has(version, r.method, p) {
					t.Errorf("%s: no such call", at)
					continue
				}
				options := c.Options(version, r.method, p)
				for q := range strings.FieldsSeq(r.query) {
					if !slices.Contains(options, q) {
						t.Errorf("%s: no option %s", at, q)
					}
				}
				for people, given := range map[bool]string{false: r.app, true: r.people} {
					known := c.Permissions(version, r.method, p, people)
					for p := range strings.FieldsSeq(given) {
						if p != anyPermission && len(known) > 0 && !slices.Contains(known, p) {
							t.Errorf("%s: not let in with %s (people: %v)", at, p, people)
						}
					}
				}
				if r.body != "" && r.body != "*" && r.body != "?" {
					for _, name := range parseBody(strings.TrimPrefix(r.body, "?")).paths("") {
						if !c.BodyProperty(version, r.method, p, name) {
							t.Errorf("%s: the body has no %s", at, name)
						}
					}
				}
			}
		}
	}
}

// paths are all properties of a body.
func (spec bodySpec) paths(at string) []string {
	var out []string
	for name, p := range spec {
		out = append(out, at+name)
		if p.inner != nil {
			out = append(out, p.inner.paths(at+name+"/")...)
		}
	}
	slices.Sort(out)
	return out
}

// TestTypesAgreeWithTheContract: what a $select may name is a property of the type.
func TestTypesAgreeWithTheContract(t *testing.T) {
	c := contract.Need(t)
	kinds := []*kind{
		userKind, skuKind, licenceKind, requirementsKind, preferencesKind, registrationKind, organizationKind, domainKind, federationKind, accessPolicyKind, locationKind, methodsPolicy, authorizationKind, defaultsKind,
		roleAssignmentKind, definitionKind, eligibilityKind, eligibleKind, scheduleKind, instanceKind, groupEligibleKind, directoryRoleKind, groupKind, deviceKind, principalKind, grantKind, appRoleKind, alertKind, incidentKind, manyRoleKind,
		messageKind, folderKind, ruleKind, signInKind, directoryAuditKind, riskyUserKind, riskHistoryKind, riskDetectionKind, operationKind, roleRequestKind("unifiedRoleEligibilityScheduleRequest"), roleRequestKind("unifiedRoleAssignmentScheduleRequest"),
	}
	for i := range methodTypes {
		kinds = append(kinds, methodTypes[i].kind())
	}
	for _, k := range kinds {
		for version, props := range map[string]string{"v1.0": k.props + " " + k.v1, "beta": k.props + " " + k.beta} {
			for name := range strings.FieldsSeq(props) {
				if known, has := c.HasProperty(version, k.name, name); known && !has {
					t.Errorf("%s: %s has no %s", version, k.name, name)
				}
			}
		}
	}
}
