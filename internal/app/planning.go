package app

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"evict"
	"evict/internal/casefile"
	"evict/internal/casefile/disk"
	"evict/internal/gate"
	"evict/internal/m365"
	"evict/internal/respond"
	"evict/internal/timeline"
)

// PlanOptions are what a person says of a plan.
type PlanOptions struct {
	Tenants  *Tenants
	Profile  string // of the tenant; "" to plan without one: a runbook
	Case     string // folder
	Evidence Options
	Accounts []string // to be taken back; none: those that the investigation calls compromised
	Contain  bool     // block, revoke, reset, and nothing that needs a finding
	Recover  bool     // the plan that gives the accounts back
	Release  respond.Release
	Add      []string // findings, or ACTION=ACCOUNT
	LeaveOut []string // steps or actions
	Operator string
	Guards   PlanGuards
	Progress func(timeline.Progress)
}

// PlanGuards are what an operator declares and overrides.
type PlanGuards struct {
	BreakGlass []string // accounts for emergencies
	Service    []string // accounts that programs use
	Most       int      // accounts in one plan; 0: the default
	Overrides  []string // the words that a refusal told, each in full
}

// Planned is a plan as it was kept. Schema: evict.planned/v1.
type Planned struct {
	Schema string     `json:"schema"`
	Folder string     `json:"folder,omitempty"` // of the case; "" where the plan is not kept
	Hash   string     `json:"hash,omitempty"`   // of its file
	Plan   evict.Plan `json:"plan"`

	Signs map[string]string `json:"signs,omitempty"` // detector of each finding that a step answers, by the finding's ID
}

// sign names the detectors of the findings that the plan answers.
func (p *Planned) sign(findings []evict.Finding) *Planned {
	for _, f := range findings {
		if slices.ContainsFunc(p.Plan.Steps, func(s evict.Step) bool { return slices.Contains(s.Why, f.ID) }) {
			if p.Signs == nil {
				p.Signs = map[string]string{}
			}
			p.Signs[f.ID] = f.Detector
		}
	}
	return p
}

// Refused are the accounts that were asked for and whose containment a guard refuses, and those that nobody has.
func (p *Planned) Refused() []string {
	var out []string
	for _, k := range p.Plan.Skipped {
		asked := slices.Contains([]evict.ActionID{respond.BlockSignIn.ID, respond.RevokeSessions.ID, respond.ResetPassword.ID}, k.Action)
		if (k.Guard != "" && asked || k.Guard == respond.GuardFound) && !slices.Contains(out, k.Target.Name) {
			out = append(out, k.Target.Name)
		}
	}
	return out
}

// ErrNobodyToEvict: no account is known to be in other hands, and none was named.
var ErrNobodyToEvict = fmt.Errorf("%w: no account is compromised by this evidence; name those to take back with --account", ErrUsage)

// MakePlan proposes how the accounts of a case are taken back. With a profile it reads the tenant and keeps the plan in the
// case; without, the plan is a runbook for a person, and is kept where there is a case.
func MakePlan(ctx context.Context, o PlanOptions) (*Planned, error) {
	var client *m365.Client
	var profile TenantProfile
	var err error
	if o.Profile != "" {
		if client, profile, err = o.Tenants.Connect(o.Profile, nil); err != nil {
			return nil, err
		}
	}
	in := respond.Case{Made: evict.At(time.Now().UTC(), evict.Second), Tool: Version, ContainOnly: o.Contain, Dropped: o.LeaveOut}
	var kept *casefile.Case
	if o.Case != "" {
		if kept, err = o.open(profile); err != nil {
			return nil, err
		}
		defer kept.Close()
		in.ID, in.Tenant = kept.Meta().ID, kept.Meta().Tenant
	}
	inv, err := o.facts(ctx, &in)
	if err != nil {
		return nil, err
	}
	if in.Picked, err = picks(o.Add); err != nil {
		return nil, err
	}
	if in.Guards, err = o.guards(ctx, client, profile); err != nil {
		return nil, err
	}
	entries, earlier, err := historyOf(kept)
	if err != nil {
		return nil, err
	}
	redeclare(earlier, &in.Guards)
	plan, err := o.propose(ctx, client, kept, inv, in, doneSteps(earlier, entries))
	if err != nil {
		return nil, signIn(err)
	}
	plan.Notes = append(plan.Notes, unfitting(plan, in.Guards.Overrides)...)
	if kept == nil {
		return (&Planned{Schema: plannedSchema, Plan: plan}).sign(in.Findings), nil
	}
	made, err := keepPlan(kept, o.Case, plan, o.Operator, in.Guards.Overrides)
	if err != nil {
		return nil, err
	}
	return made.sign(in.Findings), nil
}

