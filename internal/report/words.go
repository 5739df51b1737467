package report

import (
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"

	"evict"
)

// symptoms are the ten symptoms in short words; index 0 is unused.
var symptoms = [...]string{
	"",
	"mail missing or deleted",
	"mail sent that is not in Sent Items",
	"inbox rules nobody made",
	"display name changed",
	"blocked from sending",
	"hacked-account messages",
	"profile changed",
	"credentials changed",
	"forwarding added",
	"signature changed",
}

func symptomTitle(n int) string {
	if n > 0 && n < len(symptoms) {
		return symptoms[n]
	}
	return "symptom " + strconv.Itoa(n)
}

// stamp writes a time for people, in UTC, with no more precision than the log had.
func stamp(t evict.Time) string {
	switch {
	case !t.Set:
		return "not known"
	case t.Prec == evict.TwoMinutes:
		return "~" + t.Std().Format("2006-01-02 15:04Z")
	case t.Prec == evict.Day:
		return t.Std().Format("2006-01-02")
	case t.Prec == evict.Ambiguous:
		return t.Std().Format("2006-01-02 15:04") + "?"
	}
	return t.Std().Format("2006-01-02 15:04:05Z")
}

// minute writes a time to the minute, for tables of contents.
func minute(t evict.Time) string {
	if !t.Set || t.Prec >= evict.TwoMinutes {
		return stamp(t)
	}
	return t.Std().Format("2006-01-02 15:04Z")
}

// between writes a window as "from A to B".
func between(w evict.Window) string {
	switch {
	case !w.From.Set && !w.To.Set:
		return "at times that are not known"
	case w.From.Nano == w.To.Nano && w.From.Set == w.To.Set:
		return "at " + stamp(w.From)
	}
	return "from " + stamp(w.From) + " to " + stamp(w.To)
}

// weight writes an item with its grade: "C1 conclusive".
func weight(item string, g evict.Grade) string {
	if item == "" || item == g.String() {
		return g.String()
	}
	return item + " " + g.String()
}

// network leaves out the length that every IPv4 network here has.
func network(s string) string { return strings.TrimSuffix(s, "/32") }

// sortedAccounts returns the accounts with the gravest first.
func sortedAccounts(inv *evict.Investigation) []*evict.Account {
	out := make([]*evict.Account, len(inv.Accounts))
	for i := range inv.Accounts {
		out[i] = &inv.Accounts[i]
	}
	sort.SliceStable(out, func(i, j int) bool {
		a, b := out[i], out[j]
		if x, y := verdictRank(a.Verdict), verdictRank(b.Verdict); x != y {
			return x < y
		}
		if a.Score != b.Score {
			return a.Score > b.Score
		}
		if a.Account != b.Account {
			return a.Account < b.Account
		}
		return a.ID < b.ID
	})
	return out
}

func verdictRank(v evict.Verdict) int {
	switch v {
	case evict.Compromised:
		return 0
	case evict.Suspected:
		return 1
	case evict.Clear:
		return 3
	}
	return 2
}

// sortedFindings returns the findings by severity, then time, then ID.
func sortedFindings(list []evict.Finding) []*evict.Finding {
	out := make([]*evict.Finding, len(list))
	for i := range list {
		out[i] = &list[i]
	}
	sort.SliceStable(out, func(i, j int) bool {
		a, b := out[i], out[j]
		if a.Severity != b.Severity {
			return a.Severity > b.Severity
		}
		if a.Time.Set != b.Time.Set {
			return a.Time.Set
		}
		if a.Time.Nano != b.Time.Nano {
			return a.Time.Nano < b.Time.Nano
		}
		return a.ID < b.ID
	})
	return out
}

// sortedReasons keeps the order given inside a grade (V28).
func sortedReasons(list []evict.Reason) []evict.Reason {
	out := append([]evict.Reason(nil), list...)
	sort.SliceStable(out, func(i, j int) bool { return out[i].Grade > out[j].Grade })
	return out
}

// reasonFold is how close in time the reasons of one detector are told as one.
const reasonFold = 60 * 60 * 1e9 // nanoseconds

// foldedReasons sorts the reasons and tells those of one detector and grade
// within an hour once, with how many more there are.
func foldedReasons(a *evict.Account) []evict.Reason {
	by := map[string]*evict.Finding{}
	for i := range a.Findings {
		by[a.Findings[i].ID] = &a.Findings[i]
	}
	var out []evict.Reason
	var more []int
next:
	for _, r := range sortedReasons(a.Reasons) {
		f := by[r.Finding]
		for i, o := range out {
			g := by[o.Finding]
			if f == nil || g == nil || g.Detector != f.Detector || o.Grade != r.Grade || o.Item != r.Item || o.Strand != r.Strand || !f.Time.Set || !g.Time.Set {
				continue
			}
			if d := f.Time.Nano - g.Time.Nano; -reasonFold <= d && d <= reasonFold {
				more[i]++
				continue next
			}
		}
		out, more = append(out, r), append(more, 0)
	}
	for i, n := range more {
		if n > 0 {
			out[i].Text += " And " + thousands(n) + " more of this kind within the hour."
		}
	}
	return out
}

