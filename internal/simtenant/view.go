package simtenant

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// A View reads a tenant that stands still, as somebody who may see everything:
// what leaves it as a file is what it answers live. It asks for no token, knows
// no limit and no delay, and its tenant must not be served at the same time.
type View struct {
	t *Tenant
	w *World
}

// NewView looks at a world at its present moment.
func NewView(w *World) *View {
	return &View{&Tenant{world: w, rows: tables()}, w}
}

// A Refusal is an answer of the tenant that holds no data.
type Refusal struct {
	Status  int
	Message string
}

func (e *Refusal) Error() string { return fmt.Sprintf("refused with %d: %s", e.Status, e.Message) }

// Graph gives the rows of all pages of a reading call, "/v1.0/users?$top=999",
// in the bytes in which the tenant answers. An answer that is no list is one
// row. What can't be had is a *Refusal.
func (v *View) Graph(address string) ([]json.RawMessage, error) {
	var out []json.RawMessage
	for next := "https://" + clouds[0].hosts[graphService] + address; next != ""; {
		body, err := v.get(next)
		if err != nil {
			return nil, err
		}
		var page struct {
			Value    *[]json.RawMessage `json:"value"`
			NextLink string             `json:"@odata.nextLink"`
		}
		if json.Unmarshal(body, &page) != nil || page.Value == nil {
			return append(out, body), nil
		}
		out, next = append(out, *page.Value...), page.NextLink
	}
	return out, nil
}

func (v *View) get(address string) ([]byte, error) {
	r, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("ConsistencyLevel", "eventual")
	c := &call{t: v.t, world: v.w, http: r, query: r.URL.Query(), now: v.w.Now, id: made(v.w.ID, "view", address)}
	c.service, c.cloud, _, _ = place(r.URL.Host, r.URL.Path)
	c.find()
	if c.row == nil {
		return nil, &Refusal{501, "no call of the table: " + r.URL.Path}
	}
	if err := c.options(); err != nil {
		return nil, &Refusal{400, err.Error()}
	}
	out := c.row.run(c)
	if out.Status != http.StatusOK {
		return nil, &Refusal{out.Status, string(out.Body)}
	}
	return out.Body, nil
}

// Cmdlet gives the rows of a reading cmdlet, of Purview's endpoint or of
// Exchange's, in the bytes in which the tenant answers. What can't be had is a
// *Refusal.
func (v *View) Cmdlet(purview bool, name string, params map[string]any) ([]json.RawMessage, error) {
	if row := findCmdlet(name, purview); row == nil || row.write {
		return nil, &Refusal{403, "no reading cmdlet " + name}
	}
	body := mustJSON(Object{"CmdletInput": Object{"CmdletName": name, "Parameters": params}})
	address, err := url.Parse("https://" + clouds[0].hosts[exchangeHost] + "/adminapi/beta/" + v.w.ID + "/InvokeCommand")
	if err != nil {
		return nil, err
	}
	in := invocation{Purview: purview, URL: address, Body: body, By: everyRole(), Now: v.w.Now,
		Header: http.Header{"Content-Type": {"application/json"}, "X-Anchormailbox": {"APP:SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}@" + v.w.Initial}}}
	var out []json.RawMessage
	for in.URL != nil {
		reply, _ := v.w.invoke(in, &v.t.exchange.pages)
		if reply.Status != http.StatusOK {
			return nil, &Refusal{reply.Status, string(reply.Body)}
		}
		var page struct {
			Value    []json.RawMessage `json:"value"`
			NextLink string            `json:"@odata.nextLink"`
		}
		if err := json.Unmarshal(reply.Body, &page); err != nil {
			return nil, err
		}
		out, in.URL = append(out, page.Value...), nil
		if page.NextLink != "" {
			if in.URL, err = url.Parse(page.NextLink); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// everyRole is an operator whom nothing is refused.
func everyRole() operator {
	o := operator{Roles: map[string]bool{}}
	for i := range cmdlets {
		for role := range strings.SplitSeq(cmdlets[i].roles, "|") {
			o.Roles[role] = true
		}
	}
	return o
}

// A LogView is what one log of a tenant can still show.
type LogView struct {
	From    time.Time // from when on it keeps records
	Records []Record  // the oldest first, their bodies as the service hands them out
	Why     string    // it holds nothing at all: the licence, a switch
}

// Log shows one log, by Record.Kind: what it has by now, has not forgotten yet,
// and the tenant's licence lets out.
func (v *View) Log(kind string) LogView {
	kept := map[string]func(*World) time.Duration{AuditRecord: keptAudit, SignInRecord: keptReports, DirectoryRecord: keptReports, TraceRecord: traceLog.kept}[kind]
	out := LogView{From: v.w.Now.Add(-kept(v.w)).UTC().Truncate(time.Second)}
	switch {
	case kind == AuditRecord && v.w.AuditOff:
		out.Why = "the unified audit log is switched off"
	case kind == SignInRecord && !v.w.hasPlan("AAD_PREMIUM"):
		out.Why = "without Entra ID P1 sign-ins can't be read"
	}
	if out.Why != "" {
		return out
	}
	c := &call{t: v.t, world: v.w, version: "beta", now: v.w.Now}
	for _, r := range v.w.logged().window(kind, out.From, v.w.Now.Add(time.Second), v.w.Now) {
		x := r.Record
		if kind == SignInRecord {
			row, err := signInRow(c, r)
			if err != nil {
				out.Why = err.Error()
				return out
			}
			x.Body = mustJSON(row)
		}
		out.Records = append(out.Records, x)
	}
	return out
}

// IsAbsent says whether an error is the tenant's word that there is no such object.
func IsAbsent(err error) bool {
	var r *Refusal
	return errors.As(err, &r) && r.Status == http.StatusNotFound
}

// Mailbox finds the mailbox of an account by its object ID; nil for none.
func (w *World) Mailbox(user string) *Mailbox {
	i := slices.IndexFunc(w.Mailboxes, func(m *Mailbox) bool { return m.User == user })
	if i < 0 {
		return nil
	}
	return w.Mailboxes[i]
}

// AuditQueryRow is a record of the unified audit log as Graph's audit queries
// hand it out.
func (v *View) AuditQueryRow(r *Record) []byte {
	c := &call{t: v.t, world: v.w, version: "beta", now: v.w.Now}
	row, err := auditRecordRow(c, &logged{Record: *r})
	if err != nil {
		panic(err) // unreachable: what can't be read of a record is left out
	}
	return mustJSON(row)
}

// RecordTypeName is the name of a type of audit record, or its number where it has none.
func RecordTypeName(n int) string { return recordTypeName(n) }
