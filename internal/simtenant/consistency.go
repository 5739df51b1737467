package simtenant

import (
	"reflect"
	"slices"
	"sync"
	"time"
)

// Staleness is how long reads may show what was before a write. Entra and
// Exchange replicate, and promise no read after a write.
type Staleness struct {
	Directory, Exchange Delay
}

// A Delay is drawn anew for each object and family of its properties that a
// write changes: between Least and Most. With Flaps some of them go back once or
// twice before they stay.
type Delay struct {
	Least, Most time.Duration
	Flaps       bool
}

// A part of a world replicates by itself: a family of properties of one object,
// or one list.
type part struct{ field, key, family string }

// A replicated list is one of the world's, with its objects' identifying field
// and the families of their properties. What is in no family is the family "".
type replicated struct {
	field, id string
	exchange  bool
	families  map[string][]string
}

var replicatedLists = []replicated{
	{"Users", "ID", false, map[string][]string{
		"account": {"Enabled", "Deleted", "DisabledOnPremises"}, "sign-in": {"PasswordChanged", "SessionsValidFrom"}, "licences": {"Plans"}, "methods": {"Methods", "DefaultMethod", "AppPasswords", "PerUserMFA"}, "profile": {"DisplayName", "GivenName", "Surname", "Profile", "Manager"},
	}},
	{"Mailboxes", "User", true, map[string][]string{
		"forwarding": {"ForwardingSMTP", "ForwardingAddress", "DeliverAndForward"}, "rules": {"Rules"}, "sweep": {"Sweep"}, "protocols": {"CAS"}, "permissions": {"Permissions", "SendAs", "SendOnBehalf"},
		"signature": {"Signature"}, "auto-reply": {"AutoReply"}, "junk": {"Junk"}, "add-ins": {"AddIns"}, "mobile": {"Mobile"}, "audit": {"Audit", "AuditBypass"}, "mail": {"Folders"},
	}},
	{"Groups", "ID", false, nil}, {"Devices", "ID", false, nil}, {"Applications", "ID", false, nil}, {"Principals", "ID", false, nil}, {"Grants", "ID", false, nil},
	{"AppRoles", "ID", false, nil}, {"RoleHolders", "ID", false, nil}, {"RoleGroups", "Name", true, nil},
}

// replicatedWhole are fields that replicate as one, or by the keys of a map.
// Policies of Graph and of Exchange share one map; their delay is Exchange's.
var replicatedWhole = []string{"Transport", "Journals", "Inbound", "Outbound", "RemoteDomains", "Recipients", "Lists", "Restricted", "Policies"}

// staleness keeps what was before the writes that not every read sees yet.
type staleness struct {
	Staleness
	seed uint64

	writing  sync.Mutex // one write at a time, so that its changes are known from others'
	versions map[part][]version
	count    map[part]int
}

// A version is what a part was before a write. A nil value: it was not there.
type version struct {
	value any
	at    time.Time
	edges []time.Duration // after each of them reads see the other one; the last leaves the new
}

func (v version) newAt(now time.Time) bool {
	n, _ := slices.BinarySearchFunc(v.edges, now.Sub(v.at), func(edge, since time.Duration) int {
		if edge <= since {
			return -1
		}
		return 1
	})
	return n%2 == 1
}

func (v version) over(now time.Time) bool { return now.Sub(v.at) >= v.edges[len(v.edges)-1] }

// layer keeps what a write changes, and shows reads what they would see.
func (s *staleness) layer(c *call, next func() reply) reply {
	switch {
	case s.Staleness == Staleness{} || c.service == loginService:
		return next()
	case c.writes():
		s.writing.Lock()
		defer s.writing.Unlock()
		before := s.look(c)
		out := next()
		s.keep(c, before)
		return out
	}
	c.t.mu.Lock()
	c.world = s.seen(c.world, time.Now())
	c.t.mu.Unlock()
	return next()
}

// look copies the parts of the world.
func (s *staleness) look(c *call) map[part]any {
	c.t.mu.Lock()
	defer c.t.mu.Unlock()
	return parts(c.t.world, copyPart)
}

