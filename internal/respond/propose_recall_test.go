package respond

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"evict"
	"evict/internal/m365"
)

const omarUPN, omarID = "omar@contoso.example", "8f6d0000-0000-4000-8000-000000000003"

// withOmar adds a colleague in whose mailbox so many of the attacker's messages lie.
func withOmar(d *directory, copies int) {
	omar := row{"id": omarID, "userPrincipalName": omarUPN, "displayName": "Omar Haddad", "accountEnabled": true, "userType": "Member", "onPremisesSyncEnabled": nil}
	d.one["get-user "+omarID], d.one["get-user "+omarUPN] = omar, omar
	d.one["get-mail-folder "+omarID] = row{"id": "sent"}
	found := []row{}
	for i := range copies {
		found = append(found, row{"id": fmt.Sprint("m", i), "internetMessageId": "<phish@contoso.example>", "parentFolderId": "inbox", "subject": "Shared document"})
	}
	d.lists["find-messages "+omarID] = found
}

func phish(by evict.Attribution) evict.Finding {
	return left("f-sent", by, evict.Leftover{Kind: evict.LeftSent, Of: danaUPN, Name: "Shared document", ID: "<phish@contoso.example>",
		List: []string{"Omar@Contoso.example", danaUPN, "nobody@contoso.example", "kim@fabrikam.example"}})
}

// TestMessagesToColleaguesAreListed: where the attacker's mail lies in colleagues' mailboxes is counted and said, and moved only
// when somebody picks it; then with the messages that findings name.
func TestMessagesToColleaguesAreListed(t *testing.T) {
	for _, x := range []struct {
		name   string
		by     evict.Attribution
		copies int
		broken string
		want   string // in what is listed; "" when nothing is
	}{
		{"two copies", evict.ByAttacker, 2, "", "2 messages"},
		{"one", evict.ByAttacker, 1, "", "one message"},
		{"gone", evict.ByAttacker, 0, "", ""},
		{"the owner wrote it", evict.ByOwner, 2, "", ""},
		{"not readable", evict.ByAttacker, 2, "find-messages", "could not be read"},
	} {
		d := tenantOfDana()
		withOmar(d, x.copies)
		if x.broken != "" {
			d.broken[x.broken] = &m365.Error{Op: x.broken, Kind: m365.Forbidden, Status: 403}
		}
		c := caseOfDana()
		c.Findings = append(c.Findings, phish(x.by))
		p := propose(t, d, c)
		k := skippedFor(p, "recall-internal-phish")
		if has(p, "recall-internal-phish") || (k != nil) != (x.want != "") {
			t.Errorf("%s: %+v", x.name, k)
		}
		if k == nil {
			continue
		}
		if !strings.Contains(k.Why, x.want) || !strings.Contains(k.Why, "registration of its own") || k.Pick != "recall-internal-phish="+omarUPN || k.Guard != "" {
			t.Errorf("%s: %+v", x.name, k)
		}
		if x.broken != "" {
			continue
		}
		c.Picked = []Pick{{Action: "recall-internal-phish", Target: evict.Object{Name: omarUPN, Kind: "user"}}}
		p = propose(t, d, c)
		s := step(t, p, "recall-internal-phish")
		if skippedFor(p, "recall-internal-phish") != nil || s.Target.Account != omarID || strings.Count(string(s.Before), "internetMessageId") != x.copies || !strings.Contains(string(s.After), inQuarantine) || !slices.Contains(s.Why, "f-sent") {
			t.Errorf("%s, picked: %+v", x.name, s)
		}
		for _, stop := range []string{"block-sign-in", "revoke-sessions"} {
			if !slices.Contains(s.Needs, step(t, p, stop).ID) {
				t.Errorf("%s: it does not wait for %s", x.name, stop)
			}
		}
	}
	c := caseOfDana()
	c.Picked = []Pick{{Action: "recall-internal-phish", Target: evict.Object{Name: omarUPN, Kind: "user"}}}
	d := tenantOfDana()
	withOmar(d, 2)
	if p := propose(t, d, c); has(p, "recall-internal-phish") || !isNoted(p, "nothing is recalled there") {
		t.Error("something was recalled that no finding names")
	}
	c.Picked, c.Findings = nil, append(c.Findings, phish(evict.ByAttacker))
	if s := step(t, propose(t, nil, c), "recall-internal-phish"); len(s.Manual) == 0 {
		t.Errorf("without the tenant a person does it: %+v", s)
	}
}

// TestHoldWhereMailWasTakenAway: proposed for the attacker's act and where the licence has it, and never before containment.
func TestHoldWhereMailWasTakenAway(t *testing.T) {
	for _, x := range []struct {
		name, plan string
		by         evict.Attribution
		want       bool
	}{
		{"licensed", "EXCHANGE_S_ENTERPRISE", evict.ByAttacker, true}, {"archiving", "EXCHANGE_S_ARCHIVE_ADDON", evict.ByAttacker, true},
		{"not licensed", "EXCHANGE_S_STANDARD", evict.ByAttacker, false}, {"the owner's", "EXCHANGE_S_ENTERPRISE", evict.ByOwner, false},
	} {
		d := tenantOfDana()
		d.lists["list-skus"] = []row{{"servicePlans": []row{{"servicePlanName": x.plan}}}}
		d.lists["exchange:Get-Mailbox "+danaID][0]["LitigationHoldEnabled"] = false
		c := caseOfDana()
		c.Findings = append(c.Findings, left("f-hid", x.by, evict.Leftover{Kind: evict.LeftHidden, Of: danaUPN, ID: "<answer@fabrikam.example>"}))
		p := propose(t, d, c)
		if has(p, "hold-mailbox") != x.want {
			t.Errorf("%s: %v", x.name, actions(p))
			continue
		}
		if !x.want {
			continue
		}
		s := step(t, p, "hold-mailbox")
		if s.Phase != evict.Evict || !slices.Equal(s.Why, []string{"f-hid"}) || !slices.Contains(s.Needs, step(t, p, "block-sign-in").ID) || !slices.Contains(s.Needs, step(t, p, "revoke-sessions").ID) {
			t.Errorf("%s: it stands before containment: %+v", x.name, s)
		}
	}
}
