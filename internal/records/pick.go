package records

import (
	"strings"

	"evict"
)

// Microsoft's exports name one field in several ways: camelCase in Graph,
// PascalCase in Log Analytics and PowerShell, words in the portal's CSV. The
// functions of this file read a field by all of its names. Where a family is
// told by a column of several names, recognising and decoding use one list.

// The time in Log Analytics and advanced hunting, whose CSV adds the zone, in
// the files of the Entra portal, and in what Azure Monitor puts around a record.
var (
	tableTime   = []string{"Timestamp", "Timestamp [UTC]", "TimeGenerated", "TimeGenerated [UTC]"}
	portalTime  = []string{"Date (UTC)", "Date"}
	wrapperTime = append([]string{"time"}, tableTime...)
)

// pick returns the text of the first named field that has any, exact names before others.
func pick(v value, keys ...string) string {
	for _, k := range keys {
		if s := plain(v.get(k)); s != "" {
			return s
		}
	}
	for _, k := range keys {
		if s := plain(v.folded(k)); s != "" {
			return s
		}
	}
	return ""
}

// folded returns the first field of the name in whatever case.
func (v value) folded(key string) value {
	if !v.isObject() {
		return value{}
	}
	nodes, h := v.a.nodes, foldedHash(key)
	for i, end := v.i+1, nodes[v.i].next; i < end; i = nodes[i+1].next {
		if nodes[i].next == h && equalFold(nodes[i].text, key) {
			return value{v.a, i + 1}
		}
	}
	return value{}
}

// plain is a scalar's text without blanks around it; "" for null, objects,
// arrays and the words by which tools write nothing.
func plain(v value) string {
	if v.isNull() || v.isObject() || v.isArray() {
		return ""
	}
	s := strings.TrimSpace(v.str())
	switch s {
	case "<null>", "null", "NULL", "$null":
		return ""
	}
	return s
}

// pickTri reads a truth value, which exports write as a boolean or a word.
func pickTri(v value, keys ...string) evict.Tri { return triWord(pick(v, keys...)) }

func triWord(s string) evict.Tri {
	switch strings.ToLower(s) {
	case "true", "yes", "1", "$true", "enabled":
		return evict.Yes
	case "false", "no", "0", "$false", "disabled":
		return evict.No
	}
	return evict.Unset
}

// pickInt reads a whole number; ok is false when there is none.
func pickInt(v value, keys ...string) (n int64, ok bool) { return number(pick(v, keys...)) }

// nested returns the first named field that is an object or array, parsing
// JSON that stands in a string, as Log Analytics and CSV exports have it.
func (d *Decoder) nested(v value, keys ...string) value {
	for _, k := range keys {
		if x := d.open(v.find(k)); x.isObject() || x.isArray() {
			return x
		}
	}
	return value{}
}

// open parses JSON text in a string; anything else is returned as it is.
func (d *Decoder) open(x value) value {
	if x.isObject() || x.isArray() {
		return x
	}
	if s := plain(x); len(s) > 1 && (s[0] == '{' || s[0] == '[') {
		if e := x.embedded(d.arena); e.isObject() || e.isArray() {
			return e
		}
	}
	return value{}
}

// list returns the texts of a field that exports write as an array, an object
// {"value":[...],"Count":n} of PowerShell 5.1, or one string.
func (d *Decoder) list(v value, keys ...string) []string {
	for _, k := range keys {
		if out := d.texts(v.find(k)); len(out) > 0 {
			return out
		}
	}
	return nil
}

// texts flattens a value to the texts in it; objects give the address, name or
// value that they carry.
func (d *Decoder) texts(x value) []string {
	if o := d.open(x); o.isObject() || o.isArray() {
		x = o
	}
	switch {
	case x.isArray():
		var out []string
		for item := range x.each {
			out = append(out, d.texts(item)...)
		}
		return out
	case x.isObject():
		if inner := x.find("value"); inner.isArray() {
			return d.texts(inner)
		}
		if inner := x.find("emailAddress"); inner.isObject() {
			x = inner
		}
		if s := pick(x, "address", "PrimarySmtpAddress", "userPrincipalName", "displayName", "Name", "value", "id"); s != "" {
			return []string{s}
		}
		return nil
	}
	if s := plain(x); s != "" && !lostText(s) {
		return []string{s}
	}
	return nil
}

// lostText reports whether PowerShell wrote the type of an object instead of
// its content, as Export-Csv does.
func lostText(s string) bool {
	return strings.HasPrefix(s, "Microsoft.Graph.") || strings.HasPrefix(s, "System.Collections.") || strings.HasPrefix(s, "System.Object") ||
		strings.HasPrefix(s, "Microsoft.Exchange.") && strings.HasSuffix(s, "]") || strings.HasPrefix(s, "System.String[")
}

// flat writes every scalar and nested field of an object as recorded.
func flat(v value, skip map[string]bool) []evict.Field {
	var out []evict.Field
	v.fields(func(name string, x value) bool {
		// PowerShell's remoting adds these to every object; @-keys annotate others.
		if skip[name] || strings.HasPrefix(name, "PS") && (name == "PSComputerName" || name == "PSShowComputerName") || name == "RunspaceId" || strings.Contains(name, "@") && !strings.HasPrefix(name, "@odata.type") {
			return true
		}
		s := ""
		if x.isObject() || x.isArray() {
			s = x.raw()
		} else {
			s = strings.TrimSpace(x.str())
		}
		out = append(out, evict.Field{Name: name, Value: s})
		return true
	})
	return out
}

// essence is the content hash of a record that several exports hold in
// different fullness: low 56 bits of what all of them have, and above them how
// poor this copy is, so that of two copies the richer sorts first. Filled is
// the number of fields that only some exports have.
func essence(filled int, parts ...string) uint64 {
	h := uint64(0x9ae16a3b2f90404f)
	for _, p := range parts {
		h = mix(h^hashText(p), 0xd6e8feb86659fd93)
	}
	return uint64(255-min(filled, 255))<<56 | h>>8
}

// toSecond is the time as exports of every precision have it.
func toSecond(t evict.Time) string {
	if !t.Set {
		return ""
	}
	return t.Std().Format("2006-01-02T15:04:05")
}
