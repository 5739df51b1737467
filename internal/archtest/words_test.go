package archtest

import (
	"bytes"
	"go/ast"
	"go/token"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestNounsAreDocumented: the root package is the glossary of the code.
func TestNounsAreDocumented(t *testing.T) {
	for _, f := range sources(t) {
		if f.pkg != "." {
			continue
		}
		for _, d := range f.syntax.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				// String is what fmt says it is.
				if d.Name.IsExported() && d.Doc == nil && d.Name.Name != "String" {
					t.Errorf("%s: %s has no doc comment", f.at(d), d.Name.Name)
				}
			case *ast.GenDecl:
				undocumented(t, f, d)
			}
		}
	}
}

// undocumented reports the exported names of a declaration that neither they
// themselves nor, for a group of constants or variables, the group explains.
func undocumented(t *testing.T, f source, d *ast.GenDecl) {
	for _, s := range d.Specs {
		switch s := s.(type) {
		case *ast.TypeSpec:
			if s.Name.IsExported() && s.Doc == nil && d.Doc == nil {
				t.Errorf("%s: type %s has no doc comment", f.at(s), s.Name.Name)
			}
		case *ast.ValueSpec:
			if d.Tok == token.IMPORT {
				continue
			}
			for _, n := range s.Names {
				if n.IsExported() && s.Doc == nil && s.Comment == nil && d.Doc == nil {
					t.Errorf("%s: %s has no doc comment", f.at(s), n.Name)
				}
			}
		}
	}
}

// homes are paths of somebody's machine. The pieces are joined here so that
// this file does not name one.
var homes = regexp.MustCompile(`(^|[\s"'=(:])(` + strings.Join([]string{"/ho" + "me/", "/ro" + "ot/", "/wo" + "rk/", "/Us" + "ers/"}, "|") + `)[A-Za-z0-9._-]`)

// TestNothingNamesAMachine: a path of the machine on which the project was
// written, or the host of a package registry that it used, is of no use to
// anybody else and says more than it should.
func TestNothingNamesAMachine(t *testing.T) {
	banned := map[string]string{}
	here, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	banned[here+string(filepath.Separator)] = "the path of this checkout"
	for _, host := range registries() {
		banned[host] = "the host of a package registry of this machine"
	}
	walk(t, func(path string, d fs.DirEntry) {
		if !d.Type().IsRegular() {
			return
		}
		b, err := os.ReadFile(filepath.Join(root, path))
		if err != nil {
			t.Error(err)
			return
		}
		if bytes.IndexByte(b[:min(len(b), 8000)], 0) >= 0 {
			return // a program that somebody built here, or evidence in UTF-16
		}
		for text, what := range banned {
			if bytes.Contains(b, []byte(text)) {
				t.Errorf("%s: names %s", path, what)
			}
		}
		if m := homes.Find(b); m != nil && !strings.Contains(path, "/testdata/") {
			t.Errorf("%s: names a path of a machine: %q", path, m)
		}
	})
}

// registries returns the hosts that this machine's environment names as
// package registries, other than Go's public ones.
func registries() []string {
	var out []string
	for _, kv := range os.Environ() {
		name, value, _ := strings.Cut(kv, "=")
		up := strings.ToUpper(name)
		if !strings.Contains(up, "PROXY") && !strings.Contains(up, "INDEX_URL") && !strings.Contains(up, "REGISTRY") {
			continue
		}
		for _, part := range strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == '|' || r == ' ' }) {
			u, err := url.Parse(part)
			if err != nil || !strings.Contains(u.Hostname(), ".") || strings.HasSuffix(u.Hostname(), "golang.org") || strings.HasPrefix(u.Hostname(), "127.") {
				continue
			}
			out = append(out, u.Hostname())
		}
	}
	return out
}
