package verdict

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"evict"
)

// Items that state a role rather than weigh.
const (
	// ItemImpersonated marks a finding that mail bears the account's address and
	// was not submitted by it (V19).
	ItemImpersonated = "V19"
)

// Decide judges the account by the rules of section 6, after Attribute. It
// does not change a.
func Decide(a *Account, t *Tenant) evict.Account {
	d := &decider{a: a, t: t, trouble: FirstTrouble(a)}
	d.baseline = baselineBefore(a, d.trouble)
	d.basis = compromising(a)
	d.grounds = suspicion(a)
	d.scope = cover(a, t, d.trouble)
	d.verdict = d.judge()
	d.questions = questions(a)
	d.steps = d.nextSteps()

	out := evict.Account{
		Account: a.Name, ID: a.ID, Verdict: d.verdict, Window: d.window(), Score: score(a),
		Role: d.role(), Exposure: d.exposure(), FirstTrouble: d.trouble,
		Reasons: d.reasons(), NotExcluded: d.notExcluded(), NextSteps: d.steps, Questions: d.questions,
		Findings: d.findings(), Checks: a.Checks, Symptoms: d.symptoms(),
		Strands: d.strands(), StrandsTotal: len(a.Strands), Activity: a.Activity, Overrules: a.Overrules,
	}
	if m, ok := a.madeBy(t); ok {
		out.MadeBy = m.By
	}
	if out.Checks == nil {
		out.Checks = []evict.Check{}
	}
	out.Entry = d.entry(out.Exposure)
	out.Headline = d.headline(out)
	return out
}

type decider struct {
	a         *Account
	t         *Tenant
	trouble   evict.Time
	baseline  bool
	basis     []*Item // what makes compromised
	grounds   []*Item // what makes suspected
	scope     scope
	verdict   evict.Verdict
	questions []evict.Question
	steps     []string
}

// judge applies V21 to V25 and V33, in that order.
func (d *decider) judge() evict.Verdict {
	switch {
	case len(d.basis) > 0:
		return evict.Compromised
	case len(d.grounds) > 0:
		return evict.Suspected
	case d.unexplained() == "" && len(d.scope.gaps) == 0 && d.scope.to.Set && d.t.TenantTrigger == "":
		return evict.Clear
	}
	return evict.Unknown
}

// unexplained says what stands against clear beside coverage (V24), or "".
func (d *decider) unexplained() string {
	if weak := countedIndicative(d.a); len(weak) > 0 {
		return plural(len(weak), "sign is", "signs are") + " not explained"
	}
	n := 0
	for _, s := range d.a.Strands {
		if s.Verdict != evict.ByOwner && !d.everybodys(s) {
			n++
		}
	}
	if n > 0 {
		return plural(n, "strand is", "strands are") + " not tied to the owner"
	}
	return ""
}

// everybodys reports whether the strand is the reading of an application that
// the tenant used before first trouble.
func (d *decider) everybodys(s *Strand) bool {
	return s.App != "" && d.t.Facts != nil && d.t.Applications[s.App] && s.Verdict != evict.ByAttacker
}

// window is the span that the verdict speaks of (V2).
func (d *decider) window() evict.Window {
	w := d.a.Coverage.Window
	if d.verdict == evict.Clear {
		return evict.Window{From: d.scope.from, To: d.scope.to}
	}
	if !w.From.Set {
		w.From = d.a.FirstSeen
	}
	if !w.To.Set {
		w.To = d.a.LastSeen
	}
	if !w.From.Set && !w.To.Set { // there are only states, of one moment
		w.From, w.To = d.a.AsOf, d.a.AsOf
	}
	return w
}

func (d *decider) role() evict.Role {
	a := d.a
	has := func(item string) bool {
		return slices.ContainsFunc(a.Items, func(it *Item) bool { return it.Finding.Item == item && !it.Declared })
	}
	switch {
	case has("C11"):
		return evict.MadeByAttacker
	case d.verdict == evict.Compromised:
		return evict.TakenOver
	case has(ItemImpersonated) && !d.acted():
		return evict.Impersonated
	case d.actsOnOthers():
		return evict.ActorRole
	case d.targeted() && !d.acted():
		return evict.TargetOnly
	}
	return ""
}

// acted reports whether a counted act is the account's own.
func (d *decider) acted() bool {
	return slices.ContainsFunc(d.a.Items, func(it *Item) bool { return d.a.counted(it) && it.Strand != nil && hostileAct(it) })
}

// actsOnOthers reports whether counted acts of the account touch others: their
// mailboxes, roles and accounts, applications or the tenant.
func (d *decider) actsOnOthers() bool {
	return slices.ContainsFunc(d.a.Items, func(it *Item) bool {
		if !d.a.counted(it) || it.Strand == nil || !hostileAct(it) {
			return false
		}
		return tenantScope(it) || administration[it.base.item] || it.Subject.Kind == evict.OnMailbox && !strings.EqualFold(it.Subject.ID, d.a.Name)
	})
}

