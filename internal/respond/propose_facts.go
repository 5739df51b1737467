package respond

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"evict"
	"evict/internal/m365"
)

// Template IDs of roles. Source: Microsoft Entra built-in roles.
const (
	globalAdministrator = "62e90394-69f5-4237-9190-012177145e10"
	directorySync       = "d29b2b05-8046-44ba-8758-1e26182fcf32"
)

// tenantFacts are what guards and licences ask of the tenant as a whole.
type tenantFacts struct {
	plans      []string // service plans; nil: not read
	federated  []string // domains
	rolesRead  bool
	active     []row // role assignments, with their definitions
	eligible   []row
	admins     []string          // object IDs of enabled accounts that are Global Administrator now
	through    map[string]string // of those that are it by a group alone: the group
	adminsRead bool
	own        ownFacts
}

// readAccounts finds the accounts and reads what guards ask for, side by side.
func (p *planner) readAccounts(ctx context.Context) error {
	if !p.live() {
		return nil
	}
	errs := make([]error, len(p.accounts))
	t := &p.tenant
	jobs := []func(){
		func() { t.readPlans(ctx, p.r) },
		func() { t.readDomains(ctx, p.r) },
		func() { t.readRoles(ctx, p.r) },
		func() { t.own = readOwn(ctx, p.r, p.c.Guards.OwnApp, p.signInsUntil()) },
	}
	for i, a := range p.accounts {
		jobs = append(jobs, func() { errs[i] = a.read(ctx, p.r) })
	}
	declared := p.declared()
	for i := range declared {
		jobs = append(jobs, func() { declared[i].find(ctx, p.r) })
	}
	parallel(len(jobs), func(i int) { jobs[i]() })
	p.declare(declared)
	if err := p.found(errs); err != nil {
		return err
	}
	parallel(len(p.accounts), func(i int) { p.accounts[i].held(ctx, p.r, t) })
	t.readAdmins(ctx, p.r)
	for _, a := range p.accounts {
		a.Federated = slices.Contains(t.federated, evict.DomainOf(a.UPN))
		if a.Kind == "member" && a.holds(directorySync) {
			a.Kind = "sync"
		}
	}
	return nil
}

// found keeps the accounts that are there, each once: two names may be one person's. One that is not there holds the others
// up no more than it has to.
func (p *planner) found(errs []error) error {
	var there []*AccountFacts
	taken, first := 0, error(nil)
	for i, a := range p.accounts {
		switch err := errs[i]; {
		case err != nil && i < p.taken:
			first = cmp.Or(first, err)
			action := BlockSignIn.ID
			if p.plan.Kind == "recover" {
				action = UnblockSignIn.ID
			}
			p.plan.Skipped = append(p.plan.Skipped, evict.Skipped{Action: action, Target: a.object(), Guard: GuardFound, Why: err.Error()})
		case err != nil:
			p.note("An account that the attacker made could not be found: %v", err)
		case slices.ContainsFunc(there, func(o *AccountFacts) bool { return o.ID == a.ID }):
		default:
			there = append(there, a)
			if i < p.taken {
				taken++
			}
		}
	}
	if first != nil && taken == 0 {
		return first
	}
	p.accounts, p.taken = there, taken
	p.made = slices.DeleteFunc(p.made, func(a *AccountFacts) bool { return !slices.Contains(there, a) })
	return nil
}

// signInsUntil is the present where our own application's sign-ins are looked at; containment alone does not wait for a log.
func (p *planner) signInsUntil() time.Time {
	if p.c.ContainOnly && len(p.c.Picked) == 0 {
		return time.Time{}
	}
	return p.c.Made.Std()
}

const accountProperties = "id,userPrincipalName,displayName,accountEnabled,userType,mail,proxyAddresses,onPremisesSyncEnabled,onPremisesSamAccountName"

// read asks the directory who the account is.
func (a *AccountFacts) read(ctx context.Context, r Reader) error {
	name := a.ID
	if name == "" {
		name = a.UPN
	}
	u, err := findUser(ctx, r, name)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if u == nil {
		return fmt.Errorf("%w: %s", ErrNobody, name)
	}
	a.fill(u)
	if !a.Certain && len(a.LookAlikes) == 0 {
		return a.readLookAlikes(ctx, r)
	}
	return nil
}

