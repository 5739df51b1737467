package simtenant

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
)

// over is defaults with what is held laid over them.
func over(defaults Object, held ...Object) Object {
	out := Object{}
	maps.Copy(out, defaults)
	for _, h := range held {
		maps.Copy(out, h)
	}
	return out
}

// owned adds who a mailbox's row belongs to.
func (w *World) owned(m *Mailbox, o Object) Object {
	o["Identity"] = m.User
	o["MailboxOwnerId"] = m.User
	return o
}

// mailboxes are those that an Identity names, or all.
func (c *command) mailboxes(identity string) ([]*Mailbox, error) {
	if identity == "" {
		var out []*Mailbox
		for _, m := range c.world.Mailboxes {
			if c.world.live(m) {
				out = append(out, m)
			}
		}
		slices.SortStableFunc(out, func(a, b *Mailbox) int { return cmp.Compare(a.User, b.User) })
		return out, nil
	}
	m, err := c.world.mailboxBy(identity)
	if err != nil {
		return nil, err
	}
	return []*Mailbox{m}, nil
}

// one is the mailbox that a parameter names.
func (c *command) one(parameter string) (*Mailbox, error) {
	if c.text(parameter) == "" {
		return nil, unbindable("Cannot process command because of one or more missing mandatory parameters: %s.", parameter)
	}
	return c.world.mailboxBy(c.text(parameter))
}

// mailboxRow is Get-Mailbox's row.
func (w *World) mailboxRow(m *Mailbox) Object {
	u := w.userByID(m.User)
	if u == nil {
		u = &User{ID: m.User, DisplayName: m.DisplayName}
	}
	var proxies []string
	proxies = append(proxies, u.Proxies...)
	if len(proxies) == 0 && w.primary(u) != "" {
		proxies = []string{"SMTP:" + w.primary(u)}
	}
	forward := m.ForwardingSMTP
	if forward != "" && !strings.Contains(forward, ":") {
		forward = "smtp:" + forward
	}
	row := over(Object{
		"LitigationHoldEnabled": false, "LitigationHoldDuration": "Unlimited", "InPlaceHolds": []string{}, "RetentionPolicy": "Default MRM Policy",
		"SingleItemRecoveryEnabled": true, "RetainDeletedItemsFor": "14.00:00:00", "HiddenFromAddressListsEnabled": false,
		"MessageCopyForSentAsEnabled": m.Type == "SharedMailbox", "MessageCopyForSendOnBehalfEnabled": m.Type == "SharedMailbox", "ExternalOofOptions": "External", "RulesQuota": "256 KB (262,144 bytes)",
		"AuditEnabled": true, "AuditLogAgeLimit": "90.00:00:00", "DefaultAuditSet": []string{"Admin", "Delegate", "Owner"},
		"AuditAdmin": auditAdmin, "AuditDelegate": auditDelegate, "AuditOwner": auditOwner, "ArchiveStatus": "None", "RecipientLimits": "500",
		"WhenChangedUTC": u.Created, "WhenCreatedUTC": u.Created, "WhenMailboxCreated": u.Created, "StsRefreshTokensValidFrom": u.SessionsValidFrom,
	}, m.Props, m.Audit, Object{
		"Identity": m.User, "Id": m.User, "Name": m.User, "Guid": made(w.ID, "recipient", m.User), "ExchangeGuid": m.GUID, "ExternalDirectoryObjectId": m.User,
		"Alias": w.alias(m), "DisplayName": w.display(m), "UserPrincipalName": u.UPN, "PrimarySmtpAddress": w.primary(u), "WindowsEmailAddress": w.primary(u),
		"EmailAddresses": proxies, "RecipientTypeDetails": cmp.Or(m.Type, "UserMailbox"), "RecipientType": "UserMailbox", "IsDirSynced": u.Synced != nil && *u.Synced,
		"AccountDisabled": !u.Enabled || m.Type == "SharedMailbox", "IsShared": m.Type == "SharedMailbox", "IsMailboxEnabled": true, "IsSoftDeletedByRemove": !u.Deleted.IsZero(),
		"ForwardingAddress": orNull(w.forwardName(m)), "ForwardingSmtpAddress": orNull(forward), "DeliverToMailboxAndForward": m.DeliverAndForward,
		"GrantSendOnBehalfTo": nonNil(m.SendOnBehalf), "LegacyExchangeDN": w.exchangeDN(m), "IsValid": true, "ObjectState": "Unchanged",
		"DistinguishedName": "CN=" + m.User + ",OU=" + w.Initial + ",OU=Microsoft Exchange Hosted Organizations,DC=NAMPR01A001,DC=PROD,DC=OUTLOOK,DC=COM",
	})
	return row
}

