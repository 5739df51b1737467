package report

import (
	"encoding/json"
	"reflect"
	"testing"

	"evict"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

const planSchemaFile = "../../docs/schema/plan.v1.json"

// TestPlanSchemaIsTrue: the published schema of a plan's file is what the types say.
func TestPlanSchemaIsTrue(t *testing.T) {
	schemaIsTrue(t, planSchemaFile, evict.PlanSchema, reflect.TypeFor[evict.Plan](),
		"The file of a plan. A plan is known by the SHA-256 of the file's bytes, which are never written anew. Fields are only ever added. Times are UTC (RFC 3339) or null where none is known.")
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
