package respond

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"evict"
	"evict/internal/m365"
)

const (
	danaID  = "8f6d0000-0000-4000-8000-000000000001"
	adminID = "8f6d0000-0000-4000-8000-000000000009"
	danaUPN = "dana.roe@contoso.example"
)

// A directory is a small tenant that can only be read: by operation, the rows of
// a list or the one object; what is not in it is not found.
type directory struct {
	lists  map[string][]row
	one    map[string]row // operation and ID
	broken map[string]error
	mu     sync.Mutex
	asked  []string
}

func (d *directory) Do(_ context.Context, c m365.Call) (*m365.Response, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked = append(d.asked, c.Op)
	if err := d.broken[c.Op]; err != nil {
		return nil, err
	}
	key := c.Op + " " + strings.ToLower(c.Args["id"])
	if c.Params != nil {
		for _, name := range []string{"Identity", "Mailbox"} {
			if id, _ := c.Params[name].(string); id != "" {
				key = c.Op + " " + strings.ToLower(id)
			}
		}
	}
	if o, ok := d.one[key]; ok {
		return &m365.Response{Body: state(o)}, nil
	}
	list, ok := d.lists[key]
	if !ok {
		list, ok = d.lists[c.Op]
	}
	if !ok {
		if strings.HasPrefix(c.Op, "list-") || strings.HasPrefix(c.Op, "exchange:") || strings.HasPrefix(c.Op, "compliance:") {
			return &m365.Response{Body: state(row{"value": []row{}})}, nil
		}
		return nil, &m365.Error{Op: c.Op, Kind: m365.NotFound, Status: 404}
	}
	return &m365.Response{Body: state(row{"value": list})}, nil
}

// tenantOfDana has one account that an intruder was in, and one administrator.
func tenantOfDana() *directory {
	dana := row{"id": danaID, "userPrincipalName": danaUPN, "displayName": "Dana Roe", "accountEnabled": true, "userType": "Member", "onPremisesSyncEnabled": nil,
		"signInSessionsValidFromDateTime": "2026-03-01T08:00:00Z", "lastPasswordChangeDateTime": "2026-03-01T08:00:00Z",
		"mail": danaUPN, "proxyAddresses": []string{"SMTP:" + danaUPN}}
	admin := row{"id": adminID, "userPrincipalName": "admin@contoso.example", "displayName": "Admin", "accountEnabled": true, "userType": "Member", "onPremisesSyncEnabled": nil,
		"signInSessionsValidFromDateTime": "2026-03-01T08:00:00Z", "lastPasswordChangeDateTime": "2026-03-01T08:00:00Z"}
	d := &directory{lists: map[string][]row{}, one: map[string]row{}, broken: map[string]error{}}
	d.one["get-user "+danaID], d.one["get-user "+danaUPN] = dana, dana
	d.one["get-user "+adminID], d.one["get-user admin@contoso.example"] = admin, admin
	d.lists["list-role-assignments"] = []row{
		{"id": "ra-1", "principalId": adminID, "roleDefinitionId": globalAdministrator, "directoryScopeId": "/", "roleDefinition": row{"displayName": "Global Administrator", "templateId": globalAdministrator}},
		{"id": "ra-2", "principalId": danaID, "roleDefinitionId": "29232cdf-9323-42fd-ade2-1d097af3e4de", "directoryScopeId": "/", "roleDefinition": row{"displayName": "Exchange Administrator", "templateId": "29232cdf-9323-42fd-ade2-1d097af3e4de"}},
	}
	d.lists["list-skus"] = []row{{"servicePlans": []row{{"servicePlanName": "AAD_PREMIUM_P2"}, {"servicePlanName": "EXCHANGE_S_STANDARD"}}}}
	d.lists["list-service-principals"] = []row{{"id": ourSP, "appId": ourApp, "displayName": "evict respond", "passwordCredentials": []row{}, "keyCredentials": []row{{"keyId": "key-1"}}}}
	d.lists["list-message-rules "+danaID] = []row{{"id": "rule-graph-1", "displayName": ".", "sequence": 1, "isEnabled": true}, {"id": "rule-graph-2", "displayName": "Newsletters", "sequence": 2, "isEnabled": true}}
	d.lists["exchange:Get-InboxRule "+danaID] = []row{{"RuleIdentity": json.Number("17"), "Name": ".", "Priority": 1, "Enabled": true}, {"RuleIdentity": json.Number("18"), "Name": "Newsletters", "Priority": 2, "Enabled": true}, {"RuleIdentity": json.Number("19"), "Name": "quiet", "Priority": 3, "Enabled": true}}
	d.lists["exchange:Get-Mailbox "+danaID] = []row{{"ForwardingAddress": nil, "ForwardingSmtpAddress": "smtp:box@fabrikam.example", "DeliverToMailboxAndForward": true, "RetainDeletedItemsFor": "14.00:00:00", "SingleItemRecoveryEnabled": true}}
	d.lists["exchange:Get-CASMailbox "+danaID] = []row{{"OWAEnabled": true, "MAPIEnabled": true, "EwsEnabled": true, "ActiveSyncEnabled": true, "ImapEnabled": true, "PopEnabled": false, "SmtpClientAuthenticationDisabled": nil}}
	d.lists["list-methods "+danaID] = []row{
		{"@odata.type": "#microsoft.graph.passwordAuthenticationMethod", "id": "pw", "createdDateTime": "2026-03-01T08:00:00Z"},
		{"@odata.type": "#microsoft.graph.microsoftAuthenticatorAuthenticationMethod", "id": "own", "displayName": "Dana's telephone", "createdDateTime": "2025-01-02T10:00:00Z"},
		{"@odata.type": "#microsoft.graph.microsoftAuthenticatorAuthenticationMethod", "id": "his", "displayName": "SM-S911B", "createdDateTime": "2026-11-20T21:13:00Z"}}
	return d
}

