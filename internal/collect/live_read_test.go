package collect

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// signIn rows, newest first.
func signInRows(n int, to time.Time) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf(`{"id":"s%d","createdDateTime":"%s"}`, i, stamp(to.Add(-time.Duration(i+1)*time.Minute)))
	}
	return out
}

// between are the rows that a request's filter lets through.
func between(a asked, rows []string, property string) []string {
	var from, to time.Time
	words := strings.Fields(a.query.Get("$filter"))
	for i, w := range words {
		if w == property && i+2 < len(words) {
			at, _ := time.Parse(time.RFC3339, words[i+2])
			switch words[i+1] {
			case "ge":
				from = at
			case "le":
				to = at
			}
		}
	}
	var out []string
	for _, row := range rows {
		at, _ := time.Parse(time.RFC3339, text([]byte(row), property))
		if !at.Before(from) && !at.After(to) {
			out = append(out, row)
		}
	}
	return out
}

// ids in the evidence of a source.
func stored(m *memory, source string) map[string]bool {
	ids := map[string]bool{}
	for i, it := range m.items {
		if it.Source != source {
			continue
		}
		rows, _ := rowsOf(m.bodies[i])
		for _, row := range rows {
			ids[text(row, "id")] = true
		}
	}
	return ids
}

// readSignIns reads the interactive sign-ins of one account, by so many of the ways; 0: all.
func readSignIns(t *testing.T, f *far, m *memory, to time.Time, ways int) (Coverage, error) {
	t.Helper()
	r := searchRun(t, f, m, to.Add(-20*24*time.Hour), to)
	a := r.signInsOf("sign-ins/interactive", "interactiveUser", &Account{ID: danaID})
	if ways > 0 {
		a.ways = a.ways[:ways]
	}
	err := r.do(context.Background(), a)
	res, resErr := r.result()
	if resErr != nil {
		t.Fatal(resErr)
	}
	for _, c := range res.Coverage {
		if c.Source == "sign-ins/interactive" && c.State != NotAsked {
			return c, err
		}
	}
	return Coverage{}, err
}

// What a service does wrong once or for good: the exact set, or incomplete. Never fewer rows that are called complete.
func TestPagesThatLie(t *testing.T) {
	const n = 2500
	for _, x := range []struct {
		name  string
		state string // "" where both are right
		lie   func(calls int, a asked, rows []string) (int, string)
	}{
		{"honest", Complete, func(_ int, a asked, rows []string) (int, string) { return 200, paged(a, rows) }},
		{"a link that leads back, once", Complete, func(calls int, a asked, rows []string) (int, string) {
			if calls == 3 {
				q := a.query
				q.Set("$skiptoken", "1000")
				return 200, pageText(rows[min(2000, len(rows)):min(3000, len(rows))], "https://"+a.r.URL.Host+a.r.URL.Path+"?"+q.Encode())
			}
			return 200, paged(a, rows)
		}},
		{"a link that leads back, always", Incomplete, func(_ int, a asked, rows []string) (int, string) {
			q := a.query
			q.Set("$skiptoken", "1")
			return 200, pageText(rows[:min(1, len(rows))], "https://"+a.r.URL.Host+a.r.URL.Path+"?"+q.Encode())
		}},
		{"empty pages that lead round", Incomplete, func(_ int, a asked, _ []string) (int, string) {
			q := a.query
			q.Set("$skiptoken", "1")
			return 200, pageText(nil, "https://"+a.r.URL.Host+a.r.URL.Path+"?"+q.Encode())
		}},
		{"a page twice", Complete, func(calls int, a asked, rows []string) (int, string) {
			if calls == 2 {
				q := a.query
				q.Set("$skiptoken", "0")
				return 200, paged(asked{query: q, r: a.r}, rows)
			}
			return 200, paged(a, rows)
		}},
		{"a short page, once", Complete, func(calls int, a asked, rows []string) (int, string) {
			if calls == 2 && len(rows) > 1500 {
				return 200, strings.Replace(paged(a, rows), rows[1500]+",", "", 1)
			}
			return 200, paged(a, rows)
		}},
		{"the last link is missing, once", Complete, func(calls int, a asked, rows []string) (int, string) {
			if calls == 2 {
				return 200, pageText(rows[min(1000, len(rows)):min(2000, len(rows))], "")
			}
			return 200, paged(a, rows)
		}},
		{"each look loses other rows", Incomplete, func(calls int, a asked, rows []string) (int, string) {
			body := paged(a, rows)
			for _, row := range rows {
				if i := strings.Index(body, row+","); i > 0 && len(rows) > calls*7%len(rows) && row == rows[calls*7%len(rows)] {
					body = body[:i] + body[i+len(row)+1:]
				}
			}
			return 200, body
		}},
		{"a link that expires, once", Complete, func(calls int, a asked, rows []string) (int, string) {
			if calls == 3 {
				return 400, failure("The skip token is expired")
			}
			return 200, paged(a, rows)
		}},
		{"links that always expire", "", func(_ int, a asked, rows []string) (int, string) {
			if a.query.Has("$skiptoken") {
				return 400, failure("The skip token is expired")
			}
			return 200, paged(a, rows)
		}},
		{"empty pages in between", Complete, func(calls int, a asked, rows []string) (int, string) {
			if calls%2 == 1 && !strings.HasPrefix(a.query.Get("$skiptoken"), "x") {
				q := a.query
				q.Set("$skiptoken", "x"+fmt.Sprint(calls)+"-"+q.Get("$skiptoken"))
				return 200, pageText(nil, "https://"+a.r.URL.Host+a.r.URL.Path+"?"+q.Encode())
			}
			q := a.query
			if s := q.Get("$skiptoken"); strings.HasPrefix(s, "x") {
				_, s, _ = strings.Cut(s, "-")
				q.Set("$skiptoken", s)
			}
			return 200, paged(asked{query: q, r: a.r}, rows)
		}},
	} {
		t.Run(x.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				to := time.Now().UTC().Truncate(time.Second)
				all := signInRows(n, to)
				calls := 0
				f, m := &far{}, &memory{}
				f.answer = func(a asked) (int, string) {
					calls++
					return x.lie(calls, a, between(a, all, "createdDateTime"))
				}
				c, err := readSignIns(t, f, m, to, 1)
				if err != nil {
					t.Fatal(err)
				}
				got := len(stored(m, "sign-ins/interactive"))
				if len(f.log) > 500 {
					t.Errorf("%d requests", len(f.log))
				}
				if x.state != "" && c.State != x.state || c.State == Complete && got != n {
					t.Errorf("%s, %d of %d rows: %s %v", c.State, got, n, c.Why, c.Errors)
				}
			})
		})
	}
}

