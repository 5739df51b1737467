package collect

import (
	"encoding/json"

	"evict/internal/casefile"
)

// What is kept has a case's own types.
type (
	// Evidence is one line of the manifest: what was asked, and what came.
	Evidence = casefile.Item
	// Coverage is what was asked of one source, and what came.
	Coverage = casefile.Coverage
	// A Window is a span of time.
	Window = casefile.Window
)

// A Store keeps evidence and how far the collection is: a case. What it returned from is durable. It may be called from several goroutines.
type Store interface {
	Put(Evidence, []byte) (Evidence, error)
	Items() []Evidence
	Read(Evidence) ([]byte, error)
	Progress() (map[string]json.RawMessage, error)
	SetProgress(key string, v json.RawMessage) error
	SetCoverage([]Coverage) error
	Coverage() ([]Coverage, error)
}

var _ Store = (*casefile.Case)(nil)
