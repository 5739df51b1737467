package collect

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"evict/internal/m365"
)

// Limits of one read. What meets one is incomplete, and says so.
const (
	maxDoubts   = 3      // looks at one span that could not be believed
	maxLooks    = 5      // looks at one span, until two agree
	maxPages    = 20_000 // pages of one look
	maxDoubted  = 8      // spans of one ask that are parted because of doubts
	maxFailures = 6      // spans of one ask that the service did not answer
	maxNotes    = 20     // caps and errors that coverage names
)

// A way is one interface through which a source can be read.
type way struct {
	name string   // of what a tenant refuses as a whole; "" when a refusal speaks of one object only
	ops  []string // operations that its pages come from
	// call asks for the first page of a span. The number of the look, from 1, changes only how the pages are cut, so that a
	// fault of one page is not met twice at the same rows.
	call  func(s *span, look int) m365.Call
	parse func(*m365.Response) (*page, error)
	about func(s *span) string // what the call does not say of the question; nil: it says all
	// prepare makes what the call reads from, and remembers it in the span; nil: nothing.
	prepare func(ctx context.Context, s *span, save func() error) error
	// session says that the same call gives the next rows, so many at a time, until it gives none; 0: it does not.
	session int
	cap     int    // rows that it gives for one span at most, without saying that there are more; 0: none
	lacks   string // what its rows don't say though those of the way before it do: so they are not all that there is to know
}

// An ask is one question to the tenant: one source, of one account or of the tenant.
type ask struct {
	source  string
	account *Account // nil: the tenant
	what    string   // tells the asks of one source and account apart
	ways    []way    // in the order of preference
	from    time.Time
	to      time.Time                           // both zero: the present state
	pages   int                                 // that one look may take; 0: as many as there are
	once    bool                                // one look has to do
	fatal   bool                                // nothing can be collected without it
	absent  string                              // what it means that the object is not found; "" when it means nothing
	most    time.Duration                       // of one window; 0: any
	follow  func(rows []json.RawMessage) []*ask // sees every stored page, in order; what it returns is asked next
	doubted func(rows int) string               // why an empty answer, or one of so few rows, is not believed; "" when it is
}

func (a *ask) key() string {
	id := ""
	if a.account != nil {
		id = a.account.ID
	}
	kind := "ask|"
	if a.once {
		kind = "once|" // what was read once is read again when a collection goes deeper
	}
	return kind + a.source + "|" + id + "|" + a.what
}

// A span is one window of an ask, or its whole answer where there is no window.
type span struct {
	From   time.Time `json:"from,omitzero"`
	To     time.Time `json:"to,omitzero"`
	State  string    `json:"state,omitempty"` // "": not read yet
	Why    string    `json:"why,omitempty"`
	Job    string    `json:"job,omitempty"`    // audit query: its name, or "id:" and its ID
	Cursor string    `json:"cursor,omitempty"` // behind the last stored page of the first look
	Looks  int       `json:"looks,omitempty"`  // that came to their end
	Items  []int     `json:"items,omitempty"`  // stored pages, by their number in the manifest
}

func (s *span) windowed() bool { return !s.To.IsZero() }

// halves parts a window at a whole second, the finest that the logs know. Both have the border: whether it belongs to them is not documented.
func (s *span) halves() (a, b span, ok bool) {
	if !s.windowed() || s.To.Sub(s.From) <= time.Second {
		return a, b, false
	}
	mid := s.From.Add(s.To.Sub(s.From) / 2).Truncate(time.Second)
	if !mid.After(s.From) {
		mid = s.From.Add(time.Second).Truncate(time.Second)
	}
	if !mid.After(s.From) || !mid.Before(s.To) {
		return a, b, false
	}
	return span{From: s.From, To: mid}, span{From: mid, To: s.To}, true
}

