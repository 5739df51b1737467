package verdict

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"evict"
)

// headline is the one sentence or two that answer first.
func (d *decider) headline(out evict.Account) string {
	w := out.Window
	switch d.verdict {
	case evict.Compromised:
		return d.compromisedText(out)
	case evict.Suspected:
		return d.suspectedText(out)
	case evict.Clear:
		within := slices.DeleteFunc(slices.Clone(d.a.Strands), func(s *Strand) bool { return s.To.Before(w.From) || w.To.Before(s.From) })
		return fmt.Sprintf("Clear from %s to %s: %s in %s, each tied to the owner by %s; not cleared before %s. Exposure: %s. Tenant: no trigger is open.",
			when(w.From), when(w.To), plural(signIns(within), "sign-in", "sign-ins"), plural(len(within), "strand", "strands"), ties(within), when(w.From), out.Exposure)
	}
	return d.unknownText(out)
}

func signIns(strands []*Strand) int {
	n := 0
	for _, s := range strands {
		n += s.SignIns
	}
	return n
}

// ties lists the anchors by which the strands are the owner's.
func ties(strands []*Strand) string {
	seen := map[evict.Anchor]bool{}
	for _, s := range strands {
		for _, x := range s.Anchors {
			seen[x] = true
		}
	}
	var out []string
	for _, x := range []evict.Anchor{evict.A1, evict.A2, evict.A3, evict.A4, evict.A5, evict.A6, evict.A7} {
		if seen[x] {
			out = append(out, anchorText[x])
		}
	}
	if len(out) == 0 {
		return "there being none"
	}
	return list(out)
}

func (d *decider) compromisedText(out evict.Account) string {
	text := "Compromised: "
	if out.Role == evict.MadeByAttacker {
		text += "this account was made or first enabled by the attacker"
		if out.MadeBy != "" {
			text += " (by " + out.MadeBy + ")"
		}
		text += ". "
	} else {
		text += "somebody other than the owner used this identity. "
	}
	text += trimStop(d.basis[0].Summary) + " (" + d.basis[0].Finding.Item + "). "
	first := d.firstAccess()
	if !first.Set {
		return strings.TrimSpace(text)
	}
	if quietLeadIn(d.a, d.trouble) {
		text += "Since " + when(first) + ", after a quiet lead-in that was seen in full. "
	} else {
		text += "First seen " + when(first) + within(out.Window) + "; first access no later than " + when(first) + ". "
		if out.Window.From.Set && first.Sub(out.Window.From) <= cutOffWithin {
			text += "The beginning is probably cut off: extend the window. "
		}
	}
	return strings.TrimSpace(text)
}

// firstAccess is the first event of the attacker's strands, else of the items that convict.
func (d *decider) firstAccess() evict.Time {
	var first evict.Time
	for _, s := range d.a.Strands {
		if s.Verdict == evict.ByAttacker && (!first.Set || s.From.Before(first)) {
			first = s.From
		}
	}
	for _, it := range d.basis {
		if it.Time.Set && (!first.Set || it.Time.Before(first)) {
			first = it.Time
		}
	}
	return first
}

func (d *decider) suspectedText(out evict.Account) string {
	lead := d.grounds[0]
	if d.onlyPassword() {
		return "The password is known to a stranger; entry was stopped by " + stopper(lead) + ". A password reset and a review of the sign-in methods are required, eviction is not. Seen between " + when(out.Window.From) + " and " + when(out.Window.To) + "."
	}
	text := "Suspected" + within(out.Window) + ": " + trimStop(lead.Summary)
	if n := len(d.grounds) - 1; n > 0 {
		text += ", and " + strconv.Itoa(n) + " more"
	}
	if lead.device {
		text += "; done on the owner's own device: the owner, somebody at that device, or malware on it"
	}
	if lead.StateOnly {
		text += "; it exists now, made by whom and when is not known"
	}
	text += "."
	switch {
	case len(d.questions) > 0:
		text += " What would settle it first: the owner's answer to " + plural(len(d.questions), "question", "questions") + "."
	case len(d.steps) > 0:
		text += " What would settle it first: " + lowerFirst(d.steps[0])
	}
	return text
}

// onlyPassword reports whether the known password is all there is (V27).
func (d *decider) onlyPassword() bool {
	return !slices.ContainsFunc(d.grounds, func(it *Item) bool { return it.base.item != "G18" })
}

// stoppers name what each error number stood for (V17). Source: Microsoft's
// list of AADSTS error codes.
var stoppers = map[string]string{
	"50055": "the expired password", "50072": "the demand to enrol in multifactor authentication", "50074": "multifactor authentication",
	"50076": "multifactor authentication", "50079": "the demand to enrol in multifactor authentication", "50158": "an external challenge",
	"500121": "the multifactor prompt", "53000": "conditional access (device not compliant)", "53001": "conditional access (device not joined)",
	"53002": "conditional access (application not approved)", "53003": "conditional access", "53004": "the demand to enrol in multifactor authentication",
	"530035": "security defaults",
}

func stopper(it *Item) string {
	if it.StoppedBy != "" {
		return it.StoppedBy
	}
	for _, w := range strings.FieldsFunc(it.Summary, func(c rune) bool { return c < '0' || c > '9' }) {
		if s := stoppers[w]; s != "" {
			return s
		}
	}
	return "a later check"
}

// unknownText says what a partial view shows, and what to get (section 8).
func (d *decider) unknownText(out evict.Account) string {
	span := "In the sources named, "
	if out.Window.From.Set || out.Window.To.Set {
		span = "Between " + when(out.Window.From) + " and " + when(out.Window.To) + ", in the sources named, "
	}
	if weak := countedIndicative(d.a); len(weak) > 0 {
		span += plural(len(weak), "sign is", "signs are") + " not explained (" + trimStop(weak[0].Summary) + "), and nothing proves a stranger."
	} else {
		span += "nothing hostile was found."
	}
	before := ""
	if out.Window.From.Set {
		before = "what happened before " + when(out.Window.From) + ", and "
	}
	text := span + " That is all it shows: " + before + "what these sources do not record, was not seen."
	if get, first := d.toDecide(); get != "" {
		text += " To decide, get: " + get
		if first.Set {
			text += " (the oldest of these is deleted on " + dayText(first) + ")"
		}
		text += "."
	}
	if d.t.TenantTrigger != "" {
		text += " The tenant is in question, so no account of it is cleared."
	}
	return text
}

// toDecide lists the first three things to get, and the day on which the first of them goes.
func (d *decider) toDecide() (string, evict.Time) {
	var parts []string
	var first evict.Time
	if len(d.questions) > 0 {
		n := len(d.questions)
		parts = append(parts, "the owner's answer to "+plural(n, "question", "questions"))
	}
	for _, g := range d.scope.gaps {
		if len(parts) == 3 {
			break
		}
		if g.get == "" || g.blocked {
			continue
		}
		parts = append(parts, g.get)
		if at := g.deleted(d.a.AsOf); at.Set && (!first.Set || at.Before(first)) {
			first = at
		}
	}
	for i := range parts {
		parts[i] = strconv.Itoa(i+1) + " " + parts[i]
	}
	return strings.Join(parts, ", "), first
}

// within says between which times, and nothing where none is known.
func within(w evict.Window) string {
	if !w.From.Set && !w.To.Set {
		return ""
	}
	return ", between " + when(w.From) + " and " + when(w.To)
}
