package simtenant

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The part of OData that Graph's $filter and $orderby take: and, or, not,
// brackets, the comparisons, in, startswith, endswith, contains, any, all.

// A test says whether an object passes a filter.
type test func(Object) bool

// A filter is a parsed $filter.
type filter struct {
	passes   test
	paths    []string // properties that it looks at
	advanced bool     // holds what the directory only answers with ConsistencyLevel: eventual
}

type filterParser struct {
	tokens []string
	at     int
	out    filter
	vars   []string // of any and all
}

func badFilter(format string, a ...any) error {
	return badGraph("BadRequest", "Invalid filter clause: "+fmt.Sprintf(format, a...))
}

func parseFilter(s string) (f filter, err error) {
	defer func() {
		if x := recover(); x != nil {
			e, ok := x.(error)
			if !ok {
				panic(x)
			}
			err = e
		}
	}()
	p := &filterParser{tokens: filterTokens(s)}
	p.out.passes = p.or()
	if p.at < len(p.tokens) {
		panic(badFilter("Syntax error at '%s' in '%s'.", p.tokens[p.at], s))
	}
	return p.out, nil
}

func filterTokens(s string) []string {
	var out []string
	for i := 0; i < len(s); {
		switch ch := s[i]; {
		case ch == ' ' || ch == '\t':
			i++
		case ch == '\'':
			j := i + 1
			for ; ; j++ {
				if j >= len(s) {
					panic(badFilter("There is an unterminated string literal at position %d in '%s'.", i, s))
				}
				if s[j] == '\'' {
					if j+1 < len(s) && s[j+1] == '\'' {
						j++
						continue
					}
					break
				}
			}
			out = append(out, s[i:j+1])
			i = j + 1
		case strings.IndexByte("(),", ch) >= 0:
			out = append(out, s[i:i+1])
			i++
		default:
			j := i
			for j < len(s) && strings.IndexByte(" \t(),'", s[j]) < 0 {
				j++
			}
			word := s[i:j]
			// A lambda's variable ends with a colon that may touch what follows.
			if k := strings.IndexByte(word, ':'); k > 0 && len(out) > 0 && out[len(out)-1] == "(" && !strings.Contains(word[:k], "-") {
				out = append(out, word[:k+1])
				i += k + 1
				continue
			}
			out = append(out, word)
			i = j
		}
	}
	return out
}

func (p *filterParser) peek() string {
	if p.at < len(p.tokens) {
		return p.tokens[p.at]
	}
	return ""
}

func (p *filterParser) next() string {
	s := p.peek()
	if s == "" {
		panic(badFilter("Expression expected at the end."))
	}
	p.at++
	return s
}

func (p *filterParser) want(s string) {
	if got := p.next(); got != s {
		panic(badFilter("'%s' expected, '%s' found.", s, got))
	}
}

func (p *filterParser) or() test {
	left := p.and()
	for strings.EqualFold(p.peek(), "or") {
		p.at++
		a, b := left, p.and()
		left = func(o Object) bool { return a(o) || b(o) }
	}
	return left
}

func (p *filterParser) and() test {
	left := p.unary()
	for strings.EqualFold(p.peek(), "and") {
		p.at++
		a, b := left, p.unary()
		left = func(o Object) bool { return a(o) && b(o) }
	}
	return left
}

func (p *filterParser) unary() test {
	switch s := p.next(); {
	case strings.EqualFold(s, "not"):
		p.out.advanced = true
		inner := p.unary()
		return func(o Object) bool { return !inner(o) }
	case s == "(":
		inner := p.or()
		p.want(")")
		return inner
	case p.peek() == "(" && strings.Contains(s, "/"):
		return p.lambda(s)
	case p.peek() == "(":
		return p.function(s)
	default:
		return p.comparison(s)
	}
}

// lambda is path/any(x:…) or path/all(x:…).
func (p *filterParser) lambda(s string) test {
	i := strings.LastIndexByte(s, '/')
	path, kind := s[:i], strings.ToLower(s[i+1:])
	if kind != "any" && kind != "all" {
		panic(badFilter("An unknown function with name '%s' was found.", s))
	}
	p.see(path)
	p.want("(")
	name, ok := strings.CutSuffix(p.next(), ":")
	if !ok {
		panic(badFilter("A lambda expression was expected after '%s'.", s))
	}
	p.vars = append(p.vars, name)
	inner := p.or()
	p.vars = p.vars[:len(p.vars)-1]
	p.want(")")
	return func(o Object) bool {
		for _, item := range items(value(o, path)) {
			scope := Object{name: item}
			for k, v := range o {
				if k != name {
					scope[k] = v
				}
			}
			if inner(scope) != (kind == "all") {
				return kind == "any"
			}
		}
		return kind == "all"
	}
}

func (p *filterParser) function(name string) test {
	name = strings.ToLower(name)
	how := map[string]func(s, part string) bool{"startswith": strings.HasPrefix, "endswith": strings.HasSuffix, "contains": strings.Contains}[name]
	if how == nil {
		panic(badFilter("An unknown function with name '%s' was found.", name))
	}
	p.out.advanced = p.out.advanced || name != "startswith"
	p.want("(")
	path := p.next()
	p.see(path)
	p.want(",")
	want, ok := literal(p.next()).(string)
	if !ok {
		panic(badFilter("A string literal was expected."))
	}
	p.want(")")
	passes := func(o Object) bool {
		s, ok := value(o, path).(string)
		return ok && how(strings.ToLower(s), strings.ToLower(want))
	}
	if strings.EqualFold(p.peek(), "eq") { // contains(x,'y') eq true
		p.at++
		yes := strings.EqualFold(p.next(), "true")
		return func(o Object) bool { return passes(o) == yes }
	}
	return passes
}

