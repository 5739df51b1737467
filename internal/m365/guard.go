package m365

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"evict/internal/gate"
)

// A pass says for what a request leaves. The guard believes the request, not the pass.
type pass struct {
	op           *Operation
	tenant, host string
	next         bool
	permit       *gate.Permit
	target       string
	digest       [32]byte
	sent         bool
}

type passKey struct{}

// A guard is the one place through which every request leaves, those for tokens too. A request that is in no row of the table,
// or that its row does not allow, or a write without its permit, goes no further. It follows no redirect: it only carries one request.
type guard struct {
	cloud    Cloud
	next     http.RoundTripper
	identity string // host of the machine's own token service, with a managed identity
}

func newGuard(cloud Cloud, next http.RoundTripper) *guard {
	if next == nil {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.DisableCompression = true
		next = t
	}
	return &guard{cloud: cloud, next: next}
}

var errNotAllowed = errors.New("m365: a request that the table of operations does not allow was not sent")

func (g *guard) RoundTrip(req *http.Request) (*http.Response, error) {
	p, _ := req.Context().Value(passKey{}).(*pass)
	if p == nil {
		if !g.loginAllowed(req) {
			return nil, errNotAllowed
		}
		return g.next.RoundTrip(req)
	}
	if req.Method != p.op.Method || req.URL.Scheme != "https" || req.URL.Host != p.host || !pathAllowed(req.URL, p) {
		return nil, errNotAllowed
	}
	body, err := bodyBytes(req)
	if err != nil {
		return nil, err
	}
	if p.op.Cmdlet != "" && !bytes.Contains(body, []byte(`"CmdletName":"`+p.op.Cmdlet+`"`)) {
		return nil, errNotAllowed
	}
	if p.op.Class == Write {
		if p.permit == nil {
			return nil, errNotAllowed
		}
		if err := p.permit.Use(p.tenant, p.op.ID, p.target, digestOf(req.Method, req.URL, body)); err != nil {
			return nil, err
		}
	}
	p.sent = true
	return g.next.RoundTrip(req)
}

// bodyBytes reads the body and puts it back.
func bodyBytes(req *http.Request) ([]byte, error) {
	if req.Body == nil {
		return nil, nil
	}
	b, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	req.Body = io.NopCloser(bytes.NewReader(b))
	return b, nil
}

func pathAllowed(u *url.URL, p *pass) bool {
	path := u.EscapedPath()
	if p.next {
		return strings.HasPrefix(strings.ToLower(path), strings.ToLower(prefix(p.op.Service, p.tenant)))
	}
	switch p.op.Service {
	case GraphV1:
		path = strings.TrimPrefix(path, "/v1.0")
	case GraphBeta:
		path = strings.TrimPrefix(path, "/beta")
	}
	return matches(p.op.Path, path)
}

// matches compares a path with templates, segment by segment.
func matches(template, path string) bool {
	want, got := strings.Split(template, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return false
	}
	for i, w := range want {
		if before, rest, ok := strings.Cut(w, "{"); ok {
			_, after, _ := strings.Cut(rest, "}")
			if len(got[i]) <= len(before)+len(after) || !strings.HasPrefix(got[i], before) || !strings.HasSuffix(got[i], after) {
				return false
			}
		} else if w != got[i] {
			return false
		}
	}
	return true
}

// loginAllowed: what a credential may send by itself.
func (g *guard) loginAllowed(req *http.Request) bool {
	if g.identity != "" && req.URL.Host == g.identity && req.Method == http.MethodGet {
		return true
	}
	if req.URL.Scheme != "https" || req.URL.Host != g.cloud.Login {
		return false
	}
	for i := range Operations {
		if o := &Operations[i]; o.Service == Login && o.Method == req.Method && matches(o.Path, req.URL.EscapedPath()) {
			return true
		}
	}
	return false
}
