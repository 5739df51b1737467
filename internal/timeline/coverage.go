package timeline

import (
	"fmt"
	"slices"
	"strings"

	"evict"
	"evict/internal/verdict"
)

// coverage says how completely each kind of evidence was seen: from what the
// items were asked for, and from what they hold. A kind that two items hold
// is complete when one of them is.
func (j *judge) coverage() map[evict.Kind]verdict.KindCoverage {
	out := map[evict.Kind]verdict.KindCoverage{}
	for i := range j.in.Items {
		st := &j.dedupe.stats[i]
		src := &j.sources[i]
		c := j.in.Items[i].Coverage
		for _, k := range j.itemKinds(i) {
			have, seen := out[k]
			one := verdict.KindCoverage{From: st.From, To: st.To, Complete: src.Complete, Stated: c != nil, Why: src.Why}
			if c != nil {
				if c.From.Set {
					one.From = c.From
				}
				if c.To.Set {
					one.To = c.To
				}
			}
			if one.Complete && !slices.Contains(kindsOf(c.Source), k) {
				one.Complete, one.Why = false, fmt.Sprintf("only found in a file that was asked for %q", c.Source)
			}
			if one.Complete && (!c.From.Set || !c.To.Set) {
				one.Complete, one.Why = false, "called complete, but not from when to when"
			}
			if !one.Complete && one.Why == "" {
				one.Why = "coverage is not stated"
			}
			if st.Rejected > 0 && one.Complete {
				one.Complete, one.Why = false, fmt.Sprintf("%d records of %s could not be read", st.Rejected, src.Name)
			}
			if st.undated > 0 && one.Complete {
				one.Complete, one.Why = false, fmt.Sprintf("no time could be read in %d records of %s", st.undated, src.Name)
			}
			if seen {
				one = joinCoverage(have, one)
			}
			out[k] = one
		}
	}
	for k := range out {
		c := out[k]
		c.Events = j.dedupe.kinds[k].events
		out[k] = c
	}
	return out
}

func joinCoverage(a, b verdict.KindCoverage) verdict.KindCoverage {
	if b.Complete && !a.Complete {
		a, b = b, a
	}
	// Two complete spans with a hole between them are not one: the later one
	// counts, since clear speaks of the days before the judgement.
	if a.Complete && b.Complete && apart(a, b) {
		if a.To.Before(b.To) {
			a, b = b, a
		}
		a.Stated = a.Stated || b.Stated
		return a
	}
	if b.Complete == a.Complete {
		if b.From.Before(a.From) {
			a.From = b.From
		}
		if a.To.Before(b.To) {
			a.To = b.To
		}
	}
	a.Stated = a.Stated || b.Stated
	if !a.Complete && (a.Why == "" || b.Why != "" && b.Why < a.Why) {
		a.Why = b.Why
	}
	return a
}

// apart reports whether time lies between the two spans.
func apart(a, b verdict.KindCoverage) bool {
	after := func(x, y verdict.KindCoverage) bool { return x.To.Set && y.From.Set && x.To.Before(y.From) }
	return after(a, b) || after(b, a)
}

// itemKinds lists the kinds that an item holds or, by what it was asked for, would hold.
func (j *judge) itemKinds(i int) []evict.Kind {
	var out []evict.Kind
	for k, n := range j.dedupe.stats[i].kinds {
		if n > 0 {
			out = append(out, evict.Kind(k))
		}
	}
	if c := j.in.Items[i].Coverage; c != nil {
		for _, k := range kindsOf(c.Source) {
			if !slices.Contains(out, k) {
				out = append(out, k)
			}
		}
	}
	return out
}

