// Package contract holds requests against Microsoft's contract as data: which
// calls of Graph exist, with which query options and properties of the body, and
// which cmdlets with which parameters. The data are no part of the project; tests
// are handed a folder with them.
//
// It knows neither the client nor the simulated tenant, whose tables it is to judge.
package contract

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// A Contract is what Microsoft published.
type Contract struct {
	specs   map[string]*spec           // by version
	cmdlets map[string]map[string]bool // parameters by cmdlet, both in lower case
}

type object = map[string]any

type spec struct {
	root  object
	paths []path
}

type path struct {
	template string
	form     *regexp.Regexp
	methods  object
}

// Load reads the folder: graph-v1.0-reduced.json, graph-beta-reduced.json and
// exo-cmdlets.json.
func Load(dir string) (*Contract, error) {
	c := &Contract{specs: map[string]*spec{}, cmdlets: map[string]map[string]bool{}}
	for _, version := range []string{"v1.0", "beta"} {
		var root object
		if err := read(dir, "graph-"+version+"-reduced.json", &root); err != nil {
			return nil, err
		}
		s := &spec{root: root}
		paths, _ := root["paths"].(object)
		for t, methods := range paths {
			m, _ := methods.(object)
			s.paths = append(s.paths, path{t, form(t), m})
		}
		slices.SortFunc(s.paths, func(a, b path) int { // the most literal first
			if n := strings.Count(a.template, "{") - strings.Count(b.template, "{"); n != 0 {
				return n
			}
			return strings.Compare(a.template, b.template)
		})
		c.specs[version] = s
	}
	var exo struct {
		Cmdlets map[string]struct {
			Parameters map[string]struct{ Applicable []string }
		}
	}
	if err := read(dir, "exo-cmdlets.json", &exo); err != nil {
		return nil, err
	}
	for name, x := range exo.Cmdlets {
		params := map[string]bool{}
		for p, where := range x.Parameters {
			params[strings.ToLower(p)] = slices.ContainsFunc(where.Applicable, func(s string) bool { return strings.Contains(s, "Online") || strings.Contains(s, "Compliance") })
		}
		c.cmdlets[strings.ToLower(name)] = params
	}
	return c, nil
}

