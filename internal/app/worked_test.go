package app_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"evict"
	"evict/internal/app"
	"evict/internal/verdict"

	"golang.org/x/tools/txtar"
)

// TestWorked runs the worked examples of the verdict rules: each file of
// testdata/worked holds a story, evidence and what the rules say of it. A
// want-week file is the same evidence cut to the seven days from life's week.
func TestWorked(t *testing.T) {
	files, err := filepath.Glob("testdata/worked/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no worked examples", err)
	}
	for _, file := range files {
		a, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		l := parseLife(t, member(a, "life.txt"))
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		for _, f := range a.Files {
			switch f.Name {
			case "want":
				t.Run(name, func(t *testing.T) { runWorked(t, a, l, time.Time{}, string(f.Data)) })
			case "want-week":
				t.Run(name+"/week", func(t *testing.T) { runWorked(t, a, l, l.week, string(f.Data)) })
			}
		}
	}
}

func runWorked(t *testing.T, a *txtar.Archive, l *life, cut time.Time, want string) {
	dir := t.TempDir()
	written := l.write(t, a, cut)
	spill(t, dir, written)
	if !cut.IsZero() {
		nothingBefore(t, a, cut)
	}
	got, err := app.Investigate(context.Background(), l.options(dir))
	if err != nil {
		t.Fatal(err)
	}
	if got.Rejected.Count > 0 {
		t.Errorf("rejected %d records, first %+v", got.Rejected.Count, got.Rejected.First)
	}
	checkWanted(t, got, want)
	if t.Failed() {
		t.Logf("story: %s", strings.TrimSpace(string(a.Comment)))
		explain(t, got)
	}
}

// TestAnswers holds the owner's word to V26: it settles a place, and it never
// settles a replayed session or a hidden security notice.
func TestAnswers(t *testing.T) {
	for _, c := range []struct {
		file, verdict, item string
	}{
		{"05-new-country-no-device", "clear", ""},
		{"09-forwarding-to-own-name", "clear", ""},
		{"11-session-replayed", "compromised", "C1"},
		{"v12-device-code", "compromised", "C3"},
		{"16a-sprayed-open", "compromised", "C4"},
	} {
		t.Run(c.file, func(t *testing.T) {
			a, err := txtar.ParseFile("testdata/worked/" + c.file + ".txtar")
			if err != nil {
				t.Fatal(err)
			}
			l := parseLife(t, member(a, "life.txt"))
			dir := t.TempDir()
			spill(t, dir, l.write(t, a, time.Time{}))
			o := l.options(dir)
			o.Answers = filepath.Join(t.TempDir(), "answers.jsonl")
			before, err := app.Investigate(context.Background(), o)
			if err != nil {
				t.Fatal(err)
			}
			who := l.people[0].upn
			first := account(before, who)
			if first == nil || len(first.Questions) == 0 {
				t.Fatalf("no question for %s before any answer", who)
			}
			for _, q := range first.Questions {
				e := app.AnswerEntry{Account: who, Answer: verdict.Answer{Question: q.ID, Mine: true, By: "irene@contoso.example", Whom: who, How: "telephone, number from the personnel file", At: l.asOf}}
				if err := app.RecordAnswer(o.Answers, e); err != nil {
					t.Fatal(err)
				}
			}
			after, err := app.Investigate(context.Background(), o)
			if err != nil {
				t.Fatal(err)
			}
			got := account(after, who)
			if string(got.Verdict) != c.verdict {
				t.Errorf("after \"that was me\": %s, want %s (was %s)", got.Verdict, c.verdict, first.Verdict)
			}
			if c.item != "" {
				if ok, have := hasItem(got, c.item, false); !ok {
					t.Errorf("the answer cancelled %s; have %s", c.item, have)
				}
			}
			if t.Failed() {
				explain(t, after)
			}
		})
	}
}

