package report

import (
	"bufio"
	"io"
	"strings"

	"evict"
)

// CaseMarkdown writes the report of a case for a ticket or a wiki: what was done, then what happened, as [Markdown] writes it.
func CaseMarkdown(w io.Writer, r *evict.Report) error {
	b := bufio.NewWriter(w)
	m := &markdown{w: b}
	v := newResponse(r, "→", "…")
	m.line("# Report of case %s\n", md(r.Case))
	m.line("%s. %s\n", strong(v.Rung.Name), md(v.Claim))
	for _, f := range v.Facts {
		m.line("- %s: %s", strong(f.Label), md(f.Text))
	}
	m.response(v)
	m.line("")
	if err := b.Flush(); err != nil {
		return err
	}
	return Markdown(w, &r.Investigation)
}

func (m *markdown) response(v *response) {
	m.line("\n## What may be claimed\n")
	for _, x := range v.Ladder {
		if x.Here {
			m.line("- %s: %s (here)", strong(x.Name), md(x.Means))
		} else {
			m.line("- %s: %s", md(x.Name), md(x.Means))
		}
	}
	if len(v.Limits) > 0 {
		m.line("\n### What may not be claimed\n")
	}
	for _, x := range v.Limits {
		m.line("- %s", md(x))
	}
	for _, g := range v.Groups {
		if len(g.Steps) > 0 {
			m.line("\n### %s %s (%s)", g.Sign, g.Title, thousands(len(g.Steps)))
			m.steps(g.Steps)
		}
	}
	if len(v.Left) > 0 {
		m.line("\n### Left where it is (%s)\n", thousands(len(v.Left)))
	}
	for i := range v.Left {
		m.line("- %s", md(v.LeftWords(v.Left[i])))
	}
	m.plans(v)
	m.line("\n%s", md(v.Proof))
}

func (m *markdown) steps(list []stepView) {
	var rows [][]string
	for _, x := range list {
		name := x.Name
		if x.Of != "" {
			name += " of " + x.Of
		}
		var changed, times []string
		for _, d := range x.Differences {
			changed = append(changed, d.Symbol+" "+strings.TrimPrefix(d.Name+": "+d.Text, ": "))
		}
		for _, f := range x.Times {
			times = append(times, f.Label+" "+f.Text)
		}
		rows = append(rows, []string{name, x.State, strings.Join(changed, "; "), strings.Join(times, ", "), strings.Join(x.Notes, "; ")})
	}
	m.table([]string{"What", "Stands", "Change", "When", "More"}, rows)
}

func (m *markdown) plans(v *response) {
	if len(v.Plans) > 0 {
		m.line("\n### Plans")
		var rows [][]string
		for i := range v.Plans {
			p := &v.Plans[i]
			rows = append(rows, []string{short(p.Hash), p.Kind, thousands(p.Steps), stamp(p.Made), planWords(p), checkWords(p)})
		}
		m.table([]string{"Plan", "Kind", "Steps", "Made", "Decided", "Later looks"}, rows)
	}
	if len(v.Log) > 0 {
		m.line("\n### What was done, in its order")
		var rows [][]string
		for _, a := range v.Log {
			rows = append(rows, []string{stamp(a.Time), a.Who, a.Text})
		}
		m.table([]string{"Time", "Who", "What"}, rows)
	}
}
