package simtenant

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// takenWorld is the shop with an attacker in it.
func takenWorld() *World {
	w := shopWorld()
	at := w.Now.Add(-48 * time.Hour)
	dana, box := w.userByID(danaID), w.mailboxOf(danaID)
	dana.Password, dana.PasswordChanged, dana.SessionsValidFrom = "Kestrel!basalt-7", at.Add(-90*day), at.Add(-90*day)
	dana.Methods = []*Method{{ID: "own", Type: "phoneAuthenticationMethod", ByHand: "owner"}, {ID: "his", Type: "microsoftAuthenticatorAuthenticationMethod", ByHand: byAttacker}}
	box.Rules = []*InboxRule{{ID: "1", Enabled: true, ByHand: byAttacker}, {ID: "2", Enabled: true, ByHand: "owner"}}
	box.Permissions = []*Permission{{User: lookID, Rights: []string{"FullAccess"}, ByHand: byAttacker}, {User: bossID, Rights: []string{"FullAccess"}, ByHand: "owner"}}
	box.ForwardingSMTP = "smtp:Drop@evil.example"
	box.Sweep = []Object{{"RuleId": "s1", "Name": "...", "Enabled": true}, {"RuleId": "s2", "Name": "digests", "Enabled": true}}
	box.AddIns = []Object{{"AppId": "a1", "DisplayName": "Archive Helper", "Enabled": true}, {"AppId": "a2", "DisplayName": "Translator", "Enabled": true}}
	box.Junk = Object{"BlockedSendersAndDomains": []string{"bank.example", "helpdesk@contoso.example"}}
	box.AutoReply = Object{"AutoReplyState": "Enabled", "ExternalMessage": "New bank details"}
	box.Signature = Object{"AutoAddSignature": true, "SignatureText": "IBAN"}
	box.Mobile, box.Intruding = []Object{{"DeviceId": "M1"}, {"DeviceId": "M2"}}, []string{"M1"}
	box.OneDrive = []Object{{"url": sharedFile, "driveId": "d", "id": "i", "permissions": []Object{{"id": "p1", "link": Object{"scope": "anonymous"}}, {"id": "p2", "link": Object{"scope": "organization"}}}}}
	w.Applications = append(w.Applications, &Application{ID: "own-app", AppID: "own", Secrets: []Object{{"keyId": "0a0a"}, {"keyId": "1b1b"}}})
	w.Principals = append(w.Principals, &ServicePrincipal{ID: "own-principal", AppID: "own", Name: "Payroll export", Enabled: true})
	w.Devices = []*Device{{ID: "d1", Owner: danaID, Enabled: true, ByHand: byAttacker}}
	w.Principals = append(w.Principals, &ServicePrincipal{ID: "thief", AppID: "thief-app", Enabled: true, ByHand: byAttacker})
	w.Grants = []*Grant{{ID: "g1", Client: "thief", Consent: "Principal", Principal: danaID, ByHand: byAttacker}}
	w.RoleHolders = []*RoleAssignment{{ID: "r1", Role: builtInRoles[0].id, Principal: lookID, ByHand: byAttacker}}
	w.Transport = []Object{{"Name": ".", "State": "Enabled"}, {"Name": "banner", "State": "Enabled"}}
	act := func(kind, user, op, body string) {
		w.Log = append(w.Log, Record{Kind: kind, ID: fmt.Sprint("l", len(w.Log)), Time: at, Available: at, User: user, Operation: op, Body: []byte(body), ByHand: byAttacker})
	}
	act(SignInRecord, danaID, "Sign-in activity", `{"status":{"errorCode":0},"authenticationDetails":[{"authenticationMethod":"Password","authenticationStepResultDetail":"Correct password"}]}`)
	act(SignInRecord, bossID, "Sign-in activity", `{"status":{"errorCode":50126},"authenticationDetails":[{"authenticationMethod":"Password","authenticationStepResultDetail":"Invalid username or password or Invalid on-premise username or password."}]}`)
	act(AuditRecord, danaID, "Set-Mailbox", `{"Parameters":[{"Name":"Identity","Value":"dana@contoso.example"},{"Name":"ForwardingSmtpAddress","Value":"drop@evil.example"}]}`)
	act(AuditRecord, danaID, "New-TransportRule", `{"Parameters":[{"Name":"Name","Value":"."}]}`)
	act(AuditRecord, danaID, "Add user.", `{"Target":[{"ID":"User_`+lookID+`"},{"ID":"`+lookID+`"}]}`)
	set := func(op, object string, params ...string) {
		list := []Object{}
		for i := 0; i+1 < len(params); i += 2 {
			list = append(list, Object{"Name": params[i], "Value": params[i+1]})
		}
		act(AuditRecord, danaID, op, string(mustJSON(Object{"ObjectId": object, "Parameters": list})))
	}
	set("New-SweepRule", "", "Mailbox", "dana@contoso.example", "Name", "...")
	set("New-App", "", "Mailbox", "dana@contoso.example", "DisplayName", "Archive Helper")
	set("Set-MailboxJunkEmailConfiguration", "", "Identity", "dana@contoso.example", "BlockedSendersAndDomains", "helpdesk@contoso.example;ceo@contoso.example")
	set("Set-MailboxAutoReplyConfiguration", "", "Identity", "dana@contoso.example", "ExternalMessage", "New bank details")
	set("Set-MailboxMessageConfiguration", "", "Identity", "dana@contoso.example", "SignatureText", "IBAN")
	set("AnonymousLinkCreated", sharedFile)
	act(AuditRecord, danaID, "Update application \u2013 Certificates and secrets management ", `{"ModifiedProperties":[{"Name":"KeyDescription","OldValue":"[\"[KeyIdentifier=0a0a,KeyType=Password]\"]","NewValue":"[\"[KeyIdentifier=0a0a,KeyType=Password]\",\"[KeyIdentifier=1b1b,KeyType=Password]\"]"}]}`)
	return w
}

