package detect

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"evict"
)

var passwordSpray = &Detector{
	ID: "password-spray", Rev: 1, Scope: OriginScope, Item: "spray",
	Title: "One address tries passwords on many accounts",
	Doc: `One network failed to sign in to five or more accounts within 24 hours with a wrong password, an unknown name or a lockout. That alone accuses nobody. An account that the same network then entered within 24 hours of a failure was opened by it, unless the address is a workplace or that account's habit: the strand's anchors decide that.

Innocent causes: an office or gateway behind one address after a password change or with a misconfigured service (fails on its own accounts all day, and its users are anchored there); a helpdesk or a penetration test that was announced.

By hand: Entra admin center, Monitoring, Sign-in logs, filter IP address and Status: Failure, then the same address with Status: Success. PowerShell: Get-MgAuditLogSignIn -Filter "ipAddress eq 'ADDRESS'" -All | Group-Object UserPrincipalName.`,
	Symptoms: []int{8}, Techniques: []string{"T1110.003"},
	Needs:   []Need{{Any: []evict.Kind{evict.LoginAudit, evict.SignIns, evict.TokenSignIns}, Fields: []FieldNeed{NeedAddress}}},
	Actions: []string{"reset-password", "revoke-sessions", "require-mfa"},
	New:     func() Watcher { return &spray{tried: map[string]try{}, home: map[string]bool{}} },
}

// Figures of C4.
const (
	sprayAccounts = 5
	sprayWithin   = 24 * time.Hour
	sprayKept     = 50000 // accounts of one network that are remembered
)

type try struct {
	last evict.Time
	ev   Evidence
}

// spray follows one network. An account that the network entered before is at
// home there: it fails and succeeds like anybody behind an office's address.
type spray struct {
	tried   map[string]try  // last failure by account, within the last day
	order   []attempt       // failures of the last day, in order
	home    map[string]bool // accounts that entered from here before they failed
	runs    []sprayRun
	current *sprayRun
	full    bool
}

type attempt struct {
	who string
	at  evict.Time
}

// A sprayRun is a time in which five or more accounts failed within a day.
type sprayRun struct {
	from, to evict.Time
	accounts map[string]bool
	cause    []Evidence
	total    int
}

func (w *spray) Event(e *evict.Event, v *View) {
	d, ok := e.Detail.(*evict.SignIn)
	if !ok || !e.Time.Set {
		return
	}
	name := strings.ToLower(e.Actor.ID)
	switch {
	case e.Outcome == evict.Success:
		w.success(e, v, name)
	case triedPassword(e, d) && name != "" && !w.home[name]:
		w.failure(e, v, name)
	}
}

// triedPassword reports a failure that a guess leaves. Interrupts after a
// right password are no failure of a guess, and say nothing here.
func triedPassword(e *evict.Event, d *evict.SignIn) bool {
	if e.Outcome != evict.Failure {
		return false
	}
	switch classOf(d.Error) {
	case wrongPassword, lockedOut:
		return true
	case accountState:
		return d.Error == 50057
	case otherError:
		r := fold(d.Reason)
		return strings.Contains(r, "invalidusernameorpassword") || strings.Contains(r, "useraccountnotfound") || strings.Contains(r, "idslocked") || strings.Contains(r, "invalid username or password")
	}
	return false
}

func (w *spray) failure(e *evict.Event, v *View, name string) {
	w.expire(e.Time)
	if _, known := w.tried[name]; !known {
		if len(w.tried) >= sprayKept {
			w.overflow(v)
			return
		}
		name = strings.Clone(name)
	}
	if len(w.order) >= 4*sprayKept {
		w.overflow(v)
		return
	}
	ev := keepEvidence(e)
	w.tried[name] = try{e.Time, ev}
	w.order = append(w.order, attempt{name, e.Time})
	if len(w.tried) < sprayAccounts {
		w.current = nil
		return
	}
	if w.current == nil {
		w.runs = append(w.runs, sprayRun{from: e.Time, accounts: map[string]bool{}})
		w.current = &w.runs[len(w.runs)-1]
		for _, n := range sortedKeys(w.tried) {
			t := w.tried[n]
			w.current.add(n, t.last, t.ev)
		}
		return
	}
	w.current.add(name, e.Time, ev)
}