// forwardName is the recipient of ForwardingAddress as Exchange prints it: its
// name, which for a mail contact says nothing of where the mail goes.
func (w *World) forwardName(m *Mailbox) string {
	if m.ForwardingAddress == "" {
		return ""
	}
	if r, err := w.recipientBy(m.ForwardingAddress); err == nil {
		return r.name(w)
	}
	return m.ForwardingAddress
}

// forwards is where the mailbox's mail goes. When both are set,
// ForwardingAddress wins (EXO: Set-Mailbox).
func (w *World) forwards(m *Mailbox) string {
	if m.ForwardingAddress != "" {
		r, err := w.recipientBy(m.ForwardingAddress)
		switch {
		case err != nil:
			return m.ForwardingAddress
		case r.user != nil:
			return w.primary(r.user)
		}
		return strings.TrimPrefix(cmp.Or(textOf(r.other, "ExternalEmailAddress"), textOf(r.other, "PrimarySmtpAddress")), "SMTP:")
	}
	_, address, ok := strings.Cut(m.ForwardingSMTP, ":")
	if !ok {
		return m.ForwardingSMTP
	}
	return address
}

// What a mailbox audits by default (Microsoft: "Manage mailbox auditing").
var (
	auditOwner    = strings.Fields("Update MoveToDeletedItems SoftDelete HardDelete UpdateFolderPermissions UpdateInboxRules UpdateCalendarDelegation ApplyRecord MailItemsAccessed Send")
	auditDelegate = strings.Fields("Update MoveToDeletedItems SoftDelete HardDelete SendAs SendOnBehalf Create UpdateFolderPermissions UpdateInboxRules ApplyRecord MailItemsAccessed")
	auditAdmin    = strings.Fields("Update MoveToDeletedItems SoftDelete HardDelete SendAs SendOnBehalf Create UpdateFolderPermissions UpdateInboxRules UpdateCalendarDelegation ApplyRecord MailItemsAccessed Send")
)

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func nonNil(list []string) []string {
	if list == nil {
		return []string{}
	}
	return slices.Clone(list)
}

func getMailbox(c *command) ([]Object, error) {
	var rows []Object
	if c.flag("SoftDeletedMailbox") {
		for _, m := range c.world.Mailboxes {
			if !c.world.live(m) && (!c.has("Identity") || c.world.fits(m, c.text("Identity")) > 0) {
				rows = append(rows, c.world.mailboxRow(m))
			}
		}
	} else {
		list, err := c.mailboxes(c.text("Identity"))
		if err != nil {
			return nil, err
		}
		for _, m := range list {
			rows = append(rows, c.world.mailboxRow(m))
		}
	}
	return c.filtered(rows)
}

// filtered keeps the rows that RecipientTypeDetails and Filter let through.
func (c *command) filtered(rows []Object) ([]Object, error) {
	if c.has("RecipientTypeDetails") {
		rows = slices.DeleteFunc(rows, func(o Object) bool {
			return !containsFold(c.list("RecipientTypeDetails"), textOf(o, "RecipientTypeDetails"))
		})
	}
	return filterOPath(rows, c.text("Filter"))
}