// historyOf is what was done in a case so far: its journal and its plans; nothing where there is no case.
func historyOf(kept *casefile.Case) ([]gate.Entry, []gate.Plan, error) {
	if kept == nil {
		return nil, nil, nil
	}
	entries, err := kept.Journal().Entries()
	if err != nil {
		return nil, nil, err
	}
	plans, err := plansOf(kept, entries)
	return entries, plans, err
}

// redeclare lets a declaration of accounts that nobody may touch hold for the whole case.
func redeclare(earlier []gate.Plan, g *respond.Guards) {
	for _, p := range earlier {
		g.Redeclare(p.Plan())
	}
}

// unfitting tells of typed words that overrode nothing, so that nobody takes them for heard.
func unfitting(plan evict.Plan, typed []gate.Override) []string {
	var out []string
	for _, o := range typed {
		overrode := slices.ContainsFunc(plan.Steps, func(s evict.Step) bool {
			return slices.ContainsFunc(s.Warnings, func(w string) bool { return strings.HasPrefix(w, "the guard "+o.Guard+" was overridden") })
		})
		if !overrode {
			out = append(out, fmt.Sprintf("--override %q overrode nothing: the words are those that a refusal tells, each in full.", o.Word))
		}
	}
	return out
}

const plannedSchema = "evict.planned/v1"

// keepPlan puts a plan into the case, and into its journal the words that a person typed against guards to have it so.
func keepPlan(kept *casefile.Case, folder string, plan evict.Plan, who string, typed []gate.Override) (*Planned, error) {
	file, err := json.MarshalIndent(plan, "", "  ")
	if err != nil {
		return nil, err
	}
	file = append(file, '\n')
	out := &Planned{Schema: plannedSchema, Folder: folder, Plan: plan}
	if out.Hash, err = kept.AddPlan(file); err != nil || len(typed) == 0 {
		return out, err
	}
	g, err := gate.Open(kept.Journal(), kept.Meta().Tenant, kept.Meta().ID)
	if err != nil {
		return nil, err
	}
	p, err := gate.Read(file)
	if err != nil {
		return nil, err
	}
	return out, g.Override(p, who, typed)
}

func (o *PlanOptions) propose(ctx context.Context, client *m365.Client, kept *casefile.Case, inv *evict.Investigation, in respond.Case, done []respond.DoneStep) (evict.Plan, error) {
	var r respond.Reader
	if client != nil {
		r = client.Reader()
	}
	if !o.Recover {
		in.Done = done
		return respond.Propose(ctx, r, in)
	}
	if kept == nil {
		return evict.Plan{}, fmt.Errorf("%w: to recover, name the case with --case", ErrUsage)
	}
	if inv == nil && len(o.Accounts) == 0 {
		in.Accounts = blockedBy(done)
	}
	release := o.Release
	var objects []evict.Object
	for _, a := range in.Accounts {
		objects = append(objects, evict.Object{Account: a.ID, Name: a.UPN})
	}
	revoked := revokedLast(done)
	to, lacks, err := seenTo(kept, revoked, objects)
	if err != nil {
		return evict.Plan{}, err
	}
	release.Lacks = lacks
	if !to.IsZero() {
		release.LogsTo = evict.At(to, evict.Second)
	}
	if inv != nil && !to.IsZero() && !to.Before(revoked) {
		release.Hostile = hostileSince(inv, revoked)
	}
	return respond.ProposeRecover(ctx, r, in, done, release)
}

// blockedBy are the accounts whose sign-in was blocked.
func blockedBy(done []respond.DoneStep) []respond.AccountFacts {
	var out []respond.AccountFacts
	for _, d := range done {
		o := d.Step.Target
		if d.Step.Action == respond.BlockSignIn.ID && d.Verified && !slices.ContainsFunc(out, func(a respond.AccountFacts) bool { return a.ID == o.Account }) {
			out = append(out, respond.AccountFacts{ID: o.Account, UPN: o.Name, Certain: true})
		}
	}
	return out
}