// joinedStrands tells strands of one network, client and device as one, for
// an owner comes back every day. What speaks against a strand is kept.
func joinedStrands(list []*evict.Strand) []*evict.Strand {
	type key struct{ network, client, device string }
	at := map[key]int{}
	var out []*evict.Strand
	var n []int
	for _, x := range list {
		k := key{x.Network, x.Client, x.Device}
		i, ok := at[k]
		if !ok {
			at[k] = len(out)
			c := *x
			c.Places, c.Anchors, c.Reasons = nil, nil, nil
			c.Events, c.SignIns = 0, 0
			i = len(out)
			out, n = append(out, &c), append(n, 0)
		}
		o := out[i]
		n[i]++
		o.Events, o.SignIns = o.Events+x.Events, o.SignIns+x.SignIns
		o.Places = union(o.Places, x.Places)
		o.Anchors = union(o.Anchors, x.Anchors)
		for _, r := range x.Reasons {
			if !strings.HasPrefix(r, "for the owner: ") {
				o.Reasons = union(o.Reasons, []string{r})
			}
		}
		if x.From.Before(o.From) {
			o.From = x.From
		}
		if o.To.Before(x.To) {
			o.To = x.To
		}
	}
	for i, o := range out {
		if n[i] > 1 {
			o.ID, o.Session = "", ""
			o.Reasons = append([]string{thousands(n[i]) + " strands of this network, client and device"}, o.Reasons...)
		}
		slices.Sort(o.Anchors)
	}
	return out
}

func union[T comparable](list, more []T) []T {
	for _, x := range more {
		if !slices.Contains(list, x) {
			list = append(list, x)
		}
	}
	return list
}

// briefReasons names what speaks against a strand by its item, as "Why" tells
// it in full, and keeps the other reasons.
func briefReasons(x *evict.Strand) []string {
	var items, out []string
	for _, r := range x.Reasons {
		item, _, ok := strings.Cut(strings.TrimPrefix(r, "against: "), ")")
		if !ok || !strings.HasPrefix(r, "against: ") || !strings.Contains(item, " (") {
			out = append(out, r)
			continue
		}
		items = append(items, item+")")
	}
	if len(items) > 0 {
		out = append(out, "against: "+strings.Join(items, ", "))
	}
	return out
}

// briefText leaves out of a reason the IDs of its records, which the finding
// names, and a last clause that an earlier reason ended with.
func briefText(text string, said map[string]bool) string {
	if i := strings.LastIndex(text, "; known from "); i >= 0 {
		from, to := strings.Index(text[i:], " ("), strings.Index(text[i:], ");")
		if from > 0 && to > from {
			text = text[:i+from] + text[i+to+1:]
		}
	}
	if i := strings.LastIndex(text, "; "); i >= 0 {
		last := text[i:]
		if said[last] {
			return text[:i] + "."
		}
		said[last] = true
	}
	return text
}

// strandsBy returns the strands of one verdict in order of time.
func strandsBy(list []evict.Strand, v evict.Attribution) []*evict.Strand {
	var out []*evict.Strand
	for i := range list {
		got := list[i].Verdict
		if got != evict.ByOwner && got != evict.ByAttacker {
			got = evict.ByUnknown
		}
		if got == v {
			out = append(out, &list[i])
		}
	}
	sort.SliceStable(out, func(i, j int) bool {
		a, b := out[i], out[j]
		if a.From.Set != b.From.Set {
			return a.From.Set
		}
		if a.From.Nano != b.From.Nano {
			return a.From.Nano < b.From.Nano
		}
		return a.ID < b.ID
	})
	return out
}

// A limit is why checks could not look, or not fully, with the checks it stopped.
type limit struct {
	Status    evict.CheckStatus
	Why       string
	Detectors []string
}

// limits folds the checks that are not done by their reason: blind before
// partial, the reason that stops most checks first.
func limits(checks []evict.Check) []limit {
	at := map[[2]string]int{}
	var out []limit
	for _, c := range checks {
		if c.Status == evict.Done {
			continue
		}
		k := [2]string{string(c.Status), c.Why}
		i, ok := at[k]
		if !ok {
			i = len(out)
			at[k] = i
			out = append(out, limit{Status: c.Status, Why: c.Why})
		}
		out[i].Detectors = append(out[i].Detectors, c.Detector)
	}
	for i := range out {
		sort.Strings(out[i].Detectors)
	}
	sort.SliceStable(out, func(i, j int) bool {
		a, b := out[i], out[j]
		if a.Status != b.Status {
			return a.Status == evict.Blind
		}
		if len(a.Detectors) != len(b.Detectors) {
			return len(a.Detectors) > len(b.Detectors)
		}
		return a.Why < b.Why
	})
	return out
}

// checkCounts counts the checks by how far they could look.
func checkCounts(checks []evict.Check) (done, partial, blind int) {
	for _, c := range checks {
		switch c.Status {
		case evict.Done:
			done++
		case evict.Partial:
			partial++
		default:
			blind++
		}
	}
	return
}

