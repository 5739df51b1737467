package verdict

import (
	"slices"
	"strings"

	"evict"
)

// strandQuestion and itemQuestion are the IDs under which an answer comes back.
func strandQuestion(s *Strand) string { return "s-" + s.ID }

func itemQuestion(it *Item) string { return "f-" + it.Finding.ID }

// questions are the facts to read out to the owner, the most telling first:
// one for each strand that is not settled, with what was done in it, and one
// for each act that stands in no strand.
func questions(a *Account) []evict.Question {
	type entry struct {
		q      evict.Question
		weight evict.Grade
		order  int
		at     evict.Time
	}
	var all []entry
	for _, s := range a.Strands {
		if s.Answer != nil {
			continue
		}
		acts := openItems(a, s)
		asked := len(acts) > 0 || s.Verdict == evict.ByUnknown
		if !asked || s.Verdict == evict.ByAttacker && !slices.ContainsFunc(acts, func(it *Item) bool { return it.Grade >= evict.Strong }) {
			continue
		}
		e := entry{q: evict.Question{ID: strandQuestion(s), Strand: s.ID, Text: strandFacts(s, acts)}, at: s.From}
		if len(acts) > 0 {
			e.weight, e.q.Finding = acts[0].Grade, acts[0].Finding.ID
		}
		all = append(all, e)
	}
	for _, it := range openItems(a, nil) {
		all = append(all, entry{q: evict.Question{ID: itemQuestion(it), Finding: it.Finding.ID, Text: actFacts(it)}, weight: it.Grade, order: 1, at: it.Time})
	}
	slices.SortFunc(all, func(x, y entry) int {
		if x.weight != y.weight {
			return int(y.weight) - int(x.weight)
		}
		if x.order != y.order {
			return x.order - y.order
		}
		if x.at.Nano != y.at.Nano {
			if x.at.Nano > y.at.Nano { // the latest is remembered best
				return -1
			}
			return 1
		}
		return strings.Compare(x.q.ID, y.q.ID)
	})
	out := []evict.Question{}
	for _, e := range all[:min(len(all), maxQuestions)] {
		out = append(out, e.q)
	}
	return out
}

// openItems returns the items in the strand (nil: in none) that an answer
// could settle: what counts, and what only an anchor explains.
func openItems(a *Account, s *Strand) []*Item {
	var out []*Item
	for _, it := range a.Items {
		if it.Strand != s || it.spare || it.Declared || it.made || !a.owns(it) || it.Grade < evict.Indicative || a.answer(itemQuestion(it)) != nil {
			continue
		}
		if s == nil && it.Placeless && !it.StateOnly { // an alert is nothing that the owner can own up to
			continue
		}
		if it.excuse != "" && !it.ask {
			continue
		}
		out = append(out, it)
	}
	slices.SortFunc(out, heavierFirst)
	return out
}

func strandFacts(s *Strand, acts []*Item) string {
	text := spanOf(s) + ", from " + from(s) + ": "
	if s.SignIns > 0 {
		text += plural(s.SignIns, "sign-in", "sign-ins")
	} else {
		text += "acts in the account"
	}
	if it := telling(acts); it != nil {
		text += "; " + trimStop(it.Summary)
		if n := len(acts) - maxActsInQuestions; n > 0 {
			text += "; and " + plural(n, "other act", "other acts")
		}
	}
	text += ". Was that you?"
	if len(acts) == 1 && acts[0].Question != "" {
		text += " " + acts[0].Question
	}
	if slices.ContainsFunc(acts, func(it *Item) bool { return it.device }) {
		text += " Who else uses this device?"
	}
	return text
}

// telling is the act that an owner can remember: the heaviest that is
// something done, before the place or session it was done from.
func telling(acts []*Item) *Item {
	for _, it := range acts {
		if it.Family != evict.SessionFamily && it.Family != evict.AccessFamily && it.Family != evict.LinkFamily && it.Family != evict.AnyFamily {
			return it
		}
	}
	if len(acts) > 0 {
		return acts[0]
	}
	return nil
}

// spanOf says when a strand was seen, as one says it on the telephone.
func spanOf(s *Strand) string {
	const day, clock = "2 January 2006", "15:04"
	switch a, b := s.From.Std(), s.To.Std(); {
	case !s.From.Set || !s.To.Set:
		return "At a time that is not known"
	case s.To.Nano-s.From.Nano < int64(60*1e9):
		return "On " + a.Format(day) + " at " + a.Format(clock) + " UTC"
	case a.Format(day) == b.Format(day):
		return "On " + a.Format(day) + " between " + a.Format(clock) + " and " + b.Format(clock) + " UTC"
	default:
		return "Between " + a.Format(day+" "+clock) + " and " + b.Format(day+" "+clock) + " UTC"
	}
}

func actFacts(it *Item) string {
	text := sentence(it.Summary)
	if it.StateOnly {
		text += " It exists now; made by whom and when is not known."
	} else if it.Time.Set {
		text += " (" + it.Time.Std().Format("2 January 2006 15:04 UTC") + ")"
	}
	if it.Question != "" {
		return text + " " + it.Question
	}
	return text + " Was that you?"
}
