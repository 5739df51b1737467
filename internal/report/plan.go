package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"evict"
)

// PlanOptions say how a plan is printed.
type PlanOptions struct {
	TextOptions
	Hash     string            // of the plan's file; "" while it has none
	Runbook  bool              // with how each step is done by hand
	Signs    map[string]string // detector of each finding, by the finding's ID
	Findings string            // command that tells what findings say; "" is "evict investigate"
	Pick     string            // command that adds a finding's answer, for the list of what is to be decided; "" is "evict plan --pick"
}

// Plan writes a plan for a person at a terminal: what changes, object by object, as a
// difference; what is not in it and why; and in the last line how much it is.
func Plan(w io.Writer, p *evict.Plan, o PlanOptions) error {
	t := &planText{text: &text{layout: newLayout(w, o.TextOptions)}, plan: p, o: o, number: map[string]int{}, names: map[string]string{}}
	for i, s := range p.Steps {
		t.number[s.ID] = i + 1
		t.name(s.Target)
	}
	for _, k := range p.Skipped {
		t.name(k.Target)
	}
	t.head()
	t.steps()
	t.skipped()
	t.notes()
	t.last()
	return t.w.Flush()
}

type planText struct {
	*text
	plan   *evict.Plan
	o      PlanOptions
	number map[string]int    // of each step in the text
	names  map[string]string // of accounts, by object ID
}

// name notes an account's name where it is itself the object.
func (t *planText) name(o evict.Object) {
	if (o.Kind == "user" || o.Kind == "mailbox") && o.Account != "" {
		t.names[o.Account] = o.Name
	}
}

var planKinds = map[string]string{"respond": "Plan to take accounts back", "recover": "Plan to give accounts back", "undo": "Plan to undo what was done"}

func (t *planText) head() {
	title := planKinds[t.plan.Kind]
	if title == "" {
		title = "Plan (" + t.plan.Kind + ")"
	}
	where := ", tenant " + string(t.plan.Tenant)
	if t.plan.Case != "" {
		where = ", case " + t.plan.Case + where
	}
	line := []span{in(bold, title), s(where)}
	if t.plan.Made.Set {
		line = append(line, s(", made "), kept(normal, t.plan.Made.String()))
	}
	t.para(0, 2, line...)
	if t.o.Hash != "" {
		t.para(0, 2, s("Hash "), kept(normal, t.o.Hash))
	}
	if len(t.plan.Steps) == 0 {
		t.blank()
		t.para(0, 2, s("Nothing is to be changed."))
		return
	}
	t.blank()
	t.para(0, 2, s("Legend: "), in(blue, "+"), s(" added or given back, "), in(orange, "-"), s(" taken away, "), in(purple, "~"), s(" changed, "), in(bold, "!"), s(" done by a person"))
	if id := t.oneFinding(); id != "" {
		command := t.o.Findings
		if command == "" {
			command = "evict investigate"
		}
		t.para(0, 2, s("Reasons such as "), s(id), s(" are findings; what each says: "), s(command))
	}
}

// findingForm is what the ID of a finding looks like.
var findingForm = regexp.MustCompile(`^[0-9a-f]{16}$`)

func isFinding(why string) bool { return findingForm.MatchString(why) }

// oneFinding is the first finding that a step names.
func (t *planText) oneFinding() string {
	for _, st := range t.plan.Steps {
		if i := slices.IndexFunc(st.Why, isFinding); i >= 0 {
			return st.Why[i]
		}
	}
	return ""
}

// steps writes them in the plan's order, under a heading wherever phase or account changes.
func (t *planText) steps() {
	heading := ""
	for _, st := range t.plan.Steps {
		phase := string(st.Phase)
		if st.UndoOf != "" {
			phase = "undo"
		}
		h := strings.ToUpper(phase) + " " + t.dash() + " " + t.owner(st.Target)
		if h != heading {
			heading = h
			t.section(h)
		}
		t.step(st)
	}
}

