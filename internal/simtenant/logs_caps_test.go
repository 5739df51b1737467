package simtenant

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// The sizes at which caps show.
var capSizes = []int{0, 1, 99, 100, 101, 4999, 5000, 5001, 49_999, 50_000, 50_001, 254_452}

// crowd is n records over five days, or all within one second.
func crowd(n int, oneSecond bool, make func(i int, at time.Time) Record) []Record {
	first := present.Add(-6 * day)
	out := []Record{}
	for i := range n {
		at := first
		if !oneSecond {
			at = first.Add(5 * day / time.Duration(n) * time.Duration(i)).Truncate(time.Second)
		}
		out = append(out, make(i, at))
	}
	return out
}

// A capPage is as much of any answer as the test of caps reads.
type capPage struct {
	Value []struct {
		ID          string `json:"id"`
		Identity    string
		MessageID   string `json:"MessageTraceId"`
		ResultIndex int
		ResultCount int
	} `json:"value"`
	Next string `json:"@odata.nextLink"`
}

// read asks one call with all its pages for the rows' own IDs.
func (c *client) read(into map[string]int, base, method, path, body string) (rows, pages, count int) {
	c.t.Helper()
	for path != "" {
		r := c.at(base, method, path, body)
		var p capPage
		if err := json.Unmarshal(r.raw, &p); err != nil || r.status != 200 {
			c.t.Fatalf("%d %v: %.300s", r.status, err, r.raw)
		}
		for _, x := range p.Value {
			into[x.ID+x.Identity+x.MessageID]++
			count = x.ResultCount
		}
		rows += len(p.Value)
		pages++
		path = p.Next
	}
	return rows, pages, count
}

// exactly fails unless n different rows came, each once.
func exactly(t *testing.T, what string, got map[string]int, rows, n int) {
	t.Helper()
	if len(got) != n || rows != n {
		t.Errorf("%s: %d rows, %d of them different, want %d", what, rows, len(got), n)
	}
}

// eachSize runs f at every size; of those above 5,001, each of which takes
// seconds, only at the endpoint's own unless all are asked for.
func eachSize(t *testing.T, own []int, f func(t *testing.T, n int, oneSecond bool)) {
	for _, n := range capSizes {
		if n <= 5001 || slices.Contains(own, n) || os.Getenv("EVICT_TORTURE") != "" {
			t.Run(fmt.Sprint(n), func(t *testing.T) { f(t, n, false) })
		}
	}
	t.Run("20000 in one second", func(t *testing.T) { f(t, 20_000, true) })
}

func pagesFor(n, size int) int { return max(1, (n+size-1)/size) }

func TestSignInCaps(t *testing.T) {
	eachSize(t, nil, func(t *testing.T, n int, oneSecond bool) {
		c := reporter(t, crowd(n, oneSecond, func(i int, at time.Time) Record { return signInAt(i, at, "interactiveUser") }), "AAD_PREMIUM")
		got := map[string]int{}
		rows, pages, _ := c.read(got, graphHost, "GET", query("/beta/auditLogs/signIns", "$top", "1000", "$filter", "userId eq '"+danaID+"' and createdDateTime ge 2026-11-01T00:00:00Z"), "")
		exactly(t, "sign-ins", got, rows, n)
		if pages != pagesFor(n, 1000) {
			t.Errorf("%d pages", pages)
		}
	})
}

func TestSearchCaps(t *testing.T) {
	eachSize(t, []int{50_001, 254_452}, func(t *testing.T, n int, oneSecond bool) {
		c := reporter(t, crowd(n, oneSecond, func(i int, at time.Time) Record { return auditAt(i, at, auditBody) }))
		path := "/adminapi/beta/" + c.tenant.world.ID + "/InvokeCommand"
		search := func(into map[string]int, more string) (int, int, int) {
			return c.read(into, "https://outlook.office365.com", "POST", path, `{"CmdletInput":{"CmdletName":"Search-UnifiedAuditLog","Parameters":{`+lastWeek+more+`}}}`)
		}
		got := map[string]int{}
		rows, _, _ := search(got, "")
		exactly(t, "without a session", got, rows, min(n, 100))
		got = map[string]int{}
		rows, pages, _ := search(got, `,"ResultSize":5000`)
		exactly(t, "5,000 at once", got, rows, min(n, 5000))
		if pages != pagesFor(min(n, 5000), 1000) {
			t.Errorf("%d pages", pages)
		}
		for command, most := range map[string]int{"ReturnLargeSet": 50_000, "ReturnNextPreviewPage": 5000} {
			got, calls := map[string]int{}, 0
			for {
				rows, _, count := search(got, `,"ResultSize":5000,"SessionId":"`+command+`","SessionCommand":"`+command+`"`)
				if rows == 0 {
					break
				}
				if calls++; count != n {
					t.Errorf("%s: ResultCount %d", command, count)
				}
			}
			if len(got) != min(n, most) || calls > pagesFor(min(n, most), 5000)+1 {
				t.Errorf("%s: %d rows in %d calls, want %d", command, len(got), calls, min(n, most))
			}
		}
	})
}

