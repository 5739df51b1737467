package casefile

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"evict/internal/casefile/disk"
	"evict/internal/gate"
)

// Journal of the case. Every process that has a lease may add to it.
func (c *Case) Journal() gate.Journal { return journal{c} }

type journal struct{ c *Case }

func (j journal) Append(e gate.Entry) (gate.Entry, error) {
	j.c.mu.Lock()
	defer j.c.mu.Unlock()
	return j.c.append(e)
}

func (j journal) Entries() ([]gate.Entry, error) {
	j.c.mu.Lock()
	defer j.c.mu.Unlock()
	if _, err := j.c.followJournal(); err != nil {
		return nil, err
	}
	return slices.Clone(j.c.journal.lines), nil
}

func newJournal(caseID string) chain[gate.Entry] {
	return chain[gate.Entry]{file: journalFile, head: root(journalFile, caseID), place: func(e *gate.Entry, seq int, prev string) { e.Seq, e.Prev, e.Hash = seq, prev, "" }}
}

// followJournal reads the entries that other processes added.
func (c *Case) followJournal() (torn []byte, err error) {
	size, err := c.fs.Size(c.path(journalFile))
	if err == nil && size == c.journal.size {
		return nil, nil
	}
	b, err := optional(disk.ReadFile(c.fs, c.path(journalFile)))
	if err != nil {
		return nil, err
	}
	if int64(len(b)) < c.journal.size {
		return nil, &DamagedError{Problem{File: journalFile, Why: "it was cut while the case was open"}}
	}
	torn, problems := c.journal.follow(b[c.journal.size:])
	if len(problems) > 0 {
		return nil, &DamagedError{problems[0]}
	}
	return torn, nil
}

// append writes an entry under the journal's lock, behind those of others.
func (c *Case) append(e gate.Entry) (gate.Entry, error) {
	switch {
	case c.lease == "":
		return e, ErrReadOnly
	case e.Kind == "" || e.Time.IsZero():
		return e, errors.New("an entry of the journal has a kind and a time")
	case e.Case != "" && e.Case != c.meta.ID:
		return e, fmt.Errorf("an entry of case %q is not for the journal of %q", e.Case, c.meta.ID)
	}
	e.Case, e.Time = c.meta.ID, e.Time.UTC()
	err := c.locked(func() (err error) {
		e, err = c.journal.append(e)
		return err
	})
	if err != nil {
		return e, fmt.Errorf("write the journal: %w", err)
	}
	return e, nil
}

// patience with others, who hold the journal's lock for one entry at a time.
const patience = 10 * time.Second

// locked holds the journal's lock. Nobody else writes then, so what is torn at its end is what a crash left.
func (c *Case) locked(do func() error) error {
	if c.journal.failed != nil {
		return fmt.Errorf("%w (%v)", ErrFailed, c.journal.failed)
	}
	name := c.path(locksDir + "/journal")
	l, err := c.fs.Lock(name)
	for waited := time.Duration(0); errors.Is(err, disk.ErrLocked) && waited < patience; waited += time.Millisecond {
		time.Sleep(time.Millisecond)
		l, err = c.fs.Lock(name)
	}
	if err != nil {
		return err
	}
	defer l.Close()
	torn, err := c.followJournal()
	if err != nil {
		return err
	}
	if c.journal.log == nil || c.journal.log.Size() != c.journal.size || torn != nil {
		repair := c.journal.repair(torn)
		if err := c.journal.resume(c.fs, c.path(journalFile), torn); err != nil {
			return err
		}
		if torn != nil {
			c.repairs = append(c.repairs, repair)
			if err := c.tellRepairs(repair); err != nil {
				return err
			}
		}
	}
	return do()
}

// tellRepairs writes into the journal, whose lock is held, what was dropped.
func (c *Case) tellRepairs(r ...Repair) error {
	detail, err := json.Marshal(r)
	if err != nil {
		return err
	}
	_, err = c.journal.append(gate.Entry{Time: time.Now().UTC(), Kind: gate.Repaired, Case: c.meta.ID, Detail: detail})
	return err
}
