package respond

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"evict"
)

// A Rung says how far the attacker is out (docs/rules.md, section 11).
type Rung int

// The rungs, from the lowest.
const (
	NotContained Rung = iota
	Contained         // sign-in blocked, sessions revoked, password changed, each read back
	Evicted           // every known foothold removed and read back
	Quiet             // nothing of the attacker's in complete logs up to a time
	Closed            // the owner is back at work, and all later looks were made
)

var rungs = [...]string{"not contained", "contained", "evicted", "quiet", "closed"}

func (r Rung) String() string { return rungs[r] }

// containment are the actions that together contain an account.
var containment = []evict.ActionID{"block-sign-in", "revoke-sessions", "reset-password"}

// blockMade contains, with a revocation, an account that the attacker made: nobody gets that one a new password.
const blockMade evict.ActionID = "block-account"

// inActiveDirectory are a person's steps without which the next sync undoes containment.
var inActiveDirectory = []evict.ActionID{"disable-on-premises", onPremisesPassword}

// onPremisesPassword stands for a reset where the password is not the cloud's.
const onPremisesPassword evict.ActionID = "reset-on-premises-password"

// tokenLife is how long an access token can be used after its session was revoked
// (Microsoft: "Configurable token lifetimes", 60 to 90 minutes by default).
const tokenLife = 90 * time.Minute

// An Observation is what logs show since the last revocation.
type Observation struct {
	To      time.Time // they are complete up to here; zero: none were looked at
	Lacks   string    // which log is not there or not complete; "" when all are
	Hostile []string  // what the attacker's strands, applications or devices did since; empty is good
}

// Ladder says how far the attacker is out by all plans of a case that a person approved to respond, joined, and in one sentence
// what may be claimed. rechecks are the later looks; recovered says that the plan which gives the accounts back was carried out too.
func Ladder(s Summary, o Observation, rechecks []Check, recovered bool) (Rung, string) {
	if left := uncontained(s); left != "" {
		return NotContained, "Not contained: " + left + "."
	}
	if !slices.ContainsFunc(s.Steps, func(r StepResult) bool { return r.Step.Phase == evict.Evict }) {
		return Contained, "Contained: " + entry(s) + " No plan that takes away what he left behind was carried out yet."
	}
	if left := footholds(s); left != "" {
		return Contained, "Contained: " + entry(s) + " Not evicted: " + left + "."
	}
	open := openByHand(s)
	revoked := LastRevocation(s)
	switch {
	case len(o.Hostile) > 0:
		return Evicted, fmt.Sprintf("Every known way in is closed, and yet after the last revocation (%s): %s.%s", clock(revoked), o.Hostile[0], open)
	case o.To.IsZero() || o.To.Before(revoked.Add(tokenLife)):
		lacks := ""
		if o.Lacks != "" {
			lacks = " So far " + o.Lacks + " is not."
		}
		return Evicted, fmt.Sprintf("Every known way in is closed; not yet observed. What he holds open may work a while longer: logs that are complete up to %s or later can show that he is out.%s%s", clock(revoked.Add(tokenLife)), lacks, open)
	case !recovered || len(rechecks) == 0:
		return Quiet, fmt.Sprintf("He is out: nothing of his since the last revocation (%s), in logs that are complete up to %s.%s", clock(revoked), clock(o.To), open)
	}
	for _, c := range rechecks {
		if c.Done.IsZero() {
			return Quiet, fmt.Sprintf("He is out: nothing of his up to %s. The next look is due at %s.", clock(o.To), clock(c.At))
		}
	}
	return Closed, fmt.Sprintf("Closed: the owner is back at work, all later looks were made, and nothing of his was seen up to %s.", clock(o.To))
}

// entry says who can sign in while the account is contained.
func entry(s Summary) string {
	for _, r := range s.Steps {
		if r.Step.Action == "block-sign-in" && r.Back {
			return "his sessions and password are void, but sign-in is allowed again."
		}
	}
	return "he can't sign in."
}

