package records

import (
	"strings"

	"evict"
)

// decodeEmailEvents reads a row of Defender's EmailEvents or
// EmailPostDeliveryEvents (advanced hunting schema).
func (d *Decoder) decodeEmailEvents(v value, e *evict.Event) bool {
	e.Kind, e.Op = evict.MessageTrace, "EmailEvents"
	e.Time = d.time(pick(v, tableTime...))
	t := &evict.Trace{
		Message:   evict.Message{ID: pick(v, "InternetMessageId"), Subject: pick(v, "Subject")},
		Sender:    address(pick(v, "SenderFromAddress", "SenderMailFromAddress")),
		Recipient: address(pick(v, "RecipientEmailAddress")),
		Status:    pick(v, "DeliveryAction", "LatestDeliveryAction"),
		Direction: pick(v, "EmailDirection"),
		FromIP:    pick(v, "SenderIPv4", "SenderIPv6"),
		Connector: pick(v, "Connectors"),
		Threats:   pick(v, "ThreatTypes"),
	}
	t.Message.Size, _ = pickInt(v, "EmailSize")
	if action := pick(v, "ActionType", "Action"); action != "" {
		e.Op, t.Event = "EmailPostDeliveryEvents", action
	}
	for _, name := range []string{"NetworkMessageId", "SenderMailFromAddress", "SenderDisplayName", "DeliveryLocation", "LatestDeliveryLocation", "AuthenticationDetails", "DetectionMethods", "UserLevelPolicy", "AttachmentCount", "UrlCount", "ActionTrigger", "ActionResult", "EmailClusterId", "ReportId", "IsFirstContact", "ForwardingInformation"} {
		if s := pick(v, name); s != "" {
			t.Extra = append(t.Extra, evict.Field{Name: name, Value: s})
		}
	}
	if x := v.find("AuthenticationDetails"); x.isObject() {
		t.Extra = append(t.Extra, evict.Field{Name: "AuthenticationDetails", Value: x.raw()})
	}
	e.Detail = t
	e.Origin.Addr = parseAddress(t.FromIP)
	d.mailParties(e, t.Sender, t.Recipient)
	addAlias(e, t.Recipient, pick(v, "RecipientObjectId"))
	addAlias(e, t.Sender, pick(v, "SenderObjectId"))
	return true
}

// addAlias pairs an object ID with the subject of that name in the same record.
func addAlias(e *evict.Event, name, id string) {
	o, p := objectID(id), personOf(name)
	if o.Kind == evict.NoPrincipal || p.Kind == evict.NoPrincipal {
		return
	}
	for i := range e.Subjects {
		if e.Subjects[i].Who == p {
			e.Subjects[i].Aliases = append(e.Subjects[i].Aliases, o)
			return
		}
	}
}

// decodeClick reads a row of Defender's UrlClickEvents.
func (d *Decoder) decodeClick(v value, e *evict.Event) bool {
	e.Kind, e.Op = evict.ClickLog, "UrlClickEvents"
	e.Time = d.time(pick(v, tableTime...))
	e.Actor = personOf(pick(v, "AccountUpn"))
	e.Origin.Addr = parseAddress(pick(v, "IPAddress"))
	action := pick(v, "ActionType")
	e.Outcome = evict.Success
	if strings.Contains(strings.ToLower(action), "block") && pickTri(v, "IsClickedThrough") != evict.Yes {
		e.Outcome = evict.Interrupted
	}
	a := &evict.Alert{Name: "Link clicked", Category: action, Entities: []string{pick(v, "Url")}, Extra: flat(v, nil)}
	e.Detail = a
	return e.Actor.Kind != evict.NoPrincipal
}

// decodeCloudApp reads a row of Defender's CloudAppEvents. What it knows of
// Microsoft 365 is the audit record in RawEventData; that is decoded in its
// place, so that the same act from both logs is one act.
func (d *Decoder) decodeCloudApp(v value, e *evict.Event) bool {
	if raw := d.nested(v, "RawEventData"); raw.isObject() {
		return d.decodeAudit(raw, e)
	}
	e.Kind, e.Op = evict.OtherAudit, pick(v, "ActionType")
	e.ID = recordID(pick(v, "ReportId"))
	e.Time = d.time(pick(v, tableTime...))
	e.Actor = objectID(pick(v, "AccountObjectId"))
	e.Origin.Addr = parseAddress(pick(v, "IPAddress"))
	e.Origin.UserAgent = pick(v, "UserAgent")
	e.Origin.Client = clientOf(e.Origin.UserAgent)
	e.Detail = &evict.Settings{Object: pick(v, "ObjectName"), Params: flat(v, nil)}
	return e.Op != ""
}
