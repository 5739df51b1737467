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
var excuses = map[string]excuse{
	"PAN-microsoft365_brute_force_login_by_user-0": {why: "one wrong password, alone in its file: the vendor's rule counts such records, and one of them is everyday life (rules, section 4)"},
	"SEN-sign-in_adelete":                          {why: "53 successful sign-ins from one address and client, alone in their file: only the tries on a disabled account, in another file, make the address suspect (found when both are given)"},
}

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
