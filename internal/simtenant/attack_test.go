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
	return w
}

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
