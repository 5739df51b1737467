package simtenant

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A cmdlet is one row of the table of what the Exchange and compliance
// endpoints can run. Its parameters are those that Microsoft documents for the
// service and that this tenant understands; any other is refused, so that
// nothing is silently ignored.
type cmdlet struct {
	name    string
	params  string // "Identity! ResultSize:size Enabled:bool": name, type (text when none), "!" when required
	roles   string // management roles, one of which the caller needs, parted by "|"
	run     func(*command) ([]Object, error)
	write   bool
	purview bool // lives on the compliance endpoint, not on Exchange's
	own     bool // counts ResultSize itself
	denied  bool // refused to applications (EXO: app-only-auth-powershell-v2)
	spec    map[string]parameter
}

// A parameter is what a cmdlet takes.
type parameter struct {
	name, kind string
	required   bool
}

// A command is one run of a cmdlet.
type command struct {
	world    *World
	now      time.Time
	row      *cmdlet
	by       operator
	host     string         // that was asked
	params   map[string]any // by the table's spelling: string, bool, int64, time.Time, []string, listEdit or nil for $null
	warnings []string
	touched  []touch
}

// An operator is whoever runs a cmdlet: an application, or a person through one.
type operator struct {
	App       string // application ID
	Principal string // the application's object ID in this tenant
	User      *User  // nil for an application by itself
	Roles     map[string]bool
	Address   string // network address, for the records
}

// A touch is a change that a command made.
type touch struct{ Object, What string }

// A listEdit is a hashtable {add, remove} for a property with many values.
type listEdit struct{ Add, Remove []string }

// A cmdletError is a failure as Exchange reports it.
type cmdletError struct {
	Status        int
	Kind, Message string // .NET type, text
}

func (e *cmdletError) Error() string { return e.Kind + ": " + e.Message }

func notFound(what string) error {
	return &cmdletError{404, "Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException",
		fmt.Sprintf("The operation couldn't be performed because object '%s' couldn't be found on 'XX1PR01A001DC01.NAMPR01A001.PROD.OUTLOOK.COM'.", what)}
}

func ambiguous(what string) error {
	return &cmdletError{400, "Microsoft.Exchange.Configuration.Tasks.ManagementObjectAmbiguousException",
		fmt.Sprintf("The operation couldn't be performed because '%s' matches multiple entries.", what)}
}

func invalid(format string, a ...any) error {
	return &cmdletError{400, "Microsoft.Exchange.Configuration.Tasks.TaskInvalidOperationException", fmt.Sprintf(format, a...)}
}

func unbindable(format string, a ...any) error {
	return &cmdletError{400, "System.Management.Automation.ParameterBindingException", fmt.Sprintf(format, a...)}
}

// prepare reads the params of every row.
func prepare(rows []cmdlet) []cmdlet {
	for i := range rows {
		rows[i].spec = map[string]parameter{
			"erroraction": {name: "ErrorAction", kind: "text"}, "warningaction": {name: "WarningAction", kind: "text"},
		}
		for _, f := range strings.Fields(rows[i].params) {
			name, kind, _ := strings.Cut(f, ":")
			p := parameter{name: strings.TrimSuffix(name, "!"), kind: cmp.Or(kind, "text"), required: strings.HasSuffix(name, "!")}
			rows[i].spec[strings.ToLower(p.name)] = p
		}
	}
	return rows
}

// find is the cmdlet of that name on an endpoint, or nil.
func findCmdlet(name string, purview bool) *cmdlet {
	for i := range cmdlets {
		if c := &cmdlets[i]; c.purview == purview && strings.EqualFold(c.name, name) {
			return c
		}
	}
	return nil
}

// bind turns sent parameters into the command's.
func (c *command) bind(sent map[string]json.RawMessage) error {
	c.params = map[string]any{}
	names := make([]string, 0, len(sent))
	for name := range sent {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		p, ok := c.row.spec[strings.ToLower(name)]
		if !ok {
			return unbindable("A parameter cannot be found that matches parameter name '%s'.", name)
		}
		if _, twice := c.params[p.name]; twice {
			return unbindable("Cannot bind parameter because parameter '%s' is specified more than once.", p.name)
		}
		v, err := p.value(sent[name])
		if err != nil {
			return err
		}
		c.params[p.name] = v
	}
	for _, p := range c.row.spec {
		if p.required && (c.params[p.name] == nil || c.params[p.name] == "") {
			return unbindable("Cannot process command because of one or more missing mandatory parameters: %s.", p.name)
		}
	}
	return nil
}

// value reads one parameter. $null clears a text, a list or a nullable switch.
func (p parameter) value(raw json.RawMessage) (any, error) {
	bad := func() (any, error) {
		return nil, &cmdletError{400, "System.Management.Automation.ParameterBindingArgumentTransformationException",
			fmt.Sprintf("Cannot process argument transformation on parameter '%s'. Cannot convert value to type %s.", p.name, p.kind)}
	}
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return bad()
	}
	switch x := v.(type) {
	case nil:
		if p.kind == "bool" || p.kind == "switch" || p.kind == "int" {
			return bad()
		}
		return nil, nil
	case bool:
		if p.kind == "bool" || p.kind == "bool?" || p.kind == "switch" {
			return x, nil
		}
	case json.Number:
		n, err := x.Int64()
		switch {
		case err != nil:
		case p.kind == "int", p.kind == "size":
			return n, nil
		case p.kind == "text":
			return x.String(), nil
		}
	case string:
		return p.text(x, bad)
	case []any:
		return p.list(x, bad)
	case map[string]any:
		if p.kind == "list" && x["@odata.type"] == "#Exchange.GenericHashTable" {
			return hashtable(x, bad)
		}
	}
	return bad()
}

