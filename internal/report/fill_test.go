package report

import (
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"time"

	"evict"
)

// fill puts next's texts into every text of v, three elements into every list
// and two into every map, so that no field of a type is forgotten when it is
// added later.
func fill(v reflect.Value, next func() string) {
	switch v.Interface().(type) {
	case evict.Time:
		v.Set(reflect.ValueOf(evict.At(time.Date(2026, 11, 20, 21, 12, 40, 0, time.UTC), evict.Second)))
		return
	case evict.Grade:
		v.SetUint(uint64(evict.Strong))
		return
	case evict.Severity:
		v.SetUint(uint64(evict.High))
		return
	case json.RawMessage:
		raw, err := json.Marshal(map[string]any{next(): next(), "list": []string{next()}})
		if err != nil {
			panic(err)
		}
		v.SetBytes(raw)
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(next())
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	case reflect.Float64:
		v.SetFloat(12.5)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), next)
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), next)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 3, 3))
		for i := range 3 {
			fill(v.Index(i), next)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range 2 {
			k, x := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			fill(k, next)
			fill(x, next)
			v.SetMapIndex(k, x)
		}
	default:
		panic(fmt.Sprintf("a kind that fill does not know: %s", v.Type()))
	}
}

// hostile is an answer with a tenant's text in every text there is, and known
// words where a printer branches on them.
func hostile(next func() string) *evict.Investigation {
	inv := new(evict.Investigation)
	fill(reflect.ValueOf(inv).Elem(), next)
	for i, v := range []evict.Verdict{evict.Compromised, evict.Suspected, evict.Clear} {
		a := &inv.Accounts[i]
		a.Verdict = v
		a.StrandsTotal = 99
		for j, by := range []evict.Attribution{evict.ByAttacker, evict.ByOwner} {
			a.Strands[j].Verdict = by
		}
		for j, st := range []string{"seen", "not seen"} {
			a.Symptoms[j].Status = st
		}
		a.Checks[0].Status = evict.Done
	}
	// One account keeps hostile words everywhere.
	extra := make([]evict.Account, 1)
	fill(reflect.ValueOf(extra).Index(0), next)
	inv.Accounts = append(inv.Accounts, extra...)
	return inv
}

// hostileCase is a report whose response holds the texts of an answer, with steps that stand in every way there is.
func hostileCase(inv *evict.Investigation) *evict.Report {
	var texts []string
	mapStrings(reflect.ValueOf(inv), func(s string) string { texts = append(texts, s); return s })
	slices.Sort(texts) // a map has them in any order
	n := 0
	next := func() string {
		if n++; len(texts) == 0 {
			return ""
		}
		return texts[n*7%len(texts)]
	}
	r := &evict.Report{Case: inv.Case, Tenant: inv.Tenant, Investigation: *inv}
	fill(reflect.ValueOf(&r.Response).Elem(), next)
	r.Response.Plans[0].Kind, r.Response.Ladder = "respond", "evicted"
	steps := make([]evict.StepRecord, 9)
	for i, state := range []string{"verified", "already", "failed", "manual", "verified", "verified", "verified", "verified", next()} {
		x := &steps[i]
		fill(reflect.ValueOf(x).Elem(), next)
		x.State, x.Kind, x.Undone, x.Back, x.Lost, x.ByHand = state, "respond", evict.Time{}, false, "", ""
	}
	steps[4].Lost, steps[5].Undone, steps[6].ByHand, steps[7].Kind = next(), inv.AsOf, next(), "recover"
	r.Response.Steps = steps
	return r
}

