package timeline

import (
	"slices"
	"strings"

	"evict"
)

const maxListed = 50 // folders, mailboxes and operations listed by name

// countAct counts one act of an account. A sign-in that another log recorded
// too, and gave already, counts as an event and not as a sign-in.
func countAct(c *evict.ActivityCounts, e *evict.Event, account string, again bool) {
	if isLogin(e.Kind) {
		if e.Outcome == evict.Success {
			c.Events++
			if !again {
				c.SignIns++
			}
		}
		return
	}
	c.Events++
	if c.Operations == nil {
		c.Operations = map[string]int{}
	}
	if _, ok := c.Operations[e.Op]; ok || len(c.Operations) < maxListed {
		c.Operations[strings.Clone(e.Op)]++ // cloned each time: assigning replaces the key
	}
	if m := e.Subject(evict.Mailbox).Who; m.Kind == evict.UPN && !strings.EqualFold(m.ID, account) && m != e.Actor {
		c.Mailboxes = addListed(c.Mailboxes, m.ID)
	}
	switch d := e.Detail.(type) {
	case *evict.Access:
		if d.Sync {
			for _, f := range d.Folders {
				c.Synced = addListed(c.Synced, f)
			}
		} else {
			c.Opened += max(d.Count, len(d.Messages))
		}
		c.Throttled = c.Throttled || d.Throttled
	case *evict.Sent:
		c.Sent++
	case *evict.Moved:
		n := max(d.Count, len(d.Messages))
		if strings.Contains(e.Op, "Delete") {
			c.Deleted += n
		} else if e.Op == "Move" {
			c.MovedMail += n
		}
	case *evict.Rule:
		c.Rules++
	case *evict.File:
		if strings.Contains(e.Op, "Link") || strings.Contains(e.Op, "Sharing") {
			c.Shared++
		} else {
			c.Files += max(d.Count, 1)
		}
	case *evict.Changes, *evict.Settings, *evict.Right:
		if strings.HasPrefix(e.Op, "Consent") {
			c.Consents++
		} else {
			c.Changes++
		}
	}
}

func addListed(list []string, s string) []string {
	if s == "" || len(list) >= maxListed {
		return list
	}
	i, found := slices.BinarySearch(list, s)
	if found {
		return list
	}
	return slices.Insert(list, i, strings.Clone(s))
}

// sumActs adds b to a.
func sumActs(a *evict.ActivityCounts, b evict.ActivityCounts) {
	a.Events += b.Events
	a.SignIns += b.SignIns
	a.Opened += b.Opened
	a.Throttled = a.Throttled || b.Throttled
	a.Sent += b.Sent
	a.Deleted += b.Deleted
	a.MovedMail += b.MovedMail
	a.Rules += b.Rules
	a.Files += b.Files
	a.Shared += b.Shared
	a.Consents += b.Consents
	a.Changes += b.Changes
	for _, s := range b.Synced {
		a.Synced = addListed(a.Synced, s)
	}
	for _, s := range b.Mailboxes {
		a.Mailboxes = addListed(a.Mailboxes, s)
	}
	for op, n := range b.Operations {
		if a.Operations == nil {
			a.Operations = map[string]int{}
		}
		a.Operations[op] += n
	}
}

// activity sums the acts by the verdict of their strands.
func (h *history) activity() evict.Activity {
	out := evict.Activity{Attacker: evict.ActivityCounts{Synced: []string{}, Mailboxes: []string{}, Operations: map[string]int{}}, Unplaced: h.owned.Events}
	for i, s := range h.strands {
		switch s.Verdict {
		case evict.ByAttacker:
			sumActs(&out.Attacker, h.acts[i])
		case evict.ByOwner:
			out.Owner += h.acts[i].Events
		default:
			out.Unknown += h.acts[i].Events
		}
	}
	return out
}
