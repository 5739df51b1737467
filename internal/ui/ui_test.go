package ui

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"evict"
)

func TestExitCodes(t *testing.T) {
	set := []struct {
		code int
		on   func(*Outcome)
	}{ // in the order of precedence
		{130, func(o *Outcome) { o.Interrupted = true }},
		{2, func(o *Outcome) { o.Usage = true }},
		{1, func(o *Outcome) { o.Failed = true }},
		{4, func(o *Outcome) { o.SignIn = true }},
		{7, func(o *Outcome) { o.Refused = true }},
		{5, func(o *Outcome) { o.Stale = true }},
		{6, func(o *Outcome) { o.Locked = true }},
		{3, func(o *Outcome) { o.Incomplete = true }},
	}
	for bits := range 1 << len(set) {
		for _, findings := range []bool{false, true} {
			for _, detailed := range []bool{false, true} {
				o := Outcome{Findings: findings, Detailed: detailed}
				want := 0
				for i := len(set) - 1; i >= 0; i-- {
					if bits&(1<<i) != 0 {
						set[i].on(&o)
						want = set[i].code
					}
				}
				if findings && detailed {
					switch want {
					case 0:
						want = 10
					case 3:
						want = 13
					}
				}
				if got := o.Code(); got != want {
					t.Errorf("%+v: exit code %d, want %d", o, got, want)
				}
			}
		}
	}
}

func TestJudge(t *testing.T) {
	whole := func() *evict.Investigation {
		return &evict.Investigation{
			Sources:  []evict.Source{{Coverage: "declared", Complete: true}},
			Accounts: []evict.Account{{Checks: []evict.Check{{Detector: "x", Status: evict.Done}}}},
		}
	}
	for _, c := range []struct {
		name string
		edit func(*evict.Investigation)
		want int
	}{
		{"complete and quiet", func(*evict.Investigation) {}, 0},
		{"information only", func(i *evict.Investigation) { i.Accounts[0].Findings = []evict.Finding{{Severity: evict.Info}} }, 0},
		{"finding on an account", func(i *evict.Investigation) { i.Accounts[0].Findings = []evict.Finding{{Severity: evict.Low}} }, 10},
		{"finding on the tenant", func(i *evict.Investigation) { i.Findings = []evict.Finding{{Severity: evict.Critical}} }, 10},
		{"nobody stated the coverage", func(i *evict.Investigation) { i.Sources[0].Coverage = "unstated" }, 3},
		{"cut off", func(i *evict.Investigation) { i.Sources[0].Complete = false }, 3},
		{"blind check", func(i *evict.Investigation) { i.Accounts[0].Checks[0].Status = evict.Blind }, 3},
		{"rejected", func(i *evict.Investigation) { i.Rejected.Count = 1 }, 3},
		{"damaged", func(i *evict.Investigation) { i.Summary.Damaged = 1 }, 3},
		{"said in a sentence", func(i *evict.Investigation) { i.Summary.Incomplete = []string{"x"} }, 3},
		{"no source", func(i *evict.Investigation) { i.Sources = nil }, 3},
		{"both", func(i *evict.Investigation) {
			i.Rejected.Count = 1
			i.Findings = []evict.Finding{{Severity: evict.High}}
		}, 13},
	} {
		inv := whole()
		c.edit(inv)
		var o Outcome
		o.Judge(inv, true)
		if got := o.Code(); got != c.want {
			t.Errorf("%s: exit code %d, want %d", c.name, got, c.want)
		}
	}
}

func TestColour(t *testing.T) {
	for _, c := range []struct {
		env  string
		tty  bool
		want bool
	}{
		{"", true, true},
		{"", false, false},
		{"NO_COLOR=1", true, false},
		{"NO_COLOR=1 CLICOLOR_FORCE=1", true, false},
		{"CLICOLOR_FORCE=1", false, true},
		{"CLICOLOR_FORCE=0", false, false},
		{"CLICOLOR=0", true, false},
		{"CLICOLOR=0 CLICOLOR_FORCE=1", true, true},
		{"TERM=dumb", true, false},
		{"TERM=dumb CLICOLOR_FORCE=1", true, false},
		{"TERM=xterm", true, true},
	} {
		if got := colour(environment(c.env), c.tty); got != c.want {
			t.Errorf("%q, terminal %v: colour %v", c.env, c.tty, got)
		}
	}
}

