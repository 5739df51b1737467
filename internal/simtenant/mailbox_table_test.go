package simtenant

import (
	"evict/internal/simtenant/contract"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var pathValue = regexp.MustCompile(`\{[^}]*\}`)

func TestMailRowsAgainstReference(t *testing.T) {
	for _, version := range []string{"v1.0", "beta"} {
		var calls []struct {
			Method, Path string
			Query        []string
			Permissions  struct {
				Application struct{ LeastPrivilege, AlsoWork []string }
			}
		}
		contract.NeedFile(t, "graph-"+version+"-reduced.calls.json", &calls)
		for _, r := range mailRows {
			found := false
			for _, c := range calls {
				if c.Method != r.method || pathValue.ReplaceAllString(c.Path, "{}") != pathValue.ReplaceAllString(r.path, "{}") {
					continue
				}
				found = true
				for _, q := range strings.Fields(r.query) {
					if !slices.Contains(c.Query, q) && !slices.Contains(c.Query, q+"*") {
						t.Errorf("%s: %s %s has no option %s", version, r.method, r.path, q)
					}
				}
				app := append(c.Permissions.Application.LeastPrivilege, c.Permissions.Application.AlsoWork...)
				if least := strings.Fields(r.permissions); len(app) > 0 && !slices.ContainsFunc(least, func(p string) bool { return slices.Contains(app, p) }) {
					t.Errorf("%s: %s %s: none of %v is among %v", version, r.method, r.path, least, app)
				}
			}
			if !found && r.method+" "+r.path != "POST /users/{id}/mailFolders" { // the data leave it out: learn.microsoft.com/graph/api/user-post-mailfolders
				t.Errorf("%s: no %s %s", version, r.method, r.path)
			}
		}
	}
}

// TestMailPropertiesAgainstReference: whatever a mailbox answers with is a
// property that Microsoft's schema has.
func TestMailPropertiesAgainstReference(t *testing.T) {
	var doc struct {
		Components struct {
			Schemas map[string]struct {
				Properties map[string]any
				AllOf      []struct {
					Ref        string `json:"$ref"`
					Properties map[string]any
				}
			}
		}
	}
	contract.NeedFile(t, "graph-v1.0-reduced.json", &doc)
	var properties func(name string) []string
	properties = func(name string) []string {
		s, ok := doc.Components.Schemas["microsoft.graph."+strings.TrimPrefix(name, "microsoft.graph.")]
		if !ok {
			t.Errorf("no schema %s", name)
		}
		out := slices.Collect(maps.Keys(s.Properties))
		for _, a := range s.AllOf {
			out = append(out, slices.Collect(maps.Keys(a.Properties))...)
			if a.Ref != "" {
				out = append(out, properties(a.Ref[strings.LastIndexByte(a.Ref, '/')+1:])...)
			}
		}
		return out
	}
	s := newShop(t)
	f := s.fill(1)
	f.Messages[0].CC = []string{"bo@contoso.example"}
	c := s.mail(nil, "")
	all := kindNames(predicates)
	for schema, o := range map[string]Object{
		"mailFolder": c.mailFolder(f), "message": c.message(f, f.Messages[0]), "mailboxSettings": c.mailboxSettings(),
		"automaticRepliesSetting": nested(c.mailboxSettings(), "automaticRepliesSetting"), "messageRulePredicates": all, "messageRuleActions": kindNames(ruleActions),
		"messageRule": messageRule(&InboxRule{ID: "1", Conditions: Object{"x": 1}, Actions: Object{"x": 1}, Exceptions: Object{"x": 1}}),
	} {
		known := properties(schema)
		for name := range o {
			if !strings.HasPrefix(name, "@odata.") && !slices.Contains(known, name) {
				t.Errorf("%s has no property %s", schema, name)
			}
		}
	}
	for _, f := range append(slices.Clone(conditionFields), actionFields...) {
		if f.graph != "" && predicates[f.graph] == "" && ruleActions[f.graph] == "" {
			t.Errorf("%s: no member %s", f.exchange, f.graph)
		}
	}
}

func kindNames(m map[string]string) Object {
	out := Object{}
	for k := range m {
		out[k] = true
	}
	return out
}
