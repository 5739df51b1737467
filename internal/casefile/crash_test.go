package casefile_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"evict/internal/casefile"
	"evict/internal/casefile/disk"
	"evict/internal/casefile/disk/crashdisk"
	"evict/internal/gate"
)

// kept is what calls returned from without an error: none of it may ever be lost.
type kept struct {
	created  bool
	items    []casefile.Item
	entries  []gate.Entry
	progress map[string]string
	coverage []string // states, oldest first
	accounts []string // IDs of the one account, oldest first
	plans    []string
}

// work does everything that writes to a case, until something fails.
func work(d disk.FS, k *kept) (err error) {
	c, err := casefile.Create(d, "cases/one", meta(), "Jo")
	if err != nil {
		return err
	}
	k.created = true
	for n := range 3 {
		// The second body is big, so that it can be torn; the third is known already.
		i, err := c.Put(item(n), [][]byte{body(1), big, body(1)}[n])
		if err != nil {
			return err
		}
		k.items = append(k.items, i)
		e, err := c.Journal().Append(entry(n))
		if err != nil {
			return err
		}
		k.entries = append(k.entries, e)
		v := fmt.Sprintf(`{"page":%d}`, n)
		if err := c.SetProgress("live", json.RawMessage(v)); err != nil {
			return err
		}
		k.progress = map[string]string{"live": v}
		if n == 1 {
			continue
		}
		state := fmt.Sprint("state ", n)
		if err := c.SetCoverage([]casefile.Coverage{{Source: "sign-ins/interactive", State: state}}); err != nil {
			return err
		}
		k.coverage = append(k.coverage, state)
	}
	m := c.Meta()
	m.Accounts[0].ID = "a0"
	if err := c.SetMeta(m); err != nil {
		return err
	}
	k.accounts = append(k.accounts, "a0")
	if err := c.Close(); err != nil {
		return err
	}
	r, err := casefile.OpenToRespond(d, "cases/one", "Jo")
	if err != nil {
		return err
	}
	if err := r.Reserve(1000); err != nil {
		return err
	}
	hash, err := r.AddPlan([]byte(`{"schema":"evict.plan/v1"}`))
	if err != nil {
		return err
	}
	k.plans = append(k.plans, hash)
	e, err := r.Journal().Append(entry(9))
	if err != nil {
		return err
	}
	k.entries = append(k.entries, e)
	return r.Close()
}

var big = func() []byte {
	var b []byte
	for n := range 300 {
		b = fmt.Appendf(b, "%x,", n*n*7919)
	}
	return b
}()

// check opens what a crash left, and returns an error unless everything that was kept is there and the case is whole and goes on.
func check(d disk.FS, k kept) error {
	c, err := casefile.Open(d, "cases/one", "Kim")
	if !k.created && err != nil {
		// Nobody was told that there is a case: making it anew must do.
		if c, err = casefile.Create(d, "cases/one", meta(), "Kim"); err != nil {
			return fmt.Errorf("create again: %w", err)
		}
	}
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	items := c.Items()
	if len(items) < len(k.items) || len(items) > len(k.items)+1 {
		return fmt.Errorf("%d items, %d were kept", len(items), len(k.items))
	}
	for n, i := range k.items {
		if items[n] != i {
			return fmt.Errorf("item %d is another", n+1)
		}
		if _, err := c.Read(i); err != nil {
			return err
		}
	}
	entries, err := c.Journal().Entries()
	if err != nil {
		return err
	}
	for _, e := range k.entries {
		if e.Seq > len(entries) || entries[e.Seq-1].Hash != e.Hash {
			return fmt.Errorf("entry %d of the journal is lost", e.Seq)
		}
	}
	progress, err := c.Progress()
	if err != nil {
		return err
	}
	for key, v := range k.progress {
		if got := string(progress[key]); got < v {
			return fmt.Errorf("progress %s is %s, kept was %s", key, got, v)
		}
	}
	cov, err := c.Coverage()
	if err != nil {
		return err
	}
	if n := len(k.coverage); n > 0 && (len(cov) != 1 || cov[0].State < k.coverage[n-1]) {
		return fmt.Errorf("coverage is %v, kept was %s", cov, k.coverage[n-1])
	}
	if n := len(k.accounts); n > 0 && c.Meta().Accounts[0].ID != k.accounts[n-1] {
		return fmt.Errorf("case.json says %v", c.Meta().Accounts)
	}
	for _, hash := range k.plans {
		if _, err := c.Plan(hash); err != nil {
			return err
		}
	}
	// It goes on.
	if _, err := c.Put(item(7), body(7)); err != nil {
		return err
	}
	if err := c.SetCoverage([]casefile.Coverage{{State: "state 9"}}); err != nil {
		return err
	}
	if err := c.SetProgress("live", json.RawMessage("9")); err != nil {
		return err
	}
	if err := c.Close(); err != nil {
		return err
	}
	r, err := casefile.OpenToRespond(d, "cases/one", "Kim")
	if err != nil {
		return err
	}
	if _, err := r.AddPlan([]byte("{}")); err != nil {
		return err
	}
	if err := r.Close(); err != nil {
		return err
	}
	rep, err := casefile.Audit(d, "cases/one")
	if err == nil && !rep.Whole() {
		err = fmt.Errorf("audit: %v", rep.Problems)
	}
	return err
}

