package report

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"evict"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

const schemaFile = "../../docs/schema/investigation.v1.json"

// TestSchemaIsTrue: the published schema is what the types say, with the words
// of their comments. go test -update writes it anew.
func TestSchemaIsTrue(t *testing.T) {
	schemaIsTrue(t, schemaFile, evict.InvestigationSchema, reflect.TypeFor[evict.Investigation](),
		"What evict investigate --json prints. Fields are only ever added, so a reader ignores those it does not know. Times are UTC (RFC 3339) or null where none is known.")
}

// schemaIsTrue holds a published schema against the type of its document; -update writes it anew.
func schemaIsTrue(t *testing.T, file, name string, of reflect.Type, description string) {
	t.Helper()
	defs := map[string]any{}
	root := readNouns(t).schemaOf(t, of, defs)
	b, err := json.MarshalIndent(map[string]any{
		"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "urn:" + strings.NewReplacer(".", ":", "/", ":").Replace(name), "title": name,
		"description": description, "$ref": root["$ref"], "$defs": defs,
	}, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	b = append(b, '\n')
	if *update {
		if err := os.WriteFile(file, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(have, b) {
		t.Errorf("%s is not what the types say; go test ./internal/report -update writes it anew", strings.TrimPrefix(file, "../../"))
	}
}

// TestSchemaValidates: real output fits the schema, and broken output does not.
func TestSchemaValidates(t *testing.T) {
	s, err := jsonschema.NewCompiler().Compile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	check := func(inv *evict.Investigation, edit func(map[string]any)) error {
		var b bytes.Buffer
		if err := JSON(&b, inv); err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(&b)
		if err != nil {
			t.Fatal(err)
		}
		if edit != nil {
			edit(doc.(map[string]any))
		}
		return s.Validate(doc)
	}
	if err := check(sample(t), nil); err != nil {
		t.Errorf("the sample: %v", err)
	}
	empty := &evict.Investigation{Schema: evict.InvestigationSchema}
	if err := check(empty, nil); err != nil {
		t.Errorf("an empty answer: %v", err)
	}
	first := func(d map[string]any, list string) map[string]any { return d[list].([]any)[0].(map[string]any) }
	for name, edit := range map[string]func(map[string]any){
		"another schema":      func(d map[string]any) { d["schema"] = "evict.investigation/v2" },
		"no accounts":         func(d map[string]any) { delete(d, "accounts") },
		"list is null":        func(d map[string]any) { d["accounts"] = nil },
		"verdict unheard of":  func(d map[string]any) { first(d, "accounts")["verdict"] = "fine" },
		"account unnamed":     func(d map[string]any) { delete(first(d, "accounts"), "account") },
		"severity unheard of": func(d map[string]any) { first(d, "findings")["severity"] = "urgent" },
		"count is text":       func(d map[string]any) { first(d, "sources")["records"] = "7" },
		"time is a number":    func(d map[string]any) { d["asOf"] = json.Number("7") },
	} {
		if check(sample(t), edit) == nil {
			t.Errorf("%s: the schema lets it pass", name)
		}
	}
}

// nouns are the comments and constants of the root package.
type nouns struct {
	types  map[string]string            // doc by type
	fields map[string]map[string]string // comment by type and field
	consts map[string][]string          // texts by type
}

func readNouns(t *testing.T) nouns {
	t.Helper()
	n := nouns{map[string]string{}, map[string]map[string]string{}, map[string][]string{}}
	files, err := filepath.Glob("../../*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no source of the root package: %v", err)
	}
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			if g, ok := d.(*ast.GenDecl); ok {
				for _, s := range g.Specs {
					n.add(g, s)
				}
			}
		}
	}
	return n
}

func (n nouns) add(g *ast.GenDecl, s ast.Spec) {
	switch s := s.(type) {
	case *ast.TypeSpec:
		n.types[s.Name.Name] = words(g.Doc, s.Doc)
		st, ok := s.Type.(*ast.StructType)
		if !ok {
			return
		}
		m := map[string]string{}
		for _, f := range st.Fields.List {
			for _, name := range f.Names {
				m[name.Name] = words(f.Doc, f.Comment)
			}
		}
		n.fields[s.Name.Name] = m
	case *ast.ValueSpec:
		id, ok := s.Type.(*ast.Ident)
		if !ok || g.Tok != token.CONST {
			return
		}
		for _, v := range s.Values {
			if lit, ok := v.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				text, _ := strconv.Unquote(lit.Value)
				n.consts[id.Name] = append(n.consts[id.Name], text)
			}
		}
	}
}

func words(groups ...*ast.CommentGroup) string {
	var out []string
	for _, g := range groups {
		if g != nil {
			out = append(out, strings.Join(strings.Fields(g.Text()), " "))
		}
	}
	return strings.Join(out, " ")
}

// closed are the types whose texts are all known; the others may gain some.
var closed = map[string]bool{"Verdict": true, "CheckStatus": true}

// schemaOf describes a type; structs are put into defs once and referred to.
func (n nouns) schemaOf(t *testing.T, typ reflect.Type, defs map[string]any) map[string]any {
	t.Helper()
	switch typ {
	case reflect.TypeFor[evict.Time]():
		return map[string]any{"type": []string{"string", "null"}, "format": "date-time"}
	case reflect.TypeFor[json.RawMessage]():
		return map[string]any{} // whatever the object looks like
	case reflect.TypeFor[evict.Grade]():
		return map[string]any{"enum": []string{"context", "indicative", "strong", "conclusive"}}
	case reflect.TypeFor[evict.Severity]():
		return map[string]any{"enum": []string{"info", "low", "medium", "high", "critical"}}
	}
	switch typ.Kind() {
	case reflect.String:
		values := n.consts[typ.Name()]
		switch {
		case closed[typ.Name()]:
			return map[string]any{"enum": values}
		case len(values) > 0:
			return map[string]any{"type": "string", "examples": values}
		}
		return map[string]any{"type": "string"}
	case reflect.Int, reflect.Int64:
		return map[string]any{"type": "integer"}
	case reflect.Float64:
		return map[string]any{"type": "number"}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Pointer:
		return n.schemaOf(t, typ.Elem(), defs)
	case reflect.Slice:
		return map[string]any{"type": "array", "items": n.schemaOf(t, typ.Elem(), defs)}
	case reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": n.schemaOf(t, typ.Elem(), defs)}
	case reflect.Struct:
		name := typ.Name()
		ref := map[string]any{"$ref": "#/$defs/" + name}
		if defs[name] != nil {
			return ref
		}
		props, required := map[string]any{}, []string{}
		def := map[string]any{"type": "object", "description": n.types[name], "properties": props}
		defs[name] = def
		for i := range typ.NumField() {
			f := typ.Field(i)
			key, rest, _ := strings.Cut(f.Tag.Get("json"), ",")
			if key == "" {
				t.Errorf("%s.%s has no name in JSON", name, f.Name)
				continue
			}
			p := n.schemaOf(t, f.Type, defs)
			if c := n.fields[name][f.Name]; c != "" {
				p["description"] = c
			}
			if key == "schema" {
				p = map[string]any{"const": map[string]string{"Investigation": evict.InvestigationSchema, "Plan": evict.PlanSchema, "Report": evict.ReportSchema}[name]}
			}
			props[key] = p
			if !strings.Contains(rest, "omitempty") && !strings.Contains(rest, "omitzero") {
				required = append(required, key)
			}
		}
		def["required"] = required
		return ref
	}
	t.Fatalf("a kind that the schema does not know: %s", typ)
	return nil
}
