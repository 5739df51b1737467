package timeline

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"hash/maphash"
	"io"
	"sync"

	"evict"
	"evict/internal/records"
)

// Limits of the first pass.
const (
	partitions    = 128
	defaultMemory = 64 << 20
	maxLoad       = 24 << 20 // largest partition that is sorted in memory, per worker
	maxRejections = 100      // kept by sort order; the rest are counted
)

// itemStats counts what one item gave.
type itemStats struct {
	evict.Source
	sum        hash.Hash
	kinds      [evict.KindCount]int
	undated    int // events of which no time could be read; states have none
	rejections []evict.Rejection
	failure    error
}

// merge adds the counts of another worker.
func (s *itemStats) merge(o *itemStats) {
	s.Records += o.Records
	s.Events += o.Events
	s.Duplicates += o.Duplicates
	s.Conflicts += o.Conflicts
	s.Damaged += o.Damaged
	s.Rejected += o.Rejected
	s.undated += o.undated
	for k, n := range o.kinds {
		s.kinds[k] += n
	}
	s.rejections = append(s.rejections, o.rejections...)
	s.spread(o.From)
	s.spread(o.To)
}

// spread widens the item's span by a time.
func (s *itemStats) spread(t evict.Time) {
	if !t.Set {
		return
	}
	if !s.From.Set || t.Before(s.From) {
		s.From = t
	}
	if !s.To.Set || s.To.Before(t) {
		s.To = t
	}
}

// reader is the first pass: decode once, in parallel, and spill by record ID.
type reader struct {
	in    *Input
	spill *spill
	seed  maphash.Seed
	stats []itemStats
}

type job struct {
	item   int
	source *records.Source
	batch  *records.Batch
}

// read decodes every item and returns the names that occur.
func (r *reader) read(ctx context.Context) (*names, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	jobs := make(chan job, 2*r.in.Workers)
	all := newNames()
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range r.in.Workers {
		wg.Go(func() {
			w := &readWorker{r: r, names: newNames(), stats: make([]itemStats, len(r.in.Items)), decoders: map[int]*records.Decoder{}}
			for j := range jobs {
				if err := w.decode(j); err != nil {
					cancel(err)
				}
			}
			mu.Lock()
			defer mu.Unlock()
			all.merge(w.names)
			for i := range w.stats {
				r.stats[i].merge(&w.stats[i])
			}
		})
	}
	r.frame(ctx, jobs)
	close(jobs)
	wg.Wait()
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	return all, nil
}

// frame reads the items one after the other and hands their batches out.
func (r *reader) frame(ctx context.Context, jobs chan<- job) {
	var p Progress
	p.Phase = "reading"
	for _, it := range r.in.Items {
		if it.Size < 0 {
			p.Of = 0
			break
		}
		p.Of += it.Size
	}
	for i, it := range r.in.Items {
		p.Source, p.Done, p.Total = it.Name, i, len(r.in.Items)
		if err := r.frameItem(ctx, i, it, &p, jobs); err != nil {
			r.stats[i].failure = err
		}
		if ctx.Err() != nil {
			return
		}
	}
}

func (r *reader) frameItem(ctx context.Context, i int, it Item, p *Progress, jobs chan<- job) error {
	st := &r.stats[i]
	st.Name = it.Name
	st.sum = sha256.New()
	f, err := it.Open()
	if err != nil {
		return err
	}
	defer f.Close()
	counted := &counter{r: io.TeeReader(f, st.sum)}
	defer func() { st.Bytes = counted.n }()
	src, err := records.Open(counted)
	if err != nil {
		return err
	}
	src.Owner = it.Owner
	st.Format = src.Format()
	start := p.Bytes
	for {
		b, err := src.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		select {
		case jobs <- job{i, src, b}:
		case <-ctx.Done():
			return nil
		}
		p.Bytes = start + counted.n
		if r.in.Progress != nil {
			r.in.Progress(*p)
		}
	}
}

type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += int64(n)
	return n, err
}

