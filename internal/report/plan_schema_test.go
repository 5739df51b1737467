package report

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"testing"

	"evict"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

const planSchemaFile = "../../docs/schema/plan.v1.json"

// TestPlanSchemaIsTrue: the published schema of a plan's file is what the types say.
func TestPlanSchemaIsTrue(t *testing.T) {
	src := readNouns(t)
	defs := map[string]any{}
	root := src.schemaOf(t, reflect.TypeFor[evict.Plan](), defs)
	b, err := json.MarshalIndent(map[string]any{
		"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "urn:evict:plan:v1", "title": evict.PlanSchema,
		"description": "The file of a plan. A plan is known by the SHA-256 of the file's bytes, which are never written anew. Fields are only ever added. Times are UTC (RFC 3339) or null where none is known.",
		"$ref":        root["$ref"], "$defs": defs,
	}, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	b = append(b, '\n')
	if *update {
		if err := os.WriteFile(planSchemaFile, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(planSchemaFile)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(have, b) {
		t.Error("docs/schema/plan.v1.json is not what the types say; go test ./internal/report -update writes it anew")
	}
}

// TestPlanSchemaValidates: a plan fits its schema, and a broken one does not.
func TestPlanSchemaValidates(t *testing.T) {
	s, err := jsonschema.NewCompiler().Compile(planSchemaFile)
	if err != nil {
		t.Fatal(err)
	}
	check := func(edit func(map[string]any)) error {
		b, err := json.Marshal(samplePlan())
		if err != nil {
			t.Fatal(err)
		}
		var doc map[string]any
		if err := json.Unmarshal(b, &doc); err != nil {
			t.Fatal(err)
		}
		for _, x := range doc["steps"].([]any) { // the sample leaves lists out that a planner never does
			for _, name := range []string{"needs", "noticed", "procedure", "why"} {
				if m := x.(map[string]any); m[name] == nil {
					m[name] = []any{}
				}
			}
		}
		edit(doc)
		return s.Validate(doc)
	}
	if err := check(func(map[string]any) {}); err != nil {
		t.Errorf("the sample: %v", err)
	}
	for name, edit := range map[string]func(map[string]any){
		"another schema":   func(d map[string]any) { d["schema"] = "evict.plan/v2" },
		"no steps":         func(d map[string]any) { delete(d, "steps") },
		"a nameless step":  func(d map[string]any) { delete(d["steps"].([]any)[0].(map[string]any), "id") },
		"minutes are text": func(d map[string]any) { d["steps"].([]any)[0].(map[string]any)["effectiveMinutes"] = "90" },
	} {
		if check(edit) == nil {
			t.Errorf("%s: the schema lets it pass", name)
		}
	}
}
