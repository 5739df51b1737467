package casefile

import (
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// A Checkpoint says how far a case was. Kept where nobody who can write to the case can reach it, it proves later that
// nothing was cut off; and whoever has the key of its signature knows who kept it.
type Checkpoint struct {
	Case     string
	Time     time.Time
	Items    int
	Manifest string // hash of that line
	Entries  int
	Journal  string
}

const (
	checkpointHead = "evict case checkpoint v1\n"
	timeForm       = time.RFC3339
)

// Checkpoint says how far the case was that an audit proved, at a time.
func (r *AuditReport) Checkpoint(at time.Time) Checkpoint {
	return Checkpoint{Case: r.Case, Time: at.UTC().Truncate(time.Second), Items: r.Items, Manifest: r.Manifest, Entries: r.Entries, Journal: r.Journal}
}

// String is the checkpoint as text of five lines.
func (p Checkpoint) String() string {
	return fmt.Sprintf("%s%s\n%s\nmanifest %d %s\njournal %d %s\n", checkpointHead, p.Case, p.Time.UTC().Format(timeForm), p.Items, p.Manifest, p.Entries, p.Journal)
}

// ParseCheckpoint reads what String wrote.
func ParseCheckpoint(text string) (p Checkpoint, err error) {
	var at string
	body, ok := strings.CutPrefix(text, checkpointHead)
	if ok {
		_, err = fmt.Sscanf(body, "%s\n%s\nmanifest %d %s\njournal %d %s\n", &p.Case, &at, &p.Items, &p.Manifest, &p.Entries, &p.Journal)
	}
	if ok && err == nil {
		p.Time, err = time.Parse(timeForm, at)
	}
	if !ok || err != nil || p.String() != text {
		return Checkpoint{}, fmt.Errorf("no checkpoint of a case: %.60q", text)
	}
	return p, nil
}

// NewKey makes a pair of keys for checkpoints, in the form of Go's note package. The name says whose they are.
func NewKey(name string) (secret, public string, err error) {
	return note.GenerateKey(rand.Reader, name)
}

// Sign returns the checkpoint as a signed note.
func (p Checkpoint) Sign(secret string) ([]byte, error) {
	s, err := note.NewSigner(secret)
	if err != nil {
		return nil, fmt.Errorf("sign the checkpoint: %w", err)
	}
	return note.Sign(&note.Note{Text: p.String()}, s)
}

// OpenCheckpoint reads a signed checkpoint, and proves its signature.
func OpenCheckpoint(signed []byte, public string) (Checkpoint, error) {
	v, err := note.NewVerifier(public)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("open the checkpoint: %w", err)
	}
	n, err := note.Open(signed, note.VerifierList(v))
	if err != nil {
		return Checkpoint{}, fmt.Errorf("open the checkpoint: %w", err)
	}
	return ParseCheckpoint(n.Text)
}
