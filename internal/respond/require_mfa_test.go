package respond

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

// TestAPolicyProvesASecondFactor only where nothing leads round it.
func TestAPolicyProvesASecondFactor(t *testing.T) {
	const good = `{"id":"p","displayName":"MFA","state":"enabled","conditions":{"users":{"includeUsers":["All"]},"applications":{"includeApplications":["All"]},"clientAppTypes":["all"]},"grantControls":{"operator":"OR","builtInControls":["mfa"]}}`
	in := belonging{groups: []string{"g1"}, roles: []string{"r1"}}
	for _, c := range []struct {
		name, old, new string
		want           bool
	}{
		{"for everybody", "", "", true},
		{"for this account", `["All"]}`, `["me"]}`, true},
		{"for a group of it", `"includeUsers":["All"]`, `"includeGroups":["g1"]`, true},
		{"for a role of it", `"includeUsers":["All"]`, `"includeRoles":["r1"]`, true},
		{"for somebody else", `"includeUsers":["All"]`, `"includeUsers":["other"]`, false},
		{"for another group", `"includeUsers":["All"]`, `"includeGroups":["g2"]`, false},
		{"the account is excluded", `"includeUsers":["All"]`, `"includeUsers":["All"],"excludeUsers":["me"]`, false},
		{"a group of it is excluded", `"includeUsers":["All"]`, `"includeUsers":["All"],"excludeGroups":["g1"]`, false},
		{"a role of it is excluded", `"includeUsers":["All"]`, `"includeUsers":["All"],"excludeRoles":["r1"]`, false},
		{"somebody else is excluded", `"includeUsers":["All"]`, `"includeUsers":["All"],"excludeUsers":["breakglass"]`, true},
		{"report only", `"state":"enabled"`, `"state":"enabledForReportingButNotEnforced"`, false},
		{"off", `"state":"enabled"`, `"state":"disabled"`, false},
		{"one application", `"includeApplications":["All"]`, `"includeApplications":["Office365"]`, false},
		{"but one application", `"includeApplications":["All"]`, `"includeApplications":["All"],"excludeApplications":["crm"]`, false},
		{"trusted networks pass", `"clientAppTypes"`, `"locations":{"includeLocations":["All"],"excludeLocations":["AllTrusted"]},"clientAppTypes"`, false},
		{"one platform", `"clientAppTypes"`, `"platforms":{"includePlatforms":["iOS"]},"clientAppTypes"`, false},
		{"only at risk", `"clientAppTypes"`, `"signInRiskLevels":["high"],"clientAppTypes"`, false},
		{"empty risk is none", `"clientAppTypes"`, `"signInRiskLevels":[],"userRiskLevels":[],"locations":null,"clientAppTypes"`, true},
		{"browsers only", `["all"]`, `["browser"]`, false},
		{"both kinds of modern client", `["all"]`, `["browser","mobileAppsAndDesktopClients"]`, true},
		{"or a compliant device", `["mfa"]`, `["mfa","compliantDevice"]`, false},
		{"and a compliant device", `"operator":"OR","builtInControls":["mfa"]`, `"operator":"AND","builtInControls":["mfa","compliantDevice"]`, true},
		{"a strength", `"builtInControls":["mfa"]`, `"builtInControls":[],"authenticationStrength":{"id":"s"}`, true},
		{"blocks", `["mfa"]`, `["block"]`, false},
		{"no controls", `,"grantControls":{"operator":"OR","builtInControls":["mfa"]}`, `,"grantControls":null`, false},
	} {
		text := good
		if c.old != "" {
			if text = strings.Replace(good, c.old, c.new, 1); text == good {
				t.Fatalf("%s: nothing was replaced", c.name)
			}
		}
		var p accessPolicy
		if err := json.Unmarshal([]byte(text), &p); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if got := p.asks("me", in); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// TestPerUserMFAIsOnlyAStopgap: nothing is proposed where something asks already.
func TestPerUserMFAIsOnlyAStopgap(t *testing.T) {
	for _, c := range []struct {
		before string
		after  string
	}{
		{`{"perUserMfaState":"disabled","policies":[],"securityDefaults":false}`, `{"perUserMfaState":"enforced","policies":[],"securityDefaults":false}`},
		{`{"perUserMfaState":"disabled","policies":["MFA (p)"],"securityDefaults":false}`, ""},
		{`{"perUserMfaState":"disabled","policies":[],"securityDefaults":true}`, ""},
		{`{"perUserMfaState":"enabled","policies":[],"securityDefaults":false}`, ""},
		{`{"perUserMfaState":"enforced","policies":[],"securityDefaults":false}`, ""},
	} {
		after, err := RequireMfa.Plan(json.RawMessage(c.before), null)
		if string(after) != c.after || (c.after == "") != errors.Is(err, ErrAlready) {
			t.Errorf("%s: %s, %v", c.before, after, err)
		}
	}
	for _, op := range RequireMfa.Ops {
		if strings.Contains(op, "security-defaults") && !strings.HasPrefix(op, "get-") {
			t.Errorf("%s writes security defaults", op)
		}
	}
}
