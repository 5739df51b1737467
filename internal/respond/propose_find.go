package respond

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"evict"
	"evict/internal/m365"
)

// An answer is what takes one kind of leftover away. find looks up which objects
// of the tenant the record means; without a tenant the record's own words do.
type answer struct {
	action evict.ActionID
	find   func(*planner, context.Context, evict.Finding, evict.Leftover) []wanted
}

// answers by the kind of what was left behind.
func answers() map[string]answer {
	return map[string]answer{
		evict.LeftRule:           {"disable-inbox-rule", (*planner).findRule},
		evict.LeftSweepRule:      {"disable-sweep-rule", (*planner).findSweepRule},
		evict.LeftForwarding:     {"remove-forwarding", onAccount("mailbox")},
		evict.LeftRight:          {"remove-delegate", (*planner).findRight},
		evict.LeftGrant:          {"revoke-consent", (*planner).findGrants},
		evict.LeftAppRole:        {"remove-app-role-assignment", (*planner).findAppRoles},
		evict.LeftApplication:    {"disable-application", (*planner).findApplication},
		evict.LeftSecret:         {"remove-application-secret", (*planner).findSecret},
		evict.LeftRole:           {"remove-directory-role", (*planner).findRole},
		evict.LeftRoleGroup:      {"remove-exchange-role-group", (*planner).findRoleGroup},
		evict.LeftMethod:         {"remove-authentication-method", (*planner).findMethods},
		evict.LeftPass:           {"remove-authentication-method", (*planner).findMethods},
		evict.LeftAppPassword:    {"remove-app-passwords", onAccount("user")},
		evict.LeftDevice:         {"disable-device", (*planner).findDevice},
		evict.LeftTransportRule:  {"disable-transport-rule", ofTenant("transport-rule")},
		evict.LeftJournalRule:    {"disable-journal-rule", ofTenant("journal-rule")},
		evict.LeftConnector:      {"disable-connector", (*planner).findConnector},
		evict.LeftAutoReply:      {"disable-auto-reply", onAccount("mailbox")},
		evict.LeftJunkLists:      {"restore-junk-settings", (*planner).findJunkLists},
		evict.LeftSignature:      {"restore-signature", onAccount("mailbox")},
		evict.LeftProfile:        {"restore-profile", onAccount("user")},
		evict.LeftProtocols:      {"disable-mail-protocols", onAccount("user")},
		evict.LeftAccount:        {"block-account", (*planner).findAccount},
		evict.LeftAddIn:          {"remove-add-in", (*planner).findAddIn},
		evict.LeftLink:           {"remove-sharing-link", (*planner).findLink},
		evict.LeftAudit:          {"restore-audit", (*planner).findAudit},
		evict.LeftOutboundPolicy: {"restore-outbound-policy", (*planner).findOutbound},
		evict.LeftRestriction:    {"unblock-sending", onAccount("mailbox")},
		evict.LeftHiddenMailbox:  {"restore-listing", onAccount("mailbox")},
		evict.LeftFederation:     {"restore-federation", ofTenant("domain")},
		evict.LeftPolicy:         {"restore-access-policy", ofTenant("policy")},
	}
}

// given are kinds of leftovers that are put right when the account is given back.
var given = []string{evict.LeftSignature, evict.LeftProfile, evict.LeftRestriction, evict.LeftHiddenMailbox}

// forPeople are kinds of leftovers that a person is told of when the account is given back.
var forPeople = []string{evict.LeftHidden, evict.LeftSent, evict.LeftService}

// remove wants one leftover taken away.
func (p *planner) remove(ctx context.Context, f evict.Finding, l evict.Leftover) {
	if slices.Contains(forPeople, l.Kind) {
		return
	}
	a, ok := answers()[l.Kind]
	if !ok {
		p.note("Nothing here puts right what finding %s tells of (%s %s): do it by hand. %s", f.ID, l.Kind, l.Name, f.Summary)
		return
	}
	if slices.Contains(given, l.Kind) != (p.plan.Kind == "recover") {
		if l.Kind == evict.LeftRestriction {
			p.note("Sending is restricted. It is unblocked in the plan that gives the account back, as its last step.")
		}
		return
	}
	if Find(a.action) == nil {
		p.note("Nothing here does %s, which finding %s asks for: do it by hand. %s", a.action, f.ID, f.Summary)
		return
	}
	for _, w := range a.find(p, ctx, f, l) {
		if w.action == nil {
			w.action = Find(a.action)
		}
		w.why = append(w.why, f.ID)
		p.wanted = append(p.wanted, w)
	}
}

