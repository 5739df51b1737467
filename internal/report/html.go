package report

import (
	"bufio"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"reflect"
	"strings"

	"evict"
)

//go:embed page.html
var pageSource string

//go:embed style.css
var styleSource string

// How many rows of a long list the page shows at once; the rest is folded, never left out.
const (
	maxPageFindings = 50
	maxPageFold     = 500 // rows in one fold
	maxPageStrands  = 25
	maxPageOpen     = 20 // accounts, clear or unknown, that are not folded
)

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"stamp": stamp, "minute": minute, "between": between, "weight": weight, "count": count, "thousands": thousands,
	"thousands64": func(n int64) string { return thousands(int(n)) },
	"network":     network, "symptom": symptomTitle, "anchors": anchorWords, "facts": findingFacts, "byWhy": byWhy, "exposure": exposure,
	"rungClass": rungClass, "planWords": planWords, "checkWords": checkWords, "short": short,
	"show":         func(s string) string { return show(s, false) },
	"coverage":     func(s evict.Source) string { return coverageWord(&s) },
	"join":         func(list []string) string { return strings.Join(list, ", ") },
	"same":         func(w evict.Window) bool { return w.From == w.To },
	"verdictClass": func(v evict.Verdict) string { return known(string(v), "unknown", "compromised", "suspected", "clear") },
	"verdictWord":  verdictWord, "severityClass": evict.Severity.String, "severityWord": severityWord,
	"statusClass": func(s string) string { return strings.ReplaceAll(known(s, "cannot see", "seen", "not seen"), " ", "-") },
	"statusWord":  statusWord,
	"gradeClass": func(g evict.Grade) string {
		return [...]string{"info", "low", "high", "critical"}[g]
	},
	"evidenceMore": func(f *evict.Finding) string {
		if n := f.EvidenceTotal - len(f.Evidence); n > 0 {
			return "…(+" + thousands(n) + " more records)"
		}
		return ""
	},
}).Parse(pageSource))

// HTML writes one self-contained page. It needs no script, loads nothing, and
// its content security policy forbids both.
func HTML(w io.Writer, inv *evict.Investigation) error {
	return writePage(w, newPage(harmless(inv)))
}

// CaseHTML writes the report of a case as such a page: what happened, and what was done about it.
func CaseHTML(w io.Writer, r *evict.Report) error {
	safe := harmless(r)
	p := newPage(&safe.Investigation)
	p.Case, p.Tenant = safe.Case, safe.Tenant
	p.Response = newResponse(safe, "→", "…")
	return writePage(w, p)
}

func writePage(w io.Writer, p *pageData) error {
	b := bufio.NewWriter(w)
	if err := page.Execute(b, p); err != nil {
		return err
	}
	return b.Flush()
}

// harmless returns a copy in which every text but raw JSON went through [show].
func harmless[T any](doc *T) *T {
	return mapStrings(reflect.ValueOf(doc), func(s string) string { return show(s, false) }).Interface().(*T)
}

type pageData struct {
	*evict.Investigation
	Response     *response // nil: of the investigation alone
	Style        template.CSS
	StyleHash    string
	Answers      []symptomAnswer
	Accounts     []pageAccount
	Map          template.HTML
	Others       *findingList
	Severities   []severityCount
	RejectedMore string
}

type pageAccount struct {
	*evict.Account
	Index          int
	Name           string
	Open, Settles  bool
	Reasons        []evict.Reason
	Acts, Ops      []string
	Chart          template.HTML
	Groups         []strandGroup
	StrandsMore    string
	List           *findingList
	Limits         []limit
	Partial, Blind int
}

type strandGroup struct {
	Class, Title     string
	All, First, More []*evict.Strand
}

// A findingList is findings in order, the first ones open and the rest in folds.
type findingList struct {
	Total string
	First []*evict.Finding
	More  []findingFold
}

type findingFold struct {
	Title string
	Rows  []*evict.Finding
}

type severityCount struct {
	Severity evict.Severity
	Count    int
}

