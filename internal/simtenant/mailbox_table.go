package simtenant

// A mailRow is one Graph call about a mailbox, the same in v1.0 and beta.
// Exactly one of list, one and delta is set.
type mailRow struct {
	method, path string
	query        string // options that this tenant understands, of those that Microsoft documents
	permissions  string // application permissions, the least first
	status       int    // of success; 204 and 202 have no body
	list         func(*mailCall) ([]Object, error)
	one          func(*mailCall) (Object, error)
	delta        bool
}

const (
	listQuery   = "$select $top $skip $filter $orderby $count"
	folderQuery = listQuery + " includeHiddenFolders"
	readHeaders = "Mail.ReadBasic.All Mail.Read Mail.ReadWrite"
	readRules   = "MailboxSettings.Read MailboxSettings.ReadWrite"
)

// mailRows is every Graph call about a mailbox that this tenant answers
// (learn.microsoft.com/graph/api, resource types mailFolder, message,
// messageRule, mailboxSettings, calendarPermission, contact, person).
var mailRows = []mailRow{
	{"GET", "/users/{id}/mailboxSettings", "$select", readRules, 200, nil, getMailboxSettings, false},
	{"PATCH", "/users/{id}/mailboxSettings", "", "MailboxSettings.ReadWrite", 200, nil, updateMailboxSettings, false},
	{"GET", "/users/{id}/mailFolders", folderQuery, readHeaders, 200, listMailFolders, nil, false},
	{"POST", "/users/{id}/mailFolders", "", "Mail.ReadWrite", 201, nil, createMailFolder, false},
	{"GET", "/users/{id}/mailFolders/{folder}", "$select includeHiddenFolders", readHeaders, 200, nil, getMailFolder, false},
	{"GET", "/users/{id}/mailFolders/{folder}/childFolders", folderQuery, readHeaders, 200, listChildFolders, nil, false},
	{"GET", "/users/{id}/mailFolders/{folder}/messages", listQuery, readHeaders, 200, listMessages, nil, false},
	{"GET", "/users/{id}/mailFolders/{folder}/messages/delta()", "$select $top $filter $orderby changeType", readHeaders, 200, nil, nil, true},
	{"GET", "/users/{id}/mailFolders/{folder}/messageRules", listQuery, "MailboxSettings.Read", 200, listMessageRules, nil, false},
	{"POST", "/users/{id}/mailFolders/{folder}/messageRules", "", "MailboxSettings.ReadWrite", 201, nil, createMessageRule, false},
	{"GET", "/users/{id}/mailFolders/{folder}/messageRules/{rule}", "$select", "MailboxSettings.Read", 200, nil, getMessageRule, false},
	{"PATCH", "/users/{id}/mailFolders/{folder}/messageRules/{rule}", "", "MailboxSettings.ReadWrite", 200, nil, updateMessageRule, false},
	{"DELETE", "/users/{id}/mailFolders/{folder}/messageRules/{rule}", "", "MailboxSettings.ReadWrite", 204, nil, deleteMessageRule, false},
	{"GET", "/users/{id}/messages", listQuery, readHeaders, 200, listAllMessages, nil, false},
	{"GET", "/users/{id}/messages/{message}", "$select", "Mail.Read", 200, nil, getMessage, false},
	{"GET", "/users/{id}/messages/{message}/attachments", listQuery, "Mail.Read", 200, listAttachments, nil, false},
	{"POST", "/users/{id}/messages/{message}/move", "", "Mail.ReadWrite", 201, nil, moveMessage, false},
	{"POST", "/users/{id}/sendMail", "", "Mail.Send", 202, nil, sendMail, false},
	{"GET", "/users/{id}/calendar/calendarPermissions", listQuery, "Calendars.Read Calendars.ReadWrite", 200, listCalendarPermissions, nil, false},
	{"GET", "/users/{id}/contacts", listQuery, "Contacts.Read Contacts.ReadWrite", 200, listContacts, nil, false},
	{"GET", "/users/{id}/inferenceClassification/overrides", listQuery, "Mail.Read", 200, listFocus, nil, false},
	{"GET", "/users/{id}/people", listQuery, "People.Read.All", 200, listPeople, nil, false},
}
