package records

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"evict"
)

// events decodes an item and copies what the tests compare.
func events(t testing.TB, item string) (out []evict.Event) {
	t.Helper()
	all(t, []byte(item), func(e *evict.Event) {
		c := *e
		c.ID = evict.RecordID(strings.Clone(string(e.ID)))
		c.Subjects = slices.Clone(e.Subjects)
		out = append(out, c)
	})
	return out
}

// The same sign-in in four exports is one record: the content hash differs in
// its first byte only, and there the fullest copy comes first.
func TestOneSignInInSeveralExports(t *testing.T) {
	items := []string{ // fullest first
		`{"id":"A8000000-0000-4000-8000-000000000001","createdDateTime":"2026-11-20T21:04:11.1234567Z","userPrincipalName":"Dana@contoso.example","userId":"b1000000-0000-4000-8000-000000000001","appId":"4765445b-32c6-49b0-83e6-1d93765276ca","appDisplayName":"OfficeHome","ipAddress":"203.0.113.7","isInteractive":true,"conditionalAccessStatus":"success","status":{"errorCode":0},"sessionId":"s","uniqueTokenIdentifier":"t","autonomousSystemNumber":64500,"incomingTokenType":"none","userAgent":"Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0","authenticationRequirement":"singleFactorAuthentication","homeTenantId":"c0000000-0000-4000-8000-000000000000","resourceTenantId":"c0000000-0000-4000-8000-000000000000","deviceDetail":{"operatingSystem":"Linux","isCompliant":false},"location":{"city":"Leeds","countryOrRegion":"GB"}}`,
		"Date (UTC),Request ID,User agent,User ID,Username,Incoming token type,Unique token identifier,Application,Application ID ,IP address,Location,Status,Sign-in error code,Client app,Session ID\n2026-11-20T21:04:11Z,a8000000-0000-4000-8000-000000000001,Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0,b1000000-0000-4000-8000-000000000001,dana@contoso.example,None,t,OfficeHome,4765445b-32c6-49b0-83e6-1d93765276ca,203.0.113.7,\"Leeds, Leeds, GB\",Success,None,Browser,s\n",
		`{"id":"a8000000-0000-4000-8000-000000000001","createdDateTime":"2026-11-20T21:04:11Z","userPrincipalName":"dana@contoso.example","userId":"b1000000-0000-4000-8000-000000000001","appId":"4765445b-32c6-49b0-83e6-1d93765276ca","appDisplayName":"OfficeHome","ipAddress":"203.0.113.7","isInteractive":true,"conditionalAccessStatus":"success","status":{"errorCode":0}}`,
	}
	var last uint64
	for i, item := range items {
		got := events(t, item)
		if len(got) != 1 {
			t.Fatalf("item %d: %d events", i, len(got))
		}
		e := got[0]
		if e.ID != "sign-in:a8000000-0000-4000-8000-000000000001" {
			t.Errorf("item %d: ID %s", i, e.ID)
		}
		if i > 0 && (e.Hash<<8 != last<<8 || e.Hash <= last) {
			t.Errorf("item %d: hash %x after %x, want the same but for a greater first byte", i, e.Hash, last)
		}
		last = e.Hash
	}
	other := events(t, strings.Replace(items[0], "203.0.113.7", "203.0.113.8", 1))
	if first := events(t, items[0]); other[0].Hash<<8 == first[0].Hash<<8 {
		t.Error("another address has the same hash")
	}
}

// The order of a record's keys means nothing.
func TestKeyOrder(t *testing.T) {
	for _, name := range []string{"graph_sign_ins_beta", "directory_audits", "risk", "graph_activity", "diagnostics", "alerts"} {
		b, err := os.ReadFile("testdata/exports/" + name + ".txtar")
		if err != nil {
			t.Fatal(err)
		}
		dec := json.NewDecoder(strings.NewReader(part(txtar.Parse(b), "in")))
		dec.UseNumber()
		for dec.More() {
			var v any
			if err := dec.Decode(&v); err != nil {
				t.Fatal(err)
			}
			if m, ok := v.(map[string]any); ok && m["value"] != nil {
				v = m["value"]
			}
			list, ok := v.([]any)
			if !ok {
				list = []any{v}
			}
			for _, x := range list {
				sorted, err := json.Marshal(x) // sorts keys
				if err != nil {
					t.Fatal(err)
				}
				backwards := backwards(x)
				a, b := events(t, string(sorted)), events(t, backwards)
				if len(a) != 1 || len(b) != 1 {
					t.Fatalf("%s: %d and %d events of one record", name, len(a), len(b))
				}
				if show(&a[0]) != show(&b[0]) || a[0].Hash != b[0].Hash {
					t.Errorf("%s: with keys forwards\n%s%x\nbackwards\n%s%x", name, show(&a[0]), a[0].Hash, show(&b[0]), b[0].Hash)
				}
			}
		}
	}
}

