package timeline

import (
	"fmt"
	"strings"

	"evict"
	"evict/internal/detect"
	"evict/internal/state"
	"evict/internal/verdict"
)

// A history is what the reads keep of one account: bounded, whatever the
// number of its events.
type history struct {
	index         int32
	strands       []*verdict.Strand
	placer        *placer
	sketch        *sketch
	habits        *detect.Habits
	pending       []pending
	found         []pending // of the second read
	overflow      map[string]string
	makes         []making
	registers     []registering
	tellings      []telling
	outside       []map[string]int       // by strand: messages opened, by other accounts mailboxes
	acts          []evict.ActivityCounts // by strand
	threads       []threadSet            // by strand
	owned         evict.ActivityCounts   // acts of the account that no strand holds
	place         map[*verdict.Strand]int
	account       verdict.Account
	fullOfStrands bool
	fullOfState   bool
}

// A making is an account made or first enabled by this one.
type making struct {
	who  []evict.Principal
	spot spot
	at   evict.Time
	ref  detect.Evidence
}

// A registering is a device or method registered by this account.
type registering struct {
	device string
	spot   spot
}

// firstRead builds the account's strands and habits and runs the seeds.
type firstRead struct {
	j        *judge
	h        *history
	weaver   *weaver
	replay   *state.Replay
	watchers []watching
	now      evict.Time
}

func (j *judge) startFirst(index int32) *firstRead {
	acct := &j.accounts.list[index]
	h := &history{index: index, sketch: newSketch(), overflow: map[string]string{}, place: map[*verdict.Strand]int{}}
	h.account = verdict.Account{Name: acct.name, ID: acct.id.ID, Tenant: acct.id.Tenant, Guest: !acct.home && strings.Contains(acct.name, "#ext#")}
	f := &firstRead{j: j, h: h, weaver: newWeaver(acct.name)}
	f.replay = state.New(j.person(acct.id.Tenant, &f.now))
	f.watchers = startWatchers(j.in.Detectors, func(d *detect.Detector) bool { return d.Scope == detect.AccountScope && d.Seed },
		j.view(index, f.replay, nil, &f.now), func(p pending) { h.pending = append(h.pending, p) })
	return f
}

// view is what watchers of one account may know.
// Names are resolved as of now, which the reads move with the events: a name
// can pass from one person to another.
func (j *judge) view(index int32, st detect.State, habits *detect.Habits, now *evict.Time) *detect.View {
	acct := &j.accounts.list[index]
	return &detect.View{
		Tenant: acct.id.Tenant, Account: acct.name, Facts: j.facts, State: st, Habits: habits,
		Mine: func(p evict.Principal) bool {
			return j.accounts.resolve(acct.id.Tenant, p, *now) == index
		},
		Same: func(a, b evict.Principal) bool {
			x, y := j.accounts.resolve(acct.id.Tenant, a, *now), j.accounts.resolve(acct.id.Tenant, b, *now)
			return a == b || x >= 0 && x == y
		},
	}
}

// person gives the one name of the account that a name is of, for the state:
// whichever name a record or a dump has, and whichever comes first.
func (j *judge) person(tenant evict.TenantID, now *evict.Time) func(evict.Principal) evict.Principal {
	return func(p evict.Principal) evict.Principal {
		i := j.accounts.resolve(tenant, p, *now)
		if i < 0 {
			return p
		}
		return evict.Principal{Kind: evict.ObjectID, ID: j.accounts.list[i].id.ID}
	}
}

func (f *firstRead) event(e *evict.Event, mine bool) {
	f.now = e.Time
	h := f.h
	a := &h.account
	if e.Time.Set && e.Flags&evict.Observed == 0 {
		if !a.FirstSeen.Set {
			a.FirstSeen = e.Time
		}
		a.LastSeen = e.Time
	}
	if e.Flags&(evict.Damaged|evict.Conflict) != 0 {
		a.Coverage.Damaged++
	}
	at := spotOf(e, mine)
	if mine {
		at.own = f.weaver.add(e)
		if !f.j.in.declared(e) {
			h.sketch.add(e, at.own >= 0)
		}
		f.count(e)
		f.made(e, at)
		f.registered(e, at)
		h.tell(e, at)
	}
	if !mine && f.grantsRole(e) {
		a.Administrator = true
	}
	if e.Flags&evict.Observed != 0 {
		f.describe(e)
	}
	if off := auditOff(e, mailboxAudit); off != "" && len(a.Coverage.AuditOff) < 100 && f.about(e) {
		a.Coverage.AuditOff = append(a.Coverage.AuditOff, off)
	}
	if !f.j.in.declared(e) {
		for i := range f.watchers {
			f.watchers[i].view.Placed = ""
			if at.own >= 0 {
				f.watchers[i].view.Placed = fmt.Sprint(at.own)
			}
		}
		watch(f.watchers, e, at)
	}
	f.replay.Apply(e)
}

