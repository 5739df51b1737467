package simtest_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/klauspost/compress/zstd"

	"evict/internal/app"
)

// A listener between client and tenant keeps every secret that passes.
type listener struct {
	to      http.RoundTripper
	mu      sync.Mutex
	secrets map[string]bool
}

func (l *listener) RoundTrip(r *http.Request) (*http.Response, error) {
	l.keep(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
	resp, err := l.to.RoundTrip(r)
	if err != nil || !strings.HasSuffix(r.URL.Path, "/token") {
		return resp, err
	}
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(b))
	var got struct {
		AccessToken string `json:"access_token"`
	}
	if json.Unmarshal(b, &got) == nil {
		l.keep(got.AccessToken)
	}
	return resp, nil
}

func (l *listener) keep(s string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if s != "" {
		l.secrets[s] = true
	}
}

// TestNoSecretStays collects and looks for the application's secret, every
// token, and the passwords of all people, in each of the ways that a text is
// disguised by, in every file of the case and in all that is said.
func TestNoSecretStays(t *testing.T) {
	warm(t)
	dir := filepath.Join(t.TempDir(), "case")
	var said bytes.Buffer
	secrets := map[string]string{}
	inSite(t, small("admin-takeover", 1), func(s *site) {
		l := &listener{to: s.tenant.Transport(), secrets: map[string]bool{}}
		wrong := *s
		wrong.collect.Secret = "wr0ng" + s.collect.Secret[5:]
		_, err := app.CollectFrom(s.t.Context(), wrong.connect(l), s.profile, app.CollectOptions{Case: filepath.Join(t.TempDir(), "none"), Accounts: s.asked()[:1], Depth: "quick", Operator: "tester"})
		if err == nil {
			t.Fatal("a wrong secret signs in")
		}
		fmt.Fprintln(&said, err)
		s.client = s.connect(l)
		got, err := app.CollectFrom(s.t.Context(), s.client, s.profile, app.CollectOptions{Case: dir, Accounts: s.asked()[:1], Depth: "standard", Operator: "tester",
			Progress: func(p app.SourceProgress) { fmt.Fprintf(&said, "%+v\n", p) }})
		if err != nil {
			t.Fatal(err)
		}
		b, _ := json.Marshal(got)
		said.Write(b)
		fmt.Fprintf(&said, "%+v %+v\n", s.profile, got)
		secrets[s.collect.Secret], secrets[wrong.collect.Secret] = "the application's secret", "the wrong secret"
		for token := range l.secrets {
			secrets[token] = "a token"
			secrets[token[strings.LastIndexByte(token, '.')+1:]] = "a token's signature"
		}
		for _, u := range s.world.Users {
			if u.Password != "" {
				secrets[u.Password] = "the password of " + u.UPN
			}
		}
	})
	if len(secrets) < 10 {
		t.Fatalf("only %d secrets are looked for", len(secrets))
	}
	inv := investigate(t, dir)
	b, err := json.Marshal(inv)
	if err != nil {
		t.Fatal(err)
	}
	said.Write(b)
	look(t, secrets, "what is said", said.Bytes())
	files := 0
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		b, err := os.ReadFile(path)
		if err == nil && strings.HasSuffix(path, ".zst") {
			b, err = unpacked(b)
		}
		look(t, secrets, path, b)
		return err
	})
	if err != nil || files < 50 {
		t.Fatalf("%d files: %v", files, err)
	}
}

// look finds secrets as they are, escaped for an address and in base64.
func look(t *testing.T, secrets map[string]string, where string, in []byte) {
	t.Helper()
	for s, what := range secrets {
		for _, form := range []string{s, url.QueryEscape(s), url.PathEscape(s), base64.StdEncoding.EncodeToString([]byte(s)), base64.RawURLEncoding.EncodeToString([]byte(s))} {
			if bytes.Contains(in, []byte(form)) {
				t.Errorf("%s holds %s", where, what)
			}
		}
	}
}

func unpacked(b []byte) ([]byte, error) {
	d, err := zstd.NewReader(nil)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	return d.DecodeAll(b, nil)
}
