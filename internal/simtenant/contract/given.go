package contract

import (
	"os"
	"sync"
	"testing"
)

// given is the contract in the folder that EVICT_REFERENCE names, read once; nil where it names none.
var given = sync.OnceValues(func() (*Contract, error) {
	if dir := os.Getenv("EVICT_REFERENCE"); dir != "" {
		return Load(dir)
	}
	return nil, nil
})

// Given is the contract that a test was handed by EVICT_REFERENCE; nil where it was handed none, which in CI fails the test.
func Given(t testing.TB) *Contract {
	t.Helper()
	c, err := given()
	if err != nil {
		t.Fatal(err)
	}
	if c == nil && os.Getenv("CI") != "" {
		t.Fatal("in CI, EVICT_REFERENCE must name the folder with Microsoft's contract")
	}
	return c
}

// Need is Given for a test that is nothing without it: it is skipped.
func Need(t testing.TB) *Contract {
	t.Helper()
	c := Given(t)
	if c == nil {
		t.Skip("EVICT_REFERENCE names no folder with Microsoft's contract")
	}
	return c
}

// NeedFile reads one file of the contract.
func NeedFile(t testing.TB, file string, v any) {
	t.Helper()
	Need(t)
	if err := read(os.Getenv("EVICT_REFERENCE"), file, v); err != nil {
		t.Fatal(err)
	}
}
