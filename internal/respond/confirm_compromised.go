package respond

import (
	"context"
	"encoding/json"

	"evict"
	"evict/internal/m365"
)

// ConfirmCompromised tells Microsoft's risk engine that the account is in other hands.
var ConfirmCompromised = &Action{
	ID: "confirm-compromised", Rev: 1, Phase: evict.Contain, Procedure: []string{"R1"},
	Title: "Confirm the user compromised",
	Doc: `Sets the user's risk to high, so that policies that ask about risk apply. Needs Entra ID P2.
By hand: Microsoft Entra admin center, Protection, Risky users, the user, Confirm user compromised.`,
	Shell:   "Confirm-MgRiskyUserCompromised -UserIds {account}",
	Noticed: []string{"the owner, where a policy asks about risk"},
	NoUndo:  "dismissing it later, by dismiss-risk, takes the risk that Microsoft itself saw away too: a step of giving the account back",
	Ops:     []string{"get-risky-user", "confirm-compromised"},
	Plans:   []string{"AAD_PREMIUM_P2"},
	Inspect: func(ctx context.Context, r Reader, s evict.Step) (json.RawMessage, error) {
		var found row
		err := fetch(ctx, r, m365.Call{Op: "get-risky-user", Args: user(s.Target.Account)}, &found)
		if missing(err) {
			return state(row{"confirmed": false}), nil
		}
		if err != nil {
			return nil, err
		}
		return state(row{"confirmed": text(found, "riskState") == "confirmedCompromised"}), nil
	},
	Plan: fixed(row{"confirmed": true}),
	Apply: func(ctx context.Context, w Writer, s evict.Step) error {
		_, err := w.Write(ctx, m365.Call{Op: "confirm-compromised", Body: row{"userIds": []string{s.Target.Account}}})
		return err
	},
	Repeatable: true,
}
