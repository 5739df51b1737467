package verdict

import (
	"fmt"
	"slices"
	"strings"

	"evict"
)

// when writes a time as a sentence says it.
func when(t evict.Time) string {
	if !t.Set {
		return "an unknown time"
	}
	return t.Std().Format("2006-01-02 15:04 UTC")
}

func dayText(t evict.Time) string { return t.Std().Format("2006-01-02") }

func trimStop(s string) string { return strings.TrimRight(strings.TrimSpace(s), ".") }

func sentence(s string) string {
	s = trimStop(s)
	if s == "" {
		return ""
	}
	return s + "."
}

// lowerFirst lowers a sentence's first letter where it follows other words,
// but leaves names like New-InboxRule and abbreviations alone.
func lowerFirst(s string) string {
	word, _, _ := strings.Cut(s, " ")
	if strings.ToLower(word[:min(1, len(word))])+word[min(1, len(word)):] != strings.ToLower(word) || strings.ContainsAny(word, "-@.") {
		return s
	}
	return strings.ToLower(word) + s[len(word):]
}

func summaries(items []*Item) string {
	var out []string
	for _, it := range items {
		out = append(out, trimStop(it.Summary))
	}
	return strings.Join(out, "; ")
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// list joins words as a sentence does.
func list(words []string) string {
	switch len(words) {
	case 0:
		return ""
	case 1:
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

// from says where a strand acts from: network, place, client, device.
func from(s *Strand) string {
	out := strings.TrimSuffix(s.Network, "/32")
	if s.App != "" {
		return "application " + s.App
	}
	if len(s.Places) > 0 {
		out += " (" + strings.Join(s.Places, "; ") + ")"
	}
	if s.Client != "" {
		out += " with " + s.Client
	}
	if s.DeviceID != "" {
		out += " on device " + s.DeviceID
	}
	return out
}

var anchorText = map[evict.Anchor]string{
	evict.A1: "a device known from before (A1)",
	evict.A2: "a passkey or certificate known from before (A2)",
	evict.A3: "a workplace (A3)",
	evict.A4: "habit (A4)",
	evict.A5: "the owner's word (A5)",
	evict.A6: "a device or method enrolled from the owner's (A6)",
	evict.A7: "a session begun in a known strand (A7)",
}

func anchorWords(s *Strand) string {
	var out []string
	for _, x := range s.Anchors {
		out = append(out, anchorText[x])
	}
	return list(out)
}

// untied says which facts leave a strand without an anchor.
func untied(s *Strand, baseline bool) string {
	var out []string
	if s.DeviceID == "" {
		out = append(out, "no device ID was recorded")
	} else {
		out = append(out, "its device is not known from before")
	}
	out = append(out, "its address is no workplace")
	if baseline {
		out = append(out, "provider, region and client are no habit of the account")
	} else {
		out = append(out, "there is no baseline that could make it a habit")
	}
	return list(out)
}

// reasons writes what speaks for and against a strand being the owner's.
func (r *resolver) reasons(s *Strand) []string {
	out := []string{}
	for _, x := range s.Anchors {
		out = append(out, "for the owner: "+anchorText[x])
	}
	if len(s.Anchors) == 0 {
		out = append(out, "nothing ties it to the owner: "+untied(s, r.baseline))
	}
	if s.Answer != nil && !s.Answer.Mine {
		out = append(out, "against: the owner, asked by "+s.Answer.By+", denies it")
	}
	var own []*Item
	for _, it := range r.in[s] {
		if it.Grade >= evict.Indicative {
			own = append(own, it)
		}
	}
	slices.SortFunc(own, heavierFirst)
	for _, it := range own {
		if it.excuse != "" {
			out = append(out, "not counted: "+it.tag()+" "+trimStop(it.Summary)+" ("+it.excuse+")")
			continue
		}
		out = append(out, "against: "+it.tag()+" "+trimStop(it.Summary))
	}
	if s.Verdict == evict.ByAttacker && !slices.ContainsFunc(own, func(it *Item) bool { return it.excuse == "" && it.Grade == evict.Conclusive }) {
		out = append(out, r.whyAttacker(s))
	}
	return out
}

func (r *resolver) whyAttacker(s *Strand) string {
	if slices.ContainsFunc(r.basis, func(it *Item) bool { return it.Strand == s }) {
		return "the attacker's: it supplied the items that make the account compromised"
	}
	by := r.linkedBy(s, func(o, s *Strand) bool { return r.hardLink(o, s) || r.addressLink(o, s) })
	if by == nil {
		return "the attacker's: the account itself is"
	}
	return "the attacker's: device, session, or address and client are those of strand " + by.ID
}

// tag is the item's code with its grade.
func (it *Item) tag() string {
	return it.Finding.Item + " (" + it.Grade.String() + ", " + string(it.Family) + ")"
}

// innocent says which innocent cause is excluded by which fact, or what is not excluded.
func innocent(a *Account, it *Item, baseline bool) string {
	s := it.Strand
	switch it.Finding.Item {
	case "C1", "G11":
		if d := differences(it); d != "" {
			return "not one person who roams: the sides differ in " + d
		}
		return "not one person who roams: the detector excluded a common device and a declared egress"
	case "C2":
		return "not a person's browser: no person uses this client there"
	case "C3":
		return "not the owner's tool: the account did not use this flow before, and the token was used on another network"
	case "C4":
		return "not the company's gateway: the address is neither a workplace nor a habit of the account"
	case "C5":
		if p := a.placeItem(it); p != nil {
			return "not the owner tidying up: nothing ties the strand to them, and it has of its own: " + lowerFirst(trimStop(p.Summary))
		}
		return "not the owner tidying up: nothing ties the strand to them"
	case "C6":
		return "not ordinary administration: one of the acts has no honest purpose"
	case "C7":
		if it.link == linkAddress {
			return "not a shared egress: the address is no workplace, and no anchored strand uses it"
		}
		return "not chance: such an identifier is not shared between people"
	case "C9", "G16":
		return "not a forgotten errand: the owner was asked on the facts and denies it"
	case "C10":
		return "not a mistaken alert: the platform saw the attack itself, or its ground is in the case"
	case "C11":
		return "not an ordinary new account: its maker's strand is the attacker's"
	case "G18":
		return "not the owner at a prompt: a password was presented, and nothing ties the origin to them"
	}
	switch {
	case it.StateOnly:
		return "it exists now; made by whom and when is not known"
	case s == nil && it.Placeless:
		return "it concerns the account whoever's hand it was"
	case s == nil:
		return "it proves that the act happened, not whose hand it was"
	case it.excuse != "":
		return it.excuse
	case len(s.Anchors) > 0:
		return anchorWords(s) + " explains the place, not the act"
	}
	return "not known as the owner: " + untied(s, baseline)
}

// differences lists what differs between the sides of a replay.
func differences(it *Item) string {
	a, b := it.Strand, it.otherSide()
	if b == nil {
		return ""
	}
	var out []string
	for _, d := range []struct {
		what string
		x, y string
	}{
		{"operating system", a.ClientFamily.OS, b.ClientFamily.OS},
		{"browser", a.ClientFamily.Browser, b.ClientFamily.Browser},
		{"device", a.DeviceID, b.DeviceID},
		{"country", a.Place.Country, b.Place.Country},
	} {
		if d.x != d.y && (d.x != "" && d.y != "" || d.what == "device") {
			out = append(out, d.what)
		}
	}
	if a.ASN != 0 && b.ASN != 0 && a.ASN != b.ASN {
		out = append([]string{"provider"}, out...)
	}
	return list(out)
}
