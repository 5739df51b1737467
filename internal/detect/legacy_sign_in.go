package detect

import (
	"fmt"
	"strconv"
	"strings"

	"evict"
)

var legacySignIn = &Detector{
	ID: "legacy-sign-in", Rev: 1, Scope: AccountScope, Seed: true, Item: "G12",
	Title: "Success by a protocol that cannot ask for a second factor",
	Doc: `A sign-in succeeded by IMAP, POP, authenticated SMTP, another legacy client, or by giving the password straight to the token service (ROPC), from a provider that the account did not use for it before. The password, or an app password, is enough there: multifactor authentication is never asked.

Innocent causes: scanners, old telephones and scripts of the firm; they come from the same provider every day and are reported once, when first seen. Success by ROPC stands in the non-interactive log: without it this check sees little.

By hand: Entra admin center, Sign-in logs, both kinds: add the filter Client app, all under "Legacy Authentication Clients"; Exchange admin center, Reports, Mail flow, SMTP AUTH clients.`,
	Symptoms: []int{2, 8}, Techniques: []string{"T1078.004", "T1110"},
	Needs:   []Need{{Any: []evict.Kind{evict.SignIns, evict.TokenSignIns}, Fields: []FieldNeed{NeedAddress}}},
	Actions: []string{"reset-password", "disable-mail-protocols", "revoke-sessions"},
	New:     func() Watcher { return &legacySignIns{known: map[string]bool{}} },
}

// legacySignIns remembers which providers the account used each way of signing in from.
type legacySignIns struct{ known map[string]bool }

const maxLegacy = 2000 // pairs of way and provider

func (w *legacySignIns) Event(e *evict.Event, v *View) {
	in, ok := e.Detail.(*evict.SignIn)
	if !ok || e.Outcome != evict.Success || v.Placed == "" {
		return
	}
	provider := e.Origin.Network().String()
	if e.Origin.ASN != 0 {
		provider = "AS" + strconv.FormatUint(uint64(e.Origin.ASN), 10)
	}
	way := legacyWay(e, in)
	fresh := !w.known[provider]
	if len(w.known) < maxLegacy {
		w.known[strings.Clone(provider)] = true
	} else {
		v.Overflow("more providers than are kept")
	}
	if way == "" || !fresh {
		return
	}
	v.Report(Draft{
		Family: evict.AccessFamily, Grade: evict.Strong, Cause: Because(e),
		Summary:  fmt.Sprintf("Signed in by %s from %s%s, from where the account had not signed in before", way, e.Origin.Addr, inPlace(e.Origin.Place)),
		Question: fmt.Sprintf("Does a scanner, an old telephone or a program of yours use %s?", way),
	})
}

func (*legacySignIns) End(*View) {}

// legacyWay names the legacy way of a sign-in, or "".
func legacyWay(e *evict.Event, in *evict.SignIn) string {
	if strings.EqualFold(in.Protocol, "ropc") {
		return "password grant (ROPC)"
	}
	if a := legacyAgent(e.Origin.UserAgent); a != "" {
		return "a legacy client (" + strings.ToUpper(a) + ")"
	}
	if in.Legacy {
		return "a legacy protocol (" + e.Origin.Client.App + ")"
	}
	return ""
}
