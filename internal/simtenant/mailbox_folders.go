package simtenant

import (
	"cmp"
	"slices"
	"strings"
)

// graphNames are the folders that Graph knows by name. Notes and RSS Feeds have
// none: they can only be found by their localised names.
var graphNames = strings.Fields("inbox sentitems deleteditems drafts outbox junkemail archive conversationhistory msgfolderroot recoverableitemsdeletions clutter syncissues scheduled searchfolders serverfailures localfailures conflicts")

// notMail are folders of other kinds, which Graph does not list as mail folders.
var notMail = []string{"calendar", "contacts", "tasks", "journal"}

// folderAt is the folder of the path, by ID or by the name that Graph knows.
func (c *mailCall) folderAt(id string) (*Folder, error) {
	if containsFold(graphNames, id) {
		if f := c.box.folder(id); f != nil {
			return f, nil
		}
		return nil, &mailError{404, "ErrorFolderNotFound", "The specified folder could not be found in the store."}
	}
	for _, f := range c.box.Folders {
		if f.ID == id && !slices.Contains(notMail, f.WellKnown) {
			return f, nil
		}
	}
	if len(id) < 8 {
		return nil, malformedID()
	}
	return nil, itemNotFound()
}

func (c *mailCall) children(f *Folder) []*Folder {
	hidden := strings.EqualFold(c.query.Get("includeHiddenFolders"), "true")
	var out []*Folder
	for _, x := range c.box.Folders {
		if x.Parent == f.ID && x != f && (hidden || !x.Hidden) && !slices.Contains(notMail, x.WellKnown) {
			out = append(out, x)
		}
	}
	return out
}

// mailFolder is Graph's mailFolder.
func (c *mailCall) mailFolder(f *Folder) Object {
	unread := 0
	for _, m := range f.Messages {
		if !m.Read {
			unread++
		}
	}
	o := Object{
		"id": f.ID, "displayName": f.Name, "parentFolderId": orNull(f.Parent), "childFolderCount": len(c.children(f)), "unreadItemCount": unread, "totalItemCount": len(f.Messages), "isHidden": f.Hidden,
	}
	if c.beta {
		o["wellKnownName"] = orNull(f.WellKnown)
	}
	return o
}

func (c *mailCall) mailFolders(list []*Folder) []Object {
	out := []Object{}
	for _, f := range list {
		out = append(out, c.mailFolder(f))
	}
	return out
}

// root is the folder above all that people see; a mailbox built without one has
// the folders without a parent below it.
func (c *mailCall) root() *Folder {
	if f := c.box.folder("msgfolderroot"); f != nil {
		return f
	}
	return &Folder{}
}

func listMailFolders(c *mailCall) ([]Object, error) { return c.mailFolders(c.children(c.root())), nil }

// createMailFolder makes a folder below the root; hidden or not is decided here for
// good (Graph: "Create MailFolder").
func createMailFolder(c *mailCall) (Object, error) {
	if err := c.only("displayName", "isHidden"); err != nil {
		return nil, err
	}
	name := textOf(c.body, "displayName")
	hidden, isFlag := c.body["isHidden"].(bool)
	if name == "" || c.body["isHidden"] != nil && !isFlag {
		return nil, badRequest("A folder has a displayName.")
	}
	root := c.root()
	for _, f := range c.box.Folders {
		if f.Parent == root.ID && strings.EqualFold(f.Name, name) {
			return nil, &mailError{409, "ErrorFolderExists", "A folder with the specified name already exists."}
		}
	}
	f := &Folder{ID: "AAMk" + graphID("folder", c.box.GUID, name, c.now.UnixNano()), Parent: root.ID, Name: name, Hidden: hidden}
	c.box.Folders = append(c.box.Folders, f)
	c.log("Create", 2, "folder "+name, Object{"Item": Object{"Id": f.ID, "ParentFolder": c.folderWords(root)}})
	return c.mailFolder(f), nil
}

func getMailFolder(c *mailCall) (Object, error) {
	f, err := c.folderAt(c.args["folder"])
	if err != nil {
		return nil, err
	}
	return c.mailFolder(f), nil
}

func listChildFolders(c *mailCall) ([]Object, error) {
	f, err := c.folderAt(c.args["folder"])
	if err != nil {
		return nil, err
	}
	return c.mailFolders(c.children(f)), nil
}

// calendarRoles pairs Exchange's rights on a calendar with Graph's roles.
var calendarRoles = map[string]string{
	"None": "none", "AvailabilityOnly": "freeBusyRead", "LimitedDetails": "limitedRead", "Reviewer": "read", "Editor": "write", "PublishingEditor": "write", "Owner": "write",
}

func listCalendarPermissions(c *mailCall) ([]Object, error) {
	f := c.box.folder("calendar")
	if f == nil {
		return nil, itemNotFound()
	}
	out := []Object{}
	for _, p := range folderPermissions(f) {
		name, address := "My Organization", ""
		if u := c.world.userByID(p.User); u != nil {
			name, address = u.DisplayName, c.world.primary(u)
		} else if !strings.EqualFold(p.User, "Default") {
			continue // Graph shows no Anonymous
		}
		role := "custom"
		if len(p.Rights) == 1 {
			role = cmp.Or(calendarRoles[p.Rights[0]], role)
		}
		switch {
		case strings.Contains(p.Flags, "CanViewPrivateItems"):
			role = "delegateWithPrivateEventAccess"
		case strings.Contains(p.Flags, "Delegate"):
			role = "delegateWithoutPrivateEventAccess"
		}
		out = append(out, Object{
			"id": made(c.box.GUID, "calendar", p.User), "role": role, "isRemovable": address != "", "isInsideOrganization": true, "allowedRoles": []string{"none", "freeBusyRead", "limitedRead", "read", "write"},
			"emailAddress": address1(name, address),
		})
	}
	return out, nil
}

// address1 is Graph's emailAddress; one without an address leaves it out.
func address1(name, address string) Object {
	if address == "" {
		return Object{"name": name}
	}
	return Object{"name": name, "address": address}
}
