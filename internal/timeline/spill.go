package timeline

import (
	"bufio"
	"bytes"
	"cmp"
	"container/heap"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// spillPrefix names the private folders below the temporary folder.
const spillPrefix = "evict-spill-"

// A scratch is the private folder of one run's spills. Nothing is written
// while everything fits in memory.
type scratch struct {
	parent string
	mu     sync.Mutex
	dir    string
	next   int
	memory atomic.Int64 // bytes now held in the buffers of all spills
	limit  int64
}

// newScratch also removes what earlier runs that were killed left behind.
func newScratch(parent string, limit int64) *scratch {
	if parent == "" {
		parent = os.TempDir()
	}
	old, _ := filepath.Glob(filepath.Join(parent, spillPrefix+"*"))
	for _, dir := range old {
		if info, err := os.Lstat(dir); err == nil && info.IsDir() && time.Since(info.ModTime()) > 48*time.Hour {
			os.RemoveAll(dir)
		}
	}
	return &scratch{parent: parent, limit: limit}
}

// spillShare is how much of the evidence's size its spilled events may take,
// in hundredths: each stands twice for a while (measured: 30 to 60).
const spillShare = 80

// check refuses evidence for which the scratch folder has too little room, before anything is read.
func (s *scratch) check(evidence int64) error {
	need := evidence / 100 * spillShare
	if need <= s.limit {
		return nil
	}
	if free, ok := freeSpace(s.parent); ok && free < need {
		return fmt.Errorf("the folder for spilled events, %s, has %d MiB free and may need %d MiB; name a larger one with --scratch", s.parent, free>>20, need>>20)
	}
	return nil
}

func (s *scratch) create(name string) (*os.File, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dir == "" {
		dir, err := os.MkdirTemp(s.parent, spillPrefix)
		if err != nil {
			return nil, fmt.Errorf("making a folder for spilled events: %w", err)
		}
		s.dir = dir
	}
	s.next++
	return os.OpenFile(filepath.Join(s.dir, fmt.Sprintf("%s-%d", name, s.next)), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
}

func (s *scratch) remove() error {
	if s.dir == "" {
		return nil
	}
	return os.RemoveAll(s.dir)
}

// A spill holds keyed entries in partitions and gives each partition back in
// key order, in bounded memory. Adding is safe for concurrent use; reading
// starts after the last add.
type spill struct {
	name  string
	s     *scratch
	load  int64 // largest partition that is sorted in memory
	parts []part
}

type part struct {
	mu    sync.Mutex
	buf   []byte
	file  *os.File
	size  int64 // bytes in file
	count int
}

// A key orders entries: by A, then B, then Rest.
type key struct {
	A, B uint64
	Rest []byte
}

func newSpill(s *scratch, name string, parts int, load int64) *spill {
	return &spill{name: name, s: s, load: load, parts: make([]part, parts)}
}

// maxKept is the largest empty buffer that a partition keeps for later.
const maxKept = 256 << 10

const entryHead = 4 + 8 + 8 + 2 // length of the rest, A, B, length of Rest

// add copies the entry into its partition.
func (sp *spill) add(p int, k key, payload []byte) error {
	pt := &sp.parts[p]
	pt.mu.Lock()
	defer pt.mu.Unlock()
	before := len(pt.buf)
	pt.buf = binary.LittleEndian.AppendUint32(pt.buf, uint32(entryHead-4+len(k.Rest)+len(payload)))
	pt.buf = binary.LittleEndian.AppendUint64(pt.buf, k.A)
	pt.buf = binary.LittleEndian.AppendUint64(pt.buf, k.B)
	pt.buf = binary.LittleEndian.AppendUint16(pt.buf, uint16(len(k.Rest)))
	pt.buf = append(pt.buf, k.Rest...)
	pt.buf = append(pt.buf, payload...)
	pt.count++
	total := sp.s.memory.Add(int64(len(pt.buf) - before))
	if total > sp.s.limit && len(pt.buf) >= 64<<10 {
		return sp.flush(pt)
	}
	return nil
}

func (sp *spill) flush(pt *part) error {
	if pt.file == nil {
		f, err := sp.s.create(sp.name)
		if err != nil {
			return err
		}
		pt.file = f
	}
	n, err := pt.file.WriteAt(pt.buf, pt.size)
	pt.size += int64(n)
	if err != nil {
		return fmt.Errorf("spilling events: %w", err)
	}
	sp.s.memory.Add(-int64(len(pt.buf)))
	if cap(pt.buf) > maxKept {
		pt.buf = nil // or what grew before the limit was reached would stay
	}
	pt.buf = pt.buf[:0]
	return nil
}

// largestFirst orders the partitions by size, so that no worker is left with
// the largest one when the others are done.
func (sp *spill) largestFirst() []int {
	order := make([]int, len(sp.parts))
	for i := range order {
		order[i] = i
	}
	size := func(i int) int64 { return sp.parts[i].size + int64(len(sp.parts[i].buf)) }
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(size(b), size(a)) })
	return order
}

