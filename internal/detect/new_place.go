package detect

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"evict"
)

var newPlace = &Detector{
	ID: "new-place", Rev: 1, Scope: AccountScope, Item: "new-place",
	Title: "First sign-in from a country, provider or client that the account never used",
	Doc: `A strand that nothing ties to the owner begins in a country or with a provider that the account did not use before first trouble; where no log names either, from a new network with a new client. It is one item, whatever of these is new, and only a reason to look: intruders buy addresses in the owner's city.

Innocent causes: travel, a new telephone contract, a VPN, a hotel. A strand on a device known from before is not reported. With fewer than 14 days before first trouble nothing can be called new, and this check is blind; where such a strand stands in the first 14 days of the evidence, it is partial.

By hand: Entra admin center, Users, the user, Sign-in logs, 30 days: group by Location and by Autonomous system number, and see which first appears when.`,
	Symptoms: []int{8}, Techniques: []string{"T1078.004"},
	Needs: []Need{
		{Any: []evict.Kind{evict.SignIns, evict.TokenSignIns, evict.LoginAudit, evict.MailboxAudit}, Fields: []FieldNeed{NeedAddress, NeedBaseline},
			Also: []Need{{Any: []evict.Kind{evict.SignIns}, Fields: []FieldNeed{NeedOutcome, NeedProvider}}}},
	},
	Actions: []string{"revoke-sessions", "reset-password"},
	New: func() Watcher {
		return &newPlaces{countries: map[string]bool{}, providers: map[string]bool{}, networks: map[string]bool{}, clients: map[string]bool{}, told: map[string]bool{}}
	},
}

const maxPlaces = 2000 // countries, providers, networks and clients, each

// newPlaces learns what the account uses: new is what it met for the first time.
type newPlaces struct {
	first                                   evict.Time
	countries, providers, networks, clients map[string]bool
	told                                    map[string]bool // strands: two logs record one sign-in, and it is one item
}

func (w *newPlaces) Event(e *evict.Event, v *View) {
	if v.Strand == nil || !e.Origin.Addr.IsValid() || !v.Mine(e.Actor) {
		return
	}
	begins := !w.first.Set
	if begins {
		w.first = e.Time
	}
	what := w.novelty(e, v)
	if what == "" && !begins || len(v.Strand.Anchors) > 0 {
		return
	}
	if e.Time.Sub(w.first) < baseline {
		v.Overflow("in the first 14 days of the evidence nothing can be called new")
		return
	}
	if !w.meet(w.told, v.Strand.ID, v) {
		return
	}
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

const baseline = 14 * 24 * time.Hour // V15

func (*newPlaces) End(*View) {}

// novelty learns the event's place and names what of it is met for the first time.
func (w *newPlaces) novelty(e *evict.Event, v *View) string {
	o := &e.Origin
	country := w.meet(w.countries, o.Place.Country, v)
	provider := o.ASN != 0 && w.meet(w.providers, strconv.FormatUint(uint64(o.ASN), 10), v)
	network := w.meet(w.networks, o.Network().String(), v)
	client := w.meet(w.clients, o.Client.OS+" "+o.Client.Browser, v)
	switch {
	case country && len(w.countries) > 1 && provider:
		return fmt.Sprintf("a country and a provider (AS%d)", o.ASN)
	case country && len(w.countries) > 1:
		return "a country"
	case provider && len(w.providers) > 1:
		return fmt.Sprintf("a provider (AS%d)", o.ASN)
	case network && client && o.Place.Country == "" && o.ASN == 0 && len(v.Strand.Places) == 0 && o.Client != (evict.Client{}): // the audit log's copy of a sign-in has no place; the sign-in log's speaks for it
		return "a network and a client"
	}
	return ""
}

// meet reports whether a name is met for the first time, and remembers it.
func (*newPlaces) meet(known map[string]bool, name string, v *View) bool {
	if name == "" {
		return false
	}
	if _, ok := known[name]; ok {
		return false
	}
	if len(known) >= maxPlaces {
		v.Overflow("more places than are kept")
		return false
	}
	known[strings.Clone(name)] = true
	return true
}
