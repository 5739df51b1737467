package detect

import (
	"cmp"
	"slices"
	"strings"

	"evict"
)

// ruleNow returns the rule as it stands after the event, and as it stood
// before; ok is false when the event takes no effect that can be judged: a
// removal, a switching off, a change whose result is unknown.
func ruleNow(e *evict.Event, v *View) (now, before evict.InboxRule, ok bool) {
	d, is := e.Detail.(*evict.Rule)
	if !is || d.Transport || e.Outcome == evict.Failure || e.Actor.Kind == evict.Service {
		return now, before, false
	}
	_, box, _ := mailbox(e, v)
	if v.State != nil {
		before = ruleBefore(v, box, d.Rule)
	}
	switch d.Change {
	case evict.RuleMade, evict.RuleSeen:
		now = d.Rule
	case evict.RuleChanged:
		now = AfterChange(before, d.Rule)
	case evict.RuleEnabled:
		now = before
		now.Enabled = evict.Yes
	default:
		return now, before, false
	}
	return now, before, now.Enabled != evict.No
}

// ruleBefore returns the rule as it was: by its ID, else by its name, for the
// record of a rule's making has no ID and a dump has.
func ruleBefore(v *View, box evict.Principal, r evict.InboxRule) evict.InboxRule {
	if r.ID != "" {
		if before, ok := v.State.Rule(box, r.ID); ok {
			return before
		}
	}
	before, _ := v.State.Rule(box, r.Name)
	return before
}

// AfterChange returns the rule after a change that names only some of its
// parameters: the others stay. A change without a body makes the body unknown.
func AfterChange(before, c evict.InboxRule) evict.InboxRule {
	if !c.BodyKnown && len(c.Set) == 0 {
		out := evict.InboxRule{ID: cmp.Or(c.ID, before.ID), Name: cmp.Or(c.Name, before.Name), Enabled: before.Enabled, Sweep: before.Sweep, Hidden: before.Hidden}
		if c.Enabled != evict.Unset {
			out.Enabled = c.Enabled
		}
		return out
	}
	if c.Set == nil { // a complete body
		c.ID, c.Name = cmp.Or(c.ID, before.ID), cmp.Or(c.Name, before.Name)
		return c
	}
	out := before
	out.ID, out.Set = cmp.Or(before.ID, c.ID), nil
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
	case "from", "sender":
		out.From = c.From
	case "sentto":
		out.SentTo = c.SentTo
	case "subjectcontainswords", "subjectmatchespatterns":
		out.Subject = c.Subject
	case "bodycontainswords":
		out.Body = c.Body
	case "subjectorbodycontainswords", "subjectorbodymatchespatterns":
		out.SubjectOrBody = c.SubjectOrBody
	case "headercontainswords", "headercontainsmessageheader":
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