func (p *filterParser) comparison(path string) test {
	if path == ")" || path == "," || strings.HasPrefix(path, "'") {
		panic(badFilter("A property was expected where '%s' is.", path))
	}
	p.see(path)
	switch op := strings.ToLower(p.next()); op {
	case "eq", "ne", "gt", "ge", "lt", "le":
		p.out.advanced = p.out.advanced || op == "ne"
		want := literal(p.next())
		return func(o Object) bool { return compares(value(o, path), op, want) }
	case "in":
		p.want("(")
		var list []any
		for {
			list = append(list, literal(p.next()))
			if s := p.next(); s == ")" {
				break
			} else if s != "," {
				panic(badFilter("',' expected, '%s' found.", s))
			}
		}
		return func(o Object) bool {
			return slices.ContainsFunc(list, func(x any) bool { return compares(value(o, path), "eq", x) })
		}
	default:
		panic(badFilter("Operator '%s' is not known.", op))
	}
}

// see notes a property that the filter looks at, but for a lambda's own variables.
func (p *filterParser) see(path string) {
	first, _, _ := strings.Cut(path, "/")
	if !slices.Contains(p.vars, first) {
		p.out.paths = append(p.out.paths, path)
	}
}

// literal reads 'text', true, false, null, a number; a bare GUID or time is text.
func literal(s string) any {
	switch strings.ToLower(s) {
	case "true", "false":
		return strings.EqualFold(s, "true")
	case "null":
		return nil
	case "(", ")", ",":
		panic(badFilter("A literal was expected where '%s' is.", s))
	}
	if len(s) >= 2 && s[0] == '\'' {
		return strings.ReplaceAll(s[1:len(s)-1], "''", "'")
	}
	if n, err := strconv.ParseFloat(s, 64); err == nil {
		return n
	}
	if _, err := time.Parse(time.RFC3339Nano, s); err != nil && !guidForm.MatchString(s) {
		panic(badFilter("A binary operator with incompatible types was detected, or '%s' is not a literal.", s))
	}
	return s
}

// value is what stands at a path inside an object.
func value(o any, path string) any {
	for name := range strings.SplitSeq(path, "/") {
		m := asObject(o)
		if m == nil {
			return nil
		}
		v, ok := m[name]
		if !ok {
			for k, x := range m {
				if strings.EqualFold(k, name) {
					v = x
				}
			}
		}
		o = v
	}
	return o
}

// items are the members of a collection.
func items(v any) []any {
	var out []any
	switch list := v.(type) {
	case []any:
		return list
	case []string:
		for _, x := range list {
			out = append(out, x)
		}
	case []Object:
		for _, x := range list {
			out = append(out, x)
		}
	}
	return out
}

// compares text without case, as the directory does, and times as times.
func compares(have any, op string, want any) bool {
	if have == nil || want == nil {
		return (op == "eq") == (have == want) && (op == "eq" || op == "ne")
	}
	n, ok := order(have, want)
	if !ok {
		return op == "ne"
	}
	switch op {
	case "eq":
		return n == 0
	case "ne":
		return n != 0
	case "gt":
		return n > 0
	case "ge":
		return n >= 0
	case "lt":
		return n < 0
	}
	return n <= 0
}

// order compares two values of one type.
func order(a, b any) (int, bool) {
	switch x := a.(type) {
	case bool:
		y, ok := b.(bool)
		if x == y {
			return 0, ok
		}
		if y {
			return -1, ok
		}
		return 1, ok
	case string:
		y, ok := b.(string)
		if !ok {
			return 0, false
		}
		if s, err := time.Parse(time.RFC3339Nano, x); err == nil {
			if u, err := time.Parse(time.RFC3339Nano, y); err == nil {
				return s.Compare(u), true
			}
		}
		return strings.Compare(strings.ToLower(x), strings.ToLower(y)), true
	}
	x, ok := asNumber(a)
	y, also := asNumber(b)
	switch {
	case !ok || !also:
		return 0, false
	case x < y:
		return -1, true
	case x > y:
		return 1, true
	}
	return 0, true
}

func asNumber(v any) (float64, bool) {
	switch x := v.(type) {
	case float64:
		return x, true
	case int:
		return float64(x), true
	case int64:
		return float64(x), true
	case json.Number:
		f, err := x.Float64()
		return f, err == nil
	}
	return 0, false
}

// sortBy sorts rows after an $orderby; rows that are the same by it keep their order.
func sortBy(rows []Object, orderby string) {
	type key struct {
		path string
		down bool
	}
	var keys []key
	for part := range strings.SplitSeq(orderby, ",") {
		if f := strings.Fields(part); len(f) > 0 {
			keys = append(keys, key{f[0], len(f) > 1 && strings.EqualFold(f[1], "desc")})
		}
	}
	slices.SortStableFunc(rows, func(a, b Object) int {
		for _, k := range keys {
			x, y := value(a, k.path), value(b, k.path)
			n, _ := order(x, y)
			if x == nil && y != nil {
				n = -1
			} else if y == nil && x != nil {
				n = 1
			}
			if k.down {
				n = -n
			}
			if n != 0 {
				return n
			}
		}
		return 0
	})
}
