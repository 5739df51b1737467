package timeline

import (
	"cmp"
	"slices"
	"strings"

	"evict"
)

// A nameKey is a person's name within its tenant.
type nameKey struct {
	tenant evict.TenantID
	who    evict.Principal
}

func (k nameKey) compare(l nameKey) int {
	return cmp.Or(cmp.Compare(k.tenant, l.tenant), cmp.Compare(k.who.Kind, l.who.Kind), cmp.Compare(k.who.ID, l.who.ID))
}

// A span is when something was seen.
type span struct{ from, to int64 }

func (s *span) extend(t evict.Time) {
	if !t.Set {
		return
	}
	if s.from == 0 && s.to == 0 {
		s.from, s.to = t.Nano, t.Nano
		return
	}
	s.from, s.to = min(s.from, t.Nano), max(s.to, t.Nano)
}

func (s *span) merge(o span) {
	if o == (span{}) {
		return
	}
	if *s == (span{}) {
		*s = o
		return
	}
	s.from, s.to = min(s.from, o.from), max(s.to, o.to)
}

// names collects, in the first pass, who occurs in the evidence and which
// names one record pairs. Each worker has its own; merge joins them.
type names struct {
	seen    map[nameKey]*nameSeen
	pairs   map[[2]nameKey]*span
	tenants map[evict.TenantID]bool
}

type nameSeen struct {
	span
	known bool // not only in failed sign-ins: a real account
	home  bool // the tenant's own: has a mailbox or signs in at home
}

func newNames() *names {
	return &names{seen: map[nameKey]*nameSeen{}, pairs: map[[2]nameKey]*span{}, tenants: map[evict.TenantID]bool{}}
}

// add notes the names of one event. Strings are cloned when kept.
func (n *names) add(e *evict.Event) {
	if e.Flags&evict.ServiceNoise != 0 {
		return
	}
	if e.Tenant != "" {
		if !n.tenants[e.Tenant] {
			n.tenants[evict.TenantID(strings.Clone(string(e.Tenant)))] = true
		}
	}
	failed := isLogin(e.Kind) && e.Outcome != evict.Success
	n.name(e, e.Actor, e.ActorAliases, !failed, atHome(e))
	for i := range e.Subjects {
		s := &e.Subjects[i]
		if s.Part == evict.Recipient || s.Part == evict.Application {
			continue
		}
		n.name(e, s.Who, s.Aliases, !failed, s.Part == evict.Mailbox)
	}
}

func (n *names) name(e *evict.Event, who evict.Principal, aliases []evict.Principal, known, home bool) {
	if !who.IsPerson() {
		return
	}
	n.see(e, who, known, home)
	for _, a := range aliases {
		if !a.IsPerson() || a == who {
			continue
		}
		n.see(e, a, known, home)
		if known {
			n.pair(e, who, a)
		}
	}
}

func (n *names) see(e *evict.Event, who evict.Principal, known, home bool) {
	if !known {
		return
	}
	k := nameKey{e.Tenant, who}
	s := n.seen[k]
	if s == nil {
		s = &nameSeen{}
		n.seen[cloneKey(k)] = s
	}
	s.extend(e.Time)
	s.known = true
	s.home = s.home || home
}

func (n *names) pair(e *evict.Event, a, b evict.Principal) {
	x, y := nameKey{e.Tenant, a}, nameKey{e.Tenant, b}
	if x.compare(y) > 0 {
		x, y = y, x
	}
	p := n.pairs[[2]nameKey{x, y}]
	if p == nil {
		p = &span{}
		n.pairs[[2]nameKey{cloneKey(x), cloneKey(y)}] = p
	}
	p.extend(e.Time)
}

func cloneKey(k nameKey) nameKey {
	return nameKey{evict.TenantID(strings.Clone(string(k.tenant))), evict.Principal{Kind: k.who.Kind, ID: strings.Clone(k.who.ID)}}
}

func (n *names) merge(o *names) {
	for k, s := range o.seen {
		if have := n.seen[k]; have == nil {
			n.seen[k] = s
		} else {
			have.merge(s.span)
			have.known, have.home = have.known || s.known, have.home || s.home
		}
	}
	for k, s := range o.pairs {
		if have := n.pairs[k]; have == nil {
			n.pairs[k] = s
		} else {
			have.merge(*s)
		}
	}
	for t := range o.tenants {
		n.tenants[t] = true
	}
}

// isLogin reports whether events of the kind are sign-ins of users.
func isLogin(k evict.Kind) bool {
	return k == evict.LoginAudit || k == evict.SignIns || k == evict.TokenSignIns
}

