package respond

import (
	"slices"
	"strings"
	"testing"

	"evict"
)

func TestWhoDependsOnTheAccount(t *testing.T) {
	got := dependantsOf([]evict.Strand{
		{Client: "SMTP AUTH", Network: "192.0.2.10", To: hour}, {Client: "SMTP AUTH", Network: "192.0.2.10", To: since(60e9)},
		{Client: "IMAP / Thunderbird", Network: "192.0.2.11", To: hour},
		{Client: "IMAP", Network: "203.0.113.9", To: hour, Verdict: evict.ByAttacker},
		{Client: "browser / Chrome / Windows", Network: "192.0.2.12", To: hour},
		{Client: "Popular Browser", Network: "192.0.2.13", To: hour},
	})
	want := []string{"IMAP / Thunderbird from 192.0.2.11, last seen 2026-11-20T21:12:40Z", "SMTP AUTH from 192.0.2.10, last seen 2026-11-20T21:13:40Z"}
	if !slices.Equal(got, want) {
		t.Errorf("%q\nwant %q", got, want)
	}

	d := tenantOfDana()
	d.lists["exchange:Get-MailboxPermission "+danaID] = []row{
		{"User": `NT AUTHORITY\SELF`, "AccessRights": []string{"FullAccess"}}, {"User": "kim@contoso.example", "AccessRights": []string{"FullAccess"}},
		{"User": "Organization Management", "IsInherited": true}, {"User": "eve@contoso.example", "Deny": true}}
	p := propose(t, d, caseOfDana())
	i := slices.IndexFunc(p.Notes, func(n string) bool { return strings.HasPrefix(n, "Depends on ") })
	if i < 0 || !strings.Contains(p.Notes[i], "kim@contoso.example (mailbox-permission)") || strings.Contains(p.Notes[i], "eve") || strings.Contains(p.Notes[i], "NT AUTH") || strings.Contains(p.Notes[i], "Organization") {
		t.Errorf("notes: %q", p.Notes)
	}
}
