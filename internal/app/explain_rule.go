package app

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"evict/docs"
	"evict/internal/detect"
	"evict/internal/respond"
)

// A RuleExplanation is what one number means that an answer cites: a symptom (S8), a step of the response (R1), an item (C5,
// G3), an anchor (A1), a rule (V7).
type RuleExplanation struct {
	ID        string   `json:"id"`
	Text      string   `json:"text"`      // as docs/rules.md has it, without its markup
	Detectors []string `json:"detectors"` // that show the symptom, or whose findings count as the item
	Actions   []string `json:"actions"`   // that belong to the step
}

// ExplainRule returns the rule with the number; none for "".
func ExplainRule(id string) []RuleExplanation {
	for _, r := range rules(docs.Rules) {
		if !strings.EqualFold(r.ID, id) {
			continue
		}
		for _, d := range detect.Catalog {
			if d.Item == r.ID || slices.ContainsFunc(d.Symptoms, func(n int) bool { return fmt.Sprintf("S%d", n) == r.ID }) {
				r.Detectors = append(r.Detectors, d.ID)
			}
		}
		for _, a := range respond.Catalog {
			if slices.Contains(a.Procedure, r.ID) {
				r.Actions = append(r.Actions, string(a.ID))
			}
		}
		return []RuleExplanation{r}
	}
	return nil
}

var (
	listed = regexp.MustCompile(`\*\*([SR][0-9]+)\*\* ([^·]+)`)       // **S1** mail missing or deleted · **S2** …
	item   = regexp.MustCompile(`^- \*\*([VACG][0-9]+)\b[ :]*`)       // - **C1 replay** (session): …, - **V1** …
	link   = regexp.MustCompile(`\[([^\]]*)\]\((decisions/)?[^)]*\)`) // [0005](decisions/0005-….md)
	markup = regexp.MustCompile("\\*\\*|`|\\*([^*]+)\\*")             // **bold**, `code`, *italic*
	spaces = regexp.MustCompile(`\s+`)
)

// rules reads the page: each number begins an item of a list, which goes on in indented lines, or stands in a list within a line.
func rules(page string) []RuleExplanation {
	var out []RuleExplanation
	open := false // the last rule may go on
	for _, p := range strings.Split(strings.ReplaceAll(page, "\r\n", "\n"), "\n\n") {
		for _, m := range listed.FindAllStringSubmatch(p, -1) {
			out = append(out, RuleExplanation{ID: m[1], Text: m[2]})
		}
		open = false
		for line := range strings.Lines(p) {
			switch m := item.FindStringSubmatch(line); {
			case m != nil:
				out, open = append(out, RuleExplanation{ID: m[1], Text: line[len(m[0]):]}), true
			case open && strings.HasPrefix(line, "  "):
				out[len(out)-1].Text += line
			default:
				open = false
			}
		}
	}
	for i := range out {
		out[i].Text, out[i].Detectors, out[i].Actions = plain(out[i].Text), []string{}, []string{}
	}
	return out
}

// plain takes Markdown's marks off.
func plain(s string) string {
	s = link.ReplaceAllStringFunc(s, func(l string) string {
		m := link.FindStringSubmatch(l)
		if m[2] != "" {
			return "decision " + m[1]
		}
		return m[1]
	})
	return strings.TrimSpace(spaces.ReplaceAllString(markup.ReplaceAllString(s, "$1"), " "))
}
