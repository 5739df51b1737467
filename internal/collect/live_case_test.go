package collect

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"

	"evict"
	"evict/internal/records"
)

// What is handed to the passes is read by them, every record of it, and is of the kind that it was asked for.
func TestCaseIsRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newContoso()
		c.former = "dana.smith@contoso.example"
		f, m := &far{answer: c.answer}, &memory{}
		if _, err := Live(context.Background(), liveInput(t, f, m)); err != nil {
			t.Fatal(err)
		}
		found, err := ReadCase(m)
		if err != nil {
			t.Fatal(err)
		}
		for _, it := range found.Items {
			if it.Asked == nil || it.Asked.Source == "" {
				t.Errorf("%s: not asked for anything", it.Name)
				continue
			}
			r, err := it.Open()
			if err != nil {
				t.Fatal(err)
			}
			src, err := records.Open(r)
			if err != nil {
				t.Fatal(err)
			}
			src.Owner = it.Owner
			n := 0
			d := src.Decoder()
			for {
				b, err := src.Next()
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				st := d.Decode(b, 0, func(e *evict.Event) {
					n++
					if strings.HasSuffix(it.Asked.Source, "-state") && e.Kind.String() != it.Asked.Source {
						t.Errorf("%s: a record of %s, asked for %s", it.Name, e.Kind, it.Asked.Source)
					}
					if it.Owner != "" && e.Flags&evict.Observed != 0 && !about(e, it.Owner) {
						t.Errorf("%s: %s is about %v, not about %s", it.Name, e.Op, e.Subjects, it.Owner)
					}
				})
				for _, x := range st.Rejects {
					t.Errorf("%s (%s): rejected: %s", it.Name, src.Format(), x.Reason)
				}
			}
			if n == 0 && src.Format() != "empty-export" {
				t.Errorf("%s: %s, without a record", it.Name, src.Format())
			}
		}
		if found.Licence != "P1" || !found.AsOf.Set || len(found.Accounts) != 1 {
			t.Errorf("licence %q, as of %s, accounts %v", found.Licence, found.AsOf, found.Accounts)
		}
	})
}

func about(e *evict.Event, id string) bool {
	for _, s := range e.Subjects {
		for _, p := range append(s.Aliases, s.Who) {
			if p.ID == id || p.ID == "dana@contoso.example" || p.ID == "accounts@contoso.example" {
				return true
			}
		}
	}
	return false
}