// backwards writes JSON with the keys of every object from Z to A.
func backwards(x any) string {
	switch x := x.(type) {
	case map[string]any:
		keys := make([]string, 0, len(x))
		for k := range x {
			keys = append(keys, k)
		}
		slices.SortFunc(keys, func(a, b string) int { return strings.Compare(b, a) })
		var parts []string
		for _, k := range keys {
			name, _ := json.Marshal(k)
			parts = append(parts, string(name)+":"+backwards(x[k]))
		}
		return "{" + strings.Join(parts, ",") + "}"
	case []any:
		var parts []string
		for _, v := range x {
			parts = append(parts, backwards(v))
		}
		return "[" + strings.Join(parts, ",") + "]"
	}
	b, _ := json.Marshal(x)
	return string(b)
}

func TestPasswordPresented(t *testing.T) {
	for _, c := range []struct {
		name, fields string
		want         evict.Tri
	}{
		{"a step says so", `"isInteractive":true,"authenticationDetails":[{"authenticationMethod":"Password","succeeded":true}]`, evict.Yes},
		{"a wrong one is one", `"isInteractive":true,"authenticationDetails":[{"authenticationMethod":"Password","succeeded":false}]`, evict.Yes},
		{"error 50126", `"isInteractive":true,"status":{"errorCode":50126}`, evict.Yes},
		{"no token came in", `"isInteractive":true,"incomingTokenType":"none"`, evict.Yes},
		{"a refresh token", `"isInteractive":true,"incomingTokenType":"refreshToken"`, evict.No},
		{"a refresh token stopped at the second factor", `"isInteractive":false,"incomingTokenType":"refreshToken","status":{"errorCode":50076}`, evict.No},
		{"in the background", `"isInteractive":false`, evict.No},
		{"a cookie", `"isInteractive":true,"incomingTokenType":"none","authenticationDetails":[{"authenticationMethod":"Previously satisfied","succeeded":true}]`, evict.No},
		{"a passkey", `"isInteractive":true,"incomingTokenType":"none","authenticationDetails":[{"authenticationMethod":"Passkey (synced)","succeeded":true}]`, evict.No},
		{"Windows Hello", `"isInteractive":true,"incomingTokenType":"none","authenticationDetails":[{"authenticationMethod":"Windows Hello for Business","succeeded":true}]`, evict.No},
		{"passwordless phone", `"isInteractive":true,"incomingTokenType":"none","authenticationDetails":[{"authenticationMethod":"Passwordless phone sign-in","succeeded":true}]`, evict.No},
		{"federated", `"isInteractive":true,"incomingTokenType":"saml20"`, evict.Unset},
		{"v1.0 does not say", `"isInteractive":true`, evict.Unset},
		{"ROPC", `"isInteractive":false,"authenticationProtocol":"ropc"`, evict.Yes},
		{"ROPC by its agent", `"isInteractive":false,"userAgent":"BAV2ROPC"`, evict.Yes},
	} {
		got := signIn(t, c.fields)
		if got.Password != c.want {
			t.Errorf("%s: password %d, want %d", c.name, got.Password, c.want)
		}
	}
}

func TestProtocolAndTrust(t *testing.T) {
	if s := signIn(t, `"authenticationProtocol":"none","originalTransferMethod":"authenticationTransfer"`); s.Protocol != "authtransfer" {
		t.Errorf("protocol %q", s.Protocol)
	}
	if s := signIn(t, `"authenticationProtocol":"oAuth2","originalTransferMethod":"deviceCodeFlow"`); s.Protocol != "devicecode" {
		t.Errorf("protocol %q", s.Protocol)
	}
	if s := signIn(t, `"networkLocationDetails":[{"networkType":"namedNetwork"}]`); s.TrustedLocation {
		t.Error("a named network is no trusted one")
	}
	if s := signIn(t, `"networkLocationDetails":"[{\"networkType\":\"trustedNamedLocation\"}]"`); !s.TrustedLocation {
		t.Error("JSON in a string is not read")
	}
}

// signIn decodes one Graph sign-in with the given fields.
func signIn(t *testing.T, fields string) *evict.SignIn {
	t.Helper()
	if !strings.Contains(fields, `"status"`) {
		fields += `,"status":{"errorCode":0}`
	}
	got := events(t, `{"id":"a9","createdDateTime":"2026-11-20T21:04:11Z","userPrincipalName":"dana@contoso.example","appId":"x","ipAddress":"203.0.113.7","conditionalAccessStatus":"success",`+fields+`}`)
	if len(got) != 1 {
		t.Fatalf("%d events", len(got))
	}
	s, ok := got[0].Detail.(*evict.SignIn)
	if !ok {
		t.Fatalf("detail %T", got[0].Detail)
	}
	return s
}