// targeted reports whether others tried the account or changed something of
// its: nothing that proves anything against it (section 4).
func (d *decider) targeted() bool {
	a := d.a
	alone := a.OnlyTarget || a.Successes == 0 && len(a.Strands) == 0
	return a.Failures >= targetFailures || a.Failures > 0 && alone ||
		slices.ContainsFunc(a.Items, func(it *Item) bool { return !a.owns(it) && !it.Declared })
}

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

// grades that a verdict's reasons take up, and the rule behind an act that only a device excuses.
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

// nextSteps are at most five things that would settle an open verdict, in order of value (V29).
func (d *decider) nextSteps() []string {
	out := []string{}
	if d.verdict == evict.Clear {
		return out
	}
	if len(d.questions) > 0 && d.verdict != evict.Compromised {
		out = append(out, "Ask the owner, on a number known from before: "+d.questions[0].Text)
	}
	if d.t.TenantTrigger != "" && d.verdict != evict.Compromised {
		out = append(out, checklist(d.t.TenantTrigger))
	}
	for _, g := range d.scope.gaps {
		if g.get == "" {
			continue
		}
		text := strings.ToUpper(g.get[:1]) + g.get[1:]
		if at := g.deleted(d.a.AsOf); at.Set {
			left := "the oldest of it"
			if g.needed.Before(at.Add(-g.kept)) {
				left = "what is older is gone; the oldest left"
			}
			text += " (" + left + " is deleted on " + dayText(at) + ")"
		}
		out = append(out, text+".")
	}
	if len(out) == 0 && d.verdict != evict.Compromised {
		at := "the time reported"
		if d.trouble.Set {
			at = when(d.trouble)
		}
		out = append(out, "Ask the owner, on a number known from before, what they did around "+at+", and read the alert or change named above at its source.")
	}
	return out[:min(len(out), maxNextSteps)]
}

// findings are the account's, heaviest first.
func (d *decider) findings() []evict.Finding {
	items := slices.Clone(d.a.Items)
	slices.SortFunc(items, func(x, y *Item) int {
		if x.Severity != y.Severity {
			return int(y.Severity) - int(x.Severity)
		}
		return inTime(x, y)
	})
	out := make([]evict.Finding, 0, len(items))
	for i, it := range items {
		if i > 0 && items[i-1].Finding.ID == it.Finding.ID {
			continue
		}
		out = append(out, *it.Finding)
	}
	return out
}

// strands are the account's in time order.
func (d *decider) strands() []evict.Strand {
	all := slices.Clone(d.a.Strands)
	slices.SortFunc(all, byStart)
	out := make([]evict.Strand, 0, len(all))
	for _, s := range all {
		out = append(out, s.Strand)
	}
	return out
}

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
		text += "First seen " + when(first) + ", between " + when(out.Window.From) + " and " + when(out.Window.To) + "; first access no later than " + when(first) + ". "
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
	text := "Suspected, between " + when(out.Window.From) + " and " + when(out.Window.To) + ": " + trimStop(lead.Summary)
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
	if len(d.steps) > 0 {
		text += " What would settle it: " + lowerFirst(d.steps[0])
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
	span := "Between " + when(out.Window.From) + " and " + when(out.Window.To) + ", in the sources named, "
	if weak := countedIndicative(d.a); len(weak) > 0 {
		span += plural(len(weak), "sign is", "signs are") + " not explained (" + trimStop(weak[0].Summary) + "), and nothing proves a stranger."
	} else {
		span += "nothing hostile was found."
	}
	text := span + " That is all it shows: what happened before " + when(out.Window.From) + ", and what these sources do not record, was not seen."
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

// symptoms answers the ten symptoms: seen, not seen, or cannot see.
func (d *decider) symptoms() []evict.Symptom {
	out := make([]evict.Symptom, 0, 10)
	for n := 1; n <= 10; n++ {
		out = append(out, d.symptom(n))
	}
	return out
}

func (d *decider) symptom(n int) evict.Symptom {
	s := evict.Symptom{Number: n, Findings: []string{}}
	var open, explained []string
	for _, it := range d.a.Items {
		if it.Declared || !slices.Contains(it.Symptoms, n) {
			continue
		}
		s.Findings = append(s.Findings, it.Finding.ID)
		if it.excuse != "" {
			explained = append(explained, it.excuse)
		} else {
			open = append(open, it.Finding.ID)
		}
	}
	if len(s.Findings) > 0 {
		s.Findings = sortedSet(s.Findings)
		s.Status = "seen"
		if len(open) == 0 {
			s.Why = "explained: " + strings.Join(sortedSet(explained), "; ")
		}
		return s
	}
	looked := 0
	var blind []string
	for _, c := range d.a.Checks {
		if !slices.Contains(d.t.Symptoms[c.Detector], n) {
			continue
		}
		looked++
		if c.Status != evict.Done {
			blind = append(blind, c.Detector+": "+c.Why)
		}
	}
	switch {
	case looked == 0:
		s.Status, s.Why = "cannot see", "no detector looked"
	case len(blind) > 0:
		s.Status, s.Why = "cannot see", strings.Join(sortedSet(blind), "; ")
	default:
		s.Status = "not seen"
	}
	return s
}

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
// made, roles and secrets added, domains, policies and trust changed, audit weakened.
var tenantTechniques = []string{"T1136", "T1098.001", "T1098.003", "T1484", "T1562", "T1556"}

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
