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
		r.learnPlans(rows)
		return nil
	}
	out := []*ask{tenant}
	for _, a := range r.accounts {
		of := present("licences", a, "", graph("list-licenses", a.arg(), nil))
		of.follow = tenant.follow
		out = append(out, of)
	}
	return out
}

// learnPlans adds the service plans that work.
func (r *run) learnPlans(rows []json.RawMessage) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.plans == nil {
		r.plans = []string{}
	}
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
			if p.ServicePlanName != "" && !oneOf(p.ProvisioningStatus, "Disabled", "Error") && !slices.Contains(r.plans, p.ServicePlanName) {
				r.plans = append(r.plans, p.ServicePlanName)
			}
		}
	}
	slices.Sort(r.plans)
}

func oneOf(s string, words ...string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.EqualFold(w, s) })
}