// keeps are what a crash may leave.
func keeps() map[string]crashdisk.Keep {
	out := map[string]crashdisk.Keep{"nothing unsynced": crashdisk.Nothing, "everything": crashdisk.Everything}
	for _, n := range []int{0, 1, 40, 200, 700} {
		out[fmt.Sprintf("%d bytes of the last write", n)] = crashdisk.Torn(n)
	}
	for seed := range uint64(6) {
		out[fmt.Sprintf("chance %d", seed)] = crashdisk.Some(seed)
	}
	return out
}

func TestCrashAtEveryOperation(t *testing.T) {
	t.Parallel()
	d := crashdisk.New()
	var all kept
	noErr(t, work(d, &all))
	noErr(t, check(d, all))
	ops := d.Ops()
	for n := 1; n <= len(workOps(t)); n++ {
		for name, keep := range keeps() {
			d, k := crashdisk.New(), kept{}
			d.CrashAt(n)
			if err := work(d, &k); !errors.Is(err, crashdisk.ErrCrashed) && n < len(workOps(t)) {
				t.Fatalf("operation %d: the crash went unnoticed: %v", n, err)
			}
			trace := d.Trace()
			if err := check(d.Restart(keep), k); err != nil {
				t.Errorf("power lost at operation %d (%s), left: %s: %v", n, trace[len(trace)-1], name, err)
			}
		}
	}
	t.Logf("%d operations of work, %d with what follows", len(workOps(t)), ops)
}

// workOps are the operations of undisturbed work.
func workOps(t *testing.T) []string {
	t.Helper()
	d := crashdisk.New()
	noErr(t, work(d, &kept{}))
	return d.Trace()
}

// TestCrashWhileMending: opening after a crash writes too, and may be cut off in its turn.
func TestCrashWhileMending(t *testing.T) {
	for _, n := range []int{40, 60, 75, 90, len(workOps(t)) - 6} {
		for m := 1; m < 60; m++ {
			d, k := crashdisk.New(), kept{}
			d.CrashAt(n)
			if err := work(d, &k); err == nil {
				t.Fatal("no crash")
			}
			d = d.Restart(crashdisk.Torn(50))
			d.CrashAt(m)
			if c, err := casefile.Open(d, "cases/one", "Kim"); err == nil {
				c.Close()
			}
			if err := check(d.Restart(crashdisk.Some(uint64(m))), k); err != nil {
				t.Errorf("power lost at operation %d, and at operation %d of opening: %v", n, m, err)
			}
		}
	}
}

var errIO = errors.New("input/output error")

