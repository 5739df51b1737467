package main

import (
	"context"

	"evict"
	"evict/internal/app"
	"evict/internal/lab"
	"evict/internal/timeline"
)

// evictProgram is the real program, called as a front would call it.
func evictProgram(ctx context.Context, q lab.Query) (*evict.Investigation, error) {
	o := app.Options{Paths: q.Paths, Accounts: q.Accounts}
	if q.Row != nil {
		o.Timeline = func(r timeline.Row) error {
			q.Row(r.Account, r.Record, r.Attribution)
			return nil
		}
	}
	return app.Investigate(ctx, o)
}
