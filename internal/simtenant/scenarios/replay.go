package scenarios

import (
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"evict/internal/simtenant"
)

// An act is what a record of the audit log tells of a change.
type act struct {
	record                                         *Record
	Operation, UserID, UserKey, ObjectID, Workload string
	MailboxOwnerUPN, EventValue, Reason            string
	Parameters                                     []pair
	ModifiedProperties                             []property
	Target                                         []struct{ ID string }
	Item                                           item
	RecipientList                                  []struct{ Address string }
	AffectedItems                                  []item
	DestFolder                                     struct{ Path string }
	Folder                                         struct{ Path string }
	Folders                                        []struct{ FolderItems []item }
	RecordType                                     int
}

type pair struct{ Name, Value string }

type property struct{ Name, OldValue, NewValue string }

type item struct{ InternetMessageID, Subject, Attachments string }

// replay does to the state what a record says was done. The audit log and the
// trace tell it all; the other logs tell it again.
func (b *builder) replay(r *Record) {
	switch {
	case r.Log == Trace:
		b.delivered(r)
	case r.Log != Audit || r.Failed:
	case r.Hand == Service && r.Op != "Update user." && r.Op != "Event Listed":
	default:
		a := act{record: r}
		if err := json.Unmarshal(r.JSON, &a); err != nil {
			panic(err) // unreachable: our own writing
		}
		b.act(&a)
	}
}

// delivered puts a traced message into the recipient's mailbox.
func (b *builder) delivered(r *Record) {
	var t struct {
		MessageID, SenderAddress, RecipientAddress, Subject string
	}
	if err := json.Unmarshal(r.JSON, &t); err != nil {
		panic(err) // unreachable: our own writing
	}
	m := b.boxes[strings.ToLower(t.RecipientAddress)]
	if m == nil || b.index[m].got[t.MessageID] {
		return
	}
	b.index[m].got[t.MessageID] = true
	hand := ""
	if r.Hand == Attacker {
		hand = "attacker"
	}
	b.deliver(m, mail{id: t.MessageID, subject: t.Subject, from: t.SenderAddress, to: []string{t.RecipientAddress}, at: r.Time, hand: hand})
}

func (b *builder) act(a *act) {
	actor := b.users[strings.ToLower(a.UserID)]
	if actor != nil && actor.PUID == "" && a.Workload == "Exchange" {
		actor.PUID = a.UserKey
	}
	if a.RecordType == 8 {
		b.directoryAct(a, actor)
		return
	}
	if a.RecordType == 1 {
		b.cmdletAct(a)
		return
	}
	if a.Operation == "Event Listed" {
		b.w.Restricted = append(b.w.Restricted, &simtenant.Restricted{Address: a.EventValue, Reason: a.Reason, Since: a.record.Time})
		return
	}
	if m := b.boxes[strings.ToLower(a.UserID)]; m != nil && a.Operation == "AnonymousLinkCreated" {
		b.share(a, m)
	}
	if m := b.boxes[strings.ToLower(a.MailboxOwnerUPN)]; m != nil {
		b.mailboxAct(a, m)
	}
}

// share puts a link for anybody on a file, which colleagues may open already.
func (b *builder) share(a *act, m *simtenant.Mailbox) {
	name := a.ObjectID[strings.LastIndexByte(a.ObjectID, '/')+1:]
	m.OneDrive = append(m.OneDrive, simtenant.Object{"url": a.ObjectID, "driveId": "b!" + made("drive", m.User), "id": strings.ToUpper(strings.ReplaceAll(made("file", a.ObjectID), "-", "")), "name": name, "permissions": []simtenant.Object{
		{"id": made("link", a.ObjectID, "colleagues"), "roles": []string{"read"}, "link": simtenant.Object{"scope": "organization", "type": "view"}},
		{"id": made("link", a.record.ID), "roles": []string{"read"}, "link": simtenant.Object{"scope": "anonymous", "type": "view"}},
	}})
}

