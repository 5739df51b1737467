package simtenant

import (
	"crypto/rsa"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// tokenGrants are what may still be turned into tokens: device codes and
// refresh tokens.
type tokenGrants struct {
	mu      sync.Mutex
	next    int
	devices map[string]*deviceGrant
	refresh map[string]*refreshGrant
}

type deviceGrant struct {
	userCode, client string
	scopes           []string
	until            time.Time
	user             string // object ID of who confirmed it
	declined         bool
}

type refreshGrant struct {
	client, user string
	scopes       []string
	issued       time.Time
	session      string // that began when the person signed in
}

// A loginError is a refusal of the token endpoints. Clients go by the code.
type loginError struct {
	status int
	kind   string // OAuth's word
	code   int    // AADSTS
	text   string
}

func (e *loginError) Error() string { return fmt.Sprintf("AADSTS%d: %s", e.code, e.text) }

// login answers the sign-in service.
func (c *call) login() reply {
	parts := strings.Split(strings.Trim(c.http.URL.Path, "/"), "/")
	tenant, rest := parts[0], strings.Join(parts[1:], "/")
	get := c.http.Method == http.MethodGet
	switch {
	case get && c.http.URL.Path == "/common/discovery/instance":
		return c.discover()
	case get && (rest == "v2.0/.well-known/openid-configuration" || rest == ".well-known/openid-configuration"):
		return c.openID(tenant)
	case get && (rest == "discovery/v2.0/keys" || rest == "discovery/keys"):
		return c.keys()
	case c.http.Method != http.MethodPost:
	case rest == "oauth2/v2.0/token":
		return c.form(tenant, c.token)
	case rest == "oauth2/v2.0/devicecode":
		return c.form(tenant, c.deviceCode)
	case rest == "oauth2/deviceauth":
		return c.form(tenant, c.deviceAuth)
	}
	return reply{404, http.Header{"Content-Type": {"text/html; charset=utf-8"}}, []byte("<html><head><title>Sign in to your account</title></head><body>AADSTS900561</body></html>")}
}

// form reads a posted form and answers it, with the world held.
func (c *call) form(tenant string, f func(tenant string, form url.Values) (Object, error)) reply {
	return c.locked(func() reply {
		form, err := url.ParseQuery(string(c.content))
		if err == nil && !strings.HasPrefix(c.http.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
			err = errors.New("content type")
		}
		if err != nil {
			return c.loginFailed(&loginError{400, "invalid_request", 900144, "The request body must contain the following parameter: 'grant_type'."})
		}
		out, err := f(tenant, form)
		if err != nil {
			return c.loginFailed(err)
		}
		return reply{200, c.loginHeaders(), mustJSON(out)}
	})
}

func (c *call) loginHeaders() http.Header {
	return http.Header{"Content-Type": {"application/json; charset=utf-8"}, "Cache-Control": {"no-store, no-cache"}, "Pragma": {"no-cache"}, "X-Ms-Request-Id": {c.id}}
}

func (c *call) loginFailed(err error) reply {
	e, ok := err.(*loginError)
	if !ok {
		e = &loginError{500, "server_error", 90033, err.Error()}
	}
	correlation, stamp := c.correlation(), c.now.UTC().Format("2006-01-02 15:04:05Z")
	body := Object{
		"error": e.kind, "error_description": fmt.Sprintf("AADSTS%d: %s Trace ID: %s Correlation ID: %s Timestamp: %s", e.code, e.text, c.id, correlation, stamp),
		"error_codes": []int{e.code}, "timestamp": stamp, "trace_id": c.id, "correlation_id": correlation, "error_uri": "https://" + c.loginHost() + "/error?code=" + strconv.Itoa(e.code),
	}
	return reply{e.status, c.loginHeaders(), mustJSON(body)}
}

// loginHost is where the caller believes the sign-in service to be.
func (c *call) loginHost() string { return c.http.Host }

// discover answers for every host that it is the one it was asked at.
func (c *call) discover() reply {
	endpoint, err := url.Parse(c.query.Get("authorization_endpoint"))
	if err != nil || endpoint.Host == "" {
		return c.loginFailed(&loginError{400, "invalid_instance", 50049, "Unknown or invalid instance."})
	}
	tenant, _, _ := strings.Cut(strings.TrimPrefix(endpoint.Path, "/"), "/")
	host := c.loginHost()
	return reply{200, c.loginHeaders(), mustJSON(Object{
		"tenant_discovery_endpoint": "https://" + host + "/" + tenant + "/v2.0/.well-known/openid-configuration", "api-version": "1.1",
		"metadata": []Object{{"preferred_network": host, "preferred_cache": host, "aliases": []string{host}}},
	})}
}

func (c *call) openID(tenant string) reply {
	if !c.isTenant(tenant) {
		return c.loginFailed(noTenant(tenant))
	}
	base := "https://" + c.loginHost() + "/" + tenant
	id := "{tenantid}"
	if !isCommon(tenant) {
		id = c.world.ID
	}
	return reply{200, c.loginHeaders(), mustJSON(Object{
		"token_endpoint": base + "/oauth2/v2.0/token", "token_endpoint_auth_methods_supported": []string{"client_secret_post", "private_key_jwt", "client_secret_basic"},
		"jwks_uri": base + "/discovery/v2.0/keys", "response_modes_supported": []string{"query", "fragment", "form_post"}, "subject_types_supported": []string{"pairwise"},
		"id_token_signing_alg_values_supported": []string{"RS256"}, "response_types_supported": []string{"code", "id_token", "code id_token", "id_token token"}, "scopes_supported": []string{"openid", "profile", "email", "offline_access"},
		"issuer": "https://" + c.loginHost() + "/" + id + "/v2.0", "request_uri_parameter_supported": false, "userinfo_endpoint": "https://" + c.cloud.hosts[graphService] + "/oidc/userinfo",
		"authorization_endpoint": base + "/oauth2/v2.0/authorize", "device_authorization_endpoint": base + "/oauth2/v2.0/devicecode", "end_session_endpoint": base + "/oauth2/v2.0/logout",
		"claims_supported": []string{"sub", "iss", "aud", "exp", "iat", "tid", "ver", "oid", "upn"}, "tenant_region_scope": "WW", "cloud_instance_name": "microsoftonline.com", "msgraph_host": c.cloud.hosts[graphService],
	})}
}

func (c *call) keys() reply {
	k := c.t.options.Key.Public().(*rsa.PublicKey)
	e := big.NewInt(int64(k.E)).Bytes()
	return reply{200, c.loginHeaders(), mustJSON(Object{"keys": []Object{{"kty": "RSA", "use": "sig", "kid": keyID, "x5t": keyID, "n": base64.RawURLEncoding.EncodeToString(k.N.Bytes()), "e": base64.RawURLEncoding.EncodeToString(e)}}})}
}

func isCommon(tenant string) bool { return tenant == "common" || tenant == "organizations" }

func (c *call) isTenant(tenant string) bool { return isCommon(tenant) || c.world.isTenant(tenant) }

func noTenant(tenant string) error {
	return &loginError{400, "invalid_request", 90002, "Tenant '" + tenant + "' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud."}
}

// token turns a grant into tokens.
func (c *call) token(tenant string, form url.Values) (Object, error) {
	if !c.isTenant(tenant) {
		return nil, noTenant(tenant)
	}
	client, err := c.client(form)
	if err != nil {
		return nil, err
	}
	switch form.Get("grant_type") {
	case "client_credentials":
		if isCommon(tenant) {
			return nil, &loginError{400, "invalid_request", 53003, "Application-only tokens need a tenant."}
		}
		out, err := c.forApplication(client, tenant, form)
		c.appSignedIn(client, form, err)
		return out, err
	case "urn:ietf:params:oauth:grant-type:device_code", "device_code":
		return c.forDevice(client, form)
	case "refresh_token":
		return c.again(client, form)
	case "":
		return nil, &loginError{400, "invalid_request", 900144, "The request body must contain the following parameter: 'grant_type'."}
	}
	return nil, &loginError{400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type '" + form.Get("grant_type") + "'."}
}

// client is the application that asks.
func (c *call) client(form url.Values) (*Client, error) {
	id := form.Get("client_id")
	if id == "" {
		return nil, &loginError{400, "invalid_request", 900144, "The request body must contain the following parameter: 'client_id'."}
	}
	i := slices.IndexFunc(c.world.Clients, func(x *Client) bool { return strings.EqualFold(x.ID, id) })
	if i < 0 {
		return nil, &loginError{400, "unauthorized_client", 700016, "Application with identifier '" + id + "' was not found in the directory '" + c.world.Name + "'."}
	}
	if sp := c.world.principalOf(id); sp != nil && !sp.Enabled {
		return nil, &loginError{400, "unauthorized_client", 7000112, "Application '" + id + "' is disabled."}
	}
	return c.world.Clients[i], nil
}

func (c *call) forApplication(client *Client, tenant string, form url.Values) (Object, error) {
	if err := c.prove(client, tenant, form); err != nil {
		return nil, err
	}
	audience, s, err := c.resourceOf(form.Get("scope"), true)
	if err != nil {
		return nil, err
	}
	got := c.claims(client, audience)
	got.Idtyp, got.Oid, got.Roles = "app", c.objectOf(client), permissionsFor(s, client.Permissions)
	got.Subject = got.Oid
	for _, r := range client.Roles {
		got.Wids = append(got.Wids, templateOf(r))
	}
	seconds := int(c.t.options.Lifetime / time.Second)
	return Object{"token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds, "access_token": c.t.sign(got)}, nil
}

// templateOf is the ID of a directory role that is given by name or ID.
func templateOf(role string) string {
	for _, r := range builtInRoles {
		if strings.EqualFold(r.name, role) {
			return r.id
		}
	}
	return role
}

// objectOf is the object ID of an application's service principal.
func (c *call) objectOf(client *Client) string {
	if sp := c.world.principalOf(client.ID); sp != nil {
		return sp.ID
	}
	return made(c.world.ID, "principal", client.ID)
}

func (c *call) claims(client *Client, audience string) claims {
	return claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: "https://sts.windows.net/" + c.world.ID + "/", Audience: jwt.ClaimStrings{audience},
			IssuedAt: jwt.NewNumericDate(c.now), NotBefore: jwt.NewNumericDate(c.now.Add(-5 * time.Minute)), ExpiresAt: jwt.NewNumericDate(c.now.Add(c.t.options.Lifetime)),
		},
		AppID: client.ID, Azp: client.ID, Name: c.nameOf(client), Tid: c.world.ID, Ver: "1.0", Uti: c.tokenID(),
	}
}

// permissionsFor are those of a client's permissions that belong to a service.
func permissionsFor(s service, all []string) []string {
	out := []string{}
	for _, p := range all {
		of := graphService
		switch {
		case strings.HasPrefix(p, "Exchange.") || p == "full_access_as_app":
			of = exchangeHost
		case strings.HasPrefix(p, "ActivityFeed.") || strings.HasPrefix(p, "ServiceHealth."):
			of = activityService
		}
		if of == s || s == complianceService && of == exchangeHost {
			out = append(out, p)
		}
	}
	slices.Sort(out)
	return out
}

// resourceOf is the audience that a scope asks for, and the service behind it.
// Scopes of OpenID may stand beside it.
func (c *call) resourceOf(scope string, whole bool) (string, service, error) {
	var asked []string
	for _, s := range strings.Fields(scope) {
		if !slices.Contains([]string{"openid", "profile", "offline_access", "email"}, s) {
			asked = append(asked, s)
		}
	}
	if len(asked) == 0 {
		return "", "", &loginError{400, "invalid_request", 900144, "The request body must contain the following parameter: 'scope'."}
	}
	var audience string
	for _, s := range asked {
		i := strings.LastIndexByte(s, '/')
		name := s[i+1:]
		if whole && (i < 0 || name != ".default" || len(asked) > 1) {
			return "", "", &loginError{400, "invalid_scope", 1002012, "The provided value for scope " + scope + " is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI)."}
		}
		of := "https://" + c.cloud.hosts[graphService] // Graph's scopes need no resource
		if i >= 0 {
			of = strings.TrimSuffix(s[:i], "/")
		}
		if audience != "" && audience != of {
			return "", "", &loginError{400, "invalid_request", 28000, "Provided value for the input parameter scope is not valid because it contains more than one resource."}
		}
		audience = of
	}
	for _, cl := range clouds {
		if cl.hosts[loginService] != c.cloud.hosts[loginService] {
			continue
		}
		for s, host := range cl.hosts {
			if s != loginService && (audience == "https://"+host || audience == resourceIDs[s] && s != complianceService) {
				return audience, s, nil
			}
		}
	}
	if audience == "https://"+c.http.Host {
		return audience, graphService, nil
	}
	return "", "", &loginError{400, "invalid_resource", 500011, "The resource principal named " + audience + " was not found in the tenant named " + c.world.Name + "."}
}

// prove checks a client's secret or its signed assertion.
func (c *call) prove(client *Client, tenant string, form url.Values) error {
	secret, assertion := form.Get("client_secret"), form.Get("client_assertion")
	switch {
	case secret == "" && assertion == "":
		return &loginError{401, "invalid_client", 7000218, "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."}
	case client.Secret == "" && client.Key == nil:
		return &loginError{401, "invalid_client", 700025, "Client is public so neither 'client_assertion' nor 'client_secret' should be presented."}
	case assertion != "":
		return c.proveAssertion(client, tenant, form)
	case client.Secret == "" || subtle.ConstantTimeCompare([]byte(secret), []byte(client.Secret)) != 1:
		return &loginError{401, "invalid_client", 7000215, "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '" + client.ID + "'."}
	case client.Expired:
		return &loginError{401, "invalid_client", 7000222, "The provided client secret keys for app '" + client.ID + "' are expired."}
	}
	return nil
}

// proveAssertion checks a client's assertion: PS256 with x5t#S256, or the older
// RS256 with x5t. Its times are by the machine's clock, which is the client's.
func (c *call) proveAssertion(client *Client, tenant string, form url.Values) error {
	wrong := func(why string) error {
		return &loginError{401, "invalid_client", 700027, "The certificate with identifier used to sign the client assertion is not registered on application, or the signature is wrong. " + why}
	}
	if form.Get("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" {
		return &loginError{400, "invalid_request", 900144, "The request body must contain the following parameter: 'client_assertion_type'."}
	}
	var got jwt.RegisteredClaims
	_, err := jwt.ParseWithClaims(form.Get("client_assertion"), &got, func(token *jwt.Token) (any, error) {
		print, _ := token.Header["x5t#S256"].(string)
		old, _ := token.Header["x5t"].(string)
		if client.Key == nil || strings.TrimRight(print, "=") != strings.TrimRight(client.Thumbprint, "=") && (print != "" || old == "") {
			return nil, errors.New("no such certificate")
		}
		return client.Key, nil
	}, jwt.WithValidMethods([]string{"PS256", "RS256"}), jwt.WithExpirationRequired(), jwt.WithTimeFunc(time.Now), jwt.WithLeeway(5*time.Minute))
	switch {
	case errors.Is(err, jwt.ErrTokenExpired) || errors.Is(err, jwt.ErrTokenNotValidYet):
		return &loginError{401, "invalid_client", 700024, "Client assertion is not within its valid time range."}
	case err != nil:
		return wrong("")
	case !strings.EqualFold(got.Issuer, client.ID) || !strings.EqualFold(got.Subject, client.ID):
		return &loginError{401, "invalid_client", 700021, "Client assertion application identifier doesn't match 'client_id' parameter."}
	case got.ID == "":
		return &loginError{401, "invalid_client", 50027, "JWT token is invalid or malformed."}
	case !slices.ContainsFunc(got.Audience, c.isTokenEndpoint):
		return &loginError{401, "invalid_client", 700023, "Client assertion audience claim does not match Realm issuer."}
	}
	return nil
}

// isTokenEndpoint says whether an assertion's audience is this tenant's token endpoint.
func (c *call) isTokenEndpoint(audience string) bool {
	u, err := url.Parse(audience)
	if err != nil || u.Host != c.loginHost() {
		return false
	}
	tenant, rest, _ := strings.Cut(strings.Trim(u.Path, "/"), "/")
	return c.isTenant(tenant) && (rest == "oauth2/v2.0/token" || rest == "v2.0")
}

// deviceCode begins a sign-in on another device.
func (c *call) deviceCode(tenant string, form url.Values) (Object, error) {
	if !c.isTenant(tenant) {
		return nil, noTenant(tenant)
	}
	client, err := c.client(form)
	if err != nil {
		return nil, err
	}
	if _, _, err := c.resourceOf(form.Get("scope"), false); err != nil {
		return nil, err
	}
	g := &c.t.grants
	g.mu.Lock()
	defer g.mu.Unlock()
	g.next++
	if g.devices == nil {
		g.devices = map[string]*deviceGrant{}
	}
	code := strings.ReplaceAll(made(c.id, "device", g.next)+made(c.id, "code", g.next), "-", "")
	user := strings.ToUpper(strings.ReplaceAll(made(c.id, "user", g.next), "-", "")[:9])
	g.devices[code] = &deviceGrant{userCode: user, client: client.ID, scopes: strings.Fields(form.Get("scope")), until: c.now.Add(15 * time.Minute)}
	page := "https://microsoft.com/devicelogin"
	return Object{"user_code": user, "device_code": code, "verification_uri": page, "expires_in": 900, "interval": 5,
		"message": "To sign in, use a web browser to open the page " + page + " and enter the code " + user + " to authenticate."}, nil
}

// ConfirmDevice is a person who enters the code that a device shows, and signs
// in or declines.
func (t *Tenant) ConfirmDevice(userCode, upn string, yes bool) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.confirm(userCode, upn, yes)
}

func (t *Tenant) confirm(userCode, upn string, yes bool) error {
	i := slices.IndexFunc(t.world.Users, func(u *User) bool { return u.Deleted.IsZero() && strings.EqualFold(u.UPN, upn) })
	if i < 0 {
		return &loginError{400, "invalid_grant", 50034, "The user account does not exist in the directory."}
	}
	t.grants.mu.Lock()
	defer t.grants.mu.Unlock()
	for _, d := range t.grants.devices {
		if strings.EqualFold(d.userCode, userCode) && d.until.After(t.now()) {
			d.user, d.declined = t.world.Users[i].ID, !yes
			return nil
		}
	}
	return &loginError{400, "invalid_grant", 70018, "The user code is invalid or has expired."}
}

// deviceAuth is the page where a person enters the code, without the page: a
// form with code, login and password.
func (c *call) deviceAuth(_ string, form url.Values) (Object, error) {
	i := slices.IndexFunc(c.world.Users, func(u *User) bool { return strings.EqualFold(u.UPN, form.Get("login")) })
	if i < 0 || c.world.Users[i].Password == "" || c.world.Users[i].Password != form.Get("password") {
		return nil, &loginError{400, "invalid_grant", 50126, "Error validating credentials due to invalid username or password."}
	}
	if !c.world.Users[i].Enabled {
		return nil, accountDisabled
	}
	if err := c.t.confirm(form.Get("code"), form.Get("login"), true); err != nil {
		return nil, err
	}
	return Object{"confirmed": true}, nil
}

var accountDisabled = &loginError{400, "invalid_grant", 50057, "The user account is disabled."}

// forDevice is a poll with a device code.
func (c *call) forDevice(client *Client, form url.Values) (Object, error) {
	g := &c.t.grants
	g.mu.Lock()
	d := g.devices[form.Get("device_code")]
	g.mu.Unlock()
	switch {
	case d == nil || !strings.EqualFold(d.client, client.ID):
		return nil, &loginError{400, "bad_verification_code", 70018, "Invalid verification code."}
	case !c.now.Before(d.until):
		return nil, &loginError{400, "expired_token", 70020, "The provided device code has expired."}
	case d.declined:
		return nil, &loginError{400, "authorization_declined", 70017, "The end user denied the authorization request."}
	case d.user == "":
		return nil, &loginError{400, "authorization_pending", 70016, "OAuth 2.0 device flow error. Authorization is pending. Continue polling."}
	}
	session := made(c.id, "session")
	out, err := c.forPerson(client, d.user, session, d.scopes)
	c.personSignedIn(client, d.user, d.scopes, session, true, err)
	if err == nil {
		g.mu.Lock()
		delete(g.devices, form.Get("device_code"))
		g.mu.Unlock()
	}
	return out, err
}

// again turns a refresh token into new tokens.
func (c *call) again(client *Client, form url.Values) (Object, error) {
	g := &c.t.grants
	g.mu.Lock()
	r := g.refresh[form.Get("refresh_token")]
	g.mu.Unlock()
	if r == nil || !strings.EqualFold(r.client, client.ID) {
		return nil, &loginError{400, "invalid_grant", 9002313, "Invalid request. Request is malformed or invalid."}
	}
	scopes := r.scopes
	if s := form.Get("scope"); s != "" {
		scopes = strings.Fields(s)
	}
	out, err := c.renew(client, r, scopes)
	c.personSignedIn(client, r.user, scopes, r.session, false, err)
	return out, err
}

// renew gives tokens for a refresh token that still counts.
func (c *call) renew(client *Client, r *refreshGrant, scopes []string) (Object, error) {
	u := c.world.userByID(r.user)
	switch {
	case c.now.Sub(r.issued) > 90*24*time.Hour:
		return nil, &loginError{400, "invalid_grant", 700082, "The refresh token has expired due to inactivity."}
	case u != nil && !u.validSince(r.issued):
		return nil, &loginError{400, "invalid_grant", 50173, "The provided grant has expired due to it being revoked, a fresh auth token is needed."}
	}
	return c.forPerson(client, r.user, r.session, scopes)
}

// validSince says whether a session or refresh token of that time still counts.
func (u *User) validSince(issued time.Time) bool { return issued.After(u.SessionsValidFrom) }

// forPerson makes the tokens of a person who has signed in.
func (c *call) forPerson(client *Client, id, session string, scopes []string) (Object, error) {
	u := c.world.userByID(id)
	if u == nil || !u.Deleted.IsZero() {
		return nil, &loginError{400, "invalid_grant", 50034, "The user account does not exist in the directory."}
	}
	if !u.Enabled {
		return nil, accountDisabled
	}
	audience, s, err := c.resourceOf(strings.Join(scopes, " "), false)
	if err != nil {
		return nil, err
	}
	granted, err := consented(client, s, scopes)
	if err != nil {
		return nil, err
	}
	got := c.claims(client, audience)
	got.Idtyp, got.Oid, got.Subject, got.Scp, got.UPN, got.Person = "user", u.ID, made(client.ID, u.ID), strings.Join(granted, " "), u.UPN, u.DisplayName
	got.Wids = c.world.rolesOf(u.ID)
	seconds := int(c.t.options.Lifetime / time.Second)
	out := Object{"token_type": "Bearer", "scope": strings.Join(granted, " "), "expires_in": seconds, "ext_expires_in": seconds, "access_token": c.t.sign(got)}
	if slices.Contains(scopes, "offline_access") {
		out["refresh_token"] = c.keepRefresh(client, u, session, scopes)
	}
	if slices.Contains(scopes, "openid") {
		out["id_token"] = c.identity(client, u)
	}
	info, _ := json.Marshal(Object{"uid": u.ID, "utid": c.world.ID})
	out["client_info"] = base64.RawURLEncoding.EncodeToString(info)
	return out, nil
}

// consented are the delegated permissions that the scopes come to.
func consented(client *Client, s service, scopes []string) ([]string, error) {
	have := permissionsFor(s, client.Delegated)
	var out []string
	for _, scope := range scopes {
		name := scope[strings.LastIndexByte(scope, '/')+1:]
		switch {
		case slices.Contains([]string{"openid", "profile", "offline_access", "email"}, name):
		case name == ".default":
			out = append(out, have...)
		case slices.Contains(have, name):
			out = append(out, name)
		default:
			return nil, &loginError{400, "invalid_grant", 65001, "The user or administrator has not consented to use the application with ID '" + client.ID + "'."}
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

func (c *call) keepRefresh(client *Client, u *User, session string, scopes []string) string {
	g := &c.t.grants
	g.mu.Lock()
	defer g.mu.Unlock()
	g.next++
	if g.refresh == nil {
		g.refresh = map[string]*refreshGrant{}
	}
	token := "0." + strings.ReplaceAll(made(c.id, "refresh", g.next)+made(c.id, "token", g.next), "-", "")
	g.refresh[token] = &refreshGrant{client.ID, u.ID, scopes, c.now, session}
	return token
}

// identity is the ID token, which tells a client who signed in.
func (c *call) identity(client *Client, u *User) string {
	return c.t.sign(jwt.MapClaims{
		"aud": client.ID, "iss": "https://" + c.loginHost() + "/" + c.world.ID + "/v2.0", "iat": c.now.Unix(), "nbf": c.now.Unix(), "exp": c.now.Add(time.Hour).Unix(),
		"name": u.DisplayName, "preferred_username": u.UPN, "oid": u.ID, "sub": made(client.ID, u.ID), "tid": c.world.ID, "ver": "2.0",
	})
}

// rolesOf are the directory roles that an account holds now, by template ID:
// its own and those of its groups.
func (w *World) rolesOf(id string) []string {
	var out []string
	for _, r := range w.RoleHolders {
		if !r.Eligible && (strings.EqualFold(r.Principal, id) || w.inGroup(r.Principal, id)) {
			out = append(out, r.Role)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (w *World) inGroup(group, user string) bool {
	return slices.ContainsFunc(w.Groups, func(g *Group) bool { return g.ID == group && containsFold(g.Members, user) })
}
