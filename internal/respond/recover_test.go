package respond

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"evict"
)

func since(d time.Duration) evict.Time { return hour.Add(d) }

// doneAll are the steps of a plan, all verified within an hour.
func doneAll(p evict.Plan) []DoneStep {
	var out []DoneStep
	for i, s := range p.Steps {
		out = append(out, DoneStep{Plan: "hash", Step: s, Verified: true, Ended: since(time.Duration(i+1) * time.Minute)})
	}
	return out
}

// blocked is Dana's tenant after containment and eviction.
func blocked() *directory {
	d := contained()
	d.lists["list-message-rules "+danaID][0]["isEnabled"] = false
	d.lists["exchange:Get-InboxRule "+danaID][0]["Enabled"] = false
	d.lists["exchange:Get-Mailbox "+danaID][0]["ForwardingSmtpAddress"] = nil
	d.lists["exchange:Get-Mailbox "+danaID][0]["DeliverToMailboxAndForward"] = false
	d.lists["list-methods "+danaID] = d.lists["list-methods "+danaID][:2]
	return d
}

// contained is Dana's tenant after containment.
func contained() *directory {
	d := tenantOfDana()
	d.one["get-user "+danaID]["accountEnabled"] = false
	for name := range d.lists["exchange:Get-CASMailbox "+danaID][0] {
		d.lists["exchange:Get-CASMailbox "+danaID][0][name] = name == "SmtpClientAuthenticationDisabled"
	}
	d.lists["exchange:Get-BlockedSenderAddress"] = []row{{"SenderAddress": danaUPN}}
	for _, n := range profileProperties {
		if _, ok := d.one["get-user "+danaID][n]; !ok {
			d.one["get-user "+danaID][n] = nil
		}
	}
	d.one["get-user "+danaID]["mobilePhone"] = "+44 20 7946 0000"
	d.one["get-mfa-requirements "+danaID] = row{"perUserMfaState": "disabled"}
	d.one["get-security-defaults "] = row{"isEnabled": true}
	d.one["get-risky-user "+danaID] = row{"riskState": "confirmedCompromised"}
	return d
}

func recovery(t *testing.T, c Case, done []DoneStep, rel Release) evict.Plan {
	t.Helper()
	p, err := ProposeRecover(t.Context(), blocked(), c, done, rel)
	if err != nil {
		t.Fatal(err)
	}
	wellFormed(t, p)
	return p
}

func responded(t *testing.T) []DoneStep { return doneAll(propose(t, tenantOfDana(), caseOfDana())) }

func TestAccountsAreGivenBackInOrder(t *testing.T) {
	p := recovery(t, caseOfDana(), responded(t), Release{LogsTo: since(3 * time.Hour)})
	unblock := step(t, p, "unblock-sign-in")
	for _, first := range []string{"revoke-sessions", "check-identity", "scan-computer", "dismiss-risk"} {
		if !slices.Contains(unblock.Needs, step(t, p, first).ID) {
			t.Errorf("sign-in opens without %s: %v", first, unblock.Needs)
		}
	}
	for _, after := range []string{"enrol-methods", "restore-mail-protocols", "unblock-sending"} {
		if !slices.Contains(step(t, p, after).Needs, unblock.ID) {
			t.Errorf("%s does not wait for sign-in", after)
		}
	}
	sending := step(t, p, "unblock-sending")
	for _, s := range p.Steps {
		if beforeSending(s.Procedure) && !slices.Contains(sending.Needs, s.ID) {
			t.Errorf("sending is unblocked without %s", s.ID)
		}
	}
	if s := step(t, p, "check-identity"); !strings.Contains(strings.Join(s.Manual, " "), "+31 6 5550 0104") {
		t.Errorf("the number from before is not told: %q", s.Manual)
	}
	if s := step(t, p, "restore-profile"); !strings.Contains(string(s.After), `"mobilePhone":"+31 6 5550 0104"`) || !strings.Contains(string(s.Before), "7946") {
		t.Errorf("the profile goes from %s to %s", s.Before, s.After)
	}
	if last := p.Steps[len(p.Steps)-1]; last.Action != "unblock-sending" {
		t.Errorf("the last step is %s", last.Action)
	}
}

