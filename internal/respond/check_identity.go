package respond

import "evict"

// CheckIdentity is the call back that proves that the owner is the owner.
var CheckIdentity = &Action{
	ID: "check-identity", Rev: 1, Phase: evict.Recover, Procedure: []string{"R7"},
	Title: "Call the owner back on a number from before",
	Doc: `Whoever asks for the account may be the attacker. The number comes from before first trouble: the one in the profile may be his by now.
By hand: telephone; a colleague who knows the voice, or a video call.`,
	NoUndo:  "nothing is changed",
	Noticed: []string{"the owner"},
	Wants:   `{"number":"from before first trouble"}`,
	Plan:    noted,
	Instruct: func(s evict.Step) []string {
		number := said(decoded(s.After), "number", "")
		if number == "" {
			return []string{"Call " + who(s) + " on a number that you do not take from the profile or from mail: from the personnel file, or through the manager."}
		}
		return []string{"Call " + who(s) + " on " + number + ", which stood in the profile before first trouble; on no other number.", "Somebody who knows him listens, or sees him."}
	},
	Confirm: Question{"Was the owner reached on that number and recognised?", "who called, when, on which number, and who recognised him"},
}
