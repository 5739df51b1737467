package simtenant

import (
	"cmp"
	"slices"
	"strings"
)

// trustee is how a permission names somebody: by UPN, and by SID once the
// account is gone.
func (w *World) trustee(id string) string {
	u := w.userByID(id)
	switch {
	case u == nil:
		return id
	case !u.Deleted.IsZero():
		return "S-1-5-21-" + ruleID("sid", u.ID)
	}
	return u.UPN
}

const self = `NT AUTHORITY\SELF`

// wanted says whether the parameter, when sent, names this user.
func (c *command) wanted(parameter, id string) (bool, error) {
	if !c.has(parameter) {
		return true, nil
	}
	if strings.EqualFold(c.text(parameter), id) {
		return true, nil
	}
	u, err := c.world.userBy(c.text(parameter))
	if err != nil {
		return false, err
	}
	return u.ID == id, nil
}

func getMailboxPermission(c *command) ([]Object, error) {
	m, err := c.one("Identity")
	if err != nil {
		return nil, err
	}
	row := func(user string, rights []string, inherited bool) Object {
		return Object{"Identity": m.User, "User": user, "AccessRights": nonNil(rights), "IsInherited": inherited, "Deny": false, "InheritanceType": "All", "IsValid": true}
	}
	var rows []Object
	if !c.has("User") {
		rows = append(rows, row(self, []string{"FullAccess", "ReadPermission"}, false))
	}
	for _, p := range m.Permissions {
		ok, err := c.wanted("User", p.User)
		if err != nil {
			return nil, err
		}
		if ok {
			rows = append(rows, row(c.world.trustee(p.User), p.Rights, p.Inherited))
		}
	}
	return rows, nil
}

var mailboxRights = []string{"ChangeOwner", "ChangePermission", "DeleteItem", "ExternalAccount", "FullAccess", "ReadPermission"}

// rights are the AccessRights that were sent, in their own spelling.
func (c *command) rights(known []string) ([]string, error) {
	var out []string
	for _, s := range c.list("AccessRights") {
		for _, one := range strings.Split(s, ",") { // a set may come as one text
			i := slices.IndexFunc(known, func(k string) bool { return strings.EqualFold(k, strings.TrimSpace(one)) })
			if i < 0 {
				return nil, unbindable("Cannot process argument transformation on parameter 'AccessRights'. Cannot convert value \"%s\".", one)
			}
			out = append(out, known[i])
		}
	}
	if len(out) == 0 {
		return nil, unbindable("Cannot process command because of one or more missing mandatory parameters: AccessRights.")
	}
	return out, nil
}

// grantee is the account that a parameter names.
func (c *command) grantee(parameter string) (*User, error) {
	if c.text(parameter) == "" {
		return nil, unbindable("Cannot process command because of one or more missing mandatory parameters: %s.", parameter)
	}
	return c.world.userBy(c.text(parameter))
}

func addMailboxPermission(c *command) ([]Object, error) {
	m, err := c.one("Identity")
	if err != nil {
		return nil, err
	}
	u, err := c.grantee("User")
	if err != nil {
		return nil, err
	}
	rights, err := c.rights(mailboxRights)
	if err != nil {
		return nil, err
	}
	if c.flag("Deny") {
		return nil, invalid("This tenant keeps no denied permissions.")
	}
	i := slices.IndexFunc(m.Permissions, func(p *Permission) bool { return p.User == u.ID && !p.Inherited })
	if i < 0 {
		m.Permissions = append(m.Permissions, &Permission{User: u.ID})
		i = len(m.Permissions) - 1
	}
	p := m.Permissions[i]
	for _, r := range rights {
		if containsFold(p.Rights, r) {
			c.warn("The appropriate access control entry is already present on the object \"%s\" for account \"%s\".", m.User, u.UPN)
			continue
		}
		p.Rights = append(p.Rights, r)
	}
	c.done(m, "")
	return []Object{{"Identity": m.User, "User": c.world.trustee(u.ID), "AccessRights": nonNil(p.Rights), "IsInherited": false, "Deny": false, "InheritanceType": "All"}}, nil
}

