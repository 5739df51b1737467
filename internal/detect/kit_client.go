package detect

import (
	"fmt"
	"strings"
	"time"

	"evict"
)

var kitClient = &Detector{
	ID: "kit-client", Rev: 1, Scope: AccountScope, Seed: true, Item: "C2",
	Title: "Sign-in by a program that no person uses",
	Doc: `A sign-in to the portal or the sign-in broker succeeds with the user agent of a script library (axios, node, Go, Python and the like), as phishing kits that stand between the owner and Microsoft send it; and in the same session within an hour another client follows, or the mailbox is used. A script client by itself, and a tool that lists or attacks a directory, is a reason to look.

Innocent causes: the firm's own scripts and monitoring sign in with such libraries, to other applications than the portal and without a browser in the same session; okhttp and Go clients also belong to honest apps.

By hand: Entra admin center, Users, the user, Sign-in logs: column User agent, then the same Session ID or Correlation ID in both the interactive and the non-interactive list.`,
	Symptoms: []int{8}, Techniques: []string{"T1557", "T1539", "T1078.004"},
	Needs:   []Need{{Any: []evict.Kind{evict.SignIns, evict.TokenSignIns, evict.LoginAudit}, Fields: []FieldNeed{NeedAgent}}},
	Actions: []string{"revoke-sessions", "reset-password", "block-sign-in", "confirm-compromised"},
	New:     func() Watcher { return &kitClients{told: map[string]bool{}} },
}

const (
	kitWindow = 60 * time.Minute // C2
	maxKits   = 500              // open kit sign-ins, told clients
)

type kitClients struct {
	open []kitSignIn
	told map[string]bool
}

// A kitSignIn waits for what follows in its session.
type kitSignIn struct {
	client, app, addr string
	session, token    string
	tool              bool
	at                evict.Time
	cause             Evidence
}

func (w *kitClients) Event(e *evict.Event, v *View) {
	if v.Placed == "" {
		return
	}
	w.follow(e, v)
	in, ok := e.Detail.(*evict.SignIn)
	if !ok || e.Outcome != evict.Success {
		return
	}
	client := scriptClient(e.Origin.UserAgent)
	tool := reconTool(e.Origin.UserAgent)
	if client == "" && tool == "" {
		return
	}
	if len(w.open) >= maxKits {
		v.Overflow("more script sign-ins than are followed")
		return
	}
	k := kitSignIn{client: client, app: strings.Clone(in.App), addr: e.Origin.Addr.String(), session: strings.Clone(e.Origin.Session), token: strings.Clone(e.Origin.Token), at: e.Time}
	if tool != "" {
		k.client, k.tool = tool, true
	}
	k.cause = keep(e)
	if in.AppID != appPortal && in.AppID != appBroker || k.tool {
		w.alone(k, v)
		return
	}
	w.open = append(w.open, k)
}

// follow looks whether the event is what a kit's sign-in was for.
func (w *kitClients) follow(e *evict.Event, v *View) {
	kept := w.open[:0]
	for _, k := range w.open {
		switch {
		case e.Time.Sub(k.at) > kitWindow:
			w.alone(k, v)
		case k.session != "" && k.session == e.Origin.Session && w.uses(k, e):
			d := w.draft(k, v)
			d.Item, d.Grade = "C2", evict.Conclusive
			what := "another client"
			if e.Kind == evict.MailboxAudit {
				what = "the mailbox"
			}
			d.Summary += fmt.Sprintf("; within %.0f minutes the same session used %s from %s", e.Time.Sub(k.at).Minutes(), what, e.Origin.Addr)
			d.Cause = append(d.Cause, Because(e)...)
			v.Report(d)
		default:
			kept = append(kept, k)
		}
	}
	w.open = kept
}

// uses reports a mailbox act, or a sign-in by another client.
func (w *kitClients) uses(k kitSignIn, e *evict.Event) bool {
	if e.Kind == evict.MailboxAudit {
		return true
	}
	_, signIn := e.Detail.(*evict.SignIn)
	return signIn && e.Outcome == evict.Success && e.Origin.UserAgent != "" && scriptClient(e.Origin.UserAgent) != k.client
}

func (w *kitClients) draft(k kitSignIn, v *View) Draft {
	d := Draft{Family: evict.SessionFamily, Actor: v.Self(), Time: k.at, Cause: []Evidence{k.cause}, Item: "script-client", Grade: evict.Indicative}
	d.Summary = fmt.Sprintf("%s signed in to %s from %s", k.client, quoted(k.app), k.addr)
	if k.tool {
		d.Family, d.Item = evict.Behaviour, "attack-tool"
		d.Techniques = []string{"T1482", "T1087.004", "T1078.004"}
	}
	return d
}

// alone reports a script client that nothing followed: once per client and address.
func (w *kitClients) alone(k kitSignIn, v *View) {
	key := k.client + " " + k.addr
	if w.told[key] || len(w.told) >= maxKits {
		return
	}
	w.told[key] = true
	d := w.draft(k, v)
	if !k.tool {
		d.Family = evict.AccessFamily
	}
	v.Report(d)
}

func (w *kitClients) End(v *View) {
	for _, k := range w.open {
		w.alone(k, v)
	}
}
