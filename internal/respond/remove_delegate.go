package respond

import (
	"context"
	"encoding/json"
	"slices"

	"evict"
	"evict/internal/m365"
)

// Kinds of a right over a mailbox. The object's account is the mailbox's, its ID
// the holder as Exchange names him; a folder's right has the folder in Name.
const (
	fullAccess   = "mailbox-permission"
	sendAs       = "send-as"
	sendOnBehalf = "send-on-behalf"
	folderAccess = "folder-permission"
)

// RemoveDelegate takes somebody's right over a mailbox or folder away.
var RemoveDelegate = &Action{
	ID: "remove-delegate", Rev: 1, Phase: evict.Evict,
	Title: "Remove the right over the mailbox",
	Doc: `Full access, Send As, Send on behalf, or a right to one folder. Both the holder and the owner may notice.
By hand: Exchange admin center, Recipients, Mailboxes, the mailbox, Delegation; folders: Remove-MailboxFolderPermission.`,
	Shell:   "Remove-MailboxPermission -Identity {account} -User {id} -AccessRights FullAccess # Send As: Remove-RecipientPermission; a folder: Remove-MailboxFolderPermission",
	Noticed: []string{"who held the right; the owner, in the list of delegates"},
	Undo:    "the same right is given again", Minutes: 60,
	Ops: []string{"exchange:Get-MailboxPermission", "exchange:Remove-MailboxPermission", "exchange:Add-MailboxPermission",
		"exchange:Get-RecipientPermission", "exchange:Remove-RecipientPermission", "exchange:Add-RecipientPermission",
		"exchange:Get-MailboxFolderPermission", "exchange:Remove-MailboxFolderPermission", "exchange:Add-MailboxFolderPermission",
		"exchange:Get-Mailbox", "exchange:Set-Mailbox"},
	Inspect: inspectRight,
	Plan:    removal{}.plan,
	Apply: func(ctx context.Context, w Writer, s evict.Step) error {
		_, err := w.Write(ctx, rightCall(s))
		return err
	},
	Repeatable: true,
}

// right says where one kind of right is read, and who holds it by which property.
func right(o evict.Object) (call m365.Call, holder string) {
	switch o.Kind {
	case sendAs:
		return cmdlet("Get-RecipientPermission", map[string]any{"Identity": o.Account}), "Trustee"
	case folderAccess:
		return cmdlet("Get-MailboxFolderPermission", map[string]any{"Identity": folderIdentity(o)}), "User"
	}
	return cmdlet("Get-MailboxPermission", map[string]any{"Identity": o.Account}), "User"
}

// folderIdentity is a folder as Exchange's cmdlets want it. Source: Get-MailboxFolderPermission.
func folderIdentity(o evict.Object) string { return o.Account + ":" + o.Name }

func inspectRight(ctx context.Context, r Reader, s evict.Step) (json.RawMessage, error) {
	if s.Target.Kind == sendOnBehalf {
		return inspectSendOnBehalf(ctx, r, s.Target)
	}
	call, holder := right(s.Target)
	list, err := rows(ctx, r, call)
	if missing(err) {
		return null, nil
	}
	if err != nil {
		return nil, err
	}
	for _, found := range list {
		if text(found, holder) != s.Target.ID || found["IsInherited"] == true || found["Deny"] == true {
			continue
		}
		picked, err := pick(call.Op, found, "AccessRights")
		if err != nil {
			return nil, err
		}
		if flags := found["SharingPermissionFlags"]; flags != nil && flags != "" { // of a calendar's delegate
			picked["SharingPermissionFlags"] = flags
		}
		return state(picked), nil
	}
	return null, nil
}

func inspectSendOnBehalf(ctx context.Context, r Reader, o evict.Object) (json.RawMessage, error) {
	m, err := single(ctx, r, cmdlet("Get-Mailbox", map[string]any{"Identity": o.Account}))
	if err != nil || m == nil {
		return null, err
	}
	holders, _ := m["GrantSendOnBehalfTo"].([]any)
	if slices.Contains(holders, any(o.ID)) {
		return state(row{"AccessRights": []string{"SendOnBehalf"}}), nil
	}
	return null, nil
}

// rightCall is the request that makes the right as the step wants it.
func rightCall(s evict.Step) m365.Call {
	o, verb, right := s.Target, "Remove", decoded(s.Before)
	if after := decoded(s.After); after != nil {
		verb, right = "Add", after
	}
	rights := right["AccessRights"]
	switch o.Kind {
	case sendOnBehalf:
		return cmdlet("Set-Mailbox", map[string]any{"Identity": o.Account, "GrantSendOnBehalfTo": change(verb, o.ID)})
	case sendAs:
		return cmdlet(verb+"-RecipientPermission", map[string]any{"Identity": o.Account, "Trustee": o.ID, "AccessRights": rights, "Confirm": false})
	case folderAccess:
		params := map[string]any{"Identity": folderIdentity(o), "User": o.ID}
		if verb == "Add" {
			params["AccessRights"] = rights
			if flags := right["SharingPermissionFlags"]; flags != nil {
				params["SharingPermissionFlags"] = flags
			}
		}
		return cmdlet(verb+"-MailboxFolderPermission", params)
	}
	return cmdlet(verb+"-MailboxPermission", map[string]any{"Identity": o.Account, "User": o.ID, "AccessRights": rights, "Confirm": false})
}

// change is one member's coming or going in a list, in the gateway's spelling (unverified).
func change(verb, member string) row {
	key := "remove"
	if verb == "Add" {
		key = "add"
	}
	return row{"@odata.type": "#Exchange.GenericHashTable", key: []string{member}}
}
