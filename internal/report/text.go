package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"evict"
)

// TextOptions say what the terminal can do.
type TextOptions struct {
	Width   int    // columns; 0 means 80, fewer than 40 count as 40
	Colour  bool   // SGR sequences may be written
	Unicode bool   // the terminal shows UTF-8; else everything beyond ASCII is escaped
	Brief   bool   // verdicts, what to do about money, and why: what fits on a page
	Next    string // the one next command, printed last; "" means evict explain of the gravest finding
}

// How much of a long list the terminal shows; the rest is counted there and
// whole in the JSON and HTML forms.
const (
	maxTextQuiet    = 30 // accounts that are clear or unknown, in the list
	maxTextBlocks   = 20 // such accounts with a block of their own
	maxTextFindings = 40
	maxTextStrands  = 12 // for each verdict on strands
	maxTextReasons  = 4  // for each strand
	maxTextSources  = 40
	maxTextRejects  = 5
)

// Text writes the answer for a person at a terminal: first what was asked,
// then verdicts, then the ground for each, then what could not be seen, and
// last the one next command. Long values wrap; what a list leaves out is counted.
func Text(w io.Writer, inv *evict.Investigation, o TextOptions) error {
	t := &text{layout: newLayout(w, o), inv: inv, told: map[string]string{}}
	t.reported()
	t.headline()
	t.money()
	t.accounts()
	if o.Brief {
		t.brief()
		t.next(o.Next)
		return t.w.Flush()
	}
	t.blocks()
	t.others()
	t.unseen()
	t.sources()
	t.summary()
	t.next(o.Next)
	return t.w.Flush()
}

type text struct {
	*layout
	inv  *evict.Investigation
	told map[string]string // what could not be seen, by the account it was told of first
}

// sym returns a symbol that the terminal can show.
func (t *text) sym(unicode, ascii string) string {
	if t.ascii {
		return ascii
	}
	return unicode
}

func (t *text) dot() string  { return t.sym(" · ", " | ") }
func (t *text) dash() string { return t.sym("–", "-") }

// more says how many things a list leaves out.
func (t *text) more(n int, what string) string {
	return fmt.Sprintf("%s(+%s %s)", t.sym("…", "..."), thousands(n), what)
}

// some joins at most n values and counts the others.
func (t *text) some(list []string, n int, sep string) string {
	if len(list) <= n {
		return strings.Join(list, sep)
	}
	return strings.Join(list[:n], sep) + " " + t.more(len(list)-n, "more")
}

func (t *text) verdict(v evict.Verdict) span {
	switch v {
	case evict.Compromised:
		return in(orange, t.sym("■", "[X]")+" COMPROMISED")
	case evict.Suspected:
		return in(purple, t.sym("▲", "[!]")+" SUSPECTED")
	case evict.Clear:
		return in(blue, t.sym("●", "[=]")+" CLEAR")
	}
	return in(bold, t.sym("?", "[?]")+" UNKNOWN")
}

func (t *text) severity(v evict.Severity) span {
	switch v {
	case evict.Critical:
		return in(orange, t.sym("■", "!!")+" critical")
	case evict.High:
		return in(orange, t.sym("▲", "! ")+" high")
	case evict.Medium:
		return in(purple, t.sym("◆", "* ")+" medium")
	case evict.Low:
		return in(blue, t.sym("○", "- ")+" low")
	}
	return in(grey, t.sym("·", ". ")+" info")
}

func (t *text) status(st string) span {
	switch st {
	case "seen":
		return in(orange, t.sym("■", "[X]")+" seen")
	case "not seen":
		return in(blue, t.sym("○", "[ ]")+" not seen")
	}
	return in(purple, t.sym("?", "[?]")+" cannot see")
}

func (t *text) section(title string) {
	t.blank()
	t.para(0, 0, in(bold, title))
}

func (t *text) bullet(spans ...span) {
	t.para(2, 4, append([]span{s(t.sym("•", "*")), s(" ")}, spans...)...)
}

