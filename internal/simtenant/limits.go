package simtenant

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// A Quota is what one counter lets through.
type Quota struct {
	Units  int           // in any Period; 0: no such limit
	Period time.Duration // by the machine's clock
	AtOnce int           // that are being answered; 0: no such limit
}

// Limits are quotas by class; nil is none. A class without a quota is not limited.
type Limits map[string]Quota

// Classes of calls that share a quota.
const (
	graphLimit           = "graph"               // an application
	reportsLimit         = "reports"             // an application: sign-ins, directory audits, reports about methods
	protectionLimit      = "identity-protection" // the tenant, all applications together
	directoryLimit       = "directory"           // an application, in resource units
	directoryWritesLimit = "directory-writes"    // an application
	outlookLimit         = "outlook"             // an application and a mailbox
	securityLimit        = "security"            // an application
	queriesLimit         = "audit-queries"       // an application; the service itself counts those that run
	traceLimit           = "message-trace"       // the tenant
	cmdletsLimit         = "exchange"            // an application
	feedLimit            = "activity"            // the tenant
)

// DocumentedLimits are Microsoft's, for a tenant with so many users.
// Sources: learn.microsoft.com/graph/throttling-limits; Get-MessageTraceV2;
// office-365-management-activity-api-reference. Microsoft publishes none for
// Exchange's cmdlets; that number is ours.
func DocumentedLimits(users int) Limits {
	units := 3500
	switch {
	case users > 500:
		units = 8000
	case users >= 50:
		units = 5000
	}
	return Limits{
		graphLimit:           {Units: 2000, Period: time.Second},
		reportsLimit:         {Units: 5, Period: 10 * time.Second},
		protectionLimit:      {Units: 1, Period: time.Second},
		directoryLimit:       {Units: units, Period: 10 * time.Second},
		directoryWritesLimit: {Units: 3000, Period: 150 * time.Second},
		outlookLimit:         {Units: 10000, Period: 10 * time.Minute, AtOnce: 4},
		securityLimit:        {Units: 150, Period: time.Minute},
		traceLimit:           {Units: 100, Period: 5 * time.Minute},
		cmdletsLimit:         {Units: cmdletBudget, Period: cmdletWindow},
		feedLimit:            {Units: 2000, Period: time.Minute},
	}
}

// limiter holds calls against the limits.
type limiter struct {
	limits Limits

	mu       sync.Mutex
	counters map[string]*counter // by class and whom it counts
	exceeded map[string]int
}

type counter struct {
	spent []spending // oldest first
	sum   int
	busy  int
}

type spending struct {
	at    time.Time
	units int
}

// A charge is what one call costs one counter.
type charge struct {
	class, whom string
	units       int
}

// Exceeded says by class how many requests were over a quota and refused. A
// client that keeps to the documented limits has none.
func (t *Tenant) Exceeded() map[string]int {
	t.limiter.mu.Lock()
	defer t.limiter.mu.Unlock()
	return maps.Clone(t.limiter.exceeded)
}

// layer refuses what is over a quota.
func (l *limiter) layer(c *call, next func() reply) reply {
	if l.limits == nil {
		return next()
	}
	charges := c.charges()
	if over, wait, ok := l.take(c, charges); !ok {
		return c.throttled(over.class, wait, cmp.Or(limitSpelling[over.class], spellings[c.draw("spelling")%uint64(len(spellings))]))
	}
	defer l.leave(charges)
	out := next()
	l.tell(charges, out)
	if out.Status == http.StatusTooManyRequests && !c.spoiled && len(charges) > 0 {
		l.count(charges[0].class) // the service's own limit
	}
	return out
}

func (l *limiter) count(class string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.exceed(class)
}

func (l *limiter) exceed(class string) {
	if l.exceeded == nil {
		l.exceeded = map[string]int{}
	}
	l.exceeded[class]++
}

// take charges a call, or says which quota it is over and for how long.
func (l *limiter) take(c *call, charges []charge) (over charge, wait time.Duration, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	for _, x := range charges {
		if wait := l.counter(x).wait(l.limits[x.class], x.units, now); wait > 0 {
			l.exceed(x.class)
			return x, wait, false
		}
	}
	for _, x := range charges {
		k := l.counter(x)
		k.spent, k.sum, k.busy = append(k.spent, spending{now, x.units}), k.sum+x.units, k.busy+1
	}
	return charge{}, 0, true
}

