package lab

import (
	"strings"

	"evict"
)

// An excuse says why a labelled case that the program does not answer as
// labelled does not count.
type excuse struct {
	why string
	// under is the technique under which the records must be found all the
	// same, at low or higher; "" when they need not be found at all.
	under string
}

// excuses are all of them, by case. docs/evaluation.md explains each. An entry
// that no longer excuses anything fails the evaluation.
var excuses = map[string]excuse{}

// excused returns the reason why the result does not count, or "".
func excused(r *CaseResult) string {
	x, ok := excuses[r.Case.ID]
	if !ok || x.under != "" && !foundUnder(r.Wandering, x.under) {
		return ""
	}
	return x.why
}

func foundUnder(list []evict.Finding, technique string) bool {
	for _, f := range list {
		for _, t := range f.Techniques {
			if f.Severity >= evict.Low && strings.HasPrefix(t, technique) {
				return true
			}
		}
	}
	return false
}

// StaleExcuses returns the entries that excuse nothing among the results.
func StaleExcuses(results []CaseResult) []string {
	var out []string
	for i := range results {
		if _, ok := excuses[results[i].Case.ID]; ok && results[i].Good {
			out = append(out, results[i].Case.ID)
		}
	}
	return out
}
