package respond

import (
	"go/ast"
	"go/parser"
	"go/token"
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
