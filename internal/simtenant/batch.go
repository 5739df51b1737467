package simtenant

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
)

// batchPath is the call that carries others (learn.microsoft.com/graph/json-batching).
const batchPath = "/$batch"

func batchTable() []row {
	return []row{{"POST", batchPath, "v1.0 beta", "", "requests[]{id method url headers:any body:any dependsOn:texts}", anyPermission, anyPermission, nil}}
}

// mostInBatch is how many requests one batch may carry.
const mostInBatch = 20

type batchRequest struct {
	ID, Method, URL string
	Headers         map[string]string
	Body            json.RawMessage
	DependsOn       []string
}

// batch answers each request on its own, in their order: with its own quota, its
// own faults and its own place in the log of requests.
func (c *call) batch() reply {
	if err := c.enter(graphService); err != nil {
		return c.failed(err)
	}
	if err := c.check(); err != nil {
		return c.failed(err)
	}
	var in struct{ Requests []batchRequest }
	if err := json.Unmarshal(c.content, &in); err != nil {
		return c.failed(badGraph("BadRequest", "Invalid batch payload format."))
	}
	if n := len(in.Requests); n == 0 || n > mostInBatch {
		return c.failed(badGraph("BadRequest", "The number of requests in a batch must be between 1 and 20."))
	}
	done := map[string]int{} // status by ID
	for _, r := range in.Requests {
		if _, twice := done[r.ID]; r.ID == "" || twice {
			return c.failed(badGraph("BadRequest", "Each request of a batch must have an ID of its own."))
		}
		if slices.ContainsFunc(r.DependsOn, func(id string) bool { _, ok := done[id]; return !ok }) {
			return c.failed(badGraph("BadRequest", "The request '"+r.ID+"' depends on one that does not come before it."))
		}
		done[r.ID] = 0
	}
	out := []Object{}
	for _, r := range in.Requests {
		answer := Object{"id": r.ID, "status": http.StatusFailedDependency, "body": Object{"error": Object{"code": "FailedDependency", "message": "A request that this one depends on failed."}}}
		if !slices.ContainsFunc(r.DependsOn, func(id string) bool { return done[id] >= 400 }) {
			answer = c.within(r)
		}
		done[r.ID] = answer["status"].(int)
		out = append(out, answer)
	}
	return c.ok(200, Object{"responses": out})
}

// within sends one request of a batch. One whose connection breaks is a time-out.
func (c *call) within(r batchRequest) Object {
	request, err := http.NewRequestWithContext(c.http.Context(), r.Method, "https://"+c.http.Host+"/"+c.version+"/"+strings.TrimPrefix(r.URL, "/"), bytes.NewReader(r.Body))
	if err != nil || strings.Contains(strings.ToLower(r.URL), batchPath) {
		return Object{"id": r.ID, "status": 400, "body": Object{"error": Object{"code": "BadRequest", "message": "Invalid request URI."}}}
	}
	for name, v := range r.Headers {
		request.Header.Set(name, v)
	}
	request.Header.Set("Authorization", c.http.Header.Get("Authorization"))
	request.RequestURI, request.RemoteAddr = request.URL.RequestURI(), c.http.RemoteAddr
	w := &recorder{header: http.Header{}}
	if w.run(c.t, request) {
		return Object{"id": r.ID, "status": http.StatusGatewayTimeout, "body": Object{"error": Object{"code": "timeout", "message": "The request timed out."}}}
	}
	headers := map[string]string{}
	for _, name := range []string{"Content-Type", "Location", "Retry-After"} {
		if v := w.header.Get(name); v != "" {
			headers[name] = v
		}
	}
	answer := Object{"id": r.ID, "status": w.status, "headers": headers}
	body, _ := io.ReadAll(&w.body) // of memory
	var v any
	switch {
	case len(body) == 0:
	case json.Unmarshal(body, &v) == nil:
		answer["body"] = json.RawMessage(body)
	default:
		answer["body"] = base64.StdEncoding.EncodeToString(body)
	}
	return answer
}
