package casefile

import (
	"archive/zip"
	"errors"
	"io"
	"io/fs"
	"strings"

	"evict/internal/casefile/disk"
)

// ErrMoving means that somebody wrote to the case while it was packed, so that the archive is of no one moment.
var ErrMoving = errors.New("somebody writes to the case")

// Export writes the case as a ZIP archive, which unpacked is the same case. Locks, what an interrupted write left, and
// the index, which can be rebuilt, stay behind. After ErrMoving the archive is of no use, and another try may do.
func (c *Case) Export(w io.Writer) error {
	before, err := c.moment()
	if err != nil {
		return err
	}
	if err := c.pack(w); err != nil {
		return err
	}
	after, err := c.moment()
	if err == nil && after != before {
		err = ErrMoving
	}
	return err
}

// moment tells apart any two moments between which something was written to the case.
func (c *Case) moment() (string, error) {
	var all []byte
	for _, name := range []string{caseFile, coverageFile, journalFile, progressFile, manifestFile} {
		b, err := optional(disk.ReadFile(c.fs, c.path(name)))
		if err != nil {
			return "", err
		}
		all = append(all, sum(b)...)
	}
	return sum(all), nil
}

func (c *Case) pack(w io.Writer) error {
	z := zip.NewWriter(w)
	for _, dir := range []string{"", evidenceDir, plansDir} {
		list, err := c.fs.ReadDir(c.path(dir))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		for _, f := range list {
			if f.Dir || f.Name == reserveFile || f.Name == "index.db" || strings.HasSuffix(f.Name, disk.Temporary) {
				continue
			}
			if err := c.packFile(z, strings.TrimPrefix(dir+"/"+f.Name, "/")); err != nil {
				return err
			}
		}
	}
	return z.Close()
}

func (c *Case) packFile(z *zip.Writer, name string) error {
	h := &zip.FileHeader{Name: name, Method: zip.Deflate}
	if strings.HasSuffix(name, ".zst") {
		h.Method = zip.Store
	}
	h.SetMode(0o600)
	to, err := z.CreateHeader(h)
	if err != nil {
		return err
	}
	f, err := c.fs.Open(c.path(name))
	if err != nil {
		return err
	}
	_, err = io.Copy(to, f)
	return errors.Join(err, f.Close())
}
