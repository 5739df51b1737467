package collect

import (
	"encoding/json"
	"time"
)

// Evidence is one line of the manifest: what was asked, and what came.
type Evidence struct {
	Seq                  int
	SHA256, StoredSHA256 string
	Bytes, Stored        int64
	Source, Account      string
	Query                string
	Page                 int
	From, To             time.Time
	Local, Server        time.Time
	Requester            string
	Operation, RequestID string
	Attempts             int
	Prev, Hash           string
}

// A Window is a span of time.
type Window struct{ From, To time.Time }

// Coverage of one source.
type Coverage struct {
	Source, Account string
	Asked, Got      Window
	Rows, Pages     int
	Caps            []string
	State           string
	Why             string
	Licence         string
	Errors          []string
	Retries         int
	Waited          time.Duration
}

// A Store keeps evidence: a case.
type Store interface {
	Put(Evidence, []byte) (Evidence, error)
	Items() []Evidence
	Read(Evidence) ([]byte, error)
	Progress() (map[string]json.RawMessage, error)
	SetProgress(key string, v json.RawMessage) error
	SetCoverage([]Coverage) error
	Coverage() ([]Coverage, error)
}
