package collect

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"evict"
	"evict/internal/casefile"
	"evict/internal/casefile/disk"
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

// about says whether an event has the owner among its subjects, by its name or its object ID.
func about(e *evict.Event, owner string) bool {
	id := map[string]string{"dana@contoso.example": danaID, "accounts@contoso.example": sharedID}[owner]
	for _, s := range e.Subjects {
		for _, p := range append(s.Aliases, s.Who) {
			if p.ID == owner || p.ID == id {
				return true
			}
		}
	}
	return false
}

// On a real case: collected, closed, opened again, read, and whole.
func TestCaseOnDisk(t *testing.T) {
	warm(t)
	dir := filepath.Join(t.TempDir(), "case")
	synctest.Test(t, func(t *testing.T) {
		c := newContoso()
		f := &far{answer: c.answer}
		cf, err := casefile.Create(disk.OS{}, dir, casefile.Meta{Format: casefile.Format, Reader: casefile.Format, ID: "c1", Tenant: tenantID, Created: now, Operator: "pat"}, "pat")
		if err != nil {
			t.Fatal(err)
		}
		in := liveInput(t, f, nil)
		in.Case = cf
		res, err := Live(context.Background(), in)
		if err != nil {
			t.Fatal(err)
		}
		if err := cf.Close(); err != nil {
			t.Fatal(err)
		}
		again, err := casefile.OpenReadOnly(disk.OS{}, dir)
		if err != nil {
			t.Fatal(err)
		}
		list, err := again.Coverage()
		if err != nil || len(list) != len(res.Coverage) {
			t.Errorf("coverage of %d sources, want %d: %v", len(list), len(res.Coverage), err)
		}
		found, err := ReadCase(again)
		if err != nil || len(found.Items) == 0 {
			t.Fatalf("%d items: %v", len(found.Items), err)
		}
		for _, it := range found.Items {
			r, err := it.Open()
			if err != nil {
				t.Errorf("%s: %v", it.Name, err)
				continue
			}
			r.Close()
		}
		report, err := casefile.Audit(disk.OS{}, dir)
		if err != nil || len(report.Problems) > 0 {
			t.Errorf("%+v, %v", report, err)
		}
	})
}

// When which application asked is read off the evidence; what an operator calls himself is no application.
func TestAsking(t *testing.T) {
	const app, other = "4e590d00-7b3c-4a55-8f1e-0a9b8c7d6e5f", "66666666-0000-4000-8000-000000000001"
	noon := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	var f FromCase
	for _, x := range []struct {
		minute    int
		requester string
	}{
		{0, "pat, application " + app + ", profile contoso"}, {50, "pat, application " + app + ", profile contoso"}, {52, "sam, application " + other + ", profile read"},
		{70, "pat, application " + app + ", profile contoso"}, {200, "pat, application " + app + ", profile contoso"}, {201, "pat, application " + other + ", profile x, somebody"}, {202, "pat"},
	} {
		f.asked(Evidence{Requester: x.requester, Local: noon.Add(time.Duration(x.minute) * time.Minute)})
	}
	var got []string
	for _, a := range f.Asking {
		got = append(got, a.Application[:4]+" "+a.From.Std().UTC().Format("15:04")+" "+a.To.Std().UTC().Format("15:04"))
	}
	if want := []string{"4e59 12:00 13:10", "6666 12:52 12:52", "4e59 15:20 15:20"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
