package respond

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"evict"
)

// A DoneStep is one step of an earlier plan and how it ended.
type DoneStep struct {
	Plan     string // hash
	Step     evict.Step
	Verified bool // or a person's word that he did it
	Proposed bool // nobody carried the plan out, nor a later one that evicts
	Ended    evict.Time
}

// A Release says which conditions for giving accounts back are met already. What a
// person vouches for has his name; what nobody vouches for becomes a step.
type Release struct {
	LogsTo       evict.Time // the logs that were looked at since are complete up to here; unset: none were
	Lacks        string     // which log is not there or not complete, where one is the reason; else ""
	Hostile      []string   // what attackers' strands did since the last revocation, in sentences; none is good
	Device       Vouched    // the owner's devices are clean
	Identity     Vouched    // the owner was called back on a number from before
	UsedProtocol []string   // of IMAP, POP and SMTP AUTH: those that the owner used before
}

// Vouched is a person's word; By is "" when nobody gave it.
type Vouched struct {
	By string
	At evict.Time
}

// The guards of the release gate.
const (
	GuardFootholds = "release-footholds" // something that the attacker left is not verified gone
	GuardHostile   = "release-hostile"   // an attacker's strand succeeded since
	GuardCoverage  = "release-coverage"  // nobody looked, or not far enough
	GuardRelease   = "release"           // sign-in is not given back, so neither is what follows it
	GuardMade      = "made-by-attacker"  // nobody owns the account: no word gives it to anybody
)

// ProposeRecover makes the plan that gives accounts back. It is a plan of its own and
// no undo: sessions are revoked once more, sign-in opens only behind the release gate,
// old ways into the mailbox stay shut unless the owner used them, and each role comes
// back only when an operator picks it, with his reason.
func ProposeRecover(ctx context.Context, r Reader, c Case, done []DoneStep, rel Release) (evict.Plan, error) {
	p := newPlanner(r, c, "recover")
	if len(c.Accounts) == 0 {
		return p.plan, ErrNobody
	}
	if err := p.readAccounts(ctx); err != nil {
		return p.plan, err
	}
	g := giving{planner: p, done: done, rel: rel}
	g.keepMade()
	for _, a := range p.accounts[:p.taken] {
		g.account(ctx, a)
	}
	g.undecidedYet()
	g.pick(ctx)
	p.finish(ctx)
	g.close(g.leftNow(ctx))
	return p.plan, ctx.Err()
}

// giving is the making of one recovery.
type giving struct {
	*planner
	done []DoneStep
	rel  Release
}

// account wants what gives one account back, in its order.
func (g *giving) account(ctx context.Context, a *AccountFacts) {
	o := a.object()
	first := []string{stepID(RevokeSessions.ID, o)}
	g.wanted = append(g.wanted, wanted{action: RevokeSessions, target: o, why: []string{"once more, after everything of the attacker's is gone"}})
	person := func(act *Action, v Vouched, want row) {
		if v.By != "" {
			g.note("%s: %s vouches for it, %s (%s).", act.Title, v.By, v.At, a.name())
			return
		}
		w := wanted{action: act, target: o, why: []string{"the release gate"}}
		if want != nil {
			w.want = state(want)
		}
		g.wanted = append(g.wanted, w)
		first = append(first, stepID(act.ID, o))
	}
	person(CheckIdentity, g.rel.Identity, g.number(a))
	person(ScanComputer, g.rel.Device, nil)
	g.wanted = append(g.wanted, wanted{action: RequireMfa, target: o, why: []string{"R1: multifactor authentication on"}, quiet: true})
	first = append(first, stepID(RequireMfa.ID, o))
	if risk := Find("dismiss-risk"); risk != nil && g.did(a, ConfirmCompromised.ID) != nil {
		g.wanted = append(g.wanted, wanted{action: risk, target: o, why: []string{"it was confirmed by an earlier plan"}, quiet: true})
		first = append(first, stepID(risk.ID, o))
	}
	back := []string{"the owner gets his account back"}
	if g.did(a, DisableOnPremises.ID) != nil {
		g.wanted = append(g.wanted, wanted{action: EnableOnPremises, target: o, why: back, needs: slices.Clone(first)})
		first = append(first, stepID(EnableOnPremises.ID, o))
	}
	g.wanted = append(g.wanted, wanted{action: UnblockSignIn, target: o, why: back, needs: first})
	if a.Synced {
		g.note("%s comes from Active Directory: it is enabled there, by a person, before sign-in is allowed here.", a.name())
	}
	// A blocked account can't enrol, so this follows sign-in and stands before all else.
	entered := []string{stepID(UnblockSignIn.ID, o), stepID(EnrolMethods.ID, o)}
	g.wanted = append(g.wanted, wanted{action: EnrolMethods, target: o, why: []string{"the release gate"}, needs: entered[:1]})
	g.protocols(a, entered)
	g.roles(a, entered)
	for _, f := range g.c.Findings {
		for _, l := range f.Left {
			if f.Attribution == evict.ByAttacker || l.Kind == evict.LeftRestriction {
				g.give(ctx, a, f, l)
			}
		}
	}
	g.people(a)
}

