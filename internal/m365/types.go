package m365

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"evict"
	"evict/internal/gate"
)

// A Service is one of Microsoft's interfaces.
type Service string

// The services that the product speaks to.
const (
	Login      Service = "login"
	GraphV1    Service = "graph-v1.0"
	GraphBeta  Service = "graph-beta"
	Exchange   Service = "exchange"
	Compliance Service = "compliance"
	Activity   Service = "activity"
)

// A Class says what an operation may change.
type Class int

// Read changes nothing; Request makes only a job or subscription of ours; Write changes the tenant and needs a permit.
const (
	Read Class = iota
	Request
	Write
)

func (c Class) String() string { return [...]string{"read", "request", "write"}[c] }

// A Lane is the priority of a call among those that wait for the same quota.
type Lane int

// Containment goes before Configuration, and that before Logs.
const (
	Containment Lane = iota
	Configuration
	Logs
)

// An Operation is one row of the table of all calls.
type Operation struct {
	ID           string
	Service      Service
	Method, Path string   // Path has {name} templates, and no version
	Cmdlet       string   // exchange and compliance
	Query        []string // options that it may carry
	Params       []string // parameters that the cmdlet may carry
	Class        Class
	Permission   []string // the least application permission, alternatives after it; empty: an application can't
	Roles        []string // Entra or Exchange roles that the application needs besides
	Throttle     Throttle
	Cost         int // of the quota; 0 stands for 1
	Doc          string
}

// Config is what a client needs.
type Config struct {
	Cloud      Cloud
	Tenant     evict.TenantID
	Credential azcore.TokenCredential // built by Credential
	Transport  http.RoundTripper      // innermost; nil: the system's
	Observe    func(Attempt)          // every attempt, without secrets; may be called at once from several goroutines
}

// An Attempt is one request that was sent, and what came of it.
type Attempt struct {
	Op        string
	Status    int // 0: no answer
	Bytes     int
	Number    int // from 1
	Waited    time.Duration
	RequestID string // ours, sent as client-request-id
	Err       string
}

// A Call is one use of an operation.
type Call struct {
	Op     string
	Args   map[string]string // values of the path's templates, not escaped
	Query  url.Values
	Params map[string]any // of a cmdlet
	Body   any            // JSON body
	Next   string         // opaque link to the next page; the rest of the call stays the same
	Anchor string         // X-AnchorMailbox of a cmdlet bound to a mailbox; "" for the tenant's
	Lane   Lane
	Header http.Header // Prefer, ConsistencyLevel
}

// A Response is one whole answer.
type Response struct {
	Body           []byte // as received, content encoding undone
	Status         int
	Header         http.Header
	Next           string // link to the next page, "" on the last
	Warnings       []string
	Server         time.Time // its Date; zero when absent
	Sent, Received time.Time
	Attempts       int
	Waited         time.Duration // for quotas and throttling
	RequestID      string
}

// A Reader can change nothing.
type Reader struct{ c *Client }

// Reader of this client.
func (c *Client) Reader() *Reader { return &Reader{c} }

// Do reads. It repeats what failed for a passing reason, within a budget; its error is an *Error.
func (r *Reader) Do(ctx context.Context, call Call) (*Response, error) { return r.c.read(ctx, call) }

// Request makes a job or subscription of ours. When it is unknown whether one was made, it looks before it repeats.
func (c *Client) Request(ctx context.Context, call Call) (*Response, error) {
	return c.request(ctx, call)
}

// Write sends once, with a permit for exactly this request; it neither repeats nor follows a redirect. Digest says what the permit must name.
func (c *Client) Write(ctx context.Context, call Call, p *gate.Permit) (*Response, error) {
	return c.write(ctx, call, p)
}