func clock(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

// uncontained is a step of containment that is not verified, or what is not in the plan at all; "" when all is.
func uncontained(s Summary) string {
	accounts := map[string]map[evict.ActionID]bool{}
	for _, r := range s.Steps {
		if !contains(r.Step.Action) {
			continue
		}
		if !done(r) {
			return standsAs(r)
		}
		of := r.Step.Target.Account
		if accounts[of] == nil {
			accounts[of] = map[evict.ActionID]bool{}
		}
		accounts[of][r.Step.Action] = true
	}
	if len(accounts) == 0 {
		return "what was approved contains no account"
	}
	for _, r := range s.Steps {
		if had := accounts[r.Step.Target.Account]; had != nil {
			if a := stillWanted(had); a != "" {
				return fmt.Sprintf("%s is not part of any plan for %s", a, r.Step.Target.Name)
			}
		}
	}
	return ""
}

// contains reports whether an action takes a part in containing an account.
func contains(a evict.ActionID) bool {
	return a == blockMade || slices.Contains(containment, a) || slices.Contains(inActiveDirectory, a)
}

// stillWanted is what an account lacks of containment, by what was done to it; "" when nothing is.
func stillWanted(had map[evict.ActionID]bool) evict.ActionID {
	for _, a := range containment {
		instead := had[blockMade] && a != "revoke-sessions" || a == "reset-password" && had[onPremisesPassword]
		if !had[a] && !instead {
			return a
		}
	}
	return ""
}

// openByHand counts the steps before recovery that are a person's and that nobody did yet.
func openByHand(s Summary) string {
	n := 0
	for _, r := range s.Steps {
		if r.Step.Phase != evict.Recover && r.State == ForPerson {
			n++
		}
	}
	switch n {
	case 0:
		return ""
	case 1:
		return " One step for a person is open."
	}
	return fmt.Sprintf(" %d steps for a person are open.", n)
}

// footholds is a step of eviction that is not verified; manual ones are told by others and hold nothing up.
func footholds(s Summary) string {
	for _, r := range s.Steps {
		if r.Step.Phase == evict.Evict && !done(r) && r.State != ForPerson {
			return standsAs(r)
		}
	}
	return ""
}

// standsAs says why a step does not count as done.
func standsAs(r StepResult) string {
	what := fmt.Sprintf("%q of %s ", r.Step.Title, r.Step.Target.Name)
	if !strings.Contains(r.Step.Target.Name, "@") { // no account, but a thing in it
		what = fmt.Sprintf("%q ", r.Step.Title+": "+r.Step.Target.Name)
	}
	switch {
	case !r.Undone.IsZero():
		return what + "was put back on " + clock(r.Undone)
	case r.Lost != "" && verified(r):
		return what + "was looked at later: " + r.Lost
	}
	return what + "is " + string(r.State)
}

func verified(r StepResult) bool { return r.State == Verified || r.State == Already }

// done reports whether a step is verified, and stands as far as anybody looked.
func done(r StepResult) bool { return verified(r) && r.Undone.IsZero() && r.Lost == "" }

// Join is how several plans stand together, the earliest first. Of a step that stands in several, the last one counts that was begun.
func Join(list ...Summary) Summary {
	var out Summary
	at := map[string]int{}
	for _, s := range list {
		for _, r := range s.Steps {
			i, ok := at[r.Step.ID]
			switch {
			case !ok:
				at[r.Step.ID] = len(out.Steps)
				out.Steps = append(out.Steps, r)
			case r.Read && done(out.Steps[i]):
			case r.Sent > 0 || !r.Ended.IsZero() || out.Steps[i].Ended.IsZero():
				out.Steps[i] = r
			}
		}
	}
	return out
}

// Whole reports whether every step is verified, those for a person included.
func (s Summary) Whole() bool {
	for _, r := range s.Steps {
		if !done(r) {
			return false
		}
	}
	return len(s.Steps) > 0
}

// LastRevocation is when the last session of a plan was revoked; zero when none was.
func LastRevocation(s Summary) time.Time {
	var last time.Time
	for _, r := range s.Steps {
		if r.Step.Action == "revoke-sessions" && r.Ended.After(last) {
			last = r.Ended
		}
	}
	return last
}
