package detect

import (
	"fmt"
	"time"

	"evict"
)

var promptsUntilApproved = &Detector{
	ID: "prompts-until-approved", Rev: 1, Scope: AccountScope, Seed: true, Item: "G18",
	Title: "Many prompts for the second factor denied or unanswered, then one approved",
	Doc: `Within ten minutes the second factor was asked five times or more from one network and denied or left unanswered, and then a sign-in from there succeeded: the owner was worn down, or rung up and talked into approving. The password is known to whoever asked.

Innocent causes: a telephone without reception, a number that changed; the network is then the owner's own and the strand anchored. Microsoft writes some denials twice: acts are counted by minute.

By hand: Entra admin center, Sign-in logs: error 500121 with "MFA denied" or "no response", sorted by time; ask the owner about telephone calls.`,
	Symptoms: []int{8}, Techniques: []string{"T1621", "T1078.004"},
	Needs:   []Need{{Any: []evict.Kind{evict.SignIns, evict.LoginAudit}, Fields: []FieldNeed{NeedAddress}}},
	Actions: []string{"reset-password", "revoke-sessions", "block-sign-in", "remove-authentication-method"},
	New:     func() Watcher { return &prompts{byNetwork: map[string]*promptRun{}} },
}

const (
	promptRunLength = 5                // section 10: prompt fatigue
	promptWindow    = 10 * time.Minute // and in so long
	maxPromptNets   = 500
)

type prompts struct{ byNetwork map[string]*promptRun }

// A promptRun is the latest denied prompts from one network, one a minute and kind of log.
type promptRun struct {
	at    []evict.Time
	cause []Evidence
}

func (w *prompts) Event(e *evict.Event, v *View) {
	in, ok := e.Detail.(*evict.SignIn)
	if !ok || !e.Origin.Addr.IsValid() || !v.Mine(e.Actor) {
		return
	}
	net := e.Origin.Network().String()
	r := w.byNetwork[net]
	if e.Outcome == evict.Success {
		if r != nil && len(r.at) >= promptRunLength && e.Time.Sub(r.at[len(r.at)-1]) <= promptWindow {
			v.Report(Draft{
				Family: evict.AccessFamily, Grade: evict.Strong, Actor: v.Self(), Time: r.at[0], Cause: append(r.cause, keep(e)),
				Summary:  fmt.Sprintf("The second factor was denied or left unanswered %d times from %s within %.0f minutes and then approved", len(r.at), e.Origin.Addr, e.Time.Sub(r.at[0]).Minutes()),
				Question: "Did your telephone ask again and again to approve a sign-in, and did you approve one?",
			})
			delete(w.byNetwork, net)
		}
		return
	}
	if in.Error != 500121 && in.Error != 50088 {
		return
	}
	if r == nil {
		if len(w.byNetwork) >= maxPromptNets {
			v.Overflow("more networks with denied prompts than are kept")
			return
		}
		r = &promptRun{}
		w.byNetwork[net] = r
	}
	for len(r.at) > 0 && e.Time.Sub(r.at[0]) > promptWindow {
		r.at, r.cause = r.at[1:], r.cause[1:]
	}
	if n := len(r.at); n > 0 && e.Time.Sub(r.at[n-1]) < 20*time.Second {
		return // the same denial in another log, or written twice
	}
	if len(r.at) < evict.MaxEvidence {
		r.at, r.cause = append(r.at, e.Time), append(r.cause, keep(e))
	}
}

func (*prompts) End(*View) {}
