package timeline

import (
	"fmt"
	"strings"

	"evict"
	"evict/internal/detect"
	"evict/internal/verdict"
)

// A fieldSet is a set of the fields that needs can name.
type fieldSet uint16

var fieldBits = []detect.FieldNeed{detect.NeedAddress, detect.NeedSession, detect.NeedDevice, detect.NeedAgent, detect.NeedPlace, detect.NeedProtocol, detect.NeedSubject, detect.NeedOutcome, detect.NeedProvider}

func (f fieldSet) has(n detect.FieldNeed) bool {
	for i, b := range fieldBits {
		if b == n {
			return f&(1<<i) != 0
		}
	}
	return false
}

// fieldsOf returns which of the nameable fields the event carries.
func fieldsOf(e *evict.Event) fieldSet {
	var f fieldSet
	for i, has := range [...]bool{
		e.Origin.Addr.IsValid(), e.Origin.Session != "", e.Origin.Device != "", e.Origin.UserAgent != "", e.Origin.Place.Lat != 0 || e.Origin.Place.Lon != 0,
		hasProtocol(e), hasSubject(e), e.Outcome != evict.OutcomeUnknown, e.Origin.ASN != 0,
	} {
		if has {
			f |= 1 << i
		}
	}
	return f
}

func hasProtocol(e *evict.Event) bool {
	s, ok := e.Detail.(*evict.SignIn)
	return ok && s.Protocol != ""
}

func hasSubject(e *evict.Event) bool {
	switch d := e.Detail.(type) {
	case *evict.Sent:
		return d.Message.Subject != ""
	case *evict.Moved:
		return len(d.Messages) > 0 && d.Messages[0].Subject != ""
	case *evict.Trace:
		return d.Message.Subject != ""
	}
	return false
}

// check computes how far one detector could look at one account, from the
// coverage of the kinds that it needs. The runner does this, not the detector.
func check(d *detect.Detector, kinds *[evict.KindCount]kindStat, cover map[evict.Kind]verdict.KindCoverage, baseline bool, overflow string) evict.Check {
	c := evict.Check{Detector: d.ID, Status: evict.Done}
	for _, n := range d.Needs {
		worsen(&c, needStatus(n, kinds, cover, baseline))
	}
	if overflow != "" {
		worsen(&c, evict.Check{Status: evict.Partial, Why: overflow})
	}
	return c
}

func worsen(c *evict.Check, o evict.Check) {
	rank := map[evict.CheckStatus]int{evict.Done: 0, evict.Partial: 1, evict.Blind: 2}
	if rank[o.Status] > rank[c.Status] {
		c.Status, c.Why = o.Status, o.Why
	}
}

func needStatus(n detect.Need, kinds *[evict.KindCount]kindStat, cover map[evict.Kind]verdict.KindCoverage, baseline bool) evict.Check {
	for _, f := range n.Fields {
		if f == detect.NeedBaseline && !baseline {
			return evict.Check{Status: evict.Blind, Why: "no baseline: fewer than 14 days before first trouble"}
		}
	}
	if len(n.Any) == 0 {
		return evict.Check{Status: evict.Done}
	}
	best := evict.Check{Status: evict.Blind, Why: "not in the evidence: " + kindList(n.Any)}
	for _, k := range n.Any {
		cov, given := cover[k]
		if !given {
			continue
		}
		one := evict.Check{Status: evict.Done}
		switch missing := missingField(n.Fields, kinds[k].fields); {
		case kinds[k].events > 0 && missing != "":
			one = evict.Check{Status: evict.Blind, Why: fmt.Sprintf("%s: no record carries the %s", k, missing)}
		case !cov.Complete:
			one = evict.Check{Status: evict.Partial, Why: fmt.Sprintf("%s: %s", k, cov.Why)}
		}
		if better(one, best) {
			best = one
		}
	}
	for _, k := range n.Also {
		if best.Status != evict.Done {
			break
		}
		if cov, given := cover[k]; !given {
			best = evict.Check{Status: evict.Partial, Why: "not in the evidence: " + k.String()}
		} else if !cov.Complete {
			best = evict.Check{Status: evict.Partial, Why: fmt.Sprintf("%s: %s", k, cov.Why)}
		} else if missing := missingField(n.With, kinds[k].fields); kinds[k].events > 0 && missing != "" {
			best = evict.Check{Status: evict.Partial, Why: fmt.Sprintf("%s: no record carries the %s", k, missing)}
		}
	}
	return best
}

func better(a, b evict.Check) bool {
	rank := map[evict.CheckStatus]int{evict.Done: 0, evict.Partial: 1, evict.Blind: 2}
	return rank[a.Status] < rank[b.Status] || a.Status == b.Status && strings.HasPrefix(b.Why, "not in the evidence")
}

func missingField(fields []detect.FieldNeed, have fieldSet) detect.FieldNeed {
	for _, f := range fields {
		if f != detect.NeedBaseline && !have.has(f) {
			return f
		}
	}
	return ""
}

func kindList(ks []evict.Kind) string {
	var out []string
	for _, k := range ks {
		out = append(out, k.String())
	}
	return strings.Join(out, " or ")
}
