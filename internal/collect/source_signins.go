package collect

import (
	"context"
	"slices"
	"time"

	"evict/internal/m365"
)

// Retention, from Microsoft's pages on Entra's reports and on the audit log; a tenant may keep less.
const (
	keptSignIns     = 30 * 24 * time.Hour
	keptFree        = 7 * 24 * time.Hour      // directory audits without Entra ID P1
	keptTrace       = (90*24 - 6) * time.Hour // an older beginning is refused, and the collection takes its time
	keptAudit       = 180 * 24 * time.Hour
	keptAuditLonger = 365 * 24 * time.Hour
)

// signInKinds in the order in which they are read: whose tokens were stolen shows in the first two.
var signInKinds = []struct {
	source, event string
	ofAccount     bool
}{
	{"sign-ins/interactive", "interactiveUser", true},
	{"sign-ins/non-interactive", "nonInteractiveUser", true},
	{"sign-ins/service-principal", "servicePrincipal", false},
	{"sign-ins/managed-identity", "managedIdentity", false},
}

// signIns reads one kind for all accounts before the next kind, or the tenant's kinds. Five requests in ten seconds is all that Microsoft allows.
func (r *run) signIns(ofAccounts bool) []*ask {
	var out []*ask
	for _, k := range signInKinds {
		switch {
		case k.ofAccount != ofAccounts:
		case !k.ofAccount:
			out = append(out, r.signInsOf(k.source, k.event, nil))
		default:
			for _, a := range r.accounts {
				if !a.Opened {
					out = append(out, r.signInsOf(k.source, k.event, a))
				}
			}
		}
	}
	return out
}

// signInsOf asks beta, which alone knows sessions, tokens and sign-ins that are not interactive; v1.0 has the interactive ones too.
func (r *run) signInsOf(source, event string, of *Account) *ask {
	a := r.log(source, of, "", keptSignIns)
	a.pages = map[Depth]int{Quick: 5, Standard: 500}[r.in.Depth]
	if of == nil {
		a.pages = map[Depth]int{Quick: 1, Standard: 50}[r.in.Depth]
	}
	who := ""
	if of != nil {
		who = "userId eq " + literal(of.ID) + " and "
	}
	a.ways = []way{
		report("list-sign-ins-beta", "createdDateTime", "signInEventTypes/any(t: t eq "+literal(event)+") and "+who, 1000),
	}
	if event == "interactiveUser" {
		stable := report("list-sign-ins", "createdDateTime", who, 1000)
		stable.lacks = "only v1.0 answered, which knows no sessions and tokens"
		a.ways = append(a.ways, stable)
	}
	return a
}

// log is an ask for the run's window, as far back as the log is kept.
func (r *run) log(source string, of *Account, what string, kept time.Duration) *ask {
	a := &ask{source: source, account: of, what: what, from: r.from, to: r.to, once: r.in.Depth == Quick}
	if oldest := r.to.Add(-kept); a.from.Before(oldest) {
		a.from = oldest
	}
	return a
}

// report is the way through one of Graph's logs, which are filtered by time and give the newest first.
func report(op, time, filter string, most int) way {
	return way{
		name: op, ops: []string{op},
		call: func(s *span, look int) m365.Call {
			window := time + " ge " + stamp(s.From) + " and " + time + " le " + stamp(s.To)
			return m365.Call{Op: op, Query: options("$filter", filter+window, "$top", top(most, look)), Lane: m365.Logs}
		},
		parse: func(resp *m365.Response) (*page, error) { return pageOf(resp, true) },
	}
}

// readReports reads what shares the scarcest quota, one after the other.
func (r *run) readReports(ctx context.Context) error {
	return r.all(ctx, slices.Concat(r.signIns(true), r.directoryAudits(), r.signIns(false)), 1)
}
