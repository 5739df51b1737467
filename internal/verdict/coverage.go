package verdict

import (
	"slices"
	"strings"
	"time"

	"evict"
)

// The kinds of evidence that section 7 asks for.
var (
	auditKinds = []evict.Kind{evict.AdminAudit, evict.MailboxAudit, evict.DirectoryAudit, evict.LoginAudit}
	stateKinds = []evict.Kind{evict.RuleState, evict.MailboxState, evict.ProtocolState, evict.RightState, evict.MethodState, evict.DeviceState, evict.ConsentState, evict.RoleState, evict.FlowState}
)

var kindText = map[evict.Kind]string{
	evict.AdminAudit: "cmdlets", evict.MailboxAudit: "mailbox acts", evict.DirectoryAudit: "directory changes", evict.LoginAudit: "log-ins",
	evict.RuleState: "inbox rules with hidden ones", evict.MailboxState: "mailbox settings", evict.ProtocolState: "protocols", evict.RightState: "rights",
	evict.MethodState: "sign-in methods", evict.DeviceState: "devices", evict.ConsentState: "consents", evict.RoleState: "roles", evict.FlowState: "mail flow",
	evict.SignIns: "interactive sign-ins", evict.TokenSignIns: "non-interactive sign-ins", evict.RiskLog: "risk detections and risk history", evict.MessageTrace: "message trace",
}

// A gap is something that clear needs and that was not seen.
type gap struct {
	what    string        // what was not seen, as a sentence
	get     string        // what to get, as an order; "" when nothing can be got
	kept    time.Duration // how long the log keeps a record; 0 for a state
	log     bool
	needed  evict.Time // the first record needed
	blocked bool       // nothing that can be got closes it
}

// A scope is the window for which an account could be cleared, and what stands in the way.
type scope struct {
	from, to evict.Time
	gaps     []gap
}

// cover compares what was seen of the account with what section 7 asks for.
func cover(a *Account, t *Tenant, trouble evict.Time) scope {
	sc := scope{from: needFrom(a, trouble)}
	if a.Coverage.Aside {
		sc.add(gap{what: "The evidence was collected for other accounts: of this one it holds only what touched them", get: "collect this account too"})
		return sc
	}
	logs := append(slices.Clone(auditKinds), evict.SignIns, evict.TokenSignIns)
	for _, k := range logs {
		c, ok := a.Coverage.Kinds[k]
		if !ok || !c.To.Set {
			continue
		}
		to := c.To
		if late := a.AsOf.Add(-delayOf(k)); a.AsOf.Set && late.Before(to) {
			to = late
		}
		if !sc.to.Set || to.Before(sc.to) {
			sc.to = to
		}
	}
	sc.signIns(a)
	sc.audit(a)
	sc.states(a)
	sc.trace(a)
	sc.risk(a)
	sc.people(a, t)
	if sc.to.Set && sc.to.Before(sc.from) {
		sc.add(gap{what: "The logs end (" + when(sc.to) + ") before the window begins (" + when(sc.from) + ")",
			get: "export the logs again, from " + when(sc.from) + " to now"})
	}
	if last := lastInterest(a); last.Set && sc.to.Set && sc.to.Before(last.Add(interestAfter)) {
		sc.add(gap{what: "The logs end less than " + span(interestAfter) + " after the last event of interest (" + when(last) + ")",
			get: "export the logs again, to " + when(last.Add(interestAfter+delayAudit)) + " or later"})
	}
	return sc
}

// needFrom is the start of the window that clear needs.
func needFrom(a *Account, trouble evict.Time) evict.Time {
	if trouble.Set {
		return trouble.Add(-baselineDays * day)
	}
	return a.AsOf.Add(-leadInUnknown)
}

func delayOf(k evict.Kind) time.Duration {
	switch k {
	case evict.SignIns, evict.TokenSignIns:
		return delaySignIns
	case evict.RiskLog:
		return delayRisk
	}
	return delayAudit
}

func lastInterest(a *Account) evict.Time {
	var last evict.Time
	for _, it := range a.Items {
		if a.owns(it) && !it.Declared && !it.StateOnly && it.Grade >= evict.Indicative && (!last.Set || last.Before(it.Time)) {
			last = it.Time
		}
	}
	return last
}

func (sc *scope) add(g gap) { sc.gaps = append(sc.gaps, g) }

// notGiven says that nobody asked for a kind, or that it is not in the evidence.
const notGiven = "not given"

// lacks says why a kind does not cover the window, in the words of V31, or "".
func (a *Account) lacks(k evict.Kind, from evict.Time) string {
	c, ok := a.Coverage.Kinds[k]
	switch {
	case !ok:
		return notGiven
	case !c.Stated:
		return "given, but nobody stated what was asked for"
	case !c.Complete && c.Why != "":
		return c.Why
	case !c.Complete:
		return "incomplete"
	case from.Set && !c.From.Set:
		return "from when on it was asked for is not stated"
	case from.Set && from.Before(c.From):
		return "begins only on " + when(c.From)
	case !from.Set && c.To.Set && a.AsOf.Set && a.AsOf.Sub(c.To) > staleState:
		return "read on " + when(c.To) + ", which is no longer the present"
	}
	return ""
}

