package lab

import (
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"evict"
)

func TestAgrees(t *testing.T) {
	for _, c := range []struct {
		label string
		found string
		want  bool
	}{
		{"T1564.008", "T1564.008", true},
		{"T1564.008", "T1564", true},
		{"T1114", "T1114.003", true},
		{"T1564.008", "T1114.003", false},
		{"TA0003:T1098", "T1098.003", true},
		{"TA0003:T1556,TA0003:T1556.009", "T1098", false},
		{"T1136.003/T1098.003", "T1098", true},
		{"T1136.003/T1098.003", "T1136.003", true},
		{"BEC", "T1078", true},
		{"-", "T1078", true},
		{"", "T1078", true},
		{"T1078.004", "T107", false},
	} {
		if got := Agrees(c.label, []string{"T9999", c.found}); got != c.want {
			t.Errorf("label %q, finding %q: %t", c.label, c.found, got)
		}
	}
	if Agrees("T1078", nil) {
		t.Error("a finding without techniques agrees with a label that has one")
	}
}

// evidence writes a small folder of labelled cases.
func evidence(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var b strings.Builder
	w := csv.NewWriter(&b)
	w.Write([]string{"CreationDate", "AuditData"})
	for i := range 5 {
		user := `NT AUTHORITY\\SYSTEM (Microsoft.Exchange.ServiceHost)`
		if i > 2 {
			user = "dana@contoso.example"
		}
		w.Write([]string{"1/2/2026 3:04:05 AM", fmt.Sprintf(`{"Id":"11111111-1111-4111-8111-00000000000%d","UserId":"%s"}`, i, user)})
	}
	w.Flush()
	write("audit.csv", b.String())
	write("cases.jsonl", `{"id":"bad","file":"audit.csv","selector":{"type":"auditdata-id","ids":["11111111-1111-4111-8111-000000000003"]},"expected":"malicious","technique":"T1564.008","label_quality":"A"}
{"id":"service","file":"audit.csv","selector":{"type":"auditdata-id","count":3,"ids_sample":["11111111-1111-4111-8111-000000000001"],"how":"UserId begins NT AUTHORITY"},"expected":"benign","technique":"-","label_quality":"A"}
{"id":"story","file":"audit.csv","selector":{"type":"whole-file"},"expected":"malicious","technique":"BEC","accounts":{"compromised":["dana"],"clean":["bram"]},"label_quality":"B (read by us)"}
{"id":"fixture","file":"audit.csv","selector":{"type":"whole-file"},"expected":"unlabelled","technique":"-","label_quality":"none"}
`)
	return dir
}

// saying answers every query with the findings and verdicts.
func saying(dana, bram evict.Verdict, list ...evict.Finding) Program {
	return func(context.Context, Query) (*evict.Investigation, error) {
		return &evict.Investigation{Findings: list, Accounts: []evict.Account{{Account: "Dana@contoso.example", Verdict: dana}, {Account: "bram@contoso.example", Verdict: bram}}}, nil
	}
}

func on(record, role string, s evict.Severity, technique string) evict.Finding {
	return evict.Finding{ID: record + role + technique, Severity: s, Techniques: []string{technique}, Evidence: []evict.Ref{{Record: evict.RecordID("11111111-1111-4111-8111-00000000000" + record), Role: role}}}
}

func words(t *testing.T, dir string, p Program) string {
	t.Helper()
	cases, err := ReadCases(dir)
	if err != nil {
		t.Fatal(err)
	}
	var s []string
	for _, r := range Score(context.Background(), dir, cases, p) {
		if r.Err != nil {
			t.Fatal(r.Case.ID, r.Err)
		}
		s = append(s, fmt.Sprintf("%s %s %t", r.Case.ID, r.Word, r.Good))
	}
	return strings.Join(s, ", ")
}

