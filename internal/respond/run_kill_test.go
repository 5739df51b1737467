package respond

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"evict/internal/casefile"
	"evict/internal/casefile/disk"
	"evict/internal/gate"
	"evict/internal/m365"
)

// TestKilled: a process on a real disk is killed while it carries a plan out, some times over; the next one finds its
// way from what lies there.
func TestKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("it waits for real reads to agree")
	}
	t.Parallel()
	on, dir := newTenant(), filepath.Join(t.TempDir(), "case")
	plan := eleven(on)
	file, err := json.Marshal(plan)
	if err != nil {
		t.Fatal(err)
	}
	c, err := casefile.Create(disk.OS{}, dir, casefile.Meta{ID: fakeCase, Tenant: fakeTenant, Created: time.Now()}, "Jo")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(on)
	defer server.Close()
	r := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 6))
	for _, most := range []int{400, 3500} {
		child := exec.Command(os.Args[0], "-test.run=^TestKilledProcess$", "-test.v")
		child.Env = append(os.Environ(), "EVICT_TEST_CASE="+dir, "EVICT_TEST_TENANT="+server.URL)
		child.Stdin = bytes.NewReader(file)
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(100+r.IntN(most)) * time.Millisecond)
		_ = child.Process.Kill()
		_ = child.Wait()
	}
	last := exec.Command(os.Args[0], "-test.run=^TestKilledProcess$", "-test.v")
	last.Env = append(os.Environ(), "EVICT_TEST_CASE="+dir, "EVICT_TEST_TENANT="+server.URL)
	last.Stdin = bytes.NewReader(file)
	if out, err := last.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	p, err := gate.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	if c, err = casefile.OpenReadOnly(disk.OS{}, dir); err != nil {
		t.Fatal(err)
	}
	entries, err := c.Journal().Entries()
	if err != nil {
		t.Fatal(err)
	}
	on.mu.Lock()
	defer on.mu.Unlock()
	if err := on.witness(entries, p.Hash()); err != nil {
		t.Error(err)
	}
	for _, s := range p.Plan().Steps {
		if s.Action == "make" && on.changes[s.ID] > 1 {
			t.Errorf("%s was made %d times", s.ID, on.changes[s.ID])
		}
	}
	for _, s := range Standing(p, entries).Steps {
		if s.State != Verified && s.State != InDoubt && s.State != Waiting {
			t.Errorf("%s is %s: %s", s.Step.ID, s.State, s.Why)
		}
	}
}

// TestKilledProcess is the process that gets killed; by itself it does nothing.
func TestKilledProcess(t *testing.T) {
	dir, url := os.Getenv("EVICT_TEST_CASE"), os.Getenv("EVICT_TEST_TENANT")
	if dir == "" {
		t.Skip("it is run by another test")
	}
	file, err := io.ReadAll(os.Stdin)
	if err != nil {
		t.Fatal(err)
	}
	p, err := gate.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	c, err := casefile.OpenToRespond(disk.OS{}, dir, "Jo")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	g, err := gate.Open(c.Journal(), fakeTenant, fakeCase)
	if err != nil {
		t.Fatal(err)
	}
	if g.Allowed(p, "block") != nil {
		now := time.Now()
		if err := g.Approve(p, gate.Approval{Who: "Jo", Time: now, Expires: now.Add(time.Hour), Confirmed: "dana@contoso.example"}); err != nil {
			t.Fatal(err)
		}
	}
	r := &Runner{Reader: far(url), Sender: far(url), Gate: g, Plan: p, Secrets: &handed{}, Patience: time.Second, find: findFake}
	s, err := r.Apply(t.Context())
	if err != nil || s.Count(Verified, InDoubt, Blocked) != 11 {
		t.Error(states(s), err)
	}
}

// far is the tenant in another process.
type far string

func (f far) ask(ctx context.Context, path string, c m365.Call) (*m365.Response, error) {
	broken := &m365.Error{Op: c.Op, Kind: m365.Unavailable, Sent: true}
	b, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, string(f)+path, bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, broken
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		return nil, broken
	}
	return &m365.Response{Status: 200, Body: body}, nil
}

func (f far) Do(ctx context.Context, c m365.Call) (*m365.Response, error) {
	return f.ask(ctx, "/read", c)
}

func (f far) Digest(c m365.Call) (string, [32]byte, error) { return (&tenant{}).Digest(c) }

func (f far) Write(ctx context.Context, c m365.Call, p *gate.Permit) (*m365.Response, error) {
	target, digest, err := f.Digest(c)
	if err != nil {
		return nil, err
	}
	if err := p.Use(fakeTenant, c.Op, target, digest); err != nil {
		return nil, err
	}
	return f.ask(ctx, fmt.Sprintf("/write/%x", digest), c)
}

// ServeHTTP answers processes that may be killed.
func (t *tenant) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var c m365.Call
	if json.NewDecoder(r.Body).Decode(&c) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	object := c.Args["id"]
	t.mu.Lock()
	defer t.mu.Unlock()
	if digest, ok := bytes.CutPrefix([]byte(r.URL.Path), []byte("/write/")); ok {
		t.sends = append(t.sends, c.Op+" "+object)
		t.digests[string(digest)] = true
		t.change(c, object)
		return
	}
	fmt.Fprintf(w, `{"v":%s}`, t.now(object))
}
