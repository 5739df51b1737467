// Package timeline turns evidence into an investigation by passes in bounded
// memory: decode once and spill by record ID; deduplicate and spill by account
// and by origin; read each account once for strands, habits and seeds; then,
// with what all accounts together show, once more for the verdict.
// docs/decisions/0002 says why in this order.
package timeline

import (
	"cmp"
	"context"
	"fmt"
	"hash/maphash"
	"slices"
	"strings"

	"evict"
	"evict/internal/detect"
	"evict/internal/verdict"
)

// Run investigates the evidence. The answer depends on nothing but the input,
// whatever the order of items and records and the number of workers.
func Run(ctx context.Context, in Input) (*evict.Investigation, error) {
	if len(in.Items) == 0 {
		if len(in.Problems) > 0 {
			return nil, fmt.Errorf("%w: %s: %s", ErrNoEvidence, in.Problems[0].Source, in.Problems[0].Reason)
		}
		return nil, ErrNoEvidence
	}
	// Of a record that several items hold, the item with the first name is told, however they came.
	in.Items = slices.SortedStableFunc(slices.Values(in.Items), func(a, b Item) int { return cmp.Compare(a.Name, b.Name) })
	in.Workers = max(1, in.Workers)
	memory := cmp.Or(in.Memory, defaultMemory)
	s := newScratch(in.Scratch, memory)
	defer s.remove()
	var size int64
	for _, it := range in.Items {
		size += max(0, it.Size)
	}
	if err := s.check(size); err != nil {
		return nil, err
	}

	r := &reader{in: &in, spill: newSpill(s, "records", partitions, maxLoad), seed: maphash.MakeSeed(), stats: make([]itemStats, len(in.Items))}
	names, err := r.read(ctx)
	if err != nil {
		return nil, err
	}
	accounts := names.build()
	facts := &detect.Facts{Domains: names.domains(), DefaultNames: map[string]bool{}, Known: in.Known}
	d := &deduper{
		in: &in, accounts: accounts, facts: facts, records: r.spill, seed: r.seed, stats: r.stats,
		byAcct: newSpill(s, "accounts", partitions, maxLoad), byOrigin: newSpill(s, "origins", partitions, maxLoad),
		settings: newSpill(s, "settings", 1, maxLoad),
	}
	err = d.run(in.Workers, func(done int) {
		if in.Progress != nil {
			in.Progress(Progress{Phase: "sorting", Done: done, Total: partitions})
		}
	})
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	j := &judge{
		in: &in, accounts: accounts, facts: facts, dedupe: d, histories: make([]*history, len(accounts.list)), overflow: map[string]string{},
		tenant: &verdict.Tenant{Facts: facts, MadeAccounts: map[string]verdict.Made{}, Declared: in.Workplaces, Symptoms: symptomsOf(in.Detectors)},
	}
	j.asOf = in.AsOf
	if !j.asOf.Set {
		j.asOf = d.latest
	}
	if in.Back > 0 {
		in.Since = j.asOf.Add(-in.Back)
	}
	var rejected evict.Rejected
	j.sources, rejected = r.sources()
	rejected.Count += len(in.Problems)
	rejected.First = append(rejected.First, in.Problems...)
	sortRejections(rejected.First)
	if err := j.anyEvidence(rejected); err != nil {
		return nil, err
	}
	j.rejects = rejected.Count
	j.cover = j.coverage()
	for _, step := range []func() error{j.first, j.barrier, j.second, j.settings} {
		if err := step(); err != nil {
			return nil, err
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	inv := j.conclude()
	inv.Rejected = rejected
	if in.Timeline != nil {
		err = j.timeline(inv)
	}
	return inv, err
}

// anyEvidence is an error when no item holds a record or an empty answer.
func (j *judge) anyEvidence(rejected evict.Rejected) error {
	for i := range j.sources {
		if j.sources[i].Format != "not evidence" && j.sources[i].Format != "" {
			return nil
		}
	}
	if len(rejected.First) > 0 {
		return fmt.Errorf("%w: %s: %s", ErrNoEvidence, rejected.First[0].Source, rejected.First[0].Reason)
	}
	return ErrNoEvidence
}

// domains are those of the tenant's own accounts, without free mail providers.
func (n *names) domains() map[string]bool {
	out := map[string]bool{}
	for k, s := range n.seen {
		if s.home && k.who.Kind == evict.UPN && !strings.Contains(k.who.ID, "#ext#") {
			if d := k.who.Domain(); d != "" && !detect.FreeMail(d) {
				out[d] = true
			}
		}
	}
	return out
}

func symptomsOf(ds []*detect.Detector) map[string][]int {
	out := map[string][]int{}
	for _, d := range ds {
		out[d.ID] = d.Symptoms
	}
	return out
}

// conclude judges every account with all that was found and writes the answer.
func (j *judge) conclude() *evict.Investigation {
	for _, h := range j.histories {
		if h != nil {
			h.account.Items = uniqueItems(append(h.account.Items, j.items(h, h.found)...))
			h.account.Activity = h.activity()
		}
	}
	j.attribute()
	j.exposeOthers()
	var judged []*verdict.Account
	for _, h := range j.histories {
		if h != nil {
			judged = append(judged, &h.account)
		}
	}
	j.tenant.TenantTrigger = verdict.Trigger(judged, j.loose)
	j.tenant.Exposed = verdict.Exposed(judged)

	inv := &evict.Investigation{
		Schema: evict.InvestigationSchema, Tool: evict.Tool{Version: j.in.Version, Detectors: len(j.in.Detectors)},
		Case: j.in.Case, Tenant: j.accounts.tenant, AsOf: j.asOf, Window: j.window(), Reported: j.in.Reported,
		Sources: j.sources, Accounts: []evict.Account{}, Findings: []evict.Finding{},
	}
	inv.Summary.Findings = map[string]int{}
	for _, h := range j.histories {
		if h != nil {
			j.account(inv, h)
		}
	}
	for _, it := range uniqueItems(j.loose) {
		if it.Severity >= j.in.Minimum {
			inv.Findings = append(inv.Findings, *it.Finding)
		}
	}
	slices.SortFunc(inv.Findings, compareFindings)
	inv.Money = j.money(j.histories)
	j.summarise(inv)
	return inv
}

// exposeOthers tells accounts whose mailboxes attackers' strands of other accounts opened.
func (j *judge) exposeOthers() {
	for _, h := range j.histories {
		if h == nil || h.outside == nil {
			continue
		}
		for i, s := range h.strands {
			if s.Verdict != evict.ByAttacker {
				continue
			}
			for mailbox, n := range h.outside[i] {
				k := j.accounts.resolve(h.account.Tenant, evict.Principal{Kind: evict.UPN, ID: mailbox}, s.From)
				if k >= 0 && j.histories[k] != nil {
					j.histories[k].account.OutsideReads += n
				}
			}
		}
	}
}

// account judges one account and lists it if there is something to say.
func (j *judge) account(inv *evict.Investigation, h *history) {
	h.account.Activity = h.activity()
	h.account.Checks = j.checks(h)
	a := verdict.Decide(&h.account, j.tenant)
	s := &inv.Summary
	s.Accounts++
	switch a.Verdict {
	case evict.Compromised:
		s.Compromised++
	case evict.Suspected:
		s.Suspected++
	case evict.Clear:
		s.Clear++
	default:
		s.Unknown++
	}
	s.Unplaced += a.Activity.Unplaced
	if !j.listed(&a) {
		return
	}
	for _, f := range a.Findings {
		if f.Subject.Kind == evict.OnTenant || f.Subject.Kind == evict.OnApplication || f.Subject.Kind == evict.OnOrigin {
			if f.Severity >= j.in.Minimum {
				inv.Findings = append(inv.Findings, f)
			}
		}
	}
	a.Findings = slices.DeleteFunc(a.Findings, func(f evict.Finding) bool {
		return f.Severity < j.in.Minimum || f.Subject.Kind == evict.OnTenant || f.Subject.Kind == evict.OnApplication || f.Subject.Kind == evict.OnOrigin
	})
	slices.SortFunc(a.Findings, compareFindings)
	inv.Accounts = append(inv.Accounts, a)
}

// listed reports whether an account stands in the answer: it has findings, was
// asked for, or is judged compromised or suspected.
func (j *judge) listed(a *evict.Account) bool {
	if j.askedFor(a.Account, a.ID) {
		return true
	}
	if a.Verdict == evict.Compromised || a.Verdict == evict.Suspected || a.Role != "" && a.Role != evict.TargetOnly {
		return true
	}
	return slices.ContainsFunc(a.Findings, func(f evict.Finding) bool { return f.Severity >= evict.Low })
}

// askedFor reports whether the operator named the account.
func (j *judge) askedFor(name, id string) bool {
	return slices.ContainsFunc(j.in.Accounts, func(want string) bool { return strings.EqualFold(want, name) || strings.EqualFold(want, id) })
}

func compareFindings(a, b evict.Finding) int {
	return cmp.Or(cmp.Compare(b.Severity, a.Severity), cmp.Compare(a.Time.Nano, b.Time.Nano), cmp.Compare(a.Detector, b.Detector), cmp.Compare(a.ID, b.ID))
}

// checks says, detector by detector, how far this account could be looked at.
func (j *judge) checks(h *history) []verdict.Check {
	out := make([]verdict.Check, 0, len(j.in.Detectors))
	s := sight{&j.dedupe.kinds, h.account.Coverage.Kinds, h.habits.Valid}
	for _, d := range j.in.Detectors {
		over := h.overflow[d.ID]
		if over == "" {
			over = j.overflow[d.ID]
		}
		if over == "" && h.fullOfStrands {
			over = "more strands than are kept"
		}
		if over == "" && h.fullOfState {
			over = "more rules, rights and other settings than are followed"
		}
		out = append(out, s.check(d, over))
	}
	return out
}
