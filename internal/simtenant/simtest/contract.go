package simtest

import (
	"testing"

	"evict/internal/simtenant"
	"evict/internal/simtenant/contract"
)

// InContract has a test fail when it sends a tenant anything that Microsoft's contract does not have.
func InContract(t testing.TB, tenant *simtenant.Tenant) {
	t.Helper()
	c := contract.Given(t)
	if c == nil {
		return
	}
	t.Cleanup(func() {
		for _, r := range tenant.Requests() {
			for _, bad := range c.Check(r.Method, r.URL, r.Body) {
				t.Errorf("%s %s: %s", r.Method, r.URL, bad)
			}
		}
	})
}
