package app

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"evict/internal/casefile"
)

// Exported is a case that was packed to be handed over. Schema: evict.case-export/v1.
type Exported struct {
	Schema string    `json:"schema"`
	File   string    `json:"file"`
	Bytes  int64     `json:"bytes"`
	SHA256 string    `json:"sha256"` // of the archive
	Audit  CaseAudit `json:"audit"`  // of the case, just before
}

// exportTries is how often a case that somebody writes to is packed anew.
const exportTries = 3

// ExportCase packs a case into a new ZIP archive, which unpacked is the same case. One that is not whole is packed as it is:
// the audit says so.
func ExportCase(folder, file string) (Exported, error) {
	out := Exported{Schema: "evict.case-export/v1", File: file}
	if within(folder, file) {
		return out, fmt.Errorf("%w: the archive is not written into the case itself", ErrUsage)
	}
	if _, err := os.Lstat(file); err == nil {
		return out, fmt.Errorf("%w: %s exists", ErrUsage, file)
	}
	var err error
	if out.Audit, err = AuditCase(folder, nil, ""); err != nil {
		return out, err
	}
	c, err := readCase(folder)
	if err != nil {
		return out, err
	}
	partial := file + ".partial"
	for try := 1; ; try++ {
		out.Bytes, out.SHA256, err = packTo(c, partial)
		if !errors.Is(err, casefile.ErrMoving) || try == exportTries {
			break
		}
		time.Sleep(time.Second)
	}
	if err != nil {
		return out, errors.Join(fmt.Errorf("nothing was exported: %w", err), os.Remove(partial))
	}
	return out, os.Rename(partial, file)
}

func packTo(c *casefile.Case, path string) (int64, string, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return 0, "", err
	}
	h := sha256.New()
	err = errors.Join(c.Export(io.MultiWriter(f, h)), f.Sync())
	n, seek := f.Seek(0, io.SeekCurrent)
	return n, hex.EncodeToString(h.Sum(nil)), errors.Join(err, seek, f.Close())
}