// owner is the account of an object, by its name.
func (t *planText) owner(o evict.Object) string {
	for _, a := range t.plan.Accounts {
		if o.Account != "" && a.Account == o.Account || o.Account == "" && a.Account == "" && o.Name == a.Name {
			return a.Name
		}
	}
	switch {
	case o.Kind == "user":
		return o.Name
	case t.names[o.Account] != "":
		return t.names[o.Account]
	case o.Account != "":
		return o.Account
	}
	return "the tenant"
}

func (t *planText) step(st evict.Step) {
	title := st.Title
	if name := t.objectName(st.Target); name != "" {
		title += ": " + name
	}
	symbol := mark(st)
	line := []span{symbol, s(fmt.Sprintf(" %d. ", t.number[st.ID])), in(bold, title)}
	if len(st.Procedure) > 0 {
		line = append(line, in(grey, " ("+strings.Join(st.Procedure, ", ")+")"))
	}
	t.blank()
	t.para(2, 7, line...)
	if len(st.Manual) == 0 || !unread(st.Before) && !empty(st.Before) { // else the instructions say it
		t.diff(st.Before, st.After)
	}
	for _, w := range st.Warnings {
		t.para(7, 9, in(orange, t.sym("▲", "(!)")+" "), s(w))
	}
	t.para(7, 9, s(t.effect(st)))
	if len(st.Noticed) > 0 {
		t.para(7, 9, in(grey, "noticed by "), s(strings.Join(st.Noticed, "; ")))
	}
	if after := t.after(st); after != "" {
		t.para(7, 9, in(grey, "after step "), s(after))
	}
	t.para(7, 9, in(grey, "because "), s(t.some(signed(st.Why, t.o.Signs), 3, ", ")), in(grey, t.dot()+"step "), kept(grey, st.ID))
	list := st.Manual
	if len(list) == 0 && t.o.Runbook {
		list = st.ByHand
	}
	for _, l := range list {
		if command, ok := typed(l); ok {
			t.verbatim(9, command)
			continue
		}
		t.para(7, 9, s(t.sym("☐", "[ ]")+" "), s(strings.TrimSpace(l)))
	}
}

// typed is the command in a line of instructions, if it is one (see evict.Step.Manual).
func typed(line string) (command string, ok bool) {
	command, ok = strings.CutPrefix(line, "    ")
	return strings.TrimSpace(command), ok
}

// objectName is the object's own name where it is not the account.
func (t *planText) objectName(o evict.Object) string {
	if o.Name == t.owner(o) || o.Name == "" {
		return ""
	}
	return strconv.Quote(o.Name)
}

// mark says what happens to the object.
func mark(st evict.Step) span {
	switch {
	case len(st.Manual) > 0:
		return in(bold, "!")
	case st.UndoOf != "":
		return in(purple, "~")
	case empty(st.After) && !empty(st.Before):
		return in(orange, "-")
	case empty(st.Before) && !empty(st.After), st.Phase == evict.Recover:
		return in(blue, "+")
	}
	return in(purple, "~")
}

func empty(raw json.RawMessage) bool {
	b := bytes.TrimSpace(raw)
	return len(b) == 0 || string(b) == "null"
}

func unread(raw json.RawMessage) bool { return string(bytes.TrimSpace(raw)) == `"unknown"` }

// effect says when the step works and how it is put back.
func (t *planText) effect(st evict.Step) string {
	out := "works at once"
	if st.Minutes > 0 {
		out = "works everywhere within " + Minutes(st.Minutes)
	}
	switch {
	case st.Undo != "" && st.NoUndo != "":
		return out + t.dot() + "undo: " + st.Undo + ", but not all of it: " + st.NoUndo
	case st.Undo != "":
		return out + t.dot() + "undo: " + st.Undo
	}
	return out + t.dot() + "can't be undone: " + st.NoUndo
}

