package records

import (
	"bytes"
	"net/url"
	"strings"

	"evict"
)

// A dump says what an object looks like; it names no actor and rarely a time.
// Each object is one event with the flag Observed and the cmdlet or Graph noun
// as its operation.

// observed starts the event of a state.
func observed(e *evict.Event, kind evict.Kind, op string) {
	e.Kind, e.Op = kind, op
	e.Flags |= evict.Observed
}

// ownerKeys are the fields that name whose mailbox or account an object
// belongs to, the surest first. Graph's messageRule and authenticationMethod
// name nobody: collectors add one of these.
var ownerKeys = []string{"UserPrincipalName", "PrimarySmtpAddress", "UserName", "User principal name", "mailbox", "MailboxOwnerUPN", "MailboxOwnerId", "MailboxOwner", "WindowsEmailAddress", "Identity"}

// owner adds a person as a subject, with the object ID as another name of the same.
func owner(e *evict.Event, part evict.Part, name, id, label string) {
	s := evict.Subject{Part: part, Who: mailboxName(name), Label: label}
	other := objectID(id)
	switch {
	case s.Who.Kind == evict.NoPrincipal || s.Who.Kind == evict.Name && other.Kind != evict.NoPrincipal:
		if s.Label == "" {
			s.Label = s.Who.ID
		}
		s.Who = other
	case other.Kind != evict.NoPrincipal && other != s.Who:
		s.Aliases = append(s.Aliases, other)
	}
	if s.Who.Kind != evict.NoPrincipal {
		e.Subjects = append(e.Subjects, s)
	}
}

