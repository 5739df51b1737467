package archtest

import (
	"go/ast"
	"go/token"
	"strconv"
	"strings"
	"testing"
)

// notAsked are operations that a detector looks for and that the search of a whole tenant leaves out, with the reason.
var notAsked = map[string]string{
	"harddelete": everyday, "softdelete": everyday, "movetodeleteditems": everyday, "move": everyday, "sendas": everyday, "sendonbehalf": everyday,
	"anonymouslinkcreated": everyday, "anonymouslinkupdated": everyday, "sharinginvitationcreated": everyday, "addedtosecurelink": everyday, "sharingset": everyday,
	"copilotinteraction": everyday, "download": everyday, "user started security info registration": everyday,
	"update service principal":       "services of Microsoft's write it by themselves all day",
	"set-remotemailbox":              "a cmdlet of Exchange on the premises, whose acts are not in the audit log",
	"new-mailboxexportrequest":       "a cmdlet of Exchange on the premises, whose acts are not in the audit log",
	"get-journalrule":                "no act: a state that was read",
	"federation configuration":       "Microsoft does not say how it is spelled in full",
	"delegated admin relationship":   "Microsoft does not say how it is spelled in full",
	"add passkey":                    "Microsoft does not say how it is spelled in full; User registered security info is asked for",
	"external authentication method": "Microsoft does not say how it is spelled in full; Authentication Methods Policy Update is asked for",
	"updated policy":                 spelling, "deleted policy": spelling, "crosstenant": spelling, "cross tenant": spelling, "delete security info": spelling,
	"requested": narrows, "expired": narrows, "denied": narrows, "canceled": narrows,
}

// Reasons that several operations share.
const (
	everyday = "everybody does it every day: asked for of the accounts of the case only, whose acts are asked for unfiltered"
	spelling = "another spelling of what is asked for, in other exports"
	narrows  = "says which of the operations found are meant"
)

// TestDetectorsGetWhatTheyLookFor: what a detector compares an operation with is in the list that a collection asks
// the whole tenant's audit log for (dangerous, in internal/collect), or stands above with the reason why not.
func TestDetectorsGetWhatTheyLookFor(t *testing.T) {
	asked := askedOperations(t)
	seen := map[string]bool{}
	for _, f := range sources(t) {
		if f.pkg != detectors {
			continue
		}
		for _, l := range lookedFor(f) {
			seen[l.text] = true
			if !l.in(asked) && notAsked[l.text] == "" {
				t.Errorf("%s: %q is not in dangerous of internal/collect/source_audit.go, so no collection sees it outside the accounts of its case: add it there, or say in notAsked why not", l.where, l.text)
			}
		}
	}
	if len(seen) < 50 {
		t.Errorf("only %d operations were found in the detectors: the test does not know how they compare any more", len(seen))
	}
	for text := range notAsked {
		if !seen[text] {
			t.Errorf("notAsked has %q, which no detector looks for", text)
		}
	}
}

// askedOperations are those of dangerous, as detectors compare them.
func askedOperations(t *testing.T) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	for _, f := range sources(t) {
		if f.pkg != "internal/collect" {
			continue
		}
		for _, d := range f.syntax.Decls {
			for _, v := range values(d) {
				if lit, ok := v.expr.(*ast.CompositeLit); ok && v.name == "dangerous" {
					for _, e := range lit.Elts {
						s, _ := stringLit(e)
						out[plainOperation(s)] = true
					}
				}
			}
		}
	}
	if len(out) == 0 {
		t.Fatal("dangerous was not found in internal/collect")
	}
	return out
}

// plainOperation is detect's plainOp: a test of the source can't call it.
func plainOperation(s string) string {
	return strings.TrimSuffix(strings.ToLower(strings.ReplaceAll(strings.TrimSpace(s), "–", "-")), ".")
}

// A looked is a text that a detector compares an operation with, or a part of one.
type looked struct {
	text, where string
	holds       func(operation, part string) bool // nil: it is all of the operation
}

func (l looked) in(asked map[string]bool) bool {
	if l.holds == nil {
		return asked[l.text]
	}
	for op := range asked {
		if l.holds(op, l.text) {
			return true
		}
	}
	return false
}

// lookedFor finds opIs(e.Op, "x"), cases of a switch over an operation, op == "x" and op != "x", and strings.HasPrefix or Contains(op, "x").
func lookedFor(f source) []looked {
	var out []looked
	add := func(holds func(string, string) bool, list ...ast.Expr) {
		for _, e := range list {
			if s, ok := stringLit(e); ok {
				out = append(out, looked{strings.ToLower(s), f.at(e), holds})
			}
		}
	}
	ast.Inspect(f.syntax, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			switch {
			case isCall(n, "opIs"):
				add(nil, n.Args[1:]...)
			case isCall(n, "HasPrefix") && isOperation(n.Args[0]):
				add(strings.HasPrefix, n.Args[1])
			case isCall(n, "Contains") && isOperation(n.Args[0]):
				add(strings.Contains, n.Args[1])
			}
		case *ast.BinaryExpr:
			if (n.Op == token.EQL || n.Op == token.NEQ) && isOperation(n.X) {
				add(nil, n.Y)
			}
		case *ast.SwitchStmt:
			if n.Tag != nil && isOperation(n.Tag) {
				for _, c := range n.Body.List {
					add(nil, c.(*ast.CaseClause).List...)
				}
			}
		}
		return true
	})
	return out
}

// isOperation reports an expression for an event's operation: a variable op, operation(e), plainOp(e.Op), strings.ToLower(e.Op) and the like.
func isOperation(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name == "op"
	case *ast.SelectorExpr:
		return e.Sel.Name == "Op"
	case *ast.CallExpr:
		return isCall(e, "operation") || len(e.Args) > 0 && isOperation(e.Args[0]) && !isCall(e, "HasPrefix", "Contains", "opIs")
	}
	return false
}

func isCall(e ast.Expr, names ...string) bool {
	c, ok := e.(*ast.CallExpr)
	if !ok {
		return false
	}
	name := ""
	switch f := c.Fun.(type) {
	case *ast.Ident:
		name = f.Name
	case *ast.SelectorExpr:
		name = f.Sel.Name
	}
	for _, n := range names {
		if n == name {
			return true
		}
	}
	return false
}

func stringLit(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(lit.Value)
	return s, err == nil
}