// atHome reports whether the event shows its actor to be the tenant's own
// user, and no guest: a successful sign-in at home.
func atHome(e *evict.Event) bool {
	s, ok := e.Detail.(*evict.SignIn)
	if !ok || e.Outcome != evict.Success || !isLogin(e.Kind) {
		return false
	}
	if s.CrossTenant != "" && !strings.EqualFold(s.CrossTenant, "none") {
		return false
	}
	return s.HomeTenant == "" || e.Tenant == "" || s.HomeTenant == e.Tenant
}

// An account is one account that the evidence names.
type account struct {
	id    evict.AccountID
	name  string // the latest UPN, else the identifier
	names []evict.Principal
	home  bool
}

// accounts resolves names to accounts.
type accounts struct {
	list    []account      // in (tenant, id) order
	tenant  evict.TenantID // stands in where a record names none
	byName  map[nameKey]holders
	byLocal map[localKey]int32 // -1 for one that several have
}

// holders are the accounts that held a name, by time. A name that was never
// recycled has one.
type holders []holder

type holder struct {
	span
	account int32
}

// resolve returns the index of the account that held the name at the time, or -1.
func (a *accounts) resolve(tenant evict.TenantID, who evict.Principal, at evict.Time) int32 {
	if !who.IsPerson() {
		return -1
	}
	hs := a.byName[nameKey{a.in(tenant), who}]
	if len(hs) == 0 {
		return -1
	}
	best, dist := hs[0].account, int64(-1)
	for _, h := range hs {
		var d int64
		switch {
		case !at.Set:
		case at.Nano < h.from:
			d = h.from - at.Nano
		case at.Nano > h.to:
			d = at.Nano - h.to
		}
		if dist < 0 || d < dist {
			best, dist = h.account, d
		}
	}
	return best
}

// alias returns the account of the tenant whose name begins with the alias;
// -1 when none or several do. Exchange names mailboxes so in cmdlets and dumps.
func (a *accounts) alias(tenant evict.TenantID, name string) int32 {
	if a.byLocal == nil || name == "" {
		return -1
	}
	if i, ok := a.byLocal[localKey{a.in(tenant), strings.ToLower(name)}]; ok {
		return i
	}
	return -1
}

// indexLocals notes, for each tenant, which part before the @ belongs to one account only.
func (a *accounts) indexLocals() {
	a.byLocal = map[localKey]int32{}
	for i := range a.list {
		for _, p := range a.list[i].names {
			if p.Kind != evict.UPN {
				continue
			}
			local, _, _ := strings.Cut(p.ID, "@")
			k := localKey{a.list[i].id.Tenant, local}
			if have, ok := a.byLocal[k]; ok && have != int32(i) {
				a.byLocal[k] = -1
				continue
			}
			a.byLocal[k] = int32(i)
		}
	}
}

// A localKey is the part of a UPN before the @, within its tenant.
type localKey struct {
	tenant evict.TenantID
	local  string
}

// in replaces a missing tenant by the only one that the evidence names.
func (a *accounts) in(t evict.TenantID) evict.TenantID {
	if t == "" {
		return a.tenant
	}
	return t
}

