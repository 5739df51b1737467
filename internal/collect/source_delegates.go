package collect

import (
	"encoding/json"
	"strings"
)

// delegates reads who has rights on a mailbox: the whole of it, to send as it, and folder by folder.
func (r *run) delegates(a *Account) []*ask {
	rights := present("delegates/mailbox", a, "", cmdlet("exchange:Get-MailboxPermission", a, map[string]any{"Identity": a.ID, "ResultSize": "Unlimited"}))
	sendAs := present("delegates/send-as", a, "", cmdlet("exchange:Get-RecipientPermission", a, map[string]any{"Identity": a.ID, "ResultSize": "Unlimited"}))
	folders := present("folders", a, "", cmdlet("exchange:Get-MailboxFolderStatistics", a, map[string]any{"Identity": a.ID}))
	for _, x := range []*ask{rights, sendAs, folders} {
		x.absent = noMailbox
	}
	folders.follow = func(rows []json.RawMessage) []*ask { return r.folderRights(a, rows) }
	return []*ask{rights, sendAs, folders}
}

// plainFolders are types of folder that hold people's mail and dates; the rest is Exchange's own, which nobody can be let into.
var plainFolders = map[string]bool{
	"root": true, "inbox": true, "sentitems": true, "deleteditems": true, "drafts": true, "junkemail": true, "archive": true, "calendar": true, "contacts": true,
	"notes": true, "tasks": true, "rssfeeds": true, "rsssubscription": true, "user created": true, "conversationhistory": true, "communicatorhistory": true, "clutter": true, "outbox": true, "": true,
}

// folderRights asks for the rights on each folder, at most 100 of them.
func (r *run) folderRights(a *Account, rows []json.RawMessage) []*ask {
	var out []*ask
	for _, row := range rows {
		path := text(row, "FolderPath")
		if path == "" {
			path = "/" + text(row, "Name")
		}
		if !plainFolders[strings.ToLower(text(row, "FolderType"))] || len(out) == 100 {
			continue
		}
		// A slash inside a folder's name stands as U+F8FF in FolderPath.
		identity := a.ID + ":" + strings.NewReplacer("/", `\`, "\uf8ff", "/").Replace(path)
		if text(row, "FolderType") == "Root" || path == "/Top of Information Store" {
			identity = a.ID + `:\`
		}
		x := present("delegates/folders", a, path, cmdlet("exchange:Get-MailboxFolderPermission", a, map[string]any{"Identity": identity}))
		x.absent = "the folder is gone"
		out = append(out, x)
	}
	return out
}