// give wants what is put right only now: values from before, and the bar on sending.
func (g *giving) give(ctx context.Context, a *AccountFacts, f evict.Finding, l evict.Leftover) {
	if !a.is(l.Of) || !slices.Contains(given, l.Kind) {
		return
	}
	before := len(g.wanted)
	g.remove(ctx, f, l)
	if l.Kind != evict.LeftRestriction {
		return
	}
	for i := range g.wanted[before:] {
		w := &g.wanted[before+i]
		w.needs = append(w.needs, stepID(UnblockSignIn.ID, a.object()), stepID(EnrolMethods.ID, a.object()), stepID(RestoreMailProtocols.ID, a.object()))
	}
}

// number is the telephone from before first trouble, where a record kept it.
func (g *giving) number(a *AccountFacts) row {
	for _, f := range g.c.Findings {
		for _, l := range f.Left {
			if l.Kind != evict.LeftProfile || !a.is(l.Of) || f.Attribution == evict.ByOwner {
				continue
			}
			for _, name := range []string{"Mobile", "MobilePhone", "TelephoneNumber"} {
				if v := l.Was[name]; len(v) > 0 && v[0] != "" {
					return row{"number": v[0]}
				}
			}
		}
	}
	return nil
}

// did is the last verified step of an action on the account; nil when there is none.
func (g *giving) did(a *AccountFacts, action evict.ActionID) *DoneStep {
	return lastDone(g.done, action, a.ID)
}

// protocols wants the mailbox's ways in as they were, but the old ones only where the owner used them.
func (g *giving) protocols(a *AccountFacts, needs []string) {
	d := g.did(a, DisableMailProtocols.ID)
	if d == nil {
		return
	}
	want := decoded(d.Step.Before)
	for _, old := range []struct {
		name, property string
		shut           bool // the value that keeps it shut
	}{{"IMAP", "ImapEnabled", false}, {"POP", "PopEnabled", false}, {"SMTP AUTH", "SmtpClientAuthenticationDisabled", true}} {
		used := slices.ContainsFunc(g.rel.UsedProtocol, func(u string) bool { return strings.EqualFold(strings.ReplaceAll(u, "-", " "), old.name) })
		if _, known := want[old.property]; known && !used {
			want[old.property] = old.shut
		}
	}
	g.wanted = append(g.wanted, wanted{action: RestoreMailProtocols, target: a.object(), want: state(want), why: []string{"as before containment; IMAP, POP and SMTP AUTH only where the owner used them"}, needs: needs})
}

// roleActions are those that took a role away.
var roleActions = []evict.ActionID{"remove-directory-role", "remove-eligible-role", "remove-group-member", "remove-exchange-role-group", "remove-compliance-role-group"}