// build makes the accounts: identifiers (object ID, PUID, SID) that one
// record pairs are one account; a UPN joins the identifiers that it is paired
// with, unless these are different accounts: then it was recycled, and belongs
// to each of them at its time. Different PUIDs alone (mailbox and directory
// write different ones) do not show that a name was recycled.
func (n *names) build() *accounts {
	a := &accounts{byName: map[nameKey]holders{}}
	if len(n.tenants) == 1 {
		for t := range n.tenants {
			a.tenant = t
		}
	}
	seen := map[nameKey]*nameSeen{}
	for k, s := range n.seen {
		k.tenant = a.in(k.tenant)
		if have := seen[k]; have != nil {
			have.merge(s.span)
			have.home = have.home || s.home
			continue
		}
		c := *s
		seen[k] = &c
	}
	pairs := map[[2]nameKey]span{}
	for p, s := range n.pairs {
		p[0].tenant, p[1].tenant = a.in(p[0].tenant), a.in(p[1].tenant)
		have := pairs[p]
		have.merge(*s)
		pairs[p] = have
	}
	keys := make([]nameKey, 0, len(seen))
	for k := range seen {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, nameKey.compare)
	order := make([][2]nameKey, 0, len(pairs))
	for p := range pairs {
		order = append(order, p)
	}
	slices.SortFunc(order, func(x, y [2]nameKey) int { return cmp.Or(x[0].compare(y[0]), x[1].compare(y[1])) })

	u := union{}
	for _, p := range order {
		if p[0].who.Kind != evict.UPN && p[1].who.Kind != evict.UPN {
			u.join(p[0], p[1])
		}
	}
	// The identities that each UPN was paired with, each with its time.
	held := map[nameKey]map[nameKey]span{}
	for _, p := range order {
		upn, id := p[0], p[1]
		if upn.who.Kind != evict.UPN {
			upn, id = id, upn
		}
		if upn.who.Kind != evict.UPN || id.who.Kind == evict.UPN {
			continue
		}
		if held[upn] == nil {
			held[upn] = map[nameKey]span{}
		}
		root := u.root(id)
		s := held[upn][root]
		s.merge(pairs[p])
		held[upn][root] = s
	}
	objects := map[nameKey]bool{} // identities that have an object ID
	for _, k := range keys {
		if k.who.Kind == evict.ObjectID {
			objects[u.root(k)] = true
		}
	}
	recycled := map[nameKey]map[nameKey]span{}
	for upn, roots := range held {
		distinct := 0
		for root := range roots {
			if objects[root] {
				distinct++
			}
		}
		if distinct > 1 {
			recycled[upn] = roots
		}
	}
	for _, k := range keys {
		if recycled[k] != nil {
			continue
		}
		for root := range held[k] {
			u.join(k, root)
		}
	}
	for _, p := range order { // two UPNs that one record pairs: a rename or an alias
		if p[0].who.Kind == evict.UPN && p[1].who.Kind == evict.UPN && recycled[p[0]] == nil && recycled[p[1]] == nil {
			u.join(p[0], p[1])
		}
	}
	a.assemble(u, keys, seen, recycled)
	a.indexLocals()
	return a
}

func (a *accounts) assemble(u union, keys []nameKey, seen map[nameKey]*nameSeen, recycled map[nameKey]map[nameKey]span) {
	groups := map[nameKey][]nameKey{}
	for _, k := range keys {
		if recycled[k] == nil {
			r := u.root(k)
			groups[r] = append(groups[r], k)
		}
	}
	type group struct {
		account
		members []nameKey
		root    nameKey
	}
	var gs []group
	for root, members := range groups {
		g := group{members: members, root: root}
		g.id.Tenant = root.tenant
		var upn, object string
		var last int64
		for _, m := range members { // in key order
			g.names = append(g.names, m.who)
			g.home = g.home || seen[m].home
			switch {
			case m.who.Kind == evict.UPN && (upn == "" || seen[m].to > last):
				upn, last = m.who.ID, seen[m].to
			case m.who.Kind == evict.ObjectID && object == "":
				object = m.who.ID
			}
		}
		for k, roots := range recycled {
			if s, ok := roots[root]; ok && (upn == "" || s.to > last || s.to == last && k.who.ID > upn) {
				upn, last = k.who.ID, s.to
			}
		}
		g.id.ID = cmp.Or(object, upn, members[0].who.ID)
		g.name = cmp.Or(upn, g.id.ID)
		gs = append(gs, g)
	}
	slices.SortFunc(gs, func(x, y group) int {
		return cmp.Or(cmp.Compare(x.id.Tenant, y.id.Tenant), cmp.Compare(x.id.ID, y.id.ID), x.root.compare(y.root))
	})
	index := map[nameKey]int32{}
	for i, g := range gs {
		a.list = append(a.list, g.account)
		index[g.root] = int32(i)
		for _, m := range g.members {
			a.byName[m] = holders{{seen[m].span, int32(i)}}
		}
	}
	for k, roots := range recycled {
		var hs holders
		for root, s := range roots {
			if i, ok := index[u.root(root)]; ok {
				hs = append(hs, holder{s, i})
			}
		}
		slices.SortFunc(hs, func(x, y holder) int { return cmp.Or(cmp.Compare(x.from, y.from), cmp.Compare(x.account, y.account)) })
		a.byName[k] = hs
	}
}

// union joins names into sets whose root is the least member.
type union map[nameKey]nameKey

func (u union) root(k nameKey) nameKey {
	for {
		up, ok := u[k]
		if !ok {
			return k
		}
		k = up
	}
}

func (u union) join(a, b nameKey) {
	a, b = u.root(a), u.root(b)
	if c := a.compare(b); c < 0 {
		u[b] = a
	} else if c > 0 {
		u[a] = b
	}
}
