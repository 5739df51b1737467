package disk

import (
	"errors"
	"io"
	"io/fs"
	"path/filepath"
)

// Temporary is the ending of a file that is not yet what its name will be. A crash may leave one; it means nothing.
const Temporary = ".tmp"

// ReadFile returns the whole of a file.
func ReadFile(d FS, name string) ([]byte, error) {
	f, err := d.Open(name)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(f)
	return b, errors.Join(err, f.Close())
}

// MkdirAll makes a folder and those above it, durably.
func MkdirAll(d FS, dir string) error {
	parent := filepath.Dir(dir)
	err := d.Mkdir(dir)
	if errors.Is(err, fs.ErrNotExist) && parent != dir {
		if err := MkdirAll(d, parent); err != nil {
			return err
		}
		err = d.Mkdir(dir)
	}
	there := errors.Is(err, fs.ErrExist)
	if err != nil && !there {
		return err
	}
	// A folder that is there may come from a call that was cut off here; one that another person keeps can't be synced by us.
	err = d.SyncDir(parent)
	if there && errors.Is(err, fs.ErrPermission) {
		return nil
	}
	return err
}

// Replace writes a whole file: after a crash it is there as before or as it shall be, and after Replace returned only the latter.
func Replace(d FS, name string, body []byte) error {
	return ReplaceBy(d, name, func(w io.Writer) error {
		_, err := w.Write(body)
		return err
	})
}

// ReplaceBy is Replace for a file too big to be held.
func ReplaceBy(d FS, name string, write func(io.Writer) error) error {
	tmp := name + Temporary
	if err := fill(d, tmp, write); err != nil {
		d.Remove(tmp) // what was written of it takes space; where it can't be removed, the next writer does
		return err
	}
	if err := d.Rename(tmp, name); err != nil {
		return err
	}
	return d.SyncDir(filepath.Dir(name))
}

func fill(d FS, name string, write func(io.Writer) error) error {
	f, err := d.Create(name)
	if err != nil {
		return err
	}
	if err := write(f); err != nil {
		return errors.Join(err, f.Close())
	}
	return errors.Join(f.Sync(), f.Close())
}

// A Log is a file that only grows.
type Log struct {
	f    File
	size int64
	// Relief is called when a write meets a full disk, once; true means that room was made.
	Relief func() bool
}

// OpenLog opens a log at the given size; what lies behind is cut off. When it returns, the log is durable up to there.
func OpenLog(d FS, name string, size int64) (*Log, error) {
	f, err := d.Append(name)
	if err != nil {
		return nil, err
	}
	err = errors.Join(f.Truncate(size), f.Sync(), d.SyncDir(filepath.Dir(name)))
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &Log{f: f, size: size}, nil
}

// Append returns once the bytes would outlive a crash. After an error nobody knows how much of them is kept, and the log
// must be opened again. A sync that failed is not tried again: the system may have dropped the bytes and would say yes.
func (l *Log) Append(b []byte) error {
	_, err := l.f.Write(b)
	if err != nil && Full(err) && l.Relief != nil && l.Relief() {
		if err = l.f.Truncate(l.size); err == nil {
			_, err = l.f.Write(b)
		}
	}
	if err != nil {
		return err
	}
	if err := l.f.Sync(); err != nil {
		return err
	}
	l.size += int64(len(b))
	return nil
}

// Size of what is durable.
func (l *Log) Size() int64 { return l.size }

// Close closes the file.
func (l *Log) Close() error { return l.f.Close() }
