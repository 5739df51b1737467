package respond

import (
	"encoding/json"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"evict"
	"evict/internal/m365"
)

// signedIn is one of the application's.
func signedIn(key, address string, code int) row {
	return row{"servicePrincipalCredentialKeyId": key, "ipAddress": address, "createdDateTime": "2026-11-19T10:00:00Z", "status": row{"errorCode": json.Number(string(rune('0' + code)))}}
}

// TestSignInsAsOurOwnApplication: with keys or networks declared, a sign-in with another key or from elsewhere keeps back what
// evicts, though the key may be gone; what can't be read does too; containment alone asks for no log.
func TestSignInsAsOurOwnApplication(t *testing.T) {
	here := []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("2001:db8:1::/48")}
	ours := []row{signedIn("KEY-1", "192.0.2.7", 0), signedIn("key-1", "2001:db8:1::7", 0), signedIn("", "::ffff:192.0.2.9", 0)}
	for _, x := range []struct {
		name     string
		keys     []string
		networks []netip.Prefix
		more     []row
		broken   m365.ErrorKind
		strange  string // in the refusal; "" when there is none
		unseen   string // in a note
	}{
		{name: "nothing declared", more: []row{signedIn("key-9", "203.0.113.9", 0)}, unseen: "neither its keys nor its networks are declared"},
		{name: "ours alone", keys: []string{"key-1"}, networks: here},
		{name: "another key", keys: []string{"key-1"}, more: []row{signedIn("key-9", "192.0.2.7", 0)}, strange: "key-9"},
		{name: "another key that failed", keys: []string{"key-1"}, more: []row{signedIn("key-9", "192.0.2.7", 7)}},
		{name: "elsewhere", networks: here, more: []row{signedIn("key-1", "203.0.113.9", 0)}, strange: "203.0.113.9"},
		{name: "without an address", networks: here, more: []row{signedIn("key-1", "", 0)}, strange: "an address that the log does not tell"},
		{name: "not licensed", keys: []string{"key-1"}, broken: m365.NotLicensed, unseen: "the licence has no log"},
		{name: "not readable", keys: []string{"key-1"}, broken: m365.Forbidden, strange: "could not be read"},
	} {
		d := tenantOfDana()
		d.lists["list-sign-ins-beta"] = append(slices.Clone(ours), x.more...)
		if x.broken != "" {
			d.broken["list-sign-ins-beta"] = &m365.Error{Op: "list-sign-ins-beta", Kind: x.broken, Status: 403}
		}
		c := caseOfDana()
		c.Guards.OwnApp.Keys, c.Guards.OwnApp.Networks = x.keys, x.networks
		p := propose(t, d, c)
		k := skippedFor(p, "remove-forwarding")
		if refused := k != nil && k.Guard == GuardTampered && strings.Contains(k.Why, x.strange); refused != (x.strange != "") || has(p, "remove-forwarding") == refused {
			t.Errorf("%s: %+v", x.name, k)
		}
		if x.unseen != "" && !isNoted(p, x.unseen) {
			t.Errorf("%s: notes %q", x.name, p.Notes)
		}
		if !has(p, "block-sign-in") {
			t.Errorf("%s: containment waits", x.name)
		}
		d.asked = nil
		c.ContainOnly = true
		propose(t, d, c)
		if slices.Contains(d.asked, "list-sign-ins-beta") {
			t.Errorf("%s: containment asked for a log", x.name)
		}
		c.Picked = []Pick{{Action: Preserve.ID, Target: evict.Object{Name: danaUPN, Kind: "user"}}}
		if p := propose(t, d, c); has(p, "preserve") != (x.strange == "") {
			t.Errorf("%s: what is picked beside containment: %v, %+v", x.name, actions(p), p.Skipped)
		}
	}
}
