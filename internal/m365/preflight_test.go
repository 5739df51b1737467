package m365

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

type withRoles []string

func (w withRoles) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	b, _ := json.Marshal(map[string]any{"appid": "app-1", "roles": []string(w)})
	return azcore.AccessToken{Token: "e30." + base64.RawURLEncoding.EncodeToString(b) + ".sig", ExpiresOn: time.Now().Add(time.Hour)}, nil
}

func TestUsesNameOperations(t *testing.T) {
	for _, u := range append(append([]Use{}, Sources...), Actions...) {
		for _, id := range u.Ops {
			if byID[id] == nil {
				t.Errorf("%s: no operation %s", u.Name, id)
			}
		}
	}
	for _, u := range Sources {
		for _, id := range u.Ops {
			if op := byID[id]; op != nil && op.Class == Write {
				t.Errorf("source %s writes: %s", u.Name, id)
			}
		}
	}
}

func TestPreflightTellsStatesApart(t *testing.T) {
	server := time.Now().Add(90 * time.Second)
	f := &far{answer: func(_ int, r *http.Request) *http.Response {
		switch {
		case strings.HasSuffix(r.URL.Path, "/subscribedSkus"):
			return answer(200, `{"value":[{"skuPartNumber":"P2_BY_NAME","capabilityStatus":"Enabled","servicePlans":[{"servicePlanName":"AAD_PREMIUM","provisioningStatus":"Success"},{"servicePlanName":"EXCHANGE_S_STANDARD","provisioningStatus":"Success"},{"servicePlanName":"AAD_PREMIUM_P2","provisioningStatus":"Disabled"}]}]}`, "Date", server.UTC().Format(http.TimeFormat))
		case strings.HasSuffix(r.URL.Path, "/EXOModuleFile"):
			return answer(200, `{"value":[{"exportedCmdlets":["Get-Mailbox","Get-AdminAuditLogConfig"]}]}`)
		}
		return answer(200, `{"value":[{"UnifiedAuditLogIngestionEnabled":false}]}`)
	}}
	c, _ := New(Config{Cloud: Worldwide, Tenant: tenant, Transport: f, Credential: withRoles{"AuditLog.Read.All", "Exchange.ManageAsApp", "User.Read.All"}})
	p, err := c.Preflight(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if p.AuditOn == nil || *p.AuditOn || p.Clock < 80*time.Second || p.Clock > 100*time.Second || p.Application != "app-1" {
		t.Errorf("%+v", p)
	}
	want := map[string]string{"sign-ins": StateReady, "risk": StateNotLicensed, "methods": StatePermission, "inbox-rules": StatePermission, "restricted senders": StateRole, "compliance roles": StateUnknown}
	for _, r := range p.Sources {
		if w, ok := want[r.Name]; ok && r.State != w {
			t.Errorf("%s is %s (%v), want %s", r.Name, r.State, r.Missing, w)
		}
	}
}