func read(dir, file string, v any) error {
	b, err := os.ReadFile(filepath.Join(dir, file))
	if err == nil {
		err = json.Unmarshal(b, v)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

var value = regexp.MustCompile(`\\\{[^}]*\\\}`)

// form matches a path; a function may come with or without its brackets, and a
// cast with its long name or its short one.
func form(template string) *regexp.Regexp {
	s := value.ReplaceAllString(regexp.QuoteMeta(template), `[^/]+?`)
	s = strings.ReplaceAll(strings.TrimSuffix(s, `\(\)`), `microsoft\.graph\.`, `graph\.`)
	return regexp.MustCompile(`(?i)^` + strings.ReplaceAll(s, `/graph\.`, `/(microsoft\.)?graph\.`) + `(\(\))?$`)
}

// A Call is one that the data leave out; it was read on the page behind Doc.
type Call struct {
	Method, Path string   // Path with {} for its values
	Query, Body  []string // options, and properties of the body
	Doc          string
}

var (
	listOptions = []string{"$count", "$expand", "$filter", "$orderby", "$search", "$select", "$skip", "$top"}
	credentials = []string{"keyCredentials"}
)

// Further are the calls of Graph's that the data leave out.
var Further = []Call{
	{"POST", "/$batch", nil, []string{"requests"}, "https://learn.microsoft.com/graph/json-batching"},
	{"GET", "/groups", listOptions, nil, "https://learn.microsoft.com/graph/api/group-list"},
	{"GET", "/groups/{}", listOptions[1:6], nil, "https://learn.microsoft.com/graph/api/group-get"},
	{"GET", "/users/{}/manager", listOptions[1:6], nil, "https://learn.microsoft.com/graph/api/user-list-manager"},
	{"GET", "/directory/deletedItems/microsoft.graph.user", listOptions, nil, "https://learn.microsoft.com/graph/api/directory-deleteditems-list"},
	{"GET", "/applications", listOptions, nil, "https://learn.microsoft.com/graph/api/application-list"},
	{"GET", "/applications/{}", listOptions[1:6], nil, "https://learn.microsoft.com/graph/api/application-get"},
	{"PATCH", "/applications/{}", nil, credentials, "https://learn.microsoft.com/graph/api/application-update"},
	{"POST", "/applications/{}/removePassword", nil, []string{"keyId"}, "https://learn.microsoft.com/graph/api/application-removepassword"},
	{"POST", "/servicePrincipals/{}/removePassword", nil, []string{"keyId"}, "https://learn.microsoft.com/graph/api/serviceprincipal-removepassword"},
	{"POST", "/users/{}/mailFolders", nil, []string{"displayName", "isHidden"}, "https://learn.microsoft.com/graph/api/user-post-mailfolders"},
	{"GET", "/shares/{}/driveItem", []string{"$select", "$expand"}, nil, "https://learn.microsoft.com/graph/api/shares-get"},
	{"GET", "/drives/{}/items/{}/permissions", []string{"$select", "$top"}, nil, "https://learn.microsoft.com/graph/api/driveitem-list-permissions"},
	{"DELETE", "/drives/{}/items/{}/permissions/{}", nil, nil, "https://learn.microsoft.com/graph/api/permission-delete"},
}

// FurtherCmdlets are those that the data leave out, with the parameters that are
// used of them, in lower case (learn.microsoft.com/powershell/module/exchangepowershell).
var FurtherCmdlets = map[string]string{
	"enable-app": "identity mailbox confirm", "disable-app": "identity mailbox confirm", "enable-journalrule": "identity confirm", "disable-journalrule": "identity confirm",
	"set-remotedomain": "identity autoforwardenabled confirm", "set-hostedoutboundspamfilterpolicy": "identity autoforwardingmode confirm",
}

var (
	graphPath    = regexp.MustCompile(`^/(v1\.0|beta)(/.+)$`)
	exchangePath = regexp.MustCompile(`^/adminapi/beta/[^/]+/InvokeCommand$`)
	// What Exchange's module asks first: its files, and on the compliance endpoint the tenant's own host.
	discoveryPath = regexp.MustCompile(`^/adminapi/(v1\.0/[^/]+/EXOModuleFile|beta/[^/]+/EXOBanner(\(|%28)('|%27)AutogenSession('|%27)(\)|%29))$`)
	loginPath     = regexp.MustCompile(`^/[^/]+/(oauth2/v2\.0/(token|devicecode)|oauth2/deviceauth|v2\.0/\.well-known/openid-configuration|discovery/v2\.0/keys)$|^/common/discovery/instance$`)
	activityPath  = regexp.MustCompile(`^/api/v1\.0/[^/]+/activity/feed/(subscriptions/(list|start|stop|content)|audit/[^/]+)$`)
)

// Check says what of a request is not in the contract; nothing when all of it is.
func (c *Contract) Check(method, address string, body []byte) []string {
	u, err := url.Parse(address)
	if err != nil {
		return []string{err.Error()}
	}
	p := u.EscapedPath()
	switch m := graphPath.FindStringSubmatch(p); {
	case m != nil:
		return c.graph(m[1], method, m[2], u.Query(), body)
	case exchangePath.MatchString(p) && method == "POST":
		return c.cmdlet(body)
	case discoveryPath.MatchString(p) && method == "GET":
		return nil
	case loginPath.MatchString(u.Path), activityPath.MatchString(p):
		return nil
	}
	return []string{"no path of a service"}
}

// Has says whether there is a call, by a path as it stands in a table: {} or {name} for its values.
func (c *Contract) Has(version, method, p string) bool {
	_, op := c.find(version, method, p)
	return op != nil || further(method, p) != nil
}

func (c *Contract) find(version, method, p string) (template string, op object) {
	for _, t := range c.specs[version].paths {
		if t.form.MatchString(p) {
			if op, ok := t.methods[strings.ToLower(method)].(object); ok {
				return t.template, op
			}
		}
	}
	if q := keys.ReplaceAllString(p, "/x$1"); q != p { // users('x') is users/x
		return c.find(version, method, q)
	}
	return "", nil
}

// keys are those of an object in brackets, as they come in an address.
var keys = regexp.MustCompile(`(?:\(|%28)(?:[a-zA-Z]+=)?(?:'|%27)[^/]*?(?:'|%27)(?:\)|%29)(/|$)`)

func further(method, p string) *Call {
	for i := range Further {
		f := &Further[i]
		want := regexp.MustCompile(`(?i)^` + strings.ReplaceAll(regexp.QuoteMeta(f.Path), `\{\}`, `[^/]+`) + `$`)
		if f.Method == method && want.MatchString(p) {
			return f
		}
	}
	return nil
}

func (c *Contract) graph(version, method, p string, query url.Values, body []byte) []string {
	template, op := c.find(version, method, p)
	var bad []string
	var options []string
	f := further(method, p)
	switch {
	case op != nil:
		options = c.options(version, template, op)
	case f != nil:
		options = f.Query
	default:
		return []string{"no " + method + " " + p + " in " + version}
	}
	for name := range query {
		if name != "$skiptoken" && name != "$deltatoken" && !slices.Contains(options, name) {
			bad = append(bad, "query option "+name+" not on "+template)
		}
	}
	var v any
	if len(body) > 0 && json.Unmarshal(body, &v) != nil {
		return append(bad, "the body is no JSON")
	}
	given, _ := v.(object)
	if op == nil {
		for name := range given {
			if !slices.Contains(f.Body, name) && !strings.Contains(name, "@odata") {
				bad = append(bad, "unknown body property "+name)
			}
		}
		return bad
	}
	root := c.specs[version].root
	schema := requestSchema(root, op)
	switch {
	case schema == nil && len(given) > 0:
		bad = append(bad, "a body, and none is defined")
	case schema != nil && v == nil && method != "DELETE" && required(op):
		bad = append(bad, "no body")
	case schema != nil:
		bad = append(bad, properties(root, schema, v, "")...)
	}
	return bad
}

func required(op object) bool {
	b, _ := op["requestBody"].(object)
	yes, _ := b["required"].(bool)
	return yes
}

// options are the query options of a call.
func (c *Contract) options(version, template string, op object) []string {
	root := c.specs[version].root
	var out []string
	params, _ := op["parameters"].([]any)
	for _, t := range c.specs[version].paths {
		if t.template == template {
			more, _ := t.methods["parameters"].([]any)
			params = append(slices.Clone(params), more...)
		}
	}
	for _, x := range params {
		p := deref(root, x)
		if name, ok := p["name"].(string); ok && p["in"] == "query" {
			out = append(out, strings.TrimSuffix(name, "*"))
		}
	}
	return append(out, "includeHiddenFolders")
}

// Options are the query options of a call, by the path of a table.
func (c *Contract) Options(version, method, p string) []string {
	if t, op := c.find(version, method, p); op != nil {
		return c.options(version, t, op)
	}
	if f := further(method, p); f != nil {
		return f.Query
	}
	return nil
}

// Permissions are those that a call works with, of applications or of people who
// act through one; none when the data name none.
func (c *Contract) Permissions(version, method, p string, people bool) []string {
	_, op := c.find(version, method, p)
	perms, _ := op["x-permissions"].(object)
	kind := "Application"
	if people {
		kind = "DelegatedWork"
	}
	of, _ := perms[kind].(object)
	var out []string
	for _, name := range []string{"leastPrivilege", "alsoWork"} {
		list, _ := of[name].([]any)
		for _, x := range list {
			if s, ok := x.(string); ok {
				out = append(out, s)
			}
		}
	}
	return out
}

// BodyProperty says whether a call's body has a property; a path leads into
// objects: "passwordProfile/password".
func (c *Contract) BodyProperty(version, method, p, property string) bool {
	_, op := c.find(version, method, p)
	if op == nil {
		f := further(method, p)
		first, _, _ := strings.Cut(property, "/")
		return f != nil && slices.Contains(f.Body, first)
	}
	root := c.specs[version].root
	schema := requestSchema(root, op)
	for name := range strings.SplitSeq(property, "/") {
		x, ok := members(root, schema)[name]
		if !ok {
			return false
		}
		schema = deref(root, x)
		if item, ok := schema["items"]; ok {
			schema = deref(root, item)
		}
	}
	return true
}

// HasProperty says whether a type of Graph's has a property.
func (c *Contract) HasProperty(version, typ, property string) (known, has bool) {
	root := c.specs[version].root
	components, _ := root["components"].(object)
	schemas, _ := components["schemas"].(object)
	s, ok := schemas["microsoft.graph."+typ].(object)
	if !ok {
		return false, false
	}
	_, has = members(root, s)[property]
	return true, has
}

func requestSchema(root, op object) object {
	body := deref(root, op["requestBody"])
	content, _ := body["content"].(object)
	for _, x := range content {
		c, _ := x.(object)
		return deref(root, c["schema"])
	}
	return nil
}

// deref follows $ref.
func deref(root object, x any) object {
	s, _ := x.(object)
	for {
		ref, ok := s["$ref"].(string)
		if !ok {
			return s
		}
		s = root
		for name := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
			s, _ = s[name].(object)
		}
	}
}

// members are all properties of a schema, with those of what it is made of.
func members(root, schema object) object {
	out := object{}
	s := deref(root, schema)
	own, _ := s["properties"].(object)
	for name, x := range own {
		out[name] = x
	}
	for _, how := range []string{"allOf", "anyOf", "oneOf"} {
		list, _ := s[how].([]any)
		for _, x := range list {
			for name, y := range members(root, deref(root, x)) {
				out[name] = y
			}
		}
	}
	return out
}

// properties holds a body against a schema. Actions of Outlook spell their
// parameters with a capital in the data, and without in the documentation.
func properties(root, schema object, v any, at string) []string {
	var bad []string
	switch x := v.(type) {
	case []any:
		for _, y := range x {
			bad = append(bad, properties(root, deref(root, schema["items"]), y, at)...)
		}
	case object:
		known := members(root, schema)
		if len(known) == 0 {
			return nil // an open type
		}
		for name, y := range x {
			if strings.Contains(name, "@odata") {
				continue
			}
			inner, ok := known[name]
			if !ok && at == "" {
				inner, ok = known[strings.ToUpper(name[:1])+name[1:]]
			}
			if !ok {
				bad = append(bad, "unknown body property "+at+name)
				continue
			}
			bad = append(bad, properties(root, deref(root, inner), y, at+name+".")...)
		}
	}
	slices.Sort(bad)
	return bad
}

func (c *Contract) cmdlet(body []byte) []string {
	var in struct {
		CmdletInput *struct {
			CmdletName string
			Parameters object
		}
	}
	if json.Unmarshal(body, &in) != nil || in.CmdletInput == nil {
		return []string{"no CmdletInput"}
	}
	name := strings.ToLower(in.CmdletInput.CmdletName)
	params, ok := c.cmdlets[name]
	if more, left := FurtherCmdlets[name]; !ok && left {
		ok, params = true, map[string]bool{}
		for p := range strings.FieldsSeq(more) {
			params[p] = true
		}
	}
	if !ok {
		return []string{"unknown cmdlet " + in.CmdletInput.CmdletName}
	}
	var bad []string
	for p := range in.CmdletInput.Parameters {
		if l := strings.ToLower(p); !params[l] && l != "erroraction" && l != "warningaction" {
			bad = append(bad, "unknown parameter "+p+" of "+in.CmdletInput.CmdletName)
		}
	}
	slices.Sort(bad)
	return bad
}
