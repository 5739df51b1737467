package timeline

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"sync"

	"evict"
	"evict/internal/detect"
	"evict/internal/verdict"
)

// judge holds what the reads by account, the barrier and the last step share.
type judge struct {
	in       *Input
	asOf     evict.Time
	accounts *accounts
	facts    *detect.Facts
	tenant   *verdict.Tenant
	dedupe   *deduper
	cover    map[evict.Kind]verdict.KindCoverage
	rejects  int
	sources  []evict.Source

	histories []*history      // by account index
	loose     []*verdict.Item // about origins, applications and the tenant
	overflow  map[string]string
	lived     evict.Window // from the first to the last event that concerns an account
}

// eachAccount goes through every account of every partition, in parallel:
// start is called for an account, event for each of its events in time order,
// end after the last.
func (j *judge) eachAccount(phase string, start func(int32) (event func(*evict.Event, bool), end func())) error {
	var mu sync.Mutex
	done := 0
	order := j.dedupe.byAcct.largestFirst()
	return parallel(j.in.Workers, partitions, func(next func() (int, bool)) error {
		for n, ok := next(); ok; n, ok = next() {
			p := order[n]
			var e evict.Event
			current := int32(-1)
			var event func(*evict.Event, bool)
			end := func() {}
			err := j.dedupe.byAcct.sorted(p, func(x entry) error {
				if i := int32(x.A); i != current {
					end()
					current = i
					event, end = start(i)
				}
				if len(x.Payload) == 0 {
					return errSpill
				}
				if err := decodeEvent(x.Payload[1:], &e); err != nil {
					return err
				}
				event(&e, x.Payload[0] == 1)
				return nil
			})
			if err != nil {
				return err
			}
			end()
			mu.Lock()
			done++
			if j.in.Progress != nil {
				j.in.Progress(Progress{Phase: phase, Done: done, Total: partitions})
			}
			mu.Unlock()
		}
		return nil
	})
}

// first is the first read of every account.
func (j *judge) first() error {
	return j.eachAccount("reading accounts", func(i int32) (func(*evict.Event, bool), func()) {
		f := j.startFirst(i)
		return f.event, func() { j.histories[i] = f.end() }
	})
}

// barrier runs what needs all accounts: origin-scope detectors, workplaces,
// and the hands of the strands that the seeds convict.
func (j *judge) barrier() error {
	if err := j.origins(); err != nil {
		return err
	}
	j.distribute(j.dedupe.drafts)
	j.lived = j.livedIn()
	for _, h := range j.histories {
		if h != nil {
			h.account.Items = j.items(h, h.pending)
			h.prepare(j)
		}
	}
	var work verdict.Workplaces
	for _, h := range j.histories {
		if h != nil {
			verdict.Anchor(&h.account, j.tenant)
			work.Add(h.account.Name, h.strands)
		}
	}
	j.facts.Workplaces = work.Networks()
	j.tenant.Anchored, j.tenant.Crowds, j.tenant.Firm = work.Anchored(), work.Crowds(), work.Firm()
	j.facts.Applications = j.commonApps()
	j.facts.DefaultNames = j.administrators()
	j.tenant.SharedHosting = j.sharedProviders()
	j.attribute()
	return nil
}

// prepare fills what the rules need beside strands and items.
func (h *history) prepare(j *judge) {
	a := &h.account
	for _, r := range h.registers {
		a.Registered = append(a.Registered, verdict.Registration{Device: r.device, Strand: h.placer.place(r.spot), At: r.spot.time})
	}
	a.AsOf = j.asOf
	off := append(a.Coverage.AuditOff, j.dedupe.auditing.list()...)
	slices.Sort(off)
	off = slices.Compact(off)
	damaged := a.Coverage.Damaged
	a.Coverage = verdict.Coverage{Window: j.lived, Kinds: j.cover, Damaged: damaged, Rejects: j.rejects, Licence: j.in.Licence, AuditOff: off}
	if j.aside(a) {
		a.Coverage.Aside, a.Coverage.Kinds = true, j.coverAside()
	}
	name := strings.ToLower(a.Name)
	a.Answers, a.Overrules = j.in.Answers[name], j.in.Overrules[name]
	if j.in.Reported != nil && (len(j.in.Accounts) == 0 || j.askedFor(a.Name, a.ID)) {
		a.Reported = j.in.Reported
	}
	h.habits = h.sketch.habits(verdict.FirstTrouble(a))
}

// livedIn is the span in which accounts were seen. Microsoft's own work before
// it shows nothing of them: an export of the whole log and a collection of all
// accounts speak of the same window.
func (j *judge) livedIn() evict.Window {
	var w evict.Window
	for _, h := range j.histories {
		if h == nil || !h.account.FirstSeen.Set {
			continue
		}
		if a := &h.account; !w.From.Set || a.FirstSeen.Before(w.From) {
			w.From = a.FirstSeen
		}
		if a := &h.account; !w.To.Set || w.To.Before(a.LastSeen) {
			w.To = a.LastSeen
		}
	}
	if !w.From.Set {
		return j.window()
	}
	return w
}

