package simtest_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"evict/internal/collect"
	"evict/internal/m365"
	"evict/internal/simtenant"
)

// The sizes at which some log's cap shows. Those above 5,001 take seconds each:
// a log has those of its own caps, and all of them when torture is asked for.
var capSizes = []int{0, 1, 99, 100, 101, 4999, 5000, 5001, 49_999, 50_000, 50_001, 254_452}

const (
	capTenant = "cafe0000-0000-4000-8000-00000000cafe"
	capDana   = "dada0000-0000-4000-8000-00000000dada"
	capUPN    = "dana@contoso.example"
)

// capNow is when the tenants of these tests stand.
var capNow = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

// crowd is n records of one log over five days, or in one second.
func crowd(n int, oneSecond bool, record func(i int, at time.Time) simtenant.Record) []simtenant.Record {
	first := capNow.Add(-6 * 24 * time.Hour)
	out := make([]simtenant.Record, 0, n)
	for i := range n {
		at := first
		if !oneSecond {
			at = first.Add(5 * 24 * time.Hour / time.Duration(n) * time.Duration(i)).Truncate(time.Second)
		}
		out = append(out, record(i, at))
	}
	return out
}

func capID(i int) string { return fmt.Sprintf("%08d-0000-4000-8000-000000000000", i) }

func capSignIn(i int, at time.Time) simtenant.Record {
	body := fmt.Sprintf(`{"id":%q,"createdDateTime":%q,"userId":%q,"riskLevelDuringSignIn":"hidden","signInEventTypes":["interactiveUser"]}`, capID(i), at.Format(time.RFC3339), capDana)
	return simtenant.Record{Kind: simtenant.SignInRecord, ID: capID(i), Time: at, Available: at.Add(5 * time.Minute), Body: []byte(body), User: capDana}
}

func capDirectory(i int, at time.Time) simtenant.Record {
	body := fmt.Sprintf(`{"id":%q,"activityDateTime":%q,"activityDisplayName":"Update user","targetResources":[{"id":%q}]}`, capID(i), at.Format(time.RFC3339), capDana)
	return simtenant.Record{Kind: simtenant.DirectoryRecord, ID: capID(i), Time: at, Available: at.Add(5 * time.Minute), Body: []byte(body)}
}

// capAuditBody is shared: the log's own ID of a record is beside it.
var capAuditBody = []byte(`{"Operation":"FileAccessed","UserId":"` + capUPN + `","Workload":"OneDrive","RecordType":6,"UserType":0}`)

func capAudit(i int, at time.Time) simtenant.Record {
	return simtenant.Record{Kind: simtenant.AuditRecord, ID: capID(i), Time: at, Available: at.Add(30 * time.Minute), Body: capAuditBody, Operation: "FileAccessed", Workload: "OneDrive", RecordType: 6, User: capDana}
}

func capTrace(i int, at time.Time) simtenant.Record {
	body := fmt.Sprintf(`{"id":%q,"senderAddress":%q,"recipientAddress":"r%d@fabrikam.example","messageId":"<%d@contoso.example>","receivedDateTime":%q,"subject":"s","size":1,"status":"delivered","fromIP":"","toIP":""}`, capID(i), capUPN, i, i, at.Format(time.RFC3339))
	return simtenant.Record{Kind: simtenant.TraceRecord, ID: capID(i), Time: at, Available: at, Body: []byte(body)}
}

// ids are the logs' own IDs of all rows in the evidence of some sources, or of all.
func (m *shelf) ids(t *testing.T, sources ...string) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	for i, it := range m.items {
		if len(sources) > 0 && !slices.Contains(sources, it.Source) {
			continue
		}
		var body struct {
			Value []struct {
				ID             string `json:"id"`
				Identity       string
				MessageTraceID string `json:"MessageTraceId"`
			} `json:"value"`
		}
		if err := json.Unmarshal(m.bodies[i], &body); err != nil {
			if len(sources) > 0 {
				t.Fatal(err)
			}
			continue // a state whose rows are of other types
		}
		for _, x := range body.Value {
			for _, id := range []string{x.ID, x.Identity, x.MessageTraceID} {
				if id != "" {
					out[id] = true
				}
			}
		}
	}
	return out
}

// capped collects from a tenant with these logs and gives the coverage of a
// source and the IDs in its evidence.
func capped(t *testing.T, log []simtenant.Record, source string, without ...string) (collect.Coverage, map[string]bool) {
	t.Helper()
	return collected(t, simtenant.Options{}, []string{"AAD_PREMIUM", "EXCHANGE_S_ENTERPRISE"}, log, source, without...)
}

func collected(t *testing.T, o simtenant.Options, plans []string, log []simtenant.Record, source string, without ...string) (collect.Coverage, map[string]bool) {
	t.Helper()
	w := &simtenant.World{
		ID: capTenant, Name: "Contoso", Domain: "contoso.example", Initial: "contoso.onmicrosoft.example", Now: capNow, Plans: plans, Log: log,
		Users:     []*simtenant.User{{ID: capDana, UPN: capUPN, DisplayName: "Dana", Enabled: true, Mail: capUPN, Proxies: []string{"SMTP:" + capUPN}}},
		Mailboxes: []*simtenant.Mailbox{{User: capDana, GUID: "b0b00000-0000-4000-8000-000000000001", Type: "UserMailbox", DisplayName: "Dana"}},
	}
	s := newSite(t, w, o)
	s.tenant.Look(func(w *simtenant.World) {
		for _, c := range w.Clients {
			c.Permissions = slices.DeleteFunc(c.Permissions, func(p string) bool { return slices.Contains(without, p) })
		}
	})
	m := &shelf{}
	res, err := collect.Live(t.Context(), collect.LiveInput{Client: s.client, Cloud: m365.Worldwide.Name, Case: m, CaseID: "caps", Accounts: []string{capUPN}, Depth: collect.Standard, Requester: "tester"})
	if err != nil {
		t.Fatal(err)
	}
	ids := m.ids(t, source)
	i := slices.IndexFunc(res.Coverage, func(c collect.Coverage) bool { return c.Source == source })
	if i < 0 {
		t.Fatalf("no coverage of %s", source)
	}
	return res.Coverage[i], ids
}

