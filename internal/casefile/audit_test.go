package casefile_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"evict/internal/casefile"
	"evict/internal/casefile/disk"
	"evict/internal/casefile/disk/crashdisk"
)

// files of a filled case that the audit proves.
func files(t *testing.T, d disk.FS) []string {
	t.Helper()
	var out []string
	for _, dir := range []string{"case", "case/evidence", "case/plans"} {
		for _, f := range must[[]disk.Info](t)(d.ReadDir(dir)) {
			if !f.Dir {
				out = append(out, dir+"/"+f.Name)
			}
		}
	}
	return out
}

// broken returns what the audit says when a file is like this, and puts it back.
func broken(t *testing.T, d disk.FS, file string, b []byte) casefile.AuditReport {
	t.Helper()
	was := must[[]byte](t)(disk.ReadFile(d, file))
	noErr(t, disk.Replace(d, file, b))
	r, err := casefile.Audit(d, "case")
	if err != nil {
		var newer *casefile.NewerError
		if !errors.As(err, &newer) {
			t.Fatalf("%s: %v", file, err)
		}
		r.Problems = []casefile.Problem{{File: file, Why: err.Error()}}
	}
	noErr(t, disk.Replace(d, file, was))
	return r
}

func TestEveryFlippedBitIsFound(t *testing.T) {
	t.Parallel()
	d := crashdisk.New()
	filled(t, d, "case")
	whole(t, d, "case")
	bits := 0
	for _, file := range files(t, d) {
		b := must[[]byte](t)(disk.ReadFile(d, file))
		for n := range len(b) * 8 {
			if testing.Short() && n%13 != 0 {
				continue
			}
			flipped := bytes.Clone(b)
			flipped[n/8] ^= 1 << (n % 8)
			if r := broken(t, d, file, flipped); r.Whole() {
				t.Fatalf("%s: bit %d of byte %d (%q) was flipped, and nobody saw", file, n%8, n/8, b[n/8])
			}
			bits++
		}
	}
	t.Logf("%d bits of %v", bits, files(t, d))
}

// TestNoFlippedBitIsMended: a bit that flips in a line that was kept never makes opening drop that line.
func TestNoFlippedBitIsMended(t *testing.T) {
	t.Parallel()
	d := crashdisk.New()
	filled(t, d, "case")
	for _, file := range []string{"case/journal.jsonl", "case/evidence/manifest.jsonl"} {
		b := must[[]byte](t)(disk.ReadFile(d, file))
		for n := 0; n < len(b)*8; n++ {
			if n/8 != len(b)-1 && n%3 != 0 {
				continue
			}
			flipped := bytes.Clone(b)
			flipped[n/8] ^= 1 << (n % 8)
			noErr(t, disk.Replace(d, file, flipped))
			c, err := casefile.Open(d, "case", "Jo")
			var damaged *casefile.DamagedError
			switch {
			case err == nil:
				noErr(t, c.Close())
				got := must[[]byte](t)(disk.ReadFile(d, file))
				if n/8 != len(b)-1 || !bytes.HasPrefix(got, b) {
					t.Fatalf("%s: byte %d: opened, with other lines", file, n/8)
				}
			case !errors.As(err, &damaged) || damaged.File != strings.TrimPrefix(file, "case/") || damaged.Line != 1+bytes.Count(b[:n/8], []byte("\n")) && !nextLine(b, n/8, damaged.Line):
				t.Fatalf("%s: byte %d: %v", file, n/8, err)
			}
			noErr(t, disk.Replace(d, file, b))
			if err == nil {
				resetJournal(t, d)
			}
		}
	}
}

// nextLine: a flipped end of a line joins it with the next.
func nextLine(b []byte, at, line int) bool {
	return b[at] == '\n' && line == 1+bytes.Count(b[:at], []byte("\n"))
}

func TestLinesRemovedMovedAndDoubledAreFound(t *testing.T) {
	d := crashdisk.New()
	filled(t, d, "case")
	for _, file := range []string{"case/journal.jsonl", "case/evidence/manifest.jsonl"} {
		lines := bytes.SplitAfter(must[[]byte](t)(disk.ReadFile(d, file)), []byte("\n"))
		lines = lines[:len(lines)-1]
		for n := range lines {
			for what, l := range map[string][][]byte{
				"removed": slices.Delete(slices.Clone(lines), n, n+1),
				"doubled": slices.Insert(slices.Clone(lines), n, lines[n]),
				"blank":   slices.Insert(slices.Clone(lines), n, []byte("\n")),
				"swapped": swapped(lines, n),
			} {
				r := broken(t, d, file, bytes.Join(l, nil))
				last := n == len(lines)-1
				if r.Whole() && !(what == "removed" && last) && !(what == "swapped" && last) {
					t.Errorf("%s: line %d %s, and nobody saw", file, n+1, what)
				}
			}
		}
	}
}