func (f *firstRead) count(e *evict.Event) {
	if !isLogin(e.Kind) {
		return
	}
	if e.Outcome == evict.Success {
		f.h.account.Successes++
	} else {
		f.h.account.Failures++
	}
}

// grantsRole reports whether the event gives the account a role, or shows it to have one.
func (f *firstRead) grantsRole(e *evict.Event) bool {
	if e.Kind == evict.RoleState {
		return true
	}
	if e.Kind != evict.DirectoryAudit && e.Kind != evict.AdminAudit {
		return false
	}
	op := strings.ToLower(e.Op)
	return strings.HasPrefix(op, "add member to role") || strings.HasPrefix(op, "add eligible member to role") || op == "add-rolegroupmember"
}

// made notes an account that this one made, enabled or invited.
func (f *firstRead) made(e *evict.Event, at spot) {
	if e.Kind != evict.DirectoryAudit && e.Kind != evict.AdminAudit {
		return
	}
	switch strings.TrimSuffix(strings.ToLower(e.Op), ".") {
	case "add user", "enable account", "invite external user", "new-mailbox", "enable-mailbox":
	default:
		return
	}
	if e.Outcome == evict.Failure || len(f.h.makes) >= 1000 {
		return
	}
	m := making{spot: at, at: e.Time, ref: detect.Evidence{ID: evict.RecordID(strings.Clone(string(e.ID))), Ref: e.Ref}}
	m.spot.session, m.spot.token = strings.Clone(at.session), strings.Clone(at.token)
	for i := range e.Subjects {
		if s := &e.Subjects[i]; s.Part == evict.Target || s.Part == evict.Mailbox || s.Part == evict.Grantee {
			for _, p := range append([]evict.Principal{s.Who}, s.Aliases...) {
				if p.IsPerson() {
					m.who = append(m.who, evict.Principal{Kind: p.Kind, ID: strings.Clone(p.ID)})
				}
			}
		}
	}
	f.h.makes = append(f.h.makes, m)
}

// registered notes a device or method that the account registered.
func (f *firstRead) registered(e *evict.Event, at spot) {
	if e.Kind != evict.DirectoryAudit {
		return
	}
	op := strings.TrimSuffix(strings.ToLower(e.Op), ".")
	device := op == "register device" || op == "add device" || op == "add registered owner to device"
	if !device && !strings.HasPrefix(op, "user registered") || e.Outcome == evict.Failure || len(f.h.registers) >= 1000 {
		return
	}
	r := registering{spot: at}
	r.spot.session, r.spot.token = strings.Clone(at.session), strings.Clone(at.token)
	if c, ok := e.Detail.(*evict.Changes); ok && device {
		for _, x := range c.Extra {
			if strings.EqualFold(strings.ReplaceAll(x.Name, " ", ""), "DeviceId") {
				r.device = strings.Clone(strings.ToLower(x.Value))
			}
		}
		if p, ok := c.Prop("DeviceId"); ok && r.device == "" {
			r.device = strings.ToLower(strings.Trim(p.New, "[]\" \r\n"))
		}
	}
	f.h.registers = append(f.h.registers, r)
}

// about reports whether the account or its mailbox is what the event changes or shows.
func (f *firstRead) about(e *evict.Event) bool {
	for i := range e.Subjects {
		s := &e.Subjects[i]
		if s.Part != evict.Target && s.Part != evict.Mailbox {
			continue
		}
		for _, p := range append([]evict.Principal{s.Who}, s.Aliases...) {
			if f.j.accounts.resolve(f.h.account.Tenant, p, e.Time) == f.h.index {
				return true
			}
		}
	}
	return false
}