func (l *limiter) leave(charges []charge) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, x := range charges {
		l.counter(x).busy--
	}
}

func (l *limiter) counter(x charge) *counter {
	if l.counters == nil {
		l.counters = map[string]*counter{}
	}
	key := x.class + "\x00" + x.whom
	if l.counters[key] == nil {
		l.counters[key] = &counter{}
	}
	return l.counters[key]
}

// busyWait is what a caller is told that has too much going on at once.
const busyWait = time.Second

// wait says how long a call must wait until there is room for it.
func (k *counter) wait(q Quota, units int, now time.Time) time.Duration {
	for len(k.spent) > 0 && now.Sub(k.spent[0].at) >= q.Period {
		k.sum -= k.spent[0].units
		k.spent = k.spent[1:]
	}
	switch {
	case q.AtOnce > 0 && k.busy >= q.AtOnce:
		return busyWait
	case q.Units == 0 || k.sum+units <= q.Units || len(k.spent) == 0:
		return 0
	}
	sum := k.sum + units
	for _, s := range k.spent {
		if sum -= s.units; sum <= q.Units {
			return q.Period - now.Sub(s.at)
		}
	}
	return q.Period
}

// tell adds what an answer of the directory says about its quota.
func (l *limiter) tell(charges []charge, out reply) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, x := range charges {
		q := l.limits[x.class]
		if x.class != directoryLimit || q.Units == 0 || out.Header == nil {
			continue
		}
		out.Header.Set("X-Ms-Resource-Unit", strconv.Itoa(x.units))
		if part := float64(l.counter(x).sum) / float64(q.Units); part >= 0.8 {
			out.Header.Set("X-Ms-Throttle-Limit-Percentage", strconv.FormatFloat(math.Floor(part*100)/100, 'g', -1, 64))
		}
	}
}

// startsQuery says whether the call makes an audit query.
func (c *call) startsQuery() bool {
	return c.http.Method == http.MethodPost && strings.EqualFold(c.path, "/security/auditLog/queries")
}

// charges are the counters that a call counts for.
func (c *call) charges() []charge {
	app := c.tokenApp()
	switch c.service {
	case graphService:
		return append(c.graphCharges(app), charge{graphLimit, app, 1})
	case exchangeHost, complianceService:
		out := []charge{{cmdletsLimit, string(c.service) + " " + app, 1}}
		if cmdletName(c.content) == "Get-MessageTraceV2" {
			out = append(out, charge{traceLimit, "", 1})
		}
		return out
	case activityService:
		return []charge{{feedLimit, "", 1}}
	}
	return nil
}

func (c *call) graphCharges(app string) []charge {
	path := strings.ToLower(c.path)
	switch {
	// The list of resources names the reports about methods by their root.
	case strings.HasPrefix(path, "/auditlogs/"), strings.HasPrefix(path, "/reports/authenticationmethods"):
		return []charge{{reportsLimit, app, 1}}
	case strings.HasPrefix(path, "/identityprotection/"), strings.HasPrefix(path, "/identity/conditionalaccess/"):
		return []charge{{protectionLimit, "", 1}}
	case strings.HasPrefix(path, "/security/auditlog/"):
		return []charge{{queriesLimit, app, 1}}
	case strings.HasPrefix(path, "/security/"):
		return []charge{{securityLimit, app, 1}}
	case strings.HasPrefix(path, "/admin/exchange/tracing/"):
		return []charge{{traceLimit, "", 1}}
	case isMail(path):
		return []charge{{outlookLimit, app + " " + c.mailboxOfPath(), 1}}
	}
	out := []charge{{directoryLimit, app, c.resourceUnits()}}
	if c.http.Method != http.MethodGet {
		out = append(out, charge{directoryWritesLimit, app, 1})
	}
	return out
}

// mailboxOfPath is one name for a mailbox, whichever the path has.
func (c *call) mailboxOfPath() string {
	id := c.args["id"]
	c.t.mu.Lock()
	defer c.t.mu.Unlock()
	if u, err := c.t.world.userBy(id); err == nil {
		return u.ID
	}
	return strings.ToLower(id)
}

