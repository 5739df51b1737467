package collect

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"evict/internal/m365"
)

const (
	tenantID = "11111111-2222-3333-4444-555555555555"
	danaID   = "8f6d0000-0000-4000-8000-000000000001"
	boxGUID  = "b0b00000-0000-4000-8000-000000000001"
)

// A request as the far side sees it.
type asked struct {
	op, cmdlet string // path behind the version, or the cmdlet
	query      url.Values
	params     map[string]any
	body       map[string]any
	beta       bool
	r          *http.Request
}

// far is Microsoft's side: it answers what a test wants and counts what it was asked.
type far struct {
	mu     sync.Mutex
	delay  time.Duration
	log    []string
	now    func() time.Time // of the Date header; nil: none is sent
	answer func(a asked) (int, string)
}

func (f *far) RoundTrip(r *http.Request) (*http.Response, error) {
	a := asked{r: r, query: r.URL.Query()}
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
	}
	path := r.URL.Path
	switch {
	case strings.HasSuffix(path, "/InvokeCommand"):
		var in struct {
			CmdletInput struct {
				CmdletName string
				Parameters map[string]any
			}
		}
		_ = json.Unmarshal(body, &in)
		a.cmdlet, a.params = in.CmdletInput.CmdletName, in.CmdletInput.Parameters
	default:
		a.beta = strings.HasPrefix(path, "/beta/")
		a.op = r.Method + " " + strings.TrimPrefix(strings.TrimPrefix(path, "/beta"), "/v1.0")
		_ = json.Unmarshal(body, &a.body)
	}
	f.mu.Lock()
	f.log = append(f.log, strings.TrimSpace(a.cmdlet+a.op+" "+r.URL.RawQuery))
	f.mu.Unlock()
	select {
	case <-time.After(f.delay):
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
	f.mu.Lock()
	status, text := f.answer(a)
	f.mu.Unlock()
	if status == 0 {
		return nil, errors.New("broken")
	}
	h := http.Header{}
	if f.now != nil {
		h.Set("Date", f.now().UTC().Format(http.TimeFormat))
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(text)), ContentLength: int64(len(text)), Request: r}, nil
}

// count is how often something with the words was asked.
func (f *far) count(words ...string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for _, line := range f.log {
		if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(line, w) }) {
			n++
		}
	}
	return n
}

type issuer struct{}

func (issuer) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: "t", ExpiresOn: time.Now().Add(24 * time.Hour)}, nil
}

func client(t testing.TB, f http.RoundTripper) *m365.Client {
	t.Helper()
	c, err := m365.New(m365.Config{Cloud: m365.Worldwide, Tenant: tenantID, Credential: issuer{}, Transport: f})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// memory is a case in memory. After fail writes every write fails, as when a process is killed.
type memory struct {
	mu       sync.Mutex
	items    []Evidence
	bodies   [][]byte
	progress map[string]json.RawMessage
	cover    []Coverage
	writes   int
	fail     int
}

var errKilled = errors.New("killed")

func (m *memory) write() error {
	m.writes++
	if m.fail > 0 && m.writes > m.fail {
		return errKilled
	}
	return nil
}

func (m *memory) Put(it Evidence, b []byte) (Evidence, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.write(); err != nil {
		return it, err
	}
	it.Seq = len(m.items) + 1
	m.items = append(m.items, it)
	m.bodies = append(m.bodies, bytes.Clone(b))
	return it, nil
}

func (m *memory) Items() []Evidence {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.items)
}

func (m *memory) Read(it Evidence) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.bodies[it.Seq-1], nil
}

func (m *memory) Progress() (map[string]json.RawMessage, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := map[string]json.RawMessage{}
	for k, v := range m.progress {
		out[k] = v
	}
	return out, nil
}

func (m *memory) SetProgress(k string, v json.RawMessage) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.write(); err != nil {
		return err
	}
	if m.progress == nil {
		m.progress = map[string]json.RawMessage{}
	}
	m.progress[k] = bytes.Clone(v)
	return nil
}

func (m *memory) SetCoverage(c []Coverage) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.cover = slices.Clone(c)
	return nil
}

// pageText is a page of Graph's or a cmdlet's answer.
func pageText(rows []string, next string) string {
	s := `{"@odata.context":"x","value":[` + strings.Join(rows, ",") + `]`
	if next != "" {
		s += `,"@odata.nextLink":"` + next + `"`
	}
	return s + "}"
}

// paged cuts rows into pages of $top, linked by $skiptoken.
func paged(a asked, rows []string) string {
	size := 1000
	fmt.Sscan(a.query.Get("$top"), &size)
	at := 0
	fmt.Sscan(a.query.Get("$skiptoken"), &at)
	end := min(at+size, len(rows))
	next := ""
	if end < len(rows) {
		q := a.query
		q.Set("$skiptoken", fmt.Sprint(end))
		next = "https://" + a.r.URL.Host + a.r.URL.Path + "?" + q.Encode()
	}
	return pageText(rows[min(at, end):end], next)
}

func failure(code string) string {
	return `{"error":{"code":"` + code + `","message":"` + code + `"}}`
}

func (m *memory) Coverage() ([]Coverage, error) { return m.cover, nil }
