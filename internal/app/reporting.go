package app

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"evict"
	"evict/internal/casefile"
	"evict/internal/casefile/disk"
	"evict/internal/gate"
	"evict/internal/respond"
	"evict/internal/timeline"
)

// Report is the whole of a case: what its evidence says, and what was done about it. It opens the case without a lock and asks
// the tenant nothing. A case without evidence, made to contain at once, is told by its response alone.
func Report(ctx context.Context, o Options) (*evict.Report, error) {
	c, err := readCase(o.Case)
	if err != nil {
		return nil, err
	}
	entries, err := c.Journal().Entries()
	if err != nil {
		return nil, err
	}
	inv, err := Investigate(ctx, o)
	if errors.Is(err, timeline.ErrNoEvidence) {
		inv, err = notInvestigated(c, err), nil
	}
	if err != nil {
		return nil, err
	}
	out := &evict.Report{Schema: evict.ReportSchema, Case: c.Meta().ID, Tenant: c.Meta().Tenant, Investigation: *inv}
	out.Response, err = responseOf(ctx, c, entries, inv)
	return out, err
}

// readCase opens a case for reading, beside whoever works on it.
func readCase(folder string) (*casefile.Case, error) {
	if _, err := os.Stat(filepath.Join(folder, "case.json")); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s holds no case", ErrUsage, folder)
	}
	return casefile.OpenReadOnly(disk.OS{}, folder)
}

// notInvestigated is the answer on a case without evidence that can be read: it says nothing of anybody.
func notInvestigated(c *casefile.Case, problem error) *evict.Investigation {
	why := "no evidence was collected into this case, so nothing is known of what happened"
	if len(c.Items()) > 0 {
		why = problem.Error()
	}
	m := c.Meta()
	out := &evict.Investigation{Schema: evict.InvestigationSchema, Tool: evict.Tool{Version: Version}, Case: m.ID, Tenant: m.Tenant,
		Headline: "Nothing was investigated: " + why + ".", Summary: evict.Summary{Incomplete: []string{why}}}
	if m.Reported.At.Set || len(m.Reported.Symptoms) > 0 {
		out.Reported = &m.Reported
	}
	return out
}

// responseOf tells the response of a case from its journal and its plans.
func responseOf(ctx context.Context, c *casefile.Case, entries []gate.Entry, inv *evict.Investigation) (evict.Response, error) {
	var out evict.Response
	plans, err := plansOf(c, entries)
	if err != nil {
		return out, err
	}
	if n := len(entries); n > 0 {
		last := entries[n-1]
		out.AsOf, out.Entries, out.Journal = when(last.Time), last.Seq, last.Hash
	}
	said, err := claimed(ctx, c, approvedOf(plans, entries), entries, func(context.Context) (*evict.Investigation, error) { return inv, nil })
	if err != nil {
		return out, err
	}
	out.Ladder, out.Claim, out.Unseen = said.ladder, said.says, said.unseen
	byKind := map[string][]respond.Summary{}
	for _, p := range plans {
		record := recordOf(p, entries)
		out.Plans = append(out.Plans, record)
		if len(record.Approvals) > 0 {
			byKind[record.Kind] = append(byKind[record.Kind], respond.Standing(p, entries))
		}
	}
	standing := map[string]map[string]gate.StepState{}
	for _, kind := range []string{"respond", "recover", "undo"} {
		joined := respond.Join(byKind[kind]...)
		if kind != "recover" {
			joined = respond.GivenBack(joined, byKind["recover"]...)
		}
		for _, r := range joined.Steps {
			if standing[r.Plan] == nil {
				standing[r.Plan] = gate.Standing(entries, r.Plan)
			}
			step := stepRecord(kind, r, standing[r.Plan][r.Step.ID])
			step.Due = due(step.State, gate.Approvals(entries, r.Plan), r.Step.ID)
			out.Steps = append(out.Steps, step)
		}
	}
	out.Contained = containments(plans, out.Plans, byKind["respond"], inv)
	out.Log = acts(entries, plans)
	return out, nil
}

// when is a time of the journal; unset for the zero time.
func when(t time.Time) evict.Time {
	if t.IsZero() {
		return evict.Time{}
	}
	return evict.At(t.UTC(), evict.Second)
}

func recordOf(p gate.Plan, entries []gate.Entry) evict.PlanRecord {
	plan := p.Plan()
	out := evict.PlanRecord{Hash: p.Hash(), Kind: plan.Kind, Made: plan.Made, Accounts: plan.Accounts, Steps: len(plan.Steps), Skipped: plan.Skipped}
	for _, a := range gate.Approvals(entries, p.Hash()) {
		out.Approvals = append(out.Approvals, evict.Decision{Who: a.Who, Time: when(a.Time), Expires: when(a.Expires), Steps: a.Steps})
	}
	for _, c := range respond.Checks(p, entries) {
		out.Checks = append(out.Checks, evict.Recheck{At: when(c.At), Done: when(c.Done)})
	}
	return out
}

