// Package crashdisk is a disk in memory for tests. At any of its operations it can fail, or lose its power and with it
// whatever was not synced.
package crashdisk

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"evict/internal/casefile/disk"
)

// ErrCrashed is what every operation returns after the crash.
var ErrCrashed = errors.New("the disk has no power")

// A Disk implements disk.FS. Its folders are one tree, whose root is there; relative and absolute names mean the same.
type Disk struct {
	mu      sync.Mutex
	root    *node
	ops     int
	trace   []string
	crashAt int
	failAt  map[int]error
	room    int64 // bytes left; below zero: without end
	dead    bool
	locks   map[string]bool
	last    *node // last file written to
}

// A node is a file or a folder, as it is and as a crash would leave it.
type node struct {
	dir          bool
	data, synced []byte
	low          int  // least size since the last sync: so many bytes of data are synced, wherever the rest is
	lost         bool // a sync failed: the system takes the bytes for written, and they never will be
	names        map[string]*node
	durable      map[string]*node
	pending      []func(map[string]*node) // changes of names that no sync has made durable, in their order
}

func folder() *node {
	return &node{dir: true, names: map[string]*node{}, durable: map[string]*node{}}
}

// New is an empty disk.
func New() *Disk {
	return &Disk{root: folder(), failAt: map[int]error{}, locks: map[string]bool{}, room: -1}
}

// CrashAt takes the power away at the n-th operation from now, from 1: it does not happen, but for a write, which
// reaches the system's memory.
func (d *Disk) CrashAt(n int) { d.crashAt = d.ops + n }

// FailAt lets the n-th operation from now fail. A write fails half-way; a sync that fails loses the bytes, and later
// ones say yes without effect, as some systems do.
func (d *Disk) FailAt(n int, err error) { d.failAt[d.ops+n] = err }

// Room sets how many bytes can still be written; below zero: any number.
func (d *Disk) Room(n int64) { d.room = n }

// Ops is how many operations that change something were asked for.
func (d *Disk) Ops() int { return d.ops }

// Trace names them, in their order.
func (d *Disk) Trace() []string { return slices.Clone(d.trace) }

// Keep says what of the unsynced a crash leaves.
type Keep func(d *Disk)

// Restart is the disk after the crash, with its power back.
func (d *Disk) Restart(k Keep) *Disk {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.dead = true
	k(d)
	return &Disk{root: d.root.survivor(map[*node]*node{}), failAt: map[int]error{}, locks: map[string]bool{}, room: -1}
}

// Nothing unsynced is left: no byte, no name.
func Nothing(*Disk) {}

// Everything is left: the process was killed, and the system went on.
func Everything(d *Disk) {
	d.each(func(n *node) {
		n.synced = n.data
		n.settle(len(n.pending))
	})
}

// Torn leaves the names, and so many bytes of what was last written behind the synced.
func Torn(most int) Keep {
	return func(d *Disk) {
		d.each(func(n *node) { n.settle(len(n.pending)) })
		if n := d.last; n != nil {
			n.synced = n.prefix(most)
		}
	}
}

// Some is chance: of each folder the first so many changes of names; of each file the first so many unsynced bytes, or
// zeros in their place. Names may be there before the bytes.
func Some(seed uint64) Keep {
	return func(d *Disk) {
		r := rand.New(rand.NewPCG(seed, 0))
		d.each(func(n *node) {
			n.settle(r.IntN(len(n.pending) + 1))
			if n.dir || bytes.Equal(n.data, n.synced) {
				return
			}
			switch r.IntN(3) {
			case 0:
				n.synced = n.prefix(r.IntN(len(n.data) - n.low + 1))
			case 1:
				n.synced = append(n.prefix(0), make([]byte, len(n.data)-n.low)...)
			}
		})
	}
}

// prefix is the synced part of a file, and at most so many bytes behind it.
func (n *node) prefix(most int) []byte { return slices.Clone(n.data[:min(len(n.data), n.low+most)]) }

func (n *node) settle(changes int) {
	for _, c := range n.pending[:changes] {
		c(n.durable)
	}
	n.pending = nil
}

// each visits every node that is or was there, folders first and in the order of names.
func (d *Disk) each(visit func(*node)) {
	seen := map[*node]bool{}
	var walk func(n *node)
	walk = func(n *node) {
		if seen[n] {
			return
		}
		seen[n] = true
		before := sorted(n.durable)
		visit(n)
		for _, c := range append(append(before, sorted(n.durable)...), sorted(n.names)...) {
			walk(c)
		}
	}
	walk(d.root)
}

