package disk

import (
	"io"
	"io/fs"
	"os"

	"github.com/gofrs/flock"
)

// OS is the disk of this machine. What it makes is for its owner alone: evidence is somebody's mail.
type OS struct{}

// Open a file for reading.
func (OS) Open(name string) (io.ReadCloser, error) { return os.Open(name) }

// ReadDir lists a folder.
func (OS) ReadDir(name string) ([]Info, error) {
	list, err := os.ReadDir(name)
	if err != nil {
		return nil, err
	}
	out := make([]Info, 0, len(list))
	for _, e := range list {
		i, err := e.Info()
		if err != nil {
			return nil, err
		}
		out = append(out, Info{e.Name(), e.IsDir(), i.Size()})
	}
	return out, nil
}

// Size of a file.
func (OS) Size(name string) (int64, error) {
	i, err := os.Stat(name)
	if err != nil {
		return 0, err
	}
	return i.Size(), nil
}

// Mkdir makes a folder.
func (OS) Mkdir(name string) error { return os.Mkdir(name, 0o700) }

// Create a file, or empty it.
func (OS) Create(name string) (File, error) {
	return os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
}

// Append opens a file at its end. It does not ask the system to append, because Windows then refuses to cut the file.
func (OS) Append(name string) (File, error) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if _, err := f.Seek(0, io.SeekEnd); err != nil {
		f.Close()
		return nil, err
	}
	return ended{f}, nil
}

// ended writes at the end of its file, also after it was cut.
type ended struct{ *os.File }

func (f ended) Truncate(size int64) error {
	if err := f.File.Truncate(size); err != nil {
		return err
	}
	_, err := f.Seek(size, io.SeekStart)
	return err
}

// Rename gives a file its name.
func (OS) Rename(from, to string) error { return rename(from, to) }

// Remove a file.
func (OS) Remove(name string) error { return os.Remove(name) }

// SyncDir makes the names in a folder durable.
func (OS) SyncDir(name string) error { return syncDir(name) }

// Lock takes the lock at once or not at all. Its file stays, since removing it would let two hold it.
func (OS) Lock(name string) (io.Closer, error) {
	l := flock.New(name, flock.SetPermissions(fs.FileMode(0o600)))
	ok, err := l.TryLock()
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, ErrLocked
	}
	return l, nil
}
