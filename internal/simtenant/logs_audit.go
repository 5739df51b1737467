package simtenant

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"time"
)

// An auditFilter is what a search of the unified audit log asks for. Lists are
// in lower case; an empty one asks for anything.
type auditFilter struct {
	from, to                                         time.Time // to is not included
	users, operations, objects, addresses, workloads []string
	types                                            []int
	text                                             string
}

// audit gives what the unified audit log shows by now, the oldest first. One
// that is switched off gives nothing, and doesn't say why (EXO: Search-UnifiedAuditLog).
func (w *World) audit(f auditFilter, now time.Time) []*logged {
	if w.AuditOff {
		return nil
	}
	if oldest := now.Add(-keptAudit(w)); f.from.Before(oldest) {
		f.from = oldest
	}
	l := w.logged()
	return slices.DeleteFunc(l.window(AuditRecord, f.from, f.to, now), func(r *logged) bool { return !f.passes(l, r) })
}

func (f *auditFilter) passes(l *logs, r *logged) bool {
	switch {
	case len(f.types) > 0 && !slices.Contains(f.types, r.RecordType):
		return false
	case len(f.operations) > 0 && !slices.Contains(f.operations, strings.ToLower(r.Operation)):
		return false
	case len(f.workloads) > 0 && !slices.Contains(f.workloads, strings.ToLower(r.Workload)):
		return false
	}
	if len(f.users)+len(f.objects)+len(f.addresses) > 0 {
		facts := l.factsOf(r)
		if len(f.users) > 0 && !slices.Contains(f.users, facts.user) ||
			len(f.objects) > 0 && !slices.ContainsFunc(f.objects, func(s string) bool { return like(facts.object, s) }) ||
			len(f.addresses) > 0 && !slices.Contains(f.addresses, facts.address) {
			return false
		}
	}
	return r.contains(f.text)
}

// lowered are the members of a list in lower case.
func lowered(list []string) []string {
	out := make([]string, 0, len(list))
	for _, s := range list {
		out = append(out, strings.ToLower(s))
	}
	return out
}

// recordTypesNamed finds types by name or number; an unknown one is an error.
func recordTypesNamed(names []string) ([]int, error) {
	var out []int
	for _, name := range names {
		n, ok := recordTypeNumbers[strings.ToLower(name)]
		if !ok {
			return nil, fmt.Errorf("no record type %q", name)
		}
		out = append(out, n)
	}
	return out, nil
}

// shuffled puts records into an order that follows from a seed and says nothing.
func shuffled(rows []*logged, seed string) []*logged {
	type place struct {
		at uint64
		r  *logged
	}
	places := make([]place, len(rows))
	for i, r := range rows {
		h := fnv.New64a()
		h.Write([]byte(seed))
		h.Write([]byte(r.ID))
		places[i] = place{h.Sum64(), r}
	}
	slices.SortFunc(places, func(a, b place) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.r.ID, b.r.ID)) })
	for i := range places {
		rows[i] = places[i].r
	}
	return rows
}

// The limits of Search-UnifiedAuditLog, after its page: rows of one call, of a
// session with ReturnLargeSet, of one with ReturnNextPreviewPage, and of one
// that mixes both.
const (
	searchPage    = 5000
	searchLarge   = 50_000
	searchPreview = 5000
	searchMixed   = 10_000
)

// An auditSearch is one session: its rows are found at the first call.
type auditSearch struct {
	rows  []*logged
	total int // that there are
	at    int // handed out
	large bool
	mixed bool
	fails bool
}

// oneIn says whether what has this name is one in n, by chance; 0 is none.
func oneIn(n int, name string) bool {
	return n > 0 && int(sha256.Sum256([]byte("one in " + name))[0])%n == 0
}

