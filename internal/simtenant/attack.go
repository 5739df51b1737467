package simtenant

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// A Foothold is one thing of an attacker's that still works.
type Foothold struct {
	Kind    string // password, session, account, method, device, rule, forwarding, delegate, folder, send-as, send-on-behalf, grant, app-role, role, role-group, transport-rule, journal-rule, inbound-connector, outbound-connector, sweep-rule, junk-list, add-in, auto-reply, signature, mobile-device, link, secret
	Account string // principal name of whose it is; "" for the tenant's
	Object  string // ID, or name where it has none
}

func (f Foothold) String() string {
	return strings.TrimSpace(f.Kind + " " + f.Account + " " + f.Object)
}

// Attack tries everything that an attacker has or made, by the truth about this
// tenant, and gives what still works, sorted: what was made by hand of an
// attacker, and what the records of an attacker's acts say.
func (t *Tenant) Attack() []Foothold {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.world.settle(t.now())
	return t.world.footholds()
}

// footholds are what still works of an attacker's, sorted.
func (w *World) footholds() []Foothold {
	a := attacker{w: w, acts: w.hostileActs()}
	a.signIns()
	a.accounts()
	a.mailboxes()
	a.applications()
	a.roles()
	a.mailFlow()
	a.settings()
	a.telephones()
	a.links()
	a.secrets()
	slices.SortFunc(a.found, func(x, y Foothold) int {
		return cmp.Or(cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.Account, y.Account), cmp.Compare(x.Object, y.Object))
	})
	return slices.Compact(a.found)
}

// An attacker goes through what he has.
type attacker struct {
	w     *World
	acts  []hostileAct
	found []Foothold
}

const byAttacker = "attacker"

func (a *attacker) has(kind string, of *User, object string) {
	f := Foothold{Kind: kind, Object: object}
	if of != nil {
		f.Account = of.UPN
	}
	a.found = append(a.found, f)
}

// usable says whether anybody can sign in to an account.
func (u *User) usable() bool { return u != nil && u.Deleted.IsZero() && u.Enabled }

// A hostileAct is a record of an attacker's act, as far as it tells what it made.
type hostileAct struct {
	at            time.Time
	user          string // actor's object ID, as the log keeps it
	op            string
	params        map[string]string
	object        string               // ObjectId
	moved         map[string][2]string // properties of the directory, old and new
	targets       []string
	kind          string // Record.Kind
	signedIn      bool
	rightPassword bool
}

// afterPassword are results of a sign-in whose password was right: success, and
// what Entra asks or refuses after it (learn.microsoft.com/entra: "Microsoft Entra
// authentication and authorization error codes").
var afterPassword = []int{0, 50055, 50072, 50074, 50076, 50079, 50097, 50125, 50140, 50158, 53000, 53001, 53002, 53003, 53004, 500121}

// hostileActs are all records of attackers' hands in the log.
func (w *World) hostileActs() []hostileAct {
	var out []hostileAct
	for i := range w.Log {
		r := &w.Log[i]
		if r.ByHand != byAttacker || r.Kind != SignInRecord && r.Kind != AuditRecord {
			continue
		}
		var body struct {
			ObjectID              string
			Parameters            []struct{ Name, Value string }
			ModifiedProperties    []struct{ Name, OldValue, NewValue string }
			Target                []struct{ ID string }
			Status                struct{ ErrorCode int }
			AuthenticationDetails []struct{ AuthenticationMethod, AuthenticationStepResultDetail string }
		}
		_ = json.Unmarshal(r.Body, &body) // a field of another type stays empty: such an act made nothing that is looked for
		a := hostileAct{at: r.Time, user: r.User, op: r.Operation, kind: r.Kind, object: body.ObjectID, params: map[string]string{}, moved: map[string][2]string{}, signedIn: r.Kind == SignInRecord && body.Status.ErrorCode == 0}
		for _, p := range body.Parameters {
			a.params[p.Name] = p.Value
		}
		for _, p := range body.ModifiedProperties {
			a.moved[p.Name] = [2]string{p.OldValue, p.NewValue}
		}
		for _, t := range body.Target {
			a.targets = append(a.targets, t.ID)
		}
		for _, d := range body.AuthenticationDetails {
			a.rightPassword = a.rightPassword || d.AuthenticationStepResultDetail == "Correct password" && slices.Contains(afterPassword, body.Status.ErrorCode)
		}
		out = append(out, a)
	}
	return out
}

