package app

import (
	"cmp"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"evict"
	"evict/internal/gate"
	"evict/internal/timeline"
)

// What this program did is known from the intents alone, also of a run that was killed before it could name itself.
func TestOwnWork(t *testing.T) {
	noon := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	intent := func(after time.Duration) gate.Entry { return gate.Entry{Kind: gate.Intended, Time: noon.Add(after)} }
	named := func(s self) gate.Entry {
		raw, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		return gate.Entry{Kind: gate.Declared, Time: noon.Add(5 * time.Hour), Detail: raw}
	}
	sets := intent(0)
	sets.Detail = json.RawMessage(`{"action":"confirm-compromised","object":{"account":"dana","name":"dana@contoso.example","kind":"user"},"operation":"confirm-compromised"}`)
	for _, c := range []struct {
		name    string
		entries []gate.Entry
		want    []string
	}{
		{"nothing was sent", []gate.Entry{named(self{"app", "principal"})}, nil},
		{"it never said who it is", []gate.Entry{intent(0)}, nil},
		{"two runs, named after the second", []gate.Entry{intent(0), intent(time.Minute), intent(4 * time.Hour), named(self{"app", "principal"})},
			[]string{"app 11:50 12:11", "app 15:50 16:10", "principal 11:50 12:11", "principal 15:50 16:10"}},
		{"its principal could not be read", []gate.Entry{intent(0), named(self{"app", ""})}, []string{"app 11:50 12:10"}},
		{"it set a risk", []gate.Entry{sets, named(self{"app", ""})}, []string{"the risk of dana 11:50 12:10", "app 11:50 12:10"}},
		{"said twice", []gate.Entry{intent(0), named(self{"app", ""}), named(self{"app", ""})}, []string{"app 11:50 12:10"}},
		{"somebody's own declaration", []gate.Entry{intent(0), {Kind: gate.Declared, Detail: json.RawMessage(`"the partner worked"`)}}, nil},
	} {
		var got []string
		works := ownWorks(c.entries)
		slices.SortFunc(works, func(a, b timeline.Work) int {
			return cmp.Or(cmp.Compare(a.By, b.By), cmp.Compare(a.From.Nano, b.From.Nano))
		})
		for _, w := range works {
			if w.Risk {
				w.By = "the risk of " + w.Account
			}
			got = append(got, w.By+" "+w.From.Std().UTC().Format("15:04")+" "+w.To.Std().UTC().Format("15:04"))
			if w.Kind != "responder" || w.From == (evict.Time{}) {
				t.Errorf("%s: %+v", c.name, w)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