func (w *spray) overflow(v *View) {
	if !w.full {
		v.Overflow("more accounts and failures from one network than are remembered")
		w.full = true
	}
}

func (r *sprayRun) add(name string, at evict.Time, ev Evidence) {
	if at.Before(r.from) {
		r.from = at
	}
	if !r.to.Set || r.to.Before(at) {
		r.to = at
	}
	r.accounts[name] = true
	r.total++
	if len(r.cause) < evict.MaxEvidence {
		r.cause = append(r.cause, ev)
	}
}

// expire forgets what is older than a day.
func (w *spray) expire(now evict.Time) {
	for len(w.order) > 0 && now.Sub(w.order[0].at) > sprayWithin {
		o := w.order[0]
		w.order = w.order[1:]
		if t, ok := w.tried[o.who]; ok && now.Sub(t.last) > sprayWithin {
			delete(w.tried, o.who)
		}
	}
}

// success reports the account that the network opened (C4): while, or within
// a day after, it sprayed.
func (w *spray) success(e *evict.Event, v *View, name string) {
	if name == "" || w.home[name] || !e.Actor.IsPerson() {
		return
	}
	w.expire(e.Time)
	if len(w.home) < sprayKept {
		w.home[strings.Clone(name)] = true
	}
	if len(w.runs) == 0 {
		return
	}
	last := &w.runs[len(w.runs)-1]
	if e.Time.Sub(last.to) > sprayWithin {
		return
	}
	d := Draft{
		Actor: e.Actor, Item: "C4", Family: evict.AccessFamily, Grade: evict.Conclusive, Cause: Because(e), Time: e.Time,
		Subject: evict.FindingSubject{Kind: evict.OnAccount, ID: e.Actor.ID},
		Summary: fmt.Sprintf("Signed in from %s, which had tried %d accounts with wrong passwords %s", plainNetwork(v.Network), len(last.accounts), timesOf(last.from, last.to)),
		Context: slices.Clone(last.cause[:min(len(last.cause), 10)]),
	}
	if t, ok := w.tried[name]; ok {
		d.Summary += ", this one among them"
		d.Context = append([]Evidence{t.ev}, d.Context...)
	}
	v.Report(d)
}

func (w *spray) End(v *View) {
	for i := range w.runs {
		r := &w.runs[i]
		if len(r.accounts) < sprayAccounts {
			continue
		}
		v.Report(Draft{
			Subject: evict.FindingSubject{Kind: evict.OnOrigin, ID: v.Network},
			Family:  evict.AccessFamily, Grade: evict.Indicative, Cause: r.cause, Total: r.total, Time: r.from,
			Lifetime: &evict.Lifetime{From: r.from, To: r.to},
			Summary:  fmt.Sprintf("%s failed to sign in %d times to %d accounts %s", plainNetwork(v.Network), r.total, len(r.accounts), timesOf(r.from, r.to)),
		})
	}
}

// plainNetwork leaves out the length that says "one address".
func plainNetwork(network string) string {
	return strings.TrimSuffix(strings.TrimSuffix(network, "/32"), "/128")
}

// timesOf says between which minutes something was done.
func timesOf(from, to evict.Time) string {
	const layout = "2006-01-02 15:04 UTC"
	a, b := from.Std().Format(layout), to.Std().Format(layout)
	if a == b {
		return "at " + a
	}
	return "from " + a + " to " + b
}

// lasted writes a span of time in words, no finer than anybody needs.
func lasted(d time.Duration) string {
	unit := func(n int, name string) string {
		if n == 1 {
			return "1 " + name
		}
		return fmt.Sprintf("%d %ss", n, name)
	}
	switch {
	case d < time.Minute:
		return unit(int(d.Seconds()), "second")
	case d < 2*time.Hour:
		return unit(int(d.Minutes()), "minute")
	case d < 48*time.Hour:
		return unit(int(d.Hours()), "hour")
	}
	return unit(int(d.Hours()/24), "day")
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
