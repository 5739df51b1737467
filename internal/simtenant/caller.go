package simtenant

import (
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// A caller is whoever holds the token of a call.
type caller struct {
	App, Principal string // application ID, and its object ID in this tenant
	AppName        string
	User           *User // nil for an application by itself
	Delegated      bool
	Permissions    []string // application permissions, or the delegated ones
	Directory      []string // directory roles by template ID: the person's, or the application's own
	Address        string
}

// operator is the caller as the Exchange endpoints see it.
func (c *call) operator(purview bool) operator {
	ids := []string{c.by.Principal, c.by.App}
	if c.by.User != nil {
		ids = []string{c.by.User.ID}
	}
	return operator{App: c.by.App, Principal: c.by.Principal, User: c.by.User, Roles: c.world.cmdletRoles(purview, c.by.Directory, ids...), Address: c.by.Address}
}

// claims are those of our tokens that anything reads.
type claims struct {
	jwt.RegisteredClaims
	AppID  string   `json:"appid"`
	Azp    string   `json:"azp,omitempty"`
	Name   string   `json:"app_displayname,omitempty"`
	Idtyp  string   `json:"idtyp,omitempty"`
	Oid    string   `json:"oid"`
	Tid    string   `json:"tid"`
	Roles  []string `json:"roles,omitempty"`
	Scp    string   `json:"scp,omitempty"`
	Wids   []string `json:"wids,omitempty"`
	UPN    string   `json:"upn,omitempty"`
	Person string   `json:"name,omitempty"`
	Ver    string   `json:"ver"`
	Uti    string   `json:"uti,omitempty"`
}

// processKey signs the tokens of this process.
var processKey = sync.OnceValue(func() *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return k
})

const keyID = "evict-simulated-1"

func (t *Tenant) sign(c jwt.Claims) string {
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, c)
	token.Header["kid"], token.Header["x5t"] = keyID, keyID
	s, err := token.SignedString(t.options.Key)
	if err != nil {
		panic(err) // an RSA key of 2048 bits signs
	}
	return s
}

// ExpireTokens ends all access tokens given out so far, as if their time were over.
func (t *Tenant) ExpireTokens() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.tokensFrom = t.now()
}

func unauthorized(message string) error {
	return &graphError{http.StatusUnauthorized, "InvalidAuthenticationToken", message}
}

// enter checks the call's token and finds out who calls.
func (c *call) enter(s service) error {
	kind, token, _ := strings.Cut(c.http.Header.Get("Authorization"), " ")
	if !strings.EqualFold(kind, "Bearer") || strings.TrimSpace(token) == "" {
		return unauthorized("Access token is empty.")
	}
	var got claims
	_, err := jwt.ParseWithClaims(strings.TrimSpace(token), &got, func(*jwt.Token) (any, error) { return c.t.options.Key.Public(), nil },
		jwt.WithValidMethods([]string{"RS256"}), jwt.WithTimeFunc(func() time.Time { return c.now }), jwt.WithExpirationRequired())
	switch {
	case errors.Is(err, jwt.ErrTokenExpired):
		return unauthorized("Lifetime validation failed, the token is expired.")
	case err != nil:
		return unauthorized("CompactToken validation failed with reason code: 80049228.")
	case !slices.ContainsFunc(got.Audience, func(a string) bool { return c.isAudience(s, a) }):
		return unauthorized("Access token validation failure. Invalid audience.")
	}
	return c.locked2(func() error { return c.admit(got) })
}

func (c *call) locked2(f func() error) error {
	c.t.mu.Lock()
	defer c.t.mu.Unlock()
	c.t.world.settle(c.now)
	return f()
}

// admit makes the caller of a token that is genuine.
func (c *call) admit(got claims) error {
	w := c.t.world
	if !strings.EqualFold(got.Tid, w.ID) {
		return unauthorized("The identity of the calling application could not be established.")
	}
	if !got.IssuedAt.After(c.t.tokensFrom.Add(-time.Second)) {
		return unauthorized("Lifetime validation failed, the token is expired.")
	}
	c.by = caller{App: got.AppID, AppName: got.Name, Permissions: got.Roles, Directory: got.Wids, Address: c.t.options.Address}
	if sp := w.principalOf(got.AppID); sp != nil {
		c.by.Principal = sp.ID
	}
	if got.Idtyp != "user" {
		return nil
	}
	c.by.Delegated, c.by.Permissions = true, strings.Fields(got.Scp)
	if c.by.User = w.userByID(got.Oid); c.by.User == nil || !c.by.User.Deleted.IsZero() {
		return unauthorized("The user account has been deleted.")
	}
	return nil
}

// principalOf is the service principal of an application in this tenant.
func (w *World) principalOf(app string) *ServicePrincipal {
	i := slices.IndexFunc(w.Principals, func(p *ServicePrincipal) bool { return strings.EqualFold(p.AppID, app) })
	if i < 0 {
		return nil
	}
	return w.Principals[i]
}

// resourceIDs are the application IDs of the services.
var resourceIDs = map[service]string{
	graphService:      "00000003-0000-0000-c000-000000000000",
	exchangeHost:      "00000002-0000-0ff1-ce00-000000000000",
	complianceService: "00000002-0000-0ff1-ce00-000000000000",
	activityService:   "c5393580-f805-4401-95e8-94b7a6ef2fc2",
}

// isAudience says whether a token for that audience is one for the service.
func (c *call) isAudience(s service, audience string) bool {
	if audience == resourceIDs[s] {
		return true
	}
	host := strings.Trim(strings.TrimPrefix(audience, "https://"), "/")
	return host != "" && (host == c.cloud.hosts[s] || s == graphService && host == c.http.Host)
}
