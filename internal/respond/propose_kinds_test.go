package respond

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestEveryKindOfLeftoverIsAnswered: what a finding can say was left behind, a plan
// can take away, or a person is told of.
func TestEveryKindOfLeftoverIsAnswered(t *testing.T) {
	f, err := parser.ParseFile(token.NewFileSet(), "../../left.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	known := answers()
	n := 0
	ast.Inspect(f, func(x ast.Node) bool {
		v, ok := x.(*ast.ValueSpec)
		if !ok || !strings.HasPrefix(v.Names[0].Name, "Left") {
			return true
		}
		kind, err := strconv.Unquote(v.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		n++
		a, ok := known[kind]
		if !ok && !slices.Contains(forPeople, kind) {
			t.Errorf("nothing answers %s (%s): add it to answers in propose_find.go, or to forPeople", v.Names[0].Name, kind)
		}
		if ok && Find(a.action) == nil {
			t.Errorf("%s is answered by %s, which is no action", kind, a.action)
		}
		delete(known, kind)
		return true
	})
	if n < 30 {
		t.Errorf("only %d kinds were found", n)
	}
	for kind := range known {
		t.Errorf("an answer to %q, which no finding says", kind)
	}
	for _, id := range slices.Concat(standing, locksOut, stops, roleActions) {
		if Find(id) == nil {
			t.Errorf("the planner names %s, which is no action", id)
		}
	}
}

// onlyPicked are actions that no plan proposes, and why; an operator names them with --pick.
var onlyPicked = map[string]string{
	"DeleteInboxRule": "disabling does as much, and keeps the rule as evidence",
	"StopFlow":        "no log that is collected names a flow, so a person finds it",
}

// TestEveryActionIsProposed: each action of the catalog is wanted by some plan, by its variable or its ID, or it is said why only
// an operator can want it.
func TestEveryActionIsProposed(t *testing.T) {
	pkg, actions := parsed(t), variables()
	named := map[string]bool{}
	for name, f := range pkg {
		if name == "catalog.go" || name == "order.go" || name == "guards.go" {
			continue // they order and refuse
		}
		ast.Inspect(f, func(x ast.Node) bool {
			switch v := x.(type) {
			case *ast.ValueSpec:
				for _, n := range v.Names {
					if actions[n.Name] != nil {
						return false // its own definition
					}
				}
			case *ast.Ident:
				named[v.Name] = true
			case *ast.BasicLit:
				if s, err := strconv.Unquote(v.Value); err == nil {
					named[s] = true
				}
			}
			return true
		})
	}
	for name, a := range actions {
		proposed := named[name] || named[string(a.ID)]
		if why := onlyPicked[name]; proposed == (why != "") {
			t.Errorf("%s: named by what plans %v, and only picked because %q", name, proposed, why)
		}
	}
}

// variables are the actions of the catalog by the names of their variables.
func variables() map[string]*Action {
	out := map[string]*Action{}
	for _, a := range Catalog {
		name := ""
		for _, part := range strings.Split(string(a.ID), "-") {
			name += strings.ToUpper(part[:1]) + part[1:]
		}
		out[name] = a
	}
	return out
}

// parsed are the files of this package, without tests.
func parsed(t *testing.T) map[string]*ast.File {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]*ast.File{}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		if out[name], err = parser.ParseFile(token.NewFileSet(), name, nil, 0); err != nil {
			t.Fatal(err)
		}
	}
	return out
}
