package verdict

import (
	"slices"
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
	d.checks = reached(a.Checks, d.window())
	d.questions = questions(a)
	d.steps = d.nextSteps()

	out := evict.Account{
		Account: a.Name, ID: a.ID, Verdict: d.verdict, Window: d.window(), Score: score(a),
		Role: d.role(), Exposure: d.exposure(), FirstTrouble: d.trouble,
		Reasons: d.reasons(), NotExcluded: d.notExcluded(), NextSteps: d.steps, Questions: d.questions,
		Findings: d.findings(), Checks: d.checks, Symptoms: d.symptoms(),
		Strands: d.strands(), StrandsTotal: len(a.Strands), Activity: a.Activity, Overrules: a.Overrules,
	}
	if m, ok := a.madeBy(t); ok {
		out.MadeBy = m.By
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
	checks    []evict.Check
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

// reached are the checks as they hold for the window that the verdict speaks
// of: one is only done when its log was read from the first day on.
func reached(checks []Check, w evict.Window) []evict.Check {
	out := make([]evict.Check, 0, len(checks))
	for _, c := range checks {
		if c.Status == evict.Done && c.Log != evict.UnknownKind && w.From.Set && c.From.Sub(w.From) > day {
			c.Status, c.Why = evict.Partial, c.Log.String()+": begins only on "+when(c.From)
		}
		out = append(out, c.Check)
	}
	return out
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
