package disk_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"evict/internal/casefile/disk"
	"evict/internal/casefile/disk/crashdisk"
)

func noErr(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func content(t *testing.T, d disk.FS, name, want string) {
	t.Helper()
	b, err := disk.ReadFile(d, name)
	if err != nil || string(b) != want {
		t.Errorf("%s is %q, %v; want %q", name, b, err, want)
	}
}

// TestBothDisksAgree: the test disk behaves like a real one while nothing goes wrong.
func TestBothDisksAgree(t *testing.T) {
	for name, d := range map[string]disk.FS{"os": disk.OS{}, "test": crashdisk.New()} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join("a", "b")
			if name == "os" {
				dir = filepath.Join(t.TempDir(), "a", "b")
			}
			noErr(t, disk.MkdirAll(d, dir))
			noErr(t, disk.MkdirAll(d, dir))
			if err := d.Mkdir(dir); !errors.Is(err, fs.ErrExist) {
				t.Errorf("mkdir: %v", err)
			}
			if err := d.Mkdir(filepath.Join(dir, "x", "y")); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("mkdir: %v", err)
			}
			file := filepath.Join(dir, "f")
			if _, err := d.Open(file); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("open: %v", err)
			}
			if _, err := d.Size(file); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("size: %v", err)
			}
			if err := d.Remove(file); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("remove: %v", err)
			}
			if _, err := d.ReadDir(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("readdir: %v", err)
			}
			noErr(t, disk.Replace(d, file, []byte("one, longer")))
			noErr(t, disk.Replace(d, file, []byte("two")))
			content(t, d, file, "two")
			l, err := disk.OpenLog(d, file, 2)
			noErr(t, err)
			noErr(t, l.Append([]byte("o")))
			noErr(t, l.Append([]byte("!")))
			noErr(t, l.Close())
			content(t, d, file, "two!")
			if n, err := d.Size(file); n != 4 || err != nil {
				t.Errorf("size: %d, %v", n, err)
			}
			list, err := d.ReadDir(dir)
			if err != nil || len(list) != 1 || list[0] != (disk.Info{Name: "f", Size: 4}) {
				t.Errorf("readdir: %v, %v", list, err)
			}
			lock := filepath.Join(dir, "lock")
			a, err := d.Lock(lock)
			noErr(t, err)
			if _, err := d.Lock(lock); !errors.Is(err, disk.ErrLocked) {
				t.Errorf("lock: %v", err)
			}
			noErr(t, a.Close())
			a, err = d.Lock(lock)
			noErr(t, err)
			noErr(t, a.Close())
			fail := errors.New("no more")
			if err := disk.ReplaceBy(d, file, func(io.Writer) error { return fail }); !errors.Is(err, fail) {
				t.Errorf("replace: %v", err)
			}
			content(t, d, file, "two!")
			if _, err := d.Size(file + disk.Temporary); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("a file that could not be written stays: %v", err)
			}
		})
	}
}

func TestFilesAreForTheirOwnerAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "d")
	noErr(t, disk.MkdirAll(disk.OS{}, dir))
	noErr(t, disk.Replace(disk.OS{}, filepath.Join(dir, "f"), nil))
	l, err := disk.OpenLog(disk.OS{}, filepath.Join(dir, "log"), 0)
	noErr(t, err)
	noErr(t, l.Close())
	for _, name := range []string{dir, filepath.Join(dir, "f"), filepath.Join(dir, "log")} {
		i, err := os.Stat(name)
		noErr(t, err)
		if os.PathSeparator == '/' && i.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v", name, i.Mode())
		}
	}
}

func TestReplaceIsThereAfterACrash(t *testing.T) {
	d := crashdisk.New()
	noErr(t, disk.Replace(d, "f", []byte("one")))
	content(t, d.Restart(crashdisk.Nothing), "f", "one")
}