type readWorker struct {
	r        *reader
	names    *names
	stats    []itemStats
	decoders map[int]*records.Decoder
	buf      []byte
	rest     []byte
	err      error
}

func (w *readWorker) decode(j job) error {
	d := w.decoders[j.item]
	if d == nil {
		clear(w.decoders) // a decoder is only needed while its item is read
		d = j.source.Decoder()
		w.decoders[j.item] = d
	}
	st := &w.stats[j.item]
	got := d.Decode(j.batch, int32(j.item), func(e *evict.Event) { w.spill(e, st) })
	st.Records += got.Records
	st.Damaged += got.Damaged
	for _, x := range got.Rejects {
		st.Rejected++
		if len(st.rejections) < maxRejections {
			st.rejections = append(st.rejections, evict.Rejection{Source: w.r.in.Items[j.item].Name, Offset: x.Offset, Reason: x.Reason})
		}
	}
	return w.err
}

// spill adds one event to the spill by record ID. A time after Until is left out.
func (w *readWorker) spill(e *evict.Event, st *itemStats) {
	if until := w.r.in.Until; until.Set && e.Time.Set && until.Before(e.Time) {
		return
	}
	w.names.add(e)
	st.kinds[e.Kind]++
	if e.Flags&evict.Observed == 0 {
		st.spread(e.Time)
		if !e.Time.Set {
			st.undated++
		}
	}
	h := maphash.String(w.r.seed, string(e.ID))
	w.rest = append(append(w.rest[:0], e.ID...), 0)
	if e.Flags&evict.Damaged != 0 {
		w.rest = append(w.rest, 1)
	} else {
		w.rest = append(w.rest, 0)
	}
	w.rest = binary.BigEndian.AppendUint64(w.rest, e.Hash)
	w.buf = encodeEvent(w.buf[:0], e)
	if err := w.r.spill.add(int(h%partitions), key{h, 0, w.rest}, w.buf); err != nil && w.err == nil {
		w.err = err
	}
}

// sources returns the finished counts of every item, with its hash.
func (r *reader) sources() ([]evict.Source, evict.Rejected) {
	var out []evict.Source
	var rej evict.Rejected
	rej.First = []evict.Rejection{}
	for i := range r.stats {
		s := &r.stats[i]
		if s.sum != nil {
			s.SHA256 = hex.EncodeToString(s.sum.Sum(nil))
		}
		s.Kind = mainKind(s.kinds)
		s.Coverage = "unstated"
		if c := r.in.Items[i].Coverage; c != nil {
			s.Coverage, s.Complete, s.Why = c.How, c.Complete && !c.Filtered, c.Why
			if c.Filtered && s.Why == "" {
				s.Why = "filtered: what lies outside the filter was not seen"
			}
		}
		if s.failure != nil {
			s.Rejected++
			s.rejections = append(s.rejections, evict.Rejection{Source: s.Name, Offset: s.Bytes, Reason: "not read: " + s.failure.Error()})
			s.Complete, s.Why = false, "not read to its end: "+s.failure.Error()
		}
		if why := capped(s.Records); why != "" {
			s.Complete, s.Why = false, why
		}
		rej.Count += s.Rejected
		rej.First = append(rej.First, s.rejections...)
		out = append(out, s.Source)
	}
	sortRejections(rej.First)
	if len(rej.First) > maxRejections {
		rej.First = rej.First[:maxRejections]
	}
	return out, rej
}

// capped names the export limits of Microsoft's tools: a file of exactly so
// many rows is cut off until shown otherwise (section 8 of the rules).
func capped(n int) string {
	switch n {
	case 100, 1000, 5000, 50000, 100000:
		return fmt.Sprintf("exactly %d records: the export was probably cut off at its limit", n)
	}
	return ""
}

func mainKind(kinds [evict.KindCount]int) string {
	best := 0
	for k, n := range kinds {
		if n > kinds[best] {
			best = k
		}
	}
	return evict.Kind(best).String()
}
