package timeline

import (
	"slices"
	"strings"
	"time"

	"evict"
)

// Entra's directory audit and the unified audit log record one change each.
// The first says from where it was made; the second often has Microsoft's own
// address or none, and could not be placed (V7). It stands where its twin does.

// A telling is a change of the directory in a strand of its own address.
type telling struct {
	op    string
	at    evict.Time
	owner int32 // strand
}

// twinsWithin is how far the times of twins differ: both are of the second.
const twinsWithin = 2 * time.Second

const maxTellings = 2000

// tell keeps where a change of the directory was made.
func (h *history) tell(e *evict.Event, at spot) {
	if e.Kind == evict.DirectoryAudit && at.own >= 0 && len(h.tellings) < maxTellings {
		h.tellings = append(h.tellings, telling{strings.Clone(directoryOp(e)), e.Time, at.own})
	}
}

// twin is the strand of the change that another log recorded too; -1 when that
// is none, or not one.
func (h *history) twin(e *evict.Event) int32 {
	if e.Kind != evict.DirectoryAudit || len(h.tellings) == 0 {
		return -1
	}
	op := directoryOp(e)
	i, _ := slices.BinarySearchFunc(h.tellings, e.Time.Add(-twinsWithin), func(t telling, at evict.Time) int { return cmpTime(t.at, at) })
	found := int32(-1)
	for ; i < len(h.tellings) && h.tellings[i].at.Sub(e.Time) <= twinsWithin; i++ {
		switch t := &h.tellings[i]; {
		case t.op != op:
		case found >= 0 && found != t.owner:
			return -1
		default:
			found = t.owner
		}
	}
	return found
}

// directoryOp is the operation as both logs have it: the audit log ends it with a full stop.
func directoryOp(e *evict.Event) string { return strings.TrimSuffix(strings.ToLower(e.Op), ".") }

func cmpTime(a, b evict.Time) int {
	switch {
	case a.Before(b):
		return -1
	case b.Before(a):
		return 1
	}
	return 0
}