func sorted(m map[string]*node) []*node {
	var names []string
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	var out []*node
	for _, name := range names {
		out = append(out, m[name])
	}
	return out
}

// survivor is a copy of what is durable.
func (n *node) survivor(done map[*node]*node) *node {
	if c, ok := done[n]; ok {
		return c
	}
	c := &node{dir: n.dir, data: slices.Clone(n.synced), synced: slices.Clone(n.synced), low: len(n.synced)}
	done[n] = c
	if n.dir {
		c.names, c.durable = map[string]*node{}, map[string]*node{}
		for name, child := range n.durable {
			s := child.survivor(done)
			c.names[name], c.durable[name] = s, s
		}
	}
	return c
}

// change counts an operation and says whether it may happen.
func (d *Disk) change(what, name string) error {
	if d.dead {
		return ErrCrashed
	}
	d.ops++
	d.trace = append(d.trace, what+" "+name)
	if d.ops == d.crashAt {
		d.dead = true
		return ErrCrashed
	}
	if err := d.failAt[d.ops]; err != nil {
		return &fs.PathError{Op: what, Path: name, Err: err}
	}
	return nil
}

// split finds the folder of a name.
func (d *Disk) split(op, name string) (*node, string, error) {
	name = strings.Trim(path.Clean("/"+filepath.ToSlash(name)), "/")
	if name == "" {
		return nil, "", &fs.PathError{Op: op, Path: "/", Err: fs.ErrExist}
	}
	parts := strings.Split(name, "/")
	at := d.root
	for _, p := range parts[:len(parts)-1] {
		at = at.names[p]
		if at == nil || !at.dir {
			return nil, "", &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
		}
	}
	return at, parts[len(parts)-1], nil
}

func (d *Disk) find(op, name string) (*node, error) {
	if strings.Trim(path.Clean("/"+filepath.ToSlash(name)), "/") == "" {
		return d.root, nil
	}
	in, base, err := d.split(op, name)
	if err != nil {
		return nil, err
	}
	n := in.names[base]
	if n == nil {
		return nil, &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
	}
	return n, nil
}

// do changes the names of a folder, for now.
func (n *node) do(change func(map[string]*node)) {
	change(n.names)
	n.pending = append(n.pending, change)
}

// Open a file for reading.
func (d *Disk) Open(name string) (io.ReadCloser, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dead {
		return nil, ErrCrashed
	}
	n, err := d.find("open", name)
	if err != nil {
		return nil, err
	}
	if n.dir {
		return nil, &fs.PathError{Op: "open", Path: name, Err: errors.New("is a folder")}
	}
	return io.NopCloser(bytes.NewReader(slices.Clone(n.data))), nil
}

