package timeline

import (
	"testing"

	"evict"
	"evict/internal/detect"
	"evict/internal/verdict"
)

// TestChecks holds what leaves a detector's check partial or blind.
func TestChecks(t *testing.T) {
	whole := func(from int) verdict.KindCoverage {
		return verdict.KindCoverage{From: day(from), To: day(30), Stated: true, Complete: true}
	}
	signIns, tokens := []evict.Kind{evict.SignIns}, []evict.Kind{evict.TokenSignIns}
	address, place := []detect.FieldNeed{detect.NeedAddress}, []detect.FieldNeed{detect.NeedPlace}
	for _, c := range []struct {
		name  string
		needs []detect.Need
		cover map[evict.Kind]verdict.KindCoverage
		want  verdict.Check
	}{
		{"no log", []detect.Need{{Any: signIns}}, nil, no(evict.Blind, "not in the evidence: sign-ins")},
		{"part of a log", []detect.Need{{Any: signIns}}, map[evict.Kind]verdict.KindCoverage{evict.SignIns: {Why: "cut off"}}, no(evict.Partial, "sign-ins: cut off")},
		{"a field that no record has", []detect.Need{{Any: signIns, Fields: place}}, map[evict.Kind]verdict.KindCoverage{evict.SignIns: whole(1)}, no(evict.Blind, "sign-ins: no record carries the place with coordinates")},
		{"the same where the sign shows too", []detect.Need{{Any: signIns, Fields: address, Also: []detect.Need{{Any: signIns, Fields: place}}}}, map[evict.Kind]verdict.KindCoverage{evict.SignIns: whole(1)}, no(evict.Partial, "sign-ins: no record carries the place with coordinates")},
		{"another log where the sign shows too", []detect.Need{{Any: signIns, Also: []detect.Need{{Any: tokens}}}}, map[evict.Kind]verdict.KindCoverage{evict.SignIns: whole(1)}, no(evict.Partial, "not in the evidence: token-sign-ins")},
		{"a log without records lacks no field", []detect.Need{{Any: tokens, Fields: place}}, map[evict.Kind]verdict.KindCoverage{evict.TokenSignIns: whole(1)}, done(evict.TokenSignIns, day(1))},
		{"either log: the longer", []detect.Need{{Any: []evict.Kind{evict.SignIns, evict.TokenSignIns}}}, map[evict.Kind]verdict.KindCoverage{evict.SignIns: whole(9), evict.TokenSignIns: whole(2)}, done(evict.TokenSignIns, day(2))},
		{"both logs: the shorter", []detect.Need{{Any: tokens}, {Any: signIns}}, map[evict.Kind]verdict.KindCoverage{evict.SignIns: whole(9), evict.TokenSignIns: whole(2)}, done(evict.SignIns, day(9))},
		{"where the sign shows too: the shorter", []detect.Need{{Any: tokens, Also: []detect.Need{{Any: signIns}}}}, map[evict.Kind]verdict.KindCoverage{evict.SignIns: whole(9), evict.TokenSignIns: whole(2)}, done(evict.SignIns, day(9))},
		{"a state begins nowhere", []detect.Need{{Any: []evict.Kind{evict.RuleState}}}, map[evict.Kind]verdict.KindCoverage{evict.RuleState: whole(30)}, done(evict.UnknownKind, evict.Time{})},
	} {
		t.Run(c.name, func(t *testing.T) {
			kinds := [evict.KindCount]kindStat{evict.SignIns: {events: 3, fields: fieldsOf(from(day(3), "203.0.113.7", "", "", ""))}}
			s := sight{&kinds, c.cover, true}
			c.want.Detector = "d"
			if got := s.check(&detect.Detector{ID: "d", Needs: c.needs}, ""); got != c.want {
				t.Errorf("%+v, want %+v", got, c.want)
			}
		})
	}
}

func done(log evict.Kind, from evict.Time) verdict.Check {
	return verdict.Check{Check: evict.Check{Status: evict.Done}, Log: log, From: from}
}

// TestRiskHidden: a level that the licence hides, and one that the table calls not set, are none.
func TestRiskHidden(t *testing.T) {
	for level, want := range map[string]bool{"": false, "hidden": false, "Hidden": false, "none": true, "high": true} {
		for _, d := range []evict.Detail{&evict.SignIn{Risk: level}, &evict.Risk{Level: level}} {
			if got := fieldsOf(&evict.Event{Detail: d}).has(detect.NeedRisk); got != want {
				t.Errorf("%T with level %q: %v", d, level, got)
			}
		}
	}
}
