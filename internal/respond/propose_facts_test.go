package respond

import (
	"slices"
	"testing"
)

// A member who is named in full is not taken for a guest, so nobody holds containment up by inviting one.
func TestLookAlikes(t *testing.T) {
	all := &directory{lists: map[string][]row{"list-users": {
		{"id": "1", "userPrincipalName": "dana.roe@contoso.example", "displayName": "Dana Roe"},
		{"id": "2", "userPrincipalName": "dana.roe_litware.example#EXT#@contoso.example", "displayName": "Dana Roe"},
		{"id": "3", "userPrincipalName": "dana.r0e@contoso.example", "displayName": "IT"},
		{"id": "4", "userPrincipalName": "omar.diaz@contoso.example", "displayName": "Omar Diaz"},
	}}}
	for _, c := range []struct {
		who  AccountFacts
		want []string
	}{
		{AccountFacts{ID: "1", UPN: "dana.roe@contoso.example", Name: "Dana Roe", Kind: "member"}, []string{"dana.r0e@contoso.example"}},
		{AccountFacts{ID: "2", UPN: "dana.roe_litware.example#EXT#@contoso.example", Name: "Dana Roe", Kind: "guest"}, []string{"dana.roe@contoso.example"}},
		{AccountFacts{ID: "4", UPN: "omar.diaz@contoso.example", Name: "Omar Diaz", Kind: "member"}, nil},
	} {
		if err := c.who.readLookAlikes(t.Context(), all); err != nil || !slices.Equal(c.who.LookAlikes, c.want) {
			t.Errorf("%s: %q (%v), want %q", c.who.UPN, c.who.LookAlikes, err, c.want)
		}
	}
}
