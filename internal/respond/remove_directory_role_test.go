package respond

import (
	"context"
	"encoding/json"
	"testing"

	"evict"
	"evict/internal/m365"
)

type caught struct {
	Reader
	calls []m365.Call
}

func (c *caught) Write(_ context.Context, call m365.Call) (*m365.Response, error) {
	c.calls = append(c.calls, call)
	return &m365.Response{}, nil
}

// TestAnEligibilityComesBackForNoLonger than it was.
func TestAnEligibilityComesBackForNoLonger(t *testing.T) {
	for schedule, want := range map[string]string{
		`{"startDateTime":"2026-01-12T08:00:00Z","recurrence":null,"expiration":{"type":"afterDateTime","endDateTime":"2026-12-31T00:00:00Z","duration":null}}`: `{"expiration":{"endDateTime":"2026-12-31T00:00:00Z","type":"afterDateTime"}}`,
		`{"expiration":{"type":"noExpiration","endDateTime":null}}`: `{"expiration":{"type":"noExpiration"}}`,
		`null`: `{"expiration":{"type":"noExpiration"}}`,
	} {
		var w caught
		s := evict.Step{Target: evict.Object{Account: "u", ID: "e"}, Before: null, After: json.RawMessage(`{"id":"e","principalId":"u","roleDefinitionId":"r","directoryScopeId":"/","scheduleInfo":` + schedule + `}`)}
		if err := RemoveEligibleRole.Apply(t.Context(), &w, s); err != nil || len(w.calls) != 1 {
			t.Fatal(err, w.calls)
		}
		body := w.calls[0].Body.(row)
		if got := string(state(body["scheduleInfo"])); got != want || body["action"] != "adminAssign" {
			t.Errorf("%s: %s", schedule, got)
		}
	}
}