// TestCapTable: whatever a log's size, its exact set is collected, or the window
// that is not whole is named.
func TestCapTable(t *testing.T) {
	for _, x := range []struct {
		name, source string
		record       func(int, time.Time) simtenant.Record
		without      []string // permissions, so that the other interface is taken
		own          []int
	}{
		{"sign-ins", "sign-ins/interactive", capSignIn, nil, nil},
		{"directory audits", "directory-audits/target", capDirectory, nil, nil},
		{"audit queries", "audit/actor", capAudit, nil, nil},
		{"audit search", "audit/actor", capAudit, []string{"AuditLogsQuery.Read.All"}, []int{50_001}},
		{"trace over Graph", "message-trace/sent", capTrace, nil, nil},
		{"trace by cmdlet", "message-trace/sent", capTrace, []string{"ExchangeMessageTrace.Read.All"}, nil},
	} {
		t.Run(x.name, func(t *testing.T) {
			for _, n := range capSizes {
				if n > 5001 && !slices.Contains(x.own, n) && os.Getenv("EVICT_TORTURE") == "" {
					continue
				}
				t.Run(fmt.Sprint(n), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						c, ids := capped(t, crowd(n, false, x.record), x.source, x.without...)
						exact(t, c, ids, n)
					})
				})
			}
			t.Run("20000 in one second", func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					c, ids := capped(t, crowd(20_000, true, x.record), x.source, x.without...)
					if x.name == "trace by cmdlet" { // hands out 5,000 rows of one second, and no more
						named(t, c, ids, capNow.Add(-6*24*time.Hour))
						return
					}
					exact(t, c, ids, 20_000)
				})
			})
		})
	}
}

// exact fails unless the n records of the log are there and the source is whole.
func exact(t *testing.T, c collect.Coverage, ids map[string]bool, n int) {
	t.Helper()
	want := collect.Complete
	if n == 0 {
		want = collect.Empty
	}
	if c.State != want || c.Rows != n || len(ids) != n {
		t.Errorf("%s: %s; %d rows counted, %d records in the evidence, want %d; errors %v", c.State, c.Why, c.Rows, len(ids), n, c.Errors)
	}
	for i := range n {
		if !ids[capID(i)] {
			t.Errorf("record %d isn't there", i)
			break
		}
	}
}

// named fails unless the source says that the window around a second isn't whole.
func named(t *testing.T, c collect.Coverage, ids map[string]bool, second time.Time) {
	t.Helper()
	if stamp := second.Format("2006-01-02T15:04:05Z"); c.State != collect.Incomplete || !strings.Contains(c.Why+strings.Join(c.Caps, " "), stamp) {
		t.Errorf("%s: %s %v: nothing names %s; %d records", c.State, c.Why, c.Caps, stamp, len(ids))
	}
}

// TestFreeTenant: what the licence does not keep is not claimed.
func TestFreeTenant(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := []simtenant.Record{capDirectory(0, capNow.Add(-20*24*time.Hour)), capDirectory(1, capNow.Add(-2*24*time.Hour))}
		c, ids := collected(t, simtenant.Options{}, []string{"EXCHANGE_S_STANDARD"}, log, "directory-audits/target")
		if len(ids) != 1 || c.State != collect.Complete || c.Got.From.Before(capNow.Add(-7*24*time.Hour)) || c.Why == "" {
			t.Errorf("%d records, %s since %s: %s", len(ids), c.State, c.Got.From, c.Why)
		}
	})
}

// TestQueriesFail: where the jobs of the query API fail, the search has it all.
func TestQueriesFail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, ids := collected(t, simtenant.Options{FailedQueries: 1}, []string{"AAD_PREMIUM", "EXCHANGE_S_ENTERPRISE"}, crowd(300, false, capAudit), "audit/actor")
		exact(t, c, ids, 300)
		if len(c.Errors) == 0 || !strings.Contains(c.Errors[0], "failed") {
			t.Errorf("the failure isn't told: %v", c.Errors)
		}
	})
}

// TestSearchesFail: a search that ran out of time is no answer. What others of
// the same question give is the whole, or it is said that nothing is.
func TestSearchesFail(t *testing.T) {
	for n, want := range map[int]string{1: collect.Incomplete, 4: collect.Complete} {
		synctest.Test(t, func(t *testing.T) {
			c, ids := collected(t, simtenant.Options{FailedSearches: n}, []string{"AAD_PREMIUM", "EXCHANGE_S_ENTERPRISE"}, crowd(300, false, capAudit), "audit/actor", "AuditLogsQuery.Read.All")
			if c.State != want || want == collect.Complete && len(ids) != 300 {
				t.Errorf("one in %d fails: %s, %d records: %s %v", n, c.State, len(ids), c.Why, c.Errors)
			}
		})
	}
}
