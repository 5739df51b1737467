package respond

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"evict"
)

// mostRecalled is how many colleagues' mailboxes a plan looks into; the others are counted.
const mostRecalled = 50

// A recipient is a colleague to whom the attacker wrote from an account of the plan.
type recipient struct {
	address  string
	messages []string // internet message IDs
	why      []string // findings
}

// want is what to take out of his mailbox.
func (r *recipient) want() evict.Step {
	list := []row{}
	for _, id := range r.messages {
		list = append(list, row{"internetMessageId": id})
	}
	return evict.Step{After: state(row{"messages": list})}
}

// recipients are the colleagues, by address: who has the same domain as the account from which the attacker wrote.
func (p *planner) recipients() []recipient {
	at := map[string]int{}
	var out []recipient
	for _, f := range p.c.Findings {
		for _, l := range f.Left {
			from := p.known(l.Of)
			if f.Attribution != evict.ByAttacker || l.Kind != evict.LeftSent || l.ID == "" || from == nil || !slices.Contains(p.accounts[:p.taken], from) {
				continue
			}
			for _, to := range l.List {
				to = strings.ToLower(to)
				if evict.DomainOf(to) != evict.DomainOf(from.UPN) || from.is(to) {
					continue
				}
				i, ok := at[to]
				if !ok {
					i = len(out)
					at[to] = i
					out = append(out, recipient{address: to})
				}
				out[i].messages, out[i].why = append(out[i].messages, l.ID), append(out[i].why, f.ID)
			}
		}
	}
	for i := range out {
		slices.Sort(out[i].messages)
		slices.Sort(out[i].why)
		out[i].messages, out[i].why = slices.Compact(out[i].messages), slices.Compact(out[i].why)
	}
	slices.SortFunc(out, func(a, b recipient) int { return strings.Compare(a.address, b.address) })
	return out
}

// recall lists the colleagues in whose mailboxes the attacker's messages lie, with how many. None is moved unasked: these are
// mailboxes of people who are in nobody's hands, and a registration of its own, limited to them, is for that.
func (p *planner) recall(ctx context.Context) {
	all := p.recipients()
	if n := len(all) - mostRecalled; n > 0 {
		p.note("The attacker wrote to %d more colleagues than a plan looks at: search the whole tenant for his messages (Defender portal, Explorer).", n)
		all = all[:mostRecalled]
	}
	if !p.live() {
		for _, r := range all {
			p.wanted = append(p.wanted, wanted{action: RecallInternalPhish, target: evict.Object{Account: r.address, Name: r.address, Kind: "user"}, want: r.want().After, why: r.why})
		}
		return
	}
	found := make([]string, len(all))
	objects := make([]evict.Object, len(all))
	parallel(len(all), func(i int) { objects[i], found[i] = p.preview(ctx, all[i]) })
	none := 0
	for i, r := range all {
		if found[i] == "" {
			none++
			continue
		}
		if slices.ContainsFunc(p.c.Picked, func(k Pick) bool {
			return k.Action == RecallInternalPhish.ID && (strings.EqualFold(k.Target.Name, r.address) || strings.EqualFold(k.Target.Name, objects[i].Name))
		}) {
			continue
		}
		p.plan.Skipped = append(p.plan.Skipped, evict.Skipped{Action: RecallInternalPhish.ID, Target: objects[i], Pick: string(RecallInternalPhish.ID) + "=" + objects[i].Name,
			Why: found[i] + ". Moving mail of colleagues needs a registration of its own, limited to their mailboxes (docs/permissions.md, recall)"})
	}
	if none > 0 {
		p.note("Of the colleagues to whom the attacker wrote, %d no longer have the message where it could be read, or have no mailbox.", none)
	}
}

// preview counts the attacker's messages in one mailbox; "" when there is none.
func (p *planner) preview(ctx context.Context, r recipient) (evict.Object, string) {
	o := evict.Object{Name: r.address, Kind: "user"}
	u, err := findUser(ctx, p.r, r.address)
	if err != nil {
		return o, "the account could not be read, so nobody knows whether the attacker's message lies there: " + err.Error()
	}
	if u == nil {
		return o, ""
	}
	o.Account, o.Name = strings.ToLower(text(u, "id")), text(u, "userPrincipalName")
	s := r.want()
	s.Target = o
	now, err := recalled(ctx, p.r, s)
	switch n := len(now.Messages); {
	case err != nil:
		return o, fmt.Sprintf("the attacker sent it %d messages, and whether they lie there could not be read: %v", len(r.messages), err)
	case n == 0:
		return o, ""
	case n == 1:
		return o, "one message of the attacker's lies in this mailbox"
	default:
		return o, fmt.Sprintf("%d messages of the attacker's lie in this mailbox", n)
	}
}

// pickRecall wants the attacker's messages taken out of a mailbox that an operator named.
func (p *planner) pickRecall(target evict.Object, why string) {
	a := p.known(target.Account)
	for _, r := range p.recipients() {
		if a != nil && a.is(r.address) {
			p.wanted = append(p.wanted, wanted{action: RecallInternalPhish, target: target, want: r.want().After, why: append(slices.Clone(r.why), why)})
			return
		}
	}
	p.note("No finding names a message that the attacker sent to %s: nothing is recalled there.", target.Name)
}

// hold wants a mailbox kept whole from which the attacker took mail away, where the licence has it. Like all that evicts it
// stands behind containment.
func (p *planner) hold(f evict.Finding) {
	for _, l := range f.Left {
		if a := p.known(l.Of); f.Attribution == evict.ByAttacker && l.Kind == evict.LeftHidden && a != nil && slices.Contains(p.accounts[:p.taken], a) {
			p.wanted = append(p.wanted, wanted{action: HoldMailbox, target: a.object(), why: []string{f.ID}, quiet: true})
		}
	}
}