// printers are all forms of output.
func printers() map[string]func(io.Writer, *evict.Investigation) error {
	text := func(o TextOptions) func(io.Writer, *evict.Investigation) error {
		return func(w io.Writer, inv *evict.Investigation) error {
			o.Next = inv.Case // as if a caller built a command from a tenant's text
			return Text(w, inv, o)
		}
	}
	whole := func(o TextOptions) func(io.Writer, *evict.Investigation) error {
		return func(w io.Writer, inv *evict.Investigation) error { return Case(w, hostileCase(inv), o) }
	}
	return map[string]func(io.Writer, *evict.Investigation) error{
		"case":          whole(TextOptions{Width: 80, Unicode: true}),
		"case narrow":   whole(TextOptions{Width: 40, Unicode: true, Brief: true}),
		"case ascii":    whole(TextOptions{Width: 80}),
		"case json":     func(w io.Writer, inv *evict.Investigation) error { return CaseJSON(w, hostileCase(inv)) },
		"case html":     func(w io.Writer, inv *evict.Investigation) error { return CaseHTML(w, hostileCase(inv)) },
		"case markdown": func(w io.Writer, inv *evict.Investigation) error { return CaseMarkdown(w, hostileCase(inv)) },
		"money": func(w io.Writer, inv *evict.Investigation) error {
			return Money(w, inv, TextOptions{Width: 80, Unicode: true})
		},
		"text":     text(TextOptions{Width: 80, Unicode: true}),
		"narrow":   text(TextOptions{Width: 40, Unicode: true}),
		"ascii":    text(TextOptions{Width: 80}),
		"wide":     text(TextOptions{Width: 200, Unicode: true}),
		"json":     JSON,
		"html":     HTML,
		"markdown": Markdown,
		"csv":      CSV,
		"bad":      Indicators,
		"questions": func(w io.Writer, inv *evict.Investigation) error {
			return Questions(w, inv, TextOptions{Width: 80, Unicode: true})
		},
		"wrap": func(w io.Writer, inv *evict.Investigation) error {
			_, err := io.WriteString(w, Wrap("- "+inv.Headline, 80)+"\n"+Clean(inv.Case))
			return err
		},
		"timeline.jsonl": func(w io.Writer, inv *evict.Investigation) error { return writeTimeline(TimelineJSONL(w), inv) },
		"timeline.csv":   func(w io.Writer, inv *evict.Investigation) error { return writeTimeline(TimelineCSV(w), inv) },
	}
}

func writeTimeline(t *Timeline, inv *evict.Investigation) error {
	n := 0
	var r TimelineRow
	fill(reflect.ValueOf(&r).Elem(), func() string {
		n++
		if len(inv.Accounts) == 0 {
			return ""
		}
		reasons := inv.Accounts[n%len(inv.Accounts)].Reasons
		if len(reasons) == 0 {
			return ""
		}
		return reasons[n%len(reasons)].Text
	})
	if err := t.Write(r); err != nil {
		return err
	}
	return t.Flush()
}

// sequences are ways to steer, reorder or hide text on a terminal.
func sequences() []string {
	var out []string
	for c := rune(0); c < 0x20; c++ {
		out = append(out, string(c))
	}
	for c := rune(0x7f); c <= 0x9f; c++ {
		out = append(out, string(c), string([]byte{byte(c)})) // as UTF-8, and as the bare byte
	}
	for _, c := range []rune{0x61c, 0x200b, 0x200c, 0x200d, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e,
		0x2060, 0x2061, 0x2062, 0x2063, 0x2064, 0x2066, 0x2067, 0x2068, 0x2069, 0xfeff, 0xad, 0xa0, 0x2003, 0x180e, 0x3164, 0x115f, 0x2800,
		0xfe0f, 0xe0041, 0xe0100, 0xe000, 0xfff9, 0x10ffff, 0x378} {
		out = append(out, string(c))
	}
	for c := byte(0x40); c < 0x7f; c++ {
		out = append(out, "\x1b[2"+string(c), "\u009b1"+string(c), "\x1b"+string(c))
	}
	return append(out, "\x1b]0;title\a", "\x1b]52;c;ZXZpbA==\x1b\\", "\x1b]8;;http://evil.example\x1b\\click\x1b]8;;\x1b\\", "\x1bP1;2|q\x1b\\", "\x1b_apc\x1b\\", "\x1b^pm\x1b\\",
		"\x1b[?1049h", "\x1b[2J\x1b[H", "\x1b[38;5;208mfake\x1b[0m", "safe\revil", "line\nerror: forged", "a\tb", strings.Repeat("\u0301", 40), "раypal", "\xff\xfe", "\xed\xa0\x80")
}
