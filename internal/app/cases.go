package app

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"evict/internal/casefile"
	"evict/internal/casefile/disk"
)

// CaseAudit says whether a case is whole. Schema: evict.case-audit/v1.
type CaseAudit struct {
	Schema      string  `json:"schema"`
	Checkpoints []Proof `json:"checkpoints,omitempty"` // that it was held against
	Signed      *Proof  `json:"signed,omitempty"`      // new one
	casefile.AuditReport
}

// A CaseSummary is one case of a list.
type CaseSummary struct {
	Folder   string             `json:"folder"`
	Case     string             `json:"case"`
	Tenant   string             `json:"tenant"`
	Created  time.Time          `json:"created"`
	Operator string             `json:"operator"`
	Accounts []casefile.Account `json:"accounts"`
	Problem  string             `json:"problem,omitempty"` // why it can't be read
}

// Cases lists the cases in a folder's own folders, the newest first. One that can't be read is listed with the reason.
func Cases(folder string) ([]CaseSummary, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	out := []CaseSummary{}
	for _, e := range entries {
		dir := filepath.Join(folder, e.Name())
		if _, err := os.Stat(filepath.Join(dir, "case.json")); err != nil {
			continue
		}
		s := CaseSummary{Folder: dir, Accounts: []casefile.Account{}}
		c, err := casefile.OpenReadOnly(disk.OS{}, dir)
		if err != nil {
			s.Problem = err.Error()
		} else {
			m := c.Meta()
			s.Case, s.Tenant, s.Created, s.Operator = m.ID, string(m.Tenant), m.Created, m.Operator
			s.Accounts = append(s.Accounts, m.Accounts...)
		}
		out = append(out, s)
	}
	slices.SortStableFunc(out, func(a, b CaseSummary) int {
		return cmp.Or(b.Created.Compare(a.Created), cmp.Compare(a.Folder, b.Folder))
	})
	return out, nil
}

// AuditCase proves that a case is whole: every hash of its evidence, plans and chains; and against signed checkpoints, each a
// file, that nothing was cut off since. public is the file of the key that proves their signatures. It changes nothing.
func AuditCase(folder string, checkpoints []string, public string) (CaseAudit, error) {
	a := CaseAudit{Schema: "evict.case-audit/v1"}
	if _, err := os.Stat(filepath.Join(folder, "case.json")); errors.Is(err, fs.ErrNotExist) {
		return a, fmt.Errorf("%w: %s holds no case", ErrUsage, folder)
	}
	against, proofs, err := openProofs(checkpoints, public)
	if err != nil {
		return a, err
	}
	a.Checkpoints = proofs
	a.AuditReport, err = casefile.Audit(disk.OS{}, folder, against...)
	return a, err
}