// unitCosts are base costs of reading; others cost one unit.
var unitCosts = []struct {
	path  string // as in a row, with ids left out
	units int
}{
	{"/groups//members", 3}, {"/groups//transitivemembers", 5}, {"/subscribedskus", 3}, {"/applications", 2}, {"/users//licensedetails", 2}, {"/users//memberof", 2},
	{"/users//ownedobjects", 2}, {"/users//transitivememberof", 2}, {"/oauth2permissiongrants", 2}, {"/oauth2permissiongrants/", 2}, {"/serviceprincipals//approleassignments", 2}, {"/users", 2},
}

// resourceUnits is what a call of the directory costs.
func (c *call) resourceUnits() int {
	cost := 1
	if c.row != nil && c.http.Method == http.MethodGet {
		var parts []string
		for s := range strings.SplitSeq(strings.ToLower(c.row.path), "/") {
			if strings.HasPrefix(s, "{") {
				s = ""
			}
			parts = append(parts, s)
		}
		for _, u := range unitCosts {
			if u.path == strings.Join(parts, "/") {
				cost = u.units
			}
		}
	}
	if c.query.Get("$select") != "" {
		cost--
	}
	if c.query.Get("$expand") != "" {
		cost++
	}
	if n, err := strconv.Atoi(c.query.Get("$top")); err == nil && n < 20 {
		cost--
	}
	return max(cost, 1)
}

// tokenApp is the application that a token says it is for. Whether that is true
// is checked later.
func (c *call) tokenApp() string {
	var got claims
	_, token, _ := strings.Cut(c.http.Header.Get("Authorization"), " ")
	if _, _, err := jwt.NewParser().ParseUnverified(strings.TrimSpace(token), &got); err != nil {
		return ""
	}
	return got.AppID
}

// Spellings of how long to wait.
const (
	inSeconds = "seconds" // Retry-After: 7
	asDate    = "date"    // Retry-After: an HTTP date
	inMillis  = "ms"      // x-ms-retry-after-ms
	asReset   = "reset"   // Rate-Limit-Remaining and Rate-Limit-Reset, no Retry-After
	untold    = "none"
)

var spellings = []string{inSeconds, asDate, inMillis, asReset, untold}

// limitSpelling is what each service is known to do. What is not here is drawn:
// Microsoft says of no more than these that they always or never tell.
var limitSpelling = map[string]string{
	graphLimit: inSeconds, reportsLimit: inSeconds, directoryLimit: inSeconds, directoryWritesLimit: inSeconds, securityLimit: inSeconds, queriesLimit: inSeconds,
	protectionLimit: untold, cmdletsLimit: asReset,
}

// throttled refuses a call as its service does. Class may be "".
func (c *call) throttled(class string, wait time.Duration, spelling string) reply {
	out := c.throttledBody(class)
	h := out.Header
	switch spelling {
	case inSeconds:
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	case asDate:
		h.Set("Retry-After", c.now.Add(wait+time.Second).UTC().Format(http.TimeFormat)) // a date has no fractions
	case inMillis:
		h.Set("X-Ms-Retry-After-Ms", strconv.FormatInt(wait.Milliseconds()+1, 10))
	case asReset:
		h.Set("Rate-Limit-Remaining", "0")
		h.Set("Rate-Limit-Reset", c.now.Add(wait).UTC().Format("2006-01-02T15:04:05.0000000Z"))
	}
	if class == directoryLimit || class == directoryWritesLimit {
		scope, why := "ReadWrite", "ResourceUnitLimitExceeded"
		if class == directoryWritesLimit {
			scope, why = "Write", "WriteLimitExceeded"
		}
		h.Set("X-Ms-Throttle-Scope", fmt.Sprintf("Tenant_Application/%s/%s/%s", scope, c.tokenApp(), c.t.world.ID))
		h.Set("X-Ms-Throttle-Information", why)
	}
	return out
}

func (c *call) throttledBody(class string) reply {
	switch {
	case c.service == loginService:
		return c.loginFailed(&loginError{429, "temporarily_unavailable", 90055, "The request was throttled due to too many requests."})
	case c.service == exchangeHost || c.service == complianceService:
		return c.refuseCmdlet(&graphError{429, "TooManyRequests", "Too many requests. Try again later."})
	case c.service == activityService:
		return c.failed(&graphError{429, "AF429", "Too many requests. Method=" + c.http.Method + ", PublisherId=" + c.query.Get("PublisherIdentifier")})
	case class == outlookLimit:
		return c.failed(&graphError{429, "ApplicationThrottled", "Application is over its MailboxConcurrency limit."})
	}
	return c.failed(&graphError{429, "TooManyRequests", "Too many requests"})
}
