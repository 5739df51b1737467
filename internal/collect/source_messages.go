package collect

import (
	"evict/internal/m365"
)

// messageProperties are what mail looks like from outside: no body, no preview.
const messageProperties = "id,internetMessageId,subject,from,sender,toRecipients,ccRecipients,bccRecipients,replyTo,sentDateTime,receivedDateTime,createdDateTime," +
	"lastModifiedDateTime,hasAttachments,isRead,isDraft,parentFolderId,conversationId"

// messageFolders by the names that Graph has for them in every language.
var messageFolders = []struct{ source, folder string }{
	{"messages/sent", "sentitems"},
	{"messages/deleted", "deleteditems"},
	{"messages/recoverable", "recoverableitemsdeletions"},
}

// messages reads the metadata of what was sent and what was removed.
func (r *run) messages(a *Account) []*ask {
	folders := present("folders", a, "graph", graph("list-mail-folders", a.arg(), options("includeHiddenFolders", "true", "$top", "100")))
	folders.absent = noMailbox
	out := []*ask{folders}
	for _, f := range messageFolders {
		x := r.log(f.source, a, "", keptAudit)
		x.absent = noMailbox
		x.pages = map[Depth]int{Quick: 2, Standard: 200}[r.in.Depth]
		args := map[string]string{"id": a.ID, "folder": f.folder}
		x.ways = []way{{
			ops: []string{"list-messages"},
			call: func(s *span, look int) m365.Call {
				window := "receivedDateTime ge " + stamp(s.From) + " and receivedDateTime le " + stamp(s.To)
				return m365.Call{Op: "list-messages", Args: args, Lane: m365.Logs, Header: map[string][]string{"Prefer": {`IdType="ImmutableId"`}},
					Query: options("$select", messageProperties, "$filter", window, "$orderby", "receivedDateTime desc", "$top", top(500, look))}
			},
			parse: func(resp *m365.Response) (*page, error) { return pageOf(resp, true) },
		}}
		out = append(out, x)
	}
	if r.in.Depth != Quick {
		x := r.log("recoverable-items", a, "", keptAudit)
		x.absent = noMailbox
		x.ways = []way{{
			ops: []string{"exchange:Get-RecoverableItems"},
			call: func(s *span, _ int) m365.Call {
				return m365.Call{Op: "exchange:Get-RecoverableItems", Anchor: "UPN:" + a.UPN, Lane: m365.Logs,
					Params: map[string]any{"Identity": a.ID, "FilterStartTime": stamp(s.From), "FilterEndTime": stamp(s.To), "ResultSize": "Unlimited"}}
			},
			parse: func(resp *m365.Response) (*page, error) { return pageOf(resp, false) },
		}}
		out = append(out, x)
	}
	return out
}