func TestPlaceInWords(t *testing.T) {
	d := &Decoder{arena: &arena{}}
	for text, want := range map[string]evict.Place{
		"Leeds, Leeds, GB":                      {Country: "GB", Region: "Leeds", City: "Leeds"},
		"Washington, District of, Columbia, us": {Country: "US", Region: "Columbia", City: "Washington, District of"},
		", , GB":                                {Country: "GB"},
		"GB":                                    {Country: "GB"},
		"Leeds, GB":                             {Country: "GB", Region: "Leeds"},
		"Microsoft.Graph.PowerShell.Models.X":   {},
		"":                                      {},
		`{"city":"Leeds","countryOrRegion":"gb"}`:        {Country: "GB", City: "Leeds"},
		`{"geoCoordinates":{"latitude":-33.8,"x":true}}`: {Lat: -33800000},
	} {
		b, _ := json.Marshal(map[string]string{"Location": text})
		d.arena.reset()
		v, _, err := parse(string(b), d.arena)
		if err != nil {
			t.Fatal(err)
		}
		if got := d.place(v); got != want {
			t.Errorf("%q: %+v, want %+v", text, got, want)
		}
	}
}

// FuzzExports holds that no item crashes the reader, and that every event has
// a kind, an operation, an ID and a place in the item.
func FuzzExports(f *testing.F) {
	files, _ := filepath.Glob("testdata/exports/*.txtar")
	for _, name := range files {
		b, _ := os.ReadFile(name)
		f.Add(part(txtar.Parse(b), "in"))
	}
	f.Fuzz(func(t *testing.T, item string) {
		all(t, []byte(item), func(e *evict.Event) {
			switch {
			case e.Kind == evict.UnknownKind || e.Kind >= evict.KindCount:
				t.Errorf("kind %d", e.Kind)
			case e.ID == "":
				t.Error("no ID")
			case e.Ref.Offset < 0 || e.Ref.Offset > int64(len(item)):
				t.Errorf("offset %d in %d bytes", e.Ref.Offset, len(item))
			}
			for _, s := range e.Subjects {
				if s.Who.Kind == evict.NoPrincipal || s.Who.ID == "" {
					t.Errorf("empty subject %+v of %s", s, e.Op)
				}
			}
			show(e)
		})
	})
}

// FuzzReadMessage holds that no message crashes the reader, and that without a
// trusted Received header nothing counts as written by the receiver.
func FuzzReadMessage(f *testing.F) {
	f.Add("Received: from a (b [203.0.113.9]) by mx.contoso.example with ESMTP; Mon, 2 Nov 2026 09:00:02 +0000\nFrom: a@b.example\n\nx")
	f.Add("From: =?utf-8?q?a?= <a@b.example>\nAuthentication-Results: x; spf=pass (a;b) smtp.mailfrom=a@b.example\n")
	f.Fuzz(func(t *testing.T, text string) {
		m, err := ReadMessage(strings.NewReader(text))
		if err != nil {
			return
		}
		for _, h := range m.Fields {
			if len(m.Hops) == 0 && !h.Forgeable {
				t.Errorf("%s counts as the receiver's without a Received header", h.Name)
			}
		}
	})
}

func BenchmarkSignIns(b *testing.B) {
	file, err := os.ReadFile("testdata/exports/graph_sign_ins_beta.txtar")
	if err != nil {
		b.Fatal(err)
	}
	in := part(txtar.Parse(file), "in")
	var item strings.Builder
	for range 1000 {
		item.WriteString(in)
	}
	b.SetBytes(int64(item.Len()))
	b.ReportAllocs()
	for b.Loop() {
		all(b, []byte(item.String()), func(*evict.Event) {})
	}
}

// One rule, byte for byte, in two mailboxes is two records.
func TestSameRuleInTwoMailboxes(t *testing.T) {
	page := func(who string) string {
		return `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users('` + who + `')/mailFolders('inbox')/messageRules","value":[{"id":"AQAAAJ5dZqA=","displayName":".","sequence":1,"isEnabled":true,"actions":{"delete":true}}]}` + "\n"
	}
	got := events(t, page("dana%40contoso.example")+page("priya%40contoso.example"))
	if len(got) != 2 || got[0].ID == got[1].ID {
		t.Fatalf("%d events, IDs %v", len(got), got)
	}
	for i, want := range []string{"dana@contoso.example", "priya@contoso.example"} {
		if who := got[i].Subject(evict.Mailbox).Who; who != (evict.Principal{Kind: evict.UPN, ID: want}) {
			t.Errorf("mailbox %v, want %s", who, want)
		}
	}
}
