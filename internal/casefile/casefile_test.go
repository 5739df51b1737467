package casefile_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"evict"
	"evict/internal/casefile"
	"evict/internal/casefile/disk"
	"evict/internal/casefile/disk/crashdisk"
	"evict/internal/gate"
)

var at = time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC)

func meta() casefile.Meta {
	return casefile.Meta{
		ID: "2026-03-02-anna", Tenant: "11111111-2222-3333-4444-555555555555", Domain: "contoso.example", Cloud: "worldwide", Created: at, Operator: "Jo",
		Accounts: []casefile.Account{{UPN: "anna@contoso.example", Asked: "Anna@contoso.example"}},
		Reported: evict.Reported{Symptoms: []int{2, 3}, At: evict.At(at, evict.Second), By: "Anna"},
	}
}

func item(n int) casefile.Item {
	return casefile.Item{Source: "sign-ins/interactive", Account: "a0", Query: "GET /auditLogs/signIns?$top=999", Page: n, From: at.Add(-time.Hour), To: at,
		Local: at.Add(time.Duration(n) * time.Second), Server: at, Requester: "Jo", Operation: "list-sign-ins", RequestID: fmt.Sprint("r", n), Attempts: 1}
}

func body(n int) []byte {
	return fmt.Appendf(nil, `{"value":[{"id":"%d","note":"Änderung <%s>"}]}`, n, strings.Repeat("x", n%7))
}

