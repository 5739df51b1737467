package simtenant

import (
	"slices"
	"strings"
	"time"
)

var (
	skuKind     = &kind{name: "subscribedSku", props: "id accountId accountName appliesTo capabilityStatus consumedUnits prepaidUnits servicePlans skuId skuPartNumber subscriptionIds"}
	licenceKind = &kind{name: "licenseDetails", props: "id servicePlans skuId skuPartNumber"}
)

// licencesTable is what the tenant has bought and to whom it is given.
func licencesTable() []row {
	read := "LicenseAssignment.Read.All Organization.Read.All " + readDirectory
	return []row{
		{"GET", "/subscribedSkus", "v1.0 beta", "$select", "", read, read, collection(skuKind, listSkus)},
		{"GET", "/users/{id}/licenseDetails", "v1.0 beta", "$select $top", "", "LicenseAssignment.Read.All User.Read.All " + readDirectory, "LicenseAssignment.Read.All User.Read User.Read.All " + readDirectory, collection(licenceKind, listLicences)},
	}
}

// planIDs are Microsoft's numbers of service plans (learn.microsoft.com/entra:
// "Product names and service plan identifiers for licensing"); others get one of ours.
var planIDs = map[string]string{
	"AAD_PREMIUM": "41781fb2-bc02-4b7c-bd55-b576c07bb09d", "AAD_PREMIUM_P2": "eec0eb4f-6444-4f95-aba0-50c24d67f998",
	"EXCHANGE_S_ENTERPRISE": "efb87545-963c-4e0d-99df-69c6916d9eb0", "EXCHANGE_S_STANDARD": "9aaf7827-d63c-4b61-89c3-182f06f82e5c",
	"M365_ADVANCED_AUDITING": "2f442157-a11c-46b9-ae5b-6e39ff4e5849", "MFA_PREMIUM": "8a256a2b-b617-496d-b51b-e76466e88db0",
	"SHAREPOINTENTERPRISE": "5dbe027f-2339-4123-9542-606e4d348a72", "TEAMS1": "57ff2da0-773e-42df-b2af-ffb7a2317929",
}

func planID(plan string) string {
	if id := planIDs[plan]; id != "" {
		return id
	}
	return made("service plan", plan)
}

// A sku is a product: a set of service plans. The real ones are looked for by
// their plans, not their names, so three names do.
type sku struct {
	name, id string
	plans    []string
}

func skuOf(plans []string) sku {
	sorted := slices.Sorted(slices.Values(plans))
	s := sku{plans: sorted, name: "O365_BUSINESS_ESSENTIALS"}
	switch {
	case slices.Contains(sorted, "AAD_PREMIUM_P2"):
		s.name = "SPE_E5"
	case slices.Contains(sorted, "AAD_PREMIUM"):
		s.name = "SPB"
	}
	s.id = made("sku", strings.Join(sorted, " "))
	return s
}

func (s sku) servicePlans() []Object {
	out := []Object{}
	for _, p := range s.plans {
		out = append(out, Object{"servicePlanId": planID(p), "servicePlanName": p, "provisioningStatus": "Success", "appliesTo": "User"})
	}
	return out
}

// skus are the tenant's own set and every other that an account has.
func (w *World) skus() []sku {
	var out []sku
	sets := [][]string{w.Plans}
	for _, u := range w.Users {
		sets = append(sets, u.Plans)
	}
	for _, set := range sets {
		s := skuOf(set)
		if len(set) > 0 && !slices.ContainsFunc(out, func(o sku) bool { return o.id == s.id }) {
			out = append(out, s)
		}
	}
	return out
}

func listSkus(c *call) ([]Object, error) {
	out := []Object{}
	for _, s := range c.world.skus() {
		used := 0
		for _, u := range c.world.Users {
			if u.Deleted.IsZero() && len(u.Plans) > 0 && skuOf(u.Plans).id == s.id {
				used++
			}
		}
		out = append(out, Object{
			"id": c.world.ID + "_" + s.id, "skuId": s.id, "skuPartNumber": s.name, "accountId": c.world.ID, "accountName": c.world.Name, "appliesTo": "User", "capabilityStatus": "Enabled",
			"consumedUnits": used, "prepaidUnits": Object{"enabled": used + 5, "suspended": 0, "warning": 0, "lockedOut": 0}, "servicePlans": s.servicePlans(), "subscriptionIds": []string{made("subscription", s.id)},
		})
	}
	return out, nil
}

func listLicences(c *call) ([]Object, error) {
	u, err := c.ofUser()
	if err != nil || len(u.Plans) == 0 {
		return []Object{}, err
	}
	s := skuOf(u.Plans)
	return []Object{{"id": made("licence", u.ID, s.id), "skuId": s.id, "skuPartNumber": s.name, "servicePlans": s.servicePlans()}}, nil
}

func (w *World) assignedLicences(u *User) []Object {
	if len(u.Plans) == 0 {
		return []Object{}
	}
	return []Object{{"skuId": skuOf(u.Plans).id, "disabledPlans": []string{}}}
}

func (w *World) assignedPlans(u *User) []Object {
	out := []Object{}
	for _, p := range slices.Sorted(slices.Values(u.Plans)) {
		out = append(out, Object{"assignedDateTime": orNever(u.Created.Add(time.Hour)), "capabilityStatus": "Enabled", "service": planService(p), "servicePlanId": planID(p)})
	}
	return out
}

// planService is the service behind a plan, as assignedPlans names it.
func planService(plan string) string {
	switch {
	case strings.HasPrefix(plan, "EXCHANGE_"):
		return "exchange"
	case strings.HasPrefix(plan, "AAD_PREMIUM"):
		return "AADPremiumService"
	case strings.HasPrefix(plan, "MFA_"):
		return "MultiFactorService"
	case strings.HasPrefix(plan, "SHAREPOINT"):
		return "SharePoint"
	case strings.HasPrefix(plan, "TEAMS"):
		return "TeamspaceAPI"
	}
	return plan
}
