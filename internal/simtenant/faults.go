package simtenant

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Kinds of fault.
const (
	ThrottleStorm   = "throttle-storm"              // 429 in one of its spellings
	ServerError     = "server-error"                // 5xx, or Exchange's 400 that passes
	TimeOut         = "time-out"                    // no answer, ever
	CutBody         = "cut-body"                    // half of an answer behind a length that says all
	HTMLError       = "html-error"                  // a page of a gateway where JSON belongs, some with status 200
	ExpiredToken    = "expired-skip-token"          // of a link to the next page
	LoopingLink     = "looping-next-link"           // the link leads back to the same page
	ShortPage       = "short-page"                  // fewer rows than there are, the rest behind the link; legal
	MissingRows     = "missing-rows"                // rows that never come, silently
	LostLink        = "lost-next-link"              // no link to the next page where there is one, silently
	DuplicateRows   = "duplicate-rows"              // a row twice
	TokenExpiry     = "token-expiry"                // the access token is over before its time
	ConsentGone     = "consent-withdrawn"           // from then on the permission that the call needs is gone
	NoEffect        = "no-effect"                   // a write is answered with success and changes nothing
	ClockSkew       = "clock-skew"                  // the tenant's clock is wrong
	LostResponse    = "accepted-then-lost-response" // what was asked is done, and nobody hears of it
	ResetConnection = "reset-connection"            // broken before anything was done
)

// Kinds are all kinds of fault.
var Kinds = []string{ThrottleStorm, ServerError, TimeOut, CutBody, HTMLError, ExpiredToken, LoopingLink, ShortPage, MissingRows, LostLink, DuplicateRows, TokenExpiry, ConsentGone, NoEffect, ClockSkew, LostResponse, ResetConnection}

// A Fault is one thing that goes wrong, as data: a schedule can be printed, kept
// and replayed. It hits requests that fit Service, Operation, Class and its time.
type Fault struct {
	Kind string
	Seed uint64 `json:",omitempty"` // draws what the kind leaves open, and whom OneIn hits

	Service   string `json:",omitempty"` // login, graph, exchange, compliance, activity; "" is any but login
	Operation string `json:",omitempty"` // method and path of the table, or the cmdlet; "" is any, and so is what a final * stands for
	Class     string `json:",omitempty"` // read or write; "" is both

	After, For time.Duration `json:",omitempty"` // since the tenant began, and for how long; For 0: without end
	OneIn      int           `json:",omitempty"` // hits one in so many, whatever their order; 0: all
	Nth        int           `json:",omitempty"` // from the n-th fitting request on; 0: from the first
	Times      int           `json:",omitempty"` // at most so many; 0: once if Nth is given, else all that fit

	Skew time.Duration `json:",omitempty"` // of a clock
}

// String is the fault in one line, with all that is needed to replay it.
func (f Fault) String() string {
	b, err := json.Marshal(f)
	if err != nil {
		panic(err) // strings and numbers
	}
	return string(b)
}

// A Fired is a fault that hit a request.
type Fired struct {
	Fault     int // index in the schedule, then of those added later
	Kind      string
	Time      time.Duration // since the tenant began
	Operation string
	Method    string
	URL       string
	Nth       int // time that this was asked for
}

// faults are those of a tenant.
type faults struct {
	mu    sync.Mutex
	list  []*armed
	fired []Fired
	over  map[string]bool // access tokens that are over
	gone  map[string]bool // permissions that were withdrawn
}

type armed struct {
	Fault
	fit, hit int
}

// Fail adds faults. Their Nth counts from now on.
func (t *Tenant) Fail(list ...Fault) {
	t.faults.mu.Lock()
	defer t.faults.mu.Unlock()
	for _, f := range list {
		t.faults.list = append(t.faults.list, &armed{Fault: f})
	}
}

// FailNth spoils the n-th request from now on, requests for tokens not counted.
func (t *Tenant) FailNth(n int, kind string) { t.Fail(Fault{Kind: kind, Nth: n}) }

// FailNthWrite spoils the n-th write from now on.
func (t *Tenant) FailNthWrite(n int, kind string) { t.Fail(Fault{Kind: kind, Class: "write", Nth: n}) }

// Heal ends all faults, and what they left: a consent is given again.
func (t *Tenant) Heal() {
	t.faults.mu.Lock()
	defer t.faults.mu.Unlock()
	t.faults.list, t.faults.over, t.faults.gone = nil, nil, nil
}

