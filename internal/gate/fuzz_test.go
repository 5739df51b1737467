package gate_test

import (
	"encoding/json"
	"slices"
	"testing"

	"evict"
	"evict/internal/gate"
)

// FuzzRead: whatever is read as a plan has steps with IDs of their own that can come one after the other, and stays the same.
func FuzzRead(f *testing.F) {
	good, err := json.Marshal(made())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(`{"schema":"evict.plan/v1","steps":[{"id":"a","needs":["b"]},{"id":"b","needs":["a"]}]}`))
	f.Fuzz(func(t *testing.T, file []byte) {
		p, err := gate.Read(file)
		if err != nil {
			return
		}
		if p.Hash() != evict.PlanHash(file) {
			t.Error("the hash is not of the bytes")
		}
		var done []string
		left := p.Plan().Steps
		for range p.Plan().Steps {
			i := slices.IndexFunc(left, func(s evict.Step) bool {
				return !slices.ContainsFunc(s.Needs, func(n string) bool { return !slices.Contains(done, n) })
			})
			if i < 0 || left[i].ID == "" || slices.Contains(done, left[i].ID) {
				t.Fatalf("no step can come after %v", done)
			}
			done = append(done, left[i].ID)
			left = slices.Delete(left, i, i+1)
		}
	})
}

// FuzzStanding: details that can't be read hide no intent.
func FuzzStanding(f *testing.F) {
	f.Add([]byte(`{"end":"done"}`), []byte(`{"outcome":"verified"}`), 1, 1)
	f.Add([]byte(`{`), []byte(`null`), 2, 0)
	f.Fuzz(func(t *testing.T, answer, result []byte, answered, ended int) {
		entries := []gate.Entry{
			{Kind: gate.Intended, Plan: "p", Step: "s", Attempt: 1, Detail: answer},
			{Kind: gate.Responded, Plan: "p", Step: "s", Attempt: answered, Detail: answer},
			{Kind: gate.Intended, Plan: "p", Step: "s", Attempt: 2, Detail: result},
			{Kind: gate.Ended, Plan: "p", Step: "s", Attempt: ended, Detail: result},
		}
		s := gate.Standing(entries, "p")["s"]
		var r gate.Result
		settled := ended >= 2 && json.Unmarshal(result, &r) == nil && r.Outcome != ""
		if s.Attempts != 2 || s.Open == settled {
			t.Errorf("%+v, settled %v", s, settled)
		}
	})
}
