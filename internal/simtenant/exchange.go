package simtenant

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The endpoint behind Exchange Online's PowerShell module: one POST per cmdlet.
// It is no published contract; what it answers here is what Microsoft's module
// and several open clients rely on.

// A reply is an answer of the endpoint.
type reply struct {
	Status int
	Header http.Header
	Body   []byte
}

// invocation is one cmdlet as it came.
type invocation struct {
	Purview bool
	URL     *url.URL // absolute, for the link to the next page
	Header  http.Header
	Body    []byte
	By      operator
	Now     time.Time
}

// cmdletPages keeps the rows behind links to next pages: a cmdlet runs once,
// and its pages are cut from one answer.
type cmdletPages struct {
	mu   sync.Mutex
	next int
	kept map[string]*cmdletPage
	old  []string // tokens in the order they were given out
	rows int      // behind all of them
}

type cmdletPage struct {
	rows   []Object
	asked  [32]byte // the first request's body
	warned []string
}

// Behind keptRows are rows that pages of one answer share.
const (
	keptPages = 512
	keptRows  = 200_000
)

func (p *cmdletPages) keep(page *cmdletPage) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.kept == nil {
		p.kept = map[string]*cmdletPage{}
	}
	p.next++
	token := strings.ReplaceAll(made("page", p.next), "-", "")
	p.kept[token], p.old = page, append(p.old, token)
	p.rows += len(page.rows)
	for len(p.old) > keptPages || p.rows > keptRows && len(p.old) > 1 {
		p.rows -= len(p.kept[p.old[0]].rows)
		delete(p.kept, p.old[0])
		p.old = p.old[1:]
	}
	return token
}

func (p *cmdletPages) find(token string) *cmdletPage {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.kept[token]
}

// cmdletInput is the body of InvokeCommand.
type cmdletInput struct {
	CmdletInput *struct {
		CmdletName string
		Parameters map[string]json.RawMessage
	}
}

// invoke runs one cmdlet and gives its answer and what it changed. The caller
// holds the world for itself.
func (w *World) invoke(in invocation, pages *cmdletPages) (reply, []touch) {
	if r, bad := w.checkExchangeHeaders(in.Header); bad {
		return r, nil
	}
	var body cmdletInput
	d := json.NewDecoder(bytes.NewReader(in.Body))
	d.DisallowUnknownFields()
	if err := d.Decode(&body); err != nil || body.CmdletInput == nil || body.CmdletInput.CmdletName == "" || d.More() {
		return exchangeFailure(&cmdletError{400, "Microsoft.OData.ODataException", "The request body isn't a CmdletInput."}), nil
	}
	for key := range in.URL.Query() {
		if key != "$select" && key != "$skiptoken" {
			return exchangeFailure(&cmdletError{400, "Microsoft.OData.ODataException", "The query parameter '" + key + "' is not supported."}), nil
		}
	}
	row := findCmdlet(body.CmdletInput.CmdletName, in.Purview)
	if row == nil || !row.may(in.By) {
		return forbiddenCmdlet(in.Purview, body.CmdletInput.CmdletName), nil
	}
	asked := sha256.Sum256(compacted(in.Body))
	if token := in.URL.Query().Get("$skiptoken"); token != "" {
		page := pages.find(token)
		if page == nil || page.asked != asked {
			return exchangeFailure(&cmdletError{400, "Microsoft.OData.ODataException", "The skip token isn't valid, or it has expired."}), nil
		}
		return w.cmdletAnswer(in, page.rows, page.warned, asked, pages), nil
	}
	c := &command{world: w, now: in.Now, row: row, by: in.By, host: in.URL.Host}
	err := c.bind(body.CmdletInput.Parameters)
	var rows []Object
	if err == nil {
		rows, err = row.run(c)
	}
	if err != nil {
		return exchangeFailure(err), c.touched
	}
	return w.cmdletAnswer(in, c.limit(rows), c.warnings, asked, pages), c.touched
}

func compacted(body []byte) []byte {
	var b bytes.Buffer
	if json.Compact(&b, body) != nil {
		return body
	}
	return b.Bytes()
}

var anchorForm = regexp.MustCompile(`^(?i)(APP|UPN|MBX|SMTP|OID|PUID):(.+)$`)

