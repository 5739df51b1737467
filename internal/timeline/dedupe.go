package timeline

import (
	"bytes"
	"hash/maphash"
	"math"
	"regexp"
	"strings"
	"sync"

	"evict"
	"evict/internal/detect"
)

// A kindStat counts one kind of evidence over all items, after deduplication.
type kindStat struct {
	events   int
	from, to evict.Time
	fields   fieldSet
}

func (k *kindStat) merge(o kindStat) {
	k.events += o.events
	k.fields |= o.fields
	if o.from.Set && (!k.from.Set || o.from.Before(k.from)) {
		k.from = o.from
	}
	if o.to.Set && (!k.to.Set || k.to.Before(o.to)) {
		k.to = o.to
	}
}

// deduper is the second pass: each record ID once, in its canonical copy,
// handed to the record-scope detectors and to every account, origin and
// settings spill that it belongs to.
type deduper struct {
	in       *Input
	accounts *accounts
	facts    *detect.Facts
	records  *spill
	byAcct   *spill // by account index, time, record ID
	byOrigin *spill // by network, time, record ID: sign-ins of users
	settings *spill // by time, record ID: changes of settings, rights and rules
	seed     maphash.Seed
	auditing auditing

	mu      sync.Mutex
	kinds   [evict.KindCount]kindStat
	stats   []itemStats
	service int
	drafts  []pending // of record-scope detectors
	latest  evict.Time
}

// dedupeWorker is one worker's own counts, merged at the end.
type dedupeWorker struct {
	d        *deduper
	kinds    [evict.KindCount]kindStat
	stats    []itemStats
	service  int
	latest   evict.Time
	watchers []watching
	event    evict.Event
	buf      []byte
	rest     []byte
	indexes  []int32
}

func (d *deduper) run(workers int, progress func(done int)) error {
	var done int
	return parallel(workers, partitions, func(next func() (int, bool)) error {
		w := &dedupeWorker{d: d, stats: make([]itemStats, len(d.in.Items))}
		var found []pending
		w.watchers = startWatchers(d.in.Detectors, func(x *detect.Detector) bool { return x.Scope == detect.RecordScope }, &detect.View{Facts: d.facts, Same: func(a, b evict.Principal) bool { return a == b }}, func(p pending) { found = append(found, p) })
		for p, ok := next(); ok; p, ok = next() {
			if err := w.partition(p); err != nil {
				return err
			}
			d.records.drop(p)
			d.mu.Lock()
			done++
			progress(done)
			d.mu.Unlock()
		}
		endWatchers(w.watchers)
		d.mu.Lock()
		defer d.mu.Unlock()
		for k := range w.kinds {
			d.kinds[k].merge(w.kinds[k])
		}
		for i := range w.stats {
			d.stats[i].merge(&w.stats[i])
		}
		d.service += w.service
		d.drafts = append(d.drafts, found...)
		if d.latest.Before(w.latest) || !d.latest.Set {
			d.latest = w.latest
		}
		return nil
	})
}

// copyKey is what stands behind a record ID in the key: a zero, whether the
// copy is damaged, and the hash of its content.
const copyKey = 1 + 1 + 8

// content is the part of a copy's key that tells its content: the hash without
// its top byte, in which decoders of sign-ins and directory audits say how poor
// the copy is, so that the richest stands first.
func content(rest []byte) []byte { return rest[len(rest)-7:] }

// partition goes through one partition. Copies of one record ID stand
// together, the undamaged first and then by content hash: the first is the
// canonical one.
func (w *dedupeWorker) partition(p int) error {
	var id []byte   // of the group
	var rest []byte // of the canonical copy
	var canonical []byte
	conflict := false
	flush := func() error {
		if canonical == nil {
			return nil
		}
		return w.canonical(canonical, conflict)
	}
	err := w.d.records.sorted(p, func(e entry) error {
		n := len(e.Rest) - copyKey
		if canonical != nil && bytes.Equal(id, e.Rest[:n]) {
			same := bytes.Equal(content(rest), content(e.Rest))
			conflict = conflict || !same
			return w.copy(e.Payload, same)
		}
		if err := flush(); err != nil {
			return err
		}
		id = append(id[:0], e.Rest[:n]...)
		rest = append(rest[:0], e.Rest...)
		canonical = append(canonical[:0], e.Payload...)
		conflict = false
		return nil
	})
	if err != nil {
		return err
	}
	return flush()
}

