package respond

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode"

	"evict"
)

// given is what a case could know for each manual step that wants something.
var givenToPeople = map[evict.ActionID]string{
	"contact-notices":    `{"internal":["omar@contoso.example"],"customers":["a@fabrikam.example","b@fabrikam.example"],"bank":["desk@bank.example"],"subjects":["Shared document"]}`,
	"review-sent-items":  `{"messages":[{"at":"2026-11-19T08:00:00Z","to":"a@fabrikam.example","subject":"New account"}]}`,
	"call-about-money":   `{"calls":[{"who":"Own bank","number":"+31 20 555 0199","why":"EUR 48,200 to a new account"}]}`,
	"recovered-services": `{"services":[{"name":"Payroll","at":"2026-11-19T09:00:00Z","why":"password reset mail"}]}`,
	"check-identity":     `{"number":"+31 6 5550 0100"}`,
}

// instructed is a manual step as a plan has it.
func instructed(t *testing.T, a *Action, o evict.Object, want string) evict.Step {
	t.Helper()
	s := evict.Step{ID: "s1", Action: a.ID, Target: o, Before: null}
	if a.Inspect != nil {
		s.Before = json.RawMessage(`{"accountEnabled":true,"lastPasswordChangeDateTime":"2026-08-01T00:00:00Z","onPremisesDomainName":"corp.contoso.example","onPremisesLastSyncDateTime":"2026-11-20T08:30:00Z","onPremisesSamAccountName":"dana","onPremisesSyncEnabled":true}`)
	}
	after, err := a.Plan(s.Before, json.RawMessage(want))
	if err != nil {
		t.Fatalf("%s: %v", a.ID, err)
	}
	s.After = after
	s.Manual = a.Instruct(s)
	return s
}

func TestManualStepsTellAPersonAllHeNeeds(t *testing.T) {
	for _, a := range Catalog {
		if !a.Manual() {
			continue
		}
		want := givenToPeople[a.ID]
		if want == "" {
			want = "null"
		}
		s := instructed(t, a, evict.Object{Account: "id-1", Name: "dana@contoso.example", Kind: "user", ID: "id-1"}, want)
		all := strings.Join(s.Manual, "\n")
		if len(s.Manual) == 0 || !strings.HasSuffix(a.Confirm.Text, "?") {
			t.Errorf("%s: %q, asked %q", a.ID, s.Manual, a.Confirm.Text)
		}
		var values any
		_ = json.Unmarshal([]byte(want), &values)
		for _, v := range leaves(values) {
			if !strings.Contains(all, v) {
				t.Errorf("%s: %q is not in the instructions", a.ID, v)
			}
		}
	}
}

func leaves(v any) []string {
	var out []string
	switch x := v.(type) {
	case map[string]any:
		for _, i := range x {
			out = append(out, leaves(i)...)
		}
	case []any:
		for _, i := range x {
			out = append(out, leaves(i)...)
		}
	case string:
		out = append(out, x)
	}
	return out
}

// TestAStepWithNothingInItIsNotProposed: an empty list of messages to look through helps nobody.
func TestAStepWithNothingInItIsNotProposed(t *testing.T) {
	for id := range givenToPeople {
		if id == "check-identity" {
			continue
		}
		for _, want := range []string{"null", "{}", `{"messages":[],"calls":[],"services":[],"internal":[]}`} {
			if after, err := Find(id).Plan(null, json.RawMessage(want)); err == nil {
				t.Errorf("%s: %s gives %s", id, want, after)
			}
		}
	}
}

// TestHostileTextStaysInItsPlace: names and subjects come from the attacker.
func TestHostileTextStaysInItsPlace(t *testing.T) {
	evil := "x'; Remove-Item C:\\ -Recurse; '\u2019; calc.exe\r\nBcc: all@contoso.example\x1b]52;c;ZXZpbA==\a"
	raw, _ := json.Marshal(map[string]any{"internal": []string{evil}, "customers": []string{evil}, "bank": []string{evil}, "subjects": []string{evil},
		"messages": []map[string]string{{"at": evil, "to": evil, "subject": evil}}, "calls": []map[string]string{{"who": evil, "number": evil, "why": evil}},
		"services": []map[string]string{{"name": evil, "at": evil, "why": evil}}, "number": evil})
	for _, a := range Catalog {
		o := evict.Object{Account: evil, Name: evil, Kind: evil, ID: evil}
		s := evict.Step{Target: o, Before: null, After: null}
		lines := a.ByHand(s)
		if a.Manual() {
			lines = append(lines, instructed(t, a, o, string(raw)).Manual...)
		}
		for _, l := range lines {
			if strings.ContainsFunc(l, unicode.IsControl) && a.Manual() && slices.Contains(s.Manual, l) || strings.ContainsAny(l, "\r\n") {
				t.Errorf("%s: %q", a.ID, l)
			}
		}
		if a.Shell != "" && strings.Contains(a.command(o), "x';") {
			t.Errorf("%s: the name leaves its quotes: %s", a.ID, a.command(o))
		}
	}
	if got := (&Action{Shell: "Get-Thing {id}"}).command(evict.Object{ID: "a'b\u2019c"}); got != "Get-Thing 'a''b\u2019\u2019c'" {
		t.Errorf("quoted as %s", got)
	}
}

