package app_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"evict"
	"evict/internal/app"
)

// A mailbox with more rules than are followed is not looked at in full, and each check says so: an intruder could
// make rules until his own is past the limit.
func TestMoreRulesThanAreFollowed(t *testing.T) {
	partial := func(rules int) (n int) {
		var b strings.Builder
		for i := range rules {
			fmt.Fprintf(&b, `{"Id":"a0000000-0000-4000-8000-%012d","CreationTime":"2026-09-14T08:%02d:%02d","Operation":"New-InboxRule","RecordType":1,"ResultStatus":"True","UserType":2,"Workload":"Exchange","UserId":"dana@contoso.example","UserKey":"100320000000000A","OrganizationId":"c0a10500-0000-4000-8000-00000000c0de","ClientIP":"203.0.113.10","ObjectId":"Dana\\%d","Parameters":[{"Name":"Name","Value":"r%d"},{"Name":"MarkAsRead","Value":"True"}]}`+"\n", i, i/60%60, i%60, i, i)
		}
		dir := t.TempDir()
		for name, text := range map[string]string{"audit.ndjson": b.String(), "coverage.json": `[{"source":"Purview audit search, all activities, all users","file":"audit.ndjson","from":"2026-08-01T00:00:00Z","to":"2026-09-15T00:00:00Z","complete":true}]`} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		inv, err := app.Investigate(t.Context(), app.Options{Paths: []string{dir}, Accounts: []string{"dana@contoso.example"}, Workers: 1, Scratch: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		if len(inv.Accounts) != 1 {
			t.Fatalf("%d accounts", len(inv.Accounts))
		}
		for _, c := range inv.Accounts[0].Checks {
			if c.Status == evict.Partial && strings.Contains(c.Why, "than are followed") {
				n++
			}
		}
		return n
	}
	if n := partial(20); n != 0 {
		t.Errorf("with 20 rules, %d checks say that there were too many", n)
	}
	if n := partial(1100); n == 0 {
		t.Error("with 1,100 rules, no check says that there were too many")
	}
}