func newPage(inv *evict.Investigation) *pageData {
	h := sha256.Sum256([]byte(styleSource))
	p := &pageData{
		Investigation: inv,
		Style:         template.CSS(styleSource),
		StyleHash:     "sha256-" + base64.StdEncoding.EncodeToString(h[:]),
		Answers:       answerReported(inv),
		Map:           worldMap(inv),
		Others:        fold(inv.Findings),
	}
	quiet := 0
	for i, a := range sortedAccounts(inv) {
		if verdictRank(a.Verdict) >= 2 {
			quiet++
		}
		p.Accounts = append(p.Accounts, newPageAccount(i+1, a, quiet <= maxPageOpen))
	}
	for sev := int(evict.Critical); sev >= int(evict.Info); sev-- {
		if n := inv.Summary.Findings[evict.Severity(sev).String()]; n > 0 {
			p.Severities = append(p.Severities, severityCount{evict.Severity(sev), n})
		}
	}
	if n := inv.Rejected.Count - len(inv.Rejected.First); n > 0 {
		p.RejectedMore = "…(+" + thousands(n) + " more)"
	}
	return p
}

func newPageAccount(index int, a *evict.Account, open bool) pageAccount {
	p := pageAccount{
		Account: a, Index: index, Name: a.Account, Open: open,
		Settles: a.Verdict == evict.Suspected || a.Verdict == evict.Unknown,
		Reasons: foldedReasons(a), Acts: acts(a.Activity.Attacker), Ops: operations(a.Activity.Attacker.Operations),
		Chart: strandChart(a), List: fold(a.Findings), Limits: limits(a.Checks),
	}
	_, p.Partial, p.Blind = checkCounts(a.Checks)
	for _, g := range []strandGroup{
		{Class: "attacker", Title: "■ The attacker’s strands"},
		{Class: "unknown", Title: "? Strands of unknown hand"},
		{Class: "owner", Title: "● The owner’s strands"},
	} {
		g.All = strandsBy(a.Strands, evict.Attribution(g.Class))
		if len(g.All) == 0 {
			continue
		}
		n := min(len(g.All), maxPageStrands)
		g.First, g.More = g.All[:n], g.All[n:]
		if g.Class == string(evict.ByOwner) {
			if joined := joinedStrands(g.All); len(joined) < len(g.All) {
				g.First, g.More = joined, g.All
			}
		}
		p.Groups = append(p.Groups, g)
	}
	if n := a.StrandsTotal - len(a.Strands); n > 0 {
		p.StrandsMore = "…(+" + thousands(n) + " strands of this account are not listed)"
	}
	return p
}

func fold(all []evict.Finding) *findingList {
	if len(all) == 0 {
		return nil
	}
	list := sortedFindings(all)
	n := min(len(list), maxPageFindings)
	l := &findingList{Total: thousands(len(list)), First: list[:n]}
	for from := n; from < len(list); from += maxPageFold {
		to := min(from+maxPageFold, len(list))
		l.More = append(l.More, findingFold{fmt.Sprintf("Findings %s to %s of %s", thousands(from+1), thousands(to), l.Total), list[from:to]})
	}
	return l
}

// known returns s if it is one of the words, else the other: classes are never a tenant's text.
func known(s, other string, words ...string) string {
	for _, w := range words {
		if s == w {
			return s
		}
	}
	return other
}

func verdictWord(v evict.Verdict) string {
	switch v {
	case evict.Compromised:
		return "■ COMPROMISED"
	case evict.Suspected:
		return "▲ SUSPECTED"
	case evict.Clear:
		return "● CLEAR"
	}
	return "? UNKNOWN"
}

func severityWord(s evict.Severity) string {
	return [...]string{"· info", "○ low", "◆ medium", "▲ high", "■ critical"}[s]
}

func statusWord(s string) string {
	switch s {
	case "seen":
		return "■ seen"
	case "not seen":
		return "○ not seen"
	}
	return "? cannot see"
}