// drop frees a partition that will not be read again.
func (sp *spill) drop(p int) {
	pt := &sp.parts[p]
	sp.s.memory.Add(-int64(len(pt.buf)))
	pt.buf = nil
	if pt.file != nil {
		name := pt.file.Name()
		pt.file.Close()
		os.Remove(name)
		pt.file, pt.size = nil, 0
	}
}

// An entry is one spilled entry; it is valid until the next one is asked for.
type entry struct {
	key
	Payload []byte
}

// sorted calls each for every entry of the partition in key order.
func (sp *spill) sorted(p int, each func(entry) error) error {
	pt := &sp.parts[p]
	if pt.size+int64(len(pt.buf)) <= sp.load {
		data := pt.buf
		if pt.size > 0 {
			data = make([]byte, pt.size, pt.size+int64(len(pt.buf)))
			if _, err := pt.file.ReadAt(data, 0); err != nil {
				return fmt.Errorf("reading spilled events: %w", err)
			}
			data = append(data, pt.buf...)
		}
		return eachSorted(data, each)
	}
	return sp.merged(pt, each)
}

type slot struct {
	a, b uint64
	off  uint32
}

func eachSorted(data []byte, each func(entry) error) error {
	slots, err := sortSlots(data)
	if err != nil {
		return err
	}
	for _, s := range slots {
		if err := each(entryAt(data, s.off)); err != nil {
			return err
		}
	}
	return nil
}

func sortSlots(data []byte) ([]slot, error) {
	var slots []slot
	for off := 0; off < len(data); {
		if len(data)-off < entryHead {
			return nil, errSpill
		}
		n := 4 + int(binary.LittleEndian.Uint32(data[off:]))
		if n < entryHead || n > len(data)-off {
			return nil, errSpill
		}
		slots = append(slots, slot{binary.LittleEndian.Uint64(data[off+4:]), binary.LittleEndian.Uint64(data[off+12:]), uint32(off)})
		off += n
	}
	slices.SortFunc(slots, func(x, y slot) int {
		if c := cmp.Compare(x.a, y.a); c != 0 {
			return c
		}
		if c := cmp.Compare(x.b, y.b); c != 0 {
			return c
		}
		ex, ey := entryAt(data, x.off), entryAt(data, y.off)
		if c := bytes.Compare(ex.Rest, ey.Rest); c != 0 {
			return c
		}
		return bytes.Compare(ex.Payload, ey.Payload)
	})
	return slots, nil
}

func entryAt(data []byte, off uint32) entry {
	b := data[off:]
	n := 4 + int(binary.LittleEndian.Uint32(b))
	b = b[:n]
	return parseEntry(b)
}