func (j *judge) window() evict.Window {
	var w evict.Window
	for k := range j.dedupe.kinds {
		ks := &j.dedupe.kinds[k]
		if ks.from.Set && (!w.From.Set || ks.from.Before(w.From)) {
			w.From = ks.from
		}
		if ks.to.Set && (!w.To.Set || w.To.Before(ks.to)) {
			w.To = ks.to
		}
	}
	return w
}

// attribute ties strands to owners and attackers, first by each account's own
// evidence, then once more with the hands seen elsewhere (C7, one step).
func (j *judge) attribute() {
	j.tenant.Hands = nil
	for _, h := range j.histories {
		if h != nil {
			verdict.Anchor(&h.account, j.tenant)
			verdict.Attribute(&h.account, j.tenant)
		}
	}
	var hands []verdict.Hand
	for _, h := range j.histories {
		if h != nil {
			hands = append(hands, verdict.Hands(&h.account)...)
		}
	}
	slices.SortFunc(hands, func(x, y verdict.Hand) int {
		return cmp.Or(cmp.Compare(x.Account, y.Account), cmp.Compare(x.Strand, y.Strand))
	})
	j.tenant.Hands = hands
	j.madeAccounts()
	hostile := map[string]string{}
	for _, hd := range hands {
		if hd.Prefix.IsValid() {
			if n := hd.Prefix.String(); hostile[n] == "" {
				hostile[n] = "attacker's strand of " + hd.Account
			}
		}
	}
	j.facts.Hostile = hostile
	for _, h := range j.histories {
		if h != nil {
			verdict.Anchor(&h.account, j.tenant)
			verdict.Attribute(&h.account, j.tenant)
		}
	}
}

// madeAccounts says by whose strand accounts were made (C11).
func (j *judge) madeAccounts() {
	made := map[string]verdict.Made{}
	for _, h := range j.histories {
		if h == nil {
			continue
		}
		for _, m := range h.makes {
			s := h.placer.place(m.spot)
			v := verdict.Made{By: h.account.Name, At: m.at, Record: evict.Ref{Source: j.in.Items[m.ref.Ref.Item].Name, Record: m.ref.ID, Role: "cause"}}
			if s == nil {
				s = h.placer.attackers(m.spot.time)
			}
			if s != nil {
				v.Strand, v.ByAttacker = s.ID, s.Verdict == evict.ByAttacker
			}
			for _, p := range m.who {
				for _, k := range []string{strings.ToLower(p.ID), j.nameOf(h.account.Tenant, p, m.at)} {
					if have, ok := made[k]; k != "" && (!ok || v.ByAttacker && !have.ByAttacker) {
						made[k] = v
					}
				}
			}
		}
	}
	j.tenant.MadeAccounts = made
}

func (j *judge) nameOf(t evict.TenantID, p evict.Principal, at evict.Time) string {
	if i := j.accounts.resolve(t, p, at); i >= 0 {
		return strings.ToLower(j.accounts.list[i].name)
	}
	return ""
}

// commonApps are the applications that three or more accounts used.
func (j *judge) commonApps() map[string]bool {
	users := map[string]int{}
	for _, h := range j.histories {
		if h != nil {
			for app := range h.habits.Apps {
				users[app]++
			}
		}
	}
	out := map[string]bool{}
	for app, n := range users {
		if n >= 3 {
			out[app] = true
		}
	}
	return out
}

// administrators are the lower-cased local parts of accounts that hold or held a role.
func (j *judge) administrators() map[string]bool {
	out := map[string]bool{}
	for _, h := range j.histories {
		if h != nil && h.account.Administrator {
			local, _, _ := strings.Cut(strings.ToLower(h.account.Name), "@")
			out[local] = true
		}
	}
	return out
}

// sharedProviders counts, by provider, the accounts that used it on three or more days.
func (j *judge) sharedProviders() map[uint32]int {
	out := map[uint32]int{}
	for _, h := range j.histories {
		if h == nil {
			continue
		}
		for asn, days := range h.habits.Providers {
			if days >= 3 {
				out[asn]++
			}
		}
	}
	return out
}

