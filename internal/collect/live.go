package collect

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"evict/internal/m365"
)

// The states of a source. A licence that can't hold it, a source not asked, a refused one and an empty one are four different words.
const (
	Complete    = "complete"
	Incomplete  = "incomplete"
	Empty       = "empty" // asked, answered in full, and there was nothing
	NotAsked    = "not-asked"
	Refused     = "refused"
	NotLicensed = "not-licensed"
	SwitchedOff = "switched-off" // the tenant or the mailbox does not record it; what came is there all the same
)

// Depth is how much is asked for.
type Depth string

// Quick is for the first minute: logs are read once, so none of them is complete. Standard reads all that a verdict needs. Full also
// looks into every mailbox of the tenant for rights of the account.
const (
	Quick    Depth = "quick"
	Standard Depth = "standard"
	Full     Depth = "full"
)

// LiveInput is what a collection needs.
type LiveInput struct {
	Client    *m365.Client
	Cloud     string // name of the client's cloud: some have logs that answer and hold nothing
	Case      Store
	CaseID    string
	Accounts  []string // user principal names, addresses or object IDs; those that the case was collected for before need not be named again
	Since     time.Time
	Reported  time.Time // zero: now
	Depth     Depth     // "": standard
	Again     bool      // read the logs of a collection that was there before on to the present
	Requester string    // who asks: the operator and the application
	Now       func() time.Time
	Progress  func(SourceProgress) // may be called from several goroutines, one at a time
	// Journal records a request that makes a job of ours in the tenant, before it is sent. It may be nil.
	Journal func(operation, detail string) error
	// Trouble looks at what the case has so far and says when the first hostile event was; ok is false when there is none. It may be nil.
	Trouble func(context.Context) (at time.Time, ok bool, err error)
}

// SourceProgress says how far one source of one account is.
type SourceProgress struct {
	Source, Account string
	State           string // "": still reading
	Rows, Pages     int
	Done, Windows   int
	Window          Window // being read
	Waited          time.Duration
}

// LiveResult is what came of it.
type LiveResult struct {
	Accounts []Account
	Window   Window // asked of the logs
	Coverage []Coverage
	Complete bool // every source is complete, empty or not licensed
}

// Live gathers the evidence on some accounts into a case. Sources that refuse or fail are said in the coverage; an error is a person's
// word to stop, an account that can't be told (*AccountError), a case that can't be written, or a sign-in that fails at the start.
// Called again after a stop it goes on where it was, and after its end it asks nothing, but with Again.
func Live(ctx context.Context, in LiveInput) (LiveResult, error) {
	r, err := newRun(in)
	if err != nil {
		return LiveResult{}, err
	}
	err = r.collect(ctx)
	res, coverErr := r.result()
	return res, errors.Join(err, coverErr)
}

// A run is one collection.
type run struct {
	in       LiveInput
	from, to time.Time

	accounts []*Account
	before   []Account // that the collection was for so far
	plans    []string  // service plans of the tenant and of the accounts; nil: those of the tenant are not known
	ownPlans []string  // of the accounts
	cmdlets  []string  // that the application may run; nil: not known

	mu        sync.Mutex
	progress  map[string]json.RawMessage
	items     map[int]Evidence
	bySource  map[outcomeKey][]int   // the same, in order
	refusals  map[string]*m365.Error // by the name of a way
	outcomes  map[outcomeKey]*outcome
	opened    map[string]bool       // mailboxes of others that an account was in, by address
	holes     map[outcomeKey]string // why a source is not complete though all that was asked was answered
	sessions  int
	started   time.Time
	further   bool          // than the collection was before: deeper, or to the present
	stateOnly bool          // no collection but a snapshot
	earlier   []Coverage    // of the case, before a snapshot
	others    []Account     // of the case, before a snapshot
	offset    time.Duration // of the tenant's clock from ours
	clocked   bool          // the offset is known
}

type outcomeKey struct{ source, account string }

// An outcome gathers what the asks of one source and account gave.
type outcome struct {
	asked Window
	asks  map[string]*reading
}

// note writes into the case's journal that a job of ours is made in the tenant.
func (r *run) note(op, detail string) error {
	if r.in.Journal == nil {
		return nil
	}
	return r.in.Journal(op, detail)
}

// state of a collection that must not change when it goes on.
type liveState struct {
	From, To time.Time
	Depth    Depth
	Accounts []string // by object ID
}

const leadIn = 30 * 24 * time.Hour // before the report

