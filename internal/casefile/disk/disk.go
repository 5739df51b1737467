// Package disk is the way of a case to its disk. Every write of a case passes an FS, so that tests can take the power
// away at any of them.
package disk

import (
	"errors"
	"io"
)

// An FS has the few primitives that a case needs. Names are paths of the operating system. Nothing is durable before it is
// synced: the bytes of a file by its Sync, and a name made, changed or removed in a folder by SyncDir on that folder.
type FS interface {
	Open(name string) (io.ReadCloser, error)
	ReadDir(name string) ([]Info, error) // sorted by name
	Size(name string) (int64, error)     // of a file
	Mkdir(name string) error             // its parent is there; fs.ErrExist when it is there already
	Create(name string) (File, error)    // empty, whatever was there
	Append(name string) (File, error)    // made when it is not there; writes go to its end
	Rename(from, to string) error        // within a folder; what was there is replaced
	Remove(name string) error
	SyncDir(name string) error
	Lock(name string) (io.Closer, error) // by the operating system, which frees it when the process ends; ErrLocked
}

// A File is open for writing.
type File interface {
	io.WriteCloser
	Sync() error
	Truncate(size int64) error
}

// Info on one name of a folder.
type Info struct {
	Name string
	Dir  bool
	Size int64
}

// ErrLocked means that another process holds the lock.
var ErrLocked = errors.New("locked by another process")

// ErrFull means that there is no room; what a system says instead counts as the same.
var ErrFull = errors.New("disk full")

// Full reports whether an error means that there is no room.
func Full(err error) bool { return errors.Is(err, ErrFull) || systemFull(err) }
