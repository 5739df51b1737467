package m365

import (
	"context"
	"slices"
	"sync"
	"time"
)

// A Throttle names a quota that some operations share.
type Throttle string

// Quotas. Source: https://learn.microsoft.com/graph/throttling-limits, and the pages of Get-MessageTraceV2 and the Management Activity API.
const (
	Tokens         Throttle = "tokens"
	Reports        Throttle = "sign-in and audit reports"    // 5 requests in 10 s for an application and tenant
	Protection     Throttle = "identity protection"          // 1 request a second for a tenant; its 429 has no Retry-After
	DirectoryUnits Throttle = "directory"                    // 3,500 resource units in 10 s for the smallest tenants
	Outlook        Throttle = "outlook"                      // 4 at once and 10,000 in 10 minutes for a mailbox
	Alerts         Throttle = "security alerts"              // 150 a minute
	Trace          Throttle = "message trace"                // 100 in 5 minutes
	AuditQueries   Throttle = "audit queries"                // undocumented; others saw 429 from the sixth on
	AuditSearch    Throttle = "audit search"                 // undocumented; slow, so few at once
	Cmdlets        Throttle = "exchange cmdlets"             // undocumented
	Feed           Throttle = "management activity"          // 2,000 a minute
	Other          Throttle = "graph, without its own quota" // 2,000 a second for an application over all tenants
)

// A quota is what we allow ourselves: the documented one, with a margin because the server counts arrivals and we count departures.
type quota struct {
	units  int // in any period
	period time.Duration
	atOnce int // 0: no limit
}

var quotas = map[Throttle]quota{
	Tokens:         {units: 20, period: 10 * time.Second, atOnce: 4},
	Reports:        {units: 5, period: 10500 * time.Millisecond},
	Protection:     {units: 1, period: 1100 * time.Millisecond},
	DirectoryUnits: {units: 3200, period: 10500 * time.Millisecond, atOnce: 16},
	Outlook:        {units: 9900, period: 605 * time.Second, atOnce: 4},
	Alerts:         {units: 150, period: 62 * time.Second},
	Trace:          {units: 100, period: 302 * time.Second},
	AuditQueries:   {units: 20, period: 10 * time.Second, atOnce: 5},
	AuditSearch:    {units: 30, period: time.Minute, atOnce: 3},
	Cmdlets:        {units: 300, period: time.Minute, atOnce: 8},
	Feed:           {units: 1900, period: 61 * time.Second, atOnce: 8},
	Other:          {units: 100, period: time.Second, atOnce: 16},
}

// cost of an operation in units of its quota.
func (o *Operation) cost() int {
	switch {
	case o.Cost > 0:
		return o.Cost
	case o.Throttle == DirectoryUnits:
		return 3
	}
	return 1
}

// A line is the queue before one quota: by lane, then by arrival.
type line struct {
	mu      sync.Mutex
	q       quota
	spent   []spending // within the period, oldest first
	busy    int
	paused  time.Time // the server said so
	waiting []*waiter
	timer   *time.Timer
}

type spending struct {
	at    time.Time
	units int
}

type waiter struct {
	lane  Lane
	units int
	ready chan struct{}
}

// enter waits for a place. Who gets one must leave.
func (l *line) enter(ctx context.Context, lane Lane, units int) error {
	w := &waiter{lane: lane, units: units, ready: make(chan struct{})}
	l.mu.Lock()
	at := len(l.waiting)
	for at > 0 && l.waiting[at-1].lane > lane {
		at--
	}
	l.waiting = slices.Insert(l.waiting, at, w)
	l.admit()
	l.mu.Unlock()
	select {
	case <-w.ready:
		return nil
	case <-ctx.Done():
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if i := slices.Index(l.waiting, w); i >= 0 {
		l.waiting = slices.Delete(l.waiting, i, i+1)
	} else {
		l.busy-- // it was let in at the same moment
	}
	l.admit()
	return ctx.Err()
}

func (l *line) leave() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.busy--
	l.admit()
}

// pause holds everybody back until then.
func (l *line) pause(until time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if until.After(l.paused) {
		l.paused = until
	}
}

// admit lets in whom the quota has room for, and sets the alarm for the next. The lock is held.
func (l *line) admit() {
	for len(l.waiting) > 0 {
		now := time.Now()
		if l.q.atOnce > 0 && l.busy >= l.q.atOnce {
			return // leave comes back here
		}
		if wait := l.wait(now, l.waiting[0].units); wait > 0 {
			if l.timer != nil {
				l.timer.Stop()
			}
			l.timer = time.AfterFunc(wait, func() { l.mu.Lock(); defer l.mu.Unlock(); l.admit() })
			return
		}
		w := l.waiting[0]
		l.waiting = l.waiting[1:]
		l.busy++
		l.spent = append(l.spent, spending{now, w.units})
		close(w.ready)
	}
}

// wait says how long until there is room for units.
func (l *line) wait(now time.Time, units int) time.Duration {
	if d := l.paused.Sub(now); d > 0 {
		return d
	}
	for len(l.spent) > 0 && now.Sub(l.spent[0].at) >= l.q.period {
		l.spent = l.spent[1:]
	}
	sum := units
	for _, s := range l.spent {
		sum += s.units
	}
	for _, s := range l.spent {
		if sum <= l.q.units {
			return 0
		}
		sum -= s.units
		if sum <= l.q.units {
			return l.q.period - now.Sub(s.at)
		}
	}
	return 0
}

// lines makes one line for each quota, and for each mailbox where the quota is a mailbox's.
type lines struct {
	mu sync.Mutex
	m  map[string]*line
}

func (ls *lines) of(t Throttle, mailbox string) *line {
	key := string(t)
	if t == Outlook {
		key += "\x00" + mailbox
	}
	ls.mu.Lock()
	defer ls.mu.Unlock()
	l := ls.m[key]
	if l == nil {
		l = &line{q: quotas[t]}
		ls.m[key] = l
	}
	return l
}
