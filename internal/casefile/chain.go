package casefile

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"evict/internal/casefile/disk"
)

// A chained file has one JSON object a line. Its last member, hash, is the SHA-256 of the line's bytes before `,"hash":`;
// prev, among those bytes, is the hash of the line before. So a line that is changed, removed or moved breaks the chain;
// only at the end can lines be missing without a trace.
type chain[T any] struct {
	file  string // as problems name it
	place func(v *T, seq int, prev string)
	lines []T
	head  string    // hash of the last line
	size  int64     // of the lines, in bytes
	log   *disk.Log // nil until it is written to

	relief func() bool // makes room on a full disk; nil: can't
	failed error       // of the last write: nobody knows what the disk has now, and nothing more is written
}

// ErrFailed means that an earlier write failed, so that nobody knows what the disk holds.
var ErrFailed = errors.New("an earlier write failed; open the case again")

// A link is what every line of a chained file has.
type link struct {
	Seq  int    `json:"seq"`
	Prev string `json:"prev"`
	Hash string `json:"hash"`
}

const (
	hashMember = `,"hash":"`
	hashTail   = len(hashMember) + 2*sha256.Size + len(`"}`)
)

// root is the prev of the first line: a chain belongs to one file of one case.
func root(file, caseID string) string { return sum([]byte("evict case " + caseID + " " + file + "\n")) }

func sum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// seal makes the line of a value, which has its seq and prev, and no hash yet.
func seal(v any) ([]byte, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	b = b[:len(b)-1]
	return append(b, hashMember+sum(b)+"\"}\n"...), nil
}

// unseal reads one line without its end.
func unseal(line []byte, v any) (link, error) {
	var l link
	cut := len(line) - hashTail
	if cut < 1 || !bytes.HasPrefix(line[cut:], []byte(hashMember)) || !bytes.HasSuffix(line, []byte(`"}`)) {
		return l, errors.New("it does not end in a hash")
	}
	if sum(line[:cut]) != string(line[cut+len(hashMember):len(line)-2]) {
		return l, errors.New("its bytes do not have the hash that it says")
	}
	if err := errors.Join(json.Unmarshal(line, &l), json.Unmarshal(line, v)); err != nil {
		return l, fmt.Errorf("it can't be read: %w", err)
	}
	return l, nil
}

// follow reads what comes behind the lines that are known. A line that is not as its hash says is a problem, and the
// rest is read on. What a write that was cut off left at the end is returned.
func (c *chain[T]) follow(b []byte) (torn []byte, problems []Problem) {
	n := len(c.lines)
	problem := func(format string, args ...any) {
		problems = append(problems, Problem{File: c.file, Line: n, Why: fmt.Sprintf("line %d ", n) + fmt.Sprintf(format, args...)})
	}
	for len(b) > 0 {
		n++
		line, rest, ended := bytes.Cut(b, []byte{'\n'})
		var v T
		l, err := unseal(line, &v)
		if len(rest) == 0 && (!ended || err != nil && unwritten(line)) {
			return b, problems
		}
		switch {
		case err != nil:
			problem("was changed: %v", err)
		case l.Prev != c.head:
			problem("does not follow the line before it: one was changed, removed or moved")
		case l.Seq != n:
			problem("has the number %d", l.Seq)
		}
		if err == nil {
			c.lines, c.head = append(c.lines, v), l.Hash
		}
		c.size += int64(len(line)) + 1
		b = rest
	}
	return nil, problems
}

// unwritten tells blocks that a crash left without their bytes: they read as zeros, which JSON never has.
func unwritten(line []byte) bool { return bytes.Contains(line, make([]byte, 16)) }

// rescue finds in what lies torn a line that is whole and lost only its end.
func (c *chain[T]) rescue(torn []byte) (line []byte, v T, l link, ok bool) {
	for _, line := range [][]byte{torn, torn[:max(0, len(torn)-1)]} {
		if l, err := unseal(line, &v); err == nil && l.Prev == c.head && l.Seq == len(c.lines)+1 {
			return line, v, l, true
		}
	}
	return nil, v, l, false
}

// repair says what resume makes of what lies torn.
func (c *chain[T]) repair(torn []byte) Repair {
	_, _, _, ok := c.rescue(torn)
	return Repair{File: c.file, Line: len(c.lines) + 1, Bytes: len(torn), Kept: ok}
}

// resume opens the file for writing behind its last line. What lies torn there is cut off, but for a line that lost only its end.
func (c *chain[T]) resume(fs disk.FS, name string, torn []byte) error {
	if err := c.close(); err != nil {
		return err
	}
	log, err := disk.OpenLog(fs, name, c.size)
	if err != nil {
		return err
	}
	log.Relief = c.relief
	c.log = log
	if line, v, l, ok := c.rescue(torn); ok {
		return c.write(append(bytes.Clone(line), '\n'), v, l)
	}
	return nil
}

// append gives a value its place in the chain, writes it, and returns it as it was written.
func (c *chain[T]) append(v T) (T, error) {
	var kept T
	if c.failed != nil {
		return kept, fmt.Errorf("%w (%v)", ErrFailed, c.failed)
	}
	c.place(&v, len(c.lines)+1, c.head)
	line, err := seal(v)
	if err != nil {
		return kept, err
	}
	l, err := unseal(line[:len(line)-1], &kept)
	if err != nil {
		return kept, err
	}
	return kept, c.write(line, kept, l)
}

func (c *chain[T]) write(line []byte, v T, l link) error {
	if err := c.log.Append(line); err != nil {
		c.failed = err
		return err
	}
	c.lines, c.head, c.size = append(c.lines, v), l.Hash, c.size+int64(len(line))
	return nil
}

func (c *chain[T]) close() error {
	if c.log == nil {
		return nil
	}
	l := c.log
	c.log = nil
	return l.Close()
}