func TestALogIsThereAfterACrash(t *testing.T) {
	d := crashdisk.New()
	l, err := disk.OpenLog(d, "log", 0)
	noErr(t, err)
	noErr(t, l.Append([]byte("one\n")))
	d = d.Restart(crashdisk.Nothing)
	content(t, d, "log", "one\n")

	// What a killed process wrote and did not sync counts once the log was opened on it, not before.
	l, err = disk.OpenLog(d, "log", 4)
	noErr(t, err)
	d.CrashAt(2)
	if err := l.Append([]byte("two\n")); !errors.Is(err, crashdisk.ErrCrashed) {
		t.Fatal(err)
	}
	d = d.Restart(crashdisk.Everything)
	content(t, d, "log", "one\ntwo\n")
	f, err := d.Append("log")
	noErr(t, err)
	_, err = f.Write([]byte("three\n"))
	noErr(t, err)
	if _, err = disk.OpenLog(d, "log", 14); err != nil {
		t.Fatal(err)
	}
	content(t, d.Restart(crashdisk.Nothing), "log", "one\ntwo\nthree\n")
}

// TestTheTestDiskIsCruel: it loses what it may, or the tests that rely on it prove nothing.
func TestTheTestDiskIsCruel(t *testing.T) {
	start := func() (*crashdisk.Disk, disk.File) {
		d := crashdisk.New()
		noErr(t, disk.Replace(d, "old", []byte("old")))
		f, err := d.Create("new")
		noErr(t, err)
		_, err = f.Write([]byte("12345"))
		noErr(t, err)
		return d, f
	}
	is := func(d *crashdisk.Disk, name, want string) {
		t.Helper()
		b, err := disk.ReadFile(d, name)
		if want == "-" && errors.Is(err, fs.ErrNotExist) {
			return
		}
		if string(b) != want || err != nil {
			t.Errorf("%s: %q, %v; want %q", name, b, err, want)
		}
	}
	d, _ := start()
	is(d.Restart(crashdisk.Nothing), "new", "-")
	is(d.Restart(crashdisk.Everything), "new", "12345")
	d, _ = start()
	is(d.Restart(crashdisk.Torn(2)), "new", "12")
	d, f := start()
	noErr(t, f.Sync())
	is(d.Restart(crashdisk.Nothing), "new", "-") // its name was not synced
	d, f = start()
	noErr(t, f.Sync())
	noErr(t, d.Rename("new", "old"))
	is(d.Restart(crashdisk.Nothing), "old", "old")
	d, _ = start()
	noErr(t, d.Rename("new", "old"))
	noErr(t, d.SyncDir(""))
	is(d.Restart(crashdisk.Nothing), "old", "") // the name came before the bytes
	d, f = start()
	d.FailAt(1, errors.New("input/output error"))
	if err := f.Sync(); err == nil {
		t.Error("the sync did not fail")
	}
	noErr(t, f.Sync())
	noErr(t, d.SyncDir(""))
	is(d.Restart(crashdisk.Nothing), "new", "")
	d, f = start()
	d.Room(3)
	if n, err := f.Write([]byte("6789")); n != 3 || !disk.Full(err) {
		t.Errorf("%d, %v", n, err)
	}
	seen := map[string]bool{}
	for seed := range uint64(60) {
		d, f := start()
		noErr(t, f.Sync())
		noErr(t, d.SyncDir(""))
		_, err := f.Write([]byte("67"))
		noErr(t, err)
		noErr(t, d.Remove("old"))
		d = d.Restart(crashdisk.Some(seed))
		b, err := disk.ReadFile(d, "new")
		noErr(t, err)
		if !bytes.HasPrefix(b, []byte("12345")) {
			t.Fatalf("seed %d: synced bytes are lost: %q", seed, b)
		}
		seen[string(b)] = true
		if _, err := d.Size("old"); err != nil {
			seen["removed"] = true
		} else {
			seen["there"] = true
		}
	}
	for _, want := range []string{"12345", "123456", "1234567", "12345\x00\x00", "removed", "there"} {
		if !seen[want] {
			t.Errorf("chance never gave %q: %v", want, seen)
		}
	}
}
