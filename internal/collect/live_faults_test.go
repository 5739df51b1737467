package collect

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
)

// faulty spoils answers by a seed: loud faults at random, and one silent one, which only a second look can notice.
type faulty struct {
	f      *far
	rng    *rand.Rand
	n      int
	silent int // number of the request whose answer loses a row, its link or gains a row
	what   string
}

func (x *faulty) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := x.f.RoundTrip(r)
	if err != nil || resp.StatusCode >= 300 {
		return resp, err
	}
	x.f.mu.Lock()
	defer x.f.mu.Unlock()
	x.n++
	body, _ := io.ReadAll(resp.Body)
	loud := func(status int, text string) (*http.Response, error) {
		h := http.Header{}
		if status == 429 {
			h.Set("Retry-After", "3")
		}
		return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(text)), ContentLength: int64(len(text)), Request: r}, nil
	}
	if x.n == x.silent {
		body = x.spoil(body)
	}
	switch x.rng.IntN(40) {
	case 0:
		return loud(429, failure("TooManyRequests"))
	case 1:
		return loud(503, "<html>busy</html>")
	case 2:
		return loud(500, failure("InternalServerError"))
	case 3:
		body = body[:len(body)/2] // cut off behind an honest length
	case 4:
		return nil, errKilled
	}
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return resp, nil
}

// spoil makes an answer wrong that looks whole.
func (x *faulty) spoil(body []byte) []byte {
	var top map[string]json.RawMessage
	var rows []json.RawMessage
	if json.Unmarshal(body, &top) != nil || json.Unmarshal(top["value"], &rows) != nil || len(rows) == 0 {
		return body
	}
	switch x.rng.IntN(3) {
	case 0:
		x.what = "a row less"
		rows = rows[1:]
	case 1:
		x.what = "no link"
		delete(top, "@odata.nextLink")
	default:
		x.what = "a row twice"
		rows = append(rows, rows[0])
	}
	top["value"], _ = json.Marshal(rows)
	out, _ := json.Marshal(top)
	return out
}

// manyRecords gives Dana a log of several pages.
func manyRecords(c *contoso) {
	for i := range 1500 {
		c.audit = append(c.audit, fmt.Sprintf(`{"CreationTime":"2026-11-19T%02d:%02d:%02d","Id":"b0000000-0000-4000-8000-%012d","Operation":"Send","RecordType":2,"UserId":"dana@contoso.example","UserKey":"1003200012345678","Workload":"Exchange","MailboxOwnerUPN":"dana@contoso.example","MailboxGuid":"%s"}`, i/3600, i/60%60, i%60, i, boxGUID))
	}
}

// rowsBySource are the distinct rows in the evidence.
func rowsBySource(m *memory) map[outcomeKey]map[rowID]bool {
	out := map[outcomeKey]map[rowID]bool{}
	for i, it := range m.items {
		rows, _ := rowsOf(m.bodies[i])
		for _, row := range rows {
			key := outcomeKey{it.Source, it.Account}
			if out[key] == nil {
				out[key] = map[rowID]bool{}
			}
			var v any
			_ = json.Unmarshal(row, &v)
			b, _ := json.Marshal(v)
			out[key][idOf(b)] = true
		}
	}
	return out
}

// Whatever goes wrong on the way, the evidence is the faultless one's or the source says that it is incomplete.
func TestFaults(t *testing.T) {
	var want map[outcomeKey]map[rowID]bool
	requests := 0
	synctest.Test(t, func(t *testing.T) {
		c := newContoso()
		manyRecords(c)
		f, m := &far{answer: c.answer}, &memory{}
		if _, err := Live(context.Background(), liveInput(t, f, m)); err != nil {
			t.Fatal(err)
		}
		want, requests = rowsBySource(m), len(f.log)
	})
	seeds := 40
	if testing.Short() {
		seeds = 8
	}
	incomplete := 0
	for seed := range seeds {
		synctest.Test(t, func(t *testing.T) {
			c := newContoso()
			manyRecords(c)
			f, m := &far{answer: c.answer}, &memory{}
			rng := rand.New(rand.NewPCG(uint64(seed), 7))
			x := &faulty{f: f, rng: rng, silent: 1 + rng.IntN(requests)}
			in := liveInput(t, f, m)
			in.Client = client(t, x)
			res, err := Live(context.Background(), in)
			if err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			got := rowsBySource(m)
			for _, cov := range res.Coverage {
				key := outcomeKey{cov.Source, cov.Account}
				switch cov.State {
				case Complete, Empty, NotLicensed:
				default:
					incomplete++
					continue
				}
				for id := range want[key] {
					if !got[key][id] {
						t.Errorf("seed %d (%s): %s is %s and has %d of %d rows: %s %v", seed, x.what, cov.Source, cov.State, len(got[key]), len(want[key]), cov.Why, cov.Errors)
						break
					}
				}
			}
		})
		if t.Failed() {
			return
		}
	}
	t.Logf("%d sources incomplete in %d runs", incomplete, seeds)
}
