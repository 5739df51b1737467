package simtenant

import (
	"net/url"
	"slices"
	"strings"
)

// A row is one call that this tenant answers: the strict table that ships with
// the project. What is not in it is refused; a test holds it against
// Microsoft's contract.
type row struct {
	method string
	path   string // {id} stands for one value; f(name='{x}') is a function; "delta()" may come with or without its brackets
	in     string // "v1.0", "beta", "v1.0 beta" of Graph; "activity"
	query  string // options that it may carry
	body   string // properties that its body may have (see bodySpec), "" for none
	app    string // application permissions, one of which lets it in, the least first; "" for no application at all
	people string // delegated permissions, likewise
	run    handler
}

// A handler answers a call that the table lets in. It holds the world.
type handler func(*call) reply

// tables are all rows.
func tables() [][]row {
	return [][]row{mailTable(), logTable(), directoryTable(), sharingTable()}
}

// find looks the call up in the table: its version, path, row and arguments.
func (c *call) find() {
	path := c.http.URL.EscapedPath()
	if c.service == graphService {
		c.version, path, _ = strings.Cut(strings.TrimPrefix(path, "/"), "/")
		path = "/" + path
	} else {
		c.version = "activity"
	}
	c.path = path
	given := segments(path)
	most := -1
	for _, table := range c.t.rows {
		for i := range table {
			r := &table[i]
			if r.method != c.http.Method || !slices.Contains(strings.Fields(r.in), c.version) {
				continue
			}
			if args, literal, ok := match(segments(r.path), given); ok && literal > most {
				c.row, c.args, most = r, args, literal
			}
		}
	}
}

// known says whether the path exists for any method, and up to which segment it
// is known otherwise.
func (c *call) known() (whole bool, segment string) {
	given := segments(c.path)
	far := 0
	for _, table := range c.t.rows {
		for i := range table {
			r := &table[i]
			if !slices.Contains(strings.Fields(r.in), c.version) {
				continue
			}
			want := segments(r.path)
			if _, _, ok := match(want, given); ok {
				return true, ""
			}
			for n := min(len(want), len(given)); n > far; n-- {
				if _, _, ok := match(want[:n], given[:n]); ok {
					far = n
				}
			}
		}
	}
	if far < len(given) {
		return false, given[far]
	}
	return false, given[len(given)-1]
}

// segments parts a path as it came. A key in brackets is a segment of its own:
// users('x') is users/x.
func segments(path string) []string {
	var out []string
	for s := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		s = strings.ReplaceAll(strings.ReplaceAll(s, "%28", "("), "%29", ")")
		name, rest, ok := strings.Cut(s, "(")
		if !ok || !strings.HasSuffix(rest, ")") {
			out = append(out, s)
			continue
		}
		rest = strings.TrimSuffix(rest, ")")
		switch unquoted, err := url.PathUnescape(rest); {
		case rest == "":
			out = append(out, name)
		case err == nil && (strings.HasPrefix(unquoted, "'") || isKey(unquoted)):
			out = append(out, name, rest)
		default:
			out = append(out, s)
		}
	}
	return out
}

// isKey says whether appId='…' or the like stands in the brackets, which names an
// object by another key than its ID.
func isKey(s string) bool {
	name, value, _ := strings.Cut(s, "=")
	return containsFold([]string{"appId", "deviceId", "roleTemplateId"}, name) && strings.HasPrefix(value, "'")
}

// match compares a row's path with a call's; literal counts the segments that
// are the same by name.
func match(want, given []string) (args map[string]string, literal int, ok bool) {
	if len(want) != len(given) {
		return nil, 0, false
	}
	args = map[string]string{}
	for i, w := range want {
		g := given[i]
		switch {
		case strings.HasPrefix(w, "{"):
			v, err := url.PathUnescape(g)
			if err != nil || v == "" {
				return nil, 0, false
			}
			args[strings.Trim(w, "{}")] = unquoted(v)
		case strings.Contains(w, "{"):
			before, name, _ := strings.Cut(w, "{")
			name, after, _ := strings.Cut(name, "}")
			v, err := url.PathUnescape(g)
			if err != nil || len(v) < len(before)+len(after) || !strings.EqualFold(v[:len(before)], before) || !strings.HasSuffix(v, after) {
				return nil, 0, false
			}
			// What stands inside may be escaped once more, as Microsoft's example has it.
			inner, err := url.PathUnescape(v[len(before) : len(v)-len(after)])
			if err != nil {
				return nil, 0, false
			}
			args[name] = inner
			literal++
		default:
			v, err := url.PathUnescape(g)
			if err != nil || !strings.EqualFold(shortType(v), shortType(w)) {
				return nil, 0, false
			}
			literal++
		}
	}
	return args, literal, true
}

// shortType is a cast segment without its long prefix.
func shortType(s string) string {
	if strings.HasPrefix(strings.ToLower(s), "microsoft.graph.") {
		return "graph." + s[len("microsoft.graph."):]
	}
	return s
}

// unquoted is the key of 'key' or of appId='key', which keeps its name.
func unquoted(s string) string {
	if len(s) >= 2 && s[0] == '\'' && s[len(s)-1] == '\'' {
		return strings.ReplaceAll(s[1:len(s)-1], "''", "'")
	}
	return s
}
