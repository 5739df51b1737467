package m365

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
)

// early is how long before its end a token is replaced.
const early = 5 * time.Minute

// tokens keeps one token for each resource. One goroutine at a time asks for one, and the others wait: the credential's library would make
// them wait too, and deaf to a word to stop.
type tokens struct {
	turn chan struct{}
	mu   sync.Mutex
	m    map[string]azcore.AccessToken // by scope
}

func newTokens() tokens {
	return tokens{turn: make(chan struct{}, 1), m: map[string]azcore.AccessToken{}}
}

// scope of an operation's service, on the host of the same cloud.
func (c *Client) scope(op *Operation) string {
	return "https://" + c.cfg.Cloud.host(op.Service) + "/.default"
}

func (t *tokens) get(ctx context.Context, c *Client, op *Operation) (string, error) {
	scope := c.scope(op)
	if token := t.kept(scope); token != "" {
		return token, nil
	}
	select {
	case t.turn <- struct{}{}:
		defer func() { <-t.turn }()
	case <-ctx.Done():
		return "", ctx.Err()
	}
	if token := t.kept(scope); token != "" {
		return token, nil
	}
	got, err := c.cfg.Credential.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{scope}, TenantID: string(c.cfg.Tenant)})
	if err != nil {
		return "", signInError(ctx, op, err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.m[scope] = got
	return got.Token, nil
}

// kept is a token that lasts a while, or "".
func (t *tokens) kept(scope string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if k := t.m[scope]; time.Until(k.ExpiresOn) > early {
		return k.Token
	}
	return ""
}

// forget drops a token that was refused. Whoever is first to say so renews the credential before anybody can ask it again: its library
// would give out the same token once more.
func (t *tokens) forget(token string, renew func() error) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for scope, k := range t.m {
		if k.Token == token {
			if err := renew(); err != nil {
				return err
			}
			delete(t.m, scope)
		}
	}
	return nil
}

// codes of Entra that we can explain. Source: https://learn.microsoft.com/entra/identity-platform/reference-error-codes.
var signInCodes = map[int]struct {
	kind ErrorKind
	text string
}{
	7000215: {Unauthorized, "the client secret is wrong"},
	7000222: {Unauthorized, "the client secret has expired"},
	700027:  {Unauthorized, "the certificate is not one of the application's, or its signature is wrong"},
	700016:  {Unauthorized, "the application is not in this tenant"},
	7000112: {Unauthorized, "the application is disabled"},
	90002:   {Unauthorized, "there is no such tenant"},
	700025:  {Unauthorized, "a public client may send no secret"},
	65001:   {Consent, "nobody has consented to the application's permissions"},
	50076:   {Unauthorized, "the account must sign in with a second factor"},
	50079:   {Unauthorized, "the account must enrol a second factor"},
	53003:   {Unauthorized, "conditional access blocks the sign-in"},
	90055:   {Throttled, "too many requests for tokens"},
}

// signInError says why there is no token. The credential's own text is dropped: it may quote what was sent.
func signInError(ctx context.Context, op *Operation, err error) *Error {
	if ctx.Err() != nil {
		return &Error{Op: op.ID, Kind: Cancelled, Message: ctx.Err().Error()}
	}
	e := &Error{Op: op.ID, Kind: Unauthorized, Message: "no token could be had"}
	var failed *azidentity.AuthenticationFailedError
	if !errors.As(err, &failed) || failed.RawResponse == nil {
		e.Message += "; the login service gave no answer, or the credential is not usable here"
		e.Kind, e.passing = Unavailable, true
		return e
	}
	e.Status = failed.RawResponse.StatusCode
	e.RetryAfter = retryAfter(failed.RawResponse.Header, time.Now())
	var body struct {
		Error string `json:"error"`
		Codes []int  `json:"error_codes"`
	}
	if failed.RawResponse.Body != nil {
		raw, _ := io.ReadAll(io.LimitReader(failed.RawResponse.Body, 1<<20))
		_ = json.Unmarshal(raw, &body)
	}
	e.Code = cut(secretForms.ReplaceAllString(body.Error, hidden), 60)
	if len(body.Codes) > 0 {
		if k, ok := signInCodes[body.Codes[0]]; ok {
			e.Kind, e.Message = k.kind, k.text
		}
	}
	switch {
	case e.Status == 429 || e.Kind == Throttled:
		e.Kind, e.passing = Throttled, true
	case e.Status >= 500:
		e.Kind, e.passing = Unavailable, true
	}
	return e
}
