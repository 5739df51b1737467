package simtenant

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// graphRuleID is a rule's ID for Graph: the eight bytes of Exchange's number,
// in base 64 with "=" at the end (the pairing is unconfirmed).
func graphRuleID(r *InboxRule) string {
	n, err := strconv.ParseUint(r.ID, 10, 64)
	if err != nil {
		return r.ID
	}
	return base64.URLEncoding.EncodeToString(binary.LittleEndian.AppendUint64(nil, n))
}

// messageRule is Graph's messageRule: members that are not set are absent, and
// nothing says when it was made. A rule that Graph cannot express is read-only.
func messageRule(r *InboxRule) Object {
	o := Object{"id": graphRuleID(r), "displayName": r.Name, "sequence": r.Sequence, "isEnabled": r.Enabled, "hasError": false, "isReadOnly": r.ClientOnly}
	for name, held := range map[string]Object{"conditions": r.Conditions, "exceptions": r.Exceptions, "actions": r.Actions} {
		shown := Object{}
		for k, v := range held {
			if k[0] >= 'A' && k[0] <= 'Z' { // Exchange's alone
				o["isReadOnly"] = true
				continue
			}
			shown[k] = v
		}
		if len(shown) > 0 {
			o[name] = shown
		}
	}
	return o
}

// inbox refuses rules of another folder: Graph documents them for the Inbox alone.
func (c *mailCall) inbox() error {
	f, err := c.folderAt(c.args["folder"])
	if err != nil {
		return err
	}
	if f.WellKnown != "inbox" {
		return badRequest("Rules are only supported for the Inbox.")
	}
	return nil
}

// ruleAt is the visible rule of the path. Hidden ones do not exist for Graph.
func (c *mailCall) ruleAt() (*InboxRule, error) {
	if err := c.inbox(); err != nil {
		return nil, err
	}
	for _, r := range c.box.Rules {
		if !r.Hidden && graphRuleID(r) == c.args["rule"] {
			return r, nil
		}
	}
	return nil, itemNotFound()
}

func listMessageRules(c *mailCall) ([]Object, error) {
	if err := c.inbox(); err != nil {
		return nil, err
	}
	out := []Object{}
	for _, r := range c.world.rules(c.box, false) {
		out = append(out, messageRule(r))
	}
	return out, nil
}

func getMessageRule(c *mailCall) (Object, error) {
	r, err := c.ruleAt()
	if err != nil {
		return nil, err
	}
	return messageRule(r), nil
}

// The members of Graph's messageRulePredicates and messageRuleActions, by their kind.
var (
	predicates = kinds("words: bodyContains bodyOrSubjectContains categories headerContains recipientContains senderContains subjectContains; people: fromAddresses sentToAddresses; " +
		"flag: hasAttachments isApprovalRequest isAutomaticForward isAutomaticReply isEncrypted isMeetingRequest isMeetingResponse isNonDeliveryReport isPermissionControlled isReadReceipt isSigned isVoicemail " +
		"notSentToMe sentCcMe sentOnlyToMe sentToMe sentToOrCcMe; text: importance messageActionFlag sensitivity; range: withinSizeRange")
	ruleActions = kinds("words: assignCategories; folder: copyToFolder moveToFolder; flag: delete markAsRead permanentDelete stopProcessingRules; people: forwardAsAttachmentTo forwardTo redirectTo; text: markImportance")
)

func kinds(s string) map[string]string {
	out := map[string]string{}
	for _, part := range strings.Split(s, ";") {
		kind, names, _ := strings.Cut(part, ":")
		for _, n := range strings.Fields(names) {
			out[n] = strings.TrimSpace(kind)
		}
	}
	return out
}

// part reads conditions, exceptions or actions of a body. Null members are not set.
func (c *mailCall) part(name string, known map[string]string) (Object, error) {
	in, ok := c.body[name]
	if !ok || in == nil {
		return nil, nil
	}
	o := asObject(in)
	if o == nil {
		return nil, badRequest("'%s' isn't an object.", name)
	}
	out := Object{}
	for k, v := range o {
		kind := known[k]
		if strings.HasPrefix(k, "@odata.") || v == nil {
			continue
		}
		fits := false
		switch kind {
		case "words":
			_, fits = v.([]any)
		case "people":
			people := graphPeople(v)
			_, fits = v.([]any)
			fits = fits && !slices.ContainsFunc(people, func(p [2]string) bool { return !strings.Contains(p[1], "@") })
		case "flag":
			_, fits = v.(bool)
		case "text":
			_, fits = v.(string)
		case "range":
			fits = asObject(v) != nil
		case "folder":
			s, _ := v.(string)
			f, err := c.folderAt(s)
			if err != nil {
				return nil, err
			}
			out[k] = f.ID
			continue
		case "":
			return nil, &mailError{400, "RequestBodyRead", "The property '" + k + "' does not exist on type 'microsoft.graph.messageRule'."}
		}
		if !fits {
			return nil, badRequest("The value of '%s' isn't valid.", k)
		}
		if list, isList := v.([]any); (v == false) || isList && len(list) == 0 {
			continue
		}
		out[k] = v
	}
	if len(out) == 0 {
		return nil, nil
	}
	return out, nil
}