const sharedFile = "https://contoso-my.sharepoint.com/personal/dana/Documents/payroll.xlsx"

func footholds(tenant *Tenant) string {
	var kinds []string
	for _, f := range tenant.Attack() {
		kinds = append(kinds, f.Kind)
	}
	return strings.Join(kinds, " ")
}

// Each thing of the attacker's is found, and is gone when it was taken away.
func TestAttack(t *testing.T) {
	steps := map[string]func(*World){
		"password":       func(w *World) { w.userByID(danaID).PasswordChanged = w.Now },
		"session":        func(w *World) { w.userByID(danaID).SessionsValidFrom = w.Now },
		"account":        func(w *World) { w.userByID(lookID).Enabled = false },
		"method":         func(w *World) { w.userByID(danaID).Methods = w.userByID(danaID).Methods[:1] },
		"device":         func(w *World) { w.Devices[0].Enabled = false },
		"rule":           func(w *World) { w.mailboxOf(danaID).Rules[0].Enabled = false },
		"delegate":       func(w *World) { w.mailboxOf(danaID).Permissions = w.mailboxOf(danaID).Permissions[1:] },
		"forwarding":     func(w *World) { w.mailboxOf(danaID).ForwardingSMTP = "" },
		"grant":          func(w *World) { w.principalByID("thief").Enabled = false },
		"role":           func(w *World) { w.RoleHolders = nil },
		"transport-rule": func(w *World) { w.Transport[0]["State"] = "Disabled" },
		"sweep-rule":     func(w *World) { w.mailboxOf(danaID).Sweep[0]["Enabled"] = false },
		"add-in":         func(w *World) { w.mailboxOf(danaID).AddIns[0]["Enabled"] = false },
		"junk-list":      func(w *World) { w.mailboxOf(danaID).Junk["BlockedSendersAndDomains"] = []string{"bank.example"} },
		"auto-reply":     func(w *World) { w.mailboxOf(danaID).AutoReply["AutoReplyState"] = "Disabled" },
		"signature":      func(w *World) { w.mailboxOf(danaID).Signature["AutoAddSignature"] = false },
		"mobile-device":  func(w *World) { w.mailboxOf(danaID).Mobile = w.mailboxOf(danaID).Mobile[1:] },
		"link": func(w *World) {
			w.mailboxOf(danaID).OneDrive[0]["permissions"] = permissionsOf(w.mailboxOf(danaID).OneDrive[0])[1:]
		},
		"secret": func(w *World) { w.Applications[len(w.Applications)-1].Secrets = []Object{{"keyId": "0a0a"}} },
	}
	all := footholds(New(takenWorld(), Options{}))
	for _, kind := range strings.Fields(all) {
		if steps[kind] == nil {
			t.Errorf("%s is nobody's", kind)
		}
	}
	for kind, take := range steps {
		if !strings.Contains(" "+all+" ", " "+kind+" ") {
			t.Errorf("no %s among %s", kind, all)
		}
		tenant := New(takenWorld(), Options{})
		tenant.Look(take)
		if left := footholds(tenant); strings.Contains(" "+left+" ", " "+kind+" ") {
			t.Errorf("%s is left: %s", kind, left)
		}
	}
	tenant := New(takenWorld(), Options{})
	for _, take := range steps {
		tenant.Look(take)
	}
	if left := tenant.Attack(); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
	if err := tenant.OwnerCanWork("dana@contoso.example"); err != nil {
		t.Error(err)
	}
}

