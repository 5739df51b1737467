package simtenant

import (
	"bytes"
	"compress/gzip"
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// How a request goes, and how to add to it.
//
// ServeHTTP finds the service by the host (hosts.go), the row of the table by
// method and path (contract.go), and lets the layers see the call, outermost
// first (Options and layers()). Inside them answer checks the token
// (tokens.go, caller.go), the permission, the query options and the body
// against the row, and runs the row's handler with the world locked.
//
// To add a call: write a row in a table of your own ([]row in contract_*.go or
// beside the handlers, listed in tables of contract.go) and a handler:
//
//	{"GET", "/users/{id}/things", "v1.0 beta", "$select $top", "", "Thing.Read.All", "Thing.Read", collection(listThings)},
//
// collection(func(*call) ([]Object, error)) applies $filter, $orderby, $count,
// $select, $top and pages; single(func(*call) (Object, error)) applies $select
// and answers 200, created(…) 201, nothing(func(*call) error) 204. A handler
// that needs more is a func(*call) reply. A refusal is a *graphError.
//
// A handler that writes changes c.world in place, calls c.changed(id, what),
// which notes the change for tests, and leaves what Microsoft would log through
// c.directory (effects.go: a directory audit with its twin in the unified audit
// log) or c.world.logLater.
//
// To add a fault, a limit or staleness: write a layer and put it into layers().
// A layer may answer itself, wait (with c.sleep, without the world's lock),
// change the reply of next(), set c.cut, or let next run on another world by
// setting c.world.

// Options of a tenant.
type Options struct {
	Address  string          // network address of whoever calls, in the records; default 192.0.2.200
	Lifetime time.Duration   // of access tokens; default 3599 s
	Key      *rsa.PrivateKey // signs tokens; nil: one made for the process
	Limits   Limits          // quotas; nil: none
	Latency  Latency         // of a call
	Faults   []Fault         // what goes wrong
	PageSize int             // rows on a page of any list; 0: as many as the service gives
	Seed     uint64          // of what happens by chance

	Staleness      Staleness // of reads after writes
	FailedQueries  int       // one in so many queries of the audit log fails; 0: none
	FailedSearches int       // one in so many searches by the cmdlet runs out of time; 0: none
	Prompt         bool      // queries of the audit log run at once, where a demonstration would wait for minutes
}

// A Tenant serves a World. It is an http.Handler.
type Tenant struct {
	options  Options
	began    time.Time // by the machine's clock, when the scenario's was World.Now
	layers   []layer
	asking   asking
	limiter  limiter
	faults   faults
	short    shortPages
	stale    staleness
	rows     [][]row
	exchange exchangeService
	deltas   mailDeltas
	pages    graphPages
	grants   tokenGrants
	had      map[string][]string // what owners had at the beginning, by object ID

	mu         sync.Mutex // holds the world
	world      *World
	tokensFrom time.Time // tokens given out before are over

	seenMu  sync.Mutex // holds the two logs
	changes []Change
	seen    []Request
	serial  int
}

// A layer sees a call before and after what it wraps.
type layer func(c *call, next func() reply) reply

// A Change is one that a request made, for tests that compare them with a journal.
type Change struct {
	Time      time.Time // the tenant's
	Service   string
	Operation string // method and path of the table, or the cmdlet
	Object    string // ID of what was changed, or its name where it has none
	What      string
	Body      [32]byte // SHA-256 of the request's body as it came, decompressed
	RequestID string
}

// A Request is one that reached the tenant. Those for tokens have no body here.
type Request struct {
	Time        time.Time
	Service     string
	Operation   string // method and path of the table, "" when it has none
	Method, URL string
	Body        []byte
	Status      int
	RequestID   string
}

// A call is one request.
type call struct {
	t          *Tenant
	world      *World
	http       *http.Request
	service    service
	cloud      cloud
	version    string // Graph: v1.0 or beta
	path       string // below the version, unescaped only in args
	row        *row   // nil for login and the Exchange endpoints
	args       map[string]string
	query      url.Values
	content    []byte // the body, decompressed
	body       Object // of Graph, nil when there is none
	by         caller
	now        time.Time
	id         string // request-id
	cut        int    // after so many bytes of the body the connection breaks; 0: it doesn't
	lost       bool   // the connection breaks before any answer
	spoiled    bool   // a fault has hit it
	ask        string // what it asks for, without the page
	nth        int    // time that this is asked for
	discovered bool   // of the compliance endpoint
	touched    []touch
}

// New makes a tenant. The world is the tenant's from now on.
func New(w *World, o Options) *Tenant {
	if o.Address == "" {
		o.Address = "192.0.2.200"
	}
	if o.Lifetime == 0 {
		o.Lifetime = 3599 * time.Second
	}
	if o.Key == nil {
		o.Key = processKey()
	}
	t := &Tenant{options: o, began: time.Now(), world: w, rows: tables(), had: w.belongings()}
	t.limiter.limits, t.short.size = o.Limits, o.PageSize
	t.stale.Staleness, t.stale.seed = o.Staleness, o.Seed
	t.Fail(o.Faults...)
	t.layers = layers(t)
	if o.FailedSearches > 0 {
		w.logged().failing = o.FailedSearches
	}
	return t
}

// layers are what calls pass, outermost first.
func layers(t *Tenant) []layer {
	out := []layer{t.asking.layer}
	if l := t.options.Latency; l.any() {
		out = append(out, l.outward, t.limiter.layer, l.inward)
	} else {
		out = append(out, t.limiter.layer)
	}
	return append(out, t.faults.layer, t.short.layer, t.stale.layer)
}

// now is the tenant's time: the scenario's present, which goes on with the
// machine's clock.
func (t *Tenant) now() time.Time {
	return t.world.Now.Add(time.Since(t.began))
}

// Now is the tenant's time.
func (t *Tenant) Now() time.Time { return t.now() }

// Changes are all changes that requests have made so far, in their order.
func (t *Tenant) Changes() []Change {
	t.seenMu.Lock()
	defer t.seenMu.Unlock()
	return slices.Clone(t.changes)
}

// Requests are all requests so far, in the order of their answers.
func (t *Tenant) Requests() []Request {
	t.seenMu.Lock()
	defer t.seenMu.Unlock()
	return slices.Clone(t.seen)
}

// Look lets a test read or change the world while no request does.
func (t *Tenant) Look(f func(*World)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	f(t.world)
}

// ServeHTTP answers as Microsoft does.
func (t *Tenant) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &call{t: t, world: t.world, http: r, query: r.URL.Query(), now: t.now()}
	c.id = t.requestID()
	answer := c.serve()
	if c.lost {
		panic(http.ErrAbortHandler)
	}
	h := w.Header()
	for k, v := range answer.Header {
		h[k] = v
	}
	if h.Get("Date") == "" {
		h.Set("Date", c.now.UTC().Format(http.TimeFormat))
	}
	h.Set("Content-Length", strconv.Itoa(len(answer.Body)))
	w.WriteHeader(answer.Status)
	if c.cut > 0 && c.cut < len(answer.Body) {
		w.Write(answer.Body[:c.cut])
		if f, ok := w.(http.Flusher); ok {
			f.Flush()
		}
		panic(http.ErrAbortHandler)
	}
	w.Write(answer.Body)
}

