package verdict

import (
	"fmt"
	"slices"
	"strings"

	"evict"
)

// reasons are what counts, heaviest first and then by time, and acts that only
// the owner's device excuses where nothing convicts (V28).
func (d *decider) reasons() []evict.Reason {
	var items []*Item
	for _, it := range d.a.Items {
		if d.a.counted(it) {
			items = append(items, it)
		}
	}
	if len(d.basis) == 0 {
		items = append(items, onOwnDevice(d.a)...)
	}
	slices.SortFunc(items, heavierFirst)
	out := []evict.Reason{}
	for _, it := range slices.Compact(items) {
		r := evict.Reason{Item: it.Finding.Item, Grade: it.Grade, Family: it.Family, Finding: it.Finding.ID, Text: d.reason(it)}
		if it.Strand != nil {
			r.Strand = it.Strand.ID
		}
		out = append(out, r)
	}
	return out
}

// reason is one sentence: what, when, from where, how known, and which
// innocent cause was excluded by which fact (V28).
func (d *decider) reason(it *Item) string {
	text := trimStop(it.Summary)
	if it.Time.Set {
		text += ", " + when(it.Time)
	}
	switch {
	case it.Strand != nil:
		text += ", from " + from(it.Strand)
	case it.Origin != nil && it.Origin.Addr.IsValid():
		text += ", from " + it.Origin.Addr.String()
	case !it.Placeless && !it.StateOnly:
		text += ", not placed in any strand"
	}
	text += "; known from " + known(it) + "; " + innocent(d.a, it, d.baseline)
	if d.perhapsThere(it) {
		text += "; whether it still exists is not known"
	}
	return text + "."
}

// footholdState names the state that would show whether what a technique left is still there.
var footholdState = map[string]evict.Kind{
	"T1564.008": evict.RuleState, "T1114.003": evict.MailboxState, "T1098.002": evict.RightState, "T1098.005": evict.MethodState,
	"T1528": evict.ConsentState, "T1098.001": evict.ConsentState, "T1098.003": evict.RoleState,
}

// perhapsThere reports whether a log shows the making and no state shows the
// thing, nor a record its end (section 8).
func (d *decider) perhapsThere(it *Item) bool {
	if it.StateOnly || it.made || it.Lifetime != nil && it.Lifetime.To.Set || len(it.Techniques) == 0 {
		return false
	}
	k, ok := footholdState[it.Techniques[0]]
	return ok && d.a.lacks(k, evict.Time{}) != ""
}

// known says on which records an item rests.
func known(it *Item) string {
	if len(it.Evidence) == 0 {
		if it.Detector == DetectorDenied {
			return "the owner's answer"
		}
		return "other items of the case"
	}
	n := max(it.EvidenceTotal, len(it.Evidence))
	var ids []string
	for _, e := range it.Evidence[:min(len(it.Evidence), maxReasonRecords)] {
		ids = append(ids, string(e.Record))
	}
	text := plural(n, "record", "records") + " (" + strings.Join(ids, ", ")
	if n > len(ids) {
		text += ", ..."
	}
	return text + ")"
}

// notExcluded is what the verdict leaves open: gaps of coverage and what could not be compared.
func (d *decider) notExcluded() []string {
	out := []string{}
	if !d.baseline {
		out = append(out, fmt.Sprintf("Fewer than %d days were seen before first trouble: nothing can be called new for this user.", baselineDays))
	}
	for _, g := range d.scope.gaps {
		out = append(out, sentence(g.what))
	}
	if s := d.oneSided(); s != "" {
		out = append(out, s)
	}
	for _, it := range onOwnDevice(d.a) {
		out = append(out, "Done on the owner's own device: the owner, somebody at that device, or malware on it ("+trimStop(it.Summary)+").")
	}
	if why := d.unexplained(); why != "" && d.verdict == evict.Unknown {
		out = append(out, sentence(strings.ToUpper(why[:1])+why[1:]))
	}
	if d.t.TenantTrigger != "" && d.verdict != evict.Compromised {
		out = append(out, "The tenant is in question: "+sentence(d.t.TenantTrigger))
	}
	return out
}

// oneSided says what sign-ins alone, or the audit log alone, cannot show (section 8).
func (d *decider) oneSided() string {
	has := func(kinds ...evict.Kind) bool {
		return slices.ContainsFunc(kinds, func(k evict.Kind) bool { return d.a.Coverage.Kinds[k].Events > 0 })
	}
	signIns, audit := has(evict.SignIns, evict.TokenSignIns), has(auditKinds...) || has(evict.FileAudit, evict.OtherAudit)
	switch {
	case audit && !signIns:
		return "There are no sign-in logs: strands rest on the addresses in mailbox, file and login records."
	case signIns && !audit:
		return "There are only sign-ins: nothing can be said on rules, forwarding, reading or sending."
	}
	return ""
}