// reported answers first what a person said when the case began.
func (t *text) reported() {
	r := t.inv.Reported
	if r == nil {
		return
	}
	line := []span{in(bold, "What was reported")}
	if r.By != "" {
		line = append(line, s(" by "+r.By))
	}
	if r.At.Set {
		line = append(line, s(" at "), kept(normal, stamp(r.At)))
	}
	if r.Note != "" {
		line = append(line, s(`: "`+r.Note+`"`))
	}
	t.para(0, 2, line...)
	for _, a := range answerReported(t.inv) {
		t.para(2, 6, t.status(a.Status), in(bold, fmt.Sprintf("  S%d %s", a.Number, symptomTitle(a.Number))))
		if len(a.Seen) > 0 {
			t.para(6, 8, in(grey, "seen on "), s(t.some(seenOn(a.Seen), 5, ", ")))
		}
		for _, g := range byWhy(a.Blind) {
			t.para(6, 8, in(grey, "cannot see on "), s(t.some(g.Accounts, 3, ", ")), s(": "+g.Why))
		}
		if n := len(a.Clean); n > 0 && len(a.Seen)+len(a.Blind) > 0 {
			t.para(6, 8, in(grey, "not seen on "+count(n, "other listed account", "other listed accounts")))
		} else if n > 0 {
			t.para(6, 8, in(grey, "not seen on "), s(count(n, "listed account", "listed accounts")))
		} else if len(a.Seen)+len(a.Blind) == 0 {
			t.para(6, 8, s("no listed account was checked for it"))
		}
	}
	t.blank()
}

// seenOn names the accounts that show a symptom, with the number of findings.
func seenOn(list []accountSymptom) []string {
	out := make([]string, len(list))
	for i, x := range list {
		out[i] = x.Account
		if n := len(x.Findings); n > 0 {
			out[i] += " (" + count(n, "finding", "findings") + ")"
		}
	}
	return out
}

func (t *text) headline() {
	st := bold
	if t.inv.Summary.Compromised > 0 {
		st = orange
	} else if t.inv.Summary.Suspected > 0 {
		st = purple
	}
	t.para(0, 0, in(st, t.inv.Headline))
	facts := []string{"evidence " + between(t.inv.Window), "as of " + stamp(t.inv.AsOf)}
	if t.inv.Tenant != "" {
		facts = append(facts, "tenant "+string(t.inv.Tenant))
	}
	t.facts(0, facts...)
}

// money is the card about payments: what to stop before anything else.
func (t *text) money() {
	m := t.inv.Money
	if m == nil {
		return
	}
	t.blank()
	rule := strings.Repeat(t.sym("─", "-"), max(t.width-len("MONEY AT RISK  "), 0))
	t.para(0, 0, in(orange, "MONEY AT RISK "), in(orange, rule))
	for _, c := range m.Calls {
		t.para(2, 4, in(orange, t.sym("☎", "->")+" "), in(bold, c))
	}
	for _, th := range m.Threads {
		t.para(2, 4, s(t.sym("•", "*")+" "), in(bold, `"`+th.Subject+`"`), s(" in "+th.Account+": "+strings.Join(th.Acts, ", ")))
		t.para(4, 6, in(grey, stamp(th.First)+" "+t.dash()+" "+stamp(th.Last)))
		if len(th.Outsiders) > 0 {
			t.para(4, 6, in(grey, "with "), s(strings.Join(th.Outsiders, ", ")))
		}
	}
	if len(m.Applications) > 0 {
		t.para(2, 4, in(grey, "Applications entered: "), s(strings.Join(m.Applications, ", ")))
	}
	if len(m.LookAlikes) > 0 {
		t.para(2, 4, in(orange, "Look-alike domains: write to nobody there, and use no number from their mail: "), s(strings.Join(m.LookAlikes, ", ")))
	}
	t.para(0, 0, in(orange, strings.Repeat(t.sym("─", "-"), t.width)))
}

