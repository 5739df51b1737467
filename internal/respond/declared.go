package respond

import (
	"context"
	"slices"
	"strings"

	"evict"
)

// A declaration is an account that somebody declared not to be touched, and whom the directory knows by its name.
type declaration struct {
	evict.Object
	nobody bool
}

// declared are the declarations that the guards have, in their order.
func (p *planner) declared() []declaration {
	var out []declaration
	for _, x := range []struct {
		kind string
		list []string
	}{{GuardBreakGlass, p.c.Guards.BreakGlass}, {GuardService, p.c.Guards.Service}} {
		for _, name := range x.list {
			out = append(out, declaration{Object: evict.Object{Name: name, Kind: x.kind}})
		}
	}
	return out
}

// find looks up whose name it is; where that can't be read, the name alone counts.
func (d *declaration) find(ctx context.Context, r Reader) {
	u, err := findUser(ctx, r, d.Name)
	d.nobody = err == nil && u == nil
	if u != nil {
		d.Account, d.Name = strings.ToLower(text(u, "id")), text(u, "userPrincipalName")
	}
}

// declare lets the guards know the accounts by their IDs too, and keeps them for the later plans of the case.
func (p *planner) declare(list []declaration) {
	g := &p.c.Guards
	g.BreakGlass, g.Service = slices.Clone(g.BreakGlass), slices.Clone(g.Service)
	for _, d := range list {
		switch {
		case d.nobody:
			p.note("%s was declared (%s), and the directory knows nobody of that name: the declaration guards nothing.", d.Name, d.Kind)
			continue
		case d.Account != "" && d.Kind == GuardBreakGlass:
			g.BreakGlass = append(g.BreakGlass, d.Account)
		case d.Account != "":
			g.Service = append(g.Service, d.Account)
		}
		if !slices.Contains(p.plan.Declared, d.Object) {
			p.plan.Declared = append(p.plan.Declared, d.Object)
		}
	}
}

// Redeclare adds what earlier plans of a case declared.
func (g *Guards) Redeclare(earlier ...evict.Plan) {
	for _, p := range earlier {
		for _, o := range p.Declared {
			list := &g.Service
			if o.Kind == GuardBreakGlass {
				list = &g.BreakGlass
			}
			name := o.Account
			if name == "" {
				name = o.Name
			}
			if !slices.Contains(*list, name) {
				*list = append(slices.Clone(*list), name)
			}
		}
	}
}
