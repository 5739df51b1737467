package timeline

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"evict"
	"evict/internal/verdict"
)

// summarise fills counts, the head line, methods, and what could not be seen.
func (j *judge) summarise(inv *evict.Investigation) {
	s := &inv.Summary
	s.Listed = len(inv.Accounts)
	s.Service = j.dedupe.service
	s.Incomplete = []string{}
	for i := range inv.Sources {
		src := &inv.Sources[i]
		s.Records += src.Records
		s.Events += src.Events
		s.Duplicates += src.Duplicates
		s.Conflicts += src.Conflicts
		s.Damaged += src.Damaged
		if !src.Complete {
			s.Incomplete = append(s.Incomplete, fmt.Sprintf("%s: %s", src.Name, cmp.Or(src.Why, "coverage is not stated")))
		}
		if n := j.dedupe.stats[i].undated; n > 0 {
			s.Incomplete = append(s.Incomplete, fmt.Sprintf("%s: no time could be read in %d of its %d records, which so stand in no strand and in no window", src.Name, n, src.Records))
		}
	}
	for _, name := range j.in.Accounts {
		if !slices.ContainsFunc(inv.Accounts, func(a evict.Account) bool { return strings.EqualFold(name, a.Account) || strings.EqualFold(name, a.ID) }) {
			s.Incomplete = append(s.Incomplete, fmt.Sprintf("%s was asked for, and the evidence has no act, sign-in or state of it; %s", name, notAnAccount))
		}
	}
	if j.rejects > 0 {
		s.Incomplete = append(s.Incomplete, fmt.Sprintf("%d pieces of the evidence could not be read", j.rejects))
	}
	if s.Damaged > 0 {
		s.Incomplete = append(s.Incomplete, fmt.Sprintf("%d records are damaged and were read in part", s.Damaged))
	}
	if s.Conflicts > 0 {
		s.Incomplete = append(s.Incomplete, fmt.Sprintf("%d records share an Id with a record of other content", s.Conflicts))
	}
	count := func(f evict.Finding) { s.Findings[f.Severity.String()]++ }
	for _, f := range inv.Findings {
		count(f)
	}
	for i := range inv.Accounts {
		for _, f := range inv.Accounts[i].Findings {
			count(f)
		}
	}
	inv.Headline = j.headline(inv)
	inv.Methods = evict.Methods{Thresholds: verdict.Thresholds(), Places: cmp.Or(j.in.PlacesName, "as the sign-in records say"), Unverified: unverified}
}

// notAnAccount says why a name that the evidence does hold may be no account.
const notAnAccount = "a name that stands only in mail or in failed sign-ins makes no account"

func (j *judge) headline(inv *evict.Investigation) string {
	var lead string
	if j.tenant.TenantTrigger != "" {
		lead = "The tenant is in question, not one account: " + j.tenant.TenantTrigger + ". "
	}
	s := &inv.Summary
	var parts []string
	for _, p := range []struct {
		n    int
		word string
	}{{s.Compromised, "compromised"}, {s.Suspected, "suspected"}, {s.Clear, "clear"}, {s.Unknown, "unknown"}} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.word))
		}
	}
	if len(parts) == 0 {
		return lead + "No account is seen in the evidence; " + notAnAccount + "."
	}
	if named := compromised(inv); len(named) > 0 && len(named) <= 2 {
		lead += strings.Join(named, " and ") + map[int]string{1: " is", 2: " are"}[len(named)] + " compromised. "
	}
	noun := "accounts"
	if s.Accounts == 1 {
		noun = "account"
	}
	return lead + fmt.Sprintf("%d %s: %s.", s.Accounts, noun, strings.Join(parts, ", "))
}

// compromised names the compromised accounts, in the order of the list.
func compromised(inv *evict.Investigation) []string {
	var out []string
	for i := range inv.Accounts {
		if inv.Accounts[i].Verdict == evict.Compromised {
			out = append(out, inv.Accounts[i].Account)
		}
	}
	return out
}

