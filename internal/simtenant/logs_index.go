package simtenant

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net"
	"slices"
	"strings"
	"time"
)

// logs is what a tenant's logs remember between calls: an index of the records,
// and the searches, queries and subscriptions that clients have going.
type logs struct {
	first  *Record // of the World.Log that was indexed
	count  int
	byKind map[string][]*logged // the oldest first
	facts  map[*byte]*auditFacts

	pages    kept[logPage]
	searches kept[*auditSearch]
	queries  []*auditQuery
	failing  int // one in so many searches; 0: none
	content  kept[[]*blob]
	feed     map[string]*subscription // by content type
}

// A logged record is a copy of one in World.Log, which moves when records come
// in between. Its time is cut to the second, as the logs write it.
type logged struct {
	Record
	low []byte
}

// contains looks for a text, given in lower case, anywhere in the record.
func (r *logged) contains(lower string) bool {
	if lower == "" {
		return true
	}
	if r.low == nil {
		r.low = bytes.ToLower(r.Body)
	}
	return bytes.Contains(r.low, []byte(lower))
}

// auditFacts are what a search of the audit log can filter a record by, in lower
// case, and the record's UserId as it is spelled.
type auditFacts struct{ name, user, object, address string }

// logged is the index of the log as it is now.
func (w *World) logged() *logs {
	if w.logs == nil {
		w.logs = &logs{facts: map[*byte]*auditFacts{}, feed: map[string]*subscription{}}
	}
	l := w.logs
	if l.byKind != nil && len(w.Log) == l.count && (l.count == 0 || l.first == &w.Log[0]) {
		return l
	}
	l.byKind, l.count = map[string][]*logged{}, len(w.Log)
	copies := make([]logged, len(w.Log))
	for i := range w.Log {
		copies[i] = logged{Record: w.Log[i]}
		r := &copies[i]
		r.Time = r.Time.UTC().Truncate(time.Second)
		l.byKind[r.Kind] = append(l.byKind[r.Kind], r)
	}
	for _, list := range l.byKind {
		slices.SortStableFunc(list, func(a, b *logged) int { return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.ID, b.ID)) })
	}
	if l.count > 0 {
		l.first = &w.Log[0]
	}
	return l
}

// window gives the records of a kind of from ≤ time < to that the log shows by
// now, the oldest first.
func (l *logs) window(kind string, from, to, now time.Time) []*logged {
	list := l.byKind[kind]
	before := func(r *logged, t time.Time) int {
		if r.Time.Before(t) {
			return -1
		}
		return 1
	}
	i, _ := slices.BinarySearchFunc(list, from, before)
	j, _ := slices.BinarySearchFunc(list, to, before)
	var out []*logged
	for _, r := range list[i:max(i, j)] {
		if !r.Available.After(now) {
			out = append(out, r)
		}
	}
	return out
}

// factsOf reads an audit record once.
func (l *logs) factsOf(r *logged) *auditFacts {
	if len(r.Body) == 0 {
		return &auditFacts{}
	}
	f := l.facts[&r.Body[0]]
	if f == nil {
		var a struct{ UserID, ObjectID, ClientIP, ClientIPAddress, ActorIPAddress string }
		_ = json.Unmarshal(r.Body, &a) // a field of another type stays empty: no filter finds it
		f = &auditFacts{a.UserID, strings.ToLower(a.UserID), strings.ToLower(a.ObjectID), bareAddress(cmp.Or(a.ClientIP, a.ClientIPAddress, a.ActorIPAddress))}
		l.facts[&r.Body[0]] = f
	}
	return f
}

// bareAddress is an address without port and brackets.
func bareAddress(s string) string {
	if host, _, err := net.SplitHostPort(s); err == nil {
		s = host
	}
	return strings.ToLower(strings.Trim(s, "[]"))
}

// kept holds what tokens that were given out stand for, the latest of them.
type kept[T any] struct {
	next int
	held map[string]T
	old  []string
}

func (k *kept[T]) put(token string, v T) {
	if k.held == nil {
		k.held = map[string]T{}
	}
	if _, ok := k.held[token]; !ok {
		k.old = append(k.old, token)
	}
	k.held[token] = v
	if len(k.old) > keptPages {
		delete(k.held, k.old[0])
		k.old = k.old[1:]
	}
}

// add keeps v under a token of its own.
func (k *kept[T]) add(v T) string {
	k.next++
	token := strings.ReplaceAll(made("log page", k.next), "-", "")
	k.put(token, v)
	return token
}

// hasPlan says whether the tenant has a service plan whose name begins so.
func (w *World) hasPlan(prefixes ...string) bool {
	return slices.ContainsFunc(w.Plans, func(p string) bool {
		return slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(p, prefix) })
	})
}

const day = 24 * time.Hour

// keptReports is how long Entra keeps its logs (learn.microsoft.com/entra:
// "Microsoft Entra data retention").
func keptReports(w *World) time.Duration {
	if w.hasPlan("AAD_PREMIUM") {
		return 30 * day
	}
	return 7 * day
}

// keptAudit is how long the unified audit log keeps its records (Purview:
// "Manage audit log retention policies").
func keptAudit(w *World) time.Duration {
	if w.hasPlan("M365_ADVANCED_AUDITING") {
		return 365 * day
	}
	return 180 * day
}
