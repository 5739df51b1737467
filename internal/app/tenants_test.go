package app

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/zalando/go-keyring"
)

func TestSecretGoesToTheKeychainAndBack(t *testing.T) {
	keyring.MockInit()
	ts := &Tenants{Folder: t.TempDir(), Stdin: strings.NewReader("canary-secret\r\n")}
	p := TenantProfile{Name: "contoso", Tenant: "contoso.example", Cloud: "worldwide", Client: "id", Method: "client-secret", Secret: "keychain"}
	if err := ts.Add(p); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(ts.path("contoso"))
	if err != nil || strings.Contains(string(b), "canary") {
		t.Errorf("the profile is %s (%v)", b, err)
	}
	if got, err := ts.secret("contoso", "keychain"); err != nil || string(got) != "canary-secret" {
		t.Errorf("the keychain gives %q, %v", got, err)
	}
	if err := ts.Remove("contoso"); err != nil {
		t.Fatal(err)
	}
	if _, err := ts.secret("contoso", "keychain"); !errors.Is(err, ErrSignIn) {
		t.Errorf("after removal the keychain answers %v", err)
	}
}

func TestWithoutKeychainNothingIsWritten(t *testing.T) {
	keyring.MockInitWithError(errors.New("no session bus"))
	defer keyring.MockInit()
	ts := &Tenants{Folder: t.TempDir(), Stdin: strings.NewReader("s")}
	p := TenantProfile{Name: "contoso", Tenant: "contoso.example", Cloud: "worldwide", Client: "id", Method: "client-secret", Secret: "keychain"}
	if err := ts.Add(p); err == nil || !strings.Contains(err.Error(), "file:PATH") {
		t.Errorf("Add says %v", err)
	}
	if list, err := ts.List(); err != nil || len(list) != 0 {
		t.Errorf("there are %d profiles, %v", len(list), err)
	}
}
