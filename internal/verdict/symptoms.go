package verdict

import (
	"slices"
	"strings"

	"evict"
)

// symptoms answers the ten symptoms: seen, not seen, or cannot see.
func (d *decider) symptoms() []evict.Symptom {
	out := make([]evict.Symptom, 0, 10)
	for n := 1; n <= 10; n++ {
		out = append(out, d.symptom(n))
	}
	return out
}

func (d *decider) symptom(n int) evict.Symptom {
	s := evict.Symptom{Number: n, Findings: []string{}}
	var open, explained []string
	for _, it := range d.a.Items {
		if it.Declared || !slices.Contains(it.Symptoms, n) {
			continue
		}
		s.Findings = append(s.Findings, it.Finding.ID)
		if it.excuse != "" {
			explained = append(explained, it.excuse)
		} else {
			open = append(open, it.Finding.ID)
		}
	}
	if len(s.Findings) > 0 {
		s.Findings = sortedSet(s.Findings)
		s.Status = "seen"
		if len(open) == 0 {
			s.Why = "explained: " + strings.Join(sortedSet(explained), "; ")
		}
		return s
	}
	looked := 0
	var blind []string
	for _, c := range d.checks {
		if !slices.Contains(d.t.Symptoms[c.Detector], n) {
			continue
		}
		looked++
		if c.Status != evict.Done {
			blind = append(blind, c.Detector+": "+c.Why)
		}
	}
	switch {
	case looked == 0:
		s.Status, s.Why = "cannot see", "no detector looked"
	case len(blind) > 0:
		s.Status, s.Why = "cannot see", strings.Join(sortedSet(blind), "; ")
	default:
		s.Status = "not seen"
	}
	return s
}
