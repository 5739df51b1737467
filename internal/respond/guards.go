package respond

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"evict"
	"evict/internal/gate"
)

// Guards are what a plan must not hit. Where the tenant is at hand, Propose reads
// the administrators and the own application's owners and secrets itself; what can't
// be read counts as forbidding.
type Guards struct {
	Operator   []string // the person at the keyboard: object ID, UPN
	OwnApp     OwnApp
	BreakGlass []string // accounts for emergencies, by object ID or UPN
	Service    []string // declared service accounts, by object ID or UPN
	Most       int      // accounts in one plan; 0 means 10
	Overrides  []Override
	// Users counts, by service principal or grant, the accounts that the evidence shows using an
	// application in the last 30 days; more than the case's own, and it is not switched off unasked.
	Users map[string]int
}

// OwnApp is the application under which this program signs in.
type OwnApp struct {
	ClientID string         // "" when not known
	Owners   []string       // declared owners, by object ID or UPN
	Keys     []string       // key IDs of its own certificates and secrets; empty: it may have one
	Networks []netip.Prefix // from where it signs in; empty: from anywhere
	// MayUnblock says that a preflight has just proven that the application can enable a
	// blocked account again: only then may the last Global Administrator be blocked.
	MayUnblock bool
}

// An Override is a person's typed word against one guard, as the journal keeps it.
type Override = gate.Override

// The guards.
const (
	GuardOperator   = "own-account"
	GuardOwnApp     = "own-application"
	GuardTampered   = "own-application-tampered"
	GuardLastAdmin  = "last-administrator"
	GuardBreakGlass = "break-glass"
	GuardService    = "service-account"
	GuardMany       = "too-many-accounts"
	GuardLookAlike  = "look-alike"
	GuardSending    = "sending-last"
	GuardFound      = "no-such-account" // nobody has the name, or it could not be read; no word helps
)

// mostAccounts is how many accounts one plan may take back unasked.
const mostAccounts = 10

// Word is what has to be typed to override a guard on a target.
func Word(guard, target string) string { return strings.TrimSpace(guard + " " + target) }

// guard takes the steps out that a guard refuses, and says with which word each would stay.
func (p *planner) guard() {
	refused := map[string]bool{} // steps that a guard took out, for what depends on them
	keep := p.plan.Steps[:0]
	for _, s := range p.plan.Steps {
		refusals := p.refusals(s)
		open := slices.DeleteFunc(slices.Clone(refusals), func(r refusal) bool { return p.overridden(r) })
		if len(open) == 0 {
			for _, r := range refusals {
				s.Warnings = append(s.Warnings, "the guard "+r.guard+" was overridden: "+r.why)
			}
			s.Others = p.othersThan(s, refusals)
			keep = append(keep, s)
			continue
		}
		refused[s.ID] = true
		r := open[0]
		p.plan.Skipped = append(p.plan.Skipped, evict.Skipped{Action: s.Action, Target: s.Target, Guard: r.guard, Why: r.why, Word: Word(r.guard, r.target)})
	}
	p.plan.Steps = keep
	p.sendingLast(refused)
}

// sendingLast refuses to unblock sending while a step of R1 to R3 on that account was refused.
func (p *planner) sendingLast(refused map[string]bool) {
	if len(refused) == 0 {
		return
	}
	p.plan.Steps = slices.DeleteFunc(p.plan.Steps, func(s evict.Step) bool {
		if s.Action != UnblockSending.ID || p.overridden(refusal{guard: GuardSending, target: s.Target.Name}) {
			return false
		}
		i := slices.IndexFunc(p.plan.Skipped, func(k evict.Skipped) bool {
			a := Find(k.Action)
			return k.Guard != "" && k.Target.Account == s.Target.Account && a != nil && beforeSending(a.Procedure)
		})
		if i < 0 {
			return false
		}
		p.plan.Skipped = append(p.plan.Skipped, evict.Skipped{Action: s.Action, Target: s.Target, Guard: GuardSending,
			Why: "sending is unblocked only when password, forwarding and rules are done, and " + string(p.plan.Skipped[i].Action) + " is not", Word: Word(GuardSending, s.Target.Name)})
		return true
	})
}

// A refusal is one guard's no to one step.
type refusal struct{ guard, target, why string }

func (p *planner) overridden(r refusal) bool {
	return slices.ContainsFunc(p.c.Guards.Overrides, func(o Override) bool {
		return o.Guard == r.guard && o.Word == Word(r.guard, r.target) && (o.Target == "" || strings.EqualFold(o.Target, r.target) || p.sameAccount(o.Target, r.target))
	})
}

func (p *planner) sameAccount(a, b string) bool {
	x := p.known(a)
	return x != nil && x.is(b)
}

// refusals are all guards that say no to a step.
func (p *planner) refusals(s evict.Step) []refusal {
	var out []refusal
	no := func(guard, target, format string, args ...any) {
		out = append(out, refusal{guard, target, fmt.Sprintf(format, args...)})
	}
	g := p.c.Guards
	if n := p.taken; n > most(g) && p.plan.Kind == "respond" {
		no(GuardMany, strconv.Itoa(n), "the plan takes %d accounts back at once, more than %d", n, most(g))
	}
	p.refuseApplication(s, no)
	a := p.targetAccount(s.Target)
	if a == nil {
		return out
	}
	name := a.name()
	switch {
	case listed(g.Operator, a):
		no(GuardOperator, name, "it is the account of whoever makes this plan: somebody else takes it back")
	case listed(g.BreakGlass, a):
		no(GuardBreakGlass, name, "it is declared an account for emergencies")
	case listed(g.Service, a):
		no(GuardService, name, "it is declared a service account: what runs under it would stop")
	case a.Kind == "sync" || a.Kind == "service":
		no(GuardService, name, "it is a %s account: what runs under it would stop", a.Kind)
	}
	if len(a.LookAlikes) > 0 && !a.Certain {
		no(GuardLookAlike, name, "it is easily taken for %s", strings.Join(a.LookAlikes, ", "))
	}
	if why := p.lastAdministrator(s, a); why != "" {
		no(GuardLastAdmin, name, "%s", why)
	}
	return out
}

