package state

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"evict"
	"evict/internal/detect"
)

var (
	_   detect.State = (*Replay)(nil)
	ana              = evict.Principal{Kind: evict.UPN, ID: "ana@contoso.example"}
)

func at(minute int) evict.Time {
	return evict.At(time.Date(2026, 3, 4, 10, 0, 0, 0, time.UTC).Add(time.Duration(minute)*time.Minute), evict.Second)
}

func event(minute int, op string, d evict.Detail) *evict.Event {
	return &evict.Event{ID: evict.RecordID(fmt.Sprint("r", minute)), Time: at(minute), Op: op, Outcome: evict.Success, Actor: ana,
		Subjects: []evict.Subject{{Part: evict.Mailbox, Who: ana}}, Detail: d}
}

func ruleEvent(minute int, c evict.RuleChange, r evict.InboxRule) *evict.Event {
	return event(minute, "rule", &evict.Rule{Change: c, Rule: r})
}

func TestRuleSetAndRemovedAgain(t *testing.T) {
	r := New(nil)
	r.Apply(ruleEvent(1, evict.RuleMade, evict.InboxRule{ID: "77", Name: ".", BodyKnown: true, Delete: evict.Yes, Subject: []string{"phish"}, Enabled: evict.Yes}))
	made, from, ok := r.RuleMade(ana, "77")
	if !ok || made.ID != "r1" || from != at(1) {
		t.Errorf("RuleMade = %v %v %v", made, from, ok)
	}
	r.Apply(ruleEvent(9, evict.RuleRemoved, evict.InboxRule{ID: "77"}))
	if _, ok := r.Rule(ana, "77"); ok {
		t.Error("the rule is still there after its removal")
	}
	lives := r.Lifetimes()
	if len(lives) != 1 || lives[0].Name != "." || lives[0].Made.ID != "r1" || lives[0].Removed.ID != "r9" || lives[0].From != at(1) || lives[0].To != at(9) {
		t.Errorf("Lifetimes = %+v", lives)
	}
}

func TestPartialChangeLeavesTheRest(t *testing.T) {
	r := New(nil)
	r.Apply(ruleEvent(1, evict.RuleMade, evict.InboxRule{Name: "a", BodyKnown: true, Subject: []string{"invoice"}, MarkRead: evict.Yes}))
	r.Apply(ruleEvent(2, evict.RuleChanged, evict.InboxRule{Name: "a", BodyKnown: true, MoveTo: "RSS Feeds", Subject: []string{"ignored"}, Set: []string{"MoveToFolder"}}))
	got, _ := r.Rule(ana, "A")
	if got.MoveTo != "RSS Feeds" || !slices.Equal(got.Subject, []string{"invoice"}) || got.MarkRead != evict.Yes || !got.BodyKnown {
		t.Errorf("after a partial change: %+v", got)
	}
	r.Apply(ruleEvent(3, evict.RuleDisabled, evict.InboxRule{Name: "a"}))
	if got, _ = r.Rule(ana, "a"); got.Enabled != evict.No || got.MoveTo != "RSS Feeds" {
		t.Errorf("after Disable-InboxRule: %+v", got)
	}
	r.Apply(ruleEvent(4, evict.RuleEnabled, evict.InboxRule{Name: "a"}))
	if got, _ = r.Rule(ana, "a"); got.Enabled != evict.Yes {
		t.Errorf("after Enable-InboxRule: %+v", got)
	}
}

func TestModifyWithoutBodyMakesItUnknown(t *testing.T) {
	r := New(nil)
	r.Apply(ruleEvent(1, evict.RuleMade, evict.InboxRule{ID: "5", Name: "filing", BodyKnown: true, MoveTo: "Projects", Enabled: evict.Yes}))
	r.Apply(ruleEvent(2, evict.RuleChanged, evict.InboxRule{ID: "5"}))
	got, ok := r.Rule(ana, "5")
	if !ok || got.BodyKnown || got.MoveTo != "" || got.Name != "filing" {
		t.Errorf("after a bare Modify: %+v %v", got, ok)
	}
}

