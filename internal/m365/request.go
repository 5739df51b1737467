package m365

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
)

// A look finds the job that an earlier send of the call may have made: in which list, by which member.
type look struct{ list, member string }

var looks = map[string]look{
	"create-audit-query":      {"list-audit-queries", "displayName"},
	"create-audit-query-beta": {"list-audit-queries-beta", "displayName"},
	"start-subscription":      {"list-subscriptions", "contentType"},
	"stop-subscription":       {},
}

// request sends, and when it is unknown whether that made something, looks before it sends again.
func (c *Client) request(ctx context.Context, call Call) (*Response, error) {
	op, err := operation(call, Request)
	if err != nil {
		return nil, err
	}
	var found *Response
	resp, err := c.repeat(ctx, op, call, func(e *Error) bool {
		if e.Kind == Throttled || !e.Sent && e.passing {
			return true
		}
		already := strings.Contains(e.Code+e.Message, "AF20024") || strings.Contains(strings.ToLower(e.Message), "already")
		if !e.passing && !already {
			return false
		}
		var looked bool
		found, looked = c.lookFor(ctx, op, call)
		return looked && found == nil && e.passing
	})
	if err != nil && found != nil {
		return found, nil
	}
	return resp, err
}

// lookFor says whether the thing exists; looked is false when that could not be found out, and then nothing is sent again.
func (c *Client) lookFor(ctx context.Context, op *Operation, call Call) (found *Response, looked bool) {
	l := looks[op.ID]
	if l.list == "" {
		return nil, true // stopping twice does no more than once
	}
	want := call.Query.Get(l.member)
	if body, ok := call.Body.(map[string]any); ok && want == "" {
		want, _ = body[l.member].(string)
	}
	if want == "" {
		return nil, false
	}
	next := ""
	for range 100 {
		resp, err := c.read(ctx, Call{Op: l.list, Next: next, Lane: call.Lane})
		if err != nil {
			return nil, false
		}
		if row := rowWith(resp.Body, l.member, want); row != nil {
			resp.Body = row
			return resp, true
		}
		if next = resp.Next; next == "" {
			return nil, true
		}
	}
	return nil, false
}

// rowWith finds the row of a list, bare or under "value", whose member has the value.
func rowWith(body []byte, member, want string) []byte {
	var rows []json.RawMessage
	if bytes.HasPrefix(bytes.TrimSpace(body), []byte("[")) {
		_ = json.Unmarshal(body, &rows)
	} else {
		var page struct{ Value []json.RawMessage }
		_ = json.Unmarshal(body, &page)
		rows = page.Value
	}
	for _, row := range rows {
		var m map[string]any
		if json.Unmarshal(row, &m) == nil && m[member] == want && m["status"] != "disabled" {
			return row
		}
	}
	return nil
}
