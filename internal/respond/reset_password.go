package respond

import (
	"context"
	"crypto/rand"
	"encoding/json"

	"evict"
	"evict/internal/m365"
)

// A Secrets takes a new password, for handing over to a person. It must not
// keep it in any file but one sealed to a recipient's key.
type Secrets interface {
	// Password is called before the request leaves; a later one for the same step replaces it.
	Password(account evict.Object, step, password string) error
	// Confirmed is called once the last password that Password got for the step was verified: only then may it be shown.
	Confirmed(account evict.Object, step string) error
}

type secretsKey struct{}

// WithSecrets lets actions hand new passwords over to s.
func WithSecrets(ctx context.Context, s Secrets) context.Context {
	return context.WithValue(ctx, secretsKey{}, s)
}

// ResetPassword sets a generated password on a cloud account.
var ResetPassword = &Action{
	ID: "reset-password", Rev: 1, Phase: evict.Contain, Procedure: []string{"R1"},
	Title: "Reset the password",
	Doc: `Sets a generated password of 24 characters with all four classes, to be changed at the next sign-in. It is shown once on the terminal or sealed to a
recipient's key, and is in no file. App passwords survive a reset: they are a step of their own. The password of a synced or federated account is changed in Active Directory.
By hand: Microsoft Entra admin center, Users, the user, Reset password.`,
	Shell:   "Update-MgUser -UserId {account} -PasswordProfile @{ Password = (Read-Host 'New password'); ForceChangePasswordNextSignIn = $true }",
	Noticed: []string{"the owner and the attacker: the old password no longer works"},
	NoUndo:  "a password can't be read, so the old one can't be put back, and must not be",
	Minutes: 90,
	Ops:     []string{"get-user", "set-password"},
	Inspect: func(ctx context.Context, r Reader, s evict.Step) (json.RawMessage, error) {
		return userState(ctx, r, s.Target.Account, "lastPasswordChangeDateTime")
	},
	Plan: func(before, _ json.RawMessage) (json.RawMessage, error) {
		return state(row{"lastPasswordChangeDateTime": "later than before"}), nil
	},
	Apply: func(ctx context.Context, w Writer, s evict.Step) error {
		secrets, _ := ctx.Value(secretsKey{}).(Secrets)
		if secrets == nil {
			return errNobodyForPassword
		}
		for attempt := 1; ; attempt++ {
			password, err := generate(rand.Reader)
			if err != nil {
				return err
			}
			if err := secrets.Password(s.Target, s.ID, password); err != nil {
				return err
			}
			_, err = w.Write(ctx, m365.Call{Op: "set-password", Args: user(s.Target.Account), Body: row{"passwordProfile": row{
				"password": password, "forceChangePasswordNextSignIn": true, "forceChangePasswordNextSignInWithMfa": false}}})
			if !refusedByPolicy(err) || attempt == passwordAttempts {
				return err
			}
		}
	},
	Reached: laterThanBefore("lastPasswordChangeDateTime"),
	Fresh:   anyState,
	Witness: true,
	Secret:  true,
}

// passwordAttempts is how many passwords are tried where a tenant's own list of
// forbidden words refuses one.
const passwordAttempts = 3
