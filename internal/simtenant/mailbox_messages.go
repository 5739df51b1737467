package simtenant

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"
)

// messageID is a message's ID for Graph. The usual one names the folder too and
// so changes with a move; the immutable one stays.
func (c *mailCall) messageID(f *Folder, m *Message) string {
	if c.immutable {
		return immutableID(m)
	}
	return "AAMk" + graphID(c.box.GUID, f.ID, m.ID)
}

func immutableID(m *Message) string { return "AAkALg" + graphID("immutable", m.ID) }

// graphID looks like the IDs of items: no character that a path would break at, "=" at the end.
func graphID(parts ...any) string {
	a, b := strings.ReplaceAll(made(parts...), "-", ""), strings.ReplaceAll(made(append(parts, 1)...), "-", "")
	return base64.URLEncoding.EncodeToString([]byte(a + b + "AA"))
}

// messageAt finds a message by either of its IDs.
func (c *mailCall) messageAt(id string) (*Folder, *Message, error) {
	for _, f := range c.box.Folders {
		for _, m := range f.Messages {
			if id == immutableID(m) || id == "AAMk"+graphID(c.box.GUID, f.ID, m.ID) {
				return f, m, nil
			}
		}
	}
	if !strings.HasPrefix(id, "AA") {
		return nil, nil, malformedID()
	}
	return nil, nil, itemNotFound()
}

// graphPerson is Graph's recipient of an address as a message holds it: x@y or Name <x@y>.
func (w *World) graphPerson(s string) Object {
	name, address := "", s
	if i := strings.LastIndexByte(s, '<'); i >= 0 && strings.HasSuffix(s, ">") {
		name, address = strings.TrimSpace(s[:i]), s[i+1:len(s)-1]
	}
	if name == "" {
		name = address
		if m, err := w.mailboxBy(address); err == nil {
			name = w.display(m)
		}
	}
	return Object{"emailAddress": Object{"name": name, "address": address}}
}