// missing says which kinds do not cover the window and why, kinds with one
// reason together; "" when all do.
func (a *Account) missing(kinds []evict.Kind, from evict.Time) string {
	var whys []string
	names := map[string][]string{}
	for _, k := range kinds {
		if why := a.lacks(k, from); why != "" {
			if names[why] == nil {
				whys = append(whys, why)
			}
			names[why] = append(names[why], kindText[k])
		}
	}
	for i, why := range whys {
		whys[i] = list(names[why]) + " (" + why + ")"
	}
	return strings.Join(whys, "; ")
}

func (sc *scope) signIns(a *Account) {
	start, kept := sc.from, time.Duration(keptSignIns)
	if a.Coverage.Licence == "none" {
		kept = keptSignInsFree
		if week := sc.to.Add(-keptSignInsFree); sc.to.Set && start.Before(week) {
			start = week
		}
	}
	both := []evict.Kind{evict.SignIns, evict.TokenSignIns}
	lost := a.missing(both, start)
	if lost == "" {
		return
	}
	what := "Sign-ins were not read in full: " + lost
	switch {
	case a.Coverage.Licence == "none":
		what = "Nothing more than the audit log shows; sign-ins were not available: " + lost
	case a.lacks(evict.SignIns, start) == "":
		what = "Token theft shows only in non-interactive sign-ins, which were not read: " + lost
	}
	sc.add(gap{what: what, get: "export interactive and non-interactive sign-ins of the account from " + when(start), kept: kept, log: true, needed: start})
}

func (sc *scope) audit(a *Account) {
	if lost := a.missing(auditKinds, sc.from); lost != "" {
		sc.add(gap{what: "The audit log was not read in full: " + lost,
			get: "export the unified audit log from " + when(sc.from) + ", unfiltered by activity, with the account as actor, as target and as mailbox owner", kept: keptAudit, log: true, needed: sc.from})
	}
	for _, off := range a.Coverage.AuditOff {
		sc.add(gap{what: "Auditing was off or cut: " + trimStop(off), get: "switch auditing on (what was not recorded cannot be got back)", blocked: true})
	}
	if n := a.Coverage.Damaged + a.Coverage.Rejects; n > 0 {
		sc.add(gap{what: plural(n, "record", "records") + " of the account or of its sources could not be read or were damaged", get: "export the damaged sources again"})
	}
}

func (sc *scope) states(a *Account) {
	if lost := a.missing(stateKinds, evict.Time{}); lost != "" {
		sc.add(gap{what: "The present state was not read in full: " + lost,
			get: "read the present state of " + list(a.unread()) + " with a role that can see them"})
	}
}

// unread names the states that were not read in full.
func (a *Account) unread() []string {
	var out []string
	for _, k := range stateKinds {
		if a.lacks(k, evict.Time{}) != "" {
			out = append(out, kindText[k])
		}
	}
	return out
}

func (sc *scope) trace(a *Account) {
	if a.lacks(evict.MessageTrace, sc.from) == "" || a.lacks(evict.MailboxAudit, sc.from) == "" {
		return
	}
	sc.add(gap{what: "Sent mail was not seen: neither message trace nor send records cover the window",
		get: "export the message trace from " + when(sc.from), kept: keptTrace, log: true, needed: sc.from})
}

func (sc *scope) risk(a *Account) {
	switch a.Coverage.Licence {
	case "P2":
		if why := a.lacks(evict.RiskLog, sc.from); why != "" {
			sc.add(gap{what: "Risk was licensed and not read (" + why + ")", get: "export risk detections and the risk history of the account", kept: keptSignIns, log: true, needed: sc.from})
		}
	case "":
		if a.lacks(evict.RiskLog, sc.from) != "" {
			sc.add(gap{what: "The licence is not known, so it is not known which logs there could be", get: "read the account's service plans"})
		}
	}
}

func (sc *scope) people(a *Account, t *Tenant) {
	if a.Guest {
		sc.add(gap{what: "The home tenant's logs are out of reach: no stranger seen in this tenant is all that can be said", blocked: true})
	}
	if !a.Shared {
		return
	}
	if a.SignInBlocked != evict.Yes {
		sc.add(gap{what: "It is not shown that the shared mailbox's own sign-in is blocked", get: "read whether the shared mailbox's own sign-in is blocked"})
	}
	if len(a.Holders) == 0 {
		sc.add(gap{what: "Who has rights on the shared mailbox was not seen", get: "read the rights on the shared mailbox"})
	}
	for _, h := range a.Holders {
		if slices.ContainsFunc(t.Hands, func(x Hand) bool { return strings.EqualFold(x.Account, h) }) {
			sc.add(gap{what: h + ", which has rights on this mailbox, is in an attacker's hand", blocked: true})
		}
	}
}

// deleted is the day on which retention takes the first needed record that
// still exists.
func (g gap) deleted(asOf evict.Time) evict.Time {
	if !g.log || !asOf.Set {
		return evict.Time{}
	}
	first := g.needed
	if oldest := asOf.Add(-g.kept); !first.Set || first.Before(oldest) {
		first = oldest
	}
	return first.Add(g.kept)
}

// quietLeadIn reports whether what was stated covers the days before trouble (V2).
func quietLeadIn(a *Account, trouble evict.Time) bool {
	if !trouble.Set || !baselineBefore(a, trouble) {
		return false
	}
	kinds := append(slices.Clone(auditKinds), evict.SignIns, evict.TokenSignIns)
	return a.missing(kinds, trouble.Add(-baselineDays*day)) == ""
}
