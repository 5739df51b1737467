// Package m365 is the product's only client of Microsoft 365: the table of all calls, one
// place through which every request leaves, and errors that say what a refusal means.
// It is a transport: what an answer means for a case is said elsewhere.
package m365

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"evict/internal/gate"
)

// Client of one tenant.
type Client struct {
	cfg    Config
	send   http.RoundTripper // the guard
	lines  lines
	tokens tokens
	audits line // audit queries that run

	mu         sync.Mutex
	compliance string // host found by discovery
}

// Attempts and the total wait of one read.
const (
	maxAttempts = 8
	maxWaiting  = 15 * time.Minute
)

// New client. The tenant is a GUID or a verified domain; Exchange and the activity feed take only the GUID.
func New(cfg Config) (*Client, error) {
	switch {
	case cfg.Tenant == "" || strings.ContainsAny(string(cfg.Tenant), "/?#%\\ "):
		return nil, errors.New("m365: no valid tenant")
	case cfg.Cloud.Graph == "":
		return nil, errors.New("m365: no cloud")
	case cfg.Credential == nil:
		return nil, errors.New("m365: no credential")
	}
	c := &Client{cfg: cfg, send: newGuard(cfg.Cloud, cfg.Transport), tokens: newTokens()}
	c.lines.m = map[string]*line{}
	c.audits.q = quota{units: 1 << 30, atOnce: quotas[AuditQueries].atOnce}
	return c, nil
}

// AuditSlot waits until one more audit query may run in this tenant; call release when it has ended.
func (c *Client) AuditSlot(ctx context.Context, lane Lane) (release func(), err error) {
	if err := c.audits.enter(ctx, lane, 1); err != nil {
		return nil, err
	}
	return sync.OnceFunc(c.audits.leave), nil
}

// Digest says what a permit for this call must name: its target, and the hash of the request.
func (c *Client) Digest(call Call) (target string, digest [32]byte, err error) {
	op, err := operation(call, Write)
	if err != nil {
		return "", digest, err
	}
	host, err := c.host(context.Background(), op)
	if err != nil {
		return "", digest, err
	}
	r, err := c.build(op, call, host)
	if err != nil {
		return "", digest, err
	}
	return targetOf(op, call), r.digest(), nil
}

func (c *Client) read(ctx context.Context, call Call) (*Response, error) {
	op, err := operation(call, Read)
	if err != nil {
		return nil, err
	}
	return c.repeat(ctx, op, call, func(e *Error) bool { return e.passing })
}

// write sends once.
func (c *Client) write(ctx context.Context, call Call, p *gate.Permit) (*Response, error) {
	op, err := operation(call, Write)
	if err != nil {
		return nil, err
	}
	if p == nil {
		return nil, refuse(op.ID, "no permit")
	}
	resp, e := c.once(ctx, op, call, p)
	if e != nil {
		return nil, e
	}
	return resp, nil
}

// repeat sends until it succeeds, or fails for good, or the budget is spent.
func (c *Client) repeat(ctx context.Context, op *Operation, call Call, again func(*Error) bool) (*Response, error) {
	var waited time.Duration
	renewed := false
	for n := 1; ; n++ {
		resp, e := c.attempt(ctx, op, call, nil, n, &waited)
		if e == nil {
			resp.Attempts, resp.Waited = n, waited
			return resp, nil
		}
		e.Attempts = n
		if e.Kind == Unauthorized && e.token != "" && e.Code != claimsChallenge && !renewed {
			renewed = true
			if c.tokens.forget(e.token, c.renew) != nil {
				return nil, e
			}
			continue
		}
		if !again(e) || n >= maxAttempts {
			return nil, e
		}
		pause := e.RetryAfter
		if pause == 0 {
			pause = backoff(n)
		}
		if waited+pause > maxWaiting {
			return nil, e
		}
		if err := sleep(ctx, pause); err != nil {
			return nil, &Error{Op: op.ID, Kind: Cancelled, Message: err.Error(), Attempts: n}
		}
		waited += pause
	}
}

