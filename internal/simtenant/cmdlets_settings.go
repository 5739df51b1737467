package simtenant

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// ownSettings is a cmdlet that reads one object of a mailbox.
func ownSettings(defaults Object, held func(*Mailbox) Object) func(*command) ([]Object, error) {
	return func(c *command) ([]Object, error) {
		m, err := c.one("Identity")
		if err != nil {
			return nil, err
		}
		return []Object{c.world.owned(m, over(defaults, held(m)))}, nil
	}
}

// setSettings is a cmdlet that changes one object of a mailbox: the parameters
// that were sent replace properties of the same name.
func setSettings(held func(*Mailbox) *Object, check func(*command, *Mailbox) error) func(*command) ([]Object, error) {
	return func(c *command) ([]Object, error) {
		m, err := c.one("Identity")
		if err != nil {
			return nil, err
		}
		if err := check(c, m); err != nil {
			return nil, err
		}
		at := held(m)
		next := over(Object{}, *at)
		for name, v := range c.params {
			switch name {
			case "Identity", "Confirm", "ErrorAction", "WarningAction":
				continue
			}
			if _, ok := v.(listEdit); ok || c.row.spec[strings.ToLower(name)].kind == "list" {
				next[name] = nonNil(c.edit(name, listOf(next[name])))
				continue
			}
			next[name] = plain(v)
		}
		*at = next
		c.done(m, "")
		return nil, nil
	}
}

// oneOf checks a parameter against the values that it may have, and gives it their spelling.
func (c *command) oneOf(name string, values ...string) error {
	if !c.has(name) {
		return nil
	}
	i := slices.IndexFunc(values, func(v string) bool { return strings.EqualFold(v, c.text(name)) })
	if i < 0 {
		return unbindable("Cannot process argument transformation on parameter '%s'. Cannot convert value \"%s\". The possible enumeration values are \"%s\".", name, c.text(name), strings.Join(values, ", "))
	}
	c.params[name] = values[i]
	return nil
}

var signatureDefaults = Object{
	"SignatureHtml": "", "SignatureText": "", "SignatureTextOnMobile": "", "SignatureName": "", "AutoAddSignature": false, "AutoAddSignatureOnReply": false, "AutoAddSignatureOnMobile": false,
	"UseDefaultSignatureOnMobile": true, "DefaultSignature": "", "DefaultSignatureOnReply": "", "IsReplyAllTheDefaultResponse": true, "ReadReceiptResponse": "DoNotAutomaticallySend",
}

// checkSignature: where roaming signatures are on, as they are by default,
// Outlook ignores the signature kept here (EXO: Set-MailboxMessageConfiguration);
// the cmdlet succeeds. Whether it warns is unconfirmed: this one does not, so
// that success proves nothing.
func checkSignature(c *command, m *Mailbox) error {
	name := c.text("DeleteSignatureName")
	if name == "" {
		return nil
	}
	if !strings.EqualFold(textOf(m.Signature, "SignatureName"), name) {
		return notFound(name)
	}
	delete(c.params, "DeleteSignatureName")
	for _, p := range []string{"SignatureName", "SignatureHtml", "SignatureText"} {
		c.params[p] = ""
	}
	return nil
}

var replyDefaults = Object{
	"AutoReplyState": "Disabled", "InternalMessage": "", "ExternalMessage": "", "ExternalAudience": "All", "StartTime": "", "EndTime": "", "AutoDeclineFutureRequestsWhenOOF": false,
	"CreateOOFEvent": false, "DeclineAllEventsForScheduledOOF": false, "DeclineEventsForScheduledOOF": false,
}

func checkReply(c *command, _ *Mailbox) error {
	if err := c.oneOf("AutoReplyState", "Enabled", "Disabled", "Scheduled"); err != nil {
		return err
	}
	if err := c.oneOf("ExternalAudience", "None", "Known", "All"); err != nil {
		return err
	}
	if c.text("AutoReplyState") == "Scheduled" && c.has("StartTime") && c.has("EndTime") && !c.date("EndTime").After(c.date("StartTime")) {
		return invalid("The end time must be after the start time.")
	}
	return nil
}

var junkDefaults = Object{
	"Enabled": true, "TrustedSendersAndDomains": []string{}, "BlockedSendersAndDomains": []string{}, "TrustedRecipientsAndDomains": []string{}, "ContactsTrusted": false, "TrustedListsOnly": false,
}

func checkJunk(c *command, m *Mailbox) error {
	for _, p := range []string{"TrustedSendersAndDomains", "BlockedSendersAndDomains"} {
		added := c.list(p)
		if e, ok := c.params[p].(listEdit); ok {
			added = e.Add
		}
		for _, s := range added {
			if !strings.Contains(s, ".") {
				return invalid("\"%s\" isn't a valid SMTP address or domain.", s)
			}
			// Nobody is safe within the organization by list: Exchange refuses own domains as trusted (EXO: Set-MailboxJunkEmailConfiguration).
			if p == "TrustedSendersAndDomains" && (strings.EqualFold(s, c.world.Domain) || strings.EqualFold(s, c.world.Initial)) {
				return invalid("Junk Email Settings on %s can't be set because the domain %s is one of the organization's own.", m.User, s)
			}
		}
	}
	return nil
}

var regionalDefaults = Object{"Language": "en-US", "DateFormat": "M/d/yyyy", "TimeFormat": "h:mm tt", "TimeZone": "Pacific Standard Time", "DefaultFolderNameMatchingUserLanguage": true}

