package simtenant

import (
	"encoding/base64"
	"slices"
	"strings"
)

// A shared file of a mailbox's owner has in Mailbox.OneDrive: url, driveId, id,
// name and permissions. The contract's data leave these calls out; they follow
// learn.microsoft.com/graph/api/shares-get, driveitem-list-permissions and
// permission-delete.

var (
	driveItemKind  = &kind{name: "driveItem", props: "id name webUrl parentReference size createdDateTime lastModifiedDateTime"}
	permissionKind = &kind{name: "permission", props: "id roles link grantedToV2 inheritedFrom expirationDateTime hasPassword"}
)

func sharingTable() []row {
	const change = "Files.ReadWrite.All Sites.ReadWrite.All"
	return []row{
		{"GET", "/shares/{share}/driveItem", "v1.0 beta", "$select", "", change, change, single(driveItemKind, sharedItem)},
		{"GET", "/drives/{drive}/items/{item}/permissions", "v1.0 beta", "$select $top", "", "Files.Read.All " + change, "Files.Read.All " + change, collection(permissionKind, itemPermissions)},
		{"DELETE", "/drives/{drive}/items/{item}/permissions/{permission}", "v1.0 beta", "", "", change, change, nothing(deletePermission)},
	}
}

func noItem() error {
	return &graphError{404, "itemNotFound", "The resource could not be found."}
}

// files are all shared files with their owners' mailboxes.
func (w *World) file(fits func(Object) bool) (*Mailbox, Object) {
	for _, m := range w.Mailboxes {
		if i := slices.IndexFunc(m.OneDrive, fits); i >= 0 {
			return m, m.OneDrive[i]
		}
	}
	return nil, nil
}

// sharedItem finds a file by its address, encoded behind "u!".
func sharedItem(c *call) (Object, error) {
	token, ok := strings.CutPrefix(c.args["share"], "u!")
	address, err := base64.RawURLEncoding.DecodeString(token)
	if !ok || err != nil {
		return nil, &graphError{400, "invalidRequest", "The sharing token is invalid."}
	}
	_, f := c.world.file(func(o Object) bool { return strings.EqualFold(textOf(o, "url"), string(address)) })
	if f == nil {
		return nil, noItem()
	}
	return Object{"id": f["id"], "name": f["name"], "webUrl": f["url"], "parentReference": Object{"driveId": f["driveId"], "driveType": "business"}}, nil
}

func (c *call) item() (*Mailbox, Object, error) {
	m, f := c.world.file(func(o Object) bool { return o["driveId"] == c.args["drive"] && o["id"] == c.args["item"] })
	if f == nil {
		return nil, nil, noItem()
	}
	return m, f, nil
}

func permissionsOf(f Object) []Object {
	list, _ := f["permissions"].([]Object)
	return list
}

func itemPermissions(c *call) ([]Object, error) {
	_, f, err := c.item()
	return permissionsOf(f), err
}

// deletePermission refuses one that comes from a folder above.
func deletePermission(c *call) error {
	m, f, err := c.item()
	if err != nil {
		return err
	}
	list := permissionsOf(f)
	i := slices.IndexFunc(list, func(o Object) bool { return o["id"] == c.args["permission"] })
	switch {
	case i < 0:
		return noItem()
	case list[i]["inheritedFrom"] != nil:
		return &graphError{400, "invalidRequest", "An inherited permission can't be deleted here."}
	}
	f["permissions"] = slices.Delete(slices.Clone(list), i, i+1)
	c.changed(m.User, "sharing permission "+c.args["permission"])
	return nil
}
