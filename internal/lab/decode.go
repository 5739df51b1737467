package lab

import (
	"errors"
	"io"
	"sync"
	"sync/atomic"

	"evict"
	"evict/internal/records"
)

// Decode reads and decodes an evidence item and does nothing with the events:
// the floor that a run of the whole program is measured against. It returns
// how many records were decoded and how many pieces rejected.
func Decode(r io.Reader, workers int) (decoded, rejected int64, err error) {
	src, err := records.Open(r)
	if err != nil {
		return 0, 0, err
	}
	batches := make(chan *records.Batch, 2*workers)
	var ok, bad atomic.Int64
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			d := src.Decoder()
			for b := range batches {
				st := d.Decode(b, 0, func(*evict.Event) {})
				ok.Add(int64(st.Records))
				bad.Add(int64(len(st.Rejects)))
			}
		})
	}
	for {
		b, err := src.Next()
		if err != nil {
			close(batches)
			wg.Wait()
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return ok.Load(), bad.Load(), err
		}
		batches <- b
	}
}
