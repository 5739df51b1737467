package respond

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"evict"
)

// A Case is what a plan is made from.
type Case struct {
	ID          string
	Tenant      evict.TenantID
	Made        evict.Time // when, by the caller's clock
	Tool        string     // this program's version
	Accounts    []AccountFacts
	Findings    []evict.Finding // of those accounts and of the tenant, from the investigation
	ContainOnly bool            // block, revoke, reset, and nothing that needs a finding
	Picked      []Pick          // what the operator adds
	Dropped     []string        // what he leaves out: IDs of steps or of actions
	Guards      Guards
	Calls       []string   // to make now about money, from the investigation's card
	Done        []DoneStep // steps of the case's earlier plans that were carried out
}

// AccountFacts are what a plan must know of an account. A caller gives UPN or ID and
// what the investigation says; with a tenant at hand, Propose reads the rest.
type AccountFacts struct {
	ID           string // object ID
	UPN          string
	Name         string   // display name
	Aliases      []string // other names by which findings know it
	Verdict      evict.Verdict
	Role         evict.Role
	FirstTrouble evict.Time
	Strands      []evict.Strand
	Certain      bool // named by its object ID: no other is meant, however alike its name

	// What follows is read from the tenant.
	Kind       string // member, guest, service or sync
	Enabled    bool
	Synced     bool     // from Active Directory
	Federated  bool     // its domain's passwords are somewhere else
	OnPremises string   // its name in Active Directory (sAMAccountName), where synced
	LookAlikes []string // accounts that may be taken for it
	Roles      []HeldRole
	RolesRead  bool
}

// A HeldRole is a role that an account holds, and how.
type HeldRole struct {
	Name     string
	Template string // Microsoft's ID of the role in Entra ID; "" for a role group
	ID       string // of the assignment; the role group's name
	How      string // one of the constants
}

// How a role is held.
const (
	Active          = "active"
	Eligible        = "eligible"
	ThroughGroup    = "group" // ID is the group's
	ExchangeGroup   = "exchange"
	ComplianceGroup = "compliance"
)

// A Pick is what an operator adds to a plan: everything that a finding left
// behind, or one action on one object.
type Pick struct {
	Finding string
	Action  evict.ActionID
	Target  evict.Object
	Why     string
}

// Unread is the before-state in a plan that was made without the tenant. Such a
// plan is followed by hand.
var Unread = json.RawMessage(`"unknown"`)

// ErrNobody means that a case names no account that a plan could be about.
var ErrNobody = errors.New("no such account")

// Propose makes the plan that contains the accounts of a case and evicts who was
// in them. Without a tenant at hand (r is nil) it is made from the findings alone:
// the before-state is unknown, and every step is one for a person.
//
// The error is about what nothing can be planned without: an account that is not
// there. What else can't be read is left out and said.
func Propose(ctx context.Context, r Reader, c Case) (evict.Plan, error) {
	p := newPlanner(r, c, "respond")
	if len(c.Accounts) == 0 && len(c.Findings) == 0 && len(c.Picked) == 0 {
		return p.plan, ErrNobody
	}
	if err := p.readAccounts(ctx); err != nil {
		return p.plan, err
	}
	p.contain()
	if !c.ContainOnly {
		p.evictKnown(ctx)
	}
	p.pick(ctx)
	p.finish(ctx)
	return p.plan, ctx.Err()
}

// A planner collects what is wanted, looks at it, and lets the guards see it.
type planner struct {
	r        Reader
	c        Case
	plan     evict.Plan
	accounts []*AccountFacts // those to be taken back, then others that steps touch
	taken    int             // how many of them are to be taken back
	made     []*AccountFacts // accounts that the attacker made: blocked, not taken back
	tenant   tenantFacts
	wanted   []wanted
	notes    map[string]bool
	again    []string // IDs of steps that an earlier plan did as well, and for which nothing has to wait
}

// wanted is a change before anybody looked whether it is possible.
type wanted struct {
	action  *Action
	target  evict.Object
	want    json.RawMessage
	why     []string
	inverse json.RawMessage // the state to go back to, for a step that gives something back
	title   string
	needs   []string    // steps that the order can't know of
	quiet   bool        // nothing is said when there is nothing to do
	phase   evict.Phase // other than the action's
}