// signIns tries each password and session that an attacker had.
func (a *attacker) signIns() {
	for _, u := range a.w.Users {
		if !u.usable() {
			continue
		}
		var password, session time.Time
		for _, act := range a.acts {
			if act.kind != SignInRecord || !strings.EqualFold(act.user, u.ID) {
				continue
			}
			if act.rightPassword && act.at.After(password) {
				password = act.at
			}
			if act.signedIn && act.at.After(session) {
				session = act.at
			}
		}
		if !password.IsZero() && !latest(u.PasswordChanged, u.PasswordElsewhere).After(password) {
			a.has("password", u, "")
		}
		if !session.IsZero() && u.validSince(session) {
			a.has("session", u, "")
		}
	}
}

// accounts tries the accounts that an attacker made, and his methods and devices.
func (a *attacker) accounts() {
	for _, act := range a.acts {
		for _, id := range act.targets {
			if u := a.w.userByID(id); act.op == "Add user." && u.usable() {
				a.has("account", u, u.ID)
			}
		}
	}
	for _, u := range a.w.Users {
		for _, m := range u.Methods {
			if u.usable() && m.ByHand == byAttacker && m.Type != "passwordAuthenticationMethod" {
				a.has("method", u, m.ID)
			}
		}
	}
	for _, d := range a.w.Devices {
		if owner := a.w.userByID(d.Owner); d.ByHand == byAttacker && d.Enabled && owner.usable() {
			a.has("device", owner, d.ID)
		}
	}
}

// mailboxes tries rules, forwarding and rights.
func (a *attacker) mailboxes() {
	for _, m := range a.w.Mailboxes {
		u := a.w.userByID(m.User)
		for _, r := range m.Rules {
			if r.ByHand == byAttacker && r.Enabled {
				a.has("rule", u, r.ID)
			}
		}
		for _, p := range m.Permissions {
			if p.ByHand == byAttacker && a.w.userByID(p.User).usable() {
				a.has("delegate", u, p.User)
			}
		}
		for _, f := range m.Folders {
			for _, p := range f.Permissions {
				if grantee := a.w.userByID(p.User); p.ByHand == byAttacker && (grantee == nil || grantee.usable()) { // nil: everybody
					a.has("folder", u, f.Name+" "+p.User)
				}
			}
		}
		a.set(u, m)
	}
}

// set tries what an attacker's cmdlets set on a mailbox.
func (a *attacker) set(u *User, m *Mailbox) {
	for _, act := range a.acts {
		if identity := act.params["Identity"]; act.kind != AuditRecord || u == nil || !a.w.names(m, u, identity) {
			continue
		}
		if to := act.params["ForwardingSmtpAddress"]; to != "" && sameAddress(to, m.ForwardingSMTP) {
			a.has("forwarding", u, to)
		}
		if to := act.params["ForwardingAddress"]; to != "" && m.ForwardingAddress != "" {
			a.has("forwarding", u, m.ForwardingAddress)
		}
		if trustee := a.w.userNamed(act.params["Trustee"]); trustee.usable() && act.op == "Add-RecipientPermission" && containsFold(m.SendAs, trustee.ID) {
			a.has("send-as", u, trustee.ID)
		}
		for to := range strings.SplitSeq(act.params["GrantSendOnBehalfTo"], ";") {
			if grantee := a.w.userNamed(strings.Trim(to, "+ ")); grantee.usable() && containsFold(m.SendOnBehalf, grantee.ID) {
				a.has("send-on-behalf", u, grantee.ID)
			}
		}
	}
}