// accounts is the table of contents: one line for each listed account.
func (t *text) accounts() {
	list := sortedAccounts(t.inv)
	if len(list) == 0 {
		return
	}
	t.section("Accounts")
	quiet := 0
	for i, a := range list {
		if verdictRank(a.Verdict) >= 2 {
			if quiet++; quiet > maxTextQuiet {
				t.para(2, 4, s(t.more(len(list)-i, "clear or unknown accounts")))
				break
			}
		}
		t.labelled(2, 18, t.verdict(a.Verdict), in(bold, a.Account))
		facts := []string{}
		if a.Role != "" {
			role := string(a.Role)
			if a.MadeBy != "" {
				role += " (made by " + a.MadeBy + ")"
			}
			facts = append(facts, role)
		}
		if a.Exposure != "" {
			facts = append(facts, "mail and files: "+exposure(a.Exposure))
		}
		if a.FirstTrouble.Set {
			facts = append(facts, "first trouble "+minute(a.FirstTrouble))
		}
		t.facts(18, append(facts, "evidence "+t.span(a.Window, minute))...)
	}
	if n := t.inv.Summary.Accounts - len(list); n > 0 {
		t.para(2, 4, in(grey, t.more(n, "unknown or clear, not listed; --account UPN lists one of them")))
	}
}

// span writes a window in short.
func (t *text) span(w evict.Window, write func(evict.Time) string) string {
	switch {
	case !w.From.Set && !w.To.Set:
		return "times not known"
	case w.From.Set == w.To.Set && w.From.Nano == w.To.Nano:
		return write(w.From)
	}
	return write(w.From) + " " + t.dash() + " " + write(w.To)
}

// facts writes short facts in small print, each on one line where it fits.
func (t *text) facts(indent int, list ...string) {
	var out []span
	for i, f := range list {
		if i > 0 {
			out = append(out, in(grey, t.dot()))
		}
		out = append(out, span{f, grey, len(f) <= t.width-indent-2})
	}
	t.para(indent, indent, out...)
}

func exposure(e evict.Exposure) string {
	switch e {
	case evict.ExposureNone:
		return "no reading by a stranger seen"
	case evict.ExposurePossible:
		return "possibly read"
	case evict.ExposureConfirmed:
		return "READ by a stranger"
	case evict.ExposureNotMeasurable:
		return "reading not measurable"
	}
	return string(e)
}

// blocks writes the ground for each account's verdict.
func (t *text) blocks() {
	quiet := 0
	list := sortedAccounts(t.inv)
	for i, a := range list {
		if verdictRank(a.Verdict) >= 2 {
			if quiet++; quiet > maxTextBlocks {
				t.blank()
				t.para(0, 0, s(t.more(len(list)-i, "clear or unknown accounts; the JSON and HTML forms have them whole")))
				return
			}
		}
		t.block(a)
	}
}

// brief says why an account is compromised or suspected, and what was done in it; of the others it is said above.
func (t *text) brief() {
	quiet := 0
	for _, a := range sortedAccounts(t.inv) {
		if verdictRank(a.Verdict) >= 2 {
			quiet++
			continue
		}
		t.verdictOf(a)
		t.reasons(a)
		t.activity(a)
	}
	if quiet > 0 {
		t.blank()
		t.para(0, 0, in(grey, count(quiet, "account that is clear or unknown stands", "accounts that are clear or unknown stand")+" here without reasons; leave --brief out to read them"))
	}
}

func (t *text) block(a *evict.Account) {
	t.verdictOf(a)
	if a.Verdict == evict.Suspected || a.Verdict == evict.Unknown {
		t.numbered("Next steps that would settle it", a.NextSteps)
	} else {
		t.numbered("Next steps", a.NextSteps)
	}
	if len(a.Questions) > 0 {
		t.section("Ask the owner, on a number known from before")
		for i, q := range a.Questions {
			t.para(2, 5, s(strconv.Itoa(i+1)+". "+q.Text))
		}
	}
	t.reasons(a)
	t.checks(a)
	t.symptoms(a)
	t.activity(a)
	t.strands(a)
	t.otherFindings(a)
}