// FaultsFired are the faults that hit something so far, in the order of the requests.
func (t *Tenant) FaultsFired() []Fired {
	t.faults.mu.Lock()
	defer t.faults.mu.Unlock()
	return slices.Clone(t.faults.fired)
}

// layer lets at most one fault spoil a call; a wrong clock goes with any.
func (x *faults) layer(c *call, next func() reply) reply {
	x.mu.Lock()
	idle := len(x.list) == 0
	x.mu.Unlock()
	if idle {
		return next()
	}
	hit, i := x.pick(c)
	out, spoiled := x.lasting(c)
	switch {
	case hit == nil && spoiled:
		return out
	case hit == nil:
		return next()
	case spoiled: // by an earlier fault
		x.note(c, hit.Kind, i, false)
		return out
	}
	out, spoiled = x.spoil(c, hit, next)
	c.spoiled = spoiled
	x.note(c, hit.Kind, i, spoiled)
	return out
}

// pick finds the fault of a call. The first in the schedule goes before others.
func (x *faults) pick(c *call) (hit *Fault, index int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for i, f := range x.list {
		if !f.fits(c) {
			continue
		}
		f.fit++
		if f.fit < f.Nth || f.OneIn > 1 && drawn(f.Seed, f.Kind, c.ask, c.nth)%uint64(f.OneIn) != 0 {
			continue
		}
		if times := f.times(); times > 0 && f.hit >= times {
			continue
		}
		if f.Kind == ClockSkew {
			if f.hit++; f.hit == 1 {
				x.fired = append(x.fired, fired(c, f.Kind, i))
			}
			c.now = c.now.Add(f.Skew)
			continue
		}
		if hit != nil {
			continue
		}
		f.hit++
		hit, index = &f.Fault, i
	}
	return hit, index
}

func (f *Fault) times() int {
	if f.Times == 0 && f.Nth > 0 && f.Kind != ClockSkew {
		return 1
	}
	return f.Times
}

func fired(c *call, kind string, i int) Fired {
	return Fired{Fault: i, Kind: kind, Time: time.Since(c.t.began), Operation: c.operation(), Method: c.http.Method, URL: c.http.URL.Path, Nth: c.nth}
}

// note counts a fault, or gives it back for the next call that fits.
func (x *faults) note(c *call, kind string, i int, spoiled bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	switch {
	case spoiled:
		x.fired = append(x.fired, fired(c, kind, i))
	case i < len(x.list):
		x.list[i].hit--
	}
}

// fits says whether a fault may hit a call.
func (f *Fault) fits(c *call) bool {
	if since := time.Since(c.t.began); since < f.After || f.For > 0 && since >= f.After+f.For {
		return false
	}
	if f.Service != "" && f.Service != string(c.service) || f.Service == "" && c.service == loginService && f.Kind != ClockSkew {
		return false
	}
	op := c.operation()
	if start, open := strings.CutSuffix(f.Operation, "*"); open && !strings.HasPrefix(op, start) || !open && f.Operation != "" && op != f.Operation {
		return false
	}
	if f.Class == "read" && c.writes() || f.Class == "write" && !c.writes() {
		return false
	}
	switch f.Kind {
	case ExpiredToken:
		return c.pageToken() != ""
	case NoEffect:
		return c.writes()
	case LoopingLink, ShortPage, LostLink:
		return c.paged()
	case MissingRows, DuplicateRows:
		return !c.writes() && c.service != loginService
	case TokenExpiry, ConsentGone:
		return c.service != loginService
	}
	return true
}

// reading verbs of cmdlets.
var readingVerbs = []string{"Get", "Search", "Test"}

// writes says whether a call changes the tenant. An audit query changes nothing
// but the list of queries, and a subscription nothing but that of subscriptions.
func (c *call) writes() bool {
	switch c.service {
	case exchangeHost, complianceService:
		verb, _, ok := strings.Cut(cmdletName(c.content), "-")
		return ok && !slices.Contains(readingVerbs, verb)
	case graphService:
		return c.http.Method != http.MethodGet && !c.startsQuery() && c.path != "/$batch"
	}
	return false
}

func (c *call) pageToken() string {
	if s := c.query.Get("$skiptoken"); s != "" {
		return s
	}
	return c.query.Get("nextPage")
}

