package respond

import (
	"context"
	"encoding/json"

	"evict"
	"evict/internal/m365"
)

// profileProperties are what a person's entry in the address list says of him.
var profileProperties = []string{"displayName", "givenName", "surname", "jobTitle", "department", "companyName", "officeLocation",
	"streetAddress", "city", "state", "postalCode", "country", "businessPhones", "mobilePhone", "faxNumber", "otherMails"}

// RestoreProfile puts the values from before first trouble back.
var RestoreProfile = &Action{
	ID: "restore-profile", Rev: 1, Phase: evict.Recover, Procedure: []string{"R7"},
	Title: "Restore the profile",
	Doc: `Name, telephones and address as they were before first trouble. A synced account's profile is changed in Active Directory.
By hand: Microsoft Entra admin center, Users, the user, Properties.`,
	Shell:   "Update-MgUser -UserId {account} -DisplayName … -BusinessPhones … -MobilePhone …",
	Noticed: []string{"everybody who looks the person up"},
	Wants:   "the old values by Graph's names of a user's properties; what is left out stays",
	Undo:    "the values that were found are set again",
	Ops:     []string{"get-user", "update-user"},
	Inspect: func(ctx context.Context, r Reader, s evict.Step) (json.RawMessage, error) {
		return userState(ctx, r, s.Target.Account, profileProperties...)
	},
	Plan: restored,
	Apply: func(ctx context.Context, w Writer, s evict.Step) error {
		_, err := w.Write(ctx, m365.Call{Op: "update-user", Args: user(s.Target.Account), Body: changed(s)})
		return err
	},
	Repeatable: true,
}

// changed is what the step sets anew, and nothing that stays.
func changed(s evict.Step) row {
	before, after := decoded(s.Before), decoded(s.After)
	out := row{}
	for name, value := range after {
		if !same(state(value), state(before[name])) {
			out[name] = value
		}
	}
	return out
}
