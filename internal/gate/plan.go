package gate

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"evict"
)

// A Plan is a plan together with the hash of the very bytes that it was read from.
type Plan struct {
	plan evict.Plan
	hash string
	file []byte
}

// Read reads a plan's file. What this program does not know in it is an error: it may
// be what an operator approved it for.
func Read(file []byte) (Plan, error) {
	p := Plan{hash: evict.PlanHash(file), file: bytes.Clone(file)}
	var err error
	if p.plan, err = decode(file); err != nil {
		return Plan{}, fmt.Errorf("plan %.12s: %w", p.hash, err)
	}
	return p, nil
}

// Hash names the plan.
func (p Plan) Hash() string { return p.hash }

// Plan is what the file says; the caller owns it.
func (p Plan) Plan() evict.Plan {
	out, err := decode(p.file)
	if err != nil {
		panic(err) // unreachable: the same bytes were decoded by Read
	}
	return out
}

func decode(file []byte) (evict.Plan, error) {
	d := json.NewDecoder(bytes.NewReader(file))
	d.DisallowUnknownFields()
	var p evict.Plan
	if err := d.Decode(&p); err != nil {
		return p, err
	}
	if d.More() {
		return p, errors.New("something follows it")
	}
	if p.Schema != evict.PlanSchema {
		return p, fmt.Errorf("its form is %q, and this program knows %s", p.Schema, evict.PlanSchema)
	}
	seen := map[string]bool{}
	for _, s := range p.Steps {
		if s.ID == "" || seen[s.ID] {
			return p, fmt.Errorf("two steps have the ID %q, or one has none", s.ID)
		}
		seen[s.ID] = true
	}
	for _, s := range p.Steps {
		for _, n := range s.Needs {
			if !seen[n] {
				return p, fmt.Errorf("step %s needs %s, which is not in it", s.ID, n)
			}
		}
	}
	return p, circle(p.Steps)
}

// circle is an error when steps wait for each other.
func circle(steps []evict.Step) error {
	done := map[string]bool{}
	for range steps {
		for _, s := range steps {
			ready := true
			for _, n := range s.Needs {
				ready = ready && done[n]
			}
			if ready {
				done[s.ID] = true
			}
		}
	}
	if len(done) < len(steps) {
		return errors.New("steps wait for each other in a circle")
	}
	return nil
}

// step finds a step; nil when it is not in the plan.
func (p *Plan) step(id string) *evict.Step {
	for i := range p.plan.Steps {
		if p.plan.Steps[i].ID == id {
			return &p.plan.Steps[i]
		}
	}
	return nil
}
