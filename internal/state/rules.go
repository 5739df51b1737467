package state

import (
	"slices"
	"strings"

	"evict"
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
		x.InboxRule = keep(d.Rule)
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
		x.InboxRule = Merge(x.InboxRule, d.Rule)
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

// Merge returns the rule after a change that names only some of its
// parameters: the others stay. A change without a body makes the body unknown.
// The result shares no memory with change.
func Merge(before, change evict.InboxRule) evict.InboxRule {
	c := keep(change)
	if !c.BodyKnown && len(c.Set) == 0 {
		out := evict.InboxRule{ID: firstOf(c.ID, before.ID), Name: firstOf(c.Name, before.Name), Enabled: before.Enabled, Sweep: before.Sweep, Hidden: before.Hidden}
		if c.Enabled != evict.Unset {
			out.Enabled = c.Enabled
		}
		return out
	}
	if c.Set == nil { // a complete body
		c.ID, c.Name = firstOf(c.ID, before.ID), firstOf(c.Name, before.Name)
		return c
	}
	out := before
	out.ID, out.Set = firstOf(before.ID, c.ID), nil
	for _, name := range c.Set {
		set(&out, &c, name)
	}
	if out.Name == "" {
		out.Name = c.Name
	}
	return out
}

// set takes over the field of one parameter of Set-InboxRule or Set-TransportRule.
func set(out, c *evict.InboxRule, name string) {
	switch strings.ToLower(name) {
	case "name", "displayname":
		out.Name = c.Name
	case "enabled", "mode", "state":
		out.Enabled = c.Enabled
	case "from":
		out.From = c.From
	case "sentto":
		out.SentTo = c.SentTo
	case "subjectcontainswords":
		out.Subject = c.Subject
	case "bodycontainswords":
		out.Body = c.Body
	case "subjectorbodycontainswords":
		out.SubjectOrBody = c.SubjectOrBody
	case "headercontainswords":
		out.Header = c.Header
	case "fromaddresscontainswords", "recipientaddresscontainswords":
		out.Recipient = c.Recipient
	case "hasattachment":
		out.HasAttachment = c.HasAttachment
	case "withinsizerangeminimum":
		out.MinSize = c.MinSize
	case "deletemessage":
		out.Delete = c.Delete
	case "softdeletemessage":
		out.SoftDelete = c.SoftDelete
	case "movetofolder", "destinationfolder":
		out.MoveTo = c.MoveTo
	case "copytofolder":
		out.CopyTo = c.CopyTo
	case "forwardto", "copyto", "addtorecipients":
		out.Forward = c.Forward
	case "forwardasattachmentto":
		out.ForwardAttached = c.ForwardAttached
	case "redirectto", "redirectmessageto":
		out.Redirect = c.Redirect
	case "blindcopyto":
		out.BlindCopy = c.BlindCopy
	case "sendtextmessagenotificationto":
		out.SMS = c.SMS
	case "markasread":
		out.MarkRead = c.MarkRead
	case "stopprocessingrules", "stopruleprocessing":
		out.Stop = c.Stop
	default:
		setOther(out, c, name)
	}
}

func setOther(out, c *evict.InboxRule, name string) {
	same := func(f evict.Field) bool { return strings.EqualFold(f.Name, name) }
	i := slices.IndexFunc(c.Other, same)
	if i < 0 {
		return
	}
	out.Other = append(slices.DeleteFunc(slices.Clone(out.Other), same), c.Other[i])
}

// keep returns a copy that shares no memory with the event.
func keep(r evict.InboxRule) evict.InboxRule {
	for _, s := range []*string{&r.ID, &r.Name, &r.MoveTo, &r.CopyTo} {
		*s = strings.Clone(*s)
	}
	for _, l := range []*[]string{&r.From, &r.SentTo, &r.Subject, &r.Body, &r.SubjectOrBody, &r.Header, &r.Recipient, &r.Forward, &r.ForwardAttached, &r.Redirect, &r.BlindCopy, &r.SMS, &r.Set} {
		*l = slices.Clone(*l)
		for i := range *l {
			(*l)[i] = strings.Clone((*l)[i])
		}
	}
	r.Other = slices.Clone(r.Other)
	for i, f := range r.Other {
		r.Other[i] = evict.Field{Name: strings.Clone(f.Name), Value: strings.Clone(f.Value)}
	}
	return r
}
