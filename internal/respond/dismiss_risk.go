package respond

import (
	"context"
	"encoding/json"
	"slices"

	"evict"
	"evict/internal/m365"
)

// DismissRisk takes back that the account is at risk, once it is its owner's again.
var DismissRisk = &Action{
	ID: "dismiss-risk", Rev: 1, Phase: evict.Recover, Procedure: []string{"R1"},
	Title: "Dismiss the user's risk",
	Doc: `After confirm-compromised, and only when everything else of the release gate is met: policies that ask about risk let the owner in again. Needs Entra ID P2.
By hand: Microsoft Entra admin center, Protection, Risky users, the user, Dismiss user risk.`,
	Shell:   "Invoke-MgDismissRiskyUser -UserIds {account}",
	Noticed: []string{"the owner: he is no longer stopped by policies about risk"},
	NoUndo:  "a risk that was dismissed does not come back; the user can be confirmed compromised again",
	Ops:     []string{"get-risky-user", "dismiss-risk"},
	Plans:   []string{"AAD_PREMIUM_P2"},
	Inspect: func(ctx context.Context, r Reader, s evict.Step) (json.RawMessage, error) {
		var found row
		err := fetch(ctx, r, m365.Call{Op: "get-risky-user", Args: user(s.Target.Account)}, &found)
		if missing(err) {
			return null, nil
		}
		if err != nil {
			return nil, err
		}
		picked, err := pick("get-risky-user", found, "riskState")
		return state(picked), err
	},
	Plan: func(before, _ json.RawMessage) (json.RawMessage, error) {
		if !slices.Contains([]string{"atRisk", "confirmedCompromised"}, text(decoded(before), "riskState")) {
			return nil, ErrAlready
		}
		return state(row{"riskState": "dismissed"}), nil
	},
	Apply: func(ctx context.Context, w Writer, s evict.Step) error {
		_, err := w.Write(ctx, m365.Call{Op: "dismiss-risk", Body: row{"userIds": []string{s.Target.Account}}})
		return err
	},
	Repeatable: true,
}
