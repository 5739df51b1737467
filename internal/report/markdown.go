package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"evict"
)

// Markdown writes the whole answer for a ticket or a wiki, in the common form
// with tables (GitHub's). Text from a tenant can make no link, image, heading,
// mention of markup or HTML in it.
func Markdown(w io.Writer, inv *evict.Investigation) error {
	m := &markdown{w: bufio.NewWriter(w)}
	m.line("# %s", md(inv.Headline))
	facts := "Evidence " + between(inv.Window) + ", as of " + stamp(inv.AsOf) + ". All times are UTC."
	if inv.Tenant != "" {
		facts += " Tenant " + md(string(inv.Tenant)) + "."
	}
	if inv.Case != "" {
		facts += " Case " + md(inv.Case) + "."
	}
	m.line("\n%s", facts)
	m.reported(inv)
	m.money(inv.Money)
	m.accounts(inv)
	for _, a := range sortedAccounts(inv) {
		m.account(a)
	}
	if len(inv.Findings) > 0 {
		m.line("\n## Tenant, applications and origins")
		m.findings(inv.Findings)
	}
	m.line("\n## What could not be seen, over all\n")
	for _, x := range inv.Summary.Incomplete {
		m.line("- %s", md(x))
	}
	if len(inv.Summary.Incomplete) == 0 {
		m.line("Nothing that the sources state.")
	}
	m.sources(inv)
	m.summary(inv)
	return m.w.Flush()
}

type markdown struct{ w *bufio.Writer }

// line writes one line of our own words; what a tenant wrote in it went through md.
func (m *markdown) line(format string, args ...any) { fmt.Fprintf(m.w, format+"\n", args...) }

// table writes a table; every cell is a tenant's text and made harmless here.
func (m *markdown) table(head []string, rows [][]string) {
	m.line("\n| %s |\n|%s", strings.Join(head, " | "), strings.Repeat(" --- |", len(head)))
	for _, r := range rows {
		for i := range r {
			r[i] = md(r[i])
		}
		m.line("| %s |", strings.Join(r, " | "))
	}
}

func (m *markdown) reported(inv *evict.Investigation) {
	r := inv.Reported
	if r == nil {
		return
	}
	m.line("\n## What was reported\n")
	line := ""
	if r.By != "" {
		line += "By " + md(r.By) + " "
	}
	if r.At.Set {
		line += "at " + stamp(r.At)
	}
	if r.Note != "" {
		line += ": “" + md(r.Note) + "”"
	}
	if line != "" {
		m.line("%s\n", strings.TrimSpace(line))
	}
	for _, a := range answerReported(inv) {
		m.line("- **%s**: S%d %s", statusWord(a.Status), a.Number, symptomTitle(a.Number))
		if len(a.Seen) > 0 {
			m.line("  - seen on %s", md(strings.Join(seenOn(a.Seen), ", ")))
		}
		for _, g := range byWhy(a.Blind) {
			m.line("  - cannot see on %s: %s", md(strings.Join(g.Accounts, ", ")), md(g.Why))
		}
		if n := len(a.Clean); n > 0 {
			m.line("  - not seen on %s", count(n, "listed account", "listed accounts"))
		}
	}
}

func (m *markdown) money(c *evict.Money) {
	if c == nil {
		return
	}
	m.line("\n## ■ Money at risk\n")
	for i, x := range c.Calls {
		m.line("%d. %s", i+1, strong(x))
	}
	if len(c.Threads) > 0 {
		var rows [][]string
		for _, t := range c.Threads {
			rows = append(rows, []string{t.Subject, t.Account, strings.Join(t.Acts, ", "), strings.Join(t.Outsiders, ", "), stamp(t.First) + " – " + stamp(t.Last)})
		}
		m.table([]string{"Subject", "Account", "What was done", "Outsiders", "When"}, rows)
	}
	if len(c.Applications) > 0 {
		m.line("\nPayroll, banking or HR applications entered: %s", md(strings.Join(c.Applications, ", ")))
	}
	if len(c.LookAlikes) > 0 {
		m.line("\nLook-alike domains: %s", md(strings.Join(c.LookAlikes, ", ")))
	}
}

func (m *markdown) accounts(inv *evict.Investigation) {
	list := sortedAccounts(inv)
	if len(list) == 0 {
		return
	}
	m.line("\n## Accounts")
	var rows [][]string
	for _, a := range list {
		role := string(a.Role)
		if a.MadeBy != "" {
			role += " (made by " + a.MadeBy + ")"
		}
		rows = append(rows, []string{a.Account, verdictWord(a.Verdict), minute(a.Window.From) + " – " + minute(a.Window.To), role, exposure(a.Exposure)})
	}
	m.table([]string{"Account", "Verdict", "From, to", "Role", "Mail and files"}, rows)
}

