package simtest_test

import (
	"testing"
	"time"

	"evict/internal/casefile"
	"evict/internal/casefile/disk/crashdisk"
)

// warm makes what the case's compressor keeps for good, outside of all bubbles:
// a channel of one bubble is none of the next.
func warm(t *testing.T) {
	t.Helper()
	now := time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)
	c, err := casefile.Create(crashdisk.New(), "case", casefile.Meta{Format: casefile.Format, Reader: casefile.Format, ID: "warm", Tenant: "t", Created: now, Operator: "tester"}, "tester")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	it, err := c.Put(casefile.Item{Source: "mailbox", Query: "Get-Mailbox", Local: now}, []byte("{}"))
	if err == nil {
		_, err = c.Read(it)
	}
	if err != nil {
		t.Fatal(err)
	}
}