// onAccount is the account itself, or its mailbox, as the object.
func onAccount(kind string) func(*planner, context.Context, evict.Finding, evict.Leftover) []wanted {
	return func(p *planner, ctx context.Context, _ evict.Finding, l evict.Leftover) []wanted {
		a := p.account(ctx, l.Of)
		if a == nil {
			return nil
		}
		o := a.object()
		o.Kind = kind
		if l.Kind == evict.LeftRestriction {
			o.ID = l.ID
		}
		return []wanted{{target: o, want: oldValues(l)}}
	}
}

// ofTenant is an object that belongs to no account, known by its name.
func ofTenant(kind string) func(*planner, context.Context, evict.Finding, evict.Leftover) []wanted {
	return func(_ *planner, _ context.Context, _ evict.Finding, l evict.Leftover) []wanted {
		return []wanted{{target: evict.Object{Name: l.Name, Kind: kind, ID: cmp.Or(l.Name, l.ID)}}}
	}
}

// oldValues are a leftover's values from before, under the names that the service
// takes them by; nil when none is known.
func oldValues(l evict.Leftover) json.RawMessage {
	if len(l.Was) == 0 {
		return nil
	}
	out := row{}
	for name, values := range l.Was {
		if l.Kind == evict.LeftProfile {
			if name = profileNames[strings.ToLower(name)]; name == "" {
				continue
			}
		}
		switch {
		case slices.Contains(lists, name):
			out[name] = values
		case len(values) == 0:
			out[name] = nil
		default:
			out[name] = values[0]
		}
	}
	if len(out) == 0 {
		return nil
	}
	return state(out)
}

// lists are the properties that hold several values.
var lists = []string{"businessPhones", "otherMails", "TrustedSendersAndDomains", "BlockedSendersAndDomains", "AuditOwner", "AuditDelegate", "AuditAdmin"}

// profileNames are Graph's names of the properties that the directory audit
// names, lower-cased. Source: entra-docs, reference-audit-activities; user resource.
var profileNames = map[string]string{
	"displayname": "displayName", "givenname": "givenName", "surname": "surname", "sn": "surname", "jobtitle": "jobTitle", "title": "jobTitle", "department": "department",
	"companyname": "companyName", "company": "companyName", "physicaldeliveryofficename": "officeLocation", "office": "officeLocation", "streetaddress": "streetAddress",
	"city": "city", "state": "state", "stateorprovince": "state", "postalcode": "postalCode", "country": "country", "telephonenumber": "businessPhones", "businessphones": "businessPhones",
	"mobile": "mobilePhone", "mobilephone": "mobilePhone", "facsimiletelephonenumber": "faxNumber", "fax": "faxNumber", "othermail": "otherMails", "othermails": "otherMails",
}

// findRule finds an inbox rule: a visible one through Graph, else a hidden one through Exchange.
func (p *planner) findRule(ctx context.Context, f evict.Finding, l evict.Leftover) []wanted {
	a := p.account(ctx, l.Of)
	if a == nil {
		return nil
	}
	o := evict.Object{Account: a.ID, Name: l.Name, Kind: visibleRule, ID: l.ID}
	if !p.live() {
		if l.Detail == "hidden" {
			o.Kind = hiddenRule
		}
		o.ID = cmp.Or(l.ID, l.Name) // cmdlets take the name
		return []wanted{{target: o}}
	}
	visible, err := rows(ctx, p.r, m365.Call{Op: "list-message-rules", Args: map[string]string{"id": a.ID, "folder": "inbox"}})
	all, hiddenErr := rows(ctx, p.r, cmdlet("Get-InboxRule", map[string]any{"Mailbox": a.ID, "IncludeHidden": true}))
	if err != nil && hiddenErr != nil {
		p.unread(f, evict.Object{Account: a.ID, Name: l.Name, Kind: visibleRule}, "disable-inbox-rule", err)
		return nil
	}
	exchange := slices.IndexFunc(all, func(r row) bool { return l.ID != "" && recordedRule(r, l.ID) })
	name := l.Name
	if exchange >= 0 && name == "" {
		name = text(all[exchange], "Name")
	}
	var found []row
	for _, r := range visible {
		if name != "" && text(r, "displayName") == name || l.ID != "" && text(r, "id") == l.ID {
			found = append(found, r)
		}
	}
	if len(found) > 1 && exchange >= 0 { // one name, several rules: the place tells which
		found = slices.DeleteFunc(found, func(r row) bool { return number(r["sequence"]) != number(all[exchange]["Priority"]) })
	}
	switch {
	case len(found) == 1:
		o.Name, o.ID = text(found[0], "displayName"), text(found[0], "id")
		return []wanted{{target: o}}
	case len(found) > 1:
		p.several(f, o, "disable-inbox-rule", len(found))
		return nil
	}
	if exchange < 0 {
		exchange = slices.IndexFunc(all, func(r row) bool { return name != "" && text(r, "Name") == name })
	}
	if exchange >= 0 {
		o.Name, o.Kind, o.ID = text(all[exchange], "Name"), hiddenRule, cmp.Or(number(all[exchange]["RuleIdentity"]), text(all[exchange], "Identity"))
		return []wanted{{target: o}}
	}
	p.gone("inbox rule", l.Name, a)
	return nil
}

