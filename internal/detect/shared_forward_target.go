package detect

import (
	"fmt"
	"slices"
	"strings"

	"evict"
)

var sharedForwardTarget = &Detector{
	ID: "shared-forward-target", Rev: 1, Scope: TenantScope, Item: "G1",
	Title: "Several mailboxes send their mail to one address outside",
	Doc: `Two or more mailboxes forward, by a rule or by the mailbox's own forwarding, to the same address outside the tenant's domains: one collector behind several accounts, or one hand that set them all.

Innocent causes: an archive, a ticket system or an assistant's service that several people use.

By hand: Exchange Online PowerShell: Get-Mailbox -ResultSize Unlimited | Group-Object ForwardingSmtpAddress, and Get-InboxRule of each mailbox grouped by ForwardTo and RedirectTo.`,
	Symptoms: []int{9}, Techniques: []string{"T1114.003"},
	Needs:   []Need{{Any: []evict.Kind{evict.AdminAudit, evict.MailboxAudit, evict.RuleState, evict.MailboxState}}},
	Actions: []string{"remove-forwarding", "disable-inbox-rule", "revoke-sessions"},
	New:     func() Watcher { return &forwardTargets{targets: map[string]*forwardTarget{}} },
}

const watchedTargets = 20000

type forwardTargets struct{ targets map[string]*forwardTarget }

// A forwardTarget is one address outside, with the mailboxes that send there.
type forwardTarget struct {
	boxes map[string]bool
	cause []Evidence
	last  evict.Principal
	at    evict.Time
}

func (w *forwardTargets) Event(e *evict.Event, v *View) {
	if e.Outcome == evict.Failure || e.Actor.Kind == evict.Service {
		return
	}
	var to []string
	switch d := e.Detail.(type) {
	case *evict.Rule:
		if d.Transport || d.Change == evict.RuleRemoved {
			return
		}
		to = outside(insideOf(e, v), slices.Concat(d.Rule.Forward, d.Rule.ForwardAttached, d.Rule.Redirect))
	case *evict.Settings:
		set, _ := forwardingSet(e, d)
		to = outside(insideOf(e, v), set)
	}
	name, _, _ := mailbox(e, v)
	for _, a := range to {
		w.add(e, v, a, strings.ToLower(name))
	}
}

func (w *forwardTargets) add(e *evict.Event, v *View, target, box string) {
	t := w.targets[target]
	if t == nil {
		if len(w.targets) >= watchedTargets {
			v.Overflow("more forwarding addresses than are remembered")
			return
		}
		t = &forwardTarget{boxes: map[string]bool{}}
		w.targets[strings.Clone(target)] = t
	}
	if t.boxes[box] || len(t.boxes) >= watchedTargets {
		return
	}
	t.boxes[strings.Clone(box)] = true
	if len(t.cause) < evict.MaxEvidence {
		t.cause = append(t.cause, keepEvidence(e))
	}
	if e.Actor.Kind != evict.NoPrincipal {
		t.last = evict.Principal{Kind: e.Actor.Kind, ID: strings.Clone(e.Actor.ID)}
	}
	t.at = e.Time
}

func (w *forwardTargets) End(v *View) {
	for _, target := range sortedKeys(w.targets) {
		t := w.targets[target]
		if len(t.boxes) < 2 {
			continue
		}
		boxes := sortedKeys(t.boxes)
		v.Report(Draft{
			Subject: evict.FindingSubject{Kind: evict.OnTenant, ID: string(v.Tenant)}, Target: target, Time: t.at,
			Family: evict.Persistence, Grade: evict.Strong, Cause: t.cause, Total: len(t.boxes),
			Summary: fmt.Sprintf("%d mailboxes (%s) send their mail to %s", len(boxes), some(boxes), quoted(target)),
		})
	}
}