// refused is a refusal in the words of the call's service.
func (c *call) refused(err error) reply {
	if c.service == exchangeHost || c.service == complianceService {
		return c.refuseCmdlet(err)
	}
	return c.failed(err)
}

// spoil lets a fault happen. It reports false where the answer gave it nothing to spoil.
func (x *faults) spoil(c *call, f *Fault, next func() reply) (reply, bool) {
	switch f.Kind {
	case ThrottleStorm:
		r := drawn(f.Seed, "wait", c.ask, c.nth)
		return c.throttled("", time.Duration(1+r%20)*time.Second, spellings[(r>>8)%uint64(len(spellings))]), true
	case ServerError:
		return c.serverError(drawn(f.Seed, "error", c.ask, c.nth)), true
	case HTMLError:
		return c.htmlError(drawn(f.Seed, "html", c.ask, c.nth)), true
	case TimeOut:
		c.sleep(time.Hour) // longer than anybody waits
		c.lost = true
		return reply{}, true
	case ResetConnection:
		c.lost = true
		return reply{}, true
	case LostResponse:
		next()
		c.lost = true
		return reply{}, true
	case CutBody:
		out := next()
		if c.cut = len(out.Body) / 2; c.cut == 0 {
			c.lost = true
		}
		return out, true
	case TokenExpiry:
		x.expire(c)
		out, _ := x.lasting(c)
		return out, true
	case ConsentGone:
		x.withdraw(c)
		return x.lasting(c)
	case ExpiredToken:
		return c.expiredPage(), true
	case NoEffect:
		return c.withoutEffect(next), true
	}
	out := next()
	return x.spoilRows(c, f, out)
}

// lasting is what earlier faults still do: tokens that are over, permissions
// that are gone.
func (x *faults) lasting(c *call) (reply, bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if c.service == loginService {
		return reply{}, false
	}
	if x.over[c.http.Header.Get("Authorization")] {
		return c.refused(unauthorized("Lifetime validation failed, the token is expired.")), true
	}
	need := c.needs()
	if len(need) == 0 || slices.ContainsFunc(need, func(p string) bool { return !x.gone[p] }) {
		return reply{}, false
	}
	if c.row == nil {
		return c.refuseCmdlet(&graphError{403, "Forbidden", "The application has no " + need[0] + "."}), true
	}
	return c.failed(c.forbidden(need)), true
}

// needs are the application permissions any of which lets a call in.
func (c *call) needs() []string {
	switch {
	case c.row != nil:
		return strings.Fields(c.row.app)
	case c.service == exchangeHost || c.service == complianceService:
		return []string{"Exchange.ManageAsApp"}
	}
	return nil
}

func (x *faults) expire(c *call) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.over == nil {
		x.over = map[string]bool{}
	}
	x.over[c.http.Header.Get("Authorization")] = true
}

func (x *faults) withdraw(c *call) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.gone == nil {
		x.gone = map[string]bool{}
	}
	for _, p := range c.needs() {
		x.gone[p] = true
	}
}

func (c *call) serverError(r uint64) reply {
	status := []int{500, 502, 503, 504}[r%4]
	var out reply
	switch {
	case c.service == loginService:
		out = c.loginFailed(&loginError{status, "temporarily_unavailable", 90033, "A transient error has occurred. Please try again."})
	case (c.service == exchangeHost || c.service == complianceService) && r>>8%2 == 0:
		out = exchangeFailure(passingFailures[r>>16%uint64(len(passingFailures))])
	case c.service == activityService:
		out = c.failed(&graphError{status, "AF50000", "An internal error occurred. Retry the request."})
	default:
		out = c.refused(&graphError{status, strings.ReplaceAll(http.StatusText(status), " ", ""), "The service is temporarily unavailable."})
	}
	if status == 503 && r>>24%2 == 0 {
		out.Header.Set("Retry-After", "5")
	}
	return out
}

// htmlError is what gateways in front of the services write.
func (c *call) htmlError(r uint64) reply {
	status := []int{200, 502, 503, 504}[r%4]
	page := fmt.Sprintf("<!DOCTYPE html>\r\n<html><head><title>%d</title></head><body><h2>Our services aren't available right now</h2><p>Ref: %s</p></body></html>", status, c.id)
	return reply{status, http.Header{"Content-Type": {"text/html"}}, []byte(page)}
}

