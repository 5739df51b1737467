package collect

import (
	"encoding/json"
	"slices"
	"strings"
)

// licences reads service plans, the tenant's and each account's: the product's name says nothing.
func (r *run) licences() []*ask {
	tenant := present("licences", nil, "", graph("list-skus", nil, nil))
	tenant.follow = func(rows []json.RawMessage) []*ask {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.plans = addPlans(append([]string{}, r.plans...), rows)
		return nil
	}
	out := []*ask{tenant}
	for _, a := range r.accounts {
		of := present("licences", a, "", graph("list-licenses", a.arg(), nil))
		of.follow = func(rows []json.RawMessage) []*ask {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.ownPlans = addPlans(r.ownPlans, rows)
			return nil
		}
		out = append(out, of)
	}
	return out
}

// addPlans adds the service plans that work.
func addPlans(plans []string, rows []json.RawMessage) []string {
	for _, row := range rows {
		var sku struct {
			CapabilityStatus string `json:"capabilityStatus"`
			ServicePlans     []struct {
				ServicePlanName    string `json:"servicePlanName"`
				ProvisioningStatus string `json:"provisioningStatus"`
			} `json:"servicePlans"`
		}
		if json.Unmarshal(row, &sku) != nil || oneOf(sku.CapabilityStatus, "Suspended", "Deleted", "LockedOut") {
			continue
		}
		for _, p := range sku.ServicePlans {
			if p.ServicePlanName != "" && !oneOf(p.ProvisioningStatus, "Disabled", "Error") && !slices.Contains(plans, p.ServicePlanName) {
				plans = append(plans, p.ServicePlanName)
			}
		}
	}
	return plans
}

func oneOf(s string, words ...string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.EqualFold(w, s) })
}