// verdictOf writes an account's verdict with its ground in a sentence.
func (t *text) verdictOf(a *evict.Account) {
	t.blank()
	t.para(0, 0, in(grey, strings.Repeat(t.sym("━", "="), t.width)))
	t.para(0, 2, t.verdict(a.Verdict), s("  "), in(bold, a.Account))
	t.para(2, 2, s("Judged on evidence "+between(a.Window)+"."))
	if a.Headline != "" {
		t.para(2, 2, s(a.Headline))
	}
	facts := []string{}
	if a.FirstTrouble.Set {
		facts = append(facts, "first trouble "+stamp(a.FirstTrouble))
	}
	if a.Entry != "" {
		facts = append(facts, "way in: "+a.Entry)
	}
	if a.ID != "" {
		facts = append(facts, "ID "+a.ID)
	}
	if len(facts) > 0 {
		t.facts(2, facts...)
	}
	for _, o := range a.Overrules {
		t.para(2, 4, in(purple, "Operator's own view: "+string(o.Verdict)), s(", by "+o.By+" at "+stamp(o.At)+": "+o.Note))
	}
}

func (t *text) numbered(title string, list []string) {
	if len(list) == 0 {
		return
	}
	t.section(title)
	for i, x := range list {
		t.para(2, 5, s(strconv.Itoa(i+1)+". "+x))
	}
}

func (t *text) reasons(a *evict.Account) {
	switch {
	case len(a.Reasons) > 0:
		t.section("Why")
	case len(a.NotExcluded) > 0:
		t.section("What was not excluded")
	}
	said := map[string]bool{}
	for _, r := range foldedReasons(a) {
		st := normal
		switch r.Grade {
		case evict.Conclusive:
			st = orange
		case evict.Strong:
			st = bold
		}
		t.bullet(in(st, weight(r.Item, r.Grade)), s(": "+briefText(r.Text, said)), in(grey, " ["+string(r.Family)+t.link(r.Finding, r.Strand)+"]"))
	}
	for _, n := range a.NotExcluded {
		t.bullet(in(purple, "Not excluded: "), s(n))
	}
}

// link names the finding and strand that a reason rests on.
func (t *text) link(finding, strand string) string {
	out := ""
	if finding != "" {
		out += t.dot() + "finding " + finding
	}
	if strand != "" {
		out += t.dot() + "strand " + strand
	}
	return out
}

func (t *text) activity(a *evict.Account) {
	c := a.Activity
	if c.Attacker.Events > 0 {
		t.section("What the attacker did: " + count(c.Attacker.Events, "event", "events"))
		for _, x := range acts(c.Attacker) {
			t.bullet(s(x))
		}
		if ops := operations(c.Attacker.Operations); len(ops) > 0 {
			t.para(2, 4, in(grey, "Operations: "+t.some(ops, 12, ", ")))
		}
	}
	if c.Owner+c.Unknown+c.Unplaced > 0 {
		if c.Attacker.Events == 0 {
			t.blank()
		}
		line := fmt.Sprintf("Events in the owner's strands: %s; in strands of unknown hand: %s; unplaced: %s", thousands(c.Owner), thousands(c.Unknown), thousands(c.Unplaced))
		if c.Unplaced > 0 {
			line += " (they happened; the log does not show whose hand it was)"
		}
		t.para(2, 4, in(grey, line+"."))
	}
}

func (t *text) strands(a *evict.Account) {
	for _, g := range []struct {
		v     evict.Attribution
		title string
		st    style
		sym   string
	}{
		{evict.ByAttacker, "The attacker's strands", orange, t.sym("■", "[X]")},
		{evict.ByUnknown, "Strands of unknown hand", purple, t.sym("?", "[?]")},
		{evict.ByOwner, "The owner's strands", blue, t.sym("●", "[=]")},
	} {
		list := strandsBy(a.Strands, g.v)
		if len(list) == 0 {
			continue
		}
		t.blank()
		t.para(0, 0, in(g.st, g.sym+" "+g.title), s(" ("+thousands(len(list))+")"))
		if g.v == evict.ByOwner {
			list = joinedStrands(list)
		}
		t.strandTable(list)
	}
	if n := a.StrandsTotal - len(a.Strands); n > 0 {
		t.para(2, 2, s(t.more(n, "strands of this account are not listed")))
	}
}

