package respond

import (
	"context"
	"encoding/json"

	"evict"
)

// ReturnHiddenMail moves what a rule or the attacker hid back into the inbox.
var ReturnHiddenMail = &Action{
	ID: "return-hidden-mail", Rev: 1, Phase: evict.Recover, Procedure: []string{"R7"},
	Title: "Return the hidden mail to the inbox",
	Doc: `Moves the listed messages from wherever a rule or the attacker put them (a folder that nobody reads, Deleted Items, or deleted but still recoverable) back.
Nothing is sent, opened or marked. Messages that are nowhere any more are counted. Unread answers of suppliers are often the damage: read them first.
By hand: Outlook of the mailbox: the folder that the rule names, Deleted Items, Recover items deleted from this folder; select, Move, Inbox.`,
	Shell:   "Restore-RecoverableItems -Identity {account} -SubjectContains … # what lies in folders is moved in Outlook",
	Undo:    "each message goes back to the folder where it was found",
	Noticed: []string{"the owner: the messages are in his inbox"},
	Ops:     []string{"get-mail-folder", "find-messages", "list-messages", "move-message"},
	Wants:   `{"messages":[{"internetMessageId":"<…>","folder":"ID of the folder that hides it, where known"}]}`,
	Inspect: func(ctx context.Context, r Reader, s evict.Step) (json.RawMessage, error) {
		wanted, err := movesOf(s.After)
		if err != nil {
			return nil, err
		}
		now, err := locate(ctx, r, s.Target.Account, wanted.Messages, "sentitems", "drafts")
		if err != nil {
			return nil, err
		}
		if now.To, err = folderOf(ctx, r, s.Target.Account, "inbox"); err != nil {
			return nil, err
		}
		return now.state(), nil
	},
	Plan: func(before, _ json.RawMessage) (json.RawMessage, error) {
		now, err := movesOf(before)
		if err != nil {
			return nil, err
		}
		return moveTo(before, now.To)
	},
	Apply: func(ctx context.Context, w Writer, s evict.Step) error {
		after, err := movesOf(s.After)
		if err != nil {
			return err
		}
		now, err := locate(ctx, w, s.Target.Account, after.Messages)
		if err != nil {
			return err
		}
		return move(ctx, w, s.Target.Account, now, after, func(id string) (string, error) { return id, nil })
	},
	Reached: placedAfter, Fresh: placedBefore,
	Repeatable: true,
}
