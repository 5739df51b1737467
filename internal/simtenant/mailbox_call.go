package simtenant

import (
	"slices"
	"strings"
)

// The types of a mailbox's objects, for queries.
var (
	messageKind = &kind{name: "message", page: 10, props: "id categories changeKey createdDateTime lastModifiedDateTime bccRecipients body bodyPreview ccRecipients conversationId conversationIndex flag from hasAttachments importance inferenceClassification internetMessageHeaders internetMessageId isDeliveryReceiptRequested isDraft isRead isReadReceiptRequested parentFolderId receivedDateTime replyTo sender sentDateTime subject toRecipients uniqueBody webLink"}
	folderKind  = &kind{name: "mailFolder", page: 10, props: "id childFolderCount displayName isHidden parentFolderId totalItemCount unreadItemCount", beta: "wellKnownName"}
	ruleKind    = &kind{name: "messageRule", props: "id actions conditions displayName exceptions hasError isEnabled isReadOnly sequence"}
)

// mailKinds are the types by the last name of a row's path.
var mailKinds = map[string]*kind{
	"mailboxSettings":     {name: "mailboxSettings", props: "archiveFolder automaticRepliesSetting dateFormat delegateMeetingMessageDeliveryOptions language timeFormat timeZone userPurpose workingHours"},
	"mailFolders":         folderKind,
	"{folder}":            folderKind,
	"childFolders":        folderKind,
	"messages":            messageKind,
	"delta()":             messageKind,
	"{message}":           messageKind,
	"move":                messageKind,
	"sendMail":            messageKind,
	"messageRules":        ruleKind,
	"{rule}":              ruleKind,
	"attachments":         {name: "attachment", props: "id contentType isInline lastModifiedDateTime name size"},
	"calendarPermissions": {name: "calendarPermission", props: "id allowedRoles emailAddress isInsideOrganization isRemovable role"},
	"contacts":            {name: "contact", page: 10, props: "id categories changeKey createdDateTime lastModifiedDateTime assistantName birthday businessAddress businessHomePage businessPhones companyName department displayName emailAddresses fileAs generation givenName homeAddress homePhones imAddresses initials jobTitle manager middleName mobilePhone nickName officeLocation otherAddress parentFolderId personalNotes profession spouseName surname title"},
	"overrides":           {name: "inferenceClassificationOverride", props: "id classifyAs senderEmailAddress"},
	"people":              {name: "person", page: 10, props: "id birthday companyName department displayName givenName imAddress isFavorite jobTitle officeLocation personNotes personType phones postalAddresses profession scoredEmailAddresses surname userPrincipalName websites"},
}

// mailTable is mailRows as rows of the table.
func mailTable() []row {
	var out []row
	for i := range mailRows {
		r := &mailRows[i]
		body := ""
		if r.method == "POST" || r.method == "PATCH" {
			body = "*" // the handler holds it against the type
		}
		people := strings.ReplaceAll(r.permissions, ".All", "") // a person reads the own mailbox, and those that are shared
		out = append(out, row{r.method, r.path, "v1.0 beta", r.query, body, r.permissions, people, mailHandler(r)})
	}
	return out
}

// mailHandler runs a row of mailRows on the mailbox that the path names.
func mailHandler(r *mailRow) handler {
	k := mailKinds[r.path[strings.LastIndexByte(r.path, '/')+1:]]
	list := func(c *call) (rows []Object, err error) {
		err = c.inMailbox(func(m *mailCall) error { rows, err = r.list(m); return err })
		return rows, err
	}
	one := func(c *call) (o Object, err error) {
		err = c.inMailbox(func(m *mailCall) error { o, err = r.one(m); return err })
		return o, err
	}
	switch {
	case r.delta:
		return func(c *call) reply { return c.mailDelta(k) }
	case r.list != nil:
		return collection(k, list)
	case r.status == 202 || r.status == 204:
		return func(c *call) reply {
			if _, err := one(c); err != nil {
				return c.failed(err)
			}
			h := c.headers()
			h.Del("Content-Type")
			return reply{r.status, h, nil}
		}
	}
	return answered1(k, r.status, one)
}

// inMailbox opens the mailbox of the path and notes what f changes.
func (c *call) inMailbox(f func(*mailCall) error) error {
	m := &mailCall{world: c.world, now: c.now, by: c.operator(false), args: c.args, query: c.query, body: c.body, beta: c.version == "beta"}
	m.basic = !slices.ContainsFunc(c.by.Permissions, func(p string) bool { return p == "Mail.Read" || p == "Mail.ReadWrite" })
	m.immutable = strings.Contains(strings.ToLower(strings.Join(c.http.Header.Values("Prefer"), ",")), `idtype="immutableid"`)
	if err := m.open(c.args["id"]); err != nil {
		return err
	}
	if u := c.world.userNamed(c.args["id"]); c.by.Delegated && u != c.by.User {
		return &graphError{403, "ErrorAccessDenied", "Access is denied. Check credentials and try again."} // what is shared needs a permission of its own, which no call here has
	}
	err := f(m)
	c.touched = append(c.touched, m.touched...)
	return err
}

// mailDelta answers a page of changes to a folder.
func (c *call) mailDelta(k *kind) reply {
	var rows []Object
	var next, end string
	size, err := c.size(k)
	if err == nil {
		err = c.inMailbox(func(m *mailCall) (err error) {
			rows, next, end, err = listDelta(m, &c.t.deltas, size)
			return err
		})
	}
	if err != nil {
		return c.failed(err)
	}
	out := Object{"@odata.context": c.context()}
	list := []Object{}
	for _, o := range rows {
		shaped, err := c.shaped(k, o)
		if err != nil {
			return c.failed(err)
		}
		if o["@removed"] != nil {
			shaped = o
		}
		list = append(list, shaped)
	}
	out["value"] = list
	if next != "" {
		out["@odata.nextLink"] = c.link("$skiptoken", next)
	} else {
		out["@odata.deltaLink"] = c.link("$deltatoken", end)
	}
	return c.ok(200, c.metadata(out))
}