// keep finds what a write has changed and draws for how long it is not seen.
func (s *staleness) keep(c *call, before map[part]any) {
	c.t.mu.Lock()
	defer c.t.mu.Unlock()
	after := parts(c.t.world, func(v reflect.Value) any { return v.Interface() })
	for p := range after {
		if _, had := before[p]; !had {
			before[p] = nil
		}
	}
	if s.versions == nil {
		s.versions, s.count = map[part][]version{}, map[part]int{}
	}
	for p, old := range before {
		if reflect.DeepEqual(old, after[p]) {
			continue
		}
		s.count[p]++
		if v := (version{old, time.Now(), s.edges(p)}); len(v.edges) > 0 {
			s.versions[p] = append(s.versions[p], v)
		}
	}
}

// edges are drawn for the n-th change of a part.
func (s *staleness) edges(p part) []time.Duration {
	d := s.Directory
	if p.exchange() {
		d = s.Exchange
	}
	name := p.field + "\x00" + p.key + "\x00" + p.family
	total := d.Least
	if d.Most > d.Least {
		total += time.Duration(drawn(s.seed, "stale", name, s.count[p]) % uint64(d.Most-d.Least))
	}
	if total <= 0 {
		return nil
	}
	out := []time.Duration{total}
	if d.Flaps {
		for i := range 2 * (drawn(s.seed, "flaps", name, s.count[p]) % 3) {
			out = append(out, time.Duration(drawn(s.seed+i, "edge", name, s.count[p])%uint64(total)))
		}
	}
	slices.Sort(out)
	return out
}

func (p part) exchange() bool {
	i := slices.IndexFunc(replicatedLists, func(l replicated) bool { return l.field == p.field })
	return i < 0 || replicatedLists[i].exchange
}

// seen is the world as reads see it now: the same one when all of it is settled.
func (s *staleness) seen(w *World, now time.Time) *World {
	var old []part
	values := map[part]any{}
	for p, list := range s.versions {
		for len(list) > 0 && list[0].over(now) {
			list = list[1:]
		}
		// A write that is seen for good hides those before it.
		for i := len(list) - 1; i >= 0; i-- {
			if list[i].over(now) {
				list = list[i+1:]
				break
			}
		}
		if s.versions[p] = list; len(list) == 0 {
			delete(s.versions, p)
			continue
		}
		first := len(list)
		for first > 0 && !list[first-1].newAt(now) {
			first--
		}
		if first < len(list) {
			old, values[p] = append(old, p), list[first].value
		}
	}
	if len(old) == 0 {
		return w
	}
	// Objects come and go before their families do, and each order gives the same.
	slices.SortFunc(old, func(a, b part) int {
		return slices.Compare([]string{a.field, a.key, a.family}, []string{b.field, b.key, b.family})
	})
	w.logged() // what the logs remember is shared, so it has to be there
	view := *w
	for _, p := range old {
		set(&view, p, values[p])
	}
	return &view
}

// parts are the parts of a world, each as take gives it.
func parts(w *World, take func(reflect.Value) any) map[part]any {
	out := map[part]any{}
	world := reflect.ValueOf(w).Elem()
	for _, l := range replicatedLists {
		list := world.FieldByName(l.field)
		for i := range list.Len() {
			object := list.Index(i).Elem()
			key := object.FieldByName(l.id).String()
			rest := reflect.New(object.Type()).Elem()
			rest.Set(object)
			for family, fields := range l.families {
				some := reflect.New(object.Type()).Elem()
				for _, name := range fields {
					some.FieldByName(name).Set(object.FieldByName(name))
					rest.FieldByName(name).SetZero()
				}
				out[part{l.field, key, family}] = take(some)
			}
			out[part{l.field, key, ""}] = take(rest)
		}
	}
	for _, name := range replicatedWhole {
		v := world.FieldByName(name)
		if v.Kind() != reflect.Map {
			out[part{name, "", ""}] = take(v)
			continue
		}
		for _, k := range v.MapKeys() {
			out[part{name, k.String(), ""}] = take(v.MapIndex(k))
		}
	}
	return out
}