// roles lists the roles that were taken away; each comes back when it is picked, with a reason.
func (g *giving) roles(a *AccountFacts, needs []string) {
	for _, d := range g.done {
		s := d.Step
		if !d.Verified || s.Target.Account != a.ID || !slices.Contains(roleActions, s.Action) {
			continue
		}
		if slices.ContainsFunc(s.Why, func(w string) bool { return g.hostile(w) }) {
			g.note("The role %s of %s was given by the attacker: it does not come back.", s.Target.Name, a.name())
			continue
		}
		i := slices.IndexFunc(g.c.Picked, func(k Pick) bool { return k.Finding == s.ID || k.Action == s.Action && k.Target == s.Target })
		if i < 0 {
			g.plan.Skipped = append(g.plan.Skipped, evict.Skipped{Action: s.Action, Target: s.Target, Pick: s.ID, Why: "a role comes back by itself, with a reason: who needs it now, and for what?"})
			continue
		}
		act := Find(s.Action)
		g.wanted = append(g.wanted, wanted{action: act, target: s.Target, inverse: s.Before, phase: evict.Recover, title: "Give back: " + s.Target.Name, why: []string{picked(g.c.Picked[i])}, needs: needs})
	}
}

// consented are the kinds of leftovers that an owner may have been deceived into.
var consented = []string{evict.LeftGrant, evict.LeftAppRole, evict.LeftApplication}

// undecidedYet tells again of applications that nobody decided about, each once: they work again with the owner's sign-in.
func (g *giving) undecidedYet() {
	told := map[string]bool{"": true}
	for _, f := range g.c.Findings {
		for _, l := range f.Left {
			if f.Attribution == evict.ByAttacker || f.Attribution == evict.ByResponder || !slices.Contains(consented, l.Kind) || !g.concerns(f, l) || g.answered(f, l) || told[cmp.Or(l.ID, l.Name)] || told[l.Name] && l.Name != "" {
				continue
			}
			told[l.ID], told[l.Name] = true, true
			g.note("Nobody decided about the application %s, which works again with the sign-in: %s. To take it away, plan once more without --recover, with --pick %s.", cmp.Or(l.Name, l.ID), f.Summary, f.ID)
		}
	}
}

// answered reports whether a verified step took away what the finding tells of.
func (g *giving) answered(f evict.Finding, l evict.Leftover) bool {
	of := g.known(l.Of)
	return slices.ContainsFunc(g.done, func(d DoneStep) bool {
		same := d.Step.Action == answers()[l.Kind].action && (l.Name == "" || d.Step.Target.Name == l.Name) && (of == nil || d.Step.Target.Account == of.ID)
		return d.Verified && (same || slices.Contains(d.Step.Why, f.ID))
	})
}

// hostile reports whether a reason is a finding of an attacker's act.
func (g *giving) hostile(why string) bool {
	return slices.ContainsFunc(g.c.Findings, func(f evict.Finding) bool { return f.ID == why && f.Attribution == evict.ByAttacker })
}

// pick adds what is no role: those are given back above.
func (g *giving) pick(ctx context.Context) {
	all := g.c.Picked
	g.c.Picked = slices.DeleteFunc(slices.Clone(all), func(k Pick) bool {
		return slices.Contains(roleActions, k.Action) || slices.ContainsFunc(g.done, func(d DoneStep) bool { return d.Step.ID == k.Finding })
	})
	g.planner.pick(ctx)
	g.c.Picked = all
}

// keepMade takes the accounts out that the attacker made: nobody is there to get them back.
func (g *giving) keepMade() {
	var owned []*AccountFacts
	for _, a := range g.accounts[:g.taken] {
		if g.madeByAttacker(a) {
			g.made = append(g.made, a)
			continue
		}
		owned = append(owned, a)
	}
	g.accounts, g.taken = append(owned, g.made...), len(owned)
	for _, a := range g.made {
		g.plan.Skipped = append(g.plan.Skipped, evict.Skipped{Action: UnblockSignIn.ID, Target: a.object(), Guard: GuardMade, Why: "the attacker made it: nobody gets it back"})
	}
}

// madeByAttacker reports whether a finding tells that the attacker made the account, or invited the guest.
func (g *giving) madeByAttacker(a *AccountFacts) bool {
	return slices.ContainsFunc(g.c.Findings, func(f evict.Finding) bool {
		return f.Attribution == evict.ByAttacker && slices.ContainsFunc(f.Left, func(l evict.Leftover) bool { return l.Kind == evict.LeftAccount && a.is(l.Of) })
	})
}

