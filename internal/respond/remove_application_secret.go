package respond

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"evict"
	"evict/internal/m365"
)

// Kinds of what holds a secret or certificate. The object's ID is that of the
// application or service principal, a slash, and the key ID.
const (
	applicationSecret = "application-secret"
	principalSecret   = "principal-secret"
)

// RemoveApplicationSecret takes one secret or certificate of an application away.
var RemoveApplicationSecret = &Action{
	ID: "remove-application-secret", Rev: 1, Phase: evict.Evict,
	Title: "Remove the application's secret",
	Doc: `A password or certificate that an intruder added to an application, or stole, lets him in without any account. The application itself stays. Tokens that it
handed out live on until they end, up to 90 minutes. A certificate goes by writing the list of the others: somebody who adds one in the same moment loses it.
By hand: Microsoft Entra admin center, App registrations, the application, Certificates & secrets; one of a service principal alone: PowerShell.`,
	Shell:   "Remove-MgApplicationPassword -ApplicationId ({id} -split '/')[0] -KeyId ({id} -split '/')[1] # a service principal's: Remove-MgServicePrincipalPassword",
	NoUndo:  "a secret can't be read: whoever runs the application makes a new one",
	Noticed: []string{"the service that uses this secret, if an honest one does: it can't sign in"},
	Minutes: 90,
	Ops:     []string{"get-application", "get-service-principal", "remove-application-password", "remove-principal-password", "update-application", "update-service-principal"},
	Inspect: func(ctx context.Context, r Reader, s evict.Step) (json.RawMessage, error) {
		held, err := credentials(ctx, r, s.Target)
		if err != nil || held == nil {
			return null, err
		}
		holder, key := secretOf(s.Target)
		if i := slices.IndexFunc(held.Passwords, keyIs(key)); i >= 0 {
			return state(row{"id": holder, "password": shown(held.Passwords[i])}), nil
		}
		i := slices.IndexFunc(held.Keys, keyIs(key))
		if i < 0 {
			return null, nil
		}
		return state(row{"id": holder, "certificate": shown(held.Keys[i])}), nil
	},
	Plan: removal{}.plan,
	Apply: func(ctx context.Context, w Writer, s evict.Step) error {
		holder, key := secretOf(s.Target)
		if _, isPassword := decoded(s.Before)["password"]; isPassword {
			op := "remove-application-password"
			if s.Target.Kind == principalSecret {
				op = "remove-principal-password"
			}
			_, err := w.Write(ctx, m365.Call{Op: op, Args: map[string]string{"id": holder}, Body: row{"keyId": key}})
			return goneAlready(err)
		}
		return removeCertificate(ctx, w, s.Target)
	},
	Repeatable: true,
}

// A keyring is the credentials of an application or service principal.
type keyring struct {
	Passwords []row `json:"passwordCredentials"`
	Keys      []row `json:"keyCredentials"`
}

func secretOf(o evict.Object) (holder, key string) {
	holder, key, _ = strings.Cut(o.ID, "/")
	return holder, key
}

func keyIs(key string) func(row) bool {
	return func(r row) bool { return strings.EqualFold(text(r, "keyId"), key) }
}

// shown is what a plan keeps of a credential: never its hint or its key.
func shown(found row) row {
	out := row{}
	for _, name := range []string{"keyId", "displayName", "startDateTime", "endDateTime", "usage", "type"} {
		if v := found[name]; v != nil {
			out[name] = v
		}
	}
	return out
}

// credentials reads them; nil when their holder is gone. The certificates' public
// keys come only when they are selected by name, and alone.
func credentials(ctx context.Context, r Reader, o evict.Object) (*keyring, error) {
	op := "get-application"
	switch o.Kind {
	case applicationSecret:
	case principalSecret:
		op = "get-service-principal"
	default:
		return nil, fmt.Errorf("nothing of the kind %q holds a secret", o.Kind)
	}
	holder, key := secretOf(o)
	if key == "" {
		return nil, errors.New("which key it is about is not said")
	}
	var held keyring
	err := fetch(ctx, r, m365.Call{Op: op, Args: map[string]string{"id": holder}, Query: selecting("passwordCredentials", "keyCredentials")}, &held)
	if missing(err) {
		return nil, nil
	}
	return &held, err
}

// removeCertificate writes the list of certificates without this one, as it is now:
// the interface for removing one wants a proof by its private key.
// Source: application-update, resources/keycredential, application-removekey.
func removeCertificate(ctx context.Context, w Writer, o evict.Object) error {
	held, err := credentials(ctx, w, o)
	if err != nil || held == nil {
		return err
	}
	_, key := secretOf(o)
	rest := slices.DeleteFunc(slices.Clone(held.Keys), keyIs(key))
	if len(rest) == len(held.Keys) {
		return nil // gone already: the read-back decides
	}
	for _, k := range rest {
		if k["key"] == nil {
			return errors.New("the other certificates could not be read whole, so they would be lost: remove this one by hand")
		}
	}
	op := "update-application"
	if o.Kind == principalSecret {
		op = "update-service-principal"
	}
	holder, _ := secretOf(o)
	_, err = w.Write(ctx, m365.Call{Op: op, Args: map[string]string{"id": holder}, Body: row{"keyCredentials": rest}})
	return err
}

// goneAlready takes "not there" for done: the read-back decides.
func goneAlready(err error) error {
	if missing(err) {
		return nil
	}
	return err
}
