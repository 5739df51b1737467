package verdict

import (
	"slices"
	"strings"

	"evict"
)

// entry says how the attacker came in, by the grounds of section 10. Without
// one it says so, and what would show it.
func (d *decider) entry(exposed evict.Exposure) string {
	if d.verdict != evict.Compromised {
		if exposed == evict.ExposurePossible || exposed == evict.ExposureConfirmed {
			if !slices.ContainsFunc(d.a.Strands, func(s *Strand) bool { return s.Verdict == evict.ByAttacker }) && d.verdict != evict.Suspected {
				return "no stranger signed in here: the account is exposed, not compromised"
			}
		}
		return ""
	}
	if d.holds("C11") != nil {
		return "made by the attacker"
	}
	for _, claim := range []func() string{d.proxied, d.borrowed, d.sprayed, d.stolen, d.consented, d.fatigued, d.guessed, d.passwordKnown} {
		if s := claim(); s != "" {
			return s
		}
	}
	return "not established: " + d.wouldShow()
}

// holds returns the earliest counted item with one of the codes, or nil.
func (d *decider) holds(codes ...string) *Item {
	return d.first(func(it *Item) bool { return slices.Contains(codes, it.Finding.Item) })
}

func (d *decider) first(match func(*Item) bool) *Item {
	var found *Item
	for _, it := range d.a.Items {
		if d.a.counted(it) && match(it) && (found == nil || inTime(it, found) < 0) {
			found = it
		}
	}
	return found
}

func (d *decider) lure() string {
	lured := slices.ContainsFunc(d.a.Items, func(it *Item) bool {
		return !it.Declared && slices.ContainsFunc(it.Techniques, func(t string) bool { return strings.HasPrefix(t, "T1566") })
	})
	if lured {
		return "; a lure was received"
	}
	return ""
}

func (d *decider) proxied() string {
	if it := d.holds("C2", "C10"); it != nil && it.base.item != "G17" {
		return "proxied sign-in (" + it.Finding.Item + ", " + when(it.Time) + d.lure() + ")"
	}
	c1 := d.holds("C1")
	if c1 == nil || d.stolen() != "" {
		return ""
	}
	r := &resolver{a: d.a}
	for _, s := range c1.sides {
		if r.proxy(c1, s) {
			return "proxied sign-in (C1 within a day after an interactive sign-in that is not the owner's, " + when(s.From) + d.lure() + ")"
		}
	}
	return ""
}

func (d *decider) borrowed() string {
	if it := d.holds("C3"); it != nil {
		return "device code or pasted code (C3, " + when(it.Time) + ")"
	}
	return ""
}

func (d *decider) sprayed() string {
	if it := d.holds("C4"); it != nil {
		return "guessed or sprayed password (C4, " + when(it.Time) + ")"
	}
	return ""
}

// stolen applies where the replay's other side is the owner's own device or credential.
func (d *decider) stolen() string {
	it := d.holds("C1")
	if it == nil || len(it.sides) == 0 || !slices.MinFunc(it.sides, byStart).Has(evict.A1, evict.A2) {
		return ""
	}
	return "stolen token or malware (C1, " + when(it.Time) + "): the owner's own device is in question, and no password is typed on it before it is clean"
}

func (d *decider) consented() string {
	it := d.holds("G4")
	if it == nil || !slices.ContainsFunc(d.a.Strands, func(s *Strand) bool { return s.App != "" && s.Verdict == evict.ByAttacker && s.Mailbox > 0 }) {
		return ""
	}
	return "consent to an application that then read the mailbox (G4, " + when(it.Time) + ")"
}

// fatigued needs the run of prompts (T1621) before a stranger's sign-in.
func (d *decider) fatigued() string {
	return d.beforeEntry("T1621", "prompt fatigue: prompts until one was approved")
}

// guessed needs a run of failures (T1110) and then the stranger's success.
func (d *decider) guessed() string {
	return d.beforeEntry("T1110", "guessed or sprayed password: failures and then a success")
}

// passwordKnown needs a stranger's success with the password alone; a run of failures was looked for before.
func (d *decider) passwordKnown() string {
	var first *Strand
	for _, s := range d.a.Strands {
		if s.Verdict == evict.ByAttacker && (first == nil || byStart(s, first) < 0) {
			first = s
		}
	}
	if first == nil || first.PasswordOnly == 0 {
		return ""
	}
	return "password known from elsewhere: a stranger's first sign-in succeeded with the password alone (" + when(first.From) + ")"
}

func (d *decider) beforeEntry(technique, claim string) string {
	it := d.first(func(it *Item) bool {
		return it.Strand != nil && it.Strand.Verdict == evict.ByAttacker && slices.ContainsFunc(it.Techniques, func(t string) bool { return strings.HasPrefix(t, technique) })
	})
	if it == nil {
		return ""
	}
	return claim + " (" + it.Finding.Item + ", " + when(it.Time) + ")"
}

// wouldShow names the log that would tell how he came in.
func (d *decider) wouldShow() string {
	if lost := d.a.missing([]evict.Kind{evict.SignIns, evict.TokenSignIns}, d.trouble.Add(-baselineDays*day)); lost != "" {
		return "sign-ins before the first access would show it: " + lost
	}
	return "the mail received before the first access, and the owner's account of it, would show it"
}
