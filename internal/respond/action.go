// Package respond changes a tenant to contain, evict or recover.
//
// Each action is one file with one [Action] value. An action never decides to
// run: it describes itself, reads the present, says what a change would make of
// it, and applies a step only when the runner hands it a [Writer].
package respond

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"evict"
	"evict/internal/m365"
)

// A Reader reads the tenant; *m365.Reader is one.
type Reader interface {
	Do(context.Context, m365.Call) (*m365.Response, error)
}

// A Writer sends the requests of one step, each under a permit of its own.
type Writer interface {
	Write(context.Context, m365.Call) (*m365.Response, error)
}

// An Action is one kind of change.
type Action struct {
	ID        evict.ActionID
	Rev       int
	Phase     evict.Phase
	Procedure []string // R1..R7 of the source procedure
	Title     string   // imperative, such as "Revoke all sessions"
	Doc       string   // what it does, what it does not, how to do it by hand in the admin center
	Undo      string   // how it is put back; "" when it can't be
	NoUndo    string   // why it can't
	Minutes   int      // until Microsoft's services obey it everywhere
	Ops       []string // operations of m365 that it uses

	// Inspect reads what the step's object looks like now, as canonical JSON; one that
	// is not there is "null", not an error. While planning, only Target is known.
	Inspect func(context.Context, Reader, evict.Step) (json.RawMessage, error)
	// Plan says what the object shall look like; want is the value from before first
	// trouble, for an action that restores one, else null. It is pure; ErrAlready
	// where there is nothing to do.
	Plan func(before, want json.RawMessage) (after json.RawMessage, err error)
	// Apply makes the object look like step.After: the only function that can change anything.
	Apply func(context.Context, Writer, evict.Step) error
	// Reached reports whether what was read satisfies the step; nil: it equals After.
	Reached func(s evict.Step, now json.RawMessage) bool
	// Fresh reports whether the object is still as the step expects it; nil: it equals Before.
	Fresh func(s evict.Step, now json.RawMessage) bool
	// Witness marks an action whose read-back other actions move too (a reset ends
	// sessions as well): it is verified only when its own request succeeded.
	Witness bool
	// Repeatable requests may be sent again after an attempt whose end is not known.
	Repeatable bool
}

// ErrAlready means that the object is as the action would make it.
var ErrAlready = errors.New("nothing to change")

// ErrShape means that a service answered in a form that this program does not know.
var ErrShape = errors.New("the answer is not of the expected form")

var null = json.RawMessage("null")

// same compares two states.
func same(a, b json.RawMessage) bool {
	return bytes.Equal(canonical(a), canonical(b))
}

// canonical is JSON with sorted keys and no blanks; what is not JSON stays as it is.
func canonical(raw json.RawMessage) []byte {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return raw
	}
	return state(v)
}

// state encodes plain data canonically.
func state(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // unreachable: states are plain data
	}
	return b
}

// fetch reads one JSON document.
func fetch(ctx context.Context, r Reader, call m365.Call, into any) error {
	call.Lane = m365.Containment
	resp, err := r.Do(ctx, call)
	if err != nil {
		return err
	}
	return decode(call.Op, resp.Body, into)
}

func decode(op string, body []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("%s: %w", op, ErrShape)
	}
	return nil
}

// A row is one object of a list in Microsoft's spelling.
type row = map[string]any

// rows reads a list to its last page.
func rows(ctx context.Context, r Reader, call m365.Call) ([]row, error) {
	call.Lane = m365.Containment
	var out []row
	seen := map[string]bool{}
	for {
		resp, err := r.Do(ctx, call)
		if err != nil {
			return nil, err
		}
		var page struct {
			Value []row `json:"value"`
		}
		if err := decode(call.Op, resp.Body, &page); err != nil {
			return nil, err
		}
		if page.Value == nil {
			return nil, fmt.Errorf("%s: %w", call.Op, ErrShape)
		}
		out = append(out, page.Value...)
		if resp.Next == "" {
			return out, nil
		}
		if seen[resp.Next] {
			return nil, fmt.Errorf("%s: the list of pages runs in a circle", call.Op)
		}
		seen[resp.Next] = true
		call.Next = resp.Next
	}
}

// single reads the one object that a cmdlet returns; nil when there is none.
func single(ctx context.Context, r Reader, call m365.Call) (row, error) {
	list, err := rows(ctx, r, call)
	if missing(err) || err == nil && len(list) == 0 {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if len(list) > 1 {
		return nil, fmt.Errorf("%s: %d objects answer to one identity", call.Op, len(list))
	}
	return list[0], nil
}

// missing reports whether the service says that the object is not there.
func missing(err error) bool {
	var e *m365.Error
	return errors.As(err, &e) && e.Kind == m365.NotFound
}

// pick keeps the named properties; one that the service did not send is an
// error, since its absence would be taken for "off".
func pick(op string, from row, names ...string) (row, error) {
	out := row{}
	for _, n := range names {
		v, ok := from[n]
		if !ok {
			return nil, fmt.Errorf("%s: %w: it has no %s", op, ErrShape, n)
		}
		out[n] = v
	}
	return out, nil
}

// text is a property as a string; "" when it is absent or no string.
func text(r row, name string) string {
	s, _ := r[name].(string)
	return s
}
