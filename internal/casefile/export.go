package casefile

import (
	"archive/zip"
	"errors"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"evict/internal/casefile/disk"
)

// Export writes the case as a ZIP archive, which unpacked is the same case. Locks, what an interrupted write left, and
// the index, which can be rebuilt, stay behind.
func (c *Case) Export(w io.Writer) error {
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
			if err := c.pack(z, strings.TrimPrefix(dir+"/"+f.Name, "/")); err != nil {
				return err
			}
		}
	}
	return z.Close()
}

func (c *Case) pack(z *zip.Writer, name string) error {
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

// Listed is one case in a folder of cases.
type Listed struct {
	Dir  string
	Meta Meta
	Err  error // why the case can't be read; nil when it can
}

// List finds the cases in a folder, by name. Other folders in it are passed over.
func List(d disk.FS, folder string) ([]Listed, error) {
	list, err := d.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []Listed
	for _, f := range list {
		dir := filepath.Join(folder, f.Name)
		if !f.Dir {
			continue
		}
		m, _, err := readMeta(d, dir)
		if !errors.Is(err, fs.ErrNotExist) {
			out = append(out, Listed{dir, m, err})
		}
	}
	slices.SortFunc(out, func(a, b Listed) int { return strings.Compare(a.Dir, b.Dir) })
	return out, nil
}
