package app

import (
	"testing"
	"time"

	"evict"
	"evict/internal/casefile"
	"evict/internal/casefile/disk"
	"evict/internal/gate"
	"evict/internal/respond"
)

// A plan that was approved and not ended is interrupted, unless somebody has the case open to respond.
func TestStatusTellsAnInterruptionFromARun(t *testing.T) {
	dir := t.TempDir() + "/case"
	c, err := casefile.Create(disk.OS{}, dir, casefile.Meta{ID: "one", Tenant: "tenant-1", Created: time.Now()}, "Jo")
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	if c, err = casefile.OpenToRespond(disk.OS{}, dir, "Jo"); err != nil {
		t.Fatal(err)
	}
	plan, err := respond.Propose(t.Context(), &switchboard{enabled: true}, respond.Case{ID: "one", Tenant: "tenant-1", Made: evict.At(time.Now(), evict.Second), Accounts: []respond.AccountFacts{{ID: "dana", UPN: "dana@contoso.example", Certain: true}}, ContainOnly: true, Dropped: []string{"reset-password"},
		Guards: respond.Guards{Overrides: []respond.Override{{Guard: respond.GuardLastAdmin, Word: "last-administrator dana@contoso.example"}}}})
	if err != nil {
		t.Fatal(err)
	}
	kept, err := keepPlan(c, dir, plan, "Jo", nil)
	if err != nil {
		t.Fatal(err)
	}
	look := func(due int, interrupted, running bool) {
		t.Helper()
		r, err := Status(t.Context(), dir, "")
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, s := range r.Steps {
			if s.Due {
				n++
			}
		}
		told, err := Report(t.Context(), Options{Case: dir})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range told.Response.Steps {
			if s.Due {
				n--
			}
		}
		if n != 0 {
			t.Errorf("the report tells %d steps fewer to be due than the status", n)
		}
		for _, s := range r.Steps {
			if s.Due {
				n++
			}
		}
		if n != due || r.Interrupted() != interrupted || (r.Running != "") != running {
			t.Errorf("%d steps due, interrupted %v, running %q; want %d, %v, %v", n, r.Interrupted(), r.Running, due, interrupted, running)
		}
	}
	look(0, false, true) // somebody plans
	s, err := sessionOf(c, dir, kept.Hash)
	if err != nil {
		t.Fatal(err)
	}
	o := ApplyOptions{Operator: "Jo", Confirm: gate.Words(plan), Steps: []string{plan.Steps[0].ID}}
	if err := o.approve(s); err != nil {
		t.Fatal(err)
	}
	look(1, false, true)
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	look(1, true, false)
	look(1, true, false) // the look before left nothing behind
	if c, err = casefile.OpenToRespond(disk.OS{}, dir, "Jo"); err != nil {
		t.Fatal(err)
	}
	c.Close()
}
