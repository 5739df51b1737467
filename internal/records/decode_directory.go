package records

import (
	"slices"
	"strconv"
	"strings"

	"evict"
)

var directoryTime = slices.Concat([]string{"activityDateTime", "ActivityDateTime [UTC]"}, portalTime, tableTime)

// decodeDirectory reads one Entra directory audit: Graph directoryAudit, the
// diagnostic-settings wrapper, Log Analytics' AuditLogs, the portal's wide CSV.
// Field names: Graph resource directoryAudit; azure-monitor-docs table AuditLogs.
func (d *Decoder) decodeDirectory(v value, e *evict.Event) bool {
	outer := v
	if p := d.nested(v, "properties"); p.isObject() {
		v = p
	}
	e.Kind = evict.DirectoryAudit
	e.Op = pick(v, "activityDisplayName", "Activity", "operationName")
	if e.Op == "" {
		e.Op = pick(outer, "operationName")
	}
	e.ID = recordID(pick(v, "id"))
	e.Time = d.time(pick(v, directoryTime...))
	if !e.Time.Set {
		e.Time = d.time(pick(outer, wrapperTime...))
	}
	e.Outcome = resultWord(pick(v, "result", "Result", "ResultSignature"))
	tenant := pick(outer, "AADTenantId")
	if tenant == "" {
		if _, rest, ok := strings.Cut(strings.ToLower(pick(outer, "resourceId", "ResourceId")), "/tenants/"); ok {
			tenant, _, _ = strings.Cut(rest, "/")
		}
	}
	e.Tenant = evict.TenantID(strings.ToLower(tenant))
	c := &evict.Changes{}
	e.Detail = c
	d.directoryActor(outer, v, e)
	if targets := d.nested(v, "targetResources"); targets.isArray() {
		for t := range targets.each {
			d.directoryTarget(t, e, c)
		}
	} else {
		d.directoryWide(v, e, c)
	}
	extra := func(name, value string) {
		if value != "" {
			c.Extra = append(c.Extra, evict.Field{Name: name, Value: value})
		}
	}
	extra("category", pick(v, "category"))
	extra("loggedByService", pick(v, "loggedByService", "Service"))
	extra("operationType", pick(v, "operationType", "AADOperationType"))
	extra("resultReason", pick(v, "resultReason"))
	extra("correlationId", pick(v, "correlationId"))
	for x := range d.nested(v, "additionalDetails").each {
		name, value := pick(x, "key"), pick(x, "value")
		if strings.EqualFold(name, "User-Agent") && e.Origin.UserAgent == "" {
			e.Origin.UserAgent = value
		}
		// PIM and invitations write the caller's address here and not at the initiator.
		if strings.EqualFold(name, "ipaddr") && !e.Origin.Addr.IsValid() {
			e.Origin.Addr = parseAddress(value)
		}
		extra(name, value)
	}
	for i := 1; i <= maxWide; i++ {
		name := pick(v, "AdditionalDetail"+strconv.Itoa(i)+"Key")
		if name == "" {
			break
		}
		value := pick(v, "AdditionalDetail"+strconv.Itoa(i)+"Value")
		if strings.EqualFold(name, "User-Agent") && e.Origin.UserAgent == "" {
			e.Origin.UserAgent = value
		}
		extra(name, value)
	}
	e.Origin.Client = clientOf(e.Origin.UserAgent)
	e.Hash = essence(len(c.Props)+len(c.Extra)+len(e.Subjects), toSecond(e.Time), e.Op, e.Actor.ID, c.Object)
	if serviceChore(e, c) {
		e.Flags |= evict.ServiceNoise
	}
	return e.Op != ""
}

// serviceChore reports the work of a service of Microsoft's own that touches
// no user, right, role, consent, credential or audit setting. A change of a
// user may come without the properties that it changed.
func serviceChore(e *evict.Event, c *evict.Changes) bool {
	op := lower(e.Op)
	if e.Actor.Kind != evict.Service || strings.Contains(op, "user") {
		return false
	}
	for _, w := range touching {
		if strings.Contains(op, w) {
			return false
		}
	}
	for _, p := range c.Props {
		if sensitive(p.Name) {
			return false
		}
	}
	return true
}

// maxWide bounds the numbered columns of the portal's wide CSV.
const maxWide = 64

func resultWord(s string) evict.Outcome {
	switch strings.ToLower(s) {
	case "success", "succeeded", "true":
		return evict.Success
	case "failure", "failed", "false", "timeout", "clienterror":
		return evict.Failure
	}
	return evict.OutcomeUnknown
}

// directoryActor reads who did it: a user, else an application.
func (d *Decoder) directoryActor(outer, v value, e *evict.Event) {
	by := d.nested(v, "initiatedBy")
	user, app := by.find("user"), by.find("app")
	switch {
	case user.isObject() && pick(user, "userPrincipalName", "id") != "":
		d.directoryPerson(pick(user, "userPrincipalName"), pick(user, "id"), e)
		e.Origin.Addr = parseAddress(pick(user, "ipAddress"))
	case app.isObject():
		d.directoryApp(pick(app, "displayName"), pick(app, "servicePrincipalId"), pick(app, "appId"), e)
	case pick(v, "ActorUserPrincipalName", "ActorObjectId") != "" && !strings.HasPrefix(strings.ToLower(pick(v, "ActorType")), "app"):
		d.directoryPerson(pick(v, "ActorUserPrincipalName"), pick(v, "ActorObjectId"), e)
	case pick(v, "ActorType", "ActorDisplayName", "ActorServicePrincipalName") != "":
		d.directoryApp(pick(v, "ActorDisplayName", "ActorServicePrincipalName"), pick(v, "ActorServicePrincipalId", "ActorObjectId"), "", e)
	}
	if a := parseAddress(pick(v, "IPAddress")); a.IsValid() {
		e.Origin.Addr = a
	}
	if !e.Origin.Addr.IsValid() {
		e.Origin.Addr = parseAddress(pick(outer, "callerIpAddress"))
	}
	e.Origin.UserAgent = pick(v, "userAgent", "User Agent")
}