func setMailbox(c *command) ([]Object, error) {
	m, err := c.one("Identity")
	if err != nil {
		return nil, err
	}
	forwarding := m.ForwardingAddress
	if c.has("ForwardingAddress") {
		forwarding = c.text("ForwardingAddress")
		if forwarding != "" {
			r, err := c.world.recipientBy(forwarding)
			if err != nil {
				return nil, err
			}
			forwarding = r.name(c.world)
		}
	}
	smtp := m.ForwardingSMTP
	if c.has("ForwardingSmtpAddress") {
		smtp = c.text("ForwardingSmtpAddress")
		if smtp != "" && !strings.Contains(smtp, "@") {
			return nil, invalid("The address '%s' is invalid: \"%s\" isn't a valid SMTP address.", smtp, smtp)
		}
		if smtp != "" && !strings.Contains(smtp, ":") {
			smtp = "smtp:" + smtp
		}
	}
	if u := c.world.userByID(m.User); c.has("DisplayName") && u != nil && u.Synced != nil && *u.Synced {
		return nil, mastered(c.text("Identity"), "Set-Mailbox", "DisplayName")
	}
	behalf := m.SendOnBehalf
	if c.has("GrantSendOnBehalfTo") {
		if behalf, err = c.people("GrantSendOnBehalfTo", behalf); err != nil {
			return nil, err
		}
	}
	m.ForwardingAddress, m.ForwardingSMTP, m.SendOnBehalf = forwarding, smtp, behalf
	if c.has("DeliverToMailboxAndForward") {
		m.DeliverAndForward = c.flag("DeliverToMailboxAndForward")
	}
	if c.has("DisplayName") {
		m.DisplayName = c.text("DisplayName")
		if u := c.world.userByID(m.User); u != nil {
			u.DisplayName = m.DisplayName
		}
	}
	m.Audit = over(Object{}, m.Audit)
	c.set(m.Audit, "AuditEnabled", "AuditLogAgeLimit")
	for name, standard := range map[string][]string{"AuditOwner": auditOwner, "AuditDelegate": auditDelegate, "AuditAdmin": auditAdmin} {
		if c.has(name) {
			had, ok := m.Audit[name].([]string)
			if !ok {
				had = standard
			}
			m.Audit[name] = nonNil(c.edit(name, had))
			// A set of one's own is no longer Microsoft's (EXO: Set-Mailbox DefaultAuditSet).
			m.Audit["DefaultAuditSet"] = slices.DeleteFunc(listOf(over(Object{"DefaultAuditSet": []string{"Admin", "Delegate", "Owner"}}, m.Audit)["DefaultAuditSet"]), func(s string) bool {
				return s == strings.TrimPrefix(name, "Audit")
			})
		}
	}
	m.Props = over(Object{}, m.Props)
	c.set(m.Props, "HiddenFromAddressListsEnabled", "LitigationHoldEnabled", "LitigationHoldDuration", "SingleItemRecoveryEnabled", "RetainDeletedItemsFor", "MessageCopyForSentAsEnabled")
	c.done(m, "")
	return nil, nil
}

// listOf is a property's texts, whoever wrote it.
func listOf(v any) []string {
	switch x := v.(type) {
	case []string:
		return slices.Clone(x)
	case []any:
		var out []string
		for _, s := range x {
			if t, ok := s.(string); ok {
				out = append(out, t)
			}
		}
		return out
	case string:
		return []string{x}
	}
	return nil
}

// mastered refuses a change to what the on-premises directory holds.
func mastered(identity, cmdlet, property string) error {
	return &cmdletError{400, "Microsoft.Exchange.Configuration.Tasks.TaskInvalidOperationException",
		"The operation on mailbox \"" + identity + "\" failed because it's out of the current user's write scope. The action '" + cmdlet + "', '" + property +
			"', can't be performed on the object '" + identity + "' because the object is being synchronized from your on-premises organization. This action should be performed on the object in your on-premises organization."}
}

// people resolves the identities of a list parameter to account IDs.
func (c *command) people(name string, had []string) ([]string, error) {
	var failed error
	ids := func(list []string) []string {
		var out []string
		for _, s := range list {
			u, err := c.world.userBy(s)
			if err != nil {
				failed = cmp.Or(failed, err)
				continue
			}
			out = append(out, u.ID)
		}
		return out
	}
	switch v := c.params[name].(type) {
	case []string:
		c.params[name] = ids(v)
	case listEdit:
		c.params[name] = listEdit{ids(v.Add), ids(v.Remove)}
	}
	return c.edit(name, had), failed
}

