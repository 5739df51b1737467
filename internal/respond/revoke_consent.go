package respond

import (
	"maps"
	"net/url"

	"evict"
	"evict/internal/m365"
)

// RevokeConsent takes a delegated permission of an application away.
var RevokeConsent = removal{
	list: func(o evict.Object) m365.Call {
		if o.Account != "" {
			return m365.Call{Op: "list-user-grants", Args: user(o.Account)}
		}
		return m365.Call{Op: "list-grants", Query: url.Values{"$top": {"999"}}}
	},
	is:   hasID,
	keep: []string{"clientId", "consentType", "principalId", "resourceId", "scope"},
	remove: func(o evict.Object, before row) m365.Call {
		return m365.Call{Op: "delete-grant", Args: map[string]string{"id": text(before, "id")}}
	},
	restore: func(_ evict.Object, kept row) m365.Call {
		return m365.Call{Op: "create-grant", Body: maps.Clone(kept)}
	},
}.build(Action{
	ID: "revoke-consent", Rev: 1, Phase: evict.Evict,
	Title: "Revoke the application's consent",
	Doc: `The application loses the permissions that the account gave it. Tokens that it holds live on until they end: sessions are revoked as well.
By hand: Microsoft Entra admin center, Enterprise applications, the application, Permissions, User consent, Review permissions.`,
	Shell:   "Remove-MgOauth2PermissionGrant -OAuth2PermissionGrantId {id}",
	Noticed: []string{"who uses the application: it asks for consent again"},
	Undo:    "the same consent is given again, under a new ID",
	Ops:     []string{"list-user-grants", "list-grants", "delete-grant", "create-grant"},
})
