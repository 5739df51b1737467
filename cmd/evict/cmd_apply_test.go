package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"evict"
	"evict/internal/app"
	"evict/internal/ui"
)

func reportOf(steps ...app.StepReport) *app.PlanReport {
	now := time.Now()
	r := &app.PlanReport{Case: "one", Folder: "./case", Hash: "3f9a1c2b77de0000", Kind: "respond", Ladder: "not contained", Claim: "Not contained.",
		Approved: []app.ApprovalReport{{Who: "Jo", Time: now, Expires: now.Add(time.Hour)}}, Steps: steps}
	r.Plan.Tenant = "contoso"
	r.Plan.Accounts = []evict.Object{{Account: "1", Name: "dana@contoso.example", Kind: "user"}}
	return r
}

func stepIn(state, action string, due bool) app.StepReport {
	return app.StepReport{State: state, Due: due, Step: evict.Step{ID: action + "-1", Action: evict.ActionID(action), Title: "Do " + action, Phase: evict.Contain, Target: evict.Object{Account: "1", Name: "dana@contoso.example", Kind: "user"}}}
}

// printed is what evict status prints of a report, and its exit code.
func printed(t *testing.T, r *app.PlanReport) (string, int) {
	t.Helper()
	var b, errs bytes.Buffer
	var outcome ui.Outcome
	out := &ui.Streams{Out: &b, Err: &errs}
	f := applyFlags{out: out}
	c := statusCommand(out, &outcome)
	c.Flags().Bool("json", false, "")
	c.Flags().Bool("detailed-exitcode", false, "")
	if err := f.print(c, &outcome, r); err != nil {
		t.Fatal(err)
	}
	return strings.Join(strings.Fields(b.String()), " "), outcome.Code()
}

func TestStatusSaysHowToGoOn(t *testing.T) {
	for name, c := range map[string]struct {
		report *app.PlanReport
		change func(*app.PlanReport)
		want   []string
		never  []string
		code   int
	}{
		"killed before the first step": {reportOf(stepIn("waiting", "block-sign-in", true)), nil,
			[]string{"Interrupted: approved steps", "Next: evict resume --case ./case --plan 3f9a1c2b77de"}, nil, 3},
		"killed after a send": {reportOf(stepIn("in-doubt", "block-sign-in", true)), nil, []string{"Interrupted:", "Next: evict resume"}, nil, 3},
		"beside a run": {reportOf(stepIn("in-doubt", "block-sign-in", true)), func(r *app.PlanReport) { r.Running = "Jo, to respond" },
			[]string{"open to respond at this moment: Jo", "under way", "being carried out now"}, []string{"Interrupted", "in-doubt", "evict resume"}, 3},
		"the approval has ended": {reportOf(stepIn("waiting", "block-sign-in", true)), func(r *app.PlanReport) { r.Approved[0].Expires = time.Now().Add(-time.Hour) },
			[]string{"Next, for the approval has ended: evict apply --case ./case --plan 3f9a1c2b77de --confirm dana@contoso.example"}, []string{"Next: evict resume"}, 3},
		"not approved":                      {reportOf(stepIn("verified", "block-sign-in", false), stepIn("waiting", "revoke-sessions", false)), nil, nil, []string{"Interrupted"}, 0},
		"sent, not verified":                {reportOf(stepIn("sent-unverified", "block-sign-in", false)), nil, []string{"look again without sending anything: evict verify --case ./case --plan 3f9a1c2b77de"}, nil, 3},
		"a password, sent and not verified": {reportOf(stepIn("sent-unverified", "reset-password", false)), nil, []string{"Next: evict resume"}, []string{"evict verify"}, 3},
		"changed back by somebody": {reportOf(stepIn("verified", "block-sign-in", false)), func(r *app.PlanReport) {
			r.Accounts, r.Steps[0].Lost = r.Plan.Accounts, "it no longer looks as the step left it"
		},
			[]string{"lost Do block-sign-in: dana@contoso.example: it no longer looks as the step left it", "Next: evict collect --case ./case --account dana@contoso.example --again"}, []string{"verified"}, 3},
		"changed back, of another plan": {reportOf(stepIn("verified", "block-sign-in", false)), func(r *app.PlanReport) {
			r.Accounts, r.Lost = r.Plan.Accounts, []string{"plan 75a5c09d3b24, Allow sign-in again (dana@contoso.example): gone"}
		}, []string{"No longer so: plan 75a5c09d3b24", "verified Do block-sign-in"}, nil, 3},
		"given back to the owner": {reportOf(stepIn("verified", "block-sign-in", false)), func(r *app.PlanReport) { r.Steps[0].Back = true }, []string{"given back Do block-sign-in"}, []string{"verified"}, 0},
		"put back": {reportOf(stepIn("verified", "block-sign-in", false)), func(r *app.PlanReport) {
			r.Steps[0].Undone = evict.At(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), evict.Second)
		},
			[]string{"put back Do block-sign-in: dana@contoso.example, on 2026-03-02 09:00Z"}, []string{"verified"}, 0},
		"another plan waits": {reportOf(stepIn("verified", "block-sign-in", false)), func(r *app.PlanReport) { r.Newer = "75a5c09d3b240000" }, []string{"nobody approved it: evict status --case ./case --plan 75a5c09d3b24"}, nil, 0},
	} {
		if c.change != nil {
			c.change(c.report)
		}
		text, code := printed(t, c.report)
		for _, w := range c.want {
			if !strings.Contains(text, w) {
				t.Errorf("%s: %q is not in %q", name, w, text)
			}
		}
		for _, w := range c.never {
			if strings.Contains(text, w) {
				t.Errorf("%s: %q is in %q", name, w, text)
			}
		}
		if code != c.code {
			t.Errorf("%s: exit %d, want %d", name, code, c.code)
		}
	}
}

// What may not be taken for done ends the report with the exit code of status.
func TestReportIsIncompleteAsStatusIs(t *testing.T) {
	for name, c := range map[string]struct {
		step evict.StepRecord
		want bool
	}{
		"verified":             {evict.StepRecord{State: "verified"}, false},
		"for a person":         {evict.StepRecord{State: "manual"}, false},
		"approved and waiting": {evict.StepRecord{State: "waiting", Due: true}, true},
		"left out, it waits":   {evict.StepRecord{State: "waiting"}, false},
		"failed":               {evict.StepRecord{State: "failed"}, true},
		"changed back":         {evict.StepRecord{State: "verified", Lost: "it no longer looks as the step left it"}, true},
	} {
		status := stepIn(c.step.State, "block-sign-in", c.step.Due)
		status.Lost = c.step.Lost
		if _, code := printed(t, reportOf(status)); (code == 3) != c.want {
			t.Errorf("%s: status ends with %d", name, code)
		}
		if got := unproven(&evict.Response{Steps: []evict.StepRecord{c.step}}); got != c.want {
			t.Errorf("%s: unproven %v, want %v", name, got, c.want)
		}
	}
}