func swapped(lines [][]byte, n int) [][]byte {
	out := slices.Clone(lines)
	if n+1 < len(out) {
		out[n], out[n+1] = out[n+1], out[n]
	}
	return out
}

func TestOtherFilesAreFound(t *testing.T) {
	d := crashdisk.New()
	filled(t, d, "case")
	names := files(t, d)
	for _, file := range names {
		if strings.HasSuffix(file, "progress.jsonl") {
			continue // of use to collection only
		}
		b := must[[]byte](t)(disk.ReadFile(d, file))
		noErr(t, d.Remove(file))
		if r, err := casefile.Audit(d, "case"); err == nil && r.Whole() {
			t.Errorf("%s was removed, and nobody saw", file)
		}
		noErr(t, disk.Replace(d, file, b))
	}
	for _, file := range []string{"case/evidence/x", "case/evidence/" + strings.Repeat("a", 64) + ".zst", "case/plans/x.json", "case/notes.txt"} {
		noErr(t, disk.Replace(d, file, nil))
		if r := must[casefile.AuditReport](t)(casefile.Audit(d, "case")); r.Whole() {
			t.Errorf("%s was added, and nobody saw", file)
		}
		noErr(t, d.Remove(file))
	}
	whole(t, d, "case")
}

// TestAnotherCasesFiles: a chain fits one file of one case.
func TestAnotherCasesFiles(t *testing.T) {
	d := crashdisk.New()
	filled(t, d, "case")
	m := meta()
	m.ID = "other"
	noErr(t, must[*casefile.Case](t)(casefile.Create(d, "other", m, "Jo")).Close())
	if r := broken(t, d, "case/journal.jsonl", must[[]byte](t)(disk.ReadFile(d, "other/journal.jsonl"))); r.Whole() {
		t.Error("another case's journal was taken")
	}
}

func TestACutTailIsFoundAgainstACheckpoint(t *testing.T) {
	d := crashdisk.New()
	filled(t, d, "case")
	r := whole(t, d, "case")
	p := r.Checkpoint(at)
	if got := must[casefile.Checkpoint](t)(casefile.ParseCheckpoint(p.String())); got != p {
		t.Errorf("%v", got)
	}
	secret, public, err := casefile.NewKey("contoso.example")
	noErr(t, err)
	signed := must[[]byte](t)(p.Sign(secret))
	if got := must[casefile.Checkpoint](t)(casefile.OpenCheckpoint(signed, public)); got != p {
		t.Errorf("%v", got)
	}
	for n := range signed {
		changed := bytes.Clone(signed)
		changed[n] ^= 1
		if got, err := casefile.OpenCheckpoint(changed, public); err == nil && got != p {
			t.Fatalf("a changed checkpoint was taken: %q", changed)
		}
	}
	_, other, err := casefile.NewKey("contoso.example")
	noErr(t, err)
	if _, err := casefile.OpenCheckpoint(signed, other); err == nil {
		t.Error("a checkpoint under another key was taken")
	}

	against := func() bool { return len(must[casefile.AuditReport](t)(casefile.Audit(d, "case", p)).Problems) == 0 }
	if !against() {
		t.Error("the case itself does not reach its checkpoint")
	}
	for _, file := range []string{"case/journal.jsonl", "case/evidence/manifest.jsonl"} {
		b := must[[]byte](t)(disk.ReadFile(d, file))
		lines := bytes.SplitAfter(b, []byte("\n"))
		noErr(t, disk.Replace(d, file, bytes.Join(lines[:len(lines)-2], nil)))
		if against() {
			t.Errorf("%s: the cut tail was not found", file)
		}
		noErr(t, disk.Replace(d, file, b))
	}
	// Later lines do no harm.
	w := must[*casefile.Case](t)(casefile.Open(d, "case", "Jo"))
	must[casefile.Item](t)(w.Put(item(8), body(8)))
	noErr(t, w.SetCoverage(nil))
	noErr(t, w.Close())
	if !against() {
		t.Error("a case that grew does not reach its checkpoint")
	}
}

// TestAChangedCoverageIsNotRead: what a verdict relies on is not taken from a file that somebody changed.
func TestAChangedCoverageIsNotRead(t *testing.T) {
	d := crashdisk.New()
	filled(t, d, "case")
	b := must[[]byte](t)(disk.ReadFile(d, "case/coverage.json"))
	noErr(t, disk.Replace(d, "case/coverage.json", bytes.Replace(b, []byte(`"complete"`), []byte(`"empty"`), 1)))
	c := must[*casefile.Case](t)(casefile.OpenReadOnly(d, "case"))
	var damaged *casefile.DamagedError
	if _, err := c.Coverage(); !errors.As(err, &damaged) {
		t.Errorf("%v", err)
	}
	noErr(t, d.Remove("case/coverage.json"))
	if _, err := c.Coverage(); !errors.As(err, &damaged) {
		t.Errorf("removed: %v", err)
	}
}