// names says whether a cmdlet's identity means the mailbox: any of its names, or
// a path that ends in one.
func (w *World) names(m *Mailbox, u *User, identity string) bool {
	identity = identity[strings.LastIndexByte(identity, '/')+1:]
	return identity != "" && containsFold([]string{u.ID, u.UPN, u.Mail, m.GUID, w.alias(m), m.DisplayName}, identity)
}

func sameAddress(a, b string) bool {
	bare := func(s string) string { return strings.TrimPrefix(strings.ToLower(s), "smtp:") }
	return b != "" && bare(a) == bare(b)
}

// applications tries what was consented to, and what applications hold themselves.
func (a *attacker) applications() {
	for _, g := range a.w.Grants {
		p := a.w.principalByID(g.Client)
		if u := a.w.userByID(g.Principal); g.ByHand == byAttacker && p != nil && p.Enabled && (g.Principal == "" || u.usable()) {
			a.has("grant", u, g.ID)
		}
	}
	for _, r := range a.w.AppRoles {
		switch p, u := a.w.principalByID(r.Principal), a.w.userByID(r.Principal); {
		case r.ByHand != byAttacker:
		case p != nil && p.Enabled, u.usable():
			a.has("app-role", u, r.ID)
		}
	}
}

// roles tries what lets an attacker administer.
func (a *attacker) roles() {
	for _, r := range a.w.RoleHolders {
		u := a.w.userByID(r.Principal)
		if r.ByHand == byAttacker && (u == nil || u.usable()) {
			a.has("role", u, r.ID)
		}
	}
	for _, g := range a.w.RoleGroups {
		for _, id := range g.Members {
			if u := a.w.userByID(id); g.ByHand[id] == byAttacker && (u == nil || u.usable()) {
				a.has("role-group", u, g.Name)
			}
		}
	}
}

// mailFlow tries what an attacker's cmdlets made of the tenant's mail flow.
func (a *attacker) mailFlow() {
	made := map[string]struct {
		kind string
		list []Object
	}{
		"New-TransportRule": {"transport-rule", a.w.Transport}, "New-JournalRule": {"journal-rule", a.w.Journals},
		"New-InboundConnector": {"inbound-connector", a.w.Inbound}, "New-OutboundConnector": {"outbound-connector", a.w.Outbound},
	}
	for _, act := range a.acts {
		for _, o := range made[act.op].list {
			on := o["Enabled"] != false && !strings.EqualFold(textOf(o, "State"), "Disabled")
			if act.kind == AuditRecord && on && textOf(o, "Name") == act.params["Name"] {
				a.has(made[act.op].kind, nil, textOf(o, "Name"))
			}
		}
	}
}

// TryPassword signs in to an account as somebody with the password alone: nil
// when the first factor is taken, else the sign-in service's refusal.
func (t *Tenant) TryPassword(upn, password string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.world.settle(t.now())
	switch u := t.world.userNamed(upn); {
	case u == nil:
		return &loginError{400, "invalid_grant", 50034, "The user account does not exist in the directory."}
	case u.Password == "" || u.Password != password:
		return &loginError{400, "invalid_grant", 50126, "Error validating credentials due to invalid username or password."}
	case !u.Enabled:
		return accountDisabled
	}
	return nil
}

// TrySession redeems a session or refresh token of an account that was given out
// at that time: nil when it gives new tokens, else the refusal.
func (t *Tenant) TrySession(upn string, issued time.Time) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.world.settle(t.now())
	switch u := t.world.userNamed(upn); {
	case u == nil:
		return &loginError{400, "invalid_grant", 50034, "The user account does not exist in the directory."}
	case !u.Enabled:
		return accountDisabled
	case !u.validSince(issued):
		return &loginError{400, "invalid_grant", 50173, "The provided grant has expired due to it being revoked, a fresh auth token is needed."}
	}
	return nil
}