// origins runs the origin-scope detectors over the sign-ins of each network.
func (j *judge) origins() error {
	var mu sync.Mutex
	var drafts []pending
	sprayers := map[string]string{}
	err := parallel(j.in.Workers, partitions, func(next func() (int, bool)) error {
		for p, ok := next(); ok; p, ok = next() {
			var found []pending
			var ws []watching
			network := ""
			var e evict.Event
			err := j.dedupe.byOrigin.sorted(p, func(x entry) error {
				if n := originName(x.Rest); n != network || ws == nil {
					endWatchers(ws)
					network = n
					ws = startWatchers(j.in.Detectors, func(d *detect.Detector) bool { return d.Scope == detect.OriginScope },
						&detect.View{Network: network, Facts: j.facts, Same: func(a, b evict.Principal) bool { return a == b }}, func(p pending) { found = append(found, p) })
				}
				if err := decodeEvent(x.Payload[1:], &e); err != nil {
					return err
				}
				if !j.in.declared(&e) {
					watch(ws, &e, spotOf(&e, false))
				}
				return nil
			})
			if err != nil {
				return err
			}
			endWatchers(ws)
			j.dedupe.byOrigin.drop(p)
			mu.Lock()
			drafts = append(drafts, found...)
			for i := range ws {
				if ws[i].overflow != "" {
					j.overflow[ws[i].detector.ID] = ws[i].overflow
				}
			}
			for _, f := range found {
				if f.draft.Subject.Kind == evict.OnOrigin && len(f.draft.Cause) > 0 {
					sprayers[f.draft.Subject.ID] = string(f.draft.Cause[0].ID)
				}
			}
			mu.Unlock()
		}
		return nil
	})
	j.facts.Sprayers = sprayers
	j.distribute(drafts)
	return err
}

// distribute gives drafts to the account whose identity they concern; those
// that concern none stay loose.
func (j *judge) distribute(drafts []pending) {
	for _, p := range drafts {
		i := int32(-1)
		if p.draft.Actor.IsPerson() {
			i = j.accounts.resolve(j.accounts.in(p.tenant), p.draft.Actor, p.draft.Time)
		}
		if i < 0 || j.histories[i] == nil {
			j.loose = append(j.loose, &verdict.Item{Finding: j.finding(p, "")})
			continue
		}
		h := j.histories[i]
		// The record was not met in this account's history here: place it by
		// what the draft knows. The act is the account's own.
		p.spot.mine = true
		h.pending = append(h.pending, p)
	}
}

// second is the second read of every account.
func (j *judge) second() error {
	return j.eachAccount("judging accounts", func(i int32) (func(*evict.Event, bool), func()) {
		s := j.startSecond(j.histories[i])
		return s.event, s.end
	})
}

// settings runs the tenant-scope detectors over the changes of settings.
func (j *judge) settings() error {
	var found []pending
	ws := startWatchers(j.in.Detectors, func(d *detect.Detector) bool { return d.Scope == detect.TenantScope },
		&detect.View{Tenant: j.accounts.tenant, Facts: j.facts, Same: func(a, b evict.Principal) bool { return a == b }}, func(p pending) { found = append(found, p) })
	var e evict.Event
	err := j.dedupe.settings.sorted(0, func(x entry) error {
		if err := decodeEvent(x.Payload[1:], &e); err != nil {
			return err
		}
		if !j.in.declared(&e) {
			watch(ws, &e, spotOf(&e, false))
		}
		return nil
	})
	endWatchers(ws)
	for i := range ws {
		if ws[i].overflow != "" {
			j.overflow[ws[i].detector.ID] = ws[i].overflow
		}
	}
	for i := range found { // its network places an act with an address of its own
		p := &found[i]
		k := int32(-1)
		if p.draft.Actor.IsPerson() {
			k = j.accounts.resolve(j.accounts.in(p.tenant), p.draft.Actor, p.draft.Time)
		}
		if k >= 0 && j.histories[k] != nil {
			p.spot.mine = true
			j.histories[k].found = append(j.histories[k].found, *p)
		} else {
			j.loose = append(j.loose, &verdict.Item{Finding: j.finding(*p, "")})
		}
	}
	return err
}

// items makes the account's items from drafts: each gets its strand, and a
// draft that another account's history also gave stands once, there.
func (j *judge) items(h *history, drafts []pending) []*verdict.Item {
	var out []*verdict.Item
	for _, p := range drafts {
		own := p.draft.Placeless || p.state || !p.draft.Actor.IsPerson()
		if !own && j.accounts.resolve(h.account.Tenant, p.draft.Actor, p.draft.Time) != h.index {
			continue // told in the actor's own history
		}
		f := j.finding(p, h.account.Name)
		if j.in.Since.Set && f.Time.Set && f.Time.Before(j.in.Since) {
			continue
		}
		it := &verdict.Item{Finding: f, NoHonestPurpose: p.draft.NoHonestPurpose, Placeless: p.draft.Placeless, StateOnly: p.state}
		if !own {
			it.Strand = h.placer.place(p.spot)
			it.Sides = h.sides(p.draft.Cause, it.Strand)
			it.Origin = p.origin
			if it.Strand == nil && len(it.Sides) > 0 {
				it.Strand, it.Sides = it.Sides[0], it.Sides[1:]
			}
		}
		out = append(out, it)
	}
	return uniqueItems(out)
}