func (m *markdown) account(a *evict.Account) {
	m.line("\n## %s %s\n", verdictWord(a.Verdict), md(a.Account))
	m.line("Judged on evidence %s. %s", between(a.Window), md(a.Headline))
	if a.FirstTrouble.Set {
		m.line("\nFirst trouble: %s.", stamp(a.FirstTrouble))
	}
	if a.Entry != "" {
		m.line("\nWay in: %s.", md(a.Entry))
	}
	for _, o := range a.Overrules {
		m.line("\nOperator’s own view, beside the computed verdict: %s, by %s at %s: %s", verdictWord(o.Verdict), md(o.By), stamp(o.At), md(o.Note))
	}
	m.list("Next steps", a.NextSteps)
	if len(a.Reasons)+len(a.NotExcluded) > 0 {
		m.line("\n### Why\n")
	}
	for _, r := range foldedReasons(a) {
		m.line("- %s (%s): %s", strong(weight(r.Item, r.Grade)), md(string(r.Family)), md(r.Text))
	}
	for _, x := range a.NotExcluded {
		m.line("- **Not excluded**: %s", md(x))
	}
	if n := a.Activity.Attacker.Events; n > 0 {
		m.line("\n### What the attacker did: %s\n", count(n, "event", "events"))
		for _, x := range acts(a.Activity.Attacker) {
			m.line("- %s", md(x))
		}
	}
	m.line("\nEvents in the owner’s strands: %s; in strands of unknown hand: %s; unplaced: %s.", thousands(a.Activity.Owner), thousands(a.Activity.Unknown), thousands(a.Activity.Unplaced))
	m.strands(a)
	if len(a.Findings) > 0 {
		m.line("\n### Findings (%s)", thousands(len(a.Findings)))
		m.findings(a.Findings)
	}
	m.symptoms(a)
	m.checks(a)
	var questions []string
	for _, q := range a.Questions {
		questions = append(questions, q.Text)
	}
	m.list("Ask the owner, on a number known from before", questions)
}

func (m *markdown) list(title string, list []string) {
	if len(list) == 0 {
		return
	}
	m.line("\n### %s\n", title)
	for i, x := range list {
		m.line("%d. %s", i+1, md(x))
	}
}

func (m *markdown) strands(a *evict.Account) {
	for _, g := range []struct {
		by    evict.Attribution
		title string
	}{{evict.ByAttacker, "■ The attacker’s strands"}, {evict.ByUnknown, "? Strands of unknown hand"}, {evict.ByOwner, "● The owner’s strands"}} {
		list := strandsBy(a.Strands, g.by)
		if len(list) == 0 {
			continue
		}
		m.line("\n### %s (%s)", g.title, thousands(len(list)))
		var rows [][]string
		for _, s := range list {
			tied := anchorWords(s.Anchors)
			if tied == "" {
				tied = "nothing"
			}
			rows = append(rows, []string{network(s.Network), strings.Join(s.Places, ", "), s.Client, stamp(s.From), stamp(s.To), thousands(s.Events), thousands(s.SignIns), tied, strings.Join(s.Reasons, "; ")})
		}
		m.table([]string{"Network", "Place", "Client", "From", "To", "Events", "Sign-ins", "Tied to the owner by", "For and against"}, rows)
	}
	if n := a.StrandsTotal - len(a.Strands); n > 0 {
		m.line("\n…(+%s strands are not listed)", thousands(n))
	}
}

func (m *markdown) findings(all []evict.Finding) {
	var rows [][]string
	for _, f := range sortedFindings(all) {
		rows = append(rows, []string{severityWord(f.Severity), stamp(f.Time), f.Summary, strings.Join(findingFacts(f), ", ")})
	}
	m.table([]string{"Severity", "Time", "What", "How it is known"}, rows)
}

func (m *markdown) symptoms(a *evict.Account) {
	if len(a.Symptoms) == 0 {
		return
	}
	m.line("\n### The ten symptoms")
	var rows [][]string
	for _, s := range a.Symptoms {
		why := s.Why
		if n := len(s.Findings); n > 0 {
			why = count(n, "finding", "findings")
		}
		rows = append(rows, []string{fmt.Sprintf("S%d %s", s.Number, symptomTitle(s.Number)), statusWord(s.Status), why})
	}
	m.table([]string{"Symptom", "Answer", "Ground"}, rows)
}