func (c *call) expiredPage() reply {
	switch {
	case c.service == activityService:
		return c.failed(&graphError{400, "AF20031", "Invalid nextPage Input: " + c.pageToken() + "."})
	case c.service != graphService:
		return exchangeFailure(&cmdletError{400, "Microsoft.OData.ODataException", "The skip token isn't valid, or it has expired."})
	case c.row != nil && !isMail(strings.ToLower(c.row.path)) && !strings.HasPrefix(c.row.path, "/auditLogs"):
		return c.failed(badGraph("Directory_ExpiredPageToken", "The specified page token value has expired and can no longer be included in your request."))
	}
	return c.failed(badGraph("BadRequest", "The skip token isn't valid, or it has expired."))
}

// withoutEffect lets a write happen to a tenant that nobody sees again.
func (c *call) withoutEffect(next func() reply) reply {
	c.t.mu.Lock()
	c.world = copyWorld(c.t.world)
	c.t.mu.Unlock()
	out := next()
	c.touched = nil
	return out
}

// spoilRows changes the rows of a list.
func (x *faults) spoilRows(c *call, f *Fault, out reply) (reply, bool) {
	l, ok := readRows(out)
	if !ok || len(l.rows) == 0 {
		return out, false
	}
	r := drawn(f.Seed, "rows", c.ask, c.nth)
	at := int(r % uint64(len(l.rows)))
	switch f.Kind {
	case LoopingLink:
		l.setLink("https://" + c.http.Host + c.http.URL.RequestURI())
	case MissingRows:
		l.rows = slices.Delete(l.rows, at, at+1)
	case DuplicateRows:
		l.rows = slices.Insert(l.rows, int(r>>32%uint64(len(l.rows)+1)), l.rows[at])
	case LostLink:
		if l.link() == "" {
			return out, false
		}
		l.dropLink()
	case ShortPage:
		c.t.short.shorten(c, &l, at)
	}
	return l.reply(out.Header), true
}

// silent are kinds that leave no trace in an answer.
var silent = []string{MissingRows, LostLink}

// Schedule makes n faults by a seed: one schedule in which anything may go wrong
// anywhere. The same seed makes the same schedule. A silent fault hits one
// answer and is the only one of its schedule: only another look at the same
// thing can find it, and no client can tell a tenant that tells the same lie
// twice from one that speaks the truth.
func Schedule(seed uint64, n int) []Fault {
	r := rand.New(rand.NewPCG(seed, 0x5eed))
	var out []Fault
	lied := false
	for len(out) < n {
		f := scheduled(r)
		if slices.Contains(silent, f.Kind) {
			if lied {
				continue
			}
			lied = true
			f = Fault{Kind: f.Kind, Seed: f.Seed, Service: f.Service, Nth: 1 + r.IntN(300)}
		}
		out = append(out, f)
	}
	return out
}

func scheduled(r *rand.Rand) Fault {
	f := Fault{Kind: Kinds[r.IntN(len(Kinds))], Seed: r.Uint64N(1 << 32)}
	switch f.Kind {
	case ClockSkew:
		f.Skew = time.Duration(r.IntN(1800)-900) * time.Second
		return f
	case ConsentGone:
		f.Nth = 1 + r.IntN(300)
		return f
	}
	switch r.IntN(4) {
	case 0: // some requests in all
		f.OneIn = 15 + r.IntN(150)
	case 1: // one request
		f.Nth = 1 + r.IntN(300)
	case 2: // a bad minute
		f.After = time.Duration(r.IntN([]int{10, 120}[r.IntN(2)])) * time.Second
		f.For = time.Duration(1+r.IntN(60)) * time.Second
		f.OneIn = 1 + r.IntN(3)
	case 3: // a run of requests
		f.Nth, f.Times = 1+r.IntN(200), 2+r.IntN(12)
	}
	switch s := []string{"", "", "", "", "", "", "graph", "graph", "exchange", "exchange", "compliance", "activity", "login"}[r.IntN(13)]; s {
	case "login":
		if slices.Contains([]string{ThrottleStorm, ServerError, TimeOut, CutBody, HTMLError, ResetConnection, LostResponse}, f.Kind) {
			f.Service, f.Nth = s, min(f.Nth, 3)
		}
	default:
		f.Service = s
	}
	return f
}
