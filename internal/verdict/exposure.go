package verdict

import (
	"slices"
	"strings"

	"evict"
)

// exposure says what strangers saw of its mail and files (V4, V20).
func (d *decider) exposure() evict.Exposure {
	act := d.a.Activity.Attacker
	foreign := slices.ContainsFunc(d.a.Items, func(it *Item) bool {
		return !d.a.owns(it) && !it.Declared && it.Grade >= evict.Indicative && opens(it)
	})
	diverted := slices.ContainsFunc(d.a.Items, func(it *Item) bool { return d.a.counted(it) && it.Grade >= evict.Strong && opens(it) })
	switch {
	case act.Opened > 0 || len(act.Synced) > 0 || act.Throttled || act.Files > 0 || d.a.OutsideReads > 0:
		return evict.ExposureConfirmed
	case d.verdict == evict.Compromised && d.a.lacks(evict.MailboxAudit, d.trouble) != "":
		return evict.ExposureNotMeasurable
	case d.verdict == evict.Compromised, diverted, foreign, d.t.Exposed[strings.ToLower(d.a.Name)]:
		return evict.ExposurePossible
	case len(d.a.Coverage.AuditOff) > 0, d.a.lacks(evict.MailboxAudit, evict.Time{}) == notGiven,
		d.a.lacks(evict.MailboxAudit, evict.Time{}) != "" && d.verdict == evict.Suspected:
		return evict.ExposureNotMeasurable
	}
	return evict.ExposureNone
}

// Exposed returns the mailboxes of others that hostile acts opened or diverted,
// by lower-cased name, for Tenant.Exposed. Attribute must have run. Such an act
// says nothing of those accounts' identity (V20).
func Exposed(accounts []*Account) map[string]bool {
	out := map[string]bool{}
	for _, a := range accounts {
		for _, it := range a.Items {
			if !a.counted(it) || !opens(it) || it.Strand == nil || !strangerWithCompany(a, it.Strand) {
				continue
			}
			for _, name := range []string{it.Target, it.Subject.ID} {
				if name = strings.ToLower(name); name != "" && name != strings.ToLower(a.Name) {
					out[name] = true
				}
			}
		}
	}
	return out
}

// opens reports whether the act lets somebody else see mail or files.
func opens(it *Item) bool {
	code := it.Finding.Item
	if it.base != nil {
		code = it.base.item
	}
	switch code {
	case "G1", "G4", "G5", "G9":
		return true
	}
	return slices.ContainsFunc(it.Techniques, func(t string) bool { return t == "T1098.002" || strings.HasPrefix(t, "T1114") })
}
