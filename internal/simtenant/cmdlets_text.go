package simtenant

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// size is a count of bytes as Exchange prints it.
func size(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	switch {
	case n >= 1<<20:
		return fmt.Sprintf("%.4g MB (%s bytes)", float64(n)/(1<<20), digits)
	case n >= 1<<10:
		return fmt.Sprintf("%.4g KB (%s bytes)", float64(n)/(1<<10), digits)
	}
	return fmt.Sprintf("%d B (%s bytes)", n, digits)
}

var opathClause = regexp.MustCompile(`^\s*\(?\s*(\w+)\s+-(eq|ne|like)\s+('(?:[^']|'')*'|"[^"]*"|\$true|\$false|\$null)\s*\)?\s*$`)

// filterOPath keeps the rows that a recipient filter lets through: clauses of
// -eq, -ne and -like joined by -and or by -or. Anything else is refused.
func filterOPath(rows []Object, filter string) ([]Object, error) {
	if filter == "" {
		return rows, nil
	}
	all, clauses := true, splitFold(filter, " -and ")
	if len(clauses) == 1 {
		all, clauses = false, splitFold(filter, " -or ")
	}
	var tests []func(Object) bool
	for _, clause := range clauses {
		p := opathClause.FindStringSubmatch(clause)
		if p == nil {
			return nil, &cmdletError{400, "Microsoft.Exchange.Data.ParsingException", "Invalid filter syntax. For a description of the filter parameter syntax see the command help.\n\"" + filter + "\""}
		}
		name, op, want := p[1], strings.ToLower(p[2]), strings.Trim(p[3], `'"`)
		tests = append(tests, func(o Object) bool {
			got := "$null"
			switch v := o[name].(type) {
			case nil:
			case []string:
				got = strings.Join(v, ";")
			case bool:
				got = "$" + strconv.FormatBool(v)
			default:
				got = fmt.Sprint(v)
			}
			switch op {
			case "like":
				return like(strings.ToLower(got), strings.ToLower(want))
			case "ne":
				return !strings.EqualFold(got, want)
			}
			return strings.EqualFold(got, want)
		})
	}
	var out []Object
	for _, o := range rows {
		ok := all
		for _, t := range tests {
			if all {
				ok = ok && t(o)
			} else {
				ok = ok || t(o)
			}
		}
		if ok {
			out = append(out, o)
		}
	}
	return out, nil
}

func splitFold(s, sep string) []string {
	return regexp.MustCompile("(?i)"+regexp.QuoteMeta(sep)).Split(s, -1)
}

// like matches a wildcard that may begin or end with a star.
func like(s, pattern string) bool {
	core := strings.Trim(pattern, "*")
	switch before, after := strings.HasPrefix(pattern, "*"), strings.HasSuffix(pattern, "*"); {
	case before && after:
		return strings.Contains(s, core)
	case before:
		return strings.HasSuffix(s, core)
	case after:
		return strings.HasPrefix(s, core)
	}
	return s == core
}

// timeOf is a point in time, whoever wrote it.
func timeOf(v any) (time.Time, bool) {
	switch x := v.(type) {
	case time.Time:
		return x, !x.IsZero()
	case string:
		t, err := time.Parse(time.RFC3339, x)
		return t, err == nil
	}
	return time.Time{}, false
}

func sortedKeys(o Object) []string { return slices.Sorted(maps.Keys(o)) }