func parseEntry(b []byte) entry {
	rest := int(binary.LittleEndian.Uint16(b[20:]))
	return entry{
		key:     key{binary.LittleEndian.Uint64(b[4:]), binary.LittleEndian.Uint64(b[12:]), b[entryHead : entryHead+rest]},
		Payload: b[entryHead+rest:],
	}
}

// merged sorts a large partition in runs of at most half the load, on disk,
// and merges them.
func (sp *spill) merged(pt *part, each func(entry) error) error {
	runs, err := sp.writeRuns(pt)
	defer func() {
		for _, f := range runs {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if err != nil {
		return err
	}
	var h runHeap
	for _, f := range runs {
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return err
		}
		r := &run{r: bufio.NewReaderSize(f, 256<<10)}
		if ok, err := r.next(); err != nil {
			return err
		} else if ok {
			h = append(h, r)
		}
	}
	heap.Init(&h)
	for len(h) > 0 {
		if err := each(h[0].head); err != nil {
			return err
		}
		ok, err := h[0].next()
		if err != nil {
			return err
		}
		if ok {
			heap.Fix(&h, 0)
		} else {
			heap.Pop(&h)
		}
	}
	return nil
}

func (sp *spill) writeRuns(pt *part) ([]*os.File, error) {
	var runs []*os.File
	src := io.MultiReader(io.NewSectionReader(pt.file, 0, pt.size), bytes.NewReader(pt.buf))
	r := bufio.NewReaderSize(src, 1<<20)
	chunk := make([]byte, 0, sp.load/2)
	write := func() error {
		slots, err := sortSlots(chunk)
		if err != nil {
			return err
		}
		f, err := sp.s.create(sp.name + "-run")
		if err != nil {
			return err
		}
		runs = append(runs, f)
		w := bufio.NewWriterSize(f, 256<<10)
		for _, s := range slots {
			n := 4 + int(binary.LittleEndian.Uint32(chunk[s.off:]))
			if _, err := w.Write(chunk[s.off : int(s.off)+n]); err != nil {
				return err
			}
		}
		chunk = chunk[:0]
		return w.Flush()
	}
	for {
		b, err := readEntry(r, nil)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return runs, err
		}
		if len(chunk) > 0 && len(chunk)+len(b) > cap(chunk) {
			if err := write(); err != nil {
				return runs, err
			}
		}
		chunk = append(chunk, b...)
	}
	if len(chunk) > 0 {
		if err := write(); err != nil {
			return runs, err
		}
	}
	return runs, nil
}

// readEntry reads one whole entry into buf, growing it as needed.
func readEntry(r *bufio.Reader, buf []byte) ([]byte, error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	n := int(binary.LittleEndian.Uint32(head[:]))
	if n < entryHead-4 {
		return nil, errSpill
	}
	buf = slices.Grow(buf[:0], 4+n)[:4+n]
	copy(buf, head[:])
	if _, err := io.ReadFull(r, buf[4:]); err != nil {
		return nil, fmt.Errorf("reading spilled events: %w", err)
	}
	return buf, nil
}

type run struct {
	r    *bufio.Reader
	buf  []byte
	head entry
}

func (r *run) next() (bool, error) {
	b, err := readEntry(r.r, r.buf)
	if errors.Is(err, io.EOF) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	r.buf, r.head = b, parseEntry(b)
	return true, nil
}

type runHeap []*run

func (h runHeap) Len() int { return len(h) }
func (h runHeap) Less(i, j int) bool {
	x, y := h[i].head, h[j].head
	if x.A != y.A {
		return x.A < y.A
	}
	if x.B != y.B {
		return x.B < y.B
	}
	if c := bytes.Compare(x.Rest, y.Rest); c != 0 {
		return c < 0
	}
	return bytes.Compare(x.Payload, y.Payload) < 0
}
func (h runHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *runHeap) Push(x any)   { *h = append(*h, x.(*run)) }
func (h *runHeap) Pop() any {
	old := *h
	r := old[len(old)-1]
	*h = old[:len(old)-1]
	return r
}
