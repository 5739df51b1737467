package simtenant

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"sync"
)

// shortPages cuts pages shorter than the services make them. All of these say
// how many rows a page may have, and none promises so many.
type shortPages struct {
	size int // rows on a page; 0: as many as the service gives

	mu    sync.Mutex
	rest  map[string]rowsOf // what was held back, by the token of the link to it
	pages int
}

// layer gives pages of no more than the size, and what was held back of others.
func (x *shortPages) layer(c *call, next func() reply) reply {
	if p, held := x.held(c); held {
		if err := c.enter(c.service); err != nil {
			return c.refused(err)
		}
		return x.cut(c, p, c.headers())
	}
	out := next()
	if x.size == 0 || !c.paged() {
		return out
	}
	l, ok := readRows(out)
	if !ok || len(l.rows) <= x.size {
		return out
	}
	return x.cut(c, l, out.Header)
}

// cut gives a page of no more than the size.
func (x *shortPages) cut(c *call, l rowsOf, h http.Header) reply {
	if x.size > 0 && len(l.rows) > x.size {
		x.shorten(c, &l, x.size)
	}
	return l.reply(h)
}

// paged says whether the answer may be cut into pages. The content that the
// Activity API lists is, and each piece of content is not.
func (c *call) paged() bool {
	switch c.service {
	case loginService:
		return false
	case activityService:
		return strings.HasSuffix(c.http.URL.Path, "/subscriptions/content")
	}
	return !c.writes()
}

// rowsOf is a list as the services write it.
type rowsOf struct {
	top  map[string]json.RawMessage // nil: a bare array
	rows []json.RawMessage
	next string // link in a header
}

func readRows(out reply) (rowsOf, bool) {
	var l rowsOf
	if out.Status != 200 {
		return l, false
	}
	l.next = out.Header.Get("NextPageUri")
	if bytes.HasPrefix(bytes.TrimSpace(out.Body), []byte("[")) {
		return l, json.Unmarshal(out.Body, &l.rows) == nil
	}
	return l, json.Unmarshal(out.Body, &l.top) == nil && l.top["value"] != nil && json.Unmarshal(l.top["value"], &l.rows) == nil
}

// reply is the list as an answer with these headers.
func (l rowsOf) reply(h http.Header) reply {
	h = h.Clone()
	h.Del("NextPageUri")
	if l.next != "" {
		h.Set("NextPageUri", l.next)
	}
	rows := l.rows
	if rows == nil {
		rows = []json.RawMessage{}
	}
	if l.top == nil {
		return reply{200, h, mustJSON(rows)}
	}
	top := maps.Clone(l.top)
	top["value"] = mustJSON(rows)
	return reply{200, h, mustJSON(top)}
}

func (l *rowsOf) link() string {
	var s string
	if l.top != nil {
		_ = json.Unmarshal(l.top["@odata.nextLink"], &s) // absent: none
		return s
	}
	return l.next
}

func (l *rowsOf) setLink(s string) {
	if l.top == nil {
		l.next = s
		return
	}
	l.top["@odata.nextLink"] = mustJSON(s)
	delete(l.top, "@odata.deltaLink")
}

func (l *rowsOf) dropLink() {
	l.next = ""
	delete(l.top, "@odata.nextLink")
}

// shorten gives only the first rows, maybe none, and a link to the rest.
func (x *shortPages) shorten(c *call, l *rowsOf, keep int) {
	rest := rowsOf{top: maps.Clone(l.top), rows: l.rows[keep:], next: l.next}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.rest == nil {
		x.rest = map[string]rowsOf{}
	}
	x.pages++
	token := fmt.Sprintf("rest-%d", x.pages)
	x.rest[token] = rest
	name := "$skiptoken"
	if c.service == activityService {
		name = "nextPage"
	}
	q := c.http.URL.Query()
	q.Set(name, token)
	l.rows = l.rows[:keep]
	l.setLink("https://" + c.http.Host + c.http.URL.EscapedPath() + "?" + q.Encode())
}

// held is the rest that a call's link leads to.
func (x *shortPages) held(c *call) (rowsOf, bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	p, ok := x.rest[c.pageToken()]
	return p, ok
}
