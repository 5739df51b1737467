package app

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"evict/internal/casefile"
)

// A Key is where the key that signs checkpoints is, and beside it, with the ending .pub, the one that proves them. It is made
// when it is first needed, and only this user can read it. It is never in a case: whoever can write there could sign anew.
type Key struct {
	File string
	Name string // whose it is, when it is made
}

// DefaultKey is the one of this user's settings.
func DefaultKey(name string) (Key, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return Key{}, fmt.Errorf("no folder for settings: %w", err)
	}
	return Key{File: filepath.Join(dir, "evict", "checkpoint.key"), Name: name}, nil
}

// Public is the file of the key that proves.
func (k Key) Public() string { return k.File + ".pub" }

// secret reads the key that signs, and makes the pair when there is none.
func (k Key) secret() (string, error) {
	b, err := os.ReadFile(k.File)
	if !errors.Is(err, fs.ErrNotExist) {
		return strings.TrimSpace(string(b)), err
	}
	secret, public, err := casefile.NewKey(casefile.SafeName(k.Name))
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(k.File), 0o700); err != nil {
		return "", err
	}
	// The public half first: a pair that lacks it could sign and prove nothing.
	if err := writeNew(k.Public(), []byte(public+"\n")); err != nil {
		return "", err
	}
	return secret, writeNew(k.File, []byte(secret+"\n"))
}

// writeNew writes a file that only this user can read, and never over another.
func writeNew(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	return errors.Join(err, f.Sync(), f.Close())
}

// A Proof is a signed checkpoint of a case. Where it is kept, nobody who can write to the case may reach it.
type Proof struct {
	File    string    `json:"file"`
	Public  string    `json:"publicKey"` // file of the key that proves its signature
	Time    time.Time `json:"time"`
	Items   int       `json:"items"`   // lines of the manifest at that time
	Entries int       `json:"entries"` // of the journal
}

// ErrNotWhole means that an audit found the case changed.
var ErrNotWhole = errors.New("the case is not whole")

// SignCheckpoint signs, into a new file, how far a case is. Only what was just proven whole is signed.
func SignCheckpoint(folder string, a *CaseAudit, k Key, file string) error {
	if !a.Whole() {
		return fmt.Errorf("%w: no checkpoint of it is signed", ErrNotWhole)
	}
	for what, path := range map[string]string{"a checkpoint": file, "the key": k.File} {
		if within(folder, path) {
			return fmt.Errorf("%w: %s is kept outside the case, where nobody who can write to it reaches", ErrUsage, what)
		}
	}
	secret, err := k.secret()
	if err != nil {
		return fmt.Errorf("the key for checkpoints: %w", err)
	}
	p := a.Checkpoint(time.Now())
	signed, err := p.Sign(secret)
	if err != nil {
		return err
	}
	if err := writeNew(file, signed); err != nil {
		return err
	}
	a.Signed = &Proof{File: file, Public: k.Public(), Time: p.Time, Items: p.Items, Entries: p.Entries}
	return nil
}

// openProofs reads signed checkpoints, and proves their signatures by a public key's file.
func openProofs(files []string, public string) ([]casefile.Checkpoint, []Proof, error) {
	if len(files) == 0 {
		return nil, nil, nil
	}
	key, err := os.ReadFile(public)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("%w: there is no %s: --public-key names the file of the key that proves the checkpoint's signature", ErrUsage, public)
	}
	if err != nil {
		return nil, nil, err
	}
	var out []casefile.Checkpoint
	var proofs []Proof
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			return nil, nil, err
		}
		p, err := casefile.OpenCheckpoint(b, string(bytes.TrimSpace(key)))
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", file, err)
		}
		out = append(out, p)
		proofs = append(proofs, Proof{File: file, Public: public, Time: p.Time, Items: p.Items, Entries: p.Entries})
	}
	return out, proofs, nil
}

// within reports whether a path leads into a folder, links followed.
func within(folder, path string) bool {
	rel, err := filepath.Rel(followed(folder), followed(path))
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// followed is the path with its links followed, as far as it is there.
func followed(path string) string {
	path, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	for dir, rest := path, ""; ; dir, rest = filepath.Dir(dir), filepath.Join(filepath.Base(dir), rest) {
		if real, err := filepath.EvalSymlinks(dir); err == nil {
			return filepath.Join(real, rest)
		}
		if dir == filepath.Dir(dir) {
			return path
		}
	}
}
