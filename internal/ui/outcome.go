package ui

import "evict"

// An Outcome is how a run ended; several things may hold at once.
type Outcome struct {
	Interrupted bool // by a signal
	Served      bool // a signal is how it is meant to end
	Usage       bool // wrong usage
	Failed      bool
	SignIn      bool // sign-in or consent is missing
	Refused     bool // a guard refused
	Stale       bool // the plan is out of date
	Locked      bool // another operator holds the case
	Incomplete  bool // done, but evidence is incomplete or a step not verified
	Findings    bool // findings, or changes that wait
	Detailed    bool // codes 10 and 13 were asked for
}

// Code is the exit code: of those that hold the first of 130, 2, 1, 4, 7, 5, 6,
// 3. With Detailed, findings turn 0 into 10 and 3 into 13.
func (o Outcome) Code() int {
	switch {
	case o.Interrupted:
		return 130
	case o.Usage:
		return 2
	case o.Failed:
		return 1
	case o.SignIn:
		return 4
	case o.Refused:
		return 7
	case o.Stale:
		return 5
	case o.Locked:
		return 6
	case o.Incomplete && o.Findings && o.Detailed:
		return 13
	case o.Incomplete:
		return 3
	case o.Findings && o.Detailed:
		return 10
	}
	return 0
}

// Judge takes from an answer whether its evidence is complete and whether it
// has findings above mere information.
func (o *Outcome) Judge(inv *evict.Investigation, detailed bool) {
	o.Detailed = detailed
	o.Incomplete = !complete(inv)
	o.Findings = found(inv.Findings)
	for _, a := range inv.Accounts {
		o.Findings = o.Findings || found(a.Findings)
	}
}

func found(list []evict.Finding) bool {
	for _, f := range list {
		if f.Severity > evict.Info {
			return true
		}
	}
	return false
}

// complete reports whether nothing is known to be missing: every source says
// what was asked of it and is whole, nothing was damaged or rejected, and every
// check could look.
func complete(inv *evict.Investigation) bool {
	if len(inv.Summary.Incomplete) > 0 || inv.Rejected.Count > 0 || inv.Summary.Damaged > 0 {
		return false
	}
	for _, s := range inv.Sources {
		if !s.Complete || s.Coverage == "" || s.Coverage == "unstated" {
			return false
		}
	}
	for _, a := range inv.Accounts {
		for _, c := range a.Checks {
			if c.Status != evict.Done {
				return false
			}
		}
	}
	return len(inv.Sources) > 0
}
