// Package collect gathers evidence from files: raw bytes in, items with their
// stated coverage out.
package collect

import (
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"evict"
)

// Declared is what coverage.json says of one file.
type Declared struct {
	Source   string     `json:"source"`
	File     string     `json:"file"`
	From     evict.Time `json:"from"`
	To       evict.Time `json:"to"`
	Complete bool       `json:"complete"`
	Filtered bool       `json:"filtered"`
}

// Work is one entry of declared.json: whose work in which time is no evidence.
type Work struct {
	By      string     `json:"by"`
	Account string     `json:"account"`
	From    evict.Time `json:"from"`
	To      evict.Time `json:"to"`
	What    string     `json:"what"`
	Kind    string     `json:"kind"`
}

// An Item is one piece of evidence, decompressed as it is read.
type Item struct {
	Name     string
	Size     int64 // -1 when unknown
	Open     func() (io.ReadCloser, error)
	Declared *Declared
}

// Found is what the paths hold.
type Found struct {
	Items    []Item
	Work     []Work
	Problems []evict.Rejection
}

// Files lists the evidence below the paths.
func Files(paths []string, _ io.Reader) Found {
	var f Found
	for _, p := range paths {
		err := filepath.WalkDir(p, func(q string, d fs.DirEntry, err error) error {
			if err != nil {
				f.Problems = append(f.Problems, evict.Rejection{Source: q, Reason: err.Error()})
				return nil
			}
			if d.IsDir() {
				return nil
			}
			switch d.Name() {
			case "coverage.json":
				return nil
			case "declared.json":
				return readJSON(q, &f.Work)
			}
			f.Items = append(f.Items, item(p, q))
			return nil
		})
		if err != nil {
			f.Problems = append(f.Problems, evict.Rejection{Source: p, Reason: err.Error()})
		}
	}
	return f
}

func item(root, path string) Item {
	name := filepath.Base(path)
	if rel, err := filepath.Rel(root, path); err == nil && rel != "." {
		name = filepath.ToSlash(rel)
	}
	it := Item{Name: name, Size: -1, Open: func() (io.ReadCloser, error) { return os.Open(path) }}
	if info, err := os.Stat(path); err == nil {
		it.Size = info.Size()
	}
	var stated []Declared
	if readJSON(filepath.Join(filepath.Dir(path), "coverage.json"), &stated) == nil {
		for i := range stated {
			if stated[i].File == filepath.Base(path) {
				it.Declared = &stated[i]
			}
		}
	}
	return it
}

func readJSON(path string, v any) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, v)
}
