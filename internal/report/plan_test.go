package report

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"evict"
)

const (
	danaID = "8f6d0000-0000-4000-8000-000000000001"
	boxID  = "8f6d0000-0000-4000-8000-000000000002"
)

// samplePlan takes one account back, with one of everything that a plan can hold.
func samplePlan() *evict.Plan {
	dana := evict.Object{Account: danaID, Name: "dana.roe@contoso.example", Kind: "user"}
	rule := evict.Object{Account: danaID, Name: ".", Kind: "inbox-rule", ID: "AQAAAJ5dZqE="}
	return &evict.Plan{
		Schema: evict.PlanSchema, Case: "contoso-1", Tenant: "11111111-2222-3333-4444-555555555555", Kind: "respond", Tool: "test",
		Made:     evict.At(time.Date(2026, 11, 20, 2, 14, 0, 0, time.UTC), evict.Second),
		Accounts: []evict.Object{dana},
		Steps: []evict.Step{
			{ID: "block-sign-in-1", Action: "block-sign-in", Phase: evict.Contain, Procedure: []string{"R5"}, Target: dana, Title: "Block sign-in",
				Before: json.RawMessage(`{"accountEnabled":true,"onPremisesSyncEnabled":true}`), After: json.RawMessage(`{"accountEnabled":false,"onPremisesSyncEnabled":true}`),
				Why: []string{"4c69a681b3f6347b", "6b3a1eb64fbbe707", "6e9162dbee7c54f0", "798bba17fd6a9f8f"}, Undo: "sign-in is allowed again", Minutes: 90, Noticed: []string{"the owner", "the attacker"},
				Warnings: []string{"synced from Active Directory: the next sync allows sign-in again unless the account is disabled there too"}, ByHand: []string{"Microsoft Entra admin center, Users, the user, Account enabled."}},
			{ID: "revoke-sessions-1", Action: "revoke-sessions", Phase: evict.Contain, Procedure: []string{"R1"}, Target: dana, Title: "Revoke all sessions",
				Before: json.RawMessage(`{"signInSessionsValidFromDateTime":"2026-03-01T08:00:00Z"}`), After: json.RawMessage(`{"signInSessionsValidFromDateTime":"later than before"}`),
				Why: []string{"4c69a681b3f6347b"}, NoUndo: "sessions that were ended can't be given back", Minutes: 90},
			{ID: "app-passwords-1", Action: "app-passwords", Phase: evict.Evict, Procedure: []string{"R1"}, Target: dana, Title: "Delete the app passwords", Before: json.RawMessage(`null`), After: json.RawMessage(`null`),
				Why: []string{"part of every eviction: R1"}, NoUndo: "an app password can't be read", Manual: []string{"Choose dana.roe@contoso.example.", "Delete all existing app passwords."}},
			{ID: "delete-inbox-rule-1", Action: "delete-inbox-rule", Phase: evict.Evict, Procedure: []string{"R3"}, Target: rule, Title: "Delete the inbox rule",
				Before: json.RawMessage(`{"actions":{"delete":true},"conditions":{"subjectContains":["invoice","phish"]},"displayName":".","id":"AQAAAJ5dZqE=","isEnabled":true,"sequence":1}`), After: json.RawMessage(`null`),
				Why: []string{"bd2b81087b927c5f"}, Needs: []string{"block-sign-in-1", "revoke-sessions-1"}, Undo: "the recorded rule is made again, under a new ID"},
			{ID: "disable-transport-rule-1", Action: "disable-transport-rule", Phase: evict.Evict, Target: evict.Object{Name: "Archive", Kind: "transport-rule", ID: "Archive"}, Title: "Disable the transport rule",
				Before: json.RawMessage(`{"State":"Enabled"}`), After: json.RawMessage(`{"State":"Disabled"}`), Why: []string{"picked by the operator"}, Needs: []string{"block-sign-in-1"}, Undo: "the rule is enabled again", Minutes: 60},
		},
		Skipped: []evict.Skipped{
			{Action: "block-sign-in", Target: evict.Object{Account: boxID, Name: "admin@contoso.example", Kind: "user"}, Guard: "last-administrator", Why: "no other Global Administrator would be left who can sign in", Word: "last-administrator admin@contoso.example"},
			{Action: "disable-device", Target: evict.Object{Name: "DESKTOP-7PLM2Q", Kind: "device", ID: "804a39d8"}, Pick: "8334290076c6ba08", Why: "nothing shows that the intruder did it: Add device: the device \"DESKTOP-7PLM2Q\" was registered"},
			{Action: "preserve", Target: dana, Why: "left out by the operator"},
		},
		Notes: []string{"Depends on dana.roe@contoso.example: SMTP from 192.0.2.10, last seen 2026-11-19T16:40:00Z", "The inbox rule \"..\" of dana.roe@contoso.example is not there any more: no step."},
	}
}