// unverified lists assumptions about Microsoft's formats that nobody could confirm.
var unverified = []string{
	"audit log times without a zone are UTC (documented by Microsoft, not provable from a file)",
	"the words for forwarding actions in UpdateInboxRules",
	"column names of portal exports after 2026-01 and of summary message traces",
	"rules that Outlook hid from Graph are missing from a messageRules dump",
}

// timeline writes every event of the listed accounts, in order, as rows.
func (j *judge) timeline(inv *evict.Investigation) error {
	findings := map[string]map[evict.RecordID][]string{}
	for i := range inv.Accounts {
		by := map[evict.RecordID][]string{}
		for _, f := range inv.Accounts[i].Findings {
			for _, e := range f.Evidence {
				if e.Role == "cause" {
					by[e.Record] = append(by[e.Record], f.Detector)
				}
			}
		}
		findings[inv.Accounts[i].Account] = by
	}
	var order []int32
	for _, h := range j.histories {
		if h != nil && findings[h.account.Name] != nil {
			order = append(order, h.index)
		}
	}
	slices.Sort(order)
	for _, i := range order {
		if err := j.accountRows(j.histories[i], findings[j.histories[i].account.Name]); err != nil {
			return err
		}
	}
	return nil
}

func (j *judge) accountRows(h *history, findings map[evict.RecordID][]string) error {
	w := newWeaver(h.account.Name)
	var e evict.Event
	return j.dedupe.byAcct.sorted(int(h.index)%partitions, func(x entry) error {
		if int32(x.A) != h.index {
			return nil
		}
		if err := decodeEvent(x.Payload[1:], &e); err != nil {
			return err
		}
		mine := x.Payload[0] == 1
		at := spotOf(&e, mine)
		if mine {
			at.own = w.add(&e)
		}
		return j.in.Timeline(j.row(h, &e, h.placer.place(at), findings))
	})
}

func (j *judge) row(h *history, e *evict.Event, s *verdict.Strand, findings map[evict.RecordID][]string) Row {
	r := Row{
		Account: h.account.Name, Actor: cmp.Or(j.nameOf(e.Tenant, e.Actor, e.Time), e.Actor.ID), Time: e.Time, Op: e.Op, Kind: e.Kind.String(),
		Outcome: e.Outcome.String(), Record: e.ID, Source: j.in.Items[e.Ref.Item].Name, Attribution: evict.Unplaced, Findings: findings[e.ID],
	}
	if e.Origin.Addr.IsValid() {
		r.Address, r.Network = e.Origin.Addr.String(), e.Origin.Network().String()
	}
	if s != nil {
		r.Strand, r.Attribution = s.ID, s.Verdict
	}
	if j.in.declared(e) {
		r.Attribution = evict.ByResponder
	}
	r.Message = told(e)
	return r
}

// told is one line for a person: what was done, on what.
func told(e *evict.Event) string {
	parts := []string{e.Op}
	for i := range e.Subjects {
		s := &e.Subjects[i]
		if n := cmp.Or(s.Label, s.Who.ID); n != "" {
			parts = append(parts, s.Part.String()+" "+n)
		}
	}
	switch d := e.Detail.(type) {
	case *evict.SignIn:
		if d.App != "" {
			parts = append(parts, "to "+d.App)
		}
		if d.Error > 0 {
			parts = append(parts, fmt.Sprintf("error %d", d.Error))
		}
	case *evict.Rule:
		parts = append(parts, fmt.Sprintf("rule %q", d.Rule.Name))
	case *evict.Sent:
		parts = append(parts, fmt.Sprintf("subject %q", d.Message.Subject))
	case *evict.File:
		parts = append(parts, d.Name)
	}
	if e.Outcome == evict.Failure {
		parts = append(parts, "(failed)")
	}
	return strings.Join(parts, " · ")
}