func TestTheFirstChangeTellsWhatWasBefore(t *testing.T) {
	second := left("p2", evict.ByAttacker, evict.Leftover{Kind: evict.LeftProfile, Of: danaUPN, Was: map[string][]string{"Mobile": {"+40 1"}, "City": {"Delft"}}})
	second.Time = since(time.Minute)
	c := caseOfDana()
	c.Findings = append([]evict.Finding{second}, c.Findings...)
	p := recovery(t, c, responded(t), Release{LogsTo: since(3 * time.Hour)})
	if s := string(step(t, p, "restore-profile").After); !strings.Contains(s, `"mobilePhone":"+31 6 5550 0104"`) || !strings.Contains(s, `"city":"Delft"`) {
		t.Errorf("the profile becomes %s", s)
	}
}

func TestOldProtocolsStayShutUnlessUsed(t *testing.T) {
	protocols := func(used ...string) map[string]any {
		var m map[string]any
		if err := json.Unmarshal(step(t, recovery(t, caseOfDana(), responded(t), Release{LogsTo: since(time.Hour * 3), UsedProtocol: used}), "restore-mail-protocols").After, &m); err != nil {
			t.Fatal(err)
		}
		return m
	}
	if m := protocols(); m["ImapEnabled"] != false || m["PopEnabled"] != false || m["SmtpClientAuthenticationDisabled"] != true || m["OWAEnabled"] != true || m["MAPIEnabled"] != true {
		t.Errorf("nobody used them: %v", m)
	}
	if m := protocols("IMAP", "smtp-auth"); m["ImapEnabled"] != true || m["PopEnabled"] != false || m["SmtpClientAuthenticationDisabled"] != nil {
		t.Errorf("IMAP and SMTP AUTH were used: %v", m)
	}
}

