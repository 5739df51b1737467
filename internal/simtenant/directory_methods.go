package simtenant

import (
	"slices"
	"strings"
	"time"
)

// A methodType is one type of authentication method: the segment of its
// collection, its own permission, and the properties beside id and createdDateTime.
type methodType struct {
	name, segment, permission string
	props                     string
	beta                      bool   // v1.0 doesn't know it
	reported                  string // in userRegistrationDetails; "" for none
	preferred                 string // as a preferred second factor; "" when it can be no default
}

// methodTypes are Microsoft's (learn.microsoft.com/graph/api/resources/authenticationmethods-overview).
var methodTypes = []methodType{
	{"emailAuthenticationMethod", "emailMethods", "UserAuthMethod-Email", "emailAddress", false, "email", ""},
	{"externalAuthenticationMethod", "externalAuthenticationMethods", "UserAuthMethod-External", "configurationId displayName", false, "externalAuthMethod", ""},
	{"fido2AuthenticationMethod", "fido2Methods", "UserAuthMethod-Passkey", "aaGuid attestationCertificates attestationLevel displayName model", false, "passKeyDeviceBound", ""},
	{"microsoftAuthenticatorAuthenticationMethod", "microsoftAuthenticatorMethods", "UserAuthMethod-MicrosoftAuthApp", "deviceTag displayName phoneAppVersion device", false, "microsoftAuthenticatorPush", "push"},
	{"passwordlessMicrosoftAuthenticatorAuthenticationMethod", "passwordlessMicrosoftAuthenticatorMethods", "UserAuthMethod-MicrosoftAuthApp", "creationDateTime displayName device", true, "microsoftAuthenticatorPasswordless", ""},
	{"phoneAuthenticationMethod", "phoneMethods", "UserAuthMethod-Phone", "phoneNumber phoneType smsSignInState", false, "mobilePhone", "sms"},
	{"platformCredentialAuthenticationMethod", "platformCredentialMethods", "UserAuthMethod-PlatformCred", "displayName keyStrength platform device", false, "macOsSecureEnclaveKey", ""},
	{"softwareOathAuthenticationMethod", "softwareOathMethods", "UserAuthMethod-SoftwareOATH", "secretKey", false, "softwareOneTimePasscode", "oath"},
	{"hardwareOathAuthenticationMethod", "hardwareOathMethods", "UserAuthMethod-HardwareOATH", "device", true, "hardwareOneTimePasscode", "oath"},
	{"temporaryAccessPassAuthenticationMethod", "temporaryAccessPassMethods", "UserAuthMethod-TAP", "isUsableOnce lifetimeInMinutes startDateTime temporaryAccessPass", false, "temporaryAccessPass", ""},
	{"windowsHelloForBusinessAuthenticationMethod", "windowsHelloForBusinessMethods", "UserAuthMethod-WindowsHello", "displayName keyStrength device", false, "windowsHelloForBusiness", ""},
	{"passwordAuthenticationMethod", "passwordMethods", "UserAuthMethod-Password", "password", false, "", ""},
	{"qrCodePinAuthenticationMethod", "", "UserAuthMethod-QR", "standardQRCode temporaryQRCode pin", true, "", ""}, // at most one, at qrCodePinMethod
}

// passwordMethod is the ID that every password has as a method.
const passwordMethod = "28c10230-6103-485e-b985-444c60001490"

func methodTypeOf(name string) *methodType {
	i := slices.IndexFunc(methodTypes, func(t methodType) bool { return t.name == name })
	if i < 0 {
		return nil
	}
	return &methodTypes[i]
}

func (t *methodType) kind() *kind {
	k := &kind{name: t.name, props: "id createdDateTime " + t.props, beta: "lastUsedDateTime"}
	if t.segment == "temporaryAccessPassMethods" {
		k.v1 = "isUsable methodUsabilityReason"
	}
	return k
}

var (
	methodKind       = &kind{name: "authenticationMethod", props: "id createdDateTime", beta: "lastUsedDateTime", defaults: ""}
	requirementsKind = &kind{name: "strongAuthenticationRequirements", props: "perUserMfaState"}
	preferencesKind  = &kind{name: "signInPreferences", props: "isSystemPreferredAuthenticationMethodEnabled userPreferredMethodForSecondaryAuthentication"}
	registrationKind = &kind{name: "userRegistrationDetails", beta: "defaultMfaMethod",
		props: "id isAdmin isMfaCapable isMfaRegistered isPasswordlessCapable isSsprCapable isSsprEnabled isSsprRegistered isSystemPreferredAuthenticationMethodEnabled lastUpdatedDateTime methodsRegistered systemPreferredAuthenticationMethods userDisplayName userPreferredMethodForSecondaryAuthentication userPrincipalName userType"}
)

const (
	readMethods  = "UserAuthenticationMethod.Read.All UserAuthenticationMethod.ReadWrite.All"
	writeMethods = "UserAuthenticationMethod.ReadWrite.All"
)

