package collect

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// write makes a folder of files; a name that ends with / is a folder.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func gz(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, s)
	w.Close()
	return b.String()
}

func zst(s string) string {
	w, _ := zstd.NewWriter(nil)
	return string(w.EncodeAll([]byte(s), nil))
}

type member struct {
	name, text string
	change     func(*zip.FileHeader)
}

func archive(members ...member) string {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, m := range members {
		h := &zip.FileHeader{Name: m.name, Method: zip.Deflate}
		if m.change != nil {
			m.change(h)
		}
		f, err := w.CreateHeader(h)
		if err != nil {
			panic(err)
		}
		io.WriteString(f, m.text)
	}
	w.Close()
	return b.String()
}

// list reads every item and says its name and text, or why it cannot be read.
func list(f Found) string {
	var b strings.Builder
	for _, it := range f.Items {
		fmt.Fprintf(&b, "%s (%d): ", it.Name, it.Size)
		r, err := it.Open()
		if err == nil {
			var text []byte
			text, err = io.ReadAll(r)
			if len(text) > 40 {
				text = fmt.Appendf(nil, "%d bytes", len(text))
			}
			b.Write(text)
			r.Close()
		}
		if err != nil {
			b.WriteString(" error: " + err.Error())
		}
		b.WriteString("\n")
	}
	for _, p := range f.Problems {
		fmt.Fprintf(&b, "problem %s: %s\n", p.Source, p.Reason)
	}
	return b.String()
}

