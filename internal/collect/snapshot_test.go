package collect

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
)

// lackOf are the sources that a case's snapshot lacks.
func lackOf(t *testing.T, m *memory, ids ...string) []string {
	t.Helper()
	lacks, ended, err := SnapshotLacks(m, ids)
	if err != nil || !ended {
		t.Fatal(ended, err)
	}
	var out []string
	for _, l := range lacks {
		if l.Why == "" || len(l.Ops()) == 0 {
			t.Errorf("a lack without its reason or its operations: %+v", l)
		}
		out = append(out, l.Source)
	}
	return out
}

// logsAsked are requests that read a log or a folder's messages.
func (f *far) logsAsked() int {
	return f.count("/auditLogs/") + f.count("/auditLog/queries") + f.count("messageTraces") + f.count("/messages") + f.count("Search-UnifiedAuditLog") + f.count("Get-RecoverableItems") + f.count("/identityProtection/")
}

// Every collection begins with the snapshot, and keeps what it lacks. (The compliance endpoint of the fictional tenant answers nothing.)
func TestCollectionHoldsASnapshot(t *testing.T) {
	for _, depth := range []Depth{Quick, Standard, Full} {
		synctest.Test(t, func(t *testing.T) {
			f, m := &far{answer: newContoso().answer}, &memory{}
			in := liveInput(t, f, m)
			in.Depth = depth
			if _, ended, err := SnapshotLacks(m, []string{danaID}); ended || err != nil {
				t.Error("a case without anything has a snapshot", err)
			}
			if _, err := Live(context.Background(), in); err != nil {
				t.Fatal(err)
			}
			if got := lackOf(t, m, danaID); !slices.Equal(got, []string{"roles/compliance"}) {
				t.Errorf("%s: it lacks %v", depth, got)
			}
			if _, ended, _ := SnapshotLacks(m, []string{danaID, "somebody-else"}); ended {
				t.Error("an account that nobody collected has a snapshot")
			}
		})
	}
}

func TestSnapshotReadsNoLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, m := &far{answer: newContoso().answer}, &memory{}
		in := liveInput(t, f, m)
		in.Accounts = []string{danaID}
		res, err := Snapshot(context.Background(), in)
		if err != nil {
			t.Fatal(err)
		}
		if n := f.logsAsked(); n > 0 {
			t.Errorf("it asked logs %d times", n)
		}
		if got := lackOf(t, m, danaID); !slices.Equal(got, []string{"roles/compliance"}) {
			t.Errorf("it lacks %v", got)
		}
		if c := coverageOf(t, res, "sign-ins/interactive", danaID); c.State != NotAsked || !strings.Contains(c.Why, "only the state") {
			t.Errorf("a log is %s: %s", c.State, c.Why)
		}
		before := f.count("Get-InboxRule")
		res, err = Live(context.Background(), in)
		if err != nil || f.count("Get-InboxRule") != before+2 { // of the shared mailbox that came up
			t.Errorf("rules were read %d times, %d before: %v", f.count("Get-InboxRule"), before, err)
		}
		for _, source := range []string{"sign-ins/interactive", "audit/actor", "inbox-rules", "mailbox"} {
			if c := coverageOf(t, res, source, danaID); c.State != Complete {
				t.Errorf("after it a collection leaves %s %s: %s", source, c.State, c.Why)
			}
		}
	})
}

// A snapshot of a case that has one asks only for what was refused, and leaves the rest of the case as it is.
func TestSnapshotAsksAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newContoso()
		c.deny = func(a asked) (int, string) {
			if a.cmdlet == "Get-SweepRule" || strings.HasSuffix(a.op, "/authentication/methods") {
				return 403, failure("Authorization_RequestDenied")
			}
			return 0, ""
		}
		f, m := &far{answer: c.answer}, &memory{}
		in := liveInput(t, f, m)
		first, err := Live(context.Background(), in)
		if err != nil {
			t.Fatal(err)
		}
		if got := lackOf(t, m, danaID); !slices.Equal(got, []string{"methods", "roles/compliance", "sweep-rules"}) {
			t.Fatalf("it lacks %v", got)
		}
		c.deny = nil
		before, logs := len(f.log), f.logsAsked()
		in.Accounts = []string{danaID}
		res, err := Snapshot(context.Background(), in)
		if err != nil {
			t.Fatal(err)
		}
		if got := lackOf(t, m, danaID); !slices.Equal(got, []string{"roles/compliance"}) {
			t.Errorf("it lacks %v", got)
		}
		if n := len(f.log) - before; n > 25 || f.logsAsked() != logs || f.count("Get-SweepRule") == 0 {
			t.Errorf("it asked %d times: %s", n, strings.Join(f.log[before:], "\n"))
		}
		for _, was := range first.Coverage {
			now := coverageOf(t, res, was.Source, was.Account)
			if was.Source == "sweep-rules" || strings.HasPrefix(was.Source, "methods") || strings.HasPrefix(was.Source, "roles/compliance") || strings.HasPrefix(was.Source, "accounts") {
				continue
			}
			if fmt.Sprint(was) != fmt.Sprint(now) {
				t.Errorf("%s %s was\n%+v\nand is\n%+v", was.Source, was.Account, was, now)
			}
		}
		if fmt.Sprint(first.Accounts) != fmt.Sprint(res.Accounts) {
			t.Errorf("accounts were\n%+v\nand are\n%+v", first.Accounts, res.Accounts)
		}
		in.Accounts = []string{sharedID}
		if res, err = Snapshot(context.Background(), in); err != nil || coverageOf(t, res, "sign-ins/interactive", danaID).State != Complete {
			t.Errorf("after the snapshot of another account: %v", err)
		}
		if got := lackOf(t, m, danaID, sharedID); !slices.Equal(got, []string{"inbox-rules", "roles/compliance"}) { // no rule at all is no proof
			t.Errorf("both lack %v", got)
		}
	})
}