func (t *Tenant) requestID() string {
	t.seenMu.Lock()
	defer t.seenMu.Unlock()
	t.serial++
	return made(t.world.ID, "request", t.serial)
}

// maxBody is more than any request of the product has.
const maxBody = 8 << 20

func (c *call) serve() reply {
	var ok bool
	c.service, c.cloud, c.discovered, ok = place(c.http.Host, c.http.URL.Path)
	if !ok {
		return reply{http.StatusMisdirectedRequest, nil, []byte("no service of Microsoft's at this host\n")}
	}
	if err := c.read(); err != nil {
		return c.bad(err)
	}
	if c.service == graphService || c.service == activityService {
		c.find()
	}
	run := c.answer
	for _, l := range slices.Backward(c.t.layers) {
		next := run
		run = func() reply { return l(c, next) }
	}
	if c.row != nil && c.row.path == batchPath {
		run = c.batch // what it carries passes the layers, each by itself
	}
	out := run()
	if out.Header == nil {
		out.Header = http.Header{}
	}
	c.note(out)
	return out
}

// read takes the body. Compressed ones are taken as Graph takes them.
func (c *call) read() error {
	var in io.Reader = http.MaxBytesReader(nil, c.http.Body, maxBody)
	switch strings.ToLower(c.http.Header.Get("Content-Encoding")) {
	case "", "identity":
	case "gzip":
		z, err := gzip.NewReader(in)
		if err != nil {
			return err
		}
		in = io.LimitReader(z, maxBody)
	default:
		return errors.New("the body's encoding isn't known")
	}
	b, err := io.ReadAll(in)
	c.content = b
	return err
}

