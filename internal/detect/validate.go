package detect

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

var (
	idForm        = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	techniqueForm = regexp.MustCompile(`^T[0-9]{4}(\.[0-9]{3})?$`)
	itemForm      = regexp.MustCompile(`^(C([1-9]|1[01])|G([1-9]|1[0-8])|V19|[a-z]+(-[a-z]+)*)$`)
)

// Validate reports every detector that cannot be run, shown or documented as
// it stands, and every ID that occurs twice.
func Validate(all []*Detector) error {
	var errs []error
	known := map[string]bool{}
	for i, d := range all {
		if d == nil {
			errs = append(errs, fmt.Errorf("detector %d is nil", i))
			continue
		}
		if known[d.ID] {
			errs = append(errs, fmt.Errorf("%s: listed twice", d.ID))
		}
		known[d.ID] = true
		for _, why := range d.faults() {
			errs = append(errs, fmt.Errorf("%s: %s", d.ID, why))
		}
	}
	return errors.Join(errs...)
}

func (d *Detector) faults() []string {
	var out []string
	say := func(bad bool, why string) {
		if bad {
			out = append(out, why)
		}
	}
	say(!idForm.MatchString(d.ID), "the ID is not kebab-case")
	say(d.Rev < 1, "the revision is below 1")
	say(int(d.Scope) >= len(scopes), "the scope is unknown")
	say(d.Seed && (d.Scope == OriginScope || d.Scope == TenantScope), "only record and account scope can be a seed")
	say(d.Scope == RecordScope && !d.Seed, "a record-scope detector knows no attribution: it is a seed")
	say(!itemForm.MatchString(d.Item), "the item is neither a rule's (C5, G1) nor a word")
	say(d.Title == "" || strings.ContainsAny(d.Title, "\n"), "the title is not one line")
	say(!strings.Contains(d.Doc, "Innocent causes: "), "the doc names no innocent causes")
	say(!strings.Contains(d.Doc, "By hand: "), "the doc does not say how to check by hand")
	say(len(d.Techniques) == 0, "no technique")
	for _, t := range d.Techniques {
		say(!techniqueForm.MatchString(t), "no ATT&CK technique: "+t)
	}
	for _, s := range d.Symptoms {
		say(s < 1 || s > 10, fmt.Sprintf("there is no symptom %d", s))
	}
	say(len(d.Needs) == 0, "it needs no evidence at all")
	for _, n := range d.Needs {
		say(len(n.Any) == 0 && len(n.Fields) == 0, "an empty need")
	}
	for _, a := range d.Actions {
		say(!idForm.MatchString(a), "the action "+a+" is not kebab-case")
	}
	say(d.New == nil, "no watcher")
	return out
}