// What was the owner's is missed, each thing alone, and what was the attacker's is not.
func TestOwnerMisses(t *testing.T) {
	for name, take := range map[string]func(*World){
		"sweep rule": func(w *World) { w.mailboxOf(danaID).Sweep[1]["Enabled"] = false },
		"add-in":     func(w *World) { w.mailboxOf(danaID).AddIns = w.mailboxOf(danaID).AddIns[:1] },
		"telephone":  func(w *World) { w.mailboxOf(danaID).Mobile = nil },
		"method":     func(w *World) { w.userByID(danaID).Methods = w.userByID(danaID).Methods[1:] },
		"rule":       func(w *World) { w.mailboxOf(danaID).Rules[1].Enabled = false },
		"EwsEnabled": func(w *World) { w.mailboxOf(danaID).CAS = Object{"EwsEnabled": false} },
		"role group": func(w *World) { w.RoleGroups[len(w.RoleGroups)-1].Members = nil },
	} {
		w := takenWorld()
		w.RoleGroups = append(w.RoleGroups, &RoleGroup{Name: "Help Desk", Members: []string{danaID}})
		tenant := New(w, Options{})
		tenant.Look(take)
		if err := tenant.OwnerCanWork("dana@contoso.example"); err == nil || strings.Count(err.Error(), "\n") != 0 || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTrying(t *testing.T) {
	tenant := New(takenWorld(), Options{})
	before := tenant.Now().Add(-time.Hour)
	if err := tenant.TryPassword("dana@contoso.example", "Kestrel!basalt-7"); err != nil {
		t.Error(err)
	}
	if err := tenant.TrySession("dana@contoso.example", before); err != nil {
		t.Error(err)
	}
	tenant.Look(func(w *World) { w.userByID(danaID).SessionsValidFrom = before })
	if tenant.TrySession("dana@contoso.example", before) == nil || tenant.TryPassword("dana@contoso.example", "wrong") == nil {
		t.Error("a revoked session or a wrong password is taken")
	}
	tenant.Look(func(w *World) {
		w.userByID(danaID).Enabled = false
		w.mailboxOf(danaID).Rules[1].Enabled = false
		w.mailboxOf(danaID).CAS = Object{"OWAEnabled": false}
		w.Restricted = []*Restricted{{Address: "dana@contoso.example", Since: before}}
		w.mailboxOf(danaID).Permissions = nil
	})
	if tenant.TryPassword("dana@contoso.example", "Kestrel!basalt-7") == nil {
		t.Error("a blocked account signs in")
	}
	err := tenant.OwnerCanWork("dana@contoso.example")
	if err == nil || strings.Count(err.Error(), "\n") != 4 {
		t.Errorf("%v", err)
	}
}
