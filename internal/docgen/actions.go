package main

import (
	"bytes"
	"fmt"
	"strings"

	"evict/internal/app"
)

const actionsIntro = `# Actions

Written by ` + "`make docs`" + ` from the catalog. %d actions; ` + "`evict explain ID`" + ` says the same of one. Nothing is carried out but by an approved plan; each step is read back before it
counts as verified, and verified is not yet effective: "obeyed after" says when Microsoft's services act on it everywhere.
R1 to R7 are the steps of the response; [the rules](rules.md#symptoms) name them.
In PowerShell lines, {account} is the account's object ID, {name} its name, {id} the object's own ID.

| action | does | phase | step | obeyed after | undone |
|---|---|---|---|---|---|
`

// actionsPage is the reference of all actions, in the catalog's order.
func actionsPage(all []app.ActionExplanation) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, actionsIntro, len(all))
	for _, a := range all {
		who := ""
		if a.Manual {
			who = " (by a person)"
		}
		undone := "yes"
		if a.Undo == "" {
			undone = "no"
		}
		fmt.Fprintf(&b, "| [%s](#%s) | %s%s | %s | %s | %s | %s |\n", a.ID, a.ID, cell(a.Title), who, a.Phase, strings.Join(a.Procedure, " "), after(a.Minutes), undone)
	}
	for _, a := range all {
		actionSection(&b, a)
	}
	return b.Bytes()
}

func actionSection(b *bytes.Buffer, a app.ActionExplanation) {
	fmt.Fprintf(b, "\n## %s\n\n**%s**\n\n", a.ID, a.Title)
	if a.Doc != "" {
		fmt.Fprintf(b, "%s\n\n", a.Doc)
	}
	if a.Manual {
		fmt.Fprintf(b, "- By a person: no interface carries it out. Asked when it is done: %s Kept of the answer: %s.\n", a.Question, a.Kept)
	}
	fmt.Fprintf(b, "- Phase: %s. Obeyed after: %s. Revision %d.\n", a.Phase, after(a.Minutes), a.Revision)
	line(b, "By hand", []string{strings.TrimSuffix(a.ByHand, ".")}, "")
	if a.Shell != "" {
		fmt.Fprintf(b, "- PowerShell: `%s`\n", a.Shell)
	}
	line(b, "Noticed by", a.Noticed, "; ")
	if a.Undo != "" {
		line(b, "Undone", []string{a.Undo}, "")
	} else {
		line(b, "Not undone", []string{a.NoUndo}, "")
	}
	line(b, "Needs", a.Permissions, ", ")
	line(b, "Service plan, one of", a.Plans, ", ")
	line(b, "Answers", a.Answers, ", ")
}

// after is a span of minutes for people.
func after(minutes int) string {
	switch {
	case minutes == 0:
		return "at once"
	case minutes%60 == 0 && minutes > 60:
		return fmt.Sprintf("up to %d hours", minutes/60)
	}
	return fmt.Sprintf("up to %d minutes", minutes)
}
