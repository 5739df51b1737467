package collect

import (
	"encoding/json"
	"fmt"
	"strings"

	"evict/internal/m365"
)

// Limits of Search-UnifiedAuditLog, from its page: rows of a call, and of a session.
const (
	searchRows = 5000
	searchMost = 50_000
)

// auditSearch is the way through Search-UnifiedAuditLog. A session gives its rows call by call, unsorted, at most 50,000 of them.
func (r *run) auditSearch(q question) way {
	return way{
		name: "exchange:Search-UnifiedAuditLog", ops: []string{"exchange:Search-UnifiedAuditLog"}, session: searchRows, cap: searchMost,
		call: func(s *span, _ int) m365.Call {
			params := map[string]any{"StartDate": stamp(s.From), "EndDate": stamp(s.To), "SessionId": r.session(), "SessionCommand": "ReturnLargeSet", "ResultSize": searchRows}
			switch {
			case len(q.names) > 0:
				params["UserIds"] = q.names
			case len(q.objects) > 0:
				params["ObjectIds"] = q.objects
			case q.text != "":
				params["FreeText"] = q.text
			case len(q.operations) > 0:
				params["Operations"] = q.operations
			}
			return m365.Call{Op: "exchange:Search-UnifiedAuditLog", Params: params, Lane: m365.Logs}
		},
		parse: searchPage,
	}
}

// session is a name that no search had before.
func (r *run) session() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sessions++
	return fmt.Sprintf("evict-%s-%x-%d", r.in.CaseID, r.started.UnixNano(), r.sessions)
}

// searchPage reads rows of the search: Identity is the record's own ID, and each row says how many there are in all.
func searchPage(resp *m365.Response) (*page, error) {
	rows, err := rowsOf(resp.Body)
	if err != nil {
		return nil, err
	}
	p := &page{resp: resp, total: -1, cursor: resp.Next}
	for _, raw := range rows {
		var row struct {
			Identity, AuditData      string
			ResultIndex, ResultCount int
		}
		if err := json.Unmarshal(raw, &row); err != nil {
			return nil, err
		}
		if row.ResultIndex < 0 { // with a ResultCount of 0: how a search that ran out of time hands out some of its rows
			return nil, fmt.Errorf("the search did not end: its rows are numbered %d", row.ResultIndex)
		}
		id := row.Identity
		if id == "" {
			id = text(json.RawMessage(row.AuditData), "Id")
		}
		if id == "" {
			p.ids = append(p.ids, idOf(raw))
		} else {
			p.ids = append(p.ids, idOf([]byte(id)))
		}
		p.index = append(p.index, row.ResultIndex)
		if row.ResultCount > 0 {
			p.total = max(p.total, row.ResultCount)
		}
	}
	if p.total >= searchMost {
		p.capped = fmt.Sprintf("%d rows or more, of which a search hands out no more than %d", p.total, searchMost)
	}
	if len(rows) == 0 {
		for _, w := range resp.Warnings {
			if failedSearch(w) {
				return nil, fmt.Errorf("the search failed: %s", w)
			}
		}
	}
	return p, nil
}

// failedSearch reads the warnings of a search that ended without rows because it broke.
func failedSearch(warning string) bool {
	w := strings.ToLower(warning)
	return strings.Contains(w, "canceled") || strings.Contains(w, "cancelled") || strings.Contains(w, "failed to process") || strings.Contains(w, "timed out")
}