func removeMailboxPermission(c *command) ([]Object, error) {
	m, err := c.one("Identity")
	if err != nil {
		return nil, err
	}
	u, err := c.grantee("User")
	if err != nil {
		return nil, err
	}
	rights, err := c.rights(mailboxRights)
	if err != nil {
		return nil, err
	}
	found := false
	for _, p := range m.Permissions {
		if p.User != u.ID || p.Inherited {
			continue
		}
		p.Rights = slices.DeleteFunc(slices.Clone(p.Rights), func(s string) bool {
			hit := containsFold(rights, s)
			found = found || hit
			return hit
		})
	}
	if !found {
		c.warn("Can't remove the access control entry on the object \"%s\" for account \"%s\" because the ACE isn't present.", m.User, u.UPN)
		return nil, nil
	}
	m.Permissions = slices.DeleteFunc(m.Permissions, func(p *Permission) bool { return len(p.Rights) == 0 })
	c.done(m, "")
	return nil, nil
}

func getRecipientPermission(c *command) ([]Object, error) {
	list, err := c.mailboxes(c.text("Identity"))
	if err != nil {
		return nil, err
	}
	row := func(m *Mailbox, trustee string) Object {
		return Object{"Identity": m.User, "Trustee": trustee, "AccessControlType": "Allow", "AccessRights": []string{"SendAs"}, "IsInherited": false, "InheritanceType": "None", "IsValid": true}
	}
	var rows []Object
	for _, m := range list {
		if !c.has("Trustee") {
			rows = append(rows, row(m, self))
		}
		for _, id := range m.SendAs {
			ok, err := c.wanted("Trustee", id)
			if err != nil {
				return nil, err
			}
			if ok {
				rows = append(rows, row(m, c.world.trustee(id)))
			}
		}
	}
	return rows, nil
}

// sendAs reads what Add- and Remove-RecipientPermission share.
func (c *command) sendAs() (*Mailbox, *User, error) {
	m, err := c.one("Identity")
	if err != nil {
		return nil, nil, err
	}
	if _, err := c.rights([]string{"SendAs"}); err != nil {
		return nil, nil, err
	}
	u, err := c.grantee("Trustee")
	return m, u, err
}

func addRecipientPermission(c *command) ([]Object, error) {
	m, u, err := c.sendAs()
	if err != nil {
		return nil, err
	}
	if slices.Contains(m.SendAs, u.ID) {
		c.warn("The appropriate access control entry is already present on the object \"%s\" for account \"%s\".", m.User, u.UPN)
	} else {
		m.SendAs = append(m.SendAs, u.ID)
	}
	c.done(m, "")
	return []Object{{"Identity": m.User, "Trustee": u.UPN, "AccessControlType": "Allow", "AccessRights": []string{"SendAs"}, "IsInherited": false}}, nil
}

func removeRecipientPermission(c *command) ([]Object, error) {
	m, u, err := c.sendAs()
	if err != nil {
		return nil, err
	}
	if !slices.Contains(m.SendAs, u.ID) {
		c.warn("Can't remove the access control entry on the object \"%s\" for account \"%s\" because the ACE isn't present.", m.User, u.UPN)
		return nil, nil
	}
	m.SendAs = slices.DeleteFunc(slices.Clone(m.SendAs), func(id string) bool { return id == u.ID })
	c.done(m, "")
	return nil, nil
}

var folderRights = []string{
	"None", "Owner", "PublishingEditor", "Editor", "PublishingAuthor", "Author", "NonEditingAuthor", "Reviewer", "Contributor", "AvailabilityOnly", "LimitedDetails",
	"CreateItems", "CreateSubfolders", "DeleteAllItems", "DeleteOwnedItems", "EditAllItems", "EditOwnedItems", "FolderContact", "FolderOwner", "FolderVisible", "ReadItems",
}

