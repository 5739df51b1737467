package respond

import (
	"context"
	"encoding/json"
	"errors"
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
	Doc: `The attacker's own second factor lets him back in after every reset. One that is the account's default is refused while others are there: another of them is made the default first.
By hand: Microsoft Entra admin center, Users, the user, Authentication methods.`,
	Shell:   "Get-MgUserAuthenticationMethod -UserId {account} | Where-Object Id -eq {id} # then the Remove-MgUserAuthentication… cmdlet of its type",
	Noticed: []string{"who holds the method: it no longer works"},
	NoUndo:  "its key is known to the device only: the owner enrols it again",
	Ops:     append([]string{"list-methods", "set-sign-in-preferences"}, deletions()...),
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
		remove := func() error {
			_, err := w.Write(ctx, m365.Call{Op: op, Args: args})
			return goneAlready(err)
		}
		err := remove()
		if !isDefault(err) {
			return err
		}
		if moved := preferAnother(ctx, w, s.Target); moved != nil {
			return errors.Join(err, moved)
		}
		return remove()
	},
	Repeatable: true,
}

// isDefault reports whether a method was not removed because second factors are
// asked of it first. The words are from memory, unverified: the code says only "bad request".
func isDefault(err error) bool {
	var e *m365.Error
	return errors.As(err, &e) && e.Kind == m365.BadRequest && strings.Contains(strings.ToLower(e.Message), "default")
}

// preferences are how a method is called where an account's default is set.
// Source: learn.microsoft.com/graph/api/resources/signinpreferences.
var preferences = map[string]string{
	"microsoftAuthenticatorAuthenticationMethod": "push", "softwareOathAuthenticationMethod": "oath", "phoneAuthenticationMethod mobile": "sms",
	"phoneAuthenticationMethod alternateMobile": "voiceAlternateMobile", "phoneAuthenticationMethod office": "voiceOffice",
}

// preferAnother makes another of the account's methods the default.
func preferAnother(ctx context.Context, w Writer, o evict.Object) error {
	list, err := rows(ctx, w, m365.Call{Op: "list-methods", Args: user(o.Account)})
	if err != nil {
		return err
	}
	for _, found := range list {
		prefer := preferences[strings.TrimSpace(methodType(found)+" "+text(found, "phoneType"))]
		if prefer == "" || text(found, "id") == o.ID || methodType(found) == o.Kind && prefer != "sms" {
			continue
		}
		_, err := w.Write(ctx, m365.Call{Op: "set-sign-in-preferences", Args: user(o.Account), Body: row{"userPreferredMethodForSecondaryAuthentication": prefer}})
		return err
	}
	return errors.New("it is the account's default method, and no other can be made the default: remove the others first")
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