// copy counts a further copy of a record against the item that holds it.
func (w *dedupeWorker) copy(payload []byte, same bool) error {
	if err := decodeEvent(payload, &w.event); err != nil {
		return err
	}
	st := &w.stats[w.event.Ref.Item]
	if same {
		st.Duplicates++
	} else {
		st.Conflicts++
	}
	return nil
}

func (w *dedupeWorker) canonical(payload []byte, conflict bool) error {
	e := &w.event
	if err := decodeEvent(payload, e); err != nil {
		return err
	}
	if conflict {
		e.Flags |= evict.Conflict
	}
	changed := conflict
	if t := w.d.accounts.in(e.Tenant); t != e.Tenant {
		e.Tenant, changed = t, true
	}
	w.stats[e.Ref.Item].Events++
	k := &w.kinds[e.Kind]
	k.merge(kindStat{events: 1, from: e.Time, to: e.Time, fields: fieldsOf(e)})
	if e.Flags&evict.Observed == 0 && e.Time.Set && (!w.latest.Set || w.latest.Before(e.Time)) {
		w.latest = e.Time
	}
	if e.Flags&evict.ServiceNoise != 0 {
		w.service++
		return nil
	}
	changed = w.place(e) || changed
	changed = w.name(e) || changed
	if !w.d.in.declared(e) {
		watch(w.watchers, e, spotOf(e, false))
	}
	w.buf = append(w.buf[:0], 0)
	if changed {
		w.buf = encodeEvent(w.buf, e)
	} else {
		w.buf = append(w.buf, payload...)
	}
	return w.spread(e)
}

// name replaces a mailbox alias of a cmdlet or dump by the account's name,
// where only one account can be meant, and reports whether it did.
func (w *dedupeWorker) name(e *evict.Event) bool {
	switch e.Kind {
	case evict.AdminAudit, evict.RuleState, evict.MailboxState, evict.ProtocolState, evict.RightState:
	default:
		return false
	}
	changed := false
	for i := range e.Subjects {
		s := &e.Subjects[i]
		if s.Who.Kind != evict.Name || s.Part == evict.Application {
			continue
		}
		if k := w.d.accounts.alias(e.Tenant, s.Who.ID); k >= 0 {
			if s.Label == "" {
				s.Label = s.Who.ID
			}
			s.Who = evict.Principal{Kind: evict.UPN, ID: w.d.accounts.list[k].name}
			changed = true
		}
	}
	return changed
}

// place fills the place of an address from the operator's database, if there
// is one, and reports whether it did.
func (w *dedupeWorker) place(e *evict.Event) bool {
	if w.d.in.Places == nil || !e.Origin.Addr.IsValid() || e.Origin.Place != (evict.Place{}) {
		return false
	}
	e.Origin.Place = w.d.in.Places(e.Origin.Addr)
	return true
}

// spread writes the event, whose compact form is in buf behind one byte, to
// each spill that it belongs to.
func (w *dedupeWorker) spread(e *evict.Event) error {
	actor := w.d.accounts.resolve(e.Tenant, e.Actor, e.Time)
	w.indexes = w.indexes[:0]
	join := func(i int32) {
		for _, have := range w.indexes {
			if have == i {
				return
			}
		}
		if i >= 0 {
			w.indexes = append(w.indexes, i)
		}
	}
	join(actor)
	for i := range e.Subjects {
		s := &e.Subjects[i]
		if s.Part == evict.Application || s.Part == evict.Recipient && e.Kind != evict.MessageTrace && e.Kind != evict.TeamsAudit {
			continue
		}
		join(w.d.accounts.resolve(e.Tenant, s.Who, e.Time))
	}
	when := timeKey(e.Time)
	for _, i := range w.indexes {
		w.buf[0] = 0
		if i == actor {
			w.buf[0] = 1
		}
		w.rest = append(w.rest[:0], e.ID...)
		if err := w.d.byAcct.add(int(i)%partitions, key{uint64(i), when, w.rest}, w.buf); err != nil {
			return err
		}
	}
	if isLogin(e.Kind) && e.Origin.Addr.IsValid() && !foreignToNobody(e.Origin.Addr) {
		if actor >= 0 {
			e.Actor = evict.Principal{Kind: evict.UPN, ID: w.d.accounts.list[actor].name}
		}
		w.buf = encodeEvent(append(w.buf[:0], 0), e)
		net := e.Origin.Network().String()
		h := maphash.String(w.d.seed, net)
		w.rest = append(append(append(w.rest[:0], net...), 0), e.ID...)
		return w.d.byOrigin.add(int(h%partitions), key{h, when, w.rest}, w.buf)
	}
	if isSetting(e) {
		w.d.auditing.note(e)
		if actor >= 0 {
			e.Actor = evict.Principal{Kind: evict.UPN, ID: w.d.accounts.list[actor].name}
			w.buf = encodeEvent(append(w.buf[:0], 0), e)
		}
		w.rest = append(w.rest[:0], e.ID...)
		return w.d.settings.add(0, key{when, 0, w.rest}, w.buf)
	}
	return nil
}

