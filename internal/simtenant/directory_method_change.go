package simtenant

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
)

// methodChangeTable is what takes methods away and adds them.
func methodChangeTable() []row {
	policy := "Policy.ReadWrite.AuthenticationMethod"
	out := []row{
		{"PATCH", "/users/{id}/authentication/requirements", "beta", "", "perUserMfaState", policy, policy, nothing(patchRequirements)},
		{"PATCH", "/users/{id}/authentication/signInPreferences", "beta", "", "isSystemPreferredAuthenticationMethodEnabled:bool userPreferredMethodForSecondaryAuthentication", writeMethods, writeMethods, nothing(patchPreferences)},
		{"DELETE", "/users/{id}/authentication/qrCodePinMethod", "beta", "", "", "UserAuthMethod-QR.ReadWrite.All " + writeMethods, "UserAuthMethod-QR.ReadWrite.All " + writeMethods, nothing(deleteMethod("qrCodePinAuthenticationMethod"))},
		// Nobody but a person may: Microsoft lists no application permission.
		{"POST", "/users/{id}/authentication/methods/{method}/resetPassword", "v1.0 beta", "", "?newPassword", "", writeMethods, resetPassword},
		{"GET", "/users/{id}/authentication/operations/{operation}", "v1.0 beta", "$select", "", "", readMethods, single(operationKind, getPasswordOperation)},
	}
	for i := range methodTypes {
		t := &methodTypes[i]
		in, write := "v1.0 beta", t.permission+".ReadWrite.All "+writeMethods
		if t.beta {
			in = "beta"
		}
		if t.segment == "" || t.segment == "passwordMethods" {
			continue // the one has a path of its own, the other can't be deleted
		}
		out = append(out, row{"DELETE", "/users/{id}/authentication/" + t.segment + "/{method}", in, "", "", write, write, nothing(deleteMethod(t.name))})
	}
	phone := methodTypeOf("phoneAuthenticationMethod")
	pass := methodTypeOf("temporaryAccessPassAuthenticationMethod")
	return append(out,
		row{"POST", "/users/{id}/authentication/phoneMethods", "v1.0 beta", "", "phoneNumber phoneType", phone.permission + ".ReadWrite.All " + writeMethods, phone.permission + ".ReadWrite.All " + writeMethods, created(phone.kind(), addPhone)},
		row{"POST", "/users/{id}/authentication/temporaryAccessPassMethods", "v1.0 beta", "", "?lifetimeInMinutes:int isUsableOnce:bool startDateTime:time", pass.permission + ".ReadWrite.All " + writeMethods, pass.permission + ".ReadWrite.All " + writeMethods, created(pass.kind(), addAccessPass)})
}

var operationKind = &kind{name: "longRunningOperation", props: "id createdDateTime lastActionDateTime resourceLocation status statusDetail"}

func badMethod(message string) error { return badGraph("badRequest", message) }

var noMethod = &graphError{404, "resourceNotFound", "The requested authentication method was not found."}

// changeable is the account of the path, when the caller may change its methods:
// an administrator's are changed by a higher one alone, when a person does it.
// Applications need the permission only.
func (c *call) changeable() (*User, error) {
	u, err := c.ofUser()
	if err == nil && c.by.Delegated && c.world.isAdministrator(u) && !c.holds("Privileged Authentication Administrator", "Global Administrator") {
		err = &graphError{403, "accessDenied", "Request Authorization failed"}
	}
	return u, err
}

// deleteMethod refuses the default method while another could be it (from
// memory; the working clients delete the others first and try it again).
func deleteMethod(kind string) func(*call) error {
	return func(c *call) error {
		u, err := c.changeable()
		if err != nil {
			return err
		}
		i := slices.IndexFunc(u.Methods, func(m *Method) bool {
			return m.Type == kind && (c.args["method"] == "" || strings.EqualFold(m.ID, c.args["method"]))
		})
		if i < 0 {
			return noMethod
		}
		m := u.Methods[i]
		if u.defaultMethod() == m && len(u.couldBeDefault()) > 1 {
			return badMethod("The authentication method is the user's default and cannot be deleted while other methods are registered.")
		}
		u.Methods = without(u.Methods, m)
		if u.DefaultMethod == m.ID {
			u.DefaultMethod = ""
		}
		c.changed(u.ID, kind)
		c.logMethod(u, "Admin deleted security info", "Admin deleted "+label(kind)+" method for user", m, nil)
		return nil
	}
}

