package respond

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"evict"
	"evict/internal/m365"
)

// methodOps are the operations that delete a method, by its type. A password is a
// method too, and can't be deleted.
var methodOps = map[string]string{
	"emailAuthenticationMethod":                   "delete-email-method",
	"externalAuthenticationMethod":                "delete-external-method",
	"fido2AuthenticationMethod":                   "delete-fido2-method",
	"microsoftAuthenticatorAuthenticationMethod":  "delete-microsoft-authenticator-method",
	"phoneAuthenticationMethod":                   "delete-phone-method",
	"platformCredentialAuthenticationMethod":      "delete-platform-credential-method",
	"softwareOathAuthenticationMethod":            "delete-software-oath-method",
	"hardwareOathAuthenticationMethod":            "delete-hardware-oath-method",
	"qrCodePinAuthenticationMethod":               "delete-qr-code-pin-method",
	"temporaryAccessPassAuthenticationMethod":     "delete-temporary-access-pass-method",
	"windowsHelloForBusinessAuthenticationMethod": "delete-windows-hello-for-business-method",
}

// RemoveAuthenticationMethod takes one method of signing in away. The object's
// kind is Microsoft's type of it.
var RemoveAuthenticationMethod = &Action{
	ID: "remove-authentication-method", Rev: 1, Phase: evict.Evict, Procedure: []string{"R1"},
	Title: "Remove the authentication method",
	Doc: `The attacker's own second factor lets him back in after every reset. The default method can only go last: other steps come first.
By hand: Microsoft Entra admin center, Users, the user, Authentication methods.`,
	Shell:   "Get-MgUserAuthenticationMethod -UserId {account} | Where-Object Id -eq {id} # then the Remove-MgUserAuthentication… cmdlet of its type",
	Noticed: []string{"who holds the method: it no longer works"},
	NoUndo:  "its key is known to the device only: the owner enrols it again",
	Ops:     append([]string{"list-methods"}, deletions()...),
	Inspect: func(ctx context.Context, r Reader, s evict.Step) (json.RawMessage, error) {
		list, err := rows(ctx, r, m365.Call{Op: "list-methods", Args: user(s.Target.Account)})
		if err != nil {
			return nil, err
		}
		for _, found := range list {
			if text(found, "id") == s.Target.ID {
				return state(row{"id": s.Target.ID, "type": methodType(found)}), nil
			}
		}
		return null, nil
	},
	Plan: removal{}.plan,
	Apply: func(ctx context.Context, w Writer, s evict.Step) error {
		op, ok := methodOps[s.Target.Kind]
		if !ok {
			return fmt.Errorf("a method of the type %q can't be removed by a program", s.Target.Kind)
		}
		args := map[string]string{"id": s.Target.Account}
		if op != "delete-qr-code-pin-method" { // a user has one at most, without an ID in the path
			args["method"] = s.Target.ID
		}
		_, err := w.Write(ctx, m365.Call{Op: op, Args: args})
		if missing(err) {
			return nil
		}
		return err
	},
	Repeatable: true,
}

func methodType(found row) string {
	return strings.TrimPrefix(text(found, "@odata.type"), "#microsoft.graph.")
}

func deletions() []string {
	var out []string
	for _, op := range methodOps {
		out = append(out, op)
	}
	return sorted(out)
}
