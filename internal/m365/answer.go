package m365

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// largest body that we take whole, bytes.
const largest = 256 << 20

// claimsChallenge is the code of an answer that asks for a fresh sign-in with more proof, which no repetition gives.
const claimsChallenge = "claims-challenge"

// exchange sends one prepared request and reads the answer whole.
func (c *Client) exchange(ctx context.Context, p *prepared, call Call, token, id string) (*Response, *Error) {
	pass := ctx.Value(passKey{}).(*pass)
	op := pass.op
	req, err := c.httpRequest(ctx, op, p, call, token, id)
	if err != nil {
		return nil, refuse(op.ID, err.Error())
	}
	hr, err := c.send.RoundTrip(req)
	if err != nil {
		return nil, broken(ctx, op, err, pass.sent)
	}
	defer hr.Body.Close()
	body, err := whole(hr)
	if err != nil {
		e := broken(ctx, op, err, true)
		e.Status = hr.StatusCode
		return nil, e
	}
	if hr.StatusCode >= 300 && !(op.ID == "compliance:discover" && hr.StatusCode == http.StatusFound) {
		e := classify(op, call, hr.StatusCode, hr.Header, body)
		e.token = token
		e.Message = redact(e.Message, token, call)
		return nil, e
	}
	resp := &Response{Body: body, Status: hr.StatusCode, Header: hr.Header}
	resp.Server, _ = http.ParseTime(hr.Header.Get("Date"))
	return resp, resp.understand(op)
}

// broken is a request without a whole answer.
func broken(ctx context.Context, op *Operation, err error, sent bool) *Error {
	e := &Error{Op: op.ID, Kind: Unavailable, passing: true}
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return &Error{Op: op.ID, Kind: Cancelled, Message: "cancelled"}
	case !sent:
		return refuse(op.ID, err.Error()) // the guard's words
	case errors.Is(err, context.DeadlineExceeded):
		e.Message = "no whole answer in time"
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, errCut):
		e.Message = "the answer was cut off"
	case errors.Is(err, errLarge):
		e.Kind, e.passing, e.Message = Malformed, false, "the answer is too large"
	default:
		e.Message = "no connection, or it broke" // err's own text may hold the address with its query
	}
	return e
}

var (
	errCut   = errors.New("cut")
	errLarge = errors.New("too large")
)

// whole reads the body and undoes its encoding. A body that only claims to be gzip stays as it is.
func whole(r *http.Response) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r.Body, largest+1))
	if err != nil {
		return nil, err
	}
	if len(b) > largest {
		return nil, errLarge
	}
	if r.ContentLength >= 0 && r.Request != nil && r.Request.Method != http.MethodHead && int64(len(b)) != r.ContentLength && !r.Uncompressed {
		return nil, errCut
	}
	if !strings.EqualFold(r.Header.Get("Content-Encoding"), "gzip") || len(b) < 2 || b[0] != 0x1f || b[1] != 0x8b {
		return b, nil
	}
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, errCut
	}
	out, err := io.ReadAll(io.LimitReader(z, largest+1))
	switch {
	case err != nil:
		return nil, errCut
	case len(out) > largest:
		return nil, errLarge
	}
	return out, nil
}

// understand finds the next page and the warnings, and refuses what is no whole JSON.
func (r *Response) understand(op *Operation) *Error {
	text := bytes.TrimSpace(bytes.TrimPrefix(r.Body, []byte("\xef\xbb\xbf")))
	if r.Status == http.StatusFound || r.Status == http.StatusNoContent || len(text) == 0 && (op.Class != Read || r.Status == http.StatusAccepted) {
		return nil
	}
	if !json.Valid(text) {
		e := &Error{Op: op.ID, Status: r.Status, Kind: Unavailable, Message: "the answer was cut off", passing: true}
		if len(text) > 0 && (text[0] == '<' || text[0] == 0) {
			e.Kind, e.Message = Malformed, "an answer that is no JSON"
		}
		return e
	}
	r.Next = r.Header.Get("NextPageUri")
	if text[0] != '{' {
		return nil
	}
	var top map[string]json.RawMessage // names in their exact case
	if json.Unmarshal(text, &top) != nil {
		return nil
	}
	_ = json.Unmarshal(top["@adminapi.warnings"], &r.Warnings)
	if r.Next == "" {
		_ = json.Unmarshal(top["@odata.nextLink"], &r.Next)
	}
	return nil
}