// forge changes a line of a chained file and gives it a hash that fits its bytes.
func forge(line []byte, old, new string) []byte {
	cut := bytes.LastIndex(line, []byte(`,"hash":"`))
	b := bytes.Replace(line[:cut], []byte(old), []byte(new), 1)
	h := sha256.Sum256(b)
	return fmt.Appendf(bytes.Clone(b), `,"hash":"%x"}`+"\n", h)
}

func linesOf(t *testing.T, d disk.FS, file string) [][]byte {
	t.Helper()
	lines := bytes.SplitAfter(must[[]byte](t)(disk.ReadFile(d, file)), []byte("\n"))
	return lines[:len(lines)-1]
}

func TestForgedLinesAreFound(t *testing.T) {
	d := crashdisk.New()
	filled(t, d, "case")
	file := "case/journal.jsonl"
	lines := linesOf(t, d, file)
	last := len(lines) - 1
	prev := between(string(lines[last]), `"prev":"`, `"`)
	for what, line := range map[string][]byte{
		"prev": forge(lines[last], prev, strings.Repeat("0", 64)),
		"seq":  forge(lines[last], fmt.Sprintf(`"seq":%d`, last+1), fmt.Sprintf(`"seq":%d`, last+2)),
		"type": forge(lines[last], fmt.Sprintf(`"seq":%d`, last+1), `"seq":"x"`),
	} {
		if r := broken(t, d, file, bytes.Join(append(slices.Clone(lines[:last]), line), nil)); r.Whole() || r.Problems[0].Line != last+1 {
			t.Errorf("a last line with another %s: %v", what, r.Problems)
		}
	}

	// Evidence that fits a forged line of the manifest in one of the two hashes only.
	c := must[*casefile.Case](t)(casefile.OpenReadOnly(d, "case"))
	i := c.Items()[2]
	file = "case/evidence/" + i.SHA256 + ".zst"
	stored := must[[]byte](t)(disk.ReadFile(d, file))
	skippable := append(bytes.Clone(stored), 0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0) // a frame without content
	noErr(t, disk.Replace(d, file, skippable))
	if _, err := c.Read(i); err == nil {
		t.Error("a stored file with other bytes was read")
	}
	other := must[[]byte](t)(disk.ReadFile(d, "case/evidence/"+c.Items()[1].SHA256+".zst"))
	noErr(t, disk.Replace(d, file, other))
	i.StoredSHA256 = c.Items()[1].StoredSHA256
	if _, err := c.Read(i); err == nil {
		t.Error("other bytes were read")
	}
}

func between(s, from, to string) string {
	_, s, _ = strings.Cut(s, from)
	s, _, _ = strings.Cut(s, to)
	return s
}

// TestACutManifestIsFoundByTheJournal: coverage says how far the manifest was.
func TestACutManifestIsFoundByTheJournal(t *testing.T) {
	d := crashdisk.New()
	filled(t, d, "case")
	c := must[*casefile.Case](t)(casefile.OpenReadOnly(d, "case"))
	lines := linesOf(t, d, "case/evidence/manifest.jsonl")
	noErr(t, disk.Replace(d, "case/evidence/manifest.jsonl", bytes.Join(lines[:2], nil)))
	noErr(t, d.Remove("case/evidence/"+c.Items()[2].SHA256+".zst"))
	if r := must[casefile.AuditReport](t)(casefile.Audit(d, "case")); r.Whole() {
		t.Error("a line and its file are gone, and nobody saw")
	}
}

// TestAnOlderCoverageIsFound: once the journal says that a version was written, or which one a crash left, no other will do.
func TestAnOlderCoverageIsFound(t *testing.T) {
	for _, crash := range []bool{false, true} {
		d := crashdisk.New()
		filled(t, d, "case")
		file := "case/coverage.json"
		first := must[[]byte](t)(disk.ReadFile(d, file))
		c := must[*casefile.Case](t)(casefile.Open(d, "case", "Jo"))
		if crash {
			d.CrashAt(7)
		}
		if err := c.SetCoverage([]casefile.Coverage{{State: "incomplete"}}); (err != nil) != crash {
			t.Fatal(err)
		}
		if crash {
			d = d.Restart(crashdisk.Everything)
			r := whole(t, d, "case")
			if !slices.ContainsFunc(r.Notes, func(s string) bool { return strings.HasPrefix(s, "coverage.json: its last write was cut off") }) {
				t.Errorf("%v", r.Notes)
			}
			noErr(t, must[*casefile.Case](t)(casefile.Open(d, "case", "Jo")).Close())
		}
		if r := whole(t, d, "case"); len(r.Notes) != 0 {
			t.Errorf("%v", r.Notes)
		}
		if now := must[[]byte](t)(disk.ReadFile(d, file)); bytes.Equal(now, first) {
			first = bytes.Replace(first, []byte("complete"), []byte("incomplete"), 1)
		}
		if r := broken(t, d, file, first); r.Whole() {
			t.Errorf("after a crash: %v: an older version was put back, and nobody saw", crash)
		}
	}
}
