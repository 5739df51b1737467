package simtenant

import (
	"crypto/sha256"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// A kind is a type of Graph's, as far as queries need to know it.
type kind struct {
	name     string // without "microsoft.graph."
	props    string // that a $select may name
	beta     string // further ones of beta
	v1       string // further ones of v1.0
	defaults string // what comes without $select; "" for all
	filters  string // what $filter may look at; "" for all
	expands  map[string]func(*call, Object) any
	// directory says that it is one of Entra's objects: 100 to a page and 999 at
	// most, advanced queries only with ConsistencyLevel: eventual and $count.
	directory bool
	page, top int // otherwise; 0: 100 and 1000
}

// has says whether the type has a property, without regard to case.
func (k *kind) has(c *call, name string) bool {
	more := k.v1
	if c.version == "beta" {
		more = k.beta
	}
	return containsFold(strings.Fields(k.props), name) || containsFold(strings.Fields(more), name)
}

func noProperty(k *kind, name string) error {
	return badGraph("BadRequest", "Could not find a property named '"+name+"' on type 'microsoft.graph."+k.name+"'.")
}

// collection answers with a list, after the query options.
func collection(k *kind, list func(*call) ([]Object, error)) handler {
	return func(c *call) reply {
		if token := c.query.Get("$skiptoken"); token != "" {
			return c.nextPage(k, token)
		}
		rows, err := list(c)
		if err == nil {
			rows, err = c.queried(k, rows)
		}
		if err != nil {
			return c.failed(err)
		}
		return c.pageOf(k, rows, len(rows))
	}
}

// single answers with one object.
func single(k *kind, one func(*call) (Object, error)) handler { return answered1(k, 200, one) }

// created answers with an object that the call has made.
func created(k *kind, one func(*call) (Object, error)) handler { return answered1(k, 201, one) }

func answered1(k *kind, status int, one func(*call) (Object, error)) handler {
	return func(c *call) reply {
		o, err := one(c)
		if err == nil {
			o, err = c.shaped(k, o)
		}
		if err != nil {
			return c.failed(err)
		}
		out := Object{"@odata.context": c.context() + "/$entity"}
		for name, v := range o {
			out[name] = v
		}
		return c.ok(status, c.metadata(out))
	}
}

// nothing answers that it is done.
func nothing(do func(*call) error) handler {
	return func(c *call) reply {
		if err := do(c); err != nil {
			return c.failed(err)
		}
		h := c.headers()
		h.Del("Content-Type")
		return reply{204, h, nil}
	}
}

func (c *call) context() string {
	path := strings.TrimPrefix(c.path, "/")
	return "https://" + c.http.Host + "/" + c.version + "/$metadata#" + path
}

// metadata drops what a client says that it can do without.
func (c *call) metadata(o Object) Object {
	if strings.Contains(c.http.Header.Get("Accept"), "odata.metadata=none") {
		for name := range o {
			if strings.HasPrefix(name, "@odata.") && name != "@odata.nextLink" && name != "@odata.deltaLink" && name != "@odata.count" {
				delete(o, name)
			}
		}
	}
	return o
}

// eventual says whether the call may ask the directory advanced questions.
func (c *call) eventual() bool {
	return strings.EqualFold(c.http.Header.Get("ConsistencyLevel"), "eventual") && strings.EqualFold(c.query.Get("$count"), "true")
}

// queried filters and sorts.
func (c *call) queried(k *kind, rows []Object) ([]Object, error) {
	for name := range strings.SplitSeq(c.query.Get("$select"), ",") {
		if name = strings.TrimSpace(name); name != "" && !k.has(c, name) {
			return nil, noProperty(k, name)
		}
	}
	if s := c.query.Get("$filter"); s != "" {
		f, err := parseFilter(s)
		if err != nil {
			return nil, err
		}
		if err := c.mayFilter(k, f); err != nil {
			return nil, err
		}
		rows = slices.DeleteFunc(slices.Clone(rows), func(o Object) bool { return !f.passes(o) })
	}
	if s := c.query.Get("$search"); s != "" {
		var err error
		if rows, err = c.searched(k, rows, s); err != nil {
			return nil, err
		}
	}
	if s := c.query.Get("$orderby"); s != "" {
		for part := range strings.SplitSeq(s, ",") {
			f := strings.Fields(part)
			if len(f) == 0 || len(f) > 2 || len(f) == 2 && !containsFold([]string{"asc", "desc"}, f[1]) {
				return nil, badGraph("BadRequest", "Syntax error in '$orderby'.")
			}
			if first, _, _ := strings.Cut(f[0], "/"); !k.has(c, first) {
				return nil, noProperty(k, first)
			}
		}
		if k.directory && c.query.Get("$filter") != "" && !c.eventual() {
			return nil, badGraph("Request_UnsupportedQuery", "Sorting not supported for current query.")
		}
		rows = slices.Clone(rows)
		sortBy(rows, s)
	}
	if s := c.query.Get("$skip"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 0 {
			return nil, badGraph("BadRequest", "Invalid value '"+s+"' for $skip query option found.")
		}
		rows = rows[min(n, len(rows)):]
	}
	return rows, nil
}

func (c *call) mayFilter(k *kind, f filter) error {
	for _, path := range f.paths {
		first, _, _ := strings.Cut(path, "/")
		if !k.has(c, first) {
			return noProperty(k, first)
		}
		if k.filters != "" && !containsFold(strings.Fields(k.filters), first) {
			return badGraph("Request_UnsupportedQuery", "Unsupported or invalid query filter clause specified for property '"+first+"' of resource '"+k.name+"'.")
		}
	}
	if k.directory && f.advanced && !c.eventual() {
		return badGraph("Request_UnsupportedQuery", "Unsupported Query.")
	}
	return nil
}

// searched is $search="property:text" of the directory.
func (c *call) searched(k *kind, rows []Object, s string) ([]Object, error) {
	if !k.directory || !strings.EqualFold(c.http.Header.Get("ConsistencyLevel"), "eventual") {
		return nil, badGraph("Request_UnsupportedQuery", "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'")
	}
	name, text, ok := strings.Cut(strings.Trim(s, `"`), ":")
	if !ok || !k.has(c, name) {
		return nil, badGraph("Request_UnsupportedQuery", "Syntax error: unrecognized $search clause.")
	}
	return slices.DeleteFunc(slices.Clone(rows), func(o Object) bool {
		v, _ := value(o, name).(string)
		return !strings.Contains(strings.ToLower(v), strings.ToLower(text))
	}), nil
}

// size of a page.
func (c *call) size(k *kind) (int, error) {
	size, most := max(k.page, 100), max(k.top, 1000)
	if k.directory {
		most = 999
	}
	if s := c.query.Get("$top"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > most {
			return 0, badGraph("Request_BadRequest", "Invalid page size specified: '"+s+"'. Must be between 1 and "+strconv.Itoa(most)+" inclusive.")
		}
		return n, nil
	}
	if m := pageSizeForm.FindStringSubmatch(strings.Join(c.http.Header.Values("Prefer"), ",")); m != nil {
		if n, err := strconv.Atoi(m[1]); err == nil && n > 0 {
			return min(n, most), nil
		}
	}
	return size, nil
}

// pageOf is one page of rows; count is how many there are in all.
func (c *call) pageOf(k *kind, rows []Object, count int) reply {
	size, err := c.size(k)
	if err != nil {
		return c.failed(err)
	}
	out := Object{"@odata.context": c.context()}
	if strings.EqualFold(c.query.Get("$count"), "true") && c.query.Get("$skiptoken") == "" && (!k.directory || c.eventual()) {
		out["@odata.count"] = count
	}
	if len(rows) > size {
		out["@odata.nextLink"] = c.link("$skiptoken", c.t.pages.keep(&graphPage{rows[size:], c.asked()}))
		rows = rows[:size]
	}
	list := []Object{}
	for _, o := range rows {
		shaped, err := c.shaped(k, o)
		if err != nil {
			return c.failed(err)
		}
		list = append(list, c.metadata(shaped))
	}
	out["value"] = list
	return c.ok(200, c.metadata(out))
}

// link is the address of this call with a token for what comes next.
func (c *call) link(name, token string) string {
	q := url.Values{}
	for k, v := range c.query {
		if k != "$skiptoken" && k != "$deltatoken" {
			q[k] = v
		}
	}
	q.Set(name, token)
	return "https://" + c.http.Host + c.http.URL.EscapedPath() + "?" + q.Encode()
}

// asked is a digest of what the call asks for, its page apart.
func (c *call) asked() [32]byte {
	q := url.Values{}
	for k, v := range c.query {
		if k != "$skiptoken" && k != "$count" {
			q[k] = v
		}
	}
	return sha256.Sum256([]byte(strings.ToLower(c.version+c.path) + "?" + q.Encode()))
}

func (c *call) nextPage(k *kind, token string) reply {
	p := c.t.pages.find(token)
	switch {
	case (p == nil || p.asked != c.asked()) && k.directory:
		return c.failed(badGraph("Directory_ExpiredPageToken", "The specified page token value '"+token+"' has expired and can no longer be included in your request."))
	case p == nil || p.asked != c.asked():
		return c.failed(badGraph("BadRequest", "The skip token isn't valid, or it has expired."))
	}
	return c.pageOf(k, p.rows, 0)
}

// shaped is an object after $select and $expand.
func (c *call) shaped(k *kind, o Object) (Object, error) {
	expanded := Object{}
	for name := range strings.SplitSeq(c.query.Get("$expand"), ",") {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		name, _, _ = strings.Cut(name, "(")
		f := k.expands[name]
		if f == nil {
			return nil, badGraph("BadRequest", "Parsing OData Select and Expand failed: Could not find a property named '"+name+"' on type 'microsoft.graph."+k.name+"'.")
		}
		expanded[name] = f(c, o)
	}
	names := strings.FieldsFunc(c.query.Get("$select"), func(r rune) bool { return r == ',' || r == ' ' })
	for _, name := range names {
		if !k.has(c, name) {
			return nil, noProperty(k, name)
		}
	}
	if len(names) == 0 {
		names = strings.Fields(k.defaults)
	}
	out := Object{}
	for name, v := range o {
		if len(names) == 0 || containsFold(names, name) || strings.HasPrefix(name, "@odata.") || name == "id" && c.query.Get("$select") == "" {
			out[name] = v
		}
	}
	for name, v := range expanded {
		out[name] = v
	}
	return out, nil
}

// graphPages keeps the rows behind links to next pages: a list is read once,
// and its pages are cut from one answer.
type graphPages struct {
	mu   sync.Mutex
	next int
	kept map[string]*graphPage
	old  []string
}

type graphPage struct {
	rows  []Object
	asked [32]byte
}

func (p *graphPages) keep(page *graphPage) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.kept == nil {
		p.kept = map[string]*graphPage{}
	}
	p.next++
	token := "RFNwdAIAAQ" + strings.ReplaceAll(made("graph page", p.next), "-", "")
	p.kept[token], p.old = page, append(p.old, token)
	if len(p.old) > keptPages {
		delete(p.kept, p.old[0])
		p.old = p.old[1:]
	}
	return token
}

func (p *graphPages) find(token string) *graphPage {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.kept[token]
}
