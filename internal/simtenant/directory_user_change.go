package simtenant

import (
	"slices"
	"strings"
	"time"
)

// profileBody are the properties of a user that a PATCH may set here, all that
// the directory keeps itself (learn.microsoft.com/graph/api/user-update).
const profileBody = "displayName givenName surname jobTitle department companyName officeLocation streetAddress city state postalCode country usageLocation businessPhones:texts mobilePhone faxNumber otherMails:texts " +
	"employeeId employeeType mail mailNickname userPrincipalName preferredLanguage passwordPolicies showInAddressList:bool onPremisesImmutableId"

const userBody = "accountEnabled:bool passwordProfile{password forceChangePasswordNextSignIn:bool forceChangePasswordNextSignInWithMfa:bool} " + profileBody

const writeUsers = "User.ReadWrite.All " + writeDirectory

// narrow are permissions that let a PATCH set some properties alone.
var narrow = map[string]string{
	"accountEnabled": "User.EnableDisableAccount.All", "passwordProfile": "User-PasswordProfile.ReadWrite.All", "businessPhones": "User-Phone.ReadWrite.All",
	"mobilePhone": "User-Phone.ReadWrite.All", "otherMails": "User-Mail.ReadWrite.All",
}

// sensitive are properties that on an administrator only a higher one may set
// (learn.microsoft.com/graph/api/resources/users: "Who can perform sensitive actions").
var sensitive = strings.Fields("accountEnabled passwordProfile mobilePhone businessPhones otherMails userPrincipalName onPremisesImmutableId")

// auditNames are the names of a user's properties in the logs, where they differ
// from Graph's by more than the case of the first letter.
var auditNames = map[string]string{
	"businessPhones": "TelephoneNumber", "mobilePhone": "Mobile", "faxNumber": "FacsimileTelephoneNumber", "officeLocation": "PhysicalDeliveryOfficeName",
	"otherMails": "OtherMail", "companyName": "CompanyName", "accountEnabled": "AccountEnabled",
}

func userChangeTable() []row {
	patch := writeUsers
	for _, name := range sortedText(narrow) {
		patch += " " + name
	}
	revoke := "User.RevokeSessions.All " + writeUsers
	return []row{
		{"PATCH", "/users/{id}", "v1.0 beta", "", userBody, patch, patch + " User.ReadWrite", nothing(patchUser)},
		{"POST", "/users/{id}/revokeSignInSessions", "v1.0 beta", "", "?", revoke, revoke, revokeSessions},
		{"POST", "/users/{id}/invalidateAllRefreshTokens", "beta", "", "?", "User.RevokeSessions.All", "User.RevokeSessions.All", revokeSessions},
	}
}