func member(a *txtar.Archive, name string) string {
	for _, f := range a.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

func spill(t *testing.T, dir string, files map[string][]byte) {
	t.Helper()
	for name, b := range files {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

var logTime = regexp.MustCompile(`"+(?:CreationTime|createdDateTime|activityDateTime)"+:\s*"+(\d{4}-\d\d-\d\d)T`)

// nothingBefore holds an example to its own cut: a written log record before it would make the cut a lie.
func nothingBefore(t *testing.T, a *txtar.Archive, cut time.Time) {
	t.Helper()
	for _, f := range a.Files {
		if word, _ := sourceOf(f.Name); !slices.Contains([]string{"audit", "signins", "tokens", "directory"}, word) {
			continue
		}
		for _, m := range logTime.FindAllSubmatch(f.Data, -1) {
			if day := string(m[1]); day < cut.Format(time.DateOnly) {
				t.Fatalf("%s holds a record of %s, before the cut", f.Name, day)
			}
		}
	}
}

// checkWanted reads a want file, one claim a line; "no" or "not" before it denies it.
//
//	compromised|suspected|clear|unknown ACCOUNT   the verdict
//	role ROLE ACCOUNT · exposure WORD ACCOUNT (possible, confirmed, none, not-measurable)
//	item ITEM ACCOUNT       a reason of the verdict carries it; denied: no reason and no finding above low does
//	findings N ACCOUNT      findings of low or higher
//	strong N ACCOUNT        reasons that are strong or conclusive
//	questions N ACCOUNT · steps ACCOUNT (one to five next steps)
//	question|text|entry|head ACCOUNT WORDS        that text contains the words, whatever their case
//	symptom NUMBER STATUS ACCOUNT                 status with dashes: not-seen, cannot-see
//	strand NETWORK VERDICT ACCOUNT · strand NETWORK ACCOUNT
//	anchor ANCHOR NETWORK ACCOUNT
//	check STATUS DETECTOR ACCOUNT
//	listed NAME             an account whose name contains it is listed
//	headline WORDS          of the whole investigation
//	count VERDICT N · count accounts N            of its summary
//	some findings ACCOUNT or ACCOUNT...           one of them has a finding of low or higher
func checkWanted(t *testing.T, got *evict.Investigation, want string) {
	t.Helper()
	for _, line := range strings.Split(want, "\n") {
		line, _, _ = strings.Cut(line, " #")
		w := strings.Fields(line)
		if len(w) == 0 {
			continue
		}
		deny := w[0] == "no" || w[0] == "not"
		if deny {
			w = w[1:]
		}
		ok, have := holds(t, got, w, deny)
		if ok == deny {
			t.Errorf("want %s; have %s", strings.TrimSpace(line), have)
		}
	}
}

// holds reports whether a claim is true and what there is instead.
func holds(t *testing.T, got *evict.Investigation, w []string, deny bool) (bool, string) {
	t.Helper()
	last := w[len(w)-1]
	switch w[0] {
	case "headline":
		return contains(got.Headline, w[1:]), got.Headline
	case "listed":
		names := []string{}
		for _, a := range got.Accounts {
			names = append(names, a.Account)
		}
		return strings.Contains(strings.ToLower(strings.Join(names, "\n")), strings.ToLower(strings.Join(w[1:], " "))), strings.Join(names, ", ")
	case "count":
		s := got.Summary
		n := map[string]int{"compromised": s.Compromised, "suspected": s.Suspected, "clear": s.Clear, "unknown": s.Unknown, "accounts": s.Accounts}[w[1]]
		return fmt.Sprint(n) == w[2], fmt.Sprintf("%d %s", n, w[1])
	case "some":
		for _, name := range w[2:] {
			if a := account(got, name); a != nil && weighty(a) > 0 {
				return true, ""
			}
		}
		return false, "no finding"
	case "question", "text", "entry", "head":
		last = w[1]
	}
	a := account(got, last)
	if a == nil {
		if deny {
			return false, ""
		}
		t.Errorf("account %s is not listed", last)
		return false, "no such account"
	}
	switch w[0] {
	case "compromised", "suspected", "clear", "unknown":
		return string(a.Verdict) == w[0], fmt.Sprintf("%s (%s)", a.Verdict, a.Headline)
	case "role":
		return string(a.Role) == w[1], fmt.Sprintf("role %q", a.Role)
	case "exposure":
		return strings.HasPrefix(strings.ReplaceAll(string(a.Exposure), " ", "-"), w[1]), string(a.Exposure)
	case "item":
		return hasItem(a, w[1], deny)
	case "findings":
		n := weighty(a)
		return fmt.Sprint(n) == w[1], fmt.Sprintf("%d findings", n)
	case "strong":
		n := 0
		for _, r := range a.Reasons {
			if r.Grade >= evict.Strong {
				n++
			}
		}
		return fmt.Sprint(n) == w[1], fmt.Sprintf("%d strong reasons", n)
	case "questions":
		return fmt.Sprint(len(a.Questions)) == w[1], fmt.Sprintf("%d questions", len(a.Questions))
	case "steps":
		return len(a.NextSteps) >= 1 && len(a.NextSteps) <= 5, fmt.Sprintf("%d steps", len(a.NextSteps))
	case "question":
		var all []string
		for _, q := range a.Questions {
			all = append(all, q.Text)
		}
		return contains(strings.Join(all, "\n"), w[2:]), strings.Join(all, " | ")
	case "text":
		all := []string{a.Headline, a.Entry}
		for _, r := range a.Reasons {
			all = append(all, r.Text)
		}
		all = append(append(all, a.NotExcluded...), a.NextSteps...)
		return contains(strings.Join(all, "\n"), w[2:]), strings.Join(all, " | ")
	case "entry":
		return contains(a.Entry, w[2:]), a.Entry
	case "head":
		return contains(a.Headline, w[2:]), a.Headline
	case "symptom":
		for _, s := range a.Symptoms {
			if fmt.Sprint(s.Number) == w[1] {
				return strings.ReplaceAll(s.Status, " ", "-") == w[2], s.Status + ": " + s.Why
			}
		}
		return false, "no such symptom"
	case "strand", "anchor":
		return strandHolds(a, w)
	case "check":
		for _, c := range a.Checks {
			if c.Detector == w[2] {
				return string(c.Status) == w[1], string(c.Status) + ": " + c.Why
			}
		}
		return false, "no such check"
	}
	t.Fatalf("unknown claim %q", w)
	return false, ""
}

// strandHolds answers "strand NETWORK [VERDICT] ACCOUNT", where every strand of
// the network must have the verdict, and "anchor ANCHOR NETWORK ACCOUNT", where one must have it.
func strandHolds(a *evict.Account, w []string) (bool, string) {
	network := w[len(w)-2]
	if w[0] == "strand" && len(w) == 4 {
		network = w[1]
	}
	var have []string
	found, all, anchored := false, true, false
	for _, s := range a.Strands {
		if s.Network != network && !strings.HasPrefix(s.Network, network+"/") {
			continue
		}
		found = true
		all = all && (len(w) < 4 || string(s.Verdict) == w[2])
		anchored = anchored || s.Has(evict.Anchor(w[1]))
		have = append(have, fmt.Sprintf("%s %s %v %s", s.Network, s.Client, s.Anchors, s.Verdict))
	}
	if w[0] == "anchor" {
		return anchored, strings.Join(have, "; ")
	}
	return found && all, strings.Join(have, "; ")
}

func hasItem(a *evict.Account, item string, deny bool) (bool, string) {
	var have []string
	found := false
	for _, r := range a.Reasons {
		found = found || r.Item == item
		have = append(have, r.Item)
	}
	for _, f := range a.Findings {
		found = found || deny && f.Item == item && f.Severity > evict.Low
		have = append(have, fmt.Sprintf("%s(%s)", f.Item, f.Severity))
	}
	return found, strings.Join(have, " ")
}

// weighty counts findings of low or higher that no responder's work explains.
func weighty(a *evict.Account) int {
	n := 0
	for _, f := range a.Findings {
		if f.Severity >= evict.Low && f.Attribution != evict.ByResponder {
			n++
		}
	}
	return n
}

func contains(text string, words []string) bool {
	return strings.Contains(strings.ToLower(text), strings.ToLower(strings.Join(words, " ")))
}

func account(got *evict.Investigation, name string) *evict.Account {
	for i := range got.Accounts {
		if strings.EqualFold(got.Accounts[i].Account, name) {
			return &got.Accounts[i]
		}
	}
	return nil
}

// explain prints what was found, for whoever has to settle a disagreement.
func explain(t *testing.T, got *evict.Investigation) {
	t.Helper()
	t.Logf("headline: %s", got.Headline)
	for _, a := range got.Accounts {
		if a.Verdict != evict.Compromised && a.Verdict != evict.Suspected && len(a.Findings) == 0 && len(a.Strands) > 4 && len(got.Accounts) > 4 {
			continue
		}
		t.Logf("%s %s role=%q exposure=%q entry=%q trouble=%s: %s", a.Account, a.Verdict, a.Role, a.Exposure, a.Entry, a.FirstTrouble, a.Headline)
		for _, r := range a.Reasons {
			t.Logf("  reason %s %s %s: %s", r.Item, r.Grade, r.Family, r.Text)
		}
		for _, f := range a.Findings {
			t.Logf("  finding %s %s %s %s %s by %s: %s", f.Detector, f.Item, f.Grade, f.Severity, f.Family, f.Attribution, f.Summary)
		}
		for _, n := range a.NotExcluded {
			t.Logf("  not excluded: %s", n)
		}
		for _, q := range a.Questions {
			t.Logf("  question: %s", q.Text)
		}
		for i, s := range a.Strands {
			if i < 12 || s.Verdict != evict.ByOwner {
				t.Logf("  strand %s %s dev=%s sess=%.8s %s..%s %d %v %s", s.Network, s.Client, s.Device, s.Session, s.From, s.To, s.Events, s.Anchors, s.Verdict)
			}
		}
	}
	for _, f := range got.Findings {
		t.Logf("finding on %s %s: %s %s %s", f.Subject.Kind, f.Subject.ID, f.Detector, f.Item, f.Summary)
	}
}
