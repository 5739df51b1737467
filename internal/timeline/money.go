package timeline

import (
	"cmp"
	"slices"
	"strings"

	"evict"
	"evict/internal/detect"
	"evict/internal/message"
)

const (
	maxThreads   = 50 // per strand
	maxOutsiders = 20 // per thread
)

// A threadSet collects, for one strand, the conversations about payment that it touched.
type threadSet struct {
	threads map[string]*evict.Thread
	apps    []string // payroll, banking and HR applications entered
}

func (t *threadSet) add(e *evict.Event) {
	switch d := e.Detail.(type) {
	case *evict.SignIn:
		if e.Outcome == evict.Success && detect.MoneyApp(d.App, d.Resource) {
			t.apps = addListed(t.apps, cmp.Or(d.App, d.Resource))
		}
	case *evict.Sent:
		t.touch(e, d.Message.Subject, "answered", d.Recipients)
	case *evict.Access:
		for i := range d.Messages {
			t.touch(e, d.Messages[i].Subject, "opened", nil)
		}
	case *evict.Moved:
		act := "moved"
		if strings.Contains(e.Op, "Delete") {
			act = "deleted"
		} else if e.Op != "Move" {
			return
		}
		for i := range d.Messages {
			t.touch(e, d.Messages[i].Subject, act, nil)
		}
	}
}

func (t *threadSet) touch(e *evict.Event, subject, act string, recipients []string) {
	if !detect.MoneyWords(subject) {
		return
	}
	base := threadSubject(subject)
	th := t.threads[base]
	if th == nil {
		if len(t.threads) >= maxThreads {
			return
		}
		if t.threads == nil {
			t.threads = map[string]*evict.Thread{}
		}
		th = &evict.Thread{Subject: strings.Clone(base), Acts: []string{}, Outsiders: []string{}, First: e.Time}
		t.threads[th.Subject] = th
	}
	th.Last = e.Time
	th.Acts = addListed(th.Acts, act)
	for _, r := range recipients {
		if len(th.Outsiders) < maxOutsiders {
			th.Outsiders = addListed(th.Outsiders, strings.ToLower(r))
		}
	}
}

// threadSubject drops the reply and forward marks before a subject.
func threadSubject(s string) string {
	for {
		s = strings.TrimSpace(s)
		i := strings.IndexByte(s, ':')
		if i < 1 || i > 4 {
			return s
		}
		switch strings.ToLower(s[:i]) {
		case "re", "fw", "fwd", "aw", "wg", "tr", "rv", "sv", "vs", "antw", "odp", "r", "i":
			s = s[i+1:]
		default:
			return s
		}
	}
}

// addThread adds what one strand did in a thread, joined with what others of the account did in it.
func addThread(threads []evict.Thread, account string, t *evict.Thread, facts *detect.Facts) []evict.Thread {
	outsiders := slices.DeleteFunc(slices.Clone(t.Outsiders), facts.Internal)
	for i := range threads {
		have := &threads[i]
		if have.Account != account || have.Subject != t.Subject {
			continue
		}
		for _, a := range t.Acts {
			have.Acts = addListed(have.Acts, a)
		}
		for _, o := range outsiders {
			have.Outsiders = addListed(have.Outsiders, o)
		}
		if t.First.Before(have.First) {
			have.First = t.First
		}
		if have.Last.Before(t.Last) {
			have.Last = t.Last
		}
		return threads
	}
	th := *t
	th.Account, th.Outsiders, th.Acts = account, outsiders, slices.Clone(t.Acts)
	return append(threads, th)
}

// lookAlike reports whether an address is in a domain that resembles one of
// ours or another correspondent's: whoever wrote there is not to be telephoned.
// Of two correspondents that resemble each other both are left out: which is
// the genuine one is not known from here.
func (j *judge) lookAlike(address string, others []string) bool {
	domain := evict.DomainOf(address)
	for known := range j.facts.Domains {
		if message.Resembles(domain, known) != "" {
			return true
		}
	}
	return slices.ContainsFunc(others, func(o string) bool { return message.Resembles(domain, evict.DomainOf(o)) != "" })
}

// money builds the card from the attackers' strands; nil when they touched no payment.
func (j *judge) money(hs []*history) *evict.Money {
	m := &evict.Money{Threads: []evict.Thread{}, Applications: []string{}, LookAlikes: []string{}, Calls: []string{}}
	for _, h := range hs {
		if h == nil {
			continue
		}
		for i, s := range h.strands {
			if s.Verdict != evict.ByAttacker || h.threads == nil {
				continue
			}
			for _, a := range h.threads[i].apps {
				m.Applications = addListed(m.Applications, a)
			}
			for _, t := range h.threads[i].threads {
				m.Threads = addThread(m.Threads, h.account.Name, t, j.facts)
			}
		}
	}
	if len(m.Threads) == 0 && len(m.Applications) == 0 {
		return nil
	}
	slices.SortFunc(m.Threads, func(a, b evict.Thread) int {
		return cmp.Or(cmp.Compare(a.First.Nano, b.First.Nano), cmp.Compare(a.Account, b.Account), cmp.Compare(a.Subject, b.Subject))
	})
	m.Calls = append(m.Calls, "your own bank: ask for a recall of any payment made on changed details (a matter of hours)")
	outsiders := []string{}
	for _, t := range m.Threads {
		for _, o := range t.Outsiders {
			outsiders = addListed(outsiders, o)
		}
	}
	for _, o := range outsiders {
		if j.lookAlike(o, outsiders) {
			m.LookAlikes = addListed(m.LookAlikes, evict.DomainOf(o))
			continue
		}
		m.Calls = append(m.Calls, "the person behind "+o+", on a number known from before: pay nothing on changed details")
	}
	if len(m.Applications) > 0 {
		m.Calls = append(m.Calls, "payroll: check for changed bank details before the next run")
	}
	return m
}
