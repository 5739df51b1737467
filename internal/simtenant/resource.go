package simtenant

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// A graphError is a refusal by Graph or by the Activity API.
type graphError struct {
	Status        int
	Code, Message string
}

func (e *graphError) Error() string { return e.Code + ": " + e.Message }

func badGraph(code, message string) error { return &graphError{400, code, message} }

// noObject is how the directory says that something is not there.
func noObject(id string) error {
	return &graphError{404, "Request_ResourceNotFound", "Resource '" + id + "' does not exist or one of its queried reference-property objects are not present."}
}

// failed is a refusal as its service writes it.
func (c *call) failed(err error) reply {
	e := asGraphError(err)
	body := Object{"code": e.Code, "message": e.Message}
	if c.service == graphService {
		inner := Object{"date": c.now.UTC().Format("2006-01-02T15:04:05"), "request-id": c.id, "client-request-id": c.clientID()}
		body["innerError"] = inner
	}
	h := c.headers()
	if e.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="", authorization_uri="https://`+c.cloud.hosts[loginService]+`/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"`)
	}
	return reply{e.Status, h, mustJSON(Object{"error": body})}
}

func asGraphError(err error) *graphError {
	switch e := err.(type) {
	case *graphError:
		return e
	case *mailError:
		return &graphError{e.Status, e.Code, e.Message}
	}
	return &graphError{500, "UnknownError", err.Error()}
}

// clientID is the client's own ID of the request, or ours.
func (c *call) clientID() string {
	if id := c.http.Header.Get("client-request-id"); id != "" {
		return id
	}
	return c.id
}

func (c *call) headers() http.Header {
	return http.Header{
		"Content-Type": {"application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"},
		"Request-Id":   {c.id}, "Client-Request-Id": {c.clientID()}, "Cache-Control": {"no-cache"}, "Odata-Version": {"4.0"},
		"X-Ms-Ags-Diagnostic": {`{"ServerInfo":{"DataCenter":"Simulated","Slice":"E","Ring":"0","ScaleUnit":"000","RoleInstance":"XX0000001"}}`},
	}
}

func mustJSON(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err) // values are what JSON can hold
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}

// ok answers with a body.
func (c *call) ok(status int, v any) reply {
	return reply{status, c.headers(), mustJSON(v)}
}

// resource answers a call of Graph or of the Activity API.
func (c *call) resource() reply {
	audience := c.service
	if err := c.enter(audience); err != nil {
		return c.failed(err)
	}
	if err := c.check(); err != nil {
		return c.failed(err)
	}
	return c.locked(func() reply { return c.row.run(c) })
}

// check holds the call against its row.
func (c *call) check() error {
	if c.row == nil {
		if c.version != "v1.0" && c.version != "beta" && c.version != "activity" {
			return badGraph("BadRequest", "Invalid version: "+c.version)
		}
		whole, segment := c.known()
		if whole {
			return &graphError{405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target."}
		}
		return badGraph("BadRequest", "Resource not found for the segment '"+segment+"'.")
	}
	if err := c.permitted(); err != nil {
		return err
	}
	if err := c.options(); err != nil {
		return err
	}
	return c.readBody()
}

// permitted compares the caller's permissions with the row's.
func (c *call) permitted() error {
	need := strings.Fields(c.row.app)
	if c.by.Delegated {
		need = strings.Fields(c.row.people)
	}
	if slices.Contains(need, anyPermission) || slices.ContainsFunc(need, func(p string) bool { return slices.Contains(c.by.Permissions, p) }) {
		return nil
	}
	return c.forbidden(need)
}

// forbidden is how each part of Graph refuses for want of a permission. The
// code of reports is from memory (unconfirmed).
func (c *call) forbidden(need []string) error {
	path := strings.ToLower(c.row.path)
	switch {
	case c.service == activityService:
		return &graphError{403, "AF10001", "The permission set (" + strings.Join(c.by.Permissions, " ") + ") sent in the request did not include the expected permission."}
	case strings.HasPrefix(path, "/auditlogs/") || strings.HasPrefix(path, "/reports/"):
		return &graphError{403, "Authentication_MSGraphPermissionMissing", "Calling principal does not have required MSGraph permissions " + strings.Join(need, ",")}
	case isMail(path):
		return &graphError{403, "ErrorAccessDenied", "Access is denied. Check credentials and try again."}
	case strings.Contains(path, "/authentication/"):
		return &graphError{403, "accessDenied", "Request Authorization failed"}
	}
	return &graphError{403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation."}
}

func isMail(path string) bool {
	for _, s := range []string{"/mailfolders", "/messages", "/mailboxsettings", "/sendmail", "/calendar", "/contacts", "/people", "/inferenceclassification"} {
		if strings.Contains(path, s) {
			return true
		}
	}
	return false
}

// options refuses query options that the row doesn't have. Graph itself ignores
// those without a "$"; a client of ours has no business sending any.
func (c *call) options() error {
	allowed := strings.Fields(c.row.query)
	for name := range c.query {
		if name == "$skiptoken" && slices.Contains(allowed, "$top") || slices.Contains(allowed, name) {
			continue
		}
		if len(c.query[name]) > 1 {
			return badGraph("BadRequest", "Query option '"+name+"' was specified more than once, but it must be specified at most once.")
		}
		return badGraph("BadRequest", "The query parameter '"+name+"' is not supported.")
	}
	return nil
}

// readBody reads the JSON body and holds it against the row's properties.
func (c *call) readBody() error {
	content := bytes.TrimSpace(c.content)
	if len(content) == 0 {
		if c.row.body != "" && c.http.Method != http.MethodDelete && !strings.HasPrefix(c.row.body, "?") {
			return badGraph("BadRequest", "Empty Payload. JSON content expected.")
		}
		return nil
	}
	if kind, _, _ := strings.Cut(c.http.Header.Get("Content-Type"), ";"); !strings.EqualFold(strings.TrimSpace(kind), "application/json") && string(content) != "{}" {
		return &graphError{415, "RequestUnsupportedMediaType", "A supported MIME type could not be found that matches the content type of the request."}
	}
	d := json.NewDecoder(bytes.NewReader(content))
	d.UseNumber()
	if err := d.Decode(&c.body); err != nil || d.More() {
		return badGraph("BadRequest", "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.")
	}
	if c.row.body == "*" {
		return nil
	}
	return parseBody(strings.TrimPrefix(c.row.body, "?")).check(c.body, "")
}