func (s *span) String() string {
	if !s.windowed() {
		return "all"
	}
	return stamp(s.From) + " to " + stamp(s.To)
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// A reading is how far an ask has come. It is durable, so that a stopped collection goes on where it was.
type reading struct {
	Way      int           `json:"way,omitempty"`
	Spans    []span        `json:"spans"`
	Loose    []int         `json:"loose,omitempty"` // stored pages of spans that were parted
	Done     bool          `json:"done,omitempty"`
	State    string        `json:"state,omitempty"` // of the whole, where it is not that of its spans
	Why      string        `json:"why,omitempty"`
	Rows     int           `json:"rows"`
	Pages    int           `json:"pages"`
	Caps     []string      `json:"caps,omitempty"`
	Errors   []string      `json:"errors,omitempty"`
	Retries  int           `json:"retries,omitempty"`
	Waited   time.Duration `json:"waited,omitempty"`
	Doubts   int           `json:"doubts,omitempty"` // spans parted because looks could not be believed
	failures int
}

func (rd *reading) note(list *[]string, s string) {
	if len(*list) < maxNotes && !slices.Contains(*list, s) {
		*list = append(*list, s)
	}
}

// open is the next span to read: the latest first, for the oldest records are as sure to be there in an hour as the newest.
func (rd *reading) open() *span {
	for i := len(rd.Spans) - 1; i >= 0; i-- {
		if rd.Spans[i].State == "" {
			return &rd.Spans[i]
		}
	}
	return nil
}

// split puts two spans in the place of one.
func (rd *reading) split(s *span, a, b span) {
	i := slices.IndexFunc(rd.Spans, func(x span) bool { return x.From.Equal(s.From) && x.To.Equal(s.To) })
	rd.Loose = append(rd.Loose, rd.Spans[i].Items...)
	rd.Spans = slices.Replace(rd.Spans, i, i+1, a, b)
}

// doubt is a look that can't be believed; it is repeated.
type doubt struct{ why string }

func (d doubt) Error() string { return d.why }

// tooMany says that the rows of a span are more than the service hands out.
type tooMany struct {
	why     string
	doubted bool // it may be for another reason that looks do not agree
}

func (t tooMany) Error() string { return t.why }

// do reads an ask to its end, and what follows from it. An error ends the collection: a source that refuses or fails is none.
func (r *run) do(ctx context.Context, a *ask) error {
	rd, err := r.reading(a)
	if err != nil {
		return err
	}
	all, err := r.known(a, rd)
	if err != nil {
		return err
	}
	for !rd.Done {
		s := rd.open()
		if s == nil {
			rd.Done = true
		} else if err := r.step(ctx, a, rd, s, all); err != nil {
			r.cover(a, rd)
			return err
		}
		rd.Rows = len(all)
		if err := r.save(a, rd); err != nil {
			return err
		}
	}
	r.cover(a, rd)
	if a.follow == nil {
		return nil
	}
	return r.followUp(ctx, a, rd)
}

// followUp asks what the answer leads to, each thing once. The pages are read one at a time: a heavy account's log does not fit in memory.
func (r *run) followUp(ctx context.Context, a *ask, rd *reading) error {
	var next []*ask
	seen := map[string]bool{}
	for _, seq := range rd.items() {
		_, body, err := r.stored(seq)
		if err != nil {
			return err
		}
		rows, err := rowsOf(body)
		if err != nil {
			continue
		}
		for _, f := range a.follow(rows) {
			if !seen[f.key()] {
				seen[f.key()] = true
				next = append(next, f)
			}
		}
	}
	if state, _ := rd.state(); state != Complete && state != Empty {
		for _, f := range next { // there may be more to ask
			r.holeIn(outcomeKey{f.source, f.accountID()}, a.source+" says what to ask, and it is "+state)
		}
	}
	return r.all(ctx, next, atOnce)
}

// step reads one span and settles what comes of it.
func (r *run) step(ctx context.Context, a *ask, rd *reading, s *span, all map[rowID]bool) error {
	if e := r.dead(a.ways[rd.Way].name); e != nil {
		r.refused(a, rd, e)
		return nil
	}
	err := r.read(ctx, a, rd, s, all)
	var many tooMany
	var e *m365.Error
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.As(err, &many):
		if x, y, ok := s.halves(); ok && (!many.doubted || rd.Doubts < maxDoubted) {
			if many.doubted {
				rd.Doubts++
			}
			rd.split(s, x, y)
			return nil
		}
		s.State, s.Why = Incomplete, many.why
		if s.windowed() {
			s.Why += " in " + s.String()
		}
		rd.note(&rd.Caps, s.Why)
	case errors.As(err, &e):
		if e.Kind == m365.Cancelled || a.fatal && !(e.Kind == m365.NotFound && a.absent != "") {
			return err
		}
		r.failed(a, rd, s, e)
	default:
		return err
	}
	return nil
}

