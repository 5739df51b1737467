package state

import (
	"slices"
	"strings"

	"evict"
	"evict/internal/detect"
)

// rule follows the making, change and removal of one rule.
func (r *Replay) rule(e *evict.Event, d *evict.Rule) {
	b, owner := r.mailbox(e)
	if d.Transport {
		b, owner = r.box([]evict.Principal{{}}), "" // the tenant's
	}
	x := b.find(d.Rule.ID, d.Rule.Name)
	if d.Change == evict.RuleRemoved {
		r.removed(b, x, owner, e, d)
		return
	}
	if x == nil {
		if len(b.rules) >= maxRules {
			r.full = true
			return
		}
		x = &rule{}
		b.rules = append(b.rules, x)
	}
	switch d.Change {
	case evict.RuleMade, evict.RuleSeen:
		id := x.ID
		x.InboxRule = d.Rule.Clone()
		if x.ID == "" {
			x.ID = id
		}
	case evict.RuleEnabled, evict.RuleDisabled:
		x.name(d.Rule)
		x.Enabled = evict.No
		if d.Change == evict.RuleEnabled {
			x.Enabled = evict.Yes
		}
	case evict.RuleChanged:
		x.InboxRule = detect.AfterChange(x.InboxRule, d.Rule.Clone())
	}
	if d.Change == evict.RuleMade {
		if x.life != nil {
			r.end(x.life, e)
		}
		x.life = r.start("rule", owner, firstOf(x.Name, x.ID), e, x.ID)
	}
}

func (r *Replay) removed(b *box, x *rule, owner string, e *evict.Event, d *evict.Rule) {
	if x == nil {
		r.change("rule", owner, firstOf(d.Rule.Name, d.Rule.ID), true, e)
		return
	}
	if x.life != nil {
		r.end(x.life, e)
	} else {
		r.change("rule", owner, firstOf(x.Name, x.ID), true, e)
	}
	b.rules = slices.DeleteFunc(b.rules, func(o *rule) bool { return o == x })
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// name fills the names that were not known.
func (x *rule) name(o evict.InboxRule) {
	if x.ID == "" {
		x.ID = strings.Clone(o.ID)
	}
	if x.Name == "" {
		x.Name = strings.Clone(o.Name)
	}
}