// ownerName is the best name that an object gives of its owner: an address, an object ID, else an alias.
func ownerName(v value) string {
	best, rank := "", 0
	for _, k := range ownerKeys {
		name := pick(v, k)
		if i := strings.Index(name, `:\`); i >= 0 { // dana@contoso.example:\Inbox
			name = name[:i]
		}
		r := 0
		switch p := mailboxName(name); p.Kind {
		case evict.UPN:
			r = 3
		case evict.ObjectID, evict.SID:
			r = 2
		case evict.Name:
			r = 1
		}
		if r > rank {
			best, rank = name, r
		}
	}
	return best
}

// ownerOf is the name that an object gives of its owner, or what stands around it where that is only an alias or display name.
func (d *Decoder) ownerOf(v value) string {
	name := ownerName(v)
	if p := mailboxName(name); d.owner != "" && (p.Kind == evict.NoPrincipal || p.Kind == evict.Name) {
		return d.owner
	}
	return name
}

// ownerIn finds the user in the address that Graph puts beside a page of
// objects: $metadata#users('dana%40contoso.example')/mailFolders('inbox')/messageRules.
// The objects themselves name nobody.
func ownerIn(wrapper []byte) string {
	_, rest, ok := bytes.Cut(wrapper[:min(len(wrapper), 4096)], []byte("users('"))
	name, _, closed := bytes.Cut(rest, []byte("')"))
	if !ok || !closed || len(name) > 256 {
		return ""
	}
	s, err := url.PathUnescape(string(name))
	if err != nil {
		return ""
	}
	return s
}

// mailboxName reads a mailbox as Exchange writes it: an address, an object ID,
// an alias, or a path that ends in one of them.
func mailboxName(s string) evict.Principal {
	s = strings.TrimSpace(s)
	if s == "" || lostText(s) {
		return evict.Principal{}
	}
	if i := strings.LastIndexByte(s, '/'); i >= 0 && !strings.HasPrefix(s, "/o=") {
		s = s[i+1:]
	}
	if p := personOf(s); p.Kind == evict.UPN || p.Kind == evict.SID || p.Kind == evict.Service || p.Kind == evict.ObjectID {
		return p
	}
	if p := objectID(s); p.Kind != evict.NoPrincipal {
		return p
	}
	return evict.Principal{Kind: evict.Name, ID: s}
}

// splitRuleIdentity parts "mailbox\rule" at the last backslash.
func splitRuleIdentity(s string) (mailbox, rule string) {
	if i := strings.LastIndexByte(s, '\\'); i >= 0 {
		return s[:i], s[i+1:]
	}
	return "", s
}

// decodeRuleState reads one rule of Get-InboxRule, in any tool's wrapping.
func (d *Decoder) decodeRuleState(v value, e *evict.Event) bool {
	observed(e, evict.RuleState, "Get-InboxRule")
	box, id := splitRuleIdentity(pick(v, "Identity"))
	r := evict.InboxRule{
		ID:              firstOf(pick(v, "RuleIdentity", "RuleId"), id),
		Name:            pick(v, "Name", "RuleName"),
		Enabled:         pickTri(v, "Enabled"),
		From:            d.people(v, "From"),
		SentTo:          d.people(v, "SentTo"),
		Subject:         d.words(v, "SubjectContainsWords", "SubjectContains"),
		Body:            d.words(v, "BodyContainsWords", "BodyContains"),
		SubjectOrBody:   d.words(v, "SubjectOrBodyContainsWords"),
		Header:          d.words(v, "HeaderContainsWords"),
		Recipient:       append(d.words(v, "RecipientAddressContainsWords"), d.words(v, "FromAddressContainsWords")...),
		HasAttachment:   pickTri(v, "HasAttachment", "HasAttachments"),
		Delete:          pickTri(v, "DeleteMessage", "Delete"),
		SoftDelete:      pickTri(v, "SoftDeleteMessage", "PermanentDelete"),
		MoveTo:          strings.TrimPrefix(pick(v, "MoveToFolder"), "FolderID: "),
		CopyTo:          pick(v, "CopyToFolder"),
		Forward:         d.people(v, "ForwardTo"),
		ForwardAttached: d.people(v, "ForwardAsAttachmentTo", "ForwardAsAttachment"),
		Redirect:        d.people(v, "RedirectTo"),
		SMS:             d.words(v, "SendTextMessageNotificationTo"),
		MarkRead:        pickTri(v, "MarkAsRead"),
		Stop:            pickTri(v, "StopProcessingRules"),
		Hidden:          pickTri(v, "IsHidden", "Hidden") == evict.Yes,
		BodyKnown:       true,
	}
	r.MinSize, _ = pickInt(v, "WithinSizeRangeMinimum")
	for _, name := range ruleConditions {
		if s := strings.Join(d.list(v, name), ";"); s != "" && !strings.EqualFold(s, "false") {
			r.Other = append(r.Other, evict.Field{Name: name, Value: s})
		}
	}
	e.Detail = &evict.Rule{Change: evict.RuleSeen, Rule: r, Params: flat(v, nil)}
	if name := pick(v, ownerKeys[:len(ownerKeys)-1]...); name != "" {
		box = name
	}
	if d.owner != "" && mailboxName(box).Kind == evict.Name {
		box = d.owner
	}
	owner(e, evict.Mailbox, box, pick(v, "ExternalDirectoryObjectId"), "")
	return r.Name != "" || r.ID != ""
}

// ruleConditions are the conditions and exceptions that have no field of their own.
var ruleConditions = []string{
	"FlaggedForAction", "FromSubscription", "HasClassification", "MessageTypeMatches", "MyNameInCcBox", "MyNameInToBox", "MyNameInToOrCcBox", "MyNameNotInToBox",
	"ReceivedAfterDate", "ReceivedBeforeDate", "SentOnlyToMe", "WithImportance", "WithSensitivity", "WithinSizeRangeMaximum",
	"ExceptIfFrom", "ExceptIfSentTo", "ExceptIfSubjectContainsWords", "ExceptIfBodyContainsWords", "ExceptIfSubjectOrBodyContainsWords", "ExceptIfFromAddressContainsWords", "ExceptIfHeaderContainsWords", "ExceptIfRecipientAddressContainsWords", "ExceptIfHasAttachment",
}

// words are a rule's texts; one string holds several, parted by semicolons or ", ".
func (d *Decoder) words(v value, keys ...string) []string {
	var out []string
	for _, s := range d.list(v, keys...) {
		out = append(out, parted(strings.Trim(s, "{}"))...)
	}
	return out
}

// parted splits at semicolons and ", ", but not inside quotes: "Reyes, Dana" is one name.
func parted(s string) []string {
	var out []string
	start, quoted := 0, false
	cut := func(end int) {
		if part := strings.TrimSpace(s[start:end]); part != "" {
			out = append(out, part)
		}
		start = end + 1
	}
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == ';', c == ',' && strings.HasPrefix(s[i+1:], " "):
			cut(i)
		}
	}
	cut(len(s))
	return out
}

// people are a rule's addresses: "Name" [SMTP:x@y] and smtp:x@y give x@y;
// what names no address ([EX:/o=...], a display name) stays as recorded.
func (d *Decoder) people(v value, keys ...string) []string {
	var out []string
	for _, s := range d.words(v, keys...) {
		out = append(out, ruleAddress(s))
	}
	return out
}

func ruleAddress(s string) string {
	if i := strings.LastIndexByte(s, '['); i >= 0 && strings.HasSuffix(s, "]") {
		inner := s[i+1 : len(s)-1]
		if len(inner) > 5 && strings.EqualFold(inner[:5], "smtp:") {
			return inner[5:]
		}
		if len(inner) > 3 && strings.EqualFold(inner[:3], "ex:") {
			return inner[3:]
		}
	}
	if len(s) > 5 && strings.EqualFold(s[:5], "smtp:") {
		return s[5:]
	}
	return s
}

// decodeMessageRule reads one Graph messageRule. Its folder is an ID, and its
// mailbox stands only where a collector wrote it.
func (d *Decoder) decodeMessageRule(v value, e *evict.Event) bool {
	observed(e, evict.RuleState, "messageRules")
	act, cond := d.nested(v, "actions"), d.nested(v, "conditions")
	r := evict.InboxRule{
		ID:              pick(v, "id"),
		Name:            pick(v, "displayName"),
		Enabled:         pickTri(v, "isEnabled"),
		From:            append(d.list(cond, "fromAddresses"), d.list(cond, "senderContains")...),
		SentTo:          d.list(cond, "sentToAddresses"),
		Subject:         d.list(cond, "subjectContains"),
		Body:            d.list(cond, "bodyContains"),
		SubjectOrBody:   d.list(cond, "bodyOrSubjectContains"),
		Header:          d.list(cond, "headerContains"),
		Recipient:       d.list(cond, "recipientContains"),
		HasAttachment:   pickTri(cond, "hasAttachments"),
		Delete:          pickTri(act, "delete"),
		SoftDelete:      pickTri(act, "permanentDelete"),
		MoveTo:          pick(act, "moveToFolder"),
		CopyTo:          pick(act, "copyToFolder"),
		Forward:         d.list(act, "forwardTo"),
		ForwardAttached: d.list(act, "forwardAsAttachmentTo"),
		Redirect:        d.list(act, "redirectTo"),
		MarkRead:        pickTri(act, "markAsRead"),
		Stop:            pickTri(act, "stopProcessingRules"),
		BodyKnown:       pickTri(v, "hasError") != evict.Yes,
	}
	// Graph counts in bytes of 1024.
	if n, ok := pickInt(d.nested(cond, "withinSizeRange"), "minimumSize"); ok {
		r.MinSize = n * 1024
	}
	if x := d.nested(v, "exceptions"); x.isObject() {
		r.Other = append(r.Other, evict.Field{Name: "exceptions", Value: x.raw()})
	}
	r.Other = append(r.Other, flat(cond, messageRuleConditions)...)
	e.Detail = &evict.Rule{Change: evict.RuleSeen, Rule: r, Params: flat(v, nil)}
	owner(e, evict.Mailbox, d.ownerOf(v), pick(v, "userId"), "")
	return r.ID != "" || r.Name != ""
}

var messageRuleConditions = map[string]bool{
	"fromAddresses": true, "senderContains": true, "sentToAddresses": true, "subjectContains": true, "bodyContains": true, "bodyOrSubjectContains": true,
	"headerContains": true, "recipientContains": true, "hasAttachments": true,
}

// decodeSweepRule reads one rule of Get-SweepRule.
func (d *Decoder) decodeSweepRule(v value, e *evict.Event) bool {
	observed(e, evict.RuleState, "Get-SweepRule")
	box, _ := splitRuleIdentity(pick(v, "Identity"))
	r := evict.InboxRule{
		ID: pick(v, "RuleId", "Identity"), Name: pick(v, "Name"), Enabled: pickTri(v, "Enabled"),
		From: d.people(v, "Sender"), MoveTo: pick(v, "DestinationFolder"), Sweep: true, BodyKnown: true,
	}
	e.Detail = &evict.Rule{Change: evict.RuleSeen, Rule: r, Params: flat(v, nil)}
	box = firstOf(pick(v, ownerKeys[:len(ownerKeys)-1]...), box)
	if p := mailboxName(box); d.owner != "" && (p.Kind == evict.Name || p.Kind == evict.NoPrincipal) {
		box = d.owner
	}
	owner(e, evict.Mailbox, box, "", "")
	return true
}

// decodeTransportRule reads one rule of Get-TransportRule.
func (d *Decoder) decodeTransportRule(v value, e *evict.Event) bool {
	observed(e, evict.FlowState, "Get-TransportRule")
	r := evict.InboxRule{
		ID: pick(v, "Guid", "Identity", "Name"), Name: pick(v, "Name"), Enabled: transportState(v),
		From: d.people(v, "From"), SentTo: d.people(v, "SentTo"),
		Subject: d.words(v, "SubjectContainsWords"), SubjectOrBody: d.words(v, "SubjectOrBodyContainsWords"), Header: d.words(v, "HeaderContainsWords"),
		Recipient: d.words(v, "RecipientAddressContainsWords"),
		Delete:    pickTri(v, "DeleteMessage"),
		Forward:   append(d.people(v, "CopyTo"), d.people(v, "AddToRecipients")...),
		Redirect:  d.people(v, "RedirectMessageTo"),
		BlindCopy: d.people(v, "BlindCopyTo"),
		Stop:      pickTri(v, "StopRuleProcessing"),
		BodyKnown: true,
	}
	for _, name := range []string{"FromScope", "SentToScope", "SetSCL", "SubjectMatchesPatterns", "SubjectOrBodyMatchesPatterns", "SenderDomainIs", "RecipientDomainIs", "ModerateMessageByUser", "RouteMessageOutboundConnector"} {
		if s := strings.Join(d.list(v, name), ";"); s != "" {
			r.Other = append(r.Other, evict.Field{Name: name, Value: s})
		}
	}
	if text := pick(v, "Description"); text != "" && !v.find("BlindCopyTo").exists() {
		// Microsoft-Extractor-Suite keeps the description alone.
		r.BodyKnown = false
		describedActions(text, &r)
	}
	e.Detail = &evict.Rule{Change: evict.RuleSeen, Transport: true, Rule: r, Params: flat(v, nil)}
	return r.Name != "" || r.ID != ""
}

// describedActions reads where a transport rule sends mail from Exchange's
// English description of it: Blind carbon copy (Bcc) the message to 'x@y' or 'z@y'.
func describedActions(text string, r *evict.InboxRule) {
	for line := range strings.Lines(text) {
		var to *[]string
		switch low := strings.ToLower(line); {
		case strings.Contains(low, "blind carbon copy"):
			to = &r.BlindCopy
		case strings.Contains(low, "redirect the message"):
			to = &r.Redirect
		case strings.Contains(low, "carbon copy"), strings.Contains(low, "add the recipient"):
			to = &r.Forward
		case strings.Contains(low, "delete the message"):
			r.Delete = evict.Yes
			continue
		default:
			continue
		}
		for i, part := range strings.Split(line, "'") {
			if i%2 == 1 && strings.Contains(part, "@") {
				*to = append(*to, part)
			}
		}
	}
}

func transportState(v value) evict.Tri {
	if t := triWord(pick(v, "State")); t != evict.Unset {
		return t
	}
	return pickTri(v, "Enabled")
}

// settings reads an object that needs no more than its properties.
func (d *Decoder) settings(v value, e *evict.Event, kind evict.Kind, op, object string) *evict.Settings {
	observed(e, kind, op)
	s := &evict.Settings{Object: object, Params: flat(v, nil)}
	// Lists as texts: the raw form differs by tool, its members do not.
	for i := range s.Params {
		p := &s.Params[i]
		if len(p.Value) > 0 && (p.Value[0] == '[' || p.Value[0] == '{') {
			if list := d.list(v, p.Name); len(list) > 0 || p.Value == "[]" || p.Value == "{}" {
				p.Value = strings.Join(list, ";")
			}
		}
	}
	e.Detail = s
	return s
}

// ownedSettings reads an object of one mailbox.
func ownedSettings(kind evict.Kind, op string) decodeFunc {
	return func(d *Decoder, v value, e *evict.Event) bool {
		name := d.ownerOf(v)
		d.settings(v, e, kind, op, name)
		owner(e, evict.Mailbox, name, pick(v, "ExternalDirectoryObjectId"), pick(v, "DisplayName"))
		if len(e.Subjects) == 0 {
			return false
		}
		s := &e.Subjects[0]
		if p := personOf(pick(v, "PrimarySmtpAddress")); p.Kind == evict.UPN && s.Who.Kind == evict.UPN && p != s.Who {
			s.Aliases = append(s.Aliases, p)
		}
		return true
	}
}

// tenantSettings reads an object of the tenant's mail flow or policy.
func tenantSettings(op string) decodeFunc {
	return func(d *Decoder, v value, e *evict.Event) bool {
		d.settings(v, e, evict.FlowState, op, pick(v, "Name", "displayName", "Identity", "DomainName", "id"))
		return true
	}
}

// decodeRights reads a row of Microsoft-Extractor-Suite's permissions file: one
// mailbox with all who have rights on it, as "Name (address)".
func (d *Decoder) decodeRights(v value, e *evict.Event) bool {
	observed(e, evict.RightState, "Get-MailboxPermission")
	right := &evict.Right{Params: flat(v, nil)}
	e.Detail = right
	owner(e, evict.Mailbox, ownerName(v), "", pick(v, "DisplayName"))
	for _, c := range []struct{ column, right string }{
		{"FullAccessUsers", "FullAccess"}, {"SendAsUsers", "SendAs"}, {"SendOnBehalfUsers", "SendOnBehalf"}, {"CalendarUsers", "Calendar"}, {"InboxUsers", "Inbox"},
	} {
		for _, who := range strings.Split(pick(v, c.column), "; ") {
			if who = strings.TrimSpace(who); who == "" {
				continue
			}
			label := c.right
			if name, rights, ok := strings.Cut(who, ") - "); ok { // a folder: its rights stand behind
				who, label = name+")", c.right+": "+rights
			}
			if i := strings.LastIndexByte(who, '('); i >= 0 && strings.HasSuffix(who, ")") && i+1 < len(who)-1 {
				who = who[i+1 : len(who)-1]
			}
			owner(e, evict.Grantee, strings.TrimSpace(strings.Trim(who, "()")), "", label)
			right.Rights = addOnce(right.Rights, c.right)
		}
	}
	return len(e.Subjects) > 0
}

// decodeRight reads a row of Get-MailboxPermission, Get-RecipientPermission or
// Get-MailboxFolderPermission.
func (d *Decoder) decodeRight(v value, e *evict.Event) bool {
	op := "Get-MailboxPermission"
	who := pick(v, "Trustee")
	folder := pick(v, "FolderName", "Folder")
	if who != "" {
		op = "Get-RecipientPermission"
	}
	if folder != "" {
		op = "Get-MailboxFolderPermission"
	}
	observed(e, evict.RightState, op)
	if who == "" {
		who = firstOf(d.list(v, "User", "UserName", "Delegate", "GrantedTo")...)
	}
	right := &evict.Right{Rights: d.words(v, "AccessRights"), Folder: folder, Params: flat(v, nil)}
	right.Removed = pickTri(v, "Deny") == evict.Yes || strings.EqualFold(pick(v, "AccessControlType"), "Deny")
	e.Detail = right
	owner(e, evict.Mailbox, d.ownerOf(v), pick(v, "ExternalDirectoryObjectId"), "")
	owner(e, evict.Grantee, ruleAddress(who), "", "")
	// The owner's own right and what comes down from the organisation are on every mailbox.
	if strings.EqualFold(who, `NT AUTHORITY\SELF`) || pickTri(v, "IsInherited") == evict.Yes {
		e.Flags |= evict.ServiceNoise
	}
	return who != "" && len(right.Rights) > 0
}

// decodeMethod reads one Graph authenticationMethod. Whose it is stands only
// where a collector wrote it.
func (d *Decoder) decodeMethod(v value, e *evict.Event) bool {
	kind := strings.TrimPrefix(pick(v, "@odata.type"), "#microsoft.graph.")
	d.settings(v, e, evict.MethodState, "authentication/methods", kind)
	owner(e, evict.Target, firstOf(pick(v, "userPrincipalName", "UserName", "mailbox"), d.owner), pick(v, "userId"), "")
	return true
}

// decodeDevice reads one Entra device or one of Get-MobileDevice.
func (d *Decoder) decodeDevice(v value, e *evict.Event) bool {
	op := "devices"
	if pick(v, "DeviceAccessState", "DeviceUserAgent", "ClientType", "FirstSyncTime") != "" {
		op = "Get-MobileDevice"
	}
	d.settings(v, e, evict.DeviceState, op, pick(v, "displayName", "FriendlyName", "DeviceModel", "Name"))
	e.Origin.Device = strings.ToLower(pick(v, "deviceId", "DeviceId"))
	owners := d.nested(v, "registeredOwners", "registeredUsers")
	for x := range owners.each {
		owner(e, evict.Target, pick(x, "userPrincipalName"), pick(x, "id"), pick(x, "displayName"))
	}
	if !owners.exists() {
		for _, who := range d.words(v, "RegisteredOwners") {
			owner(e, evict.Target, who, "", "")
		}
	}
	if len(e.Subjects) == 0 {
		box, _, _ := strings.Cut(pick(v, "Identity"), `\`) // dana\ExchangeActiveSyncDevices\...
		owner(e, evict.Target, firstOf(pick(v, "userPrincipalName", "UserName", "mailbox"), d.owner, box, pick(v, "UserDisplayName")), pick(v, "userId"), "")
	}
	return true
}

// decodeGrant reads one oauth2PermissionGrant or appRoleAssignment, as Graph
// or a tool's table has it.
func (d *Decoder) decodeGrant(v value, e *evict.Event) bool {
	op := "oauth2PermissionGrants"
	if pick(v, "appRoleId") != "" || strings.EqualFold(pick(v, "PermissionType"), "Application") {
		op = "appRoleAssignments"
	}
	d.settings(v, e, evict.ConsentState, op, pick(v, "id", "ObjectId"))
	client := pick(v, "clientId", "ClientObjectId")
	if op == "appRoleAssignments" && client == "" && !strings.EqualFold(pick(v, "principalType"), "User") {
		client = pick(v, "principalId")
	}
	app := evict.Subject{Part: evict.Application, Who: servicePrincipal(client), Label: pick(v, "ClientDisplayName", "AppDisplayName")}
	if alias := appPrincipal(pick(v, "AppId", "ClientAppId")); alias.Kind != evict.NoPrincipal {
		if app.Who.Kind == evict.NoPrincipal {
			app.Who = alias
		} else {
			app.Aliases = append(app.Aliases, alias)
		}
	}
	if app.Who.Kind != evict.NoPrincipal {
		e.Subjects = append(e.Subjects, app)
	}
	if !strings.EqualFold(pick(v, "principalType"), "ServicePrincipal") {
		owner(e, evict.Target, pick(v, "PrincipalUserPrincipalName", "UserPrincipalName"), pick(v, "principalId", "PrincipalObjectId"), pick(v, "principalDisplayName"))
	}
	return true
}

// decodeApplication reads one servicePrincipal or application.
func (d *Decoder) decodeApplication(v value, e *evict.Event) bool {
	op, id := "servicePrincipals", servicePrincipal(pick(v, "id", "ObjectId"))
	if !v.find("servicePrincipalType", "servicePrincipalNames", "AppDisplayName").exists() {
		op, id = "applications", objectID(pick(v, "id", "ObjectId"))
	}
	name := pick(v, "displayName", "AppDisplayName")
	d.settings(v, e, evict.ConsentState, op, name)
	s := evict.Subject{Part: evict.Application, Who: id, Label: name}
	if alias := appPrincipal(pick(v, "appId")); alias.Kind != evict.NoPrincipal {
		if s.Who.Kind == evict.NoPrincipal {
			s.Who = alias
		} else {
			s.Aliases = append(s.Aliases, alias)
		}
	}
	if s.Who.Kind == evict.NoPrincipal {
		return false
	}
	e.Subjects = append(e.Subjects, s)
	return true
}

// The names of a role and of its member, by tool.
var (
	roleName   = []string{"RoleName", "RoleDisplayName", "Role", "RoleGroup"}
	roleHolder = []string{"RoleAssigneeName", "RoleAssignee"}
	roleMember = []string{"UserPrincipalName", "MemberUserPrincipalName", "UserName", "Member"}
)

// decodeRole reads one role assignment of Graph, a role group, a management
// role assignment, or a row that pairs a role with its member.
func (d *Decoder) decodeRole(v value, e *evict.Event) bool {
	role := d.nested(v, "roleDefinition")
	name := firstOf(pick(role, "displayName"), pick(v, roleName...), pick(v, "roleDefinitionId"))
	op := "roleAssignments"
	switch {
	case len(d.list(v, "Members")) > 0 || v.find("Members").isArray():
		op, name = "Get-RoleGroup", pick(v, "Name", "DisplayName", "Identity")
	case pick(v, roleHolder...) != "":
		op = "Get-ManagementRoleAssignment"
	}
	d.settings(v, e, evict.RoleState, op, name)
	who := d.nested(v, "principal")
	owner(e, evict.Grantee, firstOf(pick(who, "userPrincipalName"), pick(v, roleHolder...), pick(v, roleMember...)), firstOf(pick(v, "principalId", "UserId", "ObjectId"), pick(who, "id")), pick(who, "displayName"))
	for _, m := range d.list(v, "Members") {
		owner(e, evict.Grantee, m, "", "")
	}
	return name != ""
}

// decodeMethods reads a user's methods as Microsoft-Extractor-Suite's MFA file
// has them: a column for each kind, true or false.
func (d *Decoder) decodeMethods(v value, e *evict.Event) bool {
	d.settings(v, e, evict.MethodState, "authentication/methods", pick(v, "user"))
	owner(e, evict.Target, pick(v, "user"), "", "")
	return len(e.Subjects) > 0
}

// decodeLicence reads a user's licence, or one of the tenant's products with its service plans.
func (d *Decoder) decodeLicence(v value, e *evict.Event) bool {
	name := pick(v, "userPrincipalName")
	op := "licenseDetails"
	if name == "" {
		op = "subscribedSkus"
	}
	s := d.settings(v, e, evict.UserState, op, pick(v, "skuPartNumber", "Sku"))
	if plans := d.nested(v, "servicePlans"); plans.isArray() {
		var names []string
		for x := range plans.each {
			if n := pick(x, "servicePlanName"); n != "" {
				names = append(names, n)
			}
		}
		s.Params = append(s.Params, evict.Field{Name: "service plans", Value: strings.Join(names, ";")})
	}
	owner(e, evict.Target, name, "", pick(v, "DisplayName"))
	return true
}

// decodeUser reads one directory user.
func (d *Decoder) decodeUser(v value, e *evict.Event) bool {
	d.settings(v, e, evict.UserState, "users", pick(v, "userPrincipalName"))
	owner(e, evict.Target, pick(v, "userPrincipalName"), pick(v, "id", "ObjectId", "ExternalDirectoryObjectId"), pick(v, "displayName"))
	return len(e.Subjects) > 0
}

// restrictedSender are the names of the column that says who may not send.
var restrictedSender = []string{"SenderAddress", "Sender Address", "Restricted user"}

// decodeRestricted reads one sender of Get-BlockedSenderAddress. Its property
// names are not documented.
func (d *Decoder) decodeRestricted(v value, e *evict.Event) bool {
	sender := pick(v, restrictedSender...)
	d.settings(v, e, evict.RestrictedState, "Get-BlockedSenderAddress", sender)
	owner(e, evict.Target, sender, "", "")
	return sender != ""
}