// failed settles an error of the service: another way, a refusal, or a hole.
func (r *run) failed(a *ask, rd *reading, s *span, e *m365.Error) {
	if e.Kind == m365.NotFound && a.absent != "" {
		s.State = Complete
		rd.Why = a.absent
		return
	}
	rd.note(&rd.Errors, e.Error())
	switch e.Kind {
	case m365.Unavailable, m365.Throttled, m365.Malformed:
		rd.failures++
		if x, y, ok := s.halves(); ok && e.Kind == m365.Unavailable && s.To.Sub(s.From) > 24*time.Hour && rd.failures < maxFailures {
			rd.split(s, x, y) // large windows fail where small ones pass
			return
		}
		if rd.failures >= maxFailures && r.otherWay(a, rd) {
			return
		}
		s.State, s.Why = Incomplete, "no answer: "+string(e.Kind)
		if s.windowed() {
			s.Why += " for " + s.String()
		}
		if rd.failures < maxFailures {
			return
		}
		for i := range rd.Spans {
			if rd.Spans[i].State == "" {
				rd.Spans[i].State, rd.Spans[i].Why = Incomplete, "not asked after "+fmt.Sprint(rd.failures)+" failures"
			}
		}
	default:
		r.refused(a, rd, e)
	}
}

// refused takes the next way, or ends the ask.
func (r *run) refused(a *ask, rd *reading, e *m365.Error) {
	if e.Kind == m365.Forbidden || e.Kind == m365.NotLicensed || e.Kind == m365.Consent {
		r.bury(a.ways[rd.Way].name, e)
	}
	if r.otherWay(a, rd) {
		return
	}
	rd.Done = true
	rd.State, rd.Why = Refused, whyRefused(e)
	switch {
	case e.Kind == m365.NotLicensed:
		rd.State = NotLicensed
	case e.Kind == m365.BadRequest || e.Kind == m365.NotFound || len(rd.items()) > 0:
		rd.State = Incomplete
	}
}