// renew makes a credential anew that needs nobody for it.
func (c *Client) renew() error {
	if r, ok := c.cfg.Credential.(*renewable); ok {
		return r.renew()
	}
	return nil
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (c *Client) once(ctx context.Context, op *Operation, call Call, p *gate.Permit) (*Response, *Error) {
	var waited time.Duration
	resp, e := c.attempt(ctx, op, call, p, 1, &waited)
	if e != nil {
		e.Attempts = 1
		return nil, e
	}
	resp.Attempts, resp.Waited = 1, waited
	return resp, nil
}

// attempt waits for its quota, sends one request and reads the whole answer.
func (c *Client) attempt(ctx context.Context, op *Operation, call Call, p *gate.Permit, n int, waited *time.Duration) (*Response, *Error) {
	fail := func(err error) (*Response, *Error) {
		var e *Error
		if errors.As(err, &e) {
			return nil, e
		}
		if ctx.Err() != nil {
			return nil, &Error{Op: op.ID, Kind: Cancelled, Message: ctx.Err().Error()}
		}
		return nil, refuse(op.ID, err.Error())
	}
	host, err := c.host(ctx, op)
	if err != nil {
		return fail(err)
	}
	r, err := c.build(op, call, host)
	if err != nil {
		return fail(err)
	}
	token, err := c.tokens.get(ctx, c, op)
	if err != nil {
		return fail(err)
	}
	mailbox := strings.ToLower(call.Args["id"])
	l := c.lines.of(op.Throttle, mailbox)
	start := time.Now()
	if err := l.enter(ctx, call.Lane, op.cost()); err != nil {
		return fail(err)
	}
	defer l.leave()
	*waited += time.Since(start)

	ctx, cancel := context.WithTimeout(ctx, patience(op))
	defer cancel()
	id := uuid.NewString()
	pass := &pass{op: op, tenant: string(c.cfg.Tenant), host: host, next: call.Next != "", permit: p, target: targetOf(op, call), digest: r.digest()}
	sent := time.Now()
	resp, e := c.exchange(context.WithValue(ctx, passKey{}, pass), r, call, token, id)
	a := Attempt{Op: op.ID, Number: n, Waited: *waited, RequestID: id}
	if e != nil {
		e.RequestID = id
		if pass.sent {
			e.Sent = true
		}
		if e.Kind == Throttled && e.RetryAfter > 0 {
			l.pause(time.Now().Add(min(e.RetryAfter, maxWaiting)))
		}
		a.Status, a.Err = e.Status, e.Error()
	} else {
		resp.Sent, resp.Received, resp.RequestID = sent, time.Now(), id
		a.Status, a.Bytes = resp.Status, len(resp.Body)
	}
	if c.cfg.Observe != nil {
		c.cfg.Observe(a)
	}
	return resp, e
}

// patience is how long one answer may take: an audit search can take minutes.
func patience(op *Operation) time.Duration {
	if op.Throttle == AuditSearch {
		return 5 * time.Minute
	}
	return 100 * time.Second
}

// host of an operation; that of the compliance gateway is found once by asking.
func (c *Client) host(ctx context.Context, op *Operation) (string, error) {
	h := c.cfg.Cloud.host(op.Service)
	if h == "" {
		return "", refuse(op.ID, "cloud "+c.cfg.Cloud.Name+" has no "+string(op.Service))
	}
	if op.Service != Compliance || op.ID == "compliance:discover" {
		return h, nil
	}
	c.mu.Lock()
	found := c.compliance
	c.mu.Unlock()
	if found != "" {
		return found, nil
	}
	resp, err := c.read(ctx, Call{Op: "compliance:discover", Query: url.Values{"Version": {moduleVersion}}})
	if err != nil {
		return "", err
	}
	at, err := url.Parse(resp.Header.Get("Location"))
	if err != nil || at.Hostname() == "" {
		return "", &Error{Op: "compliance:discover", Kind: Malformed, Message: "no host in its answer"}
	}
	label, _, _ := strings.Cut(at.Hostname(), ".")
	if !plainLabel(label) {
		return "", &Error{Op: "compliance:discover", Kind: Malformed, Message: "no host in its answer"}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.compliance = strings.ToLower(label) + "." + h
	return c.compliance, nil
}

func plainLabel(s string) bool {
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' {
			return false
		}
	}
	return s != ""
}

// moduleVersion is the version of Microsoft's module whose requests ours are like.
const moduleVersion = "3.9.2"

var byID = func() map[string]*Operation {
	m := map[string]*Operation{}
	for i := range Operations {
		m[Operations[i].ID] = &Operations[i]
	}
	return m
}()

// OperationByID finds a row of the table.
func OperationByID(id string) (Operation, bool) {
	op, ok := byID[id]
	if !ok {
		return Operation{}, false
	}
	return *op, true
}

// operation finds the row of a call, of the class that the caller may use.
func operation(call Call, class Class) (*Operation, error) {
	op := byID[call.Op]
	switch {
	case op == nil:
		return nil, refuse(call.Op, "no such operation")
	case op.Service == Login:
		return nil, refuse(call.Op, "only a credential may use it")
	case op.Class != class:
		return nil, refuse(call.Op, "it is a "+op.Class.String()+", and this way is for a "+class.String())
	}
	return op, nil
}

// refuse is an error of ours: nothing was sent.
func refuse(op, why string) *Error { return &Error{Op: op, Kind: BadRequest, Message: why} }