func most(g Guards) int {
	if g.Most > 0 {
		return g.Most
	}
	return mostAccounts
}

func listed(list []string, a *AccountFacts) bool { return slices.ContainsFunc(list, a.is) }

// targetAccount is the account whose access a step changes; nil for an object of the tenant.
func (p *planner) targetAccount(o evict.Object) *AccountFacts {
	if o.Account != "" {
		return p.known(o.Account)
	}
	if o.Kind == "user" {
		return p.known(o.Name)
	}
	return nil
}

// locksOut are the actions after which an administrator can't work.
var locksOut = []evict.ActionID{"block-sign-in", "block-account", "remove-directory-role", "remove-eligible-role", "remove-group-member"}

// lastAdministrator says why a step would leave nobody who rules the tenant; "" when it would not.
// Revoking and resetting never do.
func (p *planner) lastAdministrator(s evict.Step, a *AccountFacts) string {
	if !p.takesRule(s, a) || len(p.others(a)) > 0 {
		return ""
	}
	if !a.RolesRead || !p.tenant.adminsRead {
		return "who is Global Administrator could not be read, so it may be the last one"
	}
	return "no other Global Administrator would be left who can sign in: make a second one first, or prove by a preflight that this program can lift the block"
}

// takesRule reports whether a step may take away that the account rules the tenant, and nothing has proven that we could
// give it back.
func (p *planner) takesRule(s evict.Step, a *AccountFacts) bool {
	if !slices.Contains(locksOut, s.Action) || !p.live() || gives(s) {
		return false
	}
	if s.Action != "block-sign-in" && s.Action != "block-account" {
		if !a.losesAdmin(s.Target) {
			return false
		}
	} else if p.c.Guards.OwnApp.MayUnblock {
		return false
	}
	return !a.RolesRead || a.holds(globalAdministrator)
}

// others are who rules the tenant besides the account, and goes on to after the plan.
func (p *planner) others(a *AccountFacts) []evict.Object {
	var out []evict.Object
	for _, id := range p.tenant.admins {
		if id != a.ID && !p.locked(id) {
			out = append(out, evict.Object{Account: id, Name: id, Kind: "user", ID: p.tenant.through[id]})
		}
	}
	return out
}

// othersThan is what the step is held to when it is sent: between the plan and that, they may have gone. Whoever overrode
// the guard is not asked again.
func (p *planner) othersThan(s evict.Step, refusals []refusal) []evict.Object {
	a := p.targetAccount(s.Target)
	if a == nil || !p.takesRule(s, a) || slices.ContainsFunc(refusals, func(r refusal) bool { return r.guard == GuardLastAdmin }) {
		return nil
	}
	return p.others(a)
}

// losesAdmin reports whether the role or group taken away may be the one that
// makes the account Global Administrator.
func (a *AccountFacts) losesAdmin(o evict.Object) bool {
	if !a.RolesRead {
		return true
	}
	return slices.ContainsFunc(a.Roles, func(h HeldRole) bool { return h.ID == o.ID && h.Template == globalAdministrator })
}

// locked reports whether the plan blocks the account or takes its role.
func (p *planner) locked(id string) bool {
	for _, w := range p.wanted {
		if w.inverse == nil && w.target.Account == id && slices.Contains(locksOut, w.action.ID) {
			a := p.known(id)
			if w.action.ID == "block-sign-in" || w.action.ID == "block-account" || a == nil || a.losesAdmin(w.target) {
				return true
			}
		}
	}
	return false
}

// gives reports whether the step gives something back instead of taking it.
func gives(s evict.Step) bool { return s.Phase == evict.Recover }

// refuseApplication keeps our own application whole, and keeps evicting back
// while others may have a hand in it. Containment goes on: it can't wait.
func (p *planner) refuseApplication(s evict.Step, no func(guard, target, format string, args ...any)) {
	own, app := p.tenant.own, p.c.Guards.OwnApp
	for _, id := range []string{own.id, own.object, app.ClientID} {
		holder, _, _ := strings.Cut(s.Target.ID, "/") // a secret's ID begins with its holder's
		if id != "" && (strings.EqualFold(holder, id) || clientOf(s) == strings.ToLower(id)) {
			no(GuardOwnApp, app.ClientID, "it is the application under which this program works")
			break
		}
	}
	if !p.live() || s.Phase == evict.Contain || len(s.Manual) > 0 {
		return
	}
	switch {
	case len(own.look.Strange) > 0:
		no(GuardTampered, app.ClientID, "others may have a hand in this program's own application: %s", strings.Join(own.look.Strange, "; "))
	case !own.look.Known:
		no(GuardTampered, app.ClientID, "this program's own application could not be looked at, so others may have a hand in it")
	}
}

// clientOf is the application that a grant, assignment or secret is of.
func clientOf(s evict.Step) string {
	before := decoded(s.Before)
	for _, name := range []string{"clientId", "appId", "resourceId"} {
		if id := text(before, name); id != "" {
			return strings.ToLower(id)
		}
	}
	return ""
}
