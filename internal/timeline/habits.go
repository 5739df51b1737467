package timeline

import (
	"strings"
	"time"

	"evict"
	"evict/internal/detect"
)

const (
	baselineDays = 14   // V15
	maxHabitKeys = 2000 // per account and table
	maxPartners  = 5000 // per account
)

// A sketch counts, by day, what one account did; from it come the habits
// before first trouble.
type sketch struct {
	first, last evict.Time
	networks    daily[string]
	providers   daily[uint32]
	countries   daily[string]
	clients     daily[string]
	apps        daily[string]
	sent        map[int32]int    // messages by day
	hours       map[int32]int    // recipients by hour since 1970
	deleted     map[int32]int    // by day
	partners    map[string]int32 // first day of correspondence
	full        bool
}

// daily holds, for each key, the days on which it was seen, in order. It is
// written to only for new keys: assigning to a map replaces the key as well,
// and a key that aliases a spill's buffer would keep all of it alive.
type daily[K comparable] map[K]*[]int32

func (d daily[K]) add(k K, day int32, clone func(K) K) bool {
	days := d[k]
	if days == nil {
		if len(d) >= maxHabitKeys {
			return false
		}
		days = new([]int32)
		d[clone(k)] = days
	}
	if n := len(*days); n == 0 || (*days)[n-1] != day {
		*days = append(*days, day)
	}
	return true
}

// before counts the days of each key before a day.
func (d daily[K]) before(day int32) map[K]int {
	out := map[K]int{}
	for k, days := range d {
		n := 0
		for _, x := range *days {
			if x < day {
				n++
			}
		}
		if n > 0 {
			out[k] = n
		}
	}
	return out
}

func newSketch() *sketch {
	return &sketch{
		networks: daily[string]{}, providers: daily[uint32]{}, countries: daily[string]{}, clients: daily[string]{}, apps: daily[string]{},
		sent: map[int32]int{}, hours: map[int32]int{}, deleted: map[int32]int{}, partners: map[string]int32{},
	}
}

// add notes an act of the account itself.
func (s *sketch) add(e *evict.Event, strand bool) {
	if !e.Time.Set {
		return
	}
	if !s.first.Set {
		s.first = e.Time
	}
	s.last = e.Time
	day := int32(e.Time.Nano / int64(24*time.Hour))
	same := func(v uint32) uint32 { return v }
	ok := true
	if strand {
		o := &e.Origin
		if o.Addr.IsValid() {
			ok = s.networks.add(o.Network().String(), day, strings.Clone) && ok
		}
		if o.ASN != 0 {
			ok = s.providers.add(o.ASN, day, same) && ok
		}
		if o.Place.Country != "" {
			ok = s.countries.add(o.Place.Country, day, strings.Clone) && ok
		}
		if o.Client != (evict.Client{}) {
			ok = s.clients.add(clientText(o.Client), day, strings.Clone) && ok
		}
		if o.AppID != "" {
			ok = s.apps.add(o.AppID, day, strings.Clone) && ok
		}
	}
	s.full = s.full || !ok
	switch d := e.Detail.(type) {
	case *evict.Sent:
		s.sent[day]++
		s.hours[int32(e.Time.Nano/int64(time.Hour))] += max(d.Total, len(d.Recipients), 1)
		for _, r := range d.Recipients {
			s.partner(r, day)
		}
	case *evict.Moved:
		if strings.Contains(e.Op, "Delete") {
			s.deleted[day] += max(d.Count, len(d.Messages))
		}
	}
}

func (s *sketch) partner(address string, day int32) {
	a := strings.ToLower(address)
	if _, ok := s.partners[a]; !ok && len(s.partners) < maxPartners {
		s.partners[strings.Clone(a)] = day
	}
}

// habits gives what was usual before first trouble; all of it when there was none.
func (s *sketch) habits(trouble evict.Time) *detect.Habits {
	h := &detect.Habits{FirstTrouble: trouble}
	end := int32(1 << 30)
	if trouble.Set {
		end = int32(trouble.Nano / int64(24*time.Hour))
		h.Valid = s.first.Set && trouble.Sub(s.first) >= baselineDays*24*time.Hour
	} else {
		h.Valid = s.first.Set && s.last.Sub(s.first) >= baselineDays*24*time.Hour
	}
	h.Networks, h.Providers, h.Countries = s.networks.before(end), s.providers.before(end), s.countries.before(end)
	h.Clients, h.Apps = s.clients.before(end), s.apps.before(end)
	h.MaxSentDay = most(s.sent, end)
	h.MaxRcptHour = most(s.hours, hourOf(end))
	h.MaxDeleted = most(s.deleted, end)
	h.Partners = map[string]bool{}
	for a, day := range s.partners {
		if day < end {
			h.Partners[a] = true
		}
	}
	return h
}

func most(by map[int32]int, end int32) int {
	n := 0
	for k, v := range by {
		if k < end {
			n = max(n, v)
		}
	}
	return n
}

// hourOf is the first hour of a day, both counted since 1970.
func hourOf(day int32) int32 {
	if day >= 1<<26 {
		return 1 << 30
	}
	return day * 24
}
