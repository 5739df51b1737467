package simtenant

import (
	"crypto/sha256"
	"encoding/binary"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Latency is how long a call takes: Each, and up to Jitter more by the seed.
// Half of it passes before the tenant sees the request.
type Latency struct {
	Each, Jitter time.Duration
	More         map[string]time.Duration // on top, by operation: method and path of the table, or the cmdlet
}

func (l Latency) any() bool { return l.Each > 0 || l.Jitter > 0 || len(l.More) > 0 }

// outward is the way of a request to the tenant. Requests may overtake.
func (l Latency) outward(c *call, next func() reply) reply {
	c.pass(l.of(c) / 2)
	return next()
}

// inward is the tenant's work and the way back. The limits see it as part of
// the call: a client has no answer before a place is free.
func (l Latency) inward(c *call, next func() reply) reply {
	out := next()
	d := l.of(c)
	c.pass(d - d/2 + l.More[c.operation()])
	return out
}

func (l Latency) of(c *call) time.Duration {
	d := l.Each
	if l.Jitter > 0 {
		d += time.Duration(c.draw("latency") % uint64(l.Jitter))
	}
	return d
}

// pass lets time go by, and the call's clock with it.
func (c *call) pass(d time.Duration) {
	if d <= 0 {
		return
	}
	c.sleep(d)
	c.now = c.now.Add(d)
}

// Chance. What happens to a call by chance depends on the seed, on what it asks
// for and on how often that was asked before; not on the order in which
// different calls come in, which no client can promise.

// draw is a number by chance for one purpose.
func (c *call) draw(purpose string) uint64 { return drawn(c.t.options.Seed, purpose, c.ask, c.nth) }

func drawn(seed uint64, purpose, ask string, nth int) uint64 {
	b := binary.BigEndian.AppendUint64(nil, seed)
	b = binary.BigEndian.AppendUint64(b, uint64(nth))
	sum := sha256.Sum256(append(append(append(b, purpose...), 0), ask...))
	return binary.BigEndian.Uint64(sum[:])
}

// An asking counts how often each thing was asked for.
type asking struct {
	mu sync.Mutex
	n  map[string]int
}

func (a *asking) layer(c *call, next func() reply) reply {
	c.ask = c.asksFor()
	a.mu.Lock()
	if a.n == nil {
		a.n = map[string]int{}
	}
	a.n[c.ask]++
	c.nth = a.n[c.ask]
	a.mu.Unlock()
	return next()
}

// asksFor is what a call asks for, without the page.
func (c *call) asksFor() string {
	q := url.Values{}
	for k, v := range c.query {
		if k != "$skiptoken" && k != "nextPage" {
			q[k] = v
		}
	}
	ask := c.http.Method + " " + strings.ToLower(c.http.URL.Path) + "?" + q.Encode()
	if c.service != loginService { // a token's request holds a secret, and its assertion is another each time
		ask += " " + string(c.content)
	}
	return ask
}