func (c *call) bad(err error) reply {
	return c.failed(&graphError{400, "BadRequest", "Unable to read the request: " + err.Error()})
}

// answer is what is inside the layers.
func (c *call) answer() reply {
	switch c.service {
	case loginService:
		return c.login()
	case exchangeHost, complianceService:
		return c.cmdlet()
	}
	return c.resource()
}

// locked runs f with the world held.
func (c *call) locked(f func() reply) reply {
	c.t.mu.Lock()
	defer c.t.mu.Unlock()
	c.t.world.settle(c.now)
	return f()
}

// sleep waits, or ends with the request.
func (c *call) sleep(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-c.http.Context().Done():
	}
}

// changed notes a change to an object.
func (c *call) changed(object, what string) {
	c.touched = append(c.touched, touch{object, what})
}

// note puts the call into the logs that tests read.
func (c *call) note(out reply) {
	r := Request{Time: c.now, Service: string(c.service), Method: c.http.Method, URL: "https://" + c.http.Host + c.http.URL.RequestURI(), Status: out.Status, RequestID: c.id}
	r.Operation = c.operation()
	if c.service != loginService {
		r.Body = c.content
	}
	sum := sha256.Sum256(c.content)
	c.t.seenMu.Lock()
	defer c.t.seenMu.Unlock()
	c.t.seen = append(c.t.seen, r)
	for _, x := range c.touched {
		c.t.changes = append(c.t.changes, Change{Time: c.now, Service: string(c.service), Operation: r.Operation, Object: x.Object, What: x.What, Body: sum, RequestID: c.id})
	}
}

// operation names the call for tests: the table's path or the cmdlet.
func (c *call) operation() string {
	if c.row != nil {
		return c.row.method + " " + c.row.path
	}
	if c.service == exchangeHost || c.service == complianceService {
		return cmdletName(c.content)
	}
	return ""
}

// Transport reaches the tenant without a network.
func (t *Tenant) Transport() http.RoundTripper { return inMemory{t} }

type inMemory struct{ t *Tenant }

func (m inMemory) RoundTrip(r *http.Request) (*http.Response, error) {
	in := r.Clone(r.Context())
	in.RequestURI = r.URL.RequestURI()
	if in.Host == "" {
		in.Host = r.URL.Host
	}
	if in.Body == nil {
		in.Body = http.NoBody
	}
	in.RemoteAddr = m.t.options.Address + ":49152"
	w := &recorder{header: http.Header{}}
	cut := w.run(m.t, in)
	in.Body.Close()
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	if cut && w.status == 0 {
		return nil, errors.New("connection reset by peer")
	}
	length, _ := strconv.ParseInt(w.header.Get("Content-Length"), 10, 64)
	var body io.Reader = &w.body
	if cut {
		body = io.MultiReader(body, errReader{io.ErrUnexpectedEOF})
	}
	return &http.Response{Status: strconv.Itoa(w.status) + " " + http.StatusText(w.status), StatusCode: w.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: w.header, Body: io.NopCloser(body), ContentLength: length, Request: r}, nil
}

// A recorder keeps an answer for the transport.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *recorder) Header() http.Header         { return w.header }
func (w *recorder) WriteHeader(status int)      { w.status = status }
func (w *recorder) Write(b []byte) (int, error) { return w.body.Write(b) }

// run serves the request and says whether the answer broke off.
func (w *recorder) run(t *Tenant, r *http.Request) (cut bool) {
	defer func() {
		if x := recover(); x != nil {
			if x != http.ErrAbortHandler {
				panic(x)
			}
			cut = true
		}
	}()
	t.ServeHTTP(w, r)
	return false
}

type errReader struct{ err error }

func (e errReader) Read([]byte) (int, error) { return 0, e.err }
