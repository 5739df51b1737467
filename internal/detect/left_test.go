package detect_test

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"evict"
	"evict/internal/app"

	"golang.org/x/tools/txtar"
)

// leaves says what the findings of a detector say was left behind.
var leaves = map[string][]string{
	"inbox-rule-hides-mail": {evict.LeftRule, evict.LeftSweepRule}, "rule-sends-mail-outside": {evict.LeftRule}, "junk-rule-name": {evict.LeftRule},
	"mailbox-forwards-outside": {evict.LeftForwarding}, "mailbox-right-granted": {evict.LeftRight}, "role-granted": {evict.LeftRole, evict.LeftRoleGroup},
	"account-made": {evict.LeftAccount}, "guest-invited": {evict.LeftAccount}, "transport-rule-diverts-mail": {evict.LeftTransportRule}, "journal-rule-diverts-mail": {evict.LeftJournalRule},
	"connector-changed": {evict.LeftConnector}, "automatic-forwarding-allowed": {evict.LeftOutboundPolicy}, "add-in-installed": {evict.LeftAddIn}, "auto-reply-changed": {evict.LeftAutoReply},
	"junk-lists-changed": {evict.LeftJunkLists}, "signature-changed": {evict.LeftSignature}, "profile-changed": {evict.LeftProfile}, "mail-protocol-enabled": {evict.LeftProtocols},
	"files-shared-outside": {evict.LeftLink}, "restricted-from-sending": {evict.LeftRestriction}, "federation-changed": {evict.LeftFederation}, "mailbox-hidden-from-lists": {evict.LeftHiddenMailbox},
	"access-policy-changed": {evict.LeftPolicy}, "application-made": {evict.LeftApplication}, "application-secret-added": {evict.LeftSecret}, "application-reads-mail": {evict.LeftGrant},
	"application-consented": {evict.LeftGrant, evict.LeftAppRole}, "method-added": {evict.LeftMethod}, "temporary-access-pass": {evict.LeftPass}, "app-password-made": {evict.LeftAppPassword},
	"device-registered": {evict.LeftDevice}, "payment-thread-answered": {evict.LeftSent}, "sends-as-another": {evict.LeftSent}, "hacked-account-message": {evict.LeftSent}, "bulk-sending": {evict.LeftSent},
	"payroll-application-entered": {evict.LeftService},
}

// TestFindingsSayWhatWasLeft runs the cases of these detectors: each finding names
// what its act left behind, by something that it can be looked up with.
func TestFindingsSayWhatWasLeft(t *testing.T) {
	seen := map[string]bool{}
	for detector, kinds := range leaves {
		files, err := filepath.Glob("testdata/" + detector + "/*.txtar")
		if err != nil || len(files) == 0 {
			t.Fatalf("no cases of %s: %v", detector, err)
		}
		for _, file := range files {
			for _, f := range found(t, file, detector) {
				seen[detector] = true
				if len(f.Left) == 0 {
					t.Errorf("%s: nothing was left by %q", file, f.Summary)
				}
				for _, l := range f.Left {
					if !slices.Contains(kinds, l.Kind) || l.Of == "" && l.Name == "" && l.ID == "" {
						t.Errorf("%s: %q left %+v", file, f.Summary, l)
					}
				}
			}
		}
	}
	for detector := range leaves {
		if !seen[detector] {
			t.Errorf("no case of %s finds anything", detector)
		}
	}
}

// TestLeftoversNameTheObject holds some that a record spells in a way of its own.
func TestLeftoversNameTheObject(t *testing.T) {
	for file, want := range map[string]evict.Leftover{
		"files-shared-outside/anonymous_link": {Kind: evict.LeftLink, Of: "ana@contoso.example", Name: "Budget.xlsx", ID: "https://contoso-my.sharepoint.com/personal/ana_contoso_example/Documents/Budget.xlsx", Detail: "anonymous"},
	} {
		detector, _, _ := strings.Cut(file, "/")
		fs := found(t, "testdata/"+file+".txtar", detector)
		if len(fs) != 1 || len(fs[0].Left) != 1 || !reflect.DeepEqual(fs[0].Left[0], want) {
			t.Errorf("%s: %+v", file, fs)
		}
	}
}

// found are a detector's findings in one case.
func found(t *testing.T, file, detector string) []evict.Finding {
	t.Helper()
	a, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	o := app.Options{Paths: []string{dir}, Workers: 1, Scratch: t.TempDir()}
	for _, f := range a.Files {
		switch f.Name {
		case "want":
			if strings.TrimSpace(string(f.Data)) == "" {
				return nil
			}
		case "known-bad":
		case "options":
			options(t, &o, string(f.Data))
		default:
			if err := os.WriteFile(filepath.Join(dir, filepath.Base(f.Name)), f.Data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	inv, err := app.Investigate(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return findings(inv, detector)
}
