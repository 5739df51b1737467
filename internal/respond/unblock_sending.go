package respond

import (
	"context"
	"encoding/json"
	"strings"

	"evict"
)

// UnblockSending takes an address off the list of restricted senders.
var UnblockSending = &Action{
	ID: "unblock-sending", Rev: 1, Phase: evict.Recover, Procedure: []string{"R4"},
	Title: "Unblock sending",
	Doc: `The last step: only when password, forwarding and rules are verified. Microsoft lets it be done a few times for one account, then only its support can.
By hand: Microsoft Defender portal, Email & collaboration, Review, Restricted entities, the address, Unblock.`,
	Shell:   "Remove-BlockedSenderAddress -SenderAddress {id}",
	Noticed: []string{"the owner: he can send again"},
	NoUndo:  "only Microsoft's own service restricts a sender",
	Minutes: 24 * 60,
	Ops:     []string{"exchange:Get-BlockedSenderAddress", "exchange:Remove-BlockedSenderAddress"},
	Inspect: func(ctx context.Context, r Reader, s evict.Step) (json.RawMessage, error) {
		list, err := rows(ctx, r, cmdlet("Get-BlockedSenderAddress", map[string]any{"SenderAddress": s.Target.ID}))
		if missing(err) {
			return null, nil
		}
		if err != nil {
			return nil, err
		}
		for _, found := range list {
			if strings.EqualFold(text(found, "SenderAddress"), s.Target.ID) {
				return state(row{"SenderAddress": s.Target.ID}), nil
			}
		}
		return null, nil
	},
	Warn: func(evict.Step) []string {
		return []string{"Microsoft lets one account be unblocked a few times only, then its support alone can: not before password, forwarding and rules are in order"}
	},
	Plan: removal{}.plan,
	Apply: func(ctx context.Context, w Writer, s evict.Step) error {
		_, err := w.Write(ctx, cmdlet("Remove-BlockedSenderAddress", map[string]any{"SenderAddress": s.Target.ID, "Reason": "Account taken back from an intruder"}))
		return err
	},
}