var hour = evict.At(time.Date(2026, 11, 20, 21, 12, 40, 0, time.UTC), evict.Second)

// left is a finding of an act in Dana's account.
func left(id string, by evict.Attribution, l ...evict.Leftover) evict.Finding {
	return evict.Finding{ID: id, Detector: "d", Subject: evict.FindingSubject{Kind: evict.OnAccount, ID: danaUPN}, Actor: danaUPN, Grade: evict.Strong, Time: hour, Attribution: by, Summary: "what finding " + id + " says", Left: l}
}

func caseOfDana() Case {
	return Case{ID: "contoso-1", Tenant: "tenant-1", Made: hour, Accounts: []AccountFacts{{UPN: danaUPN, Verdict: evict.Compromised, Certain: true}},
		Guards: Guards{OwnApp: OwnApp{ClientID: ourApp}},
		Findings: []evict.Finding{
			left("f1", evict.ByAttacker, evict.Leftover{Kind: evict.LeftRule, Of: danaUPN, Name: "."}),
			left("f2", evict.ByAttacker, evict.Leftover{Kind: evict.LeftForwarding, Of: danaUPN, ID: "box@fabrikam.example"}),
			left("f3", evict.ByAttacker, evict.Leftover{Kind: evict.LeftMethod, Of: danaUPN, Name: "security info"}),
			left("f4", evict.ByUnknown, evict.Leftover{Kind: evict.LeftRule, Of: danaUPN, Name: "Newsletters"}),
			left("f5", evict.ByOwner, evict.Leftover{Kind: evict.LeftMethod, Of: danaUPN, Name: "telephone"}),
			left("f6", evict.ByResponder, evict.Leftover{Kind: evict.LeftRule, Of: danaUPN, Name: "quiet"}),
			left("f7", evict.ByAttacker, evict.Leftover{Kind: evict.LeftRule, Of: danaUPN, Name: "gone"}),
			left("f8", evict.ByAttacker, evict.Leftover{Kind: evict.LeftProfile, Of: danaUPN, Was: map[string][]string{"Mobile": {"+31 6 5550 0104"}}}),
			left("f9", evict.Unplaced, evict.Leftover{Kind: evict.LeftRestriction, Of: danaUPN, ID: danaUPN}),
		}}
}

func propose(t *testing.T, r Reader, c Case) evict.Plan {
	t.Helper()
	p, err := Propose(t.Context(), r, c)
	if err != nil {
		t.Fatal(err)
	}
	wellFormed(t, p)
	return p
}

// wellFormed holds what every plan keeps to.
func wellFormed(t *testing.T, p evict.Plan) {
	t.Helper()
	place := map[string]int{}
	for i, s := range p.Steps {
		if _, twice := place[s.ID]; twice || s.ID == "" {
			t.Errorf("step %q stands twice or has no ID", s.ID)
		}
		place[s.ID] = i
		if len(s.Why) == 0 || s.Title == "" || s.Before == nil || s.After == nil || s.Undo == "" && s.NoUndo == "" || s.Noticed == nil || s.Procedure == nil {
			t.Errorf("step %s lacks something: %+v", s.ID, s)
		}
	}
	for _, s := range p.Steps {
		for _, n := range s.Needs {
			if _, ok := place[n]; !ok || n == s.ID {
				t.Errorf("step %s needs %s, which is no other step of the plan", s.ID, n)
			}
		}
	}
}

// actions are the plan's, with the names of their objects.
func actions(p evict.Plan) []string {
	var out []string
	for _, s := range p.Steps {
		out = append(out, string(s.Phase)+" "+string(s.Action)+" "+s.Target.ID)
	}
	return out
}

func step(t *testing.T, p evict.Plan, action string) evict.Step {
	t.Helper()
	i := slices.IndexFunc(p.Steps, func(s evict.Step) bool { return string(s.Action) == action })
	if i < 0 {
		t.Fatalf("no step %s in %v", action, actions(p))
	}
	return p.Steps[i]
}