func (t *text) strandTable(list []*evict.Strand) {
	extra := t.width - 80
	cols := []column{
		{"NETWORK", 18 + clamp(extra/3, 0, 12), false},
		{"PLACE", 12 + clamp(extra/6, 0, 12), false},
		{"CLIENT", 0, false},
		{"FROM, TO", 20, false},
		{"EVENTS", 6, true},
	}
	left := 0
	if len(list) > maxTextStrands {
		left = len(list) - maxTextStrands
		list = list[:maxTextStrands]
	}
	for i, x := range list {
		place := strings.Join(x.Places, ", ")
		if place == "" {
			place = "not known"
		}
		r := [][]span{cell(network(x.Network)), cell(place), cell(x.Client), cell(stamp(x.From) + " " + stamp(x.To)), cell(thousands(x.Events))}
		if i == 0 {
			t.tableHead(2, cols)
		}
		t.tableRow(2, cols, r)
		anchors := "no anchor ties it to the owner"
		if len(x.Anchors) > 0 {
			anchors = "tied to the owner by " + anchorWords(x.Anchors)
		}
		facts := []string{anchors}
		if x.SignIns > 0 {
			facts = append(facts, count(x.SignIns, "sign-in", "sign-ins"))
		}
		if x.Session != "" {
			facts = append(facts, "session "+x.Session)
		}
		if x.Device != "" {
			facts = append(facts, "device "+x.Device)
		}
		if x.ID != "" {
			facts = append(facts, "strand "+x.ID)
		}
		t.facts(4, facts...)
		reasons := briefReasons(x)
		for j, r := range reasons {
			if j == maxTextReasons {
				t.para(4, 6, in(grey, t.more(len(reasons)-j, "more reasons")))
				break
			}
			t.para(4, 6, in(grey, t.dash()+" "+r))
		}
	}
	if left > 0 {
		t.para(2, 2, s(t.more(left, "more; the JSON and HTML forms have them")))
	}
}

func clamp(n, lo, hi int) int { return max(lo, min(n, hi)) }

// anchorWords spells the anchors of a strand out.
func anchorWords(list []evict.Anchor) string {
	words := map[evict.Anchor]string{
		evict.A1: "device", evict.A2: "credential", evict.A3: "workplace", evict.A4: "habit",
		evict.A5: "person", evict.A6: "chain", evict.A7: "continuity",
	}
	out := make([]string, len(list))
	for i, a := range list {
		out[i] = string(a)
		if w := words[a]; w != "" {
			out[i] += " " + w
		}
	}
	return strings.Join(out, ", ")
}

// otherFindings lists the findings that "Why" does not tell in full.
func (t *text) otherFindings(a *evict.Account) {
	told := map[string]string{}
	for _, r := range foldedReasons(a) {
		told[r.Finding] = r.Text
	}
	var rest []evict.Finding
	for _, f := range a.Findings {
		if text, ok := told[f.ID]; !ok || !strings.Contains(text, strings.TrimRight(strings.TrimSpace(f.Summary), ".")) {
			rest = append(rest, f)
		}
	}
	if len(rest) == len(a.Findings) {
		t.findings("Findings", rest)
		return
	}
	t.findings("Findings beside those under Why", rest)
}