// TestEveryOperationFailsOnce: a full or failing disk is said, and what was kept before stays, also when the power fails next.
func TestEveryOperationFailsOnce(t *testing.T) {
	t.Parallel()
	for n := 1; n <= len(workOps(t)); n++ {
		for _, with := range []error{errIO, disk.ErrFull} {
			for name, keep := range keeps() {
				d, k := crashdisk.New(), kept{}
				d.FailAt(n, with)
				err := work(d, &k)
				what := d.Trace()[n-1]
				if err != nil && !errors.Is(err, with) && !errors.Is(err, casefile.ErrFailed) {
					t.Errorf("operation %d (%s) failed with %v, and work says %v", n, what, with, err)
				}
				relieved := errors.Is(with, disk.ErrFull) && n < len(d.Trace()) && strings.HasSuffix(d.Trace()[n], "reserve")
				if err == nil && !relieved && mustBeTold(what) {
					t.Errorf("operation %d (%s) failed, and nobody was told", n, what)
				}
				if err := check(d.Restart(keep), k); err != nil {
					t.Errorf("operation %d (%s) failed, then the power; left: %s: %v", n, what, name, err)
				}
			}
		}
	}
}

// mustBeTold: a file that only tells who holds the lock need not be removed.
func mustBeTold(op string) bool {
	return !strings.HasPrefix(op, "remove ") || strings.HasSuffix(op, "reserve")
}

// TestTornAtEveryByte: of the last line of each log any part may be on the disk; it is dropped, and said.
func TestTornAtEveryByte(t *testing.T) {
	d := crashdisk.New()
	filled(t, d, "case")
	for _, file := range []string{"case/journal.jsonl", "case/evidence/manifest.jsonl", "case/progress.jsonl"} {
		b := must[[]byte](t)(disk.ReadFile(d, file))
		lines := strings.SplitAfter(strings.TrimSuffix(string(b), "\n"), "\n")
		last := lines[len(lines)-1]
		before := strings.TrimSuffix(string(b), last+"\n")
		for cut := 1; cut <= len(last); cut++ {
			for _, zeros := range []int{0, 600} {
				noErr(t, disk.Replace(d, file, []byte(before+last[:cut]+strings.Repeat("\x00", zeros))))
				c, err := casefile.Open(d, "case", "Jo")
				if err != nil {
					t.Fatalf("%s torn at byte %d, %d zeros: %v", file, cut, zeros, err)
				}
				noErr(t, c.Close())
				rep := c.Repairs()
				wantKept := cut == len(last) && zeros == 0
				if len(rep) == 0 || !strings.HasSuffix(file, rep[0].File) || rep[0].Line != len(lines) || rep[0].Kept != wantKept {
					t.Fatalf("%s torn at byte %d: repairs %v", file, cut, rep)
				}
				got := string(must[[]byte](t)(disk.ReadFile(d, file)))
				if !strings.HasPrefix(got, before) || strings.HasPrefix(got, before+last) != wantKept {
					t.Fatalf("%s torn at byte %d: before, or more than the torn tail, was dropped", file, cut)
				}
				if journal := string(must[[]byte](t)(disk.ReadFile(d, "case/journal.jsonl"))); !strings.Contains(journal, `"kind":"repaired"`) {
					t.Fatalf("%s torn at byte %d: the journal does not say so", file, cut)
				}
				noErr(t, disk.Replace(d, file, b))
				if !strings.HasSuffix(file, "journal.jsonl") {
					resetJournal(t, d)
				}
			}
		}
	}
}

// resetJournal takes the journal back to what it was before the first repair.
func resetJournal(t *testing.T, d disk.FS) {
	t.Helper()
	b := must[[]byte](t)(disk.ReadFile(d, "case/journal.jsonl"))
	at := strings.Index(string(b), `{"seq":`)
	lines := strings.SplitAfter(string(b), "\n")
	var keep strings.Builder
	for _, l := range lines {
		if strings.Contains(l, `"kind":"repaired"`) {
			break
		}
		keep.WriteString(l)
	}
	if at != 0 {
		t.Fatal("no journal")
	}
	noErr(t, disk.Replace(d, "case/journal.jsonl", []byte(keep.String())))
}