// copyPart copies a part. Messages stay the same: which are where is copied, and
// what is in them is not.
func copyPart(v reflect.Value) any {
	m, ok := v.Interface().(Mailbox)
	if !ok || m.Folders == nil {
		return copied(v).Interface()
	}
	folders := m.Folders
	m.Folders = nil
	out := deepCopy(m)
	for _, f := range folders {
		messages := f.Messages
		shell := *f
		shell.Messages = nil
		g := deepCopy(shell)
		g.Messages = slices.Clone(messages)
		out.Folders = append(out.Folders, &g)
	}
	return out
}

// set puts an old value into a view. The view shares all else with the world, so
// lists, maps and objects are copied before they change.
func set(view *World, p part, value any) {
	field := reflect.ValueOf(view).Elem().FieldByName(p.field)
	i := slices.IndexFunc(replicatedLists, func(l replicated) bool { return l.field == p.field })
	switch {
	case i >= 0:
		setObject(field, replicatedLists[i], p, value)
	case field.Kind() == reflect.Map:
		m := reflect.MakeMap(field.Type())
		for _, k := range field.MapKeys() {
			m.SetMapIndex(k, field.MapIndex(k))
		}
		v := reflect.Value{} // deletes
		if value != nil {
			v = reflect.ValueOf(value)
		}
		m.SetMapIndex(reflect.ValueOf(p.key), v)
		field.Set(m)
	default:
		field.Set(reflect.ValueOf(value))
	}
}

func setObject(list reflect.Value, l replicated, p part, value any) {
	fresh := reflect.MakeSlice(list.Type(), 0, list.Len()+1)
	var object reflect.Value
	for i := range list.Len() {
		x := list.Index(i)
		if x.Elem().FieldByName(l.id).String() != p.key {
			fresh = reflect.Append(fresh, x)
			continue
		}
		if p.family == "" && value == nil {
			continue // it was not there
		}
		object = reflect.New(x.Type().Elem())
		object.Elem().Set(x.Elem())
		fresh = reflect.Append(fresh, object)
	}
	switch {
	case p.family == "" && value != nil:
		if !object.IsValid() {
			object = reflect.New(list.Type().Elem().Elem())
			fresh = reflect.Append(fresh, object)
		}
		now := reflect.New(object.Type().Elem()).Elem()
		now.Set(object.Elem())
		object.Elem().Set(reflect.ValueOf(value))
		for _, fields := range l.families {
			for _, name := range fields {
				object.Elem().FieldByName(name).Set(now.FieldByName(name))
			}
		}
	case p.family != "" && object.IsValid():
		for _, name := range l.families[p.family] {
			if value == nil {
				object.Elem().FieldByName(name).SetZero()
			} else {
				object.Elem().FieldByName(name).Set(reflect.ValueOf(value).FieldByName(name))
			}
		}
	}
	list.Set(fresh)
}

// copyWorld is a world that shares with the original only what no request
// changes: the log's records and the clients.
func copyWorld(w *World) *World {
	log, clients, expect := w.Log, w.Clients, w.Expect
	shell := *w
	shell.Log, shell.Clients, shell.Expect = nil, nil, nil
	out := deepCopy(shell)
	out.Log, out.Clients, out.Expect = slices.Clip(log), clients, expect
	return &out
}

// deepCopy copies plain data: no pointer of the copy leads into the original.
func deepCopy[T any](v T) T {
	return copied(reflect.ValueOf(&v).Elem()).Interface().(T)
}

func copied(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			out.Set(reflect.New(v.Type().Elem()))
			out.Elem().Set(copied(v.Elem()))
		}
	case reflect.Interface:
		if !v.IsNil() {
			out.Set(copied(v.Elem()))
		}
	case reflect.Slice:
		if !v.IsNil() {
			out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
			for i := range v.Len() {
				out.Index(i).Set(copied(v.Index(i)))
			}
		}
	case reflect.Map:
		if !v.IsNil() {
			out.Set(reflect.MakeMapWithSize(v.Type(), v.Len()))
			for _, k := range v.MapKeys() {
				out.SetMapIndex(k, copied(v.MapIndex(k)))
			}
		}
	case reflect.Struct:
		out.Set(v) // what is not exported, like a time's fields, is values
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				out.Field(i).Set(copied(v.Field(i)))
			}
		}
	default:
		out.Set(v)
	}
	return out
}