// StepName names a step for a person: what it does, to what. An account stands
// as it is written; any other name, which is the tenant's text, in quotes.
func StepName(title, object string) string {
	object = Clean(object)
	if !strings.Contains(object, "@") || strings.ContainsAny(object, " :,;") {
		object = strconv.Quote(object)
	}
	return Clean(title) + ": " + object
}

// signed puts before the ID of each finding what it is a sign of.
func signed(why []string, signs map[string]string) []string {
	out := make([]string, len(why))
	for i, id := range why {
		out[i] = strings.TrimSpace(signs[id] + " " + id)
	}
	return out
}

// Minutes writes a number of minutes for people: "90 minutes", "4 hours".
func Minutes(minutes int) string {
	if minutes%60 == 0 && minutes > 60 {
		return count(minutes/60, "hour", "hours")
	}
	return count(minutes, "minute", "minutes")
}

// after lists the numbers of the steps that must be verified first.
func (t *planText) after(st evict.Step) string {
	var list []int
	for _, id := range st.Needs {
		if n := t.number[id]; n > 0 {
			list = append(list, n)
		}
	}
	slices.Sort(list)
	var out []string
	for _, n := range list {
		out = append(out, strconv.Itoa(n))
	}
	return t.some(out, 12, ", ")
}

// diff writes what differs between two states, one property a line.
func (t *planText) diff(before, after json.RawMessage) {
	for _, d := range differences(before, after, t.sym("→", "->"), t.sym("…", "...")) {
		if d.Name == "" {
			t.para(7, 9, s(d.Text))
			continue
		}
		styles := map[string]style{"+": blue, "-": orange, "~": purple}
		t.para(7, 11, in(styles[d.Symbol], d.Symbol), s(" "), in(grey, d.Name+":"), s(" "), s(d.Text))
	}
}

// A difference is one property that two states of an object differ in.
type difference struct {
	Symbol string // + added, - taken away, ~ changed
	Name   string // "" where a state is no object with properties
	Text   string
}

// differences between two states, by the names of the properties.
func differences(before, after json.RawMessage, arrow, more string) []difference {
	was, is := properties(before), properties(after)
	say := func(raw json.RawMessage) string { return value(raw, more) }
	var out []difference
	switch {
	case unread(before):
		for _, name := range sortedNames(is) {
			out = append(out, difference{"~", name, "not read " + arrow + " " + say(is[name])})
		}
	case is == nil && was == nil:
		if !empty(before) || !empty(after) {
			out = append(out, difference{"~", "", say(before) + " " + arrow + " " + say(after)})
		}
	case is == nil:
		for _, name := range sortedNames(was) {
			out = append(out, difference{"-", name, say(was[name])})
		}
	case was == nil:
		for _, name := range sortedNames(is) {
			out = append(out, difference{"+", name, say(is[name])})
		}
	default:
		for _, name := range sortedNames(was, is) {
			if !bytes.Equal(was[name], is[name]) {
				out = append(out, difference{"~", name, say(was[name]) + " " + arrow + " " + say(is[name])})
			}
		}
	}
	return out
}

// maxValue is how much of one value is shown; the plan's file has it whole.
const maxValue = 300

// value is one JSON value for people; more is the sign that some of it is left out.
func value(raw json.RawMessage, more string) string {
	if empty(raw) {
		return "none"
	}
	var text string
	if json.Unmarshal(raw, &text) == nil {
		if text == "" {
			return `""`
		}
		raw = json.RawMessage(text)
	}
	r := []rune(string(raw))
	if len(r) > maxValue {
		return string(r[:maxValue]) + more + "(+" + thousands(len(r)-maxValue) + " characters)"
	}
	return string(r)
}

// properties are those of a JSON object; nil when it is none.
func properties(raw json.RawMessage) map[string]json.RawMessage {
	var m map[string]json.RawMessage
	if json.Unmarshal(raw, &m) != nil {
		return nil
	}
	return m
}