func (b *builder) mailboxAct(a *act, m *simtenant.Mailbox) {
	at, hand := a.record.Time, b.hands[a.record.Hand]
	switch a.Operation {
	case "MailItemsAccessed":
		for _, f := range a.Folders {
			for _, x := range f.FolderItems {
				for _, p := range b.index[m].at[x.InternetMessageID] {
					p.msg.Read = true
				}
			}
		}
	case "Send":
		var to []string
		for _, r := range a.RecipientList {
			to = append(to, r.Address)
		}
		msg := b.put(m, b.folder(m, `\Sent Items`), mail{id: a.Item.InternetMessageID, subject: a.Item.Subject, from: a.MailboxOwnerUPN, to: to, at: at, hand: hand, attachments: a.Item.Attachments != ""})
		msg.Read = true
	case "Move", "MoveToDeletedItems":
		for _, x := range a.AffectedItems {
			b.move(m, x.InternetMessageID, a.Folder.Path, a.DestFolder.Path, at)
		}
	case "SoftDelete":
		for _, x := range a.AffectedItems {
			b.move(m, x.InternetMessageID, a.Folder.Path, `?recoverable\Deletions`, at)
		}
	case "HardDelete":
		for _, x := range a.AffectedItems {
			b.move(m, x.InternetMessageID, a.Folder.Path, `?recoverable\Purges`, at)
		}
	}
}

// param is a cmdlet's parameter, "" where it was not given.
func (a *act) param(name string) string {
	for _, p := range a.Parameters {
		if p.Name == name {
			return p.Value
		}
	}
	return ""
}