func stepRecord(kind string, r respond.StepResult, st gate.StepState) evict.StepRecord {
	out := evict.StepRecord{Plan: r.Plan, Kind: kind, Step: r.Step, State: string(r.State), Why: r.Why, Sent: r.Sent,
		Began: when(st.Began), Ended: when(r.Ended), Effect: when(r.Effect), Undone: when(r.Undone), Back: r.Back, Lost: r.Lost, ByHand: st.ByHand, Answer: st.Answer}
	if st.Before != nil {
		out.Step.Before = st.Before
	}
	return out
}

// containments say of each account that approved plans contain since when it is.
func containments(plans []gate.Plan, records []evict.PlanRecord, sums []respond.Summary, inv *evict.Investigation) []evict.Containment {
	at := respond.ContainedAt(sums...)
	var out []evict.Containment
	seen := map[string]bool{}
	for i, p := range plans {
		if records[i].Kind != "respond" || len(records[i].Approvals) == 0 {
			continue
		}
		for _, a := range p.Plan().Accounts {
			if _, planned := at[a.Account]; !planned || seen[a.Account] {
				continue
			}
			seen[a.Account] = true
			out = append(out, evict.Containment{Account: a, Trouble: troubleOf(inv, a), Approved: records[i].Approvals[0].Time, At: when(at[a.Account])})
		}
	}
	return out
}

// troubleOf is when an account's first trouble was; unset when the evidence does not say.
func troubleOf(inv *evict.Investigation, o evict.Object) evict.Time {
	for i := range inv.Accounts {
		if a := &inv.Accounts[i]; a.ID != "" && strings.EqualFold(a.ID, o.Account) || strings.EqualFold(a.Account, o.Name) {
			return a.FirstTrouble
		}
	}
	return evict.Time{}
}

// acts are what was done in the case, in its order: what a person decided or did, what the program asked the tenant to prepare,
// and how each step ended.
func acts(entries []gate.Entry, plans []gate.Plan) []evict.Act {
	steps := map[string]evict.Step{}
	for _, p := range plans {
		for _, s := range p.Plan().Steps {
			steps[gate.Reverses(p.Hash(), s.ID)] = s
		}
	}
	var out []evict.Act
	for _, e := range entries {
		a, ok := actOf(e)
		if !ok {
			continue
		}
		a.Time, a.Who, a.Plan, a.Step = when(e.Time), e.Who, e.Plan, e.Step
		s := steps[gate.Reverses(e.Plan, e.Step)]
		a.Title, a.Object = s.Title, s.Target.Name
		out = append(out, a)
	}
	return out
}

// actOf says what an entry tells of the response; false for one that is about the case's own files.
func actOf(e gate.Entry) (a evict.Act, ok bool) {
	switch e.Kind {
	case gate.Created:
		a.What = "case opened"
	case gate.Requested:
		var d struct{ Operation, Detail string }
		ok = json.Unmarshal(e.Detail, &d) == nil
		return evict.Act{What: "log asked for", Detail: strings.TrimSpace(d.Operation + " " + d.Detail)}, ok
	case gate.Planned:
		a.What = "plan made"
	case gate.Approved:
		var d gate.Approval
		ok = json.Unmarshal(e.Detail, &d) == nil
		a.What, a.Detail = "plan approved", "until "+when(d.Expires).String()
		if d.Steps != nil {
			a.Detail += ", only " + strings.Join(d.Steps, ", ")
		}
		return a, ok
	case gate.Overridden:
		var d gate.Override
		ok = json.Unmarshal(e.Detail, &d) == nil
		return evict.Act{What: "guard overridden", Detail: cmp.Or(d.Word, d.Guard)}, ok
	case gate.Ended:
		var r gate.Result
		ok = json.Unmarshal(e.Detail, &r) == nil
		a.What, a.Result, a.Detail = "step ended", string(r.Outcome), r.Why
		if r.Already {
			a.Result = "already so"
		}
		return a, ok
	case gate.Manual:
		var d gate.Deed
		ok = json.Unmarshal(e.Detail, &d) == nil
		return evict.Act{What: "done by hand", Detail: d.Answer}, ok
	case gate.Rechecked:
		return lookedAgain(e)
	default:
		return a, false
	}
	return a, true
}

func lookedAgain(e gate.Entry) (evict.Act, bool) {
	var looks map[string]gate.Look
	if json.Unmarshal(e.Detail, &looks) != nil {
		return evict.Act{}, false
	}
	hold, gone := 0, []string{}
	for _, id := range slices.Sorted(maps.Keys(looks)) {
		if looks[id].Holds {
			hold++
		} else {
			gone = append(gone, id)
		}
	}
	a := evict.Act{What: "looked again", Result: fmt.Sprintf("%d of %d steps hold", hold, len(looks))}
	if len(gone) > 0 {
		a.Detail = "not: " + strings.Join(gone, ", ")
	}
	return a, true
}
