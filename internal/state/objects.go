package state

import (
	"strings"

	"evict"
	"evict/internal/detect"
)

// change notes that a thing was made or removed.
func (r *Replay) change(kind, owner, name string, gone bool, e *evict.Event) {
	key := strings.ToLower(kind + "\x00" + owner + "\x00" + name)
	t := r.things[key]
	if gone {
		if t == nil {
			if t = r.add(kind, owner, name); t == nil {
				return
			}
			t.key = key
		}
		r.end(t, e)
		return
	}
	if t == nil {
		if t = r.start(kind, owner, name, e); t == nil {
			return
		}
		t.key = strings.Clone(key)
		r.things[t.key] = t
	}
}

// start begins a thing's life; other names under which Made finds it follow.
func (r *Replay) start(kind, owner, name string, e *evict.Event, also ...string) *thing {
	t := r.add(kind, owner, name)
	if t == nil {
		return nil
	}
	t.Lifetime.Made, t.From = evidence(e), e.Time
	for _, n := range append(also, name) {
		r.name(n, t)
	}
	return t
}

func (r *Replay) add(kind, owner, name string) *thing {
	if len(r.order) >= maxThings {
		r.full = true
		return nil
	}
	t := &thing{Lifetime: Lifetime{Kind: kind, Owner: strings.Clone(owner), Name: strings.Clone(name)}}
	r.order = append(r.order, t)
	return t
}

func (r *Replay) name(n string, t *thing) {
	if n = strings.ToLower(n); n != "" && r.born[n] == nil {
		r.born[strings.Clone(n)] = t
	}
}

// end closes a thing's life; a later making of the same begins another.
func (r *Replay) end(t *thing, e *evict.Event) {
	t.Lifetime.Removed, t.To = evidence(e), e.Time
	if t.key != "" {
		delete(r.things, t.key)
	}
}

func evidence(e *evict.Event) detect.Evidence {
	return detect.Evidence{ID: evict.RecordID(strings.Clone(string(e.ID))), Ref: e.Ref}
}

// makings and removals name, by operation, the kind of thing that it makes or
// removes. Operations are compared in lower case and without a full stop, as
// Microsoft writes both forms.
var makings = map[string]string{
	"add user": "object", "enable account": "object", "new-mailbox": "object", "invite external user": "object",
	"add application": "object", "add service principal": "object", "new-transportrule": "object", "new-journalrule": "object",
	"new-inboundconnector": "object", "new-outboundconnector": "object",
	"consent to application": "consent", "add delegated permission grant": "consent", "add oauth2permissiongrant": "consent", "add app role assignment grant to user": "consent",
	"add member to role": "role", "add eligible member to role": "role", "add-rolegroupmember": "role",
	"register device": "device", "add device": "device", "add registered owner to device": "device",
	"user registered security info": "method", "create application password for user": "method",
}

var removals = map[string]string{
	"delete user": "object", "remove-mailbox": "object", "delete application": "object", "remove service principal": "object", "remove-transportrule": "object", "remove-journalrule": "object",
	"remove-inboundconnector": "object", "remove-outboundconnector": "object",
	"remove delegated permission grant": "consent", "remove oauth2permissiongrant": "consent", "remove app role assignment from user": "consent",
	"remove member from role": "role", "remove eligible member from role": "role", "remove-rolegroupmember": "role",
	"delete device": "device", "unregister device": "device", "user deleted security info": "method", "delete application password for user": "method",
}

// objects follows what else is made and removed: accounts, applications,
// consents, roles, devices, methods.
func (r *Replay) objects(e *evict.Event) {
	if e.Flags&evict.Observed != 0 {
		return
	}
	op := strings.TrimSuffix(strings.ToLower(strings.TrimSpace(e.Op)), ".")
	kind, gone := makings[op], false
	if kind == "" {
		kind, gone = removals[op], true
	}
	if kind == "" {
		return
	}
	owner, name := namesOf(e, kind)
	if name == "" {
		return
	}
	r.change(kind, owner, name, gone, e)
	if gone {
		return
	}
	t := r.things[strings.ToLower(kind+"\x00"+owner+"\x00"+name)]
	if t == nil {
		return
	}
	for i := range e.Subjects {
		s := &e.Subjects[i]
		r.name(s.Who.ID, t)
		r.name(s.Label, t)
		for _, a := range s.Aliases {
			r.name(a.ID, t)
		}
	}
}

// namesOf returns whose the thing is and what it is called.
func namesOf(e *evict.Event, kind string) (owner, name string) {
	target := e.Subject(evict.Target)
	object := ""
	switch d := e.Detail.(type) {
	case *evict.Changes:
		object = d.Object
	case *evict.Settings:
		object = d.Object
	}
	switch kind {
	case "role":
		who := e.Subject(evict.Grantee)
		if who.Who.ID == "" {
			who = target
		}
		return who.Who.ID, firstOf(roleName(e), object)
	case "consent":
		app := e.Subject(evict.Application)
		return target.Who.ID, firstOf(firstOf(app.Who.ID, app.Label), object)
	case "method", "device":
		if target.Who.ID == "" {
			target.Who = e.Actor
		}
		return target.Who.ID, firstOf(object, e.Origin.Device)
	}
	return "", firstOf(firstOf(target.Who.ID, e.Subject(evict.Application).Who.ID), object)
}

func roleName(e *evict.Event) string {
	d, ok := e.Detail.(*evict.Changes)
	if !ok {
		return ""
	}
	p, ok := d.Prop("Role.DisplayName")
	if !ok {
		return ""
	}
	return strings.Trim(firstOf(p.New, p.Old), `" `)
}
