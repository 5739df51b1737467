package simtenant

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestForwarding(t *testing.T) {
	s := newShop(t)
	s.run("Set-Mailbox", Object{"Identity": danaID, "ForwardingSmtpAddress": "away@evil.example", "DeliverToMailboxAndForward": true})
	o := s.one("Get-Mailbox", Object{"Identity": danaID})
	if o["ForwardingSmtpAddress"] != "smtp:away@evil.example" || o["DeliverToMailboxAndForward"] != true || o["ForwardingAddress"] != nil {
		t.Errorf("%v", o)
	}
	if got := s.forwards(s.mailboxOf(danaID)); got != "away@evil.example" {
		t.Errorf("mail goes to %q", got)
	}
	// A contact's name says nothing of where it leads, and ForwardingAddress wins.
	s.run("Set-Mailbox", Object{"Identity": danaID, "ForwardingAddress": "Mallory"})
	o = s.one("Get-Mailbox", Object{"Identity": danaID})
	if o["ForwardingAddress"] != "Mallory Outside" || o["ForwardingSmtpAddress"] != "smtp:away@evil.example" {
		t.Errorf("%v %v", o["ForwardingAddress"], o["ForwardingSmtpAddress"])
	}
	if got := s.forwards(s.mailboxOf(danaID)); got != "drop@evil.example" {
		t.Errorf("mail goes to %q", got)
	}
	if o := s.one("Get-Recipient", Object{"Identity": "Mallory Outside"}); o["ExternalEmailAddress"] != "SMTP:drop@evil.example" {
		t.Errorf("contact %v", o)
	}
	r, body := s.lastRecord()
	if r.Operation != "Set-Mailbox" || r.RecordType != 1 || !slices.Contains(r.Names, "dana@contoso.example") || r.Available.Before(r.Time.Add(15*time.Minute)) || !strings.Contains(fmt.Sprint(body["Parameters"]), "ForwardingSmtpAddress") && !strings.Contains(fmt.Sprint(body["Parameters"]), "Mallory") {
		t.Errorf("record %+v\n%s", r, r.Body)
	}
	s.run("Set-Mailbox", Object{"Identity": danaID, "ForwardingAddress": nil, "ForwardingSmtpAddress": nil, "DeliverToMailboxAndForward": false})
	o = s.one("Get-Mailbox", Object{"Identity": danaID})
	if o["ForwardingAddress"] != nil || o["ForwardingSmtpAddress"] != nil || o["DeliverToMailboxAndForward"] != false || s.forwards(s.mailboxOf(danaID)) != "" {
		t.Errorf("after clearing: %v", o)
	}
	s.fails(404, "Set-Mailbox", Object{"Identity": danaID, "ForwardingAddress": "stranger@elsewhere.example"})
	s.fails(400, "Set-Mailbox", Object{"Identity": danaID, "ForwardingSmtpAddress": "nonsense"})
	if len(s.touched) != 3 {
		t.Errorf("changes: %v", s.touched)
	}
}