// sortedText are the values of a map, each once.
func sortedText(m map[string]string) []string {
	var out []string
	for _, v := range m {
		if !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	slices.Sort(out)
	return out
}

var denied = &graphError{403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation."}

// holds says whether the caller has one of these directory roles.
func (c *call) holds(roles ...string) bool {
	return slices.ContainsFunc(c.by.Directory, func(id string) bool { return containsFold(roles, roleName(id)) })
}

// isAdministrator: whoever holds a directory role, alone or by a group.
func (w *World) isAdministrator(u *User) bool {
	return slices.ContainsFunc(w.rolesOf(u.ID), func(id string) bool { return roleName(id) != "Directory Readers" })
}

// mayPatch holds a PATCH of a user against the caller's permissions and roles.
func (c *call) mayPatch(u *User) error {
	has := func(p string) bool { return slices.Contains(c.by.Permissions, p) }
	whole := slices.ContainsFunc(strings.Fields(writeUsers), has)
	for _, name := range sortedKeys(c.body) {
		allowed := whole || narrow[name] != "" && has(narrow[name])
		if name == "passwordProfile" {
			allowed = has(narrow[name]) || whole && c.holds("User Administrator", "Helpdesk Administrator", "Password Administrator", "Privileged Authentication Administrator", "Global Administrator")
		}
		if !allowed {
			return denied
		}
		if slices.Contains(sensitive, name) && c.world.isAdministrator(u) && !c.holds("Privileged Authentication Administrator", "Global Administrator") {
			return denied
		}
	}
	return nil
}

// masteredElsewhere refuses what Active Directory keeps for a synced user. The words are
// from memory. That a password is refused too, and accountEnabled isn't, is
// unconfirmed.
func masteredElsewhere(u *User, body Object) error {
	if u.Synced == nil || !*u.Synced {
		return nil
	}
	for _, name := range sortedKeys(body) {
		if name != "accountEnabled" && name != "usageLocation" && name != "passwordPolicies" {
			return badGraph("Request_BadRequest", "Unable to update the specified properties for on-premises mastered Directory Sync objects or objects currently undergoing migration.")
		}
	}
	return nil
}

func patchUser(c *call) error {
	u, err := c.ofUser()
	if err != nil {
		return err
	}
	if len(c.body) == 0 {
		return badGraph("Request_BadRequest", "Write requests (excluding DELETE) must contain the Content-Type header declaration and a property.")
	}
	if err := c.mayPatch(u); err != nil {
		return err
	}
	if err := masteredElsewhere(u, c.body); err != nil {
		return err
	}
	if phones := items(c.body["businessPhones"]); len(phones) > 1 {
		return badGraph("Request_BadRequest", "Invalid value specified for property 'businessPhones' of resource 'User'.")
	}
	if p := asObject(c.body["passwordProfile"]); p != nil {
		if err := c.world.checkPassword(u, p); err != nil {
			return err
		}
	}
	if upn := textOf(c.body, "userPrincipalName"); upn != "" {
		if err := c.world.checkPrincipalName(u, upn); err != nil {
			return err
		}
	}
	c.setProfile(u)
	if v, ok := c.body["accountEnabled"].(bool); ok {
		c.setEnabled(u, v)
	}
	if p := asObject(c.body["passwordProfile"]); p != nil {
		c.setPassword(u, textOf(p, "password"))
	}
	return nil
}

func (w *World) checkPrincipalName(u *User, upn string) error {
	other := w.userNamed(upn)
	if other != nil && other != u {
		return badGraph("Request_BadRequest", "Another object with the same value for property userPrincipalName already exists.")
	}
	_, domain, _ := strings.Cut(upn, "@")
	if !slices.ContainsFunc(w.domains(), func(d Object) bool { return strings.EqualFold(textOf(d, "id"), domain) }) {
		return badGraph("Request_BadRequest", "Property userPrincipalName is invalid.")
	}
	return nil
}

// setProfile sets what the body has of the profile, and logs what moved.
func (c *call) setProfile(u *User) {
	before := c.world.userObject(u)
	var props []property
	for _, name := range sortedKeys(c.body) {
		v := keepable(c.body[name])
		if name == "accountEnabled" || name == "passwordProfile" || strings.HasPrefix(name, "@") || string(mustJSON(v)) == string(mustJSON(before[name])) {
			continue
		}
		props = append(props, moved(auditName(name), logged1(before[name]), logged1(v)))
		u.set(name, v)
		c.changed(u.ID, name)
	}
	if props != nil {
		c.directory("Update user", "UserManagement", u.subject(), props...)
	}
}

func auditName(name string) string {
	if s := auditNames[name]; s != "" {
		return s
	}
	return strings.ToUpper(name[:1]) + name[1:]
}

// logged1 is a value as the logs have it: one of a list alone.
func logged1(v any) any {
	if list := items(v); len(list) == 1 {
		return list[0]
	} else if _, isList := v.([]string); isList || list != nil {
		return nil
	}
	return v
}

// keepable is a value of a body as a World keeps it: texts as a list of text.
func keepable(v any) any {
	list, ok := v.([]any)
	if !ok {
		return v
	}
	out := []string{}
	for _, x := range list {
		if s, ok := x.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

func (u *User) set(name string, v any) {
	s, _ := v.(string)
	switch name {
	case "displayName":
		u.DisplayName = s
	case "givenName":
		u.GivenName = s
	case "surname":
		u.Surname = s
	case "mail":
		u.Mail = s
	case "onPremisesImmutableId":
		u.ImmutableID = s
	case "userPrincipalName":
		u.Former = append(u.Former, u.UPN)
		u.UPN = s
	default:
		if u.Profile == nil {
			u.Profile = Object{}
		}
		u.Profile[name] = v
	}
}

// syncEvery is how often Entra Connect runs at the least.
const syncEvery = 30 * time.Minute

// setEnabled lets an account sign in or not. What Active Directory says of a
// synced one comes back with the next sync.
func (c *call) setEnabled(u *User, on bool) {
	if u.Enabled == on {
		return
	}
	u.Enabled = on
	c.changed(u.ID, "accountEnabled")
	name := "Disable account"
	if on {
		name = "Enable account"
	}
	c.directory("Update user", "UserManagement", u.subject(), moved("AccountEnabled", !on, on))
	c.directory(name, "UserManagement", u.subject(), moved("AccountEnabled", !on, on))
	if u.Synced != nil && *u.Synced {
		c.world.due = append(c.world.due, later{c.now.Truncate(syncEvery).Add(syncEvery), func(w *World) {
			if u := w.userByID(u.ID); u != nil && u.Synced != nil && *u.Synced {
				u.Enabled = !u.DisabledOnPremises
			}
		}})
	}
}

// setPassword is a reset by an administrator: refresh tokens from before end.
func (c *call) setPassword(u *User, password string) {
	u.Password, u.PasswordChanged = password, c.now.UTC()
	for _, m := range u.Methods {
		if m.Type == "passwordAuthenticationMethod" {
			m.Created, m.ByHand = c.now.UTC(), "owner"
		}
	}
	c.changed(u.ID, "password")
	c.directory("Reset user password", "UserManagement", u.subject())
	c.directory("Update user", "UserManagement", u.subject(), property{"LastPasswordChangeTimestamp", "", ""})
	c.revoke(u)
}

// bannedWords are some of Microsoft's global list, which is secret; the tenant's
// own are in its policy "Password Rule Settings", parted by tabs.
var bannedWords = strings.Fields("password passw0rd welcome contoso microsoft qwerty letmein spring summer autumn winter")

// checkPassword is Entra's password policy: 8 to 256 characters of three of four
// classes, and no word of the banned lists that makes up most of it
// (learn.microsoft.com/entra: "Combined password policy and weak password check").
func (w *World) checkPassword(u *User, profile Object) error {
	p, given := profile["password"].(string)
	if !given {
		return badGraph("Request_BadRequest", "The password profile has no password.")
	}
	classes := 0
	for _, class := range []string{"abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"} {
		if strings.ContainsAny(p, class) {
			classes++
		}
	}
	if strings.ContainsFunc(p, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9')
	}) {
		classes++
	}
	if n := len([]rune(p)); n < 8 || n > 256 || classes < 3 {
		return weakPassword
	}
	local, _, _ := strings.Cut(u.UPN, "@")
	words := slices.Concat(bannedWords, strings.Split(textOf(w.Policies["Password Rule Settings"], "BannedPasswordList"), "\t"), []string{local})
	simple := strings.NewReplacer("0", "o", "1", "l", "$", "s", "@", "a").Replace(strings.ToLower(p))
	for _, word := range words {
		word = strings.ToLower(strings.TrimSpace(word))
		// Each banned word counts one point, each other character one more: five are enough.
		if len(word) >= 4 && strings.Contains(simple, word) && 1+len(simple)-len(word) < 5 {
			return bannedPassword
		}
	}
	return nil
}

// The words of both are from memory.
var (
	weakPassword   = &graphError{400, "Request_BadRequest", "The specified password does not comply with password complexity requirements. Please provide a different password."}
	bannedPassword = &graphError{400, "Request_BadRequest", "The specified password does not comply with password complexity requirements: it contains a word or pattern that makes it easy to guess (banned password). Please provide a different password."}
)

// revokeSessions answers with true, and takes a few minutes at Microsoft's.
func revokeSessions(c *call) reply {
	u, err := c.ofUser()
	if err != nil {
		return c.failed(err)
	}
	c.changed(u.ID, "sessions")
	c.revoke(u)
	return c.ok(200, c.metadata(Object{"@odata.context": "https://" + c.http.Host + "/" + c.version + "/$metadata#Edm.Boolean", "value": true}))
}
