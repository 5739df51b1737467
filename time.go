package evict

import (
	"encoding/json"
	"time"
)

// Precision says how finely a log recorded a time. Order inside one step of
// precision is not a fact.
type Precision uint8

// The precisions, finest first.
const (
	SubSecond  Precision = iota
	Second               // the unified audit log
	TwoMinutes           // aggregated MailItemsAccessed records
	Day
	Ambiguous // day and month could be swapped; the value is a guess
)

// Time is a moment in UTC. The zero value means that no time is known.
type Time struct {
	Nano int64 // nanoseconds since 1970-01-01T00:00:00Z; meaningless unless Set
	Prec Precision
	Set  bool
}

// At returns t with the given precision.
func At(t time.Time, p Precision) Time {
	return Time{Nano: t.UnixNano(), Prec: p, Set: true}
}

// Std returns the time as a time.Time in UTC; the zero time.Time if unknown.
func (t Time) Std() time.Time {
	if !t.Set {
		return time.Time{}
	}
	return time.Unix(0, t.Nano).UTC()
}

// Sub returns t-u. Both must be set.
func (t Time) Sub(u Time) time.Duration { return time.Duration(t.Nano - u.Nano) }

// Before reports whether t is earlier than u; an unknown time is before none.
func (t Time) Before(u Time) bool { return t.Set && u.Set && t.Nano < u.Nano }

// Add returns t moved by d.
func (t Time) Add(d time.Duration) Time {
	if t.Set {
		t.Nano += int64(d)
	}
	return t
}

// String is RFC 3339 in UTC with a Z, to the second unless the log was finer,
// or "" for an unknown time.
func (t Time) String() string {
	if !t.Set {
		return ""
	}
	if t.Prec == SubSecond {
		return t.Std().Format("2006-01-02T15:04:05.999Z")
	}
	return t.Std().Format("2006-01-02T15:04:05Z")
}

// MarshalJSON writes String, or null.
func (t Time) MarshalJSON() ([]byte, error) {
	if !t.Set {
		return []byte("null"), nil
	}
	return json.Marshal(t.String())
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (t *Time) UnmarshalJSON(b []byte) error {
	var s *string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	*t = Time{}
	if s == nil || *s == "" {
		return nil
	}
	v, err := time.Parse(time.RFC3339Nano, *s)
	if err != nil {
		return err
	}
	*t = At(v, SubSecond)
	if v.Nanosecond() == 0 {
		t.Prec = Second
	}
	return nil
}
