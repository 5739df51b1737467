package detect

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"evict"
)

var accountsDeleted = &Detector{
	ID: "accounts-deleted", Rev: 1, Scope: TenantScope, Item: "accounts-deleted",
	Title: "Many accounts deleted or disabled within an hour by one hand",
	Doc: `One account deleted or disabled three or more others within an hour. It locks people out and destroys what the next investigator needs.

Innocent causes: the end of a school year, a company sold, a clean-up by script.

By hand: Entra admin center, Users, Deleted users (kept 30 days); Audit logs: "Delete user", "Disable account".`,
	Symptoms: []int{1}, Techniques: []string{"T1531"},
	Needs:   []Need{{Any: []evict.Kind{evict.DirectoryAudit}}},
	Actions: []string{"block-account", "revoke-sessions"},
	New:     func() Watcher { return &deletedAccounts{runs: map[string]*deletionRun{}} },
}

const (
	deletedAtLeast = 3
	deletedWindow  = time.Hour
	maxDeleters    = 1000
)

type deletedAccounts struct{ runs map[string]*deletionRun }

// A deletionRun is the deletions of one actor, none an hour after the last.
type deletionRun struct {
	actor evict.Principal
	first evict.Time
	last  evict.Time
	who   []string
	cause []Evidence
	count int
}

func (w *deletedAccounts) Event(e *evict.Event, v *View) {
	op := operation(e)
	if _, ok := directoryChange(e); !ok || op != "delete user" && op != "disable account" && op != "hard delete user" {
		return
	}
	r := w.runs[e.Actor.ID]
	if r == nil || e.Time.Sub(r.last) > deletedWindow {
		if r != nil {
			r.report(v)
		} else if len(w.runs) >= maxDeleters {
			v.Overflow("more hands that delete accounts than are kept")
			return
		}
		actor := evict.Principal{Kind: e.Actor.Kind, ID: strings.Clone(e.Actor.ID)}
		r = &deletionRun{actor: actor, first: e.Time}
		w.runs[actor.ID] = r
	}
	r.last = e.Time
	r.count++
	if len(r.cause) < evict.MaxEvidence {
		r.cause = append(r.cause, keep(e))
		r.who = append(r.who, strings.Clone(whom(e)))
	}
}

func (r *deletionRun) report(v *View) {
	if r.count < deletedAtLeast {
		return
	}
	v.Report(Draft{
		Family: evict.Behaviour, Grade: evict.Indicative, Actor: r.actor, Time: r.first, Cause: r.cause, Total: r.count,
		Subject: evict.FindingSubject{Kind: evict.OnTenant, ID: string(v.Tenant)},
		Summary: fmt.Sprintf("%s deleted or disabled %d accounts within %.0f minutes: %s", r.actor.ID, r.count, r.last.Sub(r.first).Minutes(), some(r.who)),
	})
}

func (w *deletedAccounts) End(v *View) {
	for _, who := range slices.Sorted(maps.Keys(w.runs)) {
		w.runs[who].report(v)
	}
}
