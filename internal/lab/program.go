package lab

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"evict"
)

// A Query is one run of a program on evidence.
type Query struct {
	Paths    []string
	Accounts []string // to list whatever was found
	// Row receives each event of the listed accounts with its attribution. It may be nil.
	Row func(account string, record evict.RecordID, by evict.Attribution)
}

// A Program answers a query: the real one, or one that is scored beside it.
type Program func(context.Context, Query) (*evict.Investigation, error)

var ownID = regexp.MustCompile(`"[Ii]d"+\s*:\s*"+([0-9A-Fa-f-]{36})"`)

// Null is a program without analysis: one finding for each file, whose cause is
// whatever looks like a record's Id. A measure that it passes measures nothing.
func Null(_ context.Context, q Query) (*evict.Investigation, error) {
	inv := &evict.Investigation{}
	for _, path := range q.Paths {
		b, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(b)
		f := evict.Finding{ID: hex.EncodeToString(sum[:8]), Detector: "null", Severity: evict.Medium, Techniques: []string{"T1078"}, Summary: "this file may show an attack"}
		name := filepath.Base(path)
		for _, m := range ownID.FindAllSubmatch(b, evict.MaxEvidence) {
			f.Evidence = append(f.Evidence, evict.Ref{Source: name, Record: evict.RecordID(strings.ToLower(string(m[1]))), Role: "cause"})
		}
		if len(f.Evidence) == 0 {
			f.Evidence = []evict.Ref{{Source: name, Record: "sha256:" + evict.RecordID(hex.EncodeToString(sum[:])), Role: "cause"}}
		}
		inv.Findings = append(inv.Findings, f)
	}
	return inv, nil
}

// findings returns every finding once: about accounts and about the tenant.
func findings(inv *evict.Investigation) []evict.Finding {
	out := slices.Clone(inv.Findings)
	for i := range inv.Accounts {
		out = append(out, inv.Accounts[i].Findings...)
	}
	seen := map[string]bool{}
	return slices.DeleteFunc(out, func(f evict.Finding) bool {
		again := f.ID != "" && seen[f.ID]
		seen[f.ID] = true
		return again
	})
}
