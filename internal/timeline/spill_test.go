package timeline

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"slices"
	"testing"

	"evict"
)

// A partition comes back in key order whether it stays in memory, is flushed,
// or is too large to sort in memory.
func TestSpillSorts(t *testing.T) {
	for name, c := range map[string]struct{ limit, load int64 }{
		"memory": {1 << 30, 1 << 30},
		"file":   {1 << 10, 1 << 30},
		"merge":  {1 << 10, 1 << 17},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScratch(t.TempDir(), c.limit)
			sp := newSpill(s, "t", 2, c.load)
			r := rand.New(rand.NewPCG(1, 2))
			var want []string
			for i := range 20000 {
				k := key{uint64(r.IntN(5)), uint64(r.IntN(5)), fmt.Appendf(nil, "%05d", r.IntN(20000))}
				p := fmt.Appendf(nil, "payload %d", i)
				want = append(want, fmt.Sprintf("%d %d %s %s", k.A, k.B, k.Rest, p))
				if err := sp.add(1, k, p); err != nil {
					t.Fatal(err)
				}
			}
			slices.Sort(want)
			for range 2 { // a partition can be read again
				var got []string
				err := sp.sorted(1, func(e entry) error {
					got = append(got, fmt.Sprintf("%d %d %s %s", e.A, e.B, e.Rest, e.Payload))
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(got, want) {
					t.Fatal("entries are lost or out of order")
				}
			}
			if name == "memory" && s.dir != "" {
				t.Error("a file was written although memory sufficed")
			}
			sp.drop(1)
			if err := s.remove(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// Every field of every event type survives the compact form: each is filled by reflection.
func TestCodecKeepsEveryField(t *testing.T) {
	for n := uint8(0); n <= chatDetail; n++ {
		var e evict.Event
		fill(reflect.ValueOf(&e).Elem(), new(int))
		e.Origin.Addr = netip.MustParseAddr("2001:db8::1")
		e.Detail = newDetail(n)
		if e.Detail != nil {
			fill(reflect.ValueOf(e.Detail).Elem(), new(int))
		}
		var got evict.Event
		b := encodeEvent(nil, &e)
		if err := decodeEvent(b, &got); err != nil {
			t.Fatalf("detail %d: %v", n, err)
		}
		if !reflect.DeepEqual(got, e) {
			t.Errorf("detail %d: got\n%+v\nwant\n%+v", n, got, e)
		}
		for i := range b { // a cut form is an error, never a panic
			if decodeEvent(b[:i], &got) == nil {
				t.Fatalf("detail %d cut at %d of %d decoded without an error", n, i, len(b))
			}
		}
	}
}

func fill(v reflect.Value, n *int) {
	*n++
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprint("s", *n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int32, reflect.Int64:
		v.SetInt(int64(*n))
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(uint64(*n % 200))
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			fill(v.Index(i), n)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				fill(v.Field(i), n)
			}
		}
	}
}

func FuzzDecodeEvent(f *testing.F) {
	f.Add(encodeEvent(nil, &evict.Event{ID: "a", Op: "New-InboxRule", Detail: &evict.Rule{}}))
	f.Fuzz(func(t *testing.T, b []byte) {
		var e evict.Event
		if decodeEvent(bytes.Clone(b), &e) == nil {
			encodeEvent(nil, &e)
		}
	})
}

func TestTooLittleRoomIsRefusedBeforeReading(t *testing.T) {
	s := newScratch(t.TempDir(), 1)
	if err := s.check(1 << 20); err != nil {
		t.Errorf("a megabyte is refused: %v", err)
	}
	if _, ok := freeSpace(s.parent); !ok {
		t.Skip("the system does not tell its free space")
	}
	if err := s.check(1 << 60); err == nil {
		t.Error("an exbibyte of evidence is accepted")
	}
}
