package respond_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"evict"
	. "evict/internal/respond"
	"evict/internal/simtenant"
)

// alarm is a rule that only Outlook runs.
const alarm = "Sound the alarm"

func withAlarm(w *simtenant.World) {
	w.Mailboxes[0].Rules = append(w.Mailboxes[0].Rules, &simtenant.InboxRule{ID: "9007199254740993004", Name: alarm, Sequence: 4, Enabled: true, ClientOnly: true, ByHand: "owner"})
}

func (b *bench) rules() []string {
	var out []string
	b.tenant.Look(func(w *simtenant.World) {
		for _, r := range w.Mailboxes[0].Rules {
			out = append(out, r.Name)
		}
	})
	return out
}

// TestRulesOfOutlookAreLost: a write through Exchange destroys them, so the step keeps them whole, says that they do not come
// back, and does not count as one that can be undone; undoing it gives back the rest. A write through Graph leaves them alone.
func TestRulesOfOutlookAreLost(t *testing.T) {
	for _, x := range []struct {
		name         string
		action       *Action
		kind, id     string
		alarm        bool
		lost, undone bool
	}{
		{"a hidden rule beside one", DisableInboxRule, "hidden-inbox-rule", "9007199254740993003", true, true, true},
		{"a hidden rule deleted beside one", DeleteInboxRule, "hidden-inbox-rule", "9007199254740993003", true, true, false},
		{"a hidden rule", DisableInboxRule, "hidden-inbox-rule", "9007199254740993003", false, false, true},
		{"a visible rule beside one", DisableInboxRule, "inbox-rule", graphRuleID(9007199254740993001), true, false, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			trial := trial{action: x.action, target: thing(danaID, x.kind, x.id)}
			if x.alarm {
				trial.set = withAlarm
			}
			b := newBench(t, trial, simtenant.Options{})
			s, err := b.plan(trial)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Contains(s.NoUndo, alarm); got != x.lost || s.Reversible() == x.lost || (s.Undo != "") != x.undone {
				t.Errorf("%s: undo %q, not %q", x.name, s.Undo, s.NoUndo)
			}
			if got := strings.Contains(string(s.Before), alarm) && strings.Contains(string(s.Before), "9007199254740993004"); got != x.lost {
				t.Errorf("%s: before it was %s", x.name, s.Before)
			}
			before := b.rules()
			got, plan := b.carry(s)
			if got.State != Verified {
				t.Fatalf("%s: %s %s", x.name, got.State, got.Why)
			}
			if gone := slices.Contains(before, alarm) && !slices.Contains(b.rules(), alarm); gone != x.lost {
				t.Errorf("%s: %v became %v", x.name, before, b.rules())
			}
			if !x.undone {
				return
			}
			back, undo := b.undoPlan(plan)
			if back.State != Verified {
				t.Errorf("%s: undo is %s: %s", x.name, back.State, back.Why)
			}
			if warned := slices.ContainsFunc(undo.Plan().Steps[0].Warnings, func(w string) bool { return strings.Contains(w, alarm) }); warned != x.lost {
				t.Errorf("%s: the undo says %q", x.name, undo.Plan().Steps[0].Warnings)
			}
		})
	}
}

// TestUnseenRulesOfOutlook: without a word of Exchange's about them, or without the tenant, they count as lost.
func TestUnseenRulesOfOutlook(t *testing.T) {
	for _, before := range []string{`{"enabled":true,"outlookOnly":"not known"}`, `"unknown"`} {
		s := evict.Step{Target: thing(danaID, "hidden-inbox-rule", "1"), Before: []byte(before)}
		if s.Undo, s.NoUndo = DisableInboxRule.Reversal(s); s.Reversible() || s.Undo == "" {
			t.Errorf("%s: undo %q, not %q", before, s.Undo, s.NoUndo)
		}
		s.Target.Kind = "inbox-rule"
		if s.Undo, s.NoUndo = DisableInboxRule.Reversal(s); !s.Reversible() {
			t.Errorf("a visible rule: %q", s.NoUndo)
		}
	}
}