// checkExchangeHeaders refuses a request that the front end could not route.
// The codes of the refusals are unconfirmed.
func (w *World) checkExchangeHeaders(h http.Header) (reply, bool) {
	if kind, _, _ := strings.Cut(h.Get("Content-Type"), ";"); !strings.EqualFold(strings.TrimSpace(kind), "application/json") {
		return exchangeFailure(&cmdletError{415, "Microsoft.OData.ODataException", "A supported MIME type could not be found that matches the content type of the request."}), true
	}
	m := anchorForm.FindStringSubmatch(h.Get("X-AnchorMailbox"))
	if m == nil {
		return exchangeFailure(&cmdletError{400, "Microsoft.Exchange.Data.Directory.RoutingException", "X-AnchorMailbox is missing or has no known form."}), true
	}
	name := m[2]
	box, domain, _ := strings.Cut(name, "@")
	if domain == "" {
		domain = box
	}
	domain, _, _ = strings.Cut(domain, "@") // OID:guid@tenant
	if strings.HasPrefix(strings.ToLower(box), "systemmailbox{") || strings.EqualFold(m[1], "APP") {
		if !w.isTenant(domain) {
			return exchangeFailure(&cmdletError{400, "Microsoft.Exchange.Data.Directory.RoutingException", "X-AnchorMailbox names another organization."}), true
		}
		return reply{}, false
	}
	if _, err := w.mailboxBy(name); err != nil {
		if _, err := w.userBy(box); err != nil {
			return exchangeFailure(&cmdletError{404, "Microsoft.Exchange.Data.Directory.RoutingException", "The mailbox of X-AnchorMailbox wasn't found."}), true
		}
	}
	return reply{}, false
}

// isTenant says whether a GUID or domain is this tenant.
func (w *World) isTenant(s string) bool {
	return strings.EqualFold(s, w.ID) || strings.EqualFold(s, w.Initial) || strings.EqualFold(s, w.Domain) || containsFold(w.Federated, s)
}

// forbiddenCmdlet: Exchange answers a cmdlet that is unknown or not allowed
// with NUL bytes that claim to be gzip, the compliance endpoint with JSON.
func forbiddenCmdlet(purview bool, name string) reply {
	if purview {
		b, _ := json.Marshal(Object{"error": Object{"code": "Forbidden", "message": "The cmdlet " + name + " isn't allowed for this principal."}})
		return reply{403, http.Header{"Content-Type": {"application/json; charset=utf-8"}}, b}
	}
	return reply{403, http.Header{"Content-Type": {"application/json; charset=utf-8"}, "Content-Encoding": {"gzip"}}, make([]byte, 64)}
}

// The failures that pass, which Exchange reports with HTTP status 400 too. They
// are for faults; nothing here produces them by itself.
var passingFailures = []*cmdletError{
	{400, "CmdletProxyNotAvailableFailure", "The cmdlet proxy isn't available."},
	{400, "Microsoft.Exchange.Data.Directory.ServerBusyException", "The server is too busy to process the request."},
	{400, "Microsoft.Exchange.Data.Storage.TransientException", "A transient error occurred."},
	{400, "Microsoft.Exchange.Net.BackendCommunicationException", "Communication with the back end failed."},
}

// exchangeFailure is the body of a failure: its message says nothing, the
// innermost exception says it all.
func exchangeFailure(err error) reply {
	e, ok := err.(*cmdletError)
	if !ok {
		e = &cmdletError{500, "System.Exception", err.Error()}
	}
	code := strings.ReplaceAll(http.StatusText(e.Status), " ", "")
	if e.Status == 415 {
		code = "UnsupportedMediaType"
	}
	detail := "Client"
	if slices.Contains(passingFailures, e) {
		detail = e.Kind[strings.LastIndexByte(e.Kind, '.')+1:]
	}
	inner := Object{"message": e.Message, "type": e.Kind, "stacktrace": "   at Microsoft.Exchange.Configuration.Tasks.Task.Process()"}
	b, _ := json.Marshal(Object{"error": Object{
		"code": code, "message": "Invalid Operation", "details": []Object{{"code": detail, "target": "", "message": "|" + e.Kind + "|" + e.Message}},
		"innererror": Object{"message": "Error executing cmdlet", "type": "Microsoft.Exchange.Admin.OData.Core.ODataServiceException", "stacktrace": "   at Microsoft.Exchange.Admin.OData.Core.InvokeCommand()", "internalexception": inner},
	}})
	return reply{e.Status, http.Header{"Content-Type": {"application/json; odata.metadata=minimal; odata.streaming=true; charset=utf-8"}}, b}
}

var pageSizeForm = regexp.MustCompile(`(?i)odata\.maxpagesize=(\d+)`)

// cmdletAnswer is one page of rows, with the link to the next when there are more.
func (w *World) cmdletAnswer(in invocation, rows []Object, warnings []string, asked [32]byte, pages *cmdletPages) reply {
	most := 1000
	if m := pageSizeForm.FindStringSubmatch(strings.Join(in.Header.Values("Prefer"), ",")); m != nil {
		if n, err := strconv.Atoi(m[1]); err == nil && n > 0 {
			most = min(n, 1000)
		}
	}
	out := Object{
		"@odata.context":               in.URL.Scheme + "://" + in.URL.Host + "/adminapi/beta/" + w.ID + "/$metadata#Collection(Exchange.GenericHashTable)",
		"adminapi.warnings@odata.type": "#Collection(String)", "@adminapi.warnings": nonNil(warnings),
	}
	if len(rows) > most {
		next := *in.URL
		q := next.Query()
		q.Set("$skiptoken", pages.keep(&cmdletPage{rows[most:], asked, warnings}))
		next.RawQuery = q.Encode()
		out["@odata.nextLink"] = next.String()
		rows = rows[:most]
	}
	value := []Object{}
	for _, r := range rows {
		value = append(value, annotated(selected(r, in.URL.Query().Get("$select"))))
	}
	out["value"] = value
	b, err := json.Marshal(out)
	if err != nil {
		return exchangeFailure(err)
	}
	return reply{200, http.Header{"Content-Type": {"application/json; odata.metadata=minimal; odata.streaming=true; charset=utf-8"}}, b}
}

