package simtenant

import (
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// exchangeService is what the Exchange and compliance endpoints remember
// between requests.
type exchangeService struct {
	pages cmdletPages
	rate  cmdletRate
}

// An exchangeRequest is a request whose caller has been let in.
type exchangeRequest struct {
	*http.Request
	Content    []byte // the body
	By         operator
	Purview    bool
	Discovered bool // of the compliance endpoint: the host that holds the tenant, not the common one
	Now        time.Time
}

// complianceLabel is the first label of the compliance host that holds the tenant.
const complianceLabel = "nam12b"

// answer gives the answer to a request, and what it changed. The caller holds
// the world for itself.
func (e *exchangeService) answer(w *World, r exchangeRequest) (reply, []touch) {
	out, touched := e.route(w, r)
	if out.Header == nil {
		out.Header = http.Header{}
	}
	e.rate.count(out.Header, r.By.App, r.Now)
	return out, touched
}

func (e *exchangeService) route(w *World, r exchangeRequest) (reply, []touch) {
	version, tenant, what, ok := adminPath(r.URL.Path)
	if !ok || !w.isTenant(tenant) {
		return notAdmin(404, "NotFound"), nil
	}
	if r.Purview && !r.Discovered {
		// The common host runs nothing: it names the one that does.
		u := *r.URL
		u.Scheme = "https"
		return banner(complianceLabel, r.Host, &u), nil
	}
	in := invocation{Purview: r.Purview, URL: r.URL, Header: r.Header, Body: r.Content, By: r.By, Now: r.Now}
	here := *r.URL
	here.Scheme, here.Host = "https", r.Host
	in.URL = &here
	switch {
	case version == "beta" && what == "InvokeCommand" && r.Method == http.MethodPost:
		return w.invoke(in, &e.pages)
	case version == "beta" && what == "$batch" && r.Method == http.MethodPost:
		return w.batch(in, &e.pages)
	case version == "beta" && what == "EXOBanner('AutogenSession')" && r.Method == http.MethodGet && strictQuery(r.Request, "Version"):
		return reply{200, http.Header{"Content-Type": {"application/json; charset=utf-8"}}, []byte(`{"value":""}`)}, nil
	case version == "v1.0" && what == "EXOModuleFile" && r.Method == http.MethodGet && strictQuery(r.Request, "Version") && !r.Purview:
		return moduleFile(r.By), nil
	case what == "InvokeCommand" || what == "$batch" || what == "EXOModuleFile" || strings.HasPrefix(what, "EXOBanner("):
		return notAdmin(405, "MethodNotAllowed"), nil
	}
	return notAdmin(404, "NotFound"), nil
}

// adminPath parts /adminapi/{version}/{tenant}/{what}.
func adminPath(path string) (version, tenant, what string, ok bool) {
	parts := strings.Split(strings.TrimPrefix(path, "/"), "/")
	if len(parts) != 4 || !strings.EqualFold(parts[0], "adminapi") {
		return "", "", "", false
	}
	return parts[1], parts[2], parts[3], true
}

// strictQuery says whether a request has no option but these.
func strictQuery(r *http.Request, names ...string) bool {
	for name := range r.URL.Query() {
		if !containsExact(names, name) {
			return false
		}
	}
	return true
}

func notAdmin(status int, code string) reply {
	return reply{status, http.Header{"Content-Type": {"application/json; charset=utf-8"}}, []byte(`{"error":{"code":"` + code + `","message":"The resource isn't available here."}}`)}
}

// cmdletRate counts an application's requests for the headers that tell it how
// many are left. Neither the number nor the window is published; these are ours
// (unconfirmed), and nothing here refuses.
type cmdletRate struct {
	mu    sync.Mutex
	start map[string]time.Time
	spent map[string]int
}

const (
	cmdletBudget = 1500
	cmdletWindow = 5 * time.Minute
)

func (c *cmdletRate) count(h http.Header, app string, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.start == nil {
		c.start, c.spent = map[string]time.Time{}, map[string]int{}
	}
	if began, ok := c.start[app]; !ok || now.Sub(began) >= cmdletWindow {
		c.start[app], c.spent[app] = now, 0
	}
	c.spent[app]++
	h.Set("Rate-Limit-Remaining", strconv.Itoa(max(cmdletBudget-c.spent[app], 0)))
	h.Set("Rate-Limit-Reset", c.start[app].Add(cmdletWindow).UTC().Format("2006-01-02T15:04:05.0000000Z"))
}