func newPlanner(r Reader, c Case, kind string) *planner {
	c.Findings = slices.Clone(c.Findings)
	slices.SortStableFunc(c.Findings, func(a, b evict.Finding) int { // the first change tells what was before it
		return cmp.Or(cmp.Compare(a.Time.Nano, b.Time.Nano), cmp.Compare(a.ID, b.ID))
	})
	p := &planner{c: c, notes: map[string]bool{}}
	if _, ok := r.(*cache); ok || r == nil {
		p.r = r
	} else {
		p.r = newCache(r)
	}
	p.plan = evict.Plan{Schema: evict.PlanSchema, Case: c.ID, Tenant: c.Tenant, Made: c.Made, Tool: c.Tool, Kind: kind,
		Accounts: []evict.Object{}, Steps: []evict.Step{}, Skipped: []evict.Skipped{}, Notes: []string{}}
	for i := range c.Accounts {
		a := c.Accounts[i]
		a.Roles = slices.Clone(a.Roles)
		if r == nil && a.ID == "" {
			a.ID = a.UPN // a person's commands take the name as well
		}
		if a.Role == evict.MadeByAttacker {
			p.made = append(p.made, &a)
			continue
		}
		p.accounts = append(p.accounts, &a)
	}
	p.taken = len(p.accounts)
	p.accounts = append(p.accounts, p.made...)
	return p
}

// live reports whether a tenant is at hand.
func (p *planner) live() bool { return p.r != nil }

func (p *planner) note(format string, args ...any) {
	n := fmt.Sprintf(format, args...)
	if !p.notes[n] {
		p.notes[n] = true
		p.plan.Notes = append(p.plan.Notes, n)
	}
}

// want adds an action of the catalog; nil is one that this program does not have.
func (p *planner) want(a *Action, target evict.Object, why ...string) {
	if a != nil {
		p.wanted = append(p.wanted, wanted{action: a, target: target, why: why})
	}
}

// object is an account as the target of a step.
func (a *AccountFacts) object() evict.Object {
	return evict.Object{Account: a.ID, Name: a.name(), Kind: "user"}
}

func (a *AccountFacts) name() string {
	if a.UPN != "" {
		return a.UPN
	}
	return a.ID
}

// is reports whether a name in a record is the account's.
func (a *AccountFacts) is(name string) bool {
	return name != "" && (strings.EqualFold(name, a.UPN) || strings.EqualFold(name, a.ID) ||
		slices.ContainsFunc(a.Aliases, func(x string) bool { return strings.EqualFold(x, name) }))
}