// TestOnPremisesStepsAreVerifiedByTheSync: a person's word and a sync since.
func TestOnPremisesStepsAreVerifiedByTheSync(t *testing.T) {
	s := instructed(t, DisableOnPremises, evict.Object{Account: "id-1", Name: "dana@contoso.example"}, "null")
	state := func(enabled, sync string) json.RawMessage {
		return json.RawMessage(`{"accountEnabled":` + enabled + `,"onPremisesLastSyncDateTime":"` + sync + `","lastPasswordChangeDateTime":"2026-11-20T09:00:00Z"}`)
	}
	for _, c := range []struct {
		now  json.RawMessage
		want bool
	}{
		{state("false", "2026-11-20T09:10:00Z"), true},
		{state("false", "2026-11-20T08:30:00Z"), false}, // only our own block: no sync yet
		{state("true", "2026-11-20T09:10:00Z"), false},  // the sync undid it
		{null, false},
	} {
		if got := DisableOnPremises.Reached(s, c.now); got != c.want {
			t.Errorf("%s: %v", c.now, got)
		}
	}
	for _, want := range []string{"Disable-ADAccount -Identity 'dana'", "Start-ADSyncSyncCycle -PolicyType Delta", "VPN"} {
		if !strings.Contains(strings.Join(s.Manual, "\n"), want) {
			t.Errorf("no %q in %q", want, s.Manual)
		}
	}
	back := instructed(t, EnableOnPremises, evict.Object{Account: "id-1", Name: "dana@contoso.example"}, "null")
	for now, want := range map[string]bool{string(state("true", "2026-11-20T09:10:00Z")): true, string(state("true", "2026-11-20T08:30:00Z")): false, string(state("false", "2026-11-20T09:10:00Z")): false} {
		if got := EnableOnPremises.Reached(back, json.RawMessage(now)); got != want {
			t.Errorf("enabled: %s: %v", now, got)
		}
	}
	if _, err := DisableOnPremises.Plan(json.RawMessage(`{"accountEnabled":true,"onPremisesSyncEnabled":null}`), null); err == nil {
		t.Error("a cloud account is disabled in Active Directory")
	}
	reset := instructed(t, ResetOnPremisesPassword, evict.Object{Account: "id-1", Name: "dana@contoso.example"}, "null")
	if n := strings.Count(strings.Join(reset.Manual, "\n"), "second time"); n != 1 {
		t.Errorf("reset twice: %q", reset.Manual)
	}
}

// TestAPasswordKeptElsewhereIsVerifiedByWhatShows: the time of its change where passwords are synced, a sync alone where
// the domain is federated, and a person's word where nothing is synced.
func TestAPasswordKeptElsewhereIsVerifiedByWhatShows(t *testing.T) {
	at := func(sync, password string) json.RawMessage {
		return json.RawMessage(`{"accountEnabled":false,"onPremisesSyncEnabled":true,"onPremisesLastSyncDateTime":"` + sync + `","lastPasswordChangeDateTime":"` + password + `"}`)
	}
	cloud := json.RawMessage(`{"accountEnabled":false,"onPremisesSyncEnabled":null,"onPremisesLastSyncDateTime":null,"lastPasswordChangeDateTime":"2026-11-20T09:00:00Z"}`)
	before, federated := at("2026-11-20T09:00:00Z", "2026-11-20T09:00:00Z"), json.RawMessage(`{"federated":true}`)
	for _, c := range []struct {
		before, want, now json.RawMessage
		reached           bool
	}{
		{before, null, at("2026-11-20T09:10:00Z", "2026-11-20T09:05:00Z"), true},
		{before, null, at("2026-11-20T09:10:00Z", "2026-11-20T09:00:00Z"), false},
		{before, null, at("2026-11-20T09:00:00Z", "2026-11-20T09:05:00Z"), false},
		{before, federated, at("2026-11-20T09:10:00Z", "2026-11-20T09:00:00Z"), true},
		{before, federated, before, false},
		{cloud, federated, cloud, true},
	} {
		after, err := ResetOnPremisesPassword.Plan(c.before, c.want)
		if err != nil {
			t.Fatal(err)
		}
		s := evict.Step{Action: ResetOnPremisesPassword.ID, Target: evict.Object{Account: "id-1", Name: "dana@contoso.example"}, Before: c.before, After: after}
		if got := ResetOnPremisesPassword.Reached(s, c.now); got != c.reached {
			t.Errorf("%s, %s: %v", c.want, c.now, got)
		}
		if text := strings.Join(ResetOnPremisesPassword.Instruct(s), " "); strings.Contains(text, "Set-ADAccountPassword") != strings.Contains(string(c.before), `"onPremisesSyncEnabled":true`) {
			t.Errorf("%s: %s", c.before, text)
		}
	}
	if _, err := ResetOnPremisesPassword.Plan(cloud, null); err == nil {
		t.Error("a password of the cloud is reset in Active Directory")
	}
}

// TestACloudOnlyBlockIsSaidToBeUndone of an account that Active Directory masters.
func TestACloudOnlyBlockIsSaidToBeUndone(t *testing.T) {
	for before, want := range map[string]int{`{"accountEnabled":true,"onPremisesSyncEnabled":true}`: 1, `{"accountEnabled":true,"onPremisesSyncEnabled":null}`: 0, `{"accountEnabled":true,"onPremisesSyncEnabled":false}`: 0} {
		if got := BlockSignIn.Warn(evict.Step{Before: json.RawMessage(before)}); len(got) != want {
			t.Errorf("%s: %q", before, got)
		}
	}
}