var calendarDefaults = Object{
	"AutomateProcessing": "AutoUpdate", "AllowConflicts": false, "ResourceDelegates": []string{}, "ForwardRequestsToDelegates": true, "DeleteComments": true, "DeleteSubject": true,
	"ProcessExternalMeetingMessages": false, "AddAdditionalResponse": false, "AdditionalResponse": "",
}

func getApp(c *command) ([]Object, error) {
	m, err := c.one("Mailbox")
	if err != nil {
		return nil, err
	}
	return c.world.listed(m, m.AddIns), nil
}

// switchApp switches an add-in of a mailbox, named by its application ID.
func switchApp(on bool) func(*command) ([]Object, error) {
	return func(c *command) ([]Object, error) {
		m, err := c.one("Mailbox")
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(m.AddIns, func(o Object) bool { return strings.EqualFold(textOf(o, "AppId"), c.text("Identity")) })
		if i < 0 {
			return nil, notFound(c.text("Identity"))
		}
		m.AddIns[i] = over(m.AddIns[i], Object{"Enabled": on})
		c.done(m, "add-in "+c.text("Identity"))
		return nil, nil
	}
}

// listed are objects of a mailbox as rows.
func (w *World) listed(m *Mailbox, list []Object) []Object {
	var rows []Object
	for _, o := range list {
		row := over(Object{"Identity": m.User + `\` + textOf(o, "Name")}, o)
		row["MailboxOwnerId"] = m.User
		rows = append(rows, row)
	}
	return rows
}

// mobileRow is Get-MobileDevice's row.
func (w *World) mobileRow(m *Mailbox, o Object) Object {
	id := textOf(o, "DeviceId")
	return over(Object{
		"Identity": m.User + `\ExchangeActiveSyncDevices\Hx§` + textOf(o, "DeviceType") + "§" + id, "Guid": made(m.GUID, "mobile", id), "DeviceAccessState": "Allowed", "DeviceAccessStateReason": "Global", "ClientType": "EAS",
		"UserDisplayName": w.display(m), "IsManaged": false, "IsCompliant": false, "IsDisabled": false, "ObjectState": "Unchanged",
	}, o)
}

// mobiles are the mobile devices that Mailbox or Identity names, all of the tenant without either.
func (c *command) mobiles() ([]*Mailbox, []Object, error) {
	boxes := c.world.Mailboxes
	if c.has("Mailbox") {
		m, err := c.one("Mailbox")
		if err != nil {
			return nil, nil, err
		}
		boxes = []*Mailbox{m}
	}
	var owners []*Mailbox
	var devices []Object
	for _, m := range boxes {
		for _, o := range m.Mobile {
			row := c.world.mobileRow(m, o)
			if c.has("Identity") && objectFits(row, c.text("Identity"), "Guid", "Identity", "DeviceId") == 0 {
				continue
			}
			owners, devices = append(owners, m), append(devices, o)
		}
	}
	if c.has("Identity") && len(devices) != 1 {
		if len(devices) > 1 {
			return nil, nil, ambiguous(c.text("Identity"))
		}
		return nil, nil, notFound(c.text("Identity"))
	}
	return owners, devices, nil
}

func getMobileDevice(c *command) ([]Object, error) {
	owners, devices, err := c.mobiles()
	if err != nil {
		return nil, err
	}
	var rows []Object
	for i, o := range devices {
		row := c.world.mobileRow(owners[i], o)
		maps.DeleteFunc(row, func(name string, _ any) bool { return strings.HasPrefix(name, "DeviceWipe") || name == "Status" })
		rows = append(rows, row)
	}
	slices.SortStableFunc(rows, byIdentity)
	return rows, nil
}

func getMobileDeviceStatistics(c *command) ([]Object, error) {
	if !c.has("Mailbox") && !c.has("Identity") {
		return nil, unbindable("Cannot process command because of one or more missing mandatory parameters: Identity.")
	}
	owners, devices, err := c.mobiles()
	if err != nil {
		return nil, err
	}
	var rows []Object
	for i, o := range devices {
		row := over(Object{"Status": "DeviceOk", "DeviceWipeSentTime": nil, "DeviceWipeRequestTime": nil, "DeviceWipeAckTime": nil, "LastSyncAttemptTime": nil, "LastSuccessSync": nil}, c.world.mobileRow(owners[i], o))
		rows = append(rows, row)
	}
	return rows, nil
}

// clearMobileDevice asks a device to erase itself: everything, or with
// AccountOnly the mailbox's data alone (EXO: Clear-MobileDevice).
func clearMobileDevice(c *command) ([]Object, error) {
	owners, devices, err := c.mobiles()
	if err != nil {
		return nil, err
	}
	o, m := devices[0], owners[0]
	switch {
	case c.flag("Cancel"):
		o["Status"], o["DeviceWipeRequestTime"] = "DeviceOk", nil
	case c.flag("AccountOnly"):
		o["Status"], o["DeviceWipeRequestTime"] = "AccountOnlyDeviceWipePending", c.now
	default:
		o["Status"], o["DeviceWipeRequestTime"] = "DeviceWipePending", c.now
	}
	c.done(m, fmt.Sprint(o["DeviceId"]))
	return nil, nil
}

func removeMobileDevice(c *command) ([]Object, error) {
	owners, devices, err := c.mobiles()
	if err != nil {
		return nil, err
	}
	m, id := owners[0], textOf(devices[0], "DeviceId")
	m.Mobile = slices.DeleteFunc(m.Mobile, func(o Object) bool { return textOf(o, "DeviceId") == id })
	c.done(m, id)
	return nil, nil
}
