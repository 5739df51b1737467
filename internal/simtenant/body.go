package simtenant

import (
	"encoding/json"
	"strings"
	"sync"
	"time"
)

// A bodySpec says which properties a body may have, and of which type:
//
//	"accountEnabled:bool displayName passwordProfile{password forceChangePasswordNextSignIn:bool} userIds:texts"
//
// The types are text (when none is said), bool, int, time, texts and any; a
// brace opens an object, or a list of them after "name[]". A body that may be
// missing begins with "?", one that its handler checks itself is "*".
type bodySpec map[string]bodyProperty

type bodyProperty struct {
	kind  string
	inner bodySpec // of an object
	list  bool     // of objects
}

var parsedBodies sync.Map // text to bodySpec

func parseBody(s string) bodySpec {
	if v, ok := parsedBodies.Load(s); ok {
		return v.(bodySpec)
	}
	spec, rest := parseProperties(s)
	if rest != "" {
		panic("body: " + s)
	}
	parsedBodies.Store(s, spec)
	return spec
}

func parseProperties(s string) (bodySpec, string) {
	spec := bodySpec{}
	for {
		s = strings.TrimLeft(s, " ")
		if s == "" {
			return spec, ""
		}
		if s[0] == '}' {
			return spec, s[1:]
		}
		end := strings.IndexAny(s, " {}")
		if end < 0 {
			end = len(s)
		}
		name, kind, _ := strings.Cut(s[:end], ":")
		p := bodyProperty{kind: kind}
		s = s[end:]
		if strings.HasPrefix(s, "{") {
			p.kind = "object"
			name, p.list = strings.TrimSuffix(name, "[]"), strings.HasSuffix(name, "[]")
			p.inner, s = parseProperties(s[1:])
		}
		if p.kind == "" {
			p.kind = "text"
		}
		spec[name] = p
	}
}

// check refuses properties that the specification does not have, as Graph does.
func (spec bodySpec) check(o Object, at string) error {
	for _, name := range sortedKeys(o) {
		if strings.Contains(name, "@odata.") {
			continue
		}
		p, ok := spec[name]
		if !ok {
			return badGraph("Request_BadRequest", "Invalid property '"+at+name+"'.")
		}
		if !p.takes(o[name]) {
			return badGraph("Request_BadRequest", "Invalid value specified for property '"+at+name+"' of resource.")
		}
		if p.inner == nil || o[name] == nil {
			continue
		}
		items := []any{o[name]}
		if p.list {
			items = o[name].([]any)
		}
		for _, item := range items {
			inner, ok := item.(map[string]any)
			if !ok {
				return badGraph("Request_BadRequest", "Invalid value specified for property '"+at+name+"' of resource.")
			}
			if err := p.inner.check(inner, at+name+"."); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p bodyProperty) takes(v any) bool {
	if v == nil || p.kind == "any" {
		return true
	}
	switch p.kind {
	case "text":
		_, ok := v.(string)
		return ok
	case "bool":
		_, ok := v.(bool)
		return ok
	case "int":
		n, ok := v.(json.Number)
		if !ok {
			return false
		}
		_, err := n.Int64()
		return err == nil
	case "time":
		s, ok := v.(string)
		if !ok {
			return false
		}
		_, err := time.Parse(time.RFC3339Nano, s)
		return err == nil
	case "texts":
		list, ok := v.([]any)
		for _, x := range list {
			if _, text := x.(string); !text {
				return false
			}
		}
		return ok
	}
	_, isList := v.([]any)
	return isList == p.list
}
