package detect

import (
	"strings"

	"evict"
)

// operation is the name of an act for comparison; see plainOp.
func operation(e *evict.Event) string { return plainOp(e.Op) }

// directoryChange returns what a person or application changed in the
// directory; ok is false for other records, failures and Microsoft's own work.
func directoryChange(e *evict.Event) (c *evict.Changes, ok bool) {
	c, ok = e.Detail.(*evict.Changes)
	return c, ok && e.Outcome != evict.Failure && e.Actor.Kind != evict.Service && !seen(e)
}

// plainValue takes the JSON dress off a property's value: ["x"] and "x" are x.
func plainValue(s string) string {
	return strings.Trim(s, "[]\" \r\n\t")
}

// newValue is the property's new value without its JSON dress.
func newValue(c *evict.Changes, names ...string) string {
	for _, n := range names {
		if p, ok := c.Prop(n); ok && plainValue(p.New) != "" {
			return plainValue(p.New)
		}
	}
	return ""
}

// contains reports whether one of the words occurs.
func (w changeText) contains(words ...string) bool {
	for _, s := range words {
		if strings.Contains(string(w), s) {
			return true
		}
	}
	return false
}

// changeText is everything that a change says, lower-cased, for searching.
type changeText string

func textOf(c *evict.Changes) changeText {
	var b strings.Builder
	for _, p := range c.Props {
		b.WriteString(p.Name + " " + p.New + "\n")
	}
	for _, f := range c.Extra {
		b.WriteString(f.Name + " " + f.Value + "\n")
	}
	return changeText(strings.ToLower(b.String()))
}

// extra is the value of one of the record's other fields.
func extra(c *evict.Changes, names ...string) string {
	for _, n := range names {
		for _, f := range c.Extra {
			if strings.EqualFold(f.Name, n) && f.Value != "" {
				return f.Value
			}
		}
	}
	return ""
}

// whom names the account that the act concerns: grantee or target, else the
// application, else the object as the record writes it (a domain, a policy).
func whom(e *evict.Event) string {
	for _, p := range []evict.Part{evict.Grantee, evict.Target, evict.Application} {
		if s := e.Subject(p); s.Who.IsPerson() {
			return s.Who.ID
		} else if s.Label != "" && p == evict.Application {
			return s.Label
		}
	}
	s := e.Subject(evict.Target)
	if s.Label != "" {
		return s.Label
	}
	if c, ok := e.Detail.(*evict.Changes); ok && s.Who.ID == "" {
		return c.Object
	}
	return s.Who.ID
}

// appOf is the application that the act concerns, by name and identifier.
func appOf(e *evict.Event, c *evict.Changes) (name, id string) {
	s := e.Subject(evict.Application)
	name, id = s.Label, s.Who.ID
	if name == "" {
		name = newValue(c, "DisplayName", "Name", "ServicePrincipal.DisplayName")
	}
	if name == "" {
		name = e.Subject(evict.Target).Label
	}
	return name, id
}

// onTenant and onApp are the subjects of acts on settings and on applications.
func onTenant(e *evict.Event) evict.FindingSubject {
	return evict.FindingSubject{Kind: evict.OnTenant, ID: string(e.Tenant)}
}

func onApp(name, id string) evict.FindingSubject {
	if id == "" {
		id = name
	}
	return evict.FindingSubject{Kind: evict.OnApplication, ID: id}
}