func has(p evict.Plan, action string) bool {
	return slices.ContainsFunc(p.Steps, func(s evict.Step) bool { return string(s.Action) == action })
}

func skippedFor(p evict.Plan, action string) *evict.Skipped {
	for i := range p.Skipped {
		if string(p.Skipped[i].Action) == action {
			return &p.Skipped[i]
		}
	}
	return nil
}

func isNoted(p evict.Plan, words string) bool {
	return slices.ContainsFunc(p.Notes, func(n string) bool { return strings.Contains(n, words) })
}

func TestAWholePlan(t *testing.T) {
	p := propose(t, tenantOfDana(), caseOfDana())
	want := []string{
		"contain block-sign-in ", "contain revoke-sessions ", "contain reset-password ", "contain confirm-compromised ", "contain disable-mail-protocols ",
		"evict remove-authentication-method his", "evict app-passwords ", "evict remove-forwarding ", "evict disable-inbox-rule rule-graph-1", "evict remove-directory-role ra-2", "evict preserve ",
	}
	if got := actions(p); !slices.Equal(got, want) {
		t.Errorf("the plan is\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
	rule := step(t, p, "disable-inbox-rule")
	block, revoke := step(t, p, "block-sign-in"), step(t, p, "revoke-sessions")
	if !slices.Equal(rule.Needs, []string{block.ID, revoke.ID}) || !slices.Equal(rule.Why, []string{"f1"}) || string(rule.Before) != `{"enabled":true}` || string(rule.After) != `{"enabled":false}` {
		t.Errorf("the rule's step is %+v", rule)
	}
	if f := step(t, p, "remove-forwarding"); !strings.Contains(string(f.Before), "box@fabrikam.example") {
		t.Errorf("what the forwarding was is not kept: %s", f.Before)
	}
	if k := skippedFor(p, "disable-inbox-rule"); k == nil || k.Pick != "f4" || k.Guard != "" || k.Target.Name != "Newsletters" {
		t.Errorf("what nobody is known to have done is to be decided: %+v", p.Skipped)
	}
	if len(p.Skipped) != 1 {
		t.Errorf("skipped: %+v", p.Skipped)
	}
	if !isNoted(p, `"gone"`) || !isNoted(p, "Sending is restricted") {
		t.Errorf("notes: %q", p.Notes)
	}
	if len(p.Accounts) != 1 || p.Accounts[0].Account != danaID || p.Tenant != "tenant-1" || p.Kind != "respond" {
		t.Errorf("the plan is about %+v of %s", p.Accounts, p.Tenant)
	}
}

func TestOnlyAnAttackersActIsUndoneUnasked(t *testing.T) {
	for _, by := range []evict.Attribution{evict.ByOwner, evict.ByUnknown, evict.Unplaced, evict.ByResponder, evict.ByAttacker} {
		c := caseOfDana()
		c.Findings = []evict.Finding{left("f", by, evict.Leftover{Kind: evict.LeftRule, Of: danaUPN, Name: "."}, evict.Leftover{Kind: evict.LeftForwarding, Of: danaUPN}, evict.Leftover{Kind: evict.LeftMethod, Of: danaUPN, Name: "security info"})}
		p := propose(t, tenantOfDana(), c)
		for _, a := range []string{"disable-inbox-rule", "remove-forwarding", "remove-authentication-method"} {
			if has(p, a) != (by == evict.ByAttacker) {
				t.Errorf("%s by %s: in the plan %v", a, by, has(p, a))
			}
			asked := skippedFor(p, a) != nil
			if want := by == evict.ByUnknown || by == evict.Unplaced; asked != want {
				t.Errorf("%s by %s: to be decided %v", a, by, asked)
			}
		}
		c.Picked = []Pick{{Finding: "f"}}
		p = propose(t, tenantOfDana(), c)
		for _, a := range []string{"disable-inbox-rule", "remove-forwarding", "remove-authentication-method"} {
			if !has(p, a) || skippedFor(p, a) != nil {
				t.Errorf("%s by %s was picked and is not in the plan", a, by)
			}
		}
	}
}

func TestPlansDoNotDependOnOrder(t *testing.T) {
	first := state(propose(t, tenantOfDana(), caseOfDana()))
	for seed := range uint64(20) {
		c := caseOfDana()
		r := rand.New(rand.NewPCG(seed, 1))
		r.Shuffle(len(c.Findings), func(i, j int) { c.Findings[i], c.Findings[j] = c.Findings[j], c.Findings[i] })
		if p := propose(t, tenantOfDana(), c); string(state(p)) != string(first) {
			t.Fatalf("seed %d: another plan\n%s\n%s", seed, state(p), first)
		}
	}
}

func TestContainmentNeedsOnlyTheAccount(t *testing.T) {
	d := tenantOfDana()
	for _, op := range []string{"list-message-rules", "exchange:Get-InboxRule", "exchange:Get-Mailbox", "exchange:Get-CASMailbox", "list-methods", "exchange:Get-RoleGroup", "compliance:Get-RoleGroup", "list-skus", "list-domains", "list-app-owners"} {
		d.broken[op] = &m365.Error{Op: op, Kind: m365.Unavailable, Status: 503}
	}
	c := caseOfDana()
	c.ContainOnly, c.Findings = true, nil
	p := propose(t, d, c)
	if got := actions(p); !slices.Equal(got, []string{"contain block-sign-in ", "contain revoke-sessions ", "contain reset-password "}) {
		t.Errorf("containment is %v, skipped %+v", got, p.Skipped)
	}
	for _, op := range d.asked {
		if strings.HasPrefix(op, "exchange:") || strings.HasPrefix(op, "compliance:") || strings.Contains(op, "audit") || strings.Contains(op, "sign-ins") {
			t.Errorf("containment asked for %s", op)
		}
	}
}

func TestUnreadRolesRefuseTheBlockAlone(t *testing.T) {
	d := tenantOfDana()
	d.broken["list-role-assignments"] = &m365.Error{Op: "list-role-assignments", Kind: m365.Forbidden, Status: 403}
	p := propose(t, d, caseOfDana())
	k := skippedFor(p, "block-sign-in")
	if k == nil || k.Guard != GuardLastAdmin || k.Word != "last-administrator "+danaUPN {
		t.Fatalf("who is administrator is not known, and the block is %+v", k)
	}
	if !has(p, "revoke-sessions") || !has(p, "reset-password") {
		t.Error("revoking and resetting lock nobody out")
	}
	c := caseOfDana()
	c.Guards.Overrides = []Override{{Guard: GuardLastAdmin, Target: danaUPN, Word: k.Word}}
	if p := propose(t, d, c); !has(p, "block-sign-in") || len(step(t, p, "block-sign-in").Warnings) == 0 {
		t.Error("the typed word does not override, or leaves no warning")
	}
}

func TestTheLastAdministratorIsNotLockedOut(t *testing.T) {
	c := caseOfDana()
	c.Accounts = []AccountFacts{{UPN: "admin@contoso.example", Certain: true}}
	p := propose(t, tenantOfDana(), c)
	for _, a := range []string{"block-sign-in", "remove-directory-role"} {
		if k := skippedFor(p, a); has(p, a) || k == nil || k.Guard != GuardLastAdmin {
			t.Errorf("%s of the only administrator: %+v", a, k)
		}
	}
	if !has(p, "revoke-sessions") || !has(p, "reset-password") {
		t.Error("the only administrator can be revoked and reset")
	}
	c.Guards.OwnApp.MayUnblock = true
	if p := propose(t, tenantOfDana(), c); !has(p, "block-sign-in") || has(p, "remove-directory-role") {
		t.Error("with a proven way back he can be blocked, and keeps his role")
	}
}

func TestOthersInOurOwnApplication(t *testing.T) {
	for name, change := range map[string]func(*directory){
		"a second key": func(d *directory) {
			d.lists["list-service-principals"][0]["passwordCredentials"] = []row{{"keyId": "key-2", "displayName": "x"}}
		},
		"a key of the registration": func(d *directory) {
			d.lists["list-applications"] = []row{{"id": "app-object", "passwordCredentials": []row{{"keyId": "key-3"}}}}
		},
		"an owner": func(d *directory) {
			d.lists["list-app-owners"] = []row{{"id": "eve", "userPrincipalName": "eve@contoso.example"}}
		},
		"unreadable": func(d *directory) { d.broken["list-app-owners"] = errors.New("no") },
		"not there":  func(d *directory) { d.lists["list-service-principals"] = []row{} },
	} {
		d := tenantOfDana()
		change(d)
		p := propose(t, d, caseOfDana())
		for _, s := range p.Steps {
			if s.Phase != evict.Contain && len(s.Manual) == 0 {
				t.Errorf("%s: %s is in the plan", name, s.ID)
			}
		}
		if !has(p, "block-sign-in") || !has(p, "revoke-sessions") || !has(p, "reset-password") {
			t.Errorf("%s: containment waits", name)
		}
		if k := skippedFor(p, "remove-forwarding"); k == nil || k.Guard != GuardTampered {
			t.Errorf("%s: %+v", name, k)
		}
	}
}

func TestOurOwnKeysStay(t *testing.T) {
	d := tenantOfDana()
	d.lists["list-applications"] = []row{{"id": "app-object", "passwordCredentials": []row{{"keyId": "key-2"}}, "keyCredentials": []row{}}}
	d.one["get-application app-object"] = row{"id": "app-object", "passwordCredentials": []row{{"keyId": "key-2"}}, "keyCredentials": []row{}}
	c := caseOfDana()
	c.Guards.OwnApp.Keys = []string{"key-1", "KEY-2"}
	c.Picked = []Pick{{Action: "remove-application-secret", Target: evict.Object{Kind: applicationSecret, Name: "evict respond", ID: "app-object/key-2"}}}
	p := propose(t, d, c)
	if k := skippedFor(p, "remove-application-secret"); k == nil || k.Guard != GuardOwnApp {
		t.Errorf("our own secret: %+v, %v", k, actions(p))
	}
	if !has(p, "remove-forwarding") {
		t.Error("declared keys are taken for others'")
	}
}

func TestObjectsAreTheOnesThatTheRecordMeans(t *testing.T) {
	find := func(d *directory, l evict.Leftover) (evict.Plan, []string) {
		c := caseOfDana()
		c.Findings = []evict.Finding{left("f", evict.ByAttacker, l)}
		p := propose(t, d, c)
		var out []string
		for _, s := range p.Steps {
			if slices.Contains(s.Why, "f") && s.Phase == evict.Evict {
				out = append(out, string(s.Action)+" "+s.Target.Kind+" "+s.Target.ID)
			}
		}
		return p, out
	}
	check := func(name string, got []string, want ...string) {
		t.Helper()
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	_, got := find(tenantOfDana(), evict.Leftover{Kind: evict.LeftRule, Of: danaUPN, Name: "quiet"})
	check("a hidden rule", got, "disable-inbox-rule hidden-inbox-rule 19")
	_, got = find(tenantOfDana(), evict.Leftover{Kind: evict.LeftRule, Of: danaID, ID: "18"})
	check("a rule by number", got, "disable-inbox-rule inbox-rule rule-graph-2")

	d := tenantOfDana()
	d.lists["list-message-rules "+danaID] = append(d.lists["list-message-rules "+danaID], row{"id": "rule-graph-3", "displayName": ".", "sequence": 3, "isEnabled": true})
	p, got := find(d, evict.Leftover{Kind: evict.LeftRule, Of: danaUPN, Name: "."})
	check("one name, two rules", got)
	if k := skippedFor(p, "disable-inbox-rule"); k == nil || k.Pick != "f" {
		t.Errorf("one name, two rules: %+v", p.Skipped)
	}
	_, got = find(d, evict.Leftover{Kind: evict.LeftRule, Of: danaUPN, Name: ".", ID: "17"})
	check("one name, two rules, and a number", got, "disable-inbox-rule inbox-rule rule-graph-1")

	d = tenantOfDana()
	d.lists["exchange:Get-MailboxJunkEmailConfiguration "+danaID] = []row{{"Enabled": true, "TrustedSendersAndDomains": []string{}, "BlockedSendersAndDomains": []string{"offers@travel.example", "Bank@Fabrikam.example"}, "ContactsTrusted": false}}
	p, got = find(d, evict.Leftover{Kind: evict.LeftJunkLists, Of: danaUPN, Detail: "BlockedSendersAndDomains", List: []string{"bank@fabrikam.example"}})
	check("blocked senders", got, "restore-junk-settings mailbox ")
	if s := step(t, p, "restore-junk-settings"); !strings.Contains(string(s.After), `"BlockedSendersAndDomains":["offers@travel.example"]`) {
		t.Errorf("the owner's own entries do not stay: %s", s.After)
	}
	d.lists["exchange:Get-App "+danaID] = []row{{"AppId": "aaaa-1", "DisplayName": "Report Message", "Enabled": true}, {"AppId": "aaaa-2", "DisplayName": "Mail Archive Helper", "Enabled": true}}
	_, got = find(d, evict.Leftover{Kind: evict.LeftAddIn, Of: danaUPN, Name: "Mail Archive Helper"})
	check("an add-in", got, "remove-add-in add-in aaaa-2")

	d = tenantOfDana()
	d.lists["list-service-principals"] = append(d.lists["list-service-principals"], row{})
	d.lists["list-grants"] = []row{
		{"id": "g-dana", "clientId": "sp-1", "consentType": "Principal", "principalId": danaID, "resourceId": "graph", "scope": "Mail.Read"},
		{"id": "g-other", "clientId": "sp-1", "consentType": "Principal", "principalId": adminID, "resourceId": "graph", "scope": "Mail.Read"},
	}
	d.lists["list-user-grants "+danaID] = d.lists["list-grants"][:1]
	apps := &appsOf{directory: d, apps: []row{{"id": "sp-1", "appId": "app-1", "displayName": "Mail Backup"}}}
	c := caseOfDana()
	c.Findings = []evict.Finding{left("f", evict.ByAttacker, evict.Leftover{Kind: evict.LeftGrant, Of: danaUPN, ID: "app-1", Name: "Mail Backup"})}
	p = propose(t, apps, c)
	if s := step(t, p, "revoke-consent"); s.Target.ID != "g-dana" || s.Target.Account != danaID {
		t.Errorf("the consent is %+v", s.Target)
	}
	if n := strings.Count(strings.Join(actions(p), "\n"), "revoke-consent"); n != 1 {
		t.Errorf("%d consents", n)
	}
}

// appsOf answers for applications by what is asked for.
type appsOf struct {
	*directory
	apps []row
}

func (a *appsOf) Do(ctx context.Context, c m365.Call) (*m365.Response, error) {
	if c.Op != "list-service-principals" {
		return a.directory.Do(ctx, c)
	}
	var out []row
	for _, x := range append(a.apps, row{"id": ourSP, "appId": ourApp, "keyCredentials": []row{}, "passwordCredentials": []row{}}) {
		if f := c.Query.Get("$filter"); strings.Contains(f, "'"+text(x, "appId")+"'") || strings.Contains(f, "'"+text(x, "id")+"'") {
			out = append(out, x)
		}
	}
	if out == nil {
		out = []row{}
	}
	return &m365.Response{Body: state(row{"value": out})}, nil
}

func TestSyncedAccountsAreTakenBackWhereTheyComeFrom(t *testing.T) {
	d := tenantOfDana()
	dana := d.one["get-user "+danaID]
	dana["onPremisesSyncEnabled"], dana["onPremisesSamAccountName"] = true, "dana.o'roe"
	for _, n := range []string{"onPremisesDomainName", "onPremisesLastSyncDateTime"} {
		dana[n] = nil
	}
	p := propose(t, d, caseOfDana())
	if has(p, "reset-password") || !has(p, "block-sign-in") {
		t.Errorf("a reset in the cloud is without effect: %v", actions(p))
	}
	var commands string
	for _, a := range []string{"disable-on-premises", "reset-on-premises-password"} {
		s := step(t, p, a)
		commands += strings.Join(s.Manual, "\n") + "\n"
	}
	for _, c := range []string{"Disable-ADAccount -Identity 'dana.o''roe'", "Set-ADAccountPassword -Identity 'dana.o''roe'", "Start-ADSyncSyncCycle -PolicyType Delta"} {
		if !strings.Contains(commands, c) {
			t.Errorf("the commands lack %s:\n%s", c, commands)
		}
	}
	if !isNoted(p, "VPN and Wi-Fi") {
		t.Errorf("notes: %q", p.Notes)
	}
}

func TestAccountsOfTheAttackerStopWithTheOthers(t *testing.T) {
	d := tenantOfDana()
	made := row{"id": "made-1", "userPrincipalName": "it.supp0rt@contoso.example", "displayName": "IT", "accountEnabled": true, "userType": "Member", "onPremisesSyncEnabled": nil, "signInSessionsValidFromDateTime": "2026-11-20T21:20:00Z"}
	d.one["get-user made-1"], d.one["get-user it.supp0rt@contoso.example"] = made, made
	c := caseOfDana()
	c.Findings = append(c.Findings, left("m", evict.ByAttacker, evict.Leftover{Kind: evict.LeftAccount, Of: "it.supp0rt@contoso.example"}))
	p := propose(t, d, c)
	s := step(t, p, "block-account")
	if s.Phase != evict.Contain || s.Target.Account != "made-1" || len(s.Needs) != 0 {
		t.Errorf("it is blocked with %+v", s)
	}
	for _, s := range p.Steps {
		if s.Target.Account == "made-1" && s.Action != "block-account" && s.Action != "revoke-sessions" {
			t.Errorf("%s of an account that is not taken back", s.Action)
		}
	}
	again := caseOfDana()
	again.Accounts = append(again.Accounts, AccountFacts{UPN: "it.supp0rt@contoso.example", Role: evict.MadeByAttacker})
	if p := propose(t, d, again); !has(p, "block-account") || strings.Count(strings.Join(actions(p), " "), "reset-password") != 1 {
		t.Errorf("named as an account of the case: %v", actions(p))
	}
}

func TestWithoutATenantAPersonFollowsThePlan(t *testing.T) {
	p := propose(t, nil, caseOfDana())
	if len(p.Steps) < 8 {
		t.Fatalf("only %v", actions(p))
	}
	for _, s := range p.Steps {
		if len(s.Manual) == 0 {
			t.Errorf("%s has no instructions", s.ID)
		}
		if Find(s.Action).Inspect != nil && string(s.Before) != string(Unread) {
			t.Errorf("%s claims to have read %s", s.ID, s.Before)
		}
		for _, l := range s.Manual {
			if strings.Contains(l, "''") {
				t.Errorf("%s: a command without its object: %s", s.ID, l)
			}
		}
	}
	if s := step(t, p, "block-sign-in"); !strings.Contains(strings.Join(s.Manual, " "), danaUPN) {
		t.Errorf("the instructions name nobody: %q", s.Manual)
	}
}

// TestEveryAccountThatIsThereIsContained, once, whoever else was named.
func TestEveryAccountThatIsThereIsContained(t *testing.T) {
	c := Case{ID: "contoso-1", Tenant: "tenant-1", ContainOnly: true, Guards: Guards{OwnApp: OwnApp{ClientID: ourApp}},
		Accounts: []AccountFacts{{UPN: danaUPN}, {UPN: strings.ToUpper(danaUPN)}, {UPN: "nobody@contoso.example"}, {ID: danaID}}}
	d := tenantOfDana()
	d.one["get-user "+strings.ToUpper(danaUPN)] = d.one["get-user "+danaUPN]
	p := propose(t, d, c)
	if len(p.Steps) != 3 || len(p.Accounts) != 1 {
		t.Errorf("%d accounts, %v", len(p.Accounts), actions(p))
	}
	if k := skippedFor(p, "block-sign-in"); k == nil || k.Guard != GuardFound || k.Word != "" || k.Target.Name != "nobody@contoso.example" {
		t.Errorf("who is not there is not told: %+v", p.Skipped)
	}
}

// TestADeclarationHoldsForTheCase: it is kept in the plan, by the account's ID, and guards what is planned later; one that
// names nobody is told.
func TestADeclarationHoldsForTheCase(t *testing.T) {
	c := Case{ID: "contoso-1", Tenant: "tenant-1", ContainOnly: true, Accounts: []AccountFacts{{UPN: "admin@contoso.example", Certain: true}},
		Guards: Guards{OwnApp: OwnApp{ClientID: ourApp}, BreakGlass: []string{danaUPN, "typo@contoso.example"}}}
	first := propose(t, tenantOfDana(), c)
	if len(first.Declared) != 1 || first.Declared[0].Account != danaID || !strings.Contains(strings.Join(first.Notes, "\n"), "typo@contoso.example was declared") {
		t.Fatalf("declared %+v, notes %q", first.Declared, first.Notes)
	}
	d := tenantOfDana()
	d.one["get-user "+danaID]["userPrincipalName"] = "renamed@contoso.example"
	d.one["get-user renamed@contoso.example"] = d.one["get-user "+danaID]
	later := caseOfDana()
	later.ContainOnly, later.Accounts = true, []AccountFacts{{UPN: "renamed@contoso.example", Certain: true}}
	if p := propose(t, d, later); !has(p, "block-sign-in") {
		t.Fatalf("it is refused without a declaration: %+v", p.Skipped)
	}
	later.Guards.Redeclare(first)
	if p := propose(t, d, later); len(p.Steps) > 0 || skippedFor(p, "block-sign-in").Guard != GuardBreakGlass || len(p.Declared) != 1 {
		t.Errorf("what was declared before is forgotten: %v, %+v", actions(p), p.Declared)
	}
}

func TestAnAccountThatIsNotThereIsAnError(t *testing.T) {
	c := caseOfDana()
	c.Accounts = []AccountFacts{{UPN: "nobody@contoso.example"}}
	if _, err := Propose(t.Context(), tenantOfDana(), c); !errors.Is(err, ErrNobody) || !strings.Contains(fmt.Sprint(err), "nobody@contoso.example") {
		t.Errorf("the error is %v", err)
	}
	if _, err := Propose(t.Context(), nil, Case{}); !errors.Is(err, ErrNobody) {
		t.Errorf("of an empty case: %v", err)
	}
}

func TestLeavingOut(t *testing.T) {
	c := caseOfDana()
	whole := propose(t, tenantOfDana(), c)
	c.Dropped = []string{"disable-mail-protocols", step(t, whole, "disable-inbox-rule").ID}
	p := propose(t, tenantOfDana(), c)
	if has(p, "disable-mail-protocols") || has(p, "disable-inbox-rule") || len(p.Steps) != len(whole.Steps)-2 {
		t.Errorf("what was left out is in the plan: %v", actions(p))
	}
	if k := skippedFor(p, "disable-mail-protocols"); k == nil || k.Guard != "" || k.Pick != "" {
		t.Errorf("it is not said that it was left out: %+v", p.Skipped)
	}
}

func TestSharedApplicationsAreLookedAtFirst(t *testing.T) {
	d := tenantOfDana()
	apps := &appsOf{directory: d, apps: []row{{"id": "sp-1", "appId": "app-1", "displayName": "CRM"}}}
	d.one["get-service-principal sp-1"] = row{"id": "sp-1", "accountEnabled": true}
	c := caseOfDana()
	c.Findings = []evict.Finding{left("f", evict.ByAttacker, evict.Leftover{Kind: evict.LeftApplication, ID: "app-1", Name: "CRM"})}
	if p := propose(t, apps, c); !has(p, "disable-application") {
		t.Errorf("nobody else uses it: %v", actions(p))
	}
	d.lists["list-grants"] = []row{{"id": "g", "clientId": "sp-1", "consentType": "Principal", "principalId": adminID}}
	if p := propose(t, apps, c); has(p, "disable-application") || !strings.Contains(skippedFor(p, "disable-application").Why, "too (1)") {
		t.Errorf("somebody else consented to it: %+v", p.Skipped)
	}
	d.broken["list-grants"] = errors.New("no")
	if p := propose(t, apps, c); has(p, "disable-application") {
		t.Error("who uses it is not known, and it is switched off")
	}
	delete(d.broken, "list-grants")
	delete(d.lists, "list-grants")
	c.Guards.Users = map[string]int{"sp-1": 12}
	p := propose(t, apps, c)
	if k := skippedFor(p, "disable-application"); has(p, "disable-application") || k == nil || k.Pick != "f" {
		t.Errorf("twelve others use it: %+v", p.Skipped)
	}
}

func TestEachQuestionIsAskedOnce(t *testing.T) {
	d := tenantOfDana()
	c := caseOfDana()
	for i := range 30 {
		c.Findings = append(c.Findings, left(fmt.Sprint("more", i), evict.ByAttacker, evict.Leftover{Kind: evict.LeftRule, Of: danaUPN, Name: "."}))
	}
	p := propose(t, d, c)
	if s := step(t, p, "disable-inbox-rule"); len(s.Why) != 31 {
		t.Errorf("31 findings, %d reasons", len(s.Why))
	}
	if n := strings.Count(strings.Join(d.asked, " "), "exchange:Get-InboxRule"); n != 1 {
		t.Errorf("the rules were read %d times", n)
	}
}

func TestWhatFailsOnceIsAskedAgain(t *testing.T) {
	fails := 1
	c := newCache(readerFunc(func(call m365.Call) (*m365.Response, error) {
		if fails > 0 {
			fails--
			return nil, errors.New("no")
		}
		return &m365.Response{Body: []byte(call.Op)}, nil
	}))
	if _, err := c.Do(t.Context(), m365.Call{Op: "a"}); err == nil {
		t.Error("the failure is lost")
	}
	if r, err := c.Do(t.Context(), m365.Call{Op: "a"}); err != nil || string(r.Body) != "a" {
		t.Error("the failure was kept")
	}
	if r, err := c.Do(t.Context(), m365.Call{Op: "b"}); err != nil || string(r.Body) != "b" {
		t.Error("another question got its answer")
	}
}

type readerFunc func(m365.Call) (*m365.Response, error)

func (f readerFunc) Do(_ context.Context, c m365.Call) (*m365.Response, error) { return f(c) }

func TestTelephonesSinceFirstTrouble(t *testing.T) {
	d := tenantOfDana()
	d.lists["exchange:Get-MobileDevice "+danaID] = []row{{"FriendlyName": "own", "Identity": "m1", "FirstSyncTime": "2025-01-02T10:00:00Z"}, {"FriendlyName": "new", "Identity": "m2", "DeviceId": "2", "DeviceType": "x", "FirstSyncTime": "2026-11-20T22:00:00Z"}, {"FriendlyName": "timeless", "Identity": "m3"}}
	c := caseOfDana()
	c.Accounts[0].FirstTrouble = hour
	p := propose(t, d, c)
	asked := slices.DeleteFunc(slices.Clone(p.Skipped), func(k evict.Skipped) bool { return k.Action != "remove-mobile-device" })
	if len(asked) != 1 || asked[0].Target.Name != "new" || asked[0].Pick == "" || has(p, "remove-mobile-device") {
		t.Fatalf("asked about %+v", asked)
	}
	c.Picked = []Pick{{Finding: asked[0].Pick, Why: "not his"}}
	p = propose(t, d, c)
	if s := step(t, p, "remove-mobile-device"); s.Target.ID != "m2" || !slices.Equal(s.Why, []string{"not his"}) {
		t.Errorf("picked, it is %+v", s)
	}
	if isNoted(p, "There is no finding") || skippedFor(p, "remove-mobile-device") != nil {
		t.Errorf("and still %q, %+v", p.Notes, p.Skipped)
	}
}

func TestAPickByName(t *testing.T) {
	c := caseOfDana()
	c.Picked = []Pick{{Action: "hold-mailbox", Target: evict.Object{Name: danaUPN, Kind: "user"}, Why: "a lawyer asked"}, {Action: "nothing-like-it"}, {Finding: "unheard"}}
	d := tenantOfDana()
	d.lists["exchange:Get-Mailbox "+danaID][0]["LitigationHoldEnabled"] = false
	d.lists["list-skus"] = []row{{"servicePlans": []row{{"servicePlanName": "EXCHANGE_S_ENTERPRISE"}}}}
	p := propose(t, d, c)
	if s := step(t, p, "hold-mailbox"); s.Target.Account != danaID || !slices.Equal(s.Why, []string{"a lawyer asked"}) {
		t.Errorf("the picked step is %+v", s)
	}
	if !isNoted(p, "nothing-like-it") || !isNoted(p, "unheard") {
		t.Errorf("picks that mean nothing are not told: %q", p.Notes)
	}
}
