package simtest_test

import (
	"slices"
	"strings"
	"testing"

	"evict/internal/simtenant"
	"evict/internal/simtenant/scenarios"
)

// TestAttackersHaveFootholds: in every story with an attacker something of his
// still works at the end, and in the others nothing does.
func TestAttackersHaveFootholds(t *testing.T) {
	want := map[string]string{
		"aitm-invoice": "method password rule session", "spray-forward": "forwarding password session", "consent": "grant", "phishing-wave": "add-in junk-list password rule session sweep-rule",
		"admin-takeover": "account delegate password role rule secret session transport-rule", "device-code": "device link mobile-device session", "profile": "auto-reply password session signature", "traveller": "", "clean-up": "", "direct-send": "",
	}
	for name, kinds := range want {
		w, err := scenarios.Build(scenarios.Config{Scenario: name, Seed: 1, Users: 8, Days: 10, Rate: 0.3})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range simtenant.New(w, simtenant.Options{}).Attack() {
			if !slices.Contains(got, f.Kind) {
				got = append(got, f.Kind)
			}
		}
		if s := strings.Join(got, " "); s != kinds {
			t.Errorf("%s: %q, want %q", name, s, kinds)
		}
	}
}