// describe reads what a dump says of the account's kind.
func (f *firstRead) describe(e *evict.Event) {
	s, ok := e.Detail.(*evict.Settings)
	if !ok || e.Kind != evict.MailboxState && e.Kind != evict.UserState {
		return
	}
	if v, ok := s.Get("RecipientTypeDetails"); ok {
		switch strings.ToLower(v) {
		case "sharedmailbox", "roommailbox", "equipmentmailbox":
			f.h.account.Shared = true
		}
	}
	if v, ok := s.Get("AccountEnabled"); ok {
		f.h.account.SignInBlocked = evict.No
		if strings.EqualFold(v, "false") {
			f.h.account.SignInBlocked = evict.Yes
		}
	}
	if v, ok := s.Get("userType"); ok && strings.EqualFold(v, "guest") {
		f.h.account.Guest = true
	}
}

func (f *firstRead) end() *history {
	h := f.h
	endWatchers(f.watchers)
	for i := range f.watchers {
		if w := &f.watchers[i]; w.overflow != "" {
			h.overflow[w.detector.ID] = w.overflow
		}
	}
	f.weaver.finish()
	h.strands = f.weaver.strands
	h.fullOfStrands, h.fullOfState = f.weaver.overflow, f.replay.Full()
	for i, s := range h.strands {
		h.place[s] = i
	}
	h.placer = newPlacer(h.strands)
	h.account.Strands = h.strands
	h.account.OnlyTarget = len(h.strands) == 0 && h.account.Successes == 0
	return h
}

// secondRead runs the remaining detectors, which may know whose strand an act belongs to.
type secondRead struct {
	j        *judge
	h        *history
	weaver   *weaver
	replay   *state.Replay
	watchers []watching
	now      evict.Time
}

func (j *judge) startSecond(h *history) *secondRead {
	s := &secondRead{j: j, h: h, weaver: newWeaver(h.account.Name)}
	s.replay = state.New(j.person(h.account.Tenant, &s.now))
	h.acts = make([]evict.ActivityCounts, len(h.strands))
	h.threads = make([]threadSet, len(h.strands))
	h.outside = make([]map[string]int, len(h.strands))
	s.watchers = startWatchers(j.in.Detectors, func(d *detect.Detector) bool { return d.Scope == detect.AccountScope && !d.Seed },
		j.view(h.index, s.replay, h.habits, &s.now), func(p pending) { h.found = append(h.found, p) })
	return s
}

func (s *secondRead) event(e *evict.Event, mine bool) {
	s.now = e.Time
	at := spotOf(e, mine)
	if mine {
		if at.own = s.weaver.add(e); at.own < 0 {
			at.own = s.h.twin(e)
		}
	}
	strand := s.h.placer.place(at)
	if s.j.in.declared(e) {
		s.replay.Apply(e)
		return
	}
	if mine && e.Flags&evict.Observed == 0 {
		if strand != nil {
			i := s.h.place[strand]
			countAct(&s.h.acts[i], e, s.h.account.Name, s.weaver.again)
			s.h.threads[i].add(e)
			s.h.readOutside(i, e)
		} else {
			countAct(&s.h.owned, e, s.h.account.Name, s.weaver.again)
		}
	}
	for i := range s.watchers {
		v := &s.watchers[i].view
		v.Strand, v.Placed = nil, ""
		if strand != nil {
			v.Strand, v.Placed = &strand.Strand, strand.ID
		}
	}
	watch(s.watchers, e, at)
	s.replay.Apply(e)
}

// readOutside counts messages that a strand opened in somebody else's mailbox.
func (h *history) readOutside(strand int, e *evict.Event) {
	d, ok := e.Detail.(*evict.Access)
	m := e.Subject(evict.Mailbox).Who
	if !ok || m.Kind != evict.UPN || m == e.Actor || strings.EqualFold(m.ID, h.account.Name) {
		return
	}
	if h.outside[strand] == nil {
		h.outside[strand] = map[string]int{}
	}
	if _, ok := h.outside[strand][m.ID]; ok || len(h.outside[strand]) < maxListed {
		h.outside[strand][strings.Clone(m.ID)] += max(1, d.Count, len(d.Messages))
	}
}

func (s *secondRead) end() {
	for i := range s.watchers {
		v := &s.watchers[i].view
		v.Strand, v.Placed = nil, ""
	}
	endWatchers(s.watchers)
	for i := range s.watchers {
		if w := &s.watchers[i]; w.overflow != "" {
			s.h.overflow[w.detector.ID] = w.overflow
		}
	}
}