// casDefaults are a mailbox's protocols as Microsoft leaves them.
// SmtpClientAuthenticationDisabled has three values: null follows the organization.
var casDefaults = Object{
	"ActiveSyncEnabled": true, "OWAEnabled": true, "MAPIEnabled": true, "EwsEnabled": true, "ImapEnabled": true, "PopEnabled": true,
	"OWAforDevicesEnabled": true, "OutlookMobileEnabled": true, "UniversalOutlookEnabled": true, "OneWinNativeOutlookEnabled": true, "MacOutlookEnabled": true,
	"EwsAllowOutlook": nil, "EwsAllowMacOutlook": nil, "EwsAllowEntourage": nil, "EwsApplicationAccessPolicy": nil, "EwsAllowList": nil, "EwsBlockList": nil,
	"SmtpClientAuthenticationDisabled": nil, "ActiveSyncAllowedDeviceIDs": []string{}, "ActiveSyncBlockedDeviceIDs": []string{},
	"OwaMailboxPolicy": "OwaMailboxPolicy-Default", "ActiveSyncMailboxPolicy": "Default", "HasActiveSyncDevicePartnership": false,
}

func getCASMailbox(c *command) ([]Object, error) {
	list, err := c.mailboxes(c.text("Identity"))
	if err != nil {
		return nil, err
	}
	var rows []Object
	for _, m := range list {
		row := over(casDefaults, Object{"HasActiveSyncDevicePartnership": len(m.Mobile) > 0}, m.CAS, Object{
			"Identity": m.User, "Id": m.User, "Guid": made(c.world.ID, "recipient", m.User), "Name": m.User, "DisplayName": c.world.display(m), "ExternalDirectoryObjectId": m.User, "ObjectState": "Unchanged", "IsValid": true,
		})
		if u := c.world.userByID(m.User); u != nil {
			row["PrimarySmtpAddress"] = c.world.primary(u)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func setCASMailbox(c *command) ([]Object, error) {
	m, err := c.one("Identity")
	if err != nil {
		return nil, err
	}
	m.CAS = over(Object{}, m.CAS)
	for name := range casDefaults {
		switch had := casDefaults[name].(type) {
		case []string:
			if c.has(name) {
				if held := listOf(m.CAS[name]); held != nil {
					had = held
				}
				m.CAS[name] = nonNil(c.edit(name, had))
			}
		default:
			if name == "EwsAllowList" || name == "EwsBlockList" {
				if c.has(name) {
					m.CAS[name] = c.edit(name, listOf(m.CAS[name]))
				}
				continue
			}
			c.set(m.CAS, name)
		}
	}
	c.done(m, "")
	return nil, nil
}

// userProfile pairs Get-User's properties with Graph's.
var userProfile = map[string]string{
	"Title": "jobTitle", "Department": "department", "Company": "companyName", "Office": "officeLocation", "MobilePhone": "mobilePhone", "Fax": "faxNumber",
	"StreetAddress": "streetAddress", "City": "city", "StateOrProvince": "state", "PostalCode": "postalCode", "CountryOrRegion": "country",
}

func getUser(c *command) ([]Object, error) {
	list := c.world.Users
	if c.has("Identity") {
		u, err := c.world.userBy(c.text("Identity"))
		if err != nil {
			return nil, err
		}
		list = []*User{u}
	}
	var rows []Object
	for _, u := range list {
		if !u.Deleted.IsZero() {
			continue
		}
		row := Object{
			"Identity": u.ID, "Id": u.ID, "Name": u.ID, "Guid": made(c.world.ID, "recipient", u.ID), "ExternalDirectoryObjectId": u.ID, "UserPrincipalName": u.UPN, "DisplayName": u.DisplayName,
			"FirstName": u.GivenName, "LastName": u.Surname, "WindowsEmailAddress": c.world.primary(u), "AccountDisabled": !u.Enabled, "IsDirSynced": u.Synced != nil && *u.Synced,
			"RecipientTypeDetails": "User", "AuthenticationPolicy": nil, "RemotePowerShellEnabled": true, "WhenCreatedUTC": u.Created, "WhenChangedUTC": u.Created, "StsRefreshTokensValidFrom": u.SessionsValidFrom,
			"HomePhone": "", "Phone": "",
		}
		if m := c.world.mailboxOf(u.ID); m != nil {
			row["RecipientTypeDetails"] = cmp.Or(m.Type, "UserMailbox")
			maps.Copy(row, pickKeys(m.Props, "AuthenticationPolicy", "RemotePowerShellEnabled", "HomePhone"))
		}
		for exchange, graph := range userProfile {
			row[exchange] = textOf(u.Profile, graph)
		}
		if phones := listOf(u.Profile["businessPhones"]); len(phones) > 0 {
			row["Phone"] = phones[0]
		}
		rows = append(rows, row)
	}
	slices.SortStableFunc(rows, byIdentity)
	return rows, nil
}

func byIdentity(a, b Object) int { return cmp.Compare(textOf(a, "Identity"), textOf(b, "Identity")) }

func pickKeys(o Object, names ...string) Object {
	out := Object{}
	for _, n := range names {
		if v, ok := o[n]; ok {
			out[n] = v
		}
	}
	return out
}

func setUser(c *command) ([]Object, error) {
	u, err := c.world.userBy(c.text("Identity"))
	if err != nil {
		return nil, err
	}
	if u.Synced != nil && *u.Synced {
		return nil, mastered(c.text("Identity"), "Set-User", "DisplayName")
	}
	u.Profile = over(Object{}, u.Profile)
	for exchange, graph := range userProfile {
		if c.has(exchange) {
			u.Profile[graph] = orNull(c.text(exchange))
		}
	}
	for name, to := range map[string]*string{"DisplayName": &u.DisplayName, "FirstName": &u.GivenName, "LastName": &u.Surname} {
		if c.has(name) {
			*to = c.text(name)
		}
	}
	if c.has("Phone") {
		u.Profile["businessPhones"] = nonNil(slices.DeleteFunc([]string{c.text("Phone")}, func(s string) bool { return s == "" }))
	}
	m := c.world.mailboxOf(u.ID)
	if m != nil {
		if c.has("DisplayName") {
			m.DisplayName = u.DisplayName
		}
		m.Props = over(Object{}, m.Props)
		c.set(m.Props, "HomePhone")
	}
	c.change(u.ID, "Set-User")
	c.audit(c.world.path(u.ID), u.ID, u.UPN)
	return nil, nil
}

func getRecipient(c *command) ([]Object, error) {
	var rows []Object
	mailbox := func(m *Mailbox) Object {
		row := pickKeys(c.world.mailboxRow(m), "Identity", "Id", "Name", "Guid", "ExchangeGuid", "ExternalDirectoryObjectId", "Alias", "DisplayName", "PrimarySmtpAddress", "EmailAddresses",
			"RecipientTypeDetails", "RecipientType", "HiddenFromAddressListsEnabled", "DistinguishedName", "WhenCreatedUTC", "WhenChangedUTC", "LegacyExchangeDN")
		row["ExternalEmailAddress"] = nil
		return row
	}
	if c.has("Identity") {
		r, err := c.world.recipientBy(c.text("Identity"))
		switch {
		case err != nil:
			return nil, err
		case r.mailbox != nil:
			rows = append(rows, mailbox(r.mailbox))
		default:
			rows = append(rows, over(r.other))
		}
	} else {
		list, _ := c.mailboxes("")
		for _, m := range list {
			rows = append(rows, mailbox(m))
		}
		for _, o := range c.world.Recipients {
			rows = append(rows, over(o))
		}
	}
	for _, row := range rows {
		if textOf(row, "Identity") == "" {
			row["Identity"] = textOf(row, "Name")
		}
	}
	slices.SortStableFunc(rows, byIdentity)
	return c.filtered(rows)
}

func getUnifiedGroup(c *command) ([]Object, error) {
	var rows []Object
	for _, o := range c.world.Recipients {
		if textOf(o, "RecipientTypeDetails") == "GroupMailbox" && (!c.has("Identity") || objectFits(o, c.text("Identity"), "ExternalDirectoryObjectId", "PrimarySmtpAddress", "Name", "DisplayName", "Alias") > 0) {
			rows = append(rows, over(o))
		}
	}
	if c.has("Identity") && len(rows) == 0 {
		return nil, notFound(c.text("Identity"))
	}
	return rows, nil
}

// walk visits a mailbox's folders, each with its path.
func (m *Mailbox) walk(visit func(f *Folder, path string)) {
	paths := map[string]string{}
	var path func(f *Folder) string
	path = func(f *Folder) string {
		if p, ok := paths[f.ID]; ok {
			return p
		}
		paths[f.ID] = "/" + f.Name // ends a loop of parents
		if parent := m.folder(f.Parent); parent != nil && parent.WellKnown != "msgfolderroot" {
			paths[f.ID] = path(parent) + "/" + f.Name
		}
		return paths[f.ID]
	}
	for _, f := range m.Folders {
		visit(f, path(f))
	}
}

// folder is the folder with that ID or well-known name.
func (m *Mailbox) folder(id string) *Folder {
	for _, f := range m.Folders {
		if id != "" && (f.ID == id || strings.EqualFold(f.WellKnown, id)) {
			return f
		}
	}
	return nil
}

// folderTypes are Exchange's names of the well-known folders.
var folderTypes = map[string]string{
	"inbox": "Inbox", "sentitems": "SentItems", "deleteditems": "DeletedItems", "drafts": "Drafts", "outbox": "Outbox", "junkemail": "JunkEmail", "archive": "Archive",
	"conversationhistory": "CommunicatorHistory", "msgfolderroot": "Root", "recoverableitemsdeletions": "RecoverableItemsDeletions", "recoverableitemspurges": "RecoverableItemsPurges",
	"recoverableitemsversions": "RecoverableItemsVersions", "recoverableitemsroot": "RecoverableItemsRoot", "syncissues": "SyncIssues", "calendar": "Calendar", "contacts": "Contacts", "notes": "Notes", "rssfeeds": "RssSubscription",
}

func folderType(f *Folder) string {
	return cmp.Or(folderTypes[strings.ToLower(f.WellKnown)], "User Created")
}

func getMailboxFolderStatistics(c *command) ([]Object, error) {
	m, err := c.one("Identity")
	if err != nil {
		return nil, err
	}
	scope := strings.ToLower(c.text("FolderScope"))
	var rows []Object
	m.walk(func(f *Folder, path string) {
		kind := folderType(f)
		recoverable := strings.HasPrefix(kind, "RecoverableItems")
		switch {
		case scope == "recoverableitems":
			if !recoverable {
				return
			}
		case scope == "" || scope == "all":
			if recoverable && scope == "" {
				return
			}
		case !strings.EqualFold(kind, scope):
			return
		}
		row := Object{
			"Identity": m.User + `\` + strings.TrimPrefix(path, "/"), "Name": f.Name, "FolderPath": path, "FolderId": f.ID, "FolderType": kind, "ItemsInFolder": len(f.Messages),
			"ItemsInFolderAndSubfolders": len(f.Messages), "FolderSize": size(75_000 * len(f.Messages)), "ContainerClass": "IPF.Note",
		}
		if c.flag("IncludeOldestAndNewestItems") && len(f.Messages) > 0 {
			oldest := slices.MinFunc(f.Messages, func(a, b *Message) int { return a.Received.Compare(b.Received) })
			newest := slices.MaxFunc(f.Messages, func(a, b *Message) int { return a.Received.Compare(b.Received) })
			row["OldestItemReceivedDate"], row["NewestItemReceivedDate"] = oldest.Received, newest.Received
		}
		rows = append(rows, row)
	})
	return rows, nil
}

func getMailboxStatistics(c *command) ([]Object, error) {
	m, err := c.one("Identity")
	if err != nil {
		return nil, err
	}
	items, deleted := 0, 0
	var last time.Time
	for _, f := range m.Folders {
		if strings.HasPrefix(folderType(f), "RecoverableItems") {
			deleted += len(f.Messages)
			continue
		}
		items += len(f.Messages)
		for _, msg := range f.Messages {
			if msg.Received.After(last) {
				last = msg.Received
			}
		}
	}
	return []Object{{
		"Identity": m.User, "DisplayName": c.world.display(m), "MailboxGuid": m.GUID, "ItemCount": items, "DeletedItemCount": deleted, "TotalItemSize": size(75_000 * items),
		"TotalDeletedItemSize": size(75_000 * deleted), "LastLogonTime": last, "LastUserActionTime": last, "MailboxTypeDetail": cmp.Or(m.Type, "UserMailbox"),
	}}, nil
}
