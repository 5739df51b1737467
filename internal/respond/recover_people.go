package respond

import (
	"slices"
	"strconv"
	"strings"

	"evict"
)

// people wants what people do at the end, with what the case knows for each: what was
// hidden comes back, what was sent is looked through, contacts and services are told.
func (g *giving) people(a *AccountFacts) {
	k := g.toldOf(a)
	o := a.object()
	for _, w := range []struct {
		action *Action
		want   row
	}{
		{ReturnHiddenMail, row{"messages": k.hidden}}, {ReviewSentItems, row{"messages": k.sent}},
		{ContactNotices, row{"internal": k.internal, "customers": k.customers, "bank": k.bank, "subjects": k.subjects}},
		{RecoveredServices, row{"services": k.services}},
	} {
		if k.empty(w.action) {
			continue
		}
		if w.action == ContactNotices {
			g.note("The contacts of %s are those of the messages that findings name: message trace of their subjects has everybody.", a.name())
		}
		g.wanted = append(g.wanted, wanted{action: w.action, target: o, want: state(w.want), why: k.why(w.action), quiet: true})
	}
}

// told is what the findings say of an account's mail.
type told struct {
	hidden, sent, services                      []row
	internal, customers, bank, subjects         []string
	hiddenWhy, sentWhy, servicesWhy, noticesWhy []string
}

func (k *told) empty(a *Action) bool { return len(k.why(a)) == 0 }

func (k *told) why(a *Action) []string {
	switch a.ID {
	case ReturnHiddenMail.ID:
		return k.hiddenWhy
	case RecoveredServices.ID:
		return k.servicesWhy
	case ContactNotices.ID:
		return k.noticesWhy
	}
	return k.sentWhy
}

// toldOf gathers what attackers' acts left in other people's hands.
func (g *giving) toldOf(a *AccountFacts) *told {
	k := &told{}
	for _, f := range g.c.Findings {
		if f.Attribution != evict.ByAttacker {
			continue
		}
		for _, l := range f.Left {
			if a.is(l.Of) {
				k.add(f, l, evict.DomainOf(a.UPN))
			}
		}
	}
	// Two questions are the owner's whatever was found: what he sent, and where this address opens doors.
	k.sent = append(k.sent, row{"at": "since " + whenTrouble(a), "to": "anybody", "subject": "everything else in Sent Items, Deleted Items and Recover deleted items"})
	k.services = append(k.services, row{"name": "every other service that has this address as recovery address", "at": "since " + whenTrouble(a), "why": "its messages about a reset or a new sign-in lie in the mailbox, or were deleted"})
	k.sentWhy = append(k.sentWhy, "R7: review what was sent")
	k.servicesWhy = append(k.servicesWhy, "R7: other services that this mailbox recovers")
	for _, list := range []*[]string{&k.internal, &k.customers, &k.bank, &k.subjects, &k.hiddenWhy, &k.sentWhy, &k.servicesWhy, &k.noticesWhy} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	return k
}

func whenTrouble(a *AccountFacts) string {
	if a.FirstTrouble.Set {
		return a.FirstTrouble.String()
	}
	return "first trouble"
}

// shortList names a few recipients and counts the others.
func shortList(list []string) string {
	const most = 3
	if len(list) <= most {
		return strings.Join(list, "; ")
	}
	return strings.Join(list[:most], "; ") + " and " + strconv.Itoa(len(list)-most) + " more"
}

func (k *told) add(f evict.Finding, l evict.Leftover, domain string) {
	switch l.Kind {
	case evict.LeftHidden:
		if l.ID != "" && !slices.ContainsFunc(k.hidden, func(r row) bool { return text(r, "internetMessageId") == l.ID }) {
			k.hidden = append(k.hidden, row{"internetMessageId": l.ID})
			k.hiddenWhy = append(k.hiddenWhy, f.ID)
		}
	case evict.LeftService:
		k.services = append(k.services, row{"name": l.Name, "at": l.Detail, "why": "an attacker's strand entered it"})
		k.servicesWhy = append(k.servicesWhy, f.ID)
	case evict.LeftSent:
		k.sentWhy = append(k.sentWhy, f.ID)
		if len(l.List) > 0 {
			k.noticesWhy = append(k.noticesWhy, f.ID)
		}
		k.subjects = append(k.subjects, l.Name)
		k.sent = append(k.sent, row{"at": f.Time.String(), "to": shortList(l.List), "subject": l.Name, "internetMessageId": l.ID})
		for _, to := range l.List {
			to = strings.ToLower(to)
			switch {
			case evict.DomainOf(to) == domain:
				k.internal = append(k.internal, to)
			case l.Detail == "payment":
				k.bank = append(k.bank, to)
			default:
				k.customers = append(k.customers, to)
			}
		}
	}
}