// open opens the case to respond. To contain needs no evidence: a case that is not there is made.
func (o *PlanOptions) open(profile TenantProfile) (*casefile.Case, error) {
	_, err := os.Stat(filepath.Join(o.Case, "case.json"))
	switch {
	case errors.Is(err, fs.ErrNotExist) && o.Contain && profile.Name != "":
		c, err := openCase(CollectOptions{Case: o.Case, Accounts: o.Accounts, Operator: o.Operator}, profile)
		if err != nil {
			return nil, err
		}
		c.Close()
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%w: %s holds no case; evict collect makes one, and so does evict plan --contain with --tenant", ErrUsage, o.Case)
	case err != nil:
		return nil, err
	}
	return openToRespond(o.Case, o.Operator, profile)
}

// openToRespond opens a case and refuses one of another tenant.
func openToRespond(folder, operator string, profile TenantProfile) (*casefile.Case, error) {
	c, err := casefile.OpenToRespond(disk.OS{}, folder, operator)
	if locked := new(casefile.LockedError); errors.As(err, &locked) {
		return nil, fmt.Errorf("%w: %w", ErrLocked, err)
	}
	if err != nil {
		return nil, err
	}
	if m := c.Meta(); profile.Name != "" && string(m.Tenant) != profile.Tenant {
		c.Close()
		return nil, fmt.Errorf("%w: the case in %s is of tenant %s, and the profile %s is of %s", ErrUsage, folder, m.Tenant, profile.Name, profile.Tenant)
	}
	return c, nil
}

// facts fills in whom the plan is about and what was found, and returns the investigation that says so. Containment looks at
// no evidence: it must not wait for it.
func (o *PlanOptions) facts(ctx context.Context, in *respond.Case) (*evict.Investigation, error) {
	if o.Contain {
		if len(o.Accounts) == 0 {
			return nil, fmt.Errorf("%w: --account names whom to contain", ErrUsage)
		}
		for _, name := range o.Accounts {
			in.Accounts = append(in.Accounts, respond.AccountFacts{UPN: name})
		}
		return nil, nil
	}
	ev := o.Evidence
	ev.Case, ev.Progress = o.Case, o.Progress
	ev.Accounts = append(ev.Accounts, o.Accounts...)
	inv, err := Investigate(ctx, ev)
	switch {
	case o.Recover && errors.Is(err, timeline.ErrNoEvidence):
		for _, name := range o.Accounts {
			in.Accounts = append(in.Accounts, respond.AccountFacts{UPN: name})
		}
		return nil, nil // what was contained at once can be given back: the journal has it
	case err != nil:
		return nil, err
	}
	if in.Tenant == "" {
		in.Tenant = inv.Tenant
	}
	in.Findings = inv.AllFindings()
	if inv.Money != nil {
		in.Calls = inv.Money.Calls
	}
	for _, a := range inv.Accounts {
		if o.takes(&a) {
			in.Accounts = append(in.Accounts, factsOf(&a))
		}
	}
	for _, name := range o.Accounts {
		if !slices.ContainsFunc(in.Accounts, func(a respond.AccountFacts) bool {
			return strings.EqualFold(a.UPN, name) || strings.EqualFold(a.ID, name)
		}) {
			in.Accounts = append(in.Accounts, respond.AccountFacts{UPN: name}) // no evidence names it
		}
	}
	if len(in.Accounts) == 0 && len(o.Add) == 0 {
		return nil, ErrNobodyToEvict
	}
	return inv, nil
}

// takes reports whether the plan takes the account back.
func (o *PlanOptions) takes(a *evict.Account) bool {
	if len(o.Accounts) == 0 {
		return a.Verdict == evict.Compromised && a.Role != evict.MadeByAttacker
	}
	return slices.ContainsFunc(o.Accounts, func(name string) bool {
		return strings.EqualFold(name, a.Account) || strings.EqualFold(name, a.ID)
	})
}

func factsOf(a *evict.Account) respond.AccountFacts {
	f := respond.AccountFacts{ID: a.ID, Certain: a.ID != "", Verdict: a.Verdict, Role: a.Role, FirstTrouble: a.FirstTrouble, Strands: a.Strands}
	if strings.Contains(a.Account, "@") {
		f.UPN = a.Account
	} else {
		f.ID = cmp.Or(f.ID, a.Account)
	}
	return f
}

