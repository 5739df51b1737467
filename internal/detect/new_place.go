package detect

import (
	"fmt"
	"strings"

	"evict"
)

var newPlace = &Detector{
	ID: "new-place", Rev: 1, Scope: AccountScope, Item: "new-place",
	Title: "First sign-in from a country, provider or client that the account never used",
	Doc: `A strand that nothing ties to the owner begins in a country or with a provider that the account did not use before first trouble; where the log names neither, from a new network with a new client. It is one item, whatever of these is new, and only a reason to look: intruders buy addresses in the owner's city.

Innocent causes: travel, a new telephone contract, a VPN, a hotel. A strand on a device known from before is not reported. With fewer than 14 days before first trouble nothing can be called new, and this check is blind.

By hand: Entra admin center, Users, the user, Sign-in logs, 30 days: group by Location and by Autonomous system number, and see which first appears when.`,
	Symptoms: []int{8}, Techniques: []string{"T1078.004"},
	Needs: []Need{
		{Any: []evict.Kind{evict.SignIns, evict.TokenSignIns, evict.LoginAudit, evict.MailboxAudit}, Fields: []FieldNeed{NeedAddress, NeedBaseline}},
	},
	Actions: []string{"revoke-sessions", "reset-password"},
	New:     func() Watcher { return &newPlaces{told: map[string]bool{}} },
}

const maxToldPlaces = 500

// newPlaces reports each new thing once.
type newPlaces struct{ told map[string]bool }

func (w *newPlaces) Event(e *evict.Event, v *View) {
	if !v.Unanchored() || !v.Habits.Valid || !e.Origin.Addr.IsValid() || !v.Mine(e.Actor) {
		return
	}
	if t := v.Habits.FirstTrouble; t.Set && e.Time.Before(t) && !v.ByAttacker() {
		return // part of the baseline itself
	}
	what, key := w.novelty(e, v.Habits)
	if what == "" || w.told[key] {
		return
	}
	if len(w.told) >= maxToldPlaces {
		v.Overflow("more new places than are kept")
		return
	}
	w.told[key] = true
	act := "Signed in"
	if _, ok := e.Detail.(*evict.SignIn); !ok {
		act = e.Op
	}
	v.Report(Draft{
		Family: evict.AccessFamily, Grade: evict.Indicative, Cause: Because(e),
		Summary:  fmt.Sprintf("%s from %s%s: %s, not used before by this account", act, e.Origin.Addr, inPlace(e.Origin.Place), what),
		Question: fmt.Sprintf("Were you at %s%s then?", e.Origin.Addr, inPlace(e.Origin.Place)),
	})
}

func (*newPlaces) End(*View) {}

// novelty names what is new, and a key by which it is told once.
func (w *newPlaces) novelty(e *evict.Event, h *Habits) (what, key string) {
	o := &e.Origin
	var parts []string
	country, provider := o.Place.Country, o.ASN
	if country != "" && len(h.Countries) > 0 && h.Countries[country] == 0 {
		parts = append(parts, "a country")
		key += "c" + country
	}
	if provider != 0 && len(h.Providers) > 0 && h.Providers[provider] == 0 {
		parts = append(parts, fmt.Sprintf("a provider (AS%d)", provider))
		key += fmt.Sprint("p", provider)
	}
	if len(parts) == 0 && country == "" && provider == 0 && h.Networks[o.Network().String()] == 0 && w.clientIsNew(o.Client, h) {
		parts = append(parts, "a network and a client")
		key = "n" + o.Network().String()
	}
	return strings.Join(parts, " and "), key
}

// clientIsNew reports an operating system or browser that no habit names.
func (*newPlaces) clientIsNew(c evict.Client, h *Habits) bool {
	if c.OS == "" && c.Browser == "" {
		return false
	}
	for have := range h.Clients {
		if strings.Contains(have, c.OS) && strings.Contains(have, c.Browser) {
			return false
		}
	}
	return true
}
