package archtest

import (
	"go/ast"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const detectors = "internal/detect"

// A declared is one package-level variable that holds a detector.
type declared struct {
	file, name, id string
	where          string
}

// TestEveryDetectorIsListed finds the detectors that somebody wrote and did
// not list, and those whose file, variable and ID do not go together.
func TestEveryDetectorIsListed(t *testing.T) {
	listed := catalogNames(t)
	for _, d := range declaredDetectors(t) {
		if d.id == "" {
			t.Errorf("%s: the ID of %s is not a literal", d.where, d.name)
			continue
		}
		if !listed[d.name] {
			t.Errorf("%s: %s is not in catalog.go", d.where, d.name)
		}
		delete(listed, d.name)
		if want := camelCase(d.id); !strings.EqualFold(d.name, want) || d.name[0] < 'a' {
			t.Errorf("%s: detector %s is the variable %s, want %s", d.where, d.id, d.name, want)
		}
		if want := strings.ReplaceAll(d.id, "-", "_") + ".go"; filepath.Base(d.file) != want {
			t.Errorf("%s: detector %s belongs in %s", d.where, d.id, want)
		}
	}
	for name := range listed {
		t.Errorf("catalog.go lists %s, which is no detector declared at package level", name)
	}
}

// TestEveryDetectorHasCases: at least one case that finds something and one
// that stays quiet, in a folder named for the detector.
func TestEveryDetectorHasCases(t *testing.T) {
	dir := filepath.Join(root, detectors, "testdata")
	known := map[string]bool{}
	for _, d := range declaredDetectors(t) {
		known[d.id] = true
		files, err := filepath.Glob(filepath.Join(dir, d.id, "*.txtar"))
		if err != nil {
			t.Fatal(err)
		}
		finds, quiet := 0, 0
		for _, f := range files {
			if wants(t, f) {
				finds++
			} else {
				quiet++
			}
		}
		if finds == 0 || quiet == 0 {
			t.Errorf("%s: %d cases find, %d stay quiet; want at least one of each", d.id, finds, quiet)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil && len(known) > 0 {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.IsDir() && !known[e.Name()] {
			t.Errorf("testdata/%s is no detector's", e.Name())
		}
	}
}

// wants reports whether the case's section "want" names a finding.
func wants(t *testing.T, file string) bool {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	_, want, ok := strings.Cut(string(b), "-- want --\n")
	if !ok {
		t.Errorf("%s: no section want", file)
	}
	want, _, _ = strings.Cut(want, "\n-- ")
	return strings.TrimSpace(want) != ""
}

// catalogNames returns the variables that catalog.go lists.
func catalogNames(t *testing.T) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	for _, f := range sources(t) {
		if f.path != detectors+"/catalog.go" {
			continue
		}
		for _, d := range f.syntax.Decls {
			for _, v := range values(d) {
				lit, ok := v.expr.(*ast.CompositeLit)
				if v.name != "Catalog" || !ok {
					continue
				}
				for _, e := range lit.Elts {
					if u, ok := e.(*ast.UnaryExpr); ok {
						e = u.X
					}
					id, ok := e.(*ast.Ident)
					if !ok {
						t.Fatalf("%s: Catalog is not a list of variables", f.at(e))
					}
					if out[id.Name] {
						t.Errorf("%s: %s is listed twice", f.at(e), id.Name)
					}
					out[id.Name] = true
				}
				return out
			}
		}
	}
	t.Fatal("no Catalog in catalog.go")
	return nil
}

func declaredDetectors(t *testing.T) []declared {
	t.Helper()
	var out []declared
	for _, f := range sources(t) {
		if f.pkg != detectors {
			continue
		}
		for _, d := range f.syntax.Decls {
			for _, v := range values(d) {
				if lit := detectorLiteral(v.expr); lit != nil {
					out = append(out, declared{f.path, v.name, literalID(lit), f.at(lit)})
				}
			}
		}
	}
	return out
}

type value struct {
	name string
	expr ast.Expr
}

// values returns the package-level variables that a declaration initialises.
func values(d ast.Decl) []value {
	g, ok := d.(*ast.GenDecl)
	if !ok || g.Tok != token.VAR {
		return nil
	}
	var out []value
	for _, s := range g.Specs {
		vs := s.(*ast.ValueSpec)
		for i, e := range vs.Values {
			if i < len(vs.Names) {
				out = append(out, value{vs.Names[i].Name, e})
			}
		}
	}
	return out
}

// detectorLiteral returns e's composite literal when e is Detector{...} or &Detector{...}.
func detectorLiteral(e ast.Expr) *ast.CompositeLit {
	if u, ok := e.(*ast.UnaryExpr); ok {
		e = u.X
	}
	lit, ok := e.(*ast.CompositeLit)
	if !ok {
		return nil
	}
	if id, ok := lit.Type.(*ast.Ident); !ok || id.Name != "Detector" {
		return nil
	}
	return lit
}

func literalID(lit *ast.CompositeLit) string {
	for _, e := range lit.Elts {
		kv, ok := e.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		if k, ok := kv.Key.(*ast.Ident); !ok || k.Name != "ID" {
			continue
		}
		if b, ok := kv.Value.(*ast.BasicLit); ok {
			s, _ := strconv.Unquote(b.Value)
			return s
		}
	}
	return ""
}

// camelCase turns inbox-rule-hides-mail into inboxRuleHidesMail.
func camelCase(id string) string {
	parts := strings.Split(id, "-")
	for i := 1; i < len(parts); i++ {
		if parts[i] != "" {
			parts[i] = strings.ToUpper(parts[i][:1]) + parts[i][1:]
		}
	}
	return strings.Join(parts, "")
}
