package respond

import (
	"context"
	"encoding/json"

	"evict"
	"evict/internal/m365"
)

// A removal is an action whose object is there or not: taking it away, and
// putting it back under whatever ID the server then gives it.
type removal struct {
	list func(evict.Object) m365.Call
	is   func(evict.Object, row) bool // whether this is the step's object
	keep []string                     // properties that make two objects the same; the server makes up the others
	also []string                     // properties that a restored one is made with, though the server changes them
	// restore is nil where nothing can be put back.
	remove  func(o evict.Object, before row) m365.Call
	restore func(o evict.Object, kept row) m365.Call
}

// build fills the functions of an action.
func (v removal) build(a Action) *Action {
	a.Inspect, a.Plan, a.Apply, a.Reached, a.Fresh = v.inspect, v.plan, v.apply, v.reached, v.fresh
	a.Repeatable = true // gone is gone, and what is there already is not made twice
	return &a
}

// inspect finds the step's object; one that an undo put back has another ID,
// and is known by its content.
func (v removal) inspect(ctx context.Context, r Reader, s evict.Step) (json.RawMessage, error) {
	list, err := rows(ctx, r, v.list(s.Target))
	if missing(err) {
		return null, nil
	}
	if err != nil {
		return nil, err
	}
	again := decoded(s.After)
	for _, found := range list {
		if v.is(s.Target, found) || again != nil && same(state(v.kept(found)), state(v.kept(again))) {
			return v.seen(found), nil
		}
	}
	return null, nil
}

// seen is an object as the plan keeps it: what makes it the same, and its ID.
func (v removal) seen(found row) json.RawMessage {
	out := v.whole(found)
	if id, ok := found["id"]; ok {
		out["id"] = id
	}
	return state(out)
}

// whole is what an object is made with.
func (v removal) whole(found row) row {
	out := v.kept(found)
	for _, name := range v.also {
		if value := found[name]; value != nil {
			out[name] = value
		}
	}
	return out
}

func (v removal) kept(found row) row {
	out := row{}
	for _, name := range v.keep {
		if value, ok := found[name]; ok && value != nil {
			out[name] = value
		}
	}
	return out
}

// alike compares two states but for what the server makes up.
func (v removal) alike(a, b json.RawMessage) bool {
	x, y := decoded(a), decoded(b)
	if x == nil || y == nil {
		return x == nil && y == nil
	}
	return same(state(v.kept(x)), state(v.kept(y)))
}

func decoded(raw json.RawMessage) row {
	var r row
	if decode("", raw, &r) != nil {
		return nil
	}
	return r
}

func (v removal) reached(s evict.Step, now json.RawMessage) bool { return v.alike(s.After, now) }
func (v removal) fresh(s evict.Step, now json.RawMessage) bool   { return v.alike(s.Before, now) }

func (v removal) plan(before, _ json.RawMessage) (json.RawMessage, error) {
	if same(before, null) {
		return nil, ErrAlready
	}
	return null, nil
}

func (v removal) apply(ctx context.Context, w Writer, s evict.Step) error {
	if after := decoded(s.After); after != nil {
		_, err := w.Write(ctx, v.restore(s.Target, v.whole(after)))
		return err
	}
	_, err := w.Write(ctx, v.remove(s.Target, decoded(s.Before)))
	if missing(err) {
		return nil // gone already: the read-back decides
	}
	return err
}

// hasID finds an object by its own ID.
func hasID(o evict.Object, found row) bool { return text(found, "id") == o.ID }
