package scenarios

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"evict/internal/simtenant"
)

// built are tenants that several tests look at.
var built = map[string]*simtenant.World{}

func build(t *testing.T, name string) *simtenant.World {
	t.Helper()
	if built[name] == nil {
		w, err := Build(Config{Seed: 3, Users: 10, Days: 24, Rate: 0.3, Scenario: name})
		if err != nil {
			t.Fatal(err)
		}
		built[name] = w
	}
	return built[name]
}

func TestSameSeedSameTenant(t *testing.T) {
	text := func(seed uint64) string {
		w, err := Build(Config{Seed: seed, Users: 8, Days: 20, Rate: 0.2, Scenario: "admin-takeover"})
		if err != nil {
			t.Fatal(err)
		}
		b, err := json.Marshal(w)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	a, b, c := text(7), text(7), text(8)
	if a != b {
		t.Error("the same seed made two tenants")
	}
	if a == c {
		t.Error("another seed made the same tenant")
	}
}

func TestNumbersAndNames(t *testing.T) {
	seen := map[string]bool{}
	for i, s := range List {
		if s.Number != i+1 || s.Name == "" || s.Story == "" || seen[s.Name] {
			t.Errorf("%d: %+v", i, s)
		}
		seen[s.Name] = true
	}
}

func TestEveryScenarioIsWhole(t *testing.T) {
	for _, s := range List {
		t.Run(s.Name, func(t *testing.T) {
			w := build(t, s.Name)
			if len(w.Expect) == 0 {
				t.Error("expects nothing of anybody")
			}
			users := map[string]bool{}
			for _, u := range w.Users {
				if users[u.ID] || users[u.UPN] || u.PUID == "" || u.Created.IsZero() {
					t.Errorf("account %s twice or half made: %+v", u.UPN, u)
				}
				users[u.ID], users[u.UPN] = true, true
			}
			for _, e := range w.Expect {
				if !users[e.Account] {
					t.Errorf("no account %s", e.Account)
				}
			}
			for i, r := range w.Log {
				if !json.Valid(r.Body) || r.Available.Before(r.Time) || r.ID == "" || r.ByHand == "" || i > 0 && r.Available.Before(w.Log[i-1].Available) {
					t.Fatalf("record %d: %+v", i, r)
				}
			}
			for _, m := range w.Mailboxes {
				checkMailbox(t, users, m)
			}
			for _, d := range w.Devices {
				if !users[d.Owner] || d.DeviceID == "" || d.Trust == "" {
					t.Errorf("device %+v", d)
				}
			}
		})
	}
}

func checkMailbox(t *testing.T, users map[string]bool, m *simtenant.Mailbox) {
	t.Helper()
	folders, messages := map[string]bool{}, map[string]bool{}
	for _, f := range m.Folders {
		if folders[f.ID] || f.Name == "" {
			t.Errorf("%s: folder %q twice or without a name", m.User, f.Name)
		}
		folders[f.ID] = true
		for _, x := range f.Messages {
			if messages[x.ID] || x.From == "" || x.Received.IsZero() {
				t.Errorf("%s, %s: message %+v", m.User, f.Name, x)
			}
			messages[x.ID] = true
		}
	}
	if !users[m.User] {
		t.Errorf("mailbox of %s with %d messages", m.User, len(messages))
	}
	for _, r := range m.Rules {
		if id, ok := r.Actions["moveToFolder"]; ok && !folders[id.(string)] {
			t.Errorf("rule %q moves to no folder", r.Name)
		}
	}
}

// found lists what the attacker made that still stands.
func found(w *simtenant.World) map[string]int {
	out := map[string]int{}
	add := func(what, hand string) {
		if hand == "attacker" {
			out[what]++
		}
	}
	for _, m := range w.Mailboxes {
		for _, r := range m.Rules {
			add("rule", r.ByHand)
		}
		for _, p := range m.Permissions {
			add("right", p.ByHand)
		}
		for _, f := range m.Folders {
			for _, x := range f.Messages {
				add(f.Name, x.ByHand)
			}
		}
		if m.ForwardingSMTP != "" {
			out["forwarding"]++
		}
		if text, _ := m.Signature["SignatureText"].(string); strings.Contains(text, "IBAN") {
			out["signature"]++
		}
		for _, r := range m.Sweep {
			if r["Sender"] == "helpdesk@contoso.example" {
				out["sweep"]++
			}
		}
		if blocked, _ := m.Junk["BlockedSendersAndDomains"].([]string); slices.Contains(blocked, "security@contoso.example") {
			out["junk"]++
		}
		for _, a := range m.AddIns {
			if a["ProviderName"] == "Mail Backup" {
				out["add-in"]++
			}
		}
	}
	for _, u := range w.Users {
		for _, x := range u.Methods {
			add("method", x.ByHand)
		}
	}
	for _, d := range w.Devices {
		add("device", d.ByHand)
	}
	for _, p := range w.Principals {
		add("application", p.ByHand)
	}
	for _, g := range w.Grants {
		add("grant", g.ByHand)
	}
	for _, r := range w.RoleHolders {
		add("role", r.ByHand)
	}
	out["restricted"] = len(w.Restricted)
	out["transport"] = len(w.Transport) - 1
	for k, n := range out {
		if n == 0 {
			delete(out, k)
		}
	}
	return out
}

// TestWhatTheAttackerMadeStands: the state follows from the records.
func TestWhatTheAttackerMadeStands(t *testing.T) {
	for name, want := range map[string]map[string]int{
		"":                 {},
		"aitm-invoice":     {"rule": 1, "method": 1, "Deletions": 1},
		"spray-forward":    {"forwarding": 1},
		"consent":          {"application": 1, "grant": 1, "Inbox": 1},
		"phishing-wave":    {"rule": 1, "restricted": 1, "Purges": 6, "sweep": 1, "junk": 1, "add-in": 1},
		"admin-takeover":   {"rule": 1, "role": 4, "right": 1, "transport": 1, "method": 1},
		"synced-federated": {"rule": 2, "method": 2, "Deletions": 2},
		"traveller":        {},
		"hour-rule":        {"Deletions": 1},
		"profile":          {"signature": 1, "Purges": 6},
		"device-code":      {"device": 1, "Inbox": 1},
		"no-rule":          {"Deletions": 1, "Sent Items": 3},
		"shared-mailbox":   {"rule": 1},
		"clean-up":         {},
	} {
		got := found(build(t, name))
		for _, lure := range []string{"Inbox", "Deleted Items"} {
			if n := want[lure]; got[lure] > n && n == 0 {
				delete(got, lure)
			}
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

// TestEveryStateOccurs: whatever the response may have to change, and whatever
// collecting may mistake, is in some tenant of the training range.
func TestEveryStateOccurs(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range List {
		w := build(t, s.Name)
		names := map[string]bool{}
		for _, u := range w.Users {
			name := strings.TrimPrefix(u.UPN, strings.ReplaceAll(u.ID, "-", ""))
			seen["guest"] = seen["guest"] || u.Guest
			seen["synced"] = seen["synced"] || u.Synced != nil && *u.Synced
			seen["federated"] = seen["federated"] || len(w.Federated) > 0 && strings.HasSuffix(u.UPN, "@"+w.Federated[0])
			seen["renamed"] = seen["renamed"] || len(u.Former) > 0
			seen["deleted and remade"] = seen["deleted and remade"] || names[name] && name == "temp.desk@contoso.example"
			seen["look-alike"] = seen["look-alike"] || strings.Contains(u.UPN, "supp0rt")
			seen["app password"] = seen["app password"] || u.AppPasswords > 0
			seen["fewer licences"] = seen["fewer licences"] || len(u.Plans) > 0 && len(u.Plans) < len(w.Plans)
			seen["password"] = seen["password"] || u.Password != ""
			names[name] = true
		}
		for _, m := range w.Mailboxes {
			for _, r := range m.Rules {
				seen["hidden rule"] = seen["hidden rule"] || r.Hidden
				seen["client-only rule"] = seen["client-only rule"] || r.ClientOnly
				seen["visible rule"] = seen["visible rule"] || !r.Hidden && !r.ClientOnly
			}
			for what, has := range map[string]bool{
				"sweep rule": len(m.Sweep) > 0, "forwarding": m.ForwardingSMTP != "", "delegate": len(m.Permissions) > 0, "send as": len(m.SendAs) > 0, "signature": m.Signature != nil, "auto-reply": m.AutoReply != nil,
				"junk settings": m.Junk != nil, "add-in": len(m.AddIns) > 0, "mobile device": len(m.Mobile) > 0, "shared mailbox": m.Type == "SharedMailbox",
			} {
				seen[what] = seen[what] || has
			}
		}
		for _, r := range w.RoleHolders {
			seen["eligible role"] = seen["eligible role"] || r.Eligible && slices.Contains(w.Plans, "AAD_PREMIUM_P2")
		}
		for _, r := range w.Risky {
			seen["risky user"], seen["risk detection"] = seen["risky user"] || !r.Detection, seen["risk detection"] || r.Detection
		}
		for _, g := range w.RoleGroups {
			seen["purview role group"] = seen["purview role group"] || g.Purview
		}
		for what, n := range map[string]int{"restricted sender": len(w.Restricted), "transport rule": len(w.Transport), "connector": len(w.Outbound), "consent": len(w.Grants), "device": len(w.Devices)} {
			seen[what] = seen[what] || n > 0
		}
	}
	for what, is := range seen {
		if !is {
			t.Errorf("no tenant has: %s", what)
		}
	}
	if len(seen) < 30 {
		t.Errorf("only %d states were looked for", len(seen))
	}
}
