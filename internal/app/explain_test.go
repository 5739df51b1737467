package app_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"evict/internal/app"
	"evict/internal/detect"
)

// TestDetectorsNameActions: people look up what a detector says that answers it.
func TestDetectorsNameActions(t *testing.T) {
	for _, d := range detect.Catalog {
		for _, id := range d.Actions {
			if len(app.ExplainAction(id)) == 0 {
				t.Errorf("%s: no action is called %q: Actions are IDs of internal/respond/catalog.go", d.ID, id)
			}
		}
	}
}

// TestEveryNumberIsExplained: an answer cites numbers, and people look them up.
func TestEveryNumberIsExplained(t *testing.T) {
	var all []string
	for letter, n := range map[string]int{"S": 10, "R": 7, "V": 33, "A": 7, "C": 11, "G": 18} {
		for i := range n {
			all = append(all, fmt.Sprint(letter, i+1))
		}
	}
	numbered := regexp.MustCompile(`^[A-Z][0-9]+$`)
	for _, d := range detect.Catalog {
		if numbered.MatchString(d.Item) {
			all = append(all, d.Item)
		}
	}
	for _, id := range all {
		r := app.ExplainRule(strings.ToLower(id))
		if len(r) != 1 || r[0].ID != id || len(r[0].Text) < 5 {
			t.Errorf("%s is explained as %+v", id, r)
			continue
		}
		if strings.ContainsAny(r[0].Text, "*`[]\n") || strings.Contains(r[0].Text, "](") {
			t.Errorf("%s has markup in its text: %s", id, r[0].Text)
		}
		if id[0] == 'S' && len(r[0].Detectors) == 0 || id[0] == 'R' && len(r[0].Actions) == 0 {
			t.Errorf("%s has neither detector nor action", id)
		}
	}
}