func environment(s string) func(string) string {
	m := map[string]string{}
	for _, kv := range strings.Fields(s) {
		k, v, _ := strings.Cut(kv, "=")
		m[k] = v
	}
	return func(k string) string { return m[k] }
}

func TestWidthWithoutTerminal(t *testing.T) {
	for env, want := range map[string]int{"": 80, "COLUMNS=100": 100, "COLUMNS=900": maxWidth, "COLUMNS=x": 80, "COLUMNS=-3": 80} {
		if got := width(nil, false, environment(env)); got != want {
			t.Errorf("%q: width %d, want %d", env, got, want)
		}
	}
}

func TestUnicode(t *testing.T) {
	for env, want := range map[string]bool{"": true, "LANG=C": false, "LANG=en_GB.UTF-8": true, "LC_ALL=C LANG=en_GB.UTF-8": false, "LC_CTYPE=de_DE.utf8 LANG=C": true} {
		if got := unicodeShown(environment(env)); got != want {
			t.Errorf("%q: %v, want %v", env, got, want)
		}
	}
}

func TestErrorsAreHarmless(t *testing.T) {
	var b bytes.Buffer
	s := &Streams{Err: &b}
	s.Error(errors.New("open evil\x1b]52;c;AA==\a\u202Egpj.exe\r: no such file\nhint: type this"), "evict --help")
	want := "error: open evil\\u{1B}]52;c;AA==\\u{7}\\u{202E}gpj.exe\\u{D}: no such file\n" +
		"       hint: type this\n" +
		"hint:  evict --help\n"
	if b.String() != want {
		t.Errorf("got  %q\nwant %q", b.String(), want)
	}
}

// clock moves by hand.
type clock struct{ t time.Time }

func (c *clock) now() time.Time { return c.t }

func TestProgressInPlainLines(t *testing.T) {
	var b bytes.Buffer
	c := &clock{time.Unix(0, 0)}
	s := &Streams{Err: &b}
	p := s.progressAt(c.now)
	if b.String() != "reading evidence\n" {
		t.Fatalf("nothing is said at once: %q", b.String())
	}
	for range 100 {
		c.t = c.t.Add(100 * time.Millisecond)
		p.Update("reading", "a\x1b[2J.csv", 1<<20, 4<<20, 0, 0)
	}
	p.Update("sorting", "", 0, 0, 1, 64)
	p.Done()
	s.Note("wrote x")
	want := "reading evidence\n" +
		"reading  a\\u{1B}[2J.csv  1 MiB of 4 MiB  about 15s left\n" +
		"reading  a\\u{1B}[2J.csv  1 MiB of 4 MiB  about 30s left\n" +
		"sorting  1/64\n" +
		"wrote x\n"
	if b.String() != want {
		t.Errorf("got  %q\nwant %q", b.String(), want)
	}
}

func TestProgressInPlace(t *testing.T) {
	var b bytes.Buffer
	c := &clock{time.Unix(0, 0)}
	s := &Streams{Err: &b, live: true, width: 40}
	p := s.progressAt(c.now)
	c.t = c.t.Add(time.Second)
	p.Update("reading", strings.Repeat("long/", 30)+"end.csv", 5, 10, 0, 0)
	s.Note("a message between")
	c.t = c.t.Add(time.Second)
	p.Update("judging", "", 0, 0, 3, 9)
	p.Done()
	if strings.Count(b.String(), "\n") != 1 {
		t.Errorf("more than the message's line: %q", b.String())
	}
	for _, line := range strings.Split(b.String(), "\x1b[K") {
		line = strings.TrimRight(line, "\r")
		if n := len(line); n > 39 {
			t.Errorf("line of %d columns: %q", n, line)
		}
	}
	if !strings.HasSuffix(b.String(), "\r\x1b[K") {
		t.Errorf("the line stays: %q", b.String())
	}
	if !strings.Contains(b.String(), "5 B of 10 B") {
		t.Errorf("how far it is was cut off: %q", b.String())
	}
}