// folderNamed is the folder of "mailbox:\path"; without a path the root.
func (c *command) folderNamed() (*Mailbox, *Folder, error) {
	box, path, ok := strings.Cut(c.text("Identity"), `:`)
	m, err := c.world.mailboxBy(box)
	if err != nil {
		return nil, nil, err
	}
	if !ok || path == `\` {
		if f := m.folder("msgfolderroot"); f != nil {
			return m, f, nil
		}
		return m, nil, notFound(c.text("Identity"))
	}
	f, err := c.world.folderBy(m, path)
	return m, f, err
}

// folderPermissions are a folder's permissions with Default and Anonymous, which every folder has.
func folderPermissions(f *Folder) []*Permission {
	out := slices.Clone(f.Permissions)
	for i, name := range []string{"Default", "Anonymous"} {
		if !slices.ContainsFunc(out, func(p *Permission) bool { return strings.EqualFold(p.User, name) }) {
			rights := "None"
			if name == "Default" && f.WellKnown == "calendar" {
				rights = "AvailabilityOnly"
			}
			out = slices.Insert(out, min(i, len(out)), &Permission{User: name, Rights: []string{rights}})
		}
	}
	return out
}

// folderUser resolves who a folder permission is for.
func (c *command) folderUser() (string, error) {
	for _, name := range []string{"Default", "Anonymous"} {
		if strings.EqualFold(c.text("User"), name) {
			return name, nil
		}
	}
	u, err := c.grantee("User")
	if err != nil {
		return "", err
	}
	return u.ID, nil
}

// folderRow names the user by display name, as Exchange does.
func (c *command) folderRow(m *Mailbox, f *Folder, p *Permission) Object {
	user := p.User
	if u := c.world.userByID(p.User); u != nil {
		user = cmp.Or(u.DisplayName, u.UPN)
	}
	row := Object{"Identity": m.User + `:\` + f.Name, "FolderName": f.Name, "User": user, "AccessRights": nonNil(p.Rights), "SharingPermissionFlags": orNull(p.Flags), "IsValid": true}
	return row
}

func getMailboxFolderPermission(c *command) ([]Object, error) {
	m, f, err := c.folderNamed()
	if err != nil {
		return nil, err
	}
	var rows []Object
	for _, p := range folderPermissions(f) {
		if c.has("User") {
			id, err := c.folderUser()
			if err != nil {
				return nil, err
			}
			if id != p.User {
				continue
			}
		}
		rows = append(rows, c.folderRow(m, f, p))
	}
	if c.has("User") && len(rows) == 0 {
		return nil, noEntry(c.text("User"))
	}
	return rows, nil
}

func noEntry(user string) error {
	return &cmdletError{404, "Microsoft.Exchange.Management.StoreTasks.UserNotFoundInPermissionEntryException", "There is no existing permission entry found for user: " + user + "."}
}

// changeFolder finds a folder's own permission of a user, or -1.
func (c *command) changeFolder() (m *Mailbox, f *Folder, id string, at int, err error) {
	if m, f, err = c.folderNamed(); err == nil {
		id, err = c.folderUser()
	}
	if err != nil {
		return nil, nil, "", 0, err
	}
	return m, f, id, slices.IndexFunc(f.Permissions, func(p *Permission) bool { return strings.EqualFold(p.User, id) }), nil
}

func addMailboxFolderPermission(c *command) ([]Object, error) {
	m, f, id, at, err := c.changeFolder()
	if err != nil {
		return nil, err
	}
	rights, err := c.rights(folderRights)
	if err != nil {
		return nil, err
	}
	if at >= 0 || id == "Default" || id == "Anonymous" {
		return nil, &cmdletError{400, "Microsoft.Exchange.Management.StoreTasks.UserAlreadyExistsInPermissionEntryException", "An existing permission entry was found for user: " + c.text("User") + "."}
	}
	p := &Permission{User: id, Rights: rights, Flags: c.text("SharingPermissionFlags")}
	f.Permissions = append(f.Permissions, p)
	c.done(m, f.Name)
	return []Object{c.folderRow(m, f, p)}, nil
}

func setMailboxFolderPermission(c *command) ([]Object, error) {
	m, f, id, at, err := c.changeFolder()
	if err != nil {
		return nil, err
	}
	rights, err := c.rights(folderRights)
	if err != nil {
		return nil, err
	}
	if at < 0 {
		if id != "Default" && id != "Anonymous" {
			return nil, noEntry(c.text("User"))
		}
		f.Permissions = append(f.Permissions, &Permission{User: id})
		at = len(f.Permissions) - 1
	}
	p := f.Permissions[at]
	p.Rights = rights
	if c.has("SharingPermissionFlags") {
		p.Flags = c.text("SharingPermissionFlags")
	}
	c.done(m, f.Name)
	return nil, nil
}

func removeMailboxFolderPermission(c *command) ([]Object, error) {
	m, f, id, at, err := c.changeFolder()
	if err != nil {
		return nil, err
	}
	if at < 0 || id == "Default" || id == "Anonymous" {
		return nil, noEntry(c.text("User"))
	}
	f.Permissions = slices.Delete(f.Permissions, at, at+1)
	c.done(m, f.Name)
	return nil, nil
}