func newRun(in LiveInput) (*run, error) {
	if in.Now == nil {
		in.Now = time.Now
	}
	if in.Depth = cmp.Or(in.Depth, Standard); depths[in.Depth] == 0 {
		return nil, fmt.Errorf("no depth %q: write quick, standard or full", in.Depth)
	}
	progress, err := in.Case.Progress()
	if err != nil {
		return nil, err
	}
	r := &run{in: in, progress: progress, items: map[int]Evidence{}, bySource: map[outcomeKey][]int{}, refusals: map[string]*m365.Error{}, outcomes: map[outcomeKey]*outcome{},
		opened: map[string]bool{}, holes: map[outcomeKey]string{}, started: in.Now()}
	if r.progress == nil {
		r.progress = map[string]json.RawMessage{}
	}
	for _, it := range in.Case.Items() {
		r.keepItem(it)
	}
	if err := r.resume(); err != nil {
		return nil, err
	}
	if len(in.Accounts)+len(r.before) == 0 {
		return nil, errors.New("no account to collect")
	}
	return r, nil
}

// resume takes up the window and depth of a collection that has begun.
func (r *run) resume() error {
	raw, ok := r.progress["live"]
	if !ok {
		return nil
	}
	var had liveState
	if err := json.Unmarshal(raw, &had); err != nil {
		return fmt.Errorf("the progress of the collection can't be read: %w", err)
	}
	known, err := accountsOf(r.in.Case)
	if err != nil {
		return err
	}
	r.before = slices.DeleteFunc(known, func(a Account) bool { return !slices.Contains(had.Accounts, a.ID) })
	r.from, r.to, r.further = had.From, had.To, r.in.Again
	if depths[r.in.Depth] <= depths[had.Depth] {
		r.in.Depth = had.Depth
		return nil
	}
	r.further = true
	return nil
}

// window decides from when to when the logs are asked for, by the tenant's clock: the machine's may be wrong. A collection that goes on
// keeps its window; one that goes further reaches to the present.
func (r *run) window() error {
	if !r.to.IsZero() && !r.further {
		if len(r.accounts) == len(r.before) {
			return nil
		}
		return r.keepLive()
	}
	now := r.now()
	from := r.in.Since
	if from.IsZero() {
		at := r.in.Reported
		if at.IsZero() {
			at = now
		}
		from = at.Add(-leadIn)
	}
	from = from.UTC().Truncate(time.Second)
	if r.from.IsZero() || from.Before(r.from) {
		r.from = from
	}
	if r.to = now; !r.from.Before(r.to) {
		return fmt.Errorf("the window begins %s, and for the tenant it is %s", stamp(r.from), stamp(r.to))
	}
	return r.keepLive()
}

// keepLive makes durable what the collection is of.
func (r *run) keepLive() error {
	live := liveState{From: r.from, To: r.to, Depth: r.in.Depth}
	for _, a := range r.accounts {
		if !a.Opened {
			live.Accounts = append(live.Accounts, a.ID)
		}
	}
	return r.keep("live", live)
}

// readClock asks for the tenant's time before a collection goes further: who the accounts are was kept, and is not asked again.
func (r *run) readClock(ctx context.Context) error {
	if r.clocked || !r.further {
		return nil
	}
	resp, err := r.in.Client.Reader().Do(ctx, m365.Call{Op: "get-user", Args: map[string]string{"id": r.accounts[0].ID}, Query: options("$select", "id"), Lane: m365.Configuration})
	if err == nil {
		r.clock(resp)
	}
	return err
}

// now is the tenant's time.
func (r *run) now() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.in.Now().Add(r.offset).UTC().Truncate(time.Second)
}

var depths = map[Depth]int{Quick: 1, Standard: 2, Full: 3}

// keep makes progress durable.
func (r *run) keep(key string, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.progress[key] = raw
	return r.in.Case.SetProgress(key, raw)
}

func (r *run) save(a *ask, rd *reading) error { return r.keep(a.key(), rd) }

// reading is how far the ask is: as it was kept, widened to what is asked now.
func (r *run) reading(a *ask) (*reading, error) {
	rd := &reading{}
	r.mu.Lock()
	raw, had := r.progress[a.key()]
	r.mu.Unlock()
	if had {
		if err := json.Unmarshal(raw, rd); err != nil {
			return nil, fmt.Errorf("the progress of %s can't be read: %w", a.source, err)
		}
		if r.again(rd) {
			rd = &reading{}
		}
	}
	switch first := rd.first(); {
	case len(rd.Spans) == 0:
		rd.Spans = a.windows(a.from, a.to)
	case rd.State == "" && !a.to.IsZero() && a.from.Before(first):
		rd.Spans = slices.Insert(rd.Spans, 0, a.windows(a.from, first)...)
		rd.Done = false
	}
	if last := rd.Spans[len(rd.Spans)-1].To; rd.State == "" && a.to.After(last) {
		rd.Spans = append(rd.Spans, a.windows(latest(a.from, last.Add(-shownLate)), a.to)...)
		rd.Done = false
	}
	if rd.Done {
		return rd, nil
	}
	return rd, r.adopt(a, rd)
}

