package app_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"evict"
	"evict/internal/app"
)

// TestPublishedScenario holds the answer on a published research tenant, where
// the evidence is at hand: the story is told, and no clean account and no
// service identity is accused.
func TestPublishedScenario(t *testing.T) {
	dir := os.Getenv("EVICT_EVIDENCE")
	if dir == "" {
		t.Skip("EVICT_EVIDENCE is not set: .ci/run says whether evidence is at hand")
	}
	inv, err := app.Investigate(t.Context(), app.Options{Paths: []string{filepath.Join(dir, "tenant-a-audit.csv")}, Scratch: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	verdicts, roles, found := map[string]evict.Verdict{}, map[string]evict.Role{}, map[string]bool{}
	note := func(f evict.Finding) { found[f.Detector] = true }
	for _, f := range inv.Findings {
		note(f)
	}
	for _, a := range inv.Accounts {
		local, _, _ := strings.Cut(strings.ToLower(a.Account), "@")
		verdicts[local], roles[local] = a.Verdict, a.Role
		if strings.HasPrefix(local, "nt authority") || strings.HasPrefix(local, "serviceprincipal") || local == "app" {
			t.Errorf("the service identity %s has a verdict", a.Account)
		}
		for _, f := range a.Findings {
			note(f)
		}
	}
	if verdicts["a.thulile"] != evict.Compromised {
		t.Errorf("a.thulile is %q", verdicts["a.thulile"])
	}
	if roles["itcornpany"] != evict.MadeByAttacker {
		t.Errorf("itcornpany has the role %q", roles["itcornpany"])
	}
	for _, clean := range []string{"diegos", "isaiahl", "lidiah", "lynner", "miriamg", "alexw"} {
		if v := verdicts[clean]; v == evict.Compromised || v == evict.Suspected {
			t.Errorf("%s is %s", clean, v)
		}
	}
	for _, id := range []string{"password-spray", "inbox-rule-hides-mail", "transport-rule-diverts-mail", "application-made", "role-granted", "mailbox-right-granted", "account-made"} {
		if !found[id] {
			t.Errorf("%s found nothing", id)
		}
	}
}