func entry(n int) gate.Entry {
	return gate.Entry{Time: at.Add(time.Duration(n) * time.Second), Kind: gate.Note, Who: "Jo", Detail: json.RawMessage(fmt.Sprintf(`{"text": "<%d>"}`, n))}
}

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func noErr(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// filled is a case with something of everything, closed.
func filled(t testing.TB, d disk.FS, dir string) {
	t.Helper()
	c := must[*casefile.Case](t)(casefile.Create(d, dir, meta(), "Jo at desk"))
	for n := range 3 {
		must[casefile.Item](t)(c.Put(item(n), body(n)))
		must[gate.Entry](t)(c.Journal().Append(entry(n)))
	}
	noErr(t, c.SetProgress("live", json.RawMessage(`{"page": 3}`)))
	noErr(t, c.SetCoverage([]casefile.Coverage{{Source: "sign-ins/interactive", State: "complete", Rows: 3}}))
	noErr(t, c.Close())
	c = must[*casefile.Case](t)(casefile.OpenToRespond(d, dir, "Jo"))
	must[string](t)(c.AddPlan([]byte(`{"schema":"evict.plan/v1"}`)))
	noErr(t, c.Close())
}

func whole(t testing.TB, d disk.FS, dir string) casefile.AuditReport {
	t.Helper()
	r := must[casefile.AuditReport](t)(casefile.Audit(d, dir))
	if !r.Whole() {
		t.Fatalf("not whole: %v", r.Problems)
	}
	return r
}

func TestCaseKeepsWhatItWasGiven(t *testing.T) {
	for name, d := range map[string]disk.FS{"os": disk.OS{}, "test": crashdisk.New()} {
		t.Run(name, func(t *testing.T) {
			dir := "case"
			if name == "os" {
				dir = filepath.Join(t.TempDir(), "a", "case")
			}
			c := must[*casefile.Case](t)(casefile.Create(d, dir, meta(), "Jo"))
			var put []casefile.Item
			for n := range 4 {
				put = append(put, must[casefile.Item](t)(c.Put(item(n), body(n%3))))
			}
			kept := must[gate.Entry](t)(c.Journal().Append(entry(1)))
			noErr(t, c.SetProgress("a", json.RawMessage(`1`)))
			noErr(t, c.SetProgress("a", json.RawMessage(`2`)))
			cov := []casefile.Coverage{{Source: "sign-ins/interactive", Account: "a0", Asked: casefile.Window{From: at, To: at}, State: "refused", Why: "no licence", Waited: time.Second}}
			noErr(t, c.SetCoverage(cov))
			m := c.Meta()
			m.Accounts[0].ID, m.ID = "a0", "other"
			noErr(t, c.SetMeta(m))
			noErr(t, c.Close())

			r := must[*casefile.Case](t)(casefile.OpenReadOnly(d, dir))
			if diff := cmp.Diff(put, r.Items()); diff != "" {
				t.Error(diff)
			}
			for n, i := range r.Items() {
				if got := must[[]byte](t)(r.Read(i)); !bytes.Equal(got, body(n%3)) {
					t.Errorf("item %d: %s", n, got)
				}
			}
			entries := must[[]gate.Entry](t)(r.Journal().Entries())
			if diff := cmp.Diff(kept, entries[kept.Seq-1]); diff != "" {
				t.Error(diff)
			}
			if p := must[map[string]json.RawMessage](t)(r.Progress()); string(p["a"]) != "2" || len(p) != 1 {
				t.Errorf("progress %v", p)
			}
			if diff := cmp.Diff(cov, must[[]casefile.Coverage](t)(r.Coverage())); diff != "" {
				t.Error(diff)
			}
			want := meta()
			want.Format, want.Reader, want.Accounts = casefile.Format, casefile.Format, []casefile.Account{{ID: "a0", UPN: "anna@contoso.example", Asked: "Anna@contoso.example"}}
			if diff := cmp.Diff(want, r.Meta()); diff != "" {
				t.Errorf("case.json: %s", diff)
			}
			for _, err := range []error{second(r.Put(item(9), nil)), r.SetProgress("a", nil), r.SetCoverage(nil), r.SetMeta(m), second(r.Journal().Append(entry(2)))} {
				if !errors.Is(err, casefile.ErrReadOnly) {
					t.Errorf("open for reading: %v", err)
				}
			}
			if rep := whole(t, d, dir); rep.Items != 4 || rep.Files != 3 {
				t.Errorf("%+v", rep)
			}
		})
	}
}

func second[T any](_ T, err error) error { return err }

func TestCreateTwiceIsRefused(t *testing.T) {
	d := crashdisk.New()
	filled(t, d, "case")
	if _, err := casefile.Create(d, "case", meta(), "Jo"); !errors.Is(err, casefile.ErrExists) {
		t.Errorf("%v", err)
	}
	noErr(t, d.Remove("case/case.json"))
	if _, err := casefile.Create(d, "case", meta(), "Jo"); err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("a case that lost its case.json is overwritten: %v", err)
	}
	if _, err := casefile.Open(d, "case", "Jo"); err == nil {
		t.Error("opened without case.json")
	}
}

func TestNewerFormatIsRefused(t *testing.T) {
	d := crashdisk.New()
	filled(t, d, "case")
	b := must[[]byte](t)(disk.ReadFile(d, "case/case.json"))
	noErr(t, disk.Replace(d, "case/case.json", bytes.Replace(b, []byte(`"reader": 1`), []byte(`"reader": 2`), 1)))
	var newer *casefile.NewerError
	if _, err := casefile.OpenReadOnly(d, "case"); !errors.As(err, &newer) || newer.Needs != 2 {
		t.Errorf("%v", err)
	}
	if _, err := casefile.Audit(d, "case"); !errors.As(err, &newer) {
		t.Errorf("%v", err)
	}
}

func TestBadIDsAndItems(t *testing.T) {
	for _, id := range []string{"", "..", "a/b", `a\b`, "CON", "con", "a b", "Ä", strings.Repeat("a", 200)} {
		m := meta()
		m.ID = id
		if _, err := casefile.Create(crashdisk.New(), "case", m, "Jo"); err == nil {
			t.Errorf("ID %q was taken", id)
		}
	}
	c := must[*casefile.Case](t)(casefile.Create(crashdisk.New(), "case", meta(), "Jo"))
	if _, err := c.Put(casefile.Item{Source: "x", Local: at}, nil); err == nil {
		t.Error("evidence without a query was taken")
	}
	if _, err := c.Read(casefile.Item{SHA256: "../../etc/passwd"}); err == nil {
		t.Error("a name that leads elsewhere was read")
	}
	if _, err := c.Plan("../case"); err == nil {
		t.Error("a name that leads elsewhere was read")
	}
	e := entry(1)
	e.Case = "other"
	if _, err := c.Journal().Append(e); err == nil {
		t.Error("another case's entry was taken")
	}
}

