package respond

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"evict"
)

// ErrTenant means that a plan is for another tenant than the one at hand.
var ErrTenant = errors.New("the plan is for another tenant")

// A Drifted step is one whose object no longer looks as the plan says.
type Drifted struct {
	Step string
	Now  json.RawMessage // nil where it could not be read
	Why  string
}

// Drift looks at every object of a plan again. What can't be read counts as stale:
// nobody knows that it is not. Steps for a person alone have nothing to read.
func Drift(ctx context.Context, r Reader, tenant evict.TenantID, p evict.Plan) ([]Drifted, error) {
	if p.Tenant != tenant || tenant == "" {
		return nil, fmt.Errorf("%w: it is for %q, and this is %q", ErrTenant, p.Tenant, tenant)
	}
	found := make([]*Drifted, len(p.Steps))
	parallel(len(p.Steps), func(i int) { found[i] = drifted(ctx, r, p.Steps[i]) })
	out := []Drifted{}
	for _, f := range found {
		if f != nil {
			out = append(out, *f)
		}
	}
	return out, ctx.Err()
}

func drifted(ctx context.Context, r Reader, s evict.Step) *Drifted {
	a := Find(s.Action)
	switch {
	case a == nil:
		return &Drifted{Step: s.ID, Why: "this program has no such action"}
	case a.Rev != s.Revision:
		return &Drifted{Step: s.ID, Why: fmt.Sprintf("it was planned with revision %d of the action, and this program has %d", s.Revision, a.Rev)}
	case a.Inspect == nil:
		return nil
	}
	now, err := a.Inspect(ctx, r, s)
	if err != nil {
		return &Drifted{Step: s.ID, Why: "it could not be read: " + err.Error()}
	}
	fresh := same(s.Before, now)
	if a.Fresh != nil {
		fresh = a.Fresh(s, now)
	}
	if !fresh {
		return &Drifted{Step: s.ID, Now: now, Why: "it no longer looks as it did when the plan was made"}
	}
	return nil
}
