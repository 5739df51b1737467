package gate

import (
	"encoding/json"
	"time"
)

// An Entry is one line of a case's journal. Whoever appends it leaves Seq, Case, Prev and Hash empty: the journal fills them.
type Entry struct {
	Seq     int             `json:"seq"` // from 1, without a gap
	Time    time.Time       `json:"time"`
	Kind    string          `json:"kind"`
	Case    string          `json:"case"`
	Plan    string          `json:"plan,omitempty"` // hash of its file
	Step    string          `json:"step,omitempty"`
	Attempt int             `json:"attempt,omitempty"` // of the step, from 1; each send is one
	Who     string          `json:"who,omitempty"`     // the person who decided or did it
	Detail  json.RawMessage `json:"detail,omitempty"`  // what the kind says; never a secret
	Prev    string          `json:"prev"`              // hash of the entry before
	Hash    string          `json:"hash,omitempty"`
}

// A Journal keeps entries in order, for good.
type Journal interface {
	// Append returns the entry as it was kept, once it would outlive a crash. After an error the entry may be kept or
	// not, and nothing more can be appended until the journal is opened again.
	Append(Entry) (Entry, error)
	// Entries are all that are kept, in their order. The caller owns the slice, not the bytes of Detail.
	Entries() ([]Entry, error)
}

// Intent is what the entry says of a request about to be sent; false for another kind of entry.
func (e *Entry) Intent() (Intent, bool) {
	var i Intent
	return i, e.Kind == Intended && json.Unmarshal(e.Detail, &i) == nil
}