func TestOneWriterAndWhoItIs(t *testing.T) {
	for name, d := range map[string]disk.FS{"os": disk.OS{}, "test": crashdisk.New()} {
		t.Run(name, func(t *testing.T) {
			dir := "case"
			if name == "os" {
				dir = filepath.Join(t.TempDir(), "case")
			}
			filled(t, d, dir)
			c := must[*casefile.Case](t)(casefile.Open(d, dir, "Jo at desk"))
			var locked *casefile.LockedError
			if _, err := casefile.Open(d, dir, "Kim"); !errors.As(err, &locked) || !strings.Contains(locked.Holder, "Jo at desk, to collect, since 20") {
				t.Errorf("%v", err)
			}
			// Responding does not wait for collecting, and each sees the other's entries.
			r := must[*casefile.Case](t)(casefile.OpenToRespond(d, dir, "Kim"))
			if _, err := casefile.OpenToRespond(d, dir, "Lou"); !errors.As(err, &locked) || !strings.HasPrefix(locked.Holder, "Kim") {
				t.Errorf("%v", err)
			}
			if _, err := r.Put(item(1), body(1)); !errors.Is(err, casefile.ErrReadOnly) {
				t.Errorf("evidence without the lease: %v", err)
			}
			if _, err := c.AddPlan([]byte("{}")); !errors.Is(err, casefile.ErrReadOnly) {
				t.Errorf("a plan without the lease: %v", err)
			}
			before := len(must[[]gate.Entry](t)(c.Journal().Entries()))
			for n := range 10 {
				must[gate.Entry](t)(c.Journal().Append(entry(2 * n)))
				must[gate.Entry](t)(r.Journal().Append(entry(2*n + 1)))
				must[casefile.Item](t)(c.Put(item(n), body(n)))
			}
			a, b := must[[]gate.Entry](t)(c.Journal().Entries()), must[[]gate.Entry](t)(r.Journal().Entries())
			if len(a) != before+20 || cmp.Diff(a, b) != "" {
				t.Errorf("%d entries, %d before; %s", len(a), before, cmp.Diff(a, b))
			}
			whole(t, d, dir)
			noErr(t, r.Close())
			noErr(t, c.Close())
			c = must[*casefile.Case](t)(casefile.Open(d, dir, "Kim"))
			noErr(t, c.Close())
			whole(t, d, dir)
		})
	}
}

func TestManyAtOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "case")
	filled(t, disk.OS{}, dir)
	c := must[*casefile.Case](t)(casefile.Open(disk.OS{}, dir, "Jo"))
	r := must[*casefile.Case](t)(casefile.OpenToRespond(disk.OS{}, dir, "Jo"))
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for n := range 8 {
				if _, err := c.Put(item(n), body(100*g+n)); err != nil {
					t.Error(err)
				}
				if err := c.SetProgress(fmt.Sprint(g), json.RawMessage(fmt.Sprint(n))); err != nil {
					t.Error(err)
				}
				for _, j := range []gate.Journal{c.Journal(), r.Journal()} {
					if _, err := j.Append(entry(n)); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	wg.Wait()
	if rep := whole(t, disk.OS{}, dir); rep.Items != 3+32 {
		t.Errorf("%d items", rep.Items)
	}
	noErr(t, r.Close())
	noErr(t, c.Close())
}

func TestTheSameBytesAreKeptOnce(t *testing.T) {
	d := crashdisk.New()
	c := must[*casefile.Case](t)(casefile.Create(d, "case", meta(), "Jo"))
	a := must[casefile.Item](t)(c.Put(item(1), body(1)))
	b := must[casefile.Item](t)(c.Put(item(2), body(1)))
	if a.SHA256 != b.SHA256 || a.StoredSHA256 != b.StoredSHA256 || a.Seq == b.Seq {
		t.Errorf("%+v\n%+v", a, b)
	}
	noErr(t, disk.Replace(d, "case/evidence/"+a.SHA256+".zst", []byte("gone")))
	var damaged *casefile.DamagedError
	if _, err := c.Put(item(3), body(1)); !errors.As(err, &damaged) {
		t.Errorf("bytes that are no longer there were taken for kept: %v", err)
	}
	if _, err := c.Read(a); !errors.As(err, &damaged) {
		t.Errorf("%v", err)
	}
}

func TestProgressIsWrittenAnew(t *testing.T) {
	d := crashdisk.New()
	c := must[*casefile.Case](t)(casefile.Create(d, "case", meta(), "Jo"))
	big, err := json.Marshal(strings.Repeat("x", 1<<20))
	noErr(t, err)
	for n := range 20 {
		noErr(t, c.SetProgress("big", big))
		noErr(t, c.SetProgress(fmt.Sprint(n%5), json.RawMessage(fmt.Sprint(n))))
	}
	if size := must[int64](t)(d.Size("case/progress.jsonl")); size > 9<<20 {
		t.Errorf("%d bytes", size)
	}
	want := must[map[string]json.RawMessage](t)(c.Progress())
	noErr(t, c.Close())
	c = must[*casefile.Case](t)(casefile.Open(d, "case", "Jo"))
	got := must[map[string]json.RawMessage](t)(c.Progress())
	if diff := cmp.Diff(want, got); diff != "" || len(got) != 6 || string(got["4"]) != "19" {
		t.Errorf("%d values; %s", len(got), diff)
	}
	whole(t, d, "case")
}

func TestDerivedFiles(t *testing.T) {
	d := crashdisk.New()
	filled(t, d, "case")
	noErr(t, disk.Replace(d, "case/report.html", []byte("hello")))
	if r := whole(t, d, "case"); len(r.Notes) != 1 {
		t.Errorf("%v", r.Notes)
	}
}

func TestZippedAndOpenedElsewhere(t *testing.T) {
	from, to := filepath.Join(t.TempDir(), "case"), filepath.Join(t.TempDir(), "moved")
	filled(t, disk.OS{}, from)
	c := must[*casefile.Case](t)(casefile.OpenReadOnly(disk.OS{}, from))
	var b bytes.Buffer
	noErr(t, c.Export(&b))
	unzip(t, b.Bytes(), to)
	if diff := cmp.Diff(whole(t, disk.OS{}, from), whole(t, disk.OS{}, to)); diff != "" {
		t.Error(diff)
	}
	c = must[*casefile.Case](t)(casefile.Open(disk.OS{}, to, "Kim"))
	must[casefile.Item](t)(c.Put(item(9), body(9)))
	noErr(t, c.Close())
	whole(t, disk.OS{}, to)

	// Any tool that packs the folder as it is will do.
	b.Reset()
	z := zip.NewWriter(&b)
	noErr(t, z.AddFS(os.DirFS(from)))
	noErr(t, z.Close())
	to = filepath.Join(t.TempDir(), "packed")
	unzip(t, b.Bytes(), to)
	whole(t, disk.OS{}, to)
}

// A busyDisk writes to the case whenever evidence is read.
type busyDisk struct {
	disk.FS
	write func()
}

func (d busyDisk) Open(name string) (io.ReadCloser, error) {
	if strings.HasSuffix(name, ".zst") {
		d.write()
	}
	return d.FS.Open(name)
}

// A case that somebody writes to while it is packed is not handed over as if it were of one moment.
func TestNoExportOfACaseThatMoves(t *testing.T) {
	d := crashdisk.New()
	filled(t, d, "case")
	writer := must[*casefile.Case](t)(casefile.OpenToRespond(d, "case", "Jo"))
	busy := busyDisk{FS: d, write: func() { must[gate.Entry](t)(writer.Journal().Append(entry(7))) }}
	c := must[*casefile.Case](t)(casefile.OpenReadOnly(busy, "case"))
	if err := c.Export(io.Discard); !errors.Is(err, casefile.ErrMoving) {
		t.Errorf("%v", err)
	}
	busy.write = func() {}
	noErr(t, must[*casefile.Case](t)(casefile.OpenReadOnly(busy, "case")).Export(io.Discard))
}

func unzip(t *testing.T, b []byte, to string) {
	t.Helper()
	r := must[*zip.Reader](t)(zip.NewReader(bytes.NewReader(b), int64(len(b))))
	noErr(t, os.CopyFS(to, r))
}

func TestReservedRoom(t *testing.T) {
	d := crashdisk.New()
	filled(t, d, "case")
	c := must[*casefile.Case](t)(casefile.OpenToRespond(d, "case", "Jo"))
	d.Room(1000)
	if err := c.Reserve(64 << 10); !disk.Full(err) {
		t.Fatalf("reserved what is not there: %v", err)
	}
	d.Room(70 << 10)
	noErr(t, c.Reserve(64<<10))
	d.Room(100) // others filled the disk
	for n := range 50 {
		if _, err := c.Journal().Append(entry(n)); err != nil {
			t.Fatalf("entry %d: %v", n, err)
		}
	}
	noErr(t, c.Close())
	whole(t, d, "case")
	d.Room(0)
	c, err := casefile.OpenToRespond(d, "case", "Jo")
	if c != nil || !disk.Full(err) {
		t.Errorf("%v", err)
	}
	if _, err := casefile.OpenReadOnly(d, "case"); err != nil {
		t.Errorf("a full disk can't be read: %v", err)
	}
}

func TestSafeNames(t *testing.T) {
	hostile := []string{"", ".", "..", "...", "../../etc/passwd", `..\..\x`, "a/b", `a\b`, "CON", "con", "Con.txt", "aux.tar.gz", "com1", "LPT9.log", "nul", "user@dom:ads",
		"a:b", "a b", "a\x00b", "a\nb", "\x1b[31m", "name.", "name ", " name", "~", "-rf", "--help", "*", "?", `"`, "<", ">", "|", "%2e%2e", "ünï", "ÜNÏ", "\u202egnp.exe",
		"\ufeffx", "аnna@contoso.example", "anna@contoso.example", "Anna@Contoso.example", "anna+x@contoso.example", "anna_x#EXT#@contoso.example", strings.Repeat("a", 300), strings.Repeat("ä", 300),
		"a" + strings.Repeat(".", 100) + "b", ".hidden", "a..b", "lost+found", "$MFT", "desktop.ini ", "\xff\xfe"}
	for n := range 60 {
		hostile = append(hostile, fmt.Sprintf("rule %c%d/..", rune(n), n))
	}
	names := map[string]string{}
	for _, s := range hostile {
		name := casefile.SafeName(s)
		if name == "" || len(name) > 80 || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789.-") != "" || strings.Contains(name, "..") ||
			strings.HasPrefix(name, ".") || strings.HasPrefix(name, "-") || strings.HasSuffix(name, ".") || filepath.Base(name) != name {
			t.Errorf("%q gives %q", s, name)
		}
		if first, _, _ := strings.Cut(name, "."); first == "con" || first == "aux" || first == "nul" || first == "com1" || first == "lpt9" {
			t.Errorf("%q gives the device %q", s, name)
		}
		if other, ok := names[name]; ok && other != s {
			t.Errorf("%q and %q both give %q", s, other, name)
		}
		names[name] = s
		if again := casefile.SafeName(name); again != name {
			t.Errorf("%q gives %q, and that gives %q", s, name, again)
		}
	}
	if got := casefile.SafeName("2026-03-02-anna"); got != "2026-03-02-anna" {
		t.Errorf("a safe name became %q", got)
	}
}
