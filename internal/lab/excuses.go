package lab

// excuses are the labelled cases that the program does not answer as labelled,
// and the reason why that is right or out of reach. docs/evaluation.md explains
// each. A case that is answered as labelled needs no entry, and an entry that
// no longer excuses anything fails the evaluation.
var excuses = map[string]string{}

// StaleExcuses returns the entries that excuse nothing among the results.
func StaleExcuses(results []CaseResult) []string {
	var out []string
	for _, r := range results {
		if r.Good && excuses[r.Case.ID] != "" {
			out = append(out, r.Case.ID)
		}
	}
	return out
}
