package simtenant

import (
	"cmp"
	"strings"
	"time"
)

// Graph's words for what Exchange's cmdlets call otherwise.
var (
	replyStates    = map[string]string{"Disabled": "disabled", "Enabled": "alwaysEnabled", "Scheduled": "scheduled"}
	replyAudiences = map[string]string{"None": "none", "Known": "contactsOnly", "All": "all"}
)

// cmdletWord is the cmdlet's word for one of Graph's, or "".
func cmdletWord(words map[string]string, graph string) string {
	for k, v := range words {
		if strings.EqualFold(v, graph) {
			return k
		}
	}
	return ""
}

// mailboxSettings is Graph's mailboxSettings. It knows no forwarding and no signature.
func (c *mailCall) mailboxSettings() Object {
	reply, regional := over(replyDefaults, c.box.AutoReply), over(regionalDefaults, c.box.Regional)
	at := func(name string) Object {
		t, ok := timeOf(reply[name])
		if !ok {
			t = c.now.Truncate(time.Hour)
		}
		return Object{"dateTime": t.UTC().Format("2006-01-02T15:04:05.0000000"), "timeZone": "UTC"}
	}
	archive := ""
	if f := c.box.folder("archive"); f != nil {
		archive = f.ID
	}
	purpose := "user"
	if c.box.Type == "SharedMailbox" {
		purpose = "shared"
	}
	return Object{
		"archiveFolder": archive, "timeZone": regional["TimeZone"], "dateFormat": regional["DateFormat"], "timeFormat": regional["TimeFormat"], "delegateMeetingMessageDeliveryOptions": "sendToDelegateOnly",
		"userPurpose": purpose, "language": Object{"locale": regional["Language"], "displayName": regional["Language"]},
		"workingHours": Object{"daysOfWeek": []string{"monday", "tuesday", "wednesday", "thursday", "friday"}, "startTime": "08:00:00.0000000", "endTime": "17:00:00.0000000", "timeZone": Object{"name": regional["TimeZone"]}},
		"automaticRepliesSetting": Object{
			"status": replyStates[textOf(reply, "AutoReplyState")], "externalAudience": replyAudiences[textOf(reply, "ExternalAudience")], "internalReplyMessage": reply["InternalMessage"], "externalReplyMessage": reply["ExternalMessage"],
			"scheduledStartDateTime": at("StartTime"), "scheduledEndDateTime": at("EndTime"),
		},
	}
}

func getMailboxSettings(c *mailCall) (Object, error) { return c.mailboxSettings(), nil }

// updateMailboxSettings changes the same auto-reply and regional settings that the cmdlets show.
func updateMailboxSettings(c *mailCall) (Object, error) {
	if err := c.only("automaticRepliesSetting", "dateFormat", "timeFormat", "timeZone", "language", "workingHours", "delegateMeetingMessageDeliveryOptions"); err != nil {
		return nil, err
	}
	reply, regional := over(Object{}, c.box.AutoReply), over(Object{}, c.box.Regional)
	sent := nested(c.body, "automaticRepliesSetting")
	for name, v := range sent {
		text, _ := v.(string)
		switch name {
		case "status":
			reply["AutoReplyState"] = cmdletWord(replyStates, text)
		case "externalAudience":
			reply["ExternalAudience"] = cmdletWord(replyAudiences, text)
		case "internalReplyMessage":
			reply["InternalMessage"] = text
		case "externalReplyMessage":
			reply["ExternalMessage"] = text
		case "scheduledStartDateTime", "scheduledEndDateTime":
			to := map[bool]string{true: "StartTime", false: "EndTime"}[name == "scheduledStartDateTime"]
			when, err := graphTime(asObject(v))
			if err != nil {
				return nil, err
			}
			reply[to] = stamp(when)
		case "@odata.type":
		default:
			return nil, &mailError{400, "RequestBodyRead", "The property '" + name + "' does not exist on type 'microsoft.graph.automaticRepliesSetting'."}
		}
	}
	if reply["AutoReplyState"] == "" || reply["ExternalAudience"] == "" {
		return nil, badRequest("A value of automaticRepliesSetting isn't valid.")
	}
	for graph, exchange := range map[string]string{"dateFormat": "DateFormat", "timeFormat": "TimeFormat", "timeZone": "TimeZone"} {
		if s := textOf(c.body, graph); s != "" {
			regional[exchange] = s
		}
	}
	if s := textOf(nested(c.body, "language"), "locale"); s != "" {
		regional["Language"] = s
	}
	c.box.AutoReply, c.box.Regional = reply, regional
	if sent != nil {
		c.logSettings("Set-MailboxAutoReplyConfiguration", pickKeys(reply, "AutoReplyState", "ExternalAudience", "ExternalMessage", "InternalMessage"))
	} else {
		c.logSettings("Set-MailboxRegionalConfiguration", pickKeys(regional, "DateFormat", "Language", "TimeFormat", "TimeZone"))
	}
	return c.mailboxSettings(), nil
}

// graphTime reads a dateTimeTimeZone. Other zones than UTC would need their table.
func graphTime(o Object) (time.Time, error) {
	s, zone := textOf(o, "dateTime"), cmp.Or(textOf(o, "timeZone"), "UTC")
	for _, form := range []string{"2006-01-02T15:04:05.9999999", time.RFC3339Nano} {
		if t, err := time.Parse(form, s); err == nil && strings.EqualFold(zone, "UTC") {
			return t, nil
		}
	}
	return time.Time{}, badRequest("'%s' in the zone '%s' isn't a time.", s, zone)
}

// logSettings leaves the record of the cmdlet that does the same; that Graph
// leaves it too is unconfirmed.
func (c *mailCall) logSettings(cmdlet string, params Object) {
	var list []Object
	for _, name := range sortedKeys(params) {
		list = append(list, Object{"Name": name, "Value": params[name]})
	}
	c.log(cmdlet, 1, "mailbox settings", Object{"Parameters": append([]Object{{"Name": "Identity", "Value": c.user.ID}}, list...), "ResultStatus": "True", "ObjectId": c.world.path(c.user.ID)})
}

// Contacts, people and what the owner told the Inbox to sort, in Graph's own spelling.

func listContacts(c *mailCall) ([]Object, error) {
	return withIDs(c.box, "contact", c.box.Contacts), nil
}
func listPeople(c *mailCall) ([]Object, error) { return withIDs(c.box, "person", c.box.People), nil }
func listFocus(c *mailCall) ([]Object, error)  { return withIDs(c.box, "override", c.box.Focus), nil }

func withIDs(m *Mailbox, kind string, list []Object) []Object {
	out := []Object{}
	for i, o := range list {
		out = append(out, over(Object{"id": made(m.GUID, kind, i)}, o))
	}
	return out
}
