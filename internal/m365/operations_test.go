package m365

import (
	"evict/internal/simtenant/contract"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestTableIsWhole(t *testing.T) {
	seen := map[string]bool{}
	for _, o := range Operations {
		if seen[o.ID] {
			t.Errorf("%s twice", o.ID)
		}
		seen[o.ID] = true
		if _, ok := quotas[o.Throttle]; !ok {
			t.Errorf("%s: no quota %q", o.ID, o.Throttle)
		}
		if !strings.HasPrefix(o.Doc, "https://learn.microsoft.com/") {
			t.Errorf("%s: documented at %q", o.ID, o.Doc)
		}
		if o.Service != Login && len(o.Permission) == 0 && o.ID != "reset-password" && o.ID != "get-password-operation" {
			t.Errorf("%s: no permission", o.ID)
		}
		// The verb decides nothing, but what changes an object by its verb is a write.
		if (o.Method == "PATCH" || o.Method == "DELETE") && o.Class != Write {
			t.Errorf("%s: %s is a %v", o.ID, o.Method, o.Class)
		}
		if o.Cmdlet != "" {
			verb, _, _ := strings.Cut(o.Cmdlet, "-")
			if reads := verb == "Get" || verb == "Search"; reads != (o.Class == Read) {
				t.Errorf("%s is a %v", o.ID, o.Class)
			}
		}
		if strings.Contains(strings.ToLower(o.Path), "sendmail") {
			t.Errorf("%s: this program sends nobody a message", o.ID)
		}
		if o.Class == Request {
			if _, ok := looks[o.ID]; !ok {
				t.Errorf("%s: nothing says how to look for what it made", o.ID)
			}
		}
	}
}

var template = regexp.MustCompile(`\{[^}]*\}`)

// documented are the calls that the contract's data leave out. Each was read on
// the page that its row links to (repositories microsoft-graph-docs-contrib and
// office-docs-powershell of Microsoft's); they are not held against a schema.
var documented = []string{
	"create-mail-folder", "get-application", "list-applications", "update-application", "remove-application-password", "remove-principal-password",
	"get-shared-item", "list-item-permissions", "delete-item-permission",
	"exchange:Disable-App", "exchange:Enable-App", "exchange:Disable-JournalRule", "exchange:Enable-JournalRule", "exchange:Set-HostedOutboundSpamFilterPolicy", "exchange:Set-RemoteDomain",
}

// left says whether the contract's data leave a call out, and complains when they no longer do.
func left(t *testing.T, id string, known bool) bool {
	t.Helper()
	if known && slices.Contains(documented, id) {
		t.Errorf("%s: is in the contract's data by now", id)
	}
	return !known && slices.Contains(documented, id)
}

func TestGraphTableAgreesWithTheContract(t *testing.T) {
	type call struct {
		Method, Path string
		Query        []string
		Permissions  struct {
			Application struct{ LeastPrivilege, AlsoWork []string }
		}
	}
	known := map[Service]map[string]call{GraphV1: {}, GraphBeta: {}}
	for s, file := range map[Service]string{GraphV1: "graph-v1.0-reduced.calls.json", GraphBeta: "graph-beta-reduced.calls.json"} {
		var calls []call
		contract.NeedFile(t, file, &calls)
		for _, c := range calls {
			known[s][c.Method+" "+template.ReplaceAllString(c.Path, "{}")] = c
		}
	}
	for _, o := range Operations {
		if o.Service != GraphV1 && o.Service != GraphBeta {
			continue
		}
		c, ok := known[o.Service][o.Method+" "+template.ReplaceAllString(o.Path, "{}")]
		if left(t, o.ID, ok) {
			continue
		}
		if !ok {
			t.Errorf("%s: no %s %s in %s", o.ID, o.Method, o.Path, o.Service)
			continue
		}
		for _, q := range o.Query {
			if !slices.Contains(c.Query, q) && !slices.Contains(c.Query, q+"*") && q != "$skiptoken" && q != "$deltatoken" {
				t.Errorf("%s: no query option %s", o.ID, q)
			}
		}
		app := append(c.Permissions.Application.LeastPrivilege, c.Permissions.Application.AlsoWork...)
		if len(app) > 0 && len(o.Permission) > 0 && !slices.ContainsFunc(o.Permission, func(p string) bool { return slices.Contains(app, p) }) {
			t.Errorf("%s: none of %v is among %v", o.ID, o.Permission, app)
		}
	}
}

func TestCmdletTableAgreesWithTheContract(t *testing.T) {
	var all struct {
		Cmdlets map[string]struct {
			Parameters map[string]struct{ Applicable []string }
		}
	}
	contract.NeedFile(t, "exo-cmdlets.json", &all)
	for _, o := range Operations {
		if o.Cmdlet == "" {
			continue
		}
		c, ok := all.Cmdlets[o.Cmdlet]
		if left(t, o.ID, ok) {
			continue
		}
		if !ok {
			t.Errorf("%s: no such cmdlet", o.ID)
			continue
		}
		for _, p := range o.Params {
			where, ok := c.Parameters[p]
			if !ok || !slices.ContainsFunc(where.Applicable, func(s string) bool { return strings.Contains(s, "Online") || strings.Contains(s, "Compliance") }) {
				t.Errorf("%s: no parameter %s in the cloud", o.ID, p)
			}
		}
	}
}