func (t *text) findings(title string, all []evict.Finding) {
	if len(all) == 0 {
		return
	}
	list := sortedFindings(all)
	t.section(title + " (" + thousands(len(list)) + ")")
	cols := []column{{"SEVERITY", 10, false}, {"TIME", 20, false}, {"WHAT", 0, false}}
	for i, f := range list {
		if i == maxTextFindings {
			t.para(2, 4, s(t.more(len(list)-i, "more findings; the JSON, HTML and CSV forms have them all")))
			break
		}
		r := [][]span{{t.severity(f.Severity)}, cell(stamp(f.Time)), cell(f.Summary)}
		if i == 0 {
			t.tableHead(2, cols)
		}
		t.tableRow(2, cols, r)
		t.facts(14, findingFacts(f)...)
	}
}

// findingFacts is what stands in small print below a finding.
func findingFacts(f *evict.Finding) []string {
	out := []string{f.Detector, weight(f.Item, f.Grade), "hand: " + string(f.Attribution)}
	if f.Subject.Kind != evict.OnAccount {
		out = append(out, string(f.Subject.Kind)+" "+f.Subject.ID)
	}
	if f.Lifetime != nil && (f.Lifetime.From.Set || f.Lifetime.To.Set) {
		to := "still there or not known"
		if f.Lifetime.To.Set {
			to = stamp(f.Lifetime.To)
		}
		out = append(out, "existed "+stamp(f.Lifetime.From)+" to "+to)
	}
	if len(f.Symptoms) > 0 {
		n := make([]string, len(f.Symptoms))
		for i, x := range f.Symptoms {
			n[i] = "S" + strconv.Itoa(x)
		}
		out = append(out, strings.Join(n, " "))
	}
	if len(f.Techniques) > 0 {
		out = append(out, strings.Join(f.Techniques, " "))
	}
	if f.EvidenceTotal > 0 {
		out = append(out, count(f.EvidenceTotal, "record", "records"))
	}
	return append(out, f.ID)
}

func (t *text) symptoms(a *evict.Account) {
	if len(a.Symptoms) == 0 {
		return
	}
	t.section("The ten symptoms")
	for _, st := range []string{"seen", "cannot see", "not seen"} {
		var parts []string
		for _, x := range a.Symptoms {
			is := x.Status
			if is != "seen" && is != "not seen" {
				is = "cannot see"
			}
			if is != st {
				continue
			}
			p := fmt.Sprintf("S%d %s", x.Number, symptomTitle(x.Number))
			if n := len(x.Findings); n > 0 {
				p += " (" + count(n, "finding", "findings") + ")"
			}
			if st == "cannot see" && x.Why != "" {
				p += ": " + x.Why
			}
			parts = append(parts, p)
		}
		if len(parts) == 0 {
			continue
		}
		t.labelled(2, 18, t.status(st), s(strings.Join(parts, "; ")))
	}
}

// checks says what could not be seen on this account.
func (t *text) checks(a *evict.Account) {
	done, partial, blind := checkCounts(a.Checks)
	if done+partial+blind == 0 {
		return
	}
	if partial+blind == 0 {
		t.section("What could not be seen")
		t.para(2, 2, s("All "+count(done, "check", "checks")+" could look at everything they need."))
		return
	}
	t.section(fmt.Sprintf("What could not be seen: of %s %d blind, %d partial", count(done+partial+blind, "check", "checks"), blind, partial))
	list := limits(a.Checks)
	if first, ok := t.told[fmt.Sprint(list)]; ok {
		t.para(2, 2, s("The same checks for the same reasons as for "+first+", above."))
		return
	}
	t.told[fmt.Sprint(list)] = a.Account
	for _, l := range list {
		why := l.Why
		if why == "" {
			why = "no reason given"
		}
		t.bullet(in(purple, string(l.Status)), s(": "+why), in(grey, " ("+t.some(l.Detectors, 6, ", ")+")"))
	}
}

// others are the findings about the tenant, an application or an origin.
func (t *text) others() {
	if len(t.inv.Findings) == 0 {
		return
	}
	t.blank()
	t.para(0, 0, in(grey, strings.Repeat(t.sym("━", "="), t.width)))
	t.findings("Tenant, applications and origins", t.inv.Findings)
}