func (w *World) graphPersons(list []string) []Object {
	out := []Object{}
	for _, s := range list {
		out = append(out, w.graphPerson(s))
	}
	return out
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// message is Graph's message. Who may read headers only gets no body, preview
// or attachments.
func (c *mailCall) message(f *Folder, m *Message) Object {
	modified := cmp.Or(m.Modified, m.Received, m.Sent)
	sender := cmp.Or(m.Sender, m.From)
	o := Object{
		"@odata.etag": fmt.Sprintf(`W/"%s"`, made(m.ID, modified.UnixNano())[:16]), "id": c.messageID(f, m), "createdDateTime": stamp(cmp.Or(m.Received, m.Sent)), "lastModifiedDateTime": stamp(modified), "changeKey": made(m.ID, modified.UnixNano())[:16], "categories": []string{},
		"receivedDateTime": stamp(cmp.Or(m.Received, m.Sent)), "sentDateTime": stamp(cmp.Or(m.Sent, m.Received)), "hasAttachments": m.Attachments, "internetMessageId": m.InternetID, "subject": m.Subject, "importance": "normal",
		"parentFolderId": f.ID, "conversationId": m.Conversation, "isRead": m.Read, "isDraft": m.Draft, "webLink": "https://outlook.office365.com/owa/?ItemID=" + c.messageID(f, m), "inferenceClassification": "focused",
		"toRecipients": c.world.graphPersons(m.To), "ccRecipients": c.world.graphPersons(m.CC), "bccRecipients": []Object{}, "replyTo": []Object{}, "flag": Object{"flagStatus": "notFlagged"},
	}
	if m.From != "" {
		o["from"], o["sender"] = c.world.graphPerson(m.From), c.world.graphPerson(sender)
	}
	if !c.basic {
		o["bodyPreview"], o["body"] = m.Preview, Object{"contentType": "text", "content": m.Preview}
	}
	return o
}

// noBodies refuses what needs more than the right to read headers. Microsoft
// says that the right does not cover bodies, previews and attachments; how it
// refuses is unconfirmed.
func (c *mailCall) noBodies() error {
	if !c.basic {
		return nil
	}
	for _, name := range strings.FieldsFunc(c.query.Get("$select")+","+c.query.Get("$expand"), func(r rune) bool { return r == ',' || r == ' ' }) {
		if containsExact([]string{"body", "bodyPreview", "uniqueBody", "attachments", "internetMessageHeaders", "extensions", "singleValueExtendedProperties"}, name) {
			return &mailError{403, "ErrorAccessDenied", "Access is denied. Check credentials and try again."}
		}
	}
	return nil
}

// efficient refuses a filter that the sort order does not begin: what messages
// are sorted by must be filtered by too, and first (Graph: "List messages").
func (c *mailCall) efficient() error {
	filter, order := c.query.Get("$filter"), c.query.Get("$orderby")
	if filter == "" || order == "" {
		return nil
	}
	for name := range strings.SplitSeq(order, ",") {
		name = strings.Fields(name + " ?")[0]
		if !strings.HasPrefix(strings.TrimLeft(filter, "( "), name) && !strings.Contains(filter, " "+name) && !strings.Contains(filter, "("+name) {
			return &mailError{400, "InefficientFilter", "The restriction or sort order is too complex for this operation."}
		}
	}
	if first := strings.Fields(order)[0]; !strings.Contains(strings.Fields(filter)[0], strings.TrimSuffix(first, ",")) {
		return &mailError{400, "InefficientFilter", "The restriction or sort order is too complex for this operation."}
	}
	return nil
}

// listMessages gives a folder's messages, the last received first.
func listMessages(c *mailCall) ([]Object, error) {
	f, err := c.folderAt(c.args["folder"])
	if err != nil {
		return nil, err
	}
	if err := c.noBodies(); err != nil {
		return nil, err
	}
	if err := c.efficient(); err != nil {
		return nil, err
	}
	list := slices.Clone(f.Messages)
	slices.SortStableFunc(list, func(a, b *Message) int {
		return cmp.Or(cmp.Or(b.Received, b.Sent).Compare(cmp.Or(a.Received, a.Sent)), cmp.Compare(a.ID, b.ID))
	})
	out := make([]Object, 0, len(list))
	for _, m := range list {
		out = append(out, c.message(f, m))
	}
	return out, nil
}

// listAllMessages gives the messages of all folders that people see, Deleted Items
// among them; what is deleted for good is not (Graph: "List messages").
func listAllMessages(c *mailCall) ([]Object, error) {
	if err := c.noBodies(); err != nil {
		return nil, err
	}
	if err := c.efficient(); err != nil {
		return nil, err
	}
	out := []Object{}
	for _, f := range c.box.Folders {
		if strings.HasPrefix(folderType(f), "RecoverableItems") {
			continue
		}
		for _, m := range f.Messages {
			out = append(out, c.message(f, m))
		}
	}
	slices.SortStableFunc(out, func(a, b Object) int {
		return cmp.Or(cmp.Compare(textOf(b, "receivedDateTime"), textOf(a, "receivedDateTime")), cmp.Compare(textOf(a, "id"), textOf(b, "id")))
	})
	return out, nil
}

func getMessage(c *mailCall) (Object, error) {
	f, m, err := c.messageAt(c.args["message"])
	if err != nil {
		return nil, err
	}
	return c.message(f, m), nil
}

// listAttachments gives metadata without contents: the simulator keeps none.
func listAttachments(c *mailCall) ([]Object, error) {
	_, m, err := c.messageAt(c.args["message"])
	if err != nil {
		return nil, err
	}
	if !m.Attachments {
		return []Object{}, nil
	}
	return []Object{{
		"@odata.type": "#microsoft.graph.fileAttachment", "id": "AAMk" + graphID("attachment", m.ID), "lastModifiedDateTime": stamp(cmp.Or(m.Received, m.Sent)), "name": "document.pdf",
		"contentType": "application/pdf", "size": 48_213, "isInline": false, "contentId": nil,
	}}, nil
}

// moveMessage moves a message, and answers with it under the ID that it has
// there: a new one unless IDs are immutable.
func moveMessage(c *mailCall) (Object, error) {
	// Parameters of an action: the reference spells DestinationId, the documentation destinationId; the service takes both.
	to := textOf(c.body, "destinationId")
	if to == "" {
		to = textOf(c.body, "DestinationId")
	}
	if err := c.only("destinationId", "DestinationId"); err != nil {
		return nil, err
	}
	if to == "" {
		return nil, badRequest("The destination folder is missing.")
	}
	from, m, err := c.messageAt(c.args["message"])
	if err != nil {
		return nil, err
	}
	dest, err := c.folderAt(to)
	if err != nil {
		return nil, err
	}
	from.Messages = slices.DeleteFunc(from.Messages, func(x *Message) bool { return x == m })
	dest.Messages = append(dest.Messages, m)
	m.Modified = c.now
	if strings.HasPrefix(folderType(dest), "RecoverableItems") || dest.WellKnown == "deleteditems" {
		m.Was = from.ID
	}
	op := "Move"
	if dest.WellKnown == "deleteditems" {
		op = "MoveToDeletedItems"
	}
	c.log(op, 3, "message", Object{
		"AffectedItems":          []Object{{"Id": c.messageID(dest, m), "InternetMessageId": m.InternetID, "Subject": m.Subject, "ParentFolder": c.folderWords(from)}},
		"CrossMailboxOperations": false, "Folder": c.folderWords(from), "DestFolder": c.folderWords(dest),
	})
	return c.message(dest, m), nil
}

// folderWords is a folder as a record names it.
func (c *mailCall) folderWords(f *Folder) Object {
	path := `\` + f.Name
	c.box.walk(func(x *Folder, p string) {
		if x == f {
			path = strings.ReplaceAll(p, "/", `\`)
		}
	})
	return Object{"Id": f.ID, "Path": path}
}

// sendMail accepts a message, keeps it in Sent Items unless told not to, and
// delivers it inside the tenant. A restricted sender's mail is accepted and goes nowhere.
func sendMail(c *mailCall) (Object, error) {
	if err := c.only("message", "Message", "saveToSentItems", "SaveToSentItems"); err != nil {
		return nil, err
	}
	msg := nested(c.body, "message")
	if msg == nil {
		msg = nested(c.body, "Message")
	}
	save := true
	for _, name := range []string{"saveToSentItems", "SaveToSentItems"} {
		if b, ok := c.body[name].(bool); ok {
			save = b
		}
	}
	m := &Message{Subject: textOf(msg, "subject"), Preview: textOf(nested(msg, "body"), "content"), From: c.world.primary(c.user), Sent: c.now, Received: c.now, Modified: c.now, Read: true}
	for _, p := range graphPeople(msg["toRecipients"]) {
		m.To = append(m.To, p[1])
	}
	for _, p := range graphPeople(msg["ccRecipients"]) {
		m.CC = append(m.CC, p[1])
	}
	all := append(slices.Clone(m.To), m.CC...)
	for _, p := range graphPeople(msg["bccRecipients"]) {
		all = append(all, p[1])
	}
	if len(all) == 0 {
		return nil, &mailError{400, "ErrorInvalidRecipients", "At least one recipient isn't valid."}
	}
	m.ID = made("message", c.box.GUID, c.now.UnixNano(), m.Subject)
	m.Conversation = "AAQk" + graphID("conversation", m.ID)
	m.InternetID = "<" + m.ID + "@" + c.world.Initial + ">"
	if f := c.box.folder("sentitems"); f != nil && save {
		f.Messages = append(f.Messages, m)
	}
	c.log("Send", 2, "sent mail", Object{
		"Item":            Object{"Id": "AAMk" + graphID("sent", m.ID), "InternetMessageId": m.InternetID, "Subject": m.Subject, "ParentFolder": Object{"Id": "drafts", "Path": `\Drafts`}},
		"SaveToSentItems": save,
	})
	if slices.ContainsFunc(c.world.Restricted, func(r *Restricted) bool { return !r.Since.IsZero() && strings.EqualFold(r.Address, m.From) }) {
		return nil, nil
	}
	for _, address := range all {
		to, err := c.world.mailboxBy(address)
		if err != nil {
			continue
		}
		copied := *m
		copied.ID, copied.Read = made("copy", m.ID, to.GUID), false
		if next, err := c.world.mailboxBy(c.world.forwards(to)); err == nil {
			forwarded := copied
			forwarded.ID = made("forwarded", m.ID, next.GUID)
			next.deliver(&forwarded)
		}
		if c.world.forwards(to) == "" || to.DeliverAndForward {
			to.deliver(&copied)
		}
	}
	return nil, nil
}

func (m *Mailbox) deliver(msg *Message) {
	if f := m.folder("inbox"); f != nil {
		f.Messages = append(f.Messages, msg)
	}
}