// couldBeDefault are the methods that may be asked of first.
func (u *User) couldBeDefault() []*Method {
	var out []*Method
	for _, m := range u.Methods {
		if t := methodTypeOf(m.Type); t != nil && t.preferred != "" {
			out = append(out, m)
		}
	}
	return out
}

// label is a method's type in words.
func label(kind string) string {
	switch kind {
	case "phoneAuthenticationMethod":
		return "phone"
	case "microsoftAuthenticatorAuthenticationMethod":
		return "Authenticator App"
	case "temporaryAccessPassAuthenticationMethod":
		return "temporary access pass"
	}
	return strings.TrimSuffix(kind, "AuthenticationMethod")
}

// logMethod logs a method that came or went: in the audit of Authentication
// Methods, and as a change of the account.
func (c *call) logMethod(u *User, name, reason string, old, new *Method) {
	text := func(m *Method) string {
		if m == nil {
			return "[]"
		}
		return string(mustJSON([]Object{{"MethodType": methodNumbers[m.Type], "Default": u.defaultMethod() == m}}))
	}
	c.directoryBy("Authentication Methods", name, "UserManagement", reason, u.subject())
	c.directory("Update user", "UserManagement", u.subject(), property{"StrongAuthenticationMethod", text(old), text(new)})
}

// methodNumbers are the directory's own numbers of methods: 0 a telephone, 6 a
// push, 7 a one-time code.
var methodNumbers = map[string]int{"phoneAuthenticationMethod": 0, "microsoftAuthenticatorAuthenticationMethod": 6, "softwareOathAuthenticationMethod": 7}

// phoneIDs are the IDs that every account's telephones have, by their type.
var phoneIDs = map[string]string{
	"mobile": "3179e48a-750b-4051-897c-87b9720928f7", "alternateMobile": "b6332ec1-7057-4abe-9331-3d72feddfe41", "office": "e37fc753-ff3b-4958-9484-eaa9425c82bc",
}

func addPhone(c *call) (Object, error) {
	u, err := c.changeable()
	if err != nil {
		return nil, err
	}
	has := func(id string) bool {
		return slices.ContainsFunc(u.Methods, func(m *Method) bool { return m.ID == id })
	}
	id, number := phoneIDs[textOf(c.body, "phoneType")], textOf(c.body, "phoneNumber")
	switch {
	case id == "" || !strings.HasPrefix(number, "+"):
		return nil, badGraph("invalidPhoneNumber", "The phone number or its type is invalid.")
	case has(id):
		return nil, badGraph("phoneNumberNotUnique", "A phone number of this type is registered already.")
	case id == phoneIDs["alternateMobile"] && !has(phoneIDs["mobile"]):
		return nil, badMethod("An alternate mobile needs a mobile first.")
	}
	m := &Method{ID: id, Type: "phoneAuthenticationMethod", Created: c.now.UTC(), ByHand: "owner", Props: Object{"phoneNumber": number, "phoneType": textOf(c.body, "phoneType"), "smsSignInState": "notAllowedByPolicy"}}
	u.Methods = append(slices.Clone(u.Methods), m)
	c.changed(u.ID, m.Type)
	c.logMethod(u, "Admin registered security info", "Admin registered phone method for user", nil, m)
	return m.object(), nil
}

// addAccessPass makes a pass: one at a time, shown this once.
func addAccessPass(c *call) (Object, error) {
	u, err := c.changeable()
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(u.Methods, func(m *Method) bool { return m.Type == "temporaryAccessPassAuthenticationMethod" }) {
		return nil, badMethod("The user has a Temporary Access Pass already.")
	}
	once, _ := c.body["isUsableOnce"].(bool)
	minutes, start := 60, c.now.UTC()
	if n, ok := c.body["lifetimeInMinutes"].(json.Number); ok {
		if minutes, err = strconv.Atoi(n.String()); err != nil || minutes < 10 || minutes > 43200 {
			return nil, badMethod("lifetimeInMinutes must be between 10 and 43200.")
		}
	}
	if s := textOf(c.body, "startDateTime"); s != "" {
		start, _ = time.Parse(time.RFC3339Nano, s) // the body was checked
	}
	m := &Method{ID: made(c.id, "pass"), Type: "temporaryAccessPassAuthenticationMethod", Created: c.now.UTC(), ByHand: "owner", Props: Object{
		"lifetimeInMinutes": minutes, "isUsableOnce": once, "startDateTime": stamp(start), "isUsable": true, "methodUsabilityReason": "EnabledByPolicy",
	}}
	u.Methods = append(slices.Clone(u.Methods), m)
	c.changed(u.ID, m.Type)
	c.logMethod(u, "Admin registered security info", "Admin registered temporary access pass method for user", nil, m)
	o := m.object()
	o["temporaryAccessPass"] = made(c.id, "secret")[:8]
	return o, nil
}