// sides are the strands, other than one, that the causes stand in by their own address.
func (h *history) sides(cause []detect.Evidence, other *verdict.Strand) []*verdict.Strand {
	var out []*verdict.Strand
	for _, c := range cause {
		if !c.Network.IsValid() || foreignToNobody(c.Network.Addr()) {
			continue
		}
		s := h.placer.at(spot{time: c.At, session: c.Session, net: c.Network})
		if s != nil && s != other && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b *verdict.Strand) int { return cmp.Compare(h.place[a], h.place[b]) })
	return out
}

// uniqueItems sorts items and drops those with an identifier seen before.
func uniqueItems(in []*verdict.Item) []*verdict.Item {
	slices.SortFunc(in, func(a, b *verdict.Item) int {
		return cmp.Or(
			cmp.Compare(a.Time.Nano, b.Time.Nano), cmp.Compare(a.Detector, b.Detector), cmp.Compare(a.ID, b.ID),
			cmp.Compare(b.Grade, a.Grade), cmp.Compare(a.Summary, b.Summary))
	})
	seen := map[string]bool{}
	return slices.DeleteFunc(in, func(i *verdict.Item) bool {
		dup := seen[i.ID]
		seen[i.ID] = true
		return dup
	})
}

// finding gives a draft its identity; account is the history's that it stands
// in, or "" for none.
func (j *judge) finding(p pending, account string) *evict.Finding {
	d, det := &p.draft, p.detector
	f := &evict.Finding{
		Detector: det.ID, Revision: det.Rev, Subject: d.Subject, Target: d.Target, Time: d.Time, Lifetime: d.Lifetime,
		Summary: d.Summary, Item: cmp.Or(d.Item, det.Item), Grade: d.Grade, Family: d.Family, Question: d.Question,
		Symptoms: d.Symptoms, Techniques: d.Techniques, Actions: det.Actions, Attribution: evict.Unplaced, Left: d.Left,
	}
	if f.Symptoms == nil {
		f.Symptoms = det.Symptoms
	}
	if f.Techniques == nil {
		f.Techniques = det.Techniques
	}
	for _, s := range []*[]int{&f.Symptoms} {
		if *s == nil {
			*s = []int{}
		}
	}
	if f.Techniques == nil {
		f.Techniques = []string{}
	}
	f.Actor = account
	if account == "" && d.Actor.ID != "" {
		f.Actor = cmp.Or(j.nameOf(j.accounts.in(p.tenant), d.Actor, d.Time), d.Actor.ID)
	}
	if f.Subject.Kind == "" {
		f.Subject = evict.FindingSubject{Kind: evict.OnAccount, ID: cmp.Or(account, f.Actor)}
	}
	if f.Subject.Kind == evict.OnTenant && f.Subject.ID == "" {
		f.Subject.ID = string(j.accounts.in(p.tenant))
	}
	cause := make([]evict.RecordID, 0, len(d.Cause))
	for _, c := range d.Cause {
		cause = append(cause, c.ID)
	}
	f.ID = evict.FindingID(det.ID, f.Subject, cause)
	f.Evidence = j.evidence(d)
	f.EvidenceTotal = max(d.Total, len(d.Cause)+len(d.Context))
	f.Severity = looseSeverity(f.Grade)
	return f
}

// looseSeverity is that of a finding that no strand is weighed for.
func looseSeverity(g evict.Grade) evict.Severity {
	switch g {
	case evict.Conclusive:
		return evict.Critical
	case evict.Strong:
		return evict.Medium // without context of a strand
	case evict.Indicative:
		return evict.Low
	}
	return evict.Info
}

func (j *judge) evidence(d *detect.Draft) []evict.Ref {
	out := make([]evict.Ref, 0, len(d.Cause)+len(d.Context))
	add := func(list []detect.Evidence, role string) {
		list = slices.Clone(list)
		slices.SortStableFunc(list, func(a, b detect.Evidence) int { return cmp.Compare(a.ID, b.ID) })
		list = slices.CompactFunc(list, func(a, b detect.Evidence) bool { return a.ID == b.ID })
		for _, e := range list {
			if len(out) >= evict.MaxEvidence {
				return
			}
			out = append(out, evict.Ref{Source: j.in.Items[e.Ref.Item].Name, Record: e.ID, Role: role})
		}
	}
	add(d.Cause, "cause")
	add(d.Context, "context")
	return out
}

// ErrNoEvidence means that nothing was given, or nothing of it is evidence in a form that is read.
var ErrNoEvidence = errors.New("nothing that was given is evidence")
