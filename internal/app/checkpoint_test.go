package app

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"evict/internal/casefile"
	"evict/internal/casefile/disk"
)

// emptyCase is a whole case without evidence.
func emptyCase(t *testing.T) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "case")
	c, err := casefile.Create(disk.OS{}, folder, casefile.Meta{ID: "one", Tenant: "tenant-1", Created: time.Now()}, "Jo")
	if err == nil {
		err = c.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return folder
}

func audited(t *testing.T, folder string, checkpoints []string, public string) CaseAudit {
	t.Helper()
	a, err := AuditCase(folder, checkpoints, public)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestTheKeyIsForThisUserAlone: it is made once, outside the case, and no other account of the machine reads it.
func TestTheKeyIsForThisUserAlone(t *testing.T) {
	folder, away := emptyCase(t), t.TempDir()
	k := Key{File: filepath.Join(away, "keys", "checkpoint.key"), Name: `CORP\Jo Doe+x`}
	var files []string
	for _, name := range []string{"first", "second"} {
		a := audited(t, folder, nil, "")
		file := filepath.Join(away, name)
		if err := SignCheckpoint(folder, &a, k, file); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	if a := audited(t, folder, files, k.Public()); !a.Whole() || len(a.Checkpoints) != 2 {
		t.Errorf("both are of one key: %+v", a)
	}
	for _, file := range []string{k.File, k.Public(), files[0]} {
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v", file, info.Mode())
		}
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if secret := strings.Contains(string(b), "PRIVATE"); secret != (file == k.File) {
			t.Errorf("%s holds the secret: %v", file, secret)
		}
	}
	if err := os.Remove(k.File); err != nil {
		t.Fatal(err)
	}
	a := audited(t, folder, nil, "")
	if err := SignCheckpoint(folder, &a, k, filepath.Join(away, "third")); err == nil || a.Signed != nil {
		t.Error("a lost key was made anew under the public key of the old checkpoints")
	}
	if a := audited(t, folder, files, k.Public()); !a.Whole() {
		t.Errorf("the old checkpoints prove nothing any more: %v", a.Problems)
	}
}

// TestWhatProvesACaseStandsOutsideIt, by whatever way its folder is named.
func TestWhatProvesACaseStandsOutsideIt(t *testing.T) {
	folder, away := emptyCase(t), t.TempDir()
	link := filepath.Join(away, "link")
	if err := os.Symlink(folder, link); err != nil {
		t.Skip(err)
	}
	a := audited(t, folder, nil, "")
	key, file := filepath.Join(away, "key"), filepath.Join(away, "checkpoint")
	for _, in := range []struct{ key, file string }{
		{key, filepath.Join(folder, "checkpoint")}, {key, filepath.Join(link, "checkpoint")}, {key, filepath.Join(away, "x", "..", "link", "checkpoint")},
		{filepath.Join(folder, "key"), file}, {filepath.Join(link, "new", "folder", "key"), file}, {filepath.Join(folder, "..", filepath.Base(folder), "key"), file},
	} {
		if err := SignCheckpoint(folder, &a, Key{File: in.key, Name: "Jo"}, in.file); !errors.Is(err, ErrUsage) {
			t.Errorf("key %s, checkpoint %s: %v", in.key, in.file, err)
		}
	}
	if _, err := ExportCase(folder, filepath.Join(link, "case.zip")); !errors.Is(err, ErrUsage) {
		t.Errorf("exported into itself: %v", err)
	}
	if a := audited(t, folder, nil, ""); !a.Whole() {
		t.Errorf("%v", a.Problems)
	}
	if err := SignCheckpoint(folder, &a, Key{File: key, Name: "Jo"}, filepath.Join(away, "..case")); err != nil {
		t.Errorf("beside the case: %v", err)
	}
}

// TestOnlyAWholeCaseIsSigned.
func TestOnlyAWholeCaseIsSigned(t *testing.T) {
	folder, away := emptyCase(t), t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "stranger"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	a := audited(t, folder, nil, "")
	file := filepath.Join(away, "checkpoint")
	if err := SignCheckpoint(folder, &a, Key{File: filepath.Join(away, "key"), Name: "Jo"}, file); !errors.Is(err, ErrNotWhole) {
		t.Errorf("%v", err)
	}
	if left, err := os.ReadDir(away); err != nil || len(left) > 0 {
		t.Errorf("%v, %v", left, err)
	}
	out, err := ExportCase(folder, filepath.Join(away, "case.zip"))
	if err != nil || out.Audit.Whole() || out.Bytes == 0 {
		t.Errorf("%+v, %v", out, err)
	}
}