func TestDumpWithoutMakingRecord(t *testing.T) {
	r := New(nil)
	seen := ruleEvent(1, evict.RuleSeen, evict.InboxRule{ID: "9", Name: "old", BodyKnown: true, Delete: evict.Yes})
	seen.Flags, seen.Actor = evict.Observed, evict.Principal{}
	r.Apply(seen)
	if got, ok := r.Rule(ana, "9"); !ok || got.Delete != evict.Yes {
		t.Errorf("rule of the dump: %+v %v", got, ok)
	}
	if _, _, ok := r.RuleMade(ana, "9"); ok {
		t.Error("a dump is no record of the rule's making")
	}
	if len(r.Lifetimes()) != 0 {
		t.Errorf("Lifetimes = %+v", r.Lifetimes())
	}
}

func TestDumpAfterMakingKeepsTheMaker(t *testing.T) {
	r := New(nil)
	r.Apply(ruleEvent(1, evict.RuleMade, evict.InboxRule{Name: "x", BodyKnown: true}))
	r.Apply(ruleEvent(2, evict.RuleSeen, evict.InboxRule{ID: "12", Name: "x", BodyKnown: true, Delete: evict.Yes}))
	if e, _, ok := r.RuleMade(ana, "12"); !ok || e.ID != "r1" {
		t.Errorf("RuleMade after the dump = %v %v", e, ok)
	}
}

func forwardEvent(minute int, fields ...evict.Field) *evict.Event {
	return event(minute, "Set-Mailbox", &evict.Settings{Params: fields})
}

func TestForwarding(t *testing.T) {
	r := New(nil)
	if _, known := r.Forwarding(ana); known {
		t.Error("known before any record")
	}
	steps := []struct {
		field evict.Field
		want  []string
	}{
		{evict.Field{Name: "ForwardingSmtpAddress", Value: "smtp:x@fabrikam.example"}, []string{"x@fabrikam.example"}},
		{evict.Field{Name: "ForwardingAddress", Value: "ben@contoso.example"}, []string{"x@fabrikam.example", "ben@contoso.example"}},
		{evict.Field{Name: "AuditEnabled", Value: "False"}, []string{"x@fabrikam.example", "ben@contoso.example"}},
		{evict.Field{Name: "ForwardingAddress", Value: ""}, []string{"x@fabrikam.example"}},
		{evict.Field{Name: "ForwardingSmtpAddress", Value: "$null"}, []string{}},
	}
	for i, s := range steps {
		r.Apply(forwardEvent(i+1, s.field))
		if got, known := r.Forwarding(ana); !known || len(got)+len(s.want) > 0 && !reflect.DeepEqual(got, s.want) {
			t.Errorf("step %d: %v %v, want %v", i, got, known, s.want)
		}
	}
	lives := r.Lifetimes()
	last := lives[len(lives)-1]
	if last.Kind != "forwarding" || last.Removed.ID != "r5" {
		t.Errorf("last lifetime = %+v", last)
	}
}

func TestFailedActsChangeNothing(t *testing.T) {
	r := New(nil)
	e := ruleEvent(1, evict.RuleMade, evict.InboxRule{Name: "."})
	e.Outcome = evict.Failure
	r.Apply(e)
	if _, ok := r.Rule(ana, "."); ok {
		t.Error("a failed New-InboxRule made a rule")
	}
}

func TestAliasesAreOneMailbox(t *testing.T) {
	r := New(nil)
	id := evict.Principal{Kind: evict.ObjectID, ID: "3f0c0a51-0000-4000-8000-000000000001"}
	e := ruleEvent(1, evict.RuleMade, evict.InboxRule{Name: "one", BodyKnown: true})
	r.Apply(e)
	e = ruleEvent(2, evict.RuleMade, evict.InboxRule{Name: "two", BodyKnown: true})
	e.Subjects[0].Who = id
	r.Apply(e)
	e = ruleEvent(3, evict.RuleMade, evict.InboxRule{Name: "three", BodyKnown: true})
	e.Subjects[0].Aliases = []evict.Principal{id}
	r.Apply(e)
	for _, name := range []string{"one", "two", "three"} {
		for _, p := range []evict.Principal{ana, id} {
			if _, ok := r.Rule(p, name); !ok {
				t.Errorf("rule %s not found under %v", name, p)
			}
		}
	}
}