// readRule lays the body over a rule.
func (c *mailCall) readRule(r *InboxRule) error {
	if err := c.only("displayName", "sequence", "isEnabled", "conditions", "exceptions", "actions"); err != nil {
		return err
	}
	for name, to := range map[string]*Object{"conditions": &r.Conditions, "exceptions": &r.Exceptions, "actions": &r.Actions} {
		if _, sent := c.body[name]; !sent {
			continue
		}
		known := predicates
		if name == "actions" {
			known = ruleActions
		}
		part, err := c.part(name, known)
		if err != nil {
			return err
		}
		*to = part
	}
	for name, v := range c.body {
		ok := true
		switch name {
		case "displayName":
			r.Name, ok = v.(string)
		case "isEnabled":
			r.Enabled, ok = v.(bool)
		case "sequence":
			_, ok = numberOf(v)
		}
		if !ok {
			return badRequest("The value of '%s' isn't valid.", name)
		}
	}
	if r.Name == "" || len(r.Actions) == 0 {
		return badRequest("A rule has a name and at least one action.")
	}
	return nil
}

// order puts a rule where the body's sequence says.
func (c *mailCall) order(r *InboxRule) {
	if n, ok := numberOf(c.body["sequence"]); ok {
		c.box.place(r, max(int(n), 1))
	}
}

func createMessageRule(c *mailCall) (Object, error) {
	if err := c.inbox(); err != nil {
		return nil, err
	}
	r := &InboxRule{ID: ruleID(c.box.GUID, "rest", c.now.UnixNano(), len(c.box.Rules)), Enabled: true}
	if err := c.readRule(r); err != nil {
		return nil, err
	}
	for _, x := range c.box.Rules {
		r.Sequence = max(r.Sequence, x.Sequence)
	}
	r.Sequence++
	c.order(r)
	c.box.Rules = append(c.box.Rules, r)
	c.logRule(r, "AddMailboxRule")
	return messageRule(r), nil
}

// changeable refuses a rule that only Outlook can change.
func (c *mailCall) changeable() (*InboxRule, error) {
	r, err := c.ruleAt()
	if err != nil {
		return nil, err
	}
	if messageRule(r)["isReadOnly"] == true {
		return nil, &mailError{400, "ErrorInvalidOperation", "The rule is read-only and can't be changed or deleted."}
	}
	return r, nil
}

func updateMessageRule(c *mailCall) (Object, error) {
	r, err := c.changeable()
	if err != nil {
		return nil, err
	}
	next := *r
	if err := c.readRule(&next); err != nil {
		return nil, err
	}
	*r = next
	c.order(r)
	c.logRule(r, "ModifyMailboxRule")
	return messageRule(r), nil
}

func deleteMessageRule(c *mailCall) (Object, error) {
	r, err := c.changeable()
	if err != nil {
		return nil, err
	}
	c.box.Rules = slices.DeleteFunc(c.box.Rules, func(x *InboxRule) bool { return x == r })
	c.logRule(r, "RemoveMailboxRule")
	return nil, nil
}

// logRule leaves the mailbox's own record of a change of rules. Only an added
// rule has its body there; a changed one is named by its number alone. That
// Graph leaves this record, and not the cmdlet's, is unconfirmed.
func (c *mailCall) logRule(r *InboxRule, what string) {
	body := Object{"RuleOperation": what, "RuleId": r.ID, "RuleState": "", "RuleCondition": "{}", "RuleName": "", "RuleProvider": "", "RuleActions": "[]"}
	if what == "AddMailboxRule" {
		state := "ExitAfterExecution"
		if r.Enabled {
			state = "Enabled, " + state
		}
		body["RuleState"], body["RuleName"], body["RuleProvider"] = state, r.Name, "RuleOrganizer"
		conditions, _ := json.Marshal(r.Conditions)
		body["RuleCondition"] = "{" + string(conditions) + "}"
		actions, _ := json.Marshal(c.mapiActions(r))
		body["RuleActions"] = string(actions)
	}
	var properties []Object
	for _, name := range []string{"RuleOperation", "RuleId", "RuleState", "RuleCondition", "RuleName", "RuleProvider", "RuleActions"} {
		properties = append(properties, Object{"Name": name, "Value": body[name]})
	}
	inbox := c.box.folder("inbox")
	c.log("UpdateInboxRules", 2, "inbox rule", Object{"OperationProperties": properties, "Item": Object{"Id": "AAMk" + graphID(r.ID), "ParentFolder": c.folderWords(inbox)}})
}

// mapiActions are a rule's actions as the mailbox's record lists them.
func (c *mailCall) mapiActions(r *InboxRule) []Object {
	out := []Object{}
	for _, k := range []string{"moveToFolder", "copyToFolder", "delete", "permanentDelete", "forwardTo", "forwardAsAttachmentTo", "redirectTo", "markAsRead"} {
		v, ok := r.Actions[k]
		if !ok {
			continue
		}
		switch k {
		case "moveToFolder", "copyToFolder":
			out = append(out, Object{"ActionType": strings.ToUpper(k[:1]) + k[1:4], "DestinationFolderId": fmt.Sprint(v), "FolderIsInThisStore": "True"})
		case "delete", "permanentDelete":
			out = append(out, Object{"ActionType": "Delete"})
		case "markAsRead":
			out = append(out, Object{"ActionType": "MarkAsRead"})
		default:
			var to []string
			for _, p := range graphPeople(v) {
				to = append(to, p[1])
			}
			out = append(out, Object{"ActionType": strings.ToUpper(k[:1]) + k[1:len(k)-2], "Recipients": to})
		}
	}
	return out
}
