package respond

import (
	"context"
	"encoding/json"
	"sync"

	"evict"
	"evict/internal/m365"
)

// A cache asks each question once: a plan is made from one look at the tenant, and
// many steps are about one list. What failed is asked again.
type cache struct {
	r    Reader
	mu   sync.Mutex
	told map[string]*cached
}

type cached struct {
	done chan struct{} // closed when it is told
	resp *m365.Response
	err  error
}

func newCache(r Reader) *cache { return &cache{r: r, told: map[string]*cached{}} }

func (c *cache) Do(ctx context.Context, call m365.Call) (*m365.Response, error) {
	key := question(call)
	c.mu.Lock()
	a, known := c.told[key]
	if !known {
		a = &cached{done: make(chan struct{})}
		c.told[key] = a
	}
	c.mu.Unlock()
	if known {
		<-a.done
		return a.resp, a.err
	}
	defer close(a.done)
	a.resp, a.err = c.r.Do(ctx, call)
	if a.err != nil {
		c.mu.Lock()
		if c.told[key] == a {
			delete(c.told, key)
		}
		c.mu.Unlock()
	}
	return a.resp, a.err
}

// question is everything in which two calls can differ.
func question(call m365.Call) string {
	b, err := json.Marshal([]any{call.Op, call.Args, call.Query.Encode(), call.Params, call.Body, call.Next, call.Header})
	if err != nil {
		panic(err) // unreachable: calls are plain data
	}
	return string(b)
}

// warm asks side by side what the look-ups will ask one after the other: each
// finding is looked up by a planner of its own, whose results nobody takes.
func (p *planner) warm(ctx context.Context) {
	if !p.live() {
		return
	}
	parallel(len(p.c.Findings), func(i int) {
		f := p.c.Findings[i]
		if f.Attribution != evict.ByAttacker || len(f.Left) == 0 {
			return
		}
		own := newPlanner(p.r, p.c, p.plan.Kind)
		own.tenant = p.tenant
		own.accounts = append(own.accounts[:0:0], p.accounts...)
		own.taken = p.taken
		own.answer(ctx, f)
	})
}