// picks reads --pick: a finding's ID, or ACTION=ACCOUNT.
func picks(list []string) ([]respond.Pick, error) {
	var out []respond.Pick
	for _, s := range list {
		action, target, ok := strings.Cut(s, "=")
		switch {
		case !ok:
			out = append(out, respond.Pick{Finding: s})
		case respond.Find(evict.ActionID(action)) == nil || target == "":
			return nil, fmt.Errorf("%w: --pick takes a finding's ID or ACTION=ACCOUNT, not %q; 'evict explain' lists the actions", ErrUsage, s)
		default:
			out = append(out, respond.Pick{Action: evict.ActionID(action), Target: evict.Object{Name: target, Kind: "user"}})
		}
	}
	return out, nil
}

func (o *PlanOptions) guards(ctx context.Context, client *m365.Client, profile TenantProfile) (respond.Guards, error) {
	g := respond.Guards{Operator: []string{o.Operator}, BreakGlass: o.Guards.BreakGlass, Service: o.Guards.Service, Most: o.Guards.Most}
	own, err := profile.Own.guard(profile.Client)
	if err != nil {
		return g, err
	}
	g.OwnApp = own
	for _, s := range o.Guards.Overrides {
		guard, _, _ := strings.Cut(s, " ")
		g.Overrides = append(g.Overrides, respond.Override{Guard: guard, Word: s})
	}
	if client == nil || o.Contain && !o.Recover {
		// Containment does not wait for a preflight: the last administrator is then not blocked, only revoked and reset.
		return g, nil
	}
	p, err := client.Preflight(ctx)
	if err != nil {
		return g, signIn(err)
	}
	g.OwnApp.MayUnblock = p.OverAdministrators && slices.ContainsFunc(p.Actions, func(r m365.Ready) bool { return r.Name == "block sign-in" && r.State == m365.StateReady })
	return g, nil
}

// revokedLast is when sessions were revoked for the last time; zero when they never were.
func revokedLast(done []respond.DoneStep) time.Time {
	var last time.Time
	for _, d := range done {
		if d.Step.Action == respond.RevokeSessions.ID && d.Ended.Set && d.Ended.Std().After(last) {
			last = d.Ended.Std()
		}
	}
	return last
}

// doneSteps are the steps of the case's earlier plans, and how they stand; those of a plan that nobody carried out are there
// when it is to respond and no later one that evicts was.
func doneSteps(plans []gate.Plan, entries []gate.Entry) []respond.DoneStep {
	var out []respond.DoneStep
	for _, p := range plans {
		steps := respond.Standing(p, entries).Steps
		carried := slices.ContainsFunc(steps, func(r respond.StepResult) bool { return r.Sent > 0 || !r.Ended.IsZero() })
		switch evicts := slices.ContainsFunc(steps, func(r respond.StepResult) bool { return r.Step.Phase == evict.Evict }); {
		case carried && evicts: // what was proposed before was thought over
			out = slices.DeleteFunc(out, func(d respond.DoneStep) bool { return d.Proposed })
		case !carried && p.Plan().Kind != "respond":
			continue
		}
		for _, r := range steps {
			out = append(out, respond.DoneStep{Plan: p.Hash(), Step: r.Step, Proposed: !carried, Ended: when(r.Ended), Verified: (r.State == respond.Verified || r.State == respond.Already) && r.Undone.IsZero()})
		}
	}
	return out
}

// plansOf are the plans of a case, in the order in which they were kept.
func plansOf(kept *casefile.Case, entries []gate.Entry) ([]gate.Plan, error) {
	var out []gate.Plan
	seen := map[string]bool{}
	for _, e := range entries {
		if e.Kind != gate.Planned || seen[e.Plan] {
			continue
		}
		seen[e.Plan] = true
		file, err := kept.Plan(e.Plan)
		if err != nil {
			return nil, err
		}
		p, err := gate.Read(file)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// ConfirmWord is what a person types to approve a plan.
func ConfirmWord(p *evict.Plan) string { return gate.Words(*p) }

// Vouched is a person's word that a condition is met.
type Vouched = respond.Vouched
