package respond

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"evict/internal/m365"
)

// An OwnKey is a secret or certificate of our own application, by what is no secret of it.
type OwnKey struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
	From string `json:"from,omitempty"` // since when it is valid, as the directory writes it
}

// An OwnLook is what the directory and the sign-in log say of our own application.
type OwnLook struct {
	Known   bool     `json:"known"` // it was found and read
	Keys    []OwnKey `json:"keys"`
	Owners  []string `json:"owners"`           // user principal names, else object IDs
	Strange []string `json:"strange"`          // what nobody declared, in sentences
	Unseen  string   `json:"unseen,omitempty"` // why its sign-ins are not judged
}

// LookAtOwn looks at our own application as a plan does before it evicts; until is the present.
func LookAtOwn(ctx context.Context, r Reader, app OwnApp, until time.Time) OwnLook {
	return readOwn(ctx, r, app, until).look
}

// ownFacts are what guards ask of our own application.
type ownFacts struct {
	look   OwnLook
	id     string // of its service principal
	object string // of its registration; "" where that is in another tenant
}

// readOwn looks at our own application for what others may have added to it, and since when until is set, at who signed in as it.
func readOwn(ctx context.Context, r Reader, app OwnApp, until time.Time) ownFacts {
	f := ownFacts{look: OwnLook{Keys: []OwnKey{}, Owners: []string{}, Strange: []string{}}}
	if app.ClientID == "" {
		return f
	}
	list, err := rows(ctx, r, m365.Call{Op: "list-service-principals", Query: url.Values{
		"$filter": {"appId eq " + odata(app.ClientID)}, "$select": {"id,appId,displayName,passwordCredentials,keyCredentials"}}})
	if err != nil || len(list) != 1 {
		return f
	}
	own := list[0]
	f.id = strings.ToLower(text(own, "id"))
	owners, err := rows(ctx, r, m365.Call{Op: "list-app-owners", Args: user(f.id), Query: url.Values{"$select": {"id,userPrincipalName"}}})
	if err != nil {
		return f
	}
	registered, err := rows(ctx, r, m365.Call{Op: "list-applications", Query: url.Values{
		"$filter": {"appId eq " + odata(app.ClientID)}, "$select": {"id,passwordCredentials,keyCredentials"}}})
	if err != nil {
		return f
	}
	for _, x := range registered {
		f.object = strings.ToLower(text(x, "id"))
	}
	f.look.Known = true
	for _, k := range credentialsOf(append(registered, own)) {
		f.look.Keys = append(f.look.Keys, OwnKey{text(k, "keyId"), text(k, "displayName"), text(k, "startDateTime")})
	}
	f.look.Strange = append(f.look.Strange, foreignKeys(f.look.Keys, app.Keys)...)
	for _, o := range owners {
		f.look.Owners = append(f.look.Owners, cmp.Or(text(o, "userPrincipalName"), text(o, "id")))
		if !declared(app.Owners, text(o, "id")) && !declared(app.Owners, text(o, "userPrincipalName")) {
			f.look.Strange = append(f.look.Strange, "it has an owner that nobody declared: "+text(o, "userPrincipalName")+" ("+text(o, "id")+")")
		}
	}
	if !until.IsZero() {
		strange, unseen := foreignSignIns(ctx, r, app, until)
		f.look.Strange, f.look.Unseen = append(f.look.Strange, strange...), unseen
	}
	return f
}

func declared(list []string, name string) bool {
	return name != "" && slices.ContainsFunc(list, func(d string) bool { return strings.EqualFold(d, name) })
}

// foreignKeys are the secrets and certificates that are not ours. Without a list
// of ours one is expected, and with more nobody can say which is whose.
func foreignKeys(held []OwnKey, keys []string) []string {
	var out []string
	for _, k := range held {
		if !declared(keys, k.ID) {
			out = append(out, fmt.Sprintf("it has a key that nobody declared: %s %q, valid from %s", k.ID, k.Name, k.From))
		}
	}
	if len(keys) == 0 && len(out) == 1 {
		return nil
	}
	return out
}

// credentialsOf are the secrets and certificates of applications and service principals.
func credentialsOf(holders []row) []row {
	var out []row
	for _, h := range holders {
		for _, property := range []string{"passwordCredentials", "keyCredentials"} {
			list, _ := h[property].([]any)
			for _, x := range list {
				k, _ := x.(row)
				out = append(out, k)
			}
		}
	}
	return out
}

// ownSignIns is how far back the sign-ins of our own application are looked at: as far as the log goes.
const ownSignIns = 30 * 24 * time.Hour

// foreignSignIns are the successful sign-ins as our own application that were not ours: with a key that nobody declared, though it
// may be gone by now, or from another network. Without either list nobody can say whose they were.
func foreignSignIns(ctx context.Context, r Reader, app OwnApp, until time.Time) (strange []string, unseen string) {
	if len(app.Keys) == 0 && len(app.Networks) == 0 {
		return nil, "neither its keys nor its networks are declared"
	}
	list, err := rows(ctx, r, m365.Call{Op: "list-sign-ins-beta", Query: url.Values{"$top": {"1000"}, "$filter": {
		"signInEventTypes/any(t: t eq 'servicePrincipal') and appId eq " + odata(app.ClientID) + " and createdDateTime ge " + until.Add(-ownSignIns).UTC().Format(time.RFC3339)}}})
	switch {
	case unlicensed(err):
		return nil, "the licence has no log of them"
	case err != nil:
		return []string{"its sign-ins could not be read: " + err.Error()}, ""
	}
	told := map[string]bool{}
	for _, s := range list { // the newest first
		if status, _ := s["status"].(row); number(status["errorCode"]) != "0" {
			continue
		}
		if key := text(s, "servicePrincipalCredentialKeyId"); len(app.Keys) > 0 && key != "" && !declared(app.Keys, key) && !told[key] {
			told[key] = true
			strange = append(strange, fmt.Sprintf("somebody signed in as it with a key that nobody declared: %s, last at %s", key, text(s, "createdDateTime")))
		}
		if from := text(s, "ipAddress"); len(app.Networks) > 0 && !within(app.Networks, from) && !told[from] {
			told[from] = true
			strange = append(strange, fmt.Sprintf("somebody signed in as it from %s, which is none of its declared networks, last at %s", cmp.Or(from, "an address that the log does not tell"), text(s, "createdDateTime")))
		}
	}
	return strange, ""
}

func within(networks []netip.Prefix, address string) bool {
	a, err := netip.ParseAddr(address)
	return err == nil && slices.ContainsFunc(networks, func(p netip.Prefix) bool { return p.Contains(a.Unmap()) })
}