// A refusal is the form of errors of all the services.
type refusal struct {
	Error struct {
		Code, Message string
		Details       []struct{ Code, Message string }
		InnerError    struct {
			Message           string
			InternalException struct{ Message, Type string }
		}
	}
}

// passingCodes mean a busy server even where the status says 400.
var passingCodes = []string{"CmdletProxyNotAvailableFailure", "ServerBusyException", "TransientException", "BackendCommunicationException", "AF429", "AF50000"}

// classify says what a refusal means. By status and code, by words only where Microsoft gives no code.
func classify(op *Operation, call Call, status int, h http.Header, body []byte) *Error {
	e := &Error{Op: op.ID, Status: status, Kind: BadRequest, RetryAfter: retryAfter(h, time.Now())}
	var r refusal
	text := bytes.TrimSpace(body)
	ok := json.Unmarshal(text, &r) == nil
	e.Code, e.Message = cut(r.Error.Code, 200), cut(reason(r), 600)
	if !ok && len(text) > 0 {
		e.Message = "an answer that is no JSON"
		if op.Cmdlet != "" && status == http.StatusForbidden {
			e.Message = "a role is missing, or the cmdlet is not available here"
		}
	}
	busy := slices.ContainsFunc(passingCodes, func(s string) bool { return bytes.Contains(body, []byte(s)) })
	words := strings.ToLower(e.Code + " " + e.Message)
	switch {
	case status == http.StatusTooManyRequests, e.Code == "AF429":
		e.Kind, e.passing = Throttled, true
	case status == http.StatusNotImplemented:
		e.Kind = Unavailable
	case status >= 500, status == http.StatusRequestTimeout, busy:
		e.Kind, e.passing = Unavailable, true
		if !ok && len(text) > 0 && status < 500 {
			e.Kind = Malformed
		}
	case status >= 300 && status < 400:
		e.Message = "a redirect; not followed"
	case status == http.StatusUnauthorized:
		e.Kind = Unauthorized
		if strings.Contains(strings.ToLower(strings.Join(h.Values("WWW-Authenticate"), " ")), "claims=") {
			e.Code, e.Message = claimsChallenge, "the service wants a fresh sign-in (conditional access or a revoked session)"
		}
	case unlicensed(words):
		e.Kind = NotLicensed
	case status == http.StatusForbidden, e.Code == "AF10001":
		e.Kind = Forbidden
		if strings.Contains(words, "consent") {
			e.Kind = Consent
		}
	case status == http.StatusNotFound && call.Next == "":
		e.Kind = NotFound
	case call.Next != "" && expired(status, words):
		e.Kind = TokenExpired
	case status == http.StatusNotFound:
		e.Kind = NotFound
	}
	return e
}

func unlicensed(words string) bool {
	for _, w := range []string{"nonpremiumtenant", "premiumlicenserequired", "premium license", "not licensed", "license is required", "licenserequired", "doesn't have premium", "aadpremium"} {
		if strings.Contains(words, w) {
			return true
		}
	}
	return false
}

func expired(status int, words string) bool {
	if status == http.StatusGone || strings.Contains(words, "af20031") || strings.Contains(words, "expiredpagetoken") || strings.Contains(words, "syncstatenotfound") {
		return true
	}
	return strings.Contains(words, "skip") && strings.Contains(words, "token")
}

// reason is the text that says most. Exchange's own is always "Invalid Operation".
func reason(r refusal) string {
	if s := r.Error.InnerError.InternalException.Message; s != "" {
		return s
	}
	if len(r.Error.Details) > 0 && r.Error.Details[0].Message != "" {
		s := r.Error.Details[0].Message
		if rest, ok := strings.CutPrefix(s, "|"); ok {
			if _, after, ok := strings.Cut(rest, "|"); ok {
				return after
			}
		}
		return s
	}
	return r.Error.Message
}

func cut(s string, n int) string {
	if len(s) > n {
		return strings.ToValidUTF8(s[:n], "") + "…"
	}
	return s
}