func (d *Decoder) directoryPerson(name, id string, e *evict.Event) {
	e.Actor = personOf(name)
	other := objectID(id)
	switch {
	case e.Actor.Kind == evict.NoPrincipal:
		e.Actor = other
	case other.Kind != evict.NoPrincipal && other != e.Actor:
		e.ActorAliases = append(e.ActorAliases, other)
	}
}

// directoryApp names an application as the actor. Microsoft's own services
// come with a name only.
func (d *Decoder) directoryApp(name, principal, appID string, e *evict.Event) {
	e.Actor = servicePrincipal(principal)
	if appID != "" {
		app := evict.Principal{Kind: evict.AppID, ID: strings.ToLower(appID)}
		e.Origin.AppID = app.ID
		if e.Actor.Kind == evict.NoPrincipal {
			e.Actor = app
		} else {
			e.ActorAliases = append(e.ActorAliases, app)
		}
	}
	if e.Actor.Kind == evict.NoPrincipal && name != "" {
		e.Actor = evict.Principal{Kind: evict.Service, ID: name}
	}
}

// directoryTarget adds one target resource and its changed properties.
func (d *Decoder) directoryTarget(t value, e *evict.Event, c *evict.Changes) {
	subject(e, c, pick(t, "type"), pick(t, "userPrincipalName"), pick(t, "id"), pick(t, "displayName"))
	for p := range d.nested(t, "modifiedProperties").each {
		c.Props = append(c.Props, evict.Change{Name: pick(p, "displayName"), Old: unquoted(pick(p, "oldValue")), New: unquoted(pick(p, "newValue"))})
	}
}

// unquoted takes the quotes off a value that is one JSON string; other JSON stays as recorded.
func unquoted(s string) string {
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		if u, err := strconv.Unquote(s); err == nil {
			return u
		}
	}
	return s
}

// directoryWide reads the numbered columns Target1..., Target1ModifiedProperty1... .
func (d *Decoder) directoryWide(v value, e *evict.Event, c *evict.Changes) {
	for i := 1; i <= maxWide; i++ {
		p := "Target" + strconv.Itoa(i)
		kind, name, id, upn := pick(v, p+"Type"), pick(v, p+"DisplayName"), pick(v, p+"ObjectId", p+"Id"), pick(v, p+"UserPrincipalName")
		if kind == "" && name == "" && id == "" && upn == "" {
			return
		}
		subject(e, c, kind, upn, id, name)
		for n := 1; n <= maxWide; n++ {
			q := p + "ModifiedProperty" + strconv.Itoa(n)
			prop := pick(v, q+"Name")
			if prop == "" {
				break
			}
			c.Props = append(c.Props, evict.Change{Name: prop, Old: unquoted(pick(v, q+"OldValue")), New: unquoted(pick(v, q+"NewValue"))})
		}
	}
}

// subject adds a target of a directory act. In a role or group act the user
// among the targets is the one who receives.
func subject(e *evict.Event, c *evict.Changes, kind, upn, id, name string) {
	s := evict.Subject{Part: evict.Target, Label: name}
	lower := strings.ToLower(kind)
	switch {
	case lower == "serviceprincipal":
		s.Part, s.Who = evict.Application, servicePrincipal(id)
	case lower == "application":
		s.Part, s.Who = evict.Application, objectID(id)
	case lower == "user" || lower == "" && upn != "":
		if receives(e.Op) {
			s.Part = evict.Grantee
		}
		s.Who = personOf(upn)
		if other := objectID(id); s.Who.Kind == evict.NoPrincipal {
			s.Who = other
		} else if other.Kind != evict.NoPrincipal && other != s.Who {
			s.Aliases = append(s.Aliases, other)
		}
	default:
		s.Who = objectID(id)
	}
	if s.Who.Kind == evict.NoPrincipal && name != "" {
		s.Who = evict.Principal{Kind: evict.Name, ID: name}
	}
	if c.Object == "" || upn != "" && !strings.Contains(c.Object, "@") {
		c.Object = firstOf(upn, name, id) // the user, where PIM lists the role first
	}
	if s.Who.Kind != evict.NoPrincipal {
		e.Subjects = append(e.Subjects, s)
	}
	if kind != "" {
		c.Extra = append(c.Extra, evict.Field{Name: "target type", Value: kind}, evict.Field{Name: "target", Value: firstOf(upn, name, id)})
	}
}

// receives reports an act that gives somebody a role, membership or right.
func receives(op string) bool {
	op = strings.ToLower(op)
	return strings.Contains(op, " to role") || strings.Contains(op, " to group") || strings.Contains(op, "role assignment") || strings.Contains(op, "owner to") || strings.Contains(op, "member to")
}

func firstOf(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}

// registered are the names of the column that says whose methods they are.
var registered = []string{"userPrincipalName", "User principal name", "UPN"}

// decodeRegistration reads a user's registered authentication methods as the
// registration report has them (Graph userRegistrationDetails, the portal's
// CSV of the same).
func (d *Decoder) decodeRegistration(v value, e *evict.Event) bool {
	s := d.settings(v, e, evict.MethodState, "userRegistrationDetails", pick(v, registered...))
	owner(e, evict.Target, s.Object, pick(v, "id", "Object ID", "userId"), pick(v, "userDisplayName", "User display name"))
	return len(e.Subjects) > 0
}
