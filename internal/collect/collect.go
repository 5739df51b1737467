// Package collect gathers evidence, from files and from a live tenant: raw bytes
// in, items with their coverage out. Of files it interprets nothing but containers:
// folders, zip, gzip, Zstandard and bzip2, told by their content and never by their
// name; of answers it reads what it must know to ask on.
package collect

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"evict"
)

// An Item is one piece of evidence, decompressed as it is read.
type Item struct {
	Name     string // unique among the items: path below what was given, with /; a member of an archive after its path
	Size     int64  // decompressed; -1 when unknown
	Open     func() (io.ReadCloser, error)
	Declared *Declared // what coverage.json says of it; nil when nothing
	Asked    *Asked    // what a case says of it; nil outside of cases
	Owner    string    // user principal name of the account that it was asked of, or its object ID, for records that name nobody; "" when it is nobody's
}

// Found is what the paths hold, in the order of names. Problems are files that
// could not be opened or listed, with a hint; the others are there all the same.
type Found struct {
	Items    []Item
	Work     []Work
	Problems []evict.Rejection
}

// Files lists the evidence in files, below folders (recursively; links in them
// are not followed), in files that match patterns, and in stdin for "-".
// coverage.json and declared.json beside the evidence are read and are no items.
func Files(paths []string, stdin io.Reader) Found {
	c := collector{seen: map[string]bool{}, names: map[string]int{}}
	for _, p := range paths {
		if p == "-" {
			c.stream("stdin", stdin)
			continue
		}
		c.path(p)
	}
	c.apply()
	slices.SortFunc(c.found.Items, func(a, b Item) int { return strings.Compare(a.Name, b.Name) })
	slices.SortStableFunc(c.found.Problems, func(a, b evict.Rejection) int { return strings.Compare(a.Source, b.Source) })
	return c.found
}

type collector struct {
	found    Found
	seen     map[string]bool // absolute paths, so that a file named twice is one item
	names    map[string]int
	coverage []coverage
	places   []place // of each item
}

// place is where an item lies, for what coverage.json beside it says.
type place struct{ folder, name string }

func (c *collector) problem(source, reason string) {
	c.found.Problems = append(c.found.Problems, evict.Rejection{Source: source, Reason: reason})
}

// path takes a file, folder or pattern.
func (c *collector) path(p string) {
	info, err := os.Stat(p)
	if errors.Is(err, fs.ErrNotExist) && strings.ContainsAny(p, "*?[") {
		matches, globErr := filepath.Glob(p)
		if globErr != nil {
			c.problem(p, "not a pattern: "+globErr.Error())
			return
		}
		if len(matches) == 0 {
			c.problem(p, "no file matches: put the pattern in quotes only if the shell should not expand it")
		}
		for _, m := range matches {
			c.path(m)
		}
		return
	}
	switch {
	case err != nil:
		c.problem(p, reason(err))
	case info.IsDir():
		c.folder(p)
	case info.Mode().IsRegular():
		c.file(p, filepath.Base(p))
	case info.Mode()&fs.ModeNamedPipe != 0:
		f, err := os.Open(p)
		if err != nil {
			c.problem(p, reason(err))
			return
		}
		c.stream(filepath.Base(p), f)
	default:
		c.problem(p, "a device or socket, not a file")
	}
}

// reason is a file system's error without the path, which the rejection names.
func reason(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "no such file or folder"
	case errors.Is(err, fs.ErrPermission):
		return "no permission to read it: run as a user who may, or copy it"
	}
	return err.Error()
}

// clutter are files that systems leave in folders and archives.
func clutter(name string) bool {
	base := name[strings.LastIndexByte(name, '/')+1:]
	return base == ".DS_Store" || strings.EqualFold(base, "Thumbs.db") || strings.EqualFold(base, "desktop.ini") || strings.HasPrefix(base, "._") || strings.HasPrefix(name, "__MACOSX/")
}

func (c *collector) folder(root string) {
	if real, err := filepath.EvalSymlinks(root); err == nil {
		root = real // named by the caller: only links inside are not followed
	}
	filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		name := p
		if rel, relErr := filepath.Rel(root, p); relErr == nil {
			name = filepath.ToSlash(rel)
		}
		switch {
		case err != nil:
			c.problem(name, reason(err))
			if d != nil && d.IsDir() {
				return fs.SkipDir
			}
		case d.IsDir() || clutter(name):
		case d.Type()&fs.ModeSymlink != 0:
			c.problem(name, "a link is not followed: name what it points at")
		case !d.Type().IsRegular():
			c.problem(name, "a device, pipe or socket, not a file")
		default:
			c.file(p, name)
		}
		return nil
	})
}

// file takes one regular file.
func (c *collector) file(path, name string) {
	abs, err := filepath.Abs(path)
	if err != nil {
		abs = path
	}
	if c.seen[abs] {
		return
	}
	c.seen[abs] = true
	folder := filepath.Dir(abs)
	switch strings.ToLower(filepath.Base(path)) {
	case coverageFile:
		c.readCoverage(name, folder, func() (io.ReadCloser, error) { return os.Open(path) })
		return
	case declaredFile:
		c.readDeclared(name, func() (io.ReadCloser, error) { return os.Open(path) })
		return
	}
	f, err := os.Open(path)
	if err != nil {
		c.problem(name, reason(err))
		return
	}
	head := make([]byte, magicLen)
	n, err := io.ReadFull(f, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		f.Close()
		c.problem(name, reason(err))
		return
	}
	form := formOf(head[:n])
	if form == zipForm {
		c.archive(f, abs, name)
		return
	}
	f.Close()
	it := Item{Name: name, Size: -1, Open: func() (io.ReadCloser, error) { return openFile(path) }}
	if info, err := os.Stat(path); err == nil && form == plainForm {
		it.Size = info.Size()
	}
	c.add(it, place{folder, filepath.Base(path)})
}

// stream takes what can be read once only.
func (c *collector) stream(name string, r io.Reader) {
	if r == nil {
		c.problem(name, "nothing to read from")
		return
	}
	read := false
	c.add(Item{Name: name, Size: -1, Open: func() (io.ReadCloser, error) {
		if read {
			return nil, errors.New("a stream can be read once only")
		}
		read = true
		return decompress(io.NopCloser(r), -1)
	}}, place{name: name})
}

// add adds an item under a name that no other has.
func (c *collector) add(it Item, at place) {
	c.names[it.Name]++
	if n := c.names[it.Name]; n > 1 {
		// Two folders hold files of one name: the folder's own name tells them apart.
		it.Name = filepath.Base(at.folder) + "/" + it.Name
		if c.names[it.Name]++; c.names[it.Name] > 1 {
			it.Name = filepath.ToSlash(at.folder) + "/" + at.name
			c.names[it.Name]++
		}
	}
	c.found.Items = append(c.found.Items, it)
	c.places = append(c.places, at)
}