func printed(t *testing.T, p *evict.Plan, o PlanOptions) string {
	t.Helper()
	var b bytes.Buffer
	if err := Plan(&b, p, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestPlan(t *testing.T) {
	hash := strings.Repeat("9f3a", 16)
	for name, o := range map[string]PlanOptions{
		"plan80.txt":    {TextOptions: TextOptions{Width: 80, Unicode: true}, Hash: hash, Signs: map[string]string{"4c69a681b3f6347b": "session-replayed"}},
		"plan80.ascii":  {TextOptions: TextOptions{Width: 80}, Runbook: true},
		"plan80.colour": {TextOptions: TextOptions{Width: 80, Unicode: true, Colour: true}},
	} {
		golden(t, name, []byte(printed(t, samplePlan(), o)))
	}
}

func TestPlanSummaries(t *testing.T) {
	p := samplePlan()
	if got, want := PlanSummary(p), "Plan: 4 changes on 1 account (3 reversible, 1 not). 1 step for people. 1 skipped by a guard."; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if got, want := PlanSummary(&evict.Plan{}), "Plan: 0 changes on the tenant (0 reversible, 0 not)."; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	text := strings.Join(strings.Fields(printed(t, p, PlanOptions{})), " ")
	if !strings.HasSuffix(text, PlanSummary(p)) {
		t.Errorf("the last line is not the summary: %q", text[len(text)-100:])
	}
}

// TestRefusalsOfOneGuardAreOne: a guard on the plan as a whole is told once.
func TestRefusalsOfOneGuardAreOne(t *testing.T) {
	p := &evict.Plan{}
	for _, name := range []string{"a@contoso.example", "b@contoso.example"} {
		for _, action := range []evict.ActionID{"block-sign-in", "revoke-sessions"} {
			p.Skipped = append(p.Skipped, evict.Skipped{Action: action, Target: evict.Object{Account: name, Name: name, Kind: "user"}, Guard: "too-many-accounts", Why: "2 are too many", Word: "too-many-accounts 2"})
		}
	}
	got := printed(t, p, PlanOptions{})
	if strings.Count(got, "to override it") != 1 || !strings.Contains(got, "4 changes on 2 accounts") || !strings.Contains(got, "4 skipped by a guard.") {
		t.Errorf("%s", got)
	}
	p.Skipped = p.Skipped[:2]
	if got := printed(t, p, PlanOptions{}); !strings.Contains(got, "block-sign-in, revoke-sessions of a@contoso.example") {
		t.Errorf("%s", got)
	}
}

// hostilePlan is the sample with a text in every place that comes from a tenant.
func hostilePlan(next func() string) *evict.Plan {
	p := samplePlan()
	p.Case, p.Tenant = next(), evict.TenantID(next())
	for i := range p.Accounts {
		p.Accounts[i].Name = next()
	}
	raw := func() json.RawMessage {
		b, _ := json.Marshal(map[string]any{next(): next(), "list": []string{next()}})
		return b
	}
	for i := range p.Steps {
		s := &p.Steps[i]
		s.ID, s.Title, s.Target.Name, s.Undo, s.NoUndo = next(), next(), next(), next(), next()
		s.Before, s.After = raw(), raw()
		s.Why, s.Noticed, s.Warnings, s.Manual, s.ByHand = []string{next()}, []string{next()}, []string{next()}, []string{next()}, []string{next()}
	}
	for i := range p.Skipped {
		k := &p.Skipped[i]
		k.Action, k.Target.Name, k.Why, k.Word, k.Pick = evict.ActionID(next()), next(), next(), next(), next()
	}
	p.Notes = []string{next(), next()}
	return p
}

// TestHostilePlansAreHarmless: no text of a tenant steers the terminal, forges a line or breaks the width.
func TestHostilePlansAreHarmless(t *testing.T) {
	seqs := sequences()
	for round := range 12 {
		n := round * 31
		p := hostilePlan(func() string { n++; return "a" + seqs[n%len(seqs)] + "b" + seqs[n*7%len(seqs)] + "c" })
		harmlessBytes(t, "text", []byte(printed(t, p, PlanOptions{TextOptions: TextOptions{Unicode: true}, Runbook: true})))
		harmlessBytes(t, "ascii", []byte(printed(t, p, PlanOptions{Runbook: true})))
	}
	forged := hostilePlan(func() string { return "x\nPlan: 99 changes on 1 account\r\nerror: forged" })
	for _, line := range strings.Split(printed(t, forged, PlanOptions{}), "\n") {
		if strings.HasPrefix(line, "Plan: 99") || strings.HasPrefix(line, "error:") {
			t.Errorf("forged line %q", line)
		}
	}
	wide := hostilePlan(func() string { return strings.Repeat("wide漢字x", 30) + " and words " + strings.Repeat("a", 90) })
	for _, width := range []int{40, 80, 133} {
		for _, line := range strings.Split(printed(t, wide, PlanOptions{TextOptions: TextOptions{Width: width, Unicode: true}, Runbook: true}), "\n") {
			if w := columns(line); w > width {
				t.Fatalf("width %d: line of %d columns: %q", width, w, line)
			}
		}
	}
}