func TestScore(t *testing.T) {
	dir := evidence(t)
	for _, c := range []struct {
		name string
		p    Program
		want string
	}{
		{"right", saying("compromised", "clear", on("3", "cause", evict.Low, "T1564")),
			"bad found true, service quiet true, story found true, fixture read true"},
		{"only context", saying("compromised", "clear", on("3", "context", evict.High, "T1564")),
			"bad missed false, service quiet true, story missed false, fixture read true"},
		{"info", saying("compromised", "clear", on("3", "cause", evict.Info, "T1564")),
			"bad missed false, service quiet true, story missed false, fixture read true"},
		{"other technique", saying("compromised", "clear", on("3", "cause", evict.High, "T1078")),
			"bad missed false, service quiet true, story found true, fixture read true"},
		{"service accused, beyond the sample", saying("compromised", "clear", on("3", "cause", evict.High, "T1564"), on("2", "cause", evict.Medium, "T1098")),
			"bad found true, service noisy false, story found true, fixture read true"},
		{"low on service", saying("compromised", "clear", on("3", "cause", evict.High, "T1564"), on("2", "cause", evict.Low, "T1098")),
			"bad found true, service quiet true, story found true, fixture read true"},
		{"victim not named", saying("suspected", "clear", on("3", "cause", evict.High, "T1564")),
			"bad found true, service quiet true, story found false, fixture read true"},
		{"clean account accused", saying("compromised", "suspected", on("3", "cause", evict.High, "T1564")),
			"bad found true, service quiet true, story found false, fixture read true"},
	} {
		if got := words(t, dir, c.p); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

func TestNullFails(t *testing.T) {
	if got, want := words(t, evidence(t), Null), "bad missed false, service noisy false, story found false, fixture read true"; got != want {
		t.Errorf("the program without analysis:\n got %s\nwant %s", got, want)
	}
}

func TestSelectionThatDoesNotCountIsRefused(t *testing.T) {
	dir := evidence(t)
	cases, err := ReadCases(dir)
	if err != nil {
		t.Fatal(err)
	}
	cases[1].Selector.Count = 4
	if r := Score(context.Background(), dir, cases[1:2], Null)[0]; r.Err == nil || r.Good {
		t.Errorf("a case that counts 4 records was judged on 3: %+v", r)
	}
}

// TestTrialCompares: a program that calls everything the attacker's has full
// recall and little precision; one that says nothing has neither noise nor recall.
func TestTrialCompares(t *testing.T) {
	cfg := small("aitm-invoice")
	x, err := Make(cfg)
	if err != nil {
		t.Fatal(err)
	}
	all := func(_ context.Context, q Query) (*evict.Investigation, error) {
		for id := range x.Truth().Records {
			q.Row("", evict.RecordID(id), evict.ByAttacker)
		}
		return &evict.Investigation{}, nil
	}
	nothing := func(context.Context, Query) (*evict.Investigation, error) { return &evict.Investigation{}, nil }
	trial := Trial{Name: "x", Config: cfg}
	a, err := trial.Run(context.Background(), t.TempDir(), all)
	if err != nil {
		t.Fatal(err)
	}
	if a.Recall() != 1 || a.Precision() > 0.05 {
		t.Errorf("calling everything his: precision %.3f, recall %.3f", a.Precision(), a.Recall())
	}
	b, err := trial.Run(context.Background(), t.TempDir(), nothing)
	if err != nil {
		t.Fatal(err)
	}
	if b.Recall() != 0 || b.Precision() != 1 || len(b.Mistakes) == 0 {
		t.Errorf("saying nothing: precision %.3f, recall %.3f, mistakes %v", b.Precision(), b.Recall(), b.Mistakes)
	}
}

func TestExcuseHoldsOnlyWhereFound(t *testing.T) {
	r := CaseResult{Case: &Case{ID: "x"}}
	excuses["x"] = excuse{why: "labelled wrong", under: "T1556"}
	defer delete(excuses, "x")
	if excused(&r) != "" {
		t.Error("excused, and the records were not found at all")
	}
	r.Wandering = []evict.Finding{{Severity: evict.Info, Techniques: []string{"T1556.009"}}}
	if excused(&r) != "" {
		t.Error("excused by a finding that is only information")
	}
	r.Wandering[0].Severity = evict.Low
	if excused(&r) != "labelled wrong" {
		t.Error("not excused, though found under the right technique")
	}
	r.Good = true
	if got := StaleExcuses([]CaseResult{r}); len(got) != 1 {
		t.Errorf("an excuse that excuses nothing is not reported: %v", got)
	}
}
