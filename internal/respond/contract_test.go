package respond_test

import (
	"os"
	"sync"
	"testing"

	"evict/internal/simtenant"
	"evict/internal/simtenant/contract"
)

// microsoft reads Microsoft's contract as data, once; nil without a folder of it.
var microsoft = sync.OnceValues(func() (*contract.Contract, error) {
	dir := os.Getenv("EVICT_REFERENCE")
	if dir == "" {
		return nil, nil
	}
	return contract.Load(dir)
})

// inContract has a test fail when it sends a tenant anything that Microsoft's
// contract does not have.
func inContract(t *testing.T, tenant *simtenant.Tenant) {
	c, err := microsoft()
	switch {
	case err != nil:
		t.Fatal(err)
	case c == nil && os.Getenv("CI") != "":
		t.Fatal("in CI, EVICT_REFERENCE must name the folder with Microsoft's contract")
	case c == nil:
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