func (m *markdown) checks(a *evict.Account) {
	if len(a.Checks) == 0 {
		return
	}
	_, partial, blind := checkCounts(a.Checks)
	m.line("\n### What could not be seen\n")
	m.line("Of %s %d blind, %d partial.\n", count(len(a.Checks), "check", "checks"), blind, partial)
	for _, l := range limits(a.Checks) {
		m.line("- %s: %s (%s)", strong(string(l.Status)), md(l.Why), md(strings.Join(l.Detectors, ", ")))
	}
}

func (m *markdown) sources(inv *evict.Investigation) {
	if len(inv.Sources) == 0 {
		return
	}
	m.line("\n## Sources")
	var rows [][]string
	for i := range inv.Sources {
		s := &inv.Sources[i]
		cover := coverageWord(s)
		if s.Why != "" {
			cover += ": " + s.Why
		}
		rows = append(rows, []string{s.Name, s.Kind, s.Format, stamp(s.From), stamp(s.To), thousands(s.Records), thousands(s.Duplicates), thousands(s.Conflicts), thousands(s.Damaged), thousands(s.Rejected), cover, s.SHA256})
	}
	m.table([]string{"Source", "Kind", "Format", "From", "To", "Records", "Twice", "Conflicts", "Damaged", "Rejected", "Coverage", "SHA-256"}, rows)
	if inv.Rejected.Count > 0 {
		m.line("\nCould not be read: %s.\n", count(inv.Rejected.Count, "piece", "pieces"))
		for _, x := range inv.Rejected.First {
			m.line("- %s at byte %s: %s", md(x.Source), thousands(int(x.Offset)), md(x.Reason))
		}
		if n := inv.Rejected.Count - len(inv.Rejected.First); n > 0 {
			m.line("- …(+%s more)", thousands(n))
		}
	}
}

func (m *markdown) summary(inv *evict.Investigation) {
	c := inv.Summary
	m.line("\n## Summary\n")
	m.line("%s: %s compromised, %s suspected, %s unknown, %s clear; %s listed. %s, %s; %s, %s, %s damaged; %s of Microsoft’s own work; %s unplaced.",
		count(c.Accounts, "account", "accounts"), thousands(c.Compromised), thousands(c.Suspected), thousands(c.Unknown), thousands(c.Clear), thousands(c.Listed),
		count(c.Records, "record", "records"), count(c.Events, "event", "events"), count(c.Duplicates, "duplicate", "duplicates"),
		count(c.Conflicts, "conflict", "conflicts"), thousands(c.Damaged), thousands(c.Service), thousands(c.Unplaced))
	m.line("\n## Methods\n")
	m.line("evict %s, %s. Places come from: %s.", md(inv.Tool.Version), count(inv.Tool.Detectors, "detector", "detectors"), md(inv.Methods.Places))
	if len(inv.Methods.Thresholds) > 0 {
		var rows [][]string
		for _, t := range inv.Methods.Thresholds {
			rows = append(rows, []string{t.Name, t.Value, t.Rule})
		}
		m.table([]string{"Figure", "Value", "Rule"}, rows)
	}
	if len(inv.Methods.Unverified) > 0 {
		m.line("\nAssumed of Microsoft’s formats, and confirmed by nobody:\n")
		for _, x := range inv.Methods.Unverified {
			m.line("- %s", md(x))
		}
	}
}

// md makes a tenant's text harmless inside a line of Markdown. Markup gets a
// backslash, < > & become entities (not every dialect lets them be escaped
// otherwise), and a colon that could begin an address or a "www." is parted,
// so that no dialect makes a link of it.
func md(s string) string {
	s = show(s, false)
	var b strings.Builder
	b.Grow(len(s) + 8)
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '<':
			b.WriteString("&lt;")
		case c == '>':
			b.WriteString("&gt;")
		case c == '&':
			b.WriteString("&amp;")
		case strings.IndexByte("\\`*_[]|~#!${}", c) >= 0:
			b.WriteByte('\\')
			b.WriteByte(c)
		case c == ':' && i > 0 && letter(s[i-1]) && i+1 < len(s) && s[i+1] != ' ':
			b.WriteString(`\:`)
		case c == '.' && i >= 3 && strings.EqualFold(s[i-3:i], "www"):
			b.WriteString(`\.`)
		case i == 0 && (c == '-' || c == '+' || c == '='):
			b.WriteByte('\\')
			b.WriteByte(c)
		case (c == '.' || c == ')') && i > 0 && allDigits(s[:i]):
			b.WriteByte('\\')
			b.WriteByte(c)
		case c == ' ' && strings.TrimLeft(s[:i], " ") == "":
			b.WriteString("&#32;") // leading blanks would make a block of code
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// strong is md in bold; nothing of nothing, for four asterisks draw a line.
func strong(s string) string {
	if s == "" {
		return ""
	}
	return "**" + md(s) + "**"
}

func letter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
