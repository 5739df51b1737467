package detect

import (
	"fmt"
	"time"

	"evict"
)

var passwordGuessed = &Detector{
	ID: "password-guessed", Rev: 1, Scope: AccountScope, Seed: true, Item: "guessed",
	Title: "Many wrong passwords from one network, then the right one",
	Doc: `One network gave twenty wrong passwords or more for this account within an hour and then signed in. Wrong passwords alone prove nothing and are not reported.

Innocent causes: an old telephone goes on trying with yesterday's password until its owner types the new one; that comes from the owner's own network.

By hand: Entra admin center, Sign-in logs, error 50126, by IP address and time, and the first success after it.`,
	Symptoms: []int{8}, Techniques: []string{"T1110.001"},
	Needs:   []Need{{Any: []evict.Kind{evict.SignIns, evict.TokenSignIns, evict.LoginAudit}, Fields: []FieldNeed{NeedAddress}}},
	Actions: []string{"reset-password", "require-mfa", "revoke-sessions"},
	New:     func() Watcher { return &guesses{byNetwork: map[string]*guessRun{}} },
}

const (
	guessesMin     = 20
	guessesWithin  = time.Hour
	maxGuessers    = 500
	guessedInRange = 10 * time.Minute // from the last wrong one to the right one
)

type guesses struct{ byNetwork map[string]*guessRun }

// A guessRun is the wrong passwords from one network, one for each second: two logs record one sign-in.
type guessRun struct {
	first, last evict.Time
	count       int
	cause       []Evidence
}

func (w *guesses) Event(e *evict.Event, v *View) {
	in, ok := e.Detail.(*evict.SignIn)
	if !ok || !e.Origin.Addr.IsValid() || !v.Mine(e.Actor) {
		return
	}
	net := e.Origin.Network().String()
	r := w.byNetwork[net]
	if e.Outcome == evict.Success {
		if r != nil && r.count >= guessesMin && e.Time.Sub(r.last) <= guessedInRange {
			v.Report(Draft{
				Family: evict.AccessFamily, Grade: evict.Indicative, Cause: append(r.cause[:min(len(r.cause), evict.MaxEvidence-1)], keep(e)), Total: r.count + 1,
				Summary: fmt.Sprintf("%d wrong passwords from %s%s within %.0f minutes, then the right one", r.count, e.Origin.Addr, inPlace(e.Origin.Place), r.last.Sub(r.first).Minutes()),
			})
		}
		delete(w.byNetwork, net)
		return
	}
	if classOf(in.Error) != wrongPassword {
		return
	}
	if r == nil || e.Time.Sub(r.first) > guessesWithin {
		if r == nil && len(w.byNetwork) >= maxGuessers {
			v.Overflow("more networks with wrong passwords than are kept")
			return
		}
		r = &guessRun{first: e.Time}
		w.byNetwork[net] = r
	}
	if r.count > 0 && e.Time.Std().Unix() == r.last.Std().Unix() {
		return
	}
	r.last = e.Time
	r.count++
	if len(r.cause) < evict.MaxEvidence {
		r.cause = append(r.cause, keep(e))
	}
}

func (*guesses) End(*View) {}
