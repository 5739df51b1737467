package app

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"evict"
	"evict/internal/verdict"
)

// An AnswerEntry is one line of an answers file: what the owner of an account
// said, or an operator's own view beside the computed verdict.
type AnswerEntry struct {
	Schema  string `json:"schema"` // evict.answer/v1
	Account string `json:"account"`
	verdict.Answer
	Overrule *evict.Overrule `json:"overrule,omitempty"`
}

const answerSchema = "evict.answer/v1"

// RecordAnswer appends one entry to an answers file and makes it durable
// before it returns. Earlier lines are never changed.
func RecordAnswer(path string, e AnswerEntry) error {
	e.Schema = answerSchema
	b, err := json.Marshal(e)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(append(b, '\n'))
	return errors.Join(err, f.Sync(), f.Close())
}

// readAnswers reads an answers file. A missing file holds none: the first
// answer makes it.
func readAnswers(path string) ([]AnswerEntry, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var out []AnswerEntry
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<20)
	for n := 1; s.Scan(); n++ {
		if len(s.Bytes()) == 0 {
			continue
		}
		var e AnswerEntry
		if err := json.Unmarshal(s.Bytes(), &e); err != nil || e.Schema != answerSchema {
			return nil, fmt.Errorf("%s, line %d: not an answer that evict wrote", path, n)
		}
		out = append(out, e)
	}
	return out, s.Err()
}