// Killed at every write, a collection goes on, has every row in the end, and asks for no stored page again beyond its second look.
func TestResume(t *testing.T) {
	const n = 2500
	uncut := 0
	for kill := 0; ; kill++ {
		ended := false
		synctest.Test(t, func(t *testing.T) {
			to := time.Now().UTC().Truncate(time.Second)
			all := signInRows(n, to)
			f := &far{answer: func(a asked) (int, string) { return 200, paged(a, between(a, all, "createdDateTime")) }}
			m := &memory{fail: kill}
			_, err := func() (c Coverage, err error) {
				r, err := newRun(LiveInput{Client: client(t, f), Case: m, Accounts: []string{danaID}, Since: to.Add(-20 * 24 * time.Hour), Now: func() time.Time { return to }})
				if err == nil {
					err = r.window()
				}
				if err != nil {
					return c, err
				}
				return c, r.do(context.Background(), r.signInsOf("sign-ins/interactive", "interactiveUser", &Account{ID: danaID}))
			}()
			switch {
			case err == nil && kill > 0:
				ended = true
				return
			case err != nil && !errors.Is(err, errKilled):
				t.Fatal(err)
			}
			m.fail = 0
			c, err := readSignIns(t, f, m, to, 0)
			if err != nil {
				t.Fatal(err)
			}
			if got := len(stored(m, "sign-ins/interactive")); c.State != Complete || got != n || c.Rows != n {
				t.Errorf("killed at write %d: %s, %d of %d rows, counted %d: %s %v", kill, c.State, got, n, c.Rows, c.Why, c.Errors)
			}
			first := f.count("top=1000")
			if kill == 0 {
				uncut = first
			}
			if first > uncut+1 {
				t.Errorf("killed at write %d: %d requests of the first look, %d when nothing stops it", kill, first, uncut)
			}
			var pages []string
			for _, it := range m.items {
				pages = append(pages, fmt.Sprint(it.Page, it.From, it.To))
			}
			slices.Sort(pages)
			if len(slices.Compact(pages)) != len(m.items) {
				t.Errorf("killed at write %d: a page is stored twice: %d items", kill, len(m.items))
			}
		})
		if ended {
			if kill < 8 {
				t.Errorf("only %d writes", kill)
			}
			return
		}
	}
}

// A licence, a refusal, an empty answer and what was not asked are four words.
func TestStates(t *testing.T) {
	for _, x := range []struct {
		name, state string
		status      int
		body        string
	}{
		{"empty", Empty, 200, pageText(nil, "")},
		{"no licence", NotLicensed, 403, failure("Authentication_RequestFromNonPremiumTenantOrB2CTenant")},
		{"no permission", Refused, 403, failure("Authorization_RequestDenied")},
		{"no answer", Incomplete, 503, failure("ServiceUnavailable")},
		{"unknown request", Incomplete, 400, failure("Request_BadRequest")},
		{"HTML", Incomplete, 200, "<html>sign in</html>"},
	} {
		t.Run(x.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				to := time.Now().UTC().Truncate(time.Second)
				f, m := &far{answer: func(asked) (int, string) { return x.status, x.body }}, &memory{}
				c, err := readSignIns(t, f, m, to, 0)
				if err != nil || c.State != x.state {
					t.Errorf("%s (%s), %v; want %s", c.State, c.Why, err, x.state)
				}
				if c.State != Empty && c.Why == "" {
					t.Error("it does not say why")
				}
			})
		})
	}
}

// Beta alone shows sessions and tokens; where it is not there, v1.0 gives the interactive sign-ins.
func TestSignInsFallBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		to := time.Now().UTC().Truncate(time.Second)
		all := signInRows(10, to)
		f, m := &far{}, &memory{}
		f.answer = func(a asked) (int, string) {
			if a.beta {
				return 404, failure("UnknownError")
			}
			if strings.Contains(a.query.Get("$filter"), "signInEventTypes") {
				return 400, failure("Request_BadRequest")
			}
			return 200, paged(a, between(a, all, "createdDateTime"))
		}
		c, err := readSignIns(t, f, m, to, 0)
		if err != nil || c.State != Incomplete || c.Rows != 10 || len(c.Errors) == 0 || !strings.Contains(c.Why, "v1.0") {
			t.Errorf("%s, %d rows, %v, %v, %s", c.State, c.Rows, c.Errors, err, c.Why)
		}
	})
}
