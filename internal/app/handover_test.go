package app_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"evict"
	"evict/internal/app"

	"filippo.io/age"
)

func TestPasswordsAreSealedBeforeTheyAreSent(t *testing.T) {
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "passwords.age")
	h, err := app.SealTo(key.Recipient().String(), file)
	if err != nil {
		t.Fatal(err)
	}
	dana, lena := evict.Object{Name: "dana@contoso.example"}, evict.Object{Name: "lena@contoso.example"}
	for _, p := range []struct {
		of             evict.Object
		step, password string
	}{{dana, "s1", "refused-one"}, {dana, "s1", "CANARY-dana"}, {lena, "s2", "CANARY-lena"}} {
		if err := h.Password(p.of, p.step, p.password); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(raw, []byte("CANARY")) {
		t.Error("the file can be read without the key")
	}
	r, err := age.Decrypt(bytes.NewReader(raw), key)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	if want := "dana@contoso.example\tCANARY-dana\nlena@contoso.example\tCANARY-lena\n"; string(text) != want {
		t.Errorf("sealed: %q, want %q", text, want)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(file), "*.partial")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if _, err := app.SealTo(key.Recipient().String(), file); err == nil {
		t.Error("an older file of passwords would be overwritten")
	}
	if _, err := app.SealTo("hunter2", file+"2"); err == nil {
		t.Error("a recipient that is none was taken")
	}
}

func TestPasswordsAreShownOnceAndOnlyWhenVerified(t *testing.T) {
	var shown []string
	h := app.ShowOnce(func(account, password string) { shown = append(shown, account+" "+password) })
	dana := evict.Object{Name: "dana@contoso.example"}
	if err := h.Password(dana, "s1", "first"); err != nil {
		t.Fatal(err)
	}
	if err := h.Password(dana, "s1", "second"); err != nil {
		t.Fatal(err)
	}
	if len(shown) > 0 {
		t.Fatalf("shown before it was verified: %v", shown)
	}
	for range 2 {
		if err := h.Confirmed(dana, "s1"); err != nil {
			t.Fatal(err)
		}
	}
	if got := strings.Join(shown, ","); got != "dana@contoso.example second" {
		t.Errorf("shown: %q", got)
	}
}
