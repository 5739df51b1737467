package casefile

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/klauspost/compress/zstd"

	"evict/internal/casefile/disk"
)

// An Item is one line of evidence/manifest.jsonl: what was asked, and what came. Put fills Seq, the hashes and the sizes.
type Item struct {
	Seq          int       `json:"seq"`          // from 1, without a gap
	SHA256       string    `json:"sha256"`       // of the bytes as received; names the file
	StoredSHA256 string    `json:"storedSHA256"` // of the file, which is compressed
	Bytes        int64     `json:"bytes"`
	Stored       int64     `json:"stored"`
	Source       string    `json:"source"`
	Account      string    `json:"account,omitempty"` // object ID; "" for the tenant
	Query        string    `json:"query"`             // enough to ask again; no secret
	Page         int       `json:"page"`
	From         time.Time `json:"from,omitzero"` // asked window
	To           time.Time `json:"to,omitzero"`
	Local        time.Time `json:"local"` // clock of the machine that asked
	Server       time.Time `json:"server,omitzero"`
	Requester    string    `json:"requester"`
	Operation    string    `json:"operation"`
	RequestID    string    `json:"requestID,omitempty"`
	Attempts     int       `json:"attempts"`
	Prev         string    `json:"prev"` // hash of the line before
	Hash         string    `json:"hash,omitempty"`
}

// One encoder for all cases; EncodeAll may be called from several goroutines.
var encoder = sync.OnceValues(func() (*zstd.Encoder, error) { return zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1)) })

// decoder is one for all cases too. What an item decodes to is bounded, whatever a manifest says.
var decoder = sync.OnceValues(func() (*zstd.Decoder, error) {
	return zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecoderMaxMemory(1<<30))
})

var errBody = errors.New("its bytes do not have the hash that the manifest says")

func newManifest(caseID string) chain[Item] {
	return chain[Item]{file: manifestFile, head: root(manifestFile, caseID), place: func(i *Item, seq int, prev string) { i.Seq, i.Prev, i.Hash = seq, prev, "" }}
}

func storedName(sha string) string { return evidenceDir + "/" + sha + ".zst" }

// Put keeps evidence and returns its line of the manifest, once both would outlive a crash. The same bytes are kept once,
// with a line for each time that they came.
func (c *Case) Put(i Item, body []byte) (Item, error) {
	if i.Source == "" || i.Query == "" || i.Local.IsZero() {
		return i, errors.New("evidence has a source, a query and a time")
	}
	e, err := encoder()
	if err != nil {
		return i, err
	}
	stored := e.EncodeAll(body, nil)
	i.SHA256, i.StoredSHA256 = sum(body), sum(stored)
	i.Bytes, i.Stored = int64(len(body)), int64(len(stored))
	for _, t := range []*time.Time{&i.From, &i.To, &i.Local, &i.Server} {
		*t = t.UTC()
	}

	c.mu.Lock()
	defer c.mu.Unlock()
	if c.lease != toCollect {
		return i, ErrReadOnly
	}
	if at, ok := c.places[i.SHA256]; ok {
		had := c.manifest.lines[at]
		i.StoredSHA256, i.Stored = had.StoredSHA256, had.Stored
		if _, err := c.read(had); err != nil {
			return i, err
		}
	} else if err := disk.Replace(c.fs, c.path(storedName(i.SHA256)), stored); err != nil {
		return i, fmt.Errorf("keep evidence: %w", err)
	}
	i, err = c.manifest.append(i)
	if err != nil {
		return i, fmt.Errorf("keep evidence: %w", err)
	}
	c.places[i.SHA256] = i.Seq - 1
	return i, nil
}

// Items are the lines of the manifest, in their order.
func (c *Case) Items() []Item {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.manifest.lines)
}

// Read returns the bytes of an item as they were received, or a *DamagedError when they are no longer those.
func (c *Case) Read(i Item) ([]byte, error) { return c.read(i) }

func (c *Case) read(i Item) ([]byte, error) {
	if !isHash(i.SHA256) {
		return nil, fmt.Errorf("evidence item %d has no hash", i.Seq)
	}
	stored, err := disk.ReadFile(c.fs, c.path(storedName(i.SHA256)))
	if err != nil {
		return nil, fmt.Errorf("evidence item %d: %w", i.Seq, err)
	}
	b, err := unpack(i, stored)
	if err != nil {
		return nil, &DamagedError{Problem{File: storedName(i.SHA256), Why: err.Error()}}
	}
	return b, nil
}

// unpack proves the stored bytes of an item, and those in them.
func unpack(i Item, stored []byte) ([]byte, error) {
	if sum(stored) != i.StoredSHA256 {
		return nil, errBody
	}
	d, err := decoder()
	if err != nil {
		return nil, err
	}
	b, err := d.DecodeAll(stored, nil)
	if err != nil {
		return nil, err
	}
	if sum(b) != i.SHA256 {
		return nil, errBody
	}
	return b, nil
}

// isHash keeps what a manifest says from naming a file elsewhere.
func isHash(s string) bool {
	return len(s) == 64 && filepath.Base(s) == s && !slices.ContainsFunc([]byte(s), func(b byte) bool {
		return (b < '0' || b > '9') && (b < 'a' || b > 'f')
	})
}
