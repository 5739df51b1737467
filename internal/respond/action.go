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
	"strings"

	"evict"
	"evict/internal/m365"
)

// A Reader reads the tenant; *m365.Reader is one.
type Reader interface {
	Do(context.Context, m365.Call) (*m365.Response, error)
}

// A Writer sends the requests of one step, each under a permit of its own. It
// reads too: what a second request needs to know of the first one's effect.
type Writer interface {
	Reader
	Write(context.Context, m365.Call) (*m365.Response, error)
}

// An Action is one kind of change. A manual action, which no interface of
// Microsoft's carries out, has Instruct and Confirm instead of Apply.
type Action struct {
	ID        evict.ActionID
	Rev       int
	Phase     evict.Phase
	Procedure []string // R1..R7 of the source procedure; docs/actions.md names them
	Title     string   // imperative, such as "Revoke all sessions"
	Doc       string   // what it does, what it does not; its last line begins with "By hand: " and says where to click
	Shell     string   // the same in PowerShell, with {account}, {name}, {id}, {kind}: properties of the target; "" where there is no cmdlet
	Undo      string   // how it is put back; "" when it can't be
	NoUndo    string   // why it can't
	Noticed   []string // who will notice
	Minutes   int      // until Microsoft's services obey it everywhere
	Ops       []string // operations of m365 that it uses
	Plans     []string // service plans of which the tenant needs one; empty: none

	// Inspect reads what the step's object looks like now, as canonical JSON; one that
	// is not there is "null", not an error. While planning, only Target is known and, in
	// After, what the planner wants (see Plan). A manual action may have none: then
	// a person's word is all there is.
	Inspect func(context.Context, Reader, evict.Step) (json.RawMessage, error)
	// Plan says what the object shall look like; want is the value from before first
	// trouble for an action that restores one, what the case knows for one that needs
	// it (see Wants), else null. It is pure; ErrAlready where there is nothing to do.
	Plan func(before, want json.RawMessage) (after json.RawMessage, err error)
	// Wants describes want, for a planner; "" when the action takes none.
	Wants string
	// Apply makes the object look like step.After: the only function that can change anything.
	Apply func(context.Context, Writer, evict.Step) error
	// Reached reports whether what was read satisfies the step; nil: it equals After.
	Reached func(s evict.Step, now json.RawMessage) bool
	// Fresh reports whether the object is still as the step expects it; nil: it equals Before.
	Fresh func(s evict.Step, now json.RawMessage) bool
	// Warn says what an operator must know of this step besides; nil: nothing.
	Warn func(evict.Step) []string
	// Final says why this target can't be put back though others can; nil or "": it can.
	Final func(evict.Object) string
	// Partly says what is lost besides when this step is carried out, and does not come back with it; nil or "": nothing.
	Partly func(evict.Step) string
	// Instruct is what a person does, one line each: clicks, commands, texts to copy.
	Instruct func(evict.Step) []string
	// Confirm is what a person is asked when he says that a manual step is done.
	Confirm Question
	// Witness marks an action whose read-back other actions move too (a reset ends
	// sessions as well): it is verified only when its own request succeeded.
	Witness bool
	// Repeatable requests may be sent again after an attempt whose end is not known:
	// twice is as good as once, or the service refuses the second.
	Repeatable bool
	// Repeats says so of one step, where a deletion may be sent again and the making
	// of a new object may not; nil: Repeatable.
	Repeats func(evict.Step) bool
	// Secret marks an action that makes a secret: only the process that has it may call the step verified, and after any
	// attempt whose end is not known a new one follows.
	Secret bool
}

// A Question is what a person answers for a manual step.
type Question struct {
	Text string // a question whose honest "yes" means that it is done
	Keep string // what of the answer the journal keeps
}

// Manual reports whether only a person can carry the action out.
func (a *Action) Manual() bool { return a.Apply == nil }

// repeats reports whether the step's requests may be sent again.
func (a *Action) repeats(s evict.Step) bool {
	if a.Repeats != nil {
		return a.Repeats(s)
	}
	return a.Repeatable
}

// Reversal says how a step is undone, or why it can't be; both, where not all of it can.
func (a *Action) Reversal(s evict.Step) (undo, noUndo string) {
	undo, noUndo = a.Undo, a.NoUndo
	if a.Final != nil {
		if why := a.Final(s.Target); why != "" {
			undo, noUndo = "", why
		}
	}
	if a.Partly != nil {
		if lost := a.Partly(s); lost != "" {
			noUndo = strings.TrimPrefix(noUndo+"; "+lost, "; ")
		}
	}
	return undo, noUndo
}

// reached reports whether an object looks as the step wants it.
func (a *Action) reached(s evict.Step, now json.RawMessage) bool {
	if a.Reached != nil {
		return a.Reached(s, now)
	}
	return same(s.After, now)
}

// ByHand is how a person does the step without this program: where to click, and
// the command, with the target's own values.
func (a *Action) ByHand(s evict.Step) []string {
	var out []string
	if _, clicks, ok := strings.Cut(a.Doc, "By hand: "); ok {
		out = append(out, strings.Join(strings.Fields(clicks), " "))
	}
	if a.Shell != "" {
		out = append(out, typed(a.command(s.Target)))
	}
	return out
}

// command fills the target's values into the PowerShell line, each as a literal.
func (a *Action) command(o evict.Object) string {
	literal := func(s string) string { return "'" + quotes.Replace(s) + "'" }
	return strings.NewReplacer("{account}", literal(o.Account), "{name}", literal(o.Name), "{id}", literal(o.ID), "{kind}", literal(o.Kind)).Replace(a.Shell)
}

// quotes doubles every character that PowerShell takes for a single quote
// (about_Quoting_Rules), and takes line breaks out.
var quotes = strings.NewReplacer("'", "''", "\u2018", "\u2018\u2018", "\u2019", "\u2019\u2019", "\u201a", "\u201a\u201a", "\u201b", "\u201b\u201b", "\r", " ", "\n", " ", "\x00", "")

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
