package respond

import (
	"encoding/json"
	"errors"
	"strings"
	"unicode"

	"evict"
)

// noted plans a step for a person: what the case knows is what he is given.
func noted(_, want json.RawMessage) (json.RawMessage, error) {
	if len(want) == 0 {
		return null, nil
	}
	return canonical(want), nil
}

// errNothingKnown means that a manual step would have nothing in it.
var errNothingKnown = errors.New("the case knows nothing that belongs in this step")

// notedList is noted for a step that is empty without its list.
func notedList(name string) func(_, want json.RawMessage) (json.RawMessage, error) {
	return func(before, want json.RawMessage) (json.RawMessage, error) {
		if list, _ := decoded(want)[name].([]any); len(list) == 0 {
			return nil, errNothingKnown
		}
		return noted(before, want)
	}
}

// entries are the objects of a list in a step's After.
func entries(s evict.Step, name string) []row {
	var out []row
	list, _ := decoded(s.After)[name].([]any)
	for _, x := range list {
		if r, ok := x.(row); ok {
			out = append(out, r)
		}
	}
	return out
}

// texts are the strings of a list in a step's After.
func texts(o row, name string) []string {
	var out []string
	list, _ := o[name].([]any)
	for _, x := range list {
		if s, ok := x.(string); ok {
			out = append(out, plain(s))
		}
	}
	return out
}

// typed marks a line of instructions as a command, which stands alone and is never wrapped.
func typed(command string) string { return "    " + command }

// plain is text of the tenant on one line, to be put into instructions.
func plain(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
}

// said is a property of one entry as plain text, or a word for its absence.
func said(r row, name, without string) string {
	if s := plain(text(r, name)); s != "" {
		return s
	}
	return without
}

// who is the person or object of a step, for instructions.
func who(s evict.Step) string {
	if n := plain(s.Target.Name); n != "" {
		return n
	}
	return plain(s.Target.Account)
}

// lines are fixed instructions, with {who} for the step's person or object.
func lines(list ...string) func(evict.Step) []string {
	return func(s evict.Step) []string {
		out := make([]string, len(list))
		for i, l := range list {
			out[i] = strings.ReplaceAll(l, "{who}", who(s))
		}
		return out
	}
}