func TestContainers(t *testing.T) {
	inner := archive(member{name: "x", text: "x"})
	dir := write(t, map[string]string{
		"b.csv": "plain", "sub/a.json": "deeper", "sub/.DS_Store": "clutter",
		"misnamed.csv": gz("gzip"), "c.zst": zst("zstd"), "twice.gz": gz(zst("both")), "thrice.gz": gz(gz(gz("x"))),
		"two.gz": gz("one,") + gz("two"),
		"e.zip": archive(member{name: "z.csv", text: "in zip"}, member{name: "d/y.json.gz", text: gz("gzip in zip")}, member{name: "__MACOSX/._z.csv", text: "clutter"}, member{name: "d/"},
			member{name: `w\in.csv`, text: "windows"}, member{name: "inner.zip", text: inner}),
		"zipped.gz": gz(inner), "empty": "", "broken.gz": gz("some text that is long enough to be cut")[:30],
	})
	got := list(Files([]string{dir}, nil))
	want := `b.csv (5): plain
broken.gz (-1): some  error: unexpected EOF
c.zst (-1): zstd
e.zip/d/y.json.gz (-1): gzip in zip
e.zip/inner.zip (` + strconv.Itoa(len(inner)) + `):  error: a zip archive inside another container, or from a stream: unpack it, or save it as a file
e.zip/w/in.csv (7): windows
e.zip/z.csv (6): in zip
empty (0): 
misnamed.csv (-1): gzip
sub/a.json (6): deeper
thrice.gz (-1):  error: compressed more than twice: unpack it
twice.gz (-1): both
two.gz (-1): one,two
zipped.gz (-1):  error: a zip archive inside another container, or from a stream: unpack it, or save it as a file
`
	// How far a broken stream is read is the library's affair.
	i, j := strings.Index(got, "broken.gz"), strings.Index(got, "c.zst")
	if i < 0 || j < i || !strings.Contains(got[i:j], "error: unexpected EOF") {
		t.Fatal(got)
	}
	want = strings.Replace(want, "(109)", fmt.Sprintf("(%d)", len(inner)), 1)
	a, b := strings.Index(want, "broken.gz"), strings.Index(want, "c.zst")
	if got[:i]+got[j:] != want[:a]+want[b:] {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestPaths: what cannot be read does not cost the others, and says what to do.
func TestPaths(t *testing.T) {
	dir := write(t, map[string]string{"good.csv": "good", "sub/good.csv": "good too", "locked.csv": "x", "lockedfolder/x.csv": "x"})
	if runtime.GOOS == "windows" {
		t.Skip("needs permissions and links")
	}
	for _, n := range []string{"locked.csv", "lockedfolder"} {
		if err := os.Chmod(filepath.Join(dir, n), 0); err != nil {
			t.Fatal(err)
		}
		defer os.Chmod(filepath.Join(dir, n), 0o755)
	}
	if err := os.Symlink(dir, filepath.Join(dir, "sub", "loop")); err != nil {
		t.Fatal(err)
	}
	os.Symlink("/dev/zero", filepath.Join(dir, "device"))
	root := os.Geteuid() == 0
	other := write(t, map[string]string{"good.csv": "another"})
	linked := filepath.Join(other, "linked")
	os.Symlink(filepath.Join(dir, "sub"), linked)
	got := list(Files([]string{dir, filepath.Join(dir, "good.csv"), filepath.Join(dir, "missing.csv"), filepath.Join(other, "g*.csv"), filepath.Join(other, "n*.csv"), "/dev/zero", linked, "-"}, strings.NewReader(gz("streamed"))))
	for _, want := range []string{
		"good.csv (4): good\n", "sub/good.csv (8): good too\n", "/good.csv (7): another\n", "stdin (-1): streamed\n",
		"problem device: a link is not followed", "problem sub/loop: a link is not followed", "missing.csv: no such file", "n*.csv: no file matches", "problem /dev/zero: a device or socket",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in\n%s", want, got)
		}
	}
	if strings.Count(got, ": good\n") != 1 || strings.Count(got, "good too") != 1 {
		t.Errorf("a file named twice is two items:\n%s", got)
	}
	if !root && (!strings.Contains(got, "problem locked.csv: no permission") || !strings.Contains(got, "problem lockedfolder: no permission")) {
		t.Errorf("locked files are not said:\n%s", got)
	}
}

// TestHostileArchives: names that climb out, links, passwords, unknown methods, bombs.
func TestHostileArchives(t *testing.T) {
	zeros := strings.Repeat("\x00", 1<<20)
	dir := write(t, map[string]string{
		"tricks.zip": archive(
			member{name: "../../etc/x", text: "x"}, member{name: "/abs", text: "x"}, member{name: `..\x`, text: "x"}, member{name: "C:/x", text: "x"}, member{name: "a\nb", text: "x"},
			member{"link", "/etc/passwd", func(h *zip.FileHeader) { h.SetMode(fs.ModeSymlink | 0o777) }},
			member{"secret", "x", func(h *zip.FileHeader) { h.Flags |= 1 }},
			member{name: "good.csv", text: "good"}),
		"broken.zip": archive(member{name: "x", text: "x"})[:40],
	})
	got := list(Files([]string{dir}, nil))
	if !strings.Contains(got, "tricks.zip/good.csv (4): good\n") || strings.Count(got, ": not read") != 5 ||
		!strings.Contains(got, "tricks.zip/link: a link or device") || !strings.Contains(got, "tricks.zip/secret: encrypted") || !strings.Contains(got, "broken.zip: a zip archive that cannot be read") {
		t.Error(got)
	}
	if strings.Count(got, "\n") != 9 {
		t.Errorf("more than one good file:\n%s", got)
	}

	// A stream that gives a thousand times its size.
	var bomb bytes.Buffer
	w := gzip.NewWriter(&bomb)
	for range 1200 {
		io.WriteString(w, zeros)
	}
	w.Close()
	dir = write(t, map[string]string{"bomb.gz": bomb.String()})
	r, err := Files([]string{dir}, nil).Items[0].Open()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	n, err := io.Copy(io.Discard, r)
	if err == nil || !strings.Contains(err.Error(), "200 times") || n > freeBytes+1<<20 {
		t.Errorf("%d bytes, %v", n, err)
	}

	// An archive whose headers promise more than it can hold.
	var lie bytes.Buffer
	z := zip.NewWriter(&lie)
	for i := range 3 {
		f, _ := z.CreateRaw(&zip.FileHeader{Name: fmt.Sprint(i), Method: zip.Deflate, CompressedSize64: 1, UncompressedSize64: 1 << 40})
		f.Write([]byte{0})
	}
	z.Close()
	dir = write(t, map[string]string{"lie.zip": lie.String()})
	if got := list(Files([]string{dir}, nil)); !strings.Contains(got, "more than 200 times") || strings.Contains(got, "lie.zip/") {
		t.Error(got)
	}
}

func TestStated(t *testing.T) {
	dir := write(t, map[string]string{
		"coverage.json": "\xef\xbb\xbf" + `[
			{"source":"Purview, whole tenant","file":"audit.csv","from":"2026-10-01T00:00:00Z","to":"2026-11-01T00:00:00Z","complete":true,"note":"unknown fields are passed over"},
			{"file":"sub/*.json","filtered":true,"why":"one mailbox"},
			{"file":"export.zip","complete":true},
			{"file":"gone.csv"},
			{"file":"bad.csv","from":"01.10.2026"},
			{"file":"turned.csv","from":"2026-11-01T00:00:00Z","to":"2026-10-01T00:00:00Z"},
			{"source":"no file"}]`,
		"declared.json":     `[{"by":"Erik","account":"dana@contoso.example","from":"2026-11-01T00:00:00Z","to":"2026-11-02T00:00:00Z","what":"reset","kind":"responder"},{"by":"X","kind":"boss"},{"kind":"hr"},7]`,
		"sub/coverage.json": `{"file":"one.json","complete":true}`,
		"audit.csv.gz":      gz("a"), "sub/one.json": "1", "sub/two.json": "2", "other.csv": "o",
		"export.zip":    archive(member{name: "coverage.json", text: `[{"file":"in.csv","filtered":true}]`}, member{name: "in.csv", text: "i"}, member{name: "rest.csv", text: "r"}),
		"not/list.json": "x", "not/declared.json": `"text"`,
	})
	f := Files([]string{dir}, nil)
	var got []string
	for _, it := range f.Items {
		s := it.Name
		if d := it.Declared; d != nil {
			s += fmt.Sprintf(" %q %s %s complete=%v filtered=%v %s", d.Source, d.From, d.To, d.Complete, d.Filtered, d.Why)
			s = strings.TrimRight(s, " ")
		}
		got = append(got, s)
	}
	want := []string{
		`audit.csv.gz "Purview, whole tenant" 2026-10-01T00:00:00Z 2026-11-01T00:00:00Z complete=true filtered=false`,
		`export.zip/in.csv ""   complete=false filtered=true`,
		`export.zip/rest.csv ""   complete=true filtered=false`,
		`not/list.json`,
		`other.csv`,
		`sub/one.json ""   complete=true filtered=false`,
		`sub/two.json ""   complete=false filtered=true one mailbox`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if len(f.Work) != 1 || f.Work[0].By != "Erik" || f.Work[0].Kind != "responder" || !f.Work[0].From.Set {
		t.Errorf("%+v", f.Work)
	}
	problems := ""
	for _, p := range f.Problems {
		problems += p.Source + ": " + p.Reason + "\n"
	}
	for _, want := range []string{`coverage.json: names "gone.csv"`, "entry 5 is left out", "write times as 2026", "entry 6 is left out: it ends", `entry 7 is left out: it names no "file"`,
		`declared.json: entry 2 is left out: "kind" is "boss"`, `entry 3 is left out: it names nobody`, "entry 4 is left out", "not/declared.json: not a list"} {
		if !strings.Contains(problems, want) {
			t.Errorf("%q is missing in\n%s", want, problems)
		}
	}
	if n := len(f.Problems); n != 8 {
		t.Errorf("%d problems:\n%s", n, problems)
	}
}

// TestOrder: the order in which paths are given makes no difference.
func TestOrder(t *testing.T) {
	dir := write(t, map[string]string{"a.csv": "a", "b.csv": "b", "c/d.csv": "d"})
	paths := []string{filepath.Join(dir, "a.csv"), filepath.Join(dir, "b.csv"), filepath.Join(dir, "c")}
	want := list(Files(paths, nil))
	slices.Reverse(paths)
	if got := list(Files(paths, nil)); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