// sortedNames are the names in any of the objects, each once.
func sortedNames(objects ...map[string]json.RawMessage) []string {
	all := map[string]bool{}
	for _, m := range objects {
		for name := range m {
			all[name] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// skipped writes what is not in the plan, in three lists: what a guard refused,
// what somebody has to decide, and what is left out.
func (t *planText) skipped() {
	for _, list := range []struct {
		title  string
		symbol span
		is     func(evict.Skipped) bool
	}{
		{"Refused by a guard", in(orange, t.sym("✕", "x")), guarded},
		{"You decide: nothing shows whose hand it was", in(purple, "?"), func(k evict.Skipped) bool { return k.Undecided() }},
		{"Not in the plan", in(grey, t.sym("·", ".")), func(k evict.Skipped) bool { return !guarded(k) && !k.Undecided() }},
	} {
		var found []evict.Skipped
		for _, k := range t.plan.Skipped {
			if list.is(k) {
				found = append(found, k)
			}
		}
		if len(found) > 0 {
			t.section(list.title)
		}
		for len(found) > 0 {
			n := 1 // one guard often refuses everything on an account
			for n < len(found) && guarded(found[0]) && found[n].Guard == found[0].Guard && found[n].Word == found[0].Word && found[n].Why == found[0].Why {
				n++
			}
			t.left(list.symbol, found[:n])
			found = found[n:]
		}
	}
}

func guarded(k evict.Skipped) bool { return k.Guard != "" }

// left writes changes that are not in the plan for one reason.
func (t *planText) left(symbol span, list []evict.Skipped) {
	k := list[0]
	var what []string
	owners := map[string]bool{}
	for _, k := range list {
		owners[t.owner(k.Target)] = true
		one := string(k.Action)
		if name := t.objectName(k.Target); name != "" {
			one += " " + name
		}
		what = append(what, one)
	}
	of := " of " + t.owner(k.Target)
	text := t.some(what, 12, ", ")
	if len(owners) > 1 {
		text, of = count(len(list), "change", "changes"), " on "+count(len(owners), "account", "accounts")
	}
	t.para(2, 7, symbol, s(" "), in(bold, text), s(of))
	why := k.Why
	if k.Guard != "" {
		why = k.Guard + ": " + why
	}
	t.para(7, 9, s(why))
	if k.Word != "" {
		t.para(7, 9, in(grey, "to override it, add: "), kept(normal, "--override "+Argument(k.Word)))
	}
	if k.Pick != "" {
		command := t.o.Pick
		if command == "" {
			command = "evict plan --pick"
		}
		t.para(7, 9, in(grey, "to add it: "), s(command+" "), kept(normal, Argument(k.Pick)))
	}
}

func (t *planText) notes() {
	if len(t.plan.Notes) == 0 {
		return
	}
	t.section("Notes")
	for _, n := range t.plan.Notes {
		t.bullet(s(n))
	}
}

// last says how much the plan is.
func (t *planText) last() {
	t.blank()
	t.para(0, 0, in(bold, PlanSummary(t.plan)))
}

// PlanSummary is how much a plan is, in one line.
func PlanSummary(p *evict.Plan) string {
	changes, reversible, people, refused := 0, 0, 0, 0
	for i := range p.Steps {
		s := &p.Steps[i]
		switch {
		case len(s.Manual) > 0:
			people++
			continue
		case s.Reversible():
			reversible++
		}
		changes++
	}
	for _, k := range p.Skipped {
		if guarded(k) {
			refused++
		}
	}
	where := "the tenant"
	if n := len(p.Accounts); n > 0 {
		where = count(n, "account", "accounts")
	}
	out := fmt.Sprintf("Plan: %s on %s (%d reversible, %d not).", count(changes, "change", "changes"), where, reversible, changes-reversible)
	if people > 0 {
		out += " " + count(people, "step", "steps") + " for people."
	}
	if refused > 0 {
		out += fmt.Sprintf(" %d skipped by a guard.", refused)
	}
	return out
}