// searchAudit is Search-UnifiedAuditLog. Calls with one SessionId and the same
// question go on where the last one ended.
func searchAudit(c *command) ([]Object, error) {
	size := 100
	if n, ok := c.params["ResultSize"].(int64); ok {
		if n < 1 || n > searchPage {
			return nil, &cmdletError{400, "System.Management.Automation.ParameterBindingValidationException", fmt.Sprintf("Cannot validate argument on parameter 'ResultSize'. The argument is not in the range 1 to %d.", searchPage)}
		}
		size = int(n)
	}
	if err := c.oneOf("SessionCommand", "Initialize", "ReturnLargeSet", "ReturnNextPreviewPage"); err != nil {
		return nil, err
	}
	f, err := c.auditFilter()
	if err != nil {
		return nil, err
	}
	if c.host != "" && strings.HasSuffix(c.host, ".cn") {
		return nil, nil // 21Vianet: it runs and finds nothing (EXO)
	}
	if c.text("SessionId") == "" || !c.has("SessionCommand") {
		rows := c.world.audit(f, c.now)
		slices.Reverse(rows)
		rows = rows[:min(size, len(rows))]
		return c.world.logged().auditRows(rows, 1, len(rows)), nil // the count is of what came, not of what there is
	}
	s := c.session(f)
	large := strings.EqualFold(c.text("SessionCommand"), "ReturnLargeSet")
	s.mixed = s.mixed || s.large != large
	most := map[bool]int{true: searchLarge, false: searchPreview}[s.large]
	if s.mixed {
		most = searchMixed
	}
	rows := s.rows[:min(len(s.rows), most)]
	first := min(s.at, len(rows))
	// A row may come again at the head of the next page of a large set.
	if s.large && !c.flag("HighCompleteness") && first > 0 && first < len(rows) && sha256.Sum256([]byte(rows[first].ID))[0]%4 == 0 {
		first--
	}
	last := min(first+size, len(rows))
	if s.fails && last > first {
		return c.timedOut(s, rows[first:last]), nil
	}
	s.at = max(s.at, last)
	if last == len(s.rows) {
		s.rows = nil // nothing comes after
	}
	return c.world.logged().auditRows(rows[first:last], first+1, s.total), nil
}

// timedOut is how a search ends that took the server too long: some of the rows,
// with an index of -1 and a count of 0, and then no more (as several open
// clients check for; unconfirmed by Microsoft).
func (c *command) timedOut(s *auditSearch, rows []*logged) []Object {
	s.rows = nil
	rows = slices.SortedFunc(slices.Values(rows), func(a, b *logged) int { return cmp.Compare(a.ID, b.ID) }) // the same ones each time
	out := c.world.logged().auditRows(rows[:(len(rows)+1)/2], 0, 0)
	for _, o := range out {
		o["ResultIndex"] = -1
	}
	return out
}

// session is the search that the command goes on with.
func (c *command) session(f auditFilter) *auditSearch {
	l := c.world.logged()
	key := fmt.Sprintf("%s|%s|%+v", c.by.App, c.text("SessionId"), f)
	s, ok := l.searches.held[key]
	if ok {
		return s
	}
	s = &auditSearch{fails: oneIn(l.failing, key), rows: c.world.audit(f, c.now), large: strings.EqualFold(c.text("SessionCommand"), "ReturnLargeSet")}
	s.total = len(s.rows)
	if s.large {
		s.rows = shuffled(s.rows, key)
		s.rows = slices.Clone(s.rows[:min(len(s.rows), searchLarge)])
	} else {
		slices.Reverse(s.rows)
	}
	l.searches.put(key, s)
	return s
}

// auditFilter reads what the cmdlet filters by.
func (c *command) auditFilter() (auditFilter, error) {
	f := auditFilter{
		from: c.date("StartDate"), to: c.date("EndDate"), users: lowered(c.list("UserIds")), operations: lowered(c.list("Operations")),
		objects: lowered(c.list("ObjectIds")), addresses: lowered(c.list("IPAddresses")), text: strings.ToLower(c.text("FreeText")),
	}
	if !f.from.Before(f.to) {
		return f, invalid("The start date must be earlier than the end date.")
	}
	if c.text("RecordType") != "" {
		types, err := recordTypesNamed([]string{c.text("RecordType")})
		if err != nil {
			return f, unbindable("Cannot bind parameter 'RecordType'. Unable to match the identifier name %s to a valid enumerator name.", c.text("RecordType"))
		}
		f.types = types
	}
	return f, nil
}

// auditRows are records as the cmdlet prints them.
func (l *logs) auditRows(rows []*logged, first, total int) []Object {
	out := make([]Object, 0, len(rows))
	for i, r := range rows {
		out = append(out, Object{
			"RecordType": recordTypeName(r.RecordType), "CreationDate": r.Time, "UserIds": l.factsOf(r).name, "Operations": r.Operation, "AuditData": auditText{r},
			"ResultIndex": first + i, "ResultCount": total, "Identity": r.ID, "IsValid": true, "ObjectState": "Unchanged",
		})
	}
	return out
}

// An auditText is AuditData: the record as a text, made when the page is written.
type auditText struct{ r *logged }

// MarshalJSON writes the record as a JSON string.
func (a auditText) MarshalJSON() ([]byte, error) { return mustJSON(string(a.r.Body)), nil }