// selected keeps the properties that $select names.
func selected(o Object, names string) Object {
	if names == "" {
		return o
	}
	want := strings.Split(names, ",")
	out := Object{}
	for k, v := range o {
		if containsFold(want, k) {
			out[k] = v
		}
	}
	return out
}

var guidForm = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// annotated adds the twin Prop@data.type or Prop@odata.type that says what a
// value is where JSON does not, and writes times as the service does.
func annotated(o Object) Object {
	out := make(Object, len(o)+8)
	for k, v := range o {
		out[k] = v
		switch x := v.(type) {
		case time.Time:
			if x.IsZero() {
				out[k] = nil
				continue
			}
			out[k] = x.UTC().Format(time.RFC3339)
			out[k+"@data.type"] = "System.DateTime"
		case json.Number:
			out[k+"@data.type"] = "System.UInt64"
		case string:
			if guidForm.MatchString(x) && (strings.HasSuffix(k, "Guid") || k == "RuleId") {
				out[k+"@data.type"] = "System.Guid"
			}
		case nil:
		default:
			if reflect.TypeOf(v).Kind() == reflect.Slice {
				out[k+"@odata.type"] = "#Collection(String)"
			}
		}
	}
	return out
}

// moduleFile lists the cmdlets that the operator may run: the module builds
// itself from it.
func moduleFile(by operator) reply {
	names := []string{}
	for i := range cmdlets {
		if c := &cmdlets[i]; !c.purview && c.may(by) {
			names = append(names, c.name)
		}
	}
	slices.Sort(names)
	b, _ := json.Marshal(Object{"value": []Object{{"moduleName": "tmpEXO_simulated.psm1", "exportedCmdlets": names}}})
	return reply{200, http.Header{"Content-Type": {"application/json; charset=utf-8"}}, b}
}

// banner sends a client of the compliance endpoint to the host that holds the
// tenant: the first label of Location is all that clients take from it.
func banner(label, host string, u *url.URL) reply {
	return reply{302, http.Header{"Location": {u.Scheme + "://" + label + "." + host + u.RequestURI()}}, nil}
}

// batch runs up to ten cmdlets, each with its own status. The names of the
// answer's members beyond id and body are unconfirmed.
func (w *World) batch(in invocation, pages *cmdletPages) (reply, []touch) {
	var body struct {
		Requests []struct {
			ID      json.RawMessage   `json:"id"`
			Method  string            `json:"method"`
			URL     string            `json:"url"`
			Headers map[string]string `json:"headers"`
			Body    json.RawMessage   `json:"body"`
		} `json:"requests"`
	}
	if err := json.Unmarshal(in.Body, &body); err != nil || len(body.Requests) == 0 || len(body.Requests) > 10 {
		return exchangeFailure(&cmdletError{400, "Microsoft.OData.ODataException", "A batch has one to ten requests."}), nil
	}
	var answers []Object
	var touched []touch
	for _, r := range body.Requests {
		u, err := in.URL.Parse(r.URL)
		if err != nil || !strings.EqualFold(r.Method, "POST") || !strings.HasSuffix(strings.ToLower(u.Path), "/invokecommand") {
			answers = append(answers, batched(r.ID, exchangeFailure(&cmdletError{400, "Microsoft.OData.ODataException", fmt.Sprintf("A batch can't hold %s %s.", r.Method, r.URL)})))
			continue
		}
		h := http.Header{"Content-Type": {"application/json"}}
		for k, v := range r.Headers {
			h.Set(k, v)
		}
		h.Set("X-AnchorMailbox", cmp.Or(h.Get("X-AnchorMailbox"), in.Header.Get("X-AnchorMailbox")))
		one := in
		one.URL, one.Header, one.Body = u, h, r.Body
		answer, changed := w.invoke(one, pages)
		touched = append(touched, changed...)
		answers = append(answers, batched(r.ID, answer))
	}
	b, _ := json.Marshal(Object{"responses": answers})
	return reply{200, http.Header{"Content-Type": {"application/json; charset=utf-8"}}, b}, touched
}

func batched(id json.RawMessage, r reply) Object {
	o := Object{"id": id, "status": r.Status, "headers": Object{"Content-Type": r.Header.Get("Content-Type")}}
	if json.Valid(r.Body) {
		o["body"] = json.RawMessage(r.Body)
	}
	return o
}