func (t *text) unseen() {
	t.blank()
	t.para(0, 0, in(grey, strings.Repeat(t.sym("━", "="), t.width)))
	t.para(0, 0, in(bold, "What could not be seen, over all"))
	for _, x := range t.inv.Summary.Incomplete {
		t.bullet(s(x))
	}
	if len(t.inv.Summary.Incomplete) == 0 {
		t.para(2, 2, s("Nothing that the sources state."))
	}
}

func (t *text) sources() {
	if len(t.inv.Sources) == 0 {
		return
	}
	t.section("Sources (" + thousands(len(t.inv.Sources)) + ")")
	cols := []column{{"KIND", 16, false}, {"RECORDS", 10, true}, {"TWICE", 8, true}, {"DAMAGED", 7, true}, {"REJECTED", 8, true}, {"COVERAGE", 0, false}}
	for i := range t.inv.Sources {
		if i == maxTextSources {
			t.para(2, 4, s(t.more(len(t.inv.Sources)-i, "more sources")))
			break
		}
		x := &t.inv.Sources[i]
		st := normal
		if !x.Complete {
			st = purple
		}
		if i == 0 {
			t.tableHead(2, cols)
		}
		t.tableRow(2, cols, [][]span{cell(x.Kind), cell(thousands(x.Records)), cell(thousands(x.Duplicates)), cell(thousands(x.Damaged)), cell(thousands(x.Rejected)), styled(st, coverageWord(x))})
		t.para(4, 6, s(x.Name))
		t.facts(4, x.Format, t.span(evict.Window{From: x.From, To: x.To}, stamp))
		if x.Conflicts > 0 {
			t.para(4, 6, in(purple, count(x.Conflicts, "conflict", "conflicts")), s(": one record ID, different content"))
		}
		if x.Why != "" {
			t.para(4, 6, in(purple, x.Why))
		}
	}
	if r := t.inv.Rejected; r.Count > 0 {
		t.section("Could not be read: " + count(r.Count, "piece", "pieces"))
		for i, x := range r.First {
			if i == maxTextRejects {
				break
			}
			t.bullet(s(fmt.Sprintf("%s at byte %s: %s", x.Source, thousands(int(x.Offset)), x.Reason)))
		}
		if n := r.Count - min(len(r.First), maxTextRejects); n > 0 {
			t.para(2, 4, s(t.more(n, "more")))
		}
	}
}

func (t *text) summary() {
	c := t.inv.Summary
	t.section("Summary")
	t.para(2, 2, s(fmt.Sprintf("%s: %d compromised, %d suspected, %s unknown, %s clear; %s listed.",
		count(c.Accounts, "account", "accounts"), c.Compromised, c.Suspected, thousands(c.Unknown), thousands(c.Clear), thousands(c.Listed))))
	line := fmt.Sprintf("%s, %s; %s, %s, %s; %s of Microsoft's own work; %s unplaced.",
		count(c.Records, "record", "records"), count(c.Events, "event", "events"),
		count(c.Duplicates, "duplicate", "duplicates"), count(c.Conflicts, "conflict", "conflicts"), thousands(c.Damaged)+" damaged",
		thousands(c.Service), thousands(c.Unplaced))
	t.para(2, 2, s(line))
	var parts []string
	for sev := evict.Critical; ; sev-- {
		if n := c.Findings[sev.String()]; n > 0 {
			parts = append(parts, thousands(n)+" "+sev.String())
		}
		if sev == evict.Info {
			break
		}
	}
	if len(parts) == 0 {
		parts = []string{"none"}
	}
	t.para(2, 2, s("Findings: "+strings.Join(parts, ", ")+"."))
	t.para(2, 2, in(grey, fmt.Sprintf("evict %s%s%s", t.inv.Tool.Version, t.dot(), count(t.inv.Tool.Detectors, "detector", "detectors"))))
}

func (t *text) next(command string) {
	if command == "" {
		command = nextExplain(t.inv)
	}
	t.blank()
	t.para(0, 2, in(bold, "Next: "), in(blue, command))
}