// gate says what stands against giving an account back; left are the footholds that are there now.
func (g *giving) gate(a *AccountFacts, left []string) []refusal {
	var out []refusal
	no := func(guard, why string) { out = append(out, refusal{guard, a.name(), why}) }
	open := slices.Clone(left)
	var revoked evict.Time
	for _, d := range g.done {
		if d.Step.Phase == evict.Evict && !g.settled(d.Step) && !d.Proposed {
			open = append(open, foothold(d.Step))
		}
		if d.Step.Action == RevokeSessions.ID && d.Verified && d.Step.Target.Account == a.ID && (!revoked.Set || revoked.Before(d.Ended)) {
			revoked = d.Ended
		}
	}
	var standing []string
	if why := g.uncontained(a); why != "" {
		standing = append(standing, why)
	}
	slices.Sort(open)
	if open = slices.Compact(open); len(open) > 0 {
		standing = append(standing, "not verified gone: "+strings.Join(open, ", "))
	}
	if len(standing) > 0 {
		no(GuardFootholds, strings.Join(standing, "; "))
	}
	if len(g.rel.Hostile) > 0 {
		no(GuardHostile, "since the last revocation: "+strings.Join(g.rel.Hostile, "; "))
	}
	if !g.rel.LogsTo.Set || revoked.Set && g.rel.LogsTo.Before(revoked.Add(tokenLife)) {
		why := fmt.Sprintf("nobody has looked at logs that are complete until %d minutes after the last revocation%s, when no token of his lives any more", int(tokenLife.Minutes()), stamped(revoked))
		if g.rel.Lacks != "" {
			why += ": " + g.rel.Lacks + " is not"
		}
		no(GuardCoverage, why+". Read them on: evict collect --again")
	}
	return out
}

// settled reports whether the step, or one of a later plan that does the same, is verified.
func (g *giving) settled(s evict.Step) bool {
	return slices.ContainsFunc(g.done, func(d DoneStep) bool { return d.Verified && d.Step.Action == s.Action && d.Step.Target == s.Target })
}

// uncontained says what of containment no earlier plan is verified to have done; "" when all is.
func (g *giving) uncontained(a *AccountFacts) string {
	switch {
	case g.did(a, RevokeSessions.ID) == nil:
		return "no earlier plan is verified to have revoked its sessions"
	case g.did(a, ResetPassword.ID) == nil && g.did(a, ResetOnPremisesPassword.ID) == nil:
		return "no earlier plan is verified to have changed its password"
	case g.did(a, BlockSignIn.ID) == nil && a.Enabled:
		return "no earlier plan is verified to have blocked its sign-in"
	}
	return ""
}

func stamped(t evict.Time) string {
	if !t.Set {
		return ""
	}
	return " (" + t.String() + ")"
}

// close is the release gate: while something stands against it, sign-in and all that
// follows it are not in the plan.
func (g *giving) close(left []string) {
	for _, a := range g.accounts[:g.taken] {
		refusals := g.gate(a, left)
		open := slices.DeleteFunc(slices.Clone(refusals), g.overridden)
		o := a.object()
		for i := range g.plan.Steps {
			s := &g.plan.Steps[i]
			if s.Action != UnblockSignIn.ID || s.Target != o {
				continue
			}
			for _, r := range refusals {
				s.Warnings = append(s.Warnings, fmt.Sprintf("the guard %s was overridden: %s", r.guard, r.why))
			}
		}
		if len(open) == 0 {
			continue
		}
		unblock := stepID(UnblockSignIn.ID, o)
		g.plan.Steps = slices.DeleteFunc(g.plan.Steps, func(s evict.Step) bool {
			switch {
			case s.ID == unblock:
				for _, r := range open {
					g.plan.Skipped = append(g.plan.Skipped, evict.Skipped{Action: s.Action, Target: s.Target, Guard: r.guard, Why: r.why, Word: Word(r.guard, r.target)})
				}
				return true
			case slices.Contains(s.Needs, unblock):
				g.plan.Skipped = append(g.plan.Skipped, evict.Skipped{Action: s.Action, Target: s.Target, Guard: GuardRelease, Why: "sign-in is not given back yet"})
				return true
			}
			return false
		})
	}
	g.settle()
}
