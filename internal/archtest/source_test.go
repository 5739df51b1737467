package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

var root = filepath.Join("..", "..")

// A source is one Go file that is not a test.
type source struct {
	path   string // from the repository's root, with slashes
	pkg    string // its folder
	syntax *ast.File
	fset   *token.FileSet
}

func (s source) at(n ast.Node) string {
	return s.path + ":" + strconv.Itoa(s.fset.Position(n.Pos()).Line)
}

func (s source) imports() []string {
	var out []string
	for _, im := range s.syntax.Imports {
		name, err := strconv.Unquote(im.Path.Value)
		if err != nil {
			panic(err) // unreachable: the parser took it
		}
		out = append(out, name)
	}
	return out
}

// sources parses every Go file of the repository that is not a test.
func sources(t *testing.T) []source {
	t.Helper()
	var out []source
	fset := token.NewFileSet()
	walk(t, func(path string, _ fs.DirEntry) {
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return
		}
		f, err := parser.ParseFile(fset, filepath.Join(root, path), nil, parser.ParseComments)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			return
		}
		out = append(out, source{path, pathDir(path), f, fset})
	})
	if len(out) == 0 {
		t.Fatal("no source found: the test looks in the wrong place")
	}
	return out
}

func pathDir(path string) string {
	if i := strings.LastIndexByte(path, '/'); i >= 0 {
		return path[:i]
	}
	return "."
}

// walk visits every file of the repository but git's and what was built.
func walk(t *testing.T, visit func(path string, d fs.DirEntry)) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if d.IsDir() {
			switch rel {
			case ".git", "bin", "dist":
				return filepath.SkipDir
			}
			return nil
		}
		visit(rel, d)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
