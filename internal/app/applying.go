package app

import (
	"context"
	"errors"
	"fmt"
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

// StepProgress is one step's news.
type StepProgress = respond.Progress

// Secrets takes new passwords, for handing over to a person.
type Secrets = respond.Secrets

// ApplyOptions are what a person says to carry out a plan.
type ApplyOptions struct {
	Tenants   *Tenants
	Profile   string
	Case      string
	Plan      string // its hash, or the hash's beginning
	Confirm   string // what he typed: see ConfirmWord
	Steps     []string
	Overrides []string // typed against the wait for the snapshot, in full
	Operator  string
	Hours     float64 // that the approval holds; 0: 24
	Secrets   Secrets
	Patience  time.Duration // how long reads may take to agree; 0: the runner's
	Progress  func(StepProgress)
}

// A StepReport is how one step stands.
type StepReport struct {
	Step   evict.Step `json:"step"`
	State  string     `json:"state"`
	Why    string     `json:"why,omitempty"`
	Sent   int        `json:"sent"`             // attempts
	Ended  evict.Time `json:"ended"`            // unset: it has not
	Effect evict.Time `json:"effect"`           // from when on the service obeys it everywhere
	ByHand string     `json:"byHand,omitempty"` // who did it
	Back   bool       `json:"back,omitempty"`   // it was given back to the owner, by a plan for that
	Undone evict.Time `json:"undone"`           // when it was put back; unset: it was not
	Lost   string     `json:"lost,omitempty"`   // why a later look did not find it so any more
	Due    bool       `json:"due,omitempty"`    // it was approved, and has not ended
}

// A PlanReport is how a plan stands. Schema: evict.status/v1.
type PlanReport struct {
	Schema   string           `json:"schema"`
	Case     string           `json:"case"`
	Folder   string           `json:"folder"`
	Hash     string           `json:"hash"`
	Kind     string           `json:"kind"`
	Accounts []evict.Object   `json:"accounts"`
	Approved []ApprovalReport `json:"approved"`
	Steps    []StepReport     `json:"steps"`
	Checks   []CheckReport    `json:"checks"`             // when it is looked at again
	Ladder   string           `json:"ladder"`             // not contained, contained, evicted, quiet, closed
	Claim    string           `json:"claim"`              // what may be said, in a sentence
	Unseen   string           `json:"unseen,omitempty"`   // why the logs since could not be looked at
	Snapshot string           `json:"snapshot,omitempty"` // why nothing was evicted: what can be changed is not known
	Lost     []string         `json:"lost,omitempty"`     // of other approved plans: what a later look did not find any more, and why
	Renamed  []string         `json:"renamed,omitempty"`  // accounts that have another name by now than the plan says
	Lacking  string           `json:"lacking,omitempty"`  // the tenant forbade what was sent: what to do
	Newer    string           `json:"newer,omitempty"`    // hash of a plan that was made since and that nobody approved yet
	Running  string           `json:"running,omitempty"`  // who has the case open to respond while this is said: the steps that are due may be under way
	Plan     evict.Plan       `json:"-"`
	Ran      bool             `json:"-"` // the run did something, though a guard may have refused a step of it
}

// Interrupted reports whether approved steps have not ended, and nobody is at it.
func (r *PlanReport) Interrupted() bool {
	return r.Running == "" && slices.ContainsFunc(r.Steps, func(s StepReport) bool { return s.Due })
}

// An ApprovalReport is one decision on the plan.
type ApprovalReport struct {
	Who     string    `json:"who"`
	Time    time.Time `json:"time"`
	Expires time.Time `json:"expires"`
}

// A CheckReport is one later look.
type CheckReport struct {
	At   time.Time `json:"at"`
	Done time.Time `json:"done,omitzero"`
}

// Errors of carrying out a plan.
var (
	ErrRefused = errors.New("refused") // by a guard or the gate
	ErrStale   = errors.New("the plan is out of date")
)

// session is one plan of an open case, and a way to the tenant.
type session struct {
	kept     *casefile.Case
	gate     *gate.Gate
	plan     gate.Plan
	hash     string
	folder   string
	room     int64 // bytes that the journal may need to carry the plan out
	client   *m365.Client
	runner   respond.Runner
	profile  TenantProfile
	operator string
	tell     func(string)    // what can't wait for the result
	others   []string        // accounts that have another name than the plan says
	warn     func()          // says before the first request what is likely to go wrong; nil: nothing is known
	unseen   string          // why there is no snapshot; "" while there is, or need not be
	ran      respond.Summary // of this run; without steps where nothing was carried out
}

// Apply approves a plan and carries it out. Steps that are verified already are not sent again.
func Apply(ctx context.Context, o ApplyOptions) (*PlanReport, error) {
	return o.with(ctx, func(s *session) error {
		return s.carryOut(ctx, func() error {
			if err := o.override(s); err != nil {
				return err
			}
			return o.approve(s)
		})
	})
}

// Resume goes on with a plan that was interrupted: open intents are settled by looking, then the rest of what was approved is done.
func Resume(ctx context.Context, o ApplyOptions) (*PlanReport, error) {
	return o.with(ctx, func(s *session) error {
		return s.carryOut(ctx, func() error { return o.override(s) })
	})
}

// carryOut sends what is to be sent once it is decided, and keeps under which names the logs will show it.
func (s *session) carryOut(ctx context.Context, decide func() error) error {
	if err := s.kept.Reserve(s.room); err != nil {
		return fmt.Errorf("nothing was sent: what is sent has to be written down first, and the disk of the case has no %d MiB for it: %w", (s.room>>20)+1, err)
	}
	if err := decide(); err != nil {
		return err
	}
	waits, err := s.waits()
	if err != nil {
		return err
	}
	if s.warn != nil {
		s.warn()
	}
	if waits {
		s.runner.Snapshot = s.snapshot
	}
	names := make(chan []string, 1)
	beside, over := context.WithCancel(ctx)
	go func() { names <- s.renamed(beside, s.tell) }()
	s.ran, err = s.runner.Apply(ctx)
	over() // it waits no longer for what the steps did without
	s.others = <-names
	return errors.Join(err, s.nameSelf(context.WithoutCancel(ctx)))
}

// Verify looks again at what was sent and is not verified. It sends nothing.
func Verify(ctx context.Context, o ApplyOptions) (*PlanReport, error) {
	return o.with(ctx, func(s *session) error {
		_, err := s.runner.Verify(ctx)
		return err
	})
}

// Recheck looks once more at every verified step of the named plan, or of all that were approved: whether what was done still holds.
func Recheck(ctx context.Context, o ApplyOptions) (*PlanReport, error) {
	return o.with(ctx, func(s *session) error {
		plans := []gate.Plan{s.plan}
		if o.Plan == "" {
			entries, all, err := historyOf(s.kept)
			if err != nil {
				return err
			}
			plans = approvedOf(all, entries)
		}
		for _, p := range plans {
			r := s.runner
			r.Plan = p
			if _, err := r.Recheck(ctx); err != nil {
				return err
			}
		}
		return nil
	})
}

// with opens the case, the plan and the tenant for f, and says afterwards how the plan stands: also after an error.
func (o *ApplyOptions) with(ctx context.Context, f func(*session) error) (*PlanReport, error) {
	client, profile, over, err := o.Tenants.connectHeard(ctx, o.Profile)
	defer over()
	if err != nil {
		return nil, err
	}
	s, err := o.open(profile)
	if err != nil {
		return nil, err
	}
	defer s.kept.Close()
	s.client = client
	s.tell = func(text string) { o.Tenants.notice("%s", text) }
	s.warn = func() {
		if other := o.Tenants.responder(profile); other != "" {
			o.Tenants.notice("the profile %s is not marked as the one that responds, and %s is: where the tenant forbids a step, say --tenant %s", profile.Name, other, other)
		}
	}
	s.runner = respond.Runner{Reader: client.Reader(), Sender: client, Gate: s.gate, Plan: s.plan, Secrets: o.Secrets, Progress: o.Progress, Patience: o.Patience}
	failed := refused(f(s))
	report, err := s.report(context.WithoutCancel(ctx))
	if report != nil {
		report.Renamed = s.others
		report.Lacking = o.Tenants.lacking(profile, s.ran)
	}
	if failed != nil {
		return report, signIn(failed)
	}
	return report, err
}

func (o *ApplyOptions) open(profile TenantProfile) (*session, error) {
	c, err := openToRespond(o.Case, o.Operator, profile)
	if err != nil {
		return nil, err
	}
	s, err := sessionOf(c, o.Case, o.Plan)
	if err != nil {
		c.Close()
		return nil, err
	}
	s.profile, s.operator = profile, o.Operator
	return s, nil
}

// sessionOf finds a plan of a case by its hash or the hash's beginning; "" is the latest plan.
func sessionOf(c *casefile.Case, folder, want string) (*session, error) {
	m := c.Meta()
	g, err := gate.Open(c.Journal(), m.Tenant, m.ID)
	if err != nil {
		return nil, err
	}
	hash, err := planNamed(c, g, want)
	if err != nil {
		return nil, err
	}
	file, err := c.Plan(hash)
	if err != nil {
		return nil, err
	}
	p, err := gate.Read(file)
	if err != nil {
		return nil, err
	}
	return &session{kept: c, gate: g, plan: p, hash: hash, folder: folder, room: roomFor(file)}, nil
}

// roomFor is how many bytes the journal may need for a plan: of each attempt its intent, its answer and how it ended hold the object's
// states, which the plan's file has too, and a step may have several attempts.
func roomFor(plan []byte) int64 { return 1<<20 + 16*int64(len(plan)) }

// planNamed is the hash of the one plan that is meant.
func planNamed(c *casefile.Case, g *gate.Gate, want string) (string, error) {
	all, err := c.Plans()
	if err != nil {
		return "", err
	}
	if want == "" {
		return latestPlan(g, all)
	}
	var found []string
	for _, h := range all {
		if strings.HasPrefix(h, strings.ToLower(want)) {
			found = append(found, h)
		}
	}
	switch {
	case len(want) < 8:
		return "", fmt.Errorf("%w: --plan takes at least 8 characters of the plan's hash", ErrUsage)
	case len(found) == 0:
		return "", fmt.Errorf("%w: the case has no plan %s; evict plan makes one", ErrUsage, want)
	case len(found) > 1:
		return "", fmt.Errorf("%w: %d plans begin with %s; give more of the hash", ErrUsage, len(found), want)
	}
	return found[0], nil
}

// latestPlan is the plan that was approved last; while none was, the one that was kept last.
func latestPlan(g *gate.Gate, all []string) (string, error) {
	entries, err := g.Entries()
	if err != nil {
		return "", err
	}
	for _, kind := range []string{gate.Approved, gate.Planned} {
		if e, ok := lastOf(entries, kind); ok && slices.Contains(all, e.Plan) {
			return e.Plan, nil
		}
	}
	return "", fmt.Errorf("%w: the case has no plan; evict plan makes one", ErrUsage)
}

// lastOf is the last entry of a kind.
func lastOf(entries []gate.Entry, kind string) (gate.Entry, bool) {
	for _, e := range slices.Backward(entries) {
		if e.Kind == kind {
			return e, true
		}
	}
	return gate.Entry{}, false
}

// newer is a plan that was kept after one was approved, and that nobody approved yet; "" when there is none.
func newer(entries []gate.Entry) string {
	approved, some := lastOf(entries, gate.Approved)
	kept, _ := lastOf(entries, gate.Planned)
	if !some || kept.Seq < approved.Seq || len(gate.Approvals(entries, kept.Plan)) > 0 {
		return ""
	}
	return kept.Plan
}

// approve keeps the decision, for as long as it holds.
func (o *ApplyOptions) approve(s *session) error {
	hours := o.Hours
	if hours == 0 {
		hours = 24
	}
	if err := s.declaredSince(); err != nil {
		return err
	}
	now := time.Now().UTC()
	a := gate.Approval{Who: o.Operator, Time: now, Expires: now.Add(time.Duration(hours * float64(time.Hour))), Confirmed: o.Confirm, Steps: o.Steps}
	return s.gate.Approve(s.plan, a)
}

// declaredSince refuses a plan that touches an account which another plan of the case declared, and this one did not know of.
func (s *session) declaredSince() error {
	_, earlier, err := historyOf(s.kept)
	if err != nil {
		return err
	}
	var g respond.Guards
	redeclare(earlier, &g)
	p := s.plan.Plan()
	for _, x := range p.Steps {
		known := slices.ContainsFunc(p.Declared, func(o evict.Object) bool { return o.Account == x.Target.Account })
		if x.Phase != evict.Recover && x.Target.Account != "" && !known && slices.Contains(append(g.BreakGlass, g.Service...), x.Target.Account) {
			return fmt.Errorf("%w: %s was declared an account that nobody may touch, and this plan did not know of it: plan again", ErrRefused, x.Target.Name)
		}
	}
	return nil
}

// refused marks what the gate does not let through.
func refused(err error) error {
	for _, e := range []error{gate.ErrUnapproved, gate.ErrExpired, gate.ErrForeign, gate.ErrRefused, gate.ErrUnknown} {
		if errors.Is(err, e) {
			return fmt.Errorf("%w: %w", ErrRefused, err)
		}
	}
	if errors.Is(err, gate.ErrWords) {
		return fmt.Errorf("%w: %w", ErrUsage, err)
	}
	return err
}

// Status says how a plan stands, from the journal alone. It opens the case without a lock and asks the tenant nothing.
func Status(ctx context.Context, folder, plan string) (*PlanReport, error) {
	c, err := readCase(folder)
	if err != nil {
		return nil, err
	}
	s, err := sessionOf(c, folder, plan)
	if err != nil {
		return nil, err
	}
	r, err := s.report(ctx)
	if r != nil {
		r.Running = casefile.Responding(disk.OS{}, folder)
	}
	return r, err
}

func (s *session) report(ctx context.Context) (*PlanReport, error) {
	entries, err := s.gate.Entries()
	if err != nil {
		return nil, err
	}
	p := s.plan.Plan()
	out := &PlanReport{Schema: "evict.status/v1", Snapshot: s.unseen, Case: s.kept.Meta().ID, Folder: s.folder, Hash: s.hash, Kind: p.Kind, Accounts: p.Accounts,
		Approved: []ApprovalReport{}, Steps: []StepReport{}, Checks: []CheckReport{}, Plan: p}
	approved := gate.Approvals(entries, s.hash)
	for _, a := range approved {
		out.Approved = append(out.Approved, ApprovalReport{Who: a.Who, Time: a.Time, Expires: a.Expires})
	}
	all, err := plansOf(s.kept, entries)
	if err != nil {
		return nil, err
	}
	plans := approvedOf(all, entries)
	given := summaries(plans, "recover", entries)
	for _, p := range plans {
		if p.Hash() != s.hash {
			out.Lost = append(out.Lost, lostOf(p, respond.GivenBack(respond.Standing(p, entries), given...))...)
		}
	}
	standing := gate.Standing(entries, s.hash)
	sum, checks := respond.GivenBack(respond.Standing(s.plan, entries), given...), respond.Checks(s.plan, entries)
	for _, r := range sum.Steps {
		step := StepReport{Step: r.Step, State: string(r.State), Why: r.Why, Sent: r.Sent, ByHand: standing[r.Step.ID].ByHand,
			Ended: when(r.Ended), Effect: when(r.Effect), Undone: when(r.Undone), Back: r.Back, Lost: r.Lost}
		if why, blocked := s.blocked(r); blocked {
			step.State, step.Why = string(respond.Blocked), why
		}
		step.Due = due(step.State, approved, r.Step.ID)
		out.Steps = append(out.Steps, step)
	}
	for _, c := range checks {
		out.Checks = append(out.Checks, CheckReport(c))
	}
	out.Ran = len(s.ran.Steps) > s.ran.Count(respond.LeftOut, respond.Blocked, respond.ForPerson)
	out.Newer = newer(entries)
	c, err := claimed(ctx, s.kept, plans, entries, func(ctx context.Context) (*evict.Investigation, error) {
		return Investigate(ctx, Options{Case: s.folder})
	})
	out.Ladder, out.Claim, out.Unseen = c.ladder, c.says, c.unseen
	return out, err
}

// blocked says why the run that has just ended did not begin a step, which the journal does not tell.
func (s *session) blocked(r respond.StepResult) (why string, ok bool) {
	i := slices.IndexFunc(s.ran.Steps, func(x respond.StepResult) bool { return x.Step.ID == r.Step.ID && x.State == respond.Blocked })
	if i < 0 || r.State != respond.Waiting {
		return "", false
	}
	return s.ran.Steps[i].Why, true
}

// lostOf says which steps of a plan a later look did not find as they were left.
func lostOf(p gate.Plan, sum respond.Summary) []string {
	var out []string
	for _, r := range sum.Steps {
		if r.Lost != "" {
			out = append(out, fmt.Sprintf("plan %.12s, %s (%s): %s", p.Hash(), r.Step.Title, r.Step.Target.Name, r.Lost))
		}
	}
	return out
}

// due reports whether a step in that state was approved, be it long ago, and has not ended.
func due(state string, approved []gate.Approval, step string) bool {
	return (state == string(respond.Waiting) || state == string(respond.InDoubt)) &&
		slices.ContainsFunc(approved, func(a gate.Approval) bool { return a.Covers(step) })
}

// Undo makes the plan that puts back what a plan changed, and keeps it. It is approved and carried out like any other.
func Undo(ctx context.Context, o ApplyOptions) (*Planned, error) {
	s, err := o.open(TenantProfile{})
	if err != nil {
		return nil, err
	}
	defer s.kept.Close()
	entries, err := s.gate.Entries()
	if err != nil {
		return nil, err
	}
	u := respond.Undoing{Plan: s.plan, Entries: entries, Steps: o.Steps, Made: evict.At(time.Now().UTC(), evict.Second), Tool: Version}
	if u.Findings, err = findingsOf(ctx, o.Case); err != nil {
		return nil, err
	}
	plan, err := respond.Undo(u)
	if err != nil {
		return nil, err
	}
	return keepPlan(s.kept, o.Case, plan, o.Operator, nil)
}

// findingsOf are a case's findings; a case without evidence, made to contain at once, has none.
func findingsOf(ctx context.Context, folder string) ([]evict.Finding, error) {
	inv, err := Investigate(ctx, Options{Case: folder})
	if errors.Is(err, timeline.ErrNoEvidence) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return inv.AllFindings(), nil
}

// Done keeps a person's word that he did a manual step, and his answer to its question.
func Done(ctx context.Context, o ApplyOptions, answer string) (*PlanReport, error) {
	s, err := o.open(TenantProfile{})
	if err != nil {
		return nil, err
	}
	defer s.kept.Close()
	p := s.plan.Plan()
	for _, id := range o.Steps {
		if !slices.ContainsFunc(p.Steps, func(x evict.Step) bool { return x.ID == id && len(x.Manual) > 0 }) {
			return nil, fmt.Errorf("%w: plan %.12s has no step %s for a person; evict status lists them", ErrUsage, s.hash, id)
		}
		if err := s.gate.ByHand(s.plan, id, o.Operator, gate.Deed{Answer: answer}); err != nil {
			return nil, refused(err)
		}
	}
	return s.report(ctx)
}
