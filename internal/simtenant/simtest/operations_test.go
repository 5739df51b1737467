package simtest_test

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"evict/internal/m365"
	"evict/internal/simtenant"
)

var template = regexp.MustCompile(`\{[^}]*\}`)

// TestEveryOperationIsAnswered: the tenant knows every call of Graph's that the
// client has, by path and method.
func TestEveryOperationIsAnswered(t *testing.T) {
	tenant := simtenant.New(&simtenant.World{ID: "3b6e0c52-0000-4000-8000-000000000001", Domain: "contoso.example"}, simtenant.Options{})
	client := http.Client{Transport: tenant.Transport()}
	for _, o := range m365.Operations {
		if o.Service != m365.GraphV1 && o.Service != m365.GraphBeta {
			continue
		}
		version := map[m365.Service]string{m365.GraphV1: "/v1.0", m365.GraphBeta: "/beta"}[o.Service]
		r, err := http.NewRequest(o.Method, "https://graph.microsoft.com"+version+template.ReplaceAllString(o.Path, "inbox"), nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		all := tenant.Requests()
		if got := all[len(all)-1].Operation; got == "" || !strings.EqualFold(template.ReplaceAllString(got, "{}"), o.Method+" "+template.ReplaceAllString(o.Path, "{}")) {
			t.Errorf("%s: %s %s %s is no call of the tenant's (%q)", o.ID, o.Method, o.Path, version, got)
		}
	}
}