func TestMixedSession(t *testing.T) {
	c := reporter(t, crowd(15_000, false, func(i int, at time.Time) Record { return auditAt(i, at, auditBody) }))
	got := map[string]bool{}
	for i := range 6 {
		command := []string{"ReturnLargeSet", "ReturnNextPreviewPage"}[i%2]
		for _, r := range c.search(lastWeek + `,"ResultSize":5000,"SessionId":"s","SessionCommand":"` + command + `"`) {
			got[textOf(r, "Identity")] = true
		}
	}
	if len(got) != 10_000 {
		t.Errorf("%d rows of a session that mixed its commands", len(got))
	}
}

func TestQueryCaps(t *testing.T) {
	eachSize(t, []int{254_452}, func(t *testing.T, n int, oneSecond bool) {
		c := reporter(t, crowd(n, oneSecond, func(i int, at time.Time) Record { return auditAt(i, at, auditBody) }))
		made := c.ask("POST", "/v1.0/security/auditLog/queries", `{"filterStartDateTime":"2026-11-13T09:00:00Z","filterEndDateTime":"2026-11-20T09:00:00Z","userPrincipalNameFilters":["dana@contoso.example"]}`).want(t, 201, "")
		path := "/v1.0/security/auditLog/queries/" + textOf(made.body, "id")
		c.tenant.Look(func(w *World) { w.Now = w.Now.Add(30 * time.Minute) })
		state := c.ask("GET", path, "").want(t, 200, "").body
		if state["status"] != "succeeded" || state["isRecordCountLimitExceeded"] != (n > queryRecords) {
			t.Errorf("%v", state)
		}
		got := map[string]int{}
		rows, pages, _ := c.read(got, graphHost, "GET", path+"/records?$top=999", "")
		exactly(t, "records", got, rows, min(n, queryRecords))
		if pages != pagesFor(min(n, queryRecords), 999) {
			t.Errorf("%d pages", pages)
		}
	})
}

func TestTraceCaps(t *testing.T) {
	eachSize(t, nil, func(t *testing.T, n int, oneSecond bool) {
		c := reporter(t, crowd(n, oneSecond, func(i int, at time.Time) Record { return traceAt(i, at, "r@fabrikam.example") }))
		got := map[string]int{}
		rows, pages, _ := c.read(got, graphHost, "GET", query("/v1.0/admin/exchange/tracing/messageTraces", "$top", "5000", "$filter", "senderAddress eq 'dana@contoso.example' and receivedDateTime ge 2026-11-13T09:00:00Z"), "")
		exactly(t, "traces", got, rows, n)
		if pages != pagesFor(n, 5000) {
			t.Errorf("%d pages", pages)
		}
		path, warned := "/adminapi/beta/"+c.tenant.world.ID+"/InvokeCommand", 0
		seen := map[string]bool{}
		for path != "" {
			r := c.at("https://outlook.office365.com", "POST", path, `{"CmdletInput":{"CmdletName":"Get-MessageTraceV2","Parameters":{"StartDate":"2026-11-13T09:00:00Z","ResultSize":5000}}}`).want(t, 200, "")
			for _, x := range r.rows() {
				seen[textOf(x, "MessageTraceId")] = true
			}
			warned = strings.Count(string(r.raw), "There are more results")
			path = textOf(r.body, "@odata.nextLink")
		}
		if len(seen) != min(n, 5000) || (warned > 0) != (n > 5000) {
			t.Errorf("Get-MessageTraceV2: %d rows, %d warnings", len(seen), warned)
		}
	})
}
