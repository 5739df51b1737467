package collect

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"evict/internal/m365"
)

// A query of the audit log runs for minutes to hours. Polling more often than this only meets the quota.
const (
	pollEvery     = 15 * time.Second
	pollMost      = 4 * time.Hour
	pollFailures  = 20 // in a row: others saw 400, 404 and 5xx from queries that went well later
	recordsOfPage = 999
)

// auditQuery is the way through Graph's query API: a job of ours is made, awaited and read.
func (r *run) auditQuery(a *ask, q question) way {
	w := way{name: "create-audit-query", ops: []string{"list-audit-records", "list-audit-records-beta"}}
	w.prepare = func(ctx context.Context, s *span, save func() error) error {
		if _, _, ok := jobOf(s.Job); ok {
			return nil
		}
		return r.runQuery(ctx, a, q, s, save)
	}
	w.call = func(s *span, look int) m365.Call {
		id, beta, _ := jobOf(s.Job)
		op := "list-audit-records"
		if beta {
			op += "-beta"
		}
		return m365.Call{Op: op, Args: map[string]string{"id": id}, Query: options("$top", top(recordsOfPage, look)), Lane: m365.Logs}
	}
	w.about = func(s *span) string {
		b, _ := json.Marshal(q.body(s))
		return string(b)
	}
	w.parse = func(resp *m365.Response) (*page, error) { return pageOf(resp, true) }
	return w
}

// jobOf reads a span's job: a query that has succeeded.
func jobOf(job string) (id string, beta, ok bool) {
	if id, ok := strings.CutPrefix(job, "done:beta:"); ok {
		return id, true, true
	}
	id, ok = strings.CutPrefix(job, "done:")
	return id, false, ok
}

// runQuery makes a query and waits for it. A span's job says how far that came: "name:…" before it is certain that the query exists, then "made:…", then "done:…".
func (r *run) runQuery(ctx context.Context, a *ask, q question, s *span, save func() error) error {
	release, err := r.in.Client.AuditSlot(ctx, m365.Logs)
	if err != nil {
		return err
	}
	defer release()
	id, beta := "", false
	switch {
	case strings.HasPrefix(s.Job, "made:beta:"):
		id, beta = strings.TrimPrefix(s.Job, "made:beta:"), true
	case strings.HasPrefix(s.Job, "made:"):
		id = strings.TrimPrefix(s.Job, "made:")
	default:
		if id, beta, err = r.makeQuery(ctx, a, q, s, save); err != nil {
			return err
		}
		s.Job = "made:" + betaMark(beta) + id
		if err := save(); err != nil {
			return err
		}
	}
	if err := r.awaitQuery(ctx, id, beta); err != nil {
		s.Job = ""
		return err
	}
	s.Job = "done:" + betaMark(beta) + id
	return save()
}

func betaMark(beta bool) string {
	if beta {
		return "beta:"
	}
	return ""
}

// makeQuery makes the query, on v1.0 or where that does not know it, on beta. Its name is its own, so that it can be found again.
func (r *run) makeQuery(ctx context.Context, a *ask, q question, s *span, save func() error) (id string, beta bool, err error) {
	sum := sha256.Sum256([]byte(r.in.CaseID + "|" + a.key() + "|" + s.String()))
	name := "evict " + hex.EncodeToString(sum[:8])
	if s.Job == "name:"+name { // stopped between asking and hearing
		for _, beta := range []bool{false, true} {
			if id := r.findQuery(ctx, name, beta); id != "" {
				return id, beta, nil
			}
		}
	}
	s.Job = "name:" + name
	if err := save(); err != nil {
		return "", false, err
	}
	if err := r.note("create-audit-query", name+" "+s.String()); err != nil {
		return "", false, err
	}
	body := q.body(s)
	body["displayName"] = name
	resp, err := r.in.Client.Request(ctx, m365.Call{Op: "create-audit-query", Body: body, Lane: m365.Logs})
	var e *m365.Error
	if errors.As(err, &e) && (e.Kind == m365.NotFound || e.Kind == m365.BadRequest) {
		beta = true
		resp, err = r.in.Client.Request(ctx, m365.Call{Op: "create-audit-query-beta", Body: body, Lane: m365.Logs})
	}
	if err != nil {
		return "", false, err
	}
	if id = text(resp.Body, "id"); id == "" {
		return "", false, &m365.Error{Op: "create-audit-query", Kind: m365.Malformed, Message: "the answer names no query"}
	}
	return id, beta, nil
}

// body of the query, but for its name.
func (q question) body(s *span) map[string]any {
	body := map[string]any{"filterStartDateTime": stamp(s.From), "filterEndDateTime": stamp(s.To)}
	if len(q.names) > 0 {
		body["userPrincipalNameFilters"] = q.names
	}
	if len(q.objects) > 0 {
		body["objectIdFilters"] = q.objects
	}
	if q.text != "" {
		body["keywordFilter"] = q.text
	}
	if len(q.operations) > 0 {
		body["operationFilters"] = q.operations
	}
	return body
}

// findQuery looks for a query of ours by its name.
func (r *run) findQuery(ctx context.Context, name string, beta bool) string {
	call := m365.Call{Op: "list-audit-queries", Lane: m365.Logs}
	if beta {
		call.Op += "-beta"
	}
	for range 100 {
		resp, err := r.in.Client.Reader().Do(ctx, call)
		if err != nil {
			return ""
		}
		rows, _ := rowsOf(resp.Body)
		for _, row := range rows {
			if text(row, "displayName") == name {
				return text(row, "id")
			}
		}
		if call.Next = resp.Next; call.Next == "" {
			return ""
		}
	}
	return ""
}

// awaitQuery waits until the query has succeeded.
func (r *run) awaitQuery(ctx context.Context, id string, beta bool) error {
	op := "get-audit-query"
	if beta {
		op += "-beta"
	}
	failures := 0
	for begun := r.in.Now(); r.in.Now().Sub(begun) < pollMost; {
		resp, err := r.in.Client.Reader().Do(ctx, m365.Call{Op: op, Args: map[string]string{"id": id}, Lane: m365.Logs})
		if err != nil {
			if failures++; failures >= pollFailures || ctx.Err() != nil {
				return err
			}
		} else {
			failures = 0
			switch status := text(resp.Body, "status"); strings.ToLower(status) {
			case "succeeded":
				return overflow(resp.Body)
			case "failed", "cancelled":
				return &m365.Error{Op: op, Kind: m365.BadRequest, Message: "the query " + status} // the other way is better than another query
			}
		}
		if err := sleep(ctx, pollEvery); err != nil {
			return err
		}
	}
	return &m365.Error{Op: op, Kind: m365.BadRequest, Message: fmt.Sprintf("the query did not end within %s", pollMost)}
}

// overflow reads whether a query met its own limit on records, which beta tells.
func overflow(body []byte) error {
	var q struct {
		IsRecordCountLimitExceeded bool `json:"isRecordCountLimitExceeded"`
	}
	if json.Unmarshal(body, &q) == nil && q.IsRecordCountLimitExceeded {
		return tooMany{why: "more records than one query gives"}
	}
	return nil
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