func TestRolesComeBackOneByOne(t *testing.T) {
	done := responded(t)
	p := recovery(t, caseOfDana(), done, Release{LogsTo: since(3 * time.Hour)})
	k := skippedFor(p, "remove-directory-role")
	if has(p, "remove-directory-role") || k == nil || k.Pick == "" {
		t.Fatalf("roles come back unasked: %+v", p.Skipped)
	}
	c := caseOfDana()
	c.Picked = []Pick{{Finding: k.Pick, Why: "she runs the mail servers"}}
	d := blocked()
	d.lists["list-role-assignments"] = d.lists["list-role-assignments"][:1]
	p, err := ProposeRecover(t.Context(), d, c, done, Release{LogsTo: since(3 * time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	s := step(t, p, "remove-directory-role")
	if s.Phase != evict.Recover || string(s.Before) != "null" || !strings.Contains(string(s.After), danaID) || !slices.Equal(s.Why, []string{"she runs the mail servers"}) || !strings.HasPrefix(s.ID, "return-") {
		t.Errorf("the role comes back as %+v", s)
	}
	if !slices.Contains(s.Needs, step(t, p, "enrol-methods").ID) {
		t.Errorf("a role comes back before the owner's methods: %v", s.Needs)
	}
}

func TestTheReleaseGate(t *testing.T) {
	good := Release{LogsTo: since(3 * time.Hour)}
	whole := responded(t)
	unverified := slices.Clone(whole)
	i := slices.IndexFunc(unverified, func(d DoneStep) bool { return d.Step.Action == "disable-inbox-rule" })
	unverified[i].Verified = false
	uncontained := slices.DeleteFunc(slices.Clone(whole), func(d DoneStep) bool { return d.Step.Action == "revoke-sessions" })
	without := func(action evict.ActionID) []DoneStep {
		return slices.DeleteFunc(slices.Clone(whole), func(d DoneStep) bool { return d.Step.Action == action })
	}
	again := append(slices.Clone(unverified), whole[i])
	for name, x := range map[string]struct {
		done  []DoneStep
		rel   Release
		guard string
	}{
		"all is met":           {whole, good, ""},
		"a foothold is left":   {unverified, good, GuardFootholds},
		"done by a later plan": {again, good, ""},
		"the old password":     {without("reset-password"), good, GuardFootholds},
		"nothing contained":    {uncontained, good, GuardFootholds},
		"no plan at all":       {nil, good, GuardFootholds},
		"nobody looked":        {whole, Release{}, GuardCoverage},
		"logs end too early":   {whole, Release{LogsTo: since(-time.Hour)}, GuardCoverage},
		"his tokens live on":   {whole, Release{LogsTo: since(time.Hour)}, GuardCoverage},
		"he was there since":   {whole, Release{LogsTo: good.LogsTo, Hostile: []string{"a sign-in from 203.0.113.9"}}, GuardHostile},
	} {
		p := recovery(t, caseOfDana(), x.done, x.rel)
		if open := has(p, "unblock-sign-in"); open != (x.guard == "") {
			t.Errorf("%s: sign-in opens: %v", name, open)
		}
		if x.guard == "" {
			continue
		}
		k := skippedFor(p, "unblock-sign-in")
		if k == nil || k.Guard != x.guard || k.Word != x.guard+" "+danaUPN {
			t.Errorf("%s: %+v", name, k)
			continue
		}
		for _, a := range []string{"enrol-methods", "restore-mail-protocols", "unblock-sending"} {
			if has(p, a) {
				t.Errorf("%s: %s is in the plan", name, a)
			}
		}
		if !has(p, "revoke-sessions") || !has(p, "scan-computer") {
			t.Errorf("%s: what prepares the release is gone too", name)
		}
		c := caseOfDana()
		for _, k := range p.Skipped {
			if k.Word != "" {
				c.Guards.Overrides = append(c.Guards.Overrides, Override{Guard: k.Guard, Target: danaUPN, Word: k.Word})
			}
		}
		if p := recovery(t, c, x.done, x.rel); !has(p, "unblock-sign-in") || len(step(t, p, "unblock-sign-in").Warnings) == 0 {
			t.Errorf("%s: typed words do not open it, or leave no warning", name)
		}
	}
}

// TestAnEvictionThatNobodyCarriedOut: what the findings name is still there, whatever was approved, and so is what a plan
// wanted to take away.
func TestAnEvictionThatNobodyCarriedOut(t *testing.T) {
	good := Release{LogsTo: since(3 * time.Hour)}
	whole := responded(t)
	contains := slices.DeleteFunc(slices.Clone(whole), func(d DoneStep) bool { return d.Step.Phase == evict.Evict })
	picked := DoneStep{Plan: "later", Proposed: true, Step: evict.Step{ID: "x", Action: "disable-inbox-rule", Revision: 1, Phase: evict.Evict, Title: "Disable the inbox rule", Why: []string{"f4"},
		Target: evict.Object{Account: danaID, Name: "Newsletters", Kind: visibleRule, ID: "rule-graph-2"}, After: state(row{"enabled": false})}}
	newsletters := func(enabled bool) *directory {
		d := blocked()
		d.lists["list-message-rules "+danaID][1]["isEnabled"] = enabled
		return d
	}
	unread := blocked()
	unread.broken["list-methods"] = context.DeadlineExceeded
	for name, x := range map[string]struct {
		d    *directory
		done []DoneStep
		want []string // what is told
	}{
		"gone by other hands":       {blocked(), contains, nil},
		"planned and left":          {contained(), contains, []string{"Disable the inbox rule (.)", "SM-S911B", "forwarding (" + danaUPN}},
		"taken away, and back":      {contained(), whole, []string{"Disable the inbox rule (.)", "SM-S911B", "forwarding (" + danaUPN}},
		"can't be read":             {unread, contains, []string{"could not be looked up"}},
		"wanted by a plan":          {newsletters(true), append(slices.Clone(contains), picked), []string{"Newsletters"}},
		"wanted, and gone by hand":  {newsletters(false), append(slices.Clone(contains), picked), nil},
		"not asked of other phases": {blocked(), append(slices.Clone(contains), DoneStep{Proposed: true, Step: evict.Step{Action: "block-sign-in", Phase: evict.Contain}}), nil},
	} {
		p, err := ProposeRecover(t.Context(), x.d, caseOfDana(), x.done, good)
		if err != nil {
			t.Fatal(err)
		}
		k := skippedFor(p, "unblock-sign-in")
		switch {
		case x.want == nil && k != nil:
			t.Errorf("%s: refused: %+v", name, k)
		case x.want != nil && (k == nil || k.Guard != GuardFootholds || has(p, "unblock-sign-in")):
			t.Errorf("%s: sign-in opens: %+v", name, k)
		}
		for _, w := range x.want {
			if k != nil && !strings.Contains(k.Why, w) {
				t.Errorf("%s: %q is not told: %s", name, w, k.Why)
			}
		}
	}
	owners := caseOfDana()
	owners.Findings[3].Attribution = evict.ByOwner
	p, err := ProposeRecover(t.Context(), newsletters(true), owners, append(slices.Clone(contains), picked), good)
	if err != nil || !has(p, "unblock-sign-in") {
		t.Errorf("what turned out to be the owner's holds him up: %+v %v", p.Skipped, err)
	}
}

// TestAnAccountOfTheAttackersIsGivenToNobody, whatever is typed, and whatever role the case gives it.
func TestAnAccountOfTheAttackersIsGivenToNobody(t *testing.T) {
	d := blocked()
	d.one["get-user "+adminID]["accountEnabled"] = false
	c := caseOfDana()
	c.Accounts = append(c.Accounts, AccountFacts{UPN: "admin@contoso.example", Verdict: evict.Compromised, Role: evict.TakenOver, Certain: true})
	c.Findings = append(c.Findings, left("made", evict.ByAttacker, evict.Leftover{Kind: evict.LeftAccount, Of: "Admin@contoso.example"}))
	for _, guard := range []string{GuardMade, GuardFootholds, GuardCoverage, GuardHostile, GuardRelease} {
		for _, who := range []string{danaUPN, "admin@contoso.example"} {
			c.Guards.Overrides = append(c.Guards.Overrides, Override{Guard: guard, Target: who, Word: Word(guard, who)})
		}
	}
	p, err := ProposeRecover(t.Context(), d, c, responded(t), Release{})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range p.Steps {
		if s.Target.Account == adminID {
			t.Errorf("the account that the attacker made gets %s", s.ID)
		}
	}
	k := p.Skipped[slices.IndexFunc(p.Skipped, func(k evict.Skipped) bool { return k.Target.Account == adminID })]
	if !has(p, "unblock-sign-in") || k.Guard != GuardMade || k.Word != "" {
		t.Errorf("the owner's is not opened, or a word is told: %+v", p.Skipped)
	}
}

func TestPeopleAreGivenWhatTheCaseKnows(t *testing.T) {
	c := caseOfDana()
	c.Findings = append(c.Findings,
		left("h", evict.ByAttacker, evict.Leftover{Kind: evict.LeftHidden, Of: danaUPN, ID: "<m1@fabrikam.example>", Name: "Re: invoice"}),
		left("s", evict.ByAttacker, evict.Leftover{Kind: evict.LeftSent, Of: danaUPN, ID: "<m2@contoso.example>", Name: "New account details", Detail: "payment", List: []string{"payables@fabrikam.example", "kim@contoso.example"}}),
		left("o", evict.ByOwner, evict.Leftover{Kind: evict.LeftSent, Of: danaUPN, ID: "<m3@contoso.example>", Name: "Lunch", List: []string{"friend@example.net"}}))
	d := blocked()
	d.lists["find-messages "+danaID] = []row{{"id": "x", "internetMessageId": "<m1@fabrikam.example>", "parentFolderId": "rss"}}
	d.one["get-mail-folder "+danaID] = row{"id": "inbox-id"}
	p, err := ProposeRecover(t.Context(), d, c, responded(t), Release{LogsTo: since(3 * time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	notices := strings.Join(step(t, p, "contact-notices").Manual, "\n")
	if !strings.Contains(notices, "payables@fabrikam.example") || !strings.Contains(notices, "kim@contoso.example") || strings.Contains(notices, "friend@example.net") {
		t.Errorf("the notices go to\n%s", notices)
	}
	if s := step(t, p, "review-sent-items"); !strings.Contains(strings.Join(s.Manual, " "), "New account details") || !slices.Contains(s.Why, "s") {
		t.Errorf("the list of what was sent: %+v", s)
	}
}

func TestWhatNobodyDecidedAboutIsToldAgain(t *testing.T) {
	consent := left("consent", evict.ByOwner, evict.Leftover{Kind: evict.LeftGrant, Of: danaUPN, ID: "app-1", Name: "Mail Backup Pro"})
	read := left("read", evict.ByUnknown, evict.Leftover{Kind: evict.LeftGrant, Of: danaUPN, ID: "app-1"})
	c := caseOfDana()
	c.Findings = append(c.Findings, consent, read)
	said := func(done []DoneStep) int {
		notes := strings.Join(recovery(t, c, done, Release{LogsTo: since(3 * time.Hour)}).Notes, "\n")
		return strings.Count(notes, "Nobody decided about")
	}
	done := responded(t)
	if n := said(done); n != 1 { // one application, whatever findings tell of it
		t.Errorf("%d notes while nothing was decided", n)
	}
	taken := DoneStep{Plan: "later", Verified: true, Ended: since(time.Hour), Step: evict.Step{ID: "x", Action: "revoke-consent", Phase: evict.Evict, Why: []string{"consent"}, Target: evict.Object{Account: danaID, Name: "Mail Backup Pro", Kind: "grant", ID: "g9"}}}
	if n := said(append(done, taken)); n != 0 {
		t.Errorf("%d notes after the consent was taken away", n)
	}
}