// shownLate is how long after an act a log may begin to show it, so that much is read again. Microsoft guarantees no time for the audit log:
// typically 60 to 90 minutes, and up to 24 hours for some services (learn.microsoft.com, "Search the audit log").
const shownLate = 24 * time.Hour

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// windows cuts a span of time into those that one query may have.
func (a *ask) windows(from, to time.Time) []span {
	if a.most == 0 {
		return []span{{From: from, To: to}}
	}
	var out []span
	for from.Before(to) {
		end := from.Add(a.most)
		if end.After(to) {
			end = to
		}
		out = append(out, span{From: from, To: end})
		from = end
	}
	return out
}

func (rd *reading) first() time.Time {
	if len(rd.Spans) == 0 {
		return time.Time{}
	}
	return rd.Spans[0].From
}

func (r *run) dead(way string) *m365.Error {
	if way == "" {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.refusals[way]
}

func (r *run) bury(way string, e *m365.Error) {
	if way == "" {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.refusals[way] == nil {
		r.refusals[way] = e
	}
}

func (r *run) keepItem(it Evidence) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.items[it.Seq] = it
	key := outcomeKey{it.Source, it.Account}
	r.bySource[key] = append(r.bySource[key], it.Seq)
}

// stored reads a page back.
func (r *run) stored(seq int) (Evidence, []byte, error) {
	r.mu.Lock()
	it, ok := r.items[seq]
	r.mu.Unlock()
	if !ok {
		return it, nil, fmt.Errorf("the case has no evidence item %d, which its progress names", seq)
	}
	body, err := r.in.Case.Read(it)
	return it, body, err
}

// unclaimed are stored pages of the ask's source and account that its progress does not know, in their order.
func (r *run) unclaimed(a *ask, rd *reading) []Evidence {
	claimed := map[int]bool{}
	for _, seq := range rd.items() {
		claimed[seq] = true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []Evidence
	for _, seq := range r.bySource[outcomeKey{a.source, a.accountID()}] {
		if !claimed[seq] {
			out = append(out, r.items[seq])
		}
	}
	return out
}

func (a *ask) accountID() string {
	if a.account == nil {
		return ""
	}
	return a.account.ID
}

// all reads asks, some at a time, in their order; the first error stops the rest.
func (r *run) all(ctx context.Context, asks []*ask, atOnce int) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	slots := make(chan struct{}, atOnce)
	var wg sync.WaitGroup
	for _, a := range asks {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
		}
		if ctx.Err() != nil {
			break
		}
		wg.Go(func() {
			defer func() { <-slots }()
			if err := r.do(ctx, a); err != nil {
				cancel(err)
			}
		})
	}
	wg.Wait()
	return context.Cause(ctx)
}