// methodsTable is how accounts sign in.
func methodsTable() []row {
	own := " UserAuthenticationMethod.Read UserAuthenticationMethod.ReadWrite"
	requirements := "Policy.Read.All Policy.ReadWrite.AuthenticationMethod"
	out := []row{
		{"GET", "/users/{id}/authentication/methods", "v1.0 beta", "$select $filter $top $count", "", readMethods, readMethods + own, collection(methodKind, listMethods)},
		{"GET", "/users/{id}/authentication/requirements", "beta", "$select", "", requirements, requirements, single(requirementsKind, getRequirements)},
		{"GET", "/users/{id}/authentication/signInPreferences", "beta", "$select", "", readMethods, readMethods, single(preferencesKind, getPreferences)},
		{"GET", "/reports/authenticationMethods/userRegistrationDetails", "v1.0 beta", "$select $filter $orderby $top $count", "", "AuditLog.Read.All", "AuditLog.Read.All", collection(registrationKind, listRegistrations)},
		{"GET", "/reports/authenticationMethods/userRegistrationDetails/{id}", "v1.0 beta", "$select", "", "AuditLog.Read.All", "AuditLog.Read.All", single(registrationKind, getRegistration)},
	}
	for i := range methodTypes {
		t := &methodTypes[i]
		in, read := "v1.0 beta", t.permission+".Read.All "+t.permission+".ReadWrite.All "+readMethods
		if t.beta {
			in = "beta"
		}
		if t.segment == "fido2Methods" {
			read = "UserAuthMethod-Passkey.Read.All" // the only one that Microsoft lists
		}
		if t.segment != "" {
			out = append(out, row{"GET", "/users/{id}/authentication/" + t.segment, in, "$select $filter $top $count", "", read, read, collection(t.kind(), listMethodsOf(t))})
		}
	}
	return out
}

// method is one method as Graph shows it.
func (m *Method) object() Object {
	o := Object{"@odata.type": "#microsoft.graph." + m.Type, "id": m.ID, "createdDateTime": orNever(m.Created)}
	for name, v := range m.Props {
		o[name] = v
	}
	for _, secret := range []string{"password", "secretKey", "temporaryAccessPass"} {
		if t := methodTypeOf(m.Type); t != nil && slices.Contains(strings.Fields(t.props), secret) {
			o[secret] = nil // shown once, when it is made
		}
	}
	return o
}

// listMethods leaves out on v1.0 what it has no type for (unconfirmed: it might
// show them under the base type).
func listMethods(c *call) ([]Object, error) {
	u, err := c.ofUser()
	if err != nil {
		return nil, err
	}
	out := []Object{}
	for _, m := range u.Methods {
		if t := methodTypeOf(m.Type); c.version == "beta" || t == nil || !t.beta {
			out = append(out, m.object())
		}
	}
	return out, nil
}

func listMethodsOf(t *methodType) func(*call) ([]Object, error) {
	return func(c *call) ([]Object, error) {
		u, err := c.ofUser()
		if err != nil {
			return nil, err
		}
		out := []Object{}
		for _, m := range u.Methods {
			if m.Type == t.name {
				o := m.object()
				delete(o, "@odata.type")
				out = append(out, o)
			}
		}
		return out, nil
	}
}

func getRequirements(c *call) (Object, error) {
	u, err := c.ofUser()
	if err != nil {
		return nil, err
	}
	if u.PerUserMFA == "" {
		return Object{"perUserMfaState": "disabled"}, nil
	}
	return Object{"perUserMfaState": u.PerUserMFA}, nil
}

func getPreferences(c *call) (Object, error) {
	u, err := c.ofUser()
	if err != nil {
		return nil, err
	}
	return Object{"isSystemPreferredAuthenticationMethodEnabled": true, "userPreferredMethodForSecondaryAuthentication": u.preferred()}, nil
}

// defaultMethod is the method that second factors are asked of first: the one
// that was chosen, else the oldest that can be it.
func (u *User) defaultMethod() *Method {
	var oldest *Method
	for _, m := range u.Methods {
		t := methodTypeOf(m.Type)
		if t == nil || t.preferred == "" {
			continue
		}
		if m.ID == u.DefaultMethod {
			return m
		}
		if oldest == nil || m.Created.Before(oldest.Created) {
			oldest = m
		}
	}
	return oldest
}

func (u *User) preferred() any {
	if m := u.defaultMethod(); m != nil {
		return methodTypeOf(m.Type).preferred
	}
	return nil
}

func listRegistrations(c *call) ([]Object, error) {
	if err := mayReadSignIns(c); err != nil {
		return nil, err
	}
	out := []Object{}
	for _, u := range c.world.Users {
		if u.Deleted.IsZero() {
			out = append(out, c.registration(u))
		}
	}
	return out, nil
}

func getRegistration(c *call) (Object, error) {
	if err := mayReadSignIns(c); err != nil {
		return nil, err
	}
	u, err := c.ofUser()
	if err != nil {
		return nil, err
	}
	return c.registration(u), nil
}

// registration is the report on an account's methods, which is made once a day.
func (c *call) registration(u *User) Object {
	registered, factor := []string{}, false
	for _, m := range u.Methods {
		t := methodTypeOf(m.Type)
		if t == nil || t.reported == "" || slices.Contains(registered, t.reported) {
			continue
		}
		registered = append(registered, t.reported)
		factor = factor || t.name != "emailAuthenticationMethod"
	}
	kind := "member"
	if u.Guest {
		kind = "guest"
	}
	var preferred any = "none"
	if p := u.preferred(); p != nil {
		preferred = p
	}
	return Object{
		"id": u.ID, "userPrincipalName": u.UPN, "userDisplayName": u.DisplayName, "userType": kind, "isAdmin": len(c.world.rolesOf(u.ID)) > 0, "isMfaCapable": factor, "isMfaRegistered": factor,
		"isPasswordlessCapable": false, "isSsprCapable": factor, "isSsprEnabled": true, "isSsprRegistered": len(registered) > 0, "isSystemPreferredAuthenticationMethodEnabled": true,
		"systemPreferredAuthenticationMethods": []string{}, "methodsRegistered": registered, "userPreferredMethodForSecondaryAuthentication": preferred, "defaultMfaMethod": preferred,
		"lastUpdatedDateTime": stamp(c.now.Truncate(24 * time.Hour)),
	}
}
