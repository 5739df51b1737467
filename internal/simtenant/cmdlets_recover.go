package simtenant

import (
	"cmp"
	"slices"
	"strings"
)

// recoverable are the folders below Recoverable Items, by Exchange's word for
// SourceFolder.
var recoverable = map[string]string{"recoverableitemsdeletions": "RecoverableItems", "recoverableitemspurges": "PurgedItems"}

// deletedItem is one item that can be restored, and where it lies.
type deletedItem struct {
	folder *Folder
	source string
	msg    *Message
}

// deletedItems are those that the parameters name. Without SourceFolder Get-
// looks in Deleted Items and below Recoverable Items.
func (c *command) deletedItems(m *Mailbox) ([]deletedItem, error) {
	if err := c.oneOf("SourceFolder", "DeletedItems", "RecoverableItems", "PurgedItems"); err != nil {
		return nil, err
	}
	if kind := c.text("FilterItemType"); kind != "" && !strings.HasPrefix("IPM.Note", kind) {
		return nil, nil
	}
	var out []deletedItem
	for _, f := range m.Folders {
		source := recoverable[strings.ToLower(f.WellKnown)]
		if f.WellKnown == "deleteditems" {
			source = "DeletedItems"
		}
		if source == "" || c.has("SourceFolder") && c.text("SourceFolder") != source {
			continue
		}
		for _, msg := range f.Messages {
			when := msg.Modified
			if when.IsZero() {
				when = msg.Received
			}
			if c.has("FilterStartTime") && when.Before(c.date("FilterStartTime")) || c.has("FilterEndTime") && when.After(c.date("FilterEndTime")) ||
				!strings.Contains(strings.ToLower(msg.Subject), strings.ToLower(c.text("SubjectContains"))) {
				continue
			}
			out = append(out, deletedItem{f, source, msg})
		}
	}
	slices.SortStableFunc(out, func(a, b deletedItem) int {
		return cmp.Or(b.msg.Modified.Compare(a.msg.Modified), cmp.Compare(a.msg.ID, b.msg.ID))
	})
	return out, nil
}

func (d deletedItem) row(m *Mailbox) Object {
	parent := "Inbox"
	if f := m.folder(d.msg.Was); f != nil {
		parent = f.Name
	}
	return Object{
		"Identity": m.User, "EntryID": d.msg.ID, "ItemClass": "IPM.Note", "Subject": d.msg.Subject, "LastModifiedTime": d.msg.Modified, "LastParentPath": parent, "LastParentFolderID": orNull(d.msg.Was),
		"OriginalFolderExists": m.folder(d.msg.Was) != nil, "SourceFolder": d.source, "MessageClass": "IPM.Note",
	}
}

func getRecoverableItems(c *command) ([]Object, error) {
	m, err := c.one("Identity")
	if err != nil {
		return nil, err
	}
	items, err := c.deletedItems(m)
	var rows []Object
	for _, d := range items {
		rows = append(rows, d.row(m))
	}
	return rows, err
}

// restoreRecoverableItems puts items back where they were, into the Inbox when
// that is not known.
func restoreRecoverableItems(c *command) ([]Object, error) {
	m, err := c.one("Identity")
	if err != nil {
		return nil, err
	}
	items, err := c.deletedItems(m)
	if err != nil {
		return nil, err
	}
	var rows []Object
	for _, d := range items {
		to := m.folder(d.msg.Was)
		if to == nil {
			to = m.folder("inbox")
		}
		if to == nil {
			return nil, notFound("Inbox")
		}
		row := d.row(m)
		d.folder.Messages = slices.DeleteFunc(d.folder.Messages, func(x *Message) bool { return x == d.msg })
		to.Messages = append(to.Messages, d.msg)
		d.msg.Was, d.msg.Modified = "", c.now
		row["RestoredToFolderPath"], row["WasRestoredSuccessfully"] = to.Name, true
		rows = append(rows, row)
	}
	if len(rows) > 0 {
		c.done(m, "")
	}
	return rows, nil
}

// quarantined are the messages held back that the parameters name.
func getQuarantineMessage(c *command) ([]Object, error) {
	var rows []Object
	for _, o := range c.world.Lists["QuarantineMessage"] {
		if c.has("SenderAddress") && !containsFold(c.list("SenderAddress"), textOf(o, "SenderAddress")) {
			continue
		}
		if c.has("RecipientAddress") && !slices.ContainsFunc(listOf(o["RecipientAddress"]), func(s string) bool { return containsFold(c.list("RecipientAddress"), s) }) {
			continue
		}
		if at, ok := timeOf(o["ReceivedTime"]); ok && (c.has("StartReceivedDate") && at.Before(c.date("StartReceivedDate")) || c.has("EndReceivedDate") && at.After(c.date("EndReceivedDate"))) {
			continue
		}
		rows = append(rows, over(o))
	}
	count, page := int64(100), int64(1)
	if n, ok := c.params["PageSize"].(int64); ok {
		count = min(max(n, 1), 1000)
	}
	if n, ok := c.params["Page"].(int64); ok {
		page = max(n, 1)
	}
	from := min((page-1)*count, int64(len(rows)))
	return rows[from:min(from+count, int64(len(rows)))], nil
}

// getTenantAllowBlockListItems needs the kind of list.
func getTenantAllowBlockListItems(c *command) ([]Object, error) {
	if err := c.oneOf("ListType", "Sender", "Url", "FileHash", "IP"); err != nil {
		return nil, err
	}
	var rows []Object
	for _, o := range c.world.Lists["TenantAllowBlockListItems"] {
		action := textOf(o, "Action")
		if !strings.EqualFold(textOf(o, "ListType"), c.text("ListType")) || c.flag("Allow") && action != "Allow" || c.flag("Block") && action != "Block" {
			continue
		}
		rows = append(rows, over(o))
	}
	return rows, nil
}
