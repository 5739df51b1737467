package respond

import (
	"context"
	"encoding/json"
	"net/url"

	"evict"
	"evict/internal/m365"
)

// quarantineFolder is the hidden folder of each mailbox that takes what is recalled.
const quarantineFolder = "evict quarantine"

// inQuarantine stands in a plan for that folder's ID, which may not exist yet.
const inQuarantine = "quarantine"

// RecallInternalPhish takes what the account sent out of a colleague's mailbox.
var RecallInternalPhish = &Action{
	ID: "recall-internal-phish", Rev: 1, Phase: evict.Evict, Procedure: []string{"R7"},
	Title: "Take the attacker's message out of the recipient's mailbox",
	Doc: `In one recipient's mailbox, the listed messages go to a hidden folder ("evict quarantine", made when it is not there). The plan counts them first; the recipient's own
sent copies stay. It needs a registration of its own, with Mail.ReadWrite limited to the recipients' mailboxes (role-based access control for applications).
By hand: Microsoft Defender portal, Explorer, the message, Take action, Move or delete, Soft delete; or a content search and purge in Purview.`,
	Shell:   "New-ComplianceSearch -Name recall -ExchangeLocation {name} -ContentMatchQuery 'internetmessageid:…' # Start-ComplianceSearch recall; New-ComplianceSearchAction -SearchName recall -Purge -PurgeType SoftDelete",
	Undo:    "each message goes back to the folder where it was; the hidden folder stays, empty",
	Noticed: []string{"the recipient: the message is gone from his folders"},
	Ops:     []string{"list-mail-folders", "get-mail-folder", "find-messages", "list-messages", "create-mail-folder", "move-message"},
	Wants:   `{"messages":[{"internetMessageId":"<…>"}]}`,
	Inspect: func(ctx context.Context, r Reader, s evict.Step) (json.RawMessage, error) {
		now, err := recalled(ctx, r, s)
		return now.state(), err
	},
	Plan: func(before, _ json.RawMessage) (json.RawMessage, error) { return moveTo(before, inQuarantine) },
	Apply: func(ctx context.Context, w Writer, s evict.Step) error {
		after, err := movesOf(s.After)
		if err != nil {
			return err
		}
		now, err := recalled(ctx, w, s)
		if err != nil {
			return err
		}
		made := ""
		return move(ctx, w, s.Target.Account, now, after, func(folder string) (string, error) {
			if folder != inQuarantine {
				return folder, nil
			}
			if made == "" {
				made, err = quarantine(ctx, w, s.Target.Account)
			}
			return made, err
		})
	},
	Reached: placedAfter, Fresh: placedBefore,
	Repeatable: true,
}

// recalled reads where the messages are, with the quarantine by its plan's name.
func recalled(ctx context.Context, r Reader, s evict.Step) (moves, error) {
	wanted, err := movesOf(s.After)
	if err != nil {
		return moves{}, err
	}
	folder, err := findQuarantine(ctx, r, s.Target.Account)
	if err != nil {
		return moves{}, err
	}
	for i := range wanted.Messages { // a folder is not how one is known here
		wanted.Messages[i].Folder = ""
	}
	now, err := locate(ctx, r, s.Target.Account, wanted.Messages, "sentitems", "drafts")
	for i := range now.Messages {
		if folder != "" && now.Messages[i].Folder == folder {
			now.Messages[i].Folder = inQuarantine
		}
	}
	return now, err
}

// findQuarantine is the folder's ID, "" when the mailbox has none.
func findQuarantine(ctx context.Context, r Reader, account string) (string, error) {
	list, err := rows(ctx, r, m365.Call{Op: "list-mail-folders", Args: user(account), Query: url.Values{"includeHiddenFolders": {"true"}, "$top": {"100"}}, Header: immutable})
	if err != nil {
		return "", err
	}
	for _, f := range list {
		if text(f, "displayName") == quarantineFolder {
			return text(f, "id"), nil
		}
	}
	return "", nil
}

// quarantine is the folder's ID, made where it is missing.
func quarantine(ctx context.Context, w Writer, account string) (string, error) {
	id, err := findQuarantine(ctx, w, account)
	if err != nil || id != "" {
		return id, err
	}
	resp, err := w.Write(ctx, m365.Call{Op: "create-mail-folder", Args: user(account), Body: row{"displayName": quarantineFolder, "isHidden": true}, Header: immutable})
	if err != nil {
		return "", err
	}
	var folder row
	if err := decode("create-mail-folder", resp.Body, &folder); err != nil {
		return "", err
	}
	picked, err := pick("create-mail-folder", folder, "id")
	return text(picked, "id"), err
}