// reasons are the findings that say an account is in other hands; without any,
// what the operator decided.
func (p *planner) reasons(a *AccountFacts) []string {
	var out []string
	for _, f := range p.c.Findings {
		if f.Attribution == evict.ByAttacker && f.Subject.Kind == evict.OnAccount && (a.is(f.Actor) || a.is(f.Subject.ID)) {
			out = append(out, f.ID)
		}
	}
	if len(out) == 0 {
		out = []string{"the account is to be taken back"}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// contain wants what stops whoever is in the accounts: block, revoke, reset.
func (p *planner) contain() {
	for _, a := range p.accounts[:p.taken] {
		why := p.reasons(a)
		o := a.object()
		p.calls(a, why)
		p.want(BlockSignIn, o, why...)
		p.want(RevokeSessions, o, why...)
		p.password(a, why)
		if p.c.ContainOnly {
			continue
		}
		p.want(DisableMailProtocols, o, why...)
		p.want(ConfirmCompromised, o, why...)
	}
	for _, a := range p.made {
		p.block(a, p.reasons(a)...)
	}
}

// calls wants the calls about money made, which can't wait for anything.
func (p *planner) calls(a *AccountFacts, why []string) {
	if len(p.c.Calls) == 0 || a != p.accounts[0] {
		return
	}
	list := []row{}
	for _, c := range p.c.Calls {
		who, why, _ := strings.Cut(c, ": ")
		list = append(list, row{"who": who, "why": why})
	}
	p.wanted = append(p.wanted, wanted{action: CallAboutMoney, target: a.object(), want: state(row{"calls": list}), why: why})
}

// block wants an account blocked that the attacker made. It stops with the
// others: from an administrator's account he could undo everything at once.
func (p *planner) block(a *AccountFacts, why ...string) {
	for _, act := range []*Action{BlockAccount, RevokeSessions} {
		p.wanted = append(p.wanted, wanted{action: act, target: a.object(), why: why, phase: evict.Contain})
	}
}

// evictKnown wants everything that the attacker left behind, the roles that the
// accounts hold, and what belongs to every eviction.
func (p *planner) evictKnown(ctx context.Context) {
	if p.live() {
		p.readRoleGroups(ctx)
		if why := p.tenant.own.look.Unseen; why != "" {
			p.note("Who signed in as this program's own application is not judged: %s.", why)
		}
	}
	p.warm(ctx)
	for _, f := range p.c.Findings {
		p.answer(ctx, f)
	}
	for _, f := range p.c.Findings {
		p.offer(f)
		p.hold(f)
	}
	p.recall(ctx)
	for _, a := range p.accounts[:p.taken] {
		p.roles(a)
		p.standing(a)
	}
	p.telephones(ctx)
	p.inQuestion()
	p.dependants(ctx)
}

// inQuestion notes what puts the tenant in question and not one account (the rules
// for verdicts, section 9).
func (p *planner) inQuestion() {
	for _, a := range p.accounts[:p.taken] {
		for _, h := range a.Roles {
			p.note("The tenant is in question, not one account: %s holds the role %s. Nobody is out before the whole tenant was looked through.", a.name(), h.Name)
			break
		}
	}
	if slices.ContainsFunc(p.c.Findings, func(f evict.Finding) bool {
		return f.Attribution == evict.ByAttacker && (f.Subject.Kind == evict.OnTenant || f.Family == evict.Privilege)
	}) {
		p.note("The tenant is in question, not one account: the attacker changed settings, roles or accounts of the tenant. Evicting one account before the others warns him.")
	}
}

// answer turns what an attacker's act left behind into changes. A restriction is
// Microsoft's own act, and lifted whoever brought it about.
func (p *planner) answer(ctx context.Context, f evict.Finding) {
	for _, l := range f.Left {
		if f.Attribution == evict.ByAttacker || l.Kind == evict.LeftRestriction {
			p.remove(ctx, f, l)
		}
	}
}

// offer lists what nobody is known to have done, for somebody to decide. An owner
// can be deceived into consenting to an application, so that is offered too.
func (p *planner) offer(f evict.Finding) {
	for _, l := range f.Left {
		switch {
		case l.Kind == evict.LeftRestriction:
		case f.Attribution == evict.ByUnknown || f.Attribution == evict.Unplaced:
			p.undecided(f, l, "nothing shows that the intruder did it")
		case f.Attribution == evict.ByOwner && slices.Contains(consented, l.Kind):
			p.undecided(f, l, "the owner did it, perhaps deceived")
		}
	}
}

// undecided lists a change that an operator may pick.
func (p *planner) undecided(f evict.Finding, l evict.Leftover, why string) {
	a, ok := answers()[l.Kind]
	if !ok || !p.concerns(f, l) || slices.Contains(given, l.Kind) != (p.plan.Kind == "recover") || slices.ContainsFunc(p.c.Picked, func(k Pick) bool { return k.Finding == f.ID }) {
		return
	}
	o := evict.Object{Name: l.Name, Kind: l.Kind, ID: l.ID}
	o.Account = l.Of
	if of := p.known(l.Of); of != nil {
		o.Account = of.ID
	}
	if o.Name == "" {
		o.Name = cmp.Or(l.ID, l.Of)
	}
	if slices.ContainsFunc(p.plan.Skipped, func(k evict.Skipped) bool { return k.Action == a.action && k.Target == o }) {
		return // two records of one act
	}
	if slices.ContainsFunc(p.wanted, func(w wanted) bool {
		return w.target.Account == o.Account && (w.target.Name == o.Name || w.target.ID == o.ID && o.ID != "") && w.action.ID == a.action
	}) {
		return // the log told whose it is
	}
	p.plan.Skipped = append(p.plan.Skipped, evict.Skipped{Action: a.action, Target: o, Pick: f.ID,
		Why: why + ": " + f.Summary})
}

// concerns reports whether a finding is about an account of the plan, or weighs
// for the tenant as a whole: everybody's own changes are no question here.
func (p *planner) concerns(f evict.Finding, l evict.Leftover) bool {
	for _, name := range []string{f.Actor, f.Subject.ID, l.Of} {
		if p.known(name) != nil {
			return true
		}
	}
	return f.Grade >= evict.Strong && (f.Subject.Kind == evict.OnTenant || f.Subject.Kind == evict.OnApplication)
}

// pick wants what the operator adds.
func (p *planner) pick(ctx context.Context) {
	for _, k := range p.c.Picked {
		if k.Finding == "" {
			a := Find(k.Action)
			if a == nil {
				p.note("There is no action %q, which was to be added.", string(k.Action))
				continue
			}
			target, ok := p.pickedObject(ctx, k.Target)
			switch {
			case ok && a == RecallInternalPhish:
				p.pickRecall(target, picked(k))
			case ok:
				p.want(a, target, picked(k))
			}
			continue
		}
		i := slices.IndexFunc(p.c.Findings, func(f evict.Finding) bool { return f.ID == k.Finding })
		if i < 0 && slices.ContainsFunc(p.wanted, func(w wanted) bool { return stepID(w.action.ID, w.target) == k.Finding }) {
			continue // a step that was asked about
		}
		if i < 0 {
			p.note("There is no finding %s, which was to be answered.", k.Finding)
			continue
		}
		f := p.c.Findings[i]
		if len(f.Left) == 0 {
			p.note("Finding %s names nothing that could be taken away.", k.Finding)
		}
		for _, l := range f.Left {
			if f.Attribution != evict.ByAttacker || p.c.ContainOnly {
				p.remove(ctx, f, l)
			}
		}
	}
}

// pickedObject is the object that a pick names; an account may be named by its UPN.
func (p *planner) pickedObject(ctx context.Context, o evict.Object) (evict.Object, bool) {
	if o.Account != "" || o.Kind != "user" {
		return o, true
	}
	a := p.account(ctx, o.Name)
	if a == nil {
		return o, false
	}
	return a.object(), true
}

func picked(k Pick) string {
	if k.Why != "" {
		return k.Why
	}
	return "picked by the operator"
}

// roles wants the administrative roles taken away that an account holds; the plan is the record of them.
func (p *planner) roles(a *AccountFacts) {
	if p.live() && !a.RolesRead {
		p.note("Which roles %s holds in Entra ID could not be read: none is taken away, look at them by hand.", a.name())
	}
	for _, h := range a.Roles {
		o := evict.Object{Account: a.ID, Name: h.Name, ID: h.ID}
		why := "an account in other hands holds the role"
		switch h.How {
		case Active:
			o.Kind = "directory-role"
			p.want(RemoveDirectoryRole, o, why)
		case Eligible:
			o.Kind = "eligible-role"
			p.want(RemoveEligibleRole, o, why)
		case ExchangeGroup:
			o.Kind = "role-group"
			p.want(RemoveExchangeRoleGroup, o, why)
		case ComplianceGroup:
			o.Kind = "compliance-group"
			p.want(RemoveComplianceRoleGroup, o, why)
		case ThroughGroup:
			o.Kind = "group"
			p.want(RemoveGroupMember, o, why)
		}
	}
}

// finish looks at every wanted object, lets the guards refuse, and orders what is left.
func (p *planner) finish(ctx context.Context) {
	p.wanted = merged(p.wanted)
	steps := make([]*evict.Step, len(p.wanted))
	skipped := make([]*evict.Skipped, len(p.wanted))
	notes := make([]string, len(p.wanted))
	parallel(len(p.wanted), func(i int) { steps[i], skipped[i], notes[i] = p.look(ctx, p.wanted[i]) })
	for i := range p.wanted {
		if notes[i] != "" {
			p.note("%s", notes[i])
		}
		if skipped[i] != nil {
			p.plan.Skipped = append(p.plan.Skipped, *skipped[i])
		}
		if steps[i] != nil {
			p.plan.Steps = append(p.plan.Steps, *steps[i])
		}
		if steps[i] == nil && skipped[i] == nil {
			p.already(ctx, p.wanted[i])
		}
	}
	p.drop()
	p.doneBefore()
	p.plan.Skipped = slices.DeleteFunc(p.plan.Skipped, p.decided)
	p.guard()
	p.order()
	p.list()
}

// already keeps what contains an account and is so without us: what may be claimed of the account rests on it too.
func (p *planner) already(ctx context.Context, w wanted) {
	if !p.live() || p.plan.Kind != "respond" || w.action.ID != blockMade && !slices.Contains(containment, w.action.ID) {
		return
	}
	s := newStep(w)
	if seen, err := w.action.Inspect(ctx, p.r, s); err == nil && !same(seen, null) {
		s.Before, s.After = seen, seen
		p.plan.Already = append(p.plan.Already, s)
	}
}

// merged joins equal changes that several findings ask for.
func merged(in []wanted) []wanted {
	var out []wanted
	at := map[string]int{}
	for _, w := range in {
		key := newStep(w).ID
		i, ok := at[key]
		if !ok {
			at[key] = len(out)
			out = append(out, w)
			continue
		}
		out[i].why = append(slices.Clone(out[i].why), w.why...)
		out[i].want = older(out[i].want, w.want)
	}
	for i := range out {
		slices.Sort(out[i].why)
		out[i].why = slices.Compact(out[i].why)
	}
	return out
}

// older joins what two changes say of the values before them: of a property that
// both name, the first one's.
func older(first, second json.RawMessage) json.RawMessage {
	a, b := decoded(first), decoded(second)
	if a == nil || b == nil {
		if a == nil {
			return second
		}
		return first
	}
	for name, value := range b {
		if _, ok := a[name]; !ok {
			a[name] = value
		}
	}
	return state(a)
}

// look reads an object and makes a step of it; or a refusal, or a note that
// there is nothing to do.
func (p *planner) look(ctx context.Context, w wanted) (*evict.Step, *evict.Skipped, string) {
	s := newStep(w)
	if !p.live() {
		return p.byHand(w, s), nil, ""
	}
	if p.tenant.lacks(w.action.Plans) {
		return nil, nil, w.action.Title + ": the tenant has no licence for it."
	}
	if w.action.Inspect == nil {
		after, err := w.after(null)
		if err != nil {
			return nil, &evict.Skipped{Action: s.Action, Target: s.Target, Why: err.Error()}, ""
		}
		s.Before, s.After = null, after
		w.describe(&s)
		return &s, nil, ""
	}
	s.After = w.want // an action that restores a value wants to know which
	before, err := w.action.Inspect(ctx, p.r, s)
	if err != nil {
		return nil, &evict.Skipped{Action: s.Action, Target: s.Target, Why: "what it looks like now could not be read: " + err.Error()}, ""
	}
	s.Before = before
	after, err := w.after(before)
	switch {
	case errors.Is(err, ErrAlready):
		return nil, nil, w.nothing(before)
	case err != nil:
		return nil, &evict.Skipped{Action: s.Action, Target: s.Target, Why: err.Error()}, ""
	}
	s.After = after
	w.describe(&s)
	return &s, nil, ""
}

// after is what the object shall look like.
func (w *wanted) after(before json.RawMessage) (json.RawMessage, error) {
	if w.inverse != nil {
		if same(before, w.inverse) {
			return nil, ErrAlready
		}
		return w.inverse, nil
	}
	want := w.want
	if want == nil {
		want = null
	}
	return w.action.Plan(before, want)
}

// nothing says why a change is not needed.
func (w *wanted) nothing(before json.RawMessage) string {
	if w.quiet {
		return ""
	}
	if same(before, null) {
		return fmt.Sprintf("%s: nothing is there to do it to (%s %s).", w.action.Title, w.target.Kind, w.target.Name)
	}
	return fmt.Sprintf("%s: already so (%s %s).", w.action.Title, w.target.Kind, w.target.Name)
}

func newStep(w wanted) evict.Step {
	a := w.action
	title := a.Title
	if a == RemoveDelegate && w.target.ID != "" { // the object is the mailbox or the folder, and does not say who may open it
		title = "Remove the right of " + plain(w.target.ID) + " over the mailbox"
	}
	if w.title != "" {
		title = w.title
	}
	s := evict.Step{ID: stepID(a.ID, w.target), Action: a.ID, Revision: a.Rev, Phase: a.Phase, Procedure: slices.Clone(a.Procedure), Target: w.target,
		Title: title, Why: w.why, Needs: slices.Clone(w.needs), Noticed: slices.Clone(a.Noticed), Minutes: a.Minutes}
	if w.phase != "" {
		s.Phase = w.phase
	}
	if s.Procedure == nil {
		s.Procedure = []string{}
	}
	if s.Needs == nil {
		s.Needs = []string{}
	}
	if s.Noticed == nil {
		s.Noticed = []string{}
	}
	w.reversal(&s)
	if w.inverse != nil {
		s.ID = "return-" + s.ID
	}
	return s
}

// reversal says how the step is put back, by what is known of its object.
func (w *wanted) reversal(s *evict.Step) {
	s.Undo, s.NoUndo = w.action.Reversal(*s)
	if w.inverse != nil {
		s.Undo, s.NoUndo = "it is taken away again", ""
	}
}

// describe adds what an operator must know, once before and after are known.
func (w *wanted) describe(s *evict.Step) {
	a := w.action
	w.reversal(s)
	if a.Warn != nil {
		s.Warnings = append(s.Warnings, a.Warn(*s)...)
	}
	if a.Manual() && a.Instruct != nil {
		s.Manual = a.Instruct(*s)
		return
	}
	s.ByHand = a.ByHand(*s)
}

// decided reports whether what somebody would have to decide is done anyway, for another reason: roles of an account are
// taken whoever gave them.
func (p *planner) decided(k evict.Skipped) bool {
	return k.Undecided() && slices.ContainsFunc(p.plan.Steps, func(s evict.Step) bool {
		return s.Action == k.Action && s.Target.Account == k.Target.Account && (s.Target.Name == k.Target.Name || s.Target.ID == k.Target.ID && k.Target.ID != "")
	})
}

// drop takes out what the operator leaves out.
func (p *planner) drop() {
	p.plan.Steps = slices.DeleteFunc(p.plan.Steps, func(s evict.Step) bool {
		out := slices.Contains(p.c.Dropped, s.ID) || slices.Contains(p.c.Dropped, string(s.Action))
		if out {
			p.plan.Skipped = append(p.plan.Skipped, evict.Skipped{Action: s.Action, Target: s.Target, Why: "left out by the operator"})
		}
		return out
	})
}

// list names the accounts that steps touch: first those to be taken back.
func (p *planner) list() {
	for i, a := range p.accounts {
		touched := slices.ContainsFunc(p.plan.Steps, func(s evict.Step) bool {
			return s.Target.Account != "" && s.Target.Account == a.ID || s.Target.Name == a.name()
		})
		if !touched {
			continue
		}
		o := a.object()
		switch {
		case slices.Contains(p.made, a):
			o.Kind = "made-by-attacker"
		case i >= p.taken:
			o.Kind = "touched"
		}
		p.plan.Accounts = append(p.plan.Accounts, o)
	}
}

// atOnce is how many reads of a plan run side by side.
const atOnce = 8

// parallel calls f for every index below n.
func parallel(n int, f func(int)) {
	var wg sync.WaitGroup
	free := make(chan struct{}, atOnce)
	for i := range n {
		free <- struct{}{}
		wg.Go(func() {
			defer func() { <-free }()
			f(i)
		})
	}
	wg.Wait()
}