func (p parameter) text(s string, bad func() (any, error)) (any, error) {
	switch p.kind {
	case "text":
		return s, nil
	case "list":
		return []string{s}, nil
	case "date":
		for _, form := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02", "1/2/2006", "1/2/2006 3:04:05 PM"} {
			if t, err := time.Parse(form, s); err == nil {
				return t.UTC(), nil
			}
		}
	case "span":
		if _, err := parseSpan(s); err == nil {
			return s, nil
		}
	case "size", "int":
		if n, err := strconv.ParseInt(s, 10, 64); err == nil {
			return n, nil
		}
		if p.kind == "size" && strings.EqualFold(s, "Unlimited") {
			return s, nil
		}
	}
	return bad()
}

func (p parameter) list(items []any, bad func() (any, error)) (any, error) {
	if p.kind != "list" {
		return bad()
	}
	out := []string{}
	for _, x := range items {
		switch v := x.(type) {
		case string:
			out = append(out, v)
		case json.Number:
			out = append(out, v.String())
		default:
			return bad()
		}
	}
	return out, nil
}

func hashtable(x map[string]any, bad func() (any, error)) (any, error) {
	var e listEdit
	for key, to := range map[string]*[]string{"add": &e.Add, "remove": &e.Remove} {
		switch v := x[key].(type) {
		case nil:
		case string:
			*to = []string{v}
		case []any:
			for _, item := range v {
				s, ok := item.(string)
				if !ok {
					return bad()
				}
				*to = append(*to, s)
			}
		default:
			return bad()
		}
	}
	for key := range x {
		if key != "add" && key != "remove" && !strings.HasPrefix(key, "@") {
			return bad()
		}
	}
	return e, nil
}

// parseSpan reads a .NET TimeSpan: days.hours:minutes:seconds.
func parseSpan(s string) (time.Duration, error) {
	days := 0
	if d, rest, ok := strings.Cut(s, "."); ok {
		n, err := strconv.Atoi(d)
		if err != nil {
			return 0, err
		}
		days, s = n, rest
	}
	t, err := time.Parse("15:04:05", s)
	if err != nil {
		return 0, err
	}
	return time.Duration(days)*24*time.Hour + time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute + time.Duration(t.Second())*time.Second, nil
}

// text, flag, number, list and date give a parameter, or its zero value when it was not sent.

func (c *command) text(name string) string { s, _ := c.params[name].(string); return s }
func (c *command) flag(name string) bool   { b, _ := c.params[name].(bool); return b }
func (c *command) list(name string) []string {
	l, _ := c.params[name].([]string)
	return l
}
func (c *command) date(name string) time.Time { t, _ := c.params[name].(time.Time); return t }
func (c *command) has(name string) bool       { _, ok := c.params[name]; return ok }

// set writes the named parameters that were sent into an object.
func (c *command) set(o Object, names ...string) {
	for _, name := range names {
		if v, ok := c.params[name]; ok {
			o[name] = plain(v)
		}
	}
}

// edit is a list property after the parameter of that name.
func (c *command) edit(name string, had []string) []string {
	switch v := c.params[name].(type) {
	case []string:
		return slices.Clone(v)
	case listEdit:
		out := slices.DeleteFunc(slices.Clone(had), func(s string) bool { return containsFold(v.Remove, s) })
		for _, s := range v.Add {
			if !containsFold(out, s) {
				out = append(out, s)
			}
		}
		return out
	case nil:
		if c.has(name) {
			return nil
		}
	}
	return had
}

// plain is a parameter's value as a property holds it.
func plain(v any) any {
	switch x := v.(type) {
	case time.Time:
		return x.UTC().Format(time.RFC3339)
	case int64:
		return x
	default:
		return v
	}
}

func (c *command) warn(format string, a ...any) {
	c.warnings = append(c.warnings, fmt.Sprintf(format, a...))
}

// change notes a change to an object, by its name in the records.
func (c *command) change(object, what string) {
	c.touched = append(c.touched, touch{object, what})
}

func containsFold(list []string, s string) bool {
	return slices.ContainsFunc(list, func(x string) bool { return strings.EqualFold(x, s) })
}

// limit cuts rows to ResultSize and says so, as Exchange does.
func (c *command) limit(rows []Object) []Object {
	if _, ok := c.row.spec["resultsize"]; !ok || c.row.own {
		return rows
	}
	most := 1000
	switch v := c.params["ResultSize"].(type) {
	case int64:
		most = int(max(v, 0))
	case string: // Unlimited
		return rows
	}
	if len(rows) <= most {
		return rows
	}
	if c.has("ResultSize") {
		c.warn("There are more results available than are currently displayed. To view them, increase the value for the ResultSize parameter.")
	} else {
		c.warn("By default, only the first 1000 items are returned. Use the ResultSize parameter to specify the number of items returned. To return all items, specify \"-ResultSize Unlimited\". Be aware that, depending on the actual number of items, returning all items can take a long time and consume a large amount of memory.")
	}
	return rows[:most]
}
