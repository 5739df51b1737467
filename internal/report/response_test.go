package report

import (
	"bytes"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	"evict"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// sampleCase is the sample with a response: the sample plan carried out by halves, a plan for recovery that nobody approved.
func sampleCase(t testing.TB) *evict.Report {
	t.Helper()
	inv := sample(t)
	at := func(minutes int) evict.Time {
		return evict.At(time.Date(2026, 11, 20, 22, 0, 0, 0, time.UTC).Add(time.Duration(minutes)*time.Minute), evict.Second)
	}
	hash := strings.Repeat("9f3a", 16)
	p := samplePlan()
	step := func(i int, state string) evict.StepRecord {
		return evict.StepRecord{Plan: hash, Kind: "respond", Step: p.Steps[i], State: state}
	}
	blocked, revoked, people, rule, transport := step(0, "verified"), step(1, "verified"), step(2, "manual"), step(3, "verified"), step(4, "failed")
	blocked.Sent, blocked.Began, blocked.Ended, blocked.Effect = 1, at(2), at(3), at(93)
	revoked.Sent, revoked.Began, revoked.Ended, revoked.Effect = 1, at(2), at(4), at(94)
	rule.Sent, rule.Began, rule.Ended, rule.Effect, rule.Undone = 1, at(5), at(6), at(6), at(30)
	transport.Sent, transport.Began, transport.Ended, transport.Why = 1, at(5), at(6), "403: the role View-Only Configuration can't do this"
	other := blocked
	other.Step = p.Steps[0]
	other.Step.ID, other.Step.Title, other.State, other.ByHand, other.Answer = "call-1", "Call the bank", "verified", "Irene Olsen", "the payment of 14 October is recalled"
	other.Step.Manual, other.Step.Before, other.Step.After, other.Sent, other.Ended, other.Effect = []string{"Call."}, nil, nil, 0, evict.Time{}, evict.Time{}
	lost := rule
	lost.Step.ID, lost.Undone, lost.Lost = "delete-inbox-rule-2", evict.Time{}, "it no longer looks as the step left it"
	return &evict.Report{Schema: evict.ReportSchema, Case: "contoso-1", Tenant: p.Tenant, Investigation: *inv, Response: evict.Response{
		AsOf: at(40), Entries: 57, Journal: strings.Repeat("ab12", 16), Ladder: "contained",
		Claim:     `Contained: he can't sign in. Not evicted: "Disable the transport rule" of Archive is failed.`,
		Contained: []evict.Containment{{Account: p.Accounts[0], Trouble: at(-47), Approved: at(1), At: at(4)}},
		Steps:     []evict.StepRecord{blocked, revoked, people, rule, transport, other, lost},
		Plans: []evict.PlanRecord{
			{Hash: hash, Kind: "respond", Made: at(0), Accounts: p.Accounts, Steps: len(p.Steps), Skipped: p.Skipped,
				Approvals: []evict.Decision{{Who: "irene@contoso.example", Time: at(1), Expires: at(1441)}},
				Checks:    []evict.Recheck{{At: at(66), Done: at(70)}, {At: at(1446)}}},
			{Hash: strings.Repeat("01cd", 16), Kind: "recover", Made: at(35), Accounts: p.Accounts, Steps: 4},
		},
		Log: []evict.Act{
			{Time: at(-10), Who: "irene@contoso.example", What: "case opened"},
			{Time: at(0), What: "plan made", Plan: hash},
			{Time: at(0), Who: "irene@contoso.example", What: "guard overridden", Plan: hash, Detail: "look-alike dana.roe@contoso.example"},
			{Time: at(1), Who: "irene@contoso.example", What: "plan approved", Plan: hash, Detail: "until 2026-11-21T22:01:00Z"},
			{Time: at(3), What: "step ended", Plan: hash, Step: "block-sign-in-1", Title: "Block sign-in", Object: "dana.roe@contoso.example", Result: "verified"},
			{Time: at(6), What: "step ended", Plan: hash, Step: "disable-transport-rule-1", Title: "Disable the transport rule", Object: "Archive", Result: "failed", Detail: "403: the role View-Only Configuration can't do this"},
			{Time: at(20), Who: "Irene Olsen", What: "done by hand", Plan: hash, Step: "call-1", Title: "Call the bank", Object: "dana.roe@contoso.example", Detail: "the payment of 14 October is recalled"},
			{Time: at(70), What: "looked again", Plan: hash, Result: "2 of 3 steps hold", Detail: "not: delete-inbox-rule-2"},
		},
	}}
}

func TestCase(t *testing.T) {
	for name, print := range map[string]func(io.Writer, *evict.Report) error{
		"case80.txt": func(w io.Writer, r *evict.Report) error { return Case(w, r, TextOptions{Width: 80, Unicode: true}) },
		"case80.ascii": func(w io.Writer, r *evict.Report) error {
			return Case(w, r, TextOptions{Width: 80, Brief: true, Next: "evict status --case ./case"})
		},
		"case.html": CaseHTML,
		"case.md":   CaseMarkdown,
	} {
		var b bytes.Buffer
		if err := print(&b, sampleCase(t)); err != nil {
			t.Fatal(err)
		}
		golden(t, name, b.Bytes())
	}
}

// TestEveryStepIsTold: whatever a step's state is, it stands in one group.
func TestEveryStepIsTold(t *testing.T) {
	r := sampleCase(t)
	for _, kind := range []string{"respond", "recover", "undo"} {
		for _, state := range []string{"verified", "already", "sent-unverified", "failed", "in-doubt", "stale", "blocked", "manual", "waiting", "left-out", "what a newer program says"} {
			r.Response.Steps = append(r.Response.Steps, evict.StepRecord{Kind: kind, State: state, Step: evict.Step{ID: state}})
		}
	}
	n := 0
	v := newResponse(r, "→", "…")
	for _, g := range v.Groups {
		n += len(g.Steps)
	}
	if n != len(r.Response.Steps) {
		t.Errorf("%d of %d steps are told", n, len(r.Response.Steps))
	}
	for _, s := range v.in("done") {
		if s.State != "verified" || s.Lost != "" || s.Undone.Set {
			t.Errorf("%+v counts as read back", s.StepRecord)
		}
	}
}

// TestOutIsSaidFromQuietOn: below it the report says that it may not be said.
func TestOutIsSaidFromQuietOn(t *testing.T) {
	for _, x := range ladder {
		r := sampleCase(t)
		r.Response.Ladder, r.Response.Claim = x.Name, "The claim."
		var b bytes.Buffer
		if err := Case(&b, r, TextOptions{}); err != nil {
			t.Fatal(err)
		}
		denied := strings.Contains(b.String(), "That he is out: that needs logs")
		if may := x.Name == "quiet" || x.Name == "closed"; denied == may {
			t.Errorf("%s: the report denies that he is out: %v", x.Name, denied)
		}
	}
}

func TestNextIsTheMostUrgent(t *testing.T) {
	for name, c := range map[string]struct {
		edit func(*evict.Response)
		want string
	}{
		"nothing planned": {func(r *evict.Response) { *r = evict.Response{} }, "evict plan proposes"},
		"not approved":    {func(r *evict.Response) { r.Plans, r.Steps = r.Plans[1:], nil }, "nobody approved it"},
		"a failed step":   {func(r *evict.Response) {}, "evict resume"},
		"for people":      {func(r *evict.Response) { r.Steps = r.Steps[:3] }, "steps for people"},
		"a look is due":   {func(r *evict.Response) { r.Steps = r.Steps[:2] }, "due 2026-11-21 22:06:00Z"},
		"no look is due": {func(r *evict.Response) {
			r.Steps, r.Plans[0].Checks = r.Steps[:2], nil
		}, "evict collect --again"},
		"all is done": {func(r *evict.Response) {
			r.Steps, r.Plans[0].Checks, r.Ladder = r.Steps[:2], nil, "closed"
		}, "nothing"},
	} {
		r := sampleCase(t)
		c.edit(&r.Response)
		if got := next(r, newResponse(r, "→", "…")); !strings.Contains(got, c.want) {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// TestLeftInPlace: what a later step took away was not left.
func TestLeftInPlace(t *testing.T) {
	r := sampleCase(t)
	if got := leftInPlace(&r.Response); len(got) != 3 {
		t.Errorf("%d were left", len(got))
	}
	r.Response.Steps = append(r.Response.Steps, evict.StepRecord{Kind: "respond", Step: evict.Step{Action: "disable-device", Target: r.Response.Plans[0].Skipped[1].Target}},
		evict.StepRecord{Kind: "respond", Step: evict.Step{Action: "revoke-sessions", Target: r.Response.Plans[0].Skipped[0].Target}})
	if got := leftInPlace(&r.Response); len(got) != 2 || got[0].Action != "block-sign-in" {
		t.Errorf("%+v", got)
	}
	r.Response.Plans[0].Approvals = nil
	if got := leftInPlace(&r.Response); len(got) != 0 {
		t.Errorf("of a plan that nobody approved: %+v", got)
	}
}

func TestMoney(t *testing.T) {
	inv := sample(t)
	var with, without bytes.Buffer
	if err := Money(&with, inv, TextOptions{}); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(strings.TrimSpace(with.String()), "MONEY AT RISK") || strings.Contains(with.String(), "Accounts") {
		t.Errorf("%s", with.String())
	}
	inv.Money = nil
	if err := Money(&without, inv, TextOptions{}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(without.String(), "no proof that there was none") {
		t.Errorf("%s", without.String())
	}
}

const reportSchemaFile = "../../docs/schema/report.v1.json"

// TestReportSchemaIsTrue: the published schema of a case's report is what the types say, and the sample fits it.
func TestReportSchemaIsTrue(t *testing.T) {
	schemaIsTrue(t, reportSchemaFile, evict.ReportSchema, reflect.TypeFor[evict.Report](),
		"What evict report --json prints. Fields are only ever added, so a reader ignores those it does not know. Times are UTC (RFC 3339) or null where none is known.")
	s, err := jsonschema.NewCompiler().Compile(reportSchemaFile)
	if err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]*evict.Report{"the sample": sampleCase(t), "an empty one": {Schema: evict.ReportSchema, Investigation: evict.Investigation{Schema: evict.InvestigationSchema}}} {
		var doc bytes.Buffer
		if err := CaseJSON(&doc, r); err != nil {
			t.Fatal(err)
		}
		v, err := jsonschema.UnmarshalJSON(&doc)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(v); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		v.(map[string]any)["response"].(map[string]any)["steps"] = nil
		if s.Validate(v) == nil {
			t.Errorf("%s: the schema lets a list that is null pass", name)
		}
	}
}