// acts says in words what an attacker's strands did, one thing each.
func acts(a evict.ActivityCounts) []string {
	var out []string
	add := func(n int, one, many string) {
		if n > 0 {
			out = append(out, count(n, one, many))
		}
	}
	add(a.SignIns, "successful sign-in", "successful sign-ins")
	add(a.Opened, "message opened", "messages opened")
	if len(a.Synced) > 0 {
		out = append(out, "whole folders synchronised: "+strings.Join(a.Synced, ", "))
	}
	add(a.Sent, "message sent", "messages sent")
	add(a.Deleted, "message deleted", "messages deleted")
	add(a.MovedMail, "message moved", "messages moved")
	add(a.Rules, "inbox rule made or changed", "inbox rules made or changed")
	add(a.Files, "file opened or downloaded", "files opened or downloaded")
	add(a.Shared, "sharing made", "sharings made")
	add(a.Consents, "consent to an application", "consents to applications")
	add(a.Changes, "directory or setting change", "directory or setting changes")
	if len(a.Mailboxes) > 0 {
		out = append(out, "other mailboxes touched: "+strings.Join(a.Mailboxes, ", "))
	}
	if a.Throttled {
		out = append(out, "Microsoft stopped logging what was read: assume all of it")
	}
	return out
}

// count writes a number with thousands parted and the right form of the noun.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return thousands(n) + " " + many
}

// thousands writes 1204332 as 1,204,332.
func thousands(n int) string {
	s := strconv.Itoa(n)
	neg := strings.HasPrefix(s, "-")
	s = strings.TrimPrefix(s, "-")
	var b strings.Builder
	if neg {
		b.WriteByte('-')
	}
	for i := range len(s) {
		if i > 0 && (len(s)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// operations lists the operations, the most frequent first.
func operations(m map[string]int) []string {
	names := make([]string, 0, len(m))
	for k := range m {
		names = append(names, k)
	}
	sort.Slice(names, func(i, j int) bool {
		if m[names[i]] != m[names[j]] {
			return m[names[i]] > m[names[j]]
		}
		return names[i] < names[j]
	})
	for i, k := range names {
		names[i] = fmt.Sprintf("%s %s", k, thousands(m[k]))
	}
	return names
}

// A symptomAnswer says of one reported symptom what each listed account shows.
type symptomAnswer struct {
	Number int
	Status string // the gravest over the accounts: seen, cannot see, not seen
	Seen   []accountSymptom
	Blind  []accountSymptom
	Clean  []accountSymptom
}

type accountSymptom struct {
	Account string
	evict.Symptom
}

// answerReported goes back to what a person said when the case began.
func answerReported(inv *evict.Investigation) []symptomAnswer {
	if inv.Reported == nil {
		return nil
	}
	var out []symptomAnswer
	for _, n := range inv.Reported.Symptoms {
		a := symptomAnswer{Number: n, Status: "cannot see"}
		for _, acc := range sortedAccounts(inv) {
			for _, s := range acc.Symptoms {
				if s.Number != n {
					continue
				}
				as := accountSymptom{acc.Account, s}
				switch s.Status {
				case "seen":
					a.Seen = append(a.Seen, as)
				case "not seen":
					a.Clean = append(a.Clean, as)
				default:
					a.Blind = append(a.Blind, as)
				}
			}
		}
		switch {
		case len(a.Seen) > 0:
			a.Status = "seen"
		case len(a.Blind) == 0 && len(a.Clean) > 0:
			a.Status = "not seen"
		}
		out = append(out, a)
	}
	return out
}

// A whyGroup is the accounts on which a symptom cannot be seen for one reason.
type whyGroup struct {
	Why      string
	Accounts []string
}

func byWhy(list []accountSymptom) []whyGroup {
	var out []whyGroup
	at := map[string]int{}
	for _, x := range list {
		i, ok := at[x.Why]
		if !ok {
			i = len(out)
			at[x.Why] = i
			out = append(out, whyGroup{Why: x.Why})
		}
		out[i].Accounts = append(out[i].Accounts, x.Account)
	}
	return out
}

// coverageWord says how far a source's coverage can be relied on.
func coverageWord(s *evict.Source) string {
	c := s.Coverage
	if c == "" {
		c = "unstated"
	}
	if c == "unstated" {
		return c
	}
	if s.Complete {
		return c + ", complete"
	}
	return c + ", incomplete"
}

// nextExplain is the command that helps with the gravest finding: the last
// resort when the caller knows no better one. Only a well-formed detector ID
// is ever put into a command that somebody will type.
func nextExplain(inv *evict.Investigation) string {
	var all []evict.Finding
	for i := range inv.Accounts {
		all = append(all, inv.Accounts[i].Findings...)
	}
	all = append(all, inv.Findings...)
	for _, f := range sortedFindings(all) {
		if kebab(f.Detector) {
			return "evict explain " + f.Detector
		}
	}
	return "evict explain"
}

func kebab(s string) bool {
	for _, c := range s {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return s != "" && s[0] != '-'
}
