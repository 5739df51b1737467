package report

import (
	"io"

	"evict"
)

// PlanOptions say how a plan is printed.
type PlanOptions struct {
	TextOptions
	Hash    string // of the plan's file; "" while it has none
	Runbook bool   // with how each step is done by hand
}

// Plan writes a plan for a person at a terminal: what changes, object by object, as a
// difference; what is not in it and why; and in the last line how much it is.
func Plan(w io.Writer, p *evict.Plan, o PlanOptions) error {
	l := newLayout(w, o.TextOptions)
	return l.w.Flush()
}