// isSetting reports whether tenant-scope detectors see the event: changes of
// settings, rights, rules and the directory, and the state of mail flow.
func isSetting(e *evict.Event) bool {
	switch e.Kind {
	case evict.AdminAudit, evict.DirectoryAudit, evict.FlowState, evict.RestrictedState, evict.AlertLog:
		return true
	}
	_, rule := e.Detail.(*evict.Rule)
	return rule
}

// timeKey orders times; an unknown time sorts last, as a dump's state does.
func timeKey(t evict.Time) uint64 {
	if !t.Set {
		return math.MaxUint64
	}
	return uint64(t.Nano) ^ 1<<63
}

// declared reports whether the event is declared work, and so no evidence.
func (in *Input) declared(e *evict.Event) bool {
	for i := range in.Work {
		if in.Work[i].covers(e) {
			return true
		}
	}
	return false
}

// application is the form of an ID of Microsoft's.
var application = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

func (w *Work) covers(e *evict.Event) bool {
	if e.Flags&evict.Observed != 0 || w.From.Set && e.Time.Before(w.From) || w.To.Set && w.To.Before(e.Time) || !e.Time.Set {
		return false
	}
	if w.Account != "" && !touches(e, w.Account) {
		return false
	}
	if w.SignIns {
		_, is := e.Detail.(*evict.SignIn)
		return is && strings.EqualFold(e.Origin.AppID, w.By)
	}
	if w.Risk {
		r, is := e.Detail.(*evict.Risk)
		return is && strings.HasPrefix(strings.ToLower(r.Reason), "admin")
	}
	if strings.Contains(w.By, "@") {
		return e.Actor.Kind == evict.UPN && strings.EqualFold(e.Actor.ID, w.By)
	}
	if application.MatchString(w.By) {
		return strings.EqualFold(e.Actor.ID, w.By) || strings.EqualFold(e.Origin.AppID, w.By) && !e.Actor.IsPerson()
	}
	// Somebody without an account name: whoever worked on the account, but not the account itself.
	return w.Account != "" && e.Actor.IsPerson() && !strings.EqualFold(e.Actor.ID, w.Account)
}

func touches(e *evict.Event, account string) bool {
	if strings.EqualFold(e.Actor.ID, account) {
		return true
	}
	for i := range e.Subjects {
		if strings.EqualFold(e.Subjects[i].Who.ID, account) {
			return true
		}
		for _, a := range e.Subjects[i].Aliases {
			if strings.EqualFold(a.ID, account) {
				return true
			}
		}
	}
	return false
}

// parallel runs work in so many goroutines over the units 0..n-1, each taken
// once, and returns the first error.
func parallel(workers, n int, work func(next func() (int, bool)) error) error {
	var mu sync.Mutex
	unit := 0
	var first error
	next := func() (int, bool) {
		mu.Lock()
		defer mu.Unlock()
		if unit >= n || first != nil {
			return 0, false
		}
		unit++
		return unit - 1, true
	}
	var wg sync.WaitGroup
	for range max(1, workers) {
		wg.Go(func() {
			if err := work(next); err != nil {
				mu.Lock()
				if first == nil {
					first = err
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return first
}

// originName cuts the network from the key of an origin's entry.
func originName(rest []byte) string {
	return string(rest[:bytes.IndexByte(rest, 0)])
}