// box is the mailbox that a cmdlet names: by UPN, by alias, or by a path that
// ends in one.
func (b *builder) box(name string) *simtenant.Mailbox {
	name = strings.ToLower(name[strings.LastIndexByte(name, '/')+1:])
	name, _, _ = strings.Cut(name, `\`)
	return b.boxes[name]
}

func (b *builder) cmdletAct(a *act) {
	m := b.box(cmp.Or(a.param("Identity"), a.param("Mailbox"), a.ObjectID))
	if a.Operation == "New-InboxRule" {
		m = b.box(a.ObjectID)
	}
	switch a.Operation {
	case "New-TransportRule":
		b.newTransportRule(a)
	case "Remove-TransportRule":
		b.w.Transport = slices.DeleteFunc(b.w.Transport, func(o simtenant.Object) bool { return o["Name"] == a.param("Identity") })
	}
	if m == nil {
		return
	}
	switch a.Operation {
	case "New-InboxRule":
		m.Rules = append(m.Rules, b.newRule(a, m))
	case "Remove-InboxRule":
		_, name, _ := strings.Cut(a.param("Identity"), `\`)
		m.Rules = slices.DeleteFunc(m.Rules, func(r *simtenant.InboxRule) bool { return r.Name == name || r.ID == name })
	case "Set-Mailbox":
		b.setMailbox(a, m)
	case "New-SweepRule":
		o := a.given("Mailbox")
		o["RuleId"], o["Enabled"] = made("sweep", a.record.ID), true
		m.Sweep = append(m.Sweep, o)
	case "Set-MailboxJunkEmailConfiguration":
		m.Junk = simtenant.Object{"Enabled": true, "BlockedSendersAndDomains": strings.Split(a.param("BlockedSendersAndDomains"), ";"), "TrustedSendersAndDomains": []string{}}
	case "New-App":
		m.AddIns = append(m.AddIns, addIn(a.param("DisplayName"), made("add-in", a.record.ID), "Mail Backup", "User"))
	case "Set-MailboxAutoReplyConfiguration":
		m.AutoReply = a.given("Identity")
	case "Set-MailboxMessageConfiguration":
		m.Signature = a.given("Identity")
		m.Signature["AutoAddSignature"] = a.param("AutoAddSignature") == "True"
	case "Add-MailboxPermission":
		b.grant(m, a)
	case "Remove-MailboxPermission":
		if u := b.box(a.param("User")); u != nil {
			m.Permissions = slices.DeleteFunc(m.Permissions, func(p *simtenant.Permission) bool { return p.User == u.User })
		}
	}
}

// given are a cmdlet's parameters as an object, but for those named.
func (a *act) given(but ...string) simtenant.Object {
	o := simtenant.Object{}
	for _, p := range a.Parameters {
		if !slices.Contains(but, p.Name) {
			o[p.Name] = p.Value
		}
	}
	return o
}

func (b *builder) setMailbox(a *act, m *simtenant.Mailbox) {
	for _, p := range a.Parameters {
		switch p.Name {
		case "ForwardingSmtpAddress":
			m.ForwardingSMTP = p.Value
		case "DeliverToMailboxAndForward":
			m.DeliverAndForward = p.Value == "True"
		case "CustomAttribute1":
			m.Props[p.Name] = p.Value
		}
	}
}

func (b *builder) grant(m *simtenant.Mailbox, a *act) {
	id := ""
	if to := b.box(a.param("User")); to != nil {
		id = to.User
	}
	if id == "" || slices.ContainsFunc(m.Permissions, func(p *simtenant.Permission) bool { return p.User == id }) {
		return
	}
	m.Permissions = append(m.Permissions, &simtenant.Permission{User: id, Rights: []string{a.param("AccessRights")}, ByHand: b.hands[a.record.Hand]})
}

func (b *builder) newRule(a *act, m *simtenant.Mailbox) *simtenant.InboxRule {
	r := &simtenant.InboxRule{
		ID: ruleNumber(m.User, a.param("Name"), a.record.ID), Name: a.param("Name"), Sequence: len(m.Rules) + 1, Enabled: true, ByHand: b.hands[a.record.Hand],
		Conditions: simtenant.Object{}, Actions: simtenant.Object{},
	}
	for _, p := range a.Parameters {
		switch p.Name {
		case "From":
			r.Conditions["fromAddresses"] = graphPeople(strings.Split(p.Value, ";")...)
		case "SubjectOrBodyContainsWords":
			r.Conditions["bodyOrSubjectContains"] = strings.Split(p.Value, ";")
		case "MoveToFolder":
			r.Actions["moveToFolder"] = b.folder(m, `\`+p.Value).ID
		case "DeleteMessage":
			r.Actions["delete"] = p.Value == "True"
		case "MarkAsRead":
			r.Actions["markAsRead"] = p.Value == "True"
		case "StopProcessingRules":
			r.Actions["stopProcessingRules"] = p.Value == "True"
		}
	}
	return r
}

// ruleNumber is a rule's ID as Exchange writes it: a number of up to 20 digits.
func ruleNumber(parts ...string) string {
	d := digest(parts)
	return fmt.Sprintf("1%09d%09d", uint32(d[0])<<20|uint32(d[1])<<12|uint32(d[2])<<4, uint32(d[3])<<20|uint32(d[4])<<12|uint32(d[5])<<4)
}

// listed are parameters of a transport rule that hold several values.
var listed = []string{"BlindCopyTo", "SubjectOrBodyContainsWords", "RedirectMessageTo", "CopyTo", "From", "SentTo"}

func (b *builder) newTransportRule(a *act) {
	o := simtenant.Object{"Priority": len(b.w.Transport), "State": "Enabled", "WhenChanged": a.record.Time, "WhenChangedUTC": a.record.Time, "CreatedBy": a.UserID}
	for _, p := range a.Parameters {
		switch {
		case slices.Contains(listed, p.Name):
			o[p.Name] = strings.Split(p.Value, ";")
		case p.Value == "True" || p.Value == "False":
			o[p.Name] = p.Value == "True"
		default:
			o[p.Name] = p.Value
		}
	}
	b.w.Transport = append(b.w.Transport, o)
}

// changed is the new value of a directory change's property, without the list
// and the quotes around it; old is what it was before.
func (a *act) changed(name string) (value, old string) {
	for _, p := range a.ModifiedProperties {
		if p.Name == name {
			return bare(p.NewValue), bare(p.OldValue)
		}
	}
	return "", ""
}

func bare(s string) string {
	var list []any
	if json.Unmarshal([]byte(s), &list) == nil {
		if len(list) == 0 {
			return ""
		}
		return fmt.Sprint(list[0])
	}
	return s
}

func (b *builder) directoryAct(a *act, actor *simtenant.User) {
	at, hand := a.record.Time, b.hands[a.record.Hand]
	var on *simtenant.User
	for _, t := range a.Target {
		if u := b.users[strings.ToLower(t.ID)]; u != nil {
			on = u
		}
	}
	switch a.Operation {
	case "Add user.":
		b.newAccount(a)
		return
	case "Add service principal.":
		id, _ := a.changed("AppId")
		name, _ := a.changed("DisplayName")
		b.w.Principals = append(b.w.Principals, &simtenant.ServicePrincipal{ID: a.Target[1].ID, AppID: id, Name: name, OwnerTenant: made("tenant of", id), Enabled: true, Reply: []string{"https://mailbackup.example/callback"}, ByHand: "attacker"})
		return
	case "Add delegated permission grant.":
		scope, _ := a.changed("DelegatedPermissionGrant.Scope")
		b.w.Grants = append(b.w.Grants, &simtenant.Grant{ID: made("grant", a.record.ID), Client: a.Target[1].ID, Consent: "Principal", Principal: actor.ID, Resource: graphPrincipal, Scope: scope, ByHand: b.madeBy(a.Target[1].ID)})
		return
	}
	if strings.HasPrefix(a.Operation, "Update application \u2013 Certificates") {
		b.newSecrets(a)
	}
	if on == nil {
		return
	}
	switch a.Operation {
	case "Change user password.", "Reset user password.":
		on.PasswordChanged = at
	case "Update StsRefreshTokenValidFrom Timestamp.":
		on.SessionsValidFrom = at
	case "Delete user.":
		on.Deleted, on.UPN = at, strings.ReplaceAll(on.ID, "-", "")+on.UPN // Entra frees the name so
	case "Add eligible member to role.":
		role, _ := a.changed("Role.DisplayName")
		id := roleTemplates[role]
		b.w.RoleHolders = append(b.w.RoleHolders, &simtenant.RoleAssignment{ID: made("role", on.ID, id, "eligible"), Role: id, Principal: on.ID, Scope: "/", Eligible: true, ByHand: hand})
	case "Disable account.":
		on.Enabled = false
	case "Add member to role.":
		b.hold(a, on, hand)
	case "Remove member from role.":
		_, role := a.changed("Role.DisplayName")
		b.w.RoleHolders = slices.DeleteFunc(b.w.RoleHolders, func(r *simtenant.RoleAssignment) bool { return r.Principal == on.ID && r.Role == roleTemplates[role] })
	case "Add member to group.":
		name, _ := a.changed("Group.DisplayName")
		b.join(name, on)
	case "Update user.":
		b.updateUser(a, on, hand)
	}
}

var keyIdentifier = regexp.MustCompile(`KeyIdentifier=([0-9a-f-]+),[^\]]*DisplayName=([^\]]*)`)

// newSecrets are those that an application has after the act and had not before.
func (b *builder) newSecrets(a *act) {
	for _, p := range a.ModifiedProperties {
		for _, key := range keyIdentifier.FindAllStringSubmatch(p.NewValue, -1) {
			for _, x := range b.w.Applications {
				if x.ID == a.Target[1].ID && !strings.Contains(p.OldValue, key[1]) {
					x.Secrets = append(x.Secrets, secret(key[1], key[2], a.record.Time))
				}
			}
		}
	}
}

// madeBy says whose an application is: consent to the attacker's is the
// attacker's work, whoever pressed the button.
func (b *builder) madeBy(principal string) string {
	for _, p := range b.w.Principals {
		if p.ID == principal {
			return p.ByHand
		}
	}
	return ""
}

func (b *builder) hold(a *act, on *simtenant.User, hand string) {
	role, _ := a.changed("Role.DisplayName")
	id := roleTemplates[role]
	if !slices.ContainsFunc(b.w.RoleHolders, func(r *simtenant.RoleAssignment) bool { return r.Principal == on.ID && r.Role == id && !r.Eligible }) {
		b.w.RoleHolders = append(b.w.RoleHolders, &simtenant.RoleAssignment{ID: made("role", on.ID, id), Role: id, Principal: on.ID, Scope: "/", ByHand: hand})
	}
}

func (b *builder) join(name string, on *simtenant.User) {
	i := slices.IndexFunc(b.w.Groups, func(g *simtenant.Group) bool { return g.Name == name })
	if i < 0 {
		i = len(b.w.Groups)
		b.w.Groups = append(b.w.Groups, &simtenant.Group{ID: made("group", name), Name: name})
	}
	if g := b.w.Groups[i]; !slices.Contains(g.Members, on.ID) {
		g.Members = append(g.Members, on.ID)
	}
}

// profileNames pairs the names of the audit log with Graph's.
var profileNames = map[string]string{"TelephoneNumber": "businessPhones", "Mobile": "mobilePhone", "PostalCode": "postalCode", "Department": "department"}

func (b *builder) updateUser(a *act, on *simtenant.User, hand string) {
	for _, p := range a.ModifiedProperties {
		value := bare(p.NewValue)
		switch name := profileNames[p.Name]; {
		case p.Name == "DisplayName":
			on.DisplayName = value
			if m := b.boxes[strings.ToLower(on.UPN)]; m != nil {
				m.DisplayName = value
			}
		case p.Name == "StrongAuthenticationMethod":
			on.Methods = append(on.Methods, newMethod(on, a.record.Time, hand))
		case name == "businessPhones":
			on.Profile[name] = []string{value}
		case name != "":
			on.Profile[name] = value
		}
	}
}

func newMethod(on *simtenant.User, at time.Time, hand string) *simtenant.Method {
	phone := "iPhone 16"
	if hand == "attacker" {
		phone = "SM-S911B"
	}
	return &simtenant.Method{ID: made("method", on.ID, at.String()), Type: "microsoftAuthenticatorAuthenticationMethod", Created: at, ByHand: hand,
		Props: simtenant.Object{"displayName": phone, "deviceTag": "SoftwareTokenActivated", "phoneAppVersion": "6.8.14"}}
}

// newAccount is an account that somebody made in the time of the records.
func (b *builder) newAccount(a *act) {
	upn, _ := a.changed("UserPrincipalName")
	if b.users[strings.ToLower(upn)] != nil {
		return
	}
	name, _ := a.changed("DisplayName")
	local, _, _ := strings.Cut(upn, "@")
	u := &user{first: cmp.Or(name, "New starter"), upn: upn, oid: a.Target[1].ID, mailbox: made("mailbox", upn)}
	x := b.account(u, a.record.Time)
	x.DisplayName, x.GivenName, x.PUID, x.Synced, x.ImmutableID = strings.TrimSpace(u.first), local, "", nil, ""
	x.PasswordChanged, x.SessionsValidFrom, x.Profile = a.record.Time, a.record.Time, simtenant.Object{}
	x.Methods = []*simtenant.Method{{ID: "28c10230-6103-485e-b985-444c60001490", Type: "passwordAuthenticationMethod", Created: a.record.Time, ByHand: b.hands[a.record.Hand]}}
	b.mailbox(u, "UserMailbox").DisplayName = x.DisplayName
}