// ReadDir lists a folder.
func (d *Disk) ReadDir(name string) ([]disk.Info, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dead {
		return nil, ErrCrashed
	}
	n, err := d.find("readdir", name)
	if err != nil {
		return nil, err
	}
	var out []disk.Info
	for base, c := range n.names {
		out = append(out, disk.Info{Name: base, Dir: c.dir, Size: int64(len(c.data))})
	}
	slices.SortFunc(out, func(a, b disk.Info) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// Size of a file.
func (d *Disk) Size(name string) (int64, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dead {
		return 0, ErrCrashed
	}
	n, err := d.find("size", name)
	if err != nil {
		return 0, err
	}
	return int64(len(n.data)), nil
}

// Mkdir makes a folder.
func (d *Disk) Mkdir(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.change("mkdir", name); err != nil {
		return err
	}
	in, base, err := d.split("mkdir", name)
	if err != nil {
		return err
	}
	if in.names[base] != nil {
		return &fs.PathError{Op: "mkdir", Path: name, Err: fs.ErrExist}
	}
	c := folder()
	in.do(func(m map[string]*node) { m[base] = c })
	return nil
}

// Create a file, or empty it.
func (d *Disk) Create(name string) (disk.File, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	n, err := d.file("create", name)
	if err != nil {
		return nil, err
	}
	d.free(n, 0)
	return &file{d, n, name}, nil
}

// Append opens a file at its end.
func (d *Disk) Append(name string) (disk.File, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	n, err := d.file("append", name)
	if err != nil {
		return nil, err
	}
	return &file{d, n, name}, nil
}

func (d *Disk) file(op, name string) (*node, error) {
	if err := d.change(op, name); err != nil {
		return nil, err
	}
	in, base, err := d.split(op, name)
	if err != nil {
		return nil, err
	}
	n := in.names[base]
	if n == nil {
		n = &node{}
		in.do(func(m map[string]*node) { m[base] = n })
	}
	if n.dir {
		return nil, &fs.PathError{Op: op, Path: name, Err: errors.New("is a folder")}
	}
	return n, nil
}

// Rename gives a file another name in its folder.
func (d *Disk) Rename(from, to string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.change("rename", to); err != nil {
		return err
	}
	in, base, err := d.split("rename", from)
	if err != nil {
		return err
	}
	into, as, err := d.split("rename", to)
	if err != nil {
		return err
	}
	n := in.names[base]
	switch {
	case n == nil:
		return &fs.PathError{Op: "rename", Path: from, Err: fs.ErrNotExist}
	case in != into:
		return &fs.PathError{Op: "rename", Path: to, Err: errors.New("in another folder")}
	}
	if old := in.names[as]; old != nil && old != n && d.room >= 0 {
		d.room += int64(len(old.data))
	}
	in.do(func(m map[string]*node) { delete(m, base); m[as] = n })
	return nil
}

// Remove a file.
func (d *Disk) Remove(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.change("remove", name); err != nil {
		return err
	}
	in, base, err := d.split("remove", name)
	if err != nil {
		return err
	}
	n := in.names[base]
	if n == nil {
		return &fs.PathError{Op: "remove", Path: name, Err: fs.ErrNotExist}
	}
	if d.room >= 0 {
		d.room += int64(len(n.data))
	}
	in.do(func(m map[string]*node) { delete(m, base) })
	return nil
}

// SyncDir makes the names in a folder durable.
func (d *Disk) SyncDir(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.change("syncdir", name); err != nil {
		return err
	}
	n, err := d.find("syncdir", name)
	if err != nil {
		return err
	}
	n.settle(len(n.pending))
	return nil
}

// Lock takes a lock, which a restart frees. It is no operation that can fail: it leaves nothing on the disk.
func (d *Disk) Lock(name string) (io.Closer, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dead {
		return nil, ErrCrashed
	}
	if d.locks[name] {
		return nil, disk.ErrLocked
	}
	d.locks[name] = true
	return lock{d, name}, nil
}

type lock struct {
	d    *Disk
	name string
}

func (l lock) Close() error {
	l.d.mu.Lock()
	defer l.d.mu.Unlock()
	delete(l.d.locks, l.name)
	return nil
}

// free cuts a file and gives its room back.
func (d *Disk) free(n *node, size int) {
	if d.room >= 0 {
		d.room += int64(len(n.data) - size)
	}
	n.data = slices.Clone(n.data[:size])
	n.low = min(n.low, size)
}

type file struct {
	d    *Disk
	n    *node
	name string
}

func (f *file) Write(b []byte) (int, error) {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	was := f.d.dead
	err := f.d.change("write", f.name)
	n := len(b)
	switch {
	case was:
		return 0, err
	case err != nil && !f.d.dead:
		n = len(b) / 2
	case f.d.room >= 0 && int64(n) > f.d.room:
		n = int(f.d.room)
		err = &fs.PathError{Op: "write", Path: f.name, Err: disk.ErrFull}
	}
	if f.d.room >= 0 {
		f.d.room -= int64(n)
	}
	f.n.data = append(f.n.data, b[:n]...)
	f.d.last = f.n
	return n, err
}

func (f *file) Sync() error {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	if err := f.d.change("sync", f.name); err != nil {
		f.n.lost = true
		return err
	}
	if !f.n.lost {
		f.n.synced, f.n.low = f.n.data, len(f.n.data)
	}
	return nil
}

func (f *file) Truncate(size int64) error {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	if err := f.d.change("truncate", f.name); err != nil {
		return err
	}
	if size > int64(len(f.n.data)) {
		return &fs.PathError{Op: "truncate", Path: f.name, Err: fmt.Errorf("to %d, beyond its end", size)}
	}
	f.d.free(f.n, int(size))
	return nil
}

func (f *file) Close() error {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	return f.d.change("close", f.name)
}
