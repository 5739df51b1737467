package report

import (
	"io"
	"strings"

	"evict"
)

// Questions writes the questions for the owners, to be read out on the telephone.
func Questions(w io.Writer, inv *evict.Investigation, o TextOptions) error {
	t := &text{layout: newLayout(w, o), inv: inv}
	asked := 0
	for _, a := range sortedAccounts(inv) {
		if len(a.Questions) == 0 {
			continue
		}
		if asked == 0 {
			t.para(0, 0, s("Call each owner on a number known from before the trouble; never ask by mail. Read each question out as it stands and write down the answer."))
		}
		asked++
		t.blank()
		t.para(0, 2, in(bold, a.Account), s("  "), t.verdict(a.Verdict))
		for _, q := range a.Questions {
			t.labelled(2, 16, in(blue, q.ID), s(q.Text))
		}
	}
	if asked == 0 {
		t.para(0, 0, s("There is nothing to ask: no finding or strand waits for an owner's answer."))
	}
	return t.w.Flush()
}

// Clean makes one value from a tenant harmless on a terminal: see the text form.
func Clean(value string) string { return show(value, false) }

// Wrap makes text harmless and fills lines of the given width. A single line
// break is a blank and an empty line parts paragraphs; the lines of an item
// that begins with "- " or "! " stay indented below it.
func Wrap(text string, width int) string {
	var b strings.Builder
	l := newLayout(&b, TextOptions{Width: width, Unicode: true})
	hang := 0
	if strings.HasPrefix(text, "- ") || strings.HasPrefix(text, "! ") {
		hang = 2
	}
	for i, p := range strings.Split(text, "\n\n") {
		indent := hang
		if i == 0 {
			indent = 0
		} else {
			l.blank()
		}
		l.para(indent, hang, s(strings.ReplaceAll(p, "\n", " ")))
	}
	l.w.Flush()
	return strings.TrimSuffix(b.String(), "\n")
}
