package detect

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"evict"
)

var borrowedFlow = &Detector{
	ID: "borrowed-flow", Rev: 1, Scope: AccountScope, Seed: true, Item: "C3",
	Title: "Device code, authentication transfer or developer client confirmed here and used elsewhere",
	Doc: `A sign-in used the device-code flow, an authentication transfer, or a code for one of Microsoft's developer clients, by an account that did not use it in the 14 days before; it was confirmed on one network, its token was used within an hour on another, and then the mailbox was used or a device or method registered. The confirming sign-in can carry the owner's own address and device: the owner was talked into typing a code or pasting a link. Without sight of the later use it is a strong sign and no proof; with fewer than 14 days of history only a reason to look.

Innocent causes: meeting-room screens, televisions and scripts without a browser use device codes; administrators use Azure CLI and PowerShell. Both stay on the owner's networks.

By hand: Entra admin center, Sign-in logs: filter Authentication Protocol "Device code", or Original transfer method; compare the IP addresses of the interactive sign-in and of the non-interactive ones after it with the same Session ID.`,
	Symptoms: []int{8}, Techniques: []string{"T1528", "T1550.001", "T1566"},
	Needs: []Need{
		{Any: []evict.Kind{evict.SignIns, evict.TokenSignIns}, Fields: []FieldNeed{NeedAddress, NeedProtocol}},
	},
	Actions: []string{"revoke-sessions", "reset-password", "block-sign-in", "disable-device"},
	New:     func() Watcher { return &borrowedFlows{last: map[string]evict.Time{}} },
}

const (
	flowUse    = 60 * time.Minute    // C3: from confirmation to use elsewhere
	flowSilent = 14 * 24 * time.Hour // C3: no such use in so long
	maxFlows   = 200                 // flows followed at once, kinds of flow remembered
)

type borrowedFlows struct {
	first evict.Time
	last  map[string]evict.Time // latest use, by kind of flow
	open  []flow
}

// A flow is a confirmed one whose use is awaited.
type flow struct {
	kind, app      string
	net            netip.Prefix
	place          string
	session, token string
	appID          string
	at             evict.Time
	cause          []Evidence
	used           netip.Prefix // other network that used it
	seasoned       bool         // 14 days of history stand before it
}

func (w *borrowedFlows) Event(e *evict.Event, v *View) {
	if !v.Mine(e.Actor) || !e.Time.Set || e.Flags&evict.Observed != 0 {
		return
	}
	if !w.first.Set {
		w.first = e.Time
	}
	w.follow(e, v)
	in, ok := e.Detail.(*evict.SignIn)
	if !ok || e.Outcome != evict.Success || v.Placed == "" {
		return
	}
	kind := flowKind(in)
	if kind == "" || in.Interactive == evict.No {
		return
	}
	last, known := w.last[kind]
	if !known && len(w.last) >= maxFlows {
		v.Overflow("more kinds of flow than are remembered")
		return
	}
	w.last[kind] = e.Time
	if known && e.Time.Sub(last) <= flowSilent {
		return
	}
	if len(w.open) >= maxFlows {
		v.Overflow("more flows at once than are followed")
		return
	}
	w.open = append(w.open, flow{
		kind: kind, app: strings.Clone(in.App), appID: strings.Clone(in.AppID), net: e.Origin.Network(), place: inPlace(e.Origin.Place),
		session: strings.Clone(e.Origin.Session), token: strings.Clone(e.Origin.Token), at: e.Time, cause: []Evidence{keep(e)},
		seasoned: e.Time.Sub(w.first) >= flowSilent,
	})
}

// flowKind names the flow of a sign-in, or "" for an ordinary one.
func flowKind(in *evict.SignIn) string {
	p := strings.ToLower(in.Protocol)
	switch {
	case strings.Contains(p, "devicecode"):
		return "the device-code flow"
	case strings.Contains(p, "transfer"):
		return "an authentication transfer"
	}
	if name := developerClient(in.AppID); name != "" {
		return "a code for " + name
	}
	return ""
}

// follow looks for the use of an open flow on another network, and for what is done with it.
func (w *borrowedFlows) follow(e *evict.Event, v *View) {
	kept := w.open[:0]
	for _, f := range w.open {
		if e.Time.Sub(f.at) > flowUse {
			v.Report(f.draft(v))
			continue
		}
		net := e.Origin.Network()
		elsewhere := v.Placed != "" && net.IsValid() && net != f.net && f.linked(e)
		if elsewhere && !f.used.IsValid() {
			f.used = net
			f.cause = append(f.cause, keep(e))
		}
		if f.used.IsValid() && net == f.used && w.booty(e) {
			d := f.draft(v)
			d.Item, d.Grade = "C3", evict.Conclusive
			if !f.seasoned {
				d.Item, d.Grade = "G13", evict.Strong
			}
			d.Summary += fmt.Sprintf("; %.0f minutes later it was used from %s (%s)", e.Time.Sub(f.at).Minutes(), e.Origin.Addr, e.Op)
			d.Cause = append(d.Cause, keep(e))
			v.Report(d)
			continue
		}
		kept = append(kept, f)
	}
	w.open = kept
}

// linked reports whether the event shares the flow's session, token or
// application; a mailbox act on the network that already used it counts too.
func (f *flow) linked(e *evict.Event) bool {
	if f.session != "" && e.Origin.Session != "" {
		return f.session == e.Origin.Session
	}
	if f.token != "" && f.token == e.Origin.Token {
		return true
	}
	in, ok := e.Detail.(*evict.SignIn)
	return ok && e.Outcome == evict.Success && in.AppID == f.appID
}

// booty reports what a borrowed token is for: mail, a device, a method.
func (*borrowedFlows) booty(e *evict.Event) bool {
	if e.Kind == evict.MailboxAudit || e.Kind == evict.GraphActivity {
		return true
	}
	op := strings.ToLower(e.Op)
	return strings.Contains(op, "register") || strings.Contains(op, "add device") || strings.Contains(op, "security info")
}

func (f *flow) draft(v *View) Draft {
	d := Draft{
		Family: evict.SessionFamily, Item: "G13", Grade: evict.Strong, Actor: v.Self(), Time: f.at, Cause: f.cause,
		Summary:  fmt.Sprintf("%s was confirmed from %s%s for %s, which the account did not use in the 14 days before", upperFirst(f.kind), f.net.Addr(), f.place, quoted(f.app)),
		Question: "Did you type a code on a page of Microsoft's, or paste a link or code that somebody gave you?",
	}
	if !f.seasoned {
		d.Item, d.Grade = "borrowed-flow", evict.Indicative
		d.Summary = fmt.Sprintf("%s was confirmed from %s%s for %s; whether the account used it before is not known", upperFirst(f.kind), f.net.Addr(), f.place, quoted(f.app))
	}
	return d
}

func (w *borrowedFlows) End(v *View) {
	for _, f := range w.open {
		v.Report(f.draft(v))
	}
}

// upperFirst starts a sentence with the phrase.
func upperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