// kindWords ties the free text of a coverage statement to kinds. The first
// entry whose words all occur wins.
var kindWords = []struct {
	words []string
	kinds []evict.Kind
}{
	{[]string{"non-interactive"}, []evict.Kind{evict.TokenSignIns}},
	{[]string{"noninteractive"}, []evict.Kind{evict.TokenSignIns}},
	{[]string{"service principal", "sign"}, []evict.Kind{evict.AppSignIns}},
	{[]string{"sign-in"}, []evict.Kind{evict.SignIns}},
	{[]string{"signin"}, []evict.Kind{evict.SignIns}},
	{[]string{"unified"}, auditKinds},
	{[]string{"purview"}, auditKinds},
	{[]string{"audit log"}, auditKinds},
	{[]string{"ual"}, auditKinds},
	{[]string{"directory", "audit"}, []evict.Kind{evict.DirectoryAudit}},
	{[]string{"directory", "role"}, []evict.Kind{evict.RoleState}},
	{[]string{"directory"}, []evict.Kind{evict.DirectoryAudit}},
	{[]string{"entra audit"}, []evict.Kind{evict.DirectoryAudit}},
	{[]string{"mailbox audit"}, []evict.Kind{evict.MailboxAudit}},
	{[]string{"trace"}, []evict.Kind{evict.MessageTrace}},
	{[]string{"risk"}, []evict.Kind{evict.RiskLog}},
	{[]string{"graph activity"}, []evict.Kind{evict.GraphActivity}},
	{[]string{"transport"}, []evict.Kind{evict.FlowState}},
	{[]string{"connector"}, []evict.Kind{evict.FlowState}},
	{[]string{"mail flow"}, []evict.Kind{evict.FlowState}},
	{[]string{"rule"}, []evict.Kind{evict.RuleState}},
	{[]string{"permission", "grant"}, []evict.Kind{evict.ConsentState}}, // OAuth2 permission grants
	{[]string{"permission"}, []evict.Kind{evict.RightState}},
	{[]string{"delegat"}, []evict.Kind{evict.RightState}},
	{[]string{"right"}, []evict.Kind{evict.RightState}},
	{[]string{"protocol"}, []evict.Kind{evict.ProtocolState}},
	{[]string{"casmailbox"}, []evict.Kind{evict.ProtocolState}},
	{[]string{"forward"}, []evict.Kind{evict.MailboxState}},
	{[]string{"mailbox"}, []evict.Kind{evict.MailboxState}},
	{[]string{"method"}, []evict.Kind{evict.MethodState}},
	{[]string{"registration"}, []evict.Kind{evict.MethodState}},
	{[]string{"device"}, []evict.Kind{evict.DeviceState}},
	{[]string{"consent"}, []evict.Kind{evict.ConsentState}},
	{[]string{"grant"}, []evict.Kind{evict.ConsentState}},
	{[]string{"application"}, []evict.Kind{evict.ConsentState}},
	{[]string{"role"}, []evict.Kind{evict.RoleState}},
	{[]string{"restricted"}, []evict.Kind{evict.RestrictedState}},
	{[]string{"user"}, []evict.Kind{evict.UserState}},
	{[]string{"alert"}, []evict.Kind{evict.AlertLog}},
	{[]string{"click"}, []evict.Kind{evict.ClickLog}},
}

var auditKinds = []evict.Kind{evict.AdminAudit, evict.MailboxAudit, evict.DirectoryAudit, evict.LoginAudit, evict.FileAudit, evict.TeamsAudit, evict.OtherAudit, evict.AlertLog}

// KnowsSource reports whether a coverage statement's source names a kind of evidence.
func KnowsSource(source string) bool { return len(kindsOf(source)) > 0 }

// kindsOf reads a coverage statement's source: a kind's own name, or words.
func kindsOf(source string) []evict.Kind {
	s := strings.ToLower(strings.TrimSpace(source))
	for k := evict.Kind(1); k < evict.KindCount; k++ {
		if s == k.String() {
			return []evict.Kind{k}
		}
	}
	for _, e := range kindWords {
		all := true
		for _, w := range e.words {
			all = all && strings.Contains(s, w)
		}
		if all {
			return e.kinds
		}
	}
	return nil
}

func sortRejections(rs []evict.Rejection) {
	slices.SortFunc(rs, func(a, b evict.Rejection) int {
		if c := strings.Compare(a.Source, b.Source); c != 0 {
			return c
		}
		return int(a.Offset - b.Offset)
	})
}

// aside reports whether the evidence was asked for other accounts, so that it
// holds of this one only what touched them. The mailbox of nobody, opened by
// one of them, was asked for all that its side has.
func (j *judge) aside(a *verdict.Account) bool {
	if len(j.in.Asked) == 0 {
		return false
	}
	in := func(list []string) bool {
		return slices.ContainsFunc(list, func(s string) bool { return strings.EqualFold(s, a.Name) || strings.EqualFold(s, a.ID) })
	}
	return !in(j.in.Asked) && !(a.Shared && in(j.in.Opened))
}

// tenantKinds are kinds that are asked of the tenant and not of an account.
var tenantKinds = []evict.Kind{evict.FlowState, evict.RestrictedState, evict.AppSignIns}

// coverAside is the coverage for an account that was not asked for: that a
// kind was read in full for others says nothing of it.
func (j *judge) coverAside() map[evict.Kind]verdict.KindCoverage {
	out := map[evict.Kind]verdict.KindCoverage{}
	for k, c := range j.cover {
		if !slices.Contains(tenantKinds, k) {
			c.Complete, c.Why = false, "asked for other accounts"
		}
		out[k] = c
	}
	return out
}