// TestKilled kills a real process that writes to a case, without warning.
func TestKilled(t *testing.T) {
	if dir := os.Getenv("EVICT_TEST_CASE"); dir != "" {
		c := must[*casefile.Case](t)(casefile.Open(disk.OS{}, dir, "child"))
		for n := 100; ; n++ {
			i := must[casefile.Item](t)(c.Put(item(n), body(n)))
			e := must[gate.Entry](t)(c.Journal().Append(entry(n)))
			fmt.Printf("kept %d %d\n", i.Seq, e.Seq)
		}
	}
	if testing.Short() {
		t.Skip("starts processes")
	}
	dir := filepath.Join(t.TempDir(), "case")
	filled(t, disk.OS{}, dir)
	var seq, entries int
	for range 5 {
		cmd := exec.Command(os.Args[0], "-test.run=^TestKilled$", "-test.count=1")
		cmd.Env = append(os.Environ(), "EVICT_TEST_CASE="+dir)
		out := must[interface{ Read([]byte) (int, error) }](t)(cmd.StdoutPipe())
		noErr(t, cmd.Start())
		s := bufio.NewScanner(out)
		for n := 0; s.Scan(); n++ {
			if _, err := fmt.Sscanf(s.Text(), "kept %d %d", &seq, &entries); err != nil {
				t.Fatalf("%q: %v", s.Text(), err)
			}
			if n == 3 {
				var locked *casefile.LockedError
				if _, err := casefile.Open(disk.OS{}, dir, "Jo"); !errors.As(err, &locked) || !strings.HasPrefix(locked.Holder, "child") {
					t.Errorf("the child's lock does not hold: %v", err)
				}
			}
			if n == 12 {
				noErr(t, cmd.Process.Signal(syscall.SIGKILL))
			}
		}
		if err := cmd.Wait(); err == nil {
			t.Fatal("the child ended by itself")
		}
		c := must[*casefile.Case](t)(casefile.Open(disk.OS{}, dir, "Jo"))
		if got := len(c.Items()); got < seq || seq == 0 {
			t.Errorf("%d items, %d were kept", got, seq)
		}
		if got := must[[]gate.Entry](t)(c.Journal().Entries()); len(got) < entries {
			t.Errorf("%d entries, %d were kept", len(got), entries)
		}
		noErr(t, c.Close())
		whole(t, disk.OS{}, dir)
	}
}

// TestBlocksThatWereNeverWritten: the end of the last line may be on the disk, and its middle not.
func TestBlocksThatWereNeverWritten(t *testing.T) {
	d := crashdisk.New()
	filled(t, d, "case")
	file := "case/journal.jsonl"
	lines := linesOf(t, d, file)
	last := lines[len(lines)-1]
	copy(last[20:], make([]byte, 40))
	noErr(t, disk.Replace(d, file, slices.Concat(lines...)))
	c := must[*casefile.Case](t)(casefile.OpenToRespond(d, "case", "Jo"))
	if r := c.Repairs(); len(r) != 1 || r[0].Line != len(lines) || r[0].Kept {
		t.Errorf("%v", r)
	}
	// In the middle of the file it is damage.
	noErr(t, disk.Replace(d, file, slices.Concat(slices.Concat(lines...), lines[0])))
	var damaged *casefile.DamagedError
	if _, err := casefile.OpenReadOnly(d, "case"); !errors.As(err, &damaged) || damaged.Line != len(lines) {
		t.Errorf("%v", err)
	}
}

// TestNothingAfterAFailedWrite: nobody knows what the disk holds, so nothing is built upon it.
func TestNothingAfterAFailedWrite(t *testing.T) {
	for _, op := range []int{1, 2} { // the write, the sync
		d := crashdisk.New()
		filled(t, d, "case")
		c := must[*casefile.Case](t)(casefile.Open(d, "case", "Jo"))
		d.FailAt(op, errIO)
		if _, err := c.Journal().Append(entry(1)); !errors.Is(err, errIO) {
			t.Fatal(err)
		}
		must[[]gate.Entry](t)(c.Journal().Entries())
		if e, err := c.Journal().Append(entry(2)); !errors.Is(err, casefile.ErrFailed) {
			t.Errorf("operation %d failed, and then %v was kept: %v", op, e, err)
		}
		d.FailAt(1, errIO)
		if err := c.SetProgress("a", json.RawMessage("1")); !errors.Is(err, errIO) {
			t.Fatal(err)
		}
		if err := c.SetProgress("a", json.RawMessage("2")); !errors.Is(err, casefile.ErrFailed) {
			t.Error(err)
		}
		noErr(t, c.Close())
		c = must[*casefile.Case](t)(casefile.Open(d, "case", "Jo"))
		must[gate.Entry](t)(c.Journal().Append(entry(3)))
		noErr(t, c.Close())
		whole(t, d, "case")
	}
}