func TestMailboxProperties(t *testing.T) {
	s := newShop(t)
	s.fails(400, "Set-Mailbox", Object{"Identity": syncedID, "DisplayName": "Other"})
	s.run("Set-Mailbox", Object{"Identity": danaID, "AuditEnabled": false, "AuditOwner": Object{"@odata.type": "#Exchange.GenericHashTable", "remove": []string{"Send"}}, "AuditLogAgeLimit": "30.00:00:00", "GrantSendOnBehalfTo": []string{"bo"}})
	o := s.one("Get-Mailbox", Object{"Identity": danaID})
	if o["AuditEnabled"] != false || o["AuditLogAgeLimit"] != "30.00:00:00" || fmt.Sprint(o["GrantSendOnBehalfTo"]) != "["+bossID+"]" || fmt.Sprint(o["DefaultAuditSet"]) != "[Admin Delegate]" ||
		strings.Contains(fmt.Sprint(o["AuditOwner"]), "Send") || !strings.Contains(fmt.Sprint(o["AuditOwner"]), "HardDelete") {
		t.Errorf("%v", o)
	}
	s.fails(400, "Set-Mailbox", Object{"Identity": danaID, "AuditLogAgeLimit": "30 days"})
	if a := s.run("Get-Mailbox", Object{"RecipientTypeDetails": []string{"SharedMailbox"}, "ResultSize": "Unlimited"}); len(a.Value) != 1 || a.Value[0]["Identity"] != sharedID || a.Value[0]["AccountDisabled"] != true {
		t.Errorf("shared: %v", a.Value)
	}
	s.run("Set-Mailbox", Object{"Identity": bossID, "ForwardingSmtpAddress": "x@evil.example"})
	if a := s.run("Get-Mailbox", Object{"Filter": "ForwardingSmtpAddress -ne $null"}); len(a.Value) != 1 || a.Value[0]["Identity"] != bossID {
		t.Errorf("filtered: %v", a.Value)
	}
	if a := s.run("Get-Mailbox", Object{"Filter": "DisplayName -like 'Dana*' -and Alias -eq 'dana'"}); len(a.Value) != 1 {
		t.Errorf("filtered: %d", len(a.Value))
	}
	s.fails(400, "Get-Mailbox", Object{"Filter": "ForwardingSmtpAddress != null"})
	s.run("Set-User", Object{"Identity": danaID, "Phone": "+1 204 555 0100", "City": "Winnipeg", "DisplayName": "Dana R."})
	if u := s.one("Get-User", Object{"Identity": danaID}); u["Phone"] != "+1 204 555 0100" || u["City"] != "Winnipeg" || u["DisplayName"] != "Dana R." || s.userByID(danaID).Profile["city"] != "Winnipeg" {
		t.Errorf("%v", u)
	}
	s.fails(400, "Set-User", Object{"Identity": syncedID, "City": "Elsewhere"})
}

func TestProtocolsHaveThreeValues(t *testing.T) {
	s := newShop(t)
	o := s.one("Get-CASMailbox", Object{"Identity": danaID})
	if o["SmtpClientAuthenticationDisabled"] != nil || o["PopEnabled"] != true {
		t.Errorf("%v", o)
	}
	for _, v := range []any{true, false, nil} {
		s.run("Set-CASMailbox", Object{"Identity": danaID, "SmtpClientAuthenticationDisabled": v, "PopEnabled": false, "ActiveSyncBlockedDeviceIDs": Object{"@odata.type": "#Exchange.GenericHashTable", "add": "DEV1"}})
		o = s.one("Get-CASMailbox", Object{"Identity": danaID})
		if got, ok := o["SmtpClientAuthenticationDisabled"]; !ok || got != v || o["PopEnabled"] != false || o["ImapEnabled"] != true || fmt.Sprint(o["ActiveSyncBlockedDeviceIDs"]) != "[DEV1]" {
			t.Errorf("%v: %v", v, o)
		}
	}
	s.fails(400, "Set-CASMailbox", Object{"Identity": danaID, "PopEnabled": nil})
	if casDefaults["PopEnabled"] != true || s.one("Get-CASMailbox", Object{"Identity": bossID})["PopEnabled"] != true {
		t.Error("another mailbox changed too")
	}
}

