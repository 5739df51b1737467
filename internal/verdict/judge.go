package verdict

import (
	"slices"

	"evict"
)

// compromising returns the items by which the account is compromised (V22), or
// none: every conclusive item; two strong ones of different families in linked
// strands; or a strong one with two indicative ones of two other families, of
// which one is access or session. What rests on a dump alone takes no part (V21).
func compromising(a *Account) []*Item {
	var basis []*Item
	groups := map[int][]*Item{}
	group := linkedStrands(a)
	for _, it := range a.Items {
		if !a.counted(it) || it.StateOnly {
			continue
		}
		if it.Grade == evict.Conclusive {
			basis = append(basis, it)
		}
		if g, ok := group[it.Strand]; ok {
			groups[g] = append(groups[g], it)
		}
	}
	for _, in := range groups {
		basis = append(basis, company(in)...)
	}
	slices.SortFunc(basis, heavierFirst)
	return slices.Compact(basis)
}

// company returns the items of one group that together make compromised.
func company(items []*Item) []*Item {
	var strong, indicative []*Item
	for _, it := range items {
		switch {
		case it.Grade >= evict.Strong:
			strong = append(strong, it)
		default:
			indicative = append(indicative, it)
		}
	}
	if families(strong) >= 2 {
		return strong
	}
	if len(strong) == 0 {
		return nil
	}
	var other []*Item
	place := false
	for _, it := range indicative {
		if familyOf(it) == familyOf(strong[0]) {
			continue
		}
		other = append(other, it)
		place = place || it.Family == evict.AccessFamily || it.Family == evict.SessionFamily
	}
	if place && families(other) >= 2 {
		return append(strong, other...)
	}
	return nil
}

func families(items []*Item) int {
	m := map[evict.Family]bool{}
	for _, it := range items {
		m[familyOf(it)] = true
	}
	return len(m)
}

// familyOf is the family that an item counts in. What ordinary administration
// also does counts as one family once a workplace or habit made it indicative,
// so that a day's administrative work is not three kinds of evidence.
func familyOf(it *Item) evict.Family {
	if administration[it.base.item] && it.Grade == evict.Indicative {
		return evict.Privilege
	}
	return it.Family
}

// linkedStrands numbers the groups of strands that share a session, token,
// device or address (V6). An address that an anchored strand uses links nothing.
func linkedStrands(a *Account) map[*Strand]int {
	owned := map[string]bool{}
	for _, s := range a.Strands {
		if len(s.Anchors) > 0 {
			owned[s.net()] = true
		}
	}
	parent := make([]int, len(a.Strands))
	find := func(i int) int {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	first := map[string]int{}
	for i, s := range a.Strands {
		parent[i] = i
		keys := []string{}
		if s.Session != "" {
			keys = append(keys, "session "+s.Session)
		}
		if s.DeviceID != "" {
			keys = append(keys, "device "+s.DeviceID)
		}
		if s.net() != "" && !owned[s.net()] {
			keys = append(keys, "network "+s.net())
		}
		for _, k := range s.Tokens {
			keys = append(keys, "token "+k)
		}
		for _, k := range keys {
			if j, ok := first[k]; ok {
				parent[find(i)] = find(j)
			} else {
				first[k] = i
			}
		}
	}
	out := make(map[*Strand]int, len(a.Strands))
	for i, s := range a.Strands {
		out[s] = find(i)
	}
	return out
}

// countedIndicative returns the indicative items that weigh in the verdict, at
// most two per family, the earliest first. Administrative acts that no strand
// holds count once: an administrator does them every week, and many records of
// them carry no address.
func countedIndicative(a *Account) []*Item {
	var all, out []*Item
	for _, it := range a.Items {
		if a.counted(it) && it.Grade == evict.Indicative {
			all = append(all, it)
		}
	}
	slices.SortFunc(all, inTime)
	used := map[evict.Family]int{}
	for _, it := range all {
		f := familyOf(it)
		most := perFamily
		if f == evict.Privilege && it.Strand == nil {
			most = 1
		}
		if used[f] < most {
			used[f]++
			out = append(out, it)
		}
	}
	return out
}

// countedStrong returns the strong and conclusive items that weigh in the verdict.
func countedStrong(a *Account) []*Item {
	var out []*Item
	for _, it := range a.Items {
		if a.counted(it) && it.Grade >= evict.Strong {
			out = append(out, it)
		}
	}
	slices.SortFunc(out, heavierFirst)
	return out
}

// score sorts accounts and decides nothing (V30).
func score(a *Account) int {
	strong := countedStrong(a)
	if len(strong) > 0 && strong[0].Grade == evict.Conclusive {
		return scoreConclusive
	}
	return min(scoreCap, scoreStrong*len(strong)+scoreIndicative*len(countedIndicative(a)))
}

// suspicion returns the items by which the account is suspected (V23).
func suspicion(a *Account) []*Item {
	if strong := countedStrong(a); len(strong) > 0 {
		return strong
	}
	// Signs that a habit or a workplace could explain weigh nothing where the habits were not asked for.
	if weak := countedIndicative(a); !a.Coverage.Aside && len(weak) >= indicativeSuspect && families(weak) >= familiesSuspect {
		return weak
	}
	if seen := reportedAndSeen(a); len(seen) > 0 {
		return seen
	}
	return onOwnDevice(a)
}

// reportedAndSeen returns counted items that confirm a reported symptom.
func reportedAndSeen(a *Account) []*Item {
	if a.Reported == nil {
		return nil
	}
	var out []*Item
	for _, it := range a.Items {
		if !a.counted(it) {
			continue
		}
		if slices.ContainsFunc(it.Symptoms, func(n int) bool { return slices.Contains(a.Reported.Symptoms, n) }) {
			out = append(out, it)
		}
	}
	slices.SortFunc(out, heavierFirst)
	return out
}

// onOwnDevice returns acts without honest purpose that only the owner's device
// or credential excuses.
func onOwnDevice(a *Account) []*Item {
	var out []*Item
	for _, it := range a.Items {
		if it.device && a.owns(it) {
			out = append(out, it)
		}
	}
	slices.SortFunc(out, inTime)
	return out
}

// explainedRestriction reports whether the item is a bar on sending (S5) that
// bulk mail from the owner's own strand explains: sent within the day before it
// (where a dump gives the bar no time, at any time), with nothing of the kind
// from another strand.
func explainedRestriction(a *Account, it *Item) bool {
	if !slices.Contains(it.Symptoms, 5) || it.Strand != nil {
		return false
	}
	before := func(t evict.Time) bool {
		return t.Set && (!it.Time.Set || t.Nano <= it.Time.Nano && it.Time.Sub(t) <= restrictedWithin)
	}
	own := false
	for _, s := range a.Strands {
		if !slices.ContainsFunc(s.Bulk, before) {
			continue
		}
		if s.Verdict != evict.ByOwner {
			return false
		}
		own = true
	}
	for _, o := range a.Items {
		if o == it || o.Family != evict.Behaviour || !a.owns(o) || !before(o.Time) {
			continue
		}
		if a.counted(o) {
			return false
		}
		own = own || o.Strand != nil && o.Strand.Verdict == evict.ByOwner
	}
	return own
}