// items of all spans.
func (rd *reading) items() []int {
	out := slices.Clone(rd.Loose)
	for i := range rd.Spans {
		out = append(out, rd.Spans[i].Items...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// otherWay goes over to the next way, for the spans that are not read yet.
func (r *run) otherWay(a *ask, rd *reading) bool {
	if rd.Way+1 >= len(a.ways) {
		return false
	}
	rd.Way++
	rd.failures = 0
	for i := range rd.Spans {
		if s := &rd.Spans[i]; s.State != Complete {
			s.State, s.Why, s.Cursor, s.Job, s.Looks = "", "", "", "", 0
		}
	}
	return true
}

func whyRefused(e *m365.Error) string {
	switch e.Kind {
	case m365.NotLicensed:
		return "the licence has no such log"
	case m365.Forbidden:
		return "a permission or role is missing: " + e.Error()
	case m365.Consent:
		return "consent is missing: " + e.Error()
	case m365.Unauthorized:
		return "the sign-in was refused: " + e.Error()
	}
	return e.Error()
}

// read looks at a span until two looks agree.
func (r *run) read(ctx context.Context, a *ask, rd *reading, s *span, all map[rowID]bool) error {
	own, err := r.knownOf(a, s)
	if err != nil {
		return err
	}
	w := a.ways[rd.Way]
	for doubts := 0; ; {
		if w.prepare != nil {
			if err := w.prepare(ctx, s, func() error { return r.save(a, rd) }); err != nil {
				return err
			}
		}
		l, err := r.look(ctx, a, rd, s, own, all)
		s.Cursor = ""
		var d doubt
		if errors.As(err, &d) {
			rd.note(&rd.Errors, d.why+" ("+s.String()+")")
			if doubts++; doubts < maxDoubts {
				continue
			}
			return tooMany{d.why, true}
		}
		if err != nil {
			return err
		}
		before := len(own)
		for id := range l.seen {
			own[id] = true
		}
		s.Looks++
		switch {
		case l.cut:
			s.State, s.Why = Incomplete, fmt.Sprintf("only %d pages were read of %s", a.pages, s)
			rd.note(&rd.Caps, s.Why)
		case a.once:
			s.State, s.Why = Incomplete, "read once only"
		case s.Looks > 1 && len(own) == before && len(l.seen) == before:
			s.State = Complete
		case s.Looks >= maxLooks:
			return tooMany{fmt.Sprintf("%d reads did not agree", s.Looks), true}
		default:
			if err := r.save(a, rd); err != nil {
				return err
			}
			continue
		}
		if l.withheld != "" {
			s.State, s.Why = Incomplete, "the service left rows out: "+l.withheld
		}
		if s.State == Complete && w.lacks != "" && len(own) > 0 {
			s.State, s.Why = Incomplete, w.lacks
		}
		if s.State == Complete && a.doubted != nil {
			if why := a.doubted(len(own)); why != "" {
				s.State, s.Why = Incomplete, why
			}
		}
		return nil
	}
}

// A look is one read of a span, every page of it.
type look struct {
	seen     map[rowID]bool
	numbers  map[int]bool // the server's own numbers of the rows
	rows     int
	total    int    // rows that there are by the server's count, -1 when it gives none
	capped   string // why there are more rows than the service hands out
	withheld string
	cut      bool // it has more pages than it may take
	resumed  bool
}

// look reads a span once. The first look begins where a stopped collection left off; own are the rows that the span already gave, all those of the whole ask.
func (r *run) look(ctx context.Context, a *ask, rd *reading, s *span, own, all map[rowID]bool) (*look, error) {
	l := &look{seen: map[rowID]bool{}, numbers: map[int]bool{}, total: -1}
	first := s.Looks == 0
	call := a.ways[rd.Way].call(s, s.Looks+1)
	if first && s.Cursor != "" {
		l.resumed = true
		call.Next = s.Cursor
		for id := range own {
			l.seen[id] = true
		}
	}
	links, pages := map[string]bool{}, map[rowID]bool{}
	inCall := 0 // rows of this call of a session
	for taken := 1; ; taken++ {
		p, err := r.ask(ctx, a.ways[rd.Way], call)
		if err != nil {
			return l, believable(err)
		}
		rd.Pages++
		rd.Retries += max(0, p.resp.Attempts-1)
		rd.Waited += p.resp.Waited
		if _, _, ok := s.halves(); ok && p.capped != "" {
			return l, tooMany{why: p.capped}
		}
		if d := digest(p.ids); len(p.ids) > 0 {
			if pages[d] {
				return l, doubt{"a page came twice"}
			}
			pages[d] = true
		}
		if fresh := l.add(p, all); fresh || first && taken == 1 && !l.resumed {
			if err := r.put(a, rd, s, p, call); err != nil {
				return l, err
			}
		}
		inCall += len(p.ids)
		r.tell(a, rd, s, len(all))
		next := p.cursor
		if w := a.ways[rd.Way]; next == "" && (w.session == 0 || inCall == 0 && taken > 1 || 0 < inCall && inCall < w.session && l.whole()) {
			break // the count of rows may be that of the call: after a full one only an empty one is the end. A first one that is empty is asked again
		}
		if next == "" {
			inCall = 0
		}
		if next != "" && links[next] || taken >= maxPages {
			return l, doubt{"the pages go round in a circle"}
		}
		links[next] = true
		call.Next = next
		if first && next != "" && a.ways[rd.Way].session == 0 {
			s.Cursor = next
			if err := r.save(a, rd); err != nil {
				return l, err
			}
		}
		if a.pages > 0 && taken >= a.pages {
			l.cut = true
			return l, nil
		}
	}
	w := a.ways[rd.Way]
	switch {
	case l.capped != "":
		return l, tooMany{why: l.capped}
	case w.cap > 0 && l.rows >= w.cap:
		return l, tooMany{why: fmt.Sprintf("%d rows or more", w.cap)}
	case !l.resumed && l.short():
		return l, doubt{fmt.Sprintf("the service counted %d rows and gave %d", l.total, l.got())}
	}
	return l, nil
}

// ask sends one call and reads its answer.
func (r *run) ask(ctx context.Context, w way, call m365.Call) (*page, error) {
	resp, err := r.in.Client.Reader().Do(ctx, call)
	if err != nil {
		return nil, err
	}
	r.clock(resp)
	p, err := w.parse(resp)
	if err != nil {
		return nil, doubt{"an answer that can't be read: " + err.Error()}
	}
	return p, nil
}

// clock learns the tenant's time from the first answer that tells it.
func (r *run) clock(resp *m365.Response) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.clocked && !resp.Server.IsZero() {
		r.clocked, r.offset = true, resp.Server.Sub(resp.Received)
	}
}

// add counts a page; it reports whether the page has a row that the ask did not have yet.
func (l *look) add(p *page, all map[rowID]bool) bool {
	fresh := false
	for i, id := range p.ids {
		fresh = fresh || !all[id]
		all[id], l.seen[id] = true, true
		if i < len(p.index) && p.index[i] > 0 {
			l.numbers[p.index[i]] = true
		}
	}
	l.rows += len(p.ids)
	l.total = max(l.total, p.total)
	if p.withheld != "" {
		l.withheld = p.withheld
	}
	if p.capped != "" {
		l.capped = p.capped
	}
	return fresh
}

// got is how many rows came: by the server's numbers where it gives them, for one row may come on two pages.
func (l *look) got() int {
	if len(l.numbers) > 0 {
		return len(l.numbers)
	}
	return l.rows
}

func (l *look) short() bool { return l.total > l.got() }
func (l *look) whole() bool { return l.total >= 0 && l.got() >= l.total && l.capped == "" }

// believable turns what only this look suffers from into a doubt.
func believable(err error) error {
	var e *m365.Error
	if errors.As(err, &e) && e.Kind == m365.TokenExpired {
		return doubt{"the link to the next page expired"}
	}
	return err
}

func digest(ids []rowID) (d rowID) {
	h := sha256.New()
	for _, id := range ids {
		h.Write(id[:])
	}
	copy(d[:], h.Sum(nil))
	return d
}

// put stores a page with what was asked, and makes the span's progress know it.
func (r *run) put(a *ask, rd *reading, s *span, p *page, call m365.Call) error {
	it := Evidence{
		Source: a.source, Query: a.ways[rd.Way].describe(s, call), Page: len(s.Items) + 1, From: s.From, To: s.To,
		Local: p.resp.Received, Server: p.resp.Server, Requester: r.in.Requester, Operation: call.Op, RequestID: p.resp.RequestID, Attempts: p.resp.Attempts,
	}
	if a.account != nil {
		it.Account = a.account.ID
	}
	it, err := r.in.Case.Put(it, p.resp.Body)
	if err != nil {
		return err
	}
	s.Items = append(s.Items, it.Seq)
	r.keepItem(it)
	return nil
}

func (w *way) describe(s *span, c m365.Call) string {
	if w.about == nil {
		return describe(c)
	}
	return describe(c) + " " + w.about(s)
}

// describe says what was asked, so that somebody can ask it again.
func describe(c m365.Call) string {
	op, _ := m365.OperationByID(c.Op)
	if op.Cmdlet != "" {
		var b strings.Builder
		b.WriteString(op.Cmdlet)
		for _, name := range sortedKeys(c.Params) {
			v, _ := json.Marshal(c.Params[name])
			fmt.Fprintf(&b, " -%s %s", name, v)
		}
		return b.String()
	}
	path := op.Path
	for name, v := range c.Args {
		path = strings.ReplaceAll(path, "{"+name+"}", v)
	}
	version := map[m365.Service]string{m365.GraphV1: "/v1.0", m365.GraphBeta: "/beta"}[op.Service]
	out := op.Method + " " + version + path
	sep := "?"
	for _, name := range sortedKeys(c.Query) {
		for _, v := range c.Query[name] {
			out += sep + name + "=" + v
			sep = "&"
		}
	}
	if c.Body != nil {
		b, _ := json.Marshal(c.Body)
		out += " " + string(b)
	}
	return out
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// known are the rows that an ask already has.
func (r *run) known(a *ask, rd *reading) (map[rowID]bool, error) {
	all := map[rowID]bool{}
	if rd.Done {
		return all, nil
	}
	for _, seq := range rd.items() {
		if err := r.rowsIn(a, seq, all); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// knownOf are the rows in a span's stored pages. They are read again rather than remembered: the evidence is the truth.
func (r *run) knownOf(a *ask, s *span) (map[rowID]bool, error) {
	own := map[rowID]bool{}
	for _, seq := range s.Items {
		if err := r.rowsIn(a, seq, own); err != nil {
			return nil, err
		}
	}
	return own, nil
}

// rowsIn adds the rows of a stored page.
func (r *run) rowsIn(a *ask, seq int, into map[rowID]bool) error {
	it, body, err := r.stored(seq)
	if err != nil {
		return err
	}
	for _, w := range a.ways {
		if !slices.Contains(w.ops, it.Operation) {
			continue
		}
		p, err := w.parse(&m365.Response{Body: body})
		if err != nil {
			return fmt.Errorf("evidence item %d can't be read again: %w", seq, err)
		}
		for _, id := range p.ids {
			into[id] = true
		}
		return nil
	}
	return nil
}

// adopt finds pages that were stored just before a collection was stopped, and before its progress could say so.
func (r *run) adopt(a *ask, rd *reading) error {
	if rd.Way >= len(a.ways) || a.ways[rd.Way].session > 0 {
		return nil
	}
	w := a.ways[rd.Way]
	for i := range rd.Spans {
		s := &rd.Spans[i]
		if s.State != "" || w.prepare != nil && s.Job == "" {
			continue
		}
		query := w.describe(s, w.call(s, 1))
		for _, it := range r.unclaimed(a, rd) {
			if s.Looks > 0 || !slices.Contains(w.ops, it.Operation) || it.Query != query || !it.From.Equal(s.From) || !it.To.Equal(s.To) || it.Page != len(s.Items)+1 {
				continue
			}
			_, body, err := r.stored(it.Seq)
			if err != nil {
				return err
			}
			p, err := w.parse(&m365.Response{Body: body})
			if err != nil {
				return err
			}
			s.Items = append(s.Items, it.Seq)
			if s.Cursor = p.cursor; p.cursor == "" {
				s.Looks = 1
			}
		}
	}
	return nil
}