// patchRequirements is per-user MFA. That switching it off deletes the app
// passwords is what records of real tenants show; Microsoft documents it nowhere.
func patchRequirements(c *call) error {
	u, err := c.ofUser()
	if err != nil {
		return err
	}
	numbers := map[string]int{"disabled": 0, "enabled": 1, "enforced": 2}
	state, old := textOf(c.body, "perUserMfaState"), u.PerUserMFA
	if old == "" {
		old = "disabled"
	}
	if _, ok := numbers[state]; !ok {
		return badMethod("The value of perUserMfaState is invalid.")
	}
	if state == old {
		return nil
	}
	u.PerUserMFA = state
	c.changed(u.ID, "perUserMfaState")
	text := func(s string) string {
		return string(mustJSON([]Object{{"RelyingParty": "*", "State": numbers[s]}}))
	}
	c.directory("Update user", "UserManagement", u.subject(), property{"StrongAuthenticationRequirement", text(old), text(state)})
	switch {
	case state == "disabled":
		c.directory("Disable Strong Authentication", "UserManagement", u.subject())
		for range u.AppPasswords {
			c.directory("Delete application password for user", "UserManagement", u.subject())
		}
		u.AppPasswords = 0
	case old == "disabled":
		c.directory("Enable Strong Authentication", "UserManagement", u.subject())
	}
	return nil
}

// patchPreferences chooses the method that is asked of first.
func patchPreferences(c *call) error {
	u, err := c.changeable()
	if err != nil {
		return err
	}
	if _, set := c.body["isSystemPreferredAuthenticationMethodEnabled"]; set && len(c.body) == 1 {
		return nil // this tenant keeps it on
	}
	want := textOf(c.body, "userPreferredMethodForSecondaryAuthentication")
	for _, m := range u.couldBeDefault() {
		if methodTypeOf(m.Type).preferred == want {
			u.DefaultMethod = m.ID
			c.changed(u.ID, "userPreferredMethodForSecondaryAuthentication")
			c.logMethod(u, "Admin changed default security info", "Admin changed the default method for user", nil, m)
			return nil
		}
	}
	return badMethod("The user has no registered method for " + want + ".")
}

// resetPassword reaches Active Directory by writeback, so it works on synced
// users, and needs a password for them.
func resetPassword(c *call) reply {
	u, err := c.changeable()
	password, out := textOf(c.body, "newPassword"), Object{}
	switch {
	case err != nil:
	case c.by.User == u:
		err = badMethod("A user can't reset the own password here.")
	case c.args["method"] != passwordMethod:
		err = noMethod
	case password == "" && u.Synced != nil && *u.Synced:
		err = badMethod("A new password must be given for a hybrid user.")
	case password == "":
		password = "Sim-" + made(c.id, "password")[:13]
		out["newPassword"] = password
	default:
		err = c.world.checkPassword(u, Object{"password": password})
	}
	if err != nil {
		return c.failed(err)
	}
	c.setPassword(u, password)
	r := c.ok(202, out)
	r.Header.Set("Location", "https://"+c.http.Host+"/"+c.version+"/users/"+u.ID+"/authentication/operations/"+made(u.ID, "reset"))
	return r
}

// getPasswordOperation: a reset here is done at once.
func getPasswordOperation(c *call) (Object, error) {
	u, err := c.ofUser()
	if err != nil {
		return nil, err
	}
	if !strings.EqualFold(c.args["operation"], made(u.ID, "reset")) {
		return nil, noMethod
	}
	return Object{"id": c.args["operation"], "status": "succeeded", "statusDetail": "ResetSuccess", "createdDateTime": stamp(u.PasswordChanged), "lastActionDateTime": stamp(u.PasswordChanged)}, nil
}
