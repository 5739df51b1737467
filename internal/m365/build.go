package m365

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// A prepared request, without token: everything that a permit speaks of.
type prepared struct {
	method string
	url    *url.URL
	body   []byte
}

// digest of what will be sent.
func (p *prepared) digest() [32]byte { return digestOf(p.method, p.url, p.body) }

func digestOf(method string, u *url.URL, body []byte) [32]byte {
	return sha256.Sum256(slices.Concat([]byte(method+"\n"+u.String()+"\n"), body))
}

// targetOf names the object of a write: the path's values, or the cmdlet's mailbox and identity.
func targetOf(op *Operation, call Call) string {
	var parts []string
	if op.Cmdlet == "" {
		for _, name := range templates(op.Path) {
			if name != "tenant" {
				parts = append(parts, call.Args[name])
			}
		}
		return strings.Join(parts, "/")
	}
	for _, name := range []string{"Mailbox", "Identity", "SenderAddress", "Name"} {
		if v, ok := call.Params[name]; ok {
			parts = append(parts, fmt.Sprint(v))
		}
	}
	return strings.Join(parts, "/")
}

// templates of a path, in order.
func templates(path string) []string {
	var out []string
	for {
		_, rest, ok := strings.Cut(path, "{")
		if !ok {
			return out
		}
		name, tail, _ := strings.Cut(rest, "}")
		out, path = append(out, name), tail
	}
}

// prefix of a service's paths: a link to the next page must stay under it.
func prefix(s Service, tenant string) string {
	switch s {
	case GraphV1:
		return "/v1.0/"
	case GraphBeta:
		return "/beta/"
	case Exchange, Compliance:
		return "/adminapi/beta/" + tenant + "/"
	case Activity:
		return "/api/v1.0/" + tenant + "/activity/feed/"
	}
	return "/"
}

func (c *Client) build(op *Operation, call Call, host string) (*prepared, error) {
	for name := range call.Query {
		if !slices.Contains(op.Query, name) {
			return nil, fmt.Errorf("no query option %q", name)
		}
	}
	for name := range call.Params {
		if !slices.Contains(op.Params, name) {
			return nil, fmt.Errorf("no parameter %q", name)
		}
	}
	p := &prepared{method: op.Method}
	var err error
	if p.body, err = bodyOf(op, call); err != nil {
		return nil, err
	}
	if call.Next != "" {
		p.url, err = c.follow(op, call.Next, host)
		return p, err
	}
	path, err := expand(op.Path, string(c.cfg.Tenant), call.Args)
	if err != nil {
		return nil, err
	}
	switch op.Service {
	case GraphV1:
		path = "/v1.0" + path
	case GraphBeta:
		path = "/beta" + path
	}
	if p.url, err = url.Parse("https://" + host + path); err != nil {
		return nil, fmt.Errorf("no valid path")
	}
	// Blanks as %20: inside $filter some of the services take + as a plus sign.
	p.url.RawQuery = strings.ReplaceAll(call.Query.Encode(), "+", "%20")
	return p, nil
}

// follow accepts a link to the next page only to the same host and interface.
func (c *Client) follow(op *Operation, next, host string) (*url.URL, error) {
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "https" || u.User != nil || !strings.EqualFold(u.Host, host) ||
		!strings.HasPrefix(strings.ToLower(u.Path), strings.ToLower(prefix(op.Service, string(c.cfg.Tenant)))) || strings.Contains(u.Path, "/../") {
		return nil, &Error{Op: op.ID, Kind: Malformed, Message: "the link to the next page leads elsewhere; not followed"}
	}
	u.Fragment = ""
	return u, nil
}

// expand fills the templates of a path.
func expand(path, tenant string, args map[string]string) (string, error) {
	used := 0
	for _, name := range templates(path) {
		v := tenant
		if name != "tenant" {
			v = args[name]
			used++
		}
		if v == "" || v == "." || v == ".." || strings.ContainsAny(v, "\r\n\x00") {
			return "", fmt.Errorf("no valid value for {%s}", name)
		}
		if strings.Contains(path, "'{"+name+"}'") {
			v = strings.ReplaceAll(v, "'", "''")
		}
		path = strings.ReplaceAll(path, "{"+name+"}", url.PathEscape(v))
	}
	if used != len(args) {
		return "", fmt.Errorf("values that the path has no place for")
	}
	return path, nil
}

func bodyOf(op *Operation, call Call) ([]byte, error) {
	switch {
	case op.Cmdlet != "":
		params := call.Params
		if params == nil {
			params = map[string]any{}
		}
		return json.Marshal(map[string]any{"CmdletInput": map[string]any{"CmdletName": op.Cmdlet, "Parameters": params}})
	case call.Body == nil:
		return nil, nil
	case op.Method == http.MethodGet || op.Method == http.MethodDelete:
		return nil, fmt.Errorf("%s has no body", op.Method)
	}
	return json.Marshal(call.Body)
}

// systemMailbox is the anchor of cmdlets that are about no single mailbox.
const systemMailbox = "SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}@"

// ours are headers that a caller may set.
var ours = []string{"Prefer", "ConsistencyLevel", "X-Ms-Throttle-Priority", "CommandName"}

func (c *Client) httpRequest(ctx context.Context, op *Operation, p *prepared, call Call, token, id string) (*http.Request, error) {
	var req *http.Request
	var err error
	if p.body == nil {
		req, err = http.NewRequestWithContext(ctx, p.method, p.url.String(), nil)
	} else {
		req, err = http.NewRequestWithContext(ctx, p.method, p.url.String(), bytes.NewReader(p.body))
	}
	if err != nil {
		return nil, fmt.Errorf("no valid request")
	}
	req.URL = p.url
	h := req.Header
	for name, values := range call.Header {
		if !slices.ContainsFunc(ours, func(o string) bool { return strings.EqualFold(o, name) }) {
			return nil, fmt.Errorf("header %q is not the caller's to set", name)
		}
		for _, v := range values {
			h.Add(name, v)
		}
	}
	h.Set("Authorization", "Bearer "+token)
	h.Set("Accept", "application/json")
	h.Set("Accept-Encoding", "gzip") // set here so that we, not the transport, undo it: refusals come as NUL bytes that claim to be gzip
	h.Set("User-Agent", "evict")
	h.Set("client-request-id", id)
	if p.body != nil {
		h.Set("Content-Type", "application/json; charset=utf-8")
	}
	switch op.Service {
	case GraphV1, GraphBeta:
		h.Add("Prefer", "include-unknown-enum-members")
	case Exchange, Compliance:
		anchor := call.Anchor
		if anchor == "" && op.Service == Exchange {
			anchor = "APP:" + systemMailbox + string(c.cfg.Tenant)
		}
		if anchor == "" {
			anchor = "UPN:" + systemMailbox + string(c.cfg.Tenant)
		}
		h.Set("X-AnchorMailbox", anchor)
		if op.Cmdlet != "" {
			h.Add("Prefer", "odata.maxpagesize=1000")
			h.Set("X-CmdletName", op.Cmdlet)
			h.Set("X-ResponseFormat", "json")
		}
	}
	if op.Class != Read {
		req.GetBody = nil // net/http can then not send it a second time by itself
	}
	return req, nil
}
