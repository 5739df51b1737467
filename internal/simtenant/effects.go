package simtenant

import (
	"crypto/sha256"
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// What a change of the directory leaves in the logs: a directory audit, 2 to 15
// minutes later, and its twin in the unified audit log.

// A subject is what a change was made to.
type subject struct{ kind, id, name, upn string }

func (u *User) subject() subject { return subject{"User", u.ID, u.DisplayName, u.UPN} }

func (g *Group) subject() subject { return subject{"Group", g.ID, g.Name, ""} }

func (d *Device) subject() subject { return subject{"Device", d.ID, d.Name, ""} }

func (p *ServicePrincipal) subject() subject { return subject{"ServicePrincipal", p.ID, p.Name, ""} }

func (a *Application) subject() subject { return subject{"Application", a.ID, a.Name, ""} }

// subjectOf is whoever holds something, by ID alone when it is gone.
func (w *World) subjectOf(id string) subject {
	switch {
	case w.userByID(id) != nil:
		return w.userByID(id).subject()
	case w.group(id) != nil:
		return w.group(id).subject()
	case w.principalByID(id) != nil:
		return w.principalByID(id).subject()
	}
	return subject{"Other", id, "", ""}
}

// A property is one that a change moved, its values as the logs write them: JSON in a text.
type property struct{ name, old, new string }

// moved is a property with values of any kind: a list of one.
func moved(name string, old, new any) property {
	text := func(v any) string {
		if v == nil {
			return "[]"
		}
		return string(mustJSON([]any{v}))
	}
	return property{name, text(old), text(new)}
}

// directory logs a change: name is the activity's, without the full stop that the
// audit log has behind it.
func (c *call) directory(name, category string, on subject, props ...property) {
	c.directoryBy("Core Directory", name, category, "", on, props...)
}

// directoryBy is directory for the services that log apart from the directory.
func (c *call) directoryBy(service, name, category, reason string, on subject, props ...property) {
	if props != nil && service == "Core Directory" {
		var names []string
		for _, p := range props {
			names = append(names, p.name)
		}
		props = append(props, property{"Included Updated Properties", "", `"` + strings.Join(names, ", ") + `"`})
	}
	c.directoryAudit(service, name, category, reason, on, props)
	c.auditTwin(name+".", on, props)
}

func (c *call) directoryAudit(service, name, category, reason string, on subject, props []property) {
	correlation := made(c.id, "correlation")
	id := "Directory_" + correlation + "_" + strings.ToUpper(made(c.id, name, len(c.world.Log))[:5]) + "_" + made(c.id, on.id, len(c.world.Log))[:8]
	modified := []Object{}
	for _, p := range props {
		modified = append(modified, Object{"displayName": p.name, "oldValue": orNull(p.old), "newValue": orNull(p.new)})
	}
	target := Object{"id": on.id, "displayName": orNull(on.name), "type": on.kind, "userPrincipalName": orNull(on.upn), "groupType": nil, "modifiedProperties": modified}
	operation := "Update"
	for verb, kind := range map[string]string{"Add": "Add", "Delete": "Delete", "Remove": "Unassign"} {
		if strings.HasPrefix(name, verb) {
			operation = kind
		}
	}
	by := Object{"user": nil, "app": Object{"appId": c.by.App, "displayName": orNull(c.by.AppName), "servicePrincipalId": orNull(c.by.Principal), "servicePrincipalName": nil}}
	user, names := c.by.Principal, []string{c.by.Principal, c.by.App}
	if u := c.by.User; u != nil {
		by = Object{"user": Object{"id": u.ID, "displayName": nil, "userPrincipalName": u.UPN, "ipAddress": c.by.Address}, "app": nil}
		user, names = u.ID, []string{u.ID, u.UPN, u.PUID}
	}
	raw, err := json.Marshal(Object{
		"id": id, "category": category, "correlationId": correlation, "result": "success", "resultReason": reason, "activityDisplayName": name, "activityDateTime": c.now.UTC().Format("2006-01-02T15:04:05.0000000Z"),
		"loggedByService": service, "operationType": operation, "initiatedBy": by, "targetResources": []Object{target}, "additionalDetails": []Object{{"key": "User-Agent", "value": c.http.Header.Get("User-Agent")}},
	})
	if err != nil {
		panic(err) // values are strings and lists of them
	}
	sum := sha256.Sum256([]byte(id))
	c.world.keep(Record{Kind: DirectoryRecord, ID: id, Time: c.now, Available: c.now.Add(2*time.Minute + time.Duration(sum[0])*13*time.Minute/256), Body: raw,
		User: user, Names: append(names, on.id, on.upn), Operation: name, Workload: "AzureActiveDirectory"})
}

// auditTwin is the same act in the unified audit log. How it names an application
// is from records that were published (UserType 4, no key).
func (c *call) auditTwin(op string, on subject, props []property) {
	type named struct {
		ID   string
		Type int
	}
	modified := []Object{}
	for _, p := range props {
		modified = append(modified, Object{"Name": p.name, "NewValue": p.new, "OldValue": p.old})
	}
	target := []named{{on.kind + "_" + on.id, 2}, {on.id, 2}, {on.kind, 2}}
	object := on.id
	if on.upn != "" {
		object = on.upn
		target = append(target, named{on.upn, 5})
	} else {
		target = append(target, named{on.name, 1})
	}
	id, key, kind, user := "ServicePrincipal_"+c.by.Principal, "Not Available", 4, c.by.Principal
	actor := []named{{c.by.AppName, 1}, {c.by.App, 2}, {"ServicePrincipal_" + c.by.Principal, 2}, {c.by.Principal, 2}, {"ServicePrincipal", 2}}
	if u := c.by.User; u != nil {
		id, key, kind, user = u.UPN, u.PUID+"@"+c.world.Initial, 0, u.ID
		actor = []named{{u.UPN, 5}, {u.PUID, 3}, {"User_" + u.ID, 2}, {u.ID, 2}, {"User", 2}}
	}
	c.world.logLater(op, 8, c.now, user, []string{id, key, user, on.id, on.upn}, Object{
		"Workload": "AzureActiveDirectory", "ResultStatus": "Success", "UserId": id, "UserKey": key, "UserType": kind, "ObjectId": object, "AzureActiveDirectoryEventType": 1,
		"ExtendedProperties": []Object{{"Name": "additionalDetails", "Value": "{}"}, {"Name": "extendedAuditEventCategory", "Value": on.kind}},
		"ModifiedProperties": modified, "Actor": actor, "ActorContextId": c.world.ID, "InterSystemsId": made(c.id, "inter"), "IntraSystemId": made(c.id, "intra"), "SupportTicketId": "", "Target": target, "TargetContextId": c.world.ID,
	})
}

// revoke ends all sessions and refresh tokens of an account that were given out
// before now, and says so in the logs.
func (c *call) revoke(u *User) {
	old := u.SessionsValidFrom
	u.SessionsValidFrom = c.now.UTC()
	c.directory("Update StsRefreshTokenValidFrom Timestamp", "UserManagement", u.subject(), moved("StsRefreshTokensValidFrom", orNever(old), stamp(u.SessionsValidFrom)))
}

// A later is what happens by itself at some time: a sync puts back what is
// mastered on the premises.
type later struct {
	at time.Time
	do func(*World)
}

// settle lets happen what is due.
func (w *World) settle(now time.Time) {
	w.due = slices.DeleteFunc(w.due, func(l later) bool {
		if l.at.After(now) {
			return false
		}
		l.do(w)
		return true
	})
}
