package report

import (
	"io"
	"strings"

	"evict"
)

// Case writes the report of a case for a person at a terminal: first whether the attacker is out, then what was done, then
// what happened, as [Text] writes it.
func Case(w io.Writer, r *evict.Report, o TextOptions) error {
	t := &text{layout: newLayout(w, o), inv: &r.Investigation, told: map[string]string{}}
	v := newResponse(r, t.sym("→", "->"), t.sym("…", "..."))
	t.claim(r, v)
	t.money()
	if !o.Brief {
		t.response(v)
	}
	t.blank()
	t.para(0, 0, in(grey, strings.Repeat(t.sym("━", "="), t.width)))
	t.reported()
	t.headline()
	t.accounts()
	if o.Brief {
		t.brief()
	} else {
		t.blocks()
		t.others()
		t.unseen()
		t.sources()
		t.summary()
	}
	t.next(o.Next)
	return t.w.Flush()
}

// Money writes what may still be stopped, alone.
func Money(w io.Writer, inv *evict.Investigation, o TextOptions) error {
	t := &text{layout: newLayout(w, o), inv: inv}
	if inv.Money == nil {
		t.para(0, 0, s("No conversation about payment and no payroll, banking or HR application was seen in an attacker's hands. That is no proof that there was none:"))
		for _, x := range inv.Summary.Incomplete {
			t.bullet(s(x))
		}
		if len(inv.Summary.Incomplete) == 0 {
			t.bullet(s("what was said on the telephone, or through another account, is in no log of this tenant."))
		}
		return t.w.Flush()
	}
	t.money()
	return t.w.Flush()
}

// claim answers without scrolling: is he out, since when, what was changed, what was not seen, what is next.
func (t *text) claim(r *evict.Report, v *response) {
	st, sign := purple, t.sym("▲", "[!]")
	switch v.Rung.Name {
	case "not contained":
		st, sign = orange, t.sym("■", "[X]")
	case "quiet", "closed":
		st, sign = blue, t.sym("●", "[=]")
	}
	title := "Report of case " + r.Case
	if r.Tenant != "" {
		title += ", tenant " + string(r.Tenant)
	}
	t.para(0, 2, in(grey, title))
	t.para(0, 2, in(st, sign), s(" "), in(st, v.Claim))
	for _, f := range v.Facts {
		t.labelled(2, 14, in(grey, f.Label), s(f.Text))
	}
}

func (t *text) response(v *response) {
	t.section("What may be claimed")
	for _, x := range v.Ladder {
		sign, st := t.sym("·", "."), grey
		if x.Here {
			sign, st = t.sym("▶", ">"), bold
		}
		t.para(2, 6, in(st, sign+" "), kept(st, x.Name), s(": "), in(st, x.Means))
	}
	if len(v.Limits) > 0 {
		t.section("What may not be claimed")
		for _, x := range v.Limits {
			t.bullet(s(x))
		}
	}
	for _, g := range v.Groups {
		if len(g.Steps) > 0 {
			t.stepGroup(g)
		}
	}
	if len(v.Left) > 0 {
		t.section("Left where it is (" + thousands(len(v.Left)) + ")")
		for i := range v.Left {
			t.bullet(s(v.LeftWords(v.Left[i])))
		}
	}
	t.plans(v)
	if len(v.Log) > 0 {
		t.section("What was done, in its order")
	}
	for _, a := range v.Log {
		t.para(2, 24, kept(grey, stamp(a.Time)), s("  "), in(bold, a.Who), s(": "+a.Text))
	}
	t.blank()
	t.para(0, 0, in(grey, v.Proof))
}

func (t *text) stepGroup(g stepGroup) {
	st := map[string]style{"high": orange, "partial": purple, "low": blue}[g.Class]
	t.section(g.Title + " (" + thousands(len(g.Steps)) + ")")
	for _, x := range g.Steps {
		line := []span{in(st, t.sym(g.Sign, g.ASCII)), s(" "), in(bold, x.Name)}
		if x.Of != "" {
			line = append(line, s(" of "+x.Of))
		}
		if g.is == "not" || g.is == "back" {
			line = append(line, s(": "+x.State))
		}
		t.para(2, 4, line...)
		for _, d := range x.Differences {
			name := ""
			if d.Name != "" {
				name = d.Name + ": "
			}
			t.para(6, 10, s(d.Symbol+" "), in(grey, name), s(d.Text))
		}
		var times []string
		for _, f := range x.Times {
			times = append(times, f.Label+" "+f.Text)
		}
		if len(times) > 0 {
			t.facts(6, times...)
		}
		for _, n := range x.Notes {
			if command, ok := typed(n); ok {
				t.verbatim(8, command)
				continue
			}
			t.para(6, 8, s(n))
		}
	}
}

func (t *text) plans(v *response) {
	if len(v.Plans) == 0 {
		return
	}
	t.section("Plans (" + thousands(len(v.Plans)) + ")")
	for i := range v.Plans {
		p := &v.Plans[i]
		t.para(2, 4, kept(bold, short(p.Hash)), s(" ("+p.Kind+", "+count(p.Steps, "step", "steps")+", made "+stamp(p.Made)+"): "+planWords(p)))
		if c := checkWords(p); c != "" {
			t.para(4, 6, in(grey, "later looks: "), s(c))
		}
	}
}
