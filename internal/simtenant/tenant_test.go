package simtenant

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// A client is a small one of our own: no library of Microsoft's, and not evict's.
type client struct {
	t      *testing.T
	tenant *Tenant
	tokens map[string]string // by resource
	id     string
	secret string
	header http.Header
}

const testSecret = "s3cret~of.the-operator"

// newClient is an application with these permissions in the shop's tenant.
func newClient(t *testing.T, permissions ...string) *client {
	w := shopWorld()
	w.Clients = []*Client{{ID: appID, Secret: testSecret, Permissions: permissions, Roles: []string{"Exchange Administrator"}}}
	return &client{t: t, tenant: New(w, Options{}), tokens: map[string]string{}, id: appID, secret: testSecret, header: http.Header{}}
}

func (c *client) http() *http.Client {
	return &http.Client{Transport: c.tenant.Transport(), CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

type response struct {
	status int
	header http.Header
	raw    []byte
	body   Object
}

func (r response) code() string {
	e := asObject(r.body["error"])
	return textOf(e, "code")
}

func (r response) rows() []Object {
	var out []Object
	list, _ := r.body["value"].([]any)
	for _, x := range list {
		out = append(out, asObject(x))
	}
	return out
}

func (c *client) do(r *http.Request) response {
	c.t.Helper()
	resp, err := c.http().Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	out := response{status: resp.StatusCode, header: resp.Header, raw: b}
	_ = json.Unmarshal(b, &out.body)
	return out
}

func (c *client) form(path string, form url.Values) response {
	r, err := http.NewRequest("POST", "https://login.microsoftonline.com"+path, strings.NewReader(form.Encode()))
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return c.do(r)
}

func (c *client) token(resource string) string {
	c.t.Helper()
	if c.tokens[resource] == "" {
		got := c.form("/"+c.tenant.world.ID+"/oauth2/v2.0/token", url.Values{"grant_type": {"client_credentials"}, "client_id": {c.id}, "client_secret": {c.secret}, "scope": {"https://" + resource + "/.default"}})
		if got.status != 200 {
			c.t.Fatalf("token: %d %s", got.status, got.raw)
		}
		c.tokens[resource] = textOf(got.body, "access_token")
	}
	return c.tokens[resource]
}

// ask sends one request to Graph; body is JSON text, or "".
func (c *client) ask(method, path, body string) response {
	c.t.Helper()
	return c.at("https://graph.microsoft.com", method, path, body)
}

func (c *client) at(base, method, path, body string) response {
	c.t.Helper()
	var in io.Reader
	if body != "" {
		in = bytes.NewReader([]byte(body))
	}
	if !strings.HasPrefix(path, "https://") {
		path = base + path
	}
	r, err := http.NewRequest(method, path, in)
	if err != nil {
		c.t.Fatal(err)
	}
	for k, v := range c.header {
		r.Header[k] = v
	}
	r.Header.Set("Authorization", "Bearer "+c.token(strings.TrimPrefix(base, "https://")))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	return c.do(r)
}

// want fails unless the answer has that status and code ("" for none).
func (r response) want(t *testing.T, status int, code string) response {
	t.Helper()
	if r.status != status || r.code() != code {
		t.Errorf("answer %d %q, want %d %q: %s", r.status, r.code(), status, code, r.raw)
	}
	return r
}

func TestMailboxOverGraph(t *testing.T) {
	c := newClient(t, "Mail.ReadBasic.All", "MailboxSettings.ReadWrite")
	got := c.ask("GET", "/v1.0/users/"+danaID+"/mailFolders?$top=2&$select=displayName", "").want(t, 200, "")
	if len(got.rows()) != 2 || got.body["@odata.nextLink"] == nil {
		t.Fatalf("%s", got.raw)
	}
	next := c.ask("GET", textOf(got.body, "@odata.nextLink"), "").want(t, 200, "")
	if len(next.rows()) != 2 || next.rows()[0]["displayName"] == got.rows()[0]["displayName"] {
		t.Errorf("%s", next.raw)
	}
	made := c.ask("POST", "/v1.0/users('dana%40contoso.example')/mailFolders/inbox/messageRules", `{"displayName":".","sequence":1,"isEnabled":true,"actions":{"delete":true}}`).want(t, 201, "")
	c.ask("PATCH", "/v1.0/users/"+danaID+"/mailFolders/inbox/messageRules/"+url.PathEscape(textOf(made.body, "id")), `{"isEnabled":false}`).want(t, 200, "")
	changes := c.tenant.Changes()
	if len(changes) != 2 || changes[0].Object != danaID || changes[1].Operation != "PATCH /users/{id}/mailFolders/{folder}/messageRules/{rule}" {
		t.Errorf("changes %+v", changes)
	}
	c.ask("GET", "/v1.0/users/"+danaID+"/messages/AAMkx", "").want(t, 403, "ErrorAccessDenied")
}

func TestCmdletOverHTTP(t *testing.T) {
	c := newClient(t, "Exchange.ManageAsApp")
	c.header.Set("X-AnchorMailbox", "APP:SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}@"+c.tenant.world.ID)
	run := func(body string) response {
		return c.at("https://outlook.office365.com", "POST", "/adminapi/beta/"+c.tenant.world.ID+"/InvokeCommand", body)
	}
	run(`{"CmdletInput":{"CmdletName":"Set-Mailbox","Parameters":{"Identity":"`+danaID+`","DeliverToMailboxAndForward":true}}}`).want(t, 200, "")
	if got := c.tenant.Changes(); len(got) != 1 || got[0].Operation != "Set-Mailbox" || got[0].Object != danaID {
		t.Errorf("changes %+v", got)
	}
}