// recordedRule reports whether Exchange's rule has the ID of a record, which may be
// a path that ends in it.
func recordedRule(r row, id string) bool {
	own := cmp.Or(text(r, "RuleIdentity"), number(r["RuleIdentity"]))
	_, last, cut := cutLast(id, `\`)
	return own == id || cut && own == last || text(r, "Identity") == id || unsigned(own) == unsigned(id) && unsigned(id) != ""
}

// unsigned is a rule's number as Get-InboxRule writes it: some logs write the same
// 64 bits with a sign.
func unsigned(s string) string {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return strconv.FormatUint(uint64(n), 10)
	}
	if _, err := strconv.ParseUint(s, 10, 64); err == nil {
		return s
	}
	return ""
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// number is a number as text, whatever way it was decoded.
func number(v any) string {
	switch n := v.(type) {
	case json.Number:
		return n.String()
	case string:
		return n
	}
	return ""
}

func (p *planner) findSweepRule(ctx context.Context, f evict.Finding, l evict.Leftover) []wanted {
	a := p.account(ctx, l.Of)
	if a == nil {
		return nil
	}
	o := evict.Object{Account: a.ID, Name: l.Name, Kind: "sweep-rule", ID: l.ID}
	if !p.live() {
		return []wanted{{target: o}}
	}
	list, err := rows(ctx, p.r, cmdlet("Get-SweepRule", map[string]any{"Mailbox": a.ID}))
	if err != nil {
		p.unread(f, o, "disable-sweep-rule", err)
		return nil
	}
	for _, r := range list {
		if l.ID != "" && text(r, "RuleId") == l.ID || text(r, "Name") == l.Name {
			o.Name, o.ID = text(r, "Name"), text(r, "RuleId")
			return []wanted{{target: o}}
		}
	}
	p.gone("sweep rule", l.Name, a)
	return nil
}

// findRight finds who holds the right, by any of his names.
func (p *planner) findRight(ctx context.Context, f evict.Finding, l evict.Leftover) []wanted {
	a := p.account(ctx, l.Of)
	if a == nil {
		return nil
	}
	var out []wanted
	for _, kind := range rightKinds(l) {
		o := evict.Object{Account: a.ID, Name: cmp.Or(l.Name, a.name()), Kind: kind, ID: l.ID}
		if !p.live() {
			out = append(out, wanted{target: o})
			continue
		}
		holder, err := p.holderOf(ctx, o, l.ID)
		if err != nil {
			p.unread(f, o, "remove-delegate", err)
			continue
		}
		if holder == "" {
			p.gone(kind+" of "+l.ID, "", a)
			continue
		}
		o.ID = holder
		out = append(out, wanted{target: o})
	}
	return out
}

func rightKinds(l evict.Leftover) []string {
	if l.Name != "" {
		return []string{folderAccess}
	}
	var out []string
	all := strings.ToLower(l.Detail)
	if strings.Contains(all, "sendas") {
		out = append(out, sendAs)
	}
	if strings.Contains(all, "sendonbehalf") || strings.Contains(all, "send on behalf") {
		out = append(out, sendOnBehalf)
	}
	if len(out) == 0 || strings.Contains(all, "fullaccess") {
		out = append(out, fullAccess)
	}
	return out
}

// holderOf is the holder as Exchange names him in that list; "" when he is not in it.
func (p *planner) holderOf(ctx context.Context, o evict.Object, recorded string) (string, error) {
	names := []string{recorded}
	if a := p.account(ctx, recorded); a != nil {
		local, _, _ := strings.Cut(a.UPN, "@")
		names = append(append(names, a.ID, a.UPN, a.Name, local), a.Aliases...)
	}
	same := func(s string) bool {
		return s != "" && slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, s) })
	}
	if o.Kind == sendOnBehalf {
		m, err := single(ctx, p.r, cmdlet("Get-Mailbox", map[string]any{"Identity": o.Account}))
		list, _ := m["GrantSendOnBehalfTo"].([]any)
		for _, x := range list {
			if s, _ := x.(string); same(s) {
				return s, nil
			}
		}
		return "", err
	}
	call, holder := right(o)
	list, err := rows(ctx, p.r, call)
	for _, r := range list {
		if s := text(r, holder); same(s) && r["IsInherited"] != true && r["Deny"] != true {
			return s, nil
		}
	}
	if missing(err) {
		err = nil
	}
	return "", err
}

// principal finds an application's service principal by application ID, object ID or name; nil when there is none.
func (p *planner) principal(ctx context.Context, l evict.Leftover) (row, error) {
	var filters []string
	if l.ID != "" {
		filters = append(filters, "appId eq "+odata(l.ID), "id eq "+odata(l.ID))
	}
	if l.Name != "" {
		filters = append(filters, "displayName eq "+odata(l.Name))
	}
	for _, filter := range filters {
		list, err := rows(ctx, p.r, m365.Call{Op: "list-service-principals", Query: url.Values{"$filter": {filter}, "$select": {"id,appId,displayName"}}})
		if err != nil && !missing(err) {
			return nil, err
		}
		if len(list) == 1 {
			return list[0], nil
		}
	}
	return nil, nil
}

// findGrants finds the consents that the account, or everybody, gave the application.
func (p *planner) findGrants(ctx context.Context, f evict.Finding, l evict.Leftover) []wanted {
	o := evict.Object{Name: cmp.Or(l.Name, l.ID), Kind: "grant", ID: l.ID}
	a := p.account(ctx, l.Of)
	if a != nil {
		o.Account = a.ID
	}
	if !p.live() {
		return []wanted{{target: o}}
	}
	app, err := p.principal(ctx, l)
	if err != nil || app == nil {
		p.noApplication(f, l, o, "revoke-consent", err)
		return nil
	}
	call := m365.Call{Op: "list-grants", Query: url.Values{"$filter": {"clientId eq " + odata(text(app, "id"))}}}
	list, err := rows(ctx, p.r, call)
	if err != nil {
		p.unread(f, o, "revoke-consent", err)
		return nil
	}
	var out []wanted
	for _, g := range list {
		forAll := text(g, "consentType") == "AllPrincipals"
		if !forAll && (a == nil || !strings.EqualFold(text(g, "principalId"), a.ID)) {
			continue
		}
		x := evict.Object{Name: text(app, "displayName"), Kind: "grant", ID: text(g, "id")}
		if forAll {
			if p.usedByOthers(ctx, f, x, text(app, "id"), "revoke-consent") {
				continue
			}
		} else {
			x.Account = a.ID
		}
		out = append(out, wanted{target: x})
	}
	if len(out) == 0 && a != nil {
		p.gone("consent to the application", text(app, "displayName"), a)
	}
	return out
}

// usedByOthers leaves a change to a shared application to the operator: where the
// evidence shows more users than the case has accounts, or others consented to it.
func (p *planner) usedByOthers(ctx context.Context, f evict.Finding, o evict.Object, application string, action evict.ActionID) bool {
	users, others := p.c.Guards.Users[strings.ToLower(o.ID)], p.consented(ctx, application)
	why := ""
	switch {
	case others == unknownNumber:
		why = "who else consented to the application could not be read"
	case others > 0:
		why = "accounts outside the case consented to the application too (" + strconv.Itoa(others) + "): look first who"
	case users > p.taken:
		why = "others used the application too (" + strconv.Itoa(users) + " accounts in all): look first who"
	default:
		return false
	}
	p.plan.Skipped = append(p.plan.Skipped, evict.Skipped{Action: action, Target: o, Pick: f.ID, Why: why})
	return true
}

// unknownNumber stands for what could not be counted.
const unknownNumber = -1

// consented counts the accounts other than the case's that consented to an application by themselves.
func (p *planner) consented(ctx context.Context, application string) int {
	list, err := rows(ctx, p.r, m365.Call{Op: "list-grants", Query: url.Values{"$filter": {"clientId eq " + odata(application)}}})
	if err != nil {
		return unknownNumber
	}
	others := map[string]bool{}
	for _, g := range list {
		id := text(g, "principalId")
		if id != "" && !slices.ContainsFunc(p.accounts[:p.taken], func(a *AccountFacts) bool { return a.is(id) }) {
			others[strings.ToLower(id)] = true
		}
	}
	return len(others)
}

func (p *planner) findAppRoles(ctx context.Context, f evict.Finding, l evict.Leftover) []wanted {
	a := p.account(ctx, l.Of)
	o := evict.Object{Name: cmp.Or(l.Name, l.ID), Kind: "app-role", ID: l.ID}
	if a != nil {
		o.Account = a.ID
	}
	if !p.live() {
		return []wanted{{target: o}}
	}
	app, err := p.principal(ctx, l)
	if err != nil || app == nil {
		p.noApplication(f, l, o, "remove-app-role-assignment", err)
		return nil
	}
	var out []wanted
	if a != nil {
		list, err := rows(ctx, p.r, m365.Call{Op: "list-user-app-roles", Args: user(a.ID)})
		if err != nil {
			p.unread(f, o, "remove-app-role-assignment", err)
		}
		for _, x := range list {
			if strings.EqualFold(text(x, "resourceId"), text(app, "id")) {
				out = append(out, wanted{target: evict.Object{Account: a.ID, Name: text(app, "displayName"), Kind: "app-role", ID: text(x, "id")}})
			}
		}
	}
	if len(out) == 0 { // rights of the application's own: it is switched off, for nothing takes one right from it
		whole := evict.Object{Name: text(app, "displayName"), Kind: "service-principal", ID: text(app, "id")}
		if !p.usedByOthers(ctx, f, whole, whole.ID, DisableApplication.ID) {
			out = append(out, wanted{action: DisableApplication, target: whole})
		}
	}
	return out
}

func (p *planner) findApplication(ctx context.Context, f evict.Finding, l evict.Leftover) []wanted {
	o := evict.Object{Name: cmp.Or(l.Name, l.ID), Kind: "service-principal", ID: l.ID}
	if !p.live() {
		return []wanted{{target: o}}
	}
	app, err := p.principal(ctx, l)
	if err != nil || app == nil {
		p.noApplication(f, l, o, "disable-application", err)
		return nil
	}
	o.Name, o.ID = text(app, "displayName"), text(app, "id")
	if p.usedByOthers(ctx, f, o, o.ID, "disable-application") {
		return nil
	}
	return []wanted{{target: o}}
}

// findSecret finds the key at the application or its service principal. Without a
// key ID every key that began within the hour is meant.
func (p *planner) findSecret(ctx context.Context, f evict.Finding, l evict.Leftover) []wanted {
	o := evict.Object{Name: l.Name, Kind: principalSecret, ID: l.Detail + "/" + l.ID}
	if !p.live() {
		return []wanted{{target: o}}
	}
	app, err := p.principal(ctx, evict.Leftover{ID: l.Detail, Name: l.Name})
	if err != nil || app == nil {
		p.noApplication(f, l, o, "remove-application-secret", err)
		return nil
	}
	var out []wanted
	find := func(holder row, kind string) {
		for _, property := range []string{"passwordCredentials", "keyCredentials"} {
			keys, _ := holder[property].([]any)
			for _, x := range keys {
				k, _ := x.(row)
				if l.ID != "" && strings.EqualFold(text(k, "keyId"), l.ID) || l.ID == "" && near(text(k, "startDateTime"), f.Time, time.Hour) {
					out = append(out, wanted{target: evict.Object{Name: text(app, "displayName"), Kind: kind, ID: text(holder, "id") + "/" + text(k, "keyId")}})
				}
			}
		}
	}
	var own row
	if err = fetch(ctx, p.r, m365.Call{Op: "get-service-principal", Args: user(text(app, "id")), Query: selecting("passwordCredentials", "keyCredentials")}, &own); err == nil {
		find(own, principalSecret)
	}
	list, err := rows(ctx, p.r, m365.Call{Op: "list-applications", Query: url.Values{"$filter": {"appId eq " + odata(text(app, "appId"))}, "$select": {"id,passwordCredentials,keyCredentials"}}})
	for _, x := range list {
		find(x, applicationSecret)
	}
	if len(out) == 0 {
		if err != nil {
			p.unread(f, o, "remove-application-secret", err)
		} else {
			p.note("The secret that finding %s tells of is not at the application %s any more.", f.ID, l.Name)
		}
	}
	return out
}

// near reports whether a recorded time lies within d of another.
func near(recorded string, t evict.Time, d time.Duration) bool {
	at, err := time.Parse(time.RFC3339, recorded)
	return err == nil && t.Set && at.Sub(t.Std()).Abs() <= d
}

// findRole finds the assignment of the role to the account that got it.
func (p *planner) findRole(ctx context.Context, f evict.Finding, l evict.Leftover) []wanted {
	a := p.account(ctx, l.Of)
	if a == nil {
		return nil
	}
	if !p.live() {
		o := evict.Object{Account: a.ID, Name: l.Name, Kind: "directory-role", ID: l.ID}
		if l.Detail == Eligible {
			return []wanted{{action: RemoveEligibleRole, target: o}}
		}
		return []wanted{{target: o}}
	}
	var out []wanted
	for _, h := range a.Roles {
		if !strings.EqualFold(h.Template, l.ID) && !strings.EqualFold(h.Name, l.Name) && !strings.EqualFold(h.Template, l.Name) && !oldRoleName(l.Name, h.Name) {
			continue
		}
		o := evict.Object{Account: a.ID, Name: h.Name, ID: h.ID}
		switch h.How {
		case Active:
			o.Kind = "directory-role"
			out = append(out, wanted{action: RemoveDirectoryRole, target: o})
		case Eligible:
			o.Kind = "eligible-role"
			out = append(out, wanted{action: RemoveEligibleRole, target: o})
		}
	}
	if len(out) == 0 {
		p.gone("role", l.Name, a)
	}
	return out
}

// oldRoleName: the audit log still writes names that the directory gave up.
func oldRoleName(recorded, now string) bool {
	old := map[string]string{"company administrator": "global administrator", "tenant admins": "global administrator", "exchange service administrator": "exchange administrator",
		"sharepoint service administrator": "sharepoint administrator", "user account administrator": "user administrator"}
	return old[strings.ToLower(recorded)] == strings.ToLower(now)
}

// findRoleGroup: the record does not say whose group it is, so both services are asked.
func (p *planner) findRoleGroup(ctx context.Context, _ evict.Finding, l evict.Leftover) []wanted {
	a := p.account(ctx, l.Of)
	if a == nil {
		return nil
	}
	name := cmp.Or(l.ID, l.Name)
	return []wanted{
		{action: RemoveExchangeRoleGroup, target: evict.Object{Account: a.ID, Name: name, Kind: "role-group", ID: name}, quiet: true},
		{action: RemoveComplianceRoleGroup, target: evict.Object{Account: a.ID, Name: name, Kind: "compliance-group", ID: name}, quiet: true},
	}
}

// methodWords tell a method's type from what a record calls it.
var methodWords = []struct{ word, kind string }{
	{"authenticator", "microsoftAuthenticatorAuthenticationMethod"}, {"mobile app notification", "microsoftAuthenticatorAuthenticationMethod"}, {"app code", "softwareOathAuthenticationMethod"},
	{"software oath", "softwareOathAuthenticationMethod"}, {"hardware", "hardwareOathAuthenticationMethod"}, {"totp", "softwareOathAuthenticationMethod"},
	{"phone", "phoneAuthenticationMethod"}, {"telephone", "phoneAuthenticationMethod"}, {"sms", "phoneAuthenticationMethod"}, {"mobile", "phoneAuthenticationMethod"},
	{"passkey", "fido2AuthenticationMethod"}, {"fido", "fido2AuthenticationMethod"}, {"security key", "fido2AuthenticationMethod"},
	{"temporary access pass", "temporaryAccessPassAuthenticationMethod"}, {"email", "emailAuthenticationMethod"}, {"hello", "windowsHelloForBusinessAuthenticationMethod"},
	{"qr code", "qrCodePinAuthenticationMethod"}, {"external", "externalAuthenticationMethod"},
}

// findMethods finds the method that was added: by the time of its making where it
// has one, else by its type. What fits none or too many is left to a person.
func (p *planner) findMethods(ctx context.Context, f evict.Finding, l evict.Leftover) []wanted {
	a := p.account(ctx, l.Of)
	if a == nil {
		return nil
	}
	kind := ""
	for _, w := range methodWords {
		if strings.Contains(strings.ToLower(l.Name), w.word) {
			kind = w.kind
			break
		}
	}
	if l.Kind == evict.LeftPass {
		kind = "temporaryAccessPassAuthenticationMethod"
	}
	o := evict.Object{Account: a.ID, Name: cmp.Or(l.Name, "the method added then"), Kind: kind, ID: l.ID}
	if !p.live() {
		return []wanted{{target: o}}
	}
	list, err := rows(ctx, p.r, m365.Call{Op: "list-methods", Args: user(a.ID)})
	if err != nil {
		p.unread(f, o, "remove-authentication-method", err)
		return nil
	}
	list = slices.DeleteFunc(list, func(m row) bool { return methodOps[methodType(m)] == "" })
	fits := func(test func(row) bool) []row {
		return slices.DeleteFunc(slices.Clone(list), func(m row) bool { return !test(m) })
	}
	timed := fits(func(m row) bool { return near(text(m, "createdDateTime"), f.Time, 5*time.Minute) })
	found := timed
	if len(found) == 0 && kind != "" {
		found = fits(func(m row) bool { return methodType(m) == kind && text(m, "createdDateTime") == "" })
	}
	switch {
	case len(found) == 0:
		p.gone("method", o.Name, a)
		return nil
	case len(found) > 1 && len(timed) == 0:
		p.several(f, o, "remove-authentication-method", len(found))
		return nil
	}
	var out []wanted
	for _, m := range found {
		out = append(out, wanted{target: evict.Object{Account: a.ID, Name: methodName(m), Kind: methodType(m), ID: text(m, "id")}})
	}
	return out
}

// methodName is a method for people: its type, and what tells it from others.
func methodName(m row) string {
	name := strings.TrimSuffix(methodType(m), "AuthenticationMethod")
	for _, property := range []string{"displayName", "phoneNumber", "emailAddress", "model", "deviceTag"} {
		if s := text(m, property); s != "" {
			return name + " " + s
		}
	}
	return name
}

func (p *planner) findDevice(ctx context.Context, f evict.Finding, l evict.Leftover) []wanted {
	o := evict.Object{Name: cmp.Or(l.Name, l.ID), Kind: "device", ID: l.ID}
	if !p.live() {
		return []wanted{{target: o}}
	}
	var list []row
	var err error
	if l.ID != "" {
		list, err = rows(ctx, p.r, m365.Call{Op: "list-devices", Query: url.Values{"$filter": {"deviceId eq " + odata(l.ID)}, "$select": {"id,deviceId,displayName"}}})
		if err == nil && len(list) == 0 {
			list, err = rows(ctx, p.r, m365.Call{Op: "list-devices", Query: url.Values{"$filter": {"id eq " + odata(l.ID)}, "$select": {"id,deviceId,displayName"}}})
		}
	}
	if a := p.account(ctx, l.Of); a != nil && len(list) == 0 {
		list, err = rows(ctx, p.r, m365.Call{Op: "list-registered-devices", Args: user(a.ID)})
		list = slices.DeleteFunc(list, func(d row) bool {
			return !near(text(d, "registrationDateTime"), f.Time, 10*time.Minute) && (l.Name == "" || text(d, "displayName") != l.Name)
		})
	}
	switch {
	case err != nil && len(list) == 0:
		p.unread(f, o, "disable-device", err)
	case len(list) == 0:
		p.note("The device %s that finding %s tells of is not registered any more.", l.Name, f.ID)
	case len(list) > 1:
		p.several(f, o, "disable-device", len(list))
	default:
		o.Name, o.ID = cmp.Or(text(list[0], "displayName"), o.Name), text(list[0], "id")
		return []wanted{{target: o}}
	}
	return nil
}

func (p *planner) findConnector(_ context.Context, _ evict.Finding, l evict.Leftover) []wanted {
	kind := inboundConnector
	if l.Detail == "outbound" {
		kind = outboundConnector
	}
	return []wanted{{target: evict.Object{Name: l.Name, Kind: kind, ID: cmp.Or(l.Name, l.ID)}}}
}

// findAccount is an account that the attacker made or invited; it is not one of
// those to be taken back.
func (p *planner) findAccount(ctx context.Context, _ evict.Finding, l evict.Leftover) []wanted {
	a := p.account(ctx, l.Of)
	if a == nil {
		return nil
	}
	if slices.Contains(p.accounts[:p.taken], a) {
		return nil // contained already
	}
	if !slices.Contains(p.made, a) {
		p.made = append(p.made, a)
	}
	return []wanted{{target: a.object(), phase: evict.Contain}, {action: RevokeSessions, target: a.object(), phase: evict.Contain}}
}

func (p *planner) findAddIn(ctx context.Context, f evict.Finding, l evict.Leftover) []wanted {
	a := p.account(ctx, l.Of)
	if a == nil {
		return nil
	}
	o := evict.Object{Account: a.ID, Name: cmp.Or(l.Name, l.ID), Kind: "add-in", ID: l.ID}
	if !p.live() {
		return []wanted{{target: o}}
	}
	list, err := rows(ctx, p.r, cmdlet("Get-App", map[string]any{"Mailbox": a.ID}))
	if err != nil {
		p.unread(f, o, "remove-add-in", err)
	}
	for _, x := range list {
		id := text(x, "AppId")
		if id != "" && (strings.HasSuffix(strings.ToLower(l.ID), strings.ToLower(id)) || l.Name != "" && text(x, "DisplayName") == l.Name) {
			o.Name, o.ID = cmp.Or(text(x, "DisplayName"), o.Name), id
			return []wanted{{target: o}}
		}
	}
	if err == nil {
		p.note("Which add-in of %s finding %s tells of can't be seen: look at the list in Get-App -Mailbox. %s", a.name(), f.ID, f.Summary)
	}
	return nil
}

// findJunkLists wants a list as it was; where no record has it, without the entries that were set.
func (p *planner) findJunkLists(ctx context.Context, f evict.Finding, l evict.Leftover) []wanted {
	a := p.account(ctx, l.Of)
	if a == nil {
		return nil
	}
	w := wanted{target: evict.Object{Account: a.ID, Name: a.name(), Kind: "mailbox"}, want: oldValues(l)}
	if !p.live() || w.want != nil || len(l.List) == 0 {
		return []wanted{w}
	}
	now, err := single(ctx, p.r, cmdlet("Get-MailboxJunkEmailConfiguration", map[string]any{"Identity": a.ID}))
	if err != nil {
		p.unread(f, w.target, RestoreJunkSettings.ID, err)
		return nil
	}
	entries, _ := now[l.Detail].([]any)
	rest := []string{}
	for _, x := range entries {
		if s, _ := x.(string); s != "" && !slices.ContainsFunc(l.List, func(set string) bool { return strings.EqualFold(set, s) }) {
			rest = append(rest, s)
		}
	}
	w.want = state(row{l.Detail: rest})
	return []wanted{w}
}

func (p *planner) findLink(ctx context.Context, _ evict.Finding, l evict.Leftover) []wanted {
	o := evict.Object{Name: l.Name, Kind: "sharing-link", ID: l.ID}
	if a := p.account(ctx, l.Of); a != nil {
		o.Account = a.ID
	}
	return []wanted{{target: o}}
}

func (p *planner) findAudit(ctx context.Context, _ evict.Finding, l evict.Leftover) []wanted {
	o := evict.Object{Name: l.Detail, Kind: l.Detail}
	if l.Of != "" {
		a := p.account(ctx, l.Of)
		if a == nil {
			return nil
		}
		o.Account, o.Name = a.ID, a.name()
	}
	return []wanted{{target: o, want: oldValues(l)}}
}

// findOutbound: the value of every tenant before somebody changed it is the old
// one where the record has none.
func (p *planner) findOutbound(_ context.Context, _ evict.Finding, l evict.Leftover) []wanted {
	w := wanted{target: evict.Object{Name: l.Name, Kind: l.Detail, ID: cmp.Or(l.ID, l.Name)}, want: oldValues(l)}
	if w.want == nil {
		w.want = state(row{"AutoForwardEnabled": false})
		if l.Detail == outboundPolicy {
			w.want = state(row{"AutoForwardingMode": "Automatic"})
		}
	}
	return []wanted{w}
}

// unread lists a change whose object could not be looked up.
func (p *planner) unread(f evict.Finding, o evict.Object, action evict.ActionID, err error) {
	p.plan.Skipped = append(p.plan.Skipped, evict.Skipped{Action: action, Target: o, Pick: f.ID, Why: "it could not be looked up: " + err.Error()})
}

// several lists a change of which nobody can say which object it means.
func (p *planner) several(f evict.Finding, o evict.Object, action evict.ActionID, n int) {
	p.plan.Skipped = append(p.plan.Skipped, evict.Skipped{Action: action, Target: o, Pick: f.ID,
		Why: strconv.Itoa(n) + " objects fit what the record says of it: look at them and pick one"})
}

func (p *planner) noApplication(f evict.Finding, l evict.Leftover, o evict.Object, action evict.ActionID, err error) {
	if err != nil {
		p.unread(f, o, action, err)
		return
	}
	p.note("The application %s that finding %s tells of is not in the tenant any more.", cmp.Or(l.Name, l.ID), f.ID)
}

func (p *planner) gone(kind, name string, a *AccountFacts) {
	p.note("The %s %q of %s is not there any more: no step.", kind, name, a.name())
}

// telephones asks about the devices that began to read a mailbox after first trouble:
// no log of Microsoft's says by whose hand. One that the operator picks is removed.
func (p *planner) telephones(ctx context.Context) {
	if !p.live() {
		return
	}
	lists := make([][]row, p.taken)
	parallel(p.taken, func(i int) {
		if a := p.accounts[i]; a.FirstTrouble.Set {
			lists[i], _ = rows(ctx, p.r, cmdlet("Get-MobileDevice", map[string]any{"Mailbox": a.ID})) // an error: no mailbox; a hint is no promise
		}
	})
	for i, a := range p.accounts[:p.taken] {
		for _, d := range lists[i] {
			at, err := time.Parse(time.RFC3339, cmp.Or(text(d, "FirstSyncTime"), text(d, "WhenCreated")))
			if err == nil && !at.Before(a.FirstTrouble.Std()) {
				p.telephone(a, d, at)
			}
		}
	}
}

func (p *planner) telephone(a *AccountFacts, d row, since time.Time) {
	o := evict.Object{Account: a.ID, Name: cmp.Or(text(d, "FriendlyName"), text(d, "DeviceModel")), Kind: "mobile-device", ID: text(d, "Identity")}
	id := stepID(RemoveMobileDevice.ID, o)
	if i := slices.IndexFunc(p.c.Picked, func(k Pick) bool { return k.Finding == id }); i >= 0 {
		p.want(RemoveMobileDevice, o, picked(p.c.Picked[i]))
		return
	}
	p.plan.Skipped = append(p.plan.Skipped, evict.Skipped{Action: RemoveMobileDevice.ID, Target: o, Pick: id,
		Why: fmt.Sprintf("it (%s) reads the mailbox of %s since %s, after first trouble: ask the owner whether it is his", text(d, "DeviceOS"), a.name(), since.UTC().Format(time.RFC3339))})
}
