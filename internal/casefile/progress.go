package casefile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"evict/internal/casefile/disk"
)

// A step is one line of progress.jsonl: the newest value of a key counts. The file is of use to collection only, and is
// written anew without the old values from time to time.
type step struct {
	Seq   int             `json:"seq"`
	Key   string          `json:"key"`
	Value json.RawMessage `json:"value"`
	Prev  string          `json:"prev"`
	Hash  string          `json:"hash,omitempty"`
}

// progressSlack is how many bytes of old values are borne before the file is written anew.
const progressSlack = 4 << 20

func latest(lines []step) map[string]json.RawMessage {
	out := map[string]json.RawMessage{}
	for _, s := range lines {
		out[s.Key] = s.Value
	}
	return out
}

// Progress is what the collection needs to go on after a stop.
func (c *Case) Progress() (map[string]json.RawMessage, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.values), nil
}

// SetProgress keeps one value of the progress, and returns once it would outlive a crash.
func (c *Case) SetProgress(key string, v json.RawMessage) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.lease != toCollect {
		return ErrReadOnly
	}
	s, err := c.progress.append(step{Key: key, Value: v})
	if err != nil {
		return fmt.Errorf("keep progress: %w", err)
	}
	c.values[s.Key] = s.Value
	live := 0
	for _, v := range c.values {
		live += len(v)
	}
	if c.progress.size > 3*int64(live)+progressSlack {
		return c.shortenProgress()
	}
	return nil
}

func newProgress(caseID string) chain[step] {
	return chain[step]{file: progressFile, head: root(progressFile, caseID), place: func(s *step, seq int, prev string) { s.Seq, s.Prev, s.Hash = seq, prev, "" }}
}

// shortenProgress writes the file anew with the newest values only.
func (c *Case) shortenProgress() error {
	var b bytes.Buffer
	p := newProgress(c.meta.ID)
	for n, key := range slices.Sorted(maps.Keys(c.values)) {
		s := step{Key: key, Value: c.values[key]}
		p.place(&s, n+1, p.head)
		line, err := seal(s)
		if err != nil {
			return err
		}
		if _, problems := p.follow(line); problems != nil {
			return &DamagedError{problems[0]}
		}
		b.Write(line)
	}
	err := errors.Join(c.progress.close(), disk.Replace(c.fs, c.path(progressFile), b.Bytes()), p.resume(c.fs, c.path(progressFile), nil))
	p.failed = err
	c.progress = p
	if err != nil {
		return fmt.Errorf("keep progress: %w", err)
	}
	return nil
}