// tell reports progress.
func (r *run) tell(a *ask, rd *reading, s *span, rows int) {
	if r.in.Progress == nil {
		return
	}
	p := SourceProgress{Source: a.source, Account: a.accountID(), Rows: rows, Pages: rd.Pages, Windows: len(rd.Spans), Waited: rd.Waited}
	for i := range rd.Spans {
		if rd.Spans[i].State != "" {
			p.Done++
		}
	}
	if s != nil {
		p.Window = Window{From: s.From, To: s.To}
	}
	if rd.Done {
		p.State, _ = rd.state()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.in.Progress(p)
}

// cover remembers what an ask came to.
func (r *run) cover(a *ask, rd *reading) {
	r.tell(a, rd, nil, rd.Rows)
	key := outcomeKey{a.source, a.accountID()}
	r.mu.Lock()
	defer r.mu.Unlock()
	o := r.outcomes[key]
	if o == nil {
		o = &outcome{asks: map[string]*reading{}}
		r.outcomes[key] = o
	}
	if !a.to.IsZero() {
		o.asked = Window{From: a.from, To: a.to}
	}
	o.asks[a.what] = rd
}

// state of one ask.
func (rd *reading) state() (state, why string) {
	if rd.State != "" {
		return rd.State, rd.Why
	}
	var whys []string
	for i := range rd.Spans {
		switch s := &rd.Spans[i]; s.State {
		case "":
			whys = append(whys, "stopped before "+s.String()+" was read")
		case Incomplete:
			whys = append(whys, s.Why)
		}
	}
	slices.Sort(whys)
	whys = slices.Compact(whys)
	switch {
	case len(whys) > 3:
		return Incomplete, strings.Join(whys[:3], "; ") + fmt.Sprintf("; and %d more", len(whys)-3)
	case len(whys) > 0:
		return Incomplete, strings.Join(whys, "; ")
	case rd.Rows == 0:
		return Empty, rd.Why
	}
	return Complete, ""
}

// coverage joins the asks of a source and account. What one of them could not see is a hole in all.
func (o *outcome) coverage(key outcomeKey) Coverage {
	c := Coverage{Source: key.source, Account: key.account, Asked: o.asked}
	states := map[string]bool{}
	var whys []string
	for _, what := range sortedKeys(o.asks) {
		rd := o.asks[what]
		state, why := rd.state()
		states[state] = true
		if why != "" {
			if what != "" && len(o.asks) > 1 {
				why = what + ": " + why
			}
			whys = append(whys, why)
		}
		c.Rows += rd.Rows
		c.Pages += rd.Pages
		c.Caps = append(c.Caps, rd.Caps...)
		c.Errors = append(c.Errors, rd.Errors...)
		c.Retries += rd.Retries
		c.Waited += rd.Waited
		for i := range rd.Spans {
			widen(&c.Got, &rd.Spans[i])
		}
	}
	c.Why = strings.Join(whys, "; ")
	switch {
	case len(states) == 1:
		c.State = sortedKeys(states)[0]
	case without(states, Complete, Empty, NotLicensed) == 0: // what the licence can't hold there is nothing of
		c.State = Complete
		if !states[Complete] {
			c.State = Empty
		}
	default:
		c.State = Incomplete
	}
	return c
}

// without counts the states but for those named.
func without(states map[string]bool, but ...string) int {
	n := 0
	for s := range states {
		if !slices.Contains(but, s) {
			n++
		}
	}
	return n
}

// widen adds what a span covers.
func widen(w *Window, s *span) {
	if s.State == "" || !s.windowed() {
		return
	}
	if w.From.IsZero() || s.From.Before(w.From) {
		w.From = s.From
	}
	if s.To.After(w.To) {
		w.To = s.To
	}
}

// result sums up and writes the coverage.
func (r *run) result() (LiveResult, error) {
	res := LiveResult{Window: Window{From: r.from, To: r.to}, Complete: true}
	for _, a := range r.accounts {
		res.Accounts = append(res.Accounts, *a)
	}
	r.mu.Lock()
	for key, o := range r.outcomes {
		if r.toldBefore(key) {
			continue
		}
		c := o.coverage(key)
		if why := r.holes[key]; why != "" && (c.State == Complete || c.State == Empty) {
			c.State, c.Why = Incomplete, why
		}
		res.Coverage = append(res.Coverage, c)
	}
	r.mu.Unlock()
	for _, a := range r.others { // they may know more of it than this run does
		if i := slices.IndexFunc(res.Accounts, func(b Account) bool { return b.ID == a.ID }); i >= 0 {
			res.Accounts[i] = a
		} else {
			res.Accounts = append(res.Accounts, a)
		}
	}
	if len(res.Accounts) > 0 {
		if err := r.keep("accounts", res.Accounts); err != nil {
			return res, err
		}
	}
	res.Coverage = append(res.Coverage, r.keptBefore(res.Coverage)...)
	res.Coverage = append(res.Coverage, r.notAsked(res.Coverage)...)
	slices.SortFunc(res.Coverage, func(a, b Coverage) int {
		return cmp.Or(strings.Compare(a.Source, b.Source), strings.Compare(a.Account, b.Account))
	})
	r.switches(res.Coverage)
	licence := r.licence()
	for i := range res.Coverage {
		c := &res.Coverage[i]
		c.Licence = licence
		if oldest := r.to.Add(-keptFree); licence == "none" && sources[c.Source].use == "directory-audits" && !c.Got.To.IsZero() && c.Got.From.Before(oldest) {
			c.Got.From, c.Why = oldest, "without Entra ID P1 the log keeps no more"
		}
		if (c.State == Empty || c.State == Refused) && !r.licensed(c.Source) {
			c.State, c.Why = NotLicensed, "the tenant has no service plan for it"
		}
		if c.State != Complete && c.State != Empty && c.State != NotLicensed {
			res.Complete = false
		}
	}
	return res, r.in.Case.SetCoverage(res.Coverage)
}

// accountsOf are the accounts that a case was collected for, and the mailboxes that came up.
func accountsOf(c Store) ([]Account, error) {
	progress, err := c.Progress()
	if err != nil {
		return nil, err
	}
	var out []Account
	if raw, ok := progress["accounts"]; ok {
		err = json.Unmarshal(raw, &out)
	}
	return out, err
}