func TestMadeFindsObjectsByAnyName(t *testing.T) {
	r := New(nil)
	e := event(1, "Add user.", &evict.Changes{Object: "new@contoso.example"})
	e.Subjects = []evict.Subject{{Part: evict.Target, Who: evict.Principal{Kind: evict.UPN, ID: "new@contoso.example"}, Label: "New Admin"}}
	r.Apply(e)
	for _, name := range []string{"NEW@contoso.example", "new admin"} {
		if got, ok := r.Made(name); !ok || got.ID != "r1" {
			t.Errorf("Made(%q) = %v %v", name, got, ok)
		}
	}
	if _, ok := r.Made("other@contoso.example"); ok {
		t.Error("made what no record made")
	}
}

func TestRoleGivenAndTaken(t *testing.T) {
	r := New(nil)
	for i, op := range []string{"Add member to role.", "Remove member from role."} {
		p := evict.Change{Name: "Role.DisplayName"}
		if i == 0 {
			p.New = `"Global Administrator"`
		} else {
			p.Old = `"Global Administrator"`
		}
		e := event(i+1, op, &evict.Changes{Props: []evict.Change{p}})
		e.Subjects = []evict.Subject{{Part: evict.Grantee, Who: ana}}
		r.Apply(e)
	}
	lives := r.Lifetimes()
	if len(lives) != 1 || lives[0].Kind != "role" || lives[0].Name != "Global Administrator" || lives[0].From != at(1) || lives[0].To != at(2) {
		t.Errorf("Lifetimes = %+v", lives)
	}
}

// TestKeepsNothingOfTheEvent: the passes reuse the buffers behind an event's strings.
func TestKeepsNothingOfTheEvent(t *testing.T) {
	buf := []byte("invoice")
	r := New(nil)
	r.Apply(ruleEvent(1, evict.RuleMade, evict.InboxRule{Name: "n", BodyKnown: true, Subject: []string{unsafeString(buf)}}))
	copy(buf, "XXXXXXX")
	if got, _ := r.Rule(ana, "n"); got.Subject[0] != "invoice" {
		t.Errorf("kept a reference: %q", got.Subject[0])
	}
}

func TestLimits(t *testing.T) {
	r := New(nil)
	for i := range maxRules + 1 {
		r.Apply(ruleEvent(i+1, evict.RuleSeen, evict.InboxRule{ID: fmt.Sprint(i), BodyKnown: true}))
	}
	if !r.Full() {
		t.Error("not full beyond the limit")
	}
}

// A log has the UPN and a dump the object ID: no event pairs them, and the rule is one.
func TestNamesOfOnePersonAreOneMailbox(t *testing.T) {
	object := evict.Principal{Kind: evict.ObjectID, ID: "0d1f"}
	person := func(p evict.Principal) evict.Principal {
		if p == ana {
			return object
		}
		return p
	}
	seen := ruleEvent(2, evict.RuleSeen, evict.InboxRule{ID: "9", Name: ".", BodyKnown: true, Delete: evict.Yes})
	seen.Flags, seen.Actor, seen.Subjects = evict.Observed, evict.Principal{}, []evict.Subject{{Part: evict.Mailbox, Who: object}}
	for _, first := range []bool{true, false} {
		r := New(person)
		made := ruleEvent(1, evict.RuleMade, evict.InboxRule{Name: ".", BodyKnown: true, Delete: evict.Yes, Enabled: evict.Yes})
		if first {
			r.Apply(made)
		} else {
			r.Apply(seen)
		}
		for _, who := range []evict.Principal{ana, object} {
			if got, ok := r.Rule(who, "."); !ok || got.Delete != evict.Yes {
				t.Errorf("made first: %v: the rule of %v is %+v, %v", first, who, got, ok)
			}
		}
	}
	if _, ok := New(nil).Rule(object, "."); ok {
		t.Error("a rule of nobody")
	}
}
