package timeline

import (
	"fmt"
	"slices"
	"strings"

	"evict"
	"evict/internal/detect"
	"evict/internal/verdict"
)

// A fieldSet is a set of the fields that needs can name.
type fieldSet uint16

var fieldBits = []detect.FieldNeed{detect.NeedAddress, detect.NeedSession, detect.NeedDevice, detect.NeedAgent, detect.NeedPlace, detect.NeedProtocol, detect.NeedSubject, detect.NeedOutcome, detect.NeedProvider, detect.NeedRisk}

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
		hasProtocol(e), hasSubject(e), e.Outcome != evict.OutcomeUnknown, e.Origin.ASN != 0, hasRisk(e),
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

// hasRisk reports whether the record says how risky Microsoft holds the sign-in
// or the user. Without the licence the level reads "hidden".
func hasRisk(e *evict.Event) bool {
	level := ""
	switch d := e.Detail.(type) {
	case *evict.SignIn:
		level = d.Risk
	case *evict.Risk:
		level = d.Level
	}
	return level != "" && !strings.EqualFold(level, "hidden")
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

// A sight is what one account's needs are compared with.
type sight struct {
	kinds    *[evict.KindCount]kindStat
	cover    map[evict.Kind]verdict.KindCoverage
	baseline bool
}

// check computes how far one detector could look at one account, from the
// coverage of the kinds that it needs. The runner does this, not the detector.
func (s *sight) check(d *detect.Detector, overflow string) verdict.Check {
	c := verdict.Check{Check: evict.Check{Detector: d.ID, Status: evict.Done}}
	for _, n := range d.Needs {
		worsen(&c, s.need(n))
	}
	if overflow != "" {
		worsen(&c, verdict.Check{Check: evict.Check{Status: evict.Partial, Why: overflow}})
	}
	return c
}

var rank = map[evict.CheckStatus]int{evict.Done: 0, evict.Partial: 1, evict.Blind: 2}

// worsen makes c the worse of both: of two done ones, that which reaches back less far.
func worsen(c *verdict.Check, o verdict.Check) {
	shorter := c.Status == evict.Done && o.Status == evict.Done && o.Log != evict.UnknownKind && (c.Log == evict.UnknownKind || c.From.Before(o.From))
	if rank[o.Status] > rank[c.Status] || shorter {
		o.Detector = c.Detector
		*c = o
	}
}

func (s *sight) need(n detect.Need) verdict.Check {
	if slices.Contains(n.Fields, detect.NeedBaseline) && !s.baseline {
		return no(evict.Blind, "no baseline: fewer than 14 days before first trouble")
	}
	if len(n.Any) == 0 {
		return verdict.Check{Check: evict.Check{Status: evict.Done}}
	}
	best := no(evict.Blind, "not in the evidence: "+kindList(n.Any))
	for _, k := range n.Any {
		if one, given := s.kind(k, n.Fields); given && better(one, best) {
			best = one
		}
	}
	for _, also := range n.Also {
		if best.Status != evict.Done {
			break
		}
		one := s.need(also)
		if one.Status != evict.Done {
			one.Status = evict.Partial
		}
		worsen(&best, one)
	}
	return best
}

// kind says how far one kind could be looked at; false when it is not in the evidence.
func (s *sight) kind(k evict.Kind, fields []detect.FieldNeed) (verdict.Check, bool) {
	cov, given := s.cover[k]
	if missing := missingField(fields, s.kinds[k].fields); s.kinds[k].events > 0 && missing != "" {
		return no(evict.Blind, fmt.Sprintf("%s: no record carries the %s", k, missing)), given
	}
	if !cov.Complete {
		return no(evict.Partial, fmt.Sprintf("%s: %s", k, cov.Why)), given
	}
	c := verdict.Check{Check: evict.Check{Status: evict.Done}}
	if k < evict.RuleState { // a log
		c.Log, c.From = k, cov.From
	}
	return c, given
}

func no(status evict.CheckStatus, why string) verdict.Check {
	return verdict.Check{Check: evict.Check{Status: status, Why: why}}
}

// better reports whether a looks farther than b.
func better(a, b verdict.Check) bool {
	if a.Status != b.Status {
		return rank[a.Status] < rank[b.Status]
	}
	if a.Status == evict.Done {
		return b.Log != evict.UnknownKind && (a.Log == evict.UnknownKind || a.From.Before(b.From))
	}
	return strings.HasPrefix(b.Why, "not in the evidence")
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
