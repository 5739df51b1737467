package casefile

import (
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"

	"errors"

	"evict/internal/casefile/disk"
)

// Reserve takes room on the disk for the journal, so that what was begun can be written down to its end when others fill
// the disk. It is given up when the journal meets a full disk, and by Release or Close.
func (c *Case) Reserve(bytes int64) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.lease != toRespond {
		return ErrReadOnly
	}
	err := disk.ReplaceBy(c.fs, c.path(reserveFile), func(w io.Writer) error {
		// What can't be compressed: some file systems would keep zeros in no room at all.
		_, err := io.CopyN(w, rand.NewChaCha8([32]byte{}), bytes)
		return err
	})
	if err != nil {
		return fmt.Errorf("reserve room for the journal: %w", err)
	}
	c.journal.relief = func() bool { return c.fs.Remove(c.path(reserveFile)) == nil }
	if c.journal.log != nil {
		c.journal.log.Relief = c.journal.relief
	}
	return nil
}

// Release gives the reserved room back.
func (c *Case) Release() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.release()
}

func (c *Case) release() error {
	if c.lease != toRespond {
		return nil
	}
	if err := c.fs.Remove(c.path(reserveFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
