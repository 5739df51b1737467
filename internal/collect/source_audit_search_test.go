package collect

import (
	"context"
	"encoding/json"
	"fmt"
	"sort"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A search is Search-UnifiedAuditLog as its page describes it: sessions of at most 50,000 rows, 5,000 a call, in pages of the gateway.
type search struct {
	at       []time.Time // of each record, in order; its number is its Identity
	sessions map[string]int
	gateway  int // rows of one answer; 0: all of a call
	calls    int
	begun    map[string]bool
	ofPage   bool                                               // ResultCount is that of the call, not of the search
	lie      func(s *search, a asked) (status int, body string) // answers instead where the status is not 0
}

func (s *search) answer(a asked) (int, string) {
	if a.cmdlet != "Search-UnifiedAuditLog" {
		return 404, failure("NotFound")
	}
	s.calls++
	if s.lie != nil {
		if status, body := s.lie(s, a); status != 0 {
			return status, body
		}
	}
	from, _ := time.Parse(time.RFC3339, a.params["StartDate"].(string))
	to, _ := time.Parse(time.RFC3339, a.params["EndDate"].(string))
	lo := sort.Search(len(s.at), func(i int) bool { return !s.at[i].Before(from) })
	hi := sort.Search(len(s.at), func(i int) bool { return s.at[i].After(to) })
	total := hi - lo
	id := a.params["SessionId"].(string)
	size := int(a.params["ResultSize"].(float64))
	var first, last, next int
	if token := a.query.Get("$skiptoken"); token != "" {
		fmt.Sscanf(token, "%d-%d", &first, &last)
	} else {
		first = s.sessions[id]
		last = min(first+size, total, 50_000)
		s.sessions[id] = last
	}
	end := last
	if s.gateway > 0 && end-first > s.gateway {
		end = first + s.gateway
		next = end
	}
	var b strings.Builder
	if s.ofPage {
		total = last - first
	}
	b.WriteString(`{"@adminapi.warnings":[],"value":[`)
	for i := first; i < end; i++ {
		if i > first {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"Identity":"r%d","ResultIndex":%d,"ResultCount":%d}`, lo+i, i+1, total)
	}
	b.WriteByte(']')
	if next > 0 {
		fmt.Fprintf(&b, `,"@odata.nextLink":"https://%s%s?$skiptoken=%d-%d"`, a.r.URL.Host, a.r.URL.Path, next, last)
	}
	b.WriteByte('}')
	return 200, b.String()
}

func searchRun(t *testing.T, f *far, m *memory, from, to time.Time) *run {
	t.Helper()
	r, err := newRun(LiveInput{Client: client(t, f), Case: m, CaseID: "c1", Accounts: []string{danaID}, Since: from, Now: func() time.Time { return to }})
	if err == nil {
		err = r.window()
	}
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// searched reads the audit log by the cmdlet and returns the coverage and how many distinct records are in the stored evidence.
func searched(t *testing.T, s *search, from, to time.Time) (Coverage, int) {
	t.Helper()
	s.sessions, s.begun = map[string]int{}, map[string]bool{}
	f, m := &far{answer: s.answer}, &memory{}
	r := searchRun(t, f, m, from, to)
	a := r.log("audit/actor", &Account{ID: danaID}, "", keptAudit)
	a.ways = []way{r.auditSearch(question{names: []string{"dana@contoso.example"}})}
	if err := r.do(context.Background(), a); err != nil {
		t.Fatal(err)
	}
	res, err := r.result()
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for _, b := range m.bodies {
		var page struct{ Value []struct{ Identity string } }
		if err := json.Unmarshal(b, &page); err != nil {
			t.Fatal(err)
		}
		for _, row := range page.Value {
			ids[row.Identity] = true
		}
	}
	for _, c := range res.Coverage {
		if c.Source == "audit/actor" {
			return c, len(ids)
		}
	}
	t.Fatal("no coverage")
	return Coverage{}, 0
}

// spread are n times over the days before to, several in a second where there are more.
func spread(n int, from, to time.Time) []time.Time {
	out := make([]time.Time, n)
	for i := range out {
		out[i] = from.Add(time.Duration(int64(to.Sub(from)) / int64(n+1) * int64(i+1))).Truncate(time.Second)
	}
	return out
}

// The caps of the search: 100 rows by default, 5,000 a call, 50,000 a session. Either the exact set comes, or the window is named.
func TestSearchCaps(t *testing.T) {
	for _, n := range []int{0, 1, 99, 100, 101, 4999, 5000, 5001, 49_999, 50_000, 50_001, 254_452} {
		for _, gateway := range []int{0, 1000} {
			if testing.Short() && (gateway > 0 && n > 6000 || n > 60_000) {
				continue
			}
			t.Run(fmt.Sprintf("%d rows, pages of %d", n, gateway), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					to := time.Now().UTC().Truncate(time.Second)
					from := to.Add(-90 * 24 * time.Hour)
					c, got := searched(t, &search{at: spread(n, from, to), gateway: gateway}, from, to)
					want := Complete
					if n == 0 {
						want = Empty
					}
					if got != n || c.State != want || c.Rows != n {
						t.Errorf("%d of %d rows, counted %d, %s: %s %v", got, n, c.Rows, c.State, c.Why, c.Errors)
					}
				})
			})
		}
	}
}

func TestSearchOneSecond(t *testing.T) {
	for _, x := range []struct {
		n     int
		state string
	}{{20_000, Complete}, {49_999, Complete}, {60_000, Incomplete}} {
		t.Run(fmt.Sprint(x.n), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				to := time.Now().UTC().Truncate(time.Second)
				from := to.Add(-30 * 24 * time.Hour)
				busy := to.Add(-100 * time.Hour)
				at := []time.Time{from.Add(time.Hour), busy.Add(-time.Minute)}
				for range x.n {
					at = append(at, busy)
				}
				at = append(at, busy.Add(time.Minute))
				c, got := searched(t, &search{at: at, gateway: 1000}, from, to)
				if c.State != x.state {
					t.Errorf("%s (%s), want %s", c.State, c.Why, x.state)
				}
				if x.state == Complete && got != len(at) {
					t.Errorf("%d rows of %d", got, len(at))
				}
				if x.state == Incomplete && (len(c.Caps) == 0 || !strings.Contains(c.Why, stamp(busy)) || got < 50_000+3) {
					t.Errorf("the window of %s is not named: %s %v; %d rows", stamp(busy), c.Why, c.Caps, got)
				}
			})
		})
	}
}

// Some searches count the rows of the call where others count all that there are. The session goes on all the same.
func TestSearchThatCountsThePage(t *testing.T) {
	for _, n := range []int{12_000, 60_000} {
		synctest.Test(t, func(t *testing.T) {
			to := time.Now().UTC().Truncate(time.Second)
			from := to.Add(-30 * 24 * time.Hour)
			c, got := searched(t, &search{at: spread(n, from, to), gateway: 1000, ofPage: true}, from, to)
			if got != n || c.State != Complete {
				t.Errorf("%d of %d rows, %s: %s %v", got, n, c.State, c.Why, c.Errors)
			}
		})
	}
}

// A search that loses rows says how many there should have been.
func TestSearchThatLosesRows(t *testing.T) {
	for _, x := range []struct {
		name  string
		state string
		lie   func(s *search, a asked) (int, string)
	}{
		{"a page is lost on the way, once", Complete, func(s *search, a asked) (int, string) {
			if s.calls == 2 {
				s.sessions[a.params["SessionId"].(string)] += 5000 // the server's cursor moved on, the answer was repeated from there
			}
			return 0, ""
		}},
		{"each session loses its second page", Incomplete, func(s *search, a asked) (int, string) {
			if id := a.params["SessionId"].(string); s.sessions[id] == 5000 {
				s.sessions[id] += 5000
			}
			return 0, ""
		}},
		{"a search that was cancelled, once", Complete, func(s *search, _ asked) (int, string) {
			if s.calls == 1 {
				return 200, `{"@adminapi.warnings":["A task was canceled."],"value":[]}`
			}
			return 0, ""
		}},
		{"a search that is always cancelled", Incomplete, func(*search, asked) (int, string) {
			return 200, `{"@adminapi.warnings":["A task was canceled."],"value":[]}`
		}},
		{"the first call of a session gives nothing", Complete, func(s *search, a asked) (int, string) {
			if id := a.params["SessionId"].(string); !s.begun[id] {
				s.begun[id] = true
				return 200, `{"value":[]}`
			}
			return 0, ""
		}},
		{"a search that ran out of time, once", Complete, func(s *search, _ asked) (int, string) {
			if s.calls == 1 {
				return 200, `{"value":[{"Identity":"r1","ResultIndex":-1,"ResultCount":0},{"Identity":"r2","ResultIndex":-1,"ResultCount":0}]}`
			}
			return 0, ""
		}},
		{"searches that run out of time", Incomplete, func(*search, asked) (int, string) {
			return 200, `{"value":[{"Identity":"r1","ResultIndex":-1,"ResultCount":0},{"Identity":"r2","ResultIndex":-1,"ResultCount":0}]}`
		}},
		{"a page that comes again and again", Incomplete, func(s *search, a asked) (int, string) {
			s.sessions[a.params["SessionId"].(string)] = 0
			return 0, ""
		}},
	} {
		t.Run(x.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				to := time.Now().UTC().Truncate(time.Second)
				from := to.Add(-30 * 24 * time.Hour)
				busy := to.Add(-time.Hour)
				at := make([]time.Time, 12_000) // in one second, where windows do not help
				for i := range at {
					at[i] = busy
				}
				c, got := searched(t, &search{at: at, lie: x.lie}, from, to)
				if c.State != x.state || c.State == Complete && got != len(at) {
					t.Errorf("%s (%s), %d of %d rows, want %s", c.State, c.Why, got, len(at), x.state)
				}
				if c.State == Incomplete && len(c.Errors) == 0 {
					t.Error("it does not say what was wrong")
				}
			})
		})
	}
}
