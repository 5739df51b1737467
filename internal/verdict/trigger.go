package verdict

import (
	"cmp"
	"slices"
	"strings"

	"evict"
)

// Trigger is the first act, over all accounts, that puts the tenant in question
// (section 9), as a sentence; "" when there is none. Loose items are findings
// that concern no account: they trigger when they are conclusive by themselves.
func Trigger(accounts []*Account, loose []*Item) string {
	var first *Item
	text := ""
	note := func(it *Item, why string) {
		if first == nil || cmp.Or(inTime(it, first), strings.Compare(why, text)) < 0 {
			first, text = it, why
		}
	}
	for _, a := range accounts {
		if basis := compromising(a); a.Administrator && len(basis) > 0 {
			note(basis[0], "the administrator's account "+a.Name+" is compromised")
		}
		for _, it := range a.Items {
			if a.counted(it) && it.Strand != nil && tenantScope(it) && strangerWithCompany(a, it.Strand) {
				note(it, trimStop(it.Summary)+" ("+a.Name+", "+when(it.Time)+")")
			}
		}
	}
	for _, it := range loose {
		if !it.Declared && it.Grade == evict.Conclusive && tenantScope(it) {
			note(it, trimStop(it.Summary)+" ("+when(it.Time)+")")
		}
	}
	return text
}

// strangerWithCompany reports whether the strand is an attacker's, or has no
// anchor and holds a strong item.
func strangerWithCompany(a *Account, s *Strand) bool {
	if s.Verdict == evict.ByAttacker {
		return true
	}
	return len(s.Anchors) == 0 && slices.ContainsFunc(a.Items, func(it *Item) bool {
		return it.Strand == s && a.counted(it) && it.Grade >= evict.Strong
	})
}

// tenantTechniques are those whose acts reach beyond one account: accounts
// made, roles and secrets added, domains, policies and trust changed, audit weakened. Methods of one user (other T1556) are not.
var tenantTechniques = []string{"T1136", "T1098.001", "T1098.003", "T1484", "T1562", "T1556.007", "T1556.009"}

func tenantScope(it *Item) bool {
	if it.Family == evict.Privilege || it.Subject.Kind == evict.OnTenant {
		return true
	}
	return slices.ContainsFunc(it.Techniques, func(t string) bool {
		return slices.ContainsFunc(tenantTechniques, func(p string) bool { return t == p || strings.HasPrefix(t, p+".") })
	})
}

// TenantHeadline heads an answer when a trigger is open.
const TenantHeadline = "The tenant is in question, not one account"

func checklist(trigger string) string {
	return "Read and answer the tenant's checklist first: " + sentence(trigger)
}

// Withhold takes clear back from an account of a tenant in question (V33). It
// is for a trigger found after the account was decided.
func Withhold(out *evict.Account, trigger string) {
	if trigger == "" || out.Verdict != evict.Clear {
		return
	}
	out.Verdict = evict.Unknown
	out.NotExcluded = append(out.NotExcluded, "The tenant is in question: "+sentence(trigger))
	out.NextSteps = append([]string{checklist(trigger)}, out.NextSteps...)
	out.NextSteps = out.NextSteps[:min(len(out.NextSteps), maxNextSteps)]
	out.Headline = "Between " + when(out.Window.From) + " and " + when(out.Window.To) + ", in the sources named, nothing hostile was found. The tenant is in question, so no account of it is cleared."
}
