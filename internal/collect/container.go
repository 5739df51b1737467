package collect

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// Limits against archives that are made to fill a machine. What is beyond them
// is a read error, said like any other.
const (
	maxRatio   = 200     // of decompressed to compressed bytes; logs reach 30
	freeBytes  = 1 << 30 // that may come out whatever the ratio
	maxMembers = 100_000 // of one archive
	maxNesting = 2       // compressed streams in one another: a .gz in a .zip
)

type form uint8

const (
	plainForm form = iota
	gzipForm
	zstdForm
	bzip2Form
	zipForm
)

// magicLen is how many bytes formOf wants to see.
const magicLen = 4

// formOf tells a container by its first bytes.
func formOf(head []byte) form {
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		return gzipForm
	case bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		return zstdForm
	case bytes.HasPrefix(head, []byte("BZh")):
		return bzip2Form
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return zipForm
	}
	return plainForm
}

func openFile(p string) (io.ReadCloser, error) {
	f, err := os.Open(p)
	if err != nil {
		return nil, err
	}
	size := int64(-1)
	if info, err := f.Stat(); err == nil {
		size = info.Size()
	}
	return decompress(f, size)
}

// closing closes what lies below a reader too.
type closing struct {
	io.Reader
	close []func() error
}

func (c *closing) Close() error {
	var err error
	for _, f := range c.close {
		err = errors.Join(err, f())
	}
	return err
}

// decompress takes off the compression that the content shows. Size is that of
// the compressed bytes, -1 if it is not known: then what was read so far counts.
func decompress(r io.ReadCloser, size int64) (io.ReadCloser, error) {
	in := &counter{r: r}
	out := &closing{Reader: in, close: []func() error{r.Close}}
	fail := func(err error) (io.ReadCloser, error) {
		out.Close()
		return nil, err
	}
	for nested := 0; ; nested++ {
		b := bufio.NewReaderSize(out.Reader, 64<<10)
		head, err := b.Peek(magicLen)
		if err != nil && err != io.EOF && len(head) == 0 {
			return fail(err)
		}
		form := formOf(head)
		if form == plainForm {
			out.Reader = b
			if nested > 0 {
				out.Reader = &limited{r: b, in: in, size: size}
			}
			return out, nil
		}
		if nested == maxNesting {
			return fail(errors.New("compressed more than twice: unpack it"))
		}
		switch form {
		case gzipForm:
			z, err := gzip.NewReader(b)
			if err != nil {
				return fail(err)
			}
			out.Reader = z
		case zstdForm:
			z, err := zstd.NewReader(b, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(128<<20), zstd.WithDecoderLowmem(true))
			if err != nil {
				return fail(err)
			}
			out.Reader = z
			out.close = slices.Insert(out.close, 0, func() error { z.Close(); return nil })
		case bzip2Form:
			out.Reader = bzip2.NewReader(b)
		case zipForm:
			return fail(errors.New("a zip archive inside another container, or from a stream: unpack it, or save it as a file"))
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

// limited ends where more comes out than any log gives.
type limited struct {
	r    io.Reader
	in   *counter
	size int64
	n    int64
}

func (l *limited) Read(b []byte) (int, error) {
	n, err := l.r.Read(b)
	l.n += int64(n)
	if l.n > freeBytes && l.n/maxRatio > max(l.size, l.in.n) {
		return 0, fmt.Errorf("decompresses to more than %d times its size: not read further", maxRatio)
	}
	return n, err
}

// archive lists the members of a zip file. It stays open as long as its items may be read.
func (c *collector) archive(f *os.File, abs, name string) {
	info, err := f.Stat()
	if err != nil {
		f.Close()
		c.problem(name, reason(err))
		return
	}
	z, err := zip.NewReader(f, info.Size())
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		f.Close()
		c.problem(name, "a zip archive that cannot be read: "+err.Error())
		return
	}
	z.RegisterDecompressor(zstd.ZipMethodWinZip, zstd.ZipDecompressor(zstd.WithDecoderConcurrency(1)))
	if len(z.File) > maxMembers {
		f.Close()
		c.problem(name, fmt.Sprintf("a zip archive of more than %d files: unpack it", maxMembers))
		return
	}
	var total uint64
	for _, m := range z.File {
		if total += m.UncompressedSize64; total > freeBytes && total/maxRatio > uint64(info.Size()) || m.UncompressedSize64 > 1<<62 {
			f.Close()
			c.problem(name, fmt.Sprintf("a zip archive that decompresses to more than %d times its size: not read", maxRatio))
			return
		}
	}
	members := slices.Clone(z.File)
	slices.SortStableFunc(members, func(a, b *zip.File) int { return strings.Compare(a.Name, b.Name) })
	for _, m := range members {
		c.member(m, abs, name)
	}
}

// member takes one file of an archive.
func (c *collector) member(m *zip.File, abs, archive string) {
	inside := strings.ReplaceAll(m.Name, `\`, "/") // as some of Windows' tools write them
	if strings.HasSuffix(inside, "/") || clutter(inside) {
		return
	}
	name := archive + "/" + inside
	switch {
	case !fs.ValidPath(inside) || strings.ContainsAny(inside, "\x00\n\r:"):
		c.problem(archive, fmt.Sprintf("holds a file with an unsafe name, %q: not read", m.Name))
		return
	case m.Flags&1 != 0:
		c.problem(name, "encrypted: unpack it with its password")
		return
	case !m.Mode().IsRegular():
		c.problem(name, "a link or device, not a file")
		return
	case m.Method != zip.Store && m.Method != zip.Deflate && m.Method != zstd.ZipMethodWinZip:
		c.problem(name, fmt.Sprintf("compressed by method %d, which is not known here: unpack it", m.Method))
		return
	}
	open := func() (io.ReadCloser, error) {
		r, err := m.Open()
		if err != nil {
			return nil, err
		}
		// The archive's own sizes were checked; what is compressed once more counts by those.
		return decompress(r, int64(m.UncompressedSize64))
	}
	folder := abs
	if dir := path.Dir(inside); dir != "." {
		folder += "/" + dir
	}
	switch strings.ToLower(path.Base(inside)) {
	case coverageFile:
		c.readCoverage(name, folder, open)
		return
	case declaredFile:
		c.readDeclared(name, open)
		return
	}
	it := Item{Name: name, Size: int64(m.UncompressedSize64), Open: open}
	if base := strings.ToLower(path.Ext(inside)); base == ".gz" || base == ".zst" || base == ".bz2" {
		it.Size = -1
	}
	c.add(it, place{folder, path.Base(inside)})
}