// findUser reads one account by its object ID, user principal name or a mail
// address; nil when nobody has it.
func findUser(ctx context.Context, r Reader, name string) (row, error) {
	if name == "" {
		return nil, nil
	}
	var u row
	err := fetch(ctx, r, m365.Call{Op: "get-user", Args: user(name), Query: url.Values{"$select": {accountProperties}}}, &u)
	if err == nil {
		return u, nil
	}
	if !missing(err) || !strings.Contains(name, "@") {
		if missing(err) {
			err = nil
		}
		return nil, err
	}
	list, err := rows(ctx, r, m365.Call{Op: "list-users", Query: url.Values{
		"$filter": {"proxyAddresses/any(p:p eq " + odata("smtp:"+name) + ")"}, "$select": {accountProperties}}})
	if err != nil || len(list) != 1 {
		return nil, err
	}
	return list[0], nil
}

// odata is a text as a literal of a filter.
func odata(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

func (a *AccountFacts) fill(u row) {
	a.ID, a.UPN, a.Name = strings.ToLower(text(u, "id")), text(u, "userPrincipalName"), text(u, "displayName")
	a.Enabled = u["accountEnabled"] != false
	a.Synced = u["onPremisesSyncEnabled"] == true
	a.OnPremises = text(u, "onPremisesSamAccountName")
	a.Kind = "member"
	upn := strings.ToLower(a.UPN)
	switch {
	case strings.EqualFold(text(u, "userType"), "Guest") || strings.Contains(upn, "#ext#"):
		a.Kind = "guest"
	case strings.HasPrefix(upn, "sync_") || strings.HasPrefix(upn, "adtoaadsyncserviceaccount@") || strings.EqualFold(a.Name, "On-Premises Directory Synchronization Service Account"):
		a.Kind = "sync"
	}
	addresses, _ := u["proxyAddresses"].([]any)
	for _, x := range append(addresses, "smtp:"+text(u, "mail")) {
		s, _ := x.(string)
		if kind, address, _ := strings.Cut(s, ":"); strings.EqualFold(kind, "smtp") && address != "" && !a.is(address) {
			a.Aliases = append(a.Aliases, strings.ToLower(address))
		}
	}
}

// readLookAlikes asks for accounts whose names are easily taken for this one's.
// A guest's name, which has #EXT# in it, is not taken for a member's who was
// named in full; and whoever may invite a guest must not hold containment up.
func (a *AccountFacts) readLookAlikes(ctx context.Context, r Reader) error {
	local, _, _ := strings.Cut(a.UPN, "@")
	start := []rune(local)
	for _, filter := range []string{"startswith(userPrincipalName," + odata(string(start[:min(2, len(start))])) + ")", "displayName eq " + odata(a.Name)} {
		list, err := rows(ctx, r, m365.Call{Op: "list-users", Query: url.Values{"$filter": {filter}, "$select": {"id,userPrincipalName,displayName"}, "$top": {"999"}}})
		if err != nil {
			return fmt.Errorf("%s: accounts with a name alike: %w", a.name(), err)
		}
		for _, u := range list {
			upn := text(u, "userPrincipalName")
			guest := strings.Contains(strings.ToUpper(upn), "#EXT#") && a.Kind != "guest"
			if !guest && !strings.EqualFold(text(u, "id"), a.ID) && lookAlike(a.UPN, a.Name, upn, text(u, "displayName")) && !slices.Contains(a.LookAlikes, upn) {
				a.LookAlikes = append(a.LookAlikes, upn)
			}
		}
	}
	slices.Sort(a.LookAlikes)
	return nil
}

// lookAlike: one display name, one name in another domain, or names of five
// letters and more that differ in one.
func lookAlike(upn, name, otherUPN, otherName string) bool {
	if name != "" && strings.EqualFold(name, otherName) {
		return true
	}
	x, _, _ := strings.Cut(strings.ToLower(upn), "@")
	y, _, _ := strings.Cut(strings.ToLower(otherUPN), "@")
	y, _, _ = strings.Cut(y, "#")
	return x != "" && (plainLetters(x) == plainLetters(y) || len([]rune(x)) >= 5 && oneApart([]rune(x), []rune(y)))
}

// plainLetters makes the usual look-alikes of letters one.
func plainLetters(s string) string {
	return strings.NewReplacer("0", "o", "1", "l", "i", "l", "rn", "m", "vv", "w", ".", "", "-", "", "_", "",
		"а", "a", "е", "e", "о", "o", "р", "p", "с", "c", "х", "x", "у", "y", "і", "l", "ѕ", "s").Replace(s)
}

// oneApart reports whether one letter changed, added or dropped makes x of y.
func oneApart(x, y []rune) bool {
	if len(x) < len(y) {
		x, y = y, x
	}
	if len(x)-len(y) > 1 {
		return false
	}
	i := 0
	for i < len(y) && x[i] == y[i] {
		i++
	}
	if len(x) == len(y) {
		return i < len(x) && slices.Equal(x[i+1:], y[i+1:])
	}
	return slices.Equal(x[i+1:], y[i:])
}

func (t *tenantFacts) readPlans(ctx context.Context, r Reader) {
	list, err := rows(ctx, r, m365.Call{Op: "list-skus"})
	if err != nil {
		return
	}
	t.plans = []string{}
	for _, sku := range list {
		plans, _ := sku["servicePlans"].([]any)
		for _, x := range plans {
			plan, _ := x.(row)
			t.plans = append(t.plans, text(plan, "servicePlanName"))
		}
	}
}

// lacks reports whether the tenant is known to have none of the plans.
func (t *tenantFacts) lacks(plans []string) bool {
	has := func(beginning string) bool {
		return slices.ContainsFunc(t.plans, func(p string) bool { return strings.HasPrefix(p, beginning) })
	}
	return len(plans) > 0 && t.plans != nil && !slices.ContainsFunc(plans, has)
}

func (t *tenantFacts) readDomains(ctx context.Context, r Reader) {
	list, err := rows(ctx, r, m365.Call{Op: "list-domains"})
	if err != nil {
		return
	}
	for _, d := range list {
		if strings.EqualFold(text(d, "authenticationType"), "Federated") {
			t.federated = append(t.federated, strings.ToLower(text(d, "id")))
		}
	}
}

// readRoles reads who holds or may take up which role. Where PIM is not licensed
// nobody is eligible.
func (t *tenantFacts) readRoles(ctx context.Context, r Reader) {
	expand := url.Values{"$expand": {"roleDefinition"}}
	var errA, errE error
	parallel(2, func(i int) {
		if i == 0 {
			t.active, errA = rows(ctx, r, m365.Call{Op: "list-role-assignments", Query: expand})
			return
		}
		t.eligible, errE = rows(ctx, r, m365.Call{Op: "list-role-eligibilities", Query: expand})
	})
	t.rolesRead = errA == nil && (errE == nil || unlicensed(errE))
}

func unlicensed(err error) bool {
	var e *m365.Error
	return errors.As(err, &e) && e.Kind == m365.NotLicensed
}

func definition(assignment row) (name, template string) {
	d, _ := assignment["roleDefinition"].(row)
	template = text(d, "templateId")
	if template == "" {
		template = text(assignment, "roleDefinitionId") // of built-in roles they are the same
	}
	name = text(d, "displayName")
	if name == "" {
		name = template
	}
	return name, strings.ToLower(template)
}

// held fills the directory roles of the account, those that come by groups too.
func (a *AccountFacts) held(ctx context.Context, r Reader, t *tenantFacts) {
	if !t.rolesRead || a.RolesRead {
		return
	}
	a.RolesRead = true
	groups := map[string]bool{}
	list, err := rows(ctx, r, m365.Call{Op: "list-memberships", Args: user(a.ID)})
	if err != nil {
		a.RolesRead = false
	}
	for _, g := range list {
		groups[strings.ToLower(text(g, "id"))] = true
	}
	take := func(list []row, how string) {
		for _, x := range list {
			name, template := definition(x)
			holder := strings.ToLower(text(x, "principalId"))
			switch {
			case holder == a.ID:
				a.Roles = append(a.Roles, HeldRole{Name: name, Template: template, ID: text(x, "id"), How: how})
			case groups[holder] && how == Active:
				a.Roles = append(a.Roles, HeldRole{Name: name, Template: template, ID: holder, How: ThroughGroup})
			}
		}
	}
	take(t.active, Active)
	take(t.eligible, Eligible)
}

// holds reports whether the account has the role in any way.
func (a *AccountFacts) holds(template string) bool {
	return slices.ContainsFunc(a.Roles, func(h HeldRole) bool { return h.Template == template })
}

// readAdmins finds the enabled accounts that are Global Administrator now, those
// in groups too. Applications are none.
func (t *tenantFacts) readAdmins(ctx context.Context, r Reader) {
	if !t.rolesRead {
		return
	}
	t.adminsRead = true
	var holders []string
	for _, x := range t.active {
		if _, template := definition(x); template == globalAdministrator {
			holders = append(holders, strings.ToLower(text(x, "principalId")))
		}
	}
	found := make([][]string, len(holders))
	failed := make([]bool, len(holders))
	parallel(len(holders), func(i int) { found[i], failed[i] = administrators(ctx, r, holders[i]) })
	t.through = map[string]string{}
	for i := range holders {
		for _, id := range found[i] {
			if id != holders[i] {
				t.through[id] = holders[i]
			}
		}
		t.admins = append(t.admins, found[i]...)
		t.adminsRead = t.adminsRead && !failed[i]
	}
	for _, id := range holders {
		delete(t.through, id)
	}
	slices.Sort(t.admins)
	t.admins = slices.Compact(t.admins)
}

// administrators are the enabled accounts behind one holder of a role.
func administrators(ctx context.Context, r Reader, holder string) (ids []string, failed bool) {
	u, err := findUser(ctx, r, holder)
	if err != nil {
		return nil, true
	}
	if u != nil {
		if u["accountEnabled"] == true {
			ids = append(ids, holder)
		}
		return ids, false
	}
	members, err := rows(ctx, r, m365.Call{Op: "list-group-members", Args: user(holder), Query: url.Values{"$select": {"id,accountEnabled"}}})
	if err != nil {
		return nil, !missing(err) // neither a user nor a group: an application
	}
	for _, m := range members {
		if m["accountEnabled"] == true {
			ids = append(ids, strings.ToLower(text(m, "id")))
		}
	}
	return ids, false
}

// readRoleGroups fills the role groups of Exchange and of Defender and Purview.
func (p *planner) readRoleGroups(ctx context.Context) {
	for _, service := range []struct{ op, how string }{{"exchange", ExchangeGroup}, {"compliance", ComplianceGroup}} {
		groups, err := rows(ctx, p.r, m365.Call{Op: service.op + ":Get-RoleGroup", Params: map[string]any{"ResultSize": "Unlimited"}})
		if err != nil {
			p.note("Role groups of the %s endpoint could not be read (%v): look at them by hand.", service.op, err)
			continue
		}
		groups = slices.DeleteFunc(groups, func(g row) bool {
			members, known := g["Members"].([]any)
			return text(g, "Name") == "" || known && len(members) == 0
		})
		lists := make([][]row, len(groups))
		errs := make([]error, len(groups))
		parallel(len(groups), func(i int) {
			lists[i], errs[i] = rows(ctx, p.r, m365.Call{Op: service.op + ":Get-RoleGroupMember", Params: map[string]any{"Identity": text(groups[i], "Name"), "ResultSize": "Unlimited"}})
		})
		for i, g := range groups {
			if errs[i] != nil {
				p.note("Members of the role group %s could not be read (%v).", text(g, "Name"), errs[i])
			}
			for _, m := range lists[i] {
				for _, a := range p.accounts[:p.taken] {
					if strings.EqualFold(text(m, "ExternalDirectoryObjectId"), a.ID) {
						a.Roles = append(a.Roles, HeldRole{Name: text(g, "Name"), ID: text(g, "Name"), How: service.how})
					}
				}
			}
		}
	}
}

// known is the account of a name in a record, among those already found; nil when there is none.
func (p *planner) known(name string) *AccountFacts {
	for _, a := range p.accounts {
		if a.is(name) {
			return a
		}
	}
	return nil
}

// account is the account of a name in a record: one that the plan knows, else one
// that the directory finds, which steps then touch without taking it back.
func (p *planner) account(ctx context.Context, name string) *AccountFacts {
	if a := p.known(name); a != nil || name == "" {
		return a
	}
	a := &AccountFacts{UPN: name}
	if !p.live() {
		a.ID = name
		p.accounts = append(p.accounts, a)
		return a
	}
	u, err := findUser(ctx, p.r, name)
	if err != nil || u == nil {
		p.note("The directory has no account %s, which a finding names%s.", name, because(err))
		return nil
	}
	a.fill(u)
	a.Aliases = append(a.Aliases, name)
	a.held(ctx, p.r, &p.tenant)
	p.accounts = append(p.accounts, a)
	return a
}

func because(err error) string {
	if err == nil {
		return ""
	}
	return ": " + err.Error()
}