func TestInboxRules(t *testing.T) {
	s := newShop(t)
	made := s.one("New-InboxRule", Object{"Mailbox": "dana@contoso.example", "Name": ".", "SubjectOrBodyContainsWords": []string{"invoice", "payment"}, "From": []string{"bo", "x@partner.example"},
		"ForwardTo": "away@evil.example", "MoveToFolder": `dana:\Flux RSS`, "MarkAsRead": true, "StopProcessingRules": true, "WithImportance": "High", "WithinSizeRangeMinimum": "10 KB", "ExceptIfHasAttachment": true})
	id, ok := made["RuleIdentity"].(json.Number)
	if !ok || len(id) < 19 {
		t.Errorf("RuleIdentity %v", made["RuleIdentity"])
	}
	box := s.mailboxOf(danaID)
	r := box.Rules[0]
	want := Object{"bodyOrSubjectContains": []string{"invoice", "payment"}, "importance": "high", "withinSizeRange": Object{"minimumSize": int64(10)},
		"fromAddresses": []Object{{"emailAddress": Object{"name": "Bo Ström", "address": "bo@contoso.example"}}, {"emailAddress": Object{"name": "x@partner.example", "address": "x@partner.example"}}}}
	if fmt.Sprint(r.Conditions) != fmt.Sprint(want) || fmt.Sprint(r.Exceptions) != "map[hasAttachments:true]" || r.Actions["moveToFolder"] != "dana-rss" || r.Actions["markAsRead"] != true {
		t.Errorf("kept %v %v %v", r.Conditions, r.Exceptions, r.Actions)
	}
	o := s.one("Get-InboxRule", Object{"Mailbox": danaID, "Identity": string(id)})
	if fmt.Sprint(o["ForwardTo"]) != `["away@evil.example" [SMTP:away@evil.example]]` || !strings.HasPrefix(fmt.Sprint(o["From"]), `["Bo Ström" [EX:/o=ExchangeLabs/`) || o["MoveToFolder"] != "Flux RSS" || o["WithImportance"] != "High" ||
		o["WithinSizeRangeMinimum"] != "10 KB (10,240 bytes)" || o["ExceptIfHasAttachment"] != true || o["DeleteMessage"] != false || !strings.Contains(fmt.Sprint(o["Description"]), "invoice") {
		t.Errorf("%v", o)
	}
	for name := range o {
		if strings.Contains(strings.ToLower(name), "created") || strings.Contains(strings.ToLower(name), "changed") {
			t.Errorf("a rule has no time, but %s", name)
		}
	}
	_, body := s.lastRecord()
	if body["Operation"] != "New-InboxRule" || !strings.HasSuffix(fmt.Sprint(body["ObjectId"]), `\.`) || body["ClientIP"] != "192.0.2.10:443" || !slices.ContainsFunc(body["Parameters"].([]any), func(p any) bool {
		m := p.(map[string]any)
		return m["Name"] == "SubjectOrBodyContainsWords" && m["Value"] == "invoice;payment"
	}) {
		t.Errorf("record %v", body)
	}
	s.fails(400, "New-InboxRule", Object{"Mailbox": danaID, "Name": ".", "DeleteMessage": true})
	s.fails(400, "New-InboxRule", Object{"Mailbox": danaID, "Name": "nothing to do", "From": "bo"})
	s.fails(404, "New-InboxRule", Object{"Mailbox": danaID, "Name": "nowhere", "MoveToFolder": "RSS Feeds"})
	s.run("Set-InboxRule", Object{"Mailbox": danaID, "Identity": ".", "ForwardTo": nil, "DeleteMessage": true, "MarkAsRead": false})
	if _, has := r.Actions["forwardTo"]; has || r.Actions["delete"] != true || r.Actions["markAsRead"] != nil {
		t.Errorf("after Set: %v", r.Actions)
	}
	s.run("Disable-InboxRule", Object{"Mailbox": danaID, "Identity": danaID + `\` + string(id)})
	if o := s.one("Get-InboxRule", Object{"Mailbox": danaID}); o["Enabled"] != false {
		t.Errorf("%v", o)
	}
	s.run("Remove-InboxRule", Object{"Mailbox": danaID, "Identity": string(id), "Confirm": false})
	if len(box.Rules) != 0 {
		t.Errorf("left: %v", box.Rules)
	}
	s.fails(404, "Remove-InboxRule", Object{"Mailbox": danaID, "Identity": string(id)})
}

func TestHiddenRules(t *testing.T) {
	s := newShop(t)
	box := s.mailboxOf(danaID)
	box.Rules = []*InboxRule{
		{ID: "11", Name: "mine", Sequence: 1, Enabled: true, Actions: Object{"markAsRead": true}},
		{ID: "12", Name: "", Sequence: 2, Enabled: true, Hidden: true, Actions: Object{"forwardTo": []any{map[string]any{"emailAddress": map[string]any{"address": "drop@evil.example"}}}}},
		{ID: "13", Name: "Delegate Rule -123", Sequence: 3, Enabled: true, Hidden: true},
		{ID: "14", Name: "play a sound", Sequence: 4, Enabled: true, ClientOnly: true},
	}
	box.AutoReply = Object{"AutoReplyState": "Enabled"}
	names := func(p Object) (out []string) {
		for _, o := range s.run("Get-InboxRule", p).Value {
			out = append(out, fmt.Sprint(o["Name"]))
		}
		return out
	}
	if got := names(Object{"Mailbox": danaID}); !slices.Equal(got, []string{"mine", "play a sound"}) {
		t.Errorf("visible: %q", got)
	}
	if got := names(Object{"Mailbox": danaID, "IncludeHidden": true}); !slices.Equal(got, []string{"mine", "", "Delegate Rule -123", "play a sound", "Junk E-mail Rule", "Microsoft.Exchange.OOF.AllExternalSenders.Global"}) {
		t.Errorf("all: %q", got)
	}
	for _, id := range []string{"13", "Junk E-mail Rule"} {
		s.fails(400, "Disable-InboxRule", Object{"Mailbox": danaID, "Identity": id})
	}
	if len(box.Rules) != 4 {
		t.Fatal("a refused write destroyed a rule")
	}
	a := s.run("Disable-InboxRule", Object{"Mailbox": danaID, "Identity": "12"})
	if box.Rules[1].Enabled || len(box.Rules) != 3 || len(a.Warnings) != 1 {
		t.Errorf("%+v, warnings %v", box.Rules, a.Warnings)
	}
	if got := names(Object{"Mailbox": danaID}); !slices.Equal(got, []string{"mine"}) {
		t.Errorf("after a write through Exchange: %q, want the client-only rule destroyed", got)
	}
}

func TestSweepRules(t *testing.T) {
	s := newShop(t)
	s.run("New-SweepRule", Object{"Mailbox": danaID, "Name": "from bank", "Provider": "Exchange16", "Sender": "bank@bank.example", "KeepForDays": 1})
	o := s.one("Get-SweepRule", Object{"Mailbox": danaID})
	if o["Enabled"] != true || o["Sender"] != "bank@bank.example" || fmt.Sprint(o["KeepForDays"]) != "1" {
		t.Errorf("%v", o)
	}
	s.run("Disable-SweepRule", Object{"Identity": o["Identity"]})
	if o := s.one("Get-SweepRule", Object{"Mailbox": danaID, "Identity": "from bank"}); o["Enabled"] != false {
		t.Errorf("%v", o)
	}
	s.run("Remove-SweepRule", Object{"Mailbox": danaID, "Identity": "from bank"})
	if a := s.run("Get-SweepRule", Object{"Mailbox": danaID}); len(a.Value) != 0 {
		t.Errorf("%v", a.Value)
	}
}

func TestMailboxPermissions(t *testing.T) {
	s := newShop(t)
	p := Object{"Identity": sharedID, "User": "bo@contoso.example", "AccessRights": []string{"FullAccess"}, "InheritanceType": "All"}
	s.run("Add-MailboxPermission", p)
	if a := s.run("Add-MailboxPermission", p); len(a.Warnings) != 1 {
		t.Errorf("twice: %v", a.Warnings)
	}
	a := s.run("Get-MailboxPermission", Object{"Identity": sharedID})
	if len(a.Value) != 2 || a.Value[0]["User"] != `NT AUTHORITY\SELF` || a.Value[1]["User"] != "bo@contoso.example" || fmt.Sprint(a.Value[1]["AccessRights"]) != "[FullAccess]" {
		t.Errorf("%v", a.Value)
	}
	s.one("Get-MailboxPermission", Object{"Identity": sharedID, "User": "bo@contoso.example"})
	if a := s.run("Get-MailboxPermission", Object{"Identity": sharedID, "User": "dana@contoso.example"}); len(a.Value) != 0 {
		t.Errorf("somebody else's: %v", a.Value)
	}
	s.fails(400, "Add-MailboxPermission", Object{"Identity": sharedID, "User": "bo", "AccessRights": []string{"Everything"}})
	s.fails(400, "Add-MailboxPermission", Object{"Identity": sharedID, "User": "bo", "AccessRights": []string{"FullAccess"}, "Deny": true})
	s.run("Add-RecipientPermission", Object{"Identity": sharedID, "Trustee": "bo", "AccessRights": []string{"SendAs"}})
	if o := s.one("Get-RecipientPermission", Object{"Trustee": "bo@contoso.example", "ResultSize": "Unlimited"}); o["Identity"] != sharedID {
		t.Errorf("%v", o)
	}
	s.userByID(bossID).Deleted = s.now
	if a := s.run("Get-MailboxPermission", Object{"Identity": sharedID}); !strings.HasPrefix(fmt.Sprint(a.Value[1]["User"]), "S-1-5-21-") {
		t.Errorf("of a deleted account: %v", a.Value[1])
	}
	s.userByID(bossID).Deleted = time.Time{}
	s.run("Remove-MailboxPermission", p)
	if a := s.run("Remove-MailboxPermission", p); len(a.Warnings) != 1 {
		t.Errorf("removing again: %v", a.Warnings)
	}
	s.run("Remove-RecipientPermission", Object{"Identity": sharedID, "Trustee": bossID, "AccessRights": []string{"SendAs"}})
	if m := s.mailboxOf(sharedID); len(m.Permissions) != 0 || len(m.SendAs) != 0 {
		t.Errorf("left %v %v", m.Permissions, m.SendAs)
	}
}

func TestFolderPermissions(t *testing.T) {
	s := newShop(t)
	cal := danaID + `:\Calendrier`
	s.fails(404, "Get-MailboxFolderPermission", Object{"Identity": danaID + `:\Calendar`})
	a := s.run("Get-MailboxFolderPermission", Object{"Identity": cal})
	if len(a.Value) != 2 || a.Value[0]["User"] != "Default" || fmt.Sprint(a.Value[0]["AccessRights"]) != "[AvailabilityOnly]" || a.Value[1]["User"] != "Anonymous" {
		t.Errorf("%v", a.Value)
	}
	s.run("Add-MailboxFolderPermission", Object{"Identity": cal, "User": "bo", "AccessRights": []string{"Editor"}, "SharingPermissionFlags": "Delegate"})
	s.fails(400, "Add-MailboxFolderPermission", Object{"Identity": cal, "User": "bo", "AccessRights": []string{"Reviewer"}})
	if o := s.one("Get-MailboxFolderPermission", Object{"Identity": cal, "User": bossID}); o["User"] != "Bo Ström" || o["SharingPermissionFlags"] != "Delegate" {
		t.Errorf("%v", o)
	}
	s.run("Set-MailboxFolderPermission", Object{"Identity": danaID + `:dana-inbox`, "User": "Default", "AccessRights": "Reviewer"})
	if o := s.one("Get-MailboxFolderPermission", Object{"Identity": danaID + `:\Boîte de réception`, "User": "Default"}); fmt.Sprint(o["AccessRights"]) != "[Reviewer]" {
		t.Errorf("%v", o)
	}
	s.run("Remove-MailboxFolderPermission", Object{"Identity": cal, "User": "bo@contoso.example"})
	s.fails(404, "Remove-MailboxFolderPermission", Object{"Identity": cal, "User": "bo@contoso.example"})
	a = s.run("Get-MailboxFolderPermission", Object{"Identity": danaID + `:\`})
	if len(a.Value) != 2 {
		t.Errorf("root: %v", a.Value)
	}
}

func TestSettings(t *testing.T) {
	s := newShop(t)
	s.run("Set-MailboxMessageConfiguration", Object{"Identity": danaID, "SignatureHtml": "<b>new bank details</b>", "AutoAddSignature": true})
	if o := s.one("Get-MailboxMessageConfiguration", Object{"Identity": danaID}); o["SignatureHtml"] != "<b>new bank details</b>" || o["AutoAddSignature"] != true || o["Identity"] != danaID {
		t.Errorf("%v", o)
	}
	s.run("Set-MailboxAutoReplyConfiguration", Object{"Identity": danaID, "AutoReplyState": "scheduled", "StartTime": "2026-11-21T00:00:00Z", "EndTime": "2026-11-22T00:00:00Z", "ExternalMessage": "away"})
	if o := s.one("Get-MailboxAutoReplyConfiguration", Object{"Identity": danaID}); o["AutoReplyState"] != "Scheduled" || o["EndTime"] != "2026-11-22T00:00:00Z" {
		t.Errorf("%v", o)
	}
	s.fails(400, "Set-MailboxAutoReplyConfiguration", Object{"Identity": danaID, "AutoReplyState": "On"})
	list := Object{"@odata.type": "#Exchange.GenericHashTable", "add": []string{"bank.example"}}
	s.run("Set-MailboxJunkEmailConfiguration", Object{"Identity": danaID, "BlockedSendersAndDomains": list})
	s.run("Set-MailboxJunkEmailConfiguration", Object{"Identity": danaID, "BlockedSendersAndDomains": Object{"@odata.type": "#Exchange.GenericHashTable", "add": "it@contoso.example"}})
	if o := s.one("Get-MailboxJunkEmailConfiguration", Object{"Identity": danaID}); fmt.Sprint(o["BlockedSendersAndDomains"]) != "[bank.example it@contoso.example]" || o["Enabled"] != true {
		t.Errorf("%v", o)
	}
	s.fails(400, "Set-MailboxJunkEmailConfiguration", Object{"Identity": danaID, "TrustedSendersAndDomains": "contoso.example"})
	for _, name := range []string{"Get-MailboxRegionalConfiguration", "Get-CalendarProcessing", "Get-MailboxStatistics"} {
		s.one(name, Object{"Identity": danaID})
	}
	if a := s.run("Get-MailboxFolderStatistics", Object{"Identity": danaID}); len(a.Value) != 7 {
		t.Errorf("%d folders", len(a.Value))
	}
	s.mailboxOf(danaID).AddIns = []Object{{"AppId": "x", "DisplayName": "Helper", "Enabled": true}}
	s.one("Get-App", Object{"Mailbox": danaID})
}

func TestMobileDevices(t *testing.T) {
	s := newShop(t)
	s.mailboxOf(danaID).Mobile = []Object{{"DeviceId": "DEV1", "DeviceType": "iPhone"}, {"DeviceId": "DEV2", "DeviceType": "SamsungDevice"}}
	a := s.run("Get-MobileDevice", Object{"Mailbox": danaID})
	if len(a.Value) != 2 {
		t.Fatal(a.Value)
	}
	id := a.Value[0]["Identity"]
	s.run("Clear-MobileDevice", Object{"Identity": id, "AccountOnly": true})
	if o := s.one("Get-MobileDeviceStatistics", Object{"Identity": id}); o["Status"] != "AccountOnlyDeviceWipePending" {
		t.Errorf("%v", o)
	}
	s.run("Remove-MobileDevice", Object{"Identity": "DEV2"})
	if len(s.mailboxOf(danaID).Mobile) != 1 {
		t.Error("not removed")
	}
	s.fails(404, "Remove-MobileDevice", Object{"Identity": "DEV2"})
}

func TestMailFlow(t *testing.T) {
	s := newShop(t)
	s.Transport = []Object{{"Name": "hide", "Priority": 1, "RedirectMessageTo": []string{"drop@evil.example"}}, {"Name": "first", "Priority": 0}}
	s.Inbound = []Object{{"Name": "relay", "SenderIPAddresses": []string{"203.0.113.9"}}}
	s.Outbound = []Object{{"Name": "out", "SmartHosts": []string{"203.0.113.9"}}}
	a := s.run("Get-TransportRule", nil)
	if len(a.Value) != 2 || a.Value[0]["Name"] != "first" || a.Value[1]["State"] != "Enabled" {
		t.Errorf("%v", a.Value)
	}
	s.run("Disable-TransportRule", Object{"Identity": a.Value[1]["Guid"]})
	if o := s.one("Get-TransportRule", Object{"State": "Disabled"}); o["Name"] != "hide" || o["WhenChanged"] == nil {
		t.Errorf("%v", o)
	}
	s.run("Enable-TransportRule", Object{"Identity": "hide", "Mode": "Audit"})
	if o := s.one("Get-TransportRule", Object{"Identity": "hide"}); o["State"] != "Enabled" || o["Mode"] != "Audit" {
		t.Errorf("%v", o)
	}
	s.run("Set-InboundConnector", Object{"Identity": "relay", "Enabled": false})
	s.run("Set-OutboundConnector", Object{"Identity": "out", "Enabled": false})
	if s.one("Get-InboundConnector", nil)["Enabled"] != false || s.one("Get-OutboundConnector", nil)["Enabled"] != false {
		t.Error("a connector is still on")
	}
	s.fails(404, "Set-InboundConnector", Object{"Identity": "out", "Enabled": false})
	if o := s.one("Get-HostedOutboundSpamFilterPolicy", Object{"Identity": "Default"}); o["AutoForwardingMode"] != "Automatic" {
		t.Errorf("%v", o)
	}
	if o := s.one("Get-RemoteDomain", nil); o["DomainName"] != "*" {
		t.Errorf("%v", o)
	}
	for _, name := range []string{"Get-OrganizationConfig", "Get-TransportConfig", "Get-OwaMailboxPolicy"} {
		s.one(name, nil)
	}
	if a := s.run("Get-AcceptedDomain", nil); len(a.Value) != 2 {
		t.Errorf("%v", a.Value)
	}
	for _, name := range []string{"Get-JournalRule", "Get-AuthenticationPolicy", "Get-ApplicationAccessPolicy", "Get-HostedOutboundSpamFilterRule", "Get-QuarantineMessage"} {
		if a := s.run(name, nil); len(a.Value) != 0 {
			t.Errorf("%s: %v", name, a.Value)
		}
	}
}

func TestAuditSwitches(t *testing.T) {
	s := newShop(t)
	if s.one("Get-AdminAuditLogConfig", nil)["UnifiedAuditLogIngestionEnabled"] != true {
		t.Error("Exchange says off")
	}
	s.purview = true
	s.as("Global Administrator")
	if s.one("Get-AdminAuditLogConfig", nil)["UnifiedAuditLogIngestionEnabled"] != false {
		t.Error("the compliance endpoint says on; it never does")
	}
	s.purview = false
	s.as("Exchange Administrator")
	s.run("Set-AdminAuditLogConfig", Object{"UnifiedAuditLogIngestionEnabled": false})
	if s.one("Get-AdminAuditLogConfig", nil)["UnifiedAuditLogIngestionEnabled"] != false || !s.AuditOff || len(s.Log) != 1 {
		t.Errorf("off: %v, %d records", s.AuditOff, len(s.Log))
	}
	s.run("Set-MailboxAuditBypassAssociation", Object{"Identity": danaID, "AuditBypassEnabled": true})
	if s.one("Get-MailboxAuditBypassAssociation", Object{"Identity": danaID})["AuditBypassEnabled"] != true || len(s.Log) != 1 {
		t.Errorf("bypass, %d records", len(s.Log))
	}
}

func TestRoleGroups(t *testing.T) {
	s := newShop(t)
	if a := s.run("Get-RoleGroup", nil); len(a.Value) != 2 {
		t.Errorf("%v", a.Value)
	}
	s.run("Remove-RoleGroupMember", Object{"Identity": "Recipient Management", "Member": "dana@contoso.example", "BypassSecurityGroupManagerCheck": true})
	s.fails(400, "Remove-RoleGroupMember", Object{"Identity": "Recipient Management", "Member": danaID})
	if a := s.run("Get-RoleGroupMember", Object{"Identity": "Recipient Management"}); len(a.Value) != 0 {
		t.Errorf("%v", a.Value)
	}
	s.run("Add-RoleGroupMember", Object{"Identity": "Recipient Management", "Member": danaID})
	if o := s.one("Get-RoleGroupMember", Object{"Identity": "Recipient Management"}); o["ExternalDirectoryObjectId"] != danaID || o["PrimarySmtpAddress"] != "dana@contoso.example" {
		t.Errorf("%v", o)
	}
	s.fails(400, "Add-RoleGroupMember", Object{"Identity": "Recipient Management", "Member": danaID})

	a := s.run("Get-ManagementRoleAssignment", Object{"RoleAssignee": "dana@contoso.example"})
	if len(a.Value) != 2 || a.Value[0]["RoleAssigneeType"] != "RoleGroup" || a.Value[0]["EffectiveUserName"] != "All Group Members" {
		t.Errorf("%v", a.Value)
	}
	s.run("New-ManagementRoleAssignment", Object{"Role": "mailbox import export", "User": "dana"})
	name := "Mailbox Import Export-dana@contoso.example"
	if o := s.one("Get-ManagementRoleAssignment", Object{"Identity": name}); o["RoleAssigneeName"] != "dana@contoso.example" || o["EffectiveUserName"] != "dana@contoso.example" {
		t.Errorf("%v", o)
	}
	if a := s.run("Get-ManagementRoleAssignment", Object{"Role": "Mail Recipients", "GetEffectiveUsers": true}); len(a.Value) != 2 || a.Value[0]["AssignmentMethod"] != "RoleGroup" {
		t.Errorf("%v", a.Value)
	}
	s.run("Remove-ManagementRoleAssignment", Object{"Identity": name, "Confirm": false})
	s.fails(404, "Get-ManagementRoleAssignment", Object{"Identity": name})

	s.purview = true
	s.as("Global Administrator")
	if o := s.one("Get-RoleGroup", nil); o["Name"] != "eDiscovery Manager" {
		t.Errorf("%v", o)
	}
	s.run("Remove-RoleGroupMember", Object{"Identity": "eDiscovery Manager", "Member": danaID})
	if r, _ := s.lastRecord(); len(s.RoleGroups[2].Members) != 0 || len(s.RoleGroups[1].Members) != 1 || r.RecordType != 18 || !slices.Contains(r.Names, "dana@contoso.example") {
		t.Errorf("record %s %v", r.Body, r.Names)
	}
	s.as("Global Reader")
	if r := s.send("Remove-RoleGroupMember", Object{"Identity": "eDiscovery Manager", "Member": danaID}); r.Status != 403 {
		t.Errorf("by a reader: %d", r.Status)
	}
}

func TestRestrictedSenders(t *testing.T) {
	s := newShop(t)
	s.as("Security Administrator")
	if a := s.run("Get-BlockedSenderAddress", nil); len(a.Value) != 0 {
		t.Errorf("%v", a.Value)
	}
	r := &Restricted{Address: "dana@contoso.example", Reason: "OutboundSpamLast24Hours=201", Since: s.now}
	s.Restricted = []*Restricted{r}
	for range unblocks {
		s.one("Get-BlockedSenderAddress", Object{"SenderAddress": "DANA@contoso.example"})
		s.run("Remove-BlockedSenderAddress", Object{"SenderAddress": "dana@contoso.example"})
		if a := s.run("Get-BlockedSenderAddress", nil); len(a.Value) != 0 {
			t.Errorf("%v", a.Value)
		}
		s.fails(404, "Remove-BlockedSenderAddress", Object{"SenderAddress": "dana@contoso.example"})
		r.Since = s.now
	}
	if m := s.fails(400, "Remove-BlockedSenderAddress", Object{"SenderAddress": "dana@contoso.example"}); !strings.Contains(m, "maximum number") {
		t.Error(m)
	}
	if !slices.ContainsFunc(s.Log, func(r Record) bool { return r.RecordType == 51 && strings.Contains(string(r.Body), "Delisted") }) {
		t.Error("no hygiene event")
	}
}

func TestRecoverableItems(t *testing.T) {
	s := newShop(t)
	s.RoleGroups[0].Roles = append(s.RoleGroups[0].Roles, "Mailbox Import Export")
	s.RoleGroups[0].Members = append(s.RoleGroups[0].Members, spID)
	s.as()
	m := s.mailboxOf(danaID)
	m.folder("recoverableitemsdeletions").Messages = []*Message{
		{ID: "m1", Subject: "Invoice 7", Received: s.now.Add(-48 * time.Hour), Modified: s.now.Add(-24 * time.Hour), Was: "dana-sent"},
		{ID: "m2", Subject: "Lunch", Received: s.now.Add(-48 * time.Hour), Modified: s.now.Add(-2 * time.Hour)},
	}
	all := Object{"Identity": danaID}
	if a := s.run("Get-RecoverableItems", all); len(a.Value) != 2 || a.Value[0]["Subject"] != "Lunch" {
		t.Errorf("%v", a.Value)
	}
	o := s.one("Get-RecoverableItems", Object{"Identity": danaID, "SubjectContains": "invoice", "FilterStartTime": "2026-11-19T00:00:00Z", "SourceFolder": "RecoverableItems"})
	if o["LastParentPath"] != "Éléments envoyés" || o["EntryID"] != "m1" {
		t.Errorf("%v", o)
	}
	s.run("Restore-RecoverableItems", all)
	if len(m.folder("sentitems").Messages) != 1 || len(m.folder("inbox").Messages) != 1 || len(m.folder("recoverableitemsdeletions").Messages) != 0 {
		t.Error("not restored")
	}
}

func TestRecordsAppearLate(t *testing.T) {
	s := newShop(t)
	for range 40 {
		s.run("Set-Mailbox", Object{"Identity": danaID, "AuditEnabled": true})
	}
	ids, delays := map[string]bool{}, map[time.Duration]bool{}
	for i, r := range s.Log {
		d := r.Available.Sub(r.Time)
		if d < 15*time.Minute || d >= time.Hour {
			t.Errorf("shown after %v", d)
		}
		if i > 0 && r.Available.Before(s.Log[i-1].Available) {
			t.Errorf("record %d is out of order", i)
		}
		ids[r.ID], delays[d] = true, true
	}
	if len(ids) != 40 || len(delays) < 20 {
		t.Errorf("%d IDs, %d delays", len(ids), len(delays))
	}
}
